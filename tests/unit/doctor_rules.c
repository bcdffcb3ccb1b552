/*
 * doctor_rules.c - tests of what rules of nftables do to a packet. Each row of vectors/rules.json was asked
 * of a kernel, too (vectors/README.md). What that cannot show is here: places, counters, nonsense.
 */
#include <netinet/in.h>
#include <string.h>

#include "check.h"
#include "doctor/rules.h"

static const char letters[] = { [RULES_PASS] = 'P', [RULES_MAYBE] = 'M', [RULES_DROP] = 'D' };

/* ---- packets ------------------------------------------------------------------------------- */

enum which { UDP_IN4, UDP_IN6, QUERY4, QUERY6, UDP_OUT4, UDP_OUT6, REPORT4, REPORT6, PACKETS };

static struct mc_addr address(const char *text)
{
	struct mc_addr a = { 0 };

	assert_int_equal(mc_addr_parse(&a, text), 0);
	return a;
}

/* Those of vectors/rules.json, in its order. */
static struct rules_packet packet(int w)
{
	static const char *const groups[PACKETS] = { "239.1.1.1", "ff15::1", "224.0.0.1",  "ff02::1",
						     "239.1.1.1", "ff15::1", "224.0.0.22", "ff02::16" };
	bool udp = w == UDP_IN4 || w == UDP_IN6 || w == UDP_OUT4 || w == UDP_OUT6, six = w & 1;
	struct rules_packet p = {
		.family = six ? MC_IPV6 : MC_IPV4,
		.protocol = udp ? IPPROTO_UDP :
			    six ? IPPROTO_ICMPV6 :
				  IPPROTO_IGMP,
		.icmp_type = udp          ? -1 :
			     w == QUERY4  ? 0x11 :
			     w == QUERY6  ? 130 :
			     w == REPORT4 ? 0x22 :
					    143,
		.destination = address(groups[w]),
		.port = udp ? 5000 : -1,
		.in = w < UDP_OUT4 ? "eth0" : NULL,
		.out = w < UDP_OUT4 ? NULL : "eth0",
		.ttl = udp ? 0 : 1,
	};

	if (w == QUERY6 || w == REPORT6) {
		p.source = address("fe80::");
		p.source_len = 64;
	}
	return p;
}

static void judge_all(const json_t *doc, char fates[PACKETS + 1])
{
	for (int i = 0; i < PACKETS; i++) {
		struct rules_packet p = packet(i);
		struct rules_verdict v;

		rules_judge(doc, &p, &v);
		fates[i] = letters[v.fate];
	}
	fates[PACKETS] = '\0';
}

/* ---- vectors ------------------------------------------------------------------------------- */

static json_t *vectors(void)
{
	json_t *all = json_load_file(VECTORS "/rules.json", 0, NULL);

	assert_non_null(all);
	return all;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	assert_non_null(text);
	return text;
}

static void test_rules(void **state)
{
	json_t *all = vectors(), *row;
	char given[300], fates[PACKETS + 1];
	size_t i;

	(void)state;
	assert_true(json_array_size(json_object_get(all, "rules")) > 400);
	json_array_foreach(json_object_get(all, "rules"), i, row)
	{
		json_t *base = json_object_get(json_object_get(all, "bases"), text_of(row, "base"));
		json_t *doc = json_pack("{s:[{s:O}, {s:{s:s, s:s, s:s, s:i, s:O}}]}", "nftables", "chain",
					base, "rule", "family", text_of(base, "family"), "table", "t",
					"chain", "c", "handle", 3, "expr", json_object_get(row, "expr"));

		assert_non_null(doc);
		judge_all(doc, fates);
		snprintf(given, sizeof given, "%s, %s", text_of(row, "base"), text_of(row, "rule"));
		equal(given, fates, text_of(row, "fates"));
		json_decref(doc);
	}
	json_decref(all);
}

static void test_rulesets(void **state)
{
	json_t *all = vectors(), *row;
	char fates[PACKETS + 1];
	size_t i;

	(void)state;
	assert_true(json_array_size(json_object_get(all, "rulesets")) > 15);
	json_array_foreach(json_object_get(all, "rulesets"), i, row)
	{
		judge_all(row, fates);
		equal(text_of(row, "name"), fates, text_of(row, "fates"));
	}
	json_decref(all);
}

