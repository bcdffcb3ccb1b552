/*
 * querier_conf.c - tests of the querier's options: what can stand together, and what a router is told. What
 * is good here must be good to the router, too.
 */
#include <mcast/router.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "net/ifaces.h"
#include "querier/conf.h"

static struct querier_options defaults(void)
{
	struct querier_conf c;

	querier_conf_init(&c);
	return c.options;
}

static const struct mc_ifaddr addrs[] = {
	{ .addr = { MC_IPV6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	  .net = { MC_IPV6, { 0x20, 1, 0xd, 0xb8 } },
	  .len = 64 },
	{ .addr = { MC_IPV4, { 10, 0, 0, 9 } }, .net = { MC_IPV4, { 10, 0, 0, 9 } }, .len = 24 },
	{ .addr = { MC_IPV6, { 0xfe, 0x80, [15] = 9 } }, .net = { MC_IPV6, { 0xfe, 0x80 } }, .len = 64 },
	{ .addr = { MC_IPV4, { 172, 16, 1, 1 } }, .net = { MC_IPV4, { 172, 16, 0, 0 } }, .len = 12 },
};

/* Addresses that nobody may write to. */
static struct mc_iface iface_of(uint32_t mtu, size_t naddrs)
{
	static struct mc_ifaddr own[COUNT(addrs)];

	memcpy(own, addrs, sizeof own);
	return (struct mc_iface){ .index = 3,
				  .mtu = mtu,
				  .name = "br0",
				  .up = true,
				  .multicast = true,
				  .naddrs = naddrs,
				  .addrs = own };
}

/* ---- the table --------------------------------------------------------------------------------- */

static void test_defaults(void **state)
{
	struct querier_conf c;
	char why[256];

	(void)state;
	memset(&c, 0xff, sizeof c);
	querier_conf_init(&c);
	assert_null(c.ifaces.v);
	assert_int_equal(c.ifaces.n, 0);
	assert_null(c.config);
	assert_int_equal(c.rcvbuf, 4 << 20);
	assert_true(c.deadline == MC_NEVER);
	assert_int_equal(c.options.version[QUERIER_IGMP], 3);
	assert_int_equal(c.options.version[QUERIER_MLD], 2);
	assert_int_equal(c.options.max_groups, 100000);
	assert_int_equal(c.options.max_group_sources, 1000);
	assert_int_equal(c.options.max_hosts, 200000);
	assert_int_equal(querier_options_check(&c.options, why, sizeof why), 0);
}

static const struct verb verb = { .name = "querier",
				  .args = "",
				  .summary = "",
				  .example = "",
				  .opts = querier_opts };

static int parse(struct querier_conf *c, int argc, char **argv)
{
	querier_conf_init(c);
	return opt_parse(&verb, argc, argv, c);
}

#define WORDS(...)                                                   \
	char *argv[] = { (char[]){ "querier" }, __VA_ARGS__, NULL }; \
	int argc = (int)COUNT(argv) - 1

static void test_command_line(void **state)
{
	WORDS((char[]){ "-I" }, (char[]){ "eth0" }, (char[]){ "-4" }, (char[]){ "--igmp-version=2" },
	      (char[]){ "--last-member-query-interval" }, (char[]){ "0.5" }, (char[]){ "br0" },
	      (char[]){ "--interface=eth1" }, (char[]){ "--require-router-alert" }, (char[]){ "-qj" },
	      (char[]){ "--rcvbuf" }, (char[]){ "16M" }, (char[]){ "--listen-only" });
	struct querier_conf c;

	(void)state;
	assert_int_equal(parse(&c, argc, argv), 1);
	assert_int_equal(opt_list_add(&c.ifaces, argv[1]), 0);
	assert_int_equal(c.ifaces.n, 3);
	assert_string_equal(c.ifaces.v[0], "eth0");
	assert_string_equal(c.ifaces.v[1], "eth1");
	assert_string_equal(c.ifaces.v[2], "br0");
	assert_true(c.ipv4 && !c.ipv6 && c.quiet && c.json && !c.verbose);
	assert_int_equal(c.options.version[QUERIER_IGMP], 2);
	assert_int_equal(c.options.last_member_query_interval, 500 * MC_MSEC);
	assert_true(c.options.require_router_alert && c.options.listen_only);
	assert_false(c.options.verify_source_subnet);
	assert_int_equal(c.rcvbuf, 16 << 20);
	free(c.ifaces.v);
}

static void test_given(void **state)
{
	static const struct {
		const char *line[5], *want;
	} rows[] = {
		{ { "-v", "--config", "f" }, NULL },
		{ { "--config", "f", "--query-interval", "125" }, "--query-interval" },
		{ { "--max-hosts=3", "--config", "f" }, "--max-hosts=3" },
		{ { "--config=f", "--mld-version", "1" }, "--mld-version" },
		{ { "--config=f", "-w", "3", "--listen-only" }, "--listen-only" },
		{ { "--config=f", "--", "--listen-only" }, NULL },
		{ { "--config", "f", "listen-only" }, NULL },
		{ { "--config", "f", "--listen-onl", "--dry-run", "--rcvbuf=1M" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[5][32], *argv[7] = { text[0] };
		const char *got;
		int argc = 1;

		for (; argc <= 5 && rows[i].line[argc - 1]; argc++) {
			snprintf(text[argc - 1], sizeof text[0], "%s", rows[i].line[argc - 1]);
			argv[argc] = text[argc - 1];
		}
		got = querier_conf_given(argc, argv);
		equal(rows[i].line[0], got ? got : "none", rows[i].want ? rows[i].want : "none");
	}
}

/* ---- what can stand together --------------------------------------------------------------------- */

static bool router_takes(const struct querier_options *o, unsigned family)
{
	struct mc_iface iface = iface_of(1500, COUNT(addrs));
	struct mc_prefix prefixes[COUNT(addrs)];
	struct mc_router_conf conf;
	struct mc_router *r = NULL;
	int err;

	querier_options_apply(o, family, &iface, prefixes, &conf);
	err = mc_router_new(&r, &conf, MC_SEC);
	mc_router_free(r);
	assert_true(err == 0 || err == MC_ERR_CONF);
	return err == 0;
}

static bool routers_take(const struct querier_options *o)
{
	bool all = true;

	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		all &= !o->version[f] || router_takes(o, f);
	return all;
}

struct change {
	size_t at;
	int64_t value;
	bool set;
};

#define SET(field, v)                                            \
	{                                                        \
		offsetof(struct querier_options, field), v, true \
	}
#define SECONDS(n) ((int64_t)((n)*1000) * (int64_t)MC_MSEC)

struct together {
	struct change change[3];
	const char *why; /* how it begins; NULL: it is good */
};

static const struct together together[] = {
	{ { { .set = false } }, NULL },
	/* response and query interval */
	{ { SET(query_interval, SECONDS(10)) },
	  "query-max-response-time 10 must be less than query-interval 10" },
	{ { SET(query_interval, SECONDS(11)) }, NULL },
	{ { SET(query_interval, SECONDS(1)), SET(query_max_response_time, SECONDS(0.9)) }, NULL },
	{ { SET(query_max_response_time, SECONDS(124.9)) }, NULL },
	{ { SET(query_max_response_time, SECONDS(125)) }, "query-max-response-time 125 must be less" },
	/* startup */
	{ { SET(startup_query_interval, SECONDS(125)) }, NULL },
	{ { SET(startup_query_interval, SECONDS(126)) }, "startup-query-interval 126 must not be more" },
	/* what queries can say */
	{ { SET(query_max_response_time, SECONDS(0.1)) }, NULL },
	{ { SET(query_max_response_time, SECONDS(0.05)) },
	  "query-max-response-time 0.05: an IGMPv3 query cannot say less than 0.1" },
	{ { SET(query_max_response_time, SECONDS(0.05)), SET(version[QUERIER_IGMP], 0) }, NULL },
	{ { SET(query_max_response_time, MC_MSEC / 2), SET(version[QUERIER_IGMP], 0) },
	  "query-max-response-time 0.0005: an MLDv2 query cannot say less than 0.001" },
	{ { SET(last_member_query_interval, SECONDS(0.05)) },
	  "last-member-query-interval 0.05: an IGMPv3 query cannot say less than 0.1" },
	{ { SET(last_member_query_interval, SECONDS(0.05)), SET(version[QUERIER_IGMP], 1) },
	  "last-member-query-interval 0.05: an IGMPv1 query" },
	{ { SET(query_max_response_time, SECONDS(25.5)), SET(version[QUERIER_IGMP], 2) }, NULL },
	{ { SET(query_max_response_time, SECONDS(25.6)), SET(version[QUERIER_IGMP], 2) },
	  "query-max-response-time 25.6: an IGMPv2 query cannot say more than 25.5" },
	{ { SET(query_max_response_time, SECONDS(25.6)), SET(version[QUERIER_IGMP], 1) }, NULL },
	{ { SET(query_max_response_time, SECONDS(65.6)), SET(version[QUERIER_MLD], 1) },
	  "query-max-response-time 65.6: an MLDv1 query cannot say more than 65.535" },
	{ { SET(query_interval, SECONDS(31744)), SET(query_max_response_time, SECONDS(3174.4)) }, NULL },
	{ { SET(query_interval, SECONDS(31744)), SET(query_max_response_time, SECONDS(3174.5)) },
	  "query-max-response-time 3174.5: an IGMPv3 query cannot say more than 3174.4" },
	/* bounds, for those who did not come by the options */
	{ { SET(query_interval, SECONDS(31745)) }, "query-interval is out of range" },
	{ { SET(query_interval, SECONDS(0.5)) }, "query-interval is out of range" },
	{ { SET(last_member_query_interval, 0) }, "last-member-query-interval is out of range" },
	{ { SET(startup_query_interval, SECONDS(31745)) }, "startup-query-interval is out of range" },
	{ { SET(robustness_variable, 0) }, "robustness-variable is out of range" },
	{ { SET(robustness_variable, 8) }, "robustness-variable is out of range" },
	{ { SET(robustness_variable, 1) }, NULL },
	{ { SET(robustness_variable, 7), SET(startup_query_count, 255), SET(last_member_query_count, 255) },
	  NULL },
	{ { SET(startup_query_count, 256) }, "startup-query-count is out of range" },
	{ { SET(last_member_query_count, -1) }, "last-member-query-count is out of range" },
	{ { SET(max_groups, 0) }, "max-groups is out of range" },
	{ { SET(max_groups, 1000000000), SET(max_group_sources, 1000000000), SET(max_hosts, 1000000000) },
	  NULL },
	{ { SET(max_groups, 1000000001) }, "max-groups is out of range" },
	{ { SET(max_hosts, 0) }, NULL },
	/* versions */
	{ { SET(version[QUERIER_IGMP], 0) }, NULL },
	{ { SET(version[QUERIER_MLD], 0) }, NULL },
	{ { SET(version[QUERIER_IGMP], 0), SET(version[QUERIER_MLD], 0) }, "neither IGMP nor MLD" },
	{ { SET(version[QUERIER_IGMP], 4) }, "IGMP has the versions 1 to 3" },
	{ { SET(version[QUERIER_MLD], 3) }, "MLD has the versions 1 to 2" },
	{ { SET(version[QUERIER_MLD], -1) }, "MLD has the versions 1 to 2" },
};

static struct querier_options changed(const struct together *row)
{
	struct querier_options o = defaults();

	for (size_t i = 0; i < COUNT(row->change); i++)
		if (row->change[i].set)
			memcpy((char *)&o + row->change[i].at, &row->change[i].value, sizeof(int64_t));
	return o;
}

static void test_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(together); i++) {
		const char *want = together[i].why;
		struct querier_options o = changed(&together[i]);
		char why[256] = "";
		int r = querier_options_check(&o, why, sizeof why);

		if (!want && r)
			fail_msg("row %zu was refused: %s", i, why);
		if (want && (r != -1 || strncmp(why, want, strlen(want)) != 0))
			fail_msg("row %zu: %d \"%s\", not \"%s\"", i, r, why, want);
		if (!want && !routers_take(&o))
			fail_msg("row %zu is good, and a router refuses it", i);
	}
}

/* Whatever the options' bounds let through, a router takes it where the check has nothing against it. */
static void test_router_takes_all(void **state)
{
	static const mc_time times[] = { 1,           MC_MSEC,       100 * MC_MSEC, MC_SEC, 25500 * MC_MSEC,
					 60 * MC_SEC, 8387 * MC_SEC, 31744 * MC_SEC };
	unsigned good = 0;
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct querier_options o = defaults();
		char why[256];

		o.version[QUERIER_IGMP] = (int64_t)(next_random(&seed) % 4);
		o.version[QUERIER_MLD] = (int64_t)(next_random(&seed) % 3);
		o.query_interval = times[next_random(&seed) % COUNT(times)];
		o.query_max_response_time = times[next_random(&seed) % COUNT(times)];
		o.last_member_query_interval = times[next_random(&seed) % COUNT(times)];
		o.startup_query_interval = next_random(&seed) % 2 ? times[next_random(&seed) % COUNT(times)] :
								    0;
		o.robustness_variable = (int64_t)(next_random(&seed) % 9);
		if (querier_options_check(&o, why, sizeof why))
			continue;
		good++;
		assert_true(routers_take(&o));
	}
	assert_true(good > 100 && good < 10000);
}

