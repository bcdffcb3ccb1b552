#!/usr/bin/env python3
"""t_refuse.py - what is refused for the network's sake: one line, exit 2, nothing left joined."""
import functools
import socket

from rig import Node, link
from tap import check, main, same, test
from verbs import group, hears, inet, serve, target, text


@functools.lru_cache(None)
def host():
    """A host with eth0; eth1, which cannot multicast; eth2, which is down."""
    s, c = Node("host"), Node("peer")
    for net in range(3):
        link(s, c, net=net)
    s.ip("link set eth1 multicast off", "link set eth2 down")
    return s, c


def refused(node, verb, *args, words=()):
    """The verb ends with exit code 2 and one line that holds the words; nothing stays joined."""
    before = node.joined(4) | node.joined(6)
    r = text(node, verb, *args)
    same(r.code, 2, "exit code of %s %s" % (verb, args))
    same(len(r.stderr.splitlines()), 1, "lines on standard error: " + r.stderr)
    same(r.stdout, "", "standard output")
    check(r.stderr.startswith("mcast %s: " % verb), "the line does not say which verb", r.stderr)
    for w in words:
        check(w in r.stderr, "the line does not say %r" % w, r.stderr)
    same((node.joined(4) | node.joined(6)) - before, set(), "joined afterwards")


@test("an unknown interface", families=True)
def unknown_interface(fam):
    s, _ = host()
    for verb in ("serve", "ping"):
        refused(s, verb, target(group(fam), iface="nope"), words=["nope", "eth0"])
        refused(s, verb, "-I", "nope", target(group(fam)), words=["nope", "eth0"])
        refused(s, verb, "-I", "4711", target(group(fam)), words=["4711"])
        refused(s, verb, "-I", "10.99.0.1" if fam == 4 else "fd99::1", target(group(fam)), words=["99"])
    refused(s, "serve", target(group(fam)), target(group(fam, 2), iface="nope"), words=["nope"])
    refused(s, "serve", "-I", "eth0", "-I", "nope", target(group(fam)), words=["nope"])


@test("an interface that cannot multicast, or is down; lo may be joined", families=True)
def unable_interface(fam):
    s, _ = host()
    for ifname in ("eth1", "eth2"):
        refused(s, "serve", "-I", ifname, target(group(fam)), words=[ifname])
        refused(s, "serve", target(group(fam), iface=ifname), words=[ifname])
        refused(s, "ping", "-c", 1, "-I", ifname, target(group(fam)), words=[ifname])
    serve(s, "-I", "lo", target(group(fam)))
    check(("lo", group(fam)) in s.joined(fam), "lo is not joined")
    check(("eth0", group(fam)) not in s.joined(fam), "eth0 is joined, too")
    if fam == 4:
        hears(s, target(group(fam)), "-I", "lo")


@test("without -I such interfaces are left out, and the others are served", families=True)
def unable_left_out(fam):
    s, c = host()
    v = serve(s, target(group(fam)))
    same([i["ifname"] for i in v.of("start")[0]["targets"][0]["interfaces"]], ["lo", "eth0"], "interfaces")
    hears(c, target(group(fam)), "-I", "eth0")


@test("no route", families=True)
def no_route(fam):
    alone, other = Node("alone"), Node("other")
    refused(alone, "ping", "-c", 1, target(group(fam)), words=[group(fam)])
    if fam == 4:
        link(alone, other, route=False)
        refused(alone, "ping", "-c", 1, target(group(4)), words=[group(4), "eth0"])
        serve(other, target(group(4)))
        hears(alone, target(group(4)), "-I", "eth0")


@test("a link-local IPv6 group without an interface")
def link_local():
    s, _ = host()
    for verb in ("serve", "ping"):
        refused(s, verb, "[ff02::1234]:5000", words=["ff02::1234", "eth0"])
        refused(s, verb, "[ff01::1234]:5000", words=["ff01::1234"])
    serve(s, "-I", "eth0", "[ff02::1234]:5000")
    check(("eth0", "ff02::1234") in s.joined(6), "-I is not interface enough")


@test("a link-local address that is on two interfaces does not tell which")
def address_twice():
    s, c = Node("host"), Node("peer")
    for net in range(2):
        link(s, c, net=net)
    s.ip("addr add fe80::1/64 dev eth0 nodad", "addr add fe80::1/64 dev eth1 nodad", "addr add fe80::2/64 dev eth1 nodad")
    for verb in ("serve", "ping"):
        refused(s, verb, "-I", "fe80::1", target("ff02::1234"), words=["several", "eth0, eth1"])
    refused(s, "ping", target("ff02::1234", source="fe80::1"), words=["several"])
    refused(s, "ping", "-I", "eth0", target("ff02::1234", source="fe80::2"), words=["eth0", "fe80::2"])
    refused(s, "ping", target(group(4), source="127.9.8.7"), words=["127.9.8.7", "no interface"])
    serve(c, target("ff02::1234", iface="eth1"))
    hears(s, target("ff02::1234"), "-I", "fe80::2")
    hears(s, target("ff02::1234", source="fe80::1", iface="eth1"))


