/*
 * listening.c - tests of what a verb listens to, over a veth pair: what is joined, with which sources, while
 * filters, targets and interfaces change.
 */
#include <listen.h> /* of cmd: there is a listen.h of the tests, too */

#include <sys/resource.h>

#include "ifs.h"
#include "net/sockaddr.h"
#include "out.h"
#include "sockets.h"

static const struct verb verb = { .name = "test" };

struct rig {
	struct listen_set set;
	char told[256]; /* of memberships that came and went: "+v0 -lo " */
};

static void on_ready(struct mc_watch *w)
{
	(void)w;
}

static void on_change(void *arg, const struct listener *l, const struct member *m, bool joined,
		      const char *why)
{
	struct rig *r = arg;
	size_t n = strlen(r->told);

	assert_true(l->set == &r->set && (why == NULL) == joined);
	snprintf(r->told + n, sizeof r->told - n, "%c%s ", joined ? '+' : '-', m->ifname);
}

static struct rig *rig_open(bool unicast)
{
	static struct rig rig;

	rig = (struct rig){ .set = { .verb = &verb,
				     .ifs = ifs_new(true),
				     .conf = { .ttl = -1, .port = 4321, .unicast = unicast },
				     .ready = on_ready,
				     .changed = on_change,
				     .changed_arg = &rig } };
	assert_int_equal(mc_loop_new(&rig.set.loop), 0);
	return &rig;
}

static void rig_close(struct rig *r)
{
	listen_close(&r->set);
	mc_loop_free(r->set.loop);
	mc_ifaces_free(r->set.ifs);
}

static int add(struct rig *r, const char *text)
{
	struct mc_target t;

	mc_target_init(&t);
	assert_int_equal(mc_target_parse(&t, text), 0);
	return listen_add(&r->set, &t);
}

/* A rig that listens to one group. */
static struct rig *rig_of(const char *target)
{
	struct rig *r = rig_open(false);

	assert_int_equal(add(r, target), 0);
	assert_int_equal(listen_open(&r->set), 0);
	return r;
}

static void told(struct rig *r, const char *want)
{
	equal("told", r->told, want);
	*r->told = '\0';
}

/* ---- what the kernel holds ---------------------------------------------------------- */

/* "-" not joined, "ex ", "ex a", "in bc": sources are the senders of far. */
static const char *held(const struct names *f, const struct listener *l, uint32_t ifindex)
{
	static char text[32];
	union {
		struct group_filter f;
		char room[GROUP_FILTER_SIZE(64)];
	} u = { .f = { .gf_interface = ifindex, .gf_numsrc = 64 } };
	const struct sockaddr_storage *sources = u.f.gf_slist;
	socklen_t len = sizeof u;
	uint16_t port;

	mc_sa_put(&u.f.gf_group, &l->group, 0, ifindex);
	if (!l->ports ||
	    getsockopt(l->ports->watch.fd, mc_sa_level(l->group.family), MCAST_MSFILTER, &u, &len))
		return "-";
	memset(text, 0, sizeof text);
	snprintf(text, sizeof text, u.f.gf_fmode == MCAST_INCLUDE ? "in " : "ex ");
	for (int i = 0; i < SENDERS; i++)
		for (uint32_t k = 0; k < u.f.gf_numsrc; k++) {
			struct mc_addr found = mc_sa_get(&sources[k], &port), far = address(f->far[i]);

			if (!mc_addr_cmp(&found, &far))
				text[strlen(text)] = (char)('a' + i);
		}
	return text;
}

static void check_held(const struct names *f, const struct listener *l, const char *want)
{
	equal("v0", held(f, l, V0), want);
	equal("lo", held(f, l, LO), want);
}

/* A filter as held() writes it. */
static int set_filter(const struct names *f, struct listener *l, const char *shape)
{
	enum mc_mode mode = *shape == 'e' ? MC_EXCLUDE : MC_INCLUDE;
	struct mc_addr sources[SENDERS];
	size_t n = 0;

	for (const char *c = *shape == '-' ? "" : shape + 3; *c; c++)
		sources[n++] = address(f->far[*c - 'a']);
	return listen_filter(l, mode, sources, n);
}

/* ---- tests -------------------------------------------------------------------------- */

