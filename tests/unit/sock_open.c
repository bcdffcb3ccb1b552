/*
 * sock_open.c - tests of mc_sock_open: what a configuration sets, what is bound and shared, and
 * the buffers that are granted.
 */
#include <fcntl.h>
#include <netinet/in.h>

#include "sockets.h"

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof value;

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

/* The number in a file; 0 where there is none. */
static int number_in(const char *path)
{
	FILE *f = fopen(path, "r");
	int value = 0;

	if (f && fscanf(f, "%d", &value) != 1)
		value = 0;
	if (f)
		fclose(f);
	return value;
}

static void test_conf_refused(void **state)
{
	static const struct {
		uint8_t family, bind;
		int32_t ttl, unicast_ttl, loop, tos, rcvbuf, sndbuf;
	} rows[] = {
		{ 0, 0, -1, -1, -1, -1, 0, 0 },        { 5, 0, -1, -1, -1, -1, 0, 0 },
		{ MC_IPV4, 9, -1, -1, -1, -1, 0, 0 },  { MC_IPV4, 0, 256, -1, -1, -1, 0, 0 },
		{ MC_IPV4, 0, -1, 256, -1, -1, 0, 0 }, { MC_IPV4, 0, -1, 0, -1, -1, 0, 0 },
		{ MC_IPV4, 0, -1, -1, 2, -1, 0, 0 },   { MC_IPV4, 0, -1, -1, -1, 256, 0, 0 },
		{ MC_IPV6, 0, -1, -1, -1, -1, -1, 0 }, { MC_IPV6, 0, -1, -1, -1, -1, 0, -1 },
	};
	struct mc_sock_conf c = { 0 };

	(void)state;
	assert_int_equal(mc_sock_open(&c), MC_ERR_CONF);
	for (size_t i = 0; i < COUNT(rows); i++) {
		mc_sock_conf_init(&c);
		c.family = rows[i].family;
		c.bind.family = rows[i].bind;
		c.ttl = rows[i].ttl;
		c.unicast_ttl = rows[i].unicast_ttl;
		c.loop = rows[i].loop;
		c.tos = rows[i].tos;
		c.rcvbuf = rows[i].rcvbuf;
		c.sndbuf = rows[i].sndbuf;
		assert_int_equal(mc_sock_open(&c), MC_ERR_CONF);
	}
	mc_sock_conf_init(&c);
	c.size--;
	assert_int_equal(mc_sock_open(&c), MC_ERR_CONF);
}

static void test_defaults(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		bool six = f->family == MC_IPV6;
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		int fd = opened(&c), level = six ? IPPROTO_IPV6 : IPPROTO_IP;

		assert_int_equal(option(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
		assert_int_equal(option(fd, SOL_SOCKET, SO_DOMAIN), six ? AF_INET6 : AF_INET);
		assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(option(fd, level, six ? 29 /* IPV6_MULTICAST_ALL */ : IP_MULTICAST_ALL), 0);
		assert_int_equal(option(fd, level, six ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL), 1);
		assert_int_equal(option(fd, level, six ? IPV6_UNICAST_HOPS : IP_TTL), 64);
		assert_int_equal(option(fd, level, six ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP), 1);
		assert_int_equal(option(fd, level, six ? IPV6_TCLASS : IP_TOS), 0);
		assert_int_equal(option(fd, level, six ? IPV6_RECVERR : IP_RECVERR), 0);
		assert_int_equal(option(fd, SOL_SOCKET, SO_REUSEADDR), 0);
		assert_int_equal(port_of(fd), 0); /* needs no port until it sends */
		close(fd);
	}
}

static void test_options(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		bool six = f->family == MC_IPV6;
		struct mc_sock_conf c = conf_of(f, f->near, 0);

		c.family = 0; /* taken from bind */
		c.ttl = 0;
		c.unicast_ttl = 255;
		c.loop = 0;
		c.tos = 0xb8;
		c.ifindex = V0;
		c.tx_drops = true;
		int fd = opened(&c), level = six ? IPPROTO_IPV6 : IPPROTO_IP;

		assert_int_equal(option(fd, level, six ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL), 0);
		assert_int_equal(option(fd, level, six ? IPV6_UNICAST_HOPS : IP_TTL), 255);
		assert_int_equal(option(fd, level, six ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP), 0);
		assert_int_equal(option(fd, level, six ? IPV6_TCLASS : IP_TOS), 0xb8);
		assert_int_equal(option(fd, level, six ? IPV6_RECVERR : IP_RECVERR), 1);
		if (six) /* IPv4 does not tell: batch.c looks where it leaves */
			assert_int_equal(option(fd, level, IPV6_MULTICAST_IF), V0);
		close(fd);

		c.ifindex = 77;
		fd = mc_sock_open(&c);
		assert_true(fd == -ENODEV || fd == -EADDRNOTAVAIL); /* IPv6, IPv4 */
	}
}

