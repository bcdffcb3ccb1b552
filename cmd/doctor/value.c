/*
 * value.c - what the left side of a rule's condition is for a packet: meta, payload, ct, fib and whether
 * extension headers are there (nft(8)), and the words that nft has for numbers. It compares nothing.
 *
 * What a first datagram to a group is to connection tracking: new, as nobody answers from a group; MLD is
 * left untracked (nf_conntrack_proto_icmpv6.c); before connection tracking has seen it all is invalid.
 */
#include "doctor/value.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_INVALID = 1, STATE_NEW = 8, STATE_UNTRACKED = 64 };
enum { STATUS_EXPECTED = 1, STATUS_SEEN_REPLY = 2, STATUS_ASSURED = 4, STATUS_DNAT = 32 };
enum { PRIO_CONNTRACK = -200 }; /* NF_IP_PRI_CONNTRACK, whose header is at odds with libc's */
enum { FIB_MULTICAST = 5, PKTTYPE_HOST = 0, PKTTYPE_MULTICAST = 2, IGMP_ALERT_LEAST = 0x12 };

/* ---- words --------------------------------------------------------------------------------- */

static const struct {
	enum words words;
	const char *word;
	uint16_t number;
} dictionary[] = {
	{ WORDS_PROTOCOL, "ip", 0 },
	{ WORDS_PROTOCOL, "hopopt", 0 },
	{ WORDS_PROTOCOL, "icmp", 1 },
	{ WORDS_PROTOCOL, "igmp", 2 },
	{ WORDS_PROTOCOL, "ggp", 3 },
	{ WORDS_PROTOCOL, "ipencap", 4 },
	{ WORDS_PROTOCOL, "ipip", 4 },
	{ WORDS_PROTOCOL, "tcp", 6 },
	{ WORDS_PROTOCOL, "egp", 8 },
	{ WORDS_PROTOCOL, "udp", 17 },
	{ WORDS_PROTOCOL, "dccp", 33 },
	{ WORDS_PROTOCOL, "ipv6", 41 },
	{ WORDS_PROTOCOL, "ipv6-route", 43 },
	{ WORDS_PROTOCOL, "ipv6-frag", 44 },
	{ WORDS_PROTOCOL, "rsvp", 46 },
	{ WORDS_PROTOCOL, "gre", 47 },
	{ WORDS_PROTOCOL, "esp", 50 },
	{ WORDS_PROTOCOL, "ah", 51 },
	{ WORDS_PROTOCOL, "icmpv6", 58 },
	{ WORDS_PROTOCOL, "ipv6-icmp", 58 },
	{ WORDS_PROTOCOL, "ipv6-nonxt", 59 },
	{ WORDS_PROTOCOL, "ipv6-opts", 60 },
	{ WORDS_PROTOCOL, "eigrp", 88 },
	{ WORDS_PROTOCOL, "ospf", 89 },
	{ WORDS_PROTOCOL, "ospfigp", 89 },
	{ WORDS_PROTOCOL, "pim", 103 },
	{ WORDS_PROTOCOL, "comp", 108 },
	{ WORDS_PROTOCOL, "ipcomp", 108 },
	{ WORDS_PROTOCOL, "vrrp", 112 },
	{ WORDS_PROTOCOL, "l2tp", 115 },
	{ WORDS_PROTOCOL, "sctp", 132 },
	{ WORDS_PROTOCOL, "udplite", 136 },
	{ WORDS_ETHERTYPE, "ip", 0x0800 },
	{ WORDS_ETHERTYPE, "arp", 0x0806 },
	{ WORDS_ETHERTYPE, "ip6", 0x86dd },
	{ WORDS_ETHERTYPE, "vlan", 0x8100 },
	{ WORDS_ETHERTYPE, "8021q", 0x8100 },
	{ WORDS_ETHERTYPE, "8021ad", 0x88a8 },
	{ WORDS_NFPROTO, "ipv4", 2 },
	{ WORDS_NFPROTO, "ipv6", 10 },
	{ WORDS_PKTTYPE, "host", 0 },
	{ WORDS_PKTTYPE, "unicast", 0 },
	{ WORDS_PKTTYPE, "broadcast", 1 },
	{ WORDS_PKTTYPE, "multicast", 2 },
	{ WORDS_PKTTYPE, "other", 3 },
	{ WORDS_STATE, "invalid", STATE_INVALID },
	{ WORDS_STATE, "established", 2 },
	{ WORDS_STATE, "related", 4 },
	{ WORDS_STATE, "new", STATE_NEW },
	{ WORDS_STATE, "untracked", STATE_UNTRACKED },
	{ WORDS_STATUS, "expected", STATUS_EXPECTED },
	{ WORDS_STATUS, "seen-reply", STATUS_SEEN_REPLY },
	{ WORDS_STATUS, "assured", STATUS_ASSURED },
	{ WORDS_STATUS, "confirmed", 8 },
	{ WORDS_STATUS, "snat", 16 },
	{ WORDS_STATUS, "dnat", STATUS_DNAT },
	{ WORDS_DIRECTION, "original", 0 },
	{ WORDS_DIRECTION, "reply", 1 },
	{ WORDS_FIB, "unspec", 0 },
	{ WORDS_FIB, "unicast", 1 },
	{ WORDS_FIB, "local", 2 },
	{ WORDS_FIB, "broadcast", 3 },
	{ WORDS_FIB, "anycast", 4 },
	{ WORDS_FIB, "multicast", FIB_MULTICAST },
	{ WORDS_FIB, "blackhole", 6 },
	{ WORDS_FIB, "unreachable", 7 },
	{ WORDS_FIB, "prohibit", 8 },
	{ WORDS_ICMPV6, "destination-unreachable", 1 },
	{ WORDS_ICMPV6, "packet-too-big", 2 },
	{ WORDS_ICMPV6, "time-exceeded", 3 },
	{ WORDS_ICMPV6, "parameter-problem", 4 },
	{ WORDS_ICMPV6, "echo-request", 128 },
	{ WORDS_ICMPV6, "echo-reply", 129 },
	{ WORDS_ICMPV6, "mld-listener-query", 130 },
	{ WORDS_ICMPV6, "mld-listener-report", 131 },
	{ WORDS_ICMPV6, "mld-listener-done", 132 },
	{ WORDS_ICMPV6, "mld-listener-reduction", 132 },
	{ WORDS_ICMPV6, "nd-router-solicit", 133 },
	{ WORDS_ICMPV6, "nd-router-advert", 134 },
	{ WORDS_ICMPV6, "nd-neighbor-solicit", 135 },
	{ WORDS_ICMPV6, "nd-neighbor-advert", 136 },
	{ WORDS_ICMPV6, "nd-redirect", 137 },
	{ WORDS_ICMPV6, "router-renumbering", 138 },
	{ WORDS_ICMPV6, "ind-neighbor-solicit", 141 },
	{ WORDS_ICMPV6, "ind-neighbor-advert", 142 },
	{ WORDS_ICMPV6, "mld2-listener-report", 143 },
	{ WORDS_IGMP, "membership-query", 0x11 },
	{ WORDS_IGMP, "membership-report-v1", 0x12 },
	{ WORDS_IGMP, "membership-report-v2", 0x16 },
	{ WORDS_IGMP, "leave-group", 0x17 },
	{ WORDS_IGMP, "membership-report-v3", 0x22 },
};

