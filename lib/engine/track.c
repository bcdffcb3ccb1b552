/*
 * track.c - a link as a listener knows it: which messages count, who the querier is, which leaves
 * wait for a query, and when to look for what is over. Groups and hosts are members.c's; it knows no
 * socket and no clock.
 *
 * RFC 9776 6.6.2, 8.1 to 8.5, 8.13; RFC 9777 7.6.2, 9.1 to 9.5, 9.13; RFC 4604 3.
 */
#include "engine/track.h"

#include "engine/judge.h"
#include "engine/members.h"
#include "engine/queue.h"
#include "engine/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEAVES_MOST = 1024, ROBUSTNESS = 2, QUERY_INTERVAL = 125 };

#define RESPONSE_INTERVAL (10 * MC_SEC)
#define SCAN_GAP (250 * MC_MSEC)

/* A leave that was heard. It stays until its patience is over, answered or not, so that it is not
 * taken for a new one when the host repeats it; and each repeat of one that was answered renews it, for
 * a host says it up to seven times, each within a second (RFC 9776 5.1, 8.1, 8.11). */
struct leave {
	struct mc_node node;
	struct mc_addr group, host;
	bool answered;
	mc_time due;
};

static_assert(offsetof(struct leave, group) == sizeof(struct mc_node), "the key follows the node");

struct mc_track {
	const struct mc_proto *proto;
	mc_time patience;
	mc_time now;         /* the latest that was told */
	mc_time quiet;       /* nothing is looked for before */
	mc_time present;     /* Other Querier Present Interval */
	struct mc_track_querier querier;
	struct mc_members members;
	struct mc_table leaves;
	struct mc_list waiting; /* leaves in the order they are due: all wait equally long */
	struct mc_queue out;
	struct mc_track_stats stats;
};

/* ---- the querier --------------------------------------------------------------------------- */

/* What the querier announces holds; where it does not, or in an older version, the defaults do. */
static void set_intervals(struct mc_track *t)
{
	const struct mc_track_querier *q = &t->querier;
	bool announces = q->addr.family && q->version >= t->proto->newest;
	mc_time robustness = announces && q->qrv ? q->qrv : ROBUSTNESS;
	mc_time interval = announces && q->interval ? q->interval : QUERY_INTERVAL;
	mc_time response = announces && q->max_resp ? q->max_resp : RESPONSE_INTERVAL;
	mc_time asked = robustness * interval * MC_SEC;

	t->members.life = asked + 2 * response;
	t->members.older = asked + response;
	t->present = asked + response / 2;
}

static void tell(struct mc_track *t, enum mc_track_kind kind, const struct mc_addr *host,
		 const struct mc_addr *other)
{
	struct mc_track_event e = { .kind = kind, .host = *host, .other = *other };

	mc_queue_put(&t->out, &e);
}

static void lose_querier(struct mc_track *t, mc_time now)
{
	struct mc_track_querier *q = &t->querier;

	if (!q->addr.family || q->expires > now)
		return;
	tell(t, MC_TRACK_LOST, &q->addr, &(struct mc_addr){ 0 });
	*q = (struct mc_track_querier){ .expires = MC_NEVER };
	set_intervals(t);
}

static void hear_querier(struct mc_track *t, const struct mc_msg *m, mc_time now)
{
	struct mc_track_querier *q = &t->querier;

	q->addr = m->ip.src;
	q->version = m->version;
	q->qrv = m->query.qrv;
	q->interval = m->query.interval;
	q->max_resp = m->query.max_resp;
	q->heard = now;
	set_intervals(t);
	q->expires = mc_after(now, t->present);
}

/* A general query from an address that may be elected: the lower one asks. Where interface
 * identifiers are what is compared (RFC 9777 7.6.2), what precedes them is the same in all
 * link-local addresses. */
static void elect(struct mc_track *t, const struct mc_msg *m, mc_time now)
{
	struct mc_addr before = t->querier.addr;
	int order = mc_addr_cmp(&m->ip.src, &before);
	bool other = order != 0;

	if (other && before.family)
		tell(t, MC_TRACK_SECOND, &m->ip.src, &before);
	if (before.family && order > 0)
		return;
	hear_querier(t, m, now);
	if (other)
		tell(t, MC_TRACK_QUERIER, &m->ip.src, &before);
}

/* ---- leaves that wait for a query ---------------------------------------------------------- */

