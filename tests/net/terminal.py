"""
terminal.py - a verb on a terminal of its own: what it paints, picture by picture, and what it leaves behind.
"""
import fcntl
import os
import re
import struct
import subprocess
import termios
import threading

from kernels import until
from rig import wait_until
from tap import check, defer, same
from verbs import PATIENCE, Verb


def plain(text):
    """Without styles and other sequences of the terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


class Terminal:
    """A running `mcast VERB` on a terminal of so many rows and columns, which it has to itself."""

    def __init__(self, node, verb, *args, rows=24, columns=80, term="xterm", **environment):
        self.master, slave = os.openpty()
        self.seen, self.going = b"", True
        self.resize(rows, columns)
        self.before = termios.tcgetattr(slave)
        environment = dict(os.environ, TERM=term, **environment)
        with node:
            self.proc = subprocess.Popen(Verb.command(verb, *args), env=environment,
                                         stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                         preexec_fn=self._control)
        self.slave = slave
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        defer(self.close)

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
