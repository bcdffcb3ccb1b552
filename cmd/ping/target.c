/*
 * target.c - the one group that a ping talks to: what it may not be, and what is filled in. By which way it
 * is reached is settled in where.c.
 */
#include "ping/target.h"

#include "pick.h"
#include "targets.h"

static int read_target(const struct verb *v, const struct ping_conf *c, const char *text, struct mc_target *t)
{
	int r = pick_target(v, text ? text : c->ipv6 ? "[" PICK_GROUP6 "]" : PICK_GROUP4, t);
	char name[MC_TARGET_STRLEN];

	if (r)
		return r;
	mc_target_format(t, name, sizeof name);
	if (t->count > 1)
		return opt_refuse(v, "%s: ping talks to one group (leave +%u out)", name, t->count);
	if (t->port == 0)
		return opt_refuse(v, "%s: nothing can be sent to port 0 (give the port the server has)",
				  name);
	r = targets_one_family(v, c->ipv4, c->ipv6, t, 1);
	if (t->port < 0)
		t->port = PICK_PORT;
	return r;
}

int ping_target_find(const struct verb *v, const struct ping_conf *c, const char *text, struct where *ret)
{
	struct mc_ifaces *ifs = NULL;
	struct mc_target t;
	int r = mc_ifaces_new(&ifs, false);

	if (r)
		return opt_refuse(v, "cannot list the interfaces: %s", mc_strerror(r));
	r = read_target(v, c, text, &t);
	if (!r)
		r = where_find(v, ifs, &t, c->iface, ret);
	mc_ifaces_free(ifs);
	return r;
}
