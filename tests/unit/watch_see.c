/*
 * watch_see.c - tests of the path of a packet: what is told of it, in which order and with which time; and
 * the lines that are made of it.
 */
#include "watch/see.h"

#include "watch/show.h"
#include "wire.h"
#include "wire/frame.h"

/* A run: what is told of packets becomes lines, each with its time in seconds. */
struct run {
	struct links *links;
	struct see see;
	struct watch_show show;
	char told[2000];
};

static void hear(void *arg, const struct shown *s)
{
	struct run *r = arg;
	char line[WATCH_LINE_SIZE];
	bool with = s->kind == SHOWN_EVENT && s->msg; /* its line was told */
	size_t n = strlen(r->told);

	if (with &&
	    (s->event->kind == MC_TRACK_JOIN || (s->event->kind == MC_TRACK_LEAVE && !s->event->expired)))
		return;
	snprintf(r->told + n, sizeof(r->told) - n, "%g %s\n",
		 (double)(s->time - 1000 * MC_SEC) / (double)MC_SEC,
		 watch_show_line(&r->show, s, line, sizeof(line)));
}

static struct run *begin(void)
{
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	assert_int_equal(links_new(&r->links, NULL, NULL), 0);
	assert_int_equal(watch_show_open(&r->show, false, false), 0);
	see_open(&r->see, r->links);
	r->see.tell = hear;
	r->see.arg = r;
	return r;
}

static void end(struct run *r)
{
	see_close(&r->see);
	watch_show_close(&r->show);
	links_free(r->links);
	free(r);
}

static mc_time at(double seconds)
{
	return 1000 * MC_SEC + (mc_time)(seconds * 1e3) * MC_MSEC;
}

/* A packet as it stands, behind nothing. */
static bool packet(struct run *r, double seconds, const uint8_t *octets, size_t len)
{
	uint8_t *copy = wire_copy(octets, len);
	const struct packet p = { .time = at(seconds),
				  .link = MC_LINK_RAW,
				  .octets = copy,
				  .len = len,
				  .wire = len };
	bool is = see_packet(&r->see, &p);

	free(copy);
	return is;
}

/* A message in hex, its checksum put right, in the header that the RFCs want. */
static bool heard(struct run *r, double seconds, const char *src, const char *dst, const char *hex)
{
	struct wire_ip ip = wire_ip(src, dst);
	uint8_t msg[200], whole[300];
	size_t len = wire_hex(msg, sizeof(msg), hex);

	wire_fix(&ip, msg, len);
	return packet(r, seconds, whole, wire_wrap(whole, &ip, msg, len));
}

/* What was told since the last time. */
static void told(struct run *r, const char *want)
{
	assert_string_equal(r->told, want);
	r->told[0] = '\0';
}

#define JOIN3 "22 00 0000 0000 0001 04 00 0000 ef010203"
#define LEAVE2 "17 00 0000 ef010203"
#define GENERAL3 "11 64 0000 00000000 02 7d 0000"
#define GENERAL2 "11 64 0000 00000000"
#define ASK2 "11 0a 0000 ef010203"

static void test_members(void **state)
{
	struct run *r = begin();

	(void)state;
	assert_true(heard(r, 1, "10.0.0.7", "224.0.0.22", JOIN3));
	told(r, "1 - IGMPv3 report: 10.0.0.7 joins 239.1.2.3 (new)\n");
	heard(r, 2, "10.0.0.7", "224.0.0.22", JOIN3);
	told(r, "2 - IGMPv3 report: 10.0.0.7 joins 239.1.2.3\n");
	heard(r, 3, "10.0.0.7", "224.0.0.2", LEAVE2);
	told(r, "3 - IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3\n");
	heard(r, 4, "10.0.0.1", "239.1.2.3", ASK2);
	told(r, "4 - IGMPv2 query: 10.0.0.1 asks who is left in 239.1.2.3\n");
	assert_int_equal(r->see.totals.messages, 4);
	assert_int_equal(r->see.totals.faulty, 0);
	end(r);
}

/* What is due before a packet is told before it, and with its own time. */
static void test_due(void **state)
{
	struct run *r = begin();

	(void)state;
	heard(r, 1, "10.0.0.7", "224.0.0.22", JOIN3);
	heard(r, 3, "10.0.0.7", "224.0.0.2", LEAVE2);
	r->told[0] = '\0';
	heard(r, 9, "10.0.0.8", "224.0.0.22", JOIN3);
	told(r,
	     "6 - ! nobody asked who is left in 239.1.2.3 after 10.0.0.7 left it: there is no querier here, "
	     "or it did not hear\n"
	     "9 - IGMPv3 report: 10.0.0.8 joins 239.1.2.3 (new)\n");
	assert_int_equal(r->see.totals.warnings, 1);
	see_due(&r->see, at(400));
	assert_non_null(strstr(r->told, " - 10.0.0.8 is no longer heard of in 239.1.2.3\n"));
	end(r);
}

