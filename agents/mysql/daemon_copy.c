// SPDX-License-Identifier: BSD-3-Clause
/*
 * The watcher's porters (mysql/porter.h): one that gives this server's data to others, for as long as
 * the watcher lives, and one that gets another's when the agent says that nothing else helps.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "daemon/child.h"
#include "daemon/ready.h"
#include "daemon/retry.h"
#include "mysql/daemon_inside.h"
#include "mysql/porter.h"
#include "mysql/progress.h"

#define COPY_PROGRAM "quorate-mysql"
#define COPY_AGAIN_MS 10000 /* after a failure; twice that after the next, up to */
#define COPY_AGAIN_MAX_MS 640000
#define COPY_LINE_MAX 512
#define COPY_RECOVERS "prepare" /* the phase without numbers */

struct copy_porter {
	struct daemon *daemon;
	const char *name; /* the word of the command line */
	struct child *child;
	bool at_work; /* a line said so */
	struct porter_line line;
	struct progress progress;
	struct buf said; /* of a line that is not whole yet */
	char error[256];
	struct retry again;
};

struct copy {
	struct copy_porter give, get;
	bool wanted;   /* get */
	bool complete; /* Pacemaker was told: the start that follows ends this watcher */
};

static void copy_tell(struct copy_porter *p)
{
	AUTO_BUF struct buf text = BUF_INIT;

	if (strcmp(p->line.phase, COPY_RECOVERS) != 0)
		progress_print(&p->progress, deadline_now(), &text);
	log_line(&p->daemon->log, LOG_INFO, "%s: %s %s%s%s", p->name, p->line.phase, p->line.peer,
		 text.length ? ": " : "", text.data);
}

static void copy_line(struct copy_porter *p, const char *text)
{
	struct porter_line line;

	if (!strcmp(text, "idle"))
		p->at_work = false;
	if (!strncmp(text, "failed ", 7))
		(void)snprintf(p->error, sizeof(p->error), "%s", text + 7);
	if (porter_read(text, &line))
		return;
	if (!p->at_work || strcmp(line.phase, p->line.phase) != 0) {
		p->progress = progress_begin(PROGRESS_BYTES, line.total);
		p->at_work = true;
	}
	p->line = line;
	p->progress.done = line.done;
	p->progress.total = line.total;
	if (progress_is_due(&p->progress, deadline_now()))
		copy_tell(p);
}

static void copy_output(bool errors, const char *bytes, size_t length, void *data)
{
	struct copy_porter *p = data;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\n') {
			if (p->said.length < COPY_LINE_MAX)
				buf_add(&p->said, &bytes[i], 1);
			continue;
		}
		if (!errors)
			copy_line(p, p->said.data);
		buf_clear(&p->said);
	}
}

static void copy_done(int status, bool late, void *data);

/* The secret goes over a pipe, since the environment of now has it no more. */
static void copy_start(struct copy_porter *p)
{
	static const struct child_ops ops = {.output = copy_output, .done = copy_done};
	struct daemon *d = p->daemon;
	char program[READY_PATH_MAX];
	const char *const argv[] = {program, p->name, NULL};
	struct child_plan plan = {.argv = argv, .ops = &ops, .data = p};
	struct call call = d->call;
	struct site site;
	int r = ready_find(COPY_PROGRAM, program, &call.fault);

	if (!r)
		r = site_open(&site, &call, call.config);
	site.fault = &call.fault;
	if (r) {
		log_line(&d->log, LOG_WARNING, "%s: %s", p->name, call.fault.reason);
		return;
	}
	plan.input = site.password;
	plan.input_length = strlen(site.password);
	p->at_work = false;
	*p->error = '\0';
	buf_clear(&p->said);
	if (child_start(d->loop, &plan, &p->child, &call.fault))
		log_line(&d->log, LOG_WARNING, "%s", call.fault.reason);
	site_close(&site);
}

static void copy_again(void *data)
{
	struct copy_porter *p = data;
	struct copy *copy = p->daemon->copy;

	if (!p->child && (p == &copy->give || copy->wanted))
		copy_start(p);
}

static void copy_done(int status, bool late, void *data)
{
	struct copy_porter *p = data;
	struct daemon *d = p->daemon;

	p->child = NULL;
	p->at_work = false;
	if (!status && p == &d->copy->get) {
		d->copy->wanted = false;
		d->copy->complete = true;
		sight_tell_pacemaker(d, "a full copy is complete, and a start puts it in place");
		return;
	}
	if (!*p->error)
		(void)snprintf(p->error, sizeof(p->error), "it was ended");
	log_line(&d->log, LOG_WARNING, "%s: %s", p->name, p->error);
	retry_later(&p->again);
}

static void copy_init(struct copy_porter *p, struct daemon *d, const char *name)
{
	p->daemon = d;
	p->name = name;
	p->said = BUF_INIT;
	retry_init(&p->again, d->loop, COPY_AGAIN_MS, COPY_AGAIN_MAX_MS, copy_again, p);
}

int copy_open(struct daemon *d)
{
	const struct mysql_config *config = d->call.config;

	if (!d->clustered || config->resync == RESYNC_NONE)
		return 0;
	d->copy = calloc(1, sizeof(*d->copy));
	if (!d->copy)
		return -ENOMEM;
	copy_init(&d->copy->give, d, "donate");
	copy_init(&d->copy->get, d, "receive");
	if (config->resync == RESYNC_BACKUP)
		(void)loop_timer_set(&d->copy->give.again.timer, 0);
	return 0;
}

int copy_want(struct daemon *d, bool wanted)
{
	struct copy *copy = d->copy;

	if (!copy)
		return -ENOENT;
	if (copy->complete)
		return 0;
	copy->wanted = wanted;
	if (!wanted && copy->get.child)
		child_kill(&copy->get.child);
	else if (wanted && !copy->get.child && !copy->get.again.timer.set)
		(void)loop_timer_set(&copy->get.again.timer, 0);
	return 0;
}

void copy_print(const struct daemon *d, struct buf *text)
{
	const struct copy_porter *porters[] = {d->copy ? &d->copy->get : NULL,
					       d->copy ? &d->copy->give : NULL};

	for (size_t i = 0; i < ARRAY_SIZE(porters); i++) {
		const struct copy_porter *p = porters[i];

		if (!p || (!p->at_work && !(i == 0 && d->copy->wanted)))
			continue;
		buf_addf(text, "%sfull copy ", text->length ? "; " : "");
		if (!p->at_work)
			buf_addf(text, "is wanted%s%s", *p->error ? ", and failed: " : "",
				 p->error);
		else if (!strcmp(p->line.phase, COPY_RECOVERS))
			buf_addf(text, "of %s: it came, and is recovered", p->line.peer);
		else
			buf_addf(text, "%s %s: ", i == 0 ? "of" : "for", p->line.peer);
		if (p->at_work && strcmp(p->line.phase, COPY_RECOVERS) != 0)
			progress_print(&p->progress, deadline_now(), text);
	}
}

static void copy_end(struct copy_porter *p)
{
	loop_timer_clear(&p->again.timer);
	if (p->child)
		child_kill(&p->child);
	buf_release(&p->said);
}

void copy_close(struct daemon *d)
{
	if (!d->copy)
		return;
	copy_end(&d->copy->give);
	copy_end(&d->copy->get);
	free(TAKE(d->copy));
}
