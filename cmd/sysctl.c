/*
 * sysctl.c - reading one number of /proc/sys.
 */
#include "sysctl.h"

#include <stdio.h>

long sysctl_read(const char *name)
{
	char path[128];
	long value;

	snprintf(path, sizeof path, "/proc/sys/%s", name);
	FILE *f = fopen(path, "re");

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}
