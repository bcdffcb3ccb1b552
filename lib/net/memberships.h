/*
 * memberships.h - which groups the interfaces of the calling thread's network namespace are in, as the kernel
 * tells: /proc/net/{igmp,igmp6,mcfilter,mcfilter6}, and events by netlink where there are such.
 *
 * It knows nothing of sockets or processes: holders.h does.
 */
#ifndef MC_MEMBERSHIPS_H
#define MC_MEMBERSHIPS_H

#include <mcast/base.h>

/* A source that some socket of the interface names, and how many do in either mode. */
struct mc_named_source {
	struct mc_addr addr;
	uint32_t include, exclude;
};

struct mc_membership {
	uint32_t ifindex;
	struct mc_addr group;
	uint32_t users; /* how often it was joined: by sockets, and by the kernel itself */
	/* Its place in the kernel's table as it was read: what a program joined in a row is in a row there,
	 * the newest first. All 0: not known. */
	uint32_t order;
	/* Sources that sockets named. None is not a proof that there are none: the kernel leaves an interface
	 * out of mcfilter where the group it joined last has no sources. */
	size_t nsources;
	struct mc_named_source *sources;
};

/* Why an interface speaks that version: forced by the sysctl force_igmp_version or force_mld_version,
 * that of `all` or of the interface (IGMP: 1 or 2; 3 is as 0 to the kernel). MLD's is not told, but
 * where it is forced. */
enum mc_spoken_why { MC_SPOKEN_UNKNOWN, MC_SPOKEN_NEWEST, MC_SPOKEN_FORCED, MC_SPOKEN_OLDER_QUERIER };

struct mc_spoken {
	uint32_t ifindex;
	char name[MC_IFNAME_SIZE];
	uint8_t version[2]; /* of IGMP, of MLD; 0: none there, or not known */
	enum mc_spoken_why why[2];
};

/* A snapshot: v by interface, then family, then group; of each at most one. */
struct mc_memberships {
	size_t n;
	struct mc_membership *v;
	size_t nspoken;
	struct mc_spoken *spoken; /* by interface; those that do multicast */
	/* Of memberships.c alone: what mcfilter's lines say, until they are sorted; the sources of all v. */
	size_t nlines;
	struct mc_filter_line *lines;
	struct mc_named_source *pool;
};

/* mc_memberships_read takes one. 0 or -errno. Where groups come and go while it reads, one that stays may be
 * missing: mostly that is seen, and all is read again, of IPv4 where there are not thousands.
 * mc_memberships_free frees what it has, not the struct. */
int mc_memberships_read(struct mc_memberships *ret);
void mc_memberships_free(struct mc_memberships *m);

/* mc_memberships_find gives one, or NULL. */
const struct mc_membership *mc_memberships_find(const struct mc_memberships *m, uint32_t ifindex,
						const struct mc_addr *group);
const struct mc_spoken *mc_memberships_spoken(const struct mc_memberships *m, uint32_t ifindex);

/* mc_memberships_parse_* read the text of one table into it, for tests and fuzzing; text ends with a 0. 0 or
 * -ENOMEM. What is no line of such a table is left out. mc_memberships_sort then makes it a snapshot, once.
 * No table tells what is forced: that is mc_memberships_read's to add. */
int mc_memberships_parse_igmp(struct mc_memberships *m, const char *text);
int mc_memberships_parse_igmp6(struct mc_memberships *m, const char *text);
int mc_memberships_parse_filters(struct mc_memberships *m, uint8_t family, const char *text);
void mc_memberships_sort(struct mc_memberships *m);

/* mc_memberships_follow opens a socket that is readable when an interface joined a group or left it, the
 * first to join and the last to leave; Linux 6.14 and later. A descriptor, or -errno: -EOPNOTSUPP from an
 * older kernel, which refuses groups of netlink that it does not have (EINVAL; 6.18 does so of 40). A kernel
 * that took them and had none would stay silent: none is known.
 * mc_memberships_changed reads what came: 1, something did; 0; -ENOBUFS: some was lost; -errno. */
int mc_memberships_follow(void);
int mc_memberships_changed(int fd);

#endif
