/*
 * paths.c - numbers of two paths on one scale. Both carry the same numbers, which are widened beside each
 * other and not each for itself, as one path may be seen first before a narrow counter wraps, and the other
 * one behind.
 *
 * A path is one stream at a time: another one takes its place when the first has ended or fallen silent. A
 * session that ends for one path has ended for both; what the slower one still brings of it is not
 * compared.
 */
#include "recv/paths.h"

#include <errno.h>
#include <stdlib.h>

#define SILENT MC_SEC

struct path {
	struct recv_paths *all;
	const struct recv_stream *stream;
	mc_time last;      /* arrival */
	uint64_t sessions; /* of that stream, as of its last number */
	uint64_t epoch;    /* the beginning of the numbers that it is at */
};

struct recv_paths {
	struct mc_pair *pair;
	struct path of[2];
	uint64_t epoch;    /* how often numbers began anew */
	bool began;
	uint64_t session, before; /* before: the one that ended last; where there are sessions */
	bool has_before;
};

int paths_new(struct recv *r)
{
	r->paths = calloc(1, sizeof *r->paths);
	if (!r->paths)
		return -ENOMEM;
	r->paths->pair = &r->pair;
	return 0;
}

void paths_free(struct recv *r)
{
	mc_pair_free(&r->pair);
	free(r->paths);
	r->paths = NULL;
}

/* Whether a datagram is of the stream that the path is now. */
static bool is_path(struct path *p, const struct recv_stream *s, mc_time came)
{
	bool gone = !p->stream || p->stream->flow.ended || came - p->last > SILENT;

	if (p->stream == s)
		return true;
	if (!gone)
		return false;
	p->epoch = p->stream ? p->epoch + 1 : p->all->epoch;
	p->stream = s;
	p->sessions = s->flow.sessions;
	return true;
}

static void begin_anew(struct recv_paths *all)
{
	mc_pair_end(all->pair);
	mc_pair_reset(all->pair);
	all->epoch++;
}

/* Of formats with sessions: whether a number is of the one that is compared, which may begin with it. */
static bool enter_session(struct recv_paths *all, uint64_t session)
{
	if (all->began && session == all->session)
		return true;
	if (all->has_before && session == all->before)
		return false;
	if (all->began) {
		all->before = all->session;
		all->has_before = true;
		begin_anew(all);
	}
	all->began = true;
	all->session = session;
	return true;
}

/* Of formats without: each path begins anew by itself, and whoever is first does for both. */
static bool enter_epoch(struct path *p)
{
	if (p->sessions != p->stream->flow.sessions)
		p->epoch++;
	p->sessions = p->stream->flow.sessions;
	if (p->epoch > p->all->epoch) {
		begin_anew(p->all);
		p->epoch = p->all->epoch;
	}
	return p->epoch == p->all->epoch;
}

static void on_mark(void *arg, const struct mc_mark *m, mc_time came)
{
	const struct recv_stream *s = arg;
	struct path *p = s->place;
	struct recv_paths *all = p->all;

	if (!is_path(p, s, came))
		return;
	p->last = came;
	if (m->session ? enter_session(all, m->session) : enter_epoch(p))
		(void)mc_pair_note(
			all->pair, (unsigned)s->path,
			all->pair->began ? mc_seq_widen(m->seq, all->pair->highest, m->bits) : m->seq, came);
}

void paths_watch(struct recv *r, struct recv_stream *s)
{
	s->place = &r->paths->of[s->path];
	s->place->all = r->paths;
	s->flow.marked = on_mark;
	s->flow.marked_arg = s;
}

void paths_reset(struct recv *r)
{
	struct recv_paths *all = r->paths;

	if (!all)
		return;
	mc_pair_free(&r->pair);
	r->pair = (struct mc_pair){ 0 };
	*all = (struct recv_paths){ .pair = &r->pair, .of = { { .all = all }, { .all = all } } };
}
