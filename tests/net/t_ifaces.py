#!/usr/bin/env python3
"""t_ifaces.py - several interfaces, and interfaces that come and go."""
import functools
import signal
import socket
import struct
import time

from rig import Node, address, link, wait_until
from tap import check, main, same, test
from verbs import Client, Responder, Verb, ask, deaf, end, group, hears, inet, of, ping, serve, target


@functools.lru_cache(None)
def fork():
    """A server with two wires: eth0 to client b, eth1 to client c."""
    s, b, c = Node("server"), Node("b"), Node("c")
    link(s, b, net=0)
    link(s, c, net=1)
    return s, b, c


def join_too(node, fam, group_, ifname):
    """Somebody else joins the group here, so that the kernel takes its datagrams in."""
    sock = node.socket(inet(fam), socket.SOCK_DGRAM)
    raw, index = socket.inet_pton(inet(fam), group_), node.index(ifname)
    if fam == 4:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, raw + struct.pack("=4xi", index))
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, raw + struct.pack("=I", index))


def asked_again(node, target_, timeout=15):
    """ping until there is an answer: routes and neighbours may need a moment to be back."""
    return wait_until(lambda: ping(node, "-c", 1, "-W", 0.5, target_).code == 0, timeout)


@test("a server with two interfaces answers on both, from the address of each", families=True)
def both(fam):
    s, b, c = fork()
    v = serve(s, target(group(fam)))
    on = {i["ifname"]: i["address"] for i in v.of("start")[0]["targets"][0]["interfaces"]}
    same(sorted(on), ["eth0", "eth1", "lo"], "interfaces")
    same([on["eth0"], on["eth1"]], [s.addr(fam, "eth0"), s.addr(fam, "eth1")], "addresses at the start")
    for client, ifname in (b, "eth0"), (c, "eth1"):
        r = hears(client, target(group(fam)))
        same({e["responder"] for e in of(r.events, "reply")}, {s.addr(fam, ifname)}, "responder by " + ifname)
    r = v.stop()
    same({e["address"]: e["ifname"] for e in of(r.events, "client")},
         {b.addr(fam): "eth0", c.addr(fam): "eth1"}, "clients")


@test("replies leave by the interface of the request though the route says another", families=True)
def against_route(fam):
    s, b, c = Node("server"), Node("b"), Node("c")
    link(s, b, net=0)
    link(s, c, net=1)
    s.ip("route add %s dev eth1 metric 1" % b.addr(fam))
    serve(s, target(group(fam)))
    hears(b, target(group(fam)))


@test("%IFACE narrows a target: the other interface is not answered", families=True)
def narrowed_target(fam):
    s, b, c = fork()
    join_too(s, fam, group(fam), "eth1")
    v = serve(s, target(group(fam), iface="eth0"))
    same([i["ifname"] for i in v.of("start")[0]["targets"][0]["interfaces"]], ["eth0"], "interfaces")
    hears(b, target(group(fam)))
    deaf(c, target(group(fam)))
    if fam == 6:
        check(end(v.stop())["refused"].get("interface", 0) >= 2, "what the kernel delivered is not counted")


@test("-I narrows all targets, to several interfaces where repeated; by name, index, address", families=True)
def narrowed_all(fam):
    s, b, c = fork()
    join_too(s, fam, group(fam), "eth1")
    for how in ("eth0", s.index("eth0"), s.addr(fam, "eth0")):
        v = serve(s, "-I", how, target(group(fam)), target(group(fam, 2)))
        for n in (1, 2):
            hears(b, target(group(fam, n)))
            deaf(c, target(group(fam, n)))
        v.stop()
    serve(s, "-I", "eth0", "-I", "eth1", target(group(fam)))
    hears(b, target(group(fam)))
    hears(c, target(group(fam)))
    if fam == 4:
        deaf(s, target(group(fam)), "-I", "lo")


@test("with -I a unicast request from another interface is not answered", families=True)
def narrowed_unicast(fam):
    s, b, c = fork()
    v = serve(s, "-I", "eth0", target(group(fam)))
    same(ask(c, fam, s.addr(fam, "eth1"), timeout=0.5), [], "answer by eth1")
    same(ask(b, fam, s.addr(fam, "eth0")), [(b"question", s.addr(fam, "eth0"), 5000)], "answer by eth0")
    same(end(v.stop())["refused"], {"interface": 1}, "refused")


