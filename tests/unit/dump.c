/*
 * dump.c - tests of questions by netlink: answers in many parts, refusals at the beginning and at the end,
 * and asking again.
 */
#include "net/dump.h"

#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

#include "netns.h"

struct room {
	_Alignas(struct nlmsghdr) char octets[MC_DUMP_ROOM];
};

static struct nlmsghdr *ask_addrs(struct room *r)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(r->octets);

	h->nlmsg_type = RTM_GETADDR;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifaddrmsg));
	return h;
}

struct taken {
	int n, fail, error, again; /* fails with `error` in the first `fail` answers, at the second message */
};

static int take(const struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg *a = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;
	struct taken *t = arg;
	int addresses = 0;

	assert_true(h->nlmsg_type == RTM_NEWADDR);
	MC_EACH_ATTR(attr, h, sizeof *a)
		addresses += mnl_attr_get_type(attr) == IFA_ADDRESS;
	assert_int_equal(addresses, 1);
	if (++t->n < 2 || !t->fail)
		return MNL_CB_OK;
	t->fail--;
	errno = t->error;
	return MNL_CB_ERROR;
}

static void again(void *arg)
{
	struct taken *t = arg;

	t->again++;
	t->n = 0;
}

#define MANY 1000

/* Far more than one part holds. */
static void add_many(void)
{
	static char text[MANY * 40];
	char *p = text;

	for (int i = 0; i < MANY; i++)
		p += sprintf(p, "address add 10.1.%d.%d/32 dev v0\n", i / 250, i % 250);
	ip(text);
}

static void test_parts(void **state)
{
	struct taken none = { 0 }, many = { 0 };
	struct room r;

	netns_of(state);
	assert_int_equal(mc_dump_once(NETLINK_ROUTE, ask_addrs(&r), take, again, &none), 0);
	assert_true(none.n >= 5 && !none.again); /* two of lo, three of v0 */
	add_many();
	assert_int_equal(mc_dump_once(NETLINK_ROUTE, ask_addrs(&r), take, again, &many), 0);
	assert_int_equal(many.n, none.n + MANY);
}

/* A socket can be asked again where an answer was not read to its end. */
static void test_not_to_its_end(void **state)
{
	struct taken t = { .fail = 2, .error = ENOMEM };
	struct mnl_socket *s;
	struct room r;

	netns_of(state);
	add_many();
	s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	assert_true(s && !mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID));
	for (int i = 0; i < 2; i++, t.n = 0) {
		assert_int_equal(mc_dump(s, ask_addrs(&r), take, &t), -ENOMEM);
		assert_int_equal(t.n, 2);
	}
	assert_int_equal(mc_dump(s, ask_addrs(&r), take, &t), 0);
	assert_true(t.n >= MANY);
	mnl_socket_close(s);
}

static void test_again(void **state)
{
	struct taken some = { .fail = 3, .error = EINTR }, never = { .fail = 1000, .error = EINTR };
	struct taken other = { .fail = 1, .error = ENOMEM }, unasked = { .fail = 1, .error = EINTR };
	struct room r;

	netns_of(state);
	assert_int_equal(mc_dump_once(NETLINK_ROUTE, ask_addrs(&r), take, again, &some), 0);
	assert_true(some.again == 3 && some.n >= 5);
	assert_int_equal(mc_dump_once(NETLINK_ROUTE, ask_addrs(&r), take, again, &never), -EINTR);
	assert_int_equal(never.again, 99);
	assert_int_equal(mc_dump_once(NETLINK_ROUTE, ask_addrs(&r), take, again, &other), -ENOMEM);
	assert_int_equal(other.again, 0);
	assert_int_equal(mc_dump_once(NETLINK_ROUTE, ask_addrs(&r), take, NULL, &unasked), 0);
}

/* What the kernel refuses at once, and what it finds out when it is about to answer. */
static void test_refused(void **state)
{
	struct taken t = { 0 };
	struct room r;
	struct nlmsghdr *h = mnl_nlmsg_put_header(r.octets);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(h, sizeof *req);

	(void)state;
	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req->sdiag_family = 250;
	assert_int_equal(mc_dump_once(NETLINK_SOCK_DIAG, h, take, again, &t), -EINVAL);
	req->sdiag_family = AF_INET;
	req->sdiag_protocol = 250;
	assert_int_equal(mc_dump_once(NETLINK_SOCK_DIAG, h, take, again, &t), -ENOENT);
	assert_int_equal(mc_dump_once(31, ask_addrs(&r), take, again, &t), -EPROTONOSUPPORT);
	assert_true(!t.n && !t.again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_not_to_its_end),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_refused),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("dump", tests, netns_setup, NULL);
}
