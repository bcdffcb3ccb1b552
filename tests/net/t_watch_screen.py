#!/usr/bin/env python3
"""t_watch_screen.py - `mcast watch --live`: what it does to a terminal."""
import os
import signal

from cases import group
from frames import host as address
from frames import query, report
from kernels import forge, until
from onlooker import listens, two, watch
from rig import pair, wait_until
from tap import among, check, main, same, test
from terminal import Terminal
from verbs import PATIENCE
from wire import TO_EX


def live(node, *args, term="xterm", **how):
    """watch --live on a terminal, once it hears, and paints."""
    t = Terminal(node, "watch", "--live", *args, term=term, **how)
    until(lambda: listens(node, t.proc), "it does not listen")
    if term != "dumb":
        until(lambda: t.frames(), "nothing painted: %r" % t.seen)
    return t


@test("--live: the table on the screen of a terminal, which gets it back after SIGTERM", families=True)
def live_table(fam):
    host, watcher = pair()
    t = live(watcher, "eth0")
    check(t.seen.index(b"\x1b[?1049h") < t.seen.index(b"\x1b[H"), "painted before the screen was taken")
    forge(host, query(fam, src=address(fam, 99)))
    forge(host, report(fam, (TO_EX, group(fam)), src=address(fam, 77)))
    t.shows("eth0", address(fam, 99), group(fam), address(fam, 77))
    count = len(t.frames())
    until(lambda: len(t.frames()) > count + 1, "not painted again")
    check(b"\x1b[?1049l" not in t.seen, "the screen was left")
    t.proc.send_signal(signal.SIGTERM)
    after = t.restored(0)
    check(group(fam) in after and "message" in after, "no state and totals afterwards", after)


@test("--live: what is painted fits the window, and follows its size")
def live_resized():
    host, watcher = pair()
    t = live(watcher, "eth0", rows=30, columns=100)
    for n in range(1, 60):
        forge(host, report(4, (TO_EX, group(4, n)), src="10.0.0.77"))
    t.shows(group(4, 1))
    for rows, columns in (30, 100), (12, 60), (50, 132), (5, 30), (1, 10), (24, 80):
        t.resize(rows, columns)
        count = len(t.frames())
        until(lambda: len(t.frames()) > count + 2, "not painted after the size changed")
        picture = t.frames()[-2]
        among(len(picture), 1, rows, "lines of %d x %d" % (rows, columns))
        if rows > 5:
            same(len(picture), rows, "lines of %d x %d, where there is more to show" % (rows, columns))
        among(max(map(len, picture)), 1, columns, "longest line of %d x %d" % (rows, columns))
    os.write(t.master, b"\x03")  # Ctrl-C
    t.restored(0)


@test("--live: the last interface vanishes: the terminal is given back, exit 2")
def live_vanishes():
    host, watcher = two()
    t = live(watcher, "eth0")
    watcher.ip("link del eth0")
    check("eth0" in t.restored(2), "the interface is not named afterwards")


@test("--live without a terminal paints nothing, and prints the state at the end")
def live_plain():
    host, watcher = pair()
    v = watch(watcher, "--live", "eth0", as_json=False)
    forge(host, report(4, (TO_EX, group(4)), src="10.0.0.77"))

    def heard():
        v.send_signal(signal.SIGQUIT)  # prints the state
        return any(group(4) in s for s in list(v.lines))
    check(wait_until(heard, PATIENCE, 0.2), "not heard")
    count = len(v.lines)
    r = v.stop()
    check(any(group(4) in s for s in r.stdout.splitlines()[count:]), "not in the state at the end", r.stdout)
    check("\x1b" not in r.stdout, "escape sequences", r.stdout)


@test("a terminal that cannot be painted on is not painted on")
def live_dumb():
    host, watcher = pair()
    t = live(watcher, "-w", "1", "eth0", term="dumb")
    check(wait_until(lambda: t.proc.poll() is not None, PATIENCE), "it still runs")
    check(b"\x1b" not in t.seen and b"message" in t.seen, "escape sequences, or no totals", t.seen)


if __name__ == "__main__":
    main()
