/*
 * stream.c - a stdio stream over a descriptor that may have nothing to read for long: fopencookie(3).
 * libpcap reads files by stdio only, and would sleep in there.
 */
#include "watch/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFER 65536

struct stream {
	int fd;
	bool (*wait)(void *arg, int fd);
	void *arg;
};

static ssize_t read_stream(void *cookie, char *buf, size_t size)
{
	struct stream *s = cookie;
	ssize_t n;

	do {
		if (!s->wait(s->arg, s->fd))
			return 0;
		n = read(s->fd, buf, size);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n;
}

static int close_stream(void *cookie)
{
	struct stream *s = cookie;
	int r = close(s->fd);

	free(s);
	return r;
}

FILE *stream_open(int fd, bool (*wait)(void *arg, int fd), void *arg)
{
	const cookie_io_functions_t io = { .read = read_stream, .close = close_stream };
	struct stream *s = malloc(sizeof *s);
	FILE *f = NULL;

	if (s) {
		*s = (struct stream){ fd, wait, arg };
		f = fopencookie(s, "r", io);
	}
	if (f)
		setvbuf(f, NULL, _IOFBF, BUFFER);
	else
		free(s);
	return f;
}
