#!/usr/bin/env python3
"""`./dev bench echo`: mcast serve and mcast ping beside their peers, side by side in one run.

Sections: A, an ordinary client with 512 outstanding; B, a client that sends trains; C, the time of
one round trip. Places: loopback, and a veth pair between two network namespaces. In each round
every variant of a section runs once, with a fresh server, in an order that rotates; figures are
compared within a round, and what counts is the median of these paired ratios with its bootstrap
95 % confidence interval. Absolute figures belong to one run on one machine.

Everything runs in network namespaces made here, which have no names and end with this program;
only processes started here are stopped, and each has an alarm(2) set besides.

Environment: MCAST, the program measured; BENCH_BUILD, where the helpers in C are or get compiled.
Exit: 0 measured, whether or not what is wanted was reached; 2 could not run.
"""
import argparse
import collections
import contextlib
import json
import os
import platform
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

GROUP, PORT = "239.77.1.1", 9999
SIZE, WINDOW = 64, 512
LIMIT = 20  # seconds after which any process started here is ended by its alarm
HERE = os.path.dirname(os.path.abspath(__file__))


class Cannot(Exception):
    """The benchmark cannot run here."""


class Failed(Exception):
    """One trial brought no figure."""


# Processes and namespaces


def command(argv, why):
    """Runs a command of the set-up; Cannot, with what it said, where it fails."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Cannot(f"{why}: {error}") from error
    if done.returncode:
        raise Cannot(f"{why}: {done.stderr.strip() or ' '.join(argv)}")


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def stop(process, sig=signal.SIGTERM):
    """Ends a process started here, for certain, and returns what it had left to say."""
    if process.poll() is None:
        process.send_signal(sig)
    try:
        return process.communicate(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()


class Namespace:
    """A network namespace without a name, held by a process that ends when its input closes."""

    def __init__(self, stack):
        pipe = subprocess.PIPE
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=pipe, stderr=pipe, text=True)
        stack.callback(stop, self.holder)
        wait_for(lambda: self.holder.poll() is not None or self.is_own(), 5)
        if self.holder.poll() is not None or not self.is_own():
            raise Cannot("no network namespace: " + stop(self.holder)[1].strip())
        self.ip("link set lo up")

    def is_own(self):
        return os.readlink(f"/proc/{self.holder.pid}/ns/net") != os.readlink("/proc/self/ns/net")

    def inside(self, argv):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *argv]

    def ip(self, words):
        command(self.inside(["ip", *words.split()]), "ip " + words)

    def command(self, *argv):
        command(self.inside(list(argv)), " ".join(argv))

    def start(self, argv, cpu, limit=LIMIT):
        def prepare():
            signal.alarm(limit)
            os.sched_setaffinity(0, {cpu})

        pipe = subprocess.PIPE
        return subprocess.Popen(self.inside(argv), preexec_fn=prepare, stdin=subprocess.DEVNULL,
                                stdout=pipe, stderr=pipe, text=True)

    def table(self, name):
        with open(f"/proc/{self.holder.pid}/net/{name}", encoding="ascii") as lines:
            return [line.split() for line in lines][1:]

    def joined(self, device):
        """Whether the group is joined on this device and the port is bound: a server is ready."""
        group = "".join(f"{int(octet):02X}" for octet in reversed(GROUP.split(".")))
        at = None
        for words in self.table("igmp"):
            if words[0].isdigit():
                at = words[1]
            elif at == device and words[0] == group:
                return any(row[1].endswith(f":{PORT:04X}") for row in self.table("udp"))
        return False


Place = collections.namedtuple("Place", "name title server client device")


def make_loopback(stack):
    one = Namespace(stack)
    one.ip("link set lo multicast on")
    one.ip("route add 224.0.0.0/4 dev lo src 127.0.0.1")
    return Place("lo", "loopback", one, one, "lo")


def make_veth(stack):
    server, client = Namespace(stack), Namespace(stack)
    server.ip(f"link add eth0 type veth peer name eth0 netns {client.holder.pid}")
    for number, side in enumerate((server, client), 1):
        side.ip(f"addr add 10.99.0.{number}/24 dev eth0")
        side.ip("link set eth0 up")
        side.ip("route add 224.0.0.0/4 dev eth0")
    return Place("veth", "veth pair", server, client, "eth0")


PLACES = {"lo": make_loopback, "veth": make_veth}


# What the clients print, as (figure, what else is worth keeping)


def events(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def event(text, name):
    found = [e for e in events(text) if e.get("event") == name]
    if len(found) != 1:
        raise Failed(f"{len(found)} {name} events in the JSON")
    return found[0]


def read_window(out, err):
    sent, replies, lost = (int(n) for n in re.findall(r"\d+", err)[-3:])
    return float(out), {"sent": sent, "replies": replies, "lost": lost}


def read_ping_rate(out, _):
    end = event(out, "end")
    return end["received"] / end["seconds"], {k: end[k] for k in ("sent", "received", "unsent", "seconds")}


def read_ping_p50(out, _):
    one = event(out, "responder")
    if one["rtt_p50_s"] is None:
        raise Failed("no reply")
    return one["rtt_p50_s"] * 1e6, {k: one[k] for k in ("received", "loss", "rtt_min_s", "rtt_p99_s")}


def read_sockperf(out, _):
    rank = dict(re.findall(r"percentile ([\d.]+) =\s*([\d.]+)", out))
    if "50.000" not in rank:
        raise Failed("no percentile in sockperf's output")
    return float(rank["50.000"]), {"p99_us": float(rank["99.000"])}


# What is measured

NOTES = """
mcast serve, plain C and Python ask for a receive buffer of 4 MiB each. ping is mcast ping; window in section
B is window.c with --trains. Section C is taken in the client, from before sending until it has the reply: by
mcast ping -i 0 --user-latency, and by sockperf ping-pong --full-rtt (the whole round trip, not half of it),
whose server answers by unicast as the others do. --busy-poll and --nonblocked, at both ends, never sleep:
another mode than blocking, not a better way to do the same."""

Variant = collections.namedtuple("Variant", "key label server client read")

# wanted: None, or (kind, bound). ">=" and "<=" ask it of the median of the paired ratios; "reaches"
# asks that their interval holds 1 or lies on the good side of it.
Compare = collections.namedtuple("Compare", "key reference wanted")

Section = collections.namedtuple("Section", "key title unit more_is_better variants compares")


class Tools:
    """The programs, and how they are called."""

    def __init__(self, mcast, build, seconds):
        self.mcast, self.build, self.seconds = mcast, build, str(seconds)
        self.sockperf = shutil.which("sockperf")

    def serve(self, *options):
        return [self.mcast, "serve", "--json", "-q", *options, f"{GROUP}:{PORT}"]

    def ping(self, *options):
        sizes = ["-s", str(SIZE), "-w", self.seconds]
        return [self.mcast, "ping", "--json", "-q", *sizes, *options, f"{GROUP}:{PORT}"]

    def plain_c(self):
        return [os.path.join(self.build, "plain_echo"), GROUP, str(PORT)]

    def python(self, *options):
        return [sys.executable, os.path.join(HERE, "plain_echo.py"), *options, GROUP, str(PORT)]

    def window(self, *options):
        sizes = ["--window", str(WINDOW), "--size", str(SIZE), "--time", self.seconds]
        return [os.path.join(self.build, "window"), *options, *sizes, GROUP, str(PORT)]

    def sockperf_server(self, *options):
        return [self.sockperf, "server", "-i", GROUP, "-p", str(PORT), "--force-unicast-reply", *options]

    def sockperf_client(self, *options):
        sizes = ["-m", str(SIZE), "-t", "1"]
        return [self.sockperf, "ping-pong", "-i", GROUP, "-p", str(PORT), *sizes, "--full-rtt",
                "--mc-loopback-enable", *options]


def section_a(t):
    variants = [
        Variant("serve", "mcast serve", t.serve(), t.window(), read_window),
        Variant("c", "plain C", t.plain_c(), t.window(), read_window),
        Variant("python", "Python", t.python(), t.window(), read_window),
        Variant("log", "Python with log", t.python("--log"), t.window(), read_window),
    ]
    compares = [
        Compare("serve", "log", (">=", 5)),
        Compare("serve", "c", ("reaches", 1)),
        Compare("python", "c", None),
        Compare("log", "c", None),
    ]
    return Section("A", f"ordinary client, {WINDOW} outstanding", "replies/s", True, variants, compares)


def section_b(t):
    variants = [
        Variant("serve", "mcast serve + ping -f", t.serve(), t.ping("-f"), read_ping_rate),
        Variant("c", "plain C + ping -f", t.plain_c(), t.ping("-f"), read_ping_rate),
        Variant("serve-w", "mcast serve + window", t.serve(), t.window("--trains"), read_window),
        Variant("c-w", "plain C + window", t.plain_c(), t.window("--trains"), read_window),
    ]
    compares = [
        Compare("serve", "c", (">=", 10)),
        Compare("serve", "serve-w", None),
        Compare("serve-w", "c-w", None),
    ]
    title = f"client that sends trains, {WINDOW} outstanding"
    return Section("B", title, "replies/s", True, variants, compares)


def section_c(t):
    def echo(*options):
        return t.ping("-i", "0", "--user-latency", *options)

    variants = [
        Variant("serve", "mcast serve + ping", t.serve(), echo(), read_ping_p50),
        Variant("busy", "mcast serve + ping --busy-poll", t.serve("--busy-poll"), echo("--busy-poll"),
                read_ping_p50),
        Variant("c", "plain C + ping", t.plain_c(), echo(), read_ping_p50),
    ]
    compares = [Compare("serve", "c", None)]
    if t.sockperf:
        variants += [
            Variant("sp", "sockperf (blocking)", t.sockperf_server(), t.sockperf_client(),
                    read_sockperf),
            Variant("sp-nb", "sockperf --nonblocked", t.sockperf_server("--nonblocked"),
                    t.sockperf_client("--nonblocked"), read_sockperf),
        ]
        compares += [
            Compare("serve", "sp", ("reaches", 1)),
            Compare("c", "sp", None),
            Compare("busy", "sp-nb", ("reaches", 1)),
            Compare("busy", "sp", ("<=", 0.4)),
        ]
    return Section("C", "round trip, one outstanding, median (p50)", "us", False, variants, compares)


SECTIONS = {"A": section_a, "B": section_b, "C": section_c}


# Running


def run_client(place, variant, cpu):
    client = place.client.start(variant.client, cpu)
    try:
        out, err = client.communicate(timeout=10)
    except subprocess.TimeoutExpired as error:
        raise Failed("the client did not end") from error
    finally:
        stop(client, signal.SIGKILL)
    if client.returncode:
        raise Failed(f"client, exit {client.returncode}: {(err.strip().splitlines() or ['?'])[-1]}")
    return variant.read(out, err)


def trial(place, variant, cpus):
    """Starts a server, runs a client against it, stops it: what came of it, for the JSON."""
    result = {"variant": variant.key, "value": None, "client": None, "server": None, "error": None}
    server = place.server.start(variant.server, cpus[1])
    try:
        if not wait_for(lambda: server.poll() is not None or place.server.joined(place.device), 5):
            raise Failed("the server did not join within 5 seconds")
        if server.poll() is not None:
            raise Failed("the server ended: " + server.stderr.read().strip())
        result["value"], result["client"] = run_client(place, variant, cpus[0])
    except (Failed, ValueError, KeyError, ZeroDivisionError) as error:
        result["error"] = str(error) or type(error).__name__
    finally:
        out = stop(server)[0] or ""
    kept = ("requests", "replies", "refused", "unsent", "dropped")
    for end in (e for e in events(out) if e.get("event") == "end"):
        result["server"] = {k: end.get(k) for k in kept}
    return result


def rotated(items, by):
    by %= len(items)
    return items[by:] + items[:by]


def run(places, sections, rounds, cpus):
    raw = []
    began = time.monotonic()
    for number in range(rounds):
        for place in rotated(places, number):
            for section in sections:
                for variant in rotated(section.variants, number):
                    result = trial(place, variant, cpus)
                    raw.append({"round": number, "place": place.name, "section": section.key, **result})
                    if result["error"]:
                        say(f"{section.key} {place.name} {variant.label}: {result['error']}")
        say(f"round {number + 1} of {rounds} done, {time.monotonic() - began:.0f} s")
    return raw


def say(text):
    print("bench echo: " + text, file=sys.stderr, flush=True)


# Judging


def interval(ratios):
    """The bootstrap 95 % confidence interval of the median; always the same for the same ratios."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(4000))
    return medians[100], medians[-101]


