/*
 * host_fleet.c - tests of many hosts as one: beside them run as many engines that hear every packet at
 * once, and must send the same at the same times; who sends from where; what a task and churn do.
 */
#include "host/churn.h"
#include "host/fleet.h"
#include "host/task.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { HOSTS_MOST = 90, SENT_MOST = 100000 };

/* ---- fleets and engines beside them ---------------------------------------------------------- */

struct sent {
	uint32_t host;
	struct mc_addr src, group;
	bool leave;
	uint16_t records;
	mc_time due;
};

struct bench {
	struct plan plan;
	struct fleet fleet;
	struct mc_host *twins[HOSTS_MOST]; /* of the first family */
	bool suppress, twinned;
	unsigned versions, warnings;
	mc_time now;
	struct sent sent[SENT_MOST];
	size_t n;
	uint64_t random;
	uint8_t room[1500];
};

static const struct verb verb = { .name = "host" };

static void others_hear(struct bench *b, uint32_t speaker, const struct mc_msg *m)
{
	for (uint32_t i = 0; b->suppress && i < b->fleet.n; i++)
		if (i != speaker && b->twins[i])
			mc_host_input(b->twins[i], m, b->now);
}

/* The twin sends the same, now, too. */
static void twin_sends(struct bench *b, const struct fleet_packet *p)
{
	struct mc_action a;

	mc_action_init(&a);
	do {
		assert_int_equal(mc_host_deadline(b->twins[p->host]) <= b->now, true);
		assert_true(mc_host_poll(b->twins[p->host], b->now, &a));
	} while (a.kind != MC_ACTION_SEND);
	assert_int_equal(a.len, p->action->len);
	assert_memory_equal(a.octets, p->action->octets, a.len);
	if (p->msg->version < 3)
		others_hear(b, p->host, p->msg);
}

static void on_send(void *arg, const struct fleet_packet *p)
{
	struct bench *b = arg;
	struct sent *s = &b->sent[b->n++];
	struct mc_record r;
	size_t pos = 0;

	assert_true(b->n <= SENT_MOST);
	assert_true(p->due <= b->now);
	assert_true(mc_msg_next(p->msg, &pos, &r));
	*s = (struct sent){
		p->host, p->msg->ip.src, r.group, p->msg->report.leave, p->msg->report.n, p->due
	};
	if (b->twinned)
		twin_sends(b, p);
}

static void on_version(void *arg, uint8_t family, uint8_t version)
{
	struct bench *b = arg;

	assert_true(family == MC_IPV4 || family == MC_IPV6);
	assert_true(version >= 1 && version <= 3);
	b->versions++;
}

static void on_warn(void *arg, uint8_t family, const struct mc_action *a)
{
	struct bench *b = arg;

	(void)family;
	assert_non_null(mc_warning_name(a->warning));
	b->warnings++;
}

/* Targets, how many hosts, how many groups each. */
static struct bench *begin(const char *const *texts, int64_t hosts, int64_t each, bool suppress,
			   uint64_t seed)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct host_conf c = { .hosts = hosts, .each = each };
	static struct from from[HOST_FAMILIES];
	struct mc_target targets[8];
	bool spoken[HOST_FAMILIES];
	char why[200];
	size_t n = 0;

	assert_non_null(b);
	for (; texts[n]; n++) {
		mc_target_init(&targets[n]);
		assert_int_equal(mc_target_parse(&targets[n], texts[n]), 0);
	}
	assert_int_equal(plan_make(&b->plan, &verb, &c, targets, n), 0);
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		spoken[k] = plan_has_family(&b->plan, host_family_of(k));
	assert_int_equal(fleet_open(&b->fleet, &b->plan, spoken, seed), 0);
	assert_int_equal(from_parse(&from[0], "10.0.8.1", why, sizeof(why)), 0);
	assert_int_equal(from_parse(&from[1], "fe80::1", why, sizeof(why)), 0);
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		b->fleet.side[k].from = &from[k];
	b->fleet.suppress = b->suppress = suppress;
	b->fleet.port = (struct fleet_port){ on_send, on_version, on_warn, b };
	b->now = 1000 * MC_SEC;
	b->random = seed;
	return b;
}

static void finish(struct bench *b)
{
	fleet_close(&b->fleet);
	plan_free(&b->plan);
	for (uint32_t i = 0; i < HOSTS_MOST; i++)
		mc_host_free(b->twins[i]);
	free(b);
}

static void version(struct bench *b, uint8_t v)
{
	b->fleet.side[HOST_IPV4].conf.version = v;
}

