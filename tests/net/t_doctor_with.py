#!/usr/bin/env python3
"""t_doctor_with.py - mcast doctor --with: the two ways to a mcast serve on another host. Each is broken, named,
and cured."""
import json

from doctoring import doctor, finds, of
from rig import Node, lan, link
from tap import check, main, same, test
from verbs import Responder, group, serve, target, text
from walls import Wall, ip

PORT = 5000


def two():
    s, c = Node("server"), Node("client")
    link(s, c)
    return s, c


def bridged():
    """What the bridge drops the client's kernel is not told of."""
    s, c = Node("server"), Node("client")
    lan(s, c)
    return s, c


def behind():
    """A server behind a router, which routes no multicast."""
    s, r, c = Node("server"), Node("router", forward=True), Node("client")
    link(r, s, ifa="eth0")
    link(r, c, net=1, ifa="eth1")
    return s, r, c


def ends(s, fam, port=PORT):
    """The host as --with names it."""
    a = s.addr(fam)
    return "%s:%d" % (a, port) if fam == 4 else "[%s]:%d" % (a, port)


def asked(s, fam, *more, port=PORT):
    """The arguments."""
    return (target(group(fam)), "--with", ends(s, fam, port), *more)


def says(doc, name, verdict, *words):
    """The finding of that check, which is the only one, has that verdict and these words."""
    f, = of(doc, name)
    same(f["verdict"], verdict, "verdict of " + name)
    for w in words:
        check(w in json.dumps(f, ensure_ascii=False), "no word of %r" % w, f)
    return f


def both_good(c, *args):
    doc = doctor(c, *args)
    for name in "unicast", "multicast":
        same([f["verdict"] for f in of(doc, name)], ["ok"], "verdicts of " + name)
    return doc


# ---- nothing wrong -------------------------------------------------------------------------------


@test("a server that answers both ways, small and large: both are well", families=True)
def well(fam):
    s, c = two()
    serve(s, target(group(fam)))
    doc = both_good(c, *asked(s, fam))
    octets = 1472 if fam == 4 else 1452
    for name in "unicast", "multicast":
        says(doc, name, "ok", "10 of 10 questions of 64 octets", "10 of 10 of %d" % octets)
    same(of(doc, "multicast")[0]["group"], group(fam), "group")


@test("without a target it is the group of mcast serve, without a port 9999; also to this machine itself",
      families=True)
def default(fam):
    s, c = two()
    serve(s, "-%d" % fam)
    host = s.addr(fam) if fam == 4 else "[%s]" % s.addr(fam)
    for node in c, s:
        doc = both_good(node, "--with", host)
        same(of(doc, "multicast")[0]["group"], "224.3.29.71" if fam == 4 else "ff15::e003:1d47", "group")


@test("a link-local host and a group of its link")
def link_local():
    s, c = two()
    row, = [r for r in map(str.split, s.proc("if_inet6").splitlines()) if r[5] == "eth0" and r[3] == "20"]
    short = ":".join(row[0][i:i + 4] for i in range(0, 32, 4))
    serve(s, target("ff12::1:1", iface="eth0"))
    both_good(c, target("ff12::1:1", iface="eth0"), "--with", "[%s%%eth0]:%d" % (short, PORT))


@test("a group with a source, which is this machine", families=True)
def ssm(fam):
    s, c = two()
    g = "232.1.2.3" if fam == 4 else "ff3e::8000:1"
    t = target(g, source=c.addr(fam))
    v = serve(s, target(g, source=s.addr(fam)))
    says(doctor(c, t, "--with", ends(s, fam), "-t", 1), "multicast", "fault", "mcast serve " + t)
    v.stop()
    serve(s, t)
    both_good(c, t, "--with", ends(s, fam))


@test("a firewall here that lets in what belongs to a conversation does not hide the answers", families=True)
def stateful(fam):
    s, c = two()
    serve(s, target(group(fam)))
    Wall(c, "ct state established,related accept", "meta l4proto udp drop")
    both_good(c, *asked(s, fam))


# ---- unicast -------------------------------------------------------------------------------------


@test("no server: its machine refuses, and multicast cannot be judged", families=True)
def nobody(fam):
    s, c = two()
    doc = doctor(c, *asked(s, fam))
    says(doc, "unicast", "fault", "no program", "mcast serve", group(fam))
    says(doc, "multicast", "unknown", "cannot be judged")
    serve(s, target(group(fam)))
    both_good(c, *asked(s, fam))


@test("a server on another port is refused, too", families=True)
def wrong_port(fam):
    s, c = two()
    serve(s, target(group(fam), 5001))
    finds(c, "unicast", "fault", *asked(s, fam), words=("refuses", "Connection refused"))
    both_good(c, *asked(s, fam, port=5001))


