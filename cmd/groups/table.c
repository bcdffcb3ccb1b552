/*
 * table.c - the table of memberships: a heading for each interface, a line for each kind of socket. Below it
 * stands what could not be seen.
 */
#include "groups/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "groups/columns.h"
#include "groups/unseen.h"
#include "groups/who.h"
#include "out.h"

#define SOURCES_BRIEF 2   /* that are named; -v: all */
#define LINES_BRIEF 4     /* of one process in one group; -v: all */
#define SOURCES_LONG 1024 /* of an interface's filter */

struct table {
	const struct survey *s;
	const struct listing *l;
	const struct table_conf *conf;
	struct users *users;
	FILE *to;
	struct columns cells;
	size_t *lines; /* of each membership, in rows of the table */
	char *filter;  /* room for one */
	size_t cap;
};

static const char *const head_brief[] = { "GROUP", "FILTER", "USERS",     "PROCESS",
					  "USER",  "SOCKET", "ITS FILTER" };
static const char *const head_long[] = { "GROUP", "FILTER", "USERS",  "PROCESS",   "USER",
					 "FD",    "INODE",  "SOCKET", "ITS FILTER" };

static size_t most_sources(const struct table *t)
{
	return t->conf->verbose ? SOURCES_LONG : SOURCES_BRIEF;
}

/* ---- cells ------------------------------------------------------------------------------------ */

static void number(struct table *t, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	columns_put(&t->cells, text);
}

/* The interface's filter. */
static void merged(struct table *t, size_t membership)
{
	struct merged m = { 0 };
	struct mc_addr named[SOURCES_BRIEF + 1];
	const struct mc_set *list;
	int r = survey_filter(t->s, membership, &m);

	if (r > 0) {
		enum mc_mode mode = merged_end(&m, &list);

		for (uint32_t i = 0; i < list->n && i < SOURCES_BRIEF; i++)
			named[i] = merged_at(list, i);
		who_filter(t->filter, t->cap, mode, named, list->n, SOURCES_BRIEF);
	}
	if (r < 0)
		t->cells.lost = true;
	columns_put(&t->cells, r > 0 ? t->filter : "not known");
	merged_free(&m);
}

/* The first cells of a row: filled in the first of a membership, empty in all others. */
static void group(struct table *t, const struct listed *one, bool first)
{
	const struct mc_membership *m = &t->s->memberships.v[one->membership];
	char text[MC_ADDR_STRLEN];

	if (!first) {
		for (unsigned i = 0; i < 3; i++)
			columns_put(&t->cells, "");
		return;
	}
	columns_put(&t->cells, mc_addr_format(&m->group, text, sizeof text));
	merged(t, one->membership);
	number(t, m->users);
}

static void user(struct table *t, uint32_t uid)
{
	char text[WHO_SIZE];

	columns_put(&t->cells, who_user(text, t->users, uid));
}

static void row(struct table *t, size_t index, size_t folded)
{
	const struct mc_held *held = &t->s->holders.held[index];
	const struct mc_holder *h = &t->s->holders.sockets[held->socket];
	char text[WHO_SIZE + 24];

	columns_put(&t->cells, who_process(text, h));
	user(t, who_uid(h));
	if (t->conf->verbose && h->fd >= 0)
		number(t, (uint64_t)h->fd);
	else if (t->conf->verbose)
		columns_put(&t->cells, "");
	if (t->conf->verbose)
		number(t, h->socket.inode);
	who_socket(text, &h->socket, names_of(&t->s->names, h->socket.ifindex));
	if (folded > 1)
		snprintf(text + strlen(text), 24, " x%zu", folded);
	columns_put(&t->cells, text);
	columns_put(&t->cells,
		    who_filter(t->filter, t->cap, held->mode, mc_held_sources(&t->s->holders, held),
			       held->nsources, most_sources(t)));
}

/* Users that no socket accounts for. */
static void rest(struct table *t, const struct listed *one)
{
	char text[48];
	const char *whose = one->kernel ? "(kernel)" : "(not seen)";

	snprintf(text, sizeof text, one->missing > 1 ? "%s x%u" : "%s", whose, one->missing);
	columns_put(&t->cells, text);
	for (size_t i = 4; i < t->cells.n; i++)
		columns_put(&t->cells, "");
}

/* "9,996" */
static const char *digits(char text[32], size_t n)
{
	char *at = text + 31;

	*at = '\0';
	for (unsigned i = 0; n || !i; n /= 10, i++) {
		if (i && i % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + n % 10);
	}
	return at;
}

/* Further sockets of a process, the first of which has this row. */
static void more(struct table *t, size_t index, size_t n)
{
	const struct mc_holder *h = &t->s->holders.sockets[t->s->holders.held[index].socket];
	char whose[WHO_SIZE], count[32], text[WHO_SIZE + 96];

	snprintf(text, sizeof text, "... and %s more socket%s of %s (-v shows all)", digits(count, n),
		 n > 1 ? "s" : "", who_process(whose, h));
	columns_put_across(&t->cells, text);
}

