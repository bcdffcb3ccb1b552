#!/usr/bin/env python3
"""`./dev bench groups`: mcast groups and mcast doctor beside `ss -u -a -p` and `ip maddr`, on machines of many sockets.

Machines, each a network namespace with the sockets of one process: same, 10,000 sockets with the same 20 groups each;
distinct, 10,000 sockets with 20 groups of their own each; plain, ten sockets. In each round every variant runs once,
in an order that rotates; what counts is the median of ratios of whole times paired within a round, with its bootstrap
95 % interval. Absolute figures belong to one run on one machine.

Environment: MCAST, the program measured. Exit: 0 measured, whether or not what is wanted was reached; 2 could not run.
"""
import argparse
import collections
import contextlib
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time

import echo
from echo import Cannot

SOCKETS, EACH = 10000, 20
LIMIT = 60  # seconds for one run; who needs more is left out from then on, and that is said

# Holds the sockets: argv: how many, how many groups each, whether all have the same; tells when it is done.
HOLDER = """
import socket, struct, sys
count, each, same = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "same"
kept = []
for n in range(count):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("0.0.0.0", 0))
    for g in range(each):
        at = g if same else n * each + g
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4si",
                     struct.pack("!I", 0xef010000 + at), bytes(4), 1))
    kept.append(s)
print("ready", flush=True)
sys.stdin.read()
"""

Machine = collections.namedtuple("Machine", "name sockets each same")
MACHINES = [Machine("same", SOCKETS, EACH, "same"), Machine("distinct", SOCKETS, EACH, "distinct"),
            Machine("plain", 10, 2, "distinct")]
# What is wanted: variant over reference on a machine, at most; seconds, at most.
WANTED = [("same", "groups", "ss", 3), ("same", "groups", "ip maddr", None), ("same", "groups -j", "ss", None),
          ("distinct", "groups", "ss", None), ("distinct", "groups", "ip maddr", None),
          ("plain", "groups", "ss", None)]
SECONDS = [("plain", "doctor", 1), ("same", "doctor", 1), ("distinct", "doctor", None)]


def say(text):
    print("bench groups: " + text, file=sys.stderr, flush=True)


def variants(mcast):
    """Those of a machine: name -> command. ss looks at every process, as -p asks it to."""
    found = {"groups": [mcast, "groups", "--budget", "60"], "groups -j": [mcast, "groups", "-j", "--budget", "60"],
             "doctor": [mcast, "doctor"]}
    for name, argv in ("ss", ["ss", "-u", "-a", "-p"]), ("ip maddr", ["ip", "maddr"]):
        if shutil.which(argv[0]):
            found[name] = argv
        else:
            say(f"{argv[0]} is not installed: its rows are left out")
    return found


def populate(stack, machine):
    place = echo.Namespace(stack)
    place.ip("link set lo multicast on")
    place.command("sysctl", "-qw", "net.ipv4.igmp_max_memberships=100")
    holder = subprocess.Popen(place.inside([sys.executable, "-c", HOLDER, *map(str, machine[1:])]), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    stack.callback(echo.stop, holder)
    if holder.stdout.readline() != "ready\n":
        raise Cannot(f"the {machine.sockets} sockets of the machine {machine.name} could not be opened")
    return place


def timed(place, argv):
    """Seconds that a command took, its output thrown away, or None; a doctor that found a fault was good, too."""
    begin = time.monotonic()
    try:
        done = subprocess.run(place.inside(argv), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode not in (0, 1):
        raise Cannot(f"{' '.join(argv)}: exit code {done.returncode}: {done.stderr.strip()}")
    return time.monotonic() - begin


def found(place, mcast, machine):
    """How many memberships groups finds holders of, and whether it says that it saw all."""
    done = subprocess.run(place.inside([mcast, "groups", "-j", "--budget", "60"]), stdout=subprocess.PIPE, text=True,
                          timeout=LIMIT, check=True)
    doc = json.loads(done.stdout)
    held = sum(len(g["sockets"]) for n in doc["namespaces"] for g in n["groups"])
    return held, machine.sockets * machine.each, doc["complete"]


def report(raw, rounds, complete):
    layout = "{:<10} {:<26} {:<24} {:<8} {}"
    print(f"Linux {platform.release()}, {rounds} rounds, load {os.getloadavg()[0]:.1f} at the end.")
    print(layout.format("machine", "what", "ratio [95 %]", "wanted", "reached"))
    for machine, ours, reference, most in WANTED:
        a, b = raw.get((machine, ours)), raw.get((machine, reference))
        if not a or not b:
            continue
        ratios = [x / y for x, y in zip(a, b)]
        low, high = echo.interval(ratios)
        middle = statistics.median(ratios)
        told = "" if most is None else "yes" if middle <= most else "no"
        print(layout.format(machine, f"{ours} / {reference}", f"{middle:.3g} [{low:.3g}, {high:.3g}]",
                            "" if most is None else f"<= {most}", told).rstrip())
    for machine, ours, most in SECONDS:
        if (machine, ours) in raw:
            middle = statistics.median(raw[machine, ours])
            print(layout.format(machine, f"{ours}, seconds", f"{middle:.3g}", "" if most is None else f"<= {most}",
                                "" if most is None else "yes" if middle <= most else "no").rstrip())
    for name, (held, wanted, whole) in complete.items():
        print(f"{name}: {held} of {wanted} memberships found with their sockets; says that it saw all: {whole}")
    print("Medians of whole times in seconds, of this run on this machine:")
    for (machine, name), values in sorted(raw.items()):
        print(f"  {machine:<10} {name:<12} {statistics.median(values):.4g}")


def measure(args, stack):
    mcast = echo.find_mcast()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < SOCKETS + 100:
        resource.setrlimit(resource.RLIMIT_NOFILE, (SOCKETS + 100, max(hard, SOCKETS + 100)))
    raw, complete = collections.defaultdict(list), {}
    for machine in MACHINES:
        if args.machine and machine.name not in args.machine:
            continue
        with contextlib.ExitStack() as own:
            place, commands = populate(own, machine), variants(mcast)
            complete[machine.name] = found(place, mcast, machine)
            for number in range(args.rounds):
                for name in echo.rotated(list(commands), number):
                    seconds = timed(place, commands[name])
                    if seconds is None:
                        say(f"machine {machine.name}: {name} takes more than {LIMIT} s, and is left out")
                        del commands[name]
                        raw.pop((machine.name, name), None)
                    else:
                        raw[machine.name, name].append(seconds)
        say(f"machine {machine.name} done")
    report(raw, args.rounds, complete)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump({"schema": 1, "seconds": {" ".join(k): v for k, v in raw.items()}}, out, indent=1)


def ask(argv):
    parser = argparse.ArgumentParser(prog="./dev bench groups", description="who joined what, beside ss and ip")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default: 7)")
    parser.add_argument("--json", metavar="FILE", help="write every round")
    parser.add_argument("--machine", choices=[m.name for m in MACHINES], action="append",
                        help="this one only; may be repeated")
    args = parser.parse_args(argv)
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return args


def main():
    args = ask(sys.argv[1:])
    return echo.run_as_root(lambda stack: measure(args, stack), say)


if __name__ == "__main__":
    sys.exit(main())
