// SPDX-License-Identifier: BSD-3-Clause
/*
 * An agent as a plain primitive.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "ocf/exit.h"

FAKE_CLUSTER

static const enum role_state every_state[] = {ROLE_ABSENT, ROLE_STANDBY, ROLE_ACTIVE, ROLE_DEGRADED,
					      ROLE_BROKEN};

static void recurring(bool is)
{
	fake_let("CRM_meta_interval", is ? "10000" : NULL);
}

static void test_life(void **state)
{
	struct fake *fake = *state;
	char text[256];

	assert_int_equal(fake_act(fake, "monitor"), OCF_NOT_RUNNING);
	assert_string_equal(fake->said, "");
	assert_string_equal(fake->doings, "enter(a) look(a) ");
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) check(a) look(a) activate(a) ");
	assert_string_equal(fake_recorded(fake, "role", text), "active");
	assert_string_equal(fake_recorded(fake, "param.name", text), "a");
	assert_string_equal(fake_recorded(fake, "param.size", text), "1");
	assert_int_equal(fake_act(fake, "monitor"), OCF_SUCCESS);
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) check(a) look(a) ");
	assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
	assert_int_equal(fake_act(fake, "monitor"), OCF_NOT_RUNNING);
	assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
	assert_string_equal(fake->said, "");
	assert_string_equal(fake_scores(fake, text), "");
}

/* What check_host has seen reaches those who follow at once, and nobody after a change. */
static void test_view(void **state)
{
	struct fake *fake = *state;

	fake->viewing = true;
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) check(a) look(a)+ activate(a)+ ");
	assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) halt(a) look(a) ");
	fake->activate = (struct fake_failure){FAULT_GENERIC, -EIO};
	assert_int_equal(fake_act(fake, "start"), OCF_ERR_GENERIC);
	assert_string_equal(fake->doings,
			    "enter(a) check(a) look(a)+ activate(a)+ enter(a)+ halt(a) look(a) ");
	fake_let("CRM_meta_promoted_max", "1");
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) check(a) stand_by(a) ");
}

static void test_monitor_of_every_state(void **state)
{
	static const struct {
		int code;
		const char *said;
	} wanted[] = {
		[ROLE_ABSENT] = {OCF_NOT_RUNNING, "a is not here"},
		[ROLE_STANDBY] = {OCF_SUCCESS, NULL},
		[ROLE_ACTIVE] = {OCF_SUCCESS, NULL},
		[ROLE_DEGRADED] = {OCF_DEGRADED, "a is worn"},
		[ROLE_BROKEN] = {OCF_ERR_GENERIC, "a is broken"},
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < ARRAY_SIZE(every_state); i++) {
		fake_put(fake, "a", every_state[i]);
		recurring(true);
		assert_int_equal(fake_act(fake, "monitor"), wanted[i].code);
		if (wanted[i].said)
			assert_non_null(strstr(fake->said, wanted[i].said));
		else
			assert_string_equal(fake->said, "");
		recurring(false);
		assert_int_equal(fake_act(fake, "monitor"), wanted[i].code);
		/* A probe that finds nothing has nothing to complain about. */
		assert_int_equal(!!*fake->said, wanted[i].said && i != ROLE_ABSENT);
		assert_int_equal(fake_state(fake, "a"), every_state[i]);
		assert_string_equal(fake->doings, "enter(a) look(a) ");
	}
	assert_int_equal(scratch_count(fake->scratch, ""), 0);
}

static void test_start_from_every_state(void **state)
{
	struct fake *fake = *state;
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(every_state); i++) {
		bool served = every_state[i] == ROLE_ACTIVE || every_state[i] == ROLE_DEGRADED;

		fake_put(fake, "a", every_state[i]);
		assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
		assert_string_equal(fake->said, "");
		assert_int_equal(fake_state(fake, "a"), served ? every_state[i] : ROLE_ACTIVE);
		assert_int_equal(!strstr(fake->doings, "activate"), served);
		assert_string_equal(fake_recorded(fake, "role", text), "active");
	}
}

static void test_stop_from_every_state(void **state)
{
	struct fake *fake = *state;

	for (size_t i = 0; i < ARRAY_SIZE(every_state); i++) {
		fake_put(fake, "a", every_state[i]);
		assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
		assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
		assert_string_equal(fake->said, "");
	}
}

