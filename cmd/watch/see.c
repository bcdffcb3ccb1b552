/*
 * see.c - from a packet to what is told of it. Packets are of files, too, so that time is what they
 * say, and what is due before a packet is told before it. It prints nothing and starts nothing.
 */
#include "watch/see.h"

#include <stdlib.h>
#include <string.h>

#include "watch/wrong.h"
#include "wire/frame.h"
#include "wire/peek.h"

void see_open(struct see *w, struct links *links)
{
	w->links = links;
	w->due = w->first = MC_NEVER;
	mc_msg_init(&w->msg);
	strcpy(w->beyond.name, "...");
}

void see_close(struct see *w)
{
	free(w->events);
	w->events = NULL;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void tell(struct see *w, const struct shown *s)
{
	w->tell(w->arg, s);
}

/* An event by itself, or with the message it came with. */
static void tell_event(struct see *w, const struct shown *with, const struct mc_track_event *e)
{
	struct shown s = *with;

	s.kind = SHOWN_EVENT;
	s.event = e;
	s.wrong = wrong_name(e) != NULL;
	w->totals.warnings += s.wrong;
	tell(w, &s);
}

/* ---- time ------------------------------------------------------------------------------------- */

static void poll_track(struct see *w, const struct link_seen *l, uint8_t family, struct mc_track *t)
{
	struct shown s = { .time = w->now,
			   .link = l,
			   .family = family,
			   .protocol = mc_proto_of(family)->name };
	struct mc_track_event e;

	while (mc_track_poll(t, w->now, &e))
		tell_event(w, &s, &e);
}

static void poll_all(struct see *w)
{
	for (const struct link_seen *l = NULL; (l = links_next(w->links, l));)
		for (unsigned i = 0; i < 2; i++)
			if (l->tracks[i] && mc_track_deadline(l->tracks[i]) <= w->now)
				poll_track(w, l, i ? MC_IPV6 : MC_IPV4, l->tracks[i]);
}

void see_due(struct see *w, mc_time until)
{
	while (w->due <= until) {
		mc_time next;

		if (w->due > w->now)
			w->now = w->due;
		poll_all(w);
		next = links_deadline(w->links);
		w->due = next > w->now ? next : w->now + 1;
	}
	if (until > w->now)
		w->now = until;
}

/* ---- messages ---------------------------------------------------------------------------------- */

static uint32_t faults_of_records(const struct mc_msg *m)
{
	struct mc_record r;
	uint32_t faults = 0;
	size_t pos = 0;

	while (mc_msg_next(m, &pos, &r))
		faults |= r.faults;
	return faults;
}

static struct mc_track_event *room_for_event(struct see *w)
{
	size_t room = w->room ? 2 * w->room : 64;
	struct mc_track_event *more;

	if (w->n < w->room)
		return &w->events[w->n];
	more = realloc(w->events, room * sizeof *more);
	if (!more)
		return NULL;
	w->events = more;
	w->room = room;
	return &more[w->n];
}

/* Has the tracker take the message in, and gathers what it says to it. */
static void track(struct see *w, struct link_seen *l)
{
	uint8_t family = w->msg.family;
	struct mc_track *t = l == &w->beyond ? NULL : l->tracks[family == MC_IPV6];
	struct mc_track_event spare, *e; /* without memory events are lost */

	if (!t && l != &w->beyond)
		t = links_track(w->links, l, family, w->now);
	if (!t)
		return;
	mc_track_input(t, &w->msg, w->now);
	while ((e = room_for_event(w), mc_track_poll(t, w->now, e ? e : &spare)))
		w->n += e != NULL;
	if (mc_track_deadline(t) < w->due)
		w->due = mc_track_deadline(t);
}

static bool has_warning(const struct see *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (wrong_of_message(&w->events[i]))
			return true;
	return false;
}

static void tell_message(struct see *w, struct shown *s)
{
	s->kind = SHOWN_MESSAGE;
	s->msg = &w->msg;
	s->events = w->events;
	s->n = w->n;
	s->record_faults = faults_of_records(&w->msg);
	s->wrong = w->msg.faults || s->record_faults || has_warning(w);
	w->totals.messages++;
	w->totals.faulty += s->wrong;
	tell(w, s);
	for (size_t i = 0; i < w->n; i++)
		if (!wrong_of_message(&w->events[i]))
			tell_event(w, s, &w->events[i]);
}

static void take_message(struct see *w, struct shown *s)
{
	const struct mc_msg *m = &w->msg;

	s->family = m->family;
	s->protocol = m->kind == MC_PIM ? "PIM" : mc_proto_of(m->family)->name;
	w->n = 0;
	if (m->kind == MC_QUERY || m->kind == MC_REPORT)
		track(w, (struct link_seen *)s->link);
	tell_message(w, s);
}

/* ---- packets ------------------------------------------------------------------------------------ */

/* What cannot be read is told where it was meant to be a message, and passed over where not. */
static bool refuse(struct see *w, struct shown *s, int error, const uint8_t *ip, size_t len)
{
	struct mc_peek peek;

	if (error == MC_ERR_PROTOCOL || !mc_peek(&peek, ip, len))
		return false;
	s->kind = SHOWN_UNREADABLE;
	s->family = peek.family;
	s->protocol = peek.protocol == 103 ? "PIM" : mc_proto_of(peek.family)->name;
	s->error = error;
	s->src = peek.src;
	s->dst = peek.dst;
	s->len = len;
	s->wrong = true;
	w->totals.unreadable++;
	tell(w, s);
	return true;
}

static bool is_wanted(const struct see *w, const uint8_t *ip, size_t len)
{
	return !w->only || (len && ip[0] >> 4 == w->only);
}

static struct link_seen *link_of(struct see *w, const struct packet *p, const struct mc_frame *f)
{
	struct link_seen *l = links_find(w->links, p->ifindex ? p->ifindex : f->ifindex, f->vlan);

	return l ? l : &w->beyond;
}

bool see_packet(struct see *w, const struct packet *p)
{
	struct shown s = { .time = p->time };
	struct mc_frame f;
	struct mc_ip ip;
	const uint8_t *octets;
	size_t len;
	int r;

	w->first = w->first == MC_NEVER ? p->time : w->first;
	w->last = p->time > w->last ? p->time : w->last;
	see_due(w, p->time);
	if (mc_frame_decode(&f, p->link, p->octets, p->len))
		return false;
	octets = p->octets + f.header;
	len = p->len - f.header;
	if (!is_wanted(w, octets, len))
		return false;
	r = mc_ip_decode(&ip, octets, len);
	if (!r)
		r = mc_msg_decode(&w->msg, &ip, octets + ip.header, ip.payload);
	if (r == MC_ERR_PROTOCOL)
		return false;
	s.link = link_of(w, p, &f);
	if (r)
		return refuse(w, &s, r, octets, len);
	take_message(w, &s);
	return true;
}
