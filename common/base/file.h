/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole small files.
 *
 * All functions return 0 or -errno.
 */
#pragma once

#include "base/buf.h"

/*
 * Appends a regular file's bytes, whose end is the first short read(2); -EFBIG when it holds more
 * than limit of them.
 */
int file_read(const char *path, size_t limit, struct buf *buf);

/* Replaces the file in one rename(2), mode 0600: a reader sees the old or the new bytes. */
int file_replace(const char *path, const void *bytes, size_t length);

/* One write(2) of the text into an existing file: a sysctl under /proc/sys. */
int file_poke(const char *path, const char *text);

/* Makes the directory, mode 0755, if it is not there. */
int file_directory(const char *path);
