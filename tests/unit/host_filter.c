/*
 * host_filter.c - the filters of sockets, merged by the host role and by the text of RFC 9776 3.2, and what
 * it says of each change by table 3 of 5.1, at once and again: random requests over four sockets and five
 * sources.
 */
#include <errno.h>

#include "member.h"

enum { SOURCES = 5, ROUNDS = 20000, MAX_SOURCES = 3, MAX_GROUPS = 2 };

struct bench {
	struct member m;
	uint64_t random;
	unsigned robustness;
	unsigned told, silent, refused; /* so that a run that does nothing is seen */
};

static unsigned below(struct bench *b, unsigned n)
{
	return (unsigned)(next_random(&b->random) >> 32) % n;
}

/* ---- what is to be said -------------------------------------------------------------------- */

/* Table 3; IGMP3-H-013 to -018. Returns how many records. */
static unsigned table_3(struct filter was, struct filter is, int group, struct said *ret)
{
	uint64_t allow = was.mode == MC_INCLUDE ? is.set & ~was.set : was.set & ~is.set;
	uint64_t block = was.mode == MC_INCLUDE ? was.set & ~is.set : is.set & ~was.set;
	unsigned n = 0;

	if (was.mode != is.mode) {
		ret[n++] = (struct said){ is.mode == MC_EXCLUDE ? MC_TO_EX : MC_TO_IN, group, is.set };
		return n;
	}
	if (allow)
		ret[n++] = (struct said){ MC_ALLOW, group, allow };
	if (block)
		ret[n++] = (struct said){ MC_BLOCK, group, block };
	return n;
}

/* All that is due now is one report with these records, or, where there are none, none. */
static void check_said(struct bench *b, const struct said *want, unsigned n)
{
	struct mc_action a;

	forget(&b->m);
	while (next_action(&b->m, &a))
		assert_int_equal(a.kind, MC_ACTION_SEND);
	assert_int_equal(b->m.n_said, n);
	assert_int_equal(b->m.packets, n > 0);
	for (unsigned i = 0; i < n; i++) {
		uint64_t set = 0;

		assert_true(take_said(&b->m, want[i].type, want[i].group, &set));
		assert_true(set == want[i].set);
	}
}

/* IGMP3-H-020, -021: now, and again robustness - 1 times, and then no more. */
static void check_series(struct bench *b, const struct said *want, unsigned n)
{
	check_said(b, want, n);
	for (unsigned i = 1; n && i < b->robustness; i++) {
		mc_time due = mc_host_deadline(b->m.h);

		assert_in_range(due - b->m.now, 1, b->m.conf.unsolicited_report_interval);
		b->m.now = due;
		check_said(b, want, n);
	}
	assert_true(mc_host_deadline(b->m.h) == MC_NEVER);
}

/* ---- requests ------------------------------------------------------------------------------ */

static unsigned groups_now(const struct bench *b)
{
	unsigned n = 0;

	for (int g = 0; g < GROUPS; g++)
		n += !is_nothing(merged(&b->m.sockets[g]));
	return n;
}

/* RFC 4604 2.1 and the limits. */
static int verdict(const struct bench *b, int group, struct filter f, const struct sockets *next)
{
	const struct mc_host_conf *c = &b->m.conf;

	if (f.mode == MC_EXCLUDE && is_ssm(group))
		return -EINVAL;
	if ((unsigned)__builtin_popcountll(f.set) > c->max_sources)
		return -ENOBUFS;
	if (is_nothing(merged(&b->m.sockets[group])) && !is_nothing(f) && groups_now(b) >= c->max_groups)
		return -ENOBUFS;
	return (unsigned)__builtin_popcountll(merged(next).set) > c->max_sources ? -ENOBUFS : 0;
}

static void check_filters(const struct bench *b)
{
	struct mc_host_status s = { .size = sizeof(s) };

	for (int g = 0; g < GROUPS; g++) {
		struct filter want, got;

		if (g == INNER && b->m.proto->family == MC_IPV4)
			continue; /* the same address as NODES */
		want = merged(&b->m.sockets[g]);
		got = filter_of(b->m.h, b->m.proto, g);
		assert_int_equal(got.mode, want.mode);
		assert_true(got.set == want.set);
	}
	mc_host_status(b->m.h, &s);
	assert_int_equal(s.groups, groups_now(b));
}

static const int some[] = { ANY, OTHER, SSM, NODES };

static void request(struct bench *b)
{
	int group = some[below(b, COUNT(some))];
	unsigned socket = below(b, SOCKETS), n = 0;
	struct filter f = { below(b, 2) ? MC_EXCLUDE : MC_INCLUDE, below(b, 1 << SOURCES) };
	struct sockets next = b->m.sockets[group];
	struct filter was = merged(&next);
	struct said want[2];
	int err;

	set_socket(&next, socket, f);
	err = verdict(b, group, f, &next);
	assert_int_equal(ask_for(&b->m, group, socket, f, below(b, 2)), err);
	if (!err)
		b->m.sockets[group] = next;
	if (group != NODES)
		n = table_3(was, merged(&b->m.sockets[group]), group, want);
	check_filters(b);
	check_series(b, want, n);
	b->refused += err != 0;
	b->told += n > 0;
	b->silent += !err && !n;
}

