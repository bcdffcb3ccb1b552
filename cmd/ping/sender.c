/*
 * sender.c - datagrams out: single ones and trains, the header of each written in place over a
 * payload that was prepared once, and read again in what comes back. It decides neither when to
 * send nor how much.
 */
#include "ping/sender.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "flow/probe.h"

#define BUFFER (4 << 20) /* asked for, each way */

/* What both kinds of socket have. */
static struct mc_sock_conf socket_of(const struct sender *s, const struct ping_conf *c)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.tos = c->tos;
	conf.rcvbuf = BUFFER;
	conf.sndbuf = BUFFER;
	conf.trains = c->flood;
	conf.rx_time = s->stamps;
	conf.tx_time = s->stamps;
	return conf;
}

static int open_socket(const struct sender *s, const struct ping_conf *c, const struct where *w)
{
	struct mc_sock_conf conf = socket_of(s, c);

	conf.family = w->target.group.family;
	conf.bind = w->bind;
	conf.ifindex = w->ifindex;
	conf.ttl = (int32_t)c->ttl;
	conf.loop = c->loop;
	return mc_sock_open(&conf);
}

/* A train's buffer holds one prepared payload behind another. */
static void prepare(struct sender *s, const struct ping_conf *c)
{
	size_t bytes = (size_t)c->size;

	if (c->data)
		memcpy(s->buf, c->data, c->data_len);
	else if (c->flood)
		for (unsigned i = 0; i < sender_train_most(bytes); i++)
			mc_probe_fill(s->buf + i * bytes, bytes);
	else
		mc_probe_fill(s->buf, PING_MOST_BYTES);
}

/* All but the socket. */
static int begin(struct sender *s, const struct ping_conf *c)
{
	*s = (struct sender){ .fd = -1, .plain = c->data || c->ssmping };
	s->stamps = !c->flood && !c->busy_poll && !c->user_latency;
	s->dgram.ttl = -1; /* the socket's */
	s->buf = malloc(PING_MOST_BYTES);
	if (!s->buf)
		return -ENOMEM;
	s->dgram.data = s->buf;
	if (getrandom(&s->session, sizeof s->session, 0) != sizeof s->session)
		return -errno;
	prepare(s, c);
	return 0;
}

void sender_to(struct sender *s, const struct mc_addr *peer, uint16_t port, uint32_t ifindex)
{
	s->dgram.peer = *peer;
	s->dgram.port = port;
	s->dgram.ifindex = ifindex;
}

int sender_open(struct sender *s, const struct ping_conf *c, const struct where *w)
{
	const struct mc_addr *group = &w->target.group;
	int r = begin(s, c);

	if (r)
		return r;
	sender_to(s, group, w->port, mc_addr_is_link_local(group) ? w->ifindex : 0);
	s->fd = open_socket(s, c, w);
	return s->fd < 0 ? s->fd : 0;
}

int sender_open_unicast(struct sender *s, const struct ping_conf *c, const struct mc_addr *source,
			uint32_t ifindex, int32_t ttl)
{
	int r = begin(s, c);
	struct mc_sock_conf conf = socket_of(s, c);

	if (r)
		return r;
	conf.family = source->family;
	conf.bind = *source;
	conf.ifindex = ifindex; /* the zone of a link-local source */
	conf.unicast_ttl = ttl;
	s->fd = mc_sock_open(&conf);
	return s->fd < 0 ? s->fd : 0;
}

void sender_close(struct sender *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->buf);
	s->fd = -1;
	s->buf = NULL;
}

static int leave(struct sender *s, unsigned n)
{
	int r = mc_sock_send(s->fd, &s->dgram, 1);

	if (r > 0) {
		s->sent += n;
		return 0;
	}
	s->unsent += n;
	return r;
}

int sender_send(struct sender *s, uint64_t seq, size_t bytes, mc_time time)
{
	struct mc_probe p = { .session = s->session, .seq = seq, .time = time };

	if (!s->plain)
		mc_probe_write(s->buf, &p);
	s->dgram.len = bytes;
	s->dgram.segment = 0;
	return leave(s, 1);
}

uint64_t sender_seq(const struct sender *s, const void *data, size_t len, mc_time *ret_time)
{
	struct mc_probe p;

	if (s->plain)
		return s->sent;
	if (mc_probe_read(&p, data, len) || p.session != s->session || !p.seq || p.seq > s->sent)
		return 0;
	*ret_time = p.time;
	return p.seq;
}

unsigned sender_train_most(size_t bytes)
{
	size_t fit = PING_MOST_BYTES / bytes;

	return fit < SENDER_TRAIN ? (unsigned)fit : SENDER_TRAIN;
}

int sender_train(struct sender *s, uint64_t seq, unsigned n, size_t bytes, mc_time time)
{
	struct mc_probe p = { .session = s->session, .seq = seq, .time = time };

	for (unsigned i = 0; i < n; i++, p.seq++)
		mc_probe_write(s->buf + i * bytes, &p);
	s->dgram.len = n * bytes;
	s->dgram.segment = n > 1 ? bytes : 0;
	return leave(s, n);
}
