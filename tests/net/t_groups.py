#!/usr/bin/env python3
"""t_groups.py - what mcast groups lists: memberships, whose they are, by which sockets, with which filters; the
versions of IGMP and MLD; its words, its table, its exit codes."""
import json
import os
import re
import signal
import socket

import frames
from grouping import (FAMILIES, FAMILY, PROGRAMS_ARE_SEEN, Program, die_with_parent, filters, found, groups, here, host,
                      join, member, names_of, only, program, run, table, text, udp, users_of)
from kernels import force, forge, src, until
from rig import Node, lan, link
from tap import Skip, check, main, same, test
from verbs import Verb, group, inet, serve, target

ALWAYS = re.compile(r"224\.0\.0\.1|ff0[12]::1|ff02::1:ff[0-9a-f:]+")
ANY = "exclude", []


def inode_of(pid, fd):
    return int(re.fullmatch(r"socket:\[(\d+)\]", os.readlink("/proc/%d/fd/%d" % (pid, fd))).group(1))


def of(sockets, p):
    """The one socket of a program."""
    got = [s for s in sockets if s["pid"] == p.pid]
    same(len(got), 1, "sockets of the program %d" % p.pid)
    return got[0]


# ---- who, by which socket ----------------------------------------------------------------------------


@test("any source: which processes, by which sockets", families=True)
def any_source(fam):
    a, _ = host()
    g = group(fam)
    p = program(a, lambda: member(fam, g, 5000))
    q = program(a, lambda: member(fam, g, 5001, address=g), name=b"another")
    doc = groups(a)
    m = only(doc, g)
    same((m["ifindex"], m["family"], m["users"], m["found"]), (a.index("eth0"), FAMILY[fam], 2, 2), "the membership")
    same(filters(m), ANY, "its filter")
    same([s["pid"] for s in m["sockets"]], sorted([p.pid, q.pid]), "processes")
    for holder, address, port in (p, None, 5000), (q, g, 5001):
        s, fd = of(m["sockets"], holder), holder.said[0]
        same([s[k] for k in ("local_address", "local_port", "fd", "inode", "protocol", "processes", "uid", "user")],
             [address, port, fd, inode_of(holder.pid, fd), "udp", 1, 0, "root"], "the socket")
        same((filters(s), s["bound_ifname"], s["drops"]), (ANY, None, 0), "the socket")
    same(of(m["sockets"], q)["process"], "another", "the name")
    same((doc["cut"], here(doc)["unseen"], here(doc)["error"]), (False, [], None), "all was seen")
    same(doc["complete"], PROGRAMS_ARE_SEEN, "complete")
    rows = table(a)["eth0"][1]
    same([(r["GROUP"], r["FILTER"], r["USERS"], r["PROCESS"].split("[")[1], r["USER"], r["ITS FILTER"]) for r in rows],
         [(g, "any source", "2", "%d]" % pid, "root", "any source") for pid in sorted([p.pid, q.pid])], "the rows")
    shown = "[%s]:5001" % g if fam == 6 else g + ":5001"
    same({r["SOCKET"] for r in rows}, {"*:5000", shown}, "their sockets")


@test("lists of sources: only some, all but some", families=True)
def lists(fam):
    a, _ = host()
    one, other = group(fam, 1), group(fam, 2)

    def include():
        s = udp(fam, port=5000)
        join(s, one, source=src(fam, 2))
        join(s, one, source=src(fam, 1))
        return s

    def exclude():
        s = udp(fam, port=5001)
        join(s, other).call("block", src(fam, 3))
        return s
    program(a, include, exclude)
    doc = groups(a)
    for g, wanted in (one, ("include", [src(fam, 1), src(fam, 2)])), (other, ("exclude", [src(fam, 3)])):
        m = only(doc, g)
        same((filters(m), filters(m["sockets"][0]), m["users"]), (wanted, wanted, 1), "filters of " + g)
    rows = {r["GROUP"]: r for r in table(a)["eth0"][1]}
    for c in "FILTER", "ITS FILTER":
        words = rows[one][c]
        check(words.startswith("only ") and {src(fam, 1), src(fam, 2)} == set(words[5:].split(", ")), "words", words)
        same(rows[other][c], "all but " + src(fam, 3), "words")


