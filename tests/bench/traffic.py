#!/usr/bin/env python3
"""`./dev bench traffic`: mcast send and mcast recv beside their peers, side by side in one run.

Sections: A, whole pairs; B, the highest rate into an ordinary receiver; C, one datagram a call; D, the highest rate
that a receiver takes from an ordinary sender; E, many groups; F, pacing. Places: loopback, and a veth pair between
two network namespaces; one processor for each end. In each round every variant runs once, in an order that rotates;
what counts is the median of ratios paired within a round, with its bootstrap 95 % interval. Absolute figures belong
to one run on one machine.

Environment: MCAST, the program measured; BENCH_BUILD, where the helper in C gets compiled; MCJOIN, where mcjoin is,
if it is not in PATH. Exit: 0 measured, whether or not what is wanted was reached; 2 could not run.
"""
import argparse
import collections
import json
import os
import platform
import statistics
import sys
import tempfile

import echo
from echo import Failed
from traffic_ends import GROUP, PORT, Taker, receivers, send, senders

SIZES = (64, 1400)
SECONDS = 0.5
LOSS = 0.001               # a rate is taken where no more is lost
GROUPS = (1, 100, 1000, 10000)
STEP = 1.12                # between two rates that are tried
PACED = 10000              # datagrams a second, of section F

# A row: two figures' names, or one, and what is wanted of their ratio, or of the one.
Row = collections.namedtuple("Row", "section text ours reference wanted")


def say(text):
    print("bench traffic: " + text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, mcast, build, args):
        cpus = (sorted(os.sched_getaffinity(0)) * 2)[:2]
        self.cpus, self.rounds = cpus, args.rounds
        plain = os.path.join(build, "plain_traffic")
        self.mcast = mcast
        self.senders, self.receivers = senders(mcast, plain), receivers(mcast, plain)
        self.raw = collections.defaultdict(dict)   # name -> round -> datagrams a second
        self.extra = collections.defaultdict(dict)  # name -> round -> (lost share, train)
        for ends in (self.senders, self.receivers):
            for key in [k for k, end in ends.items() if not end.there()]:
                say(f"{ends[key].label} is not installed: its rows are left out")
                del ends[key]

    def keep(self, number, name, value, lost=0.0, train=1):
        self.raw[name][number] = value
        self.extra[name][number] = (lost, train)

    def ratios(self, over, under):
        a, b = self.raw.get(over, {}), self.raw.get(under, {})
        return [a[n] / b[n] for n in sorted(a) if b.get(n)]


def pair(bench, place, sender, receiver, **words):
    """One trial: datagrams a second that arrived, the share that did not, and the train's length as received."""
    words = {"size": "64", "rate": "max", **words}
    sender = bench.senders[sender] if isinstance(sender, str) else sender
    receiver = bench.receivers[receiver] if isinstance(receiver, str) else receiver
    taker = Taker(place, receiver, bench.cpus[1], **words)
    try:
        sent, took, train = send(place, sender, bench.cpus[0], SECONDS, **words)
        came, _, extra = taker.done()
    finally:
        taker.close()
    return came / took, max(0.0, 1 - came / sent), extra.get("train", train)


def guarded(bench, number, name, work, *args, **words):
    try:
        bench.keep(number, name, *work(bench, *args, **words))
    except (Failed, ValueError, KeyError, ZeroDivisionError) as error:
        say(f"{'/'.join(map(str, name))}: {error or type(error).__name__}")


# A: whole pairs. Ours is slowed down until nothing is lost, as nothing may be.


def lossless(bench, place, sender, receiver, **words):
    """As fast as it goes, then slower until nothing is lost: a processor that pauses for milliseconds loses some."""
    came, lost, train = pair(bench, place, sender, receiver, **words)
    rate = came
    for number in range(16):
        if not lost:
            break
        rate *= 1 if number % 2 else 0.92
        came, lost, train = pair(bench, place, sender, receiver, rate=f"{rate:.0f}pps", **words)
    return came, lost, train


PAIRS = (("trains", "recv"), ("single", "recv"), ("iperf", "iperf"), ("sockperf", "sockperf"), ("mgen", "mgen"),
         ("plain", "plain"))


def section_a(bench, place, number):
    for size in SIZES:
        there = [p for p in PAIRS if p[0] in bench.senders and p[1] in bench.receivers]
        for sender, receiver in echo.rotated(there, number):
            work = lossless if sender == "trains" else pair
            guarded(bench, number, ("A", place.name, size, sender), work, place, sender, receiver, size=str(size))
        guarded(bench, number, ("A", place.name, size, "unpaced"), pair, place, "trains", "recv", size=str(size))


# B and D: the highest rate without loss


