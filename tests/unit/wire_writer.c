/*
 * wire_writer.c - reports written record by record: their octets, where they go, how records spill over,
 * split and are cut at the MTU (RFC 9776 4.2.17, RFC 9777 5.2.16), and what is refused.
 */
#include "wire.h"

#define MTU 1500
#define MANY 1000

/* One family's names. */
struct names {
	const char *src, *group, *other, *source, *reports, *routers;
	unsigned newest, header, record, source_len;
};

static const struct names families[] = {
	{ "10.0.0.7", "239.1.2.3", "239.1.2.4", "10.1.0.0", "224.0.0.22", "224.0.0.2", 3, 24, 8, 4 },
	{ "fe80::2", "ff15::1234", "ff15::1235", "2001:db8::", "ff02::16", "ff02::2", 2, 48, 20, 16 },
};

#define EACH_FAMILY(f) for (const struct names *f = families; f < families + COUNT(families); f++)

static struct mc_msg head_of(const struct names *f, unsigned version)
{
	struct mc_msg m;

	mc_msg_init(&m);
	m.ip.src = wire_addr(f->src);
	m.family = m.ip.src.family;
	m.version = (uint8_t)version;
	return m;
}

static void begin(struct mc_writer *w, void *buf, size_t cap, const struct names *f, unsigned version)
{
	struct mc_msg head = head_of(f, version);

	assert_int_equal(mc_writer_begin(w, buf, cap, &head), 0);
}

/* n sources that follow f->source; room has MANY * 16 octets. */
static struct mc_sources sources_of(const struct names *f, uint8_t *room, unsigned n)
{
	static struct mc_addr list[MANY];
	struct mc_addr a = wire_addr(f->source);
	struct mc_sources s = { .n = 0 };

	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(mc_addr_add(&a, 1), 0);
		list[i] = a;
	}
	assert_int_equal(mc_sources_pack(&s, room, MANY * 16, list, n), 0);
	return s;
}

static struct mc_record record_of(unsigned type, const char *group)
{
	struct mc_record r = { .type = (uint8_t)type, .group = wire_addr(group) };

	r.sources.family = r.group.family;
	return r;
}

/* The packet that was written, decoded: it must be without a fault. */
static struct mc_msg written(const uint8_t *buf, int len)
{
	struct mc_msg m;

	assert_true(len > 0);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, buf, (size_t)len), 0);
	assert_int_equal(m.faults, 0);
	assert_int_equal(m.kind, MC_REPORT);
	assert_int_equal(m.extra, 0);
	return m;
}

static void expect_octets(const struct mc_msg *m, const char *hex)
{
	uint8_t want[256];
	size_t len = wire_hex(want, sizeof(want), hex);

	assert_int_equal(m->len, len);
	assert_memory_equal(m->octets, want, len);
}

/* IGMP-C-026, IGMP-C-027, MLD-C-012 */
static void test_octets(void **state)
{
	struct mc_addr nine = wire_addr("10.0.0.9"), eight = wire_addr("10.0.0.8");
	struct mc_record r = record_of(MC_ALLOW, "232.1.2.3");
	uint8_t buf[128], room[4];
	struct mc_writer w;
	struct mc_msg m;

	(void)state;
	begin(&w, buf, sizeof(buf), &families[0], 3);
	mc_sources_pack(&r.sources, room, sizeof(room), &nine, 1);
	assert_int_equal(mc_writer_add(&w, &r), 1);
	r.type = MC_BLOCK;
	mc_sources_pack(&r.sources, room, sizeof(room), &eight, 1);
	assert_int_equal(mc_writer_add(&w, &r), 1);
	m = written(buf, mc_writer_end(&w));
	expect_octets(&m, "2200eae00000000205000001e80102030a00000906000001e80102030a000008");
	begin(&w, buf, sizeof(buf), &families[1], 2);
	r = record_of(MC_TO_EX, "ff15::1234");
	assert_int_equal(mc_writer_add(&w, &r), 0);
	m = written(buf, mc_writer_end(&w));
	expect_octets(&m, "8f005dc20000000104000000ff150000000000000000000000001234");
}