/* ---- documents of this test ---------------------------------------------------------------- */

#define CHAIN(family, name, more) \
	"{\"chain\": {\"family\": \"" family "\", \"table\": \"t\", \"name\": \"" name "\"" more "}},"
#define BASE(hook, policy) \
	", \"type\": \"filter\", \"hook\": \"" hook "\", \"prio\": 0, \"policy\": \"" policy "\""
#define RULE(family, chain, handle, expr)                                               \
	"{\"rule\": {\"family\": \"" family "\", \"table\": \"t\", \"chain\": \"" chain \
	"\", \"handle\": " handle ", \"expr\": [" expr "]}},"
#define MATCH(op, left, right) "{\"match\": {\"op\": \"" op "\", \"left\": " left ", \"right\": " right "}}, "
#define META(key) "{\"meta\": {\"key\": \"" key "\"}}"
#define FIELD(protocol, field) "{\"payload\": {\"protocol\": \"" protocol "\", \"field\": \"" field "\"}}"
#define UNSURE MATCH("==", META("mark"), "1")
#define COUNTER(n) "{\"counter\": {\"packets\": " n ", \"bytes\": 1}}, "
#define DROP "{\"drop\": null}"
#define ACCEPT "{\"accept\": null}"
#define JUMP(to) "{\"jump\": {\"target\": \"" to "\"}}"
#define GOTO(to) "{\"goto\": {\"target\": \"" to "\"}}"
#define INPUT CHAIN("inet", "i", BASE("input", "accept"))

/* A document of such objects; the last comma is allowed for. */
static json_t *document(const char *objects)
{
	static char text[20000];
	json_error_t error;
	json_t *doc;

	snprintf(text, sizeof text, "{\"nftables\": [%s {}]}", objects);
	doc = json_loads(text, 0, &error);
	if (!doc)
		fail_msg("%s at %d: %s", error.text, error.position, text);
	return doc;
}

static void becomes_of(const struct rules_packet *p, const char *objects, enum rules_fate want)
{
	json_t *doc = document(objects);
	struct rules_verdict v;
	char got[2] = "", wanted[2] = "";

	rules_judge(doc, p, &v);
	got[0] = letters[v.fate];
	wanted[0] = letters[want];
	equal(objects, got, wanted);
	json_decref(doc);
}

static void becomes(const char *objects, enum rules_fate want)
{
	struct rules_packet p = packet(UDP_IN4);

	becomes_of(&p, objects, want);
}

/* One rule of an input chain that accepts otherwise. */
#define ONE(expr) INPUT RULE("inet", "i", "7", expr)

/* ---- what may happen ----------------------------------------------------------------------- */

static void test_sure(void **state)
{
	(void)state;
	becomes(ONE(DROP), RULES_DROP);
	becomes(ONE(UNSURE DROP), RULES_MAYBE);
	becomes(ONE(UNSURE ACCEPT) RULE("inet", "i", "8", DROP), RULES_MAYBE);
	becomes(ONE(UNSURE "{\"return\": null}") RULE("inet", "i", "8", DROP), RULES_MAYBE);
	becomes(ONE(UNSURE DROP) RULE("inet", "i", "8", DROP), RULES_DROP);
	becomes(ONE(ACCEPT) RULE("inet", "i", "8", DROP), RULES_PASS);
	becomes(ONE("{\"continue\": null}") RULE("inet", "i", "8", DROP), RULES_DROP);
	becomes(ONE(UNSURE "{\"continue\": null}") RULE("inet", "i", "8", DROP), RULES_DROP);
	becomes(CHAIN("inet", "i", BASE("input", "drop")), RULES_DROP);
	becomes(CHAIN("inet", "i", BASE("input", "drop")) RULE("inet", "i", "8", UNSURE ACCEPT), RULES_MAYBE);
	becomes(CHAIN("inet", "i", BASE("input", "drop")) RULE("inet", "i", "8", ACCEPT), RULES_PASS);
	becomes(CHAIN("inet", "i", BASE("input", "drop")) RULE("inet", "i", "8", "{\"return\": null}"),
		RULES_DROP);
	becomes(CHAIN("ip6", "i", BASE("input", "drop")), RULES_PASS);
	becomes(CHAIN("inet", "i", BASE("forward", "drop")), RULES_PASS);
	becomes(CHAIN("inet", "i", BASE("output", "drop")), RULES_PASS);
}

