/*
 * talk.c - a ring of reports. Every host has its turn once while as many are added as the ring holds.
 */
#include "host/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int talk_open(struct talk *t, uint32_t hosts)
{
	*t = (struct talk){ .hosts = hosts };
	t->entries = calloc(TALK_KEPT, sizeof *t->entries);
	t->seen = calloc(hosts, sizeof *t->seen);
	return t->entries && t->seen ? 0 : -ENOMEM;
}

void talk_close(struct talk *t)
{
	free(t->entries);
	free(t->seen);
	*t = (struct talk){ .hosts = 0 };
}

/* The message is the packet's that begins before it. */
bool talk_add(struct talk *t, const struct mc_msg *m, uint32_t speaker, mc_time now)
{
	struct talk_entry *e = &t->entries[t->n % TALK_KEPT];

	if (m->len > sizeof e->octets)
		return false;
	e->msg = *m;
	memcpy(e->octets, m->octets, m->len);
	e->msg.octets = e->octets;
	e->msg.report.octets = e->octets + (m->report.octets - m->octets);
	e->speaker = speaker;
	e->time = now;
	t->n++;
	return true;
}

const struct talk_entry *talk_next(struct talk *t, uint32_t host)
{
	while (t->seen[host] < t->n) {
		const struct talk_entry *e = &t->entries[t->seen[host]++ % TALK_KEPT];

		if (e->speaker != host)
			return e;
	}
	return NULL;
}

void talk_skip(struct talk *t, uint32_t host)
{
	t->seen[host] = t->n;
}

uint32_t talk_turns(const struct talk *t)
{
	return (t->hosts + TALK_KEPT - 1) / TALK_KEPT;
}

uint32_t talk_turn(struct talk *t)
{
	uint32_t host = t->turn;

	t->turn = host + 1 < t->hosts ? host + 1 : 0;
	return host;
}
