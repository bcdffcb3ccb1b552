/*
 * sysctl.h - one number of /proc/sys, for saying which limit was met.
 */
#ifndef MCAST_SYSCTL_H
#define MCAST_SYSCTL_H

/* sysctl_read reads "net/ipv4/igmp_max_msf"; -1 where there is none or it is no number. */
long sysctl_read(const char *name);

#endif
