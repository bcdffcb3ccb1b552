#!/usr/bin/env python3
"""t_watch.py - what `mcast watch -r` says of captures that were made here, octet by octet."""
import itertools
import json
import os
import re
import signal
import subprocess

import cases
import frames
import pcapfile
from cases import FAMILIES, NAME, group, ssm
from frames import host, leave, query, report, source
from tap import among, check, defer, main, same, test
from verbs import MCAST, PATIENCE, end, ends, of, without_reader
from watching import (BEGIN, HERE, SECOND, broken, capture, clock, join, limit_reports, lines_of, messages, path,
                      room, story, text, watch)
from wire import ALLOW, BLOCK, TO_EX


# ---- what a message is --------------------------------------------------------------------------


def agree(seen, wanted):
    """Whether a value is the one wanted; times may differ by their rounding, objects may hold more."""
    if isinstance(wanted, float):
        return isinstance(seen, (int, float)) and abs(seen - wanted) < 1e-6
    if isinstance(wanted, list):
        return isinstance(seen, list) and len(seen) == len(wanted) and all(map(agree, seen, wanted))
    if isinstance(wanted, dict):
        return isinstance(seen, dict) and all(k in seen and agree(seen[k], v) for k, v in wanted.items())
    return seen == wanted and isinstance(seen, bool) == isinstance(wanted, bool)


def faults(e):
    found = list(e["faults"])
    for r in e.get("group_records", ()):
        found += r["faults"]
    return {f["fault"] for f in found}


def judge(list_, *args):
    """Compare each case with what is said of it; all that differ are told of."""
    seen = messages(watch(capture(cases.timed([c.packet for c in list_])), *args))
    same(len(seen), len(list_), "messages")
    bad = []
    for c, e in zip(list_, seen):
        bad += ["%s: %s is %r, wanted %r" % (c.title, k, e.get(k, "missing"), v) for k, v in c.keys.items()
                if k not in e or not agree(e[k], v)]
        if faults(e) != c.faults:
            bad.append("%s: faults are %s, wanted %s" % (c.title, sorted(faults(e)), sorted(c.faults)))
    check(not bad, "%d values differ" % len(bad), *bad)
    return seen


@test("every good message: its fields, its meaning, and nothing wrong", families=True)
def good(fam):
    for e in judge(list(cases.good(fam))):
        wanted = "PIM" if e["kind"] == "pim" else NAME[fam]
        same((e["protocol"], e["ifname"], e["ifindex"], e["vlan"]), (wanted, None, None, []), e["name"])


@test("header fields: TOS, TTL, Router Alert, checksum, lengths", families=True)
def header(fam):
    packet = join(fam, group(fam), tos=0x28, extra=bytes(4))
    e, = messages(watch(capture([packet])))
    at = 24 if fam == 4 else 48
    summed = int.from_bytes(packet[at + 2:at + 4], "big")
    wanted = (0x28, 1, True, packet[at], packet[at + 1], summed, len(packet) - at, 4)
    names = "tos ttl router_alert type code checksum length additional_data".split()
    same(tuple(e[n] for n in names), wanted, ", ".join(names))


@test("everything that may be wrong with a message is said, and nothing else", families=True)
def wrong(fam):
    list_ = list(cases.wrong(fam))
    seen = judge(list_)
    same(end(watch(capture([c.packet for c in list_])))["faulty"], len(list_), "faulty messages at the end")
    for e in seen:
        for f in e["faults"]:
            check(len(f["text"]) > 3, "a fault without words", e)


@test("extensions that are sound are no fault", families=True)
def extensions(fam):
    judge(list(cases.sound_extensions(fam)))


@test("a fault stands on the line of its message: the words of the man page")
def fault_words():
    at = 1700000001501990000
    p = query(4, 2, "239.1.2.3", code=10, ttl=64)
    r = text(capture([(at, p)], pcapfile.SLL2), "-c", 1)
    line = "%s if3 IGMPv2 query: 10.0.0.1 asks who is left in 239.1.2.3 ! TTL is 64, not 1" % clock(at)
    check(line in r.stdout.splitlines(), "not the line of the man page: " + line, r.stdout)


