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
#include "rsync/changes.h"
#include "rsync/doorbell.h"

static void test_ring(void **state)
{
	AUTO_CHANGES struct changes told = CHANGES_INIT(10), heard = CHANGES_INIT(10);
	AUTO_BUF struct buf message = BUF_INIT;
	struct doorbell d;
	size_t from = 0;

	changes_add(&told, CHANGE_FILE, "a/b");
	changes_add(&told, CHANGE_GONE, "c\nd");
	changes_add(&told, CHANGE_DIRECTORY, "e");
	assert_int_equal(doorbell_ring(7, 1ULL << 40, &told, &from, &message), 0);
	assert_int_equal(from, 3);
	assert_int_equal(doorbell_read(message.data, message.length, &d), 0);
	assert_int_equal(d.kind, DOORBELL_RING);
	assert_int_equal(d.generation, 7);
	assert_int_equal(d.sequence, 1ULL << 40);
	assert_false(d.full);
	assert_int_equal(d.count, 3);
	doorbell_hear(&d, &heard);
	assert_int_equal(heard.count, 3);
	assert_int_equal(changes_find(&heard, "a/b")->kind, CHANGE_FILE);
	assert_int_equal(changes_find(&heard, "c\nd")->kind, CHANGE_GONE);
	assert_int_equal(changes_find(&heard, "e")->kind, CHANGE_DIRECTORY);
}

static void test_full(void **state)
{
	AUTO_CHANGES struct changes told = CHANGES_INIT(10), heard = CHANGES_INIT(10);
	AUTO_BUF struct buf message = BUF_INIT;
	struct doorbell d;
	size_t from = 0;

	changes_fill(&told);
	assert_int_equal(doorbell_ring(1, 2, &told, &from, &message), 0);
	assert_int_equal(doorbell_read(message.data, message.length, &d), 0);
	assert_true(d.full);
	doorbell_hear(&d, &heard);
	assert_true(heard.full);
}

static void test_pieces(void **state)
{
	AUTO_CHANGES struct changes told = CHANGES_INIT(5000), heard = CHANGES_INIT(5000);
	size_t from = 0, pieces = 0;
	char path[300];

	for (int i = 0; i < 3000; i++) {
		(void)snprintf(path, sizeof(path), "%0200d", i);
		changes_add(&told, CHANGE_FILE, path);
	}
	while (from < told.count) {
		AUTO_BUF struct buf message = BUF_INIT;
		struct doorbell d;

		assert_int_equal(doorbell_ring(1, pieces++, &told, &from, &message), 0);
		assert_true(message.length <= DOORBELL_MAX);
		assert_int_equal(doorbell_read(message.data, message.length, &d), 0);
		doorbell_hear(&d, &heard);
	}
	assert_int_equal(heard.count, 3000);
	assert_in_range(pieces, 18, 20);
}

static void test_state(void **state)
{
	AUTO_BUF struct buf message = BUF_INIT;
	struct doorbell_state told = {.role = DOORBELL_SOURCE,
				      .flags = DOORBELL_HELD,
				      .pending = 3,
				      .lag = 4,
				      .port = 1873,
				      .error = "no \x01 way"};
	struct doorbell d;

	assert_int_equal(inet_parse("2001:db8::7", &told.address), 0);
	assert_int_equal(doorbell_state(5, 6, &told, &message), 0);
	assert_int_equal(doorbell_read(message.data, message.length, &d), 0);
	assert_int_equal(d.kind, DOORBELL_STATE);
	assert_int_equal(d.generation, 5);
	assert_int_equal(d.sequence, 6);
	assert_int_equal(d.state.role, DOORBELL_SOURCE);
	assert_int_equal(d.state.flags, DOORBELL_HELD);
	assert_int_equal(d.state.pending, 3);
	assert_int_equal(d.state.lag, 4);
	assert_int_equal(d.state.port, 1873);
	assert_true(inet_same(&d.state.address, &told.address));
	assert_string_equal(d.state.error, "no   way");
}

/* Any byte cut off or turned, and it is no doorbell, or one whose paths are still fit. */
static void test_foreign(void **state)
{
	AUTO_CHANGES struct changes told = CHANGES_INIT(10);
	AUTO_BUF struct buf message = BUF_INIT;
	struct doorbell d;
	size_t from = 0;

	changes_add(&told, CHANGE_FILE, "a/b");
	assert_int_equal(doorbell_ring(7, 8, &told, &from, &message), 0);
	for (size_t n = 0; n < message.length; n++)
		assert_int_equal(doorbell_read(message.data, n, &d), -EBADMSG);
	message.data[message.length - 2] = '/';
	assert_int_equal(doorbell_read(message.data, message.length, &d), -EBADMSG);
	message.data[message.length - 2] = 'b';
	message.data[message.length - 5] = '!';
	assert_int_equal(doorbell_read(message.data, message.length, &d), -EBADMSG);
	message.data[0] ^= 1;
	assert_int_equal(doorbell_read(message.data, message.length, &d), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),	cmocka_unit_test(test_full),
		cmocka_unit_test(test_pieces),	cmocka_unit_test(test_state),
		cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests_name("rsync-doorbell", tests, NULL, NULL);
}
