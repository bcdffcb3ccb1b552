/*
 * codec_rates.c - times the library's codec beside the bare loop, on one core and in one process.
 *
 * A set holds distinct reports of one family and size, written by the library. Before anything is
 * timed each way of reading must find the same addresses in them, and each way of writing give
 * the same octets. In each round every way runs over each set once, in an order that rotates.
 * Time is the processor's time of this process. Prints a line for each: SET WAY ROUND NANOSECONDS.
 */
#include "codec.h"

#include <mcast/msg.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	ETHER = 14,       /* octets before a packet, as in a frame: they decide how it is aligned */
	STRIDE = 64,      /* packets begin at multiples of this, and ETHER */
	MAX_SOURCES = 2,  /* of a record */
	TRIAL = 20000000, /* nanoseconds that a trial should take */
};

struct set {
	const char *name;
	uint8_t family;
	size_t records; /* in each report */
	size_t n;       /* reports: few where they are long, so that all sets are about as large */
	struct packet *packets;
	struct mc_msg *msgs;      /* the packets, decoded */
	struct mc_record *record; /* all records of all packets */
	uint8_t *out;             /* where an encoder writes */
	size_t room;              /* there, and for each packet */
};

/* What a way of reading or writing found, to be sure that it did what is timed. */
struct found {
	size_t good; /* packets read or written as they should be */
	uint64_t sum;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "codec rates: %s\n", what);
	exit(1);
}

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die("out of memory");
	return p;
}

/* ---- the ways ------------------------------------------------------------------------ */

static uint64_t add_addr(const struct mc_addr *a, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i += 4) {
		uint32_t v;

		memcpy(&v, a->b + i, sizeof(v));
		sum += v;
	}
	return sum;
}

static uint64_t add_record(const struct mc_record *r, size_t len)
{
	uint64_t sum = r->type + add_addr(&r->group, len);

	for (uint16_t i = 0; i < r->sources.n; i++) {
		struct mc_addr source = mc_sources_at(&r->sources, i);

		sum += add_addr(&source, len);
	}
	return sum;
}

static struct found way_bare(const struct set *s)
{
	struct found f = { 0 };

	f.good = bare_loop(s->packets, s->n, &f.sum);
	return f;
}

static struct found way_decode(const struct set *s)
{
	struct found f = { 0 };
	size_t len = s->family == MC_IPV4 ? 4 : 16;
	struct mc_msg m;

	mc_msg_init(&m);
	for (size_t i = 0; i < s->n; i++) {
		struct mc_record r;
		size_t pos = 0;

		if (mc_decode(&m, s->packets[i].octets, s->packets[i].len) || m.faults)
			continue;
		f.sum += add_addr(&m.ip.src, len) + add_addr(&m.ip.dst, len);
		while (mc_msg_next(&m, &pos, &r))
			f.sum += add_record(&r, len);
		f.good++;
	}
	return f;
}

static bool same_length(const struct set *s, size_t i, int len)
{
	return len > 0 && (size_t)len == s->packets[i].len;
}

static struct found way_encode(const struct set *s)
{
	struct found f = { 0 };

	for (size_t i = 0; i < s->n; i++)
		f.good += same_length(s, i, mc_encode(s->out, s->room, &s->msgs[i]));
	return f;
}

static int write_one(const struct set *s, size_t i, uint8_t *to)
{
	const struct mc_record *r = s->record + i * s->records;
	struct mc_writer w;
	int err = mc_writer_begin(&w, to, s->room, &s->msgs[i]);

	for (size_t k = 0; !err && k < s->records; k++) {
		int wrote = mc_writer_add(&w, &r[k]);

		err = wrote == r[k].sources.n ? 0 : -1;
	}
	return err ? err : mc_writer_end(&w);
}

static struct found way_writer(const struct set *s)
{
	struct found f = { 0 };

	for (size_t i = 0; i < s->n; i++)
		f.good += same_length(s, i, write_one(s, i, s->out));
	return f;
}

