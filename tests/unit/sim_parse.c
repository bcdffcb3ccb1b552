/*
 * sim_parse.c - tests of what the lines of a script become, in both families.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sim/script.h"

static struct mc_sim *parse(const char *text)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	int err = mc_sim_parse(&s, text, strlen(text), &error);

	if (err)
		fail_msg("%d, %u:%u: %s, in:\n%s", err, error.line, error.column, error.text, text);
	return s;
}

/* The one event of a script that declares these nodes in front. */
#define NODES                              \
	"node R1 router\n"                 \
	"node H1 host\n"                   \
	"node H2 host address none free\n" \
	"node V[1..500] host start never\n"

static struct mc_sim *parse_event(const char *line)
{
	char text[2000];
	struct mc_sim *s;

	snprintf(text, sizeof(text), NODES "%s\n", line);
	s = parse(text);
	assert_int_equal(s->n_events, 1);
	return s;
}

static void is_addr(const char *given, const struct mc_addr *a, const char *want)
{
	char buf[MC_ADDR_STRLEN];

	equal(given, mc_addr_format(a, buf, sizeof(buf)), want);
}

static void is_name(const char *given, const struct mc_sim_name *name, const char *ipv4, const char *ipv6)
{
	is_addr(given, &name->addr[0], ipv4);
	is_addr(given, &name->addr[1], ipv6);
}

/* ---- settings ------------------------------------------------------------------------------- */

static void test_nothing(void **state)
{
	struct mc_sim *s = parse("# nothing\n\n   \t# at all\r\n");
	uint64_t seed = 7;

	(void)state;
	assert_true(mc_sim_runs_as(s, MC_IPV4) && mc_sim_runs_as(s, MC_IPV6) && !mc_sim_runs_as(s, 5));
	assert_false(mc_sim_figures_wanted(s) || mc_sim_seeded(s, &seed) || s->rfc3376);
	assert_int_equal(seed, 7);
	assert_true(s->fraction > 0.499 && s->fraction < 0.501 && s->end == MC_NEVER);
	assert_int_equal(s->n_nodes + s->n_events, 0);
	mc_sim_free(s);
}

static void test_settings(void **state)
{
	struct mc_sim *s = parse(
		"family ipv6\nseed 9223372036854775807\nfraction 25%\ntimers rfc3376\n"
		"link delay 5ms jitter 50us loss 0.01 duplicate 2% reorder 1\nend 1.5h\nfigures");
	uint64_t seed = 0;

	(void)state;
	assert_true(!mc_sim_runs_as(s, MC_IPV4) && mc_sim_runs_as(s, MC_IPV6));
	assert_true(mc_sim_seeded(s, &seed) && seed == INT64_MAX);
	assert_true(mc_sim_figures_wanted(s) && s->rfc3376);
	assert_true(s->fraction == 0.25 && s->link.loss == 0.01 && s->link.duplicate == 0.02 &&
		    s->link.reorder == 1);
	assert_true(s->link.delay == 5 * MC_MSEC && s->link.jitter == 50000 && s->end == 5400 * MC_SEC);
	mc_sim_free(s);
}

