/*
 * recv_show.c - tests of what mcast recv tells as text: the end of a stream line by line, the table of many,
 * both paths, the sums, intervals, octets.
 */
#include <time.h>

#include "capture.h"
#include "recv/show.h"
#include "recv_scene.h"

static struct capture out;

static const char *streams_of(struct scene *c)
{
	capture_begin(&out, stdout);
	recv_show_streams(stdout, &c->r);
	return capture_end(&out);
}

static void test_stream(void **state)
{
	static const unsigned us[] = { 18, 24, 24, 24, 812 };
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 99990, 10);

	(void)state;
	scene_delays(c, s, us, COUNT(us));
	scene_gap(s, MC_SEC + 250 * MC_MSEC, 100, 8, true);
	scene_gap(s, 2 * MC_SEC, 500, 2, false);
	s->flow.first_seq = s->flow.seq.first = 13;
	s->flow.seq.highest = 100012;
	assert_string_equal(
		streams_of(c),
		"--- 10.0.0.1:40001 > 239.1.1.1:5000 on eth0: probe ---\n"
		"  came    99990 packets, 99990000 bytes in 10.0 s: 9999 pps, 79.99 Mbit/s, at most 14 in a "
		"millisecond\n"
		"  lost    10 (0.010 %) in 2 gaps, 8 of them in the socket; 0 reordered, 0 duplicates\n"
		"  gaps    8 at 22:13:21.250000, 2 at 22:13:22.000000\n"
		"  before  12 missed before the first: sent before it, and not counted as lost\n"
		"  delay   min 18.0 us, p50 23.9 us, p99 812 us, p99.9 812 us, max 812 us; "
		"by echo, +-12.0 us\n"
		"  jitter  4.00 us\n"
		"  join    the first packet came 213 ms after it\n"
		"  packets 1000 bytes, ttl 1, dscp 0\n");
	scene_end(c);
}

/* A gap that was filled is none; nearly all is not all; only an end is no stream that is on no wire. */
static void test_edges(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 2, 9998);
	struct recv_sums sums = { .time = MC_SEC, .code = EXIT_GOOD, .verdict = "good" };
	const char *text;

	(void)state;
	scene_gap(s, MC_SEC, 2, 9998, false);
	for (uint64_t i = 0; i < 6; i++) {
		scene_gap(s, 2 * MC_SEC, 20000 + 10 * i, 1, false);
		mc_gaps_fill(&s->flow.gaps, 20000 + 10 * i);
	}
	text = streams_of(c);
	assert_non_null(strstr(text, "  lost    9998 (99.9 %) in 1 gap, "));
	assert_non_null(strstr(text, "  gaps    9998 at "));
	s->flow.delay.uncounted = 4;
	s->flow.packets = 0;
	s->flow.seq.received = s->flow.seq.first = s->flow.seq.highest = 0;
	s->flow.ended = true;
	s->flow.end_seq = 1000;
	text = streams_of(c);
	assert_non_null(strstr(
		text,
		"  before  none of its 1000 came, only that it ended: lost, or sent before the join\n"));
	capture_begin(&out, stdout);
	recv_show_sums(stdout, &c->r, &sums, true);
	assert_string_equal(capture_end(&out), "nothing came in 1.0 s\n");
	scene_end(c);
}

