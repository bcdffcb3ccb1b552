/*
 * conf.c - the options of the verb, what can stand together, and what a router is told of it. A file's words
 * are rows of the same table. It opens and prints nothing.
 *
 * RFC 9776 8 and 4.1.1, RFC 9777 9 and 5.1.3, RFC 2236 2.2, RFC 2710 3.4, RFC 8652 (names).
 */
#include "querier/conf.h"

#include <errno.h>
#include <mcast/router.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/ifaces.h"

#define AT(field) offsetof(struct querier_conf, field)
#define OF(field) offsetof(struct querier_conf, options.field)

/* Seconds that a query can announce as interval (RFC 9776 4.1.7), and as response time at the most (MLDv2,
 * RFC 9777 5.1.3); what other versions can is checked with them. */
enum { INTERVAL_MOST = 31744, RESPONSE_MOST = 8387 };
enum { COUNT_MOST = 255, ROBUSTNESS_MOST = 7, ITEMS_MOST = 1000000000, RING_LEAST = 256 << 10 };
enum { MTU_MOST = 65535, MTU_LEAST = 576, MTU_LEAST_MLD = 1280, MTU_USUAL = 1500 };

/* clang-format off */
const struct opt querier_opts[] = {
	{ 'I', "interface", "IFACE", OPT_LIST, AT(ifaces), 0, 0, NULL,
	  "serve this interface; may be repeated" },
	{ 0, "config", "FILE", OPT_TEXT, AT(config), 0, 0, NULL,
	  "interfaces and their options are those of a file" },
	{ 0, "check-config", NULL, OPT_FLAG, AT(check_config), 0, 0, NULL,
	  "only say whether the file is good" },
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "IGMP only" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "MLD only" },
	{ 0, "igmp-version", "VERSION", OPT_INT, OF(version[QUERIER_IGMP]), 1, 3, NULL,
	  "version to ask in: 1, 2 or 3 (3)" },
	{ 0, "mld-version", "VERSION", OPT_INT, OF(version[QUERIER_MLD]), 1, 2, NULL,
	  "the same for MLD: 1 or 2 (2)" },
	{ 0, "query-interval", "SECONDS", OPT_SECONDS, OF(query_interval), 1, INTERVAL_MOST, NULL,
	  "time between general queries (125)" },
	{ 0, "query-max-response-time", "SECONDS", OPT_SPAN, OF(query_max_response_time), 0, RESPONSE_MOST,
	  NULL, "in how much time hosts are to answer them (10)" },
	{ 0, "last-member-query-interval", "SECONDS", OPT_SPAN, OF(last_member_query_interval), 0,
	  RESPONSE_MOST, NULL, "in how much time they are to answer when somebody left (1)" },
	{ 0, "robustness-variable", "N", OPT_INT, OF(robustness_variable), 1, ROBUSTNESS_MOST, NULL,
	  "how many packets in a row may be lost, less one (2)" },
	{ 0, "startup-query-interval", "SECONDS", OPT_SPAN, OF(startup_query_interval), 0, INTERVAL_MOST,
	  NULL, "time between the first general queries (a quarter of the query interval)" },
	{ 0, "startup-query-count", "N", OPT_INT, OF(startup_query_count), 1, COUNT_MOST, NULL,
	  "how many those are (as the robustness variable)" },
	{ 0, "last-member-query-count", "N", OPT_INT, OF(last_member_query_count), 1, COUNT_MOST, NULL,
	  "how many queries follow a leave (as the robustness variable)" },
	{ 0, "require-router-alert", NULL, OPT_FLAG, OF(require_router_alert), 0, 0, NULL,
	  "drop IGMPv3 reports without Router Alert" },
	{ 0, "verify-source-subnet", NULL, OPT_FLAG, OF(verify_source_subnet), 0, 0, NULL,
	  "drop IGMP messages from outside of the interface's subnets" },
	{ 0, "max-groups", "N", OPT_INT, OF(max_groups), 1, ITEMS_MOST, NULL,
	  "groups to keep of one interface and family (100000)" },
	{ 0, "max-group-sources", "N", OPT_INT, OF(max_group_sources), 1, ITEMS_MOST, NULL,
	  "sources to keep of one group (1000)" },
	{ 0, "max-hosts", "N", OPT_INT, OF(max_hosts), 0, ITEMS_MOST, NULL,
	  "members to keep of all groups together; 0: none (200000)" },
	{ 0, "listen-only", NULL, OPT_FLAG, OF(listen_only), 0, 0, NULL,
	  "keep the state, never send anything" },
	{ 0, "dry-run", NULL, OPT_FLAG, AT(dry_run), 0, 0, NULL, "do everything but send" },
	{ 0, "status", NULL, OPT_FLAG, AT(status), 0, 0, NULL, "print the state of the queriers that run" },
	{ 0, "rcvbuf", "BYTES", OPT_SIZE, AT(rcvbuf), RING_LEAST, 1 << 30, NULL,
	  "size of the ring that packets are received in, for each interface (4M)" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * 86400, NULL, "stop after SECONDS" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL, "print a line for each message, too" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print no changes, only warnings" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ .name = NULL },
};
/* clang-format on */

