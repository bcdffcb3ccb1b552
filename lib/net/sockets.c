/*
 * sockets.c - the sockets of a network namespace that may hold memberships, by sock_diag(7) and /proc/net.
 *
 * sock_diag tells more, option memory above all, but a kernel may lack it for one kind or another; of ping
 * sockets it never knows. It does not know which memberships a socket has, nor who has it open.
 */
#include "net/sockets.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/attr.h"
#include "net/dump.h"
#include "net/proc.h"
#include "net/sockaddr.h"

struct list {
	struct mc_socket *v;
	size_t n;
};

/* ---- order -------------------------------------------------------------------------- */

static int by_inode(const void *a, const void *b)
{
	const struct mc_socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* A socket that moves while a table is read may be told twice. */
static void put_in_order(struct list *l)
{
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_inode);
	for (size_t i = 0; i < l->n; i++)
		if (!n || l->v[n - 1].inode != l->v[i].inode)
			l->v[n++] = l->v[i];
	l->n = n;
}

const struct mc_socket *mc_sockets_find(const struct mc_socket *v, size_t n, uint64_t inode)
{
	const struct mc_socket key = { .inode = inode };

	return n ? bsearch(&key, v, n, sizeof *v, by_inode) : NULL;
}

/* ---- tables ------------------------------------------------------------------------- */

/* Four octets, as a number in this machine's order. */
static bool read_octets(const char *at, uint8_t ret[4])
{
	uint64_t number;

	if (!mc_word_number((struct mc_line){ at, at + 8 }, 16, UINT32_MAX, &number))
		return false;
	memcpy(ret, &(uint32_t){ (uint32_t)number }, 4);
	return true;
}

