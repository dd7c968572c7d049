/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Regular expressions over what real servers say: Perl's (ldirectord) and PCRE's (keepalived).
 *
 * Matching is bounded: whatever the expression and the bytes are, a match ends after so many steps
 * and so much memory, and counts as failed. libpcre2 is loaded when the first pattern is compiled.
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct fault;
struct pattern;

/* 0 with the pattern owned by the caller; -EINVAL and FAULT_CONFIGURED: where it is wrong. */
int pattern_compile(const char *text, struct fault *fault, struct pattern **ret_pattern);
void pattern_release(struct pattern **pattern);

enum pattern_outcome {
	PATTERN_MATCHES = 0,
	PATTERN_DIFFERS = 1
};

/* An outcome, or -E2BIG: it was given up; -ENOMEM. */
int pattern_match(const struct pattern *pattern, const char *bytes, size_t length);

#define AUTO_PATTERN CLEANUP(pattern_release)
