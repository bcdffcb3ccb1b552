/*
 * netlink.c - fuzzes what is read from the kernel: the octets are messages in a row, as a dump has them,
 * each read as one about bridges and one about the forwarding cache. Nothing past a message's end is read,
 * names have ends, and what was read is in order.
 */
#include <libmnl/libmnl.h>

#include "fuzz.h"
#include "net/bridges.h"
#include "net/mroute.h"

static void check_name(const char name[MC_IFNAME_SIZE])
{
	MUST(memchr(name, '\0', MC_IFNAME_SIZE));
}

static void check_addr(const struct mc_addr *a)
{
	MUST(a->family == 0 || a->family == MC_IPV4 || a->family == MC_IPV6);
}

static void check_group(const struct mc_bridges *b, const struct mc_bridge_group *g)
{
	MUST(mc_bridges_index(b, g->bridge));
	MUST(g->group.family);
	check_addr(&g->group);
	check_addr(&g->source);
	MUST(g->mode == (g->source.family ? MC_INCLUDE : g->mode));
	MUST(!g->permanent || !g->left);
	MUST(!g->listed || g->source.family);
}

static void check_bridges(const struct mc_bridges *b)
{
	for (size_t i = 0; i < b->n; i++) {
		check_name(b->v[i].name);
		MUST(!i || b->v[i - 1].ifindex <= b->v[i].ifindex);
		for (int k = 0; k < 2; k++) {
			check_addr(&b->v[i].known[k].addr);
			MUST(!b->v[i].known[k].addr.family || b->v[i].known[k].left);
		}
	}
	for (size_t i = 0; i < b->nports; i++) {
		check_name(b->ports[i].name);
		MUST(mc_bridges_port(b, b->ports[i].ifindex));
	}
	for (size_t i = 0; i < b->ngroups; i++) {
		check_group(b, &b->groups[i]);
		MUST(!i || b->groups[i - 1].bridge <= b->groups[i].bridge);
	}
}

static void check_mroutes(const struct mc_mroutes *m)
{
	for (size_t i = 0; i < m->n; i++) {
		check_addr(&m->v[i].group);
		check_addr(&m->v[i].source);
		MUST(m->v[i].packets || m->v[i].idle == MC_NEVER);
		for (size_t k = 0; k < m->v[i].nout; k++)
			MUST(m->v[i].out);
	}
	for (size_t i = 0; i < m->nvifs; i++)
		check_name(m->vifs[i].name);
}

/* In memory of its own, as long as it is with the octets that fill it up: reading past it is seen. */
static void take(struct mc_bridges *b, struct mc_mroutes *m, const struct nlmsghdr *h)
{
	struct nlmsghdr *copy = calloc((h->nlmsg_len + MNL_ALIGNTO - 1u) / MNL_ALIGNTO, MNL_ALIGNTO);

	MUST(copy);
	memcpy(copy, h, h->nlmsg_len);
	MUST(mc_bridges_take(copy, b) == MNL_CB_OK);
	MUST(mc_mroutes_take(copy, m) == MNL_CB_OK);
	free(copy);
	mc_bridges_order(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *all = malloc(size + 1);
	struct mc_bridges b = { 0 };
	struct mc_mroutes m = { 0 };
	const struct nlmsghdr *h = all;
	int left = (int)size;

	MUST(all);
	if (size)
		memcpy(all, data, size);
	/* libmnl takes a length past INT_MAX for a negative one, and good; the kernel has none such. */
	for (; mnl_nlmsg_ok(h, left) && h->nlmsg_len <= size; h = mnl_nlmsg_next(h, &left))
		take(&b, &m, h);
	check_bridges(&b);
	check_mroutes(&m);
	mc_bridges_free(&b);
	mc_mroutes_free(&m);
	free(all);
	return 0;
}
