/*
 * roles.c - a host and a router of IGMP or MLD on a link of memory: the host joins a group and leaves it, and
 * every packet is shown. On a real link a raw socket takes the place of what act() does.
 *
 *   cc roles.c -o roles $(pkg-config --cflags --libs libmcast)
 *   ./roles 239.1.2.3        or ff15::1234
 */
#include <mcast/mcast.h>
#include <stdio.h>

static struct mc_host *host;
static struct mc_router *router;

static void act(const struct mc_action *a, mc_time now, bool from_host)
{
	char text[200];
	struct mc_msg m;

	mc_msg_init(&m);
	if (a->kind == MC_ACTION_GROUP)
		printf("%8.3f  the group is %s\n", (double)now / 1e9, a->present ? "wanted" : "gone");
	if (a->kind != MC_ACTION_SEND || mc_decode(&m, a->octets, a->len) < 0)
		return;
	printf("%8.3f  %s: ", (double)now / 1e9, mc_msg_name(&m, text, sizeof text));
	printf("%s\n", mc_msg_format(&m, text, sizeof text));
	if (from_host)
		mc_router_input(router, &m, now);
	else
		mc_host_input(host, &m, now);
}

/* Time is an argument: here it jumps from one deadline to the next. */
static void run(mc_time now, mc_time until)
{
	struct mc_action a;

	mc_action_init(&a);
	while (now <= until) {
		while (mc_host_poll(host, now, &a))
			act(&a, now, true);
		while (mc_router_poll(router, now, &a))
			act(&a, now, false);
		mc_time h = mc_host_deadline(host), r = mc_router_deadline(router);

		now = h < r ? h : r;
	}
}

static int start(const struct mc_addr *group)
{
	struct mc_router_conf rc;
	struct mc_host_conf hc;

	mc_host_conf_init(&hc, group->family);
	mc_router_conf_init(&rc, group->family);
	mc_addr_parse(&hc.addr, group->family == MC_IPV4 ? "10.0.0.7" : "fe80::7");
	mc_addr_parse(&rc.addr, group->family == MC_IPV4 ? "10.0.0.1" : "fe80::1");
	int r = mc_host_new(&host, &hc, 0); /* its seed is 0: the same delays in every run */

	return r < 0 ? r : mc_router_new(&router, &rc, 0);
}

int main(int argc, char **argv)
{
	struct mc_addr group;
	int r = argc == 2 ? mc_addr_parse(&group, argv[1]) : MC_ERR_SYNTAX;

	if (r == 0 && (r = start(&group)) == 0)
		r = mc_host_listen(host, 1, &group, MC_EXCLUDE, NULL, 0, 0);
	if (r < 0) {
		fprintf(stderr, "roles: %s: %s\n", argc == 2 ? argv[1] : "usage", mc_strerror(r));
		return 2;
	}
	run(0, 60 * MC_SEC - 1);
	mc_host_listen(host, 1, &group, MC_INCLUDE, NULL, 0, 60 * MC_SEC); /* of nothing: leave */
	run(60 * MC_SEC, 70 * MC_SEC);
	mc_host_free(host);
	mc_router_free(router);
	return 0;
}
