/*
 * options.c - options of nodes, in one table: the word, what its value is, and where it goes in the
 * configuration of a host and of a router. And what is said of the link.
 */
#include "sim/words.h"

#include <string.h>

enum { OF_HOST = 1 << MC_SIM_HOST, OF_ROUTER = 1 << MC_SIM_ROUTER, OF_BOTH = OF_HOST | OF_ROUTER };

enum kind { NUMBER, TIME, RESPONSE, TIME_OR_NEVER, YES, FRACTION, VERSION, ADDRESS, PREFIX, NOTHING };

enum { MTU_IPV6 = 1280 }; /* the least of a router, RFC 8200 5 */

#define LONGEST (31744 * MC_SEC) /* what a query can announce, RFC 9776 4.1.7 */
#define ANY MC_SIM_TIME_MOST

/* Where a value goes; size 0: nowhere. */
struct field {
	size_t offset, size;
};

#define HOST(field)                                                                                \
	{                                                                                          \
		offsetof(struct mc_host_conf, field), sizeof(((struct mc_host_conf *)NULL)->field) \
	}
#define ROUTER(field)                                                                                  \
	{                                                                                              \
		offsetof(struct mc_router_conf, field), sizeof(((struct mc_router_conf *)NULL)->field) \
	}
#define NOWHERE      \
	{            \
		0, 0 \
	}

struct option {
	struct mc_choice head;
	enum kind kind;
	uint64_t least, most;
	struct field host, router;
	bool fixed; /* cannot be set while the node runs */
};

