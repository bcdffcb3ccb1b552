/*
 * proc.c - reading files of /proc, and their words. It knows nothing of what they mean.
 */
#include "net/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP 8192 /* the kernel gives a page at a time */

/* ---- files -------------------------------------------------------------------------- */

/* Adds what there is to *text; what it got is to be freed even where it fails. 0 or -errno. */
static int read_all(int fd, char **text)
{
	size_t room = 0, len = 0;
	ssize_t n;

	do {
		if (room - len < STEP) {
			char *more = realloc(*text, room = 2 * room + STEP);

			if (!more)
				return -ENOMEM;
			*text = more;
		}
		n = read(fd, *text + len, STEP - 1);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	(*text)[len] = '\0';
	return n < 0 ? -errno : 0;
}

int mc_proc_net(const char *name, char **ret)
{
	char path[64], *text = NULL;

	snprintf(path, sizeof path, "/proc/thread-self/net/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int r = read_all(fd, &text);

	close(fd);
	if (r)
		free(text);
	else
		*ret = text;
	return r;
}

long mc_proc_sys(const char *name)
{
	char path[128], text[32], *end;
	int fd = -1;

	if ((size_t)snprintf(path, sizeof path, "/proc/sys/%s", name) < sizeof path)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, text, sizeof text - 1);

	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	long value = strtol(text, &end, 10);

	return end > text ? value : -1;
}

/* ---- words -------------------------------------------------------------------------- */

bool mc_line_next(const char **text, struct mc_line *ret)
{
	if (!**text)
		return false;
	ret->at = *text;
	/* By hand: strchr(3) under the sanitizer measures all of a text that may have 200,000 lines, for
	 * each. */
	for (ret->end = *text; *ret->end && *ret->end != '\n'; ret->end++)
		;
	*text = *ret->end ? ret->end + 1 : ret->end;
	return true;
}

struct mc_line mc_line_word(struct mc_line *l)
{
	struct mc_line w;

	while (l->at < l->end && (*l->at == ' ' || *l->at == '\t'))
		l->at++;
	w.at = l->at;
	while (l->at < l->end && *l->at != ' ' && *l->at != '\t')
		l->at++;
	w.end = l->at;
	return w;
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A' + 10);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

bool mc_word_number(struct mc_line w, unsigned base, uint64_t most, uint64_t *ret)
{
	uint64_t v = 0;

	if (base == 16 && w.end - w.at > 2 && w.at[0] == '0' && w.at[1] == 'x')
		w.at += 2;
	if (w.at == w.end)
		return false;
	for (; w.at < w.end; w.at++) {
		unsigned d = digit_of(*w.at);

		if (d >= base || d > most || v > (most - d) / base)
			return false;
		v = v * base + d;
	}
	*ret = v;
	return true;
}
