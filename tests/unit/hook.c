/*
 * hook.c - tests of hooks with small scripts in a directory of their own, which is the current one. What
 * a script has to tell it writes into the file "out".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "watch/hook.h"
#include "check.h"

#define GENEROUS 20 /* seconds that what must come may take */

static char dir[] = "/tmp/mcast-hook-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "a/prog", "b/prog", "b/folder", "a",  "b",
					     "prog",   "plain",  "out",      "err" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		remove(names[i]);
	return chdir("/") || rmdir(dir);
}

static void put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* What a file holds; the file goes. */
static const char *take(const char *path)
{
	static char text[4096];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	remove(path);
	return f ? text : "(no file)";
}

static struct hook *new_hook(const char *text)
{
	char why[300] = "";
	struct hook *h = NULL;

	if (hook_new(&h, text, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
	return h;
}

static void run(struct hook *h, const struct hook_var *vars, size_t n)
{
	char why[300] = "";

	if (hook_run(h, vars, n, why, sizeof(why)))
		fail_msg("%s", why);
}

/* Runs a hook once, to its end. */
static void run_once(const char *text, const struct hook_var *vars, size_t n)
{
	struct hook *h = new_hook(text);

	run(h, vars, n);
	hook_wait(h, GENEROUS);
	assert_int_equal(hook_stats(h).run, 1);
	assert_int_equal(hook_stats(h).failed, 0);
	hook_free(h);
}

static void script(const char *body)
{
	char text[1000];

	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
	put("prog", text, 0700);
}

static void refused(const char *text, const char *want)
{
	char why[300] = "";
	struct hook *h = NULL;

	assert_int_equal(hook_new(&h, text, why, sizeof(why)), -1);
	assert_null(h);
	equal(text, why, want);
}

/* What a hook prints goes to our stderr, or nowhere. */
static void test_mute(void **state)
{
	struct hook *h;

	(void)state;
	script("PATH=/usr/bin:/bin; { readlink /proc/$$/fd/3; readlink /proc/$$/fd/2; } 3>&1 >out");
	h = new_hook("./prog");
	hook_mute(h);
	run(h, NULL, 0);
	hook_wait(h, GENEROUS);
	equal("stdout, stderr", take("out"), "/dev/null\n/dev/null\n");
	hook_free(h);
}

static void test_refused(void **state)
{
	(void)state;
	put("plain", "no program", 0600);
	setenv("PATH", "/nonexistent:.", 1);
	refused("", "names no program");
	refused(" \t ", "names no program");
	refused("./absent -x", "cannot run ./absent: No such file or directory");
	refused("absent", "cannot run absent: not found in PATH (there is no shell: name a program)");
	refused("/", "cannot run /: Is a directory");
	refused("./plain/x", "cannot run ./plain/x: Not a directory");
	refused("plain x", "cannot run plain: not executable (chmod +x makes it so)");
	refused("  ./plain", "cannot run ./plain: not executable (chmod +x makes it so)");
	refused("/dev/null", "cannot run /dev/null: not executable (chmod +x makes it so)");
}

/* The first that can be run counts, as for a shell; it is looked for once. */
static void test_path(void **state)
{
	char path[200];

	(void)state;
	assert_int_equal(mkdir("a", 0700) | mkdir("b", 0700) | mkdir("b/folder", 0700), 0);
	put("a/prog", "#!/bin/sh\n", 0600);
	put("b/prog", "#!/bin/sh\necho b $0 $# > out\n", 0700);
	snprintf(path, sizeof(path), "/nonexistent:%s/a:%s/b:/bin:/usr/bin", dir, dir);
	setenv("PATH", path, 1);
	refused("folder", "cannot run folder: Is a directory");
	struct hook *h = new_hook("prog x");

	setenv("PATH", "/bin:/usr/bin", 1);
	run(h, NULL, 0);
	hook_wait(h, GENEROUS);
	hook_free(h);
	snprintf(path, sizeof(path), "b %s/b/prog 1\n", dir);
	equal("out", take("out"), path);
	script("echo here > out");
	setenv("PATH", ":/bin:/usr/bin", 1); /* an empty one is the current directory */
	run_once("prog", NULL, 0);
	equal("out", take("out"), "here\n");
	setenv("PATH", "/bin:/usr/bin", 1);
}

static void test_split(void **state)
{
	(void)state;
	script("printf '<%s>' \"$@\" > out");
	run_once("./prog", NULL, 0);
	equal("none", take("out"), "<>");
	run_once("\t./prog  one 'two three'   $HOME;x\t* ", NULL, 0);
	equal("some", take("out"), "<one><'two><three'><$HOME;x><*>");
}

/* Whatever octets: no shell looks at them. */
static void test_octets(void **state)
{
	static const char odd[] = "a b\n'\"\\$(touch x) `y` \xff\xc3=;";
	const struct hook_var vars[] = { { "MCAST_TEXT", odd }, { "MCAST_GROUP", "" } };
	char want[200];

	(void)state;
	script("printf '%s|%s|' \"$MCAST_TEXT\" \"${MCAST_GROUP-unset}\" > out");
	run_once("./prog", vars, COUNT(vars));
	snprintf(want, sizeof(want), "%s||", odd);
	equal("out", take("out"), want);
}

/* Opens a file in the place of a descriptor that is open; returns what was there. */
static int swap(int fd, const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), old = fcntl(fd, F_DUPFD_CLOEXEC, 10);

	assert_true(file >= 0 && old >= 0);
	dup2(file, fd);
	close(file);
	return old;
}

/* Runs with stderr in the file "err", something to read on stdin, and a descriptor that nobody marked
 * to be closed. */
static void run_with_err(const char *text, const struct hook_var *vars, size_t n)
{
	int in, err, leak;

	put("plain", "from stdin\n", 0600);
	in = swap(0, "plain");
	err = swap(2, "err");
	leak = dup2(0, 9);
	run_once(text, vars, n);
	dup2(in, 0);
	dup2(err, 2);
	close(in);
	close(err);
	assert_int_equal(leak, 9);
	close(leak);
}

/* Ours come in the place of those of the same name; all others stay. */
static void test_environment(void **state)
{
	const struct hook_var vars[] = { { "MCAST_HOSTS", "new" }, { "MCAST", "short" } };
	char path[] = "PATH=/bin:/usr/bin", hosts[] = "MCAST_HOSTS=old", other[] = "MCAST_OTHER=stays";
	char *env[] = { path, hosts, other, NULL }, **old = environ;

	(void)state;
	environ = env;
	run_with_err("env", vars, COUNT(vars));
	equal("ours", getenv("MCAST_HOSTS"), "old");
	environ = old;
	equal("err", take("err"), "PATH=/bin:/usr/bin\nMCAST_OTHER=stays\nMCAST_HOSTS=new\nMCAST=short\n");
}

static void test_files(void **state)
{
	(void)state;
	script("echo to stdout; echo to stderr >&2; cat; readlink /proc/$$/fd/0\n"
	       "[ -e /proc/$$/fd/9 ] && echo leak; true");
	run_with_err("./prog", NULL, 0);
	equal("err", take("err"), "to stdout\nto stderr\n/dev/null\n");
}

static unsigned long long signals_in(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	assert_non_null(line);
	return strtoull(line + strlen(name), NULL, 16);
}

/* Asked of the kernel: a shell would unblock them itself. */
static void test_signals(void **state)
{
	sigset_t set, old;
	const char *text;
	int pid, group;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGPIPE, SIG_IGN);
	run_with_err("cat /proc/self/stat /proc/self/status", NULL, 0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	text = take("err");
	assert_int_equal(sscanf(text, "%d (cat) %*c %*d %d", &pid, &group), 2);
	assert_int_equal(group, pid);
	assert_true(signals_in(text, "SigBlk:") == 0);
	assert_true(!(signals_in(text, "SigIgn:") & 1ull << (SIGPIPE - 1)));
}

static void test_failed(void **state)
{
	char why[300] = "";
	struct hook *h;

	(void)state;
	script("exit 3");
	h = new_hook("./prog");
	run(h, NULL, 0);
	hook_wait(h, GENEROUS);
	assert_int_equal(hook_stats(h).failed, 1);
	script("kill -9 $$");
	run(h, NULL, 0);
	hook_wait(h, GENEROUS);
	assert_int_equal(hook_stats(h).failed, 2);
	remove("prog");
	assert_int_equal(hook_run(h, NULL, 0, why, sizeof(why)), -1);
	equal("why", why, "cannot run ./prog: No such file or directory");
	assert_int_equal(hook_stats(h).failed, 3);
	assert_int_equal(hook_stats(h).run, 2);
	hook_free(h);
}

/* HOOK_MOST of them wait for a lock that is held here; starting them waits for nothing. */
static void test_most(void **state)
{
	int fd = open("plain", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct hook *h = new_hook("flock -s plain true");
	time_t begun = time(NULL);

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	for (int i = 0; i < HOOK_MOST + 2; i++)
		run(h, NULL, 0);
	assert_int_equal(hook_stats(h).run, HOOK_MOST);
	assert_int_equal(hook_stats(h).skipped, 2);
	hook_wait(h, 1);
	run(h, NULL, 0);
	assert_int_equal(hook_stats(h).skipped, 3);
	assert_true(time(NULL) - begun < GENEROUS);
	close(fd);
	/* They end; to start one more makes the room for it. */
	while (hook_stats(h).run == HOOK_MOST && time(NULL) - begun < 2 * GENEROUS)
		run(h, NULL, 0);
	assert_int_equal(hook_stats(h).run, HOOK_MOST + 1);
	hook_wait(h, GENEROUS);
	assert_int_equal(hook_stats(h).failed, 0);
	hook_free(h);
	hook_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_mute),
		cmocka_unit_test(test_path),    cmocka_unit_test(test_split),
		cmocka_unit_test(test_octets),  cmocka_unit_test(test_environment),
		cmocka_unit_test(test_files),   cmocka_unit_test(test_signals),
		cmocka_unit_test(test_failed),  cmocka_unit_test(test_most),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
