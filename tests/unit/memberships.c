/*
 * memberships.c - tests of the kernel's tables of groups: their text as kernels write it and as none does,
 * and what a network of the test's own says.
 */
#include "net/memberships.h"

#include <arpa/inet.h>
#include <poll.h>

#include "base/text.h"
#include "sockets.h"

#define IGMP "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"

/* A snapshot in words: "4 224.0.0.1 x1 10.0.0.1+1-0", then "4 eth0 igmp 3 newest". */
static const char *shown(const struct mc_memberships *m)
{
	static const char *const why[] = { "unknown", "newest", "forced", "older" };
	static char buf[4000];
	struct mc_text t = mc_text_begin(buf, sizeof buf);

	for (size_t k = 0; k < m->n; k++) {
		const struct mc_membership *v = &m->v[k];

		mc_text_number(&t, v->ifindex);
		mc_text_char(&t, ' ');
		mc_text_addr(&t, &v->group);
		mc_text_str(&t, " x");
		mc_text_number(&t, v->users);
		for (size_t i = 0; i < v->nsources; i++) {
			mc_text_char(&t, ' ');
			mc_text_addr(&t, &v->sources[i].addr);
			mc_text_char(&t, '+');
			mc_text_number(&t, v->sources[i].include);
			mc_text_char(&t, '-');
			mc_text_number(&t, v->sources[i].exclude);
		}
		mc_text_char(&t, '\n');
	}
	for (size_t i = 0; i < m->nspoken; i++) {
		const struct mc_spoken *s = &m->spoken[i];

		mc_text_number(&t, s->ifindex);
		mc_text_char(&t, ' ');
		mc_text_str(&t, s->name);
		for (int k = 0; k < 2; k++) {
			mc_text_str(&t, k ? ", mld " : " igmp ");
			mc_text_number(&t, s->version[k]);
			mc_text_char(&t, ' ');
			mc_text_str(&t, why[s->why[k]]);
		}
		mc_text_char(&t, '\n');
	}
	assert_false(t.full);
	return buf;
}

/* Texts below are of a machine that writes the last octet first; others write the first one first. */
static const char *native(const char *text)
{
	static char buf[4000];

	assert_true(strlen(text) < sizeof buf);
	strcpy(buf, text);
	for (char *p = buf; htonl(1) == 1 && (p = strstr(p, "\t\t\t\t")); p += 12) {
		char was[8];

		memcpy(was, p + 4, 8);
		for (int i = 0; i < 4; i++)
			memcpy(p + 4 + 2 * i, was + 6 - 2 * i, 2);
	}
	return buf;
}

/* What the four tables say together; NULL: not there. */
static void check(const char *what, const char *igmp, const char *igmp6, const char *mcfilter,
		  const char *mcfilter6, const char *want)
{
	struct mc_memberships m = { 0 };

	assert_int_equal(igmp ? mc_memberships_parse_igmp(&m, native(igmp)) : 0, 0);
	assert_int_equal(igmp6 ? mc_memberships_parse_igmp6(&m, igmp6) : 0, 0);
	assert_int_equal(mcfilter ? mc_memberships_parse_filters(&m, MC_IPV4, mcfilter) : 0, 0);
	assert_int_equal(mcfilter6 ? mc_memberships_parse_filters(&m, MC_IPV6, mcfilter6) : 0, 0);
	mc_memberships_sort(&m);
	equal(what, shown(&m), want);
	mc_memberships_free(&m);
}

static void check_igmp(const char *what, const char *igmp, const char *want)
{
	check(what, igmp, NULL, NULL, NULL, want);
}

/* ---- IPv4's table ------------------------------------------------------------------- */

