/*
 * answer.c - receive, decide, reply. Nothing is formatted and nothing allocated here, unless
 * requests are to be shown.
 *
 * A reply is the request's own buffer, sent back by the interface and from the address it came
 * to. A train (see mcast/sock.h) is answered as a train; requests of one client that follow
 * each other become one on the way out.
 */
#include "serve/answer.h"

#include <mcast/sock.h>

/* How many datagrams a train of that many octets holds, and the octets of its first n. */
static uint64_t datagrams(const struct mc_dgram *d)
{
	return d->segment ? (d->len + d->segment - 1) / d->segment : 1;
}

static size_t octets(const struct mc_dgram *d, uint64_t n)
{
	size_t most = d->segment * n;

	return d->segment && most < d->len ? most : d->len;
}

/* Shows datagrams from..to of a train, or the one there is. */
static void show(const struct answer *a, const struct mc_dgram *d, uint16_t port, uint64_t from, uint64_t to,
		 enum cause why)
{
	struct mc_dgram one = *d;

	for (uint64_t i = from; a->verbose && i < to; i++) {
		one.data = (uint8_t *)d->data + octets(d, i) * (i > 0);
		one.len = octets(d, i + 1) - (i ? octets(d, i) : 0);
		show_request(a->show, &one, port, why);
	}
}

/* Refuses datagrams from..to of a train: shown, and counted for the client, if there is one. */
static void refuse(struct answer *a, uint16_t port, const struct mc_dgram *d, struct client *c, uint64_t from,
		   uint64_t to, enum cause why)
{
	show(a, d, port, from, to, why);
	a->totals.refused[why] += to - from;
	if (c)
		c->refused += to - from;
}

void answer_turn_away(struct answer *a, uint16_t port, const struct mc_dgram *d, enum cause why)
{
	a->totals.requests += datagrams(d);
	refuse(a, port, d, NULL, 0, datagrams(d), why);
}

void answer_count(struct answer *a, struct client *c, int64_t n, int64_t bytes)
{
	if (c) {
		c->replies += (uint64_t)n;
		c->bytes += (uint64_t)bytes;
	}
	a->totals.replies += (uint64_t)n;
	a->totals.bytes += (uint64_t)bytes;
	a->left -= a->left == UINT64_MAX ? 0 : (uint64_t)n;
}

uint64_t answer_admit(struct answer *a, struct guard *g, uint16_t port, const struct mc_dgram *d, mc_time now,
		      struct client **ret)
{
	uint64_t n = datagrams(d), allowed = 0;
	struct client *c = NULL;
	enum cause why = guard_check(g, d, n, now, &allowed, &c);

	if (allowed > a->left)
		n = allowed = a->left; /* -c: what is behind is not a request any more */
	a->totals.requests += n;
	if (c)
		c->requests += n;
	show(a, d, port, 0, allowed, ANSWERED);
	if (allowed < n)
		refuse(a, port, d, c, allowed, n, why ? why : RATE);
	*ret = c;
	return c ? allowed : 0;
}

/* Turns a request into its reply, in place. Returns how many datagrams of it are to be sent. */
static uint64_t decide(struct answer *a, const struct port *p, struct mc_dgram *d, mc_time now)
{
	struct client *c;
	uint64_t allowed = answer_admit(a, a->guard, p->listener->port, d, now, &c);

	if (!allowed)
		return 0;
	d->ttl = guard_ttl(a->guard, d);
	d->len = octets(d, allowed);
	d->local = d->answer;
	if (c->own && !mc_addr_is_link_local(&d->peer))
		d->ifindex = 0; /* an address of ours on another interface is not reached by this one */
	answer_count(a, c, (int64_t)allowed, (int64_t)d->len);
	return allowed;
}

/* A request that this socket is not meant for: IPv6 delivers what others joined elsewhere. */
static bool misplaced(struct answer *a, const struct port *p, const struct mc_dgram *d)
{
	enum taken taken = listen_takes(p, d->ifindex);

	if (taken == NOT_TAKEN)
		answer_turn_away(a, p->listener->port, d, INTERFACE);
	return taken != TAKEN;
}

bool answer_to_broadcast(struct answer *a, uint16_t port, const struct mc_dgram *d)
{
	if (d->local.family != MC_IPV4 || mc_addr_is_multicast(&d->local) ||
	    !mc_addr_cmp(&d->local, &d->answer))
		return false;
	answer_turn_away(a, port, d, DESTINATION);
	return true;
}

/* Sends the replies; one that the system will not take is counted and passed over. */
static void reply(struct answer *a, int fd, const struct mc_dgram *v, unsigned n)
{
	for (unsigned done = 0; done < n;) {
		int r = mc_sock_send(fd, v + done, n - done);

		if (r < 0) {
			const struct mc_dgram *d = &v[done];
			int64_t lost = (int64_t)datagrams(d);

			answer_count(a, clients_find(a->guard->clients, &d->peer, d->ifindex), -lost,
				     -(int64_t)d->len);
			a->totals.unsent += (uint64_t)lost;
		}
		done += r < 0 ? 1 : (unsigned)r;
	}
}

int answer_socket(struct answer *a, const struct port *p)
{
	struct mc_dgram out[ANSWER_BATCH];
	int n = mc_batch_recv(a->batch, p->watch.fd, false);
	mc_time now = n > 0 ? mc_loop_now() : 0;
	unsigned k = 0;

	for (int i = 0; i < n && a->left; i++) {
		struct mc_dgram *d = mc_batch_at(a->batch, (unsigned)i);

		if (!misplaced(a, p, d) && !answer_to_broadcast(a, p->listener->port, d) &&
		    decide(a, p, d, now))
			out[k++] = *d;
	}
	reply(a, p->watch.fd, out, k);
	return n > 0 ? n : 0;
}
