/*
 * serve.c - the verb: its options, and the life of a server from opening to the totals.
 */
#include <errno.h>
#include <mcast/sock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "hot.h"
#include "pick.h"
#include "priv.h"
#include "serve/answer.h"
#include "serve/show.h"
#include "serve/ssm.h"
#include "signals.h"
#include "sysctl.h"

#define DEFAULT_BUFFER (4 << 20)

struct conf {
	bool six, quiet, json, any_port, busy_poll, loop, ssmping;
	int verbose;
	int64_t ttl, rcvbuf, sndbuf, count, rate, clients;
	mc_time deadline;
	struct opt_list ifaces; /* as they were typed */
	struct mc_prefix *allow;
	size_t nallow;
};

struct serve {
	const struct verb *verb;
	struct conf conf;
	struct mc_ifaces *ifs;
	struct mc_loop *loop;
	struct listen_set set;
	struct guard guard;
	struct answer answer;
	struct show show;
	struct ssm ssm;
	struct mc_watch ifaces_watch, signals_watch;
	struct hot hot;
	bool stop;
};

/* ---- options ------------------------------------------------------------------------ */

static int opt_allow(void *dest, const char *arg, char *why, size_t cap)
{
	struct conf *c = dest;
	struct mc_prefix p, *slot;
	int r = mc_prefix_parse(&p, arg);

	if (r) {
		snprintf(why, cap, "%s (such as 10.0.0.0/8 or 2001:db8::1)", mc_strerror(r));
		return -1;
	}
	slot = mc_grow(&c->allow, &c->nallow, sizeof *slot);
	if (slot)
		*slot = p;
	return slot ? 0 : -1;
}

#define AT(field) offsetof(struct conf, field)
#define MOST_BUFFER (1 << 30)

