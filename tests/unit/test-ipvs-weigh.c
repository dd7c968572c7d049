// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ipvs/balance.h"
#include "ipvs/manual.h"
#include "ipvs/plan.h"
#include "ipvs/weigh.h"

#define MS 1000000LL

static struct gauge gauge_of(bool known, bool alive, int weight, bool percent)
{
	return (struct gauge){.known = known,
			      .alive = alive,
			      .weight = weight,
			      .percent = percent,
			      .code = alive ? OUTCOME_OK : OUTCOME_REFUSED};
}

struct scene {
	struct intent_server server;
	struct intent_service service;
	size_t checks[2];
	struct plan_server planned;
	struct gauge gauges[2];
	struct weighed weighed;
};

static void scene_set(struct scene *scene, size_t checks)
{
	*scene = (struct scene){.checks = {0, 1}};
	scene->server.server.weight = 10;
	scene->planned = (struct plan_server){.server = &scene->server,
					      .service = &scene->service,
					      .checks = scene->checks,
					      .count = checks};
	for (size_t i = 0; i < 2; i++)
		scene->gauges[i] = gauge_of(true, true, OUTCOME_NO_WEIGHT, false);
}

static unsigned int look(struct scene *scene, const struct manual *said, bool drained,
			 long long now)
{
	return weigh(&scene->planned, scene->gauges, said, drained, now, &scene->weighed);
}

static void test_why(void **state)
{
	struct scene scene;

	scene_set(&scene, 1);
	scene.gauges[0] = gauge_of(true, false, OUTCOME_NO_WEIGHT, false);
	(void)look(&scene, NULL, false, MS);
	assert_int_equal(scene.weighed.code, OUTCOME_REFUSED);
	/* Dead for another reason now: since then as before. */
	scene.gauges[0].code = OUTCOME_SILENT;
	weigh_why(&scene.planned, scene.gauges, &scene.weighed);
	assert_int_equal(scene.weighed.code, OUTCOME_SILENT);
	assert_int_equal(scene.weighed.since, MS);
	/* What has changed its state is told by weigh() first. */
	scene.gauges[0] = gauge_of(true, true, OUTCOME_NO_WEIGHT, false);
	weigh_why(&scene.planned, scene.gauges, &scene.weighed);
	assert_int_equal(scene.weighed.code, OUTCOME_SILENT);
	assert_false(scene.weighed.alive);
}

static void test_all_checks_must_succeed(void **state)
{
	struct scene scene;

	scene_set(&scene, 2);
	assert_int_equal(look(&scene, NULL, false, 1), WEIGH_STATE | WEIGH_WEIGHT);
	assert_true(scene.weighed.alive);
	assert_int_equal(look(&scene, NULL, false, 2), WEIGH_SAME);
	scene.gauges[1].alive = false;
	scene.gauges[1].code = OUTCOME_HUNG;
	assert_int_equal(look(&scene, NULL, false, 3), WEIGH_STATE);
	assert_false(scene.weighed.alive);
	assert_int_equal(scene.weighed.code, OUTCOME_HUNG);
	assert_int_equal(scene.weighed.since, 3);
	scene.gauges[0].known = false;
	assert_int_equal(look(&scene, NULL, false, 4), WEIGH_STATE);
	assert_false(scene.weighed.known);
}

static void test_without_checks_alive(void **state)
{
	struct scene scene;

	scene_set(&scene, 0);
	(void)look(&scene, NULL, false, 1);
	assert_true(scene.weighed.known && scene.weighed.alive);
	assert_int_equal(scene.weighed.weight, -1);
}

/* No check can say that a server is alive whose node has left, or which has no address. */
static void test_doomed(void **state)
{
	struct scene scene;

	scene_set(&scene, 1);
	(void)look(&scene, NULL, false, 1);
	scene.weighed.missing = "web1";
	assert_int_equal(look(&scene, NULL, false, 2), WEIGH_STATE);
	assert_true(scene.weighed.known && !scene.weighed.alive);
	assert_int_equal(scene.weighed.code, OUTCOME_NODE);
	assert_string_equal(scene.weighed.reason, "web1 is no member of the cluster");
	/* back with its node, as far as the checks say so */
	scene.weighed.missing = NULL;
	scene.gauges[0].alive = false;
	assert_int_equal(look(&scene, NULL, false, 3), WEIGH_SAME);
	scene.gauges[0].alive = true;
	assert_int_equal(look(&scene, NULL, false, 4), WEIGH_STATE);
	scene.server.name = "www.example.org";
	scene.server.nameless = true;
	assert_int_equal(look(&scene, NULL, false, 5), WEIGH_STATE);
	assert_int_equal(scene.weighed.code, OUTCOME_NAME);
	assert_string_equal(scene.weighed.reason, "www.example.org has no address");
}

