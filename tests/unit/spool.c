/*
 * spool.c - tests of a stream that never waits: what a full pipe does not take, what is left out and where
 * that is told, readers that go, files.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

#define ROOM 4096
#define PIPE 4096 /* what fcntl makes of it, or more */

/* A stream on the end of a pipe or a socket, and the other end. */
struct rig {
	FILE *stream;
	struct spool *spool;
	int far;
	char text[1 << 20];
	size_t len;
};

static struct rig rig;

static size_t note(void *arg, uint64_t lines, char *buf, size_t cap)
{
	(void)arg;
	return (size_t)snprintf(buf, cap, "[%u]\n", (unsigned)lines);
}

static void open_on(int fd, int far)
{
	rig = (struct rig){ .stream = fdopen(fd, "w"), .far = far };
	assert_non_null(rig.stream);
	assert_int_equal(spool_open(&rig.spool, &rig.stream, ROOM, note, NULL), 0);
	if (far >= 0)
		fcntl(far, F_SETFL, O_NONBLOCK);
}

static void open_pipe(void)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	fcntl(fds[1], F_SETPIPE_SZ, PIPE);
	open_on(fds[1], fds[0]);
}

static void open_socket(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	open_on(fds[1], fds[0]);
}

/* Reads what there is now. */
static void read_some(void)
{
	ssize_t n;

	while ((n = read(rig.far, rig.text + rig.len, sizeof rig.text - 1 - rig.len)) > 0)
		rig.len += (size_t)n;
	rig.text[rig.len] = '\0';
}

static void close_rig(int want)
{
	assert_int_equal(spool_close(rig.spool, 0), want);
	fclose(rig.stream);
	if (rig.far >= 0)
		close(rig.far);
}

static void put_lines(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		fprintf(rig.stream, "line %u\n", i);
}

static void test_passes(void **state)
{
	(void)state;
	open_pipe();
	put_lines(0, 2);
	assert_int_equal(spool_pump(rig.spool), 0);
	read_some();
	assert_string_equal(rig.text, "line 0\nline 1\n");
	close_rig(0);
}

/* Whether a text is lines "line 0" to "line N-1" but for one "[M]", M of them being left out in its place. */
static void check_lines(const char *text, unsigned n)
{
	unsigned next = 0, lost, i;

	for (const char *p = text, *end; *p; p = end + 1) {
		end = strchr(p, '\n');
		assert_non_null(end);
		if (sscanf(p, "[%u]", &lost) == 1) {
			next += lost;
			continue;
		}
		assert_int_equal(sscanf(p, "line %u", &i), 1);
		assert_int_equal(i, next);
		next++;
	}
	assert_int_equal(next, n);
}

/* Pumps and reads until there is no more. */
static void read_all(void)
{
	size_t before;

	do {
		before = rig.len;
		assert_int_equal(spool_pump(rig.spool), 0);
		read_some();
	} while (rig.len != before);
}

static void fill(void)
{
	for (unsigned i = 0; i < 50000; i += 100) {
		put_lines(i, i + 100);
		assert_int_equal(spool_pump(rig.spool), 0);
	}
}

static void test_full(void **state)
{
	void (*const open[])(void) = { open_pipe, open_socket };

	(void)state;
	for (size_t i = 0; i < COUNT(open); i++) {
		open[i]();
		fill();
		read_all();
		assert_non_null(strstr(rig.text, "\n["));
		check_lines(rig.text, 50000);
		put_lines(50000, 50010);
		read_all();
		check_lines(rig.text, 50010);
		close_rig(0);
	}
}

/* What stdio hands over need not end in a line's end; a line that does not fit is left out whole. */
static void test_pieces(void **state)
{
	(void)state;
	open_pipe();
	for (unsigned i = 0; i < 3000; i++) {
		fprintf(rig.stream, "li");
		fflush(rig.stream);
		fprintf(rig.stream, "ne %u\n", i);
		assert_int_equal(spool_pump(rig.spool), 0);
	}
	read_all();
	assert_non_null(strstr(rig.text, "\n["));
	check_lines(rig.text, 3000);
	close_rig(0);
}

static void test_long_line(void **state)
{
	static char text[3 * ROOM];

	(void)state;
	open_pipe();
	memset(text, 'x', sizeof text - 1);
	fprintf(rig.stream, "line 0\n%s\nline 2\n", text);
	read_all();
	put_lines(3, 4);
	read_all();
	check_lines(rig.text, 4);
	close_rig(0);
}

static void on_room(struct mc_loop *loop)
{
	for (unsigned i = 0; i < 10000; i++) {
		size_t before = rig.len;

		assert_true(mc_loop_wait(loop, mc_loop_now()) >= 0);
		read_some();
		if (i > 100 && rig.len == before)
			return;
	}
}

/* The loop writes what waits when there is room, and is not woken before, nor without anything to write. */
static void test_loop(void **state)
{
	struct mc_loop *loop;

	(void)state;
	open_pipe();
	assert_int_equal(mc_loop_new(&loop), 0);
	assert_int_equal(spool_watch(rig.spool, loop), 0);
	assert_int_equal(mc_loop_wait(loop, mc_loop_now()), 0);
	fill();
	assert_int_equal(mc_loop_wait(loop, mc_loop_now()), 0);
	on_room(loop);
	check_lines(rig.text, 50000);
	assert_int_equal(mc_loop_wait(loop, mc_loop_now()), 0);
	close_rig(0);
	mc_loop_free(loop);
}

static void test_reader_gone(void **state)
{
	(void)state;
	open_pipe();
	put_lines(0, 1);
	close(rig.far);
	rig.far = -1;
	assert_int_equal(spool_pump(rig.spool), -EPIPE);
	put_lines(1, 2);
	assert_int_equal(spool_pump(rig.spool), -EPIPE);
	close_rig(-EPIPE);
}

static void test_file(void **state)
{
	char path[] = "/tmp/mcast-spool-XXXXXX", text[64] = "";
	int fd = mkstemp(path), again;
	FILE *before;

	(void)state;
	assert_true(fd >= 0);
	again = dup(fd);
	open_on(fd, -1);
	before = rig.stream;
	put_lines(0, 2);
	assert_int_equal(spool_pump(rig.spool), 0);
	assert_int_equal(pread(again, text, sizeof text - 1, 0), 14);
	assert_string_equal(text, "line 0\nline 1\n");
	assert_ptr_equal(rig.stream, before);
	close_rig(0);
	close(again);
	unlink(path);
}

static void test_full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	if (fd < 0)
		skip();
	open_on(fd, -1);
	put_lines(0, 1);
	assert_int_equal(spool_pump(rig.spool), -ENOSPC);
	spool_close(rig.spool, 0);
	fclose(rig.stream);
}

/* What is left at the end is waited for, for so long. */
static void test_end(void **state)
{
	mc_time began;

	(void)state;
	open_pipe();
	fill();
	began = mc_loop_now();
	assert_int_equal(spool_close(rig.spool, 50 * MC_MSEC), 0);
	assert_in_range(mc_loop_now() - began, 40 * MC_MSEC, 20 * MC_SEC);
	fprintf(rig.stream, "and the stream is what it was\n");
	read_some();
	assert_memory_equal(rig.text, "line 0\n", 7);
	fclose(rig.stream);
	close(rig.far);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes), cmocka_unit_test(test_full),
		cmocka_unit_test(test_pieces), cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_loop),   cmocka_unit_test(test_reader_gone),
		cmocka_unit_test(test_file),   cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_end),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