/* ---- what a router is told --------------------------------------------------------------------------- */

static void test_apply_all(void **state)
{
	struct mc_iface iface = iface_of(9000, COUNT(addrs));
	struct mc_prefix prefixes[COUNT(addrs)];
	struct mc_router_conf c;
	const struct querier_options o = {
		.version = { 2, 1 },
		.query_interval = 60 * MC_SEC,
		.query_max_response_time = 5 * MC_SEC,
		.last_member_query_interval = 2 * MC_SEC,
		.startup_query_interval = 7 * MC_SEC,
		.robustness_variable = 3,
		.startup_query_count = 4,
		.last_member_query_count = 5,
		.max_groups = 6,
		.max_group_sources = 7,
		.max_hosts = 8,
		.require_router_alert = true,
		.listen_only = true,
	};

	(void)state;
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++) {
		querier_options_apply(&o, f, &iface, prefixes, &c);
		assert_int_equal(c.family, f == QUERIER_MLD ? MC_IPV6 : MC_IPV4);
		assert_int_equal(c.version, f == QUERIER_MLD ? 1 : 2);
		assert_true(c.query_interval == 60 * MC_SEC && c.query_response_interval == 5 * MC_SEC);
		assert_true(c.last_member_query_interval == 2 * MC_SEC);
		assert_true(c.startup_query_interval == 7 * MC_SEC);
		assert_int_equal(c.robustness, 3);
		assert_int_equal(c.startup_query_count, 4);
		assert_int_equal(c.last_member_query_count, 5);
		assert_int_equal(c.max_groups, 6);
		assert_int_equal(c.max_sources, 7);
		assert_int_equal(c.max_hosts, 8);
		assert_true(c.passive && c.require_alert);
		assert_int_equal(c.n_prefixes, 0);
		assert_int_equal(c.mtu, 9000);
	}
}

