/*
 * command.c - the language of stdin: [host N[-M]] VERB GROUP[+N] [SOURCE ...]. What hosts there are it is
 * told, and what they are in it does not know.
 */
#include "host/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "host/plan.h"
#include "near.h"
#include "wire/wire.h"

#define WORD_SIZE 160 /* the longest word there can be is a target */
#define SHOWN 60      /* characters of a word in a refusal */

struct reading {
	struct command c;
	const char *at, *end;
	uint32_t hosts;
	char word[WORD_SIZE];
	char *why;
};

static const char *const names[COMMANDS] = { "join", "include", "exclude", "leave", "quit" };

static int refuse(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->why, COMMAND_WHY, fmt, ap);
	va_end(ap);
	return -1;
}

/* ---- words -------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

const char *command_trim(const char *line, size_t *len)
{
	while (*len && is_blank(line[*len - 1]))
		--*len;
	for (; *len && is_blank(*line); line++)
		--*len;
	return line;
}

/* 1: a word; 0: there is none; -1: it is none that can be meant. */
static int next_word(struct reading *r)
{
	size_t n = 0;

	while (r->at < r->end && is_blank(*r->at))
		r->at++;
	if (r->at == r->end || (*r->at == '#' && r->c.verb == COMMANDS))
		return 0;
	while (r->at + n < r->end && !is_blank(r->at[n]))
		n++;
	if (n >= WORD_SIZE)
		return refuse(r, "%.*s...: no word is that long (see COMMANDS in mcast-host(1))", SHOWN,
			      r->at);
	if (memchr(r->at, '\0', n))
		return refuse(r, "there is a zero octet in it (commands are lines of text)");
	memcpy(r->word, r->at, n);
	r->word[n] = '\0';
	r->at += n;
	return 1;
}

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
	int got = next_word(r);
	uint32_t first, last;

	if (got <= 0)
		return got ? got : refuse(r, "host: which one? (host 3 leave GROUP, or host 3-7 ...)");
	if (number(r->word, &p, &first))
		return refuse(r, "host %.*s: not a number (host 3, or host 3-7)", SHOWN, r->word);
	last = first;
	if (*p == '-' && number(p + 1, &p, &last))
		return refuse(r, "host %.*s: not a range (host 3-7)", SHOWN, r->word);
	if (*p)
		return refuse(r, "host %.*s: not a number (host 3, or host 3-7)", SHOWN, r->word);
	if (!first || first > last || last > r->hosts)
		return refuse(r, "host %.*s: there %s (they are numbered from 1)", SHOWN, r->word,
			      hosts_there_are(r->hosts, there, sizeof there));
	r->c.first = first - 1;
	r->c.last = last - 1;
	return 0;
}

/* ---- what ---------------------------------------------------------------------------------------- */

static int unknown(struct reading *r)
{
	struct near near;

	if (strcmp(r->word, "host") == 0)
		return refuse(r, "host is there twice (host 3-7 join GROUP)");
	near_init(&near, r->word);
	for (unsigned i = 0; i < COMMANDS; i++)
		near_try(&near, names[i]);
	near_try(&near, "host");
	if (near.best)
		return refuse(r, "unknown command %.*s, did you mean %s?", SHOWN, r->word, near.best);
	return refuse(r, "unknown command %.*s: there are join, include, exclude, leave, quit", SHOWN,
		      r->word);
}

static int read_verb(struct reading *r)
{
	for (unsigned i = 0; i < COMMANDS; i++)
		if (strcmp(names[i], r->word) == 0) {
			r->c.verb = (enum command_verb)i;
			return 0;
		}
	return unknown(r);
}

static int read_group(struct reading *r)
{
	struct mc_target t;
	int got = next_word(r), err;

	if (got <= 0)
		return got ? got : refuse(r, "%s: which group?", names[r->c.verb]);
	mc_target_init(&t);
	err = mc_target_parse(&t, r->word);
	if (err)
		return refuse(r, "%.*s: %s", SHOWN, r->word, mc_strerror(err));
	if (t.ifname[0])
		return refuse(r, "%.*s: all hosts are on one interface (leave %%%s out)", SHOWN, r->word,
			      t.ifname);
	if (t.source.family)
		return refuse(r, "%.*s: a source stands behind its group (include GROUP SOURCE)", SHOWN,
			      r->word);
	r->c.group = t.group;
	r->c.count = t.count;
	return 0;
}

static int read_source(struct reading *r)
{
	struct mc_addr a, *slot;

	if (r->c.verb == COMMAND_JOIN || r->c.verb == COMMAND_LEAVE)
		return refuse(r, "%s takes no source (%s GROUP SOURCE ...)", names[r->c.verb],
			      r->c.verb == COMMAND_JOIN ? "include" : "exclude");
	if (mc_addr_parse(&a, r->word))
		return refuse(r, "%.*s: %s", SHOWN, r->word, mc_strerror(MC_ERR_ADDR));
	if (a.family != r->c.group.family)
		return refuse(r, "%.*s: %s", SHOWN, r->word, mc_strerror(MC_ERR_FAMILY));
	if (!mc_sources_sound(a.b, 0, mc_addr_len(&a), a.family))
		return refuse(r, "%.*s: %s", SHOWN, r->word, mc_strerror(MC_ERR_SOURCE));
	slot = mc_grow(&r->c.sources, &r->c.n, sizeof *slot);
	if (!slot)
		return refuse(r, "%s", mc_strerror(-ENOMEM));
	*slot = a;
	return 0;
}

static int check_ssm(struct reading *r)
{
	char text[MC_ADDR_STRLEN];
	struct mc_addr ssm;

	if (r->c.mode == MC_INCLUDE || !plan_ssm(&r->c.group, r->c.count, &ssm))
		return 0;
	return refuse(
		r,
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
	while ((got = next_word(r)) > 0)
		if (read_source(r))
			return -1;
	return got ? got : check_ssm(r);
}

static int read_quit(struct reading *r)
{
	int got = next_word(r);

	return got > 0 ? refuse(r, "quit is for all, and takes nothing (leave %.*s out)", SHOWN, r->word) :
			 got;
}

static int read_line(struct reading *r)
{
	int got = next_word(r);
	bool some = got > 0 && strcmp(r->word, "host") == 0;

	if (got <= 0)
		return got;
	if (some) {
		if (read_hosts(r))
			return -1;
		got = next_word(r);
		if (got <= 0)
			return got ? got :
				     refuse(r, "host %u: to do what? (join, include, exclude, leave)",
					    r->c.first + 1);
	}
	if (read_verb(r))
		return -1;
	if (some && r->c.verb == COMMAND_QUIT)
		return refuse(r, "quit is for all hosts (leave \"host\" out, or leave GROUP)");
	got = r->c.verb == COMMAND_QUIT ? read_quit(r) : read_filter(r);
	return got ? got : 1;
}

int command_parse(struct command *ret, const char *line, size_t len, uint32_t hosts, char why[COMMAND_WHY])
{
	struct reading r = { .c = { .verb = COMMANDS, .last = hosts - 1 }, .hosts = hosts, .why = why };
	int got;

	r.at = line;
	r.end = line + len;
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
