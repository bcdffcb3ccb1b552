/*
 * out.h - what goes to stdout: JSON objects one a line, and text and payloads made printable.
 */
#ifndef MCAST_OUT_H
#define MCAST_OUT_H

#include <jansson.h>
#include <mcast/base.h>
#include <mcast/msg.h>
#include <stdio.h>

/* out_event prints one JSON object as a line and flushes it: "event", "ts" (Unix seconds),
 * "host" and "schema" first, then the keys of obj in their order. obj is taken over. schema is
 * the number of the verb's format, raised when a key changes its meaning. */
void out_event(int schema, const char *event, json_t *obj);

/* out_begin and out_end are the two halves of it, for events that are many or whose time, since
 * 1970, is not now: between them the keys are set into the object itself; out_end takes it over, and does
 * not flush. */
json_t *out_begin(int schema, const char *event, mc_time at);
void out_end(json_t *obj);

/* out_document begins the one object of a verb that prints a single document: "ts", "host", "schema". out_end
 * prints it, too. */
json_t *out_document(int schema);

/* out_json writes an object and takes it over. out_json_open leaves out the brace at its end: members may
 * follow, a comma first. */
void out_json(json_t *obj, FILE *to);
void out_json_open(json_t *obj, FILE *to);

/* out_json_text gives an object as text, to be freed, or NULL, and gives the object up. */
char *out_json_text(json_t *obj);

/* out_now is the time since 1970; out_clock writes such a time as people read it, "12:00:01.123456", local,
 * and returns buf. */
#define OUT_CLOCK_SIZE (sizeof "12:00:01.123456")
mc_time out_now(void);
char *out_clock(char buf[OUT_CLOCK_SIZE], mc_time at);

/* out_flush flushes stdout; -1 when it could not be written (a closed pipe, a full disk). */
int out_flush(void);

/* out_colour tells whether stdout is a terminal that may be shown colours (NO_COLOR). */
bool out_colour(void);

/* out_put, out_put_int, out_put_bool, out_put_known add a member to an object: a value that is then the
 * object's, a number, yes or no, a number or null where it is not known. */
void out_put(json_t *o, const char *key, json_t *value);
void out_put_int(json_t *o, const char *key, uint64_t n);
void out_put_bool(json_t *o, const char *key, bool is);
void out_put_known(json_t *o, const char *key, bool known, int64_t n);

/* out_addr, out_sources, out_seconds, out_text: values for json_pack's "o". */
json_t *out_addr(const struct mc_addr *a);     /* null for no address */
json_t *out_sources(const struct mc_sources *s); /* an array */
json_t *out_seconds(mc_time t);                /* a real, in seconds; null for MC_NEVER */
json_t *out_text(const char *text);            /* bytes that are not UTF-8 become U+FFFD; null for NULL */

/* out_payload writes data as printable ASCII: \n, \r, \t, \\, \" and \xHH escaped; at most
 * `most` octets of data, "..." behind when there were more. buf needs 4 * most + 4. Returns buf. */
char *out_payload(char *buf, size_t cap, const void *data, size_t len, size_t most);

/* out_plain writes text so that it can neither break a line nor reach a terminal as a command:
 * C0, DEL, C1, octets that are no UTF-8, and characters that turn the direction, end a line or have no
 * width become \xHH, all else stays. What buf has no room for
 * is left out; 4 * strlen(text) + 1 is always enough. Returns buf. */
char *out_plain(char *buf, size_t cap, const char *text);

/* out_endpoint writes "10.0.0.1:9999" or "[fe80::1%eth0]:9999", the zone by out_plain; NULL or
 * empty: none. OUT_ENDPOINT_SIZE is always enough. Returns buf. */
#define OUT_ENDPOINT_SIZE (MC_ADDR_STRLEN + 4 * MC_IFNAME_SIZE + sizeof "[%]:65535")
char *out_endpoint(char *buf, size_t cap, const struct mc_addr *a, uint16_t port, const char *zone);

#endif
