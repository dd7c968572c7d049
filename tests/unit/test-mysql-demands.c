// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which settings would cost commits, out of options as servers print them and people write them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/demands.h"

static const struct demand_scene maria = {.flavour = GTID_MARIADB, .replicates = true};
static const struct demand_scene mysql = {.flavour = GTID_MYSQL, .replicates = true};

#define GOOD "--log-bin=b --log-slave-updates --sync-binlog=1 --binlog-format=ROW "

/* Expects the sentences about the options to begin with these words, parted by '|'. */
static void expect(const struct demand_scene *scene, const char *options, const char *wanted)
{
	AUTO_ROWS struct rows settings = ROWS_INIT;
	AUTO_BUF struct buf told = BUF_INIT;

	assert_int_equal(demands_begin(&settings), 0);
	assert_int_equal(demands_add_options(&settings, options), 0);
	for (const struct demand *d = NULL; (d = demands_next(d, &settings, scene));) {
		AUTO_BUF struct buf text = BUF_INIT;

		demands_tell(d, &settings, scene, &text);
		buf_addf(&told, "%s%.*s", told.length ? "|" : "", (int)strcspn(text.data, ":"),
			 text.data);
	}
	assert_string_equal(told.data ? told.data : "", wanted);
}

static void options_are_understood_as_servers_do(void **state)
{
	expect(&maria, GOOD, "");
	expect(&maria, "would have been started with:\n" GOOD "--sync_binlog=2",
	       "sync_binlog is 2");
	expect(&maria, GOOD "--sync-binlog=0 --loose-sync-binlog=1", "");
	expect(&maria, GOOD "--skip-log-bin", "log_bin is 0");
	expect(&maria, GOOD "--skip-networking", "skip_networking is 1");
	expect(&maria, GOOD "--init-slave=SET a = 1 --server-id=3\n", "init_slave is SET a = 1");
	expect(&maria, GOOD "--slave-skip-errors=OFF", "");
}

static void defaults_count_where_nothing_is_said(void **state)
{
	expect(&maria, "",
	       "log_bin is OFF|log_slave_updates is OFF|sync_binlog is 0|binlog_format is MIXED");
	expect(&mysql, "", "gtid_mode is OFF|enforce_gtid_consistency is OFF");
	expect(&mysql, "--gtid-mode=ON --enforce-gtid-consistency=on --skip-log-replica-updates",
	       "log_slave_updates is 0");
}

static void a_server_alone_needs_less(void **state)
{
	const struct demand_scene alone = {.flavour = GTID_MARIADB};

	expect(&alone, "--replicate-do-db=x", "sync_binlog is 0");
}

static void a_running_server_has_no_defaults(void **state)
{
	struct demand_scene running = mysql;

	running.running = true;
	expect(&running,
	       "--log_bin=ON --log_replica_updates=ON --server_id=2 --gtid_mode=ON "
	       "--rpl_semi_sync_master_enabled=OFF --innodb_doublewrite=ON",
	       "rpl_semi_sync_replica_enabled is not there");
}

static void an_address_that_nobody_reaches(void **state)
{
	struct demand_scene abroad = maria;

	expect(&abroad, GOOD "--bind-address=127.0.0.1", "");
	abroad.abroad = true;
	expect(&abroad, GOOD "--bind-address=127.0.0.1", "bind_address is 127.0.0.1");
	expect(&abroad, GOOD "--bind-address=0.0.0.0", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_understood_as_servers_do),
		cmocka_unit_test(defaults_count_where_nothing_is_said),
		cmocka_unit_test(a_server_alone_needs_less),
		cmocka_unit_test(a_running_server_has_no_defaults),
		cmocka_unit_test(an_address_that_nobody_reaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
