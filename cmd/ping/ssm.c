/*
 * ssm.c - the client of the standard multicast ping: a session is asked for, the group joined, requests go to
 * the server by unicast, and each is answered twice. It decides which form of the protocol is spoken: that of
 * RFC 6450 where the server answers an Init message, else the older one, to which such a message means
 * nothing.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "flow/mping.h"
#include "ping/clock.h"
#include "ping/pace.h"
#include "ping/ring.h"
#include "ping/run.h"

#define RING 8192
#define PATIENCE MC_SEC /* for the answer to an Init message */
#define MOST_SESSION 255
#define UNICAST 1u /* bits of ring_entry.answers */
#define MULTICAST 2u

struct ssm {
	struct ping_run *run;
	struct ring ring;
	struct pace pace;
	struct mc_watch watch; /* of the group's socket, fd -1: not joined yet */
	struct mc_addr group;
	bool talking, older;
	bool renew; /* the server has forgotten the session */
	uint8_t session[MOST_SESSION];
	uint16_t session_len;
	mc_time ask_again, until; /* while it is not talking */
	mc_time joined;           /* CLOCK_REALTIME */
	uint64_t oldest;          /* the first that is neither late nor, by both halves, answered */
	struct responder *server;
};

/* ---- messages -------------------------------------------------------------------------- */

static bool one_source(const struct mc_addr *group)
{
	return mc_addr_is_ssm(group);
}

static struct mc_mping_octets client_of(const struct ssm *s)
{
	return (struct mc_mping_octets){ (const uint8_t *)&s->run->sender.session, 8 };
}

