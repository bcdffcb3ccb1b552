/*
 * tell.c - what the querier tells, as text. It may change for the better; JSON, which is promised, is beside
 * it in json.c. It looks at nothing but what is told, and at no clock.
 */
#include "querier/tell.h"

#include <stdio.h>

#include "base/text.h"
#include "out.h"
#include "querier/json.h"

/* ---- pieces of a line --------------------------------------------------------------------------- */

static void put_name(struct mc_text *t, const struct querier_link *l)
{
	char name[4 * MC_IFNAME_SIZE];

	mc_text_str(t, out_plain(name, sizeof name, l->conf.name));
}

static void put_protocol(struct mc_text *t, unsigned family, int64_t version)
{
	mc_text_str(t, querier_proto(family)->name);
	mc_text_char(t, 'v');
	mc_text_number(t, (uint64_t)version);
}

/* "br0 IGMPv3", the version that this machine asks in. */
static void put_side(struct mc_text *t, const struct told *s)
{
	put_name(t, s->link);
	mc_text_char(t, ' ');
	put_protocol(t, s->family, s->link->conf.options.version[s->family]);
}

static void put_on(struct mc_text *t, const struct told *s)
{
	mc_text_str(t, " on ");
	put_name(t, s->link);
}

static void put_list(struct mc_text *t, const char *before, const struct told_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		mc_text_str(t, i ? ", " : before);
		mc_text_addr(t, &l->v[i]);
	}
}

/* ---- the line of each kind ---------------------------------------------------------------------- */

/* Where it may ask, the line about the querier follows, and says it all. */
static void put_interface(struct mc_text *t, const struct told *s)
{
	const struct querier_link *l = s->link;

	if (l->state != QUERIER_OPEN && !s->known) {
		put_name(t, l);
		mc_text_str(t, l->state == QUERIER_DOWN ? " is down" : " is not there (it is waited for)");
	} else if (l->state == QUERIER_OPEN && l->conf.options.listen_only) {
		put_side(t, s);
		mc_text_str(t, " listens only");
	} else if (l->state == QUERIER_OPEN && !s->addr.family) {
		put_side(t, s);
		mc_text_str(t, s->family == QUERIER_MLD ?
				       " listens: the interface has no link-local address yet" :
				       " listens: the interface has no IPv4 address yet");
	}
}

static void put_self(struct mc_text *t, const struct mc_addr *a, bool self)
{
	mc_text_addr(t, a);
	mc_text_str(t, self ? ", this machine" : "");
}

static void put_querier(struct mc_text *t, const struct told *s)
{
	put_side(t, s);
	if (s->addr.family) {
		mc_text_str(t, " querier is ");
		put_self(t, &s->addr, s->self);
	} else {
		mc_text_str(t, " has no querier");
	}
	if (s->previous.family) {
		mc_text_str(t, ", was ");
		put_self(t, &s->previous, s->previous_self);
	}
}

static void put_host(struct mc_text *t, const struct told *s)
{
	mc_text_addr(t, &s->group);
	mc_text_str(t, s->present ? " joined by " : " left by ");
	mc_text_addr(t, &s->addr);
	put_on(t, s);
	if (s->present)
		put_list(t, s->mode == MC_INCLUDE ? ", from " : ", not from ", &s->sources);
	else if (s->expired)
		mc_text_str(t, " (not heard)");
}

static void put_group(struct mc_text *t, const struct told *s)
{
	if (s->known)
		return;
	mc_text_addr(t, &s->group);
	if (!s->present) {
		mc_text_str(t, " has no members");
		put_on(t, s);
		return;
	}
	put_on(t, s);
	mc_text_str(t, s->mode == MC_INCLUDE ? " now" : " now from any");
	if (s->mode == MC_INCLUDE)
		put_list(t, " from ", &s->sources);
	else
		put_list(t, " but ", &s->excluded);
}

static void put_version(struct mc_text *t, const struct told *s)
{
	mc_text_addr(t, &s->group);
	put_on(t, s);
	mc_text_str(t, " now in ");
	put_protocol(t, s->family, s->version);
}

static void put_warning(struct mc_text *t, const struct told *s)
{
	if (s->link) {
		put_name(t, s->link);
		if (s->family < QUERIER_FAMILIES) {
			mc_text_char(t, ' ');
			mc_text_str(t, querier_proto(s->family)->name);
		}
		mc_text_str(t, ": ");
	}
	mc_text_str(t, s->text);
	if (s->missed) {
		mc_text_str(t, " (and ");
		mc_text_number(t, s->missed);
		mc_text_str(t, " more since the last time)");
	}
}

static void put_message(struct mc_text *t, const struct told *s)
{
	char text[512];

	put_name(t, s->link);
	if (s->kind == TOLD_QUERY)
		mc_text_str(t, s->sent ? " sent" : " would send");
	mc_text_char(t, ' ');
	mc_text_str(t, mc_msg_name(s->msg, text, sizeof text));
	mc_text_str(t, ": ");
	mc_text_str(t, mc_msg_format(s->msg, text, sizeof text));
}

