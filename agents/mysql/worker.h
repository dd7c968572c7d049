/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that works on a stream of data: it reads one, or writes one, and says on its stderr what
 * went wrong, of which the end is kept. It gets SIGKILL when the process that started it ends.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

struct fault;

struct worker {
	const char *name;
	pid_t pid;
	int process, input, output; /* pidfd, and our ends of its streams: -1 without */
	int words;		    /* its stderr, a file in memory */
};

#define WORKER_INIT ((struct worker){.process = -1, .input = -1, .output = -1, .words = -1})

enum worker_stream {
	WORKER_NONE,
	WORKER_READS,
	WORKER_WRITES,
};

/* 0, or -errno with the fault set. argv[0] is absolute and outlives the worker. */
int worker_start(struct worker *worker, const char *const argv[], enum worker_stream stream,
		 struct fault *fault);

/* Its stream ends; waits for its end. 0, or -EIO with its last words in the fault. */
int worker_finish(struct worker *worker, struct fault *fault);

/* SIGKILL to one that was not finished. */
void worker_release(struct worker *worker);

#define AUTO_WORKER CLEANUP(worker_release)
