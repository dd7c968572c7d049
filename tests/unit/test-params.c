// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "ocf/agent.h"
#include "ocf/params.h"
#include "scratch.h"
#include "values.h"

struct every {
	const char *string;
	long integer;
	bool boolean;
	int choice;
	long long duration;
	struct inet address;
	struct inet_list addresses;
	int port;
	const char *path;
	const char *secret;
};

static const char *const every_choices[] = {"low", "high", NULL};

#define IN(kind, member) FIELD(kind, struct every, member)

static const struct param every_params[] = {
	{.name = "string", IN(PARAM_STRING, string), .required = true, .brief = "a word"},
	{.name = "integer", IN(PARAM_INTEGER, integer), .min = -5, .max = 100},
	{.name = "boolean", IN(PARAM_BOOLEAN, boolean)},
	{.name = "choice", IN(PARAM_CHOICE, choice), .choices = every_choices},
	{.name = "duration", IN(PARAM_DURATION, duration), .min = 10, .max = 60000},
	{.name = "address", IN(PARAM_ADDRESS, address)},
	{.name = "addresses", IN(PARAM_ADDRESSES, addresses)},
	{.name = "port", IN(PARAM_PORT, port)},
	{.name = "path", IN(PARAM_PATH, path)},
	{.name = "secret", IN(PARAM_SECRET_FILE, secret)},
	{.name = "word", .standing = PARAM_ALIAS, .instead = "string"},
	{.name = "cord", .standing = PARAM_ALIAS, .instead = "string"},
	{.name = "useless", .standing = PARAM_IGNORED, .instead = "nobody needs it"},
	{.name = "refused", .standing = PARAM_REFUSED, .instead = "write string instead"},
	{.name = NULL},
};

/* The parameters together: a string "odd" is wrong with a number that is even. */
static int every_check(const void *config, struct fault *fault)
{
	const struct every *every = config;

	if (strcmp(every->string, "odd") || every->integer % 2)
		return 0;
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "odd needs an odd integer");
}

static const struct agent every_agent = {
	.name = "every",
	.params = every_params,
	.config_size = sizeof(struct every),
	.check = every_check,
};

static const struct param default_params[] = {
	{.name = "string", IN(PARAM_STRING, string), .fallback = "plain"},
	{.name = "integer", IN(PARAM_INTEGER, integer), .fallback = "7", .max = 100},
	{.name = "boolean", IN(PARAM_BOOLEAN, boolean), .fallback = "true"},
	{.name = "choice", IN(PARAM_CHOICE, choice), .fallback = "high", .choices = every_choices},
	{.name = "duration", IN(PARAM_DURATION, duration), .fallback = "10s", .max = 60000},
	{.name = "port", IN(PARAM_PORT, port), .fallback = "3306"},
	{.name = NULL},
};

static const struct agent default_agent = {
	.name = "default",
	.params = default_params,
	.config_size = sizeof(struct every),
};

static struct every *read_well(const struct agent *agent, const char *const *values)
{
	struct fault fault = FAULT_INIT;
	void *config = NULL;

	assert_int_equal(params_read(agent, values_source, values, &config, &fault), 0);
	assert_int_equal(fault.kind, FAULT_NONE);
	assert_non_null(config);
	return config;
}

static void read_badly(const char *const *values, const char *reason)
{
	struct fault fault = FAULT_INIT;
	void *config = NULL;

	assert_int_equal(params_read(&every_agent, values_source, values, &config, &fault),
			 -EINVAL);
	assert_null(config);
	assert_int_equal(fault.kind, FAULT_CONFIGURED);
	assert_string_equal(fault.reason, reason);
	/* Nobody may want to know why. */
	assert_int_equal(params_read(&every_agent, values_source, values, &config, NULL), -EINVAL);
}

static void test_unset(void **state)
{
	struct every *every = read_well(&every_agent, VALUES("string", "x", "path", ""));

	assert_string_equal(every->string, "x");
	assert_int_equal(every->integer, PARAM_UNSET);
	assert_false(every->boolean);
	assert_int_equal(every->choice, PARAM_UNSET_CHOICE);
	assert_int_equal(every->duration, PARAM_UNSET);
	assert_int_equal(every->address.family, 0);
	assert_int_equal(every->addresses.count, 0);
	assert_int_equal(every->port, 0);
	assert_null(every->path);
	assert_null(every->secret);
	params_release(&every_agent, every);
	params_release(&every_agent, NULL);
}

