"""
wire.py - what is on the wire: capture on an interface, frames taken apart, frames made by hand.

A small decoder of its own (RFC 791, 8200, 768; IGMP by RFC 2236 and 9776, MLD by RFC 2710 and
9777), so that the tests do not believe the program's. An old Report is an IS_EX {} record and
a Leave or Done is TO_IN {}, as the RFCs have it.
"""
import select
import socket
import struct
import time

import tap

ETH_ALL, ETH_IPV4, ETH_IPV6 = 0x0003, 0x0800, 0x86dd
UDP, IGMP, ICMPV6 = 17, 2, 58
IS_IN, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK = 1, 2, 3, 4, 5, 6


def _text(raw):
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def pack(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


class Frame:
    """One frame; what it has not is None. `out` is true when this node sent it."""

    def __init__(self, raw, out):
        self.raw, self.out = raw, out
        self.fam = self.src = self.dst = self.ttl = self.tos = self.proto = self.fragment = None
        self.sport = self.dport = self.data = None
        self.records = []  # of a membership report: (type, group, [sources])
        kind = struct.unpack_from("!H", raw, 12)[0]
        if kind == ETH_IPV4:
            self._ipv4(raw[14:])
        elif kind == ETH_IPV6:
            self._ipv6(raw[14:])

    def __repr__(self):
        way = "out" if self.out else "in"
        text = "%s %s > %s ttl=%s proto=%s" % (way, self.src, self.dst, self.ttl, self.proto)
        if self.data is not None:
            text += " ports %d > %d, %d bytes" % (self.sport, self.dport, len(self.data))
        return text + ("" if not self.records else " %r" % self.records)

    def _ipv4(self, p):
        self.fam, self.tos, self.ttl, self.proto = 4, p[1], p[8], p[9]
        self.src, self.dst = _text(p[12:16]), _text(p[16:20])
        offset = struct.unpack_from("!H", p, 6)[0]
        self.fragment = bool(offset & 0x3fff)
        if not offset & 0x1fff:
            self._payload(p[(p[0] & 15) * 4:struct.unpack_from("!H", p, 2)[0]])

    def _ipv6(self, p):
        self.fam, self.tos, self.ttl = 6, struct.unpack_from("!H", p)[0] >> 4 & 0xff, p[7]
        self.src, self.dst = _text(p[8:24]), _text(p[24:40])
        self.fragment = False
        following, at = p[6], 40
        while following in (0, 43, 44, 60):
            if following == 44:
                self.fragment = True
                if struct.unpack_from("!H", p, at + 2)[0] & 0xfff8:
                    return
            following, at = p[at], at + (8 if following == 44 else p[at + 1] * 8 + 8)
        self.proto = following
        self._payload(p[at:])

    def _payload(self, p):
        if self.proto == UDP:
            self.sport, self.dport = struct.unpack_from("!HH", p)
            self.data = p[8:]
        elif self.proto == IGMP:
            self._report(p, 4, {0x12: IS_EX, 0x16: IS_EX, 0x17: TO_IN}, 0x22)
        elif self.proto == ICMPV6 and p[0] in (131, 132, 143):
            self._report(p, 16, {131: IS_EX, 132: TO_IN}, 143)

    def _report(self, p, size, old, new):
        if p[0] in old:
            at = 4 if size == 4 else 8
            self.records = [(old[p[0]], _text(p[at:at + size]), [])]
        elif p[0] == new:
            at = 8
            for _ in range(struct.unpack_from("!H", p, 6)[0]):
                kind, aux, n = struct.unpack_from("!BBH", p, at)
                a = [_text(p[at + 4 + i * size:at + 4 + (i + 1) * size]) for i in range(n + 1)]
                self.records.append((kind, a[0], a[1:]))
                at += 4 + (n + 1) * size + 4 * aux


class Capture:
    """All frames that pass an interface of a node from now on."""

    def __init__(self, node, ifname="eth0"):
        self.frames = []
        self.sock = node.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        except OSError:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        with node:
            self.sock.bind((ifname, ETH_ALL))

    def take(self, wait=0.0):
        """Take in what has come, waiting at most so long for the first; not for ever in a flood."""
        for _ in range(10000):
            if not select.select([self.sock], [], [], wait)[0]:
                break
            raw, where = self.sock.recvfrom(1 << 17)
            self.frames.append(Frame(raw, where[2] == 4))
            wait = 0
        return self.frames

    def until(self, want, timeout=10):
        """The frames for which want() is true, as soon as there is one; none after timeout."""
        end = time.monotonic() + timeout
        while True:
            got = [f for f in self.take() if want(f)]
            if got or time.monotonic() > end:
                return got
            self.take(0.05)

    def record(self, kind, group, sources=(), timeout=10):
        """Tell whether a report with this record was seen, waiting for it."""
        wanted = (kind, group, list(sources))
        return bool(self.until(lambda f: wanted in f.records, timeout))

    def udp(self, port=None, out=None):
        """UDP frames seen so far, from or to a port, sent or received."""
        self.take()
        return [f for f in self.frames if f.data is not None and (port is None or port in (f.sport, f.dport))
                and (out is None or out == f.out)]

    def datagrams(self, size, **which):
        """The number of datagrams of a size, where one frame may be a train of them."""
        return sum(max(1, len(f.data) // size) for f in self.udp(**which))


def checksum(data):
    """The Internet checksum of RFC 1071, as it is to be written."""
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def udp_packet(src, sport, dst, dport, data, ttl=64):
    """An IP packet with a UDP datagram, whatever the addresses and ports."""
    s, d, n = pack(src), pack(dst), 8 + len(data)
    pseudo = s + d + struct.pack("!II", n, UDP)
    csum = checksum(pseudo + struct.pack("!4H", sport, dport, n, 0) + data) or 0xffff
    udp = struct.pack("!4H", sport, dport, n, csum) + data
    if len(s) == 16:
        return struct.pack("!IHBB", 6 << 28, n, UDP, ttl) + s + d + udp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + n, 0, 0x4000, ttl, UDP, 0) + s + d
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + udp


def group_ether(group):
    g = pack(group)
    return b"\x01\x00\x5e" + bytes([g[1] & 0x7f]) + g[2:] if len(g) == 4 else b"\x33\x33" + g[12:]


class Forger:
    """Sends packets with any source by an interface of a node."""

    def __init__(self, node, ifname="eth0"):
        self.sock = node.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with node:
            self.sock.bind((ifname, 0))
        self.ether = self.sock.getsockname()[4]

    def send(self, src, sport, dst, dport, data, ether=None):
        """ether is the Ethernet address of a unicast destination's next hop."""
        tap.check(ether or pack(dst)[0] >> 4 in (0xe, 0xf), "unicast needs an Ethernet address")
        packet = udp_packet(src, sport, dst, dport, data)
        kind = ETH_IPV6 if ":" in dst else ETH_IPV4
        self.sock.send((ether or group_ether(dst)) + self.ether + struct.pack("!H", kind) + packet)
