/*
 * warn.h - what a router's warnings are, in words.
 */
#ifndef QUERIER_WARN_H
#define QUERIER_WARN_H

#include "querier/links.h"

/* warn_text writes the clause of a warning of one family on a link, which iface (or NULL) is. Returns buf. */
char *warn_text(const struct mc_action *a, const struct querier_link *l, unsigned family,
		const struct mc_iface *iface, char *buf, size_t cap);

#endif