static void test_fallbacks(void **state)
{
	struct every *every = read_well(&default_agent, VALUES(NULL));

	assert_string_equal(every->string, "plain");
	assert_int_equal(every->integer, 7);
	assert_true(every->boolean);
	assert_int_equal(every->choice, 1);
	assert_int_equal(every->duration, 10000);
	assert_int_equal(every->port, 3306);
	params_release(&default_agent, every);
	every = read_well(&default_agent, VALUES("boolean", "no", "choice", "low", "integer", ""));
	assert_false(every->boolean);
	assert_int_equal(every->choice, 0);
	assert_int_equal(every->integer, 7);
	params_release(&default_agent, every);
}

static void test_values(void **state)
{
	char text[INET_TEXT_MAX];
	struct every *every =
		read_well(&every_agent,
			  VALUES("string", " as it is ", "integer", "-5", "boolean", "on", "choice",
				 "high", "duration", "10ms", "address", "192.0.2.1/24", "addresses",
				 "192.0.2.1,2001:db8::1/64", "port", "65535", "path", "/etc",
				 "secret", "/etc/secret", "unknown", "1"));

	assert_string_equal(every->string, " as it is ");
	assert_int_equal(every->integer, -5);
	assert_true(every->boolean);
	assert_int_equal(every->choice, 1);
	assert_int_equal(every->duration, 10);
	assert_string_equal(inet_text(&every->address, text), "192.0.2.1/24");
	assert_int_equal(every->addresses.count, 2);
	assert_string_equal(inet_text(&every->addresses.items[1], text), "2001:db8::1/64");
	assert_int_equal(every->port, 65535);
	assert_string_equal(every->path, "/etc");
	assert_string_equal(every->secret, "/etc/secret");
	params_release(&every_agent, every);
}

static void test_booleans(void **state)
{
	static const char *const yes[] = {"yes", "true", "1", "on", "ja", "YES", "True", "On"};
	static const char *const no[] = {"no", "false", "0", "off", "nein", "NO", "False", "oFF"};
	struct every *every;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		every = read_well(&every_agent, VALUES("string", "x", "boolean", yes[i]));
		assert_true(every->boolean);
		params_release(&every_agent, every);
		every = read_well(&every_agent, VALUES("string", "x", "boolean", no[i]));
		assert_false(every->boolean);
		params_release(&every_agent, every);
	}
}

