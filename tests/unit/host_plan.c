/*
 * host_plan.c - tests of who wants what: prefixes as runs of addresses, targets as runs of groups, hosts
 * over them.
 */
#include "host/from.h"
#include "host/plan.h"

#include <string.h>

#include "check.h"

/* ---- from ------------------------------------------------------------------------------------- */

/* "FIRST LAST" of so many hosts, or why not. */
static void from_row(const char *text, uint32_t hosts, const char *want)
{
	char why[200] = "", got[300], a[MC_ADDR_STRLEN], b[MC_ADDR_STRLEN];
	struct from f;

	if (from_parse(&f, text, why, sizeof(why))) {
		snprintf(got, sizeof(got), "! %s", why);
	} else if (f.room < hosts) {
		snprintf(got, sizeof(got), "room for %llu", (unsigned long long)f.room);
	} else {
		struct mc_addr first = from_at(&f, 0), last = from_at(&f, hosts - 1);

		snprintf(got, sizeof(got), "%s %s", mc_addr_format(&first, a, sizeof(a)),
			 mc_addr_format(&last, b, sizeof(b)));
	}
	equal(text, got, want);
}

static void prefixes(void **state)
{
	static const struct {
		const char *text;
		uint32_t hosts;
		const char *want;
	} rows[] = {
		{ "10.0.8.0/22", 1022, "10.0.8.1 10.0.11.254" },
		{ "10.0.8.0/22", 1023, "room for 1022" },
		{ "10.0.8.9/22", 1, "10.0.8.1 10.0.8.1" },
		{ "10.0.8.0/30", 2, "10.0.8.1 10.0.8.2" },
		{ "10.0.8.0/31", 2, "10.0.8.0 10.0.8.1" },
		{ "10.0.8.7/32", 1, "10.0.8.7 10.0.8.7" },
		{ "10.0.8.7/32", 2, "room for 1" },
		{ "10.0.8.1", 1000000, "10.0.8.1 10.15.74.64" },
		{ "223.255.255.254", 2, "223.255.255.254 223.255.255.255" },
		{ "223.255.255.254", 3, "room for 2" },
		{ "fe80::1:0/112", 65535, "fe80::1:1 fe80::1:ffff" },
		{ "fe80::1:0/112", 65536, "room for 65535" },
		{ "fe80::/127", 2, "fe80:: fe80::1" },
		{ "fe80::/64", 1000000, "fe80::1 fe80::f:4240" },
		{ "fe80::ffff", 2, "fe80::ffff fe80::1:0" },
		{ "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 2, "room for 1" },
		{ "2001:db8::/64", 1,
		  "! MLD is spoken from link-local addresses alone (such as fe80::1:0/112)" },
		{ "239.1.1.0/24", 1, "! no host has such an address (such as 10.0.8.0/22)" },
		{ "ff02::/64", 1, "! no host has such an address (such as 10.0.8.0/22)" },
		{ "0.0.0.0", 1, "! no host has such an address (such as 10.0.8.0/22)" },
		{ "10.0.8.0/33", 1,
		  "! Not an address prefix (such as 10.0.8.0/22, 10.0.8.1 or fe80::1:0/112)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		from_row(rows[i].text, rows[i].hosts, rows[i].want);
}

static void ethernet(void **state)
{
	uint8_t mac[6];

	(void)state;
	from_ether(0, mac);
	assert_memory_equal(mac, "\2\0\0\0\0\1", 6);
	from_ether(999999, mac);
	assert_memory_equal(mac, "\2\0\0\x0f\x42\x40", 6);
}

/* ---- plans --------------------------------------------------------------------------------------- */

static const struct verb verb = { .name = "host" };

static void make(struct plan *p, const struct host_conf *c, const char *const *texts)
{
	struct mc_target targets[8];
	size_t n = 0;

	for (; texts[n]; n++) {
		mc_target_init(&targets[n]);
		assert_int_equal(mc_target_parse(&targets[n], texts[n]), 0);
	}
	assert_int_equal(plan_make(p, &verb, c, targets, n), 0);
}

/* Every group of every host stands in one list of who wants it, and in no other. */
static void members(const struct plan *p)
{
	for (uint64_t number = 0; number < p->groups; number++) {
		uint64_t pos, wanted = 0, found = 0;
		struct mc_addr group;
		uint32_t host;

		plan_at(p, number, &group);
		assert_true(plan_find(p, &group, &pos));
		assert_int_equal(pos, number);
		for (host = 0; host < p->hosts; host++)
			for (uint64_t i = 0; i < p->each; i++)
				wanted += plan_number(p, host, i) == number;
		while (plan_member(p, &pos, &host)) {
			bool wants = false;

			for (uint64_t i = 0; i < p->each; i++)
				wants |= plan_number(p, host, i) == number;
			assert_true(wants);
			found++;
		}
		assert_int_equal(found, wanted);
	}
}

static void each(void **state)
{
	static const char *const texts[] = { "239.1.1.250+10", "ff15::1+7", "239.9.9.9", NULL };

	(void)state;
	for (int64_t hosts = 1; hosts < 40; hosts += 3)
		for (int64_t n = 0; n <= 18; n++) {
			struct host_conf c = { .hosts = hosts, .each = n };
			struct plan p;

			make(&p, &c, texts);
			assert_int_equal(p.groups, 18);
			assert_int_equal(p.each, n ? n : 18);
			members(&p);
			plan_free(&p);
		}
}

static void filters(void **state)
{
	static const char *const texts[] = { "10.0.0.9@232.1.1.1+2", "239.1.1.1", "10.0.0.8@232.1.1.1+2",
					     "[2001:db8::1]@[ff3e::1]", NULL };
	struct mc_addr excluded[1] = { { MC_IPV4, { 10, 0, 0, 7 } } }, group;
	struct host_conf c = { .hosts = 1, .exclude = excluded, .nexclude = 1 };
	const struct want *w;
	struct plan p;

	(void)state;
	make(&p, &c, texts);
	assert_int_equal(p.n, 3);
	w = plan_at(&p, 1, &group);
	assert_int_equal(w->mode, MC_INCLUDE);
	assert_int_equal(w->n, 2);
	assert_int_equal(group.b[3], 2);
	w = plan_at(&p, 2, &group);
	assert_int_equal(w->mode, MC_EXCLUDE);
	assert_int_equal(w->n, 1);
	assert_int_equal(plan_at(&p, 3, &group)->n, 1);
	assert_int_equal(group.family, MC_IPV6);
	assert_true(plan_has_family(&p, MC_IPV6));
	plan_free(&p);
}

static void elsewhere(void **state)
{
	static const char *const texts[] = { "239.1.1.1+2", "ff15::1", NULL };
	static const char *const others[] = { "239.1.1.0", "239.1.1.3", "ff15::2", "ff15::", "ff16::1" };
	struct host_conf c = { .hosts = 1 };
	struct mc_addr a;
	struct plan p;
	uint64_t n;

	(void)state;
	make(&p, &c, texts);
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_int_equal(mc_addr_parse(&a, others[i]), 0);
		assert_false(plan_find(&p, &a, &n));
	}
	plan_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes), cmocka_unit_test(ethernet),  cmocka_unit_test(each),
		cmocka_unit_test(filters),  cmocka_unit_test(elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
