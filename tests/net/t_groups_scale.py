#!/usr/bin/env python3
"""t_groups_scale.py - mcast groups where there is much, where things vanish, where it may not look, and that it leaves
all as it was."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import rig
from grouping import (NOBODY, PROGRAMS_ARE_SEEN, Held, Program, become, die_with_parent, filters, found, groups, here,
                      host, index, join, many_files, member, only, program, run, table, text, udp, users_of)
from kernels import src, storage, until
from rig import Node
from tap import Skip, among, check, main, same, test
from verbs import MCAST, group
from wire import Capture

ANY = "exclude", []
LONG = 20  # seconds for one run, sanitizers included
ALONE = "239.251.7.9"  # of these tests: where all namespaces are listed, there are others', too


# ---- much ------------------------------------------------------------------------------------------------


def crowd(fam, count, each, port):
    """A program with so many sockets, all in the same groups."""
    def steps():
        many_files()
        level = socket.IPPROTO_IP if fam == 4 else socket.IPPROTO_IPV6
        head = Held(None, group(fam), index()).index.to_bytes(8, "little")
        wanted = [head + storage(group(fam, n)) for n in range(1, each + 1)]
        kept = [udp(fam, port=port) for _ in range(count)]
        for s in kept:
            for octets in wanted:
                s.setsockopt(level, Held.calls["join"], octets)
        yield len(kept)
    return steps


def timed(fn):
    begin = time.monotonic()
    got = fn()
    among(time.monotonic() - begin, 0, LONG, "seconds")
    return got


def folded(rows, g):
    """How many sockets of each process stand in the lines of a group."""
    got = {}
    for r in rows:
        if r["GROUP"] == g:
            pid = int(re.search(r"\[(\d+)\]", r["PROCESS"]).group(1))
            more = re.search(r" x(\d+)$", r["SOCKET"])
            got[pid] = got.get(pid, 0) + (int(more.group(1)) if more else 1)
    return got


def all_found(a, fam, programs, each):
    """Every socket of every program is in each of so many groups, and is listed there."""
    wanted = {p.pid: p.said for p in programs}
    rows = timed(lambda: table(a))["eth0"][1]
    for n in range(1, each + 1):
        same(folded(rows, group(fam, n)), wanted, "sockets of %s" % group(fam, n))
    m = only(timed(lambda: groups(a, group(fam, each))), group(fam, each))
    users = sum(wanted.values())
    same((m["users"], m["found"], filters(m)), (users, users, ANY), "a group")
    same(len({s["inode"] for s in m["sockets"]}), users, "its sockets")


@test("10,000 sockets with the same 20 groups: all are found; a budget that is too small is told")
def ten_thousand():
    a, _ = host()
    programs = [Program(a, crowd(4, 1000, 20, 5000 + n)) for n in range(10)]
    all_found(a, 4, programs, 20)
    doc = timed(lambda: groups(a, "--budget", 0.001))
    same((doc["cut"], doc["complete"]), (True, False), "cut and complete")
    check([o for o in here(doc)["unseen"] if o["why"] == "budget"], "no socket that there was no time for")
    for m in found(doc):
        same((m["users"], m["found"] < 10000, m["filter_mode"] in (None, "exclude")), (10000, True, True), "a group")
    said = timed(lambda: text(a, "--budget", 0.001))
    check("--budget" in said and "(not seen)" in said and "(kernel)" not in said, "it does not say so", said[-600:])


@test("many IPv6 sockets")
def many_ipv6():
    a, _ = host()
    all_found(a, 6, [Program(a, crowd(6, 300, 12, 5000 + n)) for n in range(4)], 12)


@test("many groups, each of another socket", families=True)
def many_groups(fam):
    a, _ = host()
    each, count = 20, 40

    def steps():
        kept = []
        for n in range(count):
            kept.append(udp(fam, port=5000 + n))
            for i in range(each):
                join(kept[-1], group(fam, 1 + n * each + i) if fam == 6 else "239.1.%d.%d" % (n, i))
        yield None
    p = Program(a, steps)
    doc = timed(lambda: groups(a))
    got = {(s["local_port"], m["group"]) for m in found(doc) for s in m["sockets"] if s["pid"] == p.pid}
    same(len(got), each * count, "sockets and their groups")
    same({m["users"] - m["found"] for m in found(doc)}, {0}, "users that were not found")


@test("with 32 descriptors")
def few_descriptors():
    a, _ = host()
    programs = [Program(a, crowd(4, 40, 3, 5000 + n)) for n in range(5)]
    unbound = program(a, *[lambda: member(4, group(4, 9), None)] * 50)
    before = "sh", "-c", 'ulimit -n 32; exec "$@"', "sh"
    doc = groups(a, before=before)
    same({m["group"]: (m["users"], m["found"]) for m in found(doc)},
         dict({group(4, n): (200, 200) for n in (1, 2, 3)}, **{group(4, 9): (50, 50)}), "users, and those found")
    same({s["pid"] for m in found(doc) for s in m["sockets"]}, {p.pid for p in programs} | {unbound.pid}, "processes")
    same(run(a, "--all-netns", "239.251.7.10", before=before).returncode, 1, "exit code with all namespaces")


# ---- what vanishes ---------------------------------------------------------------------------------------


def hurrying(fam):
    """Forks joiners without end, which end at once; some have ended before they joined."""
    def steps():
        yield None
        parent = os.getpid()
        for n in range(10 ** 9):
            if not os.fork():
                die_with_parent()
                if os.getppid() == parent:
                    kept = [member(fam, group(fam, 1 + (n + i) % 9), None if i % 3 else 0) for i in range(n % 5)]
                    time.sleep(n % 3 / 1000)
                    kept.clear()
                os._exit(0)
            if n % 8 == 7:  # others on this machine want to go on, too
                time.sleep(0.01)
            while n % 8 == 7:
                try:
                    os.waitpid(-1, 0)
                except ChildProcessError:
                    break
    return steps


@test("processes that end while they are looked at", families=True)
def vanishing(fam):
    a, _ = host()
    stays = program(a, *[lambda n=n: member(fam, group(fam, 50 + n), 5050 + n) for n in range(3)])
    p = Program(a, hurrying(fam))
    os.write(p.go, b"\n")
    try:
        for n in range(10):
            doc = groups(a)
            for i in range(3):
                m = only(doc, group(fam, 50 + i))
                same([s["pid"] for s in m["sockets"]], [stays.pid], "the one that stays")
            same(doc["cut"], False, "cut")
            why = {o["why"] for o in here(doc)["unseen"]}
            check(not PROGRAMS_ARE_SEEN or not why - {"no_process", "permission"}, "why some were not seen: %s" % why)
            said = text(a, "-v") if n % 2 else text(a)
            check("%s " % group(fam, 50) in said, "the one that stays is not in the table", said)
    finally:
        p.end(signal.SIGKILL)


class Fresh:
    """Where a Program goes to live: a namespace of its own."""

    def __enter__(self):
        rig._call("unshare", rig.CLONE_NEWNET)


def in_spaces(doc, g):
    """Of each namespace with somebody in it the programs that are in a group, by the lowest process."""
    return {o["pid"]: [s["pid"] for m in o["groups"] if m["group"] == g for s in m["sockets"]]
            for o in doc["namespaces"] if o["pid"]}


@test("all namespaces, each with a member, some of which vanish")
def namespaces():
    a, _ = host()
    g = ALONE
    programs = [program(Fresh(), lambda: member(4, g, 5000, "lo"), name=b"p%d" % n) for n in range(100)]
    doc = groups(a, "--all-netns", g)
    spaces = in_spaces(doc, g)
    for p in programs:
        same(spaces.get(p.pid), [p.pid], "the program in a namespace of its own")
    told = {o["pid"]: (o["process"], o["netns"], o["error"], o["inode"]) for o in doc["namespaces"]}
    for n, p in enumerate(programs):
        same(told[p.pid], ("p%d" % n, None, None, os.stat("/proc/%d/ns/net" % p.pid).st_ino), "its namespace")
    same(here(doc)["inode"], os.stat(a.path).st_ino, "the first namespace is where it runs")
    same([o["inode"] for o in groups(a)["namespaces"]], [os.stat(a.path).st_ino], "without --all-netns")
    for _ in range(3):
        killed, programs = programs[:10], programs[10:]
        with a:
            argv = MCAST + ["groups", "--all-netns", "--budget", "60", g]
            v = subprocess.Popen(argv, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for p in killed:
            time.sleep(0.004)
            p.end(signal.SIGKILL)
        out, errors = v.communicate(timeout=60)
        same(v.returncode, 0, "exit code (%s)" % errors)
        for p in programs:
            check("[%d] " % p.pid in out, "the program %d is not listed" % p.pid, errors, out)


def named(script):
    """What runs a command where namespaces have names, which a script gives."""
    mounts = "mount --make-rprivate / && mount -t tmpfs none /run && mkdir /run/netns && " + script
    return ["unshare", "-m", "sh", "-ec", mounts + ' exec "$@"', "sh"]


@test("namespaces have the names that ip-netns(8) gave them")
def names():
    a, b = host()
    program(a, lambda: member(4, ALONE, 5000))
    p = program(b, lambda: member(4, ALONE, 5000))
    script = "touch /run/netns/blue /run/netns/stale '/run/netns/an odd\033one' && mount --bind %s /run/netns/blue && "
    script = script % b.path
    if subprocess.run(named(script) + ["true"], capture_output=True).returncode:
        raise Skip("this machine cannot give names to namespaces here")
    doc = groups(a, "--all-netns", ALONE, before=named(script), errors=None)
    got = {o["netns"]: o for o in doc["namespaces"] if o["netns"]}
    same(set(got), {"blue"}, "names")
    blue = got["blue"]
    same((blue["inode"], blue["pid"], blue["error"]), (os.stat(b.path).st_ino, p.pid, None), "the namespace")
    same([(m["group"], [s["pid"] for s in m["sockets"]]) for m in blue["groups"]], [(ALONE, [p.pid])], "its groups")
    same([m["group"] for m in found(doc)], [ALONE], "groups of the own one")
    same(len({o["inode"] for o in doc["namespaces"]}), len(doc["namespaces"]), "each is there once")
    out = run(a, "--all-netns", ALONE, before=named(script)).stdout.decode()
    check(re.search(r"^\S.*\bblue\b", out, re.M) and ALONE in out, "the heading", out)


# ---- where it may not look -------------------------------------------------------------------------------


AS_NOBODY = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"]


def need_nobody():
    if not PROGRAMS_ARE_SEEN or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv(1)")
    if subprocess.run(AS_NOBODY + MCAST + ["--version"], capture_output=True).returncode:
        raise Skip("nobody may run %s" % MCAST[0])
    try:
        with open("/proc/sys/kernel/yama/ptrace_scope") as f:
            if f.read().strip() != "0":
                raise Skip("kernel.yama.ptrace_scope forbids to look at one's own processes")
    except FileNotFoundError:
        pass


def of_nobody(node, *made):
    def steps():
        become(NOBODY)
        kept = [fn() for fn in made]
        yield [s.fileno() for s in kept]
    return Program(node, steps)


@test("without privilege: one's own sockets whole, of others' user and port", families=True)
def unprivileged(fam):
    need_nobody()
    a, _ = host()
    mine, both, theirs = (group(fam, n) for n in (1, 2, 3))

    def only_some(g, n):
        s = udp(fam, port=5010 + n)
        join(s, g, source=src(fam, n))
        return s
    own = of_nobody(a, lambda: member(fam, mine, 5001), lambda: only_some(both, 1), lambda: member(fam, mine, None))
    program(a, lambda: only_some(both, 2), lambda: member(fam, theirs, 5003, address=theirs))
    doc = groups(a, before=AS_NOBODY)
    same((doc["complete"], doc["cut"]), (False, False), "complete and cut")
    m = only(doc, mine)
    same((m["users"], m["found"], filters(m)), (2, 2, ANY), "what is all one's own")
    same({(s["pid"], s["fd"], s["uid"], s["local_port"]) for s in m["sockets"]},
         {(own.pid, own.said[0], NOBODY, 5001), (own.pid, own.said[2], NOBODY, None)}, "one's own sockets")
    m = only(doc, both)
    same((m["users"], m["found"], m["filter_mode"], m["source_addresses"]), (2, 1, None, None), "of two users")
    same([filters(s) for s in m["sockets"]], [("include", [src(fam, 1)])], "the own one's filter")
    m = only(doc, theirs)
    same((m["users"], m["found"], m["filter_mode"], m["sockets"]), (1, 0, None, []), "of another user")
    keys = "uid", "user", "local_address", "local_port", "pid", "process", "protocol", "why"
    same({tuple(o[k] for k in keys) for o in here(doc)["unseen"]},
         {(0, "root", None, 5012, None, None, "udp", "permission"),
          (0, "root", theirs, 5003, None, None, "udp", "permission")}, "others' sockets")
    rows = {}
    said = text(a, before=AS_NOBODY)
    for r in table(a, before=AS_NOBODY, below=True)["eth0"][1]:
        rows.setdefault(r["GROUP"], []).append(r)
    same(([r["FILTER"] for r in rows[theirs]], [r["PROCESS"] for r in rows[theirs]]), (["not known"], ["(not seen)"]),
         "the table")
    same({r["FILTER"] for r in rows[both]}, {"not known"}, "the table")
    for word in "root", "*:5012", "5003":
        check(word in said.split("\n\n")[-1], "below the table is no " + word, said)


@test("without privilege: all namespaces, as far as they may be entered")
def unprivileged_spaces():
    need_nobody()
    a, _ = host()
    b = Node("other")
    program(b, lambda: member(4, group(4), 5000, "lo"))
    doc = groups(a, "--all-netns", ALONE, before=AS_NOBODY, code=1, errors=None)
    same(here(doc)["error"], None, "the own one")
    for o in doc["namespaces"][1:]:
        check(o["error"] and not o["groups"] and not o["interfaces"], "a namespace that could not be entered", o)
    program(a, lambda: member(4, ALONE, 5000))
    r = run(a, "--all-netns", ALONE, before=AS_NOBODY)
    same((r.returncode, ALONE.encode() in r.stdout), (0, True), "exit code and table with the own one's")


@test("a program that may not be looked at for another reason: all is told nevertheless")
def without_capabilities():
    need_nobody()
    a, _ = host()
    p = of_nobody(a, lambda: member(4, group(4), 5000))
    before = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]  # root in name alone
    doc = groups(a, before=before)
    same(only(doc, group(4))["found"], 0, "found")
    same([(o["uid"], o["why"]) for o in here(doc)["unseen"]], [(NOBODY, "permission")], "unseen")
    same(only(groups(a), group(4))["sockets"][0]["pid"], p.pid, "with all capabilities")


# ---- as it was -------------------------------------------------------------------------------------------


def told_by(s):
    """Every option that the kernel tells of a socket, but for those that time changes."""
    got = {}
    for level in socket.SOL_SOCKET, socket.IPPROTO_IP, socket.IPPROTO_IPV6:
        for name in range(1, 90):
            try:
                got["%d/%d" % (level, name)] = s.getsockopt(level, name, 256).hex()
            except OSError as e:
                got["%d/%d" % (level, name)] = e.errno
    return got


@test("it leaves sockets, their options, memberships and queues as they were, and sends nothing", families=True)
def untouched(fam):
    a, b = host()
    wire = Capture(b, "eth0")
    made = [lambda: member(fam, group(fam, 1), 5000), lambda: member(fam, group(fam, 2), None),
            lambda: join(udp(fam, port=5001), group(fam, 3), source=src(fam)).sock]

    def steps():
        kept = [fn() for fn in made]
        kept[0].sendto(b"waits", ("127.0.0.1" if fam == 4 else "::1", 5000))
        while True:
            yield [told_by(s) for s in kept]
            if len(os.listdir("/proc/self/fd")) < 3:
                break
            yield sorted(os.readlink("/proc/self/fd/" + n) for n in os.listdir("/proc/self/fd") if int(n) < 100
                         and os.path.lexists("/proc/self/fd/" + n))
            yield kept[0].recv(100, socket.MSG_PEEK | socket.MSG_DONTWAIT).decode()
    p = Program(a, steps)
    state = lambda: (p.said, p.step(), p.step(), users_of(a, fam), a.proc("mcfilter" if fam == 4 else "mcfilter6"))
    until(lambda: quiet(wire, fam), "the kernel's own reports do not end", 20)
    before = state()
    p.step()
    seen = len(wire.take())
    for args in ([], ["-j", "-v"], ["--bridge", "--routes", group(fam)], ["--all-netns", group(fam)],
                 ["--follow", "-w", "0.3", "-i", "0.1"]):
        same(run(a, *args).returncode, 0, "exit code")
    after = state()
    for x, y in zip(before[0], after[0]):
        same({k: (x[k], y[k]) for k in x if x[k] != y[k]}, {}, "options that are different")
    same(after, before, "options, descriptors, what waits, users and filters")
    same([f for f in wire.take()[seen:] if not f.out], [], "packets on the wire")


@test("nobody is told of a membership while it looks, whether loopback is up or not")
def silent():
    a, _ = host()
    events = a.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    events.bind((0, 0))
    try:
        for number in 37, 38:  # RTNLGRP_IPV4_MCADDR, RTNLGRP_IPV6_MCADDR
            events.setsockopt(270, 1, number)
    except OSError as e:
        raise Skip("this kernel does not tell of memberships") from e
    events.setblocking(False)
    program(a, lambda: member(4, group(4)), lambda: member(6, group(6)), lambda: member(4, group(4, 2), ifname="lo"))
    if not drain(events):
        raise Skip("this kernel does not tell of memberships")
    for up in True, False:
        if not up:
            a.ip("link set lo down")
            time.sleep(0.1)
        drain(events)
        for args in [], ["-v", "-j"], ["--routes", group(4)], ["--follow", "-w", "0.3", "-i", "0.1"]:
            same(run(a, *args).returncode, 0, "exit code")
        same(drain(events), 0, "events of groups, with loopback %s" % ("up" if up else "down"))
        same(only(groups(a), group(4))["found"], 1, "found")


def drain(s):
    """How many messages waited."""
    count = 0
    try:
        while s.recv(65536):
            count += 1
    except BlockingIOError:
        pass
    return count


def quiet(wire, fam):
    """Nothing came for a while."""
    count = len(wire.take())
    time.sleep(1.3)
    return len(wire.take()) == count


main(abreast=4)
