/*
 * sockets.h - sockets over the network of netns.h, for both families in one loop.
 */
#ifndef TEST_SOCKETS_H
#define TEST_SOCKETS_H

#include <mcast/sock.h>

#include "netns.h"

#define SENDERS 3

/* One family's addresses. */
struct names {
	uint8_t family;
	const char *lo, *near, *far[SENDERS], *group, *other_group;
};

static const struct names families[] = {
	{ MC_IPV4,
	  "127.0.0.1",
	  "10.0.0.1",
	  { "10.0.0.2", "10.0.0.3", "10.0.0.4" },
	  "239.1.2.3",
	  "239.1.2.4" },
	{ MC_IPV6,
	  "::1",
	  "2001:db8::1",
	  { "2001:db8::2", "2001:db8::3", "2001:db8::4" },
	  "ff15::1",
	  "ff15::2" },
};

#define EACH_FAMILY(f) for (const struct names *f = families; f < families + COUNT(families); f++)

static inline struct mc_sock_conf conf_of(const struct names *f, const char *bind, uint16_t port)
{
	struct mc_sock_conf c;

	mc_sock_conf_init(&c);
	c.family = f->family;
	if (bind)
		c.bind = address(bind);
	c.port = port;
	return c;
}

static inline int opened(const struct mc_sock_conf *c)
{
	int fd = mc_sock_open(c);

	if (fd < 0)
		fail_msg("mc_sock_open: %s", mc_strerror(fd));
	return fd;
}

static inline uint16_t port_of(int fd)
{
	struct mc_addr a;
	uint16_t port = 0;

	assert_int_equal(mc_sock_local(fd, &a, &port), 0);
	return port;
}

#endif
