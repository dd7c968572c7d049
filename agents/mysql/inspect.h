/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inspection before a start, and of validate-all with OCF_CHECK_LEVEL 10: would this server, with
 * its option file, lose commits?
 */
#pragma once

struct call;
struct mysql_config;

/*
 * Each setting that may cost commits is a warning in the log. Those without which nothing works are
 * -EINVAL with the fault set, the others in the log. A validate-all asks a running server for its
 * variables too, and the other nodes' for their numbers. Otherwise 0, or -errno with the fault set.
 */
int inspect_settings(struct call *call, const struct mysql_config *config);
