"""
frames.py - IGMP, MLD and what is near them as octets: messages, the IP packets around them, frames.

An encoder of the tests' own, so that captures and live frames do not come from the program under
test: RFC 9776 4, 2236 2, 1112 Appendix I (IGMP), 9777 5, 2710 3 (MLD), 4286 (multicast router
discovery), 7761 4.9 (PIM), 2113 and 2711 (Router Alert). It checks nothing: what is wrong on
purpose is written as it is asked for. Every message is given as its IP packet.
"""
import socket
import struct

from wire import ETH_IPV4, ETH_IPV6, ICMPV6, IGMP, checksum, group_ether, pack

PIM = 103
VLAN, SERVICE_VLAN = 0x8100, 0x88a8
ALL_NODES = {4: "224.0.0.1", 6: "ff02::1"}
ALL_ROUTERS = {4: "224.0.0.2", 6: "ff02::2"}
ALL_REPORTS = {4: "224.0.0.22", 6: "ff02::16"}
ALL_SNOOPERS = {4: "224.0.0.106", 6: "ff02::6a"}
ALL_PIM = {4: "224.0.0.13", 6: "ff02::d"}
ANY = {4: "0.0.0.0", 6: "::"}
NEWEST = {4: 3, 6: 2}
MAC = b"\x02\0\0\0\0\x07"
ALERT4 = b"\x94\x04\0\0"
ALERT6 = b"\x05\x02\0\0"


def host(fam, n=7):
    """The address of host n: a link-local one in IPv6, as MLD wants it."""
    return "10.0.0.%d" % n if fam == 4 else "fe80::%x" % n


def source(fam, n=9):
    """A source of datagrams."""
    return "10.9.0.%d" % n if fam == 4 else "2001:db8::%x" % n


# ---- the packet ------------------------------------------------------------------------------


def ipv4(payload, src, dst, proto=IGMP, ttl=1, tos=0xc0, alert=True, header_checksum=None, options=None, cut=0,
         fragment=0):
    """cut: so many octets more than there are stand in the header's length."""
    if options is None:
        options = ALERT4 if alert else b""
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, tos, words * 4 + len(payload) + cut, 1, fragment, ttl, proto, 0)
    head += pack(src) + pack(dst) + options
    summed = checksum(head) if header_checksum is None else header_checksum
    return head[:10] + struct.pack("!H", summed) + head[12:] + payload


