/*
 * cpu.h - one CPU for this program.
 */
#ifndef MCAST_CPU_H
#define MCAST_CPU_H

#include "opt.h"

/* cpu_pin has the calling thread run on that CPU alone; below 0: nothing is done. 0, or refuses, names the
 * CPUs that there are, and returns EXIT_CANNOT. */
int cpu_pin(const struct verb *v, int64_t cpu);

#endif
