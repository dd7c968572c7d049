/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the asking client and the answering node say to each other: one UDP datagram each way.
 *
 * A question is its number; the answer repeats the number and names the node. Numbers are in the
 * byte order of the machine, since both sides are always on the same one.
 */
#pragma once

#include <stdint.h>

#define QUESTION_PORT 2007
#define QUESTION_PACE 20 /* ms between two questions */

struct question {
	uint64_t number;
};

struct answer {
	uint64_t number;
	char node[32]; /* ends with 0 */
};