static void test_igmp(void **state)
{
	(void)state;
	check_igmp("Linux 6.18",
		   IGMP "1\tlo        :     1      V3\n"
			"\t\t\t\t010000E0     1 0:00000000\t\t0\n"
			"4\teth0      :     3      V2\n"
			"\t\t\t\tFB0000E0     2 0:00000000\t\t1\n"
			"\t\t\t\t030201EF    17 1:00000114\t\t0\n"
			"\t\t\t\t010000E0     1 0:00000000\t\t0\n",
		   "1 224.0.0.1 x1\n4 224.0.0.1 x1\n4 224.0.0.251 x2\n4 239.1.2.3 x17\n"
		   "1 lo igmp 3 newest, mld 0 unknown\n4 eth0 igmp 2 older, mld 0 unknown\n");
	check_igmp("Linux 2.6, timers that have passed",
		   IGMP "2\teth0      :     2      V1\n"
			"\t\t\t\t030201EF     1 1:FFFFFFFFFFFFFA3E\t\t1\n"
			"\t\t\t\t010000E0     1 0:FFFFFFFF43F1E2A0\t\t0\n",
		   "2 224.0.0.1 x1\n2 239.1.2.3 x1\n2 eth0 igmp 1 older, mld 0 unknown\n");
	check_igmp("Linux without IP multicast",
		   IGMP "1\tlo        :     0    NONE\n\t\t\t\t010000E0     1 0:00000000\t\t0\n",
		   "1 224.0.0.1 x1\n1 lo igmp 0 unknown, mld 0 unknown\n");
	check_igmp(
		"columns that are full",
		IGMP "2147483647\tabcdefghijklmno: 1000000      V3\n\t\t\t\t010000E0 2000000 0:0\t\t0\n",
		"2147483647 224.0.0.1 x2000000\n2147483647 abcdefghijklmno igmp 3 newest, mld 0 unknown\n");
	check_igmp("no interfaces", IGMP, "");
}

/* Anything but blanks, '/' and, since Linux 4.0, ':'. */
static void test_igmp_names(void **state)
{
	static const char *const names[] = {
		"eth0.100", "1",   "4294967297", "-",       "%d",  "caf\xc3\xa9", "a:b",
		"V3",       "\"'", "Idx",        "br-[x]*", "\\n", "\x01\x7f",
	};
	char text[400], want[400];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(text, sizeof text,
			 IGMP "7\t%-10s: %5d %7s\n\t\t\t\t010000E0     1 0:00000000\t\t0\n", names[i], 1,
			 "V3");
		snprintf(want, sizeof want, "7 224.0.0.1 x1\n7 %s igmp 3 newest, mld 0 unknown\n", names[i]);
		check_igmp(names[i], text, want);
	}
}

/* What belongs to no interface, or is no group, is left out; what comes after is not. */
static void test_igmp_strange(void **state)
{
	static const char after[] = "3\teth1      :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n";
	static const char *const before[] = {
		"",
		"\n\n",
		"\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"Idx\tDevice    : Count Querier\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"2\teth0           1      V3\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"2\teth0      :            \n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"2\t          :     1      V3\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"2\tabcdefghijklmnop:     1      V3\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"0\teth0      :     1      V3\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"2147483648\teth0      :     1      V3\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"-2\teth0      :     1      V3\n\t\t\t\t020000E0     1 0:00000000\t\t0\n",
		"2",
		"2\teth0",
	};
	char text[400];

	(void)state;
	for (size_t i = 0; i < COUNT(before); i++) {
		bool open = before[i][0] && before[i][strlen(before[i]) - 1] != '\n';

		snprintf(text, sizeof text, "%s%s%s", before[i], open ? "\n" : "", after);
		check_igmp(before[i], text, "3 224.0.0.1 x1\n3 eth1 igmp 3 newest, mld 0 unknown\n");
	}
	check_igmp(
		"groups that are none",
		"3\teth1 : 9 V4\n\t\t\t\t0100000A 1 0:0\n\t\t\t\t1FFFFFFFF 1 0:0\n\t\t\t\t 1 0:0\n"
		"\t\t\t\tG10000E0 1 0:0\n\t\t\t\t010000E0\n\t\t\t\t010000E0 -1\n\t\t\t\t010000E0 4294967296\n"
		"\t\t\t\t010000E0 4294967295",
		"3 224.0.0.1 x4294967295\n3 eth1 igmp 0 unknown, mld 0 unknown\n");
}

/* ---- the other tables --------------------------------------------------------------- */

