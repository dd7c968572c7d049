// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/cluster_side.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/num.h"
#include "cluster/peers.h"
#include "cluster/quorum.h"
#include "daemon/errand.h"
#include "daemon/loop.h"
#include "ipvs/intent.h"
#include "ipvs/muster.h"

#define CLUSTER_SIDE_AGAIN_MS 5000
#define CLUSTER_SIDE_MEET_MS 3000 /* until a corosync that runs has answered */
#define CLUSTER_SIDE_NS 1000000LL

/* The list of nodes while it is read, which may block. */
struct cluster_side_errand {
	struct cluster_side *side;
	struct muster muster;
	struct fault fault;
	int result;
};

struct cluster_side {
	struct cluster_side_owner owner;
	struct peers *peers;
	struct quorum *quorum;
	struct stand stand;
	struct muster muster;
	struct errand *errand;
	struct loop_timer look, again, meet;
	unsigned int signs;
	char words[128];
};

enum stand_state cluster_side_stand(const struct cluster_side *side)
{
	return side->stand.state;
}

const char *cluster_side_words(const struct cluster_side *side)
{
	return side->words;
}

/* The nodes and their addresses ------------------------------------------------------------ */

static void cluster_side_muster(void *data);

static void errand_run(void *data)
{
	struct cluster_side_errand *e = data;

	e->result = muster_read(&e->muster, &e->fault);
}

static void errand_free(void *data)
{
	struct cluster_side_errand *e = data;

	muster_release(&e->muster);
	free(e);
}

static void errand_done(void *data)
{
	struct cluster_side_errand *e = data;
	struct cluster_side *side = e->side;

	side->errand = NULL;
	if (e->result) {
		log_line(side->owner.log, LOG_DEBUG, "%s", e->fault.reason);
		(void)loop_timer_set(&side->again, CLUSTER_SIDE_AGAIN_MS);
	} else {
		muster_release(&side->muster);
		side->muster = e->muster;
		e->muster = MUSTER_INIT;
	}
	errand_free(e);
	side->owner.changed(side->owner.data);
}

static void cluster_side_muster(void *data)
{
	static const struct errand_ops ops = {errand_run, errand_done, errand_free};
	struct cluster_side *side = data;
	struct cluster_side_errand *e;

	if (side->errand)
		return;
	e = calloc(1, sizeof(*e));
	if (e)
		*e = (struct cluster_side_errand){.side = side, .muster = MUSTER_INIT};
	if (!e || errand_start(side->owner.loop, &ops, e, &side->errand, NULL)) {
		free(e);
		(void)loop_timer_set(&side->again, CLUSTER_SIDE_AGAIN_MS);
	}
}

const char *cluster_side_missing(const struct cluster_side *side, const struct intent *intent,
				 const struct inet *address)
{
	const struct quorum_view *view = quorum_view(side->quorum);
	const struct muster_node *node = muster_find(&side->muster, intent, address);

	/* What a minority does not see may be the greater part of the world. */
	if (!node || !view->connected || !view->quorate)
		return NULL;
	for (size_t i = 0; i < view->member_count; i++)
		if (view->members[i] == node->id)
			return NULL;
	return node->name;
}

/* Corosync's word -------------------------------------------------------------------------- */

static void cluster_side_tell(struct cluster_side *side)
{
	static const char *const texts[] = {"", "is part of the cluster", NULL,
					    "is cut off from quorum"};
	const char *text = texts[side->stand.state];

	if (side->stand.state == STAND_CUT)
		(void)quorum_signs_text(side->signs & ~(unsigned int)(QUORUM_BACK | QUORUM_JOINED |
								      QUORUM_LEFT),
					side->words);
	if (text)
		log_line(side->owner.log, side->stand.state == STAND_CUT ? LOG_WARNING : LOG_INFO,
			 "this director %s%s%s", text, side->stand.state == STAND_CUT ? ": " : "",
			 side->stand.state == STAND_CUT ? side->words : "");
}

static void cluster_side_look(void *data)
{
	struct cluster_side *side = data;
	const struct quorum_view *view = quorum_view(side->quorum);
	const long long now = deadline_now() / CLUSTER_SIDE_NS;
	const enum stand_state before = side->stand.state;
	long long wait;

	/* From doubt, which nobody was told of, back to where it was, there is nothing to tell. */
	if (stand_look(&side->stand, view->connected, view->quorate, quorum_holds(side->quorum),
		       now) &&
	    !(before == STAND_DOUBT && side->stand.state == STAND_WHOLE))
		cluster_side_tell(side);
	wait = stand_wait(&side->stand, now);
	if (wait >= 0)
		(void)loop_timer_set(&side->look, wait);
	else
		loop_timer_clear(&side->look);
}

static void cluster_side_changed(unsigned int signs, const struct quorum_view *view, void *data)
{
	struct cluster_side *side = data;

	if (signs & QUORUM_BACK)
		side->signs = 0;
	side->signs |= signs;
	cluster_side_look(side);
	if (signs & (QUORUM_BACK | QUORUM_JOINED))
		cluster_side_muster(side);
	side->owner.changed(side->owner.data);
}

/* A doubt that has lasted. */
static void cluster_side_doubt(void *data)
{
	struct cluster_side *side = data;

	cluster_side_look(side);
	side->owner.changed(side->owner.data);
}

static void cluster_side_meet(void *data)
{
	const struct cluster_side *side = data;

	if (side->stand.state == STAND_ALONE)
		log_line(side->owner.log, LOG_INFO,
			 "corosync does not run here: quorum and membership are not looked at");
}

static void cluster_side_heard(struct peer from, const void *bytes, size_t length, void *data)
{
	/* The directors say nothing to each other: that messages come back is all there is to know. */
}

int cluster_side_open(const struct cluster_side_owner *owner, struct cluster_side **ret_side,
		      struct fault *fault)
{
	static const struct peers_ops peers_ops = {.message = cluster_side_heard};
	static const struct quorum_ops quorum_ops = {.changed = cluster_side_changed};
	AUTO_CLUSTER_SIDE struct cluster_side *side = calloc(1, sizeof(*side));
	char group[121];
	int r;

	if (!side)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	side->owner = *owner;
	side->muster = MUSTER_INIT;
	loop_timer_init(&side->look, owner->loop, cluster_side_doubt, side);
	loop_timer_init(&side->again, owner->loop, cluster_side_muster, side);
	loop_timer_init(&side->meet, owner->loop, cluster_side_meet, side);
	(void)snprintf(group, sizeof(group), "ipvs/%.100s", owner->instance);
	r = peers_open(owner->loop, group, &peers_ops, side, &side->peers, fault);
	if (!r)
		r = quorum_open(owner->loop, side->peers, &quorum_ops, side, &side->quorum, fault);
	if (!r)
		r = loop_timer_set(&side->meet, CLUSTER_SIDE_MEET_MS);
	if (r)
		return r;
	*ret_side = TAKE(side);
	return 0;
}

void cluster_side_close(struct cluster_side **side)
{
	struct cluster_side *given = TAKE(*side);

	if (!given)
		return;
	loop_timer_clear(&given->look);
	loop_timer_clear(&given->again);
	loop_timer_clear(&given->meet);
	errand_abandon(&given->errand);
	quorum_close(&given->quorum);
	peers_close(&given->peers);
	muster_release(&given->muster);
	free(given);
}
