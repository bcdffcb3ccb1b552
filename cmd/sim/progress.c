/*
 * progress.c - a line on stderr that is painted over: once a second, and only on a terminal.
 */
#include "progress.h"

#include <unistd.h>

#include "net/loop.h"

#define EVERY MC_SEC
#define CLEAR "\r\033[K"

void progress_open(struct progress *p, bool trace)
{
	*p = (struct progress){ .on = isatty(STDERR_FILENO) && !(trace && isatty(STDOUT_FILENO)) };
}

void progress_begin(struct progress *p)
{
	p->due = mc_loop_now() + EVERY;
	p->time = 0;
	p->packets = 0;
}

void progress_packet(struct progress *p, mc_time time)
{
	p->time = time;
	p->packets++;
}

void progress_tell(struct progress *p, const struct sim_run *r, mc_time now)
{
	if (!p->on || now < p->due)
		return;
	fputs(CLEAR, stderr);
	sim_show_progress(stderr, r, p->time, p->packets);
	fputs(" ...", stderr);
	p->due = now + EVERY;
	p->shown = true;
}

void progress_say(struct progress *p, const struct sim_run *r)
{
	progress_clear(p);
	sim_show_progress(stderr, r, p->time, p->packets);
	fputs(" so far\n", stderr);
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs(CLEAR, stderr);
	p->shown = false;
}
