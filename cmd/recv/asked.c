/*
 * asked.c - targets of words, lines and session descriptions, put together: sources of one group make one
 * list, two paths stay two. Nothing is joined here.
 */
#include "recv/asked.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "pick.h"
#include "recv/sdp.h"
#include "sources.h"
#include "targets.h"

/* One target that is asked for, by a word or by a stream of a session description. */
struct wish {
	struct mc_target target;
	bool exclude;    /* its source is not wanted */
	int path;
	uint32_t clock;
};

static int no_memory(const struct recv *r)
{
	return opt_refuse(r->verb, "%s", mc_strerror(-ENOMEM));
}

/* ---- one by one ------------------------------------------------------------------------- */

static int32_t port_of(const struct mc_target *t)
{
	return t->port < 0 ? PICK_TRAFFIC_PORT : t->port;
}

static enum mc_mode mode_of(const struct wish *w)
{
	return w->target.source.family && !w->exclude ? MC_INCLUDE : MC_EXCLUDE;
}

static struct recv_target *new_target(struct asked *a, const struct wish *w)
{
	struct recv_target *slot = mc_grow(&a->v, &a->n, sizeof *slot);

	if (!slot)
		return NULL;
	slot->target = w->target;
	slot->target.source = (struct mc_addr){ 0 };
	slot->target.port = port_of(&w->target);
	slot->mode = mode_of(w);
	slot->path = w->path;
	slot->rtp_clock = w->clock;
	return slot;
}

static bool add_source(struct recv_target *t, const struct mc_addr *source)
{
	struct mc_addr *slot = mc_grow(&t->sources, &t->nsources, sizeof *slot);

	if (slot)
		*slot = *source;
	return slot != NULL;
}

/* The target whose list of sources one more belongs to. */
static struct recv_target *same_list(const struct asked *a, const struct wish *w)
{
	const struct mc_target *t = &w->target;

	for (size_t i = 0; i < a->n; i++) {
		struct recv_target *o = &a->v[i];

		if (o->nsources && o->mode == mode_of(w) && o->path == w->path &&
		    o->target.port == port_of(t) && o->target.count == t->count &&
		    !mc_addr_cmp(&o->target.group, &t->group) && !strcmp(o->target.ifname, t->ifname))
			return o;
	}
	return NULL;
}

static int ask(const struct recv *r, struct asked *a, const struct wish *w)
{
	const struct mc_addr *source = &w->target.source;
	bool apart = r->conf.redundant && w->path < 0; /* words: which is which path is not settled yet */
	struct recv_target *o = source->family && !apart ? same_list(a, w) : NULL;
	char text[MC_TARGET_STRLEN];
	int e = targets_one_family(r->verb, r->conf.ipv4, r->conf.ipv6, &w->target, 1);

	if (e)
		return e;
	if (w->target.port == 0)
		return opt_refuse(r->verb, "%s: nothing comes to port 0 (give the port that is sent to)",
				  mc_target_format(&w->target, text, sizeof text));
	if (o && sources_has(o->sources, o->nsources, source))
		return opt_refuse(r->verb, "%s is given twice (leave one out)",
				  mc_target_format(&w->target, text, sizeof text));
	if (!o)
		o = new_target(a, w);
	if (!o || (source->family && !add_source(o, source)))
		return no_memory(r);
	return 0;
}

/* ---- session descriptions --------------------------------------------------------------- */

/* Reads a file whole: its octets, or -errno; -EFBIG: no session description is that long. */
static int read_file(const char *path, char text[SDP_LONGEST + 1])
{
	FILE *f = fopen(path, "re");
	size_t n;
	int e = 0;

	if (!f)
		return -errno;
	errno = 0;
	n = fread(text, 1, SDP_LONGEST + 1, f);
	if (ferror(f))
		e = errno ? -errno : -EIO;
	fclose(f);
	return e ? e : n > SDP_LONGEST ? -EFBIG : (int)n;
}

/* Two legs of one set are what --redundant can compare. */
static int check_legs(const struct recv *r, const char *path, const struct sdp *s)
{
	bool third = false;

	if (!r->conf.redundant)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		third |= s->v[i].duplicate >= 0 && s->v[i].leg > 1;
	if (s->duplicates == 1 && !third)
		return 0;
	if (third)
		return opt_refuse(r->verb, "--redundant: %s has more than two legs (name two as targets)",
				  path);
	return opt_refuse(r->verb,
			  s->duplicates ?
				  "--redundant: %s has several sets of duplicates (name two targets)" :
				  "--redundant: %s names no duplicates, a=group:DUP (name two targets)",
			  path);
}