/* IGMP-C-001, IGMP-C-025, IGMP-C-035, MLD-C-001, MLD-C-018 */
static void test_older_octets(void **state)
{
	static const struct {
		unsigned family, version, record;
		const char *hex;
	} rows[] = {
		{ 0, 1, MC_IS_EX, "1200fcfaef010203" },
		{ 0, 2, MC_IS_EX, "1600f8faef010203" },
		{ 0, 2, MC_TO_IN, "1700f7faef010203" },
		{ 1, 1, MC_IS_EX, "83005b9600000000ff150000000000000000000000001234" },
		{ 1, 1, MC_TO_IN, "84006cdb00000000ff150000000000000000000000001234" },
	};
	uint8_t buf[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct names *f = &families[rows[i].family];
		struct mc_record r = record_of(rows[i].record, f->group);
		struct mc_addr to = wire_addr(rows[i].record == MC_TO_IN ? f->routers : f->group);
		struct mc_writer w;
		struct mc_msg m;

		begin(&w, buf, sizeof(buf), f, rows[i].version);
		assert_int_equal(mc_writer_add(&w, &r), 0);
		m = written(buf, mc_writer_end(&w));
		expect_octets(&m, rows[i].hex);
		assert_memory_equal(&m.ip.dst, &to, sizeof(to));
	}
}

/* IGMP-C-003, IGMP-C-025, MLD-C-002, MLD-C-011 */
static void test_header(void **state)
{
	uint8_t buf[128];

	(void)state;
	EACH_FAMILY(f)
	{
		struct mc_addr to = wire_addr(f->reports);
		struct mc_writer w;
		struct mc_msg m;

		begin(&w, buf, sizeof(buf), f, f->newest);
		m = written(buf, mc_writer_end(&w));
		assert_int_equal(m.report.n, 0);
		assert_int_equal(m.ip.header, f->header);
		assert_int_equal(m.ip.ttl, 1);
		assert_int_equal(m.ip.alert, 1);
		assert_int_equal(m.ip.tos, f->newest == 3 ? 0xc0 : 0);
		assert_memory_equal(&m.ip.dst, &to, sizeof(to));
	}
}

/* IGMP-C-031, MLD-C-016: what does not fit goes into the next report: 183 and 72 records each. */
static void test_records_spill(void **state)
{
	static const unsigned most[] = { 183, 72 };
	uint8_t buf[MTU];

	(void)state;
	EACH_FAMILY(f)
	{
		struct mc_record r = record_of(MC_IS_EX, f->group);
		unsigned n = 0;
		struct mc_writer w;
		struct mc_msg m;
		int err;

		begin(&w, buf, sizeof(buf), f, f->newest);
		while ((err = mc_writer_add(&w, &r)) == 0 && n <= most[f - families])
			n++;
		assert_int_equal(err, MC_ERR_ROOM);
		assert_int_equal(n, most[f - families]);
		m = written(buf, mc_writer_end(&w));
		assert_int_equal(m.report.n, n);
	}
}

/* Takes 1000 sources over as many reports as it needs; every one of them once, in order. */
static void check_split(const struct names *f, unsigned type, unsigned most)
{
	static uint8_t buf[MTU], room[MANY * 16];
	struct mc_record r = record_of(type, f->group), got;
	struct mc_sources all = sources_of(f, room, MANY);
	unsigned done = 0;

	while (done < MANY) {
		unsigned left = MANY - done, now = left < most ? left : most;
		struct mc_writer w;
		struct mc_msg m;
		size_t pos = 0;

		r.sources = all;
		r.sources.octets += done * f->source_len;
		r.sources.n = (uint16_t)left;
		begin(&w, buf, sizeof(buf), f, f->newest);
		assert_int_equal(mc_writer_add(&w, &r), now);
		m = written(buf, mc_writer_end(&w));
		assert_true(mc_msg_next(&m, &pos, &got));
		assert_int_equal(got.type, type);
		assert_int_equal(got.sources.n, now);
		assert_memory_equal(got.sources.octets, r.sources.octets, now * f->source_len);
		assert_false(mc_msg_next(&m, &pos, &got));
		done += now;
	}
}

