/*
 * ping_run.c - tests of a run's parts that need no network: waiting without sleep, which
 * datagram is answered, and what is said where nothing leads to the target.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "flow/probe.h"
#include "ping/run.h"

#include "check.h"

#include "capture.h"

/* ---- waiting --------------------------------------------------------------------------- */

static int always(struct ping_run *r, void *state)
{
	(void)r;
	++*(unsigned *)state;
	return 1;
}

static int never(struct ping_run *r, void *state)
{
	always(r, state);
	return 0;
}

static void on_pipe(struct mc_watch *w)
{
	((struct ping_run *)w->arg)->stop = true;
}

/* Waits without sleep until it is stopped, or some times, and returns how often it looked for datagrams. */
static unsigned spin(struct ping_run *r, int (*receive)(struct ping_run *r, void *state), mc_time deadline)
{
	static const struct ping_conf conf = { .busy_poll = true };
	static unsigned looks;

	looks = 0;
	r->conf = &conf;
	r->ends = MC_NEVER;
	r->receive = receive;
	r->state = &looks;
	for (int i = 0; i < 10000 && !r->stop; i++)
		ping_run_wait(r, deadline);
	return looks;
}

/* What is watched beside the socket is seen even when a datagram ends each wait. */
static void test_busy_poll_stops(void **state)
{
	struct ping_run r = { 0 };
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(mc_loop_new(&r.loop), 0);
	r.signals = (struct mc_watch){ .fd = fd[0], .ready = on_pipe, .arg = &r };
	assert_int_equal(mc_loop_add(r.loop, &r.signals), 0);
	assert_int_equal(spin(&r, always, MC_NEVER), 10000);
	assert_false(r.stop);
	assert_int_equal(write(fd[1], "x", 1), 1);
	assert_in_range(spin(&r, always, MC_NEVER), 1, 1000);
	assert_true(r.stop);
	r.stop = false;
	assert_in_range(spin(&r, never, MC_NEVER), 1, 1000);
	assert_true(r.stop);
	mc_loop_free(r.loop);
	close(fd[0]);
	close(fd[1]);
}

static void test_busy_poll_deadline(void **state)
{
	struct ping_run r = { 0 };

	(void)state;
	assert_int_equal(mc_loop_new(&r.loop), 0);
	assert_in_range(spin(&r, never, mc_loop_now()), 10000, 100000);
	mc_loop_free(r.loop);
}

/* ---- which datagram is answered -------------------------------------------------------- */

static uint64_t seq_of(const struct sender *s, uint64_t session, uint64_t seq, size_t len)
{
	struct mc_probe p = { .session = session, .seq = seq, .time = 4711 };
	uint8_t buf[56] = { 0 };
	mc_time time = 1;
	uint64_t found;

	mc_probe_write(buf, &p);
	found = sender_seq(s, buf, len, &time);
	assert_int_equal(time, found ? 4711 : 1);
	return found;
}

static void test_answered(void **state)
{
	struct sender s = { .session = 77, .sent = 5 };
	mc_time time = 0;

	(void)state;
	assert_int_equal(seq_of(&s, 77, 1, 56), 1);
	assert_int_equal(seq_of(&s, 77, 5, MC_PROBE_LEN), 5);
	assert_int_equal(seq_of(&s, 77, 6, 56), 0); /* not sent yet */
	assert_int_equal(seq_of(&s, 77, 0, 56), 0); /* numbers begin at 1 */
	assert_int_equal(seq_of(&s, 78, 1, 56), 0);
	assert_int_equal(seq_of(&s, 77, 1, MC_PROBE_LEN - 1), 0);
	assert_int_equal(sender_seq(&s, "garbage", 7, &time), 0);
	s.plain = true;
	assert_int_equal(sender_seq(&s, "garbage", 7, &time), 5);
}

/* ---- where nothing leads ---------------------------------------------------------------- */

static void unreachable(const struct where *w, int error, const char *want)
{
	static const struct verb verb = { .name = "ping" };
	static struct capture c;
	char line[600];
	int code;

	capture_begin(&c, stderr);
	code = where_unreachable(&verb, w, error);
	capture_end(&c);
	snprintf(line, sizeof line, "mcast ping: cannot send to %s\n", want);
	assert_string_equal(c.text, line);
	assert_int_equal(code, EXIT_CANNOT);
}

static struct where where_of(const char *target, const char *others, uint32_t ifindex)
{
	struct where w = { .ifindex = ifindex };

	mc_target_init(&w.target);
	assert_int_equal(mc_target_parse(&w.target, target), 0);
	snprintf(w.others, sizeof w.others, "%s", others);
	snprintf(w.ifname, sizeof w.ifname, "%s", ifindex ? "nope0" : "");
	return w;
}

/* The next step is one that can help. */
static void test_unreachable(void **state)
{
	struct where w = where_of("239.1.2.3:5000", "lo, eth0", 0);

	(void)state;
	unreachable(&w, -ENETUNREACH, "239.1.2.3:5000: no route (name an interface with -I: lo, eth0)");
	w.others[0] = '\0';
	unreachable(
		&w, -ENETUNREACH,
		"239.1.2.3:5000: no route (no multicast interface is up; bring one up: ip link set lo up)");
	w = where_of("239.1.2.3:5000", "nope0", 7);
	unreachable(&w, -EACCES, "239.1.2.3:5000: Permission denied (see ip route)");
	w = where_of("[ff15::1]:5000", "lo, nope0", 7);
	unreachable(
		&w, -EADDRNOTAVAIL,
		"[ff15::1]:5000: nope0 has no IPv6 address (add one: ip address add ADDRESS/64 dev nope0)");
	unreachable(&w, -EAFNOSUPPORT, "[ff15::1]:5000: this kernel has no IPv6 (take an IPv4 group)");
	unreachable(
		&w, -ENETUNREACH,
		"[ff15::1]:5000: no route by nope0 (add one: ip -6 route add multicast ff00::/8 dev nope0 "
		"table local)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_busy_poll_stops),
		cmocka_unit_test(test_busy_poll_deadline),
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_unreachable),
	};

	return cmocka_run_group_tests_name("ping_run", tests, NULL, NULL);
}
