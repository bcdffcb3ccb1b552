#!/usr/bin/env python3
"""t_host.py - `mcast host` on a wire: what it reports and answers, in every version, as one host and as many."""
import collections
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import frames
from frames import ALL_REPORTS, ALL_ROUTERS, NEWEST, old_report, query
from kernels import forge, local, until
from rig import Node, link, wait_until
from tap import Skip, among, check, main, same, test
from verbs import MCAST, PATIENCE, Verb, end, group, host, of, text
from wire import ALLOW, BLOCK, IS_EX, IS_IN, TO_EX, TO_IN, Capture

SSM = {4: "232.1.1.%d", 6: "ff3e::8000:%x"}
PROTOCOL = {4: "igmp", 6: "mld"}
QUICK = "--unsolicited-report-interval", 0.3
MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man", "mcast-host.1.scd")


def ssm(fam, n=1):
    return SSM[fam] % n


def src(fam, n=1):
    return frames.source(fam, n)


@functools.lru_cache(None)
def wire():
    """A host and what is at the other end of its wire, for the whole file."""
    a, b = Node("a"), Node("b")
    link(a, b)
    return a, b


def fresh():
    """The same, not used before."""
    a, b = Node("a"), Node("b")
    link(a, b)
    return a, b


def reports(capture, fam, since=0, group_=None):
    """Frames with reports and leaves of a family that the wire brought, but for those of kernels."""
    mine = lambda g: g.startswith(("239.", "232.", "ff15:", "ff3e:"))
    got = [f for f in capture.take()[since:] if f.fam == fam and not f.out and any(mine(r[1]) for r in f.records)]
    return [f for f in got if group_ is None or any(r[1] == group_ for r in f.records)]


def said(capture, fam, kind, group_, sources=(), since=0, timeout=PATIENCE):
    """Wait for a report with that record: its frame."""
    def found():
        return [f for f in reports(capture, fam, since) for r in f.records
                if (r[0], r[1], sorted(r[2])) == (kind, group_, sorted(sources))]
    return until(found, "no record %s of %s %s" % (kind, group_, sources), timeout)[0]


def quiet(capture, fam, seconds):
    """How many frames are said in so many seconds from now on."""
    since = len(capture.take())
    time.sleep(seconds)
    return len(reports(capture, fam, since))


def settled(capture, fam, seconds=0.8):
    until(lambda: not quiet(capture, fam, seconds), "it does not fall silent", 20)
    return len(capture.take())


def ether(frame):
    return frame.raw[6:12]


def version(fam, n):
    return "--%s-version" % PROTOCOL[fam], n


# ---- one host ---------------------------------------------------------------------------------------


@test("groups with and without sources are joined, changed by commands and left", families=True)
def newest(fam):
    a, b = wire()
    c, g, h, k = Capture(b), group(fam), group(fam, 2), ssm(fam)
    v = host(a, *QUICK, "--exclude", src(fam, 7), g, h, "%s" % single(fam, src(fam, 1), k))
    f = said(c, fam, TO_EX, g, [src(fam, 7)])
    same((f.src, f.dst, f.ttl, ether(f)), (local(a, fam), ALL_REPORTS[fam], 1, mac(a)), "where it is from")
    said(c, fam, ALLOW, k, [src(fam, 1)])
    v.tell("include %s %s %s" % (g, src(fam, 1), src(fam, 2)), "exclude %s %s" % (h, src(fam, 8)),
           "include %s %s %s" % (k, src(fam, 1), src(fam, 2)))
    said(c, fam, TO_IN, g, [src(fam, 1), src(fam, 2)])
    said(c, fam, BLOCK, h, [src(fam, 8)])
    said(c, fam, ALLOW, h, [src(fam, 7)])
    said(c, fam, ALLOW, k, [src(fam, 2)])
    v.tell("join %s" % g, "leave %s" % h, "host 1 join %s+3" % group(fam, 20))
    said(c, fam, TO_EX, g)
    said(c, fam, TO_IN, h)
    for n in 20, 21, 22:
        said(c, fam, TO_EX, group(fam, n))
    since = settled(c, fam)
    v.tell("quit")
    done = v.wait()
    said(c, fam, TO_IN, g, since=since)
    said(c, fam, BLOCK, k, [src(fam, 1), src(fam, 2)], since=since)
    e = end(done)
    same((done.code, done.stderr, e["changes"], e["commands_refused"], e["memberships"]), (0, "", 6, 0, 5), "the end")
    told = [(x["line"], x["text"]) for x in of(done.events, "change")]
    same(told[3:5], [(4, "join " + g), (5, "leave " + h)], "told")
    same(e["reports"], len(reports(c, fam)), "reports")


