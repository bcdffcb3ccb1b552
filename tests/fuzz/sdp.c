/*
 * sdp.c - fuzzes session descriptions: what is read can be joined, what is not is refused in words.
 */
#include "recv/sdp.h"

#include "fuzz.h"

static void check_stream(const struct sdp *s, const struct sdp_stream *v)
{
	const struct mc_target *t = &v->target;
	char text[MC_TARGET_STRLEN];
	struct mc_target again;

	MUST(t->port > 0 && t->port <= 65535 && t->count > 0);
	MUST(v->duplicate < s->duplicates && v->leg >= 0 && (t->source.family || !v->exclude));
	MUST(v->payload_type < 128 && (v->rtp || (!v->payload_type && !v->clock)));
	MUST(memchr(v->media, 0, sizeof v->media) && memchr(v->mid, 0, sizeof v->mid));
	mc_target_init(&again);
	if (mc_target_parse(&again, mc_target_format(t, text, sizeof text)) == 0)
		MUST(mc_addr_cmp(&again.group, &t->group) == 0 && again.port == t->port);
	else
		MUST(t->source.family == MC_IPV4); /* 255.255.255.255 */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), why[100] = "";
	struct sdp s = { .n = 1 };
	int err = sdp_parse(&s, text, size, why, sizeof why);

	free(text);
	MUST(err == 0 ? !why[0] && s.n : why[0] && s.n == 1);
	if (err)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		check_stream(&s, &s.v[i]);
	sdp_free(&s);
	return 0;
}
