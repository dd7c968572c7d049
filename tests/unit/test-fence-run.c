// SPDX-License-Identifier: BSD-3-Clause
/*
 * The actions of a fence agent over a fake device with two plugs: what it answers is a script.
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

#include "ocf/agent.h"
#include "ocf/fence.h"

#define DEVICE_PLUGS 2

struct plug {
	enum fence_state state;
	int switches_after; /* looks from a request until the state is there; -1: never */
	enum fence_state wanted;
	int left; /* looks until then; -1: nothing is under way */
	int asked;
};

struct device {
	struct agent agent;
	struct fence_config config;
	struct fence fence;
	struct fence_ops ops;
	struct plug plugs[DEVICE_PLUGS];
	int answer; /* of ask */
	int status_error, cycle_result, checks, closed;
	bool was_off[DEVICE_PLUGS];
	char said[512]; /* on stdout */
};

static struct device device;

static struct plug *find(const char *name)
{
	return !strcmp(name, "a") ? &device.plugs[0] : !strcmp(name, "b") ? &device.plugs[1] : NULL;
}

static int device_status(struct fence *fence, const char *name, enum fence_state *ret_state)
{
	struct plug *plug = find(name);

	if (device.status_error)
		return fault_set(&fence->fault, FAULT_GENERIC, device.status_error, "no status");
	if (!plug) {
		*ret_state = FENCE_ABSENT;
		return 0;
	}
	if (plug->left > 0 && !--plug->left) {
		plug->state = plug->wanted;
		device.was_off[plug - device.plugs] |= plug->state == FENCE_OFF;
	}
	*ret_state = plug->state;
	return 0;
}

static int device_ask(struct fence *fence, const char *name, enum fence_state wanted)
{
	struct plug *plug = find(name);

	plug->asked++;
	if (device.answer)
		return fault_set(&fence->fault, FAULT_GENERIC, device.answer, "too busy");
	if (plug->wanted != wanted || plug->left <= 0) {
		plug->wanted = wanted;
		plug->left = plug->switches_after;
	}
	return FENCE_ACCEPTED;
}

static int device_cycle(struct fence *fence, const char *name)
{
	if (device.cycle_result)
		return fault_set(&fence->fault, FAULT_GENERIC, device.cycle_result, "no cycle");
	return 0;
}

static int device_check(struct fence *fence)
{
	device.checks++;
	return 0;
}

static int device_list(struct fence *fence, fence_take take, void *data)
{
	take("1", "a", FENCE_ON, data);
	take("2", "b\nc", FENCE_OFF, data);
	take("3", "d", FENCE_CHANGING, data);
	return 0;
}

static void device_close(struct fence *fence)
{
	device.closed++;
}

static int setup(void **state)
{
	device = (struct device){
		.ops = {.needs_plug = true,
			.close = device_close,
			.check = device_check,
			.status = device_status,
			.ask = device_ask,
			.list = device_list},
		.config = {.plug_separator = ",", .separator = ",", .status_sleep = 10},
		.plugs = {{.left = -1, .switches_after = 2}, {.left = -1, .switches_after = 3}},
	};
	device.agent = (struct agent){.name = "fence_test", .fence = &device.ops};
	device.fence = (struct fence){.agent = &device.agent, .config = &device.config};
	return 0;
}

/* Runs an action on plugs with so many milliseconds; the exit code. */
static int act(const char *action, const char *plug, long long milliseconds)
{
	char name[] = "/tmp/fence-run.XXXXXX";
	int file = mkstemp(name), saved, code;
	ssize_t length;

	assert_true(file >= 0);
	(void)unlink(name);
	(void)fflush(stdout);
	saved = dup(STDOUT_FILENO);
	(void)dup2(file, STDOUT_FILENO);
	device.fence.action = action;
	device.fence.fault = FAULT_INIT;
	device.fence.deadline = deadline_in(milliseconds);
	device.config.plug = plug;
	code = fence_run(&device.fence);
	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	length = pread(file, device.said, sizeof(device.said) - 1, 0);
	device.said[length < 0 ? 0 : length] = '\0';
	(void)close(saved);
	(void)close(file);
	return code;
}