def single(fam, source, group_):
    return ("%s@%s" if fam == 4 else "[%s]@[%s]") % (source, group_)


def mac(node):
    return bytes.fromhex(re.search(r"link/ether (\S+)", node.ip("link show eth0")).group(1).replace(":", ""))


@test("every change is reported as often as the Robustness Variable says", families=True)
def robustness(fam):
    a, b = wire()
    c, g = Capture(b), group(fam)
    v = host(a, *QUICK, "--robustness-variable", 4, g)
    settled(c, fam)
    same([f.records for f in reports(c, fam)], [[(TO_EX, g, [])]] * 4, "joins")
    v.stop()
    same(len(reports(c, fam)), 8, "joins and leaves")


def older(fam, n):
    a, b = wire()
    c, g = Capture(b), group(fam)
    v = host(a, *QUICK, *version(fam, n), g, single(fam, src(fam), ssm(fam)))
    f = said(c, fam, IS_EX, g)
    same((f.dst, f.src, len(f.records)), (g, local(a, fam), 1), "an older report")
    settled(c, fam)
    same(len(reports(c, fam, group_=g)), 2, "how often it is said")
    return c, g, v.stop()


@test("an older version: reports to the group, and a leave to all routers", families=True)
def older_leaves(fam):
    c, g, done = older(fam, NEWEST[fam] - 1)
    f = said(c, fam, TO_IN, g)
    same(f.dst, ALL_ROUTERS[fam], "where the leave goes")
    among(end(done)["leaves"], 1, 2, "leaves")
    same(done.code, 0, "exit code")


@test("IGMPv1: reports, and no leave")
def oldest():
    c, g, done = older(4, 1)
    same([f.records for f in reports(c, 4, group_=g)], [[(IS_EX, g, [])]] * 2, "what was said")
    same(end(done)["leaves"], 0, "leaves")


@test("queries are answered: for all groups, for one, for sources", families=True)
def answers(fam):
    a, b = wire()
    c, g, k = Capture(b), group(fam), ssm(fam)
    asker = frames.host(fam, 99)
    v = host(a, *QUICK, g, single(fam, src(fam, 1), k))
    since = settled(c, fam)
    code = 5 if fam == 4 else 500
    forge(b, query(fam, code=code, src=asker))
    said(c, fam, IS_EX, g, since=since)
    said(c, fam, IS_IN, k, [src(fam, 1)], since=since)
    e = v.wait_event("query")
    same((e["address"], e["version"], e["group"], e["source_addresses"], e["max_resp_time"], e["missed"]),
         (asker, NEWEST[fam], None, [], 0.5, 0), "query event")
    time.sleep(1.1)  # so that the next one is told
    since = settled(c, fam)
    forge(b, query(fam, group=g, code=code, src=asker))
    said(c, fam, IS_EX, g, since=since)
    same(v.wait_event("query", group=g)["version"], NEWEST[fam], "version")
    forge(b, query(fam, group=k, sources=[src(fam, 1), src(fam, 2)], code=code, src=asker))
    said(c, fam, IS_IN, k, [src(fam, 1)], since=since)
    same(end(v.stop())["queries"], 3, "queries")


