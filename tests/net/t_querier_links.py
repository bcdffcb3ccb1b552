#!/usr/bin/env python3
"""t_querier_links.py - `mcast querier`: links and addresses that come and go, copies, who may ask, and silence."""
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time

from cases import NAME, group
from frames import NEWEST, leave, query, report
from kernels import Member, forge, local, until
from querying import (QI, QUICK, Ear, Querier, ask, back, becomes, flood, hosts_of, interfaces, numbered_group,
                      querier, run, side, two, value)
from rig import Node, link
from tap import Skip, among, check, defer, main, same, test
from verbs import MCAST, of
from wire import TO_EX, TO_IN

BOTH = (4, 6)
RAW = ["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw"]
CAP_NET_RAW, CLONE_NEWUSER = 13, 0x10000000


def bare(q, host):
    """The querier's interface loses every address; IPv6 gives it none by itself."""
    q.ip("link set eth0 addrgenmode none", "addr flush dev eth0")
    return q, host


def number(q, fam, n, what="add"):
    if fam == 4:
        q.ip("addr %s 10.0.0.%d/24 dev eth0" % (what, n))
    else:
        q.ip("addr %s fe80::%x/64 dev eth0%s" % (what, n, " nodad" if what == "add" else ""))


def own(fam, n):
    return "10.0.0.%d" % n if fam == 4 else "fe80::%x" % n


# ---- interfaces -------------------------------------------------------------------------------------


@test("an interface is deleted and made again: queries resume, from its new address")
def vanishes():
    q, host = two()
    v = querier(q)
    Member(host, 4, group(4)).call("join")
    v.wait_event("join", group=group(4))
    old = q.index("eth0")
    for _ in range(2):
        gone = time.time()
        q.ip("link del eth0")
        for e in v.opened(state="gone", since=gone):
            same(e["address"], None, "address of one that has gone")
        same({(i["state"], i["ifindex"], i["number_of_groups"]) for i in interfaces(q, "eth0")}, {("gone", None, 0)},
             "status")
        again = time.time()
        link(q, host, ifa="eth0", ifb="eth0")
        ear = Ear(host)
        for fam, e in zip(BOTH, v.opened(since=again)):
            same((e["ifindex"], e["protocol"]), (q.index("eth0"), NAME[fam]), "interface event")
            ear.asked(fam, local(q, fam), again)
        check(q.index("eth0") != old, "the same index: this test shows nothing")
        Member(host, 4, group(4, 2)).call("join")
        until(lambda: [e for e in v.of("join", group=group(4, 2)) if e["ts"] >= again], "no join event")
    same(v.stop().code, 0, "exit code")


@test("a link goes down and comes up: queries resume, groups come back")
def down_up():
    q, host = two()
    v, ear = querier(q), Ear(host)
    Member(host, 4, group(4)).call("join")
    Member(host, 6, group(6)).call("join")
    v.wait_event("join", group=group(6))
    for _ in range(2):
        since = time.time()
        q.ip("link set eth0 down")
        v.opened(state="down", since=since)
        same({i["state"] for i in interfaces(q, "eth0")}, {"down"}, "status")
        time.sleep(1)
        again = time.time()
        q.ip("link set eth0 up")
        back((q, "eth0"), (host, "eth0"))
        v.opened(since=again)
        for fam in BOTH:
            ear.asked(fam, local(q, fam), again)
            becomes(lambda: hosts_of(q, fam, group(fam)), [local(host, fam)], "hosts", 15)
    same(v.proc.poll(), None, "exit code")


@test("the other end goes down and comes up: queries resume")
def carrier():
    q, host = two()
    v = querier(q)
    host.ip("link set eth0 down")
    time.sleep(3)
    host.ip("link set eth0 up")
    back((host, "eth0"), (q, "eth0"))
    ear, again = Ear(host), time.time()
    for fam in BOTH:
        ear.asked(fam, local(q, fam), again)
    same(v.proc.poll(), None, "exit code")


@test("no address at first: it listens, and asks once there is one", families=True)
def no_address(fam):
    q, host = bare(*two())
    v, ear = querier(q, families=(fam,)), Ear(host)
    same(v.of("interface", protocol=NAME[fam])[-1]["address"], None, "address")
    Member(host, fam, group(fam)).call("join")
    v.wait_event("join", group=group(fam))
    time.sleep(QI + 0.5)
    same((ear.askers(fam), v.of("querier")), (set(), []), "who asked")
    s = side(q, fam)
    same((s["state"], s["address"], s["querier"], s["next_query"]), ("open", None, None, None), "status")
    since = time.time()
    number(q, fam, 77)
    ear.asked(fam, own(fam, 77), since)
    v.opened(families=(fam,), since=since, address=own(fam, 77))
    v.is_querier(fam, own(fam, 77), self=True)


