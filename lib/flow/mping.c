/*
 * mping.c - messages of the multicast ping as octets. It knows no clock and no socket; what a message means
 * for a client or a server is theirs to decide. RFC 6450; the older form as ssmping 0.9.1 sends it.
 */
#include "flow/mping.h"

#include "base/rdwr.h"

enum option {
	VERSION = 0,
	CLIENT = 1,
	SEQ = 2,
	TIME = 3,
	GROUP = 4,
	ASKED = 5, /* older form: empty, and asks for INFO */
	INFO = 6,
	SIZE = 7, /* older form; reserved since */
	PAD = 8,  /* the same; servers return it */
	TTL = 9,
	PREFIX = 10,
	SESSION = 11,
	SERVER_TIME = 12,
};

#define HEAD 4 /* octets of an option before its value */

/* Address families as the IANA numbers them. */
enum { AFI_IPV4 = 1, AFI_IPV6 = 2 };

static const uint8_t id4[] = { 234 }, id6[] = { 0x43, 0x21, 0x12, 0x34 };

bool mc_mping_has_id(const struct mc_addr *group)
{
	if (!mc_addr_is_multicast(group))
		return false;
	return group->family == MC_IPV4 ? !memcmp(group->b + 3, id4, sizeof id4) :
					  !memcmp(group->b + 12, id6, sizeof id6);
}

void mc_mping_set_id(struct mc_addr *group)
{
	if (group->family == MC_IPV4)
		memcpy(group->b + 3, id4, sizeof id4);
	else
		memcpy(group->b + 12, id6, sizeof id6);
}

void mc_mping_init(struct mc_mping *m, enum mc_mping_type type)
{
	*m = (struct mc_mping){ .type = (uint8_t)type, .version = -1, .ttl = -1 };
}

/* ---- reading -------------------------------------------------------------------------- */

static size_t room_of(uint16_t afi)
{
	return afi == AFI_IPV4 ? 4 : afi == AFI_IPV6 ? 16 : 0;
}

static void take(struct mc_rd *r, struct mc_addr *a, uint16_t afi, size_t n)
{
	*a = (struct mc_addr){ .family = afi == AFI_IPV4 ? MC_IPV4 : MC_IPV6 };
	for (size_t i = 0; i < n; i++)
		a->b[i] = mc_rd_u8(r);
}

static mc_time read_time(struct mc_rd *r)
{
	mc_time s = mc_rd_u32(r);

	return s * MC_SEC + mc_rd_u32(r) * (MC_MSEC / 1000);
}

static bool read_group(struct mc_mping *m, struct mc_rd *r, size_t len)
{
	bool older = len == 5 || len == 17;
	uint16_t afi = older ? mc_rd_u8(r) : mc_rd_u16(r);

	if (!room_of(afi) || len != (older ? 1u : 2u) + room_of(afi))
		return false;
	take(r, &m->group, afi, room_of(afi));
	return true;
}

/* The family alone stands for any group of it. */
static bool read_prefix(struct mc_mping *m, struct mc_rd *r, size_t len)
{
	uint16_t afi = mc_rd_u16(r);
	uint8_t bits = len > 2 ? mc_rd_u8(r) : 0;
	size_t octets = (bits + 7u) / 8;
	struct mc_prefix p = { .len = bits };

	if (!room_of(afi) || octets > room_of(afi) || (len > 2 && len < 3 + octets))
		return false;
	take(r, &p.addr, afi, octets);
	if (bits % 8)
		p.addr.b[octets - 1] &= (uint8_t)(0xff00u >> bits % 8);
	if (m->nprefixes < MC_MPING_PREFIXES)
		m->prefixes[m->nprefixes++] = p;
	return true;
}

static bool read_asked(struct mc_mping *m, struct mc_rd *r, size_t len)
{
	m->wants_info |= len == 0;
	for (size_t i = 0; i + 2 <= len; i += 2) {
		uint16_t what = mc_rd_u16(r);

		m->wants_info |= what == INFO;
		m->wants_time |= what == SERVER_TIME;
	}
	return len % 2 == 0;
}

