#!/usr/bin/env python3
"""t_twin.py - mcast ping --twin: what is lost by multicast beside what is lost by unicast, and what is said of it."""
import shutil
import socket
import struct
import subprocess

from rig import Node, lan, link, pair
from tap import Skip, among, check, main, same, test
from verbs import Responder, Verb, end, group, of, ping, serve, target, text
from wire import Capture, pack

HEARD_BY_UNICAST = "heard by unicast, but not, or less, by multicast: "
HEARD_BY_MULTICAST = "heard by multicast, but not, or less, by unicast: "
LOST_BY_BOTH = "lost by unicast and by multicast: "


def halves(done, address):
    """(multicast sent, received, loss), (unicast sent, received, loss) of a responder."""
    who = of(done.events, "responder", responder=address)
    same(len(who), 1, "responder events of " + address)
    return tuple((h["sent"], h["received"], round(h["loss"], 6)) for h in (who[0], who[0]["unicast"]))


def is_multicast(data, seen):
    """By the session of the header: the group's is the one that is seen first."""
    return seen.setdefault("session", data[8:16]) == data[8:16]


@test("two responders: each is asked both ways, nothing is lost, nothing is said", families=True)
def healthy(fam):
    a, b, c = Node("a"), Node("b"), Node("client")
    lan(c, a, b)
    serve(a, target(group(fam)))
    serve(b, target(group(fam)))
    r = ping(c, "--twin", "-c", 5, "-i", 0.1, "-W", 5, "--min-responders", 2, target(group(fam)))
    same((r.code, r.stderr), (0, ""), "exit code, stderr")
    for node in a, b:
        same(halves(r, node.addr(fam)), ((5, 5, 0), (5, 5, 0)), "halves of " + node.name)
        for by in "multicast", "unicast":
            seqs = [e["seq"] for e in of(r.events, "reply", responder=node.addr(fam), by=by)]
            same(sorted(seqs), [1, 2, 3, 4, 5], "replies of %s by %s" % (node.name, by))
    same((end(r)["sent"], end(r)["received"], end(r)["responders"]), (5, 10, 2), "totals are those of multicast")
    rtt = of(r.events, "responder")[0]["unicast"]
    check(0 < rtt["rtt_min_s"] <= rtt["rtt_avg_s"] <= rtt["rtt_max_s"] < 5, "round-trip times", rtt)


@test("unicast probes have the group's size, the system's TTL, and a session of their own", families=True)
def on_the_wire(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    capture = Capture(c)
    ping(c, "--twin", "-c", 3, "-i", 0.1, "-s", 200, "-Q", "ef", target(group(fam)))
    sent = [f for f in capture.udp(port=5000, out=True)]
    by = {dst: [f for f in sent if f.dst == dst] for dst in (group(fam), s.addr(fam))}
    for dst, ttl in (group(fam), 1), (s.addr(fam), 64):
        same([(f.ttl, f.tos, len(f.data)) for f in by[dst]], [(ttl, 0xb8, 200)] * 3, "to " + dst)
    sessions = [{f.data[8:16] for f in by[dst]} for dst in by]
    same([len(x) for x in sessions], [1, 1], "sessions of each")
    check(sessions[0] != sessions[1], "one session for both")


@test("-c 1 asks a responder by unicast as well, once it is heard", families=True)
def one(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    r = ping(c, "--twin", "-c", 1, "-W", 2, target(group(fam)))
    same((r.code, halves(r, s.addr(fam))), (0, ((1, 1, 0), (1, 1, 0))), "exit code, halves")


def leave(sock, fam, group_):
    if fam == 4:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, pack(group_) + struct.pack("=I", 0))
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_LEAVE_GROUP, pack(group_) + struct.pack("=I", 0))


@test("a host that is no member any more goes on being asked by unicast, and that is what is said", families=True)
def stops(fam):
    s, c = pair()
    peer = Responder(s, fam, group(fam))
    v = Verb(c, "ping", "--twin", "-c", 12, "-i", 0.2, "-W", 0.3, target(group(fam)))
    v.wait_event("reply", by="multicast", seq=3)
    leave(peer.sock, fam, group(fam))
    r = v.wait()
    multicast, unicast = halves(r, s.addr(fam))
    same(r.code, 0, "exit code")
    same(unicast, (12, 12, 0), "unicast half")
    among(multicast[1], 3, 8, "received by multicast")
    among(multicast[2], 0.3, 0.8, "loss by multicast")
    check(HEARD_BY_UNICAST + s.addr(fam) in r.stderr and "snoops" in r.stderr, "the advice", r.stderr)
    same((LOST_BY_BOTH in r.stderr, HEARD_BY_MULTICAST in r.stderr), (False, False), "what else is said")


@test("losses in a line are of what is no longer under way", families=True)
def lines(fam):
    s, c = pair()
    seen = {}
    Responder(s, fam, group(fam), answer=lambda d, n: [] if is_multicast(d, seen) and d[23] in (2, 3) else [d])
    r = text(c, "ping", "--twin", "-c", 6, "-i", 0.5, "-W", 0.3, target(group(fam)))
    want = "(lost so far: multicast 2 of 6, unicast 0 of %d)"
    last = [line for line in r.stdout.splitlines() if "seq=6 " in line]
    same(len(last), 2, "lines of the last datagram")
    check(any(", unicast " + want % 6 in line for line in last), "the line of the last unicast reply", *last)
    check(any(", multicast " in line and "multicast 2 of 6" in line for line in last), "that of multicast", *last)
    check("by multicast: 6 sent, 4 received, 33.33% loss" in r.stdout, "multicast in the summary", r.stdout)
    check("by unicast: 6 sent, 6 received, 0% loss" in r.stdout, "unicast in the summary", r.stdout)


