/*
 * opt.c - command lines read by a verb's table of options, and the usage printed from it. It
 * knows tables and the words of argv; what an option does is the verb's. No getopt: it
 * abbreviates, keeps state in globals, and words its refusals itself.
 */
#include "opt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/grow.h"
#include "near.h"
#include "out.h"

enum { COLUMNS = 80, LEFT_MAX = 26 };

const struct opt opt_help = { 'h', "help", NULL, OPT_FLAG, 0, 0, 0, NULL, "show this help" };

/* ---- refusals ------------------------------------------------------------------------- */

int opt_refuse(const struct verb *v, const char *fmt, ...)
{
	char text[2048], plain[4 * sizeof text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fflush(stdout);
	fprintf(stderr, v ? "mcast %s: " : "mcast: ", v ? v->name : "");
	fprintf(stderr, "%s\n", out_plain(plain, sizeof plain, text));
	return EXIT_CANNOT;
}

/* ---- values --------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Returns how many digits there were, 0 for none. Too large a number becomes UINT64_MAX. */
static size_t read_digits(const char *s, uint64_t *ret)
{
	size_t n = 0;

	for (*ret = 0; is_digit(s[n]); n++)
		if (__builtin_mul_overflow(*ret, 10, ret) ||
		    __builtin_add_overflow(*ret, (uint64_t)(s[n] - '0'), ret))
			*ret = UINT64_MAX;
	return n;
}

/* The shift that a size's last letter stands for; 0 for none of the letters. */
static unsigned size_shift(char c)
{
	static const char letters[] = "kKmMgG";
	const char *p = c ? strchr(letters, c) : NULL;

	return p ? 10 * ((unsigned)(p - letters) / 2 + 1) : 0;
}

/* 0, -EINVAL for what is no number, or -ERANGE for one that int64_t does not hold. */
static int read_int(const char *s, bool size, int64_t *ret)
{
	bool minus = *s == '-';
	unsigned shift;
	uint64_t n;
	size_t len;

	s += minus;
	len = read_digits(s, &n);
	shift = size && len ? size_shift(s[len]) : 0;
	if (!len || s[len + (shift > 0)])
		return -EINVAL;
	if (n > (uint64_t)INT64_MAX >> shift)
		return -ERANGE;
	*ret = minus ? -(int64_t)(n << shift) : (int64_t)(n << shift);
	return 0;
}

/* Decimals up to the nanosecond; no exponent, no inf, no nan. Results as read_int's. */
static int read_seconds(const char *s, mc_time *ret)
{
	bool minus = *s == '-';
	uint64_t whole, unit = MC_SEC, part = 0;
	size_t len;

	s += minus;
	len = read_digits(s, &whole);
	s += len;
	if (*s == '.')
		for (s++; is_digit(*s); s++, len++) {
			unit /= 10;
			if (!unit && *s != '0')
				return -EINVAL;
			part += unit * (uint64_t)(*s - '0');
		}
	if (!len || *s)
		return -EINVAL;
	if (minus || whole >= MC_NEVER / MC_SEC)
		return -ERANGE;
	*ret = whole * MC_SEC + part;
	return 0;
}

static bool is_time(const struct opt *o)
{
	return o->type == OPT_SECONDS || o->type == OPT_SPAN;
}

static int64_t least_of(const struct opt *o)
{
	return is_time(o) && o->min < 0 ? 0 : o->min;
}

static int64_t most_of(const struct opt *o)
{
	const int64_t whole = (int64_t)(MC_NEVER / MC_SEC - 1);

	return is_time(o) && o->max > whole ? whole : o->max;
}

static char *show_number(const struct opt *o, int64_t n, char *buf, size_t cap)
{
	static const char units[][2] = { "", "K", "M", "G" };
	unsigned u = 0;

	for (; o->type == OPT_SIZE && n && n % 1024 == 0 && u < 3; u++)
		n /= 1024;
	snprintf(buf, cap, "%lld%s", (long long)n, units[u]);
	return buf;
}

/* The top is left out where there is none to speak of, but not before one who hit it. */
static int why_range(const struct opt *o, bool above, char *why, size_t cap)
{
	char a[32], b[32];

	show_number(o, least_of(o), a, sizeof a);
	show_number(o, most_of(o), b, sizeof b);
	if (o->type == OPT_SPAN)
		snprintf(why, cap, "must be more than 0%s%s", above ? ", and at most " : "", above ? b : "");
	else if (o->max == INT64_MAX && !above)
		snprintf(why, cap, "must be %s or more", a);
	else
		snprintf(why, cap, "must be %s to %s", a, b);
	return -1;
}

static int set_int(const struct opt *o, void *dest, const char *arg, char *why, size_t cap)
{
	int64_t n = 0;
	int r = read_int(arg, o->type == OPT_SIZE, &n);

	if (r == -EINVAL) {
		snprintf(why, cap, "must be a number%s",
			 o->type == OPT_SIZE ? " of bytes such as 65536, 64K or 4M" : "");
		return -1;
	}
	if (r < 0 || n < o->min || n > o->max)
		return why_range(o, *arg != '-' && (r < 0 || n > o->max), why, cap);
	*(int64_t *)dest = n;
	return 0;
}

static int set_seconds(const struct opt *o, void *dest, const char *arg, char *why, size_t cap)
{
	mc_time t = 0;
	int r = read_seconds(arg, &t);

	if (r == -EINVAL) {
		snprintf(why, cap, "must be a number of seconds such as 10 or 0.5");
		return -1;
	}
	bool above = t > (mc_time)most_of(o) * MC_SEC || (r < 0 && *arg != '-');

	if (r < 0 || above || t < (mc_time)least_of(o) * MC_SEC || (o->type == OPT_SPAN && !t))
		return why_range(o, above, why, cap);
	*(mc_time *)dest = t;
	return 0;
}

int opt_list_add(struct opt_list *l, const char *text)
{
	const char **slot = mc_grow(&l->v, &l->n, sizeof *slot);

	if (slot)
		*slot = text;
	return slot ? 0 : -1;
}

int opt_set(const struct opt *o, void *dest, const char *arg, char *why, size_t cap)
{
	switch (o->type) {
	case OPT_FLAG:
	case OPT_UNFLAG:
		*(bool *)dest = o->type == OPT_FLAG;
		return 0;
	case OPT_COUNT:
		++*(int *)dest;
		return 0;
	case OPT_INT:
	case OPT_SIZE:
		return set_int(o, dest, arg, why, cap);
	case OPT_SECONDS:
	case OPT_SPAN:
		return set_seconds(o, dest, arg, why, cap);
	case OPT_TEXT:
		*(const char **)dest = arg;
		return 0;
	case OPT_LIST:
		if (!opt_list_add(dest, arg))
			return 0;
		snprintf(why, cap, "%s", strerror(ENOMEM));
		return -1;
	case OPT_CALL:
		return o->call(dest, arg, why, cap);
	}
	return -1;
}

/* ---- words ---------------------------------------------------------------------------- */

enum { DONE = 0, REFUSED = -1, HELPED = -2 };

/* A command line on the way: argv[at] is the word being read, argv[1..kept] are arguments. */
struct line {
	const struct verb *v;
	int argc, at, kept;
	char **argv;
	void *conf;
};

bool opt_wants(const struct opt *o)
{
	switch (o->type) {
	case OPT_FLAG:
	case OPT_UNFLAG:
	case OPT_COUNT:
		return false;
	case OPT_CALL:
		return o->arg != NULL;
	default:
		return true;
	}
}

static const struct opt *by_letter(const struct verb *v, char c)
{
	for (const struct opt *o = v->opts; o->name; o++)
		if (o->letter && o->letter == c)
			return o;
	return c == opt_help.letter ? &opt_help : NULL;
}

static const struct opt *by_name(const struct verb *v, const char *name, size_t len)
{
	for (const struct opt *o = v->opts; o->name; o++)
		if (len && strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	return len == strlen(opt_help.name) && memcmp(opt_help.name, name, len) == 0 ? &opt_help : NULL;
}

/* what: the option as typed; name: what of it may be a long name. */
static int unknown(const struct verb *v, const char *what, const char *name)
{
	struct near near;

	near_init(&near, name);
	for (const struct opt *o = v->opts; o->name; o++)
		if (*o->name)
			near_try(&near, o->name);
	near_try(&near, opt_help.name);
	if (near.best)
		opt_refuse(v, "unknown option %s, did you mean --%s? (see mcast help %s)", what, near.best,
			   v->name);
	else
		opt_refuse(v, "unknown option %s (see mcast help %s)", what, v->name);
	return REFUSED;
}

static int give(struct line *l, const struct opt *o, const char *as, const char *arg)
{
	char why[256] = "not understood";

	if (o == &opt_help) {
		opt_usage(l->v);
		return HELPED;
	}
	if (opt_set(o, (char *)l->conf + o->offset, arg, why, sizeof why) == 0)
		return DONE;
	if (o->type == OPT_CALL) /* which says itself what next */
		opt_refuse(l->v, "%s%s%.200s: %s", as, arg ? " " : "", arg ? arg : "", why);
	else
		opt_refuse(l->v, "%s %.200s: %s (see mcast help %s)", as, arg, why, l->v->name);
	return REFUSED;
}

/* A word with a dash in front is an argument when it is "-" alone or a number. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && !is_digit(word[1]) && !(word[1] == '.' && is_digit(word[2]));
}

/* The argument is the next word. One that looks like an option is more likely to be one, after
 * an argument forgotten. */
static int give_next(struct line *l, const struct opt *o, const char *as)
{
	const char *next = l->at + 1 < l->argc ? l->argv[l->at + 1] : NULL;

	if (next && !is_option(next)) {
		l->at++;
		return give(l, o, as, next);
	}
	if (next && (o->type == OPT_TEXT || o->type == OPT_LIST || o->type == OPT_CALL))
		opt_refuse(l->v, "%s: needs %s (one that begins with a dash is written %s%s%.200s)", as,
			   o->arg, as, as[1] == '-' ? "=" : "", next);
	else
		opt_refuse(l->v, "%s: needs %s (see mcast help %s)", as, o->arg, l->v->name);
	return REFUSED;
}

static int read_long(struct line *l, const char *word)
{
	const char *name = word + 2, *eq = strchr(name, '=');
	size_t len = eq ? (size_t)(eq - name) : strlen(name);
	const struct opt *o = by_name(l->v, name, len);
	char as[64];

	snprintf(as, sizeof as, "--%.*s", (int)(len < 60 ? len : 60), name);
	if (!o)
		return unknown(l->v, len ? as : word, as + 2);
	if (opt_wants(o))
		return eq ? give(l, o, as, eq + 1) : give_next(l, o, as);
	if (!eq)
		return give(l, o, as, NULL);
	opt_refuse(l->v, "%s%.200s: %s takes no argument (see mcast help %s)", as, eq, as, l->v->name);
	return REFUSED;
}

/* An unknown letter is shown with its cluster, of which the user may think as one option. */
static int unknown_letter(struct line *l, const char *word, char letter)
{
	char what[128];

	if (word[2] && (unsigned char)letter < 0x80)
		snprintf(what, sizeof what, "-%c in %.100s", letter, word);
	else
		snprintf(what, sizeof what, "%.100s", word);
	return unknown(l->v, what, word + 1);
}

static int read_letters(struct line *l, const char *word)
{
	for (const char *p = word + 1; *p; p++) {
		const struct opt *o = by_letter(l->v, *p);
		char as[] = { '-', *p, '\0' };
		int r;

		if (!o)
			return unknown_letter(l, word, *p);
		if (opt_wants(o))
			return p[1] ? give(l, o, as, p + 1) : give_next(l, o, as);
		r = give(l, o, as, NULL);
		if (r != DONE)
			return r;
	}
	return DONE;
}

int opt_parse(const struct verb *v, int argc, char **argv, void *conf)
{
	struct line l = { .v = v, .argc = argc, .argv = argv, .conf = conf };
	bool only_args = false;

	for (l.at = 1; l.at < argc; l.at++) {
		char *word = argv[l.at];
		int r = DONE;

		if (only_args || word[0] != '-' || !word[1])
			argv[++l.kept] = word;
		else if (strcmp(word, "--") == 0)
			only_args = true;
		else
			r = word[1] == '-' ? read_long(&l, word) : read_letters(&l, word);
		if (r != DONE)
			return r;
	}
	argv[l.kept + 1] = NULL;
	return l.kept;
}

/* ---- usage ---------------------------------------------------------------------------- */

static int left_of(const struct opt *o, char *buf, size_t cap)
{
	char letter[] = "    ";

	if (o->letter) {
		letter[0] = '-';
		letter[1] = o->letter;
		letter[2] = *o->name ? ',' : '\0';
	}
	return snprintf(buf, cap, "  %s%s%s%s%s", letter, *o->name ? "--" : "", o->name,
			opt_wants(o) ? " " : "", opt_wants(o) ? o->arg : "");
}

static int left_width(const struct opt *opts)
{
	char left[128];
	int widest = left_of(&opt_help, left, sizeof left);

	for (const struct opt *o = opts; o->name; o++) {
		int n = left_of(o, left, sizeof left);

		if (n > widest && n <= LEFT_MAX)
			widest = n;
	}
	return widest + 2;
}

/* Prints words from a column on, in lines that begin there. */
static void put_wrapped(const char *text, int column)
{
	int at = column;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (at > column && at + 1 + len > COLUMNS) {
			printf("\n%*s", column, "");
			at = column;
		}
		at += printf("%s%.*s", at > column ? " " : "", len, text);
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void put_option(const struct opt *o, int column)
{
	char left[128];
	int n = left_of(o, left, sizeof left);

	if (n + 2 > column)
		printf("%s\n%*s", left, column, "");
	else
		printf("%-*s", column, left);
	put_wrapped(o->help, column);
}

void opt_usage(const struct verb *v)
{
	int column = left_width(v->opts);

	printf("Usage: mcast %s [OPTIONS]%s%s\n", v->name, *v->args ? " " : "", v->args);
	put_wrapped(v->summary, 0);
	printf("\nOptions:\n");
	for (const struct opt *o = v->opts; o->name; o++)
		put_option(o, column);
	put_option(&opt_help, column);
	printf("\nExamples:\n");
	for (const char *p = v->example; *p;) {
		int len = (int)strcspn(p, "\n");

		printf("  %.*s\n", len, p);
		p += len + (p[len] == '\n');
	}
}

int opt_clashes(const struct verb *v, const struct opt_clash *k)
{
	for (; k->a; k++)
		if (k->both)
			return opt_refuse(v, "%s and %s: %s (leave one out)", k->a, k->b, k->why);
	return 0;
}
