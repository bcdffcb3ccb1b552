"""
verbs.py - the programs under test, started in a node, and plain peers made of bare sockets.

$MCAST is the command to test (default: build/mcast of this tree). Started with --json its
output is read as events while it runs; every event must have the keys that all have.
"""
import collections
import json
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import threading
import time

import tap
from rig import wait_until

_tree = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MCAST = shlex.split(os.environ.get("MCAST", os.path.abspath(os.path.join(_tree, "build", "mcast"))))
PATIENCE = 10  # seconds for what should happen at once
Done = collections.namedtuple("Done", "code events stderr stdout")


class Verb:
    """A running `mcast VERB`. events grows while it runs. stdin: its text; True: open, for tell()."""

    def __init__(self, node, verb, *args, as_json=True, stdin=None):
        self.argv = self.command(verb, *(["--json"] if as_json else []), *args)
        self.json = as_json
        self.events, self.lines, self.errors = [], [], []
        self.news = threading.Condition()
        pipe = subprocess.PIPE
        with node:
            self.proc = subprocess.Popen(self.argv, text=True, errors="replace", stdout=pipe, stderr=pipe,
                                         stdin=pipe if stdin else subprocess.DEVNULL)
        self.readers = [threading.Thread(target=self._read, args=a, daemon=True)
                        for a in ((self.proc.stdout, self.lines), (self.proc.stderr, self.errors))]
        for r in self.readers:
            r.start()
        tap.defer(self.kill)
        tap.note(self.story)
        if stdin and stdin is not True:
            self.proc.stdin.write(stdin)
            self.proc.stdin.close()

    def tell(self, *lines):
        """Write lines to its stdin."""
        self.proc.stdin.writelines(s + "\n" for s in lines)
        self.proc.stdin.flush()

    @staticmethod
    def command(verb, *args):
        return MCAST + [verb] + [str(a) for a in args]

    def _read(self, stream, lines):
        for line in stream:
            with self.news:
                lines.append(line.rstrip("\n"))
                if self.json and lines is self.lines:
                    self.events.append(self._event(line))
                self.news.notify_all()

    @staticmethod
    def _event(line):
        try:
            e = json.loads(line)
        except ValueError:
            return {"event": "not JSON", "line": line}
        if not isinstance(e, dict) or not {"event", "ts", "host", "schema"} <= set(e):
            return {"event": "keys missing", "line": line}
        return e

    def story(self):
        shown = self.lines if len(self.lines) < 12 else self.lines[:6] + ["..."] + self.lines[-5:]
        return "\n".join(["$ " + " ".join(self.argv)] + shown + ["stderr: " + s for s in self.errors[-6:]])

    def kill(self):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        for r in self.readers:
            r.join(5)
        for stream in self.proc.stdin, self.proc.stdout, self.proc.stderr:
            if stream:
                stream.close()

    def of(self, kind, /, **keys):
        """The events of a kind so far whose keys have these values."""
        with self.news:
            return of(self.events, kind, **keys)

    def wait_event(self, kind, timeout=PATIENCE, **keys):
        """Wait for an event and return the first such; fails when none comes."""
        end = time.monotonic() + timeout
        while True:
            ended = self.proc.poll() is not None and not any(r.is_alive() for r in self.readers)
            got = self.of(kind, **keys)
            if got:
                return got[0]
            tap.check(not ended and time.monotonic() < end, "no event %s %s of `%s`%s" % (
                kind, keys or "", " ".join(self.argv), ", it ended" if ended else ""))
            with self.news:
                self.news.wait(0.05)

    def wait_line(self, want, timeout=PATIENCE):
        """Wait for a line of text output for which want(line) is true, and return it."""
        got = wait_until(lambda: [s for s in list(self.lines) if want(s)], timeout)
        tap.check(got, "the line waited for was not printed")
        return got[0]

    def send_signal(self, number):
        self.proc.send_signal(number)

    def wait(self, timeout=30):
        """Wait for its end: (exit code, events, stderr, stdout)."""
        try:
            code = self.proc.wait(timeout)
        except subprocess.TimeoutExpired:
            raise tap.Failed("`%s` did not end within %s s" % (" ".join(self.argv), timeout)) from None
        for r in self.readers:
            r.join(5)
        bad = [e for e in self.events if e["event"] in ("not JSON", "keys missing")]
        tap.check(not bad, "output that is no event", *bad)
        return Done(code, self.events, "\n".join(self.errors), "\n".join(self.lines))

    def stop(self, number=signal.SIGTERM, timeout=PATIENCE):
        self.send_signal(number)
        return self.wait(timeout)


def serve(node, *args):
    """Start `mcast serve --json` and wait until it says that it serves."""
    v = Verb(node, "serve", *args)
    v.wait_event("start")
    return v


def host(node, *args, ifname="eth0"):
    """Start `mcast host --json`, which can be told commands, and wait until it is at work."""
    v = Verb(node, "host", "-I", ifname, *args, stdin=True)
    v.wait_event("start")
    return v


