#!/usr/bin/env python3
"""t_doctor_link.py - interfaces, ranges of addresses, routes and memberships as mcast doctor sees them. Each thing
is broken, named, and cured; and the script of --fix."""
import socket
import subprocess

from doctoring import Flow, doctor, eventually, finds, healthy, mend, mended, of, silent, three, two
from kernels import Member, src
from rig import settle
from tap import check, main, same, test
from verbs import group, inet, target, text


class Bound(Member):
    """A member whose socket has a port: one that has none is seen in a process of the same namespace alone."""

    def __init__(self, node, fam, group_, ifname="eth0", port=5000):
        super().__init__(node, fam, group_, ifname)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(("", port))


def on(fam, n=1, **how):
    return target(group(fam, n), iface="eth0", **how)


def route(what, where):
    return "route %s %s" % (what, where)


# ---- interface ---------------------------------------------------------------------------------------


@test("an interface that is down, and one without the flag MULTICAST", families=True)
def down(fam):
    _, b = two()
    silent(b, "interface", on(fam))
    b.ip("link set eth0 multicast off")
    mended(b, "interface", "warning", on(fam), words=["MULTICAST"])
    b.ip("link set eth0 down")
    mend(b, finds(b, "interface", "fault", on(fam), words=["eth0 is down"]))
    settle(b)
    eventually(lambda: not of(doctor(b, on(fam)), "interface", "fault", "warning"), "it is up, and a fault still")


@test("an interface whose other end is down", families=True)
def carrier(fam):
    a, b = two()
    a.ip("link set eth0 down")
    eventually(lambda: of(doctor(b, on(fam)), "interface", "fault"), "it is not named")
    f = finds(b, "interface", "fault", on(fam), words=["carrier"])
    check(f["advice"] and not f["mend"], "a command that plugs in a cable", f)
    a.ip("link set eth0 up")
    eventually(lambda: not of(doctor(b, on(fam)), "interface", "fault"), "the carrier is back, and a fault still")


@test("an interface without an address")
def address():
    _, b = two()
    b.ip("addr flush dev eth0 scope global")
    finds(b, "interface", "warning", on(4), words=["no IPv4 address"])
    silent(b, "interface", on(6))
    b.ip("addr add 10.0.0.2/24 dev eth0")
    silent(b, "interface", on(4))
    with b:
        lines = [r.split() for r in b.proc("if_inet6").splitlines()]
    own = [r[0] for r in lines if r[5] == "eth0" and r[0].startswith("fe80")][0]
    own = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(own))
    b.ip("addr del %s/64 dev eth0" % own)
    f = finds(b, "interface", "fault", on(6), words=["link-local"])
    mend(b, f)
    check(own in f["mend"], "another address than the one there was, %s" % own, f)
    settle(b)
    silent(b, "interface", on(6))
    b.sysctl("net.ipv6.conf.eth0.disable_ipv6", 1)
    mend(b, finds(b, "interface", "fault", on(6), words=["switched off", "disable_ipv6"]))
    settle(b)
    silent(b, "interface", on(6))


@test("an address that another machine has")
def duplicate():
    a, b = two()
    a.ip("addr add fe80::77/64 dev eth0 nodad")
    b.sysctl("net.ipv6.conf.eth0.accept_dad", 1)
    b.sysctl("net.ipv6.conf.all.accept_dad", 1)
    b.ip("addr add fe80::77/64 dev eth0")
    eventually(lambda: [f for f in of(doctor(b, on(6)), "interface", "warning") if "duplicate" in f["text"]],
               "the duplicate is not named")
    b.ip("addr del fe80::77/64 dev eth0")
    silent(b, "interface", on(6))


@test("a bridge's port in place of the bridge")
def port():
    _, b = two()
    b.ip("link add br0 type bridge forward_delay 0 mcast_snooping 0", "link set br0 up", "addr add 10.0.0.3/24 dev br0")
    b.ip("link set eth0 master br0")
    f = finds(b, "interface", "fault", on(4), words=["br0"])
    check("br0" in f["advice"], "it does not say where instead", f)
    eventually(lambda: not of(doctor(b, target(group(4), iface="br0")), "interface", "fault"), "br0 is not good")


# ---- address -----------------------------------------------------------------------------------------


