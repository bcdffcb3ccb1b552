/*
 * groups.c - the verb: its options, the order of things, the exit status. What is read is read first, all of
 * it; then privileges are given up, and only then anything is formatted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/time.h"
#include "groups/follow.h"
#include "groups/groups.h"
#include "groups/json.h"
#include "groups/picture.h"
#include "groups/unseen.h"
#include "groups/who.h"
#include "net/loop.h"
#include "priv.h"

#define AT(field) offsetof(struct groups_conf, field)
#define DAY 86400

static const struct opt opts[] = {
	{ 'I', "interface", "IFACE", OPT_LIST, AT(ifaces), 0, 0, NULL,
	  "only memberships on this interface; may be repeated" },
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "IPv4 only" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "IPv6 only" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL,
	  "a line for each socket; groups that the kernel always holds, too" },
	{ 0, "budget", "SECONDS", OPT_SECONDS, AT(budget), 0, DAY, NULL,
	  "look at sockets for SECONDS at most (default 5)" },
	{ 0, "follow", NULL, OPT_FLAG, AT(follow), 0, 0, NULL,
	  "report joins, leaves and changed filters as they happen" },
	{ 'i', "interval", "SECONDS", OPT_SPAN, AT(interval), 0, DAY, NULL,
	  "with --follow: look at all tables so often (default 1)" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "with --follow: stop after N changes" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * DAY, NULL,
	  "with --follow: stop after SECONDS" },
	{ 0, "bridge", NULL, OPT_FLAG, AT(bridge), 0, 0, NULL, "also show what each Linux bridge knows" },
	{ 0, "routes", NULL, OPT_FLAG, AT(routes), 0, 0, NULL,
	  "also show the kernel's multicast forwarding cache" },
	{ 0, "all-netns", NULL, OPT_FLAG, AT(all_netns), 0, 0, NULL,
	  "all network namespaces that may be entered" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL,
	  "print one JSON document; with --follow one object a line" },
	{ .name = NULL },
};

struct groups {
	const struct verb *verb;
	struct groups_conf conf;
	struct wanted wanted;
	struct mc_processes processes;
	size_t n;
	struct survey *surveys;
	size_t hidden; /* processes whose namespace is not to be seen */
	struct users users;
};

/* ---- options ------------------------------------------------------------------------------------ */

static int check_alone(const struct verb *v, const struct groups_conf *c)
{
	const char *option = c->interval != MC_NEVER ? "-i" :
			     c->count                ? "-c" :
			     c->deadline != MC_NEVER ? "-w" :
						       NULL;

	if (c->follow || !option)
		return 0;
	return opt_refuse(v, "%s: is for --follow alone (leave it out, or add --follow)", option);
}

