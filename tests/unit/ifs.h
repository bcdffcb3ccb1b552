/*
 * ifs.h - the list of interfaces of the network of netns.h, in tests.
 */
#ifndef TEST_IFS_H
#define TEST_IFS_H

#include <poll.h>

#include "net/ifaces.h"
#include "netns.h"

static inline struct mc_ifaces *ifs_new(bool follow)
{
	struct mc_ifaces *s;

	assert_int_equal(mc_ifaces_new(&s, follow), 0);
	return s;
}

/* Waits for the kernel to say that something changed, and takes it in. */
static inline void follow(struct mc_ifaces *s)
{
	struct pollfd p = { .fd = mc_ifaces_fd(s), .events = POLLIN };

	assert_int_equal(poll(&p, 1, GENEROUS), 1);
	assert_int_equal(mc_ifaces_process(s), 0);
}

static inline const struct mc_iface *named(const struct mc_ifaces *s, const char *name)
{
	const struct mc_iface *i = mc_ifaces_name(s, name);

	if (!i)
		fail_msg("no interface %s", name);
	return i;
}

static inline const struct mc_ifaddr *find_addr(const struct mc_iface *i, const char *text)
{
	struct mc_addr a = address(text);

	for (size_t k = 0; k < i->naddrs; k++)
		if (!mc_addr_cmp(&i->addrs[k].addr, &a))
			return &i->addrs[k];
	return NULL;
}

#endif