static bool number_of_word(enum words words, const char *word, uint64_t *ret)
{
	char *end;

	for (size_t i = 0; i < sizeof dictionary / sizeof *dictionary; i++)
		if (dictionary[i].words == words && strcmp(dictionary[i].word, word) == 0) {
			*ret = dictionary[i].number;
			return true;
		}
	if (*word < '0' || *word > '9')
		return false;
	*ret = strtoull(word, &end, 0);
	return *end == '\0';
}

/* ---- constants ----------------------------------------------------------------------------- */

static bool put_number(uint8_t *to, size_t len, uint64_t n)
{
	for (size_t i = len; i-- > 0; n >>= 8)
		to[i] = (uint8_t)n;
	return n == 0;
}

static bool read_ether(const char *text, uint8_t *ret)
{
	for (int i = 0; i < 6; i++) {
		char *end;
		unsigned long octet = strtoul(text, &end, 16);

		if (end == text || octet > 255 || *end != (i < 5 ? ':' : '\0'))
			return false;
		ret[i] = (uint8_t)octet;
		text = end + 1;
	}
	return true;
}

static bool read_addr(const char *text, size_t len, uint8_t *ret)
{
	struct mc_addr a;

	if (mc_addr_parse(&a, text) || mc_addr_len(&a) != len)
		return false;
	memcpy(ret, a.b, len);
	return true;
}