@test("its address is removed, another comes, it has two: it asks from the first", families=True)
def address_changes(fam):
    q, host = bare(*two())
    q.sysctl("net.ipv4.conf.eth0.promote_secondaries", 1)
    number(q, fam, 20)
    other = 10 - fam
    v, ear = querier(q, families=(fam,)), Ear(host)
    v.is_querier(fam, own(fam, 20), self=True)
    ear.asked(fam, own(fam, 20))
    Member(host, fam, group(fam)).call("join")
    v.wait_event("join", group=group(fam))
    # Another besides changes nothing.
    number(q, fam, 10)
    time.sleep(QI + 1)
    if fam == 4:
        same(ear.askers(fam), {own(fam, 20)}, "who asked with two addresses")
    since = time.time()
    number(q, fam, 20, "del")
    v.is_querier(fam, own(fam, 10), since=since - 10, self=True)
    ear.asked(fam, own(fam, 10), since)
    until(lambda: side(q, fam)["address"] == own(fam, 10), "--status does not say so")
    # None at all: silence, and the state is kept.
    since = time.time()
    number(q, fam, 10, "del")
    v.opened(families=(fam,), since=since, address=None)
    begin = time.time()
    time.sleep(QI + 0.5)
    same((ear.askers(fam, begin), side(q, fam)["next_query"]), (set(), None), "who asked, the next query")
    since = time.time()
    number(q, fam, 30)
    ear.asked(fam, own(fam, 30), since)
    check(not of(v.events, "leave", group=group(fam), reason="said"), "the group was left")
    same(ear.queries(other), [], "queries of the other family")


def who(q):
    return {(i["ifname"], i["pid"]) for i in interfaces(q)}


@test("several interfaces: each asks from its own address and has its own groups", families=True)
def several(fam):
    q, a, b, c = Node("querier"), Node("a"), Node("b"), Node("c")
    for n, node in enumerate((a, b, c)):
        link(q, node, net=n)
    ears = [Ear(n) for n in (a, b, c)]
    v = Querier(q, *QUICK, "eth0", q.index("eth1"))
    for ifname in "eth0", "eth1":
        v.opened(ifname)
    for ifname, ear in zip(("eth0", "eth1"), ears):
        ear.asked(fam, local(q, fam, ifname))
    Member(b, fam, group(fam)).call("join")
    Member(c, fam, group(fam, 2)).call("join")
    same(v.wait_event("join", group=group(fam))["ifname"], "eth1", "interface")
    same([hosts_of(q, fam, group(fam), i) for i in ("eth0", "eth1")], [None, [local(b, fam)]], "hosts")
    same(who(q), {("eth0", v.proc.pid), ("eth1", v.proc.pid)}, "status of all")
    same({i["ifname"] for i in interfaces(q, "eth1")}, {"eth1"}, "status of one")
    q.ip("link del eth0")
    v.opened("eth0", state="gone")
    since = time.time()
    ears[1].asked(fam, local(q, fam, "eth1"), since)
    same((hosts_of(q, fam, group(fam), "eth1"), ears[2].askers(fam)), ([local(b, fam)], set()), "hosts, the third's")


# ---- who may have it, and who may ask ---------------------------------------------------------------


@test("a second copy on an interface is refused, by its name; on another one it is not")
def second():
    q, a, b = Node("querier"), Node("a"), Node("b")
    link(q, a, net=0)
    link(q, b, net=1)
    v = querier(q)
    for args in ["eth0"], [q.index("eth0")], ["--listen-only", "eth0"], ["eth1", "eth0"]:
        done = run(q, *args)
        same((done.returncode, done.stdout), (2, ""), "exit code, stdout with %s" % args)
        lines = done.stderr.splitlines()
        same(len(lines), 1, "lines on stderr: " + done.stderr)
        check(lines[0].startswith("mcast querier: ") and "eth0" in lines[0], "words", done.stderr)
    w = querier(q, ifnames=("eth1",))
    same(who(q), {("eth0", v.proc.pid), ("eth1", w.proc.pid)}, "status of both")
    v.stop()
    querier(q)


