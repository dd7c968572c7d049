// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/judge.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "mysql/site.h"
#include "ocf/call.h"

bool judge_lags(const struct site *site)
{
	return site->view.has_source && site->view.lag > site->config->max_slave_lag;
}

static int judge_replica(struct site *site, enum role_state *ret_state)
{
	const struct view *v = &site->view;

	*ret_state = ROLE_BROKEN;
	if (v->conflict)
		return fault_set(site->fault, FAULT_GENERIC, 0,
				 "its replication positions exclude each other");
	if (v->has_source && !v->applying && v->sql_error)
		return fault_set(site->fault, FAULT_GENERIC, 0, "the applier has stopped: %s",
				 v->error);
	if (judge_lags(site) && site->config->evict_outdated_slaves)
		return fault_set(site->fault, FAULT_GENERIC, 0,
				 "%lld s behind the writer, more than max_slave_lag", v->lag);
	*ret_state = ROLE_STANDBY;
	return 0;
}

/* A person may demote a plain primitive. */
static bool judge_may_stand_by(const struct call *call)
{
	const char *role = record_get(&call->record, "role");

	return call->promotable || !strcmp(call->action, "demote") ||
	       (role && !strcmp(role, "standby"));
}

int judge_site(struct site *site, enum role_state *ret_state)
{
	*ret_state = ROLE_ACTIVE;
	if (!site->view.read_only && site->view.has_source && site->view.sql_error) {
		*ret_state = ROLE_DEGRADED; /* a pair whose writers contradict each other */
		return fault_set(site->fault, FAULT_GENERIC, 0,
				 "a conflict with the other writer: %s", site->view.error);
	}
	if (!site->view.read_only)
		return 0;
	if (!judge_may_stand_by(site->call)) {
		*ret_state = ROLE_BROKEN;
		return fault_set(site->fault, FAULT_GENERIC, 0, "the server is read-only");
	}
	return judge_replica(site, ret_state);
}

int judge_blind(struct call *call, int error, enum role_state *ret_state)
{
	const char *role = record_get(&call->record, "role");

	*ret_state = ROLE_BROKEN;
	if (error == -ECONNREFUSED && !strcmp(call->action, "monitor"))
		*ret_state = ROLE_ABSENT; /* it starts or ends: nobody is served; stop ends it */
	if (error != -EUSERS || !role)
		return 0;
	/* All connections taken, the administrator's too: it serves more than it should. */
	*ret_state = strcmp(role, "active") ? ROLE_STANDBY : ROLE_ACTIVE;
	call->fault = FAULT_INIT;
	return 0;
}
