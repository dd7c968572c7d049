// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/call.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/line.h"
#include "base/num.h"
#include "host/lockfile.h"
#include "ocf/agent.h"
#include "ocf/params.h"
#include "ocf/salvage.h"

#define CALL_RUN_DIRECTORY "/run/quorate"
#define CALL_MARGIN_MS 2000LL /* kept of a timeout for telling why, and ... */
#define CALL_MARGIN_SHARE 4   /* ... never more than this part of it */
#define CALL_TIMEOUT_MS 20000LL
#define CALL_TIMEOUT_MAX_MS (365 * 86400000LL)
#define CALL_PARAM "param." /* before the name of a parameter, in the record */
#define CALL_FILE_NAME_MAX 160

const char *call_run_directory(void)
{
	const char *directory = getenv("QUORATE_RUNDIR");

	return directory && *directory ? directory : CALL_RUN_DIRECTORY;
}

static const char *call_meta(const char *name)
{
	char key[64];
	const char *text;

	(void)LINE_JOIN(key, "CRM_meta_", name);
	text = params_environment(key, NULL);
	return text && *text ? text : NULL;
}

static long long call_advertised_timeout(const struct call *call)
{
	long long milliseconds = CALL_TIMEOUT_MS;

	for (const struct action *a = call->agent->actions; a->name; a++)
		if (!strcmp(a->name, call->action) && !num_duration(a->timeout, &milliseconds))
			break;
	return milliseconds;
}

/* Ending is not refused for the words that it was asked in: a failed stop gets the node fenced. */
static bool call_ends_something(const struct call *call)
{
	return !strcmp(call->action, "stop") || !strcmp(call->action, "demote");
}

static int call_set_deadline(struct call *call)
{
	const char *text = call_meta("timeout");
	long long timeout = 0, margin;

	if (text && num_parse(text, 0, CALL_TIMEOUT_MAX_MS, &timeout) && !call_ends_something(call))
		return fault_set(&call->fault, FAULT_ARGS, -EINVAL,
				 "CRM_meta_timeout must be milliseconds, not '%.40s'", text);
	if (!timeout) /* unsaid, or Pacemaker's word for no limit */
		timeout = call_advertised_timeout(call);
	margin = timeout / CALL_MARGIN_SHARE;
	if (margin > CALL_MARGIN_MS)
		margin = CALL_MARGIN_MS;
	call->deadline = deadline_in(timeout - margin);
	return 0;
}

static int call_set_level(struct call *call)
{
	const char *text = getenv("OCF_CHECK_LEVEL");
	long long level = 0;

	if (strcmp(call->action, "monitor") && strcmp(call->action, "validate-all"))
		return 0;
	if (text && *text && num_parse(text, 0, 1000, &level))
		return fault_set(&call->fault, FAULT_ARGS, -EINVAL,
				 "OCF_CHECK_LEVEL must be a whole number, not '%.40s'", text);
	call->check_level = (int)level;
	return 0;
}

/*
 * A person who runs the agent by hand gives no instance: the unique parameters say which it is,
 * so that two addresses started by hand don't share a record.
 */
static void call_name_instance(const struct agent *agent, struct buf *name)
{
	const char *given = getenv("OCF_RESOURCE_INSTANCE");

	if (given && *given) {
		buf_adds(name, given);
		return;
	}
	for (const struct param *p = agent->params; p->name; p++) {
		const char *text;

		if (!p->unique || p->standing != PARAM_CURRENT)
			continue;
		text = params_text(agent, p, params_environment, NULL);
		if (text)
			buf_addf(name, "%s%s", name->length ? "," : "", text);
	}
	if (!name->length)
		buf_adds(name, agent->name);
}

/*
 * The instance as a file name: what is not harmless becomes %XX; a name too long for a file ends
 * in a hash of the whole, so that two of them don't share a record.
 */