static void test_wrong(void **state)
{
	static const char *const cases[][3] = {
		{"integer", "-6", "integer must be a whole number from -5 to 100, not '-6'"},
		{"integer", "101", "integer must be a whole number from -5 to 100, not '101'"},
		{"integer", "7 ", "integer must be a whole number from -5 to 100, not '7 '"},
		{"integer", "99999999999999999999",
		 "integer must be a whole number from -5 to 100, not '99999999999999999999'"},
		{"boolean", "maybe", "boolean must be true or false, not 'maybe'"},
		{"boolean", "2", "boolean must be true or false, not '2'"},
		{"choice", "High", "choice must be one of low high, not 'High'"},
		{"choice", "hig", "choice must be one of low high, not 'hig'"},
		{"duration", "9ms",
		 "duration must be a time from 10ms to 60000ms (10s, 500ms), not '9ms'"},
		{"duration", "61s",
		 "duration must be a time from 10ms to 60000ms (10s, 500ms), not '61s'"},
		{"duration", "soon",
		 "duration must be a time from 10ms to 60000ms (10s, 500ms), not 'soon'"},
		{"address", "host", "address must be an IPv4 or IPv6 address, not 'host'"},
		{"address", "192.0.2.1 192.0.2.2",
		 "address must be an IPv4 or IPv6 address, not '192.0.2.1 192.0.2.2'"},
		{"addresses", "192.0.2.1 host",
		 "addresses: 'host' is no IPv4 or IPv6 address with optional /prefix"},
		{"addresses", "::1 192.0.2.1/24 192.0.2.1/32", "addresses names 192.0.2.1 twice"},
		{"port", "0", "port must be a port from 1 to 65535, not '0'"},
		{"port", "65536", "port must be a port from 1 to 65535, not '65536'"},
		{"path", "relative", "path must be an absolute path, not 'relative'"},
		{"secret", "~/x", "secret must be an absolute path, not '~/x'"},
		{"refused", "anything", "refused: write string instead"},
		{"string", "odd", "odd needs an odd integer"},
		{"string", "", "string must be given: a word"},
		{"integer", "1111111111222222222233333333334444444444555",
		 "integer must be a whole number from -5 to 100, "
		 "not '1111111111222222222233333333334444444444'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		read_badly(VALUES(cases[i][0], cases[i][1], "string", "odd", "integer", "8"),
			   cases[i][2]);
}

/* Whatever a value is, the sentence about it is a line of whole characters. */
static void test_hostile_text(void **state)
{
	read_badly(VALUES("string", "x", "integer", "a\nb\x1b[31m\xff"),
		   "integer must be a whole number from -5 to 100, not 'a b [31m?'");
	/* The 40 bytes that are shown end within a character. */
	read_badly(VALUES("string", "x", "integer", "xäöüäöüäöüäöüäöüäöüäöüäöü"),
		   "integer must be a whole number from -5 to 100, not 'xäöüäöüäöüäöüäöüäöüä?'");
}

static void test_aliases(void **state)
{
	struct every *every = read_well(&every_agent, VALUES("cord", "c"));
	const char *const *values = VALUES("word", "w", "string", "", "useless", "1", "cord", "c");
	char text[256];

	assert_string_equal(every->string, "c");
	params_release(&every_agent, every);
	every = read_well(&every_agent, VALUES("word", "w", "string", "s"));
	assert_string_equal(every->string, "s");
	params_release(&every_agent, every);
	assert_string_equal(params_remark(&every_agent, values_source, values, 0, text),
			    "word is an older name: write string");
	assert_string_equal(params_remark(&every_agent, values_source, values, 1, text),
			    "cord is an older name: write string");
	assert_string_equal(params_remark(&every_agent, values_source, values, 2, text),
			    "useless has no effect: nobody needs it");
	assert_null(params_remark(&every_agent, values_source, values, 3, text));
	assert_null(params_remark(&every_agent, values_source, VALUES("useless", ""), 0, text));
}

static void test_find(void **state)
{
	assert_ptr_equal(params_find(&every_agent, "port"), &every_params[7]);
	assert_ptr_equal(params_find(&every_agent, "word"), &every_params[10]);
	assert_null(params_find(&every_agent, "Port"));
	assert_null(params_find(&every_agent, ""));
	assert_string_equal(params_text(&every_agent, &every_params[0], values_source,
					VALUES("word", "w")),
			    "w");
	assert_null(
		params_text(&every_agent, &every_params[1], values_source, VALUES("word", "w")));
	assert_string_equal(
		params_text(&default_agent, &default_params[1], values_source, VALUES(NULL)), "7");
}

static void test_environment(void **state)
{
	char name[200];

	assert_int_equal(setenv("OCF_RESKEY_string", "from there", 1), 0);
	assert_string_equal(params_environment("string", NULL), "from there");
	assert_null(params_environment("other", NULL));
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_null(params_environment(name, NULL));
}

static int check_secret(struct scratch *scratch, struct fault *fault)
{
	struct every *every = read_well(&every_agent, VALUES("string", "x", "secret",
							     scratch_path(scratch, "secret")));
	int r;

	*fault = FAULT_INIT;
	r = params_check_secrets(&every_agent, every, fault);
	params_release(&every_agent, every);
	return r;
}

static void test_secrets(void **state)
{
	static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0666};
	struct every none = {.secret = NULL};
	struct fault fault;

	assert_int_equal(params_check_secrets(&every_agent, &none, NULL), 0);
	assert_int_equal(check_secret(*state, &fault), -ENOENT);
	assert_int_equal(fault.kind, FAULT_ARGS);
	scratch_write(*state, "secret", "hidden");
	assert_int_equal(chmod(scratch_path(*state, "secret"), 0600), 0);
	assert_int_equal(check_secret(*state, &fault), 0);
	assert_int_equal(chmod(scratch_path(*state, "secret"), 0400), 0);
	assert_int_equal(check_secret(*state, &fault), 0);
	for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		assert_int_equal(chmod(scratch_path(*state, "secret"), open_modes[i]), 0);
		assert_int_equal(check_secret(*state, &fault), -EPERM);
		assert_int_equal(fault.kind, FAULT_PERM);
		assert_null(strstr(fault.reason, "hidden"));
	}
	assert_int_equal(unlink(scratch_path(*state, "secret")), 0);
	assert_int_equal(mkdir(scratch_path(*state, "secret"), 0700), 0);
	assert_int_equal(check_secret(*state, &fault), -EPERM);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unset),    TEST(test_fallbacks), TEST(test_values),
		TEST(test_booleans), TEST(test_wrong),	   TEST(test_hostile_text),
		TEST(test_aliases),  TEST(test_find),	   TEST(test_environment),
		TEST(test_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
