#!/usr/bin/env python3
"""t_leave.py - how a server ends: exit 0, totals printed, groups left where others can see it."""
import signal
import threading
import time

from rig import pair, wait_until
from tap import check, defer, main, same, test
from verbs import Client, Verb, end, ends, group, hears, of, serve, target, without_reader
from wire import ALLOW, BLOCK, TO_EX, TO_IN, Capture


def ssm_group(fam):
    return "232.1.1.1" if fam == 4 else "ff35::1234"


@test("SIGTERM and Ctrl-C: exit 0, totals, the join and the leave on the wire", families=True)
def leave(fam):
    s, c = pair()
    for number in (signal.SIGTERM, signal.SIGINT):
        capture, g = Capture(c), group(fam, number)
        v = serve(s, target(g))
        check(capture.record(TO_EX, g), "no join seen", *capture.frames)
        hears(c, target(g))
        check(not capture.record(TO_IN, g, timeout=0), "left too early")
        r = v.stop(number)
        same(r.code, 0, "exit code after signal %d" % number)
        same((end(r)["requests"], end(r)["replies"]), (2, 2), "totals")
        same([e["address"] for e in of(r.events, "client")], [c.addr(fam)], "clients")
        check(capture.record(TO_IN, g), "no leave seen", *capture.frames)
        check(("eth0", g) not in s.joined(fam), "joined still")


@test("the leave of a source-specific target is a BLOCK of the source", families=True)
def leave_ssm(fam):
    s, c = pair()
    capture = Capture(c)
    v = serve(s, target(ssm_group(fam), source=c.addr(fam)))
    check(capture.record(ALLOW, ssm_group(fam), [c.addr(fam)]), "no ALLOW seen", *capture.frames)
    hears(c, target(ssm_group(fam)))
    same(v.stop().code, 0, "exit code")
    check(capture.record(BLOCK, ssm_group(fam), [c.addr(fam)]), "no BLOCK seen", *capture.frames)


@test("all of 50 groups are left", families=True)
def leave_all(fam):
    s, c = pair()
    before, capture = s.joined(fam), Capture(c)
    v = serve(s, target(group(fam)) + "+50")
    same(len([j for j in s.joined(fam) - before if j[0] == "eth0"]), 50, "groups joined on eth0")
    same(v.stop().code, 0, "exit code")
    left = {group(fam, i + 1) for i in range(50)}
    seen = wait_until(lambda: left <= {g for f in capture.take() for k, g, _ in f.records if k == TO_IN}, 10)
    check(seen, "not all leaves seen")
    same(s.joined(fam), before, "what is joined afterwards")


@test("-c and -w leave the groups as well")
def leave_bounded():
    s, c = pair()
    for n, args in enumerate((["-c", 2], ["-w", 1])):
        capture, g = Capture(c), group(4, 40 + n)
        v = serve(s, *args, target(g))
        if args[0] == "-c":
            hears(c, target(g))
        same(v.wait(20).code, 0, "exit code of serve %s" % args[0])
        check(capture.record(TO_IN, g), "no leave seen with " + args[0], *capture.frames)


def blast(node, fam, seconds=12):
    """Send trains of requests without a look at the replies, faster than they can be answered."""
    asker, stop = Client(node, fam), time.monotonic() + seconds

    def run():
        while time.monotonic() < stop and not over:
            try:
                asker.train(b"x" * 640, 10, group(fam))
            except OSError:
                pass

    def finish():
        over.append(True)
        thread.join(5)

    over, thread = [], threading.Thread(target=run, daemon=True)
    defer(finish)
    thread.start()


def swamped(*args):
    s, c = pair()
    v, capture = serve(s, *args, target(group(4))), Capture(c)
    blast(c, 4)
    check(capture.until(lambda f: f.sport == 5000), "no reply")
    capture.sock.close()
    return v


@test("SIGTERM ends a server that is never done with its requests")
def swamped_term():
    same(swamped().stop(timeout=6).code, 0, "exit code")


@test("SIGTERM ends a server that is never done with its requests, --busy-poll")
def swamped_term_busy():
    same(swamped("--busy-poll").stop(timeout=6).code, 0, "exit code")


