/*
 * control.c - the socket that who serves an interface holds, and the children that answer on it. It knows
 * nothing of what they say: that is written by who opened it.
 */
#include "querier/control.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 8, BACKLOG = 16, AT_ONCE = 16, PATIENCE = 5000, SECONDS = 60, OWN_FDS = 3 };

struct child {
	pid_t pid; /* 0: none */
	struct mc_watch ended;
};

struct control {
	struct mc_loop *loop;
	struct mc_watch askers;
	struct control_answer answer;
	struct child children[CHILDREN];
};

/* Of who serves: in a child its parent, else 0. */
static pid_t served_by;

pid_t control_pid(void)
{
	return served_by ? served_by : getpid();
}

/* ---- the name, and who has it -------------------------------------------------------------------- */

socklen_t control_name(struct sockaddr_un *ret, const char *ifname)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path + 1, sizeof ret->sun_path - 1, CONTROL_PREFIX "%s", ifname);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static FILE *open_proc(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	return fopen(path, "re");
}

static bool has_net_raw(pid_t pid)
{
	FILE *from = open_proc(pid, "status");
	unsigned long long caps = 0;
	char *line = NULL;
	size_t cap = 0;

	if (!from)
		return false;
	while (getline(&line, &cap, from) >= 0 && sscanf(line, "CapEff: %llx", &caps) != 1)
		;
	free(line);
	fclose(from);
	return caps >> CAP_NET_RAW & 1;
}

static bool is_same(FILE *a, FILE *b)
{
	int c;

	do
		c = getc(a);
	while (c == getc(b) && c != EOF);
	return c == EOF && feof(a) && feof(b);
}

/* Whether its capabilities hold here: anybody may have all of them in a user namespace of his own. What that
 * is linked to is shown to few, its map to all; and whoever maps as many users as this one has may do here
 * what he likes (user_namespaces(7)). */
static bool is_in_user_ns(pid_t pid)
{
	FILE *its = open_proc(pid, "uid_map"), *own = fopen("/proc/self/uid_map", "re");
	bool same = its && own && is_same(its, own);

	if (its)
		fclose(its);
	if (own)
		fclose(own);
	return same;
}

static bool is_querier(const struct ucred *who)
{
	if (who->uid == 0 || who->uid == geteuid())
		return true;
	return who->pid && has_net_raw(who->pid) && is_in_user_ns(who->pid);
}

/* Who has the name: the kernel tells whoever connects. */
static struct control_holder find_holder(const struct sockaddr_un *name, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct control_holder h = { .pid = 0 };
	struct ucred who;
	socklen_t size = sizeof who;

	if (fd < 0)
		return h;
	if (!connect(fd, (const struct sockaddr *)name, len) &&
	    !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
		h = (struct control_holder){ who.pid, who.uid, is_querier(&who) };
	close(fd);
	return h;
}

/* ---- a child --------------------------------------------------------------------------------------- */

static bool read_request(int fd, enum control_form *ret)
{
	char line[sizeof CONTROL_AS_TEXT] = "";
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n < sizeof line - 1 && !memchr(line, '\n', n)) {
		ssize_t r = poll(&p, 1, PATIENCE) > 0 ? read(fd, line + n, sizeof line - 1 - n) : 0;

		if (r <= 0)
			return false;
		n += (size_t)r;
	}
	*ret = strcmp(line, CONTROL_AS_JSON) == 0 ? CONTROL_JSON : CONTROL_TEXT;
	return *ret == CONTROL_JSON || strcmp(line, CONTROL_AS_TEXT) == 0;
}

static void speak(const struct control *c, int fd)
{
	enum control_form form;
	FILE *to;

	if (!read_request(fd, &form))
		return;
	to = fdopen(fd, "w");
	if (!to)
		return;
	fputs(CONTROL_OK, to);
	c->answer.write(c->answer.arg, to, form);
	fputc('\0', to);
	fclose(to);
}

/* All that the parent has open, the name and its packets too, is its own. */
static void close_others(int fd)
{
	if (fd > OWN_FDS)
		close_range(OWN_FDS, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0u, 0);
}

/* Never returns, and writes nothing of what the parent has in its streams. A minute is enough for whoever
 * takes the answer. */