/* ---- names ---------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const struct {
		const char *word, *ipv4, *ipv6;
	} rows[] = {
		{ "G1", "239.1.1.1", "ff15::1:1" },
		{ "G300", "239.1.2.44", "ff15::1:12c" },
		{ "GS", "232.1.1.1", "ff35::8000:1" },
		{ "GS2", "232.1.1.2", "ff35::8000:2" },
		{ "S1", "10.1.0.1", "2001:db8::a" },
		{ "a", "10.1.0.1", "2001:db8::a" },
		{ "d", "10.1.0.4", "2001:db8::d" },
		{ "S5", "10.1.0.5", "2001:db8::e" },
		{ "R9", "10.0.0.9", "fe80::9" },
		{ "H", "10.0.0.10", "fe80::10" },
		{ "H200", "10.0.0.209", "fe80::d7" },
		{ "H201", "10.2.0.201", "fe80::d8" },
		{ "NODES", "224.0.0.1", "ff02::1" },
		{ "ROUTERS", "224.0.0.2", "ff02::2" },
		{ "REPORTS", "224.0.0.22", "ff02::16" },
		{ "NONE", "0.0.0.0", "::" },
		{ "224.0.0.251|ff02::fb", "224.0.0.251", "ff02::fb" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char line[80];
		struct mc_sim *s;

		snprintf(line, sizeof(line), "0 H1 join %s", rows[i].word);
		s = parse_event(line);
		is_name(rows[i].word, &s->events[0].groups.first, rows[i].ipv4, rows[i].ipv6);
		mc_sim_free(s);
	}
}

static void test_names_of_the_script(void **state)
{
	struct mc_sim *s = parse(NODES "name MDNS 224.0.0.251 ff02::fb\n"
				       "name OTHER MDNS\n"
				       "ipv4: name FOUR 192.0.2.1\nipv6: name FOUR fe80::4\n"
				       "name ME H1\n"
				       "0 H1 join OTHER {FOUR,ME,V[7]}\n");
	const struct mc_sim_event *e = s->events;

	(void)state;
	is_name("OTHER", &e->groups.first, "224.0.0.251", "ff02::fb");
	assert_int_equal(e->sources.n, 3);
	is_name("FOUR", &e->sources.list[0], "192.0.2.1", "fe80::4");
	assert_int_equal(e->sources.list[0].node, 0);
	assert_int_equal(e->sources.list[1].node, 2);
	assert_int_equal(e->sources.list[2].node, 3 + 7);
	is_name("V[7]", &e->sources.list[2], "10.3.0.7", "fe80::3:7");
	mc_sim_free(s);
}

static void test_sets(void **state)
{
	struct mc_sim *s = parse_event("0 H1 listen GS include { a, S[9..11] ,10.9.9.9|2001:db8::9 }");
	const struct mc_sim_set *set = &s->events[0].sources;

	(void)state;
	assert_int_equal(set->n, 5);
	is_name("a", &set->list[0], "10.1.0.1", "2001:db8::a");
	is_name("S9", &set->list[1], "10.1.0.9", "2001:db8::12");
	is_name("S11", &set->list[3], "10.1.0.11", "2001:db8::14");
	is_name("|", &set->list[4], "10.9.9.9", "2001:db8::9");
	mc_sim_free(s);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static void test_nodes(void **state)
{
	struct mc_sim *s = parse(NODES "node X router\nnode Y[1..3] host address 192.0.2.254|fe80::ffff\n");
	char buf[40];
	struct mc_addr a;

	(void)state;
	assert_int_equal(s->n_nodes, 6);
	assert_int_equal(s->n_all, 507);
	assert_true(s->nodes[0].role == MC_SIM_ROUTER && !s->nodes[0].free && s->nodes[2].free &&
		    s->nodes[3].free);
	assert_ptr_equal(mc_sim_node_of(s, 3), &s->nodes[2]);
	assert_ptr_equal(mc_sim_node_of(s, 4), &s->nodes[3]);
	assert_ptr_equal(mc_sim_node_of(s, 503), &s->nodes[3]);
	assert_ptr_equal(mc_sim_node_of(s, 504), &s->nodes[4]);
	assert_null(mc_sim_node_of(s, 0));
	equal("2", mc_sim_node_name(s, 2, buf, sizeof(buf)), "H1");
	equal("503", mc_sim_node_name(s, 503, buf, sizeof(buf)), "V[500]");
	a = mc_sim_address(s, 503, MC_IPV4);
	is_addr("V[500]", &a, "10.3.1.244");
	a = mc_sim_address(s, 504, MC_IPV6);
	is_addr("X", &a, "fe80::3:1f5");
	a = mc_sim_address(s, 506, MC_IPV4);
	is_addr("Y[2]", &a, "192.0.2.255");
	a = mc_sim_address(s, 507, MC_IPV6);
	is_addr("Y[3]", &a, "fe80::1:1");
	a = mc_sim_address(s, 3, MC_IPV4);
	is_addr("H2", &a, "");
	mc_sim_free(s);
}

static void test_host_conf(void **state)
{
	struct mc_sim *s = parse(
		"node H1 host version older robustness 7 query-interval 60 mtu 576 compatible no "
		"require-alert no strict-ttl yes max-groups 5 max-sources 6 max-queried 7 "
		"unsolicited-report-interval 500ms older-report-interval 5 quiet-leave no "
		"adopt-robustness no report-link-local no warning-interval 0 "
		"query-response-interval 3 ssm 233.0.0.0/8|ff3e::/32 loss 10% start 5\n");
	const struct mc_sim_options *o = &s->nodes[0].options;
	struct mc_host_conf c, untouched;

	(void)state;
	mc_host_conf_init(&c, MC_IPV6);
	untouched = c;
	mc_sim_host_conf(&c, o);
	assert_true(c.version == 1 && c.robustness == 7 && c.mtu == 576 && c.max_groups == 5 &&
		    c.max_sources == 6 && c.max_queried == 7);
	assert_true(!c.compatible && !c.require_alert && c.strict_ttl && !c.adopt_robustness &&
		    !c.quiet_leave && !c.report_link_local);
	assert_true(c.query_interval == 60 * MC_SEC && c.query_response_interval == 3 * MC_SEC &&
		    c.unsolicited_report_interval == 500 * MC_MSEC && c.older_report_interval == 5 * MC_SEC &&
		    c.warning_interval == 0);
	is_addr("ssm", &c.ssm.addr, "ff3e::");
	assert_int_equal(c.ssm.len, 32);
	assert_true(c.size == untouched.size && c.family == MC_IPV6 && c.seed == untouched.seed && !c.room);
	mc_host_conf_init(&c, MC_IPV4);
	mc_sim_host_conf(&c, o);
	assert_int_equal(c.version, 2);
	is_addr("ssm", &c.ssm.addr, "233.0.0.0");
	mc_sim_free(s);
}

static void test_router_conf(void **state)
{
	struct mc_sim *s = parse(
		"ipv4: node R1 router startup-query-count 3 startup-query-interval 7 passive yes "
		"last-member-query-count 4 last-member-query-interval 2 ignore-v1 yes ignore-v2 yes "
		"prefix 10.0.0.0/8 prefix 192.0.2.0/24|2001:db8::/32 member no version 3\n"
		"ipv4: 5 R1 set prefix 172.16.0.0/12 robustness 3 f=0.5 fails MC_ERR_CONF\n");
	const struct mc_sim_event *e = s->events;
	struct mc_router_conf c;

	(void)state;
	mc_router_conf_init(&c, MC_IPV4);
	mc_sim_router_conf(&c, &s->nodes[0].options);
	assert_true(c.startup_query_count == 3 && c.startup_query_interval == 7 * MC_SEC && c.passive &&
		    c.last_member_query_count == 4 && c.last_member_query_interval == 2 * MC_SEC &&
		    c.ignore_v1 && c.ignore_v2 && c.version == 3);
	assert_int_equal(c.n_prefixes, 2);
	is_addr("second prefix", &c.prefixes[1].addr, "192.0.2.0");
	mc_sim_router_conf(&c, &e->options);
	assert_true(c.n_prefixes == 1 && c.prefixes[0].len == 12 && c.robustness == 3 &&
		    c.startup_query_count == 3);
	assert_true(e->verb == MC_DO_SET && e->fails == MC_ERR_CONF && e->fractions.n == 1);
	mc_sim_free(s);
}

/* ---- times ---------------------------------------------------------------------------------- */

