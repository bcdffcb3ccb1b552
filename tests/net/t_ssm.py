#!/usr/bin/env python3
"""t_ssm.py - the standard multicast ping (RFC 6450): mcast ping --ssmping and mcast serve --ssmping, by both forms."""
import os
import socket
import struct
import threading

import tap
from rig import Node, link, pair, wait_until
from tap import among, check, main, same, test
from verbs import PATIENCE, Client, Verb, end, inet, of, ping, serve, target, text
from wire import ALLOW, Capture, pack

SSM = {4: "232.43.211.234", 6: "ff3e::4321:1234"}
ASM = {4: "239.1.2.234", 6: "ff15::4321:1234"}
OTHER = {4: "239.1.2.3", 6: "ff15::1"}
VERSION, CLIENT, SEQ, TIME, GROUP, ASKED, INFO, SIZE, PAD, TTL, PREFIX, SESSION, SERVER_TIME = range(13)


# ---- messages by hand ---------------------------------------------------------------------------------


def option(kind, value=b""):
    return struct.pack("!HH", kind, len(value)) + value


def message(kind, *options):
    return kind + b"".join(option(*o) for o in options)


def group_option(fam, group, older=False):
    return GROUP, struct.pack("!B" if older else "!H", 1 if fam == 4 else 2) + pack(group)


def options(data):
    """The type and the options of a message, by number; of several with one number the last."""
    got, at = {}, 1
    while at < len(data):
        kind, n = struct.unpack_from("!HH", data, at)
        got[kind] = data[at + 4:at + 4 + n]
        at += 4 + n
    return data[:1], got


def request(fam, group=None, *more, seq=1, version=b"\2", client=b"abcd"):
    first = [(VERSION, version)] if version else []
    named = [group_option(fam, group, not version)] if group else []
    return message(b"Q", *first, (CLIENT, client), (SEQ, struct.pack("!I", seq)), *named, *more)


class Listener:
    """A client's two sockets: asks a server, and gets what comes to a group at the same port."""

    def __init__(self, node, fam, group, server):
        self.client = Client(node, fam, bind=(node.addr(fam), 0))
        self.sock = node.socket(inet(fam), socket.SOCK_DGRAM)
        self.sock.bind((group, self.client.sock.getsockname()[1]))
        index = struct.pack("=I", node.index("eth0"))
        if fam == 4:
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, pack(group) + bytes(4) + index)
        else:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, pack(group) + index)
        self.server = server

    def ask(self, data, wait=0.5):
        """What came by unicast and by multicast, each the octets or None."""
        self.client.send(data, self.server, 4321)
        unicast = self.client.receive(1, wait)
        self.sock.settimeout(wait)
        try:
            multicast = self.sock.recv(65536)
        except socket.timeout:
            multicast = None
        return unicast[0][0] if unicast else None, multicast


def halves(done):
    who = of(done.events, "responder")
    same(len(who), 1, "responder events")
    return who[0], who[0]["unicast"]


# ---- our own pair --------------------------------------------------------------------------------------


@test("a session, the group joined for the server alone, both halves answered, hops and the first", families=True)
def own(fam):
    s, c = pair()
    v = serve(s, "--ssmping")
    same(of(v.events, "start")[0]["ssmping"], 4321, "port at the start")
    capture = Capture(c)
    r = ping(c, "--ssmping", s.addr(fam), "-c", 3, "-i", 0.1)
    same((r.code, r.stderr), (0, ""), "exit code and stderr")
    said = of(r.events, "session")
    same([(e["form"], e["group"]) for e in said], [("rfc6450", SSM[fam])], "sessions")
    check(said[0]["server_info"].startswith("mcast serve "), "who the server is", said)
    by = [(e["by"], e["seq"], e["hops"]) for e in of(r.events, "reply")]
    same(sorted(by), [(b, n, 0) for b in ("multicast", "unicast") for n in (1, 2, 3)], "replies")
    for half in halves(r):
        same((half["sent"], half["received"], half["loss"], half["loss_since_first"]), (3, 3, 0, 0), "a half")
    among(halves(r)[0]["first_s"], 0, 5, "from the join to the first")
    same(halves(r)[1]["first_s"], None, "first of the unicast half")
    check(capture.record(ALLOW, SSM[fam], [s.addr(fam)]), "the join is not of the server alone")
    same({f.ttl for f in capture.udp(port=4321, out=False)}, {64}, "TTL of the answers")
    same(end(v.stop())["replies"], 1 + 6, "replies: the session's, and both halves of three")


