// SPDX-License-Identifier: BSD-3-Clause
/*
 * Parameters that are wrong, or other ones than at start.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "ocf/exit.h"

FAKE_CLUSTER

#define OTHER "was started with other parameters and not stopped since: stopping that first"

static void expect(struct fake *fake, const char *action, int code, const char *said)
{
	assert_int_equal(fake_act(fake, action), code);
	if (said)
		assert_non_null(strstr(fake->said, said));
	else
		assert_string_equal(fake->said, "");
}

static void test_never_started(void **state)
{
	static const char *const actions[] = {"start", "promote", "demote", "reload-agent",
					      "monitor"};
	struct fake *fake = *state;

	fake_let("name", "");
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		expect(fake, actions[i], OCF_ERR_CONFIGURED,
		       "reason:name must be given: what the "
		       "thing is called\n");
		assert_string_equal(fake->doings, "");
	}
	fake_let("CRM_meta_interval", "10000");
	expect(fake, "monitor", OCF_ERR_CONFIGURED, "reason:name must be given");
	expect(fake, "stop", OCF_SUCCESS,
	       "WARNING: nothing to stop: it was never started with such "
	       "parameters (name must be given: what the thing is called)");
	assert_null(strstr(fake->said, "reason:"));
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
}

/* What runs is known by its record. */
static void test_wrong_while_running(void **state)
{
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake_let("size", "many");
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	fake_let("CRM_meta_interval", "10000");
	expect(fake, "monitor", OCF_ERR_CONFIGURED, "reason:size must be a whole number");
	expect(fake, "start", OCF_ERR_CONFIGURED, "reason:size must be a whole number");
	expect(fake, "reload-agent", OCF_ERR_CONFIGURED, "reason:size must be a whole number");
	assert_int_equal(fake_state(fake, "a"), ROLE_ACTIVE);
	expect(fake, "demote", OCF_SUCCESS, NULL);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
}

/* With nothing to go by, a stop of something that was started cannot say that nothing is left. */
static void test_wrong_then_and_now(void **state)
{
	struct fake *fake = *state;

	scratch_write(fake->scratch, "fake-web.state", "role=active\nparam.size=lots\n");
	fake_let("name", "");
	expect(fake, "stop", OCF_ERR_CONFIGURED, "reason:cannot stop what was started: name must");
	assert_int_equal(scratch_count(fake->scratch, ".state"), 1);
	fake_let("name", "a");
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
}

/* What says which thing it is is enough, be it of now or of then. */
static void test_salvage(void **state)
{
	static const char said[] = "WARNING: stopping what can be understood of it: size must be a "
				   "whole number from 0 to 100, not 'many'\n";
	struct fake *fake = *state;

	fake_let("size", "many");
	fake_put(fake, "a", ROLE_BROKEN);
	expect(fake, "stop", OCF_SUCCESS, said);
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) ");
	scratch_write(fake->scratch, "fake-web.state",
		      "role=active\nparam.size=lots\nparam.name=b\n");
	fake_put(fake, "b", ROLE_ACTIVE);
	expect(fake, "stop", OCF_SUCCESS, said);
	assert_string_equal(fake->doings, "enter(b) halt(b) look(b) enter(a) halt(a) look(a) ");
	scratch_write(fake->scratch, "fake-web.state",
		      "role=active\nparam.size=lots\nparam.name=b\n");
	fake_let("name", "");
	fake_put(fake, "b", ROLE_ACTIVE);
	fake->stays = "b";
	expect(fake, "stop", OCF_ERR_GENERIC, "reason:it is still here after stop");
	assert_string_equal(fake->doings, "enter(b) halt(b) look(b) ");
	assert_int_equal(scratch_count(fake->scratch, ".state"), 1);
}

static void test_start_with_others(void **state)
{
	struct fake *fake = *state;
	char text[64];

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake_let("name", "b");
	expect(fake, "start", OCF_SUCCESS, OTHER);
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) "
					  "enter(b) check(b) look(b) activate(b) ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(fake_state(fake, "b"), ROLE_ACTIVE);
	assert_string_equal(fake_recorded(fake, "param.name", text), "b");
	/* The same value by another name, and a default that is written, are no change. */
	fake_let("name", NULL);
	fake_let("title", "b");
	fake_let("size", "1");
	expect(fake, "start", OCF_SUCCESS, NULL);
}

/* What can be reloaded makes no other thing of it: nothing is ended for its sake. */
static void test_reloadable_change(void **state)
{
	static const char *const actions[] = {"start", "promote", "demote", "promote", "stop"};
	struct fake *fake = *state;
	char size[8];

	fake_let("CRM_meta_promoted_max", "1");
	expect(fake, "start", OCF_SUCCESS, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		(void)snprintf(size, sizeof(size), "%zu", i + 2);
		fake_let("size", size);
		expect(fake, actions[i], OCF_SUCCESS, NULL);
		assert_int_equal(!strstr(fake->doings, "halt"), !!strcmp(actions[i], "stop"));
	}
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) ");
}

