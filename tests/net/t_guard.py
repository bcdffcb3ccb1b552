#!/usr/bin/env python3
"""
t_guard.py - an echo server sends where a datagram's source says: what it must not answer.

That nothing was sent is seen in a capture on the server's interface, after a request that is
answered: what came before it was dealt with by then, so that no test waits for silence.
"""
import functools
import signal
import socket
import time

from rig import Node, link, pair, three, wait_until
from tap import among, check, main, same, test
from verbs import Client, Responder, ask, deaf, end, group, hears, of, serve, target
from wire import Capture, Forger


@functools.lru_cache(None)
def routed():
    """A server, and a client behind a router."""
    s, r, far = Node("server"), Node("router", forward=True), Node("far")
    link(s, r, net=0)
    link(far, r, net=1)
    return s, r, far


def subnet(fam, net):
    return "10.0.%d.0/24" % net if fam == 4 else "fd00:0:0:%x::/64" % net


def elsewhere(fam, n=7):
    return "192.0.2.%d" % n if fam == 4 else "2001:db8::%x" % n


def replies_seen(capture, client, fam, port=5000, responders=1):
    """Datagrams the server sent from its port, but for those to the ping that is made last."""
    hears(client, target(group(fam), port), responders=responders)
    got = capture.udp(port=port, out=True)
    return [f for f in got if f.data[:4] != b"mcst"]


@test("a datagram from the port that is served is not answered: it may be another server's", families=True)
def own_port(fam):
    s, c = pair()
    v = serve(s, target(group(fam)), target(group(fam, 2), 6000))
    capture, forger = Capture(s), Forger(c)
    server_ether = Forger(s).ether
    forger.send(c.addr(fam), 5000, group(fam), 5000, b"forged")
    forger.send(c.addr(fam), 6000, group(fam), 5000, b"forged")
    forger.send(s.addr(fam), 5000, group(fam), 5000, b"forged")
    forger.send(c.addr(fam), 5000, s.addr(fam), 5000, b"forged", server_ether)
    same(replies_seen(capture, c, fam), [], "replies")
    refused = end(v.stop())["refused"]
    check(refused.get("own_port", 0) >= 3, "refusals counted", refused)


@test("--any-port answers it, once", families=True)
def any_port(fam):
    s, c = pair()
    serve(s, "--any-port", target(group(fam)))
    asker = Client(c, fam, bind=("", 5000))
    asker.send(b"question", group(fam))
    same(asker.receive(2, 1), [(b"question", s.addr(fam), 5000)], "answers")


@test("one forged datagram between two servers makes no loop; --any-port lifts that", families=True)
def loop(fam):
    s, c, second = three()
    for args, looped in ((), False), (("--any-port",), True):
        vs = [serve(n, *args, target(group(fam))) for n in (s, second)]
        capture = Capture(s)
        Forger(c).send(second.addr(fam), 5000, group(fam), 5000, b"forged")
        stop = time.monotonic() + (10 if looped else 1)
        while time.monotonic() < stop and len(capture.udp(port=5000)) < 50:
            capture.take(0.05)
        if looped:
            check(len(capture.udp(port=5000)) >= 50, "no loop with --any-port: this test could not show one")
        else:
            same(len(capture.udp(port=5000)), 1, "datagrams of port 5000, the forged one among them")
        for v in vs:
            same(v.stop().code, 0, "exit code")


def asked(v):
    """How many requests a server says it had, now."""
    seen = len(v.of("so_far"))
    v.send_signal(signal.SIGQUIT)
    check(wait_until(lambda: len(v.of("so_far")) > seen, 10), "no totals on SIGQUIT")
    return v.of("so_far")[-1]["requests"]


@test("two servers of different ports that one forged datagram sets on each other fall silent", families=True)
def loop_of_ports(fam):
    s, c, second = three()
    vs = [serve(s, target(group(fam), 5000)), serve(second, target(group(fam), 6000))]
    hears(second, target(group(fam), 5000))  # the two know each other's Ethernet address now
    before = [asked(v) for v in vs]
    Forger(c).send(second.addr(fam), 6000, s.addr(fam), 5000, b"forged", Forger(s).ether)
    check(wait_until(lambda: asked(vs[0]) > before[0] and asked(vs[1]) > before[1], 10), "no loop began")
    check(wait_until(lambda: sum(end_of(v, "refused").get("worn_out", 0) for v in vs) == 1, 10), "it never ended")
    still = [asked(v) for v in vs]
    time.sleep(0.3)
    same([asked(v) for v in vs], still, "requests, a while later")
    among(sum(still) - sum(before), 2, 64, "requests of a loop that a datagram of 64 hops began")
    for v in vs:
        same(v.stop().code, 0, "exit code")


def end_of(v, key):
    asked(v)
    return v.of("so_far")[-1][key]


