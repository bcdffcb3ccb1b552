#!/usr/bin/env python3
"""t_send_unsent.py - mcast send: what the system does not take, at the start or later, has no number and is told."""
import shutil
import subprocess
import time

from rig import Node, link, wait_until
from sending import ear, head, send, up_to
from tap import Skip, among, check, main, same, test
from verbs import Verb, end, group, target, text


@test("no route, no address: refused with the next step, exit 2", families=True)
def unreachable(fam):
    alone = Node("alone")
    r = text(alone, "send", "-c", 1, target(group(fam)))
    same((r.code, len(r.stderr.splitlines()), r.stdout), (2, 1, ""), "exit code, lines, output")
    check("-I" in r.stderr, "no next step", r.stderr)
    r = text(alone, "send", "-c", 1, "-I", "all", target(group(fam)))
    same((r.code, len(r.stderr.splitlines())), (2, 1), "exit code and lines with -I all")


@test("what the system will not take once it is sending is counted, by cause, and has no number", families=True)
def unsent(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    e = ear(s, fam)
    v = Verb(c, "send", "--rate", 200, target(group(fam)))
    numbers = [head(e.first().data).seq]
    c.ip("link del eth0")
    time.sleep(0.3)
    r = v.stop()
    total = end(r)
    check(total["unsent"] > 10 and total["unsent"] == sum(total["errors"].values()), "what was not sent", total)
    numbers += [head(d.data).seq for d in e.take()]
    same(numbers, up_to(len(numbers)), "numbers")
    # While the interface goes, the system takes some and drops them.
    among(total["datagrams"], len(numbers), len(numbers) + 30, "datagrams that were sent")
    same(r.code, 0, "exit code of one that sent something")


@test("what a queue drops was not sent, and is not lost on the way", families=True)
def queue_drops(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    with c:
        limits = ["tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "50mbit", "burst", "20k", "limit", "100k"]
        if not shutil.which("tc") or subprocess.run(limits, capture_output=True).returncode:
            raise Skip("no tc(8), or no tbf in this kernel")
    e = ear(s, fam)
    for how, more in ("single", ""), ("batch", ""), ("trains", ""), ("single", "+100"), ("batch", "+100"):
        r = send(c, "--rate", "20kpps", "-c", 10000, "--io", how, target(group(fam)) + more)
        total = end(r)
        same((r.code, total["datagrams"] + total["unsent"]), (0, 10000), "exit code, datagrams and unsent, %s" % how)
        same(total["errors"], {"No buffer space available": total["unsent"]}, "causes, %s" % how)
        among(total["unsent"], 2000, 9000, "what was not sent, %s" % how)
        seen = e.streams()[0].get(group(fam), [])
        if not more:
            same(wait_until(lambda: seen.extend(e.streams()[0].get(group(fam), [])) or len(seen) == total["datagrams"]), True,
                 "all that was sent came, %s" % how)
            check(seen == up_to(len(seen)), "numbers, %s" % how)
        e.sock.close()
        e = ear(s, fam)
    for how in "single", "batch":
        r = send(c, "--rate", "max", "-c", 2000, "--io", how, target(group(fam)))
        same((end(r)["datagrams"], end(r)["unsent"]), (2000, 0), "as fast as it goes, the queue is waited for, %s" % how)
    with c:
        subprocess.run(["tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", "8kbit", "burst", "1200",
                        "limit", "1500"], check=True)
    r = send(c, "--rate", "max", "-w", 1, "--io", "single", target(group(fam)))
    check(end(r)["unsent"] > 0, "a queue that takes nothing is waited for", r.events)


@test("while the interface is down nothing is sent, by the route, too; then it goes on", families=True)
def down(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    e = ear(s, fam)
    v = Verb(c, "send", "--rate", 200, target(group(fam)))
    numbers = [head(e.first().data).seq]
    c.sysctl("net.ipv6.conf.eth0.keep_addr_on_down", 1)
    c.ip("link set eth0 down")
    time.sleep(0.5)
    numbers += [head(d.data).seq for d in e.take()]
    before = len(numbers)
    c.ip("link set eth0 up")
    numbers.append(head(e.first().data).seq)
    total = end(v.stop())
    check(total["unsent"] > 30, "what was not sent", total)
    numbers += e.streams()[0].get(group(fam), [])
    same(numbers[:before], up_to(before), "numbers before")
    same(numbers[before:], list(range(numbers[before], total["datagrams"] + 1)), "numbers once it is up")
    # While the interface goes, the system takes some and drops them.
    among(numbers[before], before + 1, before + 20, "the first of them")


def firewall(node, *groups):
    """Have a node drop what it sends to groups, which the system refuses."""
    rules = "".join("add rule inet f o ip daddr %s drop\n" % g for g in groups)
    table = "add table inet f\nadd chain inet f o { type filter hook output priority 0; }\n"
    try:
        with node:
            p = subprocess.run(["nft", "-f", "-"], input=table + rules, text=True, capture_output=True)
    except FileNotFoundError:
        raise Skip("no nft(8)") from None
    if p.returncode:
        raise Skip("nft: " + p.stderr.strip())


@test("a firewall: refused where it drops all streams; else, in any order, they are counted and it is said what to look at")
def firewalled():
    s, c = Node("server"), Node("client")
    link(s, c)
    firewall(c, group(4, 1), group(4, 3))
    for how in ["--io", "single"], ["--io", "batch", "--rate", "max"], ["--io", "trains", "--rate", "max"]:
        for args in [1], [1, 3]:
            r = text(c, "send", *how, "-c", 6, *[target(group(4, n)) for n in args])
            same((r.code, len(r.stderr.splitlines()), "firewall" in r.stderr), (2, 1, True), "%s to %s" % (how, args))
        for args in [1, 2], [2, 1]:
            r = text(c, "send", *how, "-c", 6, *[target(group(4, n)) for n in args])
            same((r.code, r.stderr), (0, ""), "%s to %s" % (how, args))
            check("not sent: 3: 3 " in r.stdout and "firewall" in r.stdout, "%s to %s" % (how, args), r.stdout)


if __name__ == "__main__":
    main(4)