static void test_times(void **state)
{
	static const struct {
		const char *text;
		mc_time at, until;
	} rows[] = {
		{ "0", 0, 0 },
		{ "31.25", 31250 * MC_MSEC, 31250 * MC_MSEC },
		{ "0.000000001", 1, 1 },
		{ "1.100000000000", 1100 * MC_MSEC, 1100 * MC_MSEC },
		{ "500ms", 500 * MC_MSEC, 500 * MC_MSEC },
		{ "0.5us", 500, 500 },
		{ "10s", 10 * MC_SEC, 10 * MC_SEC },
		{ "1.5min", 90 * MC_SEC, 90 * MC_SEC },
		{ "0.0000000005h", 1800, 1800 },
		{ "1000000000", 1000000000 * MC_SEC, 1000000000 * MC_SEC },
		{ "5..5.5", 5 * MC_SEC, 5500 * MC_MSEC },
		{ "500ms..1s", 500 * MC_MSEC, MC_SEC },
		{ "+1..+2", MC_SEC, 2 * MC_SEC },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char line[80];
		struct mc_sim *s;

		snprintf(line, sizeof(line), "%s H1 > report G1", rows[i].text);
		s = parse_event(line);
		if (s->events[0].at != rows[i].at || s->events[0].until != rows[i].until)
			fail_msg("%s is %llu to %llu", rows[i].text, (unsigned long long)s->events[0].at,
				 (unsigned long long)s->events[0].until);
		mc_sim_free(s);
	}
}

