#!/usr/bin/env python3
"""t_doctor_probe.py - `mcast doctor --probe`: joins, sends, listens; and whether it names what stands in the way."""
import json
import shutil
import signal
import subprocess
import time

import frames
from doctoring import WINDOW, Flow, doctor, finds, mend, mended, of, silent
from kernels import Member, force, forge
from mrouter import Router
from querying import FASTER, querier
from rig import Node, link, pair, wait_until
from tap import Skip, check, main, same, test
from verbs import Verb, group, serve, target
from walls import Wall, ip
from wire import TO_EX, Capture, Forger

PORT = 5000


def probe(*args, wait=0.4):
    return ("--probe", "--wait", wait, *args)


def here(fam, **how):
    return target(group(fam), PORT, iface="eth0", **how)


def version(fam, older=0):
    return ("IGMPv%d" if fam == 4 else "MLDv%d") % (frames.NEWEST[fam] - older)


def only(doc, name):
    found, = of(doc, name)
    return found


# ---- all is well ---------------------------------------------------------------------------------


@test("a healthy link with a sender and a querier: every check says ok", families=True)
def well(fam):
    s, c = pair()
    querier(s, times=FASTER, families=(fam,))
    Flow(s, fam)
    doc = doctor(c, *probe(wait=1.3), here(fam))
    for name in ("arrival", "loopback", "report", "querier", "delivery"):
        same(only(doc, name)["verdict"], "ok", name)
    same(doc["faults"], 0, "faults")
    check(version(fam) in only(doc, "report")["text"], "the version", only(doc, "report"))
    check(version(fam) in only(doc, "querier")["text"], "the querier's", only(doc, "querier"))
    check("others send" in only(doc, "server")["text"], "it asked in a group that is in use", only(doc, "server"))


@test("what it sends: a report and questions; nothing of the test of the loop leaves the machine", families=True)
def sends(fam):
    s, c = pair()
    capture = Capture(s)
    doctor(c, *probe(wait=0.1), "-t", 2, here(fam))
    frames_ = capture.take(0.3)
    asked = [f.ttl for f in frames_ if f.data is not None and f.dst == group(fam)]
    same((sorted(set(asked)), len(asked)), ([1, 2], 6), "TTLs of questions")
    check({f.dport for f in frames_ if f.data is not None} == {PORT}, "ports", *frames_)
    same({len(f.data) for f in frames_ if f.data is not None}, {64}, "octets of a question")
    check(capture.record(TO_EX, group(fam)), "the report of the join", *frames_)
    check(wait_until(lambda: ("eth0", group(fam)) not in c.joined(fam)), "it is joined still")


@test("without a target it probes the default group on the route's interface", families=True)
def default(fam):
    _, c = pair()
    doc = doctor(c, *probe(wait=0.1), "-t", 1, *(["-6"] if fam == 6 else []))
    same(doc["faults"], 0, "faults")
    check("eth0" in only(doc, "report")["text"], "interface", only(doc, "report"))
    same(only(doc, "delivery")["verdict"], "unknown", "nothing arrives in a group that nobody named")


@test("what is probed does not itself grow a counter of loss", families=True)
def clean(fam):
    s, c = pair()
    for t in (group(fam) + "%eth0", here(fam, source=s.addr(fam))):
        doc = doctor(c, *probe(wait=0.1), "-t", 1, t)
        same(of(doc, "counters", "warning", "fault"), [], "counters of loss with " + t)


@test("a machine without a network probes lo, without any interface nothing", families=True)
def lonely(fam):
    n = Node("n")
    args = (*probe(wait=0.1), "-%d" % fam)
    doc = doctor(n, *args)
    if fam == 6:
        mended(n, "loopback", "fault", *args, words=["ff00::/8"])
        doc = doctor(n, *args)
    same([only(doc, k)["verdict"] for k in ("loopback", "report", "querier")], ["ok"] * 3, "on lo")
    n.ip("link set lo down")
    doc = doctor(n, *args)
    same(
{only(doc, k)["verdict"] for k in ("loopback", "report", "querier", "delivery", "server")}, {"unknown"},
         "without an interface")