static void test_open(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		mc_time before = out_now();
		struct rig *r = rig_of(f->group);
		struct listener *l = r->set.v[0];

		assert_int_equal(r->set.n, 1); /* no unicast */
		assert_true(l->open && l->mode == MC_EXCLUDE && !l->nsources && !l->own);
		assert_int_equal(l->port, 4321);
		assert_int_equal(port_of(l->ports->watch.fd), 4321);
		assert_int_equal(l->nmembers, 2);
		for (size_t i = 0; i < 2; i++)
			assert_in_range(l->members[i].joined, before - MC_SEC, out_now() + MC_SEC);
		check_held(f, l, "ex ");
		told(r, "");
		rig_close(r);
	}
}

static void test_unicast(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(true);
		char text[64];

		assert_int_equal(add(r, f->group), 0);
		snprintf(text, sizeof text, f->family == MC_IPV6 ? "[%s]:7000" : "%s:7000", f->other_group);
		assert_int_equal(add(r, text), 0);
		assert_int_equal(listen_open(&r->set), 0);
		assert_int_equal(r->set.n, 4);
		assert_true(listen_is_unicast(r->set.v[2]) && listen_is_unicast(r->set.v[3]));
		snprintf(text, sizeof text, f->family == MC_IPV6 ? "[%s]:7000" : "%s:7000", f->group);
		assert_int_equal(add(r, text), 0); /* later: its twin is there */
		assert_int_equal(listen_open(&r->set), 0);
		assert_int_equal(r->set.n, 5);
		rig_close(r);
	}
}

static const char *const shapes[] = { "ex ", "ex a", "ex bc", "in a", "in bc", "in c", "-" };

/* Every filter after every other, on both interfaces. */
static void test_filters(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_of(f->group);
		struct listener *l = r->set.v[0];

		for (size_t from = 0; from < COUNT(shapes); from++)
			for (size_t to = 0; to < COUNT(shapes); to++) {
				bool gone = *shapes[from] == '-', goes = *shapes[to] == '-';
				mc_time before = out_now(), joined;

				assert_int_equal(set_filter(f, l, shapes[from]), 0);
				check_held(f, l, shapes[from]);
				assert_int_equal(l->nmembers, gone ? 0 : 2);
				joined = gone ? 0 : l->members[0].joined;
				*r->told = '\0';
				assert_int_equal(set_filter(f, l, shapes[to]), 0);
				check_held(f, l, shapes[to]);
				told(r, gone == goes ? "" : goes ? "-v0 -lo " : "+lo +v0 ");
				if (!gone && !goes)
					assert_true(l->members[0].joined == joined);
				else if (!goes)
					assert_true(l->members[0].joined >= before - MC_SEC);
			}
		rig_close(r);
	}
}

/* A filter that is set before is what is joined with. */
static void test_filter_first(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	for (size_t i = 0; *shapes[i] != '-'; i++) {
		struct rig *r = rig_open(false);

		assert_int_equal(add(r, f->group), 0);
		assert_int_equal(set_filter(f, r->set.v[0], shapes[i]), 0);
		assert_int_equal(listen_open(&r->set), 0);
		check_held(f, r->set.v[0], shapes[i]);
		rig_close(r);
	}
}

/* Ten sources are all that a new namespace takes (IPv4): then all is as it was. */
static void test_filter_fails(void **state)
{
	const struct names *f = &families[0];
	struct mc_addr many[11];

	netns_of(state);
	for (size_t k = 0; k < COUNT(many); k++) {
		many[k] = address("192.0.2.0");
		assert_int_equal(mc_addr_add(&many[k], (uint32_t)k + 1), 0);
	}
	struct rig *r = rig_of(f->group);
	struct listener *l = r->set.v[0];

	for (size_t i = 0; i < COUNT(shapes); i++)
		for (enum mc_mode mode = MC_INCLUDE; mode <= MC_EXCLUDE; mode++) {
			size_t members = *shapes[i] == '-' ? 0 : 2;

			assert_int_equal(set_filter(f, l, shapes[i]), 0);
			assert_int_equal(listen_filter(l, mode, many, 11), -ENOBUFS);
			check_held(f, l, shapes[i]);
			assert_int_equal(l->nmembers, members);
			assert_true(l->nsources < 11);
		}
	rig_close(r);
	r = rig_open(false);
	assert_int_equal(add(r, f->group), 0);
	assert_int_equal(listen_filter(r->set.v[0], MC_EXCLUDE, many, 11), 0);
	assert_int_equal(listen_open(&r->set), EXIT_CANNOT); /* refused then */
	assert_int_equal(r->set.n, 0);
	rig_close(r);
}

