/*
 * figures.c - tests of what a run is summed up in: kinds of packets, peaks, latencies, cuts.
 */
#include "starve.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "family.h"
#include "sim/figures.h"

enum { R1 = 3, R2 = 5 };

/* ---- what is fed ---------------------------------------------------------------------------- */

static struct mc_addr addr_of(uint8_t family, const char *v4, const char *v6)
{
	struct mc_addr a;

	assert_int_equal(mc_addr_parse(&a, family == MC_IPV4 ? v4 : v6), 0);
	return a;
}

static struct mc_addr group_of(unsigned n)
{
	struct mc_addr a = addr_of(MC_IPV4, "239.1.0.0", "");

	assert_int_equal(mc_addr_add(&a, n), 0);
	return a;
}

static struct mc_figures *figures(void)
{
	struct mc_figures *f;

	assert_int_equal(mc_figures_new(&f), 0);
	assert_int_equal(mc_figures_router(f, R1, "R1"), 0);
	assert_int_equal(mc_figures_router(f, R2, "R2"), 0);
	return f;
}

static void listen_at(struct mc_figures *f, unsigned ms, unsigned group, int by)
{
	struct mc_addr a = group_of(group);

	mc_figures_listen(f, &a, by, ms * MC_MSEC);
}

static void forward_at(struct mc_figures *f, unsigned ms, uint32_t node, unsigned group, bool on)
{
	struct mc_addr a = group_of(group);

	mc_figures_forward(f, node, &a, on, ms * MC_MSEC);
}

static struct mc_sim_result end_at(struct mc_figures *f, unsigned ms)
{
	struct mc_sim_result r = { .size = sizeof(r) };

	assert_int_equal(mc_figures_end(f, ms * MC_MSEC, &r), 0);
	mc_figures_free(f);
	assert_int_equal(r.n_routers, 2);
	return r;
}

/* The figures of a router as text, in milliseconds: "join 2 10/15/20/20 leave 0 cuts 1 longest 5 total 5
 * unserved 0". */
static void is(const struct mc_sim_result *r, size_t i, const char *want)
{
	const struct mc_sim_router *x = &r->routers[i];
	const struct mc_sim_latency *l = &x->join;
	char text[300] = "", *at = text;

	for (int k = 0; k < 2; k++, l = &x->leave) {
		at += sprintf(at, "%s %u", k ? " leave" : "join", (unsigned)l->n);
		if (l->n)
			at += sprintf(at, " %g/%g/%g/%g", (double)l->min / 1e6, (double)l->mean / 1e6,
				      (double)l->p99 / 1e6, (double)l->max / 1e6);
		else
			assert_true(l->min == 0 && l->mean == 0 && l->p99 == 0 && l->max == 0);
	}
	if (x->cuts || x->longest_cut || x->cut_total)
		at += sprintf(at, " cuts %u longest %g total %g", (unsigned)x->cuts,
			      (double)x->longest_cut / 1e6, (double)x->cut_total / 1e6);
	if (x->unserved)
		sprintf(at, " unserved %u", (unsigned)x->unserved);
	assert_string_equal(text, want);
}

/* ---- packets -------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const char *const names[] = {
		"general query",       "group query",  "source query", "current-state report",
		"state-change report", "older report", "leave",        "other"
	};

	(void)state;
	assert_int_equal(COUNT(names), MC_SIM_KINDS);
	for (unsigned i = 0; i < MC_SIM_KINDS; i++)
		assert_string_equal(mc_sim_kind_name(i), names[i]);
	assert_null(mc_sim_kind_name(MC_SIM_KINDS));
	assert_null(mc_sim_kind_name(UINT32_MAX));
}

static const char *kind_of(const uint8_t *octets, int len)
{
	struct mc_msg m;

	assert_in_range(len, 28, 1500);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, octets, (size_t)len), 0);
	return mc_sim_kind_name(mc_figures_kind(&m));
}

static struct mc_msg head_of(uint8_t family, uint8_t kind, unsigned older)
{
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = kind;
	m.family = family;
	m.version = (uint8_t)(mc_proto_of(family)->newest - older);
	m.ip.src = addr_of(family, "10.0.0.1", "fe80::1");
	return m;
}

static const char *kind_of_query(uint8_t family, unsigned older, bool general, bool source)
{
	struct mc_msg m = head_of(family, MC_QUERY, older);
	struct mc_addr s = addr_of(family, "10.1.0.1", "2001:db8::1");
	uint8_t room[1500];

	m.query.group = general ? (struct mc_addr){ .family = family } :
				  addr_of(family, "239.1.1.1", "ff15::1");
	m.query.sources = (struct mc_sources){ s.b, source, family };
	m.query.max_resp = MC_SEC;
	return kind_of(room, mc_encode(room, sizeof(room), &m));
}

static void test_queries(void **given)
{
	uint8_t f = family_of(given);

	assert_string_equal(kind_of_query(f, 0, true, false), "general query");
	assert_string_equal(kind_of_query(f, 1, true, false), "general query");
	assert_string_equal(kind_of_query(f, 0, false, false), "group query");
	assert_string_equal(kind_of_query(f, 1, false, false), "group query");
	assert_string_equal(kind_of_query(f, 0, false, true), "source query");
}

/* A report with one record of each of these types. */
static const char *kind_of_report(uint8_t family, unsigned older, const char *types)
{
	struct mc_msg m = head_of(family, MC_REPORT, older);
	struct mc_record r = { .group = addr_of(family, "239.1.1.1", "ff15::1"),
			       .sources = { .family = family } };
	struct mc_writer w;
	uint8_t room[1500];

	assert_int_equal(mc_writer_begin(&w, room, sizeof(room), &m), 0);
	for (; *types; types++) {
		r.type = (uint8_t)(*types - '0');
		assert_int_equal(mc_writer_add(&w, &r), 0);
	}
	return kind_of(room, mc_writer_end(&w));
}

