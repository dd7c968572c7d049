// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "cluster/quorum.h"
#include "daemon/errand.h"
#include "mysql/daemon_inside.h"
#include "mysql/fence.h"
#include "mysql/sql.h"

#define FENCE_START_MS 120000 /* for a killed server to recover */
#define FENCE_SCORE "5"	      /* of one whose place another may have taken */

/* Pacemaker gives its daemons, and they give us, the name of the cluster layer. */
static bool fence_has_cluster(void)
{
	return getenv("HA_cluster_type") || getenv("PCMK_cluster_type");
}

static void fence_view(const struct daemon *d, struct fence_view *view)
{
	const struct mysql_config *config = d->call.config;
	const struct quorum_view *q = d->quorum ? quorum_view(d->quorum) : NULL;
	const long long now = daemon_now();

	*view = (struct fence_view){
		.writes = sight_writes(d),
		.watched = d->clustered && config->write_fence && d->armed,
		.holds = voice_holds(d),
		.lost = d->gone || (q && q->connected && !q->quorate),
		.replaced = d->replaced,
		.doubt = now - d->proof,
		.patience = d->patience,
		.shut = d->shut,
		.retiring = d->retiring_since < 0 ? -1 : now - d->retiring_since,
		.bound = config->retire_timeout,
	};
}

/* Ended, in whichever way: what comes next begins anew. */
static void fence_rest(struct daemon *d)
{
	d->retiring_since = -1;
	d->shut = d->killed = d->replaced = false;
	d->fenced = true;
	d->proof = daemon_now();
}

static void fence_kill(struct daemon *d, const char *why)
{
	if (d->killed || d->pidfd < 0)
		return;
	log_line(&d->log, LOG_WARNING, "killing the server: %s", why);
	d->killed = true;
	if (syscall(SYS_pidfd_send_signal, d->pidfd, SIGKILL, NULL, 0) < 0)
		log_line(&d->log, LOG_ERR, "kill: %s", strerror(errno));
}

static void fence_was_shut(struct deed *deed, void *data)
{
	struct daemon *d = data;

	d->acting = NULL;
	if (d->killed)
		return; /* its death is on the way */
	if (deed->result == -ESRCH || deed->server != d->pid) {
		fence_rest(d);
		return;
	}
	if (deed->result) {
		fence_kill(d, deed->call.fault.reason);
		return;
	}
	if (!d->sql)
		d->sql = TAKE(deed->site.sql);
	log_line(&d->log, LOG_WARNING, "writes are refused, no client is left");
	d->view.read_only = true;
	fence_rest(d);
	voice_say(d);
	sight_look(d, DAEMON_LOOK_MS);
}

/*
 * When the partitions meet, Pacemaker finds two writers and keeps the one with the higher score, which
 * must not be this one. The agent tells its own again when that is another than the record says.
 */
static void fence_yield(struct daemon *d)
{
	call_load_record(&d->call);
	call_keep(&d->call, "score", FENCE_SCORE);
	attribute_set(&d->score, FENCE_SCORE);
	attribute_again(&d->score); /* the agent may have told another since our last */
}

static void fence_retire(struct daemon *d, const struct fence_view *view)
{
	const struct deadline deadline = deadline_in(view->bound);
	struct deed *deed;

	if (d->retiring_since >= 0)
		return;
	log_line(&d->log, LOG_WARNING, "refusing writes: %s",
		 view->replaced ? "another node is the writer" :
		 view->lost	? "quorum is lost" :
				  "there is no proof of quorum any more");
	d->retiring_since = daemon_now();
	fence_yield(d);
	deed = deed_new(&d->call, &deadline);
	if (!deed) {
		fence_kill(d, "out of memory");
		return;
	}
	deed->act = deed_shut;
	deed->done = fence_was_shut;
	deed->data = d;
	deed->server = d->pid;
	deed->site.sql = TAKE(d->sql); /* NULL while a look has it: another conversation then */
	if (deed_start(d->loop, deed, &d->acting))
		fence_kill(d, "there is no thread to end it with");
	voice_say(d);
}

void fence_step(void *data)
{
	struct daemon *d = data;
	struct fence_view view;
	long long wait = -1;

	if (voice_holds(d))
		d->proof = daemon_now();
	if (sight_writes(d) && d->retiring_since < 0)
		attribute_release(&d->score); /* what was not told in time is true no more */
	fence_view(d, &view);
	switch (fence_decide(&view, &wait)) {
	case FENCE_CALM:
	case FENCE_DOUBT:
		break;
	case FENCE_RETIRE:
		fence_retire(d, &view);
		fence_view(d, &view);
		(void)fence_decide(&view, &wait);
		break;
	case FENCE_KILL:
		fence_kill(d, "its time was over");
		break;
	}
	if (wait >= 0)
		(void)loop_timer_set(&d->again_fence, wait);
	else
		loop_timer_clear(&d->again_fence);
}

static void fence_restarted(struct deed *deed, void *data)
{
	struct daemon *d = data;

	d->acting = NULL;
	if (deed->result)
		log_line(&d->log, LOG_WARNING, "not started again: %s", deed->call.fault.reason);
	else
		log_line(&d->log, LOG_INFO, "the server was started again, as a replica");
	fence_rest(d);
	sight_look(d, DAEMON_LOOK_MS);
}

/* By our hand. Only what Pacemaker wants to run is started again. */
void fence_died(struct daemon *d)
{
	const struct deadline deadline = deadline_in(FENCE_START_MS);
	struct deed *deed;

	call_load_record(&d->call);
	deed = record_get(&d->call.record, "role") ? deed_new(&d->call, &deadline) : NULL;
	errand_abandon(&d->acting);
	if (!deed) {
		fence_rest(d);
		return;
	}
	deed->act = deed_restart;
	deed->done = fence_restarted;
	deed->data = d;
	if (deed_start(d->loop, deed, &d->acting))
		fence_rest(d);
}

void fence_open(struct daemon *d)
{
	char name[ATTRIBUTE_NAME_MAX];

	(void)snprintf(name, sizeof(name), "master-%s", d->resource);
	attribute_init(&d->score, d->loop, name);
	d->armed = fence_has_cluster();
	d->proof = daemon_now();
	d->patience = DAEMON_PATIENCE_MS;
	d->retiring_since = -1;
	loop_timer_init(&d->again_fence, d->loop, fence_step, d);
}

void fence_close(struct daemon *d)
{
	errand_abandon(&d->acting);
	loop_timer_clear(&d->again_fence);
	attribute_release(&d->score);
}
