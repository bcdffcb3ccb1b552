/*
 * router_memory.c - the router role without memory, and at its limits (ROB-018): too much is forwarded
 * rather than too little, what is refused is counted, nothing leaks. calloc, realloc and free are wrapped
 * by the linker.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "speech.h"

/* ---- an allocator that fails ---------------------------------------------------------------- */

static struct {
	size_t n, fails; /* allocations; the first that fails, 0: none */
	bool all;        /* and all behind it */
	bool new_failed; /* something that is no list that changes its size */
	long alive;      /* blocks */
} memory;

void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *p);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *p);

static bool fails(void)
{
	size_t n = ++memory.n;

	return memory.fails && (n == memory.fails || (memory.all && n > memory.fails));
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p = fails() ? NULL : __real_calloc(n, size);

	memory.new_failed |= !p;
	memory.alive += p != NULL;
	return p;
}

void *__wrap_realloc(void *old, size_t size)
{
	void *p = fails() ? NULL : __real_realloc(old, size);

	memory.alive += p && !old;
	return p;
}

void __wrap_free(void *p)
{
	memory.alive -= p != NULL;
	__real_free(p);
}

/* ---- a scene -------------------------------------------------------------------------------- */

enum { ANY = 63, OTHERS = 24, SSM = OTHERS, GROUPS = 28, OWN = 9, HOST = 77 };
enum op { REPORT, OLDER, OLDEST, LEAVE, QUERY, WAIT, CONFIGURE, MANY };

struct line {
	enum op op;
	unsigned type, group; /* WAIT: group is seconds; CONFIGURE: octets; MANY: as many groups */
	uint64_t set;         /* of sources */
};

/* Groups with and without sources, lists that grow and shrink, older hosts, every query there is, another
 * querier. */
static const struct line scene[] = {
	{ REPORT, MC_IS_EX, 0, 0 },
	{ REPORT, MC_IS_IN, 1, 0x3 },
	{ REPORT, MC_ALLOW, 1, 0xfc },
	{ REPORT, MC_IS_EX, 2, 0xff },
	{ REPORT, MC_IS_IN, SSM, 0x1 },
	{ REPORT, MC_ALLOW, SSM, 0xf0 },
	{ OLDER, 0, 3, 0 },
	{ MANY, MC_IS_EX, 12, 0 },
	{ REPORT, MC_ALLOW, 1, 0xffffff00 },
	{ WAIT, 0, 5, 0 },
	{ REPORT, MC_BLOCK, 1, 0xf },
	{ REPORT, MC_BLOCK, 0, 0x30 },
	{ REPORT, MC_TO_IN, 2, 0x300 },
	{ WAIT, 0, 1, 0 },
	{ REPORT, MC_ALLOW, 2, 0xf000000000 },
	{ LEAVE, 0, 3, 0 },
	{ WAIT, 0, 3, 0 },
	{ OLDEST, 0, 4, 0 },
	{ REPORT, MC_TO_EX, SSM + 1, 0x3 },
	{ REPORT, MC_TO_IN, SSM + 1, 0x3 },
	{ REPORT, MC_TO_EX, 1, 0xff0ff },
	{ CONFIGURE, 0, 9000, 0 },
	{ REPORT, MC_IS_EX, 5, 0xffffffffff },
	{ REPORT, MC_TO_EX, 5, 0xf },
	{ WAIT, 0, 40, 0 },
	{ MANY, MC_IS_IN, OTHERS, 0x7 },
	{ REPORT, MC_TO_IN, 6, 0 },
	{ REPORT, MC_BLOCK, SSM, 0x10 },
	{ QUERY, 1, 5, 0x3 },
	{ QUERY, 1, 0, 0 },
	{ REPORT, MC_IS_EX, 0, 0 },
	{ WAIT, 0, 200, 0 },
	{ OLDER, 0, 7, 0 },
	{ MANY, MC_IS_EX, 20, 0x1 },
	{ WAIT, 0, 100, 0 },
};

/* What was forwarded after each line: bits of sources; ANY: of any other. */
typedef uint64_t record_of[COUNT(scene)][GROUPS];

