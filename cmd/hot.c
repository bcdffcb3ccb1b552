/*
 * hot.c - when a socket is looked at directly, and when not any more. What comes by it is the verb's.
 */
#include "hot.h"

#define SPINS 64                       /* looks at the hot socket between two at everything else */
#define TAKEN (SPINS * 8)              /* datagrams or trains after which it is everything else's turn, too */
#define PATIENCE (50 * MC_MSEC / 1000) /* how long in vain until it is hot no more */
#define BUSY_PATIENCE (10 * MC_MSEC)   /* the same with busy_poll, which only changes sockets then */
#define CROWD 4                        /* other sockets that are readable at once: none is hot */

static void heat(struct hot *h, struct port *p)
{
	mc_loop_del(h->loop, &p->watch);
	h->port = p;
	h->heard = mc_loop_now();
}

void hot_cool(struct hot *h)
{
	if (h->port)
		mc_loop_add(h->loop, &h->port->watch);
	h->port = h->next = NULL;
}

void hot_ready(struct hot *h, struct port *p)
{
	int first = h->take(h->arg, p);
	/* Once more: it is how a batch learns that there is a crowd, and costs nobody's latency. Of many
	 * sockets each has its next turn soon. */
	int more = first && h->ready++ < CROWD ? h->take(h->arg, p) : 0;

	if (!h->port && (h->busy_poll || first > 1 || more > 1))
		h->next = p;
}

static void spin(struct hot *h)
{
	mc_time patience = h->busy_poll ? BUSY_PATIENCE : PATIENCE, now;
	int taken = 0;

	for (int i = 0; i < SPINS && taken < TAKEN; i++)
		taken += h->take(h->arg, h->port);
	now = mc_loop_now();
	if (taken)
		h->heard = now;
	else if (now - h->heard > patience)
		hot_cool(h);
}

int hot_turn(struct hot *h, mc_time deadline)
{
	int ready;

	if (h->port)
		spin(h);
	h->next = NULL;
	h->ready = 0;
	ready = mc_loop_wait(h->loop, h->port || h->busy_poll ? 0 : deadline);
	if (h->port && ready > CROWD)
		hot_cool(h);
	else if (!h->port && h->next && ready == 1)
		heat(h, h->next);
	return ready;
}
