/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether an agent's table is whole: what a compiler cannot see and a schema sees too late.
 *
 * The renderer refuses a table that is not, so `make metadata` is where an author hears of a
 * missing text, a default that its own parameter refuses, or two monitors with one interval.
 */
#pragma once

struct agent;
struct fault;

/* 0, or -EINVAL with the fault saying what is missing or wrong; -ENOMEM. */
int table_check(const struct agent *agent, struct fault *fault);