/* clang-format off */
static const struct option options[] = {
	[MC_OPT_ADDRESS] = { { "address", OF_BOTH }, ADDRESS, 0, 0, HOST(addr), ROUTER(addr), false },
	[MC_OPT_VERSION] = { { "version", OF_BOTH }, VERSION, 0, 0, HOST(version), ROUTER(version), false },
	[MC_OPT_ROBUSTNESS] = {
		{ "robustness", OF_BOTH }, NUMBER, 1, 255, HOST(robustness), ROUTER(robustness), false },
	[MC_OPT_QUERY_INTERVAL] = {
		{ "query-interval", OF_BOTH }, TIME, 1, LONGEST,
		HOST(query_interval), ROUTER(query_interval), false },
	[MC_OPT_QUERY_RESPONSE_INTERVAL] = {
		{ "query-response-interval", OF_BOTH }, RESPONSE, 1, LONGEST,
		HOST(query_response_interval), ROUTER(query_response_interval), false },
	[MC_OPT_COMPATIBLE] = {
		{ "compatible", OF_BOTH }, YES, 0, 1, HOST(compatible), ROUTER(compatible), false },
	[MC_OPT_REQUIRE_ALERT] = {
		{ "require-alert", OF_BOTH }, YES, 0, 1, HOST(require_alert), ROUTER(require_alert), false },
	[MC_OPT_STRICT_TTL] = {
		{ "strict-ttl", OF_BOTH }, YES, 0, 1, HOST(strict_ttl), ROUTER(strict_ttl), false },
	[MC_OPT_SSM] = { { "ssm", OF_BOTH }, PREFIX, 0, 0, HOST(ssm), ROUTER(ssm), false },
	[MC_OPT_MAX_GROUPS] = {
		{ "max-groups", OF_BOTH }, NUMBER, 1, 1 << 30, HOST(max_groups), ROUTER(max_groups), false },
	[MC_OPT_MAX_SOURCES] = {
		{ "max-sources", OF_BOTH }, NUMBER, 1, UINT32_MAX,
		HOST(max_sources), ROUTER(max_sources), false },
	[MC_OPT_MTU] = { { "mtu", OF_BOTH }, NUMBER, 576, 65535, HOST(mtu), ROUTER(mtu), false },
	[MC_OPT_WARNING_INTERVAL] = {
		{ "warning-interval", OF_BOTH }, TIME, 0, ANY,
		HOST(warning_interval), ROUTER(warning_interval), false },
	[MC_OPT_START] = { { "start", OF_BOTH }, TIME_OR_NEVER, 0, 0, NOWHERE, NOWHERE, true },
	[MC_OPT_LOSS] = { { "loss", OF_BOTH }, FRACTION, 0, 0, NOWHERE, NOWHERE, false },
	[MC_OPT_FREE] = { { "free", OF_BOTH }, NOTHING, 0, 0, NOWHERE, NOWHERE, true },
	[MC_OPT_UNSOLICITED_REPORT_INTERVAL] = {
		{ "unsolicited-report-interval", OF_HOST }, TIME, 1, ANY,
		HOST(unsolicited_report_interval), NOWHERE, false },
	[MC_OPT_OLDER_REPORT_INTERVAL] = {
		{ "older-report-interval", OF_HOST }, TIME, 1, ANY,
		HOST(older_report_interval), NOWHERE, false },
	[MC_OPT_ADOPT_ROBUSTNESS] = {
		{ "adopt-robustness", OF_HOST }, YES, 0, 1, HOST(adopt_robustness), NOWHERE, false },
	[MC_OPT_REPORT_LINK_LOCAL] = {
		{ "report-link-local", OF_HOST }, YES, 0, 1, HOST(report_link_local), NOWHERE, false },
	[MC_OPT_QUIET_LEAVE] = { { "quiet-leave", OF_HOST }, YES, 0, 1, HOST(quiet_leave), NOWHERE, false },
	[MC_OPT_MAX_QUERIED] = {
		{ "max-queried", OF_HOST }, NUMBER, 1, UINT32_MAX, HOST(max_queried), NOWHERE, false },
	[MC_OPT_STARTUP_QUERY_COUNT] = {
		{ "startup-query-count", OF_ROUTER }, NUMBER, 1, 255,
		NOWHERE, ROUTER(startup_query_count), false },
	[MC_OPT_STARTUP_QUERY_INTERVAL] = {
		{ "startup-query-interval", OF_ROUTER }, TIME, 1, LONGEST,
		NOWHERE, ROUTER(startup_query_interval), false },
	[MC_OPT_LAST_MEMBER_QUERY_COUNT] = {
		{ "last-member-query-count", OF_ROUTER }, NUMBER, 1, 255,
		NOWHERE, ROUTER(last_member_query_count), false },
	[MC_OPT_LAST_MEMBER_QUERY_INTERVAL] = {
		{ "last-member-query-interval", OF_ROUTER }, RESPONSE, 1, LONGEST,
		NOWHERE, ROUTER(last_member_query_interval), false },
	[MC_OPT_PASSIVE] = { { "passive", OF_ROUTER }, YES, 0, 1, NOWHERE, ROUTER(passive), false },
	[MC_OPT_MEMBER] = { { "member", OF_ROUTER }, YES, 0, 1, NOWHERE, NOWHERE, true },
	[MC_OPT_IGNORE_V1] = { { "ignore-v1", OF_ROUTER }, YES, 0, 1, NOWHERE, ROUTER(ignore_v1), false },
	[MC_OPT_IGNORE_V2] = { { "ignore-v2", OF_ROUTER }, YES, 0, 1, NOWHERE, ROUTER(ignore_v2), false },
	[MC_OPT_PREFIX] = { { "prefix", OF_ROUTER }, PREFIX, 0, 0, NOWHERE, NOWHERE, false },
};
/* clang-format on */
static const struct mc_table of_hosts = MC_TABLE(options, "option of a host");
static const struct mc_table of_routers = MC_TABLE(options, "option of a router");

/* ---- from the script ------------------------------------------------------------------------ */

/* RFC 4291 2.5.6. */
static const struct mc_prefix link_local = { { MC_IPV6, { 0xfe, 0x80 } }, 64 };

/* A role's own address; as IPv6 it is the link-local one (RFC 9777 5.1.14). */
static bool check_own(struct mc_words *p, const struct mc_addr *a)
{
	if (mc_addr_is_multicast(a))
		return mc_words_refuse(p, p->last.place, "'%.*s' is a group: no node can have that address",
				       MC_SHOWN(&p->last));
	return !mc_proto_of(a->family)->link_local || mc_addr_is_unspecified(a) ||
	       mc_prefix_has(&link_local, a) ||
	       mc_words_refuse(p, p->last.place,
			       "'%.*s' is not link-local: as IPv6 the roles speak from fe80::/64",
			       MC_SHOWN(&p->last));
}

/* A node's name stands for the address that it begins with, or else for that which nodes of its name have. */
static bool begins_with(struct mc_words *p, const struct mc_sim_node *d, unsigned side, struct mc_addr *a)
{
	const struct mc_word name = { .s = d->name, .len = strlen(d->name) };

	return a->family || (!d->row && mc_names_builtin(&name, side, a)) ||
	       mc_words_refuse(p, p->last.place,
			       "'%.*s' begins without an address: no name stands for it, write it in numbers",
			       MC_SHOWN(&p->last));
}

