#!/usr/bin/env python3
"""t_recv_paths.py - mcast recv: two paths of one stream, session descriptions, one-way delay by every way to know the
sender's clock, and what of a datagram beside its number is told."""
import os
import select
import socket
import struct
import time

from kernels import until
from receiving import PORT, SESSION, Sender, agrees, file, only, probe, probe_number, recv, rtp, run, send
from relay import DOUBLE, DROP, SWAP, Relay, heavy, hold, road
from rig import Node, lan, offload, pair
from tap import among, check, main, same, test
from terminal import Terminal
from verbs import Verb, end, group, inet, of, target

# ---- two paths --------------------------------------------------------------------------------------------


def fork(plans, delays=(0, 0)):
    """A sender and a receiver with two links, eth0 and eth1, and a relay on each."""
    s, c = Node("sender"), Node("receiver")
    relays = [Relay(lan(s, c, net=n), plans[n], probe_number, delay=delays[n]) for n in (0, 1)]
    for ifname in "eth0", "eth1":
        offload(s, ifname, False)
    return relays, s, c


def by_two(fam, plans, *args, count=200, delays=(0, 0)):
    """One stream by two links: what each relay passed on, and what recv said."""
    relays, s, c = fork(plans, delays)
    a, b = (target(group(fam), iface=ifname) for ifname in ("eth0", "eth1"))
    v = recv(c, "-w", 20, "--idle", 1.5, *args, "--redundant", a, b)
    send(s, "-I", "eth0", "-I", "eth1", "-c", 2 * count, "--rate", "2000pps", "-s", 64, target(group(fam)))
    done = v.wait(25)
    got = of(done.events, "redundant")
    same(len(got), 1, "redundant events")
    same((got[0]["a"], got[0]["b"]), (a, b), "paths")
    return [r.only() for r in relays], got[0], done


def compared(r, a, b, count):
    """The figures of two paths are those of what came by each, of numbers from 1 to count."""
    a, b, both = set(a), set(b), set(a) & set(b)
    wanted = dict(received_a=len(a), received_b=len(b), both=len(both), only_a=len(a - b), only_b=len(b - a),
                  neither=count - len(a | b), lost_a=count - len(a), lost_b=count - len(b), late=0)
    same({k: r[k] for k in wanted}, wanted, "the two paths")
    among(r["loss"], wanted["neither"] / count - 1e-9, wanted["neither"] / count + 1e-9, "loss of both together")
    same(r["a_first"] + r["b_first"], len(both), "who was first")


@test("--redundant: what was lost on A, on B, and on both", families=True)
def redundant(fam):
    plan_a = {**{n: DROP for n in (20, 21, 60, 100, 101)}, 50: DOUBLE, 70: SWAP}
    plan_b = {**{n: DROP for n in (21, 61, 101, 102, 103, 150)}, 80: hold(6)}
    passed, r, done = by_two(fam, (plan_a, plan_b), "--max-loss", "2%")
    same([len(p.dropped) for p in passed], [5, 6], "what the relays dropped")
    compared(r, passed[0].passed, passed[1].passed, 200)
    same((r["lost_a"], r["lost_b"], r["neither"]), (5, 6, 2), "lost on A, on B, on both")
    d = r["difference"]
    among(d["p50_s"], 0, 1, "median of the difference")
    check(d["p50_s"] <= d["p99_s"] <= d["max_s"], "quantiles of the difference", d)
    same(d["max_s"], max(d["a_ahead_max_s"], d["b_ahead_max_s"]), "the furthest apart")
    for p, ifname in zip(passed, ("eth0", "eth1")):
        agrees(only(done, ifname=ifname), p.passed, 200)
    same(done.code, 0, "exit code, where each path lost more than 2 % and both together 1 %")


