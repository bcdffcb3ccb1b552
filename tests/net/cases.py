"""
cases.py - packets that the tests put into captures, and what each is by the RFCs.

A case is an IP packet and the values that `mcast watch --json` has to give for it, by the names
of its man page; what is not listed is not asked. No case knows the program's own code.
"""
import collections
import struct

import frames
import wire
from frames import ALL_NODES, ALL_REPORTS, ALL_ROUTERS, ANY, host, leave, old_report, query, report, source
from wire import ALLOW, BLOCK, IS_EX, IS_IN, TO_EX, TO_IN

# faults: those of the message and of its records, as a set.
Case = collections.namedtuple("Case", "title packet keys faults")
FAMILIES = (4, 6)
NAME = {4: "IGMP", 6: "MLD"}
RECORDS = {IS_IN: "IS_IN", IS_EX: "IS_EX", TO_IN: "TO_IN", TO_EX: "TO_EX", ALLOW: "ALLOW", BLOCK: "BLOCK"}


def group(fam, n=1):
    return "239.1.2.%d" % n if fam == 4 else "ff15::%x" % n


def ssm(fam, n=1):
    return "232.1.2.%d" % n if fam == 4 else "ff3e::%x" % n


def case(title, packet, *faults, **keys):
    return Case(title, packet, keys, set(faults))


def named(fam, version, what):
    return "%sv%d %s" % (NAME[fam], version, what)


# ---- queries -------------------------------------------------------------------------------------


def asked(fam, version, words, **keys):
    """What all queries have; the older versions lack what stands behind the group."""
    some = dict(group_address=None, source_addresses=[])
    if version == frames.NEWEST[fam]:
        some.update(flags=0, s_flag=False, qrv=0, qqic=0, qqi=0, number_of_sources=len(keys.get("source_addresses", ())))
    else:
        some.update(flags=None, s_flag=None, qrv=None, qqic=None, qqi=None, number_of_sources=None)
    keys = dict(some, **keys)
    return dict(kind="query", version=version, name=named(fam, version, "query"), source=host(fam, 1),
                meaning="%s asks %s" % (host(fam, 1), words), type=0x11 if fam == 4 else 130, **keys)


def seconds(fam, code):
    """The time of a code below the floating-point ones."""
    return code / 10 if fam == 4 else code / 1000


def old_queries(fam):
    version, g, codes = frames.NEWEST[fam] - 1, group(fam), (100, 1, 255) if fam == 4 else (10000, 0, 65535)
    for code in codes:
        yield case("old query, code %d" % code, query(fam, version, code=code), max_resp_code=code,
                   max_resp_time=seconds(fam, code), destination=ALL_NODES[fam],
                   **asked(fam, version, "who is in any group"))
    yield case("old query for a group", query(fam, version, g, code=10), max_resp_code=10, destination=g,
               max_resp_time=seconds(fam, 10), **asked(fam, version, "who is left in " + g, group_address=g))
    if fam == 4:
        yield case("IGMPv1 query", query(4, 1, alert=False), max_resp_code=0, max_resp_time=10, router_alert=False,
                   **asked(4, 1, "who is in any group"))


# RFC 9776 4.1.1 and 4.1.7, RFC 9777 5.1.3: codes and values of the floating-point form.
CODES = {4: {0x7f: 12.7, 0x80: 12.8, 0x8f: 24.8, 0xff: 3174.4},
         6: {0x7fff: 32.767, 0x8000: 32.768, 0x8001: 32.776, 0xffff: 8387.584}}
INTERVALS = {1: 1, 0x7f: 127, 0x80: 128, 0x90: 256, 0xff: 31744}


