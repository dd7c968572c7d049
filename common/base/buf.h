/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A growing string.
 *
 * data is always NUL-terminated, also when empty; length does not count that NUL. An allocation
 * that fails is remembered: later additions do nothing and buf_error() returns -ENOMEM, so that
 * a caller checks once, at the end. buf_release() leaves an empty buf that can be used again.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf {
	char *data;
	size_t length; /* bytes */
	size_t room;   /* bytes allocated; 0 while data is the shared empty string */
	int error;
};

extern const char buf_empty[1];

#define BUF_INIT ((struct buf){.data = (char *)(uintptr_t)buf_empty})

void buf_add(struct buf *buf, const void *bytes, size_t length);
void buf_adds(struct buf *buf, const char *string);
void buf_addf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_clear(struct buf *buf);
int buf_error(const struct buf *buf);
void buf_release(struct buf *buf);

#define AUTO_BUF CLEANUP(buf_release)
