/*
 * groups_table.c - tests of the table of mcast groups: sockets that are alike are one line, columns stay
 * aligned whatever names are in them, and what is not known is said.
 */
#include <string.h>

#include "groups/table.h"
#include "groups/unseen.h"

#include "capture.h"
#include "surveyed.h"

static struct surveyed t;
static struct capture out;
static struct users users;

static const char *table(bool verbose)
{
	struct table_conf conf = { .verbose = verbose };
	int r;

	assert_int_equal(survey_index(&t.s), 0);
	assert_int_equal(listing_make(&t.listing, &t.s, &t.wanted, verbose), 0);
	capture_begin(&out, stdout);
	r = table_print(&t.s, &t.listing, &conf, &users, stdout);
	const char *text = capture_end(&out);

	assert_int_equal(r, 0);
	surveyed_end(&t);
	users_free(&users);
	return text;
}

/* Two sockets alike, one with another port, one with another filter, one of another process. */
static void sockets(void)
{
	surveyed_begin(&t);
	surveyed_membership(&t, 2, "239.1.2.3", 6);
	t.s.kernels[0] = 1; /* such as a VXLAN's */
	surveyed_membership(&t, 2, "239.1.2.4", 1);
	surveyed_socket(&t, 'b', "", 5000);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'a', "", 5000);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'a', "", 5001);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'a', "", 5000);
	surveyed_holds(&t, 0, MC_INCLUDE, "10.0.0.9");
	surveyed_socket(&t, 'a', "", 5000);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_holds(&t, 1, MC_INCLUDE, "10.0.0.9");
}

static void test_folded(void **state)
{
	(void)state;
	sockets();
	assert_string_equal(table(false),
			    "eth0  IGMP\n"
			    "  GROUP      FILTER         USERS  PROCESS   USER  SOCKET     ITS FILTER\n"
			    "  239.1.2.3  any source         6  a[100]    root  *:5000 x2  any source\n"
			    "                                   a[100]    root  *:5000     only 10.0.0.9\n"
			    "                                   a[100]    root  *:5001     any source\n"
			    "                                   b[101]    root  *:5000     any source\n"
			    "                                   (kernel)\n"
			    "  239.1.2.4  only 10.0.0.9      1  a[100]    root  *:5000     only 10.0.0.9\n");
}

static void test_verbose(void **state)
{
	(void)state;
	sockets();
	assert_string_equal(
		table(true),
		"eth0  IGMP\n"
		"  GROUP      FILTER         USERS  PROCESS   USER  FD  INODE  SOCKET  ITS FILTER\n"
		"  239.1.2.3  any source         6  a[100]    root   4   1002  *:5000  any source\n"
		"                                   a[100]    root   7   1005  *:5000  any source\n"
		"                                   a[100]    root   6   1004  *:5000  only 10.0.0.9\n"
		"                                   a[100]    root   5   1003  *:5001  any source\n"
		"                                   b[101]    root   3   1001  *:5000  any source\n"
		"                                   (kernel)\n"
		"  239.1.2.4  only 10.0.0.9      1  a[100]    root   7   1005  *:5000  only 10.0.0.9\n");
}

/* Of one process in one group four lines; the others of it are one line, which widens no column. */
static void many(bool verbose, unsigned n)
{
	surveyed_begin(&t);
	surveyed_membership(&t, 2, "239.1.2.3", n + 1);
	for (unsigned i = 0; i < n; i++) {
		surveyed_socket(&t, 'a', "", (uint16_t)(5000 + i / 2));
		surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	}
	surveyed_socket(&t, 'b', "", 5000);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	const char *text = table(verbose);

	if (verbose) {
		assert_null(strstr(text, "more"));
		return;
	}
	assert_non_null(strstr(text, "a[100]   root  *:5003 x2  any source\n"));
	assert_null(strstr(text, "*:5004"));
	assert_non_null(strstr(text, "b[101]   root  *:5000     any source\n"));
}

static void test_many(void **state)
{
	(void)state;
	many(false, 8);
	assert_null(strstr(out.text, "..."));
	many(false, 9);
	assert_non_null(
		strstr(out.text,
		       "\n                                ... and 1 more socket of a[100] (-v shows all)\n"));
	many(false, 14567);
	assert_non_null(strstr(out.text, " ... and 14,559 more sockets of a[100] (-v shows all)\n"));
	many(true, 100);
}

/* A socket that is open in several processes is not like one that is not. */
static void test_shared(void **state)
{
	(void)state;
	surveyed_begin(&t);
	surveyed_membership(&t, 1, "239.1.2.3", 2);
	surveyed_socket(&t, 'a', "239.1.2.3", 5000)->processes = 3;
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'a', "239.1.2.3", 5000)->socket.ifindex = 2;
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	assert_string_equal(
		table(false),
		"lo  IGMP\n"
		"  GROUP      FILTER      USERS  PROCESS   USER  SOCKET               ITS FILTER\n"
		"  239.1.2.3  any source      2  a[100]    root  239.1.2.3%eth0:5000  any source\n"
		"                                a[100]+2  root  239.1.2.3:5000       any source\n");
}