static void test_weights(void **state)
{
	static const struct {
		struct gauge a, b;
		int steered, want;
	} cases[] = {
		{{.weight = -1}, {.weight = -1}, 0, -1},
		{{.weight = 50, .percent = true}, {.weight = -1}, 0, 5},
		{{.weight = 50, .percent = true}, {.weight = 10, .percent = true}, 0, 1},
		{{.weight = 1, .percent = true}, {.weight = -1}, 0, 1},
		{{.weight = 0, .percent = true}, {.weight = -1}, 0, 0},
		{{.weight = 7}, {.weight = -1}, 0, 7},
		{{.weight = 0}, {.weight = 100, .percent = true}, 0, 0},
		{{.weight = 8}, {.weight = 50, .percent = true}, 0, 4},
		{{.weight = -1}, {.weight = -1}, 1234, 1234},
		{{.weight = 50, .percent = true}, {.weight = -1}, 1234, 617},
		{{.weight = 7}, {.weight = -1}, 1234, 863},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct scene scene;

		scene_set(&scene, 2);
		scene.gauges[0] = gauge_of(true, true, cases[i].a.weight, cases[i].a.percent);
		scene.gauges[1] = gauge_of(true, true, cases[i].b.weight, cases[i].b.percent);
		scene.weighed.steered = cases[i].steered;
		(void)look(&scene, NULL, false, 1);
		assert_int_equal(scene.weighed.weight, cases[i].want);
	}
}

static void test_slow_start(void **state)
{
	struct scene scene;

	scene_set(&scene, 1);
	scene.service.slow_start = 10000;
	(void)look(&scene, NULL, false, 1 * MS);
	/* alive from the beginning: nothing to be slow for */
	assert_int_equal(scene.weighed.weight, -1);
	scene.gauges[0].alive = false;
	(void)look(&scene, NULL, false, 2 * MS);
	scene.gauges[0].alive = true;
	(void)look(&scene, NULL, false, 1000 * MS);
	assert_int_equal(scene.weighed.weight, 1);
	assert_true(scene.weighed.growing);
	(void)look(&scene, NULL, false, 6000 * MS);
	assert_int_equal(scene.weighed.weight, 5);
	(void)look(&scene, NULL, false, 11000 * MS);
	assert_int_equal(scene.weighed.weight, -1);
	assert_false(scene.weighed.growing);
}

static void test_manual_beats_all(void **state)
{
	struct manual said = {.mode = MANUAL_DRAIN};
	struct scene scene;

	scene_set(&scene, 1);
	scene.gauges[0].weight = 7;
	(void)look(&scene, &said, false, 1);
	assert_int_equal(scene.weighed.weight, 0);
	assert_true(scene.weighed.alive);
	assert_false(scene.weighed.gone);
	assert_int_equal(look(&scene, &said, true, 2), WEIGH_WEIGHT);
	assert_true(scene.weighed.gone);
	said.mode = MANUAL_MAINT;
	(void)look(&scene, &said, false, 3);
	assert_true(scene.weighed.gone);
	assert_int_equal(look(&scene, NULL, false, 4), WEIGH_WEIGHT);
	assert_int_equal(scene.weighed.weight, 7);
}

static void add(struct manual_list *list, enum manual_mode mode, const char *server)
{
	struct manual manual = {.mode = mode, .since = 5, .limit = 60};

	assert_int_equal(manual_parse_server(server, &manual.address, &manual.port), 0);
	assert_int_equal(manual_set(list, &manual), 0);
}

static enum manual_mode found(const struct manual_list *list, const char *server)
{
	const struct manual *m;
	struct inet address;
	uint16_t port;

	assert_int_equal(manual_parse_server(server, &address, &port), 0);
	m = manual_find(list, &address, port);
	return m ? m->mode : MANUAL_NONE;
}

