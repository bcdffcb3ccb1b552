/*
 * listen.h - what is served: groups with their sockets and memberships, and one unicast socket
 * for each port. Follows the interfaces.
 */
#ifndef MCAST_SERVE_LISTEN_H
#define MCAST_SERVE_LISTEN_H

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
};

struct listener {
	struct mc_addr group; /* the unspecified address: unicast */
	uint16_t port;
	char ifname[MC_IFNAME_SIZE]; /* empty: all that listen_set.ifnames allows */
	struct mc_addr *sources;
	size_t nsources;
	struct port *ports;
	struct member *members;
	size_t nmembers;
	struct listen_set *set; /* it belongs to */
};

struct listen_conf {
	int64_t ttl, rcvbuf, sndbuf; /* -1, 0: the system's */
};

struct listen_set {
	const struct verb *verb;
	struct mc_ifaces *ifs;
	struct mc_loop *loop;
	struct listen_conf conf;
	char (*ifnames)[MC_IFNAME_SIZE]; /* of -I; none: all */
	size_t nifnames;
	struct listener **v; /* groups in the order given, then unicast */
	size_t n;
	void (*ready)(struct mc_watch *w); /* of each port, which is watch.arg */
	/* Tells of a membership that came (why NULL) or went after the start. */
	void (*changed)(void *arg, const struct listener *l, const struct member *m, bool joined,
			const char *why);
	void *changed_arg;
	bool started;
	uint64_t dropped; /* datagrams lost by sockets closed so far */
};

/* listen_add takes one target, with all its groups. 0, or it was refused in one line. */
int listen_add(struct listen_set *s, const struct mc_target *t);

/* listen_open opens the sockets and joins; port 0 becomes a free one. 0, or refused in one line. */
int listen_open(struct listen_set *s);

/* listen_follow brings the memberships in line with the interfaces as they are now. */
void listen_follow(struct listen_set *s);

/* listen_takes tells whether a datagram of an interface is for this socket: IPv6 delivers a
 * group to whoever joined it, on whatever interface. TAKEN_ELSEWHERE: another socket of the
 * server has it, too, and answers. */
enum taken { TAKEN, TAKEN_ELSEWHERE, NOT_TAKEN };
enum taken listen_takes(const struct port *p, uint32_t ifindex);

/* listen_text writes what a listener serves as a target; of several sources none is named. */
char *listen_text(const struct listener *l, char buf[MC_TARGET_STRLEN]);

/* listen_close leaves all groups and closes all sockets; returns the datagrams they had lost. */
uint64_t listen_close(struct listen_set *s);

#endif
