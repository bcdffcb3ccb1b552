/*
 * codec.c - the helper of `./dev bench codec`: what has to be C there.
 *
 *   codec rates ROUNDS         time the library's codec beside a bare loop (codec_rates.c)
 *   codec capture FILE COUNT   write a capture of that many reports (codec_capture.c)
 *   codec run PROGRAM ARGS     run a program, its output to /dev/null, and say what it took (codec_run.c)
 */
#include "codec.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int least; /* arguments */
	int (*run)(char **args);
} commands[] = {
	{ "rates", 1, rates_main },
	{ "capture", 2, capture_main },
	{ "run", 1, run_main },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].least)
			return commands[i].run(argv + 2);
	fputs("usage: codec rates ROUNDS | codec capture FILE COUNT | codec run PROGRAM [ARGS]\n", stderr);
	return 2;
}
