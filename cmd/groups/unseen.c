/*
 * unseen.c - sockets that hold memberships, or may, and could not be looked at: how many, whose, and what
 * would help.
 */
#include "groups/unseen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "groups/columns.h"
#include "groups/who.h"

#define LINES_BRIEF 20

/* Of sockets alike one stands for all. */
struct alike {
	const struct mc_holder *h;
	size_t n;
};

const char *unseen_why(const struct mc_holder *h)
{
	switch (h->error) {
	case -ETIME:
		return "budget";
	case -EPERM:
	case -EACCES:
		return "permission";
	case -ENOENT:
		return "no_process";
	default:
		return "error";
	}
}

/* The same for people. */
static const char *reason(const struct mc_holder *h)
{
	switch (h->error) {
	case -EPERM:
	case -EACCES:
		return "not allowed";
	case -ETIME:
		return "no time left";
	case -ENOENT:
		return "no process that is seen has it open (the kernel's, of another PID namespace)";
	default:
		return mc_strerror(h->error);
	}
}

static int compare(const void *a, const void *b)
{
	const struct mc_holder *x = ((const struct alike *)a)->h, *y = ((const struct alike *)b)->h;
	uint32_t u = who_uid(x), v = who_uid(y);
	int c = strcmp(unseen_why(x), unseen_why(y));

	if (!c)
		c = (u > v) - (u < v);
	if (!c)
		c = (x->socket.port > y->socket.port) - (x->socket.port < y->socket.port);
	if (!c)
		c = mc_addr_cmp(&x->socket.local, &y->socket.local);
	if (!c)
		c = x->socket.raw - y->socket.raw;
	if (!c)
		c = x->socket.protocol - y->socket.protocol;
	if (!c && x->process && y->process)
		c = (x->process->pid > y->process->pid) - (x->process->pid < y->process->pid);
	return c;
}

/* Those of a survey, sorted, those alike as one. Returns how many; *ret_sockets is how many in all. */
static size_t gather(const struct survey *s, struct alike *v, size_t *ret_sockets)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < s->holders.nsockets; i++)
		if (survey_unseen(&s->holders.sockets[i]))
			v[n++] = (struct alike){ &s->holders.sockets[i], 1 };
	*ret_sockets = n;
	qsort(v, n, sizeof *v, compare);
	for (size_t i = 0; i < n; i++)
		if (kept && !compare(&v[kept - 1], &v[i]))
			v[kept - 1].n++;
		else
			v[kept++] = v[i];
	return kept;
}

static void row(struct columns *c, const struct survey *s, const struct alike *one, struct users *users)
{
	char text[WHO_SIZE + 24];

	columns_put(c, one->h->process ? who_process(text, one->h) : "");
	columns_put(c, who_user(text, users, who_uid(one->h)));
	who_socket(text, &one->h->socket, names_of(&s->names, one->h->socket.ifindex));
	if (one->n > 1)
		snprintf(text + strlen(text), 24, " x%zu", one->n);
	columns_put(c, text);
	columns_put(c, reason(one->h));
}

static int print_sockets(const struct survey *s, const struct alike *v, size_t n, size_t most,
			 struct users *users, FILE *to)
{
	static const char *const head[] = { "PROCESS", "USER", "SOCKET", "WHY" };
	struct columns c = { 0 };
	size_t pos = 0;
	int r;

	columns_begin(&c, sizeof head / sizeof *head, head);
	for (size_t i = 0; i < n && i < most; i++)
		row(&c, s, &v[i], users);
	columns_head(&c, head, to);
	columns_print(&c, &pos, SIZE_MAX, to);
	if (n > most)
		fprintf(to, "  and %zu more lines (-v shows all)\n", n - most);
	r = c.lost ? -ENOMEM : 0;
	columns_free(&c);
	return r;
}

bool unseen_any(const struct survey *s)
{
	for (size_t i = 0; i < s->holders.nsockets; i++)
		if (survey_unseen(&s->holders.sockets[i]))
			return true;
	return false;
}

/* Memberships in the list some of whose users are not known. */
static size_t unknown(const struct listing *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].missing && !l->v[i].kernel;
	return n;
}

const char *unseen_who(void)
{
	return geteuid() ? " (root sees all)" : " (here not even root may)";
}

static const char *hint(const struct survey *s)
{
	for (size_t i = 0; i < s->holders.nsockets; i++)
		if (survey_unseen(&s->holders.sockets[i]) &&
		    strcmp(unseen_why(&s->holders.sockets[i]), "permission") == 0)
			return unseen_who();
	return s->holders.cut ? " (more time: --budget)" : "";
}

/* Nothing that is in a list: descriptors of processes that are not to be seen, or sockets that none has. */
static void print_hidden(const struct survey *s, size_t groups, FILE *to)
{
	if (!groups)
		return;
	fprintf(to, "\nnot all users of %zu group%s could be found: ", groups, groups > 1 ? "s" : "");
	if (s->hidden)
		fprintf(to, "descriptors of %zu process%s are not to be seen%s\n", s->hidden,
			s->hidden > 1 ? "es" : "", unseen_who());
	else
		fprintf(to, "no process that is seen has their sockets open (the kernel's, another PID "
			    "namespace's, on their way)\n");
}

int unseen_print(const struct survey *s, const struct listing *l, bool all, bool named, struct users *users,
		 FILE *to)
{
	size_t groups = unknown(l), sockets, n;
	struct alike *v;
	int r = 0;

	if (named && !groups)
		return 0;
	v = calloc(s->holders.nsockets + 1, sizeof *v);
	if (!v)
		return -ENOMEM;
	n = gather(s, v, &sockets);
	if (n) {
		fprintf(to, "%s%zu socket%s that hold%s memberships, or may, could not be looked at%s:\n",
			l->n ? "\n" : "", sockets, sockets > 1 ? "s" : "", sockets > 1 ? "" : "s", hint(s));
		r = print_sockets(s, v, n, all ? SIZE_MAX : LINES_BRIEF, users, to);
	} else {
		print_hidden(s, groups, to);
	}
	free(v);
	return r;
}
