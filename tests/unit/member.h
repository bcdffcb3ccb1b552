/*
 * member.h - a host role under test: groups and sources are numbers, sets of sources are bits, what sockets
 * want is merged as RFC 9776 3.2 is written, and what the host says is records with bits. It serves both
 * families.
 */
#ifndef TEST_MEMBER_H
#define TEST_MEMBER_H

#include <stdbool.h>
#include <string.h>

#include <mcast/host.h>

#include "check.h"
#include "family.h"
#include "wire.h"

enum { SOCKETS = 4, SOURCES_MOST = 40, GROUPS = 7, SAID_MOST = 64 };

/* What kind a group of a number is: only of the last two nothing is ever said. */
enum { ANY, OTHER, LOCAL, SSM, SSM_OTHER, NODES, INNER };

#define BIT(n) (UINT64_C(1) << (n))

struct filter {
	enum mc_mode mode;
	uint64_t set;
};

static const struct filter nothing = { MC_INCLUDE, 0 };

struct sockets {
	bool on[SOCKETS];
	struct filter f[SOCKETS];
};

struct said {
	uint8_t type;
	int group;
	uint64_t set;
};

struct member {
	struct mc_host *h;
	const struct mc_proto *proto;
	struct mc_host_conf conf;
	mc_time now;
	struct sockets sockets[GROUPS];
	struct said said[SAID_MOST]; /* since the last drain */
	unsigned n_said, packets;
};

/* ---- numbers ------------------------------------------------------------------------------- */

static inline struct mc_addr group_at(const struct mc_proto *p, int n)
{
	static const char *const v4[] = { "239.1.0.1", "225.9.9.9", "224.0.0.251", "232.1.0.1",
					  "232.9.0.2", "224.0.0.1", "224.0.0.1" };
	static const char *const v6[] = { "ff15::1",      "ff0e::2", "ff02::fb", "ff3e::8000:1",
					  "ff35::8000:2", "ff02::1", "ff01::5" };

	return wire_addr((p->family == MC_IPV4 ? v4 : v6)[n]);
}

static inline bool is_ssm(int group)
{
	return group == SSM || group == SSM_OTHER;
}

/* Source n, from 0; in no order of the sets' bits but that of addresses. */
static inline struct mc_addr source_at(const struct mc_proto *p, unsigned n)
{
	struct mc_addr a = wire_addr(p->family == MC_IPV4 ? "192.0.2.1" : "2001:db8::1");

	a.b[mc_addr_len(&a) - 1] = (uint8_t)(n + 1);
	return a;
}

static inline struct mc_addr host_at(const struct mc_proto *p, unsigned n)
{
	struct mc_addr a = wire_addr(p->family == MC_IPV4 ? "10.0.0.0" : "fe80::");

	a.b[mc_addr_len(&a) - 1] = (uint8_t)n;
	return a;
}

static inline int group_number(const struct mc_proto *p, const struct mc_addr *a)
{
	for (int i = 0; i < GROUPS; i++) {
		struct mc_addr g = group_at(p, i);

		if (mc_addr_cmp(&g, a) == 0)
			return i;
	}
	return -1;
}

static inline uint64_t bit_of(const struct mc_proto *p, const struct mc_addr *a)
{
	unsigned n = a->b[p->addr_len - 1] - 1u;
	struct mc_addr s = source_at(p, n);

	return n < SOURCES_MOST && mc_addr_cmp(a, &s) == 0 ? BIT(n) : 0;
}

/* The addresses of a set, `twice` as often; returns how many. */
static inline size_t addrs_of(const struct mc_proto *p, uint64_t set, bool twice, struct mc_addr *room)
{
	size_t n = 0;

	for (unsigned i = SOURCES_MOST; i--;)
		if (set >> i & 1)
			room[n++] = source_at(p, i);
	for (size_t i = 0, half = n; twice && i < half; i++)
		room[n++] = room[half - 1 - i];
	return n;
}

/* ---- what is wanted ------------------------------------------------------------------------ */

/* RFC 9776 3.2, source by source: EXCLUDE wants what it does not list. */
static inline struct filter merged(const struct sockets *s)
{
	struct filter ret = nothing;
	uint64_t in_all = UINT64_MAX, wanted = 0;

	for (unsigned i = 0; i < SOCKETS; i++) {
		if (s->on[i] && s->f[i].mode == MC_EXCLUDE) {
			ret.mode = MC_EXCLUDE;
			in_all &= s->f[i].set;
		} else if (s->on[i]) {
			wanted |= s->f[i].set;
		}
	}
	ret.set = ret.mode == MC_EXCLUDE ? in_all & ~wanted : wanted;
	return ret;
}

static inline bool is_nothing(struct filter f)
{
	return f.mode == MC_INCLUDE && !f.set;
}

/* Whether it wants a source, or with bit 0 any that nobody names. */
static inline bool wants(struct filter f, uint64_t bit)
{
	return (f.mode == MC_INCLUDE) == ((f.set & bit) != 0);
}

static inline void set_socket(struct sockets *s, unsigned i, struct filter f)
{
	s->on[i] = !is_nothing(f);
	s->f[i] = f;
}

