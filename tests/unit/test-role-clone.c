// SPDX-License-Identifier: BSD-3-Clause
/*
 * An agent as an instance of a promotable clone.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "fake.h"
#include "host/lockfile.h"
#include "ocf/exit.h"

FAKE_CLUSTER

static const struct fake_failure generic = {FAULT_GENERIC, -EIO};

static int clone_setup(void **state)
{
	int r = fake_setup(state);

	fake_let("CRM_meta_promoted_max", "1");
	fake_let("CRM_meta_interval", "10000");
	return r;
}

static void expect(struct fake *fake, const char *action, int code, const char *said)
{
	assert_int_equal(fake_act(fake, action), code);
	if (said)
		assert_non_null(strstr(fake->said, said));
	else
		assert_string_equal(fake->said, "");
}

static void expect_told(struct fake *fake, const char *scores)
{
	char text[256];

	assert_string_equal(fake_scores(fake, text), scores);
}

static void expect_recorded(struct fake *fake, const char *key, const char *wanted)
{
	char text[64];

	assert_string_equal(fake_recorded(fake, key, text), wanted);
}

/* To where a test begins, without what was told on the way. */
static void bring(struct fake *fake, bool promoted)
{
	expect(fake, "start", OCF_SUCCESS, NULL);
	if (promoted)
		expect(fake, "promote", OCF_SUCCESS, NULL);
	(void)fake_scores(fake, (char[256]){""});
}

static void live(struct fake *fake)
{
	expect(fake, "monitor", OCF_NOT_RUNNING, "a is not here");
	expect(fake, "start", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) check(a) stand_by(a) ");
	expect_recorded(fake, "role", "standby");
	expect_told(fake, "web=5 ");
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect(fake, "promote", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) look(a) activate(a) ");
	expect_recorded(fake, "role", "active");
	expect_told(fake, "web=10 ");
	expect(fake, "monitor", OCF_RUNNING_PROMOTED, NULL);
	expect(fake, "promote", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) look(a) ");
	expect_told(fake, "");
	expect(fake, "demote", OCF_SUCCESS, NULL);
	assert_string_equal(fake->doings, "enter(a) look(a) stand_by(a) look(a) ");
	expect_recorded(fake, "role", "standby");
	expect_told(fake, "web=5 ");
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect(fake, "demote", OCF_SUCCESS, NULL);
	expect(fake, "start", OCF_SUCCESS, NULL);
	expect_told(fake, "web=5 ");
	expect(fake, "stop", OCF_SUCCESS, NULL);
	expect_told(fake, "web=- ");
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	expect_told(fake, "");
}

static void test_life_with_trace(void **state)
{
	struct fake *fake = *state;

	fake->traced = true;
	live(fake);
	expect(fake, "monitor", OCF_NOT_RUNNING, "a is not here");
}

static void test_life_without_trace(void **state)
{
	struct fake *fake = *state;

	fake_let("CRM_meta_interval", NULL);
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	fake_let("CRM_meta_interval", "0");
	expect(fake, "monitor", OCF_NOT_RUNNING, NULL);
	expect_told(fake, "");
	fake_let("CRM_meta_interval", "10000");
	live(fake);
}

static void test_monitor_of_every_state(void **state)
{
	static const struct {
		const char *role; /* as recorded */
		enum role_state is;
		int code;
	} cases[] = {
		{NULL, ROLE_ABSENT, OCF_NOT_RUNNING},
		{NULL, ROLE_STANDBY, OCF_SUCCESS},
		{NULL, ROLE_ACTIVE, OCF_RUNNING_PROMOTED},
		{NULL, ROLE_DEGRADED, OCF_DEGRADED_PROMOTED},
		{NULL, ROLE_BROKEN, OCF_ERR_GENERIC},
		{"standby", ROLE_ABSENT, OCF_SUCCESS},
		{"standby", ROLE_STANDBY, OCF_SUCCESS},
		{"standby", ROLE_ACTIVE, OCF_RUNNING_PROMOTED},
		{"standby", ROLE_DEGRADED, OCF_DEGRADED_PROMOTED},
		{"standby", ROLE_BROKEN, OCF_ERR_GENERIC},
		{"active", ROLE_ABSENT, OCF_NOT_RUNNING},
		{"active", ROLE_STANDBY, OCF_SUCCESS},
		{"active", ROLE_ACTIVE, OCF_RUNNING_PROMOTED},
		{"active", ROLE_DEGRADED, OCF_DEGRADED_PROMOTED},
		{"active", ROLE_BROKEN, OCF_FAILED_PROMOTED},
	};
	struct fake *fake = *state;
	char record[128];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		(void)snprintf(record, sizeof(record), "param.name=a\nparam.size=1\n%s%s\n",
			       cases[i].role ? "role=" : "", cases[i].role ? cases[i].role : "");
		scratch_write(fake->scratch, "fake-web.state", record);
		fake_put(fake, "a", cases[i].is);
		assert_int_equal(fake_act(fake, "monitor"), cases[i].code);
		/* A record without a role is none to be kept. */
		if (!cases[i].role)
			expect_recorded(fake, "score", "");
		fake_let("CRM_meta_interval", NULL);
		assert_int_equal(fake_act(fake, "monitor"), cases[i].code);
		fake_let("CRM_meta_interval", "10000");
	}
}

