/*
 * engine_inject.c - sends reports as Ethernet frames on an interface: what is at its other end works them
 * in in this process's time. Prints the nanoseconds that it took, on the clock and of the processor.
 */
#include "engine.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, PACED = 16, FRAME = 1514, SECOND = 1000000000 };

/* Where reports go; from is the next one's number: after the last comes the first again. */
struct injector {
	struct reports r;
	uint8_t (*frames)[FRAME];
	size_t from;
	int fd;
};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int socket_on(const char *iface)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(iface) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !at.sll_ifindex || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(strerror(errno));
	return fd;
}

static void frame(uint8_t *to, const struct reports *r, size_t i)
{
	const struct mc_proto *proto = mc_proto_of(r->family);
	const uint8_t sender[6] = { 2, 0, 0, 0, 0, 7 };
	uint16_t type = htons(r->family == MC_IPV4 ? ETHERTYPE_IP : ETHERTYPE_IPV6);

	mc_addr_ether(&proto->all_reports, to);
	memcpy(to + 6, sender, sizeof(sender));
	memcpy(to + 12, &type, 2);
	memcpy(to + 14, reports_at(r, i), r->len[i]);
}

static void injector_open(struct injector *in, char **args)
{
	*in = (struct injector){ .frames = allocate(BATCH, FRAME), .fd = socket_on(args[0]) };
	reports_make(&in->r, args[1][0] == '4' ? MC_IPV4 : MC_IPV6, strtoul(args[2], NULL, 10),
		     (unsigned)strtoul(args[3], NULL, 10), MC_IS_EX);
	if (in->r.stride + 14 > FRAME)
		die("a report would not fit");
}

static void injector_close(struct injector *in)
{
	close(in->fd);
	reports_free(&in->r);
	free(in->frames);
}

/* Sends up to `most` reports, a batch at most, and tells how many. */
static unsigned send_some(struct injector *in, size_t most)
{
	struct mmsghdr msgs[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned n = most < BATCH ? (unsigned)most : BATCH;
	int sent;

	for (unsigned j = 0; j < n; j++) {
		size_t i = (in->from + j) % in->r.n;

		frame(in->frames[j], &in->r, i);
		iov[j] = (struct iovec){ in->frames[j], 14U + in->r.len[i] };
		msgs[j].msg_hdr = (struct msghdr){ .msg_iov = &iov[j], .msg_iovlen = 1 };
	}
	sent = sendmmsg(in->fd, msgs, n, 0);
	if (sent < 0 && errno != ENOBUFS && errno != EINTR)
		die(strerror(errno));
	n = sent > 0 ? (unsigned)sent : 0;
	in->from = (in->from + n) % in->r.n;
	return n;
}

static void send_all(struct injector *in, size_t n)
{
	while (n)
		n -= send_some(in, n);
}

/* Sends n reports, `rate` a second, never more than a batch at once: who is late catches up. */
static void send_paced(struct injector *in, size_t n, uint64_t rate)
{
	uint64_t began = clock_ns();

	for (size_t done = 0; done < n;) {
		uint64_t due = (clock_ns() - began) * rate / SECOND + 1;
		size_t want = due < n ? (size_t)due : n;

		if (want >= done + PACED || want == n)
			done += send_some(in, want - done);
	}
}

int inject_main(char **args)
{
	struct injector in;
	uint64_t began, cpu;

	alarm(60);
	injector_open(&in, args);
	for (unsigned i = 0; i < 2; i++) {
		began = clock_ns();
		cpu = processor_ns();
		send_all(&in, in.r.n);
		printf("%s 0 %.3f\n%s-cpu 0 %.3f\n", i ? "refresh" : "new",
		       (double)(clock_ns() - began) / (double)in.r.groups, i ? "refresh" : "new",
		       (double)(processor_ns() - cpu) / (double)in.r.groups);
	}
	injector_close(&in);
	return 0;
}

int storm_main(char **args)
{
	size_t n = strtoul(args[4], NULL, 10);
	uint64_t rate = strtoul(args[5], NULL, 10), began, cpu;
	struct injector in;

	alarm(60);
	injector_open(&in, args);
	began = clock_ns();
	cpu = processor_ns();
	if (rate)
		send_paced(&in, n, rate);
	else
		send_all(&in, n);
	printf("clock 0 %.3f\ncpu 0 %.3f\n", (double)(clock_ns() - began) / (double)n,
	       (double)(processor_ns() - cpu) / (double)n);
	injector_close(&in);
	return 0;
}
