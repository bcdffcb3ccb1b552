#!/usr/bin/env python3
"""t_watch_state.py - what `mcast watch -r` makes of what it reads: members, queriers, warnings, hooks."""
import os
import re

import frames
from cases import NAME, group, ssm
from frames import host, leave, query, report, source
from rig import wait_until
from tap import among, check, main, same, test
from verbs import PATIENCE, Verb, end, of
from watching import (BEGIN, HERE, SECOND, capture, clock, holding, join, limit_reports, lines_of, messages, part,
                      path, script, story, text, told, watch)
from wire import ALLOW, BLOCK, IS_EX, IS_IN, TO_EX


# ---- what it means: hosts and groups ------------------------------------------------------------------


def happened(done, *names):
    """(seconds since the begin, event, group, host, hosts) of the events of these kinds."""
    return [(round(e["ts"] - BEGIN / SECOND), e["event"], e.get("group"), e.get("address"), e.get("hosts"))
            for e in done.events if e["event"] in (names or ("join", "leave"))]


@test("hosts join and leave, and are counted", families=True)
def members(fam):
    g, a, b, ask = group(fam), host(fam, 7), host(fam, 8), query(fam, group=group(fam))
    r = told((0, join(fam, g, src=a)), (1, join(fam, g, src=b)), (2, report(fam, (IS_EX, g), src=a)),
             (3, part(fam, g, src=a)), (4, ask), (5, report(fam, (IS_EX, g), src=b)), (6, part(fam, g, src=b)),
             (7, ask))
    same(happened(r), [(0, "join", g, a, 1), (1, "join", g, b, 2), (3, "leave", g, a, 1), (6, "leave", g, b, 0)],
         "events")
    same({e["reason"] for e in of(r.events, "leave")}, {"said"}, "reasons")


@test("the older versions' reports and leaves do the same", families=True)
def members_old(fam):
    g, a = group(fam), host(fam)
    r = told((0, frames.old_report(fam, g)), (3, leave(fam, g)), (4, query(fam, frames.NEWEST[fam] - 1, g, code=1)))
    same(happened(r), [(0, "join", g, a, 1), (3, "leave", g, a, 0)], "events")


@test("sources: a host is a member while it wants any", families=True)
def members_sources(fam):
    g, s, t = ssm(fam), source(fam, 1), source(fam, 2)
    ask = lambda *x: query(fam, group=g, sources=x, code=1)
    r = told((0, report(fam, (ALLOW, g, [s]))), (1, report(fam, (ALLOW, g, [t]))), (2, report(fam, (BLOCK, g, [s]))),
             (3, ask(s)), (9, report(fam, (IS_IN, g, [t]))), args=["--summary"])
    same(happened(r), [(0, "join", g, host(fam), 1)], "events")
    state, = of(r.events, "link")[0]["groups"]
    left = [x["address"] for x in state["sources"]]
    same((state["group"], state["filter_mode"], left), (g, "include", [t]), "state")


@test("the state: querier, groups, modes, sources, hosts, times", families=True)
def summary(fam):
    g, h, s = group(fam), ssm(fam), [source(fam, 1), source(fam, 2)]
    packets = [(0, query(fam, qqic=20, qrv=3, code=50 if fam == 4 else 5000)), (1, join(fam, g)),
               (2, report(fam, (IS_EX, g), (ALLOW, h, s), src=host(fam, 8)))]
    r = told(*packets, args=["--summary"])
    link, = of(r.events, "link")
    q = link["querier"]
    same((q["address"], q["version"], q["qrv"], q["qqi"], q["max_resp_time"], round(q["heard"] - BEGIN / SECOND)),
         (host(fam, 1), frames.NEWEST[fam], 3, 20, 5, 0), "querier")
    among(q["expires"], 60, 61, "the querier's time: 3 * 20 + 5 / 2, less 2 s")
    same((link["messages"], link["refused"], len(link["groups"])), (3, 0, 2), "messages, refused, groups")
    a, b = link["groups"]
    same((a["group"], a["filter_mode"], a["version"], a["last_reporter"], a["sources"]),
         (g, "exclude", frames.NEWEST[fam], host(fam, 8), []), "first group")
    same([(x["address"], round(x["heard"] - BEGIN / SECOND)) for x in a["hosts"]],
         [(host(fam, 7), 1), (host(fam, 8), 2)], "hosts of the first group")
    # RFC 9776 8.4: the query interval times the robustness variable, and the response interval once or twice.
    among(a["expires"], 65, 70, "time of the first group")
    same((b["group"], b["filter_mode"], [x["address"] for x in b["sources"]]), (h, "include", s), "second group")
    for x in b["sources"]:
        among(x["expires"], 65, 70, "time of a source")
    r = text(capture(story(*packets)), "--summary")
    after = r.stdout[r.stdout.rindex(lines_of(r)[-1]):]
    for word in (host(fam, 1), g, h, host(fam, 7), host(fam, 8), *s):
        check(word in after, "%s is not in the text of the state" % word, after)