@test("a group of any source: as it is where the server has it as target, else with the protocol's end", families=True)
def asm(fam):
    s, c = pair()
    v = serve(s, "--ssmping", target(OTHER[fam]))
    r = ping(c, "--ssmping", s.addr(fam), "-c", 2, "-i", 0.1, OTHER[fam])
    same((r.code, of(r.events, "session")[0]["group"]), (0, OTHER[fam]), "exit code, group of the target")
    v.stop()
    serve(s, "--ssmping")
    r = ping(c, "--ssmping", s.addr(fam), "-c", 2, "-i", 0.1, OTHER[fam])
    same((r.code, of(r.events, "session")[0]["group"]), (0, ASM[fam]), "exit code, another group")
    same([h["received"] for h in halves(r)], [2, 2], "received")


@test("-t: the server's TTL is what it says, and hops are counted from that; the client's is its own", families=True)
def ttl(fam):
    s, c = pair()
    serve(s, "--ssmping", "-t", 9)
    capture = Capture(c)
    r = ping(c, "--ssmping", s.addr(fam), "-c", 1, "-t", 1)
    same({e["hops"] for e in of(r.events, "reply")}, {0}, "hops")
    same({(f.out, f.ttl) for f in capture.udp(port=4321)}, {(True, 1), (False, 9)}, "TTLs")
    same(of(r.events, "start")[0]["ttl"], 1, "TTL at the start")


@test("-s: requests and answers are so long; without, bytes are not told", families=True)
def size(fam):
    s, c = pair()
    serve(s, "--ssmping")
    capture = Capture(c)
    r = ping(c, "--ssmping", s.addr(fam), "-c", 1, "-s", 1000)
    same(of(r.events, "start")[0]["bytes"], 1000, "bytes at the start")
    sent = [len(f.data) for f in capture.udp(port=4321, out=True) if f.data[:1] == b"Q"]
    same(sent, [1000], "bytes of the requests")
    among({e["bytes"] for e in of(r.events, "reply")}.pop(), 980, 1010, "bytes of the replies")


@test("a router between: unicast tells its hop; multicast, which it does not route, is missing, and that is said",
      families=True)
def router(fam):
    s, r, c = Node("server"), Node("router", forward=True), Node("client")
    link(s, r)
    link(c, r, net=1)
    s.ip("route replace default via %s dev eth0" % r.addr(4), "route replace default via %s dev eth0" % r.addr(6))
    serve(s, "--ssmping", "--allow", "10.0.0.0/8", "--allow", "fd00::/16")
    done = ping(c, "--ssmping", s.addr(fam), "-c", 2, "-i", 0.1, "-W", 0.5, "-v")
    multicast, unicast = halves(done)
    same((done.code, multicast["received"], unicast["received"], unicast["hops"]), (1, 0, 2, 1), "exit code, halves")
    same([(e["seq"], e["by"]) for e in of(done.events, "lost")], [(1, "multicast"), (2, "multicast")], "lost")
    check("heard by unicast" in done.stderr and "PIM" in done.stderr, "the advice", done.stderr)


@test("from off the link nothing is answered without --allow, and the client says what to look at", families=True)
def off_link(fam):
    s, r, c = Node("server"), Node("router", forward=True), Node("client")
    link(s, r)
    link(c, r, net=1)
    s.ip("route replace default via %s dev eth0" % r.addr(4), "route replace default via %s dev eth0" % r.addr(6))
    v = serve(s, "--ssmping")
    done = ping(c, "--ssmping", s.addr(fam), "-c", 2, "-i", 0.1, "-W", 0.3)
    same((done.code, [h["received"] for h in halves(done)]), (1, [0, 0]), "exit code, received")
    check("--allow" in done.stderr, "the advice", done.stderr)
    seen = end(v.stop())
    same((seen["replies"], list(seen["refused"])), (0, ["off_link"]), "replies, causes of refusal")


