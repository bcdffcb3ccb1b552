#!/usr/bin/env python3
"""t_groups_picture.py - mcast groups --bridge and --routes: what bridges and the forwarding cache know, and of one
group who sends, who wants it, where it flows."""
import re
import shutil
import subprocess

import frames
from grouping import FAMILY, groups, here, index, join, member, only, program, run, text, udp
from kernels import forge, src, until
from mrouter import Router
from rig import Node, lan, link
from tap import Skip, among, check, main, same, test
from verbs import Client, group

BY_FAMILY = {4: "igmp_querier", 6: "mld_querier"}


# ---- bridges ---------------------------------------------------------------------------------------------


def switch():
    """A snooping bridge between two hosts."""
    a, b = Node("a"), Node("b")
    return a, b, lan(a, b, snooping=1)


def bridge(node, *words):
    if not shutil.which("bridge"):
        raise Skip("needs bridge(8)")
    with node:
        r = subprocess.run(["bridge", *words], text=True, capture_output=True)
    same(r.returncode, 0, "exit code of bridge %s: %s" % (" ".join(words), r.stderr))


def bridges(node, *args, **how):
    return {o["ifname"]: o for o in here(groups(node, "--bridge", *args, **how))["bridges"]}


def br0(node, *args, **how):
    got = bridges(node, *args, **how)
    same(set(got), {"br0"}, "bridges")
    return got["br0"]


def ports(o):
    return {p["ifname"]: p for p in o["ports"]}


def entries(o, g):
    """What is known of a group, by port and source."""
    return {(e["ifname"], e["source"]): e for e in o["groups"] if e["group"] == g}


def shown(node, *args, **how):
    return text(node, "--bridge", *args, **how)


@test("bridges: what they are set to, their ports")
def settings():
    _, _, middle = switch()
    o = br0(middle)
    same((o["ifindex"], o["snooping"], o["querier"], o["vlan_snooping"], o["router"]),
         (middle.index("br0"), True, False, False, "learns"), "br0")
    same((o["igmp_querier"], o["mld_querier"]), (None, None), "queriers")
    same({n: (p["ifindex"], p["state"], p["flood"], p["router"], p["router_known"]) for n, p in ports(o).items()},
         {n: (middle.index(n), "forwarding", True, "learns", False) for n in ("p0", "p1")}, "ports")
    said = shown(middle)
    check(re.search(r"^br0\b.*bridge", said, re.M) and "querier" in said, "the text", said)
    bridge(middle, "link", "set", "dev", "p0", "mcast_flood", "off")
    bridge(middle, "link", "set", "dev", "p1", "mcast_router", "2")
    middle.ip("link set br0 type bridge mcast_router 0", "link set p0 down",
              "link add br1 type bridge mcast_router 2 mcast_snooping 0")
    all_ = bridges(middle)
    o = all_["br0"]
    same((o["router"], set(all_), all_["br1"]["router"], all_["br1"]["snooping"]),
         ("never", {"br0", "br1"}, "always", False), "the bridges")
    p = ports(o)
    same([(p[n]["flood"], p[n]["router"], p[n]["router_known"]) for n in ("p0", "p1")],
         [(False, "learns", False), (True, "always", True)], "ports")
    same((p["p0"]["state"], all_["br1"]["ports"]), ("disabled", []), "ports")
    check(re.search(r"router.*p1", shown(middle)), "the router port is not told", shown(middle))


@test("a bridge's queriers: itself, one behind a port, none", families=True)
def queriers(fam):
    a, _, middle = switch()
    key, other = BY_FAMILY[fam], BY_FAMILY[10 - fam]
    asks = a.addr(4) if fam == 4 else "fe80::77"
    forge(a, frames.query(fam, src=asks))

    def asked():
        o = br0(middle)
        return o[key] and o
    o = until(asked, "the querier is not known")
    same((o[key], o[other], o["querier"]), ({"address": asks, "ifname": "p0"}, None, False), "the querier")
    same({n: p["router_known"] for n, p in ports(o).items()}, {"p0": True, "p1": False}, "router ports")
    said = shown(middle)
    check(re.search(r"querier.*%s.*p0" % re.escape(asks), said), "the querier is not told", said)
    check(re.search(r"router.*p0", said) and not re.search(r"router.*p1", said), "router ports", said)
    check(not re.search(r"querier.*%s" % re.escape(asks), shown(middle, "-%d" % (10 - fam))), "the other family's")


