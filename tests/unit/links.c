/*
 * links.c - tests of the table of links: names, the limit, the order, and the earliest deadline
 * against one that is looked for among all trackers.
 */
#include "listen.h"
#include "watch/links.h"

#define STEPS 4000
#define SOME 40 /* links of a walk */

static const char *name_of(void *arg, uint32_t ifindex)
{
	const char *const *names = arg;

	return names[ifindex];
}

static struct links *new_links(const char *(*names)(void *, uint32_t), void *arg)
{
	struct links *s;

	assert_int_equal(links_new(&s, names, arg), 0);
	return s;
}

static struct link_seen *find(struct links *s, uint32_t ifindex, unsigned outer, unsigned inner)
{
	return links_find(s, ifindex, (uint16_t[]){ (uint16_t)outer, (uint16_t)inner });
}

static void check_name(struct links *s, uint32_t ifindex, unsigned outer, unsigned inner, const char *name,
		       const char *ifname)
{
	const struct link_seen *l = find(s, ifindex, outer, inner);

	assert_non_null(l);
	equal("name", l->name, name);
	equal("ifname", l->ifname, ifname);
	assert_true(l->ifindex == ifindex && l->vlan[0] == outer && l->vlan[1] == inner);
	assert_null(l->tracks[0]);
	assert_null(l->tracks[1]);
}

static void test_names_live(void **state)
{
	static const char *const names[] = { NULL, "lo", "eth0", NULL, "fifteen-letters" };
	struct links *s = new_links(name_of, (void *)(uintptr_t)names);

	(void)state;
	check_name(s, 2, 0, 0, "eth0", "eth0");
	check_name(s, 2, 10, 0, "eth0.10", "eth0");
	check_name(s, 2, 10, 20, "eth0.10.20", "eth0");
	check_name(s, 3, 0, 0, "if3", "");
	check_name(s, 3, 7, 0, "if3.7", "");
	check_name(s, 4, 4094, 4093, "fifteen-letters.4094.4093", "fifteen-letters");
	links_free(s);
}

static void test_names_file(void **state)
{
	struct links *s = new_links(NULL, NULL);

	(void)state;
	check_name(s, 0, 0, 0, "-", "");
	check_name(s, 0, 10, 0, "vlan10", "");
	check_name(s, 0, 10, 20, "vlan10.20", "");
	check_name(s, 3, 0, 0, "if3", "");
	check_name(s, UINT32_MAX, 4094, 4094, "if4294967295.4094.4094", "");
	links_free(s);
}

/* Each is found again, they come in the order of seeing, and one beyond the limit is counted. */
static void test_limit(void **state)
{
	struct links *s = new_links(NULL, NULL);
	struct link_seen *seen[LINKS_MOST], *l = NULL;

	(void)state;
	for (unsigned i = 0; i < LINKS_MOST; i++) {
		seen[i] = find(s, i % 3, 1 + i / 3 % 60, i / 180);
		assert_non_null(seen[i]);
	}
	assert_int_equal(links_dropped(s), 0);
	assert_null(find(s, 3, 0, 0));
	assert_null(find(s, 3, 0, 0));
	assert_null(find(s, 0, 0, 0));
	assert_int_equal(links_dropped(s), 3);
	for (unsigned i = LINKS_MOST; i-- > 0;)
		assert_ptr_equal(find(s, i % 3, 1 + i / 3 % 60, i / 180), seen[i]);
	for (unsigned i = 0; i < LINKS_MOST; i++) {
		l = links_next(s, l);
		assert_ptr_equal(l, seen[i]);
	}
	assert_null(links_next(s, l));
	assert_int_equal(links_dropped(s), 3);
	links_free(s);
}

static void test_empty(void **state)
{
	struct links *s = new_links(NULL, NULL);
	struct link_seen *l = NULL;

	(void)state;
	assert_null(links_next(s, NULL));
	assert_true(links_deadline(s) == MC_NEVER);
	assert_null(links_due(s, MC_NEVER, &l));
	assert_non_null(find(s, 1, 0, 0));
	assert_true(links_deadline(s) == MC_NEVER);
	links_free(s);
	links_free(NULL);
}

static void test_track(void **state)
{
	struct links *s = new_links(NULL, NULL);
	struct link_seen *l = find(s, 1, 0, 0);
	struct mc_track *v4 = links_track(s, l, MC_IPV4, MC_SEC), *v6 = links_track(s, l, MC_IPV6, MC_SEC);

	(void)state;
	assert_true(v4 && v6 && v4 != v6);
	assert_ptr_equal(links_track(s, l, MC_IPV4, 2 * MC_SEC), v4);
	assert_ptr_equal(links_track(s, l, MC_IPV6, 2 * MC_SEC), v6);
	assert_true(l->tracks[0] == v4 && l->tracks[1] == v6);
	links_free(s);
}

