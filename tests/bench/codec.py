#!/usr/bin/env python3
"""`./dev bench codec`: IGMP and MLD in and out of bytes, and mcast watch beside tcpdump and tshark.

Sections: A, the library's codec beside a bare loop in C that parses, checks and adds up; B, what
reads a capture of a million one-record IGMPv3 reports and says what is in it; C, the memory that
watch needs for captures of different lengths. In each round every variant runs, in an order that
rotates, on one CPU; figures are compared within a round, and what counts is the median of these
paired ratios with its bootstrap 95 % confidence interval. Absolute figures belong to one run on
one machine.

Before anything is timed the output of each program is read once: as many messages as the file has,
and of watch the right first and last one, and each pair of a host and a group new once.

Environment: MCAST, the program measured, with libmcast.a beside it; BENCH_BUILD, where the helper
in C is or gets compiled; TMPDIR, where 430 MB of captures are written. Exit: 0 measured, whether
or not what is wanted was reached; 2 could not run.
"""
import argparse
import collections
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import echo
from echo import Cannot, Compare, Failed, Judged, command, rotated

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = ("codec.c", "codec_bare.c", "codec_capture.c", "codec_rates.c", "codec_run.c")
PAIRS = 65536  # of a host and a group in a capture; codec_capture.c names each once before any again
FILE_HEAD, RECORD = 24, 16 + 54  # octets in a capture: before the first packet, and of each packet
INNER = 8  # rounds that the helper makes of section A in each round here
LIMIT = 150  # seconds for one run of one program

Place = collections.namedtuple("Place", "name title")
Section = collections.namedtuple("Section", "key title unit scale more_is_better variants compares")

# argv is what is run, of packets in the file; start, where it is not None, is the same with an
# empty file: its time is taken off. lines matches what there is one of for each packet.
Variant = collections.namedtuple("Variant", "key label argv packets start lines")

Spent = collections.namedtuple("Spent", "seconds cpu_seconds kib")


def say(text):
    print("bench codec: " + text, file=sys.stderr, flush=True)


# What is measured

NOTES = """
A and B count the time of the processor: what else runs here does not count, and threads do not help.
A: one core. decode is mc_decode and a walk over all records and sources with
mc_msg_next and mc_sources_at; encode is mc_encode of a decoded message; writer is mc_writer_begin, _add
and _end. bare checks lengths and checksums and adds up the addresses; it keeps no values, looks for
no Router Alert and finds no faults. Sets: 4,096 reports of one record, 256 of 100 (a quarter with sources).
B: to /dev/null. TZ is unset, as it mostly is, but where it is shown: where it is unset, the C library looks at
/etc/localtime for each time that is printed, if it is asked as tcpdump asks it.
tshark -T json reads the first tenth of the file, and what it takes for an empty file is taken off.
C: peak resident memory of watch -r, text."""

SETS = [
    Place("igmp-1", "IGMPv3, one record a report"),
    Place("mld-1", "MLDv2, one record a report"),
    Place("igmp-100", "IGMPv3, 100 records a report"),
    Place("mld-100", "MLDv2, 100 records a report"),
]
FILE = [Place("file", "IGMPv3 reports on Ethernet, 256 hosts, 256 groups")]


def section_a(_):
    labels = {"bare": "bare loop", "decode": "decode", "encode": "encode", "writer": "writer"}
    variants = [Variant(key, label, None, None, None, None) for key, label in labels.items()]
    compares = [
        Compare("decode", "bare", (">=", 0.5)),
        Compare("encode", "bare", None),
        Compare("writer", "bare", None),
    ]
    return Section("A", "messages in and out of octets", "1000/s", 1e-3, True, variants, compares)


class Tools:
    """The programs, the captures, and how the former are called on the latter."""

    def __init__(self, mcast, helper, captures, cpu):
        self.mcast, self.helper, self.captures, self.cpu = mcast, helper, captures, cpu
        self.tcpdump, self.tshark = shutil.which("tcpdump"), shutil.which("tshark")

    def watch(self, key, label, size, *options):
        lines = rb'"event": ?"message"' if "--json" in options else rb" IGMPv3 report: "
        argv = [self.mcast, "watch", "-r", self.captures.path(size), *options]
        return Variant(key, label, argv, self.captures.packets(size), None, lines)

    def peer(self, key, label, size, argv, lines):
        start = [*argv, self.captures.path("empty")] if size != "full" else None
        return Variant(key, label, [*argv, self.captures.path(size)], self.captures.packets(size), start, lines)


