"""
relay.py - a wire in user space: a thread carries frames between the ports of a bridge's node, and does to known
datagrams exactly what a plan says. It keeps the truth: which numbers went on, in which order.

Frames are carried with the kernel's virtio_net_hdr, so that sums which an interface was to fill in stay what they
are. A sender that hands over trains must not cut them in its interface: rig.offload(node, ifname, False).
"""
import collections
import random
import select
import socket
import struct
import threading
import time

import tap
from rig import Node, lan, offload
from wire import ETH_ALL, Frame

# What a plan can say of a datagram; None: it goes on.
DROP, DOUBLE = "drop", "double"
END = "end"  # the number of the datagrams that say that a stream is over


def hold(n):
    """It goes on once n of its stream that came after it did."""
    return "hold", n


SWAP = hold(1)


class Carrier:
    """Frames that come in by one of a node's ports leave by all others, each `delay` seconds later."""

    HEAD = 10  # octets of a struct virtio_net_hdr before each frame

    def __init__(self, middle, *ports, delay=0.0):
        self.delay, self.going, self.error = delay, True, None
        self.waiting = collections.deque()  # (when, port, octets)
        middle.ip(*["link set %s nomaster" % p for p in ports])
        self.ends = {p: self._open(middle, p) for p in ports}
        self.thread = threading.Thread(target=self._run, daemon=True)
        tap.defer(self.stop)
        self.thread.start()

    def way(self, port, octets):
        """What becomes of what came in by a port: all that goes on."""
        return [octets]

    @staticmethod
    def _open(middle, name):
        s = middle.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.setsockopt(263, 15, 1)  # SOL_PACKET, PACKET_VNET_HDR
        s.setsockopt(263, 23, 1)  # PACKET_IGNORE_OUTGOING
        s.setsockopt(263, 1, struct.pack("iHH8s", middle.index(name), 1, 0, b""))  # promiscuous
        try:
            s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        except OSError:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        with middle:
            s.bind((name, ETH_ALL))
        return s

    def stop(self):
        self.going = False
        self.thread.join(5)

    def sound(self):
        """It still carries, and lost nothing by itself."""
        tap.check(self.error is None, "the relay broke: %r" % self.error)
        for name, s in self.ends.items():
            lost = struct.unpack("=II", s.getsockopt(263, 6, 8))[1]  # PACKET_STATISTICS
            tap.same(lost, 0, "frames that the relay had no room for at " + name)

    def _run(self):
        names = {s: name for name, s in self.ends.items()}
        try:
            while self.going:
                self._turn(names)
        except Exception as e:
            self.error = e

    def _turn(self, names):
        wait = 0.1 if not self.waiting else min(0.1, max(0.0, self.waiting[0][0] - time.monotonic()))
        for s in select.select(list(names), [], [], wait)[0]:
            octets = s.recv(1 << 17)
            if octets[1]:
                raise ValueError("a train came: its sender's interface must cut it (rig.offload)")
            due = time.monotonic() + self.delay
            self.waiting.extend((due, names[s], one) for one in self.way(names[s], octets))
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, port, octets = self.waiting.popleft()
            for name, s in self.ends.items():
                if name != port:
                    s.send(octets)


class Passage:
    """What became of one stream: numbers as they came, as they went on, and as they were dropped."""

    def __init__(self):
        self.came, self.passed, self.dropped = [], [], []
        self.held = []  # [how many more are to pass, number, octets]
        self.ends = 0   # ends that went on

    def take(self, n, octets, deed):
        """Number n came: all that goes on now."""
        self.came.append(n)
        if deed == DROP:
            self.dropped.append(n)
            return []
        if deed and deed != DOUBLE:
            self.held.append([deed[1], n, octets])
            return []
        times = 2 if deed else 1
        self.passed += [n] * times
        for h in self.held:
            h[0] -= times
        return [octets] * times + self._release(lambda h: h[0] <= 0)

    def take_end(self, octets, deed):
        """What is still held goes on before the stream's end."""
        held = self._release(lambda h: True)
        if deed == DROP:
            return held
        self.ends += 1
        return held + [octets]

    def _release(self, due):
        free = [h for h in self.held if due(h)]
        self.held = [h for h in self.held if not due(h)]
        self.passed += [h[1] for h in free]
        return [h[2] for h in free]