def reached(wanted, more_is_better, median, low, high):
    kind, bound = wanted
    if kind == ">=":
        return median >= bound
    if kind == "<=":
        return median <= bound
    return high >= bound if more_is_better else low <= bound


def wanted_text(wanted):
    if wanted is None:
        return "-"
    kind, bound = wanted
    return f"{kind} {bound:g}" if kind != "reaches" else f"{bound:g} within or beaten"


class Judged:
    """The rounds of one section at one place."""

    def __init__(self, raw, section, place):
        self.section, self.place = section, place
        self.values = collections.defaultdict(dict)
        for row in raw:
            if (row["section"], row["place"]) == (section.key, place.name) and row["value"]:
                self.values[row["variant"]][row["round"]] = row["value"]

    def median(self, key):
        return statistics.median(self.values[key].values()) if self.values[key] else None

    def compare(self, compare):
        ours, theirs = self.values[compare.key], self.values[compare.reference]
        ratios = [ours[n] / theirs[n] for n in sorted(ours) if n in theirs]
        result = {"section": self.section.key, "place": self.place.name, "variant": compare.key,
                  "reference": compare.reference, "rounds": len(ratios), "reached": None,
                  "wanted": wanted_text(compare.wanted)}
        if ratios:
            low, high = interval(ratios)
            median = statistics.median(ratios)
            result.update(ratio=median, low=low, high=high)
            if compare.wanted:
                result["reached"] = reached(compare.wanted, self.section.more_is_better, median, low, high)
        return result


