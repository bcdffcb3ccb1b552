/*
 * frame.c - what is around an IP packet in a capture: where the packet begins in a frame of each
 * kind of link, and headers to write. It knows nothing of what is in the packet but its version.
 *
 * IEEE 802.1Q (VLAN tags), RFC 894 and RFC 2464 (IP over Ethernet), LINKTYPE_LINUX_SLL and _SLL2 of libpcap.
 */
#include "wire/frame.h"

#include <string.h>

#include "base/rdwr.h"

enum {
	MAC_LEN = 6,
	ETHERNET_LEN = 14,
	SLL_LEN = 16,
	SLL2_LEN = 20,
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_SERVICE_VLAN = 0x88a8,
	TYPE_LEAST = 0x0600, /* what is below is the length of an 802.3 frame */
	SLL_802_2 = 4,       /* what cooked captures have for those */
	HARDWARE_ETHERNET = 1,
	HARDWARE_NONE = 0xfffe,
};

/* What the headers have in common, in SLL2's terms; type is the first one, be it a VLAN tag's. */
struct head {
	uint32_t ifindex;
	uint16_t type, hardware;
	uint8_t direction; /* 0 to us, 1 broadcast, 2 multicast, 3 to others, 4 from us */
	uint8_t mac_len;
	uint8_t mac[8];
};

static void read_mac(struct mc_rd *rd, struct head *h, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h->mac[i] = mc_rd_u8(rd);
}

static void read_ethernet(struct mc_rd *rd, struct head *h)
{
	uint64_t dst = (uint64_t)mc_rd_u16(rd) << 32;

	dst |= mc_rd_u32(rd);
	read_mac(rd, h, MAC_LEN);
	h->mac_len = MAC_LEN;
	h->hardware = HARDWARE_ETHERNET;
	h->direction = dst == 0xffffffffffff ? 1 : dst >> 40 & 1 ? 2 : 0;
	h->type = mc_rd_u16(rd);
	if (h->type < TYPE_LEAST)
		h->type = SLL_802_2;
}

static void read_sll(struct mc_rd *rd, struct head *h)
{
	uint16_t n;

	h->direction = (uint8_t)mc_rd_u16(rd);
	h->hardware = mc_rd_u16(rd);
	n = mc_rd_u16(rd);
	h->mac_len = n < sizeof(h->mac) ? (uint8_t)n : sizeof(h->mac);
	read_mac(rd, h, sizeof(h->mac));
	h->type = mc_rd_u16(rd);
}

static void read_sll2(struct mc_rd *rd, struct head *h)
{
	h->type = mc_rd_u16(rd);
	mc_rd_u16(rd);
	h->ifindex = mc_rd_u32(rd);
	h->hardware = mc_rd_u16(rd);
	h->direction = mc_rd_u8(rd);
	h->mac_len = mc_rd_u8(rd);
	read_mac(rd, h, sizeof(h->mac));
}

/* A packet without anything around it: its own version tells its type. */
static void read_raw(struct mc_rd *rd, struct head *h)
{
	uint8_t version = mc_rd_u8(rd) >> 4;

	rd->off = 0;
	h->hardware = HARDWARE_NONE;
	h->type = version == 4 ? TYPE_IPV4 : version == 6 ? TYPE_IPV6 : 0;
}

/* Reads up to the end of the link's own header. */
static int read_head(struct mc_rd *rd, int link, struct head *h)
{
	uint16_t only = 0;

	switch (link) {
	case MC_LINK_ETHERNET:
		read_ethernet(rd, h);
		break;
	case MC_LINK_SLL:
		read_sll(rd, h);
		break;
	case MC_LINK_SLL2:
		read_sll2(rd, h);
		break;
	case MC_LINK_IPV4:
	case MC_LINK_IPV6:
		only = link == MC_LINK_IPV4 ? TYPE_IPV4 : TYPE_IPV6;
		/* fall through */
	case MC_LINK_RAW:
	case MC_LINK_RAW_DLT:
		read_raw(rd, h);
		if (h->type == 0 || (only && h->type != only))
			return MC_ERR_FRAME;
		break;
	default:
		return MC_ERR_CONF;
	}
	return mc_rd_ok(rd) ? 0 : MC_ERR_FRAME;
}

bool mc_link_known(int link)
{
	struct mc_rd nothing = { .len = 0 };
	struct head h;

	return read_head(&nothing, link, &h) != MC_ERR_CONF;
}

/* Reads the VLAN tags; a priority tag (id 0) is passed over. */
static void read_tags(struct mc_rd *rd, struct mc_framing *f)
{
	size_t n = 0;

	for (int tags = 0; tags < 2 && (f->ethertype == TYPE_VLAN || f->ethertype == TYPE_SERVICE_VLAN);
	     tags++) {
		f->vlan[n] = mc_rd_u16(rd) & 0xfff;
		n += f->vlan[n] != 0;
		f->ethertype = mc_rd_u16(rd);
	}
}

int mc_frame_decode(struct mc_framing *ret, int link, const void *octets, size_t len)
{
	struct mc_rd rd = { .base = octets, .len = len };
	struct head h = { .type = 0 };
	int err = read_head(&rd, link, &h);
	struct mc_framing f = { .ifindex = h.ifindex, .ethertype = h.type };

	if (err < 0)
		return err;
	read_tags(&rd, &f);
	if (!mc_rd_ok(&rd) || (f.ethertype != TYPE_IPV4 && f.ethertype != TYPE_IPV6))
		return MC_ERR_FRAME;
	f.header = rd.off;
	*ret = f;
	return 0;
}

int mc_frame_sll2(void *buf, size_t cap, uint32_t ifindex, int link, const void *octets, size_t len,
		  size_t *ret_rest)
{
	struct mc_rd rd = { .base = octets, .len = len };
	struct mc_wr wr = { .base = buf, .len = cap };
	struct head h = { .type = 0 };
	int err = read_head(&rd, link, &h);

	if (err < 0)
		return err;
	if (cap < SLL2_LEN)
		return MC_ERR_ROOM;
	mc_wr_u16(&wr, h.type);
	mc_wr_u16(&wr, 0);
	mc_wr_u32(&wr, ifindex);
	mc_wr_u16(&wr, h.hardware);
	mc_wr_u8(&wr, h.direction);
	mc_wr_u8(&wr, h.mac_len);
	memcpy(wr.base + wr.off, h.mac, sizeof(h.mac));
	*ret_rest = rd.off;
	return SLL2_LEN;
}
