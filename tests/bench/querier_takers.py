"""What takes reports for `./dev bench querier`: nobody, the Linux bridge, FRR's pimd, mcast querier.

Each is at one end of a veth pair of its own, in a network namespace that has no name; the injector (engine_inject.c)
is at the other. Only what was started here is stopped.
"""
import collections
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time

import echo
from echo import Cannot, Failed

LIMIT = 90  # seconds after which a process started here is ended by its alarm
ENTRIES = 262144  # that the bridge may have

# Nanoseconds that one report took its sender, on the clock and of the processor.
Storm = collections.namedtuple("Storm", "clock cpu")


def cpu_ns(pid):
    """The processor's time of all threads, exact where schedstat is there, else in ticks."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii") as file:
                ticks = file.read().rpartition(")")[2].split()[11:13]
            total += sum(int(t) for t in ticks) * 1000000000 // os.sysconf("SC_CLK_TCK")
    return total


def waited_ns(pid):
    """How long its first thread could have run, and had to wait for the processor; 0 where that is not told."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1])
    except FileNotFoundError:
        return 0


def memory_kib(pid):
    """(resident, of that what is a socket's ring), of a process."""
    total = ring = 0
    is_ring = False
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as file:
        for line in file:
            if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
                is_ring = "socket:" in line
            elif line.startswith("Rss:"):
                total += int(line.split()[1])
                ring += int(line.split()[1]) if is_ring else 0
    return total, ring


