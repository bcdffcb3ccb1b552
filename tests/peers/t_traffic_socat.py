#!/usr/bin/env python3
"""t_traffic_socat.py - socat's datagrams through mcast recv, and those of mcast send through socat: the same octets."""
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import tap
from peer import member, run
from receiving import PORT, counted, file, only, recv
from rig import pair, wait_until
from tap import check, main, same, test
from verbs import PATIENCE, Verb, group, target

LINES = ["one line", "", "\t another one\\n", "x" * 1500, "the last"]


def noise(size):
    """Octets of every value, the same each time."""
    return random.Random(size).randbytes(size)


def written(data):
    name = file("in")
    with open(name, "wb") as f:
        f.write(data)
    return name


def read(name):
    with open(name, "rb") as f:
        return f.read()


def sends(node, fam, data, size):
    """Have socat send data to the group, in datagrams of a size."""
    to = "UDP4-DATAGRAM:%s:5000,ip-multicast-ttl=5" if fam == 4 else "UDP6-DATAGRAM:[%s]:5000"
    run(node, "socat", "-u", "-b", size, "OPEN:" + written(data), to % group(fam))


class Receiver:
    """socat as a member: what came, and how long each datagram was. What is sent to it at once must fit into a
    receive buffer of the system's size."""

    def __init__(self, node, fam):
        join = ("UDP4-RECV:5000,reuseaddr,ip-add-membership=%s:%s" % (group(4), node.addr(4)) if fam == 4 else
                "UDP6-RECV:5000,reuseaddr,ipv6-join-group=[%s]:eth0" % group(6))
        self.name = file("out")
        self.peer = member(node, fam, group(fam), PORT, "socat", "-u", "-x", "-b65536", join, "CREATE:" + self.name)

    def got(self, size):
        """Wait until so many octets came, and nothing behind them."""
        wait_until(lambda: os.path.exists(self.name) and os.path.getsize(self.name) >= size, PATIENCE)
        self.peer.stop()
        return read(self.name)

    def lengths(self):
        return [int(n) for n in re.findall(r"^> .* length=(\d+) ", "\n".join(self.peer.errors), re.M)]


def pours(node, *args):
    """Start mcast recv - into a file, and wait until it says that it receives: its process, and the file's name."""
    name = file("poured")
    with node, open(name, "wb") as out:
        p = subprocess.Popen(Verb.command("recv", "-", *args), stdin=subprocess.DEVNULL, stdout=out,
                             stderr=subprocess.PIPE, text=True)
    tap.defer(lambda: (p.kill(), p.wait(), p.stderr.close()))
    first = p.stderr.readline()
    check(first.startswith("receiving "), "it does not receive", first)
    return p, name


# ---- socat sends ------------------------------------------------------------------------------------------


@test("what socat sends is counted, as traffic without numbers", families=True)
def counts(fam):
    s, c = pair()
    v = recv(c, target(group(fam)))
    sends(s, fam, noise(100100), 1000)
    counted(v, 101)
    m = only(v.stop())
    same((m["format"], m["numbered"], m["lost"]), ("none", False, None), "format, numbered, lost")
    same((m["packets"], m["bytes"], m["bytes_min"], m["bytes_max"]), (101, 100100, 100, 1000), "packets and bytes")
    same((m["ttl_min"], m["delay"], m["jitter_s"]), (5 if fam == 4 else 1, None, None), "TTL, delay, jitter")


@test("mcast recv - writes what socat sends, octet by octet", families=True)
def poured(fam):
    s, c = pair()
    data = noise(200300)
    p, name = pours(c, "-c", 201, "-w", PATIENCE, target(group(fam)))
    sends(s, fam, data, 1000)
    told = p.communicate(timeout=20)[1]
    same(p.returncode, 0, "exit code")
    check(read(name) == data, "what came out is not what went in: %d octets" % os.path.getsize(name))
    check(re.search(r"^  came +201 packets, 200300 bytes", told, re.M), "what it tells on stderr", told)


# ---- socat receives ---------------------------------------------------------------------------------------


def sent(node, *args, stdin=None):
    """mcast send to its end; stdin: octets."""
    with node:
        p = subprocess.run(Verb.command("send", *args), input=stdin, capture_output=True, timeout=30,
                           **({} if stdin else dict(stdin=subprocess.DEVNULL)))
    same((p.returncode, p.stderr), (0, b""), "exit code and stderr of send")


@test("--data: socat gets the text and nothing else", families=True)
def text(fam):
    s, c = pair()
    r = Receiver(c, fam)
    sent(s, "--data", "hello", "-c", 3, "--rate", "100pps", target(group(fam)))
    same(r.got(15), b"hello" * 3, "what socat wrote")
    same(r.lengths(), [5] * 3, "lengths")


@test("--file: socat gets it cut into datagrams, octet by octet", families=True)
def whole(fam):
    s, c = pair()
    r, data = Receiver(c, fam), noise(40 * 1316 + 17)
    sent(s, "-s", 1316, "--file", written(data), target(group(fam)))
    check(r.got(len(data)) == data, "what socat wrote is not what the file holds")
    same(r.lengths(), [1316] * 40 + [17], "lengths")


@test("a pipe: socat gets what is in it, octet by octet", families=True)
def piped(fam):
    s, c = pair()
    r, data = Receiver(c, fam), noise(40500)
    sent(s, "-s", 1000, "-", target(group(fam)), stdin=data)
    check(r.got(len(data)) == data, "what socat wrote is not what was piped")
    same(r.lengths(), [1000] * 40 + [500], "lengths")


@test("--lines: socat gets each line with its end, long ones cut", families=True)
def lines(fam):
    s, c = pair()
    r = Receiver(c, fam)
    sent(s, "--lines", "-s", 1000, "-", target(group(fam)), stdin="\n".join(LINES).encode())
    text = "\n".join(LINES).encode()
    same(r.got(len(text)), text, "what socat wrote")
    same(r.lengths(), [9, 1, len(LINES[2]) + 1, 1000, 501, 8], "lengths")


@test("there and back: what mcast send sends through socat is what mcast recv - writes")
def relayed():
    s, c = pair()
    data = noise(30000)
    p, name = pours(s, "-c", 30, "-w", PATIENCE, target(group(4, 2)))
    join = "UDP4-RECV:5000,reuseaddr,ip-add-membership=%s:%s" % (group(4), c.addr(4))
    member(c, 4, group(4), PORT, "socat", "-u", "-b1000", join, "UDP4-DATAGRAM:%s:5000" % group(4, 2))
    sent(s, "-s", 1000, "--file", written(data), target(group(4)))
    p.communicate(timeout=20)
    check(p.returncode == 0 and read(name) == data, "what came back is not what was sent")


if not shutil.which("socat"):
    tap.skip_all("socat is not installed (./dev check-peers installs it)")
main(abreast=4)
