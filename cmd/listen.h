/*
 * listen.h - what a verb listens to: groups with their sockets and memberships, and, where it serves, one
 * unicast socket for each port. Follows the interfaces.
 */
#ifndef MCAST_LISTEN_H
#define MCAST_LISTEN_H

#include "net/ifaces.h"
#include "net/loop.h"
#include "opt.h"

/* One socket. A group has more than one when a socket can take no more memberships. */
struct port {
	struct mc_watch watch;
	struct listener *listener;
	struct port *next; /* of the same listener */
};

/* One membership: an interface of a group; port NULL: it could not be joined, and that was said. */
struct member {
	uint32_t ifindex, life;
	char ifname[MC_IFNAME_SIZE];
	struct port *port;
	mc_time joined; /* since 1970, just before the kernel was asked to join */
};

struct listener {
	struct mc_addr group; /* the unspecified address: unicast */
	uint16_t port;
	char ifname[MC_IFNAME_SIZE]; /* empty: all that listen_set.ifnames allows */
	enum mc_mode mode;           /* of the sources: EXCLUDE {} is any source, INCLUDE {} left */
	struct mc_addr *sources;
	size_t nsources;
	struct port *ports;
	struct member *members;
	size_t nmembers;
	struct listen_set *set; /* it belongs to */
	bool open;              /* by listen_open */
	void *own;              /* the verb's, NULL at first */
};

struct listen_conf {
	int64_t ttl, rcvbuf, sndbuf; /* 0 or less: the system's */
	uint16_t port;               /* of targets that name none */
	bool unicast;                /* each port has a socket for unicast, too */
	bool rx_time, rx_hw_time, rx_tos, rx_drops; /* of mc_sock_conf */
	bool apart;                  /* datagrams of a train come one by one */
};

struct listen_set {
	const struct verb *verb;
	struct mc_ifaces *ifs;
	struct mc_loop *loop;
	struct listen_conf conf;
	char (*ifnames)[MC_IFNAME_SIZE]; /* of -I; none: all */
	size_t nifnames;
	struct listener **v; /* groups in the order given, then unicast, then what was added later */
	size_t n;
	void (*ready)(struct mc_watch *w); /* of each port, which is watch.arg */
	/* Tells of a membership that came (why NULL) or went, once its listener is open. */
	void (*changed)(void *arg, const struct listener *l, const struct member *m, bool joined,
			const char *why);
	void *changed_arg;
	uint64_t dropped; /* datagrams lost by sockets closed so far */
};

static inline bool listen_is_unicast(const struct listener *l)
{
	return mc_addr_is_unspecified(&l->group);
}

/* listen_only has all be joined on these interfaces alone, as the user named them: it goes before targets are
 * added. 0, or it was refused in one line. */
int listen_only(struct listen_set *s, const char *const *ifaces, size_t n);

/* listen_add takes one target, with all its groups, at any time; listen_open then opens them. 0, or it was
 * refused in one line. */
int listen_add(struct listen_set *s, const struct mc_target *t);

/* listen_open opens the sockets, and joins, of all that were added since it was called last; port 0 becomes
 * a free one. 0, or refused in one line: then those are dropped. */
int listen_open(struct listen_set *s);

/* listen_follow brings the memberships in line with the interfaces as they are now. */
void listen_follow(struct listen_set *s);

/* listen_find finds the listeners of a group, port -1: any, one call after the other: *at is 0 at first.
 * NULL: no more. */
struct listener *listen_find(const struct listen_set *s, const struct mc_addr *group, int32_t port,
			     size_t *at);

/* listen_filter has a group take these sources alone, or all but these, on every interface from now on:
 * EXCLUDE {} any source, INCLUDE {} leaves the group, to which a later filter comes back. What had come
 * before may still be received, but of an IPv6 group that does not leave the link, whose sockets are closed.
 * What is not open yet only notes it. 0, or -errno and all is as it was. */
int listen_filter(struct listener *l, enum mc_mode mode, const struct mc_addr *sources, size_t n);

/* listen_drop leaves a group, closes its sockets and forgets it. */
void listen_drop(struct listener *l);

/* listen_takes tells whether a datagram of an interface is for this socket: IPv6 delivers a
 * group to whoever joined it, on whatever interface. TAKEN_ELSEWHERE: another socket of the
 * set has it, too, and takes it. */
enum taken { TAKEN, TAKEN_ELSEWHERE, NOT_TAKEN };
enum taken listen_takes(const struct port *p, uint32_t ifindex);

/* listen_text writes what a listener serves as a target; of several sources none is named. */
char *listen_text(const struct listener *l, char buf[MC_TARGET_STRLEN]);

/* listen_close leaves all groups and closes all sockets; returns the datagrams they had lost. */
uint64_t listen_close(struct listen_set *s);

#endif
