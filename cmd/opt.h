/*
 * opt.h - command lines from tables: one row an option, from which parsing, usage, the man
 * pages' tests and the completions of three shells come.
 */
#ifndef MCAST_OPT_H
#define MCAST_OPT_H

#include <mcast/base.h>

/* What an option's argument is, and so what its destination must point to. */
enum opt_type {
	OPT_FLAG,    /* no argument; bool, set true */
	OPT_UNFLAG,  /* no argument; bool, set false */
	OPT_COUNT,   /* no argument; int, one more each time */
	OPT_INT,     /* int64_t, from min to max */
	OPT_SIZE,    /* int64_t, from min to max; K, M and G are powers of 1024 */
	OPT_SECONDS, /* mc_time, decimal seconds; min and max in seconds */
	OPT_SPAN,    /* the same, and more than 0 */
	OPT_TEXT,    /* const char *, of argv */
	OPT_LIST,    /* struct opt_list, one more each time */
	OPT_CALL,    /* anything: row's call reads it */
};

/* Arguments as they were typed, of argv; v is to be freed. */
struct opt_list {
	const char **v;
	size_t n;
};

struct opt {
	char letter;      /* 0: long only */
	const char *name; /* long, without dashes; "": letter only */
	const char *arg;  /* name of the argument in the usage, NULL: none */
	enum opt_type type;
	size_t offset;    /* of the destination in the verb's configuration struct */
	int64_t min, max;
	/* OPT_CALL: 0, or -1 after writing one clause (why, and what next) into why. */
	int (*call)(void *dest, const char *arg, char *why, size_t cap);
	const char *help; /* one line */
};

struct verb {
	const char *name;
	int (*run)(const struct verb *v, int argc, char **argv); /* argv[0]: the verb; gives the exit code */
	const char *args;    /* "[TARGET ...]" */
	const char *summary; /* one line */
	const char *example; /* one or more command lines, each ending in a newline */
	const struct opt *opts; /* ends with a row whose name is NULL */
};

/* The exit codes of every verb. */
enum { EXIT_GOOD = 0, EXIT_NO = 1, EXIT_CANNOT = 2 };

/* opt_parse reads options into conf and leaves the other arguments, in order, in argv[1..].
 * Returns their number. -1: the line was refused and said so. -2: --help was given and printed. */
int opt_parse(const struct verb *v, int argc, char **argv, void *conf);

/* opt_help is the row of --help, which every verb has without having it in its table. */
extern const struct opt opt_help;

/* opt_set sets what a row is about, dest, to an argument (NULL where it takes none): 0, or -1 with dest
 * untouched after writing one clause into why. */
int opt_set(const struct opt *o, void *dest, const char *arg, char *why, size_t cap);

/* opt_list_add adds one more: 0, or -1 without memory. */
int opt_list_add(struct opt_list *l, const char *text);

/* opt_wants tells whether an option takes an argument. */
bool opt_wants(const struct opt *o);

/* opt_usage prints the help of a verb: what `mcast help VERB` and `mcast VERB --help` print. */
void opt_usage(const struct verb *v);

/* opt_refuse prints "mcast VERB: ..." as one line on stderr, control characters escaped, and
 * returns EXIT_CANNOT. v NULL: "mcast: ...". */
int opt_refuse(const struct verb *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Two options that cannot stand together, and why: a clause. opt_clashes refuses the first of a table,
 * whose last row has no a, that both were given; 0: there is none. */
struct opt_clash {
	bool both;
	const char *a, *b, *why;
};
int opt_clashes(const struct verb *v, const struct opt_clash *k);

/* opt_complete prints the completion script of a shell, bash, zsh or fish, for a table of
 * verbs; -1 for another shell. */
int opt_complete(const char *shell, const struct verb *const *verbs, size_t n);

#endif
