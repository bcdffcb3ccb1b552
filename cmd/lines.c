/*
 * lines.c - lines out of octets. Where they come from is somebody else's business.
 */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lines_open(struct lines *l)
{
	*l = (struct lines){ .room = malloc(2 * LINES_LONGEST) };
	return l->room ? 0 : -ENOMEM;
}

void lines_close(struct lines *l)
{
	free(l->room);
	l->room = NULL;
}

char *lines_space(struct lines *l, size_t *ret_room)
{
	if (l->from)
		memmove(l->room, l->room + l->from, l->n);
	l->from = 0;
	*ret_room = 2 * LINES_LONGEST - l->n;
	return l->room + l->n;
}

void lines_put(struct lines *l, size_t n)
{
	l->n += n;
	l->over = !n;
}

static void take(struct lines *l, size_t n)
{
	l->from += n;
	l->n -= n;
}

/* What there is has no end. */
static int unended(struct lines *l, const char **ret, size_t *ret_len)
{
	bool skips = l->skips, whole = l->over && l->n && l->n < LINES_LONGEST;

	if (!skips && !whole && l->n < LINES_LONGEST)
		return 0;
	*ret = l->room + l->from;
	*ret_len = l->n;
	l->skips = skips || !whole;
	take(l, l->n);
	if (skips)
		return 0;
	l->number++;
	return whole ? 1 : -1;
}

int lines_next(struct lines *l, const char **ret, size_t *ret_len)
{
	const char *from = l->room + l->from, *end = memchr(from, '\n', l->n);
	size_t len;

	if (!end)
		return unended(l, ret, ret_len);
	len = (size_t)(end - from);
	take(l, len + 1);
	if (l->skips) {
		l->skips = false;
		return lines_next(l, ret, ret_len);
	}
	l->number++;
	*ret = from;
	*ret_len = len;
	return len < LINES_LONGEST ? 1 : -1;
}
