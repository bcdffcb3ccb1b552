#!/usr/bin/env python3
"""t_recv_loss.py - mcast recv counts exactly what became of the datagrams, whatever numbers they carry."""
import random
import re
import signal
import time

from receiving import (PORT, SESSION, Sender, agrees, counted, iperf, mcjoin, only, probe, probe_number, recv, rtp,
                       send, so_far, streams, sums, ts)
from relay import DOUBLE, DROP, END, SWAP, deal, heavy, hold, road, truth
from rig import pair, wait_until
from tap import among, check, main, same, test
from verbs import PATIENCE, Verb, end, group, of, target

SOME = {10: DROP, 11: DROP, 50: SWAP, 70: DOUBLE, **{n: DROP for n in range(100, 105)}, 150: hold(5)}


def through(fam, plan, *args, count=200, rate="2000pps", how=()):
    """mcast send through a relay to mcast recv: what the relay did, and what recv said."""
    relay, s, c = road(plan, probe_number)
    v = recv(c, "--until-end", "-w", 20, *args, target(group(fam)))
    send(s, "-c", count, "--rate", rate, "-s", 100, *how, target(group(fam)))
    done = v.wait(25)
    check("interrupted" not in done.stderr, "stderr", done.stderr)
    return relay.only(), done


# ---- what a relay does ------------------------------------------------------------------------------------


@test("what a relay dropped, swapped, doubled and held back is what is told", families=True)
def known(fam):
    s, done = through(fam, SOME, "-v")
    m = only(done)
    same((s.dropped, s.ends), ([10, 11, 100, 101, 102, 103, 104], 3), "what the relay did")
    same((m["lost"], m["reordered"], m["duplicates"], m["old"]), (7, 2, 1, 0), "lost, reordered, duplicates, old")
    t = agrees(m, s.passed, 200)
    same(t.gaps, [[10, 2, 2], [50, 1, 0], [100, 5, 5], [150, 1, 0]], "gaps, which the relay was to make")
    same((m["missed_before"], m["ended"], m["restarts"], m["format"]), (0, True, 0, "probe"), "the rest")
    same({g["where"] for g in m["gaps"]}, {"way"}, "where")
    same((m["lost_socket"], m["unmarked"], m["train_sent"]), (0, 0, 1), "in the socket, unmarked, trains")
    same([(e["first"], e["n"], e["where"]) for e in of(done.events, "gap")], [(g[0], g[1], "way") for g in t.gaps],
         "gap events")
    e = sums(done)
    same((e["lost"], e["packets"], e["verdict"], done.code), (7, 194, "good", 0), "the end")
    among(e["loss"], 7 / 200 - 1e-9, 7 / 200 + 1e-9, "loss")
    same((m["bytes"], m["bytes_min"], m["bytes_max"]), (194 * 100, 100, 100), "bytes")


@test("the same as text")
def known_text():
    relay, s, c = road(SOME, probe_number)
    v = recv(c, "--until-end", "-w", 20, "-v", target(group(4)), as_json=False)
    send(s, "-c", 200, "--rate", "2000pps", "-s", 100, target(group(4)))
    done = v.wait(25)
    text = done.stdout
    clock = r"\d\d:\d\d:\d\d\.\d{6}"
    for line in (r"--- %s:\d+ > %s:5000 on eth0: probe ---" % (re.escape(s.addr(4)), re.escape(group(4))),
                 r"  came +194 packets, 19400 bytes in .*", r"  lost +7 \(3\.50? %\) in .*; 2 reordered, 1 duplicates?",
                 r"  gaps +2 at %s, 5 at %s" % (clock, clock)):
        check(re.search("^%s$" % line, text, re.M), "no line " + line, text)
    check("before" not in text, "missed before the first", text)
    same(relay.only().ends, 3, "ends")


@test("the first ones dropped are missed before the first, and not lost", families=True)
def missed(fam):
    s, done = through(fam, {n: DROP for n in (1, 2, 3, 4, 5, 9)})
    m = only(done)
    agrees(m, s.passed, 200)
    same((m["missed_before"], m["first_seq"], m["lost"]), (5, 6, 1), "missed before, first, lost")


@test("a first one held back belongs to them after all", families=True)
def first_late(fam):
    s, done = through(fam, {1: DROP, 2: hold(3), 3: DROP})
    m = only(done)
    agrees(m, s.passed, 200)
    same((m["missed_before"], m["first_seq"], m["lost"], m["reordered"]), (1, 2, 1, 1), "missed, first, lost, reordered")


