/*
 * sim_build.c - tests of messages of scripts as octets, and of the comparison with such octets: each
 * message is itself, in each family, and none of the others; what is said of it in words reads as the same
 * message again.
 */
#include "script.h"

#include <stdlib.h>

#include "sim/build.h"
#include "sim/compare.h"
#include "sim/say.h"

/* In a row no two are the same, neither by octets nor to the eye of a script; IPv4 and IPv6 by bits. */
enum { IPV4 = 1, IPV6 = 2, BOTH = 3 };

static const struct row {
	const char *text;
	unsigned families;
} rows[] = {
	{ "query *", BOTH },
	{ "query G1", BOTH },
	{ "query G2", BOTH },
	{ "query G1 {S1}", BOTH },
	{ "query G1 {S1,S2}", BOTH },
	{ "query G1 {S1,S3}", BOTH },
	{ "older query *", BOTH },
	{ "older query G1", BOTH },
	{ "v1 query *", IPV4 },
	{ "query * max 5", BOTH },
	{ "query * max 20", BOTH },
	{ "query * code 7", BOTH },
	{ "query * s yes", BOTH },
	{ "query * qrv 5", BOTH },
	{ "query * qqi 60", BOTH },
	{ "query * qqic 131", BOTH },
	{ "query * flags 3", BOTH },
	{ "query * ttl 2", BOTH },
	{ "query * tos 32", BOTH },
	{ "query * alert no", BOTH },
	{ "query * from R7", BOTH },
	{ "query * to G7", BOTH },
	{ "query * checksum bad", BOTH },
	{ "query * length 40", BOTH },
	{ "report none", BOTH },
	{ "report to_ex G1 {}", BOTH },
	{ "report to_in G1 {}", BOTH },
	{ "report is_ex G1 {S1}", BOTH },
	{ "report is_in G1 {S1}", BOTH },
	{ "report allow G1 {S1,S2}", BOTH },
	{ "report block G1 {S1,S2}", BOTH },
	{ "report 9 G1 {S1}", BOTH },
	{ "report to_ex G1 {}, to_ex G2 {}", BOTH },
	{ "report to_ex G1 {}, to_ex G1 {}", BOTH },
	{ "report to_ex G1 {}, to_ex G1 {}, to_ex G2 {}", BOTH },
	{ "report to_ex G1 {}, to_ex G2 {}, to_ex G2 {}", BOTH },
	{ "report to_ex G1 {} aux 2", BOTH },
	{ "report is_ex G1 {S1}, to_in G2 {} aux 1", BOTH },
	{ "report to_ex G1 {} flags 5", BOTH },
	{ "report to_ex G1 {} ttl 64", BOTH },
	{ "report to_ex G1 {} alert no", BOTH },
	{ "report to_ex G1 {} from NONE", BOTH },
	{ "report to_ex G1 {} to ROUTERS", BOTH },
	{ "report to_ex G1 {} checksum bad", BOTH },
	{ "report to_ex G1 {} length 60", BOTH },
	{ "report G1", BOTH },
	{ "report G2", BOTH },
	{ "leave G1", BOTH },
	{ "v1 report G1", IPV4 },
	{ "report G1 length 30", BOTH },
	{ "raw 2200 0102 0000 0000", BOTH },
	{ "raw 2200 0102 0000 0000 to G3", IPV4 },
	{ "raw 8200", BOTH },
	{ "packet 4500 0014", BOTH },
	{ "packet 00", BOTH },
};

struct stage {
	struct mc_sim *script;
	struct mc_lan *lan;
	struct mc_cast cast;
};

static void begin(struct stage *s, const char *text, uint8_t family)
{
	const struct mc_lan_hooks hooks = { .arg = NULL };

	s->script = parsed(text);
	assert_int_equal(mc_lan_new(&s->lan, family, 1, &hooks), 0);
	s->cast = (struct mc_cast){ s->script, s->lan, mc_proto_of(family), mc_sim_side(family) };
	assert_int_equal(mc_cast_fill(&s->cast), 0);
}

static void end(struct stage *s)
{
	mc_lan_free(s->lan);
	mc_sim_free(s->script);
}

/* A script in which node H1 hears the one, and is to send the other. */
static void begin_pair(struct stage *s, uint8_t family, const char *sent, const char *wanted)
{
	char text[600];

	/* Its own address, or what the message itself says. */
	snprintf(text, sizeof(text), "family ipv%u\nnode H1 host\n0 H1 < %s%s\n0 H1 > %s\n", family, sent,
		 strstr(sent, "from") || !strncmp(sent, "packet", 6) ? "" : " from H1", wanted);
	begin(s, text, family);
}

static uint8_t room[MC_BUILD_ROOM];

