#!/usr/bin/env python3
"""
t_querier_bridge.py - `mcast querier` and the Linux bridge: a snooping switch that lacks a querier, or has its own.

A bridge that never heard a querier floods, so that nothing fails. Traffic dies where one was heard and went
away, when what the bridge learned ages out, and it never arrives where unknown groups are not flooded, as hardware
switches do it. The first is the one test with which a querier on a port can be told from none: what a port with
mcast_flood off does not pass are queries, too.
"""
import time

from cases import NAME, group, ssm
from frames import NEWEST, query
from kernels import Member, force, forge, local, src, until
from querying import (FASTER, Ear, Flow, becomes, bridged, gmi, group_of, hosts_of, numbered, querier, renumber,
                      side, sources_of, switch, within)
from rig import Node
from tap import among, check, main, same, test

AGES = dict(mcast_membership_interval=300, mcast_querier_interval=6000)  # hundredths of a second
OTHERS = {4: "0.0.0.0", 6: "::"}


def nodes(*names):
    return [Node(n) for n in names]


# ---- a switch that lacks a querier ------------------------------------------------------------------


def lacking():
    """A sender, a member, a bystander and one for a querier, on a bridge whose knowledge ages in 3 s."""
    four = nodes("sender", "member", "bystander", "querier")
    return (*four, switch(*four, **AGES))


def heard_once(q, fam):
    forge(q, query(fam, code=1 if fam == 4 else 100, src=numbered(fam, 9)))


def sees(ear, seconds=1):
    """How many datagrams of the flow passed an interface within so long from now."""
    before = len(ear.udp(port=5000))
    time.sleep(seconds)
    return len(ear.udp(port=5000)) - before


@test("without a querier: traffic is flooded, and dies when one was heard and has gone", families=True)
def dies(fam):
    sender, member, bystander, q, _ = lacking()
    flow, ear = Flow(sender, member, fam, group(fam)), Ear(bystander)
    flow.begins()
    check(sees(ear) >= 4, "a bridge that knows of no querier does not flood: this test shows nothing")
    heard_once(q, fam)
    time.sleep(1)
    flow.begins()
    same(sees(ear, 0.5), 0, "datagrams that a bystander sees while the bridge snoops")
    flow.dies()


@test("with mcast querier on another port it lives, nobody else sees it, and it dies without", families=True)
def lives(fam):
    sender, member, bystander, q, _ = lacking()
    flow, ear = Flow(sender, member, fam, group(fam)), Ear(bystander)
    v = querier(q, times=FASTER)
    until(lambda: sees(ear, 0.5) == 0, "the bridge does not begin to snoop")
    before = len(ear.udp(port=5000))
    flow.lives(7)
    same(len(ear.udp(port=5000)) - before, 0, "datagrams that a bystander saw")
    same(hosts_of(q, fam, group(fam)), [local(member, fam)], "hosts")
    same(v.stop().code, 0, "exit code")
    flow.dies()


# ---- the bridge device itself -------------------------------------------------------------------------


@test("on the bridge device of a switch that floods nothing: it lives, nobody else sees it", families=True)
def flood_off(fam):
    three = sender, member, bystander = nodes("sender", "member", "bystander")
    sw = switch(*three, at=9, **AGES)
    for port in range(len(three)):
        sw.ip("link set p%d type bridge_slave mcast_flood off" % port)
    flow, ear = Flow(sender, member, fam, group(fam)), Ear(bystander)
    time.sleep(1.5)
    same(len(flow.times), 0, "datagrams that arrived without a querier")
    v = querier(sw, ifnames=("br0",), times=FASTER)
    flow.begins()
    flow.lives(7)
    same(len(ear.udp(port=5000)), 0, "datagrams that a bystander saw")
    same(hosts_of(sw, fam, group(fam), "br0"), [local(member, fam)], "hosts")
    same(v.stop().code, 0, "exit code")
    flow.dies()


@test("on the bridge device: hosts of every version behind ports are seen, and its own kernel", families=True)
def versions(fam):
    hosts = nodes("newest", "older", "oldest")
    for n, h in enumerate(hosts):
        h.version = max(NEWEST[fam] - n, 1)
        h.sysctl("net.ipv4.igmp_qrv", 1)  # an IGMPv1 host says once only that it joins: what follows are answers
    sw = switch(*hosts, at=9)
    for h in hosts[1:]:
        force(h, fam, h.version)
    v = querier(sw, "--robustness-variable", 7, ifnames=("br0",))
    for n, h in enumerate(hosts, 1):
        Member(h, fam, group(fam, n)).call("join")
        same(v.wait_event("join", group=group(fam, n))["address"], local(h, fam), "host")
    Member(hosts[0], fam, ssm(fam)).call("join_source", src(fam))
    v.wait_event("join", group=ssm(fam))
    Member(sw, fam, group(fam, 9), "br0").call("join")
    same(v.wait_event("join", group=group(fam, 9))["address"], numbered(fam, 9), "host")
    time.sleep(gmi(robustness=7) + 1)
    for n, h in enumerate(hosts, 1):
        x = group_of(sw, fam, group(fam, n), "br0")
        same((x["version"], [y["address"] for y in x["hosts"]]), (h.version, [local(h, fam)]), "group of " + h.name)
    same(sources_of(group_of(sw, fam, ssm(fam), "br0")), ("include", {src(fam)}, set()), "sources")
    same(hosts_of(sw, fam, group(fam, 9), "br0"), [numbered(fam, 9)], "the machine's own")
    same([e for e in v.of("leave") if e["group"] in [group(fam, n) for n in (1, 2, 3, 9)]], [], "leaves")


