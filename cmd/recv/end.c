/*
 * end.c - what is told at the end as text: what came, what was lost and where, how late. A paragraph for each
 * stream, or a table of them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "recv/show.h"

#define PARAGRAPHS 4   /* streams, at most; above that a table */
#define TABLE_LINES 50
#define GAPS_SHOWN 4

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* A line of a paragraph begins with what it is about. */
static void label(FILE *to, const char *word)
{
	fprintf(to, "  %-7s ", word);
}

/* ---- a stream: what came ------------------------------------------------------------------- */

static void put_came(FILE *to, const struct recv_stream *s)
{
	const struct mc_stream *f = &s->flow;
	struct recv_rate rate = recv_rate_of(s);
	char time[RECV_TEXT_SIZE], pps[RECV_TEXT_SIZE], bps[RECV_TEXT_SIZE];

	label(to, "came");
	fprintf(to, "%" PRIu64 " packet%s, %" PRIu64 " bytes", f->packets, plural(f->packets), f->bytes);
	if (rate.known)
		fprintf(to, " in %s: %s, %s, at most %" PRIu64 " in a millisecond",
			recv_time_text(f->last - f->first, time), recv_pps_text(rate.pps, pps),
			recv_bps_text(rate.bps, bps), f->burst.most_packets);
	else if (f->packets > 1)
		fputs(" at once", to);
	putc('\n', to);
}

/* "0", "0, 46", "0 to 63" where they are many. */
static void put_dscp(FILE *to, uint64_t bits)
{
	const char *before = ", dscp ";

	for (int i = 0; i < 64; i++)
		if (bits >> i & 1) {
			fprintf(to, "%s%d", before, i);
			before = " and ";
		}
}

static void put_header(FILE *to, const struct mc_stream *f)
{
	label(to, "packets");
	fprintf(to, "%" PRIu32, f->shortest);
	if (f->longest != f->shortest)
		fprintf(to, " to %" PRIu32, f->longest);
	fprintf(to, " byte%s", plural(f->longest));
	if (f->has_ttl)
		fprintf(to, f->ttl_min < f->ttl_max ? ", ttl %u to %u" : ", ttl %u", f->ttl_min, f->ttl_max);
	put_dscp(to, f->dscp);
	if (f->ect)
		fprintf(to, ", %" PRIu64 " with congestion experienced", f->ect);
	if (f->train_sent > 1)
		fprintf(to, ", sent as trains of %" PRIu32, f->train_sent);
	if (f->train_came > 1)
		fprintf(to, ", came as trains of up to %" PRIu32, f->train_came);
	if (f->unmarked)
		fprintf(to, ", %" PRIu64 " of another format", f->unmarked);
	putc('\n', to);
}

/* ---- a stream: what was lost --------------------------------------------------------------- */

static void put_where(FILE *to, uint64_t lost, uint64_t socket)
{
	if (socket >= lost)
		fputs(lost == 1 ? ", in the socket" : ", all in the socket", to);
	else if (socket)
		fprintf(to, ", %" PRIu64 " of them in the socket", socket);
	else
		fputs(", none of them in the socket", to);
}

static void put_lost(FILE *to, const struct mc_stream *f)
{
	struct mc_stream_sums sums;
	char share[RECV_TEXT_SIZE];

	if (!f->numbered && !f->packets)
		return; /* since a reset */
	label(to, "lost");
	if (!f->numbered) {
		fprintf(to, "not known: %s (see --format, --seq-at)\n",
			f->ts ? "no numbers but those of the transport stream" : "no numbers were found");
		return;
	}
	mc_stream_sum(f, &sums);
	fprintf(to, "%" PRIu64, sums.lost);
	if (sums.lost) {
		fprintf(to, " (%s) in %" PRIu64 " gap%s",
			recv_share_text(recv_loss(sums.lost, sums.received), share), f->gaps.open,
			plural(f->gaps.open));
		put_where(to, sums.lost, sums.lost_socket);
	}
	fprintf(to, "; %" PRIu64 " reordered, %" PRIu64 " duplicate%s", sums.reordered, sums.duplicates,
		plural(sums.duplicates));
	if (sums.old)
		fprintf(to, ", %" PRIu64 " too late to tell", sums.old);
	putc('\n', to);
}

