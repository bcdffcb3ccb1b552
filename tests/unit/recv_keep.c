/*
 * recv_keep.c - tests of --write: datagrams and trains as packets of a pcap file, which libpcap reads back,
 * with headers that say what the socket told, and checksums that are right by a sum of their own.
 */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recv/keep.h"
#include "wire.h"

#define PACKETS_MOST 8

struct kept {
	struct {
		uint8_t octets[PACKET_MOST];
		size_t len;
		uint64_t time;
	} v[PACKETS_MOST];
	size_t n;
	int link;
};

static struct kept kept;
static char path[] = "/tmp/recv_keep.XXXXXX";

static void read_back(void)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
	struct pcap_pkthdr *head;
	const u_char *octets;

	assert_non_null(p);
	kept.n = 0;
	kept.link = pcap_datalink(p);
	while (pcap_next_ex(p, &head, &octets) == 1) {
		assert_true(kept.n < PACKETS_MOST);
		assert_int_equal(head->caplen, head->len);
		kept.v[kept.n].len = head->caplen;
		kept.v[kept.n].time = (uint64_t)head->ts.tv_sec * MC_SEC + (uint64_t)head->ts.tv_usec;
		memcpy(kept.v[kept.n].octets, octets, head->caplen);
		kept.n++;
	}
	pcap_close(p);
}

static void keep(const struct mc_dgram *v, size_t n, uint16_t port)
{
	struct recv_keep *k;
	char why[RECV_KEEP_WHY];

	assert_int_equal(recv_keep_open(&k, path, why), 0);
	for (size_t i = 0; i < n; i++)
		recv_keep_dgram(k, &v[i], port);
	recv_keep_flush(k);
	recv_keep_flush(k);
	assert_int_equal(recv_keep_close(k, why), 0);
	read_back();
}

static struct mc_dgram datagram(const char *from, const char *to, void *data, size_t len)
{
	return (struct mc_dgram){ .data = data,
				  .len = len,
				  .peer = wire_addr(from),
				  .local = wire_addr(to),
				  .port = 40001,
				  .ttl = 7,
				  .tos = 184,
				  .time = 1700000000 * MC_SEC + 123456789 };
}

/* The one's complement sum, 16 bits at a time, carried around. */
static uint32_t sum(const uint8_t *p, size_t len)
{
	uint32_t s = 0;

	for (size_t i = 0; i < len; i++)
		s += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

/* Over addresses, protocol, length, header and data: all ones where the checksum is right. */
static void check_udp(const uint8_t *ip, size_t addrs, size_t addrs_len, const uint8_t *udp, size_t len)
{
	uint32_t s = sum(ip + addrs, addrs_len) + 17 + (uint32_t)len + sum(udp, len);

	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	assert_int_equal(s, 0xffff);
	assert_true(udp[6] || udp[7]);
	assert_int_equal(udp[0] << 8 | udp[1], 40001);
	assert_int_equal(udp[2] << 8 | udp[3], 5000);
	assert_int_equal(udp[4] << 8 | udp[5], len);
}

static void check4(size_t i, const void *data, size_t len)
{
	const uint8_t *p = kept.v[i].octets;

	assert_int_equal(kept.v[i].len, 28 + len);
	assert_int_equal(p[0], 0x45);
	assert_int_equal(p[1], 184);
	assert_int_equal(p[2] << 8 | p[3], 28 + len);
	assert_int_equal(p[8], 7);
	assert_int_equal(p[9], 17);
	assert_memory_equal(p + 12, wire_addr("10.0.0.1").b, 4);
	assert_memory_equal(p + 16, wire_addr("239.1.1.1").b, 4);
	assert_int_equal(sum(p, 20), 0xffff);
	check_udp(p, 12, 8, p + 20, 8 + len);
	assert_memory_equal(p + 28, data, len);
}

static void test_ipv4(void **state)
{
	uint8_t data[1500];
	struct mc_dgram v[3];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7);
	v[0] = datagram("10.0.0.1", "239.1.1.1", data, 11); /* odd */
	v[1] = datagram("10.0.0.1", "239.1.1.1", data, 1400);
	v[2] = datagram("10.0.0.1", "239.1.1.1", data, 0);
	keep(v, 3, 5000);
	assert_int_equal(kept.link, DLT_RAW);
	assert_int_equal(kept.n, 3);
	assert_int_equal(kept.v[0].time, v[0].time);
	check4(0, data, 11);
	check4(1, data, 1400);
	check4(2, data, 0);
}

