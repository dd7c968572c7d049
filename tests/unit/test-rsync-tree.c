// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "rsync/tree.h"
#include "scratch.h"

struct watch {
	struct scratch *scratch;
	struct filter filter;
	struct tree *tree;
	struct changes changes;
};

static void watch_settle(struct watch *w)
{
	struct pollfd polled = {.fd = tree_fd(w->tree), .events = POLLIN};

	do {
		while (tree_step(w->tree, &w->changes) == TREE_MORE)
			;
	} while (poll(&polled, 1, 0) > 0);
}

static void watch_open(struct watch *w, struct scratch *scratch, const char *exclude)
{
	const struct rsync_config config = {.exclude = exclude};
	struct fault fault = FAULT_INIT;
	struct tree_facts facts;

	*w = (struct watch){.scratch = scratch, .changes = CHANGES_INIT(1000)};
	assert_int_equal(filter_read(&config, &w->filter, &fault), 0);
	assert_int_equal(tree_open(scratch->directory, &w->filter, false, &w->tree, &fault), 0);
	watch_settle(w);
	/* Before the end of the scan a change could go unseen. */
	assert_true(w->changes.full);
	tree_tell(w->tree, &facts);
	assert_false(facts.scanning);
	changes_clear(&w->changes);
}

static void watch_close(struct watch *w)
{
	tree_close(&w->tree);
	filter_release(&w->filter);
	changes_release(&w->changes);
}

/* Settles, and the changes are these: "+a /d -b", in any order. */
static void expect(struct watch *w, const char *wanted)
{
	char text[512], *word, *rest = text;
	size_t count = 0;

	watch_settle(w);
	assert_false(w->changes.full);
	(void)snprintf(text, sizeof(text), "%s", wanted);
	while ((word = strsep(&rest, " "))) {
		const struct change *c = *word ? changes_find(&w->changes, word + 1) : NULL;

		if (!*word)
			continue;
		count++;
		if (!c || (char)c->kind != *word)
			fail_msg("%s: %c", word, c ? (char)c->kind : '?');
	}
	if (w->changes.count != count)
		for (size_t i = 0; i < w->changes.count; i++)
			print_error("%c%s\n", w->changes.items[i].kind, w->changes.items[i].path);
	assert_int_equal(w->changes.count, count);
	changes_clear(&w->changes);
}

static void make_directory(struct watch *w, const char *name)
{
	assert_int_equal(mkdir(scratch_path(w->scratch, name), 0755), 0);
}

static void move(struct watch *w, const char *from, const char *to)
{
	AUTO_FREE char *old = strdup(scratch_path(w->scratch, from));

	assert_int_equal(rename(old, scratch_path(w->scratch, to)), 0);
}

static void test_files(void **state)
{
	struct scratch *scratch = *state;
	struct watch w;
	AUTO_CLOSE int fd = -1;

	scratch_write(scratch, "old", "1");
	watch_open(&w, scratch, NULL);
	scratch_write(scratch, "old", "2");
	expect(&w, "+old");
	scratch_write(scratch, "new", "1");
	expect(&w, "+new");
	move(&w, "new", "newer");
	expect(&w, "-new +newer");
	assert_int_equal(unlink(scratch_path(scratch, "newer")), 0);
	expect(&w, "-newer");
	assert_int_equal(symlink("old", scratch_path(scratch, "link")), 0);
	assert_int_equal(mkfifo(scratch_path(scratch, "fifo"), 0600), 0);
	expect(&w, "+link +fifo");
	assert_int_equal(chmod(scratch_path(scratch, "old"), 0600), 0);
	expect(&w, "+old");
	/* A file that is being written is told when it is closed. */
	fd = open(scratch_path(scratch, "slow"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, "x", 1), 1);
	expect(&w, "");
	assert_int_equal(close(TAKE_FD(fd)), 0);
	expect(&w, "+slow");
	watch_close(&w);
}

static void test_directories(void **state)
{
	struct scratch *scratch = *state;
	struct watch w;

	watch_open(&w, scratch, NULL);
	make_directory(&w, "d");
	make_directory(&w, "d/e");
	scratch_write(scratch, "d/e/f", "1");
	expect(&w, "/d /d/e +d/e/f");
	scratch_write(scratch, "d/e/f", "2");
	expect(&w, "+d/e/f");
	/* A rename takes the watches below along under the new name. */
	move(&w, "d", "g");
	expect(&w, "-d /g /g/e +g/e/f");
	scratch_write(scratch, "g/e/f", "3");
	expect(&w, "+g/e/f");
	move(&w, "g/e", "e");
	expect(&w, "-g/e /e +e/f");
	scratch_write(scratch, "e/f", "4");
	expect(&w, "+e/f");
	assert_int_equal(unlink(scratch_path(scratch, "e/f")), 0);
	assert_int_equal(rmdir(scratch_path(scratch, "e")), 0);
	expect(&w, "-e/f -e");
	make_directory(&w, "e");
	scratch_write(scratch, "e/again", "1");
	expect(&w, "/e +e/again");
	assert_int_equal(chmod(scratch_path(scratch, "e"), 0700), 0);
	expect(&w, "/e");
	watch_close(&w);
}

