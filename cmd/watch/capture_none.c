/*
 * capture_none.c - what stands in for capture.c and keep.c in a build without libpcap: it refuses, and
 * says what is lacking.
 */
#include "watch/keep.h"

#include <errno.h>
#include <stdlib.h>

struct capture {
	bool none;
};

static int refuse(char *why, const char *what, const char *name)
{
	snprintf(why, CAPTURE_WHY,
		 "cannot %s %s: built without libpcap (install its headers and build with -Dpcap=enabled)",
		 what, name);
	return -1;
}

int capture_new(struct capture **ret)
{
	struct capture *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	*ret = c;
	return 0;
}

void capture_free(struct capture *c)
{
	free(c);
}

int capture_open_file(struct capture *c, const char *path, char *why)
{
	(void)c;
	return refuse(why, "read", path);
}

int capture_open_iface(struct capture *c, const struct mc_iface *i, char *why)
{
	(void)c;
	return refuse(why, "capture on", i->name);
}

int capture_open_stream(struct capture *c, FILE *f, const char *name, char *why)
{
	(void)c;
	fclose(f);
	return refuse(why, "read", name);
}

int capture_keep(struct capture *c, const char *path, char *why)
{
	(void)c;
	return refuse(why, "write", path);
}

void capture_kept(struct capture *c, const struct packet *p)
{
	(void)c;
	(void)p;
}

int capture_watch(struct capture *c, struct mc_loop *loop, void (*ready)(void *arg), void *arg)
{
	(void)c;
	(void)loop;
	(void)ready;
	(void)arg;
	return 0;
}

int capture_next(struct capture *c, struct packet *ret, char *why)
{
	(void)c;
	(void)ret;
	(void)why;
	return 0;
}

size_t capture_open(const struct capture *c)
{
	(void)c;
	return 0;
}

int capture_close(struct capture *c, struct capture_stats *ret, char *why)
{
	(void)c;
	(void)why;
	*ret = (struct capture_stats){ 0 };
	return 0;
}

int keep_open(struct keep **ret, const char *path, int link, int reads, char *why)
{
	(void)ret;
	(void)link;
	(void)reads;
	return refuse(why, "write", path);
}

void keep_packet(struct keep *k, const struct packet *p)
{
	(void)k;
	(void)p;
}

int keep_flush(struct keep *k)
{
	(void)k;
	return 0;
}

int keep_close(struct keep *k, uint64_t *kept, char *why)
{
	(void)k;
	(void)why;
	*kept = 0;
	return 0;
}

const char *capture_version(void)
{
	return NULL;
}
