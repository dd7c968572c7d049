// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/alarms.h"

#include <errno.h>
#include <stdlib.h>

static void alarms_put(struct alarms *alarms, size_t place, struct alarm_at *alarm)
{
	alarms->heap[place - 1] = alarm;
	alarm->place = place;
}

static struct alarm_at *alarms_at(const struct alarms *alarms, size_t place)
{
	return alarms->heap[place - 1];
}

static void alarms_rise(struct alarms *alarms, struct alarm_at *alarm)
{
	size_t place = alarm->place;

	for (; place > 1 && alarms_at(alarms, place / 2)->at > alarm->at; place /= 2)
		alarms_put(alarms, place, alarms_at(alarms, place / 2));
	alarms_put(alarms, place, alarm);
}

static void alarms_sink(struct alarms *alarms, struct alarm_at *alarm)
{
	size_t place = alarm->place, child;

	for (; (child = place * 2) <= alarms->count; place = child) {
		if (child < alarms->count &&
		    alarms_at(alarms, child + 1)->at < alarms_at(alarms, child)->at)
			child++;
		if (alarms_at(alarms, child)->at >= alarm->at)
			break;
		alarms_put(alarms, place, alarms_at(alarms, child));
	}
	alarms_put(alarms, place, alarm);
}

int alarms_set(struct alarms *alarms, struct alarm_at *alarm, long long at)
{
	if (!alarm->place) {
		if (alarms->count == alarms->room) {
			const size_t room = alarms->room ? alarms->room * 2 : 64;
			struct alarm_at **heap =
				reallocarray(alarms->heap, room, sizeof(struct alarm_at *));

			if (!heap)
				return -ENOMEM;
			alarms->heap = heap;
			alarms->room = room;
		}
		alarms_put(alarms, ++alarms->count, alarm);
	}
	alarm->at = at;
	alarms_rise(alarms, alarm);
	alarms_sink(alarms, alarm);
	return 0;
}

void alarms_clear(struct alarms *alarms, struct alarm_at *alarm)
{
	const size_t place = alarm->place;
	struct alarm_at *last;

	if (!place)
		return;
	last = alarms_at(alarms, alarms->count--);
	alarm->place = 0;
	if (last == alarm)
		return;
	alarms_put(alarms, place, last);
	alarms_rise(alarms, last);
	alarms_sink(alarms, last);
}

struct alarm_at *alarms_first(const struct alarms *alarms)
{
	return alarms->count ? alarms->heap[0] : NULL;
}

void alarms_release(struct alarms *alarms)
{
	free(alarms->heap);
	*alarms = (struct alarms){.heap = NULL};
}
