#!/usr/bin/env python3
"""t_recv_groups.py - what mcast recv joins and leaves: filters, commands, latencies, interfaces, signals."""
import re
import shutil
import signal
import time

from kernels import Member, until
from querying import switch
from receiving import PORT, Sender, counted, only, probe, recv, run, so_far, streams, sums
from relay import Carrier
from rig import Node, lan, link, pair, wait_until
from tap import Skip, among, check, main, same, test
from verbs import PATIENCE, Verb, end, group, of, plain_socket, target
from wire import ALLOW, BLOCK, TO_EX, TO_IN, Capture


def flow(node, fam, *more, rate="200pps"):
    """mcast send, until it is killed."""
    v = Verb(node, "send", "--rate", rate, "-s", 64, *(more or [target(group(fam))]))
    v.wait_event("start")
    return v


def packets(v, **keys):
    """How many a running recv has counted of a stream; 0: it knows none."""
    return sum(e["packets"] for e in so_far(v)[1] if all(e[k] == x for k, x in keys.items()))


def grows(v, **keys):
    before = packets(v, **keys)
    until(lambda: packets(v, **keys) > before, "no packet any more of %s" % keys)


def rests(v, seconds=0.5, **keys):
    time.sleep(0.2)
    before = packets(v, **keys)
    time.sleep(seconds)
    same(packets(v, **keys), before, "packets of %s, which are not to come any more" % keys)


# ---- groups -----------------------------------------------------------------------------------------------


@test("groups that other programs joined on the same port are not counted", families=True)
def leaks(fam):
    s, c = pair()
    other = plain_socket(c, fam, group(fam, 2))
    v, w = recv(c, "-w", 20, target(group(fam))), recv(c, "-w", 20, target(group(fam, 3)))
    for n in 1, 2, 3:
        Sender(s, fam, group(fam, n)).all([probe(k) for k in range(1, 11 * n)])
    for one, n in (v, 1), (w, 3):
        counted(one, 11 * n - 1)
        done = one.stop(signal.SIGINT)
        same((only(done)["group"], sums(done)["misplaced"]), (group(fam, n), 0), "group, misplaced")
    other.setblocking(False)
    check(other.recv(100), "the other program got nothing: this test shows nothing")


@test("500 groups at once are joined, counted apart, and left", families=True)
def many(fam):
    s, c = pair()
    v = recv(c, "-I", "eth0", "-c", 1500, "-w", 40, target(group(fam)) + "+500")
    start = v.of("start")[0]
    same((start["sockets"], start["targets"][0]["count"]), (500, 500), "sockets, groups")
    joined = {g for ifname, g in c.joined(fam) if ifname == "eth0"}
    sender, names = Sender(s, fam), [group_number(fam, n) for n in range(500)]
    same(len(joined & set(names)), 500, "groups that the kernel has joined")
    for n in (1, 2, 4):
        for k, g in enumerate(names):
            sender.send(probe(n), g, PORT)
            if k % 50 == 49:
                time.sleep(0.005)
    done = v.wait(45)
    seen = {e["group"]: (e["packets"], e["lost"], e["last_seq"]) for e in streams(done)}
    same(seen, {g: (3, 1, 4) for g in names}, "each group's packets, lost, last number")
    e = sums(done)
    same((e["streams"], e["packets"], e["lost"]), (500, 1500, 500), "the end")
    left = {g for ifname, g in c.joined(fam) if ifname == "eth0"}
    same(left & set(names), set(), "groups that are still joined")


