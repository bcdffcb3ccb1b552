/*
 * json.c - what the querier tells as JSON, one object a line. Keys are promised in mcast-querier(1).
 */
#include "querier/json.h"

#include "out.h"
#include "querier/status.h"

#define SCHEMA 1

/* Text of our own making; null for none. */
static void put_text(json_t *o, const char *key, const char *text)
{
	out_put(o, key, out_text(text));
}

static void put_addr(json_t *o, const char *key, const struct mc_addr *a)
{
	out_put(o, key, out_addr(a));
}

static void put_list(json_t *o, const char *key, const struct told_list *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list, out_addr(&l->v[i]));
	out_put(o, key, list);
}

static void put_mode(json_t *o, bool known, enum mc_mode mode)
{
	put_text(o, "filter_mode", !known ? NULL : mode == MC_INCLUDE ? "include" : "exclude");
}

/* Of the link: null where it is about none, or about all of it. */
static json_t *begin(const struct told *t, const char *event)
{
	const struct querier_link *l = t->link;
	json_t *o = out_begin(SCHEMA, event, t->time);
	bool both = t->family >= QUERIER_FAMILIES;

	put_text(o, "ifname", l ? l->conf.name : NULL);
	out_put_known(o, "ifindex", l && l->ifindex, l ? l->ifindex : 0);
	put_text(o, "protocol", both ? NULL : querier_proto(t->family)->name);
	return o;
}

static json_t *interface_of(const struct told *t)
{
	static const char *const states[] = {
		[QUERIER_GONE] = "gone",
		[QUERIER_DOWN] = "down",
		[QUERIER_OPEN] = "open",
	};
	json_t *o = begin(t, "interface");

	put_text(o, "state", states[t->link->state]);
	put_addr(o, "address", &t->addr);
	out_put_bool(o, "listen_only", t->link->conf.options.listen_only);
	out_put_bool(o, "dry_run", t->link->dry_run);
	return o;
}

static json_t *querier_of(const struct told *t)
{
	json_t *o = begin(t, "querier");

	put_addr(o, "address", &t->addr);
	out_put_bool(o, "self", t->self);
	put_addr(o, "previous", &t->previous);
	out_put_int(o, "version", (uint64_t)t->link->conf.options.version[t->family]);
	return o;
}

static json_t *host_of(const struct told *t)
{
	json_t *o = begin(t, t->present ? "join" : "leave");

	put_addr(o, "group", &t->group);
	put_addr(o, "address", &t->addr);
	out_put_int(o, "hosts", t->hosts);
	if (t->present) {
		put_mode(o, true, t->mode);
		put_list(o, "source_addresses", &t->sources);
	} else {
		put_text(o, "reason", t->expired ? "expired" : "said");
	}
	return o;
}

static json_t *group_of(const struct told *t)
{
	json_t *o = begin(t, "group");

	put_addr(o, "group", &t->group);
	out_put_bool(o, "present", t->present);
	put_mode(o, t->present, t->mode);
	put_list(o, "source_addresses", &t->sources);
	put_list(o, "excluded_addresses", &t->excluded);
	return o;
}

static json_t *version_of(const struct told *t)
{
	json_t *o = begin(t, "version");

	put_addr(o, "group", &t->group);
	out_put_int(o, "version", t->version);
	return o;
}

static json_t *warning_of(const struct told *t)
{
	json_t *o = begin(t, "warning");

	put_text(o, "warning", t->warning);
	put_addr(o, "address", &t->addr);
	put_addr(o, "group", &t->group);
	out_put_known(o, "version", t->version, t->version);
	out_put_int(o, "missed", t->missed);
	put_text(o, "text", t->text);
	return o;
}

static json_t *message_of(const struct told *t)
{
	json_t *o = begin(t, t->kind == TOLD_QUERY ? "query" : "message");
	char text[512];

	put_text(o, "name", mc_msg_name(t->msg, text, sizeof text));
	put_text(o, "meaning", mc_msg_format(t->msg, text, sizeof text));
	put_addr(o, "source", &t->msg->ip.src);
	put_addr(o, "destination", &t->msg->ip.dst);
	if (t->kind == TOLD_QUERY)
		out_put_bool(o, "sent", t->sent);
	return o;
}

static json_t *reload_of(const struct told *t)
{
	json_t *o = out_begin(SCHEMA, "reload", t->time);

	out_put_bool(o, "ok", t->ok);
	put_text(o, "text", t->ok ? NULL : t->text);
	return o;
}

void querier_json_told(const struct told *t)
{
	static json_t *(*const make[])(const struct told *t) = {
		[TOLD_INTERFACE] = interface_of, [TOLD_QUERIER] = querier_of, [TOLD_HOST] = host_of,
		[TOLD_GROUP] = group_of,         [TOLD_VERSION] = version_of, [TOLD_WARNING] = warning_of,
		[TOLD_QUERY] = message_of,       [TOLD_MESSAGE] = message_of, [TOLD_RELOAD] = reload_of,
	};

	out_end(make[t->kind](t));
}

void querier_json_end(struct querier_link *const *links, size_t n, mc_time ran, bool final)
{
	json_t *o = out_begin(SCHEMA, final ? "end" : "so_far", out_now()), *list = json_array();
	mc_time now = mc_loop_now();

	for (size_t i = 0; i < n; i++)
		for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
			if (links[i]->conf.options.version[f])
				json_array_append_new(list, querier_status_brief(links[i], f, now));
	out_put(o, "seconds", out_seconds(ran));
	out_put(o, "interfaces", list);
	out_end(o);
}

size_t querier_json_warning(const char *name, const char *text, uint64_t missed, char *buf, size_t cap)
{
	const struct told t = {
		.kind = TOLD_WARNING,
		.time = out_now(),
		.family = QUERIER_FAMILIES,
		.warning = name,
		.text = text,
		.missed = missed < UINT32_MAX ? (uint32_t)missed : UINT32_MAX,
	};
	FILE *to = fmemopen(buf, cap, "w");
	size_t len = 0;

	if (!to)
		return 0;
	out_json(warning_of(&t), to);
	putc('\n', to);
	if (fflush(to) == 0 && !ferror(to))
		len = (size_t)ftell(to);
	fclose(to);
	return len;
}