/* Two directories change names between two steps; each keeps being watched. */
static void test_swap(void **state)
{
	struct scratch *scratch = *state;
	struct watch w;

	watch_open(&w, scratch, NULL);
	make_directory(&w, "a");
	make_directory(&w, "b");
	scratch_write(scratch, "a/1", "");
	scratch_write(scratch, "b/2", "");
	watch_settle(&w);
	changes_clear(&w.changes);
	move(&w, "a", "c");
	move(&w, "b", "a");
	move(&w, "c", "b");
	expect(&w, "/a -c /b +a/2 +b/1");
	scratch_write(scratch, "a/2", "x");
	scratch_write(scratch, "b/1", "x");
	expect(&w, "+a/2 +b/1");
	watch_close(&w);
}

/* Moved out and in again: what is in it is listed, what is outside is not told. */
static void test_in_and_out(void **state)
{
	struct scratch *scratch = *state;
	char outside[] = "/tmp/rsync-tree.XXXXXX", path[64];
	struct watch w;

	assert_non_null(mkdtemp(outside));
	(void)snprintf(path, sizeof(path), "%s/d", outside);
	watch_open(&w, scratch, NULL);
	make_directory(&w, "d");
	scratch_write(scratch, "d/f", "1");
	watch_settle(&w);
	changes_clear(&w.changes);
	if (rename(scratch_path(scratch, "d"), path) < 0) {
		assert_int_equal(rmdir(outside), 0);
		watch_close(&w);
		skip(); /* /tmp is another filesystem than TMPDIR */
	}
	expect(&w, "-d");
	assert_int_equal(rename(path, scratch_path(scratch, "back")), 0);
	expect(&w, "/back +back/f");
	scratch_write(scratch, "back/f", "2");
	expect(&w, "+back/f");
	assert_int_equal(rmdir(outside), 0);
	watch_close(&w);
}

static void test_excluded(void **state)
{
	struct scratch *scratch = *state;
	struct tree_facts facts;
	struct watch w;

	assert_int_equal(mkdir(scratch_path(scratch, "cache"), 0755), 0);
	assert_int_equal(mkdir(scratch_path(scratch, ".quorate"), 0755), 0);
	watch_open(&w, scratch, "/cache/ *.tmp");
	tree_tell(w.tree, &facts);
	assert_int_equal(facts.watches, 1);
	scratch_write(scratch, "cache/x", "");
	scratch_write(scratch, ".quorate/generation", "");
	scratch_write(scratch, "a.tmp", "");
	scratch_write(scratch, "a", "");
	expect(&w, "+a");
	watch_close(&w);
}

/* More directories than a step takes, and each of them is watched. */
static void test_many(void **state)
{
	struct scratch *scratch = *state;
	struct tree_facts facts;
	struct watch w;
	char name[32];

	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(mkdir(scratch_path(scratch, name), 0755), 0);
	}
	watch_open(&w, scratch, NULL);
	tree_tell(w.tree, &facts);
	assert_int_equal(facts.watches, 601);
	assert_in_range(facts.memory, 601 * 40, 601 * 400);
	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "d%d/f", i);
		scratch_write(scratch, name, "");
	}
	watch_settle(&w);
	assert_int_equal(w.changes.count, 600);
	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "d%d/f", i);
		assert_int_equal(unlink(scratch_path(scratch, name)), 0);
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(rmdir(scratch_path(scratch, name)), 0);
	}
	watch_settle(&w);
	tree_tell(w.tree, &facts);
	assert_int_equal(facts.watches, 1);
	watch_close(&w);
}

/* The kernel's queue is shorter than the burst: everything may have changed, and all is watched. */
static void test_overflow(void **state)
{
	struct scratch *scratch = *state;
	struct tree_facts facts;
	struct watch w;
	char name[32];

	watch_open(&w, scratch, NULL);
	make_directory(&w, "d");
	for (int i = 0; i < 20000; i++) {
		(void)snprintf(name, sizeof(name), "d/%d", i % 2);
		scratch_write(scratch, i % 2 ? "a" : "b", "");
	}
	make_directory(&w, "late");
	watch_settle(&w);
	tree_tell(w.tree, &facts);
	if (!facts.overflows) {
		watch_close(&w);
		skip(); /* fs.inotify.max_queued_events is larger here */
	}
	assert_true(w.changes.full);
	assert_int_equal(facts.watches, 3);
	changes_clear(&w.changes);
	scratch_write(scratch, "late/x", "");
	expect(&w, "+late/x");
	watch_close(&w);
}

static void test_lost(void **state)
{
	struct scratch *scratch = *state;
	struct fault fault = FAULT_INIT;
	AUTO_FILTER struct filter filter = FILTER_INIT;
	AUTO_CHANGES struct changes changes = CHANGES_INIT(10);
	AUTO_TREE struct tree *tree = NULL;
	int r;

	assert_int_equal(mkdir(scratch_path(scratch, "tree"), 0755), 0);
	assert_int_equal(tree_open(scratch_path(scratch, "tree"), &filter, false, &tree, &fault),
			 0);
	while (tree_step(tree, &changes) == TREE_MORE)
		;
	assert_int_equal(rmdir(scratch_path(scratch, "tree")), 0);
	do {
		r = tree_step(tree, &changes);
	} while (r == TREE_MORE);
	assert_int_equal(r, TREE_LOST);
	tree_close(&tree);
	assert_int_equal(tree_open(scratch_path(scratch, "tree"), &filter, false, &tree, &fault),
			 -ENOENT);
	assert_int_equal(fault.kind, FAULT_ARGS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_directories, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_swap, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_in_and_out, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_excluded, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_many, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_overflow, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_lost, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("rsync-tree", tests, NULL, NULL);
}
