/*
 * script.h - a script as it was understood: settings, nodes, events. Names of addresses stay names until a
 * family is chosen: an mc_sim_name gives both. Everything is owned by struct mc_sim, and nothing in it
 * changes after parsing.
 *
 * parse.c fills it in (words.h tells what does which piece), run.c and compare.c use it. The language is in
 * mcast-sim(1).
 */
#ifndef MC_SCRIPT_H
#define MC_SCRIPT_H

#include <mcast/host.h>
#include <mcast/router.h>
#include <mcast/sim.h>

#include "sim/lan.h"

/* Where something stands in the text. */
struct mc_place {
	uint32_t line, column;
};

/* An address in a script, by family: [0] IPv4, [1] IPv6; family 0 where it has none for that run (which is
 * refused in parsing if the script, or the line, has a run of it). node > 0: the address that this node
 * has at the time. */
struct mc_sim_name {
	struct mc_addr addr[2];
	uint32_t node;
};

static inline unsigned mc_sim_side(uint8_t family)
{
	return family == MC_IPV6;
}

struct mc_sim_set {
	struct mc_sim_name *list;
	uint32_t n;
};

/* A number that may be left out. */
struct mc_sim_value {
	bool set;
	uint64_t value;
};

/* ---- nodes ---------------------------------------------------------------------------------- */

enum mc_sim_role { MC_SIM_HOST, MC_SIM_ROUTER };

/* The options of a node, or of `set`: those given, in the order they stand. */
enum mc_sim_option_id {
	MC_OPT_ADDRESS, /* name; none: name.addr[].family 0 */
	MC_OPT_VERSION, /* version */
	MC_OPT_ROBUSTNESS, /* value: a number, or a time */
	MC_OPT_QUERY_INTERVAL,
	MC_OPT_QUERY_RESPONSE_INTERVAL,
	MC_OPT_COMPATIBLE,
	MC_OPT_REQUIRE_ALERT,
	MC_OPT_STRICT_TTL, /* value: 0 or 1 */
	MC_OPT_SSM,                                                               /* prefix */
	MC_OPT_MAX_GROUPS,
	MC_OPT_MAX_SOURCES,
	MC_OPT_MTU,
	MC_OPT_WARNING_INTERVAL,
	MC_OPT_START,  /* value: a time, or MC_NEVER */
	MC_OPT_LOSS,   /* fraction */
	MC_OPT_FREE,
	/* host */
	MC_OPT_UNSOLICITED_REPORT_INTERVAL,
	MC_OPT_OLDER_REPORT_INTERVAL,
	MC_OPT_ADOPT_ROBUSTNESS,
	MC_OPT_REPORT_LINK_LOCAL,
	MC_OPT_QUIET_LEAVE,
	MC_OPT_MAX_QUERIED,
	/* router */
	MC_OPT_STARTUP_QUERY_COUNT,
	MC_OPT_STARTUP_QUERY_INTERVAL,
	MC_OPT_LAST_MEMBER_QUERY_COUNT,
	MC_OPT_LAST_MEMBER_QUERY_INTERVAL,
	MC_OPT_PASSIVE,
	MC_OPT_MEMBER,
	MC_OPT_IGNORE_V1,
	MC_OPT_IGNORE_V2,
	MC_OPT_PREFIX /* prefix */
};

/* A version as a script names it: 1 to 3 as it stands, or by family. */
enum mc_sim_version { MC_SIM_NEWEST = 0, MC_SIM_OLDER = -1, MC_SIM_OLDEST = -2 };

static inline uint8_t mc_sim_version_of(int version, const struct mc_proto *proto)
{
	if (version > 0)
		return (uint8_t)version;
	return version == MC_SIM_NEWEST ? proto->newest :
	       version == MC_SIM_OLDER  ? (uint8_t)(proto->newest - 1) :
					  1;
}

