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

/* The tests run with each kind of watcher. */
struct watch {
	bool fanotify;
	struct scratch *scratch;
	struct filter filter;
	struct tree *tree;
	struct changes changes;
};

static int watch_setup(void **state)
{
	struct watch *w = calloc(1, sizeof(*w));
	const bool *fanotify = *state;
	void *scratch = NULL;

	assert_non_null(w);
	assert_int_equal(scratch_setup(&scratch), 0);
	*w = (struct watch){
		.fanotify = *fanotify, .scratch = scratch, .changes = CHANGES_INIT(1000)};
	*state = w;
	return 0;
}

static int watch_teardown(void **state)
{
	struct watch *w = *state;
	void *scratch = w->scratch;

	tree_close(&w->tree);
	filter_release(&w->filter);
	changes_release(&w->changes);
	free(w);
	return scratch_teardown(&scratch);
}

static void watch_settle(struct watch *w)
{
	struct pollfd polled = {.fd = tree_fd(w->tree), .events = POLLIN};

	do {
		while (tree_step(w->tree, &w->changes) == TREE_MORE)
			;
	} while (poll(&polled, 1, 0) > 0);
}

static void watch_open(struct watch *w, const char *exclude)
{
	const struct rsync_config config = {.exclude = exclude};
	struct fault fault = FAULT_INIT;
	struct tree_facts facts;
	int r;

	assert_int_equal(filter_read(&config, &w->filter, &fault), 0);
	r = tree_open(w->scratch->directory, &w->filter, w->fanotify, &w->tree, &fault);
	if (r == -EPERM && w->fanotify)
		skip(); /* needs CAP_SYS_ADMIN */
	assert_int_equal(r, 0);
	watch_settle(w);
	/* Before the end of the scan a change could go unseen. */
	assert_true(w->changes.full);
	tree_tell(w->tree, &facts);
	assert_false(facts.scanning);
	changes_clear(&w->changes);
}

/* Of one of the kinds. */
static const char *either(const struct watch *w, const char *inotify, const char *fanotify)
{
	return w->fanotify ? fanotify : inotify;
}

static void assert_watches(const struct watch *w, size_t directories)
{
	struct tree_facts facts;

	tree_tell(w->tree, &facts);
	assert_int_equal(facts.watches, w->fanotify ? 0 : directories);
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
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;
	AUTO_CLOSE int fd = -1;

	scratch_write(scratch, "old", "1");
	watch_open(w, NULL);
	scratch_write(scratch, "old", "2");
	expect(w, "+old");
	scratch_write(scratch, "new", "1");
	expect(w, "+new");
	move(w, "new", "newer");
	expect(w, "-new +newer");
	assert_int_equal(unlink(scratch_path(scratch, "newer")), 0);
	expect(w, "-newer");
	assert_int_equal(symlink("old", scratch_path(scratch, "link")), 0);
	assert_int_equal(mkfifo(scratch_path(scratch, "fifo"), 0600), 0);
	expect(w, "+link +fifo");
	assert_int_equal(chmod(scratch_path(scratch, "old"), 0600), 0);
	expect(w, "+old");
	/* A file that is being written is told when it is closed. */
	fd = open(scratch_path(scratch, "slow"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, "x", 1), 1);
	expect(w, "");
	assert_int_equal(close(TAKE_FD(fd)), 0);
	expect(w, "+slow");
}

static void test_directories(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;

	watch_open(w, NULL);
	make_directory(w, "d");
	make_directory(w, "d/e");
	scratch_write(scratch, "d/e/f", "1");
	expect(w, "/d /d/e +d/e/f");
	scratch_write(scratch, "d/e/f", "2");
	expect(w, "+d/e/f");
	/* A rename takes the watches below along under the new name. */
	move(w, "d", "g");
	expect(w, "-d /g /g/e +g/e/f");
	scratch_write(scratch, "g/e/f", "3");
	expect(w, "+g/e/f");
	move(w, "g/e", "e");
	expect(w, "-g/e /e +e/f");
	scratch_write(scratch, "e/f", "4");
	expect(w, "+e/f");
	assert_int_equal(unlink(scratch_path(scratch, "e/f")), 0);
	assert_int_equal(rmdir(scratch_path(scratch, "e")), 0);
	expect(w, either(w, "-e/f -e", "-e"));
	make_directory(w, "e");
	scratch_write(scratch, "e/again", "1");
	expect(w, "/e +e/again");
	assert_int_equal(chmod(scratch_path(scratch, "e"), 0700), 0);
	expect(w, "/e");
}

