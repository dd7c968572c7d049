// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/watch.h"

#include "ipvs/intent.h"

#define WATCH_HURRY_LEAST_MS 20
#define WATCH_NS 1000000LL /* of a millisecond */

void watch_init(struct watch *watch, const struct intent_check *check)
{
	*watch = (struct watch){.check = check, .last = OUTCOME_INIT, .weight = OUTCOME_NO_WEIGHT};
}

void watch_began(struct watch *watch, long long now)
{
	watch->begun = now;
	watch->under_way++;
}

static int watch_needed(const struct watch *watch)
{
	const int needed = watch->alive ? watch->check->fall : watch->check->rise;

	return (watch->known || watch->check->alpha) && needed > 1 ? needed : 1;
}

static enum watch_news watch_turn(struct watch *watch, bool alive)
{
	if (watch->known && alive == watch->alive) {
		watch->streak = 0;
		return WATCH_SAME;
	}
	/* What is unknown is dead at its first failure. */
	if (++watch->streak < (watch->known || alive ? watch_needed(watch) : 1))
		return WATCH_SAME;
	watch->streak = 0;
	watch->known = true;
	watch->alive = alive;
	return WATCH_CHANGED;
}

enum watch_news watch_hear(struct watch *watch, long long now, long long duration,
			   const struct outcome *outcome)
{
	const bool alive = outcome->code == OUTCOME_OK;
	const bool weighed =
		alive && (outcome->weight != watch->weight || outcome->percent != watch->percent);
	enum watch_news news;

	watch->heard = now;
	watch->last = *outcome;
	watch->under_way = alive ? 0 : watch->under_way - 1;
	if (outcome->code == OUTCOME_NONE)
		return WATCH_SAME;
	if (alive) {
		watch->typical += (duration - watch->typical) / (watch->typical ? 8 : 1);
		watch->weight = outcome->weight;
		watch->percent = outcome->percent;
	}
	news = watch_turn(watch, alive);
	return news == WATCH_SAME && weighed && watch->alive ? WATCH_WEIGHT : news;
}

static long long watch_hurry(const struct intent_check *check)
{
	long long hurry = check->retry_interval / 4;

	if (hurry > WATCH_HURRY_MOST_MS)
		hurry = WATCH_HURRY_MOST_MS;
	return (hurry < WATCH_HURRY_LEAST_MS ? WATCH_HURRY_LEAST_MS : hurry) * WATCH_NS;
}

/* How long a living server's probe may be silent before it gets company. */
static long long watch_patience(const struct watch *watch)
{
	const long long quarter = watch->check->timeout * WATCH_NS / 4;

	return quarter > 4 * watch->typical ? quarter : 4 * watch->typical;
}

static long long watch_least(long long a, long long b)
{
	return a < b ? a : b;
}

long long watch_next(const struct watch *watch)
{
	const long long interval = watch->begun + watch->check->interval * WATCH_NS;

	if (!watch->begun)
		return 0;
	if (watch->under_way && watch->under_way + watch->streak >= watch_needed(watch))
		return WATCH_NEVER;
	if (watch->under_way)
		return watch->alive ? watch_least(interval, watch->begun + watch_patience(watch)) :
				      WATCH_NEVER;
	if (watch->streak)
		return watch_least(interval, watch->heard + watch_hurry(watch->check));
	return interval;
}

long long watch_pace(unsigned int index)
{
	return index < 500 ? index * 2LL : 1000;
}

long long watch_spread(const struct intent_check *check, unsigned int index)
{
	/* Multiples of the golden ratio, modulo 1, lie evenly however many there are. */
	const unsigned long long part = (index * 2654435769U) & 0xffffffffU;
	const long long range = check->warmup ? check->warmup : check->interval;

	return (long long)((unsigned long long)range * WATCH_NS / 4096 * (part >> 20));
}
