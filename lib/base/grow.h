/*
 * grow.h - arrays that grow by one.
 */
#ifndef MC_GROW_H
#define MC_GROW_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* mc_grow adds one element of `size` octets, all zero, to the end of the array that `array`
 * points to a pointer to, and returns it; NULL, and nothing changed, when there is no memory. */
static inline void *mc_grow(void *array, size_t *n, size_t size)
{
	uint8_t *old, *bigger;

	memcpy(&old, array, sizeof old); /* any pointer type: no alias of another is written through */
	bigger = realloc(old, (*n + 1) * size);
	if (!bigger)
		return NULL;
	memcpy(array, &bigger, sizeof bigger);
	memset(bigger + *n * size, 0, size);
	return bigger + (*n)++ * size;
}

/* mc_grow_twice does the same for arrays of many elements: there is always room for the next power of two of
 * them. Only for arrays that it alone made grow; they may have become shorter. */
static inline void *mc_grow_twice(void *array, size_t *n, size_t size)
{
	uint8_t *at;
	size_t room = *n ? 2 * *n : 1;

	memcpy(&at, array, sizeof at);
	if ((*n & (*n - 1)) == 0) {
		at = room < SIZE_MAX / 2 / size ? realloc(at, room * size) : NULL;
		if (!at)
			return NULL;
		memcpy(array, &at, sizeof at);
	}
	memset(at + *n * size, 0, size);
	return at + (*n)++ * size;
}

#endif
