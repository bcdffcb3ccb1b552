/*
 * engine.c - the helper of `./dev bench engine`: reports, the clock, the subcommands.
 */
#include "engine.h"
#include "codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Noreturn void die(const char *what)
{
	fprintf(stderr, "engine: %s\n", what);
	exit(1);
}

void *allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die("out of memory");
	return p;
}

uint64_t processor_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct mc_addr numbered(uint8_t family, uint8_t first4, uint8_t first6, uint32_t i)
{
	struct mc_addr a = { .family = family };
	uint8_t *at = a.b + (family == MC_IPV4 ? 1 : 13);

	a.b[0] = family == MC_IPV4 ? first4 : first6;
	a.b[1] = family == MC_IPV4 ? 0 : first6 == 0xff ? 0x15 : 0x01;
	at[0] = (uint8_t)(i >> 16);
	at[1] = (uint8_t)(i >> 8);
	at[2] = (uint8_t)i;
	return a;
}

struct mc_addr group_at(uint8_t family, uint32_t i)
{
	return numbered(family, 239, 0xff, i);
}

struct mc_addr source_at(uint8_t family, uint32_t i)
{
	return numbered(family, 10, 0x20, i + 1);
}

static uint32_t *shuffled(size_t n)
{
	uint32_t *order = allocate(n, sizeof(*order));
	uint64_t state = 99;

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t j = next_random(&state) % i;
		uint32_t swapped = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swapped;
	}
	return order;
}

static int write_report(uint8_t *to, size_t cap, const struct reports *r, uint8_t type,
			const uint32_t *groups, unsigned n)
{
	struct mc_msg head;
	struct mc_writer w;

	mc_msg_init(&head);
	head.family = r->family;
	head.version = mc_proto_of(r->family)->newest;
	if (mc_addr_parse(&head.ip.src, r->family == MC_IPV4 ? "10.0.0.7" : "fe80::7") ||
	    mc_writer_begin(&w, to, cap, &head))
		return -1;
	for (unsigned i = 0; i < n; i++) {
		struct mc_record record = { .type = type, .group = group_at(r->family, groups[i]) };

		if (mc_writer_add(&w, &record))
			return -1;
	}
	return mc_writer_end(&w);
}

void reports_make(struct reports *r, uint8_t family, size_t groups, unsigned records, uint8_t type)
{
	uint32_t *order = shuffled(groups);
	size_t addr = family == MC_IPV4 ? 4 : 16;

	*r = (struct reports){ .family = family, .groups = groups, .n = (groups + records - 1) / records };
	r->stride = ((family == MC_IPV4 ? 32U : 56U) + records * (4 + addr) + 63) & ~(size_t)63;
	r->octets = allocate(r->n, r->stride);
	r->len = allocate(r->n, sizeof(*r->len));
	for (size_t i = 0; i < r->n; i++) {
		size_t left = groups - i * records;
		int len = write_report(r->octets + i * r->stride, r->stride, r, type, order + i * records,
				       left < records ? (unsigned)left : records);

		if (len < 0)
			die("a report could not be written");
		r->len[i] = (uint16_t)len;
	}
	free(order);
}

void reports_free(struct reports *r)
{
	free(r->octets);
	free(r->len);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*main)(char **args);
	} commands[] = {
		{ "refresh", 4, refresh_main }, { "sources", 3, sources_main }, { "memory", 1, memory_main },
		{ "due", 3, due_main },         { "answer", 3, answer_main },   { "inject", 4, inject_main },
		{ "storm", 6, storm_main },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (argc == commands[i].args + 2 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argv + 2);
	fprintf(stderr,
		"usage: engine refresh|sources|memory|due|answer|inject|storm ARGUMENTS, see engine.h\n");
	return 2;
}