static void await(struct mc_track *t, const struct mc_addr *group, const struct mc_addr *host, mc_time now)
{
	struct leave *l = mc_table_find(&t->leaves, 0, group);
	bool answered = l && l->answered;

	if (l && !answered)
		return;
	if (l)
		mc_table_remove(&t->leaves, &t->waiting, l);
	l = mc_table_add(&t->leaves, &t->waiting, 0, group);
	if (!l) {
		mc_queue_limit(&t->out, MC_TRACK_LEAVES, t->leaves.n);
		return;
	}
	l->host = *host;
	l->answered = answered;
	l->due = mc_after(now, t->patience);
}

static void answer(struct mc_track *t, const struct mc_addr *group)
{
	struct leave *l = mc_table_find(&t->leaves, 0, group);

	if (l)
		l->answered = true;
}

static void answer_all(struct mc_track *t)
{
	struct leave *l = mc_table_at(&t->leaves, t->waiting.first);

	for (; l; l = mc_table_next(&t->leaves, l))
		l->answered = true;
}

static mc_time leave_due(const struct mc_track *t)
{
	const struct leave *l = mc_table_at(&t->leaves, t->waiting.first);

	return l ? l->due : MC_NEVER;
}

static void end_leaves(struct mc_track *t, mc_time now)
{
	while (leave_due(t) <= now) {
		struct leave *l = mc_table_at(&t->leaves, t->waiting.first);
		struct mc_track_event e = { .kind = MC_TRACK_UNANSWERED, .group = l->group, .host = l->host };

		if (!l->answered)
			mc_queue_put(&t->out, &e);
		mc_table_remove(&t->leaves, &t->waiting, l);
	}
}

/* ---- messages ------------------------------------------------------------------------------ */

static bool is_refused(const struct mc_track *t, const struct mc_msg *m)
{
	uint32_t bad = MC_FAULT_CHECKSUM | MC_FAULT_IP_CHECKSUM;

	if (t->proto->link_local)
		bad |= MC_FAULT_TTL | MC_FAULT_ALERT | MC_FAULT_SENDER;
	if (m->kind == MC_QUERY)
		bad |= MC_FAULT_GENERAL | MC_FAULT_GROUP;
	return m->faults & bad || m->family != t->proto->family || m->ip.src.family != m->family ||
	       mc_addr_is_multicast(&m->ip.src) || m->version < 1 || m->version > t->proto->newest;
}

static void note_query(struct mc_track *t, const struct mc_msg *m, mc_time now)
{
	const struct mc_query *q = &m->query;
	bool general = mc_addr_is_unspecified(&q->group);
	bool eligible = !mc_addr_is_unspecified(&m->ip.src) && !(m->faults & MC_FAULT_SENDER);
	struct mc_track_event older = { .kind = MC_TRACK_OLDER, .version = m->version, .host = m->ip.src };

	t->stats.queries++;
	lose_querier(t, now);
	if (!general) {
		if (mc_addr_cmp(&m->ip.src, &t->querier.addr) == 0) {
			t->querier.heard = now;
			t->querier.expires = mc_after(now, t->present);
		}
		answer(t, &q->group);
		if (!q->suppress)
			mc_members_lower(&t->members, q, q->max_resp * (q->qrv ? q->qrv : ROBUSTNESS), now);
		return;
	}
	if (eligible)
		elect(t, m, now);
	answer_all(t);
	older.n = t->members.listed;
	if (m->version < t->proto->newest && older.n)
		mc_queue_put(&t->out, &older);
}

/* What a router passes over. */
static bool is_passed_over(const struct mc_track *t, const struct mc_msg *m, const struct mc_record *r)
{
	bool any_source = m->version < t->proto->newest || r->type == MC_IS_EX || r->type == MC_TO_EX;

	return r->faults || r->type < MC_IS_IN || r->type > MC_BLOCK ||
	       !mc_judge_reported(t->proto, &r->group) || (any_source && mc_addr_is_ssm(&r->group));
}

/* Where hosts of the first of three versions are, leaves are not listened to: RFC 9776 7.3.2. */
static bool is_asked_for(const struct mc_track *t, const struct mc_addr *group)
{
	const struct mc_track_group *g = mc_members_find(&t->members, group);

	return !g || t->proto->newest - g->version < 2;
}

static void note_report(struct mc_track *t, const struct mc_msg *m, mc_time now)
{
	struct mc_record r;
	bool blocks_all;
	size_t pos = 0;

	t->stats.leaves += m->report.leave;
	t->stats.reports += !m->report.leave;
	while (mc_msg_next(m, &pos, &r)) {
		if (is_passed_over(t, m, &r)) {
			t->stats.records_refused++;
			continue;
		}
		if (!mc_members_record(&t->members, m->version, &m->ip.src, &r, &blocks_all, now))
			t->stats.records_refused++;
		if (blocks_all || (r.type == MC_TO_IN && !r.sources.n && is_asked_for(t, &r.group)))
			await(t, &r.group, &m->ip.src, now);
	}
}

