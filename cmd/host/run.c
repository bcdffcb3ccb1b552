/*
 * run.c - turns: packets, what is due, and then what may be put off: switching hosts on, commands, churn.
 * Each part is bounded, so that signals and packets never wait long.
 */
#include "host/run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "out.h"
#include "signals.h"

enum {
	STEP = 2048,     /* changes in a turn where nothing is due, */
	BUSY_STEP = 64,  /* and where hosts are behind with what is */
};

#define LONG (10 * MC_MSEC) /* for reading packets, and for what is due, in a turn */
#define FIRST_PROGRESS MC_SEC
#define NEXT_PROGRESS (5 * MC_SEC)
#define WARN_AGAIN (10 * MC_SEC)
#define DROPPED_AGAIN (60 * MC_SEC)
#define LINE_ROOM 1024

/* ---- what hosts do -------------------------------------------------------------------------------- */

static void on_send(void *arg, const struct fleet_packet *p)
{
	struct host_run *r = arg;
	const struct mc_action *a = p->action;
	struct outbox_note note = { p->host, p->msg->report.n, p->msg->report.leave, p->due };
	uint8_t ether[6];

	if (r->conf.macs)
		from_ether(p->host, ether);
	outbox_put(&r->outbox, a->octets, a->len, &a->dst, r->conf.macs ? ether : NULL, &note);
}

static void on_sent(void *arg, const struct mc_frame *f, const struct outbox_note *note, mc_time late)
{
	struct host_run *r = arg;

	(void)note;
	if (mc_decode(&r->msg, f->octets, f->len) == 0)
		host_show_report(&r->show, &r->msg, late);
}

static void on_failed(void *arg, unsigned n, int error)
{
	struct host_run *r = arg;
	char text[LINE_ROOM];

	(void)n;
	if (r->now < r->warned)
		return;
	r->warned = r->now + WARN_AGAIN;
	snprintf(text, sizeof text, "reports were not sent: %s", mc_strerror(error));
	host_show_warning(&r->show, "not-sent", NULL, text);
}

static void on_version(void *arg, uint8_t family, uint8_t version)
{
	static const struct mc_addr nobody;
	struct host_run *r = arg;
	unsigned k = host_side_of(family);

	host_show_version(&r->show, family, version, r->asked_version[k] == version ? &r->asked[k] : &nobody);
}

static void say_warning(const struct mc_proto *p, const struct mc_action *a, char *text, size_t cap)
{
	char who[MC_ADDR_STRLEN], group[MC_ADDR_STRLEN];

	mc_addr_format(&a->addr, who, sizeof who);
	mc_addr_format(&a->group, group, sizeof group);
	switch (a->warning) {
	case MC_WARN_OLDER:
		snprintf(text, cap, "%s asks in %sv%u, which is an older version", who, p->name, a->version);
		break;
	case MC_WARN_SSM:
		snprintf(text, cap, "%s asks in %sv%u, which has no words for source-specific groups", who,
			 p->name, a->version);
		break;
	case MC_WARN_SENDER:
		snprintf(text, cap, "%s asks, which is no address to ask from: it is not heard", who);
		break;
	case MC_WARN_MEMORY:
		snprintf(text, cap, "there is no memory for all that is to be told of %s", group);
		break;
	default:
		snprintf(text, cap, "%s", mc_warning_name(a->warning));
	}
}

static void on_warn(void *arg, uint8_t family, const struct mc_action *a)
{
	const struct host_run *r = arg;
	char text[LINE_ROOM];

	say_warning(mc_proto_of(family), a, text, sizeof text);
	host_show_warning(&r->show, mc_warning_name(a->warning), a->addr.family ? &a->addr : NULL, text);
}

/* ---- packets ---------------------------------------------------------------------------------------- */

static const char *why_dropped(enum mc_count cause)
{
	switch (cause) {
	case MC_RX_NO_RA:
		return "without Router Alert";
	case MC_RX_BAD_CHECKSUM:
		return "with a wrong checksum";
	case MC_RX_BAD_HOPLIMIT:
		return "with another hop limit than 1";
	case MC_RX_BAD_DESTINATION:
		return "at an address that such a query does not go to";
	default:
		return mc_count_name(cause);
	}
}

/* Of a sender that is none the engine warns. What goes to one machine alone is that one's business. */
static void drop_query(struct host_run *r, const struct mc_msg *m, enum mc_count cause)
{
	char text[LINE_ROOM], who[MC_ADDR_STRLEN];

	if (cause == MC_RX_BAD_DESTINATION && !mc_addr_is_multicast(&m->ip.dst))
		return;
	r->queries_dropped++;
	if (cause == MC_RX_BAD_SENDER || r->now < r->dropped[cause])
		return;
	r->dropped[cause] = r->now + DROPPED_AGAIN;
	snprintf(text, sizeof text, "%s asks %s: it is not heard",
		 mc_addr_format(&m->ip.src, who, sizeof who), why_dropped(cause));
	host_show_warning(&r->show, "query", &m->ip.src, text);
}

