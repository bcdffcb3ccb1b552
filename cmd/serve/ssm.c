/*
 * ssm.c - requests of the standard multicast ping, and their answers: by unicast, and to a group. The server
 * keeps nothing of its clients: a session is a number that only it can make of a client's address and port.
 */
#include "serve/ssm.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "flow/mping.h"
#include "out.h"

#define MOST 65507
#define SESSION 16 /* octets; omping returns so many, however many it was given */
#define MOST_ASKED 1452 /* octets that a client can make an answer have: they fit a packet of Ethernet */
#define INFO "mcast serve " MC_VERSION

/* What the steps below work on. */
struct request {
	struct ssm *ssm;
	const struct mc_dgram *d;
	struct mc_mping m;
	struct client *client;
	int fd;
};

/* ---- groups ---------------------------------------------------------------------------- */

static struct mc_addr standard(uint8_t family)
{
	struct mc_addr a;

	(void)mc_addr_parse(&a, family == MC_IPV4 ? MC_MPING_GROUP4 : MC_MPING_GROUP6);
	return a;
}

/* The group that a target serves after number *at; NULL: no more. */
static const struct mc_addr *next_served(const struct ssm *s, uint8_t family, size_t *at)
{
	while (*at < s->set->n) {
		const struct listener *l = s->set->v[(*at)++];

		if (!listen_is_unicast(l) && l->group.family == family)
			return &l->group;
	}
	return NULL;
}

/* One of the protocol's, but for those of the link alone, where others listen. */
static bool is_like(const struct mc_addr *group)
{
	return mc_mping_has_id(group) && !mc_addr_is_link_local(group);
}

static bool may_answer_in(const struct ssm *s, const struct mc_addr *group)
{
	size_t at = 0;

	if (is_like(group))
		return true;
	for (const struct mc_addr *g; (g = next_served(s, group->family, &at));)
		if (!mc_addr_cmp(g, group))
			return true;
	return false;
}

/* A group within a prefix: the protocol's own, one that is served, or one that ends as the protocol's do. */
static bool choose_within(const struct ssm *s, const struct mc_prefix *p, struct mc_addr *ret)
{
	struct mc_addr own = standard(p->addr.family), like = p->addr;
	size_t at = 0;

	mc_mping_set_id(&like);
	*ret = own;
	if (mc_prefix_has(p, &own))
		return true;
	for (const struct mc_addr *g; (g = next_served(s, p->addr.family, &at));)
		if (mc_prefix_has(p, g)) {
			*ret = *g;
			return true;
		}
	*ret = like;
	return is_like(&like) && mc_prefix_has(p, &like);
}

static bool choose(const struct request *q, struct mc_addr *ret)
{
	uint8_t family = q->d->peer.family;

	*ret = standard(family);
	for (uint8_t i = 0; i < q->m.nprefixes; i++)
		if (q->m.prefixes[i].addr.family == family && choose_within(q->ssm, &q->m.prefixes[i], ret))
			return true;
	return !q->m.nprefixes;
}

/* ---- sessions -------------------------------------------------------------------------- */

static void session_of(const struct request *q, uint8_t ret[SESSION])
{
	uint64_t words[4];

	memcpy(words, q->d->peer.b, 16);
	words[2] = q->d->port;
	for (size_t at = 0; at < SESSION; at += 4) {
		words[3] = at;
		uint32_t h = mc_sip_hash(&q->ssm->key, words, 4);

		memcpy(ret + at, &h, 4);
	}
}

static bool session_holds(const struct request *q)
{
	uint8_t own[SESSION];

	session_of(q, own);
	return !q->m.session.at ||
	       (q->m.session.len == sizeof own && !memcmp(q->m.session.at, own, sizeof own));
}

/* ---- what leaves ----------------------------------------------------------------------- */

/* By the interface and from the address that the request came to; an address of this machine on another
 * interface is not reached by this one. */
