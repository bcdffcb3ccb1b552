#!/usr/bin/env python3
"""t_groups_follow.py - mcast groups --follow: joins, leaves and changed filters, with the process, and its end."""
import os
import re
import signal
import time

from grouping import EVENT, FAMILIES, FAMILY, KEYS, ALWAYS, Program, filters, host, join, member, udp
from kernels import src, until
from tap import Skip, among, check, main, same, test
from verbs import PATIENCE, Verb, end, group

ANY = "exclude", []
CHANGES = "join", "leave", "change"


class Follower(Verb):
    """A running `mcast groups --follow` that has looked for the first time."""

    def __init__(self, node, *args, **how):
        Verb.__init__(self, node, "groups", "--follow", *args, **how)
        if self.json:
            same(set(self.wait_event("start")), ALWAYS | {"events"}, "keys of the start")
        else:  # it waits in epoll once it has looked: nothing that happens from then on is at the start
            until(lambda: self._waits() or self.proc.poll() is not None, "it does not begin to wait")
        self.began = time.time()

    def _waits(self):
        with open("/proc/%d/wchan" % self.proc.pid) as f:
            return "poll" in f.read()

    def told(self, *what):
        with self.news:
            return [e for e in self.events if e["event"] in (what or CHANGES)]

    def tells(self, what, g, pid=None, ifname="eth0", **keys):
        """Wait for such an event."""
        e = self.wait_event(what, group=g, ifname=ifname, pid=pid, **keys)
        same(set(e), EVENT, "keys of an event")
        same(e["family"], FAMILY[6 if ":" in g else 4], "family")
        check(abs(e["ts"] - time.time()) < 30, "its time", e)
        return e

    def ends(self, *wanted, code=0):
        """It has ended by itself, or does, and these are its sums."""
        done = self.wait()
        same((done.code, done.stderr), (code, ""), "exit code and stderr")
        o = end(done)
        same(set(o), ALWAYS | KEYS["end"], "keys of the end")
        same((o["joins"], o["leaves"], o["changes"]), wanted, "sums")
        same(len([e for e in done.events if e["event"] in CHANGES]), sum(wanted), "events")
        return o

    def stops(self, *wanted, number=signal.SIGINT, code=0):
        self.send_signal(number)
        return self.ends(*wanted, code=code)


def stepping(node, *steps, name=None):
    """A program that does one of these after the other, with a list for what it keeps."""
    def generator():
        kept = []
        yield None
        for fn in steps:
            yield fn(kept)
    return Program(node, generator, name)


def opens(fam, g, port, ifname="eth0"):
    return lambda kept: kept.append(member(fam, g, port, ifname))


def closes(kept):
    kept.pop().close()


# ---- what happens ----------------------------------------------------------------------------------------


@test("a join and a leave, with the process", families=True)
def join_and_leave(fam):
    a, _ = host()
    g = group(fam)
    before = stepping(a, opens(fam, group(fam, 9), 5009))
    before.step()
    p = stepping(a, opens(fam, g, 5000), closes, name=b"joiner")
    f = Follower(a)
    p.step()
    e = f.tells("join", g, p.pid)
    same([e[k] for k in ("process", "processes", "uid", "user", "protocol", "local_port", "local_address")],
         ["joiner", 1, 0, "root", "udp", 5000, None], "who joined")
    same((filters(e), e["ifindex"]), (ANY, a.index("eth0")), "filter and interface")
    p.step()
    e = f.tells("leave", g, p.pid)
    same((e["process"], e["local_port"]), ("joiner", 5000), "who left")
    f.stops(1, 1, 0)


@test("two sockets that change places", families=True)
def places(fam):
    a, _ = host()
    one, two = group(fam, 1), group(fam, 2)
    held = []

    def begin(kept):
        for n, g in enumerate((one, two, one, two)):
            kept.append(udp(fam, port=5000 + n))
            held.append(join(kept[-1], g))

    def swap(kept):
        for n, g in (0, two), (1, one):
            join(kept[n], g)
            held[n].call("leave")
    p = stepping(a, begin, swap)
    p.step()
    f = Follower(a, "-i", 0.1)
    time.sleep(0.5)
    p.step()
    until(lambda: len(f.told()) >= 4, "not seen", timeout=30)
    same(sorted((e["event"], e["group"], e["local_port"]) for e in f.told()),
         sorted([("join", two, 5000), ("leave", one, 5000), ("join", one, 5001), ("leave", two, 5001)]), "what it told")
    f.stops(2, 2, 0)


