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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(igmp3_r_006_response_interval),
		cmocka_unit_test(igmp3_r_007_robustness),
		cmocka_unit_test(igmp3_r_007_robustness_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