static void test_igmp6(void **state)
{
	(void)state;
	check("Linux 6.18", NULL,
	      "1    lo              ff020000000000000000000000000001     1 0000000C 0\n"
	      "1    lo              ff010000000000000000000000000001     1 00000008 0\n"
	      "12   abcdefghijklmno ff15000000000000000000000000beef     3 00000005 84\n"
	      "12   abcdefghijklmno ff020000000000000000000000000001     1 0000000C 0\n"
	      "123456 caf\xc3\xa9            ff02000000000000000000000000006a 100000 0000000C 0",
	      NULL, NULL,
	      "1 ff01::1 x1\n1 ff02::1 x1\n12 ff02::1 x1\n12 ff15::beef x3\n123456 ff02::6a x100000\n"
	      "1 lo igmp 0 unknown, mld 0 unknown\n12 abcdefghijklmno igmp 0 unknown, mld 0 unknown\n"
	      "123456 caf\xc3\xa9 igmp 0 unknown, mld 0 unknown\n");
	check("lines that are none", NULL,
	      "\n1\n1 lo\n1 lo ff02::1 1 0 0\n1 lo ff02000000000000000000000000001 1 0 0\n"
	      "1 lo ff0200000000000000000000000000011 1 0 0\n1 lo 20010db8000000000000000000000001 1 0 0\n"
	      "1 lo ff0200000000000000000000000000g1 1 0 0\n1 lo ff020000000000000000000000000001\n"
	      "lo ff020000000000000000000000000001 1 0 0\n"
	      "1 abcdefghijklmnop ff020000000000000000000000000001 1 0 0\n",
	      NULL, NULL, "");
}

/* mcfilter's addresses read as they are written, and its names are cut. */
static void test_filters(void **state)
{
	(void)state;
	check("both families",
	      IGMP "4\teth0      :     2      V3\n\t\t\t\t010101E8     2 0:00000000\t\t0\n"
		   "\t\t\t\t010000E0     1 0:00000000\t\t0\n",
	      "4    eth0            ff3e0000000000000000000000001234     2 00000004 0\n",
	      "Idx Device        MCA        SRC    INC    EXC\n"
	      "  4   eth0 0xe8010101 0xc0a80002      1      0\n"
	      "  4   eth0 0xe8010101 0x0a000001      2      1\n"
	      "  5 abcdef 0xe8010101 0x0a000002      1      0\n",
	      "Idx Device                Multicast Address                   Source Address    INC    EXC\n"
	      "  4   eth0 ff3e0000000000000000000000001234 20010db8000000000000000000000002 4000000000  "
	      "    0\n"
	      "  4   eth0 ff3e0000000000000000000000001234 20010db8000000000000000000000001      0      7\n"
	      "  4   eth0 ff3e0000000000000000000000001235 20010db8000000000000000000000001      0      7\n",
	      "4 224.0.0.1 x1\n4 232.1.1.1 x2 10.0.0.1+2-1 192.168.0.2+1-0\n"
	      "4 ff3e::1234 x2 2001:db8::1+0-7 2001:db8::2+4000000000-0\n"
	      "4 eth0 igmp 3 newest, mld 0 unknown\n");
	check("lines that are none",
	      IGMP "4\teth0      :     1      V3\n\t\t\t\t010101E8     1 0:00000000\t\t0\n", NULL,
	      "4\n4 eth0\n4 eth0 0xe8010101\n4 eth0 0xe8010101 0x0a000001\n4 eth0 0xe8010101 0x0a000001 1\n"
	      "4 eth0 0xe8010101 0x1a0000001 1 0\n4 eth0 232.1.1.1 10.0.0.1 1 0\n4 eth0 0xe8010101 0x 1 0\n"
	      "x eth0 0xe8010101 0x0a000001 1 0\n  4   eth0 0xe8010101 0x0a000001 1 -1\n",
	      NULL, "4 232.1.1.1 x1\n4 eth0 igmp 3 newest, mld 0 unknown\n");
}

/* Tables that changed while they were read tell some things twice. */
static void test_twice(void **state)
{
	(void)state;
	check("twice",
	      "4\teth0 : 2 V3\n\t\t\t\t010101E8 1 0:0\n\t\t\t\t010101E8 2 0:0\n\t\t\t\t010000E0 1 0:0\n"
	      "4\teth0 : 2 V2\n\t\t\t\t010101E8 1 0:0\n2\teth1 : 1 V3\n\t\t\t\t010000E0 1 0:0\n",
	      "4 eth0 ff020000000000000000000000000001 1 0 0\n4 eth0 ff020000000000000000000000000001 1 "
	      "0 0\n",
	      "4 eth0 0xe8010101 0x0a000001 1 0\n4 eth0 0xe8010101 0x0a000001 1 0\n", NULL,
	      "2 224.0.0.1 x1\n4 224.0.0.1 x1\n4 232.1.1.1 x2 10.0.0.1+1-0\n4 ff02::1 x1\n"
	      "2 eth1 igmp 3 newest, mld 0 unknown\n4 eth0 igmp 3 newest, mld 0 unknown\n");
}

