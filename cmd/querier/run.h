/*
 * run.h - one run of the querier: what it is made of, from opening to its end.
 */
#ifndef QUERIER_RUN_H
#define QUERIER_RUN_H

#include "opt.h"
#include "querier/drive.h"
#include "querier/links.h"
#include "querier/tell.h"
#include "spool.h"

struct querier_run {
	const struct verb *verb;
	struct querier_conf conf;
	struct querier_ifaces ifaces; /* to begin with */
	struct mc_ifaces *ifs;
	struct mc_loop *loop;
	struct querier_link **links;
	size_t nlinks;
	struct drive drive;
	struct tell tell;
	struct spool *out, *err; /* stdout and stderr */
	struct mc_watch signals, changes;
	mc_time began, ends, retry;
	mc_time noted;  /* when the service manager was told what it does */
	bool news;      /* that has changed since */
	bool reload, stop;
	bool serving;   /* what was to be opened to begin with has been */
	bool stale;     /* what interfaces there are could not be read; it is at `retry` */
	int failed;     /* the exit code of a run that could not go on */
	int broken;     /* why stdout or stderr cannot be written: -errno */
};

/* querier_run does all of it, with interfaces that were settled, and returns the exit code. */
int querier_run(struct querier_run *r);

/* querier_no_memory says that there was none: EXIT_CANNOT. */
int querier_no_memory(const struct verb *v);

/* querier_warn tells a warning of a link, l NULL: of none. */
void querier_warn(struct querier_run *r, const struct querier_link *l, const char *name, uint32_t missed,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* querier_may tells whether a warning may be told now, and else counts it; *missed is how many were not. */
bool querier_may(struct querier_limit *l, mc_time now, uint32_t *missed);

#endif
