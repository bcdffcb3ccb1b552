/*
 * complete.c - completion scripts for bash, zsh and fish, written from the tables of verbs and
 * options. It knows the three languages; what can be completed it takes from the name of an
 * argument: IFACE, VERB, SHELL. Anything else is the user's to type.
 *
 * Names of interfaces come from others and are data: no script lets its shell expand them.
 */
#include "opt.h"

#include <stdio.h>
#include <string.h>

struct table {
	const struct verb *const *verbs;
	size_t n;
};

static bool is_iface(const struct opt *o)
{
	return opt_wants(o) && strcmp(o->arg, "IFACE") == 0;
}

/* The rows of a verb and the one every verb has, from NULL to NULL. */
static const struct opt *next_opt(const struct verb *v, const struct opt *o)
{
	if (o == &opt_help)
		return NULL;
	o = o ? o + 1 : v->opts;
	return o->name ? o : &opt_help;
}

static void put_verbs(const struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		printf("%s%s", i ? " " : "", t->verbs[i]->name);
}

/* The words a verb's arguments are chosen from, where there are such. */
static void put_choice(const struct table *t, const struct verb *v)
{
	if (strstr(v->args, "VERB"))
		put_verbs(t);
	else if (strstr(v->args, "SHELL"))
		fputs("bash zsh fish", stdout);
}

/* Text within '...': a quote is written as the shell wants it, and a backslash goes before each
 * of the characters in escaped. */
static void put_text(const char *s, const char *escaped, const char *quote)
{
	for (; *s; s++) {
		if (*s == '\'') {
			fputs(quote, stdout);
			continue;
		}
		if (strchr(escaped, *s))
			putchar('\\');
		putchar(*s);
	}
}

/* ---- bash ----------------------------------------------------------------------------- */

/* Which options: those with an IFACE, those with another argument, or all. */
enum which { ALL, IFACES, OTHERS };

static bool is_of(const struct opt *o, enum which which)
{
	return which == ALL || (opt_wants(o) && is_iface(o) == (which == IFACES));
}

/* Prints options as they are typed, between them sep, and returns how many. */
static unsigned put_names(const struct verb *v, enum which which, const char *sep)
{
	unsigned n = 0;

	for (const struct opt *o = NULL; (o = next_opt(v, o));) {
		if (!is_of(o, which))
			continue;
		if (o->letter)
			printf("%s-%c", n++ ? sep : "", o->letter);
		if (*o->name)
			printf("%s--%s", n++ ? sep : "", o->name);
	}
	return n;
}

static void bash_verb(const struct table *t, const struct verb *v)
{
	printf("\t%s)\n\t\tcase $prev in\n\t\t", v->name);
	if (put_names(v, IFACES, "|"))
		printf(") _mcast_ifaces \"$cur\"; return ;;\n\t\t");
	if (put_names(v, OTHERS, "|"))
		printf(") return ;;\n\t\t");
	printf("esac\n\t\tif [[ $cur == -* ]]; then words='");
	put_names(v, ALL, " ");
	printf("'\n\t\telse words='");
	put_choice(t, v);
	printf("'\n\t\tfi ;;\n");
}

static void bash_complete(const struct table *t)
{
	fputs("# Completion of mcast for bash. To use it: eval \"$(mcast completion bash)\"\n\n"
	      "_mcast_ifaces() {\n"
	      "\tlocal i\n"
	      "\tfor i in /sys/class/net/*/; do\n"
	      "\t\ti=${i%/}\n"
	      "\t\ti=${i##*/}\n"
	      "\t\t[[ $i != '*' && $i == \"$1\"* ]] && printf -v i %q \"$i\" && COMPREPLY+=(\"$i\")\n"
	      "\tdone\n"
	      "}\n\n"
	      "_mcast() {\n"
	      "\tlocal IFS=$' \\t\\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
	      "\tCOMPREPLY=()\n"
	      "\t# bash breaks words at '='\n"
	      "\tif [[ $cur == = ]]; then cur=\n"
	      "\telif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\tfi\n"
	      "\tif ((COMP_CWORD == 1)); then\n"
	      "\t\tif [[ $cur == -* ]]; then words='-h --help -V --version'\n"
	      "\t\telse words='",
	      stdout);
	put_verbs(t);
	fputs("'\n"
	      "\t\tfi\n"
	      "\telse case ${COMP_WORDS[1]} in\n",
	      stdout);
	for (size_t i = 0; i < t->n; i++)
		bash_verb(t, t->verbs[i]);
	fputs("\tesac\n\tfi\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	      "}\n\n"
	      "complete -F _mcast mcast\n",
	      stdout);
}

/* ---- zsh ------------------------------------------------------------------------------ */

static void zsh_text(const char *s)
{
	put_text(s, "[]:\\", "'\\''");
}

