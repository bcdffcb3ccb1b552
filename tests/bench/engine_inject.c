/*
 * engine_inject.c - sends reports as Ethernet frames on an interface: what is at its other end works them
 * in in this process's time. Prints the nanoseconds that all of them took, on the clock and of the
 * processor.
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

enum { BATCH = 64, FRAME = 1514 };

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

static void send_all(int fd, const struct reports *r, uint8_t (*frames)[FRAME])
{
	struct mmsghdr msgs[BATCH] = { 0 };
	struct iovec iov[BATCH];

	for (size_t i = 0; i < r->n;) {
		unsigned n = r->n - i < BATCH ? (unsigned)(r->n - i) : BATCH;
		int sent;

		for (unsigned j = 0; j < n; j++) {
			frame(frames[j], r, i + j);
			iov[j] = (struct iovec){ frames[j], 14U + r->len[i + j] };
			msgs[j].msg_hdr = (struct msghdr){ .msg_iov = &iov[j], .msg_iovlen = 1 };
		}
		sent = sendmmsg(fd, msgs, n, 0);
		if (sent < 0 && errno != ENOBUFS && errno != EINTR)
			die(strerror(errno));
		i += sent > 0 ? (size_t)sent : 0;
	}
}

int inject_main(char **args)
{
	uint8_t(*frames)[FRAME] = allocate(BATCH, sizeof(*frames));
	struct reports r;
	uint64_t began, cpu;
	int fd = socket_on(args[0]);

	alarm(60);
	reports_make(&r, args[1][0] == '4' ? MC_IPV4 : MC_IPV6, strtoul(args[2], NULL, 10),
		     (unsigned)strtoul(args[3], NULL, 10), MC_IS_EX);
	if (r.stride + 14 > FRAME)
		die("a report would not fit");
	for (unsigned i = 0; i < 2; i++) {
		began = clock_ns();
		cpu = processor_ns();
		send_all(fd, &r, frames);
		printf("%s 0 %.3f\n%s-cpu 0 %.3f\n", i ? "refresh" : "new",
		       (double)(clock_ns() - began) / (double)r.groups, i ? "refresh" : "new",
		       (double)(processor_ns() - cpu) / (double)r.groups);
	}
	close(fd);
	reports_free(&r);
	free(frames);
	return 0;
}