/* The latest gaps with something missing, in the order in which they came. */
static size_t latest_gaps(const struct mc_gaps *gaps, const struct mc_gap *ret[GAPS_SHOWN])
{
	size_t n = 0;

	for (uint32_t i = gaps->n; i-- > 0 && n < GAPS_SHOWN;) {
		const struct mc_gap *g = mc_gaps_at(gaps, i);

		if (g && g->missing)
			ret[GAPS_SHOWN - ++n] = g;
	}
	return n;
}

static void put_gaps(FILE *to, const struct mc_gaps *gaps)
{
	const struct mc_gap *v[GAPS_SHOWN];
	size_t n = latest_gaps(gaps, v);
	char clock[OUT_CLOCK_SIZE];

	if (!n)
		return;
	label(to, "gaps");
	if (gaps->open > n)
		fprintf(to, "%" PRIu64 " earlier, ", gaps->open - n);
	for (size_t i = GAPS_SHOWN - n; i < GAPS_SHOWN; i++)
		fprintf(to, "%" PRIu64 " at %s%s", v[i]->missing, out_clock(clock, v[i]->at),
			i + 1 < GAPS_SHOWN ? ", " : "\n");
}

static void put_missed(FILE *to, const struct recv_stream *s)
{
	int64_t missed = s->flow.numbered ? mc_stream_missed(&s->flow) : 0;

	if (missed <= 0)
		return;
	label(to, "before");
	if (recv_none_of(s)) {
		fprintf(to,
			"none of its %" PRId64 " came, only that it ended: lost, or sent before the join\n",
			missed);
		return;
	}
	fprintf(to, "%" PRId64 " missed before the first: sent before it, and not counted as lost\n", missed);
}

static void put_session(FILE *to, const struct mc_stream *f)
{
	if (f->sessions < 2)
		return;
	label(to, "session");
	fprintf(to, "began anew %" PRIu64 " time%s\n", f->sessions - 1, plural(f->sessions - 1));
}

static void put_ts(FILE *to, const struct mc_ts *t)
{
	if (!t)
		return;
	label(to, "TS");
	fprintf(to,
		"%" PRIu64 " packets of %" PRIu32 " PID%s; at least %" PRIu64 " lost in %" PRIu64 " place%s",
		t->packets, t->pids, plural(t->pids), t->lost, t->discontinuities,
		plural(t->discontinuities));
	if (t->errors)
		fprintf(to, "; %" PRIu64 " with errors", t->errors);
	putc('\n', to);
}

/* ---- a stream: times ----------------------------------------------------------------------- */

/* How far the figures can be trusted: they are no better than what is known of the other clock. */
static void put_basis(FILE *to, const struct mc_delay *d)
{
	char text[RECV_TEXT_SIZE];

	switch (d->basis) {
	case MC_BASIS_SYNCED:
		fputs("; clocks synchronised", to);
		break;
	case MC_BASIS_ECHO:
		fprintf(to, "; by echo, +-%s", recv_time_text(d->uncertainty, text));
		break;
	case MC_BASIS_ENVELOPE:
		fputs("; above the fastest", to);
		if (d->uncertainty)
			fprintf(to, ", +-%s", recv_time_text(d->uncertainty, text));
		break;
	case MC_BASIS_NONE:
		break;
	}
}

/* Delays below 0 are told where they are more than what the other clock is known to. */
static void put_negative(FILE *to, const struct recv_stream *s)
{
	const struct mc_delay *d = &s->flow.delay;
	bool synced = d->basis == MC_BASIS_SYNCED;
	char text[RECV_TEXT_SIZE];

	if (!d->negative || (!synced && d->lowest <= d->uncertainty))
		return;
	label(to, "");
	fprintf(to, "%" PRIu64 " came out below 0, by up to %s, and count as 0%s\n", d->negative,
		recv_time_text(d->lowest, text), synced ? ": the clocks are not synchronised" : "");
}

static void put_uncounted(FILE *to, const struct recv_stream *s)
{
	uint64_t n = s->flow.delay.uncounted;

	if (!n)
		return;
	label(to, "");
	fprintf(to, "%" PRIu64 " came before the sender's clock was known, or by this way: not counted\n", n);
}

