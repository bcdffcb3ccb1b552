/*
 * priv.c - giving up privileges with libcap-ng (capabilities(7)). It knows no socket and no
 * verb. The user stays who it was.
 */
#include "priv.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>

int priv_drop(bool keep_bind)
{
	bool bind;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (capng_get_caps_process() < 0)
		return -EPERM;
	bind = keep_bind && capng_have_capability(CAPNG_PERMITTED, CAP_NET_BIND_SERVICE);
	/* The bounding set needs CAP_SETPCAP, so it goes first, where it can at all. */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		capng_clear(CAPNG_SELECT_BOUNDS);
		capng_apply(CAPNG_SELECT_BOUNDS);
	}
	capng_clear(CAPNG_SELECT_CAPS);
	if (bind && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_BIND_SERVICE) < 0)
		return -EPERM;
	return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
}
