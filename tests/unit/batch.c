/*
 * batch.c - tests of datagrams in and out, over lo and over a veth pair: what each one tells,
 * and that it all arrives as if it had been sent one by one.
 */
#include "dgrams.h"

#define SLACK MC_SEC /* the clock may be set while a test runs */

/* ---- what a datagram tells ---------------------------------------------------------- */

static void check_dgram(const struct mc_dgram *d, const char *peer, const char *local, const char *answer,
			uint32_t ifindex, int ttl)
{
	same_address("peer", &d->peer, peer);
	same_address("local", &d->local, local);
	same_address("answer", &d->answer, answer);
	assert_int_equal(d->ifindex, ifindex);
	assert_int_equal(d->ttl, ttl);
	assert_false(d->cut);
	assert_int_equal(d->segment, 0);
}

static void test_unicast(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	for (int from = NEAR; from <= FAR; from++) {
		const char *local = from == NEAR ? f->lo : f->near, *peer = from == NEAR ? f->lo : f->far[0];
		struct rig *r = rig_open(n, f, from, false);
		struct mc_dgram d = to(r, local), *got;

		d.data = (char[]){ "hello" };
		d.len = 5;
		assert_int_equal(mc_sock_send(r->tx, &d, 1), 1);
		got = receive(r, r->rx, 1);
		check_dgram(got, peer, local, local, from == NEAR ? LO : V0, 64);
		assert_int_equal(got->port, port_of(r->tx));
		assert_true(got->len == 5 && !memcmp(got->data, "hello", 5));
		rig_close(r);
	}
}

/* A group's datagram, and the answer to it, which takes what the datagram told. */
static void test_multicast_answered(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, FAR, false);
		struct mc_dgram d = to(r, f->group), *got;

		assert_int_equal(mc_sock_join(r->rx, V0, &d.peer, NULL), 0);
		d.data = (char[]){ "who" };
		d.len = 3;
		assert_int_equal(mc_sock_send(r->tx, &d, 1), 1);
		d = *receive(r, r->rx, 1);
		check_dgram(&d, f->far[0], f->group, f->family == MC_IPV6 ? "" : f->near, V0, 1);
		d.data = (char[]){ "me" };
		d.len = 2;
		d.local = d.answer;
		d.ttl = 9;
		assert_int_equal(mc_sock_send(r->rx, &d, 1), 1);
		got = receive(r, r->tx, 1);
		check_dgram(got, f->near, f->far[0], f->far[0], V1, 9);
		assert_int_equal(got->port, r->port);
		assert_int_equal(got->time, 0); /* of a socket opened without rx_time */
		rig_close(r);
	}
}

/* Link-local addresses need the interface; the answer goes back by the one it came in on. */
static void test_link_local(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig *r = rig_open(n, &families[1], FAR, false);
	struct mc_sock_conf c = conf_of(&families[1], "fe80::2", 0);
	struct mc_dgram d = to(r, "fe80::1"), *got;

	c.ifindex = V1;
	netns_go(n, FAR);
	int fd = opened(&c);

	netns_go(n, NEAR);
	d.ifindex = V1;
	assert_int_equal(mc_sock_send(fd, &d, 1), 1);
	d = *receive(r, r->rx, 1);
	check_dgram(&d, "fe80::2", "fe80::1", "fe80::1", V0, 64);
	d.local = d.answer;
	d.data = NULL;
	d.ttl = -1;
	assert_int_equal(mc_sock_send(r->rx, &d, 1), 1);
	got = receive(r, fd, 1);
	check_dgram(got, "fe80::1", "fe80::2", "fe80::2", V1, 64);
	close(fd);
	rig_close(r);
}

