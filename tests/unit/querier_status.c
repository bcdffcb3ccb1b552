/*
 * querier_status.c - tests of what --status says: the text of a link, its objects, and that they say the same
 * of every group, source and host.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "querier/status.h"
#include "tracked.h"

static struct tracked igmp, mld;

static struct querier_link link_of(struct tracked *a, struct tracked *b)
{
	struct querier_link l = {
		.conf = { .name = "br0" },
		.state = QUERIER_OPEN,
		.ifindex = 7,
		.lost = 3,
	};

	if (a) {
		l.conf.options.version[QUERIER_IGMP] = 3;
		l.side[QUERIER_IGMP] = (struct querier_side){ .router = a->r, .own = a->conf.addr };
	}
	if (b) {
		l.conf.options.version[QUERIER_MLD] = 2;
		l.side[QUERIER_MLD] = (struct querier_side){ .router = b->r, .own = b->conf.addr };
	}
	return l;
}

/* Two groups, one of them from sources, half a minute later. */
static void begin(struct tracked *t, uint8_t family)
{
	*t = tracked_of(family, 100);
	tracked_begin(t);
	tracked_report(t, MC_IS_EX, 1, 7, 0);
	tracked_report(t, MC_IS_EX, 2, 8, 0x2);
	tracked_report(t, MC_IS_IN, 2, 9, 0x1);
	tracked_report(t, MC_ALLOW, 201, 9, 0x5);
	tracked_pass(t, 10 * MC_SEC);
	tracked_report(t, MC_IS_EX, 1, 8, 0);
}

static char *text_of(const struct querier_link *l, mc_time now)
{
	static char *text;
	static size_t len;
	FILE *to = open_memstream(&text, &len);

	querier_status_text(l, to, now);
	fclose(to);
	return text;
}

/* "interfaces" as --status puts it together. */
static json_t *objects_of(const struct querier_link *l, mc_time now)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	json_t *list;

	fputc('[', to);
	querier_status_json(l, to, now);
	fputc(']', to);
	fclose(to);
	list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!list)
		fail_msg("no JSON: %s", text);
	free(text);
	return list;
}

/* How much memory it is depends on the machine: it is taken out. */
static void check_text(const struct querier_link *l, mc_time now, const char *want)
{
	char *text = text_of(l, now), *from = text;

	for (unsigned f = 0; f < QUERIER_FAMILIES; f++) {
		const struct mc_router *r = l->side[f].router;
		char memory[64];

		if (!r)
			continue;
		snprintf(memory, sizeof memory, " hosts, %zu KiB of memory\n",
			 (mc_router_memory(r) + 1023) / 1024);
		from = strstr(from, memory);
		assert_non_null(from);
		from = strchr(from, ',');
		memmove(from, from + strlen(memory) - 7, strlen(from + strlen(memory) - 7) + 1);
	}
	assert_string_equal(text, want);
	free(text);
}

#define INTERVALS                                                                                      \
	"  query interval 125 s, response time 10 s, last member query interval 1 s, robustness 2\n"   \
	"  group membership interval 270 s, other querier present interval 255 s, older host present " \
	"interval 260 s\n"

static void test_text(void **state)
{
	struct querier_link l;

	(void)state;
	begin(&igmp, MC_IPV4);
	l = link_of(&igmp, NULL);
	check_text(
		&l, igmp.now,
		"br0 IGMPv3: the querier is 10.0.0.1, this machine; it asks next in 21.2 s\n" INTERVALS
		"  rx-report 5, tx-query 1\n"
		"  3 packets of the interface lost, as the ring was full (see --rcvbuf)\n"
		"  3 groups, 4 sources, 5 hosts\n"
		"GROUP        MODE     VERSION  EXPIRES  SOURCES                               HOSTS\n"
		"239.1.0.1    exclude  3        270.0    -                                     10.0.0.8, 10.0.0.7\n"
		"239.1.0.2    exclude  3        260.0    192.0.2.1 (260.0), 192.0.2.2 (-)      10.0.0.9, 10.0.0.8\n"
		"232.1.0.201  include  3        -        192.0.2.1 (260.0), 192.0.2.3 (260.0)  10.0.0.9\n");
	mc_router_free(igmp.r);
}