static void test_reports(void **given)
{
	uint8_t f = family_of(given);

	assert_string_equal(kind_of_report(f, 0, "1"), "current-state report");
	assert_string_equal(kind_of_report(f, 0, "1222"), "current-state report");
	assert_string_equal(kind_of_report(f, 0, ""), "current-state report");
	assert_string_equal(kind_of_report(f, 0, "3"), "state-change report");
	assert_string_equal(kind_of_report(f, 0, "4"), "state-change report");
	assert_string_equal(kind_of_report(f, 0, "5"), "state-change report");
	assert_string_equal(kind_of_report(f, 0, "6"), "state-change report");
	assert_string_equal(kind_of_report(f, 0, "21126"), "state-change report");
	assert_string_equal(kind_of_report(f, 1, "2"), "older report");
	assert_string_equal(kind_of_report(f, 1, "3"), "leave");
	if (f == MC_IPV4)
		assert_string_equal(kind_of_report(f, 2, "2"), "older report");
}

static void test_others(void **given)
{
	uint8_t f = family_of(given);
	struct mc_msg m = head_of(f, MC_MRD, 0);

	assert_string_equal(mc_sim_kind_name(mc_figures_kind(NULL)), "other");
	assert_string_equal(mc_sim_kind_name(mc_figures_kind(&m)), "other");
}

static void packet_at(struct mc_figures *f, mc_time time, const struct mc_msg *m, size_t len)
{
	mc_figures_packet(f, &(struct mc_lan_packet){ .time = time, .msg = m, .len = len });
}

static void test_packets(void **given)
{
	struct mc_msg query = head_of(family_of(given), MC_QUERY, 0),
		      leave = head_of(family_of(given), MC_REPORT, 1);
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	leave.report.leave = true;
	packet_at(f, 0, &query, 36);
	packet_at(f, 0, &leave, 32);
	packet_at(f, MC_SEC, &query, 40);
	packet_at(f, MC_SEC, NULL, 7);
	r = end_at(f, 1000);
	for (unsigned i = 0; i < MC_SIM_KINDS; i++) {
		assert_int_equal(r.packets[i], i == 0 ? 2 : i >= 6 ? 1 : 0);
		assert_int_equal(r.octets[i], i == 0 ? 76 : i == 6 ? 32 : i == 7 ? 7 : 0);
	}
	assert_int_equal(r.peak_packets, 2);
	assert_int_equal(r.peak_reports, 1);
	free(r.routers);
}

/* ---- peaks ---------------------------------------------------------------------------------- */

/* What is 100 ms apart is not within 100 ms, what is a nanosecond less is. */
static void test_peak_ends(void **given)
{
	struct mc_msg report = head_of(family_of(given), MC_REPORT, 1);
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	packet_at(f, 5, NULL, 1);
	packet_at(f, 5 + 100 * MC_MSEC, &report, 1);
	packet_at(f, 5 + 200 * MC_MSEC - 1, &report, 1);
	packet_at(f, 5 + 200 * MC_MSEC, NULL, 1);
	r = end_at(f, 1000);
	assert_int_equal(r.peak_packets, 2);
	assert_int_equal(r.peak_reports, 2);
	free(r.routers);
}

enum { DRAWN = 3000 };

/* The most that begin within 100 ms from any of them on. */
static unsigned most(const mc_time *times, const bool *counts)
{
	unsigned best = 0;

	for (size_t i = 0; i < DRAWN; i++) {
		unsigned n = 0;

		for (size_t k = i; k < DRAWN && times[k] - times[i] < 100 * MC_MSEC; k++)
			n += counts[k];
		best = n > best ? n : best;
	}
	return best;
}