@test("a bridge that is the querier itself")
def own_querier():
    _, _, middle = switch()
    middle.sysctl("net.ipv6.conf.br0.disable_ipv6", 0)
    # An MLD querier that begins before its address may be used asks from none, and is none for half a minute.
    until(lambda: "br0" in middle.proc("if_inet6") and middle.usable(), "br0 has no address")
    middle.ip("link set br0 type bridge mcast_querier 1")

    def both():
        o = br0(middle)
        return o["igmp_querier"] and o["mld_querier"] and o
    o = until(both, "it is not told as a querier")
    same((o["querier"], o["igmp_querier"]["ifname"], o["mld_querier"]["ifname"]), (True, None, None), "the queriers")
    check(o["igmp_querier"]["address"] in (None, "0.0.0.0"), "its address", o)


@test("groups that a bridge knows, by port", families=True)
def known(fam):
    a, b, middle = switch()
    middle.sysctl("net.ipv6.conf.br0.disable_ipv6", 0)
    middle.ip("link set br0 type bridge mcast_igmp_version 3 mcast_mld_version 2")  # it knows sources, too
    g, some, not_all, fixed = (group(fam, n) for n in (1, 2, 3, 4))
    program(b, lambda: member(fam, g), lambda: join(udp(fam), some, source=src(fam)).sock)

    def shut_out():
        s = udp(fam)
        join(s, not_all).filter(True, src(fam, 3))
        return s
    program(a, shut_out)
    program(middle, lambda: member(fam, g, ifname="br0"))
    bridge(middle, "mdb", "add", "dev", "br0", "port", "p0", "grp", fixed, "permanent")

    def whole():
        o = br0(middle)
        has = entries(o, g), entries(o, some), entries(o, not_all)
        return o if ("p1", None) in has[0] and ("p1", src(fam)) in has[1] and ("p0", None) in has[2] else None
    o = until(whole, "not all is known")
    e = entries(o, g)["p1", None]
    same([e[k] for k in ("vlan", "permanent", "blocked", "filter_mode")], [None, False, False, "exclude"], "any source")
    among(e["expires"], 1, 1000, "seconds")
    check(("br0", None) in entries(o, g), "what the bridge itself wants", o["groups"])
    e = entries(o, some)["p1", src(fam)]
    same((e["permanent"], e["blocked"]), (False, False), "a source that is wanted")
    same(("p1", None) not in entries(o, some) or entries(o, some)["p1", None]["filter_mode"] == "include", True, "mode")
    out = entries(o, not_all).get(("p0", src(fam, 3)))
    check(out and out["blocked"], "a source that is not wanted", o["groups"])
    e = entries(o, fixed)["p0", None]
    same((e["permanent"], e["expires"]), (True, None), "an entry by hand")
    lines = [s.split() for s in shown(middle).splitlines()]
    for what, port in (g, "p1"), (some, "p1"), (fixed, "p0"), (not_all, "p0"):
        check(any(what in s and port in s for s in lines), "%s behind %s is not in the text" % (what, port), lines)
    check(any(some in s and src(fam) in s and "p1" in s for s in lines), "its source", lines)
    same({e["group"] for e in br0(middle, fixed, code=1, errors=None)["groups"]}, {fixed}, "one group, named")
    same({e["group"] for e in br0(middle, "-%d" % (10 - fam))["groups"]} & {g, some, not_all, fixed}, set(), "-4 or -6")


@test("VLANs of a bridge", families=True)
def vlans(fam):
    _, b, middle = switch()
    try:
        middle.ip("link set br0 type bridge vlan_filtering 1")
    except RuntimeError as e:
        raise Skip("this kernel's bridges know no VLANs") from e
    program(b, lambda: member(fam, group(fam)))
    o = until(lambda: entries(br0(middle), group(fam)) and br0(middle), "it is not known")
    same({(e["ifname"], e["vlan"]) for e in entries(o, group(fam)).values()}, {("p1", 1)}, "port and VLAN")
    check(re.search(r"%s .*p1 .*1" % re.escape(group(fam)), shown(middle)), "the text", shown(middle))


