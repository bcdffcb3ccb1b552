/*
 * lan.c - tests of the link in simulated time, in both families: who hears what, when, and in which order.
 */
#include "stage.h"

/* ---- who hears ------------------------------------------------------------------------------ */

static void test_destinations(void **given)
{
	begin(given);
	nodes("hr h h r - h");
	listens(2, 1);
	listens(6, 2);
	put(QUERY, 9);
	heard("1h:q9 1r:q9 2h:q9 3h:q9 4r:q9 6h:q9 ");
	put(SPECIFIC, 9);
	heard("1h:g9 1r:g9 2h:g9 4r:g9 ");
	put(REPORT, 9);
	heard("1h:r9 1r:r9 4r:r9 ");
	put(OLDER, 9);
	heard("1h:o9 1r:o9 2h:o9 4r:o9 ");
	put(LEAVING, 9);
	heard("1h:l9 1r:l9 4r:l9 ");
	put(UNICAST, 9);
	heard("2h:q9 ");
	assert_int_equal(mc_lan_deliveries(stage.lan), 6 + 4 + 3 + 4 + 3 + 1);
	end();
}

/* Marks of groups may be the same: who is asked and does not listen hears nothing. */
static void test_many_groups(void **given)
{
	begin(given);
	crowd(200);
	for (unsigned i = 1; i <= 200; i++)
		listens(i, i <= 100 ? i : 1);
	put(SPECIFIC, 9);
	assert_int_equal(stage.heard, 101);
	end();
}

/* Routers alone hear what is for routers. */
static void test_routers_alone(void **given)
{
	begin(given);
	nodes("h r - hr");
	assert_int_equal(mc_lan_listen(stage.lan, 1, 1, &stage.proto->all_reports, MC_EXCLUDE, NULL, 0), 0);
	assert_int_equal(mc_lan_listen(stage.lan, 1, 1, &stage.proto->all_routers, MC_EXCLUDE, NULL, 0), 0);
	mc_lan_touch(stage.lan, 1);
	assert_int_equal(start(3, "r"), 0);
	put(REPORT, 9);
	heard("2r:r9 3r:r9 4h:r9 4r:r9 ");
	put(LEAVING, 9);
	heard("2r:l9 3r:l9 4h:l9 4r:l9 ");
	end();
}

static void test_no_longer_listens(void **given)
{
	struct mc_addr group;

	begin(given);
	group = group_addr(1);
	nodes("h h");
	listens(1, 1);
	listens(2, 1);
	put(SPECIFIC, 9);
	heard("1h:g9 2h:g9 ");
	assert_int_equal(mc_lan_listen(stage.lan, 1, 1, &group, MC_INCLUDE, NULL, 0), 0);
	mc_lan_touch(stage.lan, 1);
	put(SPECIFIC, 9);
	heard("2h:g9 ");
	end();
}

/* A message that is cut goes where its header says, what has no header goes to all. */
static void test_undecodable(void **given)
{
	uint8_t room[1500];
	size_t len;

	begin(given);
	nodes("h hr");
	len = octets_of(room, QUERY, 9);
	mc_lan_put(stage.lan, room, len - 3);
	heard("1h:x0 2h:x0 2r:x0 ");
	mc_lan_put(stage.lan, (const uint8_t *)"none", 4);
	heard("1h:x0 2h:x0 2r:x0 ");
	len = octets_of(room, REPORT, 9);
	if (stage.family == MC_IPV4)
		room[3] = (uint8_t)(len - 4); /* total length */
	else
		room[5] = (uint8_t)(len - 40 - 4); /* payload length */
	mc_lan_put(stage.lan, room, len - 4);
	heard("2h:x0 2r:x0 ");
	end();
}

static void test_not_the_sender(void **given)
{
	begin(given);
	nodes("hr h r");
	host_says(2, REPORT);
	heard("1h:r2 1r:r2 3r:r2 ");
	router_says(3, QUERY);
	heard("1h:q3 1r:q3 2h:q3 ");
	end();
}

/* The other role of the sender hears it first, whatever the link does. */
static void test_own_other_role(void **given)
{
	begin(given);
	nodes("h hr");
	router_says(2, QUERY);
	heard("2h:q2 1h:q2 ");
	host_says(2, REPORT);
	heard("2r:r2 ");
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 5 * MC_MSEC, .loss = 1 });
	router_says(2, QUERY);
	heard("2h:q2 ");
	until(10);
	heard("");
	end();
}

static void test_hand(void **given)
{
	uint8_t room[1500];

	begin(given);
	nodes("h hr h");
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 5 * MC_MSEC, .loss = 1 });
	mc_lan_hand(stage.lan, 2, room, octets_of(room, REPORT, 9));
	heard("2h:r9 2r:r9 ");
	mc_lan_hand(stage.lan, 2, room, 5);
	heard("2h:x0 2r:x0 ");
	end();
}

/* ---- what is told --------------------------------------------------------------------------- */

