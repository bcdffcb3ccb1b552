/*
 * processes.h - which process has which socket open: /proc/PID/fd. Sees what the caller's rights let it see
 * (its own processes, or all with CAP_SYS_PTRACE), and counts what they do not.
 */
#ifndef MC_PROCESSES_H
#define MC_PROCESSES_H

#include <mcast/base.h>
#include <sys/types.h>

/* A process, or a thread of one that has descriptors of its own: then there are several of the same pid. */
struct mc_process {
	pid_t pid, thread; /* thread: pid, or that thread */
	uint32_t uid;   /* real */
	char name[16];  /* comm: any octets but 0 */
	uint64_t netns; /* inode of its network namespace; 0: not to be seen */
	bool hidden;    /* its descriptors are not to be seen */
};

struct mc_open_socket {
	uint64_t inode;
	uint32_t process; /* index */
	int fd;           /* the process's own number */
};

struct mc_processes {
	size_t n;
	struct mc_process *v; /* by pid */
	size_t nsockets;
	struct mc_open_socket
		*sockets; /* by inode, then process, then fd: a socket may be open more than once */
	size_t hidden;    /* how many processes are */
	bool cut;         /* the deadline came first */
};

/* mc_processes_read looks at all processes, or until a deadline (mc_loop_now; MC_NEVER). A process that ends
 * meanwhile is left out. 0 or -errno: /proc cannot be read. mc_processes_free frees what it has. */
int mc_processes_read(struct mc_processes *ret, mc_time deadline);
void mc_processes_free(struct mc_processes *p);

/* mc_processes_open gives the first of those that have a socket open, and how many there are, or NULL. */
const struct mc_open_socket *mc_processes_open(const struct mc_processes *p, uint64_t inode, size_t *ret_n);

/* mc_netns_of is the inode of a network namespace, of a process (0: the calling thread): 0 where it cannot be
 * seen. */
uint64_t mc_netns_of(pid_t pid);

#endif