@test("excluded sources are shown as such", families=True)
def summary_excluded(fam):
    g, s = group(fam), source(fam)
    r = told((0, report(fam, (TO_EX, g, [s]))), args=["--summary"])
    state, = of(r.events, "link")[0]["groups"]
    same((state["filter_mode"], state["sources"]), ("exclude", [{"address": s, "expires": None}]), "state")


@test("what is faulty changes no state", families=True)
def refused(fam):
    g = group(fam)
    r = told((0, join(fam, g, sum_=1)), (1, query(fam, sum_=1)), (2, query(fam, sources=[source(fam)])),
             args=["--summary"])
    same(happened(r, "join", "leave", "querier"), [], "events")
    link, = of(r.events, "link")
    same((link["querier"], link["groups"], link["refused"]), (None, [], 3), "state")


@test("a group whose members are silent expires by the packets' time", families=True)
def expires(fam):
    g, a = group(fam), host(fam)
    other = join(fam, group(fam, 2), src=host(fam, 9))
    r = told((0, join(fam, g)), (240, other), (300, other))
    gone = [e for e in happened(r) if e[1] == "leave" and e[2] == g]
    # 2 * 125 + 10 or + 2 * 10 (RFC 3376 8.4, RFC 9776 8.4)
    same([e[1:] for e in gone], [("leave", g, a, 0)], "leaves")
    among(gone[0][0], 260, 270, "time of the leave")
    same([e["reason"] for e in of(r.events, "leave", group=g)], ["expired"], "reason")


@test("the announced intervals make it expire sooner", families=True)
def expires_announced(fam):
    g = group(fam)
    ask = query(fam, qqic=20, qrv=3, code=50 if fam == 4 else 5000)
    r = told((0, ask), (1, join(fam, g)), (20, ask), (40, ask), (60, ask), (80, ask))
    gone, = happened(r, "leave")
    among(gone[0], 66, 71, "time of the leave")


# ---- what is wrong with a link ------------------------------------------------------------------------


def warned(done):
    return [(round(e["ts"] - BEGIN / SECOND), e["warning"]) for e in of(done.events, "warning")]


def link_faults(done):
    return [[w["warning"] for w in e["warnings"]] for e in messages(done)]


@test("a leave that no query follows is told of", families=True)
def unanswered(fam):
    g, old = group(fam), frames.NEWEST[fam] - 1
    first, late = join(fam, g), join(fam, group(fam, 2))
    for name, gone, ask in ("new", part(fam, g), query(fam, group=g, code=1)), \
            ("old", leave(fam, g), query(fam, old, g, code=1)):
        r = told((0, first), (10, gone), (20, late))
        same(warned(r), [(13, "unanswered-leave")], "warnings, " + name)
        w, = of(r.events, "warning")
        same((w["group"], w["address"]), (g, host(fam)), "of whom, " + name)
        same(end(r)["warnings"], 1, "warnings at the end, " + name)
        printed = text(capture(story((0, first), (10, gone), (20, late)))).stdout.splitlines()
        lines = [s for s in printed if " - ! " in s]
        same(len(lines), 1, "lines, " + name)
        check(lines[0].startswith(clock(BEGIN + 13 * SECOND)), "time, " + name, lines[0])
        check(g in lines[0] and host(fam) in lines[0], "words, " + name, lines[0])
        r = told((0, first), (10, gone), (11, ask), (20, late))
        same(warned(r), [], "warnings when there was a query, " + name)


@test("a query for another group does not answer a leave", families=True)
def unanswered_other(fam):
    g = group(fam)
    another = query(fam, group=group(fam, 3), code=1)
    r = told((0, join(fam, g)), (10, leave(fam, g)), (11, another), (20, query(fam)))
    same(warned(r), [(13, "unanswered-leave")], "warnings")


@test("a second querier is told of on its query's line", families=True)
def second_querier(fam):
    r = told((0, query(fam)), (10, query(fam, src=host(fam, 9))), (20, query(fam)), args=["--summary"])
    same(link_faults(r), [[], ["second-querier"], []], "warnings of the messages")
    same(of(r.events, "link")[0]["querier"]["address"], host(fam, 1), "the querier: the lower address")
    same([e["address"] for e in of(r.events, "querier")], [host(fam, 1)], "querier events")
    line = lines_of(text(capture(story((0, query(fam)), (10, query(fam, src=host(fam, 9)))))))[1]
    check(" ! " in line and host(fam, 1) in line, "the line", line)


