/*
 * window.c - the window of a flood, by counting alone: what is lost is found by comparing two
 * ticks, not by a time kept for each datagram. It reads no clock and sends nothing.
 */
#include "ping/window.h"

void window_init(struct window *w, unsigned most, mc_time now)
{
	*w = (struct window){ .size = 1, .most = most, .tick = now + WINDOW_LOST, .mark = 1, .floor = 1 };
}

static bool is_silent(const struct window *w, mc_time now)
{
	return now >= w->heard + WINDOW_SILENCE;
}

/* A quarter of the window: large trains are cheap, and several of them are under way at once. */
static unsigned train_of(const struct window *w, unsigned most)
{
	unsigned train = w->size / 4;

	return train < 1 ? 1 : train < most ? train : most;
}

unsigned window_room(const struct window *w, unsigned most, mc_time now)
{
	unsigned train = train_of(w, most);

	if (is_silent(w, now))
		return now >= w->sent + WINDOW_SILENCE;
	/* A train leaves whole, or the small ones of the beginning would be small for ever. */
	return w->out + train <= w->size ? train : 0;
}

void window_sent(struct window *w, unsigned n, mc_time now)
{
	if (is_silent(w, now))
		w->size = 1;
	w->out += n;
	w->sent = now;
}

void window_answered(struct window *w, uint64_t seq, mc_time now)
{
	enum mc_seq_is is = mc_seq_note(&w->answered, seq);

	w->heard = now;
	if (is == MC_SEQ_DUPLICATE || is == MC_SEQ_OLD)
		return;
	if (w->size < w->most)
		w->size++; /* so it doubles while a whole window is answered */
	if (seq < w->floor || !w->out)
		return;
	w->out--;
	w->old -= seq < w->mark && w->old;
}

uint64_t window_tick(struct window *w, uint64_t next, mc_time now)
{
	uint64_t lost = w->old;

	if (now < w->tick)
		return 0;
	w->tick = now + WINDOW_LOST;
	w->lost += lost;
	w->out -= lost;
	w->old = w->out;
	w->floor = w->mark;
	w->mark = next;
	return lost;
}

mc_time window_deadline(const struct window *w)
{
	mc_time last = w->heard > w->sent ? w->heard : w->sent;

	return last + WINDOW_SILENCE < w->tick ? last + WINDOW_SILENCE : w->tick;
}
