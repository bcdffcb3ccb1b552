/*
 * knob.h - switches of /proc/sys/net/ipv{4,6}/conf/IFACE, and the commands that turn them.
 */
#ifndef MCAST_DOCTOR_KNOB_H
#define MCAST_DOCTOR_KNOB_H

#include "doctor/finding.h"

#define KNOB_NAME 96

/* knob_read reads one, of an interface, "all" or "default", and writes the file's name: -1 where there
 * is none. */
long knob_read(char file[KNOB_NAME], uint8_t family, const char *scope, const char *key);

/* knob_mend has a finding mended by setting one. */
void knob_mend(struct finding *x, uint8_t family, const char *scope, const char *key, long value);

/* knob_clear shows one as it is for all interfaces and for one, and has it mended by setting to 0 those
 * of the two that are above that; tells whether there is any. */
bool knob_clear(struct finding *x, uint8_t family, const char *ifname, const char *key);

/* knob_forces names the one that forces a version of IGMP or MLD. */
const char *knob_forces(uint8_t family);

/* knob_dots writes a file's name below /proc/sys as sysctl(8) does, in place: a/b becomes a.b. */
void knob_dots(char *name);

#endif
