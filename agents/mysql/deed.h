/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A deed: something that the watcher does with its own server, in an errand, so that a server which
 * hangs delays nothing else.
 *
 * It has a site of its own, which may be given a conversation that was kept from the last deed, and
 * leaves one there to be kept.
 */
#pragma once

#include <sys/types.h>

#include "mysql/site.h"
#include "ocf/call.h"

struct errand;
struct loop;

#define DEED_QUESTIONS 8

struct deed {
	struct site site; /* its fault is call.fault */
	struct call call; /* a copy, which owns nothing but its fault */
	pid_t server;	  /* known before, and found by look; whom site.sql talks with; 0: none */
	int pidfd;	  /* look: of a server that was not known before; owned; -1 */
	bool learned;	  /* learn: site.ledger is the CIB's */
	struct vote_question questions[DEED_QUESTIONS]; /* that wait for this look */
	size_t question_count;
	int result;				     /* of act() */
	int (*act)(struct deed *deed);		     /* in the thread */
	void (*done)(struct deed *deed, void *data); /* on the loop; what it does not take ends */
	void *data;
};

/* A deed of that call's configuration, with nothing kept; NULL when there is no memory. */
struct deed *deed_new(const struct call *call, const struct deadline *deadline);

/* Takes the deed. 0, or -errno, and then the deed is gone. */
int deed_start(struct loop *loop, struct deed *deed, struct errand **ret_errand);

/*
 * What can be done. look: who is the server, what is it at, what does the state file say; -ESRCH
 * without a server, or as sql_open(). learn: look, and the ledger of the CIB if it can be had. shut: it refuses writes
 * and nobody waits for a commit, or -errno. restart: starts a server that is down, as one that is
 * replaced; -EBUSY when an action of the agent is at work, which knows better.
 */
int deed_look(struct deed *deed);
int deed_learn(struct deed *deed);
int deed_shut(struct deed *deed);
int deed_restart(struct deed *deed);
