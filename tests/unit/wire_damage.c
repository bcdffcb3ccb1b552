/*
 * wire_damage.c - every vector cut at every length and with every bit turned over, always at the end of a
 * block: nothing is read past it, and no damage passes for a message that is right.
 */
#include "vectors.h"

/* All that a message holds is looked at; a sanitizer sees what lies outside. */
static void look_at(const struct mc_msg *m)
{
	char buf[256];
	struct mc_record r;
	size_t pos = 0;
	unsigned n = 0;

	mc_msg_name(m, buf, sizeof(buf));
	mc_msg_format(m, buf, sizeof(buf));
	for (uint16_t i = 0; m->kind == MC_QUERY && i < m->query.sources.n; i++)
		assert_int_equal(mc_sources_at(&m->query.sources, i).family, m->family);
	while (mc_msg_next(m, &pos, &r)) {
		mc_record_format(&r, buf, sizeof(buf));
		for (uint16_t i = 0; i < r.sources.n; i++)
			assert_int_equal(mc_sources_at(&r.sources, i).family, m->family);
		n++;
	}
	assert_int_equal(n, m->kind == MC_REPORT ? m->report.n : 0);
}

/* Decodes at the end of a block; *ret is good for its numbers alone. */
static int decode(struct mc_msg *ret, const uint8_t *packet, size_t len)
{
	uint8_t *block;
	int err = wire_decode(ret, &block, packet, len);

	if (err == 0)
		look_at(ret);
	free(block);
	return err;
}

/* Vectors that are refused, or wrong already, are of no use here. */
static bool is_sound(const struct vector *v)
{
	return *v->says && !strstr(v->faults, "checksum");
}

static bool has_checksum(const struct vector *v)
{
	return v->ip.protocol != 103; /* PIM's is not looked at */
}

static unsigned looked;

/* ROB-019: fewer octets than the header says. */
static void check_capture_cut(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48];
	size_t whole = vector_packet(v, packet);
	struct mc_msg m;

	(void)arg;
	if (v->whole || !is_sound(v))
		return;
	for (size_t len = 1; len < whole; len++) {
		int err = decode(&m, packet, len);

		if (err != MC_ERR_CUT)
			fail_msg("%s: %s: %zu of %zu octets: %s", v->file, v->name, len, whole,
				 wire_err(err));
		looked++;
	}
}

/* The header agrees, the checksum does not: IGMP-C-007, or the rest happens to have the same sum. */
static void check_message_cut(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48];
	struct mc_msg m;

	(void)arg;
	if (v->whole || !is_sound(v) || !has_checksum(v))
		return;
	for (size_t len = 0; len < v->len; len++) {
		int err = decode(&m, packet, wire_wrap(packet, &v->ip, v->octets, len));
		bool right = wire_message_sum(&v->ip, v->octets, len) == 0xffff;

		if (err == 0 && right == !!(m.faults & MC_FAULT_CHECKSUM))
			fail_msg("%s: %s: %zu of %zu octets: the checksum", v->file, v->name, len, v->len);
		looked++;
	}
}

/* What must come of the first len octets of a message that is whole at v->len, its checksum put right. */
static int want_cut(const struct vector *v, size_t len)
{
	bool v4 = v->ip.src.family == MC_IPV4;
	size_t older = v4 ? 8 : 24;

	switch (v->octets[0]) {
	case 0x11:
	case 130:
		return len < older     ? MC_ERR_SHORT :
		       len == older    ? 0 :
		       len < older + 4 ? MC_ERR_LENGTH :
					 MC_ERR_SOURCES;
	case 0x22:
	case 143:
		return len < 8 ? MC_ERR_SHORT : MC_ERR_RECORDS;
	default:
		return MC_ERR_SHORT;
	}
}

/* ROB-002, ROB-003, ROB-004: header and checksum agree, the message does not. */
static void check_fields_cut(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48], msg[VECTOR_OCTETS];
	struct mc_msg m;

	(void)arg;
	if (!v->exact || v->whole || !is_sound(v))
		return;
	for (size_t len = 1; len < v->len; len++) {
		int err, want = want_cut(v, len);

		memcpy(msg, v->octets, len);
		wire_fix(&v->ip, msg, len);
		err = decode(&m, packet, wire_wrap(packet, &v->ip, msg, len));
		if (err != want)
			fail_msg("%s: %s: %zu of %zu octets: %s, not %s", v->file, v->name, len, v->len,
				 wire_err(err), wire_err(want));
		looked++;
	}
}

