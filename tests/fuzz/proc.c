/*
 * proc.c - fuzzes the tables of /proc/net: the first character says which, the rest is its text. What is read
 * is in order and can be found again, and there is no more of it than lines.
 */
#include <netinet/in.h>

#include "net/counters.h"
#include "net/memberships.h"
#include "net/sockets.h"

#include "fuzz.h"

static size_t lines_of(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

static void check_membership(const struct mc_memberships *m, size_t i)
{
	const struct mc_membership *v = &m->v[i], *before = i ? v - 1 : NULL;

	MUST(v->ifindex && mc_addr_is_multicast(&v->group));
	MUST(mc_memberships_find(m, v->ifindex, &v->group) == v);
	MUST(!before || before->ifindex < v->ifindex ||
	     (before->ifindex == v->ifindex && mc_addr_cmp(&before->group, &v->group) < 0));
	for (size_t k = 0; k < v->nsources; k++) {
		MUST(v->sources[k].addr.family == v->group.family);
		MUST(k == 0 || mc_addr_cmp(&v->sources[k - 1].addr, &v->sources[k].addr) < 0);
	}
}

static void check_spoken(const struct mc_memberships *m, size_t i)
{
	const struct mc_spoken *s = &m->spoken[i];

	MUST(s->ifindex && s->version[0] <= 3 && !s->version[1]);
	MUST(memchr(s->name, 0, sizeof s->name) && s->name[0] && !strpbrk(s->name, " \t\n"));
	MUST(mc_memberships_spoken(m, s->ifindex) == s);
	MUST(s->why[0] != MC_SPOKEN_FORCED && (s->why[0] == MC_SPOKEN_UNKNOWN) == !s->version[0]);
}

/* The same text as each of the four tables. */
static void check_memberships(const char *text)
{
	struct mc_memberships m = { 0 };
	size_t sources = 0;

	MUST(mc_memberships_parse_igmp(&m, text) == 0);
	MUST(mc_memberships_parse_igmp6(&m, text) == 0);
	MUST(mc_memberships_parse_filters(&m, MC_IPV4, text) == 0);
	MUST(mc_memberships_parse_filters(&m, MC_IPV6, text) == 0);
	MUST(m.n + m.nspoken + m.nlines <= 4 * lines_of(text));
	mc_memberships_sort(&m);
	for (size_t i = 0; i < m.n; i++) {
		check_membership(&m, i);
		sources += m.v[i].nsources;
	}
	for (size_t i = 0; i < m.nspoken; i++)
		check_spoken(&m, i);
	MUST(sources <= 2 * lines_of(text));
	mc_memberships_free(&m);
}

/* One more that is told later does not hide what was there. */
static void check_counters(const char *text, char kind)
{
	struct mc_counters *c, *again;
	uint64_t v, w;

	MUST(mc_counters_new(&c) == 0 && mc_counters_new(&again) == 0);
	for (int i = 0; i < 2; i++) {
		struct mc_counters *to = i ? again : c;

		MUST((kind == 's' ? mc_counters_parse_softnet(to, text) :
				    mc_counters_parse(to, text, kind == 'p')) == 0);
	}
	MUST(mc_counters_parse(again, "UdpInErrors 1\n", false) == 0);
	MUST(mc_counters_get(again, "UdpInErrors", &w) && w >= 1);
	MUST(!mc_counters_get(c, "UdpInErrors", &v) || v == w || (v == 0 && w == 1));
	MUST(mc_counters_get(c, "SoftnetDropped", &v) == mc_counters_get(c, "SoftnetTimeSqueeze", &w) ||
	     kind != 's');
	MUST(mc_counters_grew(c, c, "UdpInErrors") == 0);
	mc_counters_free(c);
	mc_counters_free(again);
}

static void check_sockets(const char *text, char kind)
{
	uint8_t family = kind == 'u' || kind == 'r' ? MC_IPV4 : MC_IPV6;
	bool raw = kind == 'r' || kind == 'R';
	struct mc_socket *v = NULL;
	size_t n = 0;

	MUST(mc_sockets_parse(&v, &n, text, family, raw ? 0 : IPPROTO_UDP, raw) == 0);
	MUST(n <= lines_of(text));
	for (size_t i = 0; i < n; i++) {
		MUST(v[i].family == family && v[i].local.family == family && v[i].peer.family == family);
		MUST(v[i].raw == raw && (raw ? !v[i].port : v[i].protocol == IPPROTO_UDP));
		MUST(v[i].inode && (i == 0 || v[i - 1].inode < v[i].inode));
		MUST(mc_sockets_find(v, n, v[i].inode) == &v[i]);
	}
	free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	char *text = fuzz_text(data + 1, size - 1);

	switch (data[0]) {
	case 'm':
		check_memberships(text);
		break;
	case 'p':
	case 'l':
	case 's':
		check_counters(text, (char)data[0]);
		break;
	case 'u':
	case 'U':
	case 'r':
	case 'R':
		check_sockets(text, (char)data[0]);
		break;
	default:
		break;
	}
	free(text);
	return 0;
}