def filtered(fam, g, exclude, *numbers):
    def make():
        s = udp(fam)
        join(s, g).filter(exclude, *[src(fam, n) for n in numbers])
        return s
    return make


# RFC 9776 3.2: the filters of sockets, (exclude, sources), and what the interface makes of them.
MERGED = [
    ([(False, 1, 2), (False, 2, 3)], ("include", 1, 2, 3)),
    ([(True, 1, 2), (True, 2, 3)], ("exclude", 2)),
    ([(True, 1, 2), (False, 1, 4)], ("exclude", 2)),
    ([(True, 1), (False, 1)], ("exclude",)),
    ([(True,), (True, 1), (False, 2)], ("exclude",)),
    ([(True, 1, 2, 3), (True, 1, 2, 4), (False, 2, 9)], ("exclude", 1)),
]


@test("the interface's filter is merged of its sockets'", families=True)
def merged(fam):
    a, _ = host()
    a.sysctl("net.ipv4.igmp_max_msf", 64)
    program(a, *[filtered(fam, group(fam, n), *s) for n, (sockets, _) in enumerate(MERGED, 1) for s in sockets])
    doc = groups(a)
    for n, (sockets, (mode, *numbers)) in enumerate(MERGED, 1):
        m = only(doc, group(fam, n))
        same(filters(m), (mode, sorted(src(fam, i) for i in numbers)), "the filter of %s" % (sockets,))
        wanted = [("exclude" if s[0] else "include", sorted(src(fam, i) for i in s[1:])) for s in sockets]
        same(sorted(map(filters, m["sockets"])), sorted(wanted), "filters of sockets")
        same((m["users"], m["found"]), (len(sockets), len(sockets)), "users")


@test("long lists of sources are whole", families=True)
def long_lists(fam):
    a, _ = host()
    a.sysctl("net.ipv4.igmp_max_msf", 64)
    program(a, filtered(fam, group(fam), False, *range(1, 51)), filtered(fam, group(fam), False, *range(40, 64)))
    m = only(groups(a), group(fam))
    same(filters(m), ("include", sorted(src(fam, n) for n in range(1, 64))), "the interface's")
    same(sorted(len(s["source_addresses"]) for s in m["sockets"]), [24, 50], "the sockets'")
    row = table(a)["eth0"][1][0]
    check(re.fullmatch(r"only .* and 61 more", row["FILTER"]), "it is not said how many there are", row["FILTER"])


@test("a socket in several groups of several interfaces, the same group on both", families=True)
def several(fam):
    a, b, c = Node("a"), Node("b"), Node("c")
    link(a, b)
    link(a, c, net=1)
    g, other = group(fam), group(fam, 2)

    def make():
        s = member(fam, g, 5000)
        join(s, g, "eth1", src(fam))
        join(s, other, "eth1")
        return s
    p = program(a, make)
    doc = groups(a)
    mine = {k for k in names_of(doc) if k[1] in (g, other)}
    same(mine, {("eth0", g), ("eth1", g), ("eth1", other)}, "memberships")
    same(len({s["inode"] for m in found(doc) for s in m["sockets"]}), 1, "sockets")
    same((filters(only(doc, g)), filters(only(doc, g, "eth1"))), (ANY, ("include", [src(fam)])), "filters")
    same(set(table(a)), {"eth0", "eth1"}, "interfaces of the table")
    same(of(only(doc, other, "eth1")["sockets"], p)["local_port"], 5000, "port")


