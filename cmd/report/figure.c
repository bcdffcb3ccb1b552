/*
 * figure.c - numbers as people read them, with the exact value beside, and sentences with numbers in them.
 * Which unit a number has, its key tells (mcast-recv(1), JSON); where it stands on the page it does not
 * know.
 */
#include "report/figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/escape.h"

enum { KEY = 64, DUMP_MOST = 4096, LIST_MOST = 64 };

#define NONE "<span class=none>\xe2\x80\x93</span>"

/* ---- units ------------------------------------------------------------------------------ */

static bool ends_in(const char *key, const char *end)
{
	size_t n = strlen(key), m = strlen(end);

	return n >= m && strcmp(key + n - m, end) == 0;
}

enum report_unit report_unit_of(const char *key)
{
	static const struct {
		const char *end;
		enum report_unit unit;
	} rows[] = {
		{ "_ts", REPORT_MOMENT },    { "_s", REPORT_SPAN },
		{ "seconds", REPORT_SPAN },  { "_ppm", REPORT_PPM },
		{ "pps", REPORT_PPS },       { "bps", REPORT_BPS },
		{ "loss", REPORT_SHARE },    { "bytes", REPORT_BYTES },
		{ "rcvbuf", REPORT_BUFFER }, { "rcvbuf_asked", REPORT_BUFFER },
		{ "port", REPORT_PLAIN },    { "ifindex", REPORT_PLAIN },
		{ "_seq", REPORT_PLAIN },    { "first", REPORT_PLAIN },
		{ "exit", REPORT_PLAIN },    { "schema", REPORT_PLAIN },
	};
	const char *dot = strrchr(key, '.');

	key = dot ? dot + 1 : key;
	if (strcmp(key, "ts") == 0)
		return REPORT_MOMENT;
	if (strcmp(key, "a_first") == 0 || strcmp(key, "b_first") == 0)
		return REPORT_COUNT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (ends_in(key, rows[i].end))
			return rows[i].unit;
	return REPORT_COUNT;
}

/* No zeros at the end of a fraction. */
static void trim(char *number)
{
	size_t end = strlen(number);

	if (!strchr(number, '.'))
		return;
	while (number[end - 1] == '0')
		number[--end] = '\0';
	if (number[end - 1] == '.')
		number[end - 1] = '\0';
}

/* Commas between thousands. */
static void group(char *to, const char *number)
{
	size_t minus = *number == '-', whole = strcspn(number + minus, ".");

	for (size_t i = 0; number[i]; i++) {
		*to++ = number[i];
		size_t done = i + 1 - minus;

		if (i >= minus && done < whole && (whole - done) % 3 == 0)
			*to++ = ',';
	}
	*to = '\0';
}

/* That many digits that count, and no exponent where that can be. */
static char *digits(char buf[REPORT_FIGURE_SIZE], double v, int n)
{
	char raw[REPORT_FIGURE_SIZE / 2];
	int decimals = 0;

	if (!(fabs(v) < 1e18) || (v != 0 && fabs(v) < 1e-9)) {
		snprintf(buf, REPORT_FIGURE_SIZE, "%.3g", v);
		return buf;
	}
	if (v != floor(v))
		decimals = n - 1 - (int)floor(log10(fabs(v)));
	snprintf(raw, sizeof raw, "%.*f", decimals < 0 ? 0 : decimals > 9 ? 9 : decimals, v);
	trim(raw);
	group(buf, raw);
	return buf;
}

struct step {
	double from, by;
	const char *name;
};

static const struct step spans[] = { { 1, 1, "s" },
				     { 1e-3, 1e-3, "ms" },
				     { 1e-6, 1e-6, "\xc2\xb5s" },
				     { 0, 1e-9, "ns" },
				     { 0, 0, NULL } };
static const struct step bits[] = { { 1e9, 1e9, "Gbit/s" },
				    { 1e6, 1e6, "Mbit/s" },
				    { 1e3, 1e3, "kbit/s" },
				    { 0, 1, "bit/s" },
				    { 0, 0, NULL } };
static const struct step octets[] = { { 1e12, 1e12, "TB" }, { 1e9, 1e9, "GB" }, { 1e6, 1e6, "MB" },
				      { 1e3, 1e3, "kB" },   { 0, 1, "B" },      { 0, 0, NULL } };
static const struct step buffers[] = { { 0x1p30, 0x1p30, "GiB" },
				       { 0x1p20, 0x1p20, "MiB" },
				       { 0x1p10, 0x1p10, "KiB" },
				       { 0, 1, "B" },
				       { 0, 0, NULL } };
static const struct step rates[] = { { 1e6, 1e6, "M/s" }, { 0, 1, "/s" }, { 0, 0, NULL } };
static const struct step counts[] = { { 1e9, 1e9, "G" },
				      { 1e6, 1e6, "M" },
				      { 1e4, 1e3, "k" },
				      { 0, 1, "" },
				      { 0, 0, NULL } };

static const struct step *step_of(const struct step *s, double v)
{
	while (s[1].name && fabs(v) < s->from)
		s++;
	return s;
}

static const struct step *steps_of(enum report_unit unit)
{
	switch (unit) {
	case REPORT_SPAN:
		return spans;
	case REPORT_BPS:
		return bits;
	case REPORT_BYTES:
		return octets;
	case REPORT_BUFFER:
		return buffers;
	case REPORT_PPS:
		return rates;
	default:
		return NULL;
	}
}

