"""
querying.py - `mcast querier` in nodes: started, waited for, asked with --status; the queries on the wire
beside it, with the kernel's times; a flow of datagrams that lives or dies.

Its intervals here are short: see QUICK and the times that RFC 9776 8 makes of them.
"""
import collections
import json
import os
import re
import select
import socket
import struct
import subprocess
import threading
import time

import frames
from cases import NAME
from kernels import until
from rig import Node, lan, link, settle, wait_until
from tap import among, check, defer, same
from verbs import MCAST, PATIENCE, Client, Verb, plain_socket
from wire import ICMPV6, IGMP, Capture, Forger, Frame

FAMILIES = (4, 6)
QI, QRI, LMQI, RV = 2, 1, 0.5, 2


def options(interval=QI, response=QRI, last=LMQI):
    return ["--query-interval", interval, "--query-max-response-time", response,
            "--last-member-query-interval", last]


QUICK = options()
FASTER = options(1, 0.5, 0.3)
LMQT = RV * LMQI           # last member query time: RFC 9776 8.10
OQPI = RV * QI + QRI / 2   # other querier present interval: 8.5
OHPI = RV * QI + QRI       # older host present interval: 8.13
EARLY, LATE = 0.25, 3      # seconds that clocks and a busy machine may be off


def gmi(interval=QI, response=QRI, robustness=RV):
    """Group membership interval: RFC 9776 8.4."""
    return robustness * interval + 2 * response


# ---- the program ------------------------------------------------------------------------------------


class Querier(Verb):
    """A running `mcast querier`; before: what stands before the command, env: more variables."""

    def __init__(self, node, *args, before=(), env=None, **how):
        self.before = list(before)
        with_variables(env or {}, lambda: Verb.__init__(self, node, "querier", *args, **how))

    def command(self, verb, *args):
        return self.before + MCAST + [verb] + [str(a) for a in args]

    def opened(self, ifname="eth0", families=FAMILIES, state="open", since=0, **keys):
        """Wait until it tells this state of an interface: the last event of each family."""
        fits = lambda fam: [e for e in self.of("interface", ifname=ifname, protocol=NAME[fam], state=state, **keys)
                            if e["ts"] >= since]
        for fam in families:
            until(lambda: fits(fam) or ended(self), "%s of %s is not told of as %s" % (NAME[fam], ifname, state), 15)
            check(fits(fam), "it ended with %s" % self.proc.returncode)
        return [fits(fam)[-1] for fam in families]

    def is_querier(self, fam, address, /, timeout=PATIENCE, since=0, **keys):
        """Wait for the event that tells who the querier is."""
        told = lambda: self.of("querier", protocol=NAME[fam], address=address, **keys)
        fits = lambda: [e for e in told() if e["ts"] >= since]
        return until(fits, "it does not say that %s is the querier %s" % (address, keys or ""), timeout)[0]

    def memory(self):
        """Resident set, in KiB."""
        return int(self.process("VmRSS"))

    def process(self, key):
        return value(self.proc.pid, key)


def value(pid, key):
    """A value of /proc/PID/status, its first word."""
    with open("/proc/%d/status" % pid) as f:
        return re.search(r"^%s:\s*(\S+)" % key, f.read(), re.M).group(1)


def with_variables(env, fn):
    """Call fn with more in the environment."""
    before = dict(os.environ)
    os.environ.update(env)
    try:
        fn()
    finally:
        os.environ.clear()
        os.environ.update(before)


def ended(v):
    return v.proc.poll() is not None


def querier(node, *args, ifnames=("eth0",), families=FAMILIES, times=QUICK, **how):
    """Start one and wait until it has its interfaces open."""
    only = ["-%d" % families[0]] if len(families) == 1 else []
    v = Querier(node, *times, *only, *args, *ifnames, **how)
    for ifname in ifnames:
        if v.json and "-q" not in args:
            v.opened(ifname, families)
        else:
            until(lambda: ask(node, ifname).returncode == 0 or ended(v), "nobody can be asked", 15)
    return v


def run(node, *args, before=(), timeout=30):
    """Run `mcast querier` to its end."""
    with node:
        return subprocess.run([*before, *MCAST, "querier", *map(str, args)], text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=timeout)


def ask(node, *args, before=()):
    """`mcast querier --status --json`, from a process of its own."""
    return run(node, "--status", "--json", *args, before=before)


def interfaces(node, *ifnames):
    """What --status says: a list of objects."""
    done = ask(node, *ifnames)
    same((done.returncode, done.stderr), (0, ""), "exit code and stderr of --status")
    doc = json.loads(done.stdout)
    same((doc["event"], doc["schema"]), ("status", 1), "the document")
    return doc["interfaces"]


