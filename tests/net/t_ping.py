#!/usr/bin/env python3
"""t_ping.py - mcast ping: what it sends, how it judges what comes back, and its exit code."""
import re
import signal
import time

from rig import Node, lan, link, pair, wait_until
from tap import Skip, among, check, main, same, test
from verbs import (Responder, Verb, deaf, end, ends, group, hears, of, ping, serve, target, text,
                   without_reader)
from wire import Capture


def first_sent(capture, port=5000):
    got = capture.until(lambda f: f.out and f.dport == port)
    check(got, "nothing was sent")
    return got[0]


@test("exit 0 when a reply came, 1 when none did, --min-responders asks for more", families=True)
def exit_codes(fam):
    s, c = pair()
    t = target(group(fam))
    same(ping(c, "-c", 1, "-W", 0.2, t).code, 1, "exit code without a server")
    serve(s, t)
    same(ping(c, "-c", 1, t).code, 0, "exit code with a server")
    same(ping(c, "-c", 1, "--min-responders", 1, t).code, 0, "exit code when one is enough")
    same(ping(c, "-c", 1, "-W", 0.5, "--min-responders", 2, t).code, 1, "exit code when two are asked for")
    same(text(c, "ping", "-c", 1, "-W", 0.2, target(group(fam, 2))).code, 1, "exit code, text")


@test("one reply of several datagrams is enough for exit 0")
def exit_some():
    s, c = pair()
    Responder(s, 4, group(4), answer=lambda data, n: [data] if n == 1 else [])
    r = ping(c, "-c", 3, "-i", 0.05, "-W", 0.5, "-v", target(group(4)))
    same(r.code, 0, "exit code")
    same([e["seq"] for e in of(r.events, "reply")], [1], "replies")
    same([e["seq"] for e in of(r.events, "lost")], [2, 3], "lost events")
    who = of(r.events, "responder")[0]
    same((who["sent"], who["received"]), (3, 1), "totals")
    among(who["loss"], 0.66, 0.67, "loss")


@test("duplicates are marked and counted", families=True)
def duplicates(fam):
    s, c = pair()
    Responder(s, fam, group(fam), answer=lambda data, n: [data, data, data])
    r = ping(c, "-c", 2, "-i", 0.3, "-W", 3, target(group(fam)))
    replies = of(r.events, "reply")
    same([e["seq"] for e in replies if not e["duplicate"]], [1, 2], "first replies")
    among(len([e for e in replies if e["duplicate"]]), 2, 4, "duplicates")
    who = of(r.events, "responder")[0]
    same((who["received"], who["loss"]), (2, 0), "received, and loss")
    among(who["duplicates"], 2, 4, "duplicates counted")
    r = text(c, "ping", "-c", 2, "-i", 0.3, target(group(fam)))
    check("(DUP!)" in r.stdout, "no (DUP!) in the text", r.stdout)


@test("a duplicate does not stand for a responder that is still awaited")
def duplicate_no_responder():
    a, b, c = Node("a"), Node("b"), Node("client")
    lan(c, a, b)
    Responder(a, 4, group(4), answer=lambda data, n: [data, data, data])
    Responder(b, 4, group(4), answer=lambda data, n: [0.3, data])
    r = ping(c, "-c", 1, "-W", 5, "--min-responders", 2, target(group(4)))
    same((r.code, end(r)["responders"]), (0, 2), "exit code and responders")


@test("replies that take longer than -W are marked late and count as lost")
def late():
    s, c = pair()
    Responder(s, 4, group(4), answer=lambda data, n: [0.5, data])
    for run in (ping, lambda *a: text(a[0], "ping", *a[1:])):
        r = run(c, "-c", 3, "-i", 0.8, "-W", 0.1, target(group(4)))
        same(r.code, 1, "exit code")
        if not r.events:
            check("(late)" in r.stdout, "no (late) in the text", r.stdout)
            continue
        replies = of(r.events, "reply")
        check(replies, "late replies are not shown")
        same({e["late"] for e in replies}, {True}, "late")
        who = of(r.events, "responder")[0]
        same((who["received"], who["loss"], who["late"]), (0, 1, len(replies)), "totals")
        same(who["rtt_avg_s"], None, "average of no time")
        same(end(r)["received"], 0, "received in all")


