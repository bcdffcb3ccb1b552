/*
 * processes.c - which process has which socket open, as /proc tells: names, users, namespaces and
 * descriptors.
 *
 * Threads share one table of descriptors as a rule. One that has its own (unshare(2), CLONE_FILES), or that
 * goes on when the first thread has ended, is told by kcmp(2), where the kernel has that.
 *
 * It knows nothing of what those sockets are. It never has more than four descriptors open at once.
 */
#include "net/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/grow.h"
#include "net/loop.h"
#include "net/proc.h"

#define LOOK_AROUND 256 /* descriptors between two looks at the clock */

/* ---- asking ------------------------------------------------------------------------- */

static int by_inode(const void *a, const void *b)
{
	const struct mc_open_socket *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

const struct mc_open_socket *mc_processes_open(const struct mc_processes *p, uint64_t inode, size_t *ret_n)
{
	size_t low = 0, high = p->nsockets, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->sockets[mid].inode < inode)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < p->nsockets && p->sockets[end].inode == inode; end++)
		;
	*ret_n = end - low;
	return end > low ? &p->sockets[low] : NULL;
}

void mc_processes_free(struct mc_processes *p)
{
	free(p->v);
	free(p->sockets);
	*p = (struct mc_processes){ 0 };
}

/* ---- one process -------------------------------------------------------------------- */

static uint64_t netns_at(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, 0) ? 0 : st.st_ino;
}

uint64_t mc_netns_of(pid_t pid)
{
	char path[64] = "/proc/thread-self/ns/net";

	if (pid)
		snprintf(path, sizeof path, "/proc/%d/ns/net", (int)pid);
	return netns_at(AT_FDCWD, path);
}

/* The beginning of a small file, with a 0 behind it: how long it is, or -errno. */
static ssize_t read_start(int dir, const char *name, char *buf, size_t cap)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, buf, cap - 1);
	int error = errno;

	close(fd);
	if (n < 0)
		return -error;
	buf[n] = '\0';
	return n;
}

/* comm ends with a line feed, and may have others in it. */
static bool read_name(int dir, struct mc_process *p)
{
	char text[sizeof p->name + 1];
	ssize_t n = read_start(dir, "comm", text, sizeof text);

	if (n <= 0)
		return false;
	text[n - 1] = '\0';
	memcpy(p->name, text, sizeof p->name);
	p->name[sizeof p->name - 1] = '\0';
	return true;
}

/* The number behind a key such as "\nUid:"; of several the first. A name in the same file has its line feeds
 * escaped. */
