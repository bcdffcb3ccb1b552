"""
frr.py - FRR's zebra and pimd in a node: started from a private folder, configured, asked by vtysh, ended.

Nothing of FRR's service is used: no file of /etc/frr, no socket of /run/frr. All that is ended are processes that
were started here, by their ids. They run as Debian's user frr, since pimd insists on being in the group frrvty,
and only root can start them so. Importing this file ends the program with a TAP skip where that cannot be.
"""
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

import tap
from querying import becomes
from rig import wait_until
from tap import check
from verbs import PATIENCE

DAEMONS = os.environ.get("FRR_DAEMONS", "/usr/lib/frr")
USER = "frr"
LEFT = "/var/tmp/frr"  # where a daemon keeps a folder NAME.PID while it lives, and after a SIGKILL
ANY = "*"              # FRR's name for the source that a group with a filter of mode EXCLUDE has besides


def need():
    """Ends the program with a TAP skip where FRR cannot be run."""
    for tool in DAEMONS + "/zebra", DAEMONS + "/pimd", "vtysh":
        if not shutil.which(tool):
            tap.skip_all("FRR is not installed, there is no %s (./dev check-peers installs it)" % tool)
    try:
        pwd.getpwnam(USER)
    except KeyError:
        tap.skip_all("FRR's daemons need a user %s" % USER)
    if os.geteuid() != 0 or "MCAST_RIG" in os.environ:
        tap.skip_all("FRR's daemons run as the user %s: needs root" % USER)


need()


def querier_lines(version=3, interval=10, response=1, last=0.5, ifname="eth0"):
    """The configuration of a querier, times in seconds. FRR refuses an interval that is not longer than the
    response time of the moment (10 s): the latter comes first."""
    return ["interface %s" % ifname, " ip igmp", " ip igmp version %d" % version,
            " ip igmp query-max-response-time %d" % round(response * 10),
            " ip igmp query-interval %d" % interval,
            " ip igmp last-member-query-interval %d" % round(last * 10)]


class Frr:
    """zebra and pimd in a node, until the test ends. lines: pimd's configuration."""

    def __init__(self, node, lines):
        self.node, self.running = node, {}
        self.folder = tempfile.mkdtemp(prefix="frr.")
        tap.defer(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        shutil.chown(self.folder, USER, USER)
        tap.defer(self.stop)
        tap.note(self.story)
        self._write("zebra.conf", [])
        self._write("pimd.conf", lines)
        self.start()

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _write(self, name, lines):
        with open(self._path(name), "w") as f:
            f.writelines(s + "\n" for s in ["log file " + self._path(name.replace(".conf", ".log")), *lines])

    def start(self):
        """Start what does not run; also after kill()."""
        for name, socket in ("zebra", "zserv.api"), ("pimd", "pimd.vty"):
            if name not in self.running:
                self._launch(name, self._path(socket))
        check(wait_until(lambda: self.querier()[0], PATIENCE), "FRR is on no interface")

    def _launch(self, name, socket):
        if os.path.exists(socket):
            os.unlink(socket)  # one that was killed left it
        argv = [os.path.join(DAEMONS, name), "-f", self._path(name + ".conf"), "-i", self._path(name + ".pid"),
                "-z", self._path("zserv.api"), "--vty_socket", self.folder, "-u", USER, "-g", USER, "-P", "0"]
        with self.node, open(self._path(name + ".out"), "a") as out:
            p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.running[name] = p
        up = wait_until(lambda: os.path.exists(socket) or p.poll() is not None, PATIENCE)
        check(up and p.poll() is None, "FRR's %s did not start" % name)

    def _end(self, name, number):
        p = self.running.pop(name)
        if p.poll() is None:
            p.send_signal(number)
        try:
            p.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
        shutil.rmtree("%s/%s.%d" % (LEFT, name, p.pid), ignore_errors=True)

    def kill(self):
        """pimd ends without a last word."""
        self._end("pimd", signal.SIGKILL)

    def stop(self):
        for name in list(self.running)[::-1]:
            self._end(name, signal.SIGTERM)

    def story(self):
        """What the daemons had to say, for a diagnosis."""
        text = ""
        for name in "zebra.out", "pimd.out", "pimd.log":
            try:
                with open(self._path(name), errors="replace") as f:
                    text += "".join("%s: %s" % (name, s) for s in f.readlines()[-6:])
            except FileNotFoundError:
                pass
        return text.rstrip()

    def vtysh(self, *lines):
        """Commands, one after the other; what was answered."""
        argv = ["vtysh", "--vty_socket", self.folder, "-d", "pimd"] + [a for s in lines for a in ("-c", s)]
        with self.node:
            p = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                               env=dict(os.environ, HOME=self.folder))
        check(p.returncode == 0, "vtysh %r: exit code %d" % (lines, p.returncode), p.stdout, p.stderr)
        return p.stdout

    def show(self, what):
        """`show ip igmp WHAT json`, as it is."""
        text = self.vtysh("show ip igmp %s json" % what)
        return json.loads(text) if text.strip() else {}

    # ---- what it knows ---------------------------------------------------------------------------

    def querier(self, ifname="eth0"):
        """(address of the querier, whether that is itself)."""
        row = self.show("interface").get(ifname, {})
        return row.get("querierIp"), bool(row.get("querier"))

    def groups(self, ifname="eth0"):
        """group -> (mode, sources that are wanted, sources that are excluded, version): of a group in mode EXCLUDE
        those are the sources with a timer that runs, and those without."""
        rows = {r["group"]: r for r in self.show("groups").get(ifname, {}).get("groups", ())}
        lists = self.show("sources").get(ifname, {})
        return {g: self._group(r, lists.get(g, {}).get("sources", ())) for g, r in rows.items()}

    @staticmethod
    def _group(row, sources):
        named = [s for s in sources if s["source"] != ANY]
        runs = lambda s: any(c in "123456789" for c in s["timer"])
        include = row.get("mode") == "INCLUDE"  # groups of older versions have none: they are for every source
        wanted = frozenset(s["source"] for s in named if include or runs(s))
        excluded = frozenset(s["source"] for s in named) - wanted
        return "include" if include else "exclude", wanted, excluded, row["version"]

    def wait_groups(self, wanted, why, timeout=PATIENCE):
        """Wait until groups() is this."""
        becomes(self.groups, wanted, "FRR's groups, " + why, timeout)
