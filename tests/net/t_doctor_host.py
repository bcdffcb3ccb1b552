#!/usr/bin/env python3
"""t_doctor_host.py - what is wrong with a host: reverse path, versions, limits, sockets, buffers. Each thing is
broken, named by mcast doctor, and cured."""
import socket
import struct
import threading
import time

import frames
from doctoring import doctor, eventually, finds, healthy, member, mended, of, silent, three, two
from kernels import Member, force, forge, src
from rig import Node, link
from tap import check, main, same, test
from verbs import Client, group, inet, target
from walls import nft
from wire import Forger, pack, udp_packet

SO_BINDTODEVICE, IP_MULTICAST_ALL, IPV6_MULTICAST_ALL = 25, 49, 29


def ssm(fam, n=1):
    return "232.1.2.%d" % n if fam == 4 else "ff3e::%x" % n


class Listener(Member):
    """A member whose socket is bound."""

    def __init__(self, node, fam, group_, bind="", port=5000, ifname="eth0", tie=None, rcvbuf=0, all_=True):
        super().__init__(node, fam, group_, ifname)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        if tie:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, tie.encode())
        if not all_:
            self.sock.setsockopt(self.level, IP_MULTICAST_ALL if fam == 4 else IPV6_MULTICAST_ALL, 0)
        self.sock.bind((bind, port))
        self.call("join")


@test("two hosts, nothing wrong: no fault and no warning, for a target, joined or not, and in general", families=True)
def well(fam):
    a, b = two()
    t = target(group(fam), iface="eth0")
    for node in a, b:
        doc = healthy(node, t)
        same([f["check"] for f in doc["findings"] if f["verdict"] == "warning"], ["joined"], "warnings")
        Listener(node, fam, group(fam), bind=group(fam))
        for args in ((t,), (target(group(fam), source=a.addr(fam), iface="eth0"),), ()):
            doc = healthy(node, *args)
            same([f for f in doc["findings"] if f["verdict"] == "warning"], [], "warnings")


# ---- reverse path --------------------------------------------------------------------------------


def rp(node, of_all, own):
    node.sysctl("net.ipv4.conf.all.rp_filter", of_all)
    node.sysctl("net.ipv4.conf.eth0.rp_filter", own)


@test("a strict reverse path filter, and the way back leads elsewhere")
def strict():
    _, b, _ = three()
    b.ip("route add 192.168.77.0/24 via %s dev eth1" % "10.0.1.1")
    away, near = "192.168.77.1", "10.0.0.1"
    for of_all, own in (1, 0), (0, 1), (1, 1):
        rp(b, of_all, own)
        silent(b, "rp_filter", target(group(4), source=near, iface="eth0"))
        mended(b, "rp_filter", "fault", target(group(4), source=away, iface="eth0"), words=["eth1", away, "rp_filter"])
    for of_all, own in (0, 0), (0, 2), (2, 1):
        rp(b, of_all, own)
        silent(b, "rp_filter", target(group(4), source=away, iface="eth0"))
    silent(b, "rp_filter", target(group(6), source="2001:db8::1", iface="eth0"))


@test("a strict reverse path filter, and the way back leads by two interfaces: either will do")
def two_ways_back():
    _, b, _ = three()
    b.ip("route add 192.168.77.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.1.1 dev eth1")
    rp(b, 1, 0)
    for ifname in "eth0", "eth1":
        silent(b, "rp_filter", target(group(4), source="192.168.77.1", iface=ifname))
    b.ip("route add 192.168.77.1/32 via 10.0.1.1 dev eth1")
    silent(b, "rp_filter", target(group(4), source="192.168.77.1", iface="eth1"))
    finds(b, "rp_filter", "fault", target(group(4), source="192.168.77.1", iface="eth0"), words=["eth1"])


@test("a reverse path filter, and no way back at all; the source as an argument of its own")
def no_way_back():
    a, b = Node("a"), Node("b")
    link(a, b, route=False)
    for own in 1, 2:
        rp(b, 0, own)
        mended(b, "rp_filter", "fault", target(group(4), iface="eth0"), "192.168.77.1", words=["no route"])


