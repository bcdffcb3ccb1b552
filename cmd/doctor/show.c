/*
 * show.c - the list of findings as people read it: a line each, what was seen and how it is mended below
 * those that need it. It judges nothing.
 */
#include "doctor/show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "screen.h"

#define INDENT 17 /* of what is below a finding's line: blanks, a word, blanks */

struct text {
	const struct look *look;
	bool colour;
	unsigned width; /* of the terminal; 0: lines are not broken */
};

static const char *verdict_word(enum verdict v)
{
	static const char *const words[] = {
		[VERDICT_OK] = "ok",
		[VERDICT_WARNING] = "warning",
		[VERDICT_FAULT] = "FAULT",
		[VERDICT_UNKNOWN] = "unknown",
	};

	return words[v];
}

static const char *verdict_colour(const struct text *t, enum verdict v)
{
	if (!t->colour)
		return "";
	return v == VERDICT_FAULT ? SCREEN_RED SCREEN_BOLD : v == VERDICT_WARNING ? SCREEN_BOLD : "";
}

/* ---- broken lines ----------------------------------------------------------------------- */

/* How much of a text goes on one line: up to the last blank that fits, or a whole word that does not. */
static size_t line_length(const char *text, size_t room)
{
	size_t len = strlen(text), at = room;

	if (!room || len <= room)
		return len;
	while (at && text[at] != ' ')
		at--;
	return at ? at : strcspn(text, " ");
}

/* Prints a text behind `used` characters of the line, broken at blanks where the terminal ends. */
static void put_broken(const struct text *t, const char *text, unsigned used)
{
	unsigned room = t->width > used + 20 ? t->width - used : 0;

	for (;;) {
		size_t len = line_length(text, room);

		printf("%.*s\n", (int)len, text);
		text += len;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		printf("%*s", (int)used, "");
	}
}

static void put_plain(const struct text *t, const char *text, unsigned used, bool breaks)
{
	char plain[4096];

	out_plain(plain, sizeof plain, text);
	if (breaks)
		put_broken(t, plain, used);
	else
		puts(plain);
}

/* ---- findings ----------------------------------------------------------------------------- */

static void put_below(const struct text *t, const char *word, const char *text, bool breaks)
{
	printf("%11s%-6s", "", word);
	put_plain(t, text, INDENT, breaks);
}

static void put_evidence(const struct text *t, const struct finding *x)
{
	char line[2048];

	for (size_t i = 0; i < x->nevidence; i++) {
		snprintf(line, sizeof line, "%s: %s", x->evidence[i].from, x->evidence[i].value);
		put_below(t, i ? "" : "saw", line, true);
	}
}

/* A command stays in one line: it is to be copied. */
static void put_finding(const struct text *t, const struct finding *x)
{
	const struct doctor_conf *c = t->look->conf;
	bool wrong = x->verdict == VERDICT_WARNING || x->verdict == VERDICT_FAULT;

	if (c->quiet && !wrong)
		return;
	printf("%s%-8s%s %-10s ", verdict_colour(t, x->verdict), verdict_word(x->verdict),
	       *verdict_colour(t, x->verdict) ? SCREEN_PLAIN : "", x->check);
	put_plain(t, x->text ? x->text : "", 8 + 1 + 10 + 1, true);
	if (wrong || c->verbose) {
		put_evidence(t, x);
		put_below(t, "why", x->why, true);
		if (x->mend)
			put_below(t, "mend", x->mend, false);
	}
	if (x->advice && (x->verdict != VERDICT_OK || c->verbose))
		put_below(t, x->mend ? "then" : "do", x->advice, true);
}

static void put_title(const struct text *t)
{
	const struct aims *a = &t->look->aims;
	char what[AIM_TEXT], name[AIM_TEXT] = "";

	if (t->look->conf->iface)
		out_plain(name, sizeof name, t->look->conf->iface);
	if (look_named(t->look))
		printf("mcast doctor: %s\n\n", aim_format(what, sizeof what, t->look, &a->v[0]));
	else if (!a->n)
		printf("mcast doctor: no program has joined a group%s%s\n\n", *name ? " on " : "", name);
	else if (a->left_out)
		printf("mcast doctor: what programs have joined, but for %zu membership%s too many\n\n",
		       a->left_out, a->left_out == 1 ? "" : "s");
	else
		puts("mcast doctor: what programs have joined\n");
}

static void put_sum(const struct findings *f)
{
	size_t faults = find_count(f, VERDICT_FAULT), warnings = find_count(f, VERDICT_WARNING);

	printf("\n%zu fault%s, %zu warning%s, %zu ok, %zu unknown\n", faults, faults == 1 ? "" : "s",
	       warnings, warnings == 1 ? "" : "s", find_count(f, VERDICT_OK), find_count(f, VERDICT_UNKNOWN));
}

void show_text(const struct look *l, const struct findings *f)
{
	const struct text t = {
		.look = l,
		.colour = out_colour(),
		.width = isatty(STDOUT_FILENO) ? screen_columns() : 0,
	};

	if (!l->conf->quiet)
		put_title(&t);
	for (size_t i = 0; i < f->n; i++)
		put_finding(&t, &f->v[i]);
	if (!l->conf->quiet)
		put_sum(f);
}
