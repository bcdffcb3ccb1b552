/*
 * roundtrip.c - fuzzes the encoder against the decoder: a packet that was read and written is the same when
 * read and written again; a query, and a report, made of values that the octets choose is refused with an
 * error that is documented, or read as those values.
 */
#include <mcast/msg.h>

#include "fuzz.h"

#define SOURCES 8
#define RECORDS 12
#define PACKET 2048

/* The octets, one after the other; zeros behind their end. */
struct feed {
	const uint8_t *data;
	size_t size, off;
};

static uint8_t octet(struct feed *f)
{
	return f->off < f->size ? f->data[f->off++] : 0;
}

static uint64_t number(struct feed *f, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | octet(f);
	return v;
}

static void fill(struct feed *f, struct mc_addr *a, uint8_t family)
{
	a->family = family;
	for (size_t i = 0; i < mc_addr_len(a); i++)
		a->b[i] = octet(f);
}

/* Mostly one that may stand there. */
static struct mc_addr address(struct feed *f, uint8_t family, bool group)
{
	struct mc_addr a = { .family = family };
	uint8_t kind = octet(f);

	if (kind >= 0xf0) {
		fill(f, &a, kind & 1 ? MC_IPV6 : MC_IPV4);
		return a;
	}
	if (kind == 0 || !mc_addr_len(&a))
		return a; /* unspecified */
	a.b[0] = family == MC_IPV4 ? (group ? 239 : 10) : (group ? 0xff : 0xfe);
	a.b[1] = family == MC_IPV4 ? 1 : group ? 0x15 : 0x80;
	a.b[mc_addr_len(&a) - 1] = kind;
	return a;
}

static bool is_known(int err)
{
	return err == MC_ERR_ROOM || err == MC_ERR_VERSION || err == MC_ERR_GROUP || err == MC_ERR_SOURCE ||
	       err == MC_ERR_FAMILY || err == MC_ERR_CONF;
}

static bool same_addr(const struct mc_addr *a, const struct mc_addr *b)
{
	return mc_addr_cmp(a, b) == 0;
}

static bool same_sources(const struct mc_sources *a, const struct mc_sources *b)
{
	if (a->n != b->n)
		return false;
	for (uint16_t i = 0; i < a->n; i++) {
		struct mc_addr x = mc_sources_at(a, i), y = mc_sources_at(b, i);

		if (!same_addr(&x, &y))
			return false;
	}
	return true;
}

static void must_be_same_records(const struct mc_msg *a, const struct mc_msg *b)
{
	struct mc_record x, y;
	size_t i = 0, k = 0;

	MUST(a->report.n == b->report.n && a->report.leave == b->report.leave);
	while (mc_msg_next(a, &i, &x)) {
		MUST(mc_msg_next(b, &k, &y));
		MUST(x.type == y.type && x.faults == y.faults && y.aux == 0);
		MUST(same_addr(&x.group, &y.group) && same_sources(&x.sources, &y.sources));
	}
	MUST(!mc_msg_next(b, &k, &y));
}

static void must_be_same_query(const struct mc_query *a, const struct mc_query *b)
{
	MUST(same_addr(&a->group, &b->group) && same_sources(&a->sources, &b->sources));
	MUST(a->max_resp == b->max_resp && a->max_resp_code == b->max_resp_code);
	MUST(a->interval == b->interval && a->qqic == b->qqic && a->qrv == b->qrv);
	MUST(a->suppress == b->suppress);
}

static void must_be_same(const struct mc_msg *a, const struct mc_msg *b)
{
	MUST(a->kind == b->kind && a->family == b->family && a->version == b->version && a->type == b->type);
	MUST(same_addr(&a->ip.src, &b->ip.src) && same_addr(&a->ip.dst, &b->ip.dst));
	MUST(a->ip.ttl == b->ip.ttl && a->ip.tos == b->ip.tos && a->ip.alert == b->ip.alert);
	MUST(b->extra == 0 && !b->extended);
	MUST(!(b->faults & MC_FAULT_EXTENSION) ||
	     a->faults & MC_FAULT_EXTENSION); /* E without octets: on purpose */
	MUST(b->code == 0 || (b->kind == MC_QUERY && b->code == b->query.max_resp_code) || b->kind == MC_MRD);
	if (a->kind == MC_QUERY)
		must_be_same_query(&a->query, &b->query);
	if (a->kind == MC_REPORT)
		must_be_same_records(a, b);
	if (a->kind == MC_MRD)
		MUST(memcmp(&a->mrd, &b->mrd, sizeof(a->mrd)) == 0);
}

