#!/usr/bin/env python3
"""t_tshark.py - every packet that the tests put into captures, by tshark and by mcast watch, field by field."""
import functools
import os
import re
import subprocess
import sys

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TESTS, "net"))
import cases
import frames
import pcapfile
import shark
from kernels import Member, forge, local, src
from onlooker import says, two, watch
from tap import check, main, same, test
from verbs import of
from watching import BEGIN, SECOND, path, room
from watching import watch as read
from wire import ALLOW, TO_EX, TO_IN

OUTSIDE = """ip.src ip.dst ipv6.src ipv6.dst ip.ttl ipv6.hlim ip.dsfield ipv6.tclass ip.opt.ra ipv6.opt.router_alert
    ipv6.hopopts.nxt ip.checksum.status vlan.id ieee8021ad.id"""
IGMP = """igmp.type igmp.version igmp.checksum igmp.checksum.status igmp.max_resp igmp.maddr igmp.s igmp.qrv
    igmp.qqic igmp.num_src igmp.saddr igmp.num_grp_recs igmp.record_type igmp.aux_data_len"""
MLD = """icmpv6.type icmpv6.code icmpv6.checksum icmpv6.checksum.status icmpv6.mld.maximum_response_delay
    icmpv6.mld.maximum_response_code icmpv6.mld.multicast_address icmpv6.mld.flag icmpv6.mld.flag.s
    icmpv6.mld.flag.qrv icmpv6.mld.qqi icmpv6.mld.nb_sources icmpv6.mld.source_address icmpv6.mldr.nb_mcast_records
    icmpv6.mldr.mar.record_type icmpv6.mldr.mar.aux_data_len icmpv6.mldr.mar.nb_sources
    icmpv6.mldr.mar.multicast_address icmpv6.mldr.mar.source_address"""
BESIDE = """pim.type pim.version pim.cksum pim.cksum.status _ws.malformed _ws.short ip.flags.mf ip.frag_offset
    ipv6.fraghdr.nxt"""
FIELDS = (OUTSIDE + " " + IGMP + " " + MLD + " " + BESIDE).split()


# ---- what tshark says -----------------------------------------------------------------------------


def number(text):
    if re.fullmatch(r"0x[0-9a-fA-F]+|\d+", text):
        return int(text, 0)
    return {"True": 1, "False": 0}.get(text, text)


def tshark(file):
    """One dictionary for each packet: a list of values for each field that it has."""
    seen = shark.packets(file, FIELDS, "-o", "ip.check_checksum:TRUE", "-o", "ip.defragment:FALSE", "-o",
                         "ipv6.defragment:FALSE")
    return [{f: [number(x) for x in v] for f, v in p.items()} for p in seen]


# ---- what watch says, in tshark's fields -----------------------------------------------------------

GOOD, BAD = 1, 0  # of a checksum's status


def named(e, name):
    return any(f["fault"] == name for f in e["faults"])


def outside(e):
    """The header's values; of IPv6 the traffic class is in the first octets, and there is no checksum."""
    v4, alert = ":" not in e["source"], [0] if e["router_alert"] else None
    yield "ip.src" if v4 else "ipv6.src", [e["source"]]
    yield "ip.dst" if v4 else "ipv6.dst", [e["destination"]]
    yield "ip.ttl" if v4 else "ipv6.hlim", [e["ttl"]]
    yield "ip.dsfield" if v4 else "ipv6.tclass", [e["tos"]]
    yield "ip.opt.ra" if v4 else "ipv6.opt.router_alert", alert
    if v4:
        yield "ip.checksum.status", [BAD if named(e, "ip-checksum") else GOOD]


def checksum(e, prefix, name="checksum"):
    yield prefix + "." + name, [e["checksum"]]
    yield prefix + "." + name + ".status", [BAD if named(e, "checksum") else GOOD]


def igmp(e):
    yield "igmp.type", [e["type"]]
    yield from checksum(e, "igmp")
    if e["kind"] == "other":
        return
    yield "igmp.version", [e["version"]]
    if e["kind"] == "query":
        yield from igmp_query(e)
        return
    records = e["group_records"]
    yield "igmp.maddr", [r["multicast_address"] for r in records]
    yield "igmp.saddr", [s for r in records for s in r["source_addresses"]]
    if e["version"] == 3:
        yield "igmp.num_grp_recs", [e["number_of_group_records"]]
        yield "igmp.record_type", [r["record_type"] for r in records]
        yield "igmp.aux_data_len", [r["aux_data_len"] for r in records]
        yield "igmp.num_src", [r["number_of_sources"] for r in records]


