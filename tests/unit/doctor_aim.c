/*
 * doctor_aim.c - tests of what is to work: targets read and refused, memberships of programs, and where each
 * should arrive. In the network of netns.h, with memberships that are made up.
 */
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "check.h"
#include "doctor/look.h"
#include "ifs.h"

static const struct opt no_opts[] = { { .name = NULL } };
static const struct verb verb = { .name = "doctor", .opts = no_opts };

/* What doctor takes for itself. */
struct fixture {
	struct doctor_conf conf;
	struct look look;
};

static struct look *begin(void **state, struct fixture *f)
{
	netns_of(state);
	memset(f, 0, sizeof *f);
	f->look.verb = &verb;
	f->look.conf = &f->conf;
	f->look.ifs = ifs_new(false);
	return &f->look;
}

static void end(struct fixture *f)
{
	mc_ifaces_free(f->look.ifs);
}

static void read_words(struct look *l, const char *target, const char *source)
{
	char a[100] = "", b[100] = "", *words[] = { a, b };

	snprintf(a, sizeof a, "%s", target);
	snprintf(b, sizeof b, "%s", source ? source : "");
	l->aims.n = 0;
	assert_int_equal(aim_of_words(l, source ? 2 : 1, words), 0);
	assert_int_equal(l->aims.n, 1);
	assert_true(l->aims.v[0].named);
	aim_expect(l);
}

static void becomes(struct look *l, const char *target, const char *source, const char *want)
{
	char text[AIM_TEXT];

	read_words(l, target, source);
	equal(target, aim_format(text, sizeof text, l, &l->aims.v[0]), want);
}

static void test_target(void **state)
{
	struct fixture f;
	struct look *l = begin(state, &f);

	becomes(l, "239.1.2.3", NULL, "239.1.2.3 on v0"); /* no route leads there: it is the only one */
	assert_int_equal(l->aims.v[0].port, -1);
	becomes(l, "239.1.2.3%v0:5000", NULL, "239.1.2.3:5000 on v0");
	assert_int_equal(l->aims.v[0].ifindex, V0);
	becomes(l, "10.0.0.9@239.1.2.3:5000", NULL, "239.1.2.3:5000 from 10.0.0.9 on v0");
	assert_int_equal(l->aims.v[0].ifindex, 0);
	becomes(l, "239.1.2.3", "10.0.0.9", "239.1.2.3 from 10.0.0.9 on v0");
	becomes(l, "239.1.2.3", "10.0.0.1", "239.1.2.3 from 10.0.0.1 on v0"); /* our own: not lo */
	becomes(l, "10.0.0.9@239.1.2.3", "10.0.0.9", "239.1.2.3 from 10.0.0.9 on v0");
	becomes(l, "ff02::7", "fe80::9%v0", "ff02::7 from fe80::9 on v0");
	becomes(l, "[ff15::7]:5000", "2001:db8::9", "[ff15::7]:5000 from 2001:db8::9 on v0");
	f.conf.iface = "lo";
	becomes(l, "239.1.2.3", NULL, "239.1.2.3 on lo");
	becomes(l, "239.1.2.3%lo", "10.0.0.9", "239.1.2.3 from 10.0.0.9 on lo");
	end(&f);
}

static void refused(struct look *l, int n, char **words, const char *why)
{
	static struct capture c;
	char want[400];

	capture_begin(&c, stderr);
	int r = aim_of_words(l, n, words);
	const char *said = capture_end(&c);

	snprintf(want, sizeof want, "mcast doctor: %s\n", why);
	assert_string_equal(said, want);
	assert_int_equal(r, EXIT_CANNOT);
	assert_int_equal(l->aims.n, 0);
}

#define REFUSED(l, why, ...) refused(l, COUNT(((char *[]){ __VA_ARGS__ })), (char *[]){ __VA_ARGS__ }, why)

