#!/usr/bin/env python3
"""t_iperf.py - iperf 2: its traffic counted by mcast recv and by iperf -s beside it, ours counted by iperf -s."""
import collections
import os
import re
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import tap
from peer import Peer, member
from receiving import agrees, only, recv, send, streams
from relay import DROP, END, SWAP, hold, road
from rig import pair, three
from tap import among, check, main, same, test
from verbs import group, target

PORT = 5001
SSM = {4: "232.1.2.3", 6: "ff35::1:3"}
# Of 400: two alone, five on end, and the last are lost; two come late.
SOME = {10: DROP, 12: DROP, 50: SWAP, **{n: DROP for n in range(100, 105)}, 200: hold(3), 400: DROP}
Row = collections.namedtuple("Row", "time source sport group port id seconds bytes bps jitter lost total share late")


def family(fam):
    return ["-V"] if fam == 6 else []


def to(fam, n=1):
    return target(group(fam, n), PORT)


def client(node, fam, *args, n=1):
    """Start iperf as a sender to a group."""
    return Peer(node, "iperf", "-c", group(fam, n), "-u", "-p", PORT, "-e", *family(fam), *args)


def sent(p):
    """How many datagrams a sender says that it wrote; its end is not among them."""
    done = p.wait()
    said = re.findall(r" (\d+)/(\d+) +\d+ pps$", done.stdout, re.M)
    check(done.code == 0 and len(said) == 1, "iperf does not tell what it sent", done.stdout, done.stderr)
    same(said[0][1], "0", "errors of iperf")
    return int(said[0][0])


def server(node, fam, *args, to_group=None, n=1):
    """Start iperf as a receiver of a group."""
    g = to_group or group(fam, n)
    # It writes lines late where they go into a pipe.
    return member(node, fam, g, PORT, "stdbuf", "-oL", "iperf", "-s", "-u", "-y", "C", "-p", PORT, "-B", g,
                  *family(fam), *args)


def row(p):
    """The report of one stream: bytes, what was lost, of how many, and how many came late, as numbers."""
    r = Row(*p.wait_line(lambda s: s.count(",") == len(Row._fields) - 1).split(","))
    return r._replace(**{k: int(getattr(r, k)) for k in ("bytes", "lost", "total", "late")}, jitter=float(r.jitter))


def number(f):
    """The number in a frame of iperf; END for the one that says that the stream is over."""
    if f.dport != PORT or len(f.data) < 20:
        return None
    n = struct.unpack_from("!i", f.data)[0]
    return END if n < 0 else n


# ---- iperf sends ------------------------------------------------------------------------------------------


@test("iperf's stream is counted as it says, and as iperf -s beside counts it", families=True)
def counted(fam):
    s, c = pair()
    beside = server(c, fam)
    v = recv(c, "--until-end", "-w", 20, "--clock", "synced", to(fam))
    n = sent(client(s, fam, "-b", "500pps", "-l", 200, "-t", 1, "-T", 7, "-S", "0xb8"))
    done = v.wait(25)
    m = only(done)
    among(n, 400, 600, "what iperf says that it sent")
    same((done.code, m["format"], m["ended"], m["source"]), (0, "iperf", True, s.addr(fam)), "exit, format, end, who")
    same((m["packets"], m["bytes"], m["bytes_min"], m["bytes_max"]), (n, n * 200, 200, 200), "packets and bytes")
    same((m["first_seq"], m["last_seq"], m["lost"], m["reordered"], m["duplicates"]), (1, n, 0, 0, 0), "numbers")
    same((m["ttl_min"], m["ttl_max"], m["dscp"]), (7, 7, [46]), "TTL and DSCP")
    delays(m)
    r = row(beside)
    same((r.lost, r.total, r.late), (0, n + 1, 0), "lost, all with the end, and late, by iperf -s")


def delays(m):
    """The clocks are one: no delay is negative, none is long. iperf's time is cut to microseconds."""
    d = m["delay"]
    same((d["basis"], d["negative"]), ("synced", 0), "basis of delays, and how many are negative")
    check(0 <= d["min_s"] <= d["p50_s"] <= d["p99_s"] <= d["max_s"] < 5 and d["p50_s"] < 1, "delays", d)
    among(m["jitter_s"], 0, 0.5, "jitter")


@test("iperf as it is by default, by a rate in bits, in words", families=True)
def default(fam):
    s, c = pair()
    v = recv(c, "--until-end", "-w", 20, to(fam), as_json=False)
    n = sent(client(s, fam, "-b", "4m", "-t", 1))
    text = v.wait(25).stdout
    where = r"^--- \[?%s\]?:\d+ > %s on eth0: iperf ---$" % tuple(map(re.escape, (s.addr(fam), to(fam))))
    check(re.search(where, text, re.M), "its heading", text)
    size = 1470 if fam == 4 else 1450
    check(re.search(r"^  came +%d packets, %d bytes in " % (n, n * size), text, re.M), "what came", text)
    check(re.search(r"^  lost +0;", text, re.M), "what was lost", text)


