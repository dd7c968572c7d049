// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <qb/qbloop.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"

#define LOOP_SECOND 1000000000LL /* of deadline_now() */

struct loop_watch {
	struct loop_watch *next; /* of signals */
	struct loop *loop;
	int fd; /* or a signal's number */
	void (*ready)(int, short, void *);
	void (*came)(int, void *);
	void *data;
	qb_loop_signal_handle handle;
};

struct loop_listener {
	long long milliseconds;
	void (*gap)(long long, void *);
	void *data;
};

struct loop {
	qb_loop_t *qb;
	struct loop_watch **watches; /* by descriptor, NULL where none is */
	size_t room;		     /* places there */
	struct loop_watch *signals;
	struct loop_listener listeners[LOOP_LISTENERS]; /* free ones have no function */
	struct loop_timer *timers;			/* the next one first */
	int alarm;					/* a timerfd, for it */
	struct loop_timer tick;
	long long alive; /* when it was last seen to run, in milliseconds of CLOCK_BOOTTIME */
};

static long long loop_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Before anything is handled: did we sleep? */
static void loop_enter(struct loop *loop)
{
	const long long now = loop_now(), gap = now - loop->alive;

	loop->alive = now;
	for (size_t i = 0; i < LOOP_LISTENERS; i++) {
		const struct loop_listener *listener = &loop->listeners[i];

		if (listener->gap && gap >= listener->milliseconds)
			listener->gap(gap, listener->data);
	}
}

static void loop_schedule_tick(struct loop *loop)
{
	long long shortest = 0;

	for (size_t i = 0; i < LOOP_LISTENERS; i++)
		if (loop->listeners[i].gap &&
		    (!shortest || loop->listeners[i].milliseconds < shortest))
			shortest = loop->listeners[i].milliseconds;
	if (shortest)
		(void)loop_timer_set(&loop->tick, (shortest + 1) / 2);
	else
		loop_timer_clear(&loop->tick);
}

static void loop_tick(void *data)
{
	loop_schedule_tick(data);
}

/*
 * One descriptor for all timers: libqb's own round to milliseconds, and spin for the rest of the last
 * one before each.
 */
static void loop_arm(const struct loop *loop)
{
	const long long due = loop->timers ? loop->timers->due : 0;
	const struct itimerspec when = {
		.it_value = {.tv_sec = due / LOOP_SECOND, .tv_nsec = due % LOOP_SECOND}};

	(void)timerfd_settime(loop->alarm, TFD_TIMER_ABSTIME, &when, NULL);
}

/* What is set meanwhile comes later, also when it is due at once. */
static void loop_alarmed(int fd, short events, void *data)
{
	struct loop *loop = data;
	const long long now = deadline_now();
	struct loop_timer *timer;
	uint64_t times;

	(void)!read(fd, &times, sizeof(times));
	while ((timer = loop->timers) && timer->due <= now) {
		loop->timers = timer->next;
		timer->set = false;
		timer->fire(timer->data);
	}
	loop_arm(loop);
}

int loop_new(struct loop **ret_loop, struct fault *fault)
{
	AUTO_LOOP struct loop *loop = calloc(1, sizeof(*loop));

	if (loop) {
		loop->alarm = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
		loop->qb = qb_loop_create();
		loop_timer_init(&loop->tick, loop, loop_tick, loop);
	}
	if (!loop || !loop->qb || loop->alarm < 0 ||
	    loop_watch(loop, loop->alarm, POLLIN, loop_alarmed, loop))
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "cannot make a loop: %s",
				 strerror(ENOMEM));
	(void)signal(SIGPIPE, SIG_IGN);
	loop->alive = loop_now();
	*ret_loop = TAKE(loop);
	return 0;
}

static void loop_free_signals(struct loop_watch *watch)
{
	while (watch) {
		struct loop_watch *next = watch->next;

		free(watch);
		watch = next;
	}
}

void loop_free(struct loop **loop)
{
	if (!*loop)
		return;
	loop_timer_clear(&(*loop)->tick);
	for (struct loop_watch *w = (*loop)->signals; w; w = w->next)
		(void)qb_loop_signal_del((*loop)->qb, w->handle);
	for (size_t fd = 0; fd < (*loop)->room; fd++)
		loop_unwatch(*loop, (int)fd);
	if ((*loop)->qb)
		qb_loop_destroy((*loop)->qb);
	attr_close(&(*loop)->alarm);
	loop_free_signals((*loop)->signals);
	free((*loop)->watches);
	free(*loop);
	*loop = NULL;
}

void loop_run(struct loop *loop)
{
	loop->alive = loop_now();
	qb_loop_run(loop->qb);
}