def ipv6(payload, src, dst, proto=ICMPV6, ttl=1, tos=0, alert=True, options=None, cut=0, fragment=None):
    if options is None and alert:
        options = ALERT6 + b"\x01\0"
    first = proto
    if fragment is not None:
        payload, first = struct.pack("!BBHI", first, 0, fragment, 7) + payload, 44
    if options is not None:
        payload, first = bytes([first, (len(options) + 2) // 8 - 1]) + options + payload, 0
    head = struct.pack("!IHBB", 6 << 28 | tos << 20, len(payload) + cut, first, ttl)
    return head + pack(src) + pack(dst) + payload


def packet(payload, src, dst, proto=None, sum_=None, **how):
    """The IP packet around a message whose checksum, at octet 2, is to be filled in, or is sum_."""
    fam = 6 if ":" in src else 4
    proto = proto or (IGMP if fam == 4 else ICMPV6)
    pseudo = b"" if fam == 4 else pack(src) + pack(dst) + struct.pack("!II", len(payload), proto)
    if len(payload) >= 4:
        summed = checksum(pseudo + payload[:2] + b"\0\0" + payload[4:]) if sum_ is None else sum_
        payload = payload[:2] + struct.pack("!H", summed) + payload[4:]
    return (ipv4 if fam == 4 else ipv6)(payload, src, dst, proto, **how)


def destination(ip):
    """Where a packet goes, as text and by family."""
    if ip[0] >> 4 == 4:
        return socket.inet_ntop(socket.AF_INET, ip[16:20])
    return socket.inet_ntop(socket.AF_INET6, ip[24:40])


# ---- messages -----------------------------------------------------------------------------------


def addresses(fam, list_):
    return b"".join(pack(a) for a in list_)


def query_octets(fam, version, group, sources, code, s, qrv, qqic, flags, n):
    tail = b""
    if version == NEWEST[fam]:
        n = len(sources) if n is None else n
        tail = struct.pack("!BBH", flags << 4 | s << 3 | qrv, qqic, n) + addresses(fam, sources)
    if fam == 4:
        return struct.pack("!BBH", 0x11, code, 0) + pack(group) + tail
    return struct.pack("!BBHHH", 130, 0, 0, code, 0) + pack(group) + tail


def query(fam, version=None, group=None, sources=(), code=None, s=0, qrv=2, qqic=125, flags=0, n=None, extra=b"",
          src=None, dst=None, **how):
    """code: the Max Resp Code; by default it is 10 s, which IGMPv1 says by 0."""
    if code is None:
        code = 10000 if fam == 6 else 0 if version == 1 else 100
    octets = query_octets(fam, version or NEWEST[fam], group or ANY[fam], sources, code, s, qrv, qqic, flags, n)
    return packet(octets + extra, src or host(fam, 1), dst or group or ALL_NODES[fam], **how)


def record(fam, kind, group, sources=(), aux=b"", n=None):
    n = len(sources) if n is None else n
    return struct.pack("!BBH", kind, len(aux) // 4, n) + pack(group) + addresses(fam, sources) + aux


def report(fam, *records, flags=0, n=None, extra=b"", src=None, dst=None, **how):
    """An IGMPv3 or MLDv2 report; records as (type, group, sources, aux), the last two may lack."""
    n = len(records) if n is None else n
    octets = struct.pack("!BBHHH", 0x22 if fam == 4 else 143, 0, 0, flags, n)
    octets += b"".join(record(fam, *r) for r in records) + extra
    return packet(octets, src or host(fam), dst or ALL_REPORTS[fam], **how)


def _old(fam, kind, group, extra, src, dst, how):
    octets = bytes([kind]) + bytes(3 if fam == 4 else 7) + pack(group) + extra
    return packet(octets, src or host(fam), dst, **how)


def old_report(fam, group, version=None, extra=b"", src=None, dst=None, **how):
    """A report of IGMPv1 or 2, or of MLDv1."""
    kind = 131 if fam == 6 else 0x12 if version == 1 else 0x16
    return _old(fam, kind, group, extra, src, dst or group, how)


def leave(fam, group, extra=b"", src=None, dst=None, **how):
    """IGMPv2's Leave Group, MLDv1's Done."""
    return _old(fam, 0x17 if fam == 4 else 132, group, extra, src, dst or ALL_ROUTERS[fam], how)


def mrd(fam, kind, interval=20, query_interval=125, robustness=2, src=None, dst=None, **how):
    """kind: 0 advertisement, 1 solicitation, 2 termination."""
    octets = struct.pack("!BBH", (0x30 if fam == 4 else 151) + kind, interval if kind == 0 else 0, 0)
    if kind == 0:
        octets += struct.pack("!HH", query_interval, robustness)
    return packet(octets, src or host(fam, 1), dst or (ALL_ROUTERS if kind == 1 else ALL_SNOOPERS)[fam], **how)


def pim(fam, kind=0, body=b"\0\1\0\2\0\x69", src=None, **how):
    """PIM; without more a hello with a hold time of 105 s. It has no Router Alert."""
    how.setdefault("alert", False)
    return packet(bytes([0x20 | kind, 0, 0, 0]) + body, src or host(fam, 1), ALL_PIM[fam], PIM, **how)


def igmp(kind, code=0, body=bytes(4), src=None, dst=None, **how):
    return packet(bytes([kind, code, 0, 0]) + body, src or host(4), dst or ALL_NODES[4], **how)


# ---- frames -------------------------------------------------------------------------------------


def ethertype(ip):
    return ETH_IPV4 if ip[0] >> 4 == 4 else ETH_IPV6


def tags(vlans, kind):
    """VLAN tags, the outer one first: (the first type, all behind it). An id may be (tag type, id)."""
    pairs = [v if isinstance(v, tuple) else (VLAN, v) for v in vlans]
    kinds = [k for k, _ in pairs] + [kind]
    rest = b"".join(struct.pack("!HH", v, k) for (_, v), k in zip(pairs, kinds[1:]))
    return kinds[0], rest


def ethernet(ip, vlans=(), mac=MAC):
    to = destination(ip)
    group = to.startswith("ff") if ":" in to else 224 <= int(to.split(".")[0]) < 240
    first, rest = tags(vlans, ethertype(ip))
    return (group_ether(to) if group else b"\x02\0\0\0\0\x01") + mac + struct.pack("!H", first) + rest + ip


def sll(ip, vlans=(), mac=MAC):
    """Linux cooked v1: packet type, hardware, length of the address, address, protocol."""
    first, rest = tags(vlans, ethertype(ip))
    return struct.pack("!HHH8sH", 2, 1, 6, mac, first) + rest + ip


def sll2(ip, vlans=(), mac=MAC, ifindex=3):
    """Linux cooked v2: protocol, 0, interface, hardware, packet type, length of the address, address."""
    first, rest = tags(vlans, ethertype(ip))
    return struct.pack("!HHIHBB8s", first, 0, ifindex, 1, 2, 6, mac) + rest + ip


def raw(ip, vlans=()):
    return ip