@test("an AF_INET6 socket is in IPv4 groups, too")
def mixed():
    a, _ = host()

    def make():
        s = member(6, group(6), 5000)
        join(s, group(4))
        return s
    p = program(a, make, lambda: join(udp(6, port=None), group(4, 2)).sock)
    doc = groups(a)
    for fam in FAMILIES:
        m = only(doc, group(fam))
        same((m["family"], m["users"], m["found"]), (FAMILY[fam], 1, 1), "membership")
        same(of(m["sockets"], p)["fd"], p.said[0], "its socket")
    same(of(only(doc, group(4, 2))["sockets"], p)["fd"], p.said[1], "that one which is not bound")


@test("sockets that were never bound", families=True)
def unbound(fam):
    a, _ = host()
    p = program(a, lambda: member(fam, group(fam), None), lambda: member(fam, group(fam, 2), None))
    doc = groups(a)
    for n, fd in enumerate(p.said, 1):
        m = only(doc, group(fam, n))
        s = of(m["sockets"], p)
        same((m["users"], m["found"], s["fd"], s["protocol"]), (1, 1, fd, "udp"), "the socket")
        same((s["local_address"], s["local_port"]), (None, None), "its address")
    check("*" == table(a, group(fam))["eth0"][1][0]["SOCKET"][0], "the table's socket")


def of_kind(fam, kind, protocol, g, ifname="eth0"):
    def make():
        s = socket.socket(inet(fam), kind, protocol)
        join(s, g, ifname)
        return s
    return make


@test("a raw socket", families=True)
def raw(fam):
    a, _ = host()
    p = program(a, of_kind(fam, socket.SOCK_RAW, 89, group(fam)))
    s = of(only(groups(a), group(fam))["sockets"], p)
    same([s[k] for k in ("protocol", "fd", "local_address", "local_port", "uid")], ["raw", p.said[0], None, None, 0],
         "the socket")
    check("raw" in table(a)["eth0"][1][0]["SOCKET"], "the table does not say that it is raw")


@test("a ping socket", families=True)
def ping_socket(fam):
    a, _ = host()
    a.sysctl("net.ipv4.ping_group_range", "0 0")
    p = program(a, of_kind(fam, socket.SOCK_DGRAM, 1 if fam == 4 else 58, group(fam)))
    same(of(only(groups(a), group(fam))["sockets"], p)["protocol"], "icmp", "protocol")


@test("a UDP-Lite socket", families=True)
def udplite(fam):
    try:
        socket.socket(inet(fam), socket.SOCK_DGRAM, 136).close()
    except OSError as e:
        raise Skip("this kernel has no UDP-Lite") from e
    a, _ = host()

    def make():
        s = of_kind(fam, socket.SOCK_DGRAM, 136, group(fam))()
        s.bind(("", 5000))
        return s
    p = program(a, make)
    same(of(only(groups(a), group(fam))["sockets"], p)["protocol"], "udplite", "protocol")


@test("a socket that two processes have open, and one that a process has open twice", families=True)
def shared(fam):
    a, _ = host()
    g, twice = group(fam), group(fam, 2)

    def steps():
        kept = [member(fam, g, 5000), member(fam, twice, 5001)]
        second = kept[1].dup()
        parent, child = os.getpid(), os.fork()
        if not child:
            kept[1].close()
            second.close()
            die_with_parent()
            while os.getppid() == parent:
                signal.pause()
            os._exit(0)
        yield child
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        yield None
    p = Program(a, steps)
    until(lambda: len(os.listdir("/proc/%d/fd" % p.said)) < len(os.listdir("/proc/%d/fd" % p.pid)), "no child")
    doc = groups(a)
    m, other = only(doc, g), only(doc, twice)
    same((m["users"], m["found"], len(m["sockets"]), m["sockets"][0]["processes"]), (1, 1, 1, 2), "the shared one")
    check(m["sockets"][0]["pid"] in (p.pid, p.said), "a process that has it", m["sockets"])
    same((other["users"], of(other["sockets"], p)["processes"]), (1, 1), "the one that is open twice")
    p.step()
    same(of(only(groups(a), g)["sockets"], p)["processes"], 1, "processes when one is gone")