void loop_stop(struct loop *loop)
{
	qb_loop_stop(loop->qb);
}

static struct loop_watch *loop_find(const struct loop *loop, int fd)
{
	return fd >= 0 && (size_t)fd < loop->room ? loop->watches[fd] : NULL;
}

/* The gap's listeners may have unwatched this one. */
static int loop_ready(int fd, int events, void *data)
{
	struct loop_watch *watch = data;
	struct loop *loop = watch->loop;

	loop_enter(loop);
	watch = loop_find(loop, fd);
	if (watch)
		watch->ready(fd, (short)events, watch->data);
	return 0;
}

static int loop_make_room(struct loop *loop, int fd)
{
	const size_t room = ((size_t)fd + 64) / 64 * 64;
	struct loop_watch **watches;

	if (fd < 0)
		return -EBADF;
	if ((size_t)fd < loop->room)
		return loop->watches[fd] ? -EEXIST : 0;
	watches = reallocarray(loop->watches, room, sizeof(struct loop_watch *));
	if (!watches)
		return -ENOMEM;
	memset(watches + loop->room, 0, (room - loop->room) * sizeof(struct loop_watch *));
	loop->watches = watches;
	loop->room = room;
	return 0;
}

int loop_watch(struct loop *loop, int fd, short events, void (*ready)(int, short, void *),
	       void *data)
{
	AUTO_FREE struct loop_watch *watch = calloc(1, sizeof(*watch));
	int r = watch ? loop_make_room(loop, fd) : -ENOMEM;

	if (r)
		return r;
	*watch = (struct loop_watch){.loop = loop, .fd = fd, .ready = ready, .data = data};
	r = qb_loop_poll_add(loop->qb, QB_LOOP_MED, fd, events, watch, loop_ready);
	if (!r)
		loop->watches[fd] = TAKE(watch);
	return r;
}

int loop_rewatch(struct loop *loop, int fd, short events)
{
	struct loop_watch *watch = loop_find(loop, fd);

	if (!watch)
		return -ENOENT;
	return qb_loop_poll_mod(loop->qb, QB_LOOP_MED, fd, events, watch, loop_ready);
}

void loop_unwatch(struct loop *loop, int fd)
{
	struct loop_watch *watch = loop_find(loop, fd);

	if (!watch)
		return;
	(void)qb_loop_poll_del(loop->qb, fd);
	loop->watches[fd] = NULL;
	free(watch);
}

static int loop_signalled(int number, void *data)
{
	struct loop_watch *watch = data;

	loop_enter(watch->loop);
	watch->came(number, watch->data);
	return 0;
}

int loop_on_signal(struct loop *loop, int number, void (*came)(int, void *), void *data)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	*watch = (struct loop_watch){
		.next = loop->signals, .loop = loop, .fd = number, .came = came, .data = data};
	r = qb_loop_signal_add(loop->qb, QB_LOOP_MED, number, watch, loop_signalled,
			       &watch->handle);
	if (r) {
		free(watch);
		return r;
	}
	loop->signals = watch;
	return 0;
}

int loop_on_gap(struct loop *loop, long long milliseconds, void (*gap)(long long, void *),
		void *data)
{
	for (size_t i = 0; i < LOOP_LISTENERS; i++)
		if (!loop->listeners[i].gap) {
			loop->listeners[i] = (struct loop_listener){milliseconds, gap, data};
			loop_schedule_tick(loop);
			return 0;
		}
	return -ENOSPC;
}

void loop_off_gap(struct loop *loop, void *data)
{
	for (size_t i = 0; i < LOOP_LISTENERS; i++)
		if (loop->listeners[i].gap && loop->listeners[i].data == data)
			loop->listeners[i].gap = NULL;
	loop_schedule_tick(loop);
}

void loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*fire)(void *), void *data)
{
	*timer = (struct loop_timer){.loop = loop, .fire = fire, .data = data};
}

int loop_timer_set(struct loop_timer *timer, long long milliseconds)
{
	struct loop *loop = timer->loop;
	struct loop_timer **at = &loop->timers;

	loop_timer_clear(timer);
	timer->due = deadline_in(milliseconds < 0 ? 0 : milliseconds).at;
	timer->set = true;
	while (*at && (*at)->due <= timer->due)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	if (loop->timers == timer)
		loop_arm(loop);
	return 0;
}

void loop_timer_clear(struct loop_timer *timer)
{
	struct loop_timer **at;

	if (!timer->set)
		return;
	for (at = &timer->loop->timers; *at != timer; at = &(*at)->next)
		;
	*at = timer->next;
	timer->set = false;
	if (at == &timer->loop->timers)
		loop_arm(timer->loop);
}
