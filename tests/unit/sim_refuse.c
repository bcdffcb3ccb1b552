/*
 * sim_refuse.c - tests of scripts that are refused: which word, and what is said; of limits, and of a parser
 * that there is no memory for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "starve.h"
#include "sim/words.h"

/* ---- refusals ------------------------------------------------------------------------------- */

#define ABOVE \
	"node R1 router\nnode H1 host\nnode V[1..5] host\nipv4: node F host\nnode P router passive yes\n"
#define UNSOUND(node)                                                                       \
	"'" node "' cannot be configured so: 'query-response-interval' is to be less than " \
	"'query-interval', and 'ssm' groups"
#define NO_MEMBER "'P' has no host role: see 'passive' and 'member' in its 'node' line"

struct refusal {
	const char *script;
	uint32_t line, column;
	const char *text;
};

/* clang-format off */
static const struct refusal settings[] = {
	{ "node", 1, 5, "the line ends too early: no name of a node" },
	{ "node 9x host", 1, 6, "'9x' is no name (a letter, then letters, digits, _ and -)" },
	{ "node H1", 1, 8, "the line ends too early: no role (host, router)" },
	{ "node H1 hots", 1, 9, "'hots' is no role (host, router)" },
	{ "node H1 host 5", 1, 14,
	  "'5' is no option of a host (address, version, robustness, query-interval, "
	  "query-response-interval, compatible, require-alert, strict-ttl, ssm ..." },
	{ "node H1 host robustness 0", 1, 25, "0 is out of range: 1 to 255" },
	{ "node H1 host robustness 256", 1, 25, "256 is out of range: 1 to 255" },
	{ "node H1 host robustness", 1, 24, "the line ends too early: no number" },
	{ "node H1 host robustness x", 1, 25, "'x' is no number" },
	{ "node H1 host mtu 575", 1, 18, "575 is out of range: 576 to 65535" },
	{ "node R1 router mtu 576", 1, 20, "576 is out of range: 1280 to 65535" },
	{ "node H1 host version 3", 1, 22,
	  "3 is no version of MLD, and the line runs as IPv6: write 'newest', 'older' or 'oldest'" },
	{ "node H1 host version 4", 1, 22, "'4' is no version (1, 2, 3, newest, older, oldest)" },
	{ "node H1 host query-interval 31745", 1, 29,
	  "31745 is out of range: 'query-interval' is 0.000000001 to 31744 s" },
	{ "node H1 host query-response-interval 0", 1, 38,
	  "0 is out of range: 'query-response-interval' is 0.1 to 31744 s" },
	{ "node H1 host address 10.0.0.1", 1, 22,
	  "10.0.0.1 is IPv4, and the script runs as IPv6 too: write 'family ipv4', or 10.0.0.1|ADDRESS" },
	{ "node H1 host address G1", 1, 22, "'G1' is a group: no node can have that address" },
	{ "node H1 host address 10.0.0.1|2001:db8::1", 1, 22,
	  "'10.0.0.1|2001:db8::1' is not link-local: as IPv6 the roles speak from fe80::/64" },
	{ "family ipv6\nnode R1 router address fe80:0:0:1::1", 2, 24,
	  "'fe80:0:0:1::1' is not link-local: as IPv6 the roles speak from fe80::/64" },
	{ "node T host address none\nnode H1 host address T", 2, 22,
	  "'T' begins without an address: no name stands for it, write it in numbers" },
	{ "node R1 router query-response-interval 125", 1, 6, UNSOUND("R1") },
	{ "ipv6: node R1 router query-interval 10", 1, 12, UNSOUND("R1") },
	{ "node H1 host ssm 10.0.0.0/8|ff3e::/32", 1, 6, UNSOUND("H1") },
	{ "node H1 host address none address none", 1, 27, "'address' is there twice" },
	{ "node H1 host loss 1.1", 1, 19, "the fraction 1.1 is over 1" },
	{ "node H1 host loss 101%", 1, 19, "the fraction 101% is over 1" },
	{ "node H1 host loss -1", 1, 19, "'-1' is no fraction (such as 0.9, 90%)" },
	{ "node H1 host startup-query-count 2", 1, 14,
	  "'startup-query-count' is an option of routers alone" },
	{ "node R1 router quiet-leave yes", 1, 16, "'quiet-leave' is an option of hosts alone" },
	{ "node R1 router passive", 1, 23, "the line ends too early: no answer (no, yes)" },
	{ "node R1 router passive maybe", 1, 24, "'maybe' is no answer (no, yes)" },
	{ "node R1 router prefix 10.0.0.0/8", 1, 23,
	  "10.0.0.0/8 is IPv4, and the script runs as IPv6 too: write 'family ipv4', or 10.0.0.0/8|ADDRESS" },
	{ "node R1 router prefix 10.0.0.0/8|x", 1, 23,
	  "'10.0.0.0/8|x' is no prefix (such as 232.0.0.0/8, ff3e::/96, or both with | between)" },
	{ "node R1 router ssm 232.0.0.0/33", 1, 20,
	  "'232.0.0.0/33' is no prefix (such as 232.0.0.0/8, ff3e::/96, or both with | between)" },
	{ "node R1 router start soon", 1, 22,
	  "'soon' is no time (such as 31.25, 50us, 500ms, 10s, 5min, 1h), nor 'never'" },
	{ "node G1 host", 1, 6, "'G1' stands for an address already: take another name" },
	{ "node link host", 1, 6, "'link' is a word of the language: take another name" },
	{ "node S host", 1, 6, "'S' stands for an address already: take another name" },
	{ "node abcdefghijklmnopqrstuvwx host", 1, 6,
	  "the name 'abcdefghijklmnopqrstuvwx' is longer than 23 letters" },
	{ "node H[1..5] router", 1, 14, "a row is of hosts: routers are declared one by one" },
	{ "node H[2..5] host", 1, 6, "a row is declared from 1 on: H[1..N]" },
	{ "node H[5..1] host", 1, 6, "'H[5..1]' is no part of a row (such as H[7], H[1..500], H[*])" },
	{ "node H[1..10000001] host", 1, 6, "there are more than 10000000 nodes" },
	{ "node H[1..3] host address 255.255.255.254|fe80::1", 1, 19,
	  "there are not that many addresses from here on" },
	{ "node H1 host\nnode H1 router", 2, 6, "there is a 'H1' already" },
	{ "name MDNS", 1, 10,
	  "the line ends too early: no address and no name of one (G1, GS1, S1, R1, H1, NODES, "
	  "ROUTERS, REPORTS, NONE, a node, or see 'name')" },
	{ "name MDNS 224.0.0.251", 1, 11,
	  "224.0.0.251 is IPv4, and the script runs as IPv6 too: write 'family ipv4', or "
	  "224.0.0.251|ADDRESS" },
	{ "name MDNS 224.0.0.251 10.0.0.1", 1, 23, "10.0.0.1 is IPv4, and this line runs as IPv6" },
	{ "name G1 G2", 1, 6, "'G1' stands for an address already: take another name" },
	{ "name a-b G2 G3 G4", 1, 16, "'G4' is a word too many: the line should end behind 'G3'" },
	{ "name A nothing", 1, 8,
	  "'nothing' is no address and no name of one (G1, GS1, S1, R1, H1, NODES, ROUTERS, REPORTS, "
	  "NONE, a node, or see 'name')" },
	{ "family ipv5", 1, 8, "'ipv5' is no family (both, ipv4, ipv6)" },
	{ "node H1 host\nfamily ipv4", 2, 1, "'family' must come before nodes, names and events" },
	{ "seed", 1, 5, "the line ends too early: no number" },
	{ "seed -1", 1, 6, "'-1' is no number" },
	{ "seed 18446744073709551616", 1, 6,
	  "18446744073709551616 is out of range: 0 to 9223372036854775807" },
	{ "seed 9223372036854775808", 1, 6,
	  "9223372036854775808 is out of range: 0 to 9223372036854775807" },
	{ "seed 1\nseed 2", 2, 1, "'seed' is there twice" },
	{ "ipv4: seed 1", 1, 7, "'seed' is for both families: it has none in front" },
	{ "family ipv6\nipv4: node H1 host", 2, 1, "'ipv4:': the script runs as the other family alone" },
	{ "fraction 2", 1, 10, "the fraction 2 is over 1" },
	{ "link", 1, 5,
	  "the line ends too early: no property of a link (delay, jitter, loss, duplicate, reorder)" },
	{ "link delay", 1, 11,
	  "the line ends too early: no time (such as 31.25, 50us, 500ms, 10s, 5min, 1h)" },
	{ "link delay 5x", 1, 12, "'5x' is no time (such as 31.25, 50us, 500ms, 10s, 5min, 1h)" },
	{ "link dealy 5", 1, 6,
	  "'dealy' is no property of a link (delay, jitter, loss, duplicate, reorder)" },
	{ "end 5\n0 link loss 1\n6 link loss 1", 1, 1, "the end, 5, is before 6, which line 3 names" },
	{ "node H1 host\n1 H1 silent until 900\nend 5", 3, 1,
	  "the end, 5, is before 900, which line 2 names" },
	{ "node H1 host\n1..900 H1 > query * optional\nend 5", 3, 1,
	  "the end, 5, is before 900, which line 2 names" },
	{ "node H[1..2] host\n1 H[*] join G1 spread 4.5\nend 5", 3, 1,
	  "the end, 5, is before 5.5, which line 2 names" },
	{ "end 5\nnode H1 host start 50", 1, 1, "the end, 5, is before 50, which line 2 names" },
	{ "0 link loss 1\nlink loss 1", 2, 1,
	  "'link' at the start comes before the events: between them it needs a time" },
	{ "figures yes", 1, 9, "'yes' is a word too many: the line should end behind 'figures'" },
	{ "-5 H1 stop", 1, 1,
	  "'-5' is no setting and no time (family, seed, fraction, timers, link, name, node, end, figures)" },
};