/* A packet of a moment earlier is shown with its time, but time does not go back for what is known. */
static void test_back(void **state)
{
	struct run *r = begin();

	(void)state;
	heard(r, 100, "10.0.0.7", "224.0.0.22", JOIN3);
	heard(r, 95, "10.0.0.7", "224.0.0.2", LEAVE2);
	told(r, "100 - IGMPv3 report: 10.0.0.7 joins 239.1.2.3 (new)\n"
		"95 - IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3\n");
	heard(r, 102, "10.0.0.9", "224.0.0.22", JOIN3);
	told(r, "102 - IGMPv3 report: 10.0.0.9 joins 239.1.2.3 (new)\n");
	see_due(&r->see, at(102.9));
	told(r, "");
	see_due(&r->see, at(103));
	assert_non_null(strstr(r->told, "103 - ! nobody asked"));
	end(r);
}

/* One packet that is stamped a day ahead: what was known expires once, and time goes on from there. */
static void test_ahead(void **state)
{
	struct run *r = begin();

	(void)state;
	heard(r, 1, "10.0.0.7", "224.0.0.22", JOIN3);
	heard(r, 2 + 86400, "10.0.0.8", "224.0.0.22", JOIN3);
	assert_non_null(strstr(r->told, "\n271 - 10.0.0.7 is no longer heard of in 239.1.2.3\n86402 - "));
	r->told[0] = '\0';
	heard(r, 3, "10.0.0.8", "224.0.0.2", LEAVE2);
	told(r, "3 - IGMPv2 leave: 10.0.0.8 leaves 239.1.2.3\n");
	heard(r, 20, "10.0.0.9", "224.0.0.22", JOIN3);
	told(r,
	     "6 - ! nobody asked who is left in 239.1.2.3 after 10.0.0.8 left it: there is no querier here, "
	     "or it did not hear\n"
	     "20 - IGMPv3 report: 10.0.0.9 joins 239.1.2.3 (new)\n");
	heard(r, 300, "10.0.0.9", "224.0.0.22", JOIN3);
	assert_memory_equal(r->told, "290 - 10.0.0.9 is no longer heard of in 239.1.2.3\n", 50);
	end(r);
}

/* Stamps that jump for ever between the ends of time: it goes on, and never over its own end. */
static void test_ends_of_time(void **state)
{
	struct run *r = begin();
	uint8_t none = 0;

	(void)state;
	for (unsigned i = 0; i < 9000; i++) {
		const struct packet p = { .time = i % 2 ? (mc_time)INT64_MAX - i : i,
					  .link = MC_LINK_RAW,
					  .octets = &none,
					  .len = 1 };
		mc_time before = r->see.now;

		see_packet(&r->see, &p);
		assert_in_range(r->see.now, before, INT64_MAX);
		assert_true(r->see.now - r->see.ahead == p.time);
	}
	assert_true(r->see.now == INT64_MAX);
	end(r);
}

/* Live, what packets say is shown, and times of state are steady. */
static void test_live(void **state)
{
	struct run *r = begin();

	(void)state;
	see_live(&r->see, at(601), at(601));
	heard(r, 601, "10.0.0.7", "224.0.0.22", JOIN3);
	heard(r, 1100, "10.0.0.7", "224.0.0.2", LEAVE2);
	see_live(&r->see, at(602), at(102));
	heard(r, 101, "10.0.0.8", "224.0.0.22", JOIN3);
	told(r, "601 - IGMPv3 report: 10.0.0.7 joins 239.1.2.3 (new)\n"
		"1100 - IGMPv2 leave: 10.0.0.7 leaves 239.1.2.3\n"
		"101 - IGMPv3 report: 10.0.0.8 joins 239.1.2.3 (new)\n");
	see_live(&r->see, at(604.05), at(104.05));
	see_due(&r->see, at(603.95));
	told(r, "");
	see_live(&r->see, at(604.15), at(104.15));
	see_due(&r->see, at(604.05));
	assert_non_null(strstr(r->told, "104 - ! nobody asked who is left"));
	end(r);
}