static void test_manual_list(void **state)
{
	AUTO_MANUAL_LIST struct manual_list list = MANUAL_LIST_INIT;
	AUTO_MANUAL_LIST struct manual_list again = MANUAL_LIST_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	add(&list, MANUAL_DRAIN, "192.0.2.7");
	add(&list, MANUAL_MAINT, "192.0.2.7:80");
	add(&list, MANUAL_DRAIN, "[2001:db8::7]:443");
	assert_int_equal(found(&list, "192.0.2.7:80"), MANUAL_MAINT);
	assert_int_equal(found(&list, "192.0.2.7:81"), MANUAL_DRAIN);
	assert_int_equal(found(&list, "192.0.2.8:80"), MANUAL_NONE);
	manual_print(&list, &text);
	assert_string_equal(text.data, "drain 192.0.2.7 0 5 60\nmaint 192.0.2.7 80 5 60\n"
				       "drain 2001:db8::7 443 5 60\n");
	assert_int_equal(manual_read(text.data, &again), 0);
	assert_int_equal(again.count, 3);
	add(&list, MANUAL_NONE, "192.0.2.7"); /* all of the address */
	assert_int_equal(list.count, 1);
	assert_int_equal(found(&list, "192.0.2.7:80"), MANUAL_NONE);
}

static void test_manual_damaged(void **state)
{
	static const char *const bad[] = {
		"drain\n",
		"sleep 192.0.2.7 0 5 60\n",
		"drain 192.0.2.7/24 0 5 60\n",
		"drain 192.0.2.7 65536 5 60\n",
		"drain 192.0.2.7 0 -1 60\n",
		"drain 192.0.2.7 0 5 60 7\n",
	};
	static const char *const servers[] = {"",
					      "192.0.2.7:",
					      "192.0.2.7:0",
					      "x:80",
					      "[2001:db8::7:80",
					      "192.0.2.7/8:80",
					      "[::1]x:8",
					      ":80",
					      "]:80"};
	struct inet address;
	uint16_t port;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO_MANUAL_LIST struct manual_list list = MANUAL_LIST_INIT;
		AUTO_BUF struct buf text = BUF_INIT;

		buf_addf(&text, "%sdrain 192.0.2.9 0 5 60\n", bad[i]);
		assert_int_equal(manual_read(text.data, &list), -EINVAL);
		assert_int_equal(list.count, 1); /* the good line counts */
	}
	for (size_t i = 0; i < ARRAY_SIZE(servers); i++)
		assert_int_equal(manual_parse_server(servers[i], &address, &port), -EINVAL);
}

/*
 * Connections are given out by weight; those to the first server carry five times as many bytes.
 * The bytes become 3 to 7 all the same, within 5 %.
 */
static void test_balance(void **state)
{
	static const double carries[2] = {5000, 1000};
	static const int configured[2] = {3, 7};
	struct balance balances[2] = {{0}};
	double counters[2] = {0, 0}, last[2] = {0, 0};
	int weights[2] = {3, 7};

	for (int step = 0; step < 40; step++) {
		struct balance_server servers[2];

		for (int i = 0; i < 2; i++) {
			counters[i] += 1000.0 * weights[i] / (weights[0] + weights[1]) * carries[i];
			servers[i] = (struct balance_server){.balance = &balances[i],
							     .weight = configured[i],
							     .serves = true,
							     .counter = (uint64_t)counters[i]};
		}
		if (step == 20)
			memcpy(last, counters, sizeof(last));
		balance_step(servers, 2);
		weights[0] = servers[0].steered;
		weights[1] = servers[1].steered;
	}
	const double share =
		(counters[0] - last[0]) / (counters[0] + counters[1] - last[0] - last[1]);

	assert_true(share > 0.3 * 0.95 && share < 0.3 * 1.05);
}

/* No traffic changes nothing; a dead server and a counter that begins anew neither. */
static void test_balance_stays(void **state)
{
	struct balance balances[3] = {{0}};
	uint64_t counter = 0;

	for (int step = 0; step < 50; step++) {
		struct balance_server servers[3];

		counter = step == 25 ? 0 : counter + 100000;
		for (int i = 0; i < 3; i++)
			servers[i] = (struct balance_server){.balance = &balances[i],
							     .weight = i == 2 ? 0 : 10,
							     .serves = i != 1,
							     .counter = i ? 0 : counter};
		balance_step(servers, 3);
		assert_int_equal(servers[0].steered, 20);
		assert_int_equal(servers[1].steered, 20);
		assert_int_equal(servers[2].steered, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_all_checks_must_succeed),
		cmocka_unit_test(test_without_checks_alive),
		cmocka_unit_test(test_doomed),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_slow_start),
		cmocka_unit_test(test_manual_beats_all),
		cmocka_unit_test(test_manual_list),
		cmocka_unit_test(test_manual_damaged),
		cmocka_unit_test(test_balance),
		cmocka_unit_test(test_balance_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
