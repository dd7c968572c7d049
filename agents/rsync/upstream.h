/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a target reaches the source with rsync, by the parameter transport: the last words of a
 * command line, and the environment (the secret is in that and in no argument).
 */
#pragma once

#define UPSTREAM_SILENT_S 60 /* seconds without a byte after which either side gives up */

struct argv;
struct fault;
struct inet;
struct rsync_config;
struct setting;

/* Options of the transport, and the source as rsync names it. */
void upstream_argv(const struct setting *setting, const struct inet *address, int port,
		   struct argv *argv);

/*
 * The environment of ours with what the transport needs, the language C, and nothing else that
 * steers an rsync. 0, -ENOMEM, or -errno with the fault set (secrets_file).
 */
int upstream_environment(const struct rsync_config *config, int port, struct argv *environment,
			 struct fault *fault);