static int check(const struct verb *v, const struct groups_conf *c)
{
	const struct opt_clash clashes[] = {
		{ c->ipv4 && c->ipv6, "-4", "-6", "each leaves out the other; without them both are shown" },
		{ c->follow && c->all_netns, "--follow", "--all-netns", "one namespace can be followed" },
		{ c->follow && c->bridge, "--follow", "--bridge", "bridges are not followed" },
		{ c->follow && c->routes, "--follow", "--routes", "routes are not followed" },
		{ .a = NULL },
	};
	int r = opt_clashes(v, clashes);

	return r ? r : check_alone(v, c);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static int cannot(const struct groups *g, const char *what, int error)
{
	return opt_refuse(g->verb, "cannot %s: %s", what, mc_strerror(error));
}

/* What a namespace is called where one line has to say it. */
static char *space_name(char buf[WHO_SIZE], const struct mc_netns *ns)
{
	char plain[4 * sizeof ns->name], comm[4 * sizeof ns->comm], *p = buf;

	*p = '\0';
	if (*ns->name)
		p += snprintf(p, WHO_SIZE / 2, "%.100s", out_plain(plain, sizeof plain, ns->name));
	if (ns->pid)
		snprintf(p, WHO_SIZE / 2, "%s%s[%d]%s", p > buf ? " (" : "",
			 out_plain(comm, sizeof comm, ns->comm), (int)ns->pid, p > buf ? ")" : "");
	else if (p == buf)
		snprintf(p, WHO_SIZE / 2, "net:[%llu]", (unsigned long long)ns->inode);
	return buf;
}

/* Who lives there first, where the processes were not yet read when the namespaces were listed. */
static void find_first(struct mc_netns *ns, const struct mc_processes *p)
{
	for (size_t i = 0; !ns->pid && i < p->n; i++)
		if (p->v[i].netns == ns->inode) {
			ns->pid = p->v[i].pid;
			memcpy(ns->comm, p->v[i].name, sizeof ns->comm);
		}
}

/* Reads one namespace. 0, also where it could not be entered, which is kept; else EXIT_CANNOT. */
static int read_space(struct groups *g, const struct mc_netns *ns, const struct survey_conf *conf)
{
	struct survey *s = mc_grow(&g->surveys, &g->n, sizeof *s);
	char name[WHO_SIZE];
	int back = -1, r;

	if (!s)
		return cannot(g, "read the tables", -ENOMEM);
	s->ns = *ns;
	s->error = ns->own ? 0 : mc_netns_enter(ns, &back);
	if (s->error)
		return 0;
	survey_read(s, conf, &g->processes);
	find_first(&s->ns, &g->processes);
	r = ns->own ? 0 : mc_netns_back(back);
	if (r) {
		space_name(name, ns);
		return opt_refuse(g->verb, "cannot go back from the namespace %s: %s", name, mc_strerror(r));
	}
	if (s->error && ns->own)
		return cannot(g, "read the tables", s->error);
	return 0;
}

static int read_spaces(struct groups *g, const struct survey_conf *conf)
{
	struct mc_netnses list;
	int r = mc_netns_list(&list, &g->processes);

	if (r)
		return cannot(g, "list network namespaces", r);
	for (size_t i = 0; i < g->processes.n;
	     i++) /* a zombie has none to be seen, either, but holds nothing */
		g->hidden += g->processes.v[i].hidden && !g->processes.v[i].netns;
	for (size_t i = 0; !r && i < list.n; i++)
		if (list.v[i].own || g->conf.all_netns)
			r = read_space(g, &list.v[i], conf);
	mc_netns_free(&list);
	return r;
}

static int read_all(struct groups *g)
{
	const struct wanted_group *one = wanted_one(&g->wanted);
	struct survey_conf conf = {
		.bridge = g->conf.bridge,
		.routes = g->conf.routes,
		.options = g->conf.json || g->conf.bridge || g->conf.routes,
		.deadline = mc_after(mc_loop_now(), g->conf.budget),
		.only = one ? &one->first : NULL,
		.late = g->conf.all_netns ? NULL : &g->processes,
	};
	int r = conf.late ? 0 : mc_processes_read(&g->processes, conf.deadline);

	if (r)
		return cannot(g, "read /proc", r);
	r = read_spaces(g, &conf);
	if (r)
		return r;
	for (size_t i = 0; i < g->n; i++)
		wanted_look(&g->wanted, &g->surveys[i].names);
	r = g->n ? wanted_there(g->verb, &g->wanted, &g->surveys[0].names) : 0;
	if (r)
		return r;
	r = priv_drop(PRIV_NONE);
	return r ? cannot(g, "give up privileges", r) : 0;
}

/* ---- printing ----------------------------------------------------------------------------------- */

/* Many lines in one write. */
static void open_stdout(void)
{
	static char room[1 << 16]; /* until the program ends */

	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, room, _IOFBF, sizeof room);
}

static int json_spaces(struct groups *g)
{
	const struct groups_json_conf conf = { g->conf.bridge, g->conf.routes, &g->wanted };
	bool complete = true, cut = g->processes.cut;
	int r = 0;

	for (size_t i = 0; i < g->n; i++) {
		complete &= !g->surveys[i].error && g->surveys[i].complete;
		cut |= g->surveys[i].holders.cut;
	}
	groups_json_begin(complete, cut);
	for (size_t i = 0; !r && i < g->n; i++) {
		struct listing l;

		r = listing_make(&l, &g->surveys[i], &g->wanted, g->conf.verbose);
		if (r)
			break;
		r = groups_json_space(&g->surveys[i], &l, &conf, &g->users, !i);
		listing_free(&l);
	}
	groups_json_end();
	return r;
}

/* Prints one namespace, under a heading where there may be others; *printed: something was already. */
static int text_space(struct groups *g, const struct survey *s, bool *printed)
{
	const struct picture_conf conf = {
		g->conf.bridge,
		g->conf.routes,
		&g->wanted,
		{ g->conf.verbose, g->conf.ipv4, g->conf.ipv6, g->wanted.ngroups || g->wanted.nifaces },
	};
	char name[WHO_SIZE];
	struct listing l;
	int r = listing_make(&l, s, &g->wanted, g->conf.verbose);

	if (r)
		return r;
	if (g->conf.all_netns && !picture_empty(s, &l, &conf))
		printf("%snamespace %s%s\n\n", *printed ? "\n" : "", space_name(name, &s->ns),
		       s->ns.own ? ", where this program runs" : "");
	if (!g->conf.all_netns || !picture_empty(s, &l, &conf)) {
		r = picture_print(s, &l, &conf, &g->users, stdout);
		*printed |= !picture_empty(s, &l, &conf);
	}
	listing_free(&l);
	return r;
}

