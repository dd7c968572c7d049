/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When something is tried again that failed: after a pause that is twice as long after each failure, up
 * to the longest one.
 */
#pragma once

#include "daemon/loop.h"

struct retry {
	struct loop_timer timer;
	long long first, most; /* milliseconds */
	long long pause;       /* the last one; 0: the next is the first */
};

/* fire tries again. The timer is the owner's: to try at once, or to clear before the retry goes. */
void retry_init(struct retry *retry, struct loop *loop, long long first, long long most,
		void (*fire)(void *), void *data);

void retry_later(struct retry *retry);

/* It has worked: the next pause is the first one. */
void retry_worked(struct retry *retry);