struct mc_sim_option {
	enum mc_sim_option_id id;
	struct mc_place place;
	uint64_t value;
	double fraction;
	int version;
	struct mc_sim_name name;
	struct mc_prefix prefix[2]; /* by family; addr.family 0: none for that run */
};

/* prefixes: those of the list, end to end, as a router's configuration wants them. */
struct mc_sim_options {
	struct mc_sim_option *list;
	uint32_t n;
	struct mc_prefix *prefixes[2];
	uint32_t n_prefixes[2];
};

/* One node, or a row of them. Its first has number `first` (nodes are numbered from 1 over all), a row has
 * count. Its own address is in addr, not among the options. Two nodes may have one name, one as IPv4, the
 * other as IPv6. */
struct mc_sim_node {
	char name[24];
	enum mc_sim_role role;
	uint32_t first, count;
	bool row, free;
	struct mc_sim_name addr; /* of its first, and of each of a row by mc_sim_address */
	struct mc_sim_options options;
	struct mc_place place;
	uint8_t families; /* as an event's */
};

/* ---- messages ------------------------------------------------------------------------------- */

enum mc_sim_kind { MC_SIM_QUERY, MC_SIM_REPORT, MC_SIM_OLD_REPORT, MC_SIM_LEAVE, MC_SIM_RAW, MC_SIM_PACKET };

struct mc_sim_record {
	uint8_t type;
	struct mc_sim_name group;
	struct mc_sim_set sources;
};

struct mc_sim_message {
	enum mc_sim_kind kind;
	struct mc_place place;
	int version;
	bool general;             /* query * */
	struct mc_sim_name group; /* query, older report, leave */
	struct mc_sim_set sources;
	struct mc_sim_record *records;
	uint32_t n_records;
	uint8_t *raw; /* raw, packet */
	uint32_t n_raw;
	bool has_from, has_to;
	struct mc_sim_name from, to;
	struct mc_sim_value max, code, s, qrv, qqi, qqic, flags, ttl, tos, alert, length, aux;
	bool bad_checksum;
};

/* ---- events --------------------------------------------------------------------------------- */

enum mc_sim_verb {
	MC_DO_LISTEN, /* join, leave, listen */
	MC_DO_CLOSE,
	MC_DO_CHANGE,
	MC_DO_START,
	MC_DO_STOP,
	MC_DO_SET,
	MC_DO_LINK,    /* link delay ... */
	MC_DO_DELIVER, /* < ; nodes none: link < */
	MC_SEE_SENT,   /* > */
	MC_SEE_SILENT,
	MC_SEE_STATE   /* = */
};

/* Which nodes: numbers first to last; 0: the link. */
struct mc_sim_who {
	uint32_t first, last;
};

/* A group, or one of a row of them. */
struct mc_sim_groups {
	struct mc_sim_name first;
	uint32_t count; /* 1: just that */
};

struct mc_sim_fractions {
	double *list; /* one after the other, the last for all that follow */
	uint32_t n;   /* 0: none given */
};

enum mc_sim_state_id {
	MC_IS_GROUP,      /* group: exists, mode, listed, excluded, details */
	MC_IS_QUERIER,    /* self, none, or name */
	MC_IS_OTHER_QUERIER,
	MC_IS_NEXT_QUERY,
	MC_IS_RESPONSE, /* value: a time, MC_NEVER: none */
	MC_IS_VERSION,    /* version */
	MC_IS_OLDER,      /* version, value */
	MC_IS_ROBUSTNESS,
	MC_IS_GROUPS, /* value: a number */
	MC_IS_QUERY_INTERVAL,
	MC_IS_QUERY_RESPONSE_INTERVAL,
	MC_IS_LAST_MEMBER_QUERY_INTERVAL,
	MC_IS_GROUP_MEMBERSHIP_INTERVAL,
	MC_IS_OTHER_QUERIER_PRESENT_INTERVAL,
	MC_IS_OLDER_HOST_PRESENT_INTERVAL,
	MC_IS_FORWARDS,   /* source (any: unnamed), group, value 0 or 1 */
	MC_IS_TOLD,       /* group, value 0, 1, or 2: never */
	MC_IS_COUNT,
	MC_IS_WARNED /* which: enum mc_count, enum mc_warning; value */
};

