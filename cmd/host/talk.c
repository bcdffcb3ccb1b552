/*
 * talk.c - a ring of messages. Every host has its turn once while as many are added as the ring holds, and
 * after a query.
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
	for (unsigned i = 0; t->entries && i < TALK_KEPT; i++)
		free(t->entries[i].octets);
	free(t->entries);
	free(t->seen);
	*t = (struct talk){ .hosts = 0 };
}

bool talk_add(struct talk *t, const struct mc_msg *m, uint32_t speaker, mc_time now)
{
	struct talk_entry *e = &t->entries[t->n % TALK_KEPT];
	uint8_t *copy = realloc(e->octets, m->len);

	if (!copy)
		return false;
	memcpy(copy, m->octets, m->len);
	*e = (struct talk_entry){ .msg = *m, .octets = copy, .speaker = speaker, .time = now };
	e->msg.octets = copy;
	if (m->kind == MC_REPORT)
		e->msg.report.octets = copy + (m->report.octets - m->octets);
	else if (m->query.sources.n)
		e->msg.query.sources.octets = copy + (m->query.sources.octets - m->octets);
	t->n++;
	if (m->kind == MC_QUERY)
		t->owed = t->hosts;
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
	t->owed -= t->owed > 0;
	return host;
}
