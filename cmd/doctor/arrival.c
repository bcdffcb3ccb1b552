/*
 * arrival.c - the check arrival: what came of the groups that are looked at while it looked, by whom, and
 * whether that is the source and the port that are wanted. Where it came in while it is joined elsewhere,
 * the check joined tells.
 */
#include "doctor/arrivals.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "out.h"

struct arrival_check {
	const struct look *look;
	struct findings *out;
	size_t told[VERDICT_UNKNOWN + 1], more[VERDICT_UNKNOWN + 1];
	bool silent[AIMS_MOST]; /* aims of which nothing came */
};

/* What came of one aim. */
struct sums {
	uint64_t wanted, other_source, other_port;
	const struct arrival *source, *port; /* one of either that is not wanted */
};

static bool may_tell(struct arrival_check *c, enum verdict v)
{
	if (c->told[v] == CHECKS_MOST) {
		c->more[v]++;
		return false;
	}
	c->told[v]++;
	return true;
}

static const char *window_of(const struct look *l, char buf[32])
{
	snprintf(buf, 32, "%.2g s", (double)l->listened / 1e9);
	return buf;
}

static void saw(const struct arrival_check *c, struct finding *x, const struct arrival *v)
{
	char from[OUT_ENDPOINT_SIZE], to[OUT_ENDPOINT_SIZE], where[MC_IFNAME_SIZE + 16];

	snprintf(where, sizeof where, "packets on %s", look_name(c->look, v->ifindex));
	find_saw(x, where, "%" PRIu64 " from %s to %s", v->datagrams,
		 out_endpoint(from, sizeof from, &v->source, v->source_port, NULL),
		 out_endpoint(to, sizeof to, &v->group, v->port, NULL));
	x->group = v->group;
	x->ifindex = v->ifindex;
}

static void add(struct sums *s, const struct aim *a, const struct arrival *v)
{
	if (mc_addr_cmp(&v->group, &a->group))
		return;
	if (a->port >= 0 && v->port != a->port) {
		s->other_port += v->datagrams;
		s->port = v;
	} else if (a->source.family && mc_addr_cmp(&v->source, &a->source)) {
		s->other_source += v->datagrams;
		s->source = v;
	} else {
		s->wanted += v->datagrams;
	}
}

/* Each stream that is wanted. */
static void tell_wanted(struct arrival_check *c, const struct aim *a)
{
	const struct arrivals *all = c->look->arrivals;
	char from[MC_ADDR_STRLEN], group[MC_ADDR_STRLEN], in[32];

	for (size_t i = 0; i < all->n; i++) {
		struct sums one = { 0 };

		add(&one, a, &all->v[i]);
		if (!one.wanted || !may_tell(c, VERDICT_OK))
			continue;
		saw(c,
		    find(c->out, VERDICT_OK, "%s sends %s port %u: %" PRIu64 " datagrams on %s in %s",
			 mc_addr_format(&all->v[i].source, from, sizeof from),
			 mc_addr_format(&all->v[i].group, group, sizeof group), all->v[i].port,
			 all->v[i].datagrams, look_name(c->look, all->v[i].ifindex), window_of(c->look, in)),
		    &all->v[i]);
	}
}

static void tell_source(struct arrival_check *c, const struct aim *a, const struct arrival *v)
{
	char wanted[MC_ADDR_STRLEN], from[MC_ADDR_STRLEN], group[MC_ADDR_STRLEN];

	if (!may_tell(c, VERDICT_FAULT))
		return;
	mc_addr_format(&a->source, wanted, sizeof wanted);
	mc_addr_format(&v->source, from, sizeof from);
	struct finding *x = find(c->out, VERDICT_FAULT, "packets of %s arrive on %s, from %s, not from %s",
				 mc_addr_format(&a->group, group, sizeof group),
				 look_name(c->look, v->ifindex), from, wanted);

	saw(c, x, v);
	find_why(x, "Who joins a group with a source gets that source's packets only.");
	find_advise(x, "join %s with the source %s, or have %s send", group, from, wanted);
}

