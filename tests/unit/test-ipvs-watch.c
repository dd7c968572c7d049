// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipvs/alarms.h"
#include "ipvs/intent.h"
#include "ipvs/watch.h"

#define MS 1000000LL
#define AT(ms) (1000000000LL + (ms)*MS)

/* The seeds' keepalived: delay_loop 5, connect_timeout 3, retry 3, delay_before_retry 2. */
static const struct intent_check seed = {
	.interval = 5000, .timeout = 3000, .retry_interval = 2000, .fall = 4, .rise = 2};

static struct outcome code(enum outcome_code code)
{
	struct outcome outcome = OUTCOME_INIT;

	outcome.code = code;
	return outcome;
}

static enum watch_news hear(struct watch *watch, long long ms, long long took, enum outcome_code c)
{
	const struct outcome outcome = code(c);

	return watch_hear(watch, AT(ms), took * MS, &outcome);
}

static void begin_alive(struct watch *watch, const struct intent_check *check)
{
	watch_init(watch, check);
	assert_int_equal(watch_next(watch), 0);
	watch_began(watch, AT(0));
	assert_int_equal(watch_next(watch), WATCH_NEVER);
	assert_int_equal(hear(watch, 1, 1, OUTCOME_OK), WATCH_CHANGED);
	assert_true(watch->alive);
	assert_int_equal(watch_next(watch), AT(5000));
}

static void test_first_outcome_decides(void **state)
{
	struct watch watch;

	watch_init(&watch, &seed);
	watch_began(&watch, AT(0));
	assert_int_equal(hear(&watch, 1, 1, OUTCOME_REFUSED), WATCH_CHANGED);
	assert_false(watch.alive);
	assert_true(watch.known);
	assert_int_equal(watch_next(&watch), AT(5000));
	begin_alive(&watch, &seed);
}

/* alpha: rise successes for the first time, too, and soon; a failure decides at once. */
static void test_alpha(void **state)
{
	struct intent_check alpha = seed;
	struct watch watch;

	alpha.alpha = true;
	watch_init(&watch, &alpha);
	watch_began(&watch, AT(0));
	assert_int_equal(hear(&watch, 1, 1, OUTCOME_OK), WATCH_SAME);
	assert_false(watch.known);
	assert_int_equal(watch_next(&watch), AT(501));
	watch_began(&watch, AT(501));
	assert_int_equal(hear(&watch, 502, 1, OUTCOME_OK), WATCH_CHANGED);
	assert_true(watch.known && watch.alive);
	watch_init(&watch, &alpha);
	watch_began(&watch, AT(0));
	assert_int_equal(hear(&watch, 1, 1, OUTCOME_OK), WATCH_SAME);
	watch_began(&watch, AT(501));
	assert_int_equal(hear(&watch, 502, 1, OUTCOME_REFUSED), WATCH_CHANGED);
	assert_true(watch.known && !watch.alive);
}

/* Four confirmations as the peer has them, in at most half of its time. */
static void test_refused(void **state)
{
	struct watch watch;
	long long at = 5000;

	begin_alive(&watch, &seed);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(watch_next(&watch), AT(at));
		watch_began(&watch, AT(at));
		assert_int_equal(hear(&watch, at, 0, OUTCOME_REFUSED),
				 i < 3 ? WATCH_SAME : WATCH_CHANGED);
		at += 500;
	}
	assert_false(watch.alive);
	/* last failure at 6500: mean phase 2500 + 1500 = 4.0 s against 8.5 s */
	assert_int_equal(watch_next(&watch), AT(6500 + 5000));
}

static void test_silent(void **state)
{
	static const long long begins[] = {5000, 5750, 6500, 7250};
	struct watch watch;

	begin_alive(&watch, &seed);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(watch_next(&watch), AT(begins[i]));
		watch_began(&watch, AT(begins[i]));
	}
	assert_int_equal(watch_next(&watch), WATCH_NEVER);
	for (int i = 0; i < 4; i++)
		assert_int_equal(hear(&watch, begins[i] + 3000, 3000, OUTCOME_SILENT),
				 i < 3 ? WATCH_SAME : WATCH_CHANGED);
	/* dead 5250 ms after the first silent probe began: mean 7.75 s against 20.5 s */
	assert_false(watch.alive);
	assert_int_equal(watch.under_way, 0);
}

static void test_slow_server_gets_no_company(void **state)
{
	struct watch watch;

	begin_alive(&watch, &seed);
	watch_began(&watch, AT(5000));
	for (int i = 0; i < 40; i++) {
		(void)hear(&watch, 5000, 900, OUTCOME_OK);
		watch_began(&watch, AT(5000));
	}
	/* Usual is 900 ms: company comes after 3.6 s, which is never. */
	assert_true(watch_next(&watch) > AT(5000 + 3000));
	assert_true(watch_next(&watch) <= AT(5000 + 5000));
}

