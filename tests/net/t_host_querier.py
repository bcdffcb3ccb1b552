#!/usr/bin/env python3
"""t_host_querier.py - `mcast host` and `mcast querier` on one link: packets are lost, hosts are many."""
import functools
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import frames
from kernels import forge
from lossy import FAMILIES, Wire, all_but, every, has_nft, kind_of
from querying import becomes, gmi, options, querier, side
from rig import Node, lan, link, wait_until
from tap import Skip, among, check, main, same, test
from verbs import PATIENCE, host, of
from wire import IS_EX, TO_EX, Capture

INTERVAL, RESPONSE, LAST = 2, 1, 0.5
ASM = {4: "239.1.2.3", 6: "ff15::1:23"}
SSM = {4: "232.1.1.1", 6: "ff3e::8000:1"}
SOURCE = {4: "10.9.0.1", 6: "2001:db8::1"}
HOSTS = {4: ["10.0.0.%d" % n for n in (16, 17, 18)], 6: ["fe80::16:%d" % n for n in (1, 2, 3)]}
EVERYBODY = HOSTS[4] + HOSTS[6]
SLACK = 4  # seconds: the machine is shared


# ---- the wire itself -------------------------------------------------------------------------------


def loses(by):
    """Frames of each kind in each family are forged at one end, counted at the other."""
    a, b = Node("a"), Node("b")
    wire = Wire(a, b, by=by)
    sender = frames.host(4, 7), frames.host(6, 7)
    wire.lose(a, "general", every(4))
    wire.lose(a, "specific", all_but(3, 1))
    wire.lose(a, "answer", every(2, 0), senders=sender)
    wire.lose(a, "change", all_but(4, 3), senders=sender)
    capture = Capture(b)
    for fam in FAMILIES:
        g = ASM[fam]
        packets = [frames.query(fam), frames.query(fam, group=g), frames.query(fam, group=g, sources=[SOURCE[fam]]),
                   frames.report(fam, (IS_EX, g)), frames.report(fam, (TO_EX, g)),
                   frames.report(fam, (TO_EX, g), src=frames.host(fam, 8))]
        for packet in packets * 12:
            forge(a, packet)
    # Of 12 general, 24 other queries, 12 answers, 12 changes and 12 of another sender these get through.
    all_ = 2 * (9 + 8 + 6 + 3 + 12)
    senders = {frames.host(fam, n) for fam in FAMILIES for n in (1, 7, 8)}
    arrived = lambda: len([f for f in capture.take() if f.fam and f.src in senders and kind_of(f)])
    wait_until(lambda: arrived() >= all_, PATIENCE)
    same([n for _, n in wire.lost()], [3, 3, 16, 16, 6, 6, 9, 9], "lost by each rule")
    time.sleep(0.2)
    same(arrived(), all_, "what came through")


@test("the wire loses what it is told to, by a relay")
def by_relay():
    loses("relay")


@test("the wire loses what it is told to, by nft")
def by_nft():
    probe = lan(Node("a"), Node("b"))
    if not shutil.which("nft") or not has_nft(probe):
        raise Skip("no nft, or a kernel without what it needs")
    loses("nft")


# ---- loss ---------------------------------------------------------------------------------------------


