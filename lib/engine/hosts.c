/*
 * hosts.c - explicit tracking: what each host's records say that it wants, kept beside the state of its
 * groups and without a word in it. It knows neither queries nor the timers of groups.
 *
 * A host is kept once, with its memberships: a membership is a pair of numbers (pairs.c), and a list of
 * sources where it has one. Most reports come from who reported last and say what was said before: such a
 * one is found from the group, and nothing but the time of its pair is written.
 *
 * A membership ends when the host says so, when the group ends, or by a sweep over all pairs, part by part.
 * Those of a group that has gone are told one by one while the group waits to be told of itself (groups.c).
 *
 * RFC 9776 Appendix A.2, 5.1, 4.2.12; RFC 9777 Appendix A.2, 6.1, 5.2.12.
 */
#include "engine/hosts.h"

#include "engine/router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What waits to be told: more than a message can say (8,187 records), so that who polls after each loses
 * nothing. */
enum { NEWS_LEAST = 16, NEWS_KEPT = 256, NEWS_MOST = 65536 };

/* Rounds of the sweep in a Group Membership Interval: two of them and a second, to which time is kept, are
 * less than an eighth of a usual one. Pairs that are looked at in one go. */
enum { ROUNDS = 20, PART = 4096 };

enum { WHOLE = MC_SET_BOTH | MC_SET_SECOND }; /* the record's list, whatever there was */

struct mc_hosts_news {
	struct mc_addr group, host;
	bool present;
};

static_assert(offsetof(struct mc_hosts_item, addr) == sizeof(struct mc_node), "the key follows the node");

/* ---- what is to be told -------------------------------------------------------------------- */

/* Makes room for one more: by what was told, if that is much. */
static bool news_room(struct mc_hosts *hs)
{
	uint32_t cap = hs->news_cap ? 2 * hs->news_cap : NEWS_LEAST;
	struct mc_hosts_news *news;

	if (hs->news_n < hs->news_cap)
		return true;
	if (hs->told > hs->news_cap / 2) {
		hs->news_n -= hs->told;
		memmove(hs->news, hs->news + hs->told, hs->news_n * sizeof(*news));
		hs->told = 0;
		return true;
	}
	news = cap > NEWS_MOST ? NULL : realloc(hs->news, cap * sizeof(*news));
	if (!news)
		return false;
	hs->news = news;
	hs->news_cap = cap;
	return true;
}

static void put_news(struct mc_hosts *hs, const struct mc_group *g, const struct mc_pair *p, bool present)
{
	hs->news[hs->news_n++] = (struct mc_hosts_news){ g->addr, *mc_hosts_addr(hs, p), present };
}

static void forget_news(struct mc_hosts *hs)
{
	hs->told = hs->news_n = 0;
	if (hs->news_cap <= NEWS_KEPT)
		return;
	free(hs->news);
	hs->news = NULL;
	hs->news_cap = 0;
}

static bool poll_news(struct mc_hosts *hs, struct mc_action *ret)
{
	const struct mc_hosts_news *news;

	if (!mc_hosts_news(hs))
		return false;
	news = &hs->news[hs->told];
	ret->kind = MC_ACTION_HOST;
	ret->group = news->group;
	ret->addr = news->host;
	ret->present = news->present;
	if (++hs->told == hs->news_n)
		forget_news(hs);
	return true;
}

/* ---- lists of sources ---------------------------------------------------------------------- */

static uint32_t new_list(struct mc_hosts *hs)
{
	uint32_t number = hs->lists_free, cap = hs->lists_cap + hs->lists_cap / 8 + 1;
	struct mc_set *lists;

	if (number) {
		hs->lists_free = hs->lists[number - 1].n;
		return number;
	}
	if (hs->lists_n == hs->lists_cap) {
		lists = realloc(hs->lists, cap * sizeof(*lists));
		if (!lists)
			return 0;
		hs->lists = lists;
		hs->lists_cap = cap;
	}
	return ++hs->lists_n;
}

static void drop_list(struct mc_hosts *hs, struct mc_pair *p)
{
	struct mc_set *list;

	if (!p->list)
		return;
	list = &hs->lists[p->list - 1];
	hs->sources -= list->n;
	mc_set_free(list);
	list->n = hs->lists_free;
	hs->lists_free = p->list;
	p->list = 0;
}

