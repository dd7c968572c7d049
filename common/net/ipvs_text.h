/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table as text, for records and for programs that tell each other about it: a line a service with
 * its servers below it, all numbers, nothing that the kernel counts.
 */
#pragma once

#include "net/ipvs.h"

struct buf;

void ipvs_print(const struct ipvs_table *table, struct buf *text);

/* 0; -EINVAL for a text that ipvs_print() does not write; -ENOMEM. The table is the caller's. */
int ipvs_parse(const char *text, struct ipvs_table *ret_table);
