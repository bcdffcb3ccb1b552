#!/usr/bin/env python3
"""t_doctor_ttl.py - what mcast doctor finds of senders' TTL, of groups that share an Ethernet address, and of
ports. Each thing is broken, named, and cured."""
import socket
import subprocess
import sys

from doctoring import doctor, eventually, finds, of, silent, two
from kernels import Member
from mrouter import Router
from rig import Node, link
from tap import check, defer, main, same, test
from verbs import Client, Verb, group, inet, plain_socket, target

PORT = 5000


def sender(node, fam, ttl, group_=None, port=PORT):
    c = Client(node, fam, "eth0", ttl=ttl)
    c.sock.connect((group_ or group(fam), port))
    return c


def set_ttl(sock, fam, ttl):
    if fam == 4:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)


PROGRAM = """
import socket, sys
v6, shares, bind, port, join = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
if v6:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shares)
s.bind((bind, port))
if join:
    raw = socket.inet_pton(s.family, join)
    if v6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, raw + b"\\0" * 4)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, raw + b"\\0" * 4)
print("ready", flush=True)
sys.stdin.read()
"""


class Program:
    """A process of its own that has a port."""

    def __init__(self, node, fam, shares=True, bind="", port=PORT, join=""):
        argv = [sys.executable, "-c", PROGRAM, str(int(fam == 6)), str(int(shares)), bind, str(port), join]
        with node:
            self.proc = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        defer(self.end)
        same(self.proc.stdout.readline(), "ready\n", "first line")

    def end(self):
        if self.proc.stdin.closed:
            return
        self.proc.stdin.close()
        self.proc.wait()
        self.proc.stdout.close()


def only(doc, name):
    f, = of(doc, name)
    return f


# ---- ttl -----------------------------------------------------------------------------------------


@test("a sender with a TTL of 0, of 1, and of more", families=True)
def ttl(fam):
    a, _ = two()
    s = sender(a, fam, 0)
    t = target(group(fam))
    for args in (t,), (target(group(fam), iface="eth0"),):
        f = finds(a, "ttl", "fault", *args, words=("TTL of 0", "python3[", "eth0"))
        check(f["pid"], "no process", f)
    set_ttl(s.sock, fam, 1)
    check("MULTICAST" in finds(a, "ttl", "ok", t, words=("TTL of 1", "python3["))["advice"], "advice")
    silent(a, "ttl", t)
    set_ttl(s.sock, fam, 2)
    same(only(silent(a, "ttl", t), "ttl")["text"], "sockets that send there have a TTL that lets it get there", "text")
    s.sock.close()
    same(only(silent(a, "ttl", t), "ttl")["text"], "no socket here sends to it, as far as can be seen", "text")


@test("a sender to another group, another port, by lo, and on the link alone, is not told of", families=True)
def ttl_others(fam):
    a, _ = two()
    t = target(group(fam))
    sender(a, fam, 0, group(fam, 2))
    sender(a, fam, 1, port=5001)
    by_lo = Client(a, fam, ttl=1)
    a.ip("route add local ff00::/8 dev lo") if fam == 6 else None
    by_lo.sock.setsockopt(socket.SOL_SOCKET, 25, b"lo")
    by_lo.sock.connect((group(fam), PORT))
    silent(a, "ttl", t)
    finds(a, "ttl", "ok", target(group(fam), 5001), words=("TTL of 1",))
    if fam == 4:
        sender(a, fam, 1, "224.0.0.77")
        silent(a, "ttl", target("224.0.0.77"))


@test("a member that would send with a TTL of 0", families=True)
def ttl_member(fam):
    a, _ = two()
    m = Member(a, fam, group(fam))
    m.call("join")
    m.sock.bind(("", PORT))
    silent(a, "ttl", target(group(fam)))
    set_ttl(m.sock, fam, 0)
    for args in (target(group(fam)),), ():
        finds(a, "ttl", "warning", *args, words=("would send with a TTL of 0", group(fam)))
    set_ttl(m.sock, fam, 1)
    for args in (target(group(fam)),), ():
        silent(a, "ttl", *args)


# ---- who need not join -----------------------------------------------------------------------------


@test("a sender that is connected, on its own link: nothing is found of its TTL, nor that nobody joined", families=True)
def pure_sender(fam):
    a, _ = two()
    t = target(group(fam), iface="eth0")
    finds(a, "joined", "warning", t, words=("nobody",))
    s = sender(a, fam, 1)
    for name in "ttl", "joined":
        silent(a, name, t)
    finds(a, "joined", "ok", t, words=("nobody here has joined", "python3[", "sends"))
    s.sock.close()
    finds(a, "joined", "warning", t, words=("nobody",))


@test("a group that a router passes on need not be joined there", families=True)
def passed_on(fam):
    c, r, s = Node("c"), Node("r", forward=True), Node("s")
    link(r, c, ifa="left")
    link(r, s, net=1, ifa="right")
    t = target(group(fam), iface="left")
    finds(r, "joined", "warning", t, words=("nobody",))
    router = Router(r, fam, "left", "right")
    router.route(c.addr(fam), group(fam), 0, 1)
    silent(r, "joined", t)
    finds(r, "joined", "warning", target(group(fam), iface="right"), words=("nobody",))
    router.sock.close()


# ---- overlap -------------------------------------------------------------------------------------


