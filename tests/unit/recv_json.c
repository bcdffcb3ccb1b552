/*
 * recv_json.c - tests of the objects that mcast recv prints: their values and units, what is null, and that
 * their keys are those of the man page, event by event.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "recv/json.h"
#include "recv_scene.h"

/* ---- reading ---------------------------------------------------------------------------- */

static json_t *at(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	if (!v)
		fail_msg("%s is not there", key);
	return v;
}

static void is_int(json_t *o, const char *key, json_int_t want)
{
	if (!json_is_integer(at(o, key)) || json_integer_value(at(o, key)) != want)
		fail_msg("%s is not %lld", key, (long long)want);
}

static void is_real(json_t *o, const char *key, double want)
{
	double v = json_number_value(at(o, key));

	if (!json_is_number(at(o, key)) || fabs(v - want) > fabs(want) * 1e-9)
		fail_msg("%s is %.12g and not %.12g", key, v, want);
}

static void is_text(json_t *o, const char *key, const char *want)
{
	const char *v = json_string_value(at(o, key));

	if (!v || strcmp(v, want) != 0)
		fail_msg("%s is %s and not %s", key, v ? v : "no text", want);
}

static void is_null(json_t *o, const char *key)
{
	if (!json_is_null(at(o, key)))
		fail_msg("%s is not null", key);
}

/* ---- a stream ---------------------------------------------------------------------------- */

/* One that has all there is. */
static struct recv_stream *full(struct scene *c)
{
	static const unsigned us[] = { 18, 24, 24, 61, 812 };
	struct recv_stream *s = scene_stream(c, 99990, 10);
	struct mc_stream *f = &s->flow;

	scene_delays(c, s, us, COUNT(us));
	scene_gap(s, MC_SEC + 250 * MC_MSEC, 100, 8, true);
	scene_gap(s, 2 * MC_SEC, 500, 1, false);
	mc_gaps_fill(&f->gaps, 500);
	f->sessions = 3;
	f->first_seq = f->seq.first = 13;
	f->seq.highest = 100012;
	f->seq.reordered = 5;
	f->seq.duplicates = 6;
	f->seq.old = 7;
	f->ended = true;
	f->end_seq = 100012;
	f->shortest = 100;
	f->ttl_max = 9;
	f->dscp = 1 | (uint64_t)1 << 46;
	f->ect = 4;
	f->train_came = 64;
	f->train_sent = 128;
	f->unmarked = 3;
	f->delay.negative = 1;
	f->ts = calloc(1, sizeof *f->ts);
	assert_non_null(f->ts);
	f->ts->packets = 700;
	f->ts->pids = 4;
	f->ts->lost = 2;
	f->ts->discontinuities = 1;
	s->watched = true;
	s->left = f->last;
	s->after_left = 2;
	s->last_after = f->last + 30 * MC_MSEC;
	s->series.v = calloc(2, sizeof *s->series.v);
	assert_non_null(s->series.v);
	s->series.n = s->series.cap = 2;
	s->series.step = 2 * MC_SEC;
	s->series.v[0] = (struct recv_point){ 10, 1, 10000, 24000, 61000 };
	s->series.v[1] = (struct recv_point){ 0, 0, 0, -1, -1 };
	return s;
}

static void check_delay(json_t *d)
{
	json_t *hist = at(d, "hist");
	double n = 0;

	is_text(d, "basis", "echo");
	is_real(d, "offset_s", -0.0025);
	is_null(d, "drift_ppm");
	is_real(d, "uncertainty_s", 12e-6);
	is_real(d, "min_s", 18e-6);
	is_real(d, "max_s", 812e-6);
	is_real(d, "mean_s", 187.8e-6);
	assert_true(fabs(json_number_value(at(d, "p50_s")) - 24e-6) < 24e-8);
	is_int(d, "negative", 1);
	assert_int_equal(json_array_size(hist), 4);
	for (size_t i = 0; i < 4; i++)
		n += json_number_value(json_array_get(json_array_get(hist, i), 1));
	assert_true(n == 5);
	assert_true(fabs(json_number_value(json_array_get(json_array_get(hist, 1), 0)) - 24e-6) < 24e-8);
	assert_true(json_is_integer(json_array_get(json_array_get(hist, 1), 1)));
}

