// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "daemon/child.h"
#include "daemon/errand.h"
#include "daemon/ready.h"
#include "daemon/server.h"
#include "host/lockfile.h"
#include "mysql/daemon_inside.h"
#include "mysql/sql.h"
#include "mysql/view_text.h"

#define SIGHT_RESOURCE_TOOL "/usr/sbin/crm_resource"
#define SIGHT_TELL_MS 30000

bool sight_writes(const struct daemon *d)
{
	return d->pid && d->seen && !d->view.read_only;
}

enum machine_state sight_state(const struct daemon *d)
{
	const struct view *v = &d->view;

	if (!d->pid || !d->seen)
		return MACHINE_DOWN;
	if (d->retiring_since >= 0)
		return MACHINE_RETIRING;
	if (!v->read_only)
		return MACHINE_WRITER;
	if (v->conflict)
		return MACHINE_DIVERGED;
	if (v->has_source && (v->receiving || v->connecting))
		return MACHINE_FOLLOWING;
	return v->has_source && v->applying ? MACHINE_FROZEN : MACHINE_DETACHED;
}

/* Telling Pacemaker -------------------------------------------------------------------------- */

static void sight_told(int status, bool late, void *data)
{
	struct daemon *d = data;

	d->telling = NULL;
	if (late || status)
		log_line(&d->log, LOG_WARNING, "%s could not tell: the next monitor will find it",
			 SIGHT_RESOURCE_TOOL);
}

/*
 * As a failed monitor of now would. Not while an action of the agent is at work, which is the one who
 * ended the server or finds it out by itself; nor when Pacemaker doesn't think that we run.
 */
void sight_tell_pacemaker(struct daemon *d, const char *why)
{
	static const struct child_ops ops = {.done = sight_told};
	const char *const argv[] = {
		SIGHT_RESOURCE_TOOL, "--fail", "--resource", d->resource, "--node", d->self, NULL};
	const struct child_plan plan = {
		.argv = argv, .milliseconds = SIGHT_TELL_MS, .ops = &ops, .data = d};
	const struct deadline now = {.at = 0};
	AUTO_CLOSE int lock = -1;
	struct fault fault = FAULT_INIT;

	call_load_record(&d->call);
	if (d->telling || !record_get(&d->call.record, "role") ||
	    lockfile_take(d->call.lock_path, &now, &lock))
		return;
	log_line(&d->log, LOG_WARNING, "%s: telling Pacemaker", why);
	if (child_start(d->loop, &plan, &d->telling, &fault))
		log_line(&d->log, LOG_WARNING, "%s", fault.reason);
}

/* Its death ---------------------------------------------------------------------------------- */

static void sight_forget(struct daemon *d)
{
	if (d->pidfd >= 0) {
		loop_unwatch(d->loop, d->pidfd);
		(void)close(d->pidfd);
	}
	d->pidfd = -1;
	d->pid = 0;
	d->seen = false;
}

static void sight_died(int fd, short events, void *data)
{
	struct daemon *d = data;
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	d->died = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	log_line(&d->log, LOG_INFO, "the server, process %d, is gone", (int)d->pid);
	(void)waitpid(d->pid, NULL, WNOHANG); /* a child, when we restarted it */
	sight_forget(d);
	voice_say(d);
	if (d->killed)
		fence_died(d);
	else
		sight_tell_pacemaker(d, "the server has died");
	sight_look(d, DAEMON_LOOK_MS);
}

static void sight_meet(struct daemon *d, struct deed *deed)
{
	if (deed->pidfd < 0)
		return;
	sight_forget(d);
	d->pid = deed->server;
	d->pidfd = TAKE_FD(deed->pidfd);
	if (loop_watch(d->loop, d->pidfd, POLLIN, sight_died, d))
		log_line(&d->log, LOG_ERR, "the server's process can't be watched");
	else
		log_line(&d->log, LOG_INFO, "watches the server, process %d", (int)d->pid);
}

/* Looking ------------------------------------------------------------------------------------ */

static void sight_answer(struct daemon *d, struct server_request *request)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = d->result;

	d->view.outdated = chorus_epoch(&d->chorus) > d->state.ledger.epoch;
	if (!r)
		r = view_print(&d->view, d->pid, &text);
	if (r)
		server_answer_fault(request, r, &d->fault);
	else
		server_answer(request, 0, text.data);
}

/* A look that began before a monitor asked may have hung for long: that one is asked again. */
static void sight_answer_all(struct daemon *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->wait_count; i++)
		if (d->result == -ETIMEDOUT && !deadline_passed(&d->waits[i].deadline))
			d->waits[kept++] = d->waits[i];
		else
			sight_answer(d, d->waits[i].request);
	d->wait_count = kept;
}

static void sight_take(struct daemon *d, struct deed *deed)
{
	struct site *site = &deed->site;

	sight_meet(d, deed);
	d->result = deed->result;
	d->fault = deed->call.fault;
	d->state = site->state;
	if (site->sql) {
		sql_close(&d->sql);
		d->sql = TAKE(site->sql);
	}
	if (!deed->result && d->pid == deed->server) {
		view_release(&d->view);
		d->view = site->view;
		site->view = (struct view){.lag = VIEW_LAG_UNKNOWN};
		d->seen = true;
	}
	d->replaced = sight_writes(d) &&
		      (chorus_epoch(&d->chorus) > d->state.ledger.epoch ||
		       (deed->learned && site->ledger.epoch > d->state.ledger.epoch));
}

static void sight_looked(struct deed *deed, void *data)
{
	struct daemon *d = data;

	d->looking = NULL;
	sight_take(d, deed);
	(void)ready_say(NULL); /* after the first look a death is seen */
	sight_answer_all(d);
	fence_step(d);
	voice_answer(d, deed->questions, deed->question_count);
	if (d->again || d->wait_count) {
		d->again = false;
		sight_look(d,
			   d->wait_count ? deadline_left(&d->waits[0].deadline) : DAEMON_LOOK_MS);
	}
}

void sight_look(struct daemon *d, long long milliseconds)
{
	const struct deadline deadline = deadline_in(milliseconds);
	struct deed *deed;

	d->again = d->looking != NULL;
	if (d->looking)
		return;
	deed = deed_new(&d->call, &deadline);
	if (!deed)
		return;
	deed->act = d->learn ? deed_learn : deed_look;
	deed->done = sight_looked;
	deed->data = d;
	deed->server = d->pid;
	deed->site.sql = TAKE(d->sql);
	memcpy(deed->questions, d->questions, sizeof(deed->questions));
	deed->question_count = d->question_count;
	d->question_count = 0;
	d->learn = false;
	if (deed_start(d->loop, deed, &d->looking))
		log_line(&d->log, LOG_ERR, "there is no thread to look with");
}

void sight_wait(struct daemon *d, struct server_request *request, long long milliseconds)
{
	if (d->wait_count == DAEMON_REQUESTS) {
		server_answer(request, -EBUSY, "too many monitors at once");
		return;
	}
	d->waits[d->wait_count++] = (struct daemon_wait){request, deadline_in(milliseconds)};
	if (!d->looking)
		sight_look(d, milliseconds);
}

void sight_close(struct daemon *d)
{
	errand_abandon(&d->looking);
	if (d->telling)
		child_kill(&d->telling);
	sight_forget(d);
	sql_close(&d->sql);
	view_release(&d->view);
}
