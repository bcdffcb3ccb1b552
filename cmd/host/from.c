/*
 * from.c - prefixes as runs of addresses for hosts.
 */
#include "host/from.h"

#include <stdio.h>
#include <string.h>

enum { BITS_MOST = 32 }; /* of a run: more is never asked for */
enum { FIRST_GROUPS = 224, LINK_LOCAL = 0xfe };

/* Below all groups, which are not the end of IPv4's, but of what a host may have; or link-local. */
static bool is_host(const struct mc_addr *a)
{
	if (mc_addr_is_unspecified(a))
		return false;
	return a->family == MC_IPV4 ? a->b[0] < FIRST_GROUPS :
				      mc_addr_is_link_local(a) && a->b[0] == LINK_LOCAL;
}

/* From one address on as far as addresses of hosts go: by halves, as they are one run. */
static uint64_t run_from(const struct mc_addr *first)
{
	uint64_t n = 0;

	for (unsigned bit = BITS_MOST; bit-- > 0;) {
		struct mc_addr a = *first;

		if (mc_addr_add(&a, (uint32_t)(n | UINT64_C(1) << bit)) == 0 && is_host(&a))
			n |= UINT64_C(1) << bit;
	}
	return n + 1;
}

/* The prefix's own address is the subnet's, or all of its routers' (RFC 4291 2.6.1); IPv4's last one is
 * broadcast. Where there are only two or one, they are hosts' (RFC 3021, 6164). */
static uint64_t run_in(const struct mc_prefix *p, struct mc_addr *first)
{
	unsigned bits = (unsigned)mc_addr_len(&p->addr) * 8 - p->len;
	uint64_t n = bits < BITS_MOST ? UINT64_C(1) << bits : UINT64_C(1) << BITS_MOST, run;

	*first = p->addr;
	if (bits > 1) {
		mc_addr_add(first, 1);
		n -= p->addr.family == MC_IPV4 ? 2 : 1;
	}
	if (!is_host(first))
		return 0;
	run = run_from(first);
	return n < run ? n : run;
}

int from_parse(struct from *ret, const char *text, char *why, size_t cap)
{
	struct from f = { .room = 0 };
	struct mc_prefix p;
	int r = mc_prefix_parse(&p, text);

	if (r) {
		snprintf(why, cap, "%s (such as 10.0.8.0/22, 10.0.8.1 or fe80::1:0/112)", mc_strerror(r));
		return -1;
	}
	if (strchr(text, '/')) {
		f.room = run_in(&p, &f.first);
	} else {
		f.first = p.addr;
		f.room = is_host(&p.addr) ? run_from(&p.addr) : 0;
	}
	if (!f.room && p.addr.family == MC_IPV6 && !mc_addr_is_multicast(&p.addr)) {
		snprintf(why, cap, "MLD is spoken from link-local addresses alone (such as fe80::1:0/112)");
		return -1;
	}
	if (!f.room) {
		snprintf(why, cap, "no host has such an address (such as 10.0.8.0/22)");
		return -1;
	}
	snprintf(f.text, sizeof f.text, "%s", text);
	*ret = f;
	return 0;
}

struct mc_addr from_at(const struct from *f, uint32_t n)
{
	struct mc_addr a = f->first;

	mc_addr_add(&a, n);
	return a;
}

void from_ether(uint32_t n, uint8_t ret[6])
{
	uint64_t number = (UINT64_C(2) << 40) + n + 1;

	for (unsigned i = 6; i-- > 0; number >>= 8)
		ret[i] = (uint8_t)number;
}
