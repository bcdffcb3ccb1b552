/*
 * doctor_phrase.c - tests of a rule of nftables as text.
 */
#include <string.h>

#include "check.h"
#include "doctor/phrase.h"

#define MATCH(op, left, right) "{\"match\": {\"op\": \"" op "\", \"left\": " left ", \"right\": " right "}}, "
#define META(key) "{\"meta\": {\"key\": \"" key "\"}}"
#define FIELD(protocol, field) "{\"payload\": {\"protocol\": \"" protocol "\", \"field\": \"" field "\"}}"
#define COUNTER(n) "{\"counter\": {\"packets\": " n ", \"bytes\": 1}}, "
#define DROP "{\"drop\": null}"
#define JUMP(to) "{\"jump\": {\"target\": \"" to "\"}}"
#define GOTO(to) "{\"goto\": {\"target\": \"" to "\"}}"

static void phrased(const char *rule, const char *want)
{
	char text[400];
	json_t *o;

	snprintf(text, sizeof text, "{\"expr\": [%s]}", rule);
	o = json_loads(text, 0, NULL);
	if (!o)
		fail_msg("no JSON: %s", text);
	equal(rule, phrase_rule(text, sizeof text, o), want);
	json_decref(o);
}

static void test_text(void **state)
{
	char small[20];
	json_t *o = json_pack("{s:[{s:s}, {s:s}]}", "expr", "comment", "something long", "drop", "it");

	(void)state;
	phrased(MATCH("==", FIELD("ip", "daddr"),
		      "{\"set\": [\"1.1.1.1\", {\"prefix\": {\"addr\": \"10.0.0.0\", "
		      "\"len\": 8}}]}") DROP,
		"ip daddr { 1.1.1.1, 10.0.0.0/8 } drop");
	phrased(MATCH("!=", META("iifname"), "\"eth*\"") COUNTER("3") JUMP("x"),
		"iifname != eth* counter packets 3 jump x");
	phrased(MATCH("in", "{\"ct\": {\"key\": \"state\"}}", "[\"new\", \"related\"]") "{\"reject\": null}",
		"ct state new,related reject");
	phrased("{\"vmap\": {\"key\": " META("l4proto") ", \"data\": {\"set\": [[\"udp\", " DROP "]]}}}",
		"meta l4proto vmap { udp : drop }");
	phrased("{\"limit\": {\"rate\": 3, \"per\": \"second\", \"inv\": true}}, "
		"{\"log\": {\"prefix\": \"x\"}}, " DROP,
		"limit rate over 3/second log ... drop");
	phrased(MATCH("==", "{\"&\": [" FIELD("ip", "frag-off") ", 8191]}",
		      "0") "{\"reject\": {\"type\": \"icmpx\", "
			   "\"expr\": \"admin-prohibited\"}}",
		"ip frag-off & 8191 0 reject with icmpx type admin-prohibited");
	phrased(MATCH("==", "{\"fib\": {\"result\": \"oif\", \"flags\": [\"saddr\", \"iif\"]}}", "false")
			GOTO("y"),
		"fib saddr,iif oif missing goto y");
	phrased("{\"xt\": {\"type\": \"target\", \"name\": \"REJECT\"}}", "xt target REJECT");
	assert_non_null(o);
	assert_true(strlen(phrase_rule(small, sizeof small, o)) < sizeof small);
	assert_string_equal(small + strlen(small) - 3, "...");
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("doctor_phrase", tests, NULL, NULL);
}
