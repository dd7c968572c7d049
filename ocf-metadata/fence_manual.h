/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The manual page of a fence agent: its table in section 8, fence_NAME(8).
 */
#pragma once

#include "base/buf.h"

struct agent;

/* Appends the page. 0 or -ENOMEM. */
int fence_manual_render(const struct agent *agent, struct buf *page);
