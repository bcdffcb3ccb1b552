/*
 * vectors.h - reads tests/vectors/NAME.txt; the format is described in tests/vectors/README.md.
 */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include <ctype.h>
#include <dirent.h>
#include <errno.h>

#include "wire.h"

#define VECTOR_TEXT 512
#define VECTOR_OCTETS 1024
#define VECTOR_RECORDS 8

struct vector {
	char file[64], name[64];
	struct wire_ip ip;
	uint8_t octets[VECTOR_OCTETS]; /* the message, or the packet */
	size_t len;
	bool whole; /* octets are a packet */
	char says[VECTOR_TEXT], fails[32], faults[VECTOR_TEXT], record[VECTOR_RECORDS][VECTOR_TEXT];
	uint32_t extra;
	bool extended, exact;
};

typedef void (*vector_use)(const struct vector *v, void *arg);

/* The word before the next blank; *p moves behind the blanks after it. */
static inline const char *vector_word(char **p)
{
	char *word = *p + strspn(*p, " \t"), *end = word + strcspn(word, " \t");

	*p = end + strspn(end, " \t");
	*end = '\0';
	return word;
}

static inline void vector_copy(const struct vector *v, char *to, size_t cap, const char *text)
{
	if ((size_t)snprintf(to, cap, "%s", text) >= cap)
		fail_msg("%s: %s: too long: %s", v->file, v->name, text);
}

static inline void vector_octets(struct vector *v, const char *hex, bool whole)
{
	v->whole = whole;
	v->len += wire_hex(v->octets + v->len, sizeof(v->octets) - v->len, hex);
}

/* SRC > DST [ttl N] [tos N] [no alert] [protocol N] */
static inline void vector_ip(struct vector *v, char *text)
{
	const char *src = vector_word(&text), *arrow = vector_word(&text), *dst = vector_word(&text);

	assert_string_equal(arrow, ">");
	v->ip = wire_ip(src, dst);
	while (*text) {
		const char *what = vector_word(&text), *value = vector_word(&text);

		if (strcmp(what, "ttl") == 0)
			v->ip.ttl = (uint8_t)atoi(value);
		else if (strcmp(what, "tos") == 0)
			v->ip.tos = (uint8_t)atoi(value);
		else if (strcmp(what, "protocol") == 0)
			v->ip.protocol = (uint8_t)atoi(value);
		else if (strcmp(what, "no") == 0 && strcmp(value, "alert") == 0)
			v->ip.alert = false;
		else
			fail_msg("%s: %s: what is %s %s?", v->file, v->name, what, value);
	}
}

static inline void vector_record(struct vector *v, char *text)
{
	int n = atoi(vector_word(&text));

	if (n < 1 || n > VECTOR_RECORDS)
		fail_msg("%s: %s: no record %d", v->file, v->name, n);
	else
		vector_copy(v, v->record[n - 1], VECTOR_TEXT, text);
}

/* One line of a vector but its first; false where it is none. */
static inline bool vector_line(struct vector *v, const char *word, char *text)
{
	if (strcmp(word, "ip") == 0)
		vector_ip(v, text);
	else if (strcmp(word, "octets") == 0 || strcmp(word, "packet") == 0)
		vector_octets(v, text, *word == 'p');
	else if (strcmp(word, "says") == 0)
		vector_copy(v, v->says, sizeof(v->says), text);
	else if (strcmp(word, "fails") == 0)
		vector_copy(v, v->fails, sizeof(v->fails), text);
	else if (strcmp(word, "faults") == 0)
		vector_copy(v, v->faults, sizeof(v->faults), text);
	else if (strcmp(word, "record") == 0)
		vector_record(v, text);
	else if (strcmp(word, "extra") == 0)
		v->extra = (uint32_t)atoi(text);
	else if (strcmp(word, "extended") == 0)
		v->extended = true;
	else if (strcmp(word, "exact") == 0)
		v->exact = true;
	else
		return strcmp(word, "ids") == 0;
	return true;
}

static inline void vector_begin(struct vector *v, const char *file, const char *name)
{
	memset(v, 0, sizeof(*v));
	vector_copy(v, v->file, sizeof(v->file), file);
	vector_copy(v, v->name, sizeof(v->name), name);
	strcpy(v->faults, "none");
	for (int i = 0; i < VECTOR_RECORDS; i++)
		strcpy(v->record[i], "none");
}

/* A vector that is whole is used; *name is empty before the first. */
static inline unsigned vector_end(const struct vector *v, vector_use use, void *arg)
{
	if (!*v->name)
		return 0;
	if (!*v->says == !*v->fails || (!v->whole && !v->ip.src.family))
		fail_msg("%s: %s: not complete", v->file, v->name);
	use(v, arg);
	return 1;
}

static inline unsigned vectors_of_file(const char *dir, const char *file, vector_use use, void *arg)
{
	char path[4096], line[2 * VECTOR_TEXT];
	struct vector v = { .len = 0 };
	unsigned n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (!(f = fopen(path, "r"))) {
		fail_msg("%s: %s", path, strerror(errno));
		return 0;
	}
	while (fgets(line, sizeof(line), f)) {
		char *text = line;
		const char *word;

		line[strcspn(line, "\n")] = '\0';
		word = vector_word(&text);
		if (!*word || *word == '#')
			continue;
		if (strcmp(word, "vector") == 0) {
			n += vector_end(&v, use, arg);
			vector_begin(&v, file, text);
		} else if (!vector_line(&v, word, text)) {
			fail_msg("%s: %s: what is %s?", file, v.name, word);
		}
	}
	fclose(f);
	return n + vector_end(&v, use, arg);
}

/* Every vector of every file is used; there must be some in each. Returns how many. */
static inline unsigned vectors_each(vector_use use, void *arg)
{
	struct dirent *e;
	unsigned n = 0;
	DIR *d = opendir(VECTORS);

	if (!d) {
		fail_msg("%s: %s", VECTORS, strerror(errno));
		return 0;
	}
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);
		unsigned more;

		if (len < 4 || strcmp(e->d_name + len - 4, ".txt") != 0)
			continue;
		more = vectors_of_file(VECTORS, e->d_name, use, arg);
		if (!more)
			fail_msg("%s/%s: no vector", VECTORS, e->d_name);
		n += more;
	}
	closedir(d);
	if (!n)
		fail_msg("%s: no vectors", VECTORS);
	return n;
}

/* The whole packet of a vector; out has room for VECTOR_OCTETS + 48. Returns its length. */
static inline size_t vector_packet(const struct vector *v, uint8_t *out)
{
	if (!v->whole)
		return wire_wrap(out, &v->ip, v->octets, v->len);
	memcpy(out, v->octets, v->len);
	return v->len;
}

#endif