/* IGMP-C-032, MLD-C-016: 365 and 89 sources in a record. */
static void test_sources_split(void **state)
{
	(void)state;
	for (unsigned type = MC_IS_IN; type <= MC_BLOCK; type++) {
		check_split(&families[0], type, 365);
		check_split(&families[1], type, 89);
	}
}

/* IGMP-C-033, IGMP-C-034, MLD-C-016: what is cut is cut at the same place every time. */
static void test_cut_is_the_same(void **state)
{
	static uint8_t once[MTU], again[MTU], room[MANY * 16];

	(void)state;
	EACH_FAMILY(f)
	{
		struct mc_record r = record_of(MC_TO_EX, f->group);
		struct mc_writer w;
		int n;

		r.sources = sources_of(f, room, MANY);
		begin(&w, once, sizeof(once), f, f->newest);
		mc_writer_add(&w, &r);
		n = mc_writer_end(&w);
		begin(&w, again, sizeof(again), f, f->newest);
		mc_writer_add(&w, &r);
		assert_int_equal(mc_writer_end(&w), n);
		assert_memory_equal(once, again, (size_t)n);
	}
}

/* Only the first record is cut; a later one is left out whole, and the report is as it was. */
static void test_later_record_whole(void **state)
{
	static uint8_t buf[MTU], room[MANY * 16];

	(void)state;
	EACH_FAMILY(f)
	{
		struct mc_record one = record_of(MC_TO_EX, f->other), big = record_of(MC_ALLOW, f->group);
		unsigned rest = (MTU - f->header - 8 - 2 * f->record) / f->source_len;
		struct mc_writer w;
		struct mc_msg m;

		begin(&w, buf, sizeof(buf), f, f->newest);
		assert_int_equal(mc_writer_add(&w, &one), 0);
		big.sources = sources_of(f, room, rest + 1);
		assert_int_equal(mc_writer_add(&w, &big), MC_ERR_ROOM);
		big.sources.n = (uint16_t)rest;
		assert_int_equal(mc_writer_add(&w, &big), rest);
		assert_int_equal(mc_writer_add(&w, &one), MC_ERR_ROOM);
		m = written(buf, mc_writer_end(&w));
		assert_int_equal(m.report.n, 2);
	}
}

/* No room for any source of a record that has some: an empty record would say something else. */
static void test_room_for_no_source(void **state)
{
	uint8_t room[MANY * 16];

	(void)state;
	EACH_FAMILY(f)
	{
		size_t bare = f->header + 8 + f->record;

		for (size_t cap = bare; cap < bare + f->source_len; cap++) {
			struct mc_record r = record_of(MC_TO_IN, f->group);
			uint8_t *buf = malloc(cap);
			struct mc_writer w;
			struct mc_msg m;

			begin(&w, buf, cap, f, f->newest);
			r.sources = sources_of(f, room, 1);
			assert_int_equal(mc_writer_add(&w, &r), MC_ERR_ROOM);
			r.sources.n = 0;
			assert_int_equal(mc_writer_add(&w, &r), 0);
			m = written(buf, mc_writer_end(&w));
			assert_int_equal(m.report.n, 1);
			free(buf);
		}
	}
}