/* Each of what is seldom is told where it is, and only there. */
static void test_seldom(void **state)
{
	static const unsigned us[] = { 0, 5 };
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 100, 0);
	const char *text = streams_of(c);

	(void)state;
	assert_non_null(strstr(text, "  lost    0; 0 reordered, 0 duplicates\n"));
	assert_null(strstr(text, "gaps"));
	assert_null(strstr(text, "delay"));
	assert_null(strstr(text, "leave"));
	assert_null(strstr(text, "session"));
	scene_delays(c, s, us, COUNT(us));
	s->flow.delay.basis = MC_BASIS_SYNCED;
	s->flow.train_sent = 128;
	s->flow.train_came = 64;
	s->flow.delay.negative = 3;
	s->flow.delay.lowest = 7000;
	s->flow.sessions = 2;
	s->flow.seq.duplicates = 1;
	s->flow.seq.old = 4;
	s->flow.ect = 9;
	s->flow.ttl_max = 3;
	s->flow.shortest = 64;
	s->watched = true;
	s->left = s->flow.last;
	text = streams_of(c);
	assert_non_null(strstr(text, "0 reordered, 1 duplicate, 4 too late to tell\n"));
	assert_non_null(strstr(text, "  delay   of trains of 128: min 0 ns, "));
	assert_non_null(strstr(text, "; clocks synchronised\n"));
	assert_non_null(
		strstr(text, "3 came out below 0, by up to 7.00 us, and count as 0: the clocks are not"));
	assert_non_null(strstr(text, "  session began anew 1 time\n"));
	assert_non_null(strstr(text, "  leave   nothing came after it\n"));
	assert_non_null(
		strstr(text, "  packets 64 to 1000 bytes, ttl 1 to 3, dscp 0, 9 with congestion experienced, "
			     "sent as trains of 128, came as trains of up to 64\n"));
	s->after_left = 2;
	s->last_after = s->left + 30 * MC_MSEC;
	s->flow.delay.basis = MC_BASIS_ENVELOPE;
	text = streams_of(c);
	assert_non_null(strstr(text, "; above the fastest, +-12.0 us\n"));
	assert_non_null(strstr(text, "  leave   2 more came after it, the last after 30.0 ms\n"));
	s->last_after = s->left + 5 * MC_SEC;
	text = streams_of(c);
	assert_non_null(strstr(
		text,
		"  leave   2 more came after it, and more were coming when the watch ended, after 5.00 s\n"));
	scene_end(c);
}

static void test_unnumbered(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 7, 0);
	const char *text;

	(void)state;
	s->flow.format = MC_FORMAT_NONE;
	s->flow.numbered = false;
	s->flow.last = s->flow.first;
	text = streams_of(c);
	assert_non_null(strstr(text, ": no format known ---\n"));
	assert_non_null(strstr(text, "  came    7 packets, 7000 bytes at once\n"));
	assert_non_null(
		strstr(text, "  lost    not known: no numbers were found (see --format, --seq-at)\n"));
	s->flow.ts = calloc(1, sizeof *s->flow.ts);
	assert_non_null(s->flow.ts);
	s->flow.ts->packets = 49;
	s->flow.ts->pids = 2;
	s->flow.ts->lost = 3;
	s->flow.ts->discontinuities = 1;
	text = streams_of(c);
	assert_non_null(strstr(text, "  TS      49 packets of 2 PIDs; at least 3 lost in 1 place\n"));
	scene_end(c);
}

/* The line of a table that names a source port; NULL: there is none. */
static const char *line_of(const char *text, unsigned port)
{
	static char line[400];
	char name[20];
	const char *at, *begin;

	snprintf(name, sizeof name, ":%u >", port);
	at = strstr(text, name);
	if (!at)
		return NULL;
	for (begin = at; begin > text && begin[-1] != '\n'; begin--)
		;
	snprintf(line, sizeof line, "%.*s", (int)strcspn(begin, "\n"), begin);
	return line;
}