static void call_file_name(const char *instance, char name[CALL_FILE_NAME_MAX])
{
	static const char harmless[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	char *to = name, *end = name + CALL_FILE_NAME_MAX - 20;
	const char *c;

	for (c = instance; *c && to < end; c++)
		if (strchr(harmless, *c) || (*c == '.' && to > name))
			*to++ = *c;
		else
			to += snprintf(to, 4, "%%%02X", (unsigned char)*c);
	*to = '\0';
	if (!*c)
		return;
	(void)snprintf(to - 3, 20, "-%016" PRIx64, hash_text(instance));
}

static int call_set_paths(struct call *call, const char *instance)
{
	char name[CALL_FILE_NAME_MAX];
	const char *directory = call_run_directory(), *agent = call->agent->name;

	call_file_name(instance, name);
	(void)LINE_JOIN(call->lock_path, directory, "/", agent, "-", name, ".lock");
	if (LINE_JOIN(call->record_path, directory, "/", agent, "-", name, ".state") <
	    sizeof(call->record_path))
		return 0;
	return fault_set(&call->fault, FAULT_GENERIC, -ENAMETOOLONG, "%.60s...: too long a path",
			 directory);
}

/* Pacemaker's executor tells the maxima, crm_resource --force-* only that it is promotable. */
static bool call_is_promotable(void)
{
	const char *said = call_meta("promotable");

	return (said && !strcmp(said, "true")) || call_meta("promoted_max") ||
	       call_meta("master_max");
}

int call_init(struct call *call, const struct agent *agent, const char *action)
{
	AUTO_BUF struct buf name = BUF_INIT;
	const char *interval;
	int r;

	*call = (struct call){.agent = agent,
			      .action = action,
			      .fault = FAULT_INIT,
			      .record = RECORD_INIT,
			      .begun = deadline_now(),
			      .lock = -1,
			      .home_netns = -1};
	interval = call_meta("interval");
	call->probe = !strcmp(action, "monitor") && (!interval || !strcmp(interval, "0"));
	call->promotable = call_is_promotable();
	call_name_instance(agent, &name);
	if (buf_error(&name))
		return fault_set(&call->fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	(void)LINE_JOIN(call->instance, name.data);
	call->instance[line_cut(name.data, sizeof(call->instance) - 1)] = '\0';
	log_init(&call->log, agent->name, call->instance);
	r = call_set_paths(call, name.data);
	if (!r)
		r = call_set_level(call);
	return r ? r : call_set_deadline(call);
}

static const char *call_recorded(const char *name, const void *context)
{
	char key[128];

	if (LINE_JOIN(key, CALL_PARAM, name) >= sizeof(key))
		return NULL;
	return record_get(context, key);
}

const struct param *call_changed_param(const struct call *call)
{
	for (const struct param *p = call->agent->params; call->started && p->name; p++) {
		const char *now = params_text(call->agent, p, params_environment, NULL);
		const char *then = params_text(call->agent, p, call_recorded, &call->record);

		if (p->standing == PARAM_CURRENT && !p->secret && !p->reloadable &&
		    (!now != !then || (now && strcmp(now, then))))
			return p;
	}
	return NULL;
}

static void call_drop_started(struct call *call)
{
	params_release(call->agent, call->started);
	call->started = NULL;
}

void call_load_record(struct call *call)
{
	call_drop_started(call);
	record_release(&call->record);
	(void)record_load(&call->record, call->record_path);
	if (call->record.count)
		(void)params_read(call->agent, call_recorded, &call->record, &call->started, NULL);
}

int call_load(struct call *call)
{
	int r = params_read(call->agent, params_environment, NULL, &call->config, &call->fault);

	/* A monitor looks at what should be here now, and pays for nothing else. */
	if (!r && !strcmp(call->action, "monitor"))
		(void)record_load(&call->record, call->record_path);
	else
		call_load_record(call);
	return r;
}

void call_salvage(struct call *call)
{
	(void)salvage_params(call->agent, params_environment, NULL, &call->config);
	if (call->record.count)
		(void)salvage_params(call->agent, call_recorded, &call->record, &call->started);
}

void call_forget_record(struct call *call)
{
	call_drop_started(call);
	record_release(&call->record);
	file_remove(call->record_path);
}

int call_record_params(struct call *call)
{
	int r = 0;

	call_drop_started(call);
	record_drop(&call->record, CALL_PARAM);
	for (const struct param *p = call->agent->params; !r && p->name; p++) {
		const char *text = params_text(call->agent, p, params_environment, NULL);
		char key[128];

		(void)LINE_JOIN(key, CALL_PARAM, p->name);
		if (p->standing == PARAM_CURRENT && !p->secret && text)
			r = record_set(&call->record, key, text);
	}
	return r;
}

void call_keep(struct call *call, const char *key, const char *value)
{
	const struct deadline at_once = {.at = 0};
	AUTO_RECORD struct record now = RECORD_INIT;
	AUTO_CLOSE int lock = -1;
	struct record *record = &call->record;

	(void)record_set(&call->record, key, value);
	if (call->lock < 0) {
		if (lockfile_take(call->lock_path, &at_once, &lock) ||
		    record_load(&now, call->record_path))
			return;
		record = &now;
		(void)record_set(record, key, value);
	}
	if (record_get(record, "role"))
		(void)record_save(record, call->record_path);
}

void call_hide_secrets(const struct call *call)
{
	for (const struct param *p = call->agent->params; p->name; p++) {
		char key[128];

		(void)snprintf(key, sizeof(key), "OCF_RESKEY_%s", p->name);
		if (p->secret)
			(void)unsetenv(key);
	}
}

void call_drop_view(struct call *call)
{
	if (call->view)
		call->release_view(call->view);
	call->view = NULL;
}

void call_release(struct call *call)
{
	call_drop_view(call);
	params_release(call->agent, call->config);
	params_release(call->agent, call->started);
	record_release(&call->record);
	if (call->lock >= 0)
		(void)close(call->lock);
	if (call->home_netns >= 0)
		(void)close(call->home_netns);
}