/* Lines below ABOVE, from which lines are counted. */
static const struct refusal events[] = {
	{ "0", 1, 2, "the line ends too early: no node" },
	{ "0 H1", 1, 5,
	  "the line ends too early: no event (join, leave, listen, close, change, start, stop, set, <, "
	  ">, silent, =)" },
	{ "0 H1 frob", 1, 6,
	  "'frob' is no event (join, leave, listen, close, change, start, stop, set, <, >, silent, =)" },
	{ "0 R1 stop stop", 1, 11, "'stop' is a word too many: the line should end behind 'stop'" },
	{ "0x H1 stop", 1, 1, "'0x' is no time (such as 31.25, 50us, 500ms, 10s, 5min, 1h)" },
	{ "0 H[1] stop", 1, 3, "no such node 'H[1]' (nodes: R1, H1, V[], F, P)" },
	{ "0 H1 join", 1, 10,
	  "the line ends too early: no address and no name of one (G1, GS1, S1, R1, H1, NODES, "
	  "ROUTERS, REPORTS, NONE, a node, or see 'name')" },
	{ "0 H1 join G1 {}", 1, 14,
	  "{} joins nothing: leave it out to join from any source, or write 'leave'" },
	{ "0 H1 join G1 {a", 1, 16, "the line ends where ',' or '}' should stand" },
	{ "0 H1 join G1 {a b}", 1, 17, "'b' stands where ',' or '}' should" },
	{ "0 H1 join G1 {a,}", 1, 17,
	  "'}' is no address and no name of one (G1, GS1, S1, R1, H1, NODES, ROUTERS, REPORTS, NONE, a "
	  "node, or see 'name')" },
	{ "0 H1 join 239.1.1.1", 1, 11,
	  "239.1.1.1 is IPv4, and the script runs as IPv6 too: write 'family ipv4', or 239.1.1.1|ADDRESS" },
	{ "0 H1 join ff02::1", 1, 11,
	  "ff02::1 is IPv6, and the script runs as IPv4 too: write 'family ipv6', or ADDRESS|ff02::1" },
	{ "0 H1 join G01", 1, 11,
	  "'G01' is no address and no name of one (G1, GS1, S1, R1, H1, NODES, ROUTERS, REPORTS, NONE, "
	  "a node, or see 'name')" },
	{ "0 H1 join 239.1.1.1|239.1.1.2", 1, 11,
	  "'239.1.1.1|239.1.1.2' is no pair of addresses, the first IPv4, the second IPv6" },
	{ "0 H1 join S[1..5]", 1, 11, "'S[1..5]' is no range of groups (such as G[1..50], GS[1..50])" },
	{ "0 H1 join G[0..5]", 1, 11, "'G[0..5]' is no part of a row (such as H[7], H[1..500], H[*])" },
	{ "0 H1 join G[1..10000001]", 1, 11, "G[1..10000001] goes past G10000000" },
	{ "0 H1 join G1 socket 4294967296", 1, 21, "4294967296 is out of range: 0 to 4294967295" },
	{ "0 H1 join G1 fails EFOO", 1, 20,
	  "'EFOO' is no error (such as EINVAL, ENOBUFS, MC_ERR_GROUP, MC_ERR_SOURCE)" },
	{ "0 H1 join G1 spread 1 spread 2", 1, 23, "'spread' is there twice" },
	{ "0 H1 join G1 nonsense", 1, 14,
	  "'nonsense' is no word that may stand here (socket, spread, fails)" },
	{ "0 H1 listen G1 include", 1, 23, "the line ends too early: no set (such as {}, {S1}, {S1,S2})" },
	{ "0 H1 close x", 1, 12, "'x' is no number" },
	{ "0..5 H1 stop", 1, 1, "only '>' has two times: 'stop' is at one" },
	{ "5..4 H1 > query *", 1, 1, "5..4 ends before it begins" },
	{ "1.0000000001 H1 stop", 1, 1, "the time 1.0000000001 is finer than nanoseconds" },
	{ "1000000001 H1 stop", 1, 1, "the time 1000000001 is over 1000000000 s" },
	{ "0 H1 set start 5", 1, 10, "'start' cannot be set while the node runs: say it in its 'node' line" },
	{ "0 H1 set", 1, 9,
	  "the line ends too early: no option of a host (address, version, robustness, query-interval, "
	  "query-response-interval, compatible, require-alert, strict-ttl, ssm ..." },
	{ "0 V[*] set address H1", 1, 12, "several nodes cannot have one address" },
	{ "0 V stop", 1, 3, "'V' is a row of nodes: write V[*], V[1] or V[1..5]" },
	{ "0 V[6] stop", 1, 3, "'V[6]' is past the row's end: V[5] is its last" },
	{ "0 H1 <", 1, 7, "the line ends too early: no message (query, report, leave, done, raw, packet)" },
	{ "0 H1 < v3 query *", 1, 8,
	  "there is no MLDv3: write 'ipv4:' in front, or take a version without a number" },
	{ "0 H1 < v9 query *", 1, 8, "'v9' is no message (query, report, leave, done, raw, packet)" },
	{ "0 H1 < v1 query GS {a}", 1, 8, "IGMPv1 has no sources in its queries" },
	{ "0 H1 < oldest query * qrv 2", 1, 8,
	  "IGMPv1 has no 's', 'qrv', 'qqi', 'qqic' and 'flags' in its queries" },
	{ "0 H1 < older report is_in G1 {}", 1, 8, "IGMPv2 has no records in its reports" },
	{ "0 H1 < newest report G1", 1, 8, "IGMPv3 has records in its reports: report is_ex GROUP SET" },
	{ "0 H1 < newest leave G1", 1, 8, "IGMPv3 leaves by a report: report to_in GROUP {}" },
	{ "0 H1 < v1 leave G1", 1, 8, "IGMPv1 has no message for leaving" },
	{ "0 H1 < report is_inn G1 {}", 1, 15,
	  "'is_inn' is no record type (is_in, is_ex, to_in, to_ex, allow, block, or a number)" },
	{ "0 H1 < report 256 G1 {}", 1, 15, "256 is out of range: 0 to 255" },
	{ "0 H1 < report is_in G1", 1, 23, "the line ends too early: no set (such as {}, {S1}, {S1,S2})" },
	{ "0 H1 < report is_in G1 {} allow G2 {}", 1, 27,
	  "'allow' is no field of this message (from, to, flags, ttl, tos, alert, checksum, length, aux)" },
	{ "0 H1 < query * ttl 256", 1, 20, "256 is out of range: 0 to 255" },
	{ "0 H1 < query * ttl 1 ttl 2", 1, 22, "'ttl' is there twice" },
	{ "0 H1 < query * max 1 code 1", 1, 8, "'max' and 'code' are the same field: one of them" },
	{ "0 H1 < query * max 3175", 1, 8, "'max' is over 3174.4 s, the longest that IGMPv3 can say" },
	{ "0 H1 < query * code 256", 1, 8, "'code' is over 255, the largest that IGMP has" },
	{ "0 H1 < query * checksum good", 1, 25, "'good' stands where 'bad' should" },
	{ "0 H1 < query * aux 1", 1, 16,
	  "'aux' is no field of this message (from, to, max, code, s, qrv, qqi, qqic, flags, ttl, tos, "
	  "alert, checksum, length)" },
	{ "0 H1 < report G1 flags 1", 1, 18,
	  "'flags' is no field of this message (from, to, ttl, tos, alert, checksum, length)" },
	{ "0 H1 < query * or query *", 1, 16,
	  "'or' is no field of this message (from, to, max, code, s, qrv, qqi, qqic, flags, ttl, tos, "
	  "alert, checksum, length)" },
	{ "0 H1 < raw", 1, 11, "the line ends too early: no octets (hexadecimal, two digits each)" },
	{ "0 H1 < raw 123", 1, 12, "'123' has an odd number of digits: blanks may stand between octets" },
	{ "0 H1 < raw zz", 1, 12, "'zz' is no octets (hexadecimal, two digits each)" },
	{ "0 H1 < v2 raw 00", 1, 8, "'raw' has no version in front: it is in the octets" },
	{ "0 H1 < packet 00 from H1", 1, 18, "'from' is no field of this message" },
	{ "0 H1 > query * optinal", 1, 16,
	  "'optinal' is no field of this message, nor 'or', 'optional', 'split', 'lost' (from, to, "
	  "max, code, s, qrv, qqi, qqic, flags, ttl, tos, alert, checksum ..." },
	{ "0 H1 > query * lost Z", 1, 21, "no such node 'Z' (nodes: R1, H1, V[], F, P)" },
	{ "0 H1 > query * lost V[*]", 1, 21, "'V[*]' are several nodes: 'lost' takes one, or none for all" },
	{ "0 H1 > query * f=2", 1, 16, "the fraction f=2 is over 1" },
	{ "0 H1 > query * f=", 1, 16, "'f=' is no fraction (such as 0.9, 90%)" },
	{ "0 H1 > query * f=0.5 f=0.5", 1, 22, "'f=0.5' comes second: several are written f=0.1,0.9" },
	{ "0 H1 silent", 1, 12, "the line ends where 'until' should stand" },
	{ "0 H1 silent until 0", 1, 19, "the time 0 is not after 0, when it begins" },
	{ "0 H1 = frob", 1, 8,
	  "'frob' is no state and no group (version, older, response, robustness, groups, count, warned)" },
	{ "0 H1 =", 1, 7,
	  "the line ends too early: no state and no group (version, older, response, robustness, "
	  "groups, count, warned)" },
	{ "0 H1 = G1", 1, 10, "the line ends too early: no filter mode (none, include, exclude)" },
	{ "0 H1 = G1 none none", 1, 16, "'none' is a word too many: the line should end behind 'none'" },
	{ "0 H1 = G1 exclude {} {}", 1, 22, "only a router's group that excludes has two sets" },
	{ "0 R1 = G1 exclude {}", 1, 21,
	  "a router's group that excludes has two sets: those whose timers run, and those excluded" },
	{ "0 R1 = G1 include {} {}", 1, 22, "only a router's group that excludes has two sets" },
	{ "0 H1 = G1 exclude {} timer 5", 1, 22,
	  "'timer' is no detail of a host's group (response, repeat)" },
	{ "0 R1 = G1 exclude {} {} response 5", 1, 25,
	  "'response' is no detail of a router's group (timer, version, older, queries)" },
	{ "0 R1 = G1 exclude {} {} timer G1", 1, 33,
	  "the line ends too early: no time (such as 31.25, 50us, 500ms, 10s, 5min, 1h)" },
	{ "0 R1 = G1 exclude {} {} older 2 5", 1, 31,
	  "2 is no older version of MLD, and the line runs as IPv6: write 'older' or 'oldest'" },
	{ "0 R1 = G1 exclude {} {} queries 256", 1, 33, "256 is out of range: 0 to 255" },
	{ "0 R1 = version 1", 1, 8, "'version' is a state of hosts, and this is a router" },
	{ "0 H1 = querier self", 1, 8, "'querier' is a state of routers, and this is a host" },
	{ "0 H1 = member G1 none", 1, 8, "'member' asks the host role of a router, and 'H1' is a host" },
	{ "0 R1 = count rx-foo 1", 1, 14,
	  "'rx-foo' is no counter (rx-query, rx-report, rx-leave, rx-bad-checksum, rx-bad-length, "
	  "rx-truncated, rx-malformed, rx-bad-hoplimit, rx-bad-ttl ..." },
	{ "0 R1 = count nosuch 1", 1, 14, "'nosuch' is no counter (no-memory, see mcast-sim(1))" },
	{ "0 R1 = warned nosuch 1", 1, 15,
	  "'nosuch' is no warning (older, newer, ssm, sender, self, groups, sources, hosts, memory, "
	  "robustness)" },
	{ "0 P join G1", 1, 5, NO_MEMBER },
	{ "0 P listen G1 exclude {}", 1, 5, NO_MEMBER },
	{ "0 P close 1", 1, 5, NO_MEMBER },
	{ "0 P change G1", 1, 5, NO_MEMBER },
	{ "0 P = member G1 none", 1, 7, NO_MEMBER },
	{ "0 R1 = told G1 perhaps", 1, 16, "'perhaps' is no answer (no, yes, never)" },
	{ "ipv6: 0 H1 < v2 query *\nipv6: 0 H1 join 239.1.1.1", 2, 17,
	  "239.1.1.1 is IPv4, and this line runs as IPv6" },
	{ "ipv4: 0 F stop\n0 F stop", 2, 3,
	  "'F' is there as IPv4 alone: write 'ipv4:' in front of this line" },
	{ "ipv4: 0 F stop\nipv4: 0 H1 < query * from F\n0 H1 < query * from F", 3, 21,
	  "'F' is there as IPv4 alone: write 'ipv4:' in front of this line" },
	{ "5 H1 stop\n0.5 H1 start", 2, 1, "the time 0.5 is before the line above, 5" },
};
/* clang-format on */

