/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a test may dirty: a directory of its own, the environment, and what it says on stderr.
 *
 * scratch_setup() and scratch_teardown() are cmocka's fixtures around each test; *state is the
 * struct scratch. The setup takes away every variable of OCF, Pacemaker and the log, so that a test
 * finds the same environment everywhere, and points QUORATE_RUNDIR into the directory.
 */
#pragma once

#include <stddef.h>

#define SCRATCH_PATH_MAX 256

struct scratch {
	char directory[SCRATCH_PATH_MAX];
	char path[SCRATCH_PATH_MAX]; /* of scratch_path() */
};

int scratch_setup(void **state);
int scratch_teardown(void **state);

/* DIRECTORY/name, until the next call. */
const char *scratch_path(struct scratch *scratch, const char *name);

/* Writes a file of that name; fails the test when it cannot. */
void scratch_write(struct scratch *scratch, const char *name, const char *text);

/* How many files of the directory have a name with this piece in it; "" counts all. */
size_t scratch_count(struct scratch *scratch, const char *piece);

struct capture {
	int saved, file; /* descriptors */
};

/* From here on stderr goes into memory ... */
struct capture capture_begin(void);

/* ... until now: what came, cut at size. */
void capture_end(struct capture *capture, char *text, size_t size);
