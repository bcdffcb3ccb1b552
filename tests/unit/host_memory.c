/*
 * host_memory.c - the host role without memory: over a scene with sockets, sources, queries of all kinds and
 * older versions each allocation fails once. A request that is refused changes nothing, whatever else cannot
 * be done is counted, what is said can be read, and nothing is left behind.
 */
#include <errno.h>

#include "starve.h"

#include "member.h"

enum { CROWD = 20, LISTED = 12 };

struct scene {
	struct member m;
	bool refused; /* something was, and said so */
};

/* ---- steps --------------------------------------------------------------------------------- */

static void read_packet(const struct scene *s, const struct mc_action *a)
{
	struct mc_msg msg;
	uint8_t *block;

	assert_int_equal(wire_decode(&msg, &block, a->octets, a->len), 0);
	check_packet(&s->m, &msg, a);
	free(block);
}

/* What reads the packets has memory. */
static void drain(struct scene *s)
{
	struct mc_action a;
	size_t armed;

	mc_action_init(&a);
	while (mc_host_poll(s->m.h, s->m.now, &a)) {
		armed = starve_in;
		starve_in = 0;
		if (a.kind == MC_ACTION_SEND)
			read_packet(s, &a);
		starve_in = armed;
	}
	assert_true(mc_host_deadline(s->m.h) > s->m.now);
}

static void go_on(struct scene *s, mc_time seconds)
{
	mc_time until = s->m.now + seconds * MC_SEC;

	while (mc_host_deadline(s->m.h) <= until) {
		s->m.now = mc_host_deadline(s->m.h);
		drain(s);
	}
	s->m.now = until;
	drain(s);
}

/* IGMP3-H-006: refused, and then all is as it was; or done. */
static void wants_set(struct scene *s, int group, unsigned socket, struct filter f)
{
	struct sockets next = s->m.sockets[group];
	size_t armed = starve_in;
	struct filter is;
	int err = ask_for(&s->m, group, socket, f, false);

	assert_true(err == 0 || (err == -ENOBUFS && armed && !starve_in));
	s->refused |= err != 0;
	set_socket(&next, socket, f);
	if (!err)
		s->m.sockets[group] = next;
	armed = starve_in;
	starve_in = 0;
	is = filter_of(s->m.h, s->m.proto, group);
	assert_int_equal(is.mode, merged(&s->m.sockets[group]).mode);
	assert_true(is.set == merged(&s->m.sockets[group]).set);
	starve_in = armed;
}

static void ask(struct scene *s, unsigned behind, int group, uint64_t set)
{
	uint8_t packet[1500], room[LISTED * 16];
	struct mc_addr list[SOURCES_MOST];
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.family = s->m.proto->family;
	m.version = (uint8_t)(s->m.proto->newest - behind);
	m.ip.src = host_at(s->m.proto, 200);
	if (group >= 0)
		m.query.group = group_at(s->m.proto, group);
	mc_sources_pack(&m.query.sources, room, sizeof(room), list, addrs_of(s->m.proto, set, false, list));
	m.query.max_resp = MC_SEC;
	assert_true(mc_encode(packet, sizeof(packet), &m) > 0);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, packet, sizeof(packet)), 0);
	mc_host_input(s->m.h, &m, s->m.now);
}

/* Many groups, so that tables grow, each with more than one socket's EXCLUDE({}). */
static void crowd(struct scene *s)
{
	struct mc_addr group = group_at(s->m.proto, ANY), source = source_at(s->m.proto, 0);
	struct mc_host_group state = { .size = sizeof(state) };

	for (unsigned i = 0; i < CROWD; i++) {
		size_t armed = starve_in;
		int err;

		group.b[s->m.proto->addr_len - 2] = 9;
		group.b[s->m.proto->addr_len - 1] = (uint8_t)i;
		err = mc_host_listen(s->m.h, 1, &group, MC_EXCLUDE, &source, i % 3 == 0, s->m.now);
		assert_true(err == 0 || (err == -ENOBUFS && armed && !starve_in));
		assert_int_equal(mc_host_group(s->m.h, &group, &state), err == 0);
		s->refused |= err != 0;
	}
}

