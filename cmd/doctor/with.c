/*
 * with.c - --with: the questions, and which of them were answered. What that means the checks say (ends.c).
 *
 * Unicast and multicast leave by one socket: a firewall here that lets answers in by the conversation they
 * belong to knows none of a group, but that with the host from that port. A session number for each way tells
 * which one an answer belongs to. Nothing is fragmented here: what is too large for a link is lost there.
 */
#include "doctor/with.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mcast/sock.h>

#include "doctor/said.h"
#include "doctor/way.h"
#include "flow/probe.h"
#include "net/loop.h"

#define SMALL 64
#define MOST_PACKET 65535
#define INTERVAL (20 * MC_MSEC)
#define PATIENCE MC_SEC /* after the last question */
#define BATCH 8
#define TRIES 3                 /* to send one, as an earlier one's error is returned first */
#define TRIAL_EACH 3            /* questions for each TTL while the least is looked for */
#define TRIALS (TRIAL_EACH * 9) /* TTL 1, 2, 4 ... 128, 255 */

enum { UNICAST, MULTICAST = 2, TRIAL = 4, COURSES };

/* Questions of one session. */
struct course {
	struct with_way *way;
	uint32_t seen, seen_other; /* a bit for each number */
	bool over;
};

struct with_open {
	int fd;
	struct mc_watch watch;
	struct mc_loop *loop;
	struct mc_batch *batch;
	uint64_t session; /* of the first course, the others follow */
	struct course course[COURSES];
	struct with_way trial;
	int32_t trial_ttl[TRIALS];
	uint8_t octets[MOST_PACKET];
};

/* ---- what comes back ------------------------------------------------------------------- */

