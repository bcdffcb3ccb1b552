#!/usr/bin/env python3
"""The examples do what they say: listen hears on lo what send sends, message writes and reads a report,
roles and scenario show the protocols, link shows what passes an interface. TAP.

MCAST_EXAMPLES is the directory that holds them, built. They run in a network namespace of their own: there lo can be
given what IPv6 multicast on it needs, and no other has the port.
"""

import os
import re
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tree import Tap  # noqa: E402

# A route of type local: Linux takes one of type multicast on a loopback interface for a reject route.
SETUP = "ip link set lo up && ip route add 224.0.0.0/4 dev lo && ip -6 route add local ff00::/8 dev lo table local"
UNSHARE = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net", "sh", "-c"]
PATIENCE = 30  # seconds for anything; all of it is a matter of milliseconds


def program(name):
    return os.path.join(os.environ["MCAST_EXAMPLES"], name)


def run(name, *args):
    return subprocess.run([program(name), *args], capture_output=True, text=True, timeout=PATIENCE)


def free_port(family):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.bind(("", 0))
        return s.getsockname()[1]


def pair(target):
    """(what three sends printed, what listen printed until it had its three): send again until listen is content."""
    listen = subprocess.Popen([program("listen"), target, "3"], stdout=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + PATIENCE
        said = []
        while listen.poll() is None and time.monotonic() < end:
            said.append(run("send", target, "hello"))
            time.sleep(0.02)
        return said, listen.communicate(timeout=PATIENCE)[0].splitlines()
    finally:
        listen.kill()
        listen.wait()


def hears(tap, name, target, address):
    said, heard = pair(target)
    line = rf"\d{{10}}\.\d{{9}} 5 bytes from {address} port \d+ on lo, ttl 8"
    good = len(heard) == 3 and all(re.fullmatch(line, h) for h in heard)
    sent = f"1 datagrams of 5 bytes sent to {target}\n"
    good = good and all(s.returncode == 0 and s.stdout == sent for s in said)
    tap.point(good, name, [repr(heard), repr(said[-1:])])


def shows(tap, name, args, want):
    done = run("message", *args)
    good = done.returncode == 0 and done.stdout == want and not done.stderr
    tap.point(good, name, [repr(done), repr(want)])


# Written out by hand from RFC 9776 4.2 and RFC 791, and from RFC 9777 5.2 and RFC 8200.
JOIN4 = """46c00028000040000102f9f20a000007e0000016940400002200e8f90000000104000000ef010203
IGMPv3 report: 10.0.0.7 joins 239.1.2.3
  TO_EX(239.1.2.3, {})
"""
JOIN6 = """6000000000240001fe800000000000000000000000000002ff0200000000000000000000000000163a00050200000100\
8f005dc20000000104000000ff150000000000000000000000001234
MLDv2 report: fe80::2 joins ff15::1234
  TO_EX(ff15::1234, {})
"""
ALLOW4 = """IGMPv3 report: 10.0.0.7 now accepts 10.0.0.9 to 232.1.2.3
  ALLOW(232.1.2.3, {10.0.0.9})
"""


# What RFC 9776 and 9777 have a host and a router say to each other, from when to when: a join, its repetition, the answers
# to the first two general queries, a leave, its repetition, two queries who is left, and then the end.
SAID = [
    (0, 0, "{report}: {host} joins {group}"),
    (0, 0, "{query}: {router} asks who is in any group"),
    (0, 0, "the group is wanted"),
    (0, 1, "{report}: {host} joins {group}"),
    (0, 10, "{report}: {host} is in {group}"),
    (31.25, 31.25, "{query}: {router} asks who is in any group"),
    (31.25, 41.25, "{report}: {host} is in {group}"),
    (60, 60, "{report}: {host} leaves {group}"),
    (60, 60, "{query}: {router} asks who is left in {group}"),
    (60, 61, "{report}: {host} leaves {group}"),
    (61, 61, "{query}: {router} asks who is left in {group}"),
    (62, 62, "the group is gone"),
]
NAMES4 = {"report": "IGMPv3 report", "query": "IGMPv3 query", "host": "10.0.0.7", "router": "10.0.0.1"}
NAMES6 = {"report": "MLDv2 report", "query": "MLDv2 query", "host": "fe80::7", "router": "fe80::1"}


def roles(tap, group, names):
    """Each line said at its time; the order of two whose times may overlap is open."""
    done = run("roles", group)
    left = [line.strip().split("  ", 1) for line in done.stdout.splitlines()]
    missing = []
    for low, high, form in SAID:
        want = form.format(group=group, **names)
        found = [line for line in left if line[1] == want and low <= float(line[0]) <= high]
        if found:
            left.remove(found[0])
        else:
            missing.append((low, high, want))
    good = done.returncode == 0 and not missing and not left
    tap.point(good, f"roles speak about {group}", [done.stdout, done.stderr, repr(missing), repr(left)])


def join(family, group, index):
    """Joins a group and leaves it again, so that the kernel says both."""
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        address = socket.inet_pton(family, group)
        if family == socket.AF_INET:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4si", address, bytes(4), index))
        else:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, struct.pack("=16si", address, index))
        time.sleep(0.02)