@test("a firewall there that drops all: silence, and multicast cannot be judged", families=True)
def silence(fam):
    s, c = two()
    serve(s, target(group(fam)))
    wall = Wall(s, "udp dport %d drop" % PORT)
    doc = doctor(c, *asked(s, fam))
    says(doc, "unicast", "fault", "does not answer", "firewall")
    says(doc, "multicast", "unknown")
    wall.fall()
    both_good(c, *asked(s, fam))


@test("a firewall that says no is named", families=True)
def said_no(fam):
    s, c = two()
    serve(s, target(group(fam)))
    Wall(s, "udp dport %d reject with icmpx admin-prohibited" % PORT)
    finds(c, "unicast", "fault", *asked(s, fam), words=("cannot be reached", s.addr(fam) + " says"))


@test("a firewall here that drops what leaves", families=True)
def kept_here(fam):
    s, c = two()
    serve(s, target(group(fam)))
    wall = Wall(c, "udp dport %d drop" % PORT, hook="output")
    doc = doctor(c, *asked(s, fam))
    for name in "unicast", "multicast":
        says(doc, name, "fault", "nothing can be sent", "a firewall of this machine")
    wall.fall()
    both_good(c, *asked(s, fam))


@test("no route to the host", families=True)
def no_route(fam):
    s, c = two()
    c.ip("route del default via " + s.addr(fam))
    far = "10.77.0.1:5000" if fam == 4 else "[fd77::1]:5000"
    finds(c, "unicast", "fault", target(group(fam), iface="eth0"), "--with", far, words=("Network is unreachable",))


@test("some are lost: a warning, more than half a fault, and by both ways it is no matter of multicast", families=True)
def loss(fam):
    s, c = two()
    share = [4]
    Responder(s, fam, group(fam), PORT, answer=lambda data, n: [] if n % 4 < share[0] else [data])
    for share[0], verdict in (1, "warning"), (3, "fault"):
        finds(c, "unicast", verdict, *asked(s, fam), words=("are lost", "answered, in"))
    share[0] = 0
    both_good(c, *asked(s, fam))


# ---- multicast -----------------------------------------------------------------------------------


@test("the group blocked there: unicast is well, and the way of the group is broken", families=True)
def blocked(fam):
    s, c = two()
    serve(s, target(group(fam)))
    wall = Wall(s, "%s daddr %s drop" % (ip(fam), group(fam)))
    doc = doctor(c, *asked(s, fam, "-t", 1))
    f = says(doc, "multicast", "fault", "broken", "none of 10 answered", "firewall")
    same((f["group"], f["ifname"]), (group(fam), "eth0"), "group and interface")
    says(doc, "unicast", "ok")
    wall.fall()
    both_good(c, *asked(s, fam))


@test("a server of another group on the port: it is said which one it has to serve", families=True)
def other_group(fam):
    s, c = two()
    serve(s, target(group(fam, 2)))
    doc = doctor(c, *asked(s, fam, "-t", 1))
    says(doc, "multicast", "fault", "mcast serve " + target(group(fam)))
    says(doc, "unicast", "ok")


@test("the group lost in part", families=True)
def group_loss(fam):
    s, c = two()
    serve(s, target(group(fam)))
    for share, verdict in ("4 == 0", "warning"), ("4 != 0", "fault"):
        wall = Wall(s, "%s daddr %s numgen inc mod %s drop" % (ip(fam), group(fam), share))
        doc = doctor(c, *asked(s, fam))
        check(of(doc, "multicast", verdict) and "are lost" in of(doc, "multicast", verdict)[0]["text"], "not told")
        says(doc, "unicast", "ok")
        wall.fall()
    both_good(c, *asked(s, fam))


@test("large ones lost, as the other end has a smaller MTU", families=True)
def large(fam):
    s, c = two() if fam == 4 else bridged()
    serve(s, target(group(fam)))
    s.ip("link set eth0 mtu 1400")
    doc = doctor(c, *asked(s, fam))
    says(doc, "unicast", "fault", "MTU of 1500 of eth0", "small ones are not")
    says(doc, "multicast", "ok", "lost as by unicast")
    c.ip("link set eth0 mtu 1400")
    doc = both_good(c, *asked(s, fam))
    check(str(1372 if fam == 4 else 1352) in of(doc, "unicast")[0]["text"], "not as large as the MTU")
    c.ip("link set eth0 mtu 1500")
    s.ip("link set eth0 mtu 1500")
    both_good(c, *asked(s, fam))


@test("only the group's large ones are lost", families=True)
def large_group(fam):
    s, c = two()
    serve(s, target(group(fam)))
    Wall(s, "%s daddr %s meta length > 1000 drop" % (ip(fam), group(fam)))
    doc = doctor(c, *asked(s, fam))
    says(doc, "multicast", "fault", "MTU of 1500 of eth0", "small ones are not")
    says(doc, "unicast", "ok")


