/*
 * answer.c - questions in, answers out, in the question's own buffer. An answer is as long as a question
 * and goes by unicast to who asked, so nobody gains by asking in another's name.
 */
#include "send/answer.h"

#include <errno.h>
#include <stdlib.h>

#include "flow/probe.h"
#include "out.h"

#define BATCH 16
#define ROOM 64 /* a question is shorter: what fills it is none */

bool send_answer_fits(const struct mc_dgram *d, uint64_t session)
{
	struct mc_probe p;

	return d->len == MC_PROBE_CLOCK_LEN && !d->cut && !d->segment && d->port != 0 &&
	       !mc_addr_is_unspecified(&d->peer) && !mc_addr_is_multicast(&d->peer) &&
	       mc_probe_read(&p, d->data, d->len) == 0 && p.kind == MC_PROBE_ASK && p.session == session;
}

static bool may_answer(struct send_answer *a)
{
	mc_time now = mc_loop_now();

	if (now >= a->second) {
		a->second = now + MC_SEC;
		a->allowed = SEND_ANSWER_RATE;
	}
	if (!a->allowed)
		return false;
	a->allowed--;
	return true;
}

/* A broadcast address the kernel refuses to send to. */
static void answer(struct send_answer *a, int fd, struct mc_dgram *d)
{
	if (!send_answer_fits(d, a->session) || !may_answer(a))
		return;
	d->local = d->answer;
	d->ttl = -1;
	d->segment = d->len; /* whatever the socket cuts its trains to */
	if (!mc_addr_is_link_local(&d->peer))
		d->ifindex = 0; /* the route's: it may be an address of ours, on another interface */
	mc_probe_tell(d->data, d->time ? d->time : out_now(), out_now());
	if (mc_sock_send(fd, d, 1) > 0)
		a->answers++;
}

static void on_question(struct mc_watch *w)
{
	struct send_answer *a = w->arg;
	int n = mc_batch_recv(a->batch, w->fd, false);

	for (int i = 0; i < n; i++)
		answer(a, w->fd, mc_batch_at(a->batch, (unsigned)i));
}

int send_answer_open(struct send_answer *a, const struct flows *f, uint64_t session, struct mc_loop *loop)
{
	int r = mc_batch_new(&a->batch, BATCH, ROOM);

	a->session = session;
	a->watches = calloc(f->noutlets, sizeof *a->watches);
	if (!r && !a->watches)
		r = -ENOMEM;
	for (size_t i = 0; i < f->noutlets && !r; i++) {
		a->watches[i] = (struct mc_watch){ .fd = f->outlets[i].fd, .ready = on_question, .arg = a };
		r = mc_loop_add(loop, &a->watches[i]);
	}
	return r;
}

void send_answer_close(struct send_answer *a)
{
	mc_batch_free(a->batch);
	free(a->watches);
	*a = (struct send_answer){ 0 };
}
