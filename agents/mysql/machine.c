// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/machine.h"

#include <errno.h>
#include <string.h>

#define TO(state) (1U << MACHINE_##state)

/*
 * FROZEN is behind DRAINED again when a voter has more and the candidate fetches it. From FROZEN
 * there is no way to WRITER but through DRAINED and ELECTED, and none from DETACHED but through
 * FROZEN: that is the law of order.
 */
static const struct {
	struct machine_traits traits;
	unsigned successors;
} machine_table[MACHINE_STATES] = {
	[MACHINE_DOWN] = {{.name = "down"}, TO(DETACHED)},
	[MACHINE_DETACHED] = {{.name = "detached", .votes = true},
			      TO(DOWN) | TO(FOLLOWING) | TO(FROZEN) | TO(DIVERGED)},
	[MACHINE_FOLLOWING] = {{.name = "following", .acknowledges = true, .purges = true},
			       TO(DOWN) | TO(FROZEN) | TO(DIVERGED)},
	[MACHINE_FROZEN] = {{.name = "frozen", .votes = true},
			    TO(DOWN) | TO(FOLLOWING) | TO(DRAINED) | TO(DIVERGED)},
	[MACHINE_DRAINED] = {{.name = "drained", .votes = true},
			     TO(DOWN) | TO(FOLLOWING) | TO(FROZEN) | TO(ELECTED) | TO(DIVERGED)},
	[MACHINE_ELECTED] = {{.name = "elected"}, TO(DOWN) | TO(WRITER) | TO(RETIRING)},
	[MACHINE_WRITER] = {{.name = "writer", .writes = true}, TO(DOWN) | TO(RETIRING)},
	[MACHINE_RETIRING] = {{.name = "retiring"}, TO(DOWN) | TO(DETACHED)},
	[MACHINE_DIVERGED] = {{.name = "diverged"}, TO(DOWN) | TO(DETACHED) | TO(FOLLOWING)},
};

const struct machine_traits *machine_traits(enum machine_state state)
{
	return &machine_table[state].traits;
}

bool machine_may(enum machine_state from, enum machine_state to)
{
	return machine_table[from].successors & (1U << to);
}

int machine_move(enum machine_state *state, enum machine_state to)
{
	if (!machine_may(*state, to))
		return -EPERM;
	*state = to;
	return 0;
}

int machine_parse(const char *name, enum machine_state *ret_state)
{
	for (int i = 0; i < MACHINE_STATES; i++) {
		if (!strcmp(machine_table[i].traits.name, name)) {
			*ret_state = (enum machine_state)i;
			return 0;
		}
	}
	return -EINVAL;
}
