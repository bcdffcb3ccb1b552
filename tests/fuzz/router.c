/*
 * router.c - fuzzes the router role: octets are its configuration, packets and messages that it hears, and
 * time. What must hold: the deadline is ahead once all was polled, what it sends can be read and is as the
 * RFCs want it, limits hold and memory with them, that groups come and go is told, what is forwarded
 * changes for those groups alone that were told, hosts that are kept are those that were told, and in the end
 * nothing is left.
 */
#include <mcast/router.h>

#include "fuzz.h"

enum { GROUPS_MOST = 6, SOURCES_MOST = 10, MEMORY_MOST = 160 * 1024, PLACES = 2 * GROUPS_MOST, TRIED = 4 };
enum { HOSTS_MOST = 12, HOSTS_FEW = 3, NEWS_MOST = 3 * 1024 * 1024 /* what a caller leaves unpolled */ };

/* What was told of a group. */
struct told {
	struct mc_addr group;
	bool fresh;            /* since it was polled to the end last */
	unsigned forwards;     /* then: bits, see forwards_of */
};

/* A host that was told to be a member. */
struct member {
	struct mc_addr group, addr;
};

struct run {
	const uint8_t *data;
	size_t size;
	const struct mc_proto *proto;
	struct mc_router_conf conf;
	struct mc_router *r;
	mc_time now;
	struct told told[PLACES];
	size_t n;
	struct mc_addr tried[TRIED]; /* sources that were heard of */
	struct member members[HOSTS_MOST];
	size_t n_members;
};

static uint8_t take(struct run *r)
{
	if (!r->size)
		return 0;
	r->size--;
	return *r->data++;
}

/* ---- what must hold ------------------------------------------------------------------------ */

static void check_sent(const struct run *r, const struct mc_action *a)
{
	struct mc_msg m;

	mc_msg_init(&m);
	MUST(!r->conf.passive && a->len <= r->conf.mtu);
	MUST(mc_decode(&m, a->octets, a->len) == 0);
	MUST(m.faults == 0 && m.kind == MC_QUERY && m.version == r->conf.version);
	MUST(mc_addr_cmp(&m.ip.dst, &a->dst) == 0 && mc_addr_cmp(&m.ip.src, &r->conf.addr) == 0);
}

static size_t find(const struct run *r, const struct mc_addr *group)
{
	size_t i = 0;

	while (i < r->n && mc_addr_cmp(&r->told[i].group, group))
		i++;
	return i;
}

static void check_group_told(struct run *r, const struct mc_action *a)
{
	size_t at = find(r, &a->group);

	MUST(a->present || at < r->n);
	if (!a->present) {
		r->told[at] = r->told[--r->n];
		return;
	}
	if (at == r->n) {
		MUST(r->n < PLACES);
		r->told[r->n++] = (struct told){ .group = a->group };
	}
	r->told[at].fresh = true;
}

static size_t find_member(const struct run *r, const struct mc_addr *group, const struct mc_addr *addr)
{
	size_t i = 0;

	while (i < r->n_members &&
	       (mc_addr_cmp(&r->members[i].group, group) || mc_addr_cmp(&r->members[i].addr, addr)))
		i++;
	return i;
}

static void check_host_told(struct run *r, const struct mc_action *a)
{
	size_t at = find_member(r, &a->group, &a->addr);

	MUST(a->present == (at == r->n_members) && !(a->present && a->expired));
	MUST(a->addr.family == r->proto->family && !mc_addr_is_unspecified(&a->addr));
	if (!a->present) {
		r->members[at] = r->members[--r->n_members];
		return;
	}
	MUST(r->n_members < HOSTS_MOST);
	r->members[r->n_members++] = (struct member){ a->group, a->addr };
}

static void check_host(const struct run *r, const struct mc_addr *group, const struct mc_router_host *host)
{
	struct mc_router_host found = { .size = sizeof(found) };
	struct mc_addr last = { .family = 0 }, s;
	uint32_t n = 0;

	MUST(mc_router_host(r->r, group, &host->addr, &found) && found.heard == host->heard);
	MUST(find_member(r, group, &host->addr) < r->n_members);
	for (; (s = mc_router_host_source(r->r, group, &host->addr, n)).family; n++, last = s)
		MUST(mc_addr_cmp(&last, &s) < 0);
	MUST(n == host->sources && n <= SOURCES_MOST);
	MUST(host->since <= host->heard && host->heard <= r->now);
}

