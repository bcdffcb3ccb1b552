/*
 * text.h - writing text piece by piece into a buffer without running off its end.
 *
 * The writer is sticky, as those of rdwr.h are: the buffer holds the beginning of all that was
 * put, as much as there is room for, always with an end; ask `full` once, at the end, or let
 * mc_text_cut make a clean end. It is meant for lines that are written a million times a second.
 */
#ifndef MC_TEXT_H
#define MC_TEXT_H

#include <mcast/base.h>
#include <string.h>

struct mc_text {
	char *base;
	size_t len, off;
	bool full; /* something was left out */
};

/* mc_addr_write writes an address, without an end, into at least MC_ADDR_STRLEN and returns how
 * long it is; 0 for no address. */
size_t mc_addr_write(const struct mc_addr *a, char *text);

static inline struct mc_text mc_text_begin(char *base, size_t len)
{
	if (len)
		base[0] = '\0';
	return (struct mc_text){ .base = base, .len = len };
}

/* Puts n characters. */
static inline void mc_text_run(struct mc_text *t, const char *s, size_t n)
{
	size_t room = t->len - t->off; /* the end takes one of it */

	if (n >= room) {
		t->full = true;
		if (room == 0)
			return;
		n = room - 1;
	}
	memcpy(t->base + t->off, s, n);
	t->off += n;
	t->base[t->off] = '\0';
}

static inline void mc_text_str(struct mc_text *t, const char *s)
{
	mc_text_run(t, s, strlen(s));
}

static inline void mc_text_char(struct mc_text *t, char c)
{
	mc_text_run(t, &c, 1);
}

static inline void mc_text_number(struct mc_text *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	mc_text_run(t, digits + at, sizeof(digits) - at);
}

/* Puts lower-case hexadecimal digits, at least that many (up to 16), without 0x. */
static inline void mc_text_hex(struct mc_text *t, uint64_t v, size_t least)
{
	char digits[16];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[v & 0xf];
		v >>= 4;
	} while (v || sizeof(digits) - at < least);
	mc_text_run(t, digits + at, sizeof(digits) - at);
}

static inline void mc_text_addr(struct mc_text *t, const struct mc_addr *a)
{
	char text[MC_ADDR_STRLEN];

	mc_text_run(t, text, mc_addr_write(a, text));
}

/* Where something was left out: leaves out as many whole words more as " ..." takes, with the
 * comma or semicolon behind the last that stays. */
static inline void mc_text_cut(struct mc_text *t)
{
	size_t at = t->len > sizeof(" ...") ? t->len - sizeof(" ...") : 0;

	if (!t->full)
		return;
	while (at > 0 && t->base[at] != ' ')
		at--;
	if (at > 0 && strchr(",;", t->base[at - 1]))
		at--;
	t->off = at;
	mc_text_str(t, at > 0 ? " ..." : "...");
}

#endif
