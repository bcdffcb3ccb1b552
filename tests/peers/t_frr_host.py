#!/usr/bin/env python3
"""t_frr_host.py - FRR's pimd as querier: what it makes of `mcast host`, with every filter and in every version."""
import functools
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
from frr import Frr, querier_lines
from querying import becomes, message
from rig import Node, lan
from tap import among, check, main, same, test
from verbs import host
from wire import BLOCK, TO_IN, Capture

A, B, C = "10.9.0.1", "10.9.0.2", "10.9.0.3"
ASM, SSM = "239.1.2.3", "232.1.1.1"
SLOW = dict(interval=10, response=1)   # a membership lasts 21 s: what is gone sooner was left
FAST = dict(interval=2, response=0.5)  # one lasts 4.5 s
LEFT = 12  # seconds for a leave: FRR asks twice within one, the host may say it late
GONE = 20  # for an end by time


@functools.lru_cache(None)
def nodes():
    """The router's, the hosts' and a witness's."""
    all_ = Node("frr"), Node("host"), Node("witness")
    lan(*all_)
    return all_


def frr(version=3, **how):
    return Frr(nodes()[0], querier_lines(version, **how))


def include(*sources):
    return "include", frozenset(sources), frozenset(), 3


def exclude(*sources, version=3):
    return "exclude", frozenset(), frozenset(sources), version


def ours(*args):
    return host(nodes()[1], *args)


def sees(f, why, timeout=LEFT, **groups):
    """Wait until FRR has these groups and no others: asm=, ssm= what it is to know."""
    names = {"asm": ASM, "ssm": SSM}
    f.wait_groups({names[k]: v for k, v in groups.items()}, why, timeout)


def sees_excluded(f, why, *sources):
    """Wait until FRR excludes these. Others may have a timer until they are reported for the next time: RFC 9776
    6.4.1 and 6.4.2 keep them apart from those that nobody told of, which are wanted just so."""
    seen = lambda: {g: (v[0], v[2]) for g, v in f.groups().items()}
    becomes(seen, {ASM: ("exclude", set(sources))}, "FRR's group, " + why, LEFT)


def records(capture, *kinds):
    """Records of these types that were seen so far."""
    return [r for frame in capture.take() for r in frame.records if r[0] in kinds]


# ---- IGMPv3: lists of sources ----------------------------------------------------------------------


@test("a list of sources grows and shrinks by commands: {a}, {a, b}, {b}, none")
def include_list():
    f, v = frr(**SLOW), ours("%s@%s" % (A, SSM))
    sees(f, "INCLUDE {a}", ssm=include(A))
    for why, names in ("{a, b}", (A, B)), ("{b}", (B,)), ("{a, c}", (A, C)):
        v.tell("include %s %s" % (SSM, " ".join(names)))
        sees(f, "INCLUDE " + why, ssm=include(*names))
    v.tell("include " + SSM)
    sees(f, "INCLUDE {}")
    same([e["line"] for e in v.of("change")], [1, 2, 3, 4], "commands that were followed")


@test("targets with one group and several sources make one list")
def include_targets():
    f = frr(**SLOW)
    ours("%s@%s" % (A, SSM), "%s@%s" % (B, SSM), "%s@%s" % (C, ASM))
    sees(f, "of targets", ssm=include(A, B), asm=include(C))


@test("what is excluded grows and shrinks by commands: {}, {a}, {a, b}, {b}, {}")
def exclude_list():
    f, v = frr(**SLOW), ours(ASM)
    sees(f, "EXCLUDE {}", asm=exclude())
    for why, names in ("{a}", (A,)), ("{a, b}", (A, B)), ("{b}", (B,)):
        v.tell("exclude %s %s" % (ASM, " ".join(names)))
        sees_excluded(f, "EXCLUDE " + why, *names)
    v.tell("join " + ASM)
    sees_excluded(f, "EXCLUDE {} again")


@test("--exclude is what FRR excludes")
def exclude_option():
    f = frr(**SLOW)
    ours("--exclude", "%s,%s" % (A, B), ASM)
    sees(f, "EXCLUDE {a, b}", asm=exclude(A, B))


@test("from INCLUDE to EXCLUDE and back, and away")
def modes():
    f, v = frr(**SLOW), ours("%s@%s" % (A, ASM))
    sees(f, "INCLUDE {a}", asm=include(A))
    v.tell("exclude %s %s %s" % (ASM, A, B))
    sees(f, "EXCLUDE {a, b}", asm=exclude(A, B))
    v.tell("include %s %s %s" % (ASM, B, C))
    sees(f, "INCLUDE {b, c}", asm=include(B, C))
    v.tell("join " + ASM)
    sees(f, "EXCLUDE {}", asm=exclude())
    v.tell("leave " + ASM)
    sees(f, "none")


