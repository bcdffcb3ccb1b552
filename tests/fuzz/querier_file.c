/*
 * querier_file.c - fuzzes the querier's configuration file. One that is refused is told in one line that can
 * be shown, with a place within the text; of one that is not, each interface is one that can be served, and
 * read again as text it means the same.
 */
#include <mcast/router.h>
#include <stdio.h>

#include "fuzz.h"
#include "net/ifaces.h"
#include "querier/conf.h"

static void check_refusal(const char *why, const char *text, size_t size)
{
	unsigned line = 0, column = 0, at = 1;
	const char *end = text + size, *begin = text, *next;
	int n = 0;

	MUST(strlen(why) < QUERIER_WHY);
	for (const char *c = why; *c; c++)
		MUST((unsigned char)*c >= ' ' && *c != 0x7f);
	MUST(sscanf(why, "f:%u:%u: %n", &line, &column, &n) == 2 && n && why[n]);
	for (; at < line; at++) {
		next = memchr(begin, '\n', (size_t)(end - begin));
		MUST(next);
		begin = next + 1;
	}
	next = memchr(begin, '\n', (size_t)(end - begin));
	MUST(column >= 1 && column <= (size_t)((next ? next : end) - begin));
}

/* What the options make of a router is sound. */
static void check_options(const struct querier_options *o)
{
	const struct mc_iface iface = { .mtu = 1500 };
	char why[256];

	MUST(!querier_options_check(o, why, sizeof why));
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++) {
		struct mc_router_conf conf;
		struct mc_router *r;

		if (!o->version[f])
			continue;
		querier_options_apply(o, f, &iface, NULL, &conf);
		MUST(mc_router_new(&r, &conf, 0) == 0);
		mc_router_free(r);
	}
}

static void put_number(FILE *to, const struct opt *w, const struct querier_options *o)
{
	struct querier_options copy = *o;
	const uint64_t *n = querier_conf_field(&copy, w);

	if (w->type == OPT_FLAG)
		fprintf(to, " %s%s", *(const bool *)(const void *)n ? "" : "no-", w->name);
	else if (w->type == OPT_INT && (*n || w->min == 0))
		fprintf(to, " %s %llu", w->name, (unsigned long long)*n);
	else if (w->type != OPT_INT && *n)
		fprintf(to, " %s %llu.%09llu", w->name, (unsigned long long)(*n / MC_SEC),
			(unsigned long long)(*n % MC_SEC));
}

static void put_iface(FILE *to, const struct querier_iface *i)
{
	const struct querier_options *o = &i->options;

	fprintf(to, "phyint %s", i->name);
	if (o->version[QUERIER_IGMP])
		fprintf(to, " igmpv%d", (int)o->version[QUERIER_IGMP]);
	if (o->version[QUERIER_MLD])
		fprintf(to, " mldv%d", (int)o->version[QUERIER_MLD]);
	for (size_t w = 0; w < QUERIER_WORDS; w++)
		put_number(to, &querier_words[w], o);
	fputc('\n', to);
}

static void check_again(const struct querier_ifaces *all, const struct querier_options *defaults)
{
	struct querier_ifaces again = { .v = NULL };
	char *text = NULL, why[QUERIER_WHY];
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	MUST(to);
	for (size_t i = 0; i < all->n; i++)
		put_iface(to, &all->v[i]);
	MUST(fclose(to) == 0);
	MUST(querier_file_read(&again, "again", text, len, defaults, why) == 0);
	MUST(again.n == all->n && (!all->n || !memcmp(again.v, all->v, all->n * sizeof *all->v)));
	free(again.v);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct querier_ifaces all = { .v = NULL };
	struct querier_conf conf;
	char why[QUERIER_WHY], *text = malloc(size ? size : 1); /* without an end: reading past it is seen */

	MUST(text);
	if (size)
		memcpy(text, data, size);
	querier_conf_init(&conf);
	if (querier_file_read(&all, "f", text, size, &conf.options, why)) {
		MUST(!all.v && !all.n);
		check_refusal(why, text, size);
	} else {
		for (size_t i = 0; i < all.n; i++)
			check_options(&all.v[i].options);
		check_again(&all, &conf.options);
	}
	free(all.v);
	free(text);
	return 0;
}