/* Lines of one family stand in order among themselves; what comes out is in order altogether. */
static void test_times_by_family(void **state)
{
	struct mc_sim *s = parse(NODES
				 "1..9 H1 > query *\n+1 H1 stop\nipv4: +350 H1 start\nipv6: +260 H1 start\n"
				 "ipv4: 352 H1 stop\n+1 R1 stop\n");
	static const struct {
		mc_time at;
		uint8_t families;
		enum mc_sim_verb verb;
	} want[] = { { 1, 3, MC_SEE_SENT },   { 2, 3, MC_DO_STOP },   { 262, 2, MC_DO_START },
		     { 352, 1, MC_DO_START }, { 352, 1, MC_DO_STOP }, { 353, 3, MC_DO_STOP } };

	(void)state;
	assert_int_equal(s->n_events, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(s->events[i].at == want[i].at * MC_SEC);
		assert_int_equal(s->events[i].families, want[i].families);
		assert_int_equal(s->events[i].verb, want[i].verb);
	}
	mc_sim_free(s);
}

/* ---- what is done --------------------------------------------------------------------------- */

static void test_join_and_leave(void **state)
{
	struct mc_sim *s = parse(NODES
				 "0 H1 join G1\n0 H1 join GS {a,b} socket 7\n"
				 "0 V[*] join G[3..52] spread 2 f=0.25,75%\n"
				 "0 V[2..9] leave GS[1..4] fails ENOBUFS\n0 V[7] change G1\n0 H1 close 0x10\n"
				 "0 H1 listen G1 exclude {a} fails MC_ERR_GROUP\n0 V[7] change GS1 {a,b}\n");
	const struct mc_sim_event *e = s->events;

	(void)state;
	assert_true(e[0].verb == MC_DO_LISTEN && e[0].mode == MC_EXCLUDE && e[0].sources.n == 0 &&
		    e[0].socket == 1);
	assert_true(e[0].who.first == 2 && e[0].who.last == 2 && !e[0].leaves && e[0].groups.count == 1);
	assert_true(e[1].mode == MC_INCLUDE && e[1].sources.n == 2 && e[1].socket == 7);
	assert_true(e[2].who.first == 4 && e[2].who.last == 503 && e[2].groups.count == 50 &&
		    e[2].spread == 2 * MC_SEC);
	is_name("G[3..52]", &e[2].groups.first, "239.1.1.3", "ff15::1:3");
	assert_true(e[2].fractions.n == 2 && e[2].fractions.list[0] == 0.25 &&
		    e[2].fractions.list[1] == 0.75);
	assert_true(e[3].leaves && e[3].mode == MC_INCLUDE && e[3].groups.count == 4 &&
		    e[3].fails == -ENOBUFS);
	assert_true(e[3].who.first == 5 && e[3].who.last == 12);
	assert_true(e[4].verb == MC_DO_CHANGE && e[4].who.first == 10 && e[4].who.last == 10);
	assert_true(e[5].verb == MC_DO_CLOSE && e[5].socket == 16);
	assert_true(e[6].mode == MC_EXCLUDE && e[6].sources.n == 1 && e[6].fails == MC_ERR_GROUP);
	assert_true(e[6].place.line == 11 && e[6].place.column == 3);
	assert_true(e[7].verb == MC_DO_CHANGE && e[7].mode == MC_INCLUDE && e[7].sources.n == 2);
	mc_sim_free(s);
}

/* What is not said of the link stays, by family. */
static void test_link(void **state)
{
	struct mc_sim *s = parse(
		"link delay 1 loss 0.5\n1 link loss 1\nipv6: 2 link jitter 3\n4 link delay 9 f=0.5\n"
		"5 link < query *\n");
	const struct mc_sim_event *e = s->events;

	(void)state;
	assert_int_equal(s->n_events, 5);
	assert_true(e[0].verb == MC_DO_LINK && e[0].link.delay == MC_SEC && e[0].link.loss == 1);
	assert_true(e[1].families == 2 && e[1].link.jitter == 3 * MC_SEC && e[1].link.loss == 1);
	assert_true(e[2].families == 1 && e[2].link.delay == 9 * MC_SEC && e[2].link.jitter == 0);
	assert_true(e[3].families == 2 && e[3].link.delay == 9 * MC_SEC && e[3].link.jitter == 3 * MC_SEC);
	assert_true(e[4].verb == MC_DO_DELIVER && e[4].who.first == 0 && e[4].who.last == 0);
	mc_sim_free(s);
}

