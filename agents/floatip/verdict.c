// SPDX-License-Identifier: BSD-3-Clause

#include "floatip/verdict.h"

bool verdict_needs_api(const struct verdict_view *view, long long interval)
{
	if (view->glance != ADDRESS_UNKNOWN && (view->glance == ADDRESS_HELD) != view->last_ours)
		return true;
	return view->last_age < 0 || view->last_age >= interval;
}

bool verdict_expects(const struct verdict_view *view)
{
	if (view->glance != ADDRESS_UNKNOWN)
		return view->glance == ADDRESS_HELD;
	return view->last_ours;
}

int verdict_reach(const struct verdict_view *view, enum role_state *ret_state)
{
	switch (view->api) {
	case VERDICT_API_OURS:
		*ret_state = ROLE_ACTIVE;
		return 0;
	case VERDICT_API_NOT_OURS:
		*ret_state = ROLE_ABSENT;
		return 0;
	case VERDICT_API_NOT_ASKED:
		*ret_state = view->last_ours ? ROLE_ACTIVE : ROLE_ABSENT;
		return 0;
	case VERDICT_API_FAILED:
		break;
	}
	if (view->glance == ADDRESS_HELD) {
		*ret_state = ROLE_ACTIVE;
		return 0;
	}
	if (view->last_age < 0 || view->last_age > view->grace)
		return VERDICT_CANNOT_TELL;
	*ret_state = view->last_ours ? ROLE_DEGRADED : ROLE_ABSENT;
	return 0;
}