@test("a meaning that made a member is marked as new, once", families=True)
def new_member(fam):
    p = join(fam, group(fam))
    lines = lines_of(text(capture([p, p])), NAME[fam])
    same([line.count("(new)") for line in lines], [1, 0], "marks")
    check(lines[0].endswith("%s joins %s (new)" % (host(fam), group(fam))), "not at the end", *lines)


def wanted_line(ns, e, link):
    """The line of a message, made of what JSON says of it; (new) is taken out before."""
    words = [f["text"] for f in e["faults"]]
    words += [f["text"] for r in e.get("group_records", ()) for f in r["faults"]]
    words += [w["text"] for w in e["warnings"]]
    return "%s %s %s: %s" % (clock(ns), link, e["name"], e["meaning"]) + (" ! " + "; ".join(words) if words else "")


@test("lines and JSON say the same: time, link, name, meaning, faults", families=True)
def line_each(fam):
    packets = cases.timed([c.packet for c in cases.everything() if (c.packet[0] >> 4) == fam])
    file = capture(packets)
    lines, seen = lines_of(text(file)), messages(watch(file))
    same(len(lines), len(seen), "lines")
    for (ns, _), line, e in zip(packets, lines, seen):
        same(line.replace(" (new)", ""), wanted_line(ns, e, "-"), "line")
        among(e["ts"], ns / SECOND - 1e-6, ns / SECOND + 1e-6, "ts")


@test("the time is local")
def local_time():
    file = capture([(1700000000123456789, query(4))])
    for zone, wanted in ("UTC", "22:13:20.123456"), ("XYZ-9", "07:13:20.123456"):
        os.environ["TZ"] = zone
        try:
            line, = lines_of(text(file))
        finally:
            os.environ["TZ"] = "UTC"
        check(line.startswith(wanted + " "), "in zone " + zone, line)


@test("a long line ends in ..., and -v shows all records", families=True)
def long_line(fam):
    file = capture([cases.many(fam)])
    line, = lines_of(text(file))
    check("..." in line and len(line) < 500, "line of %d characters" % len(line), line)
    check(group(fam, 1) in line and group(fam, 60) not in line, "not the first ones", line)
    r = text(file, "-v").stdout.splitlines()
    for n in range(1, 61):
        mine = [s for s in r[1:] if s[:1].isspace() and re.search(re.escape(group(fam, n)) + r"(?![0-9a-f])", s)]
        same(len(mine), 1, "lines of -v for " + group(fam, n))


@test("-v prints below each message a line for the packet and one for each record", families=True)
def verbose(fam):
    packets = [query(fam), report(fam, (TO_EX, group(fam)), (BLOCK, ssm(fam), [source(fam)]))]
    r = text(capture(packets), "-v").stdout.splitlines()
    starts = [i for i, s in enumerate(r) if re.match(r"\d\d:\d\d:\d\d\.\d+ - (IGMP|MLD)v", s)]
    same(len(starts), 2, "messages")
    below = [list(itertools.takewhile(lambda s: s[:1].isspace(), r[i + 1:])) for i in starts]
    same([len(b) for b in below], [1, 3], "indented lines")
    check(re.search("ttl|TTL|hop", below[0][0]), "no TTL in the packet's line", below[0][0])
    check("TO_EX" in below[1][1] and group(fam) in below[1][1], "the first record", below[1][1])
    check("BLOCK" in below[1][2] and source(fam) in below[1][2], "the second record", below[1][2])


@test("-q prints no line for what has nothing wrong", families=True)
def quiet(fam):
    fine, bad = join(fam, group(fam)), join(fam, group(fam), ttl=9)
    cut = list(cases.unreadable(fam))[0][2]
    r = text(capture([fine, bad, fine, cut]), "-q")
    lines = lines_of(r)
    same(len(lines), 1, "lines")
    check(" ! " in lines[0], "nothing wrong", lines[0])
    check("cannot be read" in r.stdout, "what cannot be read is not shown", r.stdout)
    r = watch(capture([fine, bad, fine]), "-q")
    same([faults(e) for e in messages(r)], [{"ttl"}], "faults of the messages shown as JSON")
    same(end(r)["messages"], 3, "messages at the end")


