/*
 * router_conf.c - tests of which configurations the router role takes, and which it refuses.
 */
#include "check.h"

#include <mcast/router.h>

#include <string.h>

static const uint8_t families[] = { MC_IPV4, MC_IPV6 };

static struct mc_router_conf usual(uint8_t family)
{
	struct mc_router_conf conf;

	mc_router_conf_init(&conf, family);
	assert_int_equal(mc_addr_parse(&conf.addr, family == MC_IPV4 ? "10.0.0.1" : "fe80::1"), 0);
	return conf;
}

/* A new router is asked for, and one that runs is changed: both take it, or both refuse it. */
static int verdict(const struct mc_router_conf *conf)
{
	struct mc_router_conf good = usual(conf->family);
	struct mc_router *fresh = NULL, *runs = NULL;
	int err = mc_router_new(&fresh, conf, 0);

	assert_int_equal(fresh == NULL, err != 0);
	assert_int_equal(mc_router_new(&runs, &good, 0), 0);
	assert_int_equal(mc_router_configure(runs, conf, MC_SEC), err);
	if (err)
		assert_memory_equal(mc_router_configured(runs), &good, sizeof(good));
	mc_router_free(fresh);
	mc_router_free(runs);
	return err;
}

/* RFC 9776 8.3: the response interval must be less than the query interval. */
static void igmp3_r_006_response_interval(void **state)
{
	static const struct {
		mc_time response, query;
		int err;
	} rows[] = {
		{ 10 * MC_SEC, 125 * MC_SEC, 0 },
		{ 124 * MC_SEC, 125 * MC_SEC, 0 },
		{ 125 * MC_SEC, 125 * MC_SEC, MC_ERR_CONF },
		{ 126 * MC_SEC, 125 * MC_SEC, MC_ERR_CONF },
		{ 10 * MC_SEC, 10 * MC_SEC, MC_ERR_CONF },
		{ 10 * MC_SEC, 11 * MC_SEC, 0 },
		{ 10 * MC_SEC, 0, MC_ERR_CONF },
	};

	(void)state;
	for (size_t f = 0; f < COUNT(families); f++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct mc_router_conf conf = usual(families[f]);

			conf.query_response_interval = rows[i].response;
			conf.query_interval = rows[i].query;
			assert_int_equal(verdict(&conf), rows[i].err);
		}
}

static unsigned warnings_of_robustness(struct mc_router *r, mc_time now)
{
	struct mc_action a;
	unsigned n = 0;

	mc_action_init(&a);
	while (mc_router_poll(r, now, &a))
		n += a.kind == MC_ACTION_WARN && a.warning == MC_WARN_ROBUSTNESS;
	return n;
}

/* RFC 9776 8.1: 0 must not be, 1 should not. */
static void igmp3_r_007_robustness(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(families); f++)
		for (unsigned robustness = 0; robustness <= 255; robustness++) {
			struct mc_router_conf conf = usual(families[f]);
			struct mc_router *r = NULL;

			conf.robustness = (uint8_t)robustness;
			assert_int_equal(verdict(&conf), robustness ? 0 : MC_ERR_CONF);
			if (!robustness)
				continue;
			assert_int_equal(mc_router_new(&r, &conf, 0), 0);
			assert_int_equal(warnings_of_robustness(r, 0), robustness == 1);
			mc_router_free(r);
		}
}

/* A router that runs and is changed to a robustness of 1 says so, too. */
static void igmp3_r_007_robustness_later(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct mc_router_conf conf = usual(families[f]);
		struct mc_router *r = NULL;

		assert_int_equal(mc_router_new(&r, &conf, 0), 0);
		assert_int_equal(warnings_of_robustness(r, 0), 0);
		conf.robustness = 1;
		assert_int_equal(mc_router_configure(r, &conf, MC_SEC), 0);
		assert_int_equal(warnings_of_robustness(r, MC_SEC), 1);
		mc_router_free(r);
	}
}

/* What is not a time, not a group, not to be counted. */
static void test_out_of_range(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct mc_router_conf conf = usual(families[f]);

		conf.startup_query_interval = MC_NEVER;
		assert_int_equal(verdict(&conf), MC_ERR_CONF);
		conf = usual(families[f]);
		conf.max_groups = UINT32_MAX;
		assert_int_equal(verdict(&conf), MC_ERR_CONF);
		conf = usual(families[f]);
		conf.ssm.addr = conf.addr; /* no group */
		conf.ssm.len = 8;
		assert_int_equal(verdict(&conf), MC_ERR_CONF);
	}
}

