/*
 * soak.c - the check soak: whether what flowed at first goes on. A switch that snoops without a querier
 * delivers until it has forgotten the join, 260 s after it by default (RFC 9776 8.4).
 */
#include <stdio.h>

#include "doctor/checks.h"
#include "doctor/probed.h"

#define SILENCE (2 * MC_SEC) /* the least that counts as an end */

static double seconds(mc_time from, mc_time to)
{
	return to > from ? (double)(to - from) / 1e9 : 0;
}

static void tell_stopped(const struct look *l, const struct probed *p, struct findings *f, mc_time joined,
			 mc_time end)
{
	char group[PROBED_GROUP];
	struct finding *x = find(f, VERDICT_FAULT, "%s stopped %.3g s after the join%s",
				 probed_group(p, group), seconds(joined, p->flow.last),
				 p->heard.n ? "" : ", as a switch does that snoops without a querier");

	x->group = p->group;
	x->ifindex = p->ifindex;
	find_saw(x, "the last datagram", "came %.3g s before the end", seconds(p->flow.last, end));
	find_saw(x, "the longest pause before", "%.3g s", (double)p->flow.gap / 1e9);
	if (p->heard.n) {
		find_advise(x, "see whether the sender still sends; a querier asks on this link");
		return;
	}
	find_saw(x, "general queries on the link", p->heard.error ? "could not be seen" : "none");
	find_advise(x,
		    "see whether the sender still sends; if so, switch the querier of the switch on, or run "
		    "mcast "
		    "querier %s on one machine of the link for as long as traffic is to flow",
		    look_name(l, p->ifindex));
}

void check_soak(const struct look *l, struct findings *f)
{
	const struct probed *p = l->probed;
	char group[PROBED_GROUP];

	if (probed_blind(p, f, "", 0))
		return;
	mc_time joined = p->flow.joined ? p->flow.joined : p->heard.joined;
	mc_time end = p->flow.end, silence = 4 * p->flow.gap > SILENCE ? 4 * p->flow.gap : SILENCE;

	probed_group(p, group);
	if (!p->flow.last)
		find(f, VERDICT_UNKNOWN, "nothing of %s arrived that could go on", group);
	else if (seconds(p->flow.last, end) * 1e9 > (double)silence)
		tell_stopped(l, p, f, joined, end);
	else if (p->stopped)
		find(f, VERDICT_UNKNOWN, "%s still arrived when it was stopped, after %.3g s", group,
		     seconds(joined, end));
	else
		find(f, VERDICT_OK, "%s still arrived %.3g s after the join", group, seconds(joined, end));
}
