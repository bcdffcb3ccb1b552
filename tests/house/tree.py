"""The project's files, and TAP: what every house check uses.

A check is a function that returns a list of offences, each "file:line: what"; an empty list is good. It gets
the root of the tree as an argument, so that selftest.py can give it a tree in which the rule is broken.
"""

import os
import re
import subprocess
import sys


def files(root, *under, ext=None):
    """Paths relative to root of what is tracked or would be; ext is a tuple of endings."""
    names = git_files(root) if os.path.exists(os.path.join(root, ".git")) else None
    if names is None:
        names = walk_files(root)
    names = [n for n in names if os.path.isfile(os.path.join(root, n))]
    if under:
        names = [n for n in names if n.startswith(tuple(u + "/" for u in under))]
    if ext:
        names = [n for n in names if n.endswith(ext)]
    return sorted(names)


def git_files(root):
    cmd = ["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(cmd, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # no git, or not a checkout of this user
    return [n for n in done.stdout.decode().split("\0") if n]


def walk_files(root):
    names = []
    for where, dirs, found in os.walk(root):
        top = where == root
        dirs[:] = [d for d in dirs if d not in (".git", "__pycache__") and not (top and d.startswith("build"))]
        names += [os.path.relpath(os.path.join(where, f), root) for f in found]
    return names


def lines(root, name):
    """Numbered lines of a file; bytes that are no UTF-8 become U+FFFD."""
    with open(os.path.join(root, name), encoding="utf-8", errors="replace", newline="") as f:
        return list(enumerate(f.read().split("\n"), 1))


def is_binary(root, name):
    with open(os.path.join(root, name), "rb") as f:
        return b"\0" in f.read(8192)


def without_comments(text):
    """C text with every comment blanked, newlines kept."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
    keep = lambda m: m.group() if m.group()[0] == '"' else re.sub(r"[^\n]", " ", m.group())
    return re.sub(pattern, keep, text, flags=re.S)


class Tap:
    """Prints points as they come and the plan at the end."""

    def __init__(self):
        self.n = 0
        self.bad = 0

    def point(self, good, name, why=()):
        self.n += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {name}")
        for w in () if good else why:
            print(f"# {w}")
        sys.stdout.flush()

    def skip(self, name, reason):
        self.n += 1
        print(f"ok {self.n} - {name} # SKIP {reason}", flush=True)

    def check(self, name, offences):
        self.point(not offences, name, offences)

    def end(self):
        print(f"1..{self.n}", flush=True)
        sys.exit(1 if self.bad else 0)