#define SUB CHAIN("inet", "s", "")

static void test_jumps(void **state)
{
	(void)state;
	becomes(ONE(JUMP("s")) SUB RULE("inet", "s", "8", DROP), RULES_DROP);
	becomes(ONE(JUMP("s")) SUB RULE("inet", "i", "9", DROP), RULES_DROP);
	becomes(ONE(GOTO("s")) SUB RULE("inet", "i", "9", DROP), RULES_PASS);
	becomes(ONE(UNSURE JUMP("s")) SUB RULE("inet", "s", "8", ACCEPT) RULE("inet", "i", "9", DROP),
		RULES_MAYBE);
	becomes(ONE(UNSURE JUMP("s")) SUB RULE("inet", "i", "9", DROP), RULES_DROP);
	becomes(ONE(UNSURE GOTO("s")) SUB RULE("inet", "i", "9", DROP), RULES_MAYBE);
	becomes(ONE(UNSURE GOTO("s")) SUB RULE("inet", "s", "8", DROP) RULE("inet", "i", "9", DROP),
		RULES_DROP);
	becomes(ONE(JUMP("s")) SUB RULE("inet", "s", "8", UNSURE "{\"return\": null}")
			RULE("inet", "s", "9", ACCEPT) RULE("inet", "i", "10", DROP),
		RULES_MAYBE);
	becomes(ONE(JUMP("nowhere")) RULE("inet", "i", "9", DROP), RULES_MAYBE);
	becomes(ONE(JUMP("i")) RULE("inet", "i", "9", DROP), RULES_MAYBE);
	becomes(ONE(JUMP("s")) SUB RULE("inet", "s", "8", JUMP("s")), RULES_PASS);
}

#define BY_NAME "{\"vmap\": {\"key\": " FIELD("udp", "dport") ", \"data\": \"@m\"}}"
#define MAP(more) "{\"map\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"m\"" more "}},"
#define PAIRS(list) "{\"vmap\": {\"key\": " FIELD("udp", "dport") ", \"data\": {\"set\": [" list "]}}}"

static void test_maps(void **state)
{
	(void)state;
	becomes(ONE(PAIRS("[5000, " DROP "]")), RULES_DROP);
	becomes(ONE(PAIRS("[4999, " DROP "], [\"*\", " ACCEPT "]")) RULE("inet", "i", "9", DROP), RULES_PASS);
	becomes(ONE(PAIRS("[\"*\", " DROP "], [5000, " ACCEPT "]")), RULES_PASS);
	becomes(ONE(PAIRS("[4999, " ACCEPT "]")) RULE("inet", "i", "9", DROP), RULES_DROP);
	becomes(ONE(PAIRS("[{\"range\": [4000, 6000]}, " GOTO("s") "]")) SUB RULE("inet", "s", "8", DROP),
		RULES_DROP);
	becomes(ONE(PAIRS("[{\"what\": 1}, " DROP "]")), RULES_MAYBE);
	becomes(ONE("{\"vmap\": {\"key\": " META("mark") ", \"data\": {\"set\": [[1, " DROP "]]}}}"),
		RULES_MAYBE);
	becomes(ONE("{\"vmap\": {\"key\": " FIELD("tcp", "dport") ", \"data\": {\"set\": [[\"*\", " DROP
								  "]]}}}"),
		RULES_PASS);
	becomes(ONE("{\"vmap\": {\"key\": " FIELD(
			"udp",
			"dport") ", \"data\": \"@m\"}}") "{\"map\": {\"family\": \"inet\", \"table\": "
							 "\"t\", \"name\": \"m\", \"elem\": [[5000, " DROP
							 "]]}},",
		RULES_DROP);
	becomes(ONE("{\"vmap\": {\"key\": " FIELD(
			"udp",
			"dport") ", \"data\": \"@m\"}}") "{\"map\": {\"family\": \"inet\", \"table\": "
							 "\"t\", \"name\": \"m\", \"flags\": [\"dynamic\"], "
							 "\"elem\": [[5000, " DROP "]]}},",
		RULES_MAYBE);
	becomes(ONE(BY_NAME) MAP(", \"elem\": [[5000, " DROP "]]"), RULES_DROP);
	becomes(ONE(BY_NAME) MAP(", \"flags\": [\"dynamic\"], \"elem\": [[5000, " DROP "]]"), RULES_MAYBE);
	becomes(ONE(BY_NAME) RULE("inet", "i", "9", DROP), RULES_MAYBE);
}