static bool read_one(const json_t *e, const struct value *v, uint8_t *ret)
{
	uint64_t n = 0;

	if (json_is_boolean(e))
		return put_number(ret, v->len, json_is_true(e));
	if (json_is_integer(e))
		return json_integer_value(e) >= 0 && put_number(ret, v->len, (uint64_t)json_integer_value(e));
	if (!json_is_string(e))
		return false;
	if (v->words == WORDS_ADDR)
		return read_addr(json_string_value(e), v->len, ret);
	if (v->words == WORDS_ETHER)
		return read_ether(json_string_value(e), ret);
	return number_of_word(v->words, json_string_value(e), &n) && put_number(ret, v->len, n);
}

bool value_operand(const json_t *e, const struct value *v, uint8_t ret[16])
{
	const json_t *list = json_is_object(e) ? json_object_get(e, "|") : e;

	if (!json_is_array(list))
		return read_one(e, v, ret);
	memset(ret, 0, 16);
	for (size_t i = 0; i < json_array_size(list); i++) {
		uint8_t one[16];

		if (!read_one(json_array_get(list, i), v, one))
			return false;
		for (size_t k = 0; k < v->len; k++)
			ret[k] |= one[k];
	}
	return json_array_size(list) > 0;
}

/* ---- what the packet is -------------------------------------------------------------------- */

/* A number of len octets of which the bits of `known` are known. */
static void set_bits(struct value *v, enum words words, size_t len, uint64_t n, uint64_t known)
{
	v->kind = VALUE_NUMBER;
	v->words = words;
	v->len = len;
	put_number(v->b, len, n & known);
	put_number(v->known, len, known);
}

static void set_number(struct value *v, enum words words, size_t len, uint64_t n)
{
	set_bits(v, words, len, n, UINT64_MAX);
}

/* Of an address the first `bits` are known. */
static void set_addr(struct value *v, const struct mc_addr *a, size_t len, unsigned bits)
{
	v->kind = VALUE_NUMBER;
	v->words = WORDS_ADDR;
	v->len = len;
	for (size_t i = 0; i < len; i++, bits -= bits < 8 ? bits : 8) {
		v->known[i] = (uint8_t)(0xff00 >> (bits < 8 ? bits : 8));
		v->b[i] = a->b[i] & v->known[i];
	}
}

static void get_source(const struct scene *s, struct value *v)
{
	const struct rules_packet *p = s->packet;
	size_t len = p->family == MC_IPV4 ? 4 : 16;

	set_addr(v, &p->source, len,
		 !p->source.family ? 0 :
		 p->source_len     ? p->source_len :
				     (unsigned)len * 8);
}

static void get_destination(const struct scene *s, struct value *v)
{
	size_t len = s->packet->family == MC_IPV4 ? 4 : 16;

	set_addr(v, &s->packet->destination, len, (unsigned)len * 8);
}

static void get_protocol(const struct scene *s, struct value *v)
{
	set_number(v, WORDS_PROTOCOL, 1, s->packet->protocol);
}

/* MLD's Router Alert is a hop-by-hop option, and so that is the next header (RFC 9777 5). */
static void get_nexthdr(const struct scene *s, struct value *v)
{
	bool mld = s->packet->protocol == IPPROTO_ICMPV6;

	set_number(v, WORDS_PROTOCOL, 1, mld ? IPPROTO_HOPOPTS : s->packet->protocol);
}

static void get_ttl(const struct scene *s, struct value *v)
{
	set_bits(v, WORDS_NONE, 1, s->packet->ttl, s->packet->ttl ? UINT64_MAX : 0);
}

static void get_version(const struct scene *s, struct value *v)
{
	set_number(v, WORDS_NONE, 1, s->packet->family);
}

