/*
 * out.c - JSON objects on stdout, one a line, and text from elsewhere made fit for them and for
 * terminals: JSON is UTF-8 (RFC 8259 8.1), payloads and interface names need not be. It knows no
 * verb's keys.
 */
#include "out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Sixteen digits: Unix seconds with microseconds, and no digits that binary fractions invent. */
#define DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(16))

mc_time out_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (mc_time)t.tv_sec * MC_SEC + (mc_time)t.tv_nsec;
}

char *out_clock(char buf[OUT_CLOCK_SIZE], mc_time at)
{
	time_t second = (time_t)(at / MC_SEC);
	struct tm tm;

	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof tm);
	strftime(buf, OUT_CLOCK_SIZE, "%H:%M:%S", &tm);
	snprintf(buf + strlen(buf), OUT_CLOCK_SIZE - strlen(buf), ".%06u", (unsigned)(at % MC_SEC / 1000));
	return buf;
}

/* Whole microseconds: the nanoseconds are more than a double holds. */
static json_t *unix_time(mc_time t)
{
	return json_real((double)(t / MC_SEC) + (double)(t % MC_SEC / 1000) / 1e6);
}

static json_t *host(void)
{
	static char name[256]; /* as it was at the first event */

	if (!*name)
		gethostname(name, sizeof name - 1);
	return out_text(name);
}

static void put_head(json_t *obj, int schema, mc_time at)
{
	json_object_set_new_nocheck(obj, "ts", unix_time(at));
	json_object_set_new_nocheck(obj, "host", host());
	json_object_set_new_nocheck(obj, "schema", json_integer(schema));
}

json_t *out_begin(int schema, const char *event, mc_time at)
{
	json_t *obj = json_object();

	json_object_set_new_nocheck(obj, "event", json_string_nocheck(event));
	put_head(obj, schema, at);
	return obj;
}

json_t *out_document(int schema)
{
	json_t *obj = json_object();

	put_head(obj, schema, out_now());
	return obj;
}

/* Each brace and comma comes by itself: a lock for each would take a third of the time. */
static int put_piece(const char *text, size_t len, void *arg)
{
	return fwrite_unlocked(text, 1, len, arg) == len ? 0 : -1;
}

void out_json(json_t *obj, FILE *to)
{
	json_dump_callback(obj, put_piece, to, DUMP_FLAGS);
	json_decref(obj);
}

char *out_json_text(json_t *obj)
{
	char *text = json_dumps(obj, DUMP_FLAGS);

	json_decref(obj);
	return text;
}

void out_json_open(json_t *obj, FILE *to)
{
	char *text = out_json_text(obj);

	if (text)
		fwrite(text, 1, strlen(text) - 1, to);
	free(text);
}

void out_end(json_t *obj)
{
	out_json(obj, stdout);
	putchar('\n');
}

void out_event(int schema, const char *event, json_t *obj)
{
	json_t *all = out_begin(schema, event, out_now());

	json_object_update_missing(all, obj);
	json_decref(obj);
	out_end(all);
	fflush(stdout);
}

int out_flush(void)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

bool out_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

void out_put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new_nocheck(o, key, value);
}

void out_put_int(json_t *o, const char *key, uint64_t n)
{
	out_put(o, key, json_integer((json_int_t)n));
}

void out_put_bool(json_t *o, const char *key, bool is)
{
	out_put(o, key, json_boolean(is));
}

void out_put_known(json_t *o, const char *key, bool known, int64_t n)
{
	out_put(o, key, known ? json_integer(n) : json_null());
}

json_t *out_addr(const struct mc_addr *a)
{
	char text[MC_ADDR_STRLEN];

	return mc_addr_len(a) ? json_string(mc_addr_format(a, text, sizeof text)) : json_null();
}

json_t *out_sources(const struct mc_sources *s)
{
	json_t *list = json_array();

	for (uint16_t i = 0; i < s->n; i++) {
		struct mc_addr a = mc_sources_at(s, i);

		json_array_append_new(list, out_addr(&a));
	}
	return list;
}

json_t *out_seconds(mc_time t)
{
	return t == MC_NEVER ? json_null() : json_real((double)t / (double)MC_SEC);
}

/* How many bytes the UTF-8 character at s has (RFC 3629 4); 0 where there is none. A NUL ends
 * the search, as it is no continuation. */
