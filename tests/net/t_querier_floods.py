#!/usr/bin/env python3
"""t_querier_floods.py - `mcast querier` and packets that are wrong, unwanted, or too many."""
import functools
import signal
import time

import frames
from cases import NAME, group, ssm
from frames import NEWEST, old_report, query, report
from kernels import Member, forge, local, until
from querying import (FASTER, LMQT, QI, Ear, becomes, count, flood, group_of, hosts_of, numbered_group, querier,
                      side, sources_of, two)
from rig import wait_until
from tap import among, check, main, same, test
from verbs import end
from wire import ALLOW, TO_EX, TO_IN


# ---- what is dropped --------------------------------------------------------------------------------


@test("--verify-source-subnet: reports from elsewhere are dropped and counted, 0.0.0.0's are not")
def subnet():
    q, host = two()
    for args, wanted in ([], [True, True, True]), (["--verify-source-subnet"], [False, True, True]):
        v = querier(q, *args, families=(4,))
        for n, a in enumerate(("192.0.2.7", "0.0.0.0", "10.0.0.200"), 1):
            forge(host, report(4, (TO_EX, group(4, n)), src=a))
        v.wait_event("join", group=group(4, 3))
        same([group_of(q, 4, group(4, n)) is not None for n in (1, 2, 3)], wanted, "groups with %s" % args)
        same(count(q, 4, "rx-bad-sender"), wanted.count(False), "counted with %s" % args)
        if args:  # A subnet that comes while it runs is one of them.
            q.ip("addr add 192.0.2.1/24 dev eth0")

            def said():
                forge(host, report(4, (TO_EX, group(4, 1)), src="192.0.2.7"))
                return v.of("join", group=group(4, 1))
            until(said, "reports from the subnet of an address that came later are dropped")
        v.stop()


@test("a querier from no subnet of the interface wins, and is warned of; --verify-source-subnet keeps it out")
def foreign():
    q, host = two()
    v = querier(q, families=(4,))
    forge(host, query(4, src="1.2.3.4"))
    v.wait_event("querier", address="1.2.3.4")
    check("1.2.3.4" in v.wait_event("warning", warning="foreign-querier")["text"], "who it is")
    v.stop()
    v = querier(q, "--verify-source-subnet", families=(4,))
    forge(host, query(4, src="1.2.3.4"))
    becomes(lambda: count(q, 4, "rx-bad-sender"), 1, "counted")
    same([e["address"] for e in v.of("querier")], [local(q, 4)], "queriers")


@test("--require-router-alert: IGMPv3 reports without it are dropped and counted")
def router_alert():
    q, host = two()
    for args, kept in ([], True), (["--require-router-alert"], False):
        v = querier(q, *args, families=(4,))
        forge(host, report(4, (TO_EX, group(4, 1)), src="10.0.0.7", alert=False))
        forge(host, old_report(4, group(4, 2), src="10.0.0.7", alert=False))
        forge(host, report(4, (TO_EX, group(4, 3)), src="10.0.0.7"))
        v.wait_event("join", group=group(4, 3))
        same(group_of(q, 4, group(4, 1)) is not None, kept, "whether the report counts with %s" % args)
        same(count(q, 4, "rx-no-ra"), 0 if kept else 1, "counted with %s" % args)
        v.stop()


def wrong4(g):
    """Packets that are dropped, by cause; every one would make a group, or change the querier."""
    bad = functools.partial(report, 4, (TO_EX, g), src="10.0.0.7")
    ask4 = functools.partial(query, 4, src="10.0.0.99")
    octets = lambda n: frames.igmp(0x11, 10, bytes(n - 4), src="10.0.0.1", dst="224.0.0.1")
    return {
        "rx-bad-checksum": [bad(sum_=1), ask4(sum_=1), old_report(4, g, src="10.0.0.7", sum_=1)],
        "rx-bad-length": [octets(9), octets(10), octets(11)],
        "rx-truncated": [bad(n=2), bad(cut=4), ask4(n=4, group=g),
                         report(4, (TO_EX, g, [], b"", 3), src="10.0.0.7")],
        "rx-malformed": [ask4(sources=["10.9.0.1"])],
        "rx-bad-group": [ask4(group="10.1.1.1", dst="224.0.0.1"), old_report(4, "10.1.1.1", src="10.0.0.7", dst=g)],
        "rx-own-query": [query(4, src="10.0.0.1")],
    }


