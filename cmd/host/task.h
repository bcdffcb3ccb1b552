/*
 * task.h - what is done to many hosts in steps, so that nothing else waits long: switching them on, a
 * command, leaving all.
 */
#ifndef HOST_TASK_H
#define HOST_TASK_H

#include "host/command.h"
#include "host/fleet.h"

enum task_kind { TASK_NONE, TASK_START, TASK_COMMAND, TASK_LEAVE };

struct task {
	enum task_kind kind;
	uint32_t host, last; /* the one it is at, and the last one */
	uint64_t at;         /* of its groups */
	uint32_t pos[HOST_FAMILIES];
	struct command command;
	mc_time since;
	uint64_t refused; /* memberships that there was no memory for */
	int error;        /* of one of them */
};

/* task_begin takes over a command, NULL for the other kinds. */
void task_begin(struct task *t, enum task_kind kind, struct fleet *f, struct command *c, mc_time now);

/* task_step does a part of it, some `most` changes; kind is TASK_NONE when all is done. */
void task_step(struct task *t, struct fleet *f, unsigned most, mc_time now);
void task_end(struct task *t);

#endif
