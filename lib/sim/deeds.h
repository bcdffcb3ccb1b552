/*
 * deeds.h - what a script has done to one node, or to the link. When is not known here.
 */
#ifndef MC_DEEDS_H
#define MC_DEEDS_H

#include "sim/cast.h"
#include "sim/figures.h"
#include "sim/tally.h"

struct mc_deeds {
	const struct mc_cast *cast;
	const struct mc_sim_conf *conf;
	struct mc_figures *figures;
	struct mc_tally *tally;
	uint8_t *room;        /* for a packet */
	struct mc_addr *list; /* for groups and sources, for as long as one deed lasts */
	size_t n, cap;
	uint32_t *sockets;    /* that the script speaks of */
	size_t n_sockets;
};

/* mc_deeds_begin returns 0 or -ENOMEM; mc_deeds_free may be called in any case. */
int mc_deeds_begin(struct mc_deeds *d, const struct mc_cast *c, const struct mc_sim_conf *conf,
		   struct mc_figures *figures, struct mc_tally *tally);
void mc_deeds_free(struct mc_deeds *d);

/* mc_deeds_start switches a node on as it is declared, and as the first n_events events have set it. */
int mc_deeds_start(struct mc_deeds *d, uint32_t node, uint32_t n_events);

/* mc_deeds_do does what an event says to one node (0: the link). Returns 0 or why it was refused: -ENODEV
 * where the node is switched off or has no host role. */
int mc_deeds_do(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node);

#endif
