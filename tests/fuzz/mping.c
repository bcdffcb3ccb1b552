/*
 * mping.c - fuzzes the messages of the multicast ping: what is read has its octets within the message,
 * written and read again it is the same, and the answer to a request can be read, and is one to it.
 */
#include "flow/mping.h"

#include "fuzz.h"

#define ROOM 65536

static void check_within(const struct mc_mping_octets *o, const uint8_t *data, size_t size)
{
	MUST(!o->at || (o->at >= data && o->at + o->len <= data + size));
}

static void check_same(const struct mc_mping_octets *a, const struct mc_mping_octets *b)
{
	MUST(!a->at == !b->at && (!a->at || a->len == b->len));
	MUST(!a->at || !a->len || !memcmp(a->at, b->at, a->len));
}

/* Seconds wrap in 32 bits where the octets had a million microseconds and more. */
static void check_fields(const struct mc_mping *a, const struct mc_mping *b)
{
	MUST(a->type == b->type && a->version == b->version && a->ttl == b->ttl && a->size == b->size);
	MUST(a->numbered == b->numbered && a->seq == b->seq);
	MUST(a->time % (UINT64_C(1000000000) << 32) == b->time);
	MUST(mc_addr_cmp(&a->group, &b->group) == 0 && a->nprefixes == b->nprefixes);
	for (unsigned i = 0; i < a->nprefixes; i++)
		MUST(a->prefixes[i].len == b->prefixes[i].len &&
		     mc_addr_cmp(&a->prefixes[i].addr, &b->prefixes[i].addr) == 0);
	check_same(&a->client, &b->client);
	check_same(&a->info, &b->info);
	check_same(&a->session, &b->session);
}

static void check_write(const struct mc_mping *m, uint8_t *buf)
{
	size_t len = mc_mping_write(buf, ROOM, m, 0);
	struct mc_mping again;

	if (!len)
		return; /* octets that stood in several options */
	MUST(mc_mping_read(&again, buf, len) == 0);
	check_fields(m, &again);
	MUST(mc_mping_write(buf, len - 1, m, 0) == 0);
}

static void check_answer(const struct mc_mping *m, const uint8_t *data, size_t size, uint8_t *buf)
{
	size_t len = mc_mping_answer(buf, ROOM, m, data, size, 64, UINT64_C(1000000000), "server");
	struct mc_mping a;

	if (!len)
		return;
	MUST(mc_mping_read(&a, buf, len) == 0);
	MUST(a.type == MC_MPING_REPLY && a.version == m->version && a.seq == m->seq &&
	     a.numbered == m->numbered);
	MUST(a.time == m->time && mc_addr_cmp(&a.group, &m->group) == 0);
	check_same(&m->client, &a.client);
	if (m->version >= 0)
		MUST(a.ttl == 64 && !a.session.at && !a.info.at && !a.nprefixes && len <= size + 17);
	else
		MUST(len <= (size + 10 > m->size ? size + 10 : m->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = (uint8_t *)fuzz_text(data, size), *buf = malloc(ROOM);
	struct mc_mping m;

	MUST(buf);
	if (!mc_mping_read(&m, copy, size)) {
		check_within(&m.client, copy, size);
		check_within(&m.info, copy, size);
		check_within(&m.session, copy, size);
		check_write(&m, buf);
		check_answer(&m, copy, size, buf);
	}
	free(copy);
	free(buf);
	return 0;
}
