#!/usr/bin/env python3
"""t_send.py - mcast send: what leaves, how many, when, by which way; as plain sockets and captures see it."""
import collections
import os
import re
import signal
import socket
import struct
import tempfile
import time

from rig import Node, link, pair, wait_until
from sending import ASK, END, HEAD, STREAM, TELL, Ear, ear, head, pattern, send, up_to
from tap import among, check, main, same, test
from verbs import PATIENCE, Client, Verb, end, group, of, target, text, without_reader
from wire import Capture

MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man", "mcast-send.1.scd")


# ---- what a datagram is ------------------------------------------------------------------------------


@test("a datagram: header, number, time, pattern; and three ends with the last number", families=True)
def datagram(fam):
    s, c = pair()
    e = ear(s, fam)
    before = time.time_ns()
    r = send(c, "-c", 20, "--rate", 200, "-s", 300, target(group(fam)))
    after = time.time_ns()
    got = e.take()
    same(r.code, 0, "exit code")
    same([len(d.data) for d in got], [300] * 20 + [32] * 3, "sizes")
    heads = [head(d.data) for d in got]
    session = int(of(r.events, "start")[0]["session"], 16)
    same({h[:2] + (h.session,) for h in heads}, {(b"mcst", 1, session)}, "magic, version, session")
    same([(h.kind, h.seq) for h in heads], [(STREAM, i) for i in up_to(20)] + [(END, 20)] * 3, "kinds and numbers")
    same({d.data[32:] for d in got[:20]}, {pattern(300)}, "patterns")
    times = [h.time for h in heads]
    check(times == sorted(times) and before <= times[0] and times[-1] <= after, "times", times)
    same({(d.src, d.dst, d.ttl, d.tos) for d in got}, {(c.addr(fam), group(fam), 1, 0)}, "addresses, TTL, TOS")
    same(len({d.sport for d in got}), 1, "source ports")
    total = end(r)
    same((total["datagrams"], total["bytes"], total["unsent"], total["errors"]), (20, 6000, 0, {}), "totals")


@test("--io: single, batch and trains put the same datagrams on the wire", families=True)
def io(fam):
    s, c = pair()
    e = ear(s, fam)
    for how, least in ("single", 1), ("batch", 1), ("trains", 2):
        for rate in "max", "5000":
            more = [] if rate == "max" else ["--train", 20] if how == "trains" else []
            r = send(c, "--io", how, *more, "--rate", rate, "-c", 500, "-s", 200, target(group(fam)))
            got = e.take()
            same([len(d.data) for d in got], [200] * 500 + [32] * 3, "sizes, %s at %s" % (how, rate))
            same([head(d.data).seq for d in got[:500]], up_to(500), "numbers, %s at %s" % (how, rate))
            same({d.data[32:] for d in got[:500]}, {pattern(200)}, "patterns, %s at %s" % (how, rate))
            start, total = of(r.events, "start")[0], end(r)
            same((start["io"], total["datagrams"]), (how, 500), "how, and how many")
            check(total["train_most"] >= least and (how == "trains") == (total["train_most"] > 1), "trains", total)
            check(total["calls"] == 500 if how == "single" else total["calls"] <= 500, "calls", total)
            if how == "trains":
                check(total["calls"] <= 30, "calls with trains", total)


@test("the headers say how many left in one call")
def train_length():
    s, c = pair()
    e = ear(s, 4)
    send(c, "--io", "trains", "--train", 8, "--rate", "max", "-c", 20, "-s", 100, target(group(4)))
    same([head(d.data).train for d in e.take()[:20]], [8] * 16 + [4] * 4, "trains of 8")
    r = send(c, "--train", 1, "--rate", 200, "-c", 10, "-s", 100, target(group(4)))
    same((end(r)["calls"], {head(d.data).train for d in e.take()[:10]}), (10, {1}), "calls, and trains of one")
    send(c, "--io", "single", "--rate", "max", "-c", 3, "-s", 100, target(group(4)))
    check(max(head(d.data).train for d in e.take()) <= 1, "single datagrams call themselves a train")