# ---- older versions -----------------------------------------------------------------------------------


@test("an IGMPv2 querier: the host falls back, is seen in IGMPv2, and leaves in it")
def older_querier():
    f = frr(2, **SLOW)
    v = ours(ASM)
    v.wait_event("version", protocol="IGMP", version=2, timeout=15)
    sees(f, "IGMPv2", asm=exclude(version=2))
    v.tell("leave " + ASM)
    sees(f, "after Leave Group")


@test("--igmp-version 2 at an IGMPv3 querier: FRR takes the group for one of that version, and keeps it")
def version2():
    f = frr(**FAST)
    v = ours("--igmp-version", 2, ASM)
    sees(f, "IGMPv2", asm=exclude(version=2))
    time.sleep(6)  # longer than a membership lasts that no query renews
    same(f.groups(), {ASM: exclude(version=2)}, "after some queries")
    v.tell("leave " + ASM)
    sees(f, "left")


@test("--igmp-version 1 at an IGMPv3 querier: FRR has the group, it reports and never leaves")
def version1():
    f, capture = frr(**FAST), Capture(nodes()[2])
    v = ours("--igmp-version", 1, ASM)
    # FRR 8.4 lists such a group without mode and timer, and never forgets it.
    becomes(lambda: list(f.groups()), [ASM], "FRR's groups", LEFT)
    time.sleep(12)  # RFC 1112, Appendix I: an answer comes within 10 s
    done = v.stop()
    same((done.code, done.stderr), (0, ""), "exit code and stderr")
    said = [(message(x)[0], x.dst, x.src) for x in capture.take() if x.fam == 4 and x.records and x.dst == ASM]
    same(set(said), {(0x12, ASM, nodes()[1].addr(4))}, "reports and leaves")
    among(len(said), 2, 12, "reports: one at once, answers")


# ---- several hosts ------------------------------------------------------------------------------------


@test("five hosts: FRR has what they want together, and hears from each address")
def several():
    f, capture = frr(**SLOW), Capture(nodes()[2])
    v = ours("--hosts", 5, "--from", "10.0.0.16/28", "%s@%s" % (A, SSM))
    sees(f, "all want {a}", ssm=include(A))
    for n in range(1, 6):
        v.tell("host %d include %s 10.9.1.%d" % (n, SSM, n))
    own = ["10.9.1.%d" % n for n in range(1, 6)]
    sees(f, "each wants its own", ssm=include(*own))
    v.tell("host 2-3 leave " + SSM)
    sees(f, "two have left", ssm=include(own[0], *own[3:]))
    first = int(v.wait_event("start")["addresses"][0].split(".")[3])
    check(first in (16, 17), "the first address of 10.0.0.16/28", first)
    seen = {x.src for x in capture.take() if any(r[1] == SSM for r in x.records)}
    same(seen, {"10.0.0.%d" % (first + n) for n in range(5)}, "who reported")


@test("two hosts exclude different sources: FRR excludes those that both do")
def together():
    f = frr(**SLOW)
    v = ours("--hosts", 2, "--from", "10.0.0.33", ASM)
    sees(f, "EXCLUDE {}", asm=exclude())
    v.tell("host 1 exclude %s %s %s" % (ASM, A, B), "host 2 exclude %s %s %s" % (ASM, B, C))
    sees_excluded(f, "EXCLUDE {a, b} and EXCLUDE {b, c}", B)


# ---- the end ---------------------------------------------------------------------------------------------


@test("at its end it leaves all groups: FRR has none long before a membership ends")
def leaves():
    f, capture = frr(**SLOW), Capture(nodes()[2])
    v = ours(ASM, "%s@%s" % (A, SSM))
    sees(f, "both", asm=exclude(), ssm=include(A))
    time.sleep(4)  # nothing has happened for a while
    done = v.stop()
    same((done.code, done.stderr), (0, ""), "exit code and stderr")
    sees(f, "after the end")
    said = records(capture, TO_IN, BLOCK)
    check((TO_IN, ASM, []) in said and (BLOCK, SSM, [A]) in said, "what was said at the end", said)


@test("--no-leave: it is a member as long as it answers, then it vanishes and FRR's state falls away")
def vanishes():
    f, capture = frr(**FAST), Capture(nodes()[2])
    v = ours("--no-leave", ASM, "%s@%s" % (A, SSM))
    both = {"asm": exclude(), "ssm": include(A)}
    sees(f, "both", **both)
    time.sleep(8)
    sees(f, "still there, as it answers", timeout=1, **both)
    v.stop()
    same(records(capture, TO_IN, BLOCK), [], "leaves that were said")
    check(f.groups(), "FRR has forgotten it at once")
    sees(f, "after it vanished", timeout=GONE)


main(abreast=4)
