// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/score.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "host/spawn.h"

#define SCORE_PROGRAM "/usr/sbin/attrd_updater"

static int score_failed(int error, struct fault *fault)
{
	return fault_set(fault, FAULT_GENERIC, error, SCORE_PROGRAM ": %s", strerror(-error));
}

static int score_run(const char *const argv[], const struct deadline *deadline, struct fault *fault)
{
	AUTO_BUF struct buf output = BUF_INIT;
	int status = 0;
	int r = spawn_run(argv, deadline, &output, &status);

	if (r)
		return score_failed(r, fault);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return fault_set(fault, FAULT_GENERIC, -EIO, SCORE_PROGRAM " ended with status %d: %s",
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
			 output.data);
}

int score_set(const char *resource, int score, const struct deadline *deadline, struct fault *fault)
{
	char name[300], value[16];
	const char *const argv[] = {SCORE_PROGRAM, "-n", name, "-U", value, NULL};

	(void)snprintf(name, sizeof(name), "master-%s", resource);
	(void)snprintf(value, sizeof(value), "%d", score);
	return score_run(argv, deadline, fault);
}

int score_delete(const char *resource, const struct deadline *deadline, struct fault *fault)
{
	char name[300];
	const char *const argv[] = {SCORE_PROGRAM, "-n", name, "-D", NULL};

	(void)snprintf(name, sizeof(name), "master-%s", resource);
	return score_run(argv, deadline, fault);
}
