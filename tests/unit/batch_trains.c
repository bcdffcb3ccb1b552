/*
 * batch_trains.c - tests of sending many datagrams at once: whatever leaves as a train and
 * whatever the route makes of it, what arrives is what was sent, in order.
 */
#include "dgrams.h"

#define ROUNDS 60
#define MTU 1500 /* of the veth */

static uint8_t pool[1 << 18];
static struct mc_dgram out[MOST];
static uint64_t random_state;

/* The longest datagram that leaves in one piece by the veth. */
static size_t fits(const struct rig *r)
{
	return MTU - 8 - (r->f->family == MC_IPV6 ? 40 : 20);
}

/* n datagrams of these lengths, each with other octets. */
static void make(const struct rig *r, const char *peer, const size_t *lens, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		out[i] = to(r, peer);
		out[i].data = pool + at;
		out[i].len = lens[i];
		at += lens[i];
	}
	assert_true(at <= sizeof pool);
	for (size_t i = 0; i < at; i++)
		pool[i] = (uint8_t)next_random(&random_state);
}

static void check_same(const struct mc_dgram *got, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (got[i].len != out[i].len || memcmp(got[i].data, out[i].data, out[i].len))
			fail_msg("datagram %zu: %zu octets, not those %zu", i, got[i].len, out[i].len);
		assert_false(got[i].cut);
	}
}

/* Sends datagrams of these lengths and checks that they arrive; returns how many trains did. */
static size_t carry(struct rig *r, const char *peer, const size_t *lens, size_t n)
{
	make(r, peer, lens, n);
	assert_int_equal(mc_sock_send(r->tx, out, (unsigned)n), n);
	check_same(receive(r, r->rx, n), n);
	return r->got.trains;
}

static size_t repeat(size_t *lens, size_t n, size_t len, size_t times)
{
	while (times--)
		lens[n++] = len;
	return n;
}

typedef void rig_test(struct rig *r, const char *peer, bool trains, int from);

/* Over lo and over the veth, to a plain socket and to one that takes trains. */
static void each_way(void **state, rig_test *test)
{
	const struct netns *n = netns_of(state);

	random_state = 3;
	EACH_FAMILY(f)
	for (int from = NEAR; from <= FAR; from++)
		for (int trains = 0; trains < 2; trains++) {
			struct rig *r = rig_open(n, f, from, trains);

			test(r, from == NEAR ? f->lo : f->near, trains, from);
			rig_close(r);
		}
}

static void neighbours(struct rig *r, const char *peer, bool trains, int from)
{
	size_t lens[300], n;

	(void)from;
	n = repeat(lens, 0, 100, 200);
	lens[n++] = 40;
	n = repeat(lens, n, 70, 2);
	n = repeat(lens, n, 0, 2);
	n = repeat(lens, n, 70, 2);
	lens[n++] = 300;
	lens[n++] = 20;
	assert_int_equal(carry(r, peer, lens, n) > 0, trains);
	n = repeat(lens, 0, 1, 130); /* more than a train may have */
	assert_int_equal(carry(r, peer, lens, n) > 0, trains);
	n = repeat(lens, 0, fits(r), 90); /* and more octets */
	lens[n++] = fits(r) - 1;
	assert_int_equal(carry(r, peer, lens, n) > 0, trains);
}

static void test_neighbours(void **state)
{
	each_way(state, neighbours);
}

/* Longer than the MTU allows for a train: they arrive all the same, those around them, too. */
static void too_long(struct rig *r, const char *peer, bool trains, int from)
{
	size_t lens[40], n;

	(void)trains;
	(void)from;
	n = repeat(lens, 0, 50, 3);
	n = repeat(lens, n, fits(r) + 1, 9);
	n = repeat(lens, n, 1472, 9); /* the longest that is sent as a train: fits IPv4 alone */
	n = repeat(lens, n, 50, 3);
	n = repeat(lens, n, 2000, 5);
	lens[n++] = 1999;
	carry(r, peer, lens, n);
	n = repeat(lens, 0, 1472, 9);
	lens[n++] = 7;
	carry(r, peer, lens, n);
	lens[0] = 65507;
	lens[1] = 65507;
	carry(r, peer, lens, 2);
}

