#!/usr/bin/env python3
"""t_generators.py - mgen and mcjoin: their traffic counted by mcast recv, that of mcast send counted by them."""
import os
import re
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import tap
from peer import Peer, listens, member, run
from receiving import PORT, agrees, counted, file, only, recv, send, streams
from relay import DOUBLE, DROP, SWAP, hold, road
from rig import pair, three, wait_until
from tap import check, main, same, test
from verbs import PATIENCE, Verb, group, target

SIZE = 256
SOME = {4: DROP, 9: DROP, 20: SWAP, 30: DOUBLE, **{n: DROP for n in range(40, 45)}, 60: hold(3)}


# ---- mgen: it numbers from 0, at the ninth octet of its messages ------------------------------------------


def mgen(node, fam, count, rate=500):
    """Have mgen send messages to the group: how many it says that it sent."""
    out = run(node, "mgen", "ipv%d" % fam, "interface", "eth0", "ttl", 3, "txlog", "event",
              "ON 1 UDP DST %s/5000 PERIODIC [%d %d] COUNT %d" % (group(fam), rate, SIZE, count))
    return len(re.findall(r" SEND proto>UDP flow>1 .* size>%d" % SIZE, out))


def mgen_number(f):
    return struct.unpack_from("!I", f.data, 8)[0] if f.dport == PORT and len(f.data) == SIZE else None


def mgen_listens(node):
    """Start mgen as a member, IPv4: Debian's receives nothing by IPv6."""
    return member(node, 4, group(4), PORT, "mgen", "ipv4", "flush", "event", "JOIN %s INTERFACE eth0" % group(4),
                  "port", PORT)


@test("what mgen sends is counted, as traffic without numbers", families=True)
def foreign(fam):
    s, c = pair()
    v = recv(c, target(group(fam)))
    n = mgen(s, fam, 100)
    same(n, 100, "what mgen says that it sent")
    counted(v, n)
    m = only(v.stop())
    same((m["format"], m["numbered"], m["lost"], m["ended"]), ("none", False, None, False), "what it is taken for")
    same((m["packets"], m["bytes"], m["ttl_min"], m["ttl_max"]), (n, n * SIZE, 3, 3), "packets, bytes, TTL")


@test("--seq-at reads mgen's own numbers: what became of them is what is told", families=True)
def at(fam):
    relay, s, c = road(SOME, mgen_number)
    v = recv(c, "--seq-at", "8:4", target(group(fam)))
    same(mgen(s, fam, 101), 101, "what mgen says that it sent")
    counted(v, 101 - 7 + 1)
    m = only(v.stop())
    t = agrees(m, relay.only().passed, None)
    same((m["format"], t.lost, t.reordered, t.duplicates), ("seq-at", 7, 2, 1), "format, lost, reordered, duplicates")


@test("what mcast send sends is counted by mgen, each as no message of its own")
def refused():
    s, c = pair()
    for args, ends in (("--format", "none"), 0), (("--format", "probe"), 3):
        p = mgen_listens(c)
        send(s, "-c", 20, "--rate", "200pps", "-s", 100, *args, target(group(4)))
        errors = lambda: [line for line in list(p.lines) if " RERR type>version src>%s/" % s.addr(4) in line]
        check(wait_until(lambda: len(errors()) >= 20 + ends, PATIENCE), "mgen saw %d" % len(errors()))
        p.stop()
        same(len(errors()), 20 + ends, "what mgen counted")