@test("without a port it takes that of what arrives", families=True)
def learns(fam):
    s, c = pair()
    Flow(s, fam, port=5077)
    doc = doctor(c, *probe(), group(fam) + "%eth0")
    check("5077" in only(doc, "delivery")["text"], "port", only(doc, "delivery"))
    same(only(doc, "delivery")["verdict"], "ok", "delivery")


# ---- loopback ------------------------------------------------------------------------------------


@test("a firewall that drops what comes back, or what is sent: named, and mended", families=True)
def loop(fam):
    for hook in ("input", "output"):
        c = Node("c")
        link(c, Node("s"))
        Wall(c, "%s daddr %s drop" % (ip(fam), group(fam)), hook=hook)
        mended(c, "loopback", "fault", *probe(wait=0.1), "-t", 1, here(fam), words=["nftables"])


# ---- report --------------------------------------------------------------------------------------


@test("a firewall that drops the reports as they leave: a fault, named, and mended", families=True)
def dropped(fam):
    _, c = pair()
    Wall(c, "ip protocol igmp drop" if fam == 4 else "icmpv6 type mld2-listener-report drop", hook="output")
    mended(c, "report", "fault", *probe(wait=0.1), "-t", 1, here(fam), words=["nftables", "wall"])


@test("an older version by a switch: a warning, a fault where a source is wanted, mended", families=True)
def forced(fam):
    s, c = pair()
    force(c, fam, frames.NEWEST[fam] - 1)
    args = probe(wait=0.1) + ("-t", 1)
    finds(c, "report", "fault", *args, here(fam, source=s.addr(fam)), words=[version(fam, 1)])
    mended(c, "report", "warning", *args, here(fam), words=[version(fam, 1), "force_"])


def asked_meanwhile(s, c, fam, *sources, **how):
    """The document of a probe while queries come from those, and before it."""
    ask = lambda: [forge(s, frames.query(fam, src=source, **how)) for source in sources]
    ask()
    v = Verb(c, "doctor", "--json", *probe(wait=0.8), "-t", 1, here(fam), as_json=False)
    while v.proc.poll() is None:
        ask()
        time.sleep(0.15)
    return json.loads(v.wait().stdout)


@test("an older version by a querier: its address is told", families=True)
def older(fam):
    s, c = pair()
    asker = frames.host(fam, 9)
    doc = asked_meanwhile(s, c, fam, asker, version=frames.NEWEST[fam] - 1)
    f = only(doc, "report")
    same(f["verdict"], "warning", "verdict")
    check(version(fam, 1) in f["text"] and asker in f["text"], "words", f)
    check(asker in only(doc, "querier")["text"], "querier", of(doc, "querier"))
    f = only(doctor(c, *probe(wait=0.1), "-t", 1, here(fam)), "report")
    check(f["verdict"] == "warning" and version(fam, 1) in f["text"], "when it is not heard", f)


@test("a group that was joined before: another one's report is looked at", families=True)
def joined_before(fam):
    s, c = pair()
    Member(c, fam, group(fam)).call("join")
    capture = Capture(s)
    f = only(doctor(c, *probe(wait=0.1), "-t", 1, here(fam)), "report")
    same(f["verdict"], "ok", "verdict")
    check(f["group"].startswith("233.252.0." if fam == 4 else "ff15:"), "group", f)
    check(capture.record(TO_EX, f["group"]), "its report is not on the wire", *capture.frames)


@test("an interface that is down: the report's fault, mended", families=True)
def down(fam):
    s, c = pair()
    c.ip("link set eth0 down")
    doc = doctor(c, *probe(wait=0.1), "-t", 1, here(fam))
    f, = of(doc, "report", "fault")
    check("not UP" in json.dumps(f), "what it saw", f)
    same([only(doc, k)["verdict"] for k in ("querier", "delivery")], ["unknown"] * 2, "what cannot come in")
    mend(c, f)
    check(wait_until(lambda: "eth0" in c.proc("if_inet6") and c.usable()), "no address")
    silent(c, "report", *probe(wait=0.1), "-t", 1, here(fam))


# ---- querier -------------------------------------------------------------------------------------


@test("no querier, and not listened for its interval: unknown, and no command; one runs: ok", families=True)
def nobody(fam):
    s, c = pair()
    f, = of(doctor(c, *probe(wait=0.5), "-t", 1, here(fam)), "querier")
    same((f["verdict"], f["mend"]), ("unknown", None), "verdict, command")
    check("proves nothing" in f["text"] and "--wait 130" in f["advice"], "words", f)
    querier(s, times=FASTER, families=(fam,))
    silent(c, "querier", *probe(wait=1.5), "-t", 1, here(fam))