/* ---- messages ------------------------------------------------------------------------------- */

static const struct mc_sim_message *message(struct mc_sim **s, const char *text)
{
	char line[1000];

	snprintf(line, sizeof(line), "0 H1 < %s", text);
	*s = parse_event(line);
	assert_int_equal((*s)->events[0].n_messages, 1);
	assert_int_equal((*s)->events[0].verb, MC_DO_DELIVER);
	return (*s)->events[0].messages;
}

static bool holds(const struct mc_sim_value *v, uint64_t value)
{
	return v->set && v->value == value;
}

static void test_query(void **state)
{
	struct mc_sim *s;
	const struct mc_sim_message *m = message(&s, "query *");

	(void)state;
	assert_true(m->kind == MC_SIM_QUERY && m->general && m->version == MC_SIM_NEWEST && !m->has_from &&
		    !m->has_to);
	assert_false(m->max.set || m->code.set || m->qrv.set || m->ttl.set || m->alert.set ||
		     m->bad_checksum);
	mc_sim_free(s);
	m = message(&s, "query GS {a,b} f=0.1 s yes qrv 7 qqi 60 flags 15 ttl 64 tos 0 alert no checksum bad "
			"length 12 "
			"from R2 to NODES max 2.5");
	assert_true(!m->general && m->sources.n == 2 && m->has_from && m->has_to && m->bad_checksum);
	assert_true(holds(&m->s, 1) && holds(&m->qrv, 7) && holds(&m->qqi, 60) && holds(&m->flags, 15) &&
		    holds(&m->ttl, 64) && holds(&m->tos, 0) && holds(&m->alert, 0) && holds(&m->length, 12) &&
		    holds(&m->max, 2500 * MC_MSEC));
	is_name("from", &m->from, "10.0.0.2", "fe80::2");
	assert_int_equal(s->events[0].fractions.n, 1);
	mc_sim_free(s);
	m = message(&s, "oldest query G1 code 0xff from H1");
	assert_true(m->version == MC_SIM_OLDEST && holds(&m->code, 255) && m->from.node == 2);
	mc_sim_free(s);
}

static void test_report(void **state)
{
	struct mc_sim *s;
	const struct mc_sim_message *m = message(&s, "report is_in GS {a} , 9 G1 {},block G2 {a,b,c} aux 2");

	(void)state;
	assert_true(m->kind == MC_SIM_REPORT && m->n_records == 3 && holds(&m->aux, 2));
	assert_true(m->records[0].type == MC_IS_IN && m->records[1].type == 9 &&
		    m->records[2].type == MC_BLOCK);
	assert_true(m->records[0].sources.n == 1 && m->records[1].sources.n == 0 &&
		    m->records[2].sources.n == 3);
	is_name("third", &m->records[2].group, "239.1.1.2", "ff15::1:2");
	mc_sim_free(s);
	m = message(&s, "report none");
	assert_true(m->kind == MC_SIM_REPORT && m->n_records == 0);
	mc_sim_free(s);
	m = message(&s, "report G1");
	assert_true(m->kind == MC_SIM_OLD_REPORT && m->version == MC_SIM_OLDER);
	mc_sim_free(s);
	m = message(&s, "v1 report 239.1.1.1|ff15::1:1");
	assert_true(m->kind == MC_SIM_OLD_REPORT && m->version == 1);
	mc_sim_free(s);
	m = message(&s, "done G1");
	assert_true(m->kind == MC_SIM_LEAVE && m->version == MC_SIM_OLDER);
	mc_sim_free(s);
}

static void test_octets(void **state)
{
	static const uint8_t octets[] = { 0x11, 0x64, 0xee, 0x9b, 0xab };
	struct mc_sim *s;
	const struct mc_sim_message *m = message(&s, "raw 1164EE9b ab alert no");

	(void)state;
	assert_true(m->kind == MC_SIM_RAW && m->n_raw == 5 && memcmp(m->raw, octets, 5) == 0 &&
		    holds(&m->alert, 0));
	mc_sim_free(s);
	m = message(&s, "packet 4500");
	assert_true(m->kind == MC_SIM_PACKET && m->n_raw == 2 && m->raw[0] == 0x45);
	mc_sim_free(s);
}

/* ---- what must be seen ---------------------------------------------------------------------- */

