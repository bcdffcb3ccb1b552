/*
 * command.c - the language of standard input: VERB, and the group it is about. What is joined it does not
 * know.
 */
#include "recv/command.h"

#include <stdio.h>
#include <string.h>

#include "near.h"
#include "words.h"

struct reading {
	struct recv_command c;
	struct words w;
};

static const char *const names[] = {
	[RECV_BLOCK] = "block", [RECV_UNBLOCK] = "unblock", [RECV_JOIN] = "join",
	[RECV_LEAVE] = "leave", [RECV_RESET] = "reset",     [RECV_QUIT] = "quit",
};

enum { VERBS = sizeof names / sizeof *names };

static const char *verb_name(const struct reading *r)
{
	return names[r->c.verb];
}

static int read_verb(struct reading *r)
{
	struct near near;

	near_init(&near, r->w.word);
	for (unsigned i = 0; i < VERBS; i++) {
		if (strcmp(names[i], r->w.word) == 0) {
			r->c.verb = (enum recv_verb)i;
			return 0;
		}
		near_try(&near, names[i]);
	}
	if (near.best)
		return words_refuse(&r->w, "unknown command %.*s, did you mean %s?", WORDS_SHOWN, r->w.word,
				    near.best);
	return words_refuse(&r->w, "unknown command %.*s: there are block, unblock, join, leave, reset, quit",
			    WORDS_SHOWN, r->w.word);
}

static int read_source(struct reading *r)
{
	int got = words_next(&r->w);
	struct mc_addr *a = &r->c.source;

	if (got <= 0)
		return got ? got :
			     words_refuse(&r->w, "%s: which source? (%s SOURCE GROUP)", verb_name(r),
					  verb_name(r));
	if (mc_addr_parse(a, r->w.word))
		return words_refuse(&r->w, "%.*s: %s (%s SOURCE GROUP)", WORDS_SHOWN, r->w.word,
				    mc_strerror(MC_ERR_ADDR), verb_name(r));
	if (mc_addr_is_multicast(a) || mc_addr_is_unspecified(a))
		return words_refuse(&r->w, "%.*s: %s (%s SOURCE GROUP)", WORDS_SHOWN, r->w.word,
				    mc_strerror(MC_ERR_SOURCE), verb_name(r));
	return 0;
}

static int read_target(struct reading *r)
{
	char mended[MC_TARGET_STRLEN];
	int got = words_next(&r->w), err;

	if (got <= 0)
		return got ? got : words_refuse(&r->w, "%s: which group?", verb_name(r));
	err = mc_target_parse(&r->c.target, r->w.word);
	if (err == MC_ERR_BRACKETS && !mc_target_mend(r->w.word, mended, sizeof mended))
		return words_refuse(&r->w, "%.*s: %s (write %s)", WORDS_SHOWN, r->w.word, mc_strerror(err),
				    mended);
	return err ? words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word, mc_strerror(err)) : 0;
}

/* No group has port 0; and there is what only join takes. */
static int check_group(struct reading *r)
{
	const struct mc_target *t = &r->c.target;

	if (t->port == 0)
		return words_refuse(&r->w, "%.*s: nothing comes to port 0", WORDS_SHOWN, r->w.word);
	if (r->c.verb == RECV_JOIN)
		return 0;
	if (*t->ifname)
		return words_refuse(&r->w, "%.*s: %s is for all interfaces (leave %%%s out)", WORDS_SHOWN,
				    r->w.word, verb_name(r), t->ifname);
	if (t->source.family)
		return words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word,
				    r->c.verb == RECV_LEAVE ?
					    "leave is for all sources (block SOURCE GROUP leaves one)" :
					    "the source stands before the group (block SOURCE GROUP)");
	if (r->c.verb == RECV_LEAVE)
		return 0;
	if (t->count > 1)
		return words_refuse(&r->w, "%.*s: %s is for one group (leave +%u out)", WORDS_SHOWN,
				    r->w.word, verb_name(r), t->count);
	if (r->c.source.family != t->group.family)
		return words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word, mc_strerror(MC_ERR_FAMILY));
	return 0;
}

static int read_end(struct reading *r)
{
	int got = words_next(&r->w);

	if (got > 0)
		return words_refuse(&r->w, "%.*s: nothing more belongs to %s (leave it out)", WORDS_SHOWN,
				    r->w.word, verb_name(r));
	return got;
}

static int read_line(struct reading *r)
{
	int got = words_next(&r->w);

	if (got <= 0)
		return got;
	if (read_verb(r))
		return -1;
	if ((r->c.verb == RECV_BLOCK || r->c.verb == RECV_UNBLOCK) && read_source(r))
		return -1;
	if (r->c.verb != RECV_RESET && r->c.verb != RECV_QUIT && (read_target(r) || check_group(r)))
		return -1;
	return read_end(r) ? -1 : 1;
}

int recv_command_parse(struct recv_command *ret, const char *line, size_t len, char why[RECV_COMMAND_WHY])
{
	struct reading r = { .w = { .at = line, .end = line + len, .page = "mcast-recv(1)", .why = why } };
	int got;

	mc_target_init(&r.c.target);
	got = read_line(&r);
	if (got > 0)
		*ret = r.c;
	return got;
}
