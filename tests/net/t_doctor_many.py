#!/usr/bin/env python3
"""t_doctor_many.py - mcast doctor where there is much, little, or something odd: without privilege, while processes
come and go, with thousands of sockets, with interfaces of odd names; and a script of --fix that mends several faults."""
import json
import os
import resource
import shutil
import subprocess
import sys
import time

from doctoring import doctor, eventually, finds, healthy, member, mend, of, silent, two
from rig import Node
from tap import Skip, check, defer, main, same, test
from verbs import MCAST, Verb, group, target, text
from walls import nft

MANY, EACH = 2000, 4
BOUND = 20  # seconds for a run with that many sockets: it takes less than one where nothing else runs

# argv: how many sockets, how many groups each, the first port (0: any), whether to end and begin again all the time.
HOLDER = """
import os, socket, struct, sys
count, each, port, flickers = map(int, sys.argv[1:])
def hold():
    kept = []
    for n in range(count):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, port > 0)
        s.bind(("", port))
        for g in range(each):
            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                         struct.pack("!I4x", 0xef010001 + (n * each + g) % 100))
        kept.append(s)
    return kept
print("ready", flush=True) if flickers else None
while flickers:
    pid = os.fork()
    if not pid:
        hold()
        os._exit(0)
    os.waitpid(pid, 0)
kept = hold()
print("ready", flush=True)
sys.stdin.read()
"""


def as_nobody():
    argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.geteuid() or "MCAST_RIG" in os.environ or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv(1)")
    if subprocess.run([*argv, *MCAST, "--version"], capture_output=True).returncode:
        raise Skip("nobody may run %s" % MCAST[0])
    return argv


def hold(node, sockets=1, each=1, port=0, flickers=False, before=()):
    """A process that holds them."""
    argv = [*before, sys.executable, "-c", HOLDER, str(sockets), str(each), str(port), str(int(flickers))]
    with node:
        p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end():
        p.kill()
        p.wait()
        p.stdin.close()
        p.stdout.close()
    defer(end)
    same(p.stdout.readline(), "ready\n", "first line of the holder")
    return p


# ---- without privilege -------------------------------------------------------------------------------


@test("without privilege: one's own sockets are seen, of others it says that they are not; no fault, and it runs")
def unprivileged():
    _, b = two()
    nobody = as_nobody()
    own = hold(b, port=5000, before=nobody)
    hold(b, port=6000)
    for args in ((), (target("239.1.0.1", 5000, iface="eth0"),)):
        with b:
            r = subprocess.run([*nobody, *MCAST, "doctor", "-j", "-w", "0.2", *args], text=True, capture_output=True)
        same((r.returncode, r.stderr), (0, ""), "exit code and stderr with %r" % (args,))
        doc = json.loads(r.stdout)
        for name in "firewall", "arrival", "bound", "leak", "limits":
            f, = of(doc, name)
            same(f["verdict"], "unknown", "verdict of " + name)
            check("root" in f["text"] + (f["advice"] or ""), "no word of root", f)
        same(of(doc, "interface", "ok") != [], True, "the interface is looked at")
        if args:
            f, = of(doc, "joined")
            check(f["verdict"] == "ok" and "[%d]" % own.pid in f["text"], "its own socket", f)


# ---- what comes and goes -------------------------------------------------------------------------------


@test("processes that vanish while they are looked at: it runs, and finds those that stay")
def vanishing():
    _, b = two()
    for _ in range(2):
        hold(b, 20, 2, flickers=True)
    member(b, 4, "239.9.9.9").call("join")
    for _ in range(3):
        silent(b, "joined", "239.9.9.9%eth0")
        doctor(b)


@test("an interface that goes away while it looks: it says so")
def gone():
    _, b = two()
    b.ip("link add odd type veth peer name even", "addr add 10.7.7.7/24 dev odd", "link set odd up", "link set even up")
    v = Verb(b, "doctor", "-j", "-w", 1.5, target(group(4), iface="odd"), as_json=False)
    time.sleep(0.7)
    b.ip("link del odd")
    r = v.wait()
    doc = json.loads(r.stdout)
    f, = of(doc, "interface", "fault")
    check("odd went away" in f["text"], "words", f)
    same([f for f in doc["findings"] if f["mend"] and "dev odd" in f["mend"]], [], "commands for what is gone")


@test("SIGINT ends the window, and what was seen is told")
def interrupted():
    _, b = two()
    v = Verb(b, "doctor", "-j", "-w", 60, target(group(4), iface="eth0"), as_json=False)
    time.sleep(1)
    begin = time.monotonic()
    r = v.stop()
    check(time.monotonic() - begin < 20, "it went on")
    same((r.code, [f["verdict"] for f in of(json.loads(r.stdout), "interface")]), (0, ["ok"]), "exit code, interface")


# ---- much -----------------------------------------------------------------------------------------------


@test("%d sockets: all are looked at, in bounded time" % MANY)
def many():
    _, b = two()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < MANY + 100:
        raise Skip("needs %d descriptors" % MANY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MANY + 100), hard))
    hold(b, MANY, EACH)
    begin = time.monotonic()
    doc = healthy(b)
    took = time.monotonic() - begin
    check(took < BOUND, "it took %.1f s" % took)
    same([f for f in doc["findings"] if f["verdict"] == "warning"], [], "warnings")
    f, = of(doc, "joined")
    check("100 memberships, of %d sockets" % MANY in f["text"], "words", f)


