/*
 * tap.c - tests of what is seen of UDP on an interface that joined nothing: wanted groups and no others, as
 * they were sent, while they are wanted.
 */
#include "net/tap.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <poll.h>

#include "sockets.h"

#define SLACK MC_SEC /* the clock may be set while a test runs */

static struct mc_tap *tap_open(uint32_t ifindex)
{
	struct mc_tap *t;
	int r = mc_tap_open(&t, ifindex);

	if (r)
		fail_msg("mc_tap_open: %s", mc_strerror(r));
	return t;
}

static int sender(const struct netns *n, const struct names *f)
{
	struct mc_sock_conf c = conf_of(f, f->far[0], 0);

	c.ifindex = V1;
	c.sndbuf = 4 << 20;
	netns_go(n, FAR);
	int fd = opened(&c);

	netns_go(n, NEAR);
	return fd;
}

static void put(int fd, const char *group, uint16_t port, size_t len, size_t segment)
{
	static char data[65507];
	struct mc_dgram d = { .data = data,
			      .len = len,
			      .segment = segment,
			      .peer = address(group),
			      .port = port,
			      .ttl = -1 };

	assert_int_equal(mc_sock_send(fd, &d, 1), 1);
}

static struct mc_tapped await(struct mc_tap *t)
{
	struct pollfd p = { .fd = mc_tap_fd(t), .events = POLLIN };
	struct mc_tapped got;
	int r;

	while (!(r = mc_tap_recv(t, &got)))
		if (poll(&p, 1, GENEROUS) != 1)
			fail_msg("nothing came");
	assert_int_equal(r, 1);
	return got;
}

static mc_time wall_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (mc_time)ts.tv_sec * MC_SEC + (mc_time)ts.tv_nsec;
}

static int want(struct mc_tap *t, const char *group)
{
	struct mc_addr a = address(group);

	return mc_tap_want(t, &a);
}

static void unwant(struct mc_tap *t, const char *group)
{
	struct mc_addr a = address(group);

	mc_tap_unwant(t, &a);
}

/* ---- what is seen ------------------------------------------------------------------- */

static void test_told(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct mc_tap *t = tap_open(V0);
		int fd = sender(n, f);
		mc_time before = wall_clock();

		assert_int_equal(want(t, f->group), 0);
		for (size_t len = 0; len < 1400; len += 333) {
			put(fd, f->group, (uint16_t)(5000 + len), len, 0);
			struct mc_tapped got = await(t);

			same_address("source", &got.source, f->far[0]);
			same_address("group", &got.group, f->group);
			assert_int_equal(got.source_port, port_of(fd));
			assert_int_equal(got.port, 5000 + len);
			assert_int_equal(got.len, len);
			assert_in_range(got.time, before - SLACK, wall_clock() + SLACK);
		}
		close(fd);
		mc_tap_close(t);
	}
}

/* Wanted groups and no others, however alike; one that is always wanted ends each round. */
static void test_wanted_alone(void **state)
{
	static const char *const groups[][6] = {
		{ "239.1.2.3", "239.1.2.2", "239.1.3.3", "232.1.2.3", "224.0.0.251", "239.9.9.9" },
		{ "ff15::1", "ff15::2", "ff05::1", "ff15::1:1", "ff02::fb", "ff15::99" }
	};
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		const char *const *g = groups[f->family == MC_IPV6];
		struct mc_tap *t = tap_open(V0);
		int fd = sender(n, f);

		assert_int_equal(want(t, g[5]), 0);
		for (unsigned wanted = 1; wanted < 32; wanted++) { /* every set of them */
			for (unsigned i = 0; i < 5; i++)
				if (wanted >> i & 1)
					assert_int_equal(want(t, g[i]), 0);
				else
					unwant(t, g[i]);
			for (unsigned i = 0; i < 6; i++)
				put(fd, g[i], 5000, wanted, 0);
			for (unsigned i = 0; i < 6; i++)
				if (i == 5 || wanted >> i & 1) {
					struct mc_tapped got = await(t);

					same_address("group", &got.group, g[i]);
					assert_int_equal(got.len, wanted);
				}
		}
		close(fd);
		mc_tap_close(t);
	}
}

/* Nothing before the first is wanted, nor of what was not wanted any more when it came. */
static void test_while_wanted(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_tapped got;

	EACH_FAMILY(f)
	{
		struct mc_tap *t = tap_open(V0);
		int fd = sender(n, f);

		put(fd, f->group, 1, 1, 0);
		assert_int_equal(want(t, f->group), 0);
		assert_int_equal(want(t, f->group), 0); /* once more is the same */
		put(fd, f->group, 2, 2, 0);
		assert_int_equal(await(t).port, 2);
		unwant(t, f->group);
		unwant(t, f->group);
		put(fd, f->group, 3, 3, 0);
		assert_int_equal(want(t, f->other_group), 0);
		put(fd, f->group, 4, 4, 0);
		put(fd, f->other_group, 5, 5, 0);
		assert_int_equal(await(t).port, 5);
		assert_int_equal(mc_tap_recv(t, &got), 0);
		close(fd);
		mc_tap_close(t);
	}
}

/* What this machine sends, and what comes by unicast, is not seen; of fragments, the first is. */
static void test_not_seen(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, f->near, 0);
		struct mc_tap *t = tap_open(V0);
		int fd = sender(n, f);

		c.ifindex = V0;
		int own = opened(&c);

		assert_int_equal(want(t, f->group), 0);
		put(own, f->group, 1, 1, 0);
		put(fd, f->near, 2, 2, 0);
		put(fd, f->group, 3, f->family == MC_IPV4 ? 5000 : 1000, 0);
		put(fd, f->group, 4, 4, 0);
		struct mc_tapped got = await(t);

		assert_int_equal(got.port, 3);
		assert_int_equal(got.len, f->family == MC_IPV4 ? 5000 : 1000);
		assert_int_equal(await(t).port, 4);
		close(own);
		close(fd);
		mc_tap_close(t);
	}
}

