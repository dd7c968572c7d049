/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a server that was down stands by: another node's full copy put in place if one is complete,
 * started, and following the writer; or waiting to be voted for, or for a full copy.
 *
 * What must be remembered until the next action is in the record.
 */
#pragma once

#include <stdbool.h>

struct site;

#define SETTLE_UNELECTABLE "unelectable" /* in the record: "yes" while a promotion would fail */
#define SETTLE_RESYNC "resync"		 /* "yes" while nothing but a full copy helps */

/* 0 or -errno with the fault set. */
int settle_standby(struct site *site);

/*
 * The last step of the ladder, for the reason in the fault, which is gone then: a full copy is wanted
 * from now on. What the server has alone stays where it is until that is there. 0.
 */
int settle_ask_for_copy(struct site *site);

/* Whether nothing but a full copy helped, by the record. */
bool settle_waits(const struct site *site);

/* For one that waits: the watcher gets a copy, unless this node follows a writer again. */
void settle_wait(struct site *site);