/* What stands behind a group's mode and sets. */
enum mc_sim_detail_id {
	MC_HAS_TIMER,
	MC_HAS_SOURCE_TIMER,
	MC_HAS_VERSION,
	MC_HAS_OLDER,
	MC_HAS_QUERIES,
	MC_HAS_RESPONSE,
	MC_HAS_REPEAT
};

struct mc_sim_detail {
	enum mc_sim_detail_id id;
	struct mc_place place;
	struct mc_sim_name source;
	int version;
	uint64_t value; /* a time that remains, MC_NEVER: none; or a number */
};

struct mc_sim_state {
	enum mc_sim_state_id id;
	bool member;        /* of a router's host role */
	struct mc_sim_name name, group;
	bool self, none, any, exists;
	enum mc_mode mode;
	struct mc_sim_set listed, excluded; /* include SET; exclude SET SET */
	struct mc_sim_detail *details;
	uint32_t n_details;
	int version;
	unsigned which;
	uint64_t value;
};

struct mc_sim_event {
	enum mc_sim_verb verb;
	struct mc_place place; /* of its node */
	uint8_t families;      /* bit 0: IPv4, bit 1: IPv6 */
	mc_time at, until; /* > with T1..T2, silent: until; else at */
	struct mc_sim_who who;
	struct mc_sim_fractions fractions;
	/* done */
	struct mc_sim_groups groups;
	bool leaves;       /* leave: mode is INCLUDE and sources is empty */
	enum mc_mode mode;
	struct mc_sim_set sources;
	uint32_t socket;
	mc_time spread;
	int fails;         /* the error it must give, MC_ERR_* or -errno; 0: none. Of set, too */
	struct mc_sim_options options; /* set */
	struct mc_lan_link link; /* all of it, as it is from now on */
	/* messages: one to deliver; one or more to be seen, alternatives */
	struct mc_sim_message *messages;
	uint32_t n_messages;
	bool optional, split;
	uint32_t lost; /* node, or MC_LAN_ALL; 0: not */
	struct mc_sim_state state;
};

/* ---- the whole ------------------------------------------------------------------------------ */

struct mc_sim {
	uint8_t families; /* as an event's */
	bool seeded, figures, rfc3376;
	uint64_t seed;
	double fraction;
	struct mc_lan_link link; /* at the start */
	mc_time end;             /* MC_NEVER: at the last time that is named */
	struct mc_sim_node *nodes;
	uint32_t n_nodes, n_all; /* declared; with those of rows */
	struct mc_sim_event *events; /* by time, in the order they stand */
	uint32_t n_events;
	void *memory; /* what the pieces above live in */
};

/* mc_sim_node_of gives the declaration of node number i. mc_sim_node_name writes what it is called,
 * "H[7]", into buf (40 octets are enough) and returns buf. mc_sim_address gives the address that node i
 * begins with. */
const struct mc_sim_node *mc_sim_node_of(const struct mc_sim *s, uint32_t i);
char *mc_sim_node_name(const struct mc_sim *s, uint32_t i, char *buf, size_t cap);
struct mc_addr mc_sim_address(const struct mc_sim *s, uint32_t i, uint8_t family);

/* mc_sim_start_time is when nodes of a declaration are switched on without being told to; MC_NEVER: they are
 * not. mc_sim_last_time is the last time that an event names. */
mc_time mc_sim_start_time(const struct mc_sim_node *d);
mc_time mc_sim_last_time(const struct mc_sim_event *e);

/* mc_sim_host_conf and mc_sim_router_conf apply options to a configuration, in order. */
void mc_sim_host_conf(struct mc_host_conf *conf, const struct mc_sim_options *o);
void mc_sim_router_conf(struct mc_router_conf *conf, const struct mc_sim_options *o);

#endif