def shows_link(tap):
    """At both ends of a veth pair: what the kernel of the one says is out there, and in at the other."""
    name = "link shows who joins what, here and there"
    pair = "ip link add t0 type veth peer name t1 && ip address add 10.0.0.7/24 dev t0"
    address = "ip link set t1 up && ip link set t0 up && ip address add fe80::7/64 dev t0 nodad"
    if subprocess.run(["sh", "-c", f"{pair} && {address}"], capture_output=True).returncode:
        tap.skip(name, "no veth devices")
        return
    lines = ["IGMPv3 report: 10.0.0.7 joins 239.1.2.3", "MLDv2 report: fe80::7 joins ff15::1234"]
    wanted = {("t0", f"out {line}") for line in lines} | {("t1", f"in  {line}") for line in lines}
    ends = {end: subprocess.Popen([program("link"), end], stdout=subprocess.PIPE) for end in ("t0", "t1")}
    said = dict.fromkeys(ends, b"")
    try:
        until = time.monotonic() + PATIENCE
        while wanted and time.monotonic() < until:
            join(socket.AF_INET, "239.1.2.3", socket.if_nametoindex("t0"))
            join(socket.AF_INET6, "ff15::1234", socket.if_nametoindex("t0"))
            for end, link in ends.items():
                os.set_blocking(link.stdout.fileno(), False)
                said[end] += link.stdout.read() or b""
                wanted -= {(end, line) for line in said[end].decode().splitlines()}
        tap.point(not wanted, name, [repr(wanted), repr(said)])
    finally:
        for link in ends.values():
            link.kill()
            link.wait()


def plans(tap):
    """The planning scripts, with a hundredth of the hosts."""
    folder = os.path.join(HERE, "..", "..", "examples")
    for name in sorted(n for n in os.listdir(folder) if n.endswith(".t")):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            text = f.read().replace("[1..100000]", "[1..1000]")
        done = subprocess.run([os.environ["MCAST"], "sim", "-4", "-"], input=text, capture_output=True, text=True,
                              timeout=PATIENCE)
        good = done.returncode == 0 and ": as wanted" in done.stdout and "join latency" in done.stdout
        tap.point(good, f"{name} gives its figures", [done.stdout, done.stderr])


def refuses(tap, name, args, why):
    done = run(name, *args)
    good = done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1 and not done.stdout
    tap.point(good, f"{name} refuses {' '.join(args) or 'nothing'}", [repr(done)])


def main():
    inside = sys.argv[1:] == ["inside"]
    if not inside and subprocess.run([*UNSHARE, SETUP], capture_output=True).returncode == 0:
        again = f'{SETUP} && exec "$@"'
        os.execvp("unshare", [*UNSHARE, again, "sh", sys.executable, os.path.abspath(__file__), "inside"])
    tap = Tap()
    hears(tap, "listen hears send, IPv4", f"239.255.42.1%lo:{free_port(socket.AF_INET)}", "[0-9.]+")
    if inside:
        hears(tap, "listen hears send, IPv6", f"[ff15::42%lo]:{free_port(socket.AF_INET6)}", "[0-9a-f:]+")
    else:
        tap.skip("listen hears send, IPv6", "no network namespace to be had, and no IPv6 multicast on lo without")
    shows(tap, "message writes and reads a join, IPv4", ["10.0.0.7", "239.1.2.3"], JOIN4)
    shows(tap, "message writes and reads a join, IPv6", ["fe80::2", "ff15::1234"], JOIN6)
    said = run("message", "10.0.0.7", "10.0.0.9@232.1.2.3").stdout.partition("\n")[2]
    tap.point(said == ALLOW4, "message joins one source", [repr(said)])
    if inside:
        shows_link(tap)
    else:
        tap.skip("link shows who joins what, here and there", "no network namespace to be had")
    plans(tap)
    roles(tap, "239.1.2.3", NAMES4)
    roles(tap, "ff15::1234", NAMES6)
    said = run("scenario")
    tap.point(said.returncode == 0 and said.stdout == "IGMP: as wanted\nMLD: as wanted\n", "scenario runs in both families",
              [repr(said)])
    refuses(tap, "link", [], "usage: link")
    refuses(tap, "link", ["no-such-iface"], "no-such-iface: ")
    refuses(tap, "roles", [], "roles: usage: ")
    refuses(tap, "roles", ["10.0.0.7"], "10.0.0.7: ")
    refuses(tap, "message", [], "usage: message")
    refuses(tap, "message", ["10.0.0.7", "10.0.0.8"], "10.0.0.8")
    refuses(tap, "message", ["fe80::2", "239.1.2.3"], "239.1.2.3: ")
    refuses(tap, "listen", [], "no target")
    refuses(tap, "send", [], "usage: send")
    refuses(tap, "listen", ["10.0.0.1%lo:5000"], "10.0.0.1%lo:5000: ")
    refuses(tap, "send", ["239.255.42.1%lo", "hello"], "239.255.42.1%lo: ")
    tap.end()


if __name__ == "__main__":
    main()