static void leave(const struct request *q, const struct mc_addr *to, void *octets, size_t len)
{
	struct answer *a = q->ssm->answer;
	struct mc_dgram d = { .data = octets, .len = len, .peer = *to, .port = q->d->port, .ttl = -1 };
	bool here = q->client->own && !mc_addr_is_link_local(&q->d->peer) &&
		    !mc_addr_is_loopback(&q->d->local);

	d.local = q->d->answer;
	d.ifindex = here ? 0 : q->d->ifindex;
	if (!len || !a->left)
		return;
	if (mc_sock_send(q->fd, &d, 1) == 1)
		answer_count(a, q->client, 1, (int64_t)len);
	else
		a->totals.unsent++;
}

static void add_prefix(struct mc_mping *m, const struct mc_addr *group)
{
	if (m->nprefixes < MC_MPING_PREFIXES)
		m->prefixes[m->nprefixes++] = (struct mc_prefix){ *group, (uint8_t)(8 * mc_addr_len(group)) };
}

/* A session and its group; or (NULL) no group, but which there might be. */
static void respond(const struct request *q, const struct mc_addr *group)
{
	uint8_t octets[1024], session[SESSION];
	struct mc_addr own = standard(q->d->peer.family);
	struct mc_mping m;
	size_t at = 0;

	mc_mping_init(&m, MC_MPING_RESPONSE);
	m.version = MC_MPING_VERSION;
	m.client = q->m.client;
	m.numbered = q->m.numbered;
	m.seq = q->m.seq;
	if (q->m.wants_info)
		m.info = (struct mc_mping_octets){ (const uint8_t *)INFO, sizeof INFO - 1 };
	session_of(q, session);
	if (group) {
		m.group = *group;
		m.session = (struct mc_mping_octets){ session, sizeof session };
	} else {
		add_prefix(&m, &own);
		for (const struct mc_addr *g; (g = next_served(q->ssm, own.family, &at));)
			add_prefix(&m, g);
	}
	leave(q, &q->d->peer, octets, mc_mping_write(octets, sizeof octets, &m, 0));
}

static void refuse_group(const struct request *q)
{
	q->ssm->answer->totals.refused[GROUP]++;
	q->client->refused++;
}

static void answer_init(const struct request *q)
{
	struct mc_addr group;

	if (choose(q, &group)) {
		respond(q, &group);
		return;
	}
	refuse_group(q);
	respond(q, NULL);
}

/* Both halves. A client of the older form is told nothing of a group that is refused: it sees it missing. */
static void answer_request(struct request *q)
{
	static uint8_t octets[MOST]; /* there is one thread, and one request at a time */
	struct mc_addr group = q->m.group.family ? q->m.group : standard(q->d->peer.family);
	bool older = q->m.version < 0,
	     good = group.family == q->d->peer.family && may_answer_in(q->ssm, &group);

	if (!good)
		refuse_group(q);
	if (!older && (!good || !session_holds(q))) {
		respond(q, NULL);
		return;
	}
	if (q->m.size > MOST_ASKED)
		q->m.size = MOST_ASKED;
	size_t len = mc_mping_answer(octets, sizeof octets, &q->m, q->d->data, q->d->len, q->ssm->ttl,
				     out_now(), INFO);

	leave(q, &q->d->peer, octets, len);
	if (good)
		leave(q, &group, octets, len);
}

/* ---- what comes ------------------------------------------------------------------------ */

static bool takes(const struct ssm *s, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(s->set->ifs, ifindex);

	for (size_t k = 0; i && k < s->set->nifnames; k++)
		if (!strcmp(s->set->ifnames[k], i->name))
			return true;
	return !s->set->nifnames;
}

static bool is_request(const struct mc_mping *m)
{
	return m->type == MC_MPING_REQUEST || m->type == MC_MPING_INIT;
}

