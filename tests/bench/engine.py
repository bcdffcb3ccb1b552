#!/usr/bin/env python3
"""`./dev bench engine`: the router and host engines at scale, beside a bare loop and beside the Linux bridge.

Sections: A, reports refreshed and groups that are new, decoding included, beside a loop in C that parses, checks and
updates a hash table; B, sources, memory, polls, answers; C, what the Linux bridge takes for the same reports, sent by
AF_PACKET into a network namespace of its own, net of what a plain veth takes; D, mcast sim in the stadium's burst.
In each round every variant runs, on one CPU; what counts is the median of ratios paired within a
round, with its bootstrap 95 % interval. Absolute figures belong to one run on one machine.

Environment: MCAST, the program measured, with libmcast.a beside it; BENCH_BUILD, where the helper in C gets compiled.
Exit: 0 measured, whether or not what is wanted was reached; 2 could not run.
"""
import argparse
import collections
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import echo
from echo import Cannot, command

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = ("engine.c", "engine_bare.c", "engine_inject.c", "engine_router.c")
LIMIT = 200  # seconds for one run of the helper
BRIDGED = 100000  # groups that the bridge is given

Row = collections.namedtuple("Row", "section text ours reference values wanted")


def say(text):
    print("bench engine: " + text, file=sys.stderr, flush=True)


# Measuring


