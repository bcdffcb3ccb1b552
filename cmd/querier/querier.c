/*
 * querier.c - the verb: its options, which of them cannot stand together, and which of its uses is meant.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "pick.h"
#include "priv.h"
#include "querier/run.h"

/* ---- what cannot stand together -------------------------------------------------------------------- */

/* Two options that cannot, and why. */
static int refuse(const struct verb *v, const char *a, const char *b, const char *why)
{
	return opt_refuse(v, "%s and %s: %s (leave one out)", a, b, why);
}

/* given: an option of an interface, as it was typed, or NULL. */
static int check_config(const struct verb *v, const struct querier_conf *c, const char *given)
{
	if (c->check_config && !c->config)
		return opt_refuse(v, "--check-config: needs a file (add --config FILE)");
	if (!c->config)
		return 0;
	if (c->ifaces.n)
		return refuse(v, "--config", c->ifaces.v[0], "the file names the interfaces");
	if (given)
		return refuse(v, "--config", given, "the file has a word for it");
	if (c->ipv4 || c->ipv6)
		return refuse(v, "--config", c->ipv4 ? "-4" : "-6", "the file has words for it: versions");
	return 0;
}

static int check_status(const struct verb *v, const struct querier_conf *c, const char *given)
{
	const char *other = c->config       ? "--config" :
			    c->check_config ? "--check-config" :
			    c->dry_run      ? "--dry-run" :
			    c->verbose      ? "-v" :
			    c->quiet        ? "-q" :
					      given;

	return c->status && other ? refuse(v, "--status", other, "a querier that runs is asked") : 0;
}

static int check(const struct verb *v, const struct querier_conf *c, const char *given)
{
	char why[256];

	if (check_status(v, c, given) || check_config(v, c, given))
		return EXIT_CANNOT;
	if (c->ipv4 && c->ipv6)
		return refuse(v, "-4", "-6", "each leaves out the other; without them both are spoken");
	if (c->verbose && c->quiet)
		return refuse(v, "-v", "-q", "one prints more, the other less");
	if (c->dry_run && c->options.listen_only)
		return refuse(v, "--dry-run", "--listen-only",
			      "one says what would be sent, with the other nothing would be");
	if (querier_options_check(&c->options, why, sizeof why))
		return opt_refuse(v, "%s", why);
	return 0;
}

/* ---- interfaces -------------------------------------------------------------------------------------- */

int querier_no_memory(const struct verb *v)
{
	return opt_refuse(v, "%s", mc_strerror(-ENOMEM));
}

/* One may be named twice, by its name and by its address. */
static int add_iface(struct querier_run *r, const char *name)
{
	struct querier_iface *slot;

	for (size_t i = 0; i < r->ifaces.n; i++)
		if (strcmp(r->ifaces.v[i].name, name) == 0)
			return 0;
	slot = mc_grow(&r->ifaces.v, &r->ifaces.n, sizeof *slot);
	if (!slot)
		return querier_no_memory(r->verb);
	snprintf(slot->name, sizeof slot->name, "%s", name);
	slot->options = r->conf.options;
	return 0;
}

/* It need not be up yet: a service begins before cables are in. */
static int add_named(struct querier_run *r, const char *text)
{
	const struct mc_iface *i = mc_ifaces_name(r->ifs, text);
	struct pick p = { .iface = i };

	if (!i || !(i->multicast || i->loopback)) {
		int code = pick_iface(r->verb, r->ifs, text, NULL, &p);

		if (code)
			return code;
	}
	return add_iface(r, p.iface->name);
}

static int settle_named(struct querier_run *r)
{
	const struct querier_conf *c = &r->conf;
	char list[256], next[300];

	if (!c->ifaces.n)
		return opt_refuse(r->verb, "needs an IFACE, or --config FILE (%s)",
				  pick_next(next, sizeof next, "multicast interfaces",
					    pick_list(r->ifs, list, sizeof list)));
	for (size_t i = 0; i < c->ifaces.n; i++)
		if (add_named(r, c->ifaces.v[i]))
			return EXIT_CANNOT;
	return 0;
}

