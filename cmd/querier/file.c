/*
 * file.c - the configuration file: lines of words, read twice, first for what holds for all interfaces, then
 * for the interfaces. Whatever is wrong with it is told with line and column (of octets). But for
 * querier_file_load it works on text alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/grow.h"
#include "near.h"
#include "out.h"
#include "querier/conf.h"

enum { SIZE_MOST = 1 << 20, IFACES_MOST = 4096 };
enum { NAME_SHOWN = 100, WORD_SHOWN = 40, WORD_MOST = 64 }; /* octets, without what escaping adds */

struct word {
	const char *s;
	size_t len, column;
};

/* A phyint line; those that are disabled count as named, too. */
struct entry {
	struct querier_iface iface;
	size_t line;
	bool disabled;
};

struct file {
	const char *name, *text, *end;
	char *why;
	bool checks; /* options are looked at together, too */
	struct querier_options defaults;
	size_t set[QUERIER_WORDS]; /* the line that set a default; 0: none did */
	struct entry *entries;
	size_t n;
};

/* A line on the way: words are taken from at. */
struct line {
	struct file *file;
	const char *s;
	size_t len, at, number;
};

struct version {
	const char *word;
	unsigned family;
	int64_t version;
};

/* The newest first: it is what is meant by one that there is not. */
static const struct version versions[] = {
	{ "igmpv3", QUERIER_IGMP, 3 }, { "igmpv2", QUERIER_IGMP, 2 }, { "igmpv1", QUERIER_IGMP, 1 },
	{ "mldv2", QUERIER_MLD, 2 },   { "mldv1", QUERIER_MLD, 1 },
};

enum { VERSIONS = sizeof versions / sizeof *versions };

/* ---- what is wrong ---------------------------------------------------------------------------- */

/* As many of len octets, none of them NUL, as are shown, the rest being "...". */
static char *shown(char *buf, size_t cap, const char *s, size_t len, size_t most)
{
	char part[NAME_SHOWN + 4];

	snprintf(part, sizeof part, "%.*s%s", (int)(len < most ? len : most), s, len > most ? "..." : "");
	return out_plain(buf, cap, part);
}

/* The end of a name tells more than its beginning. */
static char *shown_name(char *buf, size_t cap, const char *name)
{
	size_t len = strlen(name), cut = len > NAME_SHOWN ? len - NAME_SHOWN + 3 : 0;
	char part[NAME_SHOWN + 1];

	snprintf(part, sizeof part, "%s%s", cut ? "..." : "", name + cut);
	return out_plain(buf, cap, part);
}