def side(node, fam, ifname="eth0"):
    """One family's object of one interface."""
    got = [i for i in interfaces(node, ifname) if i["protocol"] == NAME[fam]]
    same([i["ifname"] for i in got], [ifname], "objects of %s, %s" % (ifname, NAME[fam]))
    return got[0]


def group_of(node, fam, g, ifname="eth0"):
    """A group's object, None where there is none."""
    got = [x for x in side(node, fam, ifname)["groups"] if x["group"] == g]
    check(len(got) < 2, "more than one object of " + g)
    return got[0] if got else None


def hosts_of(node, fam, g, ifname="eth0"):
    """The addresses of a group's hosts, sorted; None where the group is not."""
    x = group_of(node, fam, g, ifname)
    return sorted(h["address"] for h in x["hosts"]) if x else None


def sources_of(x):
    """A group's sources: (mode, wanted, excluded), each as a set."""
    wanted = {s["address"] for s in x["sources"] if s["expires"] is not None}
    return x["filter_mode"], wanted, {s["address"] for s in x["sources"]} - wanted


def becomes(fn, wanted, what, timeout=PATIENCE):
    """Wait until fn() is this; fails with the last that it was."""
    seen = []

    def fits():
        seen[:] = [fn()]
        return seen[0] == wanted
    if not wait_until(fits, timeout, 0.1):
        same(seen[0], wanted, what)


def count(node, fam, name, ifname="eth0"):
    return side(node, fam, ifname)["counters"].get(name, 0)


# ---- the wire ---------------------------------------------------------------------------------------


Query = collections.namedtuple("Query", "time src dst code group sources size out")


def message(frame):
    """The IGMP or ICMPv6 message of a frame, b"" where it has none."""
    ip = frame.raw[14:]
    if frame.proto == IGMP:
        return ip[(ip[0] & 15) * 4:struct.unpack_from("!H", ip, 2)[0]]
    if frame.proto == ICMPV6:
        at = 40 + (ip[41] + 1) * 8 if ip[6] == 0 else 40
        return ip[at:40 + struct.unpack_from("!H", ip, 4)[0]]
    return b""


def query_of(frame):
    """What a frame asks; None: it is no query. group is None in a general one."""
    m, n = message(frame), 4 if frame.fam == 4 else 16
    if not m or m[0] != (0x11 if n == 4 else 130):
        return None
    at, code = (4, m[1]) if n == 4 else (8, struct.unpack_from("!H", m, 4)[0])
    text = lambda i: socket.inet_ntop(socket.AF_INET if n == 4 else socket.AF_INET6, m[i:i + n])
    group = text(at) if any(m[at:at + n]) else None
    sources = [text(i) for i in range(at + n + 4, len(m) - n + 1, n)] if len(m) > at + n else []
    return Query(frame.time, frame.src, frame.dst, code, group, sources, len(m), frame.out)


class Ear(Capture):
    """A capture whose frames have the kernel's time, which is that of events."""

    def __init__(self, node, ifname="eth0"):
        Capture.__init__(self, node, ifname)
        self.sock.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS

    def take(self, wait=0.0):
        for _ in range(10000):
            if not select.select([self.sock], [], [], wait)[0]:
                break
            raw, about, _, where = self.sock.recvmsg(1 << 17, 256)
            f = Frame(raw, where[2] == 4)
            stamps = [struct.unpack("@ll", data[:16]) for _, kind, data in about if kind == 35]
            f.time = stamps[0][0] + stamps[0][1] / 1e9 if stamps else time.time()
            self.frames.append(f)
            wait = 0
        return self.frames

    def queries(self, fam, since=0, **keys):
        """The queries of a family so far, of these values."""
        found = (query_of(f) for f in self.take() if f.fam == fam and f.time >= since)
        return [q for q in found if q and all(getattr(q, k) == v for k, v in keys.items())]

    def asked(self, fam, src=None, since=0, timeout=PATIENCE, **keys):
        """Wait for a query of this sender; a general one unless a group is named."""
        keys.setdefault("group", None)
        if src:
            keys["src"] = src
        why = "no query of IPv%d %s" % (fam, keys)
        return until(lambda: self.queries(fam, since, **keys), why, timeout)[0]

    def askers(self, fam, since=0):
        """Who asked general queries."""
        return {q.src for q in self.queries(fam, since, group=None)}

    def only(self, fam, src, seconds):
        """For so long nobody but this one asks, and it does."""
        since = time.time()
        time.sleep(seconds)
        same(self.askers(fam, since), {src}, "who asked within %s s" % seconds)

    def pauses(self, fam, src, since=0):
        """The longest time between two general queries of one, and from the last until now."""
        at = [q.time for q in self.queries(fam, since, group=None, src=src)] + [time.time()]
        check(len(at) > 2, "%s asked no two times" % src)
        return max(b - a for a, b in zip(at, at[1:]))

    def messages(self, fam, out):
        """IGMP and MLD that this node sent, or got."""
        kinds = (130, 131, 132, 143)
        return [f for f in self.take() if f.fam == fam and f.out == out and message(f)
                and (fam == 4 or message(f)[0] in kinds)]


