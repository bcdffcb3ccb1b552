"""Each public header compiles alone, as C99 and as C++, without a warning."""

import subprocess

import tree

STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]


def public(root):
    return [n[len("include/") :] for n in tree.files(root, "include", ext=(".h",))]


def alone(root, header, compiler, language, standard):
    """Twice, so that a guard that does not guard shows."""
    text = f"#include <{header}>\n" * 2
    cmd = [*compiler, f"-std={standard}", *STRICT, "-I", f"{root}/include", "-x", language, "-"]
    done = subprocess.run(cmd, input=text, capture_output=True, text=True)
    return done.stderr.splitlines()[:20] if done.returncode else []
