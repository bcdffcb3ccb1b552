/*
 * optmem.c - option memory as a sum. A membership takes a fixed amount. A list of sources takes an amount for
 * itself and one for each that there is room for: ten at a time where they are added one by one, as many as
 * there are where the list is set as a whole; which of the two it was cannot be told from outside.
 */
#include "net/optmem.h"

#include "net/borrow.h"

static uint32_t length_of(uint8_t family)
{
	return family == MC_IPV6 ? 16 : 4;
}

void mc_optmem_measure(struct mc_optmem *ret)
{
	mc_borrow_cost(ret->one);
	mc_borrow_list_cost(ret->list);
}

void mc_optmem_add(const struct mc_optmem *o, struct mc_optmem_sum *sum, uint8_t family, size_t sources)
{
	size_t which = family == MC_IPV6, room = sources + MC_BORROW_ROOM - 1;

	room -= room % MC_BORROW_ROOM;
	sum->least += o->one[which];
	sum->likely += o->one[which];
	if (!sources)
		return;
	sum->least += o->list[which] + (uint64_t)sources * length_of(family);
	sum->likely += o->list[which] + (uint64_t)room * length_of(family);
}

static bool known(const struct mc_optmem *o, const struct mc_socket *s)
{
	return s->options != MC_SOCKET_UNKNOWN && o->one[0] && o->list[0] &&
	       (s->family == MC_IPV4 || (o->one[1] && o->list[1]));
}

enum mc_fit mc_optmem_fits(const struct mc_optmem *o, const struct mc_optmem_sum *sum,
			   const struct mc_socket *s)
{
	uint32_t one = o->one[0];

	if (!known(o, s) || sum->least > s->options)
		return MC_FIT_OPEN;
	if (s->family == MC_IPV6 && o->one[1] < one)
		one = o->one[1];
	if (s->options - sum->least < one)
		return MC_FIT_SURE;
	return sum->likely == s->options ? MC_FIT_LIKELY : MC_FIT_OPEN;
}

uint32_t mc_optmem_rest(const struct mc_optmem *o, const struct mc_optmem_sum *sum, const struct mc_socket *s)
{
	return known(o, s) && sum->likely < s->options ? (uint32_t)(s->options - sum->likely) : 0;
}