def section_b(t):
    variants = [
        t.watch("text", "mcast watch -r", "full"),
        t.watch("json", "mcast watch --json -r", "full", "--json"),
    ]
    compares = []
    if t.tcpdump:
        argv, lines = [t.tcpdump, "-n", "-r"], rb" igmp v3 report"
        variants += [
            t.peer("tcpdump", "tcpdump -n -r", "full", argv, lines),
            t.peer("tcpdump-tz", "TZ=UTC tcpdump -n -r", "full", ["env", "TZ=UTC", *argv], lines),
        ]
        compares += [Compare("text", "tcpdump", (">=", 2)), Compare("text", "tcpdump-tz", (">=", 2))]
    if t.tshark:
        json_argv = [t.tshark, "-n", "-T", "json", "-r"]
        variants += [
            t.peer("tshark", "tshark -n -r", "full", [t.tshark, "-n", "-r"], rb" Membership Report "),
            t.peer("tshark-json", "tshark -n -T json -r", "tenth", json_argv, rb'^ +"_index"'),
        ]
        compares += [
            Compare("text", "tshark", (">=", 10)),
            Compare("json", "tshark-json", (">=", 5)),
        ]
    compares.append(Compare("json", "text", None))
    return Section("B", "a capture read and told", "1000/s", 1e-3, True, variants, compares)


def section_c(t):
    variants = [t.watch(size, f"{t.captures.packets(size):,} packets", size) for size in ("full", "five")]
    compares = [Compare("five", "full", ("<=", 1.05))]
    if t.captures.packets("tenth") > PAIRS:
        variants.insert(0, t.watch("tenth", f"{t.captures.packets('tenth'):,} packets", "tenth"))
        compares.insert(0, Compare("full", "tenth", ("<=", 1.05)))
    return Section("C", "peak memory of mcast watch -r", "KiB", 1, False, variants, compares)


SECTIONS = {"A": section_a, "B": section_b, "C": section_c}


# Captures


class Captures:
    """The captures by their sizes, written by the helper when one is first asked for."""

    def __init__(self, helper, folder, full):
        self.helper, self.folder = helper, folder
        self.sizes = {"empty": 0, "tenth": full // 10, "full": full, "five": full * 5}

    def packets(self, size):
        return self.sizes[size]

    def path(self, size):
        path = os.path.join(self.folder, size + ".pcap")
        if not os.path.exists(path):
            command([self.helper, "capture", path, str(self.sizes[size])], "writing a capture")
            if os.path.getsize(path) != FILE_HEAD + RECORD * self.sizes[size]:
                raise Cannot(f"{path} is not as long as it should be")
        return path


Report = collections.namedtuple("Report", "seconds micros host group type")


def report_at(path, number):
    """One report of a capture, read as octets, to know what a program should say of it."""
    with open(path, "rb") as file:
        file.seek(FILE_HEAD + RECORD * number)
        record = file.read(RECORD)
    seconds, micros = struct.unpack_from("=II", record)
    dotted = [".".join(str(octet) for octet in record[at:at + 4]) for at in (42, 66)]
    return Report(seconds, micros, *dotted, record[62])


# Before anything is timed: does each program say what it should


def told(variant, argv):
    """What a run prints: how many lines that stand for a packet, the first and the last of them, and
    of watch how many pairs were new, and of how many lines it said that something was wrong."""
    count, first, last, new, wrong = 0, None, None, 0, 0
    one, joins = re.compile(variant.lines), re.compile(rb' \(new\)$|^\{.*"event": ?"join"')
    faults = re.compile(rb' ! |"fault"|"event": ?"warning"')
    env = {**os.environ, "TZ": "UTC"}
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=env) as program:
        for line in program.stdout:
            new += bool(joins.search(line))
            wrong += bool(faults.search(line))
            if one.search(line):
                count, first, last = count + 1, first or line, line
        error = program.stderr.read().decode(errors="replace").strip()
    if program.returncode:
        raise Cannot(f"{variant.label}, exit {program.returncode}: {(error.splitlines() or ['?'])[-1]}")
    if count != variant.packets:
        raise Cannot(f"{variant.label}: {count:,} lines that tell of a report, of {variant.packets:,}")
    return first, last, new, wrong


