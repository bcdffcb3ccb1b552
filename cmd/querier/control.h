/*
 * control.h - the local control socket of an interface: who serves an interface holds its socket, so that
 * there is one at a time, and answers on it.
 *
 * It is an abstract Unix socket, "@mcast-querier/IFACE": those belong to a network namespace, as
 * interfaces do, and are gone with their process. Only the same user and root may ask; the kernel tells
 * who does.
 */
#ifndef QUERIER_CONTROL_H
#define QUERIER_CONTROL_H

#include <mcast/base.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "net/loop.h"

struct control;

/* How an answer is wanted. */
enum control_form { CONTROL_TEXT, CONTROL_JSON };

/* What is answered. write writes the state, in a child process with a copy of all memory, so that a slow
 * asker and a long answer stop nothing; prepare, if there is one, is called before that in this process, to
 * look at what the child has no descriptor for. */
struct control_answer {
	void (*prepare)(void *arg);
	void (*write)(void *arg, FILE *to, enum control_form form);
	void *arg;
};

/* Who holds an interface. */
struct control_holder {
	pid_t pid; /* 0: not known, as when it is stopped and many wait for it */
	uid_t uid;
	bool querier; /* of root, of this user, or one that can send as a querier must; else anybody */
};

/* control_open holds the interface of that name, and watches for askers; answer is copied. Returns 0;
 * -EADDRINUSE: somebody else holds it, and *holder tells who; or -errno. */
int control_open(struct control **ret, struct mc_loop *loop, const char *ifname,
		 const struct control_answer *answer, struct control_holder *holder);
void control_close(struct control *c);

/* control_pid is that of who serves, within answer, too. */
pid_t control_pid(void);

/* control_name writes the address of an interface's socket, and returns its length. What is said there: the
 * asker how it wants the state, and who serves CONTROL_OK, the state and a NUL, without which it is not
 * whole; or another line, and no state. Each line ends in a newline. */
#define CONTROL_PREFIX "mcast-querier/"
#define CONTROL_AS_TEXT "text\n"
#define CONTROL_AS_JSON "json\n"
#define CONTROL_OK "ok\n"
#define CONTROL_NOT_ALLOWED "not allowed\n"
#define CONTROL_BUSY "busy\n"
socklen_t control_name(struct sockaddr_un *ret, const char *ifname);

/* ---- ask.c ---------------------------------------------------------------------------------------- */

struct verb;

/* control_ask asks those who serve the named interfaces, n 0: all that are served, prints what they say and
 * gives the exit code. */
int control_ask(const struct verb *v, const char *const *ifnames, size_t n, enum control_form form);

#endif