/* A report without sources for a source-specific group is told of; with sources, and a leave, are not. */
static void test_any_source(void **state)
{
#define IGNORED(group) \
	" ! " group    \
	" is a source-specific group: routers ignore a report that names no source to accept (RFC 4604)\n"
	struct run *r = begin();

	(void)state;
	heard(r, 1, "10.0.0.7", "224.0.0.22", "22 00 0000 0000 0002 04 00 0000 e8010101 02 00 0000 e8010102");
	assert_non_null(strstr(r->told, IGNORED("232.1.1.1")));
	r->told[0] = '\0';
	heard(r, 2, "10.0.0.7", "232.1.1.1", "16 00 0000 e8010101");
	told(r, "2 - IGMPv2 report: 10.0.0.7 is in 232.1.1.1" IGNORED("232.1.1.1"));
	heard(r, 3, "fe80::7", "ff3e::8000:1", "83 00 0000 0000 0000 ff3e0000000000000000000080000001");
	assert_non_null(strstr(r->told, IGNORED("ff3e::8000:1")));
	assert_int_equal(r->see.totals.faulty, 3);
	heard(r, 4, "10.0.0.7", "224.0.0.22", "22 00 0000 0000 0001 05 00 0001 e8010101 0a090909");
	heard(r, 5, "10.0.0.7", "224.0.0.22", "22 00 0000 0000 0001 03 00 0000 e8010101");
	heard(r, 6, "10.0.0.7", "224.0.0.2", "17 00 0000 e8010101");
	assert_int_equal(r->see.totals.faulty, 3);
	end(r);
#undef IGNORED
}

static void test_queriers(void **state)
{
	struct run *r = begin();

	(void)state;
	heard(r, 0, "10.0.0.5", "224.0.0.1", GENERAL3);
	told(r, "0 - IGMPv3 query: 10.0.0.5 asks who is in any group\n0 - querier is 10.0.0.5 (IGMPv3)\n");
	heard(r, 1, "10.0.0.9", "224.0.0.1", GENERAL3);
	told(r,
	     "1 - IGMPv3 query: 10.0.0.9 asks who is in any group "
	     "! a second querier: 10.0.0.5 is the querier here, and the one with the lower address stays\n");
	assert_int_equal(r->see.totals.faulty, 1);
	heard(r, 1.5, "10.0.0.7", "224.0.0.22", "22 00 0000 0000 0001 05 00 0001 ef010203 0a090909");
	heard(r, 2, "10.0.0.5", "224.0.0.1", GENERAL2);
	assert_non_null(strstr(
		r->told, "2 - IGMPv2 query: 10.0.0.5 asks who is in any group ! makes hosts speak IGMPv2"));
	r->told[0] = '\0';
	see_due(&r->see, at(1000));
	assert_non_null(
		strstr(r->told, " - ! the querier 10.0.0.5 fell silent: nobody asks with IGMP now\n"));
	assert_int_equal(r->see.totals.faulty, 2);
	assert_int_equal(r->see.totals.warnings, 1);
	end(r);
}

/* All that is wrong stands behind one mark, of records one of each kind. */
static void test_wrong(void **state)
{
	struct run *r = begin();
	struct wire_ip ip = wire_ip("10.0.0.1", "239.1.2.3");
	uint8_t msg[100], whole[200];
	size_t len = wire_hex(msg, sizeof(msg), ASK2);

	(void)state;
	ip.ttl = 64;
	wire_fix(&ip, msg, len);
	msg[3] ^= 1;
	packet(r, 1, whole, wire_wrap(whole, &ip, msg, len));
	assert_non_null(strstr(r->told, "asks who is left in 239.1.2.3 ! checksum 0x"));
	assert_non_null(strstr(r->told, " is wrong; TTL is 64, not 1\n"));
	r->told[0] = '\0';
	heard(r, 2, "10.0.0.7", "224.0.0.22",
	      "22 00 0000 0000 0003 09 00 0000 ef010203 08 00 0000 ef010204 04 00 0000 0a010203");
	assert_non_null(strstr(r->told, " ! record type 9 is unknown: the record is ignored; "
					"10.1.2.3 is no multicast address: the record is ignored\n"));
	assert_int_equal(r->see.totals.faulty, 2);
	end(r);
}

