"""sending.py - mcast send under test: its datagrams as a plain socket gets them, their headers and numbers."""
import collections
import select
import socket
import struct

from tap import check
from verbs import PATIENCE, Verb, group, inet

STREAM, END, ASK, TELL = 1, 2, 3, 4
Came = collections.namedtuple("Came", "data src sport dst ttl tos")
Head = collections.namedtuple("Head", "magic version kind train session seq time")
HEAD = struct.Struct("!4sBBHQQQ")


def send(node, *args, stdin=None, timeout=30):
    """Run `mcast send --json` to its end."""
    return Verb(node, "send", *args, stdin=stdin).wait(timeout)


def head(data):
    return Head(*HEAD.unpack_from(data))


class Ear:
    """A plain socket without GRO that joined groups; take() gives all that has come."""

    def __init__(self, node, fam, *groups, port=5000):
        self.fam = fam
        self.sock = node.socket(inet(fam), socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        self.sock.setblocking(False)
        level = socket.IPPROTO_IP if fam == 4 else socket.IPPROTO_IPV6
        for option in (8, 12, 13) if fam == 4 else (49, 51, 66):  # PKTINFO, RECVTTL, RECVTOS
            self.sock.setsockopt(level, option, 1)
        self.sock.bind(("", port))
        for g in groups:
            for ifname in sorted({i for f, i in node.addrs if f == fam}):
                raw, index = socket.inet_pton(inet(fam), g), node.index(ifname)
                if fam == 4:
                    self.sock.setsockopt(level, 35, struct.pack("=4s4xi", raw, index))  # IP_ADD_MEMBERSHIP
                else:
                    self.sock.setsockopt(level, socket.IPV6_JOIN_GROUP, raw + struct.pack("=I", index))

    def take(self, most=1 << 30):
        got = []
        while len(got) < most:
            try:
                data, more, _, peer = self.sock.recvmsg(1 << 16, 512)
            except BlockingIOError:
                break
            what = {kind: raw for _, kind, raw in more}
            info = what[8][8:12] if self.fam == 4 else what[50][:16]
            ttl, tos = (what[2], what[1]) if self.fam == 4 else (what[52], what[67])
            got.append(Came(data, peer[0], peer[1], socket.inet_ntop(inet(self.fam), info), ttl[0], tos[0]))
        return got

    def first(self):
        """Wait for a datagram, and give it."""
        check(select.select([self.sock], [], [], PATIENCE)[0], "nothing came")
        return self.take(1)[0]

    def streams(self):
        """What has come, by where it was sent to, each as the numbers of its stream; ends apart."""
        streams, ends = collections.defaultdict(list), collections.defaultdict(list)
        for d in self.take():
            (streams if head(d.data).kind == STREAM else ends)[d.dst].append(head(d.data).seq)
        return dict(streams), dict(ends)


def ear(node, fam, *groups, **how):
    e = Ear(node, fam, *(groups or [group(fam)]), **how)
    if not groups:
        e.take()
    return e


def pattern(size):
    """What is behind the header, by the offset alone."""
    return bytes((i * 0x9e3779b1 & 0xffffffff) >> 24 for i in range(32, size))


def up_to(n):
    return list(range(1, n + 1))