/* How many of `most` groups a new tracker keeps. */
static size_t kept(struct links *s, unsigned vlan, unsigned most)
{
	struct link l = { .proto = mc_proto_of(MC_IPV4), .now = MC_SEC, .begun = MC_SEC };

	l.t = links_track(s, find(s, 1, 1 + vlan, 0), MC_IPV4, MC_SEC);
	assert_non_null(l.t);
	for (unsigned i = 1; i <= most; i++)
		report(&l, 1, MC_IS_EX, i, "");
	return mc_track_groups(l.t);
}

/* Links that come late hold less, and each of them some. */
static void test_shares(void **state)
{
	struct links *s = new_links(NULL, NULL);

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		if (i % 8 == 0 && i >= 56)
			assert_int_equal(kept(s, i, 600), i < 80 ? 65536 >> i / 8 : 64);
		else
			assert_non_null(links_track(s, find(s, 1, 1 + i, 0), MC_IPV4, MC_SEC));
	}
	links_free(s);
}

/* ---- deadlines ----------------------------------------------------------------------------- */

struct walk {
	struct links *s;
	mc_time now;
	uint64_t random;
};

static mc_time earliest(const struct links *s)
{
	mc_time first = MC_NEVER;

	for (const struct link_seen *l = NULL; (l = links_next(s, l));)
		for (int i = 0; i < 2; i++)
			if (l->tracks[i] && mc_track_deadline(l->tracks[i]) < first)
				first = mc_track_deadline(l->tracks[i]);
	return first;
}

static void poll_all(const struct walk *w, struct mc_track *t)
{
	struct mc_track_event e;

	while (mc_track_poll(t, w->now, &e))
		;
}

/* Polls those that are due: as links_due has them, or by looking at all. */
static void poll_due(struct walk *w, bool by_due)
{
	struct link_seen *l = NULL;
	struct mc_track *t;

	while (by_due && (t = links_due(w->s, w->now, &l))) {
		assert_true(t == l->tracks[0] || t == l->tracks[1]);
		assert_true(mc_track_deadline(t) <= w->now);
		poll_all(w, t);
	}
	for (l = NULL; !by_due && (l = links_next(w->s, l));)
		for (int i = 0; i < 2; i++)
			if (l->tracks[i])
				poll_all(w, l->tracks[i]);
	assert_true(earliest(w->s) > w->now);
}

/* A message to one of some links, by which its deadline comes nearer or goes away. */
static void hear(struct walk *w)
{
	static const uint8_t types[] = { MC_IS_EX, MC_TO_IN, MC_TO_EX, MC_IS_EX };
	unsigned r = (unsigned)(next_random(&w->random) >> 8), which = r % SOME;
	uint8_t family = r >> 8 & 1 ? MC_IPV6 : MC_IPV4;
	struct link_seen *seen = find(w->s, which % 4, which / 4, 0);
	struct link l = { .proto = mc_proto_of(family), .now = w->now, .begun = w->now };

	assert_non_null(seen);
	l.t = links_track(w->s, seen, family, w->now);
	assert_non_null(l.t);
	if (r >> 9 & 7)
		report(&l, 1 + (r >> 12 & 3), types[r >> 14 & 3], 1 + (r >> 16 & 3), "");
	else
		ask(&l, (struct ask){ .router = 1 + (r >> 12 & 1), .group = r >> 13 & 3, .interval = 5 });
}

static void test_deadline(void **state)
{
	struct walk w = { .s = new_links(NULL, NULL), .now = 1000 * MC_SEC };
	unsigned moved = 0;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		uint64_t r = next_random(&w.random);

		for (uint64_t n = r >> 4 & 3; n-- > 0;)
			hear(&w);
		if (r & 1)
			assert_true(links_deadline(w.s) == earliest(w.s));
		w.now += (r >> 8) % (i % 500 ? 20 * MC_SEC / SOME : 400 * MC_SEC);
		if ((r & 12) == 12 && earliest(w.s) != MC_NEVER)
			w.now = earliest(w.s);
		moved += earliest(w.s) <= w.now;
		poll_due(&w, r & 2);
		assert_true(links_deadline(w.s) == earliest(w.s));
	}
	assert_true(moved > STEPS / 10);
	links_free(w.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_live), cmocka_unit_test(test_names_file),
		cmocka_unit_test(test_limit),      cmocka_unit_test(test_empty),
		cmocka_unit_test(test_track),      cmocka_unit_test(test_shares),
		cmocka_unit_test(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