class Wire:
    """A veth pair between two namespaces: eth0 of near, where somebody takes reports, and of far."""

    def __init__(self, tools, stack):
        self.tools, self.near, self.far = tools, echo.Namespace(stack), echo.Namespace(stack)
        self.near.ip(f"link add eth0 type veth peer name eth0 netns {self.far.holder.pid}")
        for number, side in enumerate((self.near, self.far), 1):
            side.command("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.eth0.accept_dad=0")
            side.ip(f"addr add 10.0.0.{number}/24 dev eth0")
            side.ip("link set eth0 up")

    def received(self):
        """Packets that came to the near end."""
        rows = {row[0].rstrip(":"): row for row in self.near.table("dev")}
        return int(rows["eth0"][2])

    def storm(self, family, groups, records, reports=None, rate=0):
        """Sends reports about all groups, or so many, as fast as they go, or so many a second."""
        number = -(-groups // records) if reports is None else reports
        words = ["storm", "eth0", family, groups, records, number, rate]
        argv = ["taskset", "-c", str(self.tools.cpus[0]), self.tools.helper, *(str(w) for w in words)]
        done = subprocess.run(self.far.inside(argv), capture_output=True, text=True, timeout=LIMIT, check=False)
        if done.returncode:
            raise Failed(f"the injector: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        found = dict(line.split(" 0 ") for line in done.stdout.splitlines())
        return Storm(float(found["clock"]), float(found["cpu"]))


class Plain:
    """Nobody takes them: what sending alone costs."""

    label = "nobody"
    pid = None

    def __init__(self, tools, stack, wire=None):
        self.wire = wire or Wire(tools, stack)

    def settle(self, _):
        return True

    def learned(self):
        return None

    def taken(self):
        return None


class Bridge(Plain):
    """The Linux bridge, snooping. It works in its sender's time, and has no process."""

    label = "Linux bridge"

    def __init__(self, tools, stack):
        super().__init__(tools, stack)
        near = self.wire.near
        near.ip("addr flush dev eth0")
        near.ip(f"link add br0 type bridge mcast_snooping 1 mcast_hash_max {ENTRIES} mcast_igmp_version 3")
        near.ip("link set eth0 master br0")
        near.ip("link set br0 up")
        forwards = near.inside(["bridge", "-d", "link", "show", "dev", "eth0"])
        if not echo.wait_for(lambda: "state forwarding" in told(forwards), 5):
            raise Cannot("the bridge's port does not forward")

    def learned(self):
        return told(self.wire.near.inside(["bridge", "mdb", "show", "dev", "br0"])).count(" grp 239.")


def told(argv, seconds=30):
    return subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=False).stdout


class Process(Plain):
    """What takes them is a process."""

    def __init__(self, tools, stack, wire=None):
        super().__init__(tools, stack, wire)
        self.stack, self.cpu = stack, tools.cpus[1]

    def start(self, argv):
        process = self.wire.near.start(argv, self.cpu, LIMIT)
        self.stack.callback(echo.stop, process)
        return process

    @property
    def pid(self):
        return self.process.pid

    def settle(self, seconds):
        """Waits until it has no more to do, which three quiet looks show: false where it has after that time."""
        end, last, quiet = time.monotonic() + seconds, cpu_ns(self.pid), 0
        while quiet < 3:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
            now = cpu_ns(self.pid)
            quiet = quiet + 1 if now - last < 500000 else 0
            last = now
        return True


FRR = os.environ.get("FRR_DAEMONS", "/usr/lib/frr")
FRR_USER = "frr"


def frr_lacks():
    """Why FRR's pimd cannot be run, or None."""
    for tool in FRR + "/zebra", FRR + "/pimd", "vtysh":
        if not shutil.which(tool):
            return f"FRR is not installed, there is no {tool}"
    try:
        pwd.getpwnam(FRR_USER)
    except KeyError:
        return f"FRR's daemons need a user {FRR_USER}"
    with open("/proc/self/uid_map", encoding="ascii") as file:
        if os.geteuid() != 0 or file.read().split() != ["0", "0", "4294967295"]:
            return f"FRR's daemons run as the user {FRR_USER}, which needs root"
    return None


class Frr(Process):
    """FRR's pimd as it is set up on a multicast router's interface: IGMP and PIM."""

    label = "FRR pimd"
    lines = ("interface eth0", " ip igmp", " ip pim")

    def __init__(self, tools, stack):
        super().__init__(tools, stack)
        self.folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-frr-"))
        shutil.chown(self.folder, FRR_USER, FRR_USER)
        self.launch("zebra", "zserv.api", ())
        self.process = self.launch("pimd", "pimd.vty", self.lines)
        if not echo.wait_for(lambda: "10.0.0.1" in self.show("interface"), 5):
            raise Cannot("FRR's pimd does not do IGMP on its interface")

    def path(self, name):
        return os.path.join(self.folder, name)

    def launch(self, name, socket, lines):
        with open(self.path(name + ".conf"), "w", encoding="ascii") as file:
            file.writelines(line + "\n" for line in lines)
        process = self.start([os.path.join(FRR, name), "-f", self.path(name + ".conf"), "-i", self.path(name + ".pid"),
                              "-z", self.path("zserv.api"), "--vty_socket", self.folder, "-u", FRR_USER,
                              "-g", FRR_USER, "-P", "0"])
        # What one that had to be killed leaves behind.
        self.stack.callback(shutil.rmtree, f"/var/tmp/frr/{name}.{process.pid}", True)
        self.stack.callback(echo.stop, process)
        echo.wait_for(lambda: process.poll() is not None or os.path.exists(self.path(socket)), 10)
        if process.poll() is not None or not os.path.exists(self.path(socket)):
            raise Cannot(f"FRR's {name} did not start: {echo.stop(process)[1].strip()}")
        return process

    def show(self, what, seconds=30):
        """What vtysh has to say; nothing, where pimd has no time to answer it."""
        argv = ["env", f"HOME={self.folder}", "vtysh", "--vty_socket", self.folder, "-d", "pimd",
                "-c", f"show ip igmp {what}"]
        try:
            return told(self.wire.near.inside(argv), seconds)
        except subprocess.TimeoutExpired:
            return ""

    def number(self, what, pattern, seconds=30):
        found = re.search(pattern, self.show(what, seconds))
        return int(found[1]) if found else None

    def learned(self, seconds=30):
        return self.number("groups", r"Total IGMP groups: (\d+)", seconds)

    def taken(self):
        return self.number("statistics", r"V3 report\s*: (\d+)")


class FrrIgmp(Frr):
    """The same without PIM: it keeps groups, and does nothing for them."""

    label = "FRR pimd, no PIM"
    lines = ("interface eth0", " ip igmp")


class Querier(Process):
    """mcast querier, quiet, with its defaults but for what is given besides."""

    label = "mcast querier"

    def __init__(self, tools, stack, options=(), wire=None):
        super().__init__(tools, stack, wire)
        self.mcast = tools.mcast
        self.process = self.start([self.mcast, "querier", "-q", *options, "eth0"])
        echo.wait_for(lambda: self.process.poll() is not None or self.is_open(), 10)
        if self.process.poll() is not None or not self.is_open():
            raise Cannot(f"mcast querier did not start: {echo.stop(self.process)[1].strip()}")

    def asking(self):
        return self.wire.near.inside([self.mcast, "querier", "--status", "--json", "eth0"])

    def ask(self):
        """What --status --json prints, as it is."""
        return told(self.asking(), LIMIT)

    def status(self, family):
        """The object of one family."""
        for line in self.ask().splitlines():
            for one in json.loads(line)["interfaces"]:
                if one["protocol"] == ("IGMP" if family == 4 else "MLD"):
                    return one
        raise Failed("mcast querier --status has no answer")

    def is_open(self):
        try:
            return self.status(4)["state"] == "open"
        except Failed:
            return False

    def counts(self, family):
        one = self.status(family)
        return {"rx-report": 0, **one["counters"], "lost": one["packets_lost"]}

    def learned(self):
        """Groups of the injector: this machine's own are among them, too."""
        return len(re.findall(r'"group": *"(?:239[.]|ff15:)', self.ask()))

    def taken(self):
        return self.counts(4)["rx-report"]

    def held(self):
        return self.status(4)["memory"]
