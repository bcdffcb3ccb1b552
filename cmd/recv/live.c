/*
 * live.c - the table that is renewed in place: when it is painted, and what the locale lets it be painted
 * with. What it says is in grid.c.
 */
#include "recv/live.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "recv/tell.h"

struct recv_live {
	struct screen screen;
	struct live_look look;
};

/* By the environment, as setlocale would: which nobody else here wants. */
static bool is_utf8(void)
{
	locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool is = l && strcmp(nl_langinfo_l(CODESET, l), "UTF-8") == 0;

	if (l)
		freelocale(l);
	return is;
}

void tell_live(struct recv *r)
{
	if (r->live || r->conf.live <= 0 || !screen_possible())
		return;
	r->live = calloc(1, sizeof *r->live);
	if (!r->live)
		return;
	r->live->look = (struct live_look){ .utf8 = is_utf8(), .colour = out_colour() };
	screen_open(&r->live->screen);
}

mc_time tell_live_due(const struct recv *r)
{
	return r->live ? screen_due(&r->live->screen) : MC_NEVER;
}

static void write_table(void *arg, const struct screen_sink *to)
{
	const struct recv *r = arg;

	live_write(r, &r->live->look, to);
}

void tell_live_paint(struct recv *r)
{
	mc_time now = mc_loop_now();
	char title[400];

	if (tell_live_due(r) > now)
		return;
	screen_paint(&r->live->screen, live_title(r, now, title, sizeof title), write_table, r, now);
}

void tell_live_size(struct recv *r)
{
	if (r->live)
		screen_size(&r->live->screen);
}

void tell_live_suspend(struct recv *r)
{
	if (r->live)
		screen_suspend(&r->live->screen);
	else
		raise(SIGSTOP);
}

void tell_live_close(struct recv *r)
{
	if (r->live)
		screen_close(&r->live->screen);
	free(r->live);
	r->live = NULL;
}

void live_note(struct recv_live *l, const char *line)
{
	screen_note(&l->screen, line);
}