def group_number(fam, n):
    """group(fam) + n, as +N counts."""
    if fam == 6:
        return "ff15::1:%x" % (1 + n)
    return "239.1.%d.%d" % (2 + (1 + n) // 256, (1 + n) % 256)


def three():
    """A receiver and two senders."""
    nodes = Node("receiver"), Node("a"), Node("b")
    lan(*nodes)
    return nodes


@test("sources: of two senders only that which is wanted; both of a list", families=True)
def include(fam):
    c, a, b = three()
    for wanted in [a], [b], [a, b]:
        targets = [target(group(fam), source=n.addr(fam)) for n in wanted]
        v = recv(c, "-I", "eth0", "-w", 20, *targets)
        start = v.of("start")[0]
        same([(t["mode"], sorted(t["sources"])) for t in start["targets"]],
             [("include", sorted(n.addr(fam) for n in wanted))], "targets")
        for node in a, b:
            Sender(node, fam).all([probe(n) for n in range(1, 31)])
        counted(v, 30 * len(wanted))
        done = v.stop(signal.SIGINT)
        same({e["source"]: e["packets"] for e in streams(done)}, {n.addr(fam): 30 for n in wanted}, "streams")


@test("--exclude: all but those", families=True)
def exclude(fam):
    c, a, b = three()
    for unwanted in [a], [b], [a, b]:
        names = [n.addr(fam) for n in unwanted]
        v = recv(c, "-I", "eth0", "-w", 20, "--exclude", ",".join(names), target(group(fam)), target(group(fam, 2)))
        same([(t["mode"], sorted(t["sources"])) for t in v.of("start")[0]["targets"]], [("exclude", sorted(names))] * 2,
             "targets")
        for node in a, b:
            Sender(node, fam).all([probe(n) for n in range(1, 31)])
        rest = {n.addr(fam): 30 for n in (a, b) if n not in unwanted}
        if not rest:
            time.sleep(0.5)
        counted(v, 30 * len(rest))
        same({e["source"]: e["packets"] for e in streams(v.stop(signal.SIGINT))}, rest, "streams")


@test("a group joined on another interface: IPv6's kernel hands it over all the same, and it is misplaced",
      families=True)
def misplaced(fam):
    c, a, b = Node("receiver"), Node("a"), Node("b")
    link(a, c, net=0)
    link(b, c, net=1)
    Member(c, fam, group(fam), "eth1").call("join")
    v = recv(c, "-I", "eth0", "-w", 20, target(group(fam)))
    Sender(b, fam).all([probe(n) for n in range(1, 21)])
    Sender(a, fam).all([probe(n) for n in range(1, 31)])
    counted(v, 30)
    done = v.stop(signal.SIGINT)
    same([(e["ifname"], e["packets"]) for e in streams(done)], [("eth0", 30)], "streams")
    same(end(done)["misplaced"], 20 if fam == 6 else 0, "misplaced")


# ---- commands ---------------------------------------------------------------------------------------------


@test("block and unblock: a source goes and comes back, is not lost meanwhile, and the kernel is told", families=True)
def block(fam):
    c, a, b = three()
    capture = Capture(c)
    v = recv(c, "-I", "eth0", target(group(fam)), stdin=True)
    flow(a, fam), flow(b, fam)
    for n in a, b:
        v.wait_event("stream_new", source=n.addr(fam))
    # The kernel says the join twice, and what changes in between it says in the second one.
    joins = (TO_EX, group(fam), [])
    check(wait_until(lambda: sum(joins in f.records for f in capture.take()) == 2), "the join was not said twice")
    v.tell("block %s %s" % (a.addr(fam), group(fam)))
    e = v.wait_event("effect", line=1)
    same((e["text"], e["first_s"], e["still_packets"], e["still_s"]),
         ("block %s %s" % (a.addr(fam), group(fam)), None, None, None), "effect without --linger")
    check(capture.record(BLOCK, group(fam), [a.addr(fam)]), "no BLOCK on the wire")
    rests(v, source=a.addr(fam))
    grows(v, source=b.addr(fam))
    v.tell("unblock %s %s" % (a.addr(fam), target(group(fam))))
    e = v.wait_event("effect", line=2)
    among(e["first_s"], 0, PATIENCE, "time to the first datagram")
    check(capture.record(ALLOW, group(fam), [a.addr(fam)]), "no ALLOW on the wire")
    grows(v, source=a.addr(fam))
    v.tell("quit")
    done = v.wait()
    same((done.code, done.stderr), (0, ""), "exit code, stderr")
    m = only(done, source=a.addr(fam))
    same((m["lost"], m["missed_before"], m["restarts"], m["gaps"]), (0, None, 0, []),
         "lost, missed before, restarts, gaps of the blocked one")
    same(only(done, source=b.addr(fam))["lost"], 0, "lost of the other")


@test("block and unblock of a target with sources: taken from those, added to those", families=True)
def block_included(fam):
    c, a, b = three()
    v = recv(c, "-I", "eth0", target(group(fam), source=a.addr(fam)), stdin=True)
    flow(a, fam), flow(b, fam)
    v.wait_event("stream_new", source=a.addr(fam))
    v.tell("unblock %s %s" % (b.addr(fam), group(fam)))
    v.wait_event("stream_new", source=b.addr(fam))
    among(v.wait_event("effect", line=1)["first_s"], 0, PATIENCE, "time to the first datagram")
    v.tell("block %s %s" % (a.addr(fam), group(fam)))
    v.wait_event("effect", line=2)
    rests(v, source=a.addr(fam))
    grows(v, source=b.addr(fam))
    same(v.stop(signal.SIGINT).code, 0, "exit code")


@test("join and leave: new groups, with the port of the others; what the kernel has, and what comes", families=True)
def join_leave(fam):
    s, c = pair()
    v = recv(c, "-I", "eth0", target(group(fam)), stdin=True)
    sender = flow(s, fam, target(group(fam)) + "+4")
    v.wait_event("stream_new", group=group(fam))
    v.tell("", "# nothing", "join %s+2" % (group(fam, 2) if fam == 4 else "[%s]" % group(fam, 2)))
    among(v.wait_event("effect", line=3)["first_s"], 0, PATIENCE, "time to the first datagram")
    for n in 2, 3:
        v.wait_event("stream_new", group=group(fam, n), port=PORT)
    same(("eth0", group(fam, 4)) in c.joined(fam), False, "a group that nobody named is joined")
    v.tell("leave " + target(group(fam, 2)))
    e = v.wait_event("effect", line=4)
    same((e["first_s"], e["still_packets"], e["still_s"]), (None, None, None), "effect without --linger")
    until(lambda: ("eth0", group(fam, 2)) not in c.joined(fam), "the group is still joined")
    rests(v, group=group(fam, 2))
    grows(v, group=group(fam, 3))
    v.tell("join " + target(group(fam, 2), source=s.addr(fam)))
    v.wait_event("effect", line=5)
    grows(v, group=group(fam, 2))
    sender.kill()
    v.tell("join " + target(group(fam, 9), 6000))
    until(lambda: ("eth0", group(fam, 9)) in c.joined(fam), "a group with a port of its own is not joined")
    v.tell("quit")
    done = v.wait()
    same(of(done.events, "effect", line=6)[0]["first_s"], None, "first datagram of a group to which nothing comes")
    same((done.code, done.stderr, {e["lost"] for e in streams(done)}), (0, "", {0}), "exit code, stderr, lost")
    same([e["port"] for e in of(done.events, "joined")], [PORT] * 3 + [6000], "ports of joined events")
    same([e["group"] for e in of(done.events, "left")], [group(fam, 2)], "left events")


@test("reset begins all counts anew", families=True)
def reset(fam):
    s, c = pair()
    v, sender = recv(c, target(group(fam)), stdin=True), Sender(s, fam)
    sender.all([probe(n) for n in range(1, 101) if n % 10])
    counted(v, 90)
    v.tell("reset")
    v.wait_event("effect", line=1)
    same(so_far(v)[0]["packets"], 0, "packets after it")
    sender.all([probe(n) for n in range(101, 141) if n != 120])
    counted(v, 39)
    done = v.stop(signal.SIGINT)
    m = only(done)
    same([m[k] for k in ("packets", "lost", "duplicates", "gaps_total", "first_seq", "last_seq", "bytes")],
         [39, 1, 0, 1, 101, 140, 39 * 32], "packets, lost, duplicates, gaps, first, last, bytes")
    e = sums(done)
    check(e["seconds"] < of(done.events, "end")[0]["ts"] - of(done.events, "start")[0]["ts"], "seconds since the start")


BAD = ["blok 10.0.0.1 G", "block", "block 10.0.0.1", "block nobody G", "join nonsense", "join", "leave OTHER",
       "block SOURCE OTHER", "unblock SOURCE G", "reset now", "block SOURCE G G", "leave SOURCE@G"]


@test("lines that cannot be followed: one line on stderr each, with its number, and nothing changes", families=True)
def bad_lines(fam):
    s, c = pair()
    v, before = recv(c, target(group(fam)), stdin=True), c.joined(fam)
    words = {"G": target(group(fam)), "OTHER": target(group(fam, 77)), "SOURCE": s.addr(fam)}
    lines = [re.sub("G|OTHER|SOURCE", lambda m: words[m.group()], line) for line in BAD]
    v.tell(*lines)
    until(lambda: len(v.errors) >= len(lines), "not all is told")
    same(c.joined(fam), before, "groups that are joined")
    Sender(s, fam).all([probe(1), probe(2)])
    counted(v, 2)
    v.proc.stdin.close()
    time.sleep(0.3)
    check(v.proc.poll() is None, "the end of standard input ended it")
    done = v.stop(signal.SIGINT)
    told = [re.match(r"mcast recv: line (\d+): .+", line) for line in done.stderr.splitlines()]
    check(all(told), "a line without its number", done.stderr)
    same([int(m.group(1)) for m in told], list(range(1, len(lines) + 1)), "numbers of lines")
    check("block" in done.stderr.splitlines()[0].split(":", 2)[2], "blok is not taken for block", done.stderr)
    same((of(done.events, "effect"), done.code), ([], 0), "effects, exit code")


# ---- latencies --------------------------------------------------------------------------------------------


@test("join latency: while a sender sends, and until it begins", families=True)
def join_latency(fam):
    s, c = pair()
    flow(s, fam)
    done = recv(c, "-c", 20, "-w", 15, target(group(fam))).wait(20)
    m = only(done)
    among(m["join_latency_s"], 0, 3, "join latency")
    check(m["missed_before"] is not None, "missed before the first")
    v = recv(c, "-c", 5, "-w", 15, target(group(fam, 2)))
    time.sleep(1)
    Sender(s, fam, group(fam, 2)).all([probe(n) for n in range(1, 6)])
    among(only(v.wait(20))["join_latency_s"], 1, 10, "join latency where the first datagram is sent after a second")


def snooping(delay=0.0):
    """A sender, and a receiver behind a bridge that snoops and asks; frames take so long each way to the receiver,
    and what is on the receiver's wire."""
    s, mid, c = Node("sender"), Node("mid"), Node("receiver")
    bridge = switch(s, mid, at=9, mcast_query_response_interval=20, mcast_last_member_interval=40,
                    mcast_last_member_count=2, mcast_querier=1)
    link(mid, c, net=5)
    Carrier(mid, "eth0", "eth1", delay=delay)
    return s, c, Capture(c), bridge


def shut(capture, seconds=1.0):
    """Wait until the bridge passes nothing of the flow on to who has not joined."""
    def quiet():
        before = len(capture.udp(port=PORT))
        time.sleep(seconds)
        return len(capture.udp(port=PORT)) == before
    check(wait_until(quiet, 15), "the bridge does not snoop: this test shows nothing")


@test("join latency behind a switch that snoops: the way there and back, and nothing before the report", families=True)
def join_switch(fam):
    s, c, capture, _ = snooping(delay=0.3)
    flow(s, fam)
    shut(capture)
    del capture.frames[:]
    m = only(recv(c, "-I", "eth0", "-c", 20, "-w", 20, target(group(fam))).wait(25))
    among(m["join_latency_s"], 0.6, 6, "join latency, of which 0.6 s are the wire's")
    seen = [f for f in capture.take() if f.dst == group(fam) and f.data is not None
            or (TO_EX, group(fam), []) in f.records]
    check(seen and seen[0].out and seen[0].records, "the first is not the report", seen[:3])


@test("leave latency behind a switch that snoops: about its last member query time", families=True)
def leave_switch(fam):
    s, c, capture, _ = snooping()
    flow(s, fam)
    shut(capture)
    v = recv(c, "-I", "eth0", "-c", 100, "-w", 20, "--linger", 4, target(group(fam)))
    m = only(v.wait(30))
    among(m["leave_latency_s"], 0.6, 3, "leave latency, where the switch waits 0.8 s")
    among(m["after_leave"], 60, 600, "datagrams after the leave")
    same((m["packets"], m["lost"]), (100, 0), "packets, lost")


@test("commands with --linger: what still came after leave and block", families=True)
def still(fam):
    s, c, capture, _ = snooping()
    flow(s, fam, target(group(fam)) + "+2")
    shut(capture)
    v = recv(c, "-I", "eth0", "-w", 30, "--linger", 2.5, target(group(fam)) + "+2", stdin=True)
    for n in 1, 2:
        v.wait_event("stream_new", group=group(fam, n))
    v.tell("leave " + target(group(fam)))
    e = v.wait_event("effect", line=1)
    among(e["still_s"], 0.5, 2.4, "until when something still came of what was left")
    among(e["still_packets"], 30, 240, "what still came")
    v.tell("block %s %s" % (s.addr(fam), target(group(fam, 2))))
    e = v.wait_event("effect", line=2)
    check(e["still_packets"] is not None and e["still_s"] is not None, "block is not watched", e)
    m = only(v.stop(signal.SIGINT, 20), group=group(fam))
    among(m["after_leave"], 30, 300, "after_leave of the stream")


@test("without a switch what is left still comes all the time that it is watched", families=True)
def linger_wire(fam):
    s, c = pair()
    flow(s, fam)
    m = only(recv(c, "-I", "eth0", "-c", 50, "-w", 20, "--linger", 1.5, target(group(fam))).wait(30))
    among(m["leave_latency_s"], 1, 1.6, "leave latency")
    among(m["after_leave"], 100, 400, "datagrams after the leave")
    m = only(recv(c, "-I", "eth0", "-c", 50, "-w", 20, target(group(fam))).wait(30))
    same((m["leave_latency_s"], m["after_leave"]), (None, None), "without --linger")


@test("--linger without CAP_NET_RAW is refused, and nothing else needs it")
def unprivileged():
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv(1)")
    _, c = pair()
    bare = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
    done = run(c, "recv", "-w", 0.2, "--linger", 1, target(group(4)), before=bare)
    same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, b"", 1), "exit code, stdout, stderr's lines")
    check(b"CAP_NET_RAW" in done.stderr and b"--linger" in done.stderr, "words", done.stderr)
    done = run(c, "recv", "-w", 0.2, target(group(4)), before=bare)
    same((done.returncode, done.stderr), (1, b""), "exit code and stderr without --linger")
    v = recv(c, "--linger", 1, target(group(4)))
    with open("/proc/%d/status" % v.proc.pid) as f:
        caps = {s.split()[0]: int(s.split()[1], 16) for s in f if s.startswith("Cap")}
    same([caps[k] for k in ("CapEff:", "CapPrm:", "CapInh:", "CapAmb:")], [0] * 4, "capabilities that are left")


