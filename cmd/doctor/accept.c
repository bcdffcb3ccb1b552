/*
 * accept.c - the command that lets a packet past a rule that drops it: by nft(8), by firewall-cmd(1) where
 * the table is firewalld's, which loses what others change in it.
 */
#include "doctor/accept.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define CONDITION 128
#define ZONE 64
#define PLACE (8 + 2 * RULES_NAME + 48)

/* ---- nft ----------------------------------------------------------------------------------- */

/* What nft takes as a name: whatever else stands there, which programs other than nft can have made, is more
 * than one word to it. */
static bool is_name(const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return *word && strchr(letters, *word) && !word[strspn(word, others)];
}

static void write_condition(char *buf, size_t cap, const struct rules_packet *p)
{
	const char *ip = p->family == MC_IPV4 ? "ip" : "ip6";
	char group[MC_ADDR_STRLEN];

	mc_addr_format(&p->destination, group, sizeof group);
	if (p->protocol == IPPROTO_IGMP)
		snprintf(buf, cap, "meta l4proto igmp");
	else if (p->protocol == IPPROTO_ICMPV6)
		snprintf(buf, cap, "icmpv6 type { 130, 131, 132, 143 }");
	else if (p->port < 0)
		snprintf(buf, cap, "%s daddr %s meta l4proto udp", ip, group);
	else
		snprintf(buf, cap, "%s daddr %s udp dport %d", ip, group, (int)p->port);
}

/* iptables-nft keeps its rules in tables and chains of the old names. */
static bool is_of_iptables(const struct rules_verdict *v)
{
	static const char *const chains[] = { "INPUT", "OUTPUT", "FORWARD", "PREROUTING", "POSTROUTING" };

	for (size_t i = 0; strncmp(v->family, "ip", 2) == 0 && i < sizeof chains / sizeof *chains; i++)
		if (strcmp(v->base, chains[i]) == 0)
			return true;
	return false;
}

/* Before the rule; at the beginning of the base chain where that alone would not do, and before a policy.
 * iptables knows no sets: it would show, and save, one of ICMPv6 types as all of ICMPv6. */
static void mend_nft(struct finding *x, const struct rules_packet *p, const struct rules_verdict *v)
{
	bool here = v->handle >= 0 && v->alone;
	const char *chain = here ? v->chain : v->base;
	char condition[CONDITION], handle[40] = "", place[PLACE];

	write_condition(condition, sizeof condition, p);
	if (!is_name(v->table) || !is_name(chain)) {
		find_advise(
			x, "let '%s' past it by hand: nft(8) cannot be told the names of its table and chain",
			condition);
		return;
	}
	if (here)
		snprintf(handle, sizeof handle, " handle %ld", v->handle);
	snprintf(place, sizeof place, "insert rule %s %s %s%s", v->family, v->table, chain, handle);
	if (p->protocol == IPPROTO_ICMPV6 && is_of_iptables(v))
		find_mend(x,
			  "nft '%s icmpv6 type 130 accept; %s icmpv6 type 131 accept; %s icmpv6 type 132 "
			  "accept; "
			  "%s icmpv6 type 143 accept'",
			  place, place, place, place);
	else
		find_mend(x, "nft %s '%s accept'", place, condition);
	find_advise(x, "until the rules are loaded anew: add it where they come from (%s), too",
		    is_of_iptables(v) ? "iptables -I ..., ufw" : "/etc/nftables.conf");
}

/* It may be meant for others, whom a rule before it would let in, too: that is for people to judge. */
static void advise(struct finding *x, const struct rules_packet *p)
{
	char condition[CONDITION];

	write_condition(condition, sizeof condition, p);
	find_advise(x,
		    "see whether that rule means these packets, by a mark, a limit or a set that cannot be "
		    "judged "
		    "here; if so, change it, or let '%s' past it",
		    condition);
}

/* ---- firewalld ----------------------------------------------------------------------------- */

/* "public" of filter_IN_public and filter_IN_public_deny; the default zone where all of them are passed. */
static void write_zone(char buf[ZONE], const struct rules_verdict *v)
{
	static const char prefix[] = "filter_IN_";
	static const char *const parts[] = { "_pre", "_log", "_deny", "_allow", "_post" };
	size_t len;

	*buf = '\0';
	if (strncmp(v->chain, prefix, sizeof prefix - 1))
		return;
	snprintf(buf, ZONE, "%.*s", ZONE - 1, v->chain + sizeof prefix - 1);
	len = strlen(buf);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t n = strlen(parts[i]);

		if (len > n && strcmp(buf + len - n, parts[i]) == 0)
			buf[len - n] = '\0';
	}
}

static void write_allowance(char *buf, size_t cap, const struct rules_packet *p)
{
	char group[MC_ADDR_STRLEN], what[48];

	if (p->protocol != IPPROTO_UDP) {
		snprintf(buf, cap, "--add-protocol=%s", p->protocol == IPPROTO_IGMP ? "igmp" : "ipv6-icmp");
		return;
	}
	if (p->port < 0)
		snprintf(what, sizeof what, "protocol value=\"udp\"");
	else
		snprintf(what, sizeof what, "port port=\"%d\" protocol=\"udp\"", (int)p->port);
	snprintf(buf, cap, "--add-rich-rule='rule family=\"ipv%d\" destination address=\"%s\" %s accept'",
		 p->family, mc_addr_format(&p->destination, group, sizeof group), what);
}

/* What comes in by a zone can be allowed by one command; policies are too many kinds of things. */
static void mend_firewalld(struct finding *x, const struct rules_packet *p, const struct rules_verdict *v)
{
	char zone[ZONE], quoted[4 * ZONE + 3], in[sizeof quoted + 16] = "", what[256];
	bool policy = strncmp(v->chain, "filter_IN_policy_", 17) == 0;

	if (strcmp(v->base, "filter_INPUT") || policy) {
		find_advise(x, "that table is firewalld's, which loses what others change in it: see "
			       "firewall-cmd --list-all-policies and --get-active-zones");
		return;
	}
	write_zone(zone, v);
	if (*zone)
		snprintf(in, sizeof in, " --zone=%s", find_quote(quoted, sizeof quoted, zone));
	write_allowance(what, sizeof what, p);
	find_mend(x, "firewall-cmd --permanent%s %s && firewall-cmd --reload", in, what);
	find_advise(x, "that table is firewalld's, which loses what nft changes in it");
}

/* ---- all ----------------------------------------------------------------------------------- */

void accept_mend(struct finding *x, const struct rules_packet *p, const struct rules_verdict *v)
{
	if (v->fate != RULES_DROP)
		advise(x, p);
	else if (strcmp(v->table, "firewalld") == 0)
		mend_firewalld(x, p, v);
	else
		mend_nft(x, p, v);
}