/* A twin has the same seed, so that it draws the same. */
static void make_twins(struct bench *b)
{
	for (uint32_t i = 0; i < b->fleet.n; i++) {
		struct mc_host_conf c = *mc_host_configured(b->fleet.side[HOST_IPV4].hosts[i]);

		c.room = b->room;
		assert_int_equal(mc_host_new(&b->twins[i], &c, b->now), 0);
	}
	b->twinned = true;
}

static void switch_on(struct bench *b)
{
	for (uint32_t i = 0; i < b->fleet.n; i++)
		assert_int_equal(fleet_switch_on(&b->fleet, i, b->now), 0);
}

static void listen(struct bench *b, uint32_t host, const struct mc_addr *group, bool joins)
{
	enum mc_mode mode = joins ? MC_EXCLUDE : MC_INCLUDE;

	assert_int_equal(fleet_listen(&b->fleet, host, group, mode, NULL, 0, b->now), 0);
	if (b->twinned)
		assert_int_equal(mc_host_listen(b->twins[host], 1, group, mode, NULL, 0, b->now), 0);
}

static void join_all(struct bench *b)
{
	for (uint32_t i = 0; i < b->fleet.n; i++)
		for (uint64_t k = 0; k < b->plan.each; k++) {
			struct mc_addr group;

			plan_at(&b->plan, plan_number(&b->plan, i, k), &group);
			listen(b, i, &group, true);
		}
}

/* All that is due up to a time, each at its own. */
static void run(struct bench *b, mc_time until)
{
	while (fleet_due(&b->fleet) <= until) {
		if (fleet_due(&b->fleet) > b->now)
			b->now = fleet_due(&b->fleet);
		while (fleet_due(&b->fleet) <= b->now)
			fleet_poll(&b->fleet, b->now, 1 + (unsigned)next_random(&b->random) % 50);
		for (uint32_t i = 0; b->twinned && i < b->fleet.n; i++) {
			struct mc_action a;

			mc_action_init(&a);
			while (mc_host_poll(b->twins[i], b->now, &a))
				assert_int_not_equal(a.kind, MC_ACTION_SEND);
		}
	}
	b->now = until;
}

static void query(struct bench *b, uint8_t family, uint8_t v, const struct mc_addr *group)
{
	uint8_t packet[200];
	struct mc_msg q, m;
	enum mc_count as;
	int len;

	mc_msg_init(&q);
	mc_msg_init(&m);
	q.kind = MC_QUERY;
	q.family = family;
	q.version = v;
	q.query.max_resp = v == 1 && family == MC_IPV4 ? 0 : 2 * MC_SEC;
	q.query.interval = 125;
	q.query.qrv = 2;
	if (group)
		q.query.group = *group;
	assert_int_equal(mc_addr_parse(&q.ip.src, family == MC_IPV4 ? "10.0.0.250" : "fe80::250"), 0);
	len = mc_encode(packet, sizeof(packet), &q);
	assert_true(len > 0);
	assert_int_equal(mc_decode(&m, packet, (size_t)len), 0);
	as = fleet_input(&b->fleet, &m, b->now);
	assert_true(as == MC_RX_QUERY || (as == MC_RX_IGNORED && group));
	for (uint32_t i = 0; b->twinned && i < b->fleet.n; i++)
		mc_host_input(b->twins[i], &m, b->now);
}

/* Somebody else reports a group in an older version. */
static void foreign(struct bench *b, uint8_t v, const struct mc_addr *group)
{
	struct mc_record r = { .type = MC_IS_EX, .group = *group };
	struct mc_msg head, m;
	struct mc_writer w;
	uint8_t packet[200];
	int len;

	mc_msg_init(&head);
	mc_msg_init(&m);
	head.family = group->family;
	head.version = v;
	assert_int_equal(mc_addr_parse(&head.ip.src, "10.0.0.251"), 0);
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	assert_true(mc_writer_add(&w, &r) >= 0);
	len = mc_writer_end(&w);
	assert_true(len > 0);
	assert_int_equal(mc_decode(&m, packet, (size_t)len), 0);
	assert_int_equal(fleet_input(&b->fleet, &m, b->now), MC_COUNTS);
	others_hear(b, UINT32_MAX, &m);
}

static uint64_t counted(const struct bench *b, bool twins, enum mc_count which)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < b->fleet.n; i++)
		n += mc_host_count(twins ? b->twins[i] : b->fleet.side[HOST_IPV4].hosts[i], which);
	return n;
}

/* ---- the same as engines that hear everything ------------------------------------------------------ */

