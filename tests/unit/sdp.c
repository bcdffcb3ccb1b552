/*
 * sdp.c - tests of session descriptions: what they become, and what is refused, with the line.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recv/sdp.h"
#include "check.h"

/* A line for each: [-]SOURCE@GROUP:PORT+N media mid type/clock set.leg, as far as there is something. */
static void write_out(const struct sdp *s, char *out, size_t cap)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->n; i++) {
		const struct sdp_stream *v = &s->v[i];
		char target[MC_TARGET_STRLEN];

		at += (size_t)snprintf(out + at, cap - at, "%s%s %s %s", v->exclude ? "-" : "",
				       mc_target_format(&v->target, target, sizeof target), v->media,
				       v->mid[0] ? v->mid : "?");
		if (v->rtp)
			at += (size_t)snprintf(out + at, cap - at, " %u/%u", v->payload_type, v->clock);
		if (v->duplicate >= 0)
			at += (size_t)snprintf(out + at, cap - at, " %d.%d", v->duplicate, v->leg);
		at += (size_t)snprintf(out + at, cap - at, "\n");
	}
}

static void gives(const char *text, const char *want)
{
	char out[4000], why[200] = "";
	struct sdp s;

	if (sdp_parse(&s, text, strlen(text), why, sizeof why) != 0) {
		equal(text, why, "");
		fail();
	}
	write_out(&s, out, sizeof out);
	assert_string_equal(out, want);
	sdp_free(&s);
	assert_true(s.n == 0 && !s.v);
}

static void refused(const char *text, const char *want)
{
	struct sdp s = { .n = 77 };
	char why[200] = "";

	assert_int_equal(sdp_parse(&s, text, strlen(text), why, sizeof why), -EINVAL);
	equal(text, why, want);
	assert_int_equal(s.n, 77);
}

/* The parts that a test is not about. */
#define HEAD "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=x\nt=0 0\n"
#define VIDEO "m=video 5000 RTP/AVP 96\na=rtpmap:96 raw/90000\n"
#define GROUP "c=IN IP4 239.1.1.1/32\n"

