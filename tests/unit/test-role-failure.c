// SPDX-License-Identifier: BSD-3-Clause
/*
 * What goes wrong on the way: functions of the agent, its surroundings, the run directory.
 */

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "fake.h"
#include "host/lockfile.h"
#include "ocf/exit.h"

FAKE_CLUSTER

static const struct fake_failure works = {FAULT_NONE, 0}, generic = {FAULT_GENERIC, -EIO},
				 gone = {FAULT_ARGS, -ENOENT}, perm = {FAULT_PERM, -EPERM};

static void expect(struct fake *fake, const char *action, int code, const char *said)
{
	assert_int_equal(fake_act(fake, action), code);
	if (said)
		assert_non_null(strstr(fake->said, said));
	else
		assert_string_equal(fake->said, "");
}

static size_t records(struct fake *fake)
{
	return scratch_count(fake->scratch, ".state");
}

static void test_activate_fails(void **state)
{
	static const enum role_state halves[] = {ROLE_ABSENT, ROLE_BROKEN, ROLE_ACTIVE};
	struct fake *fake = *state;

	fake->activate = generic;
	for (size_t i = 0; i < ARRAY_SIZE(halves); i++) {
		fake->half = halves[i];
		expect(fake, "start", OCF_ERR_GENERIC, "ocf-exit-reason:activate of a fails\n");
		assert_string_equal(fake->doings, "enter(a) check(a) look(a) activate(a) "
						  "enter(a) halt(a) look(a) ");
		assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
		assert_int_equal(records(fake), 0);
		expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	}
	fake->activate = (struct fake_failure){FAULT_INSTALLED, -ENOSYS};
	expect(fake, "start", OCF_ERR_INSTALLED, "activate of a fails");
}

/* The half that could not be taken back is known to the next stop, whatever its parameters are. */
static void test_rollback_fails(void **state)
{
	struct fake *fake = *state;
	char text[64];

	fake->activate = fake->halt = generic;
	fake->half = ROLE_BROKEN;
	expect(fake, "start", OCF_ERR_GENERIC, "ocf-exit-reason:activate of a fails\n");
	assert_string_equal(fake_recorded(fake, "param.name", text), "a");
	fake->halt = works;
	fake_let("name", "b");
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_int_equal(records(fake), 0);
}

static void test_check_host_fails(void **state)
{
	struct fake *fake = *state;

	fake->check_host = (struct fake_failure){FAULT_INSTALLED, -ENOENT};
	expect(fake, "start", OCF_ERR_INSTALLED, "check of a fails");
	assert_string_equal(fake->doings, "enter(a) check(a) ");
	assert_int_equal(records(fake), 0);
	/* Only a start asks for it. */
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	expect(fake, "stop", OCF_SUCCESS, NULL);
}

static void test_halt_fails(void **state)
{
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake->halt = perm;
	expect(fake, "stop", OCF_ERR_PERM, "halt of a fails");
	assert_int_equal(records(fake), 1);
	assert_int_equal(fake_state(fake, "a"), ROLE_ACTIVE);
	fake->halt = works;
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_int_equal(records(fake), 0);
}

/* A halt that says it worked is not believed. */
static void test_still_here_after_stop(void **state)
{
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake->stays = "a";
	expect(fake, "stop", OCF_ERR_GENERIC, "reason:it is still here after stop\n");
	fake_put(fake, "a", ROLE_BROKEN);
	expect(fake, "stop", OCF_ERR_GENERIC, "reason:still here after stop: a is broken\n");
	fake_put(fake, "a", ROLE_DEGRADED);
	expect(fake, "stop", OCF_ERR_GENERIC, "reason:still here after stop: a is worn\n");
	fake_put(fake, "a", ROLE_STANDBY);
	expect(fake, "stop", OCF_ERR_GENERIC, "reason:it is still here after stop\n");
	assert_int_equal(records(fake), 1);
}

static void test_look_fails(void **state)
{
	static const char *const actions[] = {"start",	 "monitor", "stop",
					      "promote", "demote",  "reload-agent"};
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake->look = generic;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		expect(fake, actions[i], OCF_ERR_GENERIC, "look of a fails");
	assert_int_equal(records(fake), 1);
}

/* The place where it could be (a network namespace) is gone, or cannot be entered. */
static void test_enter_fails(void **state)
{
	struct fake *fake = *state;

	expect(fake, "start", OCF_SUCCESS, NULL);
	fake->enter = gone;
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	fake_let("CRM_meta_interval", "10000");
	expect(fake, "monitor", OCF_NOT_RUNNING, "enter of a fails");
	expect(fake, "start", OCF_ERR_ARGS, "enter of a fails");
	expect(fake, "promote", OCF_ERR_ARGS, "enter of a fails");
	expect(fake, "demote", OCF_ERR_ARGS, "enter of a fails");
	expect(fake, "reload-agent", OCF_ERR_ARGS, "enter of a fails");
	fake->enter = perm;
	expect(fake, "stop", OCF_ERR_PERM, "enter of a fails");
	assert_int_equal(records(fake), 1);
	fake->enter = gone;
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) ");
	assert_int_equal(records(fake), 0);
}

