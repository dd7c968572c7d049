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

#include "base/buf.h"
#include "base/fault.h"
#include "ocf/record.h"
#include "rsync/config.h"
#include "rsync/hook_text.h"
#include "rsync/standing.h"

static int read_config(const char *text, struct rsync_config **config, struct record *record,
		       struct fault *fault)
{
	*fault = FAULT_INIT;
	assert_int_equal(record_parse(record, text, strlen(text)), 0);
	return config_read(record, config, fault);
}

static void test_defaults(void **state)
{
	AUTO_RECORD struct record record = RECORD_INIT;
	AUTO_CONFIG struct rsync_config *c = NULL;
	struct fault fault;

	assert_int_equal(read_config("param.directory=/srv/www\nparam.secrets_file=/etc/s\n", &c,
				     &record, &fault),
			 0);
	assert_string_equal(c->directory, "/srv/www");
	assert_int_equal(c->interval, 60000);
	assert_int_equal(c->debounce, 50);
	assert_int_equal(c->port, 1873);
	assert_int_equal(c->max_delete, 1000);
	assert_int_equal(c->transport, CONFIG_RSYNC);
	assert_int_equal(c->mode, CONFIG_LIVE);
	assert_true(c->owner && c->partial);
}

static void test_refused(void **state)
{
	static const char *const rows[][2] = {
		{"", "secrets_file"},
		{"secrets_file=/etc/s\nparam.directory=/srv/../etc", "directory"},
		{"secrets_file=/etc/s\nparam.directory=/srv/www/", "directory"},
		{"secrets_file=/etc/s\nparam.directory=/", "directory"},
		{"secrets_file=/etc/s\nparam.directory=/srv/a#b", "directory"},
		{"secrets_file=/etc/s\nparam.conflict_dir=/srv/www/x", "conflict_dir"},
		{"secrets_file=/etc/s\nparam.network=10.0.0.1", "network"},
		{"secrets_file=/etc/s\nparam.ssh_key_file=/x", "ssh_key_file"},
		{"transport=ssh\nparam.ssh_key_file=/etc/a b", "ssh_key_file"},
		{"transport=ssh\nparam.secrets_file=/etc/s", "secrets_file"},
		{"transport=tls", "tls_certificate_file"},
		{"secrets_file=/etc/s\nparam.tls_ca_file=/etc/ca", "tls_"},
		{"secrets_file=/etc/s\nparam.mode=snapshot", "conflict_dir"},
		{"secrets_file=/etc/s\nparam.exclude=a***", "exclude"},
		{"secrets_file=/etc/s\nparam.hooks=make", "hooks"},
		{"secrets_file=/etc/s\nparam.hooks=a b => make", "hooks"},
		{"secrets_file=/etc/s\nparam.hooks=*.conf =>", "hooks"},
		{"secrets_file=/etc/s\nparam.lag_fail=1s", "lag_fail"},
		{"secrets_file=/etc/s\nparam.interval=10ms", "interval"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_RECORD struct record record = RECORD_INIT;
		AUTO_CONFIG struct rsync_config *c = NULL;
		AUTO_BUF struct buf text = BUF_INIT;
		struct fault fault;

		buf_addf(&text, "param.directory=/srv/www\nparam.%s\n", rows[i][0]);
		assert_int_equal(read_config(text.data, &c, &record, &fault), -EINVAL);
		if (!strstr(fault.reason, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], fault.reason);
		assert_int_equal(fault.kind, FAULT_CONFIGURED);
	}
}

static void test_hooks(void **state)
{
	AUTO_HOOK_LIST struct hook_list list = HOOK_LIST_INIT;
	struct fault fault = FAULT_INIT;

	assert_int_equal(hook_list_read(NULL, &list, &fault), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(hook_list_read("  *.conf =>  make -C /etc ; \n a/ => x \\; y => z;", &list,
					&fault),
			 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].pattern, "*.conf");
	assert_string_equal(list.items[0].command, "make -C /etc");
	assert_string_equal(list.items[1].pattern, "a/");
	assert_string_equal(list.items[1].command, "x ; y => z");
}

static void test_standing(void **state)
{
	const struct standing told = {.source = true,
				      .quorate = true,
				      .generation = 1ULL << 40,
				      .sequence = 2,
				      .lag = 3,
				      .pending = 4,
				      .score = -5,
				      .held = true,
				      .text = "a sentence"};
	AUTO_BUF struct buf text = BUF_INIT;
	struct standing read;

	assert_int_equal(standing_print(&told, &text), 0);
	assert_int_equal(standing_read(text.data, &read), 0);
	assert_true(read.source && read.quorate && read.held);
	assert_false(read.serving || read.sick || read.failing);
	assert_int_equal(read.generation, 1ULL << 40);
	assert_int_equal(read.lag, 3);
	assert_int_equal(read.score, -5);
	assert_string_equal(read.text, "a sentence");
	assert_int_equal(standing_read("", &read), -EPROTO);
	assert_int_equal(standing_read("source=1 quorate=x", &read), -EPROTO);
}

static void test_judged(void **state)
{
	const struct rsync_config config = {.lag_degraded = 300000, .lag_fail = 600000};
	static const struct {
		struct standing standing;
		enum role_state wanted;
		bool said;
	} rows[] = {
		{{.source = true, .quorate = true, .serving = true}, ROLE_ACTIVE, false},
		{{.source = true, .quorate = true}, ROLE_DEGRADED, true},
		{{.source = true, .serving = true}, ROLE_DEGRADED, true},
		{{.source = true, .quorate = true, .serving = true, .sick = true, .text = "x"},
		 ROLE_BROKEN,
		 true},
		{{.source = true, .quorate = true, .serving = true, .failing = true, .text = "x"},
		 ROLE_DEGRADED,
		 true},
		{{.quorate = true}, ROLE_STANDBY, false},
		{{.quorate = true, .lag = 300}, ROLE_STANDBY, false},
		{{.quorate = true, .lag = 300, .failing = true, .text = "x"}, ROLE_LAGGING, true},
		{{.quorate = true, .failing = true, .text = "x"}, ROLE_LAGGING, true},
		{{.quorate = true, .lag = 301}, ROLE_LAGGING, true},
		{{.quorate = true, .lag = 601}, ROLE_BROKEN, true},
		{{.quorate = true, .held = true, .text = "x"}, ROLE_LAGGING, true},
		{{.quorate = true, .sick = true, .text = "x"}, ROLE_LAGGING, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault fault = FAULT_INIT;

		assert_int_equal(standing_judge(&config, &rows[i].standing, &fault),
				 rows[i].wanted);
		assert_int_equal(fault.kind != FAULT_NONE, rows[i].said);
		assert_int_equal(*fault.reason != '\0', rows[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hooks),	 cmocka_unit_test(test_standing),
		cmocka_unit_test(test_judged),
	};

	return cmocka_run_group_tests_name("rsync-config", tests, NULL, NULL);
}
