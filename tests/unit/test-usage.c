// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "ocf/agent.h"
#include "ocf/usage.h"

#define TEN_WORDS "ten words that are here to be broken into lines "

static const char *const choices[] = {"low", "high", NULL};

static const struct param params[] = {
	{.name = "given", .required = true, .text = "Has to be given."},
	{.name = "kept",
	 .fallback = "7",
	 .choices = choices,
	 .text = TEN_WORDS TEN_WORDS TEN_WORDS},
	{.name = "free", .text = "First.\n\nSecond.\nStill second."},
	{.name = "older", .standing = PARAM_ALIAS, .instead = "free", .text = "An alias."},
	{.name = "gone", .standing = PARAM_IGNORED, .instead = "it is", .text = "Ignored."},
	{.name = "never", .standing = PARAM_REFUSED, .instead = "no", .text = "Refused."},
	{.name = NULL},
};

static const struct action actions[] = {
	{.name = "start", .timeout = "20s"},
	{.name = "monitor", .timeout = "20s", .interval = "10s"},
	{.name = "monitor", .timeout = "20s", .interval = "11s", .role = "Promoted"},
	{.name = "meta-data", .timeout = "5s"},
	{.name = NULL},
};

static const struct agent fake = {
	.name = "fake",
	.version = "1.2.3",
	.brief = "stands for one",
	.text = "Does nothing.",
	.example = "given=1",
	.params = params,
	.actions = actions,
};

static void test_whole(void **state)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	usage_print(&fake, stream);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(
		text,
		"fake 1.2.3 - stands for one\n"
		"\n"
		"Usage: fake ACTION [PARAMETER=VALUE ...]\n"
		"       (Pacemaker gives parameters as OCF_RESKEY_PARAMETER in the environment)\n"
		"\n"
		"Does nothing.\n"
		"\n"
		"Actions: start monitor meta-data\n"
		"\n"
		"Parameters:\n"
		"  given (required)\n"
		"      Has to be given.\n"
		"  kept (default 7) one of low high\n"
		"      ten words that are here to be broken into lines ten words that are here to be"
		" broken into\n"
		"      lines ten words that are here to be broken into lines\n"
		"  free\n"
		"      First.\n"
		"\n"
		"      Second. Still second.\n"
		"\n"
		"Example: fake start given=1\n"
		"Manual: man 7 ocf_quorate_fake\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
