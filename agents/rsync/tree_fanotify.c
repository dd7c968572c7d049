// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "rsync/changes.h"
#include "rsync/filter.h"
#include "rsync/tree_ops.h"

#define FANOTIFY_MASK                                                                              \
	(FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_CLOSE_WRITE | FAN_ATTRIB |  \
	 FAN_ONDIR)
#define FANOTIFY_EVENT 1024 /* bytes: a name has 255, a handle 128 */
#define FANOTIFY_READ 16384
#define FANOTIFY_WORK 256 /* directories a step */

struct fanotify {
	ino_t inode;	/* of the tree: another one there is another tree */
	char **waiting; /* owned: directories that were moved in, to be listed */
	size_t count, room;
};

static struct fanotify *fanotify_of(const struct tree *tree)
{
	return tree->kind;
}

static int fanotify_open(struct tree *tree, struct fault *fault)
{
	struct stat st = {.st_ino = 0};
	int r = 0;

	tree->kind = calloc(1, sizeof(struct fanotify));
	if (!tree->kind)
		return -ENOMEM;
	tree->fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_NONBLOCK |
					 FAN_CLOEXEC | FAN_UNLIMITED_QUEUE,
				 O_RDONLY | O_CLOEXEC);
	if (tree->fd < 0 || stat(tree->directory.data, &st) < 0 ||
	    fanotify_mark(tree->fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FANOTIFY_MASK, AT_FDCWD,
			  tree->directory.data) < 0)
		r = -errno;
	if (r == -EPERM)
		return fault_set(fault, FAULT_PERM, r, "fanotify needs CAP_SYS_ADMIN");
	if (r)
		return fault_set(fault, FAULT_GENERIC, r,
				 "fanotify: cannot watch the filesystem of %s: %s",
				 tree->directory.data, strerror(-r));
	fanotify_of(tree)->inode = st.st_ino;
	tree->facts.scanning = true;
	return 0;
}

static void fanotify_close(struct tree *tree)
{
	struct fanotify *f = fanotify_of(tree);

	for (size_t i = 0; f && i < f->count; i++)
		free(f->waiting[i]);
	if (f)
		free(f->waiting);
	free(f);
}

static int fanotify_wait(struct fanotify *f, const char *path)
{
	char *copy = strdup(path);

	if (copy && f->count == f->room) {
		size_t room = f->room ? f->room * 2 : 16;
		char **waiting = reallocarray(f->waiting, room, sizeof(*waiting));

		if (waiting) {
			f->waiting = waiting;
			f->room = room;
		}
	}
	if (!copy || f->count == f->room) {
		free(copy);
		return -ENOMEM;
	}
	f->waiting[f->count++] = copy;
	return 0;
}

/*
 * The path of an event relative to the tree into the tree's room. False for one that is not in it, or
 * whose directory is gone: then an event of that directory tells.
 */
static bool fanotify_path(struct tree *tree, int root, const struct fanotify_event_info_fid *info)
{
	const struct file_handle *handle = (const struct file_handle *)info->handle;
	const char *name = (const char *)handle->f_handle + handle->handle_bytes;
	AUTO_CLOSE int fd = open_by_handle_at(root, (struct file_handle *)(uintptr_t)handle,
					      O_PATH | O_CLOEXEC);
	char link[64], path[PATH_MAX];
	const size_t length = tree->directory.length;
	ssize_t n;

	if (fd < 0)
		return false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	if (strncmp(path, tree->directory.data, length) || (path[length] && path[length] != '/'))
		return false;
	buf_clear(&tree->path);
	buf_adds(&tree->path, path[length] ? path + length + 1 : "");
	/* What happens to a directory itself has the name ".": a change of its mode. */
	if (strcmp(name, ".") != 0)
		buf_addf(&tree->path, "%s%s", tree->path.length ? "/" : "", name);
	return tree->path.length && !buf_error(&tree->path);
}

static void fanotify_told(struct tree *tree, const struct fanotify_event_metadata *event,
			  struct changes *changes)
{
	const bool directory = event->mask & FAN_ONDIR;
	const char *path = tree->path.data;
	struct stat st;
	AUTO_BUF struct buf full = BUF_INIT;

