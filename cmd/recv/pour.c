/*
 * pour.c - what of a datagram is payload, and writing it. As long as a stream may turn out to be RTP, its
 * datagrams wait, and all that comes behind them, as nobody could take their headers back: until it has
 * sent the few that it takes to know.
 */
#include "recv/pour.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/time.h"
#include "spool.h"

#define ROOM (256 << 10)
#define MOST_HELD 256
#define PATIENCE MC_SEC /* with whoever reads, once the run is over */

struct held {
	const struct recv_stream *stream;
	uint8_t *data;
	size_t len;
};

struct recv_pour {
	struct recv *r;
	int fd, own;     /* own: opened for us alone, and does not block; -1: it could not be */
	size_t piece;    /* as much as is written at once */
	int error;
	uint64_t left;   /* octets that were not written */
	size_t n; /* octets in room */
	struct held *held;
	size_t nheld;
	uint8_t room[ROOM];
};

int pour_new(struct recv *r)
{
	struct recv_pour *p = calloc(1, sizeof *p);
	struct stat st;

	if (!p)
		return -ENOMEM;
	p->r = r;
	p->own = spool_anew(STDOUT_FILENO);
	p->fd = p->own < 0 ? STDOUT_FILENO : p->own;
	p->piece = p->own >= 0 || (!fstat(p->fd, &st) && S_ISREG(st.st_mode)) ? ROOM : PIPE_BUF;
	r->pour = p;
	return 0;
}

/* ---- writing, which may have to wait ------------------------------------------------------ */

static int milliseconds(mc_time now, mc_time limit)
{
	mc_time ms = limit > now ? (limit - now) / MC_MSEC + 1 : 0;

	return limit == MC_NEVER ? -1 : ms < INT_MAX ? (int)ms : INT_MAX;
}

/* Waits until something can be written, or a signal came, which is heeded here: nobody else gets to it. The
 * end of the run is the end of patience, but for a second. */
static bool wait_for_room(struct recv_pour *p)
{
	struct recv *r = p->r;
	mc_time now = mc_loop_now(), limit = mc_after(r->until, PATIENCE);
	struct pollfd v[] = { { .fd = p->fd, .events = POLLOUT },
			      { .fd = r->signals_watch.fd, .events = POLLIN } };

	if (poll(v, 2, milliseconds(now, limit)) > 0 && v[1].revents)
		r->signals_watch.ready(&r->signals_watch);
	return v[0].revents || (now < limit && !r->hurry);
}

/* What may block is asked before each piece, which then does not. */
static void write_piece(struct recv_pour *p, const uint8_t **data, size_t *len)
{
	bool asks = p->piece < ROOM;
	ssize_t n = -1;

	errno = EAGAIN;
	if (!asks || poll(&(struct pollfd){ .fd = p->fd, .events = POLLOUT }, 1, 0) > 0)
		n = write(p->fd, *data, *len < p->piece ? *len : p->piece);
	if (n > 0) {
		*data += n;
		*len -= (size_t)n;
	} else if (n < 0 && errno == EAGAIN) {
		p->error = wait_for_room(p) ? 0 : -ETIMEDOUT;
	} else if (n < 0 && errno != EINTR) {
		p->error = -errno;
	}
}

static void write_out(struct recv_pour *p)
{
	const uint8_t *data = p->room;
	size_t len = p->n;

	while (len && !p->error)
		write_piece(p, &data, &len);
	p->left += len;
	p->n = 0;
}

/* ---- what is written ---------------------------------------------------------------------- */

static void put(struct recv_pour *p, const uint8_t *data, size_t len)
{
	if (len > ROOM - p->n)
		write_out(p);
	memcpy(p->room + p->n, data, len);
	p->n += len;
}

/* The end of a stream of probes is nobody's payload. */
static void pour(struct recv_pour *p, enum mc_format f, const uint8_t *data, size_t len)
{
	struct mc_mark m;
	size_t n, from = mc_mark_payload(f, data, len, &n);

	if (f == MC_FORMAT_PROBE && mc_mark_read(&m, f, NULL, data, len) && m.end)
		return;
	put(p, data + from, n);
}

static bool is_open(const struct recv_stream *s, const uint8_t *data, size_t len)
{
	struct mc_mark m;

	return s->flow.format == MC_FORMAT_AUTO && mc_mark_read(&m, MC_FORMAT_RTP, NULL, data, len);
}

static bool hold(struct recv_pour *p, const struct recv_stream *s, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct held *slot = copy ? mc_grow(&p->held, &p->nheld, sizeof *slot) : NULL;

	if (!slot) {
		free(copy);
		return false;
	}
	memcpy(copy, data, len);
	*slot = (struct held){ s, copy, len };
	return true;
}

/* Writes those at the front that are known, or are to be written in any case. */
static void drain(struct recv_pour *p, bool all)
{
	size_t i = 0;

	for (; i < p->nheld; i++) {
		struct held *h = &p->held[i];

		if (!all && p->nheld < MOST_HELD && is_open(h->stream, h->data, h->len))
			break;
		pour(p, h->stream->flow.format, h->data, h->len);
		free(h->data);
	}
	p->nheld -= i;
	if (i)
		memmove(p->held, p->held + i, p->nheld * sizeof *p->held);
}

static void take_one(struct recv_pour *p, const struct recv_stream *s, const uint8_t *data, size_t len)
{
	if ((p->nheld || is_open(s, data, len)) && hold(p, s, data, len)) {
		drain(p, false);
		return;
	}
	if (p->nheld)
		drain(p, true);
	pour(p, s->flow.format, data, len);
}

void pour_take(struct recv *r, const struct recv_stream *s, const struct mc_arrival *a)
{
	size_t segment = a->segment ? a->segment : a->len;

	for (size_t off = 0; off < a->len; off += segment)
		take_one(r->pour, s, a->data + off, a->len - off < segment ? a->len - off : segment);
}

void pour_flush(struct recv *r)
{
	struct recv_pour *p = r->pour;

	write_out(p);
	if (p->error)
		r->stop = true;
}

int pour_free(struct recv *r, uint64_t *ret_left)
{
	struct recv_pour *p = r->pour;
	int error;

	if (!p)
		return 0;
	drain(p, true);
	pour_flush(r);
	error = p->error;
	*ret_left = p->left;
	if (p->own >= 0)
		close(p->own);
	free(p->held);
	free(p);
	r->pour = NULL;
	return error;
}
