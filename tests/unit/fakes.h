/*
 * fakes.h - roles that write down what they hear and say what they are told to: with them a test of the link
 * sees the link alone. They take the place of the library's in the program that includes this.
 *
 * What is heard is a text: "@5 2h:q1" is: at 5 ms the host role of node 2 hears a general query of node 1. q
 * general query, g group query, r report, o older report, l leave, x what cannot be decoded.
 */
#ifndef TEST_FAKES_H
#define TEST_FAKES_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sim/lan.h"

enum said { NOTHING, QUERY, SPECIFIC, REPORT, OLDER, LEAVING, UNICAST, TELL };

struct role {
	unsigned id;
	bool host;
	uint8_t *room;
	mc_time due; /* then it says a report */
	enum said say[4];
	unsigned n_say;
};

struct mc_host {
	struct role role;
	struct mc_host_conf conf;
	struct mc_addr groups[3];
	uint32_t n_groups;
};

struct mc_router {
	struct role role;
	struct mc_router_conf conf;
};

/* What all of them share; one test at a time. */
static struct stage {
	struct mc_lan *lan;
	uint8_t family;
	const struct mc_proto *proto;
	char log[2000];
	mc_time logged;         /* time that stands in the log last */
	mc_time answer;         /* a query is answered within this; 0: at once; MC_NEVER: not at all */
	bool asks;              /* a router that hears a report asks for the group */
	bool refuses;           /* no host may listen */
	unsigned alive;         /* roles */
	bool quiet;             /* what is heard is not written down, only counted */
	uint64_t heard, early, digest; /* early: before middle; digest: of who heard when */
	mc_time first, last, sum, middle;
} stage;

/* ---- packets -------------------------------------------------------------------------------- */

static inline struct mc_addr node_addr(unsigned id)
{
	static const uint8_t v4[] = { 10 }, v6[] = { 0xfe, 0x80 };
	struct mc_addr a = { .family = stage.family };
	size_t len = mc_addr_len(&a);

	memcpy(a.b, stage.family == MC_IPV4 ? v4 : v6, stage.family == MC_IPV4 ? sizeof(v4) : sizeof(v6));
	for (; id; id >>= 8)
		a.b[--len] = (uint8_t)id;
	return a;
}

static inline unsigned node_id(const struct mc_addr *a)
{
	size_t len = mc_addr_len(a);

	return len ? (unsigned)a->b[len - 2] << 8 | a->b[len - 1] : 0;
}

static inline struct mc_addr group_addr(unsigned n)
{
	struct mc_addr a = node_addr(n);

	a.b[0] = stage.family == MC_IPV4 ? 239 : 0xff;
	a.b[1] = stage.family == MC_IPV4 ? 1 : 0x15;
	return a;
}

static inline size_t query_octets(uint8_t *room, struct mc_msg *m, enum said what)
{
	m->kind = MC_QUERY;
	m->query.group = (struct mc_addr){ .family = stage.family };
	m->query.sources.family = stage.family;
	m->query.max_resp = MC_SEC;
	if (what == SPECIFIC)
		m->query.group = group_addr(1);
	if (what == UNICAST)
		m->ip.dst = node_addr(2);
	return (size_t)mc_encode(room, 1500, m);
}

static inline size_t report_octets(uint8_t *room, struct mc_msg *m, enum said what)
{
	struct mc_record r = { .type = what == LEAVING ? MC_TO_IN : MC_IS_EX, .group = group_addr(1) };
	struct mc_writer w;

	m->kind = MC_REPORT;
	m->version = (uint8_t)(stage.proto->newest - (what == OLDER || what == LEAVING));
	assert_int_equal(mc_writer_begin(&w, room, 1500, m), 0);
	assert_int_equal(mc_writer_add(&w, &r), 0);
	return (size_t)mc_writer_end(&w);
}

/* A packet of node `from`. */
static inline size_t octets_of(uint8_t *room, enum said what, unsigned from)
{
	struct mc_msg m;
	size_t len;

	mc_msg_init(&m);
	m.family = stage.family;
	m.version = stage.proto->newest;
	m.ip.src = node_addr(from);
	len = what == QUERY || what == SPECIFIC || what == UNICAST ? query_octets(room, &m, what) :
								     report_octets(room, &m, what);
	assert_in_range(len, 28, 1500);
	return len;
}

/* ---- hearing and saying --------------------------------------------------------------------- */

static inline void role_says(struct role *r, enum said what)
{
	assert_in_range(r->n_say, 0, COUNT(r->say) - 1);
	r->say[r->n_say++] = what;
}

static inline char letter_of(const struct mc_msg *m)
{
	if (m->kind == MC_QUERY)
		return mc_addr_is_unspecified(&m->query.group) ? 'q' : 'g';
	return m->report.leave ? 'l' : m->version == stage.proto->newest ? 'r' : 'o';
}

static inline void note(const char *text)
{
	size_t len = strlen(stage.log);

	assert_in_range(len + strlen(text), 0, sizeof(stage.log) - 1);
	strcpy(stage.log + len, text);
}

