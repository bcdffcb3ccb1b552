/*
 * warn.c - what a router's warnings are, in words: what, and what next. When they are told, the engine says.
 *
 * RFC 9776 7.3.1, 8.1; RFC 4604 2.2.3, 3.6; RFC 9777 5.1.14.
 */
#include "querier/warn.h"

#include "base/text.h"

struct about {
	const struct mc_action *a;
	const struct querier_link *link;
	const struct mc_iface *iface;
	const struct mc_proto *proto;
	unsigned family;
};

static void put_version(struct mc_text *t, const struct about *w, int64_t version)
{
	mc_text_str(t, w->proto->name);
	mc_text_char(t, 'v');
	mc_text_number(t, (uint64_t)version);
}

/* "10.0.0.5 asks in IGMPv2, this machine in IGMPv3: ..." */
static void put_asks(struct mc_text *t, const struct about *w)
{
	mc_text_addr(t, &w->a->addr);
	mc_text_str(t, " asks in ");
	put_version(t, w, w->a->version);
	mc_text_str(t, ", this machine in ");
	put_version(t, w, w->link->conf.options.version[w->family]);
	mc_text_str(t, ": all routers of a link must ask in the same version");
}

/* Of a querier, or of a host's report for a group. */
static void put_ssm(struct mc_text *t, const struct about *w)
{
	mc_text_addr(t, &w->a->addr);
	mc_text_str(t, w->a->group.family ? " speaks " : " asks in ");
	put_version(t, w, w->a->version);
	if (w->a->group.family) {
		mc_text_str(t, " about ");
		mc_text_addr(t, &w->a->group);
	}
	mc_text_str(t, ": source-specific groups need ");
	put_version(t, w, w->proto->newest);
}

static void put_sender(struct mc_text *t, const struct about *w)
{
	mc_text_addr(t, &w->a->addr);
	mc_text_str(t, " is not link-local, and what it sends does not count");
}

/* A bridge's own querier may ask from the bridge's address (mcast_query_use_ifaddr). */
static void put_self(struct mc_text *t, const struct about *w)
{
	bool bridge = w->iface && w->iface->bridge && w->iface->querier;

	mc_text_addr(t, &w->a->addr);
	mc_text_str(t, " is this machine's address, and ");
	if (!bridge) {
		mc_text_str(
			t,
			"somebody else asks from it (another program, or a machine with the same address)");
		return;
	}
	mc_text_str(t, "the bridge's own querier asks from it, too (turn that off: ip link set ");
	mc_text_str(t, w->iface->name);
	mc_text_str(t, " type bridge mcast_querier 0)");
}

static void put_groups(struct mc_text *t, const struct about *w)
{
	mc_text_addr(t, &w->a->group);
	mc_text_str(t, " is not kept: there are as many groups as may be (raise max-groups)");
}

static void put_sources(struct mc_text *t, const struct about *w)
{
	mc_text_addr(t, &w->a->group);
	mc_text_str(t,
		    " has more sources than may be, and counts as wanted from any (raise max-group-sources)");
}

static void put_hosts(struct mc_text *t, const struct about *w)
{
	mc_text_addr(t, &w->a->addr);
	mc_text_str(t, " is not kept as a member of ");
	mc_text_addr(t, &w->a->group);
	mc_text_str(t, ": there are as many as may be (raise max-hosts)");
}

static void put_memory(struct mc_text *t, const struct about *w)
{
	mc_text_str(t, "there is no memory");
	if (w->a->group.family) {
		mc_text_str(t, " for ");
		mc_text_addr(t, &w->a->group);
	}
}

static void put_robustness(struct mc_text *t, const struct about *w)
{
	(void)w;
	mc_text_str(t, "robustness-variable is 1: one lost packet cuts members off");
}

char *warn_text(const struct mc_action *a, const struct querier_link *l, unsigned family,
		const struct mc_iface *iface, char *buf, size_t cap)
{
	static void (*const put[])(struct mc_text * t, const struct about *w) = {
		[MC_WARN_OLDER] = put_asks,      [MC_WARN_NEWER] = put_asks,
		[MC_WARN_SSM] = put_ssm,         [MC_WARN_SENDER] = put_sender,
		[MC_WARN_SELF] = put_self,       [MC_WARN_GROUPS] = put_groups,
		[MC_WARN_SOURCES] = put_sources, [MC_WARN_HOSTS] = put_hosts,
		[MC_WARN_MEMORY] = put_memory,   [MC_WARN_ROBUSTNESS] = put_robustness,
	};
	const struct about w = { a, l, iface, querier_proto(family), family };
	struct mc_text t = mc_text_begin(buf, cap);

	if (a->warning < sizeof put / sizeof *put)
		put[a->warning](&t, &w);
	mc_text_cut(&t);
	return buf;
}