@test("a querier with a lower address takes over", families=True)
def lower_querier(fam):
    r = told((0, query(fam, src=host(fam, 9))), (10, query(fam)))
    newest = frames.NEWEST[fam]
    same([(e["address"], e["previous"], e["version"]) for e in of(r.events, "querier")],
         [(host(fam, 9), None, newest), (host(fam, 1), host(fam, 9), newest)], "querier events")
    lines = [s for s in text(capture([query(fam)])).stdout.splitlines() if "querier is" in s]
    same(len(lines), 1, "lines")
    check(lines[0].endswith("querier is %s (%sv%d)" % (host(fam, 1), NAME[fam], newest)), "words", lines[0])


@test("a query of an older version is told of", families=True)
def older_version(fam):
    old = frames.NEWEST[fam] - 1
    r = told((0, query(fam)), (1, report(fam, (ALLOW, ssm(fam), [source(fam)]))), (2, query(fam, old)))
    same(link_faults(r), [[], [], ["older-version"]], "warnings of the messages")
    if fam == 4:
        r = told((0, query(4)), (1, report(4, (ALLOW, ssm(4), [source(4)]))), (2, query(4, 1, alert=False)))
        same(link_faults(r), [[], [], ["older-version"]], "warnings of the messages, IGMPv1")


@test("a query of an older version for one group voids nothing: it is not told of", families=True)
def older_specific(fam):
    # RFC 9776 7.2.1, RFC 9777 8.2.1: only a general query changes how hosts speak.
    r = told((0, query(fam)), (1, query(fam, frames.NEWEST[fam] - 1, group(fam), code=10)))
    same(link_faults(r), [[], []], "warnings of the messages")


@test("a querier that fell silent is told of, by its own intervals", families=True)
def querier_lost(fam):
    other = join(fam, group(fam))
    usual = told((0, query(fam)), (250, other), (300, other))
    same(warned(usual), [(255, "querier-lost")], "warnings: 2 * 125 + 10 / 2 (RFC 9776 8.5)")
    same(of(usual.events, "warning")[0]["address"], host(fam, 1), "address")
    brief = query(fam, qqic=20, qrv=3, code=50 if fam == 4 else 5000)
    at, = [t for t, w in warned(told((0, brief), (60, other), (100, other))) if w == "querier-lost"]
    among(at, 62, 63, "time with announced intervals: 3 * 20 + 5 / 2")
    r = told((0, query(fam)), (125, query(fam)), (250, query(fam)), (375, query(fam)))
    same(warned(r), [], "warnings while it asks")


@test("more groups than a link may have are told of once")
def limit():
    r = watch(capture(limit_reports()), "--summary")
    w, = of(r.events, "warning", warning="limit")
    same((w["limit"], w["of"]), (65536, "groups"), "limit, of what")
    same(len(of(r.events, "link")[0]["groups"]), 65536, "groups in the state")


# ---- hooks ----------------------------------------------------------------------------------------------


def environments(folder):
    """What the hooks left there: a dictionary of its variables each."""
    got = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".part"):
            with open(os.path.join(folder, name)) as f:
                got.append(dict(s.rstrip("\n").split("=", 1) for s in f))
    return got


def recorder():
    """A hook that writes its environment and its privileges to a file of its own in a folder."""
    folder = path("ran")
    os.mkdir(folder)
    left = '{ env | grep ^MCAST_; grep CapEff /proc/self/status | tr -d " \\t" | tr : =; echo "ARGS=$*"; }'
    return folder, script('f=%s/$$\n%s >$f.part && mv $f.part $f\n' % (folder, left))


def picked(environment, names):
    return [environment.get("MCAST_" + n) for n in names.split()]


HOOK = "MCAST_EVENT MCAST_TIME MCAST_IFNAME MCAST_VLAN MCAST_PROTOCOL MCAST_GROUP MCAST_HOST MCAST_TEXT"


def ran(folder, number):
    wait_until(lambda: len(environments(folder)) >= number, PATIENCE)
    return environments(folder)


def hooked(option, packets, number, *args, vlans=(), extra=""):
    folder, hook = recorder()
    watch(capture(packets, vlans=vlans), option, hook + extra, *args)
    got = ran(folder, number)
    same(len(got), number, "runs of the hook of " + option)
    return got


