/*
 * wire_format.c - tests of messages and records as words. Messages are filled in by hand here, so
 * that what cannot be decoded is seen too; tests/vectors has the words of what is decoded.
 */
#include "words.h"

#define RECORDS 3
#define ROOM 2048

struct row_record {
	uint8_t type;
	const char *group, *sources; /* with blanks between */
};

static size_t put_record(uint8_t *p, const struct row_record *r)
{
	size_t len = 4 + put_addr(p + 4, r->group);
	uint16_t n;

	len += put_list(p + len, r->sources, &n);
	p[0] = r->type;
	p[1] = 0;
	wire_put16(p + 2, n);
	return len;
}

/* A report of the newest version; its records go into room. */
static struct mc_msg report(const char *src, const struct row_record *records, uint8_t *room)
{
	struct mc_msg m = message(MC_REPORT, src);

	m.version = m.family == MC_IPV4 ? 3 : 2;
	m.report.octets = room;
	for (; m.report.n < RECORDS && records[m.report.n].group; m.report.n++)
		m.report.len += (uint32_t)put_record(room + m.report.len, &records[m.report.n]);
	return m;
}

static char *write_msg(const void *what, char *buf, size_t cap)
{
	return mc_msg_format(what, buf, cap);
}

static char *write_record(const void *what, char *buf, size_t cap)
{
	return mc_record_format(what, buf, cap);
}

/* ---- reports and records -------------------------------------------------------------------- */

static void test_reports(void **state)
{
	static const struct {
		const char *src;
		struct row_record records[RECORDS];
		const char *want;
	} rows[] = {
		{ "10.0.0.7", { { MC_IS_EX, "239.1.2.3", "" } }, "10.0.0.7 is in 239.1.2.3" },
		{ "10.0.0.7",
		  { { MC_IS_EX, "239.1.2.3", "10.0.0.9" } },
		  "10.0.0.7 accepts all but 10.0.0.9 to 239.1.2.3" },
		{ "10.0.0.7", { { MC_IS_IN, "239.1.2.3", "" } }, "10.0.0.7 accepts nothing to 239.1.2.3" },
		{ "10.0.0.7",
		  { { MC_IS_IN, "239.1.2.3", "10.0.0.9" } },
		  "10.0.0.7 accepts only 10.0.0.9 to 239.1.2.3" },
		{ "10.0.0.7", { { MC_TO_EX, "239.1.2.3", "" } }, "10.0.0.7 joins 239.1.2.3" },
		{ "10.0.0.7",
		  { { MC_TO_EX, "239.1.2.3", "10.0.0.9 10.0.0.8" } },
		  "10.0.0.7 now accepts all but 10.0.0.9, 10.0.0.8 to 239.1.2.3" },
		{ "10.0.0.7", { { MC_TO_IN, "239.1.2.3", "" } }, "10.0.0.7 leaves 239.1.2.3" },
		{ "10.0.0.7",
		  { { MC_TO_IN, "239.1.2.3", "10.0.0.9" } },
		  "10.0.0.7 now accepts only 10.0.0.9 to 239.1.2.3" },
		{ "fe80::2",
		  { { MC_ALLOW, "ff3e::1234", "2001:db8::9" } },
		  "fe80::2 now accepts 2001:db8::9 to ff3e::1234" },
		{ "10.0.0.7", { { MC_ALLOW, "239.1.2.3", "" } }, "10.0.0.7 changes nothing in 239.1.2.3" },
		{ "10.0.0.7", { { MC_BLOCK, "239.1.2.3", "" } }, "10.0.0.7 changes nothing in 239.1.2.3" },
		{ "10.0.0.7",
		  { { MC_BLOCK, "239.1.2.3", "10.0.0.9" } },
		  "10.0.0.7 no longer accepts 10.0.0.9 to 239.1.2.3" },
		{ "10.0.0.7",
		  { { 9, "239.1.2.3", "10.0.0.9" } },
		  "10.0.0.7 says something unknown (record type 9) of 239.1.2.3" },
		{ "10.0.0.7",
		  { { 0, "239.1.2.3", "" }, { 255, "10.0.0.1", "" } },
		  "10.0.0.7 says something unknown (record type 0) of 239.1.2.3; says something unknown "
		  "(record type 255) of 10.0.0.1" },
		{ "10.0.0.7",
		  { { MC_TO_EX, "239.1.2.3", "" }, { MC_TO_IN, "239.1.2.4", "" } },
		  "10.0.0.7 joins 239.1.2.3; leaves 239.1.2.4" },
		{ "fe80::2",
		  { { MC_ALLOW, "ff3e::1", "2001:db8::9 2001:db8::8" },
		    { MC_BLOCK, "ff3e::1", "2001:db8::7" },
		    { MC_TO_EX, "ff15::1234", "" } },
		  "fe80::2 now accepts 2001:db8::9, 2001:db8::8 to ff3e::1; no longer accepts 2001:db8::7 to "
		  "ff3e::1; joins ff15::1234" },
		{ "10.0.0.7", { { 0, NULL, NULL } }, "10.0.0.7 reports nothing" },
		{ "::", { { MC_TO_EX, "ff02::1:ff00:1", "" } }, ":: joins ff02::1:ff00:1" },
		{ "", { { MC_TO_EX, "239.1.2.3", "" } }, "somebody joins 239.1.2.3" },
	};
	uint8_t room[ROOM];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = report(rows[i].src, rows[i].records, room);

		check_sizes(write_msg, &m, rows[i].want);
	}
}

