/*
 * rules.h - the rules of nftables as JSON (libnftables-json(5)), and what they would do to a packet.
 * rules_read needs CAP_NET_ADMIN; all else is pure.
 */
#ifndef MCAST_DOCTOR_RULES_H
#define MCAST_DOCTOR_RULES_H

#include <jansson.h>
#include <mcast/base.h>

/* rules_read reads all tables: a document of libnftables, or NULL and in *ret_why a clause: not allowed,
 * built without, not in this kernel. Beside "nftables" it has "legacy", an array of the tables that the
 * older ip_tables and ip6_tables have ("ip filter"), of which nftables knows nothing. */
json_t *rules_read(const char **ret_why);

/* rules_version tells what is read with, or NULL: built without. */
const char *rules_version(void);

/* A packet as it would pass. One that has both interfaces is forwarded. */
struct rules_packet {
	uint8_t family;                     /* MC_IPV4, MC_IPV6 */
	uint8_t protocol;                   /* IPPROTO_UDP, IPPROTO_IGMP, IPPROTO_ICMPV6 */
	int icmp_type;                      /* of IGMP and ICMPv6; -1 unknown */
	struct mc_addr source, destination; /* source: family 0 is not known */
	uint8_t source_len;                 /* so many bits of the source are known; 0: all */
	int32_t port;                       /* destination's; -1 not known */
	const char *in, *out; /* interfaces; NULL: none, as it comes in or leaves; "": not known */
	uint8_t ttl;          /* 0: not known */
	bool bridged;         /* passes a bridge as a frame: family bridge */
};

#define RULES_NAME 256 /* NFT_NAME_MAXLEN */

enum rules_fate { RULES_PASS, RULES_MAYBE, RULES_DROP };

/* What becomes of it. MAYBE: a rule that drops has conditions that cannot be judged (marks, limits,
 * connections, sets that change). */
struct rules_verdict {
	enum rules_fate fate;
	char family[8], table[RULES_NAME], chain[RULES_NAME]; /* where */
	char base[RULES_NAME]; /* the chain of the hook, from which that one was reached */
	long handle;           /* of the rule; -1: the chain's policy */
	bool alone;            /* no other rule of that base chain's need be passed, too */
	bool counted;          /* the rule has a counter behind its conditions: */
	uint64_t packets;
	char rule[200]; /* the rule, roughly as nft list shows it; cut to fit */
};

/* rules_judge follows all base chains of the packet's hooks, in order of priority, and tells the first
 * that drops it, else the first that may. */
void rules_judge(const json_t *doc, const struct rules_packet *p, struct rules_verdict *ret);

/* rules_count finds the counter of a rule, by table, chain and handle, in another document: false: it
 * has none. */
bool rules_count(const json_t *doc, const struct rules_verdict *v, uint64_t *ret);

/* For many packets: rules_index puts a document in order, which must stay as long; NULL: no memory.
 * rules_sites tells every place that drops the packet or may, most at most, in the order in which the
 * packet would meet them, and returns how many. It goes on behind what drops for certain. rules_tables is how
 * many tables there are. */
struct rules;

struct rules *rules_index(const json_t *doc);
void rules_free(struct rules *r); /* NULL is good */
size_t rules_sites(const struct rules *r, const struct rules_packet *p, struct rules_verdict *ret,
		   size_t most);
size_t rules_tables(const struct rules *r);

#endif
