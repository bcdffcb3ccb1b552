/*
 * main.c - the command: one row for each verb, and the words that belong to none of them: help,
 * completion, version. What a verb does it does not know.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "doctor/rules.h"
#include "near.h"
#include "opt.h"
#include "out.h"
#include "watch/capture.h"

static int help_run(const struct verb *v, int argc, char **argv);
static int completion_run(const struct verb *v, int argc, char **argv);

extern const struct verb serve_verb, ping_verb, send_verb, recv_verb, report_verb, watch_verb, groups_verb,
	doctor_verb, querier_verb, host_verb, sim_verb;

static const struct opt no_opts[] = { { .name = NULL } };

static const struct verb help_verb = {
	.name = "help",
	.run = help_run,
	.args = "[VERB]",
	.summary = "Show the verbs, or the options of one",
	.example = "mcast help\nmcast help ping\n",
	.opts = no_opts,
};

static const struct verb completion_verb = {
	.name = "completion",
	.run = completion_run,
	.args = "SHELL",
	.summary = "Print the completion script for a shell: bash, zsh or fish",
	.example = "eval \"$(mcast completion bash)\"\n"
		   "source <(mcast completion zsh)\n"
		   "mcast completion fish | source\n",
	.opts = no_opts,
};

static const struct verb *const verbs[] = {
	&serve_verb,  &ping_verb,    &send_verb, &recv_verb, &report_verb, &watch_verb,      &groups_verb,
	&doctor_verb, &querier_verb, &host_verb, &sim_verb,  &help_verb,   &completion_verb,
};

enum { VERBS = sizeof verbs / sizeof *verbs };

static const struct verb *find(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static int show_verbs(void)
{
	printf("Usage: mcast VERB [OPTIONS] [TARGET ...]\n"
	       "IP multicast: answer, ask, see, measure\n"
	       "\n"
	       "Verbs:\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-11s %s\n", verbs[i]->name, verbs[i]->summary);
	printf("\n"
	       "Options:\n"
	       "  -h, --help     show this help; behind a verb, its options\n"
	       "  -V, --version  show the version\n"
	       "\n"
	       "A TARGET is [SOURCE@]GROUP[%%IFACE][:PORT][+N], for example 239.1.2.3:5000,\n"
	       "10.0.0.9@232.1.1.1%%eth0:5000 or [ff3e::4321%%eth0]:5000.\n");
	return EXIT_GOOD;
}

static int show_version(void)
{
	const char *pcap = capture_version(), *nftables = rules_version();

	printf("mcast %s\n", mc_version());
	printf("with jansson %s, libcap-ng, libmnl, %s, %s\n", jansson_version_str(),
	       pcap ? pcap : "without libpcap", nftables ? nftables : "without libnftables");
	return EXIT_GOOD;
}

static int unknown(const char *name)
{
	struct near near;
	char list[256] = "";
	size_t n = 0;

	near_init(&near, name);
	for (size_t i = 0; i < VERBS; i++) {
		near_try(&near, verbs[i]->name);
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", verbs[i]->name);
	}
	if (near.best)
		return opt_refuse(NULL, "unknown verb %.200s, did you mean %s? (see mcast help)", name,
				  near.best);
	return opt_refuse(NULL, "unknown verb %.200s: there are %s (see mcast help)", name, list);
}

static int help_run(const struct verb *v, int argc, char **argv)
{
	const struct verb *about;
	int n = opt_parse(v, argc, argv, NULL);

	if (n < 0)
		return n == -2 ? EXIT_GOOD : EXIT_CANNOT;
	if (n > 1)
		return opt_refuse(v, "%.200s: one verb is enough (see mcast help help)", argv[2]);
	if (n == 0)
		return show_verbs();
	about = find(argv[1]);
	if (!about)
		return unknown(argv[1]);
	opt_usage(about);
	return EXIT_GOOD;
}

static int completion_run(const struct verb *v, int argc, char **argv)
{
	int n = opt_parse(v, argc, argv, NULL);

	if (n < 0)
		return n == -2 ? EXIT_GOOD : EXIT_CANNOT;
	if (n != 1)
		return opt_refuse(v, "needs one SHELL: bash, zsh or fish (see mcast help completion)");
	if (opt_complete(argv[1], verbs, VERBS) < 0)
		return opt_refuse(v, "no completion for %.200s: there are bash, zsh and fish", argv[1]);
	return EXIT_GOOD;
}

/* What comes before a verb, or in its place. */
static int run(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "--help";
	const struct verb *v = find(word);

	if (v)
		return v->run(v, argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return show_verbs();
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return show_version();
	if (word[0] == '-')
		return opt_refuse(NULL, "unknown option %.200s; options follow the verb (see mcast help)",
				  word);
	return unknown(word);
}

int main(int argc, char **argv)
{
	int code = run(argc, argv);

	errno = 0;
	if (out_flush() < 0)
		return opt_refuse(NULL, "cannot write to standard output: %s",
				  errno ? strerror(errno) : "an earlier write failed");
	return code;
}
