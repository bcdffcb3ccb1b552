/*
 * signals.c - signals as something to read: signalfd(2). It does not know what a signal means.
 */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* A blocked signal reaches the descriptor even where the shell left it ignored, as it does for
 * a command put in the background: kill -INT ends that one, too, as with ping(8). fd -1 makes one. */
static int open_set(int fd, const int *numbers, size_t n)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, numbers[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int signals_open(void)
{
	return open_set(-1, NULL, 0);
}

int signals_more(int fd, const int *numbers, size_t n)
{
	int r = open_set(fd, numbers, n);

	return r < 0 ? r : 0;
}

int signals_read(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}