@test("a reverse path filter on an interface that nobody named")
def unnamed():
    a, b, _ = three()
    b.ip("route add 192.168.77.0/24 via 10.0.1.1 dev eth1", "route replace 224.0.0.0/4 dev eth1")
    m = Listener(b, 4, group(4))
    rp(b, 1, 0)
    t = target(group(4), source="192.168.77.1")
    Forger(a).send("192.168.77.1", 5000, group(4), 5000, b"x")
    m.sock.close()
    mended(b, "rp_filter", "fault", t, words=["eth0", "IPReversePathFilter"])


@test("a reverse path filter, and the source is not named but heard")
def heard():
    a, b, _ = three()
    rp(b, 1, 0)
    b.ip("route add 192.168.77.0/24 via 10.0.1.1 dev eth1")
    Listener(b, 4, group(4))
    f = Forger(a)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        doc = None
        t = threading.Timer(0.3, lambda: [f.send("192.168.77.9", 5000, group(4), 5000, b"x") for _ in range(50)])
        t.start()
        doc = doctor(b, "-w", 1, target(group(4), iface="eth0"))
        t.join()
        if of(doc, "rp_filter", "fault"):
            break
    check("192.168.77.9" in of(doc, "rp_filter", "fault")[0]["text"], "the source is not named", doc)
    check(of(doc, "counters", "warning", "fault"), "the counter is not named")


# ---- versions ------------------------------------------------------------------------------------


@test("an older version, forced: a warning; with a source filter: a fault", families=True)
def forced(fam):
    _, b = two()
    t = target(group(fam), iface="eth0")
    older = {4: 2, 6: 1}[fam]
    force(b, fam, older)
    mended(b, "version", "warning", t, words=["v%d" % older, "force"])
    force(b, fam, older)
    m = member(b, fam, ssm(fam))
    m.call("join_source", src(fam))
    f = finds(b, "version", "fault", target(ssm(fam), source=src(fam), iface="eth0"), words=["v%d" % older, "force"])
    check(f["why"], "no reason")
    mended(b, "version", "fault", target(ssm(fam), source=src(fam), iface="eth0"))
    name = "net.ipv4.conf.all.force_igmp_version" if fam == 4 else "net.ipv6.conf.all.force_mld_version"
    b.sysctl(name, older)
    mended(b, "version", "fault", words=["v%d" % older])


@test("an older version, and a source is wanted of a group that is not source-specific: a warning", families=True)
def filters_older(fam):
    _, b = two()
    older = {4: 2, 6: 1}[fam]
    knob = "net.ipv4.conf.%s.force_igmp_version" if fam == 4 else "net.ipv6.conf.%s.force_mld_version"
    for name in "all", "eth0":
        b.sysctl(knob % name, older)
    member(b, fam, group(fam)).call("join_source", src(fam))
    mended(b, "version", "warning", words=["v%d" % older, "filters"])  # both switches, by one command


@test("an older querier was heard, and source filters are wanted")
def fell_back():
    a, b = two()
    m = member(b, 4, ssm(4))
    m.call("join_source", src(4))
    silent(b, "version")
    forge(a, frames.query(4, 2))
    eventually(lambda: "V2" in b.proc("igmp"), "the kernel did not fall back")
    for args in ((), (target(ssm(4), source=src(4)),)):
        finds(b, "version", "fault", *args, words=["IGMPv2", "heard", "eth0"])
    m.call("leave_source", src(4))
    finds(b, "version", "ok", target(group(4), iface="eth0"), words=["IGMPv2"])
    finds(b, "version", "warning", target(group(4), source=src(4), iface="eth0"), words=["IGMPv2"])


# ---- limits --------------------------------------------------------------------------------------