/* ---- many --------------------------------------------------------------------------- */

#define MANY 200000u

static char *many_groups(void)
{
	char *text = malloc(100 + MANY * 40), *p = text;

	assert_non_null(text);
	p += sprintf(p, IGMP "4\teth0      : %5u      V3\n", MANY);
	for (uint32_t i = 0; i < MANY; i++)
		p += sprintf(p, "\t\t\t\t%08X %5d 0:00000000\t\t0\n",
			     htonl(0xe8000000 + i * 40503u % (1u << 24)), 1);
	return text;
}

static char *many_filters(void)
{
	char *text = malloc(1 + MANY * 60), *p = text;

	assert_non_null(text);
	for (uint32_t i = 0; i < MANY; i++)
		p += sprintf(p, "  4   eth0 0x%08x 0x%08x %6d %6d\n", 0xe8000000 + i * 40503u % (1u << 24),
			     0x0a000000 + i, 1, 0);
	return text;
}

/* About a tenth of a second; a step that is a search along all of them takes minutes. */
static void test_many(void **state)
{
	char *groups = many_groups(), *filters = many_filters();
	struct mc_memberships m = { 0 };
	struct timespec from, to;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(mc_memberships_parse_igmp(&m, groups), 0);
	assert_int_equal(mc_memberships_parse_filters(&m, MC_IPV4, filters), 0);
	mc_memberships_sort(&m);
	assert_int_equal(m.n, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		struct mc_addr group = { MC_IPV4, { 0xe8 } };

		assert_int_equal(mc_addr_add(&group, i * 40503u % (1u << 24)), 0);
		const struct mc_membership *v = mc_memberships_find(&m, 4, &group);

		if (!v || v->nsources != 1 || v->sources->addr.b[3] != (uint8_t)i)
			fail_msg("group %u is not as it was written", i);
		if (v > m.v && mc_addr_cmp(&v[-1].group, &group) >= 0)
			fail_msg("group %u is not in order", i);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true(to.tv_sec - from.tv_sec < 20);
	mc_memberships_free(&m);
	free(groups);
	free(filters);
}

static void test_find(void **state)
{
	struct mc_addr group = address("239.1.2.3"), other = address("ff02::1"), none = address("239.1.2.4");
	struct mc_memberships m = { 0 };

	(void)state;
	assert_null(mc_memberships_find(&m, 1, &group));
	assert_null(mc_memberships_spoken(&m, 1));
	assert_int_equal(mc_memberships_parse_igmp(&m, native("4\teth0 : 1 V3\n\t\t\t\t030201EF 5 0:0\n")),
			 0);
	assert_int_equal(mc_memberships_parse_igmp6(&m, "2 eth1 ff020000000000000000000000000001 6 0 0\n"),
			 0);
	mc_memberships_sort(&m);
	assert_int_equal(mc_memberships_find(&m, 4, &group)->users, 5);
	assert_int_equal(mc_memberships_find(&m, 2, &other)->users, 6);
	assert_null(mc_memberships_find(&m, 4, &other));
	assert_null(mc_memberships_find(&m, 4, &none));
	assert_null(mc_memberships_find(&m, 5, &group));
	assert_string_equal(mc_memberships_spoken(&m, 4)->name, "eth0");
	assert_string_equal(mc_memberships_spoken(&m, 2)->name, "eth1");
	assert_null(mc_memberships_spoken(&m, 3));
	mc_memberships_free(&m);
}

/* ---- a real kernel ------------------------------------------------------------------ */

/* "x2 10.0.0.2+1-0" of one group on v0, or "-". */
static const char *read_one(const struct mc_addr *group)
{
	static char text[400];
	struct mc_memberships m, one = { .n = 1 };

	assert_int_equal(mc_memberships_read(&m), 0);
	const struct mc_membership *v = mc_memberships_find(&m, V0, group);
	struct mc_membership copy = v ? *v : (struct mc_membership){ 0 };

	one.v = &copy;
	snprintf(text, sizeof text, "%s", v ? strchr(shown(&one), 'x') : "-\n");
	*strchr(text, '\n') = '\0';
	mc_memberships_free(&m);
	return text;
}

static void test_read(void **state)
{
	netns_of(state);
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_addr group = address(f->group), a = address(f->far[0]), b = address(f->far[1]);
		struct mc_addr both[] = { a, b };
		int one = opened(&c), two = opened(&c);
		char want[200];

		equal(f->group, read_one(&group), "-");
		assert_int_equal(mc_sock_filter(one, V0, &group, MC_INCLUDE, both, 2), 0);
		snprintf(want, sizeof want, "x1 %s+1-0 %s+1-0", f->far[0], f->far[1]);
		equal("included", read_one(&group), want);
		assert_int_equal(mc_sock_filter(two, V0, &group, MC_EXCLUDE, both, 1), 0);
		snprintf(want, sizeof want, "x2 %s+1-1 %s+1-0", f->far[0], f->far[1]);
		equal("excluded, too", read_one(&group), want);
		close(one);
		snprintf(want, sizeof want, "x1 %s+0-1", f->far[0]);
		equal("closed", read_one(&group), want);
		assert_int_equal(mc_sock_filter(two, V0, &group, MC_EXCLUDE, NULL, 0), 0);
		equal("no sources", read_one(&group), "x1");
		close(two);
		equal("closed, both", read_one(&group), "-");
	}
}