static void get_port(const struct scene *s, struct value *v)
{
	int32_t port = s->packet->port;

	if (s->packet->protocol == IPPROTO_UDP)
		set_bits(v, WORDS_NONE, 2, (uint64_t)(port < 0 ? 0 : port), port < 0 ? 0 : UINT64_MAX);
}

static void get_type(const struct scene *s, struct value *v)
{
	int type = s->packet->icmp_type;

	set_bits(v, s->packet->protocol == IPPROTO_IGMP ? WORDS_IGMP : WORDS_ICMPV6, 1,
		 (uint64_t)(type < 0 ? 0 : type), type < 0 ? 0 : UINT64_MAX);
}

/* What leaves has no Ethernet header yet. */
static void get_ether(const struct scene *s, struct value *v)
{
	if (!s->packet->in || mc_addr_ether(&s->packet->destination, v->b))
		return;
	v->kind = VALUE_NUMBER;
	v->words = WORDS_ETHER;
	v->len = 6;
	memset(v->known, 0xff, 6);
}

static void get_network(const struct scene *s, struct value *v)
{
	set_number(v, WORDS_ETHERTYPE, 2, s->packet->family == MC_IPV4 ? 0x0800 : 0x86dd);
}

static void get_ethertype(const struct scene *s, struct value *v)
{
	if (s->packet->in)
		get_network(s, v);
}

static void get_nfproto(const struct scene *s, struct value *v)
{
	set_number(v, WORDS_NFPROTO, 1, s->packet->family == MC_IPV4 ? 2 : 10);
}

static void get_pkttype(const struct scene *s, struct value *v)
{
	if (mc_addr_is_multicast(&s->packet->destination))
		set_number(v, WORDS_PKTTYPE, 1, s->packet->in ? PKTTYPE_MULTICAST : PKTTYPE_HOST);
}

static void set_name(struct value *v, const char *name)
{
	v->kind = name && !*name ? VALUE_UNKNOWN : VALUE_NAME;
	v->name = name ? name : "";
}

/* Behind the routing of what leaves, the interface that it came by is told or not, as the kernel's
 * version and the protocol will have it. */
static void get_in(const struct scene *s, struct value *v)
{
	if (s->hook < HOOK_OUTPUT)
		set_name(v, s->packet->in);
	else if (s->hook == HOOK_OUTPUT)
		set_name(v, NULL);
}

static void get_out(const struct scene *s, struct value *v)
{
	set_name(v, s->hook < HOOK_FORWARD ? NULL : s->packet->out);
}

/* ---- connections --------------------------------------------------------------------------- */

static bool is_mld(const struct scene *s)
{
	return s->packet->protocol == IPPROTO_ICMPV6;
}

/* Whether connection tracking has seen the packet at this place. */
static bool is_tracked(const struct scene *s)
{
	if (s->hook == HOOK_INGRESS)
		return false;
	return (s->hook != HOOK_PREROUTING && s->hook != HOOK_OUTPUT) || s->prio > PRIO_CONNTRACK;
}

static void get_state(const struct scene *s, struct value *v)
{
	uint64_t unsure = STATE_NEW | STATE_UNTRACKED;

	if (!is_tracked(s))
		set_bits(v, WORDS_STATE, 4, STATE_INVALID,
			 s->prio < PRIO_CONNTRACK && !s->untracked ? UINT64_MAX : ~(unsure | STATE_INVALID));
	else if (s->bridge)
		set_bits(v, WORDS_STATE, 4, 0, ~(unsure | STATE_INVALID));
	else if (s->untracked && !is_mld(s))
		set_bits(v, WORDS_STATE, 4, 0, ~unsure);
	else
		set_number(v, WORDS_STATE, 4, is_mld(s) ? STATE_UNTRACKED : STATE_NEW);
}

static void get_status(const struct scene *s, struct value *v)
{
	set_bits(v, WORDS_STATUS, 4, 0, STATUS_EXPECTED | STATUS_SEEN_REPLY | STATUS_ASSURED | STATUS_DNAT);
	if (s->mangled)
		v->kind = VALUE_UNKNOWN;
}

static void get_direction(const struct scene *s, struct value *v)
{
	(void)s;
	set_number(v, WORDS_DIRECTION, 1, 0);
}

