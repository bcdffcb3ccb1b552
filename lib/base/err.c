/*
 * err.c - what the library's error codes are called and what they mean, in one table, and
 * its version. It knows no more of a system's errors than strerror does.
 */
#include <mcast/base.h>

#include <string.h>

#ifndef MC_VERSION
#error "MC_VERSION must be given by the build, such as -DMC_VERSION=\"0.1.0\""
#endif

/* The largest errno the kernel returns: MAX_ERRNO of linux/err.h. */
#define ERRNO_MAX 4095

struct err_row {
	int code;
	const char *name;
	const char *sentence;
};

#define ROW(code, sentence)           \
	{                             \
		code, #code, sentence \
	}

static const struct err_row rows[] = {
	ROW(MC_ERR_ADDR, "Not an IP address"),
	ROW(MC_ERR_PREFIX, "Not an address prefix"),
	ROW(MC_ERR_GROUP, "Not a multicast address"),
	ROW(MC_ERR_SOURCE, "The source is not a unicast address"),
	ROW(MC_ERR_FAMILY, "IPv4 and IPv6 are mixed"),
	ROW(MC_ERR_IFNAME, "Not the name of an interface"),
	ROW(MC_ERR_PORT, "Not a port (0 to 65535)"),
	ROW(MC_ERR_COUNT, "Not a number of groups, or more than the multicast range holds"),
	ROW(MC_ERR_BRACKETS, "An IPv6 address with a port needs brackets"),
	ROW(MC_ERR_SYNTAX, "Not of the form [SOURCE@]GROUP[%IFACE][:PORT][+N]"),
	ROW(MC_ERR_PROBE, "Not a probe"),
	ROW(MC_ERR_CONF, "The configuration was not initialised or is out of range"),
	ROW(MC_ERR_IP, "Not an IP packet"),
	ROW(MC_ERR_CUT, "The packet was cut off"),
	ROW(MC_ERR_FRAGMENT, "A fragment of an IP packet"),
	ROW(MC_ERR_OPTIONS, "IP options or extension headers run past their end"),
	ROW(MC_ERR_PROTOCOL, "Not a message of a multicast protocol"),
	ROW(MC_ERR_SHORT, "Shorter than any message of its type"),
	ROW(MC_ERR_LENGTH, "A query as long as no version's"),
	ROW(MC_ERR_SOURCES, "The query ends before its last source"),
	ROW(MC_ERR_RECORDS, "The report ends before its last record"),
	ROW(MC_ERR_ROOM, "No room for what is to be written"),
	ROW(MC_ERR_VERSION, "This version of the protocol cannot say that"),
	ROW(MC_ERR_FRAME, "Not a frame that holds an IP packet"),
	ROW(MC_ERR_SCRIPT, "A script that cannot be understood, or not run so"),
};

static const struct err_row *find(int err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == err)
			return &rows[i];
	return NULL;
}

const char *mc_version(void)
{
	return MC_VERSION;
}

const char *mc_err_name(int err)
{
	const struct err_row *row = find(err);

	return row ? row->name : NULL;
}

const char *mc_strerror(int err)
{
	const struct err_row *row = find(err);

	if (row)
		return row->sentence;
	if (err >= 0)
		return "Success";
	if (err >= -ERRNO_MAX)
		return strerror(-err);
	return "Unknown error";
}