static void test_success_speaks_for_all(void **state)
{
	struct watch watch;

	begin_alive(&watch, &seed);
	watch_began(&watch, AT(5000));
	watch_began(&watch, AT(5750));
	assert_int_equal(hear(&watch, 5800, 50, OUTCOME_OK), WATCH_SAME);
	assert_int_equal(watch.under_way, 0);
	assert_int_equal(watch.streak, 0);
	assert_int_equal(watch_next(&watch), AT(5750 + 5000));
}

static void test_return(void **state)
{
	struct watch watch;

	watch_init(&watch, &seed);
	watch_began(&watch, AT(0));
	(void)hear(&watch, 1, 1, OUTCOME_REFUSED);
	watch_began(&watch, AT(5000));
	assert_int_equal(watch_next(&watch), WATCH_NEVER); /* never two at a dead one */
	assert_int_equal(hear(&watch, 5001, 1, OUTCOME_OK), WATCH_SAME);
	assert_int_equal(watch_next(&watch), AT(5501));
	watch_began(&watch, AT(5501));
	assert_int_equal(hear(&watch, 5502, 1, OUTCOME_OK), WATCH_CHANGED);
	assert_true(watch.alive);
}

static void test_one_failure_is_enough(void **state)
{
	const struct intent_check hasty = {
		.interval = 5000, .timeout = 3000, .retry_interval = 1000, .fall = 1, .rise = 1};
	struct watch watch;

	begin_alive(&watch, &hasty);
	watch_began(&watch, AT(5000));
	assert_int_equal(watch_next(&watch), WATCH_NEVER);
	assert_int_equal(hear(&watch, 8000, 3000, OUTCOME_SILENT), WATCH_CHANGED);
}

static void test_interrupted_streaks(void **state)
{
	struct watch watch;

	begin_alive(&watch, &seed);
	for (int i = 0; i < 20; i++) {
		watch_began(&watch, AT(5000 + i));
		assert_int_equal(hear(&watch, 5000 + i, 0,
				      i % 4 == 3 ? OUTCOME_OK : OUTCOME_REFUSED),
				 WATCH_SAME);
	}
	assert_true(watch.alive);
}

static void test_weight(void **state)
{
	struct outcome outcome = code(OUTCOME_OK);
	struct watch watch;

	begin_alive(&watch, &seed);
	outcome.weight = 50;
	outcome.percent = true;
	watch_began(&watch, AT(5000));
	assert_int_equal(watch_hear(&watch, AT(5001), MS, &outcome), WATCH_WEIGHT);
	watch_began(&watch, AT(9000));
	assert_int_equal(watch_hear(&watch, AT(9001), MS, &outcome), WATCH_SAME);
	assert_int_equal(watch.weight, 50);
	assert_true(watch.percent);
	/* a failure that is not yet one leaves the weight alone */
	watch_began(&watch, AT(9100));
	assert_int_equal(hear(&watch, 9101, 1, OUTCOME_REFUSED), WATCH_SAME);
	assert_int_equal(watch.weight, 50);
}

/* A thousand checks of a 1 s interval: no 10 ms has more than twice its share. */
static void test_spread(void **state)
{
	const struct intent_check check = {.interval = 1000};
	int slots[100] = {0};

	for (unsigned int i = 0; i < 1000; i++) {
		const long long at = watch_spread(&check, i);

		assert_true(at >= 0 && at < 1000 * MS);
		slots[at / (10 * MS)]++;
	}
	for (int i = 0; i < 100; i++)
		assert_true(slots[i] >= 5 && slots[i] <= 20);
}

static void test_alarms(void **state)
{
	struct alarm_at alarms_of[200] = {{0}};
	struct alarms alarms = {.heap = NULL};
	unsigned int seed_number = 7;
	long long last = -1;
	size_t rung = 0;

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < 200; i++) {
			seed_number = seed_number * 1103515245U + 12345U;
			assert_int_equal(
				alarms_set(&alarms, &alarms_of[i], seed_number >> 16 & 1023), 0);
		}
	for (size_t i = 0; i < 200; i += 3)
		alarms_clear(&alarms, &alarms_of[i]);
	alarms_clear(&alarms, &alarms_of[0]);
	for (struct alarm_at *first; (first = alarms_first(&alarms)); rung++) {
		assert_true(first->at >= last);
		assert_int_not_equal((first - alarms_of) % 3, 0);
		last = first->at;
		alarms_clear(&alarms, first);
	}
	assert_int_equal(rung, 200 - 67);
	alarms_release(&alarms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_outcome_decides),
		cmocka_unit_test(test_alpha),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_slow_server_gets_no_company),
		cmocka_unit_test(test_success_speaks_for_all),
		cmocka_unit_test(test_return),
		cmocka_unit_test(test_one_failure_is_enough),
		cmocka_unit_test(test_interrupted_streaks),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_alarms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
