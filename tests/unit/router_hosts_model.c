/*
 * router_hosts_model.c - explicit tracking at random, beside a model of it that is written from the types of
 * records alone (RFC 9776 4.2.13), and beside a router that tracks nothing and is told the same: what it
 * knows of groups, sends and tells of them must not differ.
 */
#include <stdlib.h>

#include "tracked.h"

enum { GROUPS = 5, HOSTS = 6, SOURCES = 5, ALL = (1 << SOURCES) - 1, DONE = 64 };

/* What a host has told, whatever the group makes of it. */
struct filter {
	bool member;
	enum mc_mode mode;
	uint64_t set;
	mc_time heard;
};

struct model {
	struct tracked with, without;
	uint64_t random;
	unsigned oldest; /* versions there are before the newest */
	struct filter filters[GROUPS][HOSTS];
	bool told[GROUPS][HOSTS];
	bool known[GROUPS]; /* when it was polled last */
};

static unsigned any(struct model *m, unsigned below)
{
	return (unsigned)(next_random(&m->random) % below);
}

static uint32_t group_of(unsigned g)
{
	return g == GROUPS - 1 ? TRACKED_SSM : g;
}

/* ---- the filter ---------------------------------------------------------------------------- */

static struct filter filter_after(struct filter f, unsigned type, uint64_t set)
{
	bool in = !f.member || f.mode == MC_INCLUDE;

	switch (type) {
	case MC_IS_IN:
	case MC_TO_IN:
		return (struct filter){ set != 0, MC_INCLUDE, set, f.heard };
	case MC_IS_EX:
	case MC_TO_EX:
		return (struct filter){ true, MC_EXCLUDE, set, f.heard };
	case MC_ALLOW:
		f.set = in ? f.set | set : f.set & ~set;
		break;
	default:
		f.set = in ? f.set & ~set : f.set | set;
	}
	f.mode = in ? MC_INCLUDE : MC_EXCLUDE;
	f.member = !in || f.set;
	if (!f.member)
		f.set = 0;
	return f;
}

/* A record counts if the group is there behind it, or, of those that this router ignores, before. */
static void hear(struct model *m, unsigned behind, unsigned type, unsigned g, unsigned h, uint64_t set)
{
	struct filter *f = &m->filters[g][h];
	bool ssm = group_of(g) == TRACKED_SSM;

	tracked_hear(&m->with, behind, type, group_of(g), 10 + h, set);
	tracked_hear(&m->without, behind, type, group_of(g), 10 + h, set);
	if (ssm && (behind || type == MC_IS_EX || type == MC_TO_EX))
		return;
	if (!tracked_state(&m->with, group_of(g)).group.family)
		return;
	*f = filter_after(*f, type, set);
	if (f->member)
		f->heard = m->with.now;
}

/* ---- what is told -------------------------------------------------------------------------- */

static bool is_same(const struct mc_action *a, const struct mc_action *b)
{
	return a->kind == b->kind && a->version == b->version && a->present == b->present &&
	       a->self == b->self && a->len == b->len && mc_addr_cmp(&a->group, &b->group) == 0 &&
	       mc_addr_cmp(&a->addr, &b->addr) == 0 && mc_addr_cmp(&a->dst, &b->dst) == 0 &&
	       (!a->len || memcmp(a->octets, b->octets, a->len) == 0);
}

static unsigned slot_of(const struct mc_addr *group)
{
	unsigned g = tracked_number(group) & 0xff;

	return g == TRACKED_SSM ? GROUPS - 1 : g;
}

/* A host leaves unasked when its group has gone, or it was silent. */
static void note_host(struct model *m, const struct mc_action *a)
{
	unsigned g = slot_of(&a->group), h = tracked_number(&a->addr) - 10;
	struct mc_router_status s = { .size = sizeof(s) };
	struct filter *f = &m->filters[g][h];

	assert_true(g < GROUPS && h < HOSTS);
	assert_true(m->told[g][h] != a->present);
	m->told[g][h] = a->present;
	if (!a->expired)
		return;
	assert_true(f->member && !a->present);
	mc_router_status(m->with.r, &s);
	if (tracked_state(&m->with, group_of(g)).group.family)
		assert_true(f->heard + s.group_membership_interval <= m->with.now);
	f->member = false;
	f->set = 0;
}

/* The next action that is not about a host, if the other router gives one, too. */
static bool next_action(struct model *m)
{
	struct mc_action a, b;
	bool given, other;

	mc_action_init(&a);
	mc_action_init(&b);
	while ((given = mc_router_poll(m->with.r, m->with.now, &a)) && a.kind == MC_ACTION_HOST)
		note_host(m, &a);
	other = mc_router_poll(m->without.r, m->with.now, &b);
	assert_int_equal(given, other);
	if (given)
		assert_true(is_same(&a, &b));
	return given;
}

static void check_member(const struct model *m, unsigned g, unsigned h)
{
	const struct filter *f = &m->filters[g][h];
	struct mc_router_host host;

	assert_int_equal(tracked_find(&m->with, group_of(g), 10 + h, &host), f->member);
	assert_int_equal(m->told[g][h], f->member);
	assert_int_equal(tracked_list(&m->with, group_of(g), 10 + h), f->set);
	if (!f->member)
		return;
	assert_int_equal(host.mode, f->mode);
	assert_true(host.heard <= f->heard && f->heard - host.heard < MC_SEC);
	assert_true(f->heard + 270 * MC_SEC * 9 / 8 >= m->with.now);
}

