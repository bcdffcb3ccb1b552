/*
 * see.c - from a packet to what is told of it. Of a file, time is what packets say, and what is due
 * before a packet is told before it; live, time is the caller's. It prints nothing and starts nothing.
 */
#include "watch/see.h"

#include <stdlib.h>
#include <string.h>

#include "watch/wrong.h"
#include "wire/frame.h"

/* Stamps of a file: one that is further behind the latest tells that the latest was wrong, or that the
 * clock was set. State is gone long before the longest gap is over: timers that a querier can announce
 * are of days. */
#define BACK_MOST (10 * MC_SEC)
#define GAP_MOST (30 * 86400 * MC_SEC)

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

static void poll_track(struct see *w, const struct link_seen *l, struct mc_track *t, mc_time now)
{
	uint8_t family = t == l->tracks[0] ? MC_IPV4 : MC_IPV6;
	struct shown s = { .time = now - w->ahead,
			   .link = l,
			   .family = family,
			   .protocol = mc_proto_of(family)->name };
	struct mc_track_event e;

	while (mc_track_poll(t, now, &e))
		tell_event(w, &s, &e);
}

/* Live, `now` may be before w->now: a tracker that took a packet since was polled then, and is not due. */
static void poll_due(struct see *w, mc_time now)
{
	struct link_seen *l;
	struct mc_track *t;

	while ((t = links_due(w->links, now, &l)))
		poll_track(w, l, t, now);
}

void see_due(struct see *w, mc_time until)
{
	while (w->due <= until) {
		if (w->due > w->now)
			w->now = w->due;
		poll_due(w, w->due);
		w->due = links_deadline(w->links);
	}
	if (until > w->now)
		w->now = until;
}

void see_live(struct see *w, mc_time now, mc_time shown)
{
	w->live = true;
	w->now = now > w->now ? now : w->now;
	w->ahead = w->now - shown;
}

static mc_time least(mc_time a, mc_time b)
{
	return a < b ? a : b;
}

/* Time goes on by as much as stamps do, up to what they can say at all: so nothing runs over. */
static void follow(struct see *w, mc_time stamp)
{
	int64_t step = (int64_t)(stamp - (w->now - w->ahead));
	mc_time by = 0;

	if (w->first == MC_NEVER) {
		w->now = w->first = w->last = stamp;
		return;
	}
	if (step > 0)
		by = least(least((mc_time)step, GAP_MOST), (mc_time)INT64_MAX - w->now);
	see_due(w, w->now + by);
	if (step > (int64_t)by || step < -(int64_t)BACK_MOST)
		w->ahead = w->now - stamp;
	w->last = stamp > w->last ? stamp : w->last;
}

/* ---- messages ---------------------------------------------------------------------------------- */

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
	s->events = w->events;
	s->n = w->n;
	s->wrong |= has_warning(w);
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

	shown_message(s, m);
	w->n = 0;
	if (m->kind == MC_QUERY || m->kind == MC_REPORT)
		track(w, (struct link_seen *)s->link);
	tell_message(w, s);
}

/* ---- packets ------------------------------------------------------------------------------------ */

/* What cannot be read is told where it was meant to be a message, and passed over where not. */
static bool refuse(struct see *w, struct shown *s, int error, const uint8_t *ip, size_t len)
{
	if (!shown_unreadable(s, error, ip, len))
		return false;
	w->totals.unreadable++;
	tell(w, s);
	return true;
}

static bool is_wanted(const struct see *w, const uint8_t *ip, size_t len)
{
	return !w->only || (len && ip[0] >> 4 == w->only);
}

static struct link_seen *link_of(struct see *w, const struct packet *p, const struct mc_framing *f)
{
	struct link_seen *l = links_find(w->links, p->ifindex ? p->ifindex : f->ifindex, f->vlan);

	return l ? l : &w->beyond;
}

bool see_packet(struct see *w, const struct packet *p)
{
	struct shown s = { .time = p->time };
	struct mc_framing f;
	struct mc_ip ip;
	const uint8_t *octets;
	size_t len;
	int r;

	if (!w->live)
		follow(w, p->time);
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