@test("the last ones dropped are lost: the end tells of them, were it the last of three", families=True)
def last(fam):
    ends = iter((DROP, DROP, None))
    plan = lambda n, f: next(ends) if n == END else DROP if n in (60, 197, 198, 199, 200) else None
    s, done = through(fam, plan, "-v")
    m = only(done)
    agrees(m, s.passed, 200)
    same((s.ends, m["lost"], m["ended"], m["last_seq"]), (1, 5, True, 196), "ends, lost, ended, last")
    same([(e["first"], e["n"]) for e in of(done.events, "gap")], [(60, 1), (197, 4)], "gap events")
    check(end(done)["seconds"] < 15, "--until-end waited", end(done))


@test("without any end nobody knows of the last ones, and --idle ends it", families=True)
def no_end(fam):
    plan = {END: DROP, **{n: DROP for n in range(190, 201)}, 20: DROP}
    s, done = through(fam, plan, "--idle", 1)
    m = only(done)
    agrees(m, s.passed)
    same((s.ends, m["lost"], m["ended"], m["last_seq"]), (0, 1, False, 189), "ends, lost, ended, last")
    among(end(done)["seconds"], 1, 15, "seconds")


def much(fam, seed, *args, **how):
    s, done = through(fam, heavy(seed), *args, count=2000, rate="4000pps", **how)
    m = only(done)
    t = truth(s.passed, 2000)
    check(t.lost > 100 and t.reordered > 50 and t.duplicates > 50, "the plan did little", t[:6])
    return s, done, m, t


@test("2000 datagrams by a plan of chance: all figures, and each of the gaps", families=True)
def chance(fam):
    s, done, m, _ = much(fam, 6000 + fam)
    agrees(m, s.passed, 2000)
    same((m["old"], m["missed_before"]), (0, truth(s.passed).first - 1), "old, missed before")
    sums(done)


@test("--gaps keeps the latest, and counts all", families=True)
def few_gaps(fam):
    _, _, m, t = much(fam, 66 + fam, "--gaps", 16)
    same((m["gaps_total"], m["lost"]), (len(t.gaps), t.lost), "gaps in all, and lost")
    same([(g["first"], g["n"]) for g in m["gaps"]], [tuple(g[:2]) for g in t.gaps[-16:]], "the latest gaps")


@test("trains, of which datagrams are lost on the way", families=True)
def trains(fam):
    relay, s, c = road(heavy(8 + fam), probe_number)
    v = recv(c, "--until-end", "-w", 20, target(group(fam)))
    e = send(s, "-c", 2000, "--rate", "max", "--io", "trains", "--train", 16, "-s", 300, target(group(fam)))
    m = only(v.wait(25))
    agrees(m, relay.only().passed, 2000)
    same((e["train_most"], m["train_sent"], m["train_came"]), (16, 16, 1), "trains as handed over, told and received")


@test("trains that come whole: nothing is lost, all are counted", families=True)
def whole(fam):
    s, c = pair()
    v = recv(c, "--until-end", "-w", 20, target(group(fam)))
    e = send(s, "-c", 3000, "--rate", "20000pps", "--io", "trains", "--train", 16, "-s", 100, target(group(fam)))
    done = v.wait(25)
    m = only(done)
    agrees(m, list(range(1, 3001)), 3000)
    same((m["bytes"], m["bytes_min"], m["bytes_max"], e["train_most"]), (300000, 100, 100, 16), "bytes, longest train")
    same(m["train_sent"], 16, "train as told")
    among(m["train_came"], 2, 16, "train as received")


@test("two senders to one group are counted apart, each by its own plan", families=True)
def two_senders(fam):
    plans = {}
    relay, a, b, c = road(lambda n, f: plans[f.src](n), probe_number, senders=2)
    plans.update({a.addr(fam): heavy(1), b.addr(fam): heavy(2, share=0.3)})
    v = recv(c, "--until-end", "-w", 20, target(group(fam)))
    first = Verb(a, "send", "-c", 500, "--rate", "1000pps", "-s", 64, target(group(fam)))
    send(b, "-c", 700, "--rate", "1000pps", "-s", 64, target(group(fam)))
    same(first.wait(20).code, 0, "exit code of the first sender")
    done = v.wait(25)
    for node, count in (a, 500), (b, 700):
        agrees(only(done, source=node.addr(fam)), relay.of(src=node.addr(fam)).passed, count)
    same(sums(done)["streams"], 2, "streams")