static bool take_address(struct mc_words *p, struct mc_sim_option *o)
{
	const struct mc_sim_node *d;

	if (mc_words_accept(p, "none"))
		return true;
	if (!mc_names_address(p, &o->name))
		return false;
	d = o->name.node ? mc_sim_node_of(p->sim, o->name.node) : NULL;
	o->name.node = 0;
	for (unsigned side = 0; side < 2; side++) {
		struct mc_addr *a = &o->name.addr[side];

		if (mc_words_run(p, side) && ((d && !begins_with(p, d, side, a)) || !check_own(p, a)))
			return false;
	}
	return true;
}

/* RESPONSE: in units of the maximum response code at least. */
static bool take_time(struct mc_words *p, const struct option *row, uint64_t *ret)
{
	mc_time unit = mc_proto_of(mc_words_run(p, 0) ? MC_IPV4 : MC_IPV6)->response_unit;
	mc_time least = row->kind == RESPONSE ? unit : row->least;
	char from[24], to[24];

	if (!mc_words_time(p, ret))
		return false;
	return (*ret >= least && *ret <= row->most) ||
	       mc_words_refuse(p, p->last.place, "%.*s is out of range: '%s' is %s to %s s",
			       MC_SHOWN(&p->last), row->head.word,
			       mc_words_seconds(least, from, sizeof(from)),
			       mc_words_seconds(row->most, to, sizeof(to)));
}

static bool take_number(struct mc_words *p, enum mc_sim_role role, const struct option *row, uint64_t *ret)
{
	bool longer = row == &options[MC_OPT_MTU] && role == MC_SIM_ROUTER && mc_words_run(p, 1);

	return mc_words_number(p, longer ? MTU_IPV6 : row->least, row->most, ret);
}

static bool take_value(struct mc_words *p, enum mc_sim_role role, const struct option *row,
		       struct mc_sim_option *o)
{
	switch (row->kind) {
	case NUMBER:
		return take_number(p, role, row, &o->value);
	case TIME:
	case RESPONSE:
		return take_time(p, row, &o->value);
	case TIME_OR_NEVER:
		return mc_words_time_or(p, "never", &o->value);
	case YES:
		return mc_words_yes(p, &o->value);
	case FRACTION:
		return mc_words_fraction(p, &o->fraction);
	case VERSION:
		return mc_words_version(p, false, &o->version);
	case ADDRESS:
		return take_address(p, o);
	case PREFIX:
		return mc_names_prefix(p, o->prefix);
	default:
		return true;
	}
}

/* The row of the next word, which is taken. */
static const struct option *pick(struct mc_words *p, enum mc_sim_role role, bool running)
{
	const struct mc_table *table = role == MC_SIM_HOST ? &of_hosts : &of_routers;
	struct mc_word w = mc_words_next(p);
	const struct option *row = mc_words_find(&w, table, OF_BOTH);

	if (!row || !w.len) {
		mc_words_unknown(p, &w, table, 1u << role);
		return NULL;
	}
	if (!(row->head.use & 1u << role)) {
		mc_words_refuse(p, w.place, "'%s' is an option of %s alone", row->head.word,
				role == MC_SIM_HOST ? "routers" : "hosts");
		return NULL;
	}
	if (running && row->fixed) {
		mc_words_refuse(p, w.place,
				"'%s' cannot be set while the node runs: say it in its 'node' line",
				row->head.word);
		return NULL;
	}
	return row;
}

static bool take_option(struct mc_words *p, enum mc_sim_role role, bool running, uint64_t *seen)
{
	struct mc_sim_option *o = mc_words_add(p, &p->options, sizeof(*o));
	const struct option *row;

	if (!o)
		return false;
	row = pick(p, role, running);
	if (!row)
		return false;
	o->id = (enum mc_sim_option_id)(row - options);
	o->place = p->last.place;
	if (*seen >> o->id & 1 && o->id != MC_OPT_PREFIX)
		return mc_words_refuse(p, o->place, "'%s' is there twice", row->head.word);
	*seen |= (uint64_t)1 << o->id;
	return take_value(p, role, row, o);
}

/* Prefixes lie end to end, as a configuration wants them. */
static bool keep_prefixes(struct mc_words *p, struct mc_sim_options *o)
{
	for (unsigned side = 0; side < 2; side++) {
		for (uint32_t i = 0; i < o->n; i++) {
			struct mc_prefix *prefix;

			if (o->list[i].id != MC_OPT_PREFIX || !o->list[i].prefix[side].addr.family)
				continue;
			prefix = mc_words_add(p, &p->prefixes, sizeof(*prefix));
			if (!prefix)
				return false;
			*prefix = o->list[i].prefix[side];
		}
		o->prefixes[side] = mc_words_keep(p, &p->prefixes, sizeof(struct mc_prefix),
						  &o->n_prefixes[side]);
	}
	return !p->err;
}

