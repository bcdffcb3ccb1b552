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
	size_t used = 0;

	buf[0] = '\0';
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i)) && used < cap;)
		if (mc_iface_can(i))
			used += (size_t)snprintf(buf + used, cap - used, "%s%s", used ? ", " : "", i->name);
	return buf;
}

/* The interface that has an address of this machine. */
static const struct mc_iface *of_address(const struct mc_ifaces *ifs, const struct mc_addr *a)
{
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i));)
		for (size_t k = 0; k < i->naddrs; k++)
			if (!mc_addr_cmp(&i->addrs[k].addr, a))
				return i;
	return NULL;
}

int pick_iface(const struct verb *v, const struct mc_ifaces *ifs, const char *text, const char *what,
	       struct pick *ret)
{
	struct pick p = { .iface = mc_ifaces_name(ifs, text) };
	const char *colon = what ? ": " : "", *why = NULL;
	char list[256];

	if (!p.iface && !mc_addr_parse(&p.source, text)) {
		p.iface = of_address(ifs, &p.source);
		why = p.iface ? NULL : "no interface has this address";
	} else if (!p.iface) {
		why = "no such interface";
	}
	if (p.iface && !p.iface->up)
		return opt_refuse(v, "%s%s%s is down (bring it up: ip link set %s up)", what ? what : "",
				  colon, p.iface->name, p.iface->name);
	if (p.iface && !mc_iface_can(p.iface))
		why = "it cannot multicast";
	if (why)
		return opt_refuse(v, "%s%s%s: %s (multicast interfaces: %s)", what ? what : "", colon, text,
				  why, pick_list(ifs, list, sizeof list));
	*ret = p;
	return 0;
}
