/*
 * run.h - one run of watch: what it is made of, from opening to its end.
 */
#ifndef WATCH_RUN_H
#define WATCH_RUN_H

#include "net/ifaces.h"
#include "net/loop.h"
#include "opt.h"
#include "screen.h"
#include "watch/capture.h"
#include "watch/see.h"
#include "watch/show.h"
#include "watch/trigger.h"

struct watch_conf {
	struct opt_list ifaces; /* as they were typed; none: all that are up */
	const char *read, *write; /* files, or NULL */
	bool ipv4, ipv6, verbose, quiet, json, live, summary;
	int64_t count;
	mc_time deadline;
	const char *hooks[TRIGGER_EVENTS];
};

/* An interface that is watched, or that was told not to be. */
struct watch_iface {
	char name[MC_IFNAME_SIZE];
	uint32_t index, life;
	bool told;
};

struct watch {
	const struct verb *verb;
	struct watch_conf conf;
	struct capture *capture;
	struct links *links;
	struct mc_ifaces *ifs; /* NULL: a file is read */
	struct mc_loop *loop;
	struct see see;
	struct watch_show show;
	struct screen screen;
	struct trigger trigger;
	struct watch_iface *known;
	size_t nknown;
	struct mc_watch signals, changes, input; /* input: a file that has to be waited for */
	bool muted;    /* no lines: stdout is a capture file, or the screen has it */
	bool stop;     /* a signal, -c, -w, the last interface, or nowhere to write to */
	bool packets;  /* there may be some */
	bool readable; /* what input is of */
	bool over;     /* a packet was read that -w leaves out */
	mc_time began, ends; /* on the loop's clock */
	mc_time offset;      /* of the trackers' time, live: the loop's clock and this */
	int code;
};

/* watch_open opens all there is to open, gives up privileges, and is ready to run. 0, or
 * EXIT_CANNOT after having said why. watch_close is for both. */
int watch_open(struct watch *w);
void watch_close(struct watch *w);

/* watch_say says something on stderr; text has neither its end nor the program's name. arg is the run. */
void watch_say(void *arg, const char *text);

/* watch_wait is stream.h's: it sleeps until fd can be read, and is false where the run is to end. */
bool watch_wait(void *arg, int fd);

/* watch_events has the loop call what a run needs. 0 or -errno. */
int watch_events(struct watch *w);

/* watch_run runs to the end and returns the exit code. */
int watch_run(struct watch *w);

#endif
