/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ownership by scope.
 *
 * A variable declared with CLEANUP(free_function) is released when its scope ends; the function
 * receives the variable's address and must accept an empty object. TAKE() hands the content of
 * such a pointer to a new owner and leaves NULL behind; TAKE_FD() does the same for a descriptor
 * and leaves -1.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))
#define PRINTF_LIKE(string, first) __attribute__((__format__(__printf__, string, first)))
#define MUST_CHECK __attribute__((warn_unused_result))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static inline void attr_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void attr_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define AUTO_FREE CLEANUP(attr_free)
#define AUTO_CLOSE CLEANUP(attr_close)

#define TAKE(pointer)                                                                              \
	({                                                                                         \
		__typeof__(pointer) *attr_from = &(pointer);                                       \
		__typeof__(pointer) attr_taken = *attr_from;                                       \
		*attr_from = NULL;                                                                 \
		attr_taken;                                                                        \
	})

#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int attr_taken = (fd);                                                             \
		(fd) = -1;                                                                         \
		attr_taken;                                                                        \
	})
