/*
 * clients.c - tests of the table of clients, against a model that keeps a list and looks
 * through all of it.
 */
#include <string.h>

#include "serve/clients.h"
#include "check.h"

#define STEPS 20000
#define MOST_KNOWN 600

struct known {
	uint32_t key;
	uint64_t stamp; /* the step it was last asked for in */
	uint64_t requests, replies, bytes, refused;
};

struct model {
	struct known v[MOST_KNOWN];
	uint32_t n, most;
	uint64_t stamp, nforgotten;
	struct known forgotten;
};

static uint64_t random_state;

/* Neighbouring keys differ in one thing only: the family, the interface, an octet far up or far down. */
static struct mc_addr addr_of(uint32_t key)
{
	struct mc_addr a = { .family = key % 2 ? MC_IPV6 : MC_IPV4, .b = { 10 } };
	uint32_t rest = key / 6;

	a.b[key % 2 ? 15 : 3] = (uint8_t)rest;
	a.b[2] = (uint8_t)(rest >> 8);
	return a;
}

static uint32_t ifindex_of(uint32_t key)
{
	return key / 2 % 3;
}

/* The key of an entry: the reverse of the two above. */
static uint32_t key_of(const struct client *c)
{
	bool six = c->addr.family == MC_IPV6;
	uint32_t rest = c->addr.b[six ? 15 : 3] | (uint32_t)c->addr.b[2] << 8;

	return rest * 6 + c->ifindex * 2 + six;
}

static struct known *model_find(struct model *m, uint32_t key)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (m->v[i].key == key) {
			m->v[i].stamp = ++m->stamp;
			return &m->v[i];
		}
	return NULL;
}

static struct known *model_add(struct model *m, uint32_t key)
{
	struct known *k = &m->v[0];

	if (m->n < m->most) {
		k = &m->v[m->n++];
	} else {
		for (uint32_t i = 1; i < m->n; i++)
			if (m->v[i].stamp < k->stamp)
				k = &m->v[i];
		m->nforgotten++;
		m->forgotten.requests += k->requests;
		m->forgotten.replies += k->replies;
		m->forgotten.bytes += k->bytes;
		m->forgotten.refused += k->refused;
	}
	*k = (struct known){ .key = key, .stamp = ++m->stamp };
	return k;
}

static void same_counts(const struct client *c, const struct known *k)
{
	assert_true(c->requests == k->requests && c->replies == k->replies);
	assert_true(c->bytes == k->bytes && c->refused == k->refused);
}

/* Everything there is, by iteration, which does not change the order. */
static void check_all(const struct clients *t, const struct model *m)
{
	uint64_t forgotten;
	uint32_t n = 0;

	for (const struct client *c = NULL; (c = clients_next(t, c)); n++) {
		const struct known *k = NULL;

		for (uint32_t i = 0; i < m->n && !k; i++)
			k = m->v[i].key == key_of(c) ? &m->v[i] : NULL;
		assert_non_null(k);
		same_counts(c, k);
	}
	assert_int_equal(n, m->n);
	same_counts(clients_forgotten(t, &forgotten), &m->forgotten);
	assert_true(forgotten == m->nforgotten);
}

static void check_new(const struct client *c)
{
	assert_true(!c->seen && !c->on_link && !c->own && !c->window && !c->windowed);
	assert_true(!c->requests && !c->replies && !c->bytes && !c->refused);
}

static void count_some(struct client *c, struct known *k)
{
	uint64_t r = next_random(&random_state);

	k->requests += r & 7;
	k->replies += r >> 3 & 7;
	k->bytes += r >> 6 & 1023;
	k->refused += r >> 16 & 3;
	c->requests += r & 7;
	c->replies += r >> 3 & 7;
	c->bytes += r >> 6 & 1023;
	c->refused += r >> 16 & 3;
	c->seen = 1;
	c->on_link = c->own = true;
	c->window = c->windowed = 1;
}

static void step(struct clients *t, struct model *m, uint32_t keys)
{
	uint64_t r = next_random(&random_state);
	/* half of the traffic is from a few, so that the order of age is not the order of arrival */
	uint32_t key = (uint32_t)(r >> 8) % (r & 1 ? keys : keys / 4 + 1);
	struct mc_addr a = addr_of(key);
	struct client *c = clients_find(t, &a, ifindex_of(key));
	struct known *k = model_find(m, key);

	if (!c != !k)
		fail_msg("most %u, key %u: %s", m->most, key, c ? "found, and gone" : "lost");
	if (!c && r >> 1 & 7) {
		c = clients_add(t, &a, ifindex_of(key));
		k = model_add(m, key);
		check_new(c);
	}
	if (!c)
		return;
	assert_int_equal(key_of(c), key);
	same_counts(c, k);
	count_some(c, k);
}

