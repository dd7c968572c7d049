/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fake agent, whose world is a few things in memory: each has a name (the parameter name) and a
 * state. Its actions are those of ocf/role.h. FAKE_CLUSTER puts a fake cluster in the place of
 * cluster/score.h, which writes the scores it is told into the file "scores" of the run directory.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"
#include "cluster/score.h"
#include "ocf/agent.h"
#include "ocf/role.h"
#include "scratch.h"

#define FAKE_THINGS 4

/*
 * Parameters: name (required, unique), size (1, reloadable), secret (a secret file), title (an
 * alias of name).
 */
struct fake_config {
	const char *name;
	long size;
	const char *secret;
};

struct fake_failure {
	enum fault_kind kind; /* FAULT_NONE: it works */
	int error;
};

struct fake_thing {
	const char *name; /* NULL: a free place */
	enum role_state state;
};

struct fake {
	struct agent agent; /* first, so that a call leads here */
	struct role_ops role;
	struct scratch *scratch;
	struct fake_thing things[FAKE_THINGS];

	/* How it behaves. */
	struct fake_failure enter, check_host, look, activate, stand_by, halt, reload;
	const char *stays;	/* the thing of this name survives a halt or a stand_by */
	const char *unhaltable; /* only a halt of this one fails as halt says; NULL: each */
	enum role_state half;	/* what a failed activate leaves */
	bool traced;		/* standby leaves a trace that look sees */
	bool chatty;		/* leaves a fault behind in spite of success */
	bool viewing;		/* check_host leaves a view: who has it is told as "look(a)+" */
	bool breaks_record;	/* score() removes the record, as a stop meanwhile does */
	int score;		/* of fake_score_itself() */

	/* What came of it. */
	char doings[512]; /* "look(a) halt(a) " of everything that was called */
	char said[2048];  /* on stderr, by the last action */
};

/* cmocka's fixtures; *state is the struct fake, after scratch_setup(). */
int fake_setup(void **state);
int fake_teardown(void **state);

/* Runs an action as main() does; its exit code. Empties doings before. */
int fake_act(struct fake *fake, const char *action);

void fake_let(const char *name, const char *value); /* a parameter, or with OCF_ a variable */

/* The state of a thing; ROLE_ABSENT where there is none. */
enum role_state fake_state(const struct fake *fake, const char *name);
void fake_put(struct fake *fake, const char *name, enum role_state state);

/* The value that the record of the instance has, "" without; valid until the next call. */
const char *fake_recorded(struct fake *fake, const char *key, char value[64]);

/* From now on the agent has a score of its own: score, and 10 for each step of the state. */
void fake_score_itself(struct fake *fake);

/* Everything that the cluster was told since the last call ("web=5 web=- "). */
const char *fake_scores(struct fake *fake, char text[256]);

/* From now on the cluster does not take scores, or does again. */
void fake_cluster_away(bool away);

/* What is told instead of the real tool; "-" is no score. */
int fake_tell(const char *resource, const char *score, struct fault *fault);

#define FAKE_CLUSTER                                                                               \
	int score_set(const char *resource, int score, const struct deadline *deadline,            \
		      struct fault *fault)                                                         \
	{                                                                                          \
		char text[16];                                                                     \
		(void)snprintf(text, sizeof(text), "%d", score);                                   \
		return fake_tell(resource, text, fault);                                           \
	}                                                                                          \
	int score_delete(const char *resource, const struct deadline *deadline,                    \
			 struct fault *fault)                                                      \
	{                                                                                          \
		return fake_tell(resource, "-", fault);                                            \
	}
