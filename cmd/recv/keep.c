/*
 * keep.c - datagrams as packets of a capture file. The socket gave no headers: they are made anew from what
 * it told, as they were when the datagram was whole (RFC 791 3.1, RFC 8200 3, RFC 768); fragments and options
 * are not known. Of what is not told, TTL and TOS octet, 0 is written.
 */
#include "recv/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch/keep.h"
#include "wire/frame.h"
#include "wire/udp.h"

#define ROOM (MC_IPV6_HEAD + MC_UDP_HEAD + 65535)

struct recv_keep {
	bool failed; /* and that was told */
	struct keep *file;
	uint8_t packet[ROOM];
};

int recv_keep_open(struct recv_keep **ret, const char *path, char why[RECV_KEEP_WHY])
{
	struct recv_keep *k = calloc(1, sizeof *k);

	_Static_assert(RECV_KEEP_WHY >= CAPTURE_WHY, "a clause of keep_open fits");
	if (!k) {
		snprintf(why, RECV_KEEP_WHY, "cannot write %s: %s", path, strerror(ENOMEM));
		return -1;
	}
	if (keep_open(&k->file, path, MC_LINK_RAW_DLT, -1, why)) {
		free(k);
		return -1;
	}
	*ret = k;
	return 0;
}

static void keep_one(struct recv_keep *k, const struct mc_dgram *d, uint16_t port, const uint8_t *data,
		     size_t len)
{
	struct mc_wr w = { k->packet, sizeof k->packet, 0, false };
	const struct mc_ip ip = { .src = d->peer,
				  .dst = d->local,
				  .ttl = (int16_t)(d->ttl > 0 ? d->ttl : 0),
				  .tos = (int16_t)(d->tos > 0 ? d->tos : 0),
				  .sum_ok = true,
				  .protocol = MC_PROTO_UDP };
	struct packet p = { .time = d->time, .link = MC_LINK_RAW_DLT, .octets = k->packet };

	mc_ip_put(&w, &ip, d->local.family, MC_UDP_HEAD + len);
	mc_udp_put(&w, &ip, d->port, port, data, len);
	if (!mc_wr_ok(&w))
		return;
	p.len = p.wire = w.off;
	keep_packet(k->file, &p);
}

void recv_keep_dgram(struct recv_keep *k, const struct mc_dgram *d, uint16_t port)
{
	size_t segment = d->segment ? d->segment : d->len, off = 0;

	do { /* an empty datagram is one, too */
		size_t left = d->len - off, len = left < segment ? left : segment;

		keep_one(k, d, port, (const uint8_t *)d->data + off, len);
		off += len;
	} while (off < d->len);
}

bool recv_keep_flush(struct recv_keep *k)
{
	bool known = k->failed;

	k->failed = keep_flush(k->file) != 0;
	return known || !k->failed;
}

int recv_keep_close(struct recv_keep *k, char why[RECV_KEEP_WHY])
{
	uint64_t kept;
	int r;

	if (!k)
		return 0;
	r = keep_close(k->file, &kept, why);
	free(k);
	return r;
}