static struct mc_mping_octets octets_of(const struct mc_rd *r, uint16_t len)
{
	return (struct mc_mping_octets){ r->base + r->off, len };
}

static bool read_seq(struct mc_mping *m, struct mc_rd *r, size_t len)
{
	m->numbered = true;
	m->seq = mc_rd_u32(r);
	return len == 4;
}

/* Reads one option, whose value is all that r holds. False where that is no such value. */
static bool read_option(struct mc_mping *m, uint16_t type, struct mc_rd *r, uint16_t len)
{
	switch (type) {
	case VERSION:
		m->version = mc_rd_u8(r);
		return len == 1;
	case CLIENT:
		m->client = octets_of(r, len);
		return true;
	case SEQ:
		return read_seq(m, r, len);
	case TIME:
		m->time = read_time(r);
		return len == 8;
	case GROUP:
		return read_group(m, r, len);
	case ASKED:
		return read_asked(m, r, len);
	case INFO:
		m->info = octets_of(r, len);
		return true;
	case SIZE:
		m->size = len == 2 ? mc_rd_u16(r) : 0;
		return true;
	case TTL:
		m->ttl = mc_rd_u8(r);
		return len == 1;
	case PREFIX:
		return read_prefix(m, r, len);
	case SESSION:
		m->session = octets_of(r, len);
		return true;
	case SERVER_TIME:
		m->server_time = read_time(r);
		return len == 8;
	default:
		return true;
	}
}

static bool is_type(uint8_t type)
{
	return type == MC_MPING_INIT || type == MC_MPING_RESPONSE || type == MC_MPING_REQUEST ||
	       type == MC_MPING_REPLY;
}

int mc_mping_read(struct mc_mping *ret, const void *buf, size_t len)
{
	struct mc_rd r = { .base = buf, .len = len };
	struct mc_mping m;

	mc_mping_init(&m, mc_rd_u8(&r));
	if (!is_type(m.type))
		return MC_ERR_PROBE;
	while (mc_rd_left(&r)) {
		uint16_t type = mc_rd_u16(&r), n = mc_rd_u16(&r);
		size_t at = r.off;

		if (!mc_rd_skip(&r, n))
			return MC_ERR_PROBE;
		struct mc_rd value = { .base = r.base, .len = r.off, .off = at };

		if (!read_option(&m, type, &value, n) || !mc_rd_ok(&value))
			return MC_ERR_PROBE;
	}
	*ret = m;
	return 0;
}

/* ---- writing -------------------------------------------------------------------------- */

static void head(struct mc_wr *w, enum option type, size_t len)
{
	mc_wr_u16(w, (uint16_t)type);
	mc_wr_u16(w, (uint16_t)len);
}

static void write_time(struct mc_wr *w, enum option type, mc_time time)
{
	if (!time)
		return;
	head(w, type, 8);
	mc_wr_u32(w, (uint32_t)(time / MC_SEC));
	mc_wr_u32(w, (uint32_t)(time % MC_SEC / (MC_MSEC / 1000)));
}

static void write_octets(struct mc_wr *w, enum option type, const struct mc_mping_octets *o)
{
	if (!o->at)
		return;
	head(w, type, o->len);
	mc_wr_octets(w, o->at, o->len);
}

static void write_octet(struct mc_wr *w, enum option type, int16_t value)
{
	if (value < 0)
		return;
	head(w, type, 1);
	mc_wr_u8(w, (uint8_t)value);
}

static uint16_t afi_of(const struct mc_addr *a)
{
	return a->family == MC_IPV4 ? AFI_IPV4 : AFI_IPV6;
}

static void write_group(struct mc_wr *w, const struct mc_mping *m)
{
	size_t n = mc_addr_len(&m->group);

	if (!n)
		return;
	head(w, GROUP, n + (m->version < 0 ? 1 : 2));
	if (m->version >= 0)
		mc_wr_u16(w, afi_of(&m->group));
	else
		mc_wr_u8(w, (uint8_t)afi_of(&m->group));
	mc_wr_octets(w, m->group.b, n);
}

