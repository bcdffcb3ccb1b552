/*
 * holders.c - which socket holds which membership: the sockets that may hold some are borrowed one by one and
 * asked, in an order that is candidates.h's.
 *
 * Option memory tells when a socket was asked enough. It is an exact sum where no list of sources and nothing
 * else (a packet filter, options of IPv6) takes part in it; where it is not, a socket is at first left at a
 * sum that fits as a rule, and asked again, for what is left, if at the end some group still lacks users.
 * So neither that rule nor the order decides what is found: they only decide how soon.
 */
#include "net/holders.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/time.h"
#include "net/borrow.h"
#include "net/candidates.h"
#include "net/holder.h"
#include "net/lender.h"
#include "net/loop.h"
#include "net/optmem.h"
#include "net/users.h"

#define LOOPBACK 1     /* its index, in every network namespace */
#define LOOK_AROUND 16 /* questions between two looks at the clock */

/* A socket that is to be looked at. */
struct target {
	uint64_t inode;
	uint32_t process;               /* the first that has it open, or MC_LENDER_NOBODY */
	const struct mc_socket *socket; /* NULL: in none of the kernel's lists */
};

struct search {
	const struct mc_holders_conf *conf;
	const struct mc_memberships *m;
	const struct mc_socket *s;
	size_t ns;
	const struct mc_processes *p;
	struct mc_holders *h;
	struct mc_candidates *c;
	mc_time deadline;
	unsigned questions;
	struct mc_optmem costs;
	struct mc_users users;
	uint64_t netns, cookie; /* our own namespace */

	struct mc_lender lender;
	uint32_t residue;    /* what a socket's options took beside its memberships; 0: none did */
	uint32_t residue_of; /* the process that it was in */
	size_t *doubts;      /* holders that are to be asked again */
	size_t ndoubts;
};

/* ---- time --------------------------------------------------------------------------- */

static bool late(struct search *f)
{
	if (f->deadline != MC_NEVER && mc_loop_now() >= f->deadline)
		f->h->cut = true;
	return f->h->cut;
}

/* ---- questions ---------------------------------------------------------------------- */

static int keep_sources(struct search *f, struct mc_held *held, const struct mc_borrowed_filter *filter)
{
	held->sources = f->h->npool;
	for (size_t i = 0; i < filter->n; i++) {
		struct mc_addr *slot = mc_grow_twice(&f->h->pool, &f->h->npool, sizeof *slot);

		if (!slot)
			return -ENOMEM;
		*slot = filter->sources[i];
	}
	return 0;
}

/* The socket that is asked has the last of all that are held so far. */
static int keep(struct search *f, struct mc_holder *h, size_t membership, struct mc_borrowed_filter *filter)
{
	struct mc_held *held = mc_grow_twice(&f->h->held, &f->h->nheld, sizeof *held);
	int r = -ENOMEM;

	if (held) {
		held->membership = membership;
		held->mode = filter->mode;
		held->nsources = filter->n;
		h->nheld++;
		r = filter->n ? keep_sources(f, held, filter) : 0;
	}
	free(filter->sources);
	return r;
}

/* What another socket of the process had beside its memberships counts as a likely end, too. */
static enum mc_fit fits(const struct search *f, const struct mc_holder *h, const struct mc_optmem_sum *sum)
{
	enum mc_fit fit = mc_optmem_fits(&f->costs, sum, &h->socket);

	if (fit == MC_FIT_OPEN && f->residue && f->residue_of == f->lender.process &&
	    mc_optmem_rest(&f->costs, sum, &h->socket) == f->residue)
		return MC_FIT_LIKELY;
	return fit;
}

/* Asks for one. 0 or -errno. */
static int question(struct search *f, int fd, struct mc_holder *h, size_t i, struct mc_optmem_sum *sum)
{
	const struct mc_membership *m = &f->m->v[i];
	struct mc_borrowed_filter filter;
	int r = mc_borrow_filter(fd, m->ifindex, &m->group, &filter);

	if (r != 1)
		return r;
	mc_optmem_add(&f->costs, sum, m->group.family, filter.n);
	mc_candidates_hit(f->c, i);
	if (mc_users_count(&f->users, i)) /* no other socket can hold it */
		mc_candidates_drop(f->c, i);
	return keep(f, h, i, &filter);
}

