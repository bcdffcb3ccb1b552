/*
 * who.c - processes, users, sockets and filters in words, the same wherever they are told.
 */
#include "groups/who.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/text.h"
#include "out.h"

char *who_process(char buf[WHO_SIZE], const struct mc_holder *h)
{
	char plain[4 * sizeof h->process->name];

	if (!h->process)
		snprintf(buf, WHO_SIZE, "(%s)", h->error == -ESRCH ? "gone" : "not seen");
	else if (h->processes > 1)
		snprintf(buf, WHO_SIZE, "%s[%d]+%zu", out_plain(plain, sizeof plain, h->process->name),
			 (int)h->process->pid, h->processes - 1);
	else
		snprintf(buf, WHO_SIZE, "%s[%d]", out_plain(plain, sizeof plain, h->process->name),
			 (int)h->process->pid);
	return buf;
}

char *who_user(char buf[WHO_SIZE], struct users *u, uint32_t uid)
{
	const char *name = users_name(u, uid);

	if (name)
		return out_plain(buf, WHO_SIZE, name);
	snprintf(buf, WHO_SIZE, "%u", uid);
	return buf;
}

uint32_t who_uid(const struct mc_holder *h)
{
	return h->process ? h->process->uid : h->socket.uid;
}

const char *who_protocol(const struct mc_socket *s)
{
	if (s->raw)
		return "raw";
	return s->protocol == IPPROTO_UDP ? "udp" : s->protocol == IPPROTO_UDPLITE ? "udplite" : "icmp";
}

char *who_socket(char buf[WHO_SIZE], const struct mc_socket *s, const char *name)
{
	bool any = mc_addr_is_unspecified(&s->local), plain_udp = !s->raw && s->protocol == IPPROTO_UDP;
	bool brackets = !any && s->local.family == MC_IPV6 && (s->port || name);
	struct mc_text t = mc_text_begin(buf, WHO_SIZE);
	char plain[4 * MC_IFNAME_SIZE];

	mc_text_str(&t, any ? "*" : brackets ? "[" : "");
	if (!any)
		mc_text_addr(&t, &s->local);
	if (name) {
		mc_text_char(&t, '%');
		mc_text_str(&t, out_plain(plain, sizeof plain, name));
	}
	mc_text_str(&t, brackets ? "]" : "");
	if (s->port) {
		mc_text_char(&t, ':');
		mc_text_number(&t, s->port);
	}
	if (!plain_udp) {
		mc_text_char(&t, ' ');
		mc_text_str(&t, who_protocol(s));
	}
	if (s->raw) {
		mc_text_char(&t, '/');
		mc_text_number(&t, s->protocol);
	}
	return buf;
}

char *who_filter(char *buf, size_t cap, enum mc_mode mode, const struct mc_addr *sources, size_t n,
		 size_t most)
{
	struct mc_text t = mc_text_begin(buf, cap);

	if (!n) {
		mc_text_str(&t, mode == MC_EXCLUDE ? "any source" : "none");
		return buf;
	}
	mc_text_str(&t, mode == MC_EXCLUDE ? "all but " : "only ");
	for (size_t i = 0; i < n && i < most; i++) {
		mc_text_str(&t, i ? ", " : "");
		mc_text_addr(&t, &sources[i]);
	}
	if (n > most) {
		mc_text_str(&t, " and ");
		mc_text_number(&t, n - most);
		mc_text_str(&t, " more");
	}
	mc_text_cut(&t);
	return buf;
}

char *who_ifname(char buf[WHO_SIZE], uint32_t ifindex, const char *name)
{
	if (name)
		return out_plain(buf, WHO_SIZE, name);
	snprintf(buf, WHO_SIZE, "if%u", ifindex);
	return buf;
}