def wrong6(g):
    bad = functools.partial(report, 6, (TO_EX, g), src="fe80::7")
    ask6 = functools.partial(query, 6, src="fe80::99")
    return {
        "rx-bad-checksum": [bad(sum_=1), ask6(sum_=1)],
        "rx-truncated": [bad(n=2), bad(cut=4), report(6, (TO_EX, g, [], b"", 3), src="fe80::7")],
        "rx-malformed": [ask6(sources=["2001:db8::1"])],
        "rx-bad-length": [ask6(version=1, extra=bytes(n)) for n in (1, 2, 3)],
        "rx-bad-hoplimit": [bad(ttl=2), ask6(ttl=255)],
        "rx-no-ra": [bad(alert=False), ask6(alert=False)],
        "rx-bad-sender": [bad(src="2001:db8::7"), bad(src="::"), ask6(src="2001:db8::1")],
    }


@test("packets that are wrong do nothing, and each is counted by its cause", families=True)
def wrong(fam):
    q, host = two()
    v, g, mine = querier(q, families=(fam,)), group(fam), local(q, fam)
    packets = (wrong4 if fam == 4 else wrong6)(g)
    if fam == 6:
        packets["rx-own-query"] = [query(6, src=mine)]
    before = side(q, fam)["counters"]
    for list_ in packets.values():
        for p in list_:
            forge(host, p)
    forge(host, report(fam, (TO_EX, group(fam, 9)), src=frames.host(fam)))
    v.wait_event("join", group=group(fam, 9))
    after = side(q, fam)["counters"]
    risen = {k: after[k] - before.get(k, 0) for k in after if k.startswith("rx-") and after[k] != before.get(k)}
    same({k: n for k, n in risen.items() if k in packets}, {k: len(p) for k, p in packets.items()}, "counted")
    same(set(risen) - set(packets) - {"rx-report"}, set(), "counted besides")
    same([e["address"] for e in v.of("querier", protocol=NAME[fam])], [mine], "queriers")
    same(group_of(q, fam, g), None, "the group of the packets")
    w = v.wait_event("warning", warning="self")
    same(w["address"], mine, "address of a query from its own")
    e = v.stop().events[-1]
    both = {i["protocol"]: i["counters"] for i in e["interfaces"]}
    same({k: both[NAME[fam]].get(k) for k in packets}, {k: after[k] for k in packets}, "counters at the end")


@test("records that are wrong are skipped, the others count; reports of single sources' groups, too", families=True)
def records(fam):
    q, host = two()
    v, any_ = querier(q, families=(fam,)), "224.0.0.5" if fam == 4 else "ff02::5"
    bad_source = "255.255.255.255" if fam == 4 else "ff02::9"
    forge(host, report(fam, (9, group(fam, 1)), (TO_IN, group(fam, 2), [bad_source]), (TO_EX, ssm(fam)),
                       (TO_EX, group(fam, 3)), src=frames.host(fam)))
    forge(host, report(fam, src=frames.host(fam)))
    forge(host, old_report(fam, ssm(fam, 2), src=frames.host(fam)))
    forge(host, report(fam, (TO_EX, any_), src=frames.host(fam)))
    v.wait_event("join", group=group(fam, 3))
    becomes(lambda: hosts_of(q, fam, any_), [frames.host(fam)], "hosts of a group of the link")
    same([group_of(q, fam, g) for g in (group(fam, 1), group(fam, 2), ssm(fam), ssm(fam, 2))], [None] * 4, "groups")
    c = side(q, fam)["counters"]
    same([c.get(k) for k in ("rx-unknown-record", "rx-bad-source", "rx-empty-report")], [1, 1, 1], "counted")
    check(c.get("rx-ssm", 0) >= 1, "not counted", c)
    v.wait_event("warning", warning="ssm", protocol=NAME[fam])


@test("queries of an older version are warned of, once, and change nothing", families=True)
def older_query(fam):
    q, host = two()
    v, ear = querier(q, families=(fam,)), Ear(host)
    a = "10.0.0.99" if fam == 4 else "fe80::ffff:ffff:ffff:ffff"
    for _ in range(20):
        forge(host, query(fam, NEWEST[fam] - 1, src=a, code=10))
    w = v.wait_event("warning", warning="older", protocol=NAME[fam])
    same((w["address"], w["version"], w["ifname"]), (a, NEWEST[fam] - 1, "eth0"), "warning")
    since = time.time()
    ear.asked(fam, local(q, fam), since)
    same((len(v.of("warning", warning="older")), ear.queries(fam, since)[-1].size), (1, 12 if fam == 4 else 28),
         "warnings, octets of a query")


