/*
 * ask.c - asking who serves interfaces for their state. What they say is copied, not read: but for control
 * characters, as it may come from another user's program, and goes to a terminal.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/grow.h"
#include "opt.h"
#include "out.h"
#include "querier/control.h"

enum { SCHEMA = 1, PATIENCE = 30, ACCEPTS = 0x10000, LINE_MOST = 64 };

typedef char ifname_t[MC_IFNAME_SIZE];

struct names {
	ifname_t *v;
	size_t n;
};

struct ask {
	const struct verb *verb;
	enum control_form form;
	unsigned answers;
	bool some; /* of the answers had something in it */
};

/* ---- who is there --------------------------------------------------------------------------------- */

/* "Num: RefCount Protocol Flags Type St Inode Path", of which only those are of interest that accept: each
 * connection has their name, too. */
static int take_line(struct names *names, const char *line)
{
	static const char prefix[] = "@" CONTROL_PREFIX;
	unsigned flags = 0;
	ifname_t *slot;
	int at = 0;
	size_t len;

	if (sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &at) != 1 || !at || !(flags & ACCEPTS))
		return 0;
	line += at;
	if (strncmp(line, prefix, sizeof prefix - 1) != 0)
		return 0;
	line += sizeof prefix - 1;
	len = strcspn(line, "\n");
	if (!len || len >= sizeof *slot)
		return 0;
	slot = mc_grow(&names->v, &names->n, sizeof *slot);
	if (!slot)
		return -ENOMEM;
	memcpy(*slot, line, len);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* All that are served in this network namespace. 0 or -errno. */
static int list_served(struct names *ret)
{
	FILE *from = fopen("/proc/self/net/unix", "re");
	char *line = NULL;
	size_t cap = 0;
	int r = 0;

	if (!from)
		return -errno;
	while (!r && getline(&line, &cap, from) >= 0)
		r = take_line(ret, line);
	free(line);
	fclose(from);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof *ret->v, by_name);
	return r;
}

/* ---- what they say --------------------------------------------------------------------------------- */

static bool is_command(int c, int before)
{
	return (c < 0x20 && c != '\n') || c == 0x7f || (before == 0xc2 && c >= 0x80 && c < 0xa0);
}

/* From the first octet c on, up to the NUL. -1: it broke off before that. */
static int copy(FILE *from, int c)
{
	for (int before = 0; c > 0; c = getc_unlocked(from)) {
		putchar_unlocked(is_command(c, before) ? '?' : c);
		before = c;
	}
	return c;
}

/* What stands in front of an answer; nothing follows one in which there is nothing. */
static void put_front(struct ask *a, bool empty)
{
	bool json = a->form == CONTROL_JSON;

	if (!a->answers++ && json) {
		out_json_open(out_begin(SCHEMA, "status", out_now()), stdout);
		fputs(",\"interfaces\":[", stdout);
	}
	if (a->some && !empty)
		putchar(json ? ',' : '\n');
	a->some |= !empty;
}

static int hear(struct ask *a, const char *ifname, FILE *from)
{
	char line[LINE_MOST] = "";
	int first;

	errno = 0;
	if (!fgets(line, sizeof line, from))
		return opt_refuse(a->verb, "%s: %s", ifname,
				  errno == EAGAIN ? "its querier does not answer (is it stopped?)" :
						    "its querier ended before it answered (ask again)");
	if (strcmp(line, CONTROL_NOT_ALLOWED) == 0)
		return opt_refuse(a->verb, "%s: not allowed: its own user and root may ask (try it as root)",
				  ifname);
	if (strcmp(line, CONTROL_BUSY) == 0)
		return opt_refuse(a->verb, "%s: its querier is busy with other askers (ask again)", ifname);
	if (strcmp(line, CONTROL_OK) != 0)
		return opt_refuse(a->verb, "%s: not understood, it may be of another version", ifname);
	first = getc_unlocked(from);
	put_front(a, first <= 0);
	if (copy(from, first) == 0)
		return EXIT_GOOD;
	return opt_refuse(a->verb, "%s: the answer broke off (ask again)", ifname);
}

/* ---- asking ------------------------------------------------------------------------------------------ */

static int nobody(const struct ask *a, const char *ifname)
{
	opt_refuse(a->verb, "%s: no querier of this program runs there (mcast querier %s starts one)", ifname,
		   ifname);
	return EXIT_NO;
}

/* Anybody may have taken the name. */
static int check_holder(const struct ask *a, const char *ifname, int fd)
{
	struct ucred who = { .pid = 0 };
	socklen_t size = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
		return opt_refuse(a->verb, "%s: %s", ifname, strerror(errno));
	if (who.uid == 0 || who.uid == geteuid() || geteuid() == 0)
		return EXIT_GOOD;
	return opt_refuse(a->verb,
			  "%s: user %u (process %d) holds it, who is neither root nor you: not asked", ifname,
			  (unsigned)who.uid, (int)who.pid);
}

static int talk(struct ask *a, const char *ifname, int fd)
{
	const char *request = a->form == CONTROL_JSON ? CONTROL_AS_JSON : CONTROL_AS_TEXT;
	FILE *from;
	int code;

	if (check_holder(a, ifname, fd)) {
		close(fd);
		return EXIT_CANNOT;
	}
	/* A refusal may be there before this is read: what could not be sent shows in what is heard. */
	(void)!send(fd, request, strlen(request), MSG_NOSIGNAL);
	from = fdopen(fd, "r");
	if (!from) {
		close(fd);
		return opt_refuse(a->verb, "%s", strerror(ENOMEM));
	}
	code = hear(a, ifname, from);
	fclose(from);
	return code;
}

static int ask_one(struct ask *a, const char *ifname)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct sockaddr_un name;
	socklen_t len;
	int fd, r;

	if (!*ifname || strlen(ifname) >= MC_IFNAME_SIZE)
		return nobody(a, ifname);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return opt_refuse(a->verb, "%s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	len = control_name(&name, ifname);
	if (!connect(fd, (const struct sockaddr *)&name, len))
		return talk(a, ifname, fd);
	r = errno;
	close(fd);
	if (r == ECONNREFUSED)
		return nobody(a, ifname);
	return opt_refuse(a->verb, "%s: %s", ifname,
			  r == EAGAIN ? "its querier does not answer (is it stopped?)" : strerror(r));
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

/* Of all that are served it is enough that one answers: others may be somebody else's. */
static int ask_all(struct ask *a)
{
	struct names names = { .v = NULL };
	int r = list_served(&names), code = EXIT_NO;

	for (size_t i = 0; !r && i < names.n; i++)
		code = worse(code, ask_one(a, names.v[i]));
	if (r)
		code = opt_refuse(a->verb, "cannot see which queriers run: %s", strerror(-r));
	else if (!names.n)
		opt_refuse(a->verb,
			   "no querier of this program runs in this network namespace (mcast querier "
			   "IFACE starts one)");
	free(names.v);
	return a->answers ? EXIT_GOOD : code;
}

int control_ask(const struct verb *v, const char *const *ifnames, size_t n, enum control_form form)
{
	struct ask a = { .verb = v, .form = form };
	int code = EXIT_GOOD;

	for (size_t i = 0; i < n; i++)
		code = worse(code, ask_one(&a, ifnames[i]));
	if (!n)
		code = ask_all(&a);
	if (form == CONTROL_JSON && a.answers)
		puts("]}");
	return code;
}
