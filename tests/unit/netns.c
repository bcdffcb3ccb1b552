/*
 * netns.c - tests of the list of network namespaces, and of going to one and back.
 */
#include "net/netns.h"

#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lent.h"
#include "net/loop.h"

#define NAMES "/run/netns"

/* Names of a mount namespace of our own; this test's are the only ones in it. */
static bool own_names(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return false;
	mkdir("/run", 0755);
	mkdir(NAMES, 0755);
	return !mount("none", NAMES, "tmpfs", 0, NULL);
}

static void give_name(const char *name, const char *ns)
{
	char path[300];

	snprintf(path, sizeof path, NAMES "/%s", name);
	assert_true(put_file(path, "") || mknod(path, S_IFREG | 0644, 0) == 0);
	if (ns)
		assert_int_equal(mount(ns, path, NULL, MS_BIND, NULL), 0);
}

static struct mc_netnses list(struct mc_processes *p)
{
	struct mc_netnses l;

	assert_int_equal(mc_processes_read(p, MC_NEVER), 0);
	assert_int_equal(mc_netns_list(&l, p), 0);
	return l;
}

static const struct mc_netns *by_inode(const struct mc_netnses *l, uint64_t inode)
{
	const struct mc_netns *found = NULL;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].inode != inode)
			continue;
		assert_null(found); /* each once */
		found = &l->v[i];
	}
	return found;
}

static void go_away(void)
{
	MUST(!unshare(CLONE_NEWNET));
	MUST(!prctl(PR_SET_NAME, "lives there"));
}

static void test_list(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_processes p;
	char path[64];

	if (!own_names())
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d", n->fd[FAR]);
	give_name("far", path);
	give_name("of nothing", NULL);
	give_name("an even longer name than any that fits into sixty-four octets, end", path);
	netns_go(n, FAR);
	uint64_t far = mc_netns_of(0);

	netns_go(n, NEAR);
	struct holder h = holder_start(go_away);
	uint64_t its = mc_netns_of(h.pid);
	struct mc_netnses l = list(&p);
	const struct mc_netns *a = by_inode(&l, far), *b = by_inode(&l, its);

	assert_true(l.n >= 3 && l.v[0].own && l.v[0].inode == mc_netns_of(0));
	assert_non_null(a);
	assert_non_null(b);
	assert_string_equal(a->name, "far");
	assert_true(a->pid == 0 && !a->own && a == &l.v[1]); /* those with names come before others */
	assert_string_equal(b->name, "");
	assert_true(b->pid == h.pid && !b->own);
	assert_string_equal(b->comm, "lives there");
	for (size_t i = 3; i < l.n; i++)
		assert_true(l.v[i - 1].pid < l.v[i].pid);
	mc_netns_free(&l);
	mc_processes_free(&p);
	holder_end(&h);
	umount2(NAMES, MNT_DETACH);
}

static void test_enter(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_netns named = { .name = "far" }, gone = { .name = "nowhere", .inode = 1 },
			lives = { .pid = 0 };
	uint64_t near = mc_netns_of(0);
	char path[64];
	int back = -7;

	if (!own_names())
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d", n->fd[FAR]);
	give_name("far", path);
	netns_go(n, FAR);
	named.inode = mc_netns_of(0);
	netns_go(n, NEAR);
	assert_int_equal(mc_netns_enter(&named, &back), 0);
	assert_true(mc_netns_of(0) == named.inode && if_nametoindex("v1") == V1);
	assert_int_equal(mc_netns_back(back), 0);
	assert_true(mc_netns_of(0) == near && if_nametoindex("v0") == V0);

	struct holder h = holder_start(go_away);

	lives.pid = h.pid;
	lives.inode = mc_netns_of(h.pid);
	assert_int_equal(mc_netns_enter(&lives, &back), 0);
	assert_true(mc_netns_of(0) == lives.inode);
	assert_int_equal(mc_netns_back(back), 0);

	back = -7;
	named.inode++; /* a name that is another namespace's by now */
	assert_int_equal(mc_netns_enter(&named, &back), -ENOENT);
	assert_int_equal(mc_netns_enter(&gone, &back), -ENOENT);
	lives.inode++;
	assert_int_equal(mc_netns_enter(&lives, &back), -ESRCH);
	holder_end(&h);
	assert_true(mc_netns_enter(&lives, &back) < 0);
	assert_int_equal(back, -7);
	assert_int_equal(mc_netns_of(0), near);
	umount2(NAMES, MNT_DETACH);
}

static pid_t others;

/* Nobody may be where it is, and nowhere else. */
static int enter_as_nobody(void)
{
	struct mc_processes p;
	struct mc_netnses l;
	struct mc_netns there = { .pid = others };
	int back;

	if (mc_processes_read(&p, MC_NEVER) || mc_netns_list(&l, &p))
		return 1;
	if (!l.hidden || !l.n || !l.v[0].own)
		return 2;
	if (mc_netns_enter(&l.v[0], &back) || mc_netns_back(back))
		return 3;
	int r = mc_netns_enter(&there, &back);

	if (r != -EACCES && r != -EPERM)
		return 4;
	mc_netns_free(&l);
	mc_processes_free(&p);
	return 0;
}

static void test_nobody(void **state)
{
	int r;

	netns_of(state);
	struct holder h = holder_start(go_away);

	others = h.pid;
	r = as_nobody(enter_as_nobody);
	if (r != NO_RIGHT)
		assert_int_equal(r, 0);
	holder_end(&h);
}

static void rest(void)
{
	MUST(!unshare(CLONE_NEWNET));
}

/* A hundred of them, in well under ten seconds however busy the machine is. */
static void test_hundred(void **state)
{
	enum { MANY = 100 };
	struct holder h[MANY];
	struct mc_processes p;
	mc_time begin;

	netns_of(state);
	for (size_t i = 0; i < MANY; i++)
		h[i] = holder_start(rest);
	begin = mc_loop_now();
	struct mc_netnses l = list(&p);

	assert_true(l.n > MANY);
	for (size_t i = 0; i < MANY; i++) {
		const struct mc_netns *ns = by_inode(&l, mc_netns_of(h[i].pid));
		int back;

		assert_non_null(ns);
		assert_int_equal(ns->pid, h[i].pid);
		assert_int_equal(mc_netns_enter(ns, &back), 0);
		assert_int_equal(mc_netns_back(back), 0);
	}
	assert_true(mc_loop_now() - begin < 10 * MC_SEC);
	mc_netns_free(&l);
	mc_processes_free(&p);
	for (size_t i = 0; i < MANY; i++)
		holder_end(&h[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_enter),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_hundred),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("netns", tests, netns_setup, NULL);
}
