"""The floors: who may include whom."""

import os
import re

import tree

# A floor sees itself and the floors in its row; a new floor is a new row.
SEES = {
    "base": {"base"},
    "wire": {"base", "wire"},
    "flow": {"base", "flow"},
    "engine": {"base", "wire", "engine"},
    "sim": {"base", "wire", "engine", "sim"},
    "net": {"base", "wire", "engine", "net"},
}
# The floor that implements a public header; mcast.h is for users of the library.
PUBLIC = {
    "base": "base",
    "sock": "net",
    "link": "net",
    "net": "net",
    "msg": "wire",
    "engine": "engine",
    "host": "engine",
    "router": "engine",
    "sim": "sim",
}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def walls(root):
    bad = []
    for name in tree.files(root, "include", "lib", "cmd", "examples", ext=(".c", ".h")):
        for number, line in tree.lines(root, name):
            m = INCLUDE.match(line)
            why = m and refuse(root, name, m.group(1), m.group(2))
            if why:
                bad.append(f"{name}:{number}: {line.strip()}: {why}")
    return bad


def refuse(root, name, quote, what):
    """Why this file may not include that, or None."""
    parts = name.split("/")
    ours = os.path.exists(os.path.join(root, "lib", what)) or os.path.exists(os.path.join(root, "cmd", what))
    if quote == "<" and what.startswith("mcast/"):
        return refuse_public(parts, what)
    if quote == "<":
        return "a header of ours is included with quotes" if ours and "/" in what else None
    if parts[0] == "cmd":
        near = os.path.exists(os.path.join(root, os.path.dirname(name), what))
        return None if ours or near else "no such header in lib/ or cmd/"
    if parts[0] != "lib":
        return "public headers and examples include <mcast/...> and the system's headers alone"
    floor = what.split("/")[0] if "/" in what else parts[1]
    path = what if "/" in what else f"{parts[1]}/{what}"
    if floor not in SEES.get(parts[1], ()):
        return f"{parts[1]} may not see {floor}"
    return None if os.path.exists(os.path.join(root, "lib", path)) else "no such header in lib/"


def refuse_public(parts, what):
    stem = what[len("mcast/") : -len(".h")]
    if parts[0] in ("cmd", "examples") or parts[-1] == "mcast.h":
        return None
    if stem not in PUBLIC:
        return "inside the library, include the header that is needed"
    floor = parts[1] if parts[0] == "lib" else PUBLIC.get(parts[-1][: -len(".h")])
    return None if PUBLIC[stem] in SEES.get(floor, ()) else f"{floor} may not see {PUBLIC[stem]}"