@test("altered replies are marked: a byte changed, cut short, longer", families=True)
def altered(fam):
    s, c = pair()
    for change in (lambda d: d[:40] + bytes([d[40] ^ 1]) + d[41:], lambda d: d[:55], lambda d: d + b"x"):
        peer = Responder(s, fam, group(fam), answer=lambda data, n: [change(data) if n == 2 else data])
        r = ping(c, "-c", 3, "-i", 0.05, "-W", 3, target(group(fam)))
        marks = [(e["seq"], e["altered"]) for e in of(r.events, "reply")]
        same(marks, [(1, False), (2, True), (3, False)], "replies")
        same(of(r.events, "responder")[0]["altered"], 1, "altered counted")
        peer.stop()
        peer.sock.close()
    Responder(s, fam, group(fam), answer=lambda data, n: [data[:-1] + b"?"])
    r = text(c, "ping", "-c", 1, target(group(fam)))
    check("(altered)" in r.stdout, "no (altered) in the text", r.stdout)


@test("what is no reply is not counted: garbage, and replies to another run")
def not_ours():
    s, c = pair()
    old = []
    peer = Responder(s, 4, group(4), answer=lambda data, n: old.append(data) or [data])
    hears(c, target(group(4)))
    peer.answer = lambda data, n: [b"", b"garbage", b"mcst", b"\0" * 56, old[0], data[:31]]
    deaf(c, target(group(4)))
    r = text(c, "ping", "-v", "-c", 1, "-W", 0.5, target(group(4)))
    same(r.code, 1, "exit code")
    check(s.addr(4) in r.stdout + r.stderr, "-v is silent about what is no reply", r.stdout, r.stderr)


@test("replies out of order are counted as such, not as lost")
def reordered():
    s, c = pair()
    held = []
    Responder(s, 4, group(4), answer=lambda data, n: held.append(data) or ([data, held[0]] if n == 2 else []))
    r = hears(c, target(group(4)))
    same([e["seq"] for e in of(r.events, "reply")], [2, 1], "order")
    who = of(r.events, "responder")[0]
    same((who["received"], who["reordered"], who["loss"]), (2, 1, 0), "totals")


@test("--data sends the text, - standard input, and nothing else", families=True)
def data(fam):
    s, c = pair()
    got = []
    Responder(s, fam, group(fam), answer=lambda d, n: got.append(d) or [d])
    for args, stdin in ((["--data", "hello"], None), (["--data", "-"], "from\tstdin"), (["--data", ""], None),
                        (["--data", "-"], "line\n"), (["--data", "-"], "x" * 65507)):
        wanted = (args[1] if stdin is None else stdin).encode()
        r = ping(c, "-c", 1, "-W", 5, "--min-responders", 1, *args, target(group(fam)), stdin=stdin)
        same(r.code, 0, "exit code")
        same([e["bytes"] for e in of(r.events, "reply")], [len(wanted)], "bytes of the replies")
        check(got.pop() == wanted, "the server got something else")
    r = ping(c, "-c", 2, "-i", 0.05, "--data", 'q"\\é', target(group(fam)))
    same({e["payload"] for e in of(r.events, "reply")}, {'q\\"\\\\\\xc3\\xa9'}, "payload escaped")


