/*
 * escape.h - text from outside as text of an HTML page.
 */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include <stdio.h>

/* report_escape writes UTF-8 text so that it is text in an element and in a quoted attribute. NULL:
 * nothing. */
void report_escape(FILE *to, const char *text);

#endif