@test("-c stops after so many messages")
def count():
    packets = list(cases.noise()) + [query(4)] * 5
    r = watch(capture(packets), "-c", 3)
    same((len(messages(r)), end(r)["messages"]), (3, 3), "messages")
    same(len(lines_of(text(capture(packets), "-c", 2))), 2, "lines")


@test("-c does not count what cannot be read")
def count_unreadable():
    cut = list(cases.unreadable(4))[0][2]
    r = watch(capture([cut, query(4), cut, query(4), query(4)]), "-c", 2)
    same((len(messages(r)), len(of(r.events, "unreadable"))), (2, 2), "messages, unreadable")


@test("-w with a file is of the packets' time")
def deadline():
    packets = story(*[(n, query(4)) for n in range(0, 100, 10)])
    r = watch(capture(packets), "-w", 35)
    same((len(messages(r)), end(r)["messages"]), (4, 4), "messages of 0 to 30 s")


@test("-4 and -6 show one protocol")
def family():
    file = capture([query(4), query(6), frames.pim(4), frames.pim(6), frames.mrd(4, 0), frames.mrd(6, 0)])
    for args, fams in (("-4",), [4]), (("-6",), [6]), ((), [4, 6]):
        seen = {("6" if ":" in e["source"] else "4") + e["kind"] for e in messages(watch(file, *args))}
        check({"%dquery" % f for f in fams} <= seen, "queries", *seen)
        same({int(s[0]) for s in seen}, set(fams), "families with %s" % (args,))


# ---- keys ---------------------------------------------------------------------------------------

EVERY = "event ts host schema"
LINK = EVERY + " ifname ifindex vlan protocol"
MESSAGE = LINK + """ kind name meaning version source destination ttl tos router_alert type code checksum length
    additional_data faults warnings"""
KEYS = {
    "message query": MESSAGE + """ max_resp_code max_resp_time group_address flags s_flag qrv qqic qqi
        number_of_sources source_addresses""",
    "message report": MESSAGE + " leave flags number_of_group_records group_records",
    "message mrd": MESSAGE + " advertisement_interval query_interval robustness_variable",
    "message pim": MESSAGE,
    "message other": MESSAGE,
    "unreadable": LINK + " error text source destination length",
    "join": LINK + " group address hosts",
    "leave": LINK + " group address hosts reason",
    "querier": LINK + " address previous version",
    "warning unanswered-leave": LINK + " warning text group address",
    "warning querier-lost": LINK + " warning text address",
    "warning limit": LINK + " warning text limit of",
    "link": LINK + " querier messages refused groups",
    "end": EVERY + " seconds packets messages faulty unreadable warnings dropped kept",
}
INSIDE = {
    "faults": "fault text",
    "warnings": "warning text",
    "group_records": """record_type record_name aux_data_len number_of_sources multicast_address source_addresses
        faults""",
    "querier": "address version qrv qqi max_resp_time heard expires",
    "groups": "group filter_mode version last_reporter expires sources hosts",
    "sources": "address expires",
    "hosts": "address heard",
}
FAULTS = "checksum ip-checksum ttl router-alert sender destination group general sources type extension"


def kind_of(e):
    more = {"message": "kind", "warning": "warning"}.get(e["event"])
    return e["event"] + (" " + e[more] if more else "")


def odd_keys(e, wanted, where):
    bad = [] if set(e) == set(wanted.split()) else ["%s: lacks %s, has too much %s" % (
        where, sorted(set(wanted.split()) - set(e)), sorted(set(e) - set(wanted.split())))]
    for k, v in e.items():
        for x in v if isinstance(v, list) else [v]:
            if isinstance(x, dict):
                bad += odd_keys(x, INSIDE[k], where + "." + k)
    return bad


