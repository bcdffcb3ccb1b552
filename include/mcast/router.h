/*
 * router.h - the router role: who wants what on one link, as a router of IGMPv1 to v3 or MLDv1 and v2
 * finds out: queries, group and source timers, election of the querier.
 *
 * input takes the messages heard, poll gives queries to send and tells what has changed, forwards
 * answers whether a source's datagrams to a group are wanted on the link. See engine.h for the driving loop.
 *
 * A router is a host, too (RFC 9776 6): it is a member of the group that reports go to. Run a mc_host beside
 * it that listens to mc_proto's all_reports, and give each what the other sends.
 *
 * RFC 9776 6, 7.3, 8; RFC 9777 7, 8.3, 9; RFC 2236 and 2710 (older versions); 4604 (source-specific groups).
 */
#ifndef MCAST_ROUTER_H
#define MCAST_ROUTER_H

#include <mcast/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mc_router;

/* mc_router_conf: initialise it, change what is to be different. Names are those of RFC 9776 8. */
struct mc_router_conf {
	size_t size; /* set by mc_router_conf_init */
	uint8_t family;
	uint8_t version;    /* of its queries; init: 3 (IGMP), 2 (MLD) */
	uint8_t robustness; /* 1 to 255; 2. 1 is warned of */
	uint8_t startup_query_count;     /* 0: as robustness */
	uint8_t last_member_query_count; /* 0: as robustness */
	bool passive;       /* never sends and is never querier: it listens only; false */
	bool compatible;    /* older hosts change the version of their groups (RFC 9776 7.3.2); true */
	bool ignore_v1, ignore_v2; /* reports and leaves of those versions do nothing (9776 9.2); false */
	bool require_alert; /* drop reports of the newest version without Router Alert; false. MLD: always */
	bool strict_ttl;    /* drop IGMP with another TTL than 1; false. MLD: always */
	bool rfc3376;       /* timers=rfc3376: one Query Response Interval less in the Group Membership
			     * Interval (260 s instead of 270); false */
	uint16_t mtu;       /* octets of a packet to send, 576 to 65535 (MLD: 1280); 1500 */
	mc_time query_interval;             /* 125 s */
	mc_time query_response_interval;    /* less than query_interval; 10 s */
	mc_time startup_query_interval;     /* 0: a quarter of query_interval */
	mc_time last_member_query_interval; /* 1 s */
	mc_time warning_interval;           /* least time between two of a kind; 60 s */
	struct mc_addr addr; /* own address, MLD: link-local; family 0: none yet, and then it is passive */
	const struct mc_prefix *prefixes; /* messages from elsewhere are dropped (9776 9.3), but for those
					   * from 0.0.0.0; n_prefixes 0: none is. The caller's */
	size_t n_prefixes;
	struct mc_prefix ssm; /* source-specific groups; addr.family 0: as mc_addr_is_ssm */
	uint32_t max_groups;  /* 1,000,000 */
	uint32_t max_sources; /* of a group; 1,000 */
	uint32_t max_all_sources; /* of all groups; 2,000,000 */
	uint32_t max_hosts;   /* explicit tracking (RFC 9776 Appendix A.2): members that are kept, of all
			       * groups, a host once for each group, 2^30 - 1 at the most; 0: none are; 0.
			       * See mc_router_host_next */
	mc_random random;    /* reserved: the router role draws nothing; NULL */
	void *random_arg;
	uint64_t seed;        /* of the hash table, so that nobody outside can aim at one chain */
	void *room;           /* as in host.h */
};

/* mc_router_conf_init sets the values above, which are those of the RFCs. */
void mc_router_conf_init(struct mc_router_conf *conf, uint8_t family);

/* mc_router_new makes a router that knows of no member, and begins as the querier: its first general query
 * is due now. Returns 0, -ENOMEM, or MC_ERR_CONF: robustness 0, a response interval that is not less than the
 * query interval (RFC 9776 8.3), another value out of range. */
int mc_router_new(struct mc_router **ret, const struct mc_router_conf *conf, mc_time now);
void mc_router_free(struct mc_router *r);

/* mc_router_configure changes the configuration while it runs; groups and timers that run stay. With
 * a new own address, unless a querier that is lower is present, and when passive ends, it begins as querier
 * anew. Family and seed stay as they are. More members than max_hosts stay, too; with 0 they are forgotten,
 * and no action tells that.
 * Returns 0, or with nothing changed MC_ERR_CONF or -ENOMEM. */
int mc_router_configure(struct mc_router *r, const struct mc_router_conf *conf, mc_time now);
const struct mc_router_conf *mc_router_configured(const struct mc_router *r);

/* mc_router_input takes a message into account; it cannot fail, what is dropped is counted by cause.
 * mc_router_refused counts a packet that mc_decode refused. */