static uint32_t noted_sent(void *arg, const struct mc_lan_packet *p)
{
	char text[64];

	snprintf(text, sizeof(text), "<%u%c %c%u> ", p->node, p->host ? 'h' : '-',
		 p->msg ? letter_of(p->msg) : 'x', p->msg ? node_id(&p->msg->ip.src) : 0);
	note(text);
	assert_true(p->time == mc_lan_now(stage.lan));
	assert_true(p->msg ? p->err == 0 && p->len >= 28 : p->err < 0);
	return *(const uint32_t *)arg;
}

static void noted_acted(void *arg, uint32_t node, bool host, const struct mc_action *a, mc_time now)
{
	char text[64];

	(void)arg;
	assert_int_equal(a->kind, MC_ACTION_GROUP);
	assert_true(now == mc_lan_now(stage.lan));
	snprintf(text, sizeof(text), "{%u%c} ", node, host ? 'h' : 'r');
	note(text);
}

static void test_hooks(void **given)
{
	uint32_t except = 0;
	struct mc_lan_hooks hooks = { .sent = noted_sent, .acted = noted_acted, .arg = &except };

	begin_with(family_of(given), 1, &hooks);
	nodes("hr h h");
	router_says(1, QUERY);
	heard("<1- q1> 1h:q1 2h:q1 3h:q1 ");
	except = 2;
	router_says(1, QUERY);
	heard("<1- q1> 1h:q1 3h:q1 ");
	except = MC_LAN_ALL;
	router_says(1, QUERY);
	heard("<1- q1> 1h:q1 ");
	host_says(2, REPORT);
	heard("<2h r2> ");
	put(QUERY, 9);
	heard("<0- q9> ");
	mc_lan_put(stage.lan, (const uint8_t *)"none", 4);
	heard("<0- x0> ");
	router_says(1, TELL);
	heard("{1r} ");
	end();
}

/* What is not to reach a node does not reach it later either. */
static void test_except_delayed(void **given)
{
	uint32_t except = 2;
	struct mc_lan_hooks hooks = { .sent = noted_sent, .arg = &except };

	begin_with(family_of(given), 1, &hooks);
	nodes("h h h");
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 5 * MC_MSEC });
	put(QUERY, 9);
	except = 0;
	until(10);
	heard("<0- q9> @5 1h:q9 3h:q9 ");
	end();
}

/* ---- in which order ------------------------------------------------------------------------- */

/* All hear a query before anybody hears an answer to it; then each answer is heard by all, one after the
 * other. */
static void test_no_recursion(void **given)
{
	begin(given);
	nodes("r h h r");
	stage.answer = 0;
	put(QUERY, 9);
	heard("1r:q9 2h:q9 3h:q9 4r:q9 1r:r2 4r:r2 1r:r3 4r:r3 ");
	stage.answer = MC_NEVER;
	stage.asks = true;
	listens(3, 1);
	host_says(2, REPORT);
	heard("1r:r2 4r:r2 3h:g1 4r:g1 1r:g4 3h:g4 ");
	end();
}

static void test_said_at_once(void **given)
{
	begin(given);
	nodes("hr h");
	role_says(&mc_lan_router(stage.lan, 1)->role, QUERY);
	role_says(&mc_lan_router(stage.lan, 1)->role, QUERY);
	role_says(&mc_lan_host(stage.lan, 1)->role, OLDER);
	listens(2, 1);
	heard("");
	mc_lan_touch(stage.lan, 1);
	heard("1r:o1 2h:o1 1h:q1 2h:q1 1h:q1 2h:q1 ");
	end();
}

/* Who is due at one time has its turn in order of numbers, however the times came to be. */
static void test_turns(void **given)
{
	begin(given);
	nodes("r");
	crowd(200);
	for (uint32_t i = 2; i <= 201; i++) {
		uint32_t node = 2 + (i * 67) % 200;

		mc_lan_host(stage.lan, node)->role.due = (node % 2 ? 7 : 8) * MC_MSEC;
		mc_lan_touch(stage.lan, node);
	}
	assert_true(mc_lan_deadline(stage.lan) == 7 * MC_MSEC);
	stage.quiet = true;
	until(6);
	assert_int_equal(stage.heard, 0);
	until(7);
	assert_int_equal(stage.heard, 100);
	assert_true(mc_lan_deadline(stage.lan) == 8 * MC_MSEC);
	until(9);
	assert_int_equal(stage.heard, 200);
	assert_true(mc_lan_deadline(stage.lan) == MC_NEVER);
	end();
}

static void test_turns_in_order(void **given)
{
	static const uint32_t order[] = { 5, 3, 66, 2, 130, 4 };

	begin(given);
	nodes("r");
	crowd(130);
	for (size_t i = 0; i < COUNT(order); i++) {
		mc_lan_host(stage.lan, order[i])->role.due = 7 * MC_MSEC;
		mc_lan_touch(stage.lan, order[i]);
	}
	until(7);
	heard("@7 1r:r2 1r:r3 1r:r4 1r:r5 1r:r66 1r:r130 ");
	end();
}

/* ---- when ----------------------------------------------------------------------------------- */

