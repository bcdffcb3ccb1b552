/*
 * netns.c - network namespaces: those with a name below /run/netns, as ip-netns(8) gives them, and those that
 * processes live in; setns(2).
 */
#include "net/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/grow.h"

#define NAMES "/run/netns"
#define OWN "/proc/thread-self/ns/net"
#define NSFS 0x6e736673 /* NSFS_MAGIC; a name that nothing is mounted on is an empty file */

static struct mc_netns *find(struct mc_netnses *l, uint64_t inode)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].inode == inode)
			return &l->v[i];
	return NULL;
}

static int add(struct mc_netnses *l, uint64_t inode, struct mc_netns **ret)
{
	struct mc_netns *ns = find(l, inode);

	if (!ns) {
		ns = mc_grow_twice(&l->v, &l->n, sizeof *ns);
		if (!ns)
			return -ENOMEM;
		ns->inode = inode;
	}
	*ret = ns;
	return 0;
}

/* Opens a namespace and tells which one it is. */
static int open_ns(const char *path, uint64_t *ret_inode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fs.f_type != NSFS || fstat(fd, &st)) {
		close(fd);
		return -ENOENT;
	}
	*ret_inode = st.st_ino;
	return fd;
}

static int path_of(char *buf, size_t cap, const char *name)
{
	return (size_t)snprintf(buf, cap, NAMES "/%s", name) < cap ? 0 : -ENAMETOOLONG;
}

/* ---- the list ----------------------------------------------------------------------- */

/* Two names may be the same namespace's: the first that is found stays. */
static int add_name(struct mc_netnses *l, const char *name)
{
	char path[sizeof NAMES + sizeof l->v->name];
	struct mc_netns *ns;
	uint64_t inode = 0;
	int fd = *name == '.' || path_of(path, sizeof path, name) ? -ENOENT : open_ns(path, &inode);

	if (fd < 0)
		return 0;
	close(fd);
	int r = strlen(name) < sizeof ns->name ? add(l, inode, &ns) : 1;

	if (!r && !ns->name[0])
		memcpy(ns->name, name, strlen(name) + 1);
	return r < 0 ? r : 0;
}

static int add_names(struct mc_netnses *l)
{
	DIR *dir = opendir(NAMES);
	const struct dirent *e;
	int r = 0;

	while (dir && !r && (e = readdir(dir)))
		r = add_name(l, e->d_name);
	if (dir)
		closedir(dir);
	return r;
}

/* Processes come by pid, so that the first is the lowest. */
static int add_processes(struct mc_netnses *l, const struct mc_processes *p)
{
	const struct mc_netns *last = NULL;
	struct mc_netns *ns;
	int r = 0;

	for (size_t i = 0; i < p->n && !r; i++) {
		const struct mc_process *one = &p->v[i];

		l->hidden += !one->netns;
		if (!one->netns || (last && last->inode == one->netns)) /* mostly */
			continue;
		r = add(l, one->netns, &ns);
		if (r)
			continue;
		if (!ns->pid) {
			ns->pid = one->pid;
			memcpy(ns->comm, one->name, sizeof ns->comm);
		}
		last = ns;
	}
	return r;
}

static int in_order(const void *a, const void *b)
{
	const struct mc_netns *x = a, *y = b;

	if (x->own != y->own)
		return x->own ? -1 : 1;
	if (!x->name[0] != !y->name[0])
		return x->name[0] ? -1 : 1;
	if (x->name[0])
		return strcmp(x->name, y->name);
	return (x->pid > y->pid) - (x->pid < y->pid);
}

static int fill(struct mc_netnses *l, const struct mc_processes *p)
{
	uint64_t own = mc_netns_of(0);
	struct mc_netns *ns;
	int r = own ? add(l, own, &ns) : -ENOENT;

	if (r)
		return r;
	ns->own = true;
	r = add_names(l);
	if (!r)
		r = add_processes(l, p);
	if (!r)
		qsort(l->v, l->n, sizeof *l->v, in_order);
	return r;
}

int mc_netns_list(struct mc_netnses *ret, const struct mc_processes *p)
{
	struct mc_netnses l = { 0 };
	int r = fill(&l, p);

	if (r) {
		mc_netns_free(&l);
		return r;
	}
	*ret = l;
	return 0;
}

void mc_netns_free(struct mc_netnses *l)
{
	free(l->v);
	*l = (struct mc_netnses){ 0 };
}

/* ---- going there -------------------------------------------------------------------- */

/* A name, or a process, may be another namespace's by now. */
static int open_it(const struct mc_netns *ns)
{
	char path[sizeof NAMES + sizeof ns->name] = OWN;
	uint64_t inode = 0;
	int r = 0, fd;

	if (ns->name[0])
		r = path_of(path, sizeof path, ns->name);
	else if (ns->pid)
		snprintf(path, sizeof path, "/proc/%d/ns/net", (int)ns->pid);
	else if (!ns->own)
		r = -ENOENT;
	fd = r ? r : open_ns(path, &inode);
	if (fd >= 0 && inode != ns->inode) {
		close(fd);
		return ns->name[0] ? -ENOENT : -ESRCH;
	}
	return fd;
}

int mc_netns_enter(const struct mc_netns *ns, int *ret_back)
{
	uint64_t inode = 0;
	int back = open_ns(OWN, &inode), fd, r = 0;

	if (back < 0)
		return back;
	fd = open_it(ns);
	if (fd < 0)
		r = fd;
	else if (inode != ns->inode && setns(fd, CLONE_NEWNET)) /* where it is already, no right is needed */
		r = -errno;
	if (fd >= 0)
		close(fd);
	if (r) {
		close(back);
		return r;
	}
	*ret_back = back;
	return 0;
}

int mc_netns_back(int back)
{
	struct stat st;
	int r = 0;

	if ((fstat(back, &st) || st.st_ino != mc_netns_of(0)) && setns(back, CLONE_NEWNET))
		r = -errno;
	close(back);
	return r;
}