@test("where there is no bridge and no forwarding cache")
def neither():
    a, b = Node("a"), Node("b")
    link(a, b)
    o = here(groups(a, "--bridge", "--routes"))
    same((o["bridges"], o["routes"], o["vifs"]), ([], [], []), "the document")
    same(len(text(a, "--bridge", "--routes").strip().splitlines()) >= 2, True, "lines")
    check("bridges" not in here(groups(a)) and "routes" not in here(groups(a, "--bridge")), "what was not asked for")


# ---- the forwarding cache --------------------------------------------------------------------------------


def three(forward=False):
    a, b, c = Node("a"), Node("b", forward=forward), Node("c")
    link(a, b)
    link(c, b, net=1)
    return a, b, c


def routes(node, *args, **how):
    return here(groups(node, "--routes", *args, **how))["routes"]


def sends(node, fam, g, count, size=100):
    c = Client(node, fam, "eth0", ttl=8)
    for _ in range(count):
        c.send(b"x" * size, g)


@test("the forwarding cache: from where, to where, how much, by the wrong interface", families=True)
def cache(fam):
    a, b, c = three()
    g, other = group(fam, 1), group(fam, 2)
    r = Router(b, fam, "eth0", "eth1")
    r.route(a.addr(fam), g, 0, 1)
    r.route(src(fam), other, 1, 0)
    got = {o["group"]: o for o in routes(b)}
    same(set(got), {g, other}, "groups")
    same([got[g][k] for k in ("source", "in_ifname", "out", "packets", "octets", "wrong_interface")],
         [a.addr(fam), "eth0", [{"ifname": "eth1", "ttl": 1}], 0, 0, 0], "the route before anything came")
    check(got[g]["table"] > 0, "its table", got[g])
    same((got[other]["source"], got[other]["in_ifname"], [x["ifname"] for x in got[other]["out"]]),
         (src(fam), "eth1", ["eth0"]), "the other way")
    sends(a, fam, g, 5)
    o = until(lambda: next((x for x in routes(b) if x["group"] == g and x["packets"] == 5), None), "no packets")
    same((o["octets"], o["wrong_interface"]), (5 * (100 + (28 if fam == 4 else 48)), 0), "octets, wrong interface")
    among(o["idle"], 0, 20, "seconds since the last")
    rows = [s.split() for s in text(b, "--routes").splitlines()]
    row = [s for s in rows if s[:4] == [a.addr(fam), g, "eth0", "eth1"]]
    same(len(row), 1, "lines of the route: %s" % rows)
    check("5" in row[0] and str(o["octets"]) in row[0], "packets and octets", row)
    same([x["group"] for x in routes(b, other, code=1, errors=None)], [other], "one group, named")
    same(routes(b, "-%d" % (10 - fam)), [], "the other family")


@test("packets that came by the wrong interface", families=True)
def wrong(fam):
    a, b, c = three()
    r = Router(b, fam, "eth0", "eth1")
    r.route(c.addr(fam), group(fam), 0, 1)
    sends(c, fam, group(fam), 3)
    o = until(lambda: next((x for x in routes(b) if x["wrong_interface"] == 3), None), "it is not told")
    same((o["in_ifname"], o["source"]), ("eth0", c.addr(fam)), "the route")


@test("a source without a route: unresolved", families=True)
def unresolved(fam):
    a, b, _ = three()
    Router(b, fam, "eth0", "eth1")
    sends(a, fam, group(fam), 1)
    o = until(lambda: next(iter(routes(b)), None), "it is not there")
    same((o["source"], o["group"]), (a.addr(fam), group(fam)), "whose it is")
    same((o["in_ifname"], o["out"], o["idle"]), (None, [], None), "where it flows")
    check(a.addr(fam) in text(b, "--routes"), "the text")