@test("--redundant: plans of chance, and --max-loss of both together", families=True)
def redundant_much(fam):
    passed, r, done = by_two(fam, (heavy(21), heavy(22)), "--max-loss", "0.1%", count=500)
    start = max(min(p.passed) for p in passed)
    compared_from(r, [p.passed for p in passed], start)
    same(done.code, 1, "exit code")
    check("both" in end(done)["verdict"], "the verdict", end(done)["verdict"])


def compared_from(r, paths, start):
    """What came before the other path's first number says nothing; nor what the slower one was not due to bring."""
    a, b = ({n for n in p if start <= n <= 480} for p in paths)
    for key, seen in ("only_a", a - b), ("only_b", b - a), ("both", a & b):
        among(r[key], len(seen), len(seen) + 21, key)
    among(r["neither"], 481 - start - len(a | b), 502 - start - len(a | b), "lost on both")
    same((r["lost_a"], r["lost_b"]), (r["only_b"] + r["neither"], r["only_a"] + r["neither"]), "lost on A, on B")


@test("--redundant: B is 60 ms behind A", families=True)
def redundant_late(fam):
    passed, r, _ = by_two(fam, ({30: DROP}, {40: DROP}), delays=(0, 0.06))
    compared(r, passed[0].passed, passed[1].passed, 200)
    same((r["a_first"], r["b_first"]), (198, 0), "who was first")
    d = r["difference"]
    among(d["p50_s"], 0.05, 2, "median of the difference")
    among(d["a_ahead_max_s"], 0.055, 5, "A ahead of B")
    same(d["b_ahead_max_s"], 0, "B ahead of A")


@test("--redundant: two groups with RTP, whose numbers wrap, one of them seen first behind the wrap", families=True)
def redundant_rtp(fam):
    s, c = pair()
    a = [n for n in range(65436, 65736) if n not in (65500, 65536, 65600)]
    b = [n for n in range(65436, 65736) if n not in (65500, 65535, 65537, 65538)]
    v = recv(c, "-c", len(a) + len(b), "-w", 20, "--redundant", target(group(fam)), target(group(fam, 2)))
    senders = Sender(s, fam), Sender(s, fam, group(fam, 2))
    for n in range(65436, 65736):
        for one, numbers in zip(senders, (a, b)):
            if n in numbers:
                one.send(rtp(n, 90 * n), *one.to)
        if n % 20 == 0:
            time.sleep(0.002)
    done = v.wait(25)
    r, = of(done.events, "redundant")
    compared(r, a, b, 300)


@test("--redundant wants two paths, no more and no less")
def redundant_refused():
    _, c = pair()
    for targets in [target(group(4))], [target(group(4)) + "+2", target(group(4, 9))], \
            [target(group(4, n)) for n in (1, 2, 3)]:
        done = run(c, "recv", "-w", 0.3, "--redundant", *targets)
        same((done.returncode, len(done.stderr.splitlines())), (2, 1), "exit code, lines of stderr for %s" % targets)


# ---- session descriptions ---------------------------------------------------------------------------------


def session(fam, streams_, extra=()):
    """A description; streams_ are (group, port, source or None, mid or None)."""
    ip = "IP%d" % fam
    lines = ["v=0", "o=- 1 1 IN %s %s" % (ip, "10.0.0.1" if fam == 4 else "fd00::1"), "s=test", "t=0 0", *extra]
    for group_, port, source, mid in streams_:
        lines += ["m=video %d RTP/AVP 96" % port, "c=IN %s %s%s" % (ip, group_, "/5" if fam == 4 else "")]
        lines += ["a=source-filter: incl IN %s %s %s" % (ip, group_, source)] if source else []
        lines += ["a=rtpmap:96 raw/90000"] + (["a=mid:" + mid] if mid else [])
    path = file("session.sdp")
    with open(path, "w", newline="") as f:
        f.write("".join(s + "\r\n" for s in lines))
    return path


