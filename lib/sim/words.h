/*
 * words.h - reading a script: the words of a line with their places, the values that they are, refusals, and
 * the memory that what is understood is kept in.
 *
 * A function that takes something from the line returns false where it refuses, and then p->err and *p->error
 * are set. mc_words_* take words and values (words.c), mc_names_* what stands for an address, a node or
 * several (names.c), mc_options_* options of nodes (options.c), mc_message_* messages (message.c),
 * mc_event_take an event (events.c), mc_state_take what a state is to be (states.c). parse.c takes them
 * together line by line.
 */
#ifndef MC_WORDS_H
#define MC_WORDS_H

#include "sim/script.h"

enum { MC_SIM_NODES_MOST = 10000000, MC_SIM_LINES_MOST = 1000000, MC_SIM_TEXT_MOST = 64 << 20 };
enum { MC_SIM_SET_MOST = 65535, MC_SIM_OCTETS_MOST = 65535 };
enum { MC_SIM_AS_IPV4 = 1, MC_SIM_AS_IPV6 = 2, MC_SIM_AS_BOTH = 3 }; /* families, as an event's */

#define MC_SIM_TIME_MOST (1000000000 * MC_SEC)

/* What p->err is when a name means one node as IPv4 and another as IPv6: the line is read again for each. */
#define MC_WORDS_SPLIT 1

/* A word: no blank, or one of { } and the comma, which are words of themselves. len 0: the end of the
 * line. */
struct mc_word {
	const char *s;
	size_t len;
	struct mc_place place;
};

/* A list that grows; what it holds is kept by mc_words_keep once it is complete. */
struct mc_list {
	uint8_t *base;
	size_t n, cap; /* cap: octets */
};

struct mc_known; /* names.c */

struct mc_words {
	struct mc_sim *sim;
	struct mc_sim_error *error;
	int err;
	/* the line: its first octet, what comes next, its end without comment and the blanks before that */
	const char *begin, *at, *end;
	uint32_t line;
	struct mc_word last;  /* the word that was taken last */
	uint8_t families;     /* that this line runs as */
	uint8_t wanted;       /* that lines without a family in front run as */
	bool family_fixed;    /* something that depends on it was read */
	mc_time latest[2];    /* by family: the time of the event above */
	struct mc_lan_link link[2]; /* by family: as the events above have made it */
	uint32_t addresses[2];      /* by family: given to nodes without one of their own */
	struct mc_place end_place;
	mc_time last_time; /* the last that a line names, and which */
	uint32_t last_time_line;
	uint32_t seen; /* settings: a bit each */
	size_t cap_nodes, cap_events;
	struct mc_known *known; /* a hash table */
	size_t n_known, cap_known;
	struct mc_list names, records, messages, options, prefixes, details, fractions, octets;
};

/* Whether the line that is read runs as IPv4 (side 0), as IPv6 (side 1). */
static inline bool mc_words_run(const struct mc_words *p, unsigned side)
{
	return p->families >> side & 1;
}

/* mc_words_line begins a line; the text is checked (parse.c). */
void mc_words_line(struct mc_words *p, const char *s, size_t len);

/* ---- refusals: all return false ------------------------------------------------------------- */

bool mc_words_refuse(struct mc_words *p, struct mc_place place, const char *form, ...)
	__attribute__((format(printf, 3, 4)));
bool mc_words_no_memory(struct mc_words *p);

/* For "%.*s": a word, cut where it is long. */
#define MC_SHOWN(w) ((w)->len < 40 ? (int)(w)->len : 40), (w)->s

/* mc_words_no refuses a word for not being of a kind: "'x' is no time (31.25, 10s)", or the end of the
 * line for being where one should stand. what: "time (31.25, 10s)". */
bool mc_words_no(struct mc_words *p, const struct mc_word *w, const char *what);

/* mc_words_no_member refuses the word taken last, which asks a host role of a router that has none. */
bool mc_words_no_member(struct mc_words *p, const struct mc_sim_node *d);

/* ---- words ---------------------------------------------------------------------------------- */

struct mc_word mc_words_peek(const struct mc_words *p);
struct mc_word mc_words_next(struct mc_words *p);
bool mc_words_more(const struct mc_words *p);
bool mc_word_is(const struct mc_word *w, const char *text);
bool mc_words_accept(struct mc_words *p, const char *text); /* takes it if it comes next; refuses nothing */
bool mc_words_expect(struct mc_words *p, const char *text);
bool mc_words_done(struct mc_words *p); /* the line ends here */

/* A table of words begins each of its rows so; use: bits that say where the word may stand. */
struct mc_choice {
	const char *word;
	unsigned use;
};

struct mc_table {
	const void *rows;
	size_t n, size;
	const char *what; /* "record type" */
};

#define MC_TABLE(rows, what)                                                        \
	{                                                                           \
		(rows), sizeof(rows) / sizeof((rows)[0]), sizeof((rows)[0]), (what) \
	}

/* mc_words_find gives the row of a word that may stand in one of these uses, or NULL. mc_words_pick takes
 * it, or refuses the word with those that may stand there, as mc_words_unknown does. */
const void *mc_words_find(const struct mc_word *w, const struct mc_table *t, unsigned use);
const void *mc_words_pick(struct mc_words *p, const struct mc_table *t, unsigned use);
bool mc_words_unknown(struct mc_words *p, const struct mc_word *w, const struct mc_table *t, unsigned use);

/* ---- values --------------------------------------------------------------------------------- */