@test("a server that is started anew in between: its sessions hold no more, the client gets another", families=True)
def renewed(fam):
    s, c = pair()
    v = serve(s, "--ssmping")
    p = Verb(c, "ping", "--ssmping", s.addr(fam), "-c", 12, "-i", 0.3, "-W", 0.3)
    p.wait_event("reply", seq=2, by="multicast")
    v.stop()
    serve(s, "--ssmping")
    done = p.wait()
    for half in halves(done):
        among(half["received"], 5, 11, "received")
    seqs = [e["seq"] for e in of(done.events, "reply", by="multicast")]
    check(12 in seqs, "nothing is answered at the end", seqs)


@test("nobody: exit 1 after the older form was tried, too", families=True)
def nobody(fam):
    _, c = pair()
    capture = Capture(c)
    there = "10.0.0.1" if fam == 4 else "fd00::1"
    r = ping(c, "--ssmping", there, "-c", 2, "-i", 0.1, "-W", 0.3)
    same((r.code, of(r.events, "session")[0]["form"]), (1, "ssmping"), "exit code and form")
    check("lost by unicast and by multicast: " + there in r.stderr, "the advice", r.stderr)
    kinds = [f.data[:1] for f in capture.udp(port=4321, out=True)]
    same((kinds.count(b"I") >= 1, kinds.count(b"Q")), (True, 2), "what was sent")
    r = text(c, "ping", "--ssmping", there, "-c", 1, "-W", 0.2)
    check("no session came: older form" in r.stdout, "which form is spoken, and why", r.stdout)


@test("a server that does not answer in a group: exit 1 at once, and where it does is said", families=True)
def turned_away(fam):
    s, c = pair()
    there = PREFIX, struct.pack("!HB", *((1, 32) if fam == 4 else (2, 128))) + pack(SSM[fam])
    Returner(s, fam, lambda data: message(b"S", (VERSION, b"\2"), (CLIENT, options(data)[1][CLIENT]), there))
    r = ping(c, "--ssmping", s.addr(fam), OTHER[fam])
    same((r.code, end(r)["sent"]), (1, 0), "exit code, requests")
    check(OTHER[fam] in r.stderr and "It does in %s/" % SSM[fam] in r.stderr, "the advice", r.stderr)


@test("text: both halves side by side")
def as_text():
    s, c = pair()
    serve(s, "--ssmping")
    r = text(c, "ping", "--ssmping", s.addr(4), "-c", 2, "-i", 0.1)
    for line in ("SSMPING 10.0.0.1:4321 from 10.0.0.2 by eth0", "joined 232.43.211.234 (from the server alone), RFC 6450",
                 "  unicast from 10.0.0.1:4321: seq=2 hops=0 time=", "multicast from 10.0.0.1:4321: seq=2 hops=0 time=",
                 "10.0.0.1:4321 by multicast: 2 sent, 2 received, 0% loss, 0 duplicates, "
                 "0% loss since the first (seq=1), hops=0, the first ", "10.0.0.1:4321 by unicast: 2 sent"):
        check(line in r.stdout, "no line with: " + line, r.stdout)


class Returner:
    """A server as FRR's pimd has it: returns what comes to one address, with another type, to the client and to the
    standard group at the client's port; messages that are no requests it passes over."""

    def __init__(self, node, fam, init=None):
        """init(data) gives the answer to an Init message."""
        self.sock, self.group, self.going = node.socket(inet(fam), socket.SOCK_DGRAM), SSM[fam], True
        self.init = init
        self.sock.bind((node.addr(fam), 4321))
        index = node.index("eth0")
        if fam == 4:
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4x4xi", index))
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 64)
        else:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 64)
        self.sock.settimeout(0.1)
        self.thread = threading.Thread(target=self._run, daemon=True)
        tap.defer(self.stop)
        self.thread.start()

    def _run(self):
        while self.going:
            try:
                data, peer = self.sock.recvfrom(1000)
            except socket.timeout:
                continue
            if data[:1] == b"I" and self.init:
                self.sock.sendto(self.init(data), peer)
            if data[:1] == b"Q":
                for to in peer[0], self.group:
                    self.sock.sendto(b"A" + data[1:], (to, peer[1]))

    def stop(self):
        self.going = False
        self.thread.join(10)


