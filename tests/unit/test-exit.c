// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/file.h"
#include "ocf/exit.h"
#include "scratch.h"

static void test_code(void **state)
{
	static const struct {
		enum fault_kind kind;
		int code;
	} cases[] = {
		{FAULT_NONE, OCF_ERR_GENERIC},	  {FAULT_GENERIC, OCF_ERR_GENERIC},
		{FAULT_ARGS, OCF_ERR_ARGS},	  {FAULT_CONFIGURED, OCF_ERR_CONFIGURED},
		{FAULT_PERM, OCF_ERR_PERM},	  {FAULT_INSTALLED, OCF_ERR_INSTALLED},
		{FAULT_TIMEOUT, OCF_ERR_GENERIC},
	};
	struct fault fault = FAULT_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fault.kind = cases[i].kind;
		assert_int_equal(exit_code(-EIO, &fault), cases[i].code);
		assert_int_equal(exit_code(OCF_SUCCESS, &fault), OCF_SUCCESS);
		assert_int_equal(exit_code(OCF_DEGRADED, &fault), OCF_DEGRADED);
	}
}

/* What the end of an action says on stderr, where the log does not go. */
static void end(struct scratch *scratch, const char *reason, int code, char said[1024])
{
	struct capture capture = capture_begin();
	struct fault fault = FAULT_INIT;
	struct log log;

	(void)setenv("HA_LOGFILE", scratch_path(scratch, "log"), 1);
	log_init(&log, "vip", "web");
	if (reason)
		(void)fault_set(&fault, FAULT_GENERIC, -EIO, "%s", reason);
	exit_reason(&log, &fault, code);
	capture_end(&capture, said, 1024);
}

static void test_reason(void **state)
{
	AUTO_BUF struct buf log = BUF_INIT;
	char said[1024];

	end(*state, "it broke", OCF_ERR_GENERIC, said);
	assert_string_equal(said, "ocf-exit-reason:it broke\n");
	assert_int_equal(file_read(scratch_path(*state, "log"), 4096, &log), 0);
	assert_non_null(strstr(log.data, ": ERROR: it broke\n"));
	(void)setenv("OCF_EXIT_REASON_PREFIX", "because ", 1);
	end(*state, "it broke", OCF_ERR_GENERIC, said);
	assert_string_equal(said, "because it broke\n");
	(void)setenv("OCF_EXIT_REASON_PREFIX", "", 1);
	end(*state, "it broke", OCF_ERR_GENERIC, said);
	assert_string_equal(said, "ocf-exit-reason:it broke\n");
	end(*state, NULL, OCF_ERR_GENERIC, said);
	assert_string_equal(said, "");
}

static void test_success_is_silent(void **state)
{
	char said[1024];

	end(*state, "left behind", OCF_SUCCESS, said);
	assert_string_equal(said, "");
	end(*state, "left behind", OCF_RUNNING_PROMOTED, said);
	assert_string_equal(said, "");
	assert_int_equal(scratch_count(*state, ""), 0);
}

static void test_level(void **state)
{
	static const struct {
		int code;
		const char *word;
	} cases[] = {
		{OCF_NOT_RUNNING, ": INFO: "},		{OCF_DEGRADED, ": WARNING: "},
		{OCF_DEGRADED_PROMOTED, ": WARNING: "}, {OCF_FAILED_PROMOTED, ": ERROR: "},
		{OCF_ERR_INSTALLED, ": ERROR: "},
	};
	char said[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf log = BUF_INIT;

		end(*state, "so it is", cases[i].code, said);
		assert_string_equal(said, "ocf-exit-reason:so it is\n");
		assert_int_equal(file_read(scratch_path(*state, "log"), 4096, &log), 0);
		assert_non_null(strstr(log.data, cases[i].word));
		assert_int_equal(unlink(scratch_path(*state, "log")), 0);
	}
}

/* Pacemaker keeps 128 bytes, and half a character would spoil its XML. */
static void test_cut(void **state)
{
	const size_t prefix = strlen("ocf-exit-reason:");
	char said[1024], reason[201];

	memset(reason, 'x', 200);
	reason[200] = '\0';
	end(*state, reason, OCF_ERR_GENERIC, said);
	assert_int_equal(strlen(said), prefix + OCF_REASON_MAX + 1);
	memcpy(reason + OCF_REASON_MAX - 1, "é", 2);
	end(*state, reason, OCF_ERR_GENERIC, said);
	assert_int_equal(strlen(said), prefix + OCF_REASON_MAX - 1 + 1);
	assert_string_equal(said + strlen(said) - 3, "xx\n");
	reason[OCF_REASON_MAX + 1] = '\0';
	memcpy(reason + OCF_REASON_MAX - 2, "éx", 3);
	end(*state, reason, OCF_ERR_GENERIC, said);
	assert_string_equal(said + strlen(said) - 4, "xé\n");
}

static void test_terminal(void **state)
{
	AUTO_CLOSE int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	AUTO_CLOSE int saved = dup(STDERR_FILENO);
	AUTO_CLOSE int side = -1;
	struct fault fault = FAULT_INIT;
	char text[512] = "";
	struct log log;

	assert_true(terminal >= 0 && !grantpt(terminal) && !unlockpt(terminal));
	side = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	(void)fault_set(&fault, FAULT_GENERIC, -EIO, "it broke");
	log_init(&log, "vip", "web");
	assert_true(side >= 0 && dup2(side, STDERR_FILENO) == STDERR_FILENO);
	exit_reason(&log, &fault, OCF_ERR_GENERIC);
	(void)dup2(saved, STDERR_FILENO);
	assert_true(read(terminal, text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "it broke\r\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_code),  TEST(test_reason), TEST(test_success_is_silent),
		TEST(test_level), TEST(test_cut),    TEST(test_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