/* A query of somebody lower, and what is wrong: counted by cause. */
static void hear_others(struct tracked *t)
{
	struct mc_msg m = speech_head(t->family, MC_QUERY, 1, 0);
	uint8_t packet[SPEECH_PACKET];

	m.ip.src = speech_node(t->family, 1);
	m.query.max_resp = 10 * MC_SEC;
	speech_hear(t->r, packet, mc_encode(packet, sizeof packet, &m), t->now);
	mc_router_refused(t->r, MC_ERR_SHORT);
	mc_router_refused(t->r, MC_ERR_RECORDS);
	mc_router_refused(t->r, MC_ERR_RECORDS);
	tracked_poll(t);
}

static void test_text_other(void **state)
{
	struct querier_link l;

	(void)state;
	igmp = tracked_of(MC_IPV4, 0);
	igmp.conf.addr = speech_node(MC_IPV4, 5);
	mld = tracked_of(MC_IPV6, 0);
	mld.conf.passive = true;
	tracked_begin(&igmp);
	tracked_begin(&mld);
	hear_others(&igmp);
	l = link_of(&igmp, &mld);
	l.conf.options.listen_only = true;
	l.side[QUERIER_IGMP].elections = 2;
	l.side[QUERIER_MLD].own = wire_addr("");
	l.lost = 0;
	check_text(
		&l, igmp.now + 5 * MC_SEC,
		"br0 IGMPv3: the querier is 10.0.0.1 (IGMPv2), for 250.0 s at least; it has changed 2 times; "
		"this machine is 10.0.0.5; it listens only\n" INTERVALS "  rx-query 1, tx-query 1\n"
		"  dropped: rx-bad-length 1, rx-truncated 2\n"
		"  0 groups, 0 sources, 0 hosts\n"
		"\n"
		"br0 MLDv2: no querier is known; it listens only\n" INTERVALS
		"  0 groups, 0 sources, 0 hosts\n");
	mc_router_free(igmp.r);
	mc_router_free(mld.r);
}

/* As long as there is no router there is little to say; and nothing of a protocol that is left alone. */
static void test_text_without(void **state)
{
	struct querier_link l = link_of(NULL, NULL);

	(void)state;
	check_text(&l, MC_SEC, "");
	l.conf.options.version[QUERIER_MLD] = 1;
	l.state = QUERIER_GONE;
	check_text(&l, MC_SEC, "br0 MLDv1: there is no such interface\n");
	l.conf.options.version[QUERIER_IGMP] = 2;
	l.state = QUERIER_DOWN;
	strcpy(l.conf.name, "b\x1b[2J");
	check_text(&l, MC_SEC, "b\\x1b[2J IGMPv2: it is not open\n\nb\\x1b[2J MLDv1: it is not open\n");
}

static void test_text_states(void **state)
{
	struct querier_link l;
	char *text;

	(void)state;
	mld = tracked_of(MC_IPV6, 0);
	mld.conf.addr = wire_addr("");
	tracked_begin(&mld);
	l = link_of(NULL, &mld);
	l.state = QUERIER_DOWN;
	l.dry_run = true;
	text = text_of(&l, mld.now);
	*strchr(text, '\n') = '\0';
	assert_string_equal(text,
			    "br0 MLDv2: the interface is down; no querier is known; the interface has no "
			    "link-local address yet; it only says what it would send");
	free(text);
	mc_router_free(mld.r);
}

/* Columns are as wide as they must be for the first groups, but not wider than a few sources. */
static void test_text_wide(void **state)
{
	struct querier_link l;
	char *text, *line;
	size_t hosts, n = 0;

	(void)state;
	mld = tracked_of(MC_IPV6, 5000);
	tracked_begin(&mld);
	for (uint32_t g = 1; g <= 1500; g++)
		tracked_report(&mld, MC_IS_IN, g + 1000, 7, g == 1400 ? ~0ULL : g == 3 ? 0xff : 1);
	l = link_of(NULL, &mld);
	text = text_of(&l, mld.now);
	line = strstr(text, "GROUP");
	hosts = (size_t)(strstr(line, "HOSTS") - line);
	assert_int_equal(strstr(line, "SOURCES") - line + 42, hosts);
	for (line = strchr(line, '\n') + 1; *line; line = strchr(line, '\n') + 1, n++) {
		const char *at = strstr(line, "fe80::7\n");
		bool is_long = strcspn(line, "\n") > 200;

		assert_true(at && at < strchr(line, '\n'));
		assert_true(is_long ? at[-1] == ' ' : (size_t)(at - line) == hosts);
		assert_true(!is_long || at[-2] == ' ');
	}
	assert_int_equal(n, 1500);
	free(text);
	mc_router_free(mld.r);
}