/* Asks until that was enough: for all there is, or until it is likely; *fit tells which. 0, or -ENOMEM. */
static int questions(struct search *f, int fd, struct mc_holder *h, struct mc_optmem_sum *sum, bool all,
		     enum mc_fit *fit)
{
	while ((*fit = fits(f, h, sum)) != MC_FIT_SURE && (all || *fit == MC_FIT_OPEN)) {
		size_t i = mc_candidates_next(f->c);
		int r;

		if (i == MC_CANDIDATES_END)
			break;
		r = ++f->questions % LOOK_AROUND == 0 && late(f) ? -ETIME : question(f, fd, h, i, sum);
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			h->error = r;
			break;
		}
	}
	h->whole = *fit == MC_FIT_SURE || (*fit == MC_FIT_LIKELY && sum->likely == h->socket.options);
	return 0;
}

/* A sum that is only likely is a reason to ask again. Of one that did not come about all is known. */
static int weigh(struct search *f, const struct mc_holder *h, const struct mc_optmem_sum *sum,
		 enum mc_fit fit)
{
	size_t *slot;

	if (fit == MC_FIT_OPEN && !h->error) {
		f->residue = mc_optmem_rest(&f->costs, sum, &h->socket);
		f->residue_of = f->lender.process;
	}
	if (fit != MC_FIT_LIKELY)
		return 0;
	slot = mc_grow_twice(&f->doubts, &f->ndoubts, sizeof *slot);
	if (!slot)
		return -ENOMEM;
	*slot = (size_t)(h - f->h->sockets);
	return 0;
}

static int ask(struct search *f, int fd, struct mc_holder *h)
{
	struct mc_optmem_sum sum = { 0 };
	enum mc_fit fit;

	h->held = f->h->nheld;
	mc_candidates_begin(f->c, &h->socket);
	int r = questions(f, fd, h, &sum, false, &fit);

	return r ? r : weigh(f, h, &sum, fit);
}

/* ---- one socket --------------------------------------------------------------------- */

static bool is_sender(const struct search *f, const struct mc_socket *s)
{
	return f->conf->senders && mc_addr_is_multicast(&s->peer) &&
	       (!f->conf->only || !mc_addr_cmp(&s->peer, f->conf->only));
}

/* A socket that is in no list may be of any kind and of any namespace. Where the kernel does not tell which,
 * it is that of the process. */
static bool is_ours(const struct search *f, const struct mc_borrowed *b, const struct mc_process *p)
{
	bool told = b->netns && f->cookie;

	return b->family && (b->type == SOCK_DGRAM || b->type == SOCK_RAW) &&
	       (told ? b->netns == f->cookie : p->netns == f->netns);
}

/* Looks at the options of a borrowed socket: 0; 1: it is not one of those that are looked for. That is soon
 * known of one that is in no list, and there may be very many. */
static int look_at_options(struct search *f, int fd, struct mc_holder *h, const struct target *t)
{
	struct mc_borrowed b;

	if (!t->socket && (mc_borrow_kind(fd, &b) || !is_ours(f, &b, h->process)))
		return 1;
	if (mc_borrow_look(fd, &b))
		return 1;
	if (!t->socket)
		h->socket = mc_holder_socket(&b, t->inode, h->process->uid);
	mc_holder_fill(h, &b);
	return 0;
}

/* Looks at a borrowed socket: 0; 1: it is not one of those; -ENOMEM. */
static int look(struct search *f, int fd, struct mc_holder *h, const struct target *t)
{
	bool options = !t->socket || t->socket->options == MC_SOCKET_UNKNOWN || f->conf->senders;

	if (options && look_at_options(f, fd, h, t))
		return 1;
	return h->socket.options ? ask(f, fd, h) : 0;
}

/* No process can have one on a port that is the kernel's. */
static bool is_kernels(const struct search *f, const struct mc_holder *h)
{
	const struct mc_socket *s = &h->socket;

	return !h->process && !s->raw && s->protocol == IPPROTO_UDP && mc_addr_is_unspecified(&s->local) &&
	       mc_kernels_has_port(&f->users.own, s->port);
}

/* Whether a socket that may not be looked at, or no more, is told nevertheless. */
static bool missed(struct search *f, struct mc_holder *h, const struct target *t, int error)
{
	h->error = error;
	if (error == -ESRCH || error == -EBADF) {
		f->h->gone += t->socket != NULL;
		return false;
	}
	h->kernel = is_kernels(f, h);
	f->h->hidden += t->socket && h->socket.options && error == -EPERM && !h->kernel;
	return t->socket != NULL;
}

static int borrow(struct search *f, uint64_t inode, struct mc_holder *h)
{
	const struct mc_open_socket *from;
	int fd = mc_lender_borrow(&f->lender, inode, &from, &h->processes);

	if (from) {
		h->process = &f->p->v[from->process];
		h->fd = from->fd;
	}
	return fd;
}