def ping(node, *args, stdin=None, timeout=30):
    """Run `mcast ping --json` to its end."""
    return Verb(node, "ping", *args, stdin=stdin).wait(timeout)


def text(node, verb, *args, stdin=None, timeout=30):
    """Run a verb without --json to its end."""
    return Verb(node, verb, *args, as_json=False, stdin=stdin).wait(timeout)


def of(events, kind, /, **keys):
    return [e for e in events if e["event"] == kind and all(e.get(k) == v for k, v in keys.items())]


def end(done):
    """The one end event of a verb that ended."""
    got = of(done.events, "end")
    tap.same(len(got), 1, "number of end events")
    return got[0]


def hears(node, target, *args, responders=1):
    """ping gets answers from so many responders to each of two datagrams, and no other."""
    r = ping(node, "-c", 2, "-i", 0.05, "-W", 5, "--min-responders", responders, *args, target)
    tap.same(r.code, 0, "exit code of ping")
    tap.same(len({(e["responder"], e["port"]) for e in of(r.events, "reply")}), responders, "responders")
    return r


def deaf(node, target, *args):
    """ping gets no answer at all."""
    r = ping(node, "-c", 2, "-i", 0.05, "-W", 0.4, *args, target)
    tap.same(of(r.events, "reply"), [], "replies")
    tap.same(r.code, 1, "exit code of ping")
    return r


def without_reader(node, verb, *args):
    """Start a verb, read one line of it and close its output."""
    with node:
        p = subprocess.Popen(Verb.command(verb, *args), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    tap.defer(lambda: (p.kill(), p.wait()))
    p.stdout.readline()
    p.stdout.close()
    return p


def ends(proc):
    tap.check(wait_until(lambda: proc.poll() is not None, PATIENCE), "it still runs")


def target(group, port=5000, source=None, iface=None):
    """The text form of a target."""
    v6 = ":" in group
    if iface:
        group += "%" + iface
    if source:
        group = ("[%s]@[%s]" if v6 else "%s@%s") % (source, group)
    elif v6:
        group = "[%s]" % group
    return "%s:%d" % (group, port)


def group(fam, n=1):
    return "239.1.2.%d" % n if fam == 4 else "ff15::1:%x" % n


def inet(fam):
    return socket.AF_INET if fam == 4 else socket.AF_INET6


class Client:
    """A plain UDP socket of a node: sends, and collects what comes back."""

    def __init__(self, node, fam, ifname=None, ttl=1, bind=None):
        self.sock = node.socket(inet(fam), socket.SOCK_DGRAM)
        index = node.index(ifname) if ifname else 0
        if fam == 4:
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4x4xi", index))
        else:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        if bind:
            self.sock.bind(bind)

    def send(self, data, address, port=5000):
        self.sock.sendto(data, (address, port))

    def train(self, data, size, address, port=5000):
        """Send data as datagrams of a size, the last may be shorter, in one go (UDP_SEGMENT)."""
        self.sock.setsockopt(socket.IPPROTO_UDP, 103, size)
        self.send(data, address, port)

    def receive(self, n=1, timeout=PATIENCE):
        """Up to n datagrams as (data, address, port): as many as come in time."""
        got, until = [], time.monotonic() + timeout
        while len(got) < n:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                break
            data, peer = self.sock.recvfrom(1 << 16)
            got.append((data, peer[0], peer[1]))
        return got


def ask(node, fam, address, port=5000, data=b"question", timeout=PATIENCE, **how):
    """Send one datagram from a new plain socket: the replies, at most one."""
    c = Client(node, fam, **how)
    c.send(data, address, port)
    return c.receive(1, timeout)


def plain_socket(node, fam, group_, port=5000):
    """A member's socket as anybody writes it: SO_REUSEADDR, bind to any, join by the any-address."""
    s = node.socket(inet(fam), socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    raw = socket.inet_pton(inet(fam), group_)
    if fam == 4:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, raw + struct.pack("=I", socket.INADDR_ANY))
    else:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, raw + struct.pack("=I", 0))
    return s


class Responder:
    """A plain echo server in a thread. answer(data, n) gives the datagrams to send back for the
    n-th request, a number among them is a pause in seconds; by default the datagram itself."""

    def __init__(self, node, fam, group_, port=5000, answer=None, room=65536):
        self.sock = plain_socket(node, fam, group_, port)
        self.answer = answer or (lambda data, n: [data])
        self.room, self.requests, self.going = room, 0, True
        self.thread = threading.Thread(target=self._run, daemon=True)
        tap.defer(self.stop)
        self.thread.start()

    def _run(self):
        while self.going:
            if not select.select([self.sock], [], [], 0.1)[0]:
                continue
            data, peer = self.sock.recvfrom(self.room)
            self.requests += 1
            for a in self.answer(data, self.requests):
                if isinstance(a, bytes):
                    self.sock.sendto(a, peer)
                else:
                    time.sleep(a)

    def stop(self):
        self.going = False
        self.thread.join(10)
