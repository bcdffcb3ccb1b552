/*
 * probe.h - --probe: joins, sends and listens, on one interface and in one group. What it opens with
 * privilege it opens before; what it saw the checks of its own read.
 */
#ifndef MCAST_DOCTOR_PROBE_H
#define MCAST_DOCTOR_PROBE_H

#include "doctor/look.h"

struct probed; /* what is open, and what was seen: for probe*.c alone */

/* probe_open chooses group and interface by the first aim (conf->ipv6 and the default group without one)
 * and opens sockets, link and tap. What it may not open it does without: the checks then say so. 0, or
 * refuses and returns EXIT_CANNOT. */
int probe_open(struct look *l);

/* probe_run takes as long as conf->wait and conf->soak say; progress goes to stderr when that is a
 * terminal. SIGINT ends it early. */
void probe_run(struct look *l);
void probe_close(struct probed *p); /* NULL is good */

#endif
