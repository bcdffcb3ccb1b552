/*
 * listen.c - join a group on one interface and print what arrives: who sent it, how it came.
 *
 *   cc listen.c -o listen $(pkg-config --cflags --libs libmcast)
 *   ./listen 239.1.2.3:5000%eth0 [COUNT]        or 10.0.0.9@232.1.1.1%eth0:5000, or [ff3e::1%eth0]:5000
 */
#include <mcast/mcast.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fail(const char *what, int error)
{
	fprintf(stderr, "listen: %s: %s\n", what, mc_strerror(error));
	return 2;
}

/* A socket bound to the group and joined on the interface that the target names. */
static int open_and_join(const struct mc_target *t)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.bind = t->group;
	conf.port = (uint16_t)t->port;
	conf.ifindex = if_nametoindex(t->ifname);
	conf.share = true; /* others may listen, too */
	conf.rx_time = true;
	int fd = mc_sock_open(&conf);

	if (fd < 0)
		return fd;
	int r = mc_sock_join(fd, conf.ifindex, &t->group, t->source.family ? &t->source : NULL);

	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

static void print(const struct mc_dgram *d)
{
	char peer[MC_ADDR_STRLEN], name[IF_NAMESIZE] = "?";

	printf("%llu.%09llu %zu bytes from %s port %u on %s, ttl %d\n",
	       (unsigned long long)(d->time / MC_SEC), (unsigned long long)(d->time % MC_SEC), d->len,
	       mc_addr_format(&d->peer, peer, sizeof peer), d->port,
	       if_indextoname(d->ifindex, name) ? name : "?", d->ttl);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	long left = argc > 2 ? atol(argv[2]) : -1;
	struct mc_batch *batch;
	struct mc_target t;

	mc_target_init(&t);
	int r = argc > 1 ? mc_target_parse(&t, argv[1]) : MC_ERR_SYNTAX;

	if (r < 0 || t.port < 0)
		return fail(argc > 1 ? argv[1] : "no target", r < 0 ? r : MC_ERR_PORT);
	int fd = open_and_join(&t);

	if (fd < 0)
		return fail(argv[1], fd);
	if ((r = mc_batch_new(&batch, 32, 65535)) < 0)
		return fail("batch", r);
	while (left != 0 && (r = mc_batch_recv(batch, fd, true)) >= 0)
		for (int i = 0; i < r && left != 0; i++, left -= left > 0)
			print(mc_batch_at(batch, (unsigned)i));
	mc_batch_free(batch);
	close(fd); /* leaves the group */
	return r < 0 ? fail("receive", r) : 0;
}
