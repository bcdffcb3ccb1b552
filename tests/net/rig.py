"""
rig.py - networks for tests: nodes (network namespaces), links between them, bridges.

A namespace has no name and no process: an open descriptor holds it, so that all of it is gone
when this process is, and nothing is left in /run/netns. `with node:` puts the calling thread
into it: sockets made there and programs started there stay there.

Works as root, and else in a user namespace of its own; where neither can be, importing this
file ends the program with a TAP skip. Needs ip(8) and, without root, unshare(1).
"""
import ctypes
import fcntl
import functools
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

import tap

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *args):
    if getattr(_libc, name)(*args) != 0:
        e = ctypes.get_errno()
        raise OSError(e, "%s: %s" % (name, os.strerror(e)))


def _here():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def wait_until(fn, timeout=10, every=0.02):
    """Wait for fn() to be true and return what it gave; the last, false, value after timeout."""
    end = time.monotonic() + timeout
    while True:
        got = fn()
        if got or time.monotonic() > end:
            return got
        time.sleep(every)


class Node:
    """A host of the test: a network namespace with lo up and IPv6 usable at once."""

    def __init__(self, name, forward=False):
        self.name = name
        self.addrs = {}  # (family, interface) -> address
        self._back = []
        self._next = 0
        home = _here()
        try:
            _call("unshare", CLONE_NEWNET)
            self.fd = _here()
        finally:
            _call("setns", home, CLONE_NEWNET)
            os.close(home)
        self.path = "/proc/%d/fd/%d" % (os.getpid(), self.fd)
        for scope in ("all", "default"):
            self.sysctl("net.ipv4.conf.%s.rp_filter" % scope, 0)
            self.sysctl("net.ipv6.conf.%s.accept_dad" % scope, 0)
            self.sysctl("net.ipv6.conf.%s.accept_ra" % scope, 0)
            if forward:
                self.sysctl("net.ipv4.conf.%s.forwarding" % scope, 1)
                self.sysctl("net.ipv6.conf.%s.forwarding" % scope, 1)
        self.ip("link set lo up")

    def __enter__(self):
        self._back.append(_here())
        _call("setns", self.fd, CLONE_NEWNET)
        return self

    def __exit__(self, *exc):
        back = self._back.pop()
        _call("setns", back, CLONE_NEWNET)
        os.close(back)

    def ip(self, *lines):
        """Run ip(8), one command for each line."""
        with self:
            r = subprocess.run(["ip", "-batch", "-"], input="".join(s + "\n" for s in lines), text=True,
                               capture_output=True)
        if r.returncode:
            raise RuntimeError("ip on %s: %s: %s" % (self.name, "; ".join(lines), r.stderr.strip()))
        return r.stdout

    def sysctl(self, name, value):
        """Set a value of this namespace; slashes in the name where an interface's has dots."""
        with self, open("/proc/sys/" + name.replace(".", "/"), "w") as f:
            f.write(str(value))

    def proc(self, name):
        with self, open("/proc/thread-self/net/" + name) as f:
            return f.read()

    def socket(self, *args):
        with self:
            s = socket.socket(*args)
        tap.defer(s.close)
        return s

    def index(self, ifname):
        with self:
            return socket.if_nametoindex(ifname)

    def addr(self, fam, ifname="eth0"):
        return self.addrs[fam, ifname]

    def new_ifname(self):
        self._next += 1
        return "eth%d" % (self._next - 1)

    def joined(self, fam):
        """What is joined here: a set of (interface, group), as text."""
        if fam == 6:
            rows = [line.split() for line in self.proc("igmp6").splitlines()]
            return {(r[1], socket.inet_ntop(socket.AF_INET6, bytes.fromhex(r[2]))) for r in rows}
        got, dev = set(), None
        for line in self.proc("igmp").splitlines()[1:]:
            if not line.startswith("\t"):
                dev = line.split()[1].rstrip(":")
            else:
                got.add((dev, socket.inet_ntop(socket.AF_INET, bytes.fromhex(line.split()[0])[::-1])))
        return got

    def usable(self):
        """Every interface that is up and does IPv6 has a link-local address, none is tentative."""
        rows = [line.split() for line in self.proc("if_inet6").splitlines()]
        local = {r[5] for r in rows if r[0].startswith("fe80")}
        wanted = {r[5] for r in rows} - {"lo"}
        return wanted <= local and not any(int(r[4], 16) & 0x40 for r in rows)


def address(fam, net, host):
    if fam == 4:
        return "10.0.%d.%d" % (net, host)
    return socket.inet_ntop(socket.AF_INET6, struct.pack("!4H6xH", 0xfd00, 0, 0, net, host))


