/*
 * aim.h - what is to work: the target of the command line, or each group that a program here has joined.
 */
#ifndef MCAST_DOCTOR_AIM_H
#define MCAST_DOCTOR_AIM_H

#include "net/ifaces.h"
#include "opt.h"

#define AIMS_MOST 256

struct aim {
	struct mc_addr group;
	struct mc_addr source; /* family 0: any, or not known */
	int32_t port;          /* -1: not known */
	uint32_t ifindex;      /* 0: not said */
	/* Where it should arrive, as far as is known: ifindex, else where it is joined, else the route's
	 * to the source, else the route's to the group, else the only interface that there is; 0: nowhere. */
	uint32_t expected;
	bool named; /* by the user */
};

struct aims {
	struct aim v[AIMS_MOST];
	size_t n;
	size_t left_out; /* memberships beyond those */
	bool more;       /* ports or sources of those are left out */
};

struct look;

/* aim_of_words reads [TARGET [SOURCE]] and -I; no words, no aims. 0, or refuses and returns EXIT_CANNOT. Of
 * l it needs verb, conf and ifs. */
int aim_of_words(struct look *l, int n, char **words);

/* aim_of_holders adds each group that programs have joined, as look_begin found them. */
void aim_of_holders(struct look *l);

/* aim_expect settles where each should arrive, after look_begin. */
void aim_expect(struct look *l);

/* aim_mark marks the memberships that are of an aim's group (look.h), once all aims are there. 0 or
 * -ENOMEM. */
int aim_mark(struct look *l);

/* aim_of_kernel tells whether the kernel is in that group itself, wherever it speaks the protocol: no program
 * need have joined. */
bool aim_of_kernel(const struct mc_addr *group);

/* aim_again tells whether an earlier aim has the same group and port, from whatever source and interface. */
bool aim_again(const struct aims *aims, size_t n);

/* aim_again_there: the same group, to arrive on the same interface, from whatever source and port. */
bool aim_again_there(const struct aims *aims, size_t n);

/* aim_groups tells how many groups there are, each on its interface: an aim may stand for a port or a
 * source of one. */
size_t aim_groups(const struct aims *aims);

/* aim_format writes "239.1.2.3:5000 from 10.0.0.9 on eth0", what is known of it. AIM_TEXT is always enough.
 * Returns buf. */
#define AIM_TEXT (2 * MC_ADDR_STRLEN + 4 * MC_IFNAME_SIZE + 32)
char *aim_format(char *buf, size_t cap, const struct look *l, const struct aim *a);

#endif