@test("where no interface is up, the next step brings one up", families=True)
def nothing_up(fam):
    n = Node("off")
    n.ip("link set lo down")
    up = ["ip link set lo up"]
    refused(n, "ping", target(group(fam)), words=up)
    refused(n, "ping", "-I", "nope", target(group(fam)), words=up)
    if fam == 6:
        refused(n, "ping", target("ff02::1234"), words=up)


@test("a long list of interfaces ends between two names")
def long_list():
    n = Node("many")
    names = ["a-long-name-%03d" % i for i in range(40)]
    n.ip(*["link add %s up type veth peer name %s" % pair for pair in zip(names[::2], names[1::2])],
         *["link set %s up" % name for name in names])
    r = text(n, "ping", "-I", "nope", target(group(4)))
    same(r.code, 2, "exit code")
    listed = r.stderr.strip().split("interfaces: ")[1].rstrip(")").split(", ")
    same(listed[-1], "...", "end of the list")
    check(len(listed) > 10 and set(listed[:-1]) <= set(names) | {"lo"}, "a name is cut", r.stderr)


@test("more sources for one group than the system takes", families=True)
def too_many_sources(fam):
    s, c = host()
    s.sysctl("net.ipv4.igmp_max_msf", 10)
    g = "232.1.1.1" if fam == 4 else "ff35::1234"
    many = [target(g, source=("10.0.0.%d" if fam == 4 else "fd00::%x") % (20 + n)) for n in range(200)]
    if fam == 4:
        refused(s, "serve", target(group(4)), *many[:11], words=["igmp_max_msf"])
    refused(s, "serve", target(group(fam)), *many, words=[g])
    serve(s, *many[:9], target(g, source=c.addr(fam)))
    hears(c, target(g), "-I", "eth0")


@test("a target given twice", families=True)
def twice(fam):
    s, _ = host()
    t, g = target(group(fam)), "232.1.1.1" if fam == 4 else "ff35::1"
    ssm = target(g, source="10.0.0.9" if fam == 4 else "fd00::9")
    refused(s, "serve", t, t, words=[group(fam)])
    refused(s, "serve", ssm, ssm)
    refused(s, "serve", t, target(group(fam), iface="eth0"), words=[group(fam)])
    refused(s, "serve", t + "+10", target(group(fam, 7)), words=[group(fam, 7)])
    refused(s, "serve", ssm, target(g))
    serve(s, t, target(group(fam), 5001))


@test("the same target by another spelling is given twice, too")
def twice_spelt():
    s, _ = host()
    refused(s, "serve", "[ff15::1]:5000", "[ff15:0:0::1]:5000")
    refused(s, "serve", "239.1.2.3", "239.1.2.3:9999")
    refused(s, "serve", "10.0.0.9@232.1.1.1:5000", "10.0.0.9,232.1.1.1:5000")
    refused(s, "serve", "239.1.2.3%eth0:5000", "239.1.2.3%%%d:5000" % s.index("eth0"))


@test("a port that somebody else has for himself", families=True)
def port_taken(fam):
    s, _ = host()
    taken = s.socket(inet(fam), socket.SOCK_DGRAM)
    taken.bind(("", 5000))
    refused(s, "serve", target(group(fam, 2), 5001), target(group(fam)), words=["5000"])
    taken.close()
    serve(s, target(group(fam)))


@test("a privileged port without the privilege")
def low_port():
    s, _ = host()
    s.sysctl("net.ipv4.ip_unprivileged_port_start", 1024)
    v = serve(s, target(group(4), 1023))
    hears(s, target(group(4), 1023), "-I", "lo")
    v.stop()


@test("ping of an IPv6 group on a host that has IPv6 switched off")
def no_ipv6():
    n, other = Node("four"), Node("other")
    link(n, other)
    n.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
    serve(n, target(group(4)))
    hears(other, target(group(4)))
    refused(n, "ping", "-c", 1, target(group(6)), words=[group(6)])
    refused(n, "ping", target(group(6)), words=["switched off", "net/ipv6/conf/all/disable_ipv6=0"])
    for ifname in "eth0", "lo":
        on = "net/ipv6/conf/%s/disable_ipv6" % ifname
        refused(n, "ping", "-c", 1, "-I", ifname, target(group(6)), words=[group(6), on + "=0"])
    n.sysctl(on, 0)
    refused(n, "ping", "-c", 1, "-I", "lo", target(group(6)), words=["ip -6 route add local ff00::/8 dev lo"])
    n.sysctl("net/ipv6/conf/eth0/addr_gen_mode", 1)
    n.sysctl("net/ipv6/conf/eth0/disable_ipv6", 0)
    refused(n, "ping", "-c", 1, "-I", "eth0", target(group(6)), words=["ip address add ADDRESS/64 dev eth0"])


if __name__ == "__main__":
    main()
