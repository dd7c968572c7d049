// SPDX-License-Identifier: BSD-3-Clause

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/log.h"
#include "scratch.h"

static void let(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

/* What a line at this level says on stderr. */
static void say(int level, bool quiet, char *text, size_t size)
{
	struct capture capture = capture_begin();
	struct log log;

	log_init(&log, "vip", "web");
	if (quiet)
		log_quiet_line(&log, level, "event %d", 7);
	else
		log_line(&log, level, "event %d", 7);
	capture_end(&capture, text, size);
}

static void expect(int level, bool quiet, const char *word)
{
	char text[2048], wanted[128] = "";

	if (word)
		(void)snprintf(wanted, sizeof(wanted), "vip(web)[%d]: %s: event 7\n", (int)getpid(),
			       word);
	say(level, quiet, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void test_stderr(void **state)
{
	expect(LOG_ERR, false, "ERROR");
	expect(LOG_WARNING, false, "WARNING");
	expect(LOG_INFO, false, "INFO");
	expect(LOG_DEBUG, false, NULL);
	expect(LOG_ERR, true, NULL);
	let("HA_LOGFACILITY", "none");
	let("HA_LOGFILE", "");
	expect(LOG_INFO, false, "INFO");
}

static void test_debug(void **state)
{
	let("HA_debug", "0");
	expect(LOG_DEBUG, false, NULL);
	let("HA_debug", "");
	expect(LOG_DEBUG, false, NULL);
	let("HA_debug", "1");
	expect(LOG_DEBUG, false, "DEBUG");
}

static void expect_file(struct scratch *scratch, const char *name, const char *text)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	assert_int_equal(file_read(scratch_path(scratch, name), 65536, &buf), 0);
	assert_non_null(strstr(buf.data, text));
	assert_ptr_equal(strchr(buf.data, '\n'), buf.data + buf.length - 1);
	(void)unlink(scratch_path(scratch, name));
}

static void test_file(void **state)
{
	let("HA_LOGFILE", scratch_path(*state, "log"));
	expect(LOG_INFO, false, NULL);
	expect_file(*state, "log", ": INFO: event 7\n");
	expect(LOG_ERR, true, NULL);
	expect_file(*state, "log", ": ERROR: event 7\n");
	expect(LOG_DEBUG, false, NULL);
	assert_int_equal(scratch_count(*state, ""), 0);
	let("HA_debug", "1");
	let("HA_DEBUGLOG", scratch_path(*state, "debug"));
	expect(LOG_DEBUG, false, NULL);
	expect_file(*state, "log", ": DEBUG: event 7\n");
	expect_file(*state, "debug", ": DEBUG: event 7\n");
	expect(LOG_INFO, false, NULL);
	assert_int_equal(scratch_count(*state, ""), 1);
}

/* A file that cannot be written must not disturb anything. */
static void test_no_file(void **state)
{
	let("HA_logfile", scratch_path(*state, "none/log"));
	expect(LOG_ERR, false, NULL);
	scratch_write(*state, "target", "");
	assert_int_equal(symlink("target", scratch_path(*state, "link")), 0);
	let("HA_logfile", scratch_path(*state, "link"));
	expect(LOG_ERR, false, NULL);
	assert_int_equal(truncate(scratch_path(*state, "target"), 0), 0);
}

static void test_one_line(void **state)
{
	struct capture capture = capture_begin();
	char text[8192], big[5000];
	struct log log;

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_init(&log, "vip", NULL);
	log_line(&log, LOG_INFO, "one\ntwo\x1b[31m%s", "\xff");
	log_line(&log, LOG_INFO, "%s", big);
	capture_end(&capture, text, sizeof(text));
	assert_non_null(strstr(text, "]: INFO: one two [31m?\n"));
	assert_in_range(strlen(text), 1024, 1024 + 128);
}

static void test_tag(void **state)
{
	char name[1000];
	struct log log;

	log_init(&log, "vip", "");
	assert_null(strchr(log.tag, '('));
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	log_init(&log, "vip", name);
	assert_memory_equal(log.tag, "vip(nnn", 7);
	assert_non_null(strstr(log.tag, ")["));
	log_init(&log, "vip", "two\nlines");
	assert_memory_equal(log.tag, "vip(two lines)[", 15);
}

/* A person at a terminal reads it there, whatever the cluster's settings are. */
static void test_terminal(void **state)
{
	AUTO_CLOSE int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	AUTO_CLOSE int saved = dup(STDERR_FILENO);
	AUTO_CLOSE int side = -1;
	char text[512] = "";
	struct log log;

	assert_true(terminal >= 0 && !grantpt(terminal) && !unlockpt(terminal));
	side = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(side >= 0 && dup2(side, STDERR_FILENO) == STDERR_FILENO);
	let("HA_LOGFILE", scratch_path(*state, "log"));
	log_init(&log, "vip", "web");
	log_quiet_line(&log, LOG_INFO, "silent");
	log_line(&log, LOG_INFO, "spoken");
	(void)dup2(saved, STDERR_FILENO);
	assert_true(read(terminal, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "]: INFO: spoken"));
	assert_null(strstr(text, "silent"));
	assert_int_equal(scratch_count(*state, ""), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stderr),   TEST(test_debug), TEST(test_file),	    TEST(test_no_file),
		TEST(test_one_line), TEST(test_tag),   TEST(test_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