enum { FIRST_VERSION = 5, FIRST_WORD = 7 };

const struct opt *const querier_words = &querier_opts[FIRST_WORD];

/* ---- the table ------------------------------------------------------------------------------ */

void querier_conf_init(struct querier_conf *c)
{
	*c = (struct querier_conf){
		.options = {
			.version = { 3, 2 },
			.query_interval = 125 * MC_SEC,
			.query_max_response_time = 10 * MC_SEC,
			.last_member_query_interval = MC_SEC,
			.robustness_variable = 2,
			.max_groups = 100000,
			.max_group_sources = 1000,
			.max_hosts = 200000,
		},
		.rcvbuf = 4 << 20,
		.deadline = MC_NEVER,
	};
}

static const struct opt *find(const struct opt *from, const char *word, size_t len)
{
	for (const struct opt *o = from; o < querier_words + QUERIER_WORDS; o++)
		if (strlen(o->name) == len && memcmp(o->name, word, len) == 0)
			return o;
	return NULL;
}

const struct opt *querier_conf_word(const char *word, size_t len)
{
	return find(querier_words, word, len);
}

/* No argument of an option begins with a dash (opt.c), and none of these has a letter. */
const char *querier_conf_given(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strncmp(argv[i], "--", 2) == 0 &&
		    find(querier_opts + FIRST_VERSION, argv[i] + 2, strcspn(argv[i] + 2, "=")))
			return argv[i];
	return NULL;
}

void *querier_conf_field(struct querier_options *o, const struct opt *row)
{
	return (char *)o + (row->offset - offsetof(struct querier_conf, options));
}

bool querier_options_same(struct querier_options a, struct querier_options b)
{
	bool same = true;

	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		same &= a.version[f] == b.version[f];
	for (const struct opt *w = querier_words; w < querier_words + QUERIER_WORDS; w++)
		same &= !memcmp(querier_conf_field(&a, w), querier_conf_field(&b, w),
				w->type == OPT_FLAG ? sizeof(bool) : sizeof(int64_t));
	return same;
}

/* ---- what can stand together ------------------------------------------------------------------ */

/* What a version's queries can say of how long a host may take to answer; IGMPv1's say nothing. */
static const struct {
	const char *name;
	mc_time least, most;
} says[QUERIER_FAMILIES][3] = {
	{ { "IGMPv1", 100 * MC_MSEC, MC_NEVER },
	  { "IGMPv2", 100 * MC_MSEC, 25500 * MC_MSEC },
	  { "IGMPv3", 100 * MC_MSEC, 3174400 * MC_MSEC } },
	{ { "MLDv1", MC_MSEC, 65535 * MC_MSEC }, { "MLDv2", MC_MSEC, 8387584 * MC_MSEC } },
};

static double seconds(mc_time t)
{
	return (double)t / (double)MC_SEC;
}

static int check_said(const struct querier_options *o, unsigned family, const char *what, mc_time t,
		      char *why, size_t cap)
{
	unsigned at = (unsigned)o->version[family] - 1;

	if (t < says[family][at].least)
		snprintf(why, cap, "%s %g: an %s query cannot say less than %g (take that, or more)", what,
			 seconds(t), says[family][at].name, seconds(says[family][at].least));
	else if (t > says[family][at].most)
		snprintf(why, cap, "%s %g: an %s query cannot say more than %.7g (take that, or less)", what,
			 seconds(t), says[family][at].name, seconds(says[family][at].most));
	else
		return 0;
	return -1;
}

static int check_family(const struct querier_options *o, unsigned family, char *why, size_t cap)
{
	int64_t newest = family == QUERIER_IGMP ? 3 : 2;

	if (!o->version[family])
		return 0;
	if (o->version[family] < 0 || o->version[family] > newest) {
		snprintf(why, cap, "%s has the versions 1 to %d", family == QUERIER_IGMP ? "IGMP" : "MLD",
			 (int)newest);
		return -1;
	}
	if (check_said(o, family, "query-max-response-time", o->query_max_response_time, why, cap))
		return -1;
	return check_said(o, family, "last-member-query-interval", o->last_member_query_interval, why, cap);
}