#define SET(more) "{\"set\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"x\"" more "}},"
#define IN_SET ONE(MATCH("==", FIELD("ip", "daddr"), "\"@x\"") DROP)

static void test_sets(void **state)
{
	(void)state;
	becomes(IN_SET SET(", \"elem\": [\"239.1.1.1\"]"), RULES_DROP);
	becomes(IN_SET SET(", \"elem\": [{\"elem\": {\"val\": \"239.1.1.1\", \"comment\": \"it\"}}]"),
		RULES_DROP);
	becomes(IN_SET SET(", \"elem\": [{\"prefix\": {\"addr\": \"239.0.0.0\", \"len\": 8}}]"), RULES_DROP);
	becomes(IN_SET SET(", \"elem\": [\"239.1.1.2\"]"), RULES_PASS);
	becomes(IN_SET SET(""), RULES_PASS);
	becomes(IN_SET SET(", \"timeout\": 60, \"elem\": [\"239.1.1.2\"]"), RULES_MAYBE);
	becomes(IN_SET SET(", \"flags\": [\"timeout\"], \"elem\": [\"239.1.1.1\"]"), RULES_MAYBE);
	becomes(IN_SET SET(", \"elem\": [\"@x\"]"), RULES_MAYBE);
	becomes(IN_SET, RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("ip", "saddr"), "\"@x\"") DROP) SET(", \"elem\": [\"10.0.0.1\"]"),
		RULES_MAYBE);
	becomes(ONE(MATCH("!=", "{\"concat\": [" FIELD("ip", "daddr") ", " FIELD("udp", "dport") "]}",
			  "{\"set\": [{\"concat\": [{\"prefix\": {\"addr\": \"239.0.0.0\", \"len\": 8}}, "
			  "{\"range\": [1, 6000]}]}]}") DROP),
		RULES_PASS);
}

/* What is known of the source in part. */
static void test_source(void **state)
{
	static const char in_24[] = ONE(MATCH("==", FIELD("ip", "saddr"),
					      "{\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 24}}") DROP);
	static const char in_range[] =
		ONE(MATCH("==", FIELD("ip", "saddr"), "{\"range\": [\"10.0.0.0\", \"10.0.0.127\"]}") DROP);
	static const char below[] = ONE(MATCH("<", FIELD("ip", "saddr"), "\"10.0.1.0\"") DROP);
	struct rules_packet p = packet(UDP_IN4);

	(void)state;
	becomes_of(&p, in_24, RULES_MAYBE);
	p.source = address("10.0.0.0");
	p.source_len = 16;
	becomes_of(&p, in_24, RULES_MAYBE);
	becomes_of(&p, below, RULES_MAYBE);
	p.source_len = 24;
	becomes_of(&p, in_24, RULES_DROP);
	becomes_of(&p, in_range, RULES_MAYBE);
	becomes_of(&p, below, RULES_DROP);
	p.source_len = 25;
	becomes_of(&p, in_range, RULES_DROP);
	p.source_len = 0;
	p.source = address("10.0.1.0");
	becomes_of(&p, in_24, RULES_PASS);
	becomes_of(&p, in_range, RULES_PASS);
	becomes_of(&p, below, RULES_PASS);
}

