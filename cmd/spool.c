/*
 * spool.c - a stream in front of a descriptor that may block. The stream is stdio's, with a write function of
 * ours (fopencookie(3)), so that nothing that prints has to know.
 *
 * O_NONBLOCK belongs to the open file, which is the shell's and others', too: a terminal or a pipe is
 * opened anew for us alone. What cannot be, a socket, is asked by poll(2) before each piece, of PIPE_BUF
 * at most. A loop waits for descriptors to be readable; an epoll descriptor is, when what it watches can be
 * written.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#define STREAM_ROOM 65536

struct spool {
	FILE **stream, *before, *own; /* own NULL: to a file, and there is nothing to do */
	int fd;                       /* to write to */
	bool ours;                    /* it was opened here, and does not block */
	struct mc_watch watch;        /* fd: of epoll; -1: to a file */
	struct mc_loop *loop;
	bool armed;
	int error; /* -errno, 0: none */
	spool_note *note;
	void *arg;
	uint64_t lost; /* lines left out since the last note */
	bool full;     /* lines are left out until there is room again */
	bool middle;   /* what comes next is of a line whose beginning was left out */
	size_t room, head, line, end; /* of what waits: its beginning, the end of its last line, its end */
	char *text;
	char buffer[STREAM_ROOM]; /* stdio's */
};

/* ---- in --------------------------------------------------------------------------------------- */

static bool make_room(struct spool *s, size_t len)
{
	if (s->room - s->end >= len)
		return true;
	memmove(s->text, s->text + s->head, s->end - s->head);
	s->line -= s->head;
	s->end -= s->head;
	s->head = 0;
	return s->room - s->end >= len;
}

static void put_piece(struct spool *s, const char *text, size_t len, bool ends)
{
	if (!s->full && !make_room(s, len)) {
		s->full = true;
		s->end = s->line;
	}
	if (s->full) {
		s->lost += ends;
		s->middle = !ends;
		return;
	}
	memcpy(s->text + s->end, text, len);
	s->end += len;
	if (ends)
		s->line = s->end;
}

/* stdio's: returns what was taken, which is all. */
static ssize_t take(void *cookie, const char *text, size_t len)
{
	struct spool *s = cookie;

	if (s->error)
		return 0;
	for (size_t at = 0, n; at < len; at += n) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - (text + at)) + 1 : len - at;
		put_piece(s, text + at, n, end != NULL);
	}
	return (ssize_t)len;
}

/* Half of the room is free again: tells what was left out, where it was, and goes on. */
static void resume(struct spool *s)
{
	char text[SPOOL_NOTE];
	size_t len;

	if (!s->full || s->middle || s->line - s->head > s->room / 2)
		return;
	s->full = false;
	len = s->note(s->arg, s->lost, text, sizeof text);
	s->lost = 0;
	put_piece(s, text, len, true);
}

/* ---- out -------------------------------------------------------------------------------------- */

static bool can_write(const struct spool *s, mc_time patience)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	return poll(&p, 1, (int)(patience / MC_MSEC)) > 0;
}

/* One piece; false: no more now. */
static bool write_piece(struct spool *s)
{
	size_t len = s->line - s->head;
	ssize_t n;

	if (!s->ours && len > PIPE_BUF)
		len = PIPE_BUF;
	if (!s->ours && !can_write(s, 0))
		return false;
	n = write(s->fd, s->text + s->head, len);
	if (n >= 0)
		s->head += (size_t)n;
	else if (errno != EINTR && errno != EAGAIN)
		s->error = -errno;
	return n >= 0 || errno == EINTR;
}

static void arm(struct spool *s, bool on)
{
	struct epoll_event e = { .events = EPOLLOUT };

	if (s->armed == on)
		return;
	s->armed = on;
	epoll_ctl(s->watch.fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->fd, &e);
}

static void drain(struct spool *s)
{
	while (!s->error && s->head < s->line && write_piece(s))
		resume(s);
	resume(s);
	if (s->head == s->end)
		s->head = s->line = s->end = 0;
	arm(s, !s->error && s->head < s->line);
}

static int failed(FILE *f)
{
	errno = 0;
	if (fflush(f) == 0 && !ferror(f))
		return 0;
	return errno ? -errno : -EIO;
}

int spool_pump(struct spool *s)
{
	int r = failed(*s->stream);

	if (!s->own)
		return r;
	drain(s);
	return s->error;
}

/* ---- opening and closing ------------------------------------------------------------------------ */

static void on_room(struct mc_watch *w)
{
	drain(w->arg);
}

int spool_watch(struct spool *s, struct mc_loop *loop)
{
	int r = s->own ? mc_loop_add(loop, &s->watch) : 0;

	if (s->own && !r)
		s->loop = loop;
	return r;
}

int spool_anew(int fd)
{
	char path[40];
	struct stat st;

	if (fstat(fd, &st) || !(S_ISFIFO(st.st_mode) || isatty(fd)))
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* The same file, opened for us alone; where that cannot be, the one that there is. */
static void open_anew(struct spool *s)
{
	int fd = spool_anew(s->fd);

	if (fd < 0)
		return;
	s->fd = fd;
	s->ours = true;
}

/* 0; 1: it is a file, which epoll does not take; -errno. */
static int open_wait(struct spool *s)
{
	struct epoll_event e = { .events = EPOLLOUT };
	int fd = epoll_create1(EPOLL_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = epoll_ctl(fd, EPOLL_CTL_ADD, s->fd, &e) ? errno : 0;
	if (r) {
		close(fd);
		return 1; /* EPERM; EBADF, and whoever writes will see it */
	}
	epoll_ctl(fd, EPOLL_CTL_DEL, s->fd, &e);
	s->watch = (struct mc_watch){ .fd = fd, .ready = on_room, .arg = s };
	return 0;
}

static int open_stream(struct spool *s)
{
	static const cookie_io_functions_t functions = { .write = take };

	open_anew(s);
	s->text = malloc(s->room);
	s->own = s->text ? fopencookie(s, "w", functions) : NULL;
	if (!s->own)
		return -ENOMEM;
	setvbuf(s->own, s->buffer, _IOFBF, sizeof s->buffer);
	*s->stream = s->own;
	return 0;
}

static void dispose(struct spool *s)
{
	if (s->loop)
		mc_loop_del(s->loop, &s->watch);
	if (s->watch.fd >= 0)
		close(s->watch.fd);
	if (s->ours)
		close(s->fd);
	free(s->text);
	free(s);
}

int spool_open(struct spool **ret, FILE **stream, size_t room, spool_note *note, void *arg)
{
	struct spool *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return -ENOMEM;
	fflush(*stream);
	s->stream = stream;
	s->before = *stream;
	s->fd = fileno(*stream);
	s->room = room;
	s->note = note;
	s->arg = arg;
	s->watch.fd = -1;
	r = open_wait(s);
	if (r == 0)
		r = open_stream(s);
	if (r < 0) {
		dispose(s);
		return r;
	}
	*ret = s;
	return 0;
}

int spool_close(struct spool *s, mc_time patience)
{
	mc_time now = mc_loop_now(), ends = now + patience;
	int error;

	if (!s)
		return 0;
	error = spool_pump(s);
	for (; s->own && !error && s->head < s->line && now < ends; now = mc_loop_now()) {
		can_write(s, ends - now);
		error = spool_pump(s);
	}
	if (s->own) {
		*s->stream = s->before;
		fclose(s->own);
	}
	dispose(s);
	return error;
}
