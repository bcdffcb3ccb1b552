/*
 * text.c - tests of the writer of text: what is put, what is left out, and where it is cut.
 */
#include "base/text.h"

#include "check.h"

static struct mc_addr addr(const char *text)
{
	struct mc_addr a;

	assert_int_equal(mc_addr_parse(&a, text), 0);
	return a;
}

/* Puts one of everything; `want` is what that gives. */
static const char want[] = "word c 0 10 18446744073709551615 0 00ff 1f ffffffffffffffff 10.0.0.9 ff3e::1 .";

static void put_all(struct mc_text *t)
{
	static const uint64_t numbers[] = { 0, 10, UINT64_MAX };
	static const struct {
		uint64_t v;
		size_t least;
	} hex[] = { { 0, 0 }, { 0xff, 4 }, { 0x1f, 1 }, { UINT64_MAX, 16 } };
	struct mc_addr v4 = addr("10.0.0.9"), v6 = addr("ff3e::1"), none = { 0 };

	mc_text_str(t, "word ");
	mc_text_char(t, 'c');
	for (size_t i = 0; i < COUNT(numbers); i++) {
		mc_text_char(t, ' ');
		mc_text_number(t, numbers[i]);
	}
	for (size_t i = 0; i < COUNT(hex); i++) {
		mc_text_char(t, ' ');
		mc_text_hex(t, hex[i].v, hex[i].least);
	}
	mc_text_str(t, " ");
	mc_text_addr(t, &v4);
	mc_text_str(t, " ");
	mc_text_addr(t, &v6);
	mc_text_addr(t, &none);
	mc_text_str(t, "");
	mc_text_run(t, " .unseen", 2);
}

/* In a buffer of any size stands the beginning, with an end, and nothing behind. */
static void test_put(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < sizeof(want) + 2; cap++) {
		char buf[sizeof(want) + 2], part[sizeof(want)] = "";
		struct mc_text t;

		memset(buf, 'x', sizeof(buf));
		t = mc_text_begin(buf, cap);
		assert_true(!cap || buf[0] == '\0');
		put_all(&t);
		assert_int_equal(t.full, cap < sizeof(want));
		for (size_t i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 'x');
		if (!cap)
			continue;
		memcpy(part, want, cap < sizeof(want) ? cap - 1 : sizeof(want) - 1);
		equal("all", buf, part);
		assert_int_equal(t.off, strlen(buf));
	}
}

static void test_sticky(void **state)
{
	char buf[4];
	struct mc_text t = mc_text_begin(buf, sizeof(buf));

	(void)state;
	mc_text_str(&t, "abc");
	assert_false(t.full);
	mc_text_char(&t, 'd');
	assert_true(t.full);
	mc_text_number(&t, 1);
	assert_string_equal(buf, "abc");
}

static void test_cut(void **state)
{
	static const struct {
		const char *given;
		size_t cap;
		const char *want;
	} rows[] = {
		{ "one two three", 14, "one two three" },
		{ "one two three", 13, "one two ..." },
		{ "one two three", 12, "one two ..." },
		{ "one two three", 11, "one ..." },
		{ "one two three", 8, "one ..." },
		{ "one two three", 7, "..." },
		{ "one two three", 4, "..." },
		{ "one two three", 3, ".." },
		{ "one two three", 2, "." },
		{ "one two three", 1, "" },
		{ "one, two", 9, "one, two" },
		{ "one, two; three", 9, "one ..." },
		{ "one, two; three", 15, "one, two ..." },
		{ "one, two; three", 13, "one ..." },
		{ "unbroken", 8, "..." },
		{ "", 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char buf[32];
		struct mc_text t = mc_text_begin(buf, rows[i].cap);

		mc_text_str(&t, rows[i].given);
		mc_text_cut(&t);
		equal(rows[i].given, buf, rows[i].want);
		assert_int_equal(t.off, strlen(buf));
	}
}

static void test_cut_nothing(void **state)
{
	char c = 'x';
	struct mc_text t = mc_text_begin(&c, 0);

	(void)state;
	mc_text_str(&t, "one two");
	mc_text_cut(&t);
	assert_int_equal(c, 'x');
	assert_true(t.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_nothing),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
