/*
 * netns.h - the network namespaces of this machine, by name or by who lives in them, and going there.
 */
#ifndef MC_NETNS_H
#define MC_NETNS_H

#include "net/processes.h"

struct mc_netns {
	uint64_t inode;
	char name[64]; /* below /run/netns; empty: it has none there */
	pid_t pid;     /* the lowest that lives there; 0: none is seen */
	char comm[16]; /* its name */
	bool own;      /* the calling thread's */
};

struct mc_netnses {
	size_t n;
	struct mc_netns *v; /* the own one first, then those with names, then by pid */
	size_t hidden;      /* processes whose namespace is not to be seen */
};

/* mc_netns_list finds those of /run/netns and of all processes; 0 or -errno. */
int mc_netns_list(struct mc_netnses *ret, const struct mc_processes *p);
void mc_netns_free(struct mc_netnses *l);

/* mc_netns_enter has the calling thread go there: 0, or -errno (-EPERM; -ENOENT, -ESRCH: gone). ret_back is
 * for mc_netns_back, which goes back and closes it; the thread is then where it was. */
int mc_netns_enter(const struct mc_netns *ns, int *ret_back);
int mc_netns_back(int back);

#endif
