// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/recent.h"

void recent_add(struct recent *recent, long long now, size_t count)
{
	const long long from = recent->last > now - RECENT_S ? recent->last : now - RECENT_S;

	for (long long s = from + 1; s <= now; s++)
		recent->count[s % RECENT_S] = 0;
	recent->last = now;
	recent->count[now % RECENT_S] += count;
}

size_t recent_sum(const struct recent *recent, long long now)
{
	const long long over = now - RECENT_S; /* what was then, and before */
	size_t sum = 0;

	for (long long s = recent->last; s >= 0 && s > over && s > recent->last - RECENT_S; s--)
		sum += recent->count[s % RECENT_S];
	return sum;
}