def every_event():
    """A story in which everything happens."""
    packets = [c.packet for c in cases.everything()] + [p for f in FAMILIES for _, _, p in cases.unreadable(f)]
    known = cases.timed(packets)
    since = len(known) / 7 + 100
    tail = [(0, query(4)), (1, report(4, (ALLOW, ssm(4), [source(4)]))), (2, join(4, group(4))),
            (3, join(4, group(4), src=host(4, 8))), (4, leave(4, group(4))), (40, report(4)),
            (3000, report(4)), (3001, query(4)), (3001, report(4, (TO_EX, group(4, 3), [source(4)])))]
    return known + story(*tail, since=since)


def json_section():
    man = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man", "mcast-watch.1.scd")
    with open(man) as f:
        return f.read().split("\n# JSON\n")[1].split("\n# ")[0]


@test("JSON has the documented keys, all of them and no other")
def keys():
    events = watch(capture(every_event()), "--summary").events + watch(capture(limit_reports())).events
    bad = {b for e in events for b in odd_keys(e, KEYS[kind_of(e)], kind_of(e))}
    check(not bad, "keys differ", *sorted(bad))
    same({kind_of(e) for e in events}, set(KEYS), "events that happened")
    # In the state there must be something for every list that was asked of.
    states = of(events, "link")
    check(any(e["querier"] for e in states), "no querier in any state")
    check(any(g["sources"] and g["hosts"] for e in states for g in e["groups"]), "no sources and hosts in any state")


@test("the man page documents these keys and faults and no other")
def documented():
    section, faults_line = json_section().split("\nThe names of faults")
    named = set(re.findall(r"(?<![\w])_([a-z][a-z_]*[a-z])_(?![\w])", section))
    table = {k for words in list(KEYS.values()) + list(INSIDE.values()) for k in words.split()}
    same((named - table, table - named), (set(), set()), "keys in the man page alone, and here alone")
    same(set(re.findall(r"\*([a-z]+)\*", section)), {k.split()[0] for k in KEYS}, "events in the man page")
    same(set(re.findall(r"_([a-z-]+)_", faults_line)), set(FAULTS.split()), "faults in the man page")
    same({f for c in cases.everything() for f in c.faults}, set(FAULTS.split()), "faults that are tested")


# ---- what cannot be read, and what is none of it ----------------------------------------------------


@test("what cannot be read says why, from whom and to whom", families=True)
def unreadable(fam):
    list_ = list(cases.unreadable(fam))
    file = capture([p for _, _, p in list_])
    r = watch(file)
    same([(n, e["error"]) for (n, _, _), e in zip(list_, of(r.events, "unreadable"))], [(n, e) for n, e, _ in list_],
         "errors")
    same((end(r)["unreadable"], end(r)["messages"]), (len(list_), 0), "unreadable, messages")
    lines = [s for s in text(file).stdout.splitlines() if "cannot be read: " in s]
    same(len(lines), len(list_), "lines")
    for (name, _, p), line, e in zip(list_, lines, of(r.events, "unreadable")):
        same((e["protocol"], e["source"], e["destination"]), (NAME[fam], host(fam, 1 if "query" in name else 7),
                                                              frames.destination(p)), name)
        check("%s from %s to %s cannot be read: %s" % (NAME[fam], e["source"], e["destination"], e["text"]) in line,
              name, line)


@test("a packet cut off by the capture's snap length is said to be", families=True)
def snapped(fam):
    r = watch(capture([report(fam, (TO_EX, group(fam)), (TO_EX, group(fam, 2)))], snap=60 if fam == 4 else 90))
    same([e["error"] for e in of(r.events, "unreadable")], ["MC_ERR_CUT"], "errors")


