#!/usr/bin/env python3
"""`./dev bench querier`: mcast querier and mcast host on a wire, beside the Linux bridge and FRR's pimd.

Sections: A, reports at a rate that is wanted: is one lost; B, a burst of new groups: how many are learned; C, what a
report costs in processor time, new groups and groups refreshed; D, memory a group; E, ten thousand emulated hosts.
In each round every variant takes the same reports, one after the other, in an order that rotates; what counts is the
median of ratios paired within a round, with its bootstrap 95 % interval. Absolute figures belong to one run on one
machine. Reports are sent by AF_PACKET from the other end of a veth pair (querier_takers.py): on Linux the sender's
processor works them in as far as a socket, a ring or a bridge's table; that part is told apart from the process's.

Environment: MCAST, the program measured, with libmcast.a beside it; BENCH_BUILD, where the helper in C gets compiled;
FRR_DAEMONS, where zebra and pimd are. Exit: 0 measured, whether or not what is wanted was reached; 2 could not run.
"""
import argparse
import collections
import contextlib
import json
import math
import os
import platform
import statistics
import sys
import tempfile
import time

import echo
import engine
import querier_hosts
from echo import Failed
from querier_takers import Bridge, Frr, FrrIgmp, Plain, Querier, cpu_ns, frr_lacks, memory_kib, waited_ns

RATE, SECONDS = 300000, 2    # reports a second that are wanted, and for how long
BURST = 100000               # new groups
MEMORY = 170                 # octets a group, at most
MANY = ("--max-groups", "200000", "--max-hosts", "300000")
BOUND = 15                   # seconds that anybody gets for a burst
BIG = "64M"                  # of the second ring, where the default one loses something
PASSES = 30000               # records of refreshing, at least

# A row of the table: two figures and what their ratios in each round were, or one figure of each round.
Row = collections.namedtuple("Row", "section text ours reference unit values wanted")


def say(text):
    print("bench querier: " + text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, mcast, helper, args):
        self.mcast, self.helper, self.rounds, self.quick = mcast, helper, args.rounds, args.quick
        cpus = sorted(os.sched_getaffinity(0))
        self.cpus = (cpus[0], cpus[-1])  # of the injector; of who takes the reports
        self.raw = collections.defaultdict(dict)  # (what, name) -> round -> value
        self.notes = []
        self.takers = {"plain": Plain, "ours": Querier, "bridge": Bridge, "no-pim": FrrIgmp, "frr": Frr}
        lacks = frr_lacks()
        if lacks:
            self.notes.append(f"{lacks}: its rows, and what is wanted against it, are left out.")
            say(self.notes[0])
            del self.takers["frr"], self.takers["no-pim"]

    def keep(self, number, what, name, value):
        if value is not None:
            self.raw[what, name][number] = value

    def median(self, what, name):
        values = self.raw.get((what, name))
        return statistics.median(values.values()) if values else None

    def ratios(self, over, under):
        a, b = self.raw.get(over, {}), self.raw.get(under, {})
        return [a[n] / b[n] for n in sorted(a) if b.get(n)]


# A: is one lost

STORMS = [(4, 1000, 1), (4, 1000, 50), (4, 10000, 1), (4, 10000, 50), (6, 10000, 1), (6, 10000, 50)]
SOME = 2  # rounds of what shows more by its worst than by its median, or takes long


def lossless(bench, number, family, groups, records, *options):
    """Sends at the rate that is wanted: what was not taken into account, by whichever count is higher."""
    sent = RATE * SECONDS
    with contextlib.ExitStack() as stack:
        taker = Querier(bench, stack, (*MANY, *options))
        time.sleep(0.2)
        before, cpu, waited, came = taker.counts(family), cpu_ns(taker.pid), waited_ns(taker.pid), taker.wire.received()
        storm = taker.wire.storm(family, groups, records, sent, RATE)
        waited = waited_ns(taker.pid) - waited
        taker.settle(20)
        cpu, came, after = cpu_ns(taker.pid) - cpu, taker.wire.received() - came, taker.counts(family)
    taken, told = after["rx-report"] - before["rx-report"], after["lost"] - before["lost"]
    found = {"lost": max(sent - taken, told, 0), "told": told, "wire": max(sent - came, 0), "rate": 1e9 / storm.clock,
             "cpu": cpu / taken, "waited": waited / sent / storm.clock * 100}
    for name, value in found.items():
        bench.keep(number, "/".join(str(word) for word in ("storm", family, groups, records, *options)), name, value)
    return found["lost"]


def storms(bench, number):
    for family, groups, records in STORMS if number < SOME else ():
        if lossless(bench, number, family, groups, records):
            lossless(bench, number, family, groups, records, "--rcvbuf", BIG)