static void test_secret_fails(void **state)
{
	struct fake *fake = *state;

	scratch_write(fake->scratch, "secret", "hidden");
	fake_let("secret", scratch_path(fake->scratch, "secret"));
	assert_int_equal(chmod(scratch_path(fake->scratch, "secret"), 0644), 0);
	expect(fake, "start", OCF_ERR_PERM, "secret: ");
	assert_string_equal(fake->doings, "");
	assert_int_equal(unlink(scratch_path(fake->scratch, "secret")), 0);
	expect(fake, "start", OCF_ERR_ARGS, "secret: ");
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	expect(fake, "stop", OCF_SUCCESS, NULL);
}

/* Without a place for the record nothing is started, and a stop stops all the same. */
static void test_no_run_directory(void **state)
{
	struct fake *fake = *state;

	fake_let("OCF_RESOURCE_INSTANCE", "web");
	assert_int_equal(setenv("QUORATE_RUNDIR", scratch_path(fake->scratch, "new"), 1), 0);
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	expect(fake, "start", OCF_SUCCESS, NULL);
	assert_int_equal(access(scratch_path(fake->scratch, "new/fake-web.state"), F_OK), 0);
	assert_int_equal(setenv("QUORATE_RUNDIR", scratch_path(fake->scratch, "no/way"), 1), 0);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect(fake, "start", OCF_ERR_GENERIC, "reason:cannot make ");
	assert_string_equal(fake->doings, "");
	expect(fake, "stop", OCF_SUCCESS, "WARNING: stop without lock");
	assert_null(strstr(fake->said, "reason:"));
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	expect(fake, "start", OCF_ERR_GENERIC, "reason:cannot make ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
}

static void test_record_cannot_be_written(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(mkdir(scratch_path(fake->scratch, "fake-web.state"), 0700), 0);
	expect(fake, "start", OCF_ERR_GENERIC, "reason:cannot write ");
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	assert_null(strstr(fake->doings, "activate"));
	fake_put(fake, "a", ROLE_ACTIVE);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
}

static void test_record_is_lost(void **state)
{
	static const char *const ruins[] = {NULL,
					    "",
					    "\xff\x00\n=\n==\n",
					    "role",
					    "param.name=b",
					    "role=active\nparam.size=many\nparam.name=b\n"};
	struct fake *fake = *state;

	for (size_t i = 0; i < ARRAY_SIZE(ruins); i++) {
		expect(fake, "start", OCF_SUCCESS, NULL);
		if (ruins[i])
			scratch_write(fake->scratch, "fake-web.state", ruins[i]);
		else
			assert_int_equal(unlink(scratch_path(fake->scratch, "fake-web.state")), 0);
		expect(fake, "monitor", OCF_SUCCESS, NULL);
		expect(fake, "stop", OCF_SUCCESS, NULL);
		assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
		assert_null(strstr(fake->doings, "(b)"));
		assert_int_equal(records(fake), 0);
	}
}

/* Another action, in a child: holds the lock, writes its record after a while and ends. */
static pid_t another_action(struct fake *fake, const char *record, int milliseconds)
{
	struct deadline soon = deadline_in(1000);
	int ready[2], lock = -1;
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (lockfile_take(scratch_path(fake->scratch, "fake-web.lock"), &soon, &lock) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		(void)poll(NULL, 0, milliseconds);
		scratch_write(fake->scratch, "fake-web.state", record);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return child;
}

/* What it wrote while we waited counts, not what was there before. */
static void test_waits_for_its_turn(void **state)
{
	struct fake *fake = *state;
	pid_t other = another_action(fake, "role=active\nparam.name=b\n", 100);
	int status = -1;

	fake_put(fake, "b", ROLE_ACTIVE);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(b) halt(b) look(b) enter(a) halt(a) look(a) ");
	assert_int_equal(records(fake), 0);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	other = another_action(fake, "role=active\nparam.name=b\n", 100);
	fake_put(fake, "b", ROLE_ACTIVE);
	expect(fake, "demote", OCF_SUCCESS, NULL);
	assert_int_equal(fake_state(fake, "b"), ROLE_ABSENT);
	assert_int_equal(waitpid(other, NULL, 0), other);
}

static void test_its_turn_never_comes(void **state)
{
	static const char *const actions[] = {"start", "stop", "promote", "demote", "reload-agent"};
	struct fake *fake = *state;
	pid_t other = another_action(fake, "", 60000);

	fake_let("CRM_meta_timeout", "40");
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		expect(fake, actions[i], OCF_ERR_GENERIC,
		       "another action of web was still running");
		assert_string_equal(fake->doings, "");
	}
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	assert_int_equal(kill(other, SIGKILL), 0);
	assert_int_equal(waitpid(other, NULL, 0), other);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_activate_fails),	  TEST(test_rollback_fails),
		TEST(test_check_host_fails),	  TEST(test_halt_fails),
		TEST(test_still_here_after_stop), TEST(test_look_fails),
		TEST(test_enter_fails),		  TEST(test_secret_fails),
		TEST(test_no_run_directory),	  TEST(test_record_cannot_be_written),
		TEST(test_record_is_lost),	  TEST(test_waits_for_its_turn),
		TEST(test_its_turn_never_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