@test("the interfaces of the forwarding cache", families=True)
def vifs(fam):
    a, b, _ = three()
    r = Router(b, fam, "eth1", "eth0")
    r.route(a.addr(fam), group(fam), 1, 0)
    sends(a, fam, group(fam), 4)
    until(lambda: [x for x in routes(b) if x["packets"] == 4], "no packets")
    got = {o["ifname"]: o for o in here(groups(b, "--routes"))["vifs"]}
    same({n: (o["number"], o["family"], o["kind"]) for n, o in got.items()},
         {n: (i, FAMILY[fam], "interface") for i, n in enumerate(("eth1", "eth0"))}, "interfaces")
    same((got["eth0"]["in_packets"], got["eth1"]["in_packets"]), (4, 0), "packets in")
    check(got["eth0"]["in_octets"] >= 400, "octets in", got)


# ---- one group -------------------------------------------------------------------------------------------


def sender(fam, g, port, ttl=7):
    """A socket that is connected to a group."""
    def make():
        s = udp(fam, port=port)
        if fam == 4:
            s.setsockopt(0, 33, ttl)
        else:
            s.setsockopt(41, 18, ttl)
            s.setsockopt(41, 17, index())
        s.connect((g, 5000))
        return s
    return make


@test("one group: who sends, who wants it, where it flows", families=True)
def picture(fam):
    a, b, c = three()
    g, other = group(fam, 1), group(fam, 2)
    r = Router(b, fam, "eth0", "eth1")
    r.route(a.addr(fam), g, 0, 1)
    r.route(src(fam), other, 1, 0)
    from_here = program(b, sender(fam, g, 6001), name=b"speaker")
    program(b, sender(fam, other, 6002))
    wants = program(b, lambda: member(fam, g, 5000), lambda: member(fam, other, 5000))
    doc = groups(b, "--bridge", "--routes", g)
    o = here(doc)
    same([x["group"] for x in o["routes"]], [g], "routes")
    same([s["pid"] for s in only(doc, g)["sockets"]], [wants.pid], "who wants it")
    same(len(o["senders"]), 1, "senders")
    s = o["senders"][0]
    same([s[k] for k in ("pid", "process", "uid", "user", "local_address", "local_port", "group", "port", "ttl")],
         [from_here.pid, "speaker", 0, "root", b.addr(fam), 6001, g, 5000, 7], "the sender")
    same([m["group"] for m in o["groups"]], [g], "memberships")
    said = text(b, "--bridge", "--routes", g)
    at = [said.find(w) for w in ("sends", "speaker[%d]" % from_here.pid, "wants", "[%d]" % wants.pid, "flows")]
    check(-1 not in at and at == sorted(at), "the order of things is %s" % at, said)
    check(re.search(r"%s.*eth0.*eth1" % re.escape(a.addr(fam)), said[at[-1]:]), "the route", said)
    check(other not in said and "6002" not in said, "another group", said)
    check("senders" not in here(groups(b, g)) and "senders" not in here(groups(b, "--routes")), "senders unasked")


@test("one group on a bridge: who wants it behind ports and here", families=True)
def picture_of_bridge(fam):
    a, b, middle = switch()
    g = group(fam)
    middle.sysctl("net.ipv6.conf.br0.disable_ipv6", 0)
    program(b, lambda: member(fam, g), lambda: member(fam, group(fam, 2)))
    here_too = program(middle, lambda: member(fam, g, 5000, "br0"))
    o = until(lambda: ("p1", None) in entries(br0(middle, g), g) and br0(middle, g), "the port is not known")
    same({e["group"] for e in o["groups"]}, {g}, "groups")
    doc = groups(middle, "--bridge", g)
    same([s["pid"] for s in only(doc, g, "br0")["sockets"]], [here_too.pid], "who wants it here")
    same(here(doc)["senders"], [], "senders")
    said = shown(middle, g)
    check("[%d]" % here_too.pid in said and re.search(r"%s .*p1" % re.escape(g), said), "the text", said)
    check(group(fam, 2) not in said, "another group", said)


@test("a group that nobody wants, and that is forwarded: it is shown, and the exit code is 1")
def unwanted():
    a, b, _ = three()
    Router(b, 4, "eth0", "eth1").route(a.addr(4), group(4), 0, 1)
    r = run(b, "--routes", group(4))
    same(r.returncode, 1, "exit code")
    check(a.addr(4).encode() in r.stdout and b"eth1" in r.stdout, "the route is not shown", r.stdout)


main(abreast=4)
