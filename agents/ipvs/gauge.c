// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/gauge.h"

#include <string.h>
#include <sys/mman.h>

#include "base/line.h"

#define GAUGE_TRIES 100

static size_t gauges_size(size_t count)
{
	return sizeof(struct gauges) + count * sizeof(struct gauge_cell);
}

struct gauges *gauges_new(size_t count)
{
	struct gauges *gauges = mmap(NULL, gauges_size(count), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (gauges == MAP_FAILED)
		return NULL;
	for (size_t i = 0; i < count; i++)
		gauges->cells[i].gauge.weight = OUTCOME_NO_WEIGHT;
	return gauges;
}

void gauges_free(struct gauges *gauges, size_t count)
{
	if (gauges)
		(void)munmap(gauges, gauges_size(count));
}

void gauge_write(struct gauge_cell *cell, const struct gauge *gauge)
{
	__atomic_add_fetch(&cell->turn, 1, __ATOMIC_SEQ_CST);
	memcpy(&cell->gauge, gauge, sizeof(*gauge));
	__atomic_add_fetch(&cell->turn, 1, __ATOMIC_SEQ_CST);
}

void gauge_tame(struct gauge *gauge)
{
	unsigned char bits[3];

	/* What is neither 0 nor 1 is no bool, and undefined to be read as one. */
	memcpy(&bits[0], &gauge->known, 1);
	memcpy(&bits[1], &gauge->alive, 1);
	memcpy(&bits[2], &gauge->percent, 1);
	gauge->known = bits[0] == 1;
	gauge->alive = bits[1] == 1;
	gauge->percent = bits[2] == 1;
	if ((unsigned int)gauge->code >= OUTCOME_CODES)
		gauge->code = OUTCOME_NONE;
	if (gauge->weight < OUTCOME_NO_WEIGHT)
		gauge->weight = OUTCOME_NO_WEIGHT;
	if (gauge->weight > (gauge->percent ? 100 : OUTCOME_WEIGHT_MAX))
		gauge->weight = gauge->percent ? 100 : OUTCOME_WEIGHT_MAX;
	gauge->reason[sizeof(gauge->reason) - 1] = '\0';
	line_clean(gauge->reason);
}

bool gauge_read(const struct gauge_cell *cell, struct gauge *ret_gauge)
{
	for (int i = 0; i < GAUGE_TRIES; i++) {
		const uint32_t before = __atomic_load_n(&cell->turn, __ATOMIC_SEQ_CST);
		struct gauge gauge;

		memcpy(&gauge, &cell->gauge, sizeof(gauge));
		if (before % 2 || __atomic_load_n(&cell->turn, __ATOMIC_SEQ_CST) != before)
			continue;
		gauge_tame(&gauge);
		*ret_gauge = gauge;
		return true;
	}
	return false;
}