static void test_too_long(void **state)
{
	each_way(state, too_long);
}

static void random_runs(struct rig *r, const char *peer, bool trains, int from)
{
	const size_t few[] = { 0, 1, 40, 41, 500, 1400, fits(r), fits(r) + 1, 1472, 1473, 3000 };

	(void)trains;
	(void)from;
	for (int round = 0; round < ROUNDS; round++) {
		size_t lens[140], n = 0, octets = 0;

		while (n < 60 && octets < 60000) {
			size_t len = few[next_random(&random_state) % COUNT(few)];
			size_t times = 1 + next_random(&random_state) % 70 %
						   (next_random(&random_state) % 2 ? 70 : 4);

			if (len > 1000 && times > 20)
				times = 20;
			n = repeat(lens, n, len, times);
			octets += len * times;
		}
		carry(r, peer, lens, n);
	}
}

static void test_random(void **state)
{
	each_way(state, random_runs);
}

/* Trains of the caller's making, with others around them. */
static void given(struct rig *r, const char *peer, bool trains, int from)
{
	const struct {
		size_t len, segment;
		bool whole; /* it can leave as one */
	} rows[] = {
		{ 1000, 100, true },           { 1030, 100, true }, { 30 * fits(r), fits(r), true },
		{ 60000, 2000, from == NEAR }, { 2000, 10, false }, /* too many for the kernel */
		{ 65507, 1000, false },        { 100, 100, false }, /* one datagram is none */
		{ 100, 500, false },           { 99, 0, false },    { 0, 100, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t step = rows[i].segment ? rows[i].segment : rows[i].len, n = 1, off = 0;
		struct mc_dgram v[3] = { to(r, peer), to(r, peer), to(r, peer) };

		v[0].data = v[2].data = pool;
		v[0].len = v[2].len = 33;
		v[1].data = pool;
		v[1].len = rows[i].len;
		v[1].segment = rows[i].segment;
		assert_int_equal(mc_sock_send(r->tx, v, 3), 3);
		out[0] = v[0];
		do {
			out[n] = v[1];
			out[n].data = pool + off;
			out[n].len = rows[i].len - off < step ? rows[i].len - off : step;
			n++;
			off += step;
		} while (off < rows[i].len);
		out[n++] = v[2];
		check_same(receive(r, r->rx, n), n);
		if (rows[i].whole)
			assert_int_equal(r->got.trains, trains);
	}
}

static void test_given(void **state)
{
	each_way(state, given);
}

/* What came as a train goes back as it is. */
static void test_echo(void **state)
{
	const struct netns *n = netns_of(state);
	size_t lens[41];

	random_state = 4;
	EACH_FAMILY(f)
	for (int from = NEAR; from <= FAR; from++) {
		const char *peer = from == NEAR ? f->lo : f->near;
		struct rig *r = rig_open(n, f, from, true);
		struct pollfd p = { .fd = r->rx, .events = POLLIN };
		struct mc_dgram *d;

		make(r, peer, lens, repeat(lens, repeat(lens, 0, 500, 40), 99, 1));
		assert_int_equal(mc_sock_send(r->tx, out, 41), 41);
		assert_int_equal(poll(&p, 1, GENEROUS), 1);
		assert_int_equal(mc_batch_recv(r->batch, r->rx, false), 1);
		d = mc_batch_at(r->batch, 0);
		assert_int_equal(d->segment, 500);
		assert_int_equal(d->len, 40 * 500 + 99);
		d->local = d->answer;
		d->ttl = -1;
		assert_int_equal(mc_sock_send(r->rx, d, 1), 1);
		check_same(receive(r, r->tx, 41), 41);
		rig_close(r);
	}
}

/* Neighbours of one length that differ in the way they go are not one train. */
static void test_ways_apart(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_addr near;

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, FAR, true);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_dgram *got;
		size_t lens[36];

		netns_go(n, FAR);
		int fd = opened(&c);

		netns_go(n, NEAR);
		near = address(f->near);
		make(r, f->near, lens, repeat(lens, 0, 64, 36));
		for (size_t i = 0; i < 36; i++) {
			size_t part = i / 12, other = i / 2 % 2; /* in each part one thing alternates */

			out[i].ttl = part == 0 && other ? 11 : 10;
			out[i].local = address(f->far[part == 1 && other]);
			out[i].ifindex = part == 2 && other ? V1 : 0;
		}
		assert_int_equal(mc_sock_send(fd, out, 36), 36);
		got = receive(r, r->rx, 36);
		check_same(got, 36);
		assert_int_equal(r->got.trains, 18);
		for (size_t i = 0; i < 36; i++) {
			assert_int_equal(mc_addr_cmp(&got[i].peer, &out[i].local), 0);
			assert_int_equal(got[i].ttl, out[i].ttl);
			assert_int_equal(mc_addr_cmp(&got[i].local, &near), 0);
		}
		close(fd);
		rig_close(r);
	}
}