def ratio_text(result):
    if not result["rounds"]:
        return "not measured"
    return f"{result['ratio']:.3g} [{result['low']:.3g}, {result['high']:.3g}]"


def reached_text(result):
    if result["wanted"] == "-":
        return "-"
    return {None: "not measured", True: "yes", False: "no"}[result["reached"]]


def print_section(judged):
    section = judged.section
    labels = {v.key: v.label for v in section.variants}
    row = "{:<30} {:>12}  {:<22} {:<22} {:<18} {}"
    print(f"\n{section.key}. {section.title}, {SIZE} octets, {judged.place.title}\n")
    print(row.format("variant", section.unit + " *", "ratio [95 %]", "to", "wanted", "reached"))
    for variant in section.variants:
        median = judged.median(variant.key)
        figure = "-" if median is None else f"{median:,.0f}" if section.more_is_better else f"{median:.2f}"
        results = [judged.compare(c) for c in section.compares if c.key == variant.key]
        if not results:
            print(row.format(variant.label, figure, "reference", "", "", "").rstrip())
        for number, result in enumerate(results):
            first = (variant.label, figure) if number == 0 else ("", "")
            print(row.format(*first, ratio_text(result), labels[result["reference"]], result["wanted"],
                             reached_text(result)))


def print_verdicts(all_judged):
    """One line for each wanted figure; returns whether all were measured."""
    print("\nWanted:")
    measured = True
    verdicts = {None: "not measured", True: "reached", False: "not reached"}
    for judged in all_judged:
        labels = {v.key: v.label for v in judged.section.variants}
        for result in (judged.compare(c) for c in judged.section.compares if c.wanted):
            measured = measured and result["reached"] is not None
            print(f"  {judged.section.key} {judged.place.name:<5} {labels[result['variant']]} / "
                  f"{labels[result['reference']]}: {ratio_text(result)}, wanted {result['wanted']}: "
                  f"{verdicts[result['reached']]}")
    return measured