/* ---- objects ------------------------------------------------------------------------------------ */

/* A member as text. */
static void member(const json_t *o, const char *key, const char *want)
{
	char *text = json_dumps(json_object_get(o, key),
				JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));

	if (!text || strcmp(text, want) != 0)
		fail_msg("%s is\n%s\nand not\n%s", key, text ? text : "nothing", want);
	free(text);
}

static void test_objects(void **state)
{
	struct querier_link l;
	char pid[32];
	json_t *all, *o;

	(void)state;
	begin(&igmp, MC_IPV4);
	l = link_of(&igmp, NULL);
	l.side[QUERIER_IGMP].elections = 4;
	all = objects_of(&l, igmp.now);
	assert_int_equal(json_array_size(all), 1);
	o = json_array_get(all, 0);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	member(o, "ifname", "\"br0\"");
	member(o, "ifindex", "7");
	member(o, "protocol", "\"IGMP\"");
	member(o, "version", "3");
	member(o, "address", "\"10.0.0.1\"");
	member(o, "state", "\"open\"");
	member(o, "listen_only", "false");
	member(o, "dry_run", "false");
	member(o, "pid", pid);
	member(o, "querier", "{\"address\":\"10.0.0.1\",\"self\":true,\"version\":3}");
	member(o, "elections", "4");
	member(o, "next_query", "21.25");
	member(o, "other_querier_present", "null");
	member(o, "query_interval", "125.0");
	member(o, "query_max_response_time", "10.0");
	member(o, "last_member_query_interval", "1.0");
	member(o, "robustness_variable", "2");
	member(o, "group_membership_interval", "270.0");
	member(o, "other_querier_present_interval", "255.0");
	member(o, "older_host_present_interval", "260.0");
	member(o, "counters", "{\"rx-report\":5,\"tx-query\":1}");
	member(o, "packets_lost", "3");
	member(o, "number_of_groups", "3");
	member(o, "number_of_sources", "4");
	member(o, "number_of_hosts", "5");
	assert_int_equal(json_integer_value(json_object_get(o, "memory")), mc_router_memory(igmp.r));
	member(o, "groups",
	       "[{\"group\":\"239.1.0.1\",\"filter_mode\":\"exclude\",\"version\":3,\"expires\":270.0,"
	       "\"last_reporter\":\"10.0.0.8\",\"sources\":[],\"hosts\":["
	       "{\"address\":\"10.0.0.8\",\"filter_mode\":\"exclude\",\"source_addresses\":[],\"since\":0.0,\"heard\":0.0},"
	       "{\"address\":\"10.0.0.7\",\"filter_mode\":\"exclude\",\"source_addresses\":[],\"since\":10.0,\"heard\":10.0}]},"
	       "{\"group\":\"239.1.0.2\",\"filter_mode\":\"exclude\",\"version\":3,\"expires\":260.0,"
	       "\"last_reporter\":\"10.0.0.9\",\"sources\":[{\"address\":\"192.0.2.1\",\"expires\":260.0},"
	       "{\"address\":\"192.0.2.2\",\"expires\":null}],\"hosts\":["
	       "{\"address\":\"10.0.0.9\",\"filter_mode\":\"include\",\"source_addresses\":[\"192.0.2.1\"],\"since\":10.0,\"heard\":10.0},"
	       "{\"address\":\"10.0.0.8\",\"filter_mode\":\"exclude\",\"source_addresses\":[\"192.0.2.2\"],\"since\":10.0,\"heard\":10.0}]},"
	       "{\"group\":\"232.1.0.201\",\"filter_mode\":\"include\",\"version\":3,\"expires\":null,"
	       "\"last_reporter\":\"10.0.0.9\",\"sources\":[{\"address\":\"192.0.2.1\",\"expires\":260.0},"
	       "{\"address\":\"192.0.2.3\",\"expires\":260.0}],\"hosts\":["
	       "{\"address\":\"10.0.0.9\",\"filter_mode\":\"include\",\"source_addresses\":[\"192.0.2.1\",\"192.0.2.3\"],"
	       "\"since\":10.0,\"heard\":10.0}]}]");
	assert_int_equal(json_object_size(o), 27);
	json_decref(all);
	mc_router_free(igmp.r);
}

