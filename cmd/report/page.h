/*
 * page.h - the parts of the page: what each of its files writes.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/rows.h"

/* A page on its way: results, their streams by sender, and where it goes. */
struct report_page {
	const struct report *p;
	struct report_rows rows;  /* by sender */
	struct report_rows worst; /* the worst first */
	FILE *to;
	unsigned charts; /* so far: their texts are found by number */
};

/* Which object of the results the figures inside an element are of, as its attribute data-of. */
void report_of_stream(FILE *to, const struct report_row *row);

/* A stream's name: sender, group, and the interface. */
#define REPORT_STREAM "{source:source_port} \xe2\x86\x92 {group:port}"

/* wrong.c: what was wrong, and what else there is to know, as lists. */
void report_page_wrong(struct report_page *g);
void report_page_notes(struct report_page *g);

/* table.c: the matrix, all streams, runs, two paths, interfaces, settings, one stream's gaps and all its
 * figures. */
void report_page_matrix(struct report_page *g);
void report_page_streams(struct report_page *g);
void report_page_runs(struct report_page *g);
void report_page_paths(struct report_page *g);
void report_page_interfaces(struct report_page *g);
void report_page_settings(struct report_page *g);
void report_page_gaps(struct report_page *g, const struct report_row *row);
void report_page_figures(struct report_page *g, const struct report_row *row);

/* series.c, delays.c: drawings of one stream over time, and of its delays. */
void report_page_series(struct report_page *g, const struct report_row *row);
void report_page_delays(struct report_page *g, const struct report_row *row);

/* style.c: the page's styles. */
extern const char report_style[];

#endif