/* One spec of _arguments. An option excludes its other name, unless it may be given again:
 * a counter, and what a call reads. */
static void zsh_spec(const struct opt *o, const char *dashes, const char *name, const char *joint)
{
	fputs(" \\\n\t\t\t'", stdout);
	if (o->type == OPT_COUNT || o->type == OPT_CALL)
		putchar('*');
	else if (o->letter && *o->name)
		printf("(-%c --%s)", o->letter, o->name);
	printf("%s%s%s[", dashes, name, opt_wants(o) ? joint : "");
	zsh_text(o->help);
	putchar(']');
	if (opt_wants(o)) {
		putchar(':');
		zsh_text(o->arg);
		printf(":%s", is_iface(o) ? "_mcast_ifaces" : " ");
	}
	putchar('\'');
}

static void zsh_verb(const struct table *t, const struct verb *v)
{
	printf("\t%s)\n\t\t_arguments -s -S", v->name);
	for (const struct opt *o = NULL; (o = next_opt(v, o));) {
		char letter[] = { o->letter, '\0' };

		if (o->letter)
			zsh_spec(o, "-", letter, "+");
		if (*o->name)
			zsh_spec(o, "--", o->name, "=");
	}
	printf(" \\\n\t\t\t'*:");
	zsh_text(v->args);
	printf(":(");
	put_choice(t, v);
	printf(")' ;;\n");
}

static void zsh_complete(const struct table *t)
{
	fputs("#compdef mcast\n"
	      "# Completion of mcast for zsh. To use it: source <(mcast completion zsh), after compinit;\n"
	      "# or store it as _mcast in a directory of $fpath.\n\n"
	      "_mcast_ifaces() {\n"
	      "\tlocal -a names\n"
	      "\tnames=(/sys/class/net/*(N-/:t))\n"
	      "\tcompadd -a names\n"
	      "}\n\n"
	      "_mcast() {\n"
	      "\tlocal -a verbs\n"
	      "\tverbs=(\n",
	      stdout);
	for (size_t i = 0; i < t->n; i++) {
		printf("\t\t'%s:", t->verbs[i]->name);
		zsh_text(t->verbs[i]->summary);
		printf("'\n");
	}
	fputs("\t)\n"
	      "\tif ((CURRENT == 2)); then\n"
	      "\t\t_describe -t verbs verb verbs\n"
	      "\t\t[[ $words[2] == -* ]] && compadd -- -h --help -V --version\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tshift words\n"
	      "\t((CURRENT--))\n"
	      "\tcase $words[1] in\n",
	      stdout);
	for (size_t i = 0; i < t->n; i++)
		zsh_verb(t, t->verbs[i]);
	fputs("\tesac\n"
	      "}\n\n"
	      "if [[ $funcstack[1] == _mcast ]]; then _mcast \"$@\"; else compdef _mcast mcast; fi\n",
	      stdout);
}

/* ---- fish ----------------------------------------------------------------------------- */

static void fish_text(const char *s)
{
	put_text(s, "\\", "\\'");
}

static void fish_verb(const struct table *t, const struct verb *v)
{
	printf("\ncomplete -c mcast -n __fish_use_subcommand -a %s -d '", v->name);
	fish_text(v->summary);
	printf("'\n");
	for (const struct opt *o = NULL; (o = next_opt(v, o));) {
		printf("complete -c mcast -n '__fish_seen_subcommand_from %s'", v->name);
		if (o->letter)
			printf(" -s %c", o->letter);
		if (*o->name)
			printf(" -l %s", o->name);
		printf("%s%s -d '", opt_wants(o) ? " -x" : "",
		       is_iface(o) ? " -a '(__fish_print_interfaces)'" : "");
		fish_text(o->help);
		printf("'\n");
	}
	printf("complete -c mcast -n '__fish_seen_subcommand_from %s' -a '", v->name);
	put_choice(t, v);
	printf("'\n");
}

static void fish_complete(const struct table *t)
{
	fputs("# Completion of mcast for fish. To use it: mcast completion fish | source\n\n"
	      "complete -c mcast -f\n"
	      "complete -c mcast -n __fish_use_subcommand -s h -l help -d 'show the verbs'\n"
	      "complete -c mcast -n __fish_use_subcommand -s V -l version -d 'show the version'\n",
	      stdout);
	for (size_t i = 0; i < t->n; i++)
		fish_verb(t, t->verbs[i]);
}

int opt_complete(const char *shell, const struct verb *const *verbs, size_t n)
{
	static const struct {
		const char *shell;
		void (*write)(const struct table *t);
	} shells[] = { { "bash", bash_complete }, { "zsh", zsh_complete }, { "fish", fish_complete } };
	const struct table t = { verbs, n };

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (strcmp(shell, shells[i].shell) == 0) {
			shells[i].write(&t);
			return 0;
		}
	return -1;
}