/* IGMP-C-007, MLD-C-004, ROB-001: a bit of the message. */
static void check_message_bits(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48], msg[VECTOR_OCTETS];
	struct mc_msg m;

	(void)arg;
	if (v->whole || !is_sound(v) || !has_checksum(v))
		return;
	for (size_t bit = 0; bit < 8 * v->len; bit++) {
		memcpy(msg, v->octets, v->len);
		msg[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (decode(&m, packet, wire_wrap(packet, &v->ip, msg, v->len)) == 0 &&
		    !(m.faults & MC_FAULT_CHECKSUM))
			fail_msg("%s: %s: bit %zu of octet %zu goes unseen", v->file, v->name, bit % 8,
				 bit / 8);
		looked++;
	}
}

/* Whether the sums see a bit of the header: all of IPv4's; of IPv6 the addresses. */
static bool is_summed(const struct vector *v, const uint8_t *packet, size_t octet)
{
	return packet[0] >> 4 == 4 || (octet >= 8 && octet < 40 && has_checksum(v));
}

/* A bit of anything, whole packets too. */
static void check_packet_bits(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48];
	size_t len = vector_packet(v, packet);
	struct mc_msg m;

	(void)arg;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		bool good;

		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		good = decode(&m, packet, len) == 0 &&
		       !(m.faults & (MC_FAULT_CHECKSUM | MC_FAULT_IP_CHECKSUM));
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (good && !v->whole && is_sound(v) && bit / 8 < len - v->len &&
		    is_summed(v, packet, bit / 8))
			fail_msg("%s: %s: bit %zu of octet %zu goes unseen", v->file, v->name, bit % 8,
				 bit / 8);
		looked++;
	}
}

/* Any octet, any value. */
static void check_octets(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48];
	size_t len = vector_packet(v, packet);
	struct mc_msg m;

	(void)arg;
	for (size_t i = 0; i < len; i++) {
		uint8_t was = packet[i];

		for (unsigned value = 0; value < 256; value += 15) {
			packet[i] = (uint8_t)value;
			decode(&m, packet, len);
			looked++;
		}
		packet[i] = was;
	}
}

static void each(vector_use use)
{
	looked = 0;
	vectors_each(use, NULL);
	printf("# %u looked at\n", looked);
	assert_true(looked > 100);
}

static void test_capture_cut(void **state)
{
	(void)state;
	each(check_capture_cut);
}

static void test_message_cut(void **state)
{
	(void)state;
	each(check_message_cut);
}

static void test_fields_cut(void **state)
{
	(void)state;
	each(check_fields_cut);
}

static void igmp_c_007_any_bit_of_a_message(void **state)
{
	(void)state;
	each(check_message_bits);
}

static void test_any_bit_of_a_packet(void **state)
{
	(void)state;
	each(check_packet_bits);
}

static void test_any_octet_of_a_packet(void **state)
{
	(void)state;
	each(check_octets);
}

/* Octets of chance: none of them may be taken for more than they are. */
static void test_chance(void **state)
{
	static const uint8_t types[] = { 0x11, 0x12, 0x16, 0x17, 0x22, 0x30, 130, 131, 132, 143, 151 };
	struct wire_ip ips[2] = { wire_ip("10.0.0.1", "224.0.0.1"), wire_ip("fe80::1", "ff02::1") };
	uint8_t msg[128], packet[128 + 48];
	uint64_t seed = 1;
	struct mc_msg m;

	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		size_t len = next_random(&seed) % sizeof(msg);
		struct wire_ip *ip = &ips[next_random(&seed) % 2];

		for (size_t k = 0; k < len; k++) /* small counts are likely ones */
			msg[k] = (uint8_t)(next_random(&seed) % (k % 4 == 2 ? 1 : 8));
		if (len)
			msg[0] = types[next_random(&seed) % COUNT(types)];
		wire_fix(ip, msg, len);
		if (decode(&m, packet, wire_wrap(packet, ip, msg, len)) == 0)
			assert_false(len > 4 && m.faults & MC_FAULT_CHECKSUM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capture_cut),
		cmocka_unit_test(test_message_cut),
		cmocka_unit_test(test_fields_cut),
		cmocka_unit_test(igmp_c_007_any_bit_of_a_message),
		cmocka_unit_test(test_any_bit_of_a_packet),
		cmocka_unit_test(test_any_octet_of_a_packet),
		cmocka_unit_test(test_chance),
	};

	return cmocka_run_group_tests_name("wire_damage", tests, NULL, NULL);
}
