/*
 * watch_show.c - tests of what watch prints as text: time, colour, the fields of --verbose, lines that are no
 * message's, and the end. JSON is tested where whole runs are.
 */
#include "watch/show.h"

#include <unistd.h>

#include "capture.h"
#include "wire.h"

static struct capture out;

static struct link_seen eth0 = { .ifindex = 2, .name = "eth0", .ifname = "eth0" };

/* A message, decoded of hex, and what it is shown as. */
struct message {
	struct mc_msg msg;
	struct shown shown;
	uint8_t *block;
};

static void make(struct message *m, const char *src, const char *dst, const char *hex)
{
	const struct wire_ip ip = wire_ip(src, dst);

	assert_int_equal(wire_decode_hex(&m->msg, &m->block, &ip, hex), 0);
	m->shown = (struct shown){ .kind = SHOWN_MESSAGE,
				   .time = 43201 * MC_SEC + 123456789,
				   .link = &eth0,
				   .family = m->msg.family,
				   .protocol = mc_proto_of(m->msg.family)->name,
				   .msg = &m->msg,
				   .wrong = m->msg.faults != 0 };
}

static const char *print(struct watch_show *w, const struct shown *s)
{
	capture_begin(&out, stdout);
	watch_show_thing(w, s);
	return capture_end(&out);
}

static const char *print_once(bool verbose, bool colour, const struct shown *s)
{
	struct watch_show w;
	const char *text;

	assert_int_equal(watch_show_open(&w, false, verbose), 0);
	w.colour = colour;
	text = print(&w, s);
	watch_show_close(&w);
	return text;
}

#define LEAVE2 "17 00 0000 ef010203"

static void test_time(void **state)
{
	static const struct {
		mc_time time;
		const char *want;
	} rows[] = {
		{ 0, "00:00:00.000000" },
		{ 999, "00:00:00.000000" },
		{ 1000, "00:00:00.000001" },
		{ MC_SEC - 1, "00:00:00.999999" },
		{ MC_SEC, "00:00:01.000000" },
		{ 86399 * MC_SEC + 5000, "23:59:59.000005" },
		{ 86400 * MC_SEC, "00:00:00.000000" },
		{ 1700000000 * MC_SEC + 120000000, "22:13:20.120000" },
		{ 1700000000 * MC_SEC, "22:13:20.000000" },
		{ 3600 * MC_SEC, "01:00:00.000000" },
	};
	struct watch_show w;
	struct message m;

	(void)state;
	assert_int_equal(watch_show_open(&w, false, false), 0);
	make(&m, "10.0.0.7", "224.0.0.2", LEAVE2);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char want[100];

		m.shown.time = rows[i].time;
		snprintf(want, sizeof(want), "%s eth0 IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3\n",
			 rows[i].want);
		assert_string_equal(print(&w, &m.shown), want);
	}
	/* A time beyond what a calendar holds is shown, however. */
	m.shown.time = MC_NEVER - 1;
	assert_non_null(strstr(print(&w, &m.shown), "eth0 IGMPv2 leave"));
	/* What is simulated has no clock's time. */
	w.simulated = true;
	m.shown.time = 90061 * MC_SEC + 5999;
	assert_string_equal(print(&w, &m.shown),
			    "90061.000005 eth0 IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3\n");
	watch_show_close(&w);
	free(m.block);
}

static void test_colour(void **state)
{
	struct message m;

	(void)state;
	make(&m, "10.0.0.7", "224.0.0.9", LEAVE2);
	assert_non_null(strstr(print_once(false, false, &m.shown), "leaves 239.1.2.3 ! "));
	assert_null(strchr(out.text, '\033'));
	assert_non_null(strstr(print_once(false, true, &m.shown), "leaves 239.1.2.3\033[31m ! "));
	assert_string_equal(out.text + strlen(out.text) - 4, "\033[m\n");
	free(m.block);
	make(&m, "10.0.0.7", "224.0.0.2", LEAVE2);
	assert_null(strchr(print_once(false, true, &m.shown), '\033'));
	free(m.block);
}

/* A name may hold what a terminal would obey. */
static void test_name(void **state)
{
	struct link_seen evil = { .name = "e\033[2J\n\x9b" };
	struct message m;

	(void)state;
	make(&m, "10.0.0.7", "224.0.0.2", LEAVE2);
	m.shown.link = &evil;
	assert_string_equal(print_once(false, true, &m.shown),
			    "12:00:01.123456 e\\x1b[2J\\x0a\\x9b IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3\n");
	free(m.block);
}

static void fields(const char *src, const char *dst, const char *hex, const char *want)
{
	struct message m;
	const char *lines;

	make(&m, src, dst, hex);
	m.msg.checksum = 0xbeef;
	lines = strchr(print_once(true, false, &m.shown), '\n');
	free(m.block);
	assert_non_null(lines);
	assert_string_equal(lines + 1, want);
}