@test("a second copy is refused when the first is another user's, as the service is")
def second_of_another():
    q, host = two()
    v = querier(q, before=as_user(*RAW))
    done = run(q, "eth0")
    same((done.returncode, done.stdout), (2, ""), "exit code and stdout as root")
    for word in "cannot serve eth0: another mcast querier", "process %d" % v.proc.pid, "user 65534":
        check(word in done.stderr, "words", done.stderr)
    same(run(q, "eth0", before=as_user(*RAW, user=65533)).returncode, 2, "exit code as a third user")
    same(who(q), {("eth0", v.proc.pid)}, "status")


def squat(sock, namespace, told):
    """Hold a socket as somebody else, for ever; namespace: with all capabilities, in one of its own."""
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    if namespace and ctypes.CDLL(None).unshare(CLONE_NEWUSER):
        os._exit(1)
    sock.listen()
    os.write(told, b"+")
    while True:
        time.sleep(60)


def squatted(namespace, capabilities):
    """A querier serves though another's program holds its socket, and says so."""
    as_user()  # or skip
    q, host = two()
    sock = q.socket(socket.AF_UNIX)
    sock.bind(b"\0mcast-querier/eth0")
    hears, told = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            squat(sock, namespace, told)
        finally:
            os._exit(2)
    defer(lambda: os.waitpid(pid, 0))
    defer(lambda: os.kill(pid, signal.SIGKILL))
    os.close(told)
    if not os.read(hears, 1):
        raise Skip("no user namespace can be had here")
    sock.close()
    same(int(value(pid, "CapEff"), 16) >> CAP_NET_RAW & 1, capabilities, "whether it has CAP_NET_RAW")
    v, ear = querier(q), Ear(host)
    ear.asked(4, local(q, 4))
    told = v.wait_event("warning", warning="control")["text"]
    check("process %d of user 65534 holds its socket" % pid in told, "words", told)
    same(v.stop().code, 0, "exit code")


@test("another user's program that holds the socket keeps nobody from being served")
def squatter():
    squatted(False, 0)


@test("nor does one that has all capabilities, in a user namespace of its own")
def squatter_in_namespace():
    squatted(True, 1)


@test("--status with nobody there: exit 1")
def nobody():
    q, host = two()
    for args in [], ["eth0"]:
        for form in [], ["--json"]:
            same(run(q, "--status", *form, *args).returncode, 1, "exit code")
    v = querier(q)
    same(run(q, "--status", "lo").returncode, 1, "exit code for another interface")
    same(run(host, "--status").returncode, 1, "exit code in another network namespace")
    same(run(q, "--status").returncode, 0, "exit code when there is one")
    v.stop()
    same(run(q, "--status", "eth0").returncode, 1, "exit code when it has stopped")


def as_user(*args, user=65534):
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv(1)")
    before = ["setpriv", "--reuid=%d" % user, "--regid=%d" % user, "--clear-groups", *args]
    if subprocess.run([*before, *MCAST, "--version"], capture_output=True).returncode:
        raise Skip("no other user can be had here, or none that may run mcast")
    return before


@test("--status: its own user may ask, another may not, root may")
def who_may_ask():
    q, host = two()
    nobody_, other = as_user(), as_user(user=65533)
    raw = as_user(*RAW)
    v = querier(q)
    done = ask(q, before=nobody_)
    check(done.returncode != 0 and "groups" not in done.stdout, "another user was answered", done.stdout)
    check(done.stderr.startswith("mcast querier: "), "words", done.stderr)
    v.stop()
    querier(q, before=raw)
    same(ask(q, before=nobody_).returncode, 0, "exit code for its own user")
    same(ask(q).returncode, 0, "exit code for root")
    check(ask(q, before=other).returncode != 0, "a third user was answered")


def fill(q, host, number):
    names = [(TO_EX, numbered_group(n)) for n in range(number)]
    flood(host, (report(4, *names[n:n + 100]) for n in range(0, len(names), 100)))
    becomes(lambda: side(q, 4)["number_of_groups"] >= number, True, "groups")


