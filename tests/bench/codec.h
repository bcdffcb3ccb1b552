/*
 * codec.h - what the parts of the helper of `./dev bench codec` share: a subcommand each, packets,
 * and numbers that are the same in every run. It knows nothing of how mcast works inside.
 */
#ifndef BENCH_CODEC_H
#define BENCH_CODEC_H

#include <stddef.h>
#include <stdint.h>

struct packet {
	const uint8_t *octets; /* from the IP header on */
	size_t len;
};

/* bare_loop reads n packets and adds up what is in them, see codec_bare.c. Returns how many were good. */
size_t bare_loop(const struct packet *list, size_t n, uint64_t *sum);

/* next_random gives 32 bits (PCG-XSH-RR), the same ones in every run. */
static inline uint32_t next_random(uint64_t *state)
{
	uint64_t old = *state;
	uint32_t mixed = (uint32_t)((old >> 18 ^ old) >> 27);
	uint32_t by = (uint32_t)(old >> 59);

	*state = old * 6364136223846793005U + 1442695040888963407U;
	return mixed >> by | mixed << (-by & 31);
}

/* The subcommands: arguments as from main, exit code back. */
int rates_main(char **args);
int capture_main(char **args);
int run_main(char **args);

#endif
