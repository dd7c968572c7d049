// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/call.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "ocf/agent.h"
#include "ocf/params.h"

#define CALL_RUN_DIRECTORY "/run/quorate"
#define CALL_MARGIN_MS 2000LL /* kept of a timeout for telling why, and ... */
#define CALL_MARGIN_SHARE 4   /* ... never more than this part of it */
#define CALL_TIMEOUT_MS 20000LL
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

	(void)snprintf(key, sizeof(key), "CRM_meta_%s", name);
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

static int call_set_deadline(struct call *call)
{
	const char *text = call_meta("timeout");
	long long timeout = 0, margin;

	if (!text)
		timeout = call_advertised_timeout(call);
	else if (num_parse(text, 1, 86400000LL * 365, &timeout))
		return fault_set(&call->fault, FAULT_ARGS, -EINVAL,
				 "CRM_meta_timeout must be milliseconds, not '%.40s'", text);
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
static void call_set_instance(struct call *call)
{
	const char *name = getenv("OCF_RESOURCE_INSTANCE");
	size_t used = 0, room = sizeof(call->instance);

	if (name && *name) {
		(void)snprintf(call->instance, room, "%s", name);
		return;
	}
	for (const struct param *p = call->agent->params; p->name; p++) {
		const char *text;

		if (!p->unique || p->standing != PARAM_CURRENT)
			continue;
		text = params_text(call->agent, p, params_environment, NULL);
		if (text && used < room)
			used += (size_t)snprintf(call->instance + used, room - used, "%s%s",
						 used ? "," : "", text);
	}
	if (!used)
		(void)snprintf(call->instance, room, "%s", call->agent->name);
}

/*
 * The instance as a file name: what is not harmless becomes %XX; a name too long for a file ends
 * in a hash of the whole (FNV-1a), so that two of them don't share a record.
 */
static void call_file_name(const char *instance, char name[CALL_FILE_NAME_MAX])
{
	char *to = name, *end = name + CALL_FILE_NAME_MAX - 20;
	unsigned long long hash = 0xcbf29ce484222325ULL;
	const char *c;

	for (c = instance; *c && to < end; c++)
		if (isalnum((unsigned char)*c) || *c == '-' || *c == '_' ||
		    (*c == '.' && to > name))
			*to++ = *c;
		else
			to += snprintf(to, 4, "%%%02X", (unsigned char)*c);
	*to = '\0';
	if (!*c)
		return;
	for (c = instance; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3ULL;
	(void)snprintf(to - 3, 20, "-%016llx", hash);
}

static void call_set_paths(struct call *call)
{
	char name[CALL_FILE_NAME_MAX];
	const char *directory = call_run_directory();

	call_file_name(call->instance, name);
	(void)snprintf(call->record_path, sizeof(call->record_path), "%.300s/%.32s-%s.state",
		       directory, call->agent->name, name);
	(void)snprintf(call->lock_path, sizeof(call->lock_path), "%.300s/%.32s-%s.lock", directory,
		       call->agent->name, name);
}

int call_init(struct call *call, const struct agent *agent, const char *action)
{
	const char *interval;
	int r;

	*call = (struct call){.agent = agent,
			      .action = action,
			      .fault = FAULT_INIT,
			      .record = RECORD_INIT,
			      .home_netns = -1};
	interval = call_meta("interval");
	call->probe = !strcmp(action, "monitor") && (!interval || !strcmp(interval, "0"));
	call->promotable = call_meta("promoted_max") || call_meta("master_max");
	call_set_instance(call);
	call_set_paths(call);
	log_init(&call->log, agent->name, call->instance);
	r = call_set_level(call);
	return r ? r : call_set_deadline(call);
}

static const char *call_recorded(const char *name, const void *context)
{
	char key[128];

	if ((size_t)snprintf(key, sizeof(key), "param.%s", name) >= sizeof(key))
		return NULL;
	return record_get(context, key);
}

static bool call_same_params(const struct call *call)
{
	for (const struct param *p = call->agent->params; p->name; p++) {
		const char *now = params_text(call->agent, p, params_environment, NULL);
		const char *then = params_text(call->agent, p, call_recorded, &call->record);

		if (p->standing == PARAM_CURRENT && (!now != !then || (now && strcmp(now, then))))
			return false;
	}
	return true;
}

int call_load(struct call *call)
{
	int r;

	(void)record_load(&call->record, call->record_path);
	if (call->record.count)
		(void)params_read(call->agent, call_recorded, &call->record, &call->started, NULL);
	r = params_read(call->agent, params_environment, NULL, &call->config, &call->fault);
	call->same_config = call->config && call->started && call_same_params(call);
	return r;
}

int call_record_params(struct call *call)
{
	int r = 0;

	record_drop(&call->record, "param.");
	for (const struct param *p = call->agent->params; !r && p->name; p++) {
		const char *text = params_text(call->agent, p, params_environment, NULL);
		char key[128];

		(void)snprintf(key, sizeof(key), "param.%s", p->name);
		if (p->standing == PARAM_CURRENT && text)
			r = record_set(&call->record, key, text);
	}
	return r;
}

void call_release(struct call *call)
{
	params_release(call->agent, call->config);
	params_release(call->agent, call->started);
	record_release(&call->record);
	if (call->home_netns >= 0)
		(void)close(call->home_netns);
}
