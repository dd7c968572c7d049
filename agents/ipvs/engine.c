// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/engine.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/deadline.h"
#include "ipvs/talker.h"
#include "ipvs/wire.h"

#define ENGINE_EVENTS 128
#define ENGINE_GAP_NS 500000000LL /* later than that: this process did not run */
#define ENGINE_NS 1000000LL	  /* of a millisecond */

enum probe_state {
	PROBE_RUNS,
	PROBE_OVER,
	PROBE_GONE
};

struct probe {
	struct engine_timer deadline; /* first */
	struct probe *next, **place;  /* among all */
	struct probe *again;	      /* the next one that wants another turn */
	bool waits;		      /* it is in that queue */
	enum probe_state state;
	long long begun, most; /* most: what the deadline may become by gaps */
	struct engine *engine;
	void (*done)(struct probe *, const struct outcome *, long long, void *);
	void *data;
	struct talker talker;
};

struct engine {
	int epoll;
	struct alarms alarms;
	long long now; /* when the last wait ended */
	struct probe *probes;
	size_t count;
	struct probe *again, **again_end;
	struct wires wires;
	struct probe *gone; /* ended while events of theirs may be pending; by next */
};

int engine_new(struct engine **ret_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return -ENOMEM;
	engine->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (engine->epoll < 0) {
		const int r = -errno;

		free(engine);
		return r;
	}
	engine->again_end = &engine->again;
	engine->now = deadline_now();
	*ret_engine = engine;
	return 0;
}

int engine_timer_set(struct engine *engine, struct engine_timer *timer, long long at)
{
	return alarms_set(&engine->alarms, &timer->alarm, at);
}

void engine_timer_clear(struct engine *engine, struct engine_timer *timer)
{
	alarms_clear(&engine->alarms, &timer->alarm);
}

long long engine_now(const struct engine *engine)
{
	return engine->now;
}

size_t engine_count(const struct engine *engine)
{
	return engine->count;
}

static void engine_queue(struct engine *engine, struct probe *probe)
{
	if (probe->waits)
		return;
	probe->waits = true;
	probe->again = NULL;
	*engine->again_end = probe;
	engine->again_end = &probe->again;
}

/* Freed when this step is over: until then the kernel's events may name it. */
static void engine_bury(struct engine *engine, struct probe *probe)
{
	const int fd = talker_end(&probe->talker);

	if (fd >= 0)
		(void)epoll_ctl(engine->epoll, EPOLL_CTL_DEL, fd, NULL);
	alarms_clear(&engine->alarms, &probe->deadline.alarm);
	probe->state = PROBE_GONE;
	*probe->place = probe->next;
	if (probe->next)
		probe->next->place = probe->place;
	probe->next = engine->gone;
	engine->gone = probe;
	engine->count--;
}

void engine_cancel(struct engine *engine, struct probe *probe)
{
	if (probe->state != PROBE_GONE)
		engine_bury(engine, probe);
}

static void engine_finish(struct probe *probe)
{
	const struct outcome outcome = probe->talker.talk.outcome;

	engine_bury(probe->engine, probe);
	probe->done(probe, &outcome, probe->engine->now - probe->begun, probe->data);
}

static void engine_late(struct engine_timer *timer, long long now)
{
	struct probe *probe = (struct probe *)timer;

	if (probe->state == PROBE_RUNS)
		talker_late(&probe->talker);
	engine_finish(probe);
}

