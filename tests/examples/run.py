#!/usr/bin/env python3
"""The examples do what they say: listen hears on lo what send sends, both families; and both refuse. TAP.

MCAST_EXAMPLES is the directory that holds them, built. They run in a network namespace of their own: there lo can be
given what IPv6 multicast on it needs, and no other has the port.
"""

import os
import re
import socket
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
    refuses(tap, "listen", [], "no target")
    refuses(tap, "send", [], "usage: send")
    refuses(tap, "listen", ["10.0.0.1%lo:5000"], "10.0.0.1%lo:5000: ")
    refuses(tap, "send", ["239.255.42.1%lo", "hello"], "239.255.42.1%lo: ")
    tap.end()


if __name__ == "__main__":
    main()