@test("a socket with as many groups as it may have")
def groups_full():
    _, b = two()
    m = member(b, 4, group(4))
    for n in range(19):
        m.group = group(4, n + 1)
        m.call("join")
    silent(b, "limits", target(group(4, 200)))
    m.group = group(4, 50)
    m.call("join")
    finds(b, "limits", "warning", words=["20", "igmp_max_memberships"])
    mended(b, "limits", "fault", target(group(4, 200)), words=["20", "igmp_max_memberships"])
    m.group = group(4, 51)
    m.call("join")


@test("a socket with as many sources as it may have", families=True)
def sources_full(fam):
    _, b = two()
    m = member(b, fam, ssm(fam))
    most = {4: 10, 6: 64}[fam]
    for n in range(most - 1):
        m.call("join_source", src(fam, n + 1))
    silent(b, "limits")
    m.call("join_source", src(fam, most))
    finds(b, "limits", "warning", target(ssm(fam), source=src(fam, 2)), words=[str(most)])
    t = target(ssm(fam), source=src(fam, 200))
    if fam == 4:
        mended(b, "limits", "fault", t, words=[str(most), "igmp_max_msf"])
    else:  # one value for the whole machine, which is not this test's to change
        finds(b, "limits", "fault", t, words=[str(most), "mld_max_msf"])
    m.call("leave_source", src(fam, most))
    silent(b, "limits", t)


@test("a socket whose memory for options is used up")
def memory_full():
    _, b = two()
    m = member(b, 6, group(6))
    joined = 0
    for n in range(20000):
        m.group = "ff15::2:%x" % n
        try:
            m.call("join")
        except OSError:
            break
        joined += 1
    check(joined > 100, "only %d groups" % joined)
    f = finds(b, "limits", "fault", target(group(6)), words=["optmem_max"])
    check("net.core.optmem_max=" in f["mend"], "the command", f)


@test("a target without an interface, and no route: it can only be the one that there is, and that is looked at",
      families=True)
def only_one(fam):
    a, b = Node("a"), Node("b")
    link(a, b, route=False)
    if fam == 6:
        b.ip("route del multicast ff00::/8 dev eth0 table local")
    t = target(group(fam))
    nft(b, "table inet wall {\nchain one {\ntype filter hook input priority 0;\nudp dport 5000 drop\n}\n}\n")
    finds(b, "firewall", "fault", t, words=["eth0", "udp dport 5000"])
    finds(b, "interface", "ok", t, words=["eth0"])
    if fam == 4:
        b.ip("link add eth1 type veth peer name x", "link set eth1 up", "link set x up",
             "addr add 10.0.9.2/24 dev eth1")
        finds(b, "interface", "ok", t, words=["there are interfaces"])


# ---- sockets -------------------------------------------------------------------------------------


@test("a socket that joined, and is bound to an address of the host, or to another group", families=True)
def bound(fam):
    _, b = two()
    t = target(group(fam), iface="eth0")
    for wrong in b.addr(fam), group(fam, 2):
        s = Listener(b, fam, group(fam), bind=wrong)
        f = finds(b, "bound", "fault", t, words=[wrong, group(fam)])
        check(f["pid"], "the process", f)
        finds(b, "bound", "fault", words=[wrong])
        s.sock.close()
    for right in "", group(fam):
        s = Listener(b, fam, group(fam), bind=right)
        silent(b, "bound", t)
        s.sock.close()


@test("a socket that joined, and is tied to another interface", families=True)
def tied(fam):
    _, b, _ = three()
    t = target(group(fam), iface="eth0")
    s = Listener(b, fam, group(fam), tie="eth1")
    finds(b, "bound", "fault", t, words=["eth1"])
    s.sock.close()
    Listener(b, fam, group(fam), tie="eth0")
    silent(b, "bound", t)


