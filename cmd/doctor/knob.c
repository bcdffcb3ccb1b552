/*
 * knob.c - one switch: its file, its value, the command.
 */
#include "doctor/knob.h"

#include <stdio.h>
#include <string.h>

#include "sysctl.h"

static const char root[] = "/proc/sys/";

long knob_read(char file[KNOB_NAME], uint8_t family, const char *scope, const char *key)
{
	snprintf(file, KNOB_NAME, "%snet/ipv%u/conf/%s/%s", root, (unsigned)family, scope, key);
	return sysctl_read(file + strlen(root));
}

const char *knob_forces(uint8_t family)
{
	return family == MC_IPV6 ? "force_mld_version" : "force_igmp_version";
}

void knob_dots(char *name)
{
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '.';
}

#define ASSIGNMENT (4 * KNOB_NAME + 3)

/* "net.ipv4.conf.eth0.KEY=VALUE", for a shell. */
static char *assignment(char quoted[ASSIGNMENT], uint8_t family, const char *scope, const char *key,
			long value)
{
	char name[KNOB_NAME];

	snprintf(name, sizeof name, "net/ipv%u/conf/%s/%s=%ld", (unsigned)family, scope, key, value);
	/* sysctl(8) takes either; with points an interface's name could not hold one. */
	if (!strchr(scope, '.'))
		knob_dots(name);
	return find_quote(quoted, ASSIGNMENT, name);
}

void knob_mend(struct finding *x, uint8_t family, const char *scope, const char *key, long value)
{
	char quoted[ASSIGNMENT];

	find_mend(x, "sysctl -w %s", assignment(quoted, family, scope, key, value));
}

bool knob_clear(struct finding *x, uint8_t family, const char *ifname, const char *key)
{
	const char *const scopes[] = { "all", ifname };
	char file[KNOB_NAME], both[2 * ASSIGNMENT + 2] = "", quoted[ASSIGNMENT];
	size_t used = 0;

	for (size_t i = 0; i < 2; i++) {
		long value = knob_read(file, family, scopes[i], key);

		find_saw(x, file, "%ld", value);
		if (value > 0)
			used += (size_t)snprintf(both + used, sizeof both - used, " %s",
						 assignment(quoted, family, scopes[i], key, 0));
	}
	if (used)
		find_mend(x, "sysctl -w%s", both);
	return used > 0;
}