/* The sender's address and interface are the datagram's to choose, and its TTL. */
static void test_chosen(void **state)
{
	static const int ttls[] = { 1, 255, -1, 7, 7 };
	static char data[] = "abc";
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, FAR, false);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_dgram d[COUNT(ttls)], *got;

		c.unicast_ttl = 33;
		netns_go(n, FAR);
		int fd = opened(&c);

		netns_go(n, NEAR);
		for (size_t i = 0; i < COUNT(ttls); i++) {
			d[i] = to(r, f->near);
			d[i].data = data;
			d[i].len = sizeof data;
			d[i].ttl = ttls[i];
			d[i].local = address(f->far[i % SENDERS]);
			d[i].ifindex = i % 2 ? V1 : 0;
		}
		assert_int_equal(mc_sock_send(fd, d, COUNT(ttls)), COUNT(ttls));
		got = receive(r, r->rx, COUNT(ttls));
		for (size_t i = 0; i < COUNT(ttls); i++)
			check_dgram(&got[i], f->far[i % SENDERS], f->near, f->near, V0,
				    ttls[i] < 0 ? 33 : ttls[i]);
		close(fd);
		rig_close(r);
	}
}

/* Where multicast leaves: by the datagram's interface, or else by the socket's. */
static void test_interface(void **state)
{
	const struct netns *n = netns_of(state);
	char text[160];

	snprintf(text, sizeof text,
		 "link add w0 index 30 type veth peer name w1 netns /proc/self/fd/%d\n"
		 "link set w0 addrgenmode none up\n",
		 n->fd[FAR]);
	ip(text);
	netns_go(n, FAR);
	ip("link set w1 up\n");
	netns_go(n, NEAR);
	netns_wait_up("w0");
	ip("address add 2001:db8:1::1/64 dev w0 nodad\naddress add 10.0.1.1/24 dev w0\n");
	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, FAR, false);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_dgram d = to(r, f->group), *got;

		c.ifindex = 30;
		int fd = opened(&c);

		assert_int_equal(mc_sock_join(r->rx, 30, &d.peer, NULL), 0);
		assert_int_equal(mc_sock_join(r->rx, V0, &d.peer, NULL), 0);
		assert_int_equal(mc_sock_send(fd, &d, 1), 1);
		assert_int_equal(receive(r, r->rx, 1)->ifindex, 30); /* looped back by this machine */
		d.ifindex = V0;
		d.ttl = 3;
		assert_int_equal(mc_sock_send(fd, &d, 1), 1);
		got = receive(r, r->rx, 1);
		assert_int_equal(got->ifindex, V0);
		assert_int_equal(got->ttl, 3);
		close(fd);
		rig_close(r);
	}
}

static mc_time real_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (mc_time)ts.tv_sec * MC_SEC + (mc_time)ts.tv_nsec;
}

/* The kernel starts to stamp a moment after the first socket asked for it. */
static mc_time receive_stamped(struct rig *r, const struct mc_dgram *d)
{
	mc_time time = 0;

	for (int i = 0; i < GENEROUS / 10 && !time; i++) {
		assert_int_equal(mc_sock_send(r->tx, d, 1), 1);
		time = receive(r, r->rx, 1)->time;
		if (!time)
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return time;
}

static void test_times(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	for (int from = NEAR; from <= FAR; from++) {
		struct rig *r = rig_open(n, f, from, false);
		struct mc_dgram d = to(r, from == NEAR ? f->lo : f->near);
		mc_time before = real_now(), time = receive_stamped(r, &d);

		assert_true(before - SLACK <= time && time <= real_now() + SLACK);
		rig_close(r);
	}
}

/* Ids count the calls, a train is one; each is stamped before it was received. */
static void test_tx_times(void **state)
{
	const struct netns *n = netns_of(state);
	char data[1000] = "";

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, NEAR, false);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_dgram d[3] = { to(r, f->lo), to(r, f->lo), to(r, f->lo) }, *got;
		mc_time time = 0;
		uint32_t id = 99;

		receive_stamped(r, &d[0]);
		c.tx_time = true;
		int fd = opened(&c);
		struct pollfd p = { .fd = fd, .events = 0 }; /* POLLERR comes unasked */

		assert_int_equal(mc_sock_tx_time(fd, &id, &time), 0);
		assert_true(id == 99 && !time);
		for (uint32_t i = 0; i < 5; i++) {
			unsigned k = i == 2 ? 3 : 1; /* the third is a train */

			for (unsigned m = 0; m < k; m++) {
				d[m].data = data;
				d[m].len = 100;
			}
			assert_int_equal(mc_sock_send(fd, d, k), k);
			assert_int_equal(poll(&p, 1, GENEROUS), 1);
			assert_int_equal(mc_sock_tx_time(fd, &id, &time), 1);
			assert_int_equal(id, i);
			got = receive(r, r->rx, k);
			assert_true(time && got->time && time <= got->time + SLACK / 100);
			assert_true(got->time - time < SLACK);
		}
		assert_int_equal(mc_sock_tx_time(fd, &id, &time), 0);
		close(fd);
		rig_close(r);
	}
	uint32_t id;
	mc_time time;

	assert_int_equal(mc_sock_tx_time(-1, &id, &time), -EBADF);
}