static void test_refused(void **state)
{
	struct fixture f;
	struct look *l = begin(state, &f);

	REFUSED(l,
		"239.1.2.3+2: one group at a time (leave out +2, or the target: then all that are "
		"joined here are "
		"checked)",
		(char[]){ "239.1.2.3+2" });
	REFUSED(l, "v9: no such interface (multicast interfaces: lo, v0)", (char[]){ "239.1.2.3%v9" });
	REFUSED(l,
		"ff02::7: a group that does not leave the link needs an interface (name it with %IFACE "
		"or -I: "
		"lo, v0)",
		(char[]){ "ff02::7" });
	REFUSED(l, "host: a SOURCE is an address in numbers, such as 10.0.0.9", (char[]){ "239.1.2.3" },
		(char[]){ "host" });
	REFUSED(l, "239.9.9.9: that is no host's address", (char[]){ "239.1.2.3" }, (char[]){ "239.9.9.9" });
	REFUSED(l, "fe80::1: the group is of the other family", (char[]){ "239.1.2.3" },
		(char[]){ "fe80::1" });
	REFUSED(l, "10.0.0.8: the target names another source (leave one out)",
		(char[]){ "10.0.0.9@239.1.2.3" }, (char[]){ "10.0.0.8" });
	REFUSED(l, "x: one TARGET and one SOURCE are enough (see mcast help doctor)", (char[]){ "239.1.2.3" },
		(char[]){ "10.0.0.9" }, (char[]){ "x" });
	f.conf.iface = "lo";
	REFUSED(l, "-I lo: v0 was named, too (leave one out)", (char[]){ "239.1.2.3%v0" });
	f.conf.iface = NULL;
	f.conf.ipv6 = true;
	REFUSED(l, "239.1.2.3 is IPv4, and -6 was given (leave one out)", (char[]){ "239.1.2.3" });
	end(&f);
}

/* ---- what is joined ----------------------------------------------------------------------- */

static struct mc_membership of(uint32_t ifindex, const char *group)
{
	return (struct mc_membership){ .ifindex = ifindex, .group = address(group), .users = 1 };
}

/* Joined on lo and v0: the source decides, else the first. */
static void test_where_joined(void **state)
{
	struct fixture f;
	struct look *l = begin(state, &f);
	struct mc_membership m[] = { of(LO, "239.1.2.3"), of(V0, "239.1.2.3"), of(LO, "239.4.4.4") };

	l->memberships = (struct mc_memberships){ .n = COUNT(m), .v = m };
	becomes(l, "239.1.2.3", NULL, "239.1.2.3 on lo");
	becomes(l, "239.1.2.3", "10.0.0.9", "239.1.2.3 from 10.0.0.9 on v0");
	becomes(l, "239.4.4.4", "10.0.0.9", "239.4.4.4 from 10.0.0.9 on lo");
	becomes(l, "239.4.4.4%v0", NULL, "239.4.4.4 on v0");
	end(&f);
}

static void is_aim(const struct look *l, size_t i, const char *want)
{
	char text[AIM_TEXT];

	assert_true(i < l->aims.n);
	assert_false(l->aims.v[i].named);
	equal("aim", aim_format(text, sizeof text, l, &l->aims.v[i]), want);
}

static void gather(struct look *l)
{
	l->aims.n = l->aims.left_out = 0;
	aim_of_holders(l);
	aim_expect(l);
}

