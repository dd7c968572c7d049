// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "fake.h"
#include "ocf/call.h"
#include "ocf/params.h"

static struct call begin(struct fake *fake, const char *action)
{
	struct call call;

	assert_int_equal(call_init(&call, &fake->agent, action), 0);
	assert_int_equal(call.fault.kind, FAULT_NONE);
	return call;
}

/* The name of the record of an instance, without directory. */
static void file_of(struct fake *fake, const char *instance, char name[512])
{
	struct call call;

	fake_let("OCF_RESOURCE_INSTANCE", instance);
	call = begin(fake, "start");
	assert_memory_equal(call.record_path, fake->scratch->directory,
			    strlen(fake->scratch->directory));
	(void)snprintf(name, 512, "%s", strrchr(call.record_path, '/') + 1);
	assert_memory_equal(strrchr(call.lock_path, '/') + 1, name, strlen(name) - 6);
	assert_string_equal(strrchr(call.lock_path, '.'), ".lock");
	call_release(&call);
}

static void test_instance(void **state)
{
	struct fake *fake = *state;
	struct call call = begin(fake, "start");

	assert_string_equal(call.instance, "web");
	fake_let("OCF_RESOURCE_INSTANCE", "");
	call = begin(fake, "start");
	assert_string_equal(call.instance, "a");
	fake_let("name", NULL);
	call = begin(fake, "start");
	assert_string_equal(call.instance, "fake");
	fake_let("title", "by its older name");
	call = begin(fake, "start");
	assert_string_equal(call.instance, "by its older name");
}

static void test_file_names(void **state)
{
	static const char *const cases[][2] = {
		{"web", "fake-web.state"},
		{"web:0", "fake-web%3A0.state"},
		{"Web_2-x.y", "fake-Web_2-x.y.state"},
		{"..", "fake-%2E..state"},
		{"../../etc/passwd", "fake-%2E.%2F..%2Fetc%2Fpasswd.state"},
		{"2001:db8::1/64 192.0.2.1", "fake-2001%3Adb8%3A%3A1%2F64%20192.0.2.1.state"},
		{"a%2Fb", "fake-a%252Fb.state"},
		{"é\n", "fake-%C3%A9%0A.state"},
	};
	char name[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		file_of(*state, cases[i][0], name);
		assert_string_equal(name, cases[i][1]);
	}
}

/* Names that differ anywhere have records that differ, and all of them are file names. */
static void test_long_names(void **state)
{
	static const char fill[] = "x/";
	char instance[4002] = "", name[512], before[512] = "", first[512] = "";

	for (size_t kind = 0; kind < 2; kind++)
		for (size_t length = 1; length < 4000; length += length < 200 ? 1 : 379) {
			memset(instance, fill[kind], length);
			instance[length] = '\0';
			file_of(*state, instance, name);
			assert_in_range(strlen(name), 12, 200);
			assert_string_not_equal(name, before);
			(void)snprintf(before, sizeof(before), "%s", name);
			instance[length - 1] = 'y';
			file_of(*state, instance, name);
			assert_string_not_equal(name, before);
			assert_string_not_equal(name, first);
			(void)snprintf(first, sizeof(first), "%s", name);
		}
}

static void test_long_instance(void **state)
{
	struct fake *fake = *state;
	char instance[1001] = "";
	struct call call;

	for (size_t i = 0; i < 1000; i += 2)
		memcpy(instance + i, "é", 2);
	fake_let("OCF_RESOURCE_INSTANCE", instance);
	call = begin(fake, "start");
	assert_int_equal(strlen(call.instance), sizeof(call.instance) - 2); /* no half character */
}

/* What is left for the action when so much is its timeout, in milliseconds. */
static int allowed(struct fake *fake, const char *action, const char *timeout)
{
	struct call call;

	fake_let("CRM_meta_timeout", timeout);
	call = begin(fake, action);
	return deadline_left(&call.deadline);
}

static void test_deadline(void **state)
{
	struct fake *fake = *state;

	assert_in_range(allowed(fake, "start", "20000"), 17000, 18000);
	assert_in_range(allowed(fake, "start", "8000"), 5000, 6000);
	assert_in_range(allowed(fake, "start", "4000"), 2001, 3000);
	assert_in_range(allowed(fake, "start", "100"), 0, 75);
	assert_in_range(allowed(fake, "start", "1"), 0, 1);
	/* Without one, and with Pacemaker's word for none, that of the metadata. */
	assert_in_range(allowed(fake, "start", NULL), 17000, 18000);
	assert_in_range(allowed(fake, "start", ""), 17000, 18000);
	assert_in_range(allowed(fake, "start", "0"), 17000, 18000);
	assert_in_range(allowed(fake, "no-action", NULL), 17000, 18000);
	assert_in_range(allowed(fake, "start", "31536000000"), 1 << 30, INT32_MAX);
}

static void test_unusable_timeout(void **state)
{
	static const char *const cases[] = {"soon",   "20s",	     "-1",
					    " 20000", "31536000001", "99999999999999999999"};
	struct fake *fake = *state;
	struct call call;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_let("CRM_meta_timeout", cases[i]);
		assert_int_equal(call_init(&call, &fake->agent, "monitor"), -EINVAL);
		assert_int_equal(call.fault.kind, FAULT_ARGS);
		assert_non_null(strstr(call.fault.reason, "CRM_meta_timeout must be"));
		call_release(&call);
		assert_in_range(allowed(fake, "stop", cases[i]), 17000, 18000);
		assert_in_range(allowed(fake, "demote", cases[i]), 17000, 18000);
	}
}