static void take_packet(struct host_run *r, const struct mc_packet *p)
{
	const struct mc_msg *m = &r->msg;
	enum mc_count as;
	unsigned k;

	if (mc_decode(&r->msg, p->octets, p->len) || (m->family != MC_IPV4 && m->family != MC_IPV6))
		return;
	k = host_side_of(m->family);
	if (m->kind == MC_QUERY && m->version < mc_proto_of(m->family)->newest) {
		r->asked[k] = m->ip.src;
		r->asked_version[k] = m->version;
	}
	as = fleet_input(&r->fleet, m, r->now);
	if (as == MC_RX_QUERY || as == MC_RX_IGNORED) {
		r->queries++;
		host_show_query(&r->show, m, r->now);
	} else if (as != MC_COUNTS) {
		drop_query(r, m, as);
	}
}

static void take_packets(struct host_run *r)
{
	mc_time began = r->now;
	struct mc_packet p;
	int got = 1;

	while (r->now - began < LONG && (got = mc_link_recv(r->link, &p)) > 0) {
		take_packet(r, &p);
		r->now = mc_loop_now();
	}
	r->heard = got > 0 || got == -ENETDOWN;
	if (got < 0 && got != -ENETDOWN)
		r->gone = true;
}

static void on_packets(struct mc_watch *w)
{
	struct host_run *r = w->arg;

	r->heard = true;
}

/* ---- the interface ------------------------------------------------------------------------------------ */

static void on_ifaces(struct mc_watch *w)
{
	struct host_run *r = w->arg;
	const struct mc_iface *i;

	if (mc_ifaces_process(r->ifs))
		return; /* what was known stays; the next change tries again */
	i = mc_ifaces_index(r->ifs, r->ifindex);
	if (!i || i->life != r->life)
		r->gone = true;
	else
		host_address(r, i);
}

/* ---- the end ----------------------------------------------------------------------------------- */

static struct host_totals totals_of(const struct host_run *r)
{
	return (struct host_totals){
		.time = mc_loop_now() - r->began,
		.hosts = r->plan.hosts,
		.each = r->plan.each,
		.memberships = r->state < HOST_LEAVES ? fleet_memberships(&r->fleet) : r->memberships,
		.queries = r->queries,
		.queries_dropped = r->queries_dropped,
		.changes = r->churn.changes + r->changed,
		.refused = r->refused,
		.lost = mc_link_drops(r->link),
		.sent = r->outbox.counts,
		.late = &r->outbox.late,
	};
}

/* Hosts leave, or vanish. Nothing is read any more. */
static void stop(struct host_run *r)
{
	if (r->state >= HOST_LEAVES)
		return;
	r->memberships = fleet_memberships(&r->fleet);
	r->state = r->conf.leave && !r->gone ? HOST_LEAVES : HOST_ENDS;
	churn_end(&r->churn);
	input_close(&r->input);
	task_end(&r->task);
	if (r->state == HOST_LEAVES)
		task_begin(&r->task, TASK_LEAVE, &r->fleet, NULL, r->now);
	r->progress = mc_after(r->now, FIRST_PROGRESS);
}

static void on_signal(struct mc_watch *w)
{
	struct host_run *r = w->arg;
	int number;

	r->now = mc_loop_now(); /* it was that of the last turn's end, which may be long ago */
	while ((number = signals_read(w->fd))) {
		struct host_totals t;

		if (number == SIGQUIT) {
			t = totals_of(r);
			host_show_totals(&r->show, &t, false);
		} else if (r->state < HOST_LEAVES) {
			stop(r);
		} else {
			r->state = HOST_ENDS;
		}
	}
}

/* When the last change has been told as often as it is, or would have been. */
static mc_time leaving_ends(const struct host_run *r, mc_time now)
{
	mc_time longest = 0;

	for (unsigned k = 0; k < HOST_FAMILIES; k++) {
		const struct mc_host_conf *c = &r->fleet.side[k].conf;

		if (r->fleet.side[k].hosts && c->unsolicited_report_interval > longest)
			longest = c->unsolicited_report_interval;
	}
	return mc_after(now, fleet_robustness(&r->fleet) * longest + MC_SEC);
}

/* ---- what may be put off ----------------------------------------------------------------------- */

static void refuse_line(struct host_run *r, uint64_t line, const char *why)
{
	char text[LINE_ROOM];

	r->refused++;
	snprintf(text, sizeof text, "line %" PRIu64 ": %s", line, why);
	opt_refuse(r->verb, "%s", text);
	if (r->conf.json)
		host_show_warning(&r->show, "command", NULL, text);
}

