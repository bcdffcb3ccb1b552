/*
 * input.c - reading standard input, which may be a file, a pipe, a terminal that belongs to another job, or
 * closed. It stays as it is for those who share it: no O_NONBLOCK.
 */
#include "input.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define LOOK_EVERY MC_SEC

static void on_ready(struct mc_watch *w)
{
	struct input *in = w->arg;

	in->ready = true;
}

static void unwatch(struct input *in)
{
	if (in->watched)
		mc_loop_del(in->loop, &in->watch);
	in->watched = in->ready = false;
}

/* A terminal is read by the job in its foreground; reading it from another would stop us, or fail. */
static bool is_ours(void)
{
	return !isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* What epoll does not take never waits: a file, /dev/null. */
static int begin(struct input *in)
{
	int r = mc_loop_add(in->loop, &in->watch);

	in->watched = r == 0;
	in->ready = r == -EPERM;
	return r == -EPERM ? 0 : r;
}

/* Nobody tells a job that it has come to the front: now and then it looks. */
static int look(struct input *in)
{
	if (!is_ours()) {
		in->again = mc_loop_now() + LOOK_EVERY;
		return 0;
	}
	in->again = MC_NEVER;
	return begin(in);
}

void input_look(struct input *in)
{
	look(in);
}

int input_open(struct input *in, struct mc_loop *loop)
{
	int r = lines_open(&in->lines);

	if (r)
		return r;
	in->loop = loop;
	in->watch = (struct mc_watch){ .fd = STDIN_FILENO, .ready = on_ready, .arg = in };
	signal(SIGTTIN, SIG_IGN); /* read(2) fails with EIO then */
	r = look(in);
	if (r == -EBADF) /* closed */
		in->lines.over = true;
	return r == -EBADF ? 0 : r;
}

void input_close(struct input *in)
{
	unwatch(in);
	in->loop = NULL;
	in->more = false;
	lines_close(&in->lines);
}

bool input_ready(const struct input *in)
{
	return in->ready || in->more;
}

/* False: nothing came. Somebody else may have read what was there. */
static bool fill(struct input *in)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t room;
	char *space = lines_space(&in->lines, &room);
	ssize_t n;

	if (poll(&p, 1, 0) <= 0) {
		in->ready = false;
		return false;
	}
	n = read(STDIN_FILENO, space, room);
	in->ready = n > 0 && !in->watched;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0)
		unwatch(in);
	if (n < 0 && errno == EIO && !is_ours()) {
		look(in);
		return false;
	}
	lines_put(&in->lines, n > 0 ? (size_t)n : 0);
	in->more = true;
	return true;
}

int input_next(struct input *in, const char **ret, size_t *ret_len)
{
	int got = in->more ? lines_next(&in->lines, ret, ret_len) : 0;

	if (!got && in->ready && fill(in))
		got = lines_next(&in->lines, ret, ret_len);
	in->more = got != 0;
	return got;
}
