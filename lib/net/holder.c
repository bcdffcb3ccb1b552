/*
 * holder.c - one socket that may hold memberships, made of what is told of it; and whether it is there still.
 */
#include "net/holder.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

struct mc_holder mc_holder_of(const struct mc_socket *s)
{
	struct mc_holder h = { .fd = -1,
			       .ttl = { -1, -1 },
			       .all = { -1, -1 },
			       .by = { UINT32_MAX, UINT32_MAX },
			       .reuse_addr = -1,
			       .reuse_port = -1 };

	if (s)
		h.socket = *s;
	return h;
}

void mc_holder_fill(struct mc_holder *h, const struct mc_borrowed *b)
{
	for (size_t i = 0; i < 2; i++) {
		h->ttl[i] = b->ttl[i];
		h->all[i] = b->all[i];
		h->by[i] = b->by[i];
	}
	h->by_addr = b->by_addr;
	h->reuse_addr = b->reuse_addr;
	h->reuse_port = b->reuse_port;
	if (h->socket.options == MC_SOCKET_UNKNOWN) { /* of a table of /proc */
		h->socket.options = b->options;
		h->socket.rcvbuf = b->rcvbuf;
		h->socket.ifindex = b->ifindex;
	}
}

struct mc_socket mc_holder_socket(const struct mc_borrowed *b, uint64_t inode, uint32_t uid)
{
	bool is4 = b->family == MC_IPV4;

	return (struct mc_socket){ .inode = inode,
				   .family = b->family,
				   .protocol = (uint8_t)b->protocol,
				   .raw = b->type == SOCK_RAW,
				   .local = b->local,
				   .peer = b->peer,
				   .port = b->port,
				   .peer_port = b->peer_port,
				   .ifindex = b->ifindex,
				   .uid = uid,
				   .options = b->options,
				   .queued = b->queued,
				   .rcvbuf = b->rcvbuf,
				   .drops = b->drops,
				   .all = is4 ? (int8_t)b->all[0] : -1,
				   .loop = is4 ? (int8_t)b->loop[0] : -1 };
}

static bool is_nobodys(const struct mc_holder *h)
{
	return (h->error == -EPERM || h->error == -ENOENT) && !h->process && !h->kernel;
}

int mc_holder_settle(struct mc_holders *h)
{
	struct mc_socket *now = NULL;
	size_t nobodys = 0, nnow = 0, n = 0;

	for (size_t i = 0; i < h->nsockets; i++)
		nobodys += is_nobodys(&h->sockets[i]);
	int r = nobodys ? mc_sockets_read(&now, &nnow) : 0;

	if (r || !nobodys)
		return r;
	for (size_t i = 0; i < h->nsockets; i++) {
		const struct mc_holder *s = &h->sockets[i];
		bool closed = is_nobodys(s) && !mc_sockets_find(now, nnow, s->socket.inode);

		h->gone += closed;
		h->hidden -= closed && s->error == -EPERM && s->socket.options;
		if (!closed)
			h->sockets[n++] = *s;
	}
	h->nsockets = n;
	free(now);
	return 0;
}
