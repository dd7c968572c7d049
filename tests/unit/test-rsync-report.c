// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "rsync/outcome.h"
#include "rsync/report.h"

struct heard {
	char text[512];
};

static void heard_seen(enum change_kind kind, const char *path, void *data)
{
	struct heard *heard = data;
	size_t length = strlen(heard->text);

	(void)snprintf(heard->text + length, sizeof(heard->text) - length, "%c%s|", kind, path);
}

/* In pieces of every length, since a pipe gives what it likes. */
static void hear(const char *text, bool errors, struct report *report, struct heard *heard,
		 size_t piece)
{
	size_t length = strlen(text);

	*heard->text = '\0';
	report_init(report, heard_seen, heard);
	for (size_t at = 0; at < length; at += piece)
		report_feed(report, errors, text + at, length - at < piece ? length - at : piece);
	report_end(report);
}

/* As rsync 3.5.0 wrote it. */
static const char look[] = "*deleting   sp ace\n"
			   "*deleting   new\\#012line\n"
			   "*deleting   d/e/\n"
			   ".d..t...... ./\n"
			   ">f+++++++++ d/f\n"
			   "cd+++++++++ g/\n"
			   "cL+++++++++ ln\n"
			   ">f.st...... back\\#134#101slash\n"
			   "\n"
			   "Number of files: 1,234 (reg: 1,200, dir: 34)\n"
			   "Number of created files: 3 (reg: 2, dir: 1)\n"
			   "Number of deleted files: 3 (reg: 3)\n"
			   "sent 37 bytes  received 100 bytes  274.00 bytes/sec\n";

static void test_itemized(void **state)
{
	for (size_t piece = 1; piece < sizeof(look); piece += 7) {
		struct report report;
		struct heard heard = {""};

		hear(look, false, &report, &heard, piece);
		assert_string_equal(heard.text, "-sp ace|-new\nline|-d/e|+d/f|/g|+ln|"
						"+back\\#101slash|");
		assert_int_equal(report.deleted, 3);
		assert_int_equal(report.brought, 5);
		assert_int_equal(report.files, 1234);
		assert_int_equal(report.created, 3);
		assert_string_equal(report.error, "");
		assert_false(report.hidden);
		report_release(&report);
	}
}

static void test_errors(void **state)
{
	struct report report;
	struct heard heard = {""};

	hear("cannot delete non-empty directory: d\n", false, &report, &heard, 5);
	assert_true(report.hidden);
	assert_string_equal(report.error, "cannot delete non-empty directory: d");
	report_release(&report);
	hear("rsync: write failed on \"/x\": No space left on device (28)\nrsync error: more\n",
	     true, &report, &heard, 9);
	assert_true(report.full_disk);
	assert_non_null(strstr(report.error, "write failed"));
	assert_null(strstr(report.error, "more"));
	report_release(&report);
	/* As rsync 3.2.7-1+deb12u6 wrote it. */
	hear("invalid file mode 00 for d/1 [Receiver]\n"
	     "rsync error: protocol incompatibility (code 2) at flist.c(874) [Receiver=3.2.7]\n",
	     true, &report, &heard, 11);
	assert_true(report.unmarked);
	report_release(&report);
	hear("*deleting   invalid file mode 00 for d/1\n", false, &report, &heard, 11);
	assert_false(report.unmarked);
	report_release(&report);
	/* A name that looks like an item is one only on stdout. */
	hear(">f+++++++++ x\n", true, &report, &heard, 3);
	assert_int_equal(report.brought, 0);
	report_release(&report);
}

/* Names that a set may not hold are counted, not told. */
static void test_foreign(void **state)
{
	struct report report;
	struct heard heard = {""};
	char line[REPORT_LINE_MAX + 100];

	hear(">f+++++++++ ../x\n>f+++++++++ /etc/passwd\n*deleting   \n>f++ x\n>f+++++++++\n",
	     false, &report, &heard, 4);
	assert_string_equal(heard.text, "");
	assert_int_equal(report.brought, 2);
	report_release(&report);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	hear(line, false, &report, &heard, 4096);
	report_release(&report);
}

static void test_outcomes(void **state)
{
	static const struct {
		int code;
		bool stopped, hidden, full;
		enum outcome wanted;
	} rows[] = {
		{0, false, false, false, OUTCOME_DONE},
		{0, false, true, false, OUTCOME_PARTIAL},   /* T6: rc 0 hides it */
		{0, true, false, false, OUTCOME_DONE},	    /* it was ready before our signal */
		{23, false, false, false, OUTCOME_PARTIAL}, /* T4 */
		{24, false, false, false, OUTCOME_PARTIAL},
		{23, false, false, true, OUTCOME_SPACE},
		{11, false, false, true, OUTCOME_SPACE},
		{11, false, false, false, OUTCOME_BROKEN},
		{10, false, false, false, OUTCOME_NETWORK},
		{12, false, false, false, OUTCOME_NETWORK},
		{30, false, false, false, OUTCOME_NETWORK},
		{35, false, false, false, OUTCOME_NETWORK},
		{5, false, false, false, OUTCOME_AUTH},
		{25, false, false, false, OUTCOME_LIMIT},
		{20, true, false, false, OUTCOME_STOPPED},
		{20, false, false, false, OUTCOME_BROKEN},
		{1, false, false, false, OUTCOME_BROKEN},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(outcome_of(rows[i].code << 8, rows[i].stopped, rows[i].hidden,
					    rows[i].full),
				 rows[i].wanted);
	assert_int_equal(outcome_of(9, false, false, false), OUTCOME_BROKEN);
	assert_int_equal(outcome_of(9, true, false, false), OUTCOME_STOPPED);
}

static void test_delays(void **state)
{
	static const long long wanted[] = {1000, 1000, 2000, 4000, 8000, 16000, 30000, 30000};

	for (unsigned i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_int_equal(outcome_delay(i), wanted[i]);
	assert_int_equal(outcome_delay(4000000000U), 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_itemized), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_foreign),	 cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_delays),
	};

	return cmocka_run_group_tests_name("rsync-report", tests, NULL, NULL);
}
