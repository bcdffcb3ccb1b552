/*
 * engine.h - what the two roles of IGMP and MLD, host (host.h) and router (router.h), have in common:
 * randomness, actions, counters, warnings.
 *
 * A role is a state machine without sockets and without a clock. It lives on five calls: new, input,
 * poll, deadline, and one question or request of its own. Time is an argument, nanoseconds on a clock
 * of the caller's that never goes back. Output is pulled: after each input or request, and when the
 * deadline has come, call poll until it is false. poll does the work that is due; nothing else does.
 *
 *	mc_router_input(r, &msg, now);                   (a message came, or nothing did)
 *	while (mc_router_poll(r, now, &action))
 *		...                                      (send it, tell it, change what is forwarded)
 *	wait until mc_router_deadline(r)                 (MC_NEVER: until a message comes)
 *
 * One object is one interface and one family; it is the caller's, for one thread at a time.
 */
#ifndef MCAST_ENGINE_H
#define MCAST_ENGINE_H

#include <mcast/base.h>
#include <mcast/msg.h>

#ifdef __cplusplus
extern "C" {
#endif

/* mc_random is where delays come from: it returns a time in (0, most], or 0 where most is 0. */
typedef mc_time (*mc_random)(void *arg, mc_time most);

/* ---- actions ------------------------------------------------------------------------ */

enum mc_action_kind {
	MC_ACTION_SEND,    /* send octets, an IP packet of len octets, to dst */
	MC_ACTION_GROUP,   /* router: what is to be forwarded of group has changed; present: it has members.
			    * Ask mc_router_forwards. Changes of one group may come as one. */
	MC_ACTION_HOST,    /* router with conf.max_hosts: addr has become a member of group (present), or is
			    * none any more: it said so, or (expired) was not heard. Comes before the action
			    * of kind MC_ACTION_GROUP for the same message. */
	MC_ACTION_QUERIER, /* router: the querier has changed: addr; self: it is this router */
	MC_ACTION_VERSION, /* host: version is in force on the interface now; router: of group */
	MC_ACTION_WARN,    /* something should be looked at: see warning */
};

/* mc_warning is what an action of kind MC_ACTION_WARN is about. Each is told at once, and then at most
 * once in the configured interval; `missed` tells how often it was not (RFC 9776 7.3.1). */
enum mc_warning {
	MC_WARN_OLDER,   /* addr asks in the older version `version` */
	MC_WARN_NEWER,   /* router: addr asks in version `version`; a lower one is configured */
	MC_WARN_SSM,     /* addr asks in an older version, and there are, or group is, source-specific groups
			  * (RFC 4604 2.2.3); router: lost the election to such a querier (3.6), or such a
			  * report or leave came for a source-specific group */
	MC_WARN_SENDER,  /* addr sends what only a link-local address may (RFC 9777 5.1.14, RFC 3590 4) */
	MC_WARN_SELF,    /* router: a query came from this router's own address */
	MC_WARN_GROUPS,  /* router: group was refused, there are as many as may be (conf.max_groups) */
	MC_WARN_SOURCES, /* router: group has, or all have, as many sources as may be (conf.max_sources); with
			  * addr: that member's filter is not kept for it */
	MC_WARN_HOSTS,   /* router: addr is not kept as member of group, there are as many (conf.max_hosts) */
	MC_WARN_MEMORY,  /* there was no memory for group */
	MC_WARN_ROBUSTNESS, /* router: configured to 1: one lost packet cuts members off (RFC 9776 8.1) */
	MC_WARNINGS
};

/* mc_warning_name gives "older", "newer", "ssm", "sender", "self", "groups", "sources", "hosts",
 * "memory", "robustness", or NULL. */
const char *mc_warning_name(unsigned warning);

struct mc_action {
	size_t size;  /* set by mc_action_init */
	uint8_t kind; /* enum mc_action_kind */
	uint8_t version;
	uint8_t warning; /* enum mc_warning */
	bool present, self, expired;
	uint32_t missed;
	struct mc_addr dst, group, addr; /* family 0 where there is none */
	const uint8_t *octets;           /* the engine's, until the next call with it (or with its room) */
	size_t len;
};

/* mc_action_init makes an empty action; call it once before polling into a. */
void mc_action_init(struct mc_action *a);

/* ---- counters ----------------------------------------------------------------------- */

/* mc_count is what is counted, per object. What was dropped is in just one of the causes. */
enum mc_count {
	/* taken into account */
	MC_RX_QUERY,
	MC_RX_REPORT, /* all versions */
	MC_RX_LEAVE,  /* Leave and Done */
	MC_TX_QUERY,
	MC_TX_REPORT,
	MC_TX_LEAVE,
	/* whole messages dropped */
	MC_RX_BAD_CHECKSUM,
	MC_RX_BAD_LENGTH,   /* mc_*_refused: MC_ERR_SHORT, MC_ERR_LENGTH */
	MC_RX_TRUNCATED,    /* mc_*_refused: MC_ERR_SOURCES, MC_ERR_RECORDS, MC_ERR_CUT */
	MC_RX_MALFORMED,    /* a general query with sources; any other that cannot be read */
	MC_RX_BAD_HOPLIMIT, /* hop limit not 1 */
	MC_RX_BAD_TTL,      /* TTL not 1; dropped only with conf.strict_ttl */
	MC_RX_NO_RA,        /* no Router Alert, where it must be or conf.require_alert is set */
	MC_RX_BAD_SENDER,   /* not link-local where it must be; a group; conf.prefixes */
	MC_RX_BAD_DESTINATION, /* IGMP: a general query to another group than all nodes; for another host */
	MC_RX_BAD_GROUP,    /* query: for no group. Also each record for no group */
	MC_RX_OWN_QUERY,    /* router: from its own address */
	MC_RX_FOREIGN,      /* of another family, or of a kind or for a role that is not this one's */
	MC_RX_IGNORED,      /* nothing to do: for a group that is not known, or that is never reported;
			     * a leave in a version that ignores it, a version that is to be ignored */
	/* parts of messages */
	MC_RX_EMPTY_REPORT,   /* without records; no fault */
	MC_RX_BAD_SOURCE,     /* records dropped for a source that is none */
	MC_RX_UNKNOWN_RECORD, /* records dropped for their type */
	MC_RX_SSM, /* router: records, reports and leaves that a source-specific group may not have */
	/* limits */
	MC_GROUP_LIMIT,  /* router: new groups refused */
	MC_SOURCE_LIMIT, /* router: groups that fell to EXCLUDE({}), or sources refused; host: queried
			  * source lists that were answered with the whole state. Router: filters of
			  * members that are not kept */
	MC_HOST_LIMIT,   /* router: members not kept */
	MC_NO_MEMORY,
	MC_COUNTS
};

/* mc_count_name gives "rx-query", "rx-bad-checksum", "group-limit", ...: the name above in lower case, with
 * '-' for '_' and without MC_; NULL for none. */
const char *mc_count_name(unsigned count);

#ifdef __cplusplus
}
#endif
#endif