def same_ether(fam):
    return "225.129.2.1" if fam == 4 else "ff3e::1:1"


@test("another group with the same Ethernet address, joined on the interface", families=True)
def overlap(fam):
    a, b = two()
    link(a, b, net=1)
    t = target(group(fam), iface="eth0")
    m = Member(a, fam, same_ether(fam))
    m.call("join")
    ether = "01:00:5e:01:02:01" if fam == 4 else "33:33:00:01:00:01"
    finds(a, "overlap", "warning", t, words=(group(fam), same_ether(fam), ether, "joined here"))
    silent(a, "overlap")  # it is the only one that is in use
    silent(a, "overlap", target(group(fam), iface="eth1"))
    silent(a, "overlap", target(group(fam, 2), iface="eth0"))
    own = Member(a, fam, group(fam))
    own.call("join")
    doc = doctor(a)
    same(len(of(doc, "overlap", "warning")), 1, "warnings of two groups")
    m.call("leave")
    silent(a, "overlap", t)


@test("groups that stay on the interface are in no frame: none has the Ethernet address of another")
def overlap_local():
    a, _ = two()
    Member(a, 6, "ff01::1:1", "eth0").call("join")
    silent(a, "overlap", target("ff15::1:1", iface="eth0"))
    silent(a, "overlap", target("ff01::1:1", iface="eth0"))


@test("another group with the same Ethernet address, which arrives")
def overlap_arrives():
    a, b = two()
    t = target(group(4), iface="eth0")
    c = Client(b, 4, "eth0")

    def seen():
        with subprocess_of(a, t) as p:
            while p.poll() is None:
                c.send(b"x", same_ether(4))
                try:
                    p.wait(0.05)
                except subprocess.TimeoutExpired:
                    pass
            return "it arrives here" in p.stdout.read()
    eventually(seen, "the group that arrives is not told of")
    silent(a, "overlap", t)


def subprocess_of(node, *args):
    with node:
        return subprocess.Popen(Verb.command("doctor", "-j", "-w", 1, *args), text=True, stdout=subprocess.PIPE)


@test("a group that looks like one which switches flood")
def flooded():
    a, _ = two()
    for g, as_ in (("239.0.0.5", "224.0.0.5"), ("239.128.0.251", "224.0.0.251"), ("225.0.0.1", "224.0.0.1"),
                   ("ff15::1", "ff02::1"), ("ff3e::fb", "ff02::fb")):
        finds(a, "overlap", "warning", target(g, iface="eth0"), words=(g, as_, "to all ports"))
    for g in "239.0.1.5", "239.1.0.5", "224.0.0.5", "ff15::101", "ff15::1:0:1:1":
        silent(a, "overlap", target(g, iface="eth0"))
    silent(a, "overlap", target("239.0.0.5", iface="lo"))


# ---- port ----------------------------------------------------------------------------------------


@test("a port that nobody has, that a member has for itself, that members share by the group: all is well",
      families=True)
def port_well(fam):
    a, _ = two()
    t = target(group(fam))
    same(only(silent(a, "port", t), "port")["text"], "no socket that takes the group is on port 5000", "text")
    p = Program(a, fam, shares=False, join=group(fam))
    check("shares it with nobody" in only(silent(a, "port", t), "port")["text"], "not told")
    check("is on port" in only(silent(a, "port", target(group(fam), 5001)), "port")["text"], "another port")
    p.end()
    for _ in range(2):
        Program(a, fam, bind=group(fam), join=group(fam))
    check("2 sockets on port 5000" in only(silent(a, "port", t), "port")["text"], "not told")
    silent(a, "port")


@test("a port that a program has which did not join: nobody else gets it", families=True)
def port_taken(fam):
    a, _ = two()
    t = target(group(fam), iface="eth0")
    p = Program(a, fam, shares=False)
    f = finds(a, "port", "warning", t, words=("EADDRINUSE", "for itself", "python3[%d]" % p.proc.pid))
    same(f["pid"], p.proc.pid, "process")
    m = plain_socket(a, fam, group(fam), port=5001)
    finds(a, "port", "fault", t, words=("EADDRINUSE", "inode"))
    p.end()
    silent(a, "port", t)
    m.close()
    Program(a, fam, shares=True)
    silent(a, "port", t)


@test("a port of a program that is bound to an address of its own, or sends to the group, is no matter", families=True)
def port_other(fam):
    a, _ = two()
    p = Program(a, fam, shares=False, bind=a.addr(fam))
    silent(a, "port", target(group(fam)))
    p.end()
    s = a.socket(inet(fam), socket.SOCK_DGRAM)
    s.bind(("", PORT))
    s.connect((group(fam), PORT))
    silent(a, "port", target(group(fam)))


@test("programs that share a port, bound to any address: unicast comes to one alone", families=True)
def port_any(fam):
    a, _ = two()
    t = target(group(fam))
    first = Program(a, fam, join=group(fam))
    silent(a, "port", t)
    second = Program(a, fam, join=group(fam))
    finds(a, "port", "warning", t, words=("2 programs share port 5000", "unicast", "python3[%d]" % first.proc.pid))
    silent(a, "port")
    second.end()
    Program(a, fam, bind=group(fam), join=group(fam))
    silent(a, "port", t)


main(abreast=4)