@test("mgen's messages, kept by mcast recv - and sent by mcast send --file, are mgen's messages")
def kept():
    s, c = pair()
    name = file("messages")
    with c, open(name, "wb") as out:
        p = subprocess.Popen(Verb.command("recv", "-", "-c", 50, "-w", PATIENCE, target(group(4))), stdout=out,
                             stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tap.defer(lambda: (p.kill(), p.wait()))
    check(wait_until(lambda: listens(c, 4, group(4), PORT), PATIENCE), "it does not listen")
    same(mgen(s, 4, 50), 50, "what mgen says that it sent")
    same(p.wait(20), 0, "exit code of recv")
    same(os.path.getsize(name), 50 * SIZE, "octets")
    to = mgen_listens(c)
    send(s, "--rate", "500pps", "-s", SIZE, "--file", name, target(group(4)))
    got = lambda: [re.search(r" RECV proto>UDP flow>1 seq>(\d+) src>([^/]+)/\d+ dst>(\S+) .* size>(\d+)", line)
                   for line in list(to.lines) if " RECV " in line]
    wait_until(lambda: len(got()) >= 50, PATIENCE)
    to.stop()
    same([m and m.groups() for m in got()], [(str(n), s.addr(4), "%s/5000" % group(4), "256") for n in range(50)],
         "what mgen received")


# ---- mcjoin: it numbers from 0, in text --------------------------------------------------------------------


MCJOIN = shutil.which(os.environ.get("MCJOIN", "mcjoin"))


def mcjoin_sends(node, *args):
    """What mcjoin says that it sent, at its end."""
    return mcjoin_counts(Peer(node, MCJOIN, "-s", "-o", "-i", "eth0", "-p", PORT, "-f", 5, *args).wait())


def mcjoin_listens(node, fam, n, most):
    """Start it as a member of the nth group, until it got so many."""
    return member(node, fam, group(fam, n), PORT, MCJOIN, "-o", "-i", "eth0", "-p", PORT, "-c", most, "-W", PATIENCE,
                  group(fam, n))


def mcjoin_counts(done):
    """Of each group, what it says at its end."""
    same(done.code, 0, "exit code of mcjoin")
    found = re.findall(r"(?:^|,)([0-9a-f:.]+) *: invalid (\d+) +delay \d+ +gaps (\d+) +reorder (\d+) +dupes (\d+) +"
                       r"bytes (\d+) +packets (\d+)", done.stdout, re.M)
    names = ("invalid", "gaps", "reorder", "dupes", "bytes", "packets")
    return {g: dict(zip(names, map(int, rest))) for g, *rest in found}


def mcjoin_number(f):
    m = re.search(rb" count: (\d+)", f.data)
    return int(m.group(1)) if m and f.dport == PORT else None


def joining(what, families=False):
    """Registers a test where there is mcjoin; elsewhere there is none."""
    return test(what, families) if MCJOIN else lambda fn: fn


@joining("what mcjoin sends to three groups is counted as it says", families=True)
def joined(fam):
    s, c = pair()
    v = recv(c, target(group(fam)) + "+3")
    said = mcjoin_sends(s, "-t", 3, "-c", 60, "-b", 200, *[group(fam, n) for n in (1, 2, 3)])
    same({g: k["packets"] for g, k in said.items()}, {group(fam, n): 60 for n in (1, 2, 3)}, "what mcjoin says")
    counted(v, 180)
    got = {m["group"]: m for m in streams(v.stop())}
    same(set(got), set(said), "groups")
    for m in got.values():
        same((m["format"], m["packets"], m["bytes"], m["lost"]), ("mcjoin", 60, 60 * 200, 0), "what came")
        same((m["first_seq"], m["last_seq"], m["ttl_min"], m["ttl_max"]), (0, 59, 3, 3), "numbers, TTL")
    same(len({m["session"] for m in got.values()}), 1, "sessions: it is one process")


@joining("what became of mcjoin's datagrams is told exactly, and its own gaps are those", families=True)
def joined_lossy(fam):
    relay, s, c = road(SOME, mcjoin_number)
    beside = mcjoin_listens(c, fam, 1, 94)
    v = recv(c, target(group(fam)))
    same(mcjoin_sends(s, "-c", 100, "-b", 200, group(fam))[group(fam)]["packets"], 100, "what mcjoin says that it sent")
    counted(v, 94)
    t = agrees(only(v.stop()), relay.only().passed, None)
    same((t.lost, t.reordered, t.duplicates), (7, 2, 1), "lost, reordered, duplicates")
    k = mcjoin_counts(beside.wait())[group(fam)]
    # It takes what follows a late one for another gap.
    same((k["packets"], k["gaps"], k["reorder"], k["dupes"]), (94, len(t.gaps) + t.reordered, 2, 1), "by mcjoin beside")


@joining("mcjoin counts what mcast send sent to two groups, and no gap", families=True)
def sent(fam):
    s, *hosts = three()
    # A host for each: of two of its sockets with one port it has the wrong one take what is for the other.
    listening = [mcjoin_listens(c, fam, n, 50) for n, c in enumerate(hosts, 1)]
    send(s, "--format", "mcjoin", "--rate", "500pps", "-s", 200, "-c", 100, target(group(fam)) + "+2")
    wanted = dict(invalid=0, gaps=0, reorder=0, dupes=0, bytes=50 * 200, packets=50)
    for n, p in enumerate(listening, 1):
        same(mcjoin_counts(p.wait()), {group(fam, n): wanted}, "what mcjoin counted")


@joining("mcjoin's gaps and doubles of what mcast send sent are those that the relay made", families=True)
def sent_lossy(fam):
    plan = {4: DROP, 9: DROP, 30: DOUBLE, **{n: DROP for n in range(40, 45)}}
    relay, s, c = road(plan, mcjoin_number)
    p = mcjoin_listens(c, fam, 1, 94)
    send(s, "--format", "mcjoin", "--rate", "500pps", "-s", 200, "-c", 100, target(group(fam)))
    k = mcjoin_counts(p.wait())[group(fam)]
    same(relay.only().passed[-1], 99, "the last number: the first is 0")
    same(k, dict(invalid=0, gaps=3, reorder=0, dupes=1, bytes=94 * 200, packets=94), "what mcjoin counted")


if not shutil.which("mgen"):
    tap.skip_all("mgen is not installed (./dev check-peers installs it)")
if not MCJOIN:
    print("# there is no mcjoin ($MCJOIN names it): what there is to test with it is left out")
main(abreast=4)
