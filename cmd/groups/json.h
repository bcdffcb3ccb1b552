/*
 * json.h - what groups prints as JSON.
 */
#ifndef MCAST_GROUPS_JSON_H
#define MCAST_GROUPS_JSON_H

#include "groups/listing.h"
#include "groups/users.h"
#include "out.h"

struct groups_json_conf {
	bool bridge, routes;
	const struct wanted *wanted;
};

/* groups_json_begin opens the document, groups_json_space writes one namespace of it, with a listing that may
 * be empty, groups_json_end closes it. Groups and sockets are written one by one, however many there are. 0
 * or -ENOMEM. */
void groups_json_begin(bool complete, bool cut);
int groups_json_space(const struct survey *s, const struct listing *l, const struct groups_json_conf *conf,
		      struct users *users, bool first);
void groups_json_end(void);

/* groups_json_put_group and groups_json_put_socket add the keys of a membership, and of a socket that holds
 * it, NULL: all null; name is an interface's, or NULL. */
void groups_json_put_group(json_t *o, uint32_t ifindex, const char *name, const struct mc_addr *group);
void groups_json_put_socket(json_t *o, const struct mc_holder *h, uint8_t family, const char *bound,
			    struct users *users);
void groups_json_put_filter(json_t *o, bool known, enum mc_mode mode, const struct mc_addr *sources,
			    size_t n);

/* groups_json_begin_event begins an object of --follow, which out_end takes. */
json_t *groups_json_begin_event(const char *event, mc_time at);

/* groups_json_text is text of our own making, or null for none. */
json_t *groups_json_text(const char *text);

#endif
