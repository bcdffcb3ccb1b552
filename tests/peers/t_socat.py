#!/usr/bin/env python3
"""t_socat.py - socat as server and as client: what the field has used to answer until now."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import tap
from rig import pair, wait_until
from tap import main, same, test
from verbs import PATIENCE, end, group, of, ping, serve, target


def start(node, *args, **how):
    with node:
        p = subprocess.Popen(["socat", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how)
    tap.defer(lambda: (p.kill(), p.communicate()))
    return p


@test("socat as an echo server is answered by name, with ping's header and with a text")
def server():
    s, c = pair()
    join = "ip-add-membership=%s:%s" % (group(4), s.addr(4))
    start(s, "-b65536", "UDP4-RECVFROM:5000,reuseaddr,fork," + join, "EXEC:cat")
    tap.check(wait_until(lambda: ("eth0", group(4)) in s.joined(4), PATIENCE), "socat did not join")
    r = ping(c, "-c", 2, "-i", 0.2, "-W", 5, target(group(4)))
    same([(e["responder"], e["port"], e["altered"]) for e in of(r.events, "reply")], [(s.addr(4), 5000, False)] * 2,
         "replies")
    r = ping(c, "-c", 1, "-W", 5, "--min-responders", 1, "--data", "hello", target(group(4)))
    same([e["payload"] for e in of(r.events, "reply")], ["hello"], "payload")


@test("socat as a client gets its line back from mcast serve")
def client():
    s, c = pair()
    v = serve(s, target(group(4)))
    p = start(c, "-T2", "-", "UDP4-DATAGRAM:%s:5000,ip-multicast-if=%s" % (group(4), c.addr(4)))
    out, _ = p.communicate(b"a line\n", PATIENCE)
    same(out, b"a line\n", "what socat printed")
    same(end(v.stop())["replies"], 1, "replies")


if not shutil.which("socat"):
    tap.skip_all("socat is not installed (./dev check-peers installs it)")
main()