@test("a server that returns what it gets, as FRR's pimd does, is one of the older form", families=True)
def returner(fam):
    s, c = pair()
    Returner(s, fam)
    r = ping(c, "--ssmping", s.addr(fam), "-c", 3, "-i", 0.1)
    same((r.code, r.stderr, of(r.events, "session")[0]["form"]), (0, "", "ssmping"), "exit code, stderr, form")
    same([(h["received"], h["hops"]) for h in halves(r)], [(3, 0)] * 2, "received and hops")


PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man")


def keys_of(value):
    """All keys, at any depth, but for those that are causes of refusal."""
    if isinstance(value, dict):
        return set(value).union(*(keys_of(v) for k, v in value.items() if k != "refused"))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


@test("every key of JSON is on the man page")
def keys():
    s, c = pair()
    v = serve(s, "--ssmping")
    events = []
    for how in ["--ssmping", s.addr(4)], ["--twin", "--ask", s.addr(4)], ["--ssmping", "10.0.0.77", "-W", 0.2]:
        events += ping(c, *how, "-v", "-c", 2, "-i", 0.1).events
    for page, seen in ("mcast-ping", events), ("mcast-serve", v.stop().events):
        with open(os.path.join(PAGES, page + ".1.scd"), encoding="utf-8") as f:
            section = f.read().split("\n# JSON\n")[1].split("\n# ")[0]
        missing = {k for k in keys_of(seen) if "_%s_" % k not in section}
        same(missing, set(), "keys that are not on the page of " + page)


# ---- the server, asked by hand -------------------------------------------------------------------------


@test("RFC 6450: an answer has the request's options in their order, and the server's own", families=True)
def server_rfc(fam):
    s, c = pair()
    serve(s, "--ssmping")
    me = Listener(c, fam, ASM[fam], s.addr(fam))
    ask = request(fam, ASM[fam], (77, b"unknown"), (ASKED, struct.pack("!H", SERVER_TIME)))
    unicast, multicast = me.ask(ask, PATIENCE)
    same(unicast[:len(ask)], b"A" + ask[1:], "what was asked comes first")
    kind, got = options(unicast)
    same((kind, got[TTL], sorted(set(got) & {INFO, PREFIX, SESSION})), (b"A", b"\x40", []), "type, TTL, what is not there")
    same(len(got[SERVER_TIME]), 8, "octets of the server's time")
    check(multicast == unicast, "the halves differ")


@test("older form: an answer is the request and what was asked for, as ssmpingd gives it", families=True)
def server_older(fam):
    s, c = pair()
    serve(s, "--ssmping")
    me = Listener(c, fam, ASM[fam], s.addr(fam))
    ask = request(fam, ASM[fam], version=None)
    same(me.ask(ask, PATIENCE), (b"A" + ask[1:],) * 2, "plain")
    ask = message(b"Q", (CLIENT, b"abcd"), (SEQ, b"\0\0\0\1"), (ASKED,), (SIZE, struct.pack("!H", 200)),
                  group_option(fam, ASM[fam], True))
    unicast, multicast = me.ask(ask, PATIENCE)
    same((len(unicast), multicast == unicast, unicast[:len(ask)]), (200, True, b"A" + ask[1:]), "filled up")
    check(options(unicast)[1][INFO].startswith(b"mcast serve "), "who it is", unicast)
    for wanted, longest in (65535, 1452), (1453, 1452), (20, len(ask) + 30):
        ask = message(b"Q", (SIZE, struct.pack("!H", wanted)), group_option(fam, ASM[fam], True))
        among(len(me.ask(ask, PATIENCE)[0]), len(ask), longest, "octets where %d are asked for" % wanted)