def new_queries(fam):
    version, g, s = frames.NEWEST[fam], group(fam), [source(fam, 1), source(fam, 2)]
    usual = dict(qrv=2, qqic=125, qqi=125)
    yield case("query", query(fam), destination=ALL_NODES[fam], max_resp_time=10,
               **asked(fam, version, "who is in any group", **usual))
    yield case("query for a group", query(fam, group=g, s=1), destination=g,
               **asked(fam, version, "who is left in " + g, group_address=g, **dict(usual, s_flag=True)))
    yield case("query for sources", query(fam, group=g, sources=s, qrv=7, qqic=0), destination=g,
               **asked(fam, version, "who still wants %s, %s to %s" % (*s, g), group_address=g, qrv=7,
                       source_addresses=s))
    yield case("query with a flag nobody knows", query(fam, flags=1), **asked(fam, version, "who is in any group",
                                                                             **dict(usual, flags=1)))
    yield case("query with octets behind", query(fam, extra=bytes(8)), additional_data=8,
               **asked(fam, version, "who is in any group", **usual))
    for code, time in CODES[fam].items():
        yield case("query, code 0x%x" % code, query(fam, code=code), max_resp_code=code, max_resp_time=time)
    for code, time in INTERVALS.items():
        yield case("query, interval code 0x%x" % code, query(fam, qqic=code), qqic=code, qqi=time)


# ---- reports -------------------------------------------------------------------------------------


def told(kind, group_, sources=(), aux=0):
    return dict(record_type=kind, record_name=RECORDS.get(kind), multicast_address=group_, aux_data_len=aux,
                source_addresses=list(sources), number_of_sources=len(sources))


def reported(fam, version, words, *records, what="report", **keys):
    of_old = {(4, 1): 0x12, (4, 2): 0x16, (6, 1): 131}.get((fam, version))
    kind = (0x17 if fam == 4 else 132) if what in ("leave", "done") else of_old or (0x22 if fam == 4 else 143)
    return dict(dict(kind="report", version=version, name=named(fam, version, what), source=host(fam), type=kind,
                     meaning="%s %s" % (host(fam), words), leave=what != "report", group_records=list(records),
                     number_of_group_records=len(records), flags=0), **keys)


def old_reports(fam):
    g, version, done = group(fam), frames.NEWEST[fam] - 1, "leave" if fam == 4 else "done"
    yield case("old report", old_report(fam, g), destination=g,
               **reported(fam, version, "is in " + g, told(IS_EX, g)))
    yield case("old leave", leave(fam, g), destination=ALL_ROUTERS[fam],
               **reported(fam, version, "leaves " + g, told(TO_IN, g), what=done))
    if fam == 4:
        yield case("IGMPv1 report", old_report(4, g, 1, alert=False), destination=g,
                   **reported(4, 1, "is in " + g, told(IS_EX, g)))


# RFC 9776 4.2.13: what a record says, without sources and with some.
WORDS = {IS_IN: (None, "accepts only %s to"), IS_EX: ("is in", "accepts all but %s to"),
         TO_IN: ("leaves", "now accepts only %s to"), TO_EX: ("joins", "now accepts all but %s to"),
         ALLOW: (None, "now accepts %s to"), BLOCK: (None, "no longer accepts %s to")}


def records(fam):
    version, g, s = frames.NEWEST[fam], ssm(fam), [source(fam, 1), source(fam, 2)]
    for kind, (none, some) in WORDS.items():
        for n in (0, 1, 2):
            words = none if n == 0 else some % ", ".join(s[:n])
            keys = reported(fam, version, "%s %s" % (words, g), told(kind, g, s[:n]))
            if words is None:
                del keys["meaning"]
            yield case("%s of %d" % (RECORDS[kind], n), report(fam, (kind, g, s[:n])), destination=ALL_REPORTS[fam],
                       **keys)


def new_reports(fam):
    version, g, s = frames.NEWEST[fam], group(fam), [source(fam, 1)]
    yield case("report of nothing", report(fam), **reported(fam, version, "reports nothing"))
    yield case("report of two", report(fam, (TO_EX, g), (BLOCK, ssm(fam), s)),
               **reported(fam, version, "joins %s; no longer accepts %s to %s" % (g, s[0], ssm(fam)),
                          told(TO_EX, g), told(BLOCK, ssm(fam), s)))
    yield case("report with auxiliary data", report(fam, (TO_EX, g, (), b"auxiliary me"), (TO_IN, group(fam, 2))),
               **reported(fam, version, "joins %s; leaves %s" % (g, group(fam, 2)), told(TO_EX, g, aux=3),
                          told(TO_IN, group(fam, 2))))
    yield case("report with octets behind", report(fam, (TO_EX, g), extra=bytes(6)), additional_data=6,
               **reported(fam, version, "joins " + g, told(TO_EX, g)))
    yield case("report with a flag nobody knows", report(fam, (TO_EX, g), flags=1),
               **reported(fam, version, "joins " + g, told(TO_EX, g), flags=1))