/* Two directories change names between two steps; each keeps being watched. */
static void test_swap(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;

	watch_open(w, NULL);
	make_directory(w, "a");
	make_directory(w, "b");
	scratch_write(scratch, "a/1", "");
	scratch_write(scratch, "b/2", "");
	watch_settle(w);
	changes_clear(&w->changes);
	move(w, "a", "c");
	move(w, "b", "a");
	move(w, "c", "b");
	expect(w, "/a -c /b +a/2 +b/1");
	scratch_write(scratch, "a/2", "x");
	scratch_write(scratch, "b/1", "x");
	expect(w, "+a/2 +b/1");
}

/* Moved out and in again: what is in it is listed, what is outside is not told. */
static void test_in_and_out(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;
	char outside[SCRATCH_PATH_MAX + 8], path[SCRATCH_PATH_MAX + 16];

	(void)snprintf(outside, sizeof(outside), "%s.outside", scratch->directory);
	(void)snprintf(path, sizeof(path), "%s/d", outside);
	assert_int_equal(mkdir(outside, 0755), 0);
	watch_open(w, NULL);
	make_directory(w, "d");
	scratch_write(scratch, "d/f", "1");
	watch_settle(w);
	changes_clear(&w->changes);
	assert_int_equal(rename(scratch_path(scratch, "d"), path), 0);
	expect(w, "-d");
	assert_int_equal(rename(path, scratch_path(scratch, "back")), 0);
	expect(w, "/back +back/f");
	scratch_write(scratch, "back/f", "2");
	expect(w, "+back/f");
	assert_int_equal(rmdir(outside), 0);
}

static void test_excluded(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;

	assert_int_equal(mkdir(scratch_path(scratch, "cache"), 0755), 0);
	assert_int_equal(mkdir(scratch_path(scratch, ".quorate"), 0755), 0);
	watch_open(w, "/cache/ *.tmp");
	assert_watches(w, 1);
	scratch_write(scratch, "cache/x", "");
	scratch_write(scratch, ".quorate/generation", "");
	scratch_write(scratch, "a.tmp", "");
	scratch_write(scratch, "a", "");
	expect(w, "+a");
}

/* More directories than a step takes, and each of them is watched. */
static void test_many(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;
	struct tree_facts facts;
	char name[32];

	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(mkdir(scratch_path(scratch, name), 0755), 0);
	}
	watch_open(w, NULL);
	assert_watches(w, 601);
	tree_tell(w->tree, &facts);
	if (!w->fanotify)
		assert_in_range(facts.memory, 601 * 40, 601 * 80); /* bytes a directory */
	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "d%d/f", i);
		scratch_write(scratch, name, "");
	}
	watch_settle(w);
	assert_int_equal(w->changes.count, 600);
	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "d%d/f", i);
		assert_int_equal(unlink(scratch_path(scratch, name)), 0);
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(rmdir(scratch_path(scratch, name)), 0);
	}
	watch_settle(w);
	assert_watches(w, 1);
}

/* The kernel's queue is shorter than the burst: everything may have changed, and all is watched. */
static void test_overflow(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;
	struct tree_facts facts;
	char name[32];

	watch_open(w, NULL);
	make_directory(w, "d");
	for (int i = 0; i < 20000; i++) {
		(void)snprintf(name, sizeof(name), "d/%d", i % 2);
		scratch_write(scratch, i % 2 ? "a" : "b", "");
	}
	make_directory(w, "late");
	watch_settle(w);
	tree_tell(w->tree, &facts);
	if (!facts.overflows) {
		skip(); /* fs.inotify.max_queued_events is larger here */
	}
	assert_true(w->changes.full);
	assert_int_equal(facts.watches, 3);
	changes_clear(&w->changes);
	scratch_write(scratch, "late/x", "");
	expect(w, "+late/x");
}

