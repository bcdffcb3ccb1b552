/*
 * command.h - a line of standard input as what is to be done. It is text in, a command or a clause out.
 */
#ifndef RECV_COMMAND_H
#define RECV_COMMAND_H

#include <mcast/base.h>

#include "words.h"

enum recv_verb { RECV_BLOCK, RECV_UNBLOCK, RECV_JOIN, RECV_LEAVE, RECV_RESET, RECV_QUIT };

struct recv_command {
	enum recv_verb verb;
	struct mc_addr source;   /* of block and unblock */
	struct mc_target target; /* the group, its port (-1: not given), interface and number */
};

#define RECV_COMMAND_WHY WORDS_WHY

/* recv_command_parse reads one line, without its end. 1; 0 for a line of blanks, or a comment (#); -1 and one
 * clause, with a next step, in why. */
int recv_command_parse(struct recv_command *ret, const char *line, size_t len, char why[RECV_COMMAND_WHY]);

#endif
