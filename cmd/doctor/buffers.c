/*
 * buffers.c - the check buffers: sockets that lost datagrams because nobody read them in time. What was lost
 * before it looked is over, unless the buffer is full still.
 */
#include <netinet/in.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "out.h"
#include "sysctl.h"

struct buffers {
	const struct look *look;
	struct findings *out;
	size_t told, more, seen, before;
};

/* Whether a socket is one that takes what an aim is about. */
static bool concerned(const struct look *l, const struct mc_socket *s, const struct mc_holder *h)
{
	if (s->protocol != IPPROTO_UDP || s->raw)
		return false;
	if ((h && look_holds_aim(l, h)) || (look_named(l) && l->aims.v[0].port == s->port))
		return true;
	for (size_t i = 0; i < l->aims.n && mc_addr_is_multicast(&s->local); i++)
		if (!mc_addr_cmp(&l->aims.v[i].group, &s->local))
			return true;
	return false;
}

static void mend(struct finding *x, const struct mc_socket *now)
{
	long most = sysctl_read("net/core/rmem_max");

	find_saw(x, "its receive buffer", "%u of %u octets are taken", now->queued, now->rcvbuf);
	find_saw(x, "/proc/sys/net/core/rmem_max", "%ld", most);
	/* What a socket reports is twice what was asked for (socket(7)). */
	if (now->rcvbuf != MC_SOCKET_UNKNOWN && most > 0 && (long)(now->rcvbuf / 2) >= most)
		find_mend(x, "sysctl -w net.core.rmem_max=%ld", 4 * most > 67108864 ? 2 * most : 67108864);
	find_advise(x, "have the program ask for a larger buffer (SO_RCVBUF), or read faster");
}

static struct finding *begin(struct buffers *c, enum verdict v, const struct mc_socket *now, const char *more)
{
	const struct mc_holder *h = look_holder(c->look, now->inode);
	char who[LOOK_PROCESS] = "a socket", at[OUT_ENDPOINT_SIZE];

	if (h)
		look_process(who, sizeof who, h);
	out_endpoint(at, sizeof at, &now->local, now->port, NULL);
	struct finding *x = find(c->out, v, "%s at %s lost %u datagrams as its receive buffer was full%s",
				 who, at, now->drops, more);

	x->pid = h && h->process ? h->process->pid : 0;
	find_saw(x, now->family == MC_IPV6 ? "/proc/net/udp6" : "/proc/net/udp", "drops %u, inode %llu",
		 now->drops, (unsigned long long)now->inode);
	return x;
}

static void judge(struct buffers *c, const struct mc_socket *before, const struct mc_socket *now)
{
	char more[48] = "";
	uint32_t grew = before ? now->drops - before->drops : now->drops;
	bool full = now->rcvbuf != MC_SOCKET_UNKNOWN && now->queued > now->rcvbuf / 4 * 3;

	if (!concerned(c->look, now, look_holder(c->look, now->inode)))
		return;
	c->seen++;
	if (!now->drops)
		return;
	if (!grew && !full) {
		if (c->before++ < CHECKS_MOST)
			find_advise(begin(c, VERDICT_OK, now,
					  " since it was opened, and none while it looked"),
				    "-w 60 looks for longer");
		return;
	}
	if (c->told++ >= CHECKS_MOST) {
		c->more++;
		return;
	}
	if (grew)
		snprintf(more, sizeof more, ", %u of them just now", grew);
	mend(begin(c, VERDICT_FAULT, now, grew ? more : ", and it is full now"), now);
}

static const char *what_is_well(const struct buffers *c)
{
	if (look_named(c->look))
		return c->seen ? "no socket that takes it has lost anything" : "no socket takes it";
	return c->seen ? "no socket that takes what is joined here has lost anything" :
			 "no socket takes a group that is joined here";
}

void check_buffers(const struct look *l, struct findings *out)
{
	struct buffers c = { .look = l, .out = out };

	for (size_t i = 0; i < l->nlater; i++)
		judge(&c, mc_sockets_find(l->sockets, l->nsockets, l->later[i].inode), &l->later[i]);
	if (c.more)
		find(out, VERDICT_FAULT, "%zu more sockets lost datagrams", c.more);
	if (!c.told && !c.before)
		find(out, VERDICT_OK, "%s; a buffer has %ld octets unless a program asks, and at most %ld",
		     what_is_well(&c), sysctl_read("net/core/rmem_default"),
		     sysctl_read("net/core/rmem_max"));
}
