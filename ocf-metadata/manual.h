/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The manual page of an agent: its table in section 7, ocf_quorate_NAME(7).
 */
#pragma once

#include "base/buf.h"

struct agent;

/* Appends the page. 0 or -ENOMEM. */
int manual_render(const struct agent *agent, struct buf *page);
