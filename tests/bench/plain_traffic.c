/*
 * plain_traffic.c - a sender and a receiver of datagrams as a user would write them, peers of `./dev bench
 * traffic`: sendto in a loop, or recvfrom in a loop, one datagram a call. They know nothing of mcast and
 * use none of it. IPv4; the route to the group chooses the interface.
 *
 * The receiver's one luxury is a buffer of 4 MiB, as `mcast recv` asks for, so that a comparison compares
 * loops.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define RCVBUF (4 << 20)
#define LOOK 256 /* datagrams between two looks at the clock */

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int take(const struct sockaddr_in *to)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = to->sin_port };
	struct ip_mreq join = { .imr_multiaddr = to->sin_addr };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, size = RCVBUF;
	char buf[65536];

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0 ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)) < 0)
		return -1;
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);

		if (recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len) < 0 && errno != EINTR)
			return -1;
	}
}

static int give(const struct sockaddr_in *to, size_t bytes, double seconds)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	static char buf[65507];
	unsigned long sent = 0;
	double end = seconds_now() + seconds;

	if (fd < 0 || bytes > sizeof(buf))
		return -1;
	while (sent % LOOK || seconds_now() < end) {
		ssize_t n = sendto(fd, buf, bytes, 0, (const struct sockaddr *)to, sizeof(*to));

		if (n < 0 && errno != ENOBUFS)
			return -1;
		sent++;
	}
	printf("%lu\n", sent);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int r;

	if (argc < 4 || (strcmp(argv[1], "recv") != 0 && argc != 6)) {
		fprintf(stderr, "usage: plain_traffic recv GROUP PORT | send GROUP PORT BYTES SECONDS\n");
		return 2;
	}
	to.sin_addr.s_addr = inet_addr(argv[2]);
	to.sin_port = htons((uint16_t)atoi(argv[3]));
	r = strcmp(argv[1], "recv") == 0 ? take(&to) : give(&to, (size_t)atoi(argv[4]), atof(argv[5]));
	if (r < 0)
		perror("plain_traffic");
	return r < 0 ? 2 : 0;
}