@test("changed filters", families=True)
def changes(fam):
    a, _ = host()
    g = group(fam)
    held = []

    def begin(kept):
        kept.append(udp(fam, port=5000))
        held.append(join(kept[0], g, source=src(fam, 1)))
    p = stepping(a, begin, lambda _: held[0].call("join_source", src(fam, 2)),
                 lambda _: held[0].filter(False, src(fam, 2), src(fam, 3)), lambda _: held[0].filter(True, src(fam, 4)),
                 lambda _: held[0].filter(True), lambda _: held[0].call("leave"))
    f = Follower(a, "-i", 0.1)
    s = lambda *numbers: sorted(src(fam, n) for n in numbers)
    wanted = [("join", ("include", s(1))), ("change", ("include", s(1, 2))), ("change", ("include", s(2, 3))),
              ("change", ("exclude", s(4))), ("change", ANY)]
    for n, (what, filter_) in enumerate(wanted, 1):
        p.step()
        until(lambda: len(f.told()) >= n, "no event %d" % n)
        e = f.told()[n - 1]
        same((e["event"], e["pid"], e["group"], filters(e)), (what, p.pid, g, filter_), "event %d" % n)
    p.step()
    f.tells("leave", g, p.pid)
    f.stops(1, 1, 4)


@test("another socket in a group that is joined already", families=True)
def second(fam):
    a, _ = host()
    g = group(fam)
    first = stepping(a, opens(fam, g, 5000))
    first.step()
    p = stepping(a, opens(fam, g, 5001), closes)
    f = Follower(a, "-i", 0.3)
    p.step()
    same(f.tells("join", g, p.pid)["local_port"], 5001, "port")
    p.step()
    f.tells("leave", g, p.pid)
    f.stops(1, 1, 0)


@test("one that was never bound, and an AF_INET6 one in an IPv4 group")
def odd_sockets():
    a, _ = host()
    p = stepping(a, opens(4, group(4), None), closes, opens(6, group(6), None), closes,
                 lambda kept: kept.append(join(udp(6, port=5000), group(4, 2)).sock), closes)
    f = Follower(a, "-i", 0.2)
    for g in group(4), group(6), group(4, 2):
        for what in "join", "leave":
            p.step()
            f.tells(what, g, p.pid)
    f.stops(3, 3, 0)


@test("a process that is killed leaves all", families=True)
def killed(fam):
    a, _ = host()
    p = stepping(a, lambda kept: [kept.append(member(fam, group(fam, n), 5000 + n)) for n in range(1, 6)])
    f = Follower(a)
    p.step()
    for n in range(1, 6):
        f.tells("join", group(fam, n), p.pid)
    pid = p.pid
    p.end(signal.SIGKILL)
    for n in range(1, 6):
        same(f.tells("leave", group(fam, n), pid)["local_port"], 5000 + n, "port")
    f.stops(5, 5, 0)


def hasty(fam, count):
    """So many processes, each of which joins and ends at once."""
    def fn(kept):
        for n in range(count):
            if not os.fork():
                member(fam, group(fam, 1 + n % 7), 5000 + n)
                os._exit(0)
            os.wait()
    return fn


@test("processes that join and end at once: they are gone, or not seen", families=True)
def at_once(fam):
    a, _ = host()
    p = stepping(a, hasty(fam, 60), opens(fam, group(fam, 77), 5077))
    f = Follower(a, "-i", 0.1)
    p.step()
    p.step()
    f.tells("join", group(fam, 77), p.pid)
    until(lambda: len(f.told("join")) == len(f.told("leave")) + 1, "something is not told to have been left")
    done = f.stop(signal.SIGINT)
    same((done.code, done.stderr), (0, ""), "exit code and stderr")
    held = {}
    for e in done.events:
        if e["event"] in CHANGES:
            key = e["ifname"], e["group"]
            held[key] = held.get(key, 0) + {"join": 1, "leave": -1, "change": 0}[e["event"]]
            check(held[key] >= 0, "left more often than joined", e)
    same({k: n for k, n in held.items() if n}, {("eth0", group(fam, 77)): 1}, "what is held in the end")


@test("many at a time, in both families, on two interfaces")
def many():
    a, _ = host()
    a.sysctl("net.ipv4.igmp_max_memberships", 100)

    def begin(kept):
        for fam in FAMILIES:
            for ifname in "eth0", "lo":
                s = udp(fam, port=5000)
                for n in range(1, 41):
                    join(s, group(fam, n), ifname)
                kept.append(s)
    p = stepping(a, begin, lambda kept: [closes(kept) for _ in range(4)])
    f = Follower(a)
    p.step()
    until(lambda: len(f.told()) >= 160, "not all joins")
    p.step()
    until(lambda: len(f.told()) >= 320, "not all leaves")
    wanted = {(i, group(fam, n), p.pid) for fam in FAMILIES for i in ("eth0", "lo") for n in range(1, 41)}
    for what in "join", "leave":
        same({(e["ifname"], e["group"], e["pid"]) for e in f.told(what)}, wanted, what)
    f.stops(160, 160, 0)


@test("joins of the kernel itself")
def of_the_kernel():
    a, _ = host()
    f = Follower(a, "-i", 0.2)
    a.sysctl("net.ipv6.conf.all.forwarding", 1)
    e = f.tells("join", "ff02::2")
    same({k: e[k] for k in KEYS["sockets"] if e[k] is not None}, {}, "what is known of the socket")
    a.sysctl("net.ipv6.conf.all.forwarding", 0)
    f.tells("leave", "ff02::2")
    f.stop(signal.SIGINT)