/* Whether a namespace could not be looked at for want of rights, or because it went meanwhile. */
static bool is_denied(int error)
{
	return error == -EPERM || error == -EACCES;
}

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

/* Says of how many namespaces there was such an error, of a single one which. */
static void say_spaces(const struct groups *g, bool (*is)(int error), const char *what)
{
	const struct survey *last = NULL;
	char name[WHO_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (is(g->surveys[i].error)) {
			last = &g->surveys[i];
			n++;
		}
	if (n == 1)
		opt_refuse(g->verb, "namespace %s %s", space_name(name, &last->ns), what);
	else if (n)
		opt_refuse(g->verb, "%zu namespaces %s", n, what);
}

static void say_errors(const struct groups *g)
{
	char name[WHO_SIZE];

	for (size_t i = 0; i < g->n; i++) {
		const struct survey *s = &g->surveys[i];

		if (s->bridges_error)
			opt_refuse(g->verb, "bridges cannot be read: %s", mc_strerror(s->bridges_error));
		if (s->mroutes_error)
			opt_refuse(g->verb, "the forwarding cache cannot be read: %s",
				   mc_strerror(s->mroutes_error));
		if (s->error && !is_denied(s->error) && !is_gone(s->error))
			opt_refuse(g->verb, "namespace %s: %s", space_name(name, &s->ns),
				   mc_strerror(s->error));
	}
	say_spaces(g, is_denied, "could not be entered (that needs CAP_SYS_ADMIN)");
	say_spaces(g, is_gone, "went away meanwhile");
	if (g->conf.all_netns && g->hidden)
		opt_refuse(g->verb, "the namespace%s of %zu process%s not to be seen%s",
			   g->hidden > 1 ? "s" : "", g->hidden, g->hidden > 1 ? "es are" : " is",
			   unseen_who());
}

static int text_spaces(struct groups *g)
{
	bool printed = false;
	int r = 0;

	for (size_t i = 0; !r && i < g->n; i++)
		if (!g->surveys[i].error)
			r = text_space(g, &g->surveys[i], &printed);
	if (!r && !printed && !g->wanted.ngroups && !g->wanted.nifaces)
		printf("no memberships but those that the kernel always holds (-v shows them)\n");
	return r;
}

static int show(struct groups *g)
{
	int r;

	open_stdout();
	r = g->conf.json ? json_spaces(g) : text_spaces(g);
	if (r)
		return cannot(g, "print", r);
	if (!g->conf.json)
		say_errors(g);
	return wanted_missed(g->verb, &g->wanted);
}

/* ---- the verb ----------------------------------------------------------------------------------- */

static void close_all(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		survey_free(&g->surveys[i]);
	free(g->surveys);
	mc_processes_free(&g->processes);
	wanted_free(&g->wanted);
	users_free(&g->users);
	free(g->conf.ifaces.v);
}

static int groups(const struct verb *v, int argc, char **argv)
{
	struct groups g = {
		.verb = v,
		.conf = { .budget = 5 * MC_SEC, .interval = MC_NEVER, .deadline = MC_NEVER },
	};
	int n = opt_parse(v, argc, argv, &g.conf), code = EXIT_CANNOT;

	if (n == -2)
		code = EXIT_GOOD;
	else if (n >= 0 && !check(v, &g.conf) &&
		 !wanted_read(v, &g.wanted, g.conf.ipv4, g.conf.ipv6, argv + 1, n, &g.conf.ifaces)) {
		if (g.conf.follow)
			code = follow_run(v, &g.conf, &g.wanted);
		else if (!read_all(&g))
			code = show(&g);
	}
	close_all(&g);
	return code;
}

const struct verb groups_verb = {
	.name = "groups",
	.run = groups,
	.args = "[GROUP|IFACE ...]",
	.summary = "Who joined what: memberships and the processes that hold them",
	.example = "mcast groups\n"
		   "mcast groups 239.1.2.3\n"
		   "mcast groups --follow eth0\n",
	.opts = opts,
};
