/*
 * guise.c - the headers of iperf 2 and mcjoin 2, written. It knows no socket and no clock.
 */
#include "flow/guise.h"

#include "base/rdwr.h"
#include "base/text.h"

#define IPERF_LEN 20
#define IPERF_LONG 0x08000000u

/* The longest: a group of 45 characters, 20 digits of a number and 10 each of two others. */
#define MCJOIN_LEN 160

static size_t write_iperf(void *buf, uint64_t number, mc_time time)
{
	struct mc_wr w = { .base = buf, .len = IPERF_LEN };

	mc_wr_u32(&w, (uint32_t)number);
	mc_wr_u32(&w, (uint32_t)(time / MC_SEC));
	mc_wr_u32(&w, (uint32_t)(time % MC_SEC / 1000));
	mc_wr_u32(&w, (uint32_t)(number >> 32));
	mc_wr_u32(&w, IPERF_LONG);
	return IPERF_LEN;
}

/* The zero octet that ends it is part of it. */
static size_t write_mcjoin(const struct mc_guise *g, void *buf, uint64_t count)
{
	struct mc_text t = mc_text_begin(buf, MCJOIN_LEN);

	mc_text_str(&t, "Sender PID ");
	mc_text_number(&t, g->pid);
	mc_text_str(&t, ", MC group ");
	mc_text_addr(&t, &g->group);
	mc_text_str(&t, " ... count: ");
	mc_text_number(&t, count);
	mc_text_str(&t, ", freq: ");
	mc_text_number(&t, g->period);
	return t.off + 1;
}

/* Of mcjoin's, by the family of the group: no group is longer as text than all ones, and no number either. */
size_t mc_guise_least(const struct mc_guise *g)
{
	struct mc_guise most = { .pid = UINT32_MAX, .period = UINT32_MAX };
	char text[MCJOIN_LEN];

	if (g->format == MC_FORMAT_IPERF)
		return IPERF_LEN;
	most.group.family = g->group.family == MC_IPV4 ? MC_IPV4 : MC_IPV6;
	memset(most.group.b, 0xff, mc_addr_len(&most.group));
	return write_mcjoin(&most, text, UINT64_MAX);
}

size_t mc_guise_write(const struct mc_guise *g, void *buf, uint64_t seq, mc_time time)
{
	return g->format == MC_FORMAT_IPERF ? write_iperf(buf, seq, time) : write_mcjoin(g, buf, seq - 1);
}

size_t mc_guise_end(const struct mc_guise *g, void *buf, uint64_t last, mc_time time)
{
	return g->format == MC_FORMAT_IPERF ? write_iperf(buf, ~last, time) : 0; /* ~n is -(n + 1) */
}
