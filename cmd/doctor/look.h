/*
 * look.h - all that the checks read: taken from the kernel at once, and what changes a second time at the
 * end of the window. Checks themselves read single files of /proc/sys (sysctl.h) and ask for routes
 * (way.h); the rest is here.
 */
#ifndef MCAST_DOCTOR_LOOK_H
#define MCAST_DOCTOR_LOOK_H

#include <jansson.h>

#include "doctor/aim.h"
#include "doctor/doctor.h"
#include "doctor/finding.h"
#include "net/bridges.h"
#include "net/counters.h"
#include "net/holders.h"
#include "net/ifcount.h"
#include "net/mroute.h"

struct look_iface { /* one for each of ifs, in its order */
	uint32_t ifindex;
	struct mc_ifcount before, after;
	bool counted; /* both were read */
};

struct arrivals; /* arrivals.h */
struct probed;   /* probe.h */
struct withs;    /* with.h */

struct look {
	const struct verb *verb;
	const struct doctor_conf *conf;
	struct aims aims;
	struct mc_ifaces *ifs; /* at the end, once that has come, */
	struct mc_ifaces *was; /* and at the beginning */
	struct mc_memberships memberships;
	struct mc_socket *sockets; /* at the beginning, and at the end of the window */
	size_t nsockets;
	struct mc_socket *later;
	size_t nlater;
	struct mc_processes processes;
	struct mc_holders holders; /* at the beginning */
	struct mc_bridges bridges;
	int bridges_error; /* -errno; the others, without which nothing can be said, end the run */
	struct mc_mroutes mroutes;
	int mroutes_error;
	struct mc_counters *before, *after;
	size_t nifaces;
	struct look_iface *ifaces;
	mc_time began;    /* mc_loop_now at the first */
	mc_time window;   /* that passed between the two */
	bool *aimed;      /* for each membership: an aim is of its group; aim_mark's */
	json_t *rules[2]; /* nftables' at the beginning and the end: rules.h; NULL: rules_why tells why */
	const char *rules_why;
	struct arrivals *arrivals; /* NULL: not allowed, arrivals_error; */
	int arrivals_error;
	mc_time opened, listened; /* mc_loop_now when arrivals were; for how long they were taken */
	struct probed *probed;    /* NULL: without --probe */
	struct withs *with;       /* NULL: without --with */
};

/* look_begin takes all of it but ifs, which is there, and what has headers of its own (rules, arrivals,
 * probed, with), look_end what is read a second time: 0, or -errno of that without which nothing can be
 * said. Counters come first: looking for holders is a part of the window. look_free frees what there is,
 * in any case. */
int look_begin(struct look *l);
int look_end(struct look *l);
void look_free(struct look *l);

/* look_name is an interface's name, of one that went away meanwhile, too; "?" for one that was never
 * there. */
const char *look_name(const struct look *l, uint32_t ifindex);

/* look_process writes "name[pid]", or "somebody" where it (NULL, too) is not known, so that it can be shown
 * (out_plain); LOOK_PROCESS octets are always enough. Returns buf. */
#define LOOK_PROCESS (4 * 16 + 16)
char *look_process(char *buf, size_t cap, const struct mc_holder *h);

/* look_named tells whether there is a target of the command line; else all is about what is joined here. */
bool look_named(const struct look *l);

/* look_takes tells whether a socket's port and address are such that it gets a group's datagrams to a
 * port, were it joined by whomever. */
bool look_takes(const struct mc_socket *s, const struct mc_addr *group, uint16_t port);

/* look_sends gives a socket here that is connected to a group, and so sends there; NULL: none is. */
const struct mc_socket *look_sends(const struct look *l, const struct mc_addr *group);

/* look_joined gives the first membership of a group, on whichever interface, or NULL. */
const struct mc_membership *look_joined(const struct look *l, const struct mc_addr *group);

/* look_holder gives the holder that a socket is, or NULL. */
const struct mc_holder *look_holder(const struct look *l, uint64_t inode);

/* look_holds tells whether a socket has joined a group, on whichever interface; look_holds_aim: any
 * group that an aim is of. */
bool look_holds_aim(const struct look *l, const struct mc_holder *h);
bool look_holds(const struct look *l, const struct mc_holder *h, const struct mc_addr *group);

#endif