static size_t lines_in(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void test_table(void **state)
{
	struct scene *c = scene_new();
	const char *text;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		scene_stream(c, 1000, i == 3 ? 250 : 0);
	c->v[1]->flow.numbered = false;
	text = streams_of(c);
	assert_int_equal(lines_in(text), 6);
	assert_string_equal(
		line_of(text, 40004),
		"       1000       100      0.799       250   20.0 %         -         -         -  "
		"10.0.0.1:40004 > 239.1.1.1:5000");
	assert_true(strstr(text, ":40004 >") < strstr(text, ":40001 >")); /* the worst first */
	assert_non_null(strstr(line_of(text, 40002), "0.799         -        -         -"));
	c->v[2]->ifindex = 3;
	assert_non_null(strstr(streams_of(c), "> 239.1.1.1:5000 on eth0\n"));
	scene_end(c);
}

static void test_many(void **state)
{
	static const unsigned us[] = { 10 };
	struct scene *c = scene_new();
	const char *text;

	(void)state;
	for (size_t i = 0; i < SCENE_MOST; i++)
		scene_stream(c, 1000, i == 9999 ? 1 : 0);
	c->v[7]->flow.train_sent = 16;
	scene_delays(c, c->v[7], us, COUNT(us));
	text = streams_of(c);
	assert_int_equal(lines_in(text), 1 + 50 + 1);
	assert_non_null(line_of(text, 40001 + 9999));
	assert_non_null(strstr(text, "and 9950 more, 9950 of them without loss\n"));
	assert_non_null(strstr(line_of(text, 40008),
			       "   10.0 us   10.0 us   4.00 us  10.0.0.1:40008 > 239.1.1.1:5000, "
			       "trains of 16"));
	assert_null(strstr(line_of(text, 40009), "trains"));
	c->v[9000]->flow.numbered = false;
	assert_non_null(
		strstr(streams_of(c), "and 9950 more, 9949 of them without loss, 1 without numbers\n"));
	scene_end(c);
}

static const char *sums_of(struct scene *c, const struct recv_sums *sums)
{
	capture_begin(&out, stdout);
	recv_show_sums(stdout, &c->r, sums, true);
	return capture_end(&out);
}

static void test_sums(void **state)
{
	struct scene *c = scene_new();
	struct recv_sums sums = { .time = 2 * MC_SEC, .code = EXIT_NO, .verdict = "nothing came" };

	(void)state;
	assert_string_equal(
		sums_of(c, &sums),
		"nothing came in 2.0 s\n"
		"is it on the wire (tcpdump -ni IFACE dst 239.1.1.1)?\n"
		"if it is: a firewall, rp_filter, or a source that is not wanted;\n"
		"if not: nobody sends, the TTL is too low, or switches wait for a querier (mcast watch)\n");
	c->r.conf.quiet = true;
	assert_string_equal(sums_of(c, &sums), "nothing came in 2.0 s\n");
	scene_stream(c, 100, 0);
	sums = (struct recv_sums){ .packets = 100, .bytes = 100000, .time = 10 * MC_SEC, .verdict = "good" };
	assert_string_equal(sums_of(c, &sums), ""); /* the stream said it all */
	scene_stream(c, 90, 10);
	sums = (struct recv_sums){ .packets = 190,
				   .bytes = 190000,
				   .received = 190,
				   .lost = 10,
				   .lost_socket = 10,
				   .dropped_socket = 10,
				   .other_packets = 3,
				   .time = 10 * MC_SEC,
				   .code = EXIT_NO,
				   .verdict = "lost 5 %, more than 1 %" };
	c->r.misplaced = 1;
	assert_string_equal(
		sums_of(c, &sums),
		"2 streams, 190 packets in 10.0 s: 19 pps, 152.00 kbit/s; lost 10 (5.00 %), "
		"all in the socket\n"
		"the sockets dropped 10 datagrams or trains: raise --rcvbuf, or take load off this machine\n"
		"3 packets of streams that there was no room for (--streams raises it)\n"
		"1 packet came by interfaces where the group was not joined: not counted\n"
		"not as wanted: lost 5 %, more than 1 %\n");
	scene_end(c);
}

static void test_interface(void **state)
{
	struct scene *c = scene_new();

	(void)state;
	scene_places(c, 3);
	capture_begin(&out, stdout);
	recv_show_interface(stdout, &c->place);
	c->place.now = c->place.began;
	recv_show_interface(stdout, &c->place);
	assert_string_equal(capture_end(&out),
			    "eth0: 3 packets were dropped, 2 missed, 3 damaged, of whatever traffic\n");
	scene_end(c);
}

static void test_redundant(void **state)
{
	struct scene *c = scene_new();

	(void)state;
	c->r.ntargets = 2;
	c->targets[0].path = 0;
	c->targets[1].path = 1;
	c->r.pair = (struct mc_pair){ .both = 90,
				      .only = { 6, 3 },
				      .neither = 1,
				      .a_first = 70,
				      .b_first = 20,
				      .late = 2,
				      .apart = 30,
				      .most = { 90000, 5000 } };
	mc_hist_add(&c->r.pair.difference, 90000);
	capture_begin(&out, stdout);
	recv_show_redundant(stdout, &c->r);
	assert_string_equal(
		capture_end(&out),
		"--- A 239.1.1.1:5000, B 239.2.1.1:5000 ---\n"
		"  came    90 by both, 6 by A alone, 3 by B alone; first by A 70, by B 20\n"
		"  lost    4 on A, 7 on B, 1 on both (1.00 %); 2 too late to tell\n"
		"  aside   30 came when only one path could have brought them: not compared\n"
		"  apart   p50 90.0 us, p99 90.0 us, max 90.0 us; A ahead by up to 90.0 us, B by up to "
		"5.00 us\n");
	scene_end(c);
}

static void test_interval(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 100, 0);
	const struct recv_interval v = { .lost = -4,
					 .pps = 250,
					 .bps = 2e6,
					 .delay_mean = 60000,
					 .delay_max = MC_NEVER };
	const char *text;
	size_t first;

	(void)state;
	capture_begin(&out, stdout);
	recv_show_interval_head(stdout);
	recv_show_interval(stdout, s, &v, 7 * MC_SEC);
	s->flow.numbered = false;
	recv_show_interval(stdout, s, &v, 7 * MC_SEC);
	text = capture_end(&out);
	first = strcspn(text, "\n") + 1;
	assert_non_null(strstr(
		text, "     7.0       250     2.000       -4      0      0   60.0 us         -         -  "
		      "10.0.0.1:40001 > 239.1.1.1:5000 on eth0\n"));
	assert_non_null(strstr(text, "     7.0       250     2.000        -      -      -"));
	assert_int_equal(strstr(text, "STREAM") - text, strstr(text + first, "10.0.0.1") - (text + first));
	scene_end(c);
}

