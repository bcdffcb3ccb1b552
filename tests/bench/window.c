/*
 * window.c - the client of `./dev bench echo`: keeps a window of small datagrams outstanding to
 * an echo server of a group and prints how many replies came a second, one number. It knows
 * nothing of mcast and uses none of it. IPv4; the route to the group chooses the interface.
 *
 * It is an ordinary client: one datagram a message, without UDP_SEGMENT and UDP_GRO. With
 * --trains it uses both, so that any server can be measured with a client that sends trains.
 *
 * Each datagram carries a magic, its sequence number and the tick it was sent in; a reply counts
 * once. What is not answered within one to two ticks is given up and makes room in the window.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

enum {
	BATCH = 64,      /* messages a call */
	BIG_BATCH = 8,   /* trains a call */
	TRAIN = 128,     /* datagrams in a train; old kernels take half of that */
	ROOM = 65536,    /* octets in a message */
	SLOTS = 1 << 14, /* sequence numbers remembered: at least twice the largest window */
	MAX_WINDOW = 8192,
	TICK = 20000000, /* ns */
	RCVBUF = 4 << 20,
};

#define MAGIC 0x77696e646f77ULL

struct head {
	uint64_t magic;
	uint64_t seq;
	uint64_t tick;
};

struct client {
	int fd;
	struct sockaddr_in to;
	uint32_t size, window, batch, train; /* train: datagrams in a message */
	uint64_t next;                       /* sequence number */
	uint64_t tick, began;                /* the tick that is now, when the first one began */
	uint32_t open, open_in[2]; /* outstanding: in all, and those sent in this tick and the last */
	uint64_t replies, lost;
	uint64_t slot[SLOTS];
	struct mmsghdr out[BATCH], in[BATCH];
	struct iovec out_part[BATCH], in_part[BATCH];
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "window: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void set(int fd, int level, int name, int value, const char *what)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
		fail(what);
}

static void client_open(struct client *c, bool trains)
{
	struct timeval tick = { .tv_usec = TICK / 1000 };
	int size = RCVBUF;

	c->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (c->fd < 0)
		fail("socket");
	if (setsockopt(c->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		set(c->fd, SOL_SOCKET, SO_RCVBUF, size, "SO_RCVBUF");
	if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick)) < 0)
		fail("SO_RCVTIMEO");
	if (!trains)
		return;
	set(c->fd, IPPROTO_UDP, UDP_SEGMENT, (int)c->size, "UDP_SEGMENT");
	set(c->fd, IPPROTO_UDP, UDP_GRO, 1, "UDP_GRO");
}

/* One buffer of ROOM octets for each message out, and one for each in. */
static void client_room(struct client *c)
{
	for (uint32_t i = 0; i < c->batch; i++) {
		c->out_part[i].iov_base = calloc(1, ROOM);
		c->in_part[i] = (struct iovec){ malloc(ROOM), ROOM };
		if (!c->out_part[i].iov_base || !c->in_part[i].iov_base)
			fail("memory");
		c->out[i].msg_hdr = (struct msghdr){ .msg_name = &c->to,
						     .msg_namelen = sizeof(c->to),
						     .msg_iov = &c->out_part[i],
						     .msg_iovlen = 1 };
		c->in[i].msg_hdr = (struct msghdr){ .msg_iov = &c->in_part[i], .msg_iovlen = 1 };
	}
}

static void message_write(struct client *c, struct iovec *part, uint64_t seq)
{
	char *p = part->iov_base;

	for (uint32_t i = 0; i < c->train; i++, seq++, p += c->size) {
		struct head h = { MAGIC, seq, c->tick };

		memcpy(p, &h, sizeof(h));
		c->slot[seq % SLOTS] = seq;
	}
	part->iov_len = (size_t)c->train * c->size;
}

