/*
 * trigger.h - the hooks of watch: which program runs for what, and what it is told.
 */
#ifndef WATCH_TRIGGER_H
#define WATCH_TRIGGER_H

#include "watch/hook.h"
#include "watch/show.h"

enum trigger_event { TRIGGER_JOIN, TRIGGER_LEAVE, TRIGGER_WARNING, TRIGGER_EVENTS };

struct trigger {
	struct hook *hooks[TRIGGER_EVENTS]; /* NULL: none */
	bool told[TRIGGER_EVENTS];          /* that it could not be started */
	bool wait;                          /* for those that run, rather than leave one out */
	bool in_vain[TRIGGER_EVENTS];       /* was waited: they go on and on */
};

/* trigger_option is the option that sets a hook: "--on-join". */
const char *trigger_option(enum trigger_event e);

bool trigger_any(const struct trigger *t);

/* trigger_thing runs what is to be run for a thing. complain is told, once for each hook, of one that
 * could not be started; trigger_end of all that went wrong. */
typedef void trigger_complain(void *arg, const char *text);
void trigger_thing(struct trigger *t, struct watch_show *show, const struct shown *s,
		   trigger_complain *complain, void *arg);

void trigger_reap(struct trigger *t);

/* trigger_end lets programs that still run end, for a moment, and frees the hooks. */
void trigger_end(struct trigger *t, trigger_complain *complain, void *arg);

#endif
