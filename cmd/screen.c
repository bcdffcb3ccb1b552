/*
 * screen.c - the terminal while --live has it; what is painted is the verb's. Alternate screen, no cursor,
 * painted line by line and never cleared, so that nothing flickers. The sequences are those of ECMA-48 and
 * the DEC and xterm private modes that every terminal of today knows.
 */
#include "screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define TO_LINE_END "\033[K"
#define TO_SCREEN_END "\033[J"

#define PERIOD MC_SEC              /* times go on without packets */
#define HURRY (100 * MC_MSEC)      /* after a change */

static struct winsize window(void)
{
	struct winsize w = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		w.ws_row = w.ws_col = 0;
	return (struct winsize){ .ws_row = w.ws_row ? w.ws_row : 24, .ws_col = w.ws_col ? w.ws_col : 80 };
}

unsigned screen_columns(void)
{
	return window().ws_col;
}

bool screen_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void screen_size(struct screen *s)
{
	struct winsize w = window();

	s->rows = w.ws_row;
	s->columns = w.ws_col;
	s->due = 0;
}

void screen_open(struct screen *s)
{
	if (s->open)
		return;
	s->open = true;
	screen_size(s);
	fputs(ENTER, stdout);
	fflush(stdout);
}

void screen_close(struct screen *s)
{
	if (!s->open)
		return;
	s->open = false;
	fputs(LEAVE, stdout);
	fflush(stdout);
}

void screen_suspend(struct screen *s)
{
	bool open = s->open;

	screen_close(s);
	raise(SIGSTOP);
	if (open)
		screen_open(s);
}

void screen_change(struct screen *s)
{
	s->changed = true;
}

void screen_note(struct screen *s, const char *text)
{
	bool open = s->open;

	screen_close(s);
	fprintf(stderr, "%s\n", text);
	snprintf(s->note, sizeof s->note, "%s", text);
	if (open)
		screen_open(s);
}

/* ---- painting ------------------------------------------------------------------------------- */

/* The length of a colour, "\033[31m", at p; 0 where there is none. */
static size_t colour_len(const char *p)
{
	return p[0] == '\033' && p[1] == '[' ? 3 + strspn(p + 2, "0123456789;") : 0;
}

/* Octets of a text that fit into so many columns; a character of UTF-8 counts as one, a colour as none. */
static int fitting(const char *text, unsigned columns)
{
	const char *p = text;
	size_t skip;

	for (unsigned n = 0; *p; p += skip ? skip : 1) {
		skip = colour_len(p);
		n += !skip && (*p & 0xc0) != 0x80;
		if (n > columns)
			break;
	}
	return (int)(p - text);
}

/* The line break comes before a line, as behind the last one it would scroll; so does what erases, as
 * in the last column it would take the last character. */
static void put_line(const struct screen *s, const char *before, const char *style, const char *text)
{
	printf("%s" TO_LINE_END "%s%.*s" SCREEN_PLAIN, before, style, fitting(text, s->columns), text);
}

static void paint_line(void *arg, const char *text)
{
	put_line(arg, "\r\n", "", text);
}

mc_time screen_due(const struct screen *s)
{
	mc_time sooner = s->changed ? PERIOD - HURRY : 0;

	if (!s->open)
		return MC_NEVER;
	return s->due > sooner ? s->due - sooner : 0;
}

/* The first line is the title, the last one the note, if there is one. */
void screen_paint(struct screen *s, const char *title, void (*write)(void *arg, const struct screen_sink *to),
		  void *arg, mc_time loop_now)
{
	size_t taken = 1 + (*s->note != '\0');
	struct screen_sink to = { .line = paint_line,
				  .arg = s,
				  .width = s->columns,
				  .most = s->rows > taken ? s->rows - taken : 0 };

	put_line(s, HOME, SCREEN_BOLD, title);
	write(arg, &to);
	if (*s->note)
		put_line(s, "\r\n", "", s->note);
	fputs(TO_SCREEN_END, stdout);
	fflush(stdout);
	s->changed = false;
	s->due = loop_now + PERIOD;
}