static const struct opt opts[] = {
	{ '4', "", NULL, OPT_UNFLAG, AT(six), 0, 0, NULL, "without a target: serve the IPv4 default" },
	{ '6', "", NULL, OPT_FLAG, AT(six), 0, 0, NULL, "without a target: serve the IPv6 default" },
	{ 'I', "interface", "IFACE", OPT_LIST, AT(ifaces), 0, 0, NULL,
	  "join on this interface only; may be repeated" },
	{ 't', "ttl", "TTL", OPT_INT, AT(ttl), 1, 255, NULL, "TTL or hop limit of the replies" },
	{ 0, "loop", NULL, OPT_FLAG, AT(loop), 0, 0, NULL, "answer this machine's own multicast (default)" },
	{ 0, "no-loop", NULL, OPT_UNFLAG, AT(loop), 0, 0, NULL, "do not answer it" },
	{ 0, "rcvbuf", "BYTES", OPT_SIZE, AT(rcvbuf), 1, MOST_BUFFER, NULL,
	  "receive buffer of each socket (4M)" },
	{ 0, "sndbuf", "BYTES", OPT_SIZE, AT(sndbuf), 1, MOST_BUFFER, NULL,
	  "send buffer of each socket (4M)" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "stop after N replies" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * 86400, NULL, "stop after SECONDS" },
	{ 'v', "verbose", NULL, OPT_COUNT, AT(verbose), 0, 0, NULL, "print a line for each request" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print nothing but the totals at the end" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ 0, "allow", "PREFIX", OPT_CALL, 0, 0, 0, opt_allow, "answer only clients within; may be repeated" },
	{ 0, "rate", "N", OPT_INT, AT(rate), 0, INT64_MAX, NULL,
	  "replies a second to one client (0: no limit)" },
	{ 0, "any-port", NULL, OPT_FLAG, AT(any_port), 0, 0, NULL,
	  "answer source ports that are served here, too" },
	{ 0, "ssmping", NULL, OPT_FLAG, AT(ssmping), 0, 0, NULL,
	  "answer the standard multicast ping on UDP port 4321, too" },
	{ 0, "clients", "N", OPT_INT, AT(clients), 1, 1 << 24, NULL, "clients to remember (4096)" },
	{ 0, "busy-poll", NULL, OPT_FLAG, AT(busy_poll), 0, 0, NULL, "never sleep: a CPU for less latency" },
	{ 0 },
};

/* ---- events ------------------------------------------------------------------------- */

static struct serve *serve_of(const struct port *p)
{
	return p->listener->set->changed_arg;
}

static int take_port(void *arg, struct port *p)
{
	struct serve *s = arg;

	return s->answer.left ? answer_socket(&s->answer, p) : 0;
}

static void on_port(struct mc_watch *w)
{
	struct port *p = w->arg;

	hot_ready(&serve_of(p)->hot, p);
}

static void on_ifaces(struct mc_watch *w)
{
	struct serve *s = w->arg;

	if (mc_ifaces_process(s->ifs))
		return; /* what was known stays in force; the next change tries again */
	s->guard.seen++;
	hot_cool(&s->hot); /* its socket may go */
	listen_follow(&s->set);
}

static void on_signal(struct mc_watch *w)
{
	struct serve *s = w->arg;
	int number;

	while ((number = signals_read(w->fd)))
		if (number == SIGQUIT) {
			s->answer.totals.ended = mc_loop_now();
			show_totals(&s->show, s->guard.clients, &s->answer.totals, false);
		} else {
			s->stop = true;
		}
}

static void on_membership(void *arg, const struct listener *l, const struct member *m, bool joined,
			  const char *why)
{
	struct serve *s = arg;

	show_membership(&s->show, l, m, joined, why);
}

/* ---- opening ------------------------------------------------------------------------ */

static int cannot(const struct serve *s, const char *what, int error)
{
	return opt_refuse(s->verb, "cannot %s: %s", what, mc_strerror(error));
}

static int open_ends(struct serve *s)
{
	int r = mc_loop_new(&s->loop);

	if (!r)
		r = mc_ifaces_new(&s->ifs, true);
	if (!r)
		r = clients_new(&s->guard.clients, (uint32_t)s->conf.clients);
	if (!r)
		r = mc_batch_new(&s->answer.batch, ANSWER_BATCH, 65535);
	if (r)
		return cannot(s, "start", r);
	s->hot = (struct hot){ .loop = s->loop, .busy_poll = s->conf.busy_poll, .take = take_port, .arg = s };
	s->ifaces_watch = (struct mc_watch){ .fd = mc_ifaces_fd(s->ifs), .ready = on_ifaces, .arg = s };
	r = mc_loop_add(s->loop, &s->ifaces_watch);
	return r ? cannot(s, "start", r) : 0;
}

/* Only when all is open: until then a signal may end it at once, and the kernel leaves the groups. */
static int open_signals(struct serve *s)
{
	s->signals_watch = (struct mc_watch){ .fd = signals_open(), .ready = on_signal, .arg = s };
	int r = s->signals_watch.fd < 0 ? s->signals_watch.fd : mc_loop_add(s->loop, &s->signals_watch);

	return r ? cannot(s, "start", r) : 0;
}

static int add_targets(struct serve *s, int n, char **texts)
{
	char standard[MC_TARGET_STRLEN];
	struct mc_target t;

	snprintf(standard, sizeof standard, s->conf.six ? "[%s]:%d" : "%s:%d",
		 s->conf.six ? PICK_GROUP6 : PICK_GROUP4, PICK_PORT);
	if (n == 0)
		return pick_target(s->verb, standard, &t) || listen_add(&s->set, &t) ? EXIT_CANNOT : 0;
	for (int i = 0; i < n; i++)
		if (pick_target(s->verb, texts[i], &t) || listen_add(&s->set, &t))
			return EXIT_CANNOT;
	return 0;
}

static int open_targets(struct serve *s, int n, char **texts)
{
	struct conf *c = &s->conf;

	s->set = (struct listen_set){ .verb = s->verb,
				      .ifs = s->ifs,
				      .loop = s->loop,
				      .conf = { .ttl = c->ttl,
						.rcvbuf = c->rcvbuf < 0 ? DEFAULT_BUFFER : c->rcvbuf,
						.sndbuf = c->sndbuf < 0 ? DEFAULT_BUFFER : c->sndbuf,
						.port = PICK_PORT,
						.unicast = true },
				      .ready = on_port,
				      .changed = on_membership,
				      .changed_arg = s };
	if (listen_only(&s->set, s->conf.ifaces.v, s->conf.ifaces.n))
		return EXIT_CANNOT;
	if (add_targets(s, n, texts) || listen_open(&s->set))
		return EXIT_CANNOT;
	return c->ssmping ? ssm_open(&s->ssm, &s->set) : 0;
}

static void set_up_answers(struct serve *s)
{
	const struct conf *c = &s->conf;

	s->show = (struct show){ .json = c->json, .quiet = c->quiet, .ifs = s->ifs };
	s->guard.ttl[0] = c->ttl > 0 ? (int32_t)c->ttl : (int32_t)sysctl_read("net/ipv4/ip_default_ttl");
	s->guard.ttl[1] = c->ttl > 0 ? (int32_t)c->ttl :
				       (int32_t)sysctl_read("net/ipv6/conf/default/hop_limit");
	s->guard.ifs = s->ifs;
	s->guard.seen = 1;
	s->guard.any_port = c->any_port;
	s->guard.loop = c->loop;
	s->guard.rate = c->rate;
	s->guard.allow = c->allow;
	s->guard.nallow = c->nallow;
	s->answer.guard = &s->guard;
	s->answer.show = &s->show;
	s->answer.verbose = c->verbose && !c->quiet;
	s->answer.left = c->count ? (uint64_t)c->count : UINT64_MAX;
	if (c->ssmping)
		ssm_begin(&s->ssm, &s->answer);
}

static int give_up_privileges(struct serve *s)
{
	bool keep_bind = false;

	for (size_t i = 0; i < s->set.n; i++)
		keep_bind |= s->set.v[i]->port < 1024; /* sockets opened later need it, too */
	int r = priv_drop(keep_bind ? PRIV_BIND : PRIV_NONE);

	return r ? cannot(s, "give up privileges", r) : 0;
}

static void start(struct serve *s)
{
	struct granted rcvbuf = { .asked = s->conf.rcvbuf, .most = sysctl_read("net/core/rmem_max") };
	struct granted sndbuf = { .asked = s->conf.sndbuf, .most = sysctl_read("net/core/wmem_max") };

	for (size_t i = 0; i < s->set.n; i++)
		guard_own_port(&s->guard, s->set.v[i]->port);
	(void)mc_sock_buffers(s->set.v[0]->ports->watch.fd, &rcvbuf.granted, &sndbuf.granted);
	s->show.ssmping_ttl = s->conf.ssmping ? s->ssm.ttl : 0;
	show_start(&s->show, &s->set, s->guard.ttl, s->conf.loop, &rcvbuf, &sndbuf);
}

/* ---- running ------------------------------------------------------------------------ */

static void run(struct serve *s)
{
	mc_time deadline = MC_NEVER;

	s->answer.totals.began = mc_loop_now();
	if (s->conf.deadline != MC_NEVER)
		deadline = s->answer.totals.began + s->conf.deadline;
	while (!s->stop && s->answer.left && (deadline == MC_NEVER || mc_loop_now() < deadline))
		hot_turn(&s->hot, deadline);
	s->answer.totals.ended = mc_loop_now();
}

static void close_all(struct serve *s)
{
	ssm_close(&s->ssm);
	listen_close(&s->set);
	mc_batch_free(s->answer.batch);
	clients_free(s->guard.clients);
	mc_ifaces_free(s->ifs);
	mc_loop_free(s->loop);
	if (s->signals_watch.fd > 0)
		close(s->signals_watch.fd);
	free(s->set.ifnames);
	free(s->conf.ifaces.v);
	free(s->conf.allow);
	free(s);
}

static int serve(const struct verb *v, int argc, char **argv)
{
	struct serve *s = calloc(1, sizeof *s);

	if (!s)
		return opt_refuse(v, "%s", mc_strerror(-ENOMEM));
	s->verb = v;
	s->ssm.sockets[0].fd = s->ssm.sockets[1].fd = -1;
	s->conf = (struct conf){ .loop = true,
				 .ttl = -1,
				 .rcvbuf = -1,
				 .sndbuf = -1,
				 .rate = -1,
				 .clients = 4096,
				 .deadline = MC_NEVER };
	int n = opt_parse(v, argc, argv, &s->conf);
	int code = n == -2 ? EXIT_GOOD : EXIT_CANNOT;

	if (n >= 0 && !open_ends(s) && !open_targets(s, n, argv + 1) && !give_up_privileges(s) &&
	    !open_signals(s)) {
		set_up_answers(s);
		start(s);
		run(s);
		s->answer.totals.dropped = ssm_close(&s->ssm) + listen_close(&s->set);
		show_totals(&s->show, s->guard.clients, &s->answer.totals, true);
		code = EXIT_GOOD;
	}
	close_all(s);
	return code;
}

const struct verb serve_verb = {
	.name = "serve",
	.run = serve,
	.args = "[TARGET ...]",
	.summary = "Echo server: join groups and answer",
	.example = "mcast serve\nmcast serve -I eth0 239.1.2.3:5000 10.0.0.9@232.1.1.1:5000\n",
	.opts = opts,
};