static void test_plain(void **state)
{
	(void)state;
	gives(HEAD VIDEO GROUP, "239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD GROUP VIDEO, "239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD "c=IN IP4 10.0.0.1\n" VIDEO GROUP, "239.1.1.1:5000 video ? 96/90000\n"); /* of its own */
	gives(HEAD GROUP
	      "m=audio 5004 RTP/AVP 97 98\na=rtpmap:98 L16/44100\na=rtpmap:97 L24/48000/8\na=ptime:1\n",
	      "239.1.1.1:5004 audio ? 97/48000\n");
	gives(HEAD GROUP "m=video 5004 udp 33\n", "239.1.1.1:5004 video ?\n");
	gives(HEAD GROUP "m=video 5004 RTP/AVP 33\n", "239.1.1.1:5004 video ? 33/0\n");
	gives(HEAD "c=IN IP6 ff3e::1\n" VIDEO, "[ff3e::1]:5000 video ? 96/90000\n");
	gives(HEAD "c=IN IP4 239.1.1.1\n" VIDEO, "239.1.1.1:5000 video ? 96/90000\n"); /* without its TTL */
	gives(HEAD GROUP VIDEO "m=audio 0 RTP/AVP 97\n", "239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD GROUP "m=a-very-long-name-of-media 5000 udp x\n", "239.1.1.1:5000 a-very-long-nam ?\n");
}

static void test_lines(void **state)
{
	(void)state;
	gives("v=0\r\nm=video 5000 RTP/AVP 96\r\nc=IN IP4 239.1.1.1/32\r\na=rtpmap:96 raw/90000\r\n\r\n",
	      "239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD VIDEO "c=IN IP4 239.1.1.1/32", "239.1.1.1:5000 video ? 96/90000\n"); /* no end of line */
	gives(HEAD "m=video  5000  RTP/AVP  96 \t\nc=IN  IP4  239.1.1.1/32  \n",
	      "239.1.1.1:5000 video ? 96/0\n");
	gives(HEAD
	      "a=recvonly\na=x-other:1 2\nb=AS:5\nk=clear:x\nz=\n" VIDEO GROUP
	      "a=ts-refclk:ptp=IEEE1588-2008:39-A7-94-FF-FE-07-CB-D0:37\na=mediaclk:direct=0\na=fmtp:96 x\n",
	      "239.1.1.1:5000 video ? 96/90000\n");
	refused("", "line 1: is not v=0: this is no session description, give one");
	refused("{\"a\": 1}\n", "line 1: is not v=0: this is no session description, give one");
	refused("v=1\n", "line 1: is not v=0: this is no session description, give one");
	refused("v=0\nhello\n", "line 2: is not of the form x=...: correct it, or take it out");
	refused("v=0\nx\n", "line 2: is not of the form x=...: correct it, or take it out");
	refused(HEAD, "it has no m= line with a port: nothing to receive is described");
	refused(HEAD GROUP "m=video 0 RTP/AVP 96\n",
		"it has no m= line with a port: nothing to receive is described");
}

static void test_counts(void **state)
{
	(void)state;
	gives(HEAD "c=IN IP4 239.1.1.1/32/3\n" VIDEO, "239.1.1.1:5000+3 video ? 96/90000\n");
	gives(HEAD "c=IN IP6 ff3e::1/3\n" VIDEO, "[ff3e::1]:5000+3 video ? 96/90000\n");
	gives(HEAD GROUP "m=video 5000/2 RTP/AVP 96\n",
	      "239.1.1.1:5000 video ? 96/0\n239.1.1.1:5002 video ? 96/0\n");
	gives(HEAD GROUP "m=video 5000/2 udp 33\n", "239.1.1.1:5000 video ?\n239.1.1.1:5001 video ?\n");
	gives(HEAD "c=IN IP4 239.1.1.1/32/2\nm=video 5000/2 RTP/AVP 96\n", /* one of each (RFC 8866 5.14) */
	      "239.1.1.1:5000 video ? 96/0\n239.1.1.2:5002 video ? 96/0\n");
	gives(HEAD VIDEO "c=IN IP4 239.1.1.1/32\nc=IN IP4 239.1.1.9/32/2\n",
	      "239.1.1.1:5000 video ? 96/90000\n239.1.1.9:5000+2 video ? 96/90000\n");
	gives(HEAD "m=video 5000/3 RTP/AVP 96\nc=IN IP4 239.1.1.1/32\nc=IN IP4 239.1.1.9/32/2\n",
	      "239.1.1.1:5000 video ? 96/0\n239.1.1.9:5002 video ? 96/0\n239.1.1.10:5004 video ? 96/0\n");
	gives(HEAD GROUP "m=video 65533/2 RTP/AVP 96\n",
	      "239.1.1.1:65533 video ? 96/0\n239.1.1.1:65535 video ? 96/0\n");
	refused(HEAD "c=IN IP4 239.1.1.1/32/2\nm=video 5000/3 RTP/AVP 96\n",
		"line 6: 3 ports for 2 groups: write as many of each, or one of either");
	refused(HEAD GROUP "m=video 65534/2 RTP/AVP 96\n",
		"line 6: its ports go beyond 65535: write a lower port, or fewer of them");
	refused(HEAD GROUP "m=video 70000 RTP/AVP 96\n",
		"line 6: the port is wrong: write PORT, or PORT/NUMBER of ports");
	refused(HEAD GROUP "m=video 5000/0 RTP/AVP 96\n",
		"line 6: the port is wrong: write PORT, or PORT/NUMBER of ports");
	refused(HEAD GROUP "m=video\n", "line 6: the port is wrong: write PORT, or PORT/NUMBER of ports");
}

static void test_connections(void **state)
{
	static const char v4[] =
		"line 5: what follows the address is wrong: write GROUP/TTL, or GROUP/TTL/NUMBER of groups";
	static const char v6[] =
		"line 5: what follows the address is wrong: write GROUP, or GROUP/NUMBER of groups";

	(void)state;
	refused(HEAD VIDEO, "line 5: no c= line says which group it is: add one");
	refused(HEAD "c=IN IP4 10.0.0.1\n" VIDEO,
		"line 5: 10.0.0.1 is unicast, there is nothing to join: take its section out");
	refused(HEAD VIDEO "c=IN IP6 2001:db8::1\n",
		"line 7: 2001:db8::1 is unicast, there is nothing to join: take its section out");
	refused(HEAD "c=IN IP4 239.1.1.1/256\n" VIDEO, v4);
	refused(HEAD "c=IN IP4 239.1.1.1/32/0\n" VIDEO, v4);
	refused(HEAD "c=IN IP4 239.1.1.1/32/x\n" VIDEO, v4);
	refused(HEAD "c=IN IP4 239.1.1.1/32/1/1\n" VIDEO, v4);
	refused(HEAD "c=IN IP4 239.255.255.255/32/2\n" VIDEO, v4);
	refused(HEAD "c=IN IP6 ff3e::1/3/3\n" VIDEO, v6);
	refused(HEAD "c=IN IP6 ff3e::1/0\n" VIDEO, v6);
	refused(HEAD "c=IN IP4 group.example.com/32\n" VIDEO,
		"line 5: 'group.example.com' is no address: write it in numbers, names are not looked up");
	refused(HEAD "c=IN IP4\n" VIDEO,
		"line 5: '' is no address: write it in numbers, names are not looked up");
	refused(HEAD "c=IN IP6 239.1.1.1\n" VIDEO,
		"line 5: 239.1.1.1 is no IPv6 address: change it, or the address type");
	refused(HEAD "c=IN IP5 239.1.1.1\n" VIDEO, "line 5: the address type is 'IP5': write IP4 or IP6");
	refused(HEAD "c=ATM IP4 239.1.1.1\n" VIDEO, "line 5: the network type is 'ATM': only IN is known");
	refused(HEAD GROUP "m=video 5000 RTP/AVP 96\na=rtpmap:96 raw\n",
		"line 7: the rtpmap has no clock rate: write 96 NAME/RATE");
}

static void test_filters(void **state)
{
	(void)state;
	gives(HEAD VIDEO GROUP "a=source-filter: incl IN IP4 239.1.1.1 10.0.0.1 10.0.0.2\n",
	      "10.0.0.1@239.1.1.1:5000 video ? 96/90000\n10.0.0.2@239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD VIDEO GROUP "a=source-filter:excl IN IP4 * 10.0.0.1 10.0.0.2\n",
	      "-10.0.0.1@239.1.1.1:5000 video ? 96/90000\n-10.0.0.2@239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD "c=IN IP6 ff3e::1\na=source-filter: incl IN IP6 ff3e::1 2001:db8::1\n" VIDEO,
	      "[2001:db8::1]@[ff3e::1]:5000 video ? 96/90000\n");
	/* Those of a section are instead of those before the first; of other sections they are not. */
	gives(HEAD GROUP "a=source-filter: incl IN IP4 * 10.0.0.1\n" VIDEO
			 "a=source-filter: incl IN IP4 * 10.0.0.2\n"
			 "m=audio 6000 udp x\n",
	      "10.0.0.2@239.1.1.1:5000 video ? 96/90000\n10.0.0.1@239.1.1.1:6000 audio ?\n");
	/* Each group has its own. */
	gives(HEAD VIDEO
	      "c=IN IP4 239.1.1.1\nc=IN IP4 239.1.1.2\na=source-filter: incl IN IP4 239.1.1.2 10.0.0.2\n",
	      "239.1.1.1:5000 video ? 96/90000\n10.0.0.2@239.1.1.2:5000 video ? 96/90000\n");
	gives(HEAD
	      "m=v 5000/2 udp x\nc=IN IP4 239.1.1.1/9/2\na=source-filter:incl IN IP4 239.1.1.2 10.0.0.2\n",
	      "239.1.1.1:5000 v ?\n10.0.0.2@239.1.1.2:5001 v ?\n");
	/* Either family. */
	gives(HEAD "a=source-filter: incl * * * 10.0.0.1 2001:db8::1\n" VIDEO GROUP
		   "m=video 5002 udp x\nc=IN IP6 ff3e::1\n",
	      "10.0.0.1@239.1.1.1:5000 video ? 96/90000\n[2001:db8::1]@[ff3e::1]:5002 video ?\n");
}

static void test_wrong_filters(void **state)
{
	(void)state;
	refused(HEAD VIDEO GROUP "a=source-filter: only IN IP4 * 10.0.0.1\n",
		"line 8: the filter's mode is 'only': write incl or excl");
	refused(HEAD VIDEO GROUP "a=source-filter: incl IN IP4 239.1.1.1\n",
		"line 8: the filter has no sources: write them behind the group");
	refused(HEAD VIDEO GROUP "a=source-filter: incl IN IP4 239.1.1.1 cam.example.com\n",
		"line 8: 'cam.example.com' is no address: write it in numbers, names are not looked up");
	refused(HEAD VIDEO GROUP "a=source-filter: incl IN IP4 239.1.1.1 239.1.1.9\n",
		"line 8: 239.1.1.9 cannot be a source: write a unicast address");
	refused(HEAD VIDEO GROUP "a=source-filter: incl IN IP4 239.1.1.1 2001:db8::1\n",
		"line 8: 2001:db8::1 is no IPv4 address: change it, or the address type");
	refused(HEAD VIDEO GROUP "a=source-filter: incl IN IP4 239.1.1.7 10.0.0.1\n",
		"line 8: the filter's group 239.1.1.7 is that of no c= line: write the same");
	refused(HEAD VIDEO GROUP
		"a=source-filter: incl IN IP4 * 10.0.0.1\na=source-filter: excl IN IP4 * 10.0.0.2\n",
		"line 9: line 8 has the other mode for the same group: keep one");
}

/* Two sections with a group each, as SMPTE ST 2110-10 has them. */
#define LEG_A                                                       \
	"m=video 50000 RTP/AVP 112\nc=IN IP4 239.100.9.10/32\n"     \
	"a=source-filter: incl IN IP4 239.100.9.10 192.168.100.2\n" \
	"a=rtpmap:112 raw/90000\na=mid:primary\n"
#define LEG_B                                                       \
	"m=video 50020 RTP/AVP 112\nc=IN IP4 239.101.9.10/32\n"     \
	"a=source-filter: incl IN IP4 239.101.9.10 192.168.101.2\n" \
	"a=rtpmap:112 raw/90000\na=mid:secondary\n"

static void test_duplicates(void **state)
{
	(void)state;
	gives(HEAD "a=group:DUP primary secondary\n" LEG_A LEG_B,
	      "192.168.100.2@239.100.9.10:50000 video primary 112/90000 0.0\n"
	      "192.168.101.2@239.101.9.10:50020 video secondary 112/90000 0.1\n");
	gives(HEAD "a=group:DUP secondary primary\n" LEG_A LEG_B VIDEO GROUP,
	      "192.168.100.2@239.100.9.10:50000 video primary 112/90000 0.1\n"
	      "192.168.101.2@239.101.9.10:50020 video secondary 112/90000 0.0\n"
	      "239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD "a=group:LS primary secondary\n" LEG_A LEG_B,
	      "192.168.100.2@239.100.9.10:50000 video primary 112/90000\n"
	      "192.168.101.2@239.101.9.10:50020 video secondary 112/90000\n");
	refused(HEAD "a=group:DUP primary third\n" LEG_A LEG_B,
		"line 5: no section has a=mid:third: add that to it");
	refused(HEAD "a=group:DUP primary\n" LEG_A LEG_B,
		"line 5: the DUP group has 1 name: write those of all its sections");
	refused(HEAD "a=group:DUP\n" LEG_A LEG_B,
		"line 5: the DUP group has 0 names: write those of all its sections");
}

/* RFC 7104 4.1, and what cannot be told apart by addresses (RFC 7198: later, by the same path). */
static void test_duplicate_sources(void **state)
{
	(void)state;
	gives(HEAD
	      "m=video 30000 RTP/AVP 100\nc=IN IP4 233.252.0.1/127\n"
	      "a=source-filter:incl IN IP4 233.252.0.1 198.51.100.1 198.51.100.2\na=rtpmap:100 MP2T/90000\n"
	      "a=ssrc:1000 cname:ch1@example.com\na=ssrc:1010 cname:ch1@example.com\n"
	      "a=ssrc-group:DUP 1000 1010\na=mid:Ch1\n" VIDEO GROUP,
	      "198.51.100.1@233.252.0.1:30000 video Ch1 100/90000 0.0\n"
	      "198.51.100.2@233.252.0.1:30000 video Ch1 100/90000 0.1\n"
	      "239.1.1.1:5000 video ? 96/90000\n");
	gives(HEAD VIDEO "c=IN IP4 239.1.1.1\nc=IN IP4 239.1.2.1\na=ssrc-group:DUP 1 2\n" LEG_A LEG_B
			 "a=ssrc-group:DUP 3 4\n",
	      "239.1.1.1:5000 video ? 96/90000 0.0\n239.1.2.1:5000 video ? 96/90000 0.1\n"
	      "192.168.100.2@239.100.9.10:50000 video primary 112/90000\n"
	      "192.168.101.2@239.101.9.10:50020 video secondary 112/90000\n");
	gives(HEAD VIDEO "c=IN IP4 239.1.1.1\na=ssrc-group:FID 1 2\na=ssrc-group:DUP 1\n",
	      "239.1.1.1:5000 video ? 96/90000\n");
}

static void test_limits(void **state)
{
	static char text[SDP_LONGEST + 1];
	size_t n = (size_t)snprintf(text, sizeof text, HEAD GROUP VIDEO);
	char why[200];
	struct sdp s;

	(void)state;
	memset(text + n, '\n', sizeof text - n);
	assert_int_equal(sdp_parse(&s, text, SDP_LONGEST, why, sizeof why), 0);
	sdp_free(&s);
	assert_int_equal(sdp_parse(&s, text, SDP_LONGEST + 1, why, sizeof why), -EINVAL);
	assert_string_equal(why, "it is longer than 65536 octets: give a session description");
	text[n] = '\0';
	assert_int_equal(sdp_parse(&s, text, n + 1, why, sizeof why), -EINVAL);
	assert_string_equal(why, "it is no text: give a session description");
	refused(HEAD GROUP "m=video 1/4097 udp x\n",
		"line 6: there are more than 4096 targets: take some out");
	assert_int_equal(sdp_parse(&s, NULL, 0, why, 8), -EINVAL);
	assert_string_equal(why, "line 1:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),      cmocka_unit_test(test_lines),
		cmocka_unit_test(test_counts),     cmocka_unit_test(test_connections),
		cmocka_unit_test(test_filters),    cmocka_unit_test(test_wrong_filters),
		cmocka_unit_test(test_duplicates), cmocka_unit_test(test_duplicate_sources),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("sdp", tests, NULL, NULL);
}
