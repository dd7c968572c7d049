// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "rsync/filter.h"
#include "rsync/tree_ops.h"

int tree_open(const char *directory, const struct filter *filter, bool fanotify,
	      struct tree **ret_tree, struct fault *fault)
{
	AUTO_TREE struct tree *tree = calloc(1, sizeof(*tree));
	AUTO_FREE char *real = realpath(directory, NULL);
	struct stat st = {.st_dev = 0};
	int r;

	if (!tree)
		return -ENOMEM;
	*tree = (struct tree){.ops = fanotify ? &tree_fanotify : &tree_inotify,
			      .filter = filter,
			      .directory = BUF_INIT,
			      .path = BUF_INIT,
			      .fd = -1};
	if (!real || stat(real, &st) < 0)
		r = -errno;
	else
		r = S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	if (r)
		return fault_set(fault, FAULT_ARGS, r, "directory: %s: %s", directory,
				 strerror(-r));
	tree->device = st.st_dev;
	buf_adds(&tree->directory, real);
	r = buf_error(&tree->directory);
	if (!r)
		r = tree->ops->open(tree, fault);
	if (!r)
		*ret_tree = TAKE(tree);
	return r;
}

void tree_close(struct tree **tree)
{
	struct tree *t = *tree;

	if (!t)
		return;
	if (t->ops)
		t->ops->close(t);
	if (t->fd >= 0)
		(void)close(t->fd);
	buf_release(&t->directory);
	buf_release(&t->path);
	free(t);
	*tree = NULL;
}

int tree_fd(const struct tree *tree)
{
	return tree->fd;
}

int tree_step(struct tree *tree, struct changes *changes)
{
	int events = tree->ops->events(tree, changes);
	int work;

	if (events == TREE_LOST)
		return TREE_LOST;
	/* Events first: a queue that overflows costs a pass over everything. */
	if (events == TREE_MORE)
		return TREE_MORE;
	work = tree->ops->work(tree, changes);
	return work;
}

void tree_tell(const struct tree *tree, struct tree_facts *ret_facts)
{
	*ret_facts = tree->facts;
}

static void tree_close_directory(DIR **directory)
{
	if (*directory)
		(void)closedir(*directory);
}

static bool tree_is_directory(DIR *directory, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

int tree_list(struct tree *tree, const char *path,
	      void (*found)(struct tree *tree, const char *path, bool directory, void *data),
	      void *data)
{
	CLEANUP(tree_close_directory) DIR *directory = NULL;
	AUTO_BUF struct buf full = BUF_INIT, entry_path = BUF_INIT;
	struct stat st;

	buf_addf(&full, "%s/%s", tree->directory.data, path);
	if (buf_error(&full))
		return -ENOMEM;
	directory = opendir(full.data);
	if (!directory)
		return -errno;
	/* Something else may be mounted there by now, which is not ours. */
	if (fstat(dirfd(directory), &st) < 0 || st.st_dev != tree->device)
		return -EXDEV;
	for (const struct dirent *e; (e = readdir(directory));) {
		bool is_directory;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		buf_clear(&entry_path);
		buf_addf(&entry_path, "%s%s%s", path, *path ? "/" : "", e->d_name);
		if (buf_error(&entry_path))
			return -ENOMEM;
		is_directory = tree_is_directory(directory, e);
		if (!filter_excludes(tree->filter, entry_path.data, is_directory))
			found(tree, entry_path.data, is_directory, data);
	}
	return 0;
}