/* client_send sends at most a batch, as the window has room; returns whether it sent. */
static bool client_send(struct client *c)
{
	uint32_t n = (c->window - c->open) / c->train;
	int sent;

	if (n > c->batch)
		n = c->batch;
	if (n == 0)
		return false;
	for (uint32_t i = 0; i < n; i++)
		message_write(c, &c->out_part[i], c->next + (uint64_t)i * c->train);
	sent = sendmmsg(c->fd, c->out, n, 0);
	if (sent < 0 && errno == EINVAL && c->train > TRAIN / 2) {
		c->train = TRAIN / 2;
		return true;
	}
	if (sent < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
		fail("sendmmsg");
	if (sent <= 0)
		return false;
	c->next += (uint64_t)sent * c->train;
	c->open += (uint32_t)sent * c->train;
	c->open_in[c->tick & 1] += (uint32_t)sent * c->train;
	return true;
}

static void message_read(struct client *c, const char *p, size_t len)
{
	for (; len >= c->size; len -= c->size, p += c->size) {
		struct head h;

		memcpy(&h, p, sizeof(h));
		if (h.magic != MAGIC || c->slot[h.seq % SLOTS] != h.seq)
			continue;
		c->slot[h.seq % SLOTS] = UINT64_MAX;
		c->replies++;
		/* One that was given up is a reply, but is no longer in the window. */
		if (h.tick + 1 < c->tick)
			continue;
		c->open_in[h.tick & 1]--;
		c->open--;
	}
}

static void client_receive(struct client *c)
{
	int n = recvmmsg(c->fd, c->in, c->batch, MSG_WAITFORONE, NULL);

	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
		fail("recvmmsg");
	for (int i = 0; i < n; i++)
		message_read(c, c->in_part[i].iov_base, c->in[i].msg_len);
}

/* client_turn begins a new tick where it is time, and gives up what was sent before the last. */
static void client_turn(struct client *c, uint64_t t)
{
	for (; (t - c->began) / TICK > c->tick; c->tick++) {
		uint32_t *old = &c->open_in[(c->tick + 1) & 1];

		c->open -= *old;
		c->lost += *old;
		*old = 0;
	}
}

static double client_run(struct client *c, double seconds)
{
	uint64_t length = (uint64_t)(seconds * 1e9);
	uint64_t warm = length / 4 < 100000000 ? length / 4 : 100000000;
	uint64_t from = 0, before = 0, t = now();
	bool counting = false;

	c->began = t;
	for (; !counting || t - from < length; t = now()) {
		if (!counting && t - c->began >= warm) {
			counting = true;
			from = t;
			before = c->replies;
		}
		client_turn(c, t);
		while (client_send(c))
			;
		client_receive(c);
	}
	return (double)(c->replies - before) * 1e9 / (double)(t - from);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("--cpu");
}

static _Noreturn void usage(void)
{
	fprintf(stderr,
		"usage: window [--trains] [--window N] [--size OCTETS] [--time SECONDS] [--cpu N] GROUP PORT\n");
	exit(2);
}

static const struct option options[] = {
	{ "trains", no_argument, NULL, 'r' },     { "window", required_argument, NULL, 'n' },
	{ "size", required_argument, NULL, 's' }, { "time", required_argument, NULL, 't' },
	{ "cpu", required_argument, NULL, 'c' },  { NULL, 0, NULL, 0 },
};

/* client_ask reads the command line; returns the seconds to run. */
static double client_ask(struct client *c, int argc, char **argv, bool *trains)
{
	double seconds = 1;

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o == 'r')
			*trains = true;
		else if (o == 'n')
			c->window = (uint32_t)atoi(optarg);
		else if (o == 's')
			c->size = (uint32_t)atoi(optarg);
		else if (o == 't')
			seconds = atof(optarg);
		else if (o == 'c')
			pin(atoi(optarg));
		else
			usage();
	}
	if (argc - optind != 2 || c->window < 1 || c->window > MAX_WINDOW || seconds <= 0)
		usage();
	if (c->size < sizeof(struct head) || c->size > 65507 / TRAIN)
		usage();
	c->to = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_addr.s_addr = inet_addr(argv[optind]),
				      .sin_port = htons((uint16_t)atoi(argv[optind + 1])) };
	return seconds;
}

int main(int argc, char **argv)
{
	static struct client c = { .window = 512, .size = 64 };
	bool trains = false;
	double seconds = client_ask(&c, argc, argv, &trains);

	c.batch = trains ? BIG_BATCH : BATCH;
	c.train = trains ? (c.window < TRAIN ? c.window : TRAIN) : 1;
	client_open(&c, trains);
	client_room(&c);
	memset(c.slot, 0xff, sizeof(c.slot));
	printf("%.0f\n", client_run(&c, seconds));
	fprintf(stderr, "sent %llu, replies %llu, lost %llu\n", (unsigned long long)c.next,
		(unsigned long long)c.replies, (unsigned long long)c.lost);
	return 0;
}