@test("sockets that joined what another one of the program receives, or sends to it: no fault", families=True)
def several_sockets(fam):
    _, b = two()
    t = target(group(fam), iface="eth0")
    s = Listener(b, fam, group(fam), bind=b.addr(fam))
    finds(b, "bound", "fault", t, words=[b.addr(fam)])
    good = Listener(b, fam, group(fam))
    silent(b, "bound", t)
    silent(b, "bound")
    good.sock.close()
    s.sock.close()
    s = Listener(b, fam, group(fam), port=5001)
    s.sock.connect((group(fam), 5000, 0, b.index("eth0"))[:2 if fam == 4 else 4])  # has an address of the host now
    for args in (), (t,):
        silent(b, "bound", *args)


@test("an IPv6 socket that is bound to an IPv4 group")
def mapped():
    _, b = two()
    s = b.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.bind(("::ffff:" + group(4), 5000))
    request = struct.pack("=4s4si", pack(group(4)), bytes(4), b.index("eth0"))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    for args in (), (target(group(4), iface="eth0"),):
        silent(b, "bound", *args)
    finds(b, "bound", "fault", target(group(4), 5001, iface="eth0"), words=["5001", "port 5000"])


@test("a group that is joined, and nobody is on the port", families=True)
def other_port(fam):
    _, b = two()
    s = Listener(b, fam, group(fam), port=5001)
    finds(b, "bound", "fault", target(group(fam), iface="eth0"), words=["5000", "5001"])
    silent(b, "bound", target(group(fam), 5001, iface="eth0"))
    other = b.socket(inet(10 - fam), socket.SOCK_DGRAM)
    if fam == 6:  # one of the other family is no help; one of IPv6 may take IPv4, too
        other.bind(("", 5000))
        finds(b, "bound", "fault", target(group(fam), iface="eth0"), words=["5000", "5001"])
    s.sock.close()


@test("a socket that gets what another one joined", families=True)
def leaks(fam):
    _, b = two()
    Listener(b, fam, group(fam, 2), bind=group(fam, 2))
    s = Listener(b, fam, group(fam))
    f = finds(b, "leak", "warning", target(group(fam)), words=[group(fam, 2), "MULTICAST_ALL"])
    check(f["pid"], "the process", f)
    finds(b, "leak", "warning", words=[group(fam, 2)])
    s.sock.close()
    for how in dict(all_=False), dict(bind=group(fam)), dict(port=5001):
        s = Listener(b, fam, group(fam), **how)
        silent(b, "leak", target(group(fam)))
        s.sock.close()


@test("a socket that nobody reads", families=True)
def unread(fam):
    a, b = two()
    s = Listener(b, fam, group(fam), bind=group(fam), rcvbuf=4096)
    t = target(group(fam), iface="eth0")
    silent(b, "buffers", t)
    c = Client(a, fam, "eth0")
    for _ in range(100):
        c.send(b"x" * 1000, group(fam))
    f = eventually(lambda: of(doctor(b, t), "buffers", "fault"), "no fault")[0]
    check("lost" in f["text"] and f["pid"], "text", f)
    s.sock.setblocking(False)
    try:
        while s.sock.recv(2000):
            pass
    except BlockingIOError:
        pass
    finds(b, "buffers", "ok", t, words=["lost"])
    s.sock.close()
    Listener(b, fam, group(fam), bind=group(fam))
    silent(b, "buffers", t)


@test("datagrams with a wrong checksum", families=True)
def checksums(fam):
    a, b = two()
    m = Listener(b, fam, group(fam))
    good = udp_packet(a.addr(fam), 5000, group(fam), 5000, b"data")
    at = 26 if fam == 4 else 46
    bad = good[:at] + struct.pack("!H", struct.unpack("!H", good[at:at + 2])[0] ^ 0x1111) + good[at + 2:]

    def damage():
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            forge(a, bad)
            try:
                m.sock.recv(100, socket.MSG_DONTWAIT)
            except BlockingIOError:
                pass
            time.sleep(0.01)
    t = threading.Thread(target=damage)
    t.start()
    finds(b, "counters", "warning", "-w", 0.4, target(group(fam), iface="eth0"), words=["checksum"])
    t.join()
    silent(b, "counters", target(group(fam), iface="eth0"))


main(abreast=8)
