/*
 * merged.c - sockets' filters to an interface's. It knows no socket.
 *
 * RFC 9776 3.2; RFC 9777 4.2.
 */
#include "groups/merged.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool set_of(struct mc_set *ret, const struct mc_addr *sources, size_t n)
{
	uint32_t size = n ? (uint32_t)mc_addr_len(sources) : 0;

	if (!mc_set_room(ret, n, size))
		return false;
	for (size_t i = 0; i < n; i++)
		memcpy(mc_set_at(ret, (uint32_t)i), sources[i].b, size);
	mc_set_sort(ret);
	return true;
}

static int include(struct merged *m, const struct mc_addr *sources, size_t n)
{
	struct mc_set *to = &m->wanted;
	size_t room = m->room ? m->room : 16;

	if (!n)
		return 0;
	while (room < to->n + n)
		room *= 2;
	to->size = (uint32_t)mc_addr_len(sources);
	uint8_t *at = room > m->room ? realloc(to->at, room * to->size) : to->at;

	if (!at)
		return -ENOMEM;
	to->at = at;
	m->room = room;
	for (size_t i = 0; i < n; i++)
		memcpy(mc_set_at(to, to->n++), sources[i].b, to->size);
	return 0;
}

static int exclude(struct merged *m, const struct mc_addr *sources, size_t n)
{
	struct mc_set list = { 0 };

	if (merged_is_any(m))
		return 0;
	if (!set_of(&list, sources, n))
		return -ENOMEM;
	if (m->exclude) {
		mc_set_keep(&m->unwanted, &list, MC_SET_BOTH);
		mc_set_free(&list);
	} else {
		m->unwanted = list;
	}
	m->exclude = true;
	return 0;
}

int merged_add(struct merged *m, enum mc_mode mode, const struct mc_addr *sources, size_t n)
{
	return mode == MC_EXCLUDE ? exclude(m, sources, n) : include(m, sources, n);
}

enum mc_mode merged_end(struct merged *m, const struct mc_set **ret_list)
{
	mc_set_sort(&m->wanted);
	if (!m->exclude) {
		*ret_list = &m->wanted;
		return MC_INCLUDE;
	}
	mc_set_keep(&m->unwanted, &m->wanted, MC_SET_FIRST);
	*ret_list = &m->unwanted;
	return MC_EXCLUDE;
}

void merged_free(struct merged *m)
{
	mc_set_free(&m->wanted);
	mc_set_free(&m->unwanted);
	*m = (struct merged){ 0 };
}

struct mc_addr merged_at(const struct mc_set *list, uint32_t i)
{
	struct mc_addr a = { .family = list->size == 4 ? MC_IPV4 : MC_IPV6 };

	memcpy(a.b, mc_set_at(list, i), list->size);
	return a;
}