@test("two queriers: a warning that names both; one without an address: said", families=True)
def several(fam):
    s, c = pair()
    two = [frames.host(fam, n) for n in (1, 9)]
    f = only(asked_meanwhile(s, c, fam, *two), "querier")
    same(f["verdict"], "warning", "verdict")
    check(all(a in json.dumps(f["evidence"]) for a in two), "addresses", f)
    if fam == 4:
        f = only(asked_meanwhile(s, c, fam, "0.0.0.0"), "querier")
        check("bridges" in f["text"] and f["verdict"] == "ok", "of a bridge", f)


# ---- delivery ------------------------------------------------------------------------------------


def two_ways():
    """A host on two links; who sends on the first may have an address of the second."""
    s, c, other = Node("s"), Node("c"), Node("other")
    link(s, c, net=0)
    link(other, c, net=1)
    return s, c


@test("a strict reverse path filter: delivery names it, and its command mends it")
def reverse():
    s, c = two_ways()
    c.sysctl("net.ipv4.conf.eth0.rp_filter", 1)
    Flow(s, 4, source="10.0.1.77")
    f = finds(c, "delivery", "fault", *probe(), here(4), words=["reverse path", "TcpExtIPReversePathFilter"])
    check("none of" in f["text"], "words", f)
    mend(c, f)
    same(only(doctor(c, *probe(), here(4)), "delivery")["verdict"], "ok", "delivery afterwards")


@test("a firewall that drops the datagrams: delivery names the rule, and its command mends it", families=True)
def walled(fam):
    s, c = pair()
    Wall(c, "udp dport %d counter drop" % PORT)
    Flow(s, fam)
    mended(c, "delivery", "fault", *probe(), here(fam), words=["nftables", "wall"])
    same(only(doctor(c, *probe(), here(fam)), "delivery")["verdict"], "ok", "delivery afterwards")


@test("checksums that are wrong: the counter is named")
def damaged():
    s, c = pair()
    forger = Forger(s)
    raw = forger.sock.send

    class Damage:
        def send(self, frame):
            raw(frame[:-1] + bytes([frame[-1] ^ 1]))
    forger.sock = Damage()
    v = Verb(c, "doctor", "--json", *probe(wait=0.6), here(4), as_json=False)
    while v.proc.poll() is None:
        forger.send(s.addr(4), 4000, group(4), PORT, b"damaged!")
        time.sleep(0.04)
    f = only(json.loads(v.wait().stdout), "delivery")
    same(f["verdict"], "fault", "verdict")
    check("checksum" in f["text"], "words", f)


@test("some of it lost: how many, and where", families=True)
def partly(fam):
    s, c = pair()
    Wall(c, "udp dport %d numgen inc mod 2 == 0 counter drop" % PORT)
    Flow(s, fam)
    f = finds(c, "delivery", "fault", *probe(wait=0.8), here(fam))
    check("none of" not in f["text"] and "wall" in json.dumps(f), "words", f)


@test("another source than the one that is wanted", families=True)
def wrong_source(fam):
    s, c = pair()
    Flow(s, fam)
    wanted = frames.source(fam)
    doc = doctor(c, *probe(), here(fam, source=wanted))
    f, = of(doc, "arrival", "fault")
    check(s.addr(fam) in f["text"] and wanted in f["text"], "words", f)
    f = only(doc, "delivery")
    check(f["verdict"] != "ok" and s.addr(fam) in f["text"], "delivery", f)


@test("the source that is wanted, of a group that wants one", families=True)
def right_source(fam):
    s, c = pair()
    g = "232.1.2.3" if fam == 4 else "ff3e::4321"
    Flow(s, fam, to=g)
    doc = doctor(c, *probe(), target(g, PORT, source=s.addr(fam), iface="eth0"))
    for name in ("arrival", "loopback", "report", "delivery"):
        same(only(doc, name)["verdict"], "ok", name)
    same(of(doc, "counters", "warning", "fault"), [], "counters of loss")


