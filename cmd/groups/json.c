/*
 * json.c - the document, one namespace after the other, and the keys of memberships and sockets. Keys are
 * promised in mcast-groups(1).
 */
#include "groups/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "groups/known_by.h"
#include "groups/unseen.h"
#include "groups/who.h"

#define SCHEMA 1

json_t *groups_json_text(const char *text)
{
	return text ? json_string_nocheck(text) : json_null();
}

json_t *groups_json_begin_event(const char *event, mc_time at)
{
	return out_begin(SCHEMA, event, at);
}

/* ---- memberships and sockets -------------------------------------------------------------------- */

void groups_json_put_group(json_t *o, uint32_t ifindex, const char *name, const struct mc_addr *group)
{
	out_put_int(o, "ifindex", ifindex);
	out_put(o, "ifname", out_text(name));
	out_put(o, "family", groups_json_text(group->family == MC_IPV6 ? "inet6" : "inet"));
	out_put(o, "group", out_addr(group));
}

void groups_json_put_filter(json_t *o, bool known, enum mc_mode mode, const struct mc_addr *sources, size_t n)
{
	json_t *list = known ? json_array() : json_null();

	out_put(o, "filter_mode",
		groups_json_text(!known             ? NULL :
				 mode == MC_INCLUDE ? "include" :
						      "exclude"));
	for (size_t i = 0; known && i < n; i++)
		json_array_append_new(list, out_addr(&sources[i]));
	out_put(o, "source_addresses", list);
}

static json_t *address(const struct mc_addr *a)
{
	return mc_addr_is_unspecified(a) ? json_null() : out_addr(a);
}

/* The keys that a socket has, whether it could be looked at or not. */
static void put_owner(json_t *o, const struct mc_holder *h, struct users *users)
{
	const struct mc_process *p = h ? h->process : NULL;

	out_put_known(o, "pid", p, p ? p->pid : 0);
	out_put(o, "process", out_text(p ? p->name : NULL));
	out_put_known(o, "uid", h, h ? who_uid(h) : 0);
	out_put(o, "user", out_text(h ? users_name(users, who_uid(h)) : NULL));
}

static void put_local(json_t *o, const struct mc_holder *h)
{
	out_put(o, "local_address", h ? address(&h->socket.local) : json_null());
	out_put_known(o, "local_port", h && h->socket.port, h ? h->socket.port : 0);
}

static void put_protocol(json_t *o, const struct mc_holder *h)
{
	out_put(o, "protocol", groups_json_text(h ? who_protocol(&h->socket) : NULL));
}

void groups_json_put_socket(json_t *o, const struct mc_holder *h, uint8_t family, const char *bound,
			    struct users *users)
{
	int all = h ? h->all[family == MC_IPV6] : -1;

	if (h && all < 0 && family == MC_IPV4)
		all = h->socket.all < 0 ? -1 : h->socket.all > 0;
	put_owner(o, h, users);
	out_put_known(o, "processes", h, h ? (int64_t)h->processes : 0);
	out_put_known(o, "fd", h && h->fd >= 0, h ? h->fd : 0);
	out_put_known(o, "inode", h, h ? (int64_t)h->socket.inode : 0);
	put_protocol(o, h);
	put_local(o, h);
	out_put(o, "bound_ifname", out_text(bound));
	out_put(o, "multicast_all", all < 0 ? json_null() : json_boolean(all));
	out_put_known(o, "drops", h, h ? h->socket.drops : 0);
}

/* ---- arrays, member by member --------------------------------------------------------------------- */

struct list {
	bool more;
};

/* All goes through stdout: objects that are done, and what is between them. */
static void between(struct list *l)
{
	if (l->more)
		putchar(',');
	l->more = true;
}

static void begin_list(struct list *l, const char *key)
{
	l->more = false;
	printf(",\"%s\":[", key);
}

static void end_list(void)
{
	putchar(']');
}

/* What all memberships of a socket have in common is made once, and filters without sources, too. */
struct texts {
	char **sockets; /* by index in holders, and family */
	char *any[2];   /* by mode */
};