static void put_delay(FILE *to, const struct recv_stream *s)
{
	static const struct {
		const char *name;
		double share;
	} rows[] = { { "p50", 0.5 }, { "p99", 0.99 }, { "p99.9", 0.999 } };
	const struct mc_hist *h = recv_delays(s);
	uint32_t train = recv_longest_train(s);
	char text[RECV_TEXT_SIZE];

	if (!h || !s->flow.clock)
		return;
	label(to, "delay");
	if (train > 1)
		fprintf(to, "of trains of %" PRIu32 ": ", train);
	fprintf(to, "min %s", recv_time_text(h->min, text));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(to, ", %s %s", rows[i].name,
			recv_time_text(mc_hist_quantile(h, rows[i].share), text));
	fprintf(to, ", max %s", recv_time_text(h->max, text));
	put_basis(to, &s->flow.delay);
	putc('\n', to);
	put_negative(to, s);
	put_uncounted(to, s);
}

static void put_times(FILE *to, const struct recv *r, const struct recv_stream *s)
{
	mc_time join = recv_join_latency(s), leave = recv_leave_latency(s);
	char text[RECV_TEXT_SIZE];

	if (s->flow.delay.jitters) {
		label(to, "jitter");
		fprintf(to, "%s\n", recv_time_text((mc_time)(s->flow.delay.jitter + 0.5), text));
	}
	if (join != MC_NEVER && s->flow.packets) {
		label(to, "join");
		fprintf(to, "the first packet came %s after it\n", recv_time_text(join, text));
	}
	if (leave == MC_NEVER)
		return;
	label(to, "leave");
	if (recv_still_coming(r, s))
		fprintf(to,
			"%" PRIu64
			" more came after it, and more were coming when the watch ended, after %s\n",
			s->after_left, recv_time_text(leave, text));
	else if (s->after_left)
		fprintf(to, "%" PRIu64 " more came after it, the last after %s\n", s->after_left,
			recv_time_text(leave, text));
	else
		fputs("nothing came after it\n", to);
}

static void put_stream(FILE *to, const struct recv *r, const struct recv_stream *s)
{
	char name[RECV_NAME_SIZE];
	enum mc_format f = s->flow.format;

	fprintf(to, "--- %s: %s ---\n", recv_name(s, true, name),
		f == MC_FORMAT_AUTO || f == MC_FORMAT_NONE ? "no format known" : mc_format_name(f));
	put_came(to, s);
	put_lost(to, &s->flow);
	put_gaps(to, &s->flow.gaps);
	put_missed(to, s);
	put_session(to, &s->flow);
	put_ts(to, s->flow.ts);
	put_delay(to, s);
	put_times(to, r, s);
	put_header(to, &s->flow);
}

/* ---- many streams --------------------------------------------------------------------------- */

#define TABLE_COLUMNS "%11s %9s %10s %9s %8s %9s %9s %9s  %s%s\n"

static void put_row(FILE *to, const struct recv_stream *s, bool on)
{
	const struct mc_stream *f = &s->flow;
	const struct mc_hist *h = recv_delays(s);
	struct recv_rate rate = recv_rate_of(s);
	char packets[32], pps[32] = "-", bits[32] = "-", lost[32] = "-", share[32] = "-", p50[32] = "-",
			  p99[32] = "-", jitter[32] = "-", trains[32] = "", name[RECV_NAME_SIZE];
	uint32_t train = recv_longest_train(s);
	struct mc_stream_sums sums;

	snprintf(packets, sizeof packets, "%" PRIu64, f->packets);
	if (rate.known) {
		snprintf(pps, sizeof pps, "%.0f", rate.pps);
		snprintf(bits, sizeof bits, "%.3f", rate.bps / 1e6);
	}
	if (f->numbered) {
		mc_stream_sum(f, &sums);
		snprintf(lost, sizeof lost, "%" PRIu64, sums.lost);
		recv_share_text(recv_loss(sums.lost, sums.received), share);
	}
	if (h) {
		recv_time_text(mc_hist_quantile(h, 0.5), p50);
		recv_time_text(mc_hist_quantile(h, 0.99), p99);
	}
	if (f->delay.jitters)
		recv_time_text((mc_time)f->delay.jitter, jitter);
	if (h && train > 1)
		snprintf(trains, sizeof trains, ", trains of %" PRIu32, train);
	fprintf(to, TABLE_COLUMNS, packets, pps, bits, lost, share, p50, p99, jitter, recv_name(s, on, name),
		trains);
}