/* From anything, a start ends unpromoted. */
static void test_start_from_every_state(void **state)
{
	struct fake *fake = *state;

	fake->traced = true;
	for (int is = ROLE_ABSENT; is <= ROLE_BROKEN; is++) {
		fake_put(fake, "a", (enum role_state)is);
		expect(fake, "start", OCF_SUCCESS, NULL);
		assert_int_equal(fake_state(fake, "a"), ROLE_STANDBY);
		fake_put(fake, "a", (enum role_state)is);
		expect(fake, "promote", OCF_SUCCESS, NULL);
		assert_int_equal(fake_state(fake, "a"),
				 is == ROLE_DEGRADED ? ROLE_DEGRADED : ROLE_ACTIVE);
		fake_put(fake, "a", (enum role_state)is);
		expect(fake, "demote", OCF_SUCCESS, NULL);
		assert_int_equal(fake_state(fake, "a"), ROLE_STANDBY);
		fake_put(fake, "a", (enum role_state)is);
		expect(fake, "stop", OCF_SUCCESS, NULL);
		assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	}
}

static void test_score_on_change_only(void **state)
{
	struct fake *fake = *state;

	bring(fake, true);
	fake_score_itself(fake);
	fake->score = 100;
	expect(fake, "monitor", OCF_RUNNING_PROMOTED, NULL);
	expect_told(fake, "web=120 ");
	expect(fake, "monitor", OCF_RUNNING_PROMOTED, NULL);
	expect_told(fake, "");
	fake_put(fake, "a", ROLE_BROKEN);
	expect(fake, "monitor", OCF_FAILED_PROMOTED, "a is broken");
	expect_told(fake, "web=140 ");
	fake->score = -1000;
	expect(fake, "monitor", OCF_FAILED_PROMOTED, "a is broken");
	expect_told(fake, "web=-960 ");
	expect_recorded(fake, "score", "-960");
	/* The cluster may have forgotten it by the time of a probe. */
	fake_let("CRM_meta_interval", NULL);
	expect(fake, "monitor", OCF_FAILED_PROMOTED, "a is broken");
	expect(fake, "monitor", OCF_FAILED_PROMOTED, "a is broken");
	expect_told(fake, "web=-960 web=-960 ");
}

static void test_score_is_not_taken(void **state)
{
	struct fake *fake = *state;

	fake_cluster_away(true);
	expect(fake, "start", OCF_SUCCESS,
	       "WARNING: promotion score not told: the cluster is away");
	expect_recorded(fake, "score", "");
	expect(fake, "monitor", OCF_SUCCESS, "not told");
	expect_told(fake, "web=5 web=5 ");
	fake_cluster_away(false);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect_told(fake, "web=5 ");
	fake_cluster_away(true);
	expect(fake, "promote", OCF_SUCCESS, "not told");
	expect(fake, "demote", OCF_SUCCESS, "not told");
	expect(fake, "stop", OCF_SUCCESS, NULL);
}

/* A monitor without the lock does not write over what another action does meanwhile. */
static void test_monitor_beside_other_actions(void **state)
{
	struct deadline soon = deadline_in(1000);
	struct fake *fake = *state;
	int lock = -1;

	bring(fake, false);
	fake_score_itself(fake);
	fake->score = 50;
	assert_int_equal(lockfile_take(scratch_path(fake->scratch, "fake-web.lock"), &soon, &lock),
			 0);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect_recorded(fake, "score", "5");
	(void)close(lock);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	expect_recorded(fake, "score", "60");
	expect_told(fake, "web=60 web=60 ");
	fake->score = 70;
	fake->breaks_record = true;
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
}