/* Two receivers in turn: the same length, another port or another address. */
static void test_peers_apart(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		struct rig *r = rig_open(n, f, NEAR, false);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		size_t lens[30];

		c.share = true; /* which needs a port from the start */
		int other = opened(&c);

		close(r->tx);
		r->tx = opened(&c);
		make(r, f->near, lens, repeat(lens, 0, 64, 30));
		for (size_t i = 0; i < 30; i++) {
			if (i / 5 % 2)
				out[i].port = port_of(other);
			if (i / 10 % 2)
				out[i].peer = address(f->lo);
		}
		assert_int_equal(mc_sock_send(r->tx, out, 30), 30);
		for (int half = 0; half < 2; half++) {
			struct mc_dgram *got = receive(r, half ? other : r->rx, 15);

			for (size_t i = 0; i < 15; i++) {
				size_t k = i / 5 * 10 + i % 5 + (half ? 5 : 0);

				assert_memory_equal(got[i].data, out[k].data, 64);
				assert_int_equal(mc_addr_cmp(&got[i].local, &out[k].peer), 0);
			}
		}
		close(other);
		rig_close(r);
	}
}

/* An error is that of the first; those before it count, and one may go on after it. */
static void test_errors(void **state)
{
	const struct netns *n = netns_of(state);

	EACH_FAMILY(f)
	{
		const char *nowhere = f->family == MC_IPV6 ? "2001:db8:ffff::1" : "192.0.2.1";
		struct rig *r = rig_open(n, f, NEAR, false);
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		size_t lens[200];

		close(r->tx);
		r->tx = opened(&c);
		for (unsigned bad = 0; bad < 200; bad += 33) {
			make(r, f->lo, lens, repeat(lens, 0, 80, 200));
			out[bad].peer = address(nowhere);
			if (bad)
				assert_int_equal(mc_sock_send(r->tx, out, 200), bad);
			assert_int_equal(mc_sock_send(r->tx, out + bad, 200 - bad), -ENETUNREACH);
			assert_int_equal(mc_sock_send(r->tx, out + bad + 1, 199 - bad), 199 - bad);
			memmove(out + bad, out + bad + 1, (199 - bad) * sizeof *out);
			check_same(receive(r, r->rx, 199), 199);
		}
		make(r, nowhere, lens, repeat(lens, 0, 80, 10)); /* a train of them */
		assert_int_equal(mc_sock_send(r->tx, out, 10), -ENETUNREACH);
		make(r, f->lo, lens, repeat(lens, 0, 65536, 1));
		assert_int_equal(mc_sock_send(r->tx, out, 1), -EMSGSIZE);
		assert_int_equal(mc_sock_send(r->tx, out, 0), 0);
		assert_int_equal(mc_sock_send(-1, out, 1), -EBADF);
		assert_int_equal(mc_batch_recv(r->batch, r->rx, false), -EAGAIN);
		rig_close(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_neighbours),  cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_random),      cmocka_unit_test(test_given),
		cmocka_unit_test(test_echo),        cmocka_unit_test(test_ways_apart),
		cmocka_unit_test(test_peers_apart), cmocka_unit_test(test_errors),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("batch_trains", tests, netns_setup_in_order, NULL);
}