struct play {
	uint8_t family;
	struct mc_router *r;
	struct mc_router_conf conf;
	mc_time now;
	bool refused[GROUPS];
	unsigned warned; /* bits of enum mc_warning */
	record_of wanted;
};

static struct mc_addr group_at(const struct play *p, unsigned i)
{
	if (i >= SSM)
		return speech_addr(p->family, "232.1.0.0", "ff3e::8000:0", i + 1);
	return speech_addr(p->family, "239.1.0.0", "ff15::", i + 1);
}

static void poll(struct play *p)
{
	struct mc_action a;

	mc_action_init(&a);
	while (mc_router_poll(p->r, p->now, &a))
		if (a.kind == MC_ACTION_WARN)
			p->warned |= 1U << a.warning;
	assert_true(mc_router_deadline(p->r) > p->now);
}

static void pass(struct play *p, mc_time wait)
{
	mc_time until = p->now + wait;

	while (mc_router_deadline(p->r) <= until) {
		p->now = mc_router_deadline(p->r);
		poll(p);
	}
	p->now = until;
	poll(p);
}

static void report(struct play *p, unsigned behind, unsigned type, unsigned group, uint64_t set)
{
	struct mc_msg head = speech_head(p->family, MC_REPORT, behind, HOST);
	struct mc_record rec = { .type = (uint8_t)type, .group = group_at(p, group) };
	uint8_t packet[SPEECH_PACKET], room[SPEECH_SOURCES * 16];
	struct mc_writer w;

	rec.sources = speech_sources(p->family, set, room, sizeof(room));
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	assert_int_equal(mc_writer_add(&w, &rec), rec.sources.n);
	speech_hear(p->r, packet, mc_writer_end(&w), p->now);
	poll(p);
}

static void query(struct play *p, unsigned from, unsigned group, uint64_t set)
{
	struct mc_msg m = speech_head(p->family, MC_QUERY, 0, from);
	uint8_t packet[SPEECH_PACKET], room[SPEECH_SOURCES * 16];

	m.query.group.family = p->family;
	if (set)
		m.query.group = group_at(p, group);
	m.query.sources = speech_sources(p->family, set, room, sizeof(room));
	m.query.max_resp = MC_SEC;
	speech_hear(p->r, packet, mc_encode(packet, sizeof(packet), &m), p->now);
	poll(p);
}

/* Without memory, what was configured before stays. */
static void configure(struct play *p, uint16_t mtu)
{
	struct mc_router_conf conf = p->conf;
	uint16_t before = mc_router_configured(p->r)->mtu;
	int err;

	conf.mtu = mtu;
	err = mc_router_configure(p->r, &conf, p->now);
	assert_true(err == 0 || err == -ENOMEM);
	assert_int_equal(mc_router_configured(p->r)->mtu, err ? before : mtu);
	poll(p);
}

static void act(struct play *p, const struct line *l)
{
	uint8_t oldest = (uint8_t)(mc_proto_of(p->family)->newest - 1);

	switch (l->op) {
	case REPORT:
		report(p, 0, l->type, l->group, l->set);
		break;
	case OLDER:
	case LEAVE:
		report(p, 1, l->op == LEAVE ? MC_TO_IN : MC_IS_EX, l->group, 0);
		break;
	case OLDEST:
		report(p, oldest, MC_IS_EX, l->group, 0);
		break;
	case QUERY:
		query(p, l->type, l->group, l->set);
		break;
	case WAIT:
		pass(p, l->group * MC_SEC);
		break;
	case CONFIGURE:
		configure(p, (uint16_t)l->group);
		break;
	default:
		for (unsigned i = 8; i < l->group; i++)
			report(p, 0, l->type, i, l->set);
	}
}

static uint64_t forwarded(const struct play *p, unsigned group)
{
	struct mc_addr g = group_at(p, group), none = { .family = 0 };
	uint64_t set = (uint64_t)mc_router_forwards(p->r, &g, &none) << ANY;

	for (unsigned i = 0; i < ANY; i++) {
		struct mc_addr s = speech_source(p->family, i);

		set |= (uint64_t)mc_router_forwards(p->r, &g, &s) << i;
	}
	return set;
}

