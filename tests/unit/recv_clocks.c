/*
 * recv_clocks.c - tests of questions for senders' clocks: who is asked when, and which answers are
 * believed. The sender is a socket of this program, on the loopback interface.
 */
#include "recv/clocks.h"

#include <mcast/sock.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "flow/probe.h"

#define SESSION 77
#define AHEAD (3 * MC_SEC) /* of the sender's clock */

struct table {
	struct mc_loop *loop;
	struct clocks *clocks;
	struct mc_batch *batch;
	struct mc_addr here;
	int fd;       /* the sender's */
	uint16_t port;
	unsigned told;
	int64_t ahead;
};

static void on_answer(void *arg, const struct sender *s, mc_time round, int64_t ahead)
{
	struct table *t = arg;

	assert_int_equal(s->port, t->port);
	assert_true(round < MC_SEC);
	t->told++;
	t->ahead = ahead;
}

static int open_socket(struct table *t, uint16_t *ret_port)
{
	struct mc_sock_conf c;
	struct mc_addr a;
	int fd;

	mc_sock_conf_init(&c);
	c.bind = t->here;
	fd = mc_sock_open(&c);
	assert_true(fd >= 0);
	assert_int_equal(mc_sock_local(fd, &a, ret_port), 0);
	return fd;
}

static void set_up(struct table *t, enum mc_basis only)
{
	memset(t, 0, sizeof *t);
	assert_int_equal(mc_addr_parse(&t->here, "127.0.0.1"), 0);
	assert_int_equal(mc_loop_new(&t->loop), 0);
	assert_int_equal(mc_batch_new(&t->batch, 1, 200), 0);
	const struct clocks_conf c = { .loop = t->loop, .only = only, .answered = on_answer, .arg = t };

	assert_int_equal(clocks_new(&t->clocks, &c), 0);
	t->fd = open_socket(t, &t->port);
}

static void tear_down(struct table *t)
{
	clocks_free(t->clocks);
	mc_loop_free(t->loop);
	mc_batch_free(t->batch);
	close(t->fd);
}

/* The question that came to the sender; false: none. */
static bool get(struct table *t, struct mc_dgram *ret, struct mc_probe *ret_probe)
{
	if (mc_batch_recv(t->batch, t->fd, false) < 1)
		return false;
	*ret = *mc_batch_at(t->batch, 0);
	assert_int_equal(ret->len, MC_PROBE_CLOCK_LEN);
	assert_int_equal(mc_probe_read(ret_probe, ret->data, ret->len), 0);
	assert_int_equal(ret_probe->kind, MC_PROBE_ASK);
	return true;
}

static void answer(int fd, struct mc_dgram *d, const struct mc_probe *p)
{
	struct mc_dgram back = { .data = d->data,
				 .len = MC_PROBE_CLOCK_LEN,
				 .peer = d->peer,
				 .port = d->port,
				 .ttl = -1 };

	mc_probe_tell(d->data, p->time + AHEAD, p->time + AHEAD);
	assert_int_equal(mc_sock_send(fd, &back, 1), 1);
}

/* Lets answers come that are on their way. */
static void settle(struct table *t)
{
	while (mc_loop_wait(t->loop, mc_loop_now() + 20 * MC_MSEC) > 0)
		;
}

static void test_rhythm(void **state)
{
	struct table t;
	struct mc_dgram d = { 0 };
	struct mc_probe p = { 0 };
	mc_time now;
	unsigned asked = 0;

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	struct sender *s = clocks_sender(t.clocks, &t.here, t.port, 1);

	assert_non_null(s);
	assert_ptr_equal(clocks_sender(t.clocks, &t.here, t.port, 2), s);
	assert_true(clocks_due(t.clocks) == MC_NEVER);
	clocks_probes(t.clocks, s, SESSION);
	now = clocks_due(t.clocks);
	assert_true(now <= mc_loop_now());
	for (mc_time end = now + 200 * MC_MSEC; clocks_due(t.clocks) <= end; asked++)
		clocks_ask(t.clocks, clocks_due(t.clocks));
	assert_int_equal(asked, 4);
	for (unsigned i = 0; i < asked; i++) {
		assert_true(get(&t, &d, &p));
		assert_int_equal(p.session, SESSION);
	}
	assert_false(get(&t, &d, &p));
	for (unsigned i = 0; i < 4; i++)
		clocks_ask(t.clocks, clocks_due(t.clocks));
	assert_false(get(&t, &d, &p)); /* it fell silent: it is left alone */
	tear_down(&t);
}

