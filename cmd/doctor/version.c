/*
 * version.c - the check version: which version of IGMP and MLD an interface speaks, whether an older
 * querier or a switch of /proc/sys made it so, and whether source filters are wanted that it cannot carry
 * (RFC 9776 7.2.1, RFC 9777 8.2.1). MLD's version is told where it is forced only; --probe finds out the
 * rest.
 */
#include <mcast/msg.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "doctor/knob.h"

static uint8_t family_of(int f)
{
	return f ? MC_IPV6 : MC_IPV4;
}

/* What sources are wanted for there. Of an ordinary group a host filters itself what comes from others; of a
 * source-specific one nothing comes but for a report that names the source (RFC 4607, RFC 4604). */
enum wanted { WANTED_NONE, WANTED_FILTER, WANTED_SSM };

static void want(enum wanted *w, const struct mc_addr *group)
{
	enum wanted more = mc_addr_is_ssm(group) ? WANTED_SSM : WANTED_FILTER;

	*w = more > *w ? more : *w;
}

/* By an aim, or by a socket; ret_pid: whose. */
static enum wanted wants_sources(const struct look *l, uint32_t ifindex, uint8_t family, pid_t *ret_pid)
{
	const struct mc_holders *h = &l->holders;
	enum wanted w = WANTED_NONE;

	*ret_pid = 0;
	for (size_t i = 0; i < h->nheld; i++) {
		const struct mc_membership *m = &l->memberships.v[h->held[i].membership];
		const struct mc_process *p = h->sockets[h->held[i].socket].process;
		enum wanted before = w;

		if (m->ifindex == ifindex && m->group.family == family && h->held[i].nsources)
			want(&w, &m->group);
		if (w > before)
			*ret_pid = p ? p->pid : 0;
	}
	for (size_t i = 0; i < l->aims.n; i++) {
		const struct aim *a = &l->aims.v[i];

		if (a->expected == ifindex && a->group.family == family &&
		    (a->source.family || (a->named && mc_addr_is_ssm(&a->group))))
			want(&w, &a->group);
	}
	for (size_t i = 0; i < l->memberships.n; i++) {
		const struct mc_membership *m = &l->memberships.v[i];

		if (m->ifindex == ifindex && m->group.family == family && m->nsources)
			want(&w, &m->group);
	}
	return w;
}

/* A bridge of this machine that asks in the older version itself can be told to ask in the newest. */
static void mend_older(const struct look *l, struct finding *x, const struct mc_spoken *s, int f)
{
	const struct mc_bridge *b = mc_bridges_index(&l->bridges, s->ifindex);
	const struct mc_proto *proto = mc_proto_of(family_of(f));
	char name[4 * MC_IFNAME_SIZE + 3];

	if (b && b->querier && (f ? b->mld_version : b->igmp_version) < proto->newest)
		find_mend(x, "ip link set %s type bridge %s %d", find_quote(name, sizeof name, s->name),
			  f ? "mcast_mld_version" : "mcast_igmp_version", proto->newest);
	else
		find_advise(x,
			    "have the querier on that link ask in %sv%d (mcast watch %s shows who it is); "
			    "the interface returns to "
			    "it when no older query has come for some 260 s",
			    proto->name, proto->newest, s->name);
}

/* That an older querier is heard, and nobody wants more, is well. */
static void tell(const struct look *l, struct findings *out, const struct mc_spoken *s, int f)
{
	static const char *const wants[] = { "", ": the source filters that are wanted are not sent",
					     ": the sources that are wanted are not sent" };
	uint8_t family = family_of(f);
	bool forced = s->why[f] == MC_SPOKEN_FORCED;
	pid_t pid;
	enum wanted w = wants_sources(l, s->ifindex, family, &pid);
	enum verdict v = w == WANTED_SSM ? VERDICT_FAULT : w || forced ? VERDICT_WARNING : VERDICT_OK;
	struct finding *x =
		find(out, v, "%s speaks %sv%d, %s%s", s->name, mc_proto_of(family)->name, s->version[f],
		     forced ? "as it is forced to" : "as a querier of that version was heard", wants[w]);

	x->ifindex = s->ifindex;
	x->pid = pid;
	if (!f)
		find_saw(x, "/proc/net/igmp", "%s: V%d", s->name, s->version[f]);
	if (forced)
		knob_clear(x, family, s->name, knob_forces(family));
	else if (v != VERDICT_OK)
		mend_older(l, x, s, f);
}

/* Whether an aim has to do with an interface, in a family. */
static bool concerned(const struct look *l, uint32_t ifindex, uint8_t family)
{
	for (size_t i = 0; i < l->aims.n; i++)
		if (l->aims.v[i].group.family == family &&
		    (!l->aims.v[i].expected || l->aims.v[i].expected == ifindex))
			return true;
	return false;
}

void check_version(const struct look *l, struct findings *out)
{
	size_t older = 0, newer[2] = { 0 }, unknown = 0;

	for (size_t i = 0; i < l->memberships.nspoken; i++)
		for (int f = 0; f < 2; f++) {
			const struct mc_spoken *s = &l->memberships.spoken[i];

			if (!concerned(l, s->ifindex, family_of(f)))
				continue;
			if (s->version[f] && s->version[f] < mc_proto_of(family_of(f))->newest)
				tell(l, out, s, f), older++;
			else if (s->version[f])
				newer[f]++;
			else
				unknown += s->why[f] == MC_SPOKEN_UNKNOWN && f;
		}
	if (older)
		return;
	if (newer[0] || newer[1])
		find(out, VERDICT_OK, "%s%s%s in force", newer[0] ? "IGMPv3" : "",
		     newer[0] && newer[1] ? " and " : "", newer[1] ? "MLDv2" : "");
	else if (unknown)
		find_advise(find(out, VERDICT_OK, "MLD is not forced to an older version"),
			    "whether an older querier was heard the kernel does not tell: --probe finds out");
	else
		find(out, VERDICT_OK, "no interface is concerned");
}
