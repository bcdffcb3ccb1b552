#!/usr/bin/env python3
"""t_querier_kernel.py - kernels of every version answer `mcast querier`: members, sources, hosts."""
import re
import signal
import time

from cases import NAME, group, ssm
from frames import ALL_REPORTS, NEWEST, report
from frames import host as host_address
from kernels import Member, force, forge, local, src, until
from querying import (FASTER, LMQI, LMQT, QRI, Ear, Querier, becomes, gmi, group_of, hosts_of, interfaces, options,
                      querier, run, side, sources_of, two, within)
from rig import Node, lan, link, settle
from tap import among, check, main, same, test
from verbs import end, of
from wire import ALLOW, BLOCK, TO_IN

STAYS = gmi() + 2  # seconds after which a group is there only if it was asked for and answered


def of_version(fam, version):
    """A querier's node, and a host whose kernel speaks a version."""
    q, host = two()
    force(host, fam, version)
    return q, host


def last_report(ear, g):
    """When a report of a group was sent last, a leave not."""
    return max(f.time for f in ear.take() if any(r[1] == g and r[0] != TO_IN for r in f.records))


def gone(v, g, since):
    """Wait until a group has no members; its event."""
    fits = lambda: [e for e in v.of("group", group=g, present=False) if e["ts"] >= since]
    return until(fits, "the group is still there", 20)[0]


# ---- the newest version -----------------------------------------------------------------------------


@test("a kernel joins and leaves: events, --status, queries, all in time", families=True)
def newest(fam):
    q, host = two()
    v, ear, g, h = querier(q), Ear(host), group(fam), local(host, fam)
    m = Member(host, fam, g)
    began = time.time()
    m.call("join")
    j = v.wait_event("join", group=g)
    same((j["address"], j["hosts"], j["filter_mode"], j["source_addresses"]), (h, 1, "exclude", []), "join event")
    same((j["ifname"], j["ifindex"], j["protocol"]), ("eth0", q.index("eth0"), NAME[fam]), "link of the join event")
    among(j["ts"], began, began + 3, "time of the join")
    now = v.wait_event("group", group=g)
    same((now["present"], now["filter_mode"], now["source_addresses"], now["excluded_addresses"]),
         (True, "exclude", [], []), "group event")
    x = group_of(q, fam, g)
    same((sources_of(x), x["version"], x["last_reporter"]), (("exclude", set(), set()), NEWEST[fam], h), "group")
    among(x["expires"], 0, gmi(), "time of the group")
    told, = x["hosts"]
    same((told["address"], told["filter_mode"], told["source_addresses"]), (h, "exclude", []), "host")
    among(told["since"], 0, 10, "since when, seconds ago")
    time.sleep(STAYS)
    x = group_of(q, fam, g)
    among(x["expires"], 0.1, gmi(), "time of the group, refreshed")
    among(x["hosts"][0]["since"], STAYS - 1, STAYS + 10, "since when, seconds ago")
    among(x["hosts"][0]["heard"], 0, gmi(), "heard, seconds ago")
    same((v.of("leave", group=g), len(v.of("join", group=g))), ([], 1), "leaves, joins")
    m.call("leave")
    left = v.wait_event("leave", group=g)
    same((left["address"], left["hosts"], left["reason"]), (h, 0, "said"), "leave event")
    over = gone(v, g, left["ts"])
    same((over["filter_mode"], over["source_addresses"]), (None, []), "group event")
    within(left["ts"], over["ts"], LMQT, "from the leave to the end of the group")
    same(group_of(q, fam, g), None, "the group in --status")
    asked = ear.queries(fam, group=g, sources=[])
    # The kernel says each change twice (RFC 9776 8.1), and that it says it again may make another query.
    among(len(asked), 2, 4, "queries about it")
    same({(x.src, x.dst, x.size) for x in asked}, {(local(q, fam), g, 12 if fam == 4 else 28)}, "what they are")
    same({x.code for x in asked}, {LMQI * 10 if fam == 4 else LMQI * 1000}, "their Max Resp Code")
    within(asked[0].time, asked[-1].time, LMQI, "from the first to the last", early=0.1)


