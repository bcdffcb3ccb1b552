"""
lossy.py - a wire that loses packets of IGMPv3 and MLDv2, exactly every so many of a kind, so that one run loses what
the next one does.

Two nodes are on a bridge, whose ports drop by nft(8) with a counter for each rule; where the kernel or the machine
has no such thing, or $LOSSY is "relay", the ports are in no bridge and a thread here carries frames from one to
the other. Both count for themselves: lost() tells how many packets a rule took.
"""
import collections
import json
import os
import shutil
import subprocess

from frames import ALL_NODES, ALL_REPORTS
from querying import message
from relay import Carrier
from rig import lan
from wire import IS_EX, IS_IN, Frame

FAMILIES = (4, 6)
# Of each kind of packet the one with this number, counted from 0 within each n, is lost; or all but that one.
Rule = collections.namedtuple("Rule", "port family kind sender n number but")


def every(n, number=None):
    """One of n is lost, the last one or that number."""
    return n, n - 1 if number is None else number, False


def all_but(n, number):
    """n - 1 of n are lost."""
    return n, number, True


# ---- what a packet is, for nft and for Python -----------------------------------------------------------


IS_QUERY = {4: "ip protocol igmp @th,0,8 0x11", 6: "meta l4proto ipv6-icmp @th,0,8 130"}
TO = {4: "ip daddr", 6: "ip6 daddr"}
FROM = {4: "ip saddr", 6: "ip6 saddr"}


def match(fam, kind):
    """A kind in nft's words. The first record of a report begins at the ninth octet of the message."""
    general, report = "%s %s" % (TO[fam], ALL_NODES[fam]), "%s %s" % (TO[fam], ALL_REPORTS[fam])
    return {"general": "%s %s" % (general, IS_QUERY[fam]),
            "specific": "%s %s" % (general.replace("daddr", "daddr !="), IS_QUERY[fam]),
            "answer": report + " @th,64,8 1-2",
            "change": report + " @th,64,8 3-6"}[kind]


def kind_of(f):
    """The kind of a frame, None for all others."""
    m = message(f)
    if m and m[0] == (0x11 if f.fam == 4 else 130):
        return "general" if f.dst == ALL_NODES[f.fam] else "specific"
    if f.records and f.dst == ALL_REPORTS[f.fam]:
        return "answer" if f.records[0][0] in (IS_IN, IS_EX) else "change"
    return None


# ---- the two ways to lose ---------------------------------------------------------------------------------


class Nft:
    """Rules in a chain for each port, where frames come in."""

    def __init__(self, middle):
        self.middle, self.rules = middle, []

    def add(self, rule):
        self.rules.append(rule)
        text = ["table netdev lossy", "delete table netdev lossy", "table netdev lossy {"]
        for port in sorted({r.port for r in self.rules}):
            text.append('chain %s { type filter hook ingress device "%s" priority 0;' % (port, port))
            text += [self._line(n, r) for n, r in enumerate(self.rules) if r.port == port] + ["}"]
        self.run("-f", "-", stdin="\n".join(text + ["}"]) + "\n")

    @staticmethod
    def _line(n, r):
        sender = "%s %s" % (FROM[r.family], r.sender) if r.sender else ""
        loses = "numgen inc mod %d %s %d" % (r.n, "!=" if r.but else "==", r.number)
        return '%s %s %s counter drop comment "%d"' % (sender, match(r.family, r.kind), loses, n)

    def run(self, *args, stdin=None):
        with self.middle:
            p = subprocess.run(["nft", *args], input=stdin, capture_output=True, text=True, timeout=30)
        if p.returncode:
            raise OSError("nft: " + p.stderr.strip())
        return p.stdout

    def counts(self):
        rows = [x["rule"] for x in json.loads(self.run("-j", "list", "table", "netdev", "lossy"))["nftables"]
                if "rule" in x]
        taken = {int(r["comment"]): e["counter"]["packets"] for r in rows for e in r["expr"] if "counter" in e}
        return [taken[n] for n in range(len(self.rules))]


class Relay(Carrier):
    """The ports' frames go through here."""

    def __init__(self, middle):
        self.rules, self.seen, self.taken = [], [], []
        Carrier.__init__(self, middle, "p0", "p1")

    def add(self, rule):
        self.seen.append(0)
        self.taken.append(0)
        self.rules.append(rule)

    def counts(self):
        return list(self.taken)

    def way(self, port, octets):
        return [] if self._lost(port, Frame(octets[self.HEAD:], False)) else [octets]

    def _lost(self, port, f):
        """A frame goes by the rules until one takes it: what that one drops the next ones do not count."""
        kind = kind_of(f)
        for n, r in enumerate(list(self.rules)):
            if (r.port, r.family, r.kind) != (port, f.fam, kind) or r.sender not in (None, f.src):
                continue
            at = self.seen[n] % r.n
            self.seen[n] += 1
            if (at != r.number) if r.but else (at == r.number):
                self.taken[n] += 1
                return True
        return False


# ---- the wire ---------------------------------------------------------------------------------------------


def has_nft(middle):
    """Whether a rule with all that is used here can be had."""
    if os.environ.get("LOSSY") == "relay" or not shutil.which("nft"):
        return False
    try:
        nft = Nft(middle)
        for fam in FAMILIES:
            nft.add(Rule("p0", fam, "specific", None, 2, 1, False))
        nft.counts()
        nft.run("delete", "table", "netdev", "lossy")
        return True
    except OSError:
        return False


class Wire:
    """A link of two nodes: the first is host 1 of the subnet, the second host 2."""

    def __init__(self, *nodes, by=None):
        self.nodes, self.rules = nodes, []
        middle = lan(*nodes)
        by = by or ("nft" if has_nft(middle) else "relay")
        self.way = Nft(middle) if by == "nft" else Relay(middle)

    def lose(self, node, kind, which, senders=(None,)):
        """What node sends of a kind is lost by every() or all_but(): counted for each sender alone, and for both
        families where no sender is named."""
        port = "p%d" % self.nodes.index(node)
        for a in senders:
            for fam in FAMILIES if a is None else [6 if ":" in a else 4]:
                self.rules.append(Rule(port, fam, kind, a, *which))
                self.way.add(self.rules[-1])

    def lost(self):
        """How many packets each rule took: a list of (rule, number)."""
        return list(zip(self.rules, self.way.counts()))
