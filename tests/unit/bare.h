/*
 * bare.h - a question asked by a process of its own that has no capability.
 */
#ifndef TEST_BARE_H
#define TEST_BARE_H

#include <cap-ng.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool bare(bool (*good)(void))
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		capng_clear(CAPNG_SELECT_BOTH);
		if (capng_apply(CAPNG_SELECT_CAPS) || capng_get_caps_process() ||
		    capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
			_exit(2);
		_exit(good() ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

#endif