void mc_track_input(struct mc_track *t, const struct mc_msg *m, mc_time now)
{
	now = mc_advance(&t->now, now);
	if (m->kind != MC_QUERY && m->kind != MC_REPORT)
		return;
	if (is_refused(t, m)) {
		t->stats.refused++;
		return;
	}
	t->stats.messages++;
	if (m->kind == MC_QUERY)
		note_query(t, m, now);
	else
		note_report(t, m, now);
}

/* ---- what is due --------------------------------------------------------------------------- */

static mc_time next_end(const struct mc_track *t)
{
	mc_time next = t->members.next, leave = leave_due(t);

	next = leave < next ? leave : next;
	return t->querier.expires < next ? t->querier.expires : next;
}

mc_time mc_track_deadline(const struct mc_track *t)
{
	mc_time next = next_end(t);

	if (t->out.n || t->members.scan)
		return t->now;
	return next == MC_NEVER || next > t->quiet ? next : t->quiet;
}

static void begin_scan(struct mc_track *t, mc_time now)
{
	t->quiet = mc_after(now, SCAN_GAP);
	lose_querier(t, now);
	end_leaves(t, now);
	t->members.next = MC_NEVER;
	t->members.scan = 1;
}

/* A scan goes on from where it was when the events that it made have been told; by then another may
 * be due. */
bool mc_track_poll(struct mc_track *t, mc_time now, struct mc_track_event *ret)
{
	mc_time deadline;

	now = mc_advance(&t->now, now);
	while (!t->out.n) {
		deadline = mc_track_deadline(t);
		if (deadline > now || deadline == MC_NEVER)
			return false;
		if (!t->members.scan)
			begin_scan(t, now);
		mc_members_scan(&t->members, now);
	}
	return mc_queue_take(&t->out, ret);
}

/* ---- the object ---------------------------------------------------------------------------- */

void mc_track_conf_init(struct mc_track_conf *conf, uint8_t family)
{
	*conf = (struct mc_track_conf){ .family = family, .max_groups = 65536 };
	conf->max_hosts = conf->max_sources = 262144;
	conf->patience = 3 * MC_SEC;
}

static bool in_range(size_t max)
{
	return max > 0 && max <= MC_TABLE_MOST;
}

int mc_track_new(struct mc_track **ret, const struct mc_track_conf *conf, mc_time now)
{
	const struct mc_proto *proto = mc_proto_of(conf->family);
	struct mc_track *t;

	if (!proto || !in_range(conf->max_groups) || !in_range(conf->max_hosts) ||
	    !in_range(conf->max_sources) || !conf->patience || conf->patience == MC_NEVER)
		return MC_ERR_CONF;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->proto = proto;
	t->patience = conf->patience;
	t->now = now;
	t->querier.expires = MC_NEVER;
	t->out.lost = &t->stats.events_lost;
	mc_members_init(&t->members, conf, &t->out);
	mc_table_init(&t->leaves, sizeof(struct leave), LEAVES_MOST, conf->seed + 3);
	set_intervals(t);
	*ret = t;
	return 0;
}

void mc_track_free(struct mc_track *t)
{
	if (!t)
		return;
	mc_members_free(&t->members);
	mc_table_free(&t->leaves);
	free(t->out.ring);
	free(t);
}

const struct mc_track_querier *mc_track_querier(const struct mc_track *t)
{
	return &t->querier;
}

const struct mc_track_stats *mc_track_stats(const struct mc_track *t)
{
	return &t->stats;
}

size_t mc_track_groups(const struct mc_track *t)
{
	return t->members.groups.n;
}

const struct mc_track_group *mc_track_group_next(const struct mc_track *t, const struct mc_track_group *prev)
{
	return mc_members_next(&t->members, prev);
}

const struct mc_track_source *mc_track_source_next(const struct mc_track *t, const struct mc_track_group *g,
						   const struct mc_track_source *prev)
{
	return mc_members_source(&t->members, g, prev);
}

const struct mc_track_host *mc_track_host_next(const struct mc_track *t, const struct mc_track_group *g,
					       const struct mc_track_host *prev)
{
	return mc_members_host(&t->members, g, prev);
}
