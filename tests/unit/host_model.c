/*
 * host_model.c - the host role beside host_rfc.h: random requests, queries, others' reports, junk and times,
 * in all versions and both families. MCAST_STEPS: how many steps a seed has.
 */
#include <errno.h>

#include "host_rfc.h"

enum { STEPS = 20000, RUN = 2000, SEEDS = 3, QUIET = 5000, PACKET = 1500 };

/* ---- what is done -------------------------------------------------------------------------- */

static void drain(struct run *r)
{
	struct mc_action a;

	check_version(r);
	forget(&r->m);
	while (next_action(&r->m, &a)) {
		MUST(r, a.kind == MC_ACTION_SEND || a.kind == MC_ACTION_VERSION || a.kind == MC_ACTION_WARN);
		MUST(r, a.kind == MC_ACTION_WARN || a.version == r->version);
		r->turned &= a.kind != MC_ACTION_VERSION;
	}
	MUST(r, !r->turned);
	for (int n = 0; n < GROUPS; n++) {
		if (is_newest(r)) {
			check_changes(r, n);
			check_answer(r, n);
		} else {
			check_older(r, n);
		}
	}
	check_response(r);
	MUST(r, !r->m.n_said);
}

static void go_on(struct run *r, mc_time until)
{
	while (mc_host_deadline(r->m.h) <= until) {
		r->m.now = mc_host_deadline(r->m.h);
		drain(r);
	}
	r->m.now = until;
	drain(r);
}

static void pass_time(struct run *r)
{
	static const mc_time most[] = { 50 * MC_MSEC, 50 * MC_MSEC, 1500 * MC_MSEC, 1500 * MC_MSEC,
					12 * MC_SEC,  130 * MC_SEC, 450 * MC_SEC };
	unsigned what = below(r, 4) ? below(r, 4) : below(r, COUNT(most));

	go_on(r, r->m.now + 1 + next_random(&r->random) % most[what]);
}

static uint64_t random_set(struct run *r)
{
	uint64_t set = next_random(&r->random);

	if (below(r, 2))
		set &= next_random(&r->random);
	return below(r, 4) ? set & (BIT(r->sources) - 1) : 0;
}

/* A third of the requests end what a socket wanted. */
static struct filter random_filter(struct run *r)
{
	struct filter f = { below(r, 2) ? MC_EXCLUDE : MC_INCLUDE, random_set(r) };

	return below(r, 3) ? f : nothing;
}

static void listen(struct run *r)
{
	int n = (int)below(r, GROUPS - (r->m.proto->family == MC_IPV4));
	struct filter f = random_filter(r), was = now_of(r, n), is;
	struct mc_host_group s = { .size = sizeof(s) };
	struct mc_addr addr = group_at(r->m.proto, n);
	unsigned socket = below(r, 1 + below(r, SOCKETS));
	bool had = mc_host_group(r->m.h, &addr, &s), refused = f.mode == MC_EXCLUDE && is_ssm(n);

	MUST(r, had == !is_nothing(was));
	MUST(r, ask_for(&r->m, n, socket, f, below(r, 2)) == (refused ? -EINVAL : 0));
	if (!refused)
		set_socket(&r->m.sockets[n], socket, f);
	is = filter_of(r->m.h, r->m.proto, n);
	MUST(r, is.mode == now_of(r, n).mode && is.set == now_of(r, n).set);
	if (!tells(r, n))
		return;
	if (!is_newest(r))
		begin_older(r, n, had, had && s.last_reporter);
	else
		begin_change(r, n, was, is);
	if (is_newest(r) && !had && !is_nothing(is))
		rejoined(r, n);
}

/* A query that was on the wire; false: one that this version cannot say. */
static bool make_query(struct run *r, int n, uint8_t *packet, struct mc_msg *ret)
{
	static const mc_time most[] = { 100 * MC_MSEC, MC_SEC, 5 * MC_SEC, 10 * MC_SEC };
	struct mc_addr list[SOURCES_MOST];
	uint8_t room[SOURCES_MOST * 16];
	int len;

	*ret = (struct mc_msg){ .size = 0 };
	mc_msg_init(ret);
	ret->kind = MC_QUERY;
	ret->family = r->m.proto->family;
	ret->version = below(r, 5) ? r->m.proto->newest : (uint8_t)(1 + below(r, r->m.proto->newest - 1u));
	ret->ip.src = host_at(r->m.proto, 200);
	if (n >= 0)
		ret->query.group = group_at(r->m.proto, n);
	if (n >= 0 && below(r, 2) && ret->version == r->m.proto->newest)
		mc_sources_pack(&ret->query.sources, room, sizeof(room), list,
				addrs_of(r->m.proto, random_set(r), false, list));
	ret->query.max_resp = below(r, 20) ? most[below(r, COUNT(most))] : 0;
	ret->query.qrv = below(r, 4) ? 0 : (uint8_t)below(r, 5);
	ret->query.interval = below(r, 2) ? 0 : 20 + below(r, 100);
	len = mc_encode(packet, PACKET, ret);
	if (len < 0)
		return false;
	mc_msg_init(ret);
	MUST(r, mc_decode(ret, packet, (size_t)len) == 0);
	return true;
}