/* "3 newest, 0 unknown" of v0. */
static const char *read_spoken(void)
{
	static char text[100];
	struct mc_memberships m, one = { .nspoken = 1 };

	assert_int_equal(mc_memberships_read(&m), 0);
	const struct mc_spoken *s = mc_memberships_spoken(&m, V0);
	struct mc_spoken copy = s ? *s : (struct mc_spoken){ 0 };

	one.spoken = &copy;
	snprintf(text, sizeof text, "%s", shown(&one));
	*strchr(text, '\n') = '\0';
	mc_memberships_free(&m);
	return text;
}

static void force(const char *family, const char *iface, const char *protocol, const char *version)
{
	char path[100];

	snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/force_%s_version", family, iface, protocol);
	if (!put_file(path, version))
		fail_msg("%s: %s", path, strerror(errno));
}

static void test_forced(void **state)
{
	static const struct {
		const char *igmp, *igmp_all, *mld, *mld_all, *want;
	} rows[] = {
		{ "0", "0", "0", "0", "igmp 3 newest, mld 0 unknown" },
		{ "2", "0", "1", "0", "igmp 2 forced, mld 1 forced" },
		{ "1", "0", "2", "0", "igmp 1 forced, mld 2 forced" },
		{ "0", "2", "0", "1", "igmp 2 forced, mld 1 forced" },
		{ "1", "2", "1", "2", "igmp 1 forced, mld 2 forced" },
		{ "2", "1", "2", "1", "igmp 1 forced, mld 1 forced" },
		{ "3", "0", "3", "0", "igmp 3 newest, mld 0 unknown" },
	};

	netns_of(state);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char want[100];

		force("ipv4", "v0", "igmp", rows[i].igmp);
		force("ipv4", "all", "igmp", rows[i].igmp_all);
		force("ipv6", "v0", "mld", rows[i].mld);
		force("ipv6", "all", "mld", rows[i].mld_all);
		snprintf(want, sizeof want, "10 v0 %s", rows[i].want);
		equal("forced", read_spoken(), want);
	}
}

/* An interface's own directory of sysctls, whatever it is called; and none of IPv6 where there is none. */
static void test_forced_names(void **state)
{
	netns_of(state);
	ip("link set v0 down\nlink set v0 name v0.1\nlink set v0.1 up\n");
	force("ipv4", "v0.1", "igmp", "2");
	force("ipv6", "all", "mld", "1");
	equal("renamed", read_spoken(), "10 v0.1 igmp 2 forced, mld 1 forced");
	assert_true(put_file("/proc/sys/net/ipv6/conf/v0.1/disable_ipv6", "1"));
	ip("link set v0.1 mtu 1000\n"); /* too small for IPv6, which goes away */
	equal("without IPv6", read_spoken(), "10 v0.1 igmp 2 forced, mld 0 unknown");
}

