/*
 * phrase.h - a rule as text, roughly as nft list shows it.
 */
#ifndef MCAST_DOCTOR_PHRASE_H
#define MCAST_DOCTOR_PHRASE_H

#include "doctor/rules.h"

/* phrase_rule writes as much of it as there is room for. Returns buf. */
char *phrase_rule(char *buf, size_t cap, const json_t *rule);

#endif
