/*
 * attr.h - what attributes of netlink hold, read no further than they reach: one that is too short reads as
 * 0.
 */
#ifndef MC_ATTR_H
#define MC_ATTR_H

#include <libmnl/libmnl.h>
#include <string.h>
#include <unistd.h>

#include "net/sockaddr.h"

/* A number in the order of this machine's octets, of as many octets as the attribute has: 1, 2, 4 or 8. */
static inline uint64_t mc_attr_number(const struct nlattr *a)
{
	const void *p = mnl_attr_get_payload(a);
	uint64_t eight;
	uint32_t four;
	uint16_t two;

	switch (mnl_attr_get_payload_len(a)) {
	case sizeof eight:
		memcpy(&eight, p, sizeof eight); /* aligned to four octets only */
		return eight;
	case sizeof four:
		memcpy(&four, p, sizeof four);
		return four;
	case sizeof two:
		memcpy(&two, p, sizeof two);
		return two;
	case 1:
		return *(const uint8_t *)p;
	default:
		return 0;
	}
}

static inline uint8_t mc_attr_u8(const struct nlattr *a)
{
	return (uint8_t)mc_attr_number(a);
}

static inline uint32_t mc_attr_u32(const struct nlattr *a)
{
	return (uint32_t)mc_attr_number(a);
}

/* An address by its length; family 0 for any other length. */
static inline struct mc_addr mc_attr_addr(const struct nlattr *a)
{
	if (mnl_attr_get_payload_len(a) == 4)
		return mc_addr_of4(mnl_attr_get_payload(a));
	if (mnl_attr_get_payload_len(a) == 16)
		return mc_addr_of6(mnl_attr_get_payload(a));
	return (struct mc_addr){ 0 };
}

/* A time in the kernel's USER_HZ. */
static inline mc_time mc_attr_time(const struct nlattr *a)
{
	mc_time tick = MC_SEC / (mc_time)sysconf(_SC_CLK_TCK);
	uint64_t ticks = mc_attr_number(a);

	return ticks < MC_NEVER / tick ? ticks * tick : MC_NEVER;
}

/* Text, cut where there is no room for it; it ends with a 0 in any case. */
static inline void mc_attr_text(const struct nlattr *a, char *buf, size_t cap)
{
	size_t len = strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));

	len = len < cap ? len : cap - 1;
	memcpy(buf, mnl_attr_get_payload(a), len);
	buf[len] = '\0';
}

#endif