/* Names of interfaces that are not known, and of chains for devices. */
static void test_devices(void **state)
{
	static const char on_eth0[] = ONE(MATCH("==", META("iifname"), "\"eth0\"") DROP);
	static const char ingress[] = CHAIN("netdev", "i", BASE("ingress", "drop"));
	static const char wild[] = CHAIN("netdev", "i",
					 BASE("ingress", "drop") ", \"dev\": [\"lo\", \"eth*\"]");
	static const char other[] = CHAIN("netdev", "i", BASE("ingress", "drop") ", \"dev\": \"eth\"");
	struct rules_packet p = packet(UDP_IN4);

	(void)state;
	becomes_of(&p, on_eth0, RULES_DROP);
	becomes_of(&p, ingress, RULES_MAYBE);
	becomes_of(&p, wild, RULES_DROP);
	becomes_of(&p, other, RULES_PASS);
	p.in = "";
	becomes_of(&p, on_eth0, RULES_MAYBE);
	becomes_of(&p, ingress, RULES_PASS);
	p.in = "eth1";
	becomes_of(&p, on_eth0, RULES_PASS);
	becomes_of(&p, ONE(MATCH("==", META("iifname"), "{\"set\": [\"eth*\", \"lo\"]}") DROP), RULES_DROP);
	becomes_of(&p, ONE(MATCH("==", META("iifname"), "\"eth\\\\*\"") DROP), RULES_PASS);
	p.in = "eth*";
	becomes_of(&p, ONE(MATCH("==", META("iifname"), "\"eth\\\\*\"") DROP), RULES_DROP);
}

/* Frames pass family bridge only; what is forwarded, prerouting, forward and postrouting. */
static void test_bridge(void **state)
{
	static const char frames[] = CHAIN("bridge", "f", BASE("forward", "drop"));
	static const char input[] = CHAIN("bridge", "f", BASE("input", "drop"));
	static const char forward[] = CHAIN("inet", "f", BASE("forward", "drop"));
	static const char post[] = CHAIN("inet", "f", BASE("postrouting", "drop"));
	struct rules_packet p = packet(UDP_IN4);

	(void)state;
	p.bridged = true;
	p.in = "";
	becomes_of(&p, frames, RULES_PASS);
	becomes_of(&p, input, RULES_DROP);
	becomes_of(&p, INPUT, RULES_PASS);
	p.out = "";
	becomes_of(&p, frames, RULES_DROP);
	becomes_of(&p, input, RULES_PASS);
	becomes_of(&p, forward, RULES_PASS);
	p.bridged = false;
	becomes_of(&p, frames, RULES_PASS);
	becomes_of(&p, forward, RULES_DROP);
	becomes_of(&p, post, RULES_DROP);
	p.in = p.out = "br0";
	becomes_of(&p,
		   CHAIN("ip", "f", BASE("forward", "accept"))
			   RULE("ip", "f", "3",
				MATCH("==", META("iifname"), "\"br0\"")
					MATCH("==", META("oifname"), "\"br0\"") DROP),
		   RULES_DROP);
}

/* What iptables-nft leaves in its own form. */
static void test_xt(void **state)
{
	(void)state;
	becomes(ONE("{\"xt\": {\"type\": \"match\", \"name\": \"comment\"}}, " DROP), RULES_DROP);
	becomes(ONE("{\"xt\": {\"type\": \"match\", \"name\": \"addrtype\"}}, " DROP), RULES_MAYBE);
	becomes(ONE("{\"xt\": null}, " DROP), RULES_MAYBE);
	becomes(ONE(COUNTER("0") "{\"xt\": {\"type\": \"target\", \"name\": \"REJECT\"}}"), RULES_DROP);
	becomes(ONE("{\"xt\": {\"type\": \"target\", \"name\": \"NFQUEUE\"}}"), RULES_MAYBE);
	becomes(ONE("{\"xt\": {\"type\": \"target\", \"name\": \"LOG\"}}") RULE("inet", "i", "8", DROP),
		RULES_DROP);
	becomes(ONE("{\"xt\": {\"type\": \"target\", \"name\": \"DNAT\"}}") RULE("inet", "i", "8", DROP),
		RULES_PASS);
	becomes(ONE("{\"xt\": {\"type\": \"target\", \"name\": \"WHAT\"}}") RULE("inet", "i", "8", DROP),
		RULES_MAYBE);
	becomes(ONE("{\"queue\": {\"num\": 1}}"), RULES_MAYBE);
	becomes(ONE("{\"tproxy\": {\"port\": 50}}"), RULES_MAYBE);
}

