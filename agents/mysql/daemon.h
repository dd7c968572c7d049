/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watcher: the daemon of a mysql instance, which sees its server die, tells the watchers of the
 * other nodes what it is at, and ends its writing when there is no quorum (mysql/fence.h).
 *
 * It never makes a server accept writes, and starts none but one that it has killed itself.
 */
#pragma once

/* Runs it until SIGTERM; base is that of its keeper. The process's exit status. */
int daemon_run(const char *base);
