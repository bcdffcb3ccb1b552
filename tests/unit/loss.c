/*
 * loss.c - hosts that face a router, and somebody who loses packets as badly as may be: of each
 * retransmission series, and of consecutive queries and answers about one thing for one host, robustness - 1
 * in a row. Then nothing that a host has wanted for longer than it takes to say so is ever cut off (RFC 9776
 * 8.1); one more in a row cuts.
 */
#include "member.h"

#include "sim/lan.h"

enum { HOSTS = 4, SOURCES = 4, WHOLE = SOURCES, ITEMS, LINK_GROUPS = 2, HOURS = 24 };

static const int used[LINK_GROUPS] = { ANY, SSM };

/* One thing that the router asks about: a source of a group, or all of the group. Two queries may come
 * before one answer to both (RFC 9776 5.2 rules 4 and 5), also of one series: a change in between sends
 * its second early (6.6.3.2). With that answer two exchanges are lost. */
struct item {
	unsigned failed; /* exchanges in a row */
	unsigned owed;   /* queries that reached the host and are not answered */
};

struct host {
	struct filter want[LINK_GROUPS];
	mc_time since[LINK_GROUPS][ITEMS]; /* a source is wanted, or any that nobody names; MC_NEVER: not */
	struct item items[LINK_GROUPS][ITEMS];
	struct item general;
	unsigned lost[LINK_GROUPS]; /* state-change reports, in a row */
};

struct world {
	struct mc_lan *lan;
	const struct mc_proto *proto;
	uint64_t random;
	unsigned robustness, most; /* that may be lost in a row */
	struct host hosts[HOSTS];  /* nodes 2 and on; 1 is the router */
	uint64_t checked, cuts, lost;
};

static unsigned below(struct world *w, unsigned n)
{
	return (unsigned)(next_random(&w->random) >> 32) % n;
}

/* ---- what must be forwarded ---------------------------------------------------------------- */

static bool forwards(const struct world *w, int g, unsigned item)
{
	struct mc_addr group = group_at(w->proto, used[g]), source = source_at(w->proto, item), any = { 0 };

	return mc_router_forwards(mc_lan_router(w->lan, 1), &group, item == WHOLE ? &any : &source);
}

/* As long as the last of its reports may take. */
static void check_host(struct world *w, const struct host *h)
{
	mc_time now = mc_lan_now(w->lan), takes = w->robustness * MC_SEC;

	for (int g = 0; g < LINK_GROUPS; g++)
		for (unsigned i = 0; i < ITEMS; i++) {
			if (h->since[g][i] == MC_NEVER || now - h->since[g][i] < takes)
				continue;
			w->checked++;
			w->cuts += !forwards(w, g, i);
		}
}

static void check_all(struct world *w)
{
	for (unsigned i = 0; i < HOSTS; i++)
		check_host(w, &w->hosts[i]);
}

/* Also at once where something has changed. */
static void acted(void *arg, uint32_t node, bool host, const struct mc_action *a, mc_time now)
{
	(void)node;
	(void)host;
	(void)now;
	if (a->kind == MC_ACTION_GROUP)
		check_all(arg);
}

/* ---- who loses ----------------------------------------------------------------------------- */

static int group_of(const struct world *w, const struct mc_addr *a)
{
	int n = group_number(w->proto, a);

	for (int g = 0; g < LINK_GROUPS; g++)
		if (used[g] == n)
			return g;
	return -1;
}

/* Runs over what a query asks of a host: whether one more may fail, or that it did, or did not. */
enum what { MAY, FAIL, REACH };

static bool note_query(struct item *i, unsigned most, enum what what)
{
	i->failed += what == FAIL;
	i->owed += what == REACH;
	return i->failed + (what == MAY) <= most;
}

static bool note_answer(struct item *i, unsigned most, enum what what)
{
	bool may = i->failed + i->owed <= most;

	if (what == MAY)
		return may;
	i->failed = what == FAIL ? i->failed + i->owed : 0;
	i->owed = 0;
	return true;
}

static bool wants_any(const struct host *h)
{
	bool any = false;

	for (int g = 0; g < LINK_GROUPS; g++)
		any |= !is_nothing(h->want[g]);
	return any;
}

