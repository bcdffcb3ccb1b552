#!/usr/bin/env python3
"""t_recv_stop.py - `mcast recv` where it is not waited for: Ctrl-Z on its table, and who stands still behind its pipe."""
import os
import signal
import subprocess

from cases import group
from kernels import until
from rig import pair, wait_until
from tap import check, main, same, test
from terminal import Terminal
from verbs import PATIENCE, Verb

PORT = 5000


def target(fam, n=1):
    return ("[%s]:%d" if fam == 6 else "%s:%d") % (group(fam, n), PORT)


def is_stopped(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "T"


@test("Ctrl-Z gives the terminal back, and SIGCONT brings the table again")
def suspended():
    _, receiver = pair()
    t = Terminal(receiver, "recv", "-I", "eth0", target(4), columns=100)
    until(lambda: t.frames(), "nothing painted")
    os.write(t.master, b"\x1a")
    check(wait_until(lambda: is_stopped(t.proc.pid), PATIENCE), "it is not stopped")
    until(lambda: t.seen.endswith(b"\x1b[?25h\x1b[?1049l"), "the terminal is not given back")
    count = len(t.frames())
    t.proc.send_signal(signal.SIGCONT)
    until(lambda: len(t.frames()) > count and t.seen.count(b"\x1b[?1049h") == 2, "not painted again")
    t.proc.send_signal(signal.SIGTERM)
    t.restored(1)


def pour(node, *args, **how):
    """`recv -` into a pipe that nobody reads: the process, and the end to read."""
    mine, theirs = os.pipe()
    with node:
        p = subprocess.Popen(Verb.command("recv", "-I", "eth0", *args, "-", target(4)), stdout=theirs,
                             stderr=subprocess.PIPE, text=True, **how)
    os.close(theirs)
    return p, mine


def fill(sender):
    """More than a pipe and what is kept before it hold."""
    Verb(sender, "send", "-I", "eth0", "--rate", "4000pps", "-c", "1200", "-s", "1400", target(4), as_json=False).wait(20)


@test("a reader of payloads that stands still: a signal ends it, and what nobody took is told")
def stalled():
    sender, receiver = pair()
    p, mine = pour(receiver)
    until(lambda: ("eth0", group(4)) in receiver.joined(4), "not joined")
    fill(sender)
    same(p.poll(), None, "it ended by itself")
    p.send_signal(signal.SIGTERM)
    check(wait_until(lambda: p.poll() is not None, PATIENCE), "SIGTERM does not end it")
    same(p.returncode, 2, "exit code")
    check("bytes of standard output" in p.stderr.read(), "what was left is not told")
    os.close(mine)


@test("a reader of payloads that stands still: -w ends it")
def stalled_deadline():
    sender, receiver = pair()
    p, mine = pour(receiver, "-w", "3")
    until(lambda: ("eth0", group(4)) in receiver.joined(4), "not joined")
    fill(sender)
    check(wait_until(lambda: p.poll() is not None, 3 + PATIENCE), "-w does not end it")
    same(p.returncode, 2, "exit code")
    os.close(mine)


@test("a slow reader of payloads gets all of them")
def slow():
    sender, receiver = pair()
    p, mine = pour(receiver, "--until-end")
    got = 0
    until(lambda: ("eth0", group(4)) in receiver.joined(4), "not joined")
    fill(sender)
    while True:
        data = os.read(mine, 20000)
        if not data:
            break
        got += len(data)
    same((p.wait(PATIENCE), got), (0, 1200 * (1400 - 32)), "exit code, octets")
    os.close(mine)


if __name__ == "__main__":
    main()
