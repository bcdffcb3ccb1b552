/*
 * addr.c - fuzzes addresses and prefixes: text there and back, and what the classes of an
 * address owe to each other.
 */
#include <mcast/base.h>
#include <stdio.h>

#include "fuzz.h"

static void check_classes(const struct mc_addr *a)
{
	bool multicast = mc_addr_is_multicast(a);
	uint8_t ether[6] = { 0 };

	MUST(multicast + mc_addr_is_unspecified(a) + mc_addr_is_loopback(a) <= 1);
	MUST(multicast || (!mc_addr_is_ssm(a) && mc_addr_scope(a) == 0));
	MUST(mc_addr_scope(a) >= 0 && mc_addr_scope(a) <= 15);
	MUST(mc_addr_ether(a, ether) == (multicast ? 0 : MC_ERR_GROUP));
	MUST((ether[0] & 1) == multicast);
}

static void check_add(const struct mc_addr *a, uint32_t n)
{
	struct mc_addr sum = *a;
	int err = mc_addr_add(&sum, n);

	MUST(err == 0 || err == MC_ERR_COUNT);
	if (err || n == 0)
		MUST(mc_addr_cmp(&sum, a) == 0);
	else
		MUST(mc_addr_cmp(&sum, a) > 0);
	MUST(!mc_addr_is_multicast(a) || mc_addr_is_multicast(&sum));
}

static void check_addr(const char *text)
{
	char buf[MC_ADDR_STRLEN];
	struct mc_addr a, again;
	struct mc_prefix p;

	if (mc_addr_parse(&a, text) != 0)
		return;
	MUST(mc_addr_parse(&again, mc_addr_format(&a, buf, sizeof(buf))) == 0);
	MUST(mc_addr_cmp(&a, &again) == 0);
	check_classes(&a);
	check_add(&a, (uint32_t)strlen(text) * 0x9e3779b1u);
	check_add(&a, 1);
	check_add(&a, 0);
	MUST(mc_prefix_parse(&p, text) == 0);
	MUST(p.len == 8 * mc_addr_len(&a) && mc_addr_cmp(&a, &p.addr) == 0);
}

static void check_prefix(const char *text)
{
	char buf[MC_ADDR_STRLEN], canonical[MC_ADDR_STRLEN + 8];
	struct mc_prefix p, again;
	struct mc_addr a;

	if (mc_prefix_parse(&p, text) != 0)
		return;
	MUST(p.len <= 8 * mc_addr_len(&p.addr));
	MUST(mc_prefix_has(&p, &p.addr));
	snprintf(canonical, sizeof(canonical), "%s/%u", mc_addr_format(&p.addr, buf, sizeof(buf)), p.len);
	MUST(mc_prefix_parse(&again, canonical) == 0);
	MUST(again.len == p.len && mc_addr_cmp(&again.addr, &p.addr) == 0);
	a = p.addr;
	for (size_t bit = p.len; bit < 8 * mc_addr_len(&a); bit++) {
		MUST(!(a.b[bit / 8] >> (7 - bit % 8) & 1));
		a.b[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	}
	MUST(mc_prefix_has(&p, &a)); /* its last */
	if (p.len) {
		a.b[(p.len - 1) / 8] ^= (uint8_t)(0x80 >> (p.len - 1) % 8);
		MUST(!mc_prefix_has(&p, &a));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_addr(text);
	check_prefix(text);
	free(text);
	return 0;
}
