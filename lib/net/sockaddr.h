/*
 * sockaddr.h - the one place where struct mc_addr and the kernel's socket addresses meet.
 */
#ifndef MC_SOCKADDR_H
#define MC_SOCKADDR_H

#include <mcast/base.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static inline int mc_sa_level(uint8_t family)
{
	return family == MC_IPV6 ? IPPROTO_IPV6 : IPPROTO_IP;
}

/* Writes a socket address and returns its length. The interface matters to link-local IPv6 only. */
static inline socklen_t mc_sa_put(struct sockaddr_storage *ret, const struct mc_addr *a, uint16_t port,
				  uint32_t ifindex)
{
	if (a->family == MC_IPV6) {
		struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ret;

		*sin6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		memcpy(&sin6->sin6_addr, a->b, 16);
		if (mc_addr_is_link_local(a))
			sin6->sin6_scope_id = ifindex;
		return sizeof *sin6;
	}
	struct sockaddr_in *sin = (struct sockaddr_in *)ret;

	*sin = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	memcpy(&sin->sin_addr, a->b, 4);
	return sizeof *sin;
}

static inline struct mc_addr mc_addr_of4(const struct in_addr *in)
{
	struct mc_addr a = { .family = MC_IPV4 };

	memcpy(a.b, in, 4);
	return a;
}

static inline struct mc_addr mc_addr_of6(const struct in6_addr *in)
{
	struct mc_addr a = { .family = MC_IPV6 };

	memcpy(a.b, in, 16);
	return a;
}

/* An IPv4 address that is written as an IPv6 one (RFC 4291 2.5.5.2), as what it is; any other stays. */
static inline struct mc_addr mc_addr_unmapped(struct mc_addr a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct mc_addr four = { .family = MC_IPV4 };

	if (a.family != MC_IPV6 || memcmp(a.b, mapped, sizeof mapped) != 0)
		return a;
	memcpy(four.b, a.b + sizeof mapped, 4);
	return four;
}

/* Reads a socket address; family 0 for one that is neither IPv4 nor IPv6. */
static inline struct mc_addr mc_sa_get(const struct sockaddr_storage *sa, uint16_t *ret_port)
{
	if (sa->ss_family == AF_INET) {
		const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;

		*ret_port = ntohs(sin->sin_port);
		return mc_addr_of4(&sin->sin_addr);
	}
	if (sa->ss_family == AF_INET6) {
		const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)sa;

		*ret_port = ntohs(sin6->sin6_port);
		return mc_addr_of6(&sin6->sin6_addr);
	}
	*ret_port = 0;
	return (struct mc_addr){ 0 };
}

#endif
