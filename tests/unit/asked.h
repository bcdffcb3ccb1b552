/*
 * asked.h - the querier's control socket under test, with real sockets: this process serves, forked ones ask.
 */
#ifndef TEST_ASKED_H
#define TEST_ASKED_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns.h"
#include "opt.h"
#include "querier/control.h"

#define LONG_ENOUGH (30 * MC_SEC) /* that what must come may take */
#define LARGE (8 << 20)           /* octets: more than sockets hold */

static struct mc_loop *loop;
static bool alone; /* in a network namespace of its own */
static int inherited = -1;

static const struct verb asking = { .name = "querier" };

/* ---- serving --------------------------------------------------------------------------------------- */

/* What a server says. */
struct says {
	const char *text, *json;
	bool pid, large, dies, looks;
};

static inline void answer(void *arg, FILE *to, enum control_form form)
{
	const struct says *s = arg;

	if (s->pid)
		fprintf(to, "%d %d\n", (int)control_pid(), (int)getpid());
	if (s->looks)
		fprintf(to, "%s\n", fcntl(inherited, F_GETFD) < 0 ? "closed" : "open");
	for (size_t i = 0; s->large && i < LARGE; i += 64)
		fprintf(to, "%63d\n", 7);
	fputs(form == CONTROL_JSON ? s->json : s->text, to);
	if (!s->dies)
		return;
	fflush(to);
	raise(SIGKILL);
}

static inline struct control *serve(const char *ifname, const struct says *s)
{
	struct control *c = NULL;
	struct control_holder holder;
	const struct control_answer says = { .write = answer, .arg = (void *)(uintptr_t)s };
	int r = control_open(&c, loop, ifname, &says, &holder);

	if (r)
		fail_msg("%s: %s", ifname, mc_strerror(r));
	return c;
}

/* ---- asking ------------------------------------------------------------------------------------------ */

struct said {
	int code;
	char *out, *err; /* free them */
};

/* Reads from its start what was written to a file without a name. */
static inline char *taken(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)len + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)len, 0), len);
	close(fd);
	return text;
}

static inline void be_asker(const char *const *names, size_t n, enum control_form form, uid_t uid, int out,
			    int err)
{
	int code;

	alarm(60); /* whatever becomes of its parent */
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (uid && setresuid(uid, uid, uid))
		_exit(99);
	code = control_ask(&asking, names, n, form);
	fflush(stdout);
	_exit(code);
}

/* Serves until a process has ended; its exit code. */
static inline int serve_until(pid_t pid)
{
	mc_time end = mc_loop_now() + LONG_ENOUGH;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		assert_true(mc_loop_now() < end);
		assert_true(mc_loop_wait(loop, mc_loop_now() + 20 * MC_MSEC) >= 0);
	}
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static inline struct said ask_as(uid_t uid, enum control_form form, const char *const *names, size_t n)
{
	int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);
	struct said s;
	pid_t pid;

	assert_true(out >= 0 && err >= 0);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		be_asker(names, n, form, uid, out, err);
	s.code = serve_until(pid);
	s.out = taken(out);
	s.err = taken(err);
	return s;
}

static inline struct said ask(enum control_form form, const char *ifname)
{
	return ask_as(0, form, &ifname, 1);
}

static inline void expect(struct said s, int code, const char *out, const char *err)
{
	assert_string_equal(s.err, err);
	assert_string_equal(s.out, out);
	assert_int_equal(s.code, code);
	free(s.out);
	free(s.err);
}

/* A connection by hand; what is NULL is not sent. */
static inline int dial(const char *ifname, const char *request)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un name;
	socklen_t len = control_name(&name, ifname);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, len), 0);
	if (request)
		assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	return fd;
}

/* ---- names that nobody else has ------------------------------------------------------------------------ */

static inline const char *name(unsigned i)
{
	static char names[4][MC_IFNAME_SIZE];

	snprintf(names[i], sizeof names[i], "t%u.%d", i, (int)getpid());
	return names[i];
}

static const struct says hello = { .text = "hello\n", .json = "{\"ifname\":\"a\"}" };

static inline int set_up(void **state)
{
	(void)state;
	alone = netns_unshare();
	return mc_loop_new(&loop);
}

static inline int tear_down(void **state)
{
	(void)state;
	mc_loop_free(loop);
	return 0;
}

#endif