static void of_ct(const json_t *e, const struct scene *s, struct value *ret)
{
	const char *key = json_string_value(json_object_get(e, "key"));
	bool seen = is_tracked(s) && !s->bridge;

	if (!key)
		return;
	if (strcmp(key, "state") == 0)
		get_state(s, ret);
	else if (seen && is_mld(s))
		ret->kind = VALUE_ABSENT; /* there is no connection to tell anything of */
	else if (seen && !s->untracked && strcmp(key, "status") == 0)
		get_status(s, ret);
	else if (seen && !s->untracked && strcmp(key, "direction") == 0)
		get_direction(s, ret);
}

/* ---- the rest ------------------------------------------------------------------------------ */

typedef void (*getter)(const struct scene *s, struct value *v);

static const struct {
	const char *key;
	getter get;
} metas[] = {
	{ "l4proto", get_protocol }, { "protocol", get_network }, { "nfproto", get_nfproto },
	{ "pkttype", get_pkttype },  { "iif", get_in },           { "iifname", get_in },
	{ "oif", get_out },          { "oifname", get_out },
};

static void of_meta(const json_t *e, const struct scene *s, struct value *ret)
{
	const char *key = json_string_value(json_object_get(e, "key"));

	for (size_t i = 0; key && i < sizeof metas / sizeof *metas; i++)
		if (strcmp(metas[i].key, key) == 0)
			metas[i].get(s, ret);
}

static const struct {
	const char *protocol, *field;
	getter get;
} fields[] = {
	{ "ip", "saddr", get_source },       { "ip", "daddr", get_destination },
	{ "ip", "protocol", get_protocol },  { "ip", "ttl", get_ttl },
	{ "ip", "version", get_version },    { "ip6", "saddr", get_source },
	{ "ip6", "daddr", get_destination }, { "ip6", "nexthdr", get_nexthdr },
	{ "ip6", "hoplimit", get_ttl },      { "ip6", "version", get_version },
	{ "udp", "dport", get_port },        { "th", "dport", get_port },
	{ "igmp", "type", get_type },        { "icmpv6", "type", get_type },
	{ "ether", "daddr", get_ether },     { "ether", "type", get_ethertype },
};

/* Headers by the protocol or the family that has them; nft puts a condition before them that it does not
 * show. */
static const struct {
	const char *name;
	uint8_t family, protocol; /* 0: any */
} headers[] = {
	{ "ip", MC_IPV4, 0 },
	{ "ip6", MC_IPV6, 0 },
	{ "udp", 0, IPPROTO_UDP },
	{ "udplite", 0, IPPROTO_UDPLITE },
	{ "tcp", 0, IPPROTO_TCP },
	{ "icmp", 0, IPPROTO_ICMP },
	{ "icmpv6", 0, IPPROTO_ICMPV6 },
	{ "igmp", 0, IPPROTO_IGMP },
	{ "sctp", 0, IPPROTO_SCTP },
	{ "dccp", 0, IPPROTO_DCCP },
	{ "esp", 0, IPPROTO_ESP },
	{ "ah", 0, IPPROTO_AH },
	{ "comp", 0, IPPROTO_COMP },
	{ "gre", 0, IPPROTO_GRE },
};

static bool lacks_header(const struct rules_packet *p, const char *name)
{
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (strcmp(headers[i].name, name) == 0)
			return (headers[i].family && headers[i].family != p->family) ||
			       (headers[i].protocol && headers[i].protocol != p->protocol);
	return strcmp(name, "arp") == 0;
}

static void of_payload(const json_t *e, const struct scene *s, struct value *ret)
{
	const char *protocol = json_string_value(json_object_get(e, "protocol"));
	const char *field = json_string_value(json_object_get(e, "field"));

	if (!protocol || !field)
		return;
	if (lacks_header(s->packet, protocol)) {
		ret->kind = VALUE_ABSENT;
		return;
	}
	for (size_t i = 0; !s->mangled && i < sizeof fields / sizeof *fields; i++)
		if (strcmp(fields[i].protocol, protocol) == 0 && strcmp(fields[i].field, field) == 0)
			fields[i].get(s, ret);
}

