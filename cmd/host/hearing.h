/*
 * hearing.h - to whom a report of an older version is news: hosts that wait to send one for the same group
 * (RFC 2236 3). Of ten thousand that mostly is one or none.
 *
 * A host waits because a query was heard, or because it reports a second time. After a report all that
 * waited wait no more, but for the host that sent it, and those that had to send at the same moment, which
 * will.
 */
#ifndef HOST_HEARING_H
#define HOST_HEARING_H

#include "engine/table.h"

struct hearing {
	struct mc_table table;
	struct mc_list all;
	uint32_t asked; /* queries for all groups so far */
	bool anybody;   /* may be in any group: there was no memory for which */
};

void hearing_open(struct hearing *h, uint64_t seed);
void hearing_close(struct hearing *h);

/* hearing_asked: a query was heard for a group, or (NULL) for all. */
void hearing_asked(struct hearing *h, const struct mc_addr *group);

/* hearing_report: host number `speaker`, from 0 on, or (UINT32_MAX) somebody else has reported a group.
 * Tells who is to hear it: nobody, one host (*ret), or all that are in the group. */
enum hearing_who { HEARING_NOBODY, HEARING_ONE, HEARING_ALL };

enum hearing_who hearing_report(struct hearing *h, const struct mc_addr *group, uint32_t speaker,
				uint32_t *ret);

/* hearing_anybody: a host may be in a group that is not planned to; hearing_is_anybody tells. */
void hearing_anybody(struct hearing *h, const struct mc_addr *group);
bool hearing_is_anybody(const struct hearing *h, const struct mc_addr *group);

#endif