@test("a TTL of more than 1 is needed: it is looked for, and said", families=True)
def ttl(fam):
    s, c = two()
    serve(s, target(group(fam)))
    wall = Wall(s, "%s daddr %s %s < 3 drop" % (ip(fam), group(fam), "ip ttl" if fam == 4 else "ip6 hoplimit"))
    finds(c, "multicast", "warning", *asked(s, fam), words=("TTL of 4 or more", "mcast send -t 4"))
    finds(c, "multicast", "fault", *asked(s, fam, "-t", 2), words=("broken",))
    wall.fall()
    both_good(c, *asked(s, fam))


@test("a host off the link: its server has to be told to answer; a router that routes no multicast", families=True)
def off_link(fam):
    s, r, c = behind()
    v = serve(s, target(group(fam)))
    finds(c, "unicast", "fault", *asked(s, fam, "-t", 1), words=("--allow " + c.addr(fam),))
    v.stop()
    serve(s, "--allow", c.addr(fam), target(group(fam)))
    doc = doctor(c, *asked(s, fam, "-t", 4))
    says(doc, "multicast", "fault", "broken", "PIM", "TTL of 4")
    says(doc, "unicast", "ok")


def by_route(node, fam):
    """Its address is its own prefix, and the link is known by a route alone, as DHCPv6 has it."""
    own, net = node.addr(fam), "10.0.0.0/24" if fam == 4 else "fd00::/64"
    node.ip("addr flush dev eth0 scope global",
            "addr add %s/%s dev eth0" % (own, "32" if fam == 4 else "128 nodad"), "route replace %s dev eth0" % net)


@test("a host that a route without a router leads to is on the link", families=True)
def on_link_by_route(fam):
    s, c = two()
    serve(s, target(group(fam)))
    by_route(c, fam)
    c.ip("route replace default via %s dev eth0" % s.addr(fam))
    both_good(c, *asked(s, fam, "-t", 1))
    wall = Wall(s, "udp dport %d drop" % PORT)
    f = says(doctor(c, *asked(s, fam, "-t", 1)), "unicast", "fault", "does not answer", "no prefix")
    check("off its link" not in f["advice"], "it is told to be off the link", f)
    wall.fall()
    Wall(s, "%s daddr %s drop" % (ip(fam), group(fam)))
    f = says(doctor(c, *asked(s, fam, "-t", 1)), "multicast", "fault", "broken")
    check("PIM" not in f["advice"], "it is told of routers", f)


@test("a source that a route without a router leads to may send to the link's groups", families=True)
def source_by_route(fam):
    s, c = two()
    by_route(c, fam)
    link_ = "224.0.0.77%eth0" if fam == 4 else "ff12::77%eth0"
    near, far = ("10.0.0.9", "10.77.0.9") if fam == 4 else ("fd00::9", "fd77::9")
    for gateway in False, True:
        if gateway:
            c.ip("route replace default via %s dev eth0" % s.addr(fam))
        same([f["verdict"] for f in of(doctor(c, link_, near), "address")], ["ok"], "verdict of a neighbour")
        finds(c, "address", "fault", link_, far, words=("does not pass routers", "behind one"))


@test("a link on the way with a smaller MTU: the router's word is told", families=True)
def narrow(fam):
    s, r, c = behind()
    serve(s, "--allow", c.addr(fam), target(group(fam)))
    for node in s, r:
        node.ip("link set eth0 mtu 1400")
    size = 1372 if fam == 4 else 1352
    finds(c, "unicast", "warning", *asked(s, fam, "-t", 1), words=("1400 octets", "send datagrams of %d octets" % size))


@test("the host answers the group from another of its addresses")
def other_address():
    s, c = two()
    s.ip("addr add 10.9.9.9/32 dev lo")
    serve(s, target(group(4)))
    f = finds(c, "multicast", "warning", target(group(4)), "--with", "10.9.9.9:5000", "-t", 1,
              words=(s.addr(4) + " answers", "--with %s:5000" % s.addr(4)))
    check("10 answered by" in str(f["evidence"]), "not said how often", f)
    both_good(c, *asked(s, 4))


@test("the group leaves by another interface than the one towards the host: it is said which")
def other_interface():
    s, c, x = Node("server"), Node("client"), Node("other")
    link(x, c)
    link(s, c, net=1)
    serve(s, target(group(4)))
    args = target(group(4)), "--with", "%s:5000" % s.addr(4)
    finds(c, "multicast", "fault", *args, "-t", 1, words=("leaves by eth0", "reached by eth1", "-I eth1"))
    both_good(c, *args, "-I", "eth1")
    c.ip("route add 224.0.0.0/4 dev eth1")
    both_good(c, *args)


@test("what cannot be asked is refused")
def refused():
    s, c = two()
    for args, word in (((target(group(4)), "--with", "[fd00::1]:5000"), "family"), (("--with", "nowhere:1"), "--with"),
                       (("-6", "--with", "10.0.0.1:5000"), "-6"), (("--with", "10.0.0.1:0"), "port"),
                       (("--with", "224.1.1.1:5"), "host")):
        r = text(c, "doctor", *args)
        same(r.code, 2, "exit code of %r" % (args,))
        check(word in r.stderr, "no word of it", r.stderr)


main(abreast=24)
