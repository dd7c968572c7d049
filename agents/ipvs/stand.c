// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/stand.h"

static enum stand_state stand_judge(const struct stand *stand, bool connected, bool quorate,
				    bool holds, long long now)
{
	if (!connected)
		return stand->state == STAND_ALONE ? STAND_ALONE : STAND_CUT;
	if (!quorate)
		return STAND_CUT;
	if (holds)
		return STAND_WHOLE;
	if (stand->state == STAND_DOUBT && now - stand->since >= STAND_DOUBT_MS)
		return STAND_CUT;
	return stand->state == STAND_CUT ? STAND_CUT : STAND_DOUBT;
}

bool stand_look(struct stand *stand, bool connected, bool quorate, bool holds, long long now)
{
	const enum stand_state state = stand_judge(stand, connected, quorate, holds, now);

	if (state == stand->state)
		return false;
	*stand = (struct stand){.state = state, .since = now};
	return true;
}

long long stand_wait(const struct stand *stand, long long now)
{
	const long long end = stand->since + STAND_DOUBT_MS;

	if (stand->state != STAND_DOUBT)
		return -1;
	return end > now ? end - now : 0;
}