@test("sockets that are alike are one line, with -v each has its own", families=True)
def folded(fam):
    a, _ = host()
    g = group(fam)
    alike = [lambda: member(fam, g, 5000)] * 3
    p = program(a, *alike, lambda: member(fam, g, 5001), filtered(fam, g, True, 1))
    q = program(a, *alike)
    rows = table(a)["eth0"][1]
    same({r["USERS"] for r in rows}, {"8"}, "users")
    same(sorted(int(re.search(r"\[(\d+)\]", r["PROCESS"]).group(1)) for r in rows),
         sorted([p.pid] * 3 + [q.pid]), "lines of processes")
    m = only(groups(a), g)
    same((m["users"], m["found"], len(m["sockets"])), (8, 8, 8), "in JSON all are there")
    lines = [s for s in text(a, "-v", g).splitlines() if "[%d]" % p.pid in s or "[%d]" % q.pid in s]
    same(len(lines), 8, "lines of -v")
    for holder in p, q:
        for fd in holder.said:
            inode = inode_of(holder.pid, fd)
            mine = [s for s in lines if re.search(r"\[%d\].*\s%d\s+%d\s" % (holder.pid, fd, inode), s)]
            same(len(mine), 1, "lines with descriptor %d and inode %d" % (fd, inode))


@test("a socket that is tied to an interface", families=True)
def tied(fam):
    a, _ = host()

    def make():
        s = udp(fam, port=None)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0\0")
        s.bind(("", 5000))
        join(s, group(fam))
        return s
    program(a, make)
    same(only(groups(a), group(fam))["sockets"][0]["bound_ifname"], "eth0", "bound_ifname")
    check("eth0" in table(a)["eth0"][1][0]["SOCKET"], "the table does not tell")


@test("IP_MULTICAST_ALL and what was dropped", families=True)
def options(fam):
    a, _ = host()

    def make(all_):
        def made():
            s = member(fam, group(fam), 5000 + all_)
            s.setsockopt(socket.IPPROTO_IP if fam == 4 else socket.IPPROTO_IPV6, 49 if fam == 4 else 29, all_)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            for _ in range(9):
                s.sendto(b"x" * 1000, ("127.0.0.1" if fam == 4 else "::1", 5001))
            return s
        return made
    program(a, make(1), make(0))
    sockets = {s["local_port"]: s for s in only(groups(a), group(fam))["sockets"]}
    same((sockets[5001]["multicast_all"], sockets[5000]["multicast_all"]), (True, False), "multicast_all")
    same(sockets[5000]["drops"], 0, "drops of the one that nothing was sent to")
    check(sockets[5001]["drops"] > 0, "drops of the one that has no room", sockets[5001])


@test("mcast's own verbs are holders like all others", families=True)
def own(fam):
    a, _ = host()
    v = serve(a, target(group(fam, 1), iface="eth0"))
    r = Verb(a, "recv", target(group(fam, 2), 5002, source=src(fam), iface="eth0"))
    r.wait_event("start")
    doc = groups(a)
    m, n = only(doc, group(fam, 1)), only(doc, group(fam, 2))
    same(({s["pid"] for s in m["sockets"]}, filters(m)), ({v.proc.pid}, ANY), "serve")
    same(({s["pid"] for s in n["sockets"]}, filters(n)), ({r.proc.pid}, ("include", [src(fam)])), "recv")
    same((m["users"], n["users"]), (m["found"], n["found"]), "users, and those found")
    same(n["sockets"][0]["local_port"], 5002, "the port of recv")