/* An interface that comes later joins with the filter of now, and not where the group was left. */
static void test_later_interface(void **state)
{
	static const struct {
		const char *shape, *told;
	} rows[] = { { "ex b", "+w0 " }, { "in ac", "+w0 " }, { "-", "" } };

	for (size_t i = 0; i < COUNT(rows); i++)
		EACH_FAMILY(f)
		{
			netns_of(state);
			struct rig *r = rig_of(f->group);
			struct listener *l = r->set.v[0];

			assert_int_equal(set_filter(f, l, rows[i].shape), 0);
			*r->told = '\0';
			ip("link add w0 index 30 type veth peer name w1\n"
			   "link set w0 up\n"
			   "address add 10.0.9.1/24 dev w0\naddress add 2001:db8:9::1/64 dev w0 nodad\n");
			assert_int_equal(mc_ifaces_process(r->set.ifs), 0);
			listen_follow(&r->set);
			equal("w0", held(f, l, 30), rows[i].shape);
			told(r, rows[i].told);
			ip("link del w0\n");
			assert_int_equal(mc_ifaces_process(r->set.ifs), 0);
			listen_follow(&r->set);
			told(r, *rows[i].told ? "-w0 " : "");
			assert_int_equal(l->nmembers, *rows[i].told ? 2 : 0);
			rig_close(r);
		}
}

/* Targets that are added later; what cannot be opened leaves no trace. */
static void test_add_later(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_of(f->group);
		struct mc_sock_conf c = conf_of(f, NULL, 7777);
		int fd = opened(&c); /* has the port to itself */
		char text[80];

		snprintf(text, sizeof text, f->family == MC_IPV6 ? "[%s]:5000+3" : "%s:5000+3", f->group);
		assert_int_equal(add(r, text), 0);
		assert_int_equal(listen_open(&r->set), 0);
		assert_int_equal(r->set.n, 4);
		for (size_t i = 0; i < r->set.n; i++)
			check_held(f, r->set.v[i], "ex ");
		told(r, "");
		snprintf(text, sizeof text, f->family == MC_IPV6 ? "[%s]:7777+3" : "%s:7777+3", f->group);
		assert_int_equal(add(r, text), 0);
		assert_int_equal(listen_open(&r->set), EXIT_CANNOT);
		assert_int_equal(r->set.n, 4);
		assert_int_equal(add(r, f->group), EXIT_CANNOT); /* given twice */
		snprintf(text, sizeof text, f->family == MC_IPV6 ? "[%s]:5000+9" : "%s:5000+9",
			 f->family == MC_IPV6 ? "ff15::0" : "239.1.2.0"); /* the others would be new */
		assert_int_equal(add(r, text), EXIT_CANNOT);
		assert_int_equal(r->set.n, 4);
		assert_int_equal(listen_open(&r->set), 0); /* there is nothing to open */
		close(fd);
		rig_close(r);
	}
}

/* One more source of a group that is open is joined at once. */
static void test_add_source(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(false);
		char text[80];

		for (int i = 0; i < SENDERS; i++) {
			snprintf(text, sizeof text, "%s@%s", f->far[i], f->group);
			assert_int_equal(add(r, text), 0);
			assert_int_equal(listen_open(&r->set), 0);
			assert_int_equal(r->set.n, 1);
			check_held(f, r->set.v[0], i == 0 ? "in a" : i == 1 ? "in ab" : "in abc");
		}
		told(r, "");
		rig_close(r);
	}
}