@test("a query of the older version puts that version in force", families=True)
def falls_back(fam):
    a, b = wire()
    c, g, n = Capture(b), group(fam), NEWEST[fam] - 1
    v = host(a, *QUICK, g)
    since = settled(c, fam)
    forge(b, query(fam, n, code=5 if fam == 4 else 500, src=frames.host(fam, 99)))
    same(v.wait_event("version")["version"], n, "version event")
    same(said(c, fam, IS_EX, g, since=since).dst, g, "where the answer goes")
    same(v.wait_event("warning", warning="older")["address"], frames.host(fam, 99), "who is warned of")
    v.stop()
    said(c, fam, TO_IN, g)


@test("queries that hosts are to drop are warned of, once, and counted", families=True)
def dropped(fam):
    a, b = wire()
    c, g = Capture(b), group(fam)
    asker = frames.host(fam, 99)
    v = host(a, *QUICK, g)
    since = settled(c, fam)
    for _ in range(3):
        forge(b, query(fam, code=5 if fam == 4 else 500, src=asker, alert=False))
    e = v.wait_event("warning", warning="query")
    same((e["address"], e["text"]), (asker, asker + " asks without Router Alert: it is not heard"), "warning")
    time.sleep(1)
    same(reports(c, fam, since), [], "answers")
    done = v.stop()
    same((end(done)["queries"], end(done)["queries_dropped"]), (0, 3), "queries")
    same(len(of(done.events, "warning")), 1, "warnings")


@test("as lines of text")
def lines():
    a, b = wire()
    v = Verb(a, "host", *QUICK, "-v", "-w", 2, "239.1.1.1", as_json=False, stdin="leave 239.1.1.1\nnonsense\n")
    v.wait_line(lambda s: "239.1.1.1 exclude {}" in s)
    forge(b, query(4, src="10.0.0.99"))
    v.wait_line(lambda s: s.endswith("10.0.0.99 asks in IGMPv3 for all groups, to be answered within 10 s"))
    done = v.wait()
    same(done.stderr, "mcast host: line 2: unknown command nonsense: there are join, include, exclude, leave, quit",
         "stderr")
    out = done.stdout.splitlines()
    clock = r"\d\d:\d\d:\d\d\.\d{6} eth0 "
    begins = r"1 host from 10\.0\.0\.1 in IGMPv3: 239\.1\.1\.1 exclude \{\}"
    check(re.fullmatch(clock + begins, out[0]), "start", out[0])
    for words in (r"line 1: leave 239\.1\.1\.1", r"IGMPv3 report: 10\.0\.0\.1 joins 239\.1\.1\.1 \([\d.]+ ms late\)"):
        check([s for s in out if re.fullmatch(clock + words, s)], "no line " + words)
    same(out[-3], "--- eth0 ---", "the end")
    check(out[-2].startswith("1 host, 1 group each; 1 query heard; "), "totals", out[-2])
    check(re.fullmatch(r"late ms p50/p99/max: [\d.]+/[\d.]+/[\d.]+", out[-1]), "lateness", out[-1])


# ---- commands ------------------------------------------------------------------------------------------


@test("a line that cannot be followed changes nothing, and is told with its number")
def refused():
    a, b = wire()
    c = Capture(b)
    v = host(a, *QUICK, "239.1.1.1")
    settled(c, 4)
    since = len(c.take())
    v.tell("jion 239.1.1.2", "join 232.1.1.1", "exclude 239.1.1.1 10.0.0.9 nobody", "host 2 leave 239.1.1.1",
           "join ff15::1")
    until(lambda: len(v.errors) == 5, "not five lines")
    hints = ["did you mean join", "source-specific", "nobody", "there is one host", "speak no MLD"]
    for n, (words, s) in enumerate(zip(hints, v.errors), 1):
        check(s.startswith("mcast host: line %d: " % n) and words in s, words, s)
    v.tell("x" * 70000, "leave 239.1.1.1")
    said(c, 4, TO_IN, "239.1.1.1", since=since)
    check("65535" in v.errors[5] and "line 6" in v.errors[5], "too long", v.errors[5])
    same({r for f in reports(c, 4, since) for r in map(str, f.records)}, {str((TO_IN, "239.1.1.1", []))}, "all said")
    same([e["text"][:7] for e in v.of("warning", warning="command")], ["line %d:" % n for n in range(1, 7)], "warnings")
    same(end(v.stop())["commands_refused"], 6, "refused")


