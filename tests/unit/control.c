/*
 * control.c - tests of the querier's control socket: what is said to whom, and what becomes of it.
 */
#include <jansson.h>

#include "asked.h"

enum { NOBODY = 65534, SOMEBODY = 65533 };

static void test_text(void **state)
{
	struct control *c = serve(name(0), &hello);

	(void)state;
	expect(ask(CONTROL_TEXT, name(0)), 0, "hello\n", "");
	expect(ask(CONTROL_TEXT, name(0)), 0, "hello\n", "");
	control_close(c);
}

static void test_two_texts(void **state)
{
	static const struct says other = { .text = "other\n", .json = "" }, none = { .text = "", .json = "" };
	struct control *a = serve(name(0), &hello), *b = serve(name(1), &other), *c = serve(name(2), &none);
	const char *const names[] = { name(1), name(2), name(0) };

	(void)state;
	expect(ask_as(0, CONTROL_TEXT, names, 3), 0, "other\n\nhello\n", "");
	control_close(a);
	control_close(b);
	control_close(c);
}

static json_t *document(struct said s, int code, const char *err)
{
	json_t *doc = json_loads(s.out, 0, NULL);

	assert_string_equal(s.err, err);
	assert_int_equal(s.code, code);
	if (!doc)
		fail_msg("no JSON: %s", s.out);
	free(s.out);
	free(s.err);
	return doc;
}

static const char *ifname_of(const json_t *doc, size_t i)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(doc, "interfaces"), i), "ifname"));
}

static void test_json(void **state)
{
	static const struct says two = { .json = "{\"ifname\":\"b\"},{\"ifname\":\"c\"}" },
				 none = { .json = "" };
	struct control *a = serve(name(0), &hello), *b = serve(name(1), &two), *c = serve(name(2), &none);
	const char *const names[] = { name(2), name(0), name(1) };
	json_t *doc = document(ask_as(0, CONTROL_JSON, names, 3), 0, "");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(doc, "event")), "status");
	assert_int_equal(json_integer_value(json_object_get(doc, "schema")), 1);
	assert_true(json_is_real(json_object_get(doc, "ts")));
	assert_true(json_is_string(json_object_get(doc, "host")));
	assert_int_equal(json_array_size(json_object_get(doc, "interfaces")), 3);
	assert_string_equal(ifname_of(doc, 0), "a");
	assert_string_equal(ifname_of(doc, 1), "b");
	assert_string_equal(ifname_of(doc, 2), "c");
	json_decref(doc);
	doc = document(ask_as(0, CONTROL_JSON, names, 1), 0, "");
	assert_int_equal(json_array_size(json_object_get(doc, "interfaces")), 0);
	json_decref(doc);
	control_close(a);
	control_close(b);
	control_close(c);
}

/* ---- nobody there -------------------------------------------------------------------------- */

static void test_nobody(void **state)
{
	struct control *c = serve(name(0), &hello);
	const char *const names[] = { name(0), name(1) };
	char want[200];

	(void)state;
	snprintf(want, sizeof want,
		 "mcast querier: %s: no querier of this program runs there (mcast querier %s starts one)\n",
		 name(1), name(1));
	expect(ask(CONTROL_TEXT, name(1)), 1, "", want);
	expect(ask(CONTROL_JSON, name(1)), 1, "", want);
	expect(ask_as(0, CONTROL_TEXT, names, 2), 1, "hello\n", want);
	control_close(c);
	expect(ask(CONTROL_TEXT, "abcdefghijklmnop"), 1, "",
	       "mcast querier: abcdefghijklmnop: no querier of this program runs there (mcast querier "
	       "abcdefghijklmnop starts one)\n");
}

