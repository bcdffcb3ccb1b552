/*
 * payload.c - headers written and rewritten, patterns, random sizes, what was read. When datagrams leave, and
 * how, is others' business.
 */
#include "send/payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64 /* of buffers that need not follow each other */

/* Fills a buffer behind its head: with the octets of --pattern, or as mc_probe_fill does. */
static void fill(const struct payload *p, const struct send_conf *c, uint8_t *b)
{
	const struct send_pattern *t = &c->pattern;

	mc_probe_fill(b, p->size.to);
	for (size_t i = p->head; t->n && i < p->size.to; i++)
		b[i] = t->octets[(i - p->head) % t->n];
	if (c->data)
		memcpy(b, c->data, p->size.to);
}

static size_t head_of(const struct send_conf *c)
{
	struct mc_guise g = { .format = c->format };

	if (c->format == MC_FORMAT_NONE)
		return 0;
	return c->format == MC_FORMAT_PROBE ? MC_PROBE_LEN : mc_guise_least(&g);
}

int payload_open(struct payload *p, const struct send_conf *c, uint64_t session, unsigned slots, bool trains)
{
	size_t most = c->size.to, stride = trains ? most : (most + MC_PROBE_LEN + ALIGN - 1) / ALIGN * ALIGN;

	*p = (struct payload){ .format = c->format, .session = session, .size = c->size, .slots = slots };
	p->rand.state = c->seed >= 0 ? (uint64_t)c->seed : session;
	p->head = head_of(c);
	p->guise = (struct mc_guise){ .format = c->format, .pid = (uint32_t)session };
	p->stride = stride;
	p->room = calloc(slots * stride + ALIGN, 1); /* an end is as long as a header, whatever the size */
	p->len = calloc(slots, sizeof *p->len);
	if (!p->room || !p->len)
		return -ENOMEM;
	for (unsigned i = 0; i < slots; i++) {
		p->len[i] = p->size.to;
		fill(p, c, payload_at(p, i));
	}
	return 0;
}

void payload_free(struct payload *p)
{
	free(p->room);
	free(p->len);
	p->room = NULL;
	p->len = NULL;
}

static unsigned load_feed(struct payload *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		size_t len = feed_next(p->feed, payload_at(p, i) + p->head, p->size.to - p->head);

		if (!len)
			return i;
		p->len[i] = (uint32_t)(p->head + len);
		if (p->len[i] < p->size.to && p->stride == p->size.to)
			return i + 1; /* the last of a train may be shorter, none behind it */
	}
	return n;
}

unsigned payload_load(struct payload *p, unsigned n)
{
	const struct send_range *s = &p->size;

	if (n > p->slots)
		n = p->slots;
	if (p->feed)
		return load_feed(p, n);
	for (unsigned i = 0; i < n && s->from < s->to; i++)
		p->len[i] = s->from + (uint32_t)mc_rand_below(&p->rand, s->to - s->from + 1);
	return n;
}

void payload_train(struct payload *p, unsigned n)
{
	struct mc_probe head = { .session = p->session, .kind = MC_PROBE_STREAM, .train = (uint16_t)n };

	if (p->format != MC_FORMAT_PROBE || n == p->train)
		return;
	for (unsigned i = 0; i < p->slots; i++)
		mc_probe_write(payload_at(p, i), &head);
	p->train = n;
}

void payload_number(struct payload *p, unsigned at, unsigned n, uint64_t seq, mc_time time)
{
	if (p->format == MC_FORMAT_PROBE)
		for (unsigned i = 0; i < n; i++)
			mc_probe_next(payload_at(p, at + i), seq + i, time);
	else if (p->format != MC_FORMAT_NONE)
		for (unsigned i = 0; i < n; i++)
			mc_guise_write(&p->guise, payload_at(p, at + i), seq + i, time);
}

void payload_whom(struct payload *p, const struct mc_addr *group)
{
	p->guise.group = *group;
}

size_t payload_end(struct payload *p, uint64_t last, mc_time time)
{
	struct mc_probe end = { .session = p->session, .seq = last, .time = time, .kind = MC_PROBE_END };

	if (p->format == MC_FORMAT_PROBE) {
		mc_probe_write(p->room, &end);
		return MC_PROBE_LEN;
	}
	return p->format == MC_FORMAT_NONE ? 0 : mc_guise_end(&p->guise, p->room, last, time);
}