static bool asked(struct world *w, struct host *h, const struct mc_query *q, enum what what)
{
	uint64_t set = bits_of(w->proto, &q->sources);
	bool ok = true;
	int g = group_of(w, &q->group);

	if (mc_addr_is_unspecified(&q->group))
		return !wants_any(h) || note_query(&h->general, w->most, what);
	if (g < 0 || is_nothing(h->want[g]))
		return true;
	for (unsigned i = 0; i < ITEMS; i++)
		if (i == WHOLE ? !set : set >> i & 1)
			ok &= note_query(&h->items[g][i], w->most, what);
	return ok;
}

/* A query: one host or all do not hear it. */
static uint32_t lose_query(struct world *w, const struct mc_query *q)
{
	unsigned who = below(w, HOSTS + 2);
	bool all = who >= HOSTS;
	bool may = below(w, 4) > 0;

	for (unsigned i = 0; i < HOSTS; i++)
		may &= (!all && i != who) || asked(w, &w->hosts[i], q, MAY);
	for (unsigned i = 0; i < HOSTS; i++)
		asked(w, &w->hosts[i], q, may && (all || i == who) ? FAIL : REACH);
	w->lost += may;
	return !may ? 0 : all ? MC_LAN_ALL : who + 2;
}

static bool is_change(uint8_t type)
{
	return type != MC_IS_IN && type != MC_IS_EX;
}

/* Runs over what an answer tells of a group: all that is owed, or the sources in it. */
static bool answered(struct world *w, struct host *h, int g, uint64_t set, bool all, enum what what)
{
	bool ok = true;

	for (unsigned i = 0; i < ITEMS; i++) {
		struct item *it = &h->items[g][i];

		if (it->owed && (all || (i != WHOLE && set >> i & 1)))
			ok &= note_answer(it, w->most, what);
	}
	return ok;
}

/* What is the whole state answers whatever was asked. */
static bool group_answered(struct world *w, struct host *h, int g, const struct mc_record *r, enum what what)
{
	uint64_t set = bits_of(w->proto, &r->sources);
	bool all = h->want[g].mode == MC_INCLUDE && set == h->want[g].set;

	return answered(w, h, g, set, all || r->type == MC_IS_EX, what);
}

/* The answer to a general query covers all groups, also what they owe besides. */
static bool general(struct world *w, struct host *h, enum what what)
{
	bool ok = note_answer(&h->general, w->most, what);

	for (int g = 0; g < LINK_GROUPS; g++)
		ok &= answered(w, h, g, 0, true, what);
	return ok;
}

static bool changed(struct world *w, struct host *h, int g, enum what what)
{
	if (what == MAY)
		return h->lost[g] < w->most;
	h->lost[g] = what == FAIL ? h->lost[g] + 1 : 0;
	return true;
}

/* Whether the general query is what it answers: that answer is not to come any more. */
static bool is_general(const struct world *w, uint32_t node)
{
	struct mc_host_status s = { .size = sizeof(s) };

	mc_host_status(mc_lan_host(w->lan, node), &s);
	return w->hosts[node - 2].general.owed && s.response == MC_NEVER;
}

static bool reported(struct world *w, uint32_t node, const struct mc_msg *m, enum what what)
{
	struct host *h = &w->hosts[node - 2];
	bool ok = true, all = is_general(w, node), change = false;
	struct mc_record r;
	size_t pos = 0;
	uint32_t seen = 0;

	while (mc_msg_next(m, &pos, &r)) {
		int g = group_of(w, &r.group);

		assert_true(g >= 0 && !r.faults);
		if (g < 0)
			break;
		change = is_change(r.type);
		if (change && !(seen >> g & 1))
			ok &= changed(w, h, g, what);
		else if (!change && !all)
			ok &= group_answered(w, h, g, &r, what);
		seen |= 1u << g;
	}
	return !change && all ? ok & general(w, h, what) : ok;
}

static uint32_t sent(void *arg, const struct mc_lan_packet *p)
{
	struct world *w = arg;
	bool may;

	assert_non_null(p->msg);
	if (p->msg->kind == MC_QUERY)
		return lose_query(w, &p->msg->query);
	may = reported(w, p->node, p->msg, MAY) && below(w, 4);
	reported(w, p->node, p->msg, may ? FAIL : REACH);
	w->lost += may;
	return may ? MC_LAN_ALL : 0;
}

