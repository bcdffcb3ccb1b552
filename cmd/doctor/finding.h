/*
 * finding.h - what a check found: a verdict, a line, what was seen, why that matters, how it is mended.
 */
#ifndef MCAST_DOCTOR_FINDING_H
#define MCAST_DOCTOR_FINDING_H

#include <mcast/base.h>
#include <stdarg.h>
#include <sys/types.h>

enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_FAULT, VERDICT_UNKNOWN };

struct evidence {
	char *from, *value;
};

struct finding {
	const char *check; /* the row's name */
	enum verdict verdict;
	char *text; /* one line, without a full stop, first letter small unless a name */
	size_t nevidence;
	struct evidence *evidence;
	const char *why;      /* one sentence; the row's, unless find_why */
	char *mend;           /* one command for the shell, or NULL */
	char *advice;         /* what else to do, a clause without full stop, or NULL */
	struct mc_addr group; /* what it is about; family 0: none in particular */
	uint32_t ifindex;
	pid_t pid;
};

struct findings {
	size_t n;
	struct finding *v;
	const char *check, *why; /* of the row that runs now */
	bool starved;            /* memory was not enough: some are lacking */
	struct finding spare;    /* what is thrown away */
};

/* find adds one to those of the check that runs now. What it returns is good until the next. Without
 * memory it returns one that is thrown away: never NULL, so that callers need not look. */
struct finding *find(struct findings *f, enum verdict v, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* find_saw adds to its evidence: where it was read ("/proc/net/udp", "route to 10.0.0.9"), and what it
 * said. */
void find_saw(struct finding *x, const char *from, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* find_mend sets the command; names that come from elsewhere go through find_quote, and with one that is not
 * printable ASCII there is no command. find_advise sets
 * words. find_why sets another reason than the row's. */
void find_mend(struct finding *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void find_advise(struct finding *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void find_why(struct finding *x, const char *sentence);

/* find_quote writes a word so that a shell takes it as it is. Returns buf. 4 * strlen + 3 is always
 * enough. */
char *find_quote(char *buf, size_t cap, const char *word);

/* find_any tells whether a check has found something of that verdict in this run. */
bool find_any(const struct findings *f, const char *check, enum verdict v);

/* find_count tells how many there are of a verdict. */
size_t find_count(const struct findings *f, enum verdict v);

void findings_free(struct findings *f);

#endif
