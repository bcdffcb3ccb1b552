/*
 * accept.h - the command that lets a packet past a rule that drops it.
 */
#ifndef MCAST_DOCTOR_ACCEPT_H
#define MCAST_DOCTOR_ACCEPT_H

#include "doctor/finding.h"
#include "doctor/rules.h"

/* accept_mend has a finding mended by a rule before that one, for all packets of the kind: IGMP, MLD, or
 * UDP to that group and port. Rules of firewalld it alone can change. A rule that only may drop, as it has
 * conditions that cannot be judged, gets advice and no command. */
void accept_mend(struct finding *x, const struct rules_packet *p, const struct rules_verdict *v);

#endif