static void test_seen(void **state)
{
	struct mc_sim *s = parse(
		NODES "0 H1 > report G1 or report to_ex G1 {} ttl 1 or leave G1 optional split lost H2 f=1\n"
		      "0 H1 > query * lost split\n1 V[1..2] > query * lost\n1 R1 silent until 5.5\n");
	const struct mc_sim_event *e = s->events;

	(void)state;
	assert_true(e[0].verb == MC_SEE_SENT && e[0].n_messages == 3 && e[0].optional && e[0].split &&
		    e[0].lost == 3);
	assert_true(e[0].messages[0].kind == MC_SIM_OLD_REPORT && e[0].messages[1].kind == MC_SIM_REPORT &&
		    holds(&e[0].messages[1].ttl, 1) && e[0].messages[2].kind == MC_SIM_LEAVE);
	assert_true(e[1].lost == MC_LAN_ALL && e[1].split && !e[1].optional && e[1].fractions.n == 0);
	assert_true(e[2].lost == MC_LAN_ALL && e[2].who.last - e[2].who.first == 1);
	assert_true(e[3].verb == MC_SEE_SILENT && e[3].at == MC_SEC && e[3].until == 5500 * MC_MSEC);
	mc_sim_free(s);
}

static const struct mc_sim_state *state_of(struct mc_sim **s, const char *text)
{
	char line[400];

	snprintf(line, sizeof(line), "0 %s", text);
	*s = parse_event(line);
	assert_int_equal((*s)->events[0].verb, MC_SEE_STATE);
	return &(*s)->events[0].state;
}

static void test_group_states(void **state)
{
	struct mc_sim *s;
	const struct mc_sim_state *t =
		state_of(&s, "R1 = G1 exclude {a} {b,c} timer 270 timer b 2.5 version older older 1 "
			     "none queries 1");

	(void)state;
	assert_true(t->id == MC_IS_GROUP && t->exists && t->mode == MC_EXCLUDE && t->listed.n == 1 &&
		    t->excluded.n == 2);
	assert_int_equal(t->n_details, 5);
	assert_true(t->details[0].id == MC_HAS_TIMER && t->details[0].value == 270 * MC_SEC);
	assert_true(t->details[1].id == MC_HAS_SOURCE_TIMER && t->details[1].value == 2500 * MC_MSEC);
	is_name("source", &t->details[1].source, "10.1.0.2", "2001:db8::b");
	assert_true(t->details[2].id == MC_HAS_VERSION && t->details[2].version == MC_SIM_OLDER);
	assert_true(t->details[3].id == MC_HAS_OLDER && t->details[3].version == 1 &&
		    t->details[3].value == MC_NEVER);
	assert_true(t->details[4].id == MC_HAS_QUERIES && t->details[4].value == 1);
	mc_sim_free(s);
	t = state_of(&s, "H1 = G1 exclude {a} response none repeat 0.5 f=1");
	assert_true(t->mode == MC_EXCLUDE && t->listed.n == 1 && t->n_details == 2);
	assert_true(t->details[0].value == MC_NEVER && t->details[1].value == 500 * MC_MSEC);
	mc_sim_free(s);
	t = state_of(&s, "R1 = member REPORTS exclude {}");
	assert_true(t->member && t->exists && t->mode == MC_EXCLUDE && t->listed.n == 0);
	mc_sim_free(s);
	t = state_of(&s, "V[1..9] = G1 none");
	assert_true(t->id == MC_IS_GROUP && !t->exists && !t->member);
	mc_sim_free(s);
}