static void check_group(const struct model *m, unsigned g)
{
	struct mc_router_group a = tracked_state(&m->with, group_of(g));
	struct mc_router_group b = tracked_state(&m->without, group_of(g));
	struct mc_addr addr = tracked_group(m->with.family, group_of(g));
	struct mc_router_source s, t;
	uint32_t n = 0, pos = 0;

	for (unsigned h = 0; h < HOSTS; h++) {
		check_member(m, g, h);
		n += m->filters[g][h].member;
	}
	assert_int_equal(a.hosts, n);
	for (struct mc_router_host h = { .size = sizeof(h) }; n; n--)
		assert_true(mc_router_host_next(m->with.r, &addr, &pos, &h));
	assert_int_equal(mc_addr_cmp(&a.group, &b.group), 0);
	assert_true(a.mode == b.mode && a.version == b.version && a.queries == b.queries);
	assert_true(a.sources == b.sources && a.excluded == b.excluded && a.expires == b.expires);
	assert_true(a.older[0] == b.older[0] && a.older[1] == b.older[1]);
	for (uint32_t i = 0; i < a.sources; i++) {
		assert_true(mc_router_source(m->with.r, &addr, i, &s));
		assert_true(mc_router_source(m->without.r, &addr, i, &t));
		assert_true(mc_addr_cmp(&s.addr, &t.addr) == 0 && s.expires == t.expires &&
			    s.queries == t.queries);
	}
}

static void poll(struct model *m)
{
	uint64_t hosts = 0;

	while (next_action(m))
		;
	for (unsigned g = 0; g < GROUPS; g++) {
		check_group(m, g);
		hosts += tracked_state(&m->with, group_of(g)).hosts;
	}
	assert_int_equal(tracked_hosts(&m->with), hosts);
	assert_true(mc_router_deadline(m->with.r) > m->with.now);
	assert_true(mc_router_deadline(m->with.r) <= mc_router_deadline(m->without.r));
}

/* ---- steps --------------------------------------------------------------------------------- */

/* What the routers have in common is done at the same times. */
static void pass(struct model *m, mc_time wait)
{
	mc_time until = m->with.now + wait, next;

	while ((next = mc_router_deadline(m->with.r)) <= until) {
		m->with.now = m->without.now = next;
		poll(m);
	}
	m->with.now = m->without.now = until;
	poll(m);
}

static void query(struct model *m)
{
	struct mc_msg q = speech_head(m->with.family, MC_QUERY, 0, 1 + any(m, 90));
	uint8_t packet[SPEECH_PACKET];
	int len;

	q.query.group.family = m->with.family;
	if (any(m, 2))
		q.query.group = tracked_group(m->with.family, group_of(any(m, GROUPS)));
	q.query.max_resp = MC_SEC;
	q.query.qrv = 2;
	q.query.interval = 125;
	len = mc_encode(packet, sizeof(packet), &q);
	speech_hear(m->with.r, packet, len, m->with.now);
	speech_hear(m->without.r, packet, len, m->with.now);
}

static void step(struct model *m)
{
	unsigned what = any(m, 100), g = any(m, GROUPS), h = any(m, HOSTS);

	if (what < 70)
		hear(m, 0, MC_IS_IN + any(m, MC_BLOCK), g, h, any(m, 3) ? any(m, 1 << SOURCES) : 0);
	else if (what < 76)
		hear(m, 1 + any(m, m->oldest), MC_IS_EX, g, h, 0);
	else if (what < 82)
		hear(m, 1, MC_TO_IN, g, h, 0);
	else if (what < 84)
		query(m);
	if (any(m, 8)) /* else there are several at once */
		poll(m);
	if (what >= 84) {
		poll(m);
		pass(m, any(m, 20) ? any(m, 20000) * MC_MSEC : any(m, 600) * MC_SEC);
	}
}

static void run(uint8_t family, uint64_t seed, unsigned steps)
{
	struct model m = { .with = tracked_of(family, 1000), .without = tracked_of(family, 0) };

	m.random = seed;
	m.oldest = mc_proto_of(family)->newest - 1U;
	m.with.conf.addr = m.without.conf.addr = speech_node(family, 50);
	m.with.conf.query_interval = m.without.conf.query_interval = 125 * MC_SEC;
	assert_int_equal(mc_router_new(&m.with.r, &m.with.conf, m.with.now), 0);
	assert_int_equal(mc_router_new(&m.without.r, &m.without.conf, m.without.now), 0);
	poll(&m);
	while (steps--)
		step(&m);
	for (unsigned which = 0; which < MC_COUNTS; which++)
		assert_int_equal(mc_router_count(m.with.r, which), mc_router_count(m.without.r, which));
	poll(&m);
	pass(&m, 2000 * MC_SEC);
	assert_int_equal(tracked_hosts(&m.with), 0);
	mc_router_free(m.with.r);
	mc_router_free(m.without.r);
}

static void test_at_random(void **given)
{
	for (uint64_t seed = 1; seed <= 40; seed++)
		run(family_of(given), seed, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
