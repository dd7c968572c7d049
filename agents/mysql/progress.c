// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/progress.h"

#include <stdio.h>

#include "base/deadline.h"

#define PROGRESS_SECOND 1000000000LL
#define PROGRESS_EVERY (10 * PROGRESS_SECOND)
#define PROGRESS_STEP 10 /* percent */

static const char *const progress_sizes[] = {"B", "kB", "MB", "GB", "TB"};

struct progress progress_begin(enum progress_unit unit, long long total)
{
	const long long now = deadline_now();

	return (struct progress){.unit = unit, .begun = now, .total = total, .told = now};
}

/* Of the whole, 0 to 100; -1 while the whole is not known. */
static int progress_percent(const struct progress *p)
{
	if (p->total <= 0)
		return -1;
	return p->done >= p->total ? 100 : (int)((double)p->done * 100 / (double)p->total);
}

/* The size that the number has, and how much of it is one. */
static const char *progress_scale(double number, double *ret_one)
{
	size_t i = 0;

	for (*ret_one = 1; number >= 1000 * *ret_one && i + 1 < ARRAY_SIZE(progress_sizes); i++)
		*ret_one *= 1000;
	return progress_sizes[i];
}

static void progress_print_bytes(const struct progress *p, double rate, struct buf *text)
{
	const double whole = (double)(p->total > p->done ? p->total : p->done);
	double one, rate_one;
	const char *size = progress_scale(whole, &one),
		   *rate_size = progress_scale(rate, &rate_one);

	buf_addf(text, "%.1f", (double)p->done / one);
	if (p->total > 0)
		buf_addf(text, " of %.1f", (double)p->total / one);
	buf_addf(text, " %s", size);
	if (p->total > 0)
		buf_addf(text, " (%d %%)", progress_percent(p));
	buf_addf(text, ", %.1f %s/s", rate / rate_one, rate_size);
}

void progress_print(const struct progress *p, long long now, struct buf *text)
{
	const double seconds = (double)(now - p->begun) / (double)PROGRESS_SECOND;
	const double rate = seconds > 0 ? (double)p->done / seconds : 0;

	if (p->unit == PROGRESS_BYTES)
		progress_print_bytes(p, rate, text);
	else
		buf_addf(text, "%lld of %lld transactions (%d %%), %.0f/s", p->done, p->total,
			 progress_percent(p), rate);
}

bool progress_is_due(struct progress *p, long long now)
{
	const int percent = progress_percent(p);

	if (now - p->told < PROGRESS_EVERY && percent < p->told_percent + PROGRESS_STEP)
		return false;
	p->told = now;
	p->told_percent = percent;
	return true;
}
