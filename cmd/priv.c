/*
 * priv.c - giving up privileges with libcap-ng (capabilities(7)). It knows no socket and no
 * verb. The user stays who it was.
 */
#include "priv.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>

/* One or two each. /proc/PID/fd is its owner's, whatever CAP_SYS_PTRACE allows to see in it. */
static const unsigned capabilities[][2] = {
	[PRIV_BIND] = { CAP_NET_BIND_SERVICE, CAP_NET_BIND_SERVICE },
	[PRIV_RAW] = { CAP_NET_RAW, CAP_NET_RAW },
	[PRIV_ADMIN] = { CAP_NET_ADMIN, CAP_NET_ADMIN },
	[PRIV_TRACE] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH },
};

int priv_drop(enum priv keep)
{
	bool kept[2] = { false };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (capng_get_caps_process() < 0)
		return -EPERM;
	for (unsigned i = 0; keep != PRIV_NONE && i < 2; i++)
		kept[i] = capng_have_capability(CAPNG_PERMITTED, capabilities[keep][i]);
	/* The bounding set needs CAP_SETPCAP, so it goes first, where it can at all. */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		capng_clear(CAPNG_SELECT_BOUNDS);
		capng_apply(CAPNG_SELECT_BOUNDS);
	}
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned i = 0; i < 2; i++)
		if (kept[i] &&
		    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capabilities[keep][i]) < 0)
			return -EPERM;
	return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
}

bool priv_has(enum priv which)
{
	return capng_get_caps_process() >= 0 &&
	       (which == PRIV_NONE || (capng_have_capability(CAPNG_EFFECTIVE, capabilities[which][0]) &&
				       capng_have_capability(CAPNG_EFFECTIVE, capabilities[which][1])));
}
