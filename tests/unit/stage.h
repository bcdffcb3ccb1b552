/*
 * stage.h - a link whose nodes have the roles of fakes.h: nodes are put on it, packets sent, and what was
 * heard is asked.
 */
#ifndef TEST_STAGE_H
#define TEST_STAGE_H

#include "fakes.h"
#include "family.h"

static inline void begin_with(uint8_t family, uint64_t seed, const struct mc_lan_hooks *hooks)
{
	static const struct mc_lan_hooks none;

	stage = (struct stage){ .family = family, .proto = mc_proto_of(family), .answer = MC_NEVER };
	assert_int_equal(mc_lan_new(&stage.lan, family, seed, hooks ? hooks : &none), 0);
}

static inline void begin(void **given)
{
	begin_with(family_of(given), 1, NULL);
}

static inline void end(void)
{
	assert_false(mc_lan_failed(stage.lan));
	mc_lan_free(stage.lan);
	assert_int_equal(stage.alive, 0);
}

static inline int start(uint32_t node, const char *roles)
{
	struct mc_host_conf host = { .size = sizeof(host), .robustness = 2, .addr = node_addr(node) };
	struct mc_router_conf router = { .size = sizeof(router), .robustness = 2, .addr = node_addr(node) };

	return mc_lan_start(stage.lan, node, strchr(roles, 'h') ? &host : NULL,
			    strchr(roles, 'r') ? &router : NULL);
}

/* Nodes by their roles: "hr h r -". */
static inline void nodes(const char *each)
{
	for (const char *p = each; *p; p += strspn(p, " ")) {
		char roles[4] = "";
		int node = mc_lan_add(stage.lan);

		for (size_t n = 0; *p && *p != ' '; p++)
			roles[n++] = *p;
		assert_true(node > 0);
		if (roles[0] != '-')
			assert_int_equal(start((uint32_t)node, roles), 0);
	}
	mc_lan_run(stage.lan, mc_lan_now(stage.lan));
}

static inline void crowd(unsigned n)
{
	for (; n; n--)
		assert_int_equal(start((uint32_t)mc_lan_add(stage.lan), "h"), 0);
	mc_lan_run(stage.lan, mc_lan_now(stage.lan));
}

static inline void listens(uint32_t node, unsigned group)
{
	struct mc_addr addr = group_addr(group);

	assert_int_equal(mc_lan_listen(stage.lan, node, 1, &addr, MC_EXCLUDE, NULL, 0), 0);
	mc_lan_touch(stage.lan, node);
}

static inline void put(enum said what, unsigned from)
{
	uint8_t room[1500];

	mc_lan_put(stage.lan, room, octets_of(room, what, from));
}

static inline void host_says(uint32_t node, enum said what)
{
	role_says(&mc_lan_host(stage.lan, node)->role, what);
	mc_lan_touch(stage.lan, node);
}

static inline void router_says(uint32_t node, enum said what)
{
	role_says(&mc_lan_router(stage.lan, node)->role, what);
	mc_lan_touch(stage.lan, node);
}

static inline void heard(const char *want)
{
	assert_string_equal(stage.log, want);
	stage.log[0] = '\0';
}

static inline void until(unsigned ms)
{
	mc_lan_run(stage.lan, ms * MC_MSEC);
	assert_true(mc_lan_now(stage.lan) == ms * MC_MSEC);
}

#endif
