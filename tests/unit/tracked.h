/*
 * tracked.h - a router role that keeps its hosts, under test: groups and hosts are numbers, sets of sources
 * are bits, and what it tells is one line of text: "+1:7" host 7 is a member of group 1, "-1:7" it has left,
 * "~1:7" it was silent, "G1+" and "G1-" for the group itself, "w" for a warning about hosts.
 */
#ifndef TEST_TRACKED_H
#define TEST_TRACKED_H

#include <string.h>

#include "family.h"
#include "speech.h"

enum { TRACKED_SSM = 200, TRACKED_OWN = 1, TRACKED_LINE = 4096 };

struct tracked {
	uint8_t family;
	struct mc_router *r;
	struct mc_router_conf conf;
	mc_time now;
	char line[TRACKED_LINE]; /* what was told since the last look */
	size_t len;
	unsigned versions;       /* actions of kind MC_ACTION_VERSION, all told */
};

/* Numbers from TRACKED_SSM on are source-specific groups. */
static inline struct mc_addr tracked_group(uint8_t family, uint32_t n)
{
	bool ssm = n >= TRACKED_SSM && n < 256;
	struct mc_addr a = wire_addr(family == MC_IPV4 ? (ssm ? "232.1.0.0" : "239.1.0.0") :
							 (ssm ? "ff3e::8000:0" : "ff15::"));

	assert_int_equal(mc_addr_add(&a, n), 0);
	return a;
}

static inline struct mc_addr tracked_host(uint8_t family, uint32_t n)
{
	struct mc_addr a = wire_addr(family == MC_IPV4 ? "10.0.0.0" : "fe80::");

	assert_int_equal(mc_addr_add(&a, n), 0);
	return a;
}

/* The lowest three octets. */
static inline unsigned tracked_number(const struct mc_addr *a)
{
	const uint8_t *end = a->b + mc_addr_len(a);

	return (unsigned)(end[-3] & 0x7f) << 16 | (unsigned)end[-2] << 8 | end[-1];
}

static inline struct tracked tracked_of(uint8_t family, uint32_t max_hosts)
{
	struct tracked t = { .family = family, .now = MC_SEC };

	mc_router_conf_init(&t.conf, family);
	t.conf.addr = speech_node(family, TRACKED_OWN);
	t.conf.max_hosts = max_hosts;
	t.conf.seed = 4711;
	return t;
}

static inline void tracked_note(struct tracked *t, const struct mc_action *a)
{
	unsigned group = tracked_number(&a->group) & 0xffff;
	char *to = t->line + t->len;
	size_t room = sizeof(t->line) - t->len;
	int n = 0;

	if (a->kind == MC_ACTION_HOST) {
		assert_false(a->present && a->expired);
		n = snprintf(to, room, " %c%u:%u",
			     a->present ? '+' :
			     a->expired ? '~' :
					  '-',
			     group, tracked_number(&a->addr));
	} else if (a->kind == MC_ACTION_VERSION) {
		t->versions++;
	} else if (a->kind == MC_ACTION_GROUP) {
		n = snprintf(to, room, " G%u%c", group, a->present ? '+' : '-');
	} else if (a->kind == MC_ACTION_WARN && a->warning == MC_WARN_HOSTS) {
		n = snprintf(to, room, " w%u:%u", group, tracked_number(&a->addr));
	}
	if ((size_t)n < room)
		t->len += (size_t)n;
}

static inline void tracked_poll(struct tracked *t)
{
	struct mc_action a;

	mc_action_init(&a);
	while (mc_router_poll(t->r, t->now, &a))
		tracked_note(t, &a);
	assert_true(mc_router_deadline(t->r) > t->now);
}

static inline void tracked_begin(struct tracked *t)
{
	assert_int_equal(mc_router_new(&t->r, &t->conf, t->now), 0);
	tracked_poll(t);
}

/* Whatever is due on the way is done when it is. */
static inline void tracked_pass(struct tracked *t, mc_time wait)
{
	mc_time until = t->now + wait;

	while (mc_router_deadline(t->r) <= until) {
		t->now = mc_router_deadline(t->r);
		tracked_poll(t);
	}
	t->now = until;
	tracked_poll(t);
}

/* A report of one record; nothing is polled. */
static inline void tracked_hear(struct tracked *t, unsigned behind, unsigned type, uint32_t group,
				uint32_t host, uint64_t set)
{
	struct mc_msg head = speech_head(t->family, MC_REPORT, behind, 1);
	struct mc_record rec = { .type = (uint8_t)type, .group = tracked_group(t->family, group) };
	uint8_t packet[SPEECH_PACKET], room[SPEECH_SOURCES * 16];
	struct mc_writer w;

	head.ip.src = tracked_host(t->family, host);
	if (!host)
		head.ip.src = speech_node(t->family, 0);
	rec.sources = speech_sources(t->family, set, room, sizeof(room));
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	assert_int_equal(mc_writer_add(&w, &rec), rec.sources.n);
	speech_hear(t->r, packet, mc_writer_end(&w), t->now);
}

static inline void tracked_report(struct tracked *t, unsigned type, uint32_t group, uint32_t host,
				  uint64_t set)
{
	tracked_hear(t, 0, type, group, host, set);
	tracked_poll(t);
}

/* Of a version that is one before the newest. */
static inline void tracked_older(struct tracked *t, unsigned type, uint32_t group, uint32_t host)
{
	tracked_hear(t, 1, type, group, host, 0);
	tracked_poll(t);
}

/* What was told since the last look. */
static inline void tracked_told(struct tracked *t, const char *want)
{
	t->line[t->len] = '\0';
	assert_string_equal(t->len ? t->line + 1 : "", want);
	t->len = 0;
}

static inline struct mc_router_group tracked_state(const struct tracked *t, uint32_t group)
{
	struct mc_router_group g = { .size = sizeof(g) };
	struct mc_addr addr = tracked_group(t->family, group);

	if (!mc_router_group(t->r, &addr, &g))
		g.group.family = 0;
	return g;
}

static inline bool tracked_find(const struct tracked *t, uint32_t group, uint32_t host,
				struct mc_router_host *ret)
{
	struct mc_addr g = tracked_group(t->family, group), h = tracked_host(t->family, host);

	*ret = (struct mc_router_host){ .size = sizeof(*ret) };
	return mc_router_host(t->r, &g, &h, ret);
}

/* The list of a member's filter, which is in order; its number is what the member says. */
static inline uint64_t tracked_list(const struct tracked *t, uint32_t group, uint32_t host)
{
	struct mc_addr g = tracked_group(t->family, group), h = tracked_host(t->family, host);
	struct mc_addr last = { .family = 0 }, s;
	struct mc_router_host m;
	uint64_t set = 0;
	uint32_t n = 0;

	for (; (s = mc_router_host_source(t->r, &g, &h, n)).family; n++, last = s) {
		assert_true(mc_addr_cmp(&last, &s) < 0);
		set |= UINT64_C(1) << speech_bit_of(&s);
	}
	assert_int_equal(n, tracked_find(t, group, host, &m) ? m.sources : 0);
	return set;
}

static inline uint64_t tracked_hosts(const struct tracked *t)
{
	struct mc_router_status s = { .size = sizeof(s) };

	mc_router_status(t->r, &s);
	return s.hosts;
}

#endif