# ---- floods --------------------------------------------------------------------------------------


def numbered_group(n, fam=4):
    return "239.%d.%d.%d" % (2 + n // 65536, n // 256 % 256, n % 256) if fam == 4 else "ff15::7:%x" % n


def flood(host, packets):
    """Send them as fast as goes without losing them."""
    forger = Forger(host)
    for n, p in enumerate(packets):
        forger.sock.send(frames.ethernet(p, (), forger.ether))
        if n % 500 == 499:
            time.sleep(0.05)


# ---- nodes ------------------------------------------------------------------------------------------


def back(*ends):
    """Wait until the interfaces of (node, interface) have carrier and a link-local address."""
    for node, ifname in ends:
        rows = lambda: map(str.split, node.proc("if_inet6").splitlines())
        has = lambda: [r for r in rows() if r[5] == ifname and r[3] == "20"]
        until(lambda: has() and "LOWER_UP" in node.ip("link show dev " + ifname), "%s is not usable" % ifname)
        settle(node)


def two(**how):
    """A querier's node and a host, neither of which was used before."""
    q, host = Node("querier"), Node("host")
    link(q, host, **how)
    return q, host


def renumber(node, n, ifname="eth0"):
    """Its only addresses of an interface are 10.0.0.n and fe80::n."""
    node.ip("addr flush dev " + ifname, "addr add 10.0.0.%d/24 dev %s" % (n, ifname),
            "addr add fe80::%x/64 dev %s nodad" % (n, ifname))
    node.addrs[4, ifname] = numbered(4, n)


def numbered(fam, n):
    return "10.0.0.%d" % n if fam == 4 else "fe80::%x" % n


def switch(*nodes, at=None, **bridge):
    """A snooping bridge with these nodes on it. at: br0's own number, without it br0 has no address.
    bridge: its options."""
    middle = lan(*nodes, snooping=1)
    if at:
        middle.sysctl("net.ipv6.conf.br0.disable_ipv6", 0)
        settle(middle)
        renumber(middle, at, "br0")
    bridged(middle, **bridge)
    return middle


def bridged(middle, **options_):
    """Set options of the bridge, one after the other: their order counts."""
    for k, v in options_.items():
        middle.ip("link set br0 type bridge %s %s" % (k, v))


class Flow:
    """Twenty datagrams a second to a group from one node to a member on another."""

    def __init__(self, sender, receiver, fam, group):
        self.sock, self.client = plain_socket(receiver, fam, group), Client(sender, fam, "eth0")
        self.group, self.times, self.going = group, [], True
        self.thread = threading.Thread(target=self._run, daemon=True)
        defer(self.stop)
        self.thread.start()

    def _run(self):
        due = time.monotonic()
        while self.going:
            if time.monotonic() >= due:
                self.client.send(b"flow", self.group)
                due = max(due + 0.05, time.monotonic() - 1)
            if select.select([self.sock], [], [], 0.02)[0]:
                self.sock.recv(1000)
                self.times.append(time.monotonic())

    def stop(self):
        self.going = False
        self.thread.join(5)

    def last(self, seconds):
        """How many arrived within the last seconds."""
        since = time.monotonic() - seconds
        return len([t for t in list(self.times) if t > since])

    def lives(self, seconds=1):
        """In each of so many seconds some arrive."""
        for n in range(seconds):
            time.sleep(1)
            check(self.last(1) >= 4, "it died in second %d: %d datagrams" % (n, self.last(1)))

    def begins(self, timeout=PATIENCE):
        check(wait_until(lambda: self.last(0.5) >= 3, timeout), "nothing arrives")

    def dies(self, timeout=15):
        check(wait_until(lambda: self.last(1.2) == 0, timeout), "it still lives")


def within(begin, end, wanted, what, early=EARLY, late=LATE):
    """The time between two events is the RFC's."""
    among(end - begin, wanted - early, wanted + late, what)
