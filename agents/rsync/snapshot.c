// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "rsync/argv.h"

#define SNAPSHOT_SUFFIX ".snapshots"
#define SNAPSHOT_NEW "new"
#define SNAPSHOT_DIGITS 9 /* "000000012.000000047": generation and number, sorted by name */
#define SNAPSHOT_NAME_MAX 64

/* The names of the snapshots, oldest first. */
struct snapshot_list {
	struct dirent **entries; /* owned, each too */
	int count;
};

static void snapshot_list_release(struct snapshot_list *list)
{
	for (int i = 0; i < list->count; i++)
		free(list->entries[i]);
	free(list->entries);
}

static int snapshot_is_one(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return strlen(name) >= 2 * SNAPSHOT_DIGITS + 1 && name[SNAPSHOT_DIGITS] == '.' &&
	       !name[strspn(name, "0123456789.")];
}

static int snapshot_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int snapshot_read(const char *directory, struct snapshot_list *list)
{
	AUTO_BUF struct buf path = BUF_INIT;

	buf_addf(&path, "%s" SNAPSHOT_SUFFIX, directory);
	if (buf_error(&path))
		return -ENOMEM;
	list->count = scandir(path.data, &list->entries, snapshot_is_one, snapshot_order);
	if (list->count >= 0)
		return 0;
	list->count = 0;
	return -errno;
}

/* The name of the current one: the last piece of what the link says. 0 or -errno. */
static int snapshot_current(const char *directory, char name[SNAPSHOT_NAME_MAX])
{
	char target[4096];
	ssize_t n = readlink(directory, target, sizeof(target) - 1);
	const char *slash;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	slash = strrchr(target, '/');
	if (!slash || strlen(slash + 1) >= SNAPSHOT_NAME_MAX)
		return -EINVAL;
	(void)snprintf(name, SNAPSHOT_NAME_MAX, "%s", slash + 1);
	return 0;
}

/* Makes the link anew beside the old one and renames it over that. */
static int snapshot_point(const char *directory, const char *name)
{
	AUTO_BUF struct buf target = BUF_INIT, link = BUF_INIT;
	const char *slash = strrchr(directory, '/');

	buf_addf(&target, "%s" SNAPSHOT_SUFFIX "/%s", slash + 1, name);
	buf_addf(&link, "%s" SNAPSHOT_SUFFIX "/link", directory);
	if (buf_error(&target) || buf_error(&link))
		return -ENOMEM;
	(void)unlink(link.data);
	/* Relative to where the link will stand. */
	if (symlink(target.data, link.data) < 0 || rename(link.data, directory) < 0)
		return -errno;
	return 0;
}

static int snapshot_first(const char *directory, bool there)
{
	AUTO_BUF struct buf path = BUF_INIT;
	char name[SNAPSHOT_NAME_MAX];

	(void)snprintf(name, sizeof(name), "%0*d.%0*d", SNAPSHOT_DIGITS, 0, SNAPSHOT_DIGITS, 0);
	buf_addf(&path, "%s" SNAPSHOT_SUFFIX "/%s", directory, name);
	if (buf_error(&path))
		return -ENOMEM;
	if (there ? rename(directory, path.data) < 0 :
		    mkdir(path.data, 0755) < 0 && errno != EEXIST)
		return -errno;
	return snapshot_point(directory, name);
}

int snapshot_prepare(const char *directory, struct fault *fault)
{
	AUTO_BUF struct buf store = BUF_INIT;
	struct stat st;
	int r;

	if (lstat(directory, &st) < 0)
		r = errno == ENOENT ? 0 : -errno;
	else if (S_ISLNK(st.st_mode))
		return 0;
	else
		r = S_ISDIR(st.st_mode) ? 1 : -ENOTDIR;
	buf_addf(&store, "%s" SNAPSHOT_SUFFIX, directory);
	if (r >= 0 && buf_error(&store))
		r = -ENOMEM;
	if (r >= 0) {
		const bool there = r;

		r = file_directory(store.data);
		if (!r)
			r = snapshot_first(directory, there);
	}
	if (r < 0)
		return fault_set(fault, FAULT_GENERIC, r, "cannot make %s a snapshot: %s",
				 directory, strerror(-r));
	return 0;
}