/* In any room: what is begun can be ended, nothing is written behind it. */
static void test_any_room(void **state)
{
	uint8_t room[MANY * 16];

	(void)state;
	EACH_FAMILY(f)
	for (size_t cap = 0; cap < 200; cap++) {
		struct mc_record r = record_of(MC_ALLOW, f->group), none = record_of(MC_TO_EX, f->other);
		struct mc_msg head = head_of(f, f->newest);
		uint8_t *buf = malloc(cap);
		struct mc_writer w;
		int err = mc_writer_begin(&w, buf, cap, &head);

		assert_int_equal(err, cap < f->header + 8 ? MC_ERR_ROOM : 0);
		if (err == 0) {
			r.sources = sources_of(f, room, 3);
			mc_writer_add(&w, &r);
			mc_writer_add(&w, &none);
			mc_writer_add(&w, &r);
			written(buf, mc_writer_end(&w));
		}
		free(buf);
	}
}

/* Older versions say one thing at a time, and not everything. */
static void test_older_versions(void **state)
{
	uint8_t buf[128], room[MANY * 16];

	(void)state;
	EACH_FAMILY(f)
	for (unsigned version = 1; version < f->newest; version++) {
		struct mc_writer w;
		struct mc_record r;

		begin(&w, buf, sizeof(buf), f, version);
		for (unsigned type = MC_IS_IN; type <= MC_BLOCK; type++) {
			bool can = type == MC_IS_EX || (type == MC_TO_IN && (version > 1 || f->newest == 2));

			r = record_of(type, f->group);
			begin(&w, buf, sizeof(buf), f, version);
			assert_int_equal(mc_writer_add(&w, &r), can ? 0 : MC_ERR_VERSION);
			if (can)
				assert_true(mc_writer_add(&w, &r) < 0);
			else
				assert_int_equal(mc_writer_end(&w), MC_ERR_CONF);
		}
		r = record_of(MC_IS_EX, f->group);
		r.sources = sources_of(f, room, 1);
		begin(&w, buf, sizeof(buf), f, version);
		assert_int_equal(mc_writer_add(&w, &r), MC_ERR_VERSION);
		assert_int_equal(mc_writer_end(&w), MC_ERR_CONF);
	}
}

struct refusal {
	unsigned family, type;
	const char *group, *source;
	uint32_t faults;
	int err; /* 0: written */
};

/* IGMP-C-028, IGMP-C-030, IGMP-C-038: what may not stand in a record, unless it is wrong on purpose. */
static void test_refuses(void **state)
{
	static const struct refusal rows[] = {
		{ 0, MC_ALLOW, "10.1.2.3", "10.0.0.9", 0, MC_ERR_GROUP },
		{ 0, MC_ALLOW, "10.1.2.3", "10.0.0.9", MC_FAULT_GROUP, 0 },
		{ 0, MC_ALLOW, "0.0.0.0", "10.0.0.9", 0, MC_ERR_GROUP },
		{ 0, MC_ALLOW, "ff15::1234", "10.0.0.9", 0, MC_ERR_FAMILY },
		{ 0, MC_ALLOW, "239.1.2.3", "2001:db8::9", 0, MC_ERR_FAMILY },
		{ 0, MC_ALLOW, "239.1.2.3", "0.0.0.0", 0, MC_ERR_SOURCE },
		{ 0, MC_ALLOW, "239.1.2.3", "255.255.255.255", 0, MC_ERR_SOURCE },
		{ 0, MC_ALLOW, "239.1.2.3", "224.1.1.1", 0, MC_ERR_SOURCE },
		{ 0, MC_ALLOW, "239.1.2.3", "224.1.1.1", MC_FAULT_SOURCES, 0 },
		{ 0, 0, "239.1.2.3", "10.0.0.9", 0, MC_ERR_CONF },
		{ 0, 7, "239.1.2.3", "10.0.0.9", 0, MC_ERR_CONF },
		{ 0, 7, "239.1.2.3", "10.0.0.9", MC_FAULT_TYPE, 0 },
		{ 1, MC_ALLOW, "fe80::9", "2001:db8::9", 0, MC_ERR_GROUP },
		{ 1, MC_ALLOW, "239.1.2.3", "2001:db8::9", 0, MC_ERR_FAMILY },
		{ 1, MC_ALLOW, "ff15::1234", "10.0.0.9", 0, MC_ERR_FAMILY },
		{ 1, MC_ALLOW, "ff15::1234", "::", 0, MC_ERR_SOURCE },
		{ 1, MC_ALLOW, "ff15::1234", "ff02::1", 0, MC_ERR_SOURCE },
		{ 1, 255, "ff15::1234", "2001:db8::9", 0, MC_ERR_CONF },
	};
	uint8_t buf[128], room[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct names *f = &families[rows[i].family];
		struct mc_record r = record_of(rows[i].type, rows[i].group);
		struct mc_addr source = wire_addr(rows[i].source);
		struct mc_writer w;
		int err, n;

		r.aux = 3; /* never written */
		r.faults = rows[i].faults;
		mc_sources_pack(&r.sources, room, sizeof(room), &source, 1);
		begin(&w, buf, sizeof(buf), f, f->newest);
		err = mc_writer_add(&w, &r);
		if (err != (rows[i].err ? rows[i].err : 1))
			fail_msg("row %zu (%s, %s): %s %d", i, rows[i].group, rows[i].source, wire_err(err),
				 err);
		n = mc_writer_end(&w);
		assert_int_equal(written(buf, n).report.n, err == 1);
		assert_int_equal(n, f->header + 8 + (err == 1 ? f->record + f->source_len : 0));
	}
}

