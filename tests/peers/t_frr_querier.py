#!/usr/bin/env python3
"""t_frr_querier.py - `mcast querier` and FRR's pimd on one link: they elect the same one, and only that one asks."""
import collections
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
from frr import Frr, querier_lines
from querying import Ear, becomes, bridged, options, querier, side, switch
from rig import Node, lan
from tap import among, check, main, same, test
from verbs import PATIENCE, host

INTERVAL, RESPONSE = 2, 1
OTHER_PRESENT = 2 * INTERVAL + RESPONSE / 2  # RFC 9776 8.5; FRR's is the same
SLACK = 6    # seconds more than the RFC's, at most: the machine is shared
QUIET = 5    # seconds that are looked at to see who asks: two queries and more
TIMES = options(INTERVAL, RESPONSE)

# ours and theirs: nodes; ear: what a third one hears; middle: the bridge between them.
Link = collections.namedtuple("Link", "ours theirs ear middle")


def wired(ours_first, wire=lan):
    """Three nodes on a bridge, whose addresses are in the order of their names here."""
    ours, theirs, witness = Node("ours"), Node("frr"), Node("witness")
    middle = wire(*((ours, theirs) if ours_first else (theirs, ours)), witness)
    return Link(ours, theirs, Ear(witness), middle)


def frr(at, version=3):
    return Frr(at.theirs, querier_lines(version, interval=INTERVAL, response=RESPONSE))


def start(at, *args):
    return querier(at.ours, *args, families=(4,), times=TIMES)


def elected(node):
    """(address, whether that is itself) by `mcast querier --status`."""
    q = side(node, 4)["querier"]
    return q and (q["address"], q["self"])


def agree(at, f, winner, timeout=PATIENCE):
    """Both sides have this one for the querier, and so it is on the wire."""
    w = winner.addr(4)
    becomes(lambda: elected(at.ours), (w, winner is at.ours), "the querier, as ours has it", timeout)
    becomes(f.querier, (w, winner is at.theirs), "the querier, as FRR has it", timeout)
    at.ear.only(4, w, QUIET)


def took_over(at, loser, winner):
    """The loser has just asked its last: the other begins after the Other Querier Present Interval, not before."""
    last = max(q.time for q in at.ear.queries(4, group=None, src=loser.addr(4)))
    timeout = OTHER_PRESENT + SLACK
    first = at.ear.asked(4, winner.addr(4), since=last, timeout=timeout)
    among(first.time - last, OTHER_PRESENT - 0.5, timeout, "seconds from the last query of one to the other's first")


@test("ours is lower: it wins, FRR takes over when it is killed, and it takes back when it returns")
def ours_lower():
    at = wired(True)
    f = frr(at)
    at.ear.asked(4, at.theirs.addr(4))
    v = start(at)
    agree(at, f, at.ours)
    same([(e["address"], e["self"]) for e in v.of("querier")][-1], (at.ours.addr(4), True), "its last word")
    v.kill()
    took_over(at, at.ours, at.theirs)
    becomes(f.querier, (at.theirs.addr(4), True), "the querier, as FRR has it")
    start(at)
    agree(at, f, at.ours)


@test("FRR is lower: it wins, ours takes over when it is killed, and gives back when it returns")
def theirs_lower():
    at = wired(False)
    v = start(at)
    same(v.is_querier(4, at.ours.addr(4))["self"], True, "whether it is the querier")
    at.ear.asked(4, at.ours.addr(4))
    f = frr(at)
    agree(at, f, at.theirs)
    e = v.is_querier(4, at.theirs.addr(4))
    same((e["self"], e["previous"]), (False, at.ours.addr(4)), "whether it still is, who was it before")
    present = side(at.ours, 4)["other_querier_present"]
    among(present, 0, OTHER_PRESENT, "other_querier_present")
    f.kill()
    took_over(at, at.theirs, at.ours)
    becomes(lambda: elected(at.ours), (at.ours.addr(4), True), "the querier, as ours has it")
    f.start()
    agree(at, f, at.theirs)
    same(side(at.ours, 4)["elections"] >= 3, True, "it counted the elections")


@test("ours asks at its start, hears FRR, and never asks again: FRR that was there first and is lower")
def comes_later():
    at = wired(False)
    f = frr(at)
    becomes(f.querier, (at.theirs.addr(4), True), "the querier, as FRR has it")
    start(at)
    agree(at, f, at.theirs)


@test("--listen-only beside FRR: FRR is the querier though ours is lower, and ours says so")
def listening():
    at = wired(True)
    f = frr(at)
    v = start(at, "--listen-only")
    agree(at, f, at.theirs)
    same(at.ear.queries(4, src=at.ours.addr(4)), [], "queries of one that only listens")
    v.stop()