/* IPv4: the first address. IPv6: the link-local one. */
static void test_apply_address(void **state)
{
	struct querier_options o = defaults();
	struct mc_iface iface = iface_of(1500, COUNT(addrs)), bare = iface_of(1500, 0);
	struct mc_prefix prefixes[COUNT(addrs)];
	struct mc_router_conf c;
	char text[MC_ADDR_STRLEN];

	(void)state;
	querier_options_apply(&o, QUERIER_IGMP, &iface, prefixes, &c);
	assert_string_equal(mc_addr_format(&c.addr, text, sizeof text), "10.0.0.9");
	assert_false(c.passive);
	querier_options_apply(&o, QUERIER_MLD, &iface, prefixes, &c);
	assert_string_equal(mc_addr_format(&c.addr, text, sizeof text), "fe80::9");
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++) {
		querier_options_apply(&o, f, &bare, prefixes, &c);
		assert_int_equal(c.addr.family, 0);
	}
}

static void test_apply_subnets(void **state)
{
	struct querier_options o = defaults();
	struct mc_iface iface = iface_of(1500, COUNT(addrs));
	struct mc_prefix prefixes[COUNT(addrs)];
	const struct mc_addr in = { MC_IPV4, { 10, 0, 0, 200 } }, out = { MC_IPV4, { 10, 0, 1, 1 } };
	struct mc_router_conf c;

	(void)state;
	o.verify_source_subnet = true;
	querier_options_apply(&o, QUERIER_IGMP, &iface, prefixes, &c);
	assert_int_equal(c.n_prefixes, 2);
	assert_ptr_equal(c.prefixes, prefixes);
	assert_true(mc_prefix_has(&prefixes[0], &in) && !mc_prefix_has(&prefixes[0], &out));
	assert_int_equal(prefixes[1].len, 12);
	querier_options_apply(&o, QUERIER_MLD, &iface, prefixes, &c);
	assert_int_equal(c.n_prefixes, 0);
}

static void test_apply_mtu(void **state)
{
	static const struct {
		uint32_t mtu;
		uint16_t igmp, mld;
	} rows[] = {
		{ 0, 1500, 1500 },       { 68, 576, 1280 },
		{ 576, 576, 1280 },      { 1280, 1280, 1280 },
		{ 1500, 1500, 1500 },    { 65535, 65535, 65535 },
		{ 65536, 65535, 65535 }, { UINT32_MAX, 65535, 65535 },
	};
	struct querier_options o = defaults();
	struct mc_router_conf c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_iface iface = iface_of(rows[i].mtu, 0);

		querier_options_apply(&o, QUERIER_IGMP, &iface, NULL, &c);
		assert_int_equal(c.mtu, rows[i].igmp);
		querier_options_apply(&o, QUERIER_MLD, &iface, NULL, &c);
		assert_int_equal(c.mtu, rows[i].mld);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_router_takes_all),
		cmocka_unit_test(test_apply_all),
		cmocka_unit_test(test_apply_address),
		cmocka_unit_test(test_apply_subnets),
		cmocka_unit_test(test_apply_mtu),
	};

	return cmocka_run_group_tests_name("querier_conf", tests, NULL, NULL);
}
