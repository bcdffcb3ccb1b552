/*
 * figures.h - what a run is summed up in: packets by kind, peaks, and how well each router served those who
 * listened. What each figure is stands in mcast-sim(1), FIGURES. It is told what happens, in order of time.
 */
#ifndef MC_FIGURES_H
#define MC_FIGURES_H

#include <mcast/sim.h>

#include "sim/lan.h"

struct mc_figures;

/* mc_figures_new returns 0 or -ENOMEM. */
int mc_figures_new(struct mc_figures **ret);
void mc_figures_free(struct mc_figures *f);

/* mc_figures_router adds a router, before anything else is told. Returns 0 or -ENOMEM. */
int mc_figures_router(struct mc_figures *f, uint32_t node, const char *name);

/* mc_figures_packet counts a packet that is sent. */
void mc_figures_packet(struct mc_figures *f, const struct mc_lan_packet *p);

/* mc_figures_kind gives the number of a message's kind, see mc_sim_kind_name; msg NULL: it cannot be
 * decoded. */
unsigned mc_figures_kind(const struct mc_msg *msg);

/* mc_figures_forward tells that a router forwards a group from now on, or no longer; mc_figures_stopped that
 * it is switched off and forwards nothing. Groups that never leave the link are left out here and below. A
 * node that was not added is nobody's business. */
void mc_figures_forward(struct mc_figures *f, uint32_t node, const struct mc_addr *group, bool on,
			mc_time now);
void mc_figures_stopped(struct mc_figures *f, uint32_t node, mc_time now);

/* mc_figures_listen tells that one host more (1) or less (-1) includes any source of a group. */
void mc_figures_listen(struct mc_figures *f, const struct mc_addr *group, int by, mc_time now);

/* mc_figures_end fills in packets, octets, peaks and routers of a result that was initialised;
 * mc_sim_result_free frees routers. It is called once, at the end. Returns 0 or -ENOMEM, also if there was
 * no memory earlier. */
int mc_figures_end(struct mc_figures *f, mc_time now, struct mc_sim_result *ret);

#endif