static void check_gaps(json_t *gaps)
{
	json_t *g = json_array_get(gaps, 0);

	assert_int_equal(json_array_size(gaps), 2);
	is_real(g, "ts", 1700000001.25);
	is_int(g, "first", 100);
	is_int(g, "n", 8);
	is_int(g, "missing", 8);
	is_text(g, "where", "socket");
	is_int(json_array_get(gaps, 1), "missing", 0);
	is_text(json_array_get(gaps, 1), "where", "way");
}

static void test_stream(void **state)
{
	struct scene *c = scene_new();
	json_t *o = recv_json_stream(&c->r, full(c)), *series;

	(void)state;
	is_text(o, "event", "stream");
	is_int(o, "schema", 1);
	is_text(o, "group", "239.1.1.1");
	is_int(o, "port", 5000);
	is_text(o, "source", "10.0.0.1");
	is_int(o, "source_port", 40001);
	is_text(o, "ifname", "eth0");
	is_int(o, "ifindex", 2);
	is_text(o, "format", "probe");
	is_text(o, "session", "00000000000000ab");
	is_int(o, "restarts", 2);
	is_real(o, "first_ts", 1700000000);
	is_real(o, "last_ts", 1700000010);
	is_real(o, "seconds", 10);
	is_int(o, "packets", 99990);
	is_int(o, "bytes", 99990000);
	is_real(o, "pps", 9998.9);
	is_real(o, "bps", 8 * 9998900.0);
	is_int(o, "peak_ms_packets", 14);
	is_int(o, "peak_ms_bytes", 14000);
	is_int(o, "bytes_min", 100);
	is_int(o, "bytes_max", 1000);
	is_int(o, "ttl_min", 1);
	is_int(o, "ttl_max", 9);
	assert_int_equal(json_array_size(at(o, "dscp")), 2);
	assert_int_equal(json_integer_value(json_array_get(at(o, "dscp"), 1)), 46);
	is_int(o, "ce", 4);
	assert_true(json_is_true(at(o, "numbered")));
	is_int(o, "first_seq", 13);
	is_int(o, "last_seq", 100012);
	is_int(o, "missed_before", 12);
	is_int(o, "lost", 10);
	is_real(o, "loss", 1e-4);
	is_int(o, "lost_socket", 8);
	is_int(o, "reordered", 5);
	is_int(o, "duplicates", 6);
	is_int(o, "old", 7);
	assert_true(json_is_true(at(o, "ended")));
	check_gaps(at(o, "gaps"));
	is_int(o, "gaps_total", 2);
	is_int(o, "gaps_open", 1);
	is_real(o, "join_latency_s", 0.213);
	is_real(o, "leave_latency_s", 0.03);
	is_int(o, "after_leave", 2);
	is_real(o, "jitter_s", 4e-6);
	check_delay(at(o, "delay"));
	is_int(o, "train_sent", 128);
	is_int(o, "train_came", 64);
	is_int(at(o, "ts_stream"), "pids", 4);
	is_int(o, "unmarked", 3);
	series = at(o, "series");
	is_real(series, "step_s", 2);
	assert_int_equal(json_integer_value(json_array_get(at(series, "packets"), 0)), 10);
	assert_int_equal(json_array_size(at(series, "lost")), 2);
	assert_true(json_is_null(json_array_get(at(series, "delay_mean_s"), 1)));
	assert_true(fabs(json_number_value(json_array_get(at(series, "delay_max_s"), 0)) - 61e-6) < 1e-12);
	json_decref(o);
	scene_end(c);
}

/* What is not known is null, and never 0 or a number that is none. */
static void test_unknown(void **state)
{
	static const char *const nulls[] = { "format",          "session",     "pps",       "bps",
					     "ttl_min",         "ttl_max",     "first_seq", "last_seq",
					     "missed_before",   "lost",        "loss",      "lost_socket",
					     "reordered",       "duplicates",  "old",       "join_latency_s",
					     "leave_latency_s", "after_leave", "jitter_s",  "delay",
					     "ts_stream" };
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1, 0);
	json_t *o;

	(void)state;
	memset(&s->flow, 0, sizeof s->flow);
	s->flow.packets = 1;
	s->joined = 0;
	o = recv_json_stream(&c->r, s);
	for (size_t i = 0; i < COUNT(nulls); i++)
		is_null(o, nulls[i]);
	is_int(o, "restarts", 0);
	is_int(o, "train_sent", 1);
	assert_int_equal(json_array_size(at(o, "dscp")), 0);
	json_decref(o);
	scene_end(c);
}

