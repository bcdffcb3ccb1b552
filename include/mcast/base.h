/*
 * base.h - addresses, targets, errors, time: what every other header of libmcast rests on.
 *
 * Nothing here opens a socket, reads a clock or allocates. All functions are safe to call
 * from any thread. Results go to `ret` arguments, which stay untouched on failure.
 */
#ifndef MCAST_BASE_H
#define MCAST_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* mc_time is nanoseconds on a clock of the caller's choice; the call that takes or gives one
 * says which. MC_NEVER is the far end. */
typedef uint64_t mc_time;
#define MC_NEVER UINT64_MAX
#define MC_MSEC ((mc_time)1000000)
#define MC_SEC ((mc_time)1000000000)

/* mc_version returns the version of the library at run time, such as "0.1.0". */
const char *mc_version(void);

/* ---- errors ------------------------------------------------------------------------- */

/* Every call that can fail returns an int: zero or positive is good; a failed system call is
 * -errno; the library's own causes are below, all under -4095 so that the two never meet. */
enum mc_err {
	MC_ERR_ADDR = -5001,     /* not an IP address */
	MC_ERR_PREFIX = -5002,   /* not an address prefix */
	MC_ERR_GROUP = -5003,    /* not a multicast address */
	MC_ERR_SOURCE = -5004,   /* a source that is not a unicast address */
	MC_ERR_FAMILY = -5005,   /* IPv4 and IPv6 mixed in one target */
	MC_ERR_IFNAME = -5006,   /* not the name of an interface */
	MC_ERR_PORT = -5007,     /* not a port */
	MC_ERR_COUNT = -5008,    /* +N that is no number, is 0, or leaves the multicast range */
	MC_ERR_BRACKETS = -5009, /* an IPv6 address that swallowed its port */
	MC_ERR_SYNTAX = -5010,   /* not of the form [SOURCE@]GROUP[%IFACE][:PORT][+N] */
	MC_ERR_PROBE = -5011,    /* not a probe header */
	MC_ERR_CONF = -5012,     /* a configuration that was not initialised, or out of range */
	MC_ERR_IP = -5013,       /* not an IP packet */
	MC_ERR_CUT = -5014,      /* a packet that was cut off */
	MC_ERR_FRAGMENT = -5015, /* a fragment of an IP packet */
	MC_ERR_OPTIONS = -5016,  /* IP options or extension headers that run past their end */
	MC_ERR_PROTOCOL = -5017, /* none of the protocols of multicast */
	MC_ERR_SHORT = -5018,    /* shorter than any message of its type */
	MC_ERR_LENGTH = -5019,   /* a query as long as no version's */
	MC_ERR_SOURCES = -5020,  /* a query that ends before its last source */
	MC_ERR_RECORDS = -5021,  /* a report that ends before its last record */
	MC_ERR_ROOM = -5022,     /* no room for what is to be written */
	MC_ERR_VERSION = -5023,  /* the protocol's version cannot say that */
	MC_ERR_FRAME = -5024,    /* not a frame that holds an IP packet */
	MC_ERR_SCRIPT = -5025,   /* a script that cannot be understood, or not run so */
};

/* mc_strerror returns one sentence, without a full stop, for an MC_ERR_* or a -errno. */
const char *mc_strerror(int err);

/* mc_err_name returns the name of an MC_ERR_*, such as "MC_ERR_PORT", or NULL. */
const char *mc_err_name(int err);

/* ---- addresses ---------------------------------------------------------------------- */

enum mc_family { MC_IPV4 = 4, MC_IPV6 = 6 };

/* mc_addr is an IPv4 or IPv6 address in network byte order; IPv4 uses b[0..3] and leaves the
 * rest zero. family is an enum mc_family; 0 means no address. The struct never changes. */
struct mc_addr {
	uint8_t family;
	uint8_t b[16];
};

#define MC_ADDR_STRLEN 46

/* mc_addr_parse reads an address in numbers: "239.1.2.3" or "ff3e::1". No brackets, no zone,
 * no names, no leading zeros in IPv4. Returns 0 or MC_ERR_ADDR. */
int mc_addr_parse(struct mc_addr *ret, const char *text);

/* mc_addr_format writes the address into buf (MC_ADDR_STRLEN is always enough, RFC 5952 form)
 * and returns buf; no address is the empty string, and so is a buf too small. */
char *mc_addr_format(const struct mc_addr *a, char *buf, size_t cap);

/* mc_addr_len returns the bytes in use: 4, 16, or 0 for no address. */
size_t mc_addr_len(const struct mc_addr *a);