/* ---- who wants ----------------------------------------------------------------------------- */

static void want(struct world *w, unsigned who, int g, struct filter f)
{
	struct mc_addr room[SOURCES_MOST], group = group_at(w->proto, used[g]);
	struct host *h = &w->hosts[who];
	mc_time now = mc_lan_now(w->lan);

	assert_int_equal(mc_lan_listen(w->lan, who + 2, 1, &group, f.mode, room,
				       addrs_of(w->proto, f.set, false, room)),
			 0);
	h->want[g] = f;
	for (unsigned i = 0; i < ITEMS; i++) {
		if (!wants(f, i == WHOLE ? 0 : BIT(i)))
			h->since[g][i] = MC_NEVER;
		else if (h->since[g][i] == MC_NEVER)
			h->since[g][i] = now;
	}
	if (is_nothing(f))
		memset(h->items[g], 0, sizeof(h->items[g]));
	if (!wants_any(h))
		h->general.owed = 0; /* there is nothing to answer */
	mc_lan_touch(w->lan, who + 2);
}

static void change(struct world *w)
{
	unsigned who = below(w, HOSTS);
	int g = (int)below(w, LINK_GROUPS);
	struct filter f = nothing;

	if (below(w, 4)) {
		f.set = below(w, BIT(SOURCES));
		f.mode = below(w, 2) && !is_ssm(used[g]) ? MC_EXCLUDE : MC_INCLUDE;
	}
	want(w, who, g, f);
}

/* Mostly quiet for long, at times all at once. */
static mc_time pause_of(struct world *w)
{
	static const mc_time most[] = { 300 * MC_MSEC, 3 * MC_SEC, 30 * MC_SEC, 600 * MC_SEC };
	mc_time longest = most[below(w, COUNT(most))];

	return 1 + next_random(&w->random) % longest;
}

static void start(struct world *w, uint8_t family)
{
	struct mc_lan_hooks hooks = { .sent = sent, .acted = acted, .arg = w };
	struct mc_router_conf router;
	struct mc_host_conf host;

	assert_int_equal(mc_lan_new(&w->lan, family, w->random, &hooks), 0);
	mc_router_conf_init(&router, family);
	mc_host_conf_init(&host, family);
	router.robustness = host.robustness = (uint8_t)w->robustness;
	for (uint32_t i = 1; i <= HOSTS + 1; i++) {
		router.addr = host.addr = host_at(w->proto, i);
		assert_int_equal(mc_lan_add(w->lan), i);
		assert_int_equal(mc_lan_start(w->lan, i, i > 1 ? &host : NULL, i > 1 ? NULL : &router), 0);
	}
	for (unsigned i = 0; i < HOSTS; i++)
		for (int g = 0; g < LINK_GROUPS; g++)
			for (unsigned k = 0; k < ITEMS; k++)
				w->hosts[i].since[g][k] = MC_NEVER;
}

/* Simulated hours; returns how often something was cut off. */
static uint64_t run(uint8_t family, unsigned robustness, unsigned most, uint64_t seed)
{
	struct world w = { .proto = mc_proto_of(family), .random = seed };

	w.robustness = robustness;
	w.most = most;
	start(&w, family);
	while (mc_lan_now(w.lan) < HOURS * 3600 * MC_SEC) {
		mc_lan_run(w.lan, mc_lan_now(w.lan) + pause_of(&w));
		check_all(&w);
		change(&w);
	}
	assert_false(mc_lan_failed(w.lan));
	assert_true(w.checked > 10000 && w.lost > 1000);
	mc_lan_free(w.lan);
	return w.cuts;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void test_never_cut_off(void **given)
{
	for (unsigned robustness = 2; robustness <= 3; robustness++)
		for (uint64_t seed = 1; seed <= 8; seed++)
			assert_int_equal(run(family_of(given), robustness, robustness - 1, seed), 0);
}

/* So that the test above is seen to be one. */
static void test_cut_off(void **given)
{
	for (unsigned robustness = 2; robustness <= 3; robustness++)
		assert_true(run(family_of(given), robustness, robustness, 1) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_never_cut_off),
		BOTH(test_cut_off),
	};

	return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
