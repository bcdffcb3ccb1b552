/*
 * rules_none.c - what stands in for rules.c in a build without libnftables: there are no rules to be had.
 */
#include "doctor/rules.h"

json_t *rules_read(const char **ret_why)
{
	*ret_why = "built without libnftables (install its headers and build with -Dnftables=enabled)";
	return NULL;
}

const char *rules_version(void)
{
	return NULL;
}
