/*
 * notify.c - tests of what a service manager is told: this process is both.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "notify.h"

static char dir[] = "/tmp/mcast-notify-XXXXXX";

/* A manager's socket at an address as $NOTIFY_SOCKET has it; notify is opened with it. */
static int manager_at(const char *where)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = strlen(where);

	assert_true(fd >= 0);
	memcpy(a.sun_path, where, len);
	if (*where == '@')
		a.sun_path[0] = '\0';
	len += offsetof(struct sockaddr_un, sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, (socklen_t)len), 0);
	setenv("NOTIFY_SOCKET", where, 1);
	notify_open();
	assert_null(getenv("NOTIFY_SOCKET"));
	return fd;
}

/* What has come; "" for nothing. */
static const char *heard(int fd)
{
	static char text[200];
	ssize_t n = recv(fd, text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void speaks(const char *where)
{
	int fd = manager_at(where);

	notify_send("READY=1");
	equal(where, heard(fd), "READY=1");
	notify_send("STATUS=%s\nX=%d", "two lines", 2);
	equal(where, heard(fd), "STATUS=two lines\nX=2");
	equal(where, heard(fd), "");
	close(fd);
	notify_send("READY=1"); /* to nobody: no harm */
}

static void test_abstract(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof name, "@mcast-notify/%d", (int)getpid());
	speaks(name);
}

static void test_path(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "%s/s", dir);
	speaks(path);
	unlink(path);
}

static void test_reloading(void **state)
{
	char name[64];
	struct timespec t;
	unsigned long long usec = 0, now;
	int fd, at = 0;
	const char *text;

	(void)state;
	snprintf(name, sizeof name, "@mcast-notify/%d", (int)getpid());
	fd = manager_at(name);
	clock_gettime(CLOCK_MONOTONIC, &t);
	notify_reloading();
	now = (unsigned long long)t.tv_sec * 1000000 + (unsigned long long)t.tv_nsec / 1000;
	text = heard(fd);
	assert_int_equal(sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%llu%n", &usec, &at), 1);
	assert_int_equal(text[at], '\0');
	assert_true(usec >= now && usec < now + 60000000);
	close(fd);
}

/* Neither what is no address, nor one that is too long, nor none reaches anybody: and not who was there
 * before. */
static void test_nobody(void **state)
{
	char name[64], lengthy[200];
	const char *rows[] = { NULL, "", "@", "/", "relative", "vsock:2:1", lengthy };

	(void)state;
	memset(lengthy, 'x', sizeof lengthy - 1);
	lengthy[0] = '/';
	lengthy[sizeof lengthy - 1] = '\0';
	snprintf(name, sizeof name, "@mcast-notify/%d", (int)getpid());
	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = manager_at(name);

		if (rows[i])
			setenv("NOTIFY_SOCKET", rows[i], 1);
		notify_open();
		notify_send("READY=1");
		equal(rows[i] ? rows[i] : "none", heard(fd), "");
		assert_null(getenv("NOTIFY_SOCKET"));
		close(fd);
	}
}

/* The longest addresses that there can be. */
static void test_longest(void **state)
{
	struct sockaddr_un a;
	char name[sizeof a.sun_path + 1];

	(void)state;
	memset(name, 'x', sizeof a.sun_path);
	name[0] = '@';
	name[sizeof a.sun_path] = '\0';
	speaks(name);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abstract),  cmocka_unit_test(test_path),
		cmocka_unit_test(test_reloading), cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests_name("notify", tests, make_dir, remove_dir);
}