static void check_hosts(const struct run *r, const struct mc_router_group *g)
{
	struct mc_router_host host = { .size = sizeof(host) };
	uint32_t n = 0;

	for (uint32_t pos = 0; mc_router_host_next(r->r, &g->group, &pos, &host); n++)
		check_host(r, &g->group, &host);
	MUST(n == g->hosts);
	if (g->last_reporter.family)
		MUST(mc_router_host(r->r, &g->group, &g->last_reporter, &host));
}

/* Of the sources that were tried, and of any other. */
static unsigned forwards_of(const struct run *r, const struct mc_addr *group)
{
	struct mc_addr none = { .family = 0 };
	unsigned set = mc_router_forwards(r->r, group, &none);

	for (size_t i = 0; i < TRIED; i++)
		set |= (unsigned)mc_router_forwards(r->r, group, &r->tried[i]) << (i + 1);
	return set;
}

static void check_sources(const struct run *r, const struct mc_router_group *g)
{
	struct mc_router_source s;
	struct mc_addr last = { .family = 0 };
	uint32_t n = 0, excluded = 0;

	for (; mc_router_source(r->r, &g->group, n, &s); n++) {
		MUST(mc_addr_cmp(&last, &s.addr) < 0);
		MUST(s.expires == 0 || s.expires > r->now);
		excluded += s.expires == 0;
		last = s.addr;
	}
	MUST(n == g->sources && n <= SOURCES_MOST && excluded == g->excluded);
	MUST(g->mode == MC_EXCLUDE ? g->expires > r->now : n && !excluded && !g->expires);
}

static void check_groups(struct run *r)
{
	struct mc_router_status s = { .size = sizeof(s) };
	struct mc_router_group g = { .size = sizeof(g) };
	uint64_t sources = 0, hosts = 0;
	uint32_t n = 0;

	for (uint32_t pos = 0; mc_router_group_next(r->r, &pos, &g); n++) {
		struct told *t = &r->told[find(r, &g.group)];
		unsigned forwards = forwards_of(r, &g.group);

		MUST(t < r->told + r->n && mc_addr_is_multicast(&g.group));
		MUST(t->fresh || t->forwards == forwards);
		t->forwards = forwards;
		t->fresh = false;
		MUST(g.version >= 1 && g.version <= r->proto->newest);
		check_sources(r, &g);
		check_hosts(r, &g);
		sources += g.sources;
		hosts += g.hosts;
	}
	mc_router_status(r->r, &s);
	MUST(n == r->n && n == s.groups && n <= GROUPS_MOST && sources == s.sources);
	MUST(hosts == s.hosts && hosts == r->n_members);
	MUST(s.querier || s.query == MC_NEVER);
	MUST(s.robustness > 0 && s.query_interval > 0);
}

/* As many actions, or all that there are. */
static void poll(struct run *r, size_t most)
{
	struct mc_action a;

	mc_action_init(&a);
	while (most-- > 0) {
		if (!mc_router_poll(r->r, r->now, &a)) {
			MUST(mc_router_deadline(r->r) > r->now);
			check_groups(r);
			break;
		}
		MUST(a.kind <= MC_ACTION_WARN);
		if (a.kind == MC_ACTION_SEND)
			check_sent(r, &a);
		else if (a.kind == MC_ACTION_GROUP)
			check_group_told(r, &a);
		else if (a.kind == MC_ACTION_HOST)
			check_host_told(r, &a);
	}
	MUST(mc_router_memory(r->r) < MEMORY_MOST + (r->conf.max_hosts ? NEWS_MOST : 0));
}

/* ---- messages ------------------------------------------------------------------------------ */

static void note_sources(struct run *r, const struct mc_msg *m)
{
	struct mc_record rec;
	size_t pos = 0;

	while (mc_msg_next(m, &pos, &rec))
		for (uint16_t i = 0; i < rec.sources.n && i < TRIED; i++)
			if (!r->tried[i].family)
				r->tried[i] = mc_sources_at(&rec.sources, i);
}

/* Its checksum is not what is tried here. */
static void give(struct run *r, struct mc_msg *m)
{
	m->faults &= ~(uint32_t)(MC_FAULT_CHECKSUM | MC_FAULT_IP_CHECKSUM);
	mc_router_input(r->r, m, r->now);
}

/* Octets of a number of their own, as they are: an IP packet, or what might be one. */
static void packet(struct run *r)
{
	size_t len = (size_t)take(r) << 8;
	struct mc_msg m;
	int err;

	len |= take(r);
	len = len < r->size ? len : r->size;
	mc_msg_init(&m);
	err = mc_decode(&m, r->data, len);
	if (err)
		mc_router_refused(r->r, err);
	else
		give(r, &m);
	r->data += len;
	r->size -= len;
}