@test("too many memberships are refused at once")
def too_many():
    a, _ = wire()
    v = host(a, "--hosts", 10, "--from", "10.0.0.16/28", "239.1.1.1")
    v.tell("join 239.0.0.0+2000001")
    until(lambda: v.errors, "not refused")
    check("20000000 memberships" in v.errors[0], "words", v.errors[0])
    same(v.stop().code, 0, "exit code")


@test("commands come from a pipe that ends, a file, /dev/null, or nowhere")
def stdins():
    a, b = wire()
    c = Capture(b)
    with tempfile.TemporaryFile("w+") as f:
        f.write("join 239.1.1.2\njoin 239.1.1.3")
        for stdin, wanted in (f, 2), (subprocess.DEVNULL, 0), ("closed", 0):
            since = len(c.take())
            f.seek(0)
            argv = MCAST + ["host", "-j", "-w", "1", "--no-leave", "239.1.1.1"]
            if stdin == "closed":
                argv, stdin = ["sh", "-c", 'exec "$@" <&-', "sh"] + argv, None
            with a:
                done = subprocess.run(argv, stdin=stdin, capture_output=True, text=True, timeout=30)
            same((done.returncode, done.stderr, done.stdout.count('"change"')), (0, "", wanted), "with %r" % stdin)
            said(c, 4, TO_EX, "239.1.1.1", since=since)
            same(len({r[1] for f_ in reports(c, 4, since) for r in f_.records}), 1 + wanted, "groups")


# A session with a terminal, stdin: its job runs in the background, then in front.
SESSION = """
import fcntl, os, signal, subprocess, sys, time
os.setsid()
fcntl.ioctl(0, 0x540e, 0)
p = subprocess.Popen(sys.argv[1:], preexec_fn=lambda: os.setpgid(0, 0))
time.sleep(1.5)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
os.tcsetpgrp(0, p.pid)
sys.exit(p.wait())
"""