/* The older versions' reports hold a group, and no more. */
static void test_old_reports(void **state)
{
	static const struct {
		const char *src, *group;
		uint8_t version;
		bool leave;
		const char *want;
	} rows[] = {
		{ "10.0.0.7", "239.1.2.3", 1, false, "10.0.0.7 is in 239.1.2.3" },
		{ "10.0.0.7", "239.1.2.3", 2, false, "10.0.0.7 is in 239.1.2.3" },
		{ "10.0.0.7", "239.1.2.3", 2, true, "10.0.0.7 leaves 239.1.2.3" },
		{ "fe80::2", "ff15::1234", 1, false, "fe80::2 is in ff15::1234" },
		{ "fe80::2", "ff15::1234", 1, true, "fe80::2 leaves ff15::1234" },
	};
	uint8_t room[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = message(MC_REPORT, rows[i].src);

		m.version = rows[i].version;
		m.report.leave = rows[i].leave;
		m.report.octets = room;
		m.report.n = 1;
		m.report.len = (uint32_t)put_addr(room, rows[i].group);
		check_sizes(write_msg, &m, rows[i].want);
	}
}

static void test_records(void **state)
{
	static const struct {
		uint8_t type;
		const char *group, *sources, *want;
	} rows[] = {
		{ MC_IS_IN, "239.1.2.3", "", "IS_IN(239.1.2.3, {})" },
		{ MC_IS_EX, "ff15::1", "2001:db8::9", "IS_EX(ff15::1, {2001:db8::9})" },
		{ MC_TO_IN, "239.1.2.3", "10.0.0.8 10.0.0.9", "TO_IN(239.1.2.3, {10.0.0.8, 10.0.0.9})" },
		{ MC_TO_EX, "239.1.2.3", "10.0.0.9", "TO_EX(239.1.2.3, {10.0.0.9})" },
		{ MC_ALLOW, "239.1.2.3", "10.0.0.9", "ALLOW(239.1.2.3, {10.0.0.9})" },
		{ MC_BLOCK, "239.1.2.3", "10.0.0.9", "BLOCK(239.1.2.3, {10.0.0.9})" },
		{ 0, "239.1.2.3", "", "TYPE_0(239.1.2.3, {})" },
		{ 255, "239.1.2.3", "10.0.0.9", "TYPE_255(239.1.2.3, {10.0.0.9})" },
	};
	uint8_t room[ROOM];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_record r = { .type = rows[i].type, .group = wire_addr(rows[i].group) };
		const char *name = mc_record_name(rows[i].type);

		r.sources = (struct mc_sources){ .octets = room, .family = r.group.family };
		put_list(room, rows[i].sources, &r.sources.n);
		check_sizes(write_record, &r, rows[i].want);
		assert_true(name || rows[i].want[0] == 'T');
		if (name)
			assert_memory_equal(name, rows[i].want, strlen(name));
	}
	for (unsigned type = 0; type < 256; type++)
		assert_int_equal(mc_record_name((uint8_t)type) != NULL, type >= 1 && type <= 6);
}

