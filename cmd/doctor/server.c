/*
 * server.c - the check server: who answered questions in the group, how far away. That nobody did is no
 * fault: none may run.
 */
#include <inttypes.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "doctor/probed.h"

static void tell_one(const struct probed *p, struct findings *f, const struct probed_server *s)
{
	char addr[MC_ADDR_STRLEN], group[PROBED_GROUP], far[64];

	mc_addr_format(&s->addr, addr, sizeof addr);
	if (s->own)
		snprintf(far, sizeof far, "on this machine");
	else if (s->hops == 0)
		snprintf(far, sizeof far, "on this link");
	else
		snprintf(far, sizeof far, "%" PRId32 " hop%s away", s->hops, s->hops == 1 ? "" : "s");
	struct finding *x = find(f, VERDICT_OK, "%s answers in %s, %s", addr, probed_group(p, group), far);

	x->group = p->group;
	find_saw(x, "its answers", "%u, the first after %.3g ms", s->answers, (double)s->trip / 1e6);
	find_saw(x, "the TTL that it took", "%" PRId32 "%s", s->ttl,
		 s->ttl > 1 ? ", half of which was not enough" : "");
}

static void tell_none(const struct look *l, const struct probed *p, struct findings *f)
{
	const struct probed_asked *a = &p->asked;
	char group[PROBED_GROUP];
	struct finding *x;

	if (a->error) {
		x = find(f, VERDICT_UNKNOWN, "nobody could be asked in %s by %s: %s", probed_group(p, group),
			 look_name(l, p->ifindex), mc_strerror(a->error));
	} else if (p->stopped) {
		x = find(f, VERDICT_UNKNOWN, "nobody answered before it was stopped");
	} else {
		x = find(f, VERDICT_UNKNOWN,
			 "no mcast serve answered in %s, asked with a TTL of up to %" PRId32,
			 probed_group(p, group), a->most);
		find_saw(x, "questions", "%u to port %u", a->sent, a->port);
		find_advise(x, "run mcast serve %s on another machine to test the way to it",
			    probed_group(p, group));
	}
	x->group = p->group;
	x->ifindex = p->ifindex;
}

void check_server(const struct look *l, struct findings *f)
{
	const struct probed *p = l->probed;

	if (probed_blind(p, f, "", 0))
		return;
	if (p->asked.busy) {
		find(f, VERDICT_UNKNOWN, "nobody was asked, as others send to the group");
		return;
	}
	for (size_t i = 0; i < p->asked.n; i++)
		tell_one(p, f, &p->asked.servers[i]);
	if (p->asked.more)
		find(f, VERDICT_OK, "%zu answers of more servers than %d", p->asked.more, PROBED_SERVERS);
	if (!p->asked.n)
		tell_none(l, p, f);
}
