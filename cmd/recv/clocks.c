/*
 * clocks.c - who is asked for its clock, when, and which answers are believed. What an exchange tells is
 * flow/clock.c's, what question and answer look like is flow/probe.c's.
 *
 * Anybody may send to the socket that questions leave by. An answer counts when it comes from the address
 * and port that was asked, carries the session and the random number of a question that is open, and is the
 * first to do so.
 */
#include "recv/clocks.h"

#include <errno.h>
#include <mcast/sock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/sip.h"
#include "flow/probe.h"
#include "out.h"

#define MOST 4096
#define BUCKETS 1024
#define BATCH 16
#define ROUNDS 16  /* batches taken at once */
#define FIRST 4    /* questions in quick succession */
#define QUICK (66 * MC_MSEC)
#define SOON (200 * MC_MSEC)
#define SETTLED 13 /* answers, by which drift is known */
#define SILENT 6   /* questions in vain: it does not answer, or not any more */
#define PATIENT (60 * MC_SEC) /* but its answers may have been lost so far */
#define RARELY (10 * MC_SEC)
#define COST (MC_SEC / 200)   /* of a question: anybody's address may be forged, and all of them asked */
#define BURST (MC_SEC - COST)

struct clocks {
	struct clocks_conf conf;
	struct mc_sip sip;
	struct sender *bucket[BUCKETS];
	struct sender *v[MOST];
	uint32_t n;
	uint64_t refused;   /* there was no room for */
	struct mc_heap due; /* by number */
	mc_time spent;      /* up to when questions that were asked use up what may be asked, loop's clock */
	struct mc_batch *batch;
	struct mc_watch watch[2]; /* of IPv4 and IPv6; fd below 0: there is none */
};

/* ---- senders -------------------------------------------------------------------------- */

/* An address that holds on its own link alone needs the link. */
static uint32_t zone_of(const struct mc_addr *a, uint32_t ifindex)
{
	return mc_addr_is_link_local(a) ? ifindex : 0;
}

static struct sender **bucket_of(struct clocks *c, const struct mc_addr *addr, uint16_t port, uint32_t zone)
{
	uint64_t words[3];

	memcpy(words, addr->b, sizeof addr->b);
	words[2] = (uint64_t)zone << 16 | port;
	return &c->bucket[mc_sip_hash(&c->sip, words, 3) % BUCKETS];
}

static struct sender *find(const struct sender *first, const struct mc_addr *addr, uint16_t port,
			   uint32_t zone)
{
	for (const struct sender *s = first; s; s = s->chain)
		if (s->port == port && !mc_addr_cmp(&s->addr, addr) && zone_of(&s->addr, s->ifindex) == zone)
			return (struct sender *)s;
	return NULL;
}

struct sender *clocks_sender(struct clocks *c, const struct mc_addr *addr, uint16_t port, uint32_t ifindex)
{
	uint32_t zone = zone_of(addr, ifindex);
	struct sender **first = bucket_of(c, addr, port, zone), *s = find(*first, addr, port, zone);

	if (s)
		return s;
	if (c->n < MOST && mc_heap_room(&c->due, c->n + 1))
		s = calloc(1, sizeof *s);
	if (!s) {
		c->refused++;
		return NULL;
	}
	s->addr = *addr;
	s->port = port;
	s->ifindex = ifindex;
	mc_clock_init(&s->clock, c->conf.only);
	s->chain = *first;
	*first = s;
	c->v[c->n++] = s;
	s->number = c->n;
	return s;
}

uint64_t clocks_refused(const struct clocks *c)
{
	return c ? c->refused : 0;
}

/* One host's address, as far as an address tells: 0/8 is this host (RFC 1122 3.2.1.3), 240/4 nobody's. */
static bool can_be_asked(const struct sender *s)
{
	const struct mc_addr *a = &s->addr;

	if (!s->port || mc_addr_is_multicast(a) || mc_addr_is_unspecified(a))
		return false;
	return a->family != MC_IPV4 || (a->b[0] > 0 && a->b[0] < 240);
}

void clocks_probes(struct clocks *c, struct sender *s, uint64_t session)
{
	bool asks = c->conf.only == MC_BASIS_NONE || c->conf.only == MC_BASIS_ECHO;

	if (asks && !s->session && can_be_asked(s))
		mc_heap_set(&c->due, s->number, mc_loop_now());
	s->session = session;
}

/* ---- questions ------------------------------------------------------------------------ */

static void send_question(const struct clocks *c, const struct sender *s, const struct question *q)
{
	uint8_t data[MC_PROBE_CLOCK_LEN];
	const struct mc_dgram d = { .data = data,
				    .len = sizeof data,
				    .peer = s->addr,
				    .port = s->port,
				    .ifindex = zone_of(&s->addr, s->ifindex),
				    .ttl = -1 };
	const struct mc_watch *w = &c->watch[s->addr.family == MC_IPV6];

	mc_probe_ask(data, q->session, q->number, q->at);
	if (w->fd >= 0)
		(void)mc_sock_send(w->fd, &d, 1); /* lost on the way or here: the next one may arrive */
}

static void ask(struct clocks *c, struct sender *s, mc_time now)
{
	struct question *q = &s->open[s->asked % CLOCKS_OPEN];

	if (getrandom(&q->number, sizeof q->number, GRND_NONBLOCK) != (ssize_t)sizeof q->number || !q->number)
		return;
	c->spent = (c->spent > now ? c->spent : now) + COST;
	q->session = s->session;
	if (!s->asked)
		s->first = now;
	s->asked++;
	s->silence++;
	s->clock.asked++;
	q->at = out_now();
	send_question(c, s, q);
}

