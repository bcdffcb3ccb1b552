/*
 * recv_command.c - fuzzes standard input of `mcast recv`, line by line: a command is sound and means the
 * same when it is written and read again, and a refusal is one clause of text.
 */
#include "recv/command.h"

#include <stdio.h>

#include "fuzz.h"

static size_t put(char *buf, size_t cap, const struct recv_command *c)
{
	static const char *const verbs[] = { "block", "unblock", "join", "leave", "reset", "quit" };
	char source[MC_ADDR_STRLEN], target[MC_TARGET_STRLEN];
	int n;

	if (c->verb == RECV_RESET || c->verb == RECV_QUIT)
		n = snprintf(buf, cap, "%s", verbs[c->verb]);
	else
		n = snprintf(buf, cap, "%s %s %s", verbs[c->verb],
			     mc_addr_format(&c->source, source, sizeof source),
			     mc_target_format(&c->target, target, sizeof target));
	MUST(n > 0 && (size_t)n < cap);
	return (size_t)n;
}

static void check_command(const struct recv_command *c)
{
	const struct mc_target *t = &c->target;
	bool filters = c->verb == RECV_BLOCK || c->verb == RECV_UNBLOCK;

	MUST(c->verb <= RECV_QUIT);
	MUST(filters == (c->source.family != 0));
	if (c->verb == RECV_RESET || c->verb == RECV_QUIT)
		return;
	MUST(mc_addr_is_multicast(&t->group) && t->count >= 1);
	MUST(!filters || (c->source.family == t->group.family && t->count == 1));
	MUST(!filters || (!mc_addr_is_multicast(&c->source) && !mc_addr_is_unspecified(&c->source)));
	MUST(c->verb == RECV_JOIN || (!*t->ifname && !t->source.family));
}

static void check_again(const struct recv_command *c)
{
	char line[400], why[RECV_COMMAND_WHY], other[400];
	struct recv_command again;
	size_t len = put(line, sizeof line, c);

	MUST(recv_command_parse(&again, line, len, why) == 1);
	MUST(put(other, sizeof other, &again) == len && memcmp(line, other, len) == 0);
}

static void check_line(const char *line, size_t len)
{
	char why[RECV_COMMAND_WHY];
	struct recv_command c;
	int r = recv_command_parse(&c, line, len, why);

	if (r < 0)
		MUST(strnlen(why, sizeof why) > 0 && strnlen(why, sizeof why) < sizeof why);
	if (r <= 0)
		return;
	check_command(&c);
	check_again(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at), all = len;
		const char *from = words_trim(at, &len);

		MUST(from >= at && from + len <= at + all);
		check_line(at, all);
		at += all + 1;
	}
	return 0;
}
