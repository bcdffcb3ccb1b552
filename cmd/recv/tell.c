/*
 * tell.c - what is told to whom: as text or as JSON, on stdout, or, where that is for payloads, on stderr; on
 * the terminal's last line while the table has it; and the files of the end.
 */
#include "recv/tell.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "recv/hgrm.h"
#include "recv/json.h"
#include "recv/live.h"
#include "recv/places.h"
#include "recv/show.h"
#include "report/report.h"

#define HEADER_EVERY 20 /* lines of --interval on a terminal */

/* Standard output may be for payloads, or for a capture file. */
static FILE *stream_of(const struct recv *r)
{
	return r->conf.out || (r->conf.write && strcmp(r->conf.write, "-") == 0) ? stderr : stdout;
}

static void put_object(const struct recv *r, json_t *o)
{
	FILE *to = stream_of(r);

	out_json(o, to);
	putc('\n', to);
}

static void put_now(const struct recv *r, json_t *o)
{
	put_object(r, o);
	fflush(stream_of(r));
}

/* ---- files of the end ----------------------------------------------------------------------- */

static int open_file(const struct recv *r, const char *path, const char *option, FILE **ret)
{
	*ret = path ? fopen(path, "we") : NULL;
	return path && !*ret ? opt_refuse(r->verb, "%s %s: %s", option, path, strerror(errno)) : 0;
}

int tell_open(struct recv *r)
{
	int code = open_file(r, r->conf.report, "--report", &r->told.report);

	return code ? code : open_file(r, r->conf.hgrm, "--hgrm", &r->told.hgrm);
}

/* Closes what was written: 0, or -1 (errno). */
static int shut(FILE **f)
{
	int r = *f ? fclose(*f) : 0;

	*f = NULL;
	return r;
}

void tell_close(struct recv *r)
{
	tell_live_close(r);
	json_decref(r->told.start);
	r->told.start = NULL;
	shut(&r->told.report);
	shut(&r->told.hgrm);
}

static int unwritten(struct recv *r, const char *path, int error)
{
	tell_warning(r, "cannot write %s: %s", path, strerror(error));
	return EXIT_CANNOT;
}

static int write_hgrm(struct recv *r)
{
	int failed = r->told.hgrm ? recv_hgrm(&r->streams, r->told.hgrm) : 0, error = errno;

	if (!shut(&r->told.hgrm) && !failed)
		return 0;
	return unwritten(r, r->conf.hgrm, failed ? error : errno);
}

/* ---- meanwhile ------------------------------------------------------------------------------ */