static int begin_texts(struct texts *t, const struct survey *s)
{
	*t = (struct texts){ .sockets = calloc(2 * s->holders.nsockets + 1, sizeof *t->sockets) };
	return t->sockets ? 0 : -ENOMEM;
}

static void end_texts(struct texts *t, const struct survey *s)
{
	for (size_t i = 0; t->sockets && i < 2 * s->holders.nsockets; i++)
		free(t->sockets[i]);
	free(t->sockets);
	free(t->any[0]);
	free(t->any[1]);
}

static const char *socket_text(struct texts *t, const struct survey *s, size_t socket, uint8_t family,
			       struct users *users)
{
	const struct mc_holder *h = &s->holders.sockets[socket];
	char **slot = &t->sockets[2 * socket + (family == MC_IPV6)];

	if (!*slot) {
		json_t *o = json_object();

		groups_json_put_socket(o, h, family, names_of(&s->names, h->socket.ifindex), users);
		*slot = out_json_text(o);
	}
	return *slot;
}

static char *make_filter(const struct survey *s, const struct mc_held *held)
{
	json_t *o = json_object();

	groups_json_put_filter(o, true, held->mode, mc_held_sources(&s->holders, held), held->nsources);
	return out_json_text(o);
}

/* Two objects as one. */
static int put_row(struct texts *t, const struct survey *s, const struct mc_held *held, uint8_t family,
		   struct users *users)
{
	const char *socket = socket_text(t, s, held->socket, family, users);
	char **any = held->nsources ? NULL : &t->any[held->mode == MC_EXCLUDE];
	char *filter = any && *any ? *any : make_filter(s, held);
	bool good = socket && filter;

	if (good) {
		fwrite_unlocked(socket, 1, strlen(socket) - 1, stdout);
		putchar_unlocked(',');
		fputs_unlocked(filter + 1, stdout);
	}
	if (any)
		*any = filter;
	else
		free(filter);
	return good ? 0 : -ENOMEM;
}

static int put_sockets(struct texts *t, const struct survey *s, const struct listing *l,
		       const struct listed *one, uint8_t family, struct users *users)
{
	struct list list;
	int r = 0;

	begin_list(&list, "sockets");
	for (size_t i = one->first; !r && i < one->first + one->n; i++) {
		between(&list);
		r = put_row(t, s, &s->holders.held[l->rows[i]], family, users);
	}
	end_list();
	return r;
}

static int put_merged(json_t *o, const struct survey *s, size_t membership)
{
	struct merged m = { 0 };
	const struct mc_set *set;
	struct mc_addr *sources = NULL;
	int r = survey_filter(s, membership, &m);

	if (r > 0) {
		enum mc_mode mode = merged_end(&m, &set);

		sources = calloc((size_t)set->n + 1, sizeof *sources);
		for (uint32_t i = 0; sources && i < set->n; i++)
			sources[i] = merged_at(set, i);
		if (sources)
			groups_json_put_filter(o, true, mode, sources, set->n);
		r = sources ? 1 : -ENOMEM;
	} else if (!r) {
		groups_json_put_filter(o, false, MC_INCLUDE, NULL, 0);
	}
	free(sources);
	merged_free(&m);
	return r < 0 ? r : 0;
}

static int put_groups(const struct survey *s, const struct listing *l, struct users *users)
{
	struct list list;
	struct texts t;
	int r = begin_texts(&t, s);

	begin_list(&list, "groups");
	for (size_t i = 0; !r && i < l->n; i++) {
		const struct mc_membership *m = &s->memberships.v[l->v[i].membership];
		json_t *o = json_object();

		groups_json_put_group(o, m->ifindex, names_of(&s->names, m->ifindex), &m->group);
		r = put_merged(o, s, l->v[i].membership);
		out_put_int(o, "users", m->users);
		out_put_int(o, "found", l->v[i].n);
		between(&list);
		out_json_open(o, stdout);
		if (!r)
			r = put_sockets(&t, s, l, &l->v[i], m->group.family, users);
		putchar('}');
	}
	end_list();
	end_texts(&t, s);
	return r;
}

/* ---- a namespace ---------------------------------------------------------------------------------- */

