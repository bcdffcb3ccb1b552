/*
 * frame.c - fuzzes frames: the first octet picks the kind of link, the others are the frame. What
 * is read lies inside, and the frame rewritten as Linux cooked v2 holds the same IP packet, and is
 * refused where it was.
 */
#include "wire/frame.h"

#include "fuzz.h"

static const int links[] = {
	MC_LINK_ETHERNET, MC_LINK_RAW_DLT, MC_LINK_RAW,  MC_LINK_SLL,
	MC_LINK_IPV4,     MC_LINK_IPV6,    MC_LINK_SLL2, -1,
};

static void check_inside(const struct mc_framing *f, const uint8_t *octets, size_t len)
{
	MUST(f->header <= len);
	MUST(f->ethertype == 0x0800 || f->ethertype == 0x86dd);
	MUST(f->vlan[0] < 4096 && f->vlan[1] < 4096);
	MUST(f->vlan[0] || !f->vlan[1]);
	if (f->header == 0)
		MUST(len && octets[0] >> 4 == (f->ethertype == 0x0800 ? 4 : 6));
}

/* err and f are what the frame itself gave. */
static void check_cooked(int err, const struct mc_framing *f, const uint8_t *cooked, size_t len,
			 const uint8_t *octets, size_t octets_len)
{
	struct mc_framing again;

	MUST(mc_frame_decode(&again, MC_LINK_SLL2, cooked, len) == err);
	if (err)
		return;
	MUST(again.ifindex == 9 && again.ethertype == f->ethertype);
	MUST(again.vlan[0] == f->vlan[0] && again.vlan[1] == f->vlan[1]);
	MUST(len - again.header == octets_len - f->header);
	MUST(memcmp(cooked + again.header, octets + f->header, len - again.header) == 0);
}

static void check_frame(int link, const uint8_t *octets, size_t len)
{
	uint8_t *cooked = malloc(20 + len);
	struct mc_framing f;
	size_t rest = 0;
	int err = mc_frame_decode(&f, link, octets, len);
	int n;

	MUST(cooked);
	n = mc_frame_sll2(cooked, 20, 9, link, octets, len, &rest);
	MUST(err == 0 || err == (mc_link_known(link) ? MC_ERR_FRAME : MC_ERR_CONF));
	if (err == 0)
		check_inside(&f, octets, len);
	MUST(n == 20 || n == err);
	if (n == 20) {
		MUST(rest <= len);
		memcpy(cooked + n, octets + rest, len - rest);
		check_cooked(err, &f, cooked, (size_t)n + len - rest, octets, len);
	}
	free(cooked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		check_frame(links[data[0] % (sizeof(links) / sizeof(links[0]))], data + 1, size - 1);
	return 0;
}
