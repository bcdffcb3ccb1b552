#!/usr/bin/env python3
"""t_recv_write.py - what mcast recv writes: payloads to standard output, --write, --dump."""
import random
import re
import subprocess
import time

import pcapfile
from kernels import until
from receiving import PORT, Sender, agrees, file, only, probe_number, recv, run, send
from relay import DOUBLE, DROP, SWAP, hold, road
from rig import pair
from tap import among, check, defer, main, same, test
from verbs import MCAST, Verb, group, of, target
from wire import Capture, Frame, checksum


# ---- standard output ------------------------------------------------------------------------------------


def octets(n, seed=1):
    return random.Random(seed).randbytes(n)


class Pour:
    """mcast recv -, with its payloads in a file and what it tells as JSON on stderr."""

    def __init__(self, node, fam, *args):
        self.path = file("out")
        self.out = open(self.path, "wb")
        argv = [*MCAST, "recv", "--json", "-I", "eth0", "-w", "25", *map(str, args), "-", target(group(fam))]
        with node:
            self.proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.PIPE)
        defer(lambda: (self.proc.kill(), self.proc.communicate(), self.out.close()))
        until(lambda: ("eth0", group(fam)) in node.joined(fam), "it does not join")

    def wait(self):
        """The octets it wrote, and the stream."""
        _, told = self.proc.communicate(timeout=30)
        same(self.proc.returncode, 0, "exit code (%s)" % told[-300:])
        events = [Verb._event(line) for line in told.decode().splitlines()]
        with open(self.path, "rb") as f:
            return f.read(), of(events, "stream"), events


def pour(node, fam, source, *args, how=("--idle", 1)):
    """Send what a file or stdin holds from the first node of a pair to recv -."""
    s, c = node
    p = Pour(c, fam, *how)
    done = run(s, "send", "-I", "eth0", *args, target(group(fam)), stdin=source)
    same((done.returncode, done.stderr), (0, b""), "exit code and stderr of send")
    return p.wait()


def same_octets(seen, wanted, what):
    at = next((i for i, (a, b) in enumerate(zip(seen, wanted)) if a != b), min(len(seen), len(wanted)))
    check(seen == wanted, "%s: %d octets of %d, the first other one is at %d" % (what, len(seen), len(wanted), at))


