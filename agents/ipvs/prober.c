// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/prober.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "ipvs/engine.h"
#include "ipvs/kind.h"
#include "ipvs/plan.h"
#include "ipvs/privileges.h"
#include "ipvs/watch.h"
#include "ipvs/wire.h"

#define PROBER_BEAT_MS 500
#define PROBER_GRAINS 16 /* of an interval */
#define PROBER_LATE_NS 20000000LL
#define PROBER_NS 1000000LL /* of a millisecond */

struct prober_work;

/* One check that is watched. */
struct prober_watch {
	struct engine_timer timer; /* first */
	struct watch watch;
	struct prober_work *work;
	const struct plan_check *check;
	struct gauge_cell *cell;
	struct gauge gauge;
	unsigned int index;
	bool paced;	       /* its first probe has its time */
	struct probe **probes; /* owned: those under way, NULL where none is */
	size_t room;
};

struct prober_work {
	struct engine *engine;
	struct gauges *gauges;
	int news;
};

static void prober_attend(struct prober_watch *w);

/*
 * When a check whose state has become known is probed next: at its place in the spread, but
 * together with those of about the same time, so that waking up is paid once for several.
 */
static void prober_place(struct prober_watch *w, long long now)
{
	const struct intent_check *check = w->watch.check;
	const long long grain = check->interval * PROBER_NS / PROBER_GRAINS + 1;
	long long at = now + watch_spread(check, w->index);

	at -= at % grain;
	w->watch.begun = at - check->interval * PROBER_NS;
}

static void prober_drop(struct prober_watch *w, const struct probe *ended, bool all)
{
	for (size_t i = 0; i < w->room; i++) {
		if (w->probes[i] == ended)
			w->probes[i] = NULL;
		if (all && w->probes[i])
			engine_cancel(w->work->engine, TAKE(w->probes[i]));
	}
}

static void prober_tell(struct prober_watch *w, long long now, long long took, enum watch_news news)
{
	struct gauge *gauge = &w->gauge;

	gauge->known = w->watch.known;
	gauge->alive = w->watch.alive;
	gauge->weight = w->watch.weight;
	gauge->percent = w->watch.percent;
	gauge->code = w->watch.last.code;
	memcpy(gauge->reason, w->watch.last.reason, sizeof(gauge->reason));
	gauge->heard = now;
	gauge->took = took;
	gauge->probes++;
	gauge->failures += gauge->code != OUTCOME_OK;
	if (news == WATCH_CHANGED)
		gauge->since = now;
	gauge_write(w->cell, gauge);
	if (news == WATCH_SAME)
		return;
	__atomic_add_fetch(&w->cell->news, 1, __ATOMIC_SEQ_CST);
	(void)eventfd_write(w->work->news, 1);
}

static void prober_heard(struct probe *probe, const struct outcome *outcome, long long took,
			 void *data)
{
	struct prober_watch *w = data;
	const bool first = !w->watch.known;
	const long long now = engine_now(w->work->engine);
	enum watch_news news = watch_hear(&w->watch, now, took, outcome);

	prober_drop(w, probe, outcome->code == OUTCOME_OK);
	/* All of a first round begin together; from then on they are spread. */
	if (first && w->watch.known)
		prober_place(w, now);
	prober_tell(w, now, took, news);
	prober_attend(w);
}

static void prober_begin(struct prober_watch *w, long long now)
{
	struct probe **place = NULL;

	for (size_t i = 0; i < w->room && !place; i++)
		if (!w->probes[i])
			place = &w->probes[i];
	watch_began(&w->watch, now);
	if (!place || engine_probe(w->work->engine, &w->check->target, prober_heard, w, place))
		w->watch.under_way--; /* no memory: the next one, then */
}

/* Begins what is due and sets the timer for the rest. */
static void prober_attend(struct prober_watch *w)
{
	const long long now = engine_now(w->work->engine);
	long long next = watch_next(&w->watch);

	/* A first round begins within moments, but not in one: servers may share a host. */
	if (!next && !w->paced) {
		w->paced = true;
		next = now + watch_pace(w->index) * PROBER_NS;
	}
	if (next <= now) {
		/* By its time, not ours: else those that go together would drift apart. */
		prober_begin(w, now - next < PROBER_LATE_NS ? next : now);
		next = watch_next(&w->watch);
	}
	if (next == WATCH_NEVER)
		engine_timer_clear(w->work->engine, &w->timer);
	else
		(void)engine_timer_set(w->work->engine, &w->timer, next);
}

static void prober_ring(struct engine_timer *timer, long long now)
{
	prober_attend((struct prober_watch *)timer);
}

