/*
 * hook.c - programs run in the background by posix_spawn(3). It knows nothing of events: what is
 * told to a program are names and values.
 *
 * Values come from the network. They reach the program as octets in its environment, never through a
 * shell. Descriptors do not: a child gets the three standard ones and no more.
 */
#include "watch/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_AGAIN_NS 10000000 /* how often hook_wait looks */

struct hook {
	char *line;  /* split in place: what argv points into */
	char **argv; /* argv[0] as it was given */
	char *path;  /* what is run */
	bool mute;
	pid_t running[HOOK_MOST];
	size_t nrunning;
	struct hook_stats stats;
};

__attribute__((format(printf, 3, 4))) static int refuse(char *why, size_t cap, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, cap, format, args);
	va_end(args);
	return -1;
}

/* Splits h->line into h->argv. Returns how many there are, or -1 without memory. */
static int split(struct hook *h)
{
	char *rest = h->line, *word;
	int n = 0;

	h->argv = calloc(strlen(h->line) / 2 + 2, sizeof *h->argv);
	if (!h->argv)
		return -1;
	while ((word = strsep(&rest, " \t\n")))
		if (*word)
			h->argv[n++] = word;
	return n;
}

/* What keeps a file from being run: an errno, or 0. */
static int unfit(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? errno : 0;
}

/* Looks for name in the directories of dirs, as execvp(3) does: an empty one is the current. Returns
 * 0 with a path of its own in *ret, or an errno: what was wrong with the last one of that name. */
static int look_up(const char *dirs, const char *name, char **ret)
{
	int cause = ENOENT;

	for (const char *end; dirs; dirs = *end ? end + 1 : NULL) {
		char *path;
		int wrong;

		end = strchrnul(dirs, ':');
		if (asprintf(&path, "%.*s%s%s", (int)(end - dirs), dirs, end == dirs ? "" : "/", name) < 0)
			return ENOMEM;
		wrong = unfit(path);
		if (!wrong) {
			*ret = path;
			return 0;
		}
		free(path);
		if (wrong != ENOENT && wrong != ENOTDIR)
			cause = wrong;
	}
	return cause;
}

static int find(struct hook *h)
{
	const char *name = h->argv[0], *dirs = getenv("PATH");
	int wrong;

	if (!strchr(name, '/'))
		return look_up(dirs ? dirs : "/bin:/usr/bin", name, &h->path);
	wrong = unfit(name);
	if (wrong)
		return wrong;
	h->path = strdup(name);
	return h->path ? 0 : ENOMEM;
}

static int prepare(struct hook *h, const char *text, char *why, size_t cap)
{
	int n, wrong;

	h->line = strdup(text);
	n = h->line ? split(h) : -1;
	if (n < 0)
		return refuse(why, cap, "%s", strerror(ENOMEM));
	if (n == 0)
		return refuse(why, cap, "names no program");
	wrong = find(h);
	if (!wrong)
		return 0;
	if (wrong == ENOENT && !strchr(h->argv[0], '/'))
		return refuse(why, cap,
			      "cannot run %s: not found in PATH (there is no shell: name a program)",
			      h->argv[0]);
	if (wrong == EACCES)
		return refuse(why, cap, "cannot run %s: not executable (chmod +x makes it so)", h->argv[0]);
	return refuse(why, cap, "cannot run %s: %s", h->argv[0], strerror(wrong));
}

int hook_new(struct hook **ret, const char *text, char *why, size_t cap)
{
	struct hook *h = calloc(1, sizeof *h);

	if (!h)
		return refuse(why, cap, "%s", strerror(ENOMEM));
	if (prepare(h, text, why, cap)) {
		hook_free(h);
		return -1;
	}
	*ret = h;
	return 0;
}

void hook_free(struct hook *h)
{
	if (!h)
		return;
	free(h->line);
	free(h->argv);
	free(h->path);
	free(h);
}

void hook_mute(struct hook *h)
{
	h->mute = true;
}

/* ---- running --------------------------------------------------------------------------- */

static bool is_var(const char *entry, const struct hook_var *vars, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(vars[i].name);

		if (!strncmp(entry, vars[i].name, len) && entry[len] == '=')
			return true;
	}
	return false;
}

/* Our environment and the variables, which take the place of those of the same name. The list
 * points into both environ and *text; free both. */
static char **environment(const struct hook_var *vars, size_t n, char **text)
{
	size_t count = n + 1, size = 1, k = 0;
	char **list, *p;

	for (char **e = environ; e && *e; e++)
		count++;
	for (size_t i = 0; i < n; i++)
		size += strlen(vars[i].name) + strlen(vars[i].value) + 2;
	list = calloc(count, sizeof *list);
	*text = p = malloc(size);
	if (!list || !p) {
		free(list);
		free(p);
		return NULL;
	}
	for (char **e = environ; e && *e; e++)
		if (!is_var(*e, vars, n))
			list[k++] = *e;
	for (size_t i = 0; i < n; i++) {
		list[k++] = p;
		p = stpcpy(stpcpy(stpcpy(p, vars[i].name), "="), vars[i].value) + 1;
	}
	return list;
}

/* No signal blocked (signals.h blocks some), none of ours ignored, and a process group of its own: the
 * terminal's Ctrl-C is for watch. */
static int set_attr(posix_spawnattr_t *attr)
{
	sigset_t none, pipe;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &pipe);
	posix_spawnattr_setpgroup(attr, 0);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
}

static int set_files(const struct hook *h, posix_spawn_file_actions_t *files)
{
	int r = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (!r && h->mute)
		r = posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (!r)
		r = posix_spawn_file_actions_adddup2(files, STDERR_FILENO, STDOUT_FILENO);
	if (!r)
		r = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
	return r;
}

static int spawn(const struct hook *h, char **env, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	r = set_files(h, &files);
	if (!r)
		r = set_attr(&attr);
	if (!r)
		r = posix_spawn(ret, h->path, &files, &attr, h->argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return r;
}

int hook_run(struct hook *h, const struct hook_var *vars, size_t n, char *why, size_t cap)
{
	char *text, **env;
	pid_t pid;
	int r;

	hook_reap(h);
	if (h->nrunning == HOOK_MOST) {
		h->stats.skipped++;
		return 0;
	}
	env = environment(vars, n, &text);
	r = env ? spawn(h, env, &pid) : ENOMEM;
	if (env) {
		free(env);
		free(text);
	}
	if (r) {
		h->stats.failed++;
		return refuse(why, cap, "cannot run %s: %s", h->argv[0], strerror(r));
	}
	h->running[h->nrunning++] = pid;
	h->stats.run++;
	return 0;
}

void hook_reap(struct hook *h)
{
	size_t left = 0;

	for (size_t i = 0; i < h->nrunning; i++) {
		int status = 0;
		pid_t pid = waitpid(h->running[i], &status, WNOHANG);

		if (pid == 0)
			h->running[left++] = h->running[i];
		else if (pid > 0 && status != 0)
			h->stats.failed++;
	}
	h->nrunning = left;
}

void hook_wait(struct hook *h, unsigned seconds)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NS };
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += (time_t)seconds;
	for (hook_reap(h); h->nrunning; hook_reap(h)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))
			break;
		nanosleep(&pause, NULL);
	}
}

struct hook_stats hook_stats(const struct hook *h)
{
	return h->stats;
}