/* What is not shown: "and 9950 more, 9950 of them without loss". */
static void put_rest(FILE *to, const struct recv_stream *const *v, size_t n)
{
	size_t unnumbered = 0;

	for (size_t i = 0; i < n; i++)
		unnumbered += !v[i]->flow.numbered;
	fprintf(to, "and %zu more, %zu of them without loss", n, recv_lossless(v, n));
	if (unnumbered)
		fprintf(to, ", %zu without numbers", unnumbered);
	putc('\n', to);
}

static void put_table(FILE *to, const struct recv *r)
{
	const struct recv_stream **v = recv_worst(&r->streams);
	size_t n = r->streams.n, shown = n > TABLE_LINES ? TABLE_LINES : n;
	bool on = recv_spread(&r->streams);

	if (!v)
		return;
	fprintf(to, TABLE_COLUMNS, "PACKETS", "PPS", "MBIT/S", "LOST", "LOSS", "DELAY P50", "P99", "JITTER",
		"STREAM", "");
	for (size_t i = 0; i < shown; i++)
		put_row(to, v[i], on);
	if (n > shown)
		put_rest(to, v + shown, n - shown);
	free(v);
}

void recv_show_streams(FILE *to, const struct recv *r)
{
	if (r->streams.n > PARAGRAPHS) {
		put_table(to, r);
		return;
	}
	for (size_t i = 0; i < r->streams.n; i++)
		put_stream(to, r, r->streams.v[i]);
}

/* ---- two paths ------------------------------------------------------------------------------ */

static const char *path_name(const struct recv *r, int path, char *plain, size_t cap)
{
	char text[MC_TARGET_STRLEN] = "?";

	for (size_t i = r->ntargets; i-- > 0;)
		if (r->targets[i].path == path)
			mc_target_format(&r->targets[i].target, text, sizeof text);
	return out_plain(plain, cap, text);
}

static void put_difference(FILE *to, const struct mc_pair *p)
{
	char text[RECV_TEXT_SIZE];

	if (!p->difference.n)
		return;
	label(to, "apart");
	fprintf(to, "p50 %s", recv_time_text(mc_hist_quantile(&p->difference, 0.5), text));
	fprintf(to, ", p99 %s", recv_time_text(mc_hist_quantile(&p->difference, 0.99), text));
	fprintf(to, ", max %s", recv_time_text(p->difference.max, text));
	fprintf(to, "; A ahead by up to %s", recv_time_text(p->most[0], text));
	fprintf(to, ", B by up to %s\n", recv_time_text(p->most[1], text));
}

void recv_show_redundant(FILE *to, const struct recv *r)
{
	const struct mc_pair *p = &r->pair;
	uint64_t received = p->both + p->only[0] + p->only[1];
	char a[4 * MC_TARGET_STRLEN], b[4 * MC_TARGET_STRLEN], share[RECV_TEXT_SIZE];

	fprintf(to, "--- A %s, B %s ---\n", path_name(r, 0, a, sizeof a), path_name(r, 1, b, sizeof b));
	label(to, "came");
	fprintf(to,
		"%" PRIu64 " by both, %" PRIu64 " by A alone, %" PRIu64 " by B alone; first by A %" PRIu64
		", by B %" PRIu64 "\n",
		p->both, p->only[0], p->only[1], p->a_first, p->b_first);
	label(to, "lost");
	if (!recv_compared(p))
		fputs("not known: nothing could be compared", to);
	else
		fprintf(to, "%" PRIu64 " on A, %" PRIu64 " on B, %" PRIu64 " on both (%s)",
			p->only[1] + p->neither, p->only[0] + p->neither, p->neither,
			recv_share_text(recv_loss(p->neither, received), share));
	if (p->late)
		fprintf(to, "; %" PRIu64 " too late to tell", p->late);
	putc('\n', to);
	if (p->apart) {
		label(to, "aside");
		fprintf(to, "%" PRIu64 " came when only one path could have brought them: not compared\n",
			p->apart);
	}
	put_difference(to, p);
}

