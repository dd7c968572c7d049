// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "daemon/errand.h"
#include "daemon/loop.h"

/* An errand that ends when a byte comes. */
struct scene {
	struct loop *loop;
	int go[2], over[2];
	atomic_int ran, abandoned;
	int done;
};

static void run(void *data)
{
	struct scene *scene = data;
	char byte;

	(void)!read(scene->go[0], &byte, 1);
	atomic_fetch_add(&scene->ran, 1);
}

static void done(void *data)
{
	struct scene *scene = data;

	scene->done++;
	loop_stop(scene->loop);
}

static void abandon(void *data)
{
	struct scene *scene = data;

	atomic_fetch_add(&scene->abandoned, 1);
	(void)!write(scene->over[1], "", 1);
}

static const struct errand_ops ops = {.run = run, .done = done, .abandon = abandon};

static void open_scene(struct scene *scene)
{
	struct fault fault = FAULT_INIT;

	*scene = (struct scene){.done = 0};
	assert_int_equal(loop_new(&scene->loop, &fault), 0);
	assert_int_equal(pipe(scene->go), 0);
	assert_int_equal(pipe(scene->over), 0);
}

static void close_scene(struct scene *scene)
{
	loop_free(&scene->loop);
	for (int i = 0; i < 2; i++) {
		(void)close(scene->go[i]);
		(void)close(scene->over[i]);
	}
}

static struct errand *begin(struct scene *scene)
{
	struct fault fault = FAULT_INIT;
	struct errand *errand = NULL;

	assert_int_equal(errand_start(scene->loop, &ops, scene, &errand, &fault), 0);
	assert_non_null(errand);
	return errand;
}

static void timer_lets_it_go(void *data)
{
	struct scene *scene = data;

	assert_int_equal(atomic_load(&scene->ran), 0);
	(void)!write(scene->go[1], "", 1);
}

static void test_loop_goes_on(void **state)
{
	struct loop_timer timer;
	struct scene scene;

	open_scene(&scene);
	(void)begin(&scene);
	loop_timer_init(&timer, scene.loop, timer_lets_it_go, &scene);
	assert_int_equal(loop_timer_set(&timer, 10), 0);
	loop_run(scene.loop);
	assert_int_equal(scene.done, 1);
	assert_int_equal(atomic_load(&scene.ran), 1);
	assert_int_equal(atomic_load(&scene.abandoned), 0);
	close_scene(&scene);
}

static void test_abandoned(void **state)
{
	struct errand *errand;
	struct scene scene;
	char byte;

	open_scene(&scene);
	errand = begin(&scene);
	errand_abandon(&errand);
	assert_null(errand);
	errand_abandon(&errand);
	assert_int_equal(atomic_load(&scene.abandoned), 0);
	(void)!write(scene.go[1], "", 1);
	assert_int_equal(read(scene.over[0], &byte, 1), 1);
	assert_int_equal(atomic_load(&scene.abandoned), 1);
	assert_int_equal(scene.done, 0);
	close_scene(&scene);
}

/* It is abandoned somewhere around its end, before the loop heard of it: released once. */
static void test_abandoned_at_its_end(void **state)
{
	for (int i = 0; i < 200; i++) {
		struct errand *errand;
		struct scene scene;
		char byte;

		open_scene(&scene);
		errand = begin(&scene);
		(void)!write(scene.go[1], "", 1);
		while (i % 2 && !atomic_load(&scene.ran))
			;
		errand_abandon(&errand);
		assert_int_equal(read(scene.over[0], &byte, 1), 1);
		assert_int_equal(atomic_load(&scene.abandoned), 1);
		assert_int_equal(scene.done, 0);
		close_scene(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop_goes_on),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_abandoned_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