@test("sockets of a process that lives in another namespace", families=True)
def elsewhere(fam):
    a, _ = host()

    def moved(*args):
        def make():
            a.__enter__()
            s = member(fam, *args)
            a.__exit__()
            return s
        return make
    p = program(Node("elsewhere"), moved(group(fam, 1), 5000), moved(group(fam, 2), None))
    doc = groups(a)
    same(of(only(doc, group(fam, 1))["sockets"], p)["fd"], p.said[0], "the one that is bound")
    same(of(only(doc, group(fam, 2))["sockets"], p)["fd"], p.said[1], "the one that is not")
    same(doc["complete"], True, "complete")


def descriptor_on_its_way():
    """An unbound member that no process has open: it waits in a socket pair that this process has."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    s = member(4, group(4, 1), None)
    socket.send_fds(pair[0], [b"x"], [s.fileno()])
    s.close()
    ON_THEIR_WAY.append(pair)
    return pair[0]


ON_THEIR_WAY = []


@test("a socket that nobody has open is not said to be the kernel's, and nothing to be complete")
def on_its_way():
    a, _ = host()
    program(a, descriptor_on_its_way)
    doc = groups(a)
    m = only(doc, group(4, 1))
    same((m["users"], m["found"], doc["complete"]), (1, 0, False), "users, found, complete")
    said = text(a)
    check("(not seen)" in said and "(kernel)" not in said and "not all users of 1 group could be found" in said,
          "what is said of it", said)


@test("what the kernel joined for a VXLAN and an address is the kernel's, and so is the VXLAN's socket")
def kernels_for():
    a, _ = host()
    a.ip("address add 239.7.7.7/32 dev eth0 autojoin")
    try:
        a.ip("link add vx0 type vxlan id 42 group 239.8.8.8 dev eth0 dstport 4789")
        a.ip("link set vx0 up")
        wanted = ["239.7.7.7", "239.8.8.8"]
    except Exception:  # no VXLAN in this kernel
        wanted = ["239.7.7.7"]
    doc = groups(a)
    same((doc["complete"], [n["unseen"] for n in doc["namespaces"]]), (True, [[]]), "complete, and what is not seen")
    rows = {r["GROUP"]: r["PROCESS"] for r in table(a)["eth0"][1]}
    same([rows.get(g) for g in wanted], ["(kernel)"] * len(wanted), "whose they are")


# ---- the kernel's own, and its tables ------------------------------------------------------------------


def of_tables(a):
    return a.joined(4) | a.joined(6)


def agrees(a):
    """What it lists is what the kernel's tables have, as often; all of it with -v."""
    every, brief = groups(a, "-v"), groups(a)
    wanted = {**users_of(a, 4), **users_of(a, 6)}
    same({(m["ifname"], m["group"]): m["users"] for m in found(every)}, wanted, "memberships and users with -v")
    same(names_of(every), of_tables(a), "memberships with -v")
    same(names_of(brief), {k for k in of_tables(a) if not ALWAYS.fullmatch(k[1])}, "memberships without -v")
    rows = [s.split() for s in text(a, "-v").splitlines()]
    told = [r[0] for r in rows if len(r) > 1 and re.fullmatch(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]+:[0-9a-f:]*", r[0])]
    same(sorted(told), sorted(g for _, g in of_tables(a)), "groups of the table with -v")


@test("it lists what the kernel's tables have, as often as they have it")
def tables():
    a, b, c = Node("a", forward=True), Node("b"), Node("c")
    link(a, b)
    link(a, c, net=1)
    agrees(a)
    made = [lambda n=n, fam=fam: member(fam, group(fam, n), 5000 + n % 3, "eth%d" % (n % 2))
            for n in range(1, 20) for fam in FAMILIES]
    p = program(a, *made)
    program(a, *made[:10])
    agrees(a)
    p.end()
    agrees(a)


@test("what the kernel itself joined is the kernel's")
def kernels_own():
    a, b = Node("a", forward=True), Node("b")
    link(a, b)
    rows = [r for r in table(a)["eth0"][1] if r["GROUP"] == "ff02::2"]
    same([r["PROCESS"] for r in rows], ["(kernel)"], "all-routers of a router")
    m = only(groups(a), "ff02::2")
    same((m["users"], m["found"], m["sockets"]), (1, 0, []), "all-routers of a router")
    p = program(a, lambda: member(6, "ff02::2"))
    m = only(groups(a), "ff02::2")
    same((m["users"], m["found"], of(m["sockets"], p)["pid"]), (2, 1, p.pid), "with a socket")
    rows = [r for r in table(a)["eth0"][1] if r["GROUP"] == "ff02::2"]
    same(len(rows), 2, "lines of it: %s" % rows)
    for g in "224.0.0.1", "ff02::1":
        same([r["PROCESS"] for r in table(a, g)["eth0"][1]], ["(kernel)"], "%s, named" % g)
    middle = lan(b, snooping=1)
    middle.sysctl("net.ipv6.conf.br0.disable_ipv6", 0)
    until(lambda: ("br0", "ff02::6a") in middle.joined(6), "the bridge did not join")
    same(only(groups(middle), "ff02::6a", "br0")["found"], 0, "all-snoopers of a bridge")
    agrees(middle)


@test("memberships that are left are gone, and nothing is kept open", families=True)
def left(fam):
    a, _ = host()

    def steps():
        s = member(fam, group(fam), 5000)
        held = join(s, group(fam, 2))
        yield 0
        held.call("leave")
        yield 1
        s.close()
        yield 2
    p = Program(a, steps)
    groups(a, group(fam, 2))
    p.step()
    groups(a, group(fam, 2), code=1, errors=None)
    groups(a, group(fam))
    p.step()
    check(("eth0", group(fam)) not in a.joined(fam), "the socket lives though it is closed")
    same(found(groups(a)), [], "memberships")


# ---- versions ------------------------------------------------------------------------------------------


def versions(a, ifname="eth0"):
    o, = [i for i in here(groups(a))["interfaces"] if i["ifname"] == ifname]
    return o["igmp_version"], o["igmp_why"], o["mld_version"], o["mld_why"]


@test("the versions of IGMP and MLD: the newest, forced ones")
def forced():
    a, _ = host()
    program(a, lambda: member(4, group(4)), lambda: member(6, group(6)))
    same(versions(a), (3, "newest", None, None), "by default")
    same(table(a)["eth0"][0], "IGMPv3, MLD", "heading")
    same(table(a, "-4")["eth0"][0], "IGMPv3", "heading of -4")
    same(table(a, "-6")["eth0"][0], "MLD", "heading of -6")
    for v in 2, 1:
        force(a, 4, v)
        same(versions(a)[:2], (v, "forced"), "IGMP")
        same(table(a, "-4")["eth0"][0], "IGMPv%d (forced)" % v, "heading")
    force(a, 4, 0)
    for v in 1, 2:
        force(a, 6, v)
        same(versions(a), (3, "newest", v, "forced"), "MLD")
        same(table(a, "-6")["eth0"][0], "MLDv%d (forced)" % v, "heading")


@test("an older querier was heard")
def older_querier():
    a, b = host()
    program(a, lambda: member(4, group(4)))
    for v in 2, 1:
        forge(b, frames.query(4, v, src=b.addr(4)))
        until(lambda: "V%d" % v in a.proc("igmp"), "the kernel did not hear it")
        same(versions(a)[:2], (v, "older_querier"), "version")
        same(table(a)["eth0"][0], "IGMPv%d (an older querier was heard)" % v, "heading")
    forge(b, frames.query(6, 1, src="fe80::77"))
    same(versions(a)[2:], (None, None), "MLD's is not told")


# ---- words ---------------------------------------------------------------------------------------------


def crowd():
    """Memberships of many kinds on two interfaces."""
    a, b, c = Node("a"), Node("b"), Node("c")
    link(a, b)
    link(a, c, net=1)
    made = []
    for fam in FAMILIES:
        made += [lambda fam=fam: member(fam, group(fam, 1), 5000), filtered(fam, group(fam, 1), True, 1),
                 lambda fam=fam: member(fam, group(fam, 1), 5000, "eth1"), filtered(fam, group(fam, 2), False, 2),
                 lambda fam=fam: member(fam, group(fam, 3), 5000, "eth1")]
    program(a, *made)
    return a


def listed(a, *words, **how):
    return names_of(groups(a, *words, **how))


@test("words: groups, prefixes, interfaces by name and index")
def words():
    a = crowd()
    of_group = {n: {(i, group(fam, n)) for fam in FAMILIES for i in ifs} for n, ifs in
                {1: ("eth0", "eth1"), 2: ("eth0",), 3: ("eth1",)}.items()}
    every = set().union(*of_group.values())
    on = lambda ifname: {k for k in every if k[0] == ifname}
    by = lambda fam: {k for k in every if (":" in k[1]) == (fam == 6)}
    same(listed(a), every, "all")
    for fam in FAMILIES:
        same(listed(a, group(fam, 1)), of_group[1] & by(fam), "a group")
        same(listed(a, group(fam, 2), group(fam, 3)), (of_group[2] | of_group[3]) & by(fam), "two groups")
        same(listed(a, "%s%%eth1" % group(fam, 1)), {("eth1", group(fam, 1))}, "a group on an interface")
        same(listed(a, "239.0.0.0/8" if fam == 4 else "ff15::/16"), by(fam), "a prefix")
        narrow = "239.1.2.2/31" if fam == 4 else "ff15::1:2/127"
        same(listed(a, narrow), (of_group[2] | of_group[3]) & by(fam), "a prefix of two")
        same(listed(a, "eth1", group(fam, 1)), {("eth1", group(fam, 1))}, "an interface and a group")
        same(listed(a, "-%d" % fam), by(fam), "one family")
        same(listed(a, "-%d" % fam, "eth0"), by(fam) & on("eth0"), "one family of an interface")
    for word in ["eth1"], ["-I", "eth1"], ["--interface", "eth1"], [a.index("eth1")], ["-I", a.index("eth1")]:
        same(listed(a, *word), on("eth1"), "an interface: %s" % word)
    same(listed(a, "eth0", "eth1"), every, "both interfaces")
    same(set(table(a, "eth1")), {"eth1"}, "interfaces of the table")
    same({r["GROUP"] for r in table(a, group(4, 2))["eth0"][1]}, {group(4, 2)}, "groups of the table")
    same({i["ifname"] for i in here(groups(a))["interfaces"]} >= {"lo", "eth0", "eth1"}, True, "interfaces")


@test("words with a source: only sockets that take it", families=True)
def sources(fam):
    a = crowd()
    form = lambda n, g: target(g, 0, source=src(fam, n))[:-2]
    sockets = lambda word, **how: {tuple(filters(s)[1]) for m in found(groups(a, word, **how)) for s in m["sockets"]}
    same(sockets(form(1, group(fam, 1))), {()}, "the sender whom one shuts out")
    same(sockets(form(2, group(fam, 1))), {(), (src(fam, 1),)}, "a sender whom none shuts out")
    same(sockets(form(2, group(fam, 2))), {(src(fam, 2),)}, "a sender who is wanted")
    same(sockets(form(3, group(fam, 2)), code=1, errors=None), set(), "a sender who is not wanted")


@test("exit codes")
def codes():
    a = crowd()
    same(run(a).returncode, 0, "all")
    for args in ["239.9.9.9"], ["ff15::9"], ["lo"], ["239.1.2.2%eth1"], [group(4, 1), "239.9.9.9"], ["239.77.0.0/16"]:
        for more in [], ["-j"]:
            r = run(a, *args, *more)
            same(r.returncode, 1, "exit code of %s" % args)
            check(args[-1].encode() in r.stderr and len(r.stderr.splitlines()) == 1, "stderr", r.stderr)
    for args in (["nope"], ["-I", "nope"], ["%s%%nope" % group(4)], ["10.0.0.1"], ["10.0.0.0/8"], ["239.1.2.3/33"],
                 ["-4", "ff15::1"], ["-4", "-6"], ["-c", "1"], ["-w", "1"], ["--budget", "x"], ["--nope"], ["77"]):
        r = run(a, *args)
        same((r.returncode, r.stdout), (2, b""), "exit code and stdout of %s" % args)
        check(r.stderr.startswith(b"mcast groups: ") and len(r.stderr.splitlines()) == 1, "stderr", r.stderr)
    check(b"eth0" in run(a, "nope").stderr, "the interfaces are not named")
    r = run(a, "--help")
    same(r.returncode, 0, "exit code of --help")
    check(b"--all-netns" in r.stdout, "--help", r.stdout)


@test("where nobody joined anything")
def nobody():
    a, _ = host()
    same(found(groups(a)), [], "memberships")
    check(text(a).strip(), "nothing is said")
    with a:
        check(names_of(groups(a, "-v", "lo")) >= {("lo", "224.0.0.1"), ("lo", "ff02::1")}, "-v")


# ---- names -----------------------------------------------------------------------------------------------

NAMES = [
    (b"with two  blanks", "with two  blank"),
    (b"line\nfeed", r"line\x0afeed"),
    (b"esc\x1b[31m", r"esc\x1b[31m"),
    (b"bad\xff\xfe", r"bad\xff\xfe"),
    ("caf\u00e9".encode(), "caf\u00e9"),
    (b"c1\xc2\x9b2J", r"c1\xc2\x9b2J"),
    (b")]} 7 (", ")]} 7 ("),
    (b"end\n", r"end\x0a"),
]


@test("names of processes can neither break a line nor reach the terminal")
def names():
    a, _ = host()
    made = {program(a, lambda: member(4, group(4), 5000), name=n).pid: (n, shown) for n, shown in NAMES}
    rows = table(a)["eth0"][1]
    same({r["PROCESS"] for r in rows}, {"%s[%d]" % (shown, pid) for pid, (_, shown) in made.items()}, "processes")
    told = {s["pid"]: s["process"] for s in only(groups(a), group(4))["sockets"]}
    same(told, {pid: n[:15].decode(errors="replace") for pid, (n, _) in made.items()}, "processes in JSON")
    check(b"\x1b" not in run(a).stdout + run(a, "-v").stdout, "an escape in the text")


@test("an interface with an odd name")
def odd_interface():
    a, _ = host()
    a.ip("link set eth0 down", "link set eth0 name e\x1b[1m*\u00e9", "link set e\x1b[1m*\u00e9 up")
    name = "e\x1b[1m*\u00e9"
    program(a, lambda: member(4, group(4), 5000, name))
    same(set(table(a)), {"e\\x1b[1m*\u00e9"}, "heading")
    same(listed(a, "-I", name), {(name, group(4))}, "in JSON")


@test("the document is one line of JSON, and the table is what people read of it")
def shape():
    a = crowd()
    out = run(a, "-j").stdout.decode()
    same(out.count("\n"), 1, "lines")
    doc = json.loads(out)
    same([doc["schema"], len(doc["namespaces"])], [1, 1], "the document")
    same(here(doc)["inode"], os.stat(a.path).st_ino, "inode of the namespace")
    numbers = [o["ifindex"] for o in here(doc)["interfaces"]]
    same(numbers, sorted(numbers), "order of interfaces")
    told = {(name, r["GROUP"], r["USERS"]) for name, (_, rows) in table(a).items() for r in rows}
    same(told, {(m["ifname"], m["group"], str(m["users"])) for m in found(doc)}, "the table, and the document")


main(abreast=4)
