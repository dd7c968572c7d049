/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers and durations out of text, whole or not at all; and a number as text, without stdio.
 *
 * No leading or trailing blanks, no rest after the number. The readers return 0, -EINVAL
 * (not of that form) or -ERANGE (of that form, but outside the range), and leaves the result
 * alone unless it returns 0.
 */
#pragma once

/* The number in decimal digits, in text. */
const char *num_text(unsigned long long number, char text[24]);

/* Decimal, with an optional sign; both bounds belong to the range. */
int num_parse(const char *text, long long min, long long max, long long *ret_value);

/*
 * A duration in milliseconds from what Pacemaker accepts for time values: us usec ms msec s sec
 * m min h hr behind a number, a bare number being seconds. Microseconds are rounded up.
 */
int num_duration(const char *text, long long *ret_milliseconds);