static int ask_session(const struct recv *r, struct asked *a, const char *path, const struct sdp *s)
{
	int e = check_legs(r, path, s);

	for (size_t i = 0; i < s->n && !e; i++) {
		const struct sdp_stream *one = &s->v[i];
		const struct wish w = { .target = one->target,
					.exclude = one->exclude,
					.path = r->conf.redundant && one->duplicate >= 0 ? one->leg : -1,
					.clock = one->clock };

		if (!r->conf.redundant || w.path >= 0)
			e = ask(r, a, &w);
	}
	return e;
}

static int read_session(const struct recv *r, struct asked *a, const char *path)
{
	char *text = malloc(SDP_LONGEST + 1), why[300];
	int n = text ? read_file(path, text) : -ENOMEM, e;
	struct sdp s;

	if (n < 0) {
		free(text);
		return opt_refuse(r->verb, "cannot read %s: %s", path, mc_strerror(n));
	}
	e = sdp_parse(&s, text, (size_t)n, why, sizeof why);
	free(text);
	if (e)
		return e == -ENOMEM ? no_memory(r) : opt_refuse(r->verb, "%s: %s", path, why);
	e = ask_session(r, a, path, &s);
	sdp_free(&s);
	return e;
}

/* ---- all of them ------------------------------------------------------------------------ */

static bool is_session(const char *word)
{
	size_t len = strlen(word);

	return len > 4 && !strcasecmp(word + len - 4, ".sdp");
}

static int ask_list(const struct recv *r, struct asked *a, const struct mc_target *list, size_t n)
{
	int e = 0;

	for (size_t i = 0; i < n && !e; i++) {
		const struct wish w = { .target = list[i], .path = -1 };

		e = ask(r, a, &w);
	}
	return e;
}

static int read_words(const struct recv *r, struct asked *a, int argc, char **argv)
{
	struct mc_target *list = NULL;
	size_t n = 0;
	int e = 0;

	for (int i = 0; i < argc && !e; i++)
		e = is_session(argv[i]) ? read_session(r, a, argv[i]) :
					  targets_add(r->verb, argv[i], &list, &n);
	if (!e && r->conf.targets)
		e = targets_read(r->verb, r->conf.targets, &list, &n);
	if (!e && !n && !a->n)
		e = targets_add(r->verb, r->conf.ipv6 ? PICK_GROUP6 : PICK_GROUP4, &list, &n);
	if (!e)
		e = ask_list(r, a, list, n);
	free(list);
	return e;
}

/* What is not wanted goes to all targets of its family that have no sources of their own. */
static int exclude(const struct recv *r, struct asked *a, const struct mc_addr *source)
{
	char text[MC_ADDR_STRLEN];
	bool used = false;

	for (size_t i = 0; i < a->n; i++) {
		struct recv_target *t = &a->v[i];

		if (t->mode != MC_EXCLUDE || t->target.group.family != source->family)
			continue;
		used = true;
		if (!sources_has(t->sources, t->nsources, source) && !add_source(t, source))
			return no_memory(r);
	}
	if (used)
		return 0;
	return opt_refuse(r->verb, "--exclude %s: no target of IPv%d is without a source (leave it out)",
			  mc_addr_format(source, text, sizeof text), source->family);
}

static int pair_up(const struct recv *r, struct asked *a)
{
	if (a->n != 2)
		return opt_refuse(r->verb,
				  "--redundant: compares two targets, and there %s %zu (name A and B)",
				  a->n == 1 ? "is" : "are", a->n);
	for (int i = 0; i < 2; i++) {
		struct recv_target *t = &a->v[i];

		if (t->target.count > 1)
			return opt_refuse(r->verb, "--redundant: each path is one group (leave +%u out)",
					  t->target.count);
		if (t->path < 0)
			t->path = i;
	}
	if (a->v[0].path == a->v[1].path)
		return opt_refuse(r->verb, "--redundant: compares the two legs of one file, or two targets");
	return 0;
}

int asked_read(const struct recv *r, struct asked *ret, int argc, char **argv)
{
	int e = read_words(r, ret, argc, argv);

	for (size_t i = 0; i < r->conf.nexcluded && !e; i++)
		e = exclude(r, ret, &r->conf.excluded[i]);
	return e || !r->conf.redundant ? e : pair_up(r, ret);
}

void asked_free(struct asked *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].sources);
	free(a->v);
	*a = (struct asked){ 0 };
}