/* A message in a header that is sound, of any sender. The sources that are tried stay the same while there
 * are groups. */
static void message(struct run *r, bool to_nodes)
{
	struct mc_ip ip = { .dst = r->proto->all_reports, .ttl = 1, .alert = 1, .sum_ok = true };
	uint8_t from = take(r);
	size_t len = take(r);
	struct mc_msg m;

	ip.src = r->conf.addr;
	ip.src.family = r->proto->family;
	ip.src.b[0] = r->proto->link_local ? 0xfe : 10;
	ip.src.b[1] = r->proto->link_local ? 0x80 : 0;
	ip.src.b[r->proto->addr_len - 1] = from;
	ip.protocol = r->proto->protocol;
	if (to_nodes)
		ip.dst = r->proto->all_nodes;
	len = len < r->size ? len : r->size;
	mc_msg_init(&m);
	if (mc_msg_decode(&m, &ip, r->data, len) == 0) {
		if (!r->n)
			note_sources(r, &m);
		give(r, &m);
	}
	r->data += len;
	r->size -= len;
}

/* ---- time, configuration --------------------------------------------------------------------- */

/* From milliseconds to days. */
static void wait(struct run *r)
{
	uint8_t n = take(r);

	r->now += ((mc_time)(n & 15) + 1) * MC_MSEC << (n >> 4) * 3 / 2;
}

/* To the deadline, or around it. */
static void until_deadline(struct run *r, unsigned past)
{
	mc_time deadline = mc_router_deadline(r->r);

	if (deadline != MC_NEVER && deadline > r->now)
		r->now = deadline + past % 3 - 1;
}

static struct mc_router_conf conf_of(uint8_t family, uint8_t bits, uint8_t more)
{
	struct mc_router_conf conf;

	mc_router_conf_init(&conf, family);
	conf.version = (uint8_t)(conf.version - (bits >> 1 & 3) % conf.version);
	conf.passive = (bits & 0x38) == 0x38;
	conf.max_hosts = bits & 0x08 ? HOSTS_MOST : bits & 0x10 ? HOSTS_FEW : 0;
	conf.compatible = !(bits & 0x40);
	conf.strict_ttl = bits & 0x80;
	conf.require_alert = more & 1;
	conf.ignore_v1 = more & 2;
	conf.ignore_v2 = more & 4;
	conf.rfc3376 = more & 8;
	conf.robustness = (uint8_t)(1 + (more >> 4 & 3));
	conf.last_member_query_count = more >> 6;
	conf.max_groups = GROUPS_MOST;
	conf.max_sources = SOURCES_MOST;
	conf.mtu = 1280;
	conf.addr.family = family;
	conf.addr.b[0] = family == MC_IPV4 ? 10 : 0xfe;
	conf.addr.b[1] = family == MC_IPV4 ? 0 : 0x80;
	conf.addr.b[family == MC_IPV4 ? 3 : 15] = 100;
	return conf;
}

/* What is pending of the old one is given first: it would be in its version. */
static void configure(struct run *r)
{
	uint8_t bits = take(r), more = take(r);

	poll(r, SIZE_MAX);
	r->conf = conf_of(r->proto->family, bits, more);
	MUST(mc_router_configure(r->r, &r->conf, r->now) == 0);
	if (!r->conf.max_hosts)
		r->n_members = 0;
}

static void step(struct run *r)
{
	uint8_t op = take(r);

	switch (op & 7) {
	case 0:
		packet(r);
		break;
	case 1:
	case 2:
		message(r, (op & 7) == 2);
		break;
	case 3:
	case 4:
		wait(r);
		break;
	case 5:
		until_deadline(r, op >> 3);
		break;
	case 6:
		configure(r);
		break;
	default:
		poll(r, op >> 3);
	}
	if (!(op & 0x80))
		poll(r, SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .data = data, .size = size, .now = MC_SEC };
	uint8_t bits = take(&r), more = take(&r);
	struct mc_router_status s = { .size = sizeof(s) };

	r.conf = conf_of(bits & 1 ? MC_IPV6 : MC_IPV4, bits, more);
	r.proto = mc_proto_of(r.conf.family);
	MUST(mc_router_new(&r.r, &r.conf, r.now) == 0);
	while (r.size)
		step(&r);
	poll(&r, SIZE_MAX);
	r.now += 1000000 * MC_SEC; /* longer than any timer there is */
	poll(&r, SIZE_MAX);
	mc_router_status(r.r, &s);
	MUST(s.groups == 0 && s.sources == 0 && s.hosts == 0);
	MUST(s.querier == !r.conf.passive && !s.other_querier);
	mc_router_free(r.r);
	return 0;
}
