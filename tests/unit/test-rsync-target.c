// SPDX-License-Identifier: BSD-3-Clause
/*
 * A target, whose passes come to what the test says: when the next one begins, and what it brings.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "daemon/loop.h"
#include "rsync/argv.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/doorbell.h"
#include "rsync/hooks.h"
#include "rsync/pass.h"
#include "rsync/setting.h"
#include "rsync/spare.h"
#include "rsync/target.h"

#define GENERATION 3
#define INTERVAL 60000

struct pass {
	struct pass_order order;
	void (*done)(const struct pass_result *result, void *data);
	void *data;
	bool runs;
};

struct world {
	struct rsync_config config;
	struct setting setting;
	struct target *target;
	uint64_t sequence;
};

static struct pass the_pass;
static bool guard_refuses;
static struct loop_timer *retry, *verify; /* due: in milliseconds */

int pass_start(const struct setting *setting, const struct pass_order *order,
	       void (*done)(const struct pass_result *, void *), void *data, struct pass **ret_pass,
	       struct fault *fault)
{
	assert_false(the_pass.runs);
	if (guard_refuses)
		return fault_set(fault, FAULT_GENERIC, -ENOENT, "the tree is not mounted");
	the_pass = (struct pass){.order = *order, .done = done, .data = data, .runs = true};
	*ret_pass = &the_pass;
	return 0;
}

void pass_end(struct pass *pass)
{
}

void pass_kill(struct pass **pass)
{
	if (*pass)
		(*pass)->runs = false;
	*pass = NULL;
}

void pass_keep_spare(const struct setting *setting, const struct pass_order *order)
{
}

void pass_progress(const struct pass *pass, size_t *ret_named, size_t *ret_expected)
{
	*ret_named = *ret_expected = 0;
}

int spare_open(struct loop *loop, struct spare **ret_spare)
{
	*ret_spare = NULL;
	return 0;
}

void spare_close(struct spare **spare)
{
}

void spare_drop(struct spare *spare)
{
}

bool hooks_due(const struct hooks *hooks)
{
	return false;
}

/* The target's are two. */
void loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*fire)(void *), void *data)
{
	*timer = (struct loop_timer){.fire = fire, .data = data};
	if (retry)
		verify = timer;
	else
		retry = timer;
}

int loop_timer_set(struct loop_timer *timer, long long milliseconds)
{
	timer->due = milliseconds;
	timer->set = true;
	return 0;
}

void loop_timer_clear(struct loop_timer *timer)
{
	timer->set = false;
}

static void fire(struct loop_timer *timer)
{
	assert_true(timer->set);
	timer->set = false;
	timer->fire(timer->data);
}

static void assert_waits(const struct loop_timer *timer, long long milliseconds)
{
	assert_false(the_pass.runs);
	assert_true(timer->set);
	assert_int_equal(timer->due, milliseconds);
}

/* The pass that runs came to that. */
static void comes_to(enum outcome outcome)
{
	const struct pass_result result = {.outcome = outcome, .reason = "as the test says"};

	assert_true(the_pass.runs);
	the_pass.runs = false;
	the_pass.done(&result, the_pass.data);
}

static void hear(struct world *w, const char *path)
{
	AUTO_CHANGES struct changes changes = CHANGES_INIT(100);
	AUTO_BUF struct buf message = BUF_INIT;
	struct doorbell ring;
	size_t from = 0;

	changes_add(&changes, CHANGE_FILE, path);
	assert_int_equal(doorbell_ring(GENERATION, ++w->sequence, &changes, &from, &message), 0);
	assert_int_equal(doorbell_read(message.data, message.length, &ring), 0);
	target_hear(w->target, &ring);
}

static void follow(struct world *w)
{
	const struct target_source source = {.generation = GENERATION, .sequence = w->sequence};
	const struct target_basis basis = {.known = GENERATION, .whole = false};

	target_follow(w->target, &source, &basis);
}

static struct target_facts facts(const struct world *w)
{
	struct target_facts facts;

	target_tell(w->target, &facts);
	return facts;
}

static void passed(const struct target_facts *facts, bool full, void *data)
{
}

/* Whole, in step, and nothing to do until the interval is over. */
static int world_setup(void **state)
{
	static const struct target_ops ops = {.passed = passed};
	struct world *w = calloc(1, sizeof(*w));
	struct fault fault = FAULT_INIT;

	assert_non_null(w);
	w->config = (struct rsync_config){.interval = INTERVAL, .list_max = 100};
	w->setting.config = &w->config;
	the_pass.runs = guard_refuses = false;
	retry = verify = NULL;
	assert_int_equal(target_start(&w->setting, &ops, NULL, &w->target, &fault), 0);
	follow(w);
	assert_true(the_pass.order.full);
	comes_to(OUTCOME_DONE);
	assert_waits(verify, INTERVAL);
	assert_false(retry->set);
	*state = w;
	return 0;
}

static int world_teardown(void **state)
{
	struct world *w = *state;

	target_stop(&w->target);
	free(w);
	return 0;
}