static void write_asked(struct mc_wr *w, const struct mc_mping *m)
{
	size_t n = m->version < 0 ? 0 : m->wants_info + m->wants_time;

	if (!m->wants_info && !n)
		return;
	head(w, ASKED, 2 * n);
	if (n && m->wants_info)
		mc_wr_u16(w, INFO);
	if (n && m->wants_time)
		mc_wr_u16(w, SERVER_TIME);
}

static void write_prefix(struct mc_wr *w, const struct mc_prefix *p)
{
	size_t octets = (p->len + 7u) / 8;

	head(w, PREFIX, 3 + octets);
	mc_wr_u16(w, afi_of(&p->addr));
	mc_wr_u8(w, p->len);
	mc_wr_octets(w, p->addr.b, octets);
}

/* Makes the message so long, where an option fits in between; PAD's octets are zero. */
static void write_fill(struct mc_wr *w, size_t fill)
{
	if (w->bad || w->off + HEAD > fill || fill - w->off - HEAD > UINT16_MAX)
		return;
	size_t n = fill - w->off - HEAD;

	head(w, PAD, n);
	while (n-- && mc_wr_ok(w))
		mc_wr_u8(w, 0);
}

static size_t written(const struct mc_wr *w)
{
	return mc_wr_ok(w) ? w->off : 0;
}

/* The group comes behind what is asked for: ssmpingd reads no further than to it. */
size_t mc_mping_write(void *buf, size_t cap, const struct mc_mping *m, size_t fill)
{
	struct mc_wr w = { .base = buf, .len = cap };

	mc_wr_u8(&w, m->type);
	write_octet(&w, VERSION, m->version);
	write_octets(&w, CLIENT, &m->client);
	if (m->numbered) {
		head(&w, SEQ, 4);
		mc_wr_u32(&w, m->seq);
	}
	write_time(&w, TIME, m->time);
	write_asked(&w, m);
	if (m->size) {
		head(&w, SIZE, 2);
		mc_wr_u16(&w, m->size);
	}
	write_group(&w, m);
	write_octets(&w, INFO, &m->info);
	for (uint8_t i = 0; i < m->nprefixes; i++)
		write_prefix(&w, &m->prefixes[i]);
	write_octets(&w, SESSION, &m->session);
	write_octet(&w, TTL, m->ttl);
	write_time(&w, SERVER_TIME, m->server_time);
	write_fill(&w, fill);
	return written(&w);
}

/* ---- answers -------------------------------------------------------------------------- */

static bool is_servers(uint16_t type)
{
	return type == INFO || type == TTL || type == PREFIX || type == SESSION || type == SERVER_TIME;
}

static void copy_options(struct mc_wr *w, const void *octets, size_t len)
{
	struct mc_rd r = { .base = octets, .len = len, .off = 1 };

	while (mc_rd_left(&r)) {
		size_t at = r.off;
		uint16_t type = mc_rd_u16(&r), n = mc_rd_u16(&r);

		if (!mc_rd_skip(&r, n))
			return;
		if (!is_servers(type))
			mc_wr_octets(w, r.base + at, r.off - at);
	}
}

static void answer_older(struct mc_wr *w, const struct mc_mping *m, const uint8_t *octets, size_t len,
			 const char *info)
{
	struct mc_mping_octets text = { (const uint8_t *)info, (uint16_t)strlen(info) };

	mc_wr_octets(w, octets + 1, len - 1);
	if (m->wants_info)
		write_octets(w, INFO, &text);
	write_fill(w, m->size);
}

size_t mc_mping_answer(void *buf, size_t cap, const struct mc_mping *m, const void *octets, size_t len,
		       uint8_t ttl, mc_time now, const char *info)
{
	struct mc_wr w = { .base = buf, .len = cap };

	mc_wr_u8(&w, MC_MPING_REPLY);
	if (m->version < 0) {
		answer_older(&w, m, octets, len, info);
		return written(&w);
	}
	copy_options(&w, octets, len);
	write_octet(&w, TTL, ttl);
	write_time(&w, SERVER_TIME, m->wants_time ? now : 0);
	return written(&w);
}