	if (filter_hides(tree->filter, path, directory))
		return;
	/* Events of one name are merged: what is there now is what counts. */
	buf_addf(&full, "%s/%s", tree->directory.data, path);
	if (buf_error(&full) || lstat(full.data, &st) < 0) {
		changes_add(changes, CHANGE_GONE, path);
		return;
	}
	/* A new file is told when it is closed. */
	if (!(event->mask & FANOTIFY_MASK & ~(uint64_t)(FAN_CREATE | FAN_ONDIR)) &&
	    S_ISREG(st.st_mode) && st.st_nlink == 1)
		return;
	changes_add(changes, S_ISDIR(st.st_mode) ? CHANGE_DIRECTORY : CHANGE_FILE, path);
	if (S_ISDIR(st.st_mode) && event->mask & FAN_MOVED_TO &&
	    fanotify_wait(fanotify_of(tree), path))
		changes_fill(changes);
}

static bool fanotify_is_lost(const struct tree *tree, int root)
{
	struct stat st;

	return root < 0 || fstat(root, &st) < 0 || st.st_dev != tree->device ||
	       st.st_ino != fanotify_of(tree)->inode;
}

static void fanotify_event(struct tree *tree, int root, const struct fanotify_event_metadata *event,
			   struct changes *changes)
{
	const struct fanotify_event_info_fid *info =
		(const struct fanotify_event_info_fid *)(event + 1);

	if (event->mask & FAN_Q_OVERFLOW) {
		tree->facts.overflows++;
		changes_fill(changes);
	} else if (event->event_len > sizeof(*event) &&
		   info->hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME &&
		   fanotify_path(tree, root, info)) {
		fanotify_told(tree, event, changes);
	}
}

static int fanotify_events(struct tree *tree, struct changes *changes)
{
	char bytes[FANOTIFY_READ];
	/* The kernel puts one event behind the other, aligned or not. */
	char event[FANOTIFY_EVENT] __attribute__((aligned(__alignof__(uint64_t))));
	/* Not held open: it would keep the filesystem from being unmounted. */
	AUTO_CLOSE int root = open(tree->directory.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t length;
	ssize_t n;

	if (fanotify_is_lost(tree, root))
		return TREE_LOST;
	n = read(tree->fd, bytes, sizeof(bytes));
	for (ssize_t at = 0; n - at >= (ssize_t)FAN_EVENT_METADATA_LEN; at += length) {
		memcpy(&length, bytes + at, sizeof(length));
		if (length < FAN_EVENT_METADATA_LEN || length > n - at || length > sizeof(event)) {
			changes_fill(changes);
			break;
		}
		memcpy(event, bytes + at, length);
		fanotify_event(tree, root, (const struct fanotify_event_metadata *)event, changes);
	}
	return n > (ssize_t)(sizeof(bytes) / 2) ? TREE_MORE : 0;
}

static void fanotify_found(struct tree *tree, const char *path, bool directory, void *data)
{
	struct changes *changes = data;

	changes_add(changes, directory ? CHANGE_DIRECTORY : CHANGE_FILE, path);
	if (directory && fanotify_wait(fanotify_of(tree), path))
		changes_fill(changes);
}

static int fanotify_work(struct tree *tree, struct changes *changes)
{
	struct fanotify *f = fanotify_of(tree);

	if (tree->facts.scanning) /* what changed before the mark was there has told nobody */
		changes_fill(changes);
	tree->facts.scanning = false;
	for (size_t i = 0; i < FANOTIFY_WORK && f->count; i++) {
		AUTO_FREE char *path = f->waiting[--f->count];

		if (tree_list(tree, path, fanotify_found, changes) == -ENOMEM)
			changes_fill(changes);
	}
	return f->count ? TREE_MORE : 0;
}

const struct tree_ops tree_fanotify = {
	.open = fanotify_open,
	.close = fanotify_close,
	.events = fanotify_events,
	.work = fanotify_work,
};