def igmp_query(e):
    if e["version"] > 1:
        yield "igmp.maddr", [e["group_address"] or "0.0.0.0"]
        # tshark gives the value of a floating-point code in tenths of a second.
        yield "igmp.max_resp", [round(e["max_resp_time"] * 10)]
    # RFC 1112, Appendix I: in IGMPv1 the group field of a query is to be ignored, and watch does so.
    if e["version"] == 3:
        yield "igmp.s", [int(e["s_flag"])]
        yield "igmp.qrv", [e["qrv"]]
        yield "igmp.qqic", [e["qqic"]]
        yield "igmp.num_src", [e["number_of_sources"]]
        yield "igmp.saddr", e["source_addresses"]


def mld(e):
    yield "icmpv6.type", [e["type"]]
    yield "icmpv6.code", [e["code"]]
    yield from checksum(e, "icmpv6")
    if e["kind"] == "query":
        yield from mld_query(e)
        return
    records = e["group_records"]
    if e["version"] == 1:
        yield "icmpv6.mld.multicast_address", [r["multicast_address"] for r in records]
        return
    yield "icmpv6.mldr.nb_mcast_records", [e["number_of_group_records"]]
    yield "icmpv6.mldr.mar.multicast_address", [r["multicast_address"] for r in records]
    yield "icmpv6.mldr.mar.record_type", [r["record_type"] for r in records]
    yield "icmpv6.mldr.mar.aux_data_len", [r["aux_data_len"] for r in records]
    yield "icmpv6.mldr.mar.nb_sources", [r["number_of_sources"] for r in records]
    yield "icmpv6.mldr.mar.source_address", [s for r in records for s in r["source_addresses"]]


def mld_query(e):
    yield "icmpv6.mld.multicast_address", [e["group_address"] or "::"]
    delay = [round(e["max_resp_time"] * 1000)]
    if e["version"] == 1:
        yield "icmpv6.mld.maximum_response_delay", delay
        return
    # tshark gives the values of both floating-point codes.
    yield "icmpv6.mld.maximum_response_code", delay
    yield "icmpv6.mld.qqi", [e["qqi"]]
    yield "icmpv6.mld.flag", [e["flags"] << 4 | e["s_flag"] << 3 | e["qrv"]]
    yield "icmpv6.mld.flag.s", [int(e["s_flag"])]
    yield "icmpv6.mld.flag.qrv", [e["qrv"]]
    yield "icmpv6.mld.nb_sources", [e["number_of_sources"]]
    yield "icmpv6.mld.source_address", e["source_addresses"]


def mrd(e):
    yield "igmp.type" if e["protocol"] == "IGMP" else "icmpv6.type", [e["type"]]
    # tshark knows the rest by the types of the drafts only (0x24 to 0x26); RFC 4286 8.1 has 0x30 to 0x32.
    if e["protocol"] == "MLD":
        yield from checksum(e, "icmpv6")


def pim(e):
    yield "pim.type", [e["type"] & 15]
    yield "pim.version", [e["type"] >> 4]
    yield from checksum(e, "pim", "cksum")


def inside(e):
    if e["kind"] in ("mrd", "pim"):
        return dict((mrd if e["kind"] == "mrd" else pim)(e))
    return dict((igmp if e["protocol"] == "IGMP" else mld)(e))


# ---- where tshark is not to be believed ------------------------------------------------------------


def excused(e, wanted, seen):
    """Fields that are not compared for this message, and why."""
    none, alert = set(), seen.get("ip.opt.ra") or seen.get("ipv6.opt.router_alert")
    if not e["router_alert"] and alert and alert != [0]:
        # Another value than 0 is not the alert that RFC 2113 2.1 and RFC 2711 2.1 (for MLD) define.
        none |= {"ip.opt.ra", "ipv6.opt.router_alert"}
    if not e["router_alert"] and "ipv6.hopopts.nxt" not in seen:
        # tshark takes it from a destination options header as well; RFC 2711 2.1: it is a hop-by-hop option.
        none.add("ipv6.opt.router_alert")
    if e["kind"] == "other":
        # tshark takes types for other protocols' (0x13 DVMRP, 0x40 to 0x42 IGAP), whose fields have other names;
        # by RFC 9776 4 they are unknown to IGMP, and are to be ignored.
        none |= set(wanted) - set(dict(outside(e)))
    if e["protocol"] == "IGMP" and e["version"] in (1, 2) and e["kind"] == "report" and e["additional_data"]:
        # tshark sums up the first eight octets; RFC 2236 2.3: "the entire IP payload".
        none.add("igmp.checksum.status")
    if e["protocol"] == "MLD" and e["kind"] == "report" and e["additional_data"]:
        # tshark reads records up to the packet's end; RFC 9777 5.2.12: what is behind the last of "Nr of Mcast
        # Address Records" is no record. Those before it are compared.
        for f in [f for f in wanted if f.startswith("icmpv6.mldr.mar.")]:
            if seen.get(f, [])[:len(wanted[f])] == wanted[f]:
                none.add(f)
    return none


