/*
 * host.h - the host role: what a group member says on one interface, in IGMPv1 to v3 or MLDv1 and v2.
 *
 * mc_host_listen sets the filters of sockets, input takes the messages heard, poll gives the reports to
 * send. See engine.h for the driving loop. Nothing is sent by listen or input themselves.
 *
 * RFC 9776 3 to 5, 7.2, 8; RFC 9777 4 to 6, 8.2, 9; RFC 2236 and 2710 (older versions), 1112 App. I,
 * 3590 (source address), 4604 (source-specific groups).
 */
#ifndef MCAST_HOST_H
#define MCAST_HOST_H

#include <mcast/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mc_host;

/* mc_host_conf: initialise it, change what is to be different. */
struct mc_host_conf {
	size_t size; /* set by mc_host_conf_init */
	uint8_t family;
	uint8_t version;         /* the newest it speaks; init: 3 (IGMP), 2 (MLD) */
	uint8_t robustness;      /* Robustness Variable, 1 to 255; 2 */
	bool adopt_robustness;   /* a query's QRV takes its place (RFC 9776 4.1.6); true */
	bool compatible;         /* older queriers change the version in force (RFC 9776 7.2.1); true */
	bool require_alert;      /* drop queries without Router Alert, IGMPv1's excepted (9776 9.1); true */
	bool strict_ttl;         /* drop IGMP with another TTL than 1; false */
	bool report_link_local;  /* groups of link-local scope are reported, as the RFCs want; true */
	bool quiet_leave;        /* older versions: no leave where another host reported last; true */
	bool rfc3376;            /* timers=rfc3376: Older Version Querier Present as in 3376 8.12; false */
	uint16_t mtu;            /* octets of a packet to send, 576 to 65535; 1500 */
	mc_time query_interval;  /* until a query says otherwise; 125 s */
	mc_time query_response_interval;     /* 10 s */
	mc_time unsolicited_report_interval; /* RFC 9776 8.11; 1 s */
	mc_time older_report_interval;       /* in older versions; 10 s (RFC 2236 8.10) */
	mc_time warning_interval;            /* least time between two of a kind; 60 s */
	struct mc_addr addr;     /* own address, MLD: link-local; family 0: none is valid yet (RFC 3590) */
	const struct mc_addr *others; /* n_others more addresses of the interface, to which queries may be
				       * sent; the caller's, for as long as they are configured */
	size_t n_others;
	struct mc_prefix ssm;    /* source-specific groups; addr.family 0: as mc_addr_is_ssm */
	uint32_t max_groups;     /* 1,000,000 */
	uint32_t max_sources;    /* of a group, and of a socket's filter; 65535 */
	uint32_t max_queried;    /* sources kept of queries for one group (RFC 9776 9.1); 1024 */
	mc_random random;        /* NULL: a generator of its own, from seed */
	void *random_arg;
	uint64_t seed;
	void *room;              /* mtu octets or more where packets are made; may be lent to many engines of
				  * one thread; NULL: it has its own */
};

/* mc_host_conf_init sets the values above, which are those of the RFCs. */
void mc_host_conf_init(struct mc_host_conf *conf, uint8_t family);

/* mc_host_new makes a host without groups; conf is copied. Returns 0, MC_ERR_CONF or -ENOMEM. */
int mc_host_new(struct mc_host **ret, const struct mc_host_conf *conf, mc_time now);
void mc_host_free(struct mc_host *h);

/* mc_host_configure changes the configuration of a running host, its own address above all: when MLD's
 * first valid one comes, all groups are reported from it as if joined now (RFC 3590 4). Family, seed,
 * random and limits below what is in use stay as they are. Returns 0, MC_ERR_CONF or -ENOMEM. */
int mc_host_configure(struct mc_host *h, const struct mc_host_conf *conf, mc_time now);
const struct mc_host_conf *mc_host_configured(const struct mc_host *h);

/* mc_host_listen sets the filter of a socket for a group (RFC 9776 2): mode and sources take the place of
 * what there was; INCLUDE of nothing ends it. `socket` is any number that the caller tells sockets apart by.
 * Sources may repeat. Returns 0, or, with nothing changed,
 *   MC_ERR_GROUP     not a multicast address of this family
 *   MC_ERR_SOURCE    a source that is no unicast address of this family
 *   -EINVAL          EXCLUDE for a source-specific group (RFC 4604 2.1)
 *   -ENOBUFS         over a limit, or no memory (RFC 9776 3.2). */
int mc_host_listen(struct mc_host *h, uint32_t socket, const struct mc_addr *group, enum mc_mode mode,
		   const struct mc_addr *sources, size_t n, mc_time now);

/* mc_host_input takes a message into account: queries, and in older versions others' reports. It cannot
 * fail; what is dropped is counted by cause. mc_host_refused counts a packet that mc_decode refused. */
void mc_host_input(struct mc_host *h, const struct mc_msg *m, mc_time now);
void mc_host_refused(struct mc_host *h, int err);

bool mc_host_poll(struct mc_host *h, mc_time now, struct mc_action *ret);
mc_time mc_host_deadline(const struct mc_host *h); /* MC_NEVER: nothing will be due */

/* ---- what it knows ------------------------------------------------------------------ */

struct mc_host_status {
	size_t size; /* set before the call, to sizeof */
	uint8_t version;       /* in force: the compatibility mode */
	uint8_t robustness;    /* in use */
	uint32_t groups;       /* with a filter */
	mc_time older[2];      /* until when a querier of version 1, 2 counts as present; 0: none */
	mc_time response;      /* when a general query is answered; MC_NEVER: none is */
};

void mc_host_status(const struct mc_host *h, struct mc_host_status *ret);

struct mc_host_group {
	size_t size; /* set before the call, to sizeof */
	struct mc_addr group;
	enum mc_mode mode;       /* of the interface: all sockets' filters merged (RFC 9776 3.2) */
	uint32_t sources, sockets, queried; /* how many; queried: sources that the pending answer is about */
	mc_time response;        /* when a query for it is answered; MC_NEVER: none is */
	mc_time repeat;          /* when a change is told again; MC_NEVER: not */
	bool last_reporter;      /* older versions: the last report heard for it was this host's */
};

/* mc_host_group finds a group with a filter; false: there is none. mc_host_group_next gives one after the
 * other, *pos being 0 for the first; what listen changes in between may be missed. */
bool mc_host_group(const struct mc_host *h, const struct mc_addr *group, struct mc_host_group *ret);
bool mc_host_group_next(const struct mc_host *h, uint32_t *pos, struct mc_host_group *ret);

/* mc_host_source gives source i of a group's interface filter, in order of addresses; no address: none. */
struct mc_addr mc_host_source(const struct mc_host *h, const struct mc_addr *group, uint32_t i);

uint64_t mc_host_count(const struct mc_host *h, enum mc_count which);

/* mc_host_memory returns the octets that it holds, room not counted. */
size_t mc_host_memory(const struct mc_host *h);

#ifdef __cplusplus
}
#endif
#endif