@test("many ask at once, and one who asks and does not read, and nothing is held up")
def many_ask():
    q, host = two()
    v, ear = querier(q), Ear(host)
    fill(q, host, 8000)
    since = time.time()
    asker = [*MCAST, "querier", "--status", "--json"]
    with q:
        lazy = [subprocess.Popen(asker, stdout=subprocess.PIPE) for _ in range(6)]
    among(len(side(q, 4)["groups"]), 8000, 8010, "groups in an answer")
    time.sleep(2 * QI)
    check(ear.pauses(4, local(q, 4), since) < QI + 3, "it was held up", ear.queries(4, since))
    same({value(p.pid, "CapEff") for p in lazy}, {"0" * 16}, "capabilities of who asks")
    for p in lazy:
        p.stdout.read()
        same(p.wait(10), 0, "exit code of one that was slow")
    same(v.stop().code, 0, "exit code")


@test("who does not read what --status prints takes no place, and has all of it when the querier is long gone")
def pagers():
    q, host = two()
    v = querier(q)
    fill(q, host, 3000)
    asker, lazy = [*MCAST, "querier", "--status", "--json"], []
    for _ in range(10):  # more than are answered at once
        with q:
            lazy.append(subprocess.Popen(asker, stdout=subprocess.PIPE))
        defer(lazy[-1].kill)
        check(select.select([lazy[-1].stdout], [], [], 30)[0], "asker %d has no answer" % len(lazy))
    interfaces(q)
    same([p.poll() for p in lazy], [None] * 10, "exit codes of those that nobody reads")
    same(v.stop().code, 0, "exit code")
    time.sleep(3)
    for p in lazy:
        doc = json.loads(p.stdout.read())
        same(p.wait(10), 0, "exit code of one that was slow")
        among(max(i["number_of_groups"] for i in doc["interfaces"]), 3000, 3010, "groups in an answer")


# ---- without a word ---------------------------------------------------------------------------------


def quiet_link():
    """A link whose kernels have said all that they had to say."""
    q, host = two()
    time.sleep(3)
    return q, host


@test("--listen-only sends nothing, joins nothing, and knows all the same")
def listen_only():
    q, host = quiet_link()
    joined, ear = q.joined(4) | q.joined(6), Ear(host)
    v = querier(q, "--listen-only")
    same({e["listen_only"] for e in v.of("interface")}, {True}, "interface events")
    for fam in BOTH:
        Member(host, fam, group(fam)).call("join")
        v.wait_event("join", group=group(fam))
    becomes(lambda: [hosts_of(q, fam, group(fam)) for fam in BOTH], [[local(host, fam)] for fam in BOTH], "hosts")
    time.sleep(QI * 2)
    for fam in BOTH:
        forge(host, leave(fam, group(fam), src=local(host, fam)))
    time.sleep(1)
    same(q.joined(4) | q.joined(6), joined, "what the kernel has joined")
    same([f for fam in BOTH for f in ear.messages(fam, False)], [], "IGMP and MLD that it sent")
    s = side(q, 4)
    same((s["listen_only"], s["next_query"], s["counters"].get("tx-query", 0)), (True, None, 0), "status")
    same(of(v.events, "querier", self=True), [], "elections won")
    forge(host, query(4, src="10.0.0.99", code=10))
    v.is_querier(4, "10.0.0.99", self=False)
    same(v.stop().code, 0, "exit code")
    same([f for f in ear.messages(4, False) if not f.records], [], "queries that it sent")


@test("--dry-run sends nothing, and says what it would")
def dry_run():
    q, host = quiet_link()
    joined, ear = q.joined(4) | q.joined(6), Ear(host)
    v = querier(q, "--dry-run")
    Member(host, 4, group(4)).call("join")
    v.wait_event("join", group=group(4))
    for fam in BOTH:
        until(lambda: len(v.of("query", protocol=NAME[fam])) >= 3, "no three query events", 15)
        e = v.of("query", protocol=NAME[fam])[0]
        same((e["sent"], e["source"], e["name"], e["ifname"]),
             (False, local(q, fam), "%sv%d query" % (NAME[fam], NEWEST[fam]), "eth0"), "query event")
    forge(host, report(4, (TO_IN, group(4)), src="10.0.0.2"))
    until(lambda: [e for e in v.of("query", destination=group(4)) if not e["sent"]], "no query event of a leave")
    same(side(q, 4)["dry_run"], True, "status")
    v.stop()
    text = querier(q, "--dry-run", as_json=False)
    text.wait_line(lambda s: "query" in s and "10.0.0.1" in s and "eth0" in s)
    text.stop()
    same((ear.messages(4, False), ear.messages(6, False)), ([], []), "IGMP and MLD that it sent")
    same(q.joined(4) | q.joined(6), joined, "what the kernel has joined")


if __name__ == "__main__":
    main(abreast=8)
