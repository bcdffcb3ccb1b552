/*
 * wire_vectors.c - the vectors of tests/vectors: what each is read as, and that the exact ones are written
 * as they were. Every vector is looked at before the test fails.
 */
#include "vectors.h"

struct tally {
	unsigned checked, bad;
};

static void expect(struct tally *t, const struct vector *v, const char *what, const char *got,
		   const char *want)
{
	t->checked++;
	if (strcmp(got, want) == 0)
		return;
	t->bad++;
	printf("# %s: %s: %s is \"%s\", not \"%s\"\n", v->file, v->name, what, got, want);
}

static void expect_number(struct tally *t, const struct vector *v, const char *what, long got, long want)
{
	char a[32], b[32];

	snprintf(a, sizeof(a), "%ld", got);
	snprintf(b, sizeof(b), "%ld", want);
	expect(t, v, what, a, b);
}

static void check_records(struct tally *t, const struct vector *v, const struct mc_msg *m)
{
	struct mc_record r;
	char what[32], buf[VECTOR_TEXT];
	size_t pos = 0;
	int n = 0;

	while (mc_msg_next(m, &pos, &r)) {
		snprintf(what, sizeof(what), "record %d", n + 1);
		expect(t, v, what, wire_faults(r.faults, buf, sizeof(buf)),
		       n < VECTOR_RECORDS ? v->record[n] : "none");
		n++;
	}
	for (; n < VECTOR_RECORDS; n++)
		expect(t, v, "a record that is not there", "none", v->record[n]);
}

static void check_message(struct tally *t, const struct vector *v, const struct mc_msg *m)
{
	char name[MC_MSG_NAMELEN], text[VECTOR_TEXT], says[VECTOR_TEXT + MC_MSG_NAMELEN + 2],
		faults[VECTOR_TEXT];

	mc_msg_name(m, name, sizeof(name));
	mc_msg_format(m, text, sizeof(text));
	snprintf(says, sizeof(says), "%s: %s", name, text);
	expect(t, v, "it", says, v->says);
	expect(t, v, "faults", wire_faults(m->faults, faults, sizeof(faults)), v->faults);
	expect_number(t, v, "extra", m->extra, v->extra);
	expect_number(t, v, "extended", m->extended, v->extended);
	check_records(t, v, m);
}

static void check_decode(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48], *block;
	struct mc_msg m;
	int err = wire_decode(&m, &block, packet, vector_packet(v, packet));

	expect(arg, v, "the error", wire_err(err), *v->fails ? v->fails : "0");
	if (err == 0 && !*v->fails)
		check_message(arg, v, &m);
	free(block);
}

/* What a sender may choose: the IPv4 identification, don't fragment, and so the header checksum. */
static void blank(uint8_t *packet)
{
	if (packet[0] >> 4 != 4)
		return;
	memset(packet + 4, 0, 4);
	memset(packet + 10, 0, 2);
}

static void check_encode(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48], again[VECTOR_OCTETS + 48], *block;
	size_t len = vector_packet(v, packet);
	struct tally *t = arg;
	struct mc_msg m;
	struct mc_ip ip = { .sum_ok = false };
	int n;

	if (!v->exact)
		return;
	expect(t, v, "the error", wire_err(wire_decode(&m, &block, packet, len)), "0");
	n = mc_encode(again, sizeof(again), &m);
	expect(t, v, "the error of mc_encode", wire_err(n), "0");
	expect_number(t, v, "the length written", n, (long)len);
	if (n == (int)len) {
		expect(t, v, "the header written", wire_err(mc_ip_decode(&ip, again, len)), "0");
		expect_number(t, v, "its checksum", ip.sum_ok, true);
		blank(packet);
		blank(again);
		expect_number(t, v, "the same octets", memcmp(packet, again, len) == 0, true);
	}
	free(block);
}

/* The message alone is written as it stands in the packet. */
static void check_message_alone(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48], again[VECTOR_OCTETS], *block;
	struct tally *t = arg;
	struct mc_msg m;
	int n;

	if (!v->exact)
		return;
	wire_decode(&m, &block, packet, vector_packet(v, packet));
	n = mc_msg_encode(again, sizeof(again), &m);
	expect_number(t, v, "the length of the message", n, m.len);
	if (n == (int)m.len)
		expect_number(t, v, "the same message", memcmp(m.octets, again, m.len) == 0, true);
	free(block);
}

/* What was cut is the beginning of it and " ...", "..." where not a word fits. */
static void expect_cut(struct tally *t, const struct vector *v, const char *got, const char *whole)
{
	size_t len = strlen(got), left = len > 4 ? len - 4 : 0;

	expect(t, v, "the end of what was cut", got + left, left ? " ..." : "...");
	expect_number(t, v, "what is left", strncmp(got, whole, left), 0);
}

/* Words in any room: all of them where they fit, nothing behind the end. */
static void expect_words(struct tally *t, const struct vector *v, const struct mc_msg *m, size_t cap)
{
	const char *whole = strstr(v->says, ": ") + 2;
	char room[VECTOR_TEXT + 1];

	memset(room, 0x7e, sizeof(room));
	mc_msg_format(m, room, cap);
	expect_number(t, v, "what is behind the room", room[cap], 0x7e);
	expect_number(t, v, "an end inside the room", cap == 0 || strnlen(room, cap) < cap, true);
	room[cap] = '\0';
	if (cap > strlen(whole))
		expect(t, v, "all of it", room, whole);
	else if (cap > 4)
		expect_cut(t, v, room, whole);
}

static void check_rooms(const struct vector *v, void *arg)
{
	uint8_t packet[VECTOR_OCTETS + 48], *block;
	struct mc_msg m;

	if (wire_decode(&m, &block, packet, vector_packet(v, packet)) == 0 && *v->says)
		for (size_t cap = 0; cap < strlen(v->says); cap++)
			expect_words(arg, v, &m, cap);
	free(block);
}

static void each(vector_use use)
{
	struct tally t = { 0, 0 };
	unsigned n = vectors_each(use, &t);

	printf("# %u vectors, %u values\n", n, t.checked);
	assert_true(t.checked > 0);
	assert_int_equal(t.bad, 0);
}

static void test_decode(void **state)
{
	(void)state;
	each(check_decode);
}

static void test_encode(void **state)
{
	(void)state;
	each(check_encode);
}

static void test_encode_message(void **state)
{
	(void)state;
	each(check_message_alone);
}

static void test_rooms(void **state)
{
	(void)state;
	each(check_rooms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_encode_message),
		cmocka_unit_test(test_rooms),
	};

	return cmocka_run_group_tests_name("wire_vectors", tests, NULL, NULL);
}
