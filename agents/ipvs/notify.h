/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs that are told of a change: started and left alone, for NOTIFY_MS at the most.
 */
#pragma once

struct log;
struct loop;

#define NOTIFY_MS 60000

/* argv ends with NULL; NULL: nobody is to be told. What fails is a line in the log. */
void notify_run(struct loop *loop, const char *const *argv, const struct log *log);