static inline void hears(struct role *r, const struct mc_msg *m)
{
	mc_time now = mc_lan_now(stage.lan);
	char text[64];

	stage.first = stage.heard++ ? stage.first : now;
	stage.last = now;
	stage.sum += now;
	stage.early += now < stage.middle;
	stage.digest = (stage.digest ^ now ^ r->id) * UINT64_C(0x9e3779b97f4a7c15);
	if (stage.quiet)
		return;
	if (now != stage.logged) {
		snprintf(text, sizeof(text), "@%u ", (unsigned)(now / MC_MSEC));
		note(text);
		stage.logged = now;
	}
	snprintf(text, sizeof(text), "%u%c:%c%u ", r->id, r->host ? 'h' : 'r', m ? letter_of(m) : 'x',
		 m ? node_id(&m->ip.src) : 0);
	note(text);
}

/* The packets of all nodes are made in one place: what one says must not change what others hear. */
static inline bool role_poll(struct role *r, mc_time now, struct mc_action *ret)
{
	enum said what;

	if (r->due <= now) {
		r->due = MC_NEVER;
		role_says(r, REPORT);
	}
	if (!r->n_say)
		return false;
	what = r->say[0];
	memmove(r->say, r->say + 1, --r->n_say * sizeof(r->say[0]));
	mc_action_init(ret);
	ret->kind = what == TELL ? MC_ACTION_GROUP : MC_ACTION_SEND;
	ret->group = group_addr(1);
	if (what != TELL) {
		ret->octets = r->room;
		ret->len = octets_of(r->room, what, r->id);
	}
	return true;
}

/* ---- the host role -------------------------------------------------------------------------- */

int mc_host_new(struct mc_host **ret, const struct mc_host_conf *conf, mc_time now)
{
	struct mc_host *h;

	(void)now;
	if (conf->robustness == 0)
		return MC_ERR_CONF;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->role = (struct role){ .id = node_id(&conf->addr),
				 .host = true,
				 .room = conf->room,
				 .due = MC_NEVER };
	h->conf = *conf;
	stage.alive++;
	*ret = h;
	return 0;
}

void mc_host_free(struct mc_host *h)
{
	stage.alive -= h != NULL;
	free(h);
}

const struct mc_host_conf *mc_host_configured(const struct mc_host *h)
{
	return &h->conf;
}

int mc_host_listen(struct mc_host *h, uint32_t socket, const struct mc_addr *group, enum mc_mode mode,
		   const struct mc_addr *sources, size_t n, mc_time now)
{
	(void)socket;
	(void)sources;
	(void)n;
	(void)now;
	if (stage.refuses || h->n_groups == COUNT(h->groups))
		return -ENOBUFS;
	if (mode == MC_EXCLUDE)
		h->groups[h->n_groups++] = *group;
	else
		h->n_groups = 0;
	return 0;
}

void mc_host_input(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	struct role *r = &h->role;

	hears(r, m);
	if (m->kind == MC_QUERY && stage.answer == 0)
		role_says(r, REPORT);
	else if (m->kind == MC_QUERY && stage.answer != MC_NEVER)
		r->due = now + h->conf.random(h->conf.random_arg, stage.answer);
}

void mc_host_refused(struct mc_host *h, int err)
{
	assert_true(err < 0);
	hears(&h->role, NULL);
}

bool mc_host_poll(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	return role_poll(&h->role, now, ret);
}

mc_time mc_host_deadline(const struct mc_host *h)
{
	return h->role.due;
}

void mc_host_status(const struct mc_host *h, struct mc_host_status *ret)
{
	ret->groups = h->n_groups;
}

bool mc_host_group(const struct mc_host *h, const struct mc_addr *group, struct mc_host_group *ret)
{
	for (uint32_t i = 0; i < h->n_groups; i++) {
		ret->group = h->groups[i];
		if (mc_addr_cmp(group, &h->groups[i]) == 0)
			return true;
	}
	return false;
}

bool mc_host_group_next(const struct mc_host *h, uint32_t *pos, struct mc_host_group *ret)
{
	if (*pos == h->n_groups)
		return false;
	ret->group = h->groups[(*pos)++];
	return true;
}

/* ---- the router role ------------------------------------------------------------------------ */

int mc_router_new(struct mc_router **ret, const struct mc_router_conf *conf, mc_time now)
{
	struct mc_router *r;

	(void)now;
	if (conf->robustness == 0)
		return MC_ERR_CONF;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->role = (struct role){ .id = node_id(&conf->addr), .room = conf->room, .due = MC_NEVER };
	r->conf = *conf;
	stage.alive++;
	*ret = r;
	return 0;
}

void mc_router_free(struct mc_router *r)
{
	stage.alive -= r != NULL;
	free(r);
}

const struct mc_router_conf *mc_router_configured(const struct mc_router *r)
{
	return &r->conf;
}

void mc_router_input(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	(void)now;
	hears(&r->role, m);
	if (m->kind == MC_REPORT && stage.asks)
		role_says(&r->role, SPECIFIC);
}

void mc_router_refused(struct mc_router *r, int err)
{
	assert_true(err < 0);
	hears(&r->role, NULL);
}

bool mc_router_poll(struct mc_router *r, mc_time now, struct mc_action *ret)
{
	return role_poll(&r->role, now, ret);
}

mc_time mc_router_deadline(const struct mc_router *r)
{
	return r->role.due;
}

#endif
