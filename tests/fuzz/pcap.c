/*
 * pcap.c - fuzzes all that a capture file goes through: octets as a pcap or pcapng file, its frames,
 * packets and messages, the trackers of its links, and words for each. Without libpcap there is
 * nothing but a refusal.
 */
#include <stdio.h>

#include "fuzz.h"
#include "watch/capture.h"
#include "watch/links.h"
#include "wire/frame.h"

#define PACKETS_MOST 300
#define EVENTS_MOST 100000 /* that one file can bring about */

static void poll_track(struct mc_track *t, mc_time now)
{
	struct mc_track_event e;
	unsigned n = 0;

	while (mc_track_poll(t, now, &e))
		MUST(++n < EVENTS_MOST);
	MUST(mc_track_deadline(t) > now);
}

static void poll_due(struct links *s, mc_time now)
{
	struct link_seen *l;
	struct mc_track *t;

	while ((t = links_due(s, now, &l))) {
		MUST(t == l->tracks[0] || t == l->tracks[1]);
		poll_track(t, now);
	}
	MUST(links_deadline(s) > now);
}

static void check_text(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	MUST(len > 0 && len < cap);
	for (size_t i = 0; i < len; i++)
		MUST(text[i] >= ' ' && text[i] <= '~');
}

static void take_message(struct links *s, const struct mc_frame *f, const struct mc_msg *m, mc_time now)
{
	char name[MC_MSG_NAMELEN], text[400];
	struct link_seen *l = links_find(s, f->ifindex, f->vlan);
	struct mc_track *t = l ? links_track(s, l, m->family, now) : NULL;

	MUST(l && t); /* fewer packets than there can be links */
	check_text(l->name, sizeof(l->name));
	check_text(mc_msg_name(m, name, sizeof(name)), sizeof(name));
	check_text(mc_msg_format(m, text, sizeof(text)), sizeof(text));
	mc_track_input(t, m, now);
	poll_track(t, now);
}

static void take_packet(struct links *s, const struct packet *p, mc_time now)
{
	struct mc_frame f;
	struct mc_msg m;
	int err;

	MUST(mc_link_known(p->link) && p->ifindex == 0 && p->time <= INT64_MAX);
	err = mc_frame_decode(&f, p->link, p->octets, p->len);
	MUST(err == 0 || err == MC_ERR_FRAME);
	if (err)
		return;
	MUST(f.header <= p->len && f.vlan[0] < 4096 && f.vlan[1] < 4096);
	mc_msg_init(&m);
	err = mc_decode(&m, p->octets + f.header, p->len - f.header);
	MUST(err == 0 || mc_err_name(err));
	if (!err)
		take_message(s, &f, &m, now);
}

static void take_file(struct capture *c, struct links *s)
{
	char why[CAPTURE_WHY] = "";
	struct packet p;
	mc_time now = 0;
	unsigned n = 0;
	int r = 0;

	while (n < PACKETS_MOST && (r = capture_next(c, &p, why)) > 0) {
		n++;
		now = p.time > now ? p.time : now;
		poll_due(s, now);
		take_packet(s, &p, now);
	}
	if (r < 0) { /* it broke, and stays so */
		check_text(why, sizeof(why));
		MUST(capture_open(c) == 0 && capture_next(c, &p, why) == 0);
	}
	poll_due(s, MC_NEVER - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[CAPTURE_WHY] = "";
	struct capture *c = NULL;
	struct links *s = NULL;
	FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	if (!f)
		return 0;
	MUST(capture_new(&c) == 0 && links_new(&s, NULL, NULL) == 0);
	if (capture_open_stream(c, f, "fuzz", why) == 0)
		take_file(c, s);
	else
		check_text(why, sizeof(why));
	capture_free(c);
	links_free(s);
	return 0;
}