static const char *why_name(enum mc_spoken_why why)
{
	return why == MC_SPOKEN_NEWEST        ? "newest" :
	       why == MC_SPOKEN_FORCED        ? "forced" :
	       why == MC_SPOKEN_OLDER_QUERIER ? "older_querier" :
						NULL;
}

static bool is_listed(const struct survey *s, const struct listing *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->n; i++)
		if (s->memberships.v[l->v[i].membership].ifindex == ifindex)
			return true;
	return false;
}

static void put_interfaces(const struct survey *s, const struct listing *l, const struct wanted *w)
{
	bool all = !w->ngroups && !w->nifaces;
	struct list list;

	begin_list(&list, "interfaces");
	for (size_t i = 0; i < s->memberships.nspoken; i++) {
		const struct mc_spoken *p = &s->memberships.spoken[i];
		json_t *o;

		if (!all && !is_listed(s, l, p->ifindex))
			continue;
		o = json_object();
		out_put_int(o, "ifindex", p->ifindex);
		out_put(o, "ifname", out_text(p->name));
		out_put_known(o, "igmp_version", p->version[0], p->version[0]);
		out_put(o, "igmp_why", groups_json_text(why_name(p->why[0])));
		out_put_known(o, "mld_version", p->version[1], p->version[1]);
		out_put(o, "mld_why", groups_json_text(why_name(p->why[1])));
		between(&list);
		out_json(o, stdout);
	}
	end_list();
}

static void put_unseen(const struct survey *s, struct users *users)
{
	struct list list;

	begin_list(&list, "unseen");
	for (size_t i = 0; i < s->holders.nsockets; i++) {
		const struct mc_holder *h = &s->holders.sockets[i];
		json_t *o;

		if (!survey_unseen(h))
			continue;
		o = json_object();
		out_put_int(o, "inode", h->socket.inode);
		put_owner(o, h, users);
		put_protocol(o, h);
		put_local(o, h);
		out_put(o, "why", groups_json_text(unseen_why(h)));
		between(&list);
		out_json(o, stdout);
	}
	end_list();
}

static void put_list(const char *key, json_t *array)
{
	struct list list;
	json_t *one;
	size_t i;

	begin_list(&list, key);
	json_array_foreach(array, i, one)
	{
		between(&list);
		out_json(json_incref(one), stdout);
	}
	end_list();
	json_decref(array);
}

static void put_known_by(const struct survey *s, const struct groups_json_conf *conf, struct users *users)
{
	if (conf->bridge)
		put_list("bridges", known_by_bridges(s, conf->wanted));
	if (conf->routes) {
		put_list("routes", known_by_routes(s, conf->wanted));
		put_list("vifs", known_by_vifs(s, conf->wanted));
	}
	if ((conf->bridge || conf->routes) && wanted_one(conf->wanted))
		put_list("senders", known_by_senders(s, conf->wanted, users));
}

int groups_json_space(const struct survey *s, const struct listing *l, const struct groups_json_conf *conf,
		      struct users *users, bool first)
{
	const struct mc_netns *ns = &s->ns;
	json_t *o = json_object();
	int r;

	out_put(o, "netns", out_text(*ns->name ? ns->name : NULL));
	out_put_int(o, "inode", ns->inode);
	out_put_known(o, "pid", ns->pid, ns->pid);
	out_put(o, "process", out_text(ns->pid ? ns->comm : NULL));
	out_put(o, "error", groups_json_text(s->error ? mc_strerror(s->error) : NULL));
	if (!first)
		putchar(',');
	out_json_open(o, stdout);
	put_interfaces(s, l, conf->wanted);
	r = put_groups(s, l, users);
	put_unseen(s, users);
	put_known_by(s, conf, users);
	putchar('}');
	return r;
}

void groups_json_begin(bool complete, bool cut)
{
	json_t *o = out_document(SCHEMA);

	out_put_bool(o, "complete", complete);
	out_put_bool(o, "cut", cut);
	out_json_open(o, stdout);
	printf(",\"namespaces\":[");
}

void groups_json_end(void)
{
	printf("]}\n");
}