def climb(bench, place, sender, receiver, start, **words):
    """The highest of a ladder of rates at which no more than LOSS is lost: by halves and doubles, then by steps."""
    best, rate, factor = None, start, 2.0
    for _ in range(24):
        came, lost, train = pair(bench, place, sender, receiver, rate=f"{rate:.0f}pps", **words)
        if lost <= LOSS and (best is None or came > best[0]):
            best = (came, lost, train)
        if lost <= LOSS and came >= rate * 0.9:
            rate *= factor
        elif best is None:
            rate, factor = rate / 2, STEP
        elif factor == STEP:
            break
        else:
            rate, factor = rate / factor * STEP, STEP
    if best is None:
        raise Failed("something was lost at every rate")
    return best


def section_b(bench, place, number):
    for size in SIZES:
        where = ("B", place.name, size)
        guarded(bench, number, (*where, "trains"), climb, place, "trains", "plain", 300000, size=str(size))
        guarded(bench, number, (*where, "iperf"), pair, place, "iperf", "plain", size=str(size))


# C: one datagram a call

SINGLES = ("single", "batch", "iperf", "sockperf", "mgen", "socat", "plain")


def section_c(bench, place, number):
    for size in SIZES:
        for sender in echo.rotated([s for s in SINGLES if s in bench.senders], number):
            guarded(bench, number, ("C", place.name, size, sender), pair, place, sender, "plain", size=str(size))


# D: receivers. What they get is their own senders' datagrams, sent by mcast send in trains of 16, which the kernel
# takes apart in front of a socket that does not ask for trains: no ordinary sender is fast enough to lose anything.

FORMATS = {"recv-apart": "probe", "iperf": "iperf", "mcjoin": "mcjoin", "plain": "probe"}


def replayed(bench, receiver):
    """mcast send in the format of a receiver."""
    end = bench.senders["trains16"]
    argv = list(end.argv)
    argv[2:2] = ["--format", FORMATS[receiver]]
    return type(end)(end.key, end.label, *argv, ours=True)


def section_d(bench, place, number):
    where = ("D", place.name, 64)
    guarded(bench, number, (*where, "recv-trains"), climb, place, "trains", "recv", 1000000)
    there = [r for r in ("recv-apart", "iperf", "mcjoin", "plain") if r in bench.receivers]
    for receiver in echo.rotated(there, number):
        size = "128" if receiver == "mcjoin" else "64"
        guarded(bench, number, (*where, receiver), climb, place, replayed(bench, receiver), receiver, 100000, size=size)


# E: many groups


def many(bench, place, sender, groups):
    ends = [type(end)(end.key, end.label, *end.argv[:-1], f"{GROUP}:{PORT}+{groups}", ours=True)
            for end in (bench.senders[sender], bench.receivers["recv"])]
    return pair(bench, place, ends[0], ends[1])


def section_e(bench, place, number):
    for sender in ("trains", "single"):
        for groups in echo.rotated(list(GROUPS), number):
            guarded(bench, number, ("E", place.name, groups, sender), many, place, sender, groups)


# F: pacing


def paced(bench, place):
    """The 99th percentile of how far the spacing was off, in seconds, as the sender tells."""
    process = place.client.start([bench.mcast, "send", "--json", "--rate", f"{PACED}pps", "-s", "64", "-w", "2",
                                  f"{GROUP}:{PORT}"], bench.cpus[0])
    try:
        end = echo.event(process.communicate(timeout=15)[0], "end")
    finally:
        echo.stop(process)
    return end["spacing"]["p99_s"], 0.0, end["train_most"]


def section_f(bench, place, number):
    guarded(bench, number, ("F", place.name, PACED, "p99"), paced, place)


SECTIONS = {"A": section_a, "B": section_b, "C": section_c, "D": section_d, "E": section_e, "F": section_f}

# What is wanted


def rows(places):
    for place in places:
        for size in SIZES:
            def name(section, key, at=size, where=place.name):
                return section, where, at, key
            most = 80 if size == 64 else 14
            yield Row("A", f"{place.name}, {size} octets: our pair / iperf2's", name("A", "trains"), name("A", "iperf"),
                      (">=", most))
            yield Row("A", "  as fast as it goes", name("A", "unpaced"), name("A", "iperf"), None)
            yield Row("A", "  without trains", name("A", "single"), name("A", "iperf"), None)
            for other in ("sockperf", "mgen", "plain"):
                yield Row("A", f"  {other}'s / iperf2's", name("A", other), name("A", "iperf"), None)
            yield Row("B", f"{place.name}, {size} octets: into an ordinary receiver / iperf2", name("B", "trains"),
                      name("B", "iperf"), (">=", 3))
            for other in ("sockperf", "iperf", "plain", "mgen", "socat"):
                wanted = ("reaches", 1) if other in ("sockperf", "iperf") else None
                yield Row("C", f"{place.name}, {size} octets: one a call / {other}", name("C", "single"),
                          name("C", other), wanted)
            yield Row("C", "  batches / one a call", name("C", "batch"), name("C", "single"), None)
        for other, most in (("iperf", 1.8), ("mcjoin", 3.5), ("plain", None)):
            yield Row("D", f"{place.name}: recv / {other}", ("D", place.name, 64, "recv-apart"),
                      ("D", place.name, 64, other), most and (">=", most))
        yield Row("D", f"{place.name}: recv, trains whole / apart", ("D", place.name, 64, "recv-trains"),
                  ("D", place.name, 64, "recv-apart"), None)
        for sender in ("trains", "single"):
            for groups in GROUPS[1:]:
                yield Row("E", f"{place.name}, {sender}: {groups} groups / 1", ("E", place.name, groups, sender),
                          ("E", place.name, 1, sender), (">=", 0.5) if groups == GROUPS[-1] else None)
        yield Row("F", f"{place.name}: {PACED} a second, p99 off, us", ("F", place.name, PACED, "p99"), None,
                  ("<=", 100))


