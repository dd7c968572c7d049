/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The place beside the data directory where another node's data are put together, before they take
 * its place.
 *
 *	DATADIR.copy/		while a copy is made
 *	DATADIR.copy/data	what becomes the data directory, all at once (RENAME_EXCHANGE)
 *	DATADIR.copy/wanted	for as long as this node has not followed anybody again
 *	DATADIR.before-TIME/	what it was before, one of them: nothing is thrown away silently
 *
 * A copy that was begun before this node followed a writer again may lack what was acknowledged here
 * since. So `wanted` is taken away before it follows (staging_forget()), and without it no copy
 * becomes complete: it is renamed to data/quorate.copied, which is what makes it one.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/buf.h"

struct fault;
struct log;
struct mysql_config;
struct record;

#define STAGING_COPIED "quorate.copied" /* a record: from, position, lineage */
#define STAGING_PATH (PATH_MAX + 64)

struct staging {
	char datadir[PATH_MAX]; /* without symbolic links */
	char root[STAGING_PATH], data[STAGING_PATH], wanted[STAGING_PATH], copied[STAGING_PATH];
};

/* Only names. 0 or -errno with the fault set. */
int staging_init(struct staging *staging, const struct mysql_config *config, struct fault *fault);

/*
 * Makes an empty one of the data directory's owner and mode. What is left of an earlier try goes. 0;
 * -EXDEV: the data directory is a mount point; -EINVAL: its file system can't exchange directories.
 */
int staging_begin(const struct staging *staging, struct fault *fault);

/* Bytes that a user of its file system may still write. */
long long staging_room(const struct staging *staging);

/* Everything is on the disk and complete, unless it was forgotten: -ECANCELED. */
int staging_finish(const struct staging *staging, const struct record *copied, struct fault *fault);

bool staging_is_complete(const struct staging *staging);

/* The next copy begins anew. Whoever makes one now fails at its end. */
void staging_forget(const struct mysql_config *config);

/* All of it goes, unless it is complete. */
void staging_discard(const struct staging *staging);

/*
 * Of a server that is down: a complete copy takes the data directory's place. 1 when it did, 0 when
 * there is none, -errno with the fault set.
 */
int staging_put_in_place(const struct staging *staging, const struct log *log, struct fault *fault);