@test("what is dropped and held back on the way counts the same as by iperf -s beside", families=True)
def lossy(fam):
    relay, s, c = road(SOME, number)
    beside = server(c, fam)
    v = recv(c, "--until-end", "-w", 20, to(fam))
    n = sent(client(s, fam, "-b", "1000pps", "-l", 200, "-n", 400 * 200))
    m, r = only(v.wait(25)), row(beside)
    same(n, 400, "what iperf says that it sent")
    t = agrees(m, relay.only().passed, n)
    same((t.lost, t.reordered, m["ended"]), (8, 2, True), "lost and late, and the end")
    same((r.lost, r.total, r.late), (8, n + 1, 2), "lost, all with the end, and late, by iperf -s")


@test("two senders of one group are two streams, and both must end")
def senders():
    c, a, b = three()
    v = recv(c, "--until-end", "-w", 20, to(4))
    first = client(a, 4, "-b", "500pps", "-l", 100, "-t", 1)
    second = client(b, 4, "-b", "200pps", "-l", 300, "-t", 2.5)
    said = {a.addr(4): (sent(first), 100), b.addr(4): (sent(second), 300)}
    got = {m["source"]: m for m in streams(v.wait(25))}
    same({k: (m["packets"], m["bytes"] // m["packets"]) for k, m in got.items()}, said, "packets and their size")
    same([(m["lost"], m["ended"]) for m in got.values()], [(0, True)] * 2, "lost, ended")


# ---- iperf receives ---------------------------------------------------------------------------------------


def feed(node, *args):
    e = send(node, "--format", "iperf", *args)
    same(e["unsent"], 0, "not sent")
    return e["datagrams"]


@test("iperf -s reports what mcast send sent, and no loss", families=True)
def fed(fam):
    s, c = pair()
    p = server(c, fam)
    same(feed(s, "--rate", "1kpps", "-s", 300, "-c", 400, to(fam)), 400, "sent")
    r = row(p)
    same((r.source, r.group, r.port), (s.addr(fam), group(fam), str(PORT)), "who, and where to")
    same((r.lost, r.total, r.late), (0, 401, 0), "lost, all with the end, and late")
    same(r.bytes, 400 * 300 + 20, "bytes, those of the end among them")
    among(r.jitter, 0, 500, "jitter in ms")


@test("iperf -s of one source reports it", families=True)
def of_source(fam):
    s, c = pair()
    p = server(c, fam, "-H", s.addr(fam), to_group=SSM[fam])
    feed(s, "--rate", "1kpps", "-s", 100, "-c", 200, target(SSM[fam], PORT))
    r = row(p)
    same((r.group, r.lost, r.total, r.late), (SSM[fam], 0, 201, 0), "group, lost, all with the end, and late")


@test("iperf -s reports what was dropped and held back, the first two ends too", families=True)
def fed_lossy(fam):
    ends = iter((DROP, DROP))
    relay, s, c = road(lambda n, f: next(ends, None) if n == END else SOME.get(n), number)
    p = server(c, fam)
    feed(s, "--rate", "1kpps", "-s", 300, "-c", 400, to(fam))
    r, way = row(p), relay.only()
    same((len(way.dropped), way.ends), (8, 1), "what the relay dropped, and the ends that it let through")
    same((r.lost, r.total, r.late), (8, 401, 2), "lost, all with the end, and late")


@test("iperf -s reports the first ones, too, when they are lost")
def fed_late():
    relay, s, c = road({n: DROP for n in (1, 2, 3, 7)}, number)
    p = server(c, 4)
    feed(s, "--rate", "1kpps", "-s", 64, "-c", 100, to(4))
    r = row(p)
    same(relay.only().dropped, [1, 2, 3, 7], "what the relay dropped")
    same((r.lost, r.total, r.late), (4, 101, 0), "lost, all with the end, and late")


@test("an iperf -s for each of two groups reports its own half, sent in trains", families=True)
def trains(fam):
    s, c = pair()
    servers = [server(c, fam, n=n) for n in (1, 2)]
    # Few enough for a receive buffer of the system's size.
    feed(s, "--io", "trains", "--train", 20, "--rate", "2kpps", "-s", 100, "-c", 200, to(fam) + "+2")
    got = [row(p) for p in servers]
    same([(r.group, r.lost, r.total, r.late, r.bytes) for r in got],
         [(group(fam, n), 0, 101, 0, 100 * 100 + 20) for n in (1, 2)], "group, lost, all, late, and bytes")


for tool in "iperf", "stdbuf":
    if not shutil.which(tool):
        tap.skip_all("%s is not installed (./dev check-peers installs it)" % tool)
main(abreast=4)