/* Names of many octets and few characters, and some that would be commands to a terminal. */
static void test_names(void **state)
{
	(void)state;
	surveyed_begin(&t);
	strcpy(t.processes[0].name, "\xc3\xa4\xc3\xb6\xc3\xbc");
	strcpy(t.processes[1].name, "\033[2J");
	surveyed_membership(&t, 2, "239.1.2.3", 2);
	surveyed_membership(&t, 2, "ff15::1", 1);
	surveyed_socket(&t, 'a', "", 1);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'b', "", 1);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'c', "ff15::1", 5000)->socket.family = MC_IPV6;
	surveyed_holds(&t, 1, MC_INCLUDE, "2001:db8::9");
	assert_string_equal(
		table(false),
		"eth0  IGMP, MLD\n"
		"  GROUP      FILTER            USERS  PROCESS       USER  SOCKET          ITS FILTER\n"
		"  239.1.2.3  any source            2  \xc3\xa4\xc3\xb6\xc3\xbc[100]      root  *:1     "
		"       "
		" any source\n"
		"                                      \\x1b[2J[101]  root  *:1             any source\n"
		"  ff15::1    only 2001:db8::9      1  c[102]        root  [ff15::1]:5000  only "
		"2001:db8::9\n");
}

/* What could not be looked at is not the kernel's, and the filter is known where another's settles it. */
static void test_unseen(void **state)
{
	char wanted[1024];

	(void)state;
	surveyed_begin(&t);
	t.s.looked = false;
	surveyed_membership(&t, 2, "224.0.0.1", 1);
	surveyed_membership(&t, 2, "239.1.2.3", 2);
	surveyed_membership(&t, 2, "239.1.2.4", 3);
	surveyed_socket(&t, 'a', "", 5000);
	surveyed_holds(&t, 1, MC_EXCLUDE, NULL);
	surveyed_holds(&t, 2, MC_INCLUDE, "10.0.0.9");
	surveyed_socket(&t, 0, "", 7000);
	surveyed_socket(&t, 0, "", 7000);
	surveyed_socket(&t, 0, "", 7001)->error = -ETIME;
	snprintf(wanted, sizeof wanted,
		 "eth0  IGMP\n"
		 "  GROUP      FILTER      USERS  PROCESS        USER  SOCKET  ITS FILTER\n"
		 "  239.1.2.3  any source      2  a[100]         root  *:5000  any source\n"
		 "                                (not seen)\n"
		 "  239.1.2.4  not known       3  a[100]         root  *:5000  only 10.0.0.9\n"
		 "                                (not seen) x2\n"
		 "\n3 sockets that hold memberships, or may, could not be looked at%s:\n"
		 "  PROCESS  USER  SOCKET     WHY\n"
		 "           root  *:7001     no time left\n"
		 "           root  *:7000 x2  not allowed\n",
		 unseen_who());
	assert_string_equal(table(false), wanted);
}

/* Nothing that was seen accounts for it. */
static void test_unknown(void **state)
{
	(void)state;
	surveyed_begin(&t);
	surveyed_membership(&t, 2, "239.1.2.3", 2);
	t.s.kernels[0] = 1;
	assert_string_equal(table(false),
			    "eth0  IGMP\n"
			    "  GROUP      FILTER     USERS  PROCESS        USER  SOCKET  ITS FILTER\n"
			    "  239.1.2.3  not known      2  (not seen) x2\n"
			    "\nnot all users of 1 group could be found: no process that is seen has "
			    "their sockets open (the kernel's, another PID namespace's, on their way)\n");
}

/* The kernel's own groups are left out, unless a socket is in them, or -v or their name asks for them. */
static void test_dull(void **state)
{
	static struct wanted_group group = { .word = "" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		surveyed_begin(&t);
		surveyed_membership(&t, 2, "224.0.0.1", 1);
		if (i == 1)
			surveyed_socket(&t, 'a', "", 1);
		if (i == 1)
			surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
		group.first = group.last = surveyed_addr("224.0.0.1");
		t.wanted.groups = &group;
		t.wanted.ngroups = i == 2;
		assert_int_equal(*table(i == 3) != '\0', i > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folded),  cmocka_unit_test(test_verbose), cmocka_unit_test(test_shared),
		cmocka_unit_test(test_many),    cmocka_unit_test(test_names),   cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_dull),
	};

	return cmocka_run_group_tests_name("groups_table", tests, NULL, NULL);
}
