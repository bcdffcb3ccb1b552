"""What the objects ask for and what the library gives."""

import os
import re
import subprocess

import tree

NEEDED = re.compile(r"(libc|libm|libmnl|ld-linux.*)\.so\.\d+")


def run(*cmd):
    return subprocess.run(cmd, capture_output=True, check=True, text=True).stdout.splitlines()


def allowed(path):
    with open(path, encoding="utf-8") as f:
        return {w for line in f for w in line.split("#")[0].split()}


def plain(symbol):
    """The function that a fortified or versioned name of glibc stands for."""
    symbol = symbol.split("@")[0]
    m = re.fullmatch(r"__(?:isoc\d+_)?(\w+?)(?:_chk)?", symbol)
    return m.group(1) if m and (symbol.endswith("_chk") or symbol.startswith("__isoc")) else symbol


def symbols(archive, floors):
    """(member, name, defined) for the members of an archive that come from these floors."""
    pattern = re.compile(r"\[(lib_(?:%s)_[^\]]*)\]: (\S+) (\S)" % "|".join(floors))
    found = (pattern.search(line) for line in run("nm", "-A", "-P", archive))
    return [(m.group(1), m.group(2), m.group(3) not in "Uwv") for m in found if m]


def purity(archive, floors, allow):
    """Undefined symbols of the pure floors that are neither theirs nor on the allow list."""
    all_of_them = symbols(archive, floors)
    if not all_of_them:
        return [f"{archive}: no object of {', '.join(floors)} in it"]
    own = {name for _, name, defined in all_of_them if defined}
    good = allowed(allow) | own
    return [
        f"{member.replace('.o', '')}: asks for {name}"
        for member, name, defined in all_of_them
        if not defined and plain(name) not in good
    ]


def declared(root):
    """The functions that the public headers declare: name to file:line."""
    found = {}
    for name in tree.files(root, "include", ext=(".h",)):
        with open(os.path.join(root, name), encoding="utf-8") as f:
            text = tree.without_comments(f.read())
        for m in re.finditer(r"\b(mc_\w+)\s*\((?!\*)", text):  # "(*" begins a pointer to a function
            found[m.group(1)] = f"{name}:{text.count(chr(10), 0, m.start()) + 1}"
    return found


def exports(library, root):
    want, have, bad = declared(root), {}, []
    for line in run("nm", "-D", "-P", "--defined-only", library):
        name, kind = line.split()[:2]
        if kind != "A":
            have[name.split("@")[0]] = name
    lacking = sorted(set(want) - set(have))
    bad += [f"{want[name]}: {name} is declared and not exported: lib/mcast.map" for name in lacking]
    bad += [f"lib/mcast.map:1: {name} is exported and in no public header" for name in have if name not in want]
    bad += [f"lib/mcast.map:1: {name} has no version" for name in have.values() if "@" not in name]
    return bad


def needed(library):
    names = [m.group(1) for line in run("readelf", "-dW", library) if (m := re.search(r"\(NEEDED\).*\[(.*)\]", line))]
    return [f"{os.path.basename(library)}: needs {n}" for n in names if not NEEDED.fullmatch(n)]