/* mc_addr_cmp orders addresses: by family, then as numbers. <0, 0 or >0. */
int mc_addr_cmp(const struct mc_addr *a, const struct mc_addr *b);

bool mc_addr_is_multicast(const struct mc_addr *a);   /* 224.0.0.0/4, ff00::/8 (RFC 1112 4, RFC 4291 2.7) */
bool mc_addr_is_unspecified(const struct mc_addr *a); /* 0.0.0.0, ::, or no address */
bool mc_addr_is_loopback(const struct mc_addr *a);    /* 127.0.0.0/8, ::1 */
bool mc_addr_is_link_local(const struct mc_addr *a);  /* 169.254/16, fe80::/10; groups: scope 1 or 2 */
bool mc_addr_is_ssm(const struct mc_addr *a);         /* 232/8, ff3x::/96 (RFC 4607 1) */

/* mc_addr_scope returns the scope of a multicast address as RFC 7346 2 numbers it: 1 interface,
 * 2 link, 3 realm, 4 admin, 5 site, 8 organisation, 14 global. IPv4 by RFC 2365 8: 224.0.0/24
 * is 2, 239.255/16 is 3, 239.192/14 is 8, the rest of 239/8 is 5, others 14. 0 for unicast. */
int mc_addr_scope(const struct mc_addr *a);

/* mc_addr_add moves a forward by n addresses, in place. Returns 0, or MC_ERR_COUNT with a
 * untouched where the sum would overflow or leave the multicast range it began in. */
int mc_addr_add(struct mc_addr *a, uint32_t n);

/* mc_addr_ether gives the Ethernet address of a group: 01:00:5e and the low 23 bits, or 33:33
 * and the low 32 (RFC 1112 6.4, RFC 2464 7). Returns 0 or MC_ERR_GROUP. */
int mc_addr_ether(const struct mc_addr *group, uint8_t ret[6]);

/* mc_mode is the filter mode of a group: from these sources alone, or from all but these (RFC 9776 2). */
enum mc_mode { MC_INCLUDE = 0, MC_EXCLUDE = 1 };

/* mc_prefix is an address and a length in bits; bits past the length are zero. */
struct mc_prefix {
	struct mc_addr addr;
	uint8_t len;
};

/* mc_prefix_parse reads "10.0.0.0/8", "2001:db8::/32" or a bare address (its whole length).
 * Bits past the length are cleared. Returns 0 or MC_ERR_PREFIX. */
int mc_prefix_parse(struct mc_prefix *ret, const char *text);

/* mc_prefix_has tells whether the address lies in the prefix; never across families. */
bool mc_prefix_has(const struct mc_prefix *p, const struct mc_addr *a);

/* ---- targets ------------------------------------------------------------------------ */

#define MC_IFNAME_SIZE 16 /* as IFNAMSIZ: 15 bytes and the end */

/* mc_target is what to talk to: [SOURCE@]GROUP[%IFACE][:PORT][+N]. */
struct mc_target {
	size_t size;           /* set by mc_target_init */
	struct mc_addr source; /* family 0: any source */
	struct mc_addr group;
	char ifname[MC_IFNAME_SIZE]; /* empty: not named; digits: an index */
	int32_t port;                /* -1: not given */
	uint32_t count;              /* groups from here on, 1 or more */
};

#define MC_TARGET_STRLEN 160

/* mc_target_init makes an empty target; call it before mc_target_parse. */
void mc_target_init(struct mc_target *t);

/* mc_target_parse reads one target. Besides the canonical form it understands
 * [S]@[G%IFACE]:PORT, G:PORT%IFACE (iperf), S,G (mcjoin), (S,G) and (*,G) (the RFCs), and
 * udp://[S@]G:PORT (VLC). The text is split at the first '@' whose left side is an address.
 * An unbracketed IPv6 address that ends in a field of four or five decimal digits, and is an
 * address without it too, is refused with MC_ERR_BRACKETS: nobody can tell whether that was a
 * port. Returns 0 or the MC_ERR_* that fits; MC_ERR_CONF without mc_target_init. */
int mc_target_parse(struct mc_target *ret, const char *text);

/* mc_target_mend writes what was probably meant by a text that mc_target_parse refused with
 * MC_ERR_BRACKETS: "[ff3e::1]:5000" for "ff3e::1:5000". Returns 0, or -EINVAL where there is
 * nothing to mend, or -ENOSPC. */
int mc_target_mend(const char *text, char *buf, size_t cap);

/* mc_target_format writes the canonical form into buf (MC_TARGET_STRLEN is always enough) and
 * returns buf; the empty string where buf is too small. Parsing it gives the same target. */
char *mc_target_format(const struct mc_target *t, char *buf, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