def compare(e, t):
    wanted = dict(outside(e), **inside(e))
    tags = [v for f in ("ieee8021ad.id", "vlan.id") for v in t.get(f, ()) if v]  # 0: a priority tag
    if tags != e["vlan"]:
        return ["VLANs are %s, tshark has %s" % (e["vlan"], tags)]
    skipped = excused(e, wanted, t)
    bad = [(f, v, t.get(f)) for f, v in wanted.items() if f not in skipped and (t.get(f) or None) != (v or None)]
    return ["%s, %s: %s is %r, tshark has %r" % (e["name"], e["meaning"][:60], *b) for b in bad]


def is_message(t):
    """Whether tshark takes it for one of the messages that watch shows."""
    if "igmp.type" in t or "pim.type" in t:
        return True
    kind = t.get("icmpv6.type", [0])[0]
    return 130 <= kind <= 132 or kind == 143 or 151 <= kind <= 153


# What cannot be read, and what tshark must see of it; a query of no version's length (RFC 9776 7.1, RFC 9777
# 8.1) it reads as one of the shorter version.
REFUSED = {"MC_ERR_SHORT": ("_ws.malformed", "_ws.short"), "MC_ERR_SOURCES": ("_ws.malformed",),
           "MC_ERR_FRAGMENT": ("ip.frag_offset", "ip.flags.mf", "ipv6.fraghdr.nxt")}


def refuses(e, t):
    # Of an empty payload, and of MRD in IGMP, tshark decodes nothing.
    kind = t.get("igmp.type", t.get("icmpv6.type", [None]))[0]
    needed = REFUSED.get(e["error"])
    if e["error"] == "MC_ERR_SHORT" and (kind is None or kind in (0x30, 0x31, 0x32)):
        return []
    if needed and not any(f in t for f in needed):
        return ["%s %s: tshark finds none of %s in it" % (e["error"], e["source"], ", ".join(needed))]
    return []


def both(link, list_):
    """Compare what both say of frames; returns how many were messages."""
    file = path("both")
    pcapfile.write(file, link, [(BEGIN + i * SECOND, f) for i, f in enumerate(list_)])
    at = lambda e: round(e["ts"] - BEGIN / SECOND)
    done, seen = read(file), tshark(file)
    told = {at(e): e for e in of(done.events, "message") + of(done.events, "unreadable")}
    same(len(seen), len(list_), "packets tshark saw")
    bad = []
    for i, t in enumerate(seen):
        e = told.get(i)
        if e is None:
            bad += ["frame %d is a message to tshark alone: %s" % (i, list_[i].hex())] if is_message(t) else []
        else:
            bad += ["frame %d: %s" % (i, b) for b in (compare if e["event"] == "message" else refuses)(e, t)]
    check(not bad, "%d differ" % len(bad), *bad)
    return len(of(done.events, "message"))


# ---- packets -----------------------------------------------------------------------------------------


def own():
    return [c.packet for c in cases.everything()] + [p for f in (4, 6) for _, _, p in cases.unreadable(f)]


@test("the packets of the tests, in every kind of link")
def packets():
    list_ = own() + [cases.many(4), cases.many(6)] + list(cases.noise())
    for link, framer in pcapfile.FRAMERS.items():
        fitting = {pcapfile.IPV4: 4, pcapfile.IPV6: 6}.get(link)
        chosen = [p for p in list_ if fitting in (None, p[0] >> 4)]
        check(both(link, [framer(p) for p in chosen]) > 50, "too few messages")


@test("the same with VLAN tags, one and two")
def vlans():
    for link in pcapfile.TAGGED:
        framer = pcapfile.FRAMERS[link]
        for tags in (10,), ((frames.SERVICE_VLAN, 30), 40):
            check(both(link, [framer(p, tags) for p in own()]) > 100, "too few messages")


