/*
 * msg.h - IGMP and MLD messages in and out of bytes: IGMPv1, v2 and v3, MLDv1 and v2.
 *
 * Decode once, then nothing fails: mc_decode checks every length and count, and what it gives is
 * read without further errors. Nothing is allocated or copied: lists of sources and records point
 * into the caller's packet and are good for as long as that is.
 *
 * What cannot be read is refused, each cause with an MC_ERR_* of its own, and `ret` stays as it
 * was. What can be read but is not as the RFCs want it is a fault, a bit beside the values: who
 * shows messages shows it, who acts on them decides by it. To encode is the exact inverse.
 *
 * An older version's Report reads as a record IS_EX({}), a Leave or Done as TO_IN({}) (RFC 9776
 * 7.3.2, RFC 9777 8.3.2); `version` tells what it was. Functions are safe in any thread.
 *
 * RFC 1112, 2236, 9776 (IGMPv1 to 3), 2710, 9777 (MLDv1 and 2), 9778 (flags), 9279 (extensions),
 * 4286 (multicast router discovery); 791, 2113, 8200, 2711 (outer headers).
 */
#ifndef MCAST_MSG_H
#define MCAST_MSG_H

#include <mcast/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the two protocols -------------------------------------------------------------- */

/* mc_proto is what IGMP and MLD disagree about, as far as it is data. It may grow at its end:
 * always use it by the pointer that mc_proto_of gives. */
struct mc_proto {
	const char *name;            /* "IGMP" or "MLD" */
	uint8_t family;              /* MC_IPV4 or MC_IPV6 */
	uint8_t newest;              /* version: 3 or 2 */
	uint8_t addr_len;            /* octets of an address: 4 or 16 */
	uint8_t protocol;            /* as IP numbers it: 2 or 58 (ICMPv6) */
	bool link_local;             /* queries and reports come from link-local addresses only */
	struct mc_addr all_nodes;    /* 224.0.0.1, ff02::1: general queries */
	struct mc_addr all_routers;  /* 224.0.0.2, ff02::2: Leave, Done */
	struct mc_addr all_reports;  /* 224.0.0.22, ff02::16: reports of the newest version */
	struct mc_addr all_snoopers; /* 224.0.0.106, ff02::6a: RFC 4286 */
	/* What the roles of host and router need to know, see host.h and router.h. */
	mc_time response_unit; /* of Max Resp Code where it is not a float: 0.1 s, 1 ms */
	uint8_t mute;          /* the version that has no word for leaving: 1 (IGMPv1), 0 (none) */
	uint8_t elect_from;    /* addresses are compared from this octet on: 0, 8 (RFC 9777 7.6.2) */
	bool elect_by_any;     /* every query elects a querier, not general ones alone (RFC 9776 6.6.2) */
	bool older_by_response; /* RFC 9776 8.12: ten times the response time counts; RFC 9777 9.12
				 * has it once, and the interval that was announced */
};

/* mc_proto_of gives the protocol of MC_IPV4 or MC_IPV6, or NULL. */
const struct mc_proto *mc_proto_of(uint8_t family);

/* ---- outer headers ------------------------------------------------------------------ */

/* mc_ip is the IP header around a message. -1 stands for unknown (a message that was decoded
 * without its header) and, to encode, for what the RFCs want. The struct never changes. */
struct mc_ip {
	struct mc_addr src, dst; /* to encode: family 0 takes the one that fits, see mc_encode */
	int16_t ttl;             /* TTL or hop limit; wanted: 1 */
	int16_t tos;             /* TOS or traffic class octet; wanted: 0xc0 and 0 */
	int8_t alert;            /* Router Alert, value 0, is there: 1 or 0; wanted: 1 */
	bool sum_ok;             /* the IPv4 header checksum; IPv6 has none: true */
	uint8_t protocol;        /* of the payload: 2 IGMP, 58 ICMPv6, 103 PIM, ... */
	uint16_t header;         /* octets before the payload, options and extension headers too */
	uint16_t payload;        /* octets of the payload, by the header */
};

