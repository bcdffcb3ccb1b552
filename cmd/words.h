/*
 * words.h - a line of commands from standard input, word by word, and the clause that tells what is wrong
 * with it.
 */
#ifndef MCAST_WORDS_H
#define MCAST_WORDS_H

#include <stddef.h>

#define WORDS_SIZE 161 /* the longest word there can be is a target; with its end */
#define WORDS_SHOWN 60 /* characters of a word in a refusal */
#define WORDS_WHY 320

struct words {
	const char *at, *end;  /* what was not read yet */
	const char *page;      /* the man page with the commands, for who went wrong */
	char *why;             /* room for a clause, WORDS_WHY */
	char word[WORDS_SIZE]; /* the last one that was read; empty: none yet */
};

/* words_next reads a word: 1; 0: there is none, or the line is a comment (#); -1: it is none that can be
 * meant, and why says so. */
int words_next(struct words *w);

/* words_refuse writes a clause into why. Returns -1. */
int words_refuse(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* words_trim takes blanks, and what a line from Windows ends with, from both ends of a line. */
const char *words_trim(const char *line, size_t *len);

#endif
