/*
 * cpu.c - pinning to a CPU, and which ones there are to be pinned to: those that this program may run on,
 * which in a container may be fewer than the machine has.
 */
#include "cpu.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define LIST 200

/* "0-3, 6" */
static char *name_them(const cpu_set_t *set, char buf[LIST])
{
	size_t used = 0;
	size_t last;

	buf[0] = '\0';
	for (size_t i = 0; i < CPU_SETSIZE && used + 32 < LIST; i = last + 1) {
		last = i;
		if (!CPU_ISSET(i, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		used += (size_t)snprintf(buf + used, LIST - used, "%s%zu", used ? ", " : "", i);
		if (last > i)
			used += (size_t)snprintf(buf + used, LIST - used, "-%zu", last);
	}
	return buf;
}

int cpu_pin(const struct verb *v, int64_t cpu)
{
	cpu_set_t may, one;
	char list[LIST];

	if (cpu < 0)
		return 0;
	CPU_ZERO(&may);
	if (sched_getaffinity(0, sizeof may, &may))
		return opt_refuse(v, "--cpu %lld: %s", (long long)cpu, strerror(errno));
	CPU_ZERO(&one);
	if (cpu < CPU_SETSIZE)
		CPU_SET((size_t)cpu, &one);
	if (cpu >= CPU_SETSIZE || sched_setaffinity(0, sizeof one, &one))
		return opt_refuse(v, "--cpu %lld: there is no such CPU to run on (there are: %s)",
				  (long long)cpu, name_them(&may, list));
	return 0;
}