static struct way {
	const char *name;
	struct found (*run)(const struct set *s);
} ways[] = {
	{ "bare", way_bare },
	{ "decode", way_decode },
	{ "encode", way_encode },
	{ "writer", way_writer },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* ---- the sets ------------------------------------------------------------------------ */

static struct set sets[] = {
	{ .name = "igmp-1", .family = MC_IPV4, .records = 1, .n = 4096 },
	{ .name = "mld-1", .family = MC_IPV6, .records = 1, .n = 4096 },
	{ .name = "igmp-100", .family = MC_IPV4, .records = 100, .n = 256 },
	{ .name = "mld-100", .family = MC_IPV6, .records = 100, .n = 256 },
};

#define SETS (sizeof(sets) / sizeof(sets[0]))

/* An address that begins as given, with random octets at its end. */
static struct mc_addr make_addr(const char *begin, size_t random, uint64_t *state)
{
	struct mc_addr a;

	if (mc_addr_parse(&a, begin))
		die("an address of its own is wrong");
	for (size_t i = 0; i < random; i++)
		a.b[mc_addr_len(&a) - 1 - i] = (uint8_t)next_random(state);
	return a;
}

/* A lone record is what hosts say most: IS_EX({}). Of many, a quarter have sources, which go into list. */
static struct mc_record make_record(const struct set *s, struct mc_addr *list, size_t *ret_n, uint64_t *state)
{
	bool v4 = s->family == MC_IPV4;
	bool some = s->records > 1 && next_random(state) % 4 == 0;
	struct mc_record r = { .type = some ? MC_ALLOW : MC_IS_EX };

	r.group = make_addr(v4 ? "239.1.0.0" : "ff3e::8000:0", v4 ? 2 : 3, state);
	*ret_n = some ? 1 + next_random(state) % MAX_SOURCES : 0;
	for (size_t i = 0; i < *ret_n; i++)
		list[i] = make_addr(v4 ? "10.1.0.1" : "2001:db8::1", 1, state);
	return r;
}

static int make_packet(const struct set *s, uint8_t *to, uint64_t *state)
{
	bool v4 = s->family == MC_IPV4;
	struct mc_writer w;
	struct mc_msg head;

	mc_msg_init(&head);
	head.kind = MC_REPORT;
	head.family = s->family;
	head.version = v4 ? 3 : 2;
	head.ip.src = make_addr(v4 ? "10.0.1.1" : "fe80::ff:fe00:0", v4 ? 1 : 2, state);
	int err = mc_writer_begin(&w, to, s->room, &head);

	for (size_t k = 0; k < s->records && err >= 0; k++) {
		uint8_t octets[MAX_SOURCES * 16];
		struct mc_addr list[MAX_SOURCES];
		size_t n;
		struct mc_record r = make_record(s, list, &n, state);

		err = mc_sources_pack(&r.sources, octets, sizeof(octets), list, n);
		if (!err)
			err = mc_writer_add(&w, &r);
	}
	return err < 0 ? err : mc_writer_end(&w);
}

/* Decodes packet i for good: what the encoders are given. */
static void keep_decoded(struct set *s, size_t i)
{
	struct mc_msg *m = &s->msgs[i];
	size_t pos = 0, k = 0;
	struct mc_record r;

	mc_msg_init(m);
	if (mc_decode(m, s->packets[i].octets, s->packets[i].len) || m->faults || m->report.n != s->records)
		die("a report that was just written is not read back");
	for (; k < s->records && mc_msg_next(m, &pos, &r); k++)
		s->record[i * s->records + k] = r;
	if (k != s->records || mc_msg_next(m, &pos, &r))
		die("a report has not as many records as were written");
}

static void make_set(struct set *s, uint64_t seed)
{
	size_t most = s->records > 1 ? s->records * (4 + 16 * (1 + MAX_SOURCES)) : 20;
	size_t stride = (ETHER + 60 + most + STRIDE - 1) / STRIDE * STRIDE;
	uint8_t *octets = allocate(s->n, stride);

	s->room = stride - ETHER;
	s->packets = allocate(s->n, sizeof(*s->packets));
	s->msgs = allocate(s->n, sizeof(*s->msgs));
	s->record = allocate(s->n * s->records, sizeof(*s->record));
	s->out = allocate(1, s->room);
	for (size_t i = 0; i < s->n; i++) {
		uint8_t *at = octets + i * stride + ETHER;
		int len = make_packet(s, at, &seed);

		if (len <= 0)
			die(mc_strerror(len));
		s->packets[i] = (struct packet){ .octets = at, .len = (size_t)len };
		keep_decoded(s, i);
	}
}

/* ---- before: do they all do the same ------------------------------------------------- */

static void check_written(const struct set *s, size_t i, const char *way, int len)
{
	if (same_length(s, i, len) && !memcmp(s->out, s->packets[i].octets, s->packets[i].len))
		return;
	fprintf(stderr, "codec rates: %s, packet %zu: %s gives other octets (%d)\n", s->name, i, way, len);
	exit(1);
}

static void check_set(const struct set *s)
{
	struct found bare = way_bare(s), decode = way_decode(s);

	if (bare.good != s->n || decode.good != s->n || bare.sum != decode.sum) {
		fprintf(stderr, "codec rates: %s: of %zu the bare loop reads %zu, the library %zu; sums %s\n",
			s->name, s->n, bare.good, decode.good, bare.sum == decode.sum ? "equal" : "differ");
		exit(1);
	}
	for (size_t i = 0; i < s->n; i++) {
		memset(s->out, 0xa5, s->room);
		check_written(s, i, "mc_encode", mc_encode(s->out, s->room, &s->msgs[i]));
		memset(s->out, 0xa5, s->room);
		check_written(s, i, "mc_writer", write_one(s, i, s->out));
	}
}

/* ---- timing -------------------------------------------------------------------------- */

static uint64_t spent(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static uint64_t trial(const struct set *s, const struct way *w, size_t passes)
{
	uint64_t began = spent();

	for (size_t i = 0; i < passes; i++)
		if (w->run(s).good != s->n)
			die("a packet went wrong while it was timed");
	return spent() - began;
}

/* How many passes over the set make a trial. */
static size_t passes_for(const struct set *s, const struct way *w)
{
	size_t passes = 1;

	while (trial(s, w, passes) < TRIAL / 2)
		passes *= 2;
	return passes;
}

int rates_main(char **args)
{
	unsigned long rounds = strtoul(args[0], NULL, 10);
	size_t passes[SETS][WAYS];

	for (size_t i = 0; i < SETS; i++) {
		make_set(&sets[i], 1 + i);
		check_set(&sets[i]);
		for (size_t k = 0; k < WAYS; k++)
			passes[i][k] = passes_for(&sets[i], &ways[k]);
	}
	for (size_t round = 0; round < rounds; round++) {
		for (size_t i = 0; i < SETS; i++) {
			for (size_t j = 0; j < WAYS; j++) {
				size_t k = (j + round) % WAYS;
				uint64_t ns = trial(&sets[i], &ways[k], passes[i][k]);

				printf("%s %s %zu %.3f\n", sets[i].name, ways[k].name, round,
				       (double)ns / (double)(passes[i][k] * sets[i].n));
			}
		}
	}
	return fflush(stdout) ? 1 : 0;
}