int snapshot_new_path(const char *directory, struct buf *path)
{
	buf_addf(path, "%s" SNAPSHOT_SUFFIX "/" SNAPSHOT_NEW, directory);
	return buf_error(path);
}

void snapshot_copy_argv(const char *directory, struct argv *argv)
{
	argv_add(argv, "/bin/cp");
	argv_add(argv, "-al");
	argv_add(argv, "--");
	argv_addf(argv, "%s/.", directory);
	argv_addf(argv, "%s" SNAPSHOT_SUFFIX "/" SNAPSHOT_NEW, directory);
}

static void snapshot_remove_words(struct argv *argv)
{
	argv_add(argv, "/bin/rm");
	argv_add(argv, "-rf");
	argv_add(argv, "--one-file-system");
	argv_add(argv, "--");
}

void snapshot_clear_argv(const char *directory, struct argv *argv)
{
	snapshot_remove_words(argv);
	argv_addf(argv, "%s" SNAPSHOT_SUFFIX "/" SNAPSHOT_NEW, directory);
}

/* One above the highest number that any snapshot has, so that names sort by age. */
static int snapshot_next_number(const char *directory, long long *ret_number)
{
	CLEANUP(snapshot_list_release) struct snapshot_list list = {.entries = NULL};
	int r = snapshot_read(directory, &list);

	*ret_number = 0;
	for (int i = 0; !r && i < list.count; i++) {
		const char *dot = strchr(list.entries[i]->d_name, '.');
		long long number;

		if (!num_parse(dot + 1, 0, INT64_MAX - 1, &number) && number >= *ret_number)
			*ret_number = number + 1;
	}
	return r;
}

int snapshot_flip(const char *directory, uint64_t generation, struct fault *fault)
{
	AUTO_BUF struct buf from = BUF_INIT, to = BUF_INIT;
	char name[SNAPSHOT_NAME_MAX];
	long long number;
	int r = snapshot_next_number(directory, &number);

	if (!r)
		r = snapshot_new_path(directory, &from);
	if (!r) {
		(void)snprintf(name, sizeof(name), "%0*llu.%0*lld", SNAPSHOT_DIGITS,
			       (unsigned long long)generation, SNAPSHOT_DIGITS, number);
		buf_addf(&to, "%s" SNAPSHOT_SUFFIX "/%s", directory, name);
		r = buf_error(&to);
	}
	if (!r && rename(from.data, to.data) < 0)
		r = -errno;
	if (!r)
		r = snapshot_point(directory, name);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot flip %s: %s", directory,
				 strerror(-r));
	return 0;
}

int snapshot_prune_argv(const char *directory, long keep, struct argv *argv)
{
	CLEANUP(snapshot_list_release) struct snapshot_list list = {.entries = NULL};
	char current[SNAPSHOT_NAME_MAX];
	int r = snapshot_current(directory, current);
	long spare;

	if (!r)
		r = snapshot_read(directory, &list);
	if (r)
		return r;
	spare = list.count - 1 - keep; /* the current one is none of those that are kept */
	for (int i = 0; i < list.count && spare > 0; i++) {
		if (!strcmp(list.entries[i]->d_name, current))
			continue;
		if (!argv->count)
			snapshot_remove_words(argv);
		argv_addf(argv, "%s" SNAPSHOT_SUFFIX "/%s", directory, list.entries[i]->d_name);
		spare--;
	}
	return argv_error(argv);
}

int snapshot_roll_back(const char *directory, struct fault *fault)
{
	CLEANUP(snapshot_list_release) struct snapshot_list list = {.entries = NULL};
	char current[SNAPSHOT_NAME_MAX];
	int r = snapshot_current(directory, current);
	int at = 0;

	if (!r)
		r = snapshot_read(directory, &list);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", directory, strerror(-r));
	while (at < list.count && strcmp(list.entries[at]->d_name, current))
		at++;
	if (at == 0 || at == list.count)
		return fault_set(fault, FAULT_GENERIC, -ENOENT, "%s has no snapshot older than %s",
				 directory, current);
	r = snapshot_point(directory, list.entries[at - 1]->d_name);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot flip %s: %s", directory,
				 strerror(-r));
	return 0;
}
