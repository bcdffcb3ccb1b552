/*
 * track.c - fuzzes the tracker: octets say who sends what and when; some messages are made of them as
 * they are. What must hold: counts are those of what can be iterated, limits hold, the deadline is
 * ahead once all was polled, joins and leaves tell exactly who came and went, and in the end nothing
 * is left.
 */
#include "engine/track.h"

#include "fuzz.h"

enum { GROUPS_MOST = 6, HOSTS_MOST = 12, SOURCES_MOST = 10, RAW_MOST = 63 };

struct pair {
	struct mc_addr group, host;
};

struct run {
	const uint8_t *data;
	size_t size;
	const struct mc_proto *proto;
	struct mc_track *t;
	mc_time now;
	struct pair pairs[HOSTS_MOST]; /* by what was told */
	size_t n;
};

static uint8_t take(struct run *r)
{
	if (!r->size)
		return 0;
	r->size--;
	return *r->data++;
}

/* ---- what must hold ------------------------------------------------------------------------ */

static size_t find_pair(const struct run *r, const struct mc_addr *group, const struct mc_addr *host)
{
	size_t i = 0;

	while (i < r->n && (mc_addr_cmp(&r->pairs[i].group, group) || mc_addr_cmp(&r->pairs[i].host, host)))
		i++;
	return i;
}

static void check_event(struct run *r, const struct mc_track_event *e)
{
	size_t at = find_pair(r, &e->group, &e->host);

	MUST(e->kind <= MC_TRACK_LIMIT);
	if (e->kind == MC_TRACK_JOIN) {
		MUST(at == r->n && r->n < HOSTS_MOST && e->n >= 1);
		r->pairs[r->n++] = (struct pair){ e->group, e->host };
	} else if (e->kind == MC_TRACK_LEAVE) {
		MUST(at < r->n);
		r->pairs[at] = r->pairs[--r->n];
	} else if (e->kind == MC_TRACK_QUERIER) {
		MUST(mc_addr_cmp(&e->host, &e->other) != 0);
	}
}

static void check_sources(const struct run *r, const struct mc_track_group *g)
{
	const struct mc_track_source *s = NULL;
	mc_time last = 0;
	size_t n = 0;

	for (; (s = mc_track_source_next(r->t, g, s)); n++) {
		MUST(s->excluded == (s->expires == MC_NEVER));
		MUST(!s->excluded || g->mode == MC_EXCLUDE);
		last = s->expires > last ? s->expires : last;
	}
	MUST(n == g->sources);
	MUST(g->mode == MC_EXCLUDE || (n && last == g->expires));
}

/* Returns how many. Whoever was told to be there is, once all was told. */
static size_t check_hosts(const struct run *r, const struct mc_track_group *g, bool all_told)
{
	const struct mc_track_host *h = NULL;
	size_t n = 0;

	for (; (h = mc_track_host_next(r->t, g, h)); n++) {
		MUST(h->since <= h->heard && h->heard <= r->now && g->since <= h->since);
		MUST(!all_told || find_pair(r, &g->group, &h->addr) < r->n);
	}
	MUST(n == g->hosts);
	return n;
}

static void check_state(const struct run *r, bool all_told)
{
	const struct mc_track_group *g = NULL;
	size_t groups = 0, hosts = 0, sources = 0;

	for (; (g = mc_track_group_next(r->t, g)); groups++) {
		MUST(mc_addr_is_multicast(&g->group) && g->group.family == r->proto->family);
		MUST(g->version >= 1 && g->version <= r->proto->newest && g->expires != MC_NEVER);
		check_sources(r, g);
		hosts += check_hosts(r, g, all_told);
		sources += g->sources;
	}
	MUST(groups == mc_track_groups(r->t) && groups <= GROUPS_MOST);
	MUST(hosts <= HOSTS_MOST && sources <= SOURCES_MOST);
	MUST(!all_told || hosts == r->n);
}

/* Takes as many events, or all that there are. */
static void poll_events(struct run *r, size_t most)
{
	struct mc_track_event e;

	while (most-- > 0) {
		if (!mc_track_poll(r->t, r->now, &e)) {
			MUST(mc_track_deadline(r->t) > r->now);
			check_state(r, true);
			return;
		}
		check_event(r, &e);
	}
	check_state(r, false);
}

/* ---- messages ------------------------------------------------------------------------------ */

static struct mc_addr unicast(const struct run *r, uint8_t n)
{
	struct mc_addr a = { .family = r->proto->family };

	if (n % 8 == 7)
		return a;
	a.b[0] = r->proto->link_local ? 0xfe : 10;
	a.b[1] = r->proto->link_local ? 0x80 : 0;
	a.b[r->proto->addr_len - 1] = n % 8 + 1;
	return a;
}

/* An eighth of them are source-specific. */
static struct mc_addr group(const struct run *r, uint8_t n)
{
	struct mc_addr a = { .family = r->proto->family };

	if (r->proto->addr_len == 16) {
		a.b[0] = 0xff;
		a.b[1] = n % 8 ? 0x15 : 0x3e;
	} else {
		a.b[0] = n % 8 ? 239 : 232;
	}
	a.b[r->proto->addr_len - 1] = n % 8 + 1;
	return a;
}

