/*
 * ledger.c - counters and warnings of a role, and what they are called. It does not know which role.
 *
 * RFC 9776 7.3.1 (warnings are limited in rate).
 */
#include "engine/ledger.h"

#include <stdlib.h>
#include <string.h>

struct warning {
	struct mc_addr addr, group;
	uint8_t version;
	bool told, pending;
	uint32_t missed;
	mc_time last; /* when it was told */
};

struct mc_ledger_rare {
	uint64_t counts[MC_COUNTS];
	struct warning warnings[MC_WARNINGS];
	unsigned pending;
};

void mc_action_init(struct mc_action *a)
{
	*a = (struct mc_action){ .size = sizeof(*a) };
}

const char *mc_warning_name(unsigned warning)
{
	static const char *const names[MC_WARNINGS] = {
		"older",  "newer",   "ssm",   "sender", "self",
		"groups", "sources", "hosts", "memory", "robustness",
	};

	return warning < MC_WARNINGS ? names[warning] : NULL;
}

const char *mc_count_name(unsigned count)
{
	static const char *const names[MC_COUNTS] = {
		[MC_RX_QUERY] = "rx-query",
		[MC_RX_REPORT] = "rx-report",
		[MC_RX_LEAVE] = "rx-leave",
		[MC_TX_QUERY] = "tx-query",
		[MC_TX_REPORT] = "tx-report",
		[MC_TX_LEAVE] = "tx-leave",
		[MC_RX_BAD_CHECKSUM] = "rx-bad-checksum",
		[MC_RX_BAD_LENGTH] = "rx-bad-length",
		[MC_RX_TRUNCATED] = "rx-truncated",
		[MC_RX_MALFORMED] = "rx-malformed",
		[MC_RX_BAD_HOPLIMIT] = "rx-bad-hoplimit",
		[MC_RX_BAD_TTL] = "rx-bad-ttl",
		[MC_RX_NO_RA] = "rx-no-ra",
		[MC_RX_BAD_SENDER] = "rx-bad-sender",
		[MC_RX_BAD_DESTINATION] = "rx-bad-destination",
		[MC_RX_BAD_GROUP] = "rx-bad-group",
		[MC_RX_OWN_QUERY] = "rx-own-query",
		[MC_RX_FOREIGN] = "rx-foreign",
		[MC_RX_IGNORED] = "rx-ignored",
		[MC_RX_EMPTY_REPORT] = "rx-empty-report",
		[MC_RX_BAD_SOURCE] = "rx-bad-source",
		[MC_RX_UNKNOWN_RECORD] = "rx-unknown-record",
		[MC_RX_SSM] = "rx-ssm",
		[MC_GROUP_LIMIT] = "group-limit",
		[MC_SOURCE_LIMIT] = "source-limit",
		[MC_HOST_LIMIT] = "host-limit",
		[MC_NO_MEMORY] = "no-memory",
	};

	return count < MC_COUNTS ? names[count] : NULL;
}

void mc_ledger_free(struct mc_ledger *l)
{
	free(l->rare);
	l->rare = NULL;
}

static struct mc_ledger_rare *rare(struct mc_ledger *l)
{
	if (!l->rare)
		l->rare = calloc(1, sizeof(*l->rare));
	if (!l->rare)
		l->no_memory++;
	return l->rare;
}

void mc_ledger_add(struct mc_ledger *l, enum mc_count which)
{
	if (which <= MC_TX_LEAVE)
		l->usual[which]++;
	else if (which == MC_NO_MEMORY)
		l->no_memory++;
	else if (rare(l))
		l->rare->counts[which]++;
}

uint64_t mc_ledger_get(const struct mc_ledger *l, enum mc_count which)
{
	if (which <= MC_TX_LEAVE)
		return l->usual[which];
	if (which == MC_NO_MEMORY)
		return l->no_memory;
	return l->rare && which < MC_COUNTS ? l->rare->counts[which] : 0;
}

void mc_ledger_refused(struct mc_ledger *l, int err)
{
	switch (err) {
	case MC_ERR_SHORT:
	case MC_ERR_LENGTH:
		mc_ledger_add(l, MC_RX_BAD_LENGTH);
		return;
	case MC_ERR_SOURCES:
	case MC_ERR_RECORDS:
	case MC_ERR_CUT:
		mc_ledger_add(l, MC_RX_TRUNCATED);
		return;
	default:
		mc_ledger_add(l, MC_RX_MALFORMED);
	}
}

void mc_ledger_warn(struct mc_ledger *l, enum mc_warning which, const struct mc_addr *addr,
		    const struct mc_addr *group, uint8_t version, mc_time interval, mc_time now)
{
	static const struct mc_addr none;
	struct warning *w;

	if (!rare(l))
		return;
	w = &l->rare->warnings[which];
	if (w->pending || (w->told && now - w->last < interval)) {
		w->missed++;
		return;
	}
	w->addr = addr ? *addr : none;
	w->group = group ? *group : none;
	w->version = version;
	w->last = now;
	w->pending = w->told = true;
	l->rare->pending++;
}

bool mc_ledger_pending(const struct mc_ledger *l)
{
	return l->rare && l->rare->pending;
}

bool mc_ledger_poll(struct mc_ledger *l, struct mc_action *ret)
{
	struct warning *w;

	if (!mc_ledger_pending(l))
		return false;
	for (w = l->rare->warnings; !w->pending;)
		w++;
	ret->kind = MC_ACTION_WARN;
	ret->warning = (uint8_t)(w - l->rare->warnings);
	ret->version = w->version;
	ret->addr = w->addr;
	ret->group = w->group;
	ret->missed = w->missed;
	w->missed = 0;
	w->pending = false;
	l->rare->pending--;
	return true;
}

size_t mc_ledger_memory(const struct mc_ledger *l)
{
	return l->rare ? sizeof(*l->rare) : 0;
}
