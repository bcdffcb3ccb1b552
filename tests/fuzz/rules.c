/*
 * rules.c - fuzzes rules of nftables as JSON: every packet through every hook, however the document is made.
 * What is judged as a whole agrees with the places that are told, and each has its name and text.
 */
#include "doctor/rules.h"

#include <netinet/in.h>
#include <stdio.h>

#include "fuzz.h"

enum { SITES = 16 };

static struct rules_packet packet(unsigned n)
{
	static const char *const groups[] = { "239.1.1.1", "ff15::1", "224.0.0.22", "ff02::16" };
	static const uint8_t protocols[] = { IPPROTO_UDP, IPPROTO_UDP, IPPROTO_IGMP, IPPROTO_ICMPV6 };
	struct rules_packet p = {
		.family = n % 2 ? MC_IPV6 : MC_IPV4,
		.protocol = protocols[n % 4],
		.icmp_type = n % 4 < 2  ? -1 :
			     n % 4 == 2 ? 0x22 :
					  143,
		.port = n % 4 < 2 ? 5000 : -1,
		.ttl = (uint8_t)(n % 3),
		.source_len = (uint8_t)(n % 5 * 6),
		.in = n / 4 % 3 == 0 ? NULL : "eth0",
		.out = n / 4 % 3 == 1 ? NULL :
		       n / 4 % 3      ? "" :
					"eth0",
		.bridged = n / 12 % 2,
	};

	MUST(mc_addr_parse(&p.destination, groups[n % 4]) == 0);
	if (n % 5)
		MUST(mc_addr_parse(&p.source, n % 2 ? "fe80::" : "10.0.0.0") == 0);
	return p;
}

static bool ends(const char *text, size_t cap)
{
	return memchr(text, 0, cap) != NULL;
}

static void check_site(const json_t *doc, const struct rules_verdict *v)
{
	uint64_t packets;

	MUST(v->fate == RULES_MAYBE || v->fate == RULES_DROP);
	MUST(ends(v->family, sizeof v->family) && ends(v->table, sizeof v->table));
	MUST(ends(v->chain, sizeof v->chain) && ends(v->base, sizeof v->base));
	MUST(ends(v->rule, sizeof v->rule));
	rules_count(doc, v, &packets);
}

static void check_packet(const json_t *doc, const struct rules *r, const struct rules_packet *p)
{
	static struct rules_verdict v[SITES];
	enum rules_fate worst = RULES_PASS;
	struct rules_verdict all;
	size_t n = rules_sites(r, p, v, SITES);

	MUST(n <= SITES);
	for (size_t i = 0; i < n; i++) {
		check_site(doc, &v[i]);
		worst = v[i].fate > worst ? v[i].fate : worst;
	}
	rules_judge(doc, p, &all);
	MUST(n == SITES ? all.fate >= worst : all.fate == worst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);
	struct rules *r = rules_index(doc);

	MUST(r);
	for (unsigned n = 0; n < 24; n++) {
		struct rules_packet p = packet(n);

		check_packet(doc, r, &p);
	}
	rules_free(r);
	json_decref(doc);
	return 0;
}