/* What was rewritten is not known any more. */
static void test_mangled(void **state)
{
	(void)state;
	becomes(ONE("{\"mangle\": {\"key\": " FIELD("ip", "daddr") ", \"value\": \"1.1.1.1\"}}")
			RULE("inet", "i", "8", MATCH("==", FIELD("ip", "daddr"), "\"239.1.1.1\"") DROP),
		RULES_MAYBE);
	becomes(ONE("{\"mangle\": {\"key\": " META("mark") ", \"value\": 1}}")
			RULE("inet", "i", "8", MATCH("==", FIELD("ip", "daddr"), "\"239.1.1.1\"") DROP),
		RULES_DROP);
	becomes(ONE("{\"masquerade\": null}") RULE("inet", "i", "8", DROP), RULES_PASS);
}

/* ---- what makes no sense ------------------------------------------------------------------- */

static void test_nonsense(void **state)
{
	(void)state;
	becomes("", RULES_PASS);
	becomes("1, null, \"chain\", [], {\"chain\": 3}, {\"rule\": []}, {\"set\": null},", RULES_PASS);
	becomes(ONE(""), RULES_PASS);
	becomes(ONE("{}, 3, null, [], \"drop\""), RULES_PASS);
	becomes(ONE("{\"match\": 3}, " DROP), RULES_MAYBE);
	becomes(ONE("{\"match\": {}}, " DROP), RULES_MAYBE);
	becomes(ONE("{\"nobody knows\": 1}, " DROP), RULES_MAYBE);
	becomes(ONE(MATCH("=~", FIELD("ip", "daddr"), "\"239.1.1.1\"") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("ip", "daddr"), "\"239.1.1\"") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("ip", "daddr"), "\"ff02::1\"") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("ip", "daddr"), "{\"prefix\": {\"addr\": \"239.0.0.0\", \"len\": -1}}")
			    DROP),
		RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("ip", "daddr"), "{\"range\": [\"239.0.0.0\"]}") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("udp", "dport"), "70536") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", FIELD("udp", "dport"), "-1") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", META("l4proto"), "\"no protocol\"") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", META("what"), "1") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", "{\"concat\": []}", "1") DROP), RULES_MAYBE);
	becomes(ONE(MATCH("==", "{\"&\": [" META("l4proto") "]}", "1") DROP), RULES_MAYBE);
	becomes(ONE("{\"vmap\": 1}") RULE("inet", "i", "8", DROP), RULES_DROP);
}

/* Chains that jump to the next twice: more ways than anybody can go. */
static void test_bounded(void **state)
{
	static char text[16000];
	size_t n = (size_t)snprintf(text, sizeof text, "%s", INPUT RULE("inet", "i", "1", JUMP("c1")));

	(void)state;
	for (int i = 1; i < 40; i++) {
		n += (size_t)snprintf(
			text + n, sizeof text - n,
			"{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c%d\"}},", i);
		for (int k = 0; k < 2; k++)
			n += (size_t)snprintf(
				text + n, sizeof text - n,
				"{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c%d\", "
				"\"expr\": [{\"jump\": {\"target\": \"c%d\"}}]}},",
				i, i + 1);
	}
	snprintf(text + n, sizeof text - n, "%s", RULE("inet", "i", "9", DROP));
	becomes(text, RULES_MAYBE);
}

/* ---- places and counters ------------------------------------------------------------------- */

static size_t sites(const char *objects, struct rules_verdict *v, size_t most)
{
	struct rules_packet p = packet(UDP_IN4);
	json_t *doc = document(objects);
	struct rules *r = rules_index(doc);
	size_t n;

	assert_non_null(r);
	n = rules_sites(r, &p, v, most);
	rules_free(r);
	json_decref(doc);
	return n;
}

