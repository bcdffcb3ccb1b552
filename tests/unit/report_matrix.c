/*
 * report_matrix.c - tests of the matrix and of what counts as wrong; and that no text of a result becomes
 * markup of the page, and no wrong type a crash.
 */
#include "reported.h"

#define FIGURES(packets, lost, loss) "\"packets\":" #packets ",\"lost\":" #lost ",\"loss\":" #loss
#define DELAY(basis, p50, p99) ",\"delay\":{\"basis\":\"" basis "\",\"p50_s\":" #p50 ",\"p99_s\":" #p99 "}"

static json_t *matrix(const struct report *p, bool *wrong)
{
	json_t *o = report_matrix(p, wrong);

	assert_non_null(o);
	return o;
}

static void same(const json_t *o, size_t at, const char *want)
{
	json_t *cell = json_array_get(json_object_get(o, "matrix"), at), *w = json_loads(want, 0, NULL);
	char *got = json_dumps(cell, 0);

	assert_non_null(w);
	if (!json_equal(cell, w))
		fail_msg("wanted %s, got %s", want, got);
	free(got);
	json_decref(w);
}

static void test_matrix(void **state)
{
	struct report p = reported(
		START("a") STREAM("a", "10.0.0.10", FIGURES(90, 10, 0.1) DELAY("echo", 2e-5, 3e-5))
			STREAM("a", "10.0.0.9", FIGURES(100, 0, 0.0))
				STREAM("a", "10.0.0.10", FIGURES(300, 0, 0.0) DELAY("envelope", 1e-5, 9e-5))
					END("a", 0) START("b") STREAM(
						"b", "10.0.0.9", "\"packets\":7,\"lost\":null,\"loss\":null")
						END("b", 0));
	bool wrong = false;
	json_t *o = matrix(&p, &wrong);

	(void)state;
	assert_true(wrong);
	assert_int_equal(json_array_size(json_object_get(o, "matrix")), 3);
	assert_int_equal(json_array_size(json_object_get(o, "senders")), 2);
	assert_string_equal(json_string_value(json_array_get(json_object_get(o, "senders"), 0)), "10.0.0.9");
	assert_string_equal(json_string_value(json_array_get(json_object_get(o, "receivers"), 1)), "b");
	same(o, 0,
	     "{\"sender\":\"10.0.0.9\",\"receiver\":\"a\",\"streams\":1,\"packets\":100,\"lost\":0,\"loss\":0.0,"
	     "\"delay_p50_s\":null,\"delay_p99_s\":null,\"basis\":null}");
	same(o, 1,
	     "{\"sender\":\"10.0.0.9\",\"receiver\":\"b\",\"streams\":1,\"packets\":7,\"lost\":null,\"loss\":null,"
	     "\"delay_p50_s\":null,\"delay_p99_s\":null,\"basis\":null}");
	same(o, 2,
	     "{\"sender\":\"10.0.0.10\",\"receiver\":\"a\",\"streams\":2,\"packets\":390,\"lost\":10,\"loss\":0.025,"
	     "\"delay_p50_s\":2e-5,\"delay_p99_s\":9e-5,\"basis\":\"envelope\"}");
	json_decref(o);
	report_free(&p);
}

#define RUN(figures, exit) START("a") STREAM("a", "10.0.0.1", figures) END("a", exit)

