/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of rsync/pass.h: a pass between its beginning (pass.c) and its steps (pass_steps.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "daemon/loop.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/pass.h"
#include "rsync/setting.h"

struct child;
struct errand;
struct pull;

#define PASS_DELETIONS_MAX 1000000 /* paths of one pass; more of them take another pass */

enum pass_step {
	PASS_LOOK,
	PASS_SLICE,
	PASS_COMPARE,
	PASS_CLEAR, /* a snapshot that a killed pass left */
	PASS_COPY,
	PASS_BRING,
	PASS_REPAIR,
	PASS_REMOVE,
	PASS_FLIP,
	PASS_PRUNE,
	PASS_END,
};

struct pass {
	struct setting setting;
	struct pass_order order;
	void (*done)(const struct pass_result *result, void *data);
	void *data;
	enum pass_step step;
	struct changes present, gone, slice, rotten;
	bool force; /* directories in the way of files were counted */
	bool ending;
	struct buf into, backup; /* paths */
	struct pull *pull;
	struct child *child;
	struct errand *errand;
	struct loop_timer timer;
	size_t named;
	long long started; /* deadline_now() */
	struct pass_result result;
};

static inline bool pass_snapshots(const struct pass *p)
{
	return p->setting.config->mode == CONFIG_SNAPSHOT;
}

/* Goes on with this step, or with the next one that applies to the pass. */
void pass_steps_go(struct pass *p, enum pass_step step);

/* Whether so much may go. Over the limit nothing of it goes, and no directory makes way. */
void pass_steps_judge(struct pass *p, size_t deletions, uint64_t paths);

/* Keeps the first thing that was not done. */
void pass_steps_note(struct pass *p, enum outcome outcome, const char *reason);
