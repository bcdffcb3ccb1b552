/*
 * show.c - a server's output. Text may change for the better; the JSON keys are promised in
 * mcast-serve(1).
 */
#include "serve/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "flow/mping.h"
#include "out.h"

#define SCHEMA 1
#define PAYLOAD_SHOWN 64
#define NAME_SIZE (4 * MC_IFNAME_SIZE) /* of an interface, escaped */

static void event(const char *name, json_t *obj)
{
	out_event(SCHEMA, name, obj);
}

static const struct mc_addr *address_on(const struct show *w, uint32_t ifindex, uint8_t family)
{
	const struct mc_iface *i = mc_ifaces_index(w->ifs, ifindex);

	for (size_t k = 0; i && k < i->naddrs; k++)
		if (i->addrs[k].addr.family == family)
			return &i->addrs[k].addr;
	return NULL;
}

static const char *name_of(const struct show *w, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(w->ifs, ifindex);

	return i ? i->name : NULL;
}

/* ---- start -------------------------------------------------------------------------- */

/* Whether b goes on where a, n groups earlier, began: one line serves a run of groups. */
static bool continues(const struct listener *a, const struct listener *b, uint32_t n)
{
	struct mc_addr next = a->group;

	return !mc_addr_add(&next, n) && !mc_addr_cmp(&next, &b->group) && a->port == b->port &&
	       !a->nsources && !b->nsources && a->nmembers == b->nmembers && !strcmp(a->ifname, b->ifname);
}

static void text_group(const struct show *w, const struct listener *l, uint32_t count)
{
	char buf[OUT_ENDPOINT_SIZE], name[NAME_SIZE], address[MC_ADDR_STRLEN];

	printf("serving %s", out_endpoint(buf, sizeof buf, &l->group, l->port, NULL));
	if (count > 1)
		printf("+%" PRIu32, count);
	for (size_t i = 0; i < l->nsources; i++)
		printf("%s%s", i ? ", " : " from ", mc_addr_format(&l->sources[i], address, sizeof address));
	for (size_t i = 0; i < l->nmembers; i++) {
		const struct mc_addr *a = address_on(w, l->members[i].ifindex, l->group.family);

		printf("%s%s (%s)", i ? ", " : " on ", out_plain(name, sizeof name, l->members[i].ifname),
		       a ? mc_addr_format(a, address, sizeof address) : "no address");
	}
	printf("\n");
}

static void text_buffer(const char *name, const char *sysctl, const struct granted *b)
{
	printf("%s buffer %" PRId32 " bytes", name, b->granted);
	if (b->most > 0)
		printf(" (the system's maximum is %ld)", b->most);
	if (b->asked >= 0 && b->granted < b->asked)
		printf(", cut from %" PRId64 ": raise it with sysctl -w net.core.%s=%" PRId64, b->asked,
		       sysctl, b->asked);
	printf("\n");
}

static bool has_family(const struct listen_set *s, uint8_t family)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i]->group.family == family)
			return true;
	return false;
}

static void text_ttl(const struct listen_set *s, const int32_t ttl[2])
{
	bool four = has_family(s, MC_IPV4), six = has_family(s, MC_IPV6);

	if (four && six && ttl[0] != ttl[1])
		printf("replies: ttl %d (IPv4), %d (IPv6)", ttl[0], ttl[1]);
	else
		printf("replies: ttl %d", ttl[!four]);
}

static void text_start(const struct show *w, const struct listen_set *s, const int32_t ttl[2], bool loop,
		       const struct granted *rcvbuf, const struct granted *sndbuf)
{
	for (size_t i = 0, run; i < s->n; i += run) {
		for (run = 1; i + run < s->n && continues(s->v[i], s->v[i + run], (uint32_t)run);)
			run++;
		if (!listen_is_unicast(s->v[i]))
			text_group(w, s->v[i], (uint32_t)run);
		else
			printf("unicast to %s port %u is answered, too\n",
			       s->v[i]->group.family == MC_IPV6 ? "IPv6" : "IPv4", s->v[i]->port);
	}
	text_ttl(s, ttl);
	printf(", loopback %s\n", loop ? "on" : "off");
	if (w->ssmping_ttl)
		printf("ssmping (RFC 6450) is answered on port %d, ttl %u\n", MC_MPING_PORT, w->ssmping_ttl);
	text_buffer("receive", "rmem_max", rcvbuf);
	text_buffer("send", "wmem_max", sndbuf);
	out_flush();
}