/* A number of 64 bits stays positive. */
static void test_large(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 3, 0);
	json_t *o;

	(void)state;
	s->flow.format = MC_FORMAT_AT;
	s->flow.first_seq = s->flow.seq.first = UINT64_MAX - 2;
	s->flow.seq.highest = UINT64_MAX;
	o = recv_json_stream(&c->r, s);
	is_real(o, "last_seq", 0x1p64);
	is_int(o, "lost", 0);
	json_decref(o);
	scene_end(c);
}

/* ---- others -------------------------------------------------------------------------------- */

static void test_interval(void **state)
{
	static const unsigned before[] = { 10, 30 }, after[] = { 50, 70 };
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1000, 10);
	struct recv_interval v;
	json_t *o;

	(void)state;
	scene_delays(c, s, before, COUNT(before));
	recv_interval_take(s, MC_SEC, &v);
	assert_int_equal(v.packets, 1000);
	assert_int_equal(v.lost, 10);
	assert_int_equal(v.delay_mean, 20000);
	s->flow.packets += 500;
	s->flow.bytes += 500000;
	s->flow.seq.received += 504; /* four of the ten came late */
	s->flow.seq.highest += 500;
	s->flow.delay.lap_max = 90000; /* of a second, which may have begun before the interval */
	s->flow.delay.line_max = 70000;
	scene_delays(c, s, after, COUNT(after));
	recv_interval_take(s, 2 * MC_SEC, &v);
	o = recv_json_interval(s, &v, 7 * MC_SEC);
	is_real(o, "seconds", 7);
	is_int(o, "packets", 500);
	is_int(o, "lost", -4);
	is_real(o, "pps", 250);
	is_real(o, "bps", 2e6);
	is_real(o, "delay_mean_s", 60e-6);
	is_real(o, "delay_max_s", 70e-6);
	json_decref(o);
	recv_interval_take(s, MC_SEC, &v);
	o = recv_json_interval(s, &v, 8 * MC_SEC);
	is_int(o, "packets", 0);
	is_null(o, "delay_mean_s");
	is_null(o, "delay_max_s");
	json_decref(o);
	memset(s->flow.delay.hist, 0, sizeof *s->flow.delay.hist); /* an answer came: delays begin anew */
	s->flow.delay.anew++;
	for (unsigned i = 0; i < 3; i++)
		scene_delays(c, s, before, COUNT(before));
	recv_interval_take(s, MC_SEC, &v);
	assert_int_equal(v.delay_mean, 20000);
	scene_end(c);
}

static void test_effect(void **state)
{
	struct recv_effect join = { .line = 3,
				    .text = "join 239.1.1.1",
				    .wanted_first = true,
				    .first = 12 * MC_MSEC };
	struct recv_effect block = { .line = 4,
				     .text = "block \x80",
				     .watched = true,
				     .still = 9,
				     .still_for = MC_SEC };
	json_t *o = recv_json_effect(&join);

	(void)state;
	is_real(o, "first_s", 0.012);
	is_null(o, "still_packets");
	is_null(o, "still_s");
	json_decref(o);
	o = recv_json_effect(&block);
	is_null(o, "first_s");
	is_int(o, "still_packets", 9);
	is_real(o, "still_s", 1);
	is_text(o, "text", "block \xef\xbf\xbd");
	json_decref(o);
}

static void two_paths(struct scene *c)
{
	c->r.conf.redundant = true;
	c->r.ntargets = 2;
	c->targets[0].path = 0;
	c->targets[1].path = 1;
	c->r.pair = (struct mc_pair){ .both = 90,
				      .only = { 6, 3 },
				      .neither = 1,
				      .a_first = 70,
				      .b_first = 20,
				      .late = 2,
				      .apart = 7 };
	for (unsigned i = 1; i <= 90; i++)
		mc_hist_add(&c->r.pair.difference, i * 1000);
	c->r.pair.most[0] = 90000;
	c->r.pair.most[1] = 5000;
}