def check_text(line, want):
    clock = time.strftime("%H:%M:%S", time.gmtime(want.seconds)) + f".{want.micros:06}"
    words = {4: "joins", 2: "is in"}[want.type]
    line = line.decode(errors="replace").rstrip("\n")
    if not re.fullmatch(rf"{clock} (\S+ )?IGMPv3 report: {want.host} {words} {want.group}( \(new\))?", line):
        raise Cannot(f"watch says '{line}' of {want}")


def check_json(line, want):
    message = json.loads(line)
    record = message["group_records"][0]
    got = (round(message["ts"] * 1e6), message["source"], record["multicast_address"], record["record_type"])
    if got != (want.seconds * 1000000 + want.micros, want.host, want.group, want.type) or message["faults"]:
        raise Cannot(f"watch says '{line.decode(errors='replace').rstrip()}' of {want}")


def check_watch(variant):
    path = variant.argv[3]
    first, last, new, wrong = told(variant, variant.argv)
    check = check_json if "--json" in variant.argv else check_text
    check(first, report_at(path, 0))
    check(last, report_at(path, variant.packets - 1))
    if new != PAIRS or wrong:
        raise Cannot(f"{variant.label}: {new:,} pairs were new, not {PAIRS:,}; {wrong:,} lines with something wrong")


def check(section, tools):
    """What is not watch is read for a tenth of the file, or it would take as long as all the rest."""
    for variant in section.variants:
        say(f"reading what {variant.label} prints")
        if variant.argv[0] == tools.mcast:
            check_watch(variant)
            continue
        tenth = variant._replace(packets=tools.captures.packets("tenth"))
        told(tenth, [*variant.argv[:-1], tools.captures.path("tenth")])


# Running


def on_one(cpu):
    def prepare():
        os.sched_setaffinity(0, {cpu})

    return prepare


def helped(tools, *words):
    """What the helper prints, run on one CPU."""
    env = {name: value for name, value in os.environ.items() if name != "TZ"}
    try:
        done = subprocess.run([tools.helper, *words], capture_output=True, text=True, timeout=LIMIT, env=env,
                              preexec_fn=on_one(tools.cpu))
    except subprocess.TimeoutExpired as error:
        raise Failed("it did not end") from error
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or ["?"])[-1])
    return done.stdout, done.stderr


def spend(tools, argv):
    out, err = helped(tools, "run", *argv)
    wall, cpu, kib, code = (int(word) for word in out.split())
    if code:
        raise Failed(f"exit {code}: {(err.strip().splitlines() or ['?'])[-1]}")
    return Spent(wall / 1e9, cpu / 1e9, kib)


def trial(tools, variant, section):
    """One run of one program: what came of it, for the JSON."""
    result = {"section": section.key, "place": "file", "variant": variant.key, "value": None, "error": None}
    try:
        spent = spend(tools, variant.argv)
        begin = spend(tools, variant.start).cpu_seconds if variant.start else 0
        rate = variant.packets / (spent.cpu_seconds - begin)
        result.update(spent._asdict(), start=begin, value=spent.kib if section.key == "C" else rate)
    except (Failed, ValueError, ZeroDivisionError) as error:
        result["error"] = str(error) or type(error).__name__
        say(f"{section.key} {variant.label}: {result['error']}")
    return result


def trials_of_codec(tools):
    """INNER rounds of section A, in one process."""
    try:
        lines = helped(tools, "rates", str(INNER))[0].splitlines()
    except Failed as error:
        raise Cannot(str(error)) from error
    for line in lines:
        place, variant, number, ns = line.split()
        yield {"section": "A", "place": place, "variant": variant, "inner": int(number), "value": 1e9 / float(ns),
               "error": None}


def one_round(tools, sections, number):
    for section in sections:
        if section.key == "A":
            for row in trials_of_codec(tools):
                yield {**row, "round": number * INNER + row["inner"]}
            continue
        for variant in rotated(section.variants, number):
            yield {**trial(tools, variant, section), "round": number}


