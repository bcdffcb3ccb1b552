/*
 * blame.h - a packet of the probe that did not pass, and the rule of nftables that drops it.
 */
#ifndef MCAST_DOCTOR_BLAME_H
#define MCAST_DOCTOR_BLAME_H

#include "doctor/look.h"
#include "doctor/rules.h"

/* blame_rule tells what becomes of a packet; RULES_PASS, too, where the rules could not be read. A rule that
 * may drop counts as one that does where its counter grew meanwhile; ret->fate stays MAYBE then. */
enum rules_fate blame_rule(const struct look *l, const struct rules_packet *p, struct rules_verdict *ret);

/* blame_tell adds to a finding: the rule, what it counted, and the command that lets the packet pass, where
 * that is certain. */
void blame_tell(const struct look *l, struct finding *x, const struct rules_packet *p,
		const struct rules_verdict *v);

/* blame_grew tells what the rule's counter grew by; 0: it has none, or did not. */
uint64_t blame_grew(const struct look *l, const struct rules_verdict *v);

#endif