@test("what does not fit the interface leaves as fragments, one by one, and is no train", families=True)
def large(fam):
    s, c = pair()
    e = ear(s, fam)
    r = text(c, "send", "--io", "trains", "-s", 5000, "-I", "eth0", target(group(fam)))
    same((r.code, "at most -s %d" % (1472 if fam == 4 else 1452) in r.stderr), (2, True), "exit code and advice")
    r = text(c, "send", "--train", 4, "-s", 5000, "-I", "eth0", target(group(fam)))
    same((r.code, "--train" in r.stderr), (2, True), "exit code and advice with --train")
    for more in ["--io", "batch", "--rate", "max"], ["--rate", "max"], ["--rate", 100]:
        r = send(c, "-c", 3, "-s", 5000, *more, target(group(fam)))
        got = e.take()
        same([len(d.data) for d in got], [5000] * 3 + [32] * 3, "sizes with %s" % more)
        same((r.code, end(r)["train_most"]), (0, 1), "exit code and trains")


@test("-s A..B: every size from A to B, and the same again from the same seed", families=True)
def sizes(fam):
    s, c = pair()
    e = ear(s, fam)
    seen = []
    for how in "single", "batch":
        send(c, "-s", "40..49", "-c", 400, "--rate", "max", "--io", how, "--seed", 7, target(group(fam)))
        got = e.take()[:400]
        seen.append([len(d.data) for d in got])
        same({d.data[32:] == pattern(len(d.data)) for d in got}, {True}, "patterns")
    same(set(seen[0]), set(range(40, 50)), "sizes")
    same(seen[0], seen[1], "sizes of the same seed")


