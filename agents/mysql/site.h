/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The site: this node, its server in conversation, the other nodes, and what is kept about it all.
 *
 * Made at the begin of an action, when SQL is to be spoken, and given to everything that acts. The
 * state file lies in the data directory: a copy of the data brings its own epoch along.
 */
#pragma once

#include "base/deadline.h"
#include "mysql/board.h"
#include "mysql/config.h"
#include "mysql/election.h"
#include "mysql/view.h"
#include "mysql/vote.h"

struct call;
struct dialect;
struct fault;
struct rows;
struct sql;

struct site {
	const struct mysql_config *config;
	struct call *call;
	struct fault *fault;	  /* the call's */
	struct deadline deadline; /* the call's less a margin for what comes behind */
	char self[LEDGER_NAME_MAX];
	struct config_nodes nodes;
	char password[256]; /* of the replication user */
	struct sql *sql;    /* with the own server; NULL before site_connect() */
	const struct dialect *dialect;
	struct view view;		/* of the own server, as site_look() saw it */
	struct vote_state state;	/* of the state file */
	struct ledger ledger;		/* as site_learn() read it last */
	bool guessed;			/* or as it may be: site->pen writes over no other */
	struct board_question question; /* that site_foresee() has asked */
	struct board_pen pen;		/* of a promote */
};

#define SITE_MARGIN_MS 300
#define SITE_STATE "quorate.state" /* the state file, in the data directory */

/* Reads node_list, password and state file; speaks to nobody. 0 or -errno with the fault set. */
int site_open(struct site *site, struct call *call, const struct mysql_config *config);
void site_close(struct site *site);

/* Reads the state file again. */
void site_recall(struct site *site);

/* Replicates at all: a promotable instance with a node_list. */
bool site_is_clustered(const struct site *site);

/*
 * Talks to the own server, and makes sure that it is: the process behind the socket holds the data
 * directory's lock. As sql_open(), and -EBUSY for a stranger's server.
 */
int site_connect(struct site *site, pid_t server);

/* A look at the own server: site->view is new. */
int site_look(struct site *site);

/* One statement to the own server, without a result. */
int site_do(struct site *site, const char *format, ...) PRINTF_LIKE(2, 3);

/* Reads the ledger from the CIB into site->ledger. */
int site_learn(struct site *site);

/* The same, and -EPERM when this node's partition has no quorum. */
int site_consult(struct site *site);

/*
 * Ahead of a promote. Where quorum is known, the ledger is guessed, and consulting is for
 * site_doubt(); else what site_consult() will ask is asked from now on: it costs time that something
 * else may take.
 */
void site_foresee(struct site *site);

/* 0 when the ledger is what it is, also by a good guess; -ESTALE after a wrong one; -errno, fault set. */
int site_confirm(struct site *site);

/* The ledger was guessed and may not be what it is: that is consulted next. */
void site_doubt(struct site *site);

/* Writes the ledger into the CIB, and then into the state file. */
int site_record(struct site *site, const struct ledger *ledger);

/* The state file: this state, with site->ledger. */
int site_remember(struct site *site, enum machine_state state);

/*
 * A look at another node's server over the network, as the replication user. 0 with the view to be
 * released by the caller; -errno with the fault set.
 */
int site_visit(struct site *site, const struct config_node *node, const struct deadline *deadline,
	       struct view *ret_view);

/* One statement to another node's server, as the same user; rows get its result. 0 or -errno. */
int site_question(struct site *site, const struct config_node *node,
		  const struct deadline *deadline, const char *statement, struct rows *rows);

/*
 * Waits at another node's server until it has applied the position. 0, -ETIMEDOUT when it had not by
 * the deadline, or -errno; the fault is set.
 */
int site_await(struct site *site, const struct config_node *node, const struct gtid_set *position,
	       const struct deadline *deadline);

/* The same at the own server. */
int site_await_own(struct site *site, const struct gtid_set *position);

#define SITE_VISIT_MS 2000 /* that a node gets to answer */
#define AUTO_SITE CLEANUP(site_close)