static void test_redundant(void **state)
{
	struct scene *c = scene_new();
	json_t *o;

	(void)state;
	two_paths(c);
	o = recv_json_redundant(&c->r);
	is_text(o, "a", "239.1.1.1:5000");
	is_text(o, "b", "239.2.1.1:5000");
	is_int(o, "received_a", 96);
	is_int(o, "received_b", 93);
	is_int(o, "lost_a", 4);
	is_int(o, "lost_b", 7);
	is_int(o, "neither", 1);
	is_int(o, "apart", 7);
	is_real(o, "loss", 0.01);
	is_real(at(o, "difference"), "a_ahead_max_s", 90e-6);
	is_real(at(o, "difference"), "max_s", 90e-6);
	json_decref(o);
	memset(&c->r.pair, 0, sizeof c->r.pair);
	o = recv_json_redundant(&c->r);
	is_null(o, "difference");
	is_null(o, "loss"); /* nothing could be compared */
	json_decref(o);
	scene_end(c);
}

static void test_end(void **state)
{
	struct scene *c = scene_new();
	struct recv_sums sums = { .verdict = "good" };
	json_t *o = recv_json_end(&c->r, &sums);

	(void)state;
	is_null(o, "pps"); /* no time: no rate */
	is_null(o, "loss"); /* nothing was numbered */
	json_decref(o);
	scene_stream(c, 90, 10);
	c->r.misplaced = 5;
	sums = (struct recv_sums){ .packets = 90,
				   .bytes = 900,
				   .lost = 10,
				   .received = 90,
				   .time = 9 * MC_SEC,
				   .code = 1,
				   .verdict = "lost 10 %, more than 1 %" };
	o = recv_json_so_far(&c->r, &sums);
	is_text(o, "event", "so_far");
	is_int(o, "streams", 1);
	is_real(o, "pps", 10);
	is_real(o, "bps", 800);
	is_real(o, "loss", 0.1);
	is_int(o, "misplaced", 5);
	is_int(o, "exit", 1);
	json_decref(o);
	scene_end(c);
}

/* ---- the man page ---------------------------------------------------------------------------- */

#define KEYS_MOST 100

struct keys {
	char v[KEYS_MOST][32];
	size_t n;
};

static bool has(const struct keys *k, const char *key)
{
	for (size_t i = 0; i < k->n; i++)
		if (!strcmp(k->v[i], key))
			return true;
	return false;
}

static void add(struct keys *k, const char *key, size_t len)
{
	char text[32];

	assert_true(len < sizeof text);
	snprintf(text, sizeof text, "%.*s", (int)len, key);
	if (has(k, text))
		return;
	assert_true(k->n < KEYS_MOST);
	strcpy(k->v[k->n++], text);
}

/* Keys as the page has them, "_first_ts_": between underscores that stand at the edge of a word. */
static void add_named(struct keys *k, const char *text, const char *end)
{
	for (const char *p = text; p < end; p++) {
		size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");

		if (*p != '_' || (p > text && isalnum((unsigned char)p[-1])) || n < 2 || p[n] != '_')
			continue;
		add(k, p + 1, n - 1);
		p += n;
	}
}

static void add_seen(struct keys *k, json_t *v)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach(v, key, member)
	{
		add(k, key, strlen(key));
		add_seen(k, member);
	}
	json_array_foreach(v, i, member) add_seen(k, member);
}

/* The section JSON of the page. */
static char *read_section(void)
{
	static char text[65536];
	FILE *f = fopen(VECTORS "/../../man/mcast-recv.1.scd", "r");
	char *begin, *end;

	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	begin = strstr(text, "\n# JSON\n");
	assert_non_null(begin);
	end = strstr(begin + 1, "\n# ");
	assert_non_null(end);
	*end = '\0';
	return begin;
}

/* The paragraph of an event: from the line of titles, "*joined*, *left*", to the next. */
static const char *paragraph_of(const char *section, const char *event)
{
	char title[40];
	const char *p = section;

	snprintf(title, sizeof title, "*%s*", event);
	while ((p = strstr(p, "\n*"))) {
		const char *found = strstr(++p, title);

		if (found && found < strchr(p, '\n'))
			return p;
	}
	fail_msg("%s is not on the page", event);
	return NULL;
}

