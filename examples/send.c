/*
 * send.c - send a few datagrams to a group, by one interface, with a TTL.
 *
 *   cc send.c -o send $(pkg-config --cflags --libs libmcast)
 *   ./send 239.1.2.3:5000%eth0 hello [COUNT]
 */
#include <mcast/mcast.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *what, int error)
{
	fprintf(stderr, "send: %s: %s\n", what, mc_strerror(error));
	return 2;
}

/* A socket whose multicast leaves by the interface that the target names, or by the route. */
static int open_sender(const struct mc_target *t)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.family = t->group.family;
	conf.ifindex = *t->ifname ? if_nametoindex(t->ifname) : 0;
	conf.ttl = 8;
	return mc_sock_open(&conf);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 3 ? (unsigned)atoi(argv[3]) : 1, sent = 0;
	struct mc_target t;

	mc_target_init(&t);
	int r = argc > 2 ? mc_target_parse(&t, argv[1]) : MC_ERR_SYNTAX;

	if (r < 0 || t.port < 0)
		return fail(argc > 2 ? argv[1] : "usage: send TARGET TEXT [COUNT]", r < 0 ? r : MC_ERR_PORT);
	int fd = open_sender(&t);

	if (fd < 0)
		return fail(argv[1], fd);
	struct mc_dgram d = { .data = argv[2],
			      .len = strlen(argv[2]),
			      .peer = t.group,
			      .port = (uint16_t)t.port,
			      .ifindex = *t.ifname ? if_nametoindex(t.ifname) : 0,
			      .ttl = -1 };

	for (; sent < count; sent++)
		if ((r = mc_sock_send(fd, &d, 1)) < 0)
			break;
	close(fd);
	if (r < 0)
		return fail("send", r);
	printf("%u datagrams of %zu bytes sent to %s\n", sent, d.len, argv[1]);
	return 0;
}
