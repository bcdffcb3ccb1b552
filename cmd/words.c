/*
 * words.c - words of a line. What they mean is the verbs'.
 */
#include "words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int words_refuse(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, WORDS_WHY, fmt, ap);
	va_end(ap);
	return -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

const char *words_trim(const char *line, size_t *len)
{
	while (*len && is_blank(line[*len - 1]))
		--*len;
	for (; *len && is_blank(*line); line++)
		--*len;
	return line;
}

int words_next(struct words *w)
{
	size_t n = 0;

	while (w->at < w->end && is_blank(*w->at))
		w->at++;
	if (w->at == w->end || (*w->at == '#' && !*w->word))
		return 0;
	while (w->at + n < w->end && !is_blank(w->at[n]))
		n++;
	if (n >= WORDS_SIZE)
		return words_refuse(w, "%.*s...: no word is that long (see COMMANDS in %s)", WORDS_SHOWN,
				    w->at, w->page);
	if (memchr(w->at, '\0', n))
		return words_refuse(w, "there is a zero octet in it (commands are lines of text)");
	memcpy(w->word, w->at, n);
	w->word[n] = '\0';
	w->at += n;
	return 1;
}