@test("general queries come in time and say what was configured", families=True)
def general_queries(fam):
    q, host = two()
    ear = Ear(host)
    v = querier(q, times=options(4, 1), families=(fam,))
    until(lambda: len(ear.queries(fam, group=None)) >= 3, "no three queries", 20)
    asked = ear.queries(fam, group=None)
    mine = local(q, fam)
    same({(x.src, x.dst, x.size) for x in asked},
         {(mine, "224.0.0.1" if fam == 4 else "ff02::1", 12 if fam == 4 else 28)}, "queries")
    same({x.code for x in asked}, {QRI * 10 if fam == 4 else QRI * 1000}, "their Max Resp Code")
    within(asked[0].time, asked[1].time, 1, "startup: a quarter of the interval", early=0.2, late=2)
    within(asked[1].time, asked[2].time, 4, "the query interval")
    same({f.ttl for f in ear.messages(fam, False) if f.src == mine and not f.records}, {1}, "TTL")
    e = v.is_querier(fam, mine)
    same((e["self"], e["previous"], e["version"]), (True, None, NEWEST[fam]), "querier event")
    s = side(q, fam)
    same((s["querier"]["address"], s["querier"]["self"], s["address"], s["state"], s["pid"], s["version"]),
         (mine, True, mine, "open", v.proc.pid, NEWEST[fam]), "status")
    same([s[k] for k in ("query_interval", "query_max_response_time", "last_member_query_interval")], [4, 1, LMQI],
         "intervals")
    same(s["robustness_variable"], 2, "robustness variable")
    same((s["group_membership_interval"], s["other_querier_present_interval"], s["older_host_present_interval"]),
         (10, 8.5, 9), "intervals that follow from those")
    among(s["next_query"], 0, 4, "the next query")
    same({i["protocol"] for i in interfaces(q)}, {NAME[fam]}, "protocols")
    same(s["other_querier_present"], None, "another querier")
    check(s["counters"].get("tx-query", 0) >= 3, "queries counted", s["counters"])
    same(ear.queries(10 - fam), [], "queries of the other family, with -%d" % fam)


@test("the router's own groups are joined while it runs, and left at its end")
def routers_groups():
    q, host = two()
    wanted = {("eth0", ALL_REPORTS[4]), ("eth0", ALL_REPORTS[6])}
    joined = lambda: (q.joined(4) | q.joined(6)) & wanted
    same(joined(), set(), "joined before")
    v = querier(q)
    becomes(joined, wanted, "joined")
    same(v.stop().code, 0, "exit code")
    same(joined(), set(), "joined after")


# ---- older versions ---------------------------------------------------------------------------------


@test("a kernel of the older version: its group stays, a leave ends it in time", families=True)
def older(fam):
    old = NEWEST[fam] - 1
    q, host = of_version(fam, old)
    v, g, h = querier(q), group(fam), local(host, fam)
    m = Member(host, fam, g)
    m.call("join")
    j = v.wait_event("join", group=g)
    same((j["address"], j["hosts"], j["filter_mode"]), (h, 1, "exclude"), "join event")
    same(v.wait_event("version", group=g)["version"], old, "version event")
    time.sleep(STAYS)
    x = group_of(q, fam, g)
    same((x["version"], sources_of(x), [y["address"] for y in x["hosts"]]), (old, ("exclude", set(), set()), [h]),
         "group")
    same(v.of("leave", group=g), [], "leaves")
    m.call("leave")
    left = v.wait_event("leave", group=g)
    same((left["address"], left["reason"], left["hosts"]), (h, "said", 0), "leave event")
    within(left["ts"], gone(v, g, left["ts"])["ts"], LMQT, "from the leave to the end of the group")
    same(group_of(q, fam, g), None, "the group in --status")


@test("an IGMPv1 kernel leaves without a word: its group expires")
def first_leaves():
    q, host = of_version(4, 1)
    v, ear, g, h = querier(q), Ear(host), group(4), local(host, 4)
    m = Member(host, 4, g)
    m.call("join")
    same(v.wait_event("join", group=g)["address"], h, "host")
    same(group_of(q, 4, g)["version"], 1, "version")
    m.call("leave")
    over = gone(v, g, 0)
    within(last_report(ear, g), over["ts"], gmi(), "from the last report to the end of the group")
    left = v.wait_event("leave", group=g)
    same((left["address"], left["reason"]), (h, "expired"), "leave event")
    same((group_of(q, 4, g), ear.queries(4, group=g)), (None, []), "group, queries about it")


