// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/office.h"

#include <time.h>

#include "base/deadline.h"

#define OFFICE_MS 1000000

/* As enum office_phase. */
static const char *const office_names[] = {"look",  "ledger", "freeze", "votes",
					   "drain", "epoch",  "open"};

void office_begin(struct office *office, long long begun)
{
	*office = (struct office){.last = begun};
}

void office_note(struct office *office, enum office_phase phase)
{
	const long long now = deadline_now();

	office->milliseconds[phase] += (now - office->last + OFFICE_MS / 2) / OFFICE_MS;
	office->last = now;
}

void office_print(const struct office *office, long long epoch, struct buf *text)
{
	buf_addf(text, "%lld@%lld:", epoch, (long long)time(NULL));
	for (int i = 0; i < OFFICE_PHASES; i++)
		buf_addf(text, "%s%s=%lld", i ? "," : "", office_names[i], office->milliseconds[i]);
}
