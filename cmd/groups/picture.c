/*
 * picture.c - the table with what is around it: bridges, the forwarding cache, senders. With one group it is
 * one picture, in the order in which packets go: from who sends to who wants them.
 */
#include "groups/picture.h"

#include <errno.h>
#include <string.h>

#include "groups/columns.h"
#include "groups/flow.h"
#include "groups/unseen.h"
#include "groups/who.h"
#include "out.h"
#include "net/users.h"

struct picture {
	const struct survey *s;
	const struct picture_conf *conf;
	struct users *users;
	FILE *to;
	bool one; /* group was named: it need not be repeated */
};

static char *ifname(const struct picture *p, char buf[WHO_SIZE], uint32_t ifindex)
{
	return who_ifname(buf, ifindex, names_of(&p->s->names, ifindex));
}

static int finish(struct columns *c, FILE *to)
{
	int r = c->lost ? -ENOMEM : 0;
	size_t pos = 0;

	columns_print(c, &pos, SIZE_MAX, to);
	columns_free(c);
	return r;
}

static const char *const no_head[COLUMNS_MOST] = { "", "", "", "", "", "", "", "", "", "" };

/* ---- bridges ------------------------------------------------------------------------------------ */

static void querier(const struct picture *p, const struct mc_bridge *b, unsigned family)
{
	const struct mc_bridge_querier *q = &b->known[family];
	char addr[MC_ADDR_STRLEN], name[WHO_SIZE];

	if (family ? p->conf->wanted->ipv4 : p->conf->wanted->ipv6)
		return;
	fprintf(p->to, "  %s querier: ", family ? "MLD" : "IGMP");
	if (b->vlan_snooping) {
		fprintf(p->to, "each VLAN has its own, which the kernel does not tell here\n");
		return;
	}
	if (!q->present) {
		fprintf(p->to, "none%s%s%s\n", b->snooping ? ", so all IPv" : "",
			!b->snooping ? "" :
			family       ? "6" :
				       "4",
			b->snooping ? " multicast goes to all ports" : "");
		return;
	}
	fputs(q->addr.family ? mc_addr_format(&q->addr, addr, sizeof addr) :
	      b->querier     ? "the bridge itself" :
			       "known",
	      p->to);
	if (q->port && q->port != b->ifindex)
		fprintf(p->to, " behind %s", ifname(p, name, q->port));
	fputc('\n', p->to);
}

static void ports(const struct picture *p, const struct mc_bridge *b)
{
	const char *comma = " ";
	char plain[4 * MC_IFNAME_SIZE];

	fprintf(p->to, "  router ports:");
	for (size_t i = 0; i < p->s->bridges.nports; i++) {
		const struct mc_bridge_port *o = &p->s->bridges.ports[i];

		if (o->bridge != b->ifindex || !(o->router_known || o->router == 2))
			continue;
		fprintf(p->to, "%s%s (%s)", comma, out_plain(plain, sizeof plain, o->name),
			o->router == 2 ? "always" : "a router was heard");
		comma = ", ";
	}
	fputs(*comma == ' ' ? " none\n" : "\n", p->to);
}

static void put_source(struct columns *c, const struct mc_bridge_group *g)
{
	bool any = mc_addr_is_unspecified(&g->source);
	char text[MC_ADDR_STRLEN + 16], addr[MC_ADDR_STRLEN];

	if (any)
		snprintf(text, sizeof text, "%s", g->mode == MC_INCLUDE ? "some sources" : "any source");
	else
		snprintf(text, sizeof text, "%s %s", g->blocked ? "not" : "only",
			 mc_addr_format(&g->source, addr, sizeof addr));
	columns_put(c, text);
}

static void wanted_behind(const struct picture *p, struct columns *c, const struct mc_bridge_group *g)
{
	char text[WHO_SIZE];

	columns_put(c, mc_addr_format(&g->group, text, sizeof text));
	put_source(c, g);
	columns_put(c, g->port == g->bridge ? "this machine" : ifname(p, text, g->port));
	snprintf(text, sizeof text, "vlan %u", g->vlan);
	columns_put(c, g->vlan ? text : "");
	snprintf(text, sizeof text, "%llu s left", (unsigned long long)(g->left / MC_SEC));
	columns_put(c, g->permanent ? "permanent" : g->left ? text : "");
	columns_put(c, g->listed ? "(listed only)" : "");
}

/* Groups that every interface is in are of no interest, unless named. */
static bool is_shown(const struct picture *p, const struct mc_bridge *b, const struct mc_bridge_group *g)
{
	const struct wanted *w = p->conf->wanted;

	return g->bridge == b->ifindex && flow_group(w, &g->group, &g->source) &&
	       (p->conf->table.verbose || w->ngroups || !mc_users_always(&g->group));
}