static bool same(uint8_t family, const char *sent, const char *wanted)
{
	struct mc_lan_packet p = { .node = 1, .octets = room };
	struct stage s;
	struct mc_msg m;
	bool yes;
	int len;

	begin_pair(&s, family, sent, wanted);
	len = mc_build(&s.cast, &s.script->events[0].messages[0], 0, room);
	if (len <= 0)
		fail_msg("IPv%u: %s: %d", family, sent, len);
	p.len = (size_t)len;
	mc_msg_init(&m);
	p.err = mc_decode(&m, room, p.len);
	p.msg = p.err ? NULL : &m;
	yes = mc_same(&s.cast, &s.script->events[1].messages[0], &p);
	end(&s);
	return yes;
}

static bool is_raw(const char *text)
{
	return !strncmp(text, "raw", 3) || !strncmp(text, "packet", 6);
}

/* A script that leaves a field open fits any value of it: "query *" fits "query * max 5". */
static bool leaves_open(const char *wanted, const char *sent)
{
	static const char *const open[] = { "max", "code", "s yes", "qrv", "qqi", "flags" };

	if (strcmp(wanted, "query *") != 0 || strncmp(sent, "query * ", 8) != 0)
		return false;
	for (size_t i = 0; i < COUNT(open); i++)
		if (strstr(sent, open[i]))
			return true;
	return false;
}

static void test_pairs(void **state)
{
	(void)state;
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < COUNT(rows); i++)
			for (size_t k = 0; k < COUNT(rows); k++) {
				uint8_t family = side ? MC_IPV6 : MC_IPV4;
				bool wanted = i == k || leaves_open(rows[k].text, rows[i].text);

				if (!(rows[i].families & rows[k].families & 1u << side))
					continue;
				if (same(family, rows[i].text, rows[k].text) != wanted)
					fail_msg("IPv%u: sent %s, wanted %s: %s", family, rows[i].text,
						 rows[k].text, wanted ? "not the same" : "the same");
			}
}

/* Values that a field's code cannot say are compared by what it says instead. */
static void test_codes(void **state)
{
	(void)state;
	assert_true(same(MC_IPV4, "query * max 13.1", "query * max 13"));
	assert_false(same(MC_IPV4, "query * max 12", "query * max 13"));
	assert_true(same(MC_IPV4, "query * qqi 129", "query * qqi 128"));
	assert_true(same(MC_IPV4, "query * max 1587.2", "query * code 239"));
	assert_true(same(MC_IPV4, "older query * max 0", "v1 query *"));
	assert_true(same(MC_IPV4, "v1 query G1 to NODES", "v1 query *"));
	assert_true(same(MC_IPV6, "query * max 40", "query * code 33672"));
	assert_true(same(MC_IPV6, "older query * max 0", "older query * max 0"));
	assert_true(same(MC_IPV6, "report to_ex G1 {}, allow G2 {S2,S1}",
			 "report allow G2 {S1,S2}, to_ex G1 {}"));
}

/* ---- octets ---------------------------------------------------------------------------------------- */

static struct mc_msg built(const char *text, uint8_t family)
{
	struct stage s;
	struct mc_msg m;
	int len;

	begin_pair(&s, family, text, "query *");
	len = mc_build(&s.cast, &s.script->events[0].messages[0], 0, room);
	assert_true(len > 0);
	end(&s);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, room, (size_t)len), 0);
	return m;
}

static void test_octets(void **state)
{
	struct mc_msg m = built("query G1 {S1} s yes qrv 3 qqi 60 max 2", MC_IPV4);
	struct mc_record r;
	size_t pos = 0;

	(void)state;
	assert_int_equal(m.faults, 0);
	assert_true(m.query.suppress && m.query.qrv == 3 && m.query.interval == 60);
	assert_true(m.query.max_resp == 2 * MC_SEC && m.query.sources.n == 1);
	m = built("query * flags 3 code 200 qqic 131", MC_IPV6);
	assert_int_equal(m.faults, 0);
	assert_int_equal(m.query.flags, 3);
	assert_int_equal(m.query.max_resp_code, 200);
	assert_int_equal(m.query.qqic, 131);
	m = built("report is_ex G1 {S1}, to_in G2 {} aux 2", MC_IPV6);
	assert_int_equal(m.faults, 0);
	assert_true(mc_msg_next(&m, &pos, &r) && r.aux == 2 && r.type == MC_IS_EX && r.sources.n == 1);
	assert_true(mc_msg_next(&m, &pos, &r) && r.aux == 0 && r.type == MC_TO_IN);
	assert_false(mc_msg_next(&m, &pos, &r));
	assert_int_equal(m.extra, 0);
	m = built("report to_ex G1 {} length 40", MC_IPV6);
	assert_int_equal(m.faults, 0);
	assert_int_equal(m.len, 40);
	assert_int_equal(m.extra, 12);
	m = built("query * checksum bad ttl 9 alert no", MC_IPV4);
	assert_int_equal(m.faults, MC_FAULT_CHECKSUM | MC_FAULT_TTL | MC_FAULT_ALERT);
	m = built("query * from 2001:db8::1 tos 7", MC_IPV6);
	assert_int_equal(m.faults, MC_FAULT_SENDER);
	assert_int_equal(m.ip.tos, 7);
	m = built("report 77 G1 {}, to_ex S1 {}, to_ex G1 {G2}", MC_IPV4);
	pos = 0;
	assert_true(mc_msg_next(&m, &pos, &r) && r.type == 77 && r.faults == MC_FAULT_TYPE);
	assert_true(mc_msg_next(&m, &pos, &r) && r.faults == MC_FAULT_GROUP);
	assert_true(mc_msg_next(&m, &pos, &r) && r.faults == MC_FAULT_SOURCES);
}

