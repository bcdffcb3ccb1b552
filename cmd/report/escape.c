/*
 * escape.c - text from outside as text of an HTML page. What would be markup becomes a reference; what is no
 * character to be read (controls, and those that turn the direction of what follows) becomes U+FFFD. It knows
 * nothing of what the text is about.
 */
#include "report/escape.h"

#include <stdbool.h>
#include <string.h>

static const char *reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* How many octets at s are one character that is not to be shown; 0: it may be. */
static size_t hidden(const unsigned char *s)
{
	if (*s < 0x20 || *s == 0x7f)
		return *s != '\t' && *s != '\n';
	if (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0) /* C1 */
		return 2;
	if (*s != 0xe2)
		return 0;
	bool turns = (s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) || /* U+202A to U+202E */
		     (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);   /* U+2066 to U+2069 */

	return turns ? 3 : 0;
}

void report_escape(FILE *to, const char *text)
{
	const char *s = text ? text : "";

	while (*s) {
		const char *as = reference(*s);
		size_t skip = hidden((const unsigned char *)s);

		if (as)
			fputs(as, to);
		else if (skip)
			fputs("\xef\xbf\xbd", to);
		else
			putc(*s, to);
		s += skip ? skip : 1;
	}
}
