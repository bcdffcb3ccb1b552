/*
 * counters.c - tests of the kernel's counters: the three forms of text, and what a kernel of our own network
 * counts.
 */
#include "net/counters.h"

#include "net/sockaddr.h"
#include "sockets.h"

static struct mc_counters *parsed(const char *pairs, const char *list, const char *softnet)
{
	struct mc_counters *c;

	assert_int_equal(mc_counters_new(&c), 0);
	assert_int_equal(mc_counters_parse(c, pairs, true), 0);
	assert_int_equal(mc_counters_parse(c, list, false), 0);
	assert_int_equal(mc_counters_parse_softnet(c, softnet), 0);
	return c;
}

/* NULL: no such counter. */
static void check(const struct mc_counters *c, const char *name, const char *want)
{
	uint64_t v = 12345;
	char got[32];
	bool is = mc_counters_get(c, name, &v);

	snprintf(got, sizeof got, "%llu", (unsigned long long)v);
	equal(name, got, want ? want : "12345");
	assert_int_equal(is, want != NULL);
}

static void test_forms(void **state)
{
	struct mc_counters *c =
		parsed("Ip: Forwarding DefaultTTL InReceives\nIp: 2 64 18446744073709551615\n"
		       "IcmpMsg: InType3 OutType3\nIcmpMsg: 50585 50579\n"
		       "Tcp: MaxConn ActiveOpens\nTcp: -1 160\n"
		       "Udp: InDatagrams RcvbufErrors\nUdp: 0 2088260\n"
		       "UdpLite: InDatagrams RcvbufErrors\nUdpLite: 0 1\n"
		       "TcpExt: SyncookiesSent IPReversePathFilter\nTcpExt: 0 7\n"
		       "IpExt: InNoRoutes InMcastPkts \nIpExt: 3 4 \n",
		       "Ip6InReceives                   \t29\nUdp6InErrors                  \t31\n"
		       "Icmp6InType143                  \t23\n",
		       "e460406d 00000001 0000003a 00000000 00000000 00000000 00000000\n"
		       "bbaf6d1c 0000000f ffffffff 00000000 00000000 00000000 00000000\n");

	(void)state;
	check(c, "IpForwarding", "2");
	check(c, "IpInReceives", "18446744073709551615");
	check(c, "IcmpMsgInType3", "50585");
	check(c, "TcpMaxConn", NULL);
	check(c, "TcpActiveOpens", "160");
	check(c, "UdpRcvbufErrors", "2088260");
	check(c, "UdpInDatagrams", "0");
	check(c, "UdpLiteRcvbufErrors", "1");
	check(c, "TcpExtIPReversePathFilter", "7");
	check(c, "IPReversePathFilter", NULL);
	check(c, "IpExtInMcastPkts", "4");
	check(c, "Ip6InReceives", "29");
	check(c, "Udp6InErrors", "31");
	check(c, "Icmp6InType143", "23");
	check(c, "SoftnetDropped", "16");
	check(c, "SoftnetTimeSqueeze", "4294967353");
	check(c, "Udp", NULL);
	check(c, "UdpInDatagramsx", NULL);
	check(c, "", NULL);
	mc_counters_free(c);
	mc_counters_free(NULL);
}

/* What is incomplete is left out, and what comes behind it is not. A name has 63 characters at most. */
static void test_strange(void **state)
{
#define LONG "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" /* 62 */
	struct mc_counters *c = parsed("\nIp\nIp: A B C\nUdp: A B C\nUdp: 1 2\nUdp: 3 4\nTcp: 5\nTcp: x 6 7\n"
				       "Last: A B\nLast: 8 9x\n:\n: A\n: 10\nEnd: A",
				       "\nA\nB 1\nC x\nD 2 3\n E 4\n" LONG "a 5\n" LONG "ab 6\nB 9\nB 7\nF 8",
				       "\n1\n1 2\n1 g 3\n1 100000000 3\n");
	struct mc_counters *none = parsed("", "", "");

	(void)state;
	check(c, "IpA", NULL);
	check(c, "UdpA", "1");
	check(c, "UdpB", "2");
	check(c, "UdpC", NULL);
	check(c, "Udp3", NULL);
	check(c, "Tcp5", NULL);
	check(c, "LastA", "8");
	check(c, "LastB", NULL);
	check(c, "A", NULL);
	check(c, "EndA", NULL);
	check(c, "B", "9");
	check(c, "C", NULL);
	check(c, "D", "2");
	check(c, "E", "4");
	check(c, "F", "8");
	check(c, LONG "a", "5");
	check(c, LONG "ab", NULL);
	check(c, "SoftnetDropped", NULL);
	check(none, "B", NULL);
	mc_counters_free(c);
	mc_counters_free(none);
}

static void test_grew(void **state)
{
	struct mc_counters *before = parsed("", "A 5\nB 7\nC 1\nE 18446744073709551615\n", "0 1 0\n");
	struct mc_counters *after = parsed("", "A 15\nB 6\nD 1\nE 18446744073709551615\n", "0 1 2\n0 3 4\n");

	(void)state;
	assert_int_equal(mc_counters_grew(before, after, "A"), 10);
	assert_int_equal(mc_counters_grew(before, after, "B"), 0);
	assert_int_equal(mc_counters_grew(before, after, "C"), 0);
	assert_int_equal(mc_counters_grew(before, after, "D"), 0);
	assert_int_equal(mc_counters_grew(before, after, "E"), 0);
	assert_int_equal(mc_counters_grew(before, after, "SoftnetDropped"), 3);
	assert_int_equal(mc_counters_grew(before, after, "SoftnetTimeSqueeze"), 6);
	mc_counters_free(before);
	mc_counters_free(after);
}

/* Datagrams for a port of nobody's, which the network of the test alone counts. */
static void test_read(void **state)
{
	static const char *const names[] = { "UdpNoPorts", "Udp6NoPorts" };
	static const char *const all[] = { "UdpRcvbufErrors",  "UdpInCsumErrors",
					   "IpExtInMcastPkts", "TcpExtIPReversePathFilter",
					   "Udp6InErrors",     "Ip6InMcastPkts",
					   "SoftnetDropped",   "SoftnetTimeSqueeze" };
	struct mc_counters *before, *after;
	uint64_t v;

	netns_of(state);
	assert_int_equal(mc_counters_read(&before), 0);
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, f->lo, 0);
		int fd = opened(&c), nobodys = opened(&c);
		struct sockaddr_storage to;
		socklen_t len = mc_sa_put(&to, &c.bind, port_of(nobodys), 0);

		close(nobodys);
		for (int i = 0; i < 5; i++)
			assert_int_equal(sendto(fd, "nobody", 6, 0, (struct sockaddr *)&to, len), 6);
		close(fd);
	}
	assert_int_equal(mc_counters_read(&after), 0);
	for (size_t i = 0; i < COUNT(names); i++) {
		check(before, names[i], "0");
		check(after, names[i], "5");
		assert_int_equal(mc_counters_grew(before, after, names[i]), 5);
	}
	for (size_t i = 0; i < COUNT(all); i++)
		if (!mc_counters_get(after, all[i], &v))
			fail_msg("no %s", all[i]);
	mc_counters_free(before);
	mc_counters_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_strange),
		cmocka_unit_test(test_grew),
		cmocka_unit_test(test_read),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("counters", tests, netns_setup_in_order, NULL);
}
