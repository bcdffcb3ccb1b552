#!/usr/bin/env python3
"""The house checks can fail: each gets a small tree in which its rule is broken, and must name the place."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import binary
import headers
import install
import listed
import options
import rfc
import sizes
import text
import tree
import walls

GOOD = {
    "include/mcast/base.h": "/* base */\n#ifndef B\n#define B\nint mc_one(void);\n#endif\n",
    "include/mcast/sock.h": "/* sock */\n#ifndef S\n#define S\n#include <mcast/base.h>\n#endif\n",
    "lib/base/addr.c": "/* addr */\n#include <mcast/base.h>\n#include <string.h>\nint f(void)\n{\n\treturn 1;\n}\n",
    "lib/flow/seq.h": "/* seq */\n",
    "lib/net/sock.c": '/* sock */\n#include <mcast/sock.h>\n#include <net/if.h>\n#include "net/loop.h"\n',
    "lib/net/loop.h": "/* loop */\n",
    "cmd/main.c": '/* main */\n#include "net/loop.h"\n#include <mcast/mcast.h>\n',
    "docs/rfc.md": "| ID | a | b | c |\n|---|---|---|---|\n"
    "| A-001 | x | lib/base/addr.c: f | tests/vectors/a.txt: t |\n",
    "tests/vectors/a.txt": "vector t\n  ids A-001\n",
    "man/mcast-x.1.scd": "# OPTIONS\n\n*-a*, *--all* _N_\n\ttext *-z*\n\n# EXAMPLES\n\n*-q*\n",
}


def grow(root, more):
    for name, content in {**GOOD, **more}.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)


def expect(tap, name, check, where, more):
    """check is silent on the good tree and names `where` on the broken one."""
    with tempfile.TemporaryDirectory(prefix="mcast-house-") as root:
        grow(root, {})
        before = check(root)
        grow(root, more)
        after = check(root)
    found = any(line.startswith(where) for line in after)
    tap.point(not before and found, name, [f"good tree: {before}", f"broken tree: {after}"])


def body(lines):
    return "/* x */\nint f(void)\n{\n" + "\tf();\n" * (lines - 3) + "}\n"


def about_sources(tap):
    crossings = {
        "base includes flow": ("lib/base/addr.c:2", "lib/base/addr.c", '/* x */\n#include "flow/seq.h"\n'),
        "flow includes net": ("lib/flow/seq.h:1", "lib/flow/seq.h", '#include "net/loop.h"\n'),
        "flow includes net's public header": ("lib/flow/seq.h:1", "lib/flow/seq.h", "#include <mcast/sock.h>\n"),
        "wire includes engine": ("lib/wire/ip.c:1", "lib/wire/ip.c", '#include "engine/track.h"\n'),
        "engine includes sock.h": ("lib/engine/track.h:1", "lib/engine/track.h", "#include <mcast/sock.h>\n"),
        "net includes cmd": ("lib/net/loop.h:1", "lib/net/loop.h", '#include "opt.h"\n'),
        "net reaches cmd by ..": ("lib/net/loop.h:1", "lib/net/loop.h", '#include "../../cmd/main.c"\n'),
        "net includes flow": ("lib/net/loop.h:1", "lib/net/loop.h", ' # include "flow/seq.h"\n'),
        "base.h includes sock.h": ("include/mcast/base.h:1", "include/mcast/base.h", "#include <mcast/sock.h>\n"),
        "a public header includes ours": ("include/mcast/sock.h:1", "include/mcast/sock.h", '#include "net/loop.h"\n'),
        "cmd includes nothing": ("cmd/main.c:1", "cmd/main.c", '#include "gone.h"\n'),
        "ours in angle brackets": ("cmd/main.c:1", "cmd/main.c", "#include <net/loop.h>\n"),
    }
    for name, (where, path, content) in crossings.items():
        expect(tap, f"walls: {name}", walls.walls, where, {path: content})
    expect(tap, "sizes: a function of 81", sizes.long_functions, "cmd/y.c:2", {"cmd/y.c": body(81)})
    expect(tap, "sizes: a file of 601", sizes.long_files, "cmd/y.c:601", {"cmd/y.c": "\n" * 601})
    expect(tap, "sizes: an example of 81", sizes.long_files, "examples/y.c:81", {"examples/y.c": "\n" * 81})
    longer = {"cmd/y.c": body(20), "lib/base/z.c": body(20)}
    expect(tap, "sizes: the median", sizes.median, "the median of 3", longer)
    expect(tap, "text: utils.c", text.no_utils, "lib/base/utils.c", {"lib/base/utils.c": "/* */\n"})
    expect(tap, "text: a blank at the end", text.trailing_space, "cmd/y.c:2", {"cmd/y.c": "/*\n * x \n */\n"})
    expect(tap, "text: no last newline", text.trailing_space, "cmd/y.c:1", {"cmd/y.c": "/* x */"})
    expect(tap, "text: a long dash", text.typography, "README:1", {"README": "x \u2014 y\n"})
    expect(tap, "text: a machine's path", text.places, "README:2", {"README": "\nsee /" + "work/x\n"})
    families = {"lib/engine/y.c": "/* x */\nMC_IPV4\n"}
    expect(tap, "text: a family in the engine", text.families, "lib/engine/y.c:2", families)
    expect(tap, "text: a registry", text.places, "README:1", {"README": "deb.debian." + "org\n"})
    expect(tap, "text: 111 columns", text.wide_lines, "cmd/y.c:1", {"cmd/y.c": "\t" * 13 + "x" * 7 + "\n"})
    quoted = {"examples/y.c": "int a;\nint b;\n", "README.md": "```c\nint a;\n```\n\n```c\nint c;\n```\n"}
    expect(tap, "text: a quotation that is none", text.quotes, "README.md:5", quoted)
    expect(tap, "text: no quotation", text.quotes, "README.md:1", {"README.md": "int a;\n"})
    expect(tap, "text: no opening", text.openings, "cmd/y.c:1", {"cmd/y.c": "int x;\n"})


def sizes_count(tap):
    """A function is as long as its reader sees it; a table is none."""
    content = "static int\ng(int a,\n  int b)\n{\n\treturn 0;\n}\n\n"
    content += "static const int t[] =\n{\n\t1,\n};\nint *\nh(void)\n{\n}\n"
    with tempfile.TemporaryDirectory(prefix="mcast-house-") as root:
        grow(root, {"cmd/y.c": content})
        found = sizes.functions(root, "cmd/y.c")
    tap.point(found == [(2, "g", 5), (13, "h", 3)], "sizes: what is a function and how long", [str(found)])


def about_pages(tap):
    table = "Usage: x\n\nOptions:\n  -a, --all N       all of -z\n"
    have = lambda root: options.compare(root, "man/mcast-x.1.scd", options.of_help(table))
    lacking = {"man/mcast-x.1.scd": "# OPTIONS\n\n*-a* _N_\n"}
    expect(tap, "options: an option without a heading", have, "man/mcast-x.1.scd:1: --all", lacking)
    more = {"man/mcast-x.1.scd": "# OPTIONS\n\n*-a*, *--all*, *--no-all*\n"}
    expect(tap, "options: a heading without an option", have, "man/mcast-x.1.scd:3: --no-all", more)


def about_rfc(tap):
    """A page of one requirement, and what may be wrong with it."""
    check = lambda root: rfc.offences(root, ["A-001"])
    row = "| ID | a | b | c |\n| A-001 | x | %s | %s |\n"
    good = ("lib/base/addr.c: f", "tests/vectors/a.txt: t")
    pages = {
        "a requirement without a row": ("docs/rfc.md:1: A-001", "# nothing\n"),
        "a function that is not there": ("docs/rfc.md:2: A-001", row % ("lib/base/addr.c: g", good[1])),
        "a file that is not there": ("docs/rfc.md:2: A-001", row % ("lib/base/gone.c: f", good[1])),
        "a test that is not there": ("docs/rfc.md:2: A-001", row % (good[0], "tests/vectors/a.txt: u")),
        "a second test that is not there": ("docs/rfc.md:2: A-001", row % (good[0], f"{good[1]}, {good[1][:-1]}u")),
        "a row without a test": ("docs/rfc.md:2: A-001", row % (good[0], "")),
        "not done, without a reason": ("docs/rfc.md:2: A-001", row % ("not done", "")),
        "two rows": ("docs/rfc.md:3: A-001", row % good + "| A-001 | x | not done | because |\n"),
    }
    for name, (where, page) in pages.items():
        expect(tap, f"rfc: {name}", check, where, {"docs/rfc.md": page})
    silent = {"tests/vectors/a.txt": "vector t\n  ids A-0011\n"}
    expect(tap, "rfc: a test that does not carry the ID", check, "docs/rfc.md:3: A-001", silent)
    commented = {"lib/base/addr.c": "/* f */\nint g(void)\n{\n\treturn 1;\n}\n"}
    expect(tap, "rfc: a function in a comment alone", check, "docs/rfc.md:3: A-001", commented)


def about_headers(tap, cc, cxx):
    for compiler, language, standard in ((cc, "c", "c99"), (cxx, "c++", "c++11")):
        name = f"headers: one that does not stand alone as {standard}"
        check = lambda root: headers.alone(root, "mcast/base.h", compiler, language, standard)
        if compiler:
            expect(tap, name, check, "In file included", {"include/mcast/base.h": "struct x { size_t n; };\n"})
        else:
            tap.skip(name, "no compiler")


def about_listed(tap):
    def check(root):
        build = os.path.join(root, "b")
        os.makedirs(build + "/meson-info", exist_ok=True)
        built = ["lib/base/addr.c", "lib/net/sock.c", "cmd/main.c"]
        index = {
            "compile_commands.json": [{"directory": root, "file": n} for n in built],
            "meson-info/intro-dependencies.json": [{"name": "cmocka"}],
            "meson-info/intro-tests.json": [{"cmd": ["python3", root + "/tests/net/t_a.py"]}],
        }
        for name, value in index.items():
            with open(os.path.join(build, name), "w", encoding="utf-8") as f:
                json.dump(value, f)
        return listed.unbuilt(root, build) + listed.unrun(root, build)

    expect(tap, "build: a source in no target", check, "tests/unit/y.c:1", {"tests/unit/y.c": "\n"})
    tests = {"tests/net/t_a.py": "\n", "tests/net/t_b.py": "\n"}
    expect(tap, "build: a test that is not run", check, "tests/net/t_b.py:1", tests)


def about_binaries(tap, cc):
    """Objects and libraries made here, named as meson names them."""
    dest = tempfile.mkdtemp(prefix="mcast-house-")
    try:
        grow(dest, {})
        make = lambda *args: subprocess.run([*cc, "-x", "c", "-", *args], input=SOURCE, text=True, check=True, cwd=dest)
        make("-c", "-o", "lib_base_x.c.o")
        subprocess.run(["ar", "rc", "x.a", "lib_base_x.c.o"], check=True, cwd=dest)
        make("-shared", "-fPIC", "-o", "x.so", "-Wl,--no-as-needed", "-lcap-ng")
        allow = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pure.allow")
        impure = binary.purity(f"{dest}/x.a", ["base"], allow)
        want = ["lib_base_x.c: asks for mc_net", "lib_base_x.c: asks for socket"]
        tap.point(sorted(impure) == want, "binary: a socket in base, and nothing else", impure)
        tap.point(bool(binary.purity(f"{dest}/x.a", ["flow"], allow)), "binary: an empty floor")
        wrong = " ".join(binary.exports(f"{dest}/x.so", dest))
        for what in ("mc_one is declared and not exported", "mc_two is exported and in no", "mc_two has no version"):
            tap.point(what in wrong, f"binary: {what}", [wrong])
        tap.point(any("libcap-ng" in n for n in binary.needed(f"{dest}/x.so")), "binary: one library too many")
        lacks = install.missing(dest, dest, "/none", ["x.1"])
        tap.point("bin/mcast: not installed" in lacks, "install: nothing is there", lacks)
    finally:
        shutil.rmtree(dest)


SOURCE = """
#include <string.h>
#include <sys/socket.h>
int mc_net(void);
int mc_two(char *p)
{
	memset(p, 1, strlen(p));
	return socket(0, 0, 0) + mc_net();
}
"""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--cc", required=True)
    p.add_argument("--cxx", default="")
    a, tap = p.parse_args(), tree.Tap()
    about_sources(tap)
    sizes_count(tap)
    about_pages(tap)
    about_rfc(tap)
    about_headers(tap, a.cc.split(), a.cxx.split())
    about_listed(tap)
    about_binaries(tap, a.cc.split())
    tap.end()


if __name__ == "__main__":
    sys.exit(main())
