#!/usr/bin/env python3
"""The scenarios of the standards, as TAP: each NAME.t here is run by `mcast sim`, one point for each family.

The command is $MCAST. Of a script that fails, what differs and the packets are shown. run.py [NAME ...]
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tree import Tap  # noqa: E402

PATIENCE = 60  # seconds for one script; each ends at once
SHOWN = 100  # lines of a script that fails


def sim(*words):
    """(exit status or None, stdout, stderr)"""
    line = [os.environ["MCAST"], "sim", *words]
    try:
        done = subprocess.run(line, cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, "", f"no end within {PATIENCE} s"
    return done.returncode, *(b.decode("utf-8", "backslashreplace") for b in (done.stdout, done.stderr))


def shown(name, family):
    lines = "\n".join(sim("-v", "--trace", f"-{family}", name)[1:]).splitlines()
    return lines[:SHOWN] + ["..."] * (len(lines) > SHOWN)


def runs_of(name):
    """The runs, and else why there are none."""
    status, out, err = sim("--json", name)
    try:
        return json.loads(out)["runs"] if status in (0, 1) else [], [f"exit status {status}", *err.splitlines()]
    except (ValueError, KeyError) as e:
        return [], [f"the JSON document: {e!r}", *err.splitlines()]


def check(tap, name):
    runs, why = runs_of(name)
    if not runs:
        tap.point(False, f"{name} runs", why)
    for run in runs:
        good = run["ok"] is True and not run["differences"]
        tap.point(good, f"{name}, IPv{run['family']}", [] if good else shown(name, run["family"]))


def main():
    if not os.environ.get("MCAST"):
        sys.exit("run.py: set MCAST to the command, such as MCAST=build/mcast")
    # A path given from where the user stands.
    if "/" in os.environ["MCAST"] and os.path.exists(os.environ["MCAST"]):
        os.environ["MCAST"] = os.path.abspath(os.environ["MCAST"])
    tap = Tap()
    for name in sys.argv[1:] or sorted(n for n in os.listdir(HERE) if n.endswith(".t")):
        check(tap, name)
    tap.end()


if __name__ == "__main__":
    main()
