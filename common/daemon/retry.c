// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/retry.h"

void retry_init(struct retry *retry, struct loop *loop, long long first, long long most,
		void (*fire)(void *), void *data)
{
	*retry = (struct retry){.first = first, .most = most};
	loop_timer_init(&retry->timer, loop, fire, data);
}

void retry_later(struct retry *retry)
{
	retry->pause = retry->pause ? 2 * retry->pause : retry->first;
	if (retry->pause > retry->most)
		retry->pause = retry->most;
	(void)loop_timer_set(&retry->timer, retry->pause);
}

void retry_worked(struct retry *retry)
{
	retry->pause = 0;
}