void mc_router_input(struct mc_router *r, const struct mc_msg *m, mc_time now);
void mc_router_refused(struct mc_router *r, int err);

bool mc_router_poll(struct mc_router *r, mc_time now, struct mc_action *ret);
mc_time mc_router_deadline(const struct mc_router *r); /* may come earlier than there is something to do */

/* mc_router_forwards tells whether datagrams of source to group are wanted on the link, by what was polled
 * (RFC 9776 6.3). No address as source: those of any source that is not named. Groups that never leave the
 * link (224.0.0.0/24, scope 2 and less) are known, but never forwarded. */
bool mc_router_forwards(const struct mc_router *r, const struct mc_addr *group, const struct mc_addr *source);

/* ---- what it knows ------------------------------------------------------------------ */

struct mc_router_status {
	size_t size; /* set before the call, to sizeof */
	bool querier;           /* it is the querier itself */
	uint8_t robustness;     /* in use: its own, or the querier's */
	uint8_t querier_version;
	uint32_t groups;
	uint64_t sources;       /* of all groups */
	uint64_t hosts;         /* of all groups, a host once for each of its groups */
	struct mc_addr addr;    /* the querier's; family 0: none is known */
	mc_time query;          /* its next general query; MC_NEVER: none */
	mc_time other_querier;  /* until when the other querier counts as present; 0: there is none */
	mc_time query_interval; /* in use */
	mc_time query_response_interval, last_member_query_interval;
	mc_time group_membership_interval, other_querier_present_interval, older_host_present_interval;
};

void mc_router_status(const struct mc_router *r, struct mc_router_status *ret);

struct mc_router_group {
	size_t size; /* set before the call, to sizeof */
	struct mc_addr group;
	enum mc_mode mode;
	uint8_t version;  /* in force for it: group compatibility mode (RFC 9776 7.3.2) */
	uint8_t queries;  /* group-specific queries that are still to be sent */
	uint32_t sources, excluded; /* all that are listed; those of them that are excluded */
	uint32_t hosts;   /* that are kept of it */
	struct mc_addr last_reporter; /* who of them reported it last; family 0: nobody, or it has left */
	mc_time expires;  /* EXCLUDE: group timer; INCLUDE: 0 */
	mc_time older[2]; /* until when hosts of version 1, 2 count as present; 0: none */
};

/* mc_router_group finds a group; false: it has no members. mc_router_group_next gives one after the other,
 * *pos being 0 for the first; what changes in between may be missed. */
bool mc_router_group(const struct mc_router *r, const struct mc_addr *group, struct mc_router_group *ret);
bool mc_router_group_next(const struct mc_router *r, uint32_t *pos, struct mc_router_group *ret);

struct mc_router_source {
	struct mc_addr addr;
	mc_time expires; /* 0: excluded (EXCLUDE mode, its timer has run out) */
	uint8_t queries; /* that are still to be sent about it */
};

/* mc_router_source gives source i of a group in order of addresses; false: there is none. */
bool mc_router_source(const struct mc_router *r, const struct mc_addr *group, uint32_t i,
		      struct mc_router_source *ret);

/* mc_router_host is a member of a group, with the filter that it told (RFC 9776 Appendix A.2), whether or not
 * the group may heed it: a leave ends a membership where this router is not the querier, too, and the
 * group's version does not matter. Reports from 0.0.0.0 make no member. In older versions a host's report
 * silences the others', so that there the members known are a part of them. */
struct mc_router_host {
	size_t size; /* set before the call, to sizeof */
	struct mc_addr addr;
	enum mc_mode mode;
	uint32_t sources;    /* of its filter; none where there was no room for it: conf.max_sources and
			      * conf.max_all_sources bound members' lists, too, apart from the groups' */
	mc_time since, heard; /* its first and its last report, to the second */
};

/* mc_router_host finds a member; false: it is not known. mc_router_host_next gives one after the other, the
 * newest first, *pos being 0 for the first; what changes in between may be missed. A member is kept until
 * it says that it leaves, the group ends, or it has not been heard for a Group Membership Interval (and up to
 * an eighth of that more, in short ones a second). */
bool mc_router_host(const struct mc_router *r, const struct mc_addr *group, const struct mc_addr *addr,
		    struct mc_router_host *ret);
bool mc_router_host_next(const struct mc_router *r, const struct mc_addr *group, uint32_t *pos,
			 struct mc_router_host *ret);

/* mc_router_host_source gives source i of a member's filter, in order of addresses; no address: none. */
struct mc_addr mc_router_host_source(const struct mc_router *r, const struct mc_addr *group,
				     const struct mc_addr *addr, uint32_t i);

uint64_t mc_router_count(const struct mc_router *r, enum mc_count which);

/* mc_router_memory returns the octets that it holds, room not counted. */
size_t mc_router_memory(const struct mc_router *r);

#ifdef __cplusplus
}
#endif
#endif