/* mc_ip_decode reads an IPv4 or IPv6 header with its options and extension headers (hop-by-hop,
 * destination options, routing). Returns 0, or
 *   MC_ERR_IP        neither IPv4 nor IPv6, or lengths in the header that contradict each other
 *   MC_ERR_OPTIONS   options or extension headers that run past their end
 *   MC_ERR_FRAGMENT  a fragment: what it holds cannot be read alone
 *   MC_ERR_CUT       fewer octets here than the header says (a short capture). */
int mc_ip_decode(struct mc_ip *ret, const void *packet, size_t len);

/* ---- messages ----------------------------------------------------------------------- */

enum mc_kind {
	MC_OTHER = 0,  /* IGMP of a type that is none of these: see mc_msg_name */
	MC_QUERY = 1,  /* see mc_query */
	MC_REPORT = 2, /* see mc_report: all reports, Leave and Done */
	MC_MRD = 3,    /* see mc_mrd */
	MC_PIM = 4,    /* PIM; hello is recognised, nothing in it is decoded */
};

/* What may be wrong with a message or a record that could be read. In a message to encode a
 * fault means: this is wrong on purpose, write it as it stands. */
enum mc_fault {
	MC_FAULT_CHECKSUM = 1 << 0,    /* of the message */
	MC_FAULT_IP_CHECKSUM = 1 << 1, /* of the IPv4 header */
	MC_FAULT_TTL = 1 << 2,         /* TTL or hop limit is not 1 */
	MC_FAULT_ALERT = 1 << 3,       /* no Router Alert; IGMPv1 need not have one */
	MC_FAULT_SENDER = 1 << 4,      /* a query from 0.0.0.0; MLD not from a link-local address; a group */
	MC_FAULT_DESTINATION = 1 << 5, /* not where such a message goes; a query: not to what it asks for */
	MC_FAULT_GROUP = 1 << 6,       /* the group is no multicast address (message: of a query; record) */
	MC_FAULT_GENERAL = 1 << 7,     /* a general query that lists sources */
	MC_FAULT_SOURCES = 1 << 8,     /* a listed source is no unicast address (of a query; of a record) */
	MC_FAULT_TYPE = 1 << 9,        /* record: a type that is not known */
	MC_FAULT_EXTENSION = 1 << 10,  /* E flag, but no TLVs behind (RFC 9279 5): ignore those octets */
};

/* mc_fault_name names one fault as JSON does: "checksum", "router-alert"; NULL for none. */
const char *mc_fault_name(uint32_t fault);

/* mc_sources is a list of addresses as it is on the wire. */
struct mc_sources {
	const uint8_t *octets; /* n addresses, end to end; somebody else's */
	uint16_t n;
	uint8_t family;
};

/* mc_sources_at gives source i, counted from 0; no address where there is none. */
struct mc_addr mc_sources_at(const struct mc_sources *s, uint16_t i);

/* mc_sources_pack lays n addresses of one family end to end into room and gives the list of
 * them. Returns 0, MC_ERR_ROOM (more than cap octets, or n over 65535) or MC_ERR_FAMILY. */
int mc_sources_pack(struct mc_sources *ret, uint8_t *room, size_t cap, const struct mc_addr *list, size_t n);

enum mc_record_type {
	MC_IS_IN = 1, /* MODE_IS_INCLUDE, RFC 9776 4.2.13 */
	MC_IS_EX = 2, /* MODE_IS_EXCLUDE */
	MC_TO_IN = 3, /* CHANGE_TO_INCLUDE_MODE */
	MC_TO_EX = 4, /* CHANGE_TO_EXCLUDE_MODE */
	MC_ALLOW = 5, /* ALLOW_NEW_SOURCES */
	MC_BLOCK = 6, /* BLOCK_OLD_SOURCES */
};

/* mc_record_name gives "IS_IN" ... "BLOCK", or NULL. */
const char *mc_record_name(uint8_t type);

/* mc_record is one group record of a report. */
struct mc_record {
	uint8_t type;    /* enum mc_record_type, or what was there: MC_FAULT_TYPE */
	uint8_t aux;     /* auxiliary data that was skipped, in words of 4 octets; never encoded */
	uint32_t faults; /* MC_FAULT_GROUP, _SOURCES, _TYPE: such a record is to be ignored */
	struct mc_addr group;
	struct mc_sources sources;
};