/* All that this machine sends by its loopback interface comes in there, once. IPv6 wants a route. */
static void test_loopback(void **state)
{
	struct mc_tapped got;

	netns_of(state);
	ip("route add local ff00::/8 dev lo table local\n");
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, f->lo, 0);
		struct mc_tap *t = tap_open(LO);

		c.ifindex = LO;
		int fd = opened(&c);

		assert_int_equal(want(t, f->group), 0);
		put(fd, f->group, 1, 1, 0);
		put(fd, f->group, 2, 2, 0);
		assert_int_equal(await(t).port, 1);
		assert_int_equal(await(t).port, 2);
		assert_int_equal(mc_tap_recv(t, &got), 0);
		close(fd);
		mc_tap_close(t);
	}
}

/* A train comes as one on a veth, and says how long it is. */
static void test_train(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct mc_tap *t = tap_open(V0);
		int fd = sender(n, f);
		uint32_t octets = 0;

		assert_int_equal(want(t, f->group), 0);
		put(fd, f->group, 7, 5250, 500);
		while (octets < 5250) {
			struct mc_tapped got = await(t);

			assert_int_equal(got.port, 7);
			octets += got.len;
		}
		assert_int_equal(octets, 5250);
		close(fd);
		mc_tap_close(t);
	}
}

/* ---- the interface's own filter ----------------------------------------------------- */

static bool card_passes(const char *ether)
{
	char line[160];
	bool found = false;
	FILE *f = fopen("/proc/self/net/dev_mcast", "r");

	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		found |= strstr(line, " v0 ") && strstr(line, ether);
	fclose(f);
	return found;
}

static void test_card(void **state)
{
	struct mc_tap *t;

	netns_of(state);
	t = tap_open(V0);
	assert_false(card_passes("01005e010203"));
	assert_int_equal(want(t, "239.1.2.3"), 0);
	assert_int_equal(want(t, "224.129.2.3"), 0); /* the same Ethernet address */
	assert_int_equal(want(t, "ff15::1:2"), 0);
	assert_true(card_passes("01005e010203") && card_passes("333300010002"));
	unwant(t, "239.1.2.3");
	assert_true(card_passes("01005e010203"));
	unwant(t, "224.129.2.3");
	assert_false(card_passes("01005e010203"));
	mc_tap_close(t);
	assert_false(card_passes("333300010002"));
}

/* ---- errors ------------------------------------------------------------------------- */

static void test_errors(void **state)
{
	struct mc_tap *t = NULL;
	struct mc_tapped got;

	netns_of(state);
	assert_int_equal(mc_tap_open(&t, 77), -ENODEV);
	assert_int_equal(mc_tap_open(&t, 0), -ENODEV);
	assert_int_equal(mc_tap_open(&t, UINT32_MAX), -ENODEV);
	assert_null(t);
	mc_tap_close(NULL);
	t = tap_open(V0);
	assert_int_equal(want(t, "10.0.0.1"), -EINVAL);
	assert_int_equal(want(t, "2001:db8::1"), -EINVAL);
	assert_int_equal(mc_tap_recv(t, &got), 0);
	mc_tap_close(t);
}

/* An interface that goes down is told of once, and what comes when it is up again is seen. */
static void test_down_and_up(void **state)
{
	const struct names *f = &families[0];
	const struct netns *n = netns_of(state);
	struct mc_tap *t = tap_open(V0);
	struct mc_tapped got;
	int fd = sender(n, f), r;

	assert_int_equal(want(t, f->group), 0);
	ip("link set v0 down\n");
	for (int i = 0; i < GENEROUS && !(r = mc_tap_recv(t, &got)); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	assert_int_equal(r, -ENETDOWN);
	assert_int_equal(mc_tap_recv(t, &got), 0);
	ip("link set v0 up\n");
	netns_wait_up("v0");
	put(fd, f->group, 9, 9, 0);
	assert_int_equal(await(t).port, 9);
	close(fd);
	mc_tap_close(t);
}

/* A run of thousands: still none but those. */
static void test_many(void **state)
{
	enum { MANY = 3000 };
	const struct names *f = &families[0];
	const struct netns *n = netns_of(state);
	struct mc_tap *t = tap_open(V0);
	struct mc_addr g = address("239.7.0.0");
	int fd = sender(n, f);
	char text[MC_ADDR_STRLEN];

	for (int i = 0; i < MANY; i++, mc_addr_add(&g, 2)) /* every second one */
		assert_int_equal(mc_tap_want(t, &g), 0);
	g = address("239.7.0.0");
	for (int i = 0; i < 60; i++, mc_addr_add(&g, 97))
		put(fd, mc_addr_format(&g, text, sizeof text), (uint16_t)(1000 + i), 1, 0);
	for (int i = 0; i < 60; i += 2)
		assert_int_equal(await(t).port, 1000 + i);
	close(fd);
	mc_tap_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),         cmocka_unit_test(test_wanted_alone),
		cmocka_unit_test(test_while_wanted), cmocka_unit_test(test_not_seen),
		cmocka_unit_test(test_loopback),     cmocka_unit_test(test_train),
		cmocka_unit_test(test_card),         cmocka_unit_test(test_errors),
		cmocka_unit_test(test_down_and_up),  cmocka_unit_test(test_many),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("tap", tests, netns_setup_in_order, NULL);
}