static void check_refusal(const char *above, uint32_t lines, const struct refusal *want)
{
	char text[1000], got[300], wanted[300];
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	int err;

	snprintf(text, sizeof(text), "%s%s\n", above, want->script);
	err = mc_sim_parse(&s, text, strlen(text), &error);
	if (err != MC_ERR_SCRIPT || s)
		fail_msg("%s: not refused, but %d", want->script, err);
	snprintf(got, sizeof(got), "%u:%u: %s", error.line - lines, error.column, error.text);
	snprintf(wanted, sizeof(wanted), "%u:%u: %s", want->line, want->column, want->text);
	equal(want->script, got, wanted);
}

static void test_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(settings); i++)
		check_refusal("", 0, &settings[i]);
}

static void test_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(events); i++)
		check_refusal(ABOVE, 5, &events[i]);
}

/* ---- octets --------------------------------------------------------------------------------- */

static void refused_octets(const char *text, size_t len, uint32_t line, uint32_t column, const char *why)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	char *copy = malloc(len); /* reading behind it is seen by a sanitizer */

	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_int_equal(mc_sim_parse(&s, copy, len, &error), MC_ERR_SCRIPT);
	free(copy);
	assert_null(s);
	assert_int_equal(error.line, line);
	assert_int_equal(error.column, column);
	equal("octets", error.text, why);
}

