/*
 * control_child.c - tests of the children that answer on the querier's control socket: who is slow stops
 * nobody, as many as may be, none left behind, and none with anything of its parent's.
 */
#include "asked.h"

enum { MOST = 8 };

/* Serves until something is to be read, or the end, and reads it. */
static const char *hear(int fd)
{
	static char text[256];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	mc_time end = mc_loop_now() + LONG_ENOUGH;
	ssize_t n;

	while (poll(&p, 1, 0) == 0) {
		assert_true(mc_loop_now() < end);
		assert_true(mc_loop_wait(loop, mc_loop_now() + 20 * MC_MSEC) >= 0);
	}
	n = read(fd, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* One does not say what it wants, one does not take what it gets; others are answered, the parent is free. */
static void test_slow(void **state)
{
	static const struct says large = { .text = "end\n", .large = true };
	struct control *c = serve(name(0), &large);
	int silent = dial(name(0), NULL), slow = dial(name(0), CONTROL_AS_TEXT);
	struct said s = ask(CONTROL_TEXT, name(0));

	(void)state;
	assert_int_equal(s.code, 0);
	assert_int_equal(strlen(s.out), LARGE + 4);
	assert_string_equal(s.out + LARGE, "end\n");
	free(s.out);
	free(s.err);
	assert_memory_equal(hear(slow), CONTROL_OK, 3);
	close(slow);
	close(silent);
	control_close(c);
}

/* As many as may be; one more is told so, and taken again when another is through. */
static void test_many(void **state)
{
	struct control *c = serve(name(0), &hello);
	int fd[MOST], more;
	char want[100];
	struct said s;

	(void)state;
	for (int i = 0; i < MOST; i++)
		fd[i] = dial(name(0), NULL);
	more = dial(name(0), CONTROL_AS_TEXT);
	assert_string_equal(hear(more), CONTROL_BUSY);
	close(more);
	snprintf(want, sizeof want, "mcast querier: %s: its querier is busy with other askers (ask again)\n",
		 name(0));
	expect(ask(CONTROL_TEXT, name(0)), 2, "", want);
	for (int i = 0; i < MOST; i++)
		close(fd[i]);
	for (int i = 0; i < 1000; i++) { /* they end soon */
		s = ask(CONTROL_TEXT, name(0));
		if (!s.code)
			break;
		free(s.out);
		free(s.err);
	}
	expect(s, 0, "hello\n", "");
	control_close(c);
}

static bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Nobody is left behind: not even who ended without another one asking. */
static void test_reaped(void **state)
{
	static const struct says large = { .text = "", .large = true };
	struct control *c = serve(name(0), &large);
	mc_time limit = mc_loop_now() + LONG_ENOUGH;
	int fd = dial(name(0), CONTROL_AS_TEXT);

	(void)state;
	assert_false(has_children());
	hear(fd);
	assert_true(has_children());
	close(fd);
	while (has_children() && mc_loop_now() < limit)
		mc_loop_wait(loop, mc_loop_now() + 20 * MC_MSEC);
	assert_false(has_children());
	control_close(c);
}

/* What is closed while somebody is answered leaves neither the name nor a child behind. */
static void test_closed(void **state)
{
	static const struct says large = { .text = "end\n", .large = true };
	struct control *c = serve(name(0), &large);
	int slow = dial(name(0), CONTROL_AS_TEXT);

	(void)state;
	assert_memory_equal(hear(slow), CONTROL_OK, 3);
	control_close(c);
	assert_false(has_children());
	c = serve(name(0), &hello);
	expect(ask(CONTROL_TEXT, name(0)), 0, "hello\n", "");
	control_close(c);
	close(slow);
}

static void test_requests(void **state)
{
	static const char *const rows[] = { "\n",        "json",    "text",      "xml\n",
					    "textual\n", "text \n", "jsontext\n" };
	struct control *c = serve(name(0), &hello);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = dial(name(0), rows[i]);

		shutdown(fd, SHUT_WR);
		equal(rows[i], hear(fd), "");
		close(fd);
	}
	control_close(c);
}

/* A child has nothing of its parent's but the asker, and does not write what is still in the parent's
 * streams. */
static void test_apart(void **state)
{
	static const struct says pids = { .text = "", .pid = true, .looks = true };
	int file = memfd_create("stdout", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
	struct control *c = serve(name(0), &pids);
	int server = 0, child = 0;
	struct said s;
	char *text;

	(void)state;
	fflush(stdout);
	inherited = memfd_create("other", 0);
	dup2(file, STDOUT_FILENO);
	s = ask(CONTROL_TEXT, name(0)); /* flushes before it forks */
	fputs("once", stdout);
	int fd = dial(name(0), CONTROL_AS_TEXT);

	hear(fd);
	close(fd);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	control_close(c);
	close(inherited);
	text = taken(file);
	assert_string_equal(text, "once");
	free(text);
	assert_int_equal(sscanf(s.out, "%d %d", &server, &child), 2);
	assert_int_equal(server, getpid());
	assert_true(child > 0 && child != server);
	assert_non_null(strstr(s.out, "\nclosed\n"));
	assert_int_equal(control_pid(), getpid());
	free(s.out);
	free(s.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow),   cmocka_unit_test(test_many),     cmocka_unit_test(test_reaped),
		cmocka_unit_test(test_closed), cmocka_unit_test(test_requests), cmocka_unit_test(test_apart),
	};

	return cmocka_run_group_tests_name("control_child", tests, set_up, tear_down);
}