@test("an IGMPv1 kernel answers within its ten seconds, and its group stays")
def first_stays():
    q, host = of_version(4, 1)
    host.sysctl("net.ipv4.igmp_qrv", 1)  # it says that it joins once only: what follows are answers
    v, g = querier(q, "--robustness-variable", 7), group(4)
    Member(host, 4, g).call("join")
    v.wait_event("join", group=g)
    time.sleep(gmi(robustness=7) + 1)
    x = group_of(q, 4, g)
    same((x["version"], hosts_of(q, 4, g), v.of("leave", group=g)), (1, [local(host, 4)], []), "group")


def asks_in(fam, version):
    """It asks in an older version: what it asks, and what a kernel answers."""
    q, host = two()
    ear = Ear(host)
    v = querier(q, "--igmp-version" if fam == 4 else "--mld-version", version, families=(fam,))
    first = ear.asked(fam)
    same(first.size, 8 if fam == 4 else 24, "octets of a query")
    same(first.code, {1: 0, 2: 10}[version] if fam == 4 else 1000, "its Max Resp Code")
    g, h = group(fam), local(host, fam)
    m = Member(host, fam, g)
    m.call("join")
    v.wait_event("join", group=g, address=h)
    x = group_of(q, fam, g)
    same([x["version"], side(q, fam)["version"], v.of("querier")[0]["version"]], [version] * 3, "versions")
    return v, ear, g, m, q


@test("it asks in the older version, and kernels fall back to it", families=True)
def asks_older(fam):
    v, ear, g, m, q = asks_in(fam, NEWEST[fam] - 1)
    time.sleep(STAYS)
    check(group_of(q, fam, g), "the group has expired")
    m.call("leave")
    left = v.wait_event("leave", group=g, reason="said")
    within(left["ts"], gone(v, g, left["ts"])["ts"], LMQT, "from the leave to the end of the group")
    asked = ear.queries(fam, group=g)
    same([(x.size, x.code) for x in asked], [(8, 5) if fam == 4 else (24, 500)] * 2, "queries about it")


@test("it asks in IGMPv1: leaves do nothing")
def asks_first():
    v, ear, g, m, q = asks_in(4, 1)
    m.call("leave")
    over = gone(v, g, 0)
    within(last_report(ear, g), over["ts"], gmi(), "from the last report to the end of the group")
    same(ear.queries(4, group=g), [], "queries about it")


# ---- sources ----------------------------------------------------------------------------------------


def wanted(q, fam, g):
    x = group_of(q, fam, g)
    return sources_of(x) if x else None


@test("a kernel wants single sources: what it adds and drops", families=True)
def include(fam):
    q, host = two()
    v, ear, g, s, t = querier(q), Ear(host), ssm(fam), src(fam, 1), src(fam, 2)
    m = Member(host, fam, g)
    m.call("join_source", s)
    j = v.wait_event("join", group=g)
    same((j["filter_mode"], j["source_addresses"]), ("include", [s]), "join event")
    same(wanted(q, fam, g), ("include", {s}, set()), "state")
    same(group_of(q, fam, g)["expires"], None, "time of a group that is not in exclude mode")
    m.call("join_source", t)
    becomes(lambda: wanted(q, fam, g), ("include", {s, t}, set()), "state with another")
    host_, = group_of(q, fam, g)["hosts"]
    same((host_["filter_mode"], sorted(host_["source_addresses"])), ("include", [s, t]), "filter of the host")
    for x in group_of(q, fam, g)["sources"]:
        among(x["expires"], 0, gmi(), "time of " + x["address"])
    time.sleep(STAYS)
    same(wanted(q, fam, g), ("include", {s, t}, set()), "state after a while")
    began = time.time()
    m.call("leave_source", s)
    less = lambda: [e for e in v.of("group", group=g) if e["source_addresses"] == [t] and e["ts"] >= began]
    within(began, until(less, "no group event")[0]["ts"], LMQT, "until it is not wanted any more")
    same(wanted(q, fam, g), ("include", {t}, set()), "state without it")
    same({tuple(x.sources) for x in ear.queries(fam, group=g)}, {(s,)}, "queries about it")
    same(v.of("leave", group=g), [], "leaves")
    m.call("leave_source", t)
    e = v.wait_event("leave", group=g)
    same((e["reason"], e["hosts"]), ("said", 0), "leave event")
    within(e["ts"], gone(v, g, 0)["ts"], LMQT, "from the last source's leave to the end of the group")


