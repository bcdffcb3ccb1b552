/*
 * hand.c - system calls that send, and which of them is best. Nothing here waits: a full buffer is an error
 * like others.
 */
#include "send/hand.h"

#include <errno.h>
#include <mcast/sock.h>
#include <stdlib.h>
#include <sys/socket.h>

#define PACED_SINGLE 50000.0 /* datagrams a second, below which each leaves alone */
#define TRAIN_SECONDS 100e-6 /* of traffic that one call holds at most */

struct hand_batch {
	struct mmsghdr msg[HAND_BATCH];
	struct iovec iov[HAND_BATCH];
};

static unsigned least(double a, unsigned b)
{
	return a < (double)b ? (unsigned)a : b;
}

static unsigned train_most(const struct send_conf *c)
{
	unsigned n = mc_sock_train_most();

	if (c->train > 0)
		n = least((double)c->train, n);
	return c->size.to ? least((double)SEND_MOST_BYTES / c->size.to, n) : 1;
}

/* A datagram of a train has to fit a packet. */
bool hand_fits(const struct send_conf *c, uint32_t room)
{
	return !room || c->size.to <= room;
}

static bool can_cut(const struct send_conf *c, uint32_t room)
{
	return c->size.from == c->size.to && !c->lines && hand_fits(c, room) && train_most(c) > 1;
}

static enum send_io choose(const struct send_conf *c, uint32_t room, double pps)
{
	if (c->io != SEND_AUTO)
		return c->io;
	if (pps > 0 && pps < PACED_SINGLE && c->train < 0)
		return SEND_SINGLE;
	return can_cut(c, room) ? SEND_TRAINS : SEND_BATCH;
}

void hand_choose(struct hand *h, const struct send_conf *c, uint32_t room)
{
	double pps = rate_pps(&c->rate, ((double)c->size.from + c->size.to) / 2);

	h->how = choose(c, room, pps);
	h->most = h->how == SEND_TRAINS ? train_most(c) : h->how == SEND_BATCH ? HAND_BATCH : 1;
	/* A burst, or a train's length, says itself how many leave at once. */
	if (pps > 0 && (c->train < 0 || h->how != SEND_TRAINS) && c->burst == 1)
		h->most = least(pps * TRAIN_SECONDS, h->most);
	if (h->most < 1)
		h->most = 1;
}

int hand_open(struct hand *h)
{
	h->batch = calloc(1, sizeof *h->batch);
	return h->batch ? 0 : -ENOMEM;
}

void hand_close(struct hand *h)
{
	free(h->batch);
	h->batch = NULL;
}

int hand_over(const struct flow *f, const void *data, size_t len)
{
	const struct sockaddr *to = f->tolen ? &f->to.sa : NULL;

	return sendto(f->fd, data, len, MSG_DONTWAIT, to, f->tolen) < 0 ? -errno : 0;
}

int hand_over_many(struct hand *h, struct flow *const *to, const struct payload *p, unsigned at, unsigned n)
{
	struct hand_batch *b = h->batch;

	for (unsigned i = 0; i < n; i++) {
		b->iov[i] = (struct iovec){ payload_at(p, at + i), p->len[at + i] };
		b->msg[i].msg_hdr = (struct msghdr){ .msg_name = to[i]->tolen ? &to[i]->to : NULL,
						     .msg_namelen = to[i]->tolen,
						     .msg_iov = &b->iov[i],
						     .msg_iovlen = 1 };
	}
	int sent = sendmmsg(to[0]->fd, b->msg, n, MSG_DONTWAIT);

	return sent < 0 ? -errno : sent;
}

bool hand_cannot_cut(int error)
{
	return error == -EINVAL || error == -EIO || error == -EOPNOTSUPP || error == -ENOPROTOOPT ||
	       error == -EMSGSIZE;
}

const char *hand_name(enum send_io how)
{
	static const char *const names[] = { "auto", "single", "batch", "trains" };

	return names[how];
}
