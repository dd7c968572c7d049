/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard: whether a tree may be a source, may be written to, and how much may go from it.
 *
 * A tree has a token in its own directory (CONFIG_OWN_DIRECTORY): the generation of which it is a
 * whole copy. It is made at the first promote, raised by each later one, written by a target after a
 * whole pass, and never synchronized. The ledger (rsync/ledger.h), outside of the tree, knows what
 * it should be; a tree that lost its token since is not the tree. Verdicts are pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fault;
struct rsync_config;

struct guard_anchor { /* what the directory was when the daemon began to use it */
	dev_t device;
	ino_t inode;
	bool set;
};

struct guard_view {
	bool there;	     /* the directory can be opened */
	bool moved;	     /* it is not what the anchor says */
	bool mounted;	     /* its device is not its parent's */
	bool empty;	     /* nothing but our own directory is in it */
	bool token;	     /* it has one */
	uint64_t generation; /* the token's */
};

/* 0, or -errno with the fault set, when the directory is there and can't be looked at. */
int guard_look(const struct rsync_config *config, const struct guard_anchor *anchor,
	       struct guard_view *ret_view, struct fault *fault);
int guard_set_anchor(const char *directory, struct guard_anchor *ret_anchor);

/* generation: the highest that this node knows of the tree, 0 when it was never used. */
int guard_judge_source(const struct rsync_config *config, const struct guard_view *view,
		       uint64_t generation, struct fault *fault);
int guard_judge_target(const struct rsync_config *config, const struct guard_view *view,
		       uint64_t generation, struct fault *fault);

/*
 * Whether so many deletions in a tree of so many paths are within the limits. 0, or -EDQUOT with
 * the fault set: the sentence names the numbers and the command that lets it through.
 */
int guard_judge_deletions(const struct rsync_config *config, size_t deletions, size_t paths,
			  struct fault *fault);

/* Paths at and below a path of the tree, itself too, counted up to the limit; 0: nothing there. */
size_t guard_count(const char *directory, const char *path, size_t limit);

/* The token, in one rename(2) and on disk when it returns. 0 or -errno. */
int guard_write_token(const char *directory, uint64_t generation);

/* Makes our own directory of the tree, and empties what killed rsyncs left in it. 0 or -errno. */
int guard_prepare(const char *directory);

/* Removes the parts of files that a broken pull has left to be resumed. 0 or -errno. */
int guard_drop_partial(const char *directory);
