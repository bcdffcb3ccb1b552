/*
 * wire_fault.c - tests of what is wrong, in names and in words. Messages are filled in by hand here:
 * tests/vectors has which faults are found.
 */
#include "words.h"

static const char *const fault_names[] = {
	"checksum", "ip-checksum", "ttl",     "router-alert", "sender",    "destination",
	"group",    "general",     "sources", "type",         "extension",
};

static void test_fault_names(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		const char *name = mc_fault_name(UINT32_C(1) << bit);

		assert_int_equal(name != NULL, bit < COUNT(fault_names));
		if (name)
			assert_string_equal(name, fault_names[bit]);
	}
	assert_null(mc_fault_name(0));
	assert_null(mc_fault_name(MC_FAULT_CHECKSUM | MC_FAULT_TTL));
}

struct fault_case {
	uint32_t fault;
	const struct mc_msg *m;
	const struct mc_record *r;
};

static char *write_fault(const void *what, char *buf, size_t cap)
{
	const struct fault_case *c = what;

	return mc_fault_format(c->fault, c->m, c->r, buf, cap);
}

static void check_fault(uint32_t fault, const struct mc_msg *m, const struct mc_record *r, const char *want)
{
	struct fault_case c = { fault, m, r };

	assert_true(strlen(want) < 120);
	check_sizes(write_fault, &c, want);
}

static void test_fault_header(void **state)
{
	struct mc_msg m = message(MC_QUERY, "10.0.0.1");

	(void)state;
	m.version = 2;
	m.checksum = 0x234;
	m.ip.ttl = 64;
	check_fault(MC_FAULT_CHECKSUM, &m, NULL, "checksum 0x0234 is wrong");
	check_fault(MC_FAULT_IP_CHECKSUM, &m, NULL, "the IPv4 header's checksum is wrong");
	check_fault(MC_FAULT_TTL, &m, NULL, "TTL is 64, not 1");
	check_fault(MC_FAULT_ALERT, &m, NULL, "no Router Alert: routers that forward it may not look");
	check_fault(MC_FAULT_EXTENSION, &m, NULL,
		    "extension flag without sound extensions: they are ignored");
	m.family = MC_IPV6;
	check_fault(MC_FAULT_TTL, &m, NULL, "hop limit is 64, not 1: hosts and routers discard it");
	check_fault(MC_FAULT_ALERT, &m, NULL, "no Router Alert: hosts and routers discard it");
	m.ip.ttl = 0;
	m.kind = MC_MRD;
	check_fault(MC_FAULT_TTL, &m, NULL, "hop limit is 0, not 1");
	check_fault(MC_FAULT_ALERT, &m, NULL, "no Router Alert: routers that forward it may not look");
	m.ip.ttl = -1;
	check_fault(MC_FAULT_TTL, &m, NULL, "hop limit is not 1");
	check_fault(0, &m, NULL, "");
	check_fault(UINT32_C(1) << 31, &m, NULL, "");
	check_fault(MC_FAULT_TTL | MC_FAULT_CHECKSUM, &m, NULL, "");
}

