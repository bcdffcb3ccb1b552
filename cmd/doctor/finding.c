/*
 * finding.c - the list of what checks found: texts written, copied and freed. It knows neither what is
 * checked nor how a finding is shown.
 */
#include "doctor/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static void clear(struct finding *x)
{
	for (size_t i = 0; i < x->nevidence; i++) {
		free(x->evidence[i].from);
		free(x->evidence[i].value);
	}
	free(x->evidence);
	free(x->text);
	free(x->mend);
	free(x->advice);
	*x = (struct finding){ 0 };
}

static char *format(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static char *format(const char *fmt, va_list ap)
{
	char *text;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

struct finding *find(struct findings *f, enum verdict v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = format(fmt, ap);

	va_end(ap);
	clear(&f->spare);
	struct finding *x = text ? mc_grow(&f->v, &f->n, sizeof *x) : NULL;

	if (!x) {
		f->starved = true;
		x = &f->spare;
	}
	x->check = f->check;
	x->why = f->why;
	x->verdict = v;
	x->text = text;
	return x;
}

void find_saw(struct finding *x, const char *from, const char *fmt, ...)
{
	struct evidence e = { .from = strdup(from) }, *slot;
	va_list ap;

	va_start(ap, fmt);
	e.value = format(fmt, ap);
	va_end(ap);
	slot = e.from && e.value ? mc_grow(&x->evidence, &x->nevidence, sizeof *slot) : NULL;
	if (slot) {
		*slot = e;
		return;
	}
	free(e.from);
	free(e.value);
}

static void replace(char **text, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

static void replace(char **text, const char *fmt, va_list ap)
{
	free(*text);
	*text = format(fmt, ap);
}

static bool is_readable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

/* A command is to be read before it is run: none where a terminal would show another. */
void find_mend(struct finding *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(&x->mend, fmt, ap);
	va_end(ap);
	if (!x->mend || is_readable(x->mend))
		return;
	free(x->mend);
	x->mend = NULL;
	find_advise(x, "mend it by hand: there is a name in the command that cannot be shown as it is");
}

void find_advise(struct finding *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(&x->advice, fmt, ap);
	va_end(ap);
}

void find_why(struct finding *x, const char *sentence)
{
	x->why = sentence;
}

/* Of these no shell thinks anything, wherever they stand in a word. */
static bool is_plain(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=";

	return *word && !word[strspn(word, plain)];
}

char *find_quote(char *buf, size_t cap, const char *word)
{
	size_t n = 0;

	if (cap < 4 * strlen(word) + 3) {
		if (cap)
			*buf = '\0';
		return buf;
	}
	if (is_plain(word))
		return strcpy(buf, word);
	buf[n++] = '\'';
	for (; *word; word++)
		if (*word == '\'')
			n += (size_t)sprintf(buf + n, "'\\''");
		else
			buf[n++] = *word;
	strcpy(buf + n, "'");
	return buf;
}

bool find_any(const struct findings *f, const char *check, enum verdict v)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].verdict == v && strcmp(f->v[i].check, check) == 0)
			return true;
	return false;
}

size_t find_count(const struct findings *f, enum verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].verdict == v;
	return n;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		clear(&f->v[i]);
	clear(&f->spare);
	free(f->v);
	*f = (struct findings){ 0 };
}
