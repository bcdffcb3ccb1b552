/*
 * sock_connect.c - tests of sockets that are connected: where what has no peer goes, and by what; and of the
 * longest train.
 */
#include "dgrams.h"

static int connect_to(int fd, const char *peer, uint16_t port, uint32_t ifindex)
{
	struct mc_addr a = address(peer);

	return mc_sock_connect(fd, &a, port, ifindex);
}

/* One that goes where the socket is connected to. */
static struct mc_dgram bare(void *data, size_t len)
{
	return (struct mc_dgram){ .data = data, .len = len, .ttl = -1 };
}

static int open_far(const struct netns *n, const struct names *f, uint32_t ifindex)
{
	struct mc_sock_conf c = conf_of(f, NULL, 0);

	c.ifindex = ifindex;
	c.ttl = 5;
	netns_go(n, FAR);
	int fd = opened(&c);

	netns_go(n, NEAR);
	return fd;
}

static void join(struct rig *r, const char *group)
{
	struct mc_addr a = address(group);

	assert_int_equal(mc_sock_join(r->rx, V0, &a, NULL), 0);
}

/* To a group, to another one, to an address; and beside it to a peer that is named. */
static void test_goes_there(void **state)
{
	const struct netns *n = netns_of(state);
	char data[] = "abcdef";

	EACH_FAMILY(f)
	{
		const char *const peers[] = { f->group, f->other_group, f->near };
		struct rig *r = rig_open(n, f, FAR, false);
		int fd = open_far(n, f, V1);

		join(r, f->group);
		join(r, f->other_group);
		for (size_t i = 0; i < COUNT(peers); i++) {
			struct mc_dgram v[3] = { bare(data, 3), to(r, f->near), bare(data + 3, 3) }, *got;

			v[1].data = data;
			v[1].len = 3;
			assert_int_equal(connect_to(fd, peers[i], r->port, 0), 0);
			assert_int_equal(mc_sock_send(fd, v, 3), 3);
			got = receive(r, r->rx, 3);
			for (size_t k = 0; k < 3; k++) {
				const char *local = k == 1 ? f->near : peers[i];

				same_address("local", &got[k].local, local);
				assert_memory_equal(got[k].data, v[k].data, 3);
				assert_int_equal(got[k].ttl, !strcmp(local, f->near) ? 64 : 5);
			}
		}
		close(fd);
		rig_close(r);
	}
}

/* What else a datagram may say holds without a peer, too: from where, by what, how far. */
static void test_way(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, FAR, false);
		struct mc_dgram v[4], *got;
		int fd = open_far(n, f, V1);

		join(r, f->group);
		assert_int_equal(connect_to(fd, f->group, r->port, 0), 0);
		for (size_t i = 0; i < COUNT(v); i++)
			v[i] = bare(NULL, 0);
		v[0].ttl = 9;
		v[1].ifindex = V1;
		v[2].local = address(f->far[1]);
		v[3].local = address(f->far[2]);
		v[3].ttl = 7;
		assert_int_equal(mc_sock_send(fd, v, COUNT(v)), COUNT(v));
		got = receive(r, r->rx, COUNT(v));
		assert_int_equal(got[0].ttl, 9);
		assert_int_equal(got[1].ttl, 5);
		same_address("chosen", &got[2].peer, f->far[1]);
		same_address("chosen", &got[3].peer, f->far[2]);
		assert_int_equal(got[3].ttl, 7);
		close(fd);
		rig_close(r);
	}
}

/* Trains are made, and taken apart where the route refuses them, as with a peer. */
static void test_trains(void **state)
{
	const struct netns *n = netns_of(state);
	static uint8_t data[65507];

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7 / 3);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, FAR, true);
		struct mc_dgram v[40], *got, long_train = bare(data, 6000);
		int fd = open_far(n, f, V1);

		join(r, f->group);
		assert_int_equal(connect_to(fd, f->group, r->port, 0), 0);
		for (size_t i = 0; i < COUNT(v); i++)
			v[i] = bare(data + i * 100, 100);
		assert_int_equal(mc_sock_send(fd, v, COUNT(v)), COUNT(v));
		got = receive(r, r->rx, COUNT(v));
		assert_int_equal(r->got.trains, 1);
		for (size_t i = 0; i < COUNT(v); i++)
			assert_memory_equal(got[i].data, v[i].data, 100);
		long_train.segment = 2000; /* more than the MTU */
		assert_int_equal(mc_sock_send(fd, &long_train, 1), 1);
		got = receive(r, r->rx, 3);
		for (size_t i = 0; i < 3; i++)
			assert_true(got[i].len == 2000 && !memcmp(got[i].data, data + i * 2000, 2000));
		close(fd);
		rig_close(r);
	}
}

