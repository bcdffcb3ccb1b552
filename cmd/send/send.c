/*
 * send.c - the verb: its name, and the order of a run.
 */
#include <stdlib.h>

#include "send/run.h"

static int run(const struct verb *v, const struct send_conf *c, int n, char **words)
{
	struct send_run *r = calloc(1, sizeof *r);
	int code;

	if (!r)
		return opt_refuse(v, "cannot start: no memory");
	code = send_run_open(r, v, c, n, words);
	if (!code)
		code = send_run(r);
	send_run_close(r);
	free(r);
	return code;
}

static int send_main(const struct verb *v, int argc, char **argv)
{
	struct send_conf c;
	int n, code = EXIT_CANNOT;

	send_conf_init(&c);
	n = opt_parse(v, argc, argv, &c);
	if (n == -2)
		code = EXIT_GOOD;
	else if (n >= 0)
		n = send_conf_words(v, &c, n, argv + 1);
	if (n >= 0 && !send_conf_check(v, &c))
		code = run(v, &c, n, argv + 1);
	send_conf_free(&c);
	return code;
}

const struct verb send_verb = {
	.name = "send",
	.run = send_main,
	.args = "[-] [TARGET ...]",
	.summary = "Send traffic, evenly paced or as fast as it goes",
	.example = "mcast send --rate 20Mbit -s 1316 -t 8 -w 60 239.1.1.1:5000\n"
		   "mcast send --rate max 239.1.1.1:5000+100\n"
		   "mcast send --rate 50Mbit -s 1316 --file film.ts 239.1.1.1:5000\n",
	.opts = send_opts,
};
