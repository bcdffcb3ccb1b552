/*
 * querier_tell.c - tests of what the querier tells: lines of text, the sums at the end, warnings in words,
 * and objects. What is looked up before it is told is tested where whole runs are.
 */
#include "querier/tell.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "querier/json.h"
#include "querier/warn.h"
#include "wire.h"

static struct capture out, err;

static struct querier_link br0 = {
	.conf = { .name = "br0", .options = { .version = { 3, 2 } } },
	.state = QUERIER_OPEN,
	.ifindex = 7,
};

static struct told told(enum told_kind kind)
{
	return (struct told){ .kind = kind, .time = 43201 * MC_SEC + 220000, .link = &br0 };
}

static void check(const struct told *t, const char *want)
{
	char line[TELL_LINE];

	assert_string_equal(tell_line(t, line, sizeof line), want);
}

static void test_querier(void **state)
{
	struct told t = told(TOLD_QUERIER);

	(void)state;
	t.addr = wire_addr("10.0.0.9");
	t.self = true;
	check(&t, "br0 IGMPv3 querier is 10.0.0.9, this machine");
	t.previous = t.addr;
	t.previous_self = true;
	t.addr = wire_addr("10.0.0.5");
	t.self = false;
	check(&t, "br0 IGMPv3 querier is 10.0.0.5, was 10.0.0.9, this machine");
	t.addr = (struct mc_addr){ 0 };
	t.previous = wire_addr("fe80::5");
	t.previous_self = false;
	t.family = QUERIER_MLD;
	check(&t, "br0 MLDv2 has no querier, was fe80::5");
}

static void test_interface(void **state)
{
	struct querier_link l = br0;
	struct told t = told(TOLD_INTERFACE);

	(void)state;
	t.link = &l;
	check(&t, "br0 IGMPv3 listens: the interface has no IPv4 address yet");
	t.family = QUERIER_MLD;
	check(&t, "br0 MLDv2 listens: the interface has no link-local address yet");
	t.addr = wire_addr("fe80::9");
	check(&t, "");
	l.conf.options.listen_only = true;
	check(&t, "br0 MLDv2 listens only");
	l.state = QUERIER_DOWN;
	check(&t, "br0 is down");
	l.state = QUERIER_GONE;
	check(&t, "br0 is not there (it is waited for)");
	t.known = true;
	check(&t, "");
}

static void test_hosts(void **state)
{
	const struct mc_addr sources[] = { wire_addr("10.9.0.1"), wire_addr("10.9.0.2") };
	struct told t = told(TOLD_HOST);

	(void)state;
	t.group = wire_addr("239.1.2.3");
	t.addr = wire_addr("10.0.0.7");
	t.present = true;
	t.mode = MC_EXCLUDE;
	check(&t, "239.1.2.3 joined by 10.0.0.7 on br0");
	t.sources = (struct told_list){ sources, 1 };
	check(&t, "239.1.2.3 joined by 10.0.0.7 on br0, not from 10.9.0.1");
	t.mode = MC_INCLUDE;
	t.sources.n = 2;
	check(&t, "239.1.2.3 joined by 10.0.0.7 on br0, from 10.9.0.1, 10.9.0.2");
	t.present = false;
	check(&t, "239.1.2.3 left by 10.0.0.7 on br0");
	t.expired = true;
	check(&t, "239.1.2.3 left by 10.0.0.7 on br0 (not heard)");
}

static void test_groups(void **state)
{
	const struct mc_addr sources[] = { wire_addr("10.9.0.1"), wire_addr("10.9.0.2") };
	struct told t = told(TOLD_GROUP);

	(void)state;
	t.group = wire_addr("239.1.2.3");
	check(&t, "239.1.2.3 has no members on br0");
	t.present = true;
	t.mode = MC_INCLUDE;
	t.sources = (struct told_list){ sources, 2 };
	check(&t, "239.1.2.3 on br0 now from 10.9.0.1, 10.9.0.2");
	t.mode = MC_EXCLUDE;
	check(&t, "239.1.2.3 on br0 now from any");
	t.excluded = (struct told_list){ sources, 2 };
	check(&t, "239.1.2.3 on br0 now from any but 10.9.0.1, 10.9.0.2");
	t.known = true;
	check(&t, "");
	t = told(TOLD_VERSION);
	t.group = wire_addr("239.1.2.3");
	t.version = 2;
	check(&t, "239.1.2.3 on br0 now in IGMPv2");
}

/* A list that is longer than the line ends at a whole address. */
static void test_long_list(void **state)
{
	static struct mc_addr sources[1000];
	struct told t = told(TOLD_HOST);
	char line[TELL_LINE];
	size_t len;

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++)
		sources[i] = wire_addr("10.109.110.111");
	t.group = wire_addr("232.1.1.1");
	t.addr = wire_addr("10.0.0.7");
	t.present = true;
	t.sources = (struct told_list){ sources, COUNT(sources) };
	len = strlen(tell_line(&t, line, sizeof line));
	assert_in_range(len, TELL_LINE - 32, TELL_LINE - 1);
	assert_string_equal(line + len - strlen(" 10.109.110.111 ..."), " 10.109.110.111 ...");
}