/* mc_query: RFC 9776 4.1, RFC 9777 5.1. In older versions what they lack is 0. */
struct mc_query {
	struct mc_addr group; /* unspecified: a general query, as IGMPv1's always are (RFC 1112 App. I) */
	struct mc_sources sources;
	mc_time max_resp;  /* Max Response Time (Delay), decoded; in an IGMPv1 query 10 s */
	uint32_t interval; /* Querier's Query Interval, seconds, decoded; 0: the default is meant */
	uint16_t max_resp_code;
	uint8_t qqic;
	uint8_t qrv;   /* Querier's Robustness Variable; 0: the default is meant */
	uint8_t flags; /* the upper four bits of that octet; 8 is E (RFC 9279) */
	bool suppress; /* S: Suppress Router-Side Processing */
};

/* mc_report: RFC 9776 4.2, RFC 9777 5.2; and the older Reports, Leave and Done. */
struct mc_report {
	const uint8_t *octets; /* the records; read them with mc_msg_next */
	uint32_t len;
	uint16_t n;     /* records; 1 in older versions */
	uint16_t flags; /* 0x8000 is E */
	bool leave;     /* IGMPv2 Leave, MLDv1 Done */
};

/* mc_mrd: RFC 4286; the two times and the number are those of an Advertisement, else 0. */
enum mc_mrd_type { MC_MRD_ADVERTISEMENT = 1, MC_MRD_SOLICITATION = 2, MC_MRD_TERMINATION = 3 };

struct mc_mrd {
	uint8_t type;      /* enum mc_mrd_type */
	uint8_t advert;    /* advertisement interval, seconds */
	uint16_t interval; /* query interval, seconds; 0: IGMP or MLD is off there */
	uint16_t robustness;
};

/* mc_msg is one message. Which of query, report and mrd is set, kind tells. */
struct mc_msg {
	size_t size;       /* set by mc_msg_init */
	uint8_t kind;      /* enum mc_kind */
	uint8_t family;    /* MC_IPV4: IGMP; MC_IPV6: MLD */
	uint8_t version;   /* 1 to 3, 1 to 2, as it was on the wire; 0: not a query or report */
	uint8_t type;      /* first octet, as it was */
	uint8_t code;      /* second octet, as it was (IGMP: Max Resp Code, or nothing) */
	uint16_t checksum; /* as it was */
	uint32_t faults;   /* enum mc_fault; those of records are in the records */
	struct mc_ip ip;
	struct mc_query query;
	struct mc_report report;
	struct mc_mrd mrd;
	const uint8_t *octets; /* the whole message, from the type on */
	uint32_t len;
	uint32_t extra; /* octets behind the last field (RFC 9776 4.1.10, 4.2.12); ignored, not encoded */
	bool extended;  /* the E flag is set and they are sound TLVs (RFC 9279) */
};

/* mc_msg_init makes an empty message; call it once before decoding into m or filling it in. All
 * of m.ip is set to "as the RFCs want it". */
void mc_msg_init(struct mc_msg *m);

/* mc_msg_decode reads a message whose outer header is known; ip->protocol says what it is,
 * ip->src and dst are needed by MLD's checksum. payload is all of the IP payload. Returns 0, or
 *   MC_ERR_PROTOCOL  none of IGMP, MLD, MRD, PIM
 *   MC_ERR_SHORT     shorter than any message of its type
 *   MC_ERR_LENGTH    a query as long as no version's (RFC 9776 7.1, RFC 9777 8.1)
 *   MC_ERR_SOURCES   a query that ends before its last source
 *   MC_ERR_RECORDS   a report that ends before its last record
 *   MC_ERR_CONF      without mc_msg_init. */
int mc_msg_decode(struct mc_msg *ret, const struct mc_ip *ip, const void *payload, size_t len);

/* mc_decode reads an IP packet: mc_ip_decode, then mc_msg_decode. */
int mc_decode(struct mc_msg *ret, const void *packet, size_t len);

/* mc_msg_next gives the record at *pos and moves *pos on; set *pos to 0 for the first. False
 * at the end, and for a message that is no report. It cannot fail. */
bool mc_msg_next(const struct mc_msg *m, size_t *pos, struct mc_record *ret);

/* mc_msg_name names a message: "IGMPv3 report", "IGMPv2 leave", "MLDv1 done", "MLDv2 query",
 * "MRD advertisement", "PIM hello", "DVMRP", "IGMP type 0x42". buf holds at least 32. Returns buf. */