/* The keys that are named there; a stream's name is told once for all, and so are the keys of the end. */
static void named_of(struct keys *ret, const char *section, const char *event)
{
	const char *begin = paragraph_of(section, event), *end = strstr(begin, "\n\n"), *names;
	size_t len;
	char *text;

	len = end ? (size_t)(end - begin) : strlen(begin);
	text = strndup(begin, len);
	assert_non_null(text);
	add_named(ret, text, text + len);
	names = strstr(section, "A stream is named by");
	assert_non_null(names);
	if (strstr(text, "its name") || strstr(text, "stream's name"))
		add_named(ret, names, strchr(names, '\n'));
	if (strstr(text, "keys of *end*"))
		named_of(ret, section, "end");
	free(text);
}

/* One object of each event, with everything there is. */
struct event {
	const char *name;
	json_t *o;
};

#define EVENTS 13

static void make_events(struct scene *c, struct event *v)
{
	static struct port port;
	struct member m = { .ifindex = 2, .ifname = "eth0", .port = &port };
	struct listener l = { .group = scene_addr("239.1.1.1"), .port = 5000, .members = &m, .nmembers = 1 };
	struct listener *list = &l;
	struct recv_ear ear = { 0 };
	struct mc_addr source = scene_addr("10.0.0.1");
	const struct mc_gap gap = { .n = 1 };
	const struct recv_effect effect = { .text = "quit" };
	const struct sender sender = { .addr = source };
	const struct recv_interval interval = { 0 };
	const struct recv_sums sums = { .verdict = "good" };
	const struct recv_stream *s = full(c);

	two_paths(c);
	scene_places(c, 3);
	l.own = &ear;
	c->r.set = (struct listen_set){ .v = &list, .n = 1 };
	c->targets[0].sources = &source;
	c->targets[0].nsources = 1;
	v[0] = (struct event){ "start", recv_json_start(&c->r) };
	v[1] = (struct event){ "joined", recv_json_member(&l, &m, true, NULL) };
	v[2] = (struct event){ "left", recv_json_member(&l, &m, false, "gone") };
	v[3] = (struct event){ "stream_new", recv_json_stream_new(s) };
	v[4] = (struct event){ "gap", recv_json_gap(s, &gap) };
	v[5] = (struct event){ "clock", recv_json_clock(&sender, 0, 0) };
	v[6] = (struct event){ "interval", recv_json_interval(s, &interval, 0) };
	v[7] = (struct event){ "effect", recv_json_effect(&effect) };
	v[8] = (struct event){ "stream", recv_json_stream(&c->r, s) };
	v[9] = (struct event){ "redundant", recv_json_redundant(&c->r) };
	v[10] = (struct event){ "interface", recv_json_interface(&c->place) };
	v[11] = (struct event){ "end", recv_json_end(&c->r, &sums) };
	v[12] = (struct event){ "so_far", recv_json_so_far(&c->r, &sums) };
}

static size_t missing(const char *event, const struct keys *from, const struct keys *in, const char *where)
{
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++)
		if (!has(in, from->v[i])) {
			print_error("%s: %s is %s\n", event, from->v[i], where);
			n++;
		}
	return n;
}

static void test_page(void **state)
{
	struct scene *c = scene_new();
	struct event v[EVENTS];
	char *section = read_section();
	size_t wrong = 0;

	(void)state;
	make_events(c, v);
	for (size_t i = 0; i < EVENTS; i++) {
		struct keys named = { .n = 0 }, seen = { .n = 0 };

		is_text(v[i].o, "event", v[i].name);
		add_named(&named, section,
			  strchr(strstr(section, "_event_"), '.')); /* what every object has */
		named_of(&named, section, v[i].name);
		add_seen(&seen, v[i].o);
		wrong += missing(v[i].name, &named, &seen, "on the page and not in the object");
		wrong += missing(v[i].name, &seen, &named, "in the object and not on the page");
		json_decref(v[i].o);
	}
	assert_int_equal(wrong, 0);
	scene_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_large),  cmocka_unit_test(test_interval),
		cmocka_unit_test(test_effect), cmocka_unit_test(test_redundant),
		cmocka_unit_test(test_end),    cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
