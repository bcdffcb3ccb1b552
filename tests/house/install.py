"""What `meson install` lays down, and that a program of somebody else's builds against it."""

import os
import re
import subprocess

import binary
import headers

PLACES = [
    r"bin/mcast",
    r"lib(64)?/.*libmcast\.a",
    r"lib(64)?/.*libmcast\.so",
    r"lib(64)?/.*libmcast\.so\.0",
    r"lib(64)?/.*pkgconfig/libmcast\.pc",
    r"share/bash-completion/completions/mcast",
    r"share/zsh/site-functions/_mcast",
    r"share/fish/vendor_completions\.d/mcast\.fish",
    r"share/doc/mcast/querier\.conf",
    r"lib/systemd/system/mcast-querier\.service",
    r"lib/systemd/system/mcast-querier@\.service",
]
USER = '#include <mcast/mcast.h>\n#include <stdio.h>\nint main(void)\n{\n\treturn puts(mc_version()) < 0;\n}\n'


def install(build, dest):
    cmd = ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", dest]
    done = subprocess.run(cmd, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()[-20:] if done.returncode else []


def installed(dest, prefix):
    top = dest + prefix
    return [os.path.relpath(os.path.join(d, n), top) for d, _, names in os.walk(top) for n in names]


def missing(root, dest, prefix, pages):
    want = PLACES + [re.escape("include/" + h) for h in headers.public(root)]
    want += [re.escape(f"share/man/man{p[-1]}/{p}") + r"(\.gz)?" for p in pages]
    have = installed(dest, prefix)
    return [f"{w}: not installed" for w in want if not any(re.fullmatch(w, h) for h in have)]


def user(compiler, dest, prefix, version, static):
    """Compile, link and run a user's program with the flags of the .pc file alone."""
    where = next(d for d, _, names in os.walk(dest) if "libmcast.pc" in names)
    env = dict(os.environ, PKG_CONFIG_PATH=where)
    ask = ["pkg-config", f"--define-variable=prefix={dest}{prefix}", "--cflags", "--libs", "libmcast"]
    done = subprocess.run(ask + ["--static"] * static, env=env, capture_output=True, text=True)
    if done.returncode:
        return done.stderr.splitlines()
    flags = done.stdout.split()
    if static:
        # All of it, so that the .pc file must name whatever any part of the library asks for.
        whole = ["-Wl,--whole-archive", os.path.join(os.path.dirname(where), "libmcast.a"), "-Wl,--no-whole-archive"]
        at = flags.index("-lmcast")
        flags[at : at + 1] = whole
    out = os.path.join(dest, "user-static" if static else "user")
    cmd = [*compiler, "-x", "c", "-", "-x", "none", "-o", out, *flags]
    done = subprocess.run(cmd, input=USER, capture_output=True, text=True)
    if done.returncode:
        return done.stderr.splitlines()[:20]
    env["LD_LIBRARY_PATH"] = os.path.dirname(where)
    said = subprocess.run([out], env=env, capture_output=True, text=True).stdout.strip()
    linked = any("libmcast.so" in line for line in binary.run("readelf", "-dW", out))
    bad = [] if said == version else [f"mc_version() says '{said}', the build {version}"]
    return bad + ([] if linked != bool(static) else ["linked the wrong way"])
