/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of a manual page that come from the actions of an agent's table.
 */
#pragma once

#include "base/buf.h"

struct agent;

/* SUPPORTED ACTIONS: each row with its figures. */
void manual_actions(const struct agent *agent, struct buf *page);

/* EXAMPLE: commands of pcs and of crmsh, made from the table's example. */
void manual_examples(const struct agent *agent, struct buf *page);

/* EXIT CODES: the ones that this agent can give. */
void manual_exit_codes(const struct agent *agent, struct buf *page);
