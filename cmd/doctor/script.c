/*
 * script.c - --fix: the commands of the findings as a script for sh(1), each once, in the order they were
 * found, with the reasons as comments. Nothing of what comes from elsewhere stands outside a comment or a
 * quoted word (find_quote).
 */
#include <stdio.h>
#include <string.h>

#include "doctor/show.h"
#include "out.h"

/* A text in a comment: no octet of it can end the line. */
static void put_comment(const char *lead, const char *text)
{
	char plain[4096];

	printf("# %s%s\n", lead, out_plain(plain, sizeof plain, text));
}

static bool is_wrong(const struct finding *x)
{
	return x->verdict == VERDICT_FAULT || x->verdict == VERDICT_WARNING;
}

/* Whether an earlier finding has the same command. */
static bool is_said(const struct findings *f, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_wrong(&f->v[k]) && f->v[k].mend && strcmp(f->v[k].mend, f->v[i].mend) == 0)
			return true;
	return false;
}

static void put_finding(const struct findings *f, size_t i)
{
	const struct finding *x = &f->v[i];
	char text[64];

	snprintf(text, sizeof text, "%s, %s: ", x->verdict == VERDICT_FAULT ? "FAULT" : "warning", x->check);
	putchar('\n');
	put_comment(text, x->text ? x->text : "");
	if (x->mend) {
		put_comment("", x->why);
		puts(is_said(f, i) ? "# mended by a command above" : x->mend);
	}
	if (x->advice)
		put_comment(x->mend ? "then: " : "no command mends it: ", x->advice);
	else if (!x->mend)
		put_comment("no command mends it: ", x->why);
}

void show_script(const struct look *l, const struct findings *f)
{
	char what[AIM_TEXT];
	bool any = false;

	puts("#!/bin/sh");
	puts("# What mcast doctor would do. Read it, then run it as root. Little of it outlasts a boot.");
	if (look_named(l))
		put_comment("For ", aim_format(what, sizeof what, l, &l->aims.v[0]));
	for (size_t i = 0; i < f->n; i++)
		if (is_wrong(&f->v[i])) {
			put_finding(f, i);
			any = true;
		}
	if (!any)
		puts("\n# Nothing was found that needs mending.\n:");
}