@test("FILE.sdp: group, port, source and clock are taken from it", families=True)
def sdp(fam):
    nodes = c, a, b = Node("receiver"), Node("a"), Node("b")
    lan(*nodes)
    path = session(fam, [(group(fam), PORT, a.addr(fam), None)])
    v = recv(c, "-I", "eth0", "-c", 90, "-w", 20, path)
    t, = v.of("start")[0]["targets"]
    same([t[k] for k in ("group", "port", "mode", "sources")], [group(fam), PORT, "include", [a.addr(fam)]], "target")
    numbers = [n for n in range(1, 101) if n % 10]
    for node in b, a:
        Sender(node, fam).all([rtp(n, 90 * n) for n in numbers], every=0.001)
    m = only(v.wait(25))
    same((m["source"], m["format"]), (a.addr(fam), "rtp"), "source and format")
    agrees(m, numbers)
    check(m["jitter_s"] is not None and m["jitter_s"] < 1, "jitter, by the clock of the file", m["jitter_s"])


@test("FILE.sdp with two legs, and --redundant", families=True)
def sdp_legs(fam):
    s, c = pair()
    path = session(fam, [(group(fam), PORT, s.addr(fam), "one"), (group(fam, 2), 6000, None, "two")],
                   ["a=group:DUP one two"])
    v = recv(c, "-c", 196, "-w", 20, "--redundant", path)
    same(v.of("start")[0]["redundant"], True, "redundant")
    a, b = Sender(s, fam), Sender(s, fam, group(fam, 2), 6000)
    for n in range(1, 101):
        for one, lost in (a, (20, 30)), (b, (30, 40)):
            if n not in lost:
                one.send(rtp(n, 90 * n), *one.to)
        time.sleep(0.0005)
    done = v.wait(25)
    r, = of(done.events, "redundant")
    compared(r, [n for n in range(1, 101) if n not in (20, 30)], [n for n in range(1, 101) if n not in (30, 40)], 100)
    check(group(fam) in r["a"] and group(fam, 2) in r["b"], "A and B are the legs in order", r)


@test("what is no session description is refused, in one line")
def sdp_bad():
    _, c = pair()
    for text in b"", b"v=0\r\n", b"hello\n", b"v=0\r\nm=video 5000 RTP/AVP 96\r\nc=IN IP4 10.0.0.1\r\n", bytes(100):
        path = file("bad.sdp")
        with open(path, "wb") as f:
            f.write(text)
        done = run(c, "recv", "-w", 0.3, path)
        same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, b"", 1), "of %r" % text)
    same(run(c, "recv", "-w", 0.3, file("none.sdp")).returncode, 2, "of a file that is not there")


# ---- one-way delay ----------------------------------------------------------------------------------------


def delay(m, basis):
    d = m["delay"]
    check(d, "no delay", m)
    same(d["basis"], basis, "basis")
    same(sum(n for _, n in d["hist"]), m["packets"], "delays in the histogram")
    order = [d[k] for k in ("min_s", "p50_s", "p90_s", "p99_s", "p999_s", "max_s")]
    same(order, sorted(order), "order of the quantiles")
    check(d["min_s"] <= d["mean_s"] <= d["max_s"], "mean", d)
    return d


def measured(fam, *args, how=(), wait=0.0, seconds=2):
    """The stream of mcast send, by a relay that takes so long; both nodes have one clock."""
    relay, s, c = road({}, probe_number, delay=wait)
    v = recv(c, "-w", 20, "--until-end", *args, target(group(fam)))
    e = send(s, "--rate", "200pps", "-c", 200 * seconds, "-s", 64, *how, target(group(fam)))
    done = v.wait(25)
    relay.sound()
    return only(done), e, done


