#!/usr/bin/env python3
"""Counts the points of a meson test run: the single TAP results, not the programs that gave them.

points.py LOGBASE: prints "PASSED FAILED SKIPPED" as three numbers, then what failed, what the failed programs said
of it, and what was skipped and why. LOGBASE is such as build/meson-logs/check; its .json and .junit.xml are read.
"""

import json
import os
import sys
import xml.etree.ElementTree as xml

BAD = ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS")


def kind(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def reason(case):
    said = case.find("system-out")
    return f": {said.text.strip()}" if said is not None and said.text else ""


def points(base):
    """(kind, program, point) of each point."""
    if not os.path.exists(base + ".junit.xml"):
        return
    for case in xml.parse(base + ".junit.xml").iter("testcase"):
        program = case.get("classname", "").split(".", 1)[-1]
        yield kind(case), program, case.get("name", "") + (reason(case) if kind(case) == "skipped" else "")


def programs(base):
    """(name, result, what it printed) of each program."""
    if not os.path.exists(base + ".json"):
        return
    with open(base + ".json", encoding="utf-8") as f:
        for line in f:
            test = json.loads(line)
            yield test["name"], test["result"], test.get("stdout") or ""


def complaints(tap):
    """The points of a TAP output that are not ok, each with the comment lines behind it."""
    telling = False
    for line in tap.splitlines():
        telling = line.startswith("not ok") and "# TODO" not in line or telling and line.startswith("#")
        if telling:
            yield line


def main():
    base = sys.argv[1]
    found = list(points(base))
    blamed = {program for k, program, _ in found if k == "failed"}
    # A program that was killed or ended badly may have lost no point of its own.
    said = []
    for name, result, output in programs(base):
        if result in BAD:
            said += [f"{name}: {line}" for line in complaints(output)]
            if name not in blamed:
                found.append(("failed", name, result.lower()))
    print(*(sum(k == want for k, _, _ in found) for want in ("passed", "failed", "skipped")))
    for want in ("failed", "skipped"):
        print("".join(f"{want}: {program}: {point}\n" for k, program, point in found if k == want), end="")
        print("".join(f"said: {line}\n" for line in said if want == "failed"), end="")


if __name__ == "__main__":
    main()
