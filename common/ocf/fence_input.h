/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a fence agent is told: NAME=VALUE pairs, from standard input or from its arguments.
 *
 * In a name, - and _ are the same, and stored as _. The last value of a name counts. The pairs may
 * hold secrets: their memory stays out of core dumps and is wiped when it is given back, and a
 * secret among the arguments is overwritten where ps(1) would show it.
 *
 * Source: Fence Agent API, "Input from stdin" and "Input from command line".
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct agent;
struct deadline;
struct fault;

#define FENCE_INPUT_MAX 65536 /* bytes of all pairs */

struct fence_input {
	char *pairs; /* owned; name NUL value NUL and so on */
	size_t used;
};

#define FENCE_INPUT_INIT ((struct fence_input){.pairs = NULL})

/* 0, -EINVAL (a name that is empty or too long) or -E2BIG. The length is that of the value. */
int fence_input_add(struct fence_input *input, const char *name, const char *value, size_t length);

/*
 * Adds the pairs of a text: a line each, comments and empty lines left out, blanks around it and one
 * pair of double quotes around the value dropped. What is no pair is ignored. 0 or -E2BIG.
 */
int fence_input_parse(struct fence_input *input, const char *text, size_t length);

/* Reads a descriptor to its end. 0 or -errno with the fault set. */
int fence_input_read(struct fence_input *input, int fd, const struct deadline *deadline,
		     struct fault *fault);

/*
 * Reads the arguments by the agent's parameters: -o off, --plug=web1, --plug web1, flags without a
 * value. "help" and "version" are pairs like others. 0, or -EINVAL with the fault set.
 */
int fence_input_take(struct fence_input *input, const struct agent *agent, int argc, char **argv,
		     struct fault *fault);

/* A param_source (ocf/params.h) over an input. A name with - in it has nothing of its own. */
const char *fence_input_get(const char *name, const void *input);

void fence_input_release(struct fence_input *input);

#define AUTO_FENCE_INPUT CLEANUP(fence_input_release)
