/*
 * asked.h - what the arguments, --targets and session descriptions ask for, as targets, before anything is
 * opened.
 */
#ifndef RECV_ASKED_H
#define RECV_ASKED_H

#include "recv/run.h"

struct asked {
	struct recv_target *v;
	size_t n;
};

/* asked_read reads them all, takes --exclude and --redundant into account, and has the default where
 * there are none. 0, or refused; in any case asked_free is to follow. */
int asked_read(const struct recv *r, struct asked *ret, int argc, char **argv);
void asked_free(struct asked *a);

#endif
