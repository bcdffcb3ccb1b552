/*
 * flow.c - datagrams of the probed group: as they arrive at the interfaces (arrivals.h), and as they reach
 * a socket that is bound to the group and its port. Both are compared in octets, as a train may be one
 * packet here and many datagrams there. What this machine sends itself no tap sees, and it is counted
 * apart.
 */
#include <stdlib.h>
#include <unistd.h>

#include "doctor/probed.h"
#include "flow/probe.h"
#include "out.h"

#define BUFFER (8 << 20)
#define TAKES_MOST 256 /* calls in a row: a flood must not keep the caller */

/* ---- opening ------------------------------------------------------------------------ */

static void open_taps(const struct look *l, struct probed *p)
{
	struct aims *one = calloc(1, sizeof *one);

	p->flow.taps_error = -1;
	if (!one)
		return;
	one->n = 1;
	one->v[0] = (struct aim){ .group = p->group, .port = -1, .expected = p->ifindex };
	p->flow.taps_error = arrivals_open(&p->flow.taps, l->ifs, one);
	free(one);
}

static void open_socket(struct probed *p)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.bind = p->group;
	conf.port = p->port;
	conf.ifindex = p->ifindex;
	conf.share = true;
	conf.rcvbuf = BUFFER;
	conf.rx_time = true;
	conf.trains = true;
	p->flow.fd = mc_sock_open(&conf);
	p->flow.error = p->flow.fd < 0 ? p->flow.fd : 0;
}

void flow_open(const struct look *l, struct probed *p)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.family = p->group.family;
	p->flow.member = mc_sock_open(&conf);
	p->flow.join_error = p->flow.member < 0 ? p->flow.member : 0;
	if (p->port)
		open_socket(p);
	open_taps(l, p);
}

static int join(const struct probed *p, int fd)
{
	return mc_sock_join(fd, p->ifindex, &p->group, p->source.family ? &p->source : NULL);
}

/* From now on the socket gets it: what the taps saw before does not count. */
static void begin(struct probed *p)
{
	if (p->flow.fd < 0 || p->flow.error)
		return;
	p->flow.error = join(p, p->flow.fd);
	p->flow.joined = out_now();
	if (p->flow.taps) {
		arrivals_take(p->flow.taps);
		p->flow.taps->n = 0;
		p->flow.taps->since = p->flow.joined;
	}
}

void flow_join(struct probed *p)
{
	if (!p->flow.join_error)
		p->flow.join_error = join(p, p->flow.member);
	begin(p);
}

/* ---- what came ---------------------------------------------------------------------- */

static void newest(struct probed_flow *f, mc_time at)
{
	if (at <= f->last)
		return;
	if (f->last && at - f->last > f->gap)
		f->gap = at - f->last;
	f->last = at;
}

/* On a loopback interface all is, whatever its address. */
static bool is_local(const struct look *l, const struct probed *p, const struct mc_addr *source)
{
	return p->loopback || mc_ifaces_is_own(l->ifs, source);
}

static bool is_ours(const struct probed *p, const struct mc_dgram *d)
{
	struct mc_probe head;

	return !mc_probe_read(&head, d->data, d->len) && head.session == p->asked.session;
}

static void count(const struct look *l, struct probed *p, const struct mc_dgram *d)
{
	struct probed_flow *f = &p->flow;

	/* An IPv6 socket gets the group from any interface. */
	if (d->ifindex != p->ifindex || is_ours(p, d) ||
	    (d->time && (d->time < f->joined || (f->end && d->time > f->end))))
		return;
	if (is_local(l, p, &d->peer)) {
		f->local++;
		return;
	}
	f->datagrams += d->segment ? (d->len + d->segment - 1) / d->segment : 1;
	f->octets += d->len;
	newest(f, d->time ? d->time : out_now());
}

static void take_socket(const struct look *l, struct probed *p)
{
	int n = 1;

	for (int k = 0; k < TAKES_MOST && n > 0; k++) {
		n = mc_batch_recv(p->batch, p->flow.fd, false);
		for (int i = 0; i < n; i++)
			count(l, p, mc_batch_at(p->batch, (unsigned)i));
	}
}

static bool is_wanted(const struct look *l, const struct probed *p, const struct arrival *v)
{
	return v->ifindex == p->ifindex && (!p->port || v->port == p->port) && !is_local(l, p, &v->source) &&
	       (!p->source.family || !mc_addr_cmp(&v->source, &p->source));
}

/* Where no port was named that of the first stream is taken. */
static void learn_port(const struct look *l, struct probed *p)
{
	for (size_t i = 0; i < p->flow.taps->n; i++)
		if (is_wanted(l, p, &p->flow.taps->v[i]) && p->flow.taps->v[i].port) {
			p->port = p->flow.taps->v[i].port;
			open_socket(p);
			begin(p);
			return;
		}
}

void flow_take(const struct look *l, struct probed *p)
{
	struct probed_flow *f = &p->flow;

	if (f->taps) {
		arrivals_take(f->taps);
		if (!p->port && !f->join_error)
			learn_port(l, p);
		for (size_t i = 0; i < f->taps->n; i++)
			if (is_wanted(l, p, &f->taps->v[i]))
				newest(f, f->taps->v[i].last);
	}
	if (!f->joined || f->fd < 0)
		return;
	take_socket(l, p);
	(void)mc_sock_drops(f->fd, &f->full);
}

void flow_end(struct probed *p)
{
	p->flow.end = out_now();
	if (p->flow.taps)
		p->flow.taps->until = p->flow.end;
}

void flow_leave(struct probed *p)
{
	if (p->flow.fd >= 0)
		close(p->flow.fd);
	if (p->flow.member >= 0)
		close(p->flow.member);
	p->flow.fd = p->flow.member = -1;
}

void flow_close(struct probed *p)
{
	flow_leave(p);
	arrivals_close(p->flow.taps);
}

/* ---- sums --------------------------------------------------------------------------- */

void flow_seen(const struct look *l, const struct probed *p, struct flow_seen *ret)
{
	struct flow_seen s = { 0 };

	for (size_t i = 0; p->flow.taps && i < p->flow.taps->n; i++) {
		const struct arrival *v = &p->flow.taps->v[i];

		if (!is_wanted(l, p, v))
			continue;
		s.datagrams += v->datagrams;
		s.octets += v->octets;
		if (v->datagrams > s.most) {
			s.most = v->datagrams;
			s.source = v->source;
		}
	}
	*ret = s;
}

const struct arrival *flow_other(const struct look *l, const struct probed *p, bool elsewhere)
{
	for (size_t i = 0; p->flow.taps && i < p->flow.taps->n; i++) {
		const struct arrival *v = &p->flow.taps->v[i];

		if (!is_wanted(l, p, v) && !is_local(l, p, &v->source) &&
		    (v->ifindex != p->ifindex) == elsewhere)
			return v;
	}
	return NULL;
}
