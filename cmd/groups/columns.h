/*
 * columns.h - a table in columns: cells are kept as they come, so that each is made once, and the widths are
 * known before the first line is printed.
 */
#ifndef MCAST_GROUPS_COLUMNS_H
#define MCAST_GROUPS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define COLUMNS_MOST 10

struct columns {
	size_t n;                   /* columns */
	bool right[COLUMNS_MOST];   /* which are numbers */
	size_t width[COLUMNS_MOST]; /* characters, as far as rows came */
	char *text;                 /* the cells, each with a 0 behind it */
	size_t used, room;
	size_t at; /* the column that comes next */
	bool lost; /* there was no memory */
};

/* columns_begin sets the number of columns, and takes the head, n texts, into account for the widths. */
void columns_begin(struct columns *c, size_t n, const char *const *head);

/* columns_put adds the next cell. */
void columns_put(struct columns *c, const char *text);

/* columns_put_across adds the last of a row, which may reach across those behind it. */
void columns_put_across(struct columns *c, const char *text);

/* columns_print prints the next `rows` rows, from *pos on, which is 0 at first, indented by two; columns_head
 * a row of other cells. */
void columns_print(const struct columns *c, size_t *pos, size_t rows, FILE *to);
void columns_head(const struct columns *c, const char *const *head, FILE *to);
void columns_free(struct columns *c);

#endif
