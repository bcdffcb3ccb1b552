#!/usr/bin/env python3
"""t_doctor_firewall.py - rules of nftables that drop what multicast needs: each is shown to drop it, is named by
mcast doctor, and no longer does once the command that it gave was run. Others, that are harmless, are passed over."""
import os
import select
import shutil
import socket
import subprocess
import time

from doctoring import During, doctor, finds, member, mend, of, silent, two
from kernels import src
from rig import Node, lan, wait_until
from tap import Skip, check, main, same, skip_all, test
from verbs import MCAST, Client, group, inet, plain_socket, target
from wire import pack

PORT = 5000
if not shutil.which("nft"):
    skip_all("needs nft(8)")
if b"without libnftables" in subprocess.run(MCAST + ["--version"], capture_output=True).stdout:
    skip_all("mcast is built without libnftables")


def words(fam):
    """What stands for a family's in a ruleset."""
    v4 = fam == 4
    return dict(ip="ip" if v4 else "ip6", group=group(fam), other=group(fam, 9), a=src(fam),
                report="igmp type membership-report-v3" if v4 else "icmpv6 type mld2-listener-report",
                query="igmp type membership-query" if v4 else "icmpv6 type mld-listener-query",
                protocol="igmp" if v4 else "icmpv6", own="224.0.0.0/24" if v4 else "ff02::/16",
                range="239.0.0.0/8" if v4 else "ff10::/12", addr="ipv4_addr" if v4 else "ipv6_addr",
                neighbours="icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept")


def nft(node, rules, fam=4):
    """Load rules: braces that are no word's are doubled; each chain is on lines of its own."""
    with node:
        r = subprocess.run(["nft", "-f", "-"], input=rules.format(**words(fam)), text=True, capture_output=True)
    if r.returncode and "not supported" in r.stderr:
        raise Skip("this kernel lacks a part of nftables: %s" % r.stderr.replace("\n", " "))
    same(r.returncode, 0, "exit code of nft: %s" % r.stderr)


def table(hook, *rules, policy="accept", family="inet", more="", device=""):
    """A ruleset of one base chain and more."""
    return "table %s f {{\n%s\nchain base {{\ntype filter hook %s %spriority 0; policy %s;\n%s\n}}\n}}\n" % (
        family, more, hook, device, policy, "\n".join(rules))


def chain(name, *rules):
    return "chain %s {{\n%s\n}}\n" % (name, "\n".join(rules))


def here(fam):
    """Arguments: a look that is short, at the group."""
    return "-w", 0.02, target(group(fam), PORT, iface="eth0")


# ---- what the kernel really does -----------------------------------------------------------------


def arrives(a, sock, fam, wait=0.15):
    """A datagram of node a reaches a member's socket."""
    while select.select([sock], [], [], 0)[0]:
        sock.recv(100)
    Client(a, fam, "eth0").send(b"datagram", group(fam), PORT)
    return bool(select.select([sock], [], [], wait)[0])


class Tap:
    """Frames that arrive at a node."""

    def __init__(self, node):
        self.sock = node.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.bind(("eth0", 3))

    def hears(self, octets, wait):
        end = time.monotonic() + wait
        while time.monotonic() < end:
            if select.select([self.sock], [], [], 0.02)[0] and octets in self.sock.recv(2000):
                return True
        return False


def reports(a, b, fam, wait=0.2, joined=[10]):
    """A join of node b is seen by node a."""
    joined[0] += 1
    tap, g = Tap(a), group(fam, joined[0])
    m = member(b, fam, g)
    m.call("join")
    heard = tap.hears(pack(g), wait)
    m.call("leave")
    return heard


def leaves(a, b, fam, wait=0.15):
    """A datagram of node b is seen by node a."""
    tap = Tap(a)
    try:
        Client(b, fam, "eth0").send(b"outward", group(fam), PORT)
    except PermissionError:
        return False
    return tap.hears(b"outward", wait)