class Bench:
    def __init__(self, helper, mcast, rounds):
        self.helper, self.mcast, self.rounds = helper, mcast, rounds
        self.cpu = max(os.sched_getaffinity(0))
        self.raw = collections.defaultdict(dict)  # (what, name) -> round -> value

    def helped(self, what, number, *words):
        """Runs the helper once on one CPU; each "name round value" it prints is kept as of `what`."""
        argv = ["taskset", "-c", str(self.cpu), self.helper, *(str(w) for w in words)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT)
        if done.returncode:
            raise Cannot(f"{what}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        for line in done.stdout.splitlines():
            name, inner, value = line.split()
            self.raw[what, name][number * 1000 + int(inner)] = float(value)

    def median(self, what, name):
        values = self.raw[what, name]
        return statistics.median(values.values()) if values else None

    def ratios(self, over, under):
        a, b = self.raw[over], self.raw[under]
        return [a[n] / b[n] for n in sorted(a) if n in b]


REFRESH = [(family, groups, records) for family in (4, 6) for groups in (1000, 1000000) for records in (1, 50)]


def engines(bench, number):
    for family, groups, records in REFRESH:
        if family == 6 and groups > 1000 and records > 1:
            continue
        bench.helped(f"{family}/{groups}/{records}", number, "refresh", family, groups, records, 2)
    bench.helped("4/100000/1", number, "refresh", 4, BRIDGED, 1, 2)
    bench.helped("4/100000/50", number, "refresh", 4, BRIDGED, 50, 2)
    for sources in (10, 10000):
        bench.helped(f"sources/{sources}", number, "sources", 4, sources, 2)
    for groups in (1000, 100000, 1000000):
        bench.helped(f"due/{groups}", number, "due", 4, groups, 1)
    bench.helped("answer", number, "answer", 4, 100000, 2)
    if number == 0:
        bench.helped("memory/4", number, "memory", 4)
        bench.helped("memory/6", number, "memory", 6)


# The bridge: a namespace in which the helper's frames go into one end of a veth, whose other end is in a bridge, or not

SETUP = """set -e
ip link add name feed type veth peer name port
ip link set dev feed up; ip link set dev port up
if [ "$1" = bridge ]; then
	ip link add name br type bridge mcast_snooping 1 mcast_hash_max 262144 mcast_igmp_version 3
	ip link set dev port master br; ip link set dev br up
fi
sleep 0.1
shift
taskset -c "$1" "$2" inject feed 4 "$3" "$4"
if ip link show br >/dev/null 2>&1; then
	echo "entries 0 $(bridge mdb show dev br | grep -c ' grp ')" # as many as groups, or it did not snoop
fi
"""


def inject(bench, number, what, records):
    argv = ["unshare", "--net", "sh", "-c", SETUP, "sh", what, str(bench.cpu), bench.helper, str(BRIDGED), str(records)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        raise Cannot(f"{what}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    for line in done.stdout.splitlines():
        name, _, value = line.split()
        if name == "entries" and int(value) < BRIDGED:
            raise Cannot(f"the bridge has {value} entries, not {BRIDGED}")
        bench.raw[f"{what}/{records}", name][number * 1000] = float(value)


def bridge(bench, number):
    """What the bridge takes: the time with it, less the time without, in the same round."""
    for records in (1, 50):
        inject(bench, number, "plain", records)
        inject(bench, number, "bridge", records)
        for name in ("new", "refresh"):
            net = bench.raw[f"bridge/{records}", name][number * 1000] - bench.raw[f"plain/{records}", name][number * 1000]
            if net > 0:
                bench.raw[f"net/{records}", name][number * 1000] = net


# The stadium: what mcast sim delivers a second

STADIUM = os.path.join(ROOT, "examples", "stadium.t")


def stadium(bench, number):
    began = time.monotonic()
    argv = ["taskset", "-c", str(bench.cpu), bench.mcast, "sim", "--json", "-4", STADIUM]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT)
    seconds = time.monotonic() - began
    if done.returncode:
        raise Cannot(f"mcast sim: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    figures = json.loads(done.stdout)["runs"][0]["figures"]
    bench.raw["sim", "delivery"][number * 1000] = seconds * 1e9 / figures["deliveries"]


# Telling


def rows(bench):
    """What is compared: (text, ours, reference, the ratio of speeds or sizes, what is wanted of it)."""

    def speed(section, text, ours, reference, wanted):
        return Row(section, text, bench.median(*ours), bench.median(*reference), bench.ratios(reference, ours), wanted)

    for family, groups, records in REFRESH:
        what = f"{family}/{groups}/{records}"
        if (what, "engine") in bench.raw:
            text = f"{'IGMPv3' if family == 4 else 'MLDv2'}, {groups:,} groups, {records} a report"
            wanted = (">=", 1 / 3) if groups == 1000 else None
            yield speed("A", f"refresh / bare loop: {text}", (what, "engine"), (what, "bare"), wanted)
    for records in (1, 50):
        large, small = f"4/1000000/{records}", f"4/1000/{records}"
        yield speed("A", f"1,000,000 groups / 1,000, {records} a report", (large, "engine"), (small, "engine"),
                    (">=", 1 / 3))
    yield speed("B", "10,000 sources / 10: records of 10", ("sources/10000", "record"), ("sources/10", "record"),
                (">=", 0.1))
    for name in ("poll", "deadline", "end"):
        yield speed("B", f"{name}: 1,000,000 groups / 1,000", ("due/1000000", name), ("due/1000", name), None)
    for records in (1, 50):
        for name, ours, wanted in (("new", "new", 5), ("refresh", "engine", 3)):
            yield speed("C", f"{name}, {records} a report / bridge", (f"4/{BRIDGED}/{records}", ours),
                        (f"net/{records}", name), (">=", wanted))
    yield speed("D", "stadium: deliveries / router's records", ("sim", "delivery"), ("4/1000/1", "engine"), (">=", 1 / 3))


def limits(bench):
    """(text, figure, unit, at most)."""
    for family in (4, 6):
        for name, most in (("group-1000", 128), ("group-100000", 128), ("group-1000000", 128), ("source-1000", 40),
                           ("source-10000", 40), ("host", 512), ("host-group-1", 128), ("host-group-100", 128),
                           ("host-group-100000", 128)):
            yield f"memory, IPv{family}: {name}", bench.median(f"memory/{family}", name), "octets", most
    longest = bench.median("answer", "longest")
    yield "a host of 100,000 groups is asked: longest call", longest and longest / 1e6, "ms", 50
    for groups in (1000, 100000, 1000000):
        value = bench.median(f"due/{groups}", "end-longest")
        yield f"{groups:,} groups end at once: longest poll", value and value / 1e6, "ms", None


def report(bench):
    print(f"Linux {platform.release()}, {bench.rounds} rounds, load {os.getloadavg()[0]:.1f} at the end; CPU {bench.cpu}.")
    print("Ratios are of speeds: medians of what was paired within a round, with the bootstrap 95 % interval.")
    print("* ns of this run on this machine: worth nothing without the ratios beside them.\n")
    line = "{:<2} {:<52} {:>9} {:>9}  {:<22} {:<9} {}"
    print(line.format("", "", "ns *", "to ns *", "ratio [95 %]", "wanted", "reached"))
    ratios = []
    for row in rows(bench):
        if not row.values:
            continue
        low, high = echo.interval(row.values)
        median = statistics.median(row.values)
        good = "" if row.wanted is None else "yes" if median >= row.wanted[1] else "no"
        wanted = "" if row.wanted is None else f"{row.wanted[0]} {row.wanted[1]:.2g}"
        ratio = f"{median:.3g} [{low:.3g}, {high:.3g}]"
        print(line.format(row.section, row.text, f"{row.ours:,.1f}", f"{row.reference:,.1f}", ratio, wanted, good).rstrip())
        ratios.append({"what": row.text, "ratio": median, "low": low, "high": high, "wanted": wanted, "reached": good})
    print()
    for text, value, unit, most in limits(bench):
        if value is None:
            continue
        good = "" if most is None else "yes" if value <= most else "no"
        print(f"   {text:<52} {value:>9.1f} {unit:<7} {'' if most is None else f'<= {most}':<9} {good}".rstrip())
        ratios.append({"what": text, "value": value, "unit": unit, "most": most, "reached": good})
    return ratios


# Setting up


def build_helper(folder, mcast):
    library, program = os.path.join(os.path.dirname(mcast), "libmcast.a"), os.path.join(folder, "engine")
    if not os.path.exists(library):
        raise Cannot(f"there is no {library} to measure")
    flags = ["-O2", "-std=gnu11", "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "include")]
    compiler = os.environ.get("CC", "cc").split()
    command([*compiler, *flags, "-o", program, *(os.path.join(HERE, s) for s in SOURCES), library, "-lm"],
            "compiling the helper")
    return program


PARTS = {"A": engines, "C": bridge, "D": stadium}


def measure(args):
    mcast = echo.find_mcast()
    with tempfile.TemporaryDirectory(prefix="bench-engine-") as folder:
        bench = Bench(build_helper(os.environ.get("BENCH_BUILD") or folder, mcast), mcast, args.rounds)
        began = time.monotonic()
        for number in range(args.rounds):
            for key, part in PARTS.items():
                if key in (args.section or PARTS):
                    part(bench, number)
            say(f"round {number + 1} of {args.rounds} done, {time.monotonic() - began:.0f} s")
    ratios = report(bench)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            raw = {f"{what} {name}": values for (what, name), values in bench.raw.items()}
            json.dump({"schema": 1, "kernel": platform.release(), "rounds": raw, "ratios": ratios}, out, indent=1)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench engine", description="the engines at scale, beside the bridge")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--json", metavar="FILE", help="write every figure, and the ratios")
    parser.add_argument("--section", choices=PARTS, action="append",
                        help="this one only; may be repeated (A: engines, C: bridge, D: sim)")
    args = parser.parse_args()
    return echo.attempt(lambda: measure(args), say)


if __name__ == "__main__":
    sys.exit(main())
