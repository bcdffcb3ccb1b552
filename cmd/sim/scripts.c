/*
 * scripts.c - files become scripts. What is in them the library knows; that a file is too long, or cannot be
 * read, is said here.
 */
#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM 65536 /* to begin with */

struct text {
	char *octets;
	size_t len, room;
};

static bool is_stdin(const char *name)
{
	return strcmp(name, "-") == 0;
}

static int make_room(struct text *t)
{
	size_t room = t->room ? 2 * t->room : ROOM;
	char *more;

	if (t->len < t->room)
		return 0;
	more = realloc(t->octets, room);
	if (!more)
		return -ENOMEM;
	t->octets = more;
	t->room = room;
	return 0;
}

/* Reads all there is. 0, -errno, or -EFBIG where that is more than a script may be. */
static int read_all(struct text *t, int fd)
{
	for (;;) {
		int r = make_room(t);
		ssize_t n;

		if (r)
			return r;
		n = read(fd, t->octets + t->len, t->room - t->len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		t->len += n > 0 ? (size_t)n : 0;
		if (t->len > SCRIPT_MOST)
			return -EFBIG;
	}
}

static int read_file(struct script *s, struct text *t)
{
	int fd = is_stdin(s->name) ? STDIN_FILENO : open(s->name, O_RDONLY | O_CLOEXEC), r;
	struct stat st;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) ? -errno : read_all(t, fd);
	if (!r) {
		s->dev = st.st_dev;
		s->ino = st.st_ino;
	}
	if (fd != STDIN_FILENO)
		close(fd);
	return r;
}

static int cannot_read(const struct verb *v, const struct script *s, int error)
{
	const char *name = is_stdin(s->name) ? "standard input" : s->name;

	if (error == -EFBIG)
		return opt_refuse(v, "cannot read %s: it is longer than %d MB, too long for a script", name,
				  SCRIPT_MOST >> 20);
	return opt_refuse(v, "cannot read %s: %s", name, strerror(-error));
}

static int parse(struct script *s, const struct verb *v, const struct text *t)
{
	struct mc_sim_error e = { 0 };
	int r = mc_sim_parse(&s->sim, t->octets, t->len, &e);

	if (r == MC_ERR_SCRIPT)
		return opt_refuse(v, "%s:%lu:%lu: %s", s->name, (unsigned long)e.line,
				  (unsigned long)e.column, e.text);
	return r ? opt_refuse(v, "%s: %s", s->name, mc_strerror(r)) : 0;
}

static int read_one(struct script *s, const struct verb *v)
{
	struct text t = { 0 };
	int r = read_file(s, &t);

	r = r ? cannot_read(v, s, r) : parse(s, v, &t);
	free(t.octets);
	return r;
}

int scripts_read(struct scripts *s, const struct verb *v, char *const *names, size_t n)
{
	unsigned from_stdin = 0;
	int code = 0;

	s->list = calloc(n, sizeof *s->list);
	if (!s->list)
		return opt_refuse(v, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < n; i++)
		from_stdin += is_stdin(names[i]);
	if (from_stdin > 1)
		return opt_refuse(v, "- stands twice: standard input can be read once");
	for (; s->n < n; s->n++) {
		s->list[s->n].name = names[s->n];
		if (read_one(&s->list[s->n], v))
			code = EXIT_CANNOT;
	}
	return code;
}

void scripts_free(struct scripts *s)
{
	for (size_t i = 0; i < s->n; i++)
		mc_sim_free(s->list[i].sim);
	free(s->list);
}

bool scripts_has(const struct scripts *s, const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].dev == st.st_dev && s->list[i].ino == st.st_ino)
			return true;
	return false;
}
