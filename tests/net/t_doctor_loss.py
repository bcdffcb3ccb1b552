#!/usr/bin/env python3
"""t_doctor_loss.py - what mcast doctor says of losses: only what is lost while it looks is told, and what may not be of
the group at all is no fault."""
import socket

from doctoring import During, doctor, eventually, finds, member, of, silent, two
from frames import ethernet, host
from mrouter import Router
from rig import Node, link
from tap import check, main, same, test
from verbs import Client, group, plain_socket, target
from wire import Forger, udp_packet

PORT = 5000


def here(fam):
    return target(group(fam), PORT, iface="eth0")


def flow(node, fam, **how):
    """Datagrams to the group, as a function that sends one."""
    c = Client(node, fam, "eth0", **how)
    return lambda: c.send(b"x" * 500, group(fam), PORT)


# ---- counters ------------------------------------------------------------------------------------


@test("packets of others that the reverse path filter drops, on another interface: a warning, no fault")
def others_reverse():
    a, b, c = Node("a"), Node("b"), Node("c")
    link(a, b)
    link(c, b, net=1)
    b.sysctl("net.ipv4.conf.eth1.rp_filter", 1)
    member(b, 4, group(4, 2), "eth1").call("join")
    f = Forger(c)
    with During(lambda: f.send("172.30.0.1", 4000, group(4, 2), 6000, b"x")):
        for args in (here(4),), ():
            x = finds(b, "counters", "warning", *args, words=["reverse path", "TcpExtIPReversePathFilter"])
            check("of whatever group" in x["text"] and "need not have been of the group" in x["why"], "words", x)
            same(of(doctor(b, *args), "counters", "fault"), [], "faults")
    silent(b, "counters", here(4))


@test("wrong checksums of another host's datagrams to another port: a warning, no fault", families=True)
def others_checksums(fam):
    a, b = two()
    sock = plain_socket(b, fam, group(fam, 2), 6000)
    sock.setblocking(False)
    good = udp_packet(host(fam, 9), 4000, group(fam, 2), 6000, b"damaged!")
    f = Forger(a)
    frame = ethernet(good[:-1] + bytes([good[-1] ^ 1]), (), f.ether)

    def damage():
        f.sock.send(frame)
        try:
            sock.recv(100)  # the checksum is looked at as it is read
        except BlockingIOError:
            pass
    with During(damage):
        doc = doctor(b, here(fam))
        check("checksum" in str(of(doc, "counters", "warning")), "not told", *of(doc, "counters"))
        same(of(doc, "counters", "fault"), [], "faults")
    silent(b, "counters", here(fam))


# ---- buffers -------------------------------------------------------------------------------------


@test("what a socket lost before is over: silent, and said; what it loses now is a fault", families=True)
def lost_before(fam):
    a, b = two()
    sock = plain_socket(b, fam, group(fam), PORT)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    send = flow(a, fam)
    with During(send, 0.002):
        finds(b, "buffers", "fault", here(fam), words=["just now"])
    finds(b, "buffers", "fault", here(fam), words=["full now"])
    empty(sock)
    for args in (here(fam),), ():
        doc = silent(b, "buffers", *args)
        f, = of(doc, "buffers")
        check("since it was opened" in f["text"] and "lost" in f["text"], "words", f)
    with During(send, 0.002):
        finds(b, "buffers", "fault", here(fam), words=["just now"])


def empty(sock):
    try:
        while sock.recv(2000):
            pass
    except BlockingIOError:
        pass


# ---- routing -------------------------------------------------------------------------------------


@test("packets by the wrong interface: a warning while they come, and not for ever", families=True)
def wrong_interface(fam):
    c, r, s = Node("c"), Node("r", forward=True), Node("s")
    link(r, c, ifa="left")
    link(r, s, net=1, ifa="right")
    t = target(group(fam))
    router = Router(r, fam, "left", "right")
    router.route(s.addr(fam), group(fam), 0, 1)  # it comes by the right one
    silent(r, "routing", t)
    with During(flow(s, fam, ttl=8)):
        f = eventually(lambda: of(doctor(r, t), "routing", "warning"), "the wrong interface is not told")[0]
    check("left" in f["text"] and s.addr(fam) in f["text"], "words", f)
    doc = silent(r, "routing", t)
    check(any("by the wrong interface, 0 of these" in str(f) for f in of(doc, "routing")), "not said", of(doc, "routing"))
    router.sock.close()


main(abreast=4)
