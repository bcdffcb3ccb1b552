#!/usr/bin/env python3
"""t_querier_service.py - `mcast querier` as a service: files, SIGHUP, its manager, privileges, slow readers."""
import atexit
import contextlib
import fcntl
import functools
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import frames
from cases import group
from frames import report
from kernels import Member, forge, local, until
from querying import FASTER, QI, QUICK, Ear, Querier, becomes, group_of, hosts_of, interfaces, querier, run, two
from rig import Node, link, wait_until
from tap import Skip, check, defer, main, same, test
from verbs import MCAST, PATIENCE, ends, without_reader
from wire import TO_EX, Forger

HERE = contextlib.nullcontext()  # no network is needed
_names = itertools.count()


@functools.lru_cache(None)
def room(pid):
    """A folder of this process."""
    folder = tempfile.mkdtemp(prefix="t_querier.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    defer(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def file_of(text, name=None):
    path = os.path.join(room(os.getpid()), name or "querier.%d" % next(_names))
    with open(path, "wb" if isinstance(text, bytes) else "w") as f:
        f.write(text)
    return path


TIMES = "query-interval %g\nquery-max-response-time 1\nlast-member-query-interval 0.5\n" % QI


def star(number):
    """A querier's node with so many links, each to a host of its own, and what those hear."""
    q, hosts = Node("querier"), [Node("host%d" % n) for n in range(number)]
    for n, h in enumerate(hosts):
        link(q, h, net=n)
    return q, hosts, [Ear(h) for h in hosts]


# ---- files ------------------------------------------------------------------------------------------


def served(q):
    """What --status tells of each interface and family."""
    return {(i["ifname"], i["protocol"], i["version"], i["query_interval"], i["listen_only"]) for i in interfaces(q)}


@test("a file is run: versions, options, interfaces that are left alone or not there yet")
def from_file():
    q, hosts, ears = star(5)
    conf = file_of("query-max-response-time 1\n\n"
                   "phyint eth0 enable igmpv3 mldv2   # both\n"
                   "phyint\teth1 enable igmpv2 query-interval 3\n"
                   "phyint eth2 disable\n"
                   "phyint eth3 listen-only\n"
                   "phyint late0\n"
                   "query-interval %g # for those above, too" % QI)
    v = Querier(q, "--config", conf)
    v.opened("eth0")
    v.opened("eth1", families=(4,))
    v.opened("eth3")
    v.opened("late0", state="gone")
    want = {("eth0", "IGMP", 3, QI, False), ("eth0", "MLD", 2, QI, False), ("eth1", "IGMP", 2, 3, False),
            ("eth3", "IGMP", 3, QI, True), ("eth3", "MLD", 2, QI, True)}
    same({i for i in served(q) if i[0] != "late0"}, want, "served")
    for fam in 4, 6:
        ears[0].asked(fam, local(q, fam, "eth0"))
    same(ears[1].asked(4, local(q, 4, "eth1")).size, 8, "octets of an IGMPv2 query")
    since = time.time()
    link(q, Node("later"), net=9, ifa="late0", ifb="eth0")
    v.opened("late0", since=since)
    time.sleep(QI + 0.5)
    same([e.askers(6) for e in ears[1:]], [set()] * 4, "who asked in IPv6, on eth1 to eth4")
    same([e.askers(4) for e in ears[2:]], [set()] * 3, "who asked in IPv4, on eth2 to eth4")
    same((v.stop().code, v.errors), (0, []), "exit code, stderr")


def at(text, word):
    """Line and column of a word, both from 1."""
    before = text[:text.rindex(word)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


# The text, and the word in it that is wrong, or None where there is none that can be named; words of the message.
BAD = [
    ("query-interval 60\n\nphyint br0 enable igmpv4\n", "igmpv4", ["did you mean igmpv3?"]),
    ("query-intervall 5\n", "query-intervall", ["query-interval"]),
    ("phyint br0 enable igmp3\n", "igmp3", ["igmpv3"]),
    ("# a comment\n  phyint br0 enable querry-interval 7\n", "querry-interval", ["query-interval"]),
    ("query-interval abc\n", "abc", []),
    ("query-interval -5\n", "-5", []),
    ("robustness-variable 8\n", "8", ["7"]),
    ("robustness-variable 0\n", "0", ["1"]),
    ("phyint br0 enable robustness-variable 9\n", "9", ["7"]),
    ("query-interval 5 6\n", "6", []),
    ("phyint br0 enable igmpv2 igmpv3\n", "igmpv3", []),
    ("phyint br0 enable mldv1 igmpv2 mldv2\n", "mldv2", []),
    ("phyint br0 enable disable\n", "disable", []),
    ("phyint abcdefghijklmnop\n", "abcdefghijklmnop", []),
    ("phyint br0\nno-listen-only\n", "no-listen-only", []),
    ("query-interval\n", None, []),
    ("\nphyint\n", None, []),
    ("phyint br0 max-groups\n", None, []),
    ("query-interval 5\nphyint br0\nquery-interval 6", "query-interval", ["line 1"]),
    ("phyint br0 query-interval 5 query-max-response-time 5\n", None, []),
]


@test("--check-config: good files are good, and need neither interfaces nor privileges")
def check_good():
    for text in (TIMES + "phyint br0 enable igmpv3 mldv2\nphyint eth1  enable igmpv2 query-interval 30 # old\n"
                 "phyint eth2  enable listen-only\nphyint eth3  disable\n",
                 "phyint br0",
                 "\t phyint   br0 no-listen-only no-require-router-alert\t\nlisten-only\nrequire-router-alert\n",
                 "# nothing but this\n\nphyint br0 max-hosts 0 max-groups 5 max-group-sources 7 "
                 "startup-query-interval 3 startup-query-count 4 last-member-query-count 3 robustness-variable 7 "
                 "verify-source-subnet\n"):
        done = run(HERE, "--check-config", "--config", file_of(text))
        same((done.returncode, done.stderr), (0, ""), "exit code, stderr of %r" % text)


@test("what is wrong in a file: its name, line, column, and what was expected")
def check_bad():
    for text, word, words in BAD:
        path = file_of(text)
        done = run(HERE, "--check-config", "--config", path)
        lines = len(done.stderr.splitlines())
        same((done.returncode, done.stdout, lines), (2, "", 1), "%r: %s" % (text, done.stderr))
        if word:
            where = "mcast querier: %s:%d:%d: " % (path, *at(text, word))
            check(done.stderr.startswith(where + word), "place of %r in %r" % (word, text), where, done.stderr)
        else:
            line = "mcast querier: %s:%d:" % (path, text.rstrip("\n").count("\n") + 1)
            check(done.stderr.startswith(line), "line of %r" % text, done.stderr)
        check(all(w in done.stderr for w in words), "words %s for %r" % (words, text), done.stderr)
        other = run(HERE, "--config", path)
        same((other.returncode, other.stderr), (2, done.stderr), "exit code and stderr of one that runs")


@test("files that cannot be read, options that do not go with a file")
def check_others():
    good, missing = file_of("phyint br0\n"), os.path.join(room(os.getpid()), "missing")
    for args, word in ((["--config", missing], missing), (["--config", room(os.getpid())], room(os.getpid())),
                       (["--config", file_of(b"phyint \x00\xff br0\n")], ":1:"),
                       (["--config", good, "eth0"], "--config"),
                       (["--config", good, "--query-interval", 9], "--query-interval"),
                       (["--config", good, "--listen-only"], "--listen-only"), (["--check-config"], "--config")):
        for more in [], ["--check-config"]:
            done = run(HERE, *args, *(more if "--check-config" not in args else []))
            same((done.returncode, done.stderr.count("\n")), (2, 1), "exit code, lines with %s" % (args + more))
            check(word in done.stderr, "words with %s" % (args + more), done.stderr)


@test("options that are out of range or contradict each other, and interfaces that are not there: exit 2")
def refused():
    q, host = two()
    for args, word in ((["--igmp-version", 4, "eth0"], "--igmp-version"),
                       (["--mld-version", 3, "eth0"], "--mld-version"),
                       (["--robustness-variable", 0, "eth0"], "--robustness-variable"),
                       (["--robustness-variable", 8, "eth0"], "--robustness-variable"),
                       (["--query-interval", 5, "--query-max-response-time", 5, "eth0"], "query-max-response-time"),
                       (["eth7"], "eth7"), (["eth0", "eth7"], "eth7"), ([], ""), (["-4", "-6", "eth0"], "-6")):
        done = run(q, *args)
        same((done.returncode, done.stdout), (2, ""), "exit code, stdout with %s: %s" % (args, done.stderr))
        check(done.stderr.startswith("mcast querier: ") and word in done.stderr, "words with %s" % args, done.stderr)


# ---- reading it again -------------------------------------------------------------------------------


def reload(v, ok=True):
    before = len(v.of("reload"))
    v.send_signal(signal.SIGHUP)
    until(lambda: len(v.of("reload")) > before, "no reload event")
    e = v.of("reload")[-1]
    same(e["ok"], ok, "whether it was good: %s" % e["text"])
    return e


def since_of(q, fam, ifname):
    return group_of(q, fam, group(fam), ifname)["hosts"][0]["since"]


@test("SIGHUP: interfaces come and go, intervals change, groups stay; a broken file changes nothing")
def hangup():
    q, hosts, ears = star(3)
    path = file_of(TIMES + "phyint eth0\nphyint eth1\n", "conf")
    v = Querier(q, "--config", path)
    for ifname in "eth0", "eth1":
        v.opened(ifname)
    for fam in 4, 6:
        for h, ifname in zip(hosts, ("eth0", "eth1")):
            Member(h, fam, group(fam)).call("join")
            v.wait_event("join", group=group(fam), ifname=ifname)
    time.sleep(2)
    file_of(TIMES + "robustness-variable 3\nphyint eth0 query-interval 4\nphyint eth2\n", "conf")
    same(reload(v)["text"], None, "text")
    since = time.time()
    v.opened("eth2")
    for fam in 4, 6:
        ears[2].asked(fam, local(q, fam, "eth2"))
        check(since_of(q, fam, "eth0") >= 2, "the host is known since the reload only")
    same({(i["ifname"], i["query_interval"], i["robustness_variable"]) for i in interfaces(q)},
         {("eth0", 4, 3), ("eth2", QI, 3)}, "served")
    same(run(q, "--status", "eth1").returncode, 1, "exit code of --status for one that is not served any more")
    same(v.of("leave", group=group(4), ifname="eth0"), [], "leaves")
    broken = "phyint eth0\nphyint eth1 enable igmpv9\n"
    file_of(broken, "conf")
    text = reload(v, False)["text"]
    check("conf:%d:%d: igmpv9" % at(broken, "igmpv9") in text, "place", text)
    same({(i["ifname"], i["query_interval"]) for i in interfaces(q)}, {("eth0", 4), ("eth2", QI)}, "served")
    os.unlink(path)
    reload(v, False)
    time.sleep(max(0, 2 * QI + 1 - (time.time() - since)))
    same(ears[1].queries(4, since + 0.5) + ears[1].queries(6, since + 0.5), [], "queries where none are to be")
    for fam in 4, 6:
        ears[2].asked(fam, local(q, fam, "eth2"), time.time())
        same(hosts_of(q, fam, group(fam), "eth0"), [local(hosts[0], fam)], "hosts")
    file_of(TIMES + "phyint eth0 enable igmpv2\nphyint eth1\n", "conf")
    reload(v)
    v.opened("eth1", since=since)
    becomes(lambda: {(i["ifname"], i["protocol"], i["version"]) for i in interfaces(q)},
            {("eth0", "IGMP", 2), ("eth1", "IGMP", 3), ("eth1", "MLD", 2)}, "served")
    now = time.time()
    same(ears[0].asked(4, local(q, 4, "eth0"), now).size, 8, "octets of an IGMPv2 query")
    same(hosts_of(q, 4, group(4), "eth0"), [local(hosts[0], 4)], "hosts that stay with another version")
    same(v.of("leave", group=group(4), ifname="eth0"), [], "leaves")
    same(v.stop().code, 0, "exit code")


@test("SIGHUP adds an interface that another querier serves: that is told, and it is served when the other ends")
def held():
    q, _, ears = star(2)
    other = Querier(q, *QUICK, "eth1")
    other.opened("eth1")
    path = file_of(TIMES + "phyint eth0\n", "conf")
    v = Querier(q, "--config", path)
    v.opened("eth0")
    file_of(TIMES + "phyint eth0\nphyint eth1\n", "conf")
    reload(v)
    check("process %d" % other.proc.pid in v.wait_event("warning", warning="held")["text"], "who serves it")
    same(v.of("interface", ifname="eth1", state="open"), [], "opened")
    since = time.time()
    other.stop()
    v.opened("eth1")
    ears[1].asked(4, local(q, 4, "eth1"), since)
    same(len(v.of("warning", warning="held")), 1, "warnings")


@test("SIGHUP without a file does not end it")
def hangup_without():
    q, host = two()
    v, ear = querier(q), Ear(host)
    v.send_signal(signal.SIGHUP)
    ear.asked(4, local(q, 4), time.time())
    same((v.proc.poll(), v.stop().code), (None, 0), "exit codes")


# ---- the service manager ----------------------------------------------------------------------------


class Manager:
    """What a service manager hears: lines, in order."""

    def __init__(self):
        self.path = os.path.join(room(os.getpid()), "notify")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind(self.path)
        self.lines = []
        defer(self.sock.close)

    def heard(self, begin=""):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.lines += self.sock.recv(65536).decode().split("\n")
        return [s for s in self.lines if s.startswith(begin)]

    def order(self):
        return [s.split("=")[0] for s in self.heard() if s.split("=")[0] in ("READY", "RELOADING", "STOPPING")]


@test("it tells a service manager when it is ready, when it reloads, and what it does")
def notify():
    q, host = two()
    m = Manager()
    file_of(TIMES + "phyint eth0\nphyint eth9\n", "conf")
    v = Querier(q, "--config", os.path.join(room(os.getpid()), "conf"), env={"NOTIFY_SOCKET": m.path})
    until(lambda: m.heard("READY=1"), "no READY=1")
    until(lambda: m.heard("STATUS="), "no STATUS=")
    check(any("eth0" in s for s in m.heard("STATUS=")) or any(s[7:].strip() for s in m.heard("STATUS=")), "empty",
          *m.heard("STATUS="))
    same(m.heard("RELOADING"), [], "reloading before")
    reload(v)
    until(lambda: len(m.heard("READY=1")) == 2, "no second READY=1")
    same(m.order(), ["READY", "RELOADING", "READY"], "order")
    # sd_notify(3): RELOADING=1 comes with the time, in microseconds.
    stamp, = m.heard("MONOTONIC_USEC=")
    check(0 <= time.monotonic() - int(stamp.split("=")[1]) / 1e6 < 60, "time of RELOADING", stamp)
    file_of("phyint\n", "conf")
    reload(v, False)
    until(lambda: len(m.heard("READY=1")) == 3, "no READY=1 after a broken file")
    v.stop()
    same(set(m.order()[5:]) - {"STOPPING"}, set(), "what is told at the end")


@test("an abstract socket of a service manager, and one that is not there")
def notify_others():
    q, host = two()
    with q:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = "mcast-test-%d" % os.getpid()
        s.bind("\0" + name)
    defer(s.close)
    s.settimeout(PATIENCE)
    v = Querier(q, *QUICK, "eth0", env={"NOTIFY_SOCKET": "@" + name})
    told = b""
    while b"READY=1" not in told:
        told += s.recv(65536) + b"\n"
    v.stop()
    ear = Ear(host)
    querier(q, env={"NOTIFY_SOCKET": "/no/such/socket"})
    ear.asked(4, local(q, 4))


# ---- privileges -------------------------------------------------------------------------------------


NET_RAW = 1 << 13


def prefix(*args):
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv(1)")
    before = ["setpriv", *args]
    if subprocess.run([*before, *MCAST, "--version"], capture_output=True).returncode:
        raise Skip("setpriv %s does not work here, or mcast cannot be run so" % " ".join(args))
    return before


def caps(v):
    return {k: int(v.process("Cap" + k), 16) for k in ("Eff", "Prm", "Inh", "Amb")}


def reopens(q, host, v):
    """Its interface goes and comes back, and it asks there again."""
    since = time.time()
    q.ip("link del eth0")
    v.opened(state="gone", since=since)
    again = time.time()
    link(q, host, ifa="eth0", ifb="eth0")
    ear = Ear(host)
    v.opened(since=again)
    for fam in 4, 6:
        ear.asked(fam, local(q, fam), again)
        Member(host, fam, group(fam)).call("join")
        until(lambda: [e for e in v.of("join", group=group(fam)) if e["ts"] >= again], "no join event")


@test("a user with CAP_NET_RAW alone: it works, keeps just that, and opens an interface that comes back")
def least():
    q, host = two()
    before = prefix("--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+net_raw",
                    "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw")
    ear = Ear(host)
    v = querier(q, before=before)
    for fam in 4, 6:
        ear.asked(fam, local(q, fam))
    same(v.process("Uid"), "65534", "user")
    c = caps(v)
    same((c["Eff"], c["Prm"]), (NET_RAW, NET_RAW), "capabilities, effective and permitted")
    check(c["Amb"] in (0, NET_RAW) and c["Inh"] in (0, NET_RAW), "capabilities to be handed on", c)
    reopens(q, host, v)
    same(caps(v), c, "capabilities afterwards")
    same(v.stop().code, 0, "exit code")


@test("root's other capabilities are given up, and it opens an interface that comes back")
def roots():
    q, host = two()
    v = querier(q)
    same(caps(v), dict(Eff=NET_RAW, Prm=NET_RAW, Inh=0, Amb=0), "capabilities")
    reopens(q, host, v)
    same(caps(v), dict(Eff=NET_RAW, Prm=NET_RAW, Inh=0, Amb=0), "capabilities afterwards")


@test("without CAP_NET_RAW: one line that names it, exit 2; --status and --check-config need nothing")
def without():
    q, host = two()
    bare = prefix("--inh-caps=-all", "--bounding-set=-all")
    done = run(q, *QUICK, "eth0", before=bare)
    same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), "exit code: " + done.stderr)
    check(done.stderr.startswith("mcast querier: ") and "CAP_NET_RAW" in done.stderr, "words", done.stderr)
    same(run(q, "--check-config", "--config", file_of("phyint eth0\n"), before=bare).returncode, 0, "--check-config")
    same(run(q, "--status", before=bare).returncode, 1, "exit code of --status with nobody there")
    querier(q)
    same(run(q, "--status", before=bare).returncode, 0, "exit code of --status")


