/*
 * starve.h - memory that fails when a test wants it to: the program that includes this has the C library's
 * allocator behind its own. A sanitizer has one, too, and then nothing fails (STARVING is 0).
 */
#ifndef TEST_STARVE_H
#define TEST_STARVE_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STARVING 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define STARVING 0
#endif
#endif
#ifndef STARVING
#define STARVING 1
#endif

/* Allocations up to the one that fails; 0: none does. */
static size_t starve_in;
static size_t starve_held; /* blocks that were given and not freed; always 0 where nothing fails */

#if STARVING
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

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

void *malloc(size_t size)
{
	return starved() ? NULL : held(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return starved() ? NULL : held(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
	if (!old)
		return malloc(size);
	if (!size) {
		free(old);
		return NULL;
	}
	return starved() ? NULL : __libc_realloc(old, size);
}

void free(void *old)
{
	starve_held -= old != NULL;
	__libc_free(old);
}
#endif

#endif