@test("groups: nothing is sent to one that is neither the protocol's nor a target's", families=True)
def groups(fam):
    s, c = pair()
    v = serve(s, "--ssmping")
    me = Listener(c, fam, OTHER[fam], s.addr(fam))
    capture = Capture(c)
    unicast, multicast = me.ask(request(fam, OTHER[fam], version=None))
    same((unicast[:1], multicast), (b"A", None), "older form: the unicast half alone")
    unicast, multicast = me.ask(request(fam, OTHER[fam], seq=7))
    kind, got = options(unicast)
    same((kind, got[SEQ], GROUP in got, multicast), (b"S", b"\0\0\0\7", False, None), "RFC 6450: it is told")
    check(pack(SSM[fam]) in unicast, "which group there is", got)
    near = "224.0.0.234" if fam == 4 else "ff02::4321:1234"  # others of the link listen there
    unicast, multicast = me.ask(request(fam, near, version=None))
    same(unicast[:1], b"A", "a group of the link alone that ends as the groups do: the unicast half")
    within = PREFIX, struct.pack("!HB", *((1, 24) if fam == 4 else (2, 16))) + pack(near)[:3 if fam == 4 else 2]
    kind, got = options(me.ask(message(b"I", (VERSION, b"\2"), within), 0.3)[0])
    same((kind, GROUP in got), (b"S", False), "no group of the link alone is given")
    host = "10.0.0.234" if fam == 4 else "fd00::4321:1234"
    unicast, multicast = me.ask(request(fam, host, version=None))
    same((unicast[:1], multicast), (b"A", None), "a host that ends as the groups do")
    other = 6 if fam == 4 else 4
    me.ask(request(other, ASM[other], version=None))
    same([f for f in capture.udp(port=4321, out=False) if f.dst not in (c.addr(fam),)], [], "what went elsewhere")
    same(end(v.stop())["refused"]["group"], 6, "refused")


@test("Init: the first prefix that suits names the group; a session holds for its client alone", families=True)
def sessions(fam):
    s, c = pair()
    serve(s, "--ssmping", target(OTHER[fam]))
    me = Listener(c, fam, ASM[fam], s.addr(fam))
    afi = struct.pack("!H", 1 if fam == 4 else 2)
    wide = afi + (b"\x08\xe8" if fam == 4 else b"\x10\xff\x3e")
    whole = lambda g: afi + (b"\x20" if fam == 4 else b"\x80") + pack(g)
    for prefixes, want in (([wide], SSM), ([whole(OTHER[fam])], OTHER), ([whole(ASM[fam])], ASM), ([], SSM),
                           ([whole("239.9.9.9" if fam == 4 else "ff15::9"), whole(ASM[fam])], ASM)):
        ask = message(b"I", (VERSION, b"\2"), (CLIENT, b"me"), *[(PREFIX, p) for p in prefixes],
                      (ASKED, struct.pack("!H", INFO)))
        kind, got = options(me.ask(ask, 0.3)[0])
        same((kind, got[CLIENT], got[GROUP]), (b"S", b"me", afi + pack(want[fam])), "response to %r" % prefixes)
        check(got[INFO] and got[SESSION] and got[VERSION] == b"\2", "the rest of it", got)
    kind, none = options(me.ask(message(b"I", (VERSION, b"\2"), (PREFIX, whole("239.9.9.9" if fam == 4 else "ff15::9"))),
                                0.3)[0])
    same((kind, GROUP in none, SESSION in none), (b"S", False, False), "response where no group suits")
    same(len(got[SESSION]), 16, "octets of a session: omping returns so many, whatever it got")
    good = me.ask(request(fam, ASM[fam], (SESSION, got[SESSION])), PATIENCE)
    same([x[:1] for x in good], [b"A", b"A"], "with the session")
    for wrong in got[SESSION][:-1], got[SESSION][:-1] + bytes([got[SESSION][-1] ^ 1]), b"":
        unicast, multicast = me.ask(request(fam, ASM[fam], (SESSION, wrong)))
        same((unicast[:1], multicast), (b"S", None), "with another session")
    stranger = Listener(c, fam, ASM[fam], s.addr(fam))
    same(stranger.ask(request(fam, ASM[fam], (SESSION, got[SESSION])))[0][:1], b"S", "the session at another port")


