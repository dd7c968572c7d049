/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole small files.
 *
 * All functions return 0 or -errno.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct stat;

/*
 * Appends a regular file's bytes, whose end is the first short read(2); -EFBIG when it holds more
 * than limit of them.
 */
int file_read(const char *path, size_t limit, struct buf *buf);

/*
 * Makes the file, mode 0600; -EEXIST when it is there. A reader may see it empty, and so does who
 * comes after a writer that was killed.
 */
int file_create(const char *path, const void *bytes, size_t length);

#define FILE_NEW ".new"

/*
 * Replaces the file in one rename(2), mode 0600: a reader sees the old or the new bytes. They are
 * written to the name with FILE_NEW behind it first, so that a writer that was killed leaves one
 * file at the most; writers of one file must not overlap.
 */
int file_replace(const char *path, const void *bytes, size_t length);

/* Removes the file, if it is there, and what a killed writer left. */
void file_remove(const char *path);

/* One write(2) of the text into an existing file: a sysctl under /proc/sys. */
int file_poke(const char *path, const char *text);

/* Makes the directory, mode 0755, if it is not there. */
int file_directory(const char *path);

/* Whether it may hold a secret: a regular file of root or of us that gives nothing to others. */
bool file_is_private(const struct stat *st);