static bool ends_event(const struct mc_word *w)
{
	return w->len == 0 || mc_words_are_fractions(w) || mc_word_is(w, "fails");
}

bool mc_options_take(struct mc_words *p, enum mc_sim_role role, bool running, struct mc_sim_options *ret)
{
	struct mc_word w = mc_words_peek(p);
	uint64_t seen = 0;

	if (running && ends_event(&w))
		return mc_words_unknown(p, &w, role == MC_SIM_HOST ? &of_hosts : &of_routers, 1u << role);
	for (; running ? !ends_event(&w) : w.len; w = mc_words_peek(p))
		if (!take_option(p, role, running, &seen))
			return false;
	ret->list = mc_words_keep(p, &p->options, sizeof(*ret->list), &ret->n);
	return !p->err && keep_prefixes(p, ret);
}

/* ---- into a configuration ------------------------------------------------------------------- */

static void put(uint8_t *conf, const struct field *f, uint64_t value)
{
	uint8_t u8 = (uint8_t)value;
	uint16_t u16 = (uint16_t)value;
	uint32_t u32 = (uint32_t)value;
	bool yes = value;

	if (f->size == sizeof(u8))
		memcpy(conf + f->offset, &u8, sizeof(u8));
	else if (f->size == sizeof(u16))
		memcpy(conf + f->offset, &u16, sizeof(u16));
	else if (f->size == sizeof(u32))
		memcpy(conf + f->offset, &u32, sizeof(u32));
	else
		memcpy(conf + f->offset, &value, sizeof(value));
	_Static_assert(sizeof(yes) == sizeof(u8), "yes and no are stored as an octet");
}

static void apply(uint8_t *conf, const struct field *f, const struct option *row,
		  const struct mc_sim_option *o, const struct mc_proto *proto)
{
	unsigned side = mc_sim_side(proto->family);

	if (f->size == 0)
		return;
	switch (row->kind) {
	case VERSION:
		put(conf, f, mc_sim_version_of(o->version, proto));
		return;
	case ADDRESS:
		memcpy(conf + f->offset, &o->name.addr[side], f->size);
		return;
	case PREFIX:
		memcpy(conf + f->offset, &o->prefix[side], f->size);
		return;
	default:
		put(conf, f, o->value);
	}
}

void mc_sim_host_conf(struct mc_host_conf *conf, const struct mc_sim_options *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		const struct option *row = &options[o->list[i].id];

		apply((uint8_t *)conf, &row->host, row, &o->list[i], mc_proto_of(conf->family));
	}
}

void mc_sim_router_conf(struct mc_router_conf *conf, const struct mc_sim_options *o)
{
	unsigned side = mc_sim_side(conf->family);

	for (uint32_t i = 0; i < o->n; i++) {
		const struct option *row = &options[o->list[i].id];

		apply((uint8_t *)conf, &row->router, row, &o->list[i], mc_proto_of(conf->family));
	}
	if (o->n_prefixes[side]) {
		conf->prefixes = o->prefixes[side];
		conf->n_prefixes = o->n_prefixes[side];
	}
}

/* ---- the link ------------------------------------------------------------------------------- */

bool mc_link_take(struct mc_words *p, struct mc_lan_link *link)
{
	static const struct {
		struct mc_choice head;
		size_t offset;
		bool time;
	} rows[] = {
		{ { "delay", 1 }, offsetof(struct mc_lan_link, delay), true },
		{ { "jitter", 1 }, offsetof(struct mc_lan_link, jitter), true },
		{ { "loss", 1 }, offsetof(struct mc_lan_link, loss), false },
		{ { "duplicate", 1 }, offsetof(struct mc_lan_link, duplicate), false },
		{ { "reorder", 1 }, offsetof(struct mc_lan_link, reorder), false },
	}, *row;
	static const struct mc_table table = MC_TABLE(rows, "property of a link");
	struct mc_word w;

	do {
		void *at;

		row = mc_words_pick(p, &table, 1);
		if (!row)
			return false;
		at = (uint8_t *)link + row->offset;
		if (row->time ? !mc_words_time(p, at) : !mc_words_fraction(p, at))
			return false;
		w = mc_words_peek(p);
	} while (w.len && !mc_words_are_fractions(&w));
	return true;
}
