/*
 * engine.h - what the parts of the helper of `./dev bench engine` share: reports to feed, the clock, a
 * subcommand each.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <mcast/mcast.h>

#include <stddef.h>
#include <stdint.h>

/* Reports of `records` records each, of one type, about groups 0 to groups - 1, in an order that is
 * shuffled. */
struct reports {
	uint8_t family;
	size_t groups, n; /* groups; packets */
	uint8_t *octets;  /* packets, each from a multiple of stride */
	size_t stride;
	uint16_t *len;
};

void reports_make(struct reports *r, uint8_t family, size_t groups, unsigned records, uint8_t type);
void reports_free(struct reports *r);

static inline const uint8_t *reports_at(const struct reports *r, size_t i)
{
	return r->octets + i * r->stride;
}

/* group_at gives group number i, source_at source number i: 239.x.y.z, 10.x.y.z, and so on. */
struct mc_addr group_at(uint8_t family, uint32_t i);
struct mc_addr source_at(uint8_t family, uint32_t i);

/* bare_refresh reads all reports by bare.h and keeps the time of each group in a hash table; returns the
 * groups. */
struct bare_table;
struct bare_table *bare_table_new(size_t groups);
void bare_table_free(struct bare_table *t);
size_t bare_refresh(struct bare_table *t, const struct reports *r, uint64_t now);

/* processor_ns is the processor's time of this process. */
uint64_t processor_ns(void);
_Noreturn void die(const char *what);
void *allocate(size_t n, size_t size);

/*
 * The subcommands: arguments as from main, exit code back. Each prints lines of "name round value".
 *
 *   refresh FAMILY GROUPS RECORDS ROUNDS   bare, engine, new; ns a record
 *   sources FAMILY SOURCES ROUNDS          ns a record of ten sources of one group
 *   memory FAMILY                          octets a group, a source, a host, a host's group
 *   due FAMILY GROUPS ROUNDS               ns of a poll with nothing due, of a deadline; of a group that ends
 *   answer FAMILY GROUPS ROUNDS            ns of a host's longest call, and all, when asked for all
 *   inject IFACE FAMILY GROUPS RECORDS     sends by AF_PACKET; ns a record, on the clock and of the processor
 *   storm IFACE FAMILY GROUPS RECORDS REPORTS RATE   so many reports, so many a second (0: as fast as it
 *                                          can), the first groups again after the last; ns a report
 */
int refresh_main(char **args);
int sources_main(char **args);
int memory_main(char **args);
int due_main(char **args);
int answer_main(char **args);
int inject_main(char **args);
int storm_main(char **args);

#endif