static mc_time wait_of(const struct sender *s, mc_time now)
{
	mc_time since = now - s->first;

	if (s->asked < FIRST)
		return QUICK;
	if (s->silence <= 1 && s->answered < SETTLED)
		return SOON;
	return s->silence >= SILENT && since >= PATIENT ? RARELY : MC_SEC;
}

/* But for the first questions one that says nothing is not asked: a forged source address would be, for
 * ever. */
void clocks_ask(struct clocks *c, mc_time now)
{
	uint32_t who;

	while (mc_heap_first(&c->due, &who) <= now && who && c->spent <= now + BURST) {
		struct sender *s = c->v[who - 1];

		if (s->asked < FIRST || s->heard)
			ask(c, s, now);
		s->heard = false;
		mc_heap_set(&c->due, who, now + wait_of(s, now));
	}
}

mc_time clocks_due(const struct clocks *c)
{
	uint32_t who;
	mc_time first = mc_heap_first(&c->due, &who);

	return c->spent > BURST && first < c->spent - BURST ? c->spent - BURST : first;
}

/* ---- answers -------------------------------------------------------------------------- */

/* The question that an answer belongs to, which is answered then. */
static bool close_question(struct sender *s, const struct mc_probe *p, struct question *ret)
{
	for (unsigned i = 0; i < CLOCKS_OPEN; i++) {
		struct question *q = &s->open[i];

		if (p->seq && q->number == p->seq && q->session == p->session) {
			*ret = *q;
			q->number = 0;
			return true;
		}
	}
	return false;
}

/* It answers at last: what follows the first answer is not to wait for what was due to one who does not. */
static void hurry(struct clocks *c, const struct sender *s)
{
	mc_time soon = mc_loop_now() + QUICK;

	if (mc_heap_get(&c->due, s->number) > soon)
		mc_heap_set(&c->due, s->number, soon);
}

static void take(struct clocks *c, const struct mc_dgram *d)
{
	uint32_t zone = zone_of(&d->peer, d->ifindex);
	struct sender *s = find(*bucket_of(c, &d->peer, d->port, zone), &d->peer, d->port, zone);
	mc_time came, left, back = d->time ? d->time : out_now();
	struct mc_probe p;
	struct question q;

	if (!s || mc_probe_told(&p, &came, &left, d->data, d->len) || !close_question(s, &p, &q))
		return;
	if (!mc_clock_echo(&s->clock, q.at, came, left, back))
		return;
	s->answered++;
	s->silence = 0;
	if (s->answered == 1)
		hurry(c, s);
	if (c->conf.answered)
		c->conf.answered(c->conf.arg, s, (back - q.at) - (left - came),
				 ((int64_t)(came - q.at) + (int64_t)(left - back)) / 2);
}

/* What was asked of those who are gone comes back as an error, which takes the place of a datagram. */
static void on_answers(struct mc_watch *w)
{
	struct clocks *c = w->arg;

	for (unsigned k = 0; k < ROUNDS; k++) {
		int n = mc_batch_recv(c->batch, w->fd, false);

		for (int i = 0; i < n; i++)
			take(c, mc_batch_at(c->batch, (unsigned)i));
		if (n == -EAGAIN)
			return;
	}
}

/* ---- life ------------------------------------------------------------------------------ */

static int open_socket(struct clocks *c, unsigned i, uint8_t family)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.family = family;
	conf.rx_time = true;
	c->watch[i] = (struct mc_watch){ .fd = mc_sock_open(&conf), .ready = on_answers, .arg = c };
	return c->watch[i].fd < 0 ? c->watch[i].fd : mc_loop_add(c->conf.loop, &c->watch[i]);
}

/* A machine may be without one of the families: its senders are not heard either. */
static int open_sockets(struct clocks *c)
{
	int r = open_socket(c, 0, MC_IPV4);

	if (r == -EAFNOSUPPORT)
		r = 0;
	if (!r)
		r = open_socket(c, 1, MC_IPV6);
	return r == -EAFNOSUPPORT ? 0 : r;
}

int clocks_new(struct clocks **ret, const struct clocks_conf *conf)
{
	struct clocks *c = calloc(1, sizeof *c);
	uint64_t seed = 0;
	int r;

	if (!c)
		return -ENOMEM;
	c->conf = *conf;
	c->watch[0].fd = c->watch[1].fd = -1;
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) < 0)
		seed = (uint64_t)(uintptr_t)c;
	c->sip = mc_sip_of(seed);
	r = mc_batch_new(&c->batch, BATCH, 2 * MC_PROBE_CLOCK_LEN);
	if (!r && (conf->only == MC_BASIS_NONE || conf->only == MC_BASIS_ECHO))
		r = open_sockets(c);
	if (r) {
		clocks_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void clocks_free(struct clocks *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < 2; i++)
		if (c->watch[i].fd >= 0) {
			mc_loop_del(c->conf.loop, &c->watch[i]);
			close(c->watch[i].fd);
		}
	for (uint32_t i = 0; i < c->n; i++)
		free(c->v[i]);
	mc_heap_free(&c->due);
	mc_batch_free(c->batch);
	free(c);
}