static char *moment(char buf[REPORT_FIGURE_SIZE], double v)
{
	time_t second = (time_t)(v >= 0 && v < 1e11 ? v : 0);
	struct tm tm;
	size_t n;

	if (!gmtime_r(&second, &tm))
		memset(&tm, 0, sizeof tm);
	n = strftime(buf, REPORT_FIGURE_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + n, REPORT_FIGURE_SIZE - n, ".%03d UTC", (int)((v - floor(v)) * 1000));
	return buf;
}

/* All but one in a million is not all: what rounds to 100 % has to be that. */
static char *share(char buf[REPORT_FIGURE_SIZE], double v)
{
	char number[REPORT_FIGURE_SIZE];

	digits(number, 100 * fmin(fmax(v, -1e300), 1e300), v > 0.999 && v < 1 ? 8 : 3);
	snprintf(buf, REPORT_FIGURE_SIZE, "%.40s\xc2\xa0%%", number);
	return buf;
}

char *report_figure(char buf[REPORT_FIGURE_SIZE], enum report_unit unit, double value)
{
	const struct step *s = steps_of(unit);
	char number[REPORT_FIGURE_SIZE];

	if (unit == REPORT_MOMENT)
		return moment(buf, value);
	if (unit == REPORT_SHARE)
		return share(buf, value);
	if (!s && unit != REPORT_PPM)
		return digits(buf, value, fabs(value) >= 1000 ? 18 : 4);
	if (value == 0)
		return strcpy(buf, "0");
	s = s ? step_of(s, value) : NULL;
	digits(number, s ? value / s->by : value, unit == REPORT_SPAN || !s ? 3 : 4);
	snprintf(buf, REPORT_FIGURE_SIZE, "%.40s%s%s", number, s == rates + 1 ? "" : "\xc2\xa0",
		 s ? s->name : "ppm");
	return buf;
}

double report_axis(enum report_unit unit, double most, const char **ret_name)
{
	const struct step *s = unit == REPORT_PPS ? counts : steps_of(unit);

	s = step_of(s ? s : counts, most);
	*ret_name = s->name;
	return s->by;
}

/* ---- values ----------------------------------------------------------------------------- */

/* As --json writes it, so that the two can be compared as they stand. */
static void put_number(FILE *to, const json_t *value, const char *key)
{
	char *exact = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(16)), text[REPORT_FIGURE_SIZE];
	enum report_unit unit = report_unit_of(key);

	fprintf(to, "<data value=\"%s\" data-key=\"", exact ? exact : "");
	report_escape(to, key);
	fprintf(to, "\">%s</data>",
		unit == REPORT_PLAIN && exact ? exact : report_figure(text, unit, json_number_value(value)));
	free(exact);
}

static void put_list(FILE *to, const json_t *list, const char *key)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < LIST_MOST; i++) {
		char at[KEY];

		snprintf(at, sizeof at, "%.40s.%zu", key, i);
		fputs(i ? ", " : "", to);
		report_put(to, json_array_get(list, i), at);
	}
	if (n > LIST_MOST)
		fprintf(to, " and %zu more", n - LIST_MOST);
	if (!n)
		fputs("none", to);
}

/* What has no form of its own is shown as it came, so far as it is not long. */
static void put_other(FILE *to, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	bool fits = text && strlen(text) < DUMP_MOST;

	fputs(fits ? "<code>" : "", to);
	report_escape(to, fits ? text : "(too much to show)");
	fputs(fits ? "</code>" : "", to);
	free(text);
}

static bool is_flat(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_array(json_array_get(list, i)) || json_is_object(json_array_get(list, i)))
			return false;
	return true;
}

void report_put(FILE *to, const json_t *value, const char *key)
{
	if (!value || json_is_null(value))
		fputs(NONE, to);
	else if (json_is_number(value) && isfinite(json_number_value(value)))
		put_number(to, value, key);
	else if (json_is_string(value))
		report_escape(to, json_string_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", to);
	else if (json_is_array(value) && is_flat(value))
		put_list(to, value, key);
	else
		put_other(to, value);
}

/* ---- sentences -------------------------------------------------------------------------- */

static const json_t *find(const json_t *o, const char *path)
{
	char key[KEY];
	const char *dot;

	while ((dot = strchr(path, '.'))) {
		snprintf(key, sizeof key, "%.*s", (int)(dot - path), path);
		o = json_object_get(o, key);
		path = dot + 1;
	}
	return json_object_get(o, path);
}

static void put_endpoint(FILE *to, const json_t *o, const char *address, const char *port)
{
	const char *text = json_string_value(find(o, address));
	bool six = text && strchr(text, ':');

	fputs(six ? "[" : "", to);
	report_put(to, find(o, address), address);
	fputs(six ? "]:" : ":", to);
	report_put(to, find(o, port), port);
}

/* "one|many" behind a number. */
static void put_word(FILE *to, const json_t *value, const char *words)
{
	const char *many = strchr(words, '|');
	bool one = json_is_integer(value) && json_integer_value(value) == 1;

	if (many)
		fprintf(to, " %.*s", one ? (int)(many - words) : KEY, one ? words : many + 1);
}

static void put_place(FILE *to, const json_t *o, char *path)
{
	char *colon = strchr(path, ':'), *words = strchr(path, '|');

	if (colon)
		*colon = '\0';
	if (words)
		*words = '\0';
	if (colon)
		put_endpoint(to, o, path, colon + 1);
	else
		report_put(to, find(o, path), path);
	if (words)
		put_word(to, find(o, path), words + 1);
}

void report_say(FILE *to, const json_t *o, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "{");
		char path[2 * KEY];

		fwrite(text, 1, n, to);
		text += n;
		if (!*text)
			break;
		n = strcspn(++text, "}");
		snprintf(path, sizeof path, "%.*s", (int)n, text);
		put_place(to, o, path);
		text += n + (text[n] != '\0');
	}
}