/* Sparse times, dense ones and many at one, against counting it all. */
static void test_peak_model(void **given)
{
	static const mc_time gaps[] = { 40 * MC_MSEC, MC_MSEC, 1, 200 * MC_MSEC };
	struct mc_msg report = head_of(family_of(given), MC_REPORT, 1);
	static mc_time times[DRAWN];
	static bool all[DRAWN], reports[DRAWN];
	uint64_t seed = 7;

	for (unsigned round = 0; round < 20; round++) {
		struct mc_figures *f = figures();
		struct mc_sim_result r;
		mc_time now = 0;

		for (size_t i = 0; i < DRAWN; i++) {
			now += next_random(&seed) % gaps[i / 100 % (1 + round % 4)];
			times[i] = now;
			all[i] = true;
			reports[i] = next_random(&seed) % 3 == 0;
			packet_at(f, now, reports[i] ? &report : NULL, 1);
		}
		r = end_at(f, 0);
		assert_int_equal(r.peak_packets, most(times, all));
		assert_int_equal(r.peak_reports, most(times, reports));
		free(r.routers);
	}
}

/* A million packets, a microsecond apart. */
static void test_peak_of_many(void **given)
{
	struct mc_msg report = head_of(family_of(given), MC_REPORT, 1);
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	for (unsigned i = 0; i < 1000000; i++)
		packet_at(f, i * (mc_time)1000, i % 2 ? &report : NULL, 28);
	r = end_at(f, 1000);
	assert_int_equal(r.peak_packets, 100000);
	assert_int_equal(r.peak_reports, 50000);
	assert_int_equal(r.packets[5], 500000);
	assert_int_equal(r.octets[5], 500000 * 28);
	free(r.routers);
}

/* ---- latencies ------------------------------------------------------------------------------ */

/* From the first listener on, for each router by itself; others who join do not matter. */
static void test_join(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	listen_at(f, 100, 1, 1);
	listen_at(f, 105, 1, 1);
	forward_at(f, 110, R1, 1, true);
	listen_at(f, 115, 1, 1);
	forward_at(f, 130, R2, 1, true);
	listen_at(f, 200, 2, 1);
	forward_at(f, 200, R1, 2, true);
	forward_at(f, 201, R1, 2, true);
	r = end_at(f, 1000);
	assert_string_equal(r.routers[0].name, "R1");
	assert_string_equal(r.routers[1].name, "R2");
	is(&r, 0, "join 2 0/5/10/10 leave 0");
	is(&r, 1, "join 1 30/30/30/30 leave 0 unserved 1");
	free(r.routers);
}

static void test_leave(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	listen_at(f, 0, 1, 1);
	listen_at(f, 0, 1, 1);
	forward_at(f, 0, R1, 1, true);
	forward_at(f, 0, R2, 1, true);
	listen_at(f, 100, 1, -1);
	listen_at(f, 200, 1, -1);
	forward_at(f, 2200, R1, 1, false);
	r = end_at(f, 3000);
	is(&r, 0, "join 1 0/0/0/0 leave 1 2000/2000/2000/2000");
	is(&r, 1, "join 1 0/0/0/0 leave 0");
	free(r.routers);
}

/* Who comes while forwarding has not ended is served at once, and the leave before is none. */
static void test_back_in_time(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	listen_at(f, 0, 1, 1);
	forward_at(f, 10, R1, 1, true);
	listen_at(f, 100, 1, -1);
	listen_at(f, 600, 1, 1);
	listen_at(f, 900, 1, -1);
	forward_at(f, 1500, R1, 1, false);
	r = end_at(f, 2000);
	is(&r, 0, "join 2 0/5/10/10 leave 1 600/600/600/600");
	is(&r, 1, "join 0 leave 0");
	free(r.routers);
}

/* It is forwarded only when nobody listens any more: no join was served, the leave took what it took. */
static void test_gone_before(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	listen_at(f, 0, 1, 1);
	listen_at(f, 5, 1, -1);
	forward_at(f, 10, R1, 1, true);
	forward_at(f, 2005, R1, 1, false);
	r = end_at(f, 3000);
	is(&r, 0, "join 0 leave 1 2000/2000/2000/2000");
	free(r.routers);
}

/* Forwarded and ended again though nobody ever listened, by a forged report: nobody's latency. */
static void test_nobody(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	forward_at(f, 10, R1, 1, true);
	forward_at(f, 20, R1, 1, false);
	listen_at(f, 30, 1, -1);
	forward_at(f, 40, R1, 1, true);
	r = end_at(f, 50);
	is(&r, 0, "join 0 leave 0");
	free(r.routers);
}

