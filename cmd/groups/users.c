/*
 * users.c - users by name, each looked up once: a lookup may ask a directory on the network.
 */
#include "groups/users.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define ROOM_MOST (1 << 20)

/* A copy of the name, NULL where there is none. */
static char *look_up(uint32_t uid)
{
	char *name = NULL;
	int r = ERANGE;

	for (size_t room = 1024; r == ERANGE && room <= ROOM_MOST; room *= 4) {
		struct passwd pw, *found = NULL;
		char *buf = malloc(room);

		r = buf ? getpwuid_r(uid, &pw, buf, room, &found) : ENOMEM;
		if (!r && found)
			name = strdup(pw.pw_name);
		free(buf);
	}
	return name;
}

/* Where a user is, or would be. */
static size_t place(const struct users *u, uint32_t uid)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (u->v[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *users_name(struct users *u, uint32_t uid)
{
	size_t at = place(u, uid);

	if (at < u->n && u->v[at].uid == uid)
		return u->v[at].name;
	if (!mc_grow(&u->v, &u->n, sizeof *u->v))
		return NULL;
	memmove(&u->v[at + 1], &u->v[at], (u->n - 1 - at) * sizeof *u->v);
	u->v[at] = (struct user){ .uid = uid, .name = look_up(uid) };
	return u->v[at].name;
}

void users_free(struct users *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->v[i].name);
	free(u->v);
	*u = (struct users){ 0 };
}
