/*
 * routing.c - the check routing: whether this machine routes multicast between its interfaces: who does,
 * whether the group has an entry in the forwarding cache, and what that entry loses. It reads the cache once
 * more, as its counters begin with the entry: what grew while it looked counts.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "out.h"

#define VIFS_MOST 32 /* MAXVIFS, MAXMIFS (linux/mroute.h) */

static const char *const names[] = { "IPv4", "IPv6" };

static int of_family(const struct mc_addr *a)
{
	return a->family == MC_IPV6;
}

/* The program that has the raw socket by which the cache is driven (MRT_INIT is done on one of IGMP or
 * ICMPv6). */
static const struct mc_process *daemon_of(const struct look *l, int f)
{
	for (size_t i = 0; i < l->nsockets; i++) {
		const struct mc_socket *s = &l->sockets[i];
		size_t n;

		if (!s->raw || s->family != (f ? MC_IPV6 : MC_IPV4) ||
		    s->protocol != (f ? IPPROTO_ICMPV6 : IPPROTO_IGMP))
			continue;
		const struct mc_open_socket *o = mc_processes_open(&l->processes, s->inode, &n);

		if (o)
			return &l->processes.v[o->process];
	}
	return NULL;
}

/* How many interfaces the fullest table of a family has. */
static size_t fullest(const struct mc_mroutes *m, uint8_t family)
{
	size_t most = 0;

	for (size_t i = 0; i < m->nvifs; i++) {
		size_t n = 0;

		for (size_t k = 0; k < m->nvifs; k++)
			n += m->vifs[k].family == family && m->vifs[k].table == m->vifs[i].table;
		most = n > most ? n : most;
	}
	return most;
}

static size_t judge_room(const struct look *l, struct findings *out, int f)
{
	size_t n = fullest(&l->mroutes, f ? MC_IPV6 : MC_IPV4);

	if (n < VIFS_MOST)
		return 0;
	struct finding *x = find(out, VERDICT_WARNING, "%s multicast routing has no room for more interfaces",
				 names[f]);

	find_saw(x, f ? "/proc/net/ip6_mr_vif" : "/proc/net/ip_mr_vif", "%zu of %d", n, VIFS_MOST);
	find_advise(x, "have the routing daemon use only those interfaces that need it");
	return 1;
}

/* How many came by a wrong interface since it began to look; of an entry that was not there, all of them. */
static uint64_t wrong_since(const struct look *l, const struct mc_mroute *now)
{
	for (size_t i = 0; i < l->mroutes.n; i++) {
		const struct mc_mroute *m = &l->mroutes.v[i];

		if (m->table == now->table && !mc_addr_cmp(&m->group, &now->group) &&
		    !mc_addr_cmp(&m->source, &now->source) && m->wrong <= now->wrong)
			return now->wrong - m->wrong;
	}
	return now->wrong;
}

static struct finding *begin_entry(const struct look *l, struct findings *out, const struct mc_mroute *m,
				   uint64_t wrong)
{
	char group[MC_ADDR_STRLEN], source[MC_ADDR_STRLEN] = "*";

	mc_addr_format(&m->group, group, sizeof group);
	if (m->source.family)
		mc_addr_format(&m->source, source, sizeof source);
	if (m->unresolved)
		return find(out, VERDICT_WARNING,
			    "packets from %s to %s wait for the routing daemon to say where they go", source,
			    group);
	if (wrong)
		return find(
			out, VERDICT_WARNING,
			"%" PRIu64
			" packets from %s to %s came by another interface than %s, and were not passed on",
			wrong, source, group, look_name(l, m->in));
	if (!m->nout)
		return find(out, VERDICT_OK,
			    "packets from %s to %s come in by %s, and nobody wants them beyond this machine",
			    source, group, look_name(l, m->in));
	return find(out, VERDICT_OK,
		    "packets from %s to %s pass from %s to %zu interfaces: %" PRIu64 " so far", source, group,
		    look_name(l, m->in), m->nout, m->packets);
}

static size_t judge_entry(const struct look *l, struct findings *out, const struct mc_mroute *m)
{
	uint64_t wrong = wrong_since(l, m);
	struct finding *x = begin_entry(l, out, m, wrong);

	x->group = m->group;
	find_saw(x, "forwarding cache",
		 "in %s, %zu out, %" PRIu64 " packets, %" PRIu64 " by the wrong interface, %" PRIu64
		 " of these while it looked",
		 m->in ? look_name(l, m->in) : "none yet", m->nout, m->packets, m->wrong, wrong);
	if (wrong || m->unresolved)
		find_advise(x, "look at the routing daemon, and at the route back to the source");
	for (size_t i = 0; i < m->nout; i++)
		if (m->out[i].ttl > 1)
			find_saw(x, "forwarding cache", "by %s only with a TTL above %u",
				 look_name(l, m->out[i].ifindex), m->out[i].ttl);
	return 1;
}

static bool wanted(const struct look *l, const struct mc_mroute *m)
{
	for (size_t i = 0; i < l->aims.n; i++) {
		const struct aim *a = &l->aims.v[i];

		if (!mc_addr_cmp(&a->group, &m->group) &&
		    (!a->source.family || !m->source.family || !mc_addr_cmp(&a->source, &m->source)))
			return true;
	}
	return false;
}

static void say_who(const struct look *l, struct findings *out, int f)
{
	char name[LOOK_PROCESS];
	const struct mc_process *p = daemon_of(l, f);

	if (p)
		find(out, VERDICT_OK, "this machine routes %s multicast: %s[%d]", names[f],
		     out_plain(name, sizeof name, p->name), (int)p->pid);
	else
		find(out, VERDICT_OK, "this machine routes %s multicast, by a program that is not to be seen",
		     names[f]);
}

static size_t judge_entries(const struct look *l, struct findings *out, const struct mc_mroutes *now)
{
	size_t told = 0;

	for (size_t i = 0; i < now->n && told < 2 * CHECKS_MOST; i++)
		if (wanted(l, &now->v[i]))
			told += judge_entry(l, out, &now->v[i]);
	return told;
}

void check_routing(const struct look *l, struct findings *out)
{
	size_t told = 0;
	bool concerned[2] = { !l->aims.n, !l->aims.n };
	struct mc_mroutes now = { 0 };
	int r = l->mroutes_error ? l->mroutes_error : mc_mroutes_read(&now);

	if (r) {
		find(out, VERDICT_UNKNOWN, "the forwarding cache could not be read: %s", mc_strerror(r));
		return;
	}
	for (size_t i = 0; i < l->aims.n; i++)
		concerned[of_family(&l->aims.v[i].group)] = true;
	for (int f = 0; f < 2; f++) {
		if (!concerned[f] || !l->mroutes.forwards[f])
			continue;
		say_who(l, out, f), told++;
		told += judge_room(l, out, f);
	}
	told += judge_entries(l, out, &now);
	mc_mroutes_free(&now);
	if (!told)
		find_advise(
			find(out, VERDICT_OK, "this machine does not route multicast"),
			"where sender and receiver are in different networks, a router on the way has to");
}
