/*
 * trace.c - packets that were simulated take the way of packets that were seen: to the lines of watch and to
 * its capture files. It knows no script.
 */
#include "trace.h"

#include <errno.h>
#include <string.h>

#include "wire/frame.h"

int trace_open(struct trace *t, bool prints, const char *pcap, char *why)
{
	*t = (struct trace){ .prints = prints };
	if (prints && watch_show_open(&t->show, false, false)) {
		snprintf(why, CAPTURE_WHY, "%s", strerror(ENOMEM));
		return -1;
	}
	t->show.simulated = true;
	return pcap ? keep_open(&t->keep, pcap, MC_LINK_RAW_DLT, -1, why) : 0;
}

static void print(struct trace *t, const struct mc_sim_packet *p)
{
	struct shown s = { .time = p->time, .link = &t->node };

	snprintf(t->node.name, sizeof t->node.name, "%s", p->node);
	t->show.link = NULL; /* it has another name each time */
	if (p->msg)
		shown_message(&s, p->msg);
	else if (!shown_unreadable(&s, p->err, p->octets, p->len))
		s = (struct shown){ .kind = SHOWN_UNREADABLE,
				    .time = p->time,
				    .link = &t->node,
				    .protocol = "a packet",
				    .error = p->err };
	watch_show_thing(&t->show, &s);
}

static void keep(struct trace *t, const struct mc_sim_packet *p)
{
	const struct packet kept = { .time = t->began + p->time,
				     .link = MC_LINK_RAW_DLT,
				     .octets = p->octets,
				     .len = p->len,
				     .wire = p->len };

	keep_packet(t->keep, &kept);
}

void trace_packet(struct trace *t, const struct mc_sim_packet *p)
{
	if (t->prints)
		print(t, p);
	if (t->keep)
		keep(t, p);
}

void trace_ended(struct trace *t, mc_time time)
{
	t->began += time;
}

int trace_close(struct trace *t, char *why)
{
	struct keep *k = t->keep;
	uint64_t kept;

	if (t->prints)
		watch_show_close(&t->show);
	t->keep = NULL;
	return k ? keep_close(k, &kept, why) : 0;
}