static size_t utf8_len(const unsigned char *s)
{
	static const struct {
		uint8_t first, last, len, low, high; /* of the first byte; in all; of the second byte */
	} rows[] = {
		{ 0x01, 0x7f, 1, 0x00, 0xff }, { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
		{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
		{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
	};
	size_t r = 0, i = 2;

	while (r < sizeof rows / sizeof *rows && (s[0] < rows[r].first || s[0] > rows[r].last))
		r++;
	if (r == sizeof rows / sizeof *rows || s[1] < rows[r].low || s[1] > rows[r].high)
		return 0;
	while (i < rows[r].len && (s[i] & 0xc0) == 0x80)
		i++;
	return i < rows[r].len ? 0 : rows[r].len;
}

json_t *out_text(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *s = (const unsigned char *)text;
	size_t n = 0, cap = text ? 3 * strlen(text) + 1 : 0;
	char *buf = text ? malloc(cap) : NULL;
	json_t *ret;

	if (!buf)
		return json_null();
	while (*s) {
		size_t len = utf8_len(s);

		memcpy(buf + n, len ? (const void *)s : replacement, len ? len : 3);
		n += len ? len : 3;
		s += len ? len : 1;
	}
	ret = json_stringn(buf, n);
	free(buf);
	return ret;
}

static size_t put_hex(char *p, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	p[0] = '\\';
	p[1] = 'x';
	p[2] = hex[c >> 4];
	p[3] = hex[c & 15];
	return 4;
}

/* Writes one octet as it is shown; returns the characters used, 1, 2 or 4. */
static size_t put_octet(char *p, unsigned char c)
{
	static const char plain[] = "\n\r\t\"\\", letters[] = "nrt\"\\";
	const char *found = c ? strchr(plain, c) : NULL;

	p[0] = found ? '\\' : (char)c;
	if (found) {
		p[1] = letters[found - plain];
		return 2;
	}
	return c >= 0x20 && c < 0x7f ? 1 : put_hex(p, c);
}

char *out_payload(char *buf, size_t cap, const void *data, size_t len, size_t most)
{
	const unsigned char *s = data;
	size_t n = 0, i = 0;

	if (cap < 4) {
		if (cap)
			*buf = '\0';
		return buf;
	}
	for (; i < len && i < most && cap - n >= 8; i++)
		n += put_octet(buf + n, s[i]);
	strcpy(buf + n, i < len ? "..." : "");
	return buf;
}

/* The length of the character at s if a terminal shows it and does nothing else; 0 otherwise.
 * C1, U+0080 to U+009F, are commands as ESC is. */
/* Of three octets, those that have no width, end a line, or turn its direction: U+200B to U+200F, U+2028 to
 * U+202E, U+2060 to U+206F, U+FEFF. */
static bool is_unseen(const unsigned char *s)
{
	if (s[0] == 0xef)
		return s[1] == 0xbb && s[2] == 0xbf;
	if (s[0] != 0xe2)
		return false;
	return s[1] == 0x80 ? (s[2] >= 0x8b && s[2] <= 0x8f) || (s[2] >= 0xa8 && s[2] <= 0xae) :
			      s[1] == 0x81 && s[2] >= 0xa0 && s[2] <= 0xaf;
}

static size_t shown_len(const unsigned char *s)
{
	size_t len = utf8_len(s);

	if (*s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0) || (len == 3 && is_unseen(s)))
		return 0;
	return len;
}

char *out_plain(char *buf, size_t cap, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = 0;

	while (*s) {
		size_t len = shown_len(s);

		if (n + (len ? len : 4) >= cap)
			break;
		if (len)
			memcpy(buf + n, s, len);
		else
			put_hex(buf + n, *s);
		n += len ? len : 4;
		s += len ? len : 1;
	}
	if (cap)
		buf[n] = '\0';
	return buf;
}

char *out_endpoint(char *buf, size_t cap, const struct mc_addr *a, uint16_t port, const char *zone)
{
	char addr[MC_ADDR_STRLEN], plain[4 * MC_IFNAME_SIZE];
	bool six = a->family == MC_IPV6;

	snprintf(buf, cap, "%s%s%s%s%s:%u", six ? "[" : "", mc_addr_format(a, addr, sizeof addr),
		 zone && *zone ? "%" : "", out_plain(plain, sizeof plain, zone ? zone : ""), six ? "]" : "",
		 port);
	return buf;
}
