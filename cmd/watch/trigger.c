/*
 * trigger.c - which hook a thing runs, and its environment, as mcast-watch(1) promises it. How a
 * program is started hook.c knows.
 */
#include "watch/trigger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "watch/wrong.h"

#define REASON_SIZE 256
#define PATIENCE 5   /* seconds for a file's, when so many run */
#define LAST_WAIT 1  /* seconds at the end */

static const char *const options[] = { "--on-join", "--on-leave", "--on-warning" };
static const char *const names[] = { "join", "leave", "warning" };

const char *trigger_option(enum trigger_event e)
{
	return options[e];
}

bool trigger_any(const struct trigger *t)
{
	return t->hooks[TRIGGER_JOIN] || t->hooks[TRIGGER_LEAVE] || t->hooks[TRIGGER_WARNING];
}

/* Which hook a thing is for; TRIGGER_EVENTS: none. */
static enum trigger_event event_of(const struct shown *s)
{
	if (s->kind == SHOWN_EVENT && s->event->kind == MC_TRACK_JOIN)
		return TRIGGER_JOIN;
	if (s->kind == SHOWN_EVENT && s->event->kind == MC_TRACK_LEAVE)
		return TRIGGER_LEAVE;
	return s->wrong ? TRIGGER_WARNING : TRIGGER_EVENTS;
}

/* ---- the environment ------------------------------------------------------------------------ */

static void put_reason(void *arg, const char *name, const char *text)
{
	struct mc_text *t = arg;

	(void)text;
	if (t->off)
		mc_text_char(t, ' ');
	mc_text_str(t, name);
}

static const char *reason_of(const struct shown *s, enum trigger_event e, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);

	if (e == TRIGGER_JOIN)
		return "";
	if (e == TRIGGER_LEAVE)
		return s->event->expired ? "expired" : "said";
	if (s->kind == SHOWN_UNREADABLE)
		return "unreadable";
	wrong_each(s, put_reason, &t);
	return buf;
}

static struct mc_addr host_of(const struct shown *s)
{
	if (s->kind == SHOWN_EVENT)
		return s->event->host;
	return s->kind == SHOWN_MESSAGE ? s->msg->ip.src : s->src;
}

static const char *vlan_of(const struct link_seen *l, char *buf, size_t cap)
{
	*buf = '\0';
	if (l->vlan[1])
		snprintf(buf, cap, "%u.%u", l->vlan[0], l->vlan[1]);
	else if (l->vlan[0])
		snprintf(buf, cap, "%u", l->vlan[0]);
	return buf;
}

static void run(struct trigger *t, struct watch_show *show, const struct shown *s, enum trigger_event e,
		char *why, size_t cap)
{
	const struct mc_addr host = host_of(s), none = { 0 },
			     *group = s->kind == SHOWN_EVENT ? &s->event->group : &none;
	char time[40], vlan[16], hosts[24] = "", reason[REASON_SIZE], line[WATCH_LINE_SIZE];
	char host_text[MC_ADDR_STRLEN], group_text[MC_ADDR_STRLEN];

	snprintf(time, sizeof time, "%" PRIu64 ".%09" PRIu64, s->time / MC_SEC, s->time % MC_SEC);
	if (e != TRIGGER_WARNING)
		snprintf(hosts, sizeof hosts, "%zu", s->event->n);
	const struct hook_var vars[] = {
		{ "MCAST_EVENT", names[e] },
		{ "MCAST_TIME", time },
		{ "MCAST_IFNAME", s->link->ifname },
		{ "MCAST_VLAN", vlan_of(s->link, vlan, sizeof vlan) },
		{ "MCAST_PROTOCOL", s->protocol },
		{ "MCAST_GROUP", mc_addr_format(group, group_text, sizeof group_text) },
		{ "MCAST_HOST", mc_addr_format(&host, host_text, sizeof host_text) },
		{ "MCAST_HOSTS", hosts },
		{ "MCAST_REASON", reason_of(s, e, reason, sizeof reason) },
		{ "MCAST_TEXT", watch_show_line(show, s, line, sizeof line) },
	};

	if (!hook_run(t->hooks[e], vars, sizeof vars / sizeof *vars, why, cap))
		*why = '\0';
}

/* ---- running -------------------------------------------------------------------------------- */

void trigger_thing(struct trigger *t, struct watch_show *show, const struct shown *s,
		   trigger_complain *complain, void *arg)
{
	enum trigger_event e = event_of(s);
	char why[300], text[400];
	struct hook_stats before;

	if (e == TRIGGER_EVENTS || !t->hooks[e])
		return;
	before = hook_stats(t->hooks[e]);
	if (t->wait && !t->in_vain[e] && before.run && before.run % HOOK_MOST == 0)
		hook_wait(t->hooks[e], PATIENCE);
	run(t, show, s, e, why, sizeof why);
	t->in_vain[e] |= hook_stats(t->hooks[e]).skipped > before.skipped;
	if (!*why || t->told[e])
		return;
	t->told[e] = true;
	snprintf(text, sizeof text, "%s: %s", options[e], why);
	complain(arg, text);
}

void trigger_reap(struct trigger *t)
{
	for (size_t i = 0; i < TRIGGER_EVENTS; i++)
		if (t->hooks[i])
			hook_reap(t->hooks[i]);
}

static void end(const struct trigger *t, enum trigger_event e, trigger_complain *complain, void *arg)
{
	struct hook_stats n;
	char text[400];

	hook_wait(t->hooks[e], LAST_WAIT);
	n = hook_stats(t->hooks[e]);
	if (!n.skipped && !n.failed)
		return;
	snprintf(text, sizeof text,
		 "%s: failed %" PRIu64 " times, left out %" PRIu64 " times as %d ran already", options[e],
		 n.failed, n.skipped, HOOK_MOST);
	complain(arg, text);
}

void trigger_end(struct trigger *t, trigger_complain *complain, void *arg)
{
	for (unsigned e = 0; e < TRIGGER_EVENTS; e++)
		if (t->hooks[e]) {
			end(t, e, complain, arg);
			hook_free(t->hooks[e]);
			t->hooks[e] = NULL;
		}
}