@test("a kernel excludes sources: lists, and what changes them", families=True)
def exclude(fam):
    q, host = two()
    v, g, a, b, c = querier(q), group(fam, 8), src(fam, 1), src(fam, 2), src(fam, 5)
    m = Member(host, fam, g)
    m.call("join")
    same(v.wait_event("join", group=g)["filter_mode"], "exclude", "mode of the join event")
    m.filter(True, a, b)  # BLOCK: asked about, and excluded when nobody wants them
    becomes(lambda: wanted(q, fam, g), ("exclude", set(), {a, b}), "state", LMQT + 8)
    both = lambda: [x for x in v.of("group", group=g) if sorted(x["excluded_addresses"]) == [a, b]]
    e = until(both, "no event")[0]
    same((e["present"], e["filter_mode"], e["source_addresses"]), (True, "exclude", []), "group event")
    time.sleep(STAYS)
    same(wanted(q, fam, g), ("exclude", set(), {a, b}), "state after a while")
    m.call("unblock", a)  # ALLOW: wanted from now on, by name until the next answer to a query
    becomes(lambda: wanted(q, fam, g)[2], {b}, "excluded")
    m.filter(False, c)  # TO_IN: the group timer runs out in a last member query time
    becomes(lambda: wanted(q, fam, g), ("include", {c}, set()), "state as include", LMQT + 8)
    host_, = group_of(q, fam, g)["hosts"]
    same((host_["filter_mode"], host_["source_addresses"]), ("include", [c]), "filter of the host")
    m.filter(True)
    becomes(lambda: wanted(q, fam, g)[0], "exclude", "mode")
    same(v.of("leave", group=g), [], "leaves")
    m.filter(False)
    e = v.wait_event("leave", group=g)
    within(e["ts"], gone(v, g, e["ts"])["ts"], LMQT, "from the leave to the end of the group")


# ---- more than one host -----------------------------------------------------------------------------


def crowd(fam, version=0):
    nodes = q, a, b = Node("querier"), Node("a"), Node("b")
    lan(*nodes)
    for n in a, b:
        if version:
            force(n, fam, version)
    return nodes


@test("two hosts: one leaves and the group stays, the other leaves and it ends", families=True)
def hosts(fam):
    q, a, b = crowd(fam)
    v, g = querier(q), group(fam)
    members = [Member(n, fam, g) for n in (a, b)]
    for m, n, number in zip(members, (a, b), (1, 2)):
        m.call("join")
        same(v.wait_event("join", group=g, address=local(n, fam))["hosts"], number, "hosts")
    same(hosts_of(q, fam, g), sorted(local(n, fam) for n in (a, b)), "hosts in --status")
    members[0].call("leave")
    e = v.wait_event("leave", group=g)
    same((e["address"], e["hosts"], e["reason"]), (local(a, fam), 1, "said"), "leave event")
    time.sleep(STAYS)
    same((hosts_of(q, fam, g), v.of("group", group=g, present=False)), ([local(b, fam)], []), "hosts, ends")
    members[1].call("leave")
    e = v.wait_event("leave", group=g, address=local(b, fam))
    within(e["ts"], gone(v, g, e["ts"])["ts"], LMQT, "from the last leave to the end of the group")


