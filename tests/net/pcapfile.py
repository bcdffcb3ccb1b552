"""
pcapfile.py - capture files: classic pcap written and read, pcapng written.

By draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng, without libpcap. Packets are (time in
nanoseconds since 1970, frame) or (time, frame, length on the wire); a file holds frames of one
kind of link, numbered as LINKTYPE_* are.
"""
import struct

import frames

ETHERNET, RAW_DLT, RAW, WIFI, SLL, IPV4, IPV6, SLL2 = 1, 12, 101, 105, 113, 228, 229, 276
MICRO, NANO = 0xa1b2c3d4, 0xa1b23c4d

# How an IP packet becomes a frame of each link.
FRAMERS = {ETHERNET: frames.ethernet, SLL: frames.sll, SLL2: frames.sll2, RAW: frames.raw, RAW_DLT: frames.raw,
           IPV4: frames.raw, IPV6: frames.raw}
TAGGED = (ETHERNET, SLL, SLL2)


def octets(link, packets, nano=True, order="<", snap=262144):
    """A classic file's octets; snap cuts what is longer, as a capture with -s does."""
    out = [struct.pack(order + "IHHiIII", NANO if nano else MICRO, 2, 4, 0, 0, snap, link)]
    for ns, frame, *wire in packets:
        part = ns % 10**9 // (1 if nano else 1000)
        kept = frame[:snap]
        out.append(struct.pack(order + "IIII", ns // 10**9, part, len(kept), wire[0] if wire else len(frame)) + kept)
    return b"".join(out)


def write(path, link, packets, **how):
    with open(path, "wb") as f:
        f.write(octets(link, packets, **how))


def parse(data):
    """(link, nano, packets) of a classic file's octets, whatever its byte order; packets as (time, frame)."""
    for order in "<>":
        magic, major, minor, _, _, _, link = struct.unpack_from(order + "IHHiIII", data)
        if magic in (MICRO, NANO):
            break
    else:
        raise ValueError("not a classic capture file: %s" % data[:24].hex())
    if (major, minor) != (2, 4):
        raise ValueError("version %d.%d" % (major, minor))
    at, packets, unit = 24, [], 1 if magic == NANO else 1000
    while at < len(data):
        s, part, kept, _ = struct.unpack_from(order + "IIII", data, at)
        if at + 16 + kept > len(data):
            raise ValueError("cut off after %d packets" % len(packets))
        packets.append((s * 10**9 + part * unit, data[at + 16:at + 16 + kept]))
        at += 16 + kept
    return link & 0xffff, magic == NANO, packets


def read(path):
    with open(path, "rb") as f:
        return parse(f.read())


# ---- pcapng ---------------------------------------------------------------------------------


def _block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def ng_section():
    return _block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))


def ng_interface(link, name=b"", nano=True):
    options = b""
    if name:
        options += struct.pack("<HH", 2, len(name)) + name + bytes(-len(name) % 4)
    if nano:
        options += struct.pack("<HHB3x", 9, 1, 9)  # if_tsresol: 10^-9
    return _block(1, struct.pack("<HHI", link, 0, 262144) + options + (bytes(4) if options else b""))


def ng_packet(interface, ns, frame, nano=True):
    units = ns if nano else ns // 1000
    head = struct.pack("<IIIII", interface, units >> 32, units & 0xffffffff, len(frame), len(frame))
    return _block(6, head + frame)


def write_ng(path, *blocks):
    with open(path, "wb") as f:
        f.write(ng_section() + b"".join(blocks))
