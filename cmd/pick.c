/*
 * pick.c - turning what the user named into targets and interfaces, or into one line that says
 * what is wrong, where, why, and what could be written instead.
 */
#include "pick.h"

#include <stdio.h>
#include <stdlib.h>
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
	return pick_target_at(v, "", text, ret);
}

int pick_target_at(const struct verb *v, const char *where, const char *text, struct mc_target *ret)
{
	char mended[MC_TARGET_STRLEN];

	mc_target_init(ret);
	int r = mc_target_parse(ret, text);

	if (!r)
		return 0;
	if (r == MC_ERR_BRACKETS && !mc_target_mend(text, mended, sizeof mended))
		return opt_refuse(v, "%s%s: %s (write %s, or [%s] for the address alone)", where, text,
				  mc_strerror(r), mended, text);
	return opt_refuse(v, "%s%s: %s%s", where, text, mc_strerror(r), hint(r));
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

/* ---- hosts ---------------------------------------------------------------------------- */

/* Cuts the port off a host's text. False where what stands there is none. */
static bool cut_port(char *text, int32_t *ret)
{
	char *at = strrchr(text, ':'), *end;

	*ret = -1;
	if (text[0] == '[' ? !at || at[-1] != ']' : !at || strchr(text, ':') != at)
		return true;
	unsigned long n = at[1] >= '0' && at[1] <= '9' ? strtoul(at + 1, &end, 10) : 0;

	if (!n || n > 65535 || *end)
		return false;
	*at = '\0';
	*ret = (int32_t)n;
	return true;
}

/* Cuts the brackets off, where there are both. */
static char *cut_brackets(char *text)
{
	size_t len = strlen(text);

	if (text[0] != '[' || text[len - 1] != ']')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

/* Why a text names no host, or NULL. */
static const char *read_host(const struct mc_ifaces *ifs, char *text, struct pick_host *h)
{
	if (!cut_port(text, &h->port))
		return "the port must be 1 to 65535";
	text = cut_brackets(text);
	char *zone = strchr(text, '%');
	const struct mc_iface *i = zone ? mc_ifaces_name(ifs, zone + 1) : NULL;

	if (zone && !i)
		return "no such interface";
	if (zone)
		*zone = '\0';
	if (mc_addr_parse(&h->addr, text))
		return "must be an address in numbers, such as 10.0.0.1 or fe80::1%eth0";
	if (mc_addr_is_multicast(&h->addr) || mc_addr_is_unspecified(&h->addr))
		return "that is no host's address";
	if (h->addr.family == MC_IPV6 && mc_addr_is_link_local(&h->addr) && !i)
		return "a link-local address needs its interface, such as fe80::1%eth0";
	h->ifindex = i ? i->index : 0;
	return NULL;
}

int pick_host(const struct verb *v, const struct mc_ifaces *ifs, const char *option, const char *text,
	      struct pick_host *ret)
{
	struct pick_host h = { 0 };
	char copy[MC_TARGET_STRLEN];
	const char *why = "too long";

	if ((size_t)snprintf(copy, sizeof copy, "%s", text) < sizeof copy)
		why = read_host(ifs, copy, &h);
	if (why)
		return opt_refuse(v, "%s %s: %s", option, text, why);
	*ret = h;
	return 0;
}
