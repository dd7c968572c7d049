// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "ipvs/plan.h"
#include "ipvs/programs.h"

struct scene {
	struct intent_check check;
	struct intent_check *checks[1];
	struct intent_server servers[2][2];
	struct intent_service services[2];
	struct intent intent;
};

/* Two services on the same two real servers, with one check each. */
static void scene_set(struct scene *scene, struct intent_check check)
{
	*scene = (struct scene){.check = check};
	scene->checks[0] = &scene->check;
	scene->check.timeout = 1000;
	for (size_t i = 0; i < 4; i++) {
		struct intent_server *server = &scene->servers[i / 2][i % 2];

		*server =
			(struct intent_server){.id = i, .checks = scene->checks, .check_count = 1};
		assert_int_equal(
			inet_parse(i % 2 ? "192.0.2.2" : "192.0.2.1", &server->server.address), 0);
		server->server.port = 80;
	}
	for (size_t i = 0; i < 2; i++) {
		scene->services[i].servers = scene->servers[i];
		scene->services[i].server_count = 2;
		scene->services[i].service.key.fwmark = (uint32_t)i + 1;
	}
	scene->intent =
		(struct intent){.services = scene->services, .service_count = 2, .server_count = 4};
}

static size_t planned(struct scene *scene)
{
	AUTO_PLAN struct plan plan = PLAN_INIT;
	struct fault fault = FAULT_INIT;

	assert_int_equal(plan_make(&scene->intent, &fault, &plan), 0);
	for (size_t i = 0; i < plan.count; i++)
		assert_ptr_equal(plan_find(&plan, plan.checks[i].key), &plan.checks[i]);
	assert_null(plan_find(&plan, "no such check"));
	return plan.count;
}

static void test_equal_checks_run_once(void **state)
{
	struct scene scene;

	scene_set(&scene, (struct intent_check){.kind = CHECK_CONNECT});
	assert_int_equal(planned(&scene), 2);
	scene.servers[1][0].server.port = 81;
	assert_int_equal(planned(&scene), 3);
	/* a port of its own makes them equal again */
	scene.check.port = 8080;
	assert_int_equal(planned(&scene), 2);
}

static void test_each_url_is_a_check(void **state)
{
	struct intent_url urls[] = {{.path = "/a"}, {.path = "/b"}};
	struct scene scene;

	scene_set(&scene, (struct intent_check){.kind = CHECK_HTTP, .urls = urls, .url_count = 2});
	assert_int_equal(planned(&scene), 4);
	urls[1].path = "/a";
	assert_int_equal(planned(&scene), 2);
	urls[1].digest = "00";
	assert_int_equal(planned(&scene), 4);
}

static void test_programs_differ_by_service(void **state)
{
	static const char *const command[] = {"/bin/true", NULL};
	struct scene scene;

	scene_set(&scene, (struct intent_check){.kind = CHECK_EXTERNAL, .command = command});
	/* ldirectord's is told the service, keepalived's is told nothing */
	assert_int_equal(planned(&scene), 4);
	scene.check.style = EXTERNAL_MISC;
	assert_int_equal(planned(&scene), 2);
}

static void test_bad_expression(void **state)
{
	AUTO_PLAN struct plan plan = PLAN_INIT;
	struct fault fault = FAULT_INIT;
	struct scene scene;

	scene_set(&scene, (struct intent_check){.kind = CHECK_TALK, .receive = "a(b"});
	assert_int_equal(plan_make(&scene.intent, &fault, &plan), -EINVAL);
	assert_non_null(strstr(fault.reason, "\"a(b\" is no regular expression"));
}

static struct target target_of(struct intent_check *check)
{
	struct target target = {.check = check, .server_port = 8080};

	assert_int_equal(inet_parse("192.0.2.1", &target.service.address), 0);
	assert_int_equal(inet_parse("2001:db8::7", &target.server), 0);
	target.service.port = 80;
	return target;
}

static void test_argv(void **state)
{
	static const char *const command[] = {"/opt/check", "-x", NULL};
	struct intent_check check = {.kind = CHECK_EXTERNAL, .command = command};
	struct target target = target_of(&check);
	static const char *const want[] = {"/opt/check", "-x",		"192.0.2.1",
					   "80",	 "2001:db8::7", "8080"};
	const char **argv;

	assert_int_equal(program_argv(&target, &argv), 0);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_string_equal(argv[i], want[i]);
	assert_null(argv[ARRAY_SIZE(want)]);
	free(argv);
	check.style = EXTERNAL_DYNAMIC;
	check.user = "root";
	assert_int_equal(program_argv(&target, &argv), 0);
	assert_string_equal(argv[0], "/usr/bin/setpriv");
	assert_string_equal(argv[3], "0");
	assert_string_equal(argv[7], "/opt/check");
	assert_null(argv[9]);
	free(argv);
	check.user = "nobody-of-that-name";
	assert_int_equal(program_argv(&target, &argv), -ESRCH);
}

static void test_judge(void **state)
{
	static const struct {
		enum external_style style;
		int status;
		bool late;
		enum outcome_code want;
		int weight;
	} cases[] = {
		{EXTERNAL_LDIRECTORD, 0, false, OUTCOME_OK, -1},
		{EXTERNAL_LDIRECTORD, 1 << 8, false, OUTCOME_PROGRAM, -1},
		{EXTERNAL_LDIRECTORD, 5 << 8, false, OUTCOME_PROGRAM, -1},
		{EXTERNAL_MISC, 5 << 8, false, OUTCOME_PROGRAM, -1},
		{EXTERNAL_DYNAMIC, 0, false, OUTCOME_OK, -1},
		{EXTERNAL_DYNAMIC, 1 << 8, false, OUTCOME_PROGRAM, -1},
		{EXTERNAL_DYNAMIC, 2 << 8, false, OUTCOME_OK, 0},
		{EXTERNAL_DYNAMIC, 255 << 8, false, OUTCOME_OK, 253},
		{EXTERNAL_DYNAMIC, 0, true, OUTCOME_HUNG, -1},
		{EXTERNAL_DYNAMIC, 9, false, OUTCOME_PROGRAM, -1}, /* SIGKILL */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct intent_check check = {.kind = CHECK_EXTERNAL, .style = cases[i].style};
		struct target target = {.check = &check};
		struct outcome outcome;

		program_judge(&target, cases[i].status, cases[i].late, &outcome);
		assert_int_equal(outcome.code, cases[i].want);
		assert_int_equal(outcome.weight, cases[i].weight);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_checks_run_once),
		cmocka_unit_test(test_each_url_is_a_check),
		cmocka_unit_test(test_programs_differ_by_service),
		cmocka_unit_test(test_bad_expression),
		cmocka_unit_test(test_argv),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