/* Multicast leaves by the interface that is named: there is no route, or another one. A link-local group
 * needs it, and has the source that fits. */
static void test_interface(void **state)
{
	static const char *const links[] = { "224.0.0.200", "ff02::200" };
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		const char *link = links[f->family == MC_IPV6];
		struct rig *r = rig_open(n, f, FAR, false);
		int fd = open_far(n, f, f->family == MC_IPV4 ? 0 : LO);
		struct mc_dgram d = bare(NULL, 0);

		join(r, f->group);
		join(r, link);
		if (f->family == MC_IPV4)
			assert_int_equal(connect_to(fd, f->group, r->port, 0), -ENETUNREACH);
		assert_int_equal(connect_to(fd, f->group, r->port, V1), 0);
		assert_int_equal(mc_sock_send(fd, &d, 1), 1);
		assert_int_equal(receive(r, r->rx, 1)->ttl, 5);
		close(fd);
		fd = open_far(n, f, 0);
		assert_int_equal(connect_to(fd, link, r->port, V1), 0);
		assert_int_equal(mc_sock_send(fd, &d, 1), 1);
		same_address("source", &receive(r, r->rx, 1)->peer,
			     f->family == MC_IPV4 ? f->far[0] : "fe80::2");
		close(fd);
		rig_close(r);
	}
}

static void test_errors(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		const char *nowhere = f->family == MC_IPV6 ? "2001:db8:ffff::1" : "192.0.2.1";
		const char *strange = f->family == MC_IPV6 ? "192.0.2.1" : "2001:db8:ffff::1";
		struct rig *r = rig_open(n, f, NEAR, false);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_dgram d = bare(NULL, 0);
		int fd = opened(&c), error = 0;

		assert_int_equal(mc_sock_send(fd, &d, 1), -EDESTADDRREQ);
		assert_int_equal(connect_to(fd, nowhere, 9, 0), -ENETUNREACH);
		assert_int_equal(connect_to(fd, strange, 9, 0), -EAFNOSUPPORT);
		assert_true(connect_to(fd, f->group, 9, 77) < 0);
		assert_int_equal(connect_to(-1, f->lo, 9, 0), -EBADF);
		close(r->rx); /* nobody is there any more */
		assert_int_equal(connect_to(fd, f->lo, r->port, 0), 0);
		for (int i = 0; i < GENEROUS && !error; i++) {
			int sent = mc_sock_send(fd, &d, 1);

			error = sent < 0 ? sent : 0;
		}
		assert_int_equal(error, -ECONNREFUSED);
		r->rx = opened(&c);
		close(fd);
		rig_close(r);
	}
}

/* ---- the longest train -------------------------------------------------------------- */

/* Octets that come first of a train of n datagrams of one octet each. */
static size_t arrives(struct rig *r, const char *peer, size_t n)
{
	static uint8_t data[256];
	struct pollfd p = { .fd = r->rx, .events = POLLIN };
	struct mc_dgram d = to(r, peer);
	size_t first, all;

	d.data = data;
	d.len = n;
	d.segment = 1;
	assert_int_equal(mc_sock_send(r->tx, &d, 1), 1);
	for (first = all = 0; all < n;) {
		assert_int_equal(poll(&p, 1, GENEROUS), 1);
		int k = mc_batch_recv(r->batch, r->rx, false);

		for (int i = 0; i < k; i++)
			all += mc_batch_at(r->batch, (unsigned)i)->len;
		if (!first)
			first = mc_batch_at(r->batch, 0)->len;
	}
	assert_int_equal(all, n);
	return first;
}

static void test_longest(void **state)
{
	const struct netns *n = netns_of(state);
	unsigned most = mc_sock_train_most();

	assert_true(most == 1 || most == 64 || most == 128);
	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, NEAR, true);

		assert_int_equal(arrives(r, f->lo, most), most);
		assert_int_equal(arrives(r, f->lo, most + 1), 1); /* taken apart */
		rig_close(r);
	}
}

/* Where the loopback interface was never up it cannot be tried. */
static void test_longest_untried(void **state)
{
	(void)state;
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(mc_sock_train_most(), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_there),      cmocka_unit_test(test_way),
		cmocka_unit_test(test_trains),          cmocka_unit_test(test_interface),
		cmocka_unit_test(test_errors),          cmocka_unit_test(test_longest),
		cmocka_unit_test(test_longest_untried),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("sock_connect", tests, netns_setup_in_order, NULL);
}