@test("queries of a newer version, and of no or a wrong sender, are warned of", families=True)
def other_warnings(fam):
    q, host = two()
    v = querier(q, "--igmp-version", 2, "--mld-version", 1, families=(fam,))
    a = "10.0.0.99" if fam == 4 else "fe80::ffff:ffff:ffff:ffff"
    forge(host, query(fam, src=a))
    w = v.wait_event("warning", warning="newer", protocol=NAME[fam])
    same((w["address"], w["version"]), (a, NEWEST[fam]), "warning")
    forge(host, query(fam, src="224.0.0.9" if fam == 4 else "2001:db8::9"))
    becomes(lambda: count(q, fam, "rx-bad-sender"), 1, "counted")
    if fam == 6:  # RFC 9777 5.1.14
        v.wait_event("warning", warning="sender", protocol="MLD")
    same([e["address"] for e in v.of("querier")], [local(q, fam)], "queriers")


@test("a robustness variable of 1 is warned of")
def robustness():
    q, host = two()
    v = querier(q, "--robustness-variable", 1)
    v.wait_event("warning", warning="robustness")
    same(side(q, 4)["robustness_variable"], 1, "status")


@test("what has a VLAN tag is of another link, and not heard", families=True)
def vlan(fam):
    q, host = two()
    v = querier(q, families=(fam,))
    forge(host, report(fam, (TO_EX, group(fam)), src=frames.host(fam)), (10,))
    forge(host, report(fam, (TO_EX, group(fam, 2)), src=frames.host(fam)))
    v.wait_event("join", group=group(fam, 2))
    same(group_of(q, fam, group(fam)), None, "the group on the VLAN")


# ---- floods -----------------------------------------------------------------------------------------


def bounded(v, before, most=24 << 10):
    """Its memory has grown by no more, in KiB; what a sanitizer needs besides is not looked at."""
    if not sanitized(v):
        among(v.memory() - before, -1 << 30, most, "KiB more than before")


def sanitized(v):
    with open("/proc/%d/maps" % v.proc.pid) as f:
        return "libasan" in f.read()


def on_time(ear, fam, mine, since):
    """It asked all the while."""
    wait_until(lambda: time.time() - since > 2.5 * QI, 10)
    check(ear.pauses(fam, mine, since) < QI + 3, "it did not ask in time", ear.queries(fam, since, group=None))