/* The routers that an answer passed, by the first of the usual TTLs that it can have left with. */
static int32_t hops_of(int32_t ttl)
{
	return ttl < 0 ? -1 : (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;
}

static void note_other(struct course *c, const struct mc_addr *who, uint64_t seq)
{
	if (c->seen_other >> seq & 1)
		return;
	c->seen_other |= 1u << seq;
	c->way->other = *who;
	c->way->by_other++;
}

static void note(struct withs *w, struct course *c, const struct mc_dgram *d, const struct mc_probe *p)
{
	struct with_way *way = c->way;
	mc_time now = mc_loop_now(), trip = now > p->time ? now - p->time : 0;

	if (c->seen >> p->seq & 1)
		return;
	c->seen |= 1u << p->seq;
	way->answered++;
	way->late += c->over;
	way->least = trip < way->least ? trip : way->least;
	way->most = trip > way->most ? trip : way->most;
	if (c < &w->open->course[MULTICAST])
		return;
	way->hops = hops_of(d->ttl);
	if (c != &w->open->course[TRIAL])
		return;
	int32_t ttl = w->open->trial_ttl[p->seq - 1];

	way->ttl = way->ttl < 0 || ttl < way->ttl ? ttl : way->ttl;
}

static void take(struct withs *w, const struct mc_dgram *d)
{
	struct mc_probe p;

	if (d->cut || mc_probe_read(&p, d->data, d->len) || p.session - w->open->session >= COURSES)
		return;
	struct course *c = &w->open->course[p.session - w->open->session];

	if (p.kind != MC_PROBE_ECHO || !p.seq || p.seq > c->way->sent || d->len != c->way->octets ||
	    !mc_probe_intact(d->data, d->len))
		return;
	if (mc_addr_cmp(&d->peer, &w->host))
		note_other(c, &d->peer, p.seq);
	else
		note(w, c, d, &p);
}

/* What was said first stays. */
static void hear(struct withs *w)
{
	struct with_said said;
	struct mc_addr to;

	while (said_take(w->open->fd, &to, &said) > 0) {
		struct with_said *slot = &w->said[mc_addr_is_multicast(&to)];

		if (said.error && !slot->error)
			*slot = said;
	}
}

static void on_socket(struct mc_watch *watch)
{
	struct withs *w = watch->arg;
	int n = mc_batch_recv(w->open->batch, w->open->fd, false);

	for (int i = 0; i < n; i++)
		take(w, mc_batch_at(w->open->batch, (unsigned)i));
	hear(w);
}

/* ---- what leaves ----------------------------------------------------------------------- */

static void pass(struct withs *w, mc_time until)
{
	while (mc_loop_now() < until && mc_loop_wait(w->open->loop, until) >= 0)
		;
}

static struct mc_dgram dgram_of(const struct withs *w, const struct course *c, int32_t ttl)
{
	bool multicast = c >= &w->open->course[MULTICAST];
	struct mc_dgram d = { .data = w->open->octets, .len = c->way->octets, .port = w->port, .ttl = -1 };

	d.peer = multicast ? w->group : w->host;
	d.ifindex = multicast ? w->ifindex : w->zone;
	if (multicast)
		d.ttl = ttl;
	return d;
}

/* Asks once, and lets the interval pass. */
static void ask(struct withs *w, struct course *c, int32_t ttl)
{
	struct with_open *o = w->open;
	struct mc_dgram d = dgram_of(w, c, ttl);
	mc_time now = mc_loop_now();
	struct mc_probe p = { .session = o->session + (uint64_t)(c - o->course),
			      .seq = c->way->sent + 1,
			      .time = now };
	int r = -1;

	mc_probe_write(o->octets, &p);
	for (unsigned i = 0; i < TRIES && r < 0; i++) {
		r = mc_sock_send(o->fd, &d, 1);
		if (r < 0)
			hear(w);
	}
	c->way->sent++;
	c->way->unsent += r < 0;
	if (r < 0 && !c->way->error)
		c->way->error = r;
	pass(w, now + INTERVAL);
}

/* Whether there is no more to wait for: both have all answers, or it was said that there will be none. */
static bool is_over(const struct withs *w, const struct course *small)
{
	const struct with_way *a = small->way, *b = small[1].way;

	if (a->answered + a->unsent == a->sent && b->answered + b->unsent == b->sent)
		return true;
	return small == &w->open->course[UNICAST] && !a->answered && w->said[0].error;
}

/* Both sizes of one way, ten each. */
static void ask_both(struct withs *w, struct course *small, int32_t ttl)
{
	struct course *large = small + 1;

	for (unsigned i = 0; i < WITH_QUESTIONS; i++)
		ask(w, small, ttl);
	for (unsigned i = 0; i < WITH_QUESTIONS; i++)
		ask(w, large, ttl);
	for (mc_time end = mc_loop_now() + PATIENCE; mc_loop_now() < end && !is_over(w, small);)
		if (mc_loop_wait(w->open->loop, end) < 0)
			break;
	small->over = large->over = true;
}

/* How long an answer to one TTL is waited for before the next is tried: later ones count as well. */
static mc_time trial_patience(const struct withs *w)
{
	mc_time t = 250 * MC_MSEC + (w->unicast[0].answered ? 4 * w->unicast[0].most : 0);

	return t < PATIENCE ? t : PATIENCE;
}

/* Looks for the least TTL that is answered; gives it, or the last that was tried. */
static int32_t search(struct withs *w, int32_t most)
{
	struct with_open *o = w->open;

	for (int32_t ttl = 1;; ttl = 2 * ttl < most ? 2 * ttl : most) {
		mc_time end = mc_loop_now() + INTERVAL * TRIAL_EACH + trial_patience(w);

		for (unsigned i = 0; i < TRIAL_EACH; i++) {
			o->trial_ttl[o->trial.sent] = ttl;
			ask(w, &o->course[TRIAL], ttl);
		}
		while (o->trial.ttl < 0 && o->trial.unsent < o->trial.sent && mc_loop_now() < end)
			if (mc_loop_wait(o->loop, end) < 0)
				break;
		if (o->trial.ttl >= 0)
			return o->trial.ttl;
		if (ttl >= most || o->trial.unsent == o->trial.sent)
			return ttl;
	}
}

void with_run(struct look *l)
{
	struct withs *w = l->with;
	struct with_open *o = w->open;
	int32_t most = mc_addr_is_link_local(&w->group) ? 1 : (int32_t)l->conf->ttl;

	ask_both(w, &o->course[UNICAST], -1);
	int32_t ttl = search(w, most);

	ask_both(w, &o->course[MULTICAST], ttl);
	if (o->trial.ttl >= 0)
		ttl = o->trial.ttl; /* one came late */
	for (unsigned i = 0; i < 2; i++)
		w->multicast[i].ttl = o->trial.ttl >= 0 || w->multicast[i].answered ? ttl : -1;
}

/* ---- opening --------------------------------------------------------------------------- */

/* The payload that fills an interface's MTU: RFC 791, RFC 8200, RFC 768. */
static size_t filling(const struct withs *w, const struct mc_iface *i)
{
	size_t mtu = i && i->mtu < MOST_PACKET ? i->mtu : MOST_PACKET;
	size_t headers = w->host.family == MC_IPV6 ? 40 + 8 : 20 + 8;

	return mtu > SMALL + headers ? mtu - headers : SMALL;
}

static int read_host(const struct look *l, struct withs *w)
{
	const struct doctor_conf *c = l->conf;
	struct pick_host h;

	if (pick_host(l->verb, l->ifs, "--with", c->with, &h))
		return EXIT_CANNOT;
	if (h.addr.family == MC_IPV4 ? c->ipv6 && !c->ipv4 : c->ipv4 && !c->ipv6)
		return opt_refuse(l->verb, "--with %s is IPv%d, and -%d was given (leave one out)", c->with,
				  h.addr.family == MC_IPV4 ? 4 : 6, h.addr.family == MC_IPV4 ? 6 : 4);
	w->host = h.addr;
	w->port = h.port < 0 ? PICK_PORT : (uint16_t)h.port;
	w->zone = h.ifindex;
	return 0;
}

/* The target, where the user named one. */
static const struct aim *named_aim(const struct look *l)
{
	return look_named(l) ? &l->aims.v[0] : NULL;
}

static int read_group(const struct look *l, struct withs *w)
{
	const struct aim *a = named_aim(l);

	if (a && a->group.family != w->host.family)
		return opt_refuse(l->verb, "--with %s: it is not of the family of the target", l->conf->with);
	if (a)
		w->group = a->group;
	else
		(void)mc_addr_parse(&w->group, w->host.family == MC_IPV6 ? PICK_GROUP6 : PICK_GROUP4);
	return 0;
}

/* By which interfaces it goes: multicast by the one that was named, or as any program's would. */
static int find_ways(const struct look *l, struct withs *w)
{
	const struct aim *a = named_aim(l);
	struct way unicast = { 0 }, multicast = { 0 };
	struct pick p = { 0 };

	(void)way_to(&w->host, w->zone, NULL, &unicast); /* without one sending says so */
	w->by = unicast.ifindex;
	w->from = unicast.source;
	w->here = unicast.local || mc_ifaces_is_own(l->ifs, &w->host);
	const struct mc_iface *by = mc_ifaces_index(l->ifs, w->by);

	w->in_prefix = w->here || (by && mc_iface_on_link(by, &w->host));
	w->on_link = w->in_prefix || (by && !unicast.via.family);
	if (a && a->ifindex)
		w->ifindex = a->ifindex;
	else if (l->conf->iface && pick_iface(l->verb, l->ifs, l->conf->iface, NULL, &p))
		return EXIT_CANNOT;
	else if (p.iface)
		w->ifindex = p.iface->index;
	else if (w->group.family == MC_IPV6 && mc_addr_is_link_local(&w->group))
		w->ifindex = w->by; /* a link has to be named, and the host's is meant */
	else if (way_to(&w->group, 0, NULL, &multicast) == 0)
		w->ifindex = multicast.ifindex;
	return 0;
}

static void plan(const struct look *l, struct withs *w)
{
	struct with_open *o = w->open;
	struct with_way *ways[COURSES] = { &w->unicast[0], &w->unicast[1], &w->multicast[0], &w->multicast[1],
					   &o->trial };
	size_t large = filling(w, mc_ifaces_index(l->ifs, w->by));

	for (unsigned i = 0; i < COURSES; i++) {
		if (i == MULTICAST)
			large = filling(w, mc_ifaces_index(l->ifs, w->ifindex));
		*ways[i] = (struct with_way){ .octets = i % 2 ? large : SMALL,
					      .least = MC_NEVER,
					      .hops = -1,
					      .ttl = -1 };
		o->course[i].way = ways[i];
	}
	mc_probe_fill(o->octets, sizeof o->octets);
}

/* Datagrams leave whole, as large as the interface takes, whatever the path is known to take. */
static int leave_whole(int fd, uint8_t family)
{
	int level = family == MC_IPV6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int name = family == MC_IPV6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER;
	int value = IP_PMTUDISC_PROBE; /* IPv6's is the same */

	return setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
}

static int open_socket(const struct look *l, struct withs *w)
{
	const struct aim *a = named_aim(l);
	struct mc_sock_conf c;

	mc_sock_conf_init(&c);
	c.family = w->host.family;
	c.ifindex = w->ifindex;
	c.loop = w->here;
	c.tx_drops = true; /* and what the network says */
	if (a && a->source.family && mc_ifaces_is_own(l->ifs, &a->source))
		c.bind = a->source;
	w->open->fd = mc_sock_open(&c);
	return w->open->fd < 0 ? w->open->fd : leave_whole(w->open->fd, c.family);
}

static int open_parts(const struct look *l, struct withs *w)
{
	struct with_open *o = w->open;
	int r = open_socket(l, w);

	if (!r)
		r = mc_batch_new(&o->batch, BATCH, MOST_PACKET);
	if (!r)
		r = mc_loop_new(&o->loop);
	if (!r && getrandom(&o->session, sizeof o->session, 0) != sizeof o->session)
		r = -errno;
	o->watch = (struct mc_watch){ .fd = o->fd, .ready = on_socket, .arg = w };
	return r ? r : mc_loop_add(o->loop, &o->watch);
}

static int read_all(struct look *l, struct withs *w)
{
	int r = read_host(l, w);

	if (!r)
		r = read_group(l, w);
	return r ? r : find_ways(l, w);
}

int with_open(struct look *l)
{
	struct withs *w = calloc(1, sizeof *w);
	int r = l->ifs ? 0 : mc_ifaces_new(&l->ifs, false);

	l->with = w;
	if (w)
		w->open = calloc(1, sizeof *w->open);
	if (!w || !w->open)
		return opt_refuse(l->verb, "%s", mc_strerror(-ENOMEM));
	w->open->fd = -1;
	if (r)
		return opt_refuse(l->verb, "cannot list the interfaces: %s", mc_strerror(r));
	if (read_all(l, w))
		return EXIT_CANNOT;
	plan(l, w);
	r = open_parts(l, w);
	return r ? opt_refuse(l->verb, "--with: cannot open a socket: %s", mc_strerror(r)) : 0;
}

void with_close(struct withs *w)
{
	if (!w)
		return;
	if (w->open) {
		mc_loop_free(w->open->loop);
		mc_batch_free(w->open->batch);
		if (w->open->fd >= 0)
			close(w->open->fd);
		free(w->open);
	}
	free(w);
}
