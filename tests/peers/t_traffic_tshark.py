#!/usr/bin/env python3
"""t_traffic_tshark.py - what mcast recv --write made of datagrams, read by tshark: their fields, their checksums."""
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import shark
from receiving import PORT, Sender, counted, file, only, recv, send
from rig import pair
from tap import among, check, main, same, test
from verbs import group, target
from wire import Capture, pack

GOOD = "1"  # of a checksum's status
EITHER = "frame.time_epoch frame.len udp.srcport udp.dstport udp.length udp.checksum udp.checksum.status udp.payload " \
         "_ws.malformed _ws.expert"
FIELDS = {4: ("ip.version ip.hdr_len ip.src ip.dst ip.ttl ip.dsfield ip.len ip.proto ip.frag_offset "
              "ip.checksum.status " + EITHER).split(),
          6: ("ipv6.version ipv6.src ipv6.dst ipv6.hlim ipv6.tclass ipv6.plen ipv6.nxt " + EITHER).split()}
SIZES = (0, 1, 2, 31, 1000, 1472, 1473, 9000, 65507)  # the last ones come in fragments


def read(fam, name):
    # Whatever the payload looks like, it is data.
    return shark.packets(name, FIELDS[fam], "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o",
                         "udp.try_heuristic_first:FALSE", "-d", "udp.port==%d,data" % PORT)


def network(fam, source, dest, ttl, tos, size):
    """The fields of the IP header, as tshark writes them; size: of the payload."""
    if fam == 4:
        return {"ip.version": "4", "ip.hdr_len": "20", "ip.src": source, "ip.dst": dest, "ip.ttl": str(ttl),
                "ip.dsfield": "0x%02x" % tos, "ip.len": str(28 + size), "ip.proto": "17",
                "ip.frag_offset": "0", "ip.checksum.status": GOOD}
    return {"ipv6.version": "6", "ipv6.src": source, "ipv6.dst": dest, "ipv6.hlim": str(ttl),
            "ipv6.tclass": "0x%08x" % tos, "ipv6.plen": str(8 + size), "ipv6.nxt": "17"}


def packet(fam, source, port, dest, ttl, tos, data):
    """All fields of one packet but its time and checksum."""
    got = network(fam, source, dest, ttl, tos, len(data))
    got.update({"frame.len": str((28 if fam == 4 else 48) + len(data)), "udp.srcport": str(port),
                "udp.dstport": str(PORT), "udp.length": str(8 + len(data)), "udp.checksum.status": GOOD})
    return dict(got, **{"udp.payload": data.hex()}) if data else got


def agrees(seen, wanted, began):
    """Packets are those that are wanted, were taken in this order since then, and are without a fault."""
    same(len(seen), len(wanted), "packets in the file")
    times = [float(p.pop("frame.time_epoch")[0]) for p in seen]
    check(times == sorted(times), "times go back", times)
    among(times[0], began, time.time(), "first time")
    among(times[-1], began, time.time(), "last time")
    for n, (p, w) in enumerate(zip(seen, wanted)):
        p.pop("udp.checksum")
        flat = {k: ",".join(v) for k, v in p.items()}
        bad = {k: (flat.get(k), w.get(k)) for k in set(flat) | set(w) if flat.get(k) != w.get(k)}
        check(not bad, "packet %d, as tshark reads it and as it was sent" % n, str(bad)[:500])


def sender(node, fam, ttl, tos):
    s = Sender(node, fam, ttl=ttl)
    level, option = (socket.IPPROTO_IP, socket.IP_TOS) if fam == 4 else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
    s.sock.setsockopt(level, option, tos)
    s.sock.bind((node.addr(fam), 0))
    return s, s.sock.getsockname()[1]


def one_sum(words):
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def adds_up(fam, source, port):
    """A payload whose datagram's checksum comes out as 0, and is written as 0xffff (RFC 768, RFC 8200 8.1)."""
    head = pack(source) + pack(group(fam)) + struct.pack("!HHHHHH", 17, 10, port, PORT, 10, 0)
    return struct.pack("!H", 0xffff - one_sum(struct.unpack("!%dH" % (len(head) // 2), head)))


@test("datagrams of every size, empty and fragmented ones: all fields, and both checksums", families=True)
def sizes(fam):
    s, c = pair()
    name, began = file("recv.pcap"), time.time()
    v = recv(c, "--write", name, target(group(fam)))
    a, port = sender(s, fam, 9, 0xb8)
    b, other = sender(s, fam, 255, 0x03)
    wanted = []
    for size in SIZES:
        data = os.urandom(size)
        for who, *head in (a, port, group(fam), 9, 0xb8), (b, other, group(fam), 255, 0x03):
            who.all([data])
            wanted.append(packet(fam, s.addr(fam), *head, data))
            counted(v, len(wanted))
    same(v.stop().code, 0, "exit code")
    agrees(read(fam, name), wanted, began)


@test("a checksum that comes out as 0 is written as 0xffff", families=True)
def zero(fam):
    s, c = pair()
    name = file("recv.pcap")
    v = recv(c, "--write", name, "-c", 1, target(group(fam)))
    a, port = sender(s, fam, 1, 0)
    data = adds_up(fam, s.addr(fam), port)
    a.all([data])
    same(v.wait().code, 0, "exit code")
    seen = read(fam, name)
    same([(p["udp.checksum"], p["udp.checksum.status"], p["udp.payload"]) for p in seen],
         [(["0xffff"], [GOOD], [data.hex()])], "checksum, its status, payload")


@test("trains are written as the datagrams that they are", families=True)
def trains(fam):
    s, c = pair()
    name, began = file("recv.pcap"), time.time()
    capture = Capture(c)
    v = recv(c, "--write", name, "--until-end", "-w", 20, target(group(fam)))
    send(s, "--io", "trains", "--train", 16, "--rate", "20kpps", "-s", 500, "-c", 203, "-t", 4, "-Q", "af41",
         target(group(fam)))
    m = only(v.wait())
    check(m["train_came"] > 1, "no train came", m)
    frames = capture.udp(port=PORT, out=False)
    sent = [f.data[i:i + 500] for f in frames for i in range(0, len(f.data), 500)]
    same(len([d for d in sent if len(d) == 500]), 203, "datagrams on the wire")
    port = frames[0].sport
    seen = read(fam, name)
    # It ends with the first of the three ends; the others may have come behind it.
    among(len(seen), 204, 206, "packets in the file")
    agrees(seen, [packet(fam, s.addr(fam), port, group(fam), 4, 0x88, d) for d in sent[:len(seen)]], began)


main(abreast=4)
