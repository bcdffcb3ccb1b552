/*
 * words.c - the words of a script: where they stand, which values they are, how they are refused, and the
 * memory of what is understood. It does not know what a line means.
 */
#include "sim/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- memory --------------------------------------------------------------------------------- */

/* What is kept hangs in one chain from sim->memory. */
struct kept {
	struct kept *next;
	uint64_t octets[];
};

bool mc_words_no_memory(struct mc_words *p)
{
	p->err = -ENOMEM;
	return false;
}

/* array points to a pointer of any type: no alias of another is written through. */
void *mc_words_room(struct mc_words *p, void *array, size_t n, size_t *cap, size_t size)
{
	uint8_t *base;

	memcpy(&base, array, sizeof(base));
	if (n >= *cap) {
		size_t more = n + n / 2 + 8;

		base = realloc(base, more * size);
		if (!base) {
			mc_words_no_memory(p);
			return NULL;
		}
		memcpy(array, &base, sizeof(base));
		*cap = more;
	}
	return memset(base + n * size, 0, size);
}

void *mc_words_add(struct mc_words *p, struct mc_list *list, size_t size)
{
	size_t cap = list->cap / size;
	void *at = mc_words_room(p, &list->base, list->n, &cap, size);

	list->cap = cap * size;
	if (at)
		list->n++;
	return at;
}

void *mc_words_keep(struct mc_words *p, struct mc_list *list, size_t size, uint32_t *n)
{
	struct kept *k;

	*n = 0;
	if (!list->n)
		return NULL;
	k = calloc(1, sizeof(*k) + list->n * size);
	if (!k) {
		mc_words_no_memory(p);
		return NULL;
	}
	k->next = p->sim->memory;
	p->sim->memory = k;
	memcpy(k->octets, list->base, list->n * size);
	*n = (uint32_t)list->n;
	list->n = 0;
	return k->octets;
}

/* ---- refusals ------------------------------------------------------------------------------- */

bool mc_words_refuse(struct mc_words *p, struct mc_place place, const char *form, ...)
{
	va_list args;

	p->err = MC_ERR_SCRIPT;
	p->error->line = place.line;
	p->error->column = place.column;
	va_start(args, form);
	vsnprintf(p->error->text, sizeof(p->error->text), form, args);
	va_end(args);
	return false;
}

bool mc_words_no(struct mc_words *p, const struct mc_word *w, const char *what)
{
	if (w->len == 0)
		return mc_words_refuse(p, w->place, "the line ends too early: no %s", what);
	return mc_words_refuse(p, w->place, "'%.*s' is no %s", MC_SHOWN(w), what);
}

bool mc_words_no_member(struct mc_words *p, const struct mc_sim_node *d)
{
	return mc_words_refuse(p, p->last.place,
			       "'%s' has no host role: see 'passive' and 'member' in its 'node' line",
			       d->name);
}

/* ---- words ---------------------------------------------------------------------------------- */

void mc_words_line(struct mc_words *p, const char *s, size_t len)
{
	const char *comment = memchr(s, '#', len);

	if (comment)
		len = (size_t)(comment - s);
	while (len && strchr(" \t\r", s[len - 1]))
		len--;
	p->begin = p->at = s;
	p->end = s + len;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_mark(char c)
{
	return c == '{' || c == '}' || c == ',';
}

struct mc_word mc_words_peek(const struct mc_words *p)
{
	struct mc_word w = { .s = p->at };

	while (w.s < p->end && is_blank(*w.s))
		w.s++;
	if (w.s < p->end && is_mark(*w.s))
		w.len = 1;
	else
		while (w.s + w.len < p->end && !is_blank(w.s[w.len]) && !is_mark(w.s[w.len]))
			w.len++;
	w.place = (struct mc_place){ p->line, (uint32_t)(w.s - p->begin) + 1 };
	return w;
}

struct mc_word mc_words_next(struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);

	p->at = w.s + w.len;
	p->last = w;
	return w;
}

bool mc_words_more(const struct mc_words *p)
{
	return mc_words_peek(p).len > 0;
}

bool mc_word_is(const struct mc_word *w, const char *text)
{
	return strlen(text) == w->len && memcmp(w->s, text, w->len) == 0;
}

bool mc_words_accept(struct mc_words *p, const char *text)
{
	struct mc_word w = mc_words_peek(p);

	if (!mc_word_is(&w, text))
		return false;
	mc_words_next(p);
	return true;
}

