/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pacemaker's notifications: what this node does before and after the others change.
 *
 * pre-demote is sent to every survivor while a dead writer is still being fenced, so that freezing
 * and draining cost no time. Nothing depends on a notification for safety: one that failed or was
 * killed leaves a promote that does all of it by itself, or refuses.
 */
#pragma once

struct call;

/* struct action's run(). */
int notify_run(struct call *call);
