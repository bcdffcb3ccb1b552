/*
 * scripts.h - the scripts of one command line, read and understood.
 */
#ifndef SIM_SCRIPTS_H
#define SIM_SCRIPTS_H

#include <mcast/sim.h>
#include <sys/types.h>

#include "opt.h"

#define SCRIPT_MOST (64 << 20) /* octets of one */

struct script {
	const char *name; /* as it was typed: "-" is stdin */
	struct mc_sim *sim;
	dev_t dev; /* the file it was read from */
	ino_t ino;
};

struct scripts {
	struct script *list;
	size_t n;
};

/* scripts_read reads and parses them all. 0, or EXIT_CANNOT after having said what is wrong, a line for
 * each script that has something. scripts_free is for both. */
int scripts_read(struct scripts *s, const struct verb *v, char *const *names, size_t n);
void scripts_free(struct scripts *s);

/* scripts_has tells whether one of them was read from this file. */
bool scripts_has(const struct scripts *s, const char *path);

#endif
