"""
kernels.py - what a host of a test does without the program under test: joins groups by its kernel, forges packets.
"""
import socket
import struct

import frames
from rig import wait_until
from tap import check
from verbs import PATIENCE, inet
from wire import Forger, pack


def until(fn, why, timeout=PATIENCE):
    got = wait_until(fn, timeout)
    check(got, why)
    return got


def local(node, fam, ifname="eth0"):
    """The address that a kernel reports from."""
    if fam == 4:
        return node.addr(4, ifname)
    row, = [r for r in map(str.split, node.proc("if_inet6").splitlines()) if r[5] == ifname and r[3] == "20"]
    return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(row[0]))


def storage(address):
    """A struct sockaddr_storage."""
    raw = pack(address)
    head = struct.pack("=HH", socket.AF_INET, 0) if len(raw) == 4 else struct.pack("=HHI", socket.AF_INET6, 0, 0)
    return (head + raw).ljust(128, b"\0")


class Member:
    """A socket and a group: the calls of RFC 3678 5, the same for both families."""

    calls = dict(join=42, block=43, unblock=44, leave=45, join_source=46, leave_source=47)

    def __init__(self, node, fam, group_, ifname="eth0"):
        self.sock, self.index = node.socket(inet(fam), socket.SOCK_DGRAM), node.index(ifname)
        self.level, self.group = (socket.IPPROTO_IP if fam == 4 else socket.IPPROTO_IPV6), group_

    def call(self, what, source=None):
        octets = struct.pack("=I4x", self.index) + storage(self.group) + (storage(source) if source else b"")
        self.sock.setsockopt(self.level, self.calls[what], octets)

    def filter(self, exclude, *sources):
        octets = struct.pack("=I4x", self.index) + storage(self.group)
        octets += struct.pack("=II", 0 if exclude else 1, len(sources)) + b"".join(map(storage, sources))
        self.sock.setsockopt(self.level, 48, octets)


def force(node, fam, version):
    name = "net.ipv4.conf.%s.force_igmp_version" if fam == 4 else "net.ipv6.conf.%s.force_mld_version"
    node.sysctl(name % "eth0", version)


def forge(node, packet, vlans=(), ifname="eth0"):
    f = Forger(node, ifname)
    f.sock.send(frames.ethernet(packet, vlans, f.ether))
    f.sock.close()


def src(fam, n=1):
    return frames.source(fam, n)