static void test_delay(void **given)
{
	begin(given);
	nodes("r h h");
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 10 * MC_MSEC });
	put(QUERY, 8);
	host_says(2, REPORT);
	until(5);
	put(QUERY, 9);
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 1 * MC_MSEC });
	put(QUERY, 7);
	assert_true(mc_lan_deadline(stage.lan) == 6 * MC_MSEC);
	heard("");
	until(9);
	heard("@6 1r:q7 2h:q7 3h:q7 ");
	until(20);
	heard("@10 1r:q8 2h:q8 3h:q8 1r:r2 @15 1r:q9 2h:q9 3h:q9 ");
	end();
}

/* 50 packets, sent at different times, that all arrive 20 ms after `base`, right behind some that nobody
 * hears. */
static void check_order(unsigned base)
{
	char want[600];

	for (unsigned i = 0; i < 20; i++) {
		until(base + i);
		mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = (20 - i) * MC_MSEC - 1 });
		put(REPORT, 9);
		mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = (20 - i) * MC_MSEC });
		put(QUERY, 1 + i);
	}
	for (unsigned i = 20; i < 50; i++)
		put(QUERY, 1 + i);
	snprintf(want, sizeof(want), "@%u ", base + 20);
	for (unsigned i = 0; i < 50; i++)
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "1h:q%u ", 1 + i);
	heard("");
	until(base + 20);
	heard(want);
}

/* What arrives at one time arrives as it was sent, whatever the link was then and whatever was under way
 * before. */
static void test_order_of_arrival(void **given)
{
	begin(given);
	nodes("h");
	check_order(0);
	check_order(100);
	check_order(200);
	end();
}

/* Who is there when a packet arrives hears it. */
static void test_start_and_stop(void **given)
{
	begin(given);
	nodes("h r - hr");
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 10 * MC_MSEC });
	put(QUERY, 9);
	put(REPORT, 9);
	assert_int_equal(start(1, "h"), -EALREADY);
	assert_int_equal(start(3, "h"), 0);
	mc_lan_stop(stage.lan, 2);
	assert_null(mc_lan_router(stage.lan, 2));
	until(10);
	heard("@10 1h:q9 3h:q9 4h:q9 4r:q9 4h:r9 4r:r9 ");
	assert_int_equal(start(2, "r"), 0);
	mc_lan_stop(stage.lan, 4);
	mc_lan_stop(stage.lan, 4);
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = 0 });
	put(REPORT, 9);
	heard("2r:r9 ");
	end();
}

static void test_stopped_is_not_due(void **given)
{
	begin(given);
	nodes("r h");
	mc_lan_host(stage.lan, 2)->role.due = MC_SEC;
	mc_lan_touch(stage.lan, 2);
	assert_true(mc_lan_deadline(stage.lan) == MC_SEC);
	mc_lan_stop(stage.lan, 2);
	assert_true(mc_lan_deadline(stage.lan) == MC_NEVER);
	until(2000);
	heard("");
	end();
}

/* Who is started says nothing before time goes on: all that start at one time hear it. */
static void test_start_says_nothing(void **given)
{
	begin(given);
	nodes("- -");
	assert_int_equal(start(1, "r"), 0);
	role_says(&mc_lan_router(stage.lan, 1)->role, QUERY);
	assert_true(mc_lan_deadline(stage.lan) == 0);
	assert_int_equal(start(2, "h"), 0);
	heard("");
	until(0);
	heard("2h:q1 ");
	end();
}

static void test_start_refused(void **given)
{
	struct mc_host_conf host = { .size = sizeof(host), .robustness = 2 };
	struct mc_router_conf router = { .size = sizeof(router), .robustness = 0 };

	begin(given);
	nodes("-");
	assert_int_equal(mc_lan_start(stage.lan, 1, NULL, NULL), MC_ERR_CONF);
	assert_int_equal(mc_lan_start(stage.lan, 1, &host, &router), MC_ERR_CONF);
	assert_int_equal(stage.alive, 0);
	router.robustness = 2;
	stage.refuses = true;
	assert_int_equal(mc_lan_start(stage.lan, 1, &host, &router), -ENOMEM);
	assert_int_equal(stage.alive, 0);
	stage.refuses = false;
	assert_int_equal(mc_lan_start(stage.lan, 1, &host, &router), 0);
	assert_int_equal(mc_lan_host(stage.lan, 1)->n_groups, 1);
	assert_int_equal(mc_addr_cmp(&mc_lan_host(stage.lan, 1)->groups[0], &stage.proto->all_reports), 0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_destinations),
		BOTH(test_many_groups),
		BOTH(test_routers_alone),
		BOTH(test_no_longer_listens),
		BOTH(test_undecodable),
		BOTH(test_not_the_sender),
		BOTH(test_own_other_role),
		BOTH(test_hand),
		BOTH(test_hooks),
		BOTH(test_except_delayed),
		BOTH(test_no_recursion),
		BOTH(test_said_at_once),
		BOTH(test_turns),
		BOTH(test_turns_in_order),
		BOTH(test_delay),
		BOTH(test_order_of_arrival),
		BOTH(test_start_and_stop),
		BOTH(test_stopped_is_not_due),
		BOTH(test_start_says_nothing),
		BOTH(test_start_refused),
	};

	return cmocka_run_group_tests_name("lan", tests, NULL, NULL);
}
