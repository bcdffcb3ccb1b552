/*
 * tos.c - the TOS or traffic class octet as users write it (RFC 2474 3): a number or the name of a DSCP.
 */
#include "tos.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* DSCP by name: ef is 46, csN is N * 8, afXY is X * 8 + Y * 2 (RFC 2474, 2597, 3246). -1: no such. */
static int dscp_of(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "ef") == 0)
		return 46;
	if (len == 3 && strncmp(name, "cs", 2) == 0 && name[2] >= '0' && name[2] <= '7')
		return (name[2] - '0') * 8;
	if (len == 4 && strncmp(name, "af", 2) == 0 && name[2] >= '1' && name[2] <= '4' && name[3] >= '1' &&
	    name[3] <= '3')
		return (name[2] - '0') * 8 + (name[3] - '0') * 2;
	return -1;
}

/* Reads digits up to the end of the text. */
static bool read_octet(const char *s, int base, int *ret)
{
	char *end;
	unsigned long n;

	errno = 0;
	if (!s[0] || !strchr(base == 10 ? "0123456789" : "0123456789abcdefABCDEF", s[0]))
		return false;
	n = strtoul(s, &end, base);
	*ret = (int)n;
	return !errno && !*end && n <= 255;
}

int tos_read(void *dest, const char *arg, char *why, size_t cap)
{
	bool hex = strncmp(arg, "0x", 2) == 0 || strncmp(arg, "0X", 2) == 0;
	int dscp = dscp_of(arg), n = 0;

	if (dscp < 0 && !read_octet(hex ? arg + 2 : arg, hex ? 16 : 10, &n)) {
		snprintf(why, cap,
			 "must be the octet, 0 to 255 or 0x00 to 0xff, or ef, af11 to af43, cs0 to cs7");
		return -1;
	}
	*(int *)dest = dscp < 0 ? n : dscp << 2; /* the DSCP is the octet's high six bits */
	return 0;
}