static void test_wrong(void **state)
{
	static const struct {
		const char *lines;
		double max_loss, max_delay;
		bool wrong;
	} rows[] = {
		{ RUN(FIGURES(100, 0, 0.0), 0), 0, -1, false },
		{ RUN(FIGURES(99, 1, 0.01), 0), 0, -1, true },
		{ RUN(FIGURES(99, 1, 0.01), 0), 0.01, -1, false },
		{ RUN(FIGURES(99, 1, 0.01), 0), 0.0099, -1, true },
		{ RUN(FIGURES(100, 0, 0.0), 1), 0, -1, true }, /* as recv judged */
		{ START("a") END("a", 0), 0, -1, true },        /* nothing came */
		{ RUN(FIGURES(9, 0, 0.0), 0), 0, 1e-3, true },  /* no delays */
		{ RUN(FIGURES(0, 0, 0.0) ",\"ended\":true,\"missed_before\":100", 0), 0.5, -1, true },
		{ RUN(FIGURES(9, 0, 0.0) ",\"ended\":true,\"missed_before\":100", 0), 0.5, -1, false },
		{ RUN(FIGURES(9, 0, 0.0) ",\"delay\":{\"basis\":\"synced\",\"p99_s\":0.0,\"negative\":9}", 0),
		  0, 1e-3, true },
		{ RUN(FIGURES(9, 0, 0.0) ",\"delay\":{\"basis\":\"echo\",\"p99_s\":0.0,\"negative\":9}", 0),
		  0, 1e-3, false },
		{ RUN(FIGURES(9, 0, 0.0) DELAY("echo", 1e-4, 1e-3), 0), 0, 1e-3, false },
		{ RUN(FIGURES(9, 0, 0.0) DELAY("echo", 1e-4, 1.1e-3), 0), 0, 1e-3, true },
		{ RUN(FIGURES(9, 0, 0.0), 0) HEAD("redundant", "a") ",\"neither\":0,\"loss\":0.0}\n", 0, -1,
		  true }, /* a run of its own, with no stream */
		{ START("a") STREAM("a", "10.0.0.1", FIGURES(9, 0, 0.0))
			  HEAD("redundant", "a") ",\"neither\":1,\"loss\":0.1}\n" END("a", 0),
		  0, -1, true },
		{ START("a") STREAM("a", "10.0.0.1", FIGURES(9, 0, 0.0))
			  HEAD("redundant", "a") ",\"neither\":0,\"loss\":0.0}\n" END("a", 0),
		  0, -1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report p = reported(rows[i].lines);
		bool of_matrix = !rows[i].wrong, of_page = of_matrix;
		char *page;

		p.max_loss = rows[i].max_loss;
		p.max_delay = rows[i].max_delay;
		json_decref(matrix(&p, &of_matrix));
		page = reported_page(&p, &of_page);
		equal(rows[i].lines, of_matrix ? "wrong" : "good", rows[i].wrong ? "wrong" : "good");
		assert_true(of_page == of_matrix);
		assert_true(!strstr(page, "Nothing was wrong") == of_page);
		free(page);
		report_free(&p);
	}
}

/* Everything that is text comes from outside. */
static void test_markup(void **state)
{
	static const char evil[] = START("<script>h</script>") STREAM(
		"<script>h</script>", "<img src=x onerror=1>",
		FIGURES(9, 1, 0.1) ",\"ifname\":\"\\\"><script>\",\"format\":\"<script>\",\"x<script>\":1,"
				   "\"gaps\":[{\"ts\":1,\"n\":2,\"first\":3,\"where\":\"<script>\"}]")
		HEAD("end", "<script>h</script>") ",\"verdict\":\"<script>\",\"exit\":1}\n";
	struct report p = reported(evil);
	bool wrong;
	char *page;

	(void)state;
	p.title = "</title><script>\xff\033";
	page = reported_page(&p, &wrong);
	assert_true(wrong);
	assert_null(strstr(page, "<script"));
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "\xff"));
	assert_null(strstr(page, "\033"));
	assert_non_null(strstr(page, "&lt;script&gt;"));
	free(page);
	report_free(&p);
}

/* Members of every other type than the right one, one after the other. */
static void test_types(void **state)
{
	static const char *const keys[] = { "ifname",     "lost",      "loss",       "lost_socket", "gaps",
					    "gaps_total", "delay",     "series",     "pps",         "dscp",
					    "jitter_s",   "ts_stream", "duplicates", "ttl_min" };
	static const char *const values[] = {
		"null",
		"true",
		"-1",
		"9223372036854775807",
		"1e308",
		"-1e308",
		"\"x\"",
		"[]",
		"{}",
		"[[]]",
		"[[1,2],[3]]",
		"[{}]",
		"[null,1e308,-1,\"x\",{}]",
		"{\"hist\":[[0,1],[-1,2],[1e308,3],[1],{},[1e-5,9223372036854775807]]}",
		"{\"hist\":[[1e-5,5]],\"p99_s\":\"x\",\"p50_s\":-1}",
		"{\"p50_s\":1e300,\"p99_s\":-1e300,\"hist\":[[0,1]]}",
		"{\"step_s\":-1,\"packets\":[1,2],\"lost\":[1]}",
		"{\"step_s\":1e300,\"packets\":[1,null,1e308,9],\"lost\":7,\"delay_max_s\":[1e-9,-1,5,null]}",
		"{\"step_s\":1,\"packets\":[],\"delay_mean_s\":[1]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		for (size_t k = 0; k < COUNT(values); k++) {
			char lines[2048];
			bool wrong;

			snprintf(
				lines, sizeof lines,
				START("a") HEAD(
					"stream",
					"a") ",\"source\":\"x\",\"source_port\":-1,\"group\":\"\",\"port\":0,"
					     "\"packets\":-5,\"%s\":%s}\n" END("a", 0),
				keys[i], values[k]);
			struct report p = reported(lines);
			char *page = reported_page(&p, &wrong);

			assert_non_null(strstr(page, "</html>"));
			assert_null(strstr(page, "nan"));
			assert_null(strstr(page, "inf "));
			json_decref(matrix(&p, &wrong));
			free(page);
			report_free(&p);
		}
}

static void test_full(void **state)
{
	struct report p = reported(RUN(FIGURES(100, 0, 0.0), 0));
	FILE *full = fopen("/dev/full", "w");
	bool wrong;

	(void)state;
	assert_non_null(full);
	assert_int_equal(report_page(&p, full, &wrong), -1);
	fclose(full);
	report_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix), cmocka_unit_test(test_wrong), cmocka_unit_test(test_markup),
		cmocka_unit_test(test_types),  cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
