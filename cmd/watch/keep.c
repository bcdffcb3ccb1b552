/*
 * keep.c - a capture file, written by libpcap: pcap with nanoseconds. It knows nothing of where
 * packets come from.
 */
#include "watch/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/frame.h"

#define COOKED_HEADER 20

struct keep {
	pcap_t *dead; /* what libpcap writes a file by */
	pcap_dumper_t *dump;
	int fd;    /* a second one of it, to see what closing says */
	int error; /* the first, positive */
	int link;
	bool unflushed;
	uint64_t kept;
	uint8_t *room; /* for a packet with another header */
	size_t room_len;
	char name[256];
};

static int refuse(char *why, const char *name, const char *words)
{
	snprintf(why, CAPTURE_WHY, "cannot write %s: %s", name, words);
	return -1;
}

static bool is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return a >= 0 && is_regular(a) && !fstat(a, &x) && !fstat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Opens what is to be written, empty, as a descriptor. */
static int open_empty(const char *path, const char *name, int reads, char *why)
{
	bool out = !strcmp(path, "-");
	int fd = out ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) :
		       open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (out && fd >= 0 && isatty(fd))
		refuse(why, name, "it is a terminal (name a file, or pipe it to a program)");
	else if (fd >= 0 && same_file(reads, fd))
		refuse(why, name, "it is the file that is read");
	else if (fd < 0 || (!out && is_regular(fd) && ftruncate(fd, 0)))
		refuse(why, name, strerror(errno));
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Closes all there is. Errors of writing come when the rest is written, or when a file of a
 * network's file system is closed. */
static void end(struct keep *k)
{
	if (k->dump) {
		if (pcap_dump_flush(k->dump) && !k->error)
			k->error = errno;
		pcap_dump_close(k->dump);
	}
	if (k->fd >= 0 && close(k->fd) && !k->error)
		k->error = errno;
	if (k->dead)
		pcap_close(k->dead);
	free(k->room);
}

/* Has libpcap begin a file on fd, which it owns from here on. */
static int begin(struct keep *k, int fd)
{
	FILE *f = fdopen(fd, "w");

	if (!f) {
		close(fd);
		return -1;
	}
	k->dead = pcap_open_dead_with_tstamp_precision(k->link, KEEP_SNAP, PCAP_TSTAMP_PRECISION_NANO);
	k->dump = k->dead ? pcap_dump_fopen(k->dead, f) : NULL; /* closes f where it fails */
	return k->dump ? 0 : -1;
}

int keep_open(struct keep **ret, const char *path, int link, int reads, char *why)
{
	const char *name = strcmp(path, "-") ? path : "standard output";
	int fd = open_empty(path, name, reads, why);
	struct keep *k = fd >= 0 ? calloc(1, sizeof *k) : NULL;

	if (fd < 0)
		return -1;
	if (!k) {
		close(fd);
		return refuse(why, name, strerror(ENOMEM));
	}
	k->link = link;
	k->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	snprintf(k->name, sizeof k->name, "%s", name);
	if (begin(k, fd)) {
		refuse(why, name, k->dead ? pcap_geterr(k->dead) : strerror(errno));
		end(k);
		free(k);
		return -1;
	}
	*ret = k;
	return 0;
}

static bool make_room(struct keep *k, size_t len)
{
	uint8_t *more = len > k->room_len ? realloc(k->room, len) : k->room;

	if (!more)
		return false;
	k->room = more;
	k->room_len = len > k->room_len ? len : k->room_len;
	return true;
}

/* Puts the header of Linux cooked v2 in the place of a packet's own. */
static bool cook(struct keep *k, const struct packet *p, struct pcap_pkthdr *head)
{
	size_t rest, header;
	int n;

	if (!make_room(k, COOKED_HEADER + p->len))
		return false;
	n = mc_frame_sll2(k->room, k->room_len, p->ifindex, p->link, p->octets, p->len, &rest);
	if (n < 0)
		return false;
	header = (size_t)n;
	memcpy(k->room + header, p->octets + rest, p->len - rest);
	head->caplen = (bpf_u_int32)(header + p->len - rest);
	head->len = (bpf_u_int32)(header + p->wire - rest);
	return true;
}

void keep_packet(struct keep *k, const struct packet *p)
{
	bool cooked = p->link != k->link;
	struct pcap_pkthdr head = {
		.ts = { (time_t)(p->time / MC_SEC), (suseconds_t)(p->time % MC_SEC) },
		.caplen = (bpf_u_int32)p->len,
		.len = (bpf_u_int32)p->wire,
	};

	if (k->error || (cooked && !cook(k, p, &head)))
		return;
	pcap_dump((u_char *)k->dump, &head, cooked ? k->room : p->octets);
	if (ferror(pcap_dump_file(k->dump))) {
		k->error = errno;
		return;
	}
	k->unflushed = true;
	k->kept++;
}

int keep_flush(struct keep *k)
{
	if (k->unflushed && pcap_dump_flush(k->dump) && !k->error)
		k->error = errno;
	k->unflushed = false;
	return k->error;
}

int keep_close(struct keep *k, uint64_t *kept, char *why)
{
	int r = 0;

	end(k);
	*kept = k->kept;
	if (k->error)
		r = refuse(why, k->name, strerror(k->error));
	free(k);
	return r;
}