@test("--on-join and --on-leave: what a hook is told", families=True)
def hook_members(fam):
    g = group(fam)
    packets = story((0, join(fam, g)), (1, part(fam, g)), (2, query(fam, group=g, code=1)))
    e, = hooked("--on-join", packets, 1, vlans=(10, 20))
    same(picked(e, "EVENT IFNAME VLAN PROTOCOL GROUP HOST HOSTS"),
         ["join", "", "10.20", NAME[fam], g, host(fam), "1"], "variables of a join")
    among(float(e["MCAST_TIME"]), BEGIN / SECOND - 0.001, BEGIN / SECOND + 0.001, "time of a join")
    check("joins " + g in e["MCAST_TEXT"] and not re.match(r"\d\d:", e["MCAST_TEXT"]), "text", e["MCAST_TEXT"])
    e, = hooked("--on-leave", packets, 1)
    same(picked(e, "EVENT VLAN GROUP HOST HOSTS REASON"), ["leave", "", g, host(fam), "0", "said"],
         "variables of a leave")
    late = (400, join(fam, group(fam, 2)))
    e, = hooked("--on-leave", story((0, join(fam, g)), late), 1)
    same(picked(e, "REASON GROUP"), ["expired", g], "variables of a leave by time")


def unreadable(fam):
    return report(fam, (TO_EX, group(fam)), n=2)


@test("--on-warning: of a message, of a link", families=True)
def hook_warning(fam):
    g = group(fam)
    e, = hooked("--on-warning", [join(fam, g, ttl=3, alert=False)], 1)
    same(picked(e, "EVENT HOST"), ["warning", host(fam)], "variables of a fault")
    same(set(e["MCAST_REASON"].split()), {"ttl", "router-alert"}, "reason of a fault")
    e, = hooked("--on-warning", story((0, query(fam)), (1, query(fam, src=host(fam, 9)))), 1)
    same(picked(e, "REASON HOST"), ["second-querier", host(fam, 9)], "variables of a second querier")
    e, = hooked("--on-warning", story((0, join(fam, g)), (1, part(fam, g)), (9, report(fam))), 1)
    same(picked(e, "REASON GROUP HOST"), ["unanswered-leave", g, host(fam)], "unanswered leave")
    e, = hooked("--on-warning", [frames.pim(fam, ttl=7)], 1)
    same(picked(e, "PROTOCOL REASON"), ["PIM", "ttl"], "a PIM message")
    e, = hooked("--on-warning", [unreadable(fam)], 1)
    same(picked(e, "REASON HOST PROTOCOL"), ["unreadable", host(fam), NAME[fam]], "what cannot be read")


@test("a hook has every variable, no privilege, and its arguments are no shell's")
def hook_plain():
    sign = path("sign")
    e, = hooked("--on-join", [join(4, group(4))], 1, extra="  one ; touch  %s $HOME 'a b'" % sign)
    lacking = set(HOOK.split()) - set(e)
    check(not lacking, "variables that lack", *sorted(lacking))
    same(e["ARGS"], "one ; touch %s $HOME 'a b'" % sign, "arguments")
    check(not os.path.exists(sign), "a shell was at work")
    same(int(e["CapEff"], 16), 0, "effective capabilities of the hook")


@test("a hook's output is not on stdout")
def hook_output():
    r = watch(capture([join(4, group(4))]), "--on-join", script("echo this is the hook\n"))
    check("this is the hook" not in r.stdout, "on stdout", r.stdout)


@test("hooks that go on running do not hold up the reading of a file for long")
def hook_long():
    _, _, hook = holding()
    file = capture([join(4, group(4, n)) for n in range(1, 101)])
    r = Verb(HERE, "watch", "-r", file, "--on-join", hook).wait(30)
    same((r.code, len(of(r.events, "join"))), (0, 100), "exit code, joins")
    check("--on-join" in r.stderr and "64" in r.stderr, "it is not said that hooks were left out", r.stderr)


@test("a hook that cannot be run is refused before anything is read")
def hook_refused():
    file = capture([join(4, group(4))])
    plain = path("plain")
    open(plain, "w").close()
    for option in "--on-join", "--on-leave", "--on-warning":
        for command in "/no/such/program", "no-such-program-anywhere arg", plain, "", "  ":
            r = text(file, option, command, code=2)
            same((len(r.stderr.splitlines()), r.stdout), (1, ""), "lines on stderr, output with %r" % command)
            if command.strip():
                check(command.split()[0] in r.stderr, "not named", r.stderr)


# ---- the screen, without one ------------------------------------------------------------------------------


@test("--live without a terminal is --summary")
def live_without():
    file = capture(story((0, query(4)), (1, join(4, group(4)))))
    a, b = text(file, "--live"), text(file, "--summary")
    check("\x1b" not in a.stdout, "escape sequences", a.stdout)
    same(a.stdout, b.stdout, "output")


if __name__ == "__main__":
    main()