# ---- what doctor says ----------------------------------------------------------------------------


def cured(node, *args, words=()):
    """Faults are found, their commands run, and then it is silent. The faults."""
    faults = of(doctor(node, *args), "firewall", "fault")
    check(faults, "no fault of firewall")
    for w in words:
        check(any(w in str(f) for f in faults), "no fault says %r" % w, *faults)
    for f in faults:
        mend(node, f)
    silent(node, "firewall", *args)
    return faults


# ---- datagrams that arrive -----------------------------------------------------------------------

ESTABLISHED = "ct state established,related accept"
DEVICE = 'device "eth0" '

ARRIVING = {
    "by port": table("input", "udp dport 5000 counter drop"),
    "by group": table("input", "{ip} daddr {group} drop"),
    "by a range of groups, in a table of that family": table("prerouting", "{ip} daddr {range} drop", family="{ip}"),
    "by policy": table("input", 'iifname "lo" accept', ESTABLISHED, "{neighbours}", "meta l4proto {protocol} accept",
                       policy="drop"),
    "by reject at the end": table("input", ESTABLISHED, 'iifname "lo" accept', "{neighbours}",
                                  "meta l4proto {protocol} accept", "tcp dport 22 accept", "reject"),
    "at the ingress hook": table("ingress", "{ip} daddr {group} udp dport 5000 drop", family="netdev", device=DEVICE),
    "at the ingress hook of inet": table("ingress", "{ip} daddr {group} drop", device=DEVICE),
    "in a chain that is jumped to": table("input", "meta l4proto udp jump sub", "accept",
                                          more=chain("sub", "udp dport 1-1023 accept", "udp dport != 53 counter drop")),
    "in a chain that is gone to": table("input", '{ip} daddr {range} goto sub', "accept", more=chain("sub", "drop")),
    "by a set": table("input", "{ip} daddr @bad drop",
                      more="set bad {{ type {addr}; flags interval; elements = {{ {range} }}\n}}\n"),
    "by a set of pairs": table("input", "{ip} daddr . udp dport {{ {other} . 1, {group} . 5000 }} drop"),
    "by a verdict map": table("input", "udp dport vmap {{ 1-100 : accept, 5000 : drop }}"),
    "by a verdict map with a name": table("input", "iifname vmap @m", more="map m {{ type ifname : verdict\n}}\n") +
                                    "add element inet f m {{ eth0 : drop }}\n",
    "as multicast": table("input", "{neighbours}", "meta pkttype multicast meta l4proto udp drop"),
    "by what the routing table says": table("input", "fib daddr type multicast meta l4proto udp drop"),
    "by the name of the interface": table("input", 'iifname "et*" meta l4proto udp drop'),
    "by a state": table("input", "meta l4proto udp ct state vmap {{ established : accept, new : drop }}"),
    "by a chain behind one that accepts": table("input", "accept") +
        table("input", "udp dport 5000 drop").replace("table inet f", "table inet g").replace("priority 0", "priority 5"),
    "by two chains": table("input", "udp dport 5000 drop") +
        table("prerouting", "udp dport 5000 reject").replace("table inet f", "table inet g"),
    "by one rule or another": table("input", "meta mark 1 goto sub", "meta l4proto udp drop",
                                    more=chain("sub", "meta l4proto udp drop")),
    "either way of a verdict map": table("input", "{neighbours}", "meta mark vmap {{ 1 : goto sub, * : goto other }}",
                                         more=chain("sub", "drop") + chain("other", "meta l4proto udp drop")),
}


def arriving(some):
    def run(fam):
        a, b = two()
        sock = plain_socket(b, fam, group(fam), PORT)
        check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive without rules")
        for what in some:
            nft(b, "flush ruleset\n" + ARRIVING[what], fam)
            check(not arrives(a, sock, fam), "the rules do not drop it: %s" % what)
            cured(b, *here(fam), words=[group(fam), "arrive", "eth0"])
            check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive after the cure: %s" % what)
    return run


