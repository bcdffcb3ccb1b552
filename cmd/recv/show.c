/*
 * show.c - lines of text while it runs. What is told at the end is in end.c.
 */
#include "recv/show.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "out.h"

#define TARGETS_SHOWN 10
#define HEX_LINE 16

/* ---- start ------------------------------------------------------------------------------ */

/* " (10.0.0.7)": the address of an interface, of the group's family; nothing where there is none. */
static void put_own(FILE *to, const struct recv *r, const struct member *m, uint8_t family)
{
	const struct mc_iface *i = r->ifs ? mc_ifaces_index(r->ifs, m->ifindex) : NULL;
	char text[MC_ADDR_STRLEN];

	for (size_t a = 0; i && a < i->naddrs; a++)
		if (i->addrs[a].addr.family == family) {
			fprintf(to, " (%s)", mc_addr_format(&i->addrs[a].addr, text, sizeof text));
			return;
		}
}

/* True: there were some. */
static bool put_members(FILE *to, const struct recv *r, const struct listener *l, const char *before)
{
	bool any = false;
	char name[4 * MC_IFNAME_SIZE];

	for (size_t i = 0; i < l->nmembers; i++) {
		if (!l->members[i].port)
			continue;
		fprintf(to, "%s%s", any ? ", " : before, out_plain(name, sizeof name, l->members[i].ifname));
		put_own(to, r, &l->members[i], l->group.family);
		any = true;
	}
	return any;
}

static void put_joined(FILE *to, const struct recv *r, size_t target, size_t *at)
{
	const struct listener *l;
	bool any = false, has = false;

	for (; (l = recv_listener(r, target, !has, at)); has = true)
		any |= put_members(to, r, l, any ? ", " : " on ");
	if (has && !any)
		fputs(", on no interface yet", to);
}

static void put_sources(FILE *to, const struct recv_target *t)
{
	char text[MC_ADDR_STRLEN];

	for (size_t i = 0; i < t->nsources; i++)
		fprintf(to, "%s%s",
			i                     ? ", " :
			t->mode == MC_INCLUDE ? " from " :
						" from all but ",
			mc_addr_format(&t->sources[i], text, sizeof text));
}

void recv_show_start(FILE *to, const struct recv *r)
{
	char text[MC_TARGET_STRLEN], plain[4 * MC_TARGET_STRLEN];
	size_t at = 0;

	for (size_t i = 0; i < r->ntargets && i < TARGETS_SHOWN; i++) {
		const struct recv_target *t = &r->targets[i];
		struct mc_target shown = t->target;

		shown.source.family = 0; /* sources come behind, all of them */
		fprintf(to, "receiving %s",
			out_plain(plain, sizeof plain, mc_target_format(&shown, text, sizeof text)));
		put_sources(to, t);
		put_joined(to, r, i, &at);
		putc('\n', to);
	}
	if (r->ntargets > TARGETS_SHOWN)
		fprintf(to, "and %zu more targets\n", r->ntargets - TARGETS_SHOWN);
}

/* ---- meanwhile -------------------------------------------------------------------------- */

void recv_show_member(FILE *to, const struct listener *l, const struct member *m, bool joined,
		      const char *why)
{
	char group[OUT_ENDPOINT_SIZE], name[4 * MC_IFNAME_SIZE];

	fprintf(to, "%s %s on %s%s%s\n", joined ? "joined" : "left",
		out_endpoint(group, sizeof group, &l->group, l->port, NULL),
		out_plain(name, sizeof name, m->ifname), why ? ": " : "", why ? why : "");
}

void recv_show_stream_new(FILE *to, const struct recv_stream *s)
{
	char name[RECV_NAME_SIZE], text[RECV_TEXT_SIZE];
	mc_time latency = recv_join_latency(s);

	fprintf(to, "new stream %s", recv_name(s, true, name));
	if (latency != MC_NEVER)
		fprintf(to, ", %s after the join", recv_time_text(latency, text));
	putc('\n', to);
}

void recv_show_gap(FILE *to, const struct recv_stream *s, const struct mc_gap *g)
{
	char name[RECV_NAME_SIZE], clock[OUT_CLOCK_SIZE], where[RECV_GAP_SIZE];

	fprintf(to, "%s %s: %" PRIu64 " lost from number %" PRIu64 " on%s\n", out_clock(clock, g->at),
		recv_name(s, false, name), g->n, recv_number(s, g->first), recv_gap_text(g, where));
}

void recv_show_clock(FILE *to, const struct sender *s, mc_time round, int64_t ahead)
{
	char who[OUT_ENDPOINT_SIZE], trip[RECV_TEXT_SIZE], by[RECV_TEXT_SIZE];

	fprintf(to, "clock of %s: %s %s ours, round trip %s\n",
		out_endpoint(who, sizeof who, &s->addr, s->port, NULL),
		recv_time_text((mc_time)(ahead < 0 ? -ahead : ahead), by), ahead < 0 ? "behind" : "ahead of",
		recv_time_text(round, trip));
}

