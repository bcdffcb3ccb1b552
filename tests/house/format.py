#!/usr/bin/env python3
"""clang-format over C files, but trailing comments stay where a hand aligned them.

format.py [--check] FILE ...: rewrites the files, or with --check names each line that would change. clang-format
aligns comments on neighbouring lines only; a struct's comments are often aligned past a line that has none.
"""

import difflib
import re
import subprocess
import sys


def loose(line):
    """The line without what a hand may choose: the blanks before a trailing comment."""
    return re.sub(r"(?<=\S)[ \t]+(?=/[*/])", " ", line)


def formatted(name, old):
    done = subprocess.run(["clang-format", name], capture_output=True, check=True)
    new = done.stdout.decode().split("\n")
    match = difflib.SequenceMatcher(None, [loose(s) for s in old], [loose(s) for s in new], autojunk=False)
    result, changed = [], []
    for what, i1, i2, j1, j2 in match.get_opcodes():
        result += old[i1:i2] if what == "equal" else new[j1:j2]
        if what != "equal":
            changed.append(i1 + 1)
    return result, changed


def main():
    check = sys.argv[1:2] == ["--check"]
    bad = 0
    for name in sys.argv[1 + check :]:
        with open(name, encoding="utf-8") as f:
            old = f.read().split("\n")
        new, changed = formatted(name, old)
        bad += bool(changed)
        if check:
            for line in changed:
                print(f"{name}:{line}: not as .clang-format has it; ./dev fmt mends it")
        elif changed:
            with open(name, "w", encoding="utf-8") as f:
                f.write("\n".join(new))
            print(f"{name}: {len(changed)} places")
    sys.exit(1 if check and bad else 0)


if __name__ == "__main__":
    main()