static void tell_port(struct arrival_check *c, const struct aim *a, const struct arrival *v)
{
	char group[MC_ADDR_STRLEN];

	if (!may_tell(c, VERDICT_WARNING))
		return;
	struct finding *x = find(c->out, VERDICT_WARNING,
				 "datagrams of %s arrive on %s for port %u, none for port %" PRId32,
				 mc_addr_format(&a->group, group, sizeof group),
				 look_name(c->look, v->ifindex), v->port, a->port);

	saw(c, x, v);
	find_why(x, "A socket gets what is sent to its own port only.");
	find_advise(x, "bind port %u, or have it sent to port %" PRId32, v->port, a->port);
}

static void judge(struct arrival_check *c, size_t n)
{
	const struct arrivals *all = c->look->arrivals;
	const struct aim *a = &c->look->aims.v[n];
	struct sums s = { 0 };

	for (size_t i = 0; i < all->n; i++)
		add(&s, a, &all->v[i]);
	if (s.wanted)
		tell_wanted(c, a);
	else if (s.source)
		tell_source(c, a, s.source);
	else if (s.port)
		tell_port(c, a, s.port);
	else
		c->silent[n] = true;
}

/* Groups of which nothing came, to whatever port. */
static size_t count_silent(const struct arrival_check *c)
{
	const struct aims *aims = &c->look->aims;
	size_t n = 0;

	for (size_t i = 0; i < aims->n; i++) {
		bool silent = !aim_again_there(aims, i);

		for (size_t k = i; k < aims->n && silent; k++)
			silent = c->silent[k] || aims->v[k].expected != aims->v[i].expected ||
				 mc_addr_cmp(&aims->v[k].group, &aims->v[i].group);
		n += silent;
	}
	return n;
}

/* That nothing came is no fault: nobody may send. Where it was asked for by name it is not known to be
 * well. */
static void tell_silent(struct arrival_check *c)
{
	const struct aims *aims = &c->look->aims;
	char in[32], group[MC_ADDR_STRLEN];

	size_t silent = count_silent(c);

	window_of(c->look, in);
	if (!silent)
		return;
	if (!look_named(c->look))
		find(c->out, VERDICT_OK, "nothing arrived of %zu of %zu groups in %s", silent,
		     aim_groups(aims), in);
	else
		find_advise(find(c->out, VERDICT_UNKNOWN, "nothing of %s arrived in %s",
				 mc_addr_format(&aims->v[0].group, group, sizeof group), in),
			    "look while somebody sends, for longer (-w 10), or with --probe");
}

static void tell_more(struct arrival_check *c)
{
	static const char *const what[] = {
		[VERDICT_OK] = "more streams arrive",
		[VERDICT_WARNING] = "more groups arrive for another port",
		[VERDICT_FAULT] = "more groups arrive from another source than the one that is wanted",
	};

	for (enum verdict v = VERDICT_OK; v <= VERDICT_FAULT; v++)
		if (c->more[v])
			find(c->out, v, "%zu %s", c->more[v], what[v]);
	if (c->look->arrivals->deaf)
		find(c->out, VERDICT_UNKNOWN,
		     "%zu more interfaces were not listened on: name the one that is meant with -I",
		     c->look->arrivals->deaf);
	if (c->look->arrivals->more)
		find(c->out, VERDICT_OK, "%" PRIu64 " datagrams of more than %d streams were not told apart",
		     c->look->arrivals->more, ARRIVALS_MOST);
}

void check_arrival(const struct look *l, struct findings *out)
{
	struct arrival_check c = { .look = l, .out = out };

	if (!l->arrivals) {
		find(out, VERDICT_UNKNOWN, "packets cannot be seen as they arrive: %s%s",
		     mc_strerror(l->arrivals_error), l->arrivals_error == -EPERM ? " (run as root)" : "");
		return;
	}
	for (size_t i = 0; i < l->aims.n; i++)
		judge(&c, i);
	tell_silent(&c);
	tell_more(&c);
	if (!l->aims.n)
		find(out, VERDICT_OK, "no group is joined, and none was named");
}
