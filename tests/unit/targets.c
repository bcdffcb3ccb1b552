/*
 * targets.c - tests of lists of targets, read from a file.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "targets.h"

#include "check.h"

static const struct verb verb = { .name = "test" };

static int read_text(const char *text, struct mc_target **v, size_t *n)
{
	char name[] = "/tmp/targets.XXXXXX";
	int fd = mkstemp(name), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	r = targets_read(&verb, name, v, n);
	unlink(name);
	return r;
}

static void test_read(void **state)
{
	struct mc_target *v = NULL;
	size_t n = 0;
	char name[MC_TARGET_STRLEN];

	(void)state;
	assert_int_equal(targets_add(&verb, "239.1.1.9:1", &v, &n), 0);
	assert_int_equal(
		read_text("# all of it\n\n239.1.1.1:5000\r\n  [ff15::1]:5000+10 # ten\n\t\n239.1.1.2", &v,
			  &n),
		0);
	assert_int_equal(n, 4);
	equal("first", mc_target_format(&v[0], name, sizeof name), "239.1.1.9:1");
	equal("second", mc_target_format(&v[1], name, sizeof name), "239.1.1.1:5000");
	equal("third", mc_target_format(&v[2], name, sizeof name), "[ff15::1]:5000+10");
	equal("fourth", mc_target_format(&v[3], name, sizeof name), "239.1.1.2");
	assert_int_equal(targets_one_family(&verb, false, false, v, n), 0);
	assert_int_equal(targets_one_family(&verb, true, false, v, n), EXIT_CANNOT);
	assert_int_equal(targets_one_family(&verb, false, true, v, n), EXIT_CANNOT);
	assert_int_equal(targets_one_family(&verb, true, false, v, 2), 0);
	free(v);
}

static void test_refused(void **state)
{
	static const char *const rows[] = { "", "# nothing\n\n", "239.1.1.1:5000\n10.0.0.1\n",
					    "239.1.1.1 239.1.1.2\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_target *v = NULL;
		size_t n = 0;

		if (read_text(rows[i], &v, &n) != EXIT_CANNOT)
			fail_msg("\"%s\" was taken", rows[i]);
		free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read), cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
