#!/usr/bin/env python3
"""t_watch_screen.py - `mcast watch --live`: what it does to a terminal."""
import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import threading

from cases import group
from frames import host as address
from frames import query, report
from kernels import forge, until
from onlooker import listens, two, watch
from rig import pair, wait_until
from tap import among, check, defer, main, same, test
from verbs import PATIENCE, Verb
from wire import TO_EX


# ---- the screen -----------------------------------------------------------------------------------


def plain(text):
    """Without styles and other sequences of the terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


class Terminal:
    """watch --live on a terminal of so many rows and columns, which it has to itself."""

    def __init__(self, node, *args, rows=24, columns=80, term="xterm"):
        self.master, slave = os.openpty()
        self.seen, self.going = b"", True
        self.resize(rows, columns)
        self.before = termios.tcgetattr(slave)
        environment = dict(os.environ, TERM=term)
        with node:
            self.proc = subprocess.Popen(Verb.command("watch", "--live", *args), env=environment,
                                         stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                         preexec_fn=self._control)
        self.slave = slave
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        defer(self.close)
        until(lambda: listens(node, self.proc), "it does not listen")
        if term != "dumb":
            until(lambda: self.frames(), "nothing painted: %r" % self.seen)

    @staticmethod
    def _control():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def _read(self):
        while self.going:
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:
                return

    def close(self):
        self.going = False
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        os.close(self.slave)
        self.reader.join(5)
        os.close(self.master)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def frames(self):
        """What was painted: the lines of each picture, without styles."""
        pictures = self.seen.decode(errors="replace").split("\x1b[H")[1:]
        return [re.split(r"\r+\n", plain(p)) for p in pictures]

    def shows(self, *words, timeout=PATIENCE):
        until(lambda: any(all(w in "\n".join(f) for w in words) for f in self.frames()[-1:]),
              "%s not on the screen: %r" % (words, self.frames()[-1:]), timeout)

    def restored(self, code):
        """Wait for its end; what then stands on the terminal as it was before."""
        same(wait_until(lambda: self.proc.poll() is not None, PATIENCE) and self.proc.poll(), code, "exit code")
        entered, left = b"\x1b[?1049h", b"\x1b[?1049l"
        until(lambda: self.seen.count(left) == self.seen.count(entered), "the screen is not given back")
        check(self.seen.rindex(b"\x1b[?25h") > self.seen.rindex(b"\x1b[?25l"), "the cursor is not shown again")
        same(termios.tcgetattr(self.slave), self.before, "the terminal's modes")
        outside = re.sub(re.escape(entered) + b".*?" + re.escape(left), b"", self.seen, flags=re.S)
        return plain(outside.decode(errors="replace"))


@test("--live: the table on the screen of a terminal, which gets it back after SIGTERM", families=True)
def live(fam):
    host, watcher = pair()
    t = Terminal(watcher, "eth0")
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
    t = Terminal(watcher, "eth0", rows=30, columns=100)
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
    t = Terminal(watcher, "eth0")
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
    t = Terminal(watcher, "-w", "1", "eth0", term="dumb")
    check(wait_until(lambda: t.proc.poll() is not None, PATIENCE), "it still runs")
    check(b"\x1b" not in t.seen and b"message" in t.seen, "escape sequences, or no totals", t.seen)


if __name__ == "__main__":
    main()
