/*
 * capture.c - packets from interfaces and capture files, by libpcap. It knows links by number only, and
 * nothing of what is in a packet but what its filter asks for. keep.c writes.
 *
 * IGMP and PIM are protocols of their own; MLD is told from the rest of ICMPv6 by its hop-by-hop
 * options (RFC 9777 5), and by its types (and those of RFC 4286) where it lacks them.
 */
#include "watch/capture.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "watch/keep.h"
#include "wire/frame.h"

/* A packet is to be seen at once, and so each takes a slot of the ring that is as long as the longest
 * can be: the interface's MTU, not more. 8 MB are 4,000 slots of 1,500 octets. The first four interfaces
 * have as much, later ones less: a machine may have hundreds, and rings cannot be swapped out. */
#define RING_OCTETS (8 << 20)
#define RING_LEAST (1 << 20)
#define TIME_MOST ((uint64_t)INT64_MAX / MC_SEC - 1) /* seconds: in the year 2262 */
#define SNAP_SPARE 128   /* a link's header, VLAN tags */

/* How often an interface that went down is looked at: the kernel tells when it goes down, but not
 * when one that is down goes away. */
#define LOOK_AGAIN (200 * MC_MSEC)

/* Packets after which the loop gets its turn: a storm must not keep signals and time from it. */
#define BATCH 256

/* "and" and "or" bind alike. */
#define TYPES(at)                                                               \
	"((ip6[" at "] >= 130 and ip6[" at "] <= 132) or ip6[" at "] = 143 or " \
	"(ip6[" at "] >= 151 and ip6[" at "] <= 153))"

/* Hop-by-hop options lead to ICMPv6 (58), to another header before it, or to PIM; where there are none,
 * the type is looked at, in a first fragment, too. */
#define NEXT "(ip6[40] = 58 or ip6[40] = 43 or ip6[40] = 44 or ip6[40] = 60 or ip6[40] = 103)"
#define OPTIONS "(ip6[6] = 0 and " NEXT ")"
#define BARE "(ip6[6] = 58 and " TYPES("40") ")"
#define FRAGMENT "(ip6[6] = 44 and ip6[40] = 58 and ip6[42:2] & 0xfff8 = 0 and " TYPES("48") ")"
#define PIM "((ip proto 103) or ip6[6] = 103)"
#define WANTED "(igmp or " PIM " or " OPTIONS " or " BARE " or " FRAGMENT ")"

/* "vlan" moves all that is behind it by a tag, so that the second one stands within the first. */
#define WANTED_TAGGED WANTED " or (vlan and (" WANTED " or (vlan and " WANTED ")))"

struct source {
	struct capture *c;
	pcap_t *pcap; /* NULL: closed */
	struct mc_watch watch;
	bool watched, ready; /* is in the loop; may have packets (always, where nobody watches) */
	bool held;           /* packet was read and not given yet */
	struct packet packet;
	int link;
	uint32_t ifindex; /* 0: a file */
	uint32_t unit;    /* nanoseconds in the smaller part of a stamp */
	uint64_t lost;    /* when it was closed */
	char name[256];
};

struct capture {
	struct source **sources;
	size_t n;
	bool file; /* the only source is a file */
	uint64_t packets;

	struct mc_loop *loop;
	struct mc_watch timer; /* fd -1: none */
	void (*ready)(void *arg);
	void *arg;
	unsigned batch; /* given since the loop had its turn */

	struct keep *keep; /* NULL: nothing is */
};

__attribute__((format(printf, 2, 3))) static int refuse(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, CAPTURE_WHY, format, args);
	va_end(args);
	return -1;
}

/* ---- sources --------------------------------------------------------------------------- */

/* What the kernel and the interface dropped. An interface that is gone counts backwards. */
static uint64_t lost(const struct source *s)
{
	struct pcap_stat st;

	if (!s->pcap || !s->ifindex || pcap_stats(s->pcap, &st))
		return s->lost;
	return (uint64_t)st.ps_drop + (st.ps_ifdrop <= INT32_MAX ? st.ps_ifdrop : 0);
}

static void close_source(struct source *s)
{
	if (!s->pcap)
		return;
	if (s->watched)
		mc_loop_del(s->c->loop, &s->watch);
	s->lost = lost(s);
	pcap_close(s->pcap);
	s->pcap = NULL;
	s->watched = s->ready = s->held = false;
}

