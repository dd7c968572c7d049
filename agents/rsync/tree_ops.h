/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of rsync/tree.h: what the kinds of watchers share. For the files tree*.c alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "rsync/tree.h"

struct tree_ops;

struct tree {
	const struct tree_ops *ops;
	const struct filter *filter;
	struct buf directory; /* absolute, symbolic links resolved */
	dev_t device;
	int fd;
	struct tree_facts facts;
	struct buf path; /* room for a path that is being put together */
	void *kind;	 /* the kind's own */
};

struct tree_ops {
	int (*open)(struct tree *tree, struct fault *fault);
	void (*close)(struct tree *tree);

	/* Takes in events; 0, TREE_MORE or TREE_LOST. */
	int (*events)(struct tree *tree, struct changes *changes);

	/* Goes on with what has to be listed; 0 or TREE_MORE. */
	int (*work)(struct tree *tree, struct changes *changes);
};

extern const struct tree_ops tree_inotify, tree_fanotify;

/*
 * Calls found() for each entry of the directory that is not excluded; path is relative to the tree,
 * "" being the tree itself, and may be the tree's own room. 0 or -errno.
 */
int tree_list(struct tree *tree, const char *path,
	      void (*found)(struct tree *tree, const char *path, bool directory, void *data),
	      void *data);