@test("a sender that answers: delays by echo, its clock is ours within the uncertainty", families=True)
def echo(fam):
    m, e, done = measured(fam, "-v", wait=0.04)
    d = delay(m, "echo")
    among(d["uncertainty_s"], 0.03, 2, "uncertainty, half a round trip of 80 ms and more")
    among(d["offset_s"], -d["uncertainty_s"], d["uncertainty_s"], "offset of one and the same clock")
    among(d["p50_s"], 0.035, 2, "median, where the way is 40 ms")
    clocks = of(done.events, "clock")
    check(len(clocks) >= 3 and e["answers"] >= len(clocks), "too few answers: %d of %d" % (len(clocks), e["answers"]))
    for one in clocks:
        among(one["round_s"], 0.08, 4, "round trip")
        among(abs(one["offset_s"]), 0, one["round_s"] / 2, "offset of an exchange")


@test("no way between: echo is exact to a small part of a millisecond, mostly", families=True)
def echo_near(fam):
    s, c = pair()
    v = recv(c, "-w", 20, "--until-end", target(group(fam)))
    send(s, "--rate", "300pps", "-c", 600, target(group(fam)))
    m = only(v.wait(25))
    d = delay(m, "echo")
    among(d["offset_s"], -d["uncertainty_s"], d["uncertainty_s"], "offset")
    among(d["uncertainty_s"], 0, 0.02, "uncertainty")
    among(d["p50_s"], 0, 0.05, "median")
    among(m["jitter_s"], 0, 0.05, "jitter")


@test("a sender that does not answer, or is not asked: delays above the fastest", families=True)
def envelope(fam):
    for args, how in ((), ["--no-answer"]), (["--clock", "envelope"], []):
        m, e, done = measured(fam, "-v", *args, how=how, wait=0.04)
        d = delay(m, "envelope")
        same((d["offset_s"], e["answers"], of(done.events, "clock")), (None, 0, []), "offset, answers, clock events")
        among(d["p50_s"], 0, 0.035, "median above the fastest, where the way is 40 ms")
        check(d["uncertainty_s"] is not None, "no uncertainty")


@test("--clock synced takes times as they are; --clock echo has none without an answer", families=True)
def synced(fam):
    m, e, _ = measured(fam, "--clock", "synced", wait=0.04)
    d = delay(m, "synced")
    same((d["offset_s"], d["uncertainty_s"], d["drift_ppm"], e["answers"], d["negative"]), (None, None, None, 0, 0),
         "offset, uncertainty, drift, answers, negative ones")
    among(d["min_s"], 0.04, 1, "shortest, where the way is 40 ms")
    m, _, done = measured(fam, "--clock", "echo", "--max-delay-p99", "10s", how=["--no-answer"], seconds=1)
    same((m["delay"], done.code), (None, 1), "delays, and exit code of --max-delay-p99 without them")


@test("jitter as RFC 3550 has it: times that go to and fro by 20 ms, of probes and of RTP", families=True)
def jitter(fam):
    s, c = pair()
    for args, make in (([], lambda n: probe(n, at=time.time() - 0.02 * (n % 2))),
                       (["--rtp-clock", 90000], lambda n: rtp(n, int(time.time() * 90000) - 1800 * (n % 2))),
                       ([], lambda n: rtp(n, int(time.time() * 8000) - 160 * (n % 2), kind=0))):
        v, sender = recv(c, "-c", 150, "-w", 15, *args, target(group(fam))), Sender(s, fam)
        for n in range(1, 151):
            sender.send(make(n), *sender.to)
            time.sleep(0.001)
        among(only(v.wait(20))["jitter_s"], 0.017, 0.035, "jitter")
    v, sender = recv(c, "-c", 50, "-w", 15, target(group(fam))), Sender(s, fam)
    sender.all([rtp(n, 90 * n) for n in range(50)])
    same(only(v.wait(20))["jitter_s"], None, "jitter of RTP whose clock is not known")


# ---- other clocks -----------------------------------------------------------------------------------------