/* Takes an open pcap in as a source, or closes it. */
static int add_source(struct capture *c, pcap_t *pcap, const char *name, uint32_t ifindex, char *why)
{
	int link = pcap_datalink(pcap);
	const char *type = pcap_datalink_val_to_name(link);
	struct source **more = realloc(c->sources, (c->n + 1) * sizeof *more);
	struct source *s = calloc(1, sizeof *s);

	c->sources = more ? more : c->sources;
	if (!more || !s || !mc_link_known(link)) {
		pcap_close(pcap);
		free(s);
		if (!more || !s)
			return refuse(why, "cannot read %s: %s", name, strerror(ENOMEM));
		return refuse(
			why,
			"cannot read %s: link type %d (%s) is not known; Ethernet, Linux cooked and raw IP are",
			name, link, type ? type : "no name");
	}
	s->c = c;
	s->pcap = pcap;
	s->link = link;
	s->ifindex = ifindex;
	s->unit = pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
	s->ready = true;
	s->watch.arg = s;
	snprintf(s->name, sizeof s->name, "%s", name);
	more[c->n++] = s;
	return 0;
}

int capture_new(struct capture **ret)
{
	struct capture *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	c->timer.fd = -1;
	*ret = c;
	return 0;
}

void capture_free(struct capture *c)
{
	uint64_t kept;
	char why[CAPTURE_WHY];

	if (!c)
		return;
	if (c->keep)
		keep_close(c->keep, &kept, why);
	for (size_t i = 0; i < c->n; i++) {
		close_source(c->sources[i]);
		free(c->sources[i]);
	}
	if (c->timer.fd >= 0) {
		mc_loop_del(c->loop, &c->timer);
		close(c->timer.fd);
	}
	free(c->sources);
	free(c);
}

/* ---- files ----------------------------------------------------------------------------- */

int capture_open_stream(struct capture *c, FILE *f, const char *name, char *why)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, error);

	if (!pcap) {
		fclose(f);
		return refuse(why, "cannot read %s: %s%s", name, error,
			      strcmp(error, "unknown file format") ?
				      "" :
				      " (pcap and pcapng are known; for others try tshark -r FILE -w OUT)");
	}
	c->file = true;
	return add_source(c, pcap, name, 0, why);
}

int capture_open_file(struct capture *c, const char *path, char *why)
{
	FILE *f;

	if (!strcmp(path, "-"))
		return capture_open_stream(c, stdin, "standard input", why);
	f = fopen(path, "re");
	if (!f)
		return refuse(why, "cannot read %s: %s", path, strerror(errno));
	return capture_open_stream(c, f, path, why);
}

/* ---- interfaces ------------------------------------------------------------------------ */

static int cannot(pcap_t *pcap, int error, const char *name, char *why)
{
	const char *words = pcap_geterr(pcap);

	switch (error) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		refuse(why,
		       "cannot capture on %s: no permission (needs CAP_NET_RAW: run as root, or "
		       "setcap cap_net_raw+ep on the program)",
		       name);
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		refuse(why, "cannot capture on %s: it is down (bring it up: ip link set %s up)", name, name);
		break;
	case PCAP_ERROR_NO_SUCH_DEVICE:
		refuse(why, "cannot capture on %s: no such interface", name);
		break;
	default:
		refuse(why, "cannot capture on %s: %s", name, *words ? words : pcap_statustostr(error));
	}
	pcap_close(pcap);
	return -1;
}

static int set_filter(pcap_t *pcap)
{
	bool tags = pcap_datalink(pcap) == DLT_EN10MB;
	struct bpf_program program;
	int r = pcap_compile(pcap, &program, tags ? WANTED_TAGGED : WANTED, 1, PCAP_NETMASK_UNKNOWN);

	if (r == 0) {
		r = pcap_setfilter(pcap, &program);
		pcap_freecode(&program);
	}
	return r;
}