static int print_bridge(const struct picture *p, const struct mc_bridge *b)
{
	struct columns c = { 0 };
	char name[WHO_SIZE];

	fprintf(p->to, "%s  bridge, %s, %s\n", out_plain(name, sizeof name, b->name),
		b->snooping ? "snoops" : "does not snoop: all multicast goes to all ports",
		b->querier ? "its querier is on" : "its querier is off");
	querier(p, b, 0);
	querier(p, b, 1);
	ports(p, b);
	columns_begin(&c, 6, no_head);
	for (size_t i = 0; i < p->s->bridges.ngroups; i++)
		if (is_shown(p, b, &p->s->bridges.groups[i]))
			wanted_behind(p, &c, &p->s->bridges.groups[i]);
	if (c.used)
		fprintf(p->to, "  wanted behind ports:\n");
	else
		fprintf(p->to, "  wanted behind no port%s\n", p->one ? "" : ": no group is known");
	return finish(&c, p->to);
}

static int print_bridges(const struct picture *p)
{
	int r = 0;

	if (!p->s->bridges.n)
		fprintf(p->to, "no bridge here\n");
	for (size_t i = 0; !r && i < p->s->bridges.n; i++) {
		if (i)
			fputc('\n', p->to);
		r = print_bridge(p, &p->s->bridges.v[i]);
	}
	return r;
}

/* ---- the forwarding cache ------------------------------------------------------------------------- */

static void put_count(struct columns *c, const char *form, uint64_t n)
{
	char text[64];

	snprintf(text, sizeof text, form, (unsigned long long)n);
	columns_put(c, text);
}

/* Where to, cut to what there is room for. */
static void put_outs(const struct picture *p, struct columns *c, const struct mc_mroute *r)
{
	char text[512] = "", name[WHO_SIZE];
	size_t used = 0;

	for (size_t i = 0; i < r->nout && used < sizeof text - WHO_SIZE; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "",
					 ifname(p, name, r->out[i].ifindex));
	columns_put(c, r->nout ? text : r->unresolved ? "(not resolved)" : "nowhere");
}

static void put_route(const struct picture *p, struct columns *c, const struct mc_mroute *r)
{
	char text[WHO_SIZE], addr[MC_ADDR_STRLEN];

	columns_put(c,
		    mc_addr_is_unspecified(&r->source) ? "*" : mc_addr_format(&r->source, addr, sizeof addr));
	columns_put(c,
		    mc_addr_is_unspecified(&r->group) ? "*" : mc_addr_format(&r->group, addr, sizeof addr));
	columns_put(c, r->in ? ifname(p, text, r->in) : "-");
	put_outs(p, c, r);
	put_count(c, "%llu", r->packets);
	put_count(c, "%llu", r->octets);
	put_count(c, "%llu", r->wrong);
	put_count(c, r->idle == MC_NEVER ? "" : "%llu s", r->idle / MC_SEC);
}

static int print_routes(const struct picture *p)
{
	static const char *const head[] = { "SOURCE",  "GROUP",  "IN",    "OUT",
					    "PACKETS", "OCTETS", "WRONG", "IDLE" };
	struct columns c = { 0 };

	columns_begin(&c, sizeof head / sizeof *head, head);
	memset(c.right + 4, true, 4 * sizeof *c.right);
	for (size_t i = 0; i < p->s->mroutes.n; i++) {
		const struct mc_mroute *r = &p->s->mroutes.v[i];

		if (flow_group(p->conf->wanted, &r->group, &r->source))
			put_route(p, &c, r);
	}
	if (c.used) {
		fprintf(p->to, "forwarding cache\n");
		columns_head(&c, head, p->to);
	} else {
		fprintf(p->to, "the forwarding cache has %s\n", p->one ? "nothing of it" : "no route");
	}
	return finish(&c, p->to);
}