@test("several groups of one sender, each with its own numbers and ports", families=True)
def several(fam):
    plans = {group(fam, n): heavy(n, share=0.05 * n) for n in range(1, 5)}
    relay, s, c = road(lambda n, f: plans[f.dst](n), probe_number)
    v = recv(c, "--until-end", "-w", 20, target(group(fam)) + "+4", target(group(fam), 5001))
    send(s, "-c", 1200, "--rate", "3000pps", target(group(fam)) + "+4", target(group(fam), 5001), "-s", 40)
    done = v.wait(25)
    for n in range(1, 5):
        agrees(only(done, group=group(fam, n), port=PORT), relay.of(dst=group(fam, n), dport=PORT).passed, 240)
    agrees(only(done, port=5001), relay.of(dport=5001).passed, 240)
    same(sums(done)["streams"], 5, "streams")


# ---- sessions ---------------------------------------------------------------------------------------------


def told(fam, datagrams, *args, every=0.0, **how):
    """recv is sent these by a plain socket, and stops with the last one: the one stream."""
    s, c = pair()
    v = recv(c, "-c", len(datagrams), "-w", 15, *args, target(group(fam)))
    Sender(s, fam, **how).all(datagrams, every)
    done = v.wait(20)
    check(end(done)["seconds"] < 14, "-c %d did not stop it" % len(datagrams), end(done))
    return done


@test("a sender begins anew: old sums are kept, restarts counted", families=True)
def restart(fam):
    other = SESSION + 1
    first = [n for n in range(1, 101) if n not in (10, 11)]
    second = [n for n in range(4, 51) if n not in (7, 20)] + [20, 20]
    done = told(fam, [probe(n) for n in first] + [probe(n, other) for n in second])
    m = only(done)
    same((m["restarts"], m["session"], m["packets"]), (1, "%016x" % other, len(first + second)), "restarts, session")
    same((m["lost"], m["reordered"], m["duplicates"]), (3, 1, 1), "lost, reordered, duplicates of both")
    same((m["first_seq"], m["last_seq"], m["missed_before"], m["old"]), (4, 50, 3, 0), "numbers of the second")
    same([(g["first"], g["n"], g["missing"]) for g in m["gaps"]], [(10, 2, 2), (7, 1, 1), (20, 1, 0)], "gaps of both")
    sums(done)


@test("late ones of the session before bring it not back, and fill no gap", families=True)
def restart_late(fam):
    other, datagrams = SESSION + 1, [probe(n) for n in range(1, 51) if n != 30]
    datagrams += [probe(n, other) for n in range(1, 20)] + [probe(30)] * 2 + [probe(n, other) for n in range(20, 41)]
    m = only(told(fam, datagrams))
    same((m["restarts"], m["lost"], m["old"], m["last_seq"]), (1, 1, 2, 40), "restarts, lost, old, last")
    same([(g["first"], g["missing"]) for g in m["gaps"]], [(30, 1)], "gaps")


# ---- other numbers ----------------------------------------------------------------------------------------


def near_wrap(bits, before=60, count=400, seed=5, most=9):
    """Numbers that pass 2^bits, as a heavy plan lets them through; not wrapped."""
    first = (1 << bits) - before
    return deal(range(first, first + count), seed, most=most)


@test("RTP past its 16 bits: numbers go on, and gaps are told as they were sent", families=True)
def rtp_wrap(fam):
    numbers = near_wrap(16)
    m = only(told(fam, [rtp(n, n * 90) for n in numbers]))
    same((m["format"], m["session"]), ("rtp", "%016x" % 0xabcd), "format and SSRC")
    agrees(m, numbers, wrap=1 << 16)
    same(m["missed_before"], None, "missed before the first, which RTP does not tell")


