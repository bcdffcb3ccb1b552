/*
 * sources.c - lists of sources, read and searched. Whether they fit a group is the verb's business.
 */
#include "sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "wire/wire.h"

static int add(struct mc_addr **v, size_t *n, const char *text, char *why, size_t cap)
{
	struct mc_addr a, *slot;
	int r = mc_addr_parse(&a, text);

	if (!r && !mc_sources_sound(a.b, 0, mc_addr_len(&a), a.family))
		r = MC_ERR_SOURCE;
	if (r) {
		snprintf(why, cap, "%s (such as 10.9.0.1 or 10.9.0.1,10.9.0.2)", mc_strerror(r));
		return -1;
	}
	slot = mc_grow(v, n, sizeof *slot);
	if (slot)
		*slot = a;
	else
		snprintf(why, cap, "%s", strerror(ENOMEM));
	return slot ? 0 : -1;
}

int sources_add(struct mc_addr **v, size_t *n, const char *list, char *why, size_t cap)
{
	char *copy = strdup(list), *rest = copy, *one;
	int r = 0;

	if (!copy) {
		snprintf(why, cap, "%s", strerror(ENOMEM));
		return -1;
	}
	while (!r && (one = strsep(&rest, ",")))
		r = add(v, n, one, why, cap);
	free(copy);
	return r;
}

/* n: it is not among them. */
static size_t find(const struct mc_addr *v, size_t n, const struct mc_addr *source)
{
	size_t i = 0;

	while (i < n && mc_addr_cmp(&v[i], source))
		i++;
	return i;
}

bool sources_has(const struct mc_addr *v, size_t n, const struct mc_addr *source)
{
	return find(v, n, source) < n;
}

size_t sources_drop(struct mc_addr *v, size_t n, const struct mc_addr *source)
{
	size_t at = find(v, n, source);

	if (at == n)
		return n;
	memmove(&v[at], &v[at + 1], (n - at - 1) * sizeof *v);
	return n - 1;
}
