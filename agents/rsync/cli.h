/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * quorate-rsync for a person: status, sync, allow, accept, rollback, over the daemon's socket.
 */
#pragma once

/* The whole command; the exit status. */
int cli_run(int argc, char **argv);
