/*
 * held.h - looking for who holds what, for tests: what is told of another process's sockets.
 */
#ifndef TEST_HELD_H
#define TEST_HELD_H

#include <dirent.h>
#include <stdlib.h>

#include "lent.h"
#include "net/holders.h"

enum { A = 40, B, C, D, E, F }; /* descriptors of the other process */

/* ---- looking ------------------------------------------------------------------------ */

struct seen {
	struct mc_memberships m;
	struct mc_socket *s;
	size_t ns;
	struct mc_processes p;
	struct mc_holders h;
};

static inline struct mc_holders_conf conf_all(void)
{
	return (struct mc_holders_conf){ .size = sizeof(struct mc_holders_conf), .budget = MC_NEVER };
}

static inline void look_first(struct seen *s)
{
	assert_int_equal(mc_memberships_read(&s->m), 0);
	assert_int_equal(mc_sockets_read(&s->s, &s->ns), 0);
	assert_int_equal(mc_processes_read(&s->p, MC_NEVER), 0);
}

static inline unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static inline void find(struct seen *s, const struct mc_holders_conf *c)
{
	unsigned before = descriptors();

	assert_int_equal(mc_holders_find(&s->h, c, &s->m, s->s, s->ns, &s->p), 0);
	assert_int_equal(descriptors(), before);
}

static inline void look(struct seen *s)
{
	const struct mc_holders_conf c = conf_all();

	look_first(s);
	find(s, &c);
}

static inline void forget(struct seen *s)
{
	mc_holders_free(&s->h);
	mc_processes_free(&s->p);
	free(s->s);
	mc_memberships_free(&s->m);
}

/* What all that is told has to be, whatever it is. */
static inline void is_sound(const struct seen *s)
{
	uint32_t *found = calloc(s->m.n + 1, sizeof *found);
	size_t n = 0;

	assert_non_null(found);
	for (size_t i = 0; i < s->h.nsockets; i++) {
		const struct mc_holder *h = &s->h.sockets[i];

		assert_true(!i || h[-1].socket.inode < h->socket.inode);
		assert_true(h->held == n || !h->nheld);
		for (size_t k = 0; k < h->nheld; k++, n++) {
			const struct mc_held *held = &s->h.held[h->held + k];

			assert_true(held->socket == i && held->membership < s->m.n);
			assert_true(!k || held[-1].membership < held->membership);
			assert_true(held->sources + held->nsources <= s->h.npool);
			found[held->membership]++;
		}
	}
	assert_int_equal(n, s->h.nheld);
	for (size_t i = 0; i < s->m.n; i++) {
		assert_int_equal(found[i], s->h.found[i]);
		assert_true(found[i] <= s->m.v[i].users);
	}
	free(found);
}

static inline size_t put_held(char *buf, size_t cap, const struct seen *s, const struct mc_held *held)
{
	const struct mc_membership *m = &s->m.v[held->membership];
	char addr[MC_ADDR_STRLEN];
	size_t len;

	len = (size_t)snprintf(buf, cap, " %s%%%u", mc_addr_format(&m->group, addr, sizeof addr), m->ifindex);
	if (held->mode == MC_INCLUDE)
		len += (size_t)snprintf(buf + len, cap - len, " in %zu from %s", held->nsources,
					mc_addr_format(&s->h.pool[held->sources], addr, sizeof addr));
	return len;
}

/* All of a process's sockets that hold something, or may: "40: 239.1.2.3%10; ..." by descriptor. */
static inline const char *told(const struct seen *s, pid_t pid)
{
	static char buf[4000];
	size_t len = 0;

	is_sound(s);
	buf[0] = '\0';
	for (int fd = 0; fd < 100; fd++)
		for (size_t i = 0; i < s->h.nsockets; i++) {
			const struct mc_holder *h = &s->h.sockets[i];

			if (!h->process || h->process->pid != pid || h->fd != fd)
				continue;
			len += (size_t)snprintf(buf + len, sizeof buf - len, "%s%d:", len ? "; " : "", fd);
			for (size_t k = 0; k < h->nheld; k++)
				len += put_held(buf + len, sizeof buf - len, s, &s->h.held[h->held + k]);
			if (!h->whole)
				len += (size_t)snprintf(buf + len, sizeof buf - len, " and more");
		}
	return buf;
}

/* ---- the other process ---------------------------------------------------------------- */

static inline int place(int fd, int at)
{
	MUST(fd >= 0 && dup2(fd, at) == at);
	close(fd);
	return at;
}

/* One that is bound to the group that it joined, and one that is not. */
static inline void open_two(void)
{
	place(open_udp(MC_IPV4), A);
	bind_to(A, "239.1.2.3", 5000);
	join_group(A, V0, "239.1.2.3");
	place(open_udp(MC_IPV4), B);
	bind_to(B, "0.0.0.0", 5000);
	join_group(B, V0, "239.1.2.3");
}

static inline const struct mc_holder *holder_at(const struct seen *s, int fd, pid_t pid)
{
	for (size_t i = 0; i < s->h.nsockets; i++)
		if (s->h.sockets[i].fd == fd && s->h.sockets[i].process->pid == pid)
			return &s->h.sockets[i];
	return NULL;
}

#endif