/* Cut short: still a message of good checksum, which is refused for its length. */
static void test_short(void **state)
{
	static const struct {
		uint8_t family;
		const char *text;
		int err;
	} list[] = {
		{ MC_IPV4, "query * length 7", MC_ERR_SHORT },
		{ MC_IPV4, "query * length 9", MC_ERR_LENGTH },
		{ MC_IPV6, "query * length 26", MC_ERR_LENGTH },
		{ MC_IPV4, "query G1 {S1,S2} length 19", MC_ERR_SOURCES },
		{ MC_IPV6, "report to_ex G1 {} length 20", MC_ERR_RECORDS },
		{ MC_IPV4, "query * length 0", MC_ERR_SHORT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct stage s;
		struct mc_msg m;
		int len;

		begin_pair(&s, list[i].family, list[i].text, "query *");
		len = mc_build(&s.cast, &s.script->events[0].messages[0], 0, room);
		mc_msg_init(&m);
		assert_int_equal(mc_decode(&m, room, (size_t)len), list[i].err);
		end(&s);
	}
}

/* ---- who sends ---------------------------------------------------------------------------------------- */

static void check_sender(const char *script, uint32_t to, const char *wanted)
{
	struct mc_msg m;
	struct stage s;
	char text[MC_ADDR_STRLEN];
	int len;

	begin(&s, script, MC_IPV4);
	len = mc_build(&s.cast, &s.script->events[0].messages[0], to, room);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, room, (size_t)len), 0);
	equal(script, mc_addr_format(&m.ip.src, text, sizeof(text)), wanted);
	end(&s);
}

static void test_senders(void **state)
{
	(void)state;
	check_sender("node H1 host\n0 H1 < query *\n", 1, "10.0.0.1");
	check_sender("node R1 router\n0 R1 < query *\n", 1, "10.0.0.2");
	check_sender("node R1 router\n0 R1 < report to_ex G1 {}\n", 1, "10.0.0.10");
	check_sender("node H1 host\n0 H1 < report G1\n", 1, "10.0.0.11");
	check_sender("node H1 host\n0 H1 < report G1 from H9\n", 1, "10.0.0.18");
	check_sender("node R1 router\n0 link < query *\n", 0, "10.0.0.1");
	check_sender("node H1 host\n0 H1 < raw 1164 0000 00000000\n", 1, "10.0.0.1");
	check_sender("node R1 router address 10.9.9.9|fe80::99\nnode H1 host\n0 H1 < query *\n", 2,
		     "10.9.9.9");
	check_sender("node T router address R1\n0 T < query *\n", 1, "10.0.0.2");
}

/* ---- words --------------------------------------------------------------------------------------------- */

static void check_words(uint8_t family, const char *given)
{
	char words[400];
	struct mc_text t = mc_text_begin(words, sizeof(words));
	struct stage s;

	begin_pair(&s, family, given, given);
	mc_say_message(&t, &s.cast, &s.script->events[1].messages[0]);
	end(&s);
	if (!same(family, given, words))
		fail_msg("IPv%u: %s is said as %s", family, given, words);
}

/* What is said of a packet, for a script that wants such a one. */
static void check_said(uint8_t family, const char *given)
{
	struct mc_lan_packet p = { .node = 1, .octets = room };
	char words[400];
	struct mc_text t = mc_text_begin(words, sizeof(words));
	struct mc_msg m;
	struct stage s;

	begin_pair(&s, family, given, given);
	p.len = (size_t)mc_build(&s.cast, &s.script->events[0].messages[0], 0, room);
	mc_msg_init(&m);
	p.msg = mc_decode(&m, room, p.len) ? NULL : &m;
	mc_say_packet(&t, &s.cast, &p, &s.script->events[1].messages[0]);
	end(&s);
	if (!same(family, given, words))
		fail_msg("IPv%u: %s is shown as %s", family, given, words);
}

