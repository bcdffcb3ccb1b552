#!/usr/bin/env python3
"""t_doctor_path.py - what is wrong on the way: packets from somebody else, bridges, routing. Each thing is broken,
named by mcast doctor, and cured."""
import json
import subprocess

from doctoring import Flow, doctor, eventually, finds, healthy, member, mended, of, silent, three, two
from kernels import src
from mrouter import Router
from rig import Node, lan
from tap import check, main, same, test
from verbs import group, target, text


def here(fam):
    return target(group(fam), iface="eth0")


@test("an interface that is not there: refused, and those that are there are named")
def no_such():
    _, b = two()
    r = text(b, "doctor", target(group(4), iface="nope"))
    same(r.code, 2, "exit code")
    check("nope" in r.stderr and "eth0" in r.stderr, "words", r.stderr)


# ---- packets from somebody else ------------------------------------------------------------------


@test("packets arrive, from somebody else", families=True)
def wrong_source(fam):
    a, b = two()
    g = "232.1.2.3" if fam == 4 else "ff3e::1"
    m = member(b, fam, g)
    m.call("join_source", src(fam))
    Flow(a, fam, to=g)
    finds(b, "arrival", "fault", target(g, source=src(fam), iface="eth0"), "-w", 0.5, words=[a.addr(fam), src(fam)])
    silent(b, "arrival", target(g, source=a.addr(fam), iface="eth0"), "-w", 0.5)


# ---- bridges -------------------------------------------------------------------------------------


@test("a bridge that floods nothing, and no querier", families=True)
def no_querier(fam):
    a, b = Node("a"), Node("b")
    middle = lan(a, b, snooping=1)
    t = target(group(fam))
    silent(middle, "bridge", t)
    with middle:
        for p in "p0", "p1":
            subprocess.run(["bridge", "link", "set", "dev", p, "mcast_flood", "off"], check=True)
    f = finds(middle, "bridge", "fault", t, words=["br0", "querier", "p0"])
    check(f["ifname"] == "br0", "interface", f)
    mended(middle, "bridge", "fault", t)
    middle.ip("link set br0 type bridge mcast_querier 0")
    finds(middle, "bridge", "fault", words=["br0"])
    middle.ip("link set br0 type bridge mcast_snooping 0")
    silent(middle, "bridge", t)


@test("who is known to want it behind a bridge", families=True)
def known_members(fam):
    a, b = Node("a"), Node("b")
    middle = lan(a, b, snooping=1)
    middle.ip("link set br0 type bridge mcast_querier 1")
    member(b, fam, group(fam)).call("join")

    def known():
        said = json.dumps(of(silent(middle, "bridge", target(group(fam))), "bridge"))
        return "p1" in said
    eventually(known, "the port is not named")


# ---- routing -------------------------------------------------------------------------------------


@test("the forwarding cache: who routes, an entry, packets by the wrong interface", families=True)
def routing(fam):
    a, b, c = three()
    t = target(group(fam))
    check("does not route" in json.dumps(of(silent(b, "routing", t), "routing")), "it routes already")
    router = Router(b, fam, "eth0", "eth1")
    check("routes" in json.dumps(of(silent(b, "routing", t), "routing")), "the router is not named")
    router.route(c.addr(fam), group(fam), 0, 1)
    silent(b, "routing", t)
    flow = Flow(c, fam)  # comes in by eth1, and the entry says eth0

    def wrong():
        return of(doctor(b, t), "routing", "warning")
    f = eventually(wrong, "the wrong interface is not told")[0]
    check("eth0" in f["text"] and c.addr(fam) in f["text"], "words", f)
    flow.stop()
    eventually(lambda: not wrong(), "what was long ago is told still")
    router.sock.close()


@test("an end of a pair whose other end is elsewhere is told, and is no fault")
def container():
    _, b = two()
    said = of(healthy(b, here(4)), "container")
    check("another network namespace" in said[0]["text"], "words", said)


@test("networks of containers, and what merely looks like one")
def virtual():
    n = Node("a")
    for name, told in (("docker0", True), ("br-0123456789ab", True), ("virbr0", True), ("br-lan", False), ("br0", False)):
        n.ip("link add %s type bridge" % name, "link set %s up" % name, "addr add 10.7.0.1/24 dev %s" % name)
        seen = of(doctor(n, target(group(4), iface=name)), "container", "warning")
        same([f["ifname"] for f in seen], [name] if told else [], "warnings of " + name)
        n.ip("link del " + name)


@test("a forwarding cache that has no room for more interfaces", families=True)
def full(fam):
    n = Node("a")
    n.ip(*("link add v%d type veth peer name w%d" % (i, i) for i in range(16)))
    t, names = target(group(fam)), ["%s%d" % (x, i) for i in range(16) for x in "vw"]
    router = Router(n, fam, *names[:-1])
    silent(n, "routing", t)
    router.sock.close()
    router = Router(n, fam, *names)
    finds(n, "routing", "warning", t, words=["32", "no room"])
    router.sock.close()
    silent(n, "routing", t)


main(abreast=4)