def parts(names, most=6):
    names = list(names)
    return [names[i:i + most] for i in range(0, len(names), most)]


for some_ in parts(ARRIVING):
    test("datagrams dropped " + ", ".join(some_), families=True)(arriving(some_))


# ---- reports and queries -------------------------------------------------------------------------

LEAVING = {
    "by protocol": table("output", "meta l4proto {protocol} drop"),
    "by type, in a chain of that family": table("output", "{report} counter drop", family="{ip}"),
    "by address, behind routing": table("postrouting", "{ip} daddr {own} drop"),
    "by policy": table("output", ESTABLISHED, "{neighbours}", "udp dport 1-65535 accept", policy="drop"),
    "at the egress hook": table("egress", "{ip} daddr {own} drop", family="netdev", device=DEVICE),
}


@test("reports dropped " + ", ".join(LEAVING), families=True)
def leaving(fam):
    a, b = two()
    plain_socket(b, fam, group(fam), PORT)
    check(wait_until(lambda: reports(a, b, fam)), "no report without rules")
    for what, rules in LEAVING.items():
        nft(b, "flush ruleset\n" + rules, fam)
        check(not reports(a, b, fam), "the rules do not drop it: %s" % what)
        cured(b, *here(fam), words=["IGMP reports" if fam == 4 else "MLD reports", "eth0"])
        check(wait_until(lambda: reports(a, b, fam)), "no report after the cure: %s" % what)


@test("queries dropped: named, and cured", families=True)
def queries(fam):
    _, b = two()
    for rules in (table("input", "{query} drop"), table("input", ESTABLISHED, "{neighbours}",
                        "meta l4proto udp accept", "drop"),
                  table("prerouting", "{ip} daddr {own} drop")):
        nft(b, "flush ruleset\n" + rules, fam)
        cured(b, *here(fam), words=["queries", "arrive on eth0"])


@test("queries from 0.0.0.0 dropped: a warning, and cured")
def unspecified():
    _, b = two()
    nft(b, table("input", "ip saddr 0.0.0.0/8 drop"))
    mend(b, finds(b, "firewall", "warning", *here(4), words=["0.0.0.0"]))
    silent(b, "firewall", *here(4))


@test("reports of an older version go to the group, and are looked for there", families=True)
def older(fam):
    _, b = two()
    b.sysctl("net.ipv4.conf.eth0.force_igmp_version" if fam == 4 else "net.ipv6.conf.eth0.force_mld_version",
             2 if fam == 4 else 1)
    plain_socket(b, fam, group(fam), PORT)
    nft(b, table("output", "{ip} daddr {own} drop"), fam)
    silent(b, "firewall", *here(fam))
    nft(b, "flush ruleset\n" + table("output", "{ip} daddr {group} meta l4proto {protocol} drop"), fam)
    cured(b, *here(fam), words=["reports"])


# ---- datagrams that leave ------------------------------------------------------------------------


@test("datagrams dropped as they leave: a warning, a fault where somebody sends", families=True)
def sent(fam):
    a, b = two()
    rules = table("output", "{ip} daddr {group} counter drop")
    nft(b, rules, fam)
    check(not leaves(a, b, fam), "the rules do not drop it")
    f = finds(b, "firewall", "warning", *here(fam), words=["leave by eth0"])
    s = b.socket(inet(fam), socket.SOCK_DGRAM)
    s.connect((group(fam), PORT) + ((0, b.index("eth0")) if fam == 6 else ()))
    f = finds(b, "firewall", "fault", *here(fam), words=["leave by eth0", group(fam)])
    mend(b, f)
    silent(b, "firewall", *here(fam))
    check(wait_until(lambda: leaves(a, b, fam)), "it does not leave after the cure")


# ---- what cannot be judged -----------------------------------------------------------------------


