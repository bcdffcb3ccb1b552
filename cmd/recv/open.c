/*
 * open.c - what a run opens, in this order: targets are read, groups joined, then whatever needs
 * privileges, which are given up, for good. What is refused is refused in one line, before anything is
 * told.
 */
#include <errno.h>
#include <inttypes.h>
#include <mcast/sock.h>
#include <stdlib.h>
#include <unistd.h>

#include "cpu.h"
#include "pick.h"
#include "priv.h"
#include "recv/asked.h"
#include "recv/effects.h"
#include "recv/keep.h"
#include "recv/paths.h"
#include "recv/places.h"
#include "recv/pour.h"
#include "recv/taps.h"
#include "recv/tell.h"

#define DEFAULT_BUFFER (4 << 20)
#define BATCH 32

static int cannot(const struct recv *r, const char *what, int error)
{
	return opt_refuse(r->verb, "cannot %s: %s", what, mc_strerror(error));
}

/* ---- groups ------------------------------------------------------------------------------- */

static int join(struct recv *r, const struct asked *a)
{
	int e = listen_only(&r->set, r->conf.ifaces.v, r->conf.ifaces.n);

	for (size_t i = 0; i < a->n && !e; i++)
		e = recv_add(r, &a->v[i]);
	return e ? e : listen_open(&r->set);
}

static void set_up(struct recv *r)
{
	const struct recv_conf *c = &r->conf;

	r->set = (struct listen_set){ .verb = r->verb,
				      .ifs = r->ifs,
				      .loop = r->loop,
				      .conf = { .rcvbuf = c->rcvbuf < 0 ? DEFAULT_BUFFER : c->rcvbuf,
						.port = PICK_TRAFFIC_PORT,
						.rx_time = true,
						.rx_hw_time = c->hardware,
						.rx_tos = true,
						.rx_drops = true,
						.apart = !c->trains },
				      .ready = recv_on_port,
				      .changed = recv_changed,
				      .changed_arg = r };
	r->left = c->count ? (uint64_t)c->count : UINT64_MAX;
}

static int open_targets(struct recv *r, int argc, char **argv)
{
	struct asked a = { 0 };
	int e = asked_read(r, &a, argc, argv);

	if (!e)
		e = join(r, &a);
	asked_free(&a);
	return e;
}

/* ---- all else ------------------------------------------------------------------------------- */

static int take_port(void *arg, struct port *p)
{
	return recv_take(arg, p);
}

static int open_ends(struct recv *r)
{
	int e = mc_loop_new(&r->loop);

	if (!e)
		e = mc_ifaces_new(&r->ifs, true);
	if (!e)
		e = mc_batch_new(&r->batch, BATCH, 65535);
	if (!e)
		e = recv_streams_init(&r->streams, (size_t)r->conf.streams);
	if (!e)
		e = effects_new(&r->effects);
	if (!e && r->conf.redundant)
		e = paths_new(r);
	if (!e && r->conf.out)
		e = pour_new(r);
	r->hot = (struct hot){ .loop = r->loop, .busy_poll = r->conf.busy_poll, .take = take_port, .arg = r };
	return e ? cannot(r, "start", e) : 0;
}

static void on_answer(void *arg, const struct sender *s, mc_time round, int64_t ahead)
{
	tell_clock(arg, s, round, ahead);
}

static int open_clocks(struct recv *r)
{
	const struct clocks_conf conf = { .loop = r->loop,
					  .only = r->conf.clock,
					  .answered = on_answer,
					  .arg = r };
	int e = clocks_new(&r->clocks, &conf);

	if (!e)
		e = places_new(r);
	return e ? cannot(r, "start", e) : 0;
}

static int open_files(struct recv *r)
{
	char why[RECV_KEEP_WHY];

	if (tell_open(r))
		return EXIT_CANNOT;
	if (r->conf.write && recv_keep_open(&r->keep, r->conf.write, why))
		return opt_refuse(r->verb, "--write: %s", why);
	return 0;
}

static int give_up_privileges(struct recv *r)
{
	bool keep_bind = false;

	for (size_t i = 0; i < r->set.n; i++)
		keep_bind |= r->set.v[i]->port < 1024; /* sockets opened later need it, too */
	int e = priv_drop(keep_bind ? PRIV_BIND : PRIV_NONE);

	return e ? cannot(r, "give up privileges", e) : 0;
}

int recv_open(struct recv *r, int argc, char **argv)
{
	if (cpu_pin(r->verb, r->conf.cpu) || open_ends(r))
		return EXIT_CANNOT;
	set_up(r);
	if (open_targets(r, argc, argv) || open_clocks(r) || taps_new(r) || open_files(r) ||
	    give_up_privileges(r))
		return EXIT_CANNOT;
	(void)mc_sock_buffers(r->set.v[0]->ports->watch.fd, &r->rcvbuf, &(int32_t){ 0 });
	int e = recv_events(r);

	return e ? cannot(r, "start", e) : 0;
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void free_targets(struct recv *r)
{
	for (size_t i = 0; i < r->ntargets; i++)
		free(r->targets[i].sources);
	free(r->targets);
	while (r->ears) {
		struct recv_ear *next = r->ears->next;

		free(r->ears);
		r->ears = next;
	}
}

/* What could not be written to the end changes how the run is judged. */
static void close_files(struct recv *r)
{
	char why[RECV_KEEP_WHY];
	uint64_t left = 0;
	int e;

	if (r->keep && recv_keep_close(r->keep, why))
		r->code = opt_refuse(r->verb, "--write: %s", why);
	e = pour_free(r, &left);
	if (e == -ETIMEDOUT)
		r->code = opt_refuse(r->verb, "nobody took %" PRIu64 " bytes of standard output", left);
	else if (e && e != -EPIPE)
		r->code = opt_refuse(r->verb, "cannot write to standard output: %s", mc_strerror(e));
	tell_close(r);
}

void recv_close(struct recv *r)
{
	input_close(&r->input);
	close_files(r);
	taps_free(r);
	clocks_free(r->clocks);
	effects_free(r->effects);
	listen_close(&r->set);
	recv_streams_free(&r->streams);
	paths_free(r);
	places_free(r);
	free_targets(r);
	mc_batch_free(r->batch);
	mc_ifaces_free(r->ifs);
	mc_loop_free(r->loop);
	if (r->signals_watch.fd > 0)
		close(r->signals_watch.fd);
	free(r->set.ifnames);
}
