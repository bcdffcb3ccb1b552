/*
 * host.c - fuzzes the host role: octets say what a socket wants, which packets come and when it is polled;
 * packets are made of them, sound or as they are, and decoded. What must hold: what is sent can be decoded,
 * is no fault of its own and speaks the version in force, of no group that is never told of; the deadline is
 * ahead once all was polled; limits hold; and when nothing comes any more it falls silent.
 */
#include <mcast/host.h>

#include "fuzz.h"

enum { GROUPS_MOST = 5, SOURCES_MOST = 6, QUERIED_MOST = 4, RAW_MOST = 127, PACKET = 1500, QUIET = 5000 };

struct run {
	const uint8_t *data;
	size_t size;
	const struct mc_proto *proto;
	struct mc_host_conf conf;
	struct mc_host *h;
	mc_time now;
};

static uint8_t take(struct run *r)
{
	if (!r->size)
		return 0;
	r->size--;
	return *r->data++;
}

/* ---- what must hold ------------------------------------------------------------------------ */

static void check_record(const struct run *r, const struct mc_msg *m, const struct mc_record *rec)
{
	int scope = mc_addr_scope(&rec->group);

	MUST(rec->faults == 0 && rec->aux == 0);
	MUST(scope >= 2 && mc_addr_cmp(&rec->group, &r->proto->all_nodes) != 0);
	MUST(rec->type != MC_IS_IN || rec->sources.n);
	MUST(rec->sources.n || (rec->type != MC_ALLOW && rec->type != MC_BLOCK));
	if (m->version == r->proto->newest && mc_addr_is_ssm(&rec->group))
		MUST(rec->type != MC_IS_EX && rec->type != MC_TO_EX);
}

static void check_packet(const struct run *r, const struct mc_action *a)
{
	struct mc_host_status s = { .size = sizeof(s) };
	struct mc_record rec;
	struct mc_msg m;
	size_t pos = 0;

	mc_msg_init(&m);
	MUST(a->len <= r->conf.mtu && mc_decode(&m, a->octets, a->len) == 0);
	MUST((m.faults & ~(uint32_t)(r->conf.addr.family ? 0 : MC_FAULT_SENDER)) == 0);
	MUST(m.kind == MC_REPORT && m.extra == 0 && m.report.n > 0);
	mc_host_status(r->h, &s);
	MUST(m.version == a->version && m.version == s.version);
	MUST(mc_addr_cmp(&m.ip.dst, &a->dst) == 0);
	while (mc_msg_next(&m, &pos, &rec))
		check_record(r, &m, &rec);
}

static void check_group(const struct run *r, const struct mc_host_group *g)
{
	struct mc_addr last = { .family = 0 }, a;
	uint32_t n = 0;

	for (; (a = mc_host_source(r->h, &g->group, n)).family; last = a, n++)
		MUST(n == 0 || mc_addr_cmp(&last, &a) < 0);
	MUST(n == g->sources && n <= SOURCES_MOST && g->queried <= QUERIED_MOST);
	MUST(g->sockets && (n || g->mode == MC_EXCLUDE));
	MUST(g->mode == MC_INCLUDE || !mc_addr_is_ssm(&g->group));
}

static void check_state(const struct run *r)
{
	struct mc_host_status s = { .size = sizeof(s) };
	struct mc_host_group g = { .size = sizeof(g) };
	uint32_t pos = 0, n = 0;

	mc_host_status(r->h, &s);
	MUST(s.version >= 1 && s.version <= r->conf.version && s.robustness > 0);
	for (; mc_host_group_next(r->h, &pos, &g); n++)
		check_group(r, &g);
	MUST(n == s.groups && n <= GROUPS_MOST);
}

/* Takes as many actions, or all that there are. */
static void poll_actions(struct run *r, size_t most)
{
	struct mc_action a;

	mc_action_init(&a);
	while (most-- > 0) {
		if (!mc_host_poll(r->h, r->now, &a)) {
			MUST(mc_host_deadline(r->h) > r->now);
			break;
		}
		MUST(a.size == sizeof(a));
		if (a.kind == MC_ACTION_SEND)
			check_packet(r, &a);
		else
			MUST(a.kind == MC_ACTION_VERSION || a.kind == MC_ACTION_WARN);
	}
	check_state(r);
}

/* ---- what comes ---------------------------------------------------------------------------- */

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

/* Source-specific ones, all nodes, those of the smallest scopes, and no groups among them. */
static struct mc_addr group(const struct run *r, uint8_t n)
{
	static const uint8_t v4[8][2] = { { 239 }, { 239 }, { 239 }, { 232 },
					  { 232 }, { 224 }, { 224 }, { 10 } };
	static const uint8_t v6[8][2] = { { 0xff, 0x15 }, { 0xff, 0x15 }, { 0xff, 0x0e }, { 0xff, 0x3e },
					  { 0xff, 0x35 }, { 0xff, 0x02 }, { 0xff, 0x01 }, { 0x20, 0x01 } };
	struct mc_addr a = { .family = r->proto->family };

	memcpy(a.b, r->proto->addr_len == 16 ? v6[n % 8] : v4[n % 8], 2);
	a.b[r->proto->addr_len - 1] = (uint8_t)(n >> 3 & 7) + 1;
	return a;
}

static size_t sources(const struct run *r, uint8_t set, struct mc_addr *room)
{
	size_t n = 0;

	for (uint8_t i = 0; i < 8; i++)
		if (set >> i & 1) {
			room[n] = (struct mc_addr){ .family = r->proto->family };
			room[n].b[0] = 0x20;
			room[n++].b[r->proto->addr_len - 1] = i + 1;
		}
	return n;
}

