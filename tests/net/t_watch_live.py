#!/usr/bin/env python3
"""t_watch_live.py - `mcast watch` beside kernels that join and leave; privileges; interfaces that come and go."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import frames
import pcapfile
from cases import NAME, group, ssm
from frames import NEWEST, query, report
from kernels import Member, forge, local, src, until
from onlooker import LATEST, marked, says, two, watch
from rig import Node, link, pair, wait_until
from tap import Skip, among, check, defer, main, same, test
from verbs import MCAST, PATIENCE, Verb, end, ends, of, plain_socket, text, without_reader
from watching import holding
from wire import ALLOW, BLOCK, IS_EX, TO_EX, TO_IN, Forger


# ---- what kernels say ---------------------------------------------------------------------------


@test("a kernel joins and leaves: the newest version's report, its words, and the events", families=True)
def any_source(fam):
    host, watcher = pair()
    v, g, h = watch(watcher, "eth0"), group(fam), local(host, fam)
    m = Member(host, fam, g)
    m.call("join")
    e = says(v, TO_EX, g)
    same((e["name"], e["version"], e["source"], e["destination"], e["faults"]),
         ("%sv%d report" % (NAME[fam], NEWEST[fam]), NEWEST[fam], h, frames.ALL_REPORTS[fam], []), "the join")
    same((e["ttl"], e["router_alert"], e["leave"], e["ifname"], e["ifindex"], e["vlan"]),
         (1, True, False, "eth0", watcher.index("eth0"), []), "the join's outside")
    check("joins " + g in e["meaning"] and e["meaning"].startswith(h + " "), "words", e["meaning"])
    j = v.wait_event("join", group=g)
    same((j["address"], j["hosts"], j["ifname"], j["protocol"]), (h, 1, "eth0", NAME[fam]), "join event")
    among(j["ts"], time.time() - 60, time.time() + 60, "time")
    m.call("leave")
    e = says(v, TO_IN, g)
    check("leaves " + g in e["meaning"], "words", e["meaning"])
    gone = v.wait_event("leave", group=g)
    same((gone["address"], gone["hosts"], gone["reason"]), (h, 0, "said"), "leave event")
    e = v.wait_event("warning", warning="unanswered-leave", group=g, timeout=20)
    same(e["address"], h, "whose leave nobody asked about")
    same(v.stop().code, 0, "exit code")


@test("the same as lines of text", families=True)
def any_source_text(fam):
    host, watcher = pair()
    v, g, h = watch(watcher, "eth0", as_json=False), group(fam), local(host, fam)
    m = Member(host, fam, g)
    m.call("join")
    said = v.wait_line(lambda s: "%s joins %s" % (h, g) in s, LATEST)
    pattern = r"\d\d:\d\d:\d\d\.\d{6} eth0 %sv%d report: %s joins %s \(new\)$"
    check(re.match(pattern % (NAME[fam], NEWEST[fam], re.escape(h), re.escape(g)), said), "the line", said)
    m.call("leave")
    v.wait_line(lambda s: s.endswith("report: %s leaves %s" % (h, g)), LATEST)
    v.wait_line(lambda s: " eth0 ! nobody asked who is left in %s after %s left it" % (g, h) in s, 20)
    check("message" in v.stop().stdout.splitlines()[-1], "no totals at the end")


@test("a kernel wants single sources: ALLOW and BLOCK", families=True)
def sources(fam):
    host, watcher = pair()
    v, g = watch(watcher, "eth0"), ssm(fam)
    m = Member(host, fam, g)
    m.call("join_source", src(fam, 1))
    e = says(v, ALLOW, g, [src(fam, 1)])
    check("now accepts %s to %s" % (src(fam, 1), g) in e["meaning"], "words", e["meaning"])
    v.wait_event("join", group=g)
    m.call("join_source", src(fam, 2))
    says(v, ALLOW, g, [src(fam, 2)])
    m.call("leave_source", src(fam, 1))
    e = says(v, BLOCK, g, [src(fam, 1)])
    check("no longer accepts %s to %s" % (src(fam, 1), g) in e["meaning"], "words", e["meaning"])
    same((len(v.of("join", group=g)), v.of("leave", group=g)), (1, []), "events")


@test("a kernel excludes sources: BLOCK, ALLOW, and whole lists", families=True)
def exclude(fam):
    host, watcher = pair()
    v, g, h = watch(watcher, "eth0"), group(fam, 7), group(fam, 8)
    m = Member(host, fam, g)
    m.call("join")
    says(v, TO_EX, g)
    m.call("block", src(fam, 1))
    says(v, BLOCK, g, [src(fam, 1)])
    m.call("unblock", src(fam, 1))
    says(v, ALLOW, g, [src(fam, 1)])
    n = Member(host, fam, h)
    n.call("join_source", src(fam, 3))
    says(v, ALLOW, h, [src(fam, 3)])
    n.filter(True, src(fam, 1), src(fam, 2))
    e = says(v, TO_EX, h, [src(fam, 1), src(fam, 2)])
    check(re.search("now accepts all but .* to " + re.escape(h), e["meaning"]), "words", e["meaning"])
    n.filter(False, src(fam, 5))
    e = says(v, TO_IN, h, [src(fam, 5)])
    check("now accepts only %s to %s" % (src(fam, 5), h) in e["meaning"], "words", e["meaning"])


def old(fam, version):
    host, watcher = two(**{"v%d" % fam: version})
    v, g, h = watch(watcher, "eth0"), group(fam), local(host, fam)
    m = Member(host, fam, g)
    m.call("join")
    e = says(v, IS_EX, g, version=version)
    same((e["name"], e["source"], e["destination"], e["leave"], e["faults"]),
         ("%sv%d report" % (NAME[fam], version), h, g, False, []), "the join")
    same(v.wait_event("join", group=g)["address"], h, "host of the join event")
    m.call("leave")
    return v, g, h


@test("a kernel of the older version: reports, Leave and Done", families=True)
def older(fam):
    v, g, h = old(fam, NEWEST[fam] - 1)
    e = says(v, TO_IN, g, leave=True)
    same((e["name"], e["destination"], e["meaning"], e["faults"]),
         ("IGMPv2 leave" if fam == 4 else "MLDv1 done", frames.ALL_ROUTERS[fam], "%s leaves %s" % (h, g), []),
         "the leave")
    same(v.wait_event("leave", group=g)["address"], h, "host of the leave event")


@test("a kernel of IGMPv1: reports and no leave")
def oldest():
    v, g, _ = old(4, 1)
    forge(pair()[0], query(4))
    time.sleep(1)
    same([e for e in v.of("message", leave=True) if e["source"] == "10.0.0.1"], [], "leaves")
    same(v.of("leave", group=g), [], "leave events")


@test("a querier's query makes a kernel answer", families=True)
def answers(fam):
    host, watcher = two()
    v, g, h = watch(watcher, "eth0"), group(fam), local(host, fam)
    plain_socket(host, fam, g)
    says(v, TO_EX, g)
    forge(watcher, query(fam, code=1, src=frames.host(fam, 99)))
    e = says(v, IS_EX, g)
    check("is in " + g in e["meaning"], "words", e["meaning"])
    q, = v.of("message", kind="query")
    same((q["name"], q["source"], q["group_address"], q["faults"], q["warnings"]),
         ("%sv%d query" % (NAME[fam], NEWEST[fam]), frames.host(fam, 99), None, [], []), "the query")
    e = v.wait_event("querier", protocol=NAME[fam])
    same((e["address"], e["previous"], e["version"]), (frames.host(fam, 99), None, NEWEST[fam]), "querier event")
    # An answer to a group's query, and a leave that is asked about in time.
    forge(watcher, query(fam, group=g, code=1, src=frames.host(fam, 99)))
    answers = lambda: [e for e in v.of("message", kind="report") if "is in " + g in e["meaning"]]
    until(lambda: len(answers()) > 1, "no second answer")
    same(v.of("join", group=g)[0]["address"], h, "host")
    same(len(v.of("join", group=g)), 1, "join events")


@test("a query of the older version makes a kernel speak it, and is warned of", families=True)
def falls_back(fam):
    host, watcher = two()
    v, g = watch(watcher, "eth0"), group(fam)
    plain_socket(host, fam, g)
    says(v, TO_EX, g)
    asker = frames.host(fam, 99)
    forge(watcher, report(fam, (ALLOW, group(fam, 2), [src(fam, 1)]), src=frames.host(fam, 98)))  # a list to be void
    forge(watcher, query(fam, code=1, src=asker))
    says(v, IS_EX, g, version=NEWEST[fam])
    forge(watcher, query(fam, NEWEST[fam] - 1, code=1, src=asker))
    says(v, IS_EX, g, version=NEWEST[fam] - 1)
    q = v.of("message", kind="query", version=NEWEST[fam] - 1)[0]
    same([w["warning"] for w in q["warnings"]], ["older-version"], "warnings")


@test("what is wrong is said at once: a TTL, a checksum, a second querier, what cannot be read")
def faults():
    host, watcher = pair()
    v = watch(watcher, "eth0", as_json=False)
    forge(host, query(4, 2, "239.1.2.3", code=10, src="10.0.0.77", ttl=64))
    v.wait_line(lambda s: s.endswith("query: 10.0.0.77 asks who is left in 239.1.2.3 ! TTL is 64, not 1"))
    forge(host, report(6, (TO_EX, group(6)), src="fe80::77", sum_=1))
    v.wait_line(lambda s: "fe80::77 joins " + group(6) in s and " ! " in s and "checksum" in s)
    forge(host, query(6, src="fe80::77"))
    forge(host, query(6, src="fe80::78"))
    v.wait_line(lambda s: "fe80::78 asks" in s and " ! " in s and "fe80::77" in s)
    forge(host, report(4, (TO_EX, group(4)), n=2, src="10.0.0.77"))
    v.wait_line(lambda s: "IGMP from 10.0.0.77 to 224.0.0.22 cannot be read: " in s)


# ---- which interfaces -------------------------------------------------------------------------------


@test("VLAN frames, one tag and two, are links of their own, received and sent", families=True)
def vlans(fam):
    host, watcher = pair()
    # Received, the kernel has taken the outer tag off; sent, it is in the frame.
    for node in watcher, host:
        v, shown = watch(node, "eth0"), watch(node, "eth0", as_json=False)
        for n, tags in enumerate(((), (10,), (10, 20), ((frames.SERVICE_VLAN, 30), 40)), 50):
            forge(host, report(fam, (TO_EX, group(fam, n)), src=frames.host(fam, 77)), tags)
            e = marked(v, fam, group(fam, n))
            ids = [t if isinstance(t, int) else t[1] for t in tags]
            same((e["ifname"], e["ifindex"], e["vlan"], e["faults"]), ("eth0", node.index("eth0"), ids, []), "link")
            same(v.wait_event("join", group=group(fam, n))["vlan"], ids, "VLANs of the join event")
            name = " %s " % ".".join(["eth0"] + ["%d" % i for i in ids])
            shown.wait_line(lambda s: "joins %s (new)" % group(fam, n) in s and name in s)
        for w in v, shown:
            w.stop()


@test("a kernel on a VLAN interface is seen below it", families=True)
def vlan_kernel(fam):
    host, watcher = two()
    try:
        host.ip("link add link eth0 name eth0.10 type vlan id 10")
    except RuntimeError as e:
        raise Skip("this kernel has no VLAN interfaces") from e
    host.ip("link set eth0.10 up", "addr add 10.10.0.1/24 dev eth0.10", "addr add fd00:10::1/64 dev eth0.10 nodad")
    v = watch(watcher, "eth0")
    Member(host, fam, group(fam), "eth0.10").call("join")
    same(marked(v, fam, group(fam))["vlan"], [10], "VLAN")


def fork():
    """One that watches, with two wires: eth0 to b, eth1 to c."""
    w, b, c = Node("watcher"), Node("b"), Node("c")
    link(w, b, net=0)
    link(w, c, net=1)
    return w, b, c


@test("one interface, two, or all: by name, index, address, with -I or without")
def which():
    w, b, c = fork()
    n = 10
    for how in (["eth0"], [w.index("eth0")], [w.addr(4, "eth0")], [w.addr(6, "eth0")], ["-I", "eth0"]), \
            (["eth0", "eth1"], ["-I", "eth0", "-I", "eth1"], ["-I", "eth0", "eth1"], []):
        for args in how:
            v, n = watch(w, *args), n + 2
            forge(c, report(4, (TO_EX, group(4, n)), src="10.0.0.77"))
            forge(b, report(4, (TO_EX, group(4, n + 1)), src="10.0.0.77"))
            e = marked(v, 4, group(4, n + 1))
            same((e["ifname"], e["ifindex"]), ("eth0", w.index("eth0")), "interface with %s" % args)
            if len(how) == 4:
                e = marked(v, 4, group(4, n))
                same((e["ifname"], e["ifindex"]), ("eth1", w.index("eth1")), "interface with %s" % args)
            else:
                time.sleep(0.3)
                same({e["ifname"] for e in v.of("message")}, {"eth0"}, "interfaces with %s" % args)
            v.stop()


@test("an interface that is named twice is heard once")
def twice():
    host, watcher = pair()
    v = watch(watcher, "eth0", "-I", "eth0", watcher.index("eth0"))
    forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77"))
    marked(v, 4, group(4))
    forge(host, report(4, (TO_EX, group(4, 2)), src="10.0.0.77"))
    marked(v, 4, group(4, 2))
    same(len([e for e in v.of("message") if group(4) in e["meaning"].split()]), 1, "messages")


def refused(node, *words, before=(), args=()):
    """It ends with 2 and one line, without output."""
    with node:
        p = subprocess.run([*before, *MCAST, "watch", *map(str, args)], text=True, capture_output=True, timeout=30,
                           stdin=subprocess.DEVNULL)
    same((p.returncode, p.stdout, len(p.stderr.splitlines())), (2, "", 1), "exit code, stdout, lines: " + p.stderr)
    check(p.stderr.startswith("mcast watch: ") and all(w in p.stderr for w in words), "words", p.stderr)


@test("an interface that is not there: one line that names it, exit 2")
def no_interface():
    host, _ = pair()
    refused(host, "eth7", "eth0", args=["eth7"])
    refused(host, "9999", args=[9999])
    refused(host, "10.77.0.1", args=["10.77.0.1"])
    refused(host, "eth7", args=["eth0", "eth7"])


@test("files and interfaces do not go together")
def both():
    host, _ = pair()
    refused(host, args=["-r", "/dev/null", "eth0"])


def capped(*args):
    """A prefix that takes privileges away."""
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv(1)")
    return ["setpriv", *args]


def works(prefix):
    return subprocess.run([*prefix, *MCAST, "--version"], capture_output=True).returncode == 0


@test("without CAP_NET_RAW: one line that names it, exit 2")
def no_permission():
    host, _ = pair()
    bare = capped("--inh-caps=-all", "--bounding-set=-all")
    check(works(bare), "setpriv does not work")
    refused(host, "CAP_NET_RAW", before=bare, args=["eth0"])
    refused(host, "CAP_NET_RAW", before=bare)
    user = capped("--reuid=65534", "--regid=65534", "--clear-groups")
    if works(user):
        refused(host, "CAP_NET_RAW", before=user, args=["eth0"])


@test("CAP_NET_RAW alone is enough, and a file needs nothing")
def least_permission():
    host, _ = pair()
    only = capped("--inh-caps=-all", "--bounding-set=-all,+net_raw")
    with host:
        p = subprocess.run([*only, *MCAST, "watch", "-w", "0.5", "eth0"], text=True, capture_output=True, timeout=30)
    same((p.returncode, p.stderr), (0, ""), "exit code and stderr with CAP_NET_RAW")
    bare = capped("--inh-caps=-all", "--bounding-set=-all")
    with tempfile.NamedTemporaryFile() as f:
        f.write(pcapfile.octets(pcapfile.ETHERNET, [(0, frames.ethernet(query(4)))]))
        f.flush()
        p = subprocess.run([*bare, *MCAST, "watch", "-r", f.name], text=True, capture_output=True, timeout=30)
    same((p.returncode, p.stderr), (0, ""), "exit code and stderr of a file")


@test("no privilege is left once it listens")
def privileges_dropped():
    host, _ = pair()
    v = watch(host, "eth0")
    with open("/proc/%d/status" % v.proc.pid) as f:
        caps = dict(line.split() for line in f if line.startswith("Cap"))
    same({k: int(caps[k], 16) for k in ("CapEff:", "CapPrm:", "CapInh:", "CapAmb:")},
         {"CapEff:": 0, "CapPrm:": 0, "CapInh:": 0, "CapAmb:": 0}, "capabilities")


# ---- interfaces that go -----------------------------------------------------------------------------


@test("an interface that vanishes is told of; when it was the last, exit 2")
def vanishes():
    w, b, c = fork()
    v = watch(w)
    w.ip("link del eth0")
    until(lambda: any("eth0" in s for s in list(v.errors)), "not told of on stderr")
    forge(c, report(4, (TO_EX, group(4)), src="10.0.0.77"))
    same(marked(v, 4, group(4))["ifname"], "eth1", "interface")
    same(v.proc.poll(), None, "exit code while there is another")
    same(len([s for s in v.errors if "eth0" in s]), 1, "lines on stderr")
    w.ip("link del eth1", "link set lo down")
    if not wait_until(lambda: v.proc.poll() is not None, 3):
        same(v.stop().code, 0, "exit code where lo is still listened to")


@test("the last interface vanishes: exit 2, and the end is told")
def vanishes_last():
    for as_json in True, False:
        w, b, c = fork()
        v = watch(w, "eth0", "eth1", as_json=as_json)
        w.ip("link del eth0")
        until(lambda: any("eth0" in s for s in list(v.errors)), "eth0 is not told of on stderr")
        time.sleep(0.3)
        same(v.proc.poll(), None, "exit code while there is another")
        w.ip("link del eth1")
        r = v.wait(PATIENCE)
        same(r.code, 2, "exit code")
        same([n for s in r.stderr.splitlines() for n in ("eth0", "eth1") if n in s][:2], ["eth0", "eth1"], "told of")
        if as_json:
            end(r)
        else:
            check("message" in r.stdout.splitlines()[-1], "no totals", r.stdout)


@test("an interface that appears is not listened to, and that is said")
def appears():
    w, b, _ = fork()
    v = watch(w)
    d = Node("d")
    link(w, d, net=2)
    until(lambda: any("eth2" in s for s in list(v.errors)), "not said of eth2")
    forge(d, report(4, (TO_EX, group(4, 2)), src="10.0.0.77"))
    forge(b, report(4, (TO_EX, group(4)), src="10.0.0.77"))
    marked(v, 4, group(4))
    r = v.stop()
    heard = {e["ifname"] for e in of(r.events, "message")}
    same((r.code, "eth2" in heard), (0, False), "exit code, whether it is heard")


@test("an interface that goes down and comes up is heard again")
def down_and_up():
    host, watcher = two()
    v = watch(watcher, "eth0")
    forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77"))
    marked(v, 4, group(4))
    for n in 2, 3:
        watcher.ip("link set eth0 down")
        time.sleep(0.3)
        same(v.proc.poll(), None, "exit code while it is down")
        watcher.ip("link set eth0 up")

        def heard():
            try:
                forge(host, report(4, (TO_EX, group(4, n)), src="10.0.0.77"))
            except OSError:
                return False  # no carrier yet
            return v.of("join", group=group(4, n))
        check(wait_until(heard, PATIENCE, 0.1), "not heard, turn %d" % n)
    same(v.stop().code, 0, "exit code")


# ---- its end, and on the way ------------------------------------------------------------------------


@test("Ctrl-C and SIGTERM end it with totals, exit 0")
def signals():
    host, watcher = pair()
    for number in signal.SIGINT, signal.SIGTERM:
        v = watch(watcher, "eth0")
        forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77"))
        forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77", ttl=9))
        forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77", n=5))
        v.wait_event("unreadable")
        r = v.stop(number)
        e = end(r)
        same(r.code, 0, "exit code after signal %d" % number)
        same(r.events[-1]["event"], "end", "last event")
        same((e["messages"], e["faulty"], e["unreadable"], e["dropped"]),
             (len(of(r.events, "message")), len(["" for m in of(r.events, "message") if m["faults"]]), 1, 0),
             "totals")
        among(e["seconds"], 0, 60, "seconds")
        among(e["messages"], 2, 1000, "messages")


@test("-c and -w end it, exit 0")
def bounded():
    host, watcher = pair()
    v = watch(watcher, "-c", 2, "-4", "eth0")
    for _ in range(4):
        forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77"))
    r = v.wait(PATIENCE)
    same((r.code, len(of(r.events, "message")), end(r)["messages"]), (0, 2, 2), "exit code, messages")
    begin = time.monotonic()
    r = text(watcher, "watch", "-w", 1, "eth0")
    same(r.code, 0, "exit code of -w")
    among(time.monotonic() - begin, 0.9, 15, "seconds")


@test("Ctrl-\\ prints the state so far, as text and as JSON, and it goes on")
def so_far():
    host, watcher = pair()
    v, t = watch(watcher, "eth0"), watch(watcher, "eth0", as_json=False)
    forge(host, query(4, src="10.0.0.99"))
    forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77"))
    v.wait_event("join", group=group(4))
    t.wait_line(lambda s: "joins " + group(4) in s)
    before = len(t.lines)
    for w in v, t:
        w.send_signal(signal.SIGQUIT)
    e = v.wait_event("link", protocol="IGMP")
    same((e["ifname"], e["vlan"], e["querier"]["address"]), ("eth0", [], "10.0.0.99"), "link, querier")
    mine, = [g for g in e["groups"] if g["group"] == group(4)]
    same(([h["address"] for h in mine["hosts"]], mine["filter_mode"], mine["version"], mine["last_reporter"]),
         (["10.0.0.77"], "exclude", 3, "10.0.0.77"), "group")
    among(mine["expires"], 200, 275, "time of the group")
    among(e["querier"]["heard"], time.time() - 60, time.time() + 1, "when the querier was heard")
    for word in "10.0.0.99", group(4), "10.0.0.77":
        until(lambda: any(word in s for s in t.lines[before:]), "%s is not in the state as text" % word)
    forge(host, report(4, (TO_EX, group(4, 2)), src="10.0.0.77"))
    v.wait_event("join", group=group(4, 2))
    same((v.stop().code, t.stop().code), (0, 0), "exit codes")


@test("--summary prints the state at the end")
def summary():
    host, watcher = pair()
    v = watch(watcher, "eth0", "--summary")
    forge(host, report(6, (TO_EX, group(6)), src="fe80::77"))
    v.wait_event("join", group=group(6))
    r = v.stop()
    check(any(g["group"] == group(6) for e in of(r.events, "link") for g in e["groups"]), "not in the state")
    same(r.events[-1]["event"], "end", "last event")


@test("packets of two interfaces go into one file, which tells them apart", families=True)
def write_two(fam):
    w, b, c = fork()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "kept")
        v = watch(w, "eth0", "eth1", "--write", file)
        plain_socket(b, fam, group(fam))
        says(v, TO_EX, group(fam))
        forge(c, report(fam, (TO_EX, group(fam, 2)), src=frames.host(fam, 77)), (10,))
        marked(v, fam, group(fam, 2))
        forge(w, query(fam, src=frames.host(fam, 99)), ifname="eth1")  # one that was sent here
        until(lambda: v.of("message", kind="query"), "no query")
        r = v.stop()
        same(pcapfile.read(file)[:2], (pcapfile.SLL2, True), "link type, nanoseconds")
        again = Verb(w, "watch", "-r", file).wait()
        frames_kept = pcapfile.read(file)[2]
    same((r.code, again.code), (0, 0), "exit codes")
    same(end(r)["kept"], len(frames_kept), "packets kept")
    of_file = lambda e: {k: x for k, x in e.items() if k not in ("ts", "ifname", "host", "seconds")}
    same(*([of_file(e) for e in of(x.events, "message")] for x in (again, r)), "messages")
    same({(e["ifindex"], tuple(e["vlan"])) for e in of(again.events, "message")} >=
         {(w.index("eth0"), ()), (w.index("eth1"), (10,)), (w.index("eth1"), ())}, True, "links in the file")
    for live, kept in zip(of(r.events, "message"), of(again.events, "message")):
        among(kept["ts"], live["ts"] - 1e-5, live["ts"] + 1e-5, "time of a packet in the file")


@test("packets of one interface are kept as they came, and can be read while it runs on")
def write_one():
    host, watcher = pair()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "kept")
        v = watch(watcher, "eth0", "--write", file)
        p = report(4, (TO_EX, group(4)), src="10.0.0.77")
        forge(host, p)
        marked(v, 4, group(4))
        v.stop()
        kind, _, packets = pcapfile.read(file)
    same(kind, pcapfile.ETHERNET, "link type")
    check(any(f[14:14 + len(p)] == p for _, f in packets), "not in the file")


@test("a hook runs live, with the interface's name and without privileges", families=True)
def hook(fam):
    host, watcher = pair()
    with tempfile.TemporaryDirectory() as folder:
        out, script = os.path.join(folder, "out"), os.path.join(folder, "hook")
        with open(script, "w") as f:
            f.write("#!/bin/sh\n{ env | grep ^MCAST_; grep CapEff /proc/self/status | tr '\\t:' '= '; } >%s.part\n"
                    "mv %s.part %s\n" % (out, out, out))
        os.chmod(script, 0o755)
        v = watch(watcher, "eth0", "--on-warning", script)
        forge(host, report(fam, (TO_EX, group(fam)), src=frames.host(fam, 77), ttl=7), (12,))
        until(lambda: os.path.exists(out), "the hook did not run")
        with open(out) as f:
            lines = f.read()
        v.stop()
    e = dict(s.split("=", 1) for s in lines.splitlines() if s.startswith("MCAST_"))
    same([e.get("MCAST_" + k) for k in ("EVENT", "IFNAME", "VLAN", "PROTOCOL", "HOST", "REASON")],
         ["warning", "eth0", "12", NAME[fam], frames.host(fam, 77), "ttl"], "variables")
    same(re.findall(r"CapEff\W*(\w+)", lines), ["0" * 16], "privileges")


@test("at most 64 hooks run at once, and how many were left out is said at the end")
def hook_many():
    host, watcher = pair()
    folder, gate, script = holding()
    v = watch(watcher, "eth0", "-4", "--on-join", script)
    forge(host, report(4, *[(TO_EX, group(4, n)) for n in range(1, 101)], src="10.0.0.77"))
    until(lambda: len(v.of("join", address="10.0.0.77")) == 100, "not all joins seen")
    until(lambda: len(os.listdir(folder)) >= 64, "only %d were started" % len(os.listdir(folder)))
    check(not wait_until(lambda: len(os.listdir(folder)) > 64, 2), "more run at once", len(os.listdir(folder)))
    open(gate, "w").close()
    r = v.stop()
    same(r.code, 0, "exit code")
    check(any("--on-join" in s and re.search(r"\b36\b", s) for s in r.stderr.splitlines()), "not said", r.stderr)


@test("a storm of 4000 reports: all are shown, or counted as dropped")
def storm():
    host, watcher = pair()
    v, f = watch(watcher, "eth0", "-4"), Forger(host)
    before = len(v.of("message"))
    for n in range(4000):
        f.sock.send(frames.ethernet(frames.old_report(4, "239.5.%d.%d" % (n // 250, n % 250), src="10.0.0.77")))
    time.sleep(0.5)
    wait_until(lambda: len(v.of("join")) >= 4000, 20)
    e = end(v.stop())
    among(e["messages"] - before + e["dropped"], 4000, 4200, "shown and dropped")


@test("a reader that goes ends it")
def closed_pipe():
    host, watcher = pair()
    sender, over = Forger(host), []

    def talk():
        while not over:
            sender.sock.send(frames.ethernet(query(4, src="10.0.0.99")))
            time.sleep(0.02)
    thread = threading.Thread(target=talk, daemon=True)
    defer(lambda: (over.append(True), thread.join(5)))
    thread.start()
    ends(without_reader(watcher, "watch", "eth0"))


if __name__ == "__main__":
    main()
