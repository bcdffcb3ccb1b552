/*
 * give.h - a struct handed out to a caller who was compiled with another version of it: its first member
 * tells its size, and no more than that is written.
 */
#ifndef MC_GIVE_H
#define MC_GIVE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* mc_give copies a struct of `most` octets but for its first member, as much of it as *to holds. */
static inline void mc_give(void *to, const void *from, size_t most)
{
	size_t size;

	memcpy(&size, to, sizeof(size));
	if (size < most)
		most = size;
	if (most > sizeof(size))
		memcpy((uint8_t *)to + sizeof(size), (const uint8_t *)from + sizeof(size),
		       most - sizeof(size));
}

#endif
