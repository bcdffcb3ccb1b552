/*
 * show.h - the list of findings, as text for people, as JSON, and as a script that mends.
 */
#ifndef MCAST_DOCTOR_SHOW_H
#define MCAST_DOCTOR_SHOW_H

#include "doctor/look.h"

/* show_text prints the list, show_json the document, show_script the commands of --fix, all to stdout. */
void show_text(const struct look *l, const struct findings *f);
void show_json(const struct look *l, const struct findings *f);
void show_script(const struct look *l, const struct findings *f);

#endif