/* ---- a batch ------------------------------------------------------------------------ */

static void test_batch_new(void **state)
{
	struct mc_batch *b = NULL;

	(void)state;
	assert_int_equal(mc_batch_new(&b, 0, 100), -EINVAL);
	assert_int_equal(mc_batch_new(&b, 1025, 100), -EINVAL);
	assert_int_equal(mc_batch_new(&b, 1, 0), -EINVAL);
	assert_int_equal(mc_batch_new(&b, 1, 65536), -EINVAL);
	assert_null(b);
	assert_int_equal(mc_batch_new(&b, 1024, 65535), 0);
	mc_batch_free(b);
	mc_batch_free(NULL);
}

/* Up to its size in one call; empty ones are datagrams, too; what is too long is cut. */
static void test_batch_recv(void **state)
{
	static const size_t lens[] = { 0, 100, 101, 5, 0, 65507, 1 };
	static char data[65507] = "datagram";
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, NEAR, false);
		struct mc_dgram d = to(r, f->lo), *got;
		struct mc_batch *small;
		int k = 0, i = 0, most = 0;

		assert_int_equal(mc_batch_new(&small, 3, 100), 0);
		assert_int_equal(mc_batch_recv(small, r->rx, false), -EAGAIN);
		for (size_t m = 0; m < COUNT(lens); m++) {
			d.data = data;
			d.len = lens[m];
			assert_int_equal(mc_sock_send(r->tx, &d, 1), 1);
		}
		for (size_t m = 0; m < COUNT(lens); m++, i++) {
			if (i == k) {
				k = mc_batch_recv(small, r->rx, m % 2);
				assert_in_range(k, 1, 3);
				most = most < k ? k : most;
				i = 0;
			}
			got = mc_batch_at(small, (unsigned)i);
			assert_int_equal(got->len, lens[m] < 100 ? lens[m] : 100);
			assert_int_equal(got->cut, lens[m] > 100);
			assert_memory_equal(got->data, data, got->len);
			same_address("peer", &got->peer, f->lo);
			assert_int_equal(got->ttl, 64);
		}
		assert_int_equal(most, 3);
		assert_int_equal(i, k);
		assert_int_equal(mc_batch_recv(small, r->rx, false), -EAGAIN);
		assert_int_equal(mc_batch_recv(small, -1, false), -EBADF);
		mc_batch_free(small);
		rig_close(r);
	}
}

/* With wait it sleeps until something comes: here, what another process sends a little later. */
static void test_batch_wait(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, NEAR, false);
		struct mc_dgram d = to(r, f->lo);
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
			_exit(mc_sock_send(r->tx, &d, 1) != 1);
		}
		assert_int_equal(mc_batch_recv(r->batch, r->rx, true), 1);
		assert_int_equal(mc_batch_at(r->batch, 0)->len, 0);
		waitpid(pid, NULL, 0);
		rig_close(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unicast),    cmocka_unit_test(test_multicast_answered),
		cmocka_unit_test(test_link_local), cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_interface),  cmocka_unit_test(test_times),
		cmocka_unit_test(test_tx_times),   cmocka_unit_test(test_batch_new),
		cmocka_unit_test(test_batch_recv), cmocka_unit_test(test_batch_wait),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("batch", tests, netns_setup_in_order, NULL);
}