def many(fam, n=60):
    """A report of so many groups, more than fit a line."""
    return report(fam, *[(TO_EX, group(fam, i + 1)) for i in range(n)])


# ---- beside them -----------------------------------------------------------------------------------


def others(fam):
    first = 0x30 if fam == 4 else 151
    none = dict(advertisement_interval=None, query_interval=None, robustness_variable=None)
    for kind, what in enumerate(("advertisement", "solicitation", "termination")):
        some = dict(advertisement_interval=20, query_interval=125, robustness_variable=2) if kind == 0 else none
        yield case("MRD " + what, frames.mrd(fam, kind), kind="mrd", name="MRD " + what, version=None,
                   type=first + kind, **some)
    yield case("PIM hello", frames.pim(fam), kind="pim", name="PIM hello", version=None, source=host(fam, 1),
               protocol="PIM")
    if fam == 4:
        for kind, what in (0x13, "DVMRP"), (0x42, "IGMP type 0x42"):
            yield case(what, frames.igmp(kind), kind="other", name=what, version=None, type=kind)


def good(fam):
    """Messages with nothing wrong."""
    for part in old_queries, new_queries, old_reports, records, new_reports, others:
        yield from part(fam)


# ---- what is wrong ---------------------------------------------------------------------------------


def wrong_outside(fam):
    """What is wrong around the message."""
    g, other, old = group(fam), group(fam, 2), frames.NEWEST[fam] - 1
    yield case("bad checksum", report(fam, (TO_EX, g), sum_=0x1234), "checksum", checksum=0x1234)
    yield case("bad checksum of a query", query(fam, sum_=0), "checksum", checksum=0)
    yield case("TTL 64", report(fam, (TO_EX, g), ttl=64), "ttl", ttl=64)
    yield case("TTL 0", query(fam, ttl=0), "ttl", ttl=0)
    yield case("no Router Alert", report(fam, (TO_EX, g), alert=False), "router-alert", router_alert=False)
    yield case("no Router Alert on an old report", old_report(fam, g, alert=False), "router-alert")
    yield case("query from nobody", query(fam, src=ANY[fam]), "sender", source=ANY[fam])
    yield case("old query from nobody", query(fam, old, src=ANY[fam]), "sender")
    yield case("query to another group", query(fam, group=g, dst=other), "destination", destination=other)
    yield case("old query to all for a group", query(fam, old, g, dst=ALL_NODES[fam]), "destination")
    yield case("general query to a group", query(fam, dst=g), "destination")
    yield case("report to all hosts", report(fam, (TO_EX, g), dst=ALL_NODES[fam]), "destination")
    yield case("old report to another group", old_report(fam, g, dst=other), "destination")
    yield case("leave to all hosts", leave(fam, g, dst=ALL_NODES[fam]), "destination")
    yield case("two at once", report(fam, (TO_EX, g), ttl=2, alert=False), "ttl", "router-alert")


def wrong_family(fam):
    """What can be wrong in one family only."""
    g = group(fam)
    if fam == 4:
        yield case("bad header checksum", report(4, (TO_EX, g), header_checksum=0x4321), "ip-checksum")
        return
    yield case("report from ::", report(6, (TO_EX, g), src="::"), "sender", source="::")
    yield case("old report from ::", old_report(6, g, src="::"), "sender", source="::")
    yield case("report from a global address", report(6, (TO_EX, g), src="2001:db8::7"), "sender")
    yield case("query from a global address", query(6, src="2001:db8::1"), "sender")


def wrong_inside(fam):
    """What is wrong in the message itself."""
    g, one, s = group(fam), host(fam, 77), source(fam)
    multicast, nobody = group(fam, 5), ANY[fam]
    yield case("query for a host", query(fam, group=one, dst=one), "group")
    yield case("record of a host", report(fam, (TO_EX, one), (TO_EX, g)), "group")
    yield case("general query with sources", query(fam, sources=[s]), "general")
    yield case("query for a source that is a group", query(fam, group=g, sources=[multicast]), "sources")
    yield case("record of a source that is a group", report(fam, (ALLOW, g, [s, multicast])), "sources")
    yield case("record of no source", report(fam, (ALLOW, g, [nobody])), "sources")
    for kind in 0, 7, 255:
        yield case("record of type %d" % kind, report(fam, (kind, g), (TO_EX, g)), "type",
                   group_records=[told(kind, g), told(TO_EX, g)])
    yield case("extensions that are none", query(fam, flags=8, extra=b"\0\1\0\x20abc"), "extension", flags=8)
    yield case("extensions that lack", report(fam, (TO_EX, g), flags=0x8000), "extension", flags=0x8000)


