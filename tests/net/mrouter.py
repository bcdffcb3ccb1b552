"""
mrouter.py - a router's forwarding cache, filled by hand: what a routing daemon does (linux/mroute.h, mroute6.h).
"""
import socket
import struct

from tap import Skip
from wire import pack

INIT, ADD_VIF, ADD_MFC = 200, 202, 204


class Router:
    """A node that routes multicast for as long as this lives: interfaces by their number, in order."""

    def __init__(self, node, fam, *ifnames):
        self.fam = fam
        kind, proto = (socket.AF_INET, socket.IPPROTO_IGMP) if fam == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
        self.level = socket.IPPROTO_IP if fam == 4 else socket.IPPROTO_IPV6
        self.sock = node.socket(kind, socket.SOCK_RAW, proto)
        try:
            self.set(INIT, struct.pack("=i", 1))
        except OSError as e:
            raise Skip("this kernel does not route multicast: %s" % e) from None
        for n, ifname in enumerate(ifnames):
            index = node.index(ifname)
            self.set(ADD_VIF, struct.pack("=HBBIi4x", n, 8, 1, 0, index) if fam == 4 else
                     struct.pack("=HBBHxxI", n, 0, 1, index, 0))

    def set(self, name, value):
        self.sock.setsockopt(self.level, name, value)

    def route(self, source, group, by, to):
        """What comes from a source by one interface leaves by another, if its TTL is above 1."""
        if self.fam == 4:
            hops = bytes(1 if n == to else 0 for n in range(32))
            self.set(ADD_MFC, pack(source) + pack(group) + struct.pack("=H", by) + hops + bytes(18))
        else:
            name = lambda a: struct.pack("=HHI", socket.AF_INET6, 0, 0) + pack(a) + bytes(4)
            mask = (1 << to).to_bytes(32, "little")
            self.set(ADD_MFC, name(source) + name(group) + struct.pack("=Hxx", by) + mask)