/* "0100007F:0035" */
static bool read_end(struct mc_line w, uint8_t family, struct mc_addr *ret, uint16_t *ret_port)
{
	size_t len = family == MC_IPV6 ? 16 : 4;
	uint64_t port;

	if ((size_t)(w.end - w.at) <= 2 * len + 1 || w.at[2 * len] != ':')
		return false;
	ret->family = family;
	for (size_t i = 0; i < len; i += 4)
		if (!read_octets(w.at + 2 * i, ret->b + i))
			return false;
	w.at += 2 * len + 1;
	if (!mc_word_number(w, 16, UINT16_MAX, &port))
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* What is behind a colon: "00000000:00001200" */
static bool read_behind(struct mc_line w, uint32_t *ret)
{
	uint64_t number;

	while (w.at < w.end && *w.at != ':')
		w.at++;
	if (w.at == w.end)
		return false;
	w.at++;
	if (!mc_word_number(w, 16, UINT32_MAX, &number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

static bool read_number(struct mc_line *l, uint64_t most, uint64_t *ret)
{
	return mc_word_number(mc_line_word(l), 10, most, ret);
}

static void skip_words(struct mc_line *l, unsigned n)
{
	while (n-- > 0)
		mc_line_word(l);
}

/* sl local remote st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops */
static bool read_line(struct mc_line l, struct mc_socket *s)
{
	uint64_t uid, drops = 0;

	skip_words(&l, 1);
	if (!read_end(mc_line_word(&l), s->family, &s->local, &s->port) ||
	    !read_end(mc_line_word(&l), s->family, &s->peer, &s->peer_port))
		return false;
	skip_words(&l, 1);
	if (!read_behind(mc_line_word(&l), &s->queued))
		return false;
	skip_words(&l, 2);
	if (!read_number(&l, UINT32_MAX, &uid))
		return false;
	skip_words(&l, 1);
	if (!read_number(&l, UINT64_MAX, &s->inode) || !s->inode)
		return false;
	skip_words(&l, 2);
	read_number(&l, UINT32_MAX, &drops);
	s->uid = (uint32_t)uid;
	s->drops = (uint32_t)drops;
	return true;
}

/* What is a port elsewhere is a raw socket's protocol. */
static void settle_raw(struct mc_socket *s)
{
	s->protocol = (uint8_t)s->port;
	s->port = s->peer_port = 0;
}

static int parse(struct list *l, const char *text, const struct mc_socket *kind)
{
	struct mc_line line;

	while (mc_line_next(&text, &line)) {
		struct mc_socket s = *kind, *slot;

		if (!read_line(line, &s))
			continue;
		if (s.raw)
			settle_raw(&s);
		slot = mc_grow_twice(&l->v, &l->n, sizeof *slot);
		if (!slot)
			return -ENOMEM;
		*slot = s;
	}
	return 0;
}

static struct mc_socket kind_of(uint8_t family, uint8_t protocol, bool raw)
{
	return (struct mc_socket){ .family = family,
				   .protocol = protocol,
				   .raw = raw,
				   .options = MC_SOCKET_UNKNOWN,
				   .rcvbuf = MC_SOCKET_UNKNOWN,
				   .all = -1,
				   .loop = -1 };
}

int mc_sockets_parse(struct mc_socket **v, size_t *n, const char *text, uint8_t family, uint8_t protocol,
		     bool raw)
{
	const struct mc_socket kind = kind_of(family, protocol, raw);
	struct list l = { *v, *n };
	int r = parse(&l, text, &kind);

	put_in_order(&l);
	*v = l.v;
	*n = l.n;
	return r;
}

/* ---- sock_diag ---------------------------------------------------------------------- */

struct asked {
	struct list *list;
	size_t before; /* how many there were */
	struct mc_socket kind;
};

static struct mc_addr addr_of(uint8_t family, const uint32_t words[4])
{
	struct mc_addr a = { .family = family };

	memcpy(a.b, words, family == MC_IPV6 ? 16 : 4);
	return a;
}

static void read_memory(struct mc_socket *s, const struct nlattr *a)
{
	uint32_t v[SK_MEMINFO_VARS] = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	if (len < (SK_MEMINFO_OPTMEM + 1) * sizeof *v)
		return;
	memcpy(v, mnl_attr_get_payload(a), len < sizeof v ? len : sizeof v);
	s->queued = v[SK_MEMINFO_RMEM_ALLOC];
	s->rcvbuf = v[SK_MEMINFO_RCVBUF];
	s->options = v[SK_MEMINFO_OPTMEM];
	s->drops = v[SK_MEMINFO_DROPS];
}

static void read_attr(struct mc_socket *s, const struct nlattr *a)
{
	struct inet_diag_sockopt told = { 0 };

	switch (mnl_attr_get_type(a)) {
	case INET_DIAG_SKMEMINFO:
		read_memory(s, a);
		break;
	case INET_DIAG_PROTOCOL:
		if (s->raw)
			s->protocol = mc_attr_u8(a);
		break;
	case INET_DIAG_SOCKOPT:
		if (s->family != MC_IPV4 || mnl_attr_get_payload_len(a) < sizeof told)
			break;
		memcpy(&told, mnl_attr_get_payload(a), sizeof told);
		s->all = (int8_t)told.mc_all;
		s->loop = (int8_t)told.mc_loop;
		break;
	default:
		break;
	}
}

static int take(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	struct asked *asked = arg;
	struct mc_socket *s;
	const struct nlattr *a;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(h) < sizeof *m ||
	    !m->idiag_inode) /* the kernel's own, which nobody has open */
		return MNL_CB_OK;
	s = mc_grow_twice(&asked->list->v, &asked->list->n, sizeof *s);
	if (!s)
		return MNL_CB_ERROR;
	*s = asked->kind;
	s->inode = m->idiag_inode;
	s->local = addr_of(s->family, m->id.idiag_src);
	s->peer = addr_of(s->family, m->id.idiag_dst);
	s->port = ntohs(m->id.idiag_sport);
	s->peer_port = ntohs(m->id.idiag_dport);
	s->ifindex = m->id.idiag_if;
	s->uid = m->idiag_uid;
	s->queued = m->idiag_rqueue;
	if (s->raw)
		settle_raw(s);
	MC_EACH_ATTR(a, h, sizeof *m)
		read_attr(s, a);
	return MNL_CB_OK;
}

static void begin_again(void *arg)
{
	struct asked *asked = arg;

	asked->list->n = asked->before;
}

static int ask(struct list *l, const struct mc_socket *kind)
{
	uint8_t buf[MC_DUMP_ROOM] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct asked asked = { l, l->n, *kind };
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(h, sizeof *req);

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req->sdiag_family = kind->family == MC_IPV6 ? AF_INET6 : AF_INET;
	req->sdiag_protocol = kind->raw ? IPPROTO_RAW : kind->protocol;
	req->idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	req->idiag_states = UINT32_MAX;
	return mc_dump_once(NETLINK_SOCK_DIAG, h, take, begin_again, &asked);
}

/* ---- all of them -------------------------------------------------------------------- */

static const struct {
	const char *table; /* below /proc/net */
	uint8_t family, protocol;
	bool raw, asks; /* sock_diag may know it */
} kinds[] = {
	{ "udp", MC_IPV4, IPPROTO_UDP, false, true },
	{ "udp6", MC_IPV6, IPPROTO_UDP, false, true },
	{ "udplite", MC_IPV4, IPPROTO_UDPLITE, false, true },
	{ "udplite6", MC_IPV6, IPPROTO_UDPLITE, false, true },
	{ "raw", MC_IPV4, 0, true, true },
	{ "raw6", MC_IPV6, 0, true, true },
	{ "icmp", MC_IPV4, IPPROTO_ICMP, false, false },
	{ "icmp6", MC_IPV6, IPPROTO_ICMPV6, false, false },
};

static int read_table(struct list *l, const char *name, const struct mc_socket *kind)
{
	char *text;
	int r = mc_proc_net(name, &text);

	if (r)
		return r == -ENOENT ? 0 : r;
	r = parse(l, text, kind);
	free(text);
	return r;
}

static int read_kind(struct list *l, size_t which)
{
	const struct mc_socket kind = kind_of(kinds[which].family, kinds[which].protocol, kinds[which].raw);
	size_t before = l->n;
	int r = kinds[which].asks ? ask(l, &kind) : -ENOENT;

	if (!r || r == -ENOMEM)
		return r;
	l->n = before;
	return read_table(l, kinds[which].table, &kind);
}

int mc_sockets_read(struct mc_socket **ret, size_t *ret_n)
{
	struct list l = { NULL, 0 };
	int r = 0;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !r; i++)
		r = read_kind(&l, i);
	if (r) {
		free(l.v);
		return r;
	}
	put_in_order(&l);
	*ret = l.v;
	*ret_n = l.n;
	return 0;
}