def drop(node, rule):
    """A rule of nft(8) where a node takes in packets."""
    if not shutil.which("nft"):
        raise Skip("there is no nft")
    rules = "table inet twin { chain in { type filter hook input priority 0; %s drop; }; }\n" % rule
    with node:
        p = subprocess.run(["nft", "-f", "-"], input=rules, capture_output=True, text=True, timeout=30)
    if p.returncode:
        raise Skip("nft: " + p.stderr.strip().splitlines()[0])


@test("a filter that drops half of all multicast: half is lost by multicast, nothing by unicast", families=True)
def filtered(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    drop(s, "%s daddr %s udp dport 5000 numgen inc mod 2 1" % ("ip" if fam == 4 else "ip6", group(fam)))
    serve(s, target(group(fam)))
    r = ping(c, "--twin", "-c", 10, "-i", 0.05, "-W", 0.5, target(group(fam)))
    same(halves(r, s.addr(fam)), ((10, 5, 0.5), (10, 10, 0)), "halves")
    check(HEARD_BY_UNICAST + s.addr(fam) in r.stderr, "the advice", r.stderr)


@test("a filter that drops unicast alone: that is what is said", families=True)
def unicast_filtered(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    drop(s, "%s daddr %s udp dport 5000" % ("ip" if fam == 4 else "ip6", s.addr(fam)))
    serve(s, target(group(fam)))
    r = ping(c, "--twin", "-c", 3, "-i", 0.05, "-W", 0.5, target(group(fam)))
    same((r.code, halves(r, s.addr(fam))), (0, ((3, 3, 0), (3, 0, 1))), "exit code, halves")
    check(HEARD_BY_MULTICAST + s.addr(fam) in r.stderr and "--allow" in r.stderr, "the advice", r.stderr)


@test("--ask: a host that never answers multicast shows with its unicast half, and one that is not there", families=True)
def asked(fam):
    s, c = pair()
    serve(s, target(group(fam, 2)))
    nobody = "10.0.0.77" if fam == 4 else "fd00::77"
    r = ping(c, "--twin", "--ask", s.addr(fam), "--ask", nobody, "-c", 3, "-i", 0.1, "-W", 0.5, target(group(fam)))
    same(r.code, 1, "exit code")
    same(halves(r, s.addr(fam)), ((3, 0, 1), (3, 3, 0)), "halves of the one that is there")
    same(halves(r, nobody), ((3, 0, 1), (3, 0, 1)), "halves of the one that is not")
    same((end(r)["responders"], end(r)["received"]), (0, 0), "responders and replies by multicast")
    check(HEARD_BY_UNICAST + s.addr(fam) + "." in r.stderr, "who is heard by unicast", r.stderr)
    check(LOST_BY_BOTH + nobody + "." in r.stderr, "who is lost by both", r.stderr)


@test("--ask: exit 0 takes an answer by multicast from each host that was named", families=True)
def asked_exit(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    nobody = "10.0.0.77" if fam == 4 else "fd00::77"
    common = "--twin", "-c", 2, "-i", 0.1, "-W", 0.5, "--ask", s.addr(fam)
    r = ping(c, *common, target(group(fam)))
    same((r.code, r.stderr, len(of(r.events, "responder"))), (0, "", 1), "exit code, stderr and responders")
    same(ping(c, *common, "--ask", nobody, target(group(fam))).code, 1, "exit code with one that is not there")


@test("a link-local host is asked by its interface")
def link_local():
    s, c = pair()
    t = target("ff02::1234", iface="eth0")
    serve(s, t)
    r = ping(c, "--twin", "-c", 2, "-i", 0.1, "-W", 2, t)
    who = of(r.events, "responder")[0]
    same((who["ifname"], who["unicast"]["received"], who["received"]), ("eth0", 2, 2), "interface, received")
    r = ping(c, "--twin", "--ask", who["responder"] + "%eth0", "-c", 2, "-i", 0.1, "-W", 2, t)
    same((r.code, len(of(r.events, "responder"))), (0, 1), "exit code and responders")


@test("--busy-poll and --user-latency measure both halves")
def other_clocks():
    s, c = pair()
    serve(s, target(group(4)))
    for how in "--busy-poll", "--user-latency":
        r = ping(c, "--twin", how, "-c", 3, "-i", 0.05, "-W", 2, target(group(4)))
        same(halves(r, s.addr(4)), ((3, 3, 0), (3, 3, 0)), "halves with " + how)


@test("--ask: what is no host, or of the other family, is refused in one line")
def asked_wrong():
    _, c = pair()
    for host, words in (("nobody", "address in numbers"), ("fd00::1", "family"), ("239.1.2.3", "no host"),
                        ("fe80::1", "eth0")):
        r = text(c, "ping", "--twin", "--ask", host, target(group(4)))
        same(r.stdout, "", "what is told before it")
        same((r.code, len(r.stderr.splitlines())), (2, 1), "exit code and lines for " + host)
        check(words in r.stderr, "what is said of " + host, r.stderr)


main(abreast=4)
