/*
 * near.h - the word that was probably meant.
 */
#ifndef MCAST_NEAR_H
#define MCAST_NEAR_H

struct near {
	const char *typed;
	const char *best; /* NULL: nothing was near enough */
	unsigned distance;
};

void near_init(struct near *n, const char *typed);

/* near_try keeps the word when it is nearer than those tried before. It must outlive n. */
void near_try(struct near *n, const char *word);

#endif