static void test_meanwhile(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1, 0);
	const struct mc_gap gap = { .at = SCENE_BEGAN, .first = 100, .n = 8, .missing = 8, .socket = 8 };
	const struct sender sender = { .addr = scene_addr("fd00::1"), .port = 7 };
	struct listener l = { .group = scene_addr("ff15::1"), .port = 5000 };
	const struct member m = { .ifname = "e\033[2Jth" };

	(void)state;
	capture_begin(&out, stdout);
	recv_show_stream_new(stdout, s);
	recv_show_gap(stdout, s, &gap);
	recv_show_clock(stdout, &sender, 45000, -2500000);
	recv_show_member(stdout, &l, &m, false, "it is gone");
	assert_string_equal(
		capture_end(&out),
		"new stream 10.0.0.1:40001 > 239.1.1.1:5000 on eth0, 213 ms after the join\n"
		"22:13:20.000000 10.0.0.1:40001 > 239.1.1.1:5000: 8 lost from number 100 on, in the socket\n"
		"clock of [fd00::1]:7: 2.50 ms behind ours, round trip 45.0 us\n"
		"left [ff15::1]:5000 on e\\x1b[2Jth: it is gone\n");
	scene_end(c);
}

static void test_effect(void **state)
{
	static const struct {
		struct recv_effect e;
		const char *want;
	} rows[] = {
		{ { .wanted_first = true, .first = MC_NEVER }, "nothing came" },
		{ { .wanted_first = true, .first = 12 * MC_MSEC }, "the first datagram came after 12.0 ms" },
		{ { .wanted_still = true, .watched = true }, "nothing came any more" },
		{ { .wanted_still = true, .watched = true, .still = 9, .still_for = 2 * MC_SEC },
		  "9 more came, the last after 2.00 s" },
		{ { .wanted_still = true }, "done (--linger would tell what still came)" },
		{ { .first = MC_NEVER }, "done" }, /* a reset */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct recv_effect e = rows[i].e;
		char want[200];

		e.line = 3;
		e.text = "leave 239.1.1.1";
		snprintf(want, sizeof want, "line 3, leave 239.1.1.1: %s\n", rows[i].want);
		capture_begin(&out, stdout);
		recv_show_effect(stdout, &e);
		assert_string_equal(capture_end(&out), want);
	}
}