def looking(fam):
    return "-w", 0.2, target(group(fam), PORT, iface="eth0")


@test("a rule that may drop is told of where its counter grows while such datagrams arrive; no command", families=True)
def perhaps(fam):
    a, b = two()
    sock = plain_socket(b, fam, group(fam), PORT)
    check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive without rules")
    send = Client(a, fam, "eth0").send
    for rule in "{ip} daddr {range} limit rate over 1/hour", "udp dport != 53 limit rate over 1/hour":
        nft(b, "flush ruleset\n" + table("input", rule + " burst 1 packets counter packets 7 bytes 7 drop"), fam)
        send(b"first", group(fam), PORT)
        check(not arrives(a, sock, fam), "the rules do not drop it")
        silent(b, "firewall", *looking(fam))
        with During(lambda: send(b"datagram", group(fam), PORT)):
            f = finds(b, "firewall", "warning", *looking(fam), words=["may be", "counter", "limit rate over 1/hour"])
        same(f["mend"], None, "a command that lets others in, too")
        check(group(fam) in f["advice"], "advice", f)


BANS = """set banned {{ type {addr}; flags dynamic,timeout; timeout 1h; elements = {{ {bad} }}
}}
"""


@test("lists of the banned, limits and marks that drop what others send: nothing is found", families=True)
def banned(fam):
    a, b = two()
    bad = "10.0.0.66" if fam == 4 else "fd00::66"
    a.ip("addr add %s/%s dev eth0" % (bad, "32" if fam == 4 else "128 nodad"))
    sock = plain_socket(b, fam, group(fam), PORT)
    seen = "counter packets 99 bytes 9999 drop"
    nft(b, table("input", "ct state invalid " + seen, "{ip} saddr @banned " + seen, "meta mark 7 " + seen,
                 "tcp dport 22 limit rate over 1/hour " + seen, more=BANS.replace("{bad}", bad)), fam)
    silent(b, "firewall", *looking(fam))
    silent(b, "firewall", "-w", 0.2)
    good, evil = Client(a, fam, "eth0", bind=(a.addr(fam), 0)), Client(a, fam, bind=(bad, 0))
    flows = [lambda: good.send(b"datagram", group(fam), PORT)] + 9 * [lambda: evil.send(b"evil", b.addr(fam), 7)]
    with During(lambda: [flow() for flow in flows]):
        check(select.select([sock], [], [], 5)[0], "it does not arrive with these rules")
        silent(b, "firewall", *looking(fam))
    grown = ruleset(b)
    check("packets 99 " in grown and grown.count("packets 99 ") == 3, "the banned were not dropped", grown)


def ruleset(node, command=("nft", "list", "ruleset")):
    with node:
        return subprocess.run(command, text=True, capture_output=True, check=True).stdout


def iptables(node, fam, *rules):
    name = "iptables-nft" if fam == 4 else "ip6tables-nft"
    if not shutil.which(name):
        raise Skip("needs %s(8)" % name)
    for r in rules:
        with node:
            done = subprocess.run([name, *r.split(" ")], text=True, capture_output=True)
        if done.returncode:
            raise Skip("%s: %s" % (name, done.stderr.replace("\n", " ")))
    return name


@test("what mends a table of iptables can be saved by it, and lets in no more", families=True)
def saved(fam):
    _, b = two()
    name = iptables(b, fam, "-A INPUT -p %s -j DROP" % ("igmp" if fam == 4 else "ipv6-icmp"))
    cured(b, *here(fam), words=["queries"])
    got = [r for r in ruleset(b, (name + "-save",)).splitlines() if r.endswith("-j ACCEPT")]
    if fam == 4:
        same(got, ["-A INPUT -p igmp -j ACCEPT"], "rules")
    else:
        same(sorted(r.split("--icmpv6-type ")[1].split()[0] for r in got if "type" in r), ["130", "131", "132", "143"],
             "types of ICMPv6")
        same(len(got), 4, "rules")


