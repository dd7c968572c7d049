// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "cloud/secret.h"
#include "tests/unit/scratch.h"

static void test_token(void **state)
{
	static const struct {
		const char *text, *token;
	} cases[] = {
		{"abc", "abc"},		{"abc\n", "abc"}, {"\n \tabc def\nghi", "abc"},
		{"abc\r\nmore", "abc"}, {"", NULL},	  {" \r\n\t", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_SECRET struct secret secret = SECRET_INIT;

		assert_int_equal(secret_copy(cases[i].text, NULL, &secret), 0);
		for (int again = 0; again < 2; again++) {
			const char *token = secret_token(&secret);

			if (cases[i].token)
				assert_string_equal(token ? token : "(none)", cases[i].token);
			else
				assert_null(token);
		}
	}
	assert_null(secret_token(&SECRET_INIT));
}

static void test_value(void **state)
{
	static const struct {
		const char *text, *name, *value;
	} cases[] = {
		{"A=1\nB=2\n", "B", "2"},
		{"[default]\naws_key = x/y+z=\n", "AWS_KEY", "x/y+z="},
		{"export A=\"two words\"\n", "A", "two words"},
		{"A='x'", "A", "x"},
		{"A='x\"", "A", "'x\""},
		{"A=\"", "A", "\""},
		{"  A =  1  \r\n", "A", "1"},
		{"A=\n", "A", ""},
		{"A=1\nA=2\n", "A", "1"},
		{"AB=1\n", "A", NULL},
		{"B=A=1\n", "A", NULL},
		{"#A=1\n", "A", NULL},
		{"A\n", "A", NULL},
		{"", "A", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_SECRET struct secret secret = SECRET_INIT;
		AUTO_SECRET struct secret value = SECRET_INIT;

		assert_int_equal(secret_copy(cases[i].text, NULL, &secret), 0);
		assert_int_equal(secret_value(&secret, cases[i].name, &value),
				 cases[i].value ? 0 : -ENOENT);
		if (cases[i].value)
			assert_string_equal(value.text, cases[i].value);
	}
	assert_int_equal(secret_value(&SECRET_INIT, "A", &(struct secret){.text = NULL}), -ENOENT);
}

/* What reading the file comes to; the reason names it, and never shows it. */
static int read_with(struct scratch *scratch, mode_t mode, struct fault *fault)
{
	AUTO_SECRET struct secret secret = SECRET_INIT;
	const char *path;
	int r;

	scratch_write(scratch, "key", "hush hush\n");
	path = scratch_path(scratch, "key");
	assert_int_equal(chmod(path, mode), 0);
	*fault = FAULT_INIT;
	r = secret_read(path, fault, &secret);
	if (r) {
		assert_null(secret.text);
		assert_non_null(strstr(fault->reason, "key"));
		assert_null(strstr(fault->reason, "hush"));
	} else {
		assert_string_equal(secret.text, "hush hush\n");
		secret_wipe(&secret);
		assert_null(secret.text);
	}
	return r;
}

static void test_read(void **state)
{
	static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0666, 0644};
	AUTO_SECRET struct secret secret = SECRET_INIT;
	struct scratch *scratch = *state;
	struct fault fault;

	assert_int_equal(read_with(scratch, 0600, &fault), 0);
	assert_int_equal(read_with(scratch, 0700, &fault), 0);
	for (size_t i = 0; i < ARRAY_SIZE(open_modes); i++) {
		assert_int_equal(read_with(scratch, open_modes[i], &fault), -EPERM);
		assert_int_equal(fault.kind, FAULT_PERM);
	}
	assert_int_equal(secret_read(scratch_path(scratch, "none"), &fault, &secret), -ENOENT);
	assert_int_equal(fault.kind, FAULT_ARGS);
	assert_int_equal(chmod(scratch->directory, 0700), 0);
	assert_int_equal(secret_read(scratch->directory, &fault, &secret), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_value),
		cmocka_unit_test_setup_teardown(test_read, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