/* What the host says that its interface's filter is. */
static inline struct filter filter_of(const struct mc_host *h, const struct mc_proto *p, int group)
{
	struct mc_addr g = group_at(p, group), last = { 0 }, a;
	struct mc_host_group state = { .size = sizeof(state) };
	struct filter f = nothing;
	uint32_t n = 0;

	if (!mc_host_group(h, &g, &state))
		return f;
	f.mode = state.mode;
	for (; (a = mc_host_source(h, &g, n)).family; n++, last = a) {
		assert_true(n == 0 || mc_addr_cmp(&last, &a) < 0);
		assert_true(bit_of(p, &a));
		f.set |= bit_of(p, &a);
	}
	assert_int_equal(n, state.sources);
	assert_true(state.sockets && !is_nothing(f));
	return f;
}

static inline int ask_for(struct member *m, int group, unsigned socket, struct filter f, bool twice)
{
	struct mc_addr room[2 * SOURCES_MOST], g = group_at(m->proto, group);
	size_t n = addrs_of(m->proto, f.set, twice, room);

	return mc_host_listen(m->h, socket * 1000003, &g, f.mode, room, n, m->now);
}

/* ---- what is said -------------------------------------------------------------------------- */

static inline uint64_t bits_of(const struct mc_proto *p, const struct mc_sources *s)
{
	uint64_t set = 0;

	for (uint16_t i = 0; i < s->n; i++) {
		struct mc_addr a = mc_sources_at(s, i);

		assert_true(bit_of(p, &a) && !(set & bit_of(p, &a)));
		set |= bit_of(p, &a);
	}
	return set;
}

/* Parts of one list, in several packets, are one record. */
static inline void note_record(struct member *m, uint8_t type, int group, uint64_t set)
{
	struct said *last = m->n_said ? &m->said[m->n_said - 1] : NULL;

	if (last && last->type == type && last->group == group) {
		assert_true(type != MC_IS_EX && type != MC_TO_EX && set && !(last->set & set));
		last->set |= set;
		return;
	}
	assert_in_range(m->n_said, 0, SAID_MOST - 1);
	m->said[m->n_said++] = (struct said){ type, group, set };
}

/* What every packet of a host is: IGMP3-H-010, -049, -057, MLD2-H-001. MLD2-H-008: without an address of
 * its own it sends from none, which is what one may do, and yet a fault. */
static inline void check_packet(const struct member *m, const struct mc_msg *msg, const struct mc_action *a)
{
	struct mc_addr none = { .family = m->proto->family };
	bool may = m->proto->link_local && !m->conf.addr.family;

	assert_int_equal(msg->faults, may ? MC_FAULT_SENDER : 0);
	assert_int_equal(msg->kind, MC_REPORT);
	assert_int_equal(msg->version, a->version);
	assert_int_equal(msg->extra, 0);
	assert_true(a->len <= m->conf.mtu && msg->report.n > 0);
	assert_int_equal(mc_addr_cmp(&msg->ip.dst, &a->dst), 0);
	assert_int_equal(mc_addr_cmp(&msg->ip.src, m->conf.addr.family ? &m->conf.addr : &none), 0);
}

static inline void note_packet(struct member *m, const struct mc_action *a)
{
	struct mc_record r;
	struct mc_msg msg;
	uint8_t *block;
	size_t pos = 0;

	assert_int_equal(wire_decode(&msg, &block, a->octets, a->len), 0);
	check_packet(m, &msg, a);
	m->packets++;
	while (mc_msg_next(&msg, &pos, &r)) {
		int group = group_number(m->proto, &r.group);

		assert_true(group >= 0 && group != NODES && group != INNER);
		assert_int_equal(r.faults, 0);
		assert_true(!is_ssm(group) || a->version < m->proto->newest ||
			    (r.type != MC_IS_EX && r.type != MC_TO_EX)); /* IGMP3-H-063 */
		note_record(m, r.type, group, bits_of(m->proto, &r.sources));
	}
	free(block);
}

/* The next action, with those that send noted. */
static inline bool next_action(struct member *m, struct mc_action *ret)
{
	mc_action_init(ret);
	if (!mc_host_poll(m->h, m->now, ret)) {
		assert_true(mc_host_deadline(m->h) > m->now);
		return false;
	}
	if (ret->kind == MC_ACTION_SEND)
		note_packet(m, ret);
	return true;
}

static inline void forget(struct member *m)
{
	m->n_said = m->packets = 0;
}

/* Takes a record out of what was said; false: it was not. */
static inline bool take_said(struct member *m, uint8_t type, int group, uint64_t *ret_set)
{
	for (unsigned i = 0; i < m->n_said; i++)
		if (m->said[i].type == type && m->said[i].group == group) {
			*ret_set = m->said[i].set;
			memmove(m->said + i, m->said + i + 1, (m->n_said - i - 1) * sizeof(*m->said));
			m->n_said--;
			return true;
		}
	return false;
}

static inline void begin_member(struct member *m, const struct mc_host_conf *conf)
{
	*m = (struct member){ .proto = mc_proto_of(conf->family), .conf = *conf, .now = 1000 * MC_SEC };
	assert_int_equal(mc_host_new(&m->h, conf, m->now), 0);
}

#endif
