#!/usr/bin/env python3
"""t_sockperf.py - sockperf beside mcast, on one group and port, and each against the other."""
import functools
import os
import re
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import tap
from receiving import counted, only, recv
from rig import Node, lan, wait_until
from tap import check, main, same, test
from verbs import PATIENCE, end, group, of, ping, serve, target

WHERE = ("-i", group(4), "-p", "5000")
ASKS = 3  # the flags in sockperf's header of a client that wants a reply


@functools.lru_cache(None)
def nodes():
    all_ = Node("peer"), Node("ours"), Node("client")
    lan(*all_)
    return all_


def sockperf(node, *args):
    with node:
        p = subprocess.Popen(["sockperf", *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    tap.defer(lambda: (p.kill(), p.communicate()))
    return p


def peer_server(node):
    sockperf(node, "server", *WHERE, "--mc-rx-if", node.addr(4), "--force-unicast-reply")
    check(wait_until(lambda: ("eth0", group(4)) in node.joined(4), PATIENCE), "sockperf did not join")


@test("all that sockperf sends in a second comes in at mcast serve")
def load():
    _, ours, client = nodes()
    v = serve(ours, target(group(4)))
    p = sockperf(client, "throughput", *WHERE, "--mc-tx-if", client.addr(4), "-t", "1", "--mps", "20000", "-m", "64")
    out, _ = p.communicate(timeout=30)
    sent = int(re.search(r"Total of (\d+) messages sent", out).group(1))
    seen = end(v.stop())
    check(sent > 1000, "sockperf sent something", out)
    check(seen["requests"] >= sent, "%d sent, %d came in" % (sent, seen["requests"]))
    same((seen["dropped"], seen["unsent"]), (0, 0), "lost requests and replies")


@test("all that sockperf says that it sent in a second comes in at mcast recv, and nothing else")
def received():
    _, ours, client = nodes()
    v = recv(ours, target(group(4)))
    p = sockperf(client, "throughput", *WHERE, "--mc-tx-if", client.addr(4), "-t", "1", "--mps", "20000", "-m", "64",
                 "--dontwarmup")
    out, _ = p.communicate(timeout=30)
    sent = int(re.search(r"Total of (\d+) messages sent", out).group(1))
    check(sent > 1000, "sockperf sent something", out)
    counted(v, sent)
    m = only(v.stop())
    same((m["format"], m["numbered"], m["packets"], m["bytes"]), ("none", False, sent, sent * 64), "what came")
    same((m["source"], m["ttl_min"], m["ttl_max"]), (client.addr(4), 2, 2), "who, and sockperf's TTL")


@test("sockperf's server and mcast serve in one group: each client hears its own")
def together():
    peer, ours, client = nodes()
    peer_server(peer)
    serve(ours, target(group(4)))
    r = ping(client, "-c", 3, "-i", 0.05, "-W", 5, target(group(4)))
    same({e["responder"] for e in of(r.events, "reply")}, {ours.addr(4)}, "who answered ping")
    p = sockperf(client, "ping-pong", *WHERE, "--mc-tx-if", client.addr(4), "-t", "1", "-m", "64")
    out, _ = p.communicate(timeout=30)
    sent, received = map(int, re.search(r"SentMessages=(\d+); ReceivedMessages=(\d+)", out).groups())
    check(sent > 100, "sockperf's client asked", out)
    tap.among(received, sent - 1, sent, "its server's replies, one of them perhaps after the end")


@test("mcast ping --data asks sockperf's server in its own words")
def words():
    peer, _, client = nodes()
    peer_server(peer)
    request = struct.pack("!QHI", 7, ASKS, 14)
    r = ping(client, "-c", 3, "-i", 0.5, "-W", 5, "--min-responders", 1, "--data", "-", target(group(4)), stdin=request.decode("latin-1"))
    got = of(r.events, "reply")
    same({(e["responder"], e["bytes"]) for e in got}, {(peer.addr(4), 14)}, "replies, to one at least: it joins before it listens")
    same(got[0]["payload"][:32], r"\x00" * 7 + r"\x07", "the sequence number that came back")


if not shutil.which("sockperf"):
    tap.skip_all("sockperf is not installed (./dev check-peers installs it)")
main()
