/*
 * command.c - the language of stdin: [host N[-M]] VERB GROUP[+N] [SOURCE ...]. What hosts there are it is
 * told, and what they are in it does not know.
 */
#include "host/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "host/plan.h"
#include "near.h"
#include "wire/wire.h"
#include "words.h"

struct reading {
	struct command c;
	struct words w;
	uint32_t hosts;
};

static const char *const names[COMMANDS] = { "join", "include", "exclude", "leave", "quit" };

static int number(const char *s, const char **ret_end, uint32_t *ret)
{
	uint64_t n = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '9'; p++)
		if (n <= UINT32_MAX)
			n = n * 10 + (uint64_t)(*p - '0');
	*ret_end = p;
	*ret = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return p == s ? -1 : 0;
}

/* ---- who ---------------------------------------------------------------------------------------- */

static const char *hosts_there_are(uint32_t n, char *buf, size_t cap)
{
	snprintf(buf, cap, n == 1 ? "is one host" : "are %u hosts", n);
	return buf;
}

/* N or N-M, from 1 on. */
static int read_hosts(struct reading *r)
{
	char there[32];
	const char *p;
	int got = words_next(&r->w);
	uint32_t first, last;

	if (got <= 0)
		return got ? got :
			     words_refuse(&r->w, "host: which one? (host 3 leave GROUP, or host 3-7 ...)");
	if (number(r->w.word, &p, &first))
		return words_refuse(&r->w, "host %.*s: not a number (host 3, or host 3-7)", WORDS_SHOWN,
				    r->w.word);
	last = first;
	if (*p == '-' && number(p + 1, &p, &last))
		return words_refuse(&r->w, "host %.*s: not a range (host 3-7)", WORDS_SHOWN, r->w.word);
	if (*p)
		return words_refuse(&r->w, "host %.*s: not a number (host 3, or host 3-7)", WORDS_SHOWN,
				    r->w.word);
	if (!first || first > last || last > r->hosts)
		return words_refuse(&r->w, "host %.*s: there %s (they are numbered from 1)", WORDS_SHOWN,
				    r->w.word, hosts_there_are(r->hosts, there, sizeof there));
	r->c.first = first - 1;
	r->c.last = last - 1;
	return 0;
}

/* ---- what ---------------------------------------------------------------------------------------- */

static int unknown(struct reading *r)
{
	struct near near;

	if (strcmp(r->w.word, "host") == 0)
		return words_refuse(&r->w, "host is there twice (host 3-7 join GROUP)");
	near_init(&near, r->w.word);
	for (unsigned i = 0; i < COMMANDS; i++)
		near_try(&near, names[i]);
	near_try(&near, "host");
	if (near.best)
		return words_refuse(&r->w, "unknown command %.*s, did you mean %s?", WORDS_SHOWN, r->w.word,
				    near.best);
	return words_refuse(&r->w, "unknown command %.*s: there are join, include, exclude, leave, quit",
			    WORDS_SHOWN, r->w.word);
}

static int read_verb(struct reading *r)
{
	for (unsigned i = 0; i < COMMANDS; i++)
		if (strcmp(names[i], r->w.word) == 0) {
			r->c.verb = (enum command_verb)i;
			return 0;
		}
	return unknown(r);
}

static int read_group(struct reading *r)
{
	struct mc_target t;
	int got = words_next(&r->w), err;

	if (got <= 0)
		return got ? got : words_refuse(&r->w, "%s: which group?", names[r->c.verb]);
	mc_target_init(&t);
	err = mc_target_parse(&t, r->w.word);
	if (err)
		return words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word, mc_strerror(err));
	if (t.ifname[0])
		return words_refuse(&r->w, "%.*s: all hosts are on one interface (leave %%%s out)",
				    WORDS_SHOWN, r->w.word, t.ifname);
	if (t.source.family)
		return words_refuse(&r->w, "%.*s: a source stands behind its group (include GROUP SOURCE)",
				    WORDS_SHOWN, r->w.word);
	r->c.group = t.group;
	r->c.count = t.count;
	return 0;
}

static int read_source(struct reading *r)
{
	struct mc_addr a, *slot;

	if (r->c.verb == COMMAND_JOIN || r->c.verb == COMMAND_LEAVE)
		return words_refuse(&r->w, "%s takes no source (%s GROUP SOURCE ...)", names[r->c.verb],
				    r->c.verb == COMMAND_JOIN ? "include" : "exclude");
	if (mc_addr_parse(&a, r->w.word))
		return words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word, mc_strerror(MC_ERR_ADDR));
	if (a.family != r->c.group.family)
		return words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word, mc_strerror(MC_ERR_FAMILY));
	if (!mc_sources_sound(a.b, 0, mc_addr_len(&a), a.family))
		return words_refuse(&r->w, "%.*s: %s", WORDS_SHOWN, r->w.word, mc_strerror(MC_ERR_SOURCE));
	slot = mc_grow(&r->c.sources, &r->c.n, sizeof *slot);
	if (!slot)
		return words_refuse(&r->w, "%s", mc_strerror(-ENOMEM));
	*slot = a;
	return 0;
}

static int check_ssm(struct reading *r)
{
	char text[MC_ADDR_STRLEN];
	struct mc_addr ssm;

	if (r->c.mode == MC_INCLUDE || !plan_ssm(&r->c.group, r->c.count, &ssm))
		return 0;
	return words_refuse(
		&r->w,
		"%s is a source-specific group, which nobody has from everybody, RFC 4604 (name sources: "
		"include %s SOURCE)",
		mc_addr_format(&ssm, text, sizeof text), text);
}

static int read_filter(struct reading *r)
{
	int got = read_group(r);

	if (got)
		return got;
	r->c.mode = r->c.verb == COMMAND_JOIN || r->c.verb == COMMAND_EXCLUDE ? MC_EXCLUDE : MC_INCLUDE;
	while ((got = words_next(&r->w)) > 0)
		if (read_source(r))
			return -1;
	return got ? got : check_ssm(r);
}

static int read_quit(struct reading *r)
{
	int got = words_next(&r->w);

	return got > 0 ? words_refuse(&r->w, "quit is for all, and takes nothing (leave %.*s out)",
				      WORDS_SHOWN, r->w.word) :
			 got;
}

static int read_line(struct reading *r)
{
	int got = words_next(&r->w);
	bool some = got > 0 && strcmp(r->w.word, "host") == 0;

	if (got <= 0)
		return got;
	if (some) {
		if (read_hosts(r))
			return -1;
		got = words_next(&r->w);
		if (got <= 0)
			return got ? got :
				     words_refuse(&r->w,
						  "host %u: to do what? (join, include, exclude, leave)",
						  r->c.first + 1);
	}
	if (read_verb(r))
		return -1;
	if (some && r->c.verb == COMMAND_QUIT)
		return words_refuse(&r->w, "quit is for all hosts (leave \"host\" out, or leave GROUP)");
	got = r->c.verb == COMMAND_QUIT ? read_quit(r) : read_filter(r);
	return got ? got : 1;
}

int command_parse(struct command *ret, const char *line, size_t len, uint32_t hosts, char why[COMMAND_WHY])
{
	struct reading r = { .c = { .verb = COMMANDS, .last = hosts - 1 },
			     .w = { .at = line, .end = line + len, .page = "mcast-host(1)", .why = why },
			     .hosts = hosts };
	int got;

	got = read_line(&r);
	if (got > 0)
		*ret = r.c;
	else
		command_free(&r.c);
	return got;
}

void command_free(struct command *c)
{
	free(c->sources);
	c->sources = NULL;
	c->n = 0;
}
