/*
 * follow.c - --follow: when to look again, and what is told. Events of netlink only say that it is worth
 * looking; what happened is the difference of two looks.
 */
#include "groups/follow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "groups/json.h"
#include "groups/state.h"
#include "groups/who.h"
#include "net/loop.h"
#include "out.h"
#include "priv.h"
#include "signals.h"
#include "net/users.h"

#define SOURCES_SHOWN 64
#define PAUSE (2 * MC_MSEC) /* between two looks at the least, and as long as the last one took */

struct follow {
	const struct verb *verb;
	const struct groups_conf *conf;
	struct wanted *wanted;
	struct users users;
	struct mc_loop *loop;
	struct mc_watch signals, events; /* fd 0: not open */
	struct state now;
	const struct state *before; /* while differences are told */
	bool stop, woken;
	mc_time began, ends;
	mc_time next, soonest; /* when to look again, by the clock; where something happened */
	mc_time at;            /* since 1970: of what is told */
	uint64_t told[3];      /* by enum known_what */
};

/* ---- what is told ------------------------------------------------------------------------------- */

static const char *name_of(const struct follow *f, uint32_t ifindex)
{
	const char *name = state_name(&f->now, ifindex);

	return name || !f->before ? name : state_name(f->before, ifindex);
}

/* Whose it is that no socket accounts for. */
static const char *nobody(const struct follow *f, uint32_t ifindex, const struct mc_addr *group)
{
	bool kernel = state_kernel(&f->now, ifindex, group) ||
		      (f->before && state_kernel(f->before, ifindex, group));

	return kernel ? "(kernel)" : f->now.gone ? "(gone)" : "(not seen)";
}

static void text_socket(struct follow *f, const struct mc_holder *h)
{
	char process[WHO_SIZE], user[WHO_SIZE], socket[WHO_SIZE];

	printf(" by %s %s %s", who_process(process, h), who_user(user, &f->users, who_uid(h)),
	       who_socket(socket, &h->socket, name_of(f, h->socket.ifindex)));
	if (f->conf->verbose && h->fd >= 0)
		printf(" fd %d", h->fd);
	if (f->conf->verbose)
		printf(" inode %llu", (unsigned long long)h->socket.inode);
}

static void text_event(struct follow *f, const struct known_event *e, const struct mc_holder *h)
{
	static const char *const names[] = { "joined", "left", "changed" };
	char clock[OUT_CLOCK_SIZE], iface[WHO_SIZE], group[MC_ADDR_STRLEN];
	char filter[WHO_SIZE + SOURCES_SHOWN * WHO_SOURCE];

	printf("%s %s %s %s", out_clock(clock, f->at), who_ifname(iface, e->ifindex, name_of(f, e->ifindex)),
	       names[e->what], mc_addr_format(&e->group, group, sizeof group));
	if (h && e->what != KNOWN_LEAVE)
		printf(" %s",
		       who_filter(filter, sizeof filter, e->mode, e->sources, e->nsources, SOURCES_SHOWN));
	if (h)
		text_socket(f, h);
	else
		printf(" by %s", nobody(f, e->ifindex, &e->group));
	putchar('\n');
}

static void json_event(struct follow *f, const struct known_event *e, const struct mc_holder *h)
{
	static const char *const names[] = { "join", "leave", "change" };
	json_t *o = groups_json_begin_event(names[e->what], f->at);

	groups_json_put_group(o, e->ifindex, name_of(f, e->ifindex), &e->group);
	groups_json_put_filter(o, h != NULL, e->mode, e->sources, e->nsources);
	groups_json_put_socket(o, h, e->group.family, h ? name_of(f, h->socket.ifindex) : NULL, &f->users);
	out_end(o);
}

/* Of a filter that changed the one before may have been what is asked for. */
static bool is_asked(const struct follow *f, const struct known_event *e)
{
	const char *name = name_of(f, e->ifindex);

	if (!f->conf->verbose && !e->socket && mc_users_always(&e->group) &&
	    !wanted_group(f->wanted, &e->group))
		return false;
	if (e->what == KNOWN_CHANGE)
		return wanted_has(f->wanted, e->ifindex, name, &e->group);
	return wanted_takes(f->wanted, e->ifindex, name, &e->group, e->socket ? e->mode : MC_EXCLUDE,
			    e->sources, e->nsources);
}

static uint64_t told(const struct follow *f)
{
	return f->told[KNOWN_JOIN] + f->told[KNOWN_LEAVE] + f->told[KNOWN_CHANGE];
}

static bool tell(void *arg, const struct known_event *e)
{
	struct follow *f = arg;
	struct mc_holder h;

	if (!is_asked(f, e))
		return true;
	if (e->socket) {
		h = e->socket->h;
		h.process = e->socket->has ? &e->socket->process : NULL;
	}
	if (f->conf->json)
		json_event(f, e, e->socket ? &h : NULL);
	else
		text_event(f, e, e->socket ? &h : NULL);
	f->told[e->what]++;
	f->stop |= f->conf->count && told(f) >= (uint64_t)f->conf->count;
	return !f->stop;
}

static void tell_missed(struct follow *f)
{
	char clock[OUT_CLOCK_SIZE];

	if (f->conf->json)
		out_end(groups_json_begin_event("missed", out_now()));
	else
		printf("%s changes came faster than they could be read: some that did not last are missed\n",
		       out_clock(clock, out_now()));
}

/* That what happens from now on is told: in JSON alone, for scripts that cause it. */
static void tell_start(const struct follow *f)
{
	json_t *o;

	if (!f->conf->json)
		return;
	o = groups_json_begin_event("start", out_now());
	out_put_bool(o, "events", f->events.fd >= 0);
	out_end(o);
}

