#!/usr/bin/env python3
"""t_recv_screen.py - `mcast recv` on a terminal: the table, its strips, and what stands there afterwards."""
import os
import re
import signal

from cases import group
from kernels import until
from rig import pair, wait_until
from tap import among, check, main, same, test
from terminal import Terminal
from verbs import PATIENCE, Verb

PORT = 5000


def target(fam, n=1):
    return ("[%s]:%d" if fam == 6 else "%s:%d") % (group(fam, n), PORT)


def receive(node, *args, **how):
    """recv on a terminal, once it paints."""
    t = Terminal(node, "recv", "-I", "eth0", *args, **how)
    until(lambda: t.frames(), "nothing painted: %r" % t.seen)
    return t


def row(t, what):
    """The line of the latest picture that a target's stream has."""
    found = [line for line in t.frames()[-1] if "> " + what in line]
    return found[0] if found else ""


def shows_rate(t, what):
    return re.search(r"> %s  *(probe  *)?[1-9][0-9]* " % re.escape(what), row(t, what))


@test("a stream has a row with its rate and a strip, and the end stands on the terminal", families=True)
def table(fam):
    sender, receiver = pair()
    t = receive(receiver, target(fam), columns=160)
    t.shows("mcast recv " + target(fam), "nothing has come yet")
    send = Verb(sender, "send", "-I", "eth0", "--rate", "200pps", "-w", "60", target(fam), as_json=False)
    until(lambda: shows_rate(t, target(fam)), "no rate")
    until(lambda: re.search("\u00b7 ?[\u2581-\u2588 ]+$", row(t, target(fam))), "no strip")
    os.write(t.master, b"\x03")
    after = t.restored(0)
    check("receiving " + target(fam) in after, "what was said before the table", after)
    check(re.search(r"came +[0-9]+ packets", after) and "lost    0;" in after, "no result afterwards", after)
    send.stop()


@test("what is painted fits the window, and follows its size; many rows: the rest is counted")
def resized():
    sender, receiver = pair()
    t = receive(receiver, target(4) + "+30", rows=40, columns=120)
    send = Verb(sender, "send", "-I", "eth0", "--rate", "600pps", target(4) + "+30", as_json=False)
    until(lambda: sum(" > " in line for line in t.frames()[-1]) == 30, "not 30 rows")
    for rows, columns in (12, 60), (50, 160), (5, 34), (1, 10), (24, 80):
        t.resize(rows, columns)
        count = len(t.frames())
        until(lambda: len(t.frames()) > count + 1, "not painted after the size changed")
        picture = t.frames()[-2]
        among(len(picture), 1, rows, "lines of %d x %d" % (rows, columns))
        among(max(map(len, picture)), 1, columns, "longest line of %d x %d" % (rows, columns))
        if 5 <= rows < 30:
            check("... %d more" % (30 - (rows - 3)) in picture[-1], "the rest is not counted", picture)
    t.proc.send_signal(signal.SIGTERM)
    t.restored(0)
    send.stop()


@test("without colours and without UTF-8 it is painted in ASCII")
def ascii_only():
    sender, receiver = pair()
    t = receive(receiver, target(4), columns=132, NO_COLOR="1", LC_ALL="C")
    send = Verb(sender, "send", "-I", "eth0", "--rate", "200pps", "-w", "60", target(4), as_json=False)
    until(lambda: re.search(r"-[.:|#]+$", row(t, target(4))), "no strip")
    check(all(b < 0x80 for b in t.seen) and b"\x1b[31m" not in t.seen, "not ASCII, or colours")
    t.proc.send_signal(signal.SIGTERM)
    t.restored(0)
    send.stop()


@test("SIGQUIT says all there is so far, and the table goes on")
def so_far():
    sender, receiver = pair()
    t = receive(receiver, target(4), columns=100)
    send = Verb(sender, "send", "-I", "eth0", "--rate", "200pps", "-w", "60", target(4), as_json=False)
    until(lambda: shows_rate(t, target(4)), "no rate")
    t.proc.send_signal(signal.SIGQUIT)
    until(lambda: b"so far:" in t.seen, "nothing said")
    count = len(t.frames())
    until(lambda: len(t.frames()) > count, "not painted again")
    t.proc.send_signal(signal.SIGTERM)
    after = t.restored(0)
    same(len(re.findall(r"came +[0-9]+ packets", after)), 2, "results, so far and at the end")
    send.stop()


@test("a terminal that cannot be painted on gets lines")
def dumb():
    sender, receiver = pair()
    send = Verb(sender, "send", "-I", "eth0", "--rate", "200pps", "-w", "60", target(4), as_json=False)
    t = Terminal(receiver, "recv", "-I", "eth0", "-w", "4", target(4), term="dumb")
    check(wait_until(lambda: t.proc.poll() is not None, PATIENCE), "it still runs")
    check(b"\x1b" not in t.seen, "escape sequences", t.seen)
    check(b"SECONDS" in t.seen and t.seen.count(b"> " + target(4).encode()) >= 3, "no lines", t.seen)
    send.stop()


if __name__ == "__main__":
    main()
