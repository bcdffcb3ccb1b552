/*
 * survey.c - one network namespace, read, and what follows of it: whose the users are that no socket accounts
 * for, and what the interface's filter is. It prints nothing.
 *
 * RFC 9776 3.2.
 */
#include "groups/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "net/loop.h"
#include "net/users.h"

/* ---- reading ---------------------------------------------------------------------------------- */

int survey_index(struct survey *s)
{
	size_t n = s->memberships.n;

	s->first = calloc(n + 2, sizeof *s->first);
	s->order = calloc(s->holders.nheld + 1, sizeof *s->order);
	if (!s->first || !s->order)
		return -ENOMEM;
	for (size_t i = 0; i < s->holders.nheld; i++)
		s->first[s->holders.held[i].membership + 2]++;
	for (size_t i = 2; i <= n + 1; i++)
		s->first[i] += s->first[i - 1];
	for (size_t i = 0; i < s->holders.nheld; i++)
		s->order[s->first[s->holders.held[i].membership + 1]++] = i;
	return 0;
}

bool survey_unseen(const struct mc_holder *h)
{
	return h->error && h->socket.options && !h->kernel;
}

/* Processes that are not to be seen matter only where users are missing. */
bool survey_looked(const struct mc_holders *h, const struct mc_processes *p)
{
	if (h->cut || h->gone || p->cut)
		return false;
	for (size_t i = 0; i < h->nsockets; i++)
		if (survey_unseen(&h->sockets[i]))
			return false;
	return true;
}

uint32_t *survey_kernels(const struct mc_memberships *m)
{
	struct mc_users u;
	uint32_t *kernels = NULL;

	if (!mc_users_init(&u, m, NULL)) {
		kernels = u.kernels;
		u.kernels = NULL;
	}
	mc_users_free(&u);
	return kernels;
}

static bool is_complete(const struct survey *s, const struct mc_addr *only)
{
	bool kernel = s->looked;

	for (size_t i = 0; kernel && i < s->memberships.n; i++)
		if (!only || !mc_addr_cmp(only, &s->memberships.v[i].group))
			survey_missing(s, i, &kernel);
	return kernel;
}

static int read_sockets(struct survey *s, const struct survey_conf *conf, const struct mc_processes *p)
{
	mc_time now = mc_loop_now();
	struct mc_holders_conf c = {
		.size = sizeof c,
		.budget = conf->deadline == MC_NEVER ? MC_NEVER :
			  conf->deadline > now       ? conf->deadline - now :
						       0,
		.senders = conf->options,
		.only = conf->only,
	};
	int r = mc_memberships_read(&s->memberships);

	if (!r)
		r = mc_sockets_read(&s->sockets, &s->nsockets);
	if (!r && conf->late)
		r = mc_processes_read(conf->late, conf->deadline);
	if (!r)
		r = mc_holders_find(&s->holders, &c, &s->memberships, s->sockets, s->nsockets, p);
	if (r)
		return r;
	s->hidden = p->hidden;
	s->looked = survey_looked(&s->holders, p);
	s->kernels = survey_kernels(&s->memberships);
	s->complete = s->kernels && is_complete(s, conf->only);
	return s->kernels ? survey_index(s) : -ENOMEM;
}

int survey_read(struct survey *ret, const struct survey_conf *conf, const struct mc_processes *p)
{
	int r = names_read(&ret->names);

	if (!r)
		r = read_sockets(ret, conf, p);
	if (!r && conf->bridge)
		ret->bridges_error = mc_bridges_read(&ret->bridges);
	if (!r && conf->routes)
		ret->mroutes_error = mc_mroutes_read(&ret->mroutes);
	if (r)
		survey_free(ret);
	ret->error = r;
	return r;
}

void survey_free(struct survey *s)
{
	names_free(&s->names);
	mc_memberships_free(&s->memberships);
	mc_holders_free(&s->holders);
	mc_bridges_free(&s->bridges);
	mc_mroutes_free(&s->mroutes);
	free(s->sockets);
	free(s->kernels);
	free(s->first);
	free(s->order);
	*s = (struct survey){ .ns = s->ns };
}

/* ---- what follows ----------------------------------------------------------------------------- */

uint32_t survey_missing(const struct survey *s, size_t membership, bool *ret_kernel)
{
	const struct mc_membership *m = &s->memberships.v[membership];
	uint32_t found = s->holders.found ? s->holders.found[membership] : 0;
	uint32_t missing = m->users > found ? m->users - found : 0;

	*ret_kernel = missing <= (s->kernels ? s->kernels[membership] : 0);
	return missing;
}

/* The kernel joins for any source. A user that is not known can only take in more: to any source there is
 * nothing more. */
int survey_filter(const struct survey *s, size_t membership, struct merged *ret)
{
	const struct mc_holders *h = &s->holders;
	bool kernel;
	uint32_t missing = survey_missing(s, membership, &kernel);
	int r = missing && kernel ? merged_add(ret, MC_EXCLUDE, NULL, 0) : 0;

	for (size_t i = s->first[membership]; !r && i < s->first[membership + 1] && !merged_is_any(ret);
	     i++) {
		const struct mc_held *one = &h->held[s->order[i]];

		r = merged_add(ret, one->mode, mc_held_sources(h, one), one->nsources);
	}
	if (r)
		return r;
	return !missing || kernel || merged_is_any(ret);
}
