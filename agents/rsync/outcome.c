// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/outcome.h"

#include <sys/wait.h>

#define OUTCOME_FIRST_MS 1000
#define OUTCOME_LAST_MS 30000 /* with the pass itself within a minute of the end of a cause */

/* The exit codes of rsync(1) that say more than "it did not work". */
enum {
	RSYNC_AUTH = 5, /* "error starting client-server protocol" */
	RSYNC_SOCKET = 10,
	RSYNC_FILE_IO = 11,
	RSYNC_STREAM = 12,
	RSYNC_PARTIAL = 23,
	RSYNC_VANISHED = 24,
	RSYNC_MAX_DELETE = 25,
	RSYNC_TIMEOUT = 30,
	RSYNC_CONNECT_TIMEOUT = 35,
};

enum outcome outcome_of(int status, bool stopped, bool hidden, bool full)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (!code)
		return hidden ? OUTCOME_PARTIAL : OUTCOME_DONE;
	if (stopped)
		return OUTCOME_STOPPED;
	if (full)
		return OUTCOME_SPACE;
	switch (code) {
	case RSYNC_PARTIAL:
	case RSYNC_VANISHED:
		return OUTCOME_PARTIAL;
	case RSYNC_SOCKET:
	case RSYNC_STREAM:
	case RSYNC_TIMEOUT:
	case RSYNC_CONNECT_TIMEOUT:
		return OUTCOME_NETWORK;
	case RSYNC_AUTH:
		return OUTCOME_AUTH;
	case RSYNC_MAX_DELETE:
		return OUTCOME_LIMIT;
	case RSYNC_FILE_IO:
	default:
		return OUTCOME_BROKEN;
	}
}

const char *outcome_text(enum outcome outcome)
{
	static const char *const texts[] = {
		[OUTCOME_DONE] = "done",
		[OUTCOME_PARTIAL] = "some files could not be brought",
		[OUTCOME_NETWORK] = "the source does not answer",
		[OUTCOME_AUTH] = "the source refuses us",
		[OUTCOME_LIMIT] = "a limit of deletions was met",
		[OUTCOME_STOPPED] = "stopped",
		[OUTCOME_SPACE] = "the disk is full",
		[OUTCOME_BROKEN] = "rsync failed",
	};

	return texts[outcome];
}

long long outcome_delay(unsigned failures)
{
	long long delay = OUTCOME_FIRST_MS;

	for (; failures > 1 && delay < OUTCOME_LAST_MS; failures--)
		delay *= 2;
	return delay < OUTCOME_LAST_MS ? delay : OUTCOME_LAST_MS;
}