@test("--listen-only on the bridge device, a querier behind a port: hosts of both versions are seen", families=True)
def listens(fam):
    hosts = newest, older = nodes("newest", "older")
    q = Node("querier")
    sw = switch(*hosts, q, at=9)
    force(older, fam, NEWEST[fam] - 1)
    querier(q)
    v = querier(sw, "--listen-only", ifnames=("br0",))
    v.is_querier(fam, local(q, fam), self=False)
    for n, h in enumerate(hosts, 1):
        Member(h, fam, group(fam, n)).call("join")
        same(v.wait_event("join", group=group(fam, n))["address"], local(h, fam), "host")
    time.sleep(gmi() + 2)
    same([hosts_of(sw, fam, group(fam, n), "br0") for n in (1, 2)], [[local(h, fam)] for h in hosts], "hosts")


# ---- the bridge's own querier -------------------------------------------------------------------------


# The intervals first, the querier last: switching it on begins a time of holding off.
OWN = dict(mcast_query_interval=100, mcast_query_response_interval=50, mcast_startup_query_interval=50,
           mcast_query_use_ifaddr=1, mcast_igmp_version=3, mcast_mld_version=2)


def rivals(fam, mine, bridges, **bridge):
    """A querier's node, a host that sees who asks, and a bridge that asks, from these numbers."""
    q, host = nodes("querier", "host")
    sw = switch(q, host, at=bridges, **dict(OWN, **bridge))
    renumber(q, mine)
    renumber(host, 50)
    ear = Ear(host)
    bridged(sw, mcast_querier=1)
    ear.asked(fam, numbered(fam, bridges), timeout=15)
    return q, sw, ear


@test("against a bridge with a higher address: the bridge falls silent, and asks again afterwards", families=True)
def bridge_higher(fam):
    q, sw, ear = rivals(fam, 1, 5, mcast_querier_interval=600)
    v, mine = querier(q), numbered(fam, 1)
    ear.asked(fam, mine)
    time.sleep(1)
    ear.only(fam, mine, 5)
    same({e["address"] for e in v.of("querier", protocol=NAME[fam])}, {mine}, "queriers that it told of")
    s = side(q, fam)
    same((s["querier"]["self"], s["other_querier_present"]), (True, None), "status")
    since = time.time()
    bridged(sw, mcast_querier_interval=50)  # now it asks again, between two queries of this one
    ear.asked(fam, numbered(fam, 5), since)
    since = time.time()
    time.sleep(5)
    same(ear.askers(fam, since), {mine, numbered(fam, 5)}, "who asks")
    check(ear.pauses(fam, mine, since) < 4, "it was silenced by a higher address", ear.queries(fam, since))
    same({e["address"] for e in v.of("querier", protocol=NAME[fam])}, {mine}, "queriers that it told of")
    since = time.time()
    v.stop()
    ear.asked(fam, numbered(fam, 5), since, timeout=20)


@test("against a bridge with a lower address: it yields, takes over when that stops, yields again", families=True)
def bridge_lower(fam):
    q, sw, ear = rivals(fam, 9, 5, mcast_querier_interval=50)
    mine, bridges = numbered(fam, 9), numbered(fam, 5)
    v = querier(q)
    e = v.is_querier(fam, bridges)
    same((e["self"], e["ifname"]), (False, "eth0"), "querier event")
    time.sleep(0.5)
    ear.only(fam, bridges, 4)
    s = side(q, fam)
    same((s["querier"]["address"], s["querier"]["self"], s["querier"]["version"], s["next_query"], s["address"]),
         (bridges, False, NEWEST[fam], None, mine), "status")
    # RFC 9776 8.5 with the bridge's own interval, 1 s, and robustness, 2.
    same([s[k] for k in ("query_interval", "robustness_variable", "other_querier_present_interval")], [1, 2, 2.5],
         "intervals")
    among(s["other_querier_present"], 0, 2.5, "the other's time")
    stopped = time.time()
    bridged(sw, mcast_querier=0)
    e = v.is_querier(fam, mine, since=stopped)
    same((e["self"], e["previous"]), (True, bridges), "querier event when it takes over")
    last = ear.queries(fam, group=None, src=bridges)[-1].time
    within(last, ear.asked(fam, mine, stopped).time, 2.5, "from the last query to one of its own")
    ear.only(fam, mine, 3)
    again = time.time()
    bridged(sw, mcast_querier=1)
    v.is_querier(fam, bridges, since=again, self=False, previous=mine)
    time.sleep(0.5)
    ear.only(fam, bridges, 3)
    check(side(q, fam)["elections"] >= 3, "elections counted", side(q, fam)["elections"])