class Story:
    """A querier and three hosts for each family, all in the same groups, on a wire that loses packets.

    Robustness is about packets that take each other's place: the repetitions of one report or of the queries after a
    leave, the answers of one host to a query and the next. Those of two groups have times of their own, and to lose
    two of any three packets could take all of one group's: that is for stories with one group of a family."""

    def __init__(self, robustness, groups):
        self.ours, self.theirs = Node("querier"), Node("hosts")
        self.wire = Wire(self.ours, self.theirs)
        self.robustness = robustness
        self.groups = {g[fam]: fam for g in groups for fam in FAMILIES}

    def lose(self, **kinds):
        for kind, which in kinds.items():
            asked = kind in ("general", "specific")
            self.wire.lose(self.ours if asked else self.theirs, kind, which, (None,) if asked else EVERYBODY)

    def start(self):
        """One query after a leave is asked more often than the robustness demands. Without it the last of them
        alone may get through, and its answer may then come in the instant in which the group ends."""
        r = self.robustness
        self.querier = querier(self.ours, "--robustness-variable", r, "--last-member-query-count", r + 1,
                               "--startup-query-interval", 1, times=options(INTERVAL, RESPONSE, LAST))
        sources = {SSM[4]: "%s@%s" % (SOURCE[4], SSM[4]), SSM[6]: "[%s]@[%s]" % (SOURCE[6], SSM[6])}
        targets = [sources.get(g, g) for g in self.groups]
        self.hosts = host(self.theirs, "--hosts", 3, "--from", HOSTS[4][0], "--from", HOSTS[6][0],
                          "--robustness-variable", r, *targets)

    def members(self):
        """group -> addresses of its hosts, of both families, as the querier's status says."""
        seen = [g for fam in FAMILIES for g in side(self.ours, fam)["groups"]]
        return {g["group"]: sorted(h["address"] for h in g["hosts"]) for g in seen if g["group"] in self.groups}

    def wanted(self, without=0):
        """All groups with all hosts but the first so many."""
        return {g: HOSTS[fam][without:] for g, fam in self.groups.items()}

    def events(self, kind, **keys):
        """The querier's about the groups of this test."""
        return [e for e in self.querier.of(kind, **keys) if e["group"] in self.groups]

    def cuts(self):
        """What must not be while the hosts are members."""
        return self.events("leave", reason="expired") + self.events("group", present=False)

    def learns(self, hosts):
        """These hosts leave, which is told, as said by them, in time: they say it as often as robustness demands,
        within a second of each other."""
        self.hosts.tell(*("host %d leave %s" % (n, g) for n in hosts for g in self.groups))
        latest = time.time() + self.robustness - 1
        wanted = {(g, HOSTS[fam][n - 1]) for g, fam in self.groups.items() for n in hosts}
        missing = lambda: wanted - {(e["group"], e["address"]) for e in self.events("leave", reason="said")}
        wait_until(lambda: not missing(), latest + SLACK - time.time())
        same(missing(), set(), "leaves that were not learned in time")

    def ends(self):
        """Each group ends a Last Member Query Time after the leave of its last host (RFC 9776 8.10)."""
        becomes(self.members, {}, "groups after all have left")
        for g in self.groups:
            left, over = (max(e["ts"] for e in self.events(k, group=g)) for k in ("leave", "group"))
            among(over - left, 0, LAST * (self.robustness + 1) + 1.5, "seconds from the last leave to the end of " + g)

    def tells_losses(self):
        """Each rule has taken something."""
        idle = [r for r, n in self.wire.lost() if n == 0]
        check(not idle, "rules that lost nothing", *idle)


def survives(robustness, groups, **losses):
    s = Story(robustness, groups)
    s.lose(**losses)
    s.start()
    becomes(s.members, s.wanted(), "members after the joins", robustness + SLACK)
    time.sleep(gmi(INTERVAL, RESPONSE, robustness) + INTERVAL * robustness)
    same(s.cuts(), [], "cuts of hosts that are members")
    same(s.members(), s.wanted(), "members after so long")
    s.learns([1])
    time.sleep(LAST * (robustness + 1) + 1)
    same(s.cuts(), [], "cuts of the hosts that stay, after one left")
    same(s.members(), s.wanted(1), "members that stay")
    s.learns([2, 3])
    s.ends()
    same(s.events("leave", reason="expired"), [], "hosts that went without a word")
    s.tells_losses()


@test("robustness 3, every fourth packet of a kind is lost both ways: nobody is cut off, leaves are learned")
def fourth():
    survives(3, (ASM, SSM), general=every(4), specific=every(4), answer=every(4), change=every(4))


@test("robustness 3, two of three queries are lost: nobody is cut off, leaves are learned")
def queries():
    survives(3, (ASM,), general=all_but(3, 1), specific=all_but(3, 1))


@test("the same with lists of sources: queries for sources are lost")
def source_queries():
    survives(3, (SSM,), general=all_but(3, 1), specific=all_but(3, 1))


@test("robustness 3, two of three reports of each host are lost: nobody is cut off, leaves are learned")
def reports():
    survives(3, (ASM,), answer=all_but(3, 2), change=all_but(3, 2))


@test("the same with lists of sources: reports of sources are lost")
def source_reports():
    survives(3, (SSM,), answer=all_but(3, 2), change=all_but(3, 2))