@test("many sockets of one process at a limit, or on one port: each is told once")
def together():
    _, b = two()
    hold(b, 30, 20, port=5000)
    f, = of(doctor(b), "limits", "warning")
    check("30 sockets of " in f["text"] and "20" in f["text"], "words", f)
    f, = of(doctor(b), "leak", "warning")
    check("port 5000, by 30 sockets" in f["text"], "words", f)


@test("a machine on which only the kernel is in groups: nothing is wrong, for either family")
def kernel_only():
    _, b = two()
    b.ip("link add br0 type bridge mcast_snooping 1 mcast_querier 1", "link set br0 up")
    b.sysctl("net.ipv6.conf.all.forwarding", 1)
    for args in (), ("-4",), ("-6",), ("-I", "eth0"):
        doc = healthy(b, *args)
        same([f for f in doc["findings"] if f["verdict"] != "ok"], [], "what is not well")
        check("no program has joined" in of(doc, "joined")[0]["text"], "words", of(doc, "joined"))


# ---- odd names --------------------------------------------------------------------------------------------


@test("interfaces with odd names: each is named, and mended by its command")
def odd_names():
    a, b = Node("a"), Node("b")
    names = "x$y", "a'b", 'q"q', "e.10", "-dash", "s;ls", "*"
    for n, name in enumerate(names):
        a.ip("link add v%d type veth peer name w%d netns %s" % (n, n, b.path), "link set v%d up" % n)
        with b:
            subprocess.run(["ip", "link", "set", "dev", "w%d" % n, "name", name], check=True)
            subprocess.run(["ip", "link", "set", "dev", name, "multicast", "off", "up"], check=True)
            subprocess.run(["ip", "addr", "add", "10.0.%d.2/24" % n, "dev", name], check=True)
            with open("/proc/sys/net/ipv4/conf/%s/force_igmp_version" % name, "w", encoding="ascii") as out:
                out.write("2")
    for name in names:
        eventually(lambda: not of(doctor(b, "239.1.2.3%" + name), "interface", "fault"), "no carrier")
        doc = doctor(b, "239.1.2.3%" + name)
        for f in of(doc, "interface", "warning") + of(doc, "version", "warning"):
            same(f["ifname"], name, "interface")
            mend(b, f)
        doc = doctor(b, "239.1.2.3%" + name)
        same(of(doc, "interface", "warning") + of(doc, "version", "warning"), [], "what is left")
        check(of(doc, "version", "ok")[0]["text"].startswith("IGMPv3"), "the version", doc)


@test("an interface whose name a terminal would take for a command: it does not get there, and there is no command")
def escape():
    a, b = two()
    a.ip("link add v1 type veth peer name w1 netns " + b.path)
    with b:
        subprocess.run(["ip", "link", "set", "dev", "w1", "name", "a\033[31mX"], check=True)
    t = "239.1.2.3%a\033[31mX"
    f = finds(b, "interface", "fault", t, words=["is down"])
    same((f["mend"], f["advice"] is not None), (None, True), "no command, but advice")
    for args in (t,), ("--fix", t), ("-I", "a\033[31mX"), ("-v", t):
        r = text(b, "doctor", "-w", 0.1, *args)
        check("\033" not in r.stdout + r.stderr, "it is there with %r" % (args,), r.stdout)


# ---- several faults at once -----------------------------------------------------------------------------


@test("the script of --fix mends several faults at once; afterwards there is none")
def all_at_once():
    _, b = two()
    b.ip("link add eth9 type veth peer name eth8", "link set eth9 up", "link set eth8 up",
         "addr add 10.9.9.9/24 dev eth9", "route add 192.168.77.0/24 dev eth9")
    for scope in "all", "eth0":
        b.sysctl("net.ipv4.conf.%s.rp_filter" % scope, 1)
        b.sysctl("net.ipv4.conf.%s.force_igmp_version" % scope, 2)
    b.ip("link set eth0 multicast off")
    nft(b, "table inet wall {\nchain in {\ntype filter hook input priority 0; policy accept;\n"
           "ip daddr 232.0.0.0/8 udp dport 5000 drop\n}\n"
           "chain out {\ntype filter hook output priority 0; policy accept;\nip protocol igmp drop\n}\n}\n")
    m = member(b, 4, "232.1.2.3")
    m.call("join_source", "192.168.77.1")
    t = "192.168.77.1@232.1.2.3%eth0"
    wrong = {"interface", "version", "rp_filter", "firewall"}
    doc = doctor(b, t)
    found = {f["check"] for f in doc["findings"] if f["verdict"] in ("warning", "fault")}
    same(wrong - found, set(), "checks that miss it")
    r = text(b, "doctor", "-w", 0.2, "--fix", t)
    same(r.code, 1, "exit code")
    with b:
        ran = subprocess.run(["sh", "-e"], input=r.stdout, text=True, capture_output=True)
    same((ran.returncode, ran.stderr), (0, ""), "the script's exit code and errors")
    doc = doctor(b, t)
    same([f["text"] for f in doc["findings"] if f["verdict"] in ("warning", "fault")], [], "what is left")


main(abreast=4)