/* The pair's list is another one from now on. False: no memory, and it has none. */
static bool put_list(struct mc_hosts *hs, struct mc_pair *p, struct mc_set *list)
{
	drop_list(hs, p);
	if (!list->n)
		return true;
	p->list = new_list(hs) & MC_PAIR_LISTS;
	if (!p->list) {
		mc_set_free(list);
		return false;
	}
	hs->lists[p->list - 1] = *list;
	hs->sources += list->n;
	return true;
}

/* ---- members ------------------------------------------------------------------------------- */

static void remove_pair(struct mc_hosts *hs, struct mc_group *g, struct mc_pair *p)
{
	struct mc_hosts_item *h = mc_table_at(&hs->table, p->host);

	drop_list(hs, p);
	if (g->reporter == mc_pairs_number(&hs->pairs, p))
		g->reporter = 0;
	mc_pairs_remove(&hs->pairs, &g->hosts, p);
	if (!--h->groups)
		mc_table_remove(&hs->table, &hs->list, h);
}

static struct mc_pair *add_pair(struct mc_hosts *hs, struct mc_group *g, struct mc_hosts_speaker *from)
{
	struct mc_hosts_item *h = mc_table_at(&hs->table, from->host);
	struct mc_pair *p;

	if (!h)
		h = mc_table_add(&hs->table, &hs->list, 0, from->addr);
	if (!h)
		return NULL;
	p = mc_pairs_add(&hs->pairs, &g->hosts, g->node.self, h->node.self);
	if (p) {
		h->groups++;
		from->host = h->node.self;
		p->since = from->second;
	} else if (!h->groups) {
		mc_table_remove(&hs->table, &hs->list, h);
	}
	return p;
}

/* What cannot be told does not happen: the host is a member when it reports the next time. */
static struct mc_pair *join(struct mc_router *r, struct mc_group *g, struct mc_hosts_speaker *from,
			    mc_time now)
{
	struct mc_hosts *hs = &r->hosts;
	struct mc_pair *p;

	if (hs->pairs.n >= r->conf.max_hosts) {
		mc_ledger_add(&r->ledger, MC_HOST_LIMIT);
		mc_router_warn(r, MC_WARN_HOSTS, from->addr, &g->addr, 0, now);
		return NULL;
	}
	p = news_room(hs) ? add_pair(hs, g, from) : NULL;
	if (!p) {
		mc_router_no_memory(r, &g->addr, now);
		return NULL;
	}
	put_news(hs, g, p, true);
	if (hs->due == MC_NEVER)
		hs->due = mc_after(now, r->life / ROUNDS);
	return p;
}

/* What cannot be told does not happen: a host that is silent from now on is over in time. */
static void leave(struct mc_router *r, struct mc_group *g, struct mc_hosts_speaker *from, struct mc_pair *p,
		  mc_time now)
{
	struct mc_hosts *hs = &r->hosts;

	if (!news_room(hs)) {
		mc_router_no_memory(r, &g->addr, now);
		return;
	}
	put_news(hs, g, p, false);
	remove_pair(hs, g, p);
	if (!((struct mc_hosts_item *)mc_table_at(&hs->table, from->host))->node.self)
		from->host = 0;
}

/* ---- records ------------------------------------------------------------------------------- */

/* What a host's filter becomes, by its mode and the record: the mode, and what of the list that it had and of
 * the record's is its list. A host that is no member has INCLUDE({}), and one that comes to that is none. */
static const struct row {
	bool exclude;
	uint8_t which; /* MC_SET_FIRST: of the one that it had */
} rows[2][MC_BLOCK + 1] = {
	[false][MC_IS_IN] = { false, WHOLE },      [false][MC_IS_EX] = { true, WHOLE },
	[false][MC_TO_IN] = { false, WHOLE },      [false][MC_TO_EX] = { true, WHOLE },
	[false][MC_ALLOW] = { false, MC_SET_ALL }, [false][MC_BLOCK] = { false, MC_SET_FIRST },
	[true][MC_IS_IN] = { false, WHOLE },       [true][MC_IS_EX] = { true, WHOLE },
	[true][MC_TO_IN] = { false, WHOLE },       [true][MC_TO_EX] = { true, WHOLE },
	[true][MC_ALLOW] = { true, MC_SET_FIRST }, [true][MC_BLOCK] = { true, MC_SET_ALL },
};

struct filter {
	struct mc_set list;
	bool exclude, partial;
	bool stays; /* the list is the one that it has */
};

static bool is_same(const struct mc_set *a, const struct mc_set *b)
{
	return a->n == b->n && (!a->n || memcmp(a->at, b->at, (size_t)a->n * a->size) == 0);
}

