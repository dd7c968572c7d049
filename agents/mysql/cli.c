// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/cli.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/control.h"
#include "ocf/call.h"

#define CLI_ANSWER_MS 10000

/* Exit statuses. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2
};

static int cli_usage(FILE *to, int status)
{
	(void)fprintf(to,
		      "usage: quorate-mysql status [--json] [INSTANCE]\n"
		      "  role, epoch, in-sync set, lag, errant transactions and position of every "
		      "node,\n"
		      "  and the last failover with its phases. INSTANCE is the resource's name;\n"
		      "  without it, all of this node.\n");
	return status;
}

static int cli_status(const char *socket, bool json)
{
	const struct deadline deadline = deadline_in(CLI_ANSWER_MS);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;

	if (control_ask(socket, json ? "status --json" : "status", &deadline, &answer, &fault)) {
		(void)fprintf(stderr, "quorate-mysql: %s\n", fault.reason);
		return CLI_FAILED;
	}
	(void)fputs(answer.data, stdout);
	return CLI_OK;
}

int cli_run(int argc, char **argv)
{
	const bool json = argc > 2 && !strcmp(argv[2], "--json");
	const char *instance = argc > 2 + json ? argv[2 + json] : "*";
	CLEANUP(globfree) glob_t sockets = {.gl_pathc = 0};
	AUTO_BUF struct buf pattern = BUF_INIT;
	int status = CLI_OK;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return cli_usage(stdout, CLI_OK);
	if (argc < 2 || strcmp(argv[1], "status") != 0 || argc > 3 + json ||
	    strpbrk(instance, "/[?-"))
		return cli_usage(stderr, CLI_USAGE);
	buf_addf(&pattern, "%s/mysql-%s.state.sock", call_run_directory(), instance);
	if (buf_error(&pattern))
		return CLI_FAILED;
	if (glob(pattern.data, 0, NULL, &sockets)) {
		(void)fprintf(stderr, "quorate-mysql: no such instance is watched on this node\n");
		return CLI_FAILED;
	}
	for (size_t i = 0; i < sockets.gl_pathc; i++)
		if (cli_status(sockets.gl_pathv[i], json))
			status = CLI_FAILED;
	return status;
}