static void test_octets(void **state)
{
	(void)state;
	refused_octets("end 5\n# \0", 9, 2, 3, "the octet 0x00 is a control character");
	refused_octets("end \xc3\xa9", 6, 1, 5, "the octet 0xc3 is not ASCII");
	refused_octets("end 5\r 6", 8, 1, 6, "the octet 0x0d is a control character");
	refused_octets("end 5\x7f", 6, 1, 6, "the octet 0x7f is a control character");
	refused_octets("node", 4, 1, 5, "the line ends too early: no name of a node");
}

/* However long a word is, the sentence holds. */
static void test_long_words(void **state)
{
	enum { LEN = 100000 };
	static const char *const begins[] = { "",
					      "5",
					      "name ",
					      "node ",
					      "family ",
					      "end ",
					      "0 ",
					      "link ",
					      "node H1 host ",
					      "node H1 host address ",
					      "node H1 host mtu ",
					      "name A G1 " };
	char *text = malloc(LEN);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < COUNT(begins); i++)
		for (const char *c = "x1[{:|%"; *c; c++) {
			struct mc_sim_error error = { .line = 0 };
			struct mc_sim *s = NULL;
			size_t n = strlen(begins[i]);

			memset(text, *c, LEN);
			memcpy(text, begins[i], n);
			assert_int_equal(mc_sim_parse(&s, text, LEN, &error), MC_ERR_SCRIPT);
			assert_int_equal(error.line, 1);
			assert_true(strlen(error.text) > 10 && error.column > 0);
		}
	free(text);
}

