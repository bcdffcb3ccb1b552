/*
 * notify.c - sd_notify(3)'s protocol: where $NOTIFY_SOCKET says, a path or an abstract name, datagrams of
 * lines. It does not know what they say.
 */
#include "notify.h"

#include <mcast/base.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LINES_MOST = 1024, PATIENCE = 1 };

static struct {
	int fd; /* 0: nobody wants to know */
	struct sockaddr_un to;
	socklen_t len;
} manager;

/* "/run/..." or "@...", for a name that begins with a NUL. */
static bool take_address(const char *text)
{
	size_t len = strlen(text);

	if ((*text != '/' && *text != '@') || len < 2 || len > sizeof manager.to.sun_path - (*text == '/'))
		return false;
	manager.to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(manager.to.sun_path, text, len);
	if (*text == '@')
		manager.to.sun_path[0] = '\0';
	manager.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*text == '/'));
	return true;
}

void notify_open(void)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	const char *text = getenv("NOTIFY_SOCKET");
	int fd = text && take_address(text) ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	unsetenv("NOTIFY_SOCKET");
	if (manager.fd)
		close(manager.fd);
	manager.fd = fd > 0 ? fd : 0;
	if (manager.fd) /* a manager that does not read stops nothing for long */
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

void notify_send(const char *fmt, ...)
{
	char lines[LINES_MOST];
	va_list ap;
	size_t len;

	if (!manager.fd)
		return;
	va_start(ap, fmt);
	vsnprintf(lines, sizeof lines, fmt, ap);
	va_end(ap);
	len = strlen(lines);
	(void)!sendto(manager.fd, lines, len, MSG_NOSIGNAL, (const struct sockaddr *)&manager.to,
		      manager.len);
}

void notify_reloading(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	notify_send("RELOADING=1\nMONOTONIC_USEC=%llu",
		    (unsigned long long)t.tv_sec * 1000000 + (unsigned long long)t.tv_nsec / 1000);
}
