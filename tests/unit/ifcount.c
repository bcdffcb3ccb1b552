/*
 * ifcount.c - tests of an interface's counters: what came, and what nobody takes, are counted apart.
 */
#include "net/ifcount.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>

#include "netns.h"

#define NOBODYS 0x88b5 /* for experiments: IEEE 802, which no kernel takes */

/* Frames of a protocol of nobody's, from far. */
static void send_frames(const struct netns *n, int count)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(NOBODYS),
				  .sll_ifindex = V1,
				  .sll_halen = 6,
				  .sll_addr = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

	netns_go(n, FAR);
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	for (int i = 0; i < count; i++)
		assert_int_equal(sendto(fd, "frame", 5, 0, (struct sockaddr *)&to, sizeof to), 5);
	close(fd);
	netns_go(n, NEAR);
}

/* Until so many were dropped since: they may be on their way. */
static struct mc_ifcount await_dropped(const struct mc_ifcount *since, uint64_t n)
{
	struct mc_ifcount now;

	for (int i = 0; i < GENEROUS; i++) {
		assert_int_equal(mc_ifcount_read(V0, &now), 0);
		if (now.dropped - since->dropped >= n)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return now;
}

static void test_counts(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_ifcount before, after;

	assert_int_equal(mc_ifcount_read(V0, &before), 0);
	send_frames(n, 37);
	after = await_dropped(&before, 37);
	assert_int_equal(after.dropped - before.dropped, 37);
	assert_true(after.received - before.received >= 37);
	assert_true(after.received - before.received < 137); /* and what neighbours say on their own */
	assert_true(after.missed == before.missed && after.errors == before.errors &&
		    after.fifo == before.fifo && after.crc == before.crc && after.frame == before.frame &&
		    after.length == before.length && after.nohandler == before.nohandler);
}

static void test_no_interface(void **state)
{
	struct mc_ifcount kept = { .received = 5 };

	netns_of(state);
	assert_int_equal(mc_ifcount_read(77, &kept), -ENODEV);
	assert_int_equal(mc_ifcount_read(0, &kept), -ENODEV);
	assert_int_equal(kept.received, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_no_interface),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("ifcount", tests, netns_setup, NULL);
}