class Clocked(Sender):
    """A sender of probes with a clock of its own, `shift` seconds ahead and drifting by `ppm`, which answers who asks.
    answer(question, came): what it sends back, as datagrams or (socket, datagram)."""

    def __init__(self, node, fam, shift=0, ppm=0, answer=None):
        Sender.__init__(self, node, fam)
        self.began, self.shift, self.ppm = time.time_ns(), int(shift * 1e9), ppm
        self.answer, self.asked = answer or (lambda q, came: [self.tell(q, came)]), 0

    def ahead(self):
        """By how much its clock is ahead now, in ns."""
        return self.shift + (time.time_ns() - self.began) * self.ppm // 10**6

    def now(self):
        return time.time_ns() + self.ahead()

    def tell(self, question, came, left=None, number=None):
        """An answer, with the times as they are unless others are given."""
        head = question[:5] + b"\x04" + question[6:16] + (number or question[16:24]) + question[24:32]
        return head + struct.pack(">QQ", came, self.now() if left is None else left)

    def reply(self, wait):
        until_ = time.monotonic() + wait
        while select.select([self.sock], [], [], max(0.0, until_ - time.monotonic()))[0]:
            question, who = self.sock.recvfrom(2000)
            came = self.now()
            same((len(question), question[:6]), (48, b"mcst\x01\x03"), "a question")
            self.asked += 1
            for a in self.answer(question, came):
                sock, data = a if isinstance(a, tuple) else (self.sock, a)
                sock.sendto(data, who)

    def go(self, seconds, every=0.02):
        """Send as long; the number of datagrams."""
        n, stop = 0, time.monotonic() + seconds
        while time.monotonic() < stop:
            n += 1
            at = self.now()
            head = struct.pack(">4sBBHQQQ", b"mcst", 1, 1, 0, SESSION, n, at)
            self.send(head.ljust(64, b"."), *self.to)
            self.reply(every)
        self.send(probe(n, kind=2), *self.to)
        return n


def from_clocked(fam, *args, seconds=2.5, **how):
    s, c = pair()
    v = recv(c, "-v", "-w", 30, "--until-end", *args, target(group(fam)))
    sender = Clocked(s, fam, **how)
    n = sender.go(seconds)
    done = v.wait(40)
    m = only(done)
    same((m["packets"], m["lost"]), (n, 0), "packets, lost")
    return m, sender, done


DAYS = 3 * 86400 + 0.5


@test("a clock that is days off: known by echo, and delays are right all the same", families=True)
def days(fam):
    for shift in DAYS, -DAYS:
        m, sender, done = from_clocked(fam, shift=shift, ppm=20)
        d, ahead = delay(m, "echo"), sender.ahead() / 1e9
        among(d["offset_s"], ahead - d["uncertainty_s"] - 1e-4, ahead + d["uncertainty_s"] + 1e-4, "offset")
        among(d["p50_s"], 0, 0.05 + d["uncertainty_s"], "median")
        among(d["uncertainty_s"], 0, 0.1, "uncertainty")
        check(sender.asked >= 3 and len(of(done.events, "clock")) >= 3, "hardly asked: %d times" % sender.asked)


@test("a clock that is days off and nobody tells: delays above the fastest", families=True)
def days_silent(fam):
    m, sender, _ = from_clocked(fam, shift=DAYS, ppm=20, answer=lambda q, came: [])
    d = delay(m, "envelope")
    among(d["p50_s"], 0, 0.05, "median")
    among(sender.asked, 4, 9, "questions to who does not answer")
    m, sender, _ = from_clocked(fam, "--clock", "synced", shift=5, seconds=1)
    same((delay(m, "synced")["negative"], sender.asked), (m["packets"], 0), "negative delays of a clock that is ahead")