static void test_dump(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1, 0);
	char data[] = "0123456789abcdefgh\0\x80z";
	struct mc_dgram d = { .data = data, .len = 21, .ttl = 3, .tos = 184, .time = SCENE_BEGAN + 1500 };

	(void)state;
	capture_begin(&out, stdout);
	recv_show_dump(stdout, s, &d);
	assert_string_equal(
		capture_end(&out),
		"22:13:20.000001 10.0.0.1:40001 > 239.1.1.1:5000 on eth0: 21 bytes, ttl 3, dscp 46\n"
		"\t0x0000:  3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef\n"
		"\t0x0010:  6768 0080 7a                             gh..z\n");
	d.segment = 20;
	d.ttl = d.tos = -1;
	capture_begin(&out, stdout);
	recv_show_dump(stdout, s, &d);
	capture_end(&out);
	assert_non_null(strstr(out.text, "on eth0: 20 bytes\n"));
	assert_non_null(strstr(out.text, "on eth0: 1 byte\n\t0x0000:  7a"));
	d.len = d.segment = 0;
	capture_begin(&out, stdout);
	recv_show_dump(stdout, s, &d);
	assert_non_null(strstr(capture_end(&out), "on eth0: 0 bytes\n"));
	scene_end(c);
}

static void test_start(void **state)
{
	static struct port port;
	struct scene *c = scene_new();
	struct member m[2] = { { .ifindex = 2, .ifname = "eth0", .port = &port },
			       { .ifname = "lo", .port = &port } };
	struct listener l = { .group = scene_addr("239.1.1.1"), .port = 5000, .members = m, .nmembers = 2 };
	struct listener *list = &l;
	struct recv_ear ear = { 0 };
	struct mc_addr source = scene_addr("10.0.0.9");

	(void)state;
	c->r.ntargets = 2;
	l.own = &ear;
	c->r.set = (struct listen_set){ .v = &list, .n = 1 };
	c->targets[1].target.group = l.group;
	c->targets[1].mode = MC_INCLUDE;
	c->targets[1].sources = &source;
	c->targets[1].nsources = 1;
	c->targets[1].target.source = source;
	capture_begin(&out, stdout);
	recv_show_start(stdout, &c->r);
	l.nmembers = 0;
	c->r.ntargets = 1;
	recv_show_start(stdout, &c->r);
	assert_string_equal(capture_end(&out), "receiving 239.1.1.1:5000 on eth0, lo\n"
					       "receiving 239.1.1.1:5000 from 10.0.0.9 on eth0, lo\n"
					       "receiving 239.1.1.1:5000, on no interface yet\n");
	scene_end(c);
}

static void test_texts(void **state)
{
	static const struct {
		mc_time time;
		const char *want;
	} times[] = { { 0, "0 ns" },
		      { 999, "999 ns" },
		      { 1000, "1.00 us" },
		      { 9994, "9.99 us" },
		      { 9996, "10.0 us" },
		      { 99960, "100 us" },
		      { 999600, "1.00 ms" },
		      { 12 * MC_MSEC, "12.0 ms" },
		      { MC_SEC - 1, "1.00 s" },
		      { 61 * MC_SEC, "61.0 s" },
		      { 7200 * MC_SEC, "7200 s" } };
	static const struct {
		double share;
		const char *want;
	} shares[] = { { 0, "0 %" },
		       { 1, "100.0 %" },
		       { 0.05, "5.00 %" },
		       { 1e-4, "0.010 %" },
		       { 1.5e-7, "0.000015 %" } };
	char text[RECV_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++)
		assert_string_equal(recv_time_text(times[i].time, text), times[i].want);
	for (size_t i = 0; i < COUNT(shares); i++)
		assert_string_equal(recv_share_text(shares[i].share, text), shares[i].want);
	assert_string_equal(recv_pps_text(0.25, text), "0.25 pps");
	assert_string_equal(recv_pps_text(99999.4, text), "99999 pps");
	assert_string_equal(recv_pps_text(2.5e6, text), "2.500 Mpps");
	assert_string_equal(recv_bps_text(12, text), "12 bit/s");
	assert_string_equal(recv_bps_text(999999, text), "1.00 Mbit/s");
	assert_string_equal(recv_bps_text(1.5e13, text), "15.00 Tbit/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),    cmocka_unit_test(test_seldom),
		cmocka_unit_test(test_edges),     cmocka_unit_test(test_unnumbered),
		cmocka_unit_test(test_table),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_sums),      cmocka_unit_test(test_interface),
		cmocka_unit_test(test_redundant), cmocka_unit_test(test_interval),
		cmocka_unit_test(test_meanwhile), cmocka_unit_test(test_effect),
		cmocka_unit_test(test_dump),      cmocka_unit_test(test_start),
		cmocka_unit_test(test_texts),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