static void test_off(void **state)
{
	assert_int_equal(act("off", "a", 2000), FENCE_DONE);
	assert_int_equal(device.plugs[0].state, FENCE_OFF);
	assert_int_equal(device.plugs[1].state, FENCE_ON);
	assert_int_equal(device.plugs[0].asked, 1);
	assert_string_equal(device.said, "Success: Powered OFF\n");
	assert_int_equal(device.closed, 1);
	assert_int_equal(act("off", "a", 2000), FENCE_DONE);
	assert_int_equal(device.plugs[0].asked, 1);
	assert_int_equal(act("on", "a", 2000), FENCE_DONE);
	assert_int_equal(device.plugs[0].state, FENCE_ON);
}

static void test_several(void **state)
{
	assert_int_equal(act("off", " a , b,", 2000), FENCE_DONE);
	assert_int_equal(device.plugs[0].state, FENCE_OFF);
	assert_int_equal(device.plugs[1].state, FENCE_OFF);
	device.plugs[0].state = device.plugs[1].state = FENCE_ON;
	device.plugs[1].switches_after = -1;
	assert_int_equal(act("off", "a,b", 300), FENCE_FAILED);
	assert_string_equal(device.said, "");
	device.config.plug_separator = "+";
	assert_int_equal(act("status", "a+b", 300), FENCE_DONE);
	assert_int_equal(act("status", "a,b", 300), FENCE_FAILED);
}

/* The device accepts and does nothing. */
static void test_liar(void **state)
{
	device.plugs[0].switches_after = -1;
	assert_int_equal(act("off", "a", 400), FENCE_FAILED);
	assert_int_equal(device.fence.fault.kind, FAULT_TIMEOUT);
	assert_non_null(strstr(device.fence.fault.reason, "timed out"));
	assert_int_equal(act("reboot", "a", 400), FENCE_FAILED);
	assert_int_equal(device.plugs[0].state, FENCE_ON);
}

static void test_busy(void **state)
{
	device.answer = FENCE_BUSY;
	assert_int_equal(act("off", "a", 300), FENCE_FAILED);
	assert_non_null(strstr(device.fence.fault.reason, "too busy"));
	assert_true(device.plugs[0].asked > 5);
	device.plugs[0].asked = 0;
	device.answer = FENCE_UNSURE;
	assert_int_equal(act("off", "a", 300), FENCE_FAILED);
	assert_int_equal(device.plugs[0].asked, 1);
	device.answer = -EACCES;
	assert_int_equal(act("off", "a", 300), FENCE_FAILED);
	assert_string_equal(device.fence.fault.reason, "too busy");
}

static void test_reboot(void **state)
{
	assert_int_equal(act("reboot", "a,b", 2000), FENCE_DONE);
	assert_true(device.was_off[0] && device.was_off[1]);
	assert_int_equal(device.plugs[0].wanted, FENCE_ON);
	assert_string_equal(device.said, "Success: Rebooted\n");
	assert_int_equal(device.fence.fault.kind, FAULT_NONE);
}

/* A node that stays off is fenced as well. */
static int refuse_on(struct fence *fence, const char *name, enum fence_state wanted)
{
	if (wanted == FENCE_ON)
		return fault_set(&fence->fault, FAULT_GENERIC, -EIO, "no current");
	return device_ask(fence, name, wanted);
}

static void test_reboot_stays_off(void **state)
{
	device.ops.ask = refuse_on;
	assert_int_equal(act("reboot", "a", 2000), FENCE_DONE);
	assert_int_equal(device.plugs[0].state, FENCE_OFF);
	assert_string_equal(device.fence.fault.reason,
			    "fenced, but it was not switched on again: no current");
}

static void test_cycle(void **state)
{
	device.config.method = FENCE_CYCLE;
	assert_int_equal(act("reboot", "a", 2000), FENCE_DONE);
	assert_true(device.was_off[0]);
	device.was_off[0] = false;
	device.plugs[0].state = FENCE_ON;
	device.ops.cycle = device_cycle;
	assert_int_equal(act("reboot", "a", 2000), FENCE_DONE);
	assert_false(device.was_off[0]);
	device.cycle_result = -EIO;
	assert_int_equal(act("reboot", "a", 2000), FENCE_FAILED);
	device.cycle_result = -ENOTSUP;
	assert_int_equal(act("reboot", "a", 2000), FENCE_DONE);
	assert_true(device.was_off[0]);
}

