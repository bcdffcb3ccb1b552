/*
 * router_model.c - the router engine against the slow reference of router_rfc.h: random reports, queries
 * and times, both families; after each poll everything that can be asked is compared. MCAST_STEPS: how many
 * steps a seed has.
 */
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "router_rfc.h"
#include "speech.h"

enum { STEPS = 20000, SENT = RFC_SENT, HOST = 77 };

struct pair {
	uint8_t family;
	uint64_t seed, step;
	struct mc_router *r;
	struct rfc_router m;
	struct rfc_query sent[SENT]; /* by the engine since the last check */
	unsigned n_sent;
	unsigned told[RFC_GROUPS];    /* bits of action kinds */
	bool present[RFC_GROUPS];     /* by the last MC_ACTION_GROUP */
	uint8_t version[RFC_GROUPS];  /* by the last MC_ACTION_VERSION; 0: none */
	unsigned wanted[RFC_GROUPS];  /* by forwards, when it was polled last; bit 6: any other source */
	struct mc_addr querier;       /* by the last MC_ACTION_QUERIER */
	bool self;
	uint64_t compared, forwarded; /* so that a run that does nothing is seen */
};

/* A failure says where it was: MCAST_STEPS of so many get there again. */
#define MUST(p, cond)                                                                    \
	do {                                                                             \
		if (!(cond))                                                             \
			fail_msg("seed %u, step %u, family %u: %s", (unsigned)(p)->seed, \
				 (unsigned)(p)->step, (p)->family, #cond);               \
	} while (0)

/* ---- addresses ----------------------------------------------------------------------------- */

static struct mc_addr group_at(const struct pair *p, int i)
{
	static const char *const v4[] = { "239.1.0.1", "239.1.0.2",   "225.9.9.9",
					  "232.1.0.1", "224.0.0.251", "224.0.0.1" };
	static const char *const v6[] = { "ff15::1",      "ff0e::2",  "ff18::3",
					  "ff3e::8000:1", "ff02::fb", "ff02::1" };
	struct mc_addr none = { .family = p->family };

	return i < 0 ? none : wire_addr((p->family == MC_IPV4 ? v4 : v6)[i]);
}

static int group_of(const struct pair *p, const struct mc_addr *a)
{
	for (int i = -1; i < RFC_GROUPS; i++) {
		struct mc_addr g = group_at(p, i);

		if (memcmp(g.b, a->b, sizeof(g.b)) == 0)
			return i;
	}
	fail_msg("a group that nobody named");
	return -1;
}

/* ---- what the engine says ------------------------------------------------------------------ */

/* IGMP3-R-005, R-025: what stands in every query. */
static void sent(struct pair *p, const struct mc_action *a)
{
	struct rfc_query q = { .group = -1 };
	struct mc_addr own = speech_node(p->family, RFC_OWN);
	uint8_t *block;
	struct mc_msg m;

	MUST(p, wire_decode(&m, &block, a->octets, a->len) == 0);
	MUST(p, m.faults == 0 && m.kind == MC_QUERY && m.version == p->m.proto->newest);
	MUST(p, mc_addr_cmp(&m.ip.src, &own) == 0 && mc_addr_cmp(&m.ip.dst, &a->dst) == 0);
	MUST(p, m.query.qrv == p->m.rv && m.query.interval == p->m.qi / MC_SEC);
	q.group = group_of(p, &m.query.group);
	MUST(p, m.query.max_resp == (q.group < 0 ? p->m.qri : p->m.lmqi));
	for (uint16_t i = 0; i < m.query.sources.n; i++) {
		struct mc_addr s = mc_sources_at(&m.query.sources, i);

		q.sources |= 1U << speech_bit_of(&s);
	}
	q.suppress = m.query.suppress;
	MUST(p, p->n_sent < SENT);
	p->sent[p->n_sent++] = q;
	free(block);
}

static void take(struct pair *p, const struct mc_action *a)
{
	int group = a->group.family ? group_of(p, &a->group) : -1;

	if (a->kind == MC_ACTION_SEND)
		sent(p, a);
	if (a->kind == MC_ACTION_QUERIER) {
		p->querier = a->addr;
		p->self = a->self;
	}
	if (a->kind != MC_ACTION_GROUP && a->kind != MC_ACTION_VERSION)
		return;
	MUST(p, group >= 0);
	p->told[group] |= 1U << a->kind;
	if (a->kind == MC_ACTION_GROUP)
		p->present[group] = a->present;
	else
		p->version[group] = a->version;
}

static bool same_query(const struct rfc_query *a, const struct rfc_query *b)
{
	return a->group == b->group && a->sources == b->sources && a->suppress == b->suppress;
}

/* IGMP3-R-003, R-004, R-015 to R-024: what is asked, when, and with which S flag. */
static void check_sent(struct pair *p)
{
	for (unsigned i = 0; i < p->m.n_sent; i++) {
		const struct rfc_query *want = &p->m.sent[i];
		unsigned at = 0;

		while (at < p->n_sent && !same_query(&p->sent[at], want))
			at++;
		MUST(p, at < p->n_sent || want->may);
		if (at < p->n_sent)
			p->sent[at] = p->sent[--p->n_sent];
	}
	MUST(p, p->n_sent == 0);
}

/* ---- comparing ----------------------------------------------------------------------------- */

/* IGMP3-R-008 to: sources and what is left of their timers. */
static void check_sources(struct pair *p, unsigned group)
{
	const struct rfc_group *want = &p->m.groups[group];
	struct mc_addr g = group_at(p, (int)group);
	struct mc_router_source s;
	unsigned seen = 0;

	for (uint32_t i = 0; mc_router_source(p->r, &g, i, &s); i++) {
		unsigned n = speech_bit_of(&s.addr), bit = 1U << n;

		MUST(p, bit > seen && n < RFC_SOURCES);
		seen |= bit;
		MUST(p, (want->x | want->y) & bit);
		MUST(p, s.expires == (want->x & bit ? want->st[n] : 0));
		MUST(p, s.queries == want->left[n]);
	}
	MUST(p, seen == (want->x | want->y));
}

/* IGMP3-R-048, R-049, R-054 beside those: the version in force. */
static void check_group(struct pair *p, unsigned group)
{
	const struct rfc_group *want = &p->m.groups[group];
	struct mc_router_group got = { .size = sizeof(got) };
	struct mc_addr g = group_at(p, (int)group);

	MUST(p, mc_router_group(p->r, &g, &got) == want->known);
	if (!want->known)
		return;
	MUST(p, got.mode == want->mode);
	MUST(p, got.expires == want->gt);
	MUST(p, got.sources == (unsigned)__builtin_popcount(want->x | want->y));
	MUST(p, got.excluded == (unsigned)__builtin_popcount(want->y));
	MUST(p, got.older[0] == want->older[0] && got.older[1] == want->older[1]);
	MUST(p, got.version == rfc_version(&p->m, want));
	MUST(p, got.queries == want->asks);
	check_sources(p, group);
}

/* IGMP3-R-013, R-026, R-057. Returns the set of what is forwarded, bit 6: any other source. */
static unsigned check_forwards(struct pair *p, unsigned group)
{
	struct mc_addr g = group_at(p, (int)group), none = { .family = 0 };
	unsigned wanted = 0;

	for (unsigned i = 0; i <= RFC_SOURCES; i++) {
		unsigned bit = i < RFC_SOURCES ? 1U << i : 0;
		struct mc_addr s = speech_source(p->family, i);
		bool forwards = mc_router_forwards(p->r, &g, &s);

		MUST(p, forwards == rfc_forwards(&p->m, group, bit));
		wanted |= (unsigned)forwards << i;
	}
	MUST(p, mc_router_forwards(p->r, &g, &none) == rfc_forwards(&p->m, group, 0));
	return wanted;
}

/* A change is told, IGMP3-R-010, R-011; and so is that of the version. */
static void check_told(struct pair *p, unsigned group)
{
	unsigned wanted = check_forwards(p, group);
	struct mc_router_group g = { .size = sizeof(g) };
	struct mc_addr addr = group_at(p, (int)group);
	bool known = mc_router_group(p->r, &addr, &g);

	if (wanted != p->wanted[group])
		MUST(p, p->told[group] & 1U << MC_ACTION_GROUP);
	MUST(p, p->present[group] == known);
	if (known && (p->version[group] || g.version != p->m.proto->newest))
		MUST(p, p->version[group] == g.version);
	if (!known)
		p->version[group] = 0;
	p->forwarded += wanted != 0;
	p->wanted[group] = wanted;
	p->told[group] = 0;
}

/* IGMP3-R-030 to R-039 */
static void check_querier(struct pair *p)
{
	const struct rfc_router *m = &p->m;
	struct mc_router_status s = { .size = sizeof(s) };
	struct mc_addr addr = speech_node(p->family, m->querier ? RFC_OWN : m->other);

	mc_router_status(p->r, &s);
	MUST(p, s.querier == m->querier && p->self == s.querier);
	MUST(p, mc_addr_cmp(&s.addr, &addr) == 0 && mc_addr_cmp(&p->querier, &addr) == 0);
	MUST(p, s.robustness == rfc_rv(m) && s.query_interval == rfc_qi(m));
	MUST(p, s.other_querier == m->present);
	MUST(p, s.query == (m->querier ? m->query : MC_NEVER));
	MUST(p, s.group_membership_interval == rfc_gmi(m));
	MUST(p, s.other_querier_present_interval == rfc_oqpi(m));
	MUST(p, s.older_host_present_interval == rfc_ohpi(m));
}

static void poll(struct pair *p)
{
	struct mc_action a;

	mc_action_init(&a);
	p->n_sent = 0;
	while (mc_router_poll(p->r, p->m.now, &a))
		take(p, &a);
	MUST(p, mc_router_deadline(p->r) > p->m.now);
	rfc_poll(&p->m);
	check_sent(p);
	check_querier(p);
	for (unsigned i = 0; i < RFC_GROUPS; i++) {
		check_group(p, i);
		check_told(p, i);
	}
	p->compared++;
}

/* ---- time ---------------------------------------------------------------------------------- */

static void arrive(struct pair *p, mc_time at)
{
	rfc_expire(&p->m, at);
	poll(p);
}

/* Polls whenever the engine wants it. */
static void go(struct pair *p, mc_time until)
{
	mc_time next;

	while ((next = mc_router_deadline(p->r)) <= until)
		arrive(p, next);
	if (until > p->m.now)
		arrive(p, until);
}

/* The caller comes late, with or without a message that it has read meanwhile. */
static void go_late(struct pair *p, mc_time until, bool poll_first)
{
	if (poll_first)
		arrive(p, until);
	else
		rfc_expire(&p->m, until);
}

static mc_time some_time(struct pair *p, uint64_t *random)
{
	mc_time now = p->m.now, deadline = mc_router_deadline(p->r);
	uint64_t n = next_random(random), amount = n >> 32;

	switch (n % 16) {
	case 0:
	case 1:
		return deadline;
	case 2:
		return deadline - 1;
	case 3:
		return deadline + 1;
	case 4:
	case 5:
		return now + amount % 1000 * MC_MSEC;
	case 6:
	case 7:
		return now + amount % 5 * MC_SEC;
	case 8:
		return now + amount % 140 * MC_SEC;
	case 9:
		return now + amount % 40 * 10 * MC_SEC;
	default:
		return now;
	}
}

/* ---- messages ------------------------------------------------------------------------------ */

/* IGMP3-R-056: records of one report count in their order. */
static void report(struct pair *p, uint64_t *random)
{
	struct mc_msg head = speech_head(p->family, MC_REPORT, 0, HOST);
	uint64_t n = next_random(random), records = 1 + n % 3;
	uint8_t packet[SPEECH_PACKET], room[RFC_SOURCES * 16];
	struct mc_writer w;

	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	for (; records--; n = next_random(random)) {
		unsigned group = (unsigned)(n >> 8) % RFC_GROUPS, type = 1 + (unsigned)(n >> 16) % 6;
		unsigned set = (unsigned)((n >> 24) & (n >> 32)) % 64;
		struct mc_record rec = { .type = (uint8_t)type, .group = group_at(p, (int)group) };

		rec.sources = speech_sources(p->family, n >> 60 ? set : 0, room, sizeof(room));
		assert_int_equal(mc_writer_add(&w, &rec), rec.sources.n);
		rfc_record(&p->m, group, type, n >> 60 ? set : 0);
	}
	speech_hear(p->r, packet, mc_writer_end(&w), p->m.now);
}

/* IGMP3-R-050 to R-054, MLD2-R-011 */
static void older(struct pair *p, uint64_t *random)
{
	uint64_t n = next_random(random);
	unsigned version = 1 + (unsigned)n % (p->m.proto->newest - 1U),
		 group = (unsigned)(n >> 8) % RFC_GROUPS;
	bool leave = n >> 60 < 8 && version != p->m.proto->mute;
	struct mc_msg head = speech_head(p->family, MC_REPORT, p->m.proto->newest - version, HOST);
	struct mc_record rec = { .type = leave ? MC_TO_IN : MC_IS_EX, .group = group_at(p, (int)group) };
	uint8_t packet[SPEECH_PACKET];
	struct mc_writer w;

	rec.sources.family = p->family;
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	assert_int_equal(mc_writer_add(&w, &rec), 0);
	if (leave)
		rfc_leave(&p->m, group);
	else
		rfc_older(&p->m, group, version);
	speech_hear(p->r, packet, mc_writer_end(&w), p->m.now);
}

/* IGMP3-R-027 to R-036, MLD2-R-004, R-005: its own, of lower and of higher ones, of nobody. */
static void query(struct pair *p, uint64_t *random)
{
	static const mc_time responses[] = { 100 * MC_MSEC, 500 * MC_MSEC, MC_SEC, 2 * MC_SEC, 10 * MC_SEC };
	static const unsigned intervals[] = { 0, 5, 20, 60, 125, 125, 400 };
	uint64_t n = next_random(random);
	struct rfc_heard q = { .from = (unsigned)n % 7, .group = (int)(n >> 8 & 7) - 2, .old = n >> 60 == 0 };
	struct mc_msg m = speech_head(p->family, MC_QUERY, q.old, q.from);
	uint8_t packet[SPEECH_PACKET], room[RFC_SOURCES * 16];
	mc_time interval = intervals[(n >> 16) % COUNT(intervals)];

	if (q.group < -1 || q.group >= RFC_GROUPS)
		q.group = -1;
	q.max_resp = responses[(n >> 20) % COUNT(responses)];
	if (!q.old) {
		q.sources = q.group >= 0 && n >> 24 & 1 ? (unsigned)(n >> 32 & 63) : 0;
		q.suppress = n >> 40 & 1;
		q.qrv = (unsigned)(n >> 44) % 4;
		q.qi = interval * MC_SEC;
	}
	m.query.group = group_at(p, q.group);
	m.query.sources = speech_sources(p->family, q.sources, room, sizeof(room));
	m.query.max_resp = q.max_resp;
	m.query.interval = (uint32_t)(q.qi / MC_SEC);
	m.query.qrv = (uint8_t)q.qrv;
	m.query.suppress = q.suppress;
	rfc_hear(&p->m, &q);
	speech_hear(p->r, packet, mc_encode(packet, sizeof(packet), &m), p->m.now);
}

static void step(struct pair *p, uint64_t *random)
{
	mc_time at = some_time(p, random);
	uint64_t n = next_random(random) % 64;

	if (at < MC_NEVER - 1 && at > p->m.now) {
		if (n % 16 == 1)
			go_late(p, at, n & 16);
		else
			go(p, at);
	}
	if (n < 36)
		report(p, random);
	else if (n < 46)
		older(p, random);
	else if (n < 53)
		query(p, random);
	if (n % 8) /* else several messages come before it is polled */
		poll(p);
}

/* ---- the tests ------------------------------------------------------------------------------ */

static uint64_t steps(void)
{
	const char *text = getenv("MCAST_STEPS");

	return text ? strtoull(text, NULL, 10) : STEPS;
}

/* Other numbers with each seed, so that no two timers are always the same. */
static void begin(struct pair *p)
{
	struct mc_router_conf conf;
	mc_time now = 1000 * MC_SEC;

	mc_router_conf_init(&conf, p->family);
	conf.addr = speech_node(p->family, RFC_OWN);
	conf.seed = p->seed;
	p->m = (struct rfc_router){ .proto = mc_proto_of(p->family), .now = now, .rv = 2 };
	if (p->seed % 3 == 2) {
		p->m.rv = 3;
		p->m.lmqc = conf.last_member_query_count = 2;
		conf.query_interval = 30 * MC_SEC;
		conf.query_response_interval = 5 * MC_SEC;
		conf.last_member_query_interval = 2 * MC_SEC;
	}
	conf.robustness = (uint8_t)p->m.rv;
	p->m.qi = conf.query_interval;
	p->m.qri = conf.query_response_interval;
	p->m.lmqi = conf.last_member_query_interval;
	rfc_start(&p->m);
	assert_int_equal(mc_router_new(&p->r, &conf, now), 0);
	p->self = true;
	p->querier = conf.addr;
	poll(p);
}

/* In the end, nobody reports any more: nothing must be left. */
static void end(struct pair *p)
{
	struct mc_router_status s = { .size = sizeof(s) };

	poll(p);
	go(p, p->m.now + 3000 * MC_SEC);
	mc_router_status(p->r, &s);
	MUST(p, s.groups == 0 && s.sources == 0 && s.querier);
	mc_router_free(p->r);
}

static void run(uint8_t family, uint64_t seed)
{
	struct pair p = { .family = family, .seed = seed };
	uint64_t random = seed * 1000003 + family;

	begin(&p);
	for (; p.step < steps(); p.step++)
		step(&p, &random);
	MUST(&p, p.compared > p.step && p.forwarded > p.step);
	end(&p);
}

/* IGMP3-R-008 to, MLD2-R-004 to R-011 against the text of the RFC. */
static void test_igmp3_r_014_random_first(void **given)
{
	run(family_of(given), 1);
}

static void test_igmp3_r_014_random_second(void **given)
{
	run(family_of(given), 2);
}

static void test_igmp3_r_014_random_third(void **given)
{
	run(family_of(given), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_igmp3_r_014_random_first),
		BOTH(test_igmp3_r_014_random_second),
		BOTH(test_igmp3_r_014_random_third),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
