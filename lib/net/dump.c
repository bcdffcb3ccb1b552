/*
 * dump.c - all that the kernel has of something, by netlink: the question, and its answer message by message.
 *
 * It knows the frame of an answer (its end, errors, NLM_F_DUMP_INTR), and nothing of what is asked.
 */
#include "net/dump.h"

#include <errno.h>
#include <stdlib.h>

#define BUFFER 32768 /* what iproute2 takes: a dump's part is at most this long */
#define MOST_TRIES 100

struct answer {
	mnl_cb_t cb;
	void *arg;
};

static int take(const struct nlmsghdr *h, void *arg)
{
	const struct answer *a = arg;

	return a->cb(h, a->arg);
}

static int refused(const struct nlmsghdr *h, void *arg)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

	(void)arg;
	if (mnl_nlmsg_get_payload_len(h) < sizeof *e)
		errno = EBADMSG;
	else if (e->error)
		errno = abs(e->error);
	else
		return MNL_CB_STOP;
	return MNL_CB_ERROR;
}

/* A dump that fails after it began, or in a part of the kernel that is not there, tells so at its end:
 * libmnl's own functions do not look. */
static int ended(const struct nlmsghdr *h, void *arg)
{
	const int *result = mnl_nlmsg_get_payload(h);

	(void)arg;
	if (mnl_nlmsg_get_payload_len(h) < sizeof *result || *result >= 0)
		return MNL_CB_STOP;
	errno = -*result;
	return MNL_CB_ERROR;
}

/* Reads the answer to its end. 0, or -1 with errno. */
static int hear(struct mnl_socket *s, uint8_t *buf, uint32_t seq, struct answer *a)
{
	mnl_cb_t frame[] = { [NLMSG_ERROR] = refused, [NLMSG_DONE] = ended };
	unsigned port = mnl_socket_get_portid(s);
	ssize_t r;

	do {
		r = mnl_socket_recvfrom(s, buf, BUFFER);
		if (r > 0)
			r = mnl_cb_run2(buf, (size_t)r, seq, port, take, a, frame,
					sizeof frame / sizeof *frame);
	} while (r > 0);
	return (int)r;
}

int mc_dump(struct mnl_socket *s, struct nlmsghdr *h, mnl_cb_t cb, void *arg)
{
	struct answer a = { cb, arg };
	uint8_t *buf = malloc(BUFFER);

	if (!buf)
		return -ENOMEM;
	while (recv(mnl_socket_get_fd(s), buf, BUFFER, MSG_DONTWAIT) > 0)
		; /* a dump that was not read to its end: the kernel refuses another before that */
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq++;
	ssize_t r = mnl_socket_sendto(s, h, h->nlmsg_len);

	if (r > 0)
		r = hear(s, buf, h->nlmsg_seq, &a);
	int error = r < 0 ? -errno : 0;

	free(buf);
	return error;
}

int mc_dump_once(int bus, struct nlmsghdr *h, mnl_cb_t cb, void (*again)(void *arg), void *arg)
{
	struct mnl_socket *s = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int r = s && mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) == 0 ? -EINTR : -errno;

	for (int i = 0; i < MOST_TRIES && r == -EINTR; i++) {
		if (i && again)
			again(arg);
		r = mc_dump(s, h, cb, arg);
	}
	if (s)
		mnl_socket_close(s);
	return r;
}