static pcap_t *create(const struct capture *c, const struct mc_iface *i, char *error)
{
	pcap_t *pcap = pcap_create(i->name, error);
	int ring = RING_OCTETS / (1 + (int)(c->n / 4));

	if (!pcap)
		return NULL;
	pcap_set_snaplen(pcap, i->mtu < KEEP_SNAP - SNAP_SPARE ? (int)i->mtu + SNAP_SPARE : KEEP_SNAP);
	pcap_set_buffer_size(pcap, ring < RING_LEAST ? RING_LEAST : ring);
	pcap_set_promisc(pcap, 1);
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO); /* where it cannot: microseconds */
	return pcap;
}

int capture_open_iface(struct capture *c, const struct mc_iface *i, char *why)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = create(c, i, error);
	int r;

	if (!pcap)
		return refuse(why, "cannot capture on %s: %s", i->name, error);
	r = pcap_activate(pcap);
	if (r >= 0)
		r = pcap_setnonblock(pcap, 1, error);
	/* A link that is not known is refused by add_source, not for a filter that does not fit it. */
	if (r >= 0 && mc_link_known(pcap_datalink(pcap)))
		r = set_filter(pcap);
	if (r < 0)
		return cannot(pcap, r, i->name, why);
	return add_source(c, pcap, i->name, i->index, why);
}

/* ---- reading --------------------------------------------------------------------------- */

static void source_ready(struct mc_watch *w)
{
	struct capture *c = ((struct source *)w->arg)->c;

	/* All of them: others may have older packets, and the loop has not got to them yet. */
	for (size_t i = 0; i < c->n; i++)
		c->sources[i]->ready = true;
	c->ready(c->arg);
}

static void timer_ready(struct mc_watch *w)
{
	struct capture *c = w->arg;
	uint64_t times;

	if (read(w->fd, &times, sizeof times) != (ssize_t)sizeof times)
		return;
	for (size_t i = 0; i < c->n; i++)
		c->sources[i]->ready = true;
	c->ready(c->arg);
}

static void set_timer(struct capture *c, mc_time in)
{
	struct itimerspec when = { .it_value.tv_nsec = (long)in };

	if (c->timer.fd >= 0)
		timerfd_settime(c->timer.fd, 0, &when, NULL);
}

static int watch_source(struct capture *c, struct source *s)
{
	int r;

	s->watch.fd = pcap_get_selectable_fd(s->pcap);
	s->watch.ready = source_ready;
	r = mc_loop_add(c->loop, &s->watch);
	s->watched = r == 0;
	return r;
}

int capture_watch(struct capture *c, struct mc_loop *loop, void (*ready)(void *arg), void *arg)
{
	int r;

	c->loop = loop;
	c->ready = ready;
	c->arg = arg;
	c->timer.arg = c;
	c->timer.ready = timer_ready;
	c->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	r = c->timer.fd < 0 ? -errno : mc_loop_add(loop, &c->timer);
	for (size_t i = 0; r == 0 && i < c->n; i++)
		r = watch_source(c, c->sources[i]);
	return r;
}

/* A file may hold any stamp at all; what comes out is far from MC_NEVER, so that timers can be added. */
static mc_time time_of(const struct source *s, const struct timeval *tv)
{
	uint64_t sec = tv->tv_sec < 0 ? 0 : (uint64_t)tv->tv_sec;
	uint64_t part = tv->tv_usec < 0 ? 0 : (uint64_t)tv->tv_usec * s->unit;

	if (sec >= TIME_MOST)
		sec = TIME_MOST;
	return sec * MC_SEC + (part < MC_SEC ? part : MC_SEC - 1);
}

/* 1: a packet; 0: none; less: as libpcap has it. */
static int read_source(struct source *s, struct packet *ret)
{
	struct pcap_pkthdr *head;
	const u_char *octets;
	int r = pcap_next_ex(s->pcap, &head, &octets);

	if (r != 1)
		return r;
	*ret = (struct packet){
		.time = time_of(s, &head->ts),
		.link = s->link,
		.octets = octets,
		.len = head->caplen,
		.wire = head->len,
		.ifindex = s->ifindex,
	};
	return 1;
}

/* The name that editcap(1) has for a link. */
static const char *editcap_name(int link)
{
	switch (link) {
	case MC_LINK_ETHERNET:
		return "ether";
	case MC_LINK_SLL:
		return "linux-sll";
	case MC_LINK_SLL2:
		return "linux-sll2";
	default:
		return "rawip";
	}
}

