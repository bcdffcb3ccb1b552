/*
 * asked.c - questions to a `mcast serve` that is a member of the probed group: three of each TTL, 1, 2, 4
 * and so on, until there is an answer from another machine. The number of an answer tells the TTL that it
 * took to get there, the answer's own TTL how far the way back is.
 */
#include <sys/random.h>
#include <unistd.h>

#include "doctor/probed.h"
#include "flow/probe.h"
#include "pick.h"

#define QUESTIONS 3 /* of each TTL */
#define OCTETS 64
#define WAIT (MC_SEC * 3 / 10)
#define LAST_WAIT (MC_SEC * 8 / 10)

void asked_open(struct probed *p)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.family = p->group.family;
	conf.ifindex = p->ifindex;
	/* Where no socket of ours takes what comes back it would be counted as lost (UdpIgnoredMulti). */
	conf.loop = p->port && !p->source.family;
	p->asked.port = p->port ? p->port : PICK_PORT;
	p->asked.fd = mc_sock_open(&conf);
	if (p->asked.fd < 0)
		p->asked.error = p->asked.fd;
	else if (getrandom(&p->asked.session, sizeof p->asked.session, 0) != sizeof p->asked.session)
		p->asked.error = -1;
}

/* Other datagrams are on the port: those who get them are not to be asked. */
static bool is_busy(const struct probed *p)
{
	const struct arrivals *a = p->flow.taps;

	if (p->flow.datagrams || p->flow.local)
		return true;
	for (size_t i = 0; a && i < a->n; i++)
		if (a->v[i].port == p->asked.port)
			return true;
	return false;
}

static bool answered(const struct probed *p)
{
	for (size_t i = 0; i < p->asked.n; i++)
		if (!p->asked.servers[i].own)
			return true;
	return false;
}

/* A group of the link's goes no further. */
static int32_t most_of(const struct look *l, const struct probed *p)
{
	return mc_addr_is_link_local(&p->group) || p->loopback ? 1 : (int32_t)l->conf->ttl;
}

static int send_questions(struct probed *p, int32_t ttl)
{
	struct mc_probe head = { .session = p->asked.session, .time = mc_loop_now() };
	uint8_t data[OCTETS];
	struct mc_dgram d = { .data = data, .len = sizeof data, .peer = p->group, .port = p->asked.port };
	int r = 1;

	d.ttl = ttl;
	d.ifindex = mc_addr_is_link_local(&p->group) ? p->ifindex : 0;
	mc_probe_fill(data, sizeof data);
	for (uint64_t k = 0; k < QUESTIONS && r > 0; k++) {
		head.seq = (uint64_t)ttl * QUESTIONS + k; /* each its own; tells the TTL */
		mc_probe_write(data, &head);
		r = mc_sock_send(p->asked.fd, &d, 1);
		p->asked.sent += r > 0;
	}
	return r < 0 ? r : 0;
}

mc_time asked_next(const struct look *l, struct probed *p)
{
	struct probed_asked *a = &p->asked;
	int32_t most = most_of(l, p), ttl = !a->most ? 1 : a->most > most / 2 ? most : 2 * a->most;

	if (!a->most && is_busy(p))
		a->busy = true;
	if (a->busy || a->error || answered(p) || a->most >= most)
		return 0;
	a->most = ttl;
	a->error = send_questions(p, ttl);
	return a->error ? 0 : ttl >= most ? LAST_WAIT : WAIT;
}

static struct probed_server *server_of(const struct look *l, struct probed_asked *a, const struct mc_dgram *d)
{
	for (size_t i = 0; i < a->n; i++)
		if (!mc_addr_cmp(&a->servers[i].addr, &d->peer))
			return &a->servers[i];
	if (a->n == PROBED_SERVERS) {
		a->more++;
		return NULL;
	}
	a->servers[a->n] = (struct probed_server){ .addr = d->peer,
						   .own = mc_ifaces_is_own(l->ifs, &d->peer),
						   .ttl = INT32_MAX,
						   .hops = -1,
						   .trip = MC_NEVER };
	return &a->servers[a->n++];
}

/* From what it was sent with as a rule: 64, 128 or 255. */
static int32_t hops_of(int32_t ttl)
{
	return ttl < 0 ? -1 : (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;
}

static void take(const struct look *l, struct probed_asked *a, const struct mc_dgram *d)
{
	struct mc_probe head;

	if (mc_probe_read(&head, d->data, d->len) || head.session != a->session)
		return;
	struct probed_server *s = server_of(l, a, d);
	int32_t ttl = (int32_t)(head.seq / QUESTIONS);
	mc_time trip = mc_loop_now() - head.time;

	if (!s)
		return;
	s->answers++;
	if (ttl < s->ttl)
		s->ttl = ttl;
	if (trip < s->trip)
		s->trip = trip;
	s->hops = hops_of(d->ttl);
}

void asked_take(const struct look *l, struct probed *p)
{
	int n = p->asked.fd < 0 ? 0 : mc_batch_recv(p->batch, p->asked.fd, false);

	for (int i = 0; i < n; i++)
		take(l, &p->asked, mc_batch_at(p->batch, (unsigned)i));
}

void asked_close(struct probed *p)
{
	if (p->asked.fd >= 0)
		close(p->asked.fd);
	p->asked.fd = -1;
}