static int engine_watch(struct engine *engine, struct probe *probe, int fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
				    .data.ptr = probe};

	return epoll_ctl(engine->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* Its descriptors that are new. */
static int engine_register(struct engine *engine, struct probe *probe)
{
	struct talker *talker = &probe->talker;
	int r = 0;

	if (talker->moved)
		r = engine_watch(engine, probe, talker->fd);
	if (!r && talker->side_new)
		r = engine_watch(engine, probe, talker->side);
	talker->moved = talker->side_new = false;
	return r;
}

static void engine_go(struct probe *probe, uint32_t events)
{
	bool more = false;

	if (probe->state == PROBE_OVER || talker_go(&probe->talker, events, &more) == TALK_OVER)
		engine_finish(probe);
	else if (engine_register(probe->engine, probe))
		engine_late(&probe->deadline, probe->engine->now);
	else if (more)
		engine_queue(probe->engine, probe);
}

int engine_probe(struct engine *engine, const struct target *target,
		 void (*done)(struct probe *, const struct outcome *, long long, void *),
		 void *data, struct probe **ret_probe)
{
	const long long timeout = target->check->timeout * ENGINE_NS;
	struct probe *probe = calloc(1, sizeof(*probe));
	int r;

	if (!probe)
		return -ENOMEM;
	probe->engine = engine;
	probe->done = done;
	probe->data = data;
	probe->begun = engine->now;
	probe->most = probe->begun + 2 * timeout;
	probe->deadline.ring = engine_late;
	if (engine_timer_set(engine, &probe->deadline, probe->begun + timeout)) {
		free(probe);
		return -ENOMEM;
	}
	probe->next = engine->probes;
	if (probe->next)
		probe->next->place = &probe->next;
	probe->place = &engine->probes;
	engine->probes = probe;
	engine->count++;
	if (talker_begin(&probe->talker, target, &engine->wires) == TALK_OVER)
		probe->state = PROBE_OVER;
	r = probe->state == PROBE_RUNS ? engine_watch(engine, probe, probe->talker.fd) : 0;
	if (r) {
		outcome_set_errno(&probe->talker.talk.outcome, -r, false);
		probe->state = PROBE_OVER;
	}
	if (probe->state == PROBE_OVER)
		engine_queue(engine, probe);
	*ret_probe = probe;
	return 0;
}

/* Those that wanted another turn before this one. */
static void engine_again(struct engine *engine)
{
	struct probe *probe = engine->again;

	engine->again = NULL;
	engine->again_end = &engine->again;
	while (probe) {
		struct probe *next = probe->again;

		probe->waits = false;
		if (probe->state != PROBE_GONE)
			engine_go(probe, EPOLLIN | EPOLLOUT);
		probe = next;
	}
}

static void engine_sweep(struct engine *engine)
{
	struct probe **place = &engine->gone;

	while (*place) {
		struct probe *probe = *place;

		if (probe->waits) {
			place = &probe->next;
			continue;
		}
		*place = probe->next;
		free(probe);
	}
}

/* Gives the time back that nobody ran. */
static void engine_forgive(struct engine *engine, long long gap)
{
	for (struct probe *probe = engine->probes; probe; probe = probe->next) {
		const long long at = probe->deadline.alarm.at + gap;

		(void)engine_timer_set(engine, &probe->deadline,
				       at < probe->most ? at : probe->most);
	}
}

static int engine_wait(const struct engine *engine, int milliseconds)
{
	const struct alarm_at *first = alarms_first(&engine->alarms);
	long long left;

	if (engine->again)
		return 0;
	if (!first)
		return milliseconds;
	left = (first->at - engine->now + ENGINE_NS - 1) / ENGINE_NS;
	if (left < 0)
		left = 0;
	if (left > INT_MAX)
		left = INT_MAX;
	return milliseconds >= 0 && milliseconds < left ? milliseconds : (int)left;
}

static void engine_ring(struct engine *engine, long long now)
{
	struct alarm_at *first;

	while ((first = alarms_first(&engine->alarms)) && first->at <= now) {
		struct engine_timer *timer = (struct engine_timer *)first;

		alarms_clear(&engine->alarms, first);
		timer->ring(timer, now);
	}
}

int engine_step(struct engine *engine, int milliseconds)
{
	struct epoll_event events[ENGINE_EVENTS];
	const int wait = engine_wait(engine, milliseconds);
	const struct alarm_at *first;
	int count = epoll_wait(engine->epoll, events, ENGINE_EVENTS, wait);
	const long long now = engine->now = deadline_now();

	if (count < 0 && errno != EINTR)
		return -errno;
	first = alarms_first(&engine->alarms);
	if (first && now - first->at > ENGINE_GAP_NS)
		engine_forgive(engine, now - first->at);
	for (int i = 0; i < count; i++) {
		struct probe *probe = events[i].data.ptr;

		if (probe->state != PROBE_GONE)
			engine_go(probe, events[i].events);
	}
	engine_again(engine);
	engine_ring(engine, now);
	engine_sweep(engine);
	return 0;
}

void engine_free(struct engine **engine)
{
	struct engine *given = *engine;

	if (!given)
		return;
	while (given->probes)
		engine_bury(given, given->probes);
	given->again = NULL;
	for (struct probe *probe = given->gone; probe; probe = probe->next)
		probe->waits = false;
	engine_sweep(given);
	alarms_release(&given->alarms);
	wires_release(&given->wires);
	(void)close(given->epoll);
	free(given);
	*engine = NULL;
}