static void test_reload(void **state)
{
	struct fake *fake = *state;
	char text[64];

	assert_int_equal(fake_act(fake, "reload-agent"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) look(a) ");
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	fake_let("size", "9");
	assert_int_equal(fake_act(fake, "reload-agent"), OCF_SUCCESS);
	assert_string_equal(fake->doings, "enter(a) look(a) reload(a) ");
	assert_string_equal(fake_recorded(fake, "param.size", text), "9");
	assert_string_equal(fake_recorded(fake, "role", text), "active");
	fake->reload = (struct fake_failure){FAULT_GENERIC, -5};
	assert_int_equal(fake_act(fake, "reload-agent"), OCF_ERR_GENERIC);
	assert_non_null(strstr(fake->said, "ocf-exit-reason:reload of a fails"));
	fake->role.reload = NULL;
	assert_int_equal(fake_act(fake, "reload-agent"), OCF_SUCCESS);
	fake_put(fake, "a", ROLE_BROKEN);
	assert_int_equal(fake_act(fake, "reload-agent"), OCF_SUCCESS);
}

/* What the record knows is what a stop takes down: a reload must not make it forget. */
static void test_reload_of_what_is_fixed(void **state)
{
	struct fake *fake = *state;
	char text[64];

	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	fake_let("name", "b");
	assert_int_equal(fake_act(fake, "reload-agent"), OCF_ERR_GENERIC);
	assert_non_null(strstr(fake->said, "a change of name needs a restart"));
	assert_string_equal(fake->doings, "");
	assert_string_equal(fake_recorded(fake, "param.name", text), "a");
	assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
}

/* Warnings on the way are not the reason of an end that is good. */
static void test_success_gives_no_reason(void **state)
{
	static const char *const actions[] = {"start",	 "monitor", "reload-agent",
					      "promote", "demote",  "stop"};
	struct fake *fake = *state;

	fake->chatty = true;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		assert_int_equal(fake_act(fake, actions[i]), OCF_SUCCESS);
		assert_string_equal(fake->said, "");
	}
}

static void test_optional_functions(void **state)
{
	static const char *const actions[] = {"start", "monitor", "reload-agent", "stop"};
	struct fake *fake = *state;

	fake->agent.enter = NULL;
	fake->agent.check_host = NULL;
	fake->role.reload = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		assert_int_equal(fake_act(fake, actions[i]), OCF_SUCCESS);
}

/* Not what Pacemaker does with a primitive, but what ocf-tester does. */
static void test_promote_and_demote(void **state)
{
	struct fake *fake = *state;
	char text[256];

	assert_int_equal(fake_act(fake, "demote"), OCF_NOT_RUNNING);
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fake_act(fake, "demote"), OCF_SUCCESS);
		assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
		assert_int_equal(fake_act(fake, "demote"), OCF_SUCCESS);
		assert_int_equal(fake_act(fake, "promote"), OCF_SUCCESS);
		assert_int_equal(fake_state(fake, "a"), ROLE_ACTIVE);
		assert_int_equal(fake_act(fake, "promote"), OCF_SUCCESS);
		assert_int_equal(fake_act(fake, "monitor"), OCF_SUCCESS);
	}
	assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
	assert_int_equal(fake_act(fake, "monitor"), OCF_NOT_RUNNING);
	assert_string_equal(fake_scores(fake, text), "");
}

static void test_instances_are_apart(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	fake_let("OCF_RESOURCE_INSTANCE", "other");
	fake_let("name", "b");
	assert_int_equal(fake_act(fake, "start"), OCF_SUCCESS);
	assert_int_equal(fake_state(fake, "a"), ROLE_ACTIVE);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 2);
	assert_int_equal(fake_act(fake, "stop"), OCF_SUCCESS);
	assert_int_equal(fake_state(fake, "a"), ROLE_ACTIVE);
	assert_int_equal(fake_state(fake, "b"), ROLE_ABSENT);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life),
		TEST(test_view),
		TEST(test_monitor_of_every_state),
		TEST(test_start_from_every_state),
		TEST(test_stop_from_every_state),
		TEST(test_reload),
		TEST(test_reload_of_what_is_fixed),
		TEST(test_success_gives_no_reason),
		TEST(test_optional_functions),
		TEST(test_promote_and_demote),
		TEST(test_instances_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