/* The 99th percentile of 1 to n ms, in any order, is the least that 99 of 100 do not exceed. */
static void check_p99(unsigned n, unsigned step, const char *want)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	for (unsigned i = 0; i < n; i++) {
		listen_at(f, 1000 * i, i, 1);
		forward_at(f, 1000 * i + 1 + i * step % n, R1, i, true);
		forward_at(f, 1000 * i + 1, R2, i, true);
	}
	r = end_at(f, 1000 * n);
	is(&r, 0, want);
	free(r.routers);
}

static void test_p99(void **state)
{
	(void)state;
	check_p99(1, 1, "join 1 1/1/1/1 leave 0");
	check_p99(50, 7, "join 50 1/25.5/50/50 leave 0");
	check_p99(99, 7, "join 99 1/50/99/99 leave 0");
	check_p99(100, 7, "join 100 1/50.5/99/100 leave 0");
	check_p99(1000, 333, "join 1000 1/500.5/990/1000 leave 0");
}

/* ---- cuts ----------------------------------------------------------------------------------- */

/* A cut ends when it is forwarded again, when nobody listens any more, or with the run. */
static void test_cuts(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		listen_at(f, 0, i, 1);
		forward_at(f, 0, R1, i, true);
		forward_at(f, 0, R2, i, true);
	}
	forward_at(f, 100, R1, 1, false);
	forward_at(f, 130, R1, 1, true);
	forward_at(f, 200, R1, 2, false);
	listen_at(f, 250, 2, -1);
	forward_at(f, 300, R1, 3, false);
	r = end_at(f, 400);
	is(&r, 0, "join 3 0/0/0/0 leave 0 cuts 3 longest 100 total 180 unserved 1");
	is(&r, 1, "join 3 0/0/0/0 leave 0");
	free(r.routers);
}

/* A router that is switched off forwards nothing any more. */
static void test_stopped(void **state)
{
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	(void)state;
	listen_at(f, 0, 1, 1);
	listen_at(f, 0, 2, 1);
	for (unsigned i = 1; i <= 3; i++)
		forward_at(f, 0, R1, i, true);
	mc_figures_stopped(f, R1, 100 * MC_MSEC);
	mc_figures_stopped(f, 77, 100 * MC_MSEC);
	forward_at(f, 150, R1, 2, true);
	r = end_at(f, 400);
	is(&r, 0, "join 2 0/0/0/0 leave 0 cuts 2 longest 300 total 350 unserved 1");
	is(&r, 1, "join 0 leave 0 unserved 2");
	free(r.routers);
}

/* Groups of the link are never forwarded, and nodes that were not added are no routers. */
static void test_left_out(void **given)
{
	struct mc_addr local = addr_of(family_of(given), "224.0.0.251", "ff02::fb");
	struct mc_addr one = group_of(1);
	struct mc_figures *f = figures();
	struct mc_sim_result r;

	mc_figures_listen(f, &local, 1, 0);
	mc_figures_forward(f, R1, &local, true, 10);
	mc_figures_forward(f, R1, &local, false, 20);
	mc_figures_forward(f, 77, &one, true, 30);
	r = end_at(f, 400);
	is(&r, 0, "join 0 leave 0");
	is(&r, 1, "join 0 leave 0");
	free(r.routers);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* False: something was refused. */
static bool scene(void)
{
	struct mc_sim_result r = { .size = sizeof(r) };
	struct mc_figures *f;
	int err;

	if (mc_figures_new(&f) != 0)
		return false;
	err = mc_figures_router(f, R1, "R1");
	for (unsigned i = 0; err == 0 && i < 40; i++) {
		packet_at(f, i * MC_MSEC, NULL, 28);
		listen_at(f, i, i, 1);
		forward_at(f, i, R1, i, true);
		listen_at(f, i, i, -1);
		forward_at(f, i, R1, i, false);
	}
	if (err == 0)
		err = mc_figures_end(f, MC_SEC, &r);
	mc_figures_free(f);
	free(r.routers);
	assert_true(err == 0 || (err == -ENOMEM && !r.routers));
	return err == 0;
}

static void test_starved(void **state)
{
	size_t n = 0;
	bool whole;

	(void)state;
	do {
		starve_in = ++n;
		whole = scene();
		assert_true(whole == (starve_in > 0));
		starve_in = 0;
	} while (!whole);
	assert_in_range(n, 20, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		BOTH(test_queries),
		BOTH(test_reports),
		BOTH(test_others),
		BOTH(test_packets),
		BOTH(test_peak_ends),
		BOTH(test_peak_model),
		BOTH(test_peak_of_many),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_back_in_time),
		cmocka_unit_test(test_gone_before),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_p99),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_stopped),
		BOTH(test_left_out),
		cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