static void test_all(void **state)
{
	static const struct says other = { .text = "other\n", .json = "{\"ifname\":\"b\"}" };
	struct control *a, *b;
	json_t *doc;
	int fd;

	(void)state;
	if (!alone) {
		print_message("# no network namespace: there may be others to answer\n");
		return;
	}
	expect(ask_as(0, CONTROL_TEXT, NULL, 0), 1, "",
	       "mcast querier: no querier of this program runs in this network namespace (mcast querier IFACE "
	       "starts one)\n");
	b = serve("b0", &other);
	a = serve("a0", &hello);
	fd = dial("a0", NULL); /* a connection has the name, too */
	expect(ask_as(0, CONTROL_TEXT, NULL, 0), 0, "hello\n\nother\n", "");
	close(fd);
	doc = document(ask_as(0, CONTROL_JSON, NULL, 0), 0, "");
	assert_int_equal(json_array_size(json_object_get(doc, "interfaces")), 2);
	assert_string_equal(ifname_of(doc, 1), "b");
	json_decref(doc);
	control_close(a);
	control_close(b);
}

/* ---- who may ------------------------------------------------------------------------------- */

static bool can_be_others(void)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(setresuid(NOBODY, NOBODY, NOBODY) != 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		print_message("# not root: cannot be another user\n");
	return status == 0;
}

static void test_other_user(void **state)
{
	const char *const names[] = { name(0) };
	struct control *c;
	char want[200];

	(void)state;
	if (!can_be_others())
		return;
	c = serve(name(0), &hello);
	snprintf(want, sizeof want,
		 "mcast querier: %s: not allowed: its own user and root may ask (try it as root)\n", name(0));
	expect(ask_as(NOBODY, CONTROL_TEXT, names, 1), 2, "", want);
	expect(ask_as(NOBODY, CONTROL_JSON, names, 1), 2, "", want);
	expect(ask(CONTROL_TEXT, name(0)), 0, "hello\n", "");
	control_close(c);
}

