/*
 * decode.c - fuzzes the decoder: octets as an IP packet, and as the payload of each protocol and family.
 * What is read lies inside the octets, counts agree, and all of it can be put into words in any room.
 */
#include <mcast/msg.h>

#include <stdio.h>

#include "fuzz.h"

#define FAULTS ((1U << 11) - 1)

static const uint8_t addr_len[] = { [MC_IPV4] = 4, [MC_IPV6] = 16 };

static bool is_known(int err)
{
	return err == 0 || err == MC_ERR_IP || err == MC_ERR_OPTIONS || err == MC_ERR_FRAGMENT ||
	       err == MC_ERR_CUT || err == MC_ERR_PROTOCOL || err == MC_ERR_SHORT || err == MC_ERR_LENGTH ||
	       err == MC_ERR_SOURCES || err == MC_ERR_RECORDS;
}

static bool is_inside(const uint8_t *p, size_t n, const uint8_t *octets, size_t len)
{
	return n == 0 || (p >= octets && n <= len && (size_t)(p - octets) <= len - n);
}

static void check_sources(const struct mc_sources *s, const struct mc_msg *m)
{
	size_t n = (size_t)s->n * addr_len[m->family];

	MUST(s->n == 0 || s->family == m->family);
	MUST(is_inside(s->octets, n, m->octets, m->len));
	for (unsigned i = 0; i < s->n; i++) {
		struct mc_addr a = mc_sources_at(s, (uint16_t)i);

		MUST(a.family == m->family);
		MUST(memcmp(a.b, s->octets + i * addr_len[m->family], addr_len[m->family]) == 0);
	}
	if (s->n < UINT16_MAX)
		MUST(mc_sources_at(s, s->n).family == 0);
}

/* In any room there is an end, in more room there is as much or more. */
static void check_words(uint32_t faults, const struct mc_msg *m, const struct mc_record *r)
{
	static const size_t rooms[] = { 1, 2, 5, 31, 400 };
	char buf[400];

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		char *room = malloc(rooms[i]);

		MUST(room);
		MUST(strnlen(mc_msg_format(m, room, rooms[i]), rooms[i]) < rooms[i]);
		MUST(strnlen(mc_msg_name(m, room, rooms[i]), rooms[i]) < rooms[i]);
		if (r)
			MUST(strnlen(mc_record_format(r, room, rooms[i]), rooms[i]) < rooms[i]);
		free(room);
	}
	MUST((faults & ~FAULTS) == 0);
	for (uint32_t f = 1; f <= FAULTS; f <<= 1)
		if (faults & f) {
			MUST(mc_fault_name(f));
			MUST(strnlen(mc_fault_format(f, m, r, buf, sizeof(buf)), sizeof(buf)) > 0);
			MUST(strnlen(mc_fault_format(f, m, r, buf, 9), 9) < 9);
		}
}

static void check_report(const struct mc_msg *m)
{
	struct mc_record r;
	size_t pos = 0, before = 0;
	unsigned n = 0;

	MUST(is_inside(m->report.octets, m->report.len, m->octets, m->len));
	for (; mc_msg_next(m, &pos, &r); n++) {
		MUST(n < m->report.n);
		MUST(pos > before);
		before = pos;
		MUST(r.group.family == m->family);
		MUST(!!(r.faults & MC_FAULT_TYPE) == !mc_record_name(r.type));
		MUST(!!(r.faults & MC_FAULT_GROUP) == !mc_addr_is_multicast(&r.group));
		check_sources(&r.sources, m);
		if (n < 4)
			check_words(r.faults, m, &r);
	}
	MUST(n == m->report.n);
	MUST(!mc_msg_next(m, &pos, &r));
}

static void check_query(const struct mc_msg *m)
{
	MUST(m->query.group.family == m->family);
	check_sources(&m->query.sources, m);
	MUST(m->query.qrv <= 7 && m->query.flags <= 15);
	MUST(m->query.max_resp <= 8387584 * MC_MSEC && m->query.interval <= 31744);
	if (m->version < mc_proto_of(m->family)->newest)
		MUST(m->query.sources.n == 0 && m->query.interval == 0 && m->query.qrv == 0 &&
		     !m->query.suppress);
}

static void check_message(const struct mc_msg *m, const uint8_t *octets, size_t len)
{
	MUST(m->family == MC_IPV4 || m->family == MC_IPV6 || (m->kind == MC_PIM && !m->ip.src.family));
	MUST(is_inside(m->octets, m->len, octets, len));
	MUST(m->len >= 1 && m->type == m->octets[0]);
	MUST(m->extra <= m->len);
	MUST(!m->extended || (m->extra >= 4 && !(m->faults & MC_FAULT_EXTENSION)));
	MUST(m->kind <= MC_PIM);
	MUST((m->version > 0) == (m->kind == MC_QUERY || m->kind == MC_REPORT));
	MUST(m->version == 0 || m->version <= mc_proto_of(m->family)->newest);
	if (m->kind == MC_REPORT)
		check_report(m);
	if (m->kind == MC_QUERY)
		check_query(m);
	check_words(m->faults, m, NULL);
}

/* Untouched where it failed. */
static void check_result(int err, const struct mc_msg *m, const uint8_t *octets, size_t len)
{
	struct mc_msg before;

	MUST(is_known(err));
	if (err == 0) {
		check_message(m, octets, len);
		return;
	}
	mc_msg_init(&before);
	MUST(memcmp(m, &before, sizeof(before)) == 0);
}

static void check_packet(const uint8_t *octets, size_t len)
{
	struct mc_msg m;
	struct mc_ip ip;
	int err = mc_ip_decode(&ip, octets, len), all;

	mc_msg_init(&m);
	all = mc_decode(&m, octets, len);
	check_result(all, &m, octets, len);
	MUST(err == 0 || all == err);
	if (err)
		return;
	MUST((size_t)ip.header + ip.payload <= len);
	MUST(ip.src.family == ip.dst.family && ip.alert >= 0 && ip.ttl >= 0 && ip.tos >= 0);
	if (all == 0)
		MUST(m.octets == octets + ip.header && m.len == ip.payload);
	mc_msg_init(&m);
	MUST(mc_msg_decode(&m, &ip, octets + ip.header, ip.payload) == all);
}

/* Made up: the octets are the payload; half of it may be unknown. */
static void check_payload(uint8_t family, uint8_t protocol, bool known, const uint8_t *octets, size_t len)
{
	struct mc_ip ip = { .ttl = -1, .tos = -1, .alert = -1, .sum_ok = true, .protocol = protocol };
	struct mc_msg m;

	ip.payload = (uint16_t)len;
	if (known) {
		ip.src.family = ip.dst.family = family;
		ip.dst.b[0] = family == MC_IPV4 ? 224 : 255;
		ip.ttl = 1;
		ip.alert = 0;
	}
	mc_msg_init(&m);
	check_result(mc_msg_decode(&m, &ip, octets, len), &m, octets, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t protocols[] = { 2, 58, 103, 17 };

	check_packet(data, size);
	for (size_t i = 0; size <= UINT16_MAX && i < sizeof(protocols); i++) {
		check_payload(MC_IPV4, protocols[i], true, data, size);
		check_payload(MC_IPV6, protocols[i], true, data, size);
		check_payload(MC_IPV4, protocols[i], false, data, size);
	}
	return 0;
}