static void heard_query(struct run *r, const struct mc_msg *m, int n)
{
	if (m->version < r->m.conf.version) {
		if (n < 0 && r->m.conf.compatible)
			older_heard(r, m);
	} else if (m->version == r->m.proto->newest) {
		if (n < 0)
			r->interval = m->query.interval * MC_SEC;
		if (is_newest(r))
			r->heard = m->query.qrv;
	}
	if (is_newest(r))
		query_newest(r, m, n);
	else
		query_older(r, m, n);
}

static void query(struct run *r)
{
	int n = below(r, 3) ? (int)below(r, GROUPS) : -1;
	uint8_t packet[PACKET];
	struct mc_msg m;

	if (!make_query(r, n, packet, &m))
		return;
	if (n >= 0)
		n = mc_addr_is_unspecified(&m.query.group) ? -1 : group_number(r->m.proto, &m.query.group);
	r->draws = 0;
	mc_host_input(r->m.h, &m, r->m.now);
	heard_query(r, &m, n);
}

/* Whatever has such a fault does nothing: IGMP-C-007, IGMP3-H-045, -046, MLD2-H-003, -004. */
static void junk(struct run *r)
{
	uint8_t packet[PACKET];
	struct mc_msg m;

	if (!make_query(r, -1, packet, &m))
		return;
	if (r->m.proto->family == MC_IPV6 && below(r, 2))
		m.ip.src = source_at(r->m.proto, 1);
	else if (r->m.proto->family == MC_IPV4 && below(r, 2))
		m.ip.dst = group_at(r->m.proto, ANY);
	else if (r->m.proto->family == MC_IPV6 || m.version > 1)
		m.faults |= below(r, 2) ? MC_FAULT_ALERT : MC_FAULT_CHECKSUM;
	else
		m.faults |= MC_FAULT_IP_CHECKSUM;
	mc_host_input(r->m.h, &m, r->m.now);
}

/* Another host's: IGMP2-H-004, -005, MLD1-H-002, DEC-24; in the newest version IGMP3-H-043, -060. */
static void report(struct run *r)
{
	int n = (int)below(r, GROUPS);
	struct mc_record rec = { .type = MC_IS_EX, .group = group_at(r->m.proto, n) };
	struct group *g = &r->groups[n];
	uint8_t packet[PACKET];
	struct mc_writer w;
	struct mc_msg m;

	mc_msg_init(&m);
	m.family = r->m.proto->family;
	m.version = (uint8_t)(1 + below(r, r->m.proto->newest));
	m.ip.src = host_at(r->m.proto, 100);
	MUST(r, mc_writer_begin(&w, packet, sizeof(packet), &m) == 0 && mc_writer_add(&w, &rec) == 0);
	mc_msg_init(&m);
	MUST(r, mc_decode(&m, packet, (size_t)mc_writer_end(&w)) == 0);
	mc_host_input(r->m.h, &m, r->m.now);
	if (is_newest(r) || m.version == r->m.proto->newest || is_ssm(n))
		return;
	g->may = 0;
	g->by = MC_NEVER;
}

/* MLD2-H-009: the first valid address has all groups told of again. */
static void configure(struct run *r)
{
	bool first = r->m.proto->family == MC_IPV6 && !r->m.conf.addr.family;

	r->m.conf.robustness = (uint8_t)(1 + below(r, 3));
	if (below(r, 2))
		r->m.conf.addr = host_at(r->m.proto, 1 + below(r, 3));
	MUST(r, mc_host_configure(r->m.h, &r->m.conf, r->m.now) == 0);
	for (int n = 0; first && r->m.conf.addr.family && n < GROUPS; n++) {
		if (!reportable(r, n))
			continue;
		if (is_newest(r))
			begin_change(r, n, nothing, now_of(r, n));
		else
			begin_older(r, n, false, false);
	}
}

static void step(struct run *r)
{
	unsigned what = below(r, 100);

	if (what < 40)
		listen(r);
	else if (what < 70)
		query(r);
	else if (what < 85)
		report(r);
	else if (what < 95)
		junk(r);
	else if (what < 97)
		configure(r);
	drain(r);
	pass_time(r);
}

/* ---- runs ---------------------------------------------------------------------------------- */

static struct mc_host_conf random_conf(struct run *r, uint8_t family)
{
	struct mc_host_conf c;

	mc_host_conf_init(&c, family);
	c.random = draw;
	c.random_arg = r;
	c.robustness = (uint8_t)(1 + below(r, 3));
	c.version = below(r, 4) ? c.version : (uint8_t)(1 + below(r, c.version));
	c.compatible = below(r, 4) > 0;
	c.quiet_leave = below(r, 2);
	c.report_link_local = below(r, 4) > 0;
	c.mtu = below(r, 2) ? 576 : 1500;
	c.max_queried = below(r, 2) ? 3 : 1024;
	c.query_interval = (20 + below(r, 100)) * MC_SEC;
	return c;
}

