/*
 * sockets.c - tests of the list of sockets: of tables as text, and of real ones of all kinds.
 */
#include "net/sockets.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "lent.h"

#define HEAD \
	"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"

static uint64_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

/* ---- tables ------------------------------------------------------------------------- */

static void test_table(void **state)
{
	static const char text[] = HEAD
		"  12: 010200EF:1388 00000000:0000 07 00000000:00000300 00:00000000 00000000  1000        0 "
		"77 2 0000000000000000 5\n"
		" 3412: 0100007F:0035 0200000A:1F90 01 00000000:00000000 00:00000000 00000000     0        0 "
		"5 2 0000000000000000 0         \n";
	struct mc_socket *v = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(mc_sockets_parse(&v, &n, text, MC_IPV4, IPPROTO_UDP, false), 0);
	assert_int_equal(n, 2);
	assert_true(v[0].inode == 5 && v[1].inode == 77); /* by inode */
	same_address("local", &v[1].local, "239.0.2.1");
	assert_int_equal(v[1].port, 5000);
	assert_true(mc_addr_is_unspecified(&v[1].peer) && v[1].peer_port == 0);
	assert_true(v[1].uid == 1000 && v[1].queued == 0x300 && v[1].drops == 5);
	assert_true(v[1].options == MC_SOCKET_UNKNOWN && v[1].rcvbuf == MC_SOCKET_UNKNOWN);
	assert_true(v[1].all == -1 && v[1].loop == -1 && v[1].protocol == IPPROTO_UDP && !v[1].raw);
	same_address("peer", &v[0].peer, "10.0.0.2");
	assert_int_equal(v[0].peer_port, 8080);
	assert_ptr_equal(mc_sockets_find(v, n, 77), &v[1]);
	assert_null(mc_sockets_find(v, n, 78));
	assert_null(mc_sockets_find(NULL, 0, 78));
	free(v);
}

/* A raw socket's port is its protocol; more of another family are added to the same list. */
static void test_table_raw(void **state)
{
	static const char raw6[] = HEAD
		"   58: 000015FF000000000000000001000000:003A 00000000000000000000000000000000:0000 07 "
		"00000000:00000000 00:00000000 00000000     0        0 900 2 0000000000000000 0\n";
	static const char raw[] = HEAD
		"    2: 00000000:0002 00000000:0000 07 00000000:00000000 00:00000000 00000000     0 0 901 2 "
		"0000000000000000 0\n    2: 00000000:0002 00000000:0000 07 00000000:00000000 00:00000000 "
		"00000000     0 0 900 2 0000000000000000 0\n";
	struct mc_socket *v = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(mc_sockets_parse(&v, &n, raw6, MC_IPV6, 0, true), 0);
	assert_int_equal(mc_sockets_parse(&v, &n, raw, MC_IPV4, 0, true), 0);
	assert_int_equal(n, 2); /* 900 was there */
	assert_true(v[0].raw && v[0].protocol == IPPROTO_ICMPV6 && v[0].port == 0);
	assert_true(v[1].raw && v[1].protocol == IPPROTO_IGMP && v[1].port == 0);
	free(v);
}

static void test_table_address6(void **state)
{
	static const char text[] =
		"1: B80D0120000000000000000001000000:0001 000015FF000000000000000002000000:FFFF 07 0:0 0:0 0 1 0 3 2 0 0\n";
	struct mc_socket *v = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(mc_sockets_parse(&v, &n, text, MC_IPV6, IPPROTO_UDP, false), 0);
	assert_int_equal(n, 1);
	same_address("local", &v->local, "2001:db8::1");
	same_address("peer", &v->peer, "ff15::2");
	assert_true(v->port == 1 && v->peer_port == UINT16_MAX);
	free(v);
}

static void test_no_table(void **state)
{
	static const char *const lines[] = {
		"",
		"\n\n",
		HEAD,
		"1: 010200EF:1388 00000000:0000 07 0:0 0:0 0 1000 0",
		"1: 010200EF:1388 00000000:0000 07 0:0 0:0 0 1000 0 0 2 0 0",
		"1: 010200EF:1388 00000000:0000 07 0:0 0:0 0 1000 0 x 2 0 0",
		"1: 010200EF:13880 00000000:0000 07 0:0 0:0 0 1000 0 9 2 0 0",
		"1: 010200EF: 00000000:0000 07 0:0 0:0 0 1000 0 9 2 0 0",
		"1: 010200E:1388 00000000:0000 07 0:0 0:0 0 1000 0 9 2 0 0",
		"1: 010200EG:1388 00000000:0000 07 0:0 0:0 0 1000 0 9 2 0 0",
		"1: 010200EF:1388 00000000:0000 07 0 0:0 0 1000 0 9 2 0 0",
		"1: 010200EF:1388 00000000:0000 07 0:0 0:0 0 4294967296 0 9 2 0 0",
	};
	struct mc_socket *v = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_equal(mc_sockets_parse(&v, &n, lines[i], MC_IPV4, IPPROTO_UDP, false), 0);
		if (n)
			fail_msg("a socket: %s", lines[i]);
	}
	free(v);
}