def _configure(node, ifname, net, host, gateway, v4):
    if v4:
        node.addrs[4, ifname] = address(4, net, host)
    node.addrs[6, ifname] = address(6, net, host)
    lines = ["link set %s up" % ifname]
    for fam, bits in (4, 24), (6, 64):
        if (fam, ifname) not in node.addrs:
            continue
        nodad = " nodad" if fam == 6 else ""
        lines.append("addr add %s/%d dev %s%s" % (node.addrs[fam, ifname], bits, ifname, nodad))
        if gateway:
            lines.append("route replace default via %s dev %s" % (address(fam, net, gateway), ifname))
    node.ip(*lines)


def settle(*nodes):
    """Wait until the nodes' addresses can be used."""
    for n in nodes:
        if not wait_until(n.usable, 20):
            raise RuntimeError("IPv6 addresses of %s are not usable:\n%s" % (n.name, n.proc("if_inet6")))


def link(a, b, net=0, ifa=None, ifb=None, route=True, v4=True):
    """A veth pair: a has host number 1 of the subnet, b has 2; with route each is the other's
    default gateway, the first link's stays. Returns the two interface names."""
    ifa, ifb = ifa or a.new_ifname(), ifb or b.new_ifname()
    a.ip("link add %s type veth peer name %s netns %s" % (ifa, ifb, b.path))
    for node, ifname, host, other in ((a, ifa, 1, 2), (b, ifb, 2, 1)):
        first = not any(key[1] != ifname for key in node.addrs)
        _configure(node, ifname, net, host, other if route and first else 0, v4)
    settle(a, b)
    return ifa, ifb


def lan(*nodes, net=0, snooping=0):
    """A bridge with every node on it: host numbers 1, 2, ... in order. All have 254, which is
    not there, as default gateway. Returns the node of the bridge, whose ports are p0, p1, ..."""
    middle = Node("bridge")
    middle.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
    middle.ip("link add br0 type bridge mcast_snooping %d forward_delay 0" % snooping, "link set br0 up")
    for i, node in enumerate(nodes):
        ifname = node.new_ifname()
        middle.ip("link add p%d type veth peer name %s netns %s" % (i, ifname, node.path),
                  "link set p%d master br0" % i, "link set p%d up" % i)
        _configure(node, ifname, net, i + 1, 254, True)
    settle(*nodes)
    if not wait_until(lambda: forwarding(middle) == len(nodes)):
        raise RuntimeError("not all ports of the bridge forward")
    return middle


def forwarding(bridge):
    """How many ports of a bridge's node pass packets on: they do a moment after both ends are up."""
    with bridge:
        r = subprocess.run(["ip", "-d", "link", "show"], text=True, capture_output=True, check=True)
    return r.stdout.count(" state forwarding ")


@functools.lru_cache(None)
def pair():
    """A server's and a client's host on a wire, each the other's gateway; one such a file."""
    s, c = Node("server"), Node("client")
    link(s, c)
    return s, c


@functools.lru_cache(None)
def three():
    """The same with another host, on a bridge."""
    nodes = Node("server"), Node("client"), Node("other")
    lan(*nodes)
    return nodes


def offload(node, ifname, on):
    """Switch checksumming and segmentation by the interface, as ethtool -K tx, sg, tso, gso does."""
    buf = bytearray(8)
    addr = (ctypes.c_char * len(buf)).from_buffer(buf)
    s = node.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for command in (0x17, 0x19, 0x1f, 0x24) if on else (0x24, 0x1f, 0x19, 0x17):
        struct.pack_into("=II", buf, 0, command, on)
        fcntl.ioctl(s, 0x8946, struct.pack("16sP16x", ifname.encode(), ctypes.addressof(addr)))


def _ready():
    """Get into a place where namespaces can be made, or end as a skipped file."""
    for tool in ("ip", "unshare"):
        if not shutil.which(tool):
            tap.skip_all("needs %s(8)" % tool)
    if os.geteuid() != 0 and "MCAST_RIG" not in os.environ:
        inside = ["unshare", "-Urnm"]
        if subprocess.run(inside + ["true"], capture_output=True).returncode:
            tap.skip_all("needs root or user namespaces")
        os.environ["MCAST_RIG"] = "1"
        os.execvp("unshare", inside + [sys.executable] + sys.argv)
    try:
        n = Node("probe")
        n.ip("link add v0 type veth peer name v1", "link add b0 type bridge")
        os.close(n.fd)
    except (OSError, RuntimeError) as e:
        tap.skip_all("cannot make namespaces, veth and bridges: %s" % e)


_ready()