static void tell_end(struct follow *f)
{
	mc_time time = mc_loop_now() - f->began;
	json_t *o;

	if (!f->conf->json) {
		printf("%llu joins, %llu leaves, %llu changed filters in %.1f s\n",
		       (unsigned long long)f->told[KNOWN_JOIN], (unsigned long long)f->told[KNOWN_LEAVE],
		       (unsigned long long)f->told[KNOWN_CHANGE], (double)time / (double)MC_SEC);
		return;
	}
	o = groups_json_begin_event("end", out_now());
	out_put(o, "seconds", out_seconds(time));
	out_put_int(o, "joins", f->told[KNOWN_JOIN]);
	out_put_int(o, "leaves", f->told[KNOWN_LEAVE]);
	out_put_int(o, "changes", f->told[KNOWN_CHANGE]);
	out_end(o);
}

/* ---- looking ------------------------------------------------------------------------------------ */

static int cannot(const struct follow *f, const char *what, int error)
{
	return opt_refuse(f->verb, "cannot %s: %s", what, mc_strerror(error));
}

/* 0, or it was refused. */
static int look(struct follow *f)
{
	struct state before = f->now;
	mc_time started = mc_loop_now(), took;
	struct state now;
	int r;

	f->woken = false;
	r = state_read(&now, &before, f->conf->budget);
	if (r < 0)
		return cannot(f, "read the tables", r);
	if (!r) {
		f->now = now;
		f->before = &before;
		f->at = out_now();
		known_compare(&before.known, &now.known, tell, f);
		f->before = NULL;
		state_free(&before);
	}
	took = mc_loop_now() - started;
	f->soonest = mc_after(mc_loop_now(), took > PAUSE ? took : PAUSE);
	f->next = mc_after(started, f->conf->interval == MC_NEVER ? MC_SEC : f->conf->interval);
	return 0;
}

static void on_event(struct mc_watch *w)
{
	struct follow *f = w->arg;
	int r = mc_memberships_changed(w->fd);

	f->woken |= r != 0;
	if (r == -ENOBUFS)
		tell_missed(f);
}

static void on_signal(struct mc_watch *w)
{
	struct follow *f = w->arg;

	while (signals_read(w->fd))
		f->stop = true;
}

/* ---- opening ------------------------------------------------------------------------------------ */

/* Before the first look, so that nothing falls in between. Where the kernel has no events, the clock does. */
static int open_events(struct follow *f)
{
	int r = mc_loop_new(&f->loop);

	if (r)
		return r;
	f->signals = (struct mc_watch){ .fd = signals_open(), .ready = on_signal, .arg = f };
	if (f->signals.fd < 0)
		return f->signals.fd;
	r = mc_loop_add(f->loop, &f->signals);
	if (r)
		return r;
	f->events = (struct mc_watch){ .fd = mc_memberships_follow(), .ready = on_event, .arg = f };
	return f->events.fd < 0 ? 0 : mc_loop_add(f->loop, &f->events);
}

static int check_ifaces(struct follow *f)
{
	struct names names;
	int r = names_read(&names);

	if (r)
		return cannot(f, "read the interfaces", r);
	wanted_look(f->wanted, &names);
	r = wanted_there(f->verb, f->wanted, &names);
	names_free(&names);
	return r;
}

static int open_all(struct follow *f)
{
	int r = check_ifaces(f);

	if (r)
		return r;
	r = open_events(f);
	if (r)
		return cannot(f, "start", r);
	f->began = mc_loop_now();
	f->ends = f->conf->deadline == MC_NEVER ? MC_NEVER : mc_after(f->began, f->conf->deadline);
	r = state_read(&f->now, NULL, f->conf->budget);
	if (r)
		return cannot(f, "read the tables", r);
	r = priv_drop(PRIV_TRACE);
	if (r)
		return cannot(f, "give up privileges", r);
	f->next = mc_after(f->began, f->conf->interval == MC_NEVER ? MC_SEC : f->conf->interval);
	return 0;
}

static void close_all(struct follow *f)
{
	if (f->signals.fd > 0)
		close(f->signals.fd);
	if (f->events.fd > 0)
		close(f->events.fd);
	mc_loop_free(f->loop);
	state_free(&f->now);
	users_free(&f->users);
}

/* ---- a run -------------------------------------------------------------------------------------- */

/* Waits, and looks when it is time to. 0, or it was refused. */
static int turn(struct follow *f)
{
	mc_time due = f->woken ? mc_sooner(f->soonest, f->next) : f->next, now;
	int r;

	if (out_flush() < 0)
		return EXIT_CANNOT; /* main.c says why */
	r = mc_loop_wait(f->loop, mc_sooner(due, f->ends));
	if (r < 0)
		return cannot(f, "wait", r);
	now = mc_loop_now();
	f->stop |= now >= f->ends;
	if (!f->stop && (now >= f->next || (f->woken && now >= f->soonest)))
		return look(f);
	return 0;
}

int follow_run(const struct verb *v, const struct groups_conf *conf, struct wanted *wanted)
{
	struct follow f = { .verb = v, .conf = conf, .wanted = wanted };
	int r = open_all(&f);

	if (!r)
		tell_start(&f);
	while (!r && !f.stop)
		r = turn(&f);
	if (!r)
		tell_end(&f);
	close_all(&f);
	if (r)
		return EXIT_CANNOT;
	return conf->count && told(&f) < (uint64_t)conf->count ? EXIT_NO : EXIT_GOOD;
}
