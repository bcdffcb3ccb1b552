/*
 * capture.h - what a call prints on a stream, as a string. For tests of what writes to stdout
 * or stderr; failed assertions must come after capture_end.
 */
#ifndef TEST_CAPTURE_H
#define TEST_CAPTURE_H

#include <stdio.h>
#include <unistd.h>

struct capture {
	FILE *stream;
	int saved;
	char text[16384];
};

static inline void capture_begin(struct capture *c, FILE *stream)
{
	FILE *f = tmpfile();

	c->stream = stream;
	fflush(stream);
	c->saved = dup(fileno(stream));
	dup2(fileno(f), fileno(stream));
	fclose(f);
}

/* Returns what was printed; it lives until the next capture. */
static inline const char *capture_end(struct capture *c)
{
	ssize_t n;

	fflush(c->stream);
	n = pread(fileno(c->stream), c->text, sizeof c->text - 1, 0);
	c->text[n > 0 ? n : 0] = '\0';
	dup2(c->saved, fileno(c->stream));
	close(c->saved);
	return c->text;
}

#endif
