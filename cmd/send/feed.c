/*
 * feed.c - reading ahead, and cutting. What is read from a pipe is cut exactly at the size, however it came
 * in pieces; what is left at the end is a datagram, too.
 */
#include "send/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM (1 << 20)

static void on_ready(struct mc_watch *w)
{
	struct feed *f = w->arg;

	f->ready = true;
	/* It stays readable until it is read, and that may be a while: the loop would not sleep. */
	mc_loop_del(f->loop, w);
}

int feed_open(struct feed *f, const struct verb *v, const char *path, bool lines, bool repeat)
{
	bool is_stdin = strcmp(path, "-") == 0;
	const char *name = is_stdin ? "standard input" : path;
	struct stat st;

	*f = (struct feed){ .lines = lines, .repeat = repeat, .ready = true };
	f->watch = (struct mc_watch){ .fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC),
				      .ready = on_ready,
				      .arg = f };
	if (f->watch.fd < 0 || fstat(f->watch.fd, &st))
		return opt_refuse(v, "cannot read %s: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return opt_refuse(v, "cannot read %s: %s", name, strerror(EISDIR));
	if (repeat && lseek(f->watch.fd, 0, SEEK_CUR) < 0)
		return opt_refuse(v, "--repeat: %s has no beginning to go back to (give a file)", name);
	f->room = malloc(ROOM);
	return f->room ? 0 : opt_refuse(v, "cannot start: %s", strerror(ENOMEM));
}

/* What epoll does not take never waits: a file, /dev/null. */
int feed_watch(struct feed *f, struct mc_loop *loop)
{
	int r = mc_loop_add(loop, &f->watch);

	f->loop = loop;
	f->waits = r == 0;
	if (f->waits)
		f->ready = false;
	return r == -EPERM ? 0 : r;
}

void feed_close(struct feed *f)
{
	if (f->room && f->watch.fd > STDIN_FILENO)
		close(f->watch.fd);
	free(f->room);
	f->room = NULL;
}

/* The end of the file: there, or at its beginning, it goes on. A last line without an end gets one then. */
static void end(struct feed *f)
{
	if (f->lines && f->repeat && f->n && f->room[f->n - 1] != '\n')
		f->room[f->n++] = '\n'; /* there was room to read to */
	if (f->repeat && f->fruitful && lseek(f->watch.fd, 0, SEEK_SET) == 0)
		f->fruitful = false;
	else
		f->ended = true;
}

/* Reads what there is room for, once. */
static void read_more(struct feed *f)
{
	ssize_t n;

	memmove(f->room, f->room + f->from, f->n);
	f->from = 0;
	n = read(f->watch.fd, f->room + f->n, ROOM - f->n);
	if (n > 0) {
		f->n += (size_t)n;
		f->fruitful = true;
	} else if (n == 0) {
		end(f);
	} else if (errno != EINTR && errno != EAGAIN) {
		f->error = -errno;
		f->ended = true;
	}
	if (f->waits && !f->ended) {
		f->ready = false;
		(void)mc_loop_add(f->loop, &f->watch);
	}
}

static size_t take(struct feed *f, uint8_t *to, size_t n)
{
	memcpy(to, f->room + f->from, n);
	f->from += n;
	f->n -= n;
	return n;
}

/* A file's end cuts only when nothing comes behind it. 0: what is there may become longer. */
static size_t take_piece(struct feed *f, uint8_t *to, size_t most)
{
	if (f->n >= most)
		return take(f, to, most);
	return f->ended ? take(f, to, f->n) : 0;
}

/* A line with its end: who receives them one after the other has the text again. */
static size_t take_line(struct feed *f, uint8_t *to, size_t most)
{
	const uint8_t *at = f->room + f->from, *newline = memchr(at, '\n', f->n < most ? f->n : most);

	return newline ? take(f, to, (size_t)(newline - at) + 1) : take_piece(f, to, most);
}

size_t feed_next(struct feed *f, uint8_t *to, size_t most)
{
	for (;;) {
		size_t len = f->lines ? take_line(f, to, most) : take_piece(f, to, most);

		if (len)
			return len;
		if (f->ended) {
			f->over = true;
			return 0;
		}
		if (!f->ready)
			return 0;
		read_more(f);
	}
}

void feed_stop(struct feed *f)
{
	f->repeat = false;
	f->ended = true;
}