/* ---- limits --------------------------------------------------------------------------------- */

/* The same line over and over, behind something. */
static char *repeat(const char *above, const char *line, size_t n, size_t *len)
{
	size_t one = strlen(line);
	char *text = malloc(strlen(above) + n * one + 1), *at = text;

	assert_non_null(text);
	at = stpcpy(at, above);
	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, line);
	*len = (size_t)(at - text);
	return text;
}

static void test_lines(void **state)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	size_t len;
	char *text = repeat("node H1 host\n0 H1 stop\n", "\n", MC_SIM_LINES_MOST - 2, &len);

	(void)state;
	assert_int_equal(mc_sim_parse(&s, text, len, &error), 0);
	assert_int_equal(s->n_events, 1);
	mc_sim_free(s);
	free(text);
	text = repeat("node H1 host\n", "\n", MC_SIM_LINES_MOST, &len);
	assert_int_equal(mc_sim_parse(&s, text, len, &error), MC_ERR_SCRIPT);
	assert_int_equal(error.line, MC_SIM_LINES_MOST + 1);
	equal("text", error.text, "the script has more than 1000000 lines");
	free(text);
}

/* As many names as lines: looking them up takes no time that grows with them. */
static void test_many_names(void **state)
{
	enum { N = 100000 };
	size_t cap = (size_t)N * 64, len = 0;
	char *text = malloc(cap);
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < N; i++)
		len += (size_t)snprintf(text + len, cap - len, "node N%u host\n", i);
	for (unsigned i = 0; i < N; i++)
		len += (size_t)snprintf(text + len, cap - len, "0 N%u join G1 {N%u}\n", i, N - 1 - i);
	assert_int_equal(mc_sim_parse(&s, text, len, &error), 0);
	assert_true(s->n_events == N && s->events[5].who.first == 6 &&
		    s->events[5].sources.list[0].node == N - 5);
	mc_sim_free(s);
	free(text);
}

