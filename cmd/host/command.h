/*
 * command.h - a line of stdin as what is to be done. It is text in, a command or a clause out.
 */
#ifndef HOST_COMMAND_H
#define HOST_COMMAND_H

#include <mcast/base.h>

#include "words.h"

enum command_verb { COMMAND_JOIN, COMMAND_INCLUDE, COMMAND_EXCLUDE, COMMAND_LEAVE, COMMAND_QUIT, COMMANDS };

struct command {
	enum command_verb verb;
	uint32_t first, last;   /* hosts, numbered from 0 */
	struct mc_addr group;   /* none: quit */
	uint32_t count;         /* groups from there on */
	enum mc_mode mode;      /* the filter that takes the place of what there was */
	struct mc_addr *sources;
	size_t n;
};

#define COMMAND_WHY WORDS_WHY

/* command_parse reads one line, without its end, for so many hosts. Returns 1; 0 for a line of blanks,
 * or a comment (#); -1 and one clause, with a next step, in why: then nothing is to be freed. */
int command_parse(struct command *ret, const char *line, size_t len, uint32_t hosts, char why[COMMAND_WHY]);
void command_free(struct command *c);

#endif
