/*
 * bridged.h - a bridge in the network of netns.h, in tests: near has br0, whose ports are v0, behind which
 * far is, and w0. Hosts, queriers and static entries are the kernel's own.
 */
#ifndef TEST_BRIDGED_H
#define TEST_BRIDGED_H

#include "net/bridges.h"
#include "netns.h"

enum { BR0 = 30, BR1 = 31, W0 = 40 };

static inline void bridge_of(void **state, const char *options)
{
	char text[600];

	netns_of(state);
	snprintf(text, sizeof text,
		 "link add br0 index 30 type bridge %s\n"
		 "link set br0 addrgenmode none\n"
		 "link set v0 master br0\n"
		 "link add w0 index 40 type veth peer name w1 index 41\n"
		 "link set w0 addrgenmode none master br0 up\n"
		 "link set w1 addrgenmode none up\n"
		 "link set br0 up\n",
		 options);
	ip(text);
	netns_wait_up("w0");
	netns_wait_up("br0");
}

static inline struct mc_bridges read_bridges(void)
{
	struct mc_bridges b;

	assert_int_equal(mc_bridges_read(&b), 0);
	return b;
}

static inline struct mc_bridges read_later(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	return read_bridges();
}

static inline const struct mc_bridge_group *find(const struct mc_bridges *b, uint32_t port, const char *group,
						 const char *source)
{
	struct mc_addr g = address(group), s = address(source);

	for (size_t i = 0; i < b->ngroups; i++)
		if (b->groups[i].port == port && !mc_addr_cmp(&b->groups[i].group, &g) &&
		    !mc_addr_cmp(&b->groups[i].source, &s))
			return &b->groups[i];
	return NULL;
}

/* Whether there can be bridges here; says so where not. */
static inline bool bridges_can(void)
{
	if (!netns_can())
		return false;
	if (ip_try("link add br0 type bridge\n"))
		return true;
	printf("1..0 # SKIP no bridges\n");
	return false;
}

#endif
