/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The slower way to delete listed paths, for an rsync that refuses its own --delete-missing-args.
 *
 * The source lists the directories of the paths, and rsync deletes what is missing there; but rules
 * of the receiver put at risk only the paths and what is below them, and protect all else. A path
 * whose directory is gone at the source as well is left alone: it goes with that directory, which is
 * told, too. Pure. Source: rsync(1), "FILTER RULES IN DEPTH", "PATTERN MATCHING RULES".
 */
#pragma once

#include <stddef.h>

struct buf;
struct changes;

/* Paths of one run: rsync compares each name in the directories with each rule. */
#define WEED_PATHS_MAX 1000

/* Appends the rules of a merge file with --from0, for so many paths from there. 0 or -ENOMEM. */
int weed_rules(const struct changes *paths, size_t from, size_t count, struct buf *rules);

/* Appends their directories, each once, for --files-from with --from0. 0 or -ENOMEM. */
int weed_directories(const struct changes *paths, size_t from, size_t count, struct buf *list);