@test("0.0.0.0 never wins: a bridge as it is by default, and one that does not stop")
def nobody_wins():
    q, host = nodes("querier", "host")
    sw = switch(q, host, mcast_query_interval=100, mcast_query_response_interval=50, mcast_startup_query_interval=50,
                mcast_querier_interval=600)
    renumber(q, 9)
    ear = Ear(host)
    bridged(sw, mcast_querier=1)
    ear.asked(4, OTHERS[4], timeout=15)
    v = querier(q)
    ear.asked(4, numbered(4, 9))
    since = time.time()
    for _ in range(12):
        forge(host, query(4, 2, code=10, src="0.0.0.0"))
        forge(host, query(4, code=10, src="0.0.0.0"))
        time.sleep(0.5)
    check(ear.pauses(4, numbered(4, 9), since) < 5, "it does not ask in time", ear.queries(4, since))
    same([(e["address"], e["self"]) for e in v.of("querier", protocol="IGMP")], [(numbered(4, 9), True)], "queriers")
    s = side(q, 4)
    same((s["querier"]["address"], s["elections"] <= 1), (numbered(4, 9), True), "querier, elections")


@test("on a bridge that has a querier of its own: that is said, and so is its use of the same address")
def bridges_own():
    h, = nodes("host")
    sw = switch(h, at=9, **OWN)
    bridged(sw, mcast_querier=1)
    v = querier(sw, ifnames=("br0",))
    w = v.wait_event("warning", warning="bridge-querier")
    check(w["ifname"] == "br0" and "mcast_querier" in w["text"], "words", w["text"])
    forge(h, query(4, src=numbered(4, 9)))
    w = v.wait_event("warning", warning="self", protocol="IGMP")
    same(w["address"], numbered(4, 9), "address")
    check(side(sw, 4, "br0")["counters"].get("rx-own-query", 0) >= 1, "not counted")
    e = v.is_querier(4, numbered(4, 9))
    same(e["self"], True, "who the querier is")
    v.stop()
    v = querier(sw, ifnames=("br0",), as_json=False)
    until(lambda: any("mcast_querier" in s for s in list(v.errors)), "nothing on stderr")


# ---- two of them ----------------------------------------------------------------------------------------


@test("two of them: the lower asks, is taken over from in time when it stops, and takes back", families=True)
def two(fam):
    both = low, high = nodes("low", "high")
    host = Node("host")
    switch(*both, host)
    renumber(low, 3)
    renumber(high, 7)
    renumber(host, 50)
    ear, lower, higher = Ear(host), numbered(fam, 3), numbered(fam, 7)
    v, w = querier(high), querier(low)
    Member(host, fam, group(fam)).call("join")
    e = v.is_querier(fam, lower)
    same((e["self"], e["previous"]), (False, higher), "querier event")
    time.sleep(0.5)
    ear.only(fam, lower, 5)
    s = side(high, fam)
    same((s["querier"]["address"], s["querier"]["self"], s["next_query"]), (lower, False, None), "status")
    same([hosts_of(n, fam, group(fam)) for n in both], [[local(host, fam)]] * 2, "hosts, by either")
    same({e["address"] for e in w.of("querier", protocol=NAME[fam])}, {lower}, "queriers that the lower told of")
    stopped = time.time()
    w.stop()
    last = ear.queries(fam, group=None, src=lower)[-1].time
    v.is_querier(fam, higher, since=stopped, self=True, previous=lower)
    within(last, ear.asked(fam, higher, stopped).time, s["other_querier_present_interval"], "until it takes over")
    same(s["other_querier_present_interval"], 4.5, "other querier present interval")
    again = time.time()
    querier(low)
    v.is_querier(fam, lower, since=again, self=False)
    time.sleep(0.5)
    ear.only(fam, lower, 3)
    becomes(lambda: [hosts_of(n, fam, group(fam)) for n in both], [[local(host, fam)]] * 2, "hosts, by either")
    same(v.of("leave", group=group(fam)), [], "leaves that the one told of that ran all the time")


if __name__ == "__main__":
    main(abreast=8)