void tell_warning(struct recv *r, const char *fmt, ...)
{
	char text[1024], plain[4 * sizeof text], line[sizeof plain + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (!r->live) {
		opt_refuse(r->verb, "%s", text);
		return;
	}
	snprintf(line, sizeof line, "mcast %s: %s", r->verb->name, out_plain(plain, sizeof plain, text));
	live_note(r->live, line);
}

void tell_start(struct recv *r)
{
	if (r->told.report)
		r->told.start = recv_json_start(r);
	if (r->conf.quiet)
		return;
	if (r->conf.json)
		put_object(r, recv_json_start(r));
	else
		recv_show_start(stream_of(r), r);
	fflush(stream_of(r));
}

/* A stream for a few lines that are told now, or later as the note of the table. NULL: no memory. */
struct remark {
	FILE *to;
	char *text;
	size_t len;
};

static FILE *remark_open(const struct recv *r, struct remark *l)
{
	*l = (struct remark){ 0 };
	l->to = r->live ? open_memstream(&l->text, &l->len) : stream_of(r);
	return l->to;
}

static void remark_close(struct recv *r, struct remark *l)
{
	if (!r->live) {
		fflush(l->to);
		return;
	}
	fclose(l->to);
	if (l->text) {
		l->text[strcspn(l->text, "\n")] = '\0';
		live_note(r->live, l->text);
	}
	free(l->text);
}

void tell_membership(struct recv *r, const struct listener *l, const struct member *m, bool joined,
		     const char *why)
{
	struct remark remark;

	if (r->conf.quiet)
		return;
	if (r->conf.json) {
		put_now(r, recv_json_member(l, m, joined, why));
	} else if (remark_open(r, &remark)) {
		recv_show_member(remark.to, l, m, joined, why);
		remark_close(r, &remark);
	}
}

/* What is told with -v alone, and what the table has in its own way. */
static bool says_text(const struct recv *r)
{
	return r->conf.verbose && !r->live;
}

void tell_stream_new(struct recv *r, const struct recv_stream *s)
{
	if (r->conf.json && !r->conf.quiet)
		put_now(r, recv_json_stream_new(s));
	else if (!r->conf.json && says_text(r))
		recv_show_stream_new(stream_of(r), s);
}

void tell_gap(struct recv *r, const struct recv_stream *s, const struct mc_gap *g)
{
	if (r->conf.json && r->conf.verbose)
		put_object(r, recv_json_gap(s, g));
	else if (!r->conf.json && says_text(r))
		recv_show_gap(stream_of(r), s, g);
}

void tell_clock(struct recv *r, const struct sender *s, mc_time round, int64_t ahead)
{
	if (r->conf.json && r->conf.verbose)
		put_now(r, recv_json_clock(s, round, ahead));
	else if (!r->conf.json && says_text(r))
		recv_show_clock(stream_of(r), s, round, ahead);
}

void tell_effect(struct recv *r, const struct recv_effect *e)
{
	struct remark remark;

	if (r->conf.json) {
		put_now(r, recv_json_effect(e));
	} else if (remark_open(r, &remark)) {
		recv_show_effect(remark.to, e);
		remark_close(r, &remark);
	}
}

void tell_dump(struct recv *r, const struct recv_stream *s, const struct mc_dgram *d)
{
	if (!r->conf.json)
		recv_show_dump(stream_of(r), s, d);
}

/* ---- intervals -------------------------------------------------------------------------------- */

static void tell_line(struct recv *r, struct recv_stream *s, mc_time time, mc_time since_start)
{
	FILE *to = stream_of(r);
	struct recv_interval v;

	recv_interval_take(s, time, &v);
	if (r->conf.quiet)
		return;
	if (r->conf.json) {
		put_object(r, recv_json_interval(s, &v, since_start));
		return;
	}
	if (r->told.lines == 0 || (r->told.lines % HEADER_EVERY == 0 && isatty(fileno(to))))
		recv_show_interval_head(to);
	r->told.lines++;
	recv_show_interval(to, s, &v, since_start);
}

void tell_interval(struct recv *r)
{
	mc_time now = mc_loop_now(), before = r->told.at ? r->told.at : r->began;

	if (r->live)
		return;
	for (size_t i = 0; i < r->streams.n; i++)
		tell_line(r, r->streams.v[i], now - before, now - r->began);
	r->told.at = now;
	fflush(stream_of(r));
}

/* ---- the end ---------------------------------------------------------------------------------- */

/* The objects of the end go to whoever wants them: printed, drawn, or both. */
struct sink {
	struct recv *r;
	bool prints;
	struct report *report; /* NULL: it is not drawn */
	int error;
};

static void give(struct sink *k, json_t *o)
{
	if (k->prints)
		put_object(k->r, json_incref(o));
	if (k->report && report_add(k->report, json_incref(o)) < 0)
		k->error = ENOMEM;
	json_decref(o);
}

static void give_end(struct sink *k, const struct recv_sums *sums, bool final)
{
	struct recv *r = k->r;

	for (size_t i = 0; i < r->streams.n; i++)
		give(k, recv_json_stream(r, r->streams.v[i]));
	if (r->conf.redundant)
		give(k, recv_json_redundant(r));
	for (size_t i = 0; final && r->places && i < r->places->n; i++)
		give(k, recv_json_interface(&r->places->v[i]));
	give(k, final ? recv_json_end(r, sums) : recv_json_so_far(r, sums));
}

static int write_report(struct recv *r, const struct recv_sums *sums)
{
	struct report report = { .files = 1, .max_delay = -1, .most = REPORT_MOST };
	struct sink k = { .r = r, .report = &report };
	bool wrong;

	if (!r->told.report)
		return 0;
	report.max_loss = r->conf.max_loss > 0 ? r->conf.max_loss : 0;
	if (r->conf.max_delay != MC_NEVER)
		report.max_delay = (double)r->conf.max_delay / (double)MC_SEC;
	if (report_add(&report, json_incref(r->told.start)) < 0)
		k.error = ENOMEM;
	give_end(&k, sums, true);
	if (!k.error && report_page(&report, r->told.report, &wrong) < 0)
		k.error = errno;
	report_free(&report);
	if (shut(&r->told.report) && !k.error)
		k.error = errno;
	return k.error ? unwritten(r, r->conf.report, k.error) : 0;
}

static void tell_text(struct recv *r, const struct recv_sums *sums, bool final)
{
	FILE *to = stream_of(r);

	if (!final)
		fprintf(to, "so far:\n");
	recv_show_streams(to, r);
	if (r->conf.redundant)
		recv_show_redundant(to, r);
	for (size_t i = 0; r->places && i < r->places->n; i++)
		recv_show_interface(to, &r->places->v[i]);
	recv_show_sums(to, r, sums, final);
}

int tell_result(struct recv *r, bool final)
{
	struct sink k = { .r = r, .prints = true };
	struct recv_sums sums;
	bool live = r->live;
	int hgrm, report;

	recv_look(r);
	recv_sum(r, &sums);
	tell_live_close(r);
	if (r->conf.json)
		give_end(&k, &sums, final);
	else
		tell_text(r, &sums, final);
	fflush(stream_of(r));
	if (!final) {
		if (live)
			tell_live(r);
		return sums.code;
	}
	hgrm = write_hgrm(r);
	report = write_report(r, &sums);
	return hgrm || report ? EXIT_CANNOT : sums.code;
}
