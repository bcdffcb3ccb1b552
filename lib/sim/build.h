/*
 * build.h - a message of a script as octets, right or wrong in just the way the script wants.
 */
#ifndef MC_BUILD_H
#define MC_BUILD_H

#include "sim/cast.h"

/* Half of it is for the packet. */
enum { MC_BUILD_ROOM = 131072 };

/* mc_build writes a message as an IP packet into MC_BUILD_ROOM octets. `to` is the node that it will be
 * handed to, 0 for none; it decides who sends where the script does not. Returns the length, or MC_ERR_*
 * of mc_encode. */
int mc_build(const struct mc_cast *c, const struct mc_sim_message *m, uint32_t to, uint8_t *room);

#endif