static void report(struct mc_router *r, uint8_t family, uint32_t group, uint8_t type, unsigned sources)
{
	struct mc_record record = { .type = type, .group = mc_proto_of(family)->all_reports };
	struct mc_addr list[8];
	uint8_t packet[512], room[128];
	struct mc_msg m;
	struct mc_writer w;

	mc_msg_init(&m);
	m.family = family;
	m.version = mc_proto_of(family)->newest;
	assert_int_equal(mc_addr_parse(&m.ip.src, family == MC_IPV4 ? "10.0.0.7" : "fe80::7"), 0);
	assert_int_equal(mc_addr_parse(&record.group, family == MC_IPV4 ? "239.1.1.1" : "ff15::1:1"), 0);
	assert_int_equal(mc_addr_add(&record.group, group), 0);
	for (unsigned i = 0; i < sources; i++) {
		assert_int_equal(mc_addr_parse(&list[i], family == MC_IPV4 ? "10.1.0.1" : "2001:db8::1"), 0);
		list[i].b[family == MC_IPV4 ? 3 : 15] = (uint8_t)(i + 1);
	}
	assert_int_equal(mc_sources_pack(&record.sources, room, sizeof(room), list, sources), 0);
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &m), 0);
	assert_int_equal(mc_writer_add(&w, &record), sources);
	assert_int_equal(mc_decode(&m, packet, (size_t)mc_writer_end(&w)), 0);
	mc_router_input(r, &m, 0);
}

/* ROB-018: all groups together may hold no more than max_all_sources; one that would falls to EXCLUDE({}). */
static void rob_018_all_sources(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct mc_router_conf conf = usual(families[f]);
		struct mc_router_status status = { .size = sizeof(status) };
		struct mc_router *r = NULL;

		conf.max_all_sources = 7;
		assert_int_equal(mc_router_new(&r, &conf, 0), 0);
		for (uint32_t i = 0; i < 3; i++)
			report(r, families[f], i, MC_ALLOW, 3);
		mc_router_status(r, &status);
		assert_int_equal(status.groups, 3);
		assert_int_equal(status.sources, 6);
		assert_int_equal(mc_router_count(r, MC_SOURCE_LIMIT), 1);
		mc_router_free(r);
	}
}

/* A deadline may be MC_NEVER, and a caller may poll then. */
static void test_polled_at_never(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct mc_router_conf conf = usual(families[f]);
		struct mc_router *r = NULL;
		struct mc_action a;

		mc_action_init(&a);
		conf.passive = true;
		assert_int_equal(mc_router_new(&r, &conf, 0), 0);
		assert_true(mc_router_deadline(r) == MC_NEVER);
		assert_false(mc_router_poll(r, MC_NEVER, &a));
		report(r, families[f], 0, MC_IS_EX, 0);
		while (mc_router_poll(r, MC_NEVER, &a))
			assert_int_equal(a.kind, MC_ACTION_GROUP);
		mc_router_free(r);
	}
}

/* Messages that no decoder gives, as a caller may fill in by himself. */
static void test_messages_of_no_version(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct mc_router_conf conf = usual(families[f]);
		struct mc_router *r = NULL;
		struct mc_msg m;

		mc_msg_init(&m);
		m.family = families[f];
		assert_int_equal(mc_addr_parse(&m.ip.src, families[f] == MC_IPV4 ? "10.0.0.7" : "fe80::7"),
				 0);
		assert_int_equal(mc_router_new(&r, &conf, 0), 0);
		for (m.kind = MC_QUERY; m.kind <= MC_REPORT; m.kind++)
			for (m.version = 0; m.version < 9; m.version += 4)
				mc_router_input(r, &m, 0);
		assert_int_equal(mc_router_count(r, MC_RX_FOREIGN), 6);
		m.kind = MC_QUERY;
		m.version = mc_proto_of(families[f])->newest;
		m.query.sources =
			(struct mc_sources){ .octets = m.ip.src.b, .n = 1, .family = 10 - families[f] };
		mc_router_input(r, &m, 0);
		assert_int_equal(mc_router_count(r, MC_RX_MALFORMED), 1);
		mc_router_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(igmp3_r_006_response_interval), cmocka_unit_test(igmp3_r_007_robustness),
		cmocka_unit_test(igmp3_r_007_robustness_later),  cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(rob_018_all_sources),           cmocka_unit_test(test_polled_at_never),
		cmocka_unit_test(test_messages_of_no_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