static void test_ipv6(void **state)
{
	uint8_t data[] = "abc";
	struct mc_dgram d = datagram("2001:db8::1", "ff3e::8000:1", data, 3);
	const uint8_t *p = kept.v[0].octets;

	(void)state;
	keep(&d, 1, 5000);
	assert_int_equal(kept.n, 1);
	assert_int_equal(kept.v[0].len, 40 + 8 + 3);
	assert_int_equal(p[0] >> 4, 6);
	assert_int_equal((p[0] & 15) << 4 | p[1] >> 4, 184);
	assert_int_equal(p[4] << 8 | p[5], 11);
	assert_int_equal(p[6], 17);
	assert_int_equal(p[7], 7);
	check_udp(p, 8, 32, p + 40, 11);
	assert_memory_equal(p + 48, data, 3);
}

/* A train is written as what it is of, the last one shorter. */
static void test_train(void **state)
{
	uint8_t data[25];
	struct mc_dgram d = datagram("10.0.0.1", "239.1.1.1", data, sizeof data);

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	d.segment = 10;
	keep(&d, 1, 5000);
	assert_int_equal(kept.n, 3);
	check4(0, data, 10);
	check4(1, data + 10, 10);
	check4(2, data + 20, 5);
	assert_int_equal(kept.v[2].time, d.time);
}

/* What was not told is 0; a checksum that comes out 0 is written as all ones (RFC 768). */
static void test_edges(void **state)
{
	static uint8_t data[65507];
	struct mc_dgram d = datagram("10.0.0.1", "239.1.1.1", data, 2);
	const uint8_t *p = kept.v[0].octets;
	uint32_t s;

	(void)state;
	d.ttl = d.tos = -1;
	keep(&d, 1, 5000);
	assert_int_equal(p[1], 0);
	assert_int_equal(p[8], 0);
	assert_int_equal(sum(p, 20), 0xffff);
	s = (uint32_t)p[26] << 8 | p[27]; /* data that takes the checksum to zero */
	data[0] = (uint8_t)(s >> 8);
	data[1] = (uint8_t)s;
	keep(&d, 1, 5000);
	assert_int_equal(p[26] << 8 | p[27], 0xffff);
	check_udp(p, 12, 8, p + 20, 10);
	d.len = sizeof data; /* the longest there is */
	keep(&d, 1, 5000);
	assert_int_equal(kept.v[0].len, 65535);
	check_udp(p, 12, 8, p + 20, 8 + sizeof data);
}

static void test_refused(void **state)
{
	struct recv_keep *k;
	char why[RECV_KEEP_WHY];
	struct mc_dgram d = datagram("10.0.0.1", "239.1.1.1", path, 5);

	(void)state;
	assert_int_equal(recv_keep_open(&k, "/nonexistent/file", why), -1);
	assert_non_null(strstr(why, "/nonexistent/file: No such file"));
	assert_int_equal(recv_keep_close(NULL, why), 0);
	assert_int_equal(recv_keep_open(&k, "/dev/full", why), 0);
	recv_keep_dgram(k, &d, 5000);
	assert_int_equal(recv_keep_close(k, why), -1);
	assert_non_null(strstr(why, "/dev/full: No space left"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),  cmocka_unit_test(test_ipv6),    cmocka_unit_test(test_train),
		cmocka_unit_test(test_edges), cmocka_unit_test(test_refused),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
