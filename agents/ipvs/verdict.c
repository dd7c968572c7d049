// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/verdict.h"

#include "base/fault.h"

static enum role_state verdict_broken(struct fault *fault, const char *words)
{
	(void)fault_set(fault, FAULT_GENERIC, 0, "%s", words);
	return ROLE_BROKEN;
}

static bool verdict_was_revived(const struct verdict_view *v)
{
	return v->revived_ago != VERDICT_NEVER && v->revived_ago < VERDICT_AGAIN_S;
}

bool verdict_revives(const struct verdict_view *v)
{
	return v->daemon != KEEPER_ANSWERS && v->here && !verdict_was_revived(v);
}

static enum role_state verdict_without_daemon(const struct verdict_view *v, struct fault *fault)
{
	const char *again = verdict_was_revived(v) ? ", and was started again before" : "";

	if (v->daemon != KEEPER_SILENT && !v->here)
		return ROLE_ABSENT;
	if (fault->kind) {
		fault_prefix(fault, "%s, and can't be started again: ", v->daemon_words);
		return ROLE_BROKEN;
	}
	(void)fault_set(fault, FAULT_GENERIC, 0, "%s%s; %s", v->daemon_words, again,
			v->here ? "the table stays as it was, unchecked" : "there is no table");
	return ROLE_BROKEN;
}

enum role_state verdict_reach(const struct verdict_view *v, struct fault *fault)
{
	if (v->daemon != KEEPER_ANSWERS)
		return verdict_without_daemon(v, fault);
	if (v->cut) {
		(void)fault_set(fault, FAULT_GENERIC, 0,
				"cut off from quorum, the services are withdrawn: %s", v->cut);
		return v->active ? ROLE_BROKEN : ROLE_LAGGING;
	}
	if (v->wrong && !v->repaired)
		return verdict_broken(fault, v->first_wrong);
	if (v->sync_words)
		return verdict_broken(fault, v->sync_words);
	/* Dead servers keep nobody from standing by. */
	if (v->below && v->active) {
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s: too few servers are alive", v->below);
		return ROLE_BROKEN;
	}
	if (v->through) {
		(void)fault_set(fault, FAULT_GENERIC, 0, "no answer through %s", v->through);
		return ROLE_BROKEN;
	}
	if (v->revived) {
		(void)fault_set(fault, FAULT_GENERIC, 0,
				"%s; it was started again, the table had stayed", v->daemon_words);
		return v->active ? ROLE_DEGRADED : ROLE_LAGGING;
	}
	if (v->wrong)
		(void)fault_set(fault, FAULT_GENERIC, 0, "repaired: %s%s", v->first_wrong,
				v->wrong > 1 ? ", and more" : "");
	else if (v->setting_words)
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s", v->setting_words);
	else if (v->nameless)
		(void)fault_set(fault, FAULT_GENERIC, 0, "the server %s has no address",
				v->nameless);
	else if (v->dead)
		(void)fault_set(fault, FAULT_GENERIC, 0, "%ld of %ld servers are dead", v->dead,
				v->servers);
	else
		return v->active ? ROLE_ACTIVE : ROLE_STANDBY;
	/* A standby that is degraded counts as one: Pacemaker has no code for it. */
	return v->active ? ROLE_DEGRADED : ROLE_STANDBY;
}