/* Nobody asks and nothing changes: it falls silent, and knows that nothing will be due. */
static void fall_silent(struct run *r)
{
	unsigned n = 0;

	for (; n < QUIET && mc_host_deadline(r->m.h) != MC_NEVER; n++)
		go_on(r, mc_host_deadline(r->m.h));
	MUST(r, n < QUIET);
	for (int i = 0; i < GROUPS; i++)
		MUST(r, !pending(&r->groups[i]) && !r->groups[i].may &&
				(r->groups[i].answer == MC_NEVER || !reportable(r, i)));
	MUST(r, r->response == MC_NEVER && r->version == r->m.conf.version);
}

static void run(struct run *r, uint8_t family, uint64_t steps)
{
	struct mc_host_conf conf = random_conf(r, family);

	r->sources = below(r, 2) ? 5 : SOURCES_MOST;
	r->version = conf.version;
	r->response = MC_NEVER;
	r->interval = r->heard = 0;
	r->older[0] = r->older[1] = 0;
	begin_member(&r->m, &conf);
	turn(r, conf.version);
	r->turned = false;
	for (uint64_t i = 0; i < steps; i++, r->step++)
		step(r);
	fall_silent(r);
	mc_host_free(r->m.h);
}

static void test_model(void **given)
{
	const char *env = getenv("MCAST_STEPS");
	uint64_t steps = env ? strtoull(env, NULL, 10) : STEPS;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct run r = { .seed = seed, .random = seed };

		while (r.step < steps)
			run(&r, family_of(given), RUN);
		MUST(&r, r.changes > steps / 20 && r.answers > steps / 20);
		MUST(&r, r.olds > steps / 100 && r.leaves > steps / 4000);
	}
}

/* Polled so late that the querier is long gone: what was due is done in its version, though it says
 * nothing of it, and all polls together end with the newest. */
static void test_late(void **given)
{
	struct run r = { .seed = 1 };
	struct mc_host_conf conf;
	struct mc_action a;
	struct mc_msg m;
	unsigned last = 0;

	mc_host_conf_init(&conf, family_of(given));
	begin_member(&r.m, &conf);
	assert_int_equal(ask_for(&r.m, ANY, 0, (struct filter){ MC_EXCLUDE, 0 }, false), 0);
	while (next_action(&r.m, &a))
		;
	assert_int_equal(ask_for(&r.m, ANY, 0, nothing, false), 0);
	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.family = conf.family;
	m.version = 1;
	m.ip.src = host_at(r.m.proto, 200);
	m.query.group.family = conf.family;
	m.query.max_resp = 10 * MC_SEC;
	mc_host_input(r.m.h, &m, r.m.now);
	r.m.now += 1000 * MC_SEC;
	while (next_action(&r.m, &a))
		last = a.kind == MC_ACTION_VERSION ? a.version : last;
	assert_int_equal(last, r.m.proto->newest);
	assert_true(mc_host_deadline(r.m.h) == MC_NEVER);
	mc_host_free(r.m.h);
}

/* A deadline may be MC_NEVER, and a caller may poll then: what is left to be said is said, once. */
static void test_never(void **given)
{
	struct run r = { .seed = 1 };
	struct mc_host_conf conf;
	struct mc_action a;
	unsigned n = 0;

	mc_host_conf_init(&conf, family_of(given));
	begin_member(&r.m, &conf);
	mc_action_init(&a);
	assert_false(mc_host_poll(r.m.h, MC_NEVER, &a));
	assert_int_equal(ask_for(&r.m, ANY, 0, (struct filter){ MC_EXCLUDE, 0 }, false), 0);
	while (n < 100 && mc_host_poll(r.m.h, MC_NEVER, &a))
		n++;
	assert_in_range(n, 1, 2);
	mc_host_free(r.m.h);
}

/* engine.h: no more of an action is written than its size says. */
static void test_small_action(void **given)
{
	struct mc_action a, before;
	struct mc_host_conf conf;
	struct member m;

	mc_host_conf_init(&conf, family_of(given));
	begin_member(&m, &conf);
	assert_int_equal(ask_for(&m, ANY, 0, (struct filter){ MC_EXCLUDE, 0 }, false), 0);
	memset(&a, 0x55, sizeof(a));
	a.size = offsetof(struct mc_action, dst);
	before = a;
	assert_true(mc_host_poll(m.h, m.now, &a));
	assert_int_equal(a.size, before.size);
	assert_int_equal(a.kind, MC_ACTION_SEND);
	assert_memory_equal(&a.dst, &before.dst, sizeof(a) - a.size);
	before = a;
	assert_false(mc_host_poll(m.h, m.now, &a));
	assert_memory_equal(&a, &before, sizeof(a));
	mc_host_free(m.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_model),
		BOTH(test_late),
		BOTH(test_never),
		BOTH(test_small_action),
	};

	return cmocka_run_group_tests_name("host_model", tests, NULL, NULL);
}
