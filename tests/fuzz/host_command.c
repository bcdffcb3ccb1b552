/*
 * host_command.c - fuzzes stdin of `mcast host`: octets that come in pieces, as lines, as commands. However
 * they are cut, the lines are the same; a command is sound, and a refusal is one clause of text.
 */
#include "host/command.h"
#include "lines.h"

#include "fuzz.h"

enum { HOSTS = 1000 };

/* A number for what was read, so that two readings can be compared. */
static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t check_command(const struct command *c)
{
	struct mc_addr last = c->group;
	uint64_t sum = mix(c->verb, c->n);

	MUST(c->verb < COMMANDS && c->first <= c->last && c->last < HOSTS);
	if (c->verb == COMMAND_QUIT) {
		MUST(!c->n && c->last == HOSTS - 1);
		return sum;
	}
	MUST(c->count >= 1 && mc_addr_is_multicast(&c->group));
	MUST(mc_addr_add(&last, c->count - 1) == 0 && mc_addr_is_multicast(&last));
	MUST(c->mode == MC_INCLUDE || (!mc_addr_is_ssm(&c->group) && !mc_addr_is_ssm(&last)));
	MUST((c->verb != COMMAND_JOIN && c->verb != COMMAND_LEAVE) || !c->n);
	for (size_t i = 0; i < c->n; i++)
		MUST(c->sources[i].family == c->group.family && !mc_addr_is_multicast(&c->sources[i]) &&
		     !mc_addr_is_unspecified(&c->sources[i]));
	return mix(sum, c->count);
}

static uint64_t check_line(const char *line, size_t len)
{
	char why[COMMAND_WHY];
	struct command c;
	uint64_t sum;
	int r = command_parse(&c, line, len, HOSTS, why);

	if (r < 0)
		MUST(strnlen(why, sizeof(why)) > 0 && strnlen(why, sizeof(why)) < sizeof(why));
	if (r <= 0)
		return (uint64_t)r + 7;
	sum = check_command(&c);
	command_free(&c);
	return sum;
}

static uint64_t read_all(const uint8_t *data, size_t size, size_t piece)
{
	struct lines l;
	const char *line;
	size_t at = 0, len, room, n;
	uint64_t sum = 0;
	int r;

	MUST(lines_open(&l) == 0);
	do {
		char *space = lines_space(&l, &room);

		MUST(room >= LINES_LONGEST);
		n = size - at < piece ? size - at : piece;
		if (n)
			memcpy(space, data + at, n);
		at += n;
		lines_put(&l, n);
		while ((r = lines_next(&l, &line, &len))) {
			MUST(r < 0 || (len < LINES_LONGEST && !memchr(line, '\n', len)));
			sum = mix(sum, r < 0 ? 3 : check_line(line, len));
		}
	} while (n);
	lines_close(&l);
	return mix(sum, l.number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? data[0] % 64 + 1u : 1;

	MUST(read_all(data, size, LINES_LONGEST) == read_all(data, size, piece));
	return 0;
}