def followed(fam, ppm, basis, answer=None):
    m, sender, _ = from_clocked(fam, shift=77, ppm=ppm, answer=answer, seconds=12)
    d, ahead = delay(m, basis), sender.ahead() / 1e9
    among(d["p50_s"], 0, 0.05, "median")
    if basis == "echo":
        among(d["offset_s"], ahead - d["uncertainty_s"] - 5e-5, ahead + d["uncertainty_s"] + 5e-5, "offset")
    check(d["drift_ppm"] is not None, "no drift after 12 s", {k: d[k] for k in d if k != "hist"})
    among(d["drift_ppm"], ppm - 50, ppm + 50, "drift")


@test("a clock that drifts is followed by echo")
def drift_echo():
    followed(4, 90, "echo")


@test("a clock that drifts is followed by the envelope")
def drift_envelope():
    followed(6, 90, "envelope", lambda q, came: [])


@test("a clock that is being set right, by 400 us a second as NTP does, is followed by echo")
def drift_much():
    followed(4, 400, "echo")


def hostile(sender, other, kind):
    """Answers that must not be believed, all of them a thousand seconds off."""
    k = 1000 * 10**9
    guess = os.urandom(8)
    return {
        "number": lambda q, came: [sender.tell(q, came + k, sender.now() + k, guess)],
        "session": lambda q, came: [q[:5] + b"\x04" + guess + sender.tell(q, came + k, sender.now() + k)[14:]],
        "no answer": lambda q, came: [q, sender.tell(q, came + k)[:40], b"", sender.tell(q, came)[:32], b"mcst", q * 2],
        "order": lambda q, came: [sender.tell(q, came, came - 10**6)],
        "longer than the round trip": lambda q, came: [sender.tell(q, came, came + 60 * 10**9)],
        "another port": lambda q, came: [(other, sender.tell(q, came + k, sender.now() + k))] * 3,
        "kind": lambda q, came: [q[:5] + bytes([n]) + sender.tell(q, came + k, sender.now() + k)[6:]
                                 for n in (0, 1, 2, 3, 5)],
    }[kind]


KINDS = ("number", "session", "no answer", "order", "longer than the round trip", "another port", "kind")


@test("answers that cannot be right, or are nobody's, are not believed", families=True)
def not_believed(fam):
    s, c = pair()
    for kind in KINDS:
        v = recv(c, "-v", "-w", 20, "--until-end", target(group(fam)))
        sender = Clocked(s, fam)
        sender.answer = hostile(sender, s.socket(inet(fam), socket.SOCK_DGRAM), kind)
        sender.go(0.9)
        done = v.wait(25)
        check(sender.asked >= 4, "it was not asked: this test shows nothing")
        same(of(done.events, "clock"), [], "answers believed, wrong by " + kind)
        d = delay(only(done), "envelope")
        among(d["p50_s"], 0, 0.1, "median")


@test("the first answer of the one that was asked counts, whatever comes before and behind it", families=True)
def first_answer(fam):
    s, c = pair()
    v = recv(c, "-v", "-w", 20, "--until-end", target(group(fam)))
    sender, k = Clocked(s, fam), 1000 * 10**9
    other = s.socket(inet(fam), socket.SOCK_DGRAM)

    def answer(q, came):
        good = sender.tell(q, came)
        bad = sender.tell(q, came + k, sender.now() + k)
        lies = [hostile(sender, other, kind)(q, came) for kind in ("number", "another port")]
        return [x for lie in lies for x in lie] + [good, bad, bad]
    sender.answer = answer
    sender.go(1.5)
    done = v.wait(25)
    d = delay(only(done), "echo")
    among(d["offset_s"], -d["uncertainty_s"], d["uncertainty_s"], "offset")
    clocks = of(done.events, "clock")
    same(len(clocks), sender.asked, "answers that counted")
    check(all(abs(e["offset_s"]) < 1 for e in clocks), "a lie counted", clocks)


@test("questions go to who sends probes, and to nobody else", families=True)
def asked_whom(fam):
    s, c = pair()
    v = recv(c, "-c", 60, "-w", 15, target(group(fam)))
    sender = Sender(s, fam)
    sender.all([rtp(n, 90 * n) for n in range(60)], every=0.01)
    m = only(v.wait(20))
    same((m["format"], m["delay"], sender.receive(1, 0.3)), ("rtp", None, []), "format, delay, questions")


