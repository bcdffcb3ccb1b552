/*
 * conf.h - what was asked for: the options of the verb, which a file has words for, too, and the interfaces.
 */
#ifndef QUERIER_CONF_H
#define QUERIER_CONF_H

#include "opt.h"

enum { QUERIER_IGMP, QUERIER_MLD, QUERIER_FAMILIES };

/* What holds for one interface. Each has a word in the file: the name of the option. */
struct querier_options {
	int64_t version[QUERIER_FAMILIES]; /* 0: that protocol is left alone */
	mc_time query_interval, query_max_response_time, last_member_query_interval;
	mc_time startup_query_interval; /* 0: a quarter of query_interval */
	int64_t robustness_variable;
	int64_t startup_query_count, last_member_query_count; /* 0: as robustness_variable */
	int64_t max_groups, max_group_sources, max_hosts;
	bool require_router_alert, verify_source_subnet, listen_only;
};

struct querier_iface {
	char name[MC_IFNAME_SIZE];
	struct querier_options options;
};

struct querier_ifaces {
	struct querier_iface *v;
	size_t n;
};

struct querier_conf {
	struct opt_list ifaces; /* as they were typed */
	const char *config;  /* file, or NULL */
	struct querier_options options;
	bool check_config, ipv4, ipv6, dry_run, status, verbose, quiet, json;
	int64_t rcvbuf;
	mc_time deadline;
};

/* querier_opts is the table of options; its rows from querier_words on, QUERIER_WORDS of them, are those
 * that a file has words for. Offsets are of struct querier_conf. */
extern const struct opt querier_opts[];
extern const struct opt *const querier_words;
enum { QUERIER_WORDS = 13 };

/* querier_conf_init sets the defaults; querier_conf_word finds the row of a file's word, or NULL. */
void querier_conf_init(struct querier_conf *c);
const struct opt *querier_conf_word(const char *word, size_t len);

/* querier_conf_given finds in a command line, before opt_parse has it, the first option that a file has a
 * word for, the versions included, as it was typed; NULL: there is none. */
const char *querier_conf_given(int argc, char *const *argv);

/* querier_conf_field is where a row's value stands in options. */
void *querier_conf_field(struct querier_options *o, const struct opt *row);

bool querier_options_same(struct querier_options a, struct querier_options b);

/* querier_options_check tells whether options can stand together: 0, or -1 and one clause (what, why and what
 * next) in why. */
int querier_options_check(const struct querier_options *o, char *why, size_t cap);

/* querier_proto is the protocol of a family: QUERIER_IGMP, QUERIER_MLD. */
struct mc_proto;
const struct mc_proto *querier_proto(unsigned family);

struct mc_router_conf;
struct mc_iface;

/* querier_options_apply makes of them the configuration of a router of that family (QUERIER_IGMP,
 * QUERIER_MLD), with the interface's address and MTU. prefixes has room for the interface's naddrs;
 * mc_router_conf refers to it. */
struct mc_prefix;
void querier_options_apply(const struct querier_options *o, unsigned family, const struct mc_iface *iface,
			   struct mc_prefix *prefixes, struct mc_router_conf *ret);

/* ---- file.c ------------------------------------------------------------------------------------- */

#define QUERIER_WHY 400

/* querier_file_read reads a file's lines, len octets of text, of that name. Returns 0 and the interfaces
 * that are enabled (free v), or -1 and one line "NAME:LINE:COLUMN: ..." in why. defaults are the options
 * that hold where the file says nothing. */
int querier_file_read(struct querier_ifaces *ret, const char *name, const char *text, size_t len,
		      const struct querier_options *defaults, char why[QUERIER_WHY]);

/* querier_file_load opens and reads it. */
int querier_file_load(struct querier_ifaces *ret, const char *path, const struct querier_options *defaults,
		      char why[QUERIER_WHY]);

#endif