static int decoded(struct mc_msg *ret, const uint8_t *packet, size_t len)
{
	mc_msg_init(ret);
	return mc_decode(ret, packet, len);
}

/* Whatever was read can be written, in no more room; once written it stays as it is. */
static void check_packet(const uint8_t *data, size_t size)
{
	uint8_t *once = malloc(size), *again = malloc(size);
	struct mc_msg a, b;
	int n;

	MUST((once && again) || size == 0);
	if (decoded(&a, data, size) == 0) {
		n = mc_encode(once, size, &a);
		MUST(n > 0 || a.kind == MC_OTHER || a.kind == MC_PIM);
		MUST(n > 0 || is_known(n) || n == MC_ERR_PROTOCOL);
		if (n > 0 && a.kind != MC_OTHER && a.kind != MC_PIM) {
			MUST(decoded(&b, once, (size_t)n) == 0);
			must_be_same(&a, &b);
			MUST(mc_encode(again, size, &b) == n);
			MUST(memcmp(once, again, (size_t)n) == 0);
		}
	}
	free(once);
	free(again);
}

/* What both kinds of messages have: header and faults. Returns whether nothing of it is wrong. */
static bool choose_head(struct feed *f, struct mc_msg *m)
{
	uint8_t bits = octet(f);

	mc_msg_init(m);
	m->family = bits & 1 ? MC_IPV6 : MC_IPV4;
	m->version = bits >> 1 & 3;
	m->ip.src = address(f, m->family, false);
	if (bits & 8) {
		m->faults = (uint32_t)number(f, 2) & 0x7ff;
		m->checksum = (uint16_t)number(f, 2);
	}
	if (bits & 16) {
		m->ip.ttl = octet(f);
		m->ip.tos = octet(f);
		m->ip.alert = octet(f) & 1;
	}
	if (bits & 32)
		m->ip.dst = address(f, m->family, octet(f) & 1);
	return !(bits & (8 | 16 | 32));
}

static struct mc_sources choose_sources(struct feed *f, uint8_t family, uint8_t *room)
{
	struct mc_addr list[SOURCES];
	struct mc_sources s = { .family = family };
	size_t n = octet(f) % (SOURCES + 1);

	for (size_t i = 0; i < n; i++)
		list[i] = address(f, family, false);
	(void)mc_sources_pack(&s, room, SOURCES * 16, list, n);
	return s;
}

/* The greatest time the version has a code for that is not over what was asked for. */
static void check_time(const struct mc_msg *want, const struct mc_msg *got)
{
	const struct mc_query *w = &want->query, *g = &got->query;

	if (want->family == MC_IPV4 && want->version == 1) {
		MUST(g->max_resp == 10 * MC_SEC);
		return;
	}
	MUST(g->max_resp <= w->max_resp);
	if (want->version == mc_proto_of(want->family)->newest) {
		MUST(g->interval <= w->interval && g->qrv == (w->qrv > 7 ? 0 : w->qrv));
		MUST(g->interval == 31744 || g->interval >= w->interval - w->interval / 16);
	}
}

