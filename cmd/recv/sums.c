/*
 * sums.c - what a run came to, and whether that is what was wanted.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recv/figures.h"
#include "recv/places.h"

static void refuse(struct recv_sums *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What there is no room for is only counted. */
static void refuse(struct recv_sums *s, const char *fmt, ...)
{
	size_t used = s->reasons ? strlen(s->verdict) : 0, room = sizeof s->verdict - used;
	char text[sizeof s->verdict];
	va_list ap;

	s->code = EXIT_NO;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (strlen(text) + sizeof "; and 18446744073709551615 more" < room)
		snprintf(s->verdict + used, room, "%s%s", used ? "; " : "", text);
	else
		s->unsaid++;
	s->reasons++;
}

static void say_unsaid(struct recv_sums *s)
{
	size_t used = strlen(s->verdict);

	if (s->unsaid)
		snprintf(s->verdict + used, sizeof s->verdict - used, "; and %" PRIu64 " more", s->unsaid);
}

/* ---- sums ------------------------------------------------------------------------------- */

static void sum_streams(const struct recv *r, struct recv_sums *ret)
{
	struct mc_stream_sums one;

	for (size_t i = 0; i < r->streams.n; i++) {
		mc_stream_sum(&r->streams.v[i]->flow, &one);
		ret->lost += one.lost;
		ret->received += one.received;
		ret->lost_socket += one.lost_socket;
	}
}

static void sum_places(const struct recv *r, struct recv_sums *ret)
{
	for (size_t i = 0; r->places && i < r->places->n; i++) {
		const struct recv_place *p = &r->places->v[i];

		ret->dropped_interface += recv_place_dropped(p) + recv_place_missed(p) + recv_place_errors(p);
	}
}

/* ---- verdicts --------------------------------------------------------------------------- */

/* Two paths are there so that one may fail; but not for long. */
static void judge_legs(const struct recv *r, struct recv_sums *ret)
{
	uint64_t came[2] = { 0 };

	for (size_t i = 0; i < r->streams.n; i++)
		if (r->streams.v[i]->path >= 0)
			came[r->streams.v[i]->path] += r->streams.v[i]->flow.packets;
	for (int i = 0; i < 2; i++)
		if (!came[i])
			refuse(ret, "nothing came by %c", 'A' + i);
}

/* The groups of a target, each by itself. */
static void judge_groups(const struct recv *r, struct recv_sums *ret, size_t at)
{
	struct mc_target one = r->targets[at].target;
	uint64_t *came = calloc(one.count, sizeof *came);
	uint32_t count = one.count;
	char text[MC_TARGET_STRLEN];

	for (size_t i = 0; came && i < r->streams.n; i++) {
		const struct recv_stream *s = r->streams.v[i];
		uint64_t offset = s->target == at ? recv_offset(&r->targets[at].target, &s->group) :
						    UINT64_MAX;

		if (offset < count)
			came[offset] += s->flow.packets;
	}
	one.count = 1;
	for (uint32_t i = 0; came && i < count; i++) {
		if (came[i] < (uint64_t)r->conf.min_packets)
			refuse(ret, "%s got %" PRIu64 " of at least %" PRId64 " packets",
			       mc_target_format(&one, text, sizeof text), came[i], r->conf.min_packets);
		if (mc_addr_add(&one.group, 1))
			break;
	}
	free(came);
}

static void judge_targets(const struct recv *r, struct recv_sums *ret)
{
	if (r->conf.min_packets < 0 && !ret->packets)
		refuse(ret, "nothing came");
	else if (r->conf.min_packets < 0 && r->conf.redundant)
		judge_legs(r, ret);
	for (size_t i = 0; i < r->ntargets && r->conf.min_packets > 0; i++)
		judge_groups(r, ret, i);
}

/* What is lost of a transport stream by itself its own counters tell. False: nothing tells. */
static bool loss_of(const struct recv_stream *s, uint64_t *lost, uint64_t *received)
{
	struct mc_stream_sums sums;

	mc_stream_sum(&s->flow, &sums);
	*lost = sums.lost;
	*received = sums.received;
	if (s->flow.numbered)
		return true;
	*lost = s->flow.ts ? s->flow.ts->lost : 0;
	*received = s->flow.ts ? s->flow.ts->packets : 0;
	return s->flow.ts != NULL;
}

static void judge_loss_of(const struct recv *r, struct recv_sums *ret, const char *who, uint64_t lost,
			  uint64_t received)
{
	char share[RECV_TEXT_SIZE], most[RECV_TEXT_SIZE];
	double loss = recv_loss(lost, received);

	if (loss > r->conf.max_loss)
		refuse(ret, "%s lost %s, more than %s", who, recv_share_text(loss, share),
		       recv_share_text(r->conf.max_loss, most));
}

