/*
 * dgrams.h - a sender and a receiver of batches, and a heap of what arrived.
 */
#ifndef TEST_DGRAMS_H
#define TEST_DGRAMS_H

#include <poll.h>

#include "sockets.h"

#define MOST 2048 /* datagrams of one test */

/* What arrived, taken apart: each datagram of a train is one here. */
struct heap {
	size_t n, trains;
	struct mc_dgram v[MOST]; /* data is a copy, to be freed */
};

struct rig {
	const struct names *f;
	int rx, tx;
	uint16_t port;
	struct mc_batch *batch;
	struct heap got;
};

/* A receiver in near and a sender in near (over lo) or far (over the veth). */
static inline struct rig *rig_open(const struct netns *n, const struct names *f, int from, bool trains)
{
	struct mc_sock_conf rx = conf_of(f, NULL, 0), tx = rx;
	static struct rig rig;
	struct rig *r = &rig;

	memset(r, 0, sizeof *r);
	r->f = f;
	rx.rcvbuf = tx.sndbuf = 4 << 20;
	rx.share = rx.rx_time = true;
	rx.trains = trains;
	tx.bind = address(from == NEAR ? f->lo : f->far[0]);
	tx.ifindex = from == NEAR ? LO : V1;
	r->rx = opened(&rx);
	r->port = port_of(r->rx);
	netns_go(n, from);
	r->tx = opened(&tx);
	netns_go(n, NEAR);
	assert_int_equal(mc_batch_new(&r->batch, 16, 65535), 0);
	return r;
}

static inline void heap_free(struct heap *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->v[i].data);
	h->n = h->trains = 0;
}

static inline void rig_close(struct rig *r)
{
	close(r->rx);
	close(r->tx);
	mc_batch_free(r->batch);
	heap_free(&r->got);
}

static inline void heap_add(struct heap *h, const struct mc_dgram *d)
{
	size_t step = d->segment ? d->segment : d->len, off = 0;

	h->trains += d->segment > 0;
	do {
		assert_true(h->n < MOST);
		struct mc_dgram *one = &h->v[h->n++];

		*one = *d;
		one->len = d->len - off < step ? d->len - off : step;
		one->data = malloc(one->len + 1);
		assert_non_null(one->data);
		memcpy(one->data, (uint8_t *)d->data + off, one->len);
		off += step;
	} while (off < d->len);
}

/* Receives until there are n. */
static inline struct mc_dgram *receive(struct rig *r, int fd, size_t n)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	heap_free(&r->got);
	while (r->got.n < n) {
		if (poll(&p, 1, GENEROUS) != 1)
			fail_msg("IPv%d: %zu arrived, of %zu", r->f->family, r->got.n, n);
		int k = mc_batch_recv(r->batch, fd, false);

		assert_true(k > 0);
		for (int i = 0; i < k; i++)
			heap_add(&r->got, mc_batch_at(r->batch, (unsigned)i));
	}
	assert_int_equal(r->got.n, n);
	assert_int_equal(mc_batch_recv(r->batch, fd, false), -EAGAIN);
	return r->got.v;
}

static inline struct mc_dgram to(const struct rig *r, const char *peer)
{
	return (struct mc_dgram){ .peer = address(peer), .port = r->port, .ttl = -1 };
}

#endif