@test("-w ends a server that is never done with its requests")
def swamped_deadline():
    same(swamped("-w", 2).wait(8).code, 0, "exit code")


@test("-w ends a server that is never done with its requests, --busy-poll")
def swamped_deadline_busy():
    same(swamped("--busy-poll", "-w", 2).wait(8).code, 0, "exit code")


@test("SIGTERM while requests keep coming ends the server, and the totals add up", families=True)
def leave_busy(fam):
    s, c = pair()
    v = serve(s, target(group(fam)))
    flood = Verb(c, "ping", "-f", "-w", 20, target(group(fam)))
    flood.wait_event("start")
    check(Capture(c).until(lambda f: f.sport == 5000), "no reply to the flood")
    r = v.stop()
    same(r.code, 0, "exit code")
    e = end(r)
    check(e["requests"] > 0, "no requests")
    told = e["replies"] + e["unsent"] + sum(e["refused"].values())
    same(told, e["requests"], "what became of the requests")
    same(sum(x["replies"] for x in of(r.events, "client")), e["replies"], "replies of the clients")
    same(flood.proc.poll(), None, "exit code of the flood, which should still run")
    same(flood.stop().code, 0, "exit code of the flood")


@test("a second signal, and one that comes at once after the start, end it as well")
def leave_hasty():
    s, _ = pair()
    for _ in range(5):
        v = serve(s, target(group(4)))
        v.send_signal(signal.SIGINT)
        r = v.stop()
        same((r.code, len(of(r.events, "end"))), (0, 1), "exit code and end events")


@test("Ctrl-C prints the totals as text", families=True)
def totals_text(fam):
    s, c = pair()
    v = Verb(s, "serve", target(group(fam)), as_json=False)
    check(wait_until(lambda: ("eth0", group(fam)) in s.joined(fam)), "not joined")
    hears(c, target(group(fam)))
    before = len(v.lines)
    r = v.stop(signal.SIGINT)
    same((r.code, r.stderr), (0, ""), "exit code and standard error")
    totals = r.stdout.splitlines()[before:]
    check(any(c.addr(fam) in line for line in totals), "no line for the client", *totals)


@test("refused requests are told of at the end with the option that would allow them")
def refused_text():
    s, c = pair()
    v = Verb(s, "serve", "--rate", 1, target(group(4)), as_json=False)
    check(wait_until(lambda: ("eth0", group(4)) in s.joined(4)), "not joined")
    ping = Verb(c, "ping", "-c", 20, "-i", 0.01, "-W", 0.3, target(group(4)))
    ping.wait()
    r = v.stop()
    check("--rate" in r.stdout, "--rate is not named", r.stdout)


@test("a server whose reader has gone ends")
def closed_pipe():
    s, c = pair()
    p = without_reader(s, "serve", "-v", "-w", 20, target(group(4)))
    requests = Verb(c, "ping", "-i", 0.05, target(group(4)))
    ends(p)
    requests.stop()


@test("SIGTERM ends a server that is still opening its sockets, and leaves nothing joined")
def while_opening():
    s, _ = pair()
    v = Verb(s, "serve", "239.64.0.0:5000+15000")
    check(wait_until(lambda: len(s.joined(4)) > 50, 10), "it joined nothing")
    v.send_signal(signal.SIGTERM)
    done = v.wait(30)
    check(done.code in (0, -signal.SIGTERM), "exit code %s" % done.code)
    check(wait_until(lambda: len(s.joined(4)) < 10, 20), "joined still")


@test("SIGQUIT prints the totals so far, as text and as JSON, and the server lives on")
def so_far():
    s, c = pair()
    v = serve(s, target(group(4)))
    hears(c, target(group(4)))
    v.send_signal(signal.SIGQUIT)
    e = v.wait_event("so_far")
    same((e["requests"], e["replies"]), (2, 2), "totals")
    check(0 < e["seconds"] < 300, "seconds %s" % e["seconds"])
    hears(c, target(group(4)))
    same(end(v.stop())["requests"], 4, "requests at the end")


if __name__ == "__main__":
    main()
