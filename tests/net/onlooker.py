"""
onlooker.py - `mcast watch` on a wire: started and waited for, beside hosts whose kernels join and leave.
"""
import re

import cases
from kernels import force, until
from rig import Node, link, wait_until
from tap import check
from verbs import PATIENCE, Verb
from watching import need_captures
from wire import TO_EX

need_captures()
LATEST = 20  # seconds a kernel may take to say all that it has to say


def privileges(pid):
    """The effective capabilities of a process; None where it is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return int(re.search(r"^CapEff:\s*(\w+)", f.read(), re.M).group(1), 16)
    except (OSError, AttributeError):
        return None


def listens(node, proc):
    """It has given up its privileges, which it does when all is open, and has a packet socket."""
    check(proc.poll() is None, "it ended with %s" % proc.returncode)
    return privileges(proc.pid) == 0 and len(node.proc("packet").splitlines()) > 1


def watch(node, *args, **how):
    """Start it, and wait until it hears."""
    v = Verb(node, "watch", *args, **how)
    check(wait_until(lambda: listens(node, v.proc), PATIENCE), "it does not listen")
    return v


def says(v, kind, group_, sources=(), timeout=LATEST, **keys):
    """Wait for a report with such a record, and give its message."""
    def fits(r):
        return (r["record_type"], r["multicast_address"], set(r["source_addresses"])) == (kind, group_, set(sources))
    found = lambda: [e for e in v.of("message", kind="report", **keys) if any(map(fits, e["group_records"]))]
    why = "no report %s(%s, {%s}) %s" % (cases.RECORDS[kind], group_, ", ".join(sources), keys or "")
    return until(found, why, timeout)[0]


def two(**versions):
    """A host, and another that watches it; neither was used before."""
    host, watcher = Node("host"), Node("watcher")
    link(host, watcher)
    for fam, version in ((int(k[1]), v) for k, v in versions.items()):
        force(host, fam, version)
    return host, watcher


def marked(v, fam, g, timeout=PATIENCE):
    """Wait for the report of a group that was forged; its message."""
    return says(v, TO_EX, g, timeout=timeout)
