/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one way from a configuration to an intent: by its parameters, or by the file that they name.
 */
#pragma once

struct fault;
struct intent;
struct ipvs_config;

#define SOURCE_FILE_MAX (1U << 20) /* bytes */

/*
 * 0 with the intent, which is the caller's; -EINVAL with the fault set, -ENOMEM, or another -errno
 * when a file cannot be read.
 */
int source_read(const struct ipvs_config *config, struct intent *ret_intent, struct fault *fault);

/* The same for a text that is what the file of that name holds: ldirectord's or keepalived's. */
int source_parse(const char *name, const char *text, struct intent *ret_intent,
		 struct fault *fault);