static void chance(struct bench *b)
{
	uint64_t number = next_random(&b->random) % b->plan.groups;
	uint32_t host = (uint32_t)(next_random(&b->random) % b->fleet.n);
	struct mc_addr group;

	plan_at(&b->plan, number, &group);
	switch (next_random(&b->random) % 8) {
	case 0:
		query(b, MC_IPV4, 2, NULL);
		break;
	case 1:
	case 2:
		query(b, MC_IPV4, 2, &group);
		break;
	case 3:
		foreign(b, 2, &group);
		break;
	case 4:
		foreign(b, 1, &group);
		break;
	case 5: /* in its part of the plan, or (6) not */
		plan_at(&b->plan, plan_number(&b->plan, host, number % b->plan.each), &group);
		listen(b, host, &group, !fleet_wants(&b->fleet, host, &group));
		break;
	case 6:
		fleet_anybody(&b->fleet, host, &group);
		listen(b, host, &group, true);
		break;
	default:
		if (next_random(&b->random) % 8 == 0)
			query(b, MC_IPV4, 1, NULL);
	}
}

static void compare(int64_t hosts, int64_t each, uint8_t v, uint64_t seed)
{
	static const char *const texts[] = { "239.1.1.1+40", NULL };
	struct bench *b = begin(texts, hosts, each, true, seed);

	version(b, v);
	switch_on(b);
	make_twins(b);
	if (seed % 2)
		query(b, MC_IPV4, 2, NULL);
	join_all(b);
	for (unsigned i = 0; i < 60; i++) {
		run(b, b->now + next_random(&b->random) % (700 * MC_MSEC));
		chance(b);
	}
	run(b, b->now + 1000 * MC_SEC);
	query(b, MC_IPV4, 2, NULL); /* and all hear what they have missed */
	run(b, b->now + 20 * MC_SEC);
	assert_true(b->n > 40);
	for (unsigned which = MC_TX_REPORT; which <= MC_TX_LEAVE; which++)
		assert_int_equal(counted(b, false, which), counted(b, true, which));
	assert_int_equal(counted(b, false, MC_RX_REPORT), counted(b, true, MC_RX_REPORT));
	assert_true(counted(b, true, MC_RX_REPORT) > 0);
	finish(b);
}

static void twins_few(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++)
		compare(2 + (int64_t)seed % 4, 0, seed % 3 ? 3 : 2, seed);
}

static void twins_parts(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		compare(HOSTS_MOST, 1 + (int64_t)seed % 3, 2, seed);
}

static void twins_many(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		compare(HOSTS_MOST, seed % 2 ? 0 : 20, 2, seed);
}

/* ---- who says what ------------------------------------------------------------------------------------ */

static void each_its_own(void **state)
{
	static const char *const texts[] = { "239.1.1.0+4", "ff15::+2", NULL };
	struct bench *b = begin(texts, 3, 2, true, 7);
	struct task t;

	(void)state;
	task_begin(&t, TASK_START, &b->fleet, NULL, b->now);
	while (t.kind != TASK_NONE)
		task_step(&t, &b->fleet, 1, b->now);
	assert_int_equal(t.refused, 0);
	assert_int_equal(fleet_memberships(&b->fleet), 6);
	run(b, b->now);
	assert_int_equal(b->n, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct sent *s = &b->sent[i];
		struct mc_addr first = from_at(b->fleet.side[s->group.family == MC_IPV6].from, s->host),
			       group;

		assert_int_equal(s->host, i);
		assert_int_equal(mc_addr_cmp(&s->src, &first), 0);
		assert_int_equal(s->records, 2);
		plan_at(&b->plan, 2 * i, &group);
		assert_int_equal(mc_addr_cmp(&s->group, &group), 0);
	}
	finish(b);
}

static void answers(void **state)
{
	static const char *const texts[] = { "239.1.1.0+4", "ff15::+2", NULL };
	struct bench *b = begin(texts, 5, 0, true, 7);
	mc_time asked;

	(void)state;
	switch_on(b);
	join_all(b);
	run(b, b->now + 100 * MC_SEC);
	b->n = 0;
	asked = b->now;
	query(b, MC_IPV4, 3, NULL);
	run(b, b->now + 2 * MC_SEC);
	assert_int_equal(b->n, 5);
	query(b, MC_IPV6, 2, NULL);
	run(b, b->now + 2 * MC_SEC);
	assert_int_equal(b->n, 10);
	for (size_t i = 0; i < b->n; i++)
		assert_true(b->sent[i].due > asked && b->sent[i].records == (i < 5 ? 4 : 2));
	assert_int_equal(b->versions, 0);
	finish(b);
}