static void test_places(void **state)
{
	struct rules_verdict v[4];

	(void)state;
	memset(v, 0, sizeof v);
	assert_int_equal(sites(ONE(JUMP("s")) SUB RULE("inet", "s", "8", UNSURE COUNTER("5") DROP)
				       RULE("inet", "s", "9",
					    COUNTER("6") MATCH("==", FIELD("udp", "dport"), "5000") DROP)
					       CHAIN("ip", "i", BASE("prerouting", "drop")),
			       v, 4),
			 3);
	assert_string_equal(v[0].rule, "policy drop");
	assert_string_equal(v[0].family, "ip");
	assert_int_equal(v[0].handle, -1);
	assert_int_equal(v[0].fate, RULES_DROP);
	assert_string_equal(v[1].chain, "s");
	assert_string_equal(v[1].base, "i");
	assert_string_equal(v[1].table, "t");
	assert_int_equal(v[1].handle, 8);
	assert_int_equal(v[1].fate, RULES_MAYBE);
	assert_true(v[1].counted);
	assert_int_equal(v[1].packets, 5);
	assert_string_equal(v[1].rule, "meta mark 1 counter packets 5 drop");
	assert_int_equal(v[2].fate, RULES_DROP);
	assert_false(v[2].counted); /* it counts others, too */
	assert_true(v[0].alone && v[1].alone && v[2].alone);
	assert_int_equal(sites(ONE(DROP) CHAIN("ip", "i", BASE("prerouting", "drop")), v, 1), 1);
}

/* Either of two drops it, neither for certain. */
static void test_either(void **state)
{
	static const char objects[] = ONE("{\"vmap\": {\"key\": " META(
		"mark") ", \"data\": {\"set\": [[1, " GOTO("s") "], [\"*\", " DROP "]]}}}")
		SUB RULE("inet", "s", "8", DROP);
	struct rules_verdict v[4];

	(void)state;
	assert_int_equal(sites(objects, v, 4), 2);
	assert_int_equal(v[0].fate, RULES_DROP);
	assert_int_equal(v[1].fate, RULES_DROP);
	assert_false(v[0].alone);
	assert_false(v[1].alone);
	assert_string_equal(v[0].chain, "s");
	assert_string_equal(v[0].base, "i");
	assert_int_equal(sites(ONE(UNSURE GOTO("s")) RULE("inet", "i", "9", DROP)
				       SUB RULE("inet", "s", "8", DROP),
			       v, 4),
			 2);
	assert_int_equal(v[0].fate, RULES_MAYBE);
	assert_int_equal(v[1].fate, RULES_DROP);
	assert_true(v[0].alone && v[1].alone);
}

static void test_counts(void **state)
{
	json_t *before = document(ONE(COUNTER("5") DROP)), *after = document(ONE(COUNTER("9") DROP));
	json_t *gone = document(INPUT), *without = document(ONE(DROP));
	struct rules_packet p = packet(UDP_IN4);
	struct rules_verdict v;
	uint64_t n = 1;

	(void)state;
	rules_judge(before, &p, &v);
	assert_true(v.counted);
	assert_true(rules_count(after, &v, &n));
	assert_int_equal(n, 9);
	n = 1;
	assert_false(rules_count(gone, &v, &n));
	assert_false(rules_count(without, &v, &n));
	assert_int_equal(n, 1);
	v.handle = -1;
	assert_false(rules_count(after, &v, &n));
	json_decref(before);
	json_decref(after);
	json_decref(gone);
	json_decref(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),   cmocka_unit_test(test_rulesets),
		cmocka_unit_test(test_sure),    cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_maps),    cmocka_unit_test(test_sets),
		cmocka_unit_test(test_source),  cmocka_unit_test(test_devices),
		cmocka_unit_test(test_bridge),  cmocka_unit_test(test_xt),
		cmocka_unit_test(test_mangled), cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_places),
		cmocka_unit_test(test_either),  cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests_name("doctor_rules", tests, NULL, NULL);
}
