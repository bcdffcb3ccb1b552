/*
 * near.c - the word that was probably meant, among those offered: edit distance with swapped
 * neighbours counted as one (optimal string alignment). It knows nothing of options or verbs.
 */
#include "near.h"

#include <string.h>

enum { WORD_MAX = 32, FAR = 1000 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, size_t la, const char *b, size_t lb)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= la; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++)
		for (size_t j = 1; j <= lb; j++) {
			unsigned changed = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, changed);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[la][lb];
}

void near_init(struct near *n, const char *typed)
{
	*n = (struct near){ .typed = typed, .distance = FAR };
}

/* A third of the letters may differ; the beginning of a word counts as one slip. */
void near_try(struct near *n, const char *word)
{
	size_t lt = strlen(n->typed), lw = strlen(word);
	unsigned d;

	if (lt < 2 || lt > WORD_MAX || lw > WORD_MAX)
		return;
	d = strncmp(n->typed, word, lt) == 0 ? lt != lw : distance(n->typed, lt, word, lw);
	if (d >= n->distance || d > (lt + 1) / 3)
		return;
	n->best = word;
	n->distance = d;
}
