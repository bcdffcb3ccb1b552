/*
 * holders_limits.c - tests of where looking for holders ends: no right to look, sockets that are gone, no
 * time left, few descriptors.
 */
#include <sys/resource.h>

#include "held.h"

/* ---- who may not be looked at, or is gone ------------------------------------------- */

static int look_as_nobody(void)
{
	const struct mc_holders_conf c = conf_all();
	int own = open_udp(MC_IPV4);
	struct seen s;
	size_t denied = 0;

	join_group(own, V0, "239.1.2.4");
	if (mc_memberships_read(&s.m) || mc_sockets_read(&s.s, &s.ns) || mc_processes_read(&s.p, MC_NEVER) ||
	    mc_holders_find(&s.h, &c, &s.m, s.s, s.ns, &s.p))
		return 1;
	const struct mc_holder *h = holder_at(&s, own, getpid());

	if (!h || h->nheld != 1 || h->error || !h->whole || h->socket.uid != NOBODY)
		return 2;
	for (size_t i = 0; i < s.h.nsockets; i++) {
		const struct mc_holder *it = &s.h.sockets[i];

		if (it == h)
			continue;
		if (it->error != -EPERM || it->process || it->fd != -1 || it->nheld ||
		    it->socket.port != 5000)
			return 3;
		denied++;
	}
	if (denied != 2 || s.h.hidden != 2 || s.h.cut || s.h.gone)
		return 4;
	forget(&s);
	return 0;
}

static void test_nobody(void **state)
{
	int r;

	netns_of(state);
	struct holder h = holder_start(open_two);

	r = as_nobody(look_as_nobody);
	if (r != NO_RIGHT)
		assert_int_equal(r, 0);
	holder_end(&h);
}

static void test_gone(void **state)
{
	const struct mc_holders_conf c = conf_all();
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_two);

	look_first(&s);
	holder_end(&h);
	find(&s, &c);
	is_sound(&s);
	assert_true(s.h.gone == 2 && s.h.nsockets == 0 && s.h.nheld == 0 && !s.h.hidden);
	forget(&s);
}

/* A number that is another socket's by the time that it is borrowed. */
static void test_other_by_now(void **state)
{
	const struct mc_holders_conf c = conf_all();
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_two);

	look_first(&s);
	for (size_t i = 0; i < s.p.nsockets; i++)
		if (s.p.v[s.p.sockets[i].process].pid == h.pid && s.p.sockets[i].fd == A)
			s.p.sockets[i].fd = B;
	find(&s, &c);
	equal("told", told(&s, h.pid), "41: 239.1.2.3%10");
	assert_int_equal(s.h.gone, 1);
	forget(&s);
	holder_end(&h);
}

/* One that no process has open, such as one that is on its way between two. */
static void test_on_its_way(void **state)
{
	struct seen s;
	int pair[2], fd;
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct msghdr msg = { .msg_iov = &(struct iovec){ "x", 1 },
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	netns_of(state);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
	fd = open_udp(MC_IPV4);
	bind_to(fd, "0.0.0.0", 5000);
	join_group(fd, V0, "239.1.2.3");
	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd),
			       .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	assert_int_equal(sendmsg(pair[0], &msg, 0), 1);
	close(fd);
	look(&s);
	is_sound(&s);
	assert_int_equal(s.h.nsockets, 1);
	assert_true(!s.h.sockets->process && s.h.sockets->fd == -1 && s.h.sockets->processes == 0);
	assert_true(s.h.sockets->error == (s.p.hidden ? -EPERM : -ENOENT) &&
		    s.h.sockets->socket.port == 5000);
	forget(&s);
	close(pair[0]);
	close(pair[1]);
}

/* ---- limits ------------------------------------------------------------------------- */

static void test_budget(void **state)
{
	struct mc_holders_conf c = conf_all();
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_two);

	c.budget = 0;
	look_first(&s);
	find(&s, &c);
	is_sound(&s);
	assert_true(s.h.cut && s.h.nsockets == 2 && s.h.nheld == 0 && !s.h.hidden && !s.h.gone);
	for (size_t i = 0; i < 2; i++)
		assert_true(s.h.sockets[i].error == -ETIME && s.h.sockets[i].socket.port == 5000);
	forget(&s);
	holder_end(&h);
}

enum { MANY = 200, EACH = 20 };

static void open_many(bool same)
{
	MUST(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1000, 1000 }));
	for (int i = 0; i < MANY; i++) {
		int fd = open_udp(MC_IPV4);

		bind_to(fd, "0.0.0.0", 5000);
		for (int k = 0; k < EACH; k++) {
			char group[32];

			snprintf(group, sizeof group, "239.1.%d.%d", same ? 0 : i, k + 1);
			join_group(fd, V0, group);
		}
	}
}

static void open_same(void)
{
	open_many(true);
}

static void open_distinct(void)
{
	open_many(false);
}

/* However few descriptors there may be. */
static void is_many(void (*open)(void))
{
	struct rlimit was, few;
	struct seen s;
	struct holder h = holder_start(open);

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	look(&s);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	is_sound(&s);
	assert_int_equal(s.h.nsockets, MANY);
	assert_int_equal(s.h.nheld, MANY * EACH);
	for (size_t i = 0; i < s.h.nsockets; i++)
		assert_true(s.h.sockets[i].whole && s.h.sockets[i].nheld == EACH);
	forget(&s);
	holder_end(&h);
}

static void test_many(void **state)
{
	netns_of(state);
	is_many(open_same);
	is_many(open_distinct);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody),       cmocka_unit_test(test_gone),
		cmocka_unit_test(test_other_by_now), cmocka_unit_test(test_on_its_way),
		cmocka_unit_test(test_budget),       cmocka_unit_test(test_many),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("holders_limits", tests, netns_setup, NULL);
}
