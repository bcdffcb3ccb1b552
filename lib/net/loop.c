/*
 * loop.c - epoll and one timerfd. Knows nothing of what it watches.
 *
 * The deadline is a timerfd because epoll counts in milliseconds; it is set only when it
 * changes, so that a loop without a deadline, or with one far away, pays nothing for it.
 */
#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MOST_EVENTS 64

struct mc_loop {
	int epoll, timer;
	mc_time deadline;           /* what the timer is set to */
	struct epoll_event *events; /* of the dispatch under way, or NULL */
	int nevents;
};

static int watch(struct mc_loop *l, int fd, struct mc_watch *w)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = w };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

void mc_loop_free(struct mc_loop *l)
{
	if (!l)
		return;
	if (l->epoll >= 0)
		close(l->epoll);
	if (l->timer >= 0)
		close(l->timer);
	free(l);
}

int mc_loop_new(struct mc_loop **ret)
{
	struct mc_loop *l = calloc(1, sizeof *l);

	if (!l)
		return -ENOMEM;
	l->deadline = MC_NEVER;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	int r = l->epoll < 0 || l->timer < 0 ? -errno : watch(l, l->timer, NULL);

	if (r) {
		mc_loop_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

int mc_loop_add(struct mc_loop *l, struct mc_watch *w)
{
	return watch(l, w->fd, w);
}

void mc_loop_del(struct mc_loop *l, struct mc_watch *w)
{
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	for (int i = 0; i < l->nevents; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

mc_time mc_loop_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (mc_time)ts.tv_sec * MC_SEC + (mc_time)ts.tv_nsec;
}

static void set_timer(struct mc_loop *l, mc_time deadline)
{
	struct itimerspec when = { 0 };

	if (deadline == l->deadline)
		return;
	if (deadline != MC_NEVER) {
		when.it_value.tv_sec = (time_t)(deadline / MC_SEC);
		when.it_value.tv_nsec = (long)(deadline % MC_SEC);
	}
	timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &when, NULL);
	l->deadline = deadline;
}

static int dispatch(struct mc_loop *l, struct epoll_event *events, int n)
{
	int ready = 0;

	l->events = events;
	l->nevents = n;
	for (int i = 0; i < n; i++) {
		struct mc_watch *w = events[i].data.ptr; /* NULL: the timer, or deleted meanwhile */

		if (w) {
			w->ready(w);
			ready++;
		}
	}
	l->events = NULL;
	l->nevents = 0;
	return ready;
}

int mc_loop_wait(struct mc_loop *l, mc_time deadline)
{
	struct epoll_event events[MOST_EVENTS];
	bool past = deadline != MC_NEVER && deadline <= mc_loop_now();

	if (!past)
		set_timer(l, deadline);
	int n = epoll_wait(l->epoll, events, MOST_EVENTS, past ? 0 : -1);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return dispatch(l, events, n);
}
