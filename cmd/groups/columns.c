/*
 * columns.c - cells and widths. It knows nothing of what is in them, but that it is UTF-8.
 */
#include "groups/columns.h"

#include <stdlib.h>
#include <string.h>

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void widen(struct columns *c, size_t column, const char *text)
{
	size_t n = characters(text);

	if (n > c->width[column])
		c->width[column] = n;
}

void columns_begin(struct columns *c, size_t n, const char *const *head)
{
	c->n = n;
	for (size_t i = 0; i < n; i++)
		widen(c, i, head[i]);
}

static bool make_room(struct columns *c, size_t len)
{
	size_t room = c->room ? c->room : 4096;
	char *bigger;

	while (room - c->used < len)
		room *= 2;
	if (room == c->room)
		return true;
	bigger = realloc(c->text, room);
	if (!bigger)
		return false;
	c->text = bigger;
	c->room = room;
	return true;
}

static void add(struct columns *c, const char *text)
{
	size_t len = strlen(text) + 1;

	if (c->lost || !make_room(c, len)) {
		c->lost = true;
		return;
	}
	memcpy(c->text + c->used, text, len);
	c->used += len;
	c->at = (c->at + 1) % c->n;
}

void columns_put(struct columns *c, const char *text)
{
	widen(c, c->at, text);
	add(c, text);
}

void columns_put_across(struct columns *c, const char *text)
{
	add(c, text);
	while (c->at && !c->lost)
		add(c, "");
}

static void put(FILE *to, const char *text, size_t n)
{
	fwrite_unlocked(text, 1, n, to);
}

static void blanks(FILE *to, size_t n)
{
	static const char some[] = "                                ";

	for (; n >= sizeof some; n -= sizeof some - 1)
		put(to, some, sizeof some - 1);
	put(to, some, n);
}

/* One cell. Blanks wait until something comes behind them, so that no line ends in one. */
static void cell(const struct columns *c, size_t column, const char *text, size_t len, size_t *owed, FILE *to)
{
	size_t n = characters(text), fill = c->width[column] > n ? c->width[column] - n : 0;

	*owed += c->right[column] ? fill : 0;
	if (len) {
		blanks(to, *owed);
		put(to, text, len);
		*owed = 0;
	}
	*owed += (c->right[column] ? 0 : fill) + 2;
}

void columns_print(const struct columns *c, size_t *pos, size_t rows, FILE *to)
{
	for (; rows && *pos < c->used; rows--) {
		size_t owed = 2;

		for (size_t i = 0; i < c->n && *pos < c->used; i++) {
			size_t len = strlen(c->text + *pos);

			cell(c, i, c->text + *pos, len, &owed, to);
			*pos += len + 1;
		}
		put(to, "\n", 1);
	}
}

void columns_head(const struct columns *c, const char *const *head, FILE *to)
{
	size_t owed = 2;

	for (size_t i = 0; i < c->n; i++)
		cell(c, i, head[i], strlen(head[i]), &owed, to);
	put(to, "\n", 1);
}

void columns_free(struct columns *c)
{
	free(c->text);
	*c = (struct columns){ 0 };
}