@test("an interface that goes away takes its memberships along", families=True)
def interface_goes(fam):
    a, b = host()
    p = stepping(a, opens(fam, group(fam), 5000))
    p.step()
    f = Follower(a, "-i", 0.2)
    b.ip("link del eth0")
    f.tells("leave", group(fam), p.pid)
    f.stop(signal.SIGINT)


# ---- words, and the end ----------------------------------------------------------------------------------


@test("only what is asked for: groups, interfaces, families")
def asked():
    a, _ = host()
    p = stepping(a, *[opens(fam, group(fam, n), 5000, i) for n in (1, 2) for i in ("lo", "eth0") for fam in FAMILIES])
    every = [(i, group(fam, n)) for n in (1, 2) for i in ("lo", "eth0") for fam in FAMILIES]
    wanted = {("-4",): lambda i, g: ":" not in g, ("-6", "eth0"): lambda i, g: ":" in g and i == "eth0",
              (group(6, 2),): lambda i, g: g == group(6, 2),
              ("239.0.0.0/8", "lo"): lambda i, g: ":" not in g and i == "lo",
              ("%s%%eth0" % group(4),): lambda i, g: (i, g) == ("eth0", group(4)), (): lambda i, g: True}
    running = {args: Follower(a, "-i", 0.3, *args) for args in wanted}
    for _ in every:
        p.step()
    for args, f in running.items():
        mine = sorted(x for x in every if wanted[args](*x))
        until(lambda: len(f.told()) >= len(mine), "not all of %s" % (args,))
        same(sorted((e["ifname"], e["group"]) for e in f.told("join")), mine, "what %s tells" % (args,))
        f.stops(len(mine), 0, 0)


@test("-c ends it after so many changes, -w after so many seconds, with or without them")
def limits():
    a, _ = host()
    p = stepping(a, opens(4, group(4, 1), 5000), opens(4, group(4, 2), 5000), opens(6, group(6, 3), 5000))
    counting, few = Follower(a, "-c", 2), Follower(a, "-c", 50, "-w", 2)
    timed, one = Follower(a, "-w", 2), Follower(a, "-c", 1, "-w", 30, group(6, 3))
    for _ in range(2):
        p.step()
    among(counting.ends(2, 0, 0)["seconds"], 0, 20, "seconds until two")
    p.step()
    one.ends(1, 0, 0)
    among(timed.ends(3, 0, 0)["seconds"], 1.9, 12, "seconds of -w")
    few.ends(3, 0, 0, code=1)
    f = Follower(a, "-c", 1, "-w", 0.3)
    f.ends(0, 0, 0, code=1)


@test("SIGINT and SIGTERM end it at once, without -c with 0, with it with 1")
def signals():
    a, _ = host()
    for number in signal.SIGINT, signal.SIGTERM:
        begin = time.monotonic()
        Follower(a, "-i", 60).stops(0, 0, 0, number=number)
        Follower(a, "-i", 60, "-c", 3).stops(0, 0, 0, number=number, code=1)
        among(time.monotonic() - begin, 0, 2 * PATIENCE, "seconds")


@test("joins are seen at once where the kernel tells of them", families=True)
def at_once_seen(fam):
    a, _ = host()
    p = stepping(a, opens(fam, group(fam), 5000), closes)
    f = Follower(a, "-i", 600)
    p.step()
    if tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) < (6, 14):
        raise Skip("this kernel does not")
    f.tells("join", group(fam), p.pid)
    p.step()
    f.tells("leave", group(fam), p.pid)
    f.stops(1, 1, 0)


@test("the lines of the text", families=True)
def lines(fam):
    a, _ = host()
    g = group(fam)
    held = []

    def begin(kept):
        kept.append(udp(fam, port=5000, address=g))
        held.append(join(kept[0], g))
    p = stepping(a, begin, lambda _: held[0].call("block", src(fam, 1)), lambda _: held[0].filter(False, src(fam, 2)),
                 closes, name=b"a b\n")
    f = Follower(a, "-i", 0.1, as_json=False)
    by = " by " + re.escape(r"a b\x0a[%d] root %s:5000" % (p.pid, "[%s]" % g if fam == 6 else g))
    for what in ("joined %s any source" % g, "changed %s all but %s" % (g, src(fam, 1)),
                 "changed %s only %s" % (g, src(fam, 2)), "left %s" % g):
        p.step()
        pattern = r"\d\d:\d\d:\d\d\.\d{6} eth0 " + re.escape(what) + by
        f.wait_line(lambda s: re.fullmatch(pattern, s))
    done = f.stop(signal.SIGINT)
    same((done.code, done.stderr), (0, ""), "exit code and stderr")
    same(len([s for s in done.stdout.splitlines() if " eth0 " in s]), 4, "lines of events")


@test("of the kernel's own in text")
def kernels_line():
    a, _ = host()
    f = Follower(a, "-i", 0.1, as_json=False)
    a.sysctl("net.ipv6.conf.all.forwarding", 1)
    f.wait_line(lambda s: " eth0 joined ff02::2 " in s and s.endswith(" by (kernel)"))
    f.stop(signal.SIGINT)


main(abreast=4)
