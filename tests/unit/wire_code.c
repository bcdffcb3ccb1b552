/*
 * wire_code.c - tests of the floating-point codes of times: every code and every value of one octet and of
 * two, against the definition worked out here, and the points of RFC 9776 4.1.1, 4.1.7 and RFC 9777 5.1.3.
 */
#include "wire/code.h"
#include "check.h"

struct point {
	uint64_t value;
	unsigned code;
	uint32_t is; /* what the code means */
};

/* mant | the bit above it, moved left by exp + 3: RFC 9776 4.1.1 (4 bits), RFC 9777 5.1.3 (12 bits) */
static uint32_t meaning(uint32_t code, unsigned mant_bits)
{
	uint32_t top = UINT32_C(1) << (mant_bits + 3);
	uint32_t mant = code & ((UINT32_C(1) << mant_bits) - 1), exp = code >> mant_bits & 7;

	return code < top ? code : (mant | UINT32_C(1) << mant_bits) << (exp + 3);
}

/* IGMP-C-015, IGMP-C-019 */
static void test_every_code_of_8_bits(void **state)
{
	uint32_t before = 0;

	(void)state;
	for (unsigned c = 0; c <= 0xff; c++) {
		uint32_t v = mc_code8_value((uint8_t)c);

		assert_int_equal(v, meaning(c, 4));
		assert_true(c == 0 || v > before);
		assert_int_equal(mc_code8(v), c);
		before = v;
	}
}

/* MLD-C-006 */
static void test_every_code_of_16_bits(void **state)
{
	uint32_t before = 0;

	(void)state;
	for (unsigned c = 0; c <= 0xffff; c++) {
		uint32_t v = mc_code16_value((uint16_t)c);

		assert_int_equal(v, meaning(c, 12));
		assert_true(c == 0 || v > before);
		assert_int_equal(mc_code16(v), c);
		before = v;
	}
}

/* IGMP-C-018: the code of a value is the largest that means no more. */
static void test_every_value_of_8_bits(void **state)
{
	unsigned want = 0;

	(void)state;
	for (uint32_t v = 0; v <= 65535; v++) {
		while (want < 0xff && meaning(want + 1, 4) <= v)
			want++;
		if (mc_code8(v) != want)
			fail_msg("%u is coded as %#x, not %#x", v, mc_code8(v), want);
	}
}

/* IGMP-C-018 in ms: all values that have a code, and one past them. */
static void test_every_value_of_16_bits(void **state)
{
	unsigned want = 0;

	(void)state;
	for (uint32_t v = 0; v <= UINT32_C(1) << 23; v++) {
		while (want < 0xffff && meaning(want + 1, 12) <= v)
			want++;
		if (mc_code16(v) != want)
			fail_msg("%u is coded as %#x, not %#x", v, mc_code16(v), want);
	}
}

/* IGMP-C-015, IGMP-C-018 */
static void test_points_of_8_bits(void **state)
{
	static const struct point points[] = {
		{ 127, 0x7f, 127 },     { 128, 0x80, 128 },     { 130, 0x80, 128 },
		{ 136, 0x81, 136 },     { 200, 0x89, 200 },     { 248, 0x8f, 248 },
		{ 255, 0x8f, 248 },     { 256, 0x90, 256 },     { 300, 0x92, 288 },
		{ 512, 0xa0, 512 },     { 1000, 0xaf, 992 },    { 1984, 0xbf, 1984 },
		{ 16384, 0xf0, 16384 }, { 31743, 0xfe, 30720 }, { 31744, 0xff, 31744 },
		{ 31745, 0xff, 31744 }, { 65536, 0xff, 31744 }, { UINT64_MAX, 0xff, 31744 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(points); i++) {
		assert_int_equal(mc_code8(points[i].value), points[i].code);
		assert_int_equal(mc_code8_value((uint8_t)points[i].code), points[i].is);
	}
}

/* MLD-C-006 */
static void test_points_of_16_bits(void **state)
{
	static const struct point points[] = {
		{ 32767, 0x7fff, 32767 },     { 32768, 0x8000, 32768 },     { 32776, 0x8001, 32776 },
		{ 40000, 0x8388, 40000 },     { 65528, 0x8fff, 65528 },     { 65535, 0x8fff, 65528 },
		{ 65536, 0x9000, 65536 },     { 100000, 0x986a, 100000 },   { 8387583, 0xfffe, 8386560 },
		{ 8387584, 0xffff, 8387584 }, { 8387585, 0xffff, 8387584 }, { UINT64_MAX, 0xffff, 8387584 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(points); i++) {
		assert_int_equal(mc_code16(points[i].value), points[i].code);
		assert_int_equal(mc_code16_value((uint16_t)points[i].code), points[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_of_8_bits),  cmocka_unit_test(test_every_code_of_16_bits),
		cmocka_unit_test(test_every_value_of_8_bits), cmocka_unit_test(test_every_value_of_16_bits),
		cmocka_unit_test(test_points_of_8_bits),      cmocka_unit_test(test_points_of_16_bits),
	};

	return cmocka_run_group_tests_name("wire_code", tests, NULL, NULL);
}