static bool read_key(const char *text, const char *key, uint32_t *ret)
{
	const char *at = strstr(text, key);
	uint64_t v;

	if (!at)
		return false;
	at += strlen(key);
	struct mc_line l = { at, strchrnul(at, '\n') };

	if (!mc_word_number(mc_line_word(&l), 10, UINT32_MAX, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* The real user, and how many threads there are. */
static bool read_status(int dir, struct mc_process *p, uint32_t *ret_threads)
{
	char text[4096];

	if (read_start(dir, "status", text, sizeof text) <= 0 || !read_key(text, "\nUid:", &p->uid))
		return false;
	if (!read_key(text, "\nThreads:", ret_threads))
		*ret_threads = 1;
	return true;
}

/* "socket:[12345]" */
static bool inode_of(const char *link, ssize_t len, uint64_t *ret)
{
	static const char before[] = "socket:[";
	const size_t skip = sizeof before - 1;

	if (len < (ssize_t)skip + 2 || memcmp(link, before, skip) != 0 || link[len - 1] != ']')
		return false;
	return mc_word_number((struct mc_line){ link + skip, link + len - 1 }, 10, UINT64_MAX, ret);
}

static bool late(struct mc_processes *p, mc_time deadline)
{
	if (deadline != MC_NEVER && mc_loop_now() >= deadline)
		p->cut = true;
	return p->cut;
}

static int add_socket(struct mc_processes *p, uint64_t inode, uint32_t process, const char *fd)
{
	struct mc_open_socket *s = mc_grow_twice(&p->sockets, &p->nsockets, sizeof *s);

	if (!s)
		return -ENOMEM;
	*s = (struct mc_open_socket){ inode, process, atoi(fd) };
	return 0;
}

/* A process that has ended gives EACCES, too. */
static bool is_there(int fds)
{
	char text[4];

	return read_start(fds, "../comm", text, sizeof text) > 0;
}

/* Descriptors that are closed meanwhile are left out. With CAP_DAC_OVERRIDE alone they can be listed, and
 * not be read. */
static int list_sockets(struct mc_processes *p, DIR *dir, mc_time deadline)
{
	uint32_t process = (uint32_t)(p->n - 1);
	const struct dirent *e;
	int r = 0;

	for (size_t i = 1; !r && (e = readdir(dir)); i++) {
		char link[64];
		uint64_t inode;

		if (e->d_name[0] == '.')
			continue;
		if (i % LOOK_AROUND == 0 && late(p, deadline))
			break;
		ssize_t len = readlinkat(dirfd(dir), e->d_name, link, sizeof link);

		if (len < 0 && (errno == EACCES || errno == EPERM) && is_there(dirfd(dir))) {
			p->v[process].hidden = true;
			p->hidden++;
			break;
		}
		if (inode_of(link, len, &inode))
			r = add_socket(p, inode, process, e->d_name);
	}
	return r;
}

/* Opens the directory of descriptors. NULL and 0: not to be seen, or gone, which fdopendir may be the
 * first to meet: it asks for its status. */
static DIR *open_sockets(int dir, struct mc_process *p, int *ret)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	*ret = 0;
	if (list)
		return list;
	error = errno;
	if (fd >= 0)
		close(fd);
	p->hidden = error == EACCES || error == EPERM;
	if (error == EMFILE || error == ENFILE || error == ENOMEM)
		*ret = -error;
	return NULL;
}

/* A process, or the thread, whose directory that is. */
static int look(struct mc_processes *p, int dir, pid_t pid, pid_t thread, uint32_t *ret_threads,
		mc_time deadline)
{
	struct mc_process one = { .pid = pid, .thread = thread }, *slot;
	DIR *list;
	int r;

	if (!read_name(dir, &one) || !read_status(dir, &one, ret_threads))
		return 0;
	one.netns = netns_at(dir, "ns/net");
	list = open_sockets(dir, &one, &r);
	if (!list && !one.hidden)
		return r;
	slot = mc_grow_twice(&p->v, &p->n, sizeof *slot);
	if (slot) {
		*slot = one;
		p->hidden += one.hidden;
	} else {
		r = -ENOMEM;
	}
	if (list) {
		r = r ? r : list_sockets(p, list, deadline);
		closedir(list);
	}
	return r;
}

/* ---- threads ------------------------------------------------------------------------ */

/* Whether its table of descriptors is that of one that was looked at since, or may not be compared. */
static bool is_known(const struct mc_processes *p, size_t since, pid_t thread)
{
	for (size_t i = since; i < p->n; i++)
		if (p->v[i].thread == thread ||
		    syscall(SYS_kcmp, p->v[i].thread, thread, KCMP_FILES, 0, 0) <= 0)
			return true;
	return false;
}

static int look_at_thread(struct mc_processes *p, int tasks, const char *name, pid_t pid, mc_time deadline)
{
	int dir = openat(tasks, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	uint32_t threads;

	if (dir < 0)
		return 0;
	r = look(p, dir, pid, atoi(name), &threads, deadline);
	close(dir);
	return r;
}

static int look_at_threads(struct mc_processes *p, int dir, pid_t pid, size_t since, mc_time deadline)
{
	int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!tasks) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	for (size_t i = 1; !r && (e = readdir(tasks)); i++) {
		if (i % LOOK_AROUND == 0 && late(p, deadline))
			break;
		if (e->d_name[0] != '.' && !is_known(p, since, atoi(e->d_name)))
			r = look_at_thread(p, dirfd(tasks), e->d_name, pid, deadline);
	}
	closedir(tasks);
	return r;
}

/* ---- all of them -------------------------------------------------------------------- */

struct pids {
	size_t n;
	pid_t *v;
};

static int by_number(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int add_pid(struct pids *l, const char *name)
{
	pid_t *slot;

	if (*name < '1' || *name > '9')
		return 0;
	slot = mc_grow_twice(&l->v, &l->n, sizeof *slot);
	if (!slot)
		return -ENOMEM;
	*slot = atoi(name);
	return 0;
}

static int list_pids(DIR *proc, struct pids *ret)
{
	const struct dirent *e;
	int r = 0;

	while (!r && (e = readdir(proc)))
		r = add_pid(ret, e->d_name);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof *ret->v, by_number);
	return r;
}

static int look_at(struct mc_processes *p, int proc, pid_t pid, mc_time deadline)
{
	char name[16];

	snprintf(name, sizeof name, "%d", (int)pid);
	int dir = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0) /* gone, or not to be seen at all */
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -errno : 0;
	uint32_t threads = 1;
	size_t since = p->n;
	int r = look(p, dir, pid, pid, &threads, deadline);

	if (!r && threads > 1 && p->n > since && !p->v[since].hidden)
		r = look_at_threads(p, dir, pid, since, deadline);
	close(dir);
	return r;
}

int mc_processes_read(struct mc_processes *ret, mc_time deadline)
{
	struct mc_processes p = { 0 };
	struct pids l = { 0, NULL };
	DIR *proc = opendir("/proc");
	int r = proc ? 0 : -errno;

	if (proc)
		r = list_pids(proc, &l);
	for (size_t i = 0; i < l.n && !r && !late(&p, deadline); i++)
		r = look_at(&p, dirfd(proc), l.v[i], deadline);
	free(l.v);
	if (proc)
		closedir(proc);
	if (r) {
		mc_processes_free(&p);
		return r;
	}
	if (p.nsockets)
		qsort(p.sockets, p.nsockets, sizeof *p.sockets, by_inode);
	*ret = p;
	return 0;
}
