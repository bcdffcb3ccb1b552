#!/usr/bin/env python3
"""Golden tests of the command line, as TAP.

NAME.cmd is one command line, run by sh in this directory with the command in $MCAST. Beside it stand what it must
print, NAME.out and NAME.err (absent: nothing), and its exit status, NAME.code (absent: 0). In a line {ANY} stands
for any run of characters.

run.py [--update] [NAME ...]: --update writes down what is printed now, and keeps lines that hold.
"""

import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tree import Tap  # noqa: E402

PATIENCE = 60  # seconds for one command; each ends at once
PARTS = (".out", ".err", ".code")


def path(name, part):
    return os.path.join(HERE, name + part)


def expected(name, part):
    try:
        with open(path(name, part), encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return "0\n" if part == ".code" else ""


def run(name):
    """{part: what was printed}; a command that does not end is killed with its children."""
    with open(path(name, ".cmd"), encoding="utf-8") as f:
        line = f.read()
    env = dict(os.environ, LC_ALL="C.UTF-8")
    env.pop("COLUMNS", None)
    proc = subprocess.Popen(
        ["sh", "-c", line],
        cwd=HERE,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = proc.communicate(timeout=PATIENCE)
        code = str(proc.returncode)
    except subprocess.TimeoutExpired:
        os.killpg(proc.pid, signal.SIGKILL)
        out, err = proc.communicate()
        code = f"none within {PATIENCE} s"
    text = lambda b: b.decode("utf-8", "backslashreplace")
    return {".out": text(out), ".err": text(err), ".code": code + "\n"}


def holds(want, have):
    """Whether one line is as expected."""
    return re.fullmatch(".*".join(map(re.escape, want.split("{ANY}"))), have) is not None


def differences(want, have):
    """Lines that are not as expected, both ways."""
    want, have = want.split("\n"), have.split("\n")
    for i in range(max(len(want), len(have))):
        w, h = (s[i] if i < len(s) else None for s in (want, have))
        if w is None or h is None or not holds(w, h):
            yield from (f"{i + 1}: {sign} {s}" for sign, s in (("want", w), ("have", h)) if s is not None)


def check(name):
    have = run(name)
    return [f"{name}{part}:{d}" for part in PARTS for d in differences(expected(name, part), have[part])]


def kept(want, have):
    """What is printed now, with the lines as expected where they hold."""
    want, have = want.split("\n"), have.split("\n")
    return "\n".join(w if w is not None and holds(w, h) else h for w, h in zip(want + [None] * len(have), have))


def update(name):
    have = run(name)
    for part in PARTS:
        text = kept(expected(name, part), have[part])
        if text != ("0\n" if part == ".code" else ""):
            with open(path(name, part), "w", encoding="utf-8") as f:
                f.write(text)
        elif os.path.exists(path(name, part)):
            os.remove(path(name, part))
    return check(name)


def strays():
    """Expectations that belong to no case."""
    names = [os.path.splitext(n) for n in sorted(os.listdir(HERE))]
    return [f"{n}{ext}: there is no {n}.cmd" for n, ext in names if ext in PARTS and (n, ".cmd") not in names]


def main():
    words = sys.argv[1:]
    test = update if "--update" in words else check
    names = [w for w in words if w != "--update"]
    if not os.environ.get("MCAST"):
        sys.exit("run.py: set MCAST to the command, such as MCAST=build/mcast")
    # A path given from where the user stands; a bare word is looked up by sh.
    if "/" in os.environ["MCAST"] and os.path.exists(os.environ["MCAST"]):
        os.environ["MCAST"] = os.path.abspath(os.environ["MCAST"])
    tap = Tap()
    for name in names or sorted(n[:-4] for n in os.listdir(HERE) if n.endswith(".cmd")):
        tap.check(name, test(name))
    if not names:
        tap.check("every expectation belongs to a case", strays())
    tap.end()


if __name__ == "__main__":
    main()
