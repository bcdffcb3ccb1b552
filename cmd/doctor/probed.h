/*
 * probed.h - what --probe has open and what it saw, in parts: each is one file's, and the checks read it.
 * Times that the kernel stamped, and what is compared with them, are CLOCK_REALTIME; others the loop's.
 */
#ifndef MCAST_DOCTOR_PROBED_H
#define MCAST_DOCTOR_PROBED_H

#include <mcast/link.h>
#include <mcast/sock.h>

#include "doctor/arrivals.h"
#include "doctor/probe.h"
#include "net/loop.h"

#define PROBED_QUERIERS 8
#define PROBED_SERVERS 8
#define PROBED_REPORT (MC_SEC + MC_SEC / 4) /* reports are sent, and sent again, within a second */

/* A datagram that does not leave the machine, to the group and a port of its own: back.c. */
struct probed_back {
	int out, in; /* sockets; -1 */
	uint16_t port;
	struct mc_addr from;
	uint64_t session;
	mc_time sent, came; /* 0: was not, did not */
	int error;          /* -errno; 0 */
	const char *failed; /* what could not even be tried: "join"; NULL: the sending itself failed */
};

struct probed_querier {
	struct mc_addr addr;
	uint8_t version;
	bool own;            /* this machine is */
	unsigned queries;    /* general ones */
	mc_time first, last; /* of these */
	uint32_t interval;   /* that it announces, in seconds; 0: none */
};

/* IGMP or MLD on the link, and our own report: heard.c. */
struct probed_heard {
	struct mc_link *link;
	int error; /* -errno of opening, or that which ended it */
	size_t n, more;
	struct probed_querier queriers[PROBED_QUERIERS];
	struct mc_addr group; /* the report is of it: the probed one, or another chosen for that */
	bool chosen;
	int member;     /* socket that joined it, where it is another; -1 */
	int join_error; /* -errno; 0 */
	mc_time joined; /* 0: not yet */
	mc_time left;   /* when the report left; 0: none was seen */
	uint8_t version;
	struct mc_addr from;
};

/* What arrives, at the interface and at a socket: flow.c. */
struct probed_flow {
	int member;     /* joined the group, bound to no port that matters */
	int fd;         /* bound to group and port; -1: the port is not known yet, or error */
	int error;      /* -errno of that socket; 0 */
	int join_error; /* -errno; 0 */
	struct arrivals *taps;
	int taps_error;
	mc_time joined;             /* the socket gets what comes from then on; 0: not yet */
	uint64_t datagrams, octets; /* that reached the socket from elsewhere */
	uint64_t local;             /* datagrams from this machine */
	uint32_t full;              /* lost as the socket's buffer was full */
	mc_time last, gap;          /* the newest, and the longest time between two */
	mc_time end;                /* what came later does not count; 0: not yet */
};

struct probed_server {
	struct mc_addr addr;
	bool own;     /* on this machine */
	int32_t ttl;  /* the least that it took to get there */
	int32_t hops; /* as the TTL of the answer tells; -1 */
	unsigned answers;
	mc_time trip; /* the shortest round trip */
};

/* Questions to a `mcast serve`: asked.c. */
struct probed_asked {
	int fd; /* -1 */
	int error;
	bool busy; /* not asked, as other datagrams are on the port */
	uint16_t port;
	uint64_t session;
	unsigned sent;
	int32_t most; /* the largest TTL tried */
	size_t n, more;
	struct probed_server servers[PROBED_SERVERS];
};

struct probed {
	struct mc_addr group, source; /* source: family 0 is any */
	uint32_t ifindex;             /* 0: no interface can multicast */
	uint16_t port;                /* 0: not known */
	bool named;                   /* by the user */
	bool loopback;                /* it is a loopback interface */
	mc_time wait;                 /* as long as was meant */
	mc_time began, ended;         /* of listening */
	bool stopped;                 /* by a signal */
	struct mc_batch *batch;
	struct probed_back back;
	struct probed_heard heard;
	struct probed_flow flow;
	struct probed_asked asked;
};

/* Of each part: open what may need privilege, begin, take what came, close. None fails: what could not be
 * done is told in the part. */
void back_open(struct probed *p);
void back_send(struct probed *p);
void back_take(struct probed *p);
void back_close(struct probed *p);

void heard_open(struct probed *p);
void heard_join(const struct look *l, struct probed *p);
void heard_take(const struct look *l, struct probed *p);
void heard_close(struct probed *p);

void flow_open(const struct look *l, struct probed *p);
void flow_join(struct probed *p);
void flow_take(const struct look *l, struct probed *p);
void flow_end(
	struct probed *p); /* what comes from now on does not count; what came before may still be taken */
void flow_leave(struct probed *p); /* closes the sockets; what came can still be read */
void flow_close(struct probed *p);

/* flow_seen adds up what came in by the probed interface to group and port, from the source that is wanted
 * where one is: as the tap saw it. flow_other gives a stream of the group that is none of that, by another
 * interface or (elsewhere false) on this one; NULL. */
struct flow_seen {
	uint64_t datagrams, octets;
	struct mc_addr source; /* of the largest stream */
	uint64_t most;
};
void flow_seen(const struct look *l, const struct probed *p, struct flow_seen *ret);
const struct arrival *flow_other(const struct look *l, const struct probed *p, bool elsewhere);

void asked_open(struct probed *p);
/* asked_next sends the questions of the next TTL and tells how long to wait for answers; 0: it is over. */
mc_time asked_next(const struct look *l, struct probed *p);
void asked_take(const struct look *l, struct probed *p);
void asked_close(struct probed *p);

/* probed_blind adds that a part could not look, with the reason, and tells so: error is not 0, or nothing was
 * probed at all. */
bool probed_blind(const struct probed *p, struct findings *f, const char *what, int error);

/* probed_idle adds that nothing can come in by the interface, which is down or has no carrier, and tells
 * so. */
bool probed_idle(const struct look *l, struct findings *f);

/* probed_group writes the group, with the port where that is known. Returns buf. */
#define PROBED_GROUP 80
char *probed_group(const struct probed *p, char buf[PROBED_GROUP]);

#endif