/* Without suppression all report; with it, one of each group. */
static void suppression(void **state)
{
	static const char *const texts[] = { "239.1.1.0+3", NULL };

	(void)state;
	for (unsigned suppress = 0; suppress < 2; suppress++) {
		struct bench *b = begin(texts, 80, 0, suppress, 7);

		version(b, 2);
		switch_on(b);
		join_all(b);
		run(b, b->now + 100 * MC_SEC);
		b->n = 0;
		query(b, MC_IPV4, 2, NULL);
		run(b, b->now + 3 * MC_SEC);
		assert_int_equal(b->n, suppress ? 3 : 240);
		finish(b);
	}
}

/* 50 hosts change their version, which is told once; so is the warning. */
static void told_once(void **state)
{
	static const char *const texts[] = { "239.1.1.1", NULL };
	struct bench *b = begin(texts, 50, 0, true, 7);

	(void)state;
	switch_on(b);
	join_all(b);
	run(b, b->now + 10 * MC_SEC);
	query(b, MC_IPV4, 2, NULL);
	run(b, b->now + 10 * MC_SEC);
	assert_int_equal(b->versions, 1);
	assert_int_equal(b->warnings, 1);
	run(b, b->now + 1000 * MC_SEC);
	assert_int_equal(b->versions, 2);
	finish(b);
}

/* Leaving by steps of any size ends with nobody in any group and nothing left to say. */
static void leaves(void **state)
{
	static const char *const texts[] = { "239.1.1.0+7", "ff15::+3", NULL };

	(void)state;
	for (unsigned step = 1; step < 12; step++) {
		struct bench *b = begin(texts, 5, 0, true, 7);
		struct task t;

		switch_on(b);
		join_all(b);
		run(b, b->now + 10 * MC_SEC);
		if (step % 2) /* the time until that querier is none is nothing to wait for */
			query(b, MC_IPV4, 2, NULL);
		run(b, b->now + 10 * MC_SEC);
		task_begin(&t, TASK_LEAVE, &b->fleet, NULL, b->now);
		for (unsigned i = 0; t.kind != TASK_NONE; i++) {
			assert_true(i < 1000);
			task_step(&t, &b->fleet, step, b->now);
		}
		assert_int_equal(fleet_memberships(&b->fleet), 0);
		fleet_end(&b->fleet);
		b->n = 0;
		run(b, b->now + 3 * MC_SEC);
		assert_true(b->n >= 5);
		assert_true(fleet_due(&b->fleet) == MC_NEVER);
		finish(b);
	}
}

static void commands(void **state)
{
	static const char *const texts[] = { "239.1.1.0+7", NULL };
	struct bench *b = begin(texts, 10, 0, true, 7);
	char why[COMMAND_WHY];
	struct command c;
	struct task t;

	(void)state;
	switch_on(b);
	run(b, b->now);
	assert_int_equal(command_parse(&c, "host 3-4 join 239.9.9.0+5", 25, 10, why), 1);
	task_begin(&t, TASK_COMMAND, &b->fleet, &c, b->now);
	while (t.kind != TASK_NONE)
		task_step(&t, &b->fleet, 3, b->now);
	assert_int_equal(fleet_memberships(&b->fleet), 10);
	run(b, b->now);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->sent[0].host + b->sent[1].host, 5);
	assert_int_equal(b->sent[0].records, 5);
	finish(b);
}

/* ---- churn ------------------------------------------------------------------------------------------ */

static void churned(void **state)
{
	static const char *const texts[] = { "239.1.1.0+100", NULL };
	struct bench *b = begin(texts, 20, 0, true, 7);
	struct churn c;
	mc_time began;

	(void)state;
	switch_on(b);
	join_all(b);
	run(b, b->now + 100 * MC_SEC);
	churn_open(&c, 50, 3);
	assert_true(churn_due(&c) == MC_NEVER);
	began = b->now;
	churn_begin(&c, b->now);
	while (b->now < began + 10 * MC_SEC) {
		assert_true(churn_due(&c) > b->now);
		run(b, churn_due(&c));
		churn_step(&c, &b->fleet, b->now);
	}
	assert_in_range(c.changes, 495, 500);
	assert_true(fleet_memberships(&b->fleet) < 2000);
	/* After a long time away it does not catch up. */
	run(b, b->now + 1000 * MC_SEC);
	churn_step(&c, &b->fleet, b->now);
	assert_in_range(c.changes, 495, 500 + 64);
	assert_true(churn_due(&c) > b->now);
	finish(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twins_few),    cmocka_unit_test(twins_parts), cmocka_unit_test(twins_many),
		cmocka_unit_test(each_its_own), cmocka_unit_test(answers),     cmocka_unit_test(suppression),
		cmocka_unit_test(told_once),    cmocka_unit_test(leaves),      cmocka_unit_test(commands),
		cmocka_unit_test(churned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