def vectors():
    """(file and name, packet) of each vector: tests/vectors/README.md."""
    folder, got = os.path.join(TESTS, "vectors"), []
    for file in sorted(os.listdir(folder)):
        if file.endswith(".txt"):
            with open(os.path.join(folder, file)) as f:
                blocks = re.split(r"^vector ", f.read(), flags=re.M)[1:]
            got += [(file + " " + b.split()[0], vector(b)) for b in blocks]
    return got


def words_of(block, wanted):
    """What stands behind a word, in all of its lines, and in those that go on without one."""
    got, inside_ = [], False
    for line in block.splitlines()[1:]:
        first = line.split()[0] if line.split() else ""
        if re.fullmatch(r"ids|ip|octets|packet|says|fails|faults|record|extra|extended|exact|#.*", first):
            inside_, line = first == wanted, line.split(None, 1)[1] if " " in line.strip() else ""
        if inside_:
            got.append(line)
    return " ".join(got)


def vector(block):
    whole = words_of(block, "packet")
    if whole:
        return bytes.fromhex(whole)
    header, octets = words_of(block, "ip"), bytes.fromhex(words_of(block, "octets"))
    a, b = re.match(r"(\S+) > (\S+)", header).groups()
    value = lambda name, usual: int((re.search(name + r" (\d+|0x\w+)", header) or [0, str(usual)])[1], 0)
    how = dict(ttl=value("ttl", 1), tos=value("tos", 0 if ":" in a else 0xc0), alert="no alert" not in header)
    proto = value("protocol", 58 if ":" in a else 2)
    return (frames.ipv6 if ":" in a else frames.ipv4)(octets, a, b, proto, **how)


def is_packet(p):
    """What has no IP version that a frame could name has no frame; tshark and watch need not agree on it."""
    return len(p) >= 40 and p[0] >> 4 == 6 or len(p) >= 20 and p[0] >> 4 == 4


@test("the vectors of tests/vectors")
def vector_files():
    list_ = [(name, p) for name, p in vectors() if is_packet(p)]
    check(len(list_) > 100, "too few vectors", len(list_))
    check(both(pcapfile.ETHERNET, [frames.ethernet(p) for _, p in list_]) > 100, "too few messages")


@functools.lru_cache(None)
def test_captures():
    """The captures that the other tests make: frames by link, each once."""
    folder, got = path("captures"), {}
    os.mkdir(folder)
    for name in "t_watch", "t_watch_state":
        argv = [sys.executable, os.path.join(TESTS, "net", name + ".py"), "IPv"]
        subprocess.run(argv, env=dict(os.environ, MCAST_TEST_CAPTURES=folder), capture_output=True, timeout=250)
    for file in sorted(os.listdir(folder)):
        link, _, packets_ = pcapfile.read(os.path.join(folder, file))
        got.setdefault(link, {}).update((f, None) for _, f in packets_)
    return got


@test("the captures that the other tests make")
def captures():
    got = test_captures()
    check(sum(map(len, got.values())) > 200, "too few packets", {k: len(v) for k, v in got.items()})
    for link, frames_ in got.items():
        both(link, list(frames_))


# ---- kernels -------------------------------------------------------------------------------------------


def heard(fam, version):
    """What two hosts said to each other, as watch kept it: (link, frames)."""
    host, watcher = two(**{"v%d" % fam: version})
    out = os.path.join(room(), "kept.%d.%d" % (fam, version))
    v, g, s = watch(watcher, "eth0", "--write", out), cases.group(fam), cases.ssm(fam)
    newest = version == frames.NEWEST[fam]
    many = [Member(host, fam, cases.group(fam, n)) for n in range(1, 9)]
    for m in many:
        m.call("join")
    says(v, TO_EX if newest else 2, g)
    if newest:
        m = Member(host, fam, s)
        m.call("join_source", src(fam, 1))
        says(v, ALLOW, s, [src(fam, 1)])
        m.filter(True, *[src(fam, n) for n in range(1, 6)])
        says(v, TO_EX, s, [src(fam, n) for n in range(1, 6)])
    forge(watcher, frames.query(fam, version, code=0 if (fam, version) == (4, 1) else 1, src=local(watcher, fam)))
    says(v, 2, g)
    many[0].call("leave")
    if (fam, version) != (4, 1):
        says(v, TO_IN, g)
    v.stop()
    link, _, kept = pcapfile.read(out)
    return link, [f for _, f in kept]


@test("what kernels say in each version")
def kernels():
    for fam, version in (4, 3), (4, 2), (4, 1), (6, 2), (6, 1):
        link, list_ = heard(fam, version)
        check(both(link, list_) > 4, "too few messages of version %d" % version, len(list_))


main()