static void first_part(struct scene *s)
{
	wants_set(s, ANY, 1, (struct filter){ MC_EXCLUDE, 0 });
	wants_set(s, OTHER, 1, (struct filter){ MC_INCLUDE, 0x0ff });
	wants_set(s, SSM, 1, (struct filter){ MC_INCLUDE, 0x003 });
	drain(s);
	wants_set(s, ANY, 2, (struct filter){ MC_EXCLUDE, 0x01f });
	wants_set(s, OTHER, 2, (struct filter){ MC_INCLUDE, 0xf00 });
	wants_set(s, OTHER, 1, (struct filter){ MC_INCLUDE, 0x0f1 });
	drain(s);
	wants_set(s, ANY, 1, (struct filter){ MC_EXCLUDE, 0x006 });
	wants_set(s, SSM, 1, nothing);
	ask(s, 0, ANY, 0x0f0);
	ask(s, 0, OTHER, 0x00f);
	ask(s, 0, OTHER, 0x0f0);
	go_on(s, 3);
	ask(s, 0, OTHER, 0x0f0);
	ask(s, 0, -1, 0);
	ask(s, 0, ANY, 0);
	go_on(s, 3);
}

static void second_part(struct scene *s)
{
	ask(s, 1, -1, 0);
	wants_set(s, LOCAL, 1, (struct filter){ MC_INCLUDE, 0x1 });
	go_on(s, 20);
	wants_set(s, LOCAL, 1, nothing);
	wants_set(s, ANY, 1, nothing);
	ask(s, 0, -1, 0);
	go_on(s, 500);
	wants_set(s, ANY, 2, (struct filter){ MC_INCLUDE, 0x1 });
	wants_set(s, OTHER, 3, (struct filter){ MC_EXCLUDE, 0x1 });
}

/* Its first address comes, and packets of another size. */
static void reconfigured(struct scene *s)
{
	struct mc_host_conf c = s->m.conf;
	size_t armed = starve_in;
	int err;

	c.addr = host_at(s->m.proto, 1);
	c.mtu = 2000;
	err = mc_host_configure(s->m.h, &c, s->m.now);
	assert_true(err == 0 || (err == -ENOMEM && armed && !starve_in));
	if (err == 0)
		s->m.conf = c;
	s->refused |= err != 0;
	go_on(s, 10);
}

/* All of it; the host is there until it is freed. */
static void play(struct scene *s)
{
	first_part(s);
	crowd(s);
	second_part(s);
	reconfigured(s);
	mc_host_refused(s->m.h, MC_ERR_SHORT);
	go_on(s, 10);
	wants_set(s, OTHER, 1, nothing);
	wants_set(s, OTHER, 2, nothing);
	wants_set(s, OTHER, 3, nothing);
	go_on(s, 10);
}

static int begin(struct scene *s, uint8_t family)
{
	struct mc_host_conf conf;

	mc_host_conf_init(&conf, family);
	*s = (struct scene){ .m = { .proto = mc_proto_of(family), .now = 1000 * MC_SEC, .conf = conf } };
	return mc_host_new(&s->m.h, &conf, s->m.now);
}

/* Whether no allocation failed any more. */
static bool without(uint8_t family, size_t n)
{
	size_t held = starve_held;
	bool whole = false;
	struct scene s;

	starve_in = n;
	if (begin(&s, family) == 0) {
		play(&s);
		whole = starve_in > 0 || !n;
		starve_in = 0;
		assert_int_equal(whole || s.refused, mc_host_count(s.m.h, MC_NO_MEMORY) == 0);
		mc_host_free(s.m.h);
	} else {
		assert_int_equal(n, 1);
		assert_int_equal(starve_in, 0);
	}
	assert_int_equal(starve_held, held);
	return whole;
}

/* ---- tests --------------------------------------------------------------------------------- */

/* What a sanitizer sees of it without failures. */
static void test_scene(void **given)
{
	assert_true(without(family_of(given), 0));
}

/* IGMP3-H-006, ROB-017. */
static void test_starved(void **given)
{
	size_t n = 1;

	while (!without(family_of(given), n))
		n++;
	assert_in_range(n, 100, 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_scene),
		BOTH(test_starved),
	};

	return cmocka_run_group_tests_name("host_memory", tests, NULL, NULL);
}
