/*
 * ask.c - asking who serves interfaces for their state. What they say is copied, not read: but for control
 * characters, as it may come from another user's program, and goes to a terminal. It is printed once all of
 * it is there: half an answer is none, and who reads slowly keeps nobody from answering others.
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

/* Up to the NUL. 0; negative: it broke off before that; positive: errno tells why it cannot be kept. */
static int collect(FILE *from, FILE *to)
{
	int before = 0, c;

	while ((c = getc_unlocked(from)) > 0) {
		if (putc_unlocked(is_command(c, before) ? '?' : c, to) == EOF)
			return 1;
		before = c;
	}
	return c ? c : fflush(to) != 0;
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

static void put(struct ask *a, FILE *from)
{
	char some[BUFSIZ];
	size_t n;

	put_front(a, ftell(from) == 0);
	rewind(from);
	while ((n = fread(some, 1, sizeof some, from)))
		if (fwrite(some, 1, n, stdout) < n)
			return; /* as will be said at the end */
}

static int hear_state(struct ask *a, const char *ifname, FILE *from)
{
	FILE *whole = tmpfile();
	int r = whole ? collect(from, whole) : 1, code = EXIT_GOOD;

	if (r > 0)
		code = opt_refuse(a->verb, "%s: the answer cannot be kept in a temporary file: %s", ifname,
				  strerror(errno));
	else if (r < 0)
		code = opt_refuse(a->verb, "%s: the answer broke off (ask again)", ifname);
	else
		put(a, whole);
	if (whole)
		fclose(whole);
	return code;
}

static int hear(struct ask *a, const char *ifname, FILE *from)
{
	char line[LINE_MOST] = "";

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
	return hear_state(a, ifname, from);
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
		code = opt_refuse(a->verb, "%s", strerror(errno));
		close(fd);
		return code;
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

/* Who ended since is no longer one of all. */
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
	return code == EXIT_NO && a->answers ? EXIT_GOOD : code;
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