/* Whether it can be followed by these hosts, here and now. */
static bool is_possible(const struct host_run *r, const struct command *c, char *why)
{
	uint64_t n = (uint64_t)(c->last - c->first + 1) * c->count;

	if (!fleet_speaks(&r->fleet, c->group.family)) {
		snprintf(why, COMMAND_WHY, "these hosts speak no %s (start them with an IPv%d TARGET)",
			 mc_proto_of(c->group.family)->name, c->group.family);
		return false;
	}
	if (c->verb == COMMAND_LEAVE || (c->mode == MC_INCLUDE && !c->n))
		return true;
	if (n <= HOST_MEMBERSHIPS_MOST && fleet_memberships(&r->fleet) + n <= HOST_MEMBERSHIPS_MOST)
		return true;
	snprintf(why, COMMAND_WHY, "that would be more than %d memberships (leave some groups)",
		 HOST_MEMBERSHIPS_MOST);
	return false;
}

static void follow_line(struct host_run *r, const char *line, size_t len)
{
	uint64_t number = r->input.lines.number;
	struct command c;
	char why[COMMAND_WHY];
	int got;

	line = words_trim(line, &len);
	got = command_parse(&c, line, len, r->plan.hosts, why);
	if (got == 0)
		return;
	if (got < 0) {
		refuse_line(r, number, why);
		return;
	}
	if (c.verb == COMMAND_QUIT) {
		host_show_change(&r->show, number, line, len);
		stop(r);
		return;
	}
	if (!is_possible(r, &c, why)) {
		command_free(&c);
		refuse_line(r, number, why);
		return;
	}
	r->changed++;
	host_show_change(&r->show, number, line, len);
	task_begin(&r->task, TASK_COMMAND, &r->fleet, &c, r->now);
}

static void take_line(struct host_run *r)
{
	const char *line;
	size_t len;
	int got = input_next(&r->input, &line, &len);

	if (got > 0)
		follow_line(r, line, len);
	else if (got < 0)
		refuse_line(r, r->input.lines.number, "it is longer than 65535 octets (write several)");
}

static void task_over(struct host_run *r)
{
	char text[LINE_ROOM];

	if (r->task.refused) {
		snprintf(text, sizeof text, "%" PRIu64 " memberships could not be had: %s", r->task.refused,
			 mc_strerror(r->task.error));
		host_show_warning(&r->show, "memory", NULL, text);
	}
	r->task.refused = 0;
	if (r->state == HOST_STARTS) {
		r->state = HOST_RUNS;
		churn_begin(&r->churn, r->now);
		if (input_open(&r->input, r->loop)) /* of no kind that can be read: there are no commands */
			input_close(&r->input);
	} else if (r->state == HOST_LEAVES) {
		r->leaves_until = leaving_ends(r, r->now);
		fleet_end(&r->fleet);
	}
}

static void tell_progress(struct host_run *r)
{
	if (r->state == HOST_RUNS || r->now < r->progress || r->conf.quiet)
		return;
	r->progress = mc_after(r->now, NEXT_PROGRESS);
	opt_refuse(r->verb, "%" PRIu32 " of %" PRIu32 " hosts have %s so far", r->task.host, r->plan.hosts,
		   r->state == HOST_STARTS ? "joined" : "left");
}

static void put_off(struct host_run *r, bool busy)
{
	if (r->task.kind != TASK_NONE) {
		task_step(&r->task, &r->fleet, busy ? BUSY_STEP : STEP, r->now);
		tell_progress(r);
		if (r->task.kind == TASK_NONE)
			task_over(r);
		return;
	}
	if (r->state != HOST_RUNS || busy)
		return;
	if (input_due(&r->input) <= r->now)
		input_look(&r->input);
	churn_step(&r->churn, &r->fleet, r->now);
	if (input_ready(&r->input))
		take_line(r);
}

/* ---- turns ------------------------------------------------------------------------------------- */

/* Reports that may still be sent before -c ends it. */
static uint64_t left(const struct host_run *r)
{
	uint64_t n = r->outbox.counts.reports + outbox_reports(&r->outbox), most = (uint64_t)r->conf.count;

	if (!most || r->state == HOST_LEAVES)
		return UINT64_MAX;
	return n < most ? most - n : 0;
}

/* Sends what is due. True: there is more, or the interface is busy. */
static bool send_due(struct host_run *r)
{
	mc_time began = r->now;

	while (r->now - began < LONG && fleet_due(&r->fleet) <= r->now) {
		unsigned space = outbox_space(&r->outbox);
		uint64_t most = left(r);

		if (!space || !most) {
			outbox_flush(&r->outbox, &r->now, mc_loop_now);
			if (outbox_space(&r->outbox) <= space || !most)
				break;
			continue;
		}
		fleet_poll(&r->fleet, r->now, most < space ? (unsigned)most : space);
		r->now = mc_loop_now();
	}
	if (r->outbox.n && outbox_due(&r->outbox) == MC_NEVER)
		outbox_flush(&r->outbox, &r->now, mc_loop_now);
	return fleet_due(&r->fleet) <= r->now || r->outbox.n;
}

