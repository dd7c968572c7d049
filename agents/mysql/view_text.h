/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A view as text, by which the watcher tells the agent what it sees: lines as a record has them
 * (ocf/record.h), so that an agent of another release drops what it does not know.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "mysql/view.h"

/* server is the process that was looked at. 0 or -ENOMEM. */
int view_print(const struct view *view, pid_t server, struct buf *text);

/*
 * The view is empty before, and released by the caller in any case. 0, -ENOMEM, or -EINVAL for what
 * is no view.
 */
int view_parse(struct view *view, const char *text, pid_t *ret_server);