# ---- interfaces -------------------------------------------------------------------------------------------


def carries(*ends):
    for node, ifname in ends:
        until(lambda: "LOWER_UP" in node.ip("link show dev " + ifname), ifname + " has no carrier")


@test("interfaces come, go, and get other names: joined, left, and counted apart", families=True)
def interfaces(fam):
    s, c, d = Node("sender"), Node("receiver"), Node("another")
    link(s, c)
    v = recv(c, target(group(fam)))
    link(d, c, net=1)
    index = v.wait_event("joined", ifname="eth1", group=group(fam), port=PORT)["ifindex"]
    w = recv(c, "-I", "eth1", target(group(fam, 2)))
    Sender(d, fam).all([probe(n) for n in range(1, 21)])
    Sender(s, fam).all([probe(n) for n in range(1, 31)])
    counted(v, 50)
    c.ip("link set eth1 down", "link set eth1 name video0", "link set video0 up")
    check(w.wait_event("left", ifindex=index, group=group(fam, 2))["why"], "no reason why it was left")
    carries((c, "video0"), (d, "eth0"))
    sender = Sender(d, fam)
    until(lambda: sender.send(probe(1, 99), *sender.to) or packets(v) > 50, "nothing comes by video0")
    c.ip("link set video0 down", "link set video0 name eth1", "link set eth1 up")
    w.wait_event("joined", ifname="eth1", ifindex=index)
    c.ip("link del eth1")
    check(v.wait_event("left", ifindex=index)["why"], "no reason why it was left")
    Sender(s, fam).all([probe(n) for n in range(31, 41)])
    until(lambda: packets(v, ifname="eth0") == 40, "the interface that stayed is not heard")
    same(w.stop(signal.SIGINT).code, 1, "exit code of the one to which nothing came")
    done, by = v.stop(signal.SIGINT), {}
    for m in streams(done):
        by.setdefault(m["ifname"], []).append(m["packets"])
    same((by["eth1"], sorted(by["eth0"]), done.code), ([20], [10, 30], 0), "packets by interface, exit code")
    same(set(by), {"eth0", "eth1", "video0"}, "names of interfaces")


