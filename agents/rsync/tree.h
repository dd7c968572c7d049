/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tree that is watched: every change of it becomes a path in a set of changes.
 *
 * inotify, a watch a directory: a directory is watched before it is listed, so that nothing falls
 * between; what is in a new or moved-in directory is listed into the changes. By option one
 * fanotify mark on the whole filesystem (CAP_SYS_ADMIN), which needs no scan and no watches. Other
 * filesystems mounted below are not entered, excluded paths neither watched nor told.
 *
 * A queue overflow or more paths than the limit make the changes full. Never works for long at once: tree_step() does a bounded piece and says whether there is
 * more to do. Sources: inotify(7), fanotify(7).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct fault;
struct filter;
struct tree;

struct tree_facts {
	size_t watches;	  /* directories watched */
	size_t memory;	  /* bytes held for them, about */
	size_t overflows; /* of the kernel's queue, and scans begun again */
	bool scanning;	  /* a scan is not done: not everything is watched yet */
	int blind;	  /* errno of a watch that can't be had: something is not seen; 0: none */
};

/*
 * Opens the tree and begins to watch it; the filter is borrowed. 0, or -errno with the fault set:
 * FAULT_ARGS when the directory is not there, FAULT_PERM without the right for fanotify.
 */
int tree_open(const char *directory, const struct filter *filter, bool fanotify,
	      struct tree **ret_tree, struct fault *fault);
void tree_close(struct tree **tree);

int tree_fd(const struct tree *tree); /* readable: call tree_step() */

enum tree_outcome {
	TREE_MORE = 1, /* there is more to do: step again, after the other work of the loop */
	TREE_LOST =
		2, /* the tree itself was unmounted, moved or removed: close it, trust nothing */
};

/*
 * Some 256 directories or events of work, added to the changes. 0: all done until tree_fd() is
 * readable. At the end of a scan the changes are full: before, a change could go unseen.
 */
int tree_step(struct tree *tree, struct changes *changes);
void tree_tell(const struct tree *tree, struct tree_facts *ret_facts);

#define AUTO_TREE CLEANUP(tree_close)
