/*
 * tell.h - what is told while the querier runs, as lines of text; or as JSON, where json.h takes over.
 */
#ifndef QUERIER_TELL_H
#define QUERIER_TELL_H

#include <mcast/msg.h>

#include "opt.h"
#include "querier/links.h"

enum told_kind {
	TOLD_INTERFACE, /* its state, or its address, has changed */
	TOLD_QUERIER,   /* addr is the querier, self: this machine; previous was */
	TOLD_HOST,      /* addr is a member of group, or (not present) is none any more */
	TOLD_GROUP,     /* what is wanted of group has changed */
	TOLD_VERSION,   /* of group */
	TOLD_WARNING,
	TOLD_QUERY,     /* this machine asks; not sent: it would */
	TOLD_MESSAGE,   /* somebody else says something */
	TOLD_RELOAD,
};

/* Addresses one after the other. */
struct told_list {
	const struct mc_addr *v;
	size_t n;
};

struct told {
	enum told_kind kind;
	mc_time time;                    /* CLOCK_REALTIME */
	const struct querier_link *link; /* NULL: of none */
	unsigned family;                 /* QUERIER_FAMILIES: of the link as a whole, or of none */
	struct mc_addr group, addr, previous;
	bool self, previous_self, present, expired, sent, ok;
	bool known; /* for people this says nothing that the line before did not */
	uint8_t version;
	enum mc_mode mode;
	struct told_list sources;  /* HOST: of its filter; GROUP: wanted */
	struct told_list excluded; /* GROUP */
	uint32_t hosts;            /* that are known in the group now */
	const char *warning, *text; /* WARNING: its name; WARNING, RELOAD: in words */
	uint32_t missed;
	const struct mc_msg *msg;
};

struct tell {
	const struct verb *verb;
	bool json, quiet;
};

/* tell prints what is told, and does not flush: warnings, and what went wrong, as text to stderr. */
void tell(const struct tell *w, const struct told *t);

/* tell_line writes the line of it, without time. Returns buf; empty: there is nothing to say. */
#define TELL_LINE 4096
char *tell_line(const struct told *t, char *buf, size_t cap);

/* tell_end prints what was sent, heard and dropped on each link; so far, or in all. */
void tell_end(const struct tell *w, struct querier_link *const *links, size_t n, mc_time ran, bool final);

/* tell_sum writes the line of it of one family. Returns buf. */
char *tell_sum(const struct querier_link *l, unsigned family, char *buf, size_t cap);

/* tell_lost writes the line, or the object, that says how many were left out because nobody took them.
 * Returns its length. */
size_t tell_lost(const struct tell *w, uint64_t lines, char *buf, size_t cap);

#endif