# B, C, D: the same reports for everybody

SIZES = [(1000, 1), (1000, 50), (10000, 1), (10000, 50), (BURST, 1), (BURST, 50)]
REPEATS = 3  # of what is small and starts at once; the round's figure is their median


def times(bench, number, key, groups, records):
    """How often in this round. PIM takes minutes to learn groups that are not lost in its socket: once is enough."""
    if key == "frr" and groups == BURST:
        return number < (2 if records == 1 else 0 if bench.quick else 1)
    return REPEATS if groups == 1000 and key not in ("frr", "no-pim") else 1


def burst(taker, groups, records, again):
    """New groups, then the same again and again until PASSES are sent: figures for a group (record) each."""
    found, passes = {}, max(1, PASSES // groups)
    memory, cpu = (memory_kib(taker.pid), cpu_ns(taker.pid)) if taker.pid else ((0, 0), 0)
    found["new-sender"] = taker.wire.storm(4, groups, records).cpu / records
    found["done"] = taker.settle(BOUND)
    if taker.pid:
        busy, grown = cpu_ns(taker.pid) - cpu, memory_kib(taker.pid)
        rss = (grown[0] - grown[1] - memory[0] + memory[1]) * 1024
        found.update(busy=busy / 1e9, new=busy / groups, ring=grown[1], rss=rss)
    found["learned"] = taker.learned()
    if not again or not found["done"]:
        return found
    before = taker.taken()
    taker.wire.storm(4, groups, records)  # who asks for all that is known has it copied: here that is paid
    taker.settle(BOUND)
    cpu, reports = cpu_ns(taker.pid) if taker.pid else 0, -(-groups // records)
    found["refresh-sender"] = taker.wire.storm(4, groups, records, reports * passes).cpu / records
    taker.settle(BOUND)
    found["refresh"] = (cpu_ns(taker.pid) - cpu) / groups / passes if taker.pid else None
    if before is not None:
        found["taken"] = (taker.taken() - before) / (reports * (1 + passes))
    return found


def trial(bench, key, groups, records, *options):
    with contextlib.ExitStack() as stack:
        taker = bench.takers[key](bench, stack, *(((*MANY, *options),) if key == "ours" else ()))
        before = taker.held() if key == "ours" else 0
        # FRR loses reports of the great burst: a second one would find groups that are new.
        found = burst(taker, groups, records, key not in ("frr", "no-pim") or groups < BURST)
        if key == "ours":
            found["held"] = taker.held() - before
        return found


def costs(found, groups):
    """What was lost does not count as free: figures are for a group that was learned, a report that was taken."""
    learned = found.get("learned")
    for name in ("rss", "held"):
        if learned and name in found:
            found[name] /= learned
    if learned and "new" in found:
        found["new"] *= groups / learned
    if found.get("refresh") and found.get("taken"):
        found["refresh"] /= min(found["taken"], 1)
    if not found["done"]:
        for name in ("new", "rss"):
            found.pop(name, None)
    return found


def bursts(bench, number):
    for groups, records in SIZES:
        for key in echo.rotated(list(bench.takers), number):
            what = f"{key}/{groups}/{records}"
            runs = [costs(trial(bench, key, groups, records), groups)
                    for _ in range(times(bench, number, key, groups, records))]
            for name in sorted({name for run in runs for name in run}):
                values = [run[name] for run in runs if run.get(name) is not None]
                if values:
                    bench.keep(number, what, name, statistics.median(values))
            if key == "ours" and groups == BURST and runs and runs[0]["learned"] < groups:
                again = trial(bench, key, groups, records, "--rcvbuf", BIG)
                for name in ("learned", "busy"):
                    bench.keep(number, f"big/{groups}/{records}", name, again[name])
        whole(bench, number, groups, records)


def whole(bench, number, groups, records):
    """The sender's part, less what sending to nobody costs, and with the process's the whole."""
    for name in ("new", "refresh"):
        plain = bench.raw[f"plain/{groups}/{records}", name + "-sender"].get(number)
        for key in bench.takers:
            what = f"{key}/{groups}/{records}"
            sender = bench.raw.get((what, name + "-sender"), {}).get(number)
            process = 0 if key == "bridge" else bench.raw.get((what, name), {}).get(number)
            if key == "plain" or None in (sender, plain, process):
                continue
            bench.keep(number, what, name + "-net", sender - plain)
            if process + sender > plain:
                bench.keep(number, what, name + "-whole", process + sender - plain)


# E: the emulator


def emulator(bench, number):
    found = querier_hosts.rates(bench) if number < SOME else ()
    for name, figures in (*found, *(querier_hosts.states(bench) if number == 0 else ())):
        for key, value in figures.items():
            bench.keep(number, name, key, value)


# Telling


def size_of(groups, records):
    return f"{groups:,} groups, {records} a report"


def rows_a(bench):
    for what, name in sorted(bench.raw):
        if name != "lost" or not what.startswith("storm/"):
            continue
        _, family, groups, records, *options = what.split("/")
        text = ("IGMPv3, " if family == "4" else "MLDv2, ") + " ".join([size_of(int(groups), int(records)), *options])
        lost = list(bench.raw[what, name].values())
        cpu, waited = bench.median(what, "cpu"), bench.median(what, "waited")
        yield Row("A", f"lost at {bench.median(what, 'rate'):,.0f}/s: {text}", statistics.median(lost), None,
                  f"worst {max(lost):,.0f}; {cpu:,.0f} ns each, waited {waited:.0f} %", [max(lost)],
                  None if options else ("<=", 0))


def rows_b(bench):
    labels = {key: taker.label for key, taker in bench.takers.items()}
    labels["big"] = f"{Querier.label} --rcvbuf {BIG}"
    for records in (1, 50):
        for key, label in labels.items():
            what = f"{key}/{BURST}/{records}"
            learned, busy = bench.median(what, "learned"), bench.median(what, "busy")
            if learned is None:
                continue
            values = list(bench.raw[what, "learned"].values())
            done = min(bench.raw.get((what, "done"), {0: True}).values())
            text = "in its sender's time" if busy is None else f"{busy:,.2f} s busy{'' if done else ', and not done'}"
            yield Row("B", f"learned of {BURST:,}, {records} a report: {label}", learned, None,
                      f"least {min(values):,}; {text}", [min(values)], (">=", BURST) if key == "ours" else None)


def rows_c(bench):
    def ratio(text, over, under, wanted=None):
        return Row("C", text, bench.median(*under), bench.median(*over), None, bench.ratios(over, under), wanted)

    for name in ("new", "refresh"):
        for groups, records in SIZES:
            for key, taker in bench.takers.items():
                ours, theirs = f"ours/{groups}/{records}", f"{key}/{groups}/{records}"
                text = f"{name}, {size_of(groups, records)}: {taker.label}"
                wanted = (">=", 50) if (key, groups, name) == ("frr", 10000, "new") else None
                if key in ("frr", "no-pim"):
                    yield ratio(text, (theirs, name), (ours, name), wanted)
                if key == "bridge" or (key in ("frr", "no-pim") and (groups, records) == (10000, 1)):
                    yield ratio(text + ", whole", (theirs, name + "-whole"), (ours, name + "-whole"))
    for name in ("new", "refresh"):
        for records in (1, 50):
            for less, more in ((1000, 10000), (10000, BURST), (1000, BURST)):
                under, over = (f"ours/{less}/{records}", name), (f"ours/{more}/{records}", name)
                most = math.log(more) / math.log(less)
                yield Row("C", f"ours, {name}, {records} a report: {more:,} groups / {less:,}", bench.median(*over),
                          bench.median(*under), None, bench.ratios(over, under), ("<=", most))


def rows_d(bench):
    ours = f"ours/{BURST}/1"
    ring = f"octets; the ring: {bench.median(ours, 'ring') or 0:,.0f} KiB"
    for name, label, unit, wanted in (("rss", "resident", ring, ("<=", MEMORY)),
                                      ("held", "as --status counts", "octets", None)):
        values = list(bench.raw.get((ours, name), {}).values())
        yield Row("D", f"{label}, a group with a member", bench.median(ours, name), None, unit, values, wanted)
    for key in ("frr", "no-pim"):
        if key in bench.takers:
            theirs = f"{key}/10000/1"
            yield Row("D", f"resident a group: ours / {bench.takers[key].label}", bench.median(ours, "rss"),
                      bench.median(theirs, "rss"), "octets", bench.ratios((ours, "rss"), (theirs, "rss")),
                      ("<=", 0.1) if key == "frr" else None)


def rows_e(bench):
    for name in querier_hosts.STATES:
        right = bench.median(name, "right")
        if right is not None:
            text = f"right, {bench.median(name, 'wrong'):,.0f} wrong; {bench.median(name, 'reports'):,.0f} reports"
            yield Row("E", name, right, None, text, [right], (">=", querier_hosts.MEMBERSHIPS))
    for name in querier_hosts.RATES:
        if bench.median(name, "rate") is not None:
            text = f"reports/s; {bench.median(name, 'cpu'):,.0f} ns of its processor each"
            yield Row("E", name, bench.median(name, "rate"), None, text, list(bench.raw[name, "rate"].values()),
                      (">=", RATE))


def reached(row):
    if row.wanted is None:
        return ""
    value = statistics.median(row.values)
    return "yes" if (value >= row.wanted[1] if row.wanted[0] == ">=" else value <= row.wanted[1]) else "no"


def figure(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.1f}"


def report(bench):
    print(f"Linux {platform.release()}, {bench.rounds} rounds, load {os.getloadavg()[0]:.1f} at the end; "
          f"injector on CPU {bench.cpus[0]}, who takes on CPU {bench.cpus[1]}.")
    print("Ratios are medians of what was paired within a round, with the bootstrap 95 % interval.")
    print("* of this run on this machine: worth nothing without the ratios beside them.\n")
    print(LINE.format("", "", "ours *", "other's *", "ratio [95 %], or what it is", "wanted", "reached"))
    found = []
    for rows in (rows_a, rows_b, rows_c, rows_d, rows_e):
        found += [tell(row) for row in rows(bench) if row.values]
        print()
    print(NOTES.strip())
    for note in bench.notes:
        print(note)
    return found


LINE = "{:<2} {:<62} {:>10} {:>10}  {:<42} {:<11} {}"


def tell(row):
    low, high = echo.interval(row.values)
    median = statistics.median(row.values)
    text = row.unit if row.reference is None else f"{median:.3g} [{low:.3g}, {high:.3g}]"
    wanted = "" if row.wanted is None else f"{row.wanted[0]} {row.wanted[1]:,.{3 if row.wanted[1] < 1000 else 9}g}"
    print(LINE.format(row.section, row.text, figure(row.ours), figure(row.reference), text, wanted,
                      reached(row)).rstrip())
    return {"section": row.section, "what": row.text, "median": median, "low": low, "high": high, "wanted": wanted,
            "reached": reached(row)}


NOTES = f"""
A: of {RATE * SECONDS:,} reports, those that were not taken into account; the groups are new once and refreshed after that.
The ring is that by default, 4 MiB, where nothing else stands. Each: processor time of the process for a report that it
took; waited: how much of the time it could have run, and something else did.
B: mcast querier with {' '.join(MANY)}, and all else as by default, members included.
C: ns of processor for a group, new or refreshed; the ratio is the other's to ours. It is the process's; the whole is that
and what its sender spends on delivery, less what sending to nobody costs. The bridge does all in its sender's time. FRR
pimd has `ip igmp` and `ip pim` on its interface, as a router has; without PIM it has `ip igmp` alone, and does nothing for
its groups but keep them. What was lost does not count as free: costs are divided by what was learned, or taken.
D: resident is what the process grew by, without its ring.
E: memberships that --status shows {querier_hosts.INTERVAL} s after the querier came, when it has asked once; reports that came to the other
end: a querier's or (join) nobody's. In IGMPv2, and of hosts with one group, each group is a report.
"""

PARTS = {"A": storms, "C": bursts, "E": emulator}


def guarded(bench, number, key, part):
    try:
        part(bench, number)
    except Failed as error:
        say(f"{key}: {error}")
        bench.notes.append(f"{key}, round {number + 1}: {error}")


def measure(args):
    mcast = echo.find_mcast()
    with tempfile.TemporaryDirectory(prefix="bench-querier-") as folder:
        bench = Bench(mcast, engine.build_helper(os.environ.get("BENCH_BUILD") or folder, mcast), args)
        began = time.monotonic()
        for number in range(args.rounds):
            for key, part in PARTS.items():
                if key in (args.section or PARTS):
                    guarded(bench, number, key, part)
            say(f"round {number + 1} of {args.rounds} done, {time.monotonic() - began:.0f} s")
        found = report(bench)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            raw = {f"{what} {name}": values for (what, name), values in bench.raw.items()}
            json.dump({"schema": 1, "kernel": platform.release(), "rounds": raw, "ratios": found}, out, indent=1)


def ask(argv):
    parser = argparse.ArgumentParser(prog="./dev bench querier",
                                     description="mcast querier and mcast host beside the bridge and FRR's pimd")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--quick", action="store_true", help="1 round, to see that it runs")
    parser.add_argument("--json", metavar="FILE", help="write every figure, and the ratios")
    parser.add_argument("--section", choices=PARTS, action="append",
                        help="this one only; may be repeated (A: loss, C: B, C and D, E: emulator)")
    args = parser.parse_args(argv)
    if args.quick:
        args.rounds = 1
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return args


def main():
    args = ask(sys.argv[1:])

    def work():
        echo.become_root()
        measure(args)
    return echo.attempt(work, say)


if __name__ == "__main__":
    sys.exit(main())