@test("clocks of 4096 senders: those without times take no place, and streams beyond that are told")
def many_senders():
    s, c = pair()
    v = recv(c, "-c", 3 * 500 + 4100, "-w", 30, "--clock", "synced", target(group(4)))
    for port in range(20000, 24600):
        one = Sender(s, 4, bind=("", port))
        one.all([rtp(n, 90 * n) for n in (1, 2, 3)] if port < 20500 else [probe(1)])
        one.sock.close()
        if port % 50 == 0:
            time.sleep(0.002)
    done = v.wait(60)
    known = [m["source_port"] for m in of(done.events, "stream") if m["delay"]]
    same((known[0], len(known)), (20500, 4096), "streams with a delay: the first, and how many")
    same(end(done)["no_clock"], 4, "streams without a clock")


# ---- beside the number ------------------------------------------------------------------------------------


@test("TTL, DSCP, sizes, and the most in a millisecond", families=True)
def headers(fam):
    s, c = pair()
    v = recv(c, "--until-end", "-w", 20, target(group(fam)))
    send(s, "-c", 1000, "--rate", "500pps", "--burst", 50, "-s", 100, "-t", 7, "-Q", "ef", target(group(fam)))
    m = only(v.wait(25))
    same([m[k] for k in ("ttl_min", "ttl_max", "dscp", "ce", "bytes_min", "bytes_max", "packets")],
         [7, 7, [46], 0, 100, 100, 1000], "TTL, DSCP, congestion, sizes, packets")
    same((m["peak_ms_packets"], m["peak_ms_bytes"]), (50, 5000), "the most in a millisecond")
    among(m["seconds"], 1.5, 15, "seconds")
    among(m["pps"], 999 / m["seconds"] * 0.999, 999 / m["seconds"] * 1.001, "rate")
    among(m["bps"], m["pps"] * 800 * 0.999, m["pps"] * 800 * 1.001, "bits")
    same((sum(m["series"]["packets"]), sum(m["series"]["bytes"])), (1000, 100000), "sums of the series")


@test("several TTLs and DSCPs in one stream, and congestion experienced", families=True)
def headers_many(fam):
    s, c = pair()
    v, sender, n = recv(c, "-c", 30, "-w", 15, target(group(fam))), Sender(s, fam), 0
    level, tos, ttl = ((socket.IPPROTO_IP, socket.IP_TOS, socket.IP_MULTICAST_TTL) if fam == 4 else
                       (socket.IPPROTO_IPV6, socket.IPV6_TCLASS, socket.IPV6_MULTICAST_HOPS))
    for octet, hops in (0, 1), (0xb8, 9), (0x83, 200):
        sender.sock.setsockopt(level, tos, octet)
        sender.sock.setsockopt(level, ttl, hops)
        sender.all([probe(n + k) for k in range(1, 11)])
        n += 10
    m = only(v.wait(20))
    same([m[k] for k in ("ttl_min", "ttl_max", "dscp")], [1, 200, [0, 32, 46]], "TTL, DSCP")
    same(m["ce"], 10 if kernel_keeps_ecn(sender, level, tos) else 0, "congestion experienced")


def kernel_keeps_ecn(sender, level, tos):
    """Whether the kernel lets a socket set the two bits of ECN."""
    return sender.sock.getsockopt(level, tos) & 3 == 3