static void test_holders(void **state)
{
	struct fixture f;
	struct look *l = begin(state, &f);
	struct mc_membership m[] = { of(LO, "239.9.9.9"), of(V0, "224.0.0.1"),      of(V0, "232.1.1.1"),
				     of(V0, "239.1.2.3"), of(V0, "ff02::1:ff00:1"), of(V0, "ff15::7") };
	struct mc_holder sockets[] = { { .socket.port = 5000 },
				       { .socket.port = 0 },
				       { .socket.port = 5000 } };
	struct mc_addr pool[] = { address("10.0.0.9"), address("10.0.0.8") };
	struct mc_held held[] = { { .membership = 2, .socket = 0, .mode = MC_INCLUDE, .nsources = 2 },
				  { .membership = 3, .socket = 0, .mode = MC_EXCLUDE },
				  { .membership = 3, .socket = 1, .mode = MC_EXCLUDE, .nsources = 1 },
				  { .membership = 3, .socket = 2, .mode = MC_EXCLUDE } };

	l->memberships = (struct mc_memberships){ .n = COUNT(m), .v = m };
	l->holders = (struct mc_holders){ .nsockets = COUNT(sockets),
					  .sockets = sockets,
					  .nheld = COUNT(held),
					  .held = held,
					  .pool = pool,
					  .npool = COUNT(pool) };
	gather(l);
	is_aim(l, 0, "232.1.1.1:5000 from 10.0.0.9 on v0");
	is_aim(l, 1, "232.1.1.1:5000 from 10.0.0.8 on v0");
	is_aim(l, 2, "239.1.2.3:5000 on v0"); /* once, of two sockets */
	is_aim(l, 3, "239.9.9.9 on lo");      /* by whom is not known */
	is_aim(l, 4, "ff15::7 on v0");
	is_aim(l, 5, "239.1.2.3 on v0"); /* a second port */
	assert_int_equal(l->aims.n, 6);
	assert_int_equal(aim_groups(&l->aims), 4);
	assert_int_equal(aim_mark(l), 0);
	for (size_t i = 0; i < COUNT(m); i++) /* the kernel's own are no aims */
		assert_int_equal(l->aimed[i], i != 1 && i != 4);
	assert_true(look_holds_aim(l, &(struct mc_holder){ .held = 0, .nheld = 2 }));
	assert_false(look_holds_aim(l, &(struct mc_holder){ .held = 0, .nheld = 0 }));
	free(l->aimed);
	l->aimed = NULL;
	f.conf.ipv6 = true;
	gather(l);
	is_aim(l, 0, "ff15::7 on v0");
	assert_int_equal(l->aims.n, 1);
	f.conf.ipv6 = false;
	f.conf.iface = "lo";
	gather(l);
	is_aim(l, 0, "239.9.9.9 on lo");
	assert_int_equal(l->aims.n, 1);
	end(&f);
}

static void test_many(void **state)
{
	static struct mc_membership m[AIMS_MOST + 5];
	struct fixture f;
	struct look *l = begin(state, &f);

	for (size_t i = 0; i < COUNT(m); i++) {
		m[i] = of(V0, "239.1.0.0");
		m[i].group.b[2] = (uint8_t)(i >> 8);
		m[i].group.b[3] = (uint8_t)i;
	}
	l->memberships = (struct mc_memberships){ .n = COUNT(m), .v = m };
	gather(l);
	assert_int_equal(l->aims.n, AIMS_MOST);
	assert_int_equal(l->aims.left_out, 5);
	end(&f);
}

static void of_kernel(const char *group, bool want)
{
	struct mc_addr a = address(group);

	equal(group, aim_of_kernel(&a) ? "the kernel's" : "a program's",
	      want ? "the kernel's" : "a program's");
}

static void test_kernel(void **state)
{
	(void)state;
	of_kernel("224.0.0.1", true);
	of_kernel("224.0.0.106", true);
	of_kernel("224.0.0.2", false);
	of_kernel("224.0.0.251", false);
	of_kernel("ff01::1", true);
	of_kernel("ff02::1", true);
	of_kernel("ff02::2", true);
	of_kernel("ff02::6a", true);
	of_kernel("ff02::16", false);
	of_kernel("ff05::2", true);
	of_kernel("ff05::1", false);
	of_kernel("ff02::1:ff12:3456", true);
	of_kernel("ff02::1:3", false);
	of_kernel("ff15::1", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target),       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_where_joined), cmocka_unit_test(test_holders),
		cmocka_unit_test(test_many),         cmocka_unit_test(test_kernel),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("doctor_aim", tests, netns_setup, NULL);
}
