/*
 * hook.h - programs that are run when something happens, without a shell.
 */
#ifndef WATCH_HOOK_H
#define WATCH_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hook is a command line, split at blanks into a program and its arguments; no quotes, no
 * shell. The event is in environment variables. */
struct hook;

/* hook_new splits text and finds the program now, in PATH where it has no slash, so that one
 * that cannot be run is refused before anything is watched. 0, or -1 and a clause in why. */
int hook_new(struct hook **ret, const char *text, char *why, size_t cap);
void hook_free(struct hook *h);

/* hook_mute has what it prints go nowhere. */
void hook_mute(struct hook *h);

struct hook_var {
	const char *name, *value;
};

/* hook_run starts the program in the background with the variables added to the environment (in the place
 * of those of the same name), stdin /dev/null, stdout on our stderr (stdout is ours alone), no other
 * descriptor, no signal blocked, and out of reach of the terminal's Ctrl-C. At most HOOK_MOST run at
 * once; one too many is not started, but counted. Never waits. 0, or -1 and a clause. */
#define HOOK_MOST 64

int hook_run(struct hook *h, const struct hook_var *vars, size_t n, char *why, size_t cap);

/* hook_reap collects those that ended; call it now and then. */
void hook_reap(struct hook *h);

/* hook_wait lets those that still run end, for at most `seconds`; they are never killed. */
void hook_wait(struct hook *h, unsigned seconds);

struct hook_stats {
	uint64_t run, skipped, failed; /* started; too many at once; could not start, ended badly */
};

struct hook_stats hook_stats(const struct hook *h);

#endif