static void test_status(void **state)
{
	assert_int_equal(act("status", "a", 100), FENCE_DONE);
	assert_string_equal(device.said, "Status: ON\n");
	device.plugs[0].state = FENCE_OFF;
	assert_int_equal(act("status", "a", 100), FENCE_IS_OFF);
	assert_string_equal(device.said, "Status: OFF\n");
	assert_int_equal(act("status", "a,b", 100), FENCE_DONE);
	device.plugs[0].state = FENCE_CHANGING;
	assert_int_equal(act("status", "a", 100), FENCE_FAILED);
	assert_int_equal(act("status", "c", 100), FENCE_FAILED);
	assert_int_equal(act("status", NULL, 100), FENCE_FAILED);
	device.status_error = -EIO;
	assert_int_equal(act("status", "a", 100), FENCE_FAILED);
	assert_string_equal(device.said, "");
}

static void test_missing(void **state)
{
	assert_int_equal(act("off", "c", 100), FENCE_FAILED);
	device.config.missing_as_off = true;
	assert_int_equal(act("off", "c", 100), FENCE_DONE);
	assert_int_equal(act("status", "c", 100), FENCE_IS_OFF);
	device.status_error = -EIO;
	assert_int_equal(act("off", "c", 100), FENCE_FAILED);
}

static void test_monitor(void **state)
{
	assert_int_equal(act("monitor", NULL, 100), FENCE_DONE);
	assert_int_equal(device.checks, 1);
	device.plugs[0].state = FENCE_OFF;
	assert_int_equal(act("monitor", "a", 100), FENCE_DONE);
	assert_int_equal(act("monitor", "c", 100), FENCE_FAILED);
	assert_int_equal(device.checks, 1);
}

static void test_list(void **state)
{
	assert_int_equal(act("list", NULL, 100), FENCE_DONE);
	assert_string_equal(device.said, "1,a\n2,b c\n3,d\n");
	device.config.separator = "|";
	assert_int_equal(act("list-status", NULL, 100), FENCE_DONE);
	assert_string_equal(device.said, "1|a|on\n2|b c|off\n3|d|unknown\n");
}

static void test_plugs(void **state)
{
	char many[400] = "", name[200];

	for (int i = 0; i < 33; i++)
		(void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "p%d,", i);
	assert_int_equal(act("off", many, 100), FENCE_FAILED);
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(act("off", name, 100), FENCE_FAILED);
	assert_int_equal(act("off", " , ,", 100), FENCE_FAILED);
	device.ops.needs_plug = false;
	assert_int_equal(act("monitor", NULL, 100), FENCE_DONE);
}

static void test_names(void **state)
{
	size_t n = 0;

	for (const char *name; (name = fence_action(&device.ops, n)); n++)
		assert_string_not_equal(name, "diag");
	assert_int_equal(n, 10);
	device.ops.list = NULL;
	for (n = 0; fence_action(&device.ops, n); n++)
		assert_null(strstr(fence_action(&device.ops, n), "list"));
	assert_int_equal(n, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_off, setup),
		cmocka_unit_test_setup(test_several, setup),
		cmocka_unit_test_setup(test_liar, setup),
		cmocka_unit_test_setup(test_busy, setup),
		cmocka_unit_test_setup(test_reboot, setup),
		cmocka_unit_test_setup(test_reboot_stays_off, setup),
		cmocka_unit_test_setup(test_cycle, setup),
		cmocka_unit_test_setup(test_status, setup),
		cmocka_unit_test_setup(test_missing, setup),
		cmocka_unit_test_setup(test_monitor, setup),
		cmocka_unit_test_setup(test_list, setup),
		cmocka_unit_test_setup(test_plugs, setup),
		cmocka_unit_test_setup(test_names, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
