/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The promotion score of a resource on this node: the transient node attribute master-RESOURCE
 * that Pacemaker reads when it chooses whom to promote. No score: never promoted.
 *
 * Set by Pacemaker's own attrd_updater (its libraries bind a program to one release). The child
 * gets the environment untouched, since the tool takes the node's name from it. About 30 ms: call
 * it when the score changes, not in every monitor.
 */
#pragma once

struct deadline;
struct fault;

/* 0, or -errno with the fault set: a warning to the caller, never a failed action. */
int score_set(const char *resource, int score, const struct deadline *deadline,
	      struct fault *fault);
int score_delete(const char *resource, const struct deadline *deadline, struct fault *fault);
