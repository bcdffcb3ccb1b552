#!/usr/bin/env python3
"""t_ssmping.py - ssmping, asmping, ssmpingd and FRR's ssmpingd: asked by mcast ping, answered by mcast serve."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import tap
from rig import Node, lan, pair, wait_until
from tap import Skip, check, main, same, test
from verbs import PATIENCE, end, of, ping, serve

SSM = {4: "232.43.211.234", 6: "ff3e::4321:1234"}
ASM = {4: "239.1.2.234", 6: "ff15::4321:1234"}
NAMED = {4: "239.1.2.3", 6: "ff15::1"}


def run(node, *args):
    """A client to its end: what it printed."""
    with node:
        p = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=30)
    return p.stdout + p.stderr


def ssmpingd(node):
    with node:
        p = subprocess.Popen(["ssmpingd"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tap.defer(lambda: (p.kill(), p.communicate()))
    bound = lambda: all(":10E1 " in node.proc(name) for name in ("udp", "udp6"))
    check(wait_until(bound, PATIENCE), "ssmpingd has not bound its port")


def heard(out, address, n):
    """The client's lines and summary say that n of each half came, without a hop and without loss."""
    for by in "unicast", "multicast":
        got = re.findall(r"^ *%s from %s, seq=(\d+) dist=0 " % (by, re.escape(address)), out, re.M)
        same(got, [str(k + 1) for k in range(n)], "numbers by " + by)
    same(re.findall(r"(\d+) packets received, (\d+)% packet loss", out), [(str(n), "0")] * 2, "summary")


def halves(done):
    """(received, loss, hops) of multicast and of unicast."""
    who = of(done.events, "responder")
    same(len(who), 1, "responder events")
    return [(h["received"], h["loss"], h["hops"]) for h in (who[0], who[0]["unicast"])]


@test("ssmping is answered by mcast serve, by both halves, and told who it is", families=True)
def client_ssm(fam):
    s, c = pair()
    v = serve(s, "--ssmping")
    out = run(c, "ssmping", "-v", "-c", 2, s.addr(fam))
    heard(out, s.addr(fam), 2)
    check("Server version: mcast serve " in out, "no name of the server", out)
    seen = end(v.stop())
    same((seen["requests"], seen["replies"], seen["refused"]), (2, 4, {}), "requests, replies, refused")


@test("asmping is answered by mcast serve in its group, at the size that it asks for", families=True)
def client_asm(fam):
    s, c = pair()
    serve(s, "--ssmping")
    out = run(c, "asmping", "-s", 400, "-c", 2, NAMED[fam], s.addr(fam))
    heard(out, s.addr(fam), 2)
    check("(*,%s)" % ASM[fam] in out and "Warning" not in out, "group and size", out)


@test("ssmpingd answers mcast ping: the older form is found out", families=True)
def server_ssm(fam):
    s, c = pair()
    ssmpingd(s)
    r = ping(c, "--ssmping", s.addr(fam), "-c", 3, "-i", 0.1, "-s", 300)
    same((r.code, r.stderr), (0, ""), "exit code and stderr")
    same([(e["form"], e["group"]) for e in of(r.events, "session")], [("ssmping", SSM[fam])], "session")
    same(halves(r), [(3, 0, 0)] * 2, "received, loss and hops of the halves")
    same({e["bytes"] for e in of(r.events, "reply")}, {300}, "bytes of the replies")


@test("ssmpingd answers mcast ping in a group of any source", families=True)
def server_asm(fam):
    s, c = pair()
    ssmpingd(s)
    r = ping(c, "--ssmping", s.addr(fam), "-c", 2, "-i", 0.1, NAMED[fam])
    same((r.code, of(r.events, "session")[0]["group"]), (0, ASM[fam]), "exit code and group")
    same(halves(r), [(2, 0, 0)] * 2, "received, loss and hops of the halves")


@test("FRR's ssmpingd answers mcast ping by both halves")
def server_frr():
    if os.geteuid() != 0 or "MCAST_RIG" in os.environ or not shutil.which("vtysh"):
        raise Skip("FRR is not installed, or this is not root (./dev check-peers installs it)")
    from frr import Frr, querier_lines
    s, c = Node("frr"), Node("client")
    lan(s, c)
    f = Frr(s, querier_lines())
    f.vtysh("configure terminal", "ip ssmpingd " + s.addr(4))
    if not wait_until(lambda: ":10E1 " in s.proc("udp") or f.running["pimd"].poll() is not None, PATIENCE):
        raise Skip("this FRR's pimd does not bind the port of its ssmpingd")
    if f.running["pimd"].poll() is not None:
        raise Skip("this FRR's pimd ends by a signal when it is told `ip ssmpingd`, as 8.4.4 does")
    r = ping(c, "--ssmping", s.addr(4), "-c", 3, "-i", 0.1)
    same((r.code, of(r.events, "session")[0]["form"]), (0, "ssmping"), "exit code and form")
    same(halves(r), [(3, 0, 0)] * 2, "received, loss and hops of the halves")


if not shutil.which("ssmpingd"):
    tap.skip_all("ssmping is not installed (./dev check-peers installs it)")
main(abreast=4)