bool mc_words_expect(struct mc_words *p, const char *text)
{
	struct mc_word w = mc_words_peek(p);

	if (mc_words_accept(p, text))
		return true;
	if (w.len == 0)
		return mc_words_refuse(p, w.place, "the line ends where '%s' should stand", text);
	return mc_words_refuse(p, w.place, "'%.*s' stands where '%s' should", MC_SHOWN(&w), text);
}

bool mc_words_done(struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);

	return w.len == 0 ||
	       mc_words_refuse(p, w.place, "'%.*s' is a word too many: the line should end behind '%.*s'",
			       MC_SHOWN(&w), MC_SHOWN(&p->last));
}

/* ---- words of a table ----------------------------------------------------------------------- */

static const struct mc_choice *row(const struct mc_table *t, size_t i)
{
	return (const struct mc_choice *)((const char *)t->rows + i * t->size);
}

const void *mc_words_find(const struct mc_word *w, const struct mc_table *t, unsigned use)
{
	for (size_t i = 0; i < t->n; i++)
		if (row(t, i)->use & use && mc_word_is(w, row(t, i)->word))
			return row(t, i);
	return NULL;
}

/* Those that begin as the word does, and where to find the others; or all. Returns whether there is any. */
static bool put_words(struct mc_text *text, const struct mc_table *t, unsigned use, char begin)
{
	const char *between = " (";

	mc_text_str(text, t->what);
	for (size_t i = 0; i < t->n; i++)
		if (row(t, i)->use & use && (!begin || row(t, i)->word[0] == begin)) {
			mc_text_str(text, between);
			mc_text_str(text, row(t, i)->word);
			between = ", ";
		}
	if (between[0] != ',')
		return false;
	mc_text_str(text, begin ? ", see mcast-sim(1))" : ")");
	return true;
}

bool mc_words_unknown(struct mc_words *p, const struct mc_word *w, const struct mc_table *t, unsigned use)
{
	char all[sizeof(p->error->text) - 60], some[sizeof(all)];
	struct mc_text text = mc_text_begin(all, sizeof(all)), few = mc_text_begin(some, sizeof(some));

	put_words(&text, t, use, '\0');
	if (text.full && w->len && put_words(&few, t, use, w->s[0]))
		text = few;
	mc_text_cut(&text);
	return mc_words_no(p, w, text.base);
}