static void test_check_level(void **state)
{
	static const char *const bad[] = {"deep", "-1", "1001", "10 "};
	struct fake *fake = *state;
	struct call call = begin(fake, "monitor");

	assert_int_equal(call.check_level, 0);
	fake_let("OCF_CHECK_LEVEL", "10");
	call = begin(fake, "monitor");
	assert_int_equal(call.check_level, 10);
	call = begin(fake, "validate-all");
	assert_int_equal(call.check_level, 10);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fake_let("OCF_CHECK_LEVEL", bad[i]);
		assert_int_equal(call_init(&call, &fake->agent, "monitor"), -EINVAL);
		assert_int_equal(call.fault.kind, FAULT_ARGS);
		assert_int_equal(call_init(&call, &fake->agent, "validate-all"), -EINVAL);
		call = begin(fake, "stop");
		call = begin(fake, "start");
	}
	fake_let("OCF_CHECK_LEVEL", "");
	call = begin(fake, "monitor");
	assert_int_equal(call.check_level, 0);
}

static void test_kind(void **state)
{
	struct fake *fake = *state;
	struct call call = begin(fake, "monitor");

	assert_true(call.probe);
	assert_false(call.promotable);
	assert_int_equal(call.lock, -1);
	assert_int_equal(call.home_netns, -1);
	call = begin(fake, "start");
	assert_false(call.probe);
	fake_let("CRM_meta_interval", "0");
	call = begin(fake, "monitor");
	assert_true(call.probe);
	fake_let("CRM_meta_interval", "10000");
	call = begin(fake, "monitor");
	assert_false(call.probe);
	fake_let("CRM_meta_promoted_max", "1");
	call = begin(fake, "monitor");
	assert_true(call.promotable);
	fake_let("CRM_meta_promoted_max", "");
	fake_let("CRM_meta_master_max", "1");
	call = begin(fake, "monitor");
	assert_true(call.promotable);
}

static void test_load(void **state)
{
	struct fake *fake = *state;
	struct call call = begin(fake, "start");
	const struct fake_config *config;

	assert_int_equal(call_load(&call), 0);
	config = call.config;
	assert_string_equal(config->name, "a");
	assert_int_equal(config->size, 1);
	assert_null(call.started);
	assert_null(call_changed_param(&call));
	call_release(&call);
	fake_let("size", "many");
	call = begin(fake, "start");
	assert_int_equal(call_load(&call), -EINVAL);
	assert_null(call.config);
	assert_int_equal(call.fault.kind, FAULT_CONFIGURED);
	call_release(&call);
}

static void test_record(void **state)
{
	struct fake *fake = *state;
	struct call call = begin(fake, "start");
	const struct fake_config *started;

	fake_let("name", NULL);
	fake_let("title", "a\nb");
	assert_int_equal(call_load(&call), 0);
	assert_int_equal(call_record_params(&call), 0);
	assert_string_equal(record_get(&call.record, "param.name"), "a\nb");
	assert_string_equal(record_get(&call.record, "param.size"), "1");
	assert_null(record_get(&call.record, "param.secret"));
	assert_null(record_get(&call.record, "param.title"));
	assert_int_equal(record_save(&call.record, call.record_path), 0);
	assert_null(call.started);
	call_load_record(&call);
	started = call.started;
	assert_string_equal(started->name, "a\nb");
	assert_null(call_changed_param(&call));
	call_forget_record(&call);
	assert_null(call.started);
	assert_int_equal(call.record.count, 0);
	assert_int_equal(scratch_count(fake->scratch, ""), 0);
	call_release(&call);
}

static void expect_change(struct call *call, const char *name)
{
	const struct param *p = call_changed_param(call);

	assert_string_equal(p ? p->name : "", name);
}

static void test_changes(void **state)
{
	struct fake *fake = *state;
	struct call call = begin(fake, "start");

	scratch_write(fake->scratch, "fake-web.state", "param.name=a\nparam.size=1\n");
	assert_int_equal(call_load(&call), 0);
	expect_change(&call, "");
	fake_let("size", "2"); /* reloadable */
	expect_change(&call, "");
	fake_let("secret", "/x");
	expect_change(&call, "secret");
	fake_let("name", "b");
	expect_change(&call, "name");
	/* Of what is recorded and no longer given. */
	scratch_write(fake->scratch, "fake-web.state",
		      "param.name=b\nparam.size=1\nparam.secret=/x\n");
	fake_let("secret", NULL);
	call_load_record(&call);
	assert_non_null(call.started);
	expect_change(&call, "secret");
	scratch_write(fake->scratch, "fake-web.state", "role=active\n");
	call_load_record(&call);
	assert_null(call.started);
	expect_change(&call, "");
	assert_string_equal(record_get(&call.record, "role"), "active");
	call_release(&call);
}

static void test_run_directory(void **state)
{
	struct fake *fake = *state;

	assert_string_equal(call_run_directory(), fake->scratch->directory);
	assert_int_equal(setenv("QUORATE_RUNDIR", "", 1), 0);
	assert_string_equal(call_run_directory(), "/run/quorate");
	assert_int_equal(unsetenv("QUORATE_RUNDIR"), 0);
	assert_string_equal(call_run_directory(), "/run/quorate");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_instance),	  TEST(test_file_names), TEST(test_long_names),
		TEST(test_long_instance), TEST(test_deadline),	 TEST(test_unusable_timeout),
		TEST(test_check_level),	  TEST(test_kind),	 TEST(test_load),
		TEST(test_record),	  TEST(test_changes),	 TEST(test_run_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
