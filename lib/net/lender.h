/*
 * lender.h - the processes that sockets are borrowed from: one is open at a time, and that one stays open
 * while its sockets follow one another. See borrow.h for the rights that takes.
 */
#ifndef MC_LENDER_H
#define MC_LENDER_H

#include "net/processes.h"

#define MC_LENDER_NOBODY UINT32_MAX

struct mc_lender {
	const struct mc_processes *p; /* to stay */
	uint32_t process;             /* the one that is open, or MC_LENDER_NOBODY */
	int fd;
	uint32_t denied; /* one that may not be borrowed from */
};

void mc_lender_init(struct mc_lender *l, const struct mc_processes *p);
void mc_lender_leave(struct mc_lender *l);

/* mc_lender_borrow gives a descriptor of a socket, to be closed soon, from the first process that lets us;
 * *ret_from is who has it open there, or without success the first who has it, or NULL, and *ret_n how many
 * processes have. -EPERM; -ESRCH or -EBADF: it is gone; -ENOENT: nobody has it open. Where nobody is seen to,
 * -ETIME if not all processes were looked at, -EPERM if some may not be. */
int mc_lender_borrow(struct mc_lender *l, uint64_t inode, const struct mc_open_socket **ret_from,
		     size_t *ret_n);

#endif