class Relay(Carrier):
    """Carries frames, and follows a plan: what is done with a number, as a dict or a function of (number, frame).
    number: a function that gives the number of a frame (wire.Frame), None where it has none."""

    def __init__(self, middle, plan, number, ports=("p0", "p1"), **how):
        self.plan = (lambda n, f: plan.get(n)) if isinstance(plan, dict) else plan
        self.number, self.streams = number, {}
        Carrier.__init__(self, middle, *ports, **how)

    def way(self, port, octets):
        f = Frame(octets[self.HEAD:], False)
        n = self.number(f) if f.data is not None else None
        if n is None:
            return [octets]
        s = self.streams.setdefault((f.src, f.sport, f.dst, f.dport), Passage())
        deed = self.plan(n, f)
        return s.take_end(octets, deed) if n == END else s.take(n, octets, deed)

    def only(self):
        """What became of the one stream there was."""
        self.sound()
        tap.same(len(self.streams), 1, "streams that the relay saw")
        return next(iter(self.streams.values()))

    def of(self, **keys):
        """What became of the stream of this src, sport, dst or dport."""
        self.sound()
        names = ("src", "sport", "dst", "dport")
        got = [s for key, s in self.streams.items() if all(dict(zip(names, key))[k] == v for k, v in keys.items())]
        tap.same(len(got), 1, "streams that the relay saw of %s" % keys)
        return got[0]


def road(plan, number, senders=1, delay=0.0):
    """Senders and a receiver with a relay between them: (relay, sender, ..., receiver)."""
    nodes = [Node("sender%d" % n) for n in range(senders)] + [Node("receiver")]
    middle = lan(*nodes)
    for n in nodes[:-1]:
        offload(n, "eth0", False)
    return (Relay(middle, plan, number, ["p%d" % i for i in range(len(nodes))], delay=delay), *nodes)


# ---- the truth ------------------------------------------------------------------------------------------


Truth = collections.namedtuple("Truth", "first last received lost reordered duplicates gaps")


def truth(numbers, end=None):
    """What these numbers, in this order, have to be told as; end: the last number that the sender told of. gaps
    are [first, n, missing], in the order in which they were seen."""
    seen, gaps, first, last, late, twice = set(), [], None, None, 0, 0
    missing = {}  # number -> its gap

    def gap(a, b):
        if b >= a:
            gaps.append([a, b - a + 1, b - a + 1])
            missing.update((n, gaps[-1]) for n in range(a, b + 1))

    for n in numbers:
        if n in seen:
            twice += 1
            continue
        seen.add(n)
        if first is None:
            first = last = n
        elif n > last:
            gap(last + 1, n - 1)
            last = n
        else:
            late += 1
            if n in missing:
                missing.pop(n)[2] -= 1
            else:
                gap(n + 1, first - 1)
                first = n
    if end is not None:
        gap(last + 1, end)
    lost = max(last, end or last) - first + 1 - len(seen)
    return Truth(first, last, len(seen), lost, late, twice, gaps)


def heavy(seed, share=0.1, most=20):
    """A plan of chance, which is the same for the same seed: a share is dropped, half as many are doubled, and
    half as many held back."""
    chance, deeds = random.Random(seed), {}

    def plan(n, f=None):
        if n == END:
            return None
        if n not in deeds:
            x, late = chance.random(), hold(chance.randint(1, most))
            deeds[n] = DROP if x < share else DOUBLE if x < share * 1.5 else late if x < share * 2 else None
        return deeds[n]
    return plan


def deal(numbers, seed, **how):
    """Numbers as such a plan lets them through, without a wire."""
    plan, s = heavy(seed, **how), Passage()
    for n in numbers:
        s.take(n, b"", plan(n))
    s.take_end(b"", None)
    return s.passed
