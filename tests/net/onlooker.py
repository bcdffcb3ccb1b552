"""
onlooker.py - `mcast watch` on a wire: started and waited for, beside hosts whose kernels join and leave.
"""
import re
import socket
import struct

import cases
import frames
from rig import Node, link, wait_until
from tap import check
from verbs import PATIENCE, Verb, inet
from watching import need_captures
from wire import TO_EX, Forger, pack

need_captures()
LATEST = 20  # seconds a kernel may take to say all that it has to say


def privileges(pid):
    """The effective capabilities of a process; None where it is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return int(re.search(r"^CapEff:\s*(\w+)", f.read(), re.M).group(1), 16)
    except (OSError, AttributeError):
        return None


def listens(node, proc):
    """It has given up its privileges, which it does when all is open, and has a packet socket."""
    check(proc.poll() is None, "it ended with %s" % proc.returncode)
    return privileges(proc.pid) == 0 and len(node.proc("packet").splitlines()) > 1


def watch(node, *args, **how):
    """Start it, and wait until it hears."""
    v = Verb(node, "watch", *args, **how)
    check(wait_until(lambda: listens(node, v.proc), PATIENCE), "it does not listen")
    return v


def until(fn, why, timeout=PATIENCE):
    got = wait_until(fn, timeout)
    check(got, why)
    return got


def says(v, kind, group_, sources=(), timeout=LATEST, **keys):
    """Wait for a report with such a record, and give its message."""
    def fits(r):
        return (r["record_type"], r["multicast_address"], set(r["source_addresses"])) == (kind, group_, set(sources))
    found = lambda: [e for e in v.of("message", kind="report", **keys) if any(map(fits, e["group_records"]))]
    why = "no report %s(%s, {%s}) %s" % (cases.RECORDS[kind], group_, ", ".join(sources), keys or "")
    return until(found, why, timeout)[0]


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


def two(**versions):
    """A host, and another that watches it; neither was used before."""
    host, watcher = Node("host"), Node("watcher")
    link(host, watcher)
    for fam, version in ((int(k[1]), v) for k, v in versions.items()):
        force(host, fam, version)
    return host, watcher


def force(node, fam, version):
    name = "net.ipv4.conf.%s.force_igmp_version" if fam == 4 else "net.ipv6.conf.%s.force_mld_version"
    node.sysctl(name % "eth0", version)


def forge(node, packet, vlans=(), ifname="eth0"):
    f = Forger(node, ifname)
    f.sock.send(frames.ethernet(packet, vlans, f.ether))
    f.sock.close()


def src(fam, n=1):
    return frames.source(fam, n)


def marked(v, fam, g, timeout=PATIENCE):
    """Wait for the report of a group that was forged; its message."""
    return says(v, TO_EX, g, timeout=timeout)