static void test_other_states(void **state)
{
	static const struct {
		const char *text;
		enum mc_sim_state_id id;
		uint64_t value;
	} rows[] = {
		{ "R1 = other-querier 255", MC_IS_OTHER_QUERIER, 255 * MC_SEC },
		{ "R1 = next-query none", MC_IS_NEXT_QUERY, MC_NEVER },
		{ "H1 = response 5", MC_IS_RESPONSE, 5 * MC_SEC },
		{ "H1 = older 1 260", MC_IS_OLDER, 260 * MC_SEC },
		{ "H1 = robustness 2", MC_IS_ROBUSTNESS, 2 },
		{ "R1 = robustness 2", MC_IS_ROBUSTNESS, 2 },
		{ "R1 = query-interval 125", MC_IS_QUERY_INTERVAL, 125 * MC_SEC },
		{ "R1 = query-response-interval 10", MC_IS_QUERY_RESPONSE_INTERVAL, 10 * MC_SEC },
		{ "R1 = last-member-query-interval 1", MC_IS_LAST_MEMBER_QUERY_INTERVAL, MC_SEC },
		{ "R1 = group-membership-interval 270", MC_IS_GROUP_MEMBERSHIP_INTERVAL, 270 * MC_SEC },
		{ "R1 = other-querier-present-interval 255", MC_IS_OTHER_QUERIER_PRESENT_INTERVAL,
		  255 * MC_SEC },
		{ "R1 = older-host-present-interval 260", MC_IS_OLDER_HOST_PRESENT_INTERVAL, 260 * MC_SEC },
		{ "V[*] = groups 0", MC_IS_GROUPS, 0 },
		{ "R1 = told G1 never", MC_IS_TOLD, 2 },
		{ "R1 = told G1 yes", MC_IS_TOLD, 1 },
		{ "R1 = forwards * G1 no", MC_IS_FORWARDS, 0 },
		{ "R1 = forwards a G1 yes", MC_IS_FORWARDS, 1 },
		{ "R1 = count rx-no-ra 18446744073709551615", MC_IS_COUNT, UINT64_MAX },
		{ "H1 = warned ssm 3", MC_IS_WARNED, 3 },
		{ "R1 = member version oldest", MC_IS_VERSION, 0 },
		{ "R1 = querier self", MC_IS_QUERIER, 0 },
		{ "R1 = querier none", MC_IS_QUERIER, 0 },
		{ "R1 = querier H2", MC_IS_QUERIER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_sim *s;
		const struct mc_sim_state *t = state_of(&s, rows[i].text);

		if (t->id != rows[i].id || t->value != rows[i].value)
			fail_msg("%s: state %d, value %llu", rows[i].text, (int)t->id,
				 (unsigned long long)t->value);
		assert_int_equal(t->any, strchr(rows[i].text, '*') && t->id == MC_IS_FORWARDS);
		assert_int_equal(t->self, strstr(rows[i].text, "self") != NULL);
		assert_int_equal(t->none, strstr(rows[i].text, "querier none") != NULL);
		assert_int_equal(t->name.node, strstr(rows[i].text, "H2") ? 3 : 0);
		if (t->id == MC_IS_COUNT)
			assert_int_equal(t->which, MC_RX_NO_RA);
		if (t->id == MC_IS_WARNED)
			assert_int_equal(t->which, MC_WARN_SSM);
		mc_sim_free(s);
	}
}

/* ---- families ------------------------------------------------------------------------------- */

/* A name that is one node as IPv4 and another as IPv6: each run has its own line. */
static void test_twins(void **state)
{
	struct mc_sim *s = parse(
		"ipv4: node R1 router version 2\nipv6: node R1 router version 1\nnode H1 host\n"
		"ipv4: node X host\nipv6: node X host\n0 H1 < query * from X\n1 R1 stop\n2 H1 stop\n");
	struct mc_addr a = mc_sim_address(s, 5, MC_IPV6);

	(void)state;
	assert_int_equal(s->n_events, 5);
	assert_true(s->nodes[0].families == 1 && s->nodes[1].families == 2 && s->nodes[2].families == 3);
	is_addr("X", &a, "fe80::3:1");
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(s->events[i].families, i % 2 + 1);
	assert_true(s->events[0].messages->from.node == 4 && s->events[1].messages->from.node == 5);
	assert_true(s->events[2].who.first == 1 && s->events[3].who.first == 2);
	assert_true(s->events[4].families == 3 && s->events[4].who.first == 3);
	mc_sim_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),        cmocka_unit_test(test_settings),
		cmocka_unit_test(test_names),          cmocka_unit_test(test_names_of_the_script),
		cmocka_unit_test(test_sets),           cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_host_conf),      cmocka_unit_test(test_router_conf),
		cmocka_unit_test(test_times),          cmocka_unit_test(test_times_by_family),
		cmocka_unit_test(test_join_and_leave), cmocka_unit_test(test_link),
		cmocka_unit_test(test_query),          cmocka_unit_test(test_report),
		cmocka_unit_test(test_octets),         cmocka_unit_test(test_seen),
		cmocka_unit_test(test_group_states),   cmocka_unit_test(test_other_states),
		cmocka_unit_test(test_twins),
	};

	return cmocka_run_group_tests_name("sim_parse", tests, NULL, NULL);
}
