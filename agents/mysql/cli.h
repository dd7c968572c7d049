/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * quorate-mysql for a person: the state of all nodes, over the watcher's socket.
 */
#pragma once

/* The whole command; the exit status. */
int cli_run(int argc, char **argv);