/* A process of another user that holds a name. */
static pid_t start_holder(const char *ifname, uid_t uid)
{
	int ready[2];
	char octet;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(60);          /* whatever becomes of its parent */
		mc_loop_new(&loop); /* its parent's is its parent's */
		if (setresuid(uid, uid, uid) || !serve(ifname, &hello) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			mc_loop_wait(loop, MC_NEVER);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_other_holder(void **state)
{
	const char *const names[] = { name(0) };
	struct control *c = NULL;
	struct control_holder by = { .querier = true };
	char want[200];
	pid_t holder;

	(void)state;
	if (!can_be_others())
		return;
	holder = start_holder(name(0), NOBODY);
	snprintf(
		want, sizeof want,
		"mcast querier: %s: user 65534 (process %d) holds it, who is neither root nor you: not asked\n",
		name(0), (int)holder);
	expect(ask_as(SOMEBODY, CONTROL_TEXT, names, 1), 2, "", want);
	expect(ask_as(NOBODY, CONTROL_TEXT, names, 1), 0, "hello\n", "");
	expect(ask_as(0, CONTROL_TEXT, names, 1), 0, "hello\n", "");
	assert_int_equal(control_open(&c, loop, name(0), &(struct control_answer){ .write = answer }, &by),
			 -EADDRINUSE);
	assert_int_equal(by.pid, holder);
	assert_int_equal(by.uid, NOBODY);
	assert_false(by.querier);
	end(holder);
}

/* One that is stopped, and has as many waiting as may wait, is not known. */
static void test_full(void **state)
{
	struct control *a = serve(name(0), &hello), *b = NULL;
	struct control_holder by = { .pid = 77, .querier = true };
	struct sockaddr_un to;
	socklen_t len = control_name(&to, name(0));
	int fd[100], n = 0;

	(void)state;
	for (bool full = false; !full && n < 100; n++) {
		fd[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		full = connect(fd[n], (struct sockaddr *)&to, len) < 0;
	}
	assert_true(n < 100);
	assert_int_equal(control_open(&b, loop, name(0), &(struct control_answer){ .write = answer }, &by),
			 -EADDRINUSE);
	assert_int_equal(by.pid, 0);
	assert_false(by.querier);
	while (n)
		close(fd[--n]);
	control_close(a);
}

static void test_two_holders(void **state)
{
	struct control *a = serve(name(0), &hello), *b = NULL;
	struct control_holder by = { .uid = 77 };

	(void)state;
	assert_int_equal(control_open(&b, loop, name(0), &(struct control_answer){ .write = answer }, &by),
			 -EADDRINUSE);
	assert_null(b);
	assert_int_equal(by.pid, getpid());
	assert_int_equal(by.uid, geteuid());
	assert_true(by.querier);
	expect(ask(CONTROL_TEXT, name(0)), 0, "hello\n", ""); /* the first still serves */
	control_close(a);
	control_close(serve(name(0), &hello));
	assert_int_equal(control_open(&b, loop, "", &(struct control_answer){ .write = answer }, &by),
			 MC_ERR_IFNAME);
	assert_int_equal(control_open(&b, loop, "abcdefghijklmnop",
				      &(struct control_answer){ .write = answer }, &by),
			 MC_ERR_IFNAME);
}

/* ---- what is said -------------------------------------------------------------------------- */

/* Who dies in the middle has said nothing, and is told. */
static void test_broken(void **state)
{
	static const struct says dies = { .text = "half\n",
					  .json = "{\"ifname\":",
					  .large = true,
					  .dies = true };
	struct control *a = serve(name(0), &hello), *b = serve(name(1), &dies), *c = serve(name(2), &hello);
	const char *const names[] = { name(0), name(1), name(2) };
	char want[100];
	json_t *doc;

	(void)state;
	snprintf(want, sizeof want, "mcast querier: %s: the answer broke off (ask again)\n", name(1));
	expect(ask(CONTROL_TEXT, name(1)), 2, "", want);
	expect(ask(CONTROL_JSON, name(1)), 2, "", want);
	expect(ask_as(0, CONTROL_TEXT, names, 3), 2, "hello\n\nhello\n", want);
	doc = document(ask_as(0, CONTROL_JSON, names, 3), 2, want);
	assert_int_equal(json_array_size(json_object_get(doc, "interfaces")), 2);
	json_decref(doc);
	if (alone) {
		expect(ask_as(0, CONTROL_TEXT, NULL, 0), 2, "hello\n\nhello\n", want);
		doc = document(ask_as(0, CONTROL_JSON, NULL, 0), 2, want);
		assert_int_equal(json_array_size(json_object_get(doc, "interfaces")), 2);
		json_decref(doc);
	}
	control_close(a);
	control_close(b);
	control_close(c);
}

/* Who may not ask one of all is told so, and what the others say. */
static void test_refused(void **state)
{
	struct control *c;
	char want[200];
	pid_t holder;

	(void)state;
	if (!alone || !can_be_others())
		return;
	holder = start_holder(name(0), NOBODY);
	c = serve(name(1), &hello);
	snprintf(want, sizeof want,
		 "mcast querier: %s: not allowed: its own user and root may ask (try it as root)\n", name(1));
	expect(ask_as(NOBODY, CONTROL_TEXT, NULL, 0), 2, "hello\n", want);
	expect(ask_as(0, CONTROL_TEXT, NULL, 0), 0, "hello\n\nhello\n", "");
	end(holder);
	control_close(c);
}

/* Nothing that a terminal would take for a command. */
static void test_commands(void **state)
{
	static const struct says odd = { .text = "a\x1b[2Jb\x07\x7f \xc3\xa4\xc2\x9b.\n" };
	struct control *c = serve(name(0), &odd);

	(void)state;
	expect(ask(CONTROL_TEXT, name(0)), 0, "a?[2Jb?? \xc3\xa4\xc2?.\n", "");
	control_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),         cmocka_unit_test(test_two_texts),
		cmocka_unit_test(test_json),         cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_all),          cmocka_unit_test(test_other_user),
		cmocka_unit_test(test_other_holder), cmocka_unit_test(test_two_holders),
		cmocka_unit_test(test_broken),       cmocka_unit_test(test_commands),
		cmocka_unit_test(test_full),         cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("control", tests, set_up, tear_down);
}
