/*
 * feed.h - what is read to be sent: a file or standard input, cut at a size or at each line. It waits for
 * nothing; the loop tells when there is more.
 */
#ifndef SEND_FEED_H
#define SEND_FEED_H

#include "net/loop.h"
#include "opt.h"

struct feed {
	struct mc_watch watch;
	struct mc_loop *loop;
	bool lines, repeat;
	bool waits;   /* may have nothing now: a pipe, a terminal, which the loop watches */
	bool ready;   /* there may be something to read */
	bool over;    /* all was read and given */
	bool ended;   /* all was read */
	bool fruitful; /* something was given since the beginning of the file */
	int error;    /* -errno that reading ended with */
	uint8_t *room;
	size_t from, n; /* octets read and not given yet */
};

/* feed_open opens a file, "-": standard input. 0, or refuses and returns EXIT_CANNOT. */
int feed_open(struct feed *f, const struct verb *v, const char *path, bool lines, bool repeat);

/* feed_watch has the loop tell of what can be read. 0 or -errno. */
int feed_watch(struct feed *f, struct mc_loop *loop);
void feed_close(struct feed *f);

/* feed_next gives the next datagram's content, at most `most` octets: its length, or 0: there is none now, or
 * (f->over) none any more. */
size_t feed_next(struct feed *f, uint8_t *to, size_t most);

/* feed_stop has what was read by now be all there is. */
void feed_stop(struct feed *f);

#endif