static void test_bind(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		const char *const good[] = { f->near, f->lo, f->group };

		for (size_t i = 0; i < COUNT(good); i++) {
			struct mc_sock_conf c = conf_of(f, good[i], 5555);
			struct mc_addr a;
			uint16_t port;
			int fd = opened(&c);

			assert_int_equal(mc_sock_local(fd, &a, &port), 0);
			same_address("bound", &a, good[i]);
			assert_int_equal(port, 5555);
			assert_int_equal(mc_sock_open(&c), -EADDRINUSE);
			close(fd);
			c.port = 0;
			fd = opened(&c);
			assert_int_not_equal(port_of(fd), 0);
			close(fd);
		}
		struct mc_sock_conf c = conf_of(f, f->far[0], 5555);

		assert_int_equal(mc_sock_open(&c), -EADDRNOTAVAIL);
	}
	assert_true(mc_sock_local(-1, NULL, NULL) == -EBADF);
}

/* IPv6 and IPv4 have their ports apart; a link-local address is one of its interface. */
static void test_bind_ipv6(void **state)
{
	struct mc_sock_conf c4 = conf_of(&families[0], NULL, 5555), c6 = conf_of(&families[1], NULL, 5555);
	int fd4, fd6;

	netns_of(state);
	fd6 = opened(&c6);
	fd4 = opened(&c4);
	close(fd4);
	close(fd6);
	c6 = conf_of(&families[1], "fe80::1", 5555);
	assert_int_equal(mc_sock_open(&c6), -EINVAL);
	c6.ifindex = LO;
	assert_int_equal(mc_sock_open(&c6), -EADDRNOTAVAIL);
	c6.ifindex = V0;
	close(opened(&c6));
}

static void test_share(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 5555), alone = c;
		int a, b;

		c.share = true;
		a = opened(&c);
		b = opened(&c);
		assert_int_equal(mc_sock_open(&alone), -EADDRINUSE);
		close(a);
		close(b);
		a = opened(&alone);
		assert_int_equal(mc_sock_open(&c), -EADDRINUSE);
		close(a);

		c.port = 0; /* a port that nobody had, and that others may have from now on */
		a = opened(&c);
		c.port = port_of(a);
		assert_int_not_equal(c.port, 0);
		b = opened(&c);
		close(a);
		close(b);
	}
}

/* A free port is one that no other has, not even one that shares. */
static void test_free_port(void **state)
{
	netns_of(state);
	bool few = put_file("/proc/sys/net/ipv4/ip_local_port_range",
			    "40000 40003"); /* not in all containers */

	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		uint16_t port[4];
		int fd[4];

		c.share = true;
		for (int i = 0; i < 4; i++) {
			fd[i] = opened(&c);
			port[i] = port_of(fd[i]);
			for (int k = 0; k < i; k++)
				assert_int_not_equal(port[i], port[k]);
		}
		if (few)
			assert_int_equal(mc_sock_open(&c), -EADDRINUSE);
		for (int i = 0; i < 4; i++)
			close(fd[i]);
	}
}

static void test_buffers(void **state)
{
	int most_rcv = number_in("/proc/sys/net/core/rmem_max"),
	    most_snd = number_in("/proc/sys/net/core/wmem_max");

	netns_of(state);
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		int32_t rcv = -1, snd = -1;

		c.rcvbuf = 50000;
		c.sndbuf = 40000;
		int fd = opened(&c);

		assert_int_equal(mc_sock_buffers(fd, &rcv, &snd), 0);
		assert_true(rcv == 50000 && snd == 40000);
		close(fd);
		c.rcvbuf = c.sndbuf = 1 << 30; /* cut, without an error */
		fd = opened(&c);
		assert_int_equal(mc_sock_buffers(fd, &rcv, &snd), 0);
		assert_true(rcv >= 50000 && rcv <= 1 << 30 && snd >= 40000 && snd <= 1 << 30);
		if (most_rcv && most_rcv < 1 << 30)
			assert_int_equal(rcv, most_rcv);
		if (most_snd && most_snd < 1 << 30)
			assert_int_equal(snd, most_snd);
		close(fd);
	}
	int32_t rcv = 7, snd = 8;

	assert_int_equal(mc_sock_buffers(-1, &rcv, &snd), -EBADF);
	assert_true(rcv == 7 && snd == 8);
}

/* What is received and what was dropped is together what was sent. */
static void test_drops(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, f->lo, 0);
		uint32_t drops = 99, received = 0;
		char data[1000] = "";

		c.rcvbuf = 10000;
		int fd = opened(&c);
		struct sockaddr_storage self;
		socklen_t len = sizeof self;

		assert_int_equal(getsockname(fd, (struct sockaddr *)&self, &len), 0);
		assert_int_equal(mc_sock_drops(fd, &drops), 0);
		assert_int_equal(drops, 0);
		for (int i = 0; i < 200; i++)
			assert_int_equal(sendto(fd, data, sizeof data, 0, (struct sockaddr *)&self, len),
					 sizeof data);
		while (recv(fd, data, sizeof data, MSG_DONTWAIT) > 0)
			received++;
		assert_int_equal(mc_sock_drops(fd, &drops), 0);
		assert_true(drops > 0 && received > 0);
		assert_int_equal(drops + received, 200);
		close(fd);
	}
	uint32_t untouched = 7;

	assert_int_equal(mc_sock_drops(-1, &untouched), -EBADF);
	assert_int_equal(untouched, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf_refused), cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_options),      cmocka_unit_test(test_bind),
		cmocka_unit_test(test_bind_ipv6),    cmocka_unit_test(test_share),
		cmocka_unit_test(test_free_port),    cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_drops),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("sock_open", tests, netns_setup_in_order, NULL);
}
