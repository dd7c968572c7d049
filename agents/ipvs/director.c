// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/director.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/server.h"
#include "ipvs/director_parts.h"
#include "ipvs/notify.h"
#include "net/ipvs_text.h"

#define DIRECTOR_TICK_MS 1000
#define DIRECTOR_TABLE_MAX (4U << 20) /* bytes of the file */
#define DIRECTOR_MARGIN_MS 500	      /* beyond the longest check of a first round */

static void director_answer(struct director *d, const struct fault *fault)
{
	struct server_request *request = TAKE(d->reloader);

	if (!request)
		return;
	if (fault)
		server_answer_fault(request, -EINVAL, fault);
	else
		server_answer(request, 0, "");
}

static void director_begun(struct director *d, const struct fault *fault)
{
	const bool first = !d->ready;

	d->ready |= !fault;
	if (first)
		d->options->ready(d->options->data, fault);
}

static void director_fail(struct director *d, const struct fault *fault)
{
	if (d->ready)
		log_line(d->options->log, LOG_ERR, "%s; what was read before stays in force",
			 fault->reason);
	director_answer(d, fault);
	director_begun(d, fault);
}

static void director_withdraw(struct director *d)
{
	const bool cut = director_is_cut(d);

	if (cut != d->withdrawn)
		d->options->withdrawn(d->options->data, cut);
	d->withdrawn = cut;
}

/* The next shift goes to work: its first round is over, or has had its time. */
static void director_relieve(struct director *d)
{
	struct fault fault = FAULT_INIT;
	struct shift *before = d->shift;
	const bool reloaded = before != NULL;
	size_t changes = 0;
	int r = 0;

	loop_timer_clear(&d->first_round);
	(void)shift_refresh(d->next);
	d->shift = TAKE(d->next);
	shift_free(&before);
	if (!reloaded)
		r = director_recall(d, &fault);
	/* Also in a reload the kernel's own table counts. */
	if (!r)
		r = director_repair(d, &fault, &changes);
	director_withdraw(d);
	if (!r)
		log_line(d->options->log, LOG_INFO, "%zu services with %zu servers: %zu changes",
			 d->shift->intent.service_count, d->shift->plan.server_count, changes);
	director_answer(d, r ? &fault : NULL);
	director_begun(d, r ? &fault : NULL);
	if (!r && d->shift->intent.changed && reloaded)
		notify_run(&d->notifier, d->shift->intent.changed, NULL);
}

static int director_prepare(struct director *d, bool wait, struct fault *fault);

static void director_time_is_up(void *data)
{
	struct director *d = data;
	struct fault fault = FAULT_INIT;

	if (d->next)
		director_relieve(d);
	else if (d->drafted && director_prepare(d, false, &fault))
		director_fail(d, &fault);
}

static void director_news(void *data)
{
	struct director *d = data;
	struct fault fault = FAULT_INIT;
	size_t server;

	if (d->next && shift_refresh(d->next))
		director_relieve(d);
	else if (d->shift && !(shift_hear(d->shift, &server) && director_turn(d, server)))
		(void)director_apply(d, &fault, NULL);
}

static void director_lost(const char *why, void *data)
{
	const struct director *d = data;

	log_line(d->options->log, LOG_ERR, "%s; another one takes over, the table stays", why);
}

/* A file with an error is reported once, and what was read before stays in force. */
static void director_autoreload(struct director *d)
{
	const struct intent *intent = &d->shift->intent;
	struct fault fault = FAULT_INIT;

	if (!intent->autoreload || d->next || d->drafted ||
	    !vigil_changed(&d->vigil, intent->files))
		return;
	log_line(d->options->log, LOG_INFO, "the configuration has changed");
	if (director_reload(d, &fault))
		log_line(d->options->log, LOG_ERR, "%s; what was read before stays in force",
			 fault.reason);
}

static bool director_grows(const struct shift *shift)
{
	for (size_t i = 0; i < shift->plan.server_count; i++)
		if (shift->weighed[i].growing)
			return true;
	return false;
}

static void director_tick(void *data)
{
	struct director *d = data;
	struct fault fault = FAULT_INIT;

	d->ticks++;
	(void)loop_timer_set(&d->tick, DIRECTOR_TICK_MS);
	if (d->next)
		shift_guard(d->next);
	if (!d->shift)
		return;
	shift_guard(d->shift);
	director_count(d);
	director_autoreload(d);
	if (!d->sure || director_grows(d->shift))
		(void)director_apply(d, &fault, NULL);
}

