/*
 * targets.c - targets of words and of lines, appended to one list. What a target means, and what is opened
 * for it, is the verb's.
 */
#include "targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "pick.h"

#define BLANKS " \t\r\n"
#define WHERE 300 /* "FILE:LINE: " */

static int add(const struct verb *v, const char *where, const char *text, struct mc_target **list, size_t *n)
{
	struct mc_target t, *slot;
	int r = pick_target_at(v, where, text, &t);

	if (r)
		return r;
	slot = mc_grow(list, n, sizeof *slot);
	if (!slot)
		return opt_refuse(v, "%s%s: %s", where, text, strerror(ENOMEM));
	*slot = t;
	return 0;
}

int targets_add(const struct verb *v, const char *text, struct mc_target **list, size_t *n)
{
	return add(v, "", text, list, n);
}

/* What of a line is a target; the line is cut. */
static char *bare(char *line)
{
	char *begin = line + strspn(line, BLANKS);
	size_t len = strcspn(begin, "#");

	while (len && strchr(BLANKS, begin[len - 1]))
		len--;
	begin[len] = '\0';
	return begin;
}

static int read_lines(const struct verb *v, const char *name, FILE *f, struct mc_target **list, size_t *n)
{
	unsigned long number = 0;
	char *line = NULL, where[WHERE];
	size_t room = 0;
	int r = 0;

	while (!r && getline(&line, &room, f) >= 0) {
		const char *text = bare(line);

		number++;
		snprintf(where, sizeof where, "%.256s:%lu: ", name, number);
		if (*text)
			r = add(v, where, text, list, n);
	}
	free(line);
	if (!r && ferror(f))
		r = opt_refuse(v, "--targets: cannot read %s: %s", name, strerror(errno));
	return r;
}

int targets_read(const struct verb *v, const char *path, struct mc_target **list, size_t *n)
{
	bool is_stdin = strcmp(path, "-") == 0;
	const char *name = is_stdin ? "standard input" : path;
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	size_t before = *n;

	if (!f)
		return opt_refuse(v, "--targets: cannot read %s: %s", name, strerror(errno));
	int r = read_lines(v, name, f, list, n);

	if (!is_stdin)
		fclose(f);
	if (!r && *n == before)
		r = opt_refuse(v, "--targets: there is no target in %s (write one a line)", name);
	return r;
}

int targets_one_family(const struct verb *v, bool ipv4, bool ipv6, const struct mc_target *list, size_t n)
{
	char name[MC_TARGET_STRLEN];

	for (size_t i = 0; i < n; i++) {
		bool four = list[i].group.family == MC_IPV4;

		if (four ? ipv6 : ipv4)
			return opt_refuse(v, "%s is IPv%d, and -%d was given (leave one out)",
					  mc_target_format(&list[i], name, sizeof name), four ? 4 : 6,
					  four ? 6 : 4);
	}
	return 0;
}