@test("a chain whose name nft cannot be told gets no command", families=True)
def names(fam):
    _, b = two()
    iptables(b, fam, "-N a;flush", "-A a;flush -p udp -j DROP", "-A INPUT -p udp -j a;flush")
    f = finds(b, "firewall", "fault", *here(fam), words=["a;flush"])
    same(f["mend"], None, "command")
    check(group(fam) in f["advice"] and "by hand" in f["advice"], "advice", f)


@test("a source that is named is looked at", families=True)
def source(fam):
    _, b = two()
    nft(b, table("input", "{ip} saddr {a} meta l4proto udp drop"), fam)
    silent(b, "firewall", *here(fam))
    silent(b, "firewall", *here(fam), "10.0.0.77" if fam == 4 else "fd00::77")
    cured(b, *here(fam), src(fam), words=[group(fam)])


@test("without a port all of UDP to the group is let past", families=True)
def portless(fam):
    _, b = two()
    nft(b, table("input", "{neighbours}", "meta l4proto {protocol} accept", policy="drop"), fam)
    cured(b, "-w", 0.02, "%s%%eth0" % group(fam), words=[group(fam)])


@test("a table of firewalld is mended by firewalld, and by nobody else", families=True)
def firewalld(fam):
    _, b = two()
    rules = table("input", "jump filter_IN_public", more=chain("filter_IN_public", ESTABLISHED, "reject"))
    nft(b, rules.replace("inet f", "inet firewalld").replace("chain base", "chain filter_INPUT"), fam)
    f = finds(b, "firewall", "fault", *here(fam), words=[group(fam), "filter_IN_public"])
    for w in ("firewall-cmd --permanent --zone=public --add-rich-rule=", group(fam), '"5000"', "--reload"):
        check(w in f["mend"], "the command lacks %r" % w, f)
    check("firewalld" in f["advice"], "advice", f)


# ---- what is harmless ----------------------------------------------------------------------------

HARMLESS = (
    table("input", 'iifname "lo" accept', "ct state invalid drop", ESTABLISHED, "{neighbours}",
          "meta l4proto {protocol} accept", "{ip} daddr {group} udp dport 5000 accept", policy="drop"),
    table("input", "udp dport 6000 drop", "{ip} daddr {other} drop", 'iifname "eth1" drop', "tcp dport 5000 drop",
          "{ip} daddr != {{ {range}, {own} }} drop", "ct state invalid drop", "ct state established drop",
          'iifname != "eth*" drop', "meta pkttype broadcast drop", "ip protocol icmp drop", "udp dport vmap {{ 1 : drop }}"),
    table("prerouting", "drop", family="ip6"),
    table("output", "drop", family="ip6"),
    table("forward", policy="drop"),
    table("ingress", family="netdev", device='device "lo" ', policy="drop"),
    table("input", "goto on", "drop", more=chain("on", "accept")),
    table("output", 'oifname "lo" accept', "{ip} daddr {own} accept", "{ip} daddr {range} udp dport 5000-5010 accept",
          "{ip} daddr {group} accept", "{neighbours}", policy="drop"),
    "table inet f {{\nflags dormant\nchain base {{\ntype filter hook input priority 0; policy drop;\n}}\n}}\n",
)


@test("rules that are harmless are passed over", families=True)
def harmless(fam):
    a, b = two()
    sock = plain_socket(b, fam, group(fam), PORT)
    check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive without rules")
    for rules in HARMLESS:
        if fam == 6:
            rules = rules.replace("ip6 f", "ip f")
        nft(b, "flush ruleset\n" + rules, fam)
        check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive with these rules", rules)
        silent(b, "firewall", *here(fam))


