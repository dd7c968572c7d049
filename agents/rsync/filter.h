/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which paths of the tree are synchronized at all: rules in rsync's own pattern language, applied
 * alike by the watcher here and by rsync (which does not filter the paths that it is told).
 *
 * A pattern without '/' (but for one at its end) is compared with the last piece of the path, else
 * with the end of the path, at a leading '/' with the whole of it. A '/' at its end: directories
 * only. '*' and '?' stop at '/', '**' does not, [a-z] and backslash as in glob(7). The first rule
 * that matches decides, and what is below an excluded directory is excluded. Source: rsync(1),
 * "PATTERN MATCHING RULES"; "***" and modifiers are not understood.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct argv;
struct fault;
struct rsync_config;

struct filter_rule {
	char *pattern; /* as written, without a '/' at its end */
	bool include, directory;
};

struct filter {
	struct filter_rule *rules; /* owned; the first one excludes our own directory */
	size_t count;
};

#define FILTER_INIT ((struct filter){.rules = NULL})

/*
 * The parameters exclude (patterns separated by blanks) and filter_file (lines "- PATTERN" or
 * "+ PATTERN", comments with '#'). 0, -EINVAL or -errno with the fault set.
 */
int filter_read(const struct rsync_config *config, struct filter *ret_filter, struct fault *fault);
void filter_release(struct filter *filter);

/* Whether a pattern matches the path; one with '/' at its end matches what is below as well. */
bool filter_matches(const char *pattern, const char *path);

/* Whether the path itself is excluded, when none of its parents is. */
bool filter_excludes(const struct filter *filter, const char *path, bool directory);

/* Whether it or a parent of it is. */
bool filter_hides(const struct filter *filter, const char *path, bool directory);

/* --filter=... for rsync. */
void filter_argv(const struct filter *filter, struct argv *argv);

#define AUTO_FILTER CLEANUP(filter_release)