bool mc_words_time(struct mc_words *p, mc_time *ret);
bool mc_words_time_or(struct mc_words *p, const char *never, mc_time *ret); /* that word: MC_NEVER */
bool mc_words_number(struct mc_words *p, uint64_t least, uint64_t most, uint64_t *ret);
bool mc_words_fraction(struct mc_words *p, double *ret);
bool mc_words_yes(struct mc_words *p, uint64_t *ret); /* yes: 1, no: 0 */
bool mc_words_version(struct mc_words *p, bool older, int *ret); /* older: not the newest */
bool mc_words_octets(struct mc_words *p, uint8_t **ret,
		     uint32_t *n); /* hexadecimal, as many words as there are */
bool mc_words_fractions(struct mc_words *p, struct mc_sim_fractions *ret); /* f=0.1,0.9 */
bool mc_words_are_fractions(const struct mc_word *w);                      /* begins with f= */

/* The same for a piece of a word; what is refused is the word. mc_words_is_time refuses nothing. */
bool mc_words_time_in(struct mc_words *p, const struct mc_word *w, const char *s, size_t len, mc_time *ret);
bool mc_words_number_in(struct mc_words *p, const struct mc_word *w, const char *s, size_t len,
			uint64_t least, uint64_t most, uint64_t *ret);
bool mc_words_is_time(const struct mc_word *w);

/* mc_words_seconds writes a time as seconds: "31.25". buf holds at least 24. */
char *mc_words_seconds(mc_time t, char *buf, size_t cap);

/* ---- memory --------------------------------------------------------------------------------- */

/* mc_words_add gives one element more of a list, all zero. mc_words_keep gives what the list holds, kept
 * for as long as the script is, and empties it. NULL: no memory, p->err is set; keep: or nothing is in it. */
void *mc_words_add(struct mc_words *p, struct mc_list *list, size_t size);
void *mc_words_keep(struct mc_words *p, struct mc_list *list, size_t size, uint32_t *n);

/* mc_words_room makes room for element n of an array that grows by half, and gives it, all zero; NULL: as
 * above. */
void *mc_words_room(struct mc_words *p, void *array, size_t n, size_t *cap, size_t size);

/* ---- names ---------------------------------------------------------------------------------- */

/* A word with brackets: H[7], H[1..500], H[*]. */
struct mc_row {
	struct mc_word base;
	uint32_t first, last; /* of H[*]: 0, 0 */
};

bool mc_names_is_row(const struct mc_word *w); /* by its look */
bool mc_names_read_row(const struct mc_word *w, struct mc_row *ret);
bool mc_names_row(struct mc_words *p, const struct mc_word *w, struct mc_row *ret);

/* mc_names_define makes a word stand for an address, for each family of the line; mc_names_node for
 * declaration number `at`, counted from 1. Refused where it has a meaning already, or could not be told
 * from other words. */
bool mc_names_define(struct mc_words *p, const struct mc_word *w, const struct mc_sim_name *name);
bool mc_names_node(struct mc_words *p, const struct mc_word *w, uint32_t at);
void mc_names_free(struct mc_words *p);

/* mc_names_builtin gives what a word such as G1 or R2 stands for without any node or setting; false: nothing.
 * mc_names_taken: it may not be given another meaning; a node may be called R1 or H1. */
bool mc_names_builtin(const struct mc_word *w, unsigned side, struct mc_addr *ret);
bool mc_names_taken(const struct mc_word *w, bool node);

/* mc_names_range takes G[1..50], of a stem that begins with one of the letters; mc_names_nth gives its
 * n-th. */
bool mc_names_range(struct mc_words *p, const char *letters, struct mc_row *ret);
void mc_names_nth(const struct mc_row *row, uint32_t n, struct mc_sim_name *ret);

/* mc_names_part gives the part of A|B that is of a family, or the word itself. mc_names_other_family
 * refuses it for being of the other one alone. */
struct mc_word mc_names_part(const struct mc_word *w, unsigned side);
bool mc_names_other_family(struct mc_words *p, const struct mc_word *w, unsigned side);

/* mc_names_stands tells whether a word stands for an address in one family at least. */
bool mc_names_stands(const struct mc_words *p, const struct mc_word *w);

bool mc_names_address(struct mc_words *p, struct mc_sim_name *ret);
bool mc_names_set(struct mc_words *p, struct mc_sim_set *ret);
bool mc_names_groups(struct mc_words *p, struct mc_sim_groups *ret);
bool mc_names_prefix(struct mc_words *p, struct mc_prefix ret[2]);

/* mc_names_who takes a node, or nodes of a row; *node is their declaration. */
bool mc_names_who(struct mc_words *p, struct mc_sim_who *ret, const struct mc_sim_node **node);

/* ---- pieces of lines ------------------------------------------------------------------------ */

/* mc_options_take takes options of a role up to the end of the line; running: those that may be set in a
 * node that is on, up to a word that ends an event. */
bool mc_options_take(struct mc_words *p, enum mc_sim_role role, bool running, struct mc_sim_options *ret);

/* mc_link_take takes what is said of the link; what is not said stays in *link as it was. */
bool mc_link_take(struct mc_words *p, struct mc_lan_link *link);

/* mc_message_take takes a message without its fields, mc_message_field one field (seen: of a message that
 * must be seen); mc_message_check refuses what the version in which it is to be does not have. */
bool mc_message_take(struct mc_words *p, struct mc_sim_message *m);
bool mc_message_field(struct mc_words *p, struct mc_sim_message *m, bool seen);
bool mc_message_check(struct mc_words *p, const struct mc_sim_message *m);

bool mc_state_take(struct mc_words *p, const struct mc_sim_node *node, struct mc_sim_state *s);

/* mc_event_take takes a whole event. */
bool mc_event_take(struct mc_words *p, struct mc_sim_event *e);

#endif