@test("robustness 2, every second report of each host is lost: nobody is cut off, leaves are learned")
def second():
    survives(2, (SSM,), answer=every(2, 0), change=every(2, 0))


@test("robustness 2, three of four answers are lost: members that answer all the time do expire")
def too_much():
    s = Story(2, (ASM, SSM))
    s.start()
    becomes(s.members, s.wanted(), "members after the joins", 2 + SLACK)
    same(s.cuts(), [], "cuts without loss")
    s.lose(answer=all_but(4, 3))
    # Of the answers to four queries, 2 s apart, one is left; a membership lasts 6 s.
    cut = lambda: {e["group"] for e in s.events("group", present=False)}
    wait_until(lambda: cut() == set(s.groups), 4 * INTERVAL + gmi(INTERVAL, RESPONSE) + 2 * SLACK)
    same(cut(), set(s.groups), "groups that were cut off")
    same({e["reason"] for e in s.events("leave")}, {"expired"}, "why hosts left")
    # The next answers that come through bring them back.
    becomes(s.members, s.wanted(), "members again", 4 * INTERVAL + SLACK)
    s.tells_losses()


# ---- many hosts -----------------------------------------------------------------------------------------


HOSTS_MANY, EACH, GROUPS = 200, 10, 100


@functools.lru_cache(None)
def crowd(fam):
    """group -> who is in it: each host is in the next ten groups, from the first one again after the last."""
    got = {}
    for n in range(HOSTS_MANY):
        who = "10.0.0.%d" % (20 + n) if fam == 4 else "fe80::1:%x" % (1 + n)
        for i in range(EACH):
            k = (n * EACH + i) % GROUPS
            got.setdefault("239.5.0.%d" % (1 + k) if fam == 4 else "ff15::5:%x" % (1 + k), set()).add(who)
    return got


def many(fam, version, interval=4, response=2):
    """The hosts joined before there was a querier, so that it learns of them by its first query alone."""
    a, b = Node("querier"), Node("hosts")
    link(a, b)
    first, start = ("10.0.0.20", "239.5.0.1") if fam == 4 else ("fe80::1:1", "ff15::5:1")
    h = host(b, "--hosts", HOSTS_MANY, "--from", first, "--each", EACH, "--no-suppress", "%s+%d" % (start, GROUPS))
    e = h.wait_event("start")
    same((e["hosts"], e["groups"], e["groups_each"]), (HOSTS_MANY, GROUPS, EACH), "of the start event")
    time.sleep(2)  # they have said it as often as they do without being asked
    begin = time.time()
    name = "--igmp-version" if fam == 4 else "--mld-version"
    v = querier(a, name, version, families=(fam,), times=options(interval, response))

    def members():
        groups = side(a, fam)["groups"]
        return {g["group"]: {x["address"] for x in g["hosts"]} for g in groups if g["group"] in crowd(fam)}
    if not wait_until(lambda: members() == crowd(fam), begin + interval + SLACK - time.time(), 0.2):
        seen, missing = members(), crowd(fam)
        lacking = {g: sorted(missing[g] - seen.get(g, set())) for g in missing if seen.get(g) != missing[g]}
        same(lacking, {}, "hosts that are not in the status")
    s = side(a, fam)
    check(s["number_of_hosts"] >= HOSTS_MANY * EACH and s["number_of_groups"] >= GROUPS, "numbers in the status",
          s["number_of_hosts"], s["number_of_groups"])
    same({g["version"] for g in s["groups"] if g["group"] in crowd(fam)}, {version}, "version of the groups")
    same(s["packets_lost"], 0, "packets lost by the querier")
    done = h.stop()
    end, = of(done.events, "end")
    same((end["hosts"], end["not_sent"], end["packets_lost"]), (HOSTS_MANY, 0, 0), "of the host's end event")
    check(v.proc.poll() is None, "the querier ended")


@test("200 hosts with 10 groups each are all in the status after one query interval, IGMPv3")
def many_igmpv3():
    many(4, 3)


@test("the same with IGMPv2")
def many_igmpv2():
    many(4, 2)


@test("the same with IGMPv1, whose hosts take up to 10 s to answer")
def many_igmpv1():
    many(4, 1, 11, 10)


@test("the same with MLDv2")
def many_mldv2():
    many(6, 2)


@test("the same with MLDv1")
def many_mldv1():
    many(6, 1)


main(abreast=4)
