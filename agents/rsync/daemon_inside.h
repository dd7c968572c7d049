/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the daemon share: daemon.c (its life and its place in the cluster), daemon_voice.c
 * (what it says), office.c (it becomes the source and ceases to be it), requests.c (what it is asked).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/inet.h"
#include "base/log.h"
#include "cluster/attribute.h"
#include "cluster/node.h"
#include "daemon/keeper.h"
#include "daemon/loop.h"
#include "ocf/record.h"
#include "rsync/filter.h"
#include "rsync/ledger.h"
#include "rsync/roster.h"
#include "rsync/setting.h"

struct fault;
struct hooks;
struct peers;
struct quorum;
struct rsync_config;
struct server;
struct server_request;
struct source;
struct standing;
struct target;

enum office {
	OFFICE_TARGET,
	OFFICE_RISING, /* asked to be the source: waits for quorum, or for the end of a pass */
	OFFICE_SOURCE,
	OFFICE_SINKING, /* asked to be it no longer: the targets get the last changes */
};

struct daemon {
	struct log log;
	char resource[200];
	const char *record_path;
	struct record record; /* owns the strings of the configuration */
	struct rsync_config *config;
	struct filter filter;
	struct hooks *hooks;
	struct loop_timer hooking; /* they run when a burst is over, */
	long long hooks_until;	   /* or then: seconds of deadline_now(); 0: none is due */
	struct setting setting;
	bool unmarked, unmarked_told; /* the setting's; it was logged */
	struct keeper keeper;
	int lock;

	struct loop *loop;
	struct peers *peers;
	struct quorum *quorum;
	struct server *server;
	struct node_list nodes;
	struct inet address; /* where we serve */

	struct ledger ledger;
	char ledger_path[LEDGER_PATH_MAX];
	struct loop_timer save; /* the ledger, soon */

	struct roster roster;
	struct loop_timer tell;	   /* our state, soon */
	struct loop_timer settle;  /* the score, when the roster has come to rest */
	struct loop_timer tick;	   /* attributes, and a look at the tree */
	struct loop_timer unready; /* nobody waits longer than this for the cluster */
	struct loop_timer doubt;   /* own messages stay out: how long yet */
	struct loop_timer resume;  /* quorum is back: what the others say comes first */
	long long changed;	   /* when members came or went, seconds of deadline_now() */
	struct attribute score, lag, pending, generation;

	enum office office;
	struct source *source; /* while it is the source and there is quorum */
	struct target *target; /* otherwise */
	bool following;
	uint64_t following_generation;
	struct loop_timer step; /* of an office that changes, and what must wait for a return */
	long long step_until;	/* seconds of deadline_now() */
	struct server_request *promote, *demote, *sync; /* to be answered */

	bool unfit, failing; /* the tree can't be a source's; something else is wrong */
	bool empty;	     /* it never had any content: waits for some */
	bool damaged;	     /* the ledger can't be read: nothing is done to the tree */
	bool forgotten;	     /* Pacemaker may not know our attributes any more */
	char text[160];	     /* why */
	char trouble[256];   /* of the target, as the log has it; "" for none */
};

/* daemon.c */
long long daemon_seconds(void);
bool daemon_holds(const struct daemon *d);
void daemon_follow(struct daemon *d); /* whom the roster says */
void daemon_save(struct daemon *d);   /* the ledger, now */
int daemon_start_target(struct daemon *d, struct fault *fault);
void daemon_stop_target(struct daemon *d);
void daemon_judge_tree(struct daemon *d);
const char *daemon_node_name(const struct daemon *d, uint32_t node);

/* daemon_voice.c */
void daemon_find_voice(struct daemon *d); /* its timers */
void daemon_lose_voice(struct daemon *d);
void daemon_speak(struct daemon *d);	 /* from now on, every few seconds */
void daemon_tell(struct daemon *d);	 /* our state to all, now */
void daemon_tell_soon(struct daemon *d); /* the same, after what else comes at once */
void daemon_tell_score(void *data);	 /* to Pacemaker, now */
void daemon_settle(struct daemon *d);	 /* the same, when the roster has come to rest */
void daemon_stand(const struct daemon *d, struct standing *ret_standing);

/* office.c */
void office_promote(struct daemon *d, struct server_request *request);
void office_demote(struct daemon *d, struct server_request *request);
void office_step(void *data); /* something has changed that a change of office may wait for */
void office_suspend(struct daemon *d); /* no quorum: nobody is served, nothing is told */
void office_resume(struct daemon *d);  /* quorum: if nobody else has become the source meanwhile */
void office_close(struct daemon *d);
void office_roll_back(struct daemon *d, struct server_request *request);

/* requests.c */
void requests_handle(struct server_request *request, const char *line, void *data);