/* What was read goes to work as the next shift, when its names have had an answer or their time. */
static int director_prepare(struct director *d, bool wait, struct fault *fault)
{
	static const struct shift_ops ops = {.news = director_news, .lost = director_lost};
	const struct shift_owner owner = {.loop = d->loop, .ops = &ops, .data = d};
	struct shift *next = NULL;
	int r;

	if (!names_fill(d->names, &d->draft) && wait)
		return loop_timer_set(&d->first_round, NAMES_PATIENCE_MS);
	d->drafted = false;
	r = shift_new(&owner, &d->draft, d->shift, &next, fault);
	intent_release(&d->draft);
	if (r)
		return r;
	shift_free(&d->next);
	d->next = next;
	return loop_timer_set(&d->first_round,
			      shift_refresh(next) ? 0 :
						    shift_first_round(next) + DIRECTOR_MARGIN_MS);
}

int director_reload(struct director *d, struct fault *fault)
{
	struct intent draft = INTENT_INIT;
	int r = d->options->read(d->options->data, &draft, fault);

	if (r) {
		intent_release(&draft);
		return r;
	}
	if (!d->vigil.seen) /* what changes from now on is news */
		(void)vigil_changed(&d->vigil, draft.files);
	intent_release(&d->draft);
	d->draft = draft;
	d->drafted = true;
	return director_prepare(d, true, fault);
}

/* A name has an address now, or another one. */
static void director_named(void *data)
{
	struct director *d = data;
	struct fault fault = FAULT_INIT;

	if (d->drafted && director_prepare(d, true, &fault))
		director_fail(d, &fault);
	else if (!d->drafted && !d->next && director_reload(d, &fault))
		log_line(d->options->log, LOG_ERR, "%s", fault.reason);
}

/* The cluster has changed: servers with it, or whether we may serve at all. */
static void director_clustered(void *data)
{
	struct director *d = data;
	struct fault fault = FAULT_INIT;

	if (d->shift)
		(void)director_apply(d, &fault, NULL);
	director_withdraw(d);
}

static int director_join(struct director *d, struct fault *fault)
{
	const struct names_owner names = {
		.loop = d->loop, .log = d->options->log, .changed = director_named, .data = d};
	const struct cluster_side_owner cluster = {.loop = d->loop,
						   .log = d->options->log,
						   .instance = d->options->instance,
						   .changed = director_clustered,
						   .data = d};
	int r = names_new(&names, &d->names, fault);

	return r ? r : cluster_side_open(&cluster, &d->cluster, fault);
}

/* What is left of an earlier director is ours: the services that it made. */
static int director_load_owned(struct director *d, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(d->options->table_path, DIRECTOR_TABLE_MAX, &text);

	if (r == -ENOENT)
		return 0;
	if (!r)
		r = ipvs_parse(text.data, &d->owned);
	if (r == -EINVAL) {
		ipvs_table_release(&d->owned);
		log_line(d->options->log, LOG_WARNING, "%s is damaged and left aside",
			 d->options->table_path);
		return 0;
	}
	return r ? fault_set(fault, FAULT_GENERIC, r, "cannot read %s: %s", d->options->table_path,
			     strerror(-r)) :
		   0;
}

int director_new(struct loop *loop, const struct director_options *options,
		 struct director **ret_director, struct fault *fault)
{
	AUTO_DIRECTOR struct director *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	*d = (struct director){.loop = loop,
			       .options = options,
			       .kernel = IPVS_INIT,
			       .notifier = {.loop = loop, .log = options->log}};
	loop_timer_init(&d->first_round, loop, director_time_is_up, d);
	loop_timer_init(&d->tick, loop, director_tick, d);
	r = director_load_manual(d, fault);
	if (!r)
		r = director_load_owned(d, fault);
	if (!r)
		r = director_join(d, fault);
	if (!r)
		r = director_reload(d, fault);
	if (!r)
		r = loop_timer_set(&d->tick, DIRECTOR_TICK_MS);
	if (r)
		return r;
	*ret_director = TAKE(d);
	return 0;
}

void director_free(struct director **director)
{
	struct director *d = *director;

	if (!d)
		return;
	loop_timer_clear(&d->first_round);
	loop_timer_clear(&d->tick);
	shift_free(&d->shift);
	shift_free(&d->next);
	intent_release(&d->draft);
	through_end(&d->through);
	names_free(&d->names);
	cluster_side_close(&d->cluster);
	manual_list_release(&d->manual);
	ipvs_close(&d->kernel);
	ipvs_table_release(&d->want);
	ipvs_table_release(&d->owned);
	free(d);
	*director = NULL;
}
