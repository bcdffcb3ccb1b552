/*
 * wire.h - what the files of the codec share. IGMP and MLD differ in numbers (struct mc_proto) and
 * in the heads of their messages (igmp.c, mld.c); all else is written once, for both.
 */
#ifndef MC_WIRE_H
#define MC_WIRE_H

#include <mcast/msg.h>

#include "base/rdwr.h"

/* For what is written once, of both families, and is to be compiled for each. */
#define MC_INLINE static inline __attribute__((always_inline))

#pragma GCC visibility push(hidden) /* position-independent code may then inline them, too */

enum { MC_PROTO_IGMP = 2, MC_PROTO_ICMPV6 = 58, MC_PROTO_PIM = 103 };
enum { MC_MRD_IPV4 = 0x30, MC_MRD_IPV6 = 151 }; /* the first types of mrd.c, others follow */
enum { MC_MRD_HEAD = 4, MC_MRD_ADVERTISEMENT_HEAD = 8, MC_PIM_HEAD = 4, MC_OTHER_HEAD = 4 };
enum { MC_REPORT_HEAD = 8 };                               /* the newest versions', in both families */
enum { MC_PIM_HELLO = 0x20 };                              /* version 2, type 0 (RFC 7761 4.9) */
enum { MC_QUERY_E = 8, MC_QUERY_S = 8, MC_QUERY_QRV = 7 }; /* E of the upper four bits, S and QRV of all */
enum { MC_REPORT_E = 0x8000 };                             /* RFC 9279 3 */

/* ---- families ------------------------------------------------------------------------- */

extern const struct mc_proto mc_igmp, mc_mld; /* proto.c */

/* Where the family is known to be one of the two. */
static inline const struct mc_proto *mc_proto_known(uint8_t family)
{
	return family == MC_IPV4 ? &mc_igmp : &mc_mld;
}

/* An address is 1 << shift octets. */
static inline unsigned mc_shift(uint8_t family)
{
	return family == MC_IPV4 ? 2 : 4;
}

/* Whether the address, where known, is of that family. */
static inline bool mc_of_family(const struct mc_addr *a, uint8_t family)
{
	return !a->family || a->family == family;
}

/* Gives the address whose octets begin at o. By halves, which compilers move at once: octets copied
 * onto zeros would make whoever reads the address wait for both. */
static inline void mc_addr_load(struct mc_addr *ret, uint8_t family, const uint8_t *o)
{
	uint64_t first = 0, second = 0;

	if (family == MC_IPV4) {
		uint32_t all;

		memcpy(&all, o, sizeof(all));
		memcpy(&first, &all, sizeof(all));
	} else {
		memcpy(&first, o, sizeof(first));
		memcpy(&second, o + sizeof(first), sizeof(second));
	}
	ret->family = family;
	memcpy(ret->b, &first, sizeof(first));
	memcpy(ret->b + sizeof(first), &second, sizeof(second));
}

static inline void mc_rd_addr(struct mc_rd *r, uint8_t family, struct mc_addr *ret)
{
	size_t n = (size_t)1 << mc_shift(family);

	if (mc_rd_skip(r, n))
		mc_addr_load(ret, family, r->base + r->off - n);
	else
		*ret = (struct mc_addr){ .family = family };
}

static inline void mc_wr_addr(struct mc_wr *w, uint8_t family, const struct mc_addr *a)
{
	if (family == MC_IPV4)
		mc_wr_octets(w, a->b, 4);
	else
		mc_wr_octets(w, a->b, 16);
}

/* ---- heads: igmp.c, mld.c, mrd.c ------------------------------------------------------ */

/* mc_shape is what the first octet of a message says about the rest. */
struct mc_shape {
	uint8_t type;
	uint8_t kind;
	uint8_t head;    /* octets at least, all of them in older versions; 0: the end of a table */
	uint8_t version; /* of a report; a query's is its length's to say */
	bool leave;
	uint8_t mrd;     /* enum mc_mrd_type */
};