/* The source addresses whose bits are set in a set. */
static struct mc_sources sources(const struct run *r, uint8_t set, uint8_t *room)
{
	struct mc_sources list = { room, 0, r->proto->family };

	for (uint8_t i = 0; i < 8; i++)
		if (set >> i & 1) {
			uint8_t *at = room + list.n++ * r->proto->addr_len;

			memset(at, 0, r->proto->addr_len);
			at[0] = 0x20;
			at[r->proto->addr_len - 1] = i + 1;
		}
	return list;
}

/* A packet as it came; its checksum is not what is tried here. */
static void give(struct run *r, const uint8_t *packet, int len, uint32_t faults)
{
	struct mc_msg m;

	if (len <= 0)
		return;
	mc_msg_init(&m);
	MUST(mc_decode(&m, packet, (size_t)len) == 0);
	m.faults |= faults;
	mc_track_input(r->t, &m, r->now);
}

static void report(struct run *r)
{
	uint8_t what = take(r), who = take(r), packet[1500], room[128];
	struct mc_record rec = { .type = what % 6 + 1, .group = group(r, who >> 4) };
	struct mc_writer w;
	struct mc_msg head;

	mc_msg_init(&head);
	head.kind = MC_REPORT;
	head.family = r->proto->family;
	head.version = what & 0x80 ? (what >> 6 & 1) + 1 : r->proto->newest;
	head.faults = MC_FAULT_SENDER;
	head.ip.src = unicast(r, who);
	rec.sources = sources(r, take(r), room);
	if (mc_writer_begin(&w, packet, sizeof(packet), &head) || mc_writer_add(&w, &rec) < 0)
		return;
	give(r, packet, mc_writer_end(&w), 0);
}

static void query(struct run *r)
{
	uint8_t what = take(r), who = take(r), packet[1500], room[128];
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.family = r->proto->family;
	m.version = what & 0x80 ? (what >> 6 & 1) + 1 : r->proto->newest;
	m.faults = MC_FAULT_SENDER;
	m.ip.src = unicast(r, who);
	m.query.group.family = m.family;
	if (what & 1)
		m.query.group = group(r, who >> 4);
	m.query.suppress = what >> 1 & 1;
	m.query.qrv = what >> 2 & 7;
	m.query.sources = sources(r, what & 1 ? take(r) : 0, room);
	m.query.interval = take(r);
	m.query.max_resp = take(r) * 100 * MC_MSEC;
	give(r, packet, mc_encode(packet, sizeof(packet), &m), what & 0x20 ? MC_FAULT_CHECKSUM : 0);
}

/* Octets as they are, in an IP packet that is sound. */
static void raw(struct run *r)
{
	struct mc_ip ip = { .src = unicast(r, take(r)), .dst = r->proto->all_reports, .ttl = 1, .alert = 1 };
	size_t len = take(r) & RAW_MOST;
	struct mc_msg m;

	ip.protocol = r->proto->protocol;
	ip.sum_ok = true;
	len = len < r->size ? len : r->size;
	mc_msg_init(&m);
	if (mc_msg_decode(&m, &ip, r->data, len) == 0) {
		m.faults &= ~(uint32_t)MC_FAULT_CHECKSUM;
		mc_track_input(r->t, &m, r->now);
	}
	r->data += len;
	r->size -= len;
}

/* From milliseconds to days. */
static void wait(struct run *r)
{
	uint8_t n = take(r);

	r->now += ((mc_time)(n & 15) + 1) * MC_MSEC << (n >> 4) * 3 / 2;
}

static void until_deadline(struct run *r)
{
	mc_time deadline = mc_track_deadline(r->t);

	if (deadline != MC_NEVER && deadline > r->now)
		r->now = deadline;
}

static void step(struct run *r)
{
	uint8_t op = take(r);

	switch (op & 7) {
	case 0:
	case 1:
	case 2:
		report(r);
		break;
	case 3:
		query(r);
		break;
	case 4:
		raw(r);
		break;
	case 5:
		wait(r);
		break;
	case 6:
		until_deadline(r);
		break;
	default:
		poll_events(r, op >> 3);
	}
	if (op & 0x80)
		poll_events(r, SIZE_MAX);
	else
		check_state(r, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .data = data, .size = size, .now = MC_SEC };
	struct mc_track_conf conf;

	mc_track_conf_init(&conf, take(&r) & 1 ? MC_IPV6 : MC_IPV4);
	conf.max_groups = GROUPS_MOST;
	conf.max_hosts = HOSTS_MOST;
	conf.max_sources = SOURCES_MOST;
	r.proto = mc_proto_of(conf.family);
	MUST(mc_track_new(&r.t, &conf, r.now) == 0);
	while (r.size)
		step(&r);
	poll_events(&r, SIZE_MAX);
	r.now += 1000000 * MC_SEC; /* longer than any timer there is */
	poll_events(&r, SIZE_MAX);
	MUST(mc_track_groups(r.t) == 0 && mc_track_deadline(r.t) == MC_NEVER);
	MUST(mc_track_querier(r.t)->addr.family == 0);
	mc_track_free(r.t);
	return 0;
}
