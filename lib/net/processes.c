/*
 * processes.c - which process has which socket open, as /proc tells: names, users, namespaces and descriptors.
 *
 * It knows nothing of what those sockets are. It never has more than three descriptors open at once.
 */
#include "net/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* "Uid:" is followed by the real one. A name in the same file has its line feeds escaped. */
static bool read_uid(int dir, struct mc_process *p)
{
	char text[1024];
	const char *at;
	uint64_t uid;

	if (read_start(dir, "status", text, sizeof text) <= 0)
		return false;
	at = strstr(text, "\nUid:");
	if (!at)
		return false;
	struct mc_line l = { at + 5, at + strcspn(at + 1, "\n") + 1 };

	if (!mc_word_number(mc_line_word(&l), 10, UINT32_MAX, &uid))
		return false;
	p->uid = (uint32_t)uid;
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

/* Descriptors that are closed meanwhile are left out. */
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
		if (inode_of(link, readlinkat(dirfd(dir), e->d_name, link, sizeof link), &inode))
			r = add_socket(p, inode, process, e->d_name);
	}
	return r;
}

/* Opens the directory of descriptors. NULL and 0: not to be seen, or gone. */
static DIR *open_sockets(int dir, struct mc_process *p, int *ret)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list;

	*ret = 0;
	if (fd < 0) {
		p->hidden = errno == EACCES || errno == EPERM;
		*ret = errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -errno : 0;
		return NULL;
	}
	list = fdopendir(fd);
	if (!list) {
		*ret = -errno;
		close(fd);
	}
	return list;
}

static int look(struct mc_processes *p, int dir, pid_t pid, mc_time deadline)
{
	struct mc_process one = { .pid = pid }, *slot;
	DIR *list;
	int r;

	if (!read_name(dir, &one) || !read_uid(dir, &one))
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
	int r = look(p, dir, pid, deadline);

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