static bool names(const json_t *flags, const char *flag)
{
	const char *one = json_string_value(flags);

	for (size_t i = 0; !one && i < json_array_size(flags); i++) {
		const char *word = json_string_value(json_array_get(flags, i));

		if (word && strcmp(word, flag) == 0)
			return true;
	}
	return one && strcmp(one, flag) == 0;
}

static void of_fib(const json_t *e, const struct scene *s, struct value *ret)
{
	const char *result = json_string_value(json_object_get(e, "result"));

	if (result && strcmp(result, "type") == 0 && names(json_object_get(e, "flags"), "daddr") &&
	    mc_addr_is_multicast(&s->packet->destination) && !s->mangled)
		set_number(ret, WORDS_FIB, 1, FIB_MULTICAST);
}

/* Extension headers: MLD has one, IPv4 none. A datagram is taken to be no fragment, but not sworn to be. */
static void of_exthdr(const json_t *e, const struct scene *s, struct value *ret)
{
	const char *name = json_string_value(json_object_get(e, "name"));
	bool hop_by_hop = name && strcmp(name, "hbh") == 0;

	if (!name || strcmp(name, "frag") == 0)
		return;
	if (s->packet->family == MC_IPV4 || (json_object_get(e, "field") && !(hop_by_hop && is_mld(s))))
		ret->kind = VALUE_ABSENT;
	else if (!json_object_get(e, "field"))
		set_number(ret, WORDS_NONE, 1, hop_by_hop && is_mld(s));
}

/* IGMP has the Router Alert option, but for version 1 (RFC 9776 4). Linux 6.18 does not find it at the
 * hooks of devices. */
static void of_ip_option(const json_t *e, const struct scene *s, struct value *ret)
{
	const char *name = json_string_value(json_object_get(e, "name"));

	if (s->packet->family != MC_IPV4)
		ret->kind = VALUE_ABSENT;
	else if (s->hook == HOOK_INGRESS || s->hook == HOOK_EGRESS || s->bridge)
		return;
	else if (name && strcmp(name, "ra") == 0 && !json_object_get(e, "field") &&
		 s->packet->protocol == IPPROTO_IGMP && s->packet->icmp_type > IGMP_ALERT_LEAST)
		set_number(ret, WORDS_NONE, 1, 1);
}

/* ---- bits ---------------------------------------------------------------------------------- */

static void combine(const json_t *e, const struct scene *s, struct value *ret, char op)
{
	uint8_t with[16];

	value_of(json_array_get(e, 0), s, ret);
	if (ret->kind == VALUE_ABSENT)
		return;
	if (ret->kind != VALUE_NUMBER || json_array_size(e) != 2 ||
	    !value_operand(json_array_get(e, 1), ret, with)) {
		*ret = (struct value){ .kind = VALUE_UNKNOWN };
		return;
	}
	for (size_t i = 0; i < ret->len; i++) {
		if (op == '&')
			ret->known[i] |= (uint8_t)~with[i];
		else if (op == '|')
			ret->known[i] |= with[i];
		ret->b[i] = (uint8_t)(op == '&' ? ret->b[i] & with[i] :
				      op == '|' ? ret->b[i] | with[i] :
						  (ret->b[i] ^ with[i]) & ret->known[i]);
	}
}

static const struct {
	const char *key;
	void (*of)(const json_t *e, const struct scene *s, struct value *ret);
} kinds[] = {
	{ "meta", of_meta }, { "payload", of_payload }, { "ct", of_ct },
	{ "fib", of_fib },   { "exthdr", of_exthdr },   { "ip option", of_ip_option },
};

void value_of(const json_t *e, const struct scene *s, struct value *ret)
{
	*ret = (struct value){ .kind = VALUE_UNKNOWN };
	for (const char *op = "&|^"; *op; op++) {
		const json_t *both = json_object_get(e, (char[]){ *op, 0 });

		if (both) {
			combine(both, s, ret, *op);
			return;
		}
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const json_t *inner = json_object_get(e, kinds[i].key);

		if (inner)
			kinds[i].of(inner, s, ret);
	}
	if (json_object_get(e, "tcp option") || json_object_get(e, "sctp chunk"))
		ret->kind = VALUE_ABSENT;
}
