/*
 * words.h - messages filled in by hand for the tests of words, and the check of a text at every size of
 * its buffer.
 */
#ifndef TEST_WORDS_H
#define TEST_WORDS_H

#include "wire.h"

static inline size_t put_addr(uint8_t *p, const char *text)
{
	struct mc_addr a = wire_addr(text);

	memcpy(p, a.b, mc_addr_len(&a));
	return mc_addr_len(&a);
}

/* Addresses end to end; returns the octets, *n becomes how many they are. */
static inline size_t put_list(uint8_t *p, const char *texts, uint16_t *n)
{
	char copy[600], *save, *word;
	size_t len = 0;

	snprintf(copy, sizeof(copy), "%s", texts ? texts : "");
	*n = 0;
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		len += put_addr(p + len, word);
		++*n;
	}
	return len;
}

static inline struct mc_msg message(enum mc_kind kind, const char *src)
{
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = (uint8_t)kind;
	m.ip.src = wire_addr(src);
	m.family = m.ip.src.family ? m.ip.src.family : MC_IPV4;
	return m;
}

static inline struct mc_msg query(const char *src, const char *group, const char *sources, uint8_t *room)
{
	struct mc_msg m = message(MC_QUERY, src);

	m.query.group = wire_addr(group);
	m.family = m.query.group.family;
	m.version = m.family == MC_IPV4 ? 3 : 2;
	m.query.sources = (struct mc_sources){ .octets = room, .family = m.family };
	put_list(room, sources, &m.query.sources.n);
	return m;
}

/* The whole words of a text that leave room for " ..." in a buffer of cap. */
static inline void cut(const char *text, size_t cap, char *ret, size_t ret_cap)
{
	size_t fits = 0;

	for (size_t i = 0; text[i]; i++)
		if (text[i] == ' ' && i + strlen(" ...") < cap)
			fits = i;
	if (fits && (text[fits - 1] == ',' || text[fits - 1] == ';'))
		fits--;
	snprintf(ret, ret_cap, "%.*s%s", (int)fits, text, fits ? " ..." : "...");
	if (cap < strlen("...") + 1)
		ret[cap ? cap - 1 : 0] = '\0';
}

typedef char *(*writer)(const void *what, char *buf, size_t cap);

/* Whether write gives `want` where that fits, else its cut, and keeps within every buffer. */
static inline void check_sizes(writer write, const void *what, const char *want)
{
	for (size_t cap = 0; cap <= strlen(want) + 2; cap++) {
		char *buf = malloc(cap + !cap), part[256];

		assert_non_null(buf);
		buf[0] = 'x';
		assert_ptr_equal(write(what, buf, cap), buf);
		snprintf(part, sizeof(part), "%s", want);
		if (cap <= strlen(want))
			cut(want, cap, part, sizeof(part));
		assert_true(cap ? memchr(buf, '\0', cap) != NULL : buf[0] == 'x');
		if (cap)
			equal(want, buf, part);
		free(buf);
	}
}

#endif
