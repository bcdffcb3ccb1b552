/*
 * users.c - users of memberships, counted. The kernel counts a socket once for each membership of it, and
 * itself once where it joins a group on its own account.
 */
#include "net/users.h"

#include <errno.h>
#include <stdlib.h>

#include "net/proc.h"

#define ALL UINT32_MAX

static bool is_one_of(const struct mc_addr *a, const char *const *names, size_t n)
{
	struct mc_addr other;

	for (size_t i = 0; i < n; i++)
		if (!mc_addr_parse(&other, names[i]) && !mc_addr_cmp(a, &other))
			return true;
	return false;
}

/* All nodes (RFC 1112 4, RFC 4291 2.7.1); all routers where it is one; of bridges all snoopers (RFC 4286 4);
 * and each address's solicited-node group, which may be that of several. */
static uint32_t kernels_of(const struct mc_addr *group, bool routes)
{
	static const char *const always[] = { "224.0.0.1", "ff01::1", "ff02::1", "224.0.0.106", "ff02::6a" };
	static const char *const routers[] = { "ff01::2", "ff02::2", "ff05::2" };
	static const struct mc_prefix solicited = {
		.addr = { MC_IPV6, { 0xff, 2, [11] = 1, [12] = 0xff } },
		.len = 104,
	};
	int scope = mc_addr_scope(group);

	if (scope > 2 && scope != 5) /* nearly all */
		return 0;
	if (mc_prefix_has(&solicited, group))
		return ALL;
	return is_one_of(group, always, sizeof always / sizeof *always) ||
	       (routes && is_one_of(group, routers, sizeof routers / sizeof *routers));
}

int mc_users_init(struct mc_users *u, const struct mc_memberships *m, const struct mc_addr *only)
{
	bool routes = mc_proc_sys("net/ipv6/conf/all/forwarding") > 0;

	u->m = m;
	u->wanting = 0;
	u->found = calloc(m->n + 1, sizeof *u->found);
	u->kernels = calloc(m->n + 1, sizeof *u->kernels);
	if (!u->found || !u->kernels)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++) {
		const struct mc_addr *group = &m->v[i].group;

		u->kernels[i] = only && mc_addr_cmp(group, only) ? ALL : kernels_of(group, routes);
		u->wanting += m->v[i].users > u->kernels[i];
	}
	return 0;
}

void mc_users_free(struct mc_users *u)
{
	free(u->found);
	free(u->kernels);
}

bool mc_users_count(struct mc_users *u, size_t membership)
{
	uint32_t found = ++u->found[membership], users = u->m->v[membership].users;

	if (u->kernels[membership] < users && found == users - u->kernels[membership])
		u->wanting--;
	return found >= users;
}