/* What --status has is brief's and the groups, and nothing else. */
static void test_brief(void **state)
{
	struct querier_link l;
	json_t *all;

	(void)state;
	begin(&igmp, MC_IPV4);
	begin(&mld, MC_IPV6);
	l = link_of(&igmp, &mld);
	all = objects_of(&l, igmp.now);
	assert_int_equal(json_array_size(all), QUERIER_FAMILIES);
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++) {
		json_t *brief = querier_status_brief(&l, f, igmp.now), *whole = json_array_get(all, f);

		assert_int_equal(json_array_size(json_object_get(whole, "groups")), 3);
		json_object_del(whole, "groups");
		assert_true(json_equal(brief, whole));
		json_decref(brief);
	}
	json_decref(all);
	mc_router_free(igmp.r);
	mc_router_free(mld.r);
}

/* Keys are there whether or not there is something to say. */
static void test_objects_without(void **state)
{
	static const char *const nulls[] = { "ifindex",
					     "address",
					     "querier",
					     "next_query",
					     "other_querier_present",
					     "query_interval",
					     "query_max_response_time",
					     "last_member_query_interval",
					     "robustness_variable",
					     "group_membership_interval",
					     "other_querier_present_interval",
					     "older_host_present_interval" };
	struct querier_link l = link_of(NULL, NULL);
	json_t *all = objects_of(&l, MC_SEC), *o;

	(void)state;
	assert_int_equal(json_array_size(all), 0);
	json_decref(all);
	l.conf.options.version[QUERIER_MLD] = 1;
	l.state = QUERIER_GONE;
	l.ifindex = 0;
	all = objects_of(&l, MC_SEC);
	o = json_array_get(all, 0);
	for (size_t i = 0; i < COUNT(nulls); i++)
		member(o, nulls[i], "null");
	member(o, "state", "\"gone\"");
	member(o, "protocol", "\"MLD\"");
	member(o, "version", "1");
	member(o, "counters", "{}");
	member(o, "groups", "[]");
	member(o, "memory", "0");
	assert_int_equal(json_object_size(o), 27);
	json_decref(all);
}

static void test_objects_other(void **state)
{
	struct querier_link l;
	json_t *all, *o;

	(void)state;
	igmp = tracked_of(MC_IPV4, 0);
	igmp.conf.addr = speech_node(MC_IPV4, 5);
	tracked_begin(&igmp);
	hear_others(&igmp);
	l = link_of(&igmp, NULL);
	all = objects_of(&l, igmp.now + 5 * MC_SEC);
	o = json_array_get(all, 0);
	member(o, "querier", "{\"address\":\"10.0.0.1\",\"self\":false,\"version\":2}");
	member(o, "next_query", "null");
	member(o, "other_querier_present", "250.0");
	member(o, "counters", "{\"rx-query\":1,\"tx-query\":1,\"rx-bad-length\":1,\"rx-truncated\":2}");
	json_decref(all);
	mc_router_free(igmp.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),          cmocka_unit_test(test_text_other),
		cmocka_unit_test(test_text_without),  cmocka_unit_test(test_text_states),
		cmocka_unit_test(test_text_wide),     cmocka_unit_test(test_objects),
		cmocka_unit_test(test_brief),         cmocka_unit_test(test_objects_without),
		cmocka_unit_test(test_objects_other),
	};

	return cmocka_run_group_tests_name("querier_status", tests, NULL, NULL);
}
