/*
 * recv.c - the verb: what its arguments are, and the life of a receiver from opening to the verdict.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recv/run.h"
#include "recv/tell.h"

/* Takes the arguments "-" out, and tells whether there was one. */
static bool take_dash(int *n, char **words)
{
	int kept = 0, all = *n;

	for (int i = 0; i < all; i++)
		if (strcmp(words[i], "-") != 0)
			words[kept++] = words[i];
	*n = kept;
	return kept < all;
}

static int go(struct recv *r)
{
	int code;

	recv_run(r);
	code = tell_result(r, true);
	return r->code > code ? r->code : code;
}

static int recv_verb_run(const struct verb *v, int argc, char **argv)
{
	struct recv *r = calloc(1, sizeof *r);
	int n, code = EXIT_CANNOT;

	if (!r)
		return opt_refuse(v, "%s", strerror(ENOMEM));
	r->verb = v;
	recv_conf_init(&r->conf);
	n = opt_parse(v, argc, argv, &r->conf);
	if (n == -2)
		code = EXIT_GOOD;
	if (n >= 0)
		r->conf.out = take_dash(&n, argv + 1);
	if (n >= 0 && !recv_conf_check(v, &r->conf) && !recv_open(r, n, argv + 1))
		code = go(r);
	recv_close(r);
	code = code == EXIT_CANNOT || r->code <= code ? code : r->code;
	recv_conf_free(&r->conf);
	free(r);
	return code;
}

const struct verb recv_verb = {
	.name = "recv",
	.run = recv_verb_run,
	.args = "[-] [TARGET ... | FILE.sdp]",
	.summary = "Receive traffic, and tell exactly what arrived",
	.example = "mcast recv -w 10 --max-loss 0.1% 239.1.1.1:5000\n"
		   "mcast recv -I eth1 --seq-at 4:4 10.9.0.1@232.1.1.1:15000\n"
		   "mcast recv --redundant camera.sdp\n"
		   "mcast recv - 239.1.1.1:5000 >file\n",
	.opts = recv_opts,
};