extern const struct mc_shape mc_igmp_shapes[], mc_mld_shapes[]; /* the frequent ones first */

/* The row of that type, or NULL. */
static inline const struct mc_shape *mc_shape_find(const struct mc_shape *table, uint8_t type)
{
	for (; table->head; table++)
		if (table->type == type)
			return table;
	return NULL;
}

/* Read from base[0] what an older query has too, as many octets as its shape's head. Return the version. */
uint8_t mc_igmp_query_head(struct mc_query *ret, bool newest, const uint8_t *base);
uint8_t mc_mld_query_head(struct mc_query *ret, bool newest, const uint8_t *base);

/* Write what is before the group; the checksum is 0. */
void mc_igmp_query_put(struct mc_wr *w, const struct mc_msg *m);
void mc_mld_query_put(struct mc_wr *w, const struct mc_msg *m);

/* What this version of the query cannot say: 0 or MC_ERR_*. */
int mc_igmp_query_check(const struct mc_msg *m);

void mc_mrd_get(struct mc_mrd *ret, uint8_t type, const uint8_t *base, size_t len);
void mc_mrd_put(struct mc_wr *w, const struct mc_mrd *m, uint8_t family);

/* ---- outer headers: ip.c --------------------------------------------------------------- */

/* Looks for the Router Alert in IPv4 options up to end. Returns 1, 0 or MC_ERR_OPTIONS. */
int mc_ip_options4(const uint8_t *base, size_t end);

/* Steps over extension headers of IPv6 up to end, the first of them of that type; alert becomes true by a
 * Router Alert in them, header is where the payload begins. Returns its type, or MC_ERR_*. */
int mc_ip_extensions(const uint8_t *base, size_t end, uint8_t type, bool *alert, size_t *header);

/* ---- what the RFCs ask: record.c, msg.c ------------------------------------------------ */

/* As mc_addr_is_multicast and mc_addr_is_unspecified, in line and of a known family. */
static inline bool mc_is_group(const struct mc_addr *a, uint8_t family)
{
	return family == MC_IPV4 ? a->b[0] >> 4 == 0xe : a->b[0] == 0xff;
}

static inline bool mc_is_nobody(const struct mc_addr *a, uint8_t family)
{
	static const uint8_t zero[16];

	return family == MC_IPV4 ? memcmp(a->b, zero, 4) == 0 : memcmp(a->b, zero, 16) == 0;
}

/* Whether the octets from off to end are unicast addresses. */
bool mc_sources_sound(const uint8_t *base, size_t off, size_t end, uint8_t family);

/* Whether src, where known, may send a message of that kind. */
bool mc_sender_sound(uint8_t kind, const struct mc_proto *p, const struct mc_addr *src);

/* The address, as octets, to which such a message goes; NULL where that is not for us to say. */
const uint8_t *mc_goes_to(const struct mc_msg *m, const struct mc_proto *p);

/* ---- writing: ip.c, encode.c, writer.c ------------------------------------------------ */

/* The octets that mc_ip_put writes, before a payload of that many. Nothing in ip is unknown. */
size_t mc_ip_room(const struct mc_ip *ip, uint8_t family);
void mc_ip_put(struct mc_wr *w, const struct mc_ip *ip, uint8_t family, size_t payload);

/* m->ip with what is unknown in it filled in, but for a destination that is not known yet; it
 * will be written (outer), or be the checksum's only. */
int mc_ip_wanted(struct mc_ip *ret, const struct mc_msg *m, const struct mc_proto *p, bool outer);

/* Completes the message from body on, which has room for its header before it (body is 0: none is
 * wanted), by checksum and header. Returns the length of it all, or MC_ERR_ROOM. */
int mc_finish(struct mc_wr *w, size_t body, const struct mc_msg *m, const struct mc_ip *ip);

/* mc_writer_begin, with outer header or without. */
int mc_writer_open(struct mc_writer *w, void *buf, size_t cap, const struct mc_msg *head, bool outer);

#pragma GCC visibility pop

#endif