void recv_show_effect(FILE *to, const struct recv_effect *e)
{
	char plain[1024], text[RECV_TEXT_SIZE];

	fprintf(to, "line %" PRIu64 ", %s: ", e->line, out_plain(plain, sizeof plain, e->text));
	if (e->wanted_first && e->first == MC_NEVER)
		fputs("nothing came\n", to);
	else if (e->wanted_first)
		fprintf(to, "the first datagram came after %s\n", recv_time_text(e->first, text));
	else if (!e->wanted_still)
		fputs("done\n", to);
	else if (!e->watched)
		fputs("done (--linger would tell what still came)\n", to);
	else if (!e->still)
		fputs("nothing came any more\n", to);
	else if (e->goes_on)
		fprintf(to, "%" PRIu64 " more came, and more were coming when the watch ended, after %s\n",
			e->still, recv_time_text(e->still_for, text));
	else
		fprintf(to, "%" PRIu64 " more came, the last after %s\n", e->still,
			recv_time_text(e->still_for, text));
}

/* ---- octets ------------------------------------------------------------------------------ */

/* "0000  48 65 6c ...  Hel..." as xxd and tcpdump -X have it. */
static void put_hex_line(FILE *to, const uint8_t *data, size_t at, size_t n)
{
	fprintf(to, "\t0x%04zx: ", at);
	for (size_t i = 0; i < HEX_LINE; i++) {
		if (i % 2 == 0)
			putc(' ', to);
		if (i < n)
			fprintf(to, "%02x", data[at + i]);
		else
			fputs("  ", to);
	}
	fputs("  ", to);
	for (size_t i = 0; i < n; i++)
		putc(data[at + i] < 0x80 && isprint(data[at + i]) ? data[at + i] : '.', to);
	putc('\n', to);
}

static void dump_one(FILE *to, const struct recv_stream *s, const struct mc_dgram *d, const uint8_t *data,
		     size_t len)
{
	char clock[OUT_CLOCK_SIZE], name[RECV_NAME_SIZE];

	fprintf(to, "%s %s: %zu byte%s", out_clock(clock, d->time), recv_name(s, true, name), len,
		len == 1 ? "" : "s");
	if (d->ttl >= 0)
		fprintf(to, ", ttl %" PRId32, d->ttl);
	if (d->tos >= 0)
		fprintf(to, ", dscp %" PRId32, d->tos >> 2);
	putc('\n', to);
	for (size_t at = 0; at < len; at += HEX_LINE)
		put_hex_line(to, data, at, len - at < HEX_LINE ? len - at : HEX_LINE);
}

void recv_show_dump(FILE *to, const struct recv_stream *s, const struct mc_dgram *d)
{
	size_t segment = d->segment ? d->segment : d->len, off = 0;

	do { /* an empty datagram is one, too */
		size_t len = d->len - off < segment ? d->len - off : segment;

		dump_one(to, s, d, (const uint8_t *)d->data + off, len);
		off += len;
	} while (off < d->len);
}

/* ---- intervals ---------------------------------------------------------------------------- */

#define INTERVAL_COLUMNS "%8s %9s %9s %8s %6s %6s %9s %9s %9s  %s\n"

void recv_show_interval_head(FILE *to)
{
	fprintf(to, INTERVAL_COLUMNS, "SECONDS", "PPS", "MBIT/S", "LOST", "REORD", "DUP", "DELAY", "MAX",
		"JITTER", "STREAM");
}

static char *optional_time(mc_time t, char buf[RECV_TEXT_SIZE])
{
	if (t == MC_NEVER)
		return strcpy(buf, "-");
	return recv_time_text(t, buf);
}

static char *optional_count(bool known, int64_t n, char buf[RECV_TEXT_SIZE])
{
	if (known)
		snprintf(buf, RECV_TEXT_SIZE, "%" PRId64, n);
	else
		strcpy(buf, "-");
	return buf;
}

void recv_show_interval(FILE *to, const struct recv_stream *s, const struct recv_interval *v,
			mc_time since_start)
{
	char seconds[32], pps[32], bits[32], lost[32], reordered[32], duplicates[32], mean[32], most[32],
		jitter[32], name[RECV_NAME_SIZE];
	const struct mc_stream *f = &s->flow;

	snprintf(seconds, sizeof seconds, "%.1f", (double)since_start / (double)MC_SEC);
	snprintf(pps, sizeof pps, "%.0f", v->pps);
	snprintf(bits, sizeof bits, "%.3f", v->bps / 1e6);
	fprintf(to, INTERVAL_COLUMNS, seconds, pps, bits, optional_count(f->numbered, v->lost, lost),
		optional_count(f->numbered, (int64_t)v->reordered, reordered),
		optional_count(f->numbered, (int64_t)v->duplicates, duplicates),
		optional_time(v->delay_mean, mean), optional_time(v->delay_max, most),
		optional_time(f->delay.jitters ? (mc_time)f->delay.jitter : MC_NEVER, jitter),
		recv_name(s, true, name));
}