@test("other packets are counted and not shown")
def noise():
    packets = list(cases.noise())
    file = capture(packets)
    r = watch(file)
    same({e["event"] for e in r.events}, {"end"}, "events")
    e = end(r)
    same((e["packets"], e["messages"], e["unreadable"], e["faulty"]), (len(packets), 0, 0, 0), "totals")
    arp = b"\xff" * 6 + frames.MAC + b"\x08\x06" + bytes(28)
    odd = [arp, arp[:14], arp[:5], b"", b"\x01" * 12 + b"\x00\x10" + bytes(16)]
    file = path()
    pcapfile.write(file, pcapfile.ETHERNET, [(BEGIN, f) for f in odd])
    same({e["event"] for e in watch(file).events}, {"end"}, "events of frames without IP")


@test("any octets in any frame: no crash")
def rubbish():
    good_ones = [c.packet for c in cases.everything()]
    for link, framer in pcapfile.FRAMERS.items():
        whole = [framer(p) for p in good_ones[::7]]
        cut = [f[:n] for f in whole[:6] for n in range(len(f))]
        flipped = [f[:i] + bytes([f[i] ^ 0xff]) + f[i + 1:] for f in whole[:6] for i in range(len(f))]
        file = path()
        pcapfile.write(file, link, [(BEGIN, f) for f in cut + flipped])
        same(end(watch(file, "--summary"))["packets"], len(cut + flipped), "packets of link type %d" % link)
        text(file, "-v", "--summary")


# ---- files ----------------------------------------------------------------------------------------


def said(done):
    return [(e["name"], e["meaning"], round(e["ts"], 6)) for e in messages(done)]


LINKS = {pcapfile.ETHERNET: "Ethernet", pcapfile.SLL: "cooked v1", pcapfile.SLL2: "cooked v2",
         pcapfile.RAW: "raw IP", pcapfile.RAW_DLT: "raw IP (12)", pcapfile.IPV4: "IPv4", pcapfile.IPV6: "IPv6"}


def fitting(link):
    fams = {pcapfile.IPV4: (4,), pcapfile.IPV6: (6,)}.get(link, FAMILIES)
    return cases.timed([p for f in fams for p in (query(f), report(f, (TO_EX, group(f))))])