static int print_vifs(const struct picture *p)
{
	static const char *const head[] = { "TABLE", "INTERFACE", "KIND", "NUMBER", "PACKETS IN", "OUT" };
	struct columns c = { 0 };
	char text[WHO_SIZE];

	if (!p->s->mroutes.nvifs)
		return 0;
	columns_begin(&c, sizeof head / sizeof *head, head);
	memset(c.right + 3, true, 3 * sizeof *c.right);
	for (size_t i = 0; i < p->s->mroutes.nvifs; i++) {
		const struct mc_mroute_vif *v = &p->s->mroutes.vifs[i];

		if ((p->conf->wanted->ipv4 && v->family == MC_IPV6) ||
		    (p->conf->wanted->ipv6 && v->family == MC_IPV4))
			continue;
		put_count(&c, v->family == MC_IPV6 ? "IPv6 %llu" : "IPv4 %llu", v->table);
		columns_put(&c, who_ifname(text, v->ifindex, *v->name ? v->name : NULL));
		columns_put(&c, flow_vif(v));
		put_count(&c, "%llu", v->number);
		put_count(&c, "%llu", v->in_packets);
		put_count(&c, "%llu", v->out_packets);
	}
	if (c.used) {
		fprintf(p->to, "interfaces of the forwarding cache\n");
		columns_head(&c, head, p->to);
	}
	return finish(&c, p->to);
}

/* ---- one group ------------------------------------------------------------------------------------ */

static void put_sender(const struct picture *p, struct columns *c, const struct mc_holder *h)
{
	int ttl = h->ttl[h->socket.peer.family == MC_IPV6];
	char text[WHO_SIZE];

	columns_put(c, who_socket(text, &h->socket, names_of(&p->s->names, h->socket.ifindex)));
	columns_put(c, who_process(text, h));
	columns_put(c, who_user(text, p->users, who_uid(h)));
	snprintf(text, sizeof text, "to port %u", h->socket.peer_port);
	if (!h->error && ttl >= 0)
		snprintf(text + strlen(text), 24, ", ttl %d", ttl);
	columns_put(c, text);
}

static void put_source_of(const struct picture *p, struct columns *c, const struct mc_mroute *r)
{
	char addr[MC_ADDR_STRLEN], name[WHO_SIZE], text[WHO_SIZE + 32];

	columns_put(c, mc_addr_format(&r->source, addr, sizeof addr));
	columns_put(c, "forwarded here");
	columns_put(c, "");
	snprintf(text, sizeof text, "comes in by %s", r->in ? ifname(p, name, r->in) : "nothing known yet");
	columns_put(c, text);
}

static int print_senders(const struct picture *p)
{
	struct columns c = { 0 };

	columns_begin(&c, 4, no_head);
	for (size_t i = 0; i < p->s->mroutes.n; i++) {
		const struct mc_mroute *r = &p->s->mroutes.v[i];

		if (!mc_addr_is_unspecified(&r->source) && flow_group(p->conf->wanted, &r->group, &r->source))
			put_source_of(p, &c, r);
	}
	for (size_t i = 0; i < p->s->holders.nsockets; i++)
		if (flow_sender(p->conf->wanted, &p->s->holders.sockets[i]))
			put_sender(p, &c, &p->s->holders.sockets[i]);
	fprintf(p->to, "who sends\n");
	if (!c.used)
		fprintf(p->to, "  nobody that any table knows (a socket that is not connected is in none)\n");
	return finish(&c, p->to);
}

/* ---- all -------------------------------------------------------------------------------------------- */

static int print_tables(const struct picture *p, bool *gap)
{
	int r = 0;

	if (p->conf->bridge) {
		fputs(*gap ? "\n" : "", p->to);
		r = print_bridges(p);
		*gap = true;
	}
	if (!r && p->conf->routes) {
		fputs(*gap ? "\n" : "", p->to);
		r = print_routes(p);
		if (!r && !p->one && p->s->mroutes.nvifs) {
			fputc('\n', p->to);
			r = print_vifs(p);
		}
	}
	return r;
}

static int print_one(const struct picture *p, const struct listing *l)
{
	bool gap = false;
	int r = print_senders(p);

	fprintf(p->to, "\nwho wants it\n");
	if (!l->n)
		fprintf(p->to, "  nobody on this machine\n");
	if (!r)
		r = table_print(p->s, l, &p->conf->table, p->users, p->to);
	fprintf(p->to, "\nwhere it flows\n");
	return r ? r : print_tables(p, &gap);
}

int picture_print(const struct survey *s, const struct listing *l, const struct picture_conf *conf,
		  struct users *users, FILE *to)
{
	struct picture p = { s, conf, users, to, wanted_one(conf->wanted) };
	bool gap = l->n > 0;
	int r;

	if (p.one && (conf->bridge || conf->routes))
		return print_one(&p, l);
	r = table_print(s, l, &conf->table, users, to);
	return r ? r : print_tables(&p, &gap);
}

bool picture_empty(const struct survey *s, const struct listing *l, const struct picture_conf *conf)
{
	return !l->n && (conf->table.named || !unseen_any(s)) && !(conf->bridge && s->bridges.n) &&
	       !(conf->routes && (s->mroutes.n || s->mroutes.nvifs));
}