@test("ranges in which something does not work")
def ranges():
    a, b = two()
    for good in "239.1.2.3", "224.0.0.251", "225.1.2.3", "ff02::7", "ff15::7", "ff3e::1234", "ff35:40:fd00::1":
        silent(b, "address", target(good, source=src(6 if ":" in good else 4) if good == "ff3e::1234" else None,
                                    iface="eth0"))
    for bad, verdict, words in (("ff10::7", "fault", ["scope 0"]), ("ff1f::7", "warning", ["scope f"]),
                                ("ff01::7", "warning", ["this machine"]), ("ff25::7", "warning", ["flags"]),
                                ("233.252.0.7", "warning", ["documentation"]),
                                ("ff0e::db8:0:7", "warning", ["documentation"]),
                                ("232.1.1.1", "warning", ["no source"]), ("ff3e::1234", "warning", ["no source"])):
        finds(b, "address", verdict, target(bad, iface="eth0"), words=words)
    silent(b, "address", target("224.0.0.9", source="10.0.0.9", iface="eth0"))
    finds(b, "address", "fault", target("224.0.0.9", source="10.9.0.9", iface="eth0"), words=["router"])
    silent(b, "address", target("ff02::9", source="fe80::9", iface="eth0"))
    finds(b, "address", "fault", target("ff02::9", source="2001:db8::9", iface="eth0"), words=["router"])
    finds(b, "address", "fault", target("ff01::7", source="fe80::9", iface="eth0"), words=["this machine"])
    silent(b, "address", target("ff01::7", iface="lo"))


@test("a source-specific group that is joined without a source", families=True)
def ssm(fam):
    _, b = two()
    g = "232.1.1.1" if fam == 4 else "ff3e::1234"
    m = Bound(b, fam, g)
    m.call("join")
    f = finds(b, "address", "warning", target(g, iface="eth0"), words=["without a source", "python"])
    check(f["pid"], "nobody is named", f)
    finds(b, "address", "warning", words=["without a source"])
    m.call("leave")
    m.call("join_source", src(fam))
    silent(b, "address", target(g, iface="eth0"))
    silent(b, "address")


# ---- route -------------------------------------------------------------------------------------------


@test("no route to the group: a fault where no interface is named, else a warning", families=True)
def no_route(fam):
    _, b = two(route=False)
    if fam == 6:
        b.ip("route del multicast ff00::/8 dev eth0 table local")
        mended(b, "route", "fault", on(6), words=["ff00::/8"])
        return
    silent(b, "interface", target(group(4)))
    mended(b, "route", "warning", on(4), words=["no route", group(4) + "/32"])
    silent(b, "route", target(group(4)))
    b.ip("route del %s/32" % group(4))
    m = Bound(b, 4, group(4))
    m.call("join")
    silent(b, "route", on(4))  # who named it needs no route
    m.sock.close()
    mended(b, "route", "fault", target(group(4)), words=["no route", "224.0.0.0/4"])
    healthy(b, target(group(4)))
    # The rig's own sign: a program that names no interface can send again.
    b.socket(inet(4), socket.SOCK_DGRAM).sendto(b"x", (group(4), 5000))


@test("a target on lo, and no route: the command is for that group alone", families=True)
def on_lo(fam):
    _, b = two(route=False)
    t = target(group(fam), iface="lo")
    if fam == 6:
        b.ip("route del multicast ff00::/8 dev eth0 table local")
    f = finds(b, "route", "warning", t, words=["no route"])
    check(group(fam) + "/" in f["mend"], "the command", f)
    mended(b, "route", "warning", t)
    finds(b, "route", "fault", target(group(fam, 2)), words=["no route"])


@test("two interfaces, and nothing tells which is meant: a warning; a name, a source, or a member tells", families=True)
def which(fam):
    _, b, c = three()
    f = finds(b, "route", "warning", target(group(fam)), words=["eth0, eth1"])
    check("%IFACE" in f["advice"] and not f["mend"], "what to do", f)
    silent(b, "route", on(fam))
    silent(b, "route", target(group(fam), source=b.addr(fam, f["ifname"]).rsplit("2", 1)[0] + "7"))
    silent(b, "route")
    Bound(b, fam, group(fam), f["ifname"]).call("join")
    silent(b, "route", target(group(fam)))


@test("a route that forbids the group", families=True)
def forbidden(fam):
    _, b = two()
    where = group(fam) + ("/32" if fam == 4 else "/128")
    for kind in "unreachable", "prohibit", "blackhole":
        b.ip(route("add", "%s %s%s" % (kind, where, " table local" if fam == 6 else "")))
        mended(b, "route", "warning", on(fam), words=["forbids", kind])
        with b:
            subprocess.run(["ip", "-%d" % fam, "route", "flush", "root", where, "table", "all"], check=True)
        silent(b, "route", on(fam))


@test("an IPv6 interface whose groups go to a router")
def to_router():
    _, b = two()
    b.ip("route del multicast ff00::/8 dev eth0 table local")
    mended(b, "route", "fault", on(6), words=["router"])


def unnamed(node, fam, g):
    """A member that named no interface when it joined."""
    m = Bound(node, fam, g)
    m.index = 0
    m.call("join")
    return m