static void take(struct ssm *s, int fd, const struct mc_dgram *d, mc_time now)
{
	struct request q = { .ssm = s, .d = d, .fd = fd };
	struct answer *a = s->answer;

	if (!takes(s, d->ifindex)) {
		answer_turn_away(a, MC_MPING_PORT, d, INTERFACE);
		return;
	}
	if (answer_to_broadcast(a, MC_MPING_PORT, d))
		return;
	if (mc_mping_read(&q.m, d->data, d->len) || !is_request(&q.m) || d->cut) {
		answer_turn_away(a, MC_MPING_PORT, d, NO_REQUEST);
		return;
	}
	if (!answer_admit(a, &s->guard, MC_MPING_PORT, d, now, &q.client))
		return;
	if (q.m.version >= 0 && q.m.version != MC_MPING_VERSION)
		respond(&q, NULL);
	else if (q.m.type == MC_MPING_INIT)
		answer_init(&q);
	else
		answer_request(&q);
}

static void on_socket(struct mc_watch *w)
{
	struct ssm *s = w->arg;
	int n = s->answer ? mc_batch_recv(s->answer->batch, w->fd, false) : 0;
	mc_time now = n > 0 ? mc_loop_now() : 0;

	if (n > 0)
		s->guard.seen = s->answer->guard->seen;
	for (int i = 0; i < n && s->answer->left; i++)
		take(s, w->fd, mc_batch_at(s->answer->batch, (unsigned)i), now);
}

/* ---- start and end --------------------------------------------------------------------- */

static int open_socket(const struct ssm *s, uint8_t family)
{
	const struct listen_conf *l = &s->set->conf;
	struct mc_sock_conf c;

	mc_sock_conf_init(&c);
	c.family = family;
	c.port = MC_MPING_PORT;
	c.ttl = c.unicast_ttl = s->ttl;
	c.rcvbuf = (int32_t)l->rcvbuf;
	c.sndbuf = (int32_t)l->sndbuf;
	return mc_sock_open(&c);
}

static int open_family(struct ssm *s, struct mc_watch *w, uint8_t family)
{
	*w = (struct mc_watch){ .fd = -1, .ready = on_socket, .arg = s };
	int fd = open_socket(s, family);

	if (fd == -EAFNOSUPPORT && family == MC_IPV6)
		return 0;
	w->fd = fd;
	return fd < 0 ? fd : mc_loop_add(s->set->loop, w);
}

/* A target on the same port would take unicast requests away. */
static int check_ports(const struct ssm *s)
{
	for (size_t i = 0; i < s->set->n; i++)
		if (s->set->v[i]->port == MC_MPING_PORT)
			return opt_refuse(
				s->set->verb,
				"--ssmping has port %d: it cannot be a target's, too (give that another)",
				MC_MPING_PORT);
	return 0;
}

int ssm_open(struct ssm *s, const struct listen_set *set)
{
	uint64_t seed;

	*s = (struct ssm){ .sockets = { { .fd = -1 }, { .fd = -1 } }, .set = set };
	s->ttl = (uint8_t)(set->conf.ttl > 0 ? set->conf.ttl : SSM_TTL);
	if (check_ports(s))
		return EXIT_CANNOT;
	int r = getrandom(&seed, sizeof seed, 0) == sizeof seed ? 0 : -errno;

	if (!r)
		r = open_family(s, &s->sockets[0], MC_IPV4);
	if (!r)
		r = open_family(s, &s->sockets[1], MC_IPV6);
	if (r)
		return opt_refuse(set->verb, "--ssmping: cannot bind port %d: %s%s", MC_MPING_PORT,
				  mc_strerror(r),
				  r == -EADDRINUSE ? ": another program has it (ss -ulpn shows which)" : "");
	s->key = mc_sip_of(seed);
	return 0;
}

void ssm_begin(struct ssm *s, struct answer *a)
{
	s->guard = *a->guard;
	s->guard.any_port = s->guard.group = true;
	s->answer = a;
}

uint64_t ssm_close(struct ssm *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < 2; i++) {
		uint32_t drops = 0;

		if (s->sockets[i].fd < 0)
			continue;
		mc_sock_drops(s->sockets[i].fd, &drops);
		sum += drops;
		mc_loop_del(s->set->loop, &s->sockets[i]);
		close(s->sockets[i].fd);
		s->sockets[i].fd = -1;
	}
	return sum;
}