@test("a megabyte through send --file, send - and recv -: every octet, raw and with --header", families=True)
def megabyte(fam):
    data, path, rate = octets(1 << 20), file(), ["--rate", "40Mbit"]
    with open(path, "wb") as f:
        f.write(data)
    out, told, _ = pour(pair(), fam, None, *rate, "-s", 1316, "--file", path)
    same_octets(out, data, "--file")
    same((told[0]["bytes"], told[0]["packets"]), (len(data), -(-len(data) // 1316)), "bytes and packets")
    out, told, _ = pour(pair(), fam, None, *rate, "-s", 1316, "--header", "--file", path, how=["--until-end"])
    same_octets(out, data, "--file --header")
    same((told[0]["format"], told[0]["lost"], told[0]["packets"], told[0]["ended"]),
         ("probe", 0, -(-len(data) // (1316 - 32)), True), "the stream with --header")
    out, told, _ = pour(pair(), fam, data, *rate, "-s", 1000, "-")
    same_octets(out, data, "-")
    same({(m["bytes_min"], m["bytes_max"]) for m in told}, {(len(data) % 1000, 1000)}, "sizes")


@test("the same in trains", families=True)
def megabyte_trains(fam):
    data = octets(1 << 20, 2)
    for args, how in (["-"], ["--idle", 1]), (["--header", "-"], ["--until-end"]):
        out, told, _ = pour(pair(), fam, data, "--rate", "60Mbit", "--io", "trains", "--train", 8, "-s", 1200, *args,
                            how=how)
        same_octets(out, data, "%s in trains" % args)


@test("--lines: each line is a datagram with its end, long ones are cut, and what comes out is the text", families=True)
def lines(fam):
    chance = random.Random(3)
    text = [octets(chance.randint(0, 90), n).replace(b"\n", b"_") for n in range(300)] + [b"x" * 250, b"", b"last"]
    out, told, _ = pour(pair(), fam, b"\n".join(text), "--rate", "2000pps", "-s", 100, "--lines", "-")
    same_octets(out, b"\n".join(text), "lines")
    same(told[0]["packets"], len(text) + 2, "datagrams")


@test("recv - writes in order of arrival, whatever became of them on the way", families=True)
def order(fam):
    plan = {5: DROP, 10: SWAP, 20: DOUBLE, 30: hold(4)}
    relay, s, c = road(plan, probe_number)
    data = b"".join(b"%07d\n" % n for n in range(1, 101))
    out, told, _ = pour((s, c), fam, data, "--rate", "2000pps", "-s", 40, "--header", "-", how=["--until-end"])
    passed = relay.only().passed
    same_octets(out, b"".join(b"%07d\n" % n for n in passed), "what was written")
    agrees(told[0], passed, 100)


@test("recv -: what is told goes to stderr alone; --dump and text as well", families=True)
def pour_text(fam):
    s, c = pair()
    path = file("out")
    with open(path, "wb") as out, c:
        p = subprocess.Popen([*MCAST, "recv", "-v", "-c", "3", "-w", "20", "-", target(group(fam))], stdout=out,
                             stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    defer(lambda: (p.kill(), p.communicate()))
    until(lambda: ("eth0", group(fam)) in c.joined(fam), "it does not join")
    Sender(s, fam).all([b"one", b"two", b"three"])
    _, told = p.communicate(timeout=30)
    with open(path, "rb") as f:
        same((f.read(), p.returncode), (b"onetwothree", 0), "payloads and exit code")
    check(told.startswith(b"receiving ") and b"3 packets, 11 bytes" in told, "what it tells", told)


# ---- files ------------------------------------------------------------------------------------------------


def on_wire(capture):
    return [(f.src, f.sport, f.dst, f.dport, f.ttl, f.tos, f.data) for f in capture.udp(port=PORT, out=False)]


def sums_good(packet):
    """The sums of an IP packet with a datagram, by RFC 791 and 768."""
    if packet[0] >> 4 == 4:
        check(checksum(packet[:20]) == 0, "the sum of the IP header is wrong")
        pseudo, udp = packet[12:20], packet[20:]
    else:
        pseudo, udp = packet[8:40], packet[40:]
    length = len(udp).to_bytes(4, "big") + (17).to_bytes(4, "big")
    check(checksum(pseudo + length + udp) == 0 and udp[6:8] != b"\0\0", "the sum of the datagram is wrong")


@test("--write: what came is in the file, packet by packet, as it was on the wire", families=True)
def written(fam):
    s, c = pair()
    path, capture = file("kept.pcap"), Capture(c)
    v = recv(c, "--until-end", "-w", 20, "--write", path, target(group(fam)))
    begin = time.time()
    send(s, "-c", 60, "--rate", "2000pps", "-s", "32..1400", "-t", 5, "-Q", "af41", target(group(fam)))
    done = v.wait(25)
    link_, _, kept = pcapfile.read(path)
    check(link_ in (pcapfile.RAW, pcapfile.RAW_DLT), "link type %d" % link_)
    kind = b"\x08\0" if fam == 4 else b"\x86\xdd"
    read = [Frame(bytes(12) + kind + p, False) for _, p in kept]
    seen, wire = [(f.src, f.sport, f.dst, f.dport, f.ttl, f.tos, f.data) for f in read], on_wire(capture)
    among(len(seen), 61, 63, "packets in the file, with the first of the stream's ends")
    check(seen == wire[:len(seen)], "not what was on the wire", *[p for p in zip(seen, wire) if p[0] != p[1]][:2])
    for ns, p in kept:
        sums_good(p)
        among(ns / 1e9, begin - 1, time.time() + 1, "time of a packet")
    same([ns for ns, _ in kept], sorted(ns for ns, _ in kept), "times")
    same((only(done)["packets"], only(done)["dscp"], only(done)["ttl_min"]), (60, [34], 5), "packets, dscp, ttl")


@test("--write of trains: each datagram is a packet", families=True)
def written_trains(fam):
    s, c = pair()
    path = file("kept.pcap")
    v = recv(c, "-c", 500, "-w", 20, "--write", path, target(group(fam)))
    send(s, "-c", 500, "--rate", "20000pps", "-s", 200, "--io", "trains", "--train", 16, target(group(fam)))
    same(only(v.wait(25))["packets"], 500, "packets")
    kept = [p for _, p in pcapfile.read(path)[2]]
    head = 28 if fam == 4 else 48
    same([int.from_bytes(p[head + 16:head + 24], "big") for p in kept], list(range(1, 501)), "numbers in the file")
    same({len(p) for p in kept}, {head + 200}, "lengths of packets")
    for p in kept[::50]:
        sums_good(p)


@test("--dump prints the octets of each datagram", families=True)
def dump(fam):
    s, c = pair()
    v = recv(c, "-c", 4, "-w", 20, "--dump", target(group(fam)), as_json=False)
    data = [bytes(range(256)), b"Hello, group", b"", b"x" * 17]
    Sender(s, fam).all(data)
    text = v.wait(25).stdout
    seen = []
    for line in text.splitlines():
        if re.match(r"\d\d:\d\d:\d\d\.\d{6} ", line):
            seen.append(b"")
        m = re.match(r"\t0x[0-9a-f]{4}:  ((?:[0-9a-f]{2,4} )*[0-9a-f]{2,4}) ", line)
        if m:
            seen[-1] += bytes.fromhex(m.group(1).replace(" ", ""))
    same(seen, data, "octets")
    check("Hello, group" in text, "no text beside them", text)


if __name__ == "__main__":
    main(abreast=4)