@test("two hosts of the older version, one of which is silent for the other: the same", families=True)
def hosts_older(fam):
    q, a, b = crowd(fam, NEWEST[fam] - 1)
    v, g = querier(q), group(fam)
    members = [Member(n, fam, g) for n in (a, b)]
    for m in members:
        m.call("join")
    v.wait_event("join", group=g)
    time.sleep(1)
    first, second = members
    first.call("leave")  # it says so if it was the last to report, and then the other answers
    time.sleep(LMQT + 2)
    same(v.of("group", group=g, present=False), [], "ends while there is another")
    check(group_of(q, fam, g), "the group is gone while there is another")
    second.call("leave")
    gone(v, g, 0)
    same(group_of(q, fam, g), None, "the group in --status")


@test("a host of each version beside the others: the group is the oldest's", families=True)
def mixed(fam):
    q, a, b = crowd(fam)
    old = NEWEST[fam] - 1
    force(b, fam, old)
    v, g = querier(q), group(fam)
    Member(a, fam, g).call("join")
    v.wait_event("join", group=g, address=local(a, fam))
    same(group_of(q, fam, g)["version"], NEWEST[fam], "version before")
    m = Member(b, fam, g)
    m.call("join")
    v.wait_event("join", group=g, address=local(b, fam))
    becomes(lambda: group_of(q, fam, g)["version"], old, "version with an older host")
    m.call("leave")
    becomes(lambda: group_of(q, fam, g)["version"], NEWEST[fam], "version when it has gone", 15)
    same(hosts_of(q, fam, g), [local(a, fam)], "hosts")


@test("a host that vanishes is told of as expired", families=True)
def vanishes(fam):
    q, a, b = crowd(fam)
    v, ear, g = querier(q, times=FASTER), Ear(q), group(fam)
    for n in a, b:
        Member(n, fam, g).call("join")
        v.wait_event("join", group=g, address=local(n, fam))
    h = local(a, fam)
    a.ip("link set eth0 down")
    e = v.wait_event("leave", group=g, address=h, timeout=20)
    last = max(f.time for f in ear.take() if f.src == h and any(r[1] == g for r in f.records))
    same((e["reason"], e["hosts"]), ("expired", 1), "leave event")
    within(last, e["ts"], gmi(1, 0.5), "since it was heard last, and an eighth more", late=gmi(1, 0.5) / 8 + 2)
    same(hosts_of(q, fam, g), [local(b, fam)], "hosts")


# ---- the machine itself -----------------------------------------------------------------------------


def itself(q, fam, ifname):
    """The querier's own kernel is a member: heard, and asked, too."""
    v, g, h = querier(q, ifnames=(ifname,)), group(fam), local(q, fam, ifname)
    m = Member(q, fam, g, ifname)
    m.call("join")
    same(v.wait_event("join", group=g)["address"], h, "host")
    time.sleep(STAYS)
    same(hosts_of(q, fam, g, ifname), [h], "hosts after a while")
    same(v.of("leave", group=g), [], "leaves")
    m.call("leave")
    e = v.wait_event("leave", group=g)
    same((e["address"], e["reason"]), (h, "said"), "leave event")
    within(e["ts"], gone(v, g, e["ts"])["ts"], LMQT, "from the leave to the end of the group")


@test("the machine's own kernel is a member, on a veth", families=True)
def itself_veth(fam):
    itself(two()[0], fam, "eth0")


@test("the machine's own kernel is a member, on a bridge without ports", families=True)
def itself_bridge(fam):
    q, a = Node("querier"), Node("a")
    link(q, a)
    q.ip("link add br0 type bridge forward_delay 0", "link set eth0 master br0", "link set br0 up",
         "addr add 10.0.0.9/24 dev br0")
    q.addrs[4, "br0"] = "10.0.0.9"
    settle(q)
    itself(q, fam, "br0")


# ---- words ------------------------------------------------------------------------------------------


