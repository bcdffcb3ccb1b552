/*
 * report.c - the verb: its options, the files it reads, and where the page goes.
 */
#include "report/report.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "limit.h"
#include "opt.h"
#include "out.h"

struct conf {
	const char *output, *title;
	double max_loss;
	mc_time max_delay; /* MC_NEVER: no limit */
	int64_t most;
	bool json, quiet;
};

#define AT(field) offsetof(struct conf, field)

static const struct opt opts[] = {
	{ 'o', "output", "FILE", OPT_TEXT, AT(output), 0, 0, NULL,
	  "where to; - is stdout (default report.html)" },
	{ 0, "title", "TEXT", OPT_TEXT, AT(title), 0, 0, NULL,
	  "the page's title (default Multicast report)" },
	{ 0, "max-loss", "PERCENT", OPT_CALL, AT(max_loss), 0, 0, limit_percent,
	  "loss up to this is not wrong (default 0)" },
	{ 0, "max-delay-p99", "TIME", OPT_CALL, AT(max_delay), 0, 0, limit_span,
	  "a 99th percentile of delay above this is wrong, such as 5ms or 200us (default no limit)" },
	{ 0, "most", "N", OPT_INT, AT(most), 0, 100000, NULL,
	  "draw at most N streams, those with the most loss first (default 50)" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print the matrix as one JSON object instead" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "do not say what was written" },
	{ .name = NULL },
};

static bool is_dash(const char *name)
{
	return strcmp(name, "-") == 0;
}

static const char *shown(const char *name)
{
	return is_dash(name) ? "standard input" : name;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A file that is read must not be the page: it would be gone. */
static int check_output(const struct verb *v, const struct conf *c, int fd, const char *name)
{
	struct stat in, out;

	if (c->json || is_dash(c->output) || fstat(fd, &in) || stat(c->output, &out) || !is_same(&in, &out))
		return 0;
	return opt_refuse(v, "cannot write %.200s: it is to be read, too (-o names another file)",
			  shown(name));
}

static int read_file(struct report *p, const struct verb *v, const struct conf *c, const char *name)
{
	FILE *from = is_dash(name) ? stdin : fopen(name, "re");
	char why[256];
	int r;

	if (!from)
		return opt_refuse(v, "cannot read %.200s: %s", name, strerror(errno));
	r = check_output(v, c, fileno(from), name);
	if (!r && report_read(p, from, why, sizeof why))
		r = opt_refuse(v, "cannot read %.200s: %s", shown(name), why);
	if (from != stdin)
		fclose(from);
	return r;
}

static int read_files(struct report *p, const struct verb *v, const struct conf *c, char *const *names, int n)
{
	int from_stdin = 0;

	for (int i = 0; i < n; i++)
		from_stdin += is_dash(names[i]);
	if (from_stdin > 1)
		return opt_refuse(v, "- stands twice: standard input can be read once");
	for (int i = 0; i < n; i++)
		if (read_file(p, v, c, names[i]))
			return EXIT_CANNOT;
	return 0;
}

/* That standard output cannot be written, main says. */
static int cannot_write(const struct verb *v, const struct conf *c, int error)
{
	if (is_dash(c->output))
		return EXIT_CANNOT;
	return opt_refuse(v, "cannot write %.200s: %s", c->output, strerror(error));
}

static int write_page(const struct report *p, const struct verb *v, const struct conf *c, bool *ret_wrong)
{
	FILE *to = is_dash(c->output) ? stdout : fopen(c->output, "we");
	int error = 0;

	if (!to)
		return cannot_write(v, c, errno);
	if (report_page(p, to, ret_wrong))
		error = errno ? errno : EIO;
	if (to != stdout && fclose(to) && !error)
		error = errno;
	return error ? cannot_write(v, c, error) : 0;
}

static int print_matrix(const struct report *p, const struct verb *v, bool *ret_wrong)
{
	json_t *o = report_matrix(p, ret_wrong);

	if (!o)
		return opt_refuse(v, "%s", strerror(ENOMEM));
	out_end(o);
	return 0;
}

static size_t streams_of(const struct report *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += json_array_size(p->runs[i].streams);
	return n;
}

/* Beside the page on standard output there is room on standard error alone. */
static void say(const struct report *p, const struct conf *c, bool wrong)
{
	bool page_there = is_dash(c->output);
	FILE *to = page_there || c->json ? stderr : stdout;
	char plain[1024];

	if (!c->json)
		fprintf(to, "%s: %zu %s, %zu %s: %s\n",
			page_there ? "page" : out_plain(plain, sizeof plain, c->output), p->n,
			p->n == 1 ? "run" : "runs", streams_of(p), streams_of(p) == 1 ? "stream" : "streams",
			wrong ? "something was wrong" : "nothing was wrong");
	if (p->ignored)
		fprintf(to, "%lu %s left out: no results of mcast recv\n", p->ignored,
			p->ignored == 1 ? "line was" : "lines were");
}

static int report(const struct verb *v, int argc, char **argv)
{
	struct conf c = { .max_delay = MC_NEVER, .most = 50 };
	struct report p = { 0 };
	bool wrong = false;
	int n = opt_parse(v, argc, argv, &c), code;

	if (n < 0)
		return n == -2 ? EXIT_GOOD : EXIT_CANNOT;
	if (n == 0)
		return opt_refuse(v,
				  "needs a FILE that mcast recv --json wrote, or - for standard input (see "
				  "mcast help report)");
	if (c.json && c.output)
		return opt_refuse(v, "-o and -j: the matrix goes to standard output (leave one out)");
	if (!c.output)
		c.output = "report.html";
	p.title = c.title;
	p.max_loss = c.max_loss;
	p.max_delay = c.max_delay == MC_NEVER ? -1 : (double)c.max_delay / MC_SEC;
	p.most = (size_t)c.most;
	code = read_files(&p, v, &c, argv + 1, n);
	if (!code)
		code = c.json ? print_matrix(&p, v, &wrong) : write_page(&p, v, &c, &wrong);
	if (!code && !c.quiet)
		say(&p, &c, wrong);
	report_free(&p);
	return code ? code : wrong ? EXIT_NO : EXIT_GOOD;
}

const struct verb report_verb = {
	.name = "report",
	.run = report,
	.args = "FILE ...",
	.summary = "Results of many receivers on one page",
	.example = "mcast report -o page.html host1.json host2.json\n"
		   "mcast recv --json -w 10 239.1.1.1:5000 | mcast report -\n",
	.opts = opts,
};