static void test_text(void **state)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	size_t len;
	char *text = repeat("", "                                                              #\n",
			    MC_SIM_TEXT_MOST / 64 + 1, &len);

	(void)state;
	assert_int_equal(mc_sim_parse(&s, text, len, &error), MC_ERR_SCRIPT);
	equal("text", error.text, "the script has 67108928 octets, at most 67108864");
	assert_int_equal(error.line, 1);
	free(text);
}

static void test_sets(void **state)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	const char *full = "node H1 host\n0 H1 join GS {S[1..65535]}\n";
	const char *over = "node H1 host\n0 H1 join GS {S[1..65535],a}\n";

	(void)state;
	assert_int_equal(mc_sim_parse(&s, full, strlen(full), &error), 0);
	assert_int_equal(s->events[0].sources.n, 65535);
	mc_sim_free(s);
	assert_int_equal(mc_sim_parse(&s, over, strlen(over), &error), MC_ERR_SCRIPT);
	equal("set", error.text, "a set holds 65535 addresses at the most");
}

static void test_nodes(void **state)
{
	struct mc_sim_error error = { .line = 0 };
	struct mc_sim *s = NULL;
	const char *full = "node H[1..9999999] host\nnode R1 router\n";
	const char *over = "node H[1..9999999] host\nnode R1 router\nnode R2 router\n";

	(void)state;
	assert_int_equal(mc_sim_parse(&s, full, strlen(full), &error), 0);
	assert_int_equal(s->n_all, MC_SIM_NODES_MOST);
	mc_sim_free(s);
	assert_int_equal(mc_sim_parse(&s, over, strlen(over), &error), MC_ERR_SCRIPT);
	assert_int_equal(error.line, 3);
	equal("nodes", error.text, "there are more than 10000000 nodes");
}