static void run(uint8_t family, unsigned robustness, bool limited)
{
	struct mc_host_conf conf;
	struct bench b = { .random = robustness, .robustness = robustness };

	mc_host_conf_init(&conf, family);
	conf.robustness = (uint8_t)robustness;
	conf.addr = host_at(mc_proto_of(family), 1);
	if (limited) {
		conf.max_sources = MAX_SOURCES;
		conf.max_groups = MAX_GROUPS;
	}
	begin_member(&b.m, &conf);
	for (unsigned i = 0; i < ROUNDS; i++) {
		b.m.now += below(&b, 3) * MC_MSEC;
		request(&b);
	}
	mc_host_free(b.m.h);
	assert_true(b.told > ROUNDS / 50 && b.silent > ROUNDS / 50 && b.refused > ROUNDS / 20);
}

/* IGMP3-H-001 to -007, -013 to -021, -063, MLD2-H-005. */
static void test_merged(void **given)
{
	for (unsigned robustness = 1; robustness <= 3; robustness++)
		run(family_of(given), robustness, false);
}

/* IGMP3-H-006. */
static void test_limits(void **given)
{
	run(family_of(given), 2, true);
}

/* IGMP3-H-003: the example of RFC 9776 3.2. */
static void test_example(void **given)
{
	const struct said first[] = { { MC_TO_EX, ANY, 0xf } }, second[] = { { MC_ALLOW, ANY, 0x1 } },
			  third[] = { { MC_ALLOW, ANY, 0x8 } }, last[] = { { MC_ALLOW, ANY, 0x6 } };
	struct bench b = { .robustness = 2 };
	struct mc_host_conf conf;

	mc_host_conf_init(&conf, family_of(given));
	begin_member(&b.m, &conf);
	assert_int_equal(ask_for(&b.m, ANY, 0, (struct filter){ MC_EXCLUDE, 0xf }, false), 0);
	check_series(&b, first, 1);
	assert_int_equal(ask_for(&b.m, ANY, 1, (struct filter){ MC_EXCLUDE, 0x1e }, false), 0);
	check_series(&b, second, 1);
	assert_int_equal(ask_for(&b.m, ANY, 2, (struct filter){ MC_INCLUDE, 0x38 }, false), 0);
	check_series(&b, third, 1);
	assert_true(filter_of(b.m.h, b.m.proto, ANY).set == 0x6);
	assert_int_equal(ask_for(&b.m, ANY, 3, (struct filter){ MC_EXCLUDE, 0 }, false), 0);
	check_series(&b, last, 1);
	assert_int_equal(filter_of(b.m.h, b.m.proto, ANY).mode, MC_EXCLUDE);
	mc_host_free(b.m.h);
}

/* What no host can do, whatever else is asked with it, changes nothing and says nothing. */
static void test_refused(void **given)
{
	struct bench b = { .robustness = 2 };
	struct mc_addr group, source, foreign, none = { 0 };
	const struct said join[] = { { MC_TO_EX, ANY, 0x3 } };
	struct mc_host_conf conf;

	mc_host_conf_init(&conf, family_of(given));
	begin_member(&b.m, &conf);
	set_socket(&b.m.sockets[ANY], 0, (struct filter){ MC_EXCLUDE, 0x3 });
	assert_int_equal(ask_for(&b.m, ANY, 0, b.m.sockets[ANY].f[0], false), 0);
	check_series(&b, join, 1);
	group = group_at(b.m.proto, ANY);
	source = source_at(b.m.proto, 0);
	foreign = wire_addr(b.m.proto->family == MC_IPV4 ? "ff15::1" : "239.1.0.1");
	assert_int_equal(mc_host_listen(b.m.h, 0, &source, MC_EXCLUDE, NULL, 0, b.m.now), MC_ERR_GROUP);
	assert_int_equal(mc_host_listen(b.m.h, 0, &foreign, MC_EXCLUDE, NULL, 0, b.m.now), MC_ERR_GROUP);
	assert_int_equal(mc_host_listen(b.m.h, 0, &none, MC_INCLUDE, NULL, 0, b.m.now), MC_ERR_GROUP);
	assert_int_equal(mc_host_listen(b.m.h, 0, &group, MC_INCLUDE, &group, 1, b.m.now), MC_ERR_SOURCE);
	assert_int_equal(mc_host_listen(b.m.h, 0, &group, MC_EXCLUDE, &none, 1, b.m.now), MC_ERR_SOURCE);
	none.family = conf.family;
	assert_int_equal(mc_host_listen(b.m.h, 0, &group, MC_EXCLUDE, &none, 1, b.m.now), MC_ERR_SOURCE);
	assert_int_equal(mc_host_listen(b.m.h, 0, &group, (enum mc_mode)7, &source, 1, b.m.now), -EINVAL);
	check_filters(&b);
	check_series(&b, NULL, 0);
	mc_host_free(b.m.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_merged),
		BOTH(test_limits),
		BOTH(test_example),
		BOTH(test_refused),
	};

	return cmocka_run_group_tests_name("host_filter", tests, NULL, NULL);
}