@test("a flood of groups: the limit holds, is counted and told once, and it asks on time", families=True)
def groups(fam):
    q, host = two()
    v, ear, since, many = querier(q, "--max-groups", 500, families=(fam,)), Ear(host), time.time(), 20000
    memory = v.memory()
    step = 50
    flood(host, (report(fam, *[(TO_EX, numbered_group(n + i, fam)) for i in range(step)], src=frames.host(fam))
                 for n in range(0, many, step)))
    until(lambda: side(q, fam)["counters"].get("rx-report", 0) >= many // step, "not all reports were heard", 20)
    s = side(q, fam)
    # What the kernels themselves have joined takes places, and is said again, too.
    same((s["number_of_groups"], len(s["groups"]), s["packets_lost"]), (500, 500, 0), "groups, packets lost")
    among(s["counters"]["group-limit"], many - 500, many - 400, "records over the limit")
    w = v.wait_event("warning", warning="groups")
    same((len(v.of("warning", warning="groups")), w["protocol"]), (1, NAME[fam]), "warnings")
    bounded(v, memory)
    among(s["memory"], 1, 4 << 20, "octets that it says it holds")
    on_time(ear, fam, local(q, fam), since)


@test("records of 366 sources in one packet, and ever new sources: the limit holds", families=True)
def sources(fam):
    q, host = two()
    for n in q, host:
        n.ip("link set eth0 mtu 9000")
    v, ear, since, g = querier(q, families=(fam,)), Ear(host), time.time(), group(fam)
    a = lambda i: "10.%d.%d.%d" % (1 + i // 65536, i // 256 % 256, i % 256) if fam == 4 else \
        "2001:db8::%x:%x" % (1 + i // 65536, i % 65536)
    s = lambda first, n: [a(i) for i in range(first + 1, first + n + 1)]
    forge(host, report(fam, (TO_IN, ssm(fam), s(0, 366)), src=frames.host(fam)))
    becomes(lambda: len(group_of(q, fam, ssm(fam))["sources"]) if group_of(q, fam, ssm(fam)) else 0, 366, "sources")
    same(v.of("warning", warning="sources"), [], "warnings")
    memory, many = v.memory(), 400
    flood(host, (report(fam, (ALLOW, g, s(n * 366, 366)), src=frames.host(fam)) for n in range(many)))
    until(lambda: side(q, fam)["counters"].get("rx-report", 0) >= many + 1, "not all reports were heard", 20)
    mode, named, excluded = sources_of(group_of(q, fam, g))
    same((mode, excluded), ("exclude", set()), "a group with too many sources: mode, excluded")
    among(len(named), 0, 1000, "sources that it keeps by name")
    check(side(q, fam)["counters"].get("source-limit", 0) >= 1, "not counted", side(q, fam)["counters"])
    w = v.wait_event("warning", warning="sources")
    same((len(v.of("warning", warning="sources")), w["group"]), (1, g), "warnings")
    bounded(v, memory)
    on_time(ear, fam, local(q, fam), since)


@test("packets that the ring has no room for are counted and told of, and it goes on")
def lost_packets():
    q, host = two()
    v, ear = querier(q, "--rcvbuf", "256K", families=(4,)), Ear(host)
    v.send_signal(signal.SIGSTOP)
    flood(host, (report(4, (TO_EX, group(4)), src="10.0.0.7") for n in range(15000)))
    v.send_signal(signal.SIGCONT)
    v.wait_event("warning", warning="lost-packets", timeout=20)
    until(lambda: side(q, 4)["packets_lost"] > 0, "--status does not say so")
    check(group_of(q, 4, group(4)), "nothing was heard")
    ear.asked(4, local(q, 4), time.time())
    check(end(v.stop())["interfaces"][0]["packets_lost"] > 0, "not told at the end")


@test("a flood of hosts: the limit holds, is counted and told once", families=True)
def hosts(fam):
    q, host = two()
    v, ear, since = querier(q, "--max-hosts", 1000, families=(fam,)), Ear(host), time.time()
    g, many = group(fam), 5000
    memory = v.memory()
    a = lambda n: "10.0.%d.%d" % (16 + n // 250, 1 + n % 250) if fam == 4 else "fe80::5:%x" % (n + 1)
    flood(host, (report(fam, (TO_EX, g), src=a(n)) for n in range(many)))
    until(lambda: side(q, fam)["counters"].get("rx-report", 0) >= many, "not all reports were heard", 20)
    s = side(q, fam)
    among(s["number_of_hosts"], 990, 1000, "hosts")
    among(s["counters"].get("host-limit", 0), many - 1000, many - 900, "over the limit")
    check(group_of(q, fam, g), "the group is not there")
    v.wait_event("warning", warning="hosts")
    same(len(v.of("warning", warning="hosts")), 1, "warnings")
    bounded(v, memory)
    on_time(ear, fam, local(q, fam), since)


@test("--max-hosts 0: no hosts are kept, groups are", families=True)
def no_hosts(fam):
    q, host = two()
    v = querier(q, "--max-hosts", 0, families=(fam,))
    m = Member(host, fam, group(fam))
    m.call("join")
    becomes(lambda: hosts_of(q, fam, group(fam)), [], "hosts")
    m.call("leave")
    becomes(lambda: group_of(q, fam, group(fam)), None, "the group", LMQT + 8)
    same(v.of("warning"), [], "warnings")


@test("queries from thousands of addresses: it goes on asking, and its memory is bounded", families=True)
def askers(fam):
    q, host = two()
    v, ear, since, many = querier(q, families=(fam,)), Ear(host), time.time(), 6000
    memory, mine = v.memory(), local(q, fam)
    higher = lambda n: "10.%d.%d.%d" % (1 + n // 65536, n // 256 % 256, n % 256) if fam == 4 else \
        "fe80::ffff:ffff:0:%x" % (n + 1)
    flood(host, (query(fam, src=higher(n), code=10 if fam == 4 else 1000) for n in range(many)))
    until(lambda: side(q, fam)["counters"].get("rx-query", 0) >= many, "not all queries were heard", 20)
    same([e["address"] for e in v.of("querier", protocol=NAME[fam])], [mine], "queriers")
    bounded(v, memory)
    on_time(ear, fam, mine, since)


@test("queries from ever lower addresses: it yields, and takes over when they are silent", families=True)
def lower(fam):
    q, host = two()
    v, ear, many = querier(q, times=FASTER, families=(fam,)), Ear(host), 3000
    memory, mine = v.memory(), local(q, fam)
    a = lambda n: "9.0.%d.%d" % (n // 250, 1 + n % 250) if fam == 4 else "fe80::%x" % (n + 1)
    begin = time.time()
    flood(host, (query(fam, src=a(n), code=5 if fam == 4 else 500, qqic=1) for n in reversed(range(many))))
    until(lambda: side(q, fam)["elections"] >= many, "elections counted", 20)
    v.is_querier(fam, mine, 20, since=begin, self=True)
    ear.asked(fam, mine, begin)
    bounded(v, memory)


if __name__ == "__main__":
    main(abreast=8)