@test("it arrives on another interface: delivery says which", families=True)
def elsewhere(fam):
    a, b, c = Node("a"), Node("b"), Node("c")
    link(a, c, net=0)
    link(b, c, net=1)
    Flow(b, fam)
    f = finds(c, "delivery", "fault", *probe(), here(fam))
    check("arrives on eth1, not on eth0" in f["text"], "words", f)


@test("it arrives for another port", families=True)
def other_port(fam):
    s, c = pair()
    Flow(s, fam, port=5001)
    doc = doctor(c, *probe(), here(fam))
    check("5001" in of(doc, "arrival", "warning")[0]["text"], "arrival", *of(doc, "arrival"))
    check("5001" in only(doc, "delivery")["text"], "delivery", *of(doc, "delivery"))


# ---- server --------------------------------------------------------------------------------------


@test("a server on the link answers: no hop away", families=True)
def on_link(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    f = only(doctor(c, *probe(wait=0.1), here(fam)), "server")
    same(f["verdict"], "ok", "verdict")
    check(s.addr(fam) in f["text"] and "on this link" in f["text"], "words", f)


@test("a server behind a router: one hop, a TTL of 2", families=True)
def routed(fam):
    s, r, c = Node("s"), Node("r", forward=True), Node("c")
    link(r, c, net=0, ifa="left")
    link(r, s, net=1, ifa="right")
    router = Router(r, fam, "left", "right")
    router.route(c.addr(fam), group(fam), 0, 1)
    serve(s, target(group(fam)))
    f = only(doctor(c, *probe(wait=0.1), here(fam)), "server")
    check("1 hop away" in f["text"], "words", f)
    check(any(e["value"].startswith("2") for e in f["evidence"] if "TTL" in e["from"]), "TTL", f)
    router.sock.close()


@test("a server on this machine is told from others", families=True)
def own_server(fam):
    _, c = pair()
    serve(c, target(group(fam)))
    f = only(doctor(c, *probe(wait=0.1), "-t", 1, here(fam)), "server")
    check("on this machine" in f["text"], "words", f)


# ---- soak, signals, privileges -------------------------------------------------------------------


@test("--soak: a flow that goes on, and one that stops", families=True)
def soak(fam):
    s, c = pair()
    flow = Flow(s, fam)
    v = Verb(c, "doctor", "--json", *probe("--soak", 4), here(fam), as_json=False)
    same(only(doctor(c, *probe("--soak", 1), here(fam)), "soak")["verdict"], "ok", "verdict while it flows")
    flow.stop()
    f = only(json.loads(v.wait().stdout), "soak")
    same(f["verdict"], "fault", "verdict when it stopped")
    check("without a querier" in f["text"] and "mcast querier eth0" in f["advice"], "words", f)
    same(f["mend"], None, "a command that never ends")


@test("SIGINT ends it early, and what was seen is judged", families=True)
def interrupted(fam):
    s, c = pair()
    Flow(s, fam)
    v = Verb(c, "doctor", "--json", *probe(wait=60), here(fam), as_json=False)
    check(wait_until(lambda: ("eth0", group(fam)) in c.joined(fam)), "it does not join")
    time.sleep(0.5)
    r = v.stop(signal.SIGINT)
    doc = json.loads(r.stdout)
    same((r.code, only(doc, "delivery")["verdict"]), (0, "ok"), "exit code, delivery")
    same(only(doc, "querier")["verdict"], "unknown", "querier")


@test("without privileges: what needs them is unknown, the rest is looked at", families=True)
def unprivileged(fam):
    s, c = pair()
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv(1)")
    Flow(s, fam)
    argv = ["setpriv", "--bounding-set=-all", "--inh-caps=-all",
            *Verb.command("doctor", "--json", "-w", WINDOW, *probe(), here(fam))]
    with c:
        r = subprocess.run(argv, text=True, capture_output=True, timeout=30)
    check(r.stdout, "it said nothing: " + r.stderr)
    doc = json.loads(r.stdout)
    for name in ("arrival", "report", "querier"):
        f = only(doc, name)
        check(f["verdict"] == "unknown" and "run as root" in f["text"], name, f)
    same(only(doc, "loopback")["verdict"], "ok", "loopback")
    same(only(doc, "delivery")["verdict"], "ok", "what reached a socket has arrived")


main(abreast=16)
