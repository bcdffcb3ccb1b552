"""
grouping.py - `mcast groups` in nodes: its document and its table read; programs that hold memberships.

A Program is a process of its own that lives in a node and does one step after the other, as it is told.
"""
import ctypes
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys

from kernels import Member
from rig import Node, link
from tap import check, defer, note, same
from verbs import MCAST, inet

FAMILIES = (4, 6)
FAMILY = {4: "inet", 6: "inet6"}
NOBODY = 65534
LIMIT = 60  # seconds for one run, sanitizers included
MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man", "mcast-groups.1.scd")
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME = 1, 4, 15
PROGRAMS_ARE_SEEN = os.geteuid() == 0 and "MCAST_RIG" not in os.environ  # not all are, in a user namespace


# ---- the man page -------------------------------------------------------------------------------------


def _words(text):
    """Keys outside brackets, and those inside by the key before."""
    outside, inside, depth = [], {}, 0
    for m in re.finditer(r"[()]|(?<![\w*])_([a-z]+(?:_[a-z0-9]+)*)_(?!\w)", text):
        if m.group() in "()":
            depth += 1 if m.group() == "(" else -1
        elif depth:
            inside.setdefault(outside[-1], set()).add(m.group(1))
        else:
            outside.append(m.group(1))
    return outside, inside


def documented():
    """The keys of the man page, by the object that has them."""
    with open(MAN, encoding="utf-8") as f:
        section = f.read().split("\n# JSON\n")[1].split("\n# ")[0]
    keys = {}
    for name, text in re.findall(r"\n_(\w+)_\n\t(.*)", section):
        head, _, rest = text.partition("an array of objects with")
        keys[name], inside = _words(head)
        keys[name] = set(keys[name])
        if name == "groups":
            keys["sockets"] = set(_words(rest)[0])
        if name == "bridges":
            keys.update(ports=inside["ports"], mdb=inside["groups"], querier=inside["mld_querier"])
        if name == "routes":
            keys["out"] = inside["out"]
    top, = re.findall(r"\nOne document, (.*)", section)
    keys["document"] = set(_words(top.partition(", an array")[0])[0])
    space, = re.findall(r"\n(_netns_ .*)", section)
    keys["space"] = set(_words(space.partition("; with *--bridge*")[0])[0])
    senders, = re.findall(r"\nWith one _GROUP_ .*_senders_: (.*)", section)
    keys["senders"] = set(_words(senders)[0])
    ended, = re.findall(r'"end": (.*)', section)
    keys["end"] = set(_words(ended)[0])
    return keys


KEYS = documented()
ALWAYS = {"event", "ts", "host", "schema"}
EVENT = ALWAYS | (KEYS["groups"] | KEYS["sockets"]) - {"users", "found", "sockets"}
NESTED = {"groups": ("sockets",), "bridges": ("ports", "groups"), "routes": ("out",)}


def _judge(what, o, wanted):
    same(set(o), wanted, "keys of %s (the man page's, and those it has)" % what)


def _judge_list(name, list_, keys):
    for o in list_:
        _judge("one of " + name, o, KEYS[keys])
        for inner in NESTED.get(keys, ()):
            _judge_list("%s of %s" % (inner, name), o[inner], "mdb" if inner == "groups" else inner)
        for querier in ("igmp_querier", "mld_querier") if keys == "bridges" else ():
            if o[querier]:
                _judge(querier, o[querier], KEYS["querier"])


def judge(doc, *more):
    """All keys are there, and no other."""
    _judge("the document", doc, KEYS["document"])
    for space in doc["namespaces"]:
        _judge("a namespace", space, KEYS["space"] | set(more))
        for name in {"interfaces", "groups", "unseen"} | set(more):
            _judge_list(name, space[name], name)


# ---- the program --------------------------------------------------------------------------------------


_runs = []


