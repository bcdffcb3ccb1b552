/*
 * value.h - what the left side of a rule's condition is for a packet, as far as that is known: bit by bit.
 */
#ifndef MCAST_DOCTOR_VALUE_H
#define MCAST_DOCTOR_VALUE_H

#include "doctor/rules.h"

enum hook {
	HOOK_INGRESS,
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
	HOOK_OUTPUT,
	HOOK_POSTROUTING,
	HOOK_EGRESS
};

/* The packet where it is now. */
struct scene {
	const struct rules_packet *packet;
	enum hook hook;
	bool bridge;     /* family bridge */
	json_int_t prio; /* of the base chain */
	bool mangled;    /* its headers may have been rewritten */
	bool untracked;  /* a rule may have told connection tracking to leave it */
};

/* Which words stand for numbers of a kind. */
enum words {
	WORDS_NONE,
	WORDS_ADDR,
	WORDS_ETHER,
	WORDS_PROTOCOL,
	WORDS_ETHERTYPE,
	WORDS_NFPROTO,
	WORDS_PKTTYPE,
	WORDS_STATE,
	WORDS_STATUS,
	WORDS_DIRECTION,
	WORDS_FIB,
	WORDS_ICMPV6,
	WORDS_IGMP,
};

enum value_kind {
	VALUE_UNKNOWN, /* may be anything */
	VALUE_ABSENT,  /* the packet has no such thing: no condition holds, nor its opposite */
	VALUE_NUMBER,  /* of len octets, the first is the highest; addresses are such, too */
	VALUE_NAME,    /* of an interface */
};

struct value {
	enum value_kind kind;
	enum words words;
	size_t len;
	uint8_t b[16], known[16]; /* its bits, and which of them are known; the others are 0 */
	const char *name;
};

/* value_of tells what an expression is; what it does not understand is unknown. */
void value_of(const json_t *e, const struct scene *s, struct value *ret);

/* value_operand reads a constant of the same kind as v, or several combined, into v->len octets. False: not
 * understood. */
bool value_operand(const json_t *e, const struct value *v, uint8_t ret[16]);

#endif
