/*
 * compare.h - whether a packet is the one that a script expects.
 */
#ifndef MC_COMPARE_H
#define MC_COMPARE_H

#include "sim/cast.h"

/* mc_same tells whether the packet is that message: header, fields that are named, records and sources in
 * any order. */
bool mc_same(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_lan_packet *p);

/* A message may come in several packets: it has parts, each a source of a record, or a record without any.
 * parts has an octet for each, 0 at first. mc_same_parts marks those that the packet brings, and tells
 * whether it brings just such as were missing; else nothing is marked. mc_parts_missing tells whether
 * there are more. */
uint32_t mc_parts(const struct mc_sim_message *want);
bool mc_same_parts(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_lan_packet *p,
		   uint8_t *parts);
bool mc_parts_missing(const struct mc_sim_message *want, const uint8_t *parts);

/* mc_standard_destination gives where a message goes by the standards; no address where nobody can tell. */
struct mc_addr mc_standard_destination(const struct mc_msg *m);

#endif
