"""The emulator of `./dev bench querier`: mcast host at one end of a wire, mcast querier or nobody at the other.

States: ten thousand hosts with a hundred groups each have joined while nobody asked; the querier comes, asks once, and
before it asks again its --status is read, every group and every host of it. Rates: how fast reports come out on the
wire while more are due than can be sent, by the packet counter of the interface at the other end.
"""
import collections
import contextlib
import re
import subprocess
import time

import echo
from echo import Failed
from querier_takers import LIMIT, Querier, Wire, cpu_ns

HOSTS, EACH = 10000, 100
MEMBERSHIPS = HOSTS * EACH
INTERVAL, RESPONSE = 6, 3  # seconds, of the query that all states are right after
ROOM = ("-4", "--max-groups", str(MEMBERSHIPS + 1000), "--max-hosts", str(MEMBERSHIPS + 1000))
ONCE = ("--startup-query-count", "1")

# What is shown by --status: how many groups there are to be.
STATES = {
    f"{HOSTS:,} hosts, {EACH} groups of its own each": MEMBERSHIPS,
    f"{HOSTS:,} hosts, the same {EACH} groups": EACH,
}

# version, hosts, groups each, whether a querier asks: else it is what they send when they join.
Rate = collections.namedtuple("Rate", "version hosts each asked")
RATES = {
    f"IGMPv2, {HOSTS:,} hosts, {EACH} groups each, asked": Rate(2, HOSTS, EACH, True),
    "IGMPv3, 300,000 hosts, a group each, asked": Rate(3, 300000, 1, True),
    f"IGMPv2, {HOSTS:,} hosts, {EACH} groups each, join": Rate(2, HOSTS, EACH, False),
}


def start_hosts(bench, stack, wire, hosts, each, groups, version=3):
    """The emulator, told to say and to repeat nothing."""
    argv = [bench.mcast, "host", "-q", "--igmp-version", str(version), "--hosts", str(hosts), "--from", "10.8.0.1",
            "--macs", "--each", str(each), "--robustness-variable", "1", "--no-leave", f"239.0.0.0%eth0+{groups}"]
    process = wire.far.start(argv, bench.cpus[0], LIMIT)
    stack.callback(echo.stop, process)
    return process


def watch(wire, process, seconds, quiet):
    """(time, packets) of what comes, from the first on until nothing has come for `quiet` seconds."""
    first, seen = wire.received(), []
    end, last = time.monotonic() + seconds, None
    while last is None or time.monotonic() < last + quiet:
        if process.poll() is not None:
            raise Failed("mcast host ended: " + (echo.stop(process)[1].strip().splitlines() or ["?"])[-1])
        if time.monotonic() > end:
            raise Failed("mcast host was not done in time")
        time.sleep(0.005)
        now, packets = time.monotonic(), wire.received() - first
        if packets != (seen[-1][1] if seen else 0):
            seen.append((now, packets))
            last = now if packets > 20 else last  # the kernel's own at the beginning
    return seen


# States


def tokens(argv):
    """(key, value) of what counts of --status --json, as it comes: a million hosts are more than one wants at once."""
    pattern = re.compile(r'"(group|address|rx-report|packets_lost)": *"?([0-9.]+)')
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        rest = ""
        while piece := process.stdout.read(1 << 20):
            whole, brace, rest = (rest + piece).rpartition("}")
            yield from pattern.findall(whole + brace)
        yield from pattern.findall(rest)


def number_of(address):
    a, b, c, d = (int(octet) for octet in address.split("."))
    return a, b << 16 | c << 8 | d


def compare(found, groups):
    """Counts memberships that are right, each once, and those that no host has."""
    seen, wrong, group, counts = bytearray(MEMBERSHIPS), 0, None, {}
    for key, value in found:
        if key == "group":
            net, group = number_of(value)
            group = group if net == 239 else None
        elif key != "address":
            counts[key] = int(value)
        elif group is not None:
            host = number_of(value)[1] - (8 << 16 | 1)
            which = group - host * EACH if groups > EACH else group
            if 0 <= host < HOSTS and 0 <= which < EACH:
                seen[host * EACH + which] = 1
            else:
                wrong += 1
    return {"right": sum(seen), "wrong": wrong, "reports": counts.get("rx-report", 0),
            "lost": counts.get("packets_lost", 0)}


def state(bench, groups):
    with contextlib.ExitStack() as stack:
        wire = Wire(bench, stack)
        hosts = start_hosts(bench, stack, wire, HOSTS, EACH, groups)
        watch(wire, hosts, 40, 1)
        began = time.monotonic()
        querier = Querier(bench, stack, (*ROOM, *ONCE, "--query-interval", str(INTERVAL),
                                         "--query-max-response-time", str(RESPONSE)), wire)
        time.sleep(max(0, began + INTERVAL - 0.2 - time.monotonic()))
        return compare(tokens(querier.asking()), groups)


def states(bench):
    for name, groups in STATES.items():
        yield name, state(bench, groups)


# Rates


def speed(seen):
    """Reports a second between a tenth and nine tenths of them."""
    total = seen[-1][1]
    inner = [(at, n) for at, n in seen if total * 0.1 <= n <= total * 0.9]
    if len(inner) < 2:
        raise Failed(f"{total} reports, all at once: no rate to be had of them")
    return (inner[-1][1] - inner[0][1]) / (inner[-1][0] - inner[0][0])


def rate(bench, one):
    with contextlib.ExitStack() as stack:
        wire = Wire(bench, stack)
        hosts = start_hosts(bench, stack, wire, one.hosts, one.each, one.hosts * one.each, one.version)
        before, seen = 0, watch(wire, hosts, 40, 1)
        if one.asked:
            before = cpu_ns(hosts.pid)
            Querier(bench, stack, (*ROOM, *ONCE, "--igmp-version", str(one.version),
                                   "--query-max-response-time", "0.1"), wire)
            seen = watch(wire, hosts, 40, 0.5)
        return {"rate": speed(seen), "cpu": (cpu_ns(hosts.pid) - before) / seen[-1][1]}


def rates(bench):
    for name, one in RATES.items():
        yield name, rate(bench, one)
