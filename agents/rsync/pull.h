/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One rsync that brings content from the source, run beside the loop.
 *
 * rsync never deletes on its own here: PULL_LOOK counts what would go, and PULL_GONE removes paths
 * that were listed and counted before, and that are gone at the source when it runs. All others
 * leave in place what the source does not have.
 *
 * An rsync that refuses its own --delete-missing-args shows it at the first PULL_GONE, before anything
 * is deleted: that pull and all later ones (setting.unmarked) weed (rsync/weed.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"
#include "rsync/changes.h"
#include "rsync/outcome.h"

#define PULL_RULES ".rules" /* behind the setting's base: a file of a pull that weeds */

struct fault;
struct pull;
struct setting;
struct spare;

enum pull_kind {
	PULL_PATHS,   /* the listed paths; what is gone meanwhile is left alone */
	PULL_GONE,    /* the listed paths, deleting those that the source does not have */
	PULL_ALL,     /* the whole tree */
	PULL_LOOK,    /* dry run of the whole tree, with deletions */
	PULL_COMPARE, /* dry run of the listed paths by content (checksums) */
};

struct pull_order {
	enum pull_kind kind;
	struct inet source; /* where it serves */
	int port;
	const char *into;   /* absolute: the tree, or a snapshot being made */
	const char *backup; /* absolute: what is overwritten or deleted goes there; NULL: nowhere */
	bool checksum;	    /* compare by content, not by size and time */
	bool force;	    /* a directory in the way of a file goes: only when it was counted */
	const struct changes
		*paths;	     /* of PULL_PATHS, PULL_GONE, PULL_COMPARE; they stay until done() */
	struct spare *spare; /* of PULL_PATHS: one that may be used for it; NULL: none */
};

struct pull_result {
	enum outcome outcome;
	size_t brought, deleted; /* paths that rsync named */
	uint64_t files;		 /* in the source's tree: PULL_ALL and PULL_LOOK */
	uint64_t created;	 /* of them new here */
	long long milliseconds;
	char reason[256]; /* "" when done */
};

struct pull_ops {
	/* Each path as rsync names it. May be NULL. */
	void (*seen)(enum change_kind kind, const char *path, void *data);

	/* The end; the pull is gone when this is called. */
	void (*done)(const struct pull_result *result, void *data);
};

/* 0, or -errno with the fault set, and then nothing is called back. */
int pull_start(const struct setting *setting, const struct pull_order *order,
	       const struct pull_ops *ops, void *data, struct pull **ret_pull, struct fault *fault);

/* Has a spare ready for a pull by such an order, whatever its paths will be. */
void pull_keep_spare(const struct setting *setting, const struct pull_order *order);

void pull_end(struct pull *pull);   /* SIGTERM: rsync keeps partial files; done() still comes */
void pull_kill(struct pull **pull); /* at once and without a word */
