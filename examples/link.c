/*
 * link.c - print every IGMP and MLD message on an interface, this machine's own among them. Needs
 * CAP_NET_RAW.
 *
 *   cc link.c -o link $(pkg-config --cflags --libs libmcast)   sudo ./link eth0 [COUNT]
 */
#include <errno.h>
#include <mcast/mcast.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char *what, int error)
{
	fprintf(stderr, "link: %s: %s\n", what, mc_strerror(error));
	return 2;
}

/* "out IGMPv3 report: 10.0.0.7 joins 239.1.2.3"; what cannot be read, by its reason. */
static void print(const struct mc_packet *p)
{
	const char *way = p->outgoing ? "out" : "in ";
	char name[MC_MSG_NAMELEN], text[400];
	struct mc_msg m;

	mc_msg_init(&m);
	int r = mc_decode(&m, p->octets, p->len);

	if (r < 0)
		printf("%s %s\n", way, mc_strerror(r));
	else
		printf("%s %s: %s\n", way, mc_msg_name(&m, name, sizeof name),
		       mc_msg_format(&m, text, sizeof text));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	long left = argc > 2 ? atol(argv[2]) : -1;
	struct mc_link_conf conf;
	struct mc_packet p;
	struct mc_link *l;
	int r;

	if (argc < 2)
		return fail("usage: link IFACE [COUNT]", MC_ERR_IFNAME);
	mc_link_conf_init(&conf);
	conf.ifindex = if_nametoindex(argv[1]);
	if (!conf.ifindex)
		return fail(argv[1], -ENODEV);
	if ((r = mc_link_open(&l, &conf)) < 0)
		return fail(argv[1], r);
	while (left != 0) {
		struct pollfd fd = { .fd = mc_link_fd(l), .events = POLLIN };

		r = mc_link_recv(l, &p);
		if (r == 1) {
			print(&p);
			left -= left > 0;
		} else if (r == 0) {
			poll(&fd, 1,
			     1000); /* not for ever: see mc_link_fd about interfaces that are deleted */
		} else if (r != -ENETDOWN) { /* which ends by itself */
			break;
		}
	}
	mc_link_close(l);
	return r < 0 ? fail(argv[1], r) : 0;
}