/* The bounds of the options, for those that did not come by them. */
static int check_bounds(const struct querier_options *o, char *why, size_t cap)
{
	for (const struct opt *w = querier_words; w < querier_words + QUERIER_WORDS; w++) {
		const void *field = (const char *)o + (w->offset - offsetof(struct querier_conf, options));
		bool unset = w->offset == OF(startup_query_interval) ||
			     w->offset == OF(startup_query_count) || w->offset == OF(last_member_query_count);
		int64_t n = 0;

		if (w->type == OPT_FLAG)
			continue;
		memcpy(&n, field, sizeof n); /* a time or a number: both have 64 bits */
		if (unset && !n)
			continue;
		if (w->type == OPT_INT ?
			    n >= w->min && n <= w->max :
			    n > 0 && n >= w->min * (int64_t)MC_SEC && n <= w->max * (int64_t)MC_SEC)
			continue;
		snprintf(why, cap, "%s is out of range (see mcast help querier)", w->name);
		return -1;
	}
	return 0;
}

int querier_options_check(const struct querier_options *o, char *why, size_t cap)
{
	if (!o->version[QUERIER_IGMP] && !o->version[QUERIER_MLD]) {
		snprintf(why, cap, "neither IGMP nor MLD is left to be spoken (name a version of one)");
		return -1;
	}
	if (check_bounds(o, why, cap))
		return -1;
	if (o->query_max_response_time >= o->query_interval) {
		snprintf(why, cap,
			 "query-max-response-time %g must be less than query-interval %g, or answers come "
			 "after the next query (lower one, or raise the other)",
			 seconds(o->query_max_response_time), seconds(o->query_interval));
		return -1;
	}
	if (o->startup_query_interval > o->query_interval) {
		snprintf(
			why, cap,
			"startup-query-interval %g must not be more than query-interval %g (leave it out for a "
			"quarter of that)",
			seconds(o->startup_query_interval), seconds(o->query_interval));
		return -1;
	}
	return check_family(o, QUERIER_IGMP, why, cap) || check_family(o, QUERIER_MLD, why, cap) ? -1 : 0;
}

/* ---- what a router is told --------------------------------------------------------------------- */

static uint8_t address_family(unsigned family)
{
	return family == QUERIER_MLD ? MC_IPV6 : MC_IPV4;
}

const struct mc_proto *querier_proto(unsigned family)
{
	return mc_proto_of(address_family(family));
}

static uint16_t mtu_of(const struct mc_iface *iface, unsigned family)
{
	uint32_t least = family == QUERIER_MLD ? MTU_LEAST_MLD : MTU_LEAST;
	uint32_t mtu = iface->mtu ? iface->mtu : MTU_USUAL;

	if (mtu > MTU_MOST)
		return MTU_MOST;
	return (uint16_t)(mtu < least ? least : mtu);
}

/* Of link-local senders (MLD) there are no others to tell apart. */
static size_t subnets(const struct mc_iface *iface, struct mc_prefix *prefixes)
{
	size_t n = 0;

	for (size_t i = 0; i < iface->naddrs; i++)
		if (iface->addrs[i].addr.family == MC_IPV4)
			prefixes[n++] = (struct mc_prefix){ iface->addrs[i].net, iface->addrs[i].len };
	return n;
}

void querier_options_apply(const struct querier_options *o, unsigned family, const struct mc_iface *iface,
			   struct mc_prefix *prefixes, struct mc_router_conf *ret)
{
	uint8_t as = address_family(family);

	mc_router_conf_init(ret, as);
	ret->version = (uint8_t)o->version[family];
	ret->robustness = (uint8_t)o->robustness_variable;
	ret->startup_query_count = (uint8_t)o->startup_query_count;
	ret->last_member_query_count = (uint8_t)o->last_member_query_count;
	ret->passive = o->listen_only;
	ret->require_alert = o->require_router_alert;
	ret->mtu = mtu_of(iface, family);
	ret->query_interval = o->query_interval;
	ret->query_response_interval = o->query_max_response_time;
	ret->last_member_query_interval = o->last_member_query_interval;
	ret->startup_query_interval = o->startup_query_interval;
	ret->addr = mc_iface_own(iface, as);
	if (o->verify_source_subnet && as == MC_IPV4) {
		ret->prefixes = prefixes;
		ret->n_prefixes = subnets(iface, prefixes);
	}
	ret->max_groups = (uint32_t)o->max_groups;
	ret->max_sources = (uint32_t)o->max_group_sources;
	ret->max_hosts = (uint32_t)o->max_hosts;
}