/* Its state as it was known before; the first probe comes at its place in the spread. */
static void prober_recall(struct prober_watch *w, const struct gauge *before)
{
	w->gauge = *before;
	if (!before->known)
		return;
	w->watch.known = true;
	w->watch.alive = before->alive;
	w->watch.weight = before->weight;
	w->watch.percent = before->percent;
	prober_place(w, engine_now(w->work->engine));
}

static int prober_prepare(struct prober_work *work, const struct plan *plan,
			  const struct gauge *before, struct prober_watch *watches)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct prober_watch *w = &watches[i];
		const struct intent_check *check = plan->checks[i].target.check;

		*w = (struct prober_watch){.work = work,
					   .check = &plan->checks[i],
					   .cell = &work->gauges->cells[i],
					   .index = (unsigned int)i,
					   .room = check->fall > 1 ? (size_t)check->fall : 1};
		w->timer.ring = prober_ring;
		w->gauge.weight = OUTCOME_NO_WEIGHT;
		w->probes = calloc(w->room, sizeof(struct probe *));
		if (!w->probes)
			return -ENOMEM;
		watch_init(&w->watch, check);
		if (before)
			prober_recall(w, &before[i]);
		gauge_write(w->cell, &w->gauge);
	}
	return 0;
}

static int prober_work(struct prober_work *work, const struct plan *plan,
		       const struct gauge *before)
{
	struct prober_watch *watches = calloc(plan->count + 1, sizeof(*watches));
	int r = watches ? prober_prepare(work, plan, before, watches) : -ENOMEM;

	for (size_t i = 0; !r && i < plan->count; i++)
		if (kind_of(plan->checks[i].target.check)->way != KIND_PROGRAM)
			prober_attend(&watches[i]);
	while (!r) {
		__atomic_store_n(&work->gauges->beat, engine_now(work->engine), __ATOMIC_SEQ_CST);
		r = engine_step(work->engine, PROBER_BEAT_MS);
	}
	return r;
}

/* Whether a check's packets need CAP_NET_RAW. */
static bool prober_needs_raw(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct intent_check *check = plan->checks[i].target.check;

		if (check->fwmark || kind_of(check)->way == KIND_ECHO)
			return true;
	}
	return false;
}

static void prober_main(const struct prober *prober, const struct plan *plan,
			const struct gauge *before, pid_t parent)
{
	struct prober_work work = {.gauges = prober->gauges, .news = prober->news};
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2};
	struct fault fault = FAULT_INIT;
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	(void)prctl(PR_SET_NAME, "ipvs-prober");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)signal(signals[i], SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* Nothing of the director's stays open but the eventfd, which becomes the first. */
	if (dup2(prober->news, STDIN_FILENO) < 0 ||
	    syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0) < 0)
		_exit(1);
	work.news = STDIN_FILENO;
	if (privileges_drop(PROBER_USER, PROBER_USER_ELSE, prober_needs_raw(plan), &fault))
		_exit(2);
	if (engine_new(&work.engine))
		_exit(1);
	(void)prober_work(&work, plan, before);
	_exit(1);
}

int prober_start(const struct plan *plan, const struct gauge *before, struct prober *ret_prober,
		 struct fault *fault)
{
	struct prober prober = PROBER_INIT;
	const pid_t parent = getpid();
	int r = 0;

	prober.count = plan->count;
	prober.gauges = gauges_new(plan->count);
	prober.news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!prober.gauges || prober.news < 0)
		r = -ENOMEM;
	if (!r) {
		prober.gauges->beat = deadline_now();
		prober.pid = fork();
		if (!prober.pid)
			prober_main(&prober, plan, before, parent);
		r = prober.pid < 0 ? -errno : 0;
	}
	if (!r) {
		prober.process = (int)syscall(SYS_pidfd_open, prober.pid, 0);
		r = prober.process < 0 ? -errno : 0;
	}
	if (r) {
		prober_end(&prober);
		return fault_set(fault, FAULT_GENERIC, r, "cannot start the prober: %s",
				 strerror(-r));
	}
	*ret_prober = prober;
	return 0;
}

void prober_end(struct prober *prober)
{
	if (prober->pid > 0) {
		(void)kill(prober->pid, SIGKILL);
		while (waitpid(prober->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	attr_close(&prober->process);
	attr_close(&prober->news);
	gauges_free(prober->gauges, prober->count);
	*prober = PROBER_INIT;
}

long long prober_silence(const struct prober *prober)
{
	const long long beat = __atomic_load_n(&prober->gauges->beat, __ATOMIC_SEQ_CST);

	return (deadline_now() - beat) / PROBER_NS;
}
