// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/errand.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/fault.h"
#include "daemon/loop.h"

#define ERRAND_STACK (256U * 1024)

enum errand_state {
	ERRAND_RUNS,
	ERRAND_OVER,
	ERRAND_ABANDONED
};

/* Whichever of the thread and the loop comes second to the state owns the errand. */
struct errand {
	struct loop *loop;
	const struct errand_ops *ops;
	void *data;
	pthread_t thread;
	int event; /* the loop's, until the errand is abandoned */
	atomic_int state;
};

static void *errand_work(void *data)
{
	struct errand *errand = data;

	errand->ops->run(errand->data);
	if (atomic_exchange(&errand->state, ERRAND_OVER) == ERRAND_RUNS) {
		(void)eventfd_write(errand->event, 1);
		return NULL;
	}
	errand->ops->abandon(errand->data);
	free(errand);
	return NULL;
}

static void errand_over(int fd, short events, void *data)
{
	struct errand *errand = data;
	const struct errand_ops *ops = errand->ops;
	void *result = errand->data;

	(void)pthread_join(errand->thread, NULL);
	loop_unwatch(errand->loop, fd);
	(void)close(fd);
	free(errand);
	ops->done(result);
}

/* Signals are the loop's: the thread gets none. */
static int errand_thread(struct errand *errand)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int r;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, ERRAND_STACK);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&errand->thread, &attributes, errand_work, errand);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return -r;
}

int errand_start(struct loop *loop, const struct errand_ops *ops, void *data,
		 struct errand **ret_errand, struct fault *fault)
{
	AUTO_CLOSE int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	AUTO_FREE struct errand *errand = calloc(1, sizeof(*errand));
	int r = event < 0 ? -errno : errand ? 0 : -ENOMEM;

	if (!r) {
		*errand = (struct errand){.loop = loop, .ops = ops, .data = data, .event = event};
		r = loop_watch(loop, event, POLLIN, errand_over, errand);
	}
	if (!r) {
		r = errand_thread(errand);
		if (r)
			loop_unwatch(loop, event);
	}
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot start a thread: %s",
				 strerror(-r));
	(void)TAKE_FD(event);
	*ret_errand = TAKE(errand);
	return 0;
}

void errand_abandon(struct errand **errand)
{
	struct errand *given = TAKE(*errand);
	pthread_t thread;
	int event;

	if (!given)
		return;
	thread = given->thread;
	event = given->event;
	loop_unwatch(given->loop, event);
	if (atomic_exchange(&given->state, ERRAND_ABANDONED) == ERRAND_RUNS) {
		(void)pthread_detach(thread);
		(void)close(event);
		return;
	}
	(void)pthread_join(thread, NULL);
	(void)close(event);
	given->ops->abandon(given->data);
	free(given);
}