@test("one forged datagram between mcast serve and a plain server makes no loop", families=True)
def loop_plain(fam):
    s, c, second = three()
    serve(s, target(group(fam)))
    plain = Responder(second, fam, group(fam))
    capture = Capture(s)
    Forger(c).send(s.addr(fam), 5000, group(fam), 5000, b"forged")
    answer = capture.until(lambda f: f.src == second.addr(fam) and f.data == b"forged")
    check(answer, "the plain server is mute")
    time.sleep(0.5)
    same(replies_seen(capture, c, fam, responders=2), [], "replies of mcast")
    among(plain.requests, 3, 3, "requests the plain server got")


@test("a source that is multicast, broadcast, nobody or port 0 is not answered", families=True)
def absurd_sources(fam):
    s, c = pair()
    link_local = "224.0.0.200" if fam == 4 else "ff02::200%eth0"
    v = serve(s, target(group(fam)), target(link_local))
    capture, forger = Capture(s), Forger(c)
    to = group(fam), link_local.split("%")[0]
    absurd = {4: ["239.9.9.9", "224.0.0.1", "255.255.255.255", "10.0.0.255", "0.0.0.0", "127.0.0.1"],
              6: ["ff02::1", "ff15::9", "::", "::1"]}
    for g in to:
        for source in absurd[fam]:
            forger.send(source, 4444, g, 5000, b"forged")
        forger.send(c.addr(fam), 0, g, 5000, b"forged")
    same(replies_seen(capture, c, fam), [], "replies")
    refused = end(v.stop())["refused"]
    same(refused.get("source_port_zero"), 2, "refused for port 0")
    if fam == 4:
        same(refused.get("source_broadcast"), 2, "refused for a broadcast source")
        check(refused.get("source_unspecified", 0) >= 1, "none refused for no source", refused)


@test("a request sent to a broadcast address is not answered")
def broadcast_destination():
    s, c = pair()
    v = serve(s, target(group(4)))
    capture, asker = Capture(s), Client(c, 4)
    asker.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    asker.send(b"all of you", "10.0.0.255")
    same(replies_seen(capture, c, 4), [], "replies")
    check(capture.udp(out=False)[0].dst == "10.0.0.255", "the broadcast was not on the wire")
    among(end(v.stop())["refused"].get("destination", 0), 0, 1, "refused for the destination")


@test("a unicast request from off the link is not answered, with --allow it is", families=True)
def off_link_unicast(fam):
    s, r, far = routed()
    v = serve(s, target(group(fam)))
    capture = Capture(s)
    asker = Client(far, fam)
    asker.send(b"question", s.addr(fam))
    check(capture.until(lambda f: f.data == b"question"), "the request did not get through the router")
    same(replies_seen(capture, r, fam), [], "replies")
    same(ask(r, fam, s.addr(fam)), [(b"question", s.addr(fam), 5000)], "answer on the link")
    done = v.stop()
    same(end(done)["refused"], {"off_link": 1}, "refused")
    same([e["address"] for e in of(done.events, "client")], [r.addr(fam)], "clients, without who is nobody's")
    v = serve(s, "--allow", subnet(fam, 1), target(group(fam)))
    same(ask(far, fam, s.addr(fam)), [(b"question", s.addr(fam), 5000)], "answer when allowed")


@test("a client off the link whose multicast is answered still gets no answer to unicast", families=True)
def off_link_known(fam):
    s, c = pair()
    v = serve(s, target(group(fam)))
    capture, forger = Capture(s), Forger(c)
    server_ether = Forger(s).ether
    forger.send(elsewhere(fam), 4444, group(fam), 5000, b"to all")
    forger.send(elsewhere(fam), 4444, s.addr(fam), 5000, b"to one", server_ether)
    same([f.data for f in replies_seen(capture, c, fam)], [b"to all"], "replies")
    same(end(v.stop())["refused"], {"off_link": 1}, "refused")