def report(raw, sections, places, cpus, tools):
    rounds = 1 + max(row["round"] for row in raw)
    print(f"Linux {platform.release()}, {rounds} rounds, load {os.getloadavg()[0]:.1f} at the end; "
          f"client on CPU {cpus[0]}, server on CPU {cpus[1]}.")
    print("Ratios are medians of what was paired within a round, with the bootstrap 95 % interval.")
    print("* medians of this run on this machine: worth nothing without the ratios beside them.")
    all_judged = [Judged(raw, section, place) for section in sections for place in places]
    for judged in all_judged:
        print_section(judged)
    print(NOTES)
    if not tools.sockperf:
        print("sockperf is not installed: its rows, and what is wanted against it, are left out.")
    return print_verdicts(all_judged), [j.compare(c) for j in all_judged for c in j.section.compares]


# Setting up


def build_helpers(build):
    os.makedirs(build, exist_ok=True)
    for name in ("plain_echo", "window"):
        source, program = os.path.join(HERE, name + ".c"), os.path.join(build, name)
        if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
            compiler = os.environ.get("CC", "cc").split()
            command([*compiler, "-O2", "-std=gnu11", "-o", program, source], "compiling " + name)


def find_mcast():
    mcast = os.environ.get("MCAST", "")
    if not mcast:
        raise Cannot("MCAST is not set: it names the program to measure; ./dev bench echo sets it")
    if not os.access(mcast, os.X_OK) or os.path.isdir(mcast):
        raise Cannot(f"MCAST={mcast} cannot be run")
    return os.path.abspath(mcast)


