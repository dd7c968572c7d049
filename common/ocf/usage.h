/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What --help prints: the agent's table for a person at a terminal.
 */
#pragma once

#include <stdio.h>

struct agent;

void usage_print(const struct agent *agent, FILE *to);
