/*
 * heard.c - which messages a host takes into account. What it drops it counts, by cause.
 *
 * RFC 9776 4.1, 5.2, 9.1; RFC 9777 5.1.14, 6.2; RFC 2236 2.5, 6; RFC 2710 5; RFC 1112 App. I; RFC 4604 2.2.3.
 */
#include "engine/host.h"
#include "engine/judge.h"

#include <string.h>

enum { SOUND = MC_COUNTS }; /* no cause to drop it */

/* ---- queries and reports ------------------------------------------------------------------ */

static bool is_same(const struct mc_addr *a, const struct mc_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The outer header and the checksum: what all messages have. */
static unsigned judge(const struct mc_host *h, const struct mc_msg *m)
{
	const struct mc_addr *src = &m->ip.src;
	bool wants_alert = m->kind == MC_QUERY && h->conf.require_alert;
	unsigned why = mc_judge_header(h->proto, m, h->conf.strict_ttl, wants_alert);

	if (why != SOUND)
		return why;
	if (mc_addr_is_multicast(src) || (h->proto->link_local && !mc_addr_is_link_local(src)))
		return MC_RX_BAD_SENDER;
	return SOUND;
}

/* Where a query may go: to this host, or to a group. A general one goes to all nodes alone, where it need
 * not come from the link: it might be somebody's who is far off (RFC 9776 9.1; RFC 9777 5.1.15 has no such
 * exception). */
static bool comes_to(const struct mc_host *h, const struct mc_msg *m)
{
	const struct mc_addr *dst = &m->ip.dst;

	if (!dst->family || is_same(dst, &h->proto->all_nodes))
		return true;
	if (!mc_addr_is_multicast(dst))
		return mc_host_has(h, dst);
	return h->proto->link_local || !mc_addr_is_unspecified(&m->query.group);
}

static unsigned judge_query(const struct mc_host *h, const struct mc_msg *m)
{
	const struct mc_query *q = &m->query;
	unsigned cause = judge(h, m);

	if (cause != SOUND)
		return cause;
	if (m->faults & MC_FAULT_GROUP)
		return MC_RX_BAD_GROUP;
	if (m->faults & MC_FAULT_GENERAL || (q->sources.n && q->sources.family != m->family))
		return MC_RX_MALFORMED;
	return comes_to(h, m) ? SOUND : MC_RX_BAD_DESTINATION;
}

/* Another host's report, which speaks for this one in older versions, where it went to its group. */
static unsigned judge_report(const struct mc_host *h, const struct mc_msg *m, const struct mc_record *r)
{
	unsigned cause;

	if (mc_host_is_newest(h) || m->version >= h->proto->newest || m->report.leave)
		return MC_RX_FOREIGN;
	cause = judge(h, m);
	if (cause != SOUND)
		return cause;
	if (r->faults & MC_FAULT_GROUP)
		return MC_RX_BAD_GROUP;
	if (m->ip.dst.family && !is_same(&m->ip.dst, &r->group))
		return MC_RX_BAD_DESTINATION;
	return mc_host_has(h, &m->ip.src) ? MC_RX_IGNORED : SOUND;
}

/* A message that is not dropped for a fault of its own. */
static void count(struct mc_host *h, const struct mc_msg *m, enum mc_count which)
{
	mc_ledger_add(&h->ledger, which);
	if (m->faults & MC_FAULT_TTL)
		mc_ledger_add(&h->ledger, MC_RX_BAD_TTL);
}

/* ---- queries ------------------------------------------------------------------------------ */

static bool has_ssm(const struct mc_host *h)
{
	const struct mc_joined *g;
	uint32_t at = 1;

	while ((g = mc_joined_next(h, &at)))
		if (mc_joined_has_filter(g) && mc_judge_ssm(&h->conf.ssm, &g->group))
			return true;
	return false;
}

/* An older querier does not know of sources (RFC 4604 2.2.3). */
static void hear_older(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	bool general = mc_addr_is_unspecified(&m->query.group);

	mc_host_warn(h, MC_WARN_OLDER, m);
	if (general ? has_ssm(h) : mc_judge_ssm(&h->conf.ssm, &m->query.group))
		mc_host_warn(h, MC_WARN_SSM, m);
	if (general && h->conf.compatible)
		mc_older_heard(h, m, now);
}

/* What a querier announces; its robustness only where its version is spoken. */
static void hear_newest(struct mc_host *h, const struct mc_msg *m)
{
	if (mc_addr_is_unspecified(&m->query.group))
		h->interval = m->query.interval * MC_SEC;
	if (mc_host_is_newest(h))
		h->heard = m->query.qrv;
}

static void hear_query(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	unsigned cause = judge_query(h, m);
	bool known;

	if (cause != SOUND) {
		mc_ledger_add(&h->ledger, cause);
		if (cause == MC_RX_BAD_SENDER)
			mc_host_warn(h, MC_WARN_SENDER, m);
		return;
	}
	if (m->version == h->proto->newest)
		hear_newest(h, m);
	else if (m->version < h->conf.version)
		hear_older(h, m, now);
	known = mc_host_is_newest(h) ? mc_answers_query(h, m, now) : mc_older_query(h, m, now);
	count(h, m, known ? MC_RX_QUERY : MC_RX_IGNORED);
}

static void hear_report(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	struct mc_record r = { .faults = MC_FAULT_GROUP };
	size_t pos = 0;
	unsigned cause;

	mc_msg_next(m, &pos, &r);
	cause = judge_report(h, m, &r);
	if (cause != SOUND) {
		mc_ledger_add(&h->ledger, cause);
		return;
	}
	count(h, m, mc_older_report(h, &r.group, now) ? MC_RX_REPORT : MC_RX_IGNORED);
}

void mc_host_input(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	bool known = m->version >= 1 && m->version <= h->proto->newest;

	now = mc_host_at(h, now);
	if (m->family != h->proto->family || !known || (m->kind != MC_QUERY && m->kind != MC_REPORT))
		mc_ledger_add(&h->ledger, MC_RX_FOREIGN);
	else if (m->kind == MC_QUERY)
		hear_query(h, m, now);
	else
		hear_report(h, m, now);
}

void mc_host_refused(struct mc_host *h, int err)
{
	mc_ledger_refused(&h->ledger, err);
}