def at(bits, little, offset=4):
    def make(n):
        octets = (n % (1 << bits)).to_bytes(bits // 8, "little" if little else "big")
        return b"x" * offset + octets + b"behind"
    return make


@test("--seq-at: 1 to 8 octets, big and little endian, past their end", families=True)
def seq_at(fam):
    for octets, little in (1, False), (2, False), (2, True), (3, True), (4, False), (4, True), (8, True):
        numbers = near_wrap(8 * octets) if octets < 8 else deal(range(1000, 1400), 3)
        make = at(8 * octets, little)
        done = told(fam, [make(n) for n in numbers], "--seq-at", "4:%d%s" % (octets, ":le" if little else ""))
        m = only(done)
        same(m["format"], "seq-at", "format")
        agrees(m, numbers, wrap=1 << 8 * octets)


@test("--seq-at: datagrams that end before it are of another format", families=True)
def seq_at_short(fam):
    make = at(16, False)
    done = told(fam, [make(1), b"", b"xxxx", b"xxxxx", make(2), make(4)], "--seq-at", "4:2")
    m = only(done)
    same((m["packets"], m["unmarked"], m["lost"], m["bytes_min"]), (6, 3, 1, 0), "packets, unmarked, lost, shortest")


@test("iperf's datagrams, and its end, which is negative and counts as none of them", families=True)
def iperf_numbers(fam):
    numbers, last = deal(range(1, 401), 9), 405
    s, c = pair()
    v = recv(c, "--until-end", "-w", 15, target(group(fam)))
    begin = time.time()
    Sender(s, fam).all([iperf(n, begin + n * 1e-4) for n in numbers] + [iperf(-(last + 1), begin + 1)] * 3)
    m = only(v.wait(20))
    same((m["format"], m["ended"]), ("iperf", True), "format and end")
    agrees(m, numbers, last)


@test("iperf's numbers of 32 bits, up to the last that is none of the end", families=True)
def iperf_narrow(fam):
    first = (1 << 31) - 200
    numbers, begin = deal(range(first, first + 200), 10), time.time() - 1
    m = only(told(fam, [iperf(n, begin + (n - first) * 1e-3, wide=False) for n in numbers]))
    same(m["format"], "iperf", "format")
    agrees(m, numbers)


@test("mcjoin's datagrams", families=True)
def mcjoin_numbers(fam):
    numbers = deal(range(0, 400), 11)
    m = only(told(fam, [mcjoin(n, group(fam)) for n in numbers]))
    same(m["format"], "mcjoin", "format")
    agrees(m, numbers)


PIDS = [0x100] * 5 + [0x101] * 2


def transport(numbers, wrap=lambda n, packets: packets):
    """Datagrams of seven transport packets, of which only those with these numbers are sent."""
    counters, out = {}, []
    for n in range(200):
        packets = ts(counters, PIDS)
        if n in numbers:
            out.append(wrap(n, packets))
    return out


@test("MPEG transport stream: lost by its continuity counters", families=True)
def transport_stream(fam):
    sent = [n for n in range(200) if n not in (20, 21, 100)]
    done = told(fam, transport(sent))
    m = only(done)
    same((m["format"], m["numbered"], m["lost"], m["gaps"]), ("ts", False, None, []), "format, numbers of datagrams")
    same(m["ts_stream"], dict(packets=7 * 197, pids=2, lost=21, discontinuities=4, errors=0), "the transport stream")
    same(told(fam, transport(sent), "--max-loss", 0).code, 1, "exit code with --max-loss 0")
    same(told(fam, transport(range(200)), "--max-loss", 0).code, 0, "exit code where nothing is lost")


@test("a transport stream in RTP: both are told", families=True)
def transport_rtp(fam):
    sent = [n for n in range(200) if n not in (20, 21, 100)]
    datagrams = transport(sent, lambda n, packets: rtp(65500 + n, 3003 * n, packets, kind=33))
    m = only(told(fam, datagrams, "--format", "rtp"))
    same((m["format"], m["lost"], m["gaps_total"]), ("rtp", 3, 2), "format, lost, gaps")
    same((m["ts_stream"]["lost"], m["ts_stream"]["packets"]), (21, 7 * 197), "the transport stream")


def noise(n, seed):
    chance = random.Random(seed)
    return [bytes(chance.randrange(256) for _ in range(chance.randint(0, 300))) for _ in range(n)]


@test("traffic of a kind that is not known is counted, and nothing more is said", families=True)
def foreign(fam):
    other = noise(200, fam)
    for datagrams, args in (other, ()), (other, ("--format", "none")), ([probe(2 * n) for n in range(1, 100)],
                                                                        ("--format", "none")):
        done = told(fam, datagrams, *args)
        m = only(done)
        same((m["format"], m["numbered"], m["packets"]), ("none", False, len(datagrams)), "format, numbered, packets")
        same((m["bytes"], m["bytes_min"], m["bytes_max"]), (sum(map(len, datagrams)), min(map(len, datagrams)),
                                                            max(map(len, datagrams))), "bytes")
        none = "lost loss reordered duplicates old first_seq last_seq missed_before jitter_s delay ts_stream session"
        same({k: m[k] for k in none.split()}, dict.fromkeys(none.split()), "what is not known")
        e = end(done)
        same((e["lost"], e["loss"], e["lost_socket"], done.code), (None, None, None, 0), "the end")


@test("--format: what is not of it is counted as unmarked", families=True)
def forced(fam):
    datagrams = [probe(n) for n in range(1, 11)] + [b"other"] * 4 + [probe(n) for n in range(12, 21)]
    m = only(told(fam, datagrams, "--format", "probe"))
    same((m["packets"], m["unmarked"], m["lost"]), (23, 4, 1), "packets, unmarked, lost")
    m = only(told(fam, datagrams))
    same((m["packets"], m["unmarked"], m["lost"], m["format"]), (23, 4, 1, "probe"), "the same, found out")


# ---- where in this machine --------------------------------------------------------------------------------


def kernel_drops(node, fam):
    """Datagrams that sockets had no room for, by the kernel's own count."""
    if fam == 4:
        rows = [line.split() for line in node.proc("snmp").splitlines() if line.startswith("Udp:")]
        return int(dict(zip(*rows))["RcvbufErrors"])
    return int(re.search(r"^Udp6RcvbufErrors\s+(\d+)", node.proc("snmp6"), re.M).group(1))


def stopped(v):
    with open("/proc/%d/stat" % v.proc.pid) as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "T"


@test("what a small socket of a stopped receiver drops is lost in the socket, all else on the way", families=True)
def socket_loss(fam):
    relay, s, c = road({20: DROP, 21: DROP, 605: DROP}, probe_number)
    v = recv(c, "--rcvbuf", "8K", "--until-end", "-w", 20, target(group(fam)))
    start = v.of("start")[0]
    same(start["rcvbuf_asked"], 8192, "rcvbuf_asked")
    among(start["rcvbuf"], 8192, 40000, "rcvbuf")
    sender = Sender(s, fam)
    sender.all([probe(n) for n in range(1, 51)], every=0.005)
    counted(v, 48)
    v.send_signal(signal.SIGSTOP)
    check(wait_until(lambda: stopped(v), PATIENCE), "it was not stopped")
    sender.all([probe(n, size=1000) for n in range(51, 601)])
    check(wait_until(lambda: len(relay.only().passed) == 598, PATIENCE), "the relay is slow")
    check(wait_until(lambda: kernel_drops(c, fam) > 400, PATIENCE), "the socket drops nothing")
    v.send_signal(signal.SIGCONT)
    wait_until(lambda: so_far(v), PATIENCE)
    sender.all([probe(n) for n in range(601, 641)], every=0.01)
    sender.all([probe(640, kind=2)] * 3, every=0.01)
    done = v.wait(25)
    m, dropped = only(done), kernel_drops(c, fam)
    same(m["lost"], 640 - m["packets"], "lost")
    same((m["lost_socket"], end(done)["dropped_socket"]), (dropped, dropped), "lost in the socket, and by the kernel")
    same(m["lost"], dropped + 3, "lost in all")
    way = [(g["first"], g["n"]) for g in m["gaps"] if g["where"] == "way"]
    same(way, [(20, 2), (605, 1)], "gaps on the way")
    at_socket = [g for g in m["gaps"] if g["where"] == "socket"]
    same(sum(g["n"] for g in at_socket), dropped, "gaps in the socket")
    check(any(g["first"] + g["n"] == 601 for g in at_socket), "the gap up to 601 is not the socket's", at_socket)
    same(sums(done)["lost_socket"], dropped, "in the end")


# ---- limits and ends --------------------------------------------------------------------------------------


@test("--max-loss and --min-packets decide the exit code, and the verdict says why", families=True)
def limits(fam):
    numbers = [n for n in range(1, 101) if n not in (10, 20)]
    datagrams = [probe(n) for n in numbers]
    for args, code in ((["--max-loss", "2%"], 0), (["--max-loss", "1.9%"], 1), (["--max-loss", "0"], 1),
                       (["--max-loss", "100%"], 0), (["--min-packets", 98], 0), (["--min-packets", 99], 1),
                       (["--min-packets", 0], 0), (["--max-loss", "2", "--min-packets", 98], 0)):
        done = told(fam, datagrams, *args)
        e = end(done)
        same((done.code, e["exit"], e["verdict"] == "good"), (code, code, code == 0), "exit code of %s" % args)


@test("--max-loss: one bad stream of two is enough, and so is a target that got too few", families=True)
def limits_each(fam):
    s, c = pair()
    for args, code in ((["--max-loss", "10%"], 1), (["--max-loss", "20%"], 0), (["--min-packets", 80], 0),
                       (["--min-packets", 81], 1)):
        v = recv(c, "-c", 280, "-w", 15, *args, target(group(fam)), target(group(fam, 2)))
        Sender(s, fam).all([probe(n) for n in range(1, 201)])
        Sender(s, fam, group(fam, 2)).all([probe(n) for n in range(1, 101) if n % 5 != 3])
        done = v.wait(20)
        same(done.code, code, "exit code of %s" % args)
        check(code == 0 or group(fam, 2) in end(done)["verdict"], "the verdict does not name it", end(done)["verdict"])


@test("nothing came: exit 1; --min-packets 0 wants nothing", families=True)
def nothing_came(fam):
    _, c = pair()
    for args, code in ((), 1), (("--min-packets", 0), 0):
        done = recv(c, "-w", 0.5, *args, target(group(fam))).wait()
        same((done.code, end(done)["exit"], end(done)["packets"]), (code, code, 0), "exit code, packets")
        same(streams(done), [], "streams")
    check(end(recv(c, "-w", 0.3, target(group(fam))).wait())["verdict"] != "good", "the verdict is good")


@test("--max-jitter and --max-delay-p99: passed, kept, and not to be had", families=True)
def limits_time(fam):
    datagrams = lambda: [probe(n, at=time.time() - 0.05 * (n % 2)) for n in range(1, 41)]
    for args, code in ((["--max-jitter", "10s"], 0), (["--max-jitter", "1ms"], 1), (["--max-delay-p99", "20s"], 0),
                       (["--max-delay-p99", "5ms"], 1)):
        done = told(fam, datagrams(), *args, "--clock", "synced")
        same(done.code, code, "exit code of %s (%s)" % (args, end(done)["verdict"]))
    for args in ["--max-jitter", "10s"], ["--max-delay-p99", "10s"]:
        same(told(fam, noise(30, 1), *args).code, 1, "exit code of %s where it is not known" % args)


@test("-c stops after so many datagrams, were it in a train; -w after so many seconds", families=True)
def count_and_time(fam):
    s, c = pair()
    for how in ["--io", "single"], ["--io", "trains", "--train", 16]:
        v = recv(c, "-c", 101, "-w", 15, target(group(fam)))
        send(s, "-c", 300, "--rate", "5000pps", "-s", 64, *how, target(group(fam)))
        done = v.wait(20)
        same((only(done)["packets"], end(done)["packets"], only(done)["lost"]), (101, 101, 0), "packets, lost")
    begin = time.monotonic()
    done = recv(c, "-w", 1.2, target(group(fam))).wait()
    among(time.monotonic() - begin, 1.2, 8, "seconds")
    among(end(done)["seconds"], 1.2, 8, "seconds as told")


@test("--idle waits for the first, however long; --until-end for the last of two", families=True)
def idle(fam):
    s, c = pair()
    v = recv(c, "--idle", 0.6, "-w", 20, target(group(fam)))
    time.sleep(1.2)
    check(v.proc.poll() is None, "--idle ended it before anything came")
    Sender(s, fam).all([probe(n) for n in range(1, 11)])
    among(end(v.wait())["seconds"], 1.8, 15, "seconds")
    v = recv(c, "--until-end", "-w", 20, target(group(fam)))
    a, b = Sender(s, fam), Sender(s, fam)
    a.all([probe(1), probe(2)])
    b.all([probe(1, SESSION + 1), probe(2, SESSION + 1)])
    a.all([probe(2, kind=2)] * 3)
    time.sleep(0.6)
    check(v.proc.poll() is None, "it ended with the first of two streams")
    b.all([probe(2, SESSION + 1, kind=2)])
    same([m["ended"] for m in streams(v.wait())], [True, True], "ended")


@test("--streams: what there is no room for is counted together", families=True)
def no_room(fam):
    s, c = pair()
    v = recv(c, "--streams", 3, "-c", 50, "-w", 15, target(group(fam)))
    for k in range(5):
        Sender(s, fam).all([probe(n, SESSION + k) for n in range(1, 11)])
    done = v.wait(20)
    e = end(done)
    same((e["streams"], e["packets"], e["other_packets"]), (3, 50, 20), "streams, packets, of others")


if __name__ == "__main__":
    main(abreast=4)