static void assert_brings(const char *path, const char *other)
{
	assert_true(the_pass.runs);
	assert_false(the_pass.order.full);
	assert_int_equal(the_pass.order.paths->count, other ? 2 : 1);
	assert_non_null(changes_find(the_pass.order.paths, path));
	if (other)
		assert_non_null(changes_find(the_pass.order.paths, other));
}

static void test_batch(void **state)
{
	struct world *w = *state;

	hear(w, "one");
	assert_brings("one", NULL);
	hear(w, "two");
	assert_false(facts(w).in_step);
	comes_to(OUTCOME_DONE);
	assert_brings("two", NULL);
	comes_to(OUTCOME_DONE);
	assert_true(facts(w).in_step);
	assert_int_equal(facts(w).sequence, 2);
	assert_false(retry->set);
}

/* However often something changes, and whatever fails, once in an interval the whole tree is compared. */
static void test_interval(void **state)
{
	struct world *w = *state;

	verify->due = 5;
	hear(w, "one");
	comes_to(OUTCOME_DONE);
	assert_waits(verify, 5);
	hear(w, "two");
	fire(verify);
	assert_false(the_pass.order.full);
	comes_to(OUTCOME_DONE);
	assert_true(the_pass.runs && the_pass.order.full);
	comes_to(OUTCOME_NETWORK);
	assert_waits(retry, 1000);
	assert_false(verify->set);
	fire(retry);
	assert_true(the_pass.order.full);
	comes_to(OUTCOME_DONE);
	assert_waits(verify, INTERVAL);
	hear(w, "one");
	comes_to(OUTCOME_NETWORK);
	fire(verify);
	assert_waits(retry, 1000);
	fire(retry);
	assert_true(the_pass.order.full);
	comes_to(OUTCOME_DONE);
	w->config.interval = 10;
	target_reload(w->target);
	assert_waits(verify, 10);
}

/* Quorum came back: the source is the same, the time between is not known. */
static void test_came_back(void **state)
{
	struct world *w = *state;

	follow(w);
	assert_waits(verify, INTERVAL);
	target_follow(w->target, NULL, NULL);
	assert_false(verify->set);
	follow(w);
	assert_true(the_pass.runs && the_pass.order.full);
	assert_true(facts(w).in_step);
	comes_to(OUTCOME_DONE);
	assert_waits(verify, INTERVAL);
}

/* What is written beside its name and renamed may vanish while it is listed: its name is not late. */
static void test_renamed_meanwhile(void **state)
{
	struct world *w = *state;

	hear(w, ".file.new");
	hear(w, "file");
	comes_to(OUTCOME_PARTIAL);
	assert_brings(".file.new", "file");
	assert_false(facts(w).failing);
	comes_to(OUTCOME_DONE);
	assert_true(facts(w).in_step);
}

/* What goes on failing waits, whatever is heard: 1 s, 2, 4. */
static void test_waits(void **state)
{
	static const enum outcome outcomes[] = {OUTCOME_PARTIAL, OUTCOME_NETWORK};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		hear(w, "one");
		comes_to(outcomes[i]);
		assert_waits(retry, 1000);
		assert_int_equal(facts(w).failing, outcomes[i] != OUTCOME_PARTIAL);
		fire(retry);
		hear(w, "two");
		comes_to(outcomes[i]);
		assert_waits(retry, 2000);
		assert_true(facts(w).failing);
		fire(retry);
		comes_to(OUTCOME_DONE);
		assert_true(facts(w).in_step);
	}
	hear(w, "one");
	hear(w, "two");
	comes_to(OUTCOME_NETWORK);
	assert_waits(retry, 1000);
}

static void test_patience(void **state)
{
	struct world *w = *state;

	hear(w, "one");
	for (int i = 0; i < 3; i++) {
		assert_false(the_pass.order.full);
		comes_to(OUTCOME_BROKEN);
		fire(retry);
	}
	assert_true(the_pass.order.full);
	comes_to(OUTCOME_DONE);
	assert_true(facts(w).in_step);
}

static void test_missed_ring(void **state)
{
	struct world *w = *state;

	w->sequence++;
	hear(w, "two");
	assert_true(the_pass.order.full);
	assert_false(facts(w).in_step);
	comes_to(OUTCOME_DONE);
	assert_true(facts(w).in_step);
}

static void test_refused(void **state)
{
	struct world *w = *state;

	guard_refuses = true;
	hear(w, "one");
	assert_true(facts(w).sick);
	assert_string_equal(facts(w).error, "the tree is not mounted");
	target_follow(w->target, NULL, NULL);
	assert_false(facts(w).sick);
	assert_string_equal(facts(w).error, "");
	guard_refuses = false;
	follow(w);
	assert_true(the_pass.order.full);
	comes_to(OUTCOME_DONE);
	assert_true(facts(w).in_step);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_batch),	      WITH_WORLD(test_interval),
		WITH_WORLD(test_came_back),   WITH_WORLD(test_renamed_meanwhile),
		WITH_WORLD(test_waits),	      WITH_WORLD(test_patience),
		WITH_WORLD(test_missed_ring), WITH_WORLD(test_refused),
	};

	return cmocka_run_group_tests_name("rsync-target", tests, NULL, NULL);
}
