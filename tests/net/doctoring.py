"""
doctoring.py - `mcast doctor` in a node: what it finds, whether its cure cures, whether it is silent.
"""
import json
import subprocess
import threading
import threading
import time

from kernels import Member
from rig import Node, link, wait_until
from tap import check, defer, note, same
from verbs import Client, group, text
from wire import Forger

VERDICTS = ("ok", "warning", "fault", "unknown")
KEYS = {"check", "verdict", "text", "evidence", "why", "mend", "advice", "group", "ifname", "pid"}
WINDOW = 0.2  # seconds that it watches


def two(**how):
    """Two hosts on a link."""
    a, b = Node("a"), Node("b")
    link(a, b, **how)
    return a, b


def three():
    """b has eth0 to a and eth1 to c; its default route leads by eth0."""
    a, b, c = Node("a"), Node("b"), Node("c")
    link(a, b)
    link(c, b, net=1)
    return a, b, c


def doctor(node, *args, timeout=30):
    """Run it: the document."""
    r = text(node, "doctor", "-j", *(() if "-w" in args else ("-w", WINDOW)), *args, timeout=timeout)
    check(r.code in (0, 1), "exit code %d: %s" % (r.code, r.stderr))
    doc = json.loads(r.stdout)
    told = {v: [f for f in doc["findings"] if f["verdict"] == v] for v in VERDICTS}
    for f in doc["findings"]:
        same(set(f), KEYS, "keys of a finding")
        check(f["text"] and f["why"], "a finding without words", f)
    same([doc[k] for k in ("ok", "warnings", "faults", "unknown")], [len(told[v]) for v in VERDICTS], "sums")
    same(r.code, 1 if told["fault"] else 0, "exit code")
    note(lambda: "\n".join("%(verdict)s %(check)s: %(text)s" % f for f in doc["findings"]))
    return doc


def of(doc, name, *verdicts):
    return [f for f in doc["findings"] if f["check"] == name and (not verdicts or f["verdict"] in verdicts)]


def finds(node, name, verdict, *args, words=(), **how):
    """It finds that by this check, in these words: the finding."""
    doc = doctor(node, *args, **how)
    for f in of(doc, name, verdict):
        if all(w in json.dumps(f, ensure_ascii=False) for w in words):
            return f
    check(False, "no %s of %s with %r" % (verdict, name, words), *of(doc, name))


def silent(node, name, *args, **how):
    """This check finds nothing wrong: the document."""
    doc = doctor(node, *args, **how)
    same(of(doc, name, "warning", "fault"), [], "what %s finds" % name)
    same([f for f in of(doc, name)] != [], True, "%s says something" % name)
    return doc


def healthy(node, *args, **how):
    doc = doctor(node, *args, **how)
    same([f for f in doc["findings"] if f["verdict"] == "fault"], [], "faults")
    return doc


def mend(node, finding):
    """Run the command that it gave."""
    check(finding["mend"], "there is no command", finding)
    with node:
        r = subprocess.run(["sh", "-ec", finding["mend"]], text=True, capture_output=True)
    same(r.returncode, 0, "exit code of `%s`: %s" % (finding["mend"], r.stderr))


def mended(node, name, verdict, *args, words=(), **how):
    """It finds it, its own command mends it, and then it is silent."""
    mend(node, finds(node, name, verdict, *args, words=words, **how))
    return silent(node, name, *args, **how)


def member(node, fam, group, ifname="eth0"):
    """A member on a port of its own. (A socket that is on no port is looked for in processes of its namespace only,
    and this test's sockets are in many.)"""
    m = Member(node, fam, group, ifname)
    m.sock.bind(("", 0))
    return m


def eventually(fn, why, timeout=10):
    got = wait_until(fn, timeout)
    check(got, why)
    return got


class Flow:
    """Datagrams to the group, 25 a second, until it is stopped; sent as a packet where a source is given."""

    def __init__(self, node, fam, source=None, ifname="eth0", to=None, port=5000):
        self.going, to = True, to or group(fam)
        if source:
            forger = Forger(node, ifname)
            send = lambda: forger.send(source, 4000, to, port, b"x" * 80)
        else:
            client = Client(node, fam, ifname)
            send = lambda: client.send(b"x" * 80, to, port)
        self.thread = threading.Thread(target=self._run, args=(send,), daemon=True)
        defer(self.stop)
        self.thread.start()

    def _run(self, send):
        while self.going:
            send()
            time.sleep(0.04)

    def stop(self):
        self.going = False
        self.thread.join(5)


class During:
    """with During(fn): fn runs, again and again, until the end."""

    def __init__(self, fn, every=0.01):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(fn, every), daemon=True)

    def _run(self, fn, every):
        while not self.over.wait(every):
            fn()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *exc):
        self.over.set()
        self.thread.join()