def run(tools, sections, rounds):
    raw = []
    began = time.monotonic()
    for number in range(rounds):
        raw += one_round(tools, sections, number)
        say(f"round {number + 1} of {rounds} done, {time.monotonic() - began:.0f} s")
    return raw


# Telling


def print_section(judged):
    section = judged.section
    labels = {v.key: v.label for v in section.variants}
    row = "{:<24} {:>11}  {:<23} {:<22} {:<8} {}"
    print(f"\n{section.key}. {section.title}: {judged.place.title}\n")
    print(row.format("variant", section.unit + " *", "ratio [95 %]", "to", "wanted", "reached"))
    for variant in section.variants:
        median = judged.median(variant.key)
        figure = "-" if median is None else f"{median * section.scale:,.0f}"
        results = [judged.compare(c) for c in section.compares if c.key == variant.key]
        if not results:
            print(row.format(variant.label, figure, "reference", "", "", "").rstrip())
        for result in results:
            print(row.format(variant.label, figure, echo.ratio_text(result), labels[result["reference"]],
                             result["wanted"], echo.reached_text(result)))


def report(raw, sections, tools, rounds):
    print(f"Linux {platform.release()}, {rounds} rounds ({rounds * INNER} in A), load {os.getloadavg()[0]:.1f} at "
          f"the end; all on CPU {tools.cpu}.")
    print("Ratios are medians of what was paired within a round, with the bootstrap 95 % interval.")
    print("* medians of this run on this machine: worth nothing without the ratios beside them.")
    judged = [Judged(raw, s, place) for s in sections for place in (SETS if s.key == "A" else FILE)]
    for one in judged:
        print_section(one)
    print(NOTES)
    for name in ("tcpdump", "tshark"):
        if not getattr(tools, name):
            print(f"{name} is not installed: its rows, and what is wanted against it, are left out.")
    return echo.print_verdicts(judged), [j.compare(c) for j in judged for c in j.section.compares]


# Setting up


def build_helper(build, mcast):
    """Compiles the helper, with the library that was built with the program."""
    library, program = os.path.join(os.path.dirname(mcast), "libmcast.a"), os.path.join(build, "codec")
    if not os.path.exists(library):
        raise Cannot(f"there is no {library} to measure")
    os.makedirs(build, exist_ok=True)
    sources = [os.path.join(HERE, name) for name in SOURCES]
    compiler = os.environ.get("CC", "cc").split()
    flags = ["-O2", "-std=gnu11", "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "include")]
    command([*compiler, *flags, "-o", program, *sources, library], "compiling the helper")
    return program


def ask(argv):
    parser = argparse.ArgumentParser(prog="./dev bench codec",
                                     description="the codec beside a bare loop, mcast watch beside its peers")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of a tenth, to see that it runs")
    parser.add_argument("--json", metavar="FILE", help="write every round, and the ratios")
    parser.add_argument("--section", choices=SECTIONS, action="append", help="this one only; may be repeated")
    args = parser.parse_args(argv)
    if args.quick:
        args.rounds = 2
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return args


def measure(args, stack):
    mcast = echo.find_mcast()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-codec-"))
    helper = build_helper(os.environ.get("BENCH_BUILD") or folder, mcast)
    captures = Captures(helper, folder, 100000 if args.quick else 1000000)
    tools = Tools(mcast, helper, captures, max(os.sched_getaffinity(0)))
    sections = [SECTIONS[key](tools) for key in sorted(set(args.section or SECTIONS))]
    for name in ("tcpdump", "tshark"):
        if not getattr(tools, name):
            say(f"{name} is not installed: its rows are left out")
    for section in sections:
        if section.key == "B":
            check(section, tools)
    raw = run(tools, sections, args.rounds)
    measured, ratios = report(raw, sections, tools, args.rounds)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump({"schema": 1, "kernel": platform.release(), "cpus": os.cpu_count(), "rounds": raw,
                       "ratios": ratios}, out, indent=1)
    return 0 if measured else 2


def main():
    args = ask(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with contextlib.ExitStack() as stack:
            return measure(args, stack)
    except (Cannot, OSError) as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