/* ---- real ones ---------------------------------------------------------------------- */

static const struct mc_socket *find(const struct mc_socket *v, size_t n, int fd)
{
	const struct mc_socket *s = mc_sockets_find(v, n, inode_of(fd));

	if (!s)
		fail_msg("a socket is not listed");
	return s;
}

static void test_udp(void **state)
{
	struct mc_socket *v;
	size_t n;

	netns_of(state);
	int any = open_udp(MC_IPV4), group = open_udp(MC_IPV4), six = open_udp(MC_IPV6),
	    unbound = open_udp(MC_IPV4);

	bind_to(any, "0.0.0.0", 5000);
	bind_to(group, "239.1.2.3", 5001);
	bind_to(six, "::", 5002);
	join_group(group, V0, "239.1.2.3");
	join_group(group, LO, "239.1.2.3");
	join_group(six, V0, "ff15::1");
	join_group(six, V0, "239.1.2.3");
	join_group(unbound, V0, "239.1.2.3");
	assert_int_equal(setsockopt(group, SOL_SOCKET, SO_BINDTODEVICE, "v0", 3), 0);
	assert_int_equal(setsockopt(group, IPPROTO_IP, IP_MULTICAST_ALL, &(int){ 0 }, sizeof(int)), 0);
	assert_int_equal(mc_sockets_read(&v, &n), 0);
	assert_int_equal(n, 3);
	assert_null(mc_sockets_find(v, n, inode_of(unbound)));

	const struct mc_socket *s = find(v, n, any), *g = find(v, n, group), *x = find(v, n, six);

	assert_true(s->family == MC_IPV4 && s->protocol == IPPROTO_UDP && s->port == 5000 && s->options == 0);
	assert_true(s->all == 1 && s->loop == 1 && s->ifindex == 0 && s->rcvbuf > 0 && s->drops == 0);
	assert_true(mc_addr_is_unspecified(&s->local) && s->uid == geteuid());
	same_address("group", &g->local, "239.1.2.3");
	assert_true(g->all == 0 && g->loop == 1 && g->ifindex == V0 && g->options > 0);
	assert_true(x->family == MC_IPV6 && x->port == 5002 && x->options > g->options / 2 && x->all == -1);
	free(v);
	close(any);
	close(group);
	close(six);
	close(unbound);
}

/* Of kinds that sock_diag may lack. Ping sockets are for groups of users that a sysctl tells. */
static void test_other_kinds(void **state)
{
	struct mc_socket *v;
	size_t n;

	netns_of(state);
	int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);
	int raw6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), ping;

	put_file("/proc/sys/net/ipv4/ping_group_range", "0 0");
	ping = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
	assert_true(raw >= 0 && raw6 >= 0);
	if (ping >= 0)
		bind_to(ping, "10.0.0.1", 0);
	assert_int_equal(mc_sockets_read(&v, &n), 0);
	assert_int_equal(n, ping >= 0 ? 3 : 2);
	assert_true(find(v, n, raw)->raw && find(v, n, raw)->protocol == IPPROTO_IGMP);
	assert_true(find(v, n, raw)->family == MC_IPV4 && find(v, n, raw)->port == 0);
	assert_true(find(v, n, raw6)->raw && find(v, n, raw6)->protocol == IPPROTO_ICMPV6);
	assert_true(find(v, n, raw6)->family == MC_IPV6);
	if (ping >= 0) {
		const struct mc_socket *s = find(v, n, ping);

		assert_true(!s->raw && s->protocol == IPPROTO_ICMP && s->options == MC_SOCKET_UNKNOWN);
		same_address("ping", &s->local, "10.0.0.1");
		close(ping);
	}
	free(v);
	close(raw);
	close(raw6);
}

/* What waits to be read is counted, and what found no room. */
static void test_queue(void **state)
{
	struct sockaddr_storage to;
	socklen_t len = kernel_address(&to, "10.0.0.1", 5000);
	static char data[1000];
	struct mc_socket *v;
	size_t n;

	netns_of(state);
	int rx = open_udp(MC_IPV4), tx = open_udp(MC_IPV4);

	assert_int_equal(setsockopt(rx, SOL_SOCKET, SO_RCVBUF, &(int){ 4000 }, sizeof(int)), 0);
	bind_to(rx, "0.0.0.0", 5000);
	for (int i = 0; i < 50; i++)
		assert_int_equal(sendto(tx, data, sizeof data, 0, (struct sockaddr *)&to, len), sizeof data);
	assert_int_equal(mc_sockets_read(&v, &n), 0);
	assert_in_range(find(v, n, rx)->queued, 1000, 50000);
	assert_in_range(find(v, n, rx)->drops, 30, 50);
	assert_int_equal(find(v, n, rx)->rcvbuf, 8000); /* the kernel doubles it */
	free(v);
	close(rx);
	close(tx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_raw),
		cmocka_unit_test(test_table_address6),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_other_kinds),
		cmocka_unit_test(test_queue),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("sockets", tests, netns_setup, NULL);
}