@test("every kind of link is read")
def link_types():
    for link, name in LINKS.items():
        packets = fitting(link)
        seen = messages(watch(capture(packets, link)))
        same([e["kind"] for e in seen], ["query", "report"] * (len(packets) // 2), name)
        for e in seen:
            same((e["vlan"], e["faults"]), ([], []), name)
            same((e["ifname"], e["ifindex"]), (None, 3 if link == pcapfile.SLL2 else None), "interface, " + name)


VLANS = [((10,), [10]), ((10, 20), [10, 20]), (((frames.SERVICE_VLAN, 100), 7), [100, 7]), ((0,), []),
         ((0, 5), [5]), ((4094,), [4094]), ((0x6000 | 11,), [11])]


@test("VLAN tags, in every kind of link that has them: one, two, 802.1ad, a priority tag")
def vlan_tags():
    for link in pcapfile.TAGGED:
        for tags, wanted in VLANS:
            seen = messages(watch(capture(fitting(link), link, tags)))
            same([(e["vlan"], e["faults"]) for e in seen], [(wanted, [])] * 4, "VLANs %s, %s" % (tags, LINKS[link]))


@test("a VLAN is a link of its own, in lines and in state")
def vlan_links():
    file = path()
    list_ = [(BEGIN, frames.ethernet(p, v)) for v in ((), (10,), (10, 20)) for p in (query(4), join(4, group(4)))]
    pcapfile.write(file, pcapfile.ETHERNET, list_)
    r = watch(file, "--summary")
    same([e["vlan"] for e in of(r.events, "join")], [[], [10], [10, 20]], "joins")
    same([e["vlan"] for e in of(r.events, "querier")], [[], [10], [10, 20]], "queriers")
    same([(e["vlan"], len(e["groups"])) for e in of(r.events, "link")], [([], 1), ([10], 1), ([10, 20], 1)], "state")
    names = [s.split()[1] for s in lines_of(text(file))]
    same(len(set(names)), 3, "names of links in the lines")
    check("10" in names[2] and "20" in names[4], "VLAN ids in the names", *names)


@test("micro- and nanoseconds, both byte orders, pcapng with both")
def file_forms():
    packets = [(ns, frames.ethernet(p)) for ns, p in fitting(pcapfile.ETHERNET)]
    wanted = [round(ns / SECOND, 6) for ns, _ in packets]
    for nano in True, False:
        for order in "<>":
            file = path()
            pcapfile.write(file, pcapfile.ETHERNET, packets, nano=nano, order=order)
            seen = [e["ts"] for e in messages(watch(file))]
            check(all(abs(a - b) < 2e-6 for a, b in zip(seen, wanted)) and len(seen) == 4, "times", seen, wanted)
        file = path()
        blocks = [pcapfile.ng_packet(0, *p, nano) for p in packets]
        pcapfile.write_ng(file, pcapfile.ng_interface(1, b"eth0", nano), *blocks)
        seen = [e["ts"] for e in messages(watch(file))]
        check(all(abs(a - b) < 2e-6 for a, b in zip(seen, wanted)) and len(seen) == 4, "pcapng", seen, wanted)


@test("a file may come by stdin")
def stdin():
    with open(capture(fitting(pcapfile.ETHERNET)), "rb") as f:
        p = subprocess.run(MCAST + ["watch", "--json", "-r", "-"], stdin=f, capture_output=True, timeout=60)
    events = [json.loads(s) for s in p.stdout.splitlines()]
    same((p.returncode, len(of(events, "message"))), (0, 4), "exit code, messages")


@test("what comes by a pipe is shown as it comes, and Ctrl-C ends it")
def pipe():
    both_ways = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with subprocess.Popen(MCAST + ["watch", "--json", "-r", "-"], **both_ways) as p:
        defer(p.kill)
        p.stdin.write(pcapfile.octets(pcapfile.ETHERNET, []))
        for n in range(3):
            frame = frames.ethernet(query(4, src=host(4, n + 1)))
            p.stdin.write(pcapfile.octets(pcapfile.ETHERNET, [(BEGIN, frame)])[24:])
            p.stdin.flush()
            e = json.loads(p.stdout.readline())
            while e["event"] != "message":
                e = json.loads(p.stdout.readline())
            same(e["source"], host(4, n + 1), "source of the message, while the pipe is open")
        p.send_signal(signal.SIGINT)
        out, _ = p.communicate(timeout=PATIENCE)
        same((p.returncode, json.loads(out.splitlines()[-1])["event"]), (0, "end"), "exit code, last event")


@test("a file cut off: what was read is shown, how many packets is said, exit 2")
def truncated():
    whole = pcapfile.octets(pcapfile.ETHERNET, [(BEGIN, frames.ethernet(query(4)))] * 7)
    one = (len(whole) - 24) // 7
    for cut in 1, one - 17, one - 1, one - 8:
        file = path("cut.pcap")
        with open(file, "wb") as f:
            f.write(whole[:-cut])
        r = broken(file, file, "6 packets")
        same((len(messages(r)), end(r)["messages"], end(r)["packets"]), (6, 6, 6), "messages, packets")
    for n, words in (23, ()), (10, ()), (0, ()):
        file = path("cut.pcap")
        with open(file, "wb") as f:
            f.write(whole[:n])
        broken(file, file, *words)


@test("no such file, a folder, not a capture, a link type that is not known: one line, exit 2")
def no_capture():
    file = path("missing.pcap")
    broken(file, file, "No such file")
    broken(room(), room())
    with open(file, "w") as f:
        f.write("this is no capture, but a text of some length, longer than a header\n" * 3)
    broken(file, file)
    file = path("wifi.pcap")
    pcapfile.write(file, pcapfile.WIFI, [(BEGIN, bytes(60))])
    broken(file, file, "IEEE802_11")
    file = path("odd.pcap")
    pcapfile.write(file, 147, [(BEGIN, bytes(60))])
    broken(file, file, "147")


@test("pcapng with two link types is refused, with one it is read")
def two_link_types():
    p = query(4)
    first, second = pcapfile.ng_interface(1, b"eth0"), pcapfile.ng_interface(pcapfile.SLL, b"any")
    file = path("two.pcapng")
    pcapfile.write_ng(file, first, pcapfile.ng_packet(0, BEGIN, frames.ethernet(p)), second,
                      pcapfile.ng_packet(1, BEGIN, frames.sll(p)))
    r = broken(file, file)
    same(len(messages(r)), 1, "messages before the second interface")
    pcapfile.write_ng(file, first, first, *[pcapfile.ng_packet(i, BEGIN, frames.ethernet(p)) for i in (0, 1)])
    same(len(messages(watch(file))), 2, "messages of two interfaces of one kind")


def mixed():
    """Packets of both families among others."""
    return cases.timed([query(4), query(6)] + list(cases.noise()) + [c.packet for c in cases.everything()])


@test("--write keeps the packets that were shown, as they were")
def write():
    packets, others = mixed(), set(cases.noise())
    for link in pcapfile.ETHERNET, pcapfile.SLL, pcapfile.SLL2, pcapfile.RAW:
        file, out = capture(packets, link), path("kept")
        r = watch(file, "--write", out)
        kept_link, nano, kept = pcapfile.read(out)
        wanted = [(ns, pcapfile.FRAMERS[link](p)) for ns, p in packets if p not in others]
        # 12 and 101 are the same kind of link.
        same((101 if kept_link == 12 else kept_link, nano), (link, True), "link type, nanoseconds")
        same(len(kept), len(wanted), "packets kept of " + LINKS[link])
        same([k for k, w in zip(kept, wanted) if k != w], [], "packets that differ, " + LINKS[link])
        same(end(r)["kept"], len(wanted), "kept, at the end")
        same(said(watch(out)), said(r), "what is said of the packets kept")


@test("--write with -6 keeps MLD, with -c no more than was shown")
def write_some():
    packets = [query(4), query(6)] * 5
    for args, wanted in (("-6",), 5), (("-c", 3), 3):
        out = path("kept")
        watch(capture(packets), "--write", out, *args)
        same(len(pcapfile.read(out)[2]), wanted, "packets kept with %s" % (args,))


@test("--write keeps what cannot be read, too, and what -q does not show")
def write_all():
    packets = [query(4), list(cases.unreadable(4))[0][2], query(6, ttl=3)] + list(cases.noise())
    out = path("kept")
    r = watch(capture(packets), "-q", "--write", out)
    same([f for _, f in pcapfile.read(out)[2]], [frames.ethernet(p) for p in packets[:3]], "frames kept")
    same({e["event"] for e in r.events}, {"message", "unreadable", "end"}, "events shown")


@test("--write -: stdout is the capture and nothing else")
def write_stdout():
    packets = fitting(pcapfile.ETHERNET)
    p = subprocess.run(MCAST + ["watch", "-r", capture(packets), "--write", "-"], capture_output=True, timeout=60)
    same(p.returncode, 0, "exit code")
    same([f for _, f in pcapfile.parse(p.stdout)[2]], [frames.ethernet(p) for _, p in packets], "frames")


@test("--write where it cannot be written, and onto a full disk: exit 2")
def write_refused():
    file = capture(fitting(pcapfile.ETHERNET))
    out = os.path.join(room(), "none", "kept")
    broken(file, out, args=["--write", out])
    big = capture([query(4)] * 2000)
    broken(big, "/dev/full", args=["--write", "/dev/full"])


@test("--write onto the file that is read is refused, and the file stays as it was")
def write_itself():
    file = capture(fitting(pcapfile.ETHERNET))
    before = pcapfile.read(file)
    broken(file, file, args=["--write", file])
    same(pcapfile.read(file), before, "the file")


@test("a reader that goes ends it")
def closed_pipe():
    ends(without_reader(HERE, "watch", "-r", capture([query(4)] * 20000)))


if __name__ == "__main__":
    main()
