/*
 * sysctl.c - reading one number of /proc/sys.
 */
#include "sysctl.h"

#include "net/proc.h"

long sysctl_read(const char *name)
{
	return mc_proc_sys(name);
}
