/*
 * host_rfc.h - the host role as RFC 9776 5 and 7.2 (RFC 9777 6, 8.2) have it, slowly, beside one that runs:
 * it knows what was asked, heard and drawn, and checks what is said. In the newest version that is every
 * record that is due, with its sources and at its time, and no other; in older ones each report and leave has
 * a cause and comes in time. A router that applies all state changes knows the filters.
 */
#ifndef TEST_HOST_RFC_H
#define TEST_HOST_RFC_H

#include "member.h"

#define TICK MC_MSEC

struct group {
	unsigned mode_left, left[SOURCES_MOST]; /* reports to come, RFC 9776 5.1 */
	mc_time last;                           /* the last one */
	bool now;                               /* one is due at once */
	mc_time answer;                         /* to specific queries */
	uint64_t queried;                       /* what it is about; none: all */
	unsigned may;                           /* older versions: reports to come */
	mc_time by;                             /* and the next one no later */
	bool leave;                             /* a leave is due at once */
	struct filter known;                    /* by a router that hears all */
	bool is_known;
};

struct run {
	struct member m;
	uint64_t seed, step, random;
	unsigned sources;
	struct group groups[GROUPS];
	mc_time drawn, response, older[2], interval;
	unsigned draws, heard;
	uint8_t version;
	bool turned;
	uint64_t changes, answers, olds, leaves; /* so that a run that does nothing is seen */
};

