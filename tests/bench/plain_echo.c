/*
 * plain_echo.c - an echo server as a user would write it, one of the peers of `./dev bench echo`:
 * bind to any, join, then recvfrom and sendto for ever, blocking, one datagram a call. It knows
 * nothing of mcast and uses none of it. IPv4; the route to the group chooses the interface.
 *
 * Its one luxury is a receive buffer as large as `mcast serve` asks for, so that a comparison
 * compares the loops and not the size of a buffer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define RCVBUF (4 << 20)

static int echo_open(const char *group, const char *port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	struct ip_mreq join = { .imr_multiaddr.s_addr = inet_addr(group) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, size = RCVBUF;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	/* The first needs a privilege and is not cut by the system's maximum. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	static char buf[65536];
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: plain_echo GROUP PORT\n");
		return 2;
	}
	fd = echo_open(argv[1], argv[2]);
	if (fd < 0) {
		perror("plain_echo");
		return 2;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

		if (n >= 0)
			sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
		else if (errno != EINTR)
			perror("plain_echo: recvfrom");
	}
}