/* A general query of IGMPv2 (RFC 2236 2). */
static void query(const struct netns *n)
{
	static const uint8_t message[8] = { 0x11, 100, 0xee, 0x9b };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ALLHOSTS_GROUP) };
	struct ip_mreqn by = { .imr_ifindex = V1 };

	netns_go(n, FAR);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);

	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by), 0);
	assert_int_equal(sendto(fd, message, sizeof message, 0, (struct sockaddr *)&to, sizeof to),
			 sizeof message);
	close(fd);
	netns_go(n, NEAR);
}

/* Forced to 3, a kernel still gives way. */
static void test_older_querier(void **state)
{
	const struct netns *n = netns_of(state);
	const char *got = "";

	force("ipv4", "v0", "igmp", "3");
	query(n);
	for (int i = 0; i < GENEROUS && strcmp(got, "10 v0 igmp 2 older, mld 0 unknown"); i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		got = read_spoken();
	}
	equal("asked", got, "10 v0 igmp 2 older, mld 0 unknown");
	force("ipv4", "v0", "igmp", "2");
	equal("asked and forced", read_spoken(), "10 v0 igmp 2 forced, mld 0 unknown");
	force("ipv4", "v0", "igmp", "0");
	force("ipv4", "all", "igmp", "1");
	equal("asked and forced further", read_spoken(), "10 v0 igmp 1 forced, mld 0 unknown");
}

/* ---- events ------------------------------------------------------------------------- */

static int follow(void)
{
	int fd = mc_memberships_follow();

	if (fd != -EOPNOTSUPP)
		assert_true(fd >= 0);
	return fd;
}

static void test_follow(void **state)
{
	netns_of(state);
	int fd = follow();

	if (fd < 0)
		return; /* before Linux 6.14 */
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_addr group = address(f->group);
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int one = opened(&c), two = opened(&c);

		mc_memberships_changed(fd); /* what the network did when it was built */
		assert_int_equal(mc_memberships_changed(fd), 0);
		assert_int_equal(mc_sock_join(one, V0, &group, NULL), 0);
		assert_int_equal(poll(&p, 1, GENEROUS), 1);
		assert_int_equal(mc_memberships_changed(fd), 1);
		assert_int_equal(mc_memberships_changed(fd), 0);
		assert_int_equal(mc_sock_join(two, V0, &group, NULL), 0);
		close(one);
		assert_int_equal(mc_memberships_changed(fd), 0);
		close(two);
		assert_int_equal(mc_memberships_changed(fd), 1);
		assert_int_equal(mc_memberships_changed(fd), 0);
	}
	close(fd);
	assert_int_equal(mc_memberships_changed(fd), -EBADF);
}

/* What was lost is told once, with all that was not. */
static void test_follow_lost(void **state)
{
	struct mc_sock_conf c = conf_of(&families[1], NULL, 0);
	struct mc_addr group = address("ff15::1");
	const int little = 1;

	netns_of(state);
	int fd = follow();

	if (fd < 0)
		return;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little), 0);
	int joined = opened(&c);

	for (int i = 0; i < 100; i++) {
		assert_int_equal(mc_sock_join(joined, V0, &group, NULL), 0);
		assert_int_equal(mc_addr_add(&group, 1), 0);
	}
	assert_int_equal(mc_memberships_changed(fd), -ENOBUFS);
	assert_int_equal(mc_memberships_changed(fd), 0);
	close(joined);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_igmp),         cmocka_unit_test(test_igmp_names),
		cmocka_unit_test(test_igmp_strange), cmocka_unit_test(test_igmp6),
		cmocka_unit_test(test_filters),      cmocka_unit_test(test_twice),
		cmocka_unit_test(test_many),         cmocka_unit_test(test_find),
		cmocka_unit_test(test_read),         cmocka_unit_test(test_forced),
		cmocka_unit_test(test_forced_names), cmocka_unit_test(test_older_querier),
		cmocka_unit_test(test_follow),       cmocka_unit_test(test_follow_lost),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("memberships", tests, netns_setup_in_order, NULL);
}