static int settle_file(struct querier_run *r)
{
	char why[QUERIER_WHY];

	if (querier_file_load(&r->ifaces, r->conf.config, &r->conf.options, why))
		return opt_refuse(r->verb, "%s", why);
	if (!r->ifaces.n)
		return opt_refuse(r->verb,
				  "%s: no interface is enabled (add a line such as: phyint eth0 enable)",
				  r->conf.config);
	return 0;
}

static int settle(struct querier_run *r)
{
	int e = mc_ifaces_new(&r->ifs, true);

	if (e)
		return opt_refuse(r->verb, "cannot start: %s", mc_strerror(e));
	return r->conf.config ? settle_file(r) : settle_named(r);
}

/* ---- its uses ---------------------------------------------------------------------------------------- */

static int check_file(struct querier_run *r)
{
	int code = settle_file(r);

	if (!code)
		printf("%s is good: %zu interface%s\n", r->conf.config, r->ifaces.n,
		       r->ifaces.n == 1 ? "" : "s");
	return code;
}

/* An interface may be named by its index or an address, and need not be there. */
static const char *name_of(const struct mc_ifaces *ifs, const char *text)
{
	const struct mc_iface *i = mc_ifaces_name(ifs, text);
	struct mc_addr a;

	if (!i && !mc_addr_parse(&a, text))
		pick_owners(ifs, &a, &i);
	return i ? i->name : text;
}

static int ask(struct querier_run *r)
{
	struct querier_conf *c = &r->conf;
	int e = mc_ifaces_new(&r->ifs, false);

	if (e)
		return opt_refuse(r->verb, "cannot start: %s", mc_strerror(e));
	e = priv_drop(PRIV_NONE);
	if (e)
		return opt_refuse(r->verb, "cannot give up privileges: %s", mc_strerror(e));
	for (size_t i = 0; i < c->ifaces.n; i++)
		c->ifaces.v[i] = name_of(r->ifs, c->ifaces.v[i]);
	return control_ask(r->verb, c->ifaces.v, c->ifaces.n, c->json ? CONTROL_JSON : CONTROL_TEXT);
}

/* Arguments are interfaces, too. Returns as opt_parse. */
static int parse(struct querier_run *r, int argc, char **argv)
{
	int n = opt_parse(r->verb, argc, argv, &r->conf);

	for (int i = 1; i <= n; i++)
		if (opt_list_add(&r->conf.ifaces, argv[i])) {
			querier_no_memory(r->verb);
			return -1;
		}
	if (r->conf.ipv4)
		r->conf.options.version[QUERIER_MLD] = 0;
	if (r->conf.ipv6)
		r->conf.options.version[QUERIER_IGMP] = 0;
	return n;
}

static int querier(const struct verb *v, int argc, char **argv)
{
	struct querier_run *r = calloc(1, sizeof *r);
	const char *given = querier_conf_given(argc, argv);
	int n, code = EXIT_CANNOT;

	if (!r)
		return querier_no_memory(v);
	r->verb = v;
	querier_conf_init(&r->conf);
	n = parse(r, argc, argv);
	if (n == -2)
		code = EXIT_GOOD;
	else if (n >= 0 && !check(v, &r->conf, given))
		code = r->conf.status       ? ask(r) :
		       r->conf.check_config ? check_file(r) :
		       settle(r)            ? EXIT_CANNOT :
					      querier_run(r);
	mc_ifaces_free(r->ifs);
	free(r->ifaces.v);
	free(r->conf.ifaces.v);
	free(r);
	return code;
}

const struct verb querier_verb = {
	.name = "querier",
	.run = querier,
	.args = "[IFACE ...]",
	.summary = "Be the IGMP and MLD querier of a link, and know who wants what there",
	.example = "mcast querier eth0\n"
		   "mcast querier --query-interval 30 --query-max-response-time 5 br0\n"
		   "mcast querier --status\n",
	.opts = querier_opts,
};
