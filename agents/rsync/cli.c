// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/cli.h"

#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/control.h"
#include "ocf/call.h"

#define CLI_ANSWER_MS 10000
#define CLI_SYNC_MS 86400000LL /* a first copy may take its time */
#define CLI_PROGRESS_MS 200
#define CLI_BAR 40 /* characters */

/* Exit statuses. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2
};

struct cli_word {
	const char *name, *text;
	bool one; /* for one instance, never for all of them */
};

static const struct cli_word cli_words[] = {
	{"status", "[--json] role, generation, lag, pending paths, last error, of every node",
	 false},
	{"sync", "a full pass now; waits for its end", true},
	{"allow", "a full pass now, whatever it deletes: once", true},
	{"accept", "the tree as it is here is right, although the guard refuses it", true},
	{"rollback", "mode=snapshot, on the promoted node: back to the snapshot before", true},
};

static int cli_usage(FILE *to, int status)
{
	(void)fprintf(to, "usage: quorate-rsync COMMAND [INSTANCE]\n");
	for (size_t i = 0; i < ARRAY_SIZE(cli_words); i++)
		(void)fprintf(to, "  %-10s %s\n", cli_words[i].name, cli_words[i].text);
	(void)fprintf(to, "INSTANCE is the resource's name; without it, "
			  "the only one of this node.\n");
	return status;
}

static int cli_ask(const char *socket, const char *request, long long milliseconds,
		   struct buf *answer)
{
	struct deadline deadline = deadline_in(milliseconds);
	struct fault fault = FAULT_INIT;
	int r = control_ask(socket, request, &deadline, answer, &fault);

	if (r)
		(void)fprintf(stderr, "quorate-rsync: %s\n",
			      *fault.reason ? fault.reason : strerror(-r));
	return r;
}

/* The name of the instance out of DIRECTORY/rsync-NAME.state.sock. */
static void cli_title(const char *socket)
{
	const char *name = strrchr(socket, '/') + 1 + strlen("rsync-");

	(void)printf("%.*s:\n", (int)strcspn(name, "."), name);
}

static int cli_status(const glob_t *sockets, bool json)
{
	int status = CLI_OK;

	for (size_t i = 0; i < sockets->gl_pathc; i++) {
		AUTO_BUF struct buf answer = BUF_INIT;

		if (sockets->gl_pathc > 1 && !json)
			cli_title(sockets->gl_pathv[i]);
		if (cli_ask(sockets->gl_pathv[i], json ? "status --json" : "status", CLI_ANSWER_MS,
			    &answer))
			status = CLI_FAILED;
		(void)fputs(answer.data, stdout);
	}
	return status;
}

static void cli_bar(unsigned long named, unsigned long expected)
{
	char bar[CLI_BAR + 1];
	size_t done;

	if (!expected) {
		(void)fprintf(stderr, "\r%lu paths", named);
		return;
	}
	if (named > expected)
		named = expected;
	done = named * CLI_BAR / expected;
	memset(bar, '.', CLI_BAR);
	memset(bar, '#', done);
	bar[CLI_BAR] = '\0';
	(void)fprintf(stderr, "\r[%s] %3lu %%  %lu of %lu", bar, named * 100 / expected, named,
		      expected);
}

static void cli_progress(const char *socket)
{
	struct deadline deadline = deadline_in(CLI_ANSWER_MS);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	char *end = NULL;
	unsigned long named;

	if (control_ask(socket, "progress", &deadline, &answer, &fault))
		return;
	named = strtoul(answer.data, &end, 10);
	if (named)
		cli_bar(named, strtoul(end, NULL, 10));
}

static int cli_long(const char *socket, const char *request)
{
	AUTO_BUF struct buf answer = BUF_INIT;
	int r = cli_ask(socket, request, CLI_SYNC_MS, &answer);

	(void)fputs(answer.data, stdout);
	return r ? CLI_FAILED : CLI_OK;
}

/* On a terminal a child asks and waits, so that we can show how far it is. */
static int cli_watch(const char *socket, const char *request)
{
	struct pollfd child = {.events = POLLIN};
	bool shown = false;
	int status = 0;
	pid_t pid;

	if (!isatty(STDERR_FILENO))
		return cli_long(socket, request);
	(void)fflush(stdout);
	pid = fork();
	if (pid < 0)
		return cli_long(socket, request);
	if (!pid) {
		status = cli_long(socket, request);
		(void)fflush(stdout);
		_exit(status);
	}
	child.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	while (child.fd >= 0 && poll(&child, 1, CLI_PROGRESS_MS) == 0) {
		cli_progress(socket);
		shown = true;
	}
	if (child.fd >= 0)
		(void)close(child.fd);
	if (shown)
		(void)fputc('\n', stderr);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return CLI_FAILED;
	return WEXITSTATUS(status);
}

static int cli_do(const struct cli_word *word, const glob_t *sockets, bool json)
{
	if (!word->one)
		return cli_status(sockets, json);
	if (sockets->gl_pathc > 1) {
		(void)fprintf(stderr, "quorate-rsync: which one of these?\n");
		for (size_t i = 0; i < sockets->gl_pathc; i++)
			cli_title(sockets->gl_pathv[i]);
		return CLI_USAGE;
	}
	return cli_watch(sockets->gl_pathv[0], word->name);
}

static const struct cli_word *cli_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(cli_words); i++)
		if (!strcmp(cli_words[i].name, name))
			return &cli_words[i];
	return NULL;
}

int cli_run(int argc, char **argv)
{
	const struct cli_word *word = argc > 1 ? cli_find(argv[1]) : NULL;
	const bool json = argc > 2 && !strcmp(argv[2], "--json");
	const char *instance = argc > 2 + json ? argv[2 + json] : "*";
	CLEANUP(globfree) glob_t sockets = {.gl_pathc = 0};
	AUTO_BUF struct buf pattern = BUF_INIT;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return cli_usage(stdout, CLI_OK);
	if (!word || argc > 3 + json || strpbrk(instance, "/[?"))
		return cli_usage(stderr, CLI_USAGE);
	buf_addf(&pattern, "%s/rsync-%s.state.sock", call_run_directory(), instance);
	if (buf_error(&pattern))
		return CLI_FAILED;
	if (glob(pattern.data, 0, NULL, &sockets)) {
		(void)fprintf(stderr, "quorate-rsync: no such instance runs on this node\n");
		return CLI_FAILED;
	}
	return cli_do(word, &sockets, json);
}
