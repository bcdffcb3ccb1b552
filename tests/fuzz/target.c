/*
 * target.c - fuzzes mc_target_parse, mc_target_mend and mc_target_format: what is accepted is
 * sound and comes back the same from its canonical form; what is refused leaves no trace.
 */
#include <errno.h>
#include <mcast/base.h>

#include "fuzz.h"

static int parse(struct mc_target *ret, const char *text)
{
	mc_target_init(ret);
	return mc_target_parse(ret, text);
}

static void check_sound(const struct mc_target *t)
{
	struct mc_addr last = t->group;

	MUST(t->size == sizeof(*t));
	MUST(mc_addr_is_multicast(&t->group));
	MUST(t->source.family == 0 || t->source.family == t->group.family);
	MUST(!mc_addr_is_multicast(&t->source));
	MUST(t->source.family == 0 || !mc_addr_is_unspecified(&t->source));
	MUST(t->port >= -1 && t->port <= 65535);
	MUST(memchr(t->ifname, '\0', sizeof(t->ifname)));
	MUST(!strpbrk(t->ifname, "/: \t\n"));
	MUST(t->count > 0 && mc_addr_add(&last, t->count - 1) == 0);
}

static void check_round_trip(const struct mc_target *t)
{
	char text[MC_TARGET_STRLEN], twice[MC_TARGET_STRLEN];
	struct mc_target again;

	MUST(*mc_target_format(t, text, sizeof(text)));
	MUST(parse(&again, text) == 0);
	MUST(mc_addr_cmp(&t->source, &again.source) == 0);
	MUST(mc_addr_cmp(&t->group, &again.group) == 0);
	MUST(strcmp(t->ifname, again.ifname) == 0);
	MUST(t->port == again.port && t->count == again.count);
	MUST(strcmp(mc_target_format(&again, twice, sizeof(twice)), text) == 0);
	MUST(mc_target_mend(text, twice, sizeof(twice)) == -EINVAL);
}

static void check_refused(const struct mc_target *t, int err)
{
	struct mc_target empty;

	mc_target_init(&empty);
	MUST(mc_err_name(err));
	MUST(t->size == empty.size && t->group.family == 0 && t->source.family == 0);
	MUST(t->ifname[0] == '\0' && t->port == empty.port && t->count == empty.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), mended[MC_TARGET_STRLEN];
	struct mc_target t;
	int err = parse(&t, text);

	if (err) {
		check_refused(&t, err);
	} else {
		check_sound(&t);
		check_round_trip(&t);
	}
	if (err == MC_ERR_BRACKETS) {
		MUST(mc_target_mend(text, mended, sizeof(mended)) == 0);
		MUST(parse(&t, mended) == 0);
		check_round_trip(&t);
	} else {
		MUST(mc_target_mend(text, mended, sizeof(mended)) == -EINVAL);
	}
	free(text);
	return 0;
}