@test("two targets of one group, one for each interface, both are answered", families=True)
def a_target_each(fam):
    s, b, c = fork()
    serve(s, target(group(fam), iface="eth0"), target(group(fam), iface="eth1"))
    hears(b, target(group(fam)))
    hears(c, target(group(fam)))


@test("a client with two interfaces sends by the one asked for", families=True)
def client_chooses(fam):
    c, a, b = fork()
    Responder(a, fam, group(fam))
    Responder(b, fam, group(fam))
    for ifname, who in ("eth0", a), ("eth1", b):
        for how in (ifname, c.index(ifname), c.addr(fam, ifname)):
            r = hears(c, target(group(fam)), "-I", how)
            same({e["responder"] for e in of(r.events, "reply")}, {who.addr(fam)}, "responder by -I %s" % how)
        r = hears(c, target(group(fam), iface=ifname))
        same({e["responder"] for e in of(r.events, "reply")}, {who.addr(fam)}, "responder by %" + ifname)
        start = of(r.events, "start")[0]
        same((start["ifname"], start["ifindex"]), (ifname, c.index(ifname)), "interface at the start")
        r = hears(c, target(group(fam), source=c.addr(fam, ifname)), "-I", ifname)
        same(of(r.events, "start")[0]["source"], c.addr(fam, ifname), "source")


@test("one group on 25 interfaces, more than a socket can join", families=True)
def many(fam):
    s, c = Node("server"), Node("client")
    names = [link(s, c, net=n) for n in range(25)]
    v = serve(s, target(group(fam)))
    on = {i["ifname"] for i in v.of("start")[0]["targets"][0]["interfaces"]}
    same(on, {ifs for ifs, _ in names} | {"lo"}, "interfaces")
    for n, (_, ifname) in enumerate(names):
        asker = Client(c, fam, ifname=ifname)
        asker.send(b"%d" % n, group(fam))
        same(asker.receive(1), [(b"%d" % n, address(fam, n, 1), 5000)], "answer by interface %d" % n)


@test("an interface that appears is joined and answered", families=True)
def appears(fam):
    s, c = Node("server"), Node("client")
    v = serve(s, target(group(fam)))
    link(s, c)
    e = v.wait_event("joined", ifname="eth0")
    same((e["group"], e["port"], e["ifindex"]), (group(fam), 5000, s.index("eth0")), "joined event")
    check(asked_again(c, target(group(fam))), "not answered")


@test("an interface that vanishes is told of, and the server goes on", families=True)
def vanishes(fam):
    s, b, c = Node("server"), Node("b"), Node("c")
    link(s, b, net=0)
    link(s, c, net=1)
    v = serve(s, target(group(fam)))
    index = s.index("eth0")
    s.ip("link del eth0")
    e = v.wait_event("left", ifname="eth0")
    same((e["group"], e["port"], e["ifindex"]), (group(fam), 5000, index), "left event")
    check(e["why"], "left event does not say why")
    hears(c, target(group(fam)), "-I", "eth0")
    same(v.stop().code, 0, "exit code")


@test("an interface that vanishes and returns under its name is answered again", families=True)
def returns(fam):
    s, c = Node("server"), Node("client")
    link(s, c, ifa="wire0", ifb="eth0")
    v = serve(s, target(group(fam), iface="wire0"))
    hears(c, target(group(fam)))
    for turn in (1, 2):
        s.ip("link del wire0")
        check(wait_until(lambda: len(v.of("left", ifname="wire0")) == turn), "no left event, turn %d" % turn)
        link(s, c, ifa="wire0", ifb="eth0")
        joined = wait_until(lambda: len(v.of("joined", ifname="wire0")) == turn)
        check(joined, "no joined event, turn %d" % turn)
        check(asked_again(c, target(group(fam))), "not answered, turn %d" % turn)
    same(v.stop().code, 0, "exit code")