const void *mc_words_pick(struct mc_words *p, const struct mc_table *t, unsigned use)
{
	struct mc_word w = mc_words_next(p);
	const void *found = mc_words_find(&w, t, use);

	if (!found)
		mc_words_unknown(p, &w, t, use);
	return found;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static unsigned hex_of(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Reads digits to a base up to the first that is none; returns how many. Too large: *over, and UINT64_MAX. */
static size_t digits(const char *s, size_t len, unsigned base, uint64_t *ret, bool *over)
{
	uint64_t v = 0;
	size_t n = 0;

	*over = false;
	for (; n < len && hex_of(s[n]) < base; n++) {
		*over |= v > (UINT64_MAX - hex_of(s[n])) / base;
		v = v * base + hex_of(s[n]);
	}
	*ret = *over ? UINT64_MAX : v;
	return n;
}

bool mc_words_number_in(struct mc_words *p, const struct mc_word *w, const char *s, size_t len,
			uint64_t least, uint64_t most, uint64_t *ret)
{
	bool hex = len > 2 && s[0] == '0' && s[1] == 'x';
	size_t skip = hex ? 2 : 0;
	uint64_t v;
	bool over;

	if (len == 0 || digits(s + skip, len - skip, hex ? 16 : 10, &v, &over) != len - skip)
		return mc_words_no(p, w, "number");
	if (over || v < least || v > most)
		return mc_words_refuse(p, w->place, "%.*s is out of range: %llu to %llu", MC_SHOWN(w),
				       (unsigned long long)least, (unsigned long long)most);
	*ret = v;
	return true;
}

bool mc_words_number(struct mc_words *p, uint64_t least, uint64_t most, uint64_t *ret)
{
	struct mc_word w = mc_words_next(p);

	return mc_words_number_in(p, &w, w.s, w.len, least, most, ret);
}

/* A number with decimals: what stands before the point, the digits behind it, and the rest: a unit. */
struct decimal {
	uint64_t whole;
	const char *digits;
	size_t n;
	const char *unit;
	size_t unit_len;
};

static bool read_decimal(const char *s, size_t len, struct decimal *ret)
{
	uint64_t ignored;
	bool over;
	size_t n = digits(s, len, 10, &ret->whole, &over);

	if (n == 0)
		return false;
	ret->digits = s + n;
	ret->n = 0;
	if (n < len && s[n] == '.') {
		ret->digits = s + ++n;
		ret->n = digits(ret->digits, len - n, 10, &ignored, &over);
		n += ret->n;
		if (ret->n == 0)
			return false;
	}
	ret->unit = s + n;
	ret->unit_len = len - n;
	return true;
}

/* ---- times ---------------------------------------------------------------------------------- */

#define TIME_FORM "time (such as 31.25, 50us, 500ms, 10s, 5min, 1h)"

static bool unit_of(const struct decimal *d, mc_time *ret)
{
	static const struct {
		struct mc_choice head;
		mc_time unit;
	} rows[] = {
		{ { "", 1 }, MC_SEC },  { { "us", 1 }, MC_MSEC / 1000 }, { { "ms", 1 }, MC_MSEC },
		{ { "s", 1 }, MC_SEC }, { { "min", 1 }, 60 * MC_SEC },   { { "h", 1 }, 3600 * MC_SEC },
	};
	const struct mc_word w = { .s = d->unit, .len = d->unit_len };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mc_word_is(&w, rows[i].head.word)) {
			*ret = rows[i].unit;
			return true;
		}
	return false;
}

enum time_fault { TIME_GOOD, TIME_NONE, TIME_FINE, TIME_LONG };

static enum time_fault read_time(const char *s, size_t len, mc_time *ret)
{
	struct decimal d;
	mc_time unit, t;

	if (!read_decimal(s, len, &d) || !unit_of(&d, &unit))
		return TIME_NONE;
	if (d.whole > MC_SIM_TIME_MOST / unit)
		return TIME_LONG;
	t = d.whole * unit;
	for (size_t i = 0; i < d.n; i++) {
		if (d.digits[i] == '0' && unit % 10)
			continue;
		if (unit % 10)
			return TIME_FINE;
		unit /= 10;
		t += unit * (mc_time)(d.digits[i] - '0');
	}
	if (t > MC_SIM_TIME_MOST)
		return TIME_LONG;
	*ret = t;
	return TIME_GOOD;
}

bool mc_words_time_in(struct mc_words *p, const struct mc_word *w, const char *s, size_t len, mc_time *ret)
{
	switch (read_time(s, len, ret)) {
	case TIME_GOOD:
		return true;
	case TIME_FINE:
		return mc_words_refuse(p, w->place, "the time %.*s is finer than nanoseconds", MC_SHOWN(w));
	case TIME_LONG:
		return mc_words_refuse(p, w->place, "the time %.*s is over 1000000000 s", MC_SHOWN(w));
	default:
		return mc_words_no(p, w, TIME_FORM);
	}
}

bool mc_words_time(struct mc_words *p, mc_time *ret)
{
	struct mc_word w = mc_words_next(p);

	return mc_words_time_in(p, &w, w.s, w.len, ret);
}

bool mc_words_time_or(struct mc_words *p, const char *never, mc_time *ret)
{
	struct mc_word w = mc_words_peek(p);
	char form[80];

	if (mc_words_accept(p, never)) {
		*ret = MC_NEVER;
		return true;
	}
	if (w.len && is_digit(w.s[0]))
		return mc_words_time(p, ret);
	snprintf(form, sizeof(form), "%s, nor '%s'", TIME_FORM, never);
	return mc_words_no(p, &w, form);
}

bool mc_words_is_time(const struct mc_word *w)
{
	mc_time ignored;

	return read_time(w->s, w->len, &ignored) != TIME_NONE;
}

char *mc_words_seconds(mc_time t, char *buf, size_t cap)
{
	size_t n;

	snprintf(buf, cap, "%llu.%09llu", (unsigned long long)(t / MC_SEC), (unsigned long long)(t % MC_SEC));
	for (n = strlen(buf); n && buf[n - 1] == '0'; n--)
		;
	if (n && buf[n - 1] == '.')
		n--;
	buf[n] = '\0';
	return buf;
}

/* ---- fractions ------------------------------------------------------------------------------ */

/* Digits past the 15th behind the point make no difference to what is drawn. */
static bool fraction_in(struct mc_words *p, const struct mc_word *w, const char *s, size_t len, double *ret)
{
	struct decimal d;
	double v = 0, scale = 1;
	bool percent;

	if (!read_decimal(s, len, &d) || d.unit_len > 1 || (d.unit_len && d.unit[0] != '%'))
		return mc_words_no(p, w, "fraction (such as 0.9, 90%)");
	percent = d.unit_len;
	for (size_t i = 0; i < d.n && i < 15; i++) {
		v = v * 10 + (d.digits[i] - '0');
		scale *= 10;
	}
	v = (double)d.whole + v / scale;
	if (percent)
		v /= 100;
	if (v > 1)
		return mc_words_refuse(p, w->place, "the fraction %.*s is over 1", MC_SHOWN(w));
	*ret = v;
	return true;
}

bool mc_words_fraction(struct mc_words *p, double *ret)
{
	struct mc_word w = mc_words_next(p);

	return fraction_in(p, &w, w.s, w.len, ret);
}

bool mc_words_are_fractions(const struct mc_word *w)
{
	return w->len >= 2 && w->s[0] == 'f' && w->s[1] == '=';
}

bool mc_words_fractions(struct mc_words *p, struct mc_sim_fractions *ret)
{
	struct mc_word w = mc_words_next(p);
	size_t skip = 2;

	if (ret->n)
		return mc_words_refuse(p, w.place, "'%.*s' comes second: several are written f=0.1,0.9",
				       MC_SHOWN(&w));
	do {
		double *f = mc_words_add(p, &p->fractions, sizeof(*f));

		if (!f)
			return false;
		if (!skip)
			w = mc_words_next(p);
		if (!fraction_in(p, &w, w.s + skip, w.len - skip, f))
			return false;
		skip = 0;
	} while (mc_words_accept(p, ","));
	ret->list = mc_words_keep(p, &p->fractions, sizeof(*ret->list), &ret->n);
	return ret->list;
}

/* ---- other values --------------------------------------------------------------------------- */

bool mc_words_yes(struct mc_words *p, uint64_t *ret)
{
	static const struct mc_choice rows[] = { { "no", 1 }, { "yes", 1 } };
	static const struct mc_table table = MC_TABLE(rows, "answer");
	const struct mc_choice *found = mc_words_pick(p, &table, 1);

	if (found)
		*ret = (uint64_t)(found - rows);
	return found;
}

/* The newest version that may stand here, of the oldest protocol that the line runs as. */
static unsigned newest(const struct mc_words *p, bool older)
{
	unsigned most = mc_proto_of(p->families & MC_SIM_AS_IPV6 ? MC_IPV6 : MC_IPV4)->newest;

	return older ? most - 1 : most;
}

bool mc_words_version(struct mc_words *p, bool older, int *ret)
{
	static const struct {
		struct mc_choice head;
		int version;
	} rows[] = {
		{ { "1", 3 }, 1 },  { { "2", 3 }, 2 },
		{ { "3", 1 }, 3 },  { { "newest", 1 }, MC_SIM_NEWEST },
		{ { "older", 3 }, MC_SIM_OLDER }, { { "oldest", 3 }, MC_SIM_OLDEST },
	}, *found;
	static const struct mc_table table = MC_TABLE(rows, "version");

	found = mc_words_pick(p, &table, older ? 2 : 1);
	if (!found)
		return false;
	if (found->version > (int)newest(p, older))
		return mc_words_refuse(
			p, p->last.place, "%d is no %sversion of %s: write %s'older' or 'oldest'",
			found->version, older ? "older " : "",
			p->families & MC_SIM_AS_IPV6 ? "MLD, and the line runs as IPv6" : "IGMP",
			older ? "" : "'newest', ");
	*ret = found->version;
	return true;
}

static bool is_hex(const struct mc_word *w)
{
	uint64_t ignored;
	bool over;

	return w->len && digits(w->s, w->len, 16, &ignored, &over) == w->len;
}

static bool take_octets(struct mc_words *p, const struct mc_word *w)
{
	if (w->len % 2)
		return mc_words_refuse(p, w->place,
				       "'%.*s' has an odd number of digits: blanks may stand between octets",
				       MC_SHOWN(w));
	for (size_t i = 0; i < w->len; i += 2) {
		uint8_t *octet = mc_words_add(p, &p->octets, 1);

		if (!octet)
			return false;
		*octet = (uint8_t)(hex_of(w->s[i]) << 4 | hex_of(w->s[i + 1]));
	}
	return true;
}

bool mc_words_octets(struct mc_words *p, uint8_t **ret, uint32_t *n)
{
	struct mc_word w = mc_words_peek(p), first = w;

	for (; is_hex(&w); w = mc_words_peek(p))
		if (!take_octets(p, &w))
			return false;
		else
			mc_words_next(p);
	if (!p->octets.n)
		return mc_words_no(p, &w, "octets (hexadecimal, two digits each)");
	if (p->octets.n > MC_SIM_OCTETS_MOST)
		return mc_words_refuse(p, first.place, "%zu octets are more than a packet holds, %u",
				       p->octets.n, MC_SIM_OCTETS_MOST);
	*ret = mc_words_keep(p, &p->octets, 1, n);
	return *ret;
}