/* One whose answers are lost is asked each second for a minute, then each ten. */
static void test_patience(void **state)
{
	struct table t;
	mc_time began, was;
	unsigned asked = 0;

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	struct sender *s = clocks_sender(t.clocks, &t.here, t.port, 1);

	clocks_probes(t.clocks, s, SESSION);
	began = was = clocks_due(t.clocks);
	for (; was < began + 59 * MC_SEC; asked++) {
		assert_true(clocks_due(t.clocks) <= was + MC_SEC);
		was = clocks_due(t.clocks);
		s->heard = true;
		clocks_ask(t.clocks, was);
	}
	assert_true(asked > 60 && s->asked == asked);
	for (unsigned i = 0; i < 3; i++) {
		was = clocks_due(t.clocks);
		s->heard = true;
		clocks_ask(t.clocks, was);
	}
	assert_true(clocks_due(t.clocks) - was == 10 * MC_SEC);
	tear_down(&t);
}

/* One who answers is asked more often at first, so that drift is known soon. */
static void test_soon(void **state)
{
	struct table t;
	mc_time began, now;
	unsigned asked = 0;

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	struct sender *s = clocks_sender(t.clocks, &t.here, t.port, 1);

	clocks_probes(t.clocks, s, SESSION);
	began = clocks_due(t.clocks);
	for (; (now = clocks_due(t.clocks)) < began + 3500 * MC_MSEC; asked++) {
		s->heard = true;
		clocks_ask(t.clocks, now);
		s->silence = 0; /* as an answer does */
		s->answered++;
	}
	assert_in_range(asked, 13, 17);
	tear_down(&t);
}

/* However many senders there are, or addresses were forged: so many a second, and all of them in turn. */
static void test_budget(void **state)
{
	struct table t;
	struct sender *s[1000];
	mc_time now;
	uint64_t first = 0, all = 0;

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	for (unsigned i = 0; i < COUNT(s); i++) {
		s[i] = clocks_sender(t.clocks, &t.here, (uint16_t)(20000 + i), 1);
		clocks_probes(t.clocks, s[i], SESSION);
	}
	now = mc_loop_now();
	for (mc_time end = now + 10 * MC_SEC; now < end; now = clocks_due(t.clocks)) {
		bool burst = now < end - 9999 * MC_MSEC;

		clocks_ask(t.clocks, now);
		assert_true(clocks_due(t.clocks) > now);
		for (unsigned i = 0; burst && i < COUNT(s); i++)
			first += s[i]->asked;
	}
	for (unsigned i = 0; i < COUNT(s); i++) {
		assert_true(s[i]->asked > 0);
		all += s[i]->asked;
	}
	assert_int_equal(first, 200);
	assert_in_range(all, 2000, 2205);
	tear_down(&t);
}

/* What is nobody's address gets no questions, whoever forged it. */
static void test_whom(void **state)
{
	static const char *const nobody[] = { "239.1.1.1", "255.255.255.255", "240.0.0.1", "0.0.0.0",
					      "0.1.2.3",   "ff02::1",         "::" };
	struct mc_addr a;
	struct table t;

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	for (size_t i = 0; i < COUNT(nobody); i++) {
		assert_int_equal(mc_addr_parse(&a, nobody[i]), 0);
		clocks_probes(t.clocks, clocks_sender(t.clocks, &a, 5000, 1), SESSION);
		if (clocks_due(t.clocks) != MC_NEVER)
			fail_msg("%s is asked", nobody[i]);
	}
	clocks_probes(t.clocks, clocks_sender(t.clocks, &t.here, 0, 1), SESSION);
	assert_true(clocks_due(t.clocks) == MC_NEVER);
	tear_down(&t);
}

static void test_believed(void **state)
{
	struct table t;
	struct mc_dgram d = { 0 };
	struct mc_probe p = { 0 };

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	struct sender *s = clocks_sender(t.clocks, &t.here, t.port, 1);

	clocks_probes(t.clocks, s, SESSION);
	for (unsigned i = 0; i < 4; i++)
		clocks_ask(t.clocks, clocks_due(t.clocks));
	for (unsigned i = 0; i < 4; i++)
		assert_true(get(&t, &d, &p));
	assert_true(clocks_due(t.clocks) > mc_loop_now() + 500 * MC_MSEC);
	answer(t.fd, &d, &p);
	settle(&t);
	assert_int_equal(t.told, 1);
	assert_int_equal(s->answered, 1);
	assert_true(clocks_due(t.clocks) <= mc_loop_now() + 66 * MC_MSEC);
	assert_int_equal(s->clock.basis, MC_BASIS_ECHO);
	assert_true(t.ahead > (int64_t)(AHEAD - MC_SEC) && t.ahead <= (int64_t)AHEAD);
	tear_down(&t);
}