/* A list that there is no room for is left out, and a host that lists something remains a member. */
static void refuse_list(struct mc_router *r, const struct mc_group *g, const struct mc_addr *host,
			struct filter *f, mc_time now)
{
	mc_set_free(&f->list);
	f->partial = true;
	mc_ledger_add(&r->ledger, MC_SOURCE_LIMIT);
	mc_router_warn(r, MC_WARN_SOURCES, host, &g->addr, 0, now);
}

static bool has_room(const struct mc_router *r, const struct mc_set *had, const struct mc_set *list)
{
	return list->n <= r->conf.max_sources &&
	       r->hosts.sources - had->n + list->n <= r->conf.max_all_sources;
}

/* The list that comes of the one that it had and the record's. */
static void find_list(struct mc_router *r, const struct mc_group *g, const struct mc_hosts_speaker *from,
		      const struct mc_record *rec, const struct mc_set *had, uint8_t which, struct filter *f,
		      mc_time now)
{
	struct mc_set told;
	bool sound = mc_router_list(r, &told, &rec->sources);

	f->stays = sound && which == WHOLE && is_same(had, &told);
	if (f->stays) {
		f->list = *had;
	} else if (!sound || !mc_set_mix(&f->list, had, &told, which)) {
		f->partial = true;
		mc_router_no_memory(r, &g->addr, now);
	} else if (!has_room(r, had, &f->list)) {
		refuse_list(r, g, from->addr, f, now);
	}
}

/* p NULL: it is no member. Returns it if it is one then. */
static struct mc_pair *change(struct mc_router *r, struct mc_group *g, struct mc_hosts_speaker *from,
			      struct mc_pair *p, const struct mc_record *rec, mc_time now)
{
	const struct row *row = &rows[p && p->exclude][rec->type];
	struct mc_set had = p ? mc_hosts_list(&r->hosts, p) : (struct mc_set){ .n = 0 };
	struct filter f = { .exclude = row->exclude, .partial = p && p->partial && row->which != WHOLE };

	find_list(r, g, from, rec, &had, row->which, &f, now);
	if (!f.exclude && !f.list.n && !f.partial) {
		if (p)
			leave(r, g, from, p, now);
		return NULL;
	}
	if (!p)
		p = join(r, g, from, now);
	if (!p) {
		mc_set_free(&f.list);
		return NULL;
	}
	if (!f.stays && !put_list(&r->hosts, p, &f.list)) {
		f.partial = true;
		mc_router_no_memory(r, &g->addr, now);
	}
	p->exclude = f.exclude;
	p->partial = f.partial;
	return p;
}

/* Who reported last, mostly. */
static struct mc_pair *find(const struct mc_hosts *hs, const struct mc_group *g, uint32_t host)
{
	struct mc_pair *last = mc_pairs_at(&hs->pairs, g->reporter);

	if (!host || !g->hosts)
		return NULL;
	return last && last->host == host ? last : mc_pairs_find(&hs->pairs, g->node.self, host);
}

/* It wants the group from anybody and says so again: most reports. */
static bool is_plain(const struct mc_pair *p, const struct mc_record *rec)
{
	return (rec->type == MC_IS_EX || rec->type == MC_TO_EX) && !rec->sources.n && p->exclude &&
	       !p->list && !p->partial;
}

void mc_hosts_hear(struct mc_router *r, struct mc_group *g, struct mc_hosts_speaker *from,
		   const struct mc_record *rec, mc_time now)
{
	struct mc_pair *p = find(&r->hosts, g, from->host);

	if (!p || !is_plain(p, rec))
		p = change(r, g, from, p, rec, now);
	if (!p)
		return;
	p->heard = from->second;
	g->reporter = mc_pairs_number(&r->hosts.pairs, p);
}

static uint32_t number_of(const struct mc_hosts *hs, const struct mc_addr *addr)
{
	const struct mc_hosts_item *h = mc_table_find(&hs->table, 0, addr);

	return h ? h->node.self : 0;
}

struct mc_hosts_speaker mc_hosts_speaker(const struct mc_router *r, const struct mc_addr *src, mc_time now)
{
	mc_time second = (now - r->hosts.origin) / MC_SEC;

	return (struct mc_hosts_speaker){
		.addr = mc_addr_is_unspecified(src) ? NULL : src,
		.host = number_of(&r->hosts, src),
		.second = second < UINT32_MAX ? (uint32_t)second : UINT32_MAX,
	};
}

