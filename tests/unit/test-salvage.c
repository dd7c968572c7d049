// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/fault.h"
#include "ocf/agent.h"
#include "ocf/salvage.h"
#include "values.h"

struct thing {
	struct inet_list which;
	const char *where;
	long size, least;
};

#define IN(kind, member) FIELD(kind, struct thing, member)

static const struct param params[] = {
	{.name = "size", IN(PARAM_INTEGER, size), .fallback = "7", .max = 100},
	{.name = "which", IN(PARAM_ADDRESSES, which), .unique = "which"},
	{.name = "what", .standing = PARAM_ALIAS, .instead = "which"},
	{.name = "where", IN(PARAM_STRING, where)},
	{.name = "least", IN(PARAM_INTEGER, least), .fallback = "0", .max = 100},
	{.name = "refused", .standing = PARAM_REFUSED, .instead = "it is no more"},
	{.name = NULL},
};

static int check(const void *config, struct fault *fault)
{
	const struct thing *thing = config;

	if (thing->which.count && thing->size >= thing->least)
		return 0;
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "no thing, or too small a one");
}

static const struct agent agent_of_things = {
	.name = "things",
	.params = params,
	.config_size = sizeof(struct thing),
	.check = check,
};

static void expect(const char *const *values, const char *where, long size, long least)
{
	struct thing *thing;
	void *config = NULL;

	assert_int_equal(salvage_params(&agent_of_things, values_source, values, &config), 0);
	thing = config;
	assert_int_equal(thing->which.count, 1);
	assert_string_equal(thing->where ? thing->where : "", where);
	assert_int_equal(thing->size, size);
	assert_int_equal(thing->least, least);
	params_release(&agent_of_things, config);
}

static void test_all(void **state)
{
	expect(VALUES("which", "192.0.2.1"), "", 7, 0);
	expect(VALUES("size", "9", "what", "192.0.2.1", "where", "here", "least", "9"), "here", 9,
	       9);
}

static void test_some(void **state)
{
	expect(VALUES("which", "192.0.2.1", "size", "many", "where", "here"), "here", 7, 0);
	expect(VALUES("which", "192.0.2.1", "refused", "1", "where", "here", "least", "-1"), "here",
	       7, 0);
	/* Each is right, and the two are not right together: the first counts. */
	expect(VALUES("which", "192.0.2.1", "least", "50", "size", "20"), "", 20, 0);
	expect(VALUES("which", "192.0.2.1", "least", "50", "size", "60"), "", 60, 50);
}

static void test_none(void **state)
{
	const char *const *const cases[] = {
		VALUES(NULL),
		VALUES("which", "nonsense", "size", "9"),
		VALUES("which", "", "where", "here"),
		VALUES("which", "192.0.2.1 192.0.2.1"),
		VALUES("what", "nonsense"),
	};
	void *config = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(salvage_params(&agent_of_things, values_source, cases[i], &config),
				 -EINVAL);
	assert_null(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_some),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
