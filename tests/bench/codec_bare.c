/*
 * codec_bare.c - the bare loop of `./dev bench codec`: reports read by bare.h, all addresses in them added
 * up.
 */
#include "bare.h"
#include "codec.h"

/* The octets of an address, added up in the machine's order. */
static inline uint64_t words(const uint8_t *p, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i += 4) {
		uint32_t v;

		memcpy(&v, p + i, sizeof(v));
		sum += v;
	}
	return sum;
}

static inline void add(void *sum, const uint8_t *record, size_t addr, size_t lists)
{
	*(uint64_t *)sum += record[0] + words(record + 4, addr + lists);
}

size_t bare_loop(const struct packet *list, size_t n, uint64_t *sum)
{
	size_t good = 0;

	for (size_t i = 0; i < n; i++) {
		const struct packet *p = &list[i];

		if (!p->len)
			continue;
		*sum += p->octets[0] >> 4 == 4 ? words(p->octets + 12, 8) : words(p->octets + 8, 32);
		good += bare_report(p->octets, p->len, add, sum);
	}
	return good;
}
