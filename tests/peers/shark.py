"""
shark.py - what tshark reads in a capture file: fields by name, as text. Importing this file ends the program with a
TAP skip where there is no tshark.
"""
import shutil
import subprocess

import tap
from tap import same

if not shutil.which("tshark"):
    tap.skip_all("tshark is not installed (./dev check-peers installs it)")


def packets(file, fields, *options):
    """One dictionary for each packet: a list of values for each field that it has. options: more of tshark's."""
    argv = ["tshark", "-r", file, "-n", "-T", "fields", *options]
    for option in "separator=;", "aggregator=,", "occurrence=a":
        argv += ["-E", option]
    argv += [a for f in fields for a in ("-e", f)]
    p = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    same(p.returncode, 0, "exit code of tshark (%s)" % p.stderr)
    rows = [line.split(";") for line in p.stdout.splitlines()]
    return [{f: v.split(",") for f, v in zip(fields, r) if v} for r in rows]