def run(node, *args, before=(), timeout=LIMIT):
    """Run `mcast groups` to its end: a CompletedProcess, its output as octets. It has more time than it has by
    default, as this machine may be busy with other things."""
    budget = [] if "--budget" in args else ["--budget", str(LIMIT)]
    with node:
        done = subprocess.run([*before, *MCAST, "groups", *budget, *map(str, args)], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=timeout)
    if not _runs:
        note(story)
    _runs.append((args, done))
    return done


def story():
    """The last run, for the diagnosis of a test."""
    args, done = _runs[-1]
    out, err = (s.decode(errors="replace")[:2500] for s in (done.stdout, done.stderr))
    return "$ groups %s: %d\n%s%s" % (" ".join(map(str, args)), done.returncode, re.sub(r"\},", "},\n", out), err)


def extra(args):
    """The arrays that options add."""
    one = [a for a in map(str, args) if re.fullmatch(r"[0-9.]+|[0-9a-f]*:[0-9a-f:]*", a)]
    more = ["bridges"] if "--bridge" in args else []
    more += ["routes", "vifs"] if "--routes" in args else []
    return more + (["senders"] if more and len(one) == 1 else [])


def groups(node, *args, code=0, before=(), errors=""):
    """Run it with --json: the document, whose keys are those of the man page."""
    done = run(node, "-j", *args, before=before)
    same(done.returncode, code, "exit code")
    if errors is not None:
        same(done.stderr.decode(), errors, "stderr")
    doc = json.loads(done.stdout.decode())
    same(doc["schema"], 1, "schema")
    judge(doc, *extra(args))
    return doc


def here(doc):
    """The namespace in which it ran."""
    return doc["namespaces"][0]


def found(doc, group=None, ifname=None):
    """The memberships of its namespace, of a group or an interface."""
    return [g for g in here(doc)["groups"] if group in (None, g["group"]) and ifname in (None, g["ifname"])]


def only(doc, group, ifname="eth0"):
    """The one membership of a group there."""
    got = found(doc, group, ifname)
    same(len(got), 1, "memberships of %s on %s" % (group, ifname))
    return got[0]


def names_of(doc):
    return {(g["ifname"], g["group"]) for g in here(doc)["groups"]}


def filters(o):
    """A filter as it is compared: mode and sources, in order of the tests' own."""
    return o["filter_mode"], sorted(o["source_addresses"])


def text(node, *args, code=0, errors="", before=()):
    """Run it without --json: what it printed."""
    done = run(node, *args, before=before)
    same((done.returncode, done.stderr.decode()), (code, errors), "exit code and stderr")
    return done.stdout.decode()


COLUMNS = "GROUP", "FILTER", "USERS", "PROCESS", "USER", "SOCKET", "ITS FILTER"


def _row(line, head):
    """A row by its head's columns, each of which is to begin, or to end, where the head does."""
    at = [re.search(r"(?<!\S)%s(?!\S)" % c, head).start() for c in COLUMNS]
    cells = [line[a:b] for a, b in zip(at, at[1:] + [None])]
    check(line[:2] == "  " and line == line.rstrip(), "an odd line", line)
    for c, cell in zip(COLUMNS, cells):
        last = c == COLUMNS[-1] or line.rstrip().endswith(cell)
        check(last or cell.endswith("  "), "a column that is not aligned", head, line)
        check(c == "USERS" or not cell.strip() or not cell[0].isspace(), "a column that is not aligned", head, line)
    return {c: cell.strip() for c, cell in zip(COLUMNS, cells)}


def table(node, *args, below=False, **how):
    """The table: by interface its heading and rows, each with the group's cells filled in; below: there is more
    below it."""
    got, head, rows = {}, None, None
    said = text(node, *args, **how)
    for line in (said.rpartition("\n\n")[0] if below else said).splitlines():
        if line and not line.startswith(" "):
            name, _, spoken = line.partition("  ")
            head, rows = None, []
            got[name] = spoken, rows
        elif line and not head:
            head = line
            same(re.split(r"\s{2,}", line.strip()), list(COLUMNS), "the head")
        elif line:
            row = _row(line, head)
            if not row["GROUP"]:
                row.update({c: rows[-1][c] for c in COLUMNS[:3]})
            rows.append(row)
    return got


