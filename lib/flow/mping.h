/*
 * mping.h - the messages of the standard multicast ping (RFC 6450) and of its older form, octets to struct
 * and back.
 *
 * A message is a type of one octet and options, each with a type and a length of 16 bits. What ssmping 0.9.1
 * and FRR speak, which is older than the RFC, has no Version option, one octet for the family of a group's
 * address where the RFC has two, an option that asks for the server's version where the RFC asks for any, and
 * one for the size of the answer. An answer is the request with another type, what was asked for behind it.
 */
#ifndef MC_MPING_H
#define MC_MPING_H

#include <mcast/base.h>

#define MC_MPING_PORT 4321
#define MC_MPING_VERSION 2
#define MC_MPING_GROUP4 "232.43.211.234"
#define MC_MPING_GROUP6 "ff3e::4321:1234"
#define MC_MPING_PREFIXES 8 /* further ones are passed over */

enum mc_mping_type {
	MC_MPING_INIT = 'I',     /* the client asks for a session and a group */
	MC_MPING_RESPONSE = 'S', /* and gets them; or none, and is to stop */
	MC_MPING_REQUEST = 'Q',
	MC_MPING_REPLY = 'A',
};

/* Octets of the message that was read, or to be written; at NULL: the option is not there. */
struct mc_mping_octets {
	const uint8_t *at;
	uint16_t len;
};

struct mc_mping {
	uint8_t type;
	int16_t version;   /* -1: the older form */
	int16_t ttl;       /* what the answer left with, -1: not told */
	uint16_t size;     /* older form: how long the answer is to be, 0: not asked */
	struct mc_mping_octets client, info, session;
	bool numbered;
	uint32_t seq;
	mc_time time;        /* of the request, since 1970, to the microsecond; 0: not told */
	mc_time server_time; /* of the answer; the same */
	struct mc_addr group;
	bool wants_info, wants_time;
	uint8_t nprefixes;
	struct mc_prefix prefixes[MC_MPING_PREFIXES]; /* of groups, the one liked best first */
};

/* mc_mping_init makes a message of a type, in the older form, without options. */
void mc_mping_init(struct mc_mping *m, enum mc_mping_type type);

/* mc_mping_read reads a message: 0, or MC_ERR_PROBE where it is none, or an option does not fit. */
int mc_mping_read(struct mc_mping *ret, const void *buf, size_t len);

/* mc_mping_write writes a message, filled up to fill octets by an option that servers return (as far as there
 * is room for that option). Returns its length, 0 where cap is too small. */
size_t mc_mping_write(void *buf, size_t cap, const struct mc_mping *m, size_t fill);

/* mc_mping_answer writes the answer to a request, m, that was read from octets: its options in their order,
 * but for those that are a server's; the TTL in the RFC's form; info and time (now) where they were asked
 * for. Returns its length, 0 where cap is too small. */
size_t mc_mping_answer(void *buf, size_t cap, const struct mc_mping *m, const void *octets, size_t len,
		       uint8_t ttl, mc_time now, const char *info);

/* mc_mping_has_id tells whether a group ends as groups of the protocol do: in .234, or in ::4321:1234. */
bool mc_mping_has_id(const struct mc_addr *group);

/* mc_mping_set_id changes the end of a group to that. */
void mc_mping_set_id(struct mc_addr *group);

#endif