/* MLD-C-020: a report comes from a link-local address or none, on purpose from any. */
static void test_sender(void **state)
{
	struct mc_msg head = head_of(&families[1], 2), got;
	uint8_t buf[128];
	struct mc_writer w;
	int n;

	(void)state;
	head.ip.src = wire_addr("2001:db8::2");
	assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head), MC_ERR_SOURCE);
	head.ip.src = wire_addr("::"); /* RFC 3590 4; that routers do not take it is shown all the same */
	assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head), 0);
	head.ip.src = wire_addr("2001:db8::2");
	head.faults = MC_FAULT_SENDER;
	assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head), 0);
	n = mc_writer_end(&w);
	mc_msg_init(&got);
	assert_int_equal(mc_decode(&got, buf, (size_t)n), 0);
	assert_int_equal(got.faults, MC_FAULT_SENDER);
	head = head_of(&families[0], 3);
	head.ip.src = wire_addr("0.0.0.0"); /* RFC 9776 4.2.14 */
	assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head), 0);
	written(buf, mc_writer_end(&w));
}

static void test_begin_refuses(void **state)
{
	struct mc_msg head = head_of(&families[0], 3);
	uint8_t buf[128];
	struct mc_writer w;

	(void)state;
	head.size = 0;
	assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head), MC_ERR_CONF);
	for (unsigned version = 0; version < 256; version++) {
		head = head_of(&families[0], version);
		assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head) == 0,
				 version >= 1 && version <= 3);
		head = head_of(&families[1], version);
		assert_int_equal(mc_writer_begin(&w, buf, sizeof(buf), &head) == 0,
				 version == 1 || version == 2);
	}
	head = head_of(&families[0], 3);
	head.family = 0;
	assert_true(mc_writer_begin(&w, buf, sizeof(buf), &head) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_older_octets),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_records_spill),
		cmocka_unit_test(test_sources_split),
		cmocka_unit_test(test_cut_is_the_same),
		cmocka_unit_test(test_later_record_whole),
		cmocka_unit_test(test_room_for_no_source),
		cmocka_unit_test(test_any_room),
		cmocka_unit_test(test_older_versions),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_begin_refuses),
	};

	return cmocka_run_group_tests_name("wire_writer", tests, NULL, NULL);
}