static struct play play_of(uint8_t family)
{
	struct play p = { .family = family, .now = MC_SEC };

	mc_router_conf_init(&p.conf, family);
	p.conf.addr = speech_node(family, OWN);
	return p;
}

/* ---- every allocation fails once ------------------------------------------------------------ */

/* What is missing beside a run that had memory: only new groups are refused, and new sources of those
 * groups that may not be forwarded from everybody. */
static void check(struct play *p, size_t line, const record_of whole)
{
	for (unsigned g = 0; g < GROUPS; g++) {
		uint64_t before = line ? p->wanted[line - 1][g] : 0;
		uint64_t missing = whole[line][g] & ~p->wanted[line][g];

		if (!missing)
			continue;
		assert_true(mc_router_count(p->r, MC_NO_MEMORY) > 0);
		if (g >= SSM)
			assert_int_equal(missing & before, 0);
		else if (!before)
			p->refused[g] = true;
		else
			assert_true(p->refused[g]);
	}
}

/* False: there was no memory to begin with. whole: what is to be compared with, or NULL. */
static bool perform(struct play *p, const record_of whole)
{
	struct mc_router *none = NULL;

	p->r = none;
	if (mc_router_new(&p->r, &p->conf, p->now) != 0) {
		assert_null(p->r);
		return false;
	}
	poll(p);
	for (size_t i = 0; i < COUNT(scene); i++) {
		act(p, &scene[i]);
		for (unsigned g = 0; g < GROUPS; g++)
			p->wanted[i][g] = forwarded(p, g);
		if (whole)
			check(p, i, whole);
	}
	return true;
}

static void finish(struct play *p)
{
	struct mc_router_status s = { .size = sizeof(s) };

	pass(p, 2000 * MC_SEC);
	mc_router_status(p->r, &s);
	assert_int_equal(s.groups, 0);
	assert_int_equal(s.sources, 0);
	mc_router_free(p->r);
}

/* Returns how many allocations there were. */
static size_t fail_at(uint8_t family, size_t n, bool all, const record_of whole)
{
	struct play p = play_of(family);
	size_t used;

	memory.n = 0;
	memory.fails = n;
	memory.all = all;
	memory.new_failed = false;
	if (perform(&p, whole)) {
		if (memory.new_failed || memcmp(p.wanted, whole, sizeof(p.wanted)) != 0)
			assert_true(mc_router_count(p.r, MC_NO_MEMORY) > 0);
		finish(&p);
	}
	used = memory.n;
	memory.fails = 0;
	assert_int_equal(memory.alive, 0);
	return used;
}

static void fail_each(uint8_t family, bool all)
{
	struct play whole = play_of(family);
	size_t n = 0, used;

	memory.fails = 0;
	assert_int_equal(memory.alive, 0);
	assert_true(perform(&whole, NULL));
	assert_int_equal(mc_router_count(whole.r, MC_NO_MEMORY), 0);
	finish(&whole);
	do
		used = fail_at(family, ++n, all, whole.wanted);
	while (used >= n); /* it did fail */
	assert_in_range(n, 60, 10000);
}

static void test_rob_018_an_allocation_fails(void **given)
{
	fail_each(family_of(given), false);
}

static void test_rob_018_no_more_memory(void **given)
{
	fail_each(family_of(given), true);
}

/* ---- limits --------------------------------------------------------------------------------- */

static void start(struct play *p)
{
	memory.fails = 0;
	assert_int_equal(mc_router_new(&p->r, &p->conf, p->now), 0);
	poll(p);
}

static struct mc_router_group group_of(const struct play *p, unsigned group)
{
	struct mc_router_group g = { .size = sizeof(g) };
	struct mc_addr addr = group_at(p, group);

	if (!mc_router_group(p->r, &addr, &g))
		g.group.family = 0;
	return g;
}