def become_root():
    """Makes a namespace of users where there is no privilege to make one of the network."""
    if os.geteuid() == 0:
        return
    command(["unshare", "--map-root-user", "--net", "true"], "no network namespace")
    os.execvp("unshare", ["unshare", "--map-root-user", sys.executable, *sys.argv])


def ask(argv):
    parser = argparse.ArgumentParser(prog="./dev bench echo",
                                     description="mcast serve and mcast ping beside their peers")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default: 7)")
    parser.add_argument("--quick", action="store_true", help="3 short rounds, to see that it runs")
    parser.add_argument("--json", metavar="FILE", help="write every round, and the ratios")
    parser.add_argument("--section", choices=SECTIONS, action="append", help="this one only; may be repeated")
    parser.add_argument("--place", choices=PLACES, action="append", help="this one only; may be repeated")
    args = parser.parse_args(argv)
    if args.quick:
        args.rounds = 3
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return args


def measure(args, stack):
    mcast = find_mcast()
    build = os.environ.get("BENCH_BUILD")
    if not build:
        build = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-echo-"))
    build_helpers(build)
    cpus = (sorted(os.sched_getaffinity(0)) * 2)[:2]  # of the client, of the server
    tools = Tools(mcast, build, 0.3 if args.quick else 0.8)
    places = [PLACES[name](stack) for name in args.place or PLACES]
    sections = [SECTIONS[key](tools) for key in args.section or SECTIONS]
    if not tools.sockperf:
        say("sockperf is not installed: its rows are left out")
    raw = run(places, sections, args.rounds, cpus)
    measured, ratios = report(raw, sections, places, cpus, tools)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump({"schema": 1, "kernel": platform.release(), "cpus": os.cpu_count(), "rounds": raw,
                       "ratios": ratios}, out, indent=1)
    return 0 if measured else 2


def attempt(work, tell):
    """The exit code of a benchmark: what work returns, none being 0; 2, told, where it cannot run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return work() or 0
    except (Cannot, OSError, subprocess.TimeoutExpired) as error:
        tell(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


def run_as_root(measure, tell):
    """attempt, with the rights for namespaces, and a stack of what is to be undone: measure(stack)."""
    def work():
        become_root()
        with contextlib.ExitStack() as stack:
            return measure(stack)
    return attempt(work, tell)


def main():
    args = ask(sys.argv[1:])
    return run_as_root(lambda stack: measure(args, stack), say)


if __name__ == "__main__":
    sys.exit(main())