/* ---- no memory ------------------------------------------------------------------------------ */

/* Whatever request is not served, nothing stays behind; nor where a script is refused at its end. */
static void test_no_memory(void **state)
{
	static const char *const scripts[] = {
		ABOVE
		"name N G1\nnode X router prefix 10.0.0.0/8|2001:db8::/32 prefix 10.0.0.0/8|2001:db8::/32\n"
		"0 X join G1 {a,b,c} f=0.1,0.2\n0 X > query GS {a} or report is_in G1 {a}, block G2 {b} f=0\n"
		"ipv6: 7 X < raw 00112233\nipv4: 5 X = G1 exclude {a} {b} timer 1 timer a 2\n"
		"9 X set mtu 1500 prefix 10.0.0.0/8|2001:db8::/32\n",
		ABOVE "0 R1 < report is_in G1 {a}, block G2 {b} f=0.5,0.5 frob\n",
	};
	size_t before = starve_held;

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct mc_sim_error error;
		struct mc_sim *s = NULL;
		int err = -ENOMEM;
		long n;

		for (n = 0; err == -ENOMEM; n++) {
			starve_in = (size_t)n + 1;
			err = mc_sim_parse(&s, scripts[i], strlen(scripts[i]), &error);
			starve_in = 0;
			assert_true(err == -ENOMEM || n > 10);
			mc_sim_free(err ? NULL : s);
			assert_true(starve_held == before);
		}
		assert_int_equal(err, i ? MC_ERR_SCRIPT : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_events),
		cmocka_unit_test(test_octets),   cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_lines),    cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_text),     cmocka_unit_test(test_sets),
		cmocka_unit_test(test_nodes),    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("sim_refuse", tests, NULL, NULL);
}