#define MUST(r, cond)                                                                    \
	do {                                                                             \
		if (!(cond))                                                             \
			fail_msg("seed %u, step %u, family %u: %s", (unsigned)(r)->seed, \
				 (unsigned)(r)->step, (r)->m.proto->family, #cond);      \
	} while (0)

static inline unsigned below(struct run *r, unsigned n)
{
	return (unsigned)(next_random(&r->random) >> 32) % n;
}

/* Also very short and very long ones, and never the same twice. */
static inline mc_time draw(void *arg, mc_time most)
{
	struct run *r = arg;
	mc_time edge = most / 100 + 1;
	unsigned what = below(r, 4);

	r->draws++;
	r->drawn = 1 + next_random(&r->random) % (what < 2 ? edge : most);
	if (what == 0)
		r->drawn = most + 1 - r->drawn;
	return r->drawn;
}

static inline bool tells(const struct run *r, int g)
{
	return g < NODES && (g != LOCAL || r->m.conf.report_link_local);
}

static inline struct filter now_of(const struct run *r, int g)
{
	return merged(&r->m.sockets[g]);
}

static inline bool reportable(const struct run *r, int g)
{
	return tells(r, g) && !is_nothing(now_of(r, g));
}

static inline unsigned robustness(const struct run *r)
{
	return r->heard ? r->heard : r->m.conf.robustness;
}

static inline bool is_newest(const struct run *r)
{
	return r->version == r->m.proto->newest;
}

/* What of a list an IS_EX or TO_EX has room for: IGMP-C-033. */
static inline uint64_t cut(const struct run *r, uint8_t type, uint64_t set)
{
	size_t room = r->m.conf.mtu - (r->m.proto->family == MC_IPV4 ? 24u + 8 + 8 : 48u + 8 + 20);
	size_t most = room / r->m.proto->addr_len;

	if (type != MC_IS_EX && type != MC_TO_EX)
		return set;
	for (unsigned i = SOURCES_MOST; i-- && (size_t)__builtin_popcountll(set) > most;)
		set &= ~BIT(i);
	return set;
}

/* ---- state changes ------------------------------------------------------------------------- */

static inline bool pending(const struct group *g)
{
	unsigned sum = g->mode_left;

	for (unsigned i = 0; i < SOURCES_MOST; i++)
		sum += g->left[i];
	return sum > 0;
}

static inline void told_once(struct group *g, mc_time now)
{
	g->mode_left -= g->mode_left > 0;
	for (unsigned i = 0; i < SOURCES_MOST; i++)
		g->left[i] -= g->left[i] > 0;
	g->last = now;
	g->now = false;
}

/* Table 4. Returns how many records. */
static inline unsigned table_4(const struct run *r, int n, struct said *ret)
{
	const struct group *g = &r->groups[n];
	struct filter f = now_of(r, n);
	uint64_t changed = 0, wanted;
	unsigned k = 0;

	if (g->mode_left) {
		ret[0].type = f.mode == MC_EXCLUDE ? MC_TO_EX : MC_TO_IN;
		ret[0].set = cut(r, ret[0].type, f.set);
		return 1;
	}
	for (unsigned i = 0; i < SOURCES_MOST; i++)
		changed |= g->left[i] ? BIT(i) : 0;
	wanted = f.mode == MC_INCLUDE ? f.set : ~f.set;
	if (changed & wanted)
		ret[k++] = (struct said){ MC_ALLOW, n, changed & wanted };
	if (changed & ~wanted)
		ret[k++] = (struct said){ MC_BLOCK, n, changed & ~wanted };
	return k;
}

/* A router that has no timers (RFC 9776 6.4). */
static inline void apply(struct run *r, int n, const struct said *s)
{
	struct group *g = &r->groups[n];
	bool more = (s->type == MC_ALLOW) == (g->known.mode == MC_INCLUDE);

	if (s->type == MC_TO_IN || s->type == MC_TO_EX) {
		g->known = (struct filter){ s->type == MC_TO_EX ? MC_EXCLUDE : MC_INCLUDE, s->set };
		g->is_known = s->set == now_of(r, n).set;
	} else {
		g->known.set = more ? g->known.set | s->set : g->known.set & ~s->set;
	}
}

/* IGMP3-H-020 to -029. */
static inline void check_changes(struct run *r, int n)
{
	struct group *g = &r->groups[n];
	struct said want[2];
	unsigned k = table_4(r, n, want), said = 0;
	uint64_t set = 0;

	for (unsigned i = 0; i < k; i++)
		if (take_said(&r->m, want[i].type, n, &set)) {
			MUST(r, set == want[i].set);
			said++;
			apply(r, n, &want[i]);
		}
	MUST(r, said == 0 || said == k);
	if (said) {
		MUST(r, pending(g));
		told_once(g, r->m.now);
		r->changes++;
	} else {
		MUST(r, !g->now);
		MUST(r, !pending(g) || r->m.now - g->last < r->m.conf.unsolicited_report_interval);
	}
	MUST(r, !g->is_known || !tells(r, n) ||
			(g->known.mode == now_of(r, n).mode && g->known.set == now_of(r, n).set));
}

static inline void begin_change(struct run *r, int n, struct filter was, struct filter is)
{
	struct group *g = &r->groups[n];
	uint64_t diff = was.set ^ is.set;

	if (was.mode != is.mode)
		g->mode_left = robustness(r);
	for (unsigned i = 0; was.mode == is.mode && i < SOURCES_MOST; i++)
		if (diff >> i & 1)
			g->left[i] = robustness(r);
	g->now |= was.mode != is.mode || diff;
}

/* ---- answers ------------------------------------------------------------------------------- */

static inline void must_say(struct run *r, uint8_t type, int n, uint64_t want)
{
	uint64_t set = 0;

	MUST(r, take_said(&r->m, type, n, &set));
	MUST(r, set == want);
	r->answers++;
}

static inline void must_say_all(struct run *r, int n)
{
	struct filter f = now_of(r, n);
	uint8_t type = f.mode == MC_EXCLUDE ? MC_IS_EX : MC_IS_IN;

	must_say(r, type, n, cut(r, type, f.set));
	r->groups[n].queried = 0;
}

/* IGMP3-H-037 to -042, MLD2-H-007: table 5. */
static inline void check_answer(struct run *r, int n)
{
	struct group *g = &r->groups[n];
	struct filter f = now_of(r, n);
	uint64_t part = f.mode == MC_INCLUDE ? g->queried & f.set : g->queried & ~f.set;

	if (g->answer > r->m.now)
		return;
	MUST(r, g->answer == r->m.now || !reportable(r, n));
	if (reportable(r, n) && !g->queried)
		must_say_all(r, n);
	else if (reportable(r, n) && part)
		must_say(r, MC_IS_IN, n, part);
	g->answer = MC_NEVER;
	g->queried = 0;
}

static inline void check_response(struct run *r)
{
	if (r->response > r->m.now)
		return;
	MUST(r, r->response == r->m.now);
	r->response = MC_NEVER;
	for (int n = 0; n < GROUPS; n++)
		if (reportable(r, n))
			must_say_all(r, n);
}

/* The rules of RFC 9776 5.2; IGMP3-H-031 to -036, -047. */
static inline void query_group(struct run *r, int n, uint64_t asked, mc_time due)
{
	struct group *g = &r->groups[n];
	bool whole = !asked || (g->answer != MC_NEVER && !g->queried);

	if (r->response < due)
		return;
	g->queried = whole ? 0 : g->queried | asked;
	if ((unsigned)__builtin_popcountll(g->queried) > r->m.conf.max_queried)
		g->queried = 0;
	if (due < g->answer)
		g->answer = due;
}

static inline void query_newest(struct run *r, const struct mc_msg *m, int n)
{
	bool any = n >= 0 && reportable(r, n);
	mc_time due;

	for (int i = 0; n < 0 && i < GROUPS; i++)
		any |= reportable(r, i);
	MUST(r, r->draws == (any && m->query.max_resp));
	if (!any)
		return;
	due = r->m.now + (m->query.max_resp ? r->drawn : TICK);
	if (n >= 0)
		query_group(r, n, bits_of(r->m.proto, &m->query.sources), due);
	else if (r->response >= due)
		r->response = due;
}

/* What was pending when the filter ended may have ended, too. */
static inline void rejoined(struct run *r, int n)
{
	struct mc_host_group s = { .size = sizeof(s) };
	struct mc_addr addr = group_at(r->m.proto, n);
	struct group *g = &r->groups[n];

	MUST(r, mc_host_group(r->m.h, &addr, &s));
	if (s.response == MC_NEVER) {
		g->answer = MC_NEVER;
		g->queried = 0;
	}
	MUST(r, s.response == g->answer && s.queried == (unsigned)__builtin_popcountll(g->queried));
}

/* ---- older versions ------------------------------------------------------------------------ */

/* IGMP3-H-056, DEC-18: what is pending is gone; a router that asks knows. */
static inline void turn(struct run *r, uint8_t version)
{
	r->version = version;
	r->turned = true;
	r->response = MC_NEVER;
	for (int n = 0; n < GROUPS; n++)
		r->groups[n] = (struct group){ .answer = MC_NEVER,
					       .by = MC_NEVER,
					       .known = now_of(r, n),
					       .is_known = is_newest(r) };
}

/* IGMP3-H-053, -055, -059. */
static inline void check_version(struct run *r)
{
	uint8_t version = 1;

	for (unsigned i = 0; i < 2; i++)
		if (r->older[i] <= r->m.now)
			r->older[i] = 0;
	while (version < r->m.conf.version && !r->older[version - 1])
		version++;
	if (version != r->version)
		turn(r, version);
}

/* IGMP3-H-054, -058, MLD2-H-011, IGMP2-H-007. */
static inline void older_heard(struct run *r, const struct mc_msg *m)
{
	const struct mc_host_conf *c = &r->m.conf;
	mc_time until = 400 * MC_SEC;

	if (c->version == r->m.proto->newest && r->m.proto->family == MC_IPV4)
		until = c->robustness * c->query_interval + 10 * m->query.max_resp;
	else if (c->version == r->m.proto->newest)
		until = robustness(r) * (r->interval ? r->interval : c->query_interval) +
			c->query_response_interval;
	r->older[m->version - 1] = r->m.now + until;
	check_version(r);
}

static inline bool is_mute(const struct run *r)
{
	return r->m.proto->family == MC_IPV4 && r->version == 1;
}

/* IGMP2-H-002, -003, -009, IGMP1-H-001, MLD1-H-001. */
static inline void query_older(struct run *r, const struct mc_msg *m, int only)
{
	bool v4 = r->m.proto->family == MC_IPV4;
	mc_time wait = m->query.max_resp_code * (v4 ? 100 * MC_MSEC : MC_MSEC);

	if (v4 && !wait)
		wait = 10 * MC_SEC;
	for (int n = 0; n < GROUPS; n++) {
		struct group *g = &r->groups[n];

		if (!reportable(r, n) || (only >= 0 && n != only && !is_mute(r)))
			continue;
		if ((!g->may || !is_mute(r)) && r->m.now + wait < g->by)
			g->by = r->m.now + wait;
		g->may += !g->may;
	}
}

/* IGMP2-H-001, -004 to -006, IGMP1-H-004, DEC-22. */
static inline void check_older(struct run *r, int n)
{
	struct group *g = &r->groups[n];
	uint64_t set = 0;

	if (take_said(&r->m, MC_IS_EX, n, &set)) {
		MUST(r, !set && g->may && reportable(r, n));
		g->by = --g->may ? r->m.now + r->m.conf.older_report_interval : MC_NEVER;
		r->olds++;
	}
	MUST(r, g->by > r->m.now);
	if (g->leave)
		MUST(r, take_said(&r->m, MC_TO_IN, n, &set) && !set);
	r->leaves += g->leave;
	g->leave = false;
}

static inline void begin_older(struct run *r, int n, bool had, bool last)
{
	struct group *g = &r->groups[n];
	bool has = reportable(r, n);

	if (had == has)
		return;
	g->may = has ? robustness(r) : 0;
	g->by = has ? r->m.now : MC_NEVER;
	g->leave = !has && !is_mute(r) && (last || !r->m.conf.quiet_leave);
}

#endif
