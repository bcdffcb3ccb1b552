/*
 * ask.c - which sockets have to be asked again. To ask one costs a borrowed descriptor and a question for
 * each group, so those that cannot have changed are not.
 */
#include "groups/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_sources(const struct known *k, const struct known_socket *s)
{
	for (size_t i = s->first; i < s->first + s->n; i++)
		if (k->held[i].nsources)
			return true;
	return false;
}

static bool may_differ(const struct known *k, const struct mc_socket *was, const struct mc_socket *is)
{
	const struct known_socket *s = known_find(k, is->inode);

	if (!was || was->options != is->options || is->options == MC_SOCKET_UNKNOWN)
		return is->options || s;
	return s && (has_sources(k, s) || s->h.error == -ETIME);
}

int ask_changed(struct ask *ret, const struct known *k, const struct mc_socket *before, size_t nbefore,
		const struct mc_socket *now, size_t nnow)
{
	size_t j = 0;

	*ret = (struct ask){ .sockets = calloc(nnow + 1, sizeof *ret->sockets) };
	if (!ret->sockets)
		return -ENOMEM;
	for (size_t i = 0; i < nnow; i++) {
		while (j < nbefore && before[j].inode < now[i].inode)
			j++;
		if (may_differ(k, j < nbefore && before[j].inode == now[i].inode ? &before[j] : NULL,
			       &now[i]))
			ret->sockets[ret->n++] = now[i];
	}
	return 0;
}

bool ask_has(const struct ask *a, uint64_t inode)
{
	return mc_sockets_find(a->sockets, a->n, inode) != NULL;
}

int ask_open(struct ask *a, const struct known *k, const struct mc_socket *now, size_t nnow,
	     const struct mc_processes *p)
{
	a->processes = *p;
	a->processes.nsockets = 0;
	a->processes.sockets = calloc(p->nsockets + 1, sizeof *p->sockets);
	if (!a->processes.sockets)
		return -ENOMEM;
	for (size_t i = 0; i < p->nsockets; i++) {
		uint64_t inode = p->sockets[i].inode;

		if (ask_has(a, inode) || (known_find(k, inode) && !mc_sockets_find(now, nnow, inode)))
			a->processes.sockets[a->processes.nsockets++] = p->sockets[i];
	}
	return 0;
}

void ask_free(struct ask *a)
{
	free(a->sockets);
	free(a->processes.sockets);
	*a = (struct ask){ 0 };
}