static void check_query(struct feed *f)
{
	uint8_t packet[PACKET], again[PACKET], room[SOURCES * 16];
	struct mc_msg m, got;
	bool clean = choose_head(f, &m);
	size_t cap = octet(f) & 1 ? sizeof(packet) : (size_t)number(f, 2) % sizeof(packet);
	int n;

	m.kind = MC_QUERY;
	m.query.group = address(f, m.family, true);
	m.query.sources = choose_sources(f, m.family, room);
	m.query.max_resp = number(f, 8) >> (octet(f) & 63);
	m.query.interval = (uint32_t)number(f, 4) >> (octet(f) & 31);
	m.query.qrv = octet(f);
	m.query.suppress = octet(f) & 1;
	n = mc_encode(packet, cap, &m);
	MUST(n > 0 ? (size_t)n <= cap : is_known(n));
	if (n <= 0)
		return;
	MUST(decoded(&got, packet, (size_t)n) == 0);
	MUST(got.kind == MC_QUERY && got.version == m.version && got.family == m.family);
	MUST(!clean || got.faults == 0);
	MUST(mc_addr_is_unspecified(&m.query.group) == mc_addr_is_unspecified(&got.query.group));
	MUST(!m.query.group.family || same_addr(&got.query.group, &m.query.group));
	MUST(same_sources(&got.query.sources, &m.query.sources));
	check_time(&m, &got);
	MUST(mc_encode(again, cap, &got) == n && memcmp(packet, again, (size_t)n) == 0);
}

/* What was added, to compare. */
struct written {
	struct mc_record record[RECORDS];
	uint8_t room[RECORDS][SOURCES * 16];
	unsigned n;
};

static void add_records(struct feed *f, struct mc_writer *w, const struct mc_msg *head, struct written *all)
{
	unsigned tries = octet(f) % (RECORDS + 1);

	while (tries--) {
		struct mc_record *r = &all->record[all->n];
		uint8_t bits = octet(f);
		int n;

		memset(r, 0, sizeof(*r));
		r->type = bits & 7;
		r->faults = bits & 8 ? MC_FAULT_GROUP | MC_FAULT_SOURCES | MC_FAULT_TYPE : 0;
		r->aux = bits >> 4;
		r->group = address(f, head->family, true);
		r->sources = choose_sources(f, head->family, all->room[all->n]);
		n = mc_writer_add(w, r);
		MUST(n >= 0 ? n <= r->sources.n && (n == r->sources.n || all->n == 0) : is_known(n));
		if (n < 0)
			continue;
		MUST(n > 0 || r->sources.n == 0);
		r->sources.n = (uint16_t)n;
		all->n++;
	}
}

/* Only what was wrong on purpose is wrong. */
static void check_written(const struct mc_msg *got, const struct written *all, uint32_t purpose)
{
	struct mc_record r;
	size_t pos = 0;

	MUST(got->report.n == all->n);
	for (unsigned i = 0; i < all->n; i++) {
		MUST(mc_msg_next(got, &pos, &r));
		MUST(r.type == all->record[i].type && r.aux == 0);
		MUST(same_addr(&r.group, &all->record[i].group));
		MUST(same_sources(&r.sources, &all->record[i].sources));
		MUST((r.faults & ~(purpose | all->record[i].faults)) == 0);
	}
}

static void check_report(struct feed *f)
{
	struct written all = { .n = 0 };
	struct mc_msg m, got;
	struct mc_writer w;
	bool clean = choose_head(f, &m);
	size_t cap = octet(f) & 1 ? 1500 : (size_t)number(f, 2) % 600;
	uint8_t *packet = malloc(cap), *again = malloc(cap);
	int n = mc_writer_begin(&w, packet, cap, &m);

	MUST(n == 0 || is_known(n));
	if (n == 0) {
		add_records(f, &w, &m, &all);
		n = mc_writer_end(&w);
		MUST(n > 0 ? (size_t)n <= cap : n == MC_ERR_CONF && all.n == 0);
	}
	if (n > 0) {
		MUST(decoded(&got, packet, (size_t)n) == 0);
		MUST(got.kind == MC_REPORT && got.version == m.version && got.family == m.family);
		MUST(!clean || (got.faults & ~(uint32_t)MC_FAULT_SENDER) == 0);
		MUST(!clean || !got.faults || mc_addr_is_unspecified(&got.ip.src));
		check_written(&got, &all, m.faults);
		MUST(mc_encode(again, cap, &got) == n && memcmp(packet, again, (size_t)n) == 0);
	}
	free(packet);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { .data = data, .size = size };

	check_packet(data, size);
	check_query(&f);
	f.off = 0;
	check_report(&f);
	return 0;
}