/* Writes the place, the word and what is to be said of it; returns -1. */
static int refuse(const struct line *l, const struct word *w, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(const struct line *l, const struct word *w, const char *fmt, ...)
{
	char name[2 * NAME_SHOWN], word[4 * WORD_SHOWN + 4], text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	snprintf(l->file->why, QUERIER_WHY, "%s:%zu:%zu: %s%s%s",
		 shown_name(name, sizeof name, l->file->name), l->number, w->column,
		 shown(word, sizeof word, w->s, w->len, WORD_SHOWN), w->len ? ": " : "", text);
	return -1;
}

/* " (after "enable": a version or an option)" */
static char *wanted(char *buf, size_t cap, const struct word *after, const char *what)
{
	char word[4 * WORD_SHOWN + 4];

	snprintf(buf, cap, " (after \"%s\": %s)", shown(word, sizeof word, after->s, after->len, WORD_SHOWN),
		 what);
	return buf;
}

static int no_memory(struct file *f)
{
	char name[2 * NAME_SHOWN];

	snprintf(f->why, QUERIER_WHY, "%s: %s", shown_name(name, sizeof name, f->name), strerror(ENOMEM));
	return -1;
}

/* ---- words ------------------------------------------------------------------------------------- */

static bool is(const struct word *w, const char *text)
{
	return strlen(text) == w->len && memcmp(w->s, text, w->len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* False at the end of the line, with the column of that. A comment is cut off already. */
static bool next_word(struct line *l, struct word *ret)
{
	while (l->at < l->len && is_blank(l->s[l->at]))
		l->at++;
	*ret = (struct word){ .s = l->s + l->at, .column = l->at + 1 };
	while (l->at < l->len && !is_blank(l->s[l->at]))
		l->at++;
	ret->len = (size_t)(l->s + l->at - ret->s);
	return ret->len;
}

static char *copy(char buf[WORD_MOST], const struct word *w)
{
	snprintf(buf, WORD_MOST, "%.*s", (int)(w->len < WORD_MOST ? w->len : WORD_MOST), w->s);
	return buf;
}

/* The line at text; its end is that of what lines may hold, so that a comment has no control characters,
 * either. A carriage return is nothing else than a blank at the end of a line. */
static int read_line(struct line *l, struct file *f, const char *text, size_t number)
{
	const char *end = memchr(text, '\n', (size_t)(f->end - text)), *comment;

	*l = (struct line){ .file = f, .s = text, .number = number };
	l->len = (size_t)((end ? end : f->end) - text);
	for (size_t i = 0; i < l->len; i++) {
		unsigned char c = (unsigned char)text[i];
		struct word w = { .s = text + i, .column = i + 1 };

		if ((c >= 0x20 && c != 0x7f) || c == '\t' || (c == '\r' && i + 1 == l->len))
			continue;
		return refuse(l, &w, "\\x%02x is a control character (wanted: words between blanks)", c);
	}
	comment = memchr(text, '#', l->len);
	if (comment)
		l->len = (size_t)(comment - text);
	return 0;
}

/* ---- options --------------------------------------------------------------------------------- */

/* Reads the value of an option whose word was w, and sets it. */
static int set_option(struct line *l, const struct opt *row, const struct word *w, struct querier_options *to)
{
	char text[WORD_MOST], why[128], after[256];
	struct word value;

	if (!opt_wants(row))
		return opt_set(row, querier_conf_field(to, row), NULL, why, sizeof why);
	if (!next_word(l, &value))
		return refuse(l, w, "needs %s", row->arg);
	if (value.len >= sizeof text)
		return refuse(l, &value, "too long%s", wanted(after, sizeof after, w, row->arg));
	if (opt_set(row, querier_conf_field(to, row), copy(text, &value), why, sizeof why))
		return refuse(l, &value, "%s%s", why, wanted(after, sizeof after, w, row->arg));
	return 0;
}

/* The row of a word, or of one that is taken back by "no-". */
static const struct opt *option_of(const struct word *w, bool *ret_taken_back)
{
	const struct opt *row = querier_conf_word(w->s, w->len);

	*ret_taken_back = false;
	if (row || w->len <= 3 || memcmp(w->s, "no-", 3) != 0)
		return row;
	row = querier_conf_word(w->s + 3, w->len - 3);
	*ret_taken_back = row && !opt_wants(row);
	return *ret_taken_back ? row : NULL;
}

static const struct version *version_of(const struct word *w)
{
	for (size_t i = 0; i < VERSIONS; i++)
		if (is(w, versions[i].word))
			return &versions[i];
	return NULL;
}

static void near_options(struct near *near)
{
	for (size_t i = 0; i < QUERIER_WORDS; i++)
		near_try(near, querier_words[i].name);
}

/* ---- lines that set defaults ------------------------------------------------------------------- */

static int unknown_default(const struct line *l, const struct word *w)
{
	char text[WORD_MOST];
	struct near near;
	bool taken_back;

	if (version_of(w) || option_of(w, &taken_back) || is(w, "enable") || is(w, "disable"))
		return refuse(l, w, "stands only behind \"phyint IFACE\"");
	near_init(&near, copy(text, w));
	near_try(&near, "phyint");
	near_options(&near);
	return refuse(l, w, "unknown%s%s%s (a line begins with phyint or an option)",
		      near.best ? ", did you mean " : "", near.best ? near.best : "", near.best ? "?" : "");
}

static int read_default(struct line *l, const struct word *first)
{
	const struct opt *row = querier_conf_word(first->s, first->len);
	struct file *f = l->file;
	struct word more;
	size_t *set;

	if (!row)
		return unknown_default(l, first);
	set = &f->set[row - querier_words];
	if (*set)
		return refuse(l, first, "is set already, in line %zu", *set);
	*set = l->number;
	if (set_option(l, row, first, &f->defaults))
		return -1;
	if (next_word(l, &more))
		return refuse(l, &more, "one too many (a default has a line of its own)");
	return 0;
}

/* ---- lines about an interface ------------------------------------------------------------------ */

/* What was said on a phyint line. */
struct said {
	struct entry *entry;
	const char *able; /* "enable", "disable" or NULL */
	const struct version *versions[QUERIER_FAMILIES];
	bool options[QUERIER_WORDS];
};

/* What dev_valid_name() of Linux permits, and not what is an index elsewhere. */
static const char *why_no_name(const struct word *w)
{
	size_t digits = 0;

	if (w->len >= MC_IFNAME_SIZE)
		return "too long for an interface's name, which has 15 octets at the most";
	if (is(w, ".") || is(w, "..") || memchr(w->s, '/', w->len) || memchr(w->s, ':', w->len))
		return "no interface can have this name";
	while (digits < w->len && w->s[digits] >= '0' && w->s[digits] <= '9')
		digits++;
	return digits == w->len ? "must be an interface's name (not its index)" : NULL;
}

static int read_name(struct line *l, const struct word *w)
{
	struct file *f = l->file;
	const char *why = why_no_name(w);
	struct entry *e;

	if (why)
		return refuse(l, w, "%s", why);
	for (size_t i = 0; i < f->n; i++)
		if (is(w, f->entries[i].iface.name))
			return refuse(l, w, "has a line already, line %zu", f->entries[i].line);
	if (f->n >= IFACES_MOST)
		return refuse(l, w, "there are %d interfaces already, and no more can be", IFACES_MOST);
	e = mc_grow(&f->entries, &f->n, sizeof *e);
	if (!e)
		return no_memory(f);
	memcpy(e->iface.name, w->s, w->len);
	e->iface.options = f->defaults;
	e->line = l->number;
	return 0;
}

static int read_able(struct line *l, const struct word *w, struct said *said)
{
	const char *able = is(w, "enable") ? "enable" : "disable";

	if (said->able)
		return refuse(l, w, "%s is on this line already", said->able);
	said->able = able;
	said->entry->disabled = *able == 'd';
	return 0;
}

static int read_version(struct line *l, const struct word *w, const struct version *v, struct said *said)
{
	const struct version **slot = &said->versions[v->family];

	if (*slot)
		return refuse(l, w, "%s is on this line already (one version of each protocol)",
			      (*slot)->word);
	*slot = v;
	return 0;
}

static int read_option(struct line *l, const struct word *w, const struct opt *row, bool taken_back,
		       struct said *said)
{
	struct querier_options *to = &said->entry->iface.options;
	bool *there = &said->options[row - querier_words];

	if (*there)
		return refuse(l, w, "%s is on this line already", row->name);
	*there = true;
	if (!taken_back)
		return set_option(l, row, w, to);
	*(bool *)querier_conf_field(to, row) = false;
	return 0;
}

static int unknown_word(const struct line *l, const struct word *w, const struct word *after,
			const struct said *said)
{
	char text[WORD_MOST], want[256], back[QUERIER_WORDS][WORD_SHOWN];
	struct near near;

	near_init(&near, copy(text, w));
	for (size_t i = 0; !said->able && i < 2; i++)
		near_try(&near, i ? "disable" : "enable");
	for (size_t i = 0; i < VERSIONS; i++)
		near_try(&near, versions[i].word);
	near_options(&near);
	for (size_t i = 0; i < QUERIER_WORDS; i++) {
		snprintf(back[i], sizeof back[i], "no-%s", querier_words[i].name);
		if (!opt_wants(&querier_words[i]))
			near_try(&near, back[i]);
	}
	return refuse(l, w, "unknown%s%s%s%s", near.best ? ", did you mean " : "", near.best ? near.best : "",
		      near.best ? "?" : "",
		      wanted(want, sizeof want, after,
			     said->able ? "a version or an option" :
					  "enable, disable, a version or an option"));
}

static int read_word(struct line *l, const struct word *w, const struct word *after, struct said *said)
{
	const struct version *v = version_of(w);
	const struct opt *row;
	bool taken_back;

	if (v)
		return read_version(l, w, v, said);
	if (is(w, "enable") || is(w, "disable"))
		return read_able(l, w, said);
	row = option_of(w, &taken_back);
	if (row)
		return read_option(l, w, row, taken_back, said);
	return unknown_word(l, w, after, said);
}

/* Where a version is given, the protocol that has none is left alone. */
static void settle_versions(const struct said *said)
{
	if (!said->versions[QUERIER_IGMP] && !said->versions[QUERIER_MLD])
		return;
	for (unsigned i = 0; i < QUERIER_FAMILIES; i++)
		said->entry->iface.options.version[i] = said->versions[i] ? said->versions[i]->version : 0;
}

/* Options that cannot stand together: phyint and the name are the word that is wrong. */
static int check_options(const struct line *l, const struct word *first, const struct word *name,
			 const struct entry *e)
{
	struct word both = { first->s, (size_t)(name->s + name->len - first->s), first->column };
	char why[256];

	if (e->disabled || !l->file->checks || !querier_options_check(&e->iface.options, why, sizeof why))
		return 0;
	return refuse(l, &both, "%s", why);
}

static int read_phyint(struct line *l, const struct word *first)
{
	struct said said = { .able = NULL };
	struct word name, w, after;

	if (!next_word(l, &name))
		return refuse(l, first, "needs the name of an interface");
	if (read_name(l, &name))
		return -1;
	said.entry = &l->file->entries[l->file->n - 1];
	for (after = name; next_word(l, &w); after = w)
		if (read_word(l, &w, &after, &said))
			return -1;
	settle_versions(&said);
	return check_options(l, first, &name, said.entry);
}

/* ---- the file ------------------------------------------------------------------------------------ */

enum pass { DEFAULTS, INTERFACES };

/* Reads the lines that are a pass's. Returns 0, or -1 with the beginning of the line that is wrong. */
static int read_pass(struct file *f, enum pass pass, const char **ret_wrong)
{
	const char *text = f->text, *newline;
	struct word first;
	struct line l;

	for (size_t number = 1; text < f->end; number++) {
		int r = read_line(&l, f, text, number);

		if (!r && next_word(&l, &first) && is(&first, "phyint") == (pass == INTERFACES))
			r = pass == INTERFACES ? read_phyint(&l, &first) : read_default(&l, &first);
		if (r) {
			*ret_wrong = text;
			return -1;
		}
		newline = memchr(text, '\n', (size_t)(f->end - text));
		text = newline ? newline + 1 : f->end;
	}
	return 0;
}

/* Of two lines that are wrong the first is told. */
static int read_passes(struct file *f)
{
	char later[QUERIER_WHY];
	const char *wrong;

	f->checks = true;
	if (!read_pass(f, DEFAULTS, &wrong))
		return read_pass(f, INTERFACES, &wrong);
	memcpy(later, f->why, sizeof later);
	f->checks = false; /* not all defaults are known */
	f->end = wrong;
	if (!read_pass(f, INTERFACES, &wrong))
		memcpy(f->why, later, sizeof later);
	return -1;
}

/* Those that are enabled. */
static int give(struct file *f, struct querier_ifaces *ret)
{
	struct querier_ifaces all = { .v = NULL };

	for (size_t i = 0; i < f->n; i++) {
		struct querier_iface *slot;

		if (f->entries[i].disabled)
			continue;
		slot = mc_grow(&all.v, &all.n, sizeof *slot);
		if (!slot) {
			free(all.v);
			return no_memory(f);
		}
		*slot = f->entries[i].iface;
	}
	*ret = all;
	return 0;
}

int querier_file_read(struct querier_ifaces *ret, const char *name, const char *text, size_t len,
		      const struct querier_options *defaults, char why[QUERIER_WHY])
{
	struct file f = { .name = name, .text = text, .end = text + len, .why = why, .defaults = *defaults };
	int r = read_passes(&f);

	if (!r)
		r = give(&f, ret);
	free(f.entries);
	return r;
}

/* ---- from disk ----------------------------------------------------------------------------------- */

static int cannot(const char *path, const char *why_not, char why[QUERIER_WHY])
{
	char name[2 * NAME_SHOWN];

	snprintf(why, QUERIER_WHY, "%s: %s", shown_name(name, sizeof name, path), why_not);
	return -1;
}

/* Reads until the end or until buf is full; returns how many octets, or -errno. */
static ssize_t read_whole(int fd, char *buf, size_t cap)
{
	size_t n = 0;

	while (n < cap) {
		ssize_t r = read(fd, buf + n, cap - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	return (ssize_t)n;
}

static int load(struct querier_ifaces *ret, const char *path, int fd, const struct querier_options *defaults,
		char why[QUERIER_WHY])
{
	char *text = malloc(SIZE_MOST + 1);
	ssize_t n = text ? read_whole(fd, text, SIZE_MOST + 1) : -ENOMEM;
	int r;

	if (n < 0)
		r = cannot(path, strerror((int)-n), why);
	else if (n > SIZE_MOST)
		r = cannot(path, "larger than 1 MiB (is it a configuration file?)", why);
	else
		r = querier_file_read(ret, path, text, (size_t)n, defaults, why);
	free(text);
	return r;
}

/* Not blocking: it might be a pipe, and be told to be no file. */
int querier_file_load(struct querier_ifaces *ret, const char *path, const struct querier_options *defaults,
		      char why[QUERIER_WHY])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		r = cannot(path, strerror(errno), why);
	else if (!S_ISREG(st.st_mode))
		r = cannot(path, S_ISDIR(st.st_mode) ? "a directory (name a file)" : "not a regular file",
			   why);
	else
		r = load(ret, path, fd, defaults, why);
	if (fd >= 0)
		close(fd);
	return r;
}
