/*
 * pick.c - turning what the user named into targets and interfaces, or into one line that says
 * what is wrong, where, why, and what could be written instead.
 */
#include "pick.h"

#include <stdio.h>
#include <string.h>

/* What to write instead, where the error alone does not tell. */
static const char *hint(int error)
{
	switch (error) {
	case MC_ERR_GROUP:
		return " (groups are 224.0.0.0 to 239.255.255.255, and ff00::/8)";
	case MC_ERR_PORT: /* names its range itself */
		return "";
	case MC_ERR_COUNT:
	case MC_ERR_FAMILY:
		return " (see TARGETS in mcast(1))";
	default:
		return " (the form is [SOURCE@]GROUP[%IFACE][:PORT][+N], such as 239.1.2.3:5000)";
	}
}

int pick_target(const struct verb *v, const char *text, struct mc_target *ret)
{
	char mended[MC_TARGET_STRLEN];

	mc_target_init(ret);
	int r = mc_target_parse(ret, text);

	if (!r)
		return 0;
	if (r == MC_ERR_BRACKETS && !mc_target_mend(text, mended, sizeof mended))
		return opt_refuse(v, "%s: %s (write %s, or [%s] for the address alone)", text, mc_strerror(r),
				  mended, text);
	return opt_refuse(v, "%s: %s%s", text, mc_strerror(r), hint(r));
}

char *pick_list(const struct mc_ifaces *ifs, char *buf, size_t cap)
{
	static const char more[] = "...";
	size_t used = 0;

	buf[0] = '\0';
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i));) {
		const char *comma = used ? ", " : "";
		bool fits = used + strlen(i->name) + 4 + sizeof more <= cap; /* with room for `more` */

		if (!mc_iface_can(i))
			continue;
		used += (size_t)snprintf(buf + used, cap - used, "%s%s", comma, fits ? i->name : more);
		if (!fits)
			break;
	}
	return buf;
}

char *pick_next(char *buf, size_t cap, const char *lead, const char *list)
{
	if (*list)
		snprintf(buf, cap, "%s: %s", lead, list);
	else
		snprintf(buf, cap, "no multicast interface is up; bring one up: ip link set lo up");
	return buf;
}

unsigned pick_owners(const struct mc_ifaces *ifs, const struct mc_addr *a, const struct mc_iface **ret)
{
	const struct mc_iface *only = NULL;
	unsigned n = 0;

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i));)
		if (mc_iface_has(i, a)) {
			only = n ? NULL : i;
			n++;
		}
	*ret = only;
	return n;
}

/* Finds the interface that was named; returns why there is none, or NULL. */
static const char *find(const struct mc_ifaces *ifs, const char *text, struct pick *p)
{
	p->iface = mc_ifaces_name(ifs, text);
	if (p->iface)
		return NULL;
	if (mc_addr_parse(&p->source, text))
		return "no such interface";
	switch (pick_owners(ifs, &p->source, &p->iface)) {
	case 0:
		return "no interface has this address";
	case 1:
		return NULL;
	default:
		return "several interfaces have this address, name one";
	}
}

int pick_iface(const struct verb *v, const struct mc_ifaces *ifs, const char *text, const char *what,
	       struct pick *ret)
{
	struct pick p = { 0 };
	const char *colon = what ? ": " : "", *why = find(ifs, text, &p);
	char list[256], next[300];

	what = what ? what : "";
	if (p.iface && !p.iface->up)
		return opt_refuse(v, "%s%s%s is down (bring it up: ip link set %s up)", what, colon,
				  p.iface->name, p.iface->name);
	if (p.iface && !mc_iface_can(p.iface))
		why = "it cannot multicast";
	if (why)
		return opt_refuse(v, "%s%s%s: %s (%s)", what, colon, text, why,
				  pick_next(next, sizeof next, "multicast interfaces",
					    pick_list(ifs, list, sizeof list)));
	*ret = p;
	return 0;
}