const struct mc_pair *mc_hosts_find(const struct mc_hosts *hs, const struct mc_group *g,
				    const struct mc_addr *addr)
{
	return find(hs, g, number_of(hs, addr));
}

/* ---- the end of a membership that was not asked for ----------------------------------------- */

static void expire(struct mc_router *r, struct mc_pair *p, struct mc_action *ret)
{
	struct mc_group *g = mc_table_at(&r->groups.table, p->group);

	ret->kind = MC_ACTION_HOST;
	ret->group = g->addr;
	ret->addr = *mc_hosts_addr(&r->hosts, p);
	ret->expired = true;
	remove_pair(&r->hosts, g, p);
}

/* Those of the group that is to be told of next, if it has gone. */
static bool poll_gone(struct mc_router *r, struct mc_action *ret)
{
	const struct mc_group *g = mc_table_at(&r->groups.table, r->groups.changed.first);

	if (!g || !(g->flags & MC_GROUP_GONE) || !g->hosts)
		return false;
	expire(r, mc_pairs_at(&r->hosts.pairs, g->hosts), ret);
	return true;
}

/* Who was heard in a second that is over by a Group Membership Interval, among the next few; NULL: nobody. */
static struct mc_pair *next_silent(struct mc_hosts *hs, mc_time life, mc_time now)
{
	mc_time age = now - hs->origin, seconds = age > life ? (age - life) / MC_SEC : 0;

	for (uint32_t n = PART; n && hs->sweep < hs->sweep_end; n--) {
		struct mc_pair *p = mc_pairs_at(&hs->pairs, ++hs->sweep);

		if (p->group && p->heard < seconds)
			return p;
	}
	return NULL;
}

/* Those that are new come after the round's end: it takes as long as all rounds do. */
static bool poll_silent(struct mc_router *r, mc_time now, struct mc_action *ret)
{
	struct mc_hosts *hs = &r->hosts;
	struct mc_pair *p;

	if (hs->due > now)
		return false;
	if (hs->sweep >= hs->sweep_end) {
		hs->sweep = 0;
		hs->sweep_end = hs->pairs.high;
	}
	p = next_silent(hs, r->life, now);
	if (p)
		expire(r, p, ret);
	else
		hs->due = hs->pairs.n ? mc_after(now, 1 + r->life / ROUNDS / (1 + hs->sweep_end / PART)) :
					MC_NEVER;
	return p;
}

bool mc_hosts_poll(struct mc_router *r, mc_time now, struct mc_action *ret)
{
	return poll_news(&r->hosts, ret) || poll_gone(r, ret) || poll_silent(r, now, ret);
}

/* ---- the whole ----------------------------------------------------------------------------- */

void mc_hosts_init(struct mc_hosts *hs, uint64_t seed, mc_time now)
{
	*hs = (struct mc_hosts){ .origin = now, .due = MC_NEVER };
	mc_table_init(&hs->table, sizeof(struct mc_hosts_item), MC_TABLE_MOST, seed);
	mc_pairs_init(&hs->pairs, seed);
}

void mc_hosts_free(struct mc_hosts *hs)
{
	for (uint32_t i = 0; i < hs->lists_n; i++)
		mc_set_free(&hs->lists[i]);
	free(hs->lists);
	free(hs->news);
	mc_pairs_free(&hs->pairs);
	mc_table_free(&hs->table);
}

size_t mc_hosts_memory(const struct mc_hosts *hs, size_t addr_len)
{
	return mc_table_memory(&hs->table) + mc_pairs_memory(&hs->pairs) +
	       hs->lists_cap * sizeof(*hs->lists) + hs->sources * addr_len + hs->news_cap * sizeof(*hs->news);
}

static void forget_all(struct mc_router *r, mc_time now)
{
	const struct mc_table *groups = &r->groups.table;

	for (uint32_t i = 1; i <= groups->high && r->hosts.pairs.n; i++) {
		struct mc_group *g = mc_table_at(groups, i);

		if (g->node.self)
			g->hosts = g->reporter = 0;
	}
	mc_hosts_free(&r->hosts);
	mc_hosts_init(&r->hosts, r->conf.seed, now);
}

void mc_hosts_configured(struct mc_router *r, mc_time now)
{
	if (!r->conf.max_hosts)
		forget_all(r, now);
	else if (r->hosts.pairs.n)
		r->hosts.due = now;
}