# ---- signals ----------------------------------------------------------------------------------------------


@test("SIGQUIT tells so far and goes on; SIGINT leaves, which is seen on the wire, and ends with 0", families=True)
def signals(fam):
    s, c = pair()
    v, capture = recv(c, "-I", "eth0", target(group(fam))), Capture(c)
    Sender(s, fam).all([probe(n) for n in range(1, 51) if n != 7])
    counted(v, 49)
    e, told = so_far(v)
    same([(m["packets"], m["lost"], m["group"]) for m in told], [(49, 1, group(fam))], "streams so far")
    same((e["lost"], e["exit"], e["verdict"]), (1, 0, "good"), "sums so far")
    check(("eth0", group(fam)) in c.joined(fam), "it is not joined any more after SIGQUIT")
    Sender(s, fam).all([probe(1, 42)])
    counted(v, 50)
    done = v.stop(signal.SIGINT)
    same((done.code, end(done)["packets"]), (0, 50), "exit code, packets")
    same(set(e), set(end(done)), "keys of so_far and of end")
    check(capture.record(TO_IN, group(fam)), "no leave on the wire")
    same(("eth0", group(fam)) in c.joined(fam), False, "still joined")


@test("targets with sources leave their sources", families=True)
def leave_sources(fam):
    s, c = pair()
    capture = Capture(c)
    g = "232.1.2.3" if fam == 4 else "ff3e::1:3"
    v = recv(c, "-I", "eth0", target(g, source=s.addr(fam)))
    check(capture.record(ALLOW, g, [s.addr(fam)]), "no ALLOW on the wire")
    v.stop(signal.SIGINT)
    check(capture.record(BLOCK, g, [s.addr(fam)]), "no BLOCK on the wire")
    kinds = {r[0] for f in capture.take() for r in f.records if r[1] == g}
    same(kinds, {ALLOW, BLOCK}, "records of the group")


@test("SIGINT ends a --linger at once", families=True)
def hurry(fam):
    s, c = pair()
    flow(s, fam)
    v = recv(c, "-c", 5, "-w", 15, "--linger", 60, target(group(fam)))
    until(lambda: ("eth0", group(fam)) not in c.joined(fam) or v.proc.poll() is not None, "it does not leave")
    time.sleep(0.3)
    check(v.proc.poll() is None, "it did not linger")
    m = only(v.stop(signal.SIGINT))
    check(m["after_leave"] > 0, "after_leave", m["after_leave"])


if __name__ == "__main__":
    main(abreast=4)
