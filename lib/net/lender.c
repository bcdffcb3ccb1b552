/*
 * lender.c - from whom a socket is borrowed. It does not look at what it borrows.
 */
#include "net/lender.h"

#include <errno.h>
#include <unistd.h>

#include "net/borrow.h"

void mc_lender_init(struct mc_lender *l, const struct mc_processes *p)
{
	*l = (struct mc_lender){ .p = p, .process = MC_LENDER_NOBODY, .fd = -1, .denied = MC_LENDER_NOBODY };
}

void mc_lender_leave(struct mc_lender *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->process = MC_LENDER_NOBODY;
}

static int enter(struct mc_lender *l, uint32_t process)
{
	if (process == l->process)
		return 0;
	mc_lender_leave(l);
	const struct mc_process *p = &l->p->v[process];
	int fd = p->thread == p->pid ? mc_borrow_process(p->pid) : mc_borrow_thread(p->thread);

	if (fd < 0)
		return fd;
	l->fd = fd;
	l->process = process;
	return 0;
}

static int borrow_from(struct mc_lender *l, const struct mc_open_socket *o)
{
	int r = o->process == l->denied ? -EPERM : enter(l, o->process);

	if (!r)
		r = mc_borrow(l->fd, o->fd, o->inode);
	if (r == -EPERM)
		l->denied = o->process;
	return r;
}

/* Why nobody is seen to have it open. */
static int why_nobody(const struct mc_processes *p)
{
	if (p->cut)
		return -ETIME;
	return p->hidden ? -EPERM : -ENOENT;
}

int mc_lender_borrow(struct mc_lender *l, uint64_t inode, const struct mc_open_socket **ret_from,
		     size_t *ret_n)
{
	size_t n;
	const struct mc_open_socket *v = mc_processes_open(l->p, inode, &n);
	int r = n ? -ENOENT : why_nobody(l->p);

	*ret_from = v;
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		*ret_n += !i || v[i].process != v[i - 1].process;
		if (r >= 0)
			continue;
		r = borrow_from(l, &v[i]);
		if (r >= 0)
			*ret_from = &v[i];
	}
	return r;
}
