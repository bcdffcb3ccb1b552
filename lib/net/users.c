/*
 * users.c - users of memberships, counted. The kernel counts a socket once for each membership of it, and
 * itself once each time it joins a group on its own account.
 */
#include "net/users.h"

#include <errno.h>
#include <stdlib.h>

#define ALL UINT32_MAX

/* All nodes (RFC 1112 4, RFC 4291 2.7.1); and each address's solicited-node group, which may be that of
 * several. */
static uint32_t always(const struct mc_addr *group)
{
	static const struct mc_addr nodes[] = { { MC_IPV4, { 224, 0, 0, 1 } },
						{ MC_IPV6, { 0xff, 1, [15] = 1 } },
						{ MC_IPV6, { 0xff, 2, [15] = 1 } } };
	static const struct mc_prefix solicited = {
		.addr = { MC_IPV6, { 0xff, 2, [11] = 1, [12] = 0xff } },
		.len = 104,
	};

	if (mc_addr_scope(group) > 2) /* nearly all */
		return 0;
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
		if (!mc_addr_cmp(group, &nodes[i]))
			return 1;
	return mc_prefix_has(&solicited, group) ? ALL : 0;
}

bool mc_users_always(const struct mc_addr *group)
{
	return always(group);
}

static uint32_t kernels_of(const struct mc_users *u, const struct mc_membership *m)
{
	uint32_t n = always(&m->group);

	return n ? n : mc_kernels_count(&u->own, m->ifindex, &m->group);
}

int mc_users_init(struct mc_users *u, const struct mc_memberships *m, const struct mc_addr *only)
{
	int r;

	*u = (struct mc_users){ .m = m };
	r = mc_kernels_read(&u->own);
	u->found = calloc(m->n + 1, sizeof *u->found);
	u->kernels = calloc(m->n + 1, sizeof *u->kernels);
	if (r || !u->found || !u->kernels)
		return r ? r : -ENOMEM;
	for (size_t i = 0; i < m->n; i++) {
		const struct mc_addr *group = &m->v[i].group;

		u->kernels[i] = only && mc_addr_cmp(group, only) ? ALL : kernels_of(u, &m->v[i]);
		u->wanting += m->v[i].users > u->kernels[i];
	}
	return 0;
}

void mc_users_free(struct mc_users *u)
{
	free(u->found);
	free(u->kernels);
	mc_kernels_free(&u->own);
}

bool mc_users_count(struct mc_users *u, size_t membership)
{
	uint32_t found = ++u->found[membership], users = u->m->v[membership].users;

	if (u->kernels[membership] < users && found == users - u->kernels[membership])
		u->wanting--;
	return found >= users;
}
