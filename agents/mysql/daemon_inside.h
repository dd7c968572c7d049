/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the watcher share: daemon.c (its life), daemon_sight.c (what it sees of its own
 * server), daemon_voice.c (its place in the cluster), daemon_fence.c (how it ends the writing),
 * daemon_copy.c (whole databases from node to node) and requests.c (what it is asked).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "cluster/attribute.h"
#include "daemon/keeper.h"
#include "daemon/loop.h"
#include "mysql/chorus.h"
#include "mysql/deed.h"
#include "mysql/status.h"

struct child;
struct copy;
struct peers;
struct quorum;
struct server;
struct server_request;

#define DAEMON_REQUESTS 8	 /* of one kind at a time */
#define DAEMON_TICK_MS 1000	 /* between looks that nobody asks for */
#define DAEMON_LOOK_MS 2000	 /* that such a look may take */
#define DAEMON_ANSWER_MS 1000	 /* that the others get to answer */
#define DAEMON_PATIENCE_MS 10000 /* while corosync's own timing is not known */

/* A monitor that waits for a look. */
struct daemon_wait {
	struct server_request *request;
	struct deadline deadline;
};

enum daemon_wish {
	DAEMON_VOTES,
	DAEMON_STATUS,
	DAEMON_STATUS_JSON,
};

/* Who waits for what all watchers say now. */
struct daemon_asker {
	struct server_request *request;
	enum daemon_wish wish;
	bool asked; /* the question that is out is for it, too */
	int round;  /* of questions that were answered */
};

struct daemon_inquiry {
	struct daemon_asker askers[DAEMON_REQUESTS];
	size_t count;
	long long number; /* of the question that is out; 0: none */
	struct loop_timer late;
	struct status_heard heard[LEDGER_NODES_MAX]; /* in the first round */
	size_t heard_count;
};

struct daemon {
	struct log log;
	struct call call;
	char resource[200], self[LEDGER_NAME_MAX], base[512];
	bool clustered;
	struct keeper keeper;
	int lock;
	struct loop *loop;
	struct server *server;
	struct loop_timer tick;

	/* The own server, as it was looked at last. */
	struct errand *looking;
	bool again, learn; /* look once more; and into the CIB, too */
	struct sql *sql;   /* kept between looks */
	pid_t pid;	   /* 0: none */
	int pidfd;
	bool seen; /* the view is this server's */
	struct view view;
	struct vote_state state;
	int result;
	struct fault fault;
	struct daemon_wait waits[DAEMON_REQUESTS];
	size_t wait_count;
	struct child *telling;
	double died; /* seconds since 1970, 0: never */
	char office[VOTE_OFFICE_MAX];

	/* The cluster. */
	struct peers *peers;
	struct quorum *quorum;
	struct chorus chorus;
	struct vote_question questions[DEED_QUESTIONS]; /* to be answered by the next look */
	size_t question_count;
	struct daemon_inquiry inquiry;
	struct errand *timing;

	/* The fence: times are milliseconds of deadline_now(). */
	bool armed, gone, replaced, shut, killed, fenced;
	long long proof, patience, retiring_since; /* -1: it is not retiring */
	struct errand *acting;
	struct attribute score;
	struct loop_timer again_fence;

	struct copy *copy; /* NULL: resync=none */
};

long long daemon_now(void);

/* daemon_sight.c */
void sight_look(struct daemon *d, long long milliseconds);
void sight_wait(struct daemon *d, struct server_request *request, long long milliseconds);
bool sight_writes(const struct daemon *d);
enum machine_state sight_state(const struct daemon *d);
void sight_tell_pacemaker(struct daemon *d, const char *why);
void sight_close(struct daemon *d);

/* daemon_voice.c */
int voice_open(struct daemon *d, struct fault *fault);
void voice_say(struct daemon *d); /* what we are at, to all */
void voice_answer(struct daemon *d, const struct vote_question *questions, size_t count);
void voice_hear_own(struct daemon *d); /* without a cluster, until node 0 is dropped */
void voice_ask(struct daemon *d);      /* all, for the inquiry */
bool voice_holds(const struct daemon *d);
void voice_close(struct daemon *d);

/* daemon_fence.c */
void fence_open(struct daemon *d);
void fence_step(void *data); /* something has changed that may matter */
void fence_died(struct daemon *d);
void fence_close(struct daemon *d);

/* daemon_copy.c */
int copy_open(struct daemon *d);
int copy_want(struct daemon *d, bool wanted);		   /* -ENOENT: resync=none */
void copy_print(const struct daemon *d, struct buf *text); /* appends how far it is; or nothing */
void copy_close(struct daemon *d);

/* requests.c */
void requests_handle(struct server_request *request, const char *line, void *data);
void requests_answered(struct daemon *d); /* all have answered, or the time is over */
