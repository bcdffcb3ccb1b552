/*
 * pcap.c - fuzzes all that watch does with a capture file: octets as a pcap or pcapng file, through its
 * own path of a packet, to lines, fields and JSON for each. Without libpcap there is nothing but a refusal.
 */
#include <stdio.h>

#include "fuzz.h"
#include "watch/capture.h"
#include "watch/see.h"
#include "watch/show.h"
#include "wire/frame.h"

#define PACKETS_MOST 300
#define TOLD_MOST 1000000 /* that one file can bring about */

struct run {
	struct links *links;
	struct see see;
	struct watch_show text, json;
	unsigned told;
};

static void check_text(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	MUST(len > 0 && len < cap);
	for (size_t i = 0; i < len; i++)
		MUST(text[i] >= ' ' && text[i] <= '~');
}

static void tell(void *arg, const struct shown *s)
{
	struct run *r = arg;
	char line[WATCH_LINE_SIZE];

	MUST(++r->told < TOLD_MOST);
	MUST(s->link && s->time < MC_NEVER);
	check_text(watch_show_line(&r->text, s, line, sizeof(line)), sizeof(line));
	watch_show_thing(&r->text, s);
	watch_show_thing(&r->json, s);
}

static void take_file(struct capture *c, struct run *w)
{
	char why[CAPTURE_WHY] = "";
	struct packet p;
	unsigned n = 0;
	int r = 0;

	while (n++ < PACKETS_MOST && (r = capture_next(c, &p, why)) > 0) {
		mc_time before = w->see.now;

		MUST(mc_link_known(p.link) && p.ifindex == 0 && p.time <= INT64_MAX);
		see_packet(&w->see, &p);
		MUST(w->see.now >= before && w->see.now <= INT64_MAX);
		MUST(links_deadline(w->links) > w->see.now && links_deadline(w->links) >= w->see.due);
	}
	if (r < 0) { /* it broke, and stays so */
		check_text(why, sizeof(why));
		MUST(capture_open(c) == 0 && capture_next(c, &p, why) == 0);
	}
	watch_show_state(&w->text, w->links, (struct shown_now){ w->see.now, w->see.ahead });
	watch_show_state(&w->json, w->links, (struct shown_now){ w->see.now, w->see.ahead });
	w->see.ahead = 0; /* all that is left expires, whenever that is */
	see_due(&w->see, MC_NEVER - 1);
}

static void run(struct capture *c)
{
	struct run w = { .told = 0 };

	MUST(links_new(&w.links, NULL, NULL) == 0);
	MUST(watch_show_open(&w.text, false, true) == 0 && watch_show_open(&w.json, true, false) == 0);
	see_open(&w.see, w.links);
	w.see.tell = tell;
	w.see.arg = &w;
	take_file(c, &w);
	see_close(&w.see);
	watch_show_close(&w.text);
	watch_show_close(&w.json);
	links_free(w.links);
}

/* What watch prints goes nowhere; the replay's own lines go where they did. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	char why[CAPTURE_WHY] = "";
	struct capture *c = NULL;
	FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL, *out = stdout;

	if (!f)
		return 0;
	nowhere = nowhere ? nowhere : fopen("/dev/null", "we");
	MUST(nowhere && capture_new(&c) == 0);
	stdout = nowhere;
	if (capture_open_stream(c, f, "fuzz", why) == 0)
		run(c);
	else
		check_text(why, sizeof(why));
	stdout = out;
	capture_free(c);
	return 0;
}