#define MC_MSG_NAMELEN 32
char *mc_msg_name(const struct mc_msg *m, char *buf, size_t cap);

/* mc_msg_format writes what a message means as words, without a full stop: "10.0.0.7 leaves
 * 239.1.2.3", "10.0.0.1 asks who is left in 239.1.2.3", "fe80::2 now accepts 2001:db8::9 to
 * ff3e::1234". What buf has no room for is left out, and " ..." stands at its end. Returns buf. */
char *mc_msg_format(const struct mc_msg *m, char *buf, size_t cap);

/* mc_record_format writes the RFCs' form of a record: "TO_EX(239.1.2.3, {10.0.0.9})". */
char *mc_record_format(const struct mc_record *r, char *buf, size_t cap);

/* mc_fault_format says in words what one fault of a message, or of a record of it (r, else
 * NULL), is: "TTL is 64, not 1". Returns buf. */
char *mc_fault_format(uint32_t fault, const struct mc_msg *m, const struct mc_record *r, char *buf,
		      size_t cap);

/* ---- encoding ----------------------------------------------------------------------- */

/* mc_encode writes a message as an IP packet. What is -1 in m->ip, and an address of no family,
 * becomes what the RFCs want: TTL 1, Router Alert, TOS 0xc0, the destination of such a message
 * (RFC 9776 4.1.12, 4.2.15, RFC 9777 5.1.15, 5.2.15); the source is then unspecified. To be set:
 * kind, family, version, and of a query group, sources, max_resp, interval, qrv, suppress (codes
 * are made of them, rounded down; a qrv over 7 becomes 0). A report is one that was decoded: to
 * make one, use mc_writer. Returns the packet's length, or
 *   MC_ERR_ROOM     more than cap octets
 *   MC_ERR_VERSION  no such message in this version: sources in an old query, a Leave in IGMPv1
 *   MC_ERR_GROUP, MC_ERR_SOURCE, MC_ERR_FAMILY   an address that may not stand there
 *   MC_ERR_CONF     without mc_msg_init, or a value out of range.
 * A fault that is set in m->faults (or in a record's) lifts the check of it: with
 * MC_FAULT_CHECKSUM m->checksum is written as it is, with MC_FAULT_SENDER any source goes. */
int mc_encode(void *buf, size_t cap, const struct mc_msg *m);

/* mc_msg_encode writes the message alone, without IP header; MLD's checksum covers m->ip.src
 * and dst. Otherwise as mc_encode. */
int mc_msg_encode(void *buf, size_t cap, const struct mc_msg *m);

/* mc_writer writes one report, record by record, straight into a packet of at most an MTU. Its
 * fields are its own. */
struct mc_writer {
	struct mc_msg head;
	uint8_t *base;
	size_t len, off, body;
	uint16_t n;
	bool full;
};

/* mc_writer_begin starts a report in buf; of head family, version, faults and ip count. cap is
 * the link's MTU, or less. Returns 0, or as mc_encode. head is copied. */
int mc_writer_begin(struct mc_writer *w, void *buf, size_t cap, const struct mc_msg *head);

/* mc_writer_add writes one record and returns how many of its sources were written: all of
 * them where there was room. The first record of a report is cut where it is longer than the
 * room: then the caller goes on with the rest in another report (IS_IN, TO_IN, ALLOW, BLOCK) or
 * leaves it at that (IS_EX, TO_EX), RFC 9776 4.2.17. A later one that does not fit whole, or not
 * even the first without a source where it has some: MC_ERR_ROOM, and nothing is written. Older
 * versions hold one record, IS_EX({}) or TO_IN({}); any other: MC_ERR_VERSION. Otherwise
 * MC_ERR_GROUP, MC_ERR_SOURCE, MC_ERR_FAMILY, MC_ERR_CONF (an unknown type) as mc_encode. */
int mc_writer_add(struct mc_writer *w, const struct mc_record *r);

/* mc_writer_end completes the packet and returns its length; MC_ERR_CONF for an older version's
 * report without its record. A report of no records is allowed (RFC 9776 4.2.6). */
int mc_writer_end(struct mc_writer *w);

#ifdef __cplusplus
}
#endif
#endif