static void add_prefix(struct mc_mping *m, const struct mc_addr *group, uint8_t len)
{
	struct mc_prefix p = { *group, len };

	for (size_t bit = len; bit < 8 * mc_addr_len(group); bit++)
		p.addr.b[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	m->prefixes[m->nprefixes++] = p;
}

/* The group that was named; else one with the protocol's end, or any of one source. */
static void add_prefixes(struct mc_mping *m, const struct mc_addr *group)
{
	uint8_t whole = (uint8_t)(8 * mc_addr_len(group));
	struct mc_addr like = *group;

	add_prefix(m, group, whole);
	mc_mping_set_id(&like);
	if (mc_addr_cmp(&like, group))
		add_prefix(m, &like, whole);
	if (one_source(group))
		add_prefix(m, group, group->family == MC_IPV4 ? 8 : 12);
}

static void send_init(struct ssm *s)
{
	struct sender *sender = &s->run->sender;
	struct mc_dgram d = sender->dgram;
	struct mc_mping m;

	mc_mping_init(&m, MC_MPING_INIT);
	m.version = MC_MPING_VERSION;
	m.client = client_of(s);
	m.wants_info = true;
	add_prefixes(&m, &s->run->where->target.group);
	d.len = mc_mping_write(sender->buf, PING_MOST_BYTES, &m, 0);
	d.segment = 0;
	if (mc_sock_send(sender->fd, &d, 1) == 1 && sender->stamps)
		ring_skip(&s->ring);
	s->renew = false;
}

static size_t write_request(struct ssm *s, uint64_t seq, mc_time now)
{
	struct mc_mping m;

	mc_mping_init(&m, MC_MPING_REQUEST);
	m.version = s->older ? -1 : MC_MPING_VERSION;
	m.client = client_of(s);
	m.numbered = true;
	m.seq = (uint32_t)seq;
	m.time = now;
	m.group = s->group;
	if (!s->older && s->session_len)
		m.session = (struct mc_mping_octets){ s->session, s->session_len };
	return mc_mping_write(s->run->sender.buf, PING_MOST_BYTES, &m, (size_t)s->run->conf->size);
}

/* ---- the group ------------------------------------------------------------------------- */

static int open_group(struct ssm *s, uint16_t port)
{
	const struct ping_server *server = s->run->server;
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.bind = s->group;
	conf.port = port;
	conf.ifindex = mc_addr_is_link_local(&s->group) ? server->join : 0;
	conf.rx_time = s->run->sender.stamps;
	int fd = mc_sock_open(&conf);

	if (fd < 0)
		return fd;
	s->joined = clock_wall();
	int r = mc_sock_join(fd, server->join, &s->group, one_source(&s->group) ? &server->addr : NULL);

	if (!r) {
		s->watch.fd = fd;
		r = s->run->conf->busy_poll ? 0 : mc_loop_add(s->run->loop, &s->watch);
	} else {
		close(fd);
	}
	return r;
}

static void leave(struct ssm *s)
{
	if (s->watch.fd < 0)
		return;
	if (!s->run->conf->busy_poll)
		mc_loop_del(s->run->loop, &s->watch);
	close(s->watch.fd);
	s->watch.fd = -1;
}

/* Joins a group: answers in it come to the port that requests leave from. */
static void join(struct ssm *s, const struct mc_addr *group)
{
	struct ping_run *r = s->run;
	char text[MC_ADDR_STRLEN];
	struct mc_addr own;
	uint16_t port = 0;

	leave(s);
	s->group = *group;
	int e = mc_sock_local(r->sender.fd, &own, &port);

	if (!e)
		e = open_group(s, port);
	if (!e)
		return;
	r->refused = opt_refuse(r->verb, "cannot join %s%s%s: %s", mc_addr_format(group, text, sizeof text),
				r->where->ifname[0] ? " on " : "", r->where->ifname, mc_strerror(e));
	r->stop = true;
}

static void begin_talk(struct ssm *s, const struct mc_addr *group, bool older,
		       const struct mc_mping_octets *info)
{
	struct ping_session n = { .group = *group, .older = older, .one_source = one_source(group) };

	if (info && info->at) {
		n.info = info->at;
		n.info_len = info->len;
	}
	if (s->watch.fd < 0 || mc_addr_cmp(&s->group, group))
		join(s, group);
	if (s->run->stop)
		return;
	if (!s->talking)
		pace_init(&s->pace, s->run->conf->interval, s->run->conf->timeout, mc_loop_now());
	s->talking = true;
	s->older = older;
	ping_show_session(&s->run->show, &n);
}

/* What servers of the older form answer in. */
static void begin_older(struct ssm *s)
{
	struct mc_addr group = s->run->where->target.group;

	mc_mping_set_id(&group);
	begin_talk(s, &group, true, NULL);
}

/* ---- what comes back ------------------------------------------------------------------- */

/* A session and a group; without a group it is an end: of the session where it answers a request. */
static void take_response(struct ssm *s, const struct mc_mping *m)
{
	bool usable = m->group.family == s->run->server->addr.family && mc_addr_is_multicast(&m->group);

	if (!usable && s->talking) {
		s->renew = m->numbered;
		return;
	}
	if (!usable) {
		s->run->turned_away = s->run->stop = true;
		if (m->nprefixes)
			s->run->offered = m->prefixes[0];
		return;
	}
	s->session_len = m->session.len < MOST_SESSION ? m->session.len : MOST_SESSION;
	if (s->session_len)
		memcpy(s->session, m->session.at, s->session_len);
	if (!s->talking || s->older || mc_addr_cmp(&s->group, &m->group))
		begin_talk(s, &m->group, false, &m->info);
}

/* Where the server does not say, the next of the usual ones. */
static int32_t hops_of(const struct mc_mping *m, const struct mc_dgram *d)
{
	int32_t from = m->ttl >= 0 ? m->ttl : d->ttl <= 64 ? 64 : d->ttl <= 128 ? 128 : 255;

	return d->ttl < 0 || from < d->ttl ? -1 : from - d->ttl;
}

static mc_time rtt_of(const struct ssm *s, const struct ring_entry *e, const struct mc_dgram *d, mc_time now)
{
	if (!s->run->sender.stamps)
		return now - e->at;
	return ring_rtt(e, d->time ? d->time : clock_wall(), now);
}

/* The group's first reply tells how long the way from the server took to set up. */
static void note_first(struct ssm *s, const struct mc_dgram *d)
{
	mc_time arrived = d->time ? d->time : clock_wall();

	if (s->server->first == MC_NEVER && arrived >= s->joined)
		s->server->first = arrived - s->joined;
}

static void take_reply(struct ssm *s, const struct mc_mping *m, const struct mc_dgram *d, unsigned by,
		       mc_time now)
{
	struct ring_entry *e = ring_at(&s->ring, m->seq);
	struct responder *half = by == MULTICAST ? s->server : s->server->twin;
	struct reply r = { .from = half, .data = d->data, .len = d->len, .seq = m->seq, .ttl = d->ttl };

	r.by = by == MULTICAST ? "multicast" : "unicast";
	r.hops = half->hops = hops_of(m, d);
	r.rtt = e ? rtt_of(s, e, d, now) : MC_NEVER;
	if (by == MULTICAST)
		note_first(s, d);
	responder_note(half, &r, s->run->conf->timeout);
	if (e && !r.duplicate && !r.late)
		e->answers |= by;
	if (e && e->answers == (UNICAST | MULTICAST) && e->seq == s->ring.newest)
		pace_answered(&s->pace, now);
	ping_show_reply(&s->run->show, &r);
}

static bool is_ours(const struct ssm *s, const struct mc_mping *m, const struct mc_dgram *d)
{
	struct mc_mping_octets own = client_of(s);

	return !mc_addr_cmp(&d->peer, &s->run->server->addr) && m->client.len == own.len &&
	       !memcmp(m->client.at, own.at, own.len);
}

static void take(struct ssm *s, const struct mc_dgram *d, unsigned by, mc_time now)
{
	struct mc_mping m;

	if (!mc_mping_read(&m, d->data, d->len) && is_ours(s, &m, d)) {
		if (m.type == MC_MPING_RESPONSE && by == UNICAST) {
			take_response(s, &m);
			return;
		}
		if (m.type == MC_MPING_REPLY && m.numbered && m.seq && m.seq <= s->ring.newest) {
			take_reply(s, &m, d, by, now);
			return;
		}
	}
	s->run->strays++;
	ping_show_stray(&s->run->show, d);
}

static void take_stamps(struct ssm *s)
{
	mc_time time;
	uint32_t id;

	while (s->run->sender.stamps && mc_sock_tx_time(s->run->sender.fd, &id, &time) > 0)
		ring_stamp(&s->ring, id, time);
}

static int receive_by(struct ssm *s, int fd, unsigned by)
{
	struct mc_batch *batch = s->run->batch;
	int n = fd < 0 ? 0 : mc_batch_recv(batch, fd, false);
	mc_time now = n > 0 ? mc_loop_now() : 0;

	for (int i = 0; i < n; i++)
		take(s, mc_batch_at(batch, (unsigned)i), by, now);
	return n > 0 ? n : 0;
}

static int receive(struct ping_run *r, void *state)
{
	struct ssm *s = state;
	int n;

	take_stamps(s);
	n = receive_by(s, r->sender.fd, UNICAST);
	return n + receive_by(s, s->watch.fd, MULTICAST);
}

static void on_group(struct mc_watch *w)
{
	receive_by(w->arg, w->fd, MULTICAST);
}

/* ---- what leaves ----------------------------------------------------------------------- */

static bool all_sent(const struct ssm *s)
{
	const struct ping_run *r = s->run;
	uint64_t done = r->sender.sent + r->sender.unsent;

	return (r->conf->count && done >= (uint64_t)r->conf->count) ||
	       done >= UINT32_MAX; /* no more numbers */
}

static void send_one(struct ssm *s)
{
	struct ring_entry *e = ring_push(&s->ring, 0);
	uint64_t seq = e->seq;

	e->wall = clock_wall();
	e->at = mc_loop_now();
	int r = sender_send(&s->run->sender, seq, write_request(s, seq, e->wall), e->wall);

	pace_sent(&s->pace, e->at);
	if (r) {
		ring_drop(&s->ring);
		ping_run_unsent(s->run, r);
	} else {
		s->server->twin->sent++;
	}
	take_stamps(s);
}

/* Asks for a session, twice; where nothing comes the server is one of the older form. */
static void ask(struct ssm *s, mc_time now)
{
	if (now >= s->until) {
		begin_older(s);
	} else if (now >= s->ask_again) {
		send_init(s);
		s->ask_again = now + (s->until - now) / 2;
		take_stamps(s);
	}
}

/* ---- what is over ---------------------------------------------------------------------- */

static void expire(struct ssm *s, mc_time now)
{
	for (; s->oldest <= s->ring.newest; s->oldest++) {
		const struct ring_entry *e = ring_at(&s->ring, s->oldest);

		if (!e)
			continue;
		if (e->answers != (UNICAST | MULTICAST) && now < e->at + s->run->conf->timeout)
			return;
		if (!(e->answers & UNICAST))
			ping_show_lost(&s->run->show, s->oldest, "unicast");
		if (!(e->answers & MULTICAST))
			ping_show_lost(&s->run->show, s->oldest, "multicast");
	}
}

static bool is_over(struct ssm *s, mc_time now)
{
	expire(s, now);
	return all_sent(s) && s->oldest > s->ring.newest;
}

static mc_time deadline_of(const struct ssm *s)
{
	const struct ring_entry *e = ring_at(&s->ring, s->oldest);
	mc_time late = e ? e->at + s->run->conf->timeout : MC_NEVER;

	if (!s->talking)
		return s->ask_again < s->until ? s->ask_again : s->until;
	return all_sent(s) || late < s->pace.next ? late : s->pace.next;
}

/* Does what is due; false: nothing was. */
static bool act(struct ssm *s, mc_time now)
{
	if (!s->talking) {
		bool due = now >= s->ask_again || now >= s->until;

		if (due)
			ask(s, now);
		return due;
	}
	if (all_sent(s) || now < s->pace.next)
		return false;
	if (s->renew)
		send_init(s);
	send_one(s);
	return true;
}

/* ---- the run --------------------------------------------------------------------------- */

static int begin(struct ssm *s, struct ping_run *r)
{
	const struct ping_server *server = r->server;
	struct mc_dgram d = { .peer = server->addr, .port = server->port, .ifindex = server->ifindex };
	mc_time now = mc_loop_now();

	*s = (struct ssm){ .run = r, .oldest = 1, .ask_again = now };
	s->until = now + (r->conf->timeout < PATIENCE ? r->conf->timeout : PATIENCE);
	s->watch = (struct mc_watch){ .fd = -1, .ready = on_group, .arg = s };
	r->receive = receive;
	r->state = s;
	s->server = responders_get(r->responders, &d);
	if (!s->server || !responder_twin(s->server))
		return -ENOMEM;
	return ring_init(&s->ring, RING);
}

void ping_run_ssm(struct ping_run *r)
{
	struct ssm s;

	if (begin(&s, r))
		r->refused = opt_refuse(r->verb, "%s", mc_strerror(-ENOMEM));
	else
		ping_show_start(&r->show);
	for (mc_time now = mc_loop_now(); !r->refused && !r->stop && !is_over(&s, now); now = mc_loop_now())
		if (!act(&s, now))
			ping_run_wait(r, deadline_of(&s));
	leave(&s);
	ring_free(&s.ring);
	r->state = NULL;
}