static int visit(struct search *f, const struct target *t)
{
	struct mc_holder *h = mc_grow_twice(&f->h->sockets, &f->h->nsockets, sizeof *h);
	int r = 0, fd;

	if (!h)
		return -ENOMEM;
	*h = mc_holder_of(t->socket);
	fd = late(f) ? -ETIME : borrow(f, t->inode, h);
	if (fd < 0) {
		r = !missed(f, h, t, fd);
	} else {
		r = look(f, fd, h, t);
		close(fd);
	}
	if (r == 1)
		f->h->nsockets--;
	return r < 0 ? r : 0;
}

/* ---- all of them -------------------------------------------------------------------- */

/* Process by process, and there in the order in which they were opened. */
static int by_process(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

struct targets {
	size_t n;
	struct target *v;
};

static int add_target(struct targets *l, uint64_t inode, uint32_t process, const struct mc_socket *s)
{
	struct target *t = mc_grow_twice(&l->v, &l->n, sizeof *t);

	if (!t)
		return -ENOMEM;
	*t = (struct target){ inode, process, s };
	return 0;
}

/* Sockets of the kernel's lists, but for those that take no option memory: they hold nothing. */
static int list_known(struct search *f, struct targets *ret)
{
	int r = 0;

	for (size_t i = 0; i < f->ns && !r; i++) {
		const struct mc_open_socket *o;
		size_t n;

		if (!f->s[i].options && !is_sender(f, &f->s[i]))
			continue;
		o = mc_processes_open(f->p, f->s[i].inode, &n);
		r = add_target(ret, f->s[i].inode, o ? o->process : MC_LENDER_NOBODY, &f->s[i]);
	}
	return r;
}

/* Whether a process of our namespace is among those that have a socket open, of which the first is i. */
static bool is_open_here(const struct search *f, size_t i)
{
	const struct mc_open_socket *v = f->p->sockets;

	for (size_t k = i; k < f->p->nsockets && v[k].inode == v[i].inode; k++)
		if (f->p->v[v[k].process].netns == f->netns)
			return true;
	return false;
}

/* Sockets that are in no list, open here or not. */
static int list_unlisted(struct search *f, struct targets *ret, bool here)
{
	int r = 0;

	for (size_t i = 0; i < f->p->nsockets && !r; i++) {
		const struct mc_open_socket *o = &f->p->sockets[i];

		if ((i && o->inode == f->p->sockets[i - 1].inode) || is_open_here(f, i) != here ||
		    mc_sockets_find(f->s, f->ns, o->inode))
			continue;
		r = add_target(ret, o->inode, o->process, NULL);
	}
	return r;
}

/* Those that processes of our namespace have open: among them are those that were never bound. */
static int list_others(struct search *f, struct targets *ret)
{
	return list_unlisted(f, ret, true);
}

/* Those of processes that moved on to another namespace, or got them from here. */
static int list_elsewhere(struct search *f, struct targets *ret)
{
	return list_unlisted(f, ret, false);
}

static int visit_all(struct search *f, int (*list)(struct search *f, struct targets *ret))
{
	struct targets l = { 0, NULL };
	int r = list(f, &l);

	if (l.n)
		qsort(l.v, l.n, sizeof *l.v, by_process);
	for (size_t i = 0; i < l.n && !r; i++)
		if (l.v[i].socket || (f->users.wanting && !late(f)))
			r = visit(f, &l.v[i]);
	free(l.v);
	return r;
}

/* ---- doubts ------------------------------------------------------------------------- */

/* What it held so far comes first again, so that all it holds stays in one row. */
static int resume(struct search *f, struct mc_holder *h, struct mc_optmem_sum *sum)
{
	size_t from = h->held, n = h->nheld;

	h->held = f->h->nheld;
	for (size_t i = from; i < from + n; i++) {
		struct mc_held *slot = mc_grow_twice(&f->h->held, &f->h->nheld, sizeof *slot);

		if (!slot)
			return -ENOMEM;
		*slot = f->h->held[i];
		mc_candidates_skip(f->c, slot->membership);
		mc_optmem_add(&f->costs, sum, f->m->v[slot->membership].group.family, slot->nsources);
	}
	return 0;
}

static int ask_again(struct search *f, struct mc_holder *h)
{
	struct mc_optmem_sum sum = { 0 };
	enum mc_fit fit;
	int fd = borrow(f, h->socket.inode, h), r;

	if (fd < 0) /* what was found is good */
		return 0;
	mc_candidates_begin(f->c, &h->socket);
	r = resume(f, h, &sum);
	if (!r)
		r = questions(f, fd, h, &sum, true, &fit);
	close(fd);
	return r;
}

static int settle_doubts(struct search *f)
{
	int r = 0;

	for (size_t i = 0; i < f->ndoubts && f->users.wanting && !r && !late(f); i++)
		r = ask_again(f, &f->h->sockets[f->doubts[i]]);
	f->ndoubts = 0;
	return r;
}

/* ---- the result --------------------------------------------------------------------- */

static int by_inode(const void *a, const void *b)
{
	const struct mc_holder *x = a, *y = b;

	return (x->socket.inode > y->socket.inode) - (x->socket.inode < y->socket.inode);
}

static int by_membership(const void *a, const void *b)
{
	const struct mc_held *x = a, *y = b;

	return (x->membership > y->membership) - (x->membership < y->membership);
}

static size_t keep_holders(struct search *f)
{
	struct mc_holders *h = f->h;
	size_t n = 0, held = 0;

	for (size_t i = 0; i < h->nsockets; i++) {
		const struct mc_holder *s = &h->sockets[i];

		if (!s->nheld && !s->error && !is_sender(f, &s->socket))
			continue;
		held += s->nheld;
		h->sockets[n++] = *s;
	}
	h->nsockets = n;
	if (n)
		qsort(h->sockets, n, sizeof *h->sockets, by_inode);
	return held;
}

/* Each socket's row is moved to its place, in order. */
static void move_held(struct mc_holders *h, struct mc_held *to)
{
	size_t n = 0;

	for (size_t i = 0; i < h->nsockets; i++) {
		struct mc_holder *s = &h->sockets[i];
		struct mc_held *row = to + n;

		for (size_t k = 0; k < s->nheld; k++) {
			row[k] = h->held[s->held + k];
			row[k].socket = i;
		}
		if (s->nheld > 1)
			qsort(row, s->nheld, sizeof *row, by_membership);
		s->held = n;
		n += s->nheld;
	}
}

static int finish(struct search *f)
{
	struct mc_holders *h = f->h;
	int r = mc_holder_settle(h);

	if (r)
		return r;
	size_t n = keep_holders(f);
	struct mc_held *held = malloc((n + 1) * sizeof *held);

	if (!held)
		return -ENOMEM;
	move_held(h, held);
	free(h->held);
	h->held = held;
	h->nheld = n;
	return 0;
}

/* ---- the search --------------------------------------------------------------------- */

static uint64_t own_cookie(void)
{
	struct mc_borrowed b = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	mc_borrow_look(fd, &b);
	close(fd);
	return b.netns;
}

/* What a membership costs is measured on a socket of our own that joins what loopback is in already.
 * Where that is down it is not, and others would see us come and go: then no sum tells when a socket was
 * asked enough. */
static void measure(struct search *f)
{
	static const struct mc_addr all_hosts = { MC_IPV4, { 224, 0, 0, 1 } };

	if (mc_memberships_find(f->m, LOOPBACK, &all_hosts))
		mc_optmem_measure(&f->costs);
}

static int prepare(struct search *f)
{
	int r = mc_candidates_new(&f->c, f->m, f->conf->only);

	if (!r)
		r = mc_users_init(&f->users, f->m, f->conf->only);
	if (f->conf->budget != MC_NEVER)
		f->deadline = mc_after(mc_loop_now(), f->conf->budget);
	measure(f);
	f->netns = mc_netns_of(0);
	f->cookie = own_cookie();
	return r;
}

static int run(struct search *f)
{
	int r = prepare(f);

	if (!r)
		r = visit_all(f, list_known);
	if (!r)
		r = settle_doubts(f);
	if (!r && f->users.wanting)
		r = visit_all(f, list_others);
	if (!r)
		r = settle_doubts(f);
	if (!r && f->users.wanting)
		r = visit_all(f, list_elsewhere);
	if (!r)
		r = settle_doubts(f);
	return r ? r : finish(f);
}

int mc_holders_find(struct mc_holders *ret, const struct mc_holders_conf *conf,
		    const struct mc_memberships *m, const struct mc_socket *s, size_t ns,
		    const struct mc_processes *p)
{
	struct mc_holders h = { 0 };
	struct search f = { .conf = conf, .m = m, .s = s, .ns = ns, .p = p, .h = &h, .deadline = MC_NEVER };
	int r = MC_ERR_CONF;

	mc_lender_init(&f.lender, p);
	if (conf->size == sizeof *conf)
		r = run(&f);
	mc_lender_leave(&f.lender);
	mc_candidates_free(f.c);
	h.found = f.users.found;
	f.users.found = NULL;
	mc_users_free(&f.users);
	free(f.doubts);
	if (r) {
		mc_holders_free(&h);
		return r;
	}
	*ret = h;
	return 0;
}

void mc_holders_free(struct mc_holders *h)
{
	free(h->sockets);
	free(h->held);
	free(h->pool);
	free(h->found);
	*h = (struct mc_holders){ 0 };
}