def older(ours_first):
    """FRR asks in IGMPv2, ours in IGMPv3, which warns."""
    at = wired(ours_first)
    f = frr(at, 2)
    at.ear.asked(4, at.theirs.addr(4))
    v = start(at)
    e = v.wait_event("warning", warning="older")
    same((e["address"], e["version"], e["protocol"]), (at.theirs.addr(4), 2, "IGMP"), "the warning")
    check(at.theirs.addr(4) in e["text"], "its text", e["text"])
    return at, f


@test("FRR in IGMPv2 is lower: ours, in IGMPv3, warns of it with its address, and yields")
def older_lower():
    at, f = older(False)
    agree(at, f, at.theirs)


@test("FRR in IGMPv2 is higher: ours, in IGMPv3, warns of it with its address, and goes on")
def older_higher():
    # RFC 9776 7.3.1 wants one version on a link; FRR 8.4 takes no notice of newer queries and goes on, too.
    at, _ = older(True)
    since = time.time()
    time.sleep(QUIET)
    check(at.ours.addr(4) in at.ear.askers(4, since), "ours has stopped")
    same(elected(at.ours), (at.ours.addr(4), True), "the querier, as ours has it")


@test("FRR in IGMPv3, ours in IGMPv2: ours warns that a newer version is asked in")
def newer():
    at = wired(False)
    f = frr(at)
    v = start(at, "--igmp-version", 2)
    e = v.wait_event("warning", warning="newer")
    same((e["address"], e["version"]), (at.theirs.addr(4), 3), "the warning")
    becomes(lambda: elected(at.ours), (at.theirs.addr(4), False), "the querier, as ours has it")
    becomes(f.querier, (at.theirs.addr(4), True), "the querier, as FRR has it")


@test("a host's groups are the same to both, whoever asks")
def same_groups():
    at = wired(True)
    members = Node("members")
    at.middle.ip("link add pm type veth peer name eth0 netns %s" % members.path, "link set pm master br0 up")
    members.ip("addr add 10.0.0.77/24 dev eth0", "link set eth0 up")
    f = frr(at)
    v = start(at)
    agree(at, f, at.ours)
    h = host(members, "10.9.0.1@232.1.1.1", "239.1.2.3")

    def ours():
        return {g["group"]: (g["filter_mode"], frozenset(s["address"] for s in g["sources"]))
                for g in side(at.ours, 4)["groups"] if not g["group"].startswith("224.")}

    def theirs():
        return {g: (mode, wanted | excluded) for g, (mode, wanted, excluded, _) in f.groups().items()}

    def both(wanted, why):
        becomes(ours, wanted, "our groups, " + why)
        becomes(theirs, wanted, "FRR's groups, " + why)
    both({"232.1.1.1": ("include", {"10.9.0.1"}), "239.1.2.3": ("exclude", set())}, "at first")
    h.tell("include 232.1.1.1 10.9.0.2", "exclude 239.1.2.3 10.9.0.3")
    both({"232.1.1.1": ("include", {"10.9.0.2"}), "239.1.2.3": ("exclude", {"10.9.0.3"})}, "after changes")
    h.tell("leave 232.1.1.1", "leave 239.1.2.3")
    both({}, "after leaves")
    check(v.proc.poll() is None, "the querier ended")


@test("three parties, the third is a Linux bridge's own querier: the lowest that lives asks, and no other")
def bridge():
    at = wired(False, switch)  # FRR 10.0.0.1, ours 10.0.0.2
    own = "10.0.0.50"
    at.middle.ip("addr add %s/24 dev br0" % own)
    # Setting mcast_querier begins a silence of one response interval as it is then: intervals first.
    bridged(at.middle, mcast_query_interval=200, mcast_query_response_interval=100, mcast_startup_query_interval=100,
            mcast_querier_interval=600, mcast_query_use_ifaddr=1, mcast_igmp_version=3)
    bridged(at.middle, mcast_querier=1)
    at.ear.asked(4, own)
    v = start(at)
    becomes(lambda: elected(at.ours), (at.ours.addr(4), True), "the querier, as ours has it")
    at.ear.only(4, at.ours.addr(4), QUIET)
    f = frr(at)
    agree(at, f, at.theirs)
    f.kill()
    took_over(at, at.theirs, at.ours)
    # The bridge waits for FRR, which was lower than ours, for all of its own interval: then it asks once.
    time.sleep(6)
    at.ear.only(4, at.ours.addr(4), QUIET)
    v.kill()
    at.ear.asked(4, own, since=time.time(), timeout=6 + SLACK)


main(abreast=4)
