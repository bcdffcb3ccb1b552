/*
 * rpf.c - the check rp_filter: would packets of a source be dropped because the way back to it leads
 * elsewhere? The filter in force is the larger one of conf/all and of the interface (ip-sysctl). IPv6 has
 * none.
 */
#include "doctor/rpf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/arrivals.h"
#include "doctor/checks.h"
#include "doctor/knob.h"
#include "doctor/way.h"

/* The check as it goes: of an interface and a source it tells once. */
struct rpf {
	const struct look *look;
	struct findings *out;
	struct {
		uint32_t ifindex;
		struct mc_addr source;
	} judged[CHECKS_MOST];
	size_t n, good, strict, more;
};

struct filter {
	char all_name[KNOB_NAME], own_name[KNOB_NAME];
	long all, own, both;
};

static void read_filter(struct filter *f, const char *ifname)
{
	f->all = knob_read(f->all_name, MC_IPV4, "all", "rp_filter");
	f->own = knob_read(f->own_name, MC_IPV4, ifname, "rp_filter");
	f->both = f->all > f->own ? f->all : f->own;
}

void rpf_mend(const struct look *l, struct finding *x, uint32_t ifindex, const struct mc_addr *source)
{
	char route[MC_ADDR_STRLEN + 16], from[MC_ADDR_STRLEN];
	const char *ifname = look_name(l, ifindex);
	struct filter f;
	struct way back;
	int r = way_to(source, 0, NULL, &back);

	snprintf(route, sizeof route, "route to %s", mc_addr_format(source, from, sizeof from));
	if (r) {
		knob_clear(x, MC_IPV4, ifname, "rp_filter");
		find_saw(x, route, "%s", mc_strerror(r));
		return;
	}
	read_filter(&f, ifname);
	find_saw(x, f.all_name, "%ld", f.all);
	find_saw(x, f.own_name, "%ld", f.own);
	find_saw(x, route, "dev %s", look_name(l, back.ifindex));
	knob_mend(x, MC_IPV4, ifname, "rp_filter", 2);
}

/* Dropped: back is the way to the source, error that there is none. sure: packets are to come by that
 * interface, or were seen to; otherwise only the counter tells that some were dropped. */
static void tell(struct rpf *c, uint32_t ifindex, const struct mc_addr *source, const struct way *back,
		 int error, bool sure)
{
	static const char counter[] = "TcpExtIPReversePathFilter";
	char from[MC_ADDR_STRLEN];
	const char *ifname = look_name(c->look, ifindex);
	const char *other = error ? "" : look_name(c->look, back->ifindex);
	uint64_t dropped = 0;

	mc_addr_format(source, from, sizeof from);
	mc_counters_get(c->look->after, counter, &dropped);
	struct finding *x = find(c->out, sure || dropped ? VERDICT_FAULT : VERDICT_WARNING,
				 "packets from %s that arrive on %s are dropped%s: %s%s", from, ifname,
				 sure ? "" : ", should they come by it",
				 error ? "no route leads back to it" : "its way back leads by ", other);

	if (!sure && dropped)
		find_saw(x, counter, "%" PRIu64 " were dropped by such a filter since the machine started",
			 dropped);
	x->ifindex = ifindex;
	rpf_mend(c->look, x, ifindex, source);
}

/* Of several ways back one is told, and any will do: the kernel itself is asked about a packet to an
 * address of that interface. */
static bool is_taken(const struct rpf *c, uint32_t ifindex, const struct mc_addr *source)
{
	const struct mc_iface *i = mc_ifaces_index(c->look->ifs, ifindex);
	struct mc_addr own = i ? mc_iface_own(i, MC_IPV4) : (struct mc_addr){ 0 };

	return own.family && !way_in(&own, ifindex, source);
}

static bool judged_before(struct rpf *c, uint32_t ifindex, const struct mc_addr *source)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->judged[i].ifindex == ifindex && !mc_addr_cmp(&c->judged[i].source, source))
			return true;
	return false;
}

static void judge(struct rpf *c, uint32_t ifindex, const struct mc_addr *source, bool sure)
{
	struct way back = { 0 };
	struct filter f;

	if (!ifindex || source->family != MC_IPV4 || mc_ifaces_is_own(c->look->ifs, source) ||
	    judged_before(c, ifindex, source))
		return;
	read_filter(&f, look_name(c->look, ifindex));
	int r = f.both > 0 ? way_to(source, 0, NULL, &back) : 0;

	if (f.both <= 0 || (r == 0 && (f.both == 2 || back.ifindex == ifindex)) ||
	    is_taken(c, ifindex, source)) {
		c->good++;
		return;
	}
	if (c->n == CHECKS_MOST) {
		c->more++;
		return;
	}
	c->judged[c->n].ifindex = ifindex;
	c->judged[c->n++].source = *source;
	tell(c, ifindex, source, &back, r, sure);
}

/* What is wanted, and what was seen to arrive. Where neither names a source, a strict filter is noted. */
static void judge_aim(struct rpf *c, const struct aim *a)
{
	const struct arrivals *seen = c->look->arrivals;
	struct filter f;

	judge(c, a->expected, &a->source, true);
	for (size_t i = 0; seen && i < seen->n; i++)
		if (!mc_addr_cmp(&seen->v[i].group, &a->group) &&
		    (!a->ifindex || seen->v[i].ifindex == a->ifindex))
			judge(c, seen->v[i].ifindex, &seen->v[i].source, true);
	for (const struct mc_iface *i = NULL;
	     a->named && !a->ifindex && (i = mc_ifaces_next(c->look->ifs, i));)
		if (mc_iface_can(i) && !i->loopback && i->index != a->expected)
			judge(c, i->index, &a->source, false);
	if (a->source.family || !a->expected)
		return;
	read_filter(&f, look_name(c->look, a->expected));
	c->strict += f.both == 1;
}

void check_rp_filter(const struct look *l, struct findings *out)
{
	struct rpf c = { .look = l, .out = out };
	size_t ipv4 = 0;

	for (size_t i = 0; i < l->aims.n; i++) {
		if (l->aims.v[i].group.family != MC_IPV4)
			continue;
		ipv4++;
		judge_aim(&c, &l->aims.v[i]);
	}
	if (c.more)
		find(out, VERDICT_FAULT, "%zu more sources are dropped the same way", c.more);
	if (c.n)
		return;
	if (!l->aims.n)
		find(out, VERDICT_OK, "no group is to be looked at");
	else if (!ipv4)
		find(out, VERDICT_OK, "IPv6 has no such filter");
	else if (c.good)
		find(out, VERDICT_OK, "no reverse path filter drops what comes from %s",
		     c.good == 1 ? "the source" : "the sources");
	else if (c.strict)
		find_advise(find(out, VERDICT_OK, "strict, but no source is known that it would drop"),
			    "name the SOURCE to have the way back to it checked");
	else
		find(out, VERDICT_OK, "not strict where groups are to arrive");
}