static void be_child(const struct control *c, int fd)
{
	sigset_t none;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, SIG_DFL);
	alarm(SECONDS);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_others(fd);
	speak(c, fd);
	_exit(0);
}

/* ---- the parent ------------------------------------------------------------------------------------ */

static void forget(struct control *c, struct child *child)
{
	if (child->ended.fd >= 0) {
		mc_loop_del(c->loop, &child->ended);
		close(child->ended.fd);
	}
	child->pid = 0;
}

static void reap(struct control *c)
{
	for (struct child *i = c->children; i < c->children + CHILDREN; i++)
		if (i->pid && waitpid(i->pid, NULL, WNOHANG) != 0)
			forget(c, i);
}

static void on_ended(struct mc_watch *w)
{
	reap(w->arg);
}

static struct child *free_child(struct control *c)
{
	reap(c);
	for (struct child *i = c->children; i < c->children + CHILDREN; i++)
		if (!i->pid)
			return i;
	return NULL;
}

/* Where there is no pidfd a child is reaped when the next one asks. */
static void watch_child(struct control *c, struct child *child)
{
	child->ended = (struct mc_watch){ .ready = on_ended, .arg = c };
	child->ended.fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->ended.fd >= 0 && mc_loop_add(c->loop, &child->ended)) {
		close(child->ended.fd);
		child->ended.fd = -1;
	}
}

static void turn_away(int fd, const char *line)
{
	ssize_t n = send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)n; /* who does not read does not hear */
}

static bool is_allowed(int fd)
{
	struct ucred who;
	socklen_t size = sizeof who;

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) &&
	       (who.uid == 0 || who.uid == geteuid());
}

static void serve(struct control *c, int fd)
{
	struct child *child;
	pid_t parent = getpid();

	if (!is_allowed(fd)) {
		turn_away(fd, CONTROL_NOT_ALLOWED);
		return;
	}
	if (c->answer.prepare)
		c->answer.prepare(c->answer.arg);
	child = free_child(c);
	if (!child || (child->pid = fork()) < 0) {
		turn_away(fd, CONTROL_BUSY);
		if (child)
			child->pid = 0;
		return;
	}
	if (child->pid == 0) {
		served_by = parent;
		be_child(c, fd);
	}
	watch_child(c, child);
}

static void on_asker(struct mc_watch *w)
{
	for (unsigned i = 0; i < AT_ONCE; i++) {
		int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		serve(w->arg, fd);
		close(fd);
	}
}

/* ---- opening and closing ----------------------------------------------------------------------------- */

static int hold(struct control *c, const char *ifname, struct control_holder *holder)
{
	struct sockaddr_un name;
	socklen_t len = control_name(&name, ifname);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r;

	if (fd < 0)
		return -errno;
	c->askers = (struct mc_watch){ .fd = fd, .ready = on_asker, .arg = c };
	if (bind(fd, (const struct sockaddr *)&name, len) || listen(fd, BACKLOG))
		r = -errno;
	else
		r = mc_loop_add(c->loop, &c->askers);
	if (r == -EADDRINUSE)
		*holder = find_holder(&name, len);
	if (r)
		close(fd);
	return r;
}

int control_open(struct control **ret, struct mc_loop *loop, const char *ifname,
		 const struct control_answer *answer, struct control_holder *holder)
{
	struct control *c;
	int r;

	if (!*ifname || strlen(ifname) >= MC_IFNAME_SIZE)
		return MC_ERR_IFNAME;
	c = calloc(1, sizeof *c);
	if (!c)
		return -ENOMEM;
	c->loop = loop;
	c->answer = *answer;
	r = hold(c, ifname, holder);
	if (r)
		free(c);
	else
		*ret = c;
	return r;
}

/* What is being said about an interface that is not served any more is of no use. */
void control_close(struct control *c)
{
	if (!c)
		return;
	for (struct child *i = c->children; i < c->children + CHILDREN; i++)
		if (i->pid) {
			kill(i->pid, SIGKILL);
			waitpid(i->pid, NULL, 0);
			forget(c, i);
		}
	mc_loop_del(c->loop, &c->askers);
	close(c->askers.fd);
	free(c);
}