static void test_find_and_drop(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_of(f->group);
		struct mc_addr group = address(f->group), other = address(f->other_group);
		char text[80];
		size_t at = 0;

		snprintf(text, sizeof text, f->family == MC_IPV6 ? "[%s]:5000+2" : "%s:5000+2", f->group);
		assert_int_equal(add(r, text), 0);
		assert_int_equal(listen_open(&r->set), 0);
		struct listener *first = r->set.v[0], *second = r->set.v[1], *third = r->set.v[2];

		assert_ptr_equal(listen_find(&r->set, &group, -1, &at), first);
		assert_ptr_equal(listen_find(&r->set, &group, -1, &at), second);
		assert_null(listen_find(&r->set, &group, -1, &at));
		at = 0;
		assert_ptr_equal(listen_find(&r->set, &group, 5000, &at), second);
		assert_null(listen_find(&r->set, &group, 5000, &at));
		at = 0;
		assert_null(listen_find(&r->set, &other, 4321, &at));
		listen_drop(second);
		told(r, "-v0 -lo ");
		assert_int_equal(r->set.n, 2);
		assert_true(r->set.v[0] == first && r->set.v[1] == third);
		listen_drop(third);
		listen_drop(first);
		assert_int_equal(r->set.n, 0);
		assert_int_equal(add(r, text), 0);
		assert_int_equal(listen_open(&r->set), 0);
		assert_int_equal(r->set.n, 2);
		rig_close(r);
	}
}

/* A datagram that came before the group was left is still received, and taken. */
static void test_left_in_buffer(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_of(f->group);
		struct mc_sock_conf c = conf_of(f, f->far[0], 0);
		struct mc_dgram d = { .peer = address(f->group), .port = 4321, .ttl = -1 };
		struct port *p = r->set.v[0]->ports;
		struct pollfd pfd = { .fd = p->watch.fd, .events = POLLIN };
		struct mc_batch *b;

		c.ifindex = V1;
		netns_go(n, FAR);
		int fd = opened(&c);

		netns_go(n, NEAR);
		assert_int_equal(mc_batch_new(&b, 1, 100), 0);
		assert_int_equal(mc_sock_send(fd, &d, 1), 1);
		assert_int_equal(poll(&pfd, 1, GENEROUS), 1);
		assert_int_equal(listen_filter(r->set.v[0], MC_INCLUDE, NULL, 0), 0);
		assert_int_equal(mc_batch_recv(b, p->watch.fd, false), 1);
		assert_int_equal(listen_takes(p, mc_batch_at(b, 0)->ifindex), TAKEN);
		mc_batch_free(b);
		close(fd);
		rig_close(r);
	}
}

/* A group that does not leave the link has a socket for its interface, which goes when it is left. */
static void test_link_local(void **state)
{
	const struct names *f = &families[1];

	netns_of(state);
	struct rig *r = rig_of("ff02::77%v0");
	struct listener *l = r->set.v[0];

	for (int i = 0; i < 3; i++) {
		equal("joined", held(f, l, V0), "ex ");
		assert_int_equal(set_filter(f, l, "ex b"), 0);
		equal("blocked", held(f, l, V0), "ex b");
		assert_int_equal(set_filter(f, l, "-"), 0);
		assert_null(l->ports);
		assert_int_equal(set_filter(f, l, "ex "), 0);
	}
	rig_close(r);
}

/* More than may be open at first: the limit is raised. */
static void test_many(void **state)
{
	struct rlimit before, low;

	netns_of(state);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	struct rig *r = rig_of("239.7.0.0+500");

	assert_int_equal(r->set.n, 500);
	assert_int_equal(r->set.v[499]->nmembers, 2);
	rig_close(r);
	low.rlim_max = 400;
	low.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	r = rig_open(false);
	assert_int_equal(add(r, "239.7.0.0+500"), EXIT_CANNOT);
	assert_int_equal(r->set.n, 0);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),          cmocka_unit_test(test_unicast),
		cmocka_unit_test(test_filters),       cmocka_unit_test(test_filter_first),
		cmocka_unit_test(test_filter_fails),  cmocka_unit_test(test_later_interface),
		cmocka_unit_test(test_add_later),     cmocka_unit_test(test_add_source),
		cmocka_unit_test(test_find_and_drop), cmocka_unit_test(test_left_in_buffer),
		cmocka_unit_test(test_link_local),    cmocka_unit_test(test_many),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("listening", tests, netns_setup_in_order, NULL);
}
