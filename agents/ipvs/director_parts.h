/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the director share, and nobody else.
 */
#pragma once

#include <stdbool.h>

#include "base/deadline.h"
#include "daemon/loop.h"
#include "ipvs/cluster_side.h"
#include "ipvs/director.h"
#include "ipvs/manual.h"
#include "ipvs/names.h"
#include "ipvs/notify.h"
#include "ipvs/shift.h"
#include "ipvs/through.h"
#include "ipvs/vigil.h"
#include "ipvs/wanted.h"
#include "net/ipvs_kernel.h"

struct director {
	struct loop *loop;
	const struct director_options *options;
	struct shift *shift; /* at work; NULL before the first one knows its servers */
	struct shift *next;  /* being prepared by a start or reload */
	struct loop_timer first_round, tick;
	struct server_request *reloader; /* who waits for the next shift */
	struct intent draft;		 /* read, and waiting for addresses */
	bool drafted;
	struct names *names;
	struct cluster_side *cluster; /* NULL: the intent has nothing to do with it, or not yet */
	bool withdrawn;		      /* as told last */
	struct notifier notifier;
	struct through *through; /* under way for a monitor */
	struct server_request *asker;
	struct manual_list manual;
	struct vigil vigil; /* over the configuration's files */
	struct ipvs kernel;
	struct deadline patience; /* of a conversation with the kernel */
	struct ipvs_table want, owned;
	bool sure;  /* the kernel's table was made what is wanted, and nothing failed since */
	bool ready; /* the table was right once */
	unsigned int ticks;
};

/* director_table.c: the kernel ---------------------------------------------------------------- */

/* Looks at all servers again, logs and notifies what is new, and brings the table in order. */
int director_apply(struct director *director, struct fault *fault, size_t *ret_changes);

/*
 * The same for one server that has news, as one change of the table. False where more depends on it
 * or nothing is known for sure: then the whole table has to be looked at.
 */
bool director_turn(struct director *director, size_t server);

/* The same as director_apply() after a look at the kernel's own table. */
int director_repair(struct director *director, struct fault *fault, size_t *ret_changes);

/* Cut off from the cluster's quorum, and not told to stay. */
bool director_is_cut(const struct director *director);

/* At the start: a server that is to be drained and not in the kernel's table has been drained before. */
int director_recall(struct director *director, struct fault *fault);

/* What has to do with connections and bytes: drained servers, steered weights. Once a second. */
void director_count(struct director *director);

/* director_state.c: what people said ------------------------------------------------------------ */

int director_load_manual(struct director *director, struct fault *fault);
int director_say_manual(struct director *director, const struct manual *manual,
			struct fault *fault);
bool director_knows(const struct director *director, const struct inet *address, uint16_t port);

/* director_tell.c: who is told ------------------------------------------------------------------ */

void director_tell_server(struct director *director, const struct plan_server *server,
			  const struct weighed *weighed);
void director_tell_weight(struct director *director, const struct plan_server *server,
			  const struct weighed *weighed);

/* before: by service, whether it had quorum. */
void director_tell_quorum(struct director *director, const bool *before);

/* director.c ------------------------------------------------------------------------------------- */

/* Begins the next shift. 0 or -errno with the fault set: then all stays as it is. */
int director_reload(struct director *director, struct fault *fault);