/* ---- all together ---------------------------------------------------------------------------- */

static void put_total(FILE *to, const struct recv *r, const struct recv_sums *s)
{
	double seconds = (double)s->time / (double)MC_SEC;
	char share[RECV_TEXT_SIZE], pps[RECV_TEXT_SIZE], bps[RECV_TEXT_SIZE];

	fprintf(to, "%zu stream%s, %" PRIu64 " packet%s in %.1f s", r->streams.n, plural(r->streams.n),
		s->packets, plural(s->packets), seconds);
	if (s->time)
		fprintf(to, ": %s, %s", recv_pps_text((double)s->packets / seconds, pps),
			recv_bps_text(8 * (double)s->bytes / seconds, bps));
	if (recv_numbered(&r->streams)) {
		fprintf(to, "; lost %" PRIu64, s->lost);
		if (s->lost) {
			fprintf(to, " (%s)", recv_share_text(recv_loss(s->lost, s->received), share));
			put_where(to, s->lost, s->lost_socket);
		}
	}
	putc('\n', to);
}

void recv_show_interface(FILE *to, const struct recv_place *p)
{
	uint64_t dropped = recv_place_dropped(p), missed = recv_place_missed(p),
		 errors = recv_place_errors(p);
	char name[4 * MC_IFNAME_SIZE];

	if (!dropped && !missed && !errors)
		return;
	fprintf(to,
		"%s: %" PRIu64 " packets were dropped, %" PRIu64 " missed, %" PRIu64
		" damaged, of whatever traffic\n",
		out_plain(name, sizeof name, p->ifname), dropped, missed, errors);
}

/* What went wrong on this machine, and what can be done about it. */
static void put_here(FILE *to, const struct recv *r, const struct recv_sums *s)
{
	if (s->dropped_socket)
		fprintf(to,
			"the sockets dropped %" PRIu64
			" datagram%s or trains: raise %s, or take load off this machine\n",
			s->dropped_socket, plural(s->dropped_socket),
			r->rcvbuf < r->set.conf.rcvbuf ? "net.core.rmem_max and --rcvbuf" : "--rcvbuf");
	if (s->other_packets)
		fprintf(to,
			"%" PRIu64 " packet%s of streams that there was no room for (--streams raises it)\n",
			s->other_packets, plural(s->other_packets));
	if (clocks_refused(r->clocks))
		fprintf(to, "%" PRIu64 " streams have no delays: they came from more than 4096 senders\n",
			clocks_refused(r->clocks));
	if (r->misplaced)
		fprintf(to,
			"%" PRIu64
			" packet%s came by interfaces where the group was not joined: not counted\n",
			r->misplaced, plural(r->misplaced));
}

/* Why, most often: whether it is on the wire at all parts the causes. */
static void put_hint(FILE *to, const struct recv *r)
{
	char group[MC_ADDR_STRLEN];

	if (!r->ntargets || r->conf.quiet || r->streams.n)
		return;
	fprintf(to,
		"is it on the wire (tcpdump -ni IFACE dst %s)?\n"
		"if it is: a firewall, rp_filter, or a source that is not wanted;\n"
		"if not: nobody sends, the TTL is too low, or switches wait for a querier (mcast watch)\n",
		mc_addr_format(&r->targets[0].target.group, group, sizeof group));
	if (mc_addr_is_ssm(&r->targets[0].target.group) && !r->targets[0].nsources)
		fprintf(to, "routers join this group for one source only (SOURCE@%s)\n", group);
}

void recv_show_sums(FILE *to, const struct recv *r, const struct recv_sums *sums, bool final)
{
	if (!sums->packets)
		fprintf(to, "nothing came in %.1f s\n", (double)sums->time / (double)MC_SEC);
	else if (r->streams.n != 1)
		put_total(to, r, sums);
	if (!sums->packets && final)
		put_hint(to, r);
	put_here(to, r, sums);
	if (final && sums->code != EXIT_GOOD && (sums->packets || r->conf.min_packets > 1))
		fprintf(to, "not as wanted: %s\n", sums->verdict);
}