def wrong(fam):
    for part in wrong_outside, wrong_family, wrong_inside:
        yield from part(fam)


def sound_extensions(fam):
    """RFC 9279 3: the E flag, and TLVs of two octets each for type and length."""
    tlvs = struct.pack("!HH", 0, 0) + struct.pack("!HH3s", 77, 3, b"abc")
    yield case("query with extensions", query(fam, flags=8, extra=tlvs), flags=8, additional_data=len(tlvs))
    yield case("report with extensions", report(fam, (TO_EX, group(fam)), flags=0x8000, extra=tlvs), flags=0x8000,
               additional_data=len(tlvs))


# ---- what cannot be read ---------------------------------------------------------------------------


def unreadable(fam):
    """(name, error, packet): the packet is one of IGMP or MLD, but ends or contradicts itself."""
    newest, g = frames.NEWEST[fam], group(fam)
    old = (4, 8) if fam == 4 else (16, 24)
    shorter = lambda kind, n: frames.packet(bytes([kind]) + bytes(n - 1), host(fam), ALL_REPORTS[fam])
    yield "old report too short", "MC_ERR_SHORT", shorter(0x16 if fam == 4 else 131, old[1] - 1)
    yield "leave too short", "MC_ERR_SHORT", shorter(0x17 if fam == 4 else 132, old[0])
    yield "report too short", "MC_ERR_SHORT", shorter(0x22 if fam == 4 else 143, 7)
    for n in (1, 2, 3):
        packet = query(fam, newest - 1, g, code=10, extra=bytes(n))
        yield "query %d octets too long" % n, "MC_ERR_LENGTH", packet
    yield "query without its last source", "MC_ERR_SOURCES", query(fam, group=g, sources=[source(fam)], n=2)
    yield "report without its last record", "MC_ERR_RECORDS", report(fam, (TO_EX, g), n=2)
    short = frames.record(fam, ALLOW, g, [source(fam)], n=2)
    octets = struct.pack("!BBHHH", 0x22 if fam == 4 else 143, 0, 0, 0, 1) + short
    yield "record without its last source", "MC_ERR_RECORDS", frames.packet(octets, host(fam), ALL_REPORTS[fam])
    whole = dict(fragment=0x2000) if fam == 4 else dict(fragment=1)
    yield "fragment", "MC_ERR_FRAGMENT", report(fam, (TO_EX, g), **whole)
    yield "packet cut off", "MC_ERR_CUT", report(fam, (TO_EX, g), cut=8)


def noise():
    """Packets that are none of watch's business: an IP packet each, and none of them is unreadable."""
    for fam, group_ in (4, "239.9.9.9"), (6, "ff15::9:9"):
        yield wire.udp_packet(host(fam), 5000, group_, 5000, b"data", ttl=1)
        yield wire.udp_packet(host(fam), 5000, group_, 5000, bytes(2000), ttl=1)[:100]
    yield frames.packet(struct.pack("!BBHI", 135, 0, 0, 0) + wire.pack("fe80::8"), "fe80::7", "ff02::1:ff00:8",
                        ttl=255, alert=False)
    yield frames.packet(struct.pack("!BBHHH", 8, 0, 0, 1, 1), "10.0.0.1", "224.0.0.1", proto=1, alert=False)


# ---- all of them, timed ------------------------------------------------------------------------------

BEGIN = 1700000000 * 10**9


def timed(packets, begin=BEGIN, step=10**9 // 7):
    """Packets with a time each, a seventh of a second apart, so that nanoseconds matter."""
    return [(begin + i * step, p) for i, p in enumerate(packets)]


def everything():
    """Every case of both families that can be read."""
    return [c for fam in FAMILIES for part in (good, wrong, sound_extensions) for c in part(fam)]
