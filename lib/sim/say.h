/*
 * say.h - what a script wants and what was seen, in the words of the language, for people who compare the
 * two.
 */
#ifndef MC_SAY_H
#define MC_SAY_H

#include "base/text.h"
#include "sim/cast.h"

/* An address is said by the name that it has in a script, where it has one. */
void mc_say_addr(struct mc_text *t, const struct mc_cast *c, const struct mc_addr *a);
void mc_say_name(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_name *name);
void mc_say_set(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_set *set);
void mc_say_time(struct mc_text *t, mc_time time);        /* "31.25"; MC_NEVER: "none" */
void mc_say_yes(struct mc_text *t, bool yes);
void mc_say_version(struct mc_text *t, unsigned version); /* "v2" */
void mc_say_word(struct mc_text *t, const char *word);    /* with a blank before it */
void mc_say_number(struct mc_text *t, const char *word, uint64_t value);

void mc_say_message(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_message *m);

/* mc_say_packet says what was sent; of fields those that `like`, where it is not NULL, names, and what of
 * the header is not as the standards want it. */
void mc_say_packet(struct mc_text *t, const struct mc_cast *c, const struct mc_lan_packet *p,
		   const struct mc_sim_message *like);

#endif
