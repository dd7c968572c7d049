/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mode=snapshot: the parameter directory is a symbolic link to one of the snapshots beside it.
 *
 *	/srv/www -> www.snapshots/000000012.000000047	directory: what everyone reads
 *	/srv/www.snapshots/000000012.000000046		kept, by the parameter keep
 *	/srv/www.snapshots/new				being made
 *
 * A snapshot is a copy by hard links of the current one that rsync works on: rsync replaces files,
 * it never writes into them (attributes of an unchanged file are those of all its links). The flip is
 * one rename(2) of the link: readers see all of the old or all of the new.
 */
#pragma once

#include <stdint.h>

#include "base/buf.h"

struct argv;
struct fault;
struct rsync_config;

/* Makes directory a link to a first snapshot: an empty one, or of the directory that is there. */
int snapshot_prepare(const char *directory, struct fault *fault);

/* DIRECTORY.snapshots/new; what a killed pass left there must go first (snapshot_clear_argv()). */
int snapshot_new_path(const char *directory, struct buf *path);
void snapshot_copy_argv(const char *directory, struct argv *argv);  /* cp -al of the current one */
void snapshot_clear_argv(const char *directory, struct argv *argv); /* rm -rf of the new one */

/* Names the new one and flips to it. 0 or -errno with the fault set. */
int snapshot_flip(const char *directory, uint64_t generation, struct fault *fault);

/* rm -rf of those beyond keep, oldest first; an empty argv when there is none to remove. */
int snapshot_prune_argv(const char *directory, long keep, struct argv *argv);

/* Flips back to the snapshot before the current one. 0, -ENOENT, or -errno with the fault set. */
int snapshot_roll_back(const char *directory, struct fault *fault);
