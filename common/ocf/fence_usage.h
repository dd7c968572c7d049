/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What --help of a fence agent prints, and how its options are written.
 */
#pragma once

#include <stdio.h>

struct agent;
struct param;

/* "-n, --plug=[plug]"; "" for a row that has no option of its own. */
void fence_usage_option(const struct param *param, char text[128]);

void fence_usage_print(const struct agent *agent, FILE *to);