static void test_unreadable(void **state)
{
	struct run *r = begin();
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22"), six = wire_ip("fe80::7", "ff02::16");
	uint8_t msg[100], whole[200];
	size_t len;

	(void)state;
	assert_true(heard(r, 1, "10.0.0.7", "224.0.0.22", "22 00 0000 0000 0002 04 00 0000 ef010203"));
	told(r,
	     "1 - IGMP from 10.0.0.7 to 224.0.0.22 cannot be read: the report ends before its last record\n");
	len = wire_wrap(whole, &ip, msg, wire_hex(msg, sizeof(msg), JOIN3));
	assert_true(packet(r, 2, whole, len - 1));
	told(r, "2 - IGMP from 10.0.0.7 to 224.0.0.22 cannot be read: the packet was cut off\n");
	assert_true(packet(r, 2, whole, 14));
	told(r, "2 - IGMP cannot be read: the packet was cut off\n");
	assert_true(heard(r, 3, "fe80::7", "ff02::16", "8f 00 0000 0000"));
	told(r, "3 - MLD from fe80::7 to ff02::16 cannot be read: shorter than any message of its type\n");
	assert_int_equal(r->see.totals.unreadable, 4);
	assert_int_equal(r->see.totals.messages, 0);
	/* What is none of ours is passed over, whatever is wrong with it. */
	assert_false(heard(r, 4, "fe80::7", "ff02::1", "80 00 0000 0000 0000"));
	ip.protocol = 6;
	len = wire_wrap(whole, &ip, msg, 20);
	assert_false(packet(r, 5, whole, len));
	assert_false(packet(r, 6, whole, len - 1));
	six.protocol = 44;
	len = wire_wrap(whole, &six, (const uint8_t[20]){ 17, 0, 0, 1 }, 20);
	assert_false(packet(r, 7, whole, len));
	assert_false(packet(r, 8, whole, 0));
	told(r, "");
	assert_int_equal(r->see.totals.unreadable, 4);
	end(r);
}

static void test_only(void **state)
{
	struct run *r = begin();

	(void)state;
	r->see.only = MC_IPV6;
	assert_false(heard(r, 1, "10.0.0.7", "224.0.0.22", JOIN3));
	assert_false(heard(r, 2, "10.0.0.7", "224.0.0.22", "22 00"));
	assert_true(
		heard(r, 3, "fe80::7", "ff02::2", "84 00 0000 0000 0000 ff3e0000000000000000000000001234"));
	told(r, "3 - MLDv1 done: fe80::7 leaves ff3e::1234\n");
	end(r);
}

/* A VLAN is a link of its own. */
static void test_vlan(void **state)
{
	struct run *r = begin();
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22");
	uint8_t msg[100], frame[200] = { 0 };
	const struct packet p = { .time = at(1),
				  .link = MC_LINK_ETHERNET,
				  .octets = frame,
				  .len = 18 + 40,
				  .ifindex = 0 };
	size_t len = wire_hex(msg, sizeof(msg), JOIN3);

	(void)state;
	wire_fix(&ip, msg, len);
	heard(r, 1, "10.0.0.7", "224.0.0.22", JOIN3);
	wire_hex(frame + 12, 6, "8100 000a 0800");
	assert_int_equal(wire_wrap(frame + 18, &ip, msg, len), 40);
	assert_true(see_packet(&r->see, &p));
	told(r, "1 - IGMPv3 report: 10.0.0.7 joins 239.1.2.3 (new)\n"
		"1 vlan10 IGMPv3 report: 10.0.0.7 joins 239.1.2.3 (new)\n");
	end(r);
}

/* The words of a long report end within a line; a report of many groups tells of each that is new. */
static void test_long(void **state)
{
	struct run *r = begin();
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22");
	uint8_t msg[8 + 200 * 8] = { 0x22, 0, 0, 0, 0, 0, 0, 200 }, whole[2000];

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		memcpy(msg + 8 + (size_t)i * 8, (const uint8_t[]){ 4, 0, 0, 0, 239, 1, 2, (uint8_t)i }, 8);
	wire_fix(&ip, msg, sizeof(msg));
	packet(r, 1, whole, wire_wrap(whole, &ip, msg, sizeof(msg)));
	assert_in_range(strlen(r->told), 300, 400);
	assert_string_equal(r->told + strlen(r->told) - 11, " ... (new)\n");
	assert_int_equal(r->see.n, 200);
	end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),      cmocka_unit_test(test_due),
		cmocka_unit_test(test_back),         cmocka_unit_test(test_queriers),
		cmocka_unit_test(test_wrong),        cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_only),         cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_long),         cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_ends_of_time), cmocka_unit_test(test_live),
		cmocka_unit_test(test_any_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