@test("no rules, and many groups at once", families=True)
def many(fam):
    _, b = two()
    f, = of(silent(b, "firewall", *here(fam)), "firewall")
    check("no rules" in f["text"], "words", f)
    nft(b, table("input", "meta l4proto udp drop"), fam)
    socks = [plain_socket(b, fam, group(fam, n), PORT + n) for n in range(1, 13)]
    doc = doctor(b, "-%d" % fam, timeout=30)
    told = of(doc, "firewall", "fault", "warning")
    same(len(told), 9, "findings of %d groups" % len(socks))
    check("4 more" in told[-1]["text"], "the last says how many more", told[-1])


# ---- bridges -------------------------------------------------------------------------------------


@test("a bridge that drops what it passes on: a fault where a member is known", families=True)
def bridged(fam):
    a, b = Node("a"), Node("b")
    middle = lan(a, b, snooping=1)
    here_ = target(group(fam), PORT, iface="br0")
    nft(middle, table("forward", "{ip} daddr {group} counter drop", family="bridge"), fam)
    if fam == 4:  # of IPv6 a bridge without an address learns nothing
        m = member(b, fam, group(fam))
        m.call("join")
        wait_until(lambda: group(fam) in mdb(middle))
    f = finds(middle, "firewall", "fault" if fam == 4 else "warning", here_, words=["passed on by the bridge br0"])
    mend(middle, f)
    silent(middle, "firewall", here_)


@test("a bridge whose frames pass the rules of IP, by br_netfilter", families=True)
def netfiltered(fam):
    a, b = Node("a"), Node("b")
    middle = lan(a, b)
    here_ = target(group(fam), PORT, iface="br0")
    call = "net.bridge.bridge-nf-call-%s" % ("iptables" if fam == 4 else "ip6tables")
    try:
        middle.sysctl(call, 1)
    except OSError:
        raise Skip("this kernel has no br_netfilter") from None
    sock = plain_socket(b, fam, group(fam), PORT)
    check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive without rules")
    nft(middle, table("forward", 'iifname "br0" oifname "br0" tcp dport 22 accept', "{neighbours}", policy="drop"), fam)
    check(not arrives(a, sock, fam), "the rules do not drop it")
    warnings = [f for f in of(doctor(middle, here_), "firewall", "warning") if call.replace(".", "/") in str(f["evidence"])]
    same(len(warnings), 2, "warnings: datagrams, and queries")
    for f in warnings:
        mend(middle, f)
    silent(middle, "firewall", here_)
    check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive after the cure")
    nft(middle, "flush ruleset\n" + table("forward", "{neighbours}", policy="drop"), fam)
    middle.sysctl(call, 0)
    silent(middle, "firewall", here_)
    check(wait_until(lambda: arrives(a, sock, fam)), "it does not arrive past the rules")


def mdb(node):
    with node:
        return subprocess.run(["bridge", "mdb", "show"], text=True, capture_output=True).stdout


# ---- what cannot be looked at --------------------------------------------------------------------


@test("without privilege it says so")
def unprivileged():
    _, b = two()
    nft(b, table("input", policy="drop"))
    if os.environ.get("MCAST_RIG"):
        raise Skip("needs root")
    with b:
        r = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all",
                            "--bounding-set=-all"] + MCAST + ["doctor", *map(str, here(4))], text=True,
                           capture_output=True)
    check("unknown  firewall" in r.stdout and "CAP_NET_ADMIN" in r.stdout and "root" in r.stdout, "output", r.stdout,
          r.stderr)


@test("tables of the older kind are told of")
def legacy():
    _, b = two()
    if not shutil.which("iptables-legacy"):
        raise Skip("needs iptables-legacy(8)")
    with b:
        subprocess.run(["iptables-legacy", "-A", "INPUT", "-p", "igmp", "-j", "DROP"], capture_output=True)
    if "filter" not in b.proc("ip_tables_names"):
        raise Skip("this kernel has no ip_tables")
    f = finds(b, "firewall", "unknown", *here(4), words=["ip filter", "iptables-legacy"])
    check(f["advice"], "advice", f)


if __name__ == "__main__":
    main(abreast=4)
