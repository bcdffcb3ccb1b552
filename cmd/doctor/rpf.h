/*
 * rpf.h - the reverse path filter of one interface, and how it is mended.
 */
#ifndef MCAST_DOCTOR_RPF_H
#define MCAST_DOCTOR_RPF_H

#include "doctor/look.h"

/* rpf_mend tells a finding that packets of a source are dropped by the filter of that interface: what is
 * in force, where the way back leads, and the command that lets them in. Loose is enough where there is
 * a way back; else the filter has to go: a route that is made up would take answers astray. */
void rpf_mend(const struct look *l, struct finding *x, uint32_t ifindex, const struct mc_addr *source);

#endif