@test("the default TTL is 1, -t sets it; the size is 56, -s sets it", families=True)
def ttl_and_size(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    for args, ttl, size in ([], 1, 56), (["-t", 7, "-s", 32], 7, 32), (["-t", 255, "-s", 1400], 255, 1400):
        capture = Capture(c)
        hears(c, target(group(fam)), *args)
        f = first_sent(capture)
        same((f.dst, f.ttl, f.tos, len(f.data)), (group(fam), ttl, 0, size), "on the wire")


@test("-t 0 stays in the host", families=True)
def ttl_zero(fam):
    s, c = pair()
    serve(c, target(group(fam)))
    capture = Capture(c)
    hears(c, target(group(fam)), "-t", 0)
    hears(c, target(group(fam)))
    same({f.ttl for f in capture.udp(port=5000, out=True) if f.dst == group(fam)}, {1}, "TTL on the wire")


@test("-Q sets the TOS or traffic class, as a number or the name of a DSCP", families=True)
def qos(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    for how, octet in ("0xb8", 0xb8), ("ef", 0xb8), (32, 32), ("af41", 0x88), ("cs1", 0x20):
        capture = Capture(c)
        hears(c, target(group(fam)), "-Q", how)
        same(first_sent(capture).tos, octet, "octet on the wire of -Q %s" % how)


@test("--no-loop: a server on this machine is not heard, one beyond is", families=True)
def no_loop(fam):
    s, c = pair()
    serve(c, target(group(fam)))
    hears(c, target(group(fam)))
    deaf(c, target(group(fam)), "--no-loop")
    serve(s, target(group(fam)))
    r = hears(c, target(group(fam)), "--no-loop")
    same({e["responder"] for e in of(r.events, "reply")}, {s.addr(fam)}, "responder")
    hears(c, target(group(fam)), responders=2)


@test("SOURCE@ and -I ADDRESS choose the address to send from", families=True)
def source(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    second = "10.0.0.99" if fam == 4 else "fd00::99"
    c.ip("addr add %s/%d dev eth0" % (second, 24 if fam == 4 else 64))
    serve(s, target(group(fam)))
    for args, t in ([], target(group(fam), source=second)), (["-I", second], target(group(fam))):
        capture = Capture(c)
        r = hears(c, t, *args)
        same(first_sent(capture).src, second, "source on the wire")
        same(of(r.events, "start")[0]["source"], second, "source at the start")
    r = ping(c, "-c", 1, target(group(fam), source="10.9.9.9" if fam == 4 else "fd09::9"))
    same((r.code, len(r.stderr.splitlines())), (2, 1), "exit code and lines for an address that is not here")


@test("a link-local group is pinged by its interface")
def link_local():
    s, c = pair()
    t = target("ff02::1234", iface="eth0")
    v = serve(s, t)
    r = hears(c, t)
    check(of(r.events, "reply")[0]["responder"].startswith("fe80:"), "responder is not link-local")
    same({e["ifname"] for e in r.events if "responder" in e}, {"eth0"}, "interface of a link-local responder")
    hears(c, target("ff02::1234"), "-I", "eth0")
    same(end(v.stop())["replies"], 4, "replies")


@test("an address that is not link-local is told without an interface", families=True)
def no_zone(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    r = hears(c, target(group(fam)), "-I", "eth0")
    same([e["ifname"] for e in r.events if "responder" in e], [None, None, None], "interface")


@test("an interface's name reaches the terminal as text, whatever is in it")
def terminal():
    s, c = Node("server"), Node("client")
    name = "e\x1b[1m\u009b"
    link(s, c, ifb=name)
    serve(s, target("ff02::1234", iface="eth0"))
    for port in 5000, 5001:
        r = text(c, "ping", "-c", 1, "-W", 0.5, "-I", name, target("ff02::1234", port))
        same(r.code, port - 5000, "exit code")
        shown = r.stdout + r.stderr
        check("by e\\x1b[1m\\xc2\\x9b" in shown, "the name is not escaped", shown)
        same(sorted(set(shown) & {"\x1b", "\u009b"}), [], "control characters")


@test("-f sends as fast as it is answered, and loss adds up", families=True)
def flood(fam):
    s, c = pair()
    v = serve(s, target(group(fam)))
    r = ping(c, "-f", "-w", 2, target(group(fam)))
    same(r.code, 0, "exit code")
    e, who = end(r), of(r.events, "responder")[0]
    check(e["sent"] > 2000, "no more than one in a millisecond was sent: %d" % e["sent"])
    same(of(r.events, "reply"), [], "reply events")
    same((who["sent"], who["received"]), (e["sent"], e["received"]), "totals of the responder and of all")
    lost = 1 - who["received"] / who["sent"]
    among(who["loss"], lost - 1e-6, lost + 1e-6, "loss")
    among(who["received"], who["sent"] / 2, who["sent"], "received")
    seen = end(v.stop())
    among(seen["requests"] + seen["dropped"], who["received"], e["sent"], "requests the server saw or lost")


@test("-f -c N sends N, all of them answered; --window 1 as well", families=True)
def flood_count(fam):
    s, c = pair()
    v = serve(s, target(group(fam)))
    for window in (1, 7, 64):
        r = ping(c, "-f", "-c", 1000, "-w", 20, "--window", window, target(group(fam)))
        who = of(r.events, "responder")[0]
        seen = r.code, end(r)["sent"], who["received"], who["duplicates"]
        same(seen, (0, 1000, 1000, 0), "--window %d" % window)
    same(end(v.stop())["requests"], 3000, "requests the server saw")


@test("-f counts what each of two servers lost", families=True)
def flood_loss(fam):
    a, b, c = Node("a"), Node("b"), Node("client")
    lan(c, a, b)
    serve(a, target(group(fam)))
    slow = Responder(b, fam, group(fam), answer=lambda data, n: [data] if n % 10 else [])
    r = ping(c, "-f", "-c", 500, "-w", 30, "-W", 2, "--window", 8, target(group(fam)))
    who = {e["responder"]: (e["sent"], e["received"], round(e["loss"], 6)) for e in of(r.events, "responder")}
    answered = slow.requests - slow.requests // 10  # the fast one sets the pace: some may not have reached it
    wanted = {a.addr(fam): (500, 500, 0), b.addr(fam): (500, answered, round(1 - answered / 500, 6))}
    same(who, wanted, "sent, received, loss")
    among(answered, 100, 450, "answers of the slow one")
    same((r.code, end(r)["sent"], end(r)["responders"]), (0, 500, 2), "exit code, sent, responders")


@test("-f: what is no reply makes no responder, is not counted, and is not waited for", families=True)
def flood_strays(fam):
    s, c = pair()
    zero = lambda data: data[:16] + bytes(8) + data[24:]
    stray = Responder(s, fam, group(fam), 5000, answer=lambda data, n: [b"garbage", zero(data)])
    r = text(c, "ping", "-f", "-c", 20, "-W", 0.5, target(group(fam)))
    same(r.code, 1, "exit code")
    check("0 replies from 0 responders" in r.stdout, "a responder", r.stdout)
    check("40 datagrams came, but no reply" in r.stderr and "late" not in r.stderr, "the advice", r.stderr)
    stray.stop()
    stray.sock.close()
    Responder(s, fam, group(fam), answer=lambda data, n: [data])
    Responder(c, fam, group(fam), answer=lambda data, n: [b"garbage", zero(data)])
    r = ping(c, "-f", "-c", 20, "-W", 20, "--window", 1, target(group(fam)), timeout=60)
    same([(e["responder"], e["received"]) for e in of(r.events, "responder")], [(s.addr(fam), 20)], "responders")
    check(end(r)["seconds"] < 15, "it waited for what is no reply", end(r))


@test("-f where nobody answers sends about a hundred a second, and exits 1")
def flood_unheard():
    _, c = pair()
    r = ping(c, "-f", "-w", 2, target(group(4)))
    same(r.code, 1, "exit code")
    among(end(r)["sent"], 20, 450, "datagrams sent in 2 s")


def drop_fragments(node):
    """A host that puts no fragments together answers like one behind a link that loses them."""
    try:
        for fam, name in (4, "ipv4.ipfrag"), (6, "ipv6.ip6frag"):
            node.sysctl("net.%s_low_thresh" % name, 0)
            node.sysctl("net.%s_high_thresh" % name, 0)
    except OSError as e:
        raise Skip("cannot make fragments be lost: %s" % e) from None


@test("--sweep finds the size from which fragments are lost", families=True)
def sweep(fam):
    s, c = Node("server"), Node("client")
    link(s, c)
    drop_fragments(s)
    serve(s, target(group(fam)))
    most = 1500 - (28 if fam == 4 else 48)
    same(ping(c, "-c", 1, "-s", most, target(group(fam))).code, 0, "exit code with the largest that fits")
    same(ping(c, "-c", 1, "-W", 0.5, "-s", most + 1, target(group(fam))).code, 1, "exit code one larger")
    r = ping(c, "--sweep", "1200..1800", "-W", 0.5, target(group(fam)), timeout=60)
    e = of(r.events, "sweep")
    same([(x["largest"], x["lost"]) for x in e], [(most, most + 1)], "largest answered, and smallest lost")
    check(of(r.events, "size"), "no size events")
    for x in of(r.events, "size"):
        same(x["answered"] > 0, x["bytes"] <= most, "whether %d bytes were answered" % x["bytes"])
    same(r.code, 0, "exit code")


@test("--sweep where nothing is lost says so, as it does where nobody answers")
def sweep_ends():
    s, c = pair()
    v = serve(s, target(group(4)))
    r = ping(c, "--sweep", "100..4000", target(group(4)), timeout=60)
    found = [(e["largest"], e["lost"]) for e in of(r.events, "sweep")]
    same(found, [(4000, None)], "result where nothing is lost")
    same(r.code, 0, "exit code")
    v.stop()
    r = ping(c, "--sweep", "100..4000", "-W", 0.2, "-w", 30, target(group(4)), timeout=60)
    same(r.code, 1, "exit code where nobody answers")
    same([e["largest"] for e in of(r.events, "sweep")], [None], "largest where nobody answers")


@test("when nothing is heard, standard error says what to try: TTL, interfaces", families=True)
def advice(fam):
    _, c = pair()
    r = text(c, "ping", "-c", 1, "-W", 0.2, target(group(fam)))
    same(r.code, 1, "exit code")
    for word in ("-t", "eth0"):
        check(word in r.stderr, "advice does not name " + word, r.stderr)
    r = ping(c, "-c", 1, "-W", 0.2, target(group(fam)))
    check("-t" in r.stderr, "no advice with --json", r.stderr)
    same(of(r.events, "responder"), [], "responders")
    same((end(r)["sent"], end(r)["received"], end(r)["responders"]), (1, 0, 0), "totals")


@test("when something is heard, standard error is empty")
def no_advice():
    s, c = pair()
    serve(s, target(group(4)))
    same(text(c, "ping", "-c", 1, target(group(4))).stderr, "", "standard error")


@test("SIGQUIT prints a summary and goes on; Ctrl-C ends it with one", families=False)
def summaries():
    s, c = pair()
    serve(s, target(group(4)))
    v = Verb(c, "ping", "-i", 0.1, target(group(4)), as_json=False)
    v.wait_line(lambda line: "seq=2 " in line)
    check(not any("p50" in line for line in v.lines), "a summary before it was asked for")
    v.send_signal(signal.SIGQUIT)
    v.wait_line(lambda line: "p50" in line)
    at = max(int(n) for n in re.findall(r"seq=(\d+) ", "\n".join(v.lines)))
    v.wait_line(lambda line: "seq=%d " % (at + 2) in line)
    r = v.stop(signal.SIGINT)
    same(r.code, 0, "exit code")
    same(len([line for line in r.stdout.splitlines() if "p50" in line]), 2, "summaries")


@test("Ctrl-C where nothing was heard exits 1")
def interrupted():
    _, c = pair()
    v = Verb(c, "ping", target(group(4)))
    v.wait_event("start")
    same(v.stop(signal.SIGINT).code, 1, "exit code")


@test("-w ends it in time, answered or not")
def deadline():
    s, c = pair()
    begin = time.monotonic()
    same(ping(c, "-w", 1, "-W", 5, target(group(4))).code, 1, "exit code, not answered")
    among(time.monotonic() - begin, 0.9, 4.5, "seconds, not answered")
    serve(s, target(group(4)))
    r = ping(c, "-w", 1.5, "-i", 0.1, target(group(4)))
    same(r.code, 0, "exit code, answered")
    among(end(r)["sent"], 3, 16, "datagrams sent")


@test("-i 0 sends the next when the last was answered", families=True)
def interval_zero(fam):
    s, c = pair()
    serve(s, target(group(fam)))
    r = ping(c, "-i", 0, "-c", 200, "-w", 20, target(group(fam)))
    same(r.code, 0, "exit code")
    same([e["seq"] for e in of(r.events, "reply")], list(range(1, 201)), "replies")
    check(end(r)["seconds"] < 15, "took %s s" % end(r)["seconds"])
    r = ping(c, "-i", 0, "-c", 3, "-W", 0.2, target(group(fam, 2)))
    same((r.code, end(r)["sent"]), (1, 3), "exit code and datagrams sent where nobody answers")


@test("-i spaces the datagrams", families=False)
def interval():
    s, c = pair()
    serve(s, target(group(4)))
    r = ping(c, "-i", 0.3, "-c", 4, target(group(4)))
    check(end(r)["seconds"] >= 0.85, "4 datagrams 0.3 s apart took %s s" % end(r)["seconds"])


@test("-q prints the summary alone; --user-latency and --busy-poll give times as well")
def quiet_and_times():
    s, c = pair()
    serve(s, "--busy-poll", target(group(4)))
    r = ping(c, "-q", "-c", 2, "-i", 0.05, target(group(4)))
    same((r.code, len(of(r.events, "reply"))), (0, 0), "exit code and reply events")
    same(len(of(r.events, "responder")), 1, "responder events")
    r = text(c, "ping", "-q", "-c", 2, "-i", 0.05, target(group(4)))
    check("seq=" not in r.stdout and "p50" in r.stdout, "text of -q", r.stdout)
    for args in (["--user-latency"], ["--busy-poll"], ["--user-latency", "--busy-poll"]):
        for e in of(hears(c, target(group(4)), *args).events, "reply"):
            among(e["rtt_s"], 1e-6, 5, "time with " + " ".join(args))


@test("three responders and one that loses: each has its own loss")
def loss_for_each():
    a, b, c = Node("a"), Node("b"), Node("client")
    lan(c, a, b)
    serve(a, target(group(4)))
    Responder(b, 4, group(4), answer=lambda data, n: [data] if n % 2 else [])
    r = ping(c, "-c", 4, "-i", 0.05, "-W", 1, target(group(4)))
    loss = {e["responder"]: (e["sent"], e["received"], e["loss"]) for e in of(r.events, "responder")}
    same(loss, {a.addr(4): (4, 4, 0), b.addr(4): (4, 2, 0.5)}, "sent, received, loss")
    same((end(r)["sent"], end(r)["responders"]), (4, 2), "totals")


@test("a datagram the system will not send is counted, and ping goes on")
def unsent():
    s, c = Node("server"), Node("client")
    link(s, c)
    serve(s, target(group(4)))
    v = Verb(c, "ping", "-i", 0.1, target(group(4)))
    v.wait_event("reply")
    c.ip("link set eth0 down")
    time.sleep(0.6)
    c.ip("link set eth0 up", "route replace default via %s dev eth0" % s.addr(4))
    replies = len(v.of("reply"))
    check(wait_until(lambda: len(v.of("reply")) > replies + 2), "no replies when the interface was up again")
    r = v.stop(signal.SIGINT)
    same(r.code, 0, "exit code")
    check(end(r)["unsent"] >= 1, "unsent is not counted", end(r))


@test("a closed pipe ends it")
def closed_pipe():
    s, c = pair()
    serve(s, target(group(4)))
    ends(without_reader(c, "ping", "-i", 0.05, "-w", 20, target(group(4))))


if __name__ == "__main__":
    main()