@test("in the background of a terminal it runs on, and reads there once it is in front")
def terminal():
    a, b = wire()
    c = Capture(b)
    outer, inner = os.openpty()
    with a:
        argv = [*MCAST, "host", "-j", "-w", "4", *map(str, QUICK), "239.1.1.1"]
        p = subprocess.Popen([sys.executable, "-c", SESSION, *argv], stdin=inner, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
    os.close(inner)
    os.write(outer, b"join 239.1.1.2\n")
    said(c, 4, TO_EX, "239.1.1.1")
    time.sleep(0.7)
    same(reports(c, 4, group_="239.1.1.2"), [], "read in the background")
    said(c, 4, TO_EX, "239.1.1.2")
    out, err = p.communicate(timeout=30)
    os.close(outer)
    same((p.returncode, err), (0, ""), "exit code and stderr")
    check('"event":"end"' in out, "no end", out)


# ---- many hosts ---------------------------------------------------------------------------------------


PREFIX = {4: "10.0.8.0/22", 6: "fe80::1:0/112"}
FIRST = {4: lambda n: "10.0.8.%d" % (n + 1), 6: lambda n: "fe80::1:%x" % (n + 1)}


@test("many hosts: an address and an Ethernet address each, and groups of their own", families=True)
def many(fam):
    a, b = wire()
    c, n = Capture(b), 50
    first = group(fam, 1)
    v = host(a, *QUICK, "--hosts", n, "--from", PREFIX[fam], "--macs", "--each", 3, "%s+%d" % (first, n))
    e = v.wait_event("start")
    same((e["hosts"], e["groups"], e["groups_each"], e["addresses"]), (n, n, 3, [FIRST[fam](0)]), "start")
    until(lambda: len({f.src for f in reports(c, fam)}) >= n, "not all have spoken")
    settled(c, fam)
    joined = collections.defaultdict(set)
    for f in reports(c, fam):
        joined[f.src, ether(f)] |= {r[1] for r in f.records}
    wanted = {(FIRST[fam](i), b"\2\0\0\0\0" + bytes([i + 1])): {group(fam, (3 * i + k) % n + 1) for k in range(3)}
              for i in range(n)}
    same(dict(joined), wanted, "who joined what")
    since = len(c.take())
    forge(b, query(fam, code=5 if fam == 4 else 500, src=frames.host(fam, 99)))
    until(lambda: len({f.src for f in reports(c, fam, since)}) == n, "not all have answered")
    same({len(f.records) for f in reports(c, fam, since)}, {3}, "records of an answer")
    v.tell("host 7 leave %s" % group(fam, 19), "host 7-9 join %s" % group(fam, 99))
    said(c, fam, TO_IN, group(fam, 19), since=since)
    until(lambda: len({f.src for f in reports(c, fam, since, group(fam, 99))}) == 3, "not three have joined")
    settled(c, fam)
    since = len(c.take())
    done = v.stop()
    left = {(f.src, r[1]) for f in reports(c, fam, since) for r in f.records if r[0] == TO_IN and not r[2]}
    same(len(left), 3 * n - 1 + 3, "who has left what")
    e = end(done)
    numbers = e["hosts"], e["memberships"], e["not_sent"], e["packets_lost"]
    same((done.code, *numbers), (0, n, 3 * n + 2, 0, 0), "the end")
    check(0 <= e["late"]["p50"] <= e["late"]["p99"] <= e["late"]["max"] < 5, "lateness", e["late"])
    same((e["reports"], e["records"]), (len(reports(c, fam)), sum(len(f.records) for f in reports(c, fam))), "counted")


@test("without leaving: they vanish")
def no_leave():
    a, b = wire()
    c = Capture(b)
    v = host(a, *QUICK, "--no-leave", "239.1.1.1+3")
    since = settled(c, 4)
    same(end(v.stop())["memberships"], 3, "memberships")
    time.sleep(0.5)
    same(reports(c, 4, since), [], "what was said")


def answering(fam, *args):
    """Ten hosts in a group, in the older version, are asked: how many answer."""
    a, b = wire()
    c, n = Capture(b), NEWEST[fam] - 1
    v = host(a, *QUICK, *version(fam, n), "--hosts", 10, "--from", PREFIX[fam], *args, group(fam))
    said(c, fam, IS_EX, group(fam))
    since = settled(c, fam)
    forge(b, query(fam, n, code=10 if fam == 4 else 1000, src=frames.host(fam, 99)))
    said(c, fam, IS_EX, group(fam), since=since)
    time.sleep(1.5)
    return c, v, len(reports(c, fam, since))


@test("in an older version one of many answers, and none after somebody else", families=True)
def suppression(fam):
    c, v, n = answering(fam)
    among(n, 1, 2, "answers")
    a, b = wire()
    since = len(c.take())
    forge(b, query(fam, NEWEST[fam] - 1, code=50 if fam == 4 else 5000, src=frames.host(fam, 99)))
    forge(b, old_report(fam, group(fam), src=frames.host(fam, 88)))
    time.sleep(5.5)
    among(len(reports(c, fam, since)), 0, 1, "answers beside another's")
    v.stop()


@test("without suppression all answer", families=True)
def no_suppression(fam):
    _, v, n = answering(fam, "--no-suppress")
    same(n, 10, "answers")
    v.stop()


@test("churn: hosts leave and join again, so many times a second", families=True)
def churn(fam):
    a, b = wire()
    c = Capture(b)
    v = host(a, *QUICK, "--robustness-variable", 1, "--hosts", 20, "--from", PREFIX[fam], "--churn", 100, "--seed", 7,
             "%s+20" % group(fam))
    until(lambda: sum(r[0] == TO_EX for f in reports(c, fam) for r in f.records) > 450, "no joins by chance", 30)
    kinds = collections.Counter(r[0] for f in reports(c, fam) for r in f.records)
    since = time.monotonic()
    check(kinds[TO_IN] > 50, "too few leave", kinds)
    e = end(v.stop())
    among(e["changes"], 100, 100 * (e["seconds"] + 1), "changes")
    among(time.monotonic() - since, 0, 10, "time to end")


# ---- the end, and trouble -------------------------------------------------------------------------------


@test("-c, -w, and a second signal")
def ends_():
    a, b = wire()
    c = Capture(b)
    v = host(a, "-c", 5, "--no-leave", "--hosts", 9, "--from", PREFIX[4], "239.1.1.1")
    same(end(v.wait())["reports"], 5, "reports")
    same(len(reports(c, 4)), 5, "reports on the wire")
    began = time.monotonic()
    v = host(a, "-w", 0.5, "--no-leave", "239.1.1.1")
    v.wait()
    among(time.monotonic() - began, 0.5, 5, "seconds")
    since = len(c.take())
    v = host(a, "--unsolicited-report-interval", 30, "--robustness-variable", 7, "239.1.1.1")
    said(c, 4, TO_EX, "239.1.1.1", since=since)  # who has not joined has nothing to leave
    v.send_signal(signal.SIGINT)
    said(c, 4, TO_IN, "239.1.1.1", since=since)
    time.sleep(0.5)
    check(v.proc.poll() is None, "it did not wait until the leave is repeated")
    v.send_signal(signal.SIGINT)
    same(v.wait(PATIENCE).code, 0, "exit code")


@test("an interface that goes down is waited for, and one that vanishes ends it with 2")
def trouble():
    a, b = fresh()
    v = host(a, *QUICK, "239.1.1.1")
    c = Capture(b)
    a.ip("link set eth0 down")
    time.sleep(0.3)
    v.tell("join 239.1.1.2")
    v.wait_event("warning", warning="not-sent")
    a.ip("link set eth0 up")
    time.sleep(0.5)
    v.tell("join 239.1.1.3")
    said(c, 4, TO_EX, "239.1.1.3")
    a.ip("link del eth0")
    done = v.wait(PATIENCE)
    same(done.code, 2, "exit code")
    check(end(done)["not_sent"] >= 1, "nothing was counted")
    same(done.stderr, "mcast host: eth0 is gone (start mcast host again when it is back)", "stderr")


@test("a changed address is followed; MLD begins from ::", families=True)
def address(fam):
    a, b = fresh()
    c = Capture(b)
    if fam == 6:
        a.ip("addr flush dev eth0 scope link")
    v = host(a, *QUICK, group(fam))
    if fam == 6:
        same(said(c, 6, TO_EX, group(6)).src, "::", "sender without an address")
    settled(c, fam)
    since = len(c.take())
    new = "10.0.0.77" if fam == 4 else "fe80::77"
    if fam == 4:
        a.ip("addr flush dev eth0 scope global")
    a.ip("addr add %s/%d dev eth0%s" % (new, 24 if fam == 4 else 64, "" if fam == 4 else " nodad"))
    time.sleep(0.3)
    if fam == 4:
        v.tell("join %s" % group(fam, 2))
    f = said(c, fam, TO_EX, group(fam, 2 if fam == 4 else 1), since=since)
    same(f.src, new, "sender")
    v.stop()


@test("the route names the interface; the target or -I may")
def which():
    a, b = wire()
    c = Capture(b)
    for args in ["239.1.1.1"], ["239.1.1.1%eth0"], ["-I", "10.0.0.1", "239.1.1.1"], ["-I", "eth0", "239.1.1.1%2"]:
        since = len(c.take())
        done = text(a, "host", "-w", 0.3, "--no-leave", *args)
        same((done.code, done.stderr), (0, ""), "with %s" % args)
        said(c, 4, TO_EX, "239.1.1.1", since=since)
    for args, words in ((["239.1.1.1%lo", "239.1.1.2%eth0"], "another interface"),
                        (["-I", "lo", "239.1.1.1%eth0"], "another interface"),
                        (["239.1.1.1%eth7"], "no such interface"), (["ff02::5"], "needs an interface"),
                        (["-I", "eth0", "--hosts", "2", "239.1.1.1"], "--from")):
        done = text(a, "host", "-w", 0.2, *args)
        same((done.code, done.stdout, len(done.stderr.splitlines())), (2, "", 1), "refused %s" % args)
        check(done.stderr.startswith("mcast host: ") and words in done.stderr, words, done.stderr)


@test("no privilege is left; without CAP_NET_RAW one line names it")
def privileges():
    a, _ = wire()
    v = host(a, "239.1.1.1")
    with open("/proc/%d/status" % v.proc.pid) as f:
        caps = {s.split()[0]: int(s.split()[1], 16) for s in f if s.startswith("Cap")}
    same([caps[k] for k in ("CapEff:", "CapPrm:", "CapInh:", "CapAmb:")], [0] * 4, "capabilities")
    v.stop()
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv(1)")
    with a:
        bare = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
        p = subprocess.run([*bare, *MCAST, "host", "239.1.1.1"], text=True, capture_output=True,
                           stdin=subprocess.DEVNULL, timeout=30)
    same((p.returncode, p.stdout, len(p.stderr.splitlines())), (2, "", 1), "exit code, stdout and lines: " + p.stderr)
    check("CAP_NET_RAW" in p.stderr, "words", p.stderr)


@test("a reader that goes ends it")
def closed_pipe():
    a, b = wire()
    with a:
        p = subprocess.Popen(MCAST + ["host", "-v", *map(str, QUICK), "--churn", "50", "239.1.1.1+5"], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    p.stdout.readline()
    p.stdout.close()
    check(wait_until(lambda: p.poll() is not None, PATIENCE), "it still runs")
    p.stderr.close()
    same(p.returncode, 2, "exit code")


# ---- JSON ------------------------------------------------------------------------------------------------


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


@test("the keys of every object are those on the page")
def keys():
    with open(MAN, encoding="utf-8") as f:
        section = f.read().split("\n# JSON\n")[1].split("\n# ")[0]
    head, *parts = re.split(r"\n\*(\w+)\*\n", section)
    named = lambda s: set(re.findall(r"(?<!\w)_([a-z][a-z0-9_]*?)_(?!\w)", s))
    a, b = fresh()
    c = Capture(b)
    v = host(a, *QUICK, "-v", single(4, "10.9.0.1", "232.1.1.1"))
    settled(c, 4)
    forge(b, query(4, 2, code=5, src="10.0.0.99"))
    v.wait_event("version")
    v.tell("join 239.1.1.2", "nonsense")
    v.wait_event("warning", warning="command")
    v.wait_event("report")
    events = v.stop().events
    for kind, words in zip(parts[::2], parts[1::2]):
        got = of(events, kind)
        check(got, "no %s" % kind)
        same(set().union(*map(keys_of, got)), named(words) | named(head), "keys of %s" % kind)
    same({e["event"] for e in events}, set(parts[::2]), "events")


if __name__ == "__main__":
    main()
