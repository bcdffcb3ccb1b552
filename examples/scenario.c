/*
 * scenario.c - a test of one's own: a scenario as text, run in simulated time, with what differs. The
 * language is in mcast-sim(1).
 *
 *   cc scenario.c -o scenario $(pkg-config --cflags --libs libmcast)
 *   ./scenario
 */
#include <mcast/mcast.h>
#include <stdio.h>
#include <string.h>

static const char script[] = "node H1 host\n"
			     "0    H1 join G1\n"
			     "0    H1 > report to_ex G1 {}\n"
			     "0.5  H1 > report to_ex G1 {}\n"
			     "10   H1 leave G1\n"
			     "10   H1 > report to_in G1 {}\n"
			     "10.5 H1 > report to_in G1 {}\n";

static void show(void *arg, const struct mc_sim_difference *d)
{
	(void)arg;
	printf("line %u, at %.3f s: expected %s, and there was %s\n", d->line, (double)d->time / 1e9,
	       d->expected, d->actual);
}

static int run(const struct mc_sim *s, uint8_t family)
{
	struct mc_sim_result result;
	struct mc_sim_conf conf;

	mc_sim_conf_init(&conf, family);
	conf.difference = show;
	mc_sim_result_init(&result);
	int r = mc_sim_run(s, &conf, &result);

	if (r < 0)
		fprintf(stderr, "scenario: %s\n", mc_strerror(r));
	else
		printf("%s: %s\n", mc_proto_of(family)->name, result.ok ? "as wanted" : "not as wanted");
	r = r < 0 || !result.ok;
	mc_sim_result_free(&result);
	return r;
}

int main(void)
{
	struct mc_sim_error error;
	struct mc_sim *s;
	int r = mc_sim_parse(&s, script, strlen(script), &error);

	if (r == MC_ERR_SCRIPT)
		fprintf(stderr, "scenario: %u:%u: %s\n", error.line, error.column, error.text);
	else if (r < 0)
		fprintf(stderr, "scenario: %s\n", mc_strerror(r));
	if (r < 0)
		return 2;
	int bad = run(s, MC_IPV4) + run(s, MC_IPV6);

	mc_sim_free(s);
	return bad ? 1 : 0;
}