static void listen(struct run *r)
{
	uint8_t what = take(r), set = take(r);
	struct mc_addr room[8], g = group(r, take(r));
	size_t n = sources(r, set, room);

	mc_host_listen(r->h, what >> 4 & 3, &g, what & 1 ? MC_EXCLUDE : MC_INCLUDE, room, n, r->now);
}

static void input(struct run *r, const uint8_t *packet, int len, uint32_t faults)
{
	struct mc_msg m;
	int err;

	if (len <= 0)
		return;
	mc_msg_init(&m);
	err = mc_decode(&m, packet, (size_t)len);
	if (err < 0) {
		mc_host_refused(r->h, err);
		return;
	}
	m.faults |= faults;
	mc_host_input(r->h, &m, r->now);
}

static void query(struct run *r)
{
	uint8_t what = take(r), who = take(r), packet[PACKET], list[8 * 16];
	struct mc_addr room[8];
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.family = r->proto->family;
	m.version = what & 0x80 ? (what >> 6 & 1) + 1 : r->proto->newest;
	m.faults = MC_FAULT_SENDER;
	m.ip.src = unicast(r, who);
	m.query.group.family = m.family;
	if (what & 1)
		m.query.group = group(r, take(r));
	mc_sources_pack(&m.query.sources, list, sizeof(list), room, sources(r, what & 2 ? take(r) : 0, room));
	m.query.suppress = what >> 2 & 1;
	m.query.qrv = what >> 3 & 7;
	m.query.interval = take(r);
	m.query.max_resp = take(r) * 100 * MC_MSEC;
	input(r, packet, mc_encode(packet, sizeof(packet), &m), who & 0x80 ? MC_FAULT_CHECKSUM : 0);
}

static void report(struct run *r)
{
	uint8_t what = take(r), packet[PACKET];
	struct mc_record rec = { .type = what & 1 ? MC_TO_IN : MC_IS_EX, .group = group(r, take(r)) };
	struct mc_writer w;
	struct mc_msg head;

	mc_msg_init(&head);
	head.family = r->proto->family;
	head.version = (uint8_t)((what >> 1) % r->proto->newest + 1);
	head.ip.src = unicast(r, what >> 4);
	head.faults = MC_FAULT_SENDER;
	if (mc_writer_begin(&w, packet, sizeof(packet), &head) == 0 && mc_writer_add(&w, &rec) >= 0)
		input(r, packet, mc_writer_end(&w), 0);
}

/* Octets as they are: a whole packet, or a message in a header that is sound. */
static void raw(struct run *r)
{
	struct mc_ip ip = { .src = unicast(r, take(r)), .dst = r->proto->all_nodes, .ttl = 1, .alert = 1 };
	size_t len = take(r);
	bool whole = len > RAW_MOST;
	struct mc_msg m;

	len &= RAW_MOST;
	len = len < r->size ? len : r->size;
	ip.protocol = r->proto->protocol;
	ip.sum_ok = true;
	mc_msg_init(&m);
	if (whole) {
		input(r, r->data, (int)len, 0);
	} else if (mc_msg_decode(&m, &ip, r->data, len) == 0) {
		m.faults &= ~(uint32_t)MC_FAULT_CHECKSUM;
		mc_host_input(r->h, &m, r->now);
	}
	r->data += len;
	r->size -= len;
}

static void configure(struct run *r)
{
	struct mc_host_conf c = r->conf;
	uint8_t what = take(r);

	c.robustness = (what & 3) + 1;
	c.version = what >> 2 & 1 ? r->proto->newest : 1;
	c.compatible = what >> 3 & 1;
	c.quiet_leave = what >> 4 & 1;
	c.mtu = what >> 5 & 1 ? 576 : PACKET;
	if (what >> 6 & 1)
		c.addr = unicast(r, 1);
	MUST(mc_host_configure(r->h, &c, r->now) == 0);
	r->conf = c;
}

/* From milliseconds to days, also past the deadline. */
static void wait(struct run *r)
{
	uint8_t n = take(r);

	r->now += ((mc_time)(n & 15) + 1) * MC_MSEC << (n >> 4) * 3 / 2;
}

static void until_deadline(struct run *r)
{
	mc_time deadline = mc_host_deadline(r->h);

	if (deadline != MC_NEVER && deadline > r->now)
		r->now = deadline;
}

static void step(struct run *r)
{
	static void (*const steps[])(struct run *) = { listen, listen,    query, query,
						       report, configure, raw,   wait };
	uint8_t op = take(r);

	if (op & 8)
		until_deadline(r);
	else
		steps[op & 7](r);
	if (op & 0x80)
		poll_actions(r, SIZE_MAX);
	else
		poll_actions(r, op >> 4 & 7);
}

static void fall_silent(struct run *r)
{
	size_t n = 0;

	for (; mc_host_deadline(r->h) != MC_NEVER; n++) {
		MUST(n < QUIET);
		until_deadline(r);
		poll_actions(r, SIZE_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .data = data, .size = size, .now = MC_SEC };

	mc_host_conf_init(&r.conf, take(&r) & 1 ? MC_IPV6 : MC_IPV4);
	r.conf.max_groups = GROUPS_MOST;
	r.conf.max_sources = SOURCES_MOST;
	r.conf.max_queried = QUERIED_MOST;
	r.proto = mc_proto_of(r.conf.family);
	MUST(mc_host_new(&r.h, &r.conf, r.now) == 0);
	while (r.size)
		step(&r);
	poll_actions(&r, SIZE_MAX);
	fall_silent(&r);
	mc_host_free(r.h);
	return 0;
}