static void test_rob_018_groups(void **given)
{
	struct play p = play_of(family_of(given));

	p.conf.max_groups = 3;
	start(&p);
	for (unsigned i = 0; i < 3; i++)
		report(&p, 0, MC_IS_EX, i, 0);
	assert_int_equal(p.warned, 0);
	for (unsigned i = 3; i < 5; i++)
		report(&p, 0, MC_TO_EX, i, 0);
	assert_int_equal(mc_router_count(p.r, MC_GROUP_LIMIT), 2);
	assert_int_equal(p.warned, 1U << MC_WARN_GROUPS);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(forwarded(&p, i) != 0, i < 3);
	report(&p, 0, MC_TO_IN, 1, 0);
	pass(&p, 2 * MC_SEC);
	report(&p, 0, MC_IS_IN, 3, 0x5);
	assert_int_equal(forwarded(&p, 3), 0x5);
	assert_int_equal(forwarded(&p, 1), 0);
	mc_router_free(p.r);
}

static void test_rob_018_sources_of_include(void **given)
{
	struct play p = play_of(family_of(given));

	p.conf.max_sources = 4;
	start(&p);
	report(&p, 0, MC_IS_IN, 0, 0xf);
	assert_int_equal(forwarded(&p, 0), 0xf);
	assert_int_equal(mc_router_count(p.r, MC_SOURCE_LIMIT), 0);
	report(&p, 0, MC_ALLOW, 0, 0x18);
	assert_int_equal(forwarded(&p, 0), UINT64_MAX);
	assert_int_equal(group_of(&p, 0).mode, MC_EXCLUDE);
	assert_int_equal(group_of(&p, 0).sources, 0);
	assert_true(group_of(&p, 0).expires == p.now + 270 * MC_SEC);
	assert_int_equal(mc_router_count(p.r, MC_SOURCE_LIMIT), 1);
	assert_int_equal(p.warned, 1U << MC_WARN_SOURCES);
	mc_router_free(p.r);
}

static void test_rob_018_sources_of_exclude(void **given)
{
	struct play p = play_of(family_of(given));

	p.conf.max_sources = 4;
	start(&p);
	report(&p, 0, MC_IS_EX, 0, 0xf);
	assert_int_equal(forwarded(&p, 0), UINT64_MAX & ~UINT64_C(0xf));
	report(&p, 0, MC_IS_EX, 0, 0x1e); /* as many again: those that are not listed go */
	assert_int_equal(mc_router_count(p.r, MC_SOURCE_LIMIT), 0);
	report(&p, 0, MC_TO_EX, 0, 0x1f);
	assert_int_equal(forwarded(&p, 0), UINT64_MAX);
	assert_int_equal(group_of(&p, 0).sources, 0);
	report(&p, 0, MC_IS_EX, 1, 0x1f);
	assert_int_equal(forwarded(&p, 1), UINT64_MAX);
	assert_int_equal(mc_router_count(p.r, MC_SOURCE_LIMIT), 2);
	mc_router_free(p.r);
}

static void test_rob_018_sources_of_ssm(void **given)
{
	struct play p = play_of(family_of(given));

	p.conf.max_sources = 4;
	start(&p);
	report(&p, 0, MC_ALLOW, SSM, 0x7);
	report(&p, 0, MC_ALLOW, SSM, 0x72);
	assert_int_equal(__builtin_popcountll(forwarded(&p, SSM)), 4);
	assert_int_equal(forwarded(&p, SSM) & 0x7, 0x7);
	assert_int_equal(forwarded(&p, SSM) & ~UINT64_C(0x77), 0);
	assert_int_equal(group_of(&p, SSM).mode, MC_INCLUDE);
	assert_int_equal(mc_router_count(p.r, MC_SOURCE_LIMIT), 2);
	assert_int_equal(p.warned, 1U << MC_WARN_SOURCES);
	mc_router_free(p.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_rob_018_an_allocation_fails),
		BOTH(test_rob_018_no_more_memory),
		BOTH(test_rob_018_groups),
		BOTH(test_rob_018_sources_of_include),
		BOTH(test_rob_018_sources_of_exclude),
		BOTH(test_rob_018_sources_of_ssm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