static void test_random(void **state)
{
	static const uint32_t mosts[] = { 1, 2, 3, 4, 7, 64, 100, MOST_KNOWN };
	static struct model m;
	struct clients *t;

	(void)state;
	random_state = 11;
	for (size_t i = 0; i < COUNT(mosts); i++) {
		memset(&m, 0, sizeof m);
		m.most = mosts[i];
		assert_int_equal(clients_new(&t, m.most), 0);
		check_all(t, &m);
		for (unsigned n = 0; n < STEPS; n++) {
			step(t, &m, 2 * m.most + 1);
			if (m.most < 10 || n % 97 == 0)
				check_all(t, &m);
		}
		check_all(t, &m);
		assert_true(m.n == m.most && m.nforgotten > 100); /* or it tested nothing */
		clients_free(t);
	}
}

/* The order of eviction, in full: what was asked for last stays longest. */
static void test_order(void **state)
{
	static const uint32_t touched[] = { 2, 0, 2, 4, 1 }; /* so 3, 0, 2, 4, 1 is the order of age */
	static const uint32_t order[] = { 3, 0, 2, 4, 1 };
	struct clients *t;

	(void)state;
	assert_int_equal(clients_new(&t, 5), 0);
	for (uint32_t key = 0; key < 5; key++) {
		struct mc_addr a = addr_of(key);

		clients_add(t, &a, ifindex_of(key))->bytes = 1u << key;
	}
	for (size_t i = 0; i < COUNT(touched); i++) {
		struct mc_addr a = addr_of(touched[i]);

		assert_non_null(clients_find(t, &a, ifindex_of(touched[i])));
	}
	uint64_t bytes = 0, n;

	for (uint32_t i = 0; i < 5; i++) {
		struct mc_addr a = addr_of(100 + i);

		clients_add(t, &a, ifindex_of(100 + i));
		bytes += 1u << order[i];
		assert_true(clients_forgotten(t, &n)->bytes == bytes && n == i + 1);
	}
	clients_free(t);
	clients_free(NULL);
}

/* ---- rates -------------------------------------------------------------------------- */

static void test_allow(void **state)
{
	static const struct {
		mc_time now; /* in milliseconds */
		uint64_t wanted, rate, allowed;
	} rows[] = {
		{ 5000, 0, 10, 0 },
		{ 5000, 4, 10, 4 },
		{ 5100, 4, 10, 4 },
		{ 5200, 4, 10, 2 }, /* a train, partly */
		{ 5300, 1, 10, 0 },
		{ 5999, 64, 10, 0 },
		{ 6000, 64, 10, 10 }, /* the next second begins, with this one */
		{ 6001, 1, 10, 0 },
		{ 6500, UINT64_MAX, 0, UINT64_MAX }, /* no limit, and nothing counted */
		{ 6500, 1, 10, 0 },
		{ 6500, 3, 12, 2 },  /* the rate is the caller's to change */
		{ 6500, 1, 5, 0 },   /* less than what went already */
		{ 60000, 1, 1, 1 },  /* the window begins when it is used, not on the second */
		{ 60999, 1, 1, 0 },
		{ 61500, UINT64_MAX, UINT64_MAX, UINT64_MAX },
		{ 62499, 1, UINT64_MAX, 0 },
		{ 62500, 1, 1, 1 },
	};
	struct client c = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t got = clients_allow(&c, rows[i].wanted, rows[i].rate, rows[i].now * MC_MSEC);

		if (got != rows[i].allowed)
			fail_msg("row %zu: %llu allowed, not %llu", i, (unsigned long long)got,
				 (unsigned long long)rows[i].allowed);
	}
}

/* Whatever is asked when: never more than was wanted, nor than the rate in any one window, nor
 * less than both permit. */
static void test_allow_random(void **state)
{
	static const uint64_t rates[] = { 1, 2, 100, 1000 };

	(void)state;
	random_state = 5;
	for (size_t i = 0; i < COUNT(rates); i++) {
		mc_time now = 77 * MC_SEC, began = 0;
		uint64_t sent = 0, windows = 0, cut = 0;
		struct client c = { 0 };

		for (unsigned n = 0; n < STEPS; n++) {
			uint64_t r = next_random(&random_state), wanted = r % 64;

			now += (r >> 8) % (MC_SEC / 8);
			if (now - began >= MC_SEC) {
				began = now;
				sent = 0;
				windows++;
			}
			uint64_t got = clients_allow(&c, wanted, rates[i], now);

			sent += got;
			cut += got < wanted;
			assert_true(got <= wanted && sent <= rates[i]);
			assert_true(got == wanted || sent == rates[i]);
		}
		assert_true(windows > 100 && (cut > 100 || rates[i] > 500));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_allow_random),
	};

	return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
