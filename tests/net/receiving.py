"""
receiving.py - `mcast recv` and `mcast send` in nodes: started, told, judged; and datagrams of every kind that recv
counts by, made here and sent by a plain socket.
"""
import os
import shutil
import struct
import subprocess
import tempfile
import time

import tap
from relay import END, truth
from rig import wait_until
from tap import among, check, same
from verbs import MCAST, PATIENCE, Client, Verb, end, group, of

PORT = 5000
SESSION = 0x1122334455667788


def recv(node, *args, as_json=True, **how):
    """Start `mcast recv` and wait until it has joined."""
    v = Verb(node, "recv", *args, as_json=as_json, **how)
    if as_json:
        v.wait_event("start")
    else:
        v.wait_line(lambda s: s.startswith("receiving "))
    return v


def send(node, *args, timeout=30):
    """Run `mcast send` to its end: its end event."""
    done = Verb(node, "send", *args).wait(timeout)
    same((done.code, done.stderr), (0, ""), "exit code and stderr of send")
    return end(done)


def run(node, verb, *args, before=(), stdin=None, timeout=30):
    """Run a verb to its end with octets as stdin: a CompletedProcess, its output as octets."""
    with node:
        return subprocess.run([*before, *MCAST, verb, *map(str, args)], input=stdin, capture_output=True,
                              timeout=timeout, **({} if stdin else dict(stdin=subprocess.DEVNULL)))


def streams(done, **keys):
    """The stream events of the end, not those of so_far."""
    at = [i for i, e in enumerate(done.events) if e["event"] == "so_far"]
    return of(done.events[at[-1] + 1 if at else 0:], "stream", **keys)


def only(done, **keys):
    got = streams(done, **keys)
    same(len(got), 1, "streams %s" % (keys or ""))
    return got[0]


def so_far(v):
    """Ask a running one for its sums: the so_far event, and the stream events before it."""
    count = len(v.of("so_far"))
    v.send_signal(3)  # SIGQUIT
    check(wait_until(lambda: len(v.of("so_far")) > count, PATIENCE), "it says nothing so far")
    with v.news:
        at = [i for i, e in enumerate(v.events) if e["event"] == "so_far"][-1]
        first = max([i for i, e in enumerate(v.events[:at]) if e["event"] != "stream"], default=-1)
        return v.events[at], v.events[first + 1:at]


def counted(v, n, timeout=PATIENCE):
    """Wait until it has counted n packets."""
    seen = []

    def has():
        seen[:] = [so_far(v)[0]["packets"]]
        return seen[0] >= n
    check(wait_until(has, timeout, 0.1), "it counted %s of %d packets" % (seen, n))
    same(seen[0], n, "packets so far")


def agrees(s, numbers, told=None, wrap=1 << 64):
    """A stream's figures are those of the numbers that came, in this order; told: the last one by its end."""
    t = truth(numbers, told)
    same(s["numbered"], True, "numbered")
    same([s[k] for k in ("packets", "lost", "reordered", "duplicates")],
         [len(numbers), t.lost, t.reordered, t.duplicates], "packets, lost, reordered, duplicates")
    among(s["loss"], t.lost / (t.lost + t.received) - 1e-9, t.lost / (t.lost + t.received) + 1e-9, "loss")
    same(s["gaps_total"], len(t.gaps), "gaps in all")
    same((s["first_seq"], s["last_seq"]), (t.first % wrap, t.last % wrap), "first and last number")
    same([[g["first"], g["n"], g["missing"]] for g in s["gaps"]], [[g[0] % wrap, *g[1:]] for g in sorted(t.gaps)],
         "gaps, in order of their numbers")
    return t


def sums(done):
    """What `end` says is the sum of the streams."""
    e, all_ = end(done), streams(done)
    for key in "packets", "bytes", "lost", "lost_socket":
        same(e[key], sum(s[key] or 0 for s in all_), "sum of " + key)
    same(e["streams"], len(all_), "streams")
    same(e["exit"], done.code, "exit")
    return e


# ---- datagrams --------------------------------------------------------------------------------------------


def probe(seq, session=SESSION, kind=1, at=None, size=32, train=0):
    """lib/flow/probe.h; at: seconds since 1970."""
    ns = int((time.time() if at is None else at) * 1e9)
    return struct.pack(">4sBBHQQQ", b"mcst", 1, kind, train, session, seq, ns).ljust(size, b"\xa5")


def rtp(seq, ticks=0, payload=b"", ssrc=0xabcd, kind=96):
    return struct.pack(">BBHII", 0x80, kind, seq & 0xffff, ticks & 0xffffffff, ssrc) + payload


def iperf(seq, at=None, size=100, wide=True):
    """iperf 2.1: a signed number in two halves, and the time."""
    us = int((time.time() if at is None else at) * 1e6)
    low, high = seq & 0xffffffff, seq >> 32 & 0xffffffff
    head = struct.pack(">III", low, us // 10**6, us % 10**6)
    return (head + (struct.pack(">II", high, 0x08000000) if wide else bytes(8))).ljust(size, b"\0")


def mcjoin(seq, group_, pid=4711, size=100):
    return (b"Sender PID %d, MC group %s ... count: %d, freq: 10\0" % (pid, group_.encode(), seq)).ljust(size, b"\0")


def ts(counters, pids):
    """Transport packets, one for each of pids; counters: of each PID, goes on."""
    out = b""
    for pid in pids:
        counters[pid] = (counters.get(pid, -1) + 1) % 16
        out += struct.pack(">BHB", 0x47, pid, 0x10 | counters[pid]) + bytes([pid & 0xff]) * 184
    return out


def probe_number(f):
    """The number of a frame with a probe; END for those that say that the stream is over."""
    if f.data[:4] != b"mcst" or f.data[5] not in (1, 2):
        return None
    return END if f.data[5] == 2 else struct.unpack_from(">Q", f.data, 16)[0]


class Sender(Client):
    """A plain socket that sends to one group."""

    def __init__(self, node, fam, group_=None, port=PORT, **how):
        Client.__init__(self, node, fam, "eth0", **how)
        self.to = group_ or group(fam), port

    def all(self, datagrams, every=0.0):
        """Send them one after the other, so long apart, and rest at times so that no queue runs over."""
        for n, d in enumerate(datagrams):
            self.send(d, *self.to)
            if every or n % 50 == 49:
                time.sleep(every or 0.002)


def file(name="file"):
    """A name in a folder of the running test."""
    folder = tempfile.mkdtemp(prefix="t_recv.")
    tap.defer(lambda: shutil.rmtree(folder, ignore_errors=True))
    return os.path.join(folder, name)