# ---- programs that hold memberships --------------------------------------------------------------------


class Held(Member):
    """A socket that is there, and a group of either family."""

    def __init__(self, sock, group_, index):
        self.sock, self.index, self.group = sock, index, group_
        self.level = socket.IPPROTO_IPV6 if ":" in group_ else socket.IPPROTO_IP


def index(ifname="eth0"):
    return socket.if_nametoindex(ifname)


def udp(fam, address="", port=0):
    """A socket; port None: not bound."""
    s = socket.socket(inet(fam), socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port is not None:
        s.bind((address, port))
    return s


def join(sock, group_, ifname="eth0", source=None):
    held = Held(sock, group_, index(ifname))
    held.call("join_source" if source else "join", source)
    return held


def member(fam, group_, port=0, ifname="eth0", address=""):
    """A socket that joined, in the node where this runs."""
    s = udp(fam, address, port)
    join(s, group_, ifname)
    return s


def _prctl(what, value):
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def die_with_parent():
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def rename(name):
    """Give the calling process a name, of any octets."""
    _prctl(PR_SET_NAME, ctypes.c_char_p(name))


def become(uid):
    """Be somebody else, who may look at himself as one who logged in may."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _prctl(PR_SET_DUMPABLE, 1)
    die_with_parent()


def many_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Program:
    """A process that runs a generator: each step goes on to the next yield, whose value it gives."""

    def __init__(self, node, steps, name=None):
        self.out, out = os.pipe()
        go, self.go = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            os.close(self.out)
            os.close(self.go)
            self._live(node, steps, name, out, go)
        os.close(out)
        os.close(go)
        defer(self.end)
        self.said = self._hear()

    @staticmethod
    def _live(node, steps, name, out, go):
        for s in signal.SIGALRM, signal.SIGTERM, signal.SIGINT:
            signal.signal(s, signal.SIG_DFL)
        try:
            die_with_parent()
            node.__enter__()
            if name is not None:
                rename(name)
            for said in steps():
                os.write(out, json.dumps(said).encode() + b"\n")
                if os.read(go, 1) != b"\n":
                    break
            os._exit(0)
        except BaseException as e:
            os.write(out, json.dumps({"failed": repr(e)}).encode() + b"\n")
        os._exit(1)

    def _hear(self):
        line = b""
        while not line.endswith(b"\n"):
            more = os.read(self.out, 65536)
            check(more, "a program of the test ended")
            line += more
        said = json.loads(line)
        check(not (isinstance(said, dict) and "failed" in said), "a program of the test failed", said)
        return said

    def step(self):
        os.write(self.go, b"\n")
        self.said = self._hear()
        return self.said

    def end(self, number=None):
        """Let it end, or kill it. Programs that came later have a copy of its pipe: it is told to."""
        if not self.pid:
            return
        if number:
            os.kill(self.pid, number)
        else:
            os.write(self.go, b"q")
        os.close(self.go)
        os.waitpid(self.pid, 0)
        os.close(self.out)
        self.pid = 0


def program(node, *made, name=None):
    """A process in which each of these functions makes a socket: it keeps them until its end."""
    def steps():
        kept = [fn() for fn in made]
        yield [s.fileno() for s in kept]
        kept.clear()
    return Program(node, steps, name)


def host():
    """A host of a wire of its own, and what is at the other end."""
    a, b = Node("a"), Node("b")
    link(a, b)
    return a, b


def users_of(node, fam):
    """How often each group is joined, as the kernel's table has it."""
    got, dev = {}, None
    lines = node.proc("igmp" if fam == 4 else "igmp6").splitlines()
    if fam == 6:
        rows = map(str.split, lines)
        return {(r[1], socket.inet_ntop(socket.AF_INET6, bytes.fromhex(r[2]))): int(r[3]) for r in rows}
    for line in lines[1:]:
        words = line.split()
        if line.startswith("\t"):
            got[dev, socket.inet_ntop(socket.AF_INET, bytes.fromhex(words[0])[::-1])] = int(words[1])
        else:
            dev = words[1].rstrip(":")
    return got