@test("-t, -Q, SOURCE@, -I ADDRESS, --no-loop", families=True)
def way(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    second = "10.0.0.99" if fam == 4 else "fd00::99"
    c.ip("addr add %s/%d dev eth0%s" % (second, 24 if fam == 4 else 64, "" if fam == 4 else " nodad"))
    there, here = ear(s, fam), ear(c, fam)
    short = ["-c", 1, "--rate", "max"]
    send(c, *short, "-t", 7, "-Q", "ef", target(group(fam)))
    got = there.take()
    same({(d.ttl, d.tos) for d in got}, {(7, 0xb8)}, "TTL and TOS")
    same(len(here.take()), len(got), "datagrams that looped")
    send(c, *short, "--no-loop", target(group(fam)))
    same((len(there.take()), len(here.take())), (4, 0), "datagrams there and here without loop")
    for args in [target(group(fam), source=second)], ["-I", second, target(group(fam))]:
        r = send(c, *short, *args)
        same({d.src for d in there.take()}, {second}, "source on the wire")
        same(of(r.events, "start")[0]["targets"][0]["source"], second, "source at the start")


# ---- streams -----------------------------------------------------------------------------------------


@test("+N, several targets, each a stream numbered from 1, in turn", families=True)
def groups(fam):
    s, c = pair()
    names = [group(fam, n) for n in (1, 2, 3, 9)]
    e = ear(s, fam, *names)
    for how in "single", "batch", "trains":
        r = send(c, "-c", 40, "--rate", "max", "--train" if how == "trains" else "--burst", 5, "--io", how,
                 target(names[0]) + "+3", target(names[3]))
        streams, ends = e.streams()
        same(streams, {g: up_to(10) for g in names}, "numbers of each stream, %s" % how)
        same(ends, {g: [10] * 3 for g in names}, "ends, %s" % how)
        same((of(r.events, "start")[0]["streams"], end(r)["streams"]), (4, 4), "streams")
        same([t["count"] for t in of(r.events, "start")[0]["targets"]], [3, 1], "groups of each target")
    for how in "single", "batch", "trains":
        send(c, "-c", 42, "--rate", "max", "--io", how, target(names[0]) + "+3", target(names[3]))
        least = min(len(v) for v in e.streams()[0].values())
        same(least, 10, "datagrams of each stream, of 42, %s" % how)


@test("more streams than have a socket each: 300 groups, numbered without a gap, from one port", families=True)
def many(fam):
    s, c = pair()
    e = Ear(s, fam)  # IP_MULTICAST_ALL: what others joined comes, too
    capture = Capture(s)
    for how in "single", "batch", "trains":
        r = send(c, "-c", 1200, "--rate", "max", "-s", 64, "--io", how, *(["--train", 4] if how == "trains" else []),
                 target(group(fam, 1)) + "+300")
        same((r.code, end(r)["datagrams"], end(r)["unsent"]), (0, 1200, 0), "exit code and datagrams, %s" % how)
        seen = collections.defaultdict(list)
        wait_until(lambda: sum(max(1, len(f.data) // 64) for f in capture.udp(5000) if len(f.data) >= 64) >= 1200, 5)
        ports = set()
        for f in capture.udp(5000):
            ports.add(f.sport)
            for at in range(0, len(f.data), 64):
                if head(f.data[at:]).kind == STREAM:
                    seen[f.dst].append(head(f.data[at:]).seq)
        same((len(seen), len(ports)), (300, 1), "groups and ports, %s" % how)
        same({tuple(v) for v in seen.values()}, {(1, 2, 3, 4)}, "numbers, %s" % how)
        capture.frames.clear()
    e.take()


@test("--ports: a stream for each port", families=True)
def ports(fam):
    s, c = pair()
    ears = [ear(s, fam, group(fam), port=p) for p in (5000, 5001, 5002, 5003)]
    r = send(c, "-c", 9, "--rate", "max", "--io", "single", "--ports", "5000-5002", target(group(fam)).rsplit(":", 1)[0])
    same([e.streams()[0] for e in ears], [{group(fam): up_to(3)}] * 3 + [{}], "numbers of each stream")
    same([t["port"] for t in of(r.events, "start")[0]["targets"]], [5000, 5001, 5002], "ports at the start")


@test("several interfaces and all: every stream by each", families=True)
def interfaces(fam):
    a, b, c = Node("a"), Node("b"), Node("client")
    link(a, c, net=1)
    link(b, c, net=2)
    c.ip("link add down0 type veth peer name down1")  # not up: not among all
    first, second = ear(a, fam, group(fam)), ear(b, fam, group(fam))
    for args in ["-I", "eth0", "-I", "eth1"], ["-I", "all"]:
        r = send(c, "-c", 10, "--rate", "max", "--io", "single", *args, target(group(fam)))
        for e, ifname in (first, "eth0"), (second, "eth1"):
            got = e.take()
            same([head(d.data).seq for d in got], up_to(5) + [5] * 3, "numbers by %s" % ifname)
            same({d.src for d in got}, {c.addr(fam, ifname)}, "source by %s" % ifname)
        same([(t["ifname"], t["source"]) for t in of(r.events, "start")[0]["targets"]],
             [(i, c.addr(fam, i)) for i in ("eth0", "eth1")], "targets at the start")
    r = send(c, "-c", 1, target(group(fam), iface="eth1"))
    same((len(first.take()), len(second.take())), (0, 4), "datagrams with an interface in the target")


@test("--targets FILE, and of standard input")
def targets_file():
    s, c = pair()
    names = [group(4, n) for n in (1, 2, 3)]
    e = ear(s, 4, *names)
    lines = "".join("%s # stream\n\n" % target(g) for g in names[1:])
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(lines)
        f.flush()
        send(c, "-c", 6, "--rate", "max", "--io", "single", "--targets", f.name, target(names[0]))
    same(e.streams()[0], {g: [1, 2] for g in names}, "numbers of each stream")
    send(c, "-c", 4, "--rate", "max", "--io", "single", "--targets", "-", stdin=lines)
    same(e.streams()[0], {g: [1, 2] for g in names[1:]}, "numbers of each stream, from standard input")


@test("without a target: the default groups and port", families=True)
def default(fam):
    s, c = pair()
    e = ear(s, fam, "224.3.29.71" if fam == 4 else "ff15::e003:1d47", port=9998)
    send(c, "-%d" % fam, "-c", 2, "--rate", 100)
    same([len(d.data) for d in e.take()], [1000, 1000, 32, 32, 32], "sizes")


@test("a stream that is named twice is refused, an interface that is named twice is one", families=True)
def twice(fam):
    s, c = pair()
    a, b = group(fam, 1), group(fam, 2)
    for args in ([target(a), target(a)], [target(a) + "+2", target(b)], ["-I", "eth0", target(a), target(a, iface="eth0")],
                 ["--ports", "5000-5001", *[target(a).rsplit(":", 1)[0]] * 2]):
        r = text(c, "send", "-c", 2, *args)
        same((r.code, "is given twice" in r.stderr, len(r.stderr.splitlines())), (2, True, 1), "exit code, words: %s" % args)
    e = ear(s, fam)
    for names in ["eth0", "eth0"], ["eth0", c.index("eth0")], ["all", "eth0"], ["eth0", "all"]:
        send(c, "-c", 4, "--rate", "max", *["-I", names[0], "-I", names[1]], target(a))
        same(e.streams()[0], {a: up_to(4)}, "numbers with %s" % names)
    send(c, "-c", 8, "--rate", "max", "--io", "single", target(a), target(a, port=5001), target(b), target(a, iface="eth0"))
    same([h for h in e.streams()[0].values()], [[1, 1, 2, 2]], "numbers of two sockets")


# ---- when --------------------------------------------------------------------------------------------


@test("--rate in datagrams and bits, -i, --burst: as many as that, and the spacing is told")
def rates():
    s, c = pair()
    e = ear(s, 4)
    for args, n, size in ((["--rate", "400"], 400, 1000), (["--rate", "2Mbit", "-s", 500], 500, 500),
                          (["-i", 0.004], 250, 1000), (["--rate", 600, "--burst", 20], 600, 1000),
                          (["--rate", "60kpps", "-s", 64], 60000, 64)):
        r = send(c, "-w", 1, *args, target(group(4)))
        got = [d for d in e.take() if head(d.data).kind == STREAM]
        total = end(r)
        # A busy machine may have been behind; what was not sent is told.
        among((total["datagrams"] + total["behind"]) / total["seconds"], n * 0.9 - 1, n * 1.1 + 20, "rate with %s" % args)
        same([head(d.data).seq for d in got], up_to(total["datagrams"]), "numbers with %s" % args)
        among(total["seconds"], 0.9, 10, "seconds with %s" % args)
        spacing = total["spacing"]
        check(0 <= spacing["p50_s"] <= spacing["p99_s"] <= spacing["max_s"], "spacing", spacing)
        calls = 20 / 600 if "--burst" in args else 1 / n if n < 50000 else 6 / n
        among(spacing["wanted_s"], calls * 0.999, calls * 1.001, "spacing wanted with %s" % args)


@test("-c N takes as long as N at that rate, and says so")
def count_time():
    _, c = pair()
    r = send(c, "-c", 10, "--rate", 20, target(group(4)))
    among(end(r)["seconds"], 0.5, 5, "seconds")
    among(end(r)["pps"], 2, 20.0001, "rate")


@test("SIGQUIT tells so far and goes on, SIGINT ends it with its ends, --report-interval tells now and then")
def signals():
    s, c = pair()
    e = ear(s, 4)
    for args in ["--rate", 200], ["--rate", "max", "-s", 64, "--io", "single"]:
        v = Verb(c, "send", *args, "--report-interval", 0.2, target(group(4)))
        v.wait_event("interval")
        v.send_signal(signal.SIGQUIT)
        so_far = v.wait_event("so_far")
        time.sleep(0.5)
        r = v.stop(signal.SIGINT)
        total = end(r)
        same(r.code, 0, "exit code")
        check(0 < so_far["datagrams"] < total["datagrams"], "datagrams so far", so_far, total)
        same(set(so_far), set(total), "keys")
        check(sum(i["datagrams"] for i in of(r.events, "interval")) <= total["datagrams"], "intervals", r.events)
        if args[1] == 200:
            got = e.take()
            same([(head(d.data).kind, head(d.data).seq) for d in got[-3:]], [(END, total["datagrams"])] * 3, "ends")
            among(len(of(r.events, "interval")), 2, 20, "intervals")
    r = text(c, "send", "--rate", 200, "-w", 1, "--report-interval", 0.3, target(group(4)))
    check(len(r.stdout.splitlines()) >= 4 and " pps, " in r.stdout, "lines", r.stdout)
    r = text(c, "send", "-q", "--rate", 200, "-c", 2, target(group(4)))
    same((r.code, r.stdout, r.stderr), (0, "", ""), "exit code and output with -q")


# ---- what is read ------------------------------------------------------------------------------------


def made(n):
    return bytes(range(32, 127)) * (n // 95 + 1)


@test("a file: cut at the size, the rest last, nothing else; to each stream; with a header; over again", families=True)
def file(fam):
    s, c = pair()
    names = [group(fam, 1), group(fam, 2)]
    e = ear(s, fam, *names)
    content = made(10000)[:10000]
    with tempfile.NamedTemporaryFile() as f:
        f.write(content)
        f.flush()
        for more in [], ["--rate", "max"], ["--rate", "max", "--io", "batch"], ["--rate", 1000, "--io", "single"]:
            r = send(c, "-s", 1300, "--file", f.name, *more, *map(target, names))
            got = e.take()
            for g in names:
                mine = [d.data for d in got if d.dst == g]
                same([len(d) for d in mine], [1300] * 7 + [900], "sizes with %s" % more)
                check(b"".join(mine) == content, "the content is another with %s" % more)
            same((end(r)["datagrams"], end(r)["bytes"]), (16, 20000), "totals")
        send(c, "-s", 1300, "--file", f.name, "--header", target(names[0]))
        got = [d.data for d in e.take()]
        stream = [d for d in got if head(d).kind == STREAM]
        check(b"".join(d[32:] for d in stream) == content, "the content behind headers is another")
        same([head(d).seq for d in got], up_to(8) + [8] * 3, "numbers")
        same([len(d) for d in stream], [1300] * 7 + [10000 - 7 * 1268 + 32], "sizes with headers")
        r = send(c, "-s", 1000, "--file", f.name, "--repeat", "-c", 25, "--rate", 5000, target(names[0]))
        check(b"".join(d.data for d in e.take()) == (content * 3)[:25000], "the content over again is another")


@test("standard input: a pipe in pieces is cut exactly, lines are lines", families=True)
def pipe(fam):
    s, c = pair()
    e = ear(s, fam)
    v = Verb(c, "send", "-s", 10, "-", target(group(fam)), stdin=True)
    v.wait_event("start")
    for piece in "abc", "defghijklm", "nopqrstuvwxyz":
        v.proc.stdin.write(piece)
        v.proc.stdin.flush()
        time.sleep(0.1)
    got = []
    check(wait_until(lambda: got.extend(d.data for d in e.take()) or len(got) == 2, 5), "whole pieces wait", got)
    v.proc.stdin.close()
    r = v.wait()
    got += [d.data for d in e.take()]
    same(got, [b"abcdefghij", b"klmnopqrst", b"uvwxyz"], "datagrams")
    same((r.code, end(r)["datagrams"], end(r)["behind"]), (0, 3, 0), "exit code, datagrams")
    v = Verb(c, "send", "--lines", "-s", 10, "-", target(group(fam)), stdin="one\n\nlonger than ten\ntwo")
    same(v.wait().code, 0, "exit code")
    same([d.data for d in e.take()], [b"one\n", b"\n", b"longer tha", b"n ten\n", b"two"], "lines")
    v = Verb(c, "send", "-", target(group(fam)), stdin=True)
    v.wait_event("start")
    time.sleep(0.1)
    same(v.stop(signal.SIGINT).code, 1, "exit code of one that sent nothing")
    for more in [], ["--lines"], ["--header"]:
        v = Verb(c, "send", *more, "-", target(group(fam)), target(group(fam), port=5001), stdin=True)
        v.wait_event("start")
        v.tell("first")
        v.proc.stdin.write("rest")
        v.proc.stdin.flush()
        time.sleep(0.3)
        total = end(v.stop(signal.SIGINT))
        got = [d.data[32 if more == ["--header"] else 0:] for d in e.take()]
        same(b"".join(got), b"first\nrest", "what was read when it was stopped, with %s" % more)
        same(total["datagrams"], 4 if more == ["--lines"] else 2, "datagrams of two streams, with %s" % more)


@test("--data, --pattern, --format none", families=True)
def content(fam):
    s, c = pair()
    e = ear(s, fam)
    send(c, "--data", "hello", "-c", 2, "--rate", "max", target(group(fam)))
    same([d.data for d in e.take()], [b"hello"] * 2, "datagrams of --data")
    send(c, "--pattern", "00ff7e", "-s", 40, "-c", 1, target(group(fam)))
    same(e.take()[0].data[32:], b"\x00\xff\x7e\x00\xff\x7e\x00\xff", "behind the header")
    send(c, "--pattern", "a5", "--format", "none", "-s", 3, "-c", 2, "--rate", "max", target(group(fam)))
    same([d.data for d in e.take()], [b"\xa5\xa5\xa5"] * 2, "datagrams without a header")


@test("--format iperf and mcjoin: as their receivers read them", families=True)
def formats(fam):
    s, c = pair()
    e = ear(s, fam)
    for how in ["--io", "single"], ["--io", "batch"], ["--io", "trains", "--train", 5]:
        send(c, "--format", "iperf", *how, "-s", 200, "-c", 20, "--rate", "2000", target(group(fam)))
        got = [struct.unpack_from("!iII", d.data) for d in e.take()]
        same([g[0] for g in got[:20]], up_to(20), "numbers of iperf")
        check(got[20:] and {g[0] for g in got[20:]} == {-21}, "ends of iperf", got[20:])
        check(all(abs(g[1] + g[2] / 1e6 - time.time()) < 60 for g in got), "times of iperf", got)
        send(c, "--format", "mcjoin", *how, "-s", 200, "-c", 20, "--rate", "100", target(group(fam)))
        got = [d.data.split(b"\0")[0].decode() for d in e.take()]
        pid = got[0].split()[2]
        same(got, ["Sender PID %s MC group %s ... count: %d, freq: 10" % (pid, group(fam), n) for n in range(20)],
             "datagrams of mcjoin")


# ---- the clock ---------------------------------------------------------------------------------------


def ask(session, number, kind=ASK):
    return HEAD.pack(b"mcst", 1, kind, 0, session, number, 12345) + bytes(16)


@test("who asks for the clock is told it, by unicast, while it sends: slowly, as fast as it goes, to many", families=True)
def clock(fam):
    s, c = pair()
    e = ear(s, fam)
    for args in (["--rate", 20, target(group(fam))], ["--rate", "max", "-s", 64, target(group(fam))],
                 ["--rate", "max", "-s", 64, "--io", "single", target(group(fam)) + "+100"]):
        v = Verb(c, "send", *args)
        session = int(v.wait_event("start")["session"], 16)
        port = e.first().sport
        me = Client(s, fam)
        before = time.time_ns()
        me.send(ask(session + 1, 1), c.addr(fam), port)
        me.send(ask(session, 2)[:47], c.addr(fam), port)
        me.send(ask(session, 3, TELL), c.addr(fam), port)
        me.send(ask(session, 4), c.addr(fam), port)
        got = me.receive(1) + me.receive(1, 0.2)
        after = time.time_ns()
        same([(len(g[0]), g[1], g[2]) for g in got], [(48, c.addr(fam), port)], "answers")
        h, (came, left) = head(got[0][0]), struct.unpack_from("!QQ", got[0][0], 32)
        same(h, (b"mcst", 1, TELL, 0, session, 4, 12345), "what was asked, told back")
        check(before <= came <= left <= after, "times", before, came, left, after)
        same(end(v.stop())["answers"], 1, "answers counted")
        e.sock.close()
        e = ear(s, fam)


@test("at most a thousand answers a second, and none with --no-answer or without a header")
def clock_limits():
    s, c = pair()
    for args, low, high in ([], 1000, 2000), (["--no-answer"], 0, 0), (["--format", "none"], 0, 0):
        capture = Capture(s)
        v = Verb(c, "send", "--rate", 20, *args, target(group(4)))
        session = int(v.wait_event("start")["session"], 16)
        port = capture.until(lambda f: f.dport == 5000)[0].sport
        me = Client(s, 4)
        me.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        for burst in range(30):
            for i in range(50):
                me.send(ask(session, 50 * burst + i), c.addr(4), port)
            time.sleep(0.01)
        got = len(me.receive(1500, 0.5))
        among(got, low, high, "answers with %s" % args)
        same(end(v.stop())["answers"], got, "answers counted with %s" % args)


# ---- what is told ------------------------------------------------------------------------------------


@test("output that nobody reads: the stream goes on and ends as it should")
def unread():
    s, c = pair()
    e = ear(s, 4)
    p = without_reader(c, "send", "--rate", 200, "-c", 100, "--report-interval", 0.1, target(group(4)))
    check(wait_until(lambda: p.poll() is not None, PATIENCE), "it still runs")
    same(e.streams(), ({group(4): up_to(100)}, {group(4): [100] * 3}), "numbers and ends")


@test("every key of JSON is on the man page, and every one there is printed")
def keys():
    _, c = pair()
    with open(MAN, encoding="utf-8") as f:
        section = f.read().split("\n# JSON\n")[1].split("\n# ")[0]
    v = Verb(c, "send", "--rate", 500, "--report-interval", 0.1, target(group(4)))
    v.wait_event("interval")
    v.send_signal(signal.SIGQUIT)
    v.wait_event("so_far")
    events = v.stop().events
    seen = set()

    def walk(value):
        if isinstance(value, dict):
            for k, w in value.items():
                seen.add(k)
                if k != "errors":
                    walk(w)
        elif isinstance(value, list):
            for w in value:
                walk(w)

    walk(events)
    missing = {k for k in seen if "_%s_" % k not in section}
    same(missing, set(), "keys that are not on the page")
    named = set(re.findall(r"(?<![A-Za-z0-9_])_([a-z0-9_]+?)_(?![A-Za-z0-9_])", section))
    same(named - seen, set(), "keys on the page that were not printed")


if __name__ == "__main__":
    main(4)