enum lie { WRONG_SESSION, WRONG_NUMBER, TWICE, OTHER_PORT, NO_ANSWER, SHORT, IMPOSSIBLE, OWN_TIME, LIES };

/* Sends an answer of a kind; what the first of TWICE told was true. */
static void lie(struct table *t, enum lie kind, struct mc_dgram *d, struct mc_probe *p)
{
	struct mc_dgram back = { .data = d->data,
				 .len = MC_PROBE_CLOCK_LEN,
				 .peer = d->peer,
				 .port = d->port,
				 .ttl = -1 };
	uint16_t port;
	int fd = kind == OTHER_PORT ? open_socket(t, &port) : t->fd;

	if (kind == WRONG_SESSION || kind == WRONG_NUMBER)
		mc_probe_ask(d->data, p->session + (kind == WRONG_SESSION), p->seq + (kind == WRONG_NUMBER),
			     p->time);
	if (kind == OWN_TIME) /* as if it had been asked an hour ago */
		mc_probe_ask(d->data, p->session, p->seq, p->time - 3600 * MC_SEC);
	if (kind == IMPOSSIBLE)
		mc_probe_tell(d->data, p->time + AHEAD, p->time + AHEAD - 1);
	else if (kind != NO_ANSWER)
		mc_probe_tell(d->data, p->time + AHEAD, p->time + AHEAD);
	if (kind == SHORT)
		back.len--;
	assert_int_equal(mc_sock_send(fd, &back, 1), 1);
	if (kind == TWICE)
		assert_int_equal(mc_sock_send(fd, &back, 1), 1);
	if (fd != t->fd)
		close(fd);
}

static void test_lies(void **state)
{
	(void)state;
	for (enum lie kind = WRONG_SESSION; kind < LIES; kind++) {
		struct table t;
		struct mc_dgram d = { 0 };
		struct mc_probe p = { 0 };

		set_up(&t, MC_BASIS_ECHO);
		struct sender *s = clocks_sender(t.clocks, &t.here, t.port, 1);

		clocks_probes(t.clocks, s, SESSION);
		clocks_ask(t.clocks, clocks_due(t.clocks));
		assert_true(get(&t, &d, &p));
		lie(&t, kind, &d, &p);
		settle(&t);
		if (t.told != (kind == TWICE || kind == OWN_TIME))
			fail_msg("lie %d was believed %u times", kind, t.told);
		if (kind == OWN_TIME) /* the time that counts is kept here */
			assert_true(t.ahead > (int64_t)(AHEAD - MC_SEC));
		tear_down(&t);
	}
}

static void test_not_asked(void **state)
{
	static const enum mc_basis bases[] = { MC_BASIS_SYNCED, MC_BASIS_ENVELOPE };

	(void)state;
	for (size_t i = 0; i < COUNT(bases); i++) {
		struct table t;

		set_up(&t, bases[i]);
		clocks_probes(t.clocks, clocks_sender(t.clocks, &t.here, t.port, 1), SESSION);
		assert_true(clocks_due(t.clocks) == MC_NEVER);
		tear_down(&t);
	}
}

static void test_most(void **state)
{
	struct mc_addr a;
	struct table t;

	(void)state;
	set_up(&t, MC_BASIS_NONE);
	assert_int_equal(mc_addr_parse(&a, "fe80::1"), 0);
	assert_ptr_not_equal(clocks_sender(t.clocks, &a, 1, 1), clocks_sender(t.clocks, &a, 1, 2));
	for (unsigned i = 2; i < 4096; i++)
		assert_non_null(clocks_sender(t.clocks, &t.here, (uint16_t)i, 1));
	assert_int_equal(clocks_refused(t.clocks), 0);
	assert_null(clocks_sender(t.clocks, &t.here, 5000, 1));
	assert_int_equal(clocks_refused(t.clocks), 1);
	assert_non_null(clocks_sender(t.clocks, &t.here, 4000, 1));
	assert_int_equal(clocks_refused(t.clocks), 1);
	tear_down(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rhythm), cmocka_unit_test(test_believed),
		cmocka_unit_test(test_lies),   cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_most),   cmocka_unit_test(test_patience),
		cmocka_unit_test(test_soon),   cmocka_unit_test(test_budget),
		cmocka_unit_test(test_whom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
