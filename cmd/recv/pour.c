/*
 * pour.c - what of a datagram is payload, and writing it. As long as a stream may turn out to be RTP, its
 * datagrams wait, and all that comes behind them, as nobody could take their headers back: until it has
 * sent the few that it takes to know.
 */
#include "recv/pour.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"

#define ROOM (256 << 10)
#define MOST_HELD 256

struct held {
	const struct recv_stream *stream;
	uint8_t *data;
	size_t len;
};

struct recv_pour {
	int error;
	size_t n; /* octets in room */
	struct held *held;
	size_t nheld;
	uint8_t room[ROOM];
};

int pour_new(struct recv *r)
{
	r->pour = calloc(1, sizeof *r->pour);
	return r->pour ? 0 : -ENOMEM;
}

static void write_out(struct recv_pour *p, const uint8_t *data, size_t len)
{
	while (len && !p->error) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			p->error = -errno;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
}

static void put(struct recv_pour *p, const uint8_t *data, size_t len)
{
	if (len > ROOM - p->n) {
		write_out(p, p->room, p->n);
		p->n = 0;
	}
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

	write_out(p, p->room, p->n);
	p->n = 0;
	if (p->error)
		r->stop = true;
}

int pour_free(struct recv *r)
{
	struct recv_pour *p = r->pour;
	int error;

	if (!p)
		return 0;
	drain(p, true);
	pour_flush(r);
	error = p->error;
	free(p->held);
	free(p);
	r->pour = NULL;
	return error;
}
