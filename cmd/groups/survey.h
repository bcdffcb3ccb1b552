/*
 * survey.h - one network namespace, read: memberships and who holds them, and what bridges and the forwarding
 * cache know.
 */
#ifndef MCAST_GROUPS_SURVEY_H
#define MCAST_GROUPS_SURVEY_H

#include "groups/merged.h"
#include "groups/names.h"
#include "net/bridges.h"
#include "net/holders.h"
#include "net/mroute.h"
#include "net/netns.h"

struct survey_conf {
	bool bridge, routes;
	bool options;               /* of sockets, too, and those that are connected to a group */
	mc_time deadline;           /* for looking at sockets, mc_loop_now */
	const struct mc_addr *only; /* NULL; the one group that is asked for */
	/* NULL; processes that are not read yet, but will be once the sockets are: so none is missed that
	 * opened one meanwhile. */
	struct mc_processes *late;
};

struct survey {
	struct mc_netns ns;
	int error; /* -errno: it could not be read, and nothing else is set */
	struct names names;
	struct mc_memberships memberships;
	struct mc_socket *sockets;
	size_t nsockets;
	struct mc_holders holders;
	size_t hidden;     /* processes whose descriptors are not to be seen */
	bool looked;       /* no socket that may hold memberships is known that was not looked at */
	bool complete;     /* and all users are found, or the kernel */
	uint32_t *kernels; /* of each membership: how many users are the kernel */
	struct mc_bridges bridges;
	struct mc_mroutes mroutes;
	int bridges_error, mroutes_error; /* -errno */
	size_t *first; /* in order: those of membership i are from first[i] to first[i + 1] */
	size_t *order; /* indexes in holders.held, by membership */
};

/* survey_read reads the calling thread's namespace, with the processes that were read before and are to stay
 * as long as ret, of which ns is set. 0 or -errno, ret->error. survey_free frees what it has. */
int survey_read(struct survey *ret, const struct survey_conf *conf, const struct mc_processes *p);
void survey_free(struct survey *s);

/* survey_index makes first and order: part of survey_read, for tests. 0 or -ENOMEM. */
int survey_index(struct survey *s);

/* survey_missing tells how many users of a membership no socket accounts for, and whether they are the
 * kernel's: as many as it is known to be (users.h). More than that may be sockets that nobody can see: on
 * their way between processes, of another PID namespace. */
uint32_t survey_missing(const struct survey *s, size_t membership, bool *ret_kernel);

/* survey_looked works that out, and survey_kernels makes the other, to be freed, or NULL. */
bool survey_looked(const struct mc_holders *h, const struct mc_processes *p);
uint32_t *survey_kernels(const struct mc_memberships *m);

/* survey_filter merges the sockets' filters of a membership: 1; 0: not all are known, and it is not known
 * either; -ENOMEM. ret is to be freed in any case. */
int survey_filter(const struct survey *s, size_t membership, struct merged *ret);

/* survey_unseen tells whether a socket that may hold memberships could not be looked at. */
bool survey_unseen(const struct mc_holder *h);

#endif
