/*
 * report.h - results of receivers as one page. A run is the objects that one `mcast recv` said: start,
 * stream, redundant, interface, end (mcast-recv(1), JSON); others are not looked at.
 */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct report_run {
	json_t *start, *end, *redundant; /* NULL: not there */
	json_t *streams, *interfaces;    /* arrays */
	char *receiver;                  /* host, and a number where several runs are of one host */
};

#define REPORT_MOST 50 /* streams that are drawn by themselves, unless told otherwise */

struct report {
	struct report_run *runs;
	size_t n;
	size_t files;
	unsigned long ignored; /* lines */
	const char *title;
	double max_loss;       /* 0 to 1 */
	double max_delay;      /* seconds; negative: no limit */
	size_t most;           /* streams that are drawn by themselves */
};

/* report_add takes over one object of a run: an object with "event". It begins a new run with each "start".
 * 0; 1: it is none that matters; -1: no memory. */
int report_add(struct report *p, json_t *event);
void report_free(struct report *p);

/* report_read reads a file's lines: 0, or -1 and one clause in why. */
int report_read(struct report *p, FILE *from, char *why, size_t cap);

/* report_page writes the page: 0, or -1 where it could not be written (errno). *ret_wrong: something was
 * above the limits. */
int report_page(const struct report *p, FILE *to, bool *ret_wrong);

/* report_matrix gives the matrix as the object of mcast-report(1). */
json_t *report_matrix(const struct report *p, bool *ret_wrong);

#endif