/* ---- queries and all else --------------------------------------------------------------------- */

static void test_queries(void **state)
{
	static const struct {
		const char *src, *group, *sources, *want;
	} rows[] = {
		{ "10.0.0.1", "0.0.0.0", "", "10.0.0.1 asks who is in any group" },
		{ "10.0.0.1", "0.0.0.0", "10.0.0.9", "10.0.0.1 asks who is in any group" },
		{ "10.0.0.1", "239.1.2.3", "", "10.0.0.1 asks who is left in 239.1.2.3" },
		{ "10.0.0.1", "232.1.2.3", "10.0.0.9 10.0.0.8",
		  "10.0.0.1 asks who still wants 10.0.0.9, 10.0.0.8 to 232.1.2.3" },
		{ "fe80::1", "::", "", "fe80::1 asks who is in any group" },
		{ "fe80::1", "ff3e::1", "2001:db8::9",
		  "fe80::1 asks who still wants 2001:db8::9 to ff3e::1" },
		{ "", "239.1.2.3", "", "somebody asks who is left in 239.1.2.3" },
	};
	uint8_t room[ROOM];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = query(rows[i].src, rows[i].group, rows[i].sources, room);

		check_sizes(write_msg, &m, rows[i].want);
	}
}

static void test_others(void **state)
{
	static const struct {
		uint8_t kind, type, mrd;
		const char *want;
	} rows[] = {
		{ MC_MRD, 0x30, MC_MRD_ADVERTISEMENT,
		  "10.0.0.1 is a multicast router, and says so every 20 s" },
		{ MC_MRD, 0x31, MC_MRD_SOLICITATION, "10.0.0.1 looks for multicast routers" },
		{ MC_MRD, 0x32, MC_MRD_TERMINATION, "10.0.0.1 is no longer a multicast router" },
		{ MC_MRD, 0x32, 9, "10.0.0.1 sends MRD message" },
		{ MC_PIM, 0x20, 0, "10.0.0.1 speaks PIM" },
		{ MC_PIM, 0x23, 0, "10.0.0.1 sends PIM join/prune" },
		{ MC_PIM, 0x2d, 0, "10.0.0.1 sends PIM type 13" },
		{ MC_OTHER, 0x13, 0, "10.0.0.1 sends DVMRP" },
		{ MC_OTHER, 0x42, 0, "10.0.0.1 sends IGMP type 0x42" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = message(rows[i].kind, "10.0.0.1");

		m.type = rows[i].type;
		m.mrd = (struct mc_mrd){ .type = rows[i].mrd, .advert = 20 };
		check_sizes(write_msg, &m, rows[i].want);
	}
}

static void test_names(void **state)
{
	static const struct {
		uint8_t kind, family, version, type, mrd;
		bool leave;
		const char *want;
	} rows[] = {
		{ MC_QUERY, MC_IPV4, 1, 0x11, 0, false, "IGMPv1 query" },
		{ MC_QUERY, MC_IPV6, 2, 130, 0, false, "MLDv2 query" },
		{ MC_REPORT, MC_IPV4, 3, 0x22, 0, false, "IGMPv3 report" },
		{ MC_REPORT, MC_IPV4, 2, 0x17, 0, true, "IGMPv2 leave" },
		{ MC_REPORT, MC_IPV6, 1, 131, 0, false, "MLDv1 report" },
		{ MC_REPORT, MC_IPV6, 1, 132, 0, true, "MLDv1 done" },
		{ MC_MRD, MC_IPV4, 0, 0x30, MC_MRD_ADVERTISEMENT, false, "MRD advertisement" },
		{ MC_MRD, MC_IPV6, 0, 152, MC_MRD_SOLICITATION, false, "MRD solicitation" },
		{ MC_MRD, MC_IPV6, 0, 153, MC_MRD_TERMINATION, false, "MRD termination" },
		{ MC_PIM, MC_IPV4, 0, 0x20, 0, false, "PIM hello" },
		{ MC_PIM, MC_IPV4, 0, 0x21, 0, false, "PIM register" },
		{ MC_PIM, MC_IPV4, 0, 0x22, 0, false, "PIM register-stop" },
		{ MC_PIM, MC_IPV6, 0, 0x23, 0, false, "PIM join/prune" },
		{ MC_PIM, MC_IPV4, 0, 0x24, 0, false, "PIM bootstrap" },
		{ MC_PIM, MC_IPV4, 0, 0x25, 0, false, "PIM assert" },
		{ MC_PIM, MC_IPV4, 0, 0x26, 0, false, "PIM graft" },
		{ MC_PIM, MC_IPV4, 0, 0x27, 0, false, "PIM graft-ack" },
		{ MC_PIM, MC_IPV4, 0, 0x28, 0, false, "PIM candidate-RP" },
		{ MC_PIM, MC_IPV4, 0, 0x29, 0, false, "PIM state refresh" },
		{ MC_PIM, MC_IPV4, 0, 0x2a, 0, false, "PIM type 10" },
		{ MC_PIM, MC_IPV4, 0, 0x2f, 0, false, "PIM type 15" },
		{ MC_OTHER, MC_IPV4, 0, 0x13, 0, false, "DVMRP" },
		{ MC_OTHER, MC_IPV4, 0, 0x14, 0, false, "PIMv1" },
		{ MC_OTHER, MC_IPV4, 0, 0x15, 0, false, "Cisco trace" },
		{ MC_OTHER, MC_IPV4, 0, 0x1e, 0, false, "mtrace response" },
		{ MC_OTHER, MC_IPV4, 0, 0x1f, 0, false, "mtrace" },
		{ MC_OTHER, MC_IPV4, 0, 0x42, 0, false, "IGMP type 0x42" },
		{ MC_OTHER, MC_IPV4, 0, 0x02, 0, false, "IGMP type 0x02" },
		{ MC_QUERY, 0, 0, 0, 0, false, "unknownv0 query" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = message(rows[i].kind, "");
		char buf[MC_MSG_NAMELEN];

		m.family = rows[i].family;
		m.version = rows[i].version;
		m.type = rows[i].type;
		m.mrd.type = rows[i].mrd;
		m.report.leave = rows[i].leave;
		memset(buf, 'x', sizeof(buf));
		assert_ptr_equal(mc_msg_name(&m, buf, sizeof(buf)), buf);
		equal("name", buf, rows[i].want);
		assert_ptr_equal(mc_msg_name(&m, buf, 4), buf);
		assert_int_equal(strlen(buf), 3);
		buf[0] = 'x';
		mc_msg_name(&m, buf, 0);
		assert_int_equal(buf[0], 'x');
	}
}

/* Whatever the octet says, a name has room. */
static void test_names_fit(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256 * 6; i++) {
		struct mc_msg m = message(MC_OTHER, "fe80::1");
		char buf[256];

		m.kind = (uint8_t)(i / 256);
		m.type = m.version = m.mrd.type = (uint8_t)i;
		mc_msg_name(&m, buf, sizeof(buf));
		assert_in_range(strlen(buf), 1, MC_MSG_NAMELEN - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),   cmocka_unit_test(test_old_reports),
		cmocka_unit_test(test_records),   cmocka_unit_test(test_queries),
		cmocka_unit_test(test_others),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_fit),
	};

	return cmocka_run_group_tests_name("wire_format", tests, NULL, NULL);
}