/* Of two paths both together count: what one of them loses is what the other one is for. */
static void judge_pair(const struct recv *r, struct recv_sums *ret)
{
	const struct mc_pair *p = &r->pair;

	if (!recv_compared(p))
		refuse(ret, "nothing could be compared: no numbers came by both paths or one");
	judge_loss_of(r, ret, "both paths together", p->neither, p->both + p->only[0] + p->only[1]);
}

/* Only the end of a stream came, which tells how much there was. */
static bool judge_none(struct recv_sums *ret, const struct recv_stream *s)
{
	int64_t sent = recv_none_of(s);
	char name[RECV_NAME_SIZE];

	if (sent > 0)
		refuse(ret, "%s: none of its %" PRId64 " came", recv_name(s, false, name), sent);
	return sent > 0;
}

static void judge_loss(const struct recv *r, struct recv_sums *ret)
{
	uint64_t lost, received, all_lost = 0, all_received = 0;
	char name[RECV_NAME_SIZE];
	size_t known = 0;

	if (r->conf.redundant) {
		judge_pair(r, ret);
		return;
	}
	for (size_t i = 0; i < r->streams.n; i++) {
		const struct recv_stream *s = r->streams.v[i];

		if (!loss_of(s, &lost, &received))
			continue;
		known++;
		if (judge_none(ret, s))
			continue;
		all_lost += lost;
		all_received += received;
		judge_loss_of(r, ret, recv_name(s, false, name), lost, received);
	}
	if (known > 1)
		judge_loss_of(r, ret, "all together", all_lost, all_received);
	if (!known && r->streams.n)
		refuse(ret, "no stream has numbers, so that loss is not known");
}

static void judge_time(struct recv_sums *ret, const struct recv_stream *s, const char *what, bool known,
		       mc_time time, mc_time most)
{
	char name[RECV_NAME_SIZE], is[RECV_TEXT_SIZE], limit[RECV_TEXT_SIZE];

	if (most == MC_NEVER)
		return;
	recv_name(s, false, name);
	if (!known)
		refuse(ret, "%s has no %s", name, what);
	else if (time > most)
		refuse(ret, "%s: %s %s, more than %s", name, what, recv_time_text(time, is),
		       recv_time_text(most, limit));
}

/* Delays below 0 count as 0, which no limit of delay would find. */
static void judge_clocks(const struct recv *r, struct recv_sums *ret, const struct recv_stream *s)
{
	const struct mc_hist *h = recv_delays(s);
	uint64_t negative = s->flow.delay.negative;
	char name[RECV_NAME_SIZE];

	if (r->conf.max_delay != MC_NEVER && h && s->flow.clock && s->flow.clock->basis == MC_BASIS_SYNCED &&
	    negative > h->n / 100)
		refuse(ret, "%s: %" PRIu64 " delays are below 0, the clocks are not synchronised",
		       recv_name(s, false, name), negative);
}

/* What there was no room for was not measured. */
static void judge_others(const struct recv *r, struct recv_sums *ret)
{
	bool limits = r->conf.max_loss >= 0 || r->conf.max_delay != MC_NEVER ||
		      r->conf.max_jitter != MC_NEVER;

	if (limits && ret->other_packets)
		refuse(ret, "%" PRIu64 " packets were of streams that there was no room for",
		       ret->other_packets);
}

static void judge_stream(const struct recv *r, struct recv_sums *ret, const struct recv_stream *s)
{
	const struct mc_hist *h = recv_delays(s);

	judge_time(ret, s, "99th percentile of delay", h, h ? mc_hist_quantile(h, 0.99) : 0,
		   r->conf.max_delay);
	judge_clocks(r, ret, s);
	judge_time(ret, s, "jitter", s->flow.delay.jitters, (mc_time)s->flow.delay.jitter,
		   r->conf.max_jitter);
}

void recv_sum(const struct recv *r, struct recv_sums *ret)
{
	*ret = (struct recv_sums){ .packets = r->packets,
				   .bytes = r->bytes,
				   .dropped_socket = r->dropped - r->dropped_before,
				   .other_packets = r->streams.other_packets,
				   .time = (r->ended ? r->ended : mc_loop_now()) - r->began,
				   .code = EXIT_GOOD,
				   .verdict = "good" };
	sum_streams(r, ret);
	sum_places(r, ret);
	judge_targets(r, ret);
	if (r->conf.max_loss >= 0)
		judge_loss(r, ret);
	judge_others(r, ret);
	for (size_t i = 0; i < r->streams.n; i++)
		judge_stream(r, ret, r->streams.v[i]);
	say_unsaid(ret);
}