/* Rows of one process, from i on; returns how many, `lines` included. */
static size_t rows_of(struct table *t, const struct listed *one, size_t i, size_t end, size_t lines)
{
	const size_t *at = t->l->rows + one->first;
	size_t most = t->conf->verbose ? SIZE_MAX : LINES_BRIEF;

	for (size_t n = 0, folded; i < end && n < most; i += folded, n++, lines++) {
		for (folded = 1; !t->conf->verbose && i + folded < end; folded++)
			if (!listing_like(t->s, t->l, at[i], at[i + folded]))
				break;
		group(t, one, !lines);
		row(t, at[i], folded);
	}
	if (i < end) {
		group(t, one, !lines++);
		more(t, at[i], end - i);
	}
	return lines;
}

/* All rows of one membership; returns how many. */
static size_t rows(struct table *t, const struct listed *one)
{
	size_t lines = 0;

	for (size_t i = 0, end; i < one->n; i = end) {
		end = listing_next(t->s, t->l, one, i);
		lines = rows_of(t, one, i, end, lines);
	}
	if (one->missing) {
		group(t, one, !lines);
		rest(t, one);
		lines++;
	}
	return lines;
}

/* ---- interfaces ------------------------------------------------------------------------------- */

static const char *why(enum mc_spoken_why w)
{
	return w == MC_SPOKEN_FORCED        ? " (forced)" :
	       w == MC_SPOKEN_OLDER_QUERIER ? " (an older querier was heard)" :
					      "";
}

/* Whether any of an interface's memberships, which begin at i, is of that family. */
static bool speaks(const struct table *t, size_t i, uint8_t family)
{
	const struct mc_membership *v = t->s->memberships.v;
	uint32_t ifindex = v[t->l->v[i].membership].ifindex;

	for (; i < t->l->n && v[t->l->v[i].membership].ifindex == ifindex; i++)
		if (v[t->l->v[i].membership].group.family == family)
			return true;
	return false;
}

static void spoken(const struct table *t, size_t first, uint32_t ifindex)
{
	static const char *const names[] = { "IGMP", "MLD" };
	const struct mc_spoken *p = mc_memberships_spoken(&t->s->memberships, ifindex);
	const char *comma = "  ";

	for (unsigned i = 0; i < 2; i++) {
		bool known = p && p->version[i];

		if ((i ? t->conf->ipv4 : t->conf->ipv6) ||
		    (!known && !speaks(t, first, i ? MC_IPV6 : MC_IPV4)))
			continue;
		fprintf(t->to, "%s%s", comma, names[i]);
		if (known)
			fprintf(t->to, "v%u%s", p->version[i], why(p->why[i]));
		comma = ", ";
	}
	fputc('\n', t->to);
}

/* Prints one interface's part, which begins at i; returns where the next begins. */
static size_t print_iface(struct table *t, size_t i, size_t *pos)
{
	const struct mc_membership *v = t->s->memberships.v;
	uint32_t ifindex = v[t->l->v[i].membership].ifindex;
	char name[WHO_SIZE];

	if (i)
		fputc('\n', t->to);
	fputs(who_ifname(name, ifindex, names_of(&t->s->names, ifindex)), t->to);
	spoken(t, i, ifindex);
	columns_head(&t->cells, t->conf->verbose ? head_long : head_brief, t->to);
	for (; i < t->l->n && v[t->l->v[i].membership].ifindex == ifindex; i++)
		columns_print(&t->cells, pos, t->lines[i], t->to);
	return i;
}

static int fill(struct table *t)
{
	const char *const *head = t->conf->verbose ? head_long : head_brief;
	size_t n = t->conf->verbose ? sizeof head_long / sizeof *head_long :
				      sizeof head_brief / sizeof *head_brief;

	t->cap = WHO_SIZE + (most_sources(t) + 1) * WHO_SOURCE;
	t->filter = malloc(t->cap);
	t->lines = calloc(t->l->n + 1, sizeof *t->lines);
	if (!t->filter || !t->lines)
		return -ENOMEM;
	columns_begin(&t->cells, n, head);
	t->cells.right[2] = true;
	t->cells.right[5] = t->cells.right[6] = t->conf->verbose;
	for (size_t i = 0; i < t->l->n; i++)
		t->lines[i] = rows(t, &t->l->v[i]);
	return t->cells.lost ? -ENOMEM : 0;
}

int table_print(const struct survey *s, const struct listing *l, const struct table_conf *conf,
		struct users *users, FILE *to)
{
	struct table t = { .s = s, .l = l, .conf = conf, .users = users, .to = to };
	size_t pos = 0;
	int r = fill(&t);

	for (size_t i = 0; !r && i < l->n;)
		i = print_iface(&t, i, &pos);
	if (!r)
		r = unseen_print(s, l, conf->verbose, conf->named, users, to);
	columns_free(&t.cells);
	free(t.filter);
	free(t.lines);
	return r;
}