static void test_lost(void **state)
{
	struct watch *w = *state;
	struct scratch *scratch = w->scratch;
	struct fault fault = FAULT_INIT;
	int r;

	assert_int_equal(mkdir(scratch_path(scratch, "tree"), 0755), 0);
	r = tree_open(scratch_path(scratch, "tree"), &w->filter, w->fanotify, &w->tree, &fault);
	if (r == -EPERM && w->fanotify)
		skip(); /* needs CAP_SYS_ADMIN */
	assert_int_equal(r, 0);
	watch_settle(w);
	assert_int_equal(rmdir(scratch_path(scratch, "tree")), 0);
	do {
		r = tree_step(w->tree, &w->changes);
	} while (r == TREE_MORE);
	assert_int_equal(r, TREE_LOST);
	tree_close(&w->tree);
	assert_int_equal(tree_open(scratch_path(scratch, "tree"), &w->filter, w->fanotify, &w->tree,
				   &fault),
			 -ENOENT);
	assert_int_equal(fault.kind, FAULT_ARGS);
}

/* One mark for the whole filesystem: what is beside the tree is not told, nor in the tree's namesake. */
static void test_beside(void **state)
{
	struct watch *w = *state;
	char beside[SCRATCH_PATH_MAX + 8], path[SCRATCH_PATH_MAX + 16];
	AUTO_CLOSE int fd = -1;

	watch_open(w, NULL);
	(void)snprintf(beside, sizeof(beside), "%s.beside", w->scratch->directory);
	(void)snprintf(path, sizeof(path), "%s/file", beside);
	assert_int_equal(mkdir(beside, 0755), 0);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(close(TAKE_FD(fd)), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(beside), 0);
	scratch_write(w->scratch, "in", "");
	expect(w, "+in");
}

static void assert_told(const struct watch *w, const char *path, enum change_kind kind)
{
	const struct change *change = changes_find(&w->changes, path);

	assert_non_null(change);
	assert_int_equal(change->kind, kind);
}

/* A directory that is renamed before its events are read: what is in it is told where it is now. */
static void test_renamed_meanwhile(void **state)
{
	struct watch *w = *state;

	watch_open(w, NULL);
	make_directory(w, "a");
	scratch_write(w->scratch, "a/f", "1");
	watch_settle(w);
	changes_clear(&w->changes);
	scratch_write(w->scratch, "a/f", "2");
	scratch_write(w->scratch, "a/g", "1");
	move(w, "a", "b");
	watch_settle(w);
	assert_false(w->changes.full);
	assert_told(w, "b/f", CHANGE_FILE);
	assert_told(w, "b/g", CHANGE_FILE);
	assert_told(w, "a", CHANGE_GONE);
}

#define OF_KIND(kind, test)                                                                        \
	{                                                                                          \
#kind ": " #test, test, watch_setup, watch_teardown, (void *)&(kind)               \
	}
#define OF_BOTH(test) OF_KIND(inotify, test), OF_KIND(fanotify, test)

int main(void)
{
	static bool inotify = false, fanotify = true;
	const struct CMUnitTest tests[] = {
		OF_BOTH(test_files),
		OF_BOTH(test_directories),
		OF_BOTH(test_swap),
		OF_BOTH(test_in_and_out),
		OF_BOTH(test_excluded),
		OF_BOTH(test_many),
		OF_BOTH(test_lost),
		OF_BOTH(test_beside),
		OF_BOTH(test_renamed_meanwhile),
		OF_KIND(inotify, test_overflow),
	};

	return cmocka_run_group_tests_name("rsync-tree", tests, NULL, NULL);
}
