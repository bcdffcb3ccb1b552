/*
 * holders.h - which socket of which process holds which membership, in the calling thread's network
 * namespace.
 *
 * The kernel has no list of that. So each socket that may hold some (its option memory tells, sockets.h) is
 * borrowed (borrow.h) and asked, group by group; first for that to which it is bound, then for those that
 * the socket before it held, then for the rest; until its option memory is accounted for, or every user of
 * every group is. A time budget ends it. What may not be looked at is told with what is known of it.
 */
#ifndef MC_HOLDERS_H
#define MC_HOLDERS_H

#include "net/memberships.h"
#include "net/processes.h"
#include "net/sockets.h"

/* One socket's membership. */
struct mc_held {
	size_t membership; /* index in memberships */
	size_t socket;     /* index in sockets */
	enum mc_mode mode;
	size_t nsources;
	size_t sources; /* index in pool of the first */
};

/* One socket that was looked at, or could not be. */
struct mc_holder {
	struct mc_socket socket;
	const struct mc_process *process; /* the first that has it open; NULL: not known */
	size_t processes;                 /* that have it open */
	int fd;                           /* in that process; -1 */
	/* 0: looked at; -EPERM; -ENOENT: no process has it open, as with the kernel's own; -ETIME: the
	 * budget was over before the end; ... One that ended meanwhile is not told. */
	int error;
	/* Of a socket whose options were looked at, by family: TTL of multicast, IP_MULTICAST_ALL, the
	 * interface it sends by (borrow.h); -1: not asked, or does not apply. */
	int ttl[2], all[2];
	uint32_t by[2];
	struct mc_addr by_addr;
	int reuse_addr, reuse_port; /* -1 */
	bool kernel;                /* no process has it open: it is that of a VXLAN */
	bool whole;                 /* all its memberships were found: its option memory is accounted for */
	size_t held, nheld;         /* in held */
};

struct mc_holders {
	size_t nsockets;
	struct mc_holder *sockets; /* all that hold memberships, or may; by inode */
	size_t nheld;
	struct mc_held *held; /* by socket, then membership */
	struct mc_addr *pool;
	size_t npool;
	uint32_t *found; /* for each membership: how many of its users were found */
	bool cut;        /* the budget was over before the end */
	size_t hidden;   /* sockets that may hold memberships and may not be looked at */
	size_t gone;     /* ended while being looked at */
};

/* mc_held_sources are the sources of one; NULL: it has none. */
static inline const struct mc_addr *mc_held_sources(const struct mc_holders *h, const struct mc_held *one)
{
	return one->nsources ? h->pool + one->sources : NULL;
}

struct mc_holders_conf {
	size_t size;    /* sizeof */
	mc_time budget; /* for all of it; MC_NEVER */
	/* Also tell sockets that are connected to a group, and look at the options (ttl to reuse_port) of
	 * all that are told. */
	bool senders;
	const struct mc_addr *only; /* NULL; memberships of one group alone */
};

/* mc_holders_find: m, s and p were read just before, and are to stay as long as ret. 0 or -errno.
 * mc_holders_free frees what it has. */
int mc_holders_find(struct mc_holders *ret, const struct mc_holders_conf *conf,
		    const struct mc_memberships *m, const struct mc_socket *s, size_t ns,
		    const struct mc_processes *p);
void mc_holders_free(struct mc_holders *h);

#endif
