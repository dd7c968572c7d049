/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemon of one instance, a target or the source of a tree.
 *
 * It begins as a target. What the nodes say over cpg (rsync/doorbell.h) makes the roster, and the
 * roster says whom a target follows: the source of the newest generation, while there is quorum.
 * Promotion, demotion and all that a person asks come by the control socket.
 */
#pragma once

/*
 * Runs until SIGTERM. record: the path of the instance's record, whose parameters are the
 * configuration; the keeper's paths are made of it. The exit status.
 */
int daemon_run(const char *record);