static void test_fault_sender(void **state)
{
	static const struct {
		enum mc_kind kind;
		uint8_t version;
		bool leave;
		const char *src, *want;
	} rows[] = {
		{ MC_QUERY, 3, false, "0.0.0.0",
		  "query from 0.0.0.0: never wins an election, and snooping switches take no router port from it" },
		{ MC_QUERY, 3, false, "224.0.0.9", "query from 224.0.0.9, which cannot be a sender" },
		{ MC_REPORT, 3, false, "239.1.2.3", "report from 239.1.2.3, which cannot be a sender" },
		{ MC_REPORT, 2, true, "239.1.2.3", "leave from 239.1.2.3, which cannot be a sender" },
		{ MC_PIM, 0, false, "239.1.2.3", "PIM hello from 239.1.2.3, which cannot be a sender" },
		{ MC_QUERY, 2, false, "::", "query from ::, which hosts discard" },
		{ MC_QUERY, 1, false, "2001:db8::1",
		  "query from 2001:db8::1, no link-local address, which hosts discard" },
		{ MC_QUERY, 2, false, "ff02::5", "query from ff02::5, which cannot be a sender" },
		{ MC_REPORT, 2, false, "::", "report from ::, which routers discard (RFC 3590)" },
		{ MC_REPORT, 2, false, "2001:db8::2",
		  "report from 2001:db8::2, no link-local address, which routers discard" },
		{ MC_REPORT, 1, true, "2001:db8::2",
		  "done from 2001:db8::2, no link-local address, which routers discard" },
		{ MC_MRD, 0, false, "2001:db8:1111:2222:3333:4444:5555:6666",
		  "MRD advertisement from 2001:db8:1111:2222:3333:4444:5555:6666, no link-local address, "
		  "which receivers discard" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = message(rows[i].kind, rows[i].src);

		m.version = rows[i].version;
		m.type = 0x20;
		m.mrd.type = MC_MRD_ADVERTISEMENT;
		m.report.leave = rows[i].leave;
		check_fault(MC_FAULT_SENDER, &m, NULL, rows[i].want);
	}
}

static void test_fault_destination_query(void **state)
{
	static const struct {
		const char *group, *dst, *want;
	} rows[] = {
		{ "239.1.2.3", "224.0.0.1", "sent to 224.0.0.1 but asks for 239.1.2.3: hosts may miss it" },
		{ "0.0.0.0", "10.0.0.7", "general query to 10.0.0.7 instead of 224.0.0.1" },
		{ "::", "ff02::16", "general query to ff02::16 instead of ff02::1" },
		{ "ff15:1111:2222:3333:4444:5555:6666:7777", "ff05:1111:2222:3333:4444:5555:6666:7777",
		  "sent to ff05:1111:2222:3333:4444:5555:6666:7777 but asks for "
		  "ff15:1111:2222:3333:4444:5555:6666:7777: hosts may miss it" },
	};
	uint8_t room[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = query("", rows[i].group, "", room);

		m.ip.dst = wire_addr(rows[i].dst);
		check_fault(MC_FAULT_DESTINATION, &m, NULL, rows[i].want);
	}
}

static void test_fault_destination_report(void **state)
{
	static const struct {
		enum mc_kind kind;
		uint8_t version;
		bool leave;
		const char *group, *dst, *want;
	} rows[] = {
		{ MC_REPORT, 3, false, "239.1.2.3", "239.1.2.3",
		  "v3 report to 239.1.2.3 instead of 224.0.0.22" },
		{ MC_REPORT, 2, false, "239.1.2.3", "224.0.0.22",
		  "v2 report to 224.0.0.22 instead of 239.1.2.3" },
		{ MC_REPORT, 2, true, "239.1.2.3", "224.0.0.9",
		  "v2 leave to 224.0.0.9 instead of 224.0.0.2" },
		{ MC_REPORT, 2, false, "ff15::1", "ff02::2", "v2 report to ff02::2 instead of ff02::16" },
		{ MC_REPORT, 1, true, "ff15::1", "ff15::1", "v1 done to ff15::1 instead of ff02::2" },
		{ MC_REPORT, 1, false, "ff15:1111:2222:3333:4444:5555:6666:7777",
		  "ff05:1111:2222:3333:4444:5555:6666:7777",
		  "v1 report to ff05:1111:2222:3333:4444:5555:6666:7777 instead of "
		  "ff15:1111:2222:3333:4444:5555:6666:7777" },
		{ MC_MRD, 0, false, "239.1.2.3", "224.0.0.1",
		  "MRD advertisement to 224.0.0.1 instead of 224.0.0.106" },
		{ MC_PIM, 0, false, "239.1.2.3", "224.0.0.1", "PIM hello to 224.0.0.1" },
	};
	uint8_t room[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = message(rows[i].kind, "");

		m.family = wire_addr(rows[i].group).family;
		m.version = rows[i].version;
		m.type = 0x20;
		m.mrd.type = MC_MRD_ADVERTISEMENT;
		m.report = (struct mc_report){ .octets = room, .n = 1, .leave = rows[i].leave };
		m.report.len = (uint32_t)put_addr(room, rows[i].group);
		m.ip.dst = wire_addr(rows[i].dst);
		check_fault(MC_FAULT_DESTINATION, &m, NULL, rows[i].want);
	}
}

static void test_fault_query(void **state)
{
	uint8_t room[64];
	struct mc_msg m = query("10.0.0.1", "10.0.0.9", "10.0.0.9 255.255.255.255 0.0.0.0", room);

	(void)state;
	check_fault(MC_FAULT_GROUP, &m, NULL, "10.0.0.9 is no multicast address: the query is ignored");
	check_fault(MC_FAULT_GENERAL, &m, NULL,
		    "a general query that lists sources (3): the query is ignored");
	check_fault(MC_FAULT_SOURCES, &m, NULL,
		    "255.255.255.255 is listed, but is no unicast address: the query is ignored");
	check_fault(MC_FAULT_TYPE, &m, NULL, "record type is unknown: the record is ignored");
	m = query("fe80::1", "ff15::1", "2001:db8::9 ff02::1", room);
	check_fault(MC_FAULT_SOURCES, &m, NULL,
		    "ff02::1 is listed, but is no unicast address: the query is ignored");
	m = message(MC_REPORT, "10.0.0.1");
	check_fault(MC_FAULT_GROUP, &m, NULL, "the group is no multicast address: the query is ignored");
	check_fault(MC_FAULT_SOURCES, &m, NULL,
		    "a source is listed, but is no unicast address: the query is ignored");
}

static void test_fault_record(void **state)
{
	struct mc_msg m = message(MC_REPORT, "fe80::2");
	struct mc_record r = { .type = 9, .group = wire_addr("2001:db8:1111:2222:3333:4444:5555:6666") };
	uint8_t room[64];

	(void)state;
	r.sources = (struct mc_sources){ .octets = room, .family = MC_IPV6 };
	put_list(room, "2001:db8::9 ff15:1111:2222:3333:4444:5555:6666:7777", &r.sources.n);
	check_fault(MC_FAULT_TYPE, &m, &r, "record type 9 is unknown: the record is ignored");
	check_fault(MC_FAULT_GROUP, &m, &r,
		    "2001:db8:1111:2222:3333:4444:5555:6666 is no multicast address: the record is ignored");
	check_fault(
		MC_FAULT_SOURCES, &m, &r,
		"ff15:1111:2222:3333:4444:5555:6666:7777 is listed, but is no unicast address: the record "
		"is ignored");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_names),
		cmocka_unit_test(test_fault_header),
		cmocka_unit_test(test_fault_sender),
		cmocka_unit_test(test_fault_destination_query),
		cmocka_unit_test(test_fault_destination_report),
		cmocka_unit_test(test_fault_query),
		cmocka_unit_test(test_fault_record),
	};

	return cmocka_run_group_tests_name("wire_fault", tests, NULL, NULL);
}