static void test_messages(void **state)
{
	const struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.2");
	struct told t = told(TOLD_MESSAGE);
	struct mc_msg m;
	uint8_t *block;

	(void)state;
	assert_int_equal(wire_decode_hex(&m, &block, &ip, "17 00 0000 ef010203"), 0);
	t.msg = &m;
	check(&t, "br0 IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3");
	t.kind = TOLD_QUERY;
	check(&t, "br0 would send IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3");
	t.sent = true;
	check(&t, "br0 sent IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3");
	free(block);
}

static void test_warnings(void **state)
{
	struct told t = told(TOLD_WARNING);

	(void)state;
	t.text = "something";
	check(&t, "br0 IGMP: something");
	t.missed = 3;
	check(&t, "br0 IGMP: something (and 3 more since the last time)");
	t.missed = 0;
	t.family = QUERIER_FAMILIES;
	check(&t, "br0: something");
	t.link = NULL;
	check(&t, "something");
}

/* ---- where it goes ---------------------------------------------------------------------------------- */

static const struct verb verb = { .name = "querier" };

static void both(const struct tell *w, const struct told *t, const char *want_out, const char *want_err)
{
	const char *a, *b;

	capture_begin(&out, stdout);
	capture_begin(&err, stderr);
	tell(w, t);
	b = capture_end(&err);
	a = capture_end(&out);
	assert_string_equal(a, want_out);
	assert_string_equal(b, want_err);
}

static void test_streams(void **state)
{
	struct tell w = { .verb = &verb };
	struct told t = told(TOLD_QUERIER);

	(void)state;
	t.addr = wire_addr("10.0.0.9");
	both(&w, &t, "12:00:01.000220 br0 IGMPv3 querier is 10.0.0.9\n", "");
	w.quiet = true;
	both(&w, &t, "", "");
	t.kind = TOLD_WARNING;
	t.text = "something";
	both(&w, &t, "", "mcast querier: warning: br0 IGMP: something\n");
	t.kind = TOLD_RELOAD;
	both(&w, &t, "", "mcast querier: something\n");
	t.ok = true;
	both(&w, &t, "", "");
	w.quiet = false;
	both(&w, &t, "12:00:01.000220 something\n", "");
}

/* ---- warnings of a router ------------------------------------------------------------------------------ */

static void warned(enum mc_warning which, const char *addr, const char *group, const char *want)
{
	struct mc_iface iface = { .name = "br0", .bridge = true };
	char text[400];
	struct mc_action a;

	mc_action_init(&a);
	a.warning = (uint8_t)which;
	a.version = 2;
	if (addr)
		a.addr = wire_addr(addr);
	if (group)
		a.group = wire_addr(group);
	iface.querier = group != NULL; /* of MC_WARN_SELF */
	assert_string_equal(warn_text(&a, &br0, QUERIER_IGMP, &iface, text, sizeof text), want);
}

static void test_words(void **state)
{
	(void)state;
	warned(MC_WARN_OLDER, "10.0.0.5", NULL,
	       "10.0.0.5 asks in IGMPv2, this machine in IGMPv3: all routers of a link must ask in the same "
	       "version");
	warned(MC_WARN_SSM, "10.0.0.5", NULL, "10.0.0.5 asks in IGMPv2: source-specific groups need IGMPv3");
	warned(MC_WARN_SSM, "10.0.0.7", "232.1.1.1",
	       "10.0.0.7 speaks IGMPv2 about 232.1.1.1: source-specific groups need IGMPv3");
	warned(MC_WARN_SELF, "10.0.0.9", NULL,
	       "10.0.0.9 is this machine's address, and somebody else asks from it (another program, or a "
	       "machine with the same address)");
	warned(MC_WARN_SELF, "10.0.0.9", "239.1.1.1",
	       "10.0.0.9 is this machine's address, and the bridge's own querier asks from it, too (turn "
	       "that off: ip link set br0 type bridge mcast_querier 0)");
	warned(MC_WARN_HOSTS, "10.0.0.7", "239.1.1.1",
	       "10.0.0.7 is not kept as a member of 239.1.1.1: there are as many as may be (raise "
	       "max-hosts)");
	warned(MC_WARN_MEMORY, NULL, NULL, "there is no memory");
	warned(MC_WARN_MEMORY, NULL, "239.1.1.1", "there is no memory for 239.1.1.1");
}