static json_t *json_group(const struct show *w, const struct listener *l, const int32_t ttl[2])
{
	json_t *sources = json_array(), *ifaces = json_array();
	char buf[MC_TARGET_STRLEN];

	for (size_t i = 0; i < l->nsources; i++)
		json_array_append_new(sources, out_addr(&l->sources[i]));
	for (size_t i = 0; i < l->nmembers; i++) {
		const struct member *m = &l->members[i];
		const struct mc_addr *a = address_on(w, m->ifindex, l->group.family);

		json_array_append_new(ifaces,
				      json_pack("{s:o, s:i, s:o}", "ifname", out_text(m->ifname), "ifindex",
						(int)m->ifindex, "address", a ? out_addr(a) : json_null()));
	}
	return json_pack("{s:s, s:o, s:i, s:o, s:o, s:i}", "target", listen_text(l, buf), "group",
			 out_addr(&l->group), "port", (int)l->port, "sources", sources, "interfaces", ifaces,
			 "ttl", (int)ttl[l->group.family == MC_IPV6]);
}

static void json_buffer(json_t *obj, const char *name, const struct granted *b)
{
	char key[32];

	json_object_set_new(obj, name, json_integer(b->granted));
	snprintf(key, sizeof key, "%s_asked", name);
	json_object_set_new(obj, key, b->asked >= 0 ? json_integer(b->asked) : json_null());
	snprintf(key, sizeof key, "%s_max", name);
	json_object_set_new(obj, key, b->most > 0 ? json_integer(b->most) : json_null());
}

static void json_start(const struct show *w, const struct listen_set *s, const int32_t ttl[2], bool loop,
		       const struct granted *rcvbuf, const struct granted *sndbuf)
{
	json_t *targets = json_array();

	for (size_t i = 0; i < s->n; i++)
		if (!listen_is_unicast(s->v[i]))
			json_array_append_new(targets, json_group(w, s->v[i], ttl));
	json_t *obj = json_pack("{s:o, s:i, s:b}", "targets", targets, "ttl",
				(int)ttl[s->v[0]->group.family == MC_IPV6], "loop", (int)loop);

	json_object_set_new(obj, "ssmping", w->ssmping_ttl ? json_integer(MC_MPING_PORT) : json_null());
	json_buffer(obj, "rcvbuf", rcvbuf);
	json_buffer(obj, "sndbuf", sndbuf);
	event("start", obj);
}

void show_start(const struct show *w, const struct listen_set *s, const int32_t ttl[2], bool loop,
		const struct granted *rcvbuf, const struct granted *sndbuf)
{
	if (w->quiet)
		return;
	if (w->json)
		json_start(w, s, ttl, loop, rcvbuf, sndbuf);
	else
		text_start(w, s, ttl, loop, rcvbuf, sndbuf);
}

/* ---- while it runs ------------------------------------------------------------------ */

void show_membership(const struct show *w, const struct listener *l, const struct member *m, bool joined,
		     const char *why)
{
	char buf[OUT_ENDPOINT_SIZE], name[NAME_SIZE];

	if (w->quiet)
		return;
	if (!w->json) {
		printf("%s %s on %s%s%s\n", joined ? "joined" : "left",
		       out_endpoint(buf, sizeof buf, &l->group, l->port, NULL),
		       out_plain(name, sizeof name, m->ifname), why ? ": " : "", why ? why : "");
		out_flush();
		return;
	}
	json_t *obj = json_pack("{s:o, s:i, s:o, s:i}", "group", out_addr(&l->group), "port", (int)l->port,
				"ifname", out_text(m->ifname), "ifindex", (int)m->ifindex);

	if (!joined)
		json_object_set_new(obj, "why", json_string(why));
	event(joined ? "joined" : "left", obj);
}

static void text_request(const struct show *w, const struct mc_dgram *d, uint16_t port, enum cause why,
			 const char *payload)
{
	char from[OUT_ENDPOINT_SIZE], to[OUT_ENDPOINT_SIZE], name[NAME_SIZE], clock[OUT_CLOCK_SIZE],
		ttl[16] = "?";
	const char *ifname = name_of(w, d->ifindex);

	if (d->ttl >= 0)
		snprintf(ttl, sizeof ttl, "%d", d->ttl);
	printf("%s %s > %s %s %zu bytes ttl=%s \"%s\"%s%s%s\n", out_clock(clock, out_now()),
	       out_endpoint(from, sizeof from, &d->peer, d->port, NULL),
	       out_endpoint(to, sizeof to, &d->local, port, NULL),
	       out_plain(name, sizeof name, ifname ? ifname : "?"), d->len, ttl, payload,
	       why ? " (not answered: " : "", why ? guard_name(why) : "", why ? ")" : "");
	out_flush();
}

