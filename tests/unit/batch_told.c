/*
 * batch_told.c - tests of what a datagram tells when it was asked for: TOS, what the socket had lost, and the
 * interface's own time. That no interface here can give: the kernel's answer is made up.
 */
#include <time.h> /* errqueue.h uses struct timespec and does not say so */

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <poll.h>

#include "sockets.h"

/* ---- the kernel's answer ------------------------------------------------------------ */

static struct scm_timestamping *made_up; /* what recvmsg tells; NULL: what the kernel does */

ssize_t __real_recvmsg(int fd, struct msghdr *m, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *m, int flags);

ssize_t __wrap_recvmsg(int fd, struct msghdr *m, int flags)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(9) };

	if (!made_up)
		return __real_recvmsg(fd, m, flags);
	memcpy(m->msg_name, &from, sizeof from);
	m->msg_controllen = CMSG_SPACE(sizeof *made_up);
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	*c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_TIMESTAMPING,
			       .cmsg_len = CMSG_LEN(sizeof *made_up) };
	memcpy(CMSG_DATA(c), made_up, sizeof *made_up);
	return 5;
}

/* ---- sockets ------------------------------------------------------------------------ */

struct ends {
	int rx, tx;
	struct mc_batch *batch;
	struct mc_dgram d; /* to rx */
};

static struct mc_sock_conf all_told(const struct names *f)
{
	struct mc_sock_conf c = conf_of(f, f->lo, 0);

	c.trains = c.rx_time = c.rx_hw_time = c.rx_tos = c.rx_drops = true;
	return c;
}

static struct ends ends_open(const struct names *f, const struct mc_sock_conf *rx, int tos)
{
	struct mc_sock_conf tx = conf_of(f, f->lo, 0);
	struct ends e = { .rx = opened(rx) };

	tx.tos = tos;
	tx.sndbuf = 4 << 20;
	e.tx = opened(&tx);
	e.d = (struct mc_dgram){ .peer = address(f->lo), .port = port_of(e.rx), .ttl = -1 };
	assert_int_equal(mc_batch_new(&e.batch, 16, 65535), 0);
	return e;
}

static void ends_close(struct ends *e)
{
	mc_batch_free(e->batch);
	close(e->rx);
	close(e->tx);
}

/* The next one; the batch is of one call each. */
static struct mc_dgram *next(struct ends *e)
{
	struct pollfd p = { .fd = e->rx, .events = POLLIN };

	if (poll(&p, 1, GENEROUS) != 1)
		fail_msg("nothing came");
	assert_int_equal(mc_batch_recv(e->batch, e->rx, false), 1);
	return mc_batch_at(e->batch, 0);
}

/* ---- tests -------------------------------------------------------------------------- */

static void test_tos(void **state)
{
	static const int values[] = { -1, 0, 0xb8, 0x2f, 0xff };

	netns_of(state);
	EACH_FAMILY(f)
	for (size_t i = 0; i < COUNT(values); i++) {
		struct mc_sock_conf c = conf_of(f, f->lo, 0);

		for (int asked = 0; asked < 2; asked++) {
			c.rx_tos = asked;
			struct ends e = ends_open(f, &c, values[i]);

			assert_int_equal(mc_sock_send(e.tx, &e.d, 1), 1);
			int want = !asked ? -1 : values[i] < 0 ? 0 : values[i];

			assert_int_equal(next(&e)->tos, want);
			ends_close(&e);
		}
	}
}

/* Sends n and takes what came of them until all are accounted for: how many were lost. */
static uint32_t overflow(struct ends *e, uint32_t n)
{
	static char data[1000];
	uint32_t got = 0, lost = 0, told = 0;

	e->d.data = data;
	e->d.len = sizeof data;
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(mc_sock_send(e->tx, &e->d, 1), 1);
	for (int i = 0; i < GENEROUS && got + lost < n; i++) {
		int k = mc_batch_recv(e->batch, e->rx, false);

		for (int m = 0; m < k; m++) {
			assert_true(mc_batch_at(e->batch, (unsigned)m)->drops >= told);
			told = mc_batch_at(e->batch, (unsigned)m)->drops;
		}
		got += k > 0 ? (uint32_t)k : 0;
		assert_int_equal(mc_sock_drops(e->rx, &lost), 0);
		if (k <= 0)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	assert_int_equal(got + lost, n);
	assert_true(lost > 0 && told <= lost);
	return lost;
}

/* Each tells what was lost before it, and all that is asked for at once has room. */
static void test_drops(void **state)
{
	static char data[1000];

	netns_of(state);
	EACH_FAMILY(f)
	for (int asked = 0; asked < 2; asked++) {
		struct mc_sock_conf c = all_told(f);
		struct mc_dgram *got;

		c.rcvbuf = 4096;
		c.rx_drops = asked;
		struct ends e = ends_open(f, &c, 0x88);
		uint32_t lost = overflow(&e, 200);

		e.d.data = data;
		e.d.len = 900;
		e.d.segment = 100;
		assert_int_equal(mc_sock_send(e.tx, &e.d, 1), 1);
		got = next(&e);
		assert_int_equal(got->drops, asked ? lost : 0);
		assert_int_equal(got->len, 900);
		assert_int_equal(got->segment, 100);
		assert_int_equal(got->tos, 0x88);
		assert_int_equal(got->ttl, 64);
		assert_int_equal(got->ifindex, LO);
		same_address("local", &got->local, f->lo);
		assert_true(got->time > 0);
		assert_true(got->hw_time == 0); /* of lo there is none */
		ends_close(&e);
	}
}

static void test_hw_time(void **state)
{
	struct scm_timestamping stamp = { .ts = { { .tv_sec = 11, .tv_nsec = 12 },
						  { .tv_sec = 13, .tv_nsec = 14 },
						  { .tv_sec = 15, .tv_nsec = 16 } } };
	struct mc_sock_conf c = all_told(&families[0]);
	struct mc_dgram *got;

	netns_of(state);
	struct ends e = ends_open(&families[0], &c, -1);

	made_up = &stamp;
	assert_int_equal(mc_batch_recv(e.batch, e.rx, false), 1);
	made_up = NULL;
	got = mc_batch_at(e.batch, 0);
	assert_int_equal(got->len, 5);
	assert_true(got->time == 11 * MC_SEC + 12);
	assert_true(got->hw_time == 15 * MC_SEC + 16);
	assert_int_equal(got->tos, -1);
	assert_int_equal(got->drops, 0);
	ends_close(&e);
}

static int option_of(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof value;

	assert_int_equal(getsockopt(fd, SOL_SOCKET, name, &value, &len), 0);
	return value;
}

/* What is set for it: the kernel's own time by the shorter message, the interface's by the longer one,
 * which then has both where both are asked for. */
static void test_hw_asked(void **state)
{
	const int soft = SOF_TIMESTAMPING_SOFTWARE, rx = SOF_TIMESTAMPING_RX_SOFTWARE;
	const int hard = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
	const int wanted[] = { 0, 0, soft | hard, soft | rx | hard };

	netns_of(state);
	EACH_FAMILY(f)
	for (int which = 0; which < 4; which++) {
		struct mc_sock_conf c = conf_of(f, f->lo, 0);

		c.rx_time = which & 1;
		c.rx_hw_time = which & 2;
		int fd = opened(&c);

		assert_int_equal(option_of(fd, SO_TIMESTAMPING), wanted[which]);
		assert_int_equal(option_of(fd, SO_TIMESTAMPNS), which & 1);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tos),
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_hw_time),
		cmocka_unit_test(test_hw_asked),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("batch_told", tests, netns_setup_in_order, NULL);
}
