/*
 * json.c - what doctor prints as JSON. Keys are promised in mcast-doctor(1).
 */
#include "doctor/show.h"
#include "out.h"

#define SCHEMA 1

static const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_OK] = "ok",
		[VERDICT_WARNING] = "warning",
		[VERDICT_FAULT] = "fault",
		[VERDICT_UNKNOWN] = "unknown",
	};

	return names[v];
}

static json_t *name_of(const struct look *l, uint32_t ifindex)
{
	return ifindex ? out_text(look_name(l, ifindex)) : json_null();
}

static json_t *evidence_of(const struct finding *x)
{
	json_t *list = json_array();

	for (size_t i = 0; i < x->nevidence; i++) {
		json_t *o = json_object();

		out_put(o, "from", out_text(x->evidence[i].from));
		out_put(o, "value", out_text(x->evidence[i].value));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *finding_of(const struct look *l, const struct finding *x)
{
	json_t *o = json_object();

	out_put(o, "check", out_text(x->check));
	out_put(o, "verdict", out_text(verdict_name(x->verdict)));
	out_put(o, "text", out_text(x->text));
	out_put(o, "evidence", evidence_of(x));
	out_put(o, "why", out_text(x->why));
	out_put(o, "mend", out_text(x->mend));
	out_put(o, "advice", out_text(x->advice));
	out_put(o, "group", out_addr(&x->group));
	out_put(o, "ifname", name_of(l, x->ifindex));
	out_put_known(o, "pid", x->pid, x->pid);
	return o;
}

/* As it would be typed, in its canonical form. */
static json_t *target_of(const struct look *l, const struct aim *a)
{
	char text[MC_TARGET_STRLEN];
	struct mc_target t;

	mc_target_init(&t);
	t.group = a->group;
	t.source = a->source;
	t.port = a->port;
	if (a->ifindex)
		snprintf(t.ifname, sizeof t.ifname, "%s", look_name(l, a->ifindex));
	return out_text(mc_target_format(&t, text, sizeof text));
}

static void put_aim(json_t *o, const struct look *l)
{
	const struct aim none = { .port = -1 };
	bool named = look_named(l);
	const struct aim *a = named ? &l->aims.v[0] : &none;

	out_put(o, "target", named ? target_of(l, a) : json_null());
	out_put(o, "group", out_addr(&a->group));
	out_put(o, "source", out_addr(&a->source));
	out_put(o, "ifname", named ? name_of(l, a->ifindex) : out_text(l->conf->iface));
	out_put_known(o, "port", a->port >= 0, a->port);
}

void show_json(const struct look *l, const struct findings *f)
{
	json_t *o = out_document(SCHEMA), *list = json_array();

	put_aim(o, l);
	out_put_int(o, "faults", find_count(f, VERDICT_FAULT));
	out_put_int(o, "warnings", find_count(f, VERDICT_WARNING));
	out_put_int(o, "ok", find_count(f, VERDICT_OK));
	out_put_int(o, "unknown", find_count(f, VERDICT_UNKNOWN));
	for (size_t i = 0; i < f->n; i++)
		json_array_append_new(list, finding_of(l, &f->v[i]));
	out_put(o, "findings", list);
	out_end(o);
}