def tell(bench, row):
    text, verdict = "not measured", None
    if row.reference is None:
        values = [v * 1e6 for v in bench.raw.get(row.ours, {}).values()]
    else:
        values = bench.ratios(row.ours, row.reference)
    if values:
        low, high = echo.interval(values)
        text = f"{statistics.median(values):.3g} [{low:.3g}, {high:.3g}]"
        if row.wanted:
            verdict = echo.reached(row.wanted, True, statistics.median(values), low, high)
    losses = [lost for lost, _ in bench.extra.get(row.ours, {}).values()]
    if row.section in "A" and verdict and max(losses, default=0) > 0:
        verdict = False  # no loss is part of it
    worst = f"{max(losses) * 100:.3f} %" if losses else "-"
    train = max((t for _, t in bench.extra.get(row.ours, {}).values()), default=0)
    answer = "-" if not row.wanted else {True: "yes", False: "no", None: "not measured"}[verdict]
    line = (row.section, row.text, text, echo.wanted_text(row.wanted), answer, worst, str(train or "-"))
    return line, bool(values) or not row.wanted


NOTES = """
* of ours, the worst round. ** datagrams in one that arrived, at most: 1 means none were joined.
A: ours at the highest rate at which nothing is lost, others as fast as they go. B and D: the highest rate at which at
most 0.1 % is lost; mcjoin's datagrams have 128 octets. D: the sender sends trains of 16, which the kernel takes
apart in front of the socket (recv: --no-trains), as no ordinary sender is fast enough to lose anything.

Datagrams a second, medians of this run on this machine, worth nothing without the ratios:"""


def report(bench, places):
    layout = "{:<2} {:<52} {:<24} {:<22} {:<13} {:<9} {}"
    print(f"Linux {platform.release()}, {bench.rounds} rounds, load {os.getloadavg()[0]:.1f} at the end; sender on CPU "
          f"{bench.cpus[0]}, receiver on CPU {bench.cpus[1]}.")
    print(layout.format("", "what", "ratio [95 %]", "wanted", "reached", "lost *", "train **"))
    measured = True
    for row in rows(places):
        line, good = tell(bench, row)
        measured = measured and good
        print(layout.format(*line).rstrip())
    print(NOTES)
    for name, values in sorted(bench.raw.items(), key=str):
        print(f"  {' '.join(map(str, name)):<34} {statistics.median(values.values()):>14,.6g}")
    return measured


def measure(args, stack):
    mcast = echo.find_mcast()
    build = os.environ.get("BENCH_BUILD") or stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-traffic-"))
    os.makedirs(build, exist_ok=True)
    echo.command([*os.environ.get("CC", "cc").split(), "-O2", "-std=gnu11", "-o", os.path.join(build, "plain_traffic"),
                  os.path.join(echo.HERE, "plain_traffic.c")], "compiling plain_traffic")
    bench = Bench(mcast, build, args)
    places = [echo.PLACES[name](stack) for name in args.place or echo.PLACES]
    for place in places:
        prepare(place)
    for number in range(args.rounds):
        for place in echo.rotated(places, number):
            for key in args.section or SECTIONS:
                SECTIONS[key](bench, place, number)
        say(f"round {number + 1} of {args.rounds} done")
    measured = report(bench, places)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump({"schema": 1, "rates": {" ".join(map(str, k)): v for k, v in bench.raw.items()},
                       "loss_and_train": {" ".join(map(str, k)): v for k, v in bench.extra.items()}}, out, indent=1)
    return 0 if measured else 2


def prepare(place):
    """Room for 10,000 memberships, and a sending interface that takes trains apart for section D alone (ethtool)."""
    for namespace in {place.server, place.client}:
        namespace.command("sysctl", "-qw", "net.ipv4.igmp_max_memberships=20000")


def ask(argv):
    parser = argparse.ArgumentParser(prog="./dev bench traffic",
                                     description="mcast send and mcast recv beside their peers")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--json", metavar="FILE", help="write every round")
    parser.add_argument("--section", choices=SECTIONS, action="append", help="this one only; may be repeated")
    parser.add_argument("--place", choices=echo.PLACES, action="append", help="this one only; may be repeated")
    args = parser.parse_args(argv)
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return args


def main():
    args = ask(sys.argv[1:])
    return echo.run_as_root(lambda stack: measure(args, stack), say)


if __name__ == "__main__":
    sys.exit(main())
