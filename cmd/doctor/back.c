/*
 * back.c - a datagram of TTL 0 to the probed group and a port that nobody else has: whether it comes back
 * on this machine. It does not leave it (RFC 1122 3.3.9 for IPv4; Linux does the same by IPv6).
 */
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "doctor/probed.h"
#include "flow/probe.h"
#include "route.h"

#define LENGTH 64

static int fail(struct probed_back *b, const char *failed, int error)
{
	b->failed = failed;
	b->error = error;
	return error;
}

/* With the group bound, nothing else can come to it; the port is the kernel's choice. */
static int open_in(struct probed *p)
{
	struct mc_sock_conf conf;
	struct mc_addr local;

	mc_sock_conf_init(&conf);
	conf.bind = p->group;
	conf.ifindex = p->ifindex;
	p->back.in = mc_sock_open(&conf);
	return p->back.in < 0 ? p->back.in : mc_sock_local(p->back.in, &local, &p->back.port);
}

void back_open(struct probed *p)
{
	struct mc_sock_conf conf;
	int r = open_in(p);

	p->back.out = -1;
	if (!r) {
		mc_sock_conf_init(&conf);
		conf.family = p->group.family;
		conf.ifindex = p->ifindex;
		conf.ttl = 0;
		r = p->back.out = mc_sock_open(&conf);
	}
	if (r < 0)
		fail(&p->back, "open sockets", r);
	else if (getrandom(&p->back.session, sizeof p->back.session, 0) != sizeof p->back.session)
		fail(&p->back, "choose a number", -1);
}

/* Where the group is probed with a source, the other socket joins with its own address as one: to join
 * without would have the whole group sent here. */
static int join(struct probed *p)
{
	const struct mc_addr any = { 0 };
	struct probed_back *b = &p->back;
	int r = route_source(&p->group, b->port, p->ifindex, &any, &b->from);

	if (r)
		return fail(b, NULL, r);
	r = mc_sock_join(b->in, p->ifindex, &p->group, p->source.family ? &b->from : NULL);
	return r ? fail(b, "join", r) : 0;
}

void back_send(struct probed *p)
{
	struct mc_probe head = { .session = p->back.session, .seq = 1 };
	uint8_t data[LENGTH];
	struct mc_dgram d = { .data = data, .len = sizeof data, .peer = p->group, .port = p->back.port };

	if (p->back.error || join(p))
		return;
	mc_probe_fill(data, sizeof data);
	mc_probe_write(data, &head);
	d.ttl = -1;
	d.ifindex = mc_addr_is_link_local(&p->group) ? p->ifindex : 0;
	p->back.sent = mc_loop_now();
	int r = mc_sock_send(p->back.out, &d, 1);

	if (r < 0) {
		p->back.sent = 0;
		fail(&p->back, NULL, r);
	}
}

void back_take(struct probed *p)
{
	int n = p->back.in < 0 ? 0 : mc_batch_recv(p->batch, p->back.in, false);
	struct mc_probe head;

	for (int i = 0; i < n; i++) {
		const struct mc_dgram *d = mc_batch_at(p->batch, (unsigned)i);

		if (!p->back.came && !mc_probe_read(&head, d->data, d->len) &&
		    head.session == p->back.session)
			p->back.came = mc_loop_now();
	}
}

void back_close(struct probed *p)
{
	if (p->back.in >= 0)
		close(p->back.in);
	if (p->back.out >= 0)
		close(p->back.out);
	p->back.in = p->back.out = -1;
}