@test("another interface in the place of one, with its name and its index", families=True)
def replaced(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    index = s.index("eth0")
    v = serve(s, target(group(fam)))
    hears(c, target(group(fam)))
    v.send_signal(signal.SIGSTOP)  # so that it sees all of it at once
    s.ip("link del eth0", "link add eth0 index %d type veth peer name eth0 netns %s" % (index, c.path),
         "link set eth0 up", "addr add dev eth0 %s" % (s.addr(fam) + ("/24" if fam == 4 else "/64 nodad")))
    c.ip("link set eth0 up", "addr add dev eth0 %s" % (c.addr(fam) + ("/24" if fam == 4 else "/64 nodad")),
         "route replace default via %s dev eth0" % s.addr(fam))
    v.send_signal(signal.SIGCONT)
    check(asked_again(c, target(group(fam))), "not answered")
    check(v.of("left", ifname="eth0") and v.of("joined", ifname="eth0"), "no left and joined events")
    same(v.stop().code, 0, "exit code")


@test("a link-local IPv6 group follows its interfaces, of which -I names two")
def link_local():
    s, b, c = Node("server"), Node("b"), Node("c")
    link(s, b, net=0)
    link(s, c, net=1)
    v = serve(s, "-I", "eth0", "-I", "eth1", "[ff02::1234]:5000")
    t = target("ff02::1234", iface="eth0")
    hears(b, t)
    hears(c, t)
    s.ip("link del eth0")
    v.wait_event("left", ifname="eth0")
    hears(c, t)
    link(s, b, net=0, ifa="eth0", ifb="eth0")
    v.wait_event("joined", ifname="eth0")
    check(asked_again(b, t), "not answered when the interface is back")
    hears(c, t)
    same(v.stop().code, 0, "exit code")


@test("an interface that vanishes in the middle of a flood leaves a server that answers elsewhere")
def vanishes_in_flood():
    s, b, c = Node("server"), Node("b"), Node("c")
    link(s, b, net=0)
    link(s, c, net=1)
    v = serve(s, target(group(4)))
    flood = Verb(b, "ping", "-f", "-w", 20, target(group(4)))
    flood.wait_event("start")
    hears(c, target(group(4)))
    s.ip("link del eth0")
    v.wait_event("left", ifname="eth0")
    hears(c, target(group(4)))
    e = end(v.stop())
    check(e["requests"] > 4, "the flood was not heard")
    told = e["replies"] + e["unsent"] + sum(e["refused"].values())
    same(told, e["requests"], "what became of the requests")


@test("an interface that goes down and up again is answered again", families=True)
def down_and_up(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    s.sysctl("net.ipv6.conf.eth0.keep_addr_on_down", 1)
    v = serve(s, target(group(fam)))
    hears(c, target(group(fam)))
    for _ in range(2):
        s.ip("link set eth0 down")
        deaf(c, target(group(fam)))
        s.ip("link set eth0 up")
        check(asked_again(c, target(group(fam))), "not answered after it was down")
    same(v.stop().code, 0, "exit code")


@test("an interface that was down when the server started is joined when it comes up", families=True)
def comes_up(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    s.sysctl("net.ipv6.conf.eth0.keep_addr_on_down", 1)
    s.ip("link set eth0 down")
    v = serve(s, target(group(fam)))
    on = v.of("start")[0]["targets"][0]["interfaces"]
    same([i["ifname"] for i in on], ["lo"], "interfaces at the start")
    s.ip("link set eth0 up")
    v.wait_event("joined", ifname="eth0")
    check(asked_again(c, target(group(fam))), "not answered")


@test("an interface renamed while it is served stays answered", families=True)
def renamed(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    v = serve(s, target(group(fam)))
    s.ip("link set eth0 down", "link set eth0 name wan7", "link set wan7 up")
    bits = "/24" if fam == 4 else "/64 nodad"
    s.ip("addr replace dev wan7 %s%s" % (s.addr(fam), bits))
    check(asked_again(c, target(group(fam))), "not answered under its new name")
    r = v.stop()
    same(r.code, 0, "exit code")
    same({e["ifname"] for e in of(r.events, "client")}, {"wan7"}, "interface of the client")


@test("an interface without an IPv4 address does not stop the server")
def without_address():
    s, b, c = Node("server"), Node("b"), Node("c")
    link(s, b, net=0, v4=False)
    link(s, c, net=1)
    v = serve(s, target(group(4)))
    on = {i["ifname"]: i["address"] for i in v.of("start")[0]["targets"][0]["interfaces"]}
    same(on.get("eth0", "missing"), None, "address of eth0")
    hears(c, target(group(4)), "-I", "eth0")
    s.ip("addr add 10.0.0.1/24 dev eth0")
    b.ip("addr add 10.0.0.2/24 dev eth0")
    check(asked_again(b, target(group(4), iface="eth0")), "not answered when it has an address")
    same(v.stop().code, 0, "exit code")


@test("an address that changes while it is served: replies leave from the new one", families=True)
def new_address(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    v = serve(s, target(group(fam)))
    hears(c, target(group(fam)))
    bits, new = ("/24", "10.0.0.9") if fam == 4 else ("/64", "fd00::9")
    s.ip("addr del dev eth0 %s%s" % (s.addr(fam), bits),
         "addr add dev eth0 %s%s%s" % (new, bits, " nodad" if fam == 6 else ""))
    check(asked_again(c, target(group(fam))), "not answered")
    r = hears(c, target(group(fam)))
    same({e["responder"] for e in of(r.events, "reply")}, {new}, "responder")
    same(v.stop().code, 0, "exit code")


@test("interfaces that come and go in a hurry leave a server that still answers")
def hurry():
    s, c = Node("server"), Node("client")
    link(s, c)
    v = serve(s, target(group(4)), target(group(6)))
    for n in range(30):
        s.ip("link add t%d type veth peer name u%d" % (n % 3, n % 3), "link set t%d up" % (n % 3),
             "link set u%d up" % (n % 3), "link del t%d" % (n % 3))
    hears(c, target(group(4)))
    hears(c, target(group(6)))
    time.sleep(0.2)
    same(v.proc.poll(), None, "exit code while it should run")
    here = {("eth0", group(4)), ("lo", group(4))}
    same({j for j in s.joined(4) if j[1] == group(4)}, here, "joined at the end")
    same(v.stop().code, 0, "exit code")


@test("text output tells of joined and left")
def text_lines():
    s, c = Node("server"), Node("client")
    v = Verb(s, "serve", target(group(4)), as_json=False)
    v.wait_line(lambda line: group(4) in line)
    link(s, c)
    v.wait_line(lambda line: line.startswith("joined") and "eth0" in line)
    s.ip("link del eth0")
    v.wait_line(lambda line: line.startswith("left") and "eth0" in line)
    same(v.stop().code, 0, "exit code")


@test("unicast is answered on an interface that cannot multicast, unless interfaces are named", families=True)
def unicast_without_multicast(fam):
    s, c = Node("server"), Node("client")
    a, b = link(s, c)
    s.ip("link set %s multicast off" % a)
    for args, answered in ((), 1), (("-I", "lo"), 0):
        v = serve(s, *args, target(group(fam)))
        got = ask(c, fam, s.addr(fam, a), timeout=10 if answered else 0.5)
        same(len(got), answered, "replies with %s" % (args or "all interfaces",))
        v.stop()


@test("a group named on two interfaces counts each request once", families=True)
def group_on_two(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    v = serve(s, target(group(fam), iface="eth0"), target(group(fam), iface="lo"))
    hears(c, target(group(fam)))
    e = end(v.stop())
    same((e["requests"], e["replies"], e["refused"]), (2, 2, {}), "totals")


@test("an interface without IPv6 is left out, and joined when it gets an address")
def ipv6_off():
    s, c = Node("server"), Node("client")
    link(s, c)
    s.sysctl("net/ipv6/conf/all/disable_ipv6", 1)
    v = Verb(s, "serve", "-6")
    done = v.wait()
    same(done.code, 2, "exit code without IPv6")
    s.sysctl("net/ipv6/conf/lo/disable_ipv6", 0)
    v = serve(s, "-6")
    same([i["ifname"] for i in of(v.events, "start")[0]["targets"][0]["interfaces"]], ["lo"], "joined at the start")
    s.sysctl("net/ipv6/conf/eth0/disable_ipv6", 0)
    v.wait_event("joined", ifname="eth0")


@test("a client on the server's host is answered though its address is another interface's", families=True)
def weak_host(fam):
    s = Node("server")
    for net in 0, 1:
        link(s, Node("other"), net=net)
    serve(s, target(group(fam)))
    got = ask(s, fam, group(fam), ifname="eth0", bind=(s.addr(fam, "eth1"), 0))
    same([(data, port) for data, _, port in got], [(b"question", 5000)], "replies")


if __name__ == "__main__":
    main()