@test("it arrives on another interface than that on which it is joined", families=True)
def astray(fam):
    a, b, _ = three()
    g = group(fam)
    bits = "32" if fam == 4 else "128"
    there = "multicast %s/%s dev eth1 table local metric 1" if fam == 6 else "%s/%s dev eth1"
    b.ip(route("add", there % (g, bits)))
    m = unnamed(b, fam, g)
    silent(b, "route", target(g))
    Flow(a, fam, to=g)
    eventually(lambda: of(doctor(b, target(g)), "route", "fault"), "it is not named")
    f = finds(b, "route", "warning", "-w", 0.5, words=["eth0", "eth1", g])
    same(f["mend"], None, "a command for what nobody named")
    f = finds(b, "route", "fault", target(g), "-w", 0.5, words=["eth0", "eth1", g])
    finds(b, "joined", "fault", on(fam), words=["eth0", "eth1", "python"])
    mend(b, f)
    check(f["advice"], "that the program has to join again")
    m.sock.close()
    unnamed(b, fam, g)
    silent(b, "route", target(g))
    silent(b, "joined", on(fam))
    silent(b, "route")


@test("the way to the source is another than that of who names no interface", families=True)
def source_elsewhere(fam):
    _, b, c = three()
    where = target(group(fam), source=c.addr(fam))
    if fam == 6:
        b.ip("route replace multicast %s/128 dev eth0 table local metric 1" % group(6))
    mended(b, "route", "warning", where, words=["eth0", "eth1", c.addr(fam)])


@test("joined on one interface, and it is meant to arrive on another", families=True)
def elsewhere(fam):
    _, b, _ = three()
    m = Bound(b, fam, group(fam), "eth1")
    m.call("join")
    finds(b, "joined", "fault", on(fam), words=["eth1", "eth0"])
    silent(b, "joined", target(group(fam), iface="eth1"))
    m.call("leave")
    Bound(b, fam, group(fam), "eth0", 5001).call("join")
    silent(b, "joined", on(fam))


# ---- joined ------------------------------------------------------------------------------------------


@test("nobody has joined; then somebody, by a filter that excludes the source", families=True)
def filters(fam):
    _, b = two()
    g, one, other = group(fam), src(fam, 1), src(fam, 2)
    finds(b, "joined", "warning", on(fam), words=["nobody", g])
    m = Bound(b, fam, g)
    m.call("join_source", one)
    silent(b, "joined", on(fam))
    silent(b, "joined", on(fam, source=one))
    f = finds(b, "joined", "fault", on(fam, source=other), words=["python", g, other])
    check(f["pid"] and f["ifname"] == "eth0" and f["group"] == g, "what it is about", f)
    m.call("leave_source", one)
    m.call("join")
    silent(b, "joined", on(fam, source=other))
    m.call("block", other)
    finds(b, "joined", "fault", on(fam, source=other), words=[other])
    silent(b, "joined", on(fam, source=one))
    second = Bound(b, fam, g)
    second.call("join")
    silent(b, "joined", on(fam, source=other))  # one takes it: what the first wants is its own matter


# ---- the document, the script ----------------------------------------------------------------------------


@test("the document: what was named, and nulls where nothing was")
def document():
    _, b = two()
    d = doctor(b, target("232.1.1.1", source="10.0.0.1", iface="eth0"))
    same([d[k] for k in ("schema", "target", "group", "source", "ifname", "port")],
         [1, "10.0.0.1@232.1.1.1%eth0:5000", "232.1.1.1", "10.0.0.1", "eth0", 5000], "what was named")
    d = doctor(b, "239.1.2.3", "10.0.0.1")
    same([d[k] for k in ("target", "source", "ifname", "port")], ["10.0.0.1@239.1.2.3", "10.0.0.1", None, None],
         "what was named")
    d = doctor(b)
    same([d[k] for k in ("target", "group", "source", "ifname", "port")], [None] * 5, "what was not")
    same(set(d) - {"ts", "host"}, {"schema", "target", "group", "source", "ifname", "port", "faults", "warnings", "ok",
                                   "unknown", "findings"}, "keys")


@test("the script of --fix mends all that it names; and says so when there is nothing")
def script():
    _, b = two(route=False)
    b.ip("link set eth0 down")
    b.ip("link set eth0 name x$y", "link set x$y up")
    b.sysctl("net.ipv4.conf.x$y.force_igmp_version", 2)
    b.ip("link set x$y multicast off")
    t = target(group(4), iface="x$y")
    eventually(lambda: not of(doctor(b, t), "interface", "fault"), "the interface is not up")
    r = text(b, "doctor", "-w", 0.2, "--fix", t)
    lines = r.stdout.splitlines()
    same(lines[0], "#!/bin/sh", "its first line")
    commands = [s for s in lines if s and not s.startswith("#")]
    same(len(commands), len(set(commands)), "commands, each once")
    for word in "multicast on", "force_igmp_version", group(4) + "/32":
        check(any(word in s for s in commands), "no command of %s" % word, r.stdout)
    with b:
        ran = subprocess.run(["sh", "-e"], input=r.stdout, text=True, capture_output=True)
    same(ran.returncode, 0, "its exit code: " + ran.stderr)
    for name in "interface", "route", "version":
        silent(b, name, t)
    r = text(b, "doctor", "-w", 0.2, "--fix", "-I", "lo")
    check("Nothing was found" in r.stdout, "it does not say so", r.stdout)


main(abreast=6)
