/*
 * wire_proto.c - tests of what the two protocols disagree about, and of lists of sources.
 */
#include "wire.h"

static void test_sources_pack(void **state)
{
	struct mc_addr list[3] = { wire_addr("10.0.0.8"), wire_addr("10.0.0.9"), wire_addr("2001:db8::9") };
	struct mc_sources s = { .n = 77 };
	struct mc_addr a;
	uint8_t room[16];

	(void)state;
	assert_int_equal(mc_sources_pack(&s, room, 7, list, 2), MC_ERR_ROOM);
	assert_int_equal(mc_sources_pack(&s, room, sizeof(room), list + 1, 2), MC_ERR_FAMILY);
	assert_int_equal(s.n, 77);
	assert_int_equal(mc_sources_pack(&s, room, 8, list, 2), 0);
	assert_true(s.n == 2 && s.family == MC_IPV4 && s.octets == room);
	a = mc_sources_at(&s, 1);
	assert_memory_equal(&a, &list[1], sizeof(a));
	assert_int_equal(mc_sources_pack(&s, room, 16, list + 2, 1), 0);
	assert_memory_equal(room, list[2].b, 16);
	assert_int_equal(mc_sources_pack(&s, room, 0, list, 0), 0);
	assert_int_equal(s.n, 0);
}

/* Lists are counted in 16 bits. */
static void test_sources_pack_most(void **state)
{
	struct mc_addr *list = calloc(65536, sizeof(*list));
	uint8_t *room = malloc((size_t)65536 * 4);
	struct mc_sources s = { .n = 1 };

	(void)state;
	assert_true(list && room);
	for (size_t i = 0; i < 65536; i++)
		list[i] = (struct mc_addr){ MC_IPV4, { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } };
	assert_int_equal(mc_sources_pack(&s, room, (size_t)65536 * 4, list, 65536), MC_ERR_ROOM);
	assert_int_equal(mc_sources_pack(&s, room, (size_t)65536 * 4, list, 65535), 0);
	assert_int_equal(s.n, 65535);
	assert_int_equal(mc_sources_at(&s, 65534).b[3], 0xfe);
	free(list);
	free(room);
}

/* IGMP-C-024, IGMP-C-025, MLD-C-011, MRD-002: the addresses. */
static void test_proto(void **state)
{
	static const struct {
		uint8_t family, newest, addr_len, protocol;
		const char *name, *to[4];
	} rows[] = {
		{ MC_IPV4, 3, 4, 2, "IGMP", { "224.0.0.1", "224.0.0.2", "224.0.0.22", "224.0.0.106" } },
		{ MC_IPV6, 2, 16, 58, "MLD", { "ff02::1", "ff02::2", "ff02::16", "ff02::6a" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct mc_proto *p = mc_proto_of(rows[i].family);
		const struct mc_addr *to[4] = { &p->all_nodes, &p->all_routers, &p->all_reports,
						&p->all_snoopers };

		assert_string_equal(p->name, rows[i].name);
		assert_true(p->family == rows[i].family && p->newest == rows[i].newest);
		assert_true(p->addr_len == rows[i].addr_len && p->protocol == rows[i].protocol);
		assert_int_equal(p->link_local, rows[i].family == MC_IPV6);
		for (size_t k = 0; k < 4; k++) {
			struct mc_addr want = wire_addr(rows[i].to[k]);

			assert_memory_equal(to[k], &want, sizeof(want));
		}
	}
	assert_null(mc_proto_of(0));
	assert_null(mc_proto_of(5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources_pack),
		cmocka_unit_test(test_sources_pack_most),
		cmocka_unit_test(test_proto),
	};

	return cmocka_run_group_tests_name("wire_proto", tests, NULL, NULL);
}