static void test_start_fails(void **state)
{
	struct fake *fake = *state;

	fake->stand_by = generic;
	expect(fake, "start", OCF_ERR_GENERIC, "reason:stand_by of a fails\n");
	assert_string_equal(fake->doings,
			    "enter(a) check(a) stand_by(a) enter(a) halt(a) look(a) ");
	assert_int_equal(scratch_count(fake->scratch, ".state"), 0);
	expect_told(fake, "");
	expect(fake, "monitor", OCF_NOT_RUNNING, "a is not here");
}

static void test_promote_fails(void **state)
{
	struct fake *fake = *state;

	bring(fake, false);
	fake->activate = generic;
	fake->half = ROLE_BROKEN;
	expect(fake, "promote", OCF_ERR_GENERIC, "reason:activate of a fails\n");
	assert_string_equal(fake->doings, "enter(a) look(a) activate(a) stand_by(a) ");
	expect_recorded(fake, "role", "standby");
	expect_told(fake, "");
	expect(fake, "monitor", OCF_SUCCESS, NULL);
	/* A half that stays is shown as what it is. */
	fake->stand_by = generic;
	expect(fake, "promote", OCF_ERR_GENERIC, "reason:activate of a fails\n");
	expect(fake, "monitor", OCF_FAILED_PROMOTED, "a is broken");
	expect(fake, "stop", OCF_SUCCESS, NULL);
}

static void test_demote_fails(void **state)
{
	struct fake *fake = *state;

	bring(fake, true);
	fake->stand_by = generic;
	expect(fake, "demote", OCF_ERR_GENERIC, "reason:stand_by of a fails\n");
	expect_recorded(fake, "role", "active");
	fake->stand_by.kind = FAULT_NONE;
	fake->stays = "a";
	expect(fake, "demote", OCF_ERR_GENERIC, "reason:it is still active after demote\n");
	fake_put(fake, "a", ROLE_BROKEN);
	expect(fake, "demote", OCF_ERR_GENERIC, "reason:still active after demote: a is broken\n");
	expect_recorded(fake, "role", "active");
	expect_told(fake, "");
}

static void test_demote_of_nothing(void **state)
{
	struct fake *fake = *state;

	expect(fake, "demote", OCF_NOT_RUNNING, "a is not here");
	bring(fake, true);
	fake_put(fake, "a", ROLE_ABSENT); /* it vanished, and its record is here */
	expect(fake, "demote", OCF_SUCCESS, NULL);
	assert_int_equal(unlink(scratch_path(fake->scratch, "fake-web.state")), 0);
	fake_put(fake, "a", ROLE_ACTIVE); /* it is here, and its record has vanished */
	expect(fake, "demote", OCF_SUCCESS, NULL);
	assert_int_equal(fake_state(fake, "a"), ROLE_ABSENT);
	expect(fake, "monitor", OCF_SUCCESS, NULL);
}

/* The stop of an orphan is not told that it was a clone: its score goes all the same. */
static void test_stop_of_an_orphan(void **state)
{
	struct fake *fake = *state;

	bring(fake, false);
	fake_let("CRM_meta_promoted_max", NULL);
	expect(fake, "stop", OCF_SUCCESS, NULL);
	expect_told(fake, "web=- ");
}

static void test_older_name(void **state)
{
	struct fake *fake = *state;

	fake_let("CRM_meta_promoted_max", NULL);
	fake_let("CRM_meta_master_max", "1");
	bring(fake, true);
	expect(fake, "monitor", OCF_RUNNING_PROMOTED, NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, clone_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life_with_trace),
		TEST(test_life_without_trace),
		TEST(test_monitor_of_every_state),
		TEST(test_start_from_every_state),
		TEST(test_score_on_change_only),
		TEST(test_score_is_not_taken),
		TEST(test_monitor_beside_other_actions),
		TEST(test_start_fails),
		TEST(test_promote_fails),
		TEST(test_demote_fails),
		TEST(test_demote_of_nothing),
		TEST(test_stop_of_an_orphan),
		TEST(test_older_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