@test("what is no request is counted, not answered: replies, other messages, octets cut off", families=True)
def no_requests(fam):
    s, c = pair()
    v = serve(s, "--ssmping")
    me = Client(c, fam)
    good = request(fam, ASM[fam])
    for data in b"", b"x", b"A" + good[1:], b"S" + good[1:], good[:-1], good + b"\0":
        me.send(data, s.addr(fam), 4321)
    me.send(request(fam, None, version=b"\3"), s.addr(fam), 4321)
    got = me.receive(2, 1)
    same([(d[:1], options(d)[1][VERSION]) for d, *_ in got], [(b"S", b"\2")], "another version is told ours")
    same(end(v.stop())["refused"], {"no_request": 6}, "refused")


@test("the guard is the echo's: --allow, --rate, -I and forged sources hold here, too", families=True)
def guarded(fam):
    s, c = pair()
    v = serve(s, "--ssmping", "--rate", 3)
    me = Client(c, fam)
    for _ in range(10):
        me.send(request(fam, ASM[fam]), s.addr(fam), 4321)
    among(len(me.receive(10, 0.7)), 3, 6, "answers of ten at once")
    check(end(v.stop())["refused"]["rate"] >= 4, "refused by rate")
    v = serve(s, "--ssmping", "--allow", "10.77.0.0/16")
    me.send(request(fam, ASM[fam]), s.addr(fam), 4321)
    same(me.receive(1, 0.5), [], "answers to one that is not allowed")
    same(end(v.stop())["refused"], {"not_allowed": 1}, "refused")
    v = serve(s, "--ssmping", "-I", "lo", *([] if fam == 4 else ["-6"]))
    me.send(request(fam, ASM[fam]), s.addr(fam), 4321)
    same(me.receive(1, 0.5), [], "answers on another interface")
    same(end(v.stop())["refused"], {"interface": 1}, "refused")


@test("a rate of its own without --rate, on the link, too: half of what a forged request makes goes to a group", families=True)
def own_rate(fam):
    s, c = pair()
    me = Client(c, fam)
    me.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
    for more, low, high in ([], 100, 200), (["--rate", 0], 300, 300):
        v = serve(s, "--ssmping", *more)
        for _ in range(300):
            me.send(request(fam, ASM[fam]), s.addr(fam), 4321)
        among(len(me.receive(300, 1)), low, high, "answers of three hundred at once with %s" % more)
        refused = end(v.stop())["refused"]
        among(refused.get("rate", 0), 300 - high, 300 - low, "refused by rate")


@test("a source port of 4321, as omping has it, and a last hop are answered", families=True)
def same_port(fam):
    s, c = pair()
    serve(s, "--ssmping")
    me = c.socket(inet(fam), socket.SOCK_DGRAM)
    me.bind(("", 4321))
    if fam == 4:
        me.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
    else:
        me.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 1)
    me.settimeout(PATIENCE)
    me.sendto(request(fam, ASM[fam]), (s.addr(fam), 4321))
    same(me.recv(1000)[:1], b"A", "type of the answer")


@test("-c counts both halves; a port that is taken, and a target at 4321, are refused in one line")
def limits():
    s, c = pair()
    v = serve(s, "--ssmping", "-c", 3)
    me = Client(c, 4)
    for _ in range(2):
        me.send(request(4, ASM[4]), s.addr(4), 4321)
    check(wait_until(lambda: v.proc.poll() is not None, PATIENCE), "it goes on after three replies")
    same(end(v.wait())["replies"], 3, "replies")
    for args, words in (["239.1.1.1:4321"], ("4321", "target")), ([], ("4321", "ss -ulpn")):
        if not args:
            serve(s, "--ssmping")
        r = text(s, "serve", "--ssmping", *args)
        same((r.code, len(r.stderr.splitlines())), (2, 1), "exit code and lines")
        check(all(w in r.stderr for w in words), "what is said", r.stderr)


main(abreast=4)
