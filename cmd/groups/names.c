/*
 * names.c - the names of interfaces, kept when the namespace is left: no descriptor stays open, whatever the
 * number of namespaces.
 */
#include "groups/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "net/ifaces.h"

int names_read(struct names *ret)
{
	struct names s = { 0 };
	struct mc_ifaces *ifs;
	int r = mc_ifaces_new(&ifs, false);

	if (r)
		return r;
	for (const struct mc_iface *i = NULL; !r && (i = mc_ifaces_next(ifs, i));) {
		struct name *one = mc_grow(&s.v, &s.n, sizeof *one);

		r = one ? 0 : -ENOMEM;
		if (one)
			one->ifindex = i->index;
		if (one)
			memcpy(one->text, i->name, sizeof one->text);
	}
	mc_ifaces_free(ifs);
	if (r)
		names_free(&s);
	else
		*ret = s;
	return r;
}

void names_free(struct names *s)
{
	free(s->v);
	*s = (struct names){ 0 };
}

static int by_index(const void *key, const void *member)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct name *)member)->ifindex;

	return (a > b) - (a < b);
}

const char *names_of(const struct names *s, uint32_t ifindex)
{
	const struct name *one = s->n ? bsearch(&ifindex, s->v, s->n, sizeof *s->v, by_index) : NULL;

	return one ? one->text : NULL;
}