# ---- its output -------------------------------------------------------------------------------------


def unread(node, *args):
    """Start one whose stdout nobody reads: the process, and the end of a small pipe."""
    r, w = os.pipe()
    fcntl.fcntl(w, 1031, 8192)  # F_SETPIPE_SZ
    with node:
        p = subprocess.Popen([*MCAST, "querier", *map(str, args)], stdout=w, stderr=subprocess.DEVNULL,
                             stdin=subprocess.DEVNULL)
    os.close(w)
    defer(lambda: (p.kill(), p.wait(), os.close(r)))
    return p, r


MANY = 10000  # groups: their lines are more than any pipe and any memory for output takes


def burst(q, host):
    """Ever new groups, until the querier knows them all."""
    forger = Forger(host)
    for first in range(0, MANY, 100):
        names = ["239.9.%d.%d" % ((first + i) // 250, (first + i) % 250) for i in range(100)]
        forger.sock.send(frames.ethernet(report(4, *[(TO_EX, g) for g in names], src="10.0.0.7"), (), forger.ether))
    becomes(lambda: interfaces(q, "eth0")[0]["number_of_groups"] >= MANY, True, "whether all groups are known")


@test("a reader that does not read stops nothing: it asks, keeps its state, answers, and ends")
def nobody_reads():
    for form in ["--json"], []:
        q, host = two()
        p, _ = unread(q, *FASTER, "--max-groups", 20000, *form, "-v", "eth0")
        until(lambda: run(q, "--status", "eth0").returncode == 0, "it does not run")
        burst(q, host)
        ear, since = Ear(host), time.time()
        time.sleep(5)
        for fam in 4, 6:
            check(ear.pauses(fam, local(q, fam), since) < 4, "it does not ask in time", ear.queries(fam, since))
        forge(host, report(4, (TO_EX, group(4)), src="10.0.0.2"))
        becomes(lambda: group_of(q, 4, group(4)) is not None, True, "whether it still hears")
        p.send_signal(signal.SIGTERM)
        check(wait_until(lambda: p.poll() is not None, PATIENCE), "it does not end while nobody reads")
        same(p.returncode, 0, "exit code")


@test("a reader that reads late gets whole lines, and is told how many it missed")
def reads_late():
    q, host = two()
    _, r = unread(q, *FASTER, "--json", "-v", "eth0")
    until(lambda: run(q, "--status", "eth0").returncode == 0, "it does not run")
    burst(q, host)
    began, got = time.time(), [b""]
    os.set_blocking(r, False)

    def events():
        with contextlib.suppress(BlockingIOError):
            while True:
                got[0] += os.read(r, 65536)
        return [json.loads(s) for s in got[0].decode().split("\n")[:-1]]
    until(lambda: [e for e in events() if e["event"] == "query" and e["ts"] > began], "no event of late", 20)
    missed = sum(e["missed"] for e in events() if e.get("warning") == "lost-output")
    told = {e["group"] for e in events() if e["event"] == "join" and e["group"].startswith("239.9.")}
    check(len(told) < MANY and missed >= MANY - len(told), "joins told of, lines missed", len(told), missed)


@test("a reader that goes ends it")
def reader_goes():
    q, host = two()
    ends(without_reader(q, "querier", *FASTER, "-v", "--json", "eth0"))


@test("Ctrl-C and SIGTERM end it with exit 0, -w does, too; the interface can be had again at once")
def stops():
    q, host = two()
    for number in signal.SIGINT, signal.SIGTERM:
        same(querier(q).stop(number).code, 0, "exit code after signal %d" % number)
    done = run(q, *QUICK, "-w", 1, "eth0")
    same(done.returncode, 0, "exit code of -w")
    same(run(q, "--status", "eth0").returncode, 1, "exit code of --status")


if __name__ == "__main__":
    main(abreast=8)
