"""
watching.py - what the tests of `mcast watch -r` have in common: captures of packets, runs, lines.

Importing this file ends the program with a TAP skip where mcast is built without libpcap: see need_captures.
"""
import atexit
import contextlib
import functools
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import cases
import pcapfile
import tap
from frames import report
from tap import check, defer, same
from verbs import MCAST, Verb, of
from wire import TO_EX, TO_IN



@functools.lru_cache(None)
def need_captures():
    """Ends the program with a TAP skip where mcast is built without libpcap; times are told in UTC."""
    os.environ["TZ"] = "UTC"
    if b"without libpcap" in subprocess.run(MCAST + ["--version"], capture_output=True).stdout:
        tap.skip_all("mcast is built without libpcap")


need_captures()
HERE = contextlib.nullcontext()  # no network is needed
SECOND = 10**9
BEGIN = cases.BEGIN


@functools.lru_cache(None)
def room():
    """A folder for the files of this run."""
    folder = tempfile.mkdtemp(prefix="t_watch.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_names = itertools.count()


def path(name="file"):
    return os.path.join(room(), "%s.%d" % (name, next(_names)))


def capture(packets, link=pcapfile.ETHERNET, vlans=(), **how):
    """A capture file of packets, or of (nanoseconds, packet)."""
    timed = [p if isinstance(p, tuple) else (BEGIN, p) for p in packets]
    framer = pcapfile.FRAMERS[link]
    file = path()
    pcapfile.write(file, link, [(ns, framer(p, vlans)) for ns, p in timed], **how)
    if "MCAST_TEST_CAPTURES" in os.environ:  # tests/peers/t_tshark.py takes them, too
        name = "%s.%s" % (os.path.basename(sys.argv[0]), os.path.basename(file))
        shutil.copy(file, os.path.join(os.environ["MCAST_TEST_CAPTURES"], name))
    return file


def watch(file, *args, code=0, as_json=True, **how):
    done = Verb(HERE, "watch", "-r", file, *args, as_json=as_json, **how).wait(60)
    same(done.code, code, "exit code (%s)" % done.stderr)
    return done


def text(file, *args, **how):
    return watch(file, *args, as_json=False, **how)


def messages(done, **keys):
    return of(done.events, "message", **keys)


def join(fam, group, **how):
    """A host wants a group from every source: a report of the newest version."""
    return report(fam, (TO_EX, group), **how)


def part(fam, group, **how):
    """It wants it no more."""
    return report(fam, (TO_IN, group), **how)


def story(*what, since=0):
    """Packets that come at times: (seconds, packet)."""
    return [(BEGIN + int((since + at) * SECOND), p) for at, p in what]


def told(*what, args=(), **how):
    """What watch --json says of such a story."""
    return watch(capture(story(*what)), *args, **how)


def clock(ns):
    return time.strftime("%H:%M:%S", time.localtime(ns // SECOND)) + ".%06d" % (ns % SECOND // 1000)


def lines_of(done, *words):
    """The lines of messages: those that have a name behind time and link."""
    pattern = re.compile(r"^\d\d:\d\d:\d\d\.\d{6} \S+ (?:IGMP|MLD|PIM|MRD|DVMRP)[^:]*: ")
    lines = [s for s in done.stdout.splitlines() if pattern.match(s) and " cannot be read: " not in s]
    return [s for s in lines if all(w in s for w in words)]


def broken(file, *words, args=()):
    """Watch ends with 2 and one line on stderr that has these words; what it printed."""
    for as_json in False, True:
        r = watch(file, *args, code=2, as_json=as_json)
        lines = r.stderr.splitlines()
        same(len(lines), 1, "lines on stderr: %r" % r.stderr)
        check(lines[0].startswith("mcast watch: "), "no name of the verb", r.stderr)
        check(all(w in r.stderr for w in words), "not said: %s" % (words,), r.stderr)
    return r


def limit_reports():
    """More groups than a link can hold."""
    names = ["239.%d.%d.%d" % (2 + n // 65536, n // 256 % 256, n % 256) for n in range(66000)]
    return [report(4, *[(TO_EX, g) for g in names[i:i + 180]]) for i in range(0, len(names), 180)]


def script(body):
    """A program that runs these lines of shell."""
    file = path("hook")
    with open(file, "w") as f:
        f.write("#!/bin/sh\n" + body)
    os.chmod(file, 0o755)
    return file


def holding():
    """A hook that leaves a file in a folder while it runs, which is until there is a gate."""
    folder, gate = path("running"), path("gate")
    os.mkdir(folder)
    wait = "while [ -d %s ] && [ ! -e %s ]; do sleep 0.1; done\n" % (folder, gate)
    defer(lambda: open(gate, "w").close())
    return folder, gate, script("exec >/dev/null 2>&1\n: >%s/$$\n%srm -f %s/$$\n" % (folder, wait, folder))