static void test_verbose(void **state)
{
	(void)state;
	fields("10.0.0.1", "224.0.0.1", "11 64 0000 00000000 0a 7d 0000",
	       "\t10.0.0.1 > 224.0.0.1, ttl 1, tos 0xc0, Router Alert; type 0x11, code 0x64, checksum 0xbeef, "
	       "octets 12; max resp code 100 (10 s), flags 0x0, S 1, QRV 2, QQIC 125 (125 s), sources {}\n");
	fields("fe80::1", "ff15::1", "82 00 0000 0005 0000 ff150000000000000000000000000001",
	       "\tfe80::1 > ff15::1, ttl 1, tos 0x00, Router Alert; type 0x82, code 0x00, checksum 0xbeef, "
	       "octets 24; max resp code 5 (0.005 s)\n");
	fields("10.0.0.7", "224.0.0.22",
	       "22 00 0000 0000 0002 01 01 0002 ef010203 0a090909 0a090908 01020304 63 00 0000 ef010204 ffff",
	       "\t10.0.0.7 > 224.0.0.22, ttl 1, tos 0xc0, Router Alert; type 0x22, code 0x00, checksum 0xbeef, "
	       "octets 38, additional data 2; flags 0x0000, records 2\n"
	       "\tIS_IN(239.1.2.3, {10.9.9.9, 10.9.9.8}), words of auxiliary data 1\n"
	       "\tTYPE_99(239.1.2.4, {}) ! record type 99 is unknown: the record is ignored\n");
	fields("10.0.0.1", "224.0.0.106", "30 14 0000 007d 0002",
	       "\t10.0.0.1 > 224.0.0.106, ttl 1, tos 0xc0, Router Alert; type 0x30, code 0x14, checksum 0xbeef, "
	       "octets 8; advertisement interval 20 s, query interval 125 s, robustness variable 2\n");
}

/* A record as large as a packet can hold is shown whole. */
static void test_large(void **state)
{
	enum { SOURCES = 16000 };
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22");
	uint8_t *msg = calloc(1, 16 + 4 * SOURCES), *packet = malloc(65536);
	struct watch_show w;
	struct message m;
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);

	(void)state;
	memcpy(msg,
	       (const uint8_t[]){ 0x22, 0, 0, 0, 0, 0, 0, 1, 1, 0, SOURCES >> 8, SOURCES & 255, 239, 1, 2,
				  3 },
	       16);
	for (unsigned i = 0; i < SOURCES; i++)
		memcpy(msg + 16 + (size_t)i * 4,
		       (const uint8_t[]){ 110, 100, (uint8_t)(100 + i / 160), (uint8_t)(100 + i % 150) }, 4);
	make(&m, "10.0.0.7", "224.0.0.2", LEAVE2);
	free(m.block);
	assert_int_equal(wire_decode(&m.msg, &m.block, packet, wire_wrap(packet, &ip, msg, 16 + 4 * SOURCES)),
			 0);
	assert_int_equal(watch_show_open(&w, false, true), 0);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	watch_show_thing(&w, &m.shown);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	/* 15 characters and ", " for each, less the last, after two lines of less than 600. */
	assert_in_range(lseek(fileno(file), 0, SEEK_END), SOURCES * 17, SOURCES * 17 + 1200);
	fclose(file);
	watch_show_close(&w);
	free(m.block);
	free(msg);
	free(packet);
}

static void event(const struct mc_track_event *e, const char *want)
{
	const struct shown s = { .kind = SHOWN_EVENT,
				 .time = 43201 * MC_SEC,
				 .link = &eth0,
				 .family = MC_IPV4,
				 .protocol = "IGMP",
				 .event = e,
				 .wrong = strstr(want, "! ") != NULL };
	char line[300];

	snprintf(line, sizeof(line), "12:00:01.000000 eth0 %s\n", want);
	assert_string_equal(print_once(false, false, &s), line);
}

static void test_events(void **state)
{
	struct mc_track_event e = { .kind = MC_TRACK_LEAVE,
				    .expired = true,
				    .group = wire_addr("239.1.2.3") };

	(void)state;
	e.host = wire_addr("10.0.0.7");
	event(&e, "10.0.0.7 is no longer heard of in 239.1.2.3");
	e.kind = MC_TRACK_QUERIER;
	event(&e, "querier is 10.0.0.7 (IGMP)");
	e.other = wire_addr("10.0.0.9");
	event(&e, "querier is 10.0.0.7 (IGMP), no longer 10.0.0.9");
	e.kind = MC_TRACK_LOST;
	event(&e, "! the querier 10.0.0.7 fell silent: nobody asks with IGMP now");
	e.kind = MC_TRACK_LIMIT;
	e.limit = MC_TRACK_HOSTS;
	e.n = 262144;
	event(&e, "! no more than 262144 hosts of IGMP are kept");
}

static void test_totals(void **state)
{
	struct shown_totals t = { .messages = 812, .faulty = 3, .unreadable = 1, .time = 12345 * MC_MSEC };
	char buf[300];

	(void)state;
	assert_string_equal(watch_show_totals(&t, buf, sizeof(buf)),
			    "812 messages, 3 of them with something wrong, 1 unreadable, in 12.3 s; "
			    "0 packets dropped before they could be read");
	t = (struct shown_totals){ .messages = 1, .warnings = 1, .packets = 2, .dropped = UINT64_MAX };
	assert_string_equal(
		watch_show_totals(&t, buf, sizeof(buf)),
		"1 message in 2 packets, 0 of them with something wrong, 0 unreadable, 1 other warning, "
		"in 0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),    cmocka_unit_test(test_colour), cmocka_unit_test(test_name),
		cmocka_unit_test(test_verbose), cmocka_unit_test(test_large),  cmocka_unit_test(test_events),
		cmocka_unit_test(test_totals),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
