// SPDX-License-Identifier: BSD-3-Clause
/*
 * fence_cloud: the power of a cloud's servers, between ocf/fence.h and cloud/power.h.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/line.h"
#include "base/num.h"
#include "cloud/power.h"
#include "cloud/provider.h"
#include "fence_cloud/config.h"
#include "net/http.h"
#include "ocf/agent.h"
#include "ocf/call.h"

#define SESSION_PLUGS_MAX 32

/* What was learned about a plug. */
struct session_plug {
	char name[VARIABLE_MAX], server[VARIABLE_MAX], action[VARIABLE_MAX];
	enum fence_state asked; /* for which the action is */
};

struct session {
	struct cloud cloud;
	struct cloud_config config;
	struct http_options http;
	struct session_plug plugs[SESSION_PLUGS_MAX];
	size_t count;
	char login[512]; /* the file of a login that is kept */
};

static void session_trace(const char *line, void *data)
{
	fence_trace(data, "%s", line);
}

/*
 * Pacemaker asks a device once a minute: a login is kept for as long as it is good, by the words that
 * it was got with. Without a run directory each call logs in.
 */
static void session_use_login(struct session *session, const struct fence *fence)
{
	const struct cloud_config *c = &session->config;
	const char *directory = call_run_directory();
	char words[1024], hash[24];

	(void)LINE_JOIN(words, c->token_file ? c->token_file : "", " ",
			c->api_url ? c->api_url : "", " ", c->region ? c->region : "");
	(void)num_text(hash_text(words), hash);
	if (!file_directory(directory) &&
	    LINE_JOIN(session->login, directory, "/", fence->agent->name, "-", hash, ".login") <
		    sizeof(session->login))
		session->config.session_file = session->login;
}

static int session_open(struct fence *fence)
{
	const struct fence_cloud_config *c = fence->config;
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return fault_set(&fence->fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	fence->session = session;
	session->http = (struct http_options){
		.connect_ms = (int)c->fence.login_timeout,
		.request_ms = (int)c->fence.shell_timeout,
		.trace = session_trace,
		.trace_data = fence,
	};
	session->config = c->cloud;
	session->config.http = &session->http;
	session_use_login(session, fence);
	return cloud_open(&session->cloud, fence_cloud_provider(fence->agent, c), &session->config,
			  &fence->deadline, &fence->fault);
}

static void session_close(struct fence *fence)
{
	struct session *session = fence->session;

	if (!session)
		return;
	cloud_close(&session->cloud);
	free(session);
	fence->session = NULL;
}

static enum fence_state session_state(enum power_state state)
{
	switch (state) {
	case POWER_ON:
		return FENCE_ON;
	case POWER_OFF:
		return FENCE_OFF;
	case POWER_CHANGING:
		return FENCE_CHANGING;
	case POWER_ABSENT:
		break;
	}
	return FENCE_ABSENT;
}

static struct session_plug *session_find(struct session *session, const char *name)
{
	for (size_t i = 0; i < session->count; i++)
		if (!strcmp(session->plugs[i].name, name))
			return &session->plugs[i];
	return NULL;
}

static void session_remember(struct session *session, const char *name)
{
	struct session_plug *plug = &session->plugs[session->count];

	if (session->count == SESSION_PLUGS_MAX || variables_set(plug->name, name))
		return;
	(void)variables_set(plug->server, session->cloud.variables.server);
	session->count++;
}

static int session_status(struct fence *fence, const char *name, enum fence_state *ret_state)
{
	struct session *session = fence->session;
	struct session_plug *plug = session_find(session, name);
	enum power_state state = POWER_ABSENT;
	int r = 0;

	if (plug) {
		(void)variables_set(session->cloud.variables.server, plug->server);
		r = power_status(&session->cloud, &fence->fault, &state);
	}
	if (!r && state == POWER_ABSENT)
		r = power_select(&session->cloud, name, &fence->fault, &state);
	if (!r && state != POWER_ABSENT && !plug)
		session_remember(session, name);
	*ret_state = session_state(state);
	return r;
}

static int session_ask(struct fence *fence, const char *name, enum fence_state wanted)
{
	struct session *session = fence->session;
	struct session_plug *plug = session_find(session, name);
	int r;

	if (!plug)
		return fault_set(&fence->fault, FAULT_GENERIC, -ENOENT, "'%.60s' is not known",
				 name);
	if (plug->asked != wanted)
		*plug->action = '\0';
	plug->asked = wanted;
	(void)variables_set(session->cloud.variables.server, plug->server);
	r = power_ask(&session->cloud, wanted == FENCE_OFF ? POWER_OFF : POWER_ON, plug->action,
		      &fence->fault);
	return r < 0 ? r : r == CLOUD_BUSY ? FENCE_BUSY : r ? FENCE_UNSURE : FENCE_ACCEPTED;
}

static int session_cycle(struct fence *fence, const char *name)
{
	struct session *session = fence->session;
	enum fence_state state;
	int r = session_status(fence, name, &state);

	if (r)
		return r;
	if (state == FENCE_ABSENT)
		return -ENOTSUP;
	return power_cycle(&session->cloud, &fence->fault);
}

static int session_check(struct fence *fence)
{
	struct session *session = fence->session;

	return power_check(&session->cloud, &fence->fault);
}

struct session_list {
	fence_take take;
	void *data;
};

static void session_take(const char *id, const char *name, enum power_state state, void *data)
{
	const struct session_list *list = data;

	list->take(id, name, session_state(state), list->data);
}

static int session_list(struct fence *fence, fence_take take, void *data)
{
	struct session *session = fence->session;
	struct session_list list = {take, data};

	return power_list(&session->cloud, &fence->fault, session_take, &list);
}

const struct fence_ops fence_cloud_ops = {
	.needs_plug = true,
	.open = session_open,
	.close = session_close,
	.check = session_check,
	.status = session_status,
	.ask = session_ask,
	.cycle = session_cycle,
	.list = session_list,
};