char *tell_line(const struct told *s, char *buf, size_t cap)
{
	static void (*const put[])(struct mc_text * t, const struct told *s) = {
		[TOLD_INTERFACE] = put_interface, [TOLD_QUERIER] = put_querier, [TOLD_HOST] = put_host,
		[TOLD_GROUP] = put_group,         [TOLD_VERSION] = put_version, [TOLD_WARNING] = put_warning,
		[TOLD_QUERY] = put_message,       [TOLD_MESSAGE] = put_message,
	};
	struct mc_text t = mc_text_begin(buf, cap);

	if (s->kind == TOLD_RELOAD)
		mc_text_str(&t, s->text);
	else
		put[s->kind](&t, s);
	mc_text_cut(&t);
	return buf;
}

/* ---- printing ----------------------------------------------------------------------------------- */

static void tell_text(const struct tell *w, const struct told *t)
{
	char line[TELL_LINE], clock[OUT_CLOCK_SIZE];

	tell_line(t, line, sizeof line);
	if (t->kind == TOLD_WARNING) {
		opt_refuse(w->verb, "warning: %s", line);
	} else if (t->kind == TOLD_RELOAD && !t->ok) {
		opt_refuse(w->verb, "%s", line);
	} else if (*line && !w->quiet) {
		printf("%s %s\n", out_clock(clock, t->time), line);
	}
}

void tell(const struct tell *w, const struct told *t)
{
	bool wrong = t->kind == TOLD_WARNING || (t->kind == TOLD_RELOAD && !t->ok);

	if (!w->json)
		tell_text(w, t);
	else if (wrong || !w->quiet)
		querier_json_told(t);
}

/* ---- the end ------------------------------------------------------------------------------------ */

static void put_count(struct mc_text *t, const char *before, uint64_t n, const char *one, const char *many)
{
	mc_text_str(t, before);
	mc_text_number(t, n);
	mc_text_char(t, ' ');
	mc_text_str(t, n == 1 ? one : many);
}

/* What was dropped as a whole, by cause, with its sum. */
static void put_dropped(struct mc_text *t, const struct mc_router *r)
{
	uint64_t sum = 0;

	for (unsigned c = MC_RX_BAD_CHECKSUM; c <= MC_RX_IGNORED; c++)
		sum += mc_router_count(r, c);
	mc_text_str(t, "; dropped ");
	mc_text_number(t, sum);
	for (unsigned c = MC_RX_BAD_CHECKSUM, n = 0; sum && c <= MC_RX_IGNORED; c++) {
		uint64_t count = mc_router_count(r, c);

		if (!count)
			continue;
		mc_text_str(t, n++ ? ", " : " (");
		mc_text_str(t, mc_count_name(c));
		mc_text_char(t, ' ');
		mc_text_number(t, count);
	}
	mc_text_str(t, sum ? ")" : "");
}

char *tell_sum(const struct querier_link *l, unsigned family, char *buf, size_t cap)
{
	const struct told side = { .link = l, .family = family };
	const struct mc_router *r = l->side[family].router;
	struct mc_text t = mc_text_begin(buf, cap);
	uint64_t lost = querier_link_lost(l);

	put_side(&t, &side);
	if (!r) {
		mc_text_str(&t, l->state == QUERIER_GONE ? ": the interface is gone" : ": it is not open");
		return buf;
	}
	put_count(&t, l->dry_run ? ": would have sent " : ": sent ", mc_router_count(r, MC_TX_QUERY), "query",
		  "queries");
	put_count(&t, "; heard ", mc_router_count(r, MC_RX_QUERY), "query", "queries");
	put_count(&t, ", ", mc_router_count(r, MC_RX_REPORT), "report", "reports");
	put_count(&t, ", ", mc_router_count(r, MC_RX_LEAVE), "leave", "leaves");
	put_dropped(&t, r);
	if (lost)
		put_count(&t, "; ", lost, "packet of the interface lost", "packets of the interface lost");
	return buf;
}

static void end_text(struct querier_link *const *links, size_t n)
{
	char line[TELL_LINE];

	for (size_t i = 0; i < n; i++)
		for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
			if (links[i]->conf.options.version[f])
				puts(tell_sum(links[i], f, line, sizeof line));
}

void tell_end(const struct tell *w, struct querier_link *const *links, size_t n, mc_time ran, bool final)
{
	if (w->json)
		querier_json_end(links, n, ran, final);
	else
		end_text(links, n);
}

size_t tell_lost(const struct tell *w, uint64_t lines, char *buf, size_t cap)
{
	char text[100];

	snprintf(text, sizeof text, "%llu line%s left out here, as nobody took them",
		 (unsigned long long)lines, lines == 1 ? "" : "s");
	if (w->json)
		return querier_json_warning("lost-output", text, lines, buf, cap);
	snprintf(buf, cap, "... %s\n", text);
	return strlen(buf);
}
