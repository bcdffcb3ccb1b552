/*
 * send_feed.c - tests of what mcast send reads: cut at sizes and at lines, from files and from pipes that
 * come in pieces, to the end and over again.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "send/feed.h"

#include "check.h"

static const struct verb verb = { .name = "test" };

static void give(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* A file that holds the text. */
static struct feed file(const char *text, bool lines, bool repeat)
{
	char name[] = "/tmp/send_feed.XXXXXX";
	int fd = mkstemp(name);
	struct feed f;

	assert_true(fd >= 0);
	give(fd, text);
	close(fd);
	assert_int_equal(feed_open(&f, &verb, name, lines, repeat), 0);
	unlink(name);
	return f;
}

/* The next datagrams, n at most, with bars between them; a bar and "end" where it is over. */
static const char *pieces(struct feed *f, size_t most, int n)
{
	static char text[512];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < n; i++) {
		size_t len = feed_next(f, (uint8_t *)text + used + 1, most);

		if (!len)
			break;
		text[used] = '|';
		used += len + 1;
		text[used] = '\0';
	}
	if (f->over)
		strcpy(text + used, "|end");
	return text;
}

static void check(const char *text, bool lines, size_t most, const char *want)
{
	struct feed f = file(text, lines, false);

	equal(text, pieces(&f, most, 100), want);
	feed_close(&f);
}

static void test_cut(void **state)
{
	(void)state;
	check("", false, 3, "|end");
	check("abc", false, 3, "|abc|end");
	check("abcdefgh", false, 3, "|abc|def|gh|end");
	check("a\nb\n", false, 3, "|a\nb|\n|end");
}

static void test_lines(void **state)
{
	(void)state;
	check("", true, 9, "|end");
	check("\n\n", true, 9, "|\n|\n|end");
	check("one\ntwo\n", true, 9, "|one\n|two\n|end");
	check("one\n\r\ntwo", true, 9, "|one\n|\r\n|two|end");
	check("12345678\nabc\n", true, 9, "|12345678\n|abc\n|end");
	check("123456789\nabc\n", true, 9, "|123456789|\n|abc\n|end");
	check("123456789123\nabc", true, 9, "|123456789|123\n|abc|end");
}

static void test_repeat(void **state)
{
	struct feed f = file("abcd", false, true);

	(void)state;
	equal("4 of 4, cut at 3", pieces(&f, 3, 5), "|abc|dab|cda|bcd|abc");
	feed_close(&f);
	f = file("one\ntwo", true, true);
	equal("lines", pieces(&f, 9, 5), "|one\n|two\n|one\n|two\n|one\n");
	feed_close(&f);
	f = file("", false, true); /* over and over nothing is nothing */
	equal("empty", pieces(&f, 3, 5), "|end");
	feed_close(&f);
}

/* What a line is must not depend on where a pipe's pieces end. */
static void check_pipe(bool stops)
{
	struct mc_loop *loop;
	int ends[2], saved = dup(STDIN_FILENO);
	struct feed f;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(mc_loop_new(&loop), 0);
	assert_int_equal(feed_open(&f, &verb, "-", false, false), 0);
	assert_int_equal(feed_watch(&f, loop), 0);
	equal("nothing yet", pieces(&f, 4, 5), "");
	give(ends[1], "abc");
	mc_loop_wait(loop, mc_loop_now() + MC_SEC);
	equal("too few", pieces(&f, 4, 5), "");
	give(ends[1], "defghi");
	mc_loop_wait(loop, mc_loop_now() + MC_SEC);
	equal("enough", pieces(&f, 4, 5), "|abcd|efgh");
	if (stops)
		feed_stop(&f);
	else
		close(ends[1]);
	mc_loop_wait(loop, mc_loop_now() + MC_MSEC);
	equal("the rest", pieces(&f, 4, 5), "|i|end");
	if (stops)
		close(ends[1]);
	feed_close(&f);
	mc_loop_free(loop);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void test_pipe(void **state)
{
	(void)state;
	check_pipe(false);
	check_pipe(true); /* the end is not waited for */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_pipe),
	};

	return cmocka_run_group_tests_name("send_feed", tests, NULL, NULL);
}