static void test_start_cannot_end_the_other(void **state)
{
	struct fake *fake = *state;
	char text[64];

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake_let("name", "b");
	fake->stays = "a";
	expect(fake, "start", OCF_ERR_GENERIC, "reason:it is still here after stop");
	assert_null(strstr(fake->doings, "activate"));
	assert_string_equal(fake_recorded(fake, "param.name", text), "a");
}

/* The other one was ended, ours did not come to life: nothing is here, and nothing recorded. */
static void test_start_fails_after_the_other(void **state)
{
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake_let("name", "b");
	fake->check_host = (struct fake_failure){FAULT_ARGS, -ENODEV};
	expect(fake, "start", OCF_ERR_ARGS, "reason:check of b fails");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
}

static void test_stop_with_others(void **state)
{
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake_let("name", "b");
	fake_put(fake, "b", ROLE_ACTIVE);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) enter(b) halt(b) look(b) ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(fake_state(fake, "b"), ROLE_ABSENT);
}

/* Each is tried, and one that stays is enough to fail, with its own reason. */
static void test_stop_fails_for_one_of_two(void **state)
{
	static const char *const names[] = {"a", "b"};
	struct fake *fake = *state;
	char said[64] = "reason:halt of x fails";

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		fake->halt = (struct fake_failure){FAULT_NONE, 0};
		fake_let("name", "a");
		expect(fake, "start", OCF_SUCCESS, NULL);
		fake_let("name", "b");
		fake_put(fake, "b", ROLE_ACTIVE);
		fake->halt = (struct fake_failure){FAULT_GENERIC, -EIO};
		fake->unhaltable = names[i];
		said[15] = names[i][0];
		expect(fake, "stop", OCF_ERR_GENERIC, said);
		assert_non_null(strstr(fake->doings, "halt(a)"));
		assert_non_null(strstr(fake->doings, "halt(b)"));
		assert_int_equal(fake_state(fake, names[i]), ROLE_ACTIVE);
		assert_int_equal(fake_state(fake, names[!i]), ROLE_ABSENT);
		assert_int_equal(scratch_count(fake->scratch, ".state"), 1);
	}
}

static void clone_of(struct fake *fake, const char *last)
{
	fake_let("CRM_meta_promoted_max", "1");
	expect(fake, "start", OCF_SUCCESS, NULL);
	if (!strcmp(last, "promote"))
		expect(fake, "promote", OCF_SUCCESS, NULL);
	fake_let("name", "b");
}

static void expect_recorded(struct fake *fake, const char *name, const char *role)
{
	char text[64];

	assert_string_equal(fake_recorded(fake, "param.name", text), name);
	assert_string_equal(fake_recorded(fake, "role", text), role);
}

/* After a change, demote comes with the new parameters: they count from then on. */
static void test_demote_with_others(void **state)
{
	struct fake *fake = *state;

	clone_of(fake, "promote");
	expect(fake, "demote", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) look(a) enter(a) halt(a) look(a) "
					  "enter(b) stand_by(b) look(b) ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	expect_recorded(fake, "b", "standby");
	/* And stop comes with the old ones. */
	fake_let("name", "a");
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(b) halt(b) look(b) enter(a) halt(a) look(a) ");
}

static void test_demote_cannot_end_the_other(void **state)
{
	struct fake *fake = *state;

	clone_of(fake, "promote");
	fake->stays = "a";
	expect(fake, "demote", OCF_ERR_GENERIC, "reason:it is still here after stop");
	expect_recorded(fake, "a", "active");
	assert_int_equal(fake_state(fake, "a"), ROLE_ACTIVE);
}

static void test_promote_with_others(void **state)
{
	struct fake *fake = *state;

	fake->traced = true;
	clone_of(fake, "start");
	expect(fake, "promote", OCF_SUCCESS, OTHER);
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(fake_state(fake, "b"), ROLE_ACTIVE);
	expect_recorded(fake, "b", "active");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_never_started),
		TEST(test_wrong_while_running),
		TEST(test_wrong_then_and_now),
		TEST(test_salvage),
		TEST(test_start_with_others),
		TEST(test_reloadable_change),
		TEST(test_start_cannot_end_the_other),
		TEST(test_start_fails_after_the_other),
		TEST(test_stop_with_others),
		TEST(test_stop_fails_for_one_of_two),
		TEST(test_demote_with_others),
		TEST(test_demote_cannot_end_the_other),
		TEST(test_promote_with_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