@test("--interval: each line is of its interval, and all add up", families=True)
def intervals(fam):
    relay, s, c = road({100: DROP, 300: DROP, 301: DROP, 500: DOUBLE, 600: SWAP}, probe_number)
    v = recv(c, "-i", 0.5, "--until-end", "-w", 20, target(group(fam)))
    send(s, "-c", 800, "--rate", "300pps", "-s", 100, target(group(fam)))
    done = v.wait(25)
    m, lines = only(done), of(done.events, "interval")
    agrees(m, relay.only().passed, 800)
    among(len(lines), 3, 60, "lines")
    name = lambda e: (e["group"], e["source"], e["source_port"])
    same({name(e) for e in lines}, {name(m)}, "names")
    at = [e["seconds"] for e in lines]
    same(at, sorted(at), "their times")
    for key in "packets", "bytes", "lost", "duplicates", "reordered":
        most = m[key]
        among(sum(e[key] for e in lines), most * (0.4 if most > 100 else 0), most, "sum of " + key)
    for e in lines[1:]:
        check(e["packets"] == 0 or e["delay_mean_s"] is not None and e["delay_mean_s"] <= e["delay_max_s"], "delay", e)


@test("--interval as text, and -q, which tells the end alone", families=True)
def intervals_text(fam):
    s, c = pair()
    v = recv(c, "-i", 0.3, "-c", 100, "-w", 15, target(group(fam)), as_json=False)
    Sender(s, fam).all([probe(n) for n in range(1, 101)], every=0.01)
    text = v.wait(20).stdout
    rows = [r for r in text.splitlines() if r.endswith(" > %s on eth0" % endpoint(fam)) and "---" not in r]
    check(len(rows) >= 2, "lines of the stream", text)
    check(any(r.split()[:1] == ["SECONDS"] for r in text.splitlines()), "no heading", text)
    v = Verb(c, "recv", "-q", "-c", 20, "-w", 15, target(group(fam)))
    until(lambda: ("eth0", group(fam)) in c.joined(fam), "it does not join")
    Sender(s, fam).all([probe(n) for n in range(1, 21)], every=0.02)
    kinds = {e["event"] for e in v.wait(20).events}
    check(kinds <= {"stream", "interface", "end"} and "end" in kinds, "what -q tells", kinds)


def endpoint(fam):
    return "%s:%d" % (group(fam) if fam == 4 else "[%s]" % group(fam), PORT)


@test("--report and --hgrm are written at the end; where they cannot be it is refused at once", families=True)
def files(fam):
    s, c = pair()
    page, hgrm = file("page.html"), file("delays.hgrm")
    v = recv(c, "--until-end", "-w", 20, "--report", page, "--hgrm", hgrm, target(group(fam)))
    send(s, "-c", 200, "--rate", "400pps", target(group(fam)))
    same(v.wait(25).code, 0, "exit code")
    with open(page, errors="strict") as f:
        text = f.read()
    check(text.lower().startswith("<!doctype html") and "</html>" in text, "no page", text[:200])
    check(group(fam) in text, "the group is not on the page")
    check("<script" not in text, "a script in the page")
    with open(hgrm) as f:
        text = f.read()
    check("Percentile" in text and "200" in text, "the histogram", text[:200])
    for option in "--report", "--hgrm", "--write":
        done = run(c, "recv", "-w", 0.3, option, "/nonexistent/file", target(group(fam)))
        same((done.returncode, len(done.stderr.splitlines())), (2, 1), "exit code, lines on stderr of " + option)


@test("a terminal has a live table, and gets its screen back", families=True)
def live(fam):
    s, c = pair()
    t = Terminal(c, "recv", "-I", "eth0", target(group(fam)), columns=140)
    until(lambda: ("eth0", group(fam)) in c.joined(fam) and t.frames(), "nothing painted: %r" % t.seen)
    sender = Sender(s, fam)
    for n in range(1, 41):
        if n not in (20, 21):
            sender.send(probe(n), *sender.to)
    t.shows(group(fam), s.addr(fam), "probe")
    os.write(t.master, b"\x03")  # Ctrl-C
    after = t.restored(0)
    check("came    38 packets" in after and "lost    2 (" in after, "no figures afterwards", after)


if __name__ == "__main__":
    main(abreast=8)