@test("who is on the link changes with the server's addresses", families=True)
def link_changes(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    bits, far, near = ("/24", "192.0.2.7", "192.0.2.1") if fam == 4 else ("/64", "2001:db8::7", "2001:db8::1")
    nodad = " nodad" if fam == 6 else ""
    c.ip("addr add dev eth0 %s%s%s" % (far, bits, nodad))
    serve(s, target(group(fam)))
    asker = Client(c, fam, bind=(far, 0))

    def answered(to):
        asker.send(b"question", to)
        return asker.receive(1, 0.3)

    check(answered(group(fam)), "multicast from off the link is not answered")
    same(answered(s.addr(fam)), [], "answers to unicast from off the link")
    s.ip("addr add dev eth0 %s%s%s" % (near, bits, nodad))
    check(wait_until(lambda: answered(s.addr(fam))), "not answered when it is on the link")
    s.ip("addr del dev eth0 %s%s" % (near, bits))
    check(wait_until(lambda: not answered(s.addr(fam))), "answered still when it is off the link again")


@test("--allow names who is answered, on the link too; it may be repeated", families=True)
def allow(fam):
    s, c, other = three()
    me = c.addr(fam)
    for allowed in ([me], [me, elsewhere(fam)], ["198.51.100.0/24", "fd99::/16", me]):
        v = serve(s, *[a for p in allowed for a in ("--allow", p)], target(group(fam)))
        hears(c, target(group(fam)))
        deaf(other, target(group(fam)))
        same(ask(other, fam, s.addr(fam), timeout=0.3), [], "answer to unicast of another")
        same(end(v.stop())["refused"], {"not_allowed": 3}, "refused")
    serve(s, "--allow", subnet(fam, 0), target(group(fam)))
    hears(c, target(group(fam)))
    hears(other, target(group(fam)))


def burst(n, args, source, fam):
    """n requests at once, forged from source(i): the end event, and how long it may have taken."""
    s, c = pair()
    v = serve(s, *args, target(group(fam)))
    hears(c, target(group(fam)))
    capture, forger, begin = Capture(s), Forger(c), time.monotonic()
    for i in range(n):
        forger.send(source(i), 4444, group(fam), 5000, b"forged")
    hears(c, target(group(fam)))
    seconds = time.monotonic() - begin
    done = v.stop()
    sent = sum(len(f.data) // 6 for f in capture.udp(out=True) if f.data[:4] != b"mcst")
    e = end(done)
    same(e["requests"], n + 4, "requests")
    same(e["replies"], sent + 4, "replies by the totals and by the capture")
    told = e["replies"] + sum(e["refused"].values()) + e["unsent"]
    same(told, e["requests"], "replies and refusals together")
    return done, sent, seconds


@test("a client off the link gets at most 100 replies a second", families=True)
def off_link_rate(fam):
    done, sent, seconds = burst(300, [], lambda i: elsewhere(fam), fam)
    among(sent, 100, min(100 * (1 + int(seconds)), 299), "replies within %.2f s" % seconds)
    same(end(done)["refused"], {"rate": 300 - sent}, "refused")


@test("the rate is a client's own: another one is answered when one has used it up", families=True)
def rate_for_each(fam):
    done, sent, seconds = burst(300, ["--rate", 50], lambda i: elsewhere(fam, 1 + i % 3), fam)
    among(sent, 150, 150 * (1 + int(seconds)), "replies within %.2f s" % seconds)
    shares = sorted(e["replies"] for e in of(done.events, "client") if e["requests"] == 100)
    same(len(shares), 3, "clients with 100 requests")
    among(shares[0], 50, 100, "replies to each")


@test("--rate 0 is no limit, off the link too", families=True)
def rate_zero(fam):
    _, sent, _ = burst(300, ["--rate", 0], lambda i: elsewhere(fam), fam)
    same(sent, 300, "replies")


@test("--rate caps clients on the link; without it they have no limit", families=True)
def rate_on_link(fam):
    s, c = pair()
    for args, most in (["--rate", 10], 10), ([], None):
        v = serve(s, *args, target(group(fam)))
        asker, begin = Client(c, fam), time.monotonic()
        for i in range(200):
            asker.send(b"%d" % i, group(fam))
        got = len(asker.receive(200, 1 if most else 10))
        seconds = time.monotonic() - begin
        if most:
            among(got, 10, 10 * (1 + int(seconds)), "replies within %.2f s" % seconds)
            same(end(v.stop())["refused"], {"rate": 200 - got}, "refused")
        else:
            same(got, 200, "replies without a limit")
            same(end(v.stop())["refused"], {}, "refused")


@test("the rate holds for what one client sends from many ports", families=True)
def rate_many_ports(fam):
    s, c = pair()
    serve(s, "--rate", 5, target(group(fam)))
    askers, begin = [Client(c, fam) for _ in range(50)], time.monotonic()
    for a in askers:
        a.send(b"question", group(fam))
    got = len(askers[0].receive(1, 0.5)) + sum(len(a.receive(1, 0.01)) for a in askers[1:])
    among(got, 5, 5 * (1 + int(time.monotonic() - begin)), "replies")


def neighbours(fam):
    """A hundred addresses on the link, one after the other, that the server can send to."""
    s, c = pair()
    base, ether = "10.0.0.%d" if fam == 4 else "fd00::%x", Forger(c).ether.hex(":")
    s.ip(*["neigh replace %s lladdr %s dev eth0" % (base % n, ether) for n in range(100, 200)])
    return lambda i: base % (100 + i % 100)


@test("with --clients 16, 100 sources take 16 places, and the totals add up", families=True)
def table_bounded(fam):
    done, _, _ = burst(300, ["--clients", 16], neighbours(fam), fam)
    clients = of(done.events, "client")
    among(len([e for e in clients if e["address"]]), 1, 16, "clients with a line")
    same([e["ifname"] for e in clients if not e["address"]], [None], "interface of the line of all forgotten")
    for key in ("requests", "replies", "bytes"):
        same(sum(e[key] for e in clients), end(done)[key], "sum over the clients of " + key)
    same(end(done)["requests"], 304, "requests")


@test("clients keep their totals while the table has room", families=True)
def table_room(fam):
    done, _, _ = burst(300, ["--clients", 101], neighbours(fam), fam)
    clients = of(done.events, "client")
    each = sorted((e["requests"], e["refused"]) for e in clients)
    same(each, [(3, 0)] * 100 + [(4, 0)], "requests of each client")


if __name__ == "__main__":
    main()
