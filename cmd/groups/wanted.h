/*
 * wanted.h - the words of the command line: which memberships are asked for.
 *
 * A membership is wanted where it is of a family that is, of a group that is named, or none is, and on an
 * interface that is named, or none is.
 */
#ifndef MCAST_GROUPS_WANTED_H
#define MCAST_GROUPS_WANTED_H

#include "groups/names.h"
#include "opt.h"

struct wanted_group {
	const char *word;
	struct mc_addr first, last;
	struct mc_addr source;       /* family 0: any */
	char ifname[MC_IFNAME_SIZE]; /* empty: on any; a name or an index */
	bool there;                  /* some namespace has that interface */
	bool met;                    /* there is such a membership */
};

struct wanted_iface {
	const char *word; /* a name or an index */
	bool there, met;
};

struct wanted {
	bool ipv4, ipv6;
	size_t ngroups, nifaces;
	struct wanted_group *groups;
	struct wanted_iface *ifaces;
};

/* wanted_read reads n words, and interfaces that -I named. 0, or it was refused in one line; wanted_free
 * frees what it has in any case. */
int wanted_read(const struct verb *v, struct wanted *ret, bool ipv4, bool ipv6, char **words, int n,
		const struct opt_list *ifaces);
void wanted_free(struct wanted *w);

/* wanted_look notes which interfaces a namespace has; wanted_there then refuses the first that none has,
 * and offers the names of one namespace. 0 or EXIT_CANNOT. */
void wanted_look(struct wanted *w, const struct names *names);
int wanted_there(const struct verb *v, const struct wanted *w, const struct names *offered);

/* wanted_has tells whether memberships of that group there are asked for; name may be NULL. wanted_takes:
 * those with that filter, too, and notes for which words that is so. */
bool wanted_has(const struct wanted *w, uint32_t ifindex, const char *name, const struct mc_addr *group);
bool wanted_takes(struct wanted *w, uint32_t ifindex, const char *name, const struct mc_addr *group,
		  enum mc_mode mode, const struct mc_addr *sources, size_t n);

/* wanted_group tells whether a group is one of those that were named, wherever. */
bool wanted_group(const struct wanted *w, const struct mc_addr *group);

/* wanted_one gives the group that alone was named, or NULL. */
const struct wanted_group *wanted_one(const struct wanted *w);

/* wanted_missed says of which words there is no membership; returns EXIT_NO, or EXIT_GOOD where there is
 * none. */
int wanted_missed(const struct verb *v, const struct wanted *w);

#endif
