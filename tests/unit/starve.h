/*
 * starve.h - memory that fails when a test wants it to. The program that includes this is linked so that
 * calls of the allocator, the library's too, come here (meson.build, starving); so it works beside a
 * sanitizer.
 */
#ifndef TEST_STARVE_H
#define TEST_STARVE_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* Allocations up to the one that fails; 0: none does. */
static size_t starve_in;
static size_t starve_held; /* blocks that were given and not freed */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

static inline int starved(void)
{
	if (!starve_in || --starve_in)
		return 0;
	errno = ENOMEM;
	return 1;
}

static inline void *held(void *block)
{
	starve_held += block != NULL;
	return block;
}

void *__wrap_malloc(size_t size)
{
	return starved() ? NULL : held(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return starved() ? NULL : held(__real_calloc(n, size));
}

void *__wrap_realloc(void *old, size_t size)
{
	if (!old)
		return __wrap_malloc(size);
	return starved() ? NULL : __real_realloc(old, size);
}

void __wrap_free(void *old)
{
	starve_held -= old != NULL;
	__real_free(old);
}

#endif