static void test_words(void **state)
{
	(void)state;
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			if (!(rows[i].families & 1u << side))
				continue;
			check_words(side ? MC_IPV6 : MC_IPV4, rows[i].text);
			if (!strstr(rows[i].text, "aux") && !is_raw(rows[i].text))
				check_said(side ? MC_IPV6 : MC_IPV4, rows[i].text);
		}
}

static void check_name(uint8_t family, const char *addr, const char *wanted)
{
	char words[60];
	struct mc_text t = mc_text_begin(words, sizeof(words));
	struct mc_addr a;
	struct stage s;

	begin(&s, "node H1 host\nnode alice host\nnode row[1..3] host\n", family);
	assert_int_equal(mc_addr_parse(&a, addr), 0);
	mc_say_addr(&t, &s.cast, &a);
	equal(addr, words, wanted);
	end(&s);
}

static void test_names(void **state)
{
	(void)state;
	check_name(MC_IPV4, "239.1.1.7", "G7");
	check_name(MC_IPV4, "239.1.2.1", "G257");
	check_name(MC_IPV4, "232.1.1.1", "GS1");
	check_name(MC_IPV4, "10.1.0.4", "S4");
	check_name(MC_IPV4, "10.0.0.9", "R9");
	check_name(MC_IPV4, "10.0.0.10", "H1");
	check_name(MC_IPV4, "10.2.0.250", "H250");
	check_name(MC_IPV4, "10.3.0.1", "alice");
	check_name(MC_IPV4, "224.0.0.22", "REPORTS");
	check_name(MC_IPV4, "0.0.0.0", "NONE");
	check_name(MC_IPV4, "192.0.2.1", "192.0.2.1");
	check_name(MC_IPV6, "ff15::1:7", "G7");
	check_name(MC_IPV6, "ff35::8000:2", "GS2");
	check_name(MC_IPV6, "2001:db8::d", "S4");
	check_name(MC_IPV6, "fe80::10", "H1");
	check_name(MC_IPV6, "fe80::3:1", "alice");
	check_name(MC_IPV6, "ff02::1", "NODES");
	check_name(MC_IPV6, "ff02::fb", "ff02::fb");
}

/* Each source of a set is looked for behind the one before, so that those in order are found at once. */
static void test_find(void **state)
{
	static const struct {
		uint32_t source, from, at, next;
	} cases[] = {
		{ 1, 0, 0, 1 }, { 2, 1, 1, 2 }, { 3, 2, 2, 3 }, { 1, 3, 0, 1 },
		{ 3, 1, 2, 3 }, { 2, 2, 1, 2 }, { 4, 0, 3, 0 }, { 4, 3, 3, 3 },
	};
	struct mc_addr a;
	struct stage s;

	(void)state;
	begin(&s, "node H1 host\n0 H1 join G1 {S[1..3]}\n", MC_IPV4);
	assert_int_equal(mc_addr_parse(&a, "10.1.0.0"), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t next = cases[i].from;

		a.b[3] = (uint8_t)cases[i].source;
		assert_int_equal(mc_cast_find(&s.cast, &s.script->events[0].sources, &a, &next), cases[i].at);
		assert_int_equal(next, cases[i].next);
	}
	end(&s);
}

/* More than the text has room for is left out, and the text ends. */
static void test_long(void **state)
{
	char script[9000], words[100];
	struct mc_text t = mc_text_begin(words, sizeof(words));
	size_t len;
	struct stage s;

	(void)state;
	len = (size_t)snprintf(script, sizeof(script), "node H1 host\n0 H1 > report allow G1 {S1");
	for (unsigned i = 2; i < 600; i++)
		len += (size_t)snprintf(script + len, sizeof(script) - len, ",S%u", i);
	snprintf(script + len, sizeof(script) - len, "}\n");
	begin(&s, script, MC_IPV6);
	mc_say_message(&t, &s.cast, &s.script->events[0].messages[0]);
	assert_true(t.full);
	assert_true(strlen(words) < sizeof(words));
	assert_true(mc_build(&s.cast, &s.script->events[0].messages[0], 0, room) > 599 * 16);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs), cmocka_unit_test(test_codes),   cmocka_unit_test(test_octets),
		cmocka_unit_test(test_short), cmocka_unit_test(test_senders), cmocka_unit_test(test_words),
		cmocka_unit_test(test_names), cmocka_unit_test(test_long),    cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("sim_build", tests, NULL, NULL);
}