static int file_broke(struct source *s, char *why)
{
	const char *words = pcap_geterr(s->pcap);
	int used;

	refuse(why, "%s breaks off after %llu packet%s: %s", s->name, (unsigned long long)s->c->packets,
	       s->c->packets == 1 ? "" : "s", words);
	used = (int)strlen(why);
	if (strstr(words, " different from the type of "))
		snprintf(why + used, (size_t)(CAPTURE_WHY - used),
			 " (take one out: tshark -r FILE -Y 'frame.interface_id == 0' -w - | "
			 "editcap -T %s -F nsecpcap - OUT)",
			 editcap_name(s->link));
	else if (strstr(words, " different from the snapshot length of "))
		snprintf(why + used, (size_t)(CAPTURE_WHY - used),
			 " (make it one: editcap -F nsecpcap FILE OUT)");
	close_source(s);
	return -1;
}

static int next_of_file(struct source *s, struct packet *ret, char *why)
{
	int r = s->pcap ? read_source(s, ret) : 0;

	if (r == PCAP_ERROR_BREAK) /* so it calls the end of a file */
		return 0;
	return r < 0 ? file_broke(s, why) : r;
}

static int iface_broke(struct source *s, char *why)
{
	char now[IF_NAMESIZE];

	if (if_indextoname(s->ifindex, now) && !strcmp(now, s->name))
		refuse(why, "cannot go on capturing on %s: %s", s->name, pcap_geterr(s->pcap));
	else
		refuse(why, "%s is gone", s->name);
	close_source(s);
	return -1;
}

/* Has a packet held where there is one. */
static int hold(struct source *s, char *why)
{
	int r;

	if (!s->pcap || s->held || !s->ready)
		return 0;
	r = read_source(s, &s->packet);
	if (r < 0)
		return iface_broke(s, why);
	s->held = r > 0;
	s->ready = s->held || !s->watched;
	if (pcap_get_required_select_timeout(s->pcap)) /* it is down */
		set_timer(s->c, LOOK_AGAIN);
	return 0;
}

/* Nothing to give: what was kept goes out, so that who reads it from a pipe is not behind. */
static int give_none(struct capture *c)
{
	if (c->keep)
		keep_flush(c->keep);
	c->batch = 0;
	return 0;
}

/* The earliest of what is held, so that interfaces are in order. */
static int next_of_ifaces(struct capture *c, struct packet *ret, char *why)
{
	struct source *first = NULL;

	if (c->timer.fd >= 0 && c->batch >= BATCH) {
		set_timer(c, 1);
		return give_none(c);
	}
	for (size_t i = 0; i < c->n; i++) {
		struct source *s = c->sources[i];

		if (hold(s, why))
			return -1;
		if (s->held && (!first || s->packet.time < first->packet.time))
			first = s;
	}
	if (!first)
		return give_none(c);
	*ret = first->packet;
	first->held = false;
	c->batch++;
	return 1;
}

int capture_next(struct capture *c, struct packet *ret, char *why)
{
	int r = c->file ? next_of_file(c->sources[0], ret, why) : next_of_ifaces(c, ret, why);

	c->packets += r > 0;
	return r;
}

size_t capture_open(const struct capture *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->sources[i]->pcap != NULL;
	return n;
}

/* ---- the rest -------------------------------------------------------------------------- */

int capture_keep(struct capture *c, const char *path, char *why)
{
	const struct source *only = c->n == 1 ? c->sources[0] : NULL;
	FILE *read = c->file && only && only->pcap ? pcap_file(only->pcap) : NULL;

	return keep_open(&c->keep, path, only ? only->link : MC_LINK_SLL2, read ? fileno(read) : -1, why);
}

void capture_kept(struct capture *c, const struct packet *p)
{
	if (c->keep)
		keep_packet(c->keep, p);
}

int capture_close(struct capture *c, struct capture_stats *ret, char *why)
{
	struct capture_stats st = { .packets = c->packets };
	struct keep *keep = c->keep;

	for (size_t i = 0; i < c->n; i++)
		st.dropped += lost(c->sources[i]);
	c->keep = NULL;
	*ret = st;
	return keep ? keep_close(keep, &ret->kept, why) : 0;
}

const char *capture_version(void)
{
	return pcap_lib_version();
}