static void send_again(struct host_run *r)
{
	if (outbox_due(&r->outbox) <= r->now)
		outbox_flush(&r->outbox, &r->now, mc_loop_now);
}

static mc_time deadline_of(const struct host_run *r)
{
	mc_time due = mc_sooner(r->ends, outbox_due(&r->outbox));

	if (r->state == HOST_LEAVES && r->task.kind == TASK_NONE)
		due = mc_sooner(due, r->leaves_until);
	if (outbox_due(&r->outbox) != MC_NEVER)
		return due; /* the rest waits for the interface */
	if (r->heard || r->task.kind != TASK_NONE || input_ready(&r->input))
		return r->now;
	due = mc_sooner(due, input_due(&r->input));
	return mc_sooner(due, mc_sooner(fleet_due(&r->fleet), churn_due(&r->churn)));
}

/* Hosts that leave have said so, or would have. */
static bool has_left(const struct host_run *r)
{
	if (r->state != HOST_LEAVES || r->task.kind != TASK_NONE)
		return false;
	return r->now >= r->leaves_until || (fleet_due(&r->fleet) == MC_NEVER && !r->outbox.n);
}

static void look_for_end(struct host_run *r)
{
	bool enough = r->conf.count && r->outbox.counts.reports >= (uint64_t)r->conf.count;

	if (r->gone || has_left(r))
		r->state = HOST_ENDS;
	else if (enough || r->now >= r->ends)
		stop(r);
}

static void turn(struct host_run *r)
{
	bool busy;

	if (spool_pump(r->spool) < 0) /* nobody reads */
		stop(r);
	if (mc_loop_wait(r->loop, deadline_of(r)) < 0)
		r->state = HOST_ENDS;
	r->now = mc_loop_now();
	if (r->heard && !r->gone)
		take_packets(r);
	send_again(r);
	busy = send_due(r);
	put_off(r, busy);
	look_for_end(r);
}

int host_events(struct host_run *r)
{
	int e = mc_loop_new(&r->loop);

	mc_msg_init(&r->msg);
	signal(SIGPIPE, SIG_IGN); /* hosts leave also where nobody reads of it */
	r->changes = (struct mc_watch){ .fd = mc_ifaces_fd(r->ifs), .ready = on_ifaces, .arg = r };
	r->packets = (struct mc_watch){ .fd = mc_link_fd(r->link), .ready = on_packets, .arg = r };
	r->fleet.port = (struct fleet_port){ on_send, on_version, on_warn, r };
	r->outbox.link = r->link;
	r->outbox.forge = mc_link_forge;
	r->outbox.failed = on_failed;
	r->outbox.arg = r;
	if (r->conf.verbose && !r->conf.quiet)
		r->outbox.sent = on_sent;
	if (!e)
		e = mc_loop_add(r->loop, &r->changes);
	if (!e)
		e = mc_loop_add(r->loop, &r->packets);
	if (e)
		return e;
	r->signals = (struct mc_watch){ .fd = signals_open(), .ready = on_signal, .arg = r };
	return r->signals.fd < 0 ? r->signals.fd : mc_loop_add(r->loop, &r->signals);
}

static void start(struct host_run *r)
{
	struct host_start s = { .plan = &r->plan, .fleet = &r->fleet, .seed = r->seed };

	for (unsigned k = 0; k < HOST_FAMILIES; k++) {
		const struct fleet_side *side = &r->fleet.side[k];

		if (side->hosts)
			s.first[k] = side->from ? side->from->first : side->conf.addr;
	}
	host_show_start(&r->show, &s);
	r->began = r->now = mc_loop_now();
	r->ends = mc_after(r->began, r->conf.deadline);
	r->progress = r->began + FIRST_PROGRESS;
	task_begin(&r->task, TASK_START, &r->fleet, NULL, r->now);
}

int host_go(struct host_run *r)
{
	struct host_totals t;
	int e;

	start(r);
	while (r->state != HOST_ENDS)
		turn(r);
	if (r->memberships == 0 && r->gone)
		r->memberships = fleet_memberships(&r->fleet);
	t = totals_of(r);
	host_show_totals(&r->show, &t, true);
	e = spool_close(r->spool, MC_SEC);
	r->spool = NULL;
	clearerr(stdout); /* it is told here */
	if (e < 0)
		r->code = opt_refuse(r->verb, "cannot write to standard output: %s", mc_strerror(e));
	if (r->gone)
		r->code = opt_refuse(r->verb, "%s is gone (start mcast host again when it is back)",
				     r->ifname);
	return r->code;
}