/* Whatever an engine may warn of, there are words for it. */
static void test_all_words(void **state)
{
	char text[400];
	struct mc_action a;

	(void)state;
	mc_action_init(&a);
	for (unsigned w = 0; w < MC_WARNINGS; w++) {
		a.warning = (uint8_t)w;
		assert_string_not_equal(warn_text(&a, &br0, QUERIER_MLD, NULL, text, sizeof text), "");
	}
}

/* ---- sums, and lines that nobody took ------------------------------------------------------- */

static void test_sum(void **state)
{
	struct querier_link l = br0;
	struct mc_router_conf conf;
	char line[TELL_LINE];

	(void)state;
	assert_string_equal(tell_sum(&l, QUERIER_IGMP, line, sizeof line), "br0 IGMPv3: it is not open");
	mc_router_conf_init(&conf, MC_IPV4);
	assert_int_equal(mc_router_new(&l.side[QUERIER_IGMP].router, &conf, 0), 0);
	mc_router_refused(l.side[QUERIER_IGMP].router, MC_ERR_SHORT);
	mc_router_refused(l.side[QUERIER_IGMP].router, MC_ERR_CUT);
	mc_router_refused(l.side[QUERIER_IGMP].router, MC_ERR_CUT);
	l.lost = 1;
	assert_string_equal(tell_sum(&l, QUERIER_IGMP, line, sizeof line),
			    "br0 IGMPv3: sent 0 queries; heard 0 queries, 0 reports, 0 leaves; dropped 3 "
			    "(rx-bad-length 1, rx-truncated 2); 1 packet of the interface lost");
	mc_router_free(l.side[QUERIER_IGMP].router);
}

static void test_lost(void **state)
{
	struct tell w = { .verb = &verb };
	char line[1024];
	size_t len;
	json_t *o;

	(void)state;
	len = tell_lost(&w, 1, line, sizeof line);
	assert_int_equal(len, strlen(line));
	assert_string_equal(line, "... 1 line left out here, as nobody took them\n");
	w.json = true;
	len = tell_lost(&w, 5, line, sizeof line);
	assert_int_equal(len, strlen(line));
	assert_string_equal(strchr(line, '\n'), "\n");
	o = json_loads(line, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(o, "warning")), "lost-output");
	assert_int_equal(json_integer_value(json_object_get(o, "missed")), 5);
	json_decref(o);
	assert_int_equal(tell_lost(&w, 5, line, 40), 0);
}

/* ---- objects ---------------------------------------------------------------------------------------- */

static json_t *object_of(const struct told *t)
{
	const char *text;

	capture_begin(&out, stdout);
	querier_json_told(t);
	text = capture_end(&out);
	return json_loads(text, 0, NULL);
}

static void test_json(void **state)
{
	const struct mc_addr source = wire_addr("10.9.0.1");
	struct told t = told(TOLD_HOST);
	json_t *o, *want;

	(void)state;
	t.group = wire_addr("232.1.1.1");
	t.addr = wire_addr("10.0.0.7");
	t.present = true;
	t.hosts = 2;
	t.sources = (struct told_list){ &source, 1 };
	o = object_of(&t);
	assert_non_null(o);
	json_object_del(o, "host");
	want = json_pack("{s:s, s:f, s:i, s:s, s:i, s:s, s:s, s:s, s:i, s:s, s:[s]}", "event", "join", "ts",
			 43201.00022, "schema", 1, "ifname", "br0", "ifindex", 7, "protocol", "IGMP", "group",
			 "232.1.1.1", "address", "10.0.0.7", "hosts", 2, "filter_mode", "include",
			 "source_addresses", "10.9.0.1");
	assert_true(json_equal(o, want));
	json_decref(o);
	json_decref(want);
}

/* A link that is not there has no index; a warning about none has neither name nor protocol. */
static void test_json_nulls(void **state)
{
	struct querier_link gone = { .conf = br0.conf };
	struct told t = told(TOLD_INTERFACE);
	json_t *o;

	(void)state;
	t.link = &gone;
	o = object_of(&t);
	assert_true(json_is_null(json_object_get(o, "ifindex")));
	assert_string_equal(json_string_value(json_object_get(o, "state")), "gone");
	json_decref(o);
	t = (struct told){ .kind = TOLD_WARNING, .family = QUERIER_FAMILIES, .warning = "x", .text = "y" };
	o = object_of(&t);
	assert_true(json_is_null(json_object_get(o, "ifname")));
	assert_true(json_is_null(json_object_get(o, "protocol")));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_querier),   cmocka_unit_test(test_interface),
		cmocka_unit_test(test_hosts),     cmocka_unit_test(test_groups),
		cmocka_unit_test(test_long_list), cmocka_unit_test(test_messages),
		cmocka_unit_test(test_warnings),  cmocka_unit_test(test_streams),
		cmocka_unit_test(test_words),     cmocka_unit_test(test_all_words),
		cmocka_unit_test(test_sum),       cmocka_unit_test(test_lost),
		cmocka_unit_test(test_json),      cmocka_unit_test(test_json_nulls),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