@test("the lines of its text, and of its end", families=True)
def lines(fam):
    q, host = two()
    v = querier(q, as_json=False)
    g, h, s, other = group(fam), local(host, fam), [src(fam, 1), src(fam, 2)], host_address(fam, 8)
    at = r"^\d\d:\d\d:\d\d\.\d{6} "
    said = lambda pattern: v.wait_line(lambda x: re.search(at + pattern + "$", x))
    said(r"eth0 %sv%d querier is %s, this machine" % (NAME[fam], NEWEST[fam], re.escape(local(q, fam))))
    m = Member(host, fam, g)
    m.call("join")
    said("%s joined by %s on eth0" % (re.escape(g), re.escape(h)))
    forge(host, report(fam, (ALLOW, ssm(fam), s), src=other))
    said("%s joined by %s on eth0, from %s, %s" % tuple(map(re.escape, (ssm(fam), other, *s))))
    forge(host, report(fam, (BLOCK, ssm(fam), s[1:]), src=other))
    said("%s on eth0 now from %s" % (re.escape(ssm(fam)), re.escape(s[0])))
    m.call("leave")
    said("%s left by %s on eth0" % (re.escape(g), re.escape(h)))
    said("%s has no members on eth0" % re.escape(g))
    before = len(v.lines)
    done = v.stop(signal.SIGINT)
    same((done.code, done.stderr), (0, ""), "exit code, stderr")
    last = "\n".join(done.stdout.splitlines()[before:])
    check("eth0" in last and re.search(r"\b\d+ quer", last), "no totals at the end", last)


@test("-q prints no changes, -v each message; the end event has the counters")
def how_much():
    q, host = two()
    quiet = querier(q, "-q")
    m = Member(host, 4, group(4))
    m.call("join")
    becomes(lambda: hosts_of(q, 4, group(4)), [local(host, 4)], "hosts")
    m.call("leave")
    done = quiet.stop()
    changes = ("join", "leave", "group", "querier", "query", "message")
    same([e["event"] for e in done.events if e["event"] in changes], [], "changes")
    v = Querier(q, *FASTER, "-v", "-w", 3, "eth0")
    v.opened()
    m.call("join")
    sent = v.wait_event("query", protocol="IGMP")
    same((sent["name"], sent["source"], sent["destination"], sent["sent"]),
         ("IGMPv3 query", "10.0.0.1", "224.0.0.1", True), "query event")
    check("asks" in sent["meaning"], "words of a query", sent["meaning"])
    until(lambda: [e for e in v.of("message", protocol="IGMP", source="10.0.0.2") if group(4) in e["meaning"]],
          "no message event")
    done = v.wait(15)
    same(done.code, 0, "exit code with -w")
    e = end(done)
    among(e["seconds"], 2.5, 15, "seconds")
    both = {i["protocol"]: i for i in e["interfaces"]}
    same(set(both), {"IGMP", "MLD"}, "protocols at the end")
    same(both["IGMP"]["counters"]["tx-query"], len(of(done.events, "query", protocol="IGMP")), "queries counted")
    check("groups" not in both["IGMP"], "groups in the end event")
    check(both["IGMP"]["counters"]["rx-report"] >= 1, "reports counted", both["IGMP"]["counters"])


@test("--status as text: the table", families=True)
def table(fam):
    q, host = two()
    v, g, s = querier(q), ssm(fam), src(fam, 1)
    Member(host, fam, g).call("join_source", s)
    m = Member(host, fam, group(fam))
    m.call("join")
    m.call("block", src(fam, 3))
    v.wait_event("join", group=g)
    becomes(lambda: wanted(q, fam, group(fam)), ("exclude", set(), {src(fam, 3)}), "state", LMQT + 8)
    done = run(q, "--status", "eth0")
    same((done.returncode, done.stderr), (0, ""), "exit code, stderr")
    check(re.search(r"^GROUP +MODE +VERSION +EXPIRES +SOURCES +HOSTS$", done.stdout, re.M), "no head", done.stdout)
    h = re.escape(local(host, fam))
    row = r"^%s +include +%d +- +%s \([\d.]+\) +%s$" % (re.escape(g), NEWEST[fam], re.escape(s), h)
    check(re.search(row, done.stdout, re.M), "no row of an include group", done.stdout)
    g, s = group(fam), src(fam, 3)
    row = r"^%s +exclude +%d +[\d.]+ +%s \(-\) +%s$" % (re.escape(g), NEWEST[fam], re.escape(s), h)
    check(re.search(row, done.stdout, re.M), "no row of an exclude group", done.stdout)
    check(local(q, fam) in done.stdout, "the querier is not told", done.stdout)


if __name__ == "__main__":
    main(abreast=8)
