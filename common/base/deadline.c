// SPDX-License-Identifier: BSD-3-Clause

#include "base/deadline.h"

#include <limits.h>
#include <time.h>

long long deadline_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

struct deadline deadline_in(long long milliseconds)
{
	const long long now = deadline_now();
	long long length, at;

	if (__builtin_mul_overflow(milliseconds, 1000000LL, &length) ||
	    __builtin_add_overflow(now, length, &at))
		at = milliseconds < 0 ? now : LLONG_MAX;
	return (struct deadline){.at = at};
}

struct deadline deadline_within(const struct deadline *deadline, long long milliseconds)
{
	struct deadline near = deadline_in(milliseconds);

	return deadline->at < near.at ? *deadline : near;
}

bool deadline_passed(const struct deadline *deadline)
{
	return deadline_now() >= deadline->at;
}

int deadline_left(const struct deadline *deadline)
{
	long long left = deadline->at - deadline_now();

	if (left <= 0)
		return 0;
	left = (left + 999999) / 1000000;
	return left > INT_MAX ? INT_MAX : (int)left;
}
