/*
 * script.c - fuzzes scripts of `mcast sim`: octets as a script. One that is refused says where, within the
 * text; of one that is not, all that is understood fits together, and a small one is run as each family it is
 * for.
 */
#include "sim/script.h"

#include "fuzz.h"

/* What is larger is parsed, not run. */
enum { NODES_MOST = 12, ADDRESSES_MOST = 500, PACKETS_MOST = 3000 };
#define TIME_MOST (400 * MC_SEC)

/* ---- refusals ------------------------------------------------------------------------------- */

static void check_refusal(const struct mc_sim_error *e, const char *text, size_t size)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	MUST(e->line >= 1 && e->line <= lines);
	MUST(e->column >= 1 && e->column <= size + 1);
	MUST(strnlen(e->text, sizeof(e->text)) > 0 && strnlen(e->text, sizeof(e->text)) < sizeof(e->text));
	for (const char *c = e->text; *c; c++)
		MUST((uint8_t)*c >= ' ' && (uint8_t)*c < 0x7f);
}

/* ---- what was understood --------------------------------------------------------------------- */

static size_t check_name(const struct mc_sim *s, uint8_t families, const struct mc_sim_name *n)
{
	MUST(n->node <= s->n_all);
	for (unsigned side = 0; side < 2; side++) {
		MUST(n->addr[side].family == 0 || n->addr[side].family == (side ? MC_IPV6 : MC_IPV4));
		MUST(n->node || n->addr[side].family || !(families >> side & 1));
	}
	return 1;
}

static size_t check_set(const struct mc_sim *s, uint8_t families, const struct mc_sim_set *set)
{
	for (uint32_t i = 0; i < set->n; i++)
		check_name(s, families, &set->list[i]);
	return set->n;
}

static size_t check_message(const struct mc_sim *s, uint8_t families, const struct mc_sim_message *m)
{
	size_t n = check_set(s, families, &m->sources);

	if (m->kind == MC_SIM_OLD_REPORT || m->kind == MC_SIM_LEAVE ||
	    (m->kind == MC_SIM_QUERY && !m->general))
		n += check_name(s, families, &m->group);
	for (uint32_t i = 0; i < m->n_records; i++)
		n += check_name(s, families, &m->records[i].group) +
		     check_set(s, families, &m->records[i].sources);
	if (m->has_from)
		check_name(s, families, &m->from);
	if (m->has_to)
		check_name(s, families, &m->to);
	MUST((m->kind == MC_SIM_RAW || m->kind == MC_SIM_PACKET) == (m->n_raw > 0));
	return n;
}

static size_t check_state(const struct mc_sim *s, uint8_t families, const struct mc_sim_state *t)
{
	if (t->id == MC_IS_GROUP)
		check_name(s, families, &t->group);
	for (uint32_t i = 0; i < t->n_details; i++)
		if (t->details[i].id == MC_HAS_SOURCE_TIMER)
			check_name(s, families, &t->details[i].source);
	return check_set(s, families, &t->listed) + check_set(s, families, &t->excluded);
}

/* Returns how many addresses it takes to do. */
static size_t check_event(const struct mc_sim *s, const struct mc_sim_event *e)
{
	size_t n = check_set(s, e->families, &e->sources);

	MUST(e->families && !(e->families & ~s->families));
	MUST(e->until >= e->at && e->place.line && e->place.column);
	MUST(e->who.first <= e->who.last && e->who.last <= s->n_all);
	MUST(e->who.first || e->verb == MC_DO_LINK || e->verb == MC_DO_DELIVER);
	MUST((e->verb == MC_DO_DELIVER || e->verb == MC_SEE_SENT) == (e->n_messages > 0));
	if (e->verb == MC_DO_LISTEN || e->verb == MC_DO_CHANGE) {
		MUST(e->groups.count);
		check_name(s, e->families, &e->groups.first);
	}
	for (uint32_t i = 0; i < e->n_messages; i++)
		n += check_message(s, e->families, &e->messages[i]);
	for (uint32_t i = 0; i < e->fractions.n; i++)
		MUST(e->fractions.list[i] >= 0 && e->fractions.list[i] <= 1);
	if (e->verb == MC_SEE_STATE)
		n += check_state(s, e->families, &e->state);
	return n + e->options.n;
}

static void check_nodes(const struct mc_sim *s)
{
	uint32_t next = 1;

	for (uint32_t i = 0; i < s->n_nodes; i++) {
		MUST(s->nodes[i].first == next && s->nodes[i].count >= 1 && s->nodes[i].name[0]);
		next += s->nodes[i].count;
		MUST(mc_sim_node_of(s, next - 1) == &s->nodes[i]);
	}
	MUST(s->n_all == next - 1);
}

/* Whether it is small enough to be run. */
static bool check_script(const struct mc_sim *s)
{
	mc_time last = 0;
	size_t n = 0;

	check_nodes(s);
	for (uint32_t i = 0; i < s->n_events; i++) {
		n += check_event(s, &s->events[i]);
		MUST(s->events[i].at >= last);
		last = s->events[i].at;
		if (s->events[i].until > TIME_MOST || s->events[i].spread > TIME_MOST)
			n = SIZE_MAX / 2;
	}
	MUST(s->end >= last);
	return s->n_all <= NODES_MOST && n <= ADDRESSES_MOST && (s->end <= TIME_MOST || s->end == MC_NEVER);
}

/* ---- runs ----------------------------------------------------------------------------------- */

struct seen {
	unsigned packets;
	mc_time last;
};

static bool stop(void *arg)
{
	const struct seen *seen = arg;

	return seen->packets > PACKETS_MOST;
}

static void packet(void *arg, const struct mc_sim_packet *p)
{
	struct seen *seen = arg;

	MUST(p->time >= seen->last && p->node && (p->msg || p->err < 0));
	seen->packets++;
	seen->last = p->time;
}

static void difference(void *arg, const struct mc_sim_difference *d)
{
	(void)arg;
	MUST(d->node && d->expected && d->actual && (d->line > 0) == (d->column > 0));
}

static void run(const struct mc_sim *s, uint8_t family)
{
	struct seen seen = { .packets = 0 };
	struct mc_sim_result result;
	struct mc_sim_conf conf;
	int err;

	mc_sim_conf_init(&conf, family);
	conf.go_on = true;
	conf.stop = stop;
	conf.packet = packet;
	conf.difference = difference;
	conf.arg = &seen;
	mc_sim_result_init(&result);
	err = mc_sim_run(s, &conf, &result);
	MUST(err == 0 || err == MC_ERR_CONF || (err == MC_ERR_SCRIPT && !mc_sim_runs_as(s, family)));
	if (err == 0)
		MUST(result.ok == (result.differences == 0) || result.stopped);
	mc_sim_result_free(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	int err = mc_sim_parse(&s, (const char *)data, size, &error);

	if (err) {
		MUST(err == MC_ERR_SCRIPT && !s);
		check_refusal(&error, (const char *)data, size);
		return 0;
	}
	if (check_script(s)) {
		run(s, MC_IPV4);
		run(s, MC_IPV6);
	}
	mc_sim_free(s);
	return 0;
}
