/*
 * known.h - who held what when it was last looked at, and what is different from then.
 */
#ifndef MCAST_GROUPS_KNOWN_H
#define MCAST_GROUPS_KNOWN_H

#include "net/holders.h"

struct known_held {
	uint32_t ifindex;
	struct mc_addr group;
	enum mc_mode mode;
	size_t nsources, sources; /* in pool */
};

/* A socket that holds memberships, or could not be looked at. */
struct known_socket {
	struct mc_holder h; /* without its process */
	struct mc_process process;
	bool has;        /* process is known */
	size_t first, n; /* in held: by interface, then group */
};

/* Users of a membership. */
struct known_users {
	uint32_t ifindex;
	struct mc_addr group;
	uint32_t users;
	uint32_t rest; /* of them no socket that is known accounts for */
};

struct known {
	size_t nsockets, nheld, npool, nusers;
	struct known_socket *sockets; /* by inode */
	struct known_held *held;
	struct mc_addr *pool;
	struct known_users *users; /* by interface, then group */
};

/* known_take adds all sockets that were found; one that could not be looked at is as it was before.
 * known_carry adds one as it was. Then known_order sorts them, and works out the users of the memberships as
 * they are now. 0 or -ENOMEM. */
int known_take(struct known *k, const struct mc_holders *h, const struct mc_memberships *m,
	       const struct known *before);
int known_carry(struct known *k, const struct known *from, const struct known_socket *s);
int known_order(struct known *k, const struct mc_memberships *m);
void known_free(struct known *k);

/* known_find gives a socket, or NULL. */
const struct known_socket *known_find(const struct known *k, uint64_t inode);

/* known_moved tells whether in some membership more or fewer users than before are nobody's. */
bool known_moved(const struct known *before, const struct known *now);

enum known_what { KNOWN_JOIN, KNOWN_LEAVE, KNOWN_CHANGE };

struct known_event {
	enum known_what what;
	uint32_t ifindex;
	struct mc_addr group;
	const struct known_socket *socket; /* NULL: nobody that is known */
	enum mc_mode mode;                 /* of a socket that is known: as it is now, of a leave as it was */
	const struct mc_addr *sources;
	size_t nsources;
};

/* known_compare tells of each difference: of sockets that are known, then of users that are nobody's. It
 * stops where tell returns false. */
void known_compare(const struct known *before, const struct known *now,
		   bool (*tell)(void *arg, const struct known_event *e), void *arg);

#endif
