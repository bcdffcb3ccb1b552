/*
 * optmem.h - a socket's option memory, as a sum: what the memberships that were found take of it, and whether
 * there may be more of them.
 */
#ifndef MC_OPTMEM_H
#define MC_OPTMEM_H

#include "net/sockets.h"

/* What things take on this kernel, by family (borrow.h); 0: not known. */
struct mc_optmem {
	uint32_t one[2], list[2]; /* a membership; a list of sources, without any */
};

void mc_optmem_measure(struct mc_optmem *ret);

/* What memberships take: at the least, and where their sources were added one by one. Begins as all zero. */
struct mc_optmem_sum {
	uint64_t least, likely;
};

void mc_optmem_add(const struct mc_optmem *o, struct mc_optmem_sum *sum, uint8_t family, size_t sources);

/* MC_FIT_SURE: there is no room for another membership. MC_FIT_LIKELY: it is what these usually take,
 * but with shorter lists of sources there would be room. MC_FIT_OPEN: there is more, or it is not known. */
enum mc_fit { MC_FIT_OPEN, MC_FIT_LIKELY, MC_FIT_SURE };

enum mc_fit mc_optmem_fits(const struct mc_optmem *o, const struct mc_optmem_sum *sum,
			   const struct mc_socket *s);

/* mc_optmem_rest tells what of it they are likely not to take; 0: nothing, or not known. */
uint32_t mc_optmem_rest(const struct mc_optmem *o, const struct mc_optmem_sum *sum,
			const struct mc_socket *s);

#endif
