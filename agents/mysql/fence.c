// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/fence.h"

enum fence_verdict fence_decide(const struct fence_view *view, long long *ret_wait)
{
	*ret_wait = -1;
	if (view->retiring >= 0) {
		if (view->shut)
			return FENCE_CALM;
		if (view->retiring >= view->bound)
			return FENCE_KILL;
		*ret_wait = view->bound - view->retiring;
		return FENCE_RETIRE;
	}
	if (!view->writes || !view->watched)
		return FENCE_CALM;
	if (view->lost || view->replaced)
		return FENCE_RETIRE;
	if (view->holds)
		return FENCE_CALM;
	if (view->doubt >= view->patience)
		return FENCE_RETIRE;
	*ret_wait = view->patience - view->doubt;
	return FENCE_DOUBT;
}
