/*
 * codec_capture.c - writes the capture that `./dev bench codec` has read: COUNT one-record IGMPv3
 * reports on Ethernet from 256 hosts for 256 groups, the same ones in every run, in a pcap file
 * of microseconds. The reports are the library's; the file's headers are written here by hand.
 *
 * Every 65,536 reports name each pair of a host and a group once, in an order of their own: from
 * there on a table of them is full. They join in the first 65,536 and are asked after that. Between
 * two reports lie 1 to 1,023 us, 153 on average, so that nobody is silent until it expires.
 */
#include "codec.h"

#include <mcast/msg.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHER = 14, IP_ROOM = 128, BEGIN = 1700000000 };

struct file_header { /* as libpcap's manual has it: pcap-savefile(5), in the machine's byte order */
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, figures, snaplen, linktype;
};

struct packet_header {
	uint32_t seconds, micros, here, wire;
};

/* Turns the number of a report into that of its pair: in each 65,536 every pair once. */
static uint16_t pair_of(uint32_t i)
{
	uint32_t x = i ^ (i >> 16) * 40503U;

	for (int turn = 0; turn < 3; turn++) {
		x = (x * 58653U + 12345U) & 0xffff;
		x ^= x >> 7;
	}
	return (uint16_t)x;
}

static int make_report(uint8_t *to, uint32_t i)
{
	uint8_t host = (uint8_t)(pair_of(i) & 0xff), group = (uint8_t)(pair_of(i) >> 8);
	uint8_t half = host < 128 ? 1 : 2; /* 10.0.1.1 to 10.0.1.128, 10.0.2.1 to 10.0.2.128 */
	struct mc_record r = { .type = i < 65536 ? MC_TO_EX : MC_IS_EX };
	struct mc_msg head;
	struct mc_writer w;

	mc_msg_init(&head);
	head.kind = MC_REPORT;
	head.family = MC_IPV4;
	head.version = 3;
	head.ip.src = (struct mc_addr){ MC_IPV4, { 10, 0, half, (uint8_t)(1 + host % 128) } };
	r.group = (struct mc_addr){ MC_IPV4, { 239, 77, 1, group } };
	r.sources.family = MC_IPV4;
	int err = mc_writer_begin(&w, to, IP_ROOM, &head);

	if (!err)
		err = mc_writer_add(&w, &r);
	return err < 0 ? err : mc_writer_end(&w);
}

static void put_ether(uint8_t *to, const uint8_t *ip)
{
	const uint8_t macs[ETHER] = { 0x01, 0, 0x5e, 0, 0, 0x16, 0x02, 0, 0, 0, ip[14], ip[15], 0x08, 0x00 };

	memcpy(to, macs, sizeof(macs));
}

/* Returns 0, or an error of the library; that of the file is found at its end. */
static int write_reports(FILE *out, uint32_t count)
{
	uint64_t state = 1, micros = 0;
	uint8_t frame[ETHER + IP_ROOM];

	for (uint32_t i = 0; i < count; i++) {
		int len = make_report(frame + ETHER, i);

		if (len < 0)
			return len;
		put_ether(frame, frame + ETHER);
		uint32_t size = ETHER + (uint32_t)len;
		struct packet_header h = { BEGIN + (uint32_t)(micros / 1000000), (uint32_t)(micros % 1000000),
					   size, size };

		fwrite(&h, sizeof(h), 1, out);
		fwrite(frame, size, 1, out);
		uint32_t least = 1U << next_random(&state) % 10;

		micros += least + next_random(&state) % least;
	}
	return 0;
}

int capture_main(char **args)
{
	const struct file_header head = { 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1 };
	FILE *out = fopen(args[0], "wb");

	if (!out) {
		perror(args[0]);
		return 1;
	}
	fwrite(&head, sizeof(head), 1, out);
	int err = write_reports(out, (uint32_t)strtoul(args[1], NULL, 10));

	if (err)
		fprintf(stderr, "codec capture: %s\n", mc_strerror(err));
	if (ferror(out) | fclose(out)) {
		perror(args[0]);
		return 1;
	}
	return err ? 1 : 0;
}