void show_request(const struct show *w, const struct mc_dgram *d, uint16_t port, enum cause why)
{
	char payload[4 * PAYLOAD_SHOWN + 4];

	out_payload(payload, sizeof payload, d->data, d->len, PAYLOAD_SHOWN);
	if (!w->json) {
		text_request(w, d, port, why, payload);
		return;
	}
	event("request",
	      json_pack("{s:o, s:i, s:o, s:i, s:o, s:i, s:i, s:o, s:s, s:o}", "source", out_addr(&d->peer),
			"source_port", (int)d->port, "destination", out_addr(&d->local), "port", (int)port,
			"ifname", out_text(name_of(w, d->ifindex)), "ifindex", (int)d->ifindex, "bytes",
			(int)d->len, "ttl", d->ttl < 0 ? json_null() : json_integer(d->ttl), "payload",
			payload, "refused", why ? json_string(guard_name(why)) : json_null()));
}

/* ---- the end ------------------------------------------------------------------------ */

/* c->addr without a family: all that were forgotten, n of them. */
static void show_client(const struct show *w, const struct client *c, uint64_t n)
{
	char who[MC_ADDR_STRLEN + 32], name[NAME_SIZE];

	if (w->json) {
		event("client", json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}", "address", out_addr(&c->addr),
					  "ifname", out_text(c->addr.family ? c->ifname : NULL), "requests",
					  (json_int_t)c->requests, "replies", (json_int_t)c->replies, "bytes",
					  (json_int_t)c->bytes, "refused", (json_int_t)c->refused));
		return;
	}
	if (c->addr.family)
		mc_addr_format(&c->addr, who, sizeof who);
	else
		snprintf(who, sizeof who, "%" PRIu64 " others", n);
	printf("%-39s %-10s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", who,
	       out_plain(name, sizeof name, c->ifname), c->requests, c->replies, c->refused);
}

static uint64_t show_clients(const struct show *w, const struct clients *clients)
{
	uint64_t n = 0, others;
	const struct client *forgotten = clients_forgotten(clients, &others);

	if (!w->json && (clients_next(clients, NULL) || others))
		printf("%-39s %-10s %12s %12s %12s\n", "client", "interface", "requests", "replies",
		       "refused");
	for (const struct client *c = NULL; (c = clients_next(clients, c)); n++)
		show_client(w, c, 1);
	if (others)
		show_client(w, forgotten, others);
	return n + others;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void text_totals(const struct totals *t, uint64_t clients)
{
	printf("%" PRIu64 " request%s from %" PRIu64 " client%s, %" PRIu64 " repl%s, %" PRIu64
	       " bytes returned in %.1f s\n",
	       t->requests, plural(t->requests), clients, plural(clients), t->replies,
	       t->replies == 1 ? "y" : "ies", t->bytes, (double)(t->ended - t->began) / 1e9);
	for (enum cause c = ANSWERED + 1; c < NCAUSES; c++)
		if (t->refused[c])
			printf("not answered: %" PRIu64 " %s\n", t->refused[c], guard_text(c));
	if (t->unsent)
		printf("not sent: %" PRIu64
		       " repl%s, the system would not take them (send buffer, route, firewall)\n",
		       t->unsent, t->unsent == 1 ? "y" : "ies");
	if (t->dropped)
		printf("lost: %" PRIu64
		       " request%s (or trains of them), in a full receive buffer (--rcvbuf raises it)\n",
		       t->dropped, plural(t->dropped));
	out_flush();
}

static void json_totals(const struct totals *t, uint64_t clients, bool final)
{
	json_t *refused = json_object();

	for (enum cause c = ANSWERED + 1; c < NCAUSES; c++)
		if (t->refused[c])
			json_object_set_new(refused, guard_name(c), json_integer((json_int_t)t->refused[c]));
	event(final ? "end" : "so_far",
	      json_pack("{s:o, s:I, s:I, s:I, s:I, s:o, s:I, s:I}", "seconds",
			out_seconds(t->ended - t->began), "clients", (json_int_t)clients, "requests",
			(json_int_t)t->requests, "replies", (json_int_t)t->replies, "bytes",
			(json_int_t)t->bytes, "refused", refused, "unsent", (json_int_t)t->unsent, "dropped",
			(json_int_t)t->dropped));
}

void show_totals(const struct show *w, const struct clients *clients, const struct totals *t, bool final)
{
	uint64_t n = show_clients(w, clients);

	if (w->json)
		json_totals(t, n, final);
	else
		text_totals(t, n);
}
